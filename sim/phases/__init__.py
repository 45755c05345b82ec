"""What happens in a week: each phase reads the records, calls rules, writes the records. Order: sim/week.py.

Every phase takes the seven arrays of `sim.state.WORLD` in that order; a `choose_*` phase takes one more, the
index of the agent whose choice it is, and writes only that agent's intent.
"""
