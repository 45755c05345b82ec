"""How fast is it here? Every figure beside the goal it should meet: `make benchmark` (a few minutes).

On a shared machine wall time says little: where it can, a figure counts processor time, and cores really used stand beside
speeds in wall time. Goals are those of the design; nothing fails when one is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tandem.experiments.effects.role_models import contexts, described
from tandem.sim.compile import COMPILED, set_threads
from tandem.sim.model import LeadershipModel
from tandem.sim.parameters import Parameters
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario

ROLE_MODEL = "co-pilot"


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, the figure with its unit, the goal, and whether it is met (None: no goal)."""

    what: str
    figure: str
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True)
class Spent:
    """Seconds that something took."""

    wall: float
    processor: float

    @property
    def cores(self) -> float:
        """Cores that really worked."""
        return self.processor / self.wall


def timed(work: Callable[[], Any]) -> Spent:
    """Play something once, on the clock."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - processor)


def best_of(times: int, work: Callable[[], Any], by: str = "processor") -> Spent:
    """The least of several goes: what disturbs a measurement only ever adds."""
    return min((timed(work) for _ in range(times)), key=lambda spent: getattr(spent, by))


def six_teams(context: str) -> Scenario:
    """A context with the six default teams."""
    teams = [team.model_dump() for team in Parameters().teams]
    return Scenario.of(role_model=ROLE_MODEL, context=context).with_({"teams": teams})


# -- in this process ---------------------------------------------------------------------------


def kernel_by_context(runs: int) -> Iterator[Figure]:
    """Runs of 12 quarters per second of processor time, serial."""
    cases = {"baseline, six teams": six_teams("baseline")}
    cases |= {context: Scenario.of(role_model=ROLE_MODEL, context=context) for context in contexts()}
    speed = {name: runs / best_of(3, partial(simulate_batch, s, runs, threads=False)).processor for name, s in cases.items()}
    reference, *rest = speed
    yield Figure(f"batch kernel, {reference}", f"{speed[reference]:,.0f} runs/processor-s", "3,500", speed[reference] >= 3500)
    for name in rest:
        teams = len(cases[name].parameters.teams)
        factor = speed[reference] / speed[name]
        yield Figure(
            f"batch kernel, {name} ({teams} teams)", f"{speed[name]:,.0f} runs/processor-s", "within a factor of 2", factor <= 2.0
        )


def kernel_by_role_model(runs: int) -> Iterator[Figure]:
    """The same by role model, in the baseline."""
    for name, scenario in described("baseline").items():
        spent = best_of(2, partial(simulate_batch, scenario, runs, threads=False))
        yield Figure(f"batch kernel, {name}", f"{runs / spent.processor:,.0f} runs/processor-s")


def threads(runs: int) -> Iterator[Figure]:
    """One thread against two, in wall time; with the cores that were really there."""
    scenario = six_teams("baseline")
    found: dict[int, Spent] = {}
    for n in (1, 2) * 3:  # turn by turn, so that a loud moment of the machine does not hit one of them alone
        if set_threads(n) < n:
            yield Figure("two threads against one", "only one core here", "1.7 times")
            return
        spent = best_of(2, lambda: simulate_batch(scenario, runs), by="wall")
        found[n] = min(spent, found.get(n, spent), key=lambda each: each.wall)
    for n, spent in found.items():
        yield Figure(
            f"batch kernel, {n} thread{'s' * (n > 1)}",
            f"{runs / spent.wall:,.0f} runs/s on {spent.cores:.2f} cores",
            "6,000 on two idle cores" if n == 2 else "",
            runs / spent.wall >= 6000 if n == 2 else None,
        )
    gain, share = found[1].wall / found[2].wall, found[2].cores / found[1].cores
    told = f"{gain:.2f} times ({gain / share:.2f} per core really had)"
    yield Figure("two threads against one", told, "1.7 times", gain >= 1.7)


def mesa(runs: int) -> Iterator[Figure]:
    """The Mesa driver beside the kernel, turn by turn."""
    scenario = six_teams("baseline")
    LeadershipModel(scenario).run()
    ours = best_of(runs, lambda: LeadershipModel(scenario).run()).processor
    kernel = best_of(3, lambda: simulate_batch(scenario, 200, threads=False)).processor / 200
    yield Figure("one run of 12 quarters through Mesa's agents", f"{1000 * ours:.1f} ms", "20 ms", ours <= 0.020)
    yield Figure("batch kernel against Mesa, same process", f"{ours / kernel:.0f} times as fast")


def parallel_calls(runs: int) -> Iterator[Figure]:
    """Several Python threads at once: no crash, and the numbers of a call on its own."""
    scenario = six_teams("baseline")
    alone = simulate_batch(scenario, runs).outcomes
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: simulate_batch(scenario, runs).outcomes, range(4)))
    same = all(alone.equals(other) for other in together)
    yield Figure("four Python threads calling at once", "same bits" if same else "other numbers", "safe", same)


def dropped(runs: int) -> Iterator[Figure]:
    """Decisions for which the pool had no room (counted, lapsed, reported), in the context that asks most of it."""
    arms = described("rapid-growth")
    lost = {name: float(simulate_batch(arm, runs).outcomes["decisions_dropped"].mean()) for name, arm in arms.items()}
    worst = max(lost, key=lambda name: lost[name])
    yield Figure(f"decisions dropped a run, rapid growth (most: {worst})", f"{lost[worst]:.3g}", "none unseen")


# -- in processes of their own -----------------------------------------------------------------

FIRST_CALL = """
import json, sys, time
began = time.perf_counter()
from tandem.sim import Scenario, simulate_batch
loaded = time.perf_counter()
simulate_batch(Scenario.of(role_model="co-pilot", context="baseline"), runs=int(sys.argv[1]))
played = time.perf_counter()
print(json.dumps([loaded - began, played - loaded, time.process_time()]))
"""

MEMORY = """
import json, resource
from tandem.sim import Scenario, simulate_batch
firm = Scenario.of(role_model="co-pilot", context="baseline").with_({"quarters": 1})
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
simulate_batch(firm, runs=2000)
before = peak()
batch = simulate_batch(firm, runs=50_000)
print(json.dumps([peak() - before, int(batch.outcomes.memory_usage().sum())]))
"""

BLOCKS = """
import json
from tandem.sim import Scenario, simulate, streams
count, real = 0, streams._philox
def counted(*words):
    global count
    count += 1
    return real(*words)
