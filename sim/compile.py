"""Everything the project asks of the compiler: the one door to its room, `sim/compiler/`, which alone imports llvmlite.

The decorator tells the reader the contract.

* A *rule* takes numbers and returns numbers. It is inlined into its callers.
* A *phase* reads records, calls rules, writes records; Python may call it. A *part* is a piece of one.
* A *sequence* is a phase that only calls phases.
* A *kernel* is an entry from Python that plays many firms or weeks at once.

Python's text is translated into LLVM's, function by function, from the kinds of the arguments of a first call, and LLVM makes
machine code of it. A call lets other threads run, so that `in_threads` can play chunks of rows side by side. What Python calls
beside the model (a rule in a test, a kernel of another file) becomes code of its own, linked to the model's where it calls that.

What compiled code knows: numbers (float, 64-bit integers, truth values), records and arrays of them, tuples; `if`, `while`,
`for ... in range(...)`, `break`, `continue`; arithmetic and comparisons with Python's meaning, `abs min max len int float bool`,
`in` a tuple, `x ** y` of floats; of `math` what the C library has; `np.zeros(number, dtype)`; calls of decorated functions by
place. Anything else is refused in one line with its file and number. A name keeps one kind: a number, a record, an array.

The laws that keep compiled, interpreted, serial and parallel results equal bit for bit:

* `math.exp`, never `np.exp`; `x * x`, never `x ** 2`: NumPy's scalars round differently.
* No fast maths, and no sum across threads: each run writes its own row, Python adds up later.
* Kernels never raise. Guard what interpreted `math` refuses and compiled `math` does not
  (`log(0)`, `sqrt(-1)`, an overflowing `exp`, a division by zero); check before, set a code after.
* No allocation per week, and counter words go through `word`, never through mixed signed and unsigned arithmetic.

Compiled code is kept in a folder named by a digest of the source below (`sim/code_cache.py`); a wheel brings it along, made for
usual processors (`hatch_build.py`). `NUMBA_DISABLE_JIT=1`, a name from the time when numba compiled, turns the compiler off: the
same numbers, some hundred times slower, and an index out of range is then an error.
"""

from typing import Any

from tandem.sim.compiler.decorators import kernel, part, phase, rule, sequence
from tandem.sim.compiler.intrinsics import as_records, copy_record, multiply_wide, odd_ratios, records, sum_of, word
from tandem.sim.compiler.settings import COMPILED, PROCESSORS, cache_folder
from tandem.sim.compiler.threads import at_once, in_threads, set_threads, stop_if_given_up


def program(name: str, *roots: tuple[Any, ...]) -> None:
    """Declare functions that are made machine code at once, with every phase they reach; kernels compiled later link to them. A
    root is a function with what it takes: [a dtype] for an array of such records, `int`, `float`."""
    if COMPILED:
        from tandem.sim.compiler.units import program as declared

        declared(name, *roots)


def cache_is_cold() -> bool:
    """Whether the model has to be compiled first: for the drivers, which then say so."""
    if not COMPILED:
        return False
    from tandem.sim.compiler.units import programs

    return any(unit.entries is None and unit.found() is None for unit in programs())


__all__ = [
    "COMPILED",
    "PROCESSORS",
    "as_records",
    "at_once",
    "cache_folder",
    "cache_is_cold",
    "copy_record",
    "in_threads",
    "kernel",
    "multiply_wide",
    "odd_ratios",
    "part",
    "phase",
    "program",
    "records",
    "rule",
    "sequence",
    "set_threads",
    "stop_if_given_up",
    "sum_of",
    "word",
]
