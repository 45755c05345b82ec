"""A Dask scheduler and two workers as separate processes on the loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tandem.experiments.store import Plan, Refused, Stopped, Told, of_plan, open_sweep, run
from tandem.experiments.store.cluster import DaskEngine

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow

PLAN = """
seed = 3
quarters = 1
replicates = 1500
outcomes = ["cash", "conflict_rate"]
keep = "named"
scenarios = ["co-pilot"]
factors = { "levers.skills" = [0.2, 0.8] }
"""


def dask(*words, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )


class Cluster:
    """Processes of a cluster; nothing of it listens beyond the loopback."""

    def __init__(self, folder, workers=2):
        file = folder / "scheduler.json"
        self.scheduler = dask(
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--dashboard-address",
            "127.0.0.1:0",
            "--scheduler-file",
            str(file),
            folder=folder,
        )
        until = time.monotonic() + 60
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.05)
        self.address = json.loads(file.read_text())["address"]
        self.workers = [
            dask(
                "worker",
                self.address,
                "--host",
                "127.0.0.1",
                "--nthreads",
                "1",
                "--no-dashboard",
                "--dashboard-address",
                "127.0.0.1:0",
                "--no-nanny",
                folder=folder,
            )
            for _ in range(workers)
        ]

    def joined(self, workers):
        """Return once so many workers have joined the scheduler."""
        from distributed import Client

        with Client(self.address) as client:
            client.wait_for_workers(workers, timeout=60)

    def listening(self):
        """Local addresses on which our processes listen, from the kernel's own table."""
        inodes = set()
        for process in (self.scheduler, *self.workers):
            for handle in os.listdir(f"/proc/{process.pid}/fd"):
                try:
                    target = os.readlink(f"/proc/{process.pid}/fd/{handle}")
                except OSError:
                    continue
                if target.startswith("socket:["):
                    inodes.add(target[8:-1])
        found = []
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == "0A" and words[9] in inodes:
                    found.append(words[1].split(":")[0])
        return found

    def end(self):
        for process in (self.scheduler, *self.workers):
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path):
    made = Cluster(tmp_path)
    yield made
    made.end()


@pytest.fixture(scope="module")
def digest(tmp_path_factory):
    return run(of_plan(Plan.parse(PLAN)), tmp_path_factory.mktemp("alone") / "s", workers=1).digest


class Then(Told):
    """Does something once so many chunks are committed."""

    def __init__(self, chunks, act):
        self.left, self.act = chunks, act

    def advanced(self, runs):
        self.left -= 1
        if self.left == 0:
            self.act()


def test_a_killed_worker_costs_its_chunk_and_a_killed_scheduler_a_stop(cluster, digest, tmp_path):
    engine = DaskEngine(cluster.address)
    report = run(
        of_plan(Plan.parse(PLAN)),
        tmp_path / "s",
        engine=engine,
        chunk_runs=100,
        told=Then(6, lambda: cluster.workers[0].send_signal(signal.SIGKILL)),
    )
    assert (report.digest, report.engine) == (digest, "dask")
    assert cluster.workers[0].wait(5) == -signal.SIGKILL
    with pytest.raises(Stopped, match="scheduler"):
        run(
            of_plan(Plan.parse(PLAN)),
            tmp_path / "t",
            engine=DaskEngine(cluster.address),
            chunk_runs=100,
            told=Then(4, lambda: cluster.scheduler.send_signal(signal.SIGKILL)),
        )
    report = run(of_plan(Plan.parse(PLAN)), tmp_path / "t", workers=1)
    assert report.digest == digest and report.done_before >= 400


def test_a_folder_that_workers_do_not_see_is_one_line_within_30_seconds(cluster, tmp_path, monkeypatch):
    """A worker in a mount of its own sees an empty folder; here the file is hidden from all of them."""
    cluster.joined(2)
    monkeypatch.setattr("tandem.experiments.store.folder.Folder.write", lambda *_, **__: True)
    began = time.monotonic()
    with pytest.raises(Refused, match=r"2 of 2 workers do not see .* share"):
        run(of_plan(Plan.parse(PLAN)), tmp_path / "s", engine=DaskEngine(cluster.address))
    assert time.monotonic() - began < 30
    assert not list((tmp_path / "s" / "receipts").iterdir())


def test_nothing_listens_beyond_the_loopback(cluster):
    until = time.monotonic() + 30
    while len(cluster.listening()) < 3 and time.monotonic() < until:
        time.sleep(0.2)
    found = cluster.listening()
    assert len(found) >= 3
    assert set(found) == {"0100007F"}


def test_no_scheduler_and_no_workers_are_one_line(tmp_path):
    began = time.monotonic()
    with pytest.raises(Refused, match="no Dask scheduler answers"):
        run(of_plan(Plan.parse(PLAN)), tmp_path / "s", engine=DaskEngine("tcp://127.0.0.1:9"))
    alone = Cluster(tmp_path, workers=0)
    try:
        with pytest.raises(Refused, match="no workers"):
            run(of_plan(Plan.parse(PLAN)), tmp_path / "s", engine=DaskEngine(alone.address))
    finally:
        alone.end()
    assert time.monotonic() - began < 60
    with pytest.raises(Refused):
        open_sweep(tmp_path / "s")