streams._philox = counted
run = simulate(Scenario.of(role_model="co-pilot", context="baseline").with_({"quarters": 4}))
print(json.dumps(count / run.weeks))
"""


def child(script: str, *words: str, **environment: str) -> Any:
    """What a script of a process of its own prints, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env={**os.environ, **environment}, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def first_calls(runs: int) -> Iterator[Figure]:
    """A fresh process with an empty cache, then with a warm one."""
    with tempfile.TemporaryDirectory(prefix="tandem-benchmark-") as cache:
        _, cold, processor = child(FIRST_CALL, "1", TANDEM_CACHE=cache)
        yield Figure("first call, empty cache", f"{cold:.1f} s ({processor:.1f} processor-s with imports)", "10 s", cold <= 10)
        warm = min((child(FIRST_CALL, "1", TANDEM_CACHE=cache) for _ in range(3)), key=lambda seconds: seconds[1])
        both = min((child(FIRST_CALL, "64", TANDEM_CACHE=cache) for _ in range(2)), key=lambda seconds: seconds[1])
    yield Figure("first call, warm cache", f"{warm[1]:.2f} s", "0.6 s", warm[1] <= 0.6)
    yield Figure("first call, warm cache, threads", f"{both[1]:.2f} s")
    yield Figure("import of sim", f"{warm[0]:.2f} s")


