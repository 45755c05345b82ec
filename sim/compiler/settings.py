"""How this process plays: compiled or as plain Python, with how many threads, and where the code is kept.

The two variables keep the names under which users know them.
"""

import os
import sys
from pathlib import Path

from tandem.sim.code_cache import prepared_cache_folder
from tandem.sim.mistake import Mistake

PLAIN_PYTHON, THREADS = "NUMBA_DISABLE_JIT", "NUMBA_NUM_THREADS"


def _compiled() -> bool:
    said = os.environ.get(PLAIN_PYTHON, "")
    if said not in ("", "0", "1"):
        raise Mistake(f"the environment's {PLAIN_PYTHON} = {said[:60]!r}: 0 or 1")
    if said == "1":
        return False
    try:
        import llvmlite.binding  # noqa: F401  (what is asked for is that it is there, and loads)
    except (ImportError, OSError, RuntimeError) as error:
        why = " ".join(str(error).split())[:120]
        told = f"llvmlite, which makes the model machine code, cannot be used ({why}): same results, some hundred times slower"
        print(told, file=sys.stderr, flush=True)
        return False
    return True


def _processors() -> int:
    """Processors of this process, or what the environment says. Raises Mistake."""
    said = os.environ.get(THREADS, "")
    if said and not (said.isdecimal() and int(said) > 0):
        raise Mistake(f"the environment's {THREADS} = {said[:60]!r}: a whole number from 1")
    if said:
        return int(said)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


COMPILED: bool = _compiled()
"""False when `NUMBA_DISABLE_JIT=1`: the same functions then run as plain Python."""
PROCESSORS: int = _processors()
SIM = Path(__file__).resolve().parents[1]
_FOLDER = prepared_cache_folder(SIM) if COMPILED else None


def cache_folder() -> Path | None:
    """Where this source's compiled code is kept; None when the compiler is off, and where nothing can be written."""
    return _FOLDER
