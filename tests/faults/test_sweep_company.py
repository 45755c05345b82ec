"""Sweeps in bad company: exchanged folders, two drivers at once, torn logs, pipes, poor file systems, foreign pools."""

import errno
import json
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tandem.experiments.commands.main import status
from tandem.experiments.store import (
    Damaged,
    FunctionModel,
    FuturesEngine,
    ProcessEngine,
    Refused,
    Stopped,
    SweepError,
    of_rows,
    open_sweep,
    run,
    verify,
)
from tandem.experiments.store import Told as Hearing
from tandem.experiments.store.chunk import Task, running
from tandem.experiments.store.folder import ROOMS
from tandem.experiments.store.seals import sealed
from tandem.experiments.store.stopping import Stop
from tests import sweep_models

OUT = {"y": "units", "z": "units"}


def rows(n=12, function=sweep_models.parabola, **more):
    return of_rows({"x": np.arange(float(n))}, model=FunctionModel(function, OUT), **more)


def sweep(out, **more):
    return run(rows(), out, **{"workers": 1, "chunk_runs": 5, **more})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished sweep of three chunks."""
    out = tmp_path_factory.mktemp("whole") / "s"
    sweep(out)
    return out


@pytest.fixture
def copy(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "s")
    return tmp_path / "s"


@pytest.fixture
def digest(whole):
    return open_sweep(whole).digest


def said_in_one_line(act):
    """Whatever comes of it is no traceback, and one line."""
    told = ""
    try:
        act()
    except SweepError as error:
        told = str(error)
    assert "\n" not in told


def contents(folder):
    return {file.relative_to(folder): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


# -- the log -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: log[:-1],
        lambda log: log[:-30],
        lambda log: log[: len(log) // 2],
        lambda log: log[:40] + b"\n" + log[log.index(b"\n") + 1 :],  # a full disk in the middle
        lambda log: log + b"\0" * 512,  # a power cut
        lambda log: log[:-20] + b"\0" * 20,
    ],
    ids=["newline", "seal", "half", "middle", "zeros", "zeroed end"],
)
def test_a_torn_log_is_a_note_and_the_sweeps_own_command_mends_it(spoil, copy, digest):
    log = copy / "log.jsonl"
    log.write_bytes(spoil(log.read_bytes()))
    found = verify(copy)
    assert found.damage == [] and any("log.jsonl" in line and "decides nothing" in line for line in found.notes)
    report = sweep(copy)
    assert report.digest == digest and report.played == 0 and any("log.jsonl" in line for line in report.warnings)
    found = verify(copy)
    assert found.damage == [] and not any("log.jsonl" in line for line in found.notes)
    assert len(list((copy / "quarantine").iterdir())) == 1  # nothing is lost
    assert sweep(copy).warnings == ()


def test_a_log_with_a_changed_line_is_mended_too(copy, digest):
    log = copy / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"chunk":1', b'"chunk":2', 1))
    assert verify(copy).damage
    assert sweep(copy).digest == digest
    assert verify(copy).damage == []


# -- two at once -------------------------------------------------------------------------------


@pytest.mark.parametrize("locks", [True, False])
def test_of_two_plans_in_one_new_folder_one_wins_and_the_other_is_refused(locks, tmp_path, monkeypatch, digest):
    """The second begins and ends while the first is about to write its manifest, and the other way round."""
    from tandem.experiments.store import locks as of_system
    from tandem.experiments.store import opening

    if not locks:
        monkeypatch.setattr(of_system, "fcntl", None)
    real, others = opening.described, []

    def described(*arguments):
        if not others:
            others.append(multiprocessing.get_context("fork").Process(target=another, args=(tmp_path / "s", locks)))
            others[0].start()
            if locks:
                time.sleep(1.0)  # it waits for the lock
            else:
                others[0].join()
        return real(*arguments)

    monkeypatch.setattr(opening, "described", described)
    report = sweep(tmp_path / "s")
    others[0].join()
    assert report.digest == digest and others[0].exitcode == 2
    assert verify(tmp_path / "s", recompute=100, model=rows().model).damage == []


def another(out, locks):
    try:
        run(rows(9, sweep_models.slow), out, workers=1, chunk_runs=2)
    except SweepError as error:
        os._exit(error.exit_code if "another sweep" in str(error) else 99)
    os._exit(0)


def test_two_plans_at_once_at_the_command_line(tmp_path):
    plan = 'seed = {}\nquarters = 1\nreplicates = 40\noutcomes = ["cash"]\nkeep = "named"\nscenarios = ["co-pilot"]\n'
    for name, seed in (("a", 1), ("b", 2)):
        (tmp_path / f"{name}.toml").write_text(plan.format(seed))
    words = [sys.executable, "-m", "tandem.experiments.commands.main", "sweep"]
    drivers = [
        subprocess.Popen(
            [*words, str(tmp_path / f"{name}.toml"), "--out", str(tmp_path / "s"), "--workers", "1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in "ab"
    ]
    ends = [driver.communicate(timeout=400) for driver in drivers]
    assert sorted(driver.returncode for driver in drivers) == [0, 2], ends
    assert "another sweep" in "".join(err for _, err in ends)
    assert verify(tmp_path / "s", recompute=100).damage == []


def test_two_drivers_on_a_damaged_folder_both_end_well(copy, digest):
    """The second mends the folder between the first one's look and its mending."""
    from tandem.experiments.store.store import Store

    for name in ("shards/c00000000.parquet", "receipts/c00000001.json", "design.parquet"):
        (copy / name).write_bytes(b"damaged")
    real, done = Store.scan, []

    def scan(store, *arguments, **more):
        found = real(store, *arguments, **more)
        if found.bad and not done:
            done.append(1)
            assert sweep(copy).digest == digest
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "scan", scan)
        assert sweep(copy).digest == digest
    assert done and verify(copy, recompute=100, model=rows().model).damage == []


