"""The compiler's room: from Python's text to machine code by way of LLVM. `sim/compile.py` is its one door."""
