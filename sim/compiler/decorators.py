"""The decorators: what a reader is told of a function, and how it is compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

from tandem.sim.compiler.settings import COMPILED, PLAIN, SEALED, cache_folder, our_cache

F = TypeVar("F", bound=Callable[..., Any])

if COMPILED and SEALED:
    from tandem.sim.compiler.keeping import keep

if COMPILED and not PLAIN:
    from tandem.sim.compiler.dispatchers import compiled_anew_when_called, executable_when_called, one_copy
    from tandem.sim.compiler.libraries import KERNEL, PART, PHASE
    from tandem.sim.compiler.repetition import spare_repetition

    spare_repetition()


def _compiled(function: F, cache: bool = False, **options: Any) -> Any:
    njit: Any = numba.njit  # its annotations lack some options
    if not cache or cache_folder() is None:
        return njit(error_model="numpy", **options)(function)
    with our_cache():
        if SEALED:
            return keep(njit(error_model="numpy", **options)(function))
        return njit(error_model="numpy", cache=True, **options)(function)


if not COMPILED:

    def rule(function: F) -> F:
        """Leave a pure function of numbers to Python."""
        return function

    part = phase = sequence = kernel = rule

elif PLAIN:

    def rule(function: F) -> F:
        """Compile a pure function of numbers."""
        return _compiled(function)

    def phase(function: F) -> F:
        """Compile a function that reads and writes a world."""
        return _compiled(function, nogil=True, cache=True)

    part, sequence, kernel = rule, phase, phase

else:

    def rule(function: F) -> F:
        """Compile a pure function of numbers, inlined where it is called."""
        inlined = {"no_cpython_wrapper": True, "forceinline": True, "pipeline_class": PART}
        return compiled_anew_when_called(_once(function, **inlined), function)

    def part(function: F) -> F:
        """Compile a part of a phase: it takes records and is called from compiled code only."""
        return _once(function, no_cpython_wrapper=True, pipeline_class=PART)

    def phase(function: F) -> F:
        """Compile a function that reads and writes a world; Python may call it."""
        return executable_when_called(_once(function, nogil=True, cache=True, pipeline_class=PHASE))

    def sequence(function: F) -> F:
        """Compile a phase that only calls phases: a kernel takes in its lines rather than a finished copy of all they call."""
        return executable_when_called(_once(function, nogil=True, cache=True, inline="always", pipeline_class=PHASE))

    def kernel(function: F) -> F:
        """Compile an entry from Python, with everything it calls as one program."""
        return _once(function, nogil=True, cache=True, pipeline_class=KERNEL)

    def _once(function: F, **options: Any) -> Any:
        return one_copy(_compiled(function, no_cfunc_wrapper=True, **options))