def test_a_receipt_that_goes_while_it_is_looked_for_is_missing_and_no_error(copy, digest, monkeypatch):
    from tandem.experiments.store.folder import Folder

    real = Folder.names

    def names(folder, room=""):
        found = real(folder, room)
        if room == "receipts":
            (copy / "receipts" / "c00000001.json").unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Folder, "names", names)
    assert sweep(copy).digest == digest


# -- a folder that is exchanged ----------------------------------------------------------------


class Then(Hearing):
    """Does something after so many runs."""

    def __init__(self, runs, act):
        self.left, self.act = runs, act

    def advanced(self, runs):
        self.left -= runs
        if self.left <= 0 and self.act is not None:
            act, self.act = self.act, None
            act()


WAYS = ("moved", "removed", "in place", "manifest")


@pytest.mark.parametrize(("way", "workers"), [*((way, 1) for way in WAYS), pytest.param("moved", 2, marks=pytest.mark.slow)])
def test_a_folder_exchanged_for_another_sweeps_is_noticed(way, workers, tmp_path):
    run(rows(40, sweep_models.slow), tmp_path / "other", workers=1, chunk_runs=2)
    before = contents(tmp_path / "other")
    place = tmp_path / "s"

    def exchange():
        if way == "moved":
            place.rename(tmp_path / "away")
            shutil.copytree(tmp_path / "other", place)
        elif way == "removed":
            shutil.rmtree(place)
            shutil.copytree(tmp_path / "other", place)
        elif way == "in place":
            for file in sorted(place.rglob("*"), reverse=True):
                if file.is_file():
                    file.unlink()
            shutil.copytree(tmp_path / "other", place, dirs_exist_ok=True)
        else:
            shutil.copy(tmp_path / "other" / "manifest.json", place / "manifest.json")

    with pytest.raises((Damaged, Stopped)) as caught:
        run(rows(80), place, workers=workers, chunk_runs=2, told=Then(10, exchange))
    assert caught.value.exit_code in (3, 4) and "\n" not in str(caught.value)
    if way != "manifest":
        assert contents(place) == before


def test_a_folder_that_only_moved_to_a_copy_of_itself_goes_on(tmp_path, digest):
    """The same sweep at another place on the disk is the same sweep: file systems that number anew do no harm."""

    def exchange():
        (tmp_path / "s").rename(tmp_path / "away")
        shutil.copytree(tmp_path / "away", tmp_path / "s")

    assert sweep(tmp_path / "s", told=Then(5, exchange)).digest == digest


