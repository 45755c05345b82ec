"""The compiler's room: numba, and what we change of it. `sim/compile.py` is its one door."""

from tandem.sim.compiler.arrival import brought_in

brought_in()
