"""What a user's environment may say, settled before a command starts: what it cannot mean is one line, and exit code 2."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import NoReturn

ALIVE_BEFORE_A_LOOK = 200_000


def hurry() -> None:
    """Settle what only a process of our own may, before anything is loaded. Python looks for circles of objects that nobody needs
    after every 700 new ones, and again while modules load: a twentieth of a study. OpenBLAS lets idle threads spin for a while,
    on processors that play firms."""
    from tandem.sim.process import take

    take()
    gc.set_threshold(ALIVE_BEFORE_A_LOOK, 20, 20)
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # 2^4 cycles, the least


def leave() -> None:
    """Before the process ends: Python need not look through all that goes with it."""
    gc.freeze()


def end(code: int) -> NoReturn:
    """End the process with its exit code. Where a thread is still at work that nobody waits for (a server's export), the
    interpreter is not taken down under it: in the middle of a library's C++ that aborts the process (exit code -6 for 143)."""
    if any(thread.daemon for thread in threading.enumerate() if thread is not threading.current_thread()):
        atexit._run_exitfuncs()  # what libraries have asked for, temporary folders among it
        for stream in (sys.stdout, sys.stderr):
            with suppress(Exception):
                stream.flush()
        os._exit(code)
    sys.exit(code)


@contextmanager
def loading(*modules: str) -> Iterator[None]:
    """Load modules that are needed later while compiled code plays in the block. Where one can't be loaded, whoever needs it
    hears of it."""

    def load() -> None:
        with suppress(Exception):
            for module in modules:
                import_module(module)

    thread = Thread(target=load, daemon=True)
    thread.start()
    yield
    thread.join()


def settle() -> None:
    """Make the process independent of settings that are for other programs. Raises Mistake where one of ours says nothing
    that we know."""
    if not os.environ.get("MPLBACKEND", "").startswith("module://"):  # that is a notebook, which keeps its own way to show them
        os.environ["MPLBACKEND"] = "Agg"  # figures of commands go into files
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # its remarks on settings files and caches are not about us
    for part in filter(None, os.environ.get("TANDEM_SCENARIOS", "").split(os.pathsep)):
        try:
            there = Path(part).expanduser().is_dir()
        except (OSError, RuntimeError, ValueError):  # no home, or no name of a folder at all
            there = False
        if not there:
            raise _mistake("TANDEM_SCENARIOS", part, "no such folder")


def _mistake(name: str, value: str, why: str) -> ValueError:
    from tandem.sim.mistake import Mistake  # only here: `tandem --help` loads no part of the model

    return Mistake(f"the environment's {name} = {value[:200]!r}: {why}")