# -- what is no file, and what is no such document ---------------------------------------------


def nothing_regular(place, kind):
    """Put a pipe, a socket, a folder or a device's link where a file was."""
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "socket":
        here = os.getcwd()
        os.chdir(place.parent)  # a socket's path may not be long
        try:
            socket.socket(socket.AF_UNIX).bind(place.name)
        finally:
            os.chdir(here)
    elif kind == "folder":
        place.mkdir()
    else:
        place.symlink_to("/dev/zero")


@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "device"])
@pytest.mark.parametrize(
    "name",
    ["log.jsonl", "lock", "manifest.json", "design.parquet", "final.json", "receipts/c00000001.json", "shards/c00000001.parquet"],
)
def test_what_is_no_file_is_told_within_two_seconds(name, kind, copy, capsys):
    nothing_regular(copy / name, kind)
    for act in (lambda: verify(copy), lambda: open_sweep(copy).to_pandas(), lambda: sweep(copy)):
        started = time.monotonic()
        said_in_one_line(act)
        assert time.monotonic() - started < 2
    assert status(["verify", str(copy)]) in (0, 2, 3, 4)
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_a_plan_that_is_no_file_is_one_line(kind, tmp_path, capsys):
    nothing_regular(tmp_path / "plan.toml", kind)
    started = time.monotonic()
    for words in (["sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "s")], ["run", str(tmp_path / "plan.toml")]):
        assert status(words) == 2
        told = capsys.readouterr().err.strip().splitlines()
        assert len(told) == 1 and "plan.toml" in told[0]
    assert time.monotonic() - started < 4 and not (tmp_path / "s").exists()


WRONG = (None, True, -1, 1.5, 2**70, "x", "", [], {}, [[]], {"a": 1}, ["x"], [None])


def changed(document):
    """The document with each value in turn of a wrong kind, or gone, or with what is no such key."""

    def inside(value, put):
        if isinstance(value, dict):
            for key in value:
                yield from inside(value[key], lambda new, key=key: put({**value, key: new}))
                yield put({name: kept for name, kept in value.items() if name != key})
        elif isinstance(value, list) and value:
            yield from inside(value[0], lambda new: put([new, *value[1:]]))
        for wrong in WRONG:
            if wrong != value or type(wrong) is not type(value):
                yield put(wrong)

    yield from (made for made in inside(document, lambda new: new) if isinstance(made, dict))


@pytest.mark.parametrize("name", ["receipts/c00000001.json", "final.json", "manifest.json", "stages/s0001.json", "log.jsonl"])
def test_a_sealed_document_with_values_of_wrong_kinds_is_never_a_traceback(name, copy, tmp_path):
    if name.startswith("stages"):
        (copy / name).write_bytes(sealed({"sweep_id": "x", "stage": 1, "start": 12, "low": 1, "high": 2, "points": [1]}))
        manifest = json.loads((copy / "manifest.json").read_bytes())
        manifest["spec"]["precision"] = {"outcome": "y", "half_width": 0.1, "at_most": 8, "at_least": 2}
        (copy / "manifest.json").write_bytes(sealed(manifest))
    file = copy / name
    text = file.read_bytes().splitlines(keepends=True)[0]
    document = {key: value for key, value in json.loads(text).items() if key != "self"}
    tried = 0
    for other in list(changed(document))[:: 5 if name == "manifest.json" else 3]:
        file.write_bytes(sealed(other))
        said_in_one_line(lambda: verify(copy))
        said_in_one_line(lambda: open_sweep(copy).to_pandas(allow_partial=True))
        said_in_one_line(lambda: open_sweep(copy).digest)
        tried += 1
    assert tried > 20


# -- file systems that know less ---------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK])
@pytest.mark.parametrize("locks", [True, False])
def test_without_hard_links_and_folder_sync_a_sweep_works_all_the_same(number, locks, tmp_path, digest, monkeypatch):
    from tandem.experiments.store import locks as of_system

    real = os.fsync

    def link(*_, **__):
        raise OSError(number, os.strerror(number))

    def fsync(handle):
        if os.path.isdir(f"/proc/self/fd/{handle}"):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", link)
        patch.setattr(os, "fsync", fsync)
        if not locks:
            patch.setattr(of_system, "fcntl", None)
        report = sweep(tmp_path / "s")
        assert report.digest == digest
        assert sweep(tmp_path / "s").played == 0
        with pytest.raises(Refused, match="another sweep"):
            run(rows(9), tmp_path / "s", workers=1)
    assert verify(tmp_path / "s").damage == []


def test_the_folders_above_a_new_sweep_are_flushed_too(tmp_path, monkeypatch):
    real, flushed = os.fsync, set()

    def fsync(handle):
        flushed.add(os.path.realpath(f"/proc/self/fd/{handle}"))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    sweep(tmp_path / "a" / "b" / "s")
    assert {str(tmp_path), str(tmp_path / "a"), str(tmp_path / "a" / "b"), str(tmp_path / "a" / "b" / "s")} <= flushed
    assert {str(tmp_path / "a" / "b" / "s" / room) for room in ("shards", "receipts")} <= flushed


# -- platforms and pools -----------------------------------------------------------------------

WITHOUT = """
import sys
sys.modules["fcntl"] = None
import os
{more}
from tandem.experiments.commands.main import main
main()
"""


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ("", 0, "no locks here"),
        ("del os.O_NOFOLLOW, os.O_NONBLOCK, os.O_CLOEXEC, os.O_DIRECTORY", 0, "complete"),
        ("os.supports_dir_fd = set()", 2, "WSL"),
    ],
    ids=["fcntl", "flags", "handles"],
)
def test_a_poorer_platform_works_or_is_one_sentence(more, code, words, tmp_path):
    (tmp_path / "plan.toml").write_text(
        'seed = 1\nquarters = 1\nreplicates = 3\noutcomes = ["cash"]\nkeep = "named"\nscenarios = ["co-pilot"]\n'
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            WITHOUT.format(more=more),
            *("sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "s"), "--workers", "1"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code and "Traceback" not in done.stderr, done.stderr
    assert words in done.stderr + done.stdout
    if code:
        assert len(done.stderr.strip().splitlines()) == 1 and not (tmp_path / "s").exists()


def nested_sweep(out):
    report = run(rows(), out, workers=2, chunk_runs=5)
    try:
        run(rows(), f"{out}-engine", engine=ProcessEngine(2), chunk_runs=5)
        refused = ""
    except Refused as error:
        refused = str(error)
    return report.digest, report.engine, verify(out, recompute=100, model=rows().model, workers=2).damage, refused


@pytest.mark.slow
def test_a_sweep_inside_a_users_own_pool_plays_with_one_worker(tmp_path, digest):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found, engine, damage, refused = pool.apply(nested_sweep, (str(tmp_path / "pool"),))
    assert (found, engine, damage) == (digest, "serial", []) and "one worker" in refused
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        found, engine, damage, _ = pool.submit(nested_sweep, str(tmp_path / "executor")).result()
    assert (found, engine, damage) == (digest, "process", [])


def test_a_worker_with_other_code_is_refused_by_its_name(tmp_path, digest):
    """As a pool's worker that started after a rule was edited: what it says it runs is another digest."""

    class Edited(FuturesEngine):
        def __init__(self):
            self.name = "edited"

        def run(self, task, chunks, done, stop):
            first, *others = chunks
            done(first, task(first))
            edited = tuple((key, "edited" if key == "code" else value) for key, value in task.driver)
            other = Task(**{**task.__dict__, "driver": edited})
            for number in others:
                done(number, other(number))

    with pytest.raises(Refused, match=r"worker process \d+ runs other code than the driver \(code"):
        run(rows(), tmp_path / "s", engine=Edited(), chunk_runs=5)
    assert [file.name for file in (tmp_path / "s" / "receipts").iterdir()] == ["c00000000.json"]
    assert sweep(tmp_path / "s").digest == digest
    assert dict(running())["code"] and dict(running())["model"]


def test_a_worker_whose_function_does_something_else_is_refused(tmp_path, digest):
    """As on a machine of a cluster on which the user's own file is another version."""
    model = rows().model

    class Elsewhere(FuturesEngine):
        def __init__(self):
            self.name = "elsewhere"

        def run(self, task, chunks, done, stop):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(task.model, "function", sweep_models.slow)
                task(next(iter(chunks)))

    with pytest.raises(Refused, match="slow"):
        run(rows(), tmp_path / "s", engine=Elsewhere(), chunk_runs=5)
    assert not list((tmp_path / "s").glob("receipts/*")) and model.code
    assert sweep(tmp_path / "s").digest == digest


def test_populations_are_drawn_without_processes_inside_a_users_own_pool(monkeypatch):
    from tandem.experiments.validation import findings

    class Never:
        def __init__(self, *_, **__):
            raise AssertionError("processes")

    monkeypatch.setattr(findings, "ProcessPoolExecutor", Never)
    monkeypatch.setattr(findings, "_drawn", lambda job: {"seed": job[1]})
    monkeypatch.setattr(findings, "judged", lambda table, level: table.assign(finding="C1", statistic="seed"))
    monkeypatch.setattr(findings, "nested", lambda: True)
    assert len(findings.assess(None, seeds=3, workers=4)) == 3
    monkeypatch.setattr(findings, "nested", lambda: False)
    with pytest.raises(AssertionError, match="processes"):
        findings.assess(None, seeds=3, workers=4)


# -- Ctrl-C ------------------------------------------------------------------------------------

LONG = """
import os, signal, sys, threading, time
import numpy as np
from tandem.experiments.store import FunctionModel, SweepError, of_rows, run
from tests import sweep_models
def press():
    time.sleep({wait})
    for _ in range({presses}):
        os.kill(os.getpid(), signal.{signal})
threading.Thread(target=press, daemon=True).start()
model = FunctionModel(sweep_models.slow, {{"y": "units", "z": "units"}})
try:
    run(of_rows({{"x": np.arange(3000.0)}}, model=model), sys.argv[1], workers=1, chunk_runs=3000)
except (SweepError, KeyboardInterrupt) as error:
    sys.exit(getattr(error, "exit_code", 131))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), pytest.param("SIGTERM", 3, marks=pytest.mark.long)])
def test_one_press_ends_a_sweep_of_one_worker_and_a_large_chunk_within_eight_seconds(name, code, tmp_path):
    started = time.monotonic()
    script = LONG.format(wait=3, presses=1, signal=name)
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "s")], timeout=60, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert time.monotonic() - started < 3 + 8 + 5  # and five to start
    assert not list((tmp_path / "s" / "receipts").iterdir()) and not list((tmp_path / "s" / "tmp").iterdir())
    assert verify(tmp_path / "s").damage == []


@pytest.fixture
def heard():
    """The usual answer to Ctrl-C, also where the tests were started by something that ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_presses_during_one_call_are_counted(heard):
    """Python runs its handler once for all that came meanwhile; the pipe knows how many these were."""
    with Stop() as stop:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.raise_signal(signal.SIGINT)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        assert stop.asked == "interrupt"
    with Stop() as stop:
        os.write(stop._pipe[1], bytes([signal.SIGINT]))  # the first, which the kernel's call kept from us
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert stop.asked == "interrupt"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.set_wakeup_fd(-1) == -1


def test_somebody_elses_pipe_of_signals_stays(heard):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    try:
        with Stop() as stop:
            signal.raise_signal(signal.SIGINT)
            assert stop.asked == "interrupt" and os.read(reading, 10) == bytes([signal.SIGINT])
    finally:
        assert signal.set_wakeup_fd(-1) == writing
        os.close(reading)
        os.close(writing)


def test_a_sweep_that_comes_to_nothing_leaves_no_folder(tmp_path):
    class Absent:
        name = "absent"

        def prepare(self, folder):
            raise Refused("nobody is there")

    with pytest.raises(Refused, match="nobody"):
        run(rows(), tmp_path / "a" / "s", engine=Absent())
    assert not (tmp_path / "a" / "s").exists()
    (tmp_path / "mine").mkdir()
    with pytest.raises(Refused, match="nobody"):
        run(rows(), tmp_path / "mine", engine=Absent())
    assert sorted(Path(tmp_path / "mine").iterdir()) == sorted(tmp_path / "mine" / name for name in (*ROOMS, "lock"))
