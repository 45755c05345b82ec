"""Does a room hold its bars here? Every figure beside its bar: `python -m bench.room_benchmark`.

Thirty scripted phones on loopback, twelve months, each choice on the clock, on this machine as it is: `--load` of the machine is
printed above. Under a minute.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.benchmark import Figure
from bench.dashboard_benchmark import p95
from bench.room_clients import Phone, RoomServer, some_choice, start

PARTICIPANTS, ROUNDS = 30, 12
QUICK, LARGEST_GROWTH = 200, 30  # ms; MB


def resident(process: int) -> float:
    """Memory of a process in MB; not-a-number where the system does not tell."""
    told = Path(f"/proc/{process}/status")
    found = re.search(r"VmRSS:\s+(\d+)", told.read_text()) if told.exists() else None
    return int(found.group(1)) / 1024 if found else float("nan")


def played(server: RoomServer) -> tuple[list[float], list[float], list[float], int]:
    """A whole session: ms of each choice, ms that each month took to be played, MB after each month, and errors."""
    phones = [Phone(server.port) for _ in range(PARTICIPANTS)]
    errors = sum(phone.join(server.code) != 200 for phone in phones)
    server.lead("start")
    server.lead("next")
    chosen: list[float] = []
    months: list[float] = []
    memory: list[float] = []

    def act(turn: int) -> int:
        phone = phones[turn]
        told = phone.look()
        begun = time.perf_counter()
        status, _ = phone.choose(told["round"], some_choice(told["view"], turn + told["round"]))
        chosen.append(1000 * (time.perf_counter() - begun))
        return int(status != 200)

    with ThreadPoolExecutor(PARTICIPANTS) as pool:
        for _ in range(ROUNDS):
            errors += sum(pool.map(act, range(PARTICIPANTS)))
            begun = time.perf_counter()
            server.lead("end_round")
            server.until("told")
            months.append(1000 * (time.perf_counter() - begun))
            server.lead("next")
            memory.append(resident(server.process.pid))
    return chosen, months, memory, errors


def figures() -> Iterator[Figure]:
    """Every bar, one after the other."""
    with tempfile.TemporaryDirectory(prefix="room-benchmark-") as folder:
        server = start("co-pilot-weakness", "--session", str(Path(folder) / "session.jsonl"), "--seconds", "600")
        try:
            chosen, months, memory, errors = played(server)
            asked = len(chosen)
            yield Figure(f"errors in {asked} choices of {PARTICIPANTS} participants", str(errors), "0", errors == 0)
            slow = p95(chosen)
            yield Figure("a choice registered, p95", f"{slow:.0f} ms", f"{QUICK} ms", slow <= QUICK)
            yield Figure("a month played and kept, p95", f"{p95(months):.0f} ms")
            grown = memory[-1] - memory[1]
            yield Figure("memory grown from month 2 to 12", f"{grown:.0f} MB", f"{LARGEST_GROWTH} MB", grown <= LARGEST_GROWTH)
            begun = time.perf_counter()
            server.lead("next")
            while not server.lead().get("end"):
                time.sleep(0.05)
            yield Figure("the debrief, from the last quiz on", f"{time.perf_counter() - begun:.1f} s")
        finally:
            server.stop()


def main() -> None:
    """Print the figures as they come."""
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    missed = 0
    for figure in figures():
        missed += figure.met is False
        mark = {True: "holds", False: "MISSED", None: ""}[figure.met]
        print(f"{figure.what:<66} {figure.figure:<28} {figure.goal:<14} {mark}", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