def memory(runs: int) -> Iterator[Figure]:
    """Growth of a process from 2,000 to 50,000 runs, against the table of outcomes that it returns."""
    grown, table = child(MEMORY)
    # While the table is put together its parts lie beside it, and once more as columns are set before it.
    yield Figure(
        "memory, 50,000 runs more than 2,000",
        f"{grown / 2**20:.0f} MiB at the peak; the table has {table / 2**20:.0f}",
        "no more than 3 tables",
        grown <= 3 * table,
    )


def blocks(runs: int) -> Iterator[Figure]:
    """Random numbers asked for, counted in a run without the compiler."""
    yield Figure("blocks of four random numbers a week, baseline", f"{child(BLOCKS, NUMBA_DISABLE_JIT='1'):.0f}")


def help_page(runs: int) -> Iterator[Figure]:
    """Processor time of `tandem --help`, the least of five."""
    import resource

    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "tandem.experiments.commands.main", "--help"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    yield Figure("`tandem --help`", f"{min(spent):.2f} processor-s", "0.5", min(spent) <= 0.5)


def quick_study(runs: int) -> Iterator[Figure]:
    """`make demo` the second time: everything installed and compiled."""
    with tempfile.TemporaryDirectory(prefix="tandem-benchmark-") as out:
        command = [
            sys.executable,
            "-m",
            "tandem.experiments.commands.main",
            "study",
            "--profile",
            "quick",
            "--out",
            f"{out}/study",
        ]
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        spent = time.perf_counter() - began
    yield Figure("quick study, everything compiled", f"{spent:.0f} s", "60 s", spent <= 60)


MEASURED: dict[str, Callable[[int], Iterator[Figure]]] = {
    "contexts": kernel_by_context,
    "role_models": kernel_by_role_model,
    "threads": threads,
    "mesa": mesa,
    "calls": parallel_calls,
    "dropped": dropped,
    "start": first_calls,
    "memory": memory,
    "blocks": blocks,
    "help": help_page,
    "study": quick_study,
}
RUNS = {"contexts": 1000, "role_models": 500, "threads": 4000, "mesa": 10, "calls": 500, "dropped": 300}


def measure(names: list[str], share: float = 1.0, progress: Callable[[str], None] = lambda what: None) -> list[Figure]:
    """The figures of the groups named; `share` of the usual number of runs."""
    figures: list[Figure] = []
    simulate_batch(six_teams("baseline"), runs=64)  # compiled, loaded, warm
    for name in names:
        progress(name)
        figures += MEASURED[name](max(2, int(RUNS.get(name, 1) * share)))
    return figures


def show(figures: list[Figure], stream: Any) -> None:
    """The table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{machine()}; 12 quarters a run", title_justify="left")
    for head in ("what", "figure", "goal", "met"):
        table.add_column(head)
    for line in figures:
        table.add_row(line.what, line.figure, line.goal, "" if line.met is None else "yes" if line.met else "no")
    Console(file=stream, width=None if stream.isatty() else 130, highlight=False).print(table)


def machine() -> str:
    """The processor, its cores, and how busy it is."""
    info = Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
        if info.exists()
        else []
    )
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{names[0] if names else 'this machine'}, {os.cpu_count()} cores{load}; numpy {np.__version__}"


def main(words: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.benchmark", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="GROUP", help=f"measure only these: {', '.join(MEASURED)}")
    asked = parser.parse_args(words).only
    if unknown := sorted(set(asked) - set(MEASURED)):
        parser.error(f"{unknown[0]}: no such group; there are {', '.join(MEASURED)}")
    if not COMPILED:
        parser.error("the compiler is switched off (NUMBA_DISABLE_JIT): there is nothing to measure")
    figures = measure(asked or list(MEASURED), progress=lambda what: print(f"measuring {what}", file=sys.stderr, flush=True))
    show(figures, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
