"""How long does a user wait before anything happens? Every figure beside its goal: `python -m bench.start_benchmark`.

Each is a process of its own, from start to exit, played a few times: the least processor time of it and its children (a busy
machine adds to the clock, not to that), and the least wall time. Goals are for an idle machine of two cores; held to them is the
lesser of both times: an idle clock shows about the processor time, or less where two threads play.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bench.benchmark import Figure, show

ROOT = Path(__file__).resolve().parents[1]
TANDEM = ("-m", "tandem.experiments.commands.main")
FIRST_FIRM = (
    "-c",
    "from tandem import Scenario, simulate_batch; simulate_batch(Scenario.load('silence'), runs=1)",
)
LOADED = (
    ("`import tandem`", ("-c", "import tandem"), 0.3),
    ("`from tandem import Scenario`", ("-c", "from tandem import Scenario"), None),
    ("`from tandem import simulate`", ("-c", "from tandem import simulate"), None),
    ("NumPy alone", ("-c", "import numpy"), None),
)
COMMANDS = (
    ("--help", 0.5),
    ("list", 1.0),
    ("show silence", 1.0),
    ("check silence", 1.0),
    ("run silence", 2.0),
    ("explain silence", 1.0),
    ("advise silence", 3.0),
)
LONG = (("sensitivity --profile quick", 10.0), ("study --profile quick", 25.0), ("validate", 60.0))
"""The study is a second `make demo`."""


def waited(
    words: tuple[str, ...], times: int = 3, folder: str | Path = ROOT, fresh: bool = False, **environment: str
) -> tuple[float, float]:
    """Least wall and processor seconds of a process; `fresh`: each with an empty cache of its own. Raises where it fails."""
    spent = []
    for _ in range(times):
        with tempfile.TemporaryDirectory(prefix="tandem-benchmark-") as cache:
            own = {"TANDEM_CACHE": cache} if fresh else {}
            before, began = os.times(), time.perf_counter()
            subprocess.run(
                [sys.executable, *words], cwd=folder, env={**os.environ, **environment, **own}, check=True, capture_output=True
            )
            wall, after = time.perf_counter() - began, os.times()
        processor = after.children_user + after.children_system - before.children_user - before.children_system
        spent.append((wall, processor))
    return min(wall for wall, _ in spent), min(processor for _, processor in spent)


def line(what: str, spent: tuple[float, float], goal: float | None) -> Figure:
    """One figure with its goal in seconds."""
    told = f"{spent[0]:.2f} s ({spent[1]:.2f} processor-s)"
    return Figure(what, told, f"{goal:g} s" if goal else "", min(spent) <= goal if goal else None)


def first_starts() -> Iterator[Figure]:
    """From the command to the first firm played, nothing kept: from the checkout, and from a wheel built of it."""
    yield line("first start from a clone", waited(FIRST_FIRM, fresh=True), 10.0)
    yield line("later starts from a clone", waited(FIRST_FIRM), 1.0)
    with tempfile.TemporaryDirectory(prefix="tandem-benchmark-") as place:
        build = (
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "--wheel-dir",
            place,
            str(ROOT),
        )
        subprocess.run([sys.executable, *build], check=True, capture_output=True)
        with zipfile.ZipFile(next(Path(place).glob("*.whl"))) as wheel:
            wheel.extractall(f"{place}/site")
        yield line("first start from a wheel", waited(FIRST_FIRM, folder=place, fresh=True, PYTHONPATH=f"{place}/site"), 1.0)


def waits(long: bool) -> Iterator[Figure]:
    """Imports and commands, warm."""
    for what, words, goal in LOADED:
        yield line(what, waited(words, times=5), goal)
    for words, goal in COMMANDS:
        yield line(f"tandem {words}", waited((*TANDEM, *words.split()), times=2), goal)
    for words, goal in LONG if long else ():
        with tempfile.TemporaryDirectory(prefix="tandem-benchmark-") as out:
            yield line(f"tandem {words}", waited((*TANDEM, *words.split(), "--out", f"{out}/it"), times=1), goal)


def main(words: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.start_benchmark", description=__doc__)
    parser.add_argument("--long", action="store_true", help="also the commands that take minutes")
    long = parser.parse_args(words).long
    show([*first_starts(), *waits(long)], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
