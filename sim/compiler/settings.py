"""How this process compiles: at all, with our changes of numba or without, and where the code is kept."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numba

from tandem.sim.code_cache import PLAIN_COMPILER, prepared_cache_folder
from tandem.sim.compiler.fits import first_misfit

settings: Any = numba.config
COMPILED: bool = not settings.DISABLE_JIT
"""False when `NUMBA_DISABLE_JIT=1`: the same functions then run as plain Python."""


def misfit() -> str:
    """Which of our changes does not fit this numba, and why; empty if all fit."""
    try:
        from tandem.sim.compiler import dispatchers, keeping, libraries, repetition
    except (ImportError, AttributeError) as missing:
        return str(missing)
    return first_misfit((*libraries.PATCHES, *dispatchers.PATCHES, *repetition.PATCHES, *keeping.PATCHES))


def _sealed() -> bool:
    """Whether kept code can be sealed with this numba."""
    try:
        from tandem.sim.compiler import keeping
    except (ImportError, AttributeError):
        return False
    return not first_misfit(keeping.PATCHES)


def _without_patches() -> bool:
    if not COMPILED:
        return False
    if os.environ.get(PLAIN_COMPILER, "0") not in ("", "0"):
        return True
    why = misfit()
    if why:
        told = f"numba {numba.__version__} is not as expected ({why}): compiling without shortcuts, slower to start, same results"
        print(told, file=sys.stderr, flush=True)
    return bool(why)


PLAIN: bool = _without_patches()
"""Whether numba is used as it comes: a change of ours does not fit it, nothing can be kept, or `TANDEM_PLAIN_COMPILER=1`. Same
bits, slower start."""

SEALED: bool = COMPILED and _sealed()
"""Whether kept code carries its digest, so that a damaged file counts as missing."""

_FOLDER = prepared_cache_folder(Path(__file__).resolve().parents[1], PLAIN) if COMPILED else None

# Our changes count on code that is kept beside being used: where nothing can be, phases that Python calls end the process.
PLAIN = PLAIN or (COMPILED and _FOLDER is None)


def cache_folder() -> Path | None:
    """Where this source's compiled code is kept; None when the compiler is off, and where nothing can be written."""
    return _FOLDER


def cache_is_cold(entry: str = "") -> bool:
    """Whether nothing has been compiled from this source yet, or not the kernel of this name, so that a first call takes
    its time: for the drivers, which then say so."""
    if _FOLDER is None:
        return COMPILED
    return next(_FOLDER.rglob(f"*.{entry}-*.nbi" if entry else "*.nbi"), None) is None


@contextlib.contextmanager
def our_cache() -> Iterator[None]:
    """Numba picks a function's folder when it is decorated; other libraries' choice stays theirs."""
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(_FOLDER)
    try:
        yield
    finally:
        settings.CACHE_DIR = before
