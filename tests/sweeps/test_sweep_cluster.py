"""A Dask scheduler and two workers as separate processes on the loopback."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tandem.experiments.store import Interrupted, Plan, Refused, Stopped, Told, of_plan, open_sweep, run
from tandem.experiments.store.cluster import DaskEngine
from tandem.experiments.store.stopping import Stop

pytest.importorskip("distributed")
pytestmark = pytest.mark.slow
SECONDS_TO_TELL = 20  # ten are promised; this machine may be busy

PLAN = """
seed = 3
quarters = 1
replicates = 1500
outcomes = ["cash", "conflict_rate"]
keep = "named"
scenarios = ["co-pilot"]
factors = { "levers.skills" = [0.2, 0.8] }
"""


def dask(*words, folder, home=None):
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(home or os.getcwd())},
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
        self.workers = [self.one_more(folder) for _ in range(workers)]

    def one_more(self, folder, home=None):
        """A worker process that works in `folder`, with the project's code in `home` (here)."""
        place = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0", "--no-dashboard", "--no-nanny"]
        return dask("worker", self.address, *place, "--nthreads", "1", folder=folder, home=home)

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
    assert not (tmp_path / "s").exists()


def test_nothing_listens_beyond_the_loopback(cluster):
    until = time.monotonic() + 30
    while len(cluster.listening()) < 3 and time.monotonic() < until:
        time.sleep(0.2)
    found = cluster.listening()
    assert len(found) >= 3
    assert set(found) == {"0100007F"}


def test_no_scheduler_and_no_workers_are_one_line(tmp_path):
    began = time.monotonic()
    addresses = ("tcp://127.0.0.1:9", "nonsense://x:1")
    for address in addresses:
        with pytest.raises(Refused, match="no Dask scheduler answers"):
            run(of_plan(Plan.parse(PLAN)), tmp_path / "s", engine=DaskEngine(address))
    assert time.monotonic() - began < len(addresses) * SECONDS_TO_TELL
    alone = Cluster(tmp_path, workers=0)
    try:
        began = time.monotonic()
        with pytest.raises(Refused, match="no workers"):
            run(of_plan(Plan.parse(PLAN)), tmp_path / "s", engine=DaskEngine(alone.address))
        assert time.monotonic() - began < SECONDS_TO_TELL
    finally:
        alone.end()
    assert not (tmp_path / "s").exists()  # nothing is left


@pytest.mark.long
def test_no_workers_at_the_command_line_is_one_line_and_no_folder(tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN)
    alone = Cluster(tmp_path, workers=0)
    try:
        for address, words in ((alone.address, "no workers"), ("tcp://127.0.0.1:9", "no Dask scheduler answers")):
            began = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-m", "tandem.experiments.commands.main", "sweep", str(tmp_path / "plan.toml")]
                + ["--out", str(tmp_path / "s"), "--dask", address],
                capture_output=True,
                text=True,
            )
            assert done.returncode == 2 and words in done.stderr and len(done.stderr.strip().splitlines()) == 1, done.stderr
            assert time.monotonic() - began < SECONDS_TO_TELL and not (tmp_path / "s").exists()
    finally:
        alone.end()


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"1.1.HTTP/" * 9])
def test_what_listens_and_is_no_scheduler_is_one_line(says, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as line:

        def answer():
            with suppress(OSError):
                while True:
                    line.accept()[0].sendall(says)

        threading.Thread(target=answer, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(Refused, match="no Dask scheduler answers"):
            run(of_plan(Plan.parse(PLAN)), tmp_path / "s", engine=DaskEngine(f"tcp://127.0.0.1:{line.getsockname()[1]}"))
        assert time.monotonic() - began < SECONDS_TO_TELL and not (tmp_path / "s").exists()


@pytest.mark.parametrize("press", [False, True])
def test_the_last_worker_lost_is_told_and_ctrl_c_is_heard_at_once(press, tmp_path):
    mine = Cluster(tmp_path, workers=1)
    stop, lost = Stop(), []
    try:
        mine.joined(1)

        def lose():
            mine.workers[0].kill()
            lost.append(time.monotonic())
            if press:
                threading.Timer(1.0, lambda: setattr(stop, "asked", "interrupt")).start()

        with pytest.raises(Interrupted if press else Stopped, match="interrupted" if press else "no worker"):
            run(
                of_plan(Plan.parse(PLAN)),
                tmp_path / "s",
                engine=DaskEngine(mine.address),
                chunk_runs=100,
                told=Then(2, lose),
                stop=stop,
            )
        assert time.monotonic() - lost[0] < (8 if press else SECONDS_TO_TELL)
    finally:
        mine.end()
    assert run(of_plan(Plan.parse(PLAN)), tmp_path / "s", workers=1).done_before >= 200


@pytest.mark.long
def test_a_worker_that_joins_with_other_code_is_refused_by_its_address(cluster, tmp_path):
    """A checkout of its own in which a rule was edited, joined under way."""
    cluster.joined(2)
    house = tmp_path / "house"
    for room in ("tandem", "sim", "experiments", "scenarios", "tests"):
        shutil.copytree(Path.cwd() / room, house / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy("pyproject.toml", house)
    rule = house / "sim" / "rules" / "trust.py"
    rule.write_text(rule.read_text() + "\n# edited\n")
    joined = []

    def join():
        joined.append(cluster.one_more(tmp_path, house))
        time.sleep(8)  # it comes in; its first chunk tells

    with pytest.raises(Refused, match=r"worker tcp://127\.0\.0\.1:\d+ .*runs other code than the driver"):
        run(of_plan(Plan.parse(PLAN)), tmp_path / "s", engine=DaskEngine(cluster.address), chunk_runs=10, told=Then(2, join))
    joined[0].kill()
    joined[0].wait()
    assert not list((tmp_path / "s").glob("quarantine/*"))
    model = {json.loads(file.read_text())["versions"]["model"] for file in (tmp_path / "s" / "receipts").iterdir()}
    assert len(model) == 1


def test_outcomes_of_ones_own_are_the_same_bits_on_a_cluster(cluster, tmp_path):
    own = '[own_outcomes.late]\nformula = "mean(last(trust, 4))"\nunit = "0-1"\n'
    own += '[own_outcomes.won]\nformula = "sum(profit) / weeks"\n'
    plan = PLAN.replace('["cash", "conflict_rate"]', '["late", "won", "profit_per_week"]') + own
    assert plan != PLAN + own
    report = run(of_plan(Plan.parse(plan)), tmp_path / "there", engine=DaskEngine(cluster.address))
    assert report.engine == "dask" and report.digest == run(of_plan(Plan.parse(plan)), tmp_path / "here", workers=1).digest
    table = open_sweep(tmp_path / "there").to_pandas()
    assert table["won"].equals(table["profit_per_week"].rename("won")) and table["late"].between(0, 1).all()
