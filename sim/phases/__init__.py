"""What happens in a week: each phase reads the records, calls rules, writes the records. Order: sim/week.py.

The phases of sim/week.py take `world`, an array of one record (`tandem.sim.state.WORLD`); those beneath take the record, `w`.
A `choose_*` phase takes one more, the index of the agent whose choice it is, and writes only that agent's intent.
"""
