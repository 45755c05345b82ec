"""Brings numba in, and says in one sentence what its settings in the environment lack, where it would end in a traceback."""

from __future__ import annotations

import os
import re
import sys
import warnings

from tandem.sim.mistake import Mistake

REFUSED = re.compile(r"Environment variable '(\w+)' is defined but its associated value '(.*?)' could not be", re.DOTALL)
ALLOWED = {
    "NUMBA_NUM_THREADS": "a whole number from 1",
    "NUMBA_OPT": "0, 1, 2, 3 or max",
    "NUMBA_DISABLE_JIT": "0 or 1",
    "NUMBA_BOUNDSCHECK": "0 or 1",
}


def brought_in() -> None:
    """Import numba. Raises Mistake, which names the variable, where numba cannot read one."""
    if "numba" in sys.modules:
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            import numba  # noqa: F401  (what is asked for is that it is there)
        except ValueError as error:
            raise _mistake("NUMBA_NUM_THREADS", os.environ.get("NUMBA_NUM_THREADS", ""), str(error)) from None
    for warning in caught:
        if found := REFUSED.search(str(warning.message)):
            raise _mistake(*found.groups())
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def _mistake(name: str, value: str, why: str = "") -> Mistake:
    told = ALLOWED.get(name, why or "a value that numba knows; or unset it")
    return Mistake(f"the environment's {name} = {value[:60]!r}: {told}")
