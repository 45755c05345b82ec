"""The compiler's room: nothing stale is ever served, and it works wherever it may write."""

import os
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from contextvars import ContextVar
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tandem.sim import code_cache
from tandem.sim import compile as tandem_compile
from tandem.sim.compile import COMPILED, at_once, in_threads, kernel, phase, records, rule, set_threads

ROOT = Path(tandem_compile.__file__).resolve().parents[1]
needs_compiler = pytest.mark.skipif(not COMPILED, reason="the compiler is off")


@rule
def halved(x):
    return x / 2.0


@phase
def grow(firms, i):
    firms[i].revenue = halved(firms[i].revenue) + firms[i].shares[1]


@kernel
def grow_some(firms, low, high):
    for i in range(low, high):
        grow(firms, i)


def grow_all(firms):
    in_threads(lambda low, high: grow_some(firms, low, high), len(firms), 7)


@kernel
def ratio(a, b):
    return a / b


def firms(n):
    found = records(n, np.dtype([("revenue", "f8"), ("shares", "f8", (3,))]))
    found["revenue"] = np.arange(n)
    found["shares"][:, 1] = 0.25
    return found


def test_records_are_zeroed_and_read_by_name():
    empty = records(3, np.dtype([("a", "f8"), ("b", "i8", (2,))]))
    assert empty.shape == (3,)
    assert empty["a"].tolist() == [0, 0, 0]
    assert empty["b"].tolist() == [[0, 0]] * 3
    assert isinstance(empty, np.recarray) is not COMPILED


def test_phases_write_records_and_kernels_play_every_row():
    for n in (1, 5, 50):
        some = firms(n)
        grow_all(some)
        assert some["revenue"].tolist() == [i / 2 + 0.25 for i in range(n)]


@needs_compiler
def test_kernels_never_raise_on_a_division_by_zero():
    assert ratio(1.0, 0.0) == float("inf")


def test_parallel_calls_from_several_python_threads():
    tables = [firms(500) for _ in range(6)]

    def play(table):
        for _ in range(20):
            set_threads(2)
            grow_all(table)

    threads = [threading.Thread(target=play, args=(table,)) for table in tables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expected = firms(500)
    for _ in range(20):
        for i in range(500):
            grow(expected, i)
    assert all(np.array_equal(table["revenue"], expected["revenue"]) for table in tables)


def test_a_chunk_that_fails_is_told_and_ends_the_rest():
    def play(low, high):
        played.append(low)
        if low == 0:
            raise KeyError("chunk")

    played = []
    set_threads(2)
    with pytest.raises(KeyError):
        in_threads(play, 10_000, 1)
    assert len(played) < 10_000 if COMPILED else played == [0]


def test_jobs_at_once_give_their_answers_in_order_and_see_what_surrounds_them():
    where = ContextVar("where")
    where.set("here")
    set_threads(2)
    assert at_once(*(partial(lambda k: (k, where.get()), k) for k in range(5))) == [(k, "here") for k in range(5)]
    assert at_once() == []


def test_two_jobs_are_at_work_at_a_time():
    set_threads(2)
    meet = threading.Barrier(2, timeout=20 if COMPILED else 0.01)
    if COMPILED:
        assert at_once(lambda: meet.wait() >= 0, lambda: meet.wait() >= 0) == [True, True]
    else:
        with pytest.raises(threading.BrokenBarrierError):
            at_once(meet.wait, meet.wait)


def test_a_job_that_fails_ends_the_others_at_their_next_chunk():
    began, played = threading.Event(), []

    def play(low, high):
        began.set()
        played.append(low)
        time.sleep(0.002)

    def fails():
        began.wait(20 if COMPILED else 0.0)
        raise KeyError("job")

    set_threads(2)
    with pytest.raises(KeyError):
        at_once(fails, lambda: in_threads(play, 5_000, 1))
    assert len(played) < 5_000
    played.clear()
    in_threads(play, 50, 1)  # what is given up is given up for those jobs alone
    assert len(played) == 50 or not COMPILED


def test_threads_stay_in_range():
    assert set_threads(0) == 1
    assert 1 <= set_threads(10**6) <= 10**6


# -- the cache ---------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path):
    """A small project of one test."""
    return small_house(tmp_path)


def small_house(tmp_path):
    """A small project: the real compiling, one rule, and a kernel in another file that calls it."""
    rules = tmp_path / "house" / "tandem" / "sim" / "rules"
    rules.mkdir(parents=True)
    sim = rules.parent
    for name in ("code_cache.py", "compile.py", "mistake.py", "opening.py"):
        (sim / name).write_text((ROOT / "sim" / name).read_text())
    shutil.copytree(ROOT / "sim" / "compiler", sim / "compiler", ignore=shutil.ignore_patterns("__pycache__"))
    (sim.parent / "__init__.py").touch()
    (sim / "__init__.py").touch()
    (rules / "__init__.py").touch()
    (rules / "trust.py").write_text("from tandem.sim.compile import rule\n@rule\ndef grown(x): return x + 1.0\n")
    (sim / "kernel.py").write_text(
        textwrap.dedent("""
            import math
            from tandem.sim.compile import kernel, part, phase, program
            from tandem.sim.rules.trust import grown
            @part
            def raised(x):
                y = x
                LONG
                return x * 10.0 + 0.0 * y
            @phase
            def stepped(x): return raised(grown(x)) + 0.0 * raised(-x)
            @kernel
            def played(x): return stepped(x) + 0.0 * stepped(-x)
            program("small", (played, float))
        """).replace("LONG", "; ".join(["y = math.cos(y) + x"] * 60))  # too long to be inlined
    )
    return sim.parents[1]


PLAY = "from tandem.sim import compile as c, kernel; cold = c.cache_is_cold(); print(kernel.played(1.0), cold, c.cache_folder())"


def play(house, code=PLAY, **environment):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "TANDEM_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=house,
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_kernel_from_the_cache_does_not_hide_the_phases_it_is_made_of(house, tmp_path):
    cache = {"TANDEM_CACHE": str(tmp_path / "cache")}
    both = "from tandem.sim import kernel; print(kernel.played(1.0), kernel.stepped(2.0), kernel.played(3.0))"
    for _ in range(3):
        assert play(house, both, **cache) == ["20.0", "30.0", "40.0"]


@needs_compiler
def test_a_phase_that_python_has_called_is_taken_in_by_code_compiled_later():
    @phase
    def quadrupled(x):
        return 4.0 * x

    assert quadrupled(2.0) == 8.0

    @kernel
    def through(x):
        return quadrupled(x) + halved(x)

    assert through(2.0) == 9.0 and quadrupled(3.0) == 12.0 and halved(3.0) == 1.5 and halved(3) == 1.5


@needs_compiler
def test_threads_that_first_call_a_kernel_at_once_make_it_once(monkeypatch):
    from tandem.sim.compiler import units

    @kernel
    def tripled(x):
        return 3.0 * x

    made, make = [], units.Unit.made
    monkeypatch.setattr(units.Unit, "made", lambda self, processor: (made.append(self.name), make(self, processor))[1])
    gate, found = threading.Barrier(4), []

    def call(x):
        gate.wait()
        found.append(tripled(x))

    threads = [threading.Thread(target=call, args=(float(x),)) for x in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0.0, 3.0, 6.0, 9.0] and len(made) == 1


def test_an_edited_rule_reaches_its_caller_in_another_file(house, tmp_path):
    cache = {"TANDEM_CACHE": str(tmp_path / "cache")}
    assert play(house, **cache)[:2] == ["20.0", "True"]
    first = play(house, **cache)
    assert first[:2] == ["20.0", "False"], "the second start finds what the first compiled"
    rule_file = house / "tandem" / "sim" / "rules" / "trust.py"
    rule_file.write_text(rule_file.read_text().replace("1.0", "2.0"))
    edited = play(house, **cache)
    assert edited[:2] == ["30.0", "True"]
    assert edited[2] != first[2]
    rule_file.write_text(rule_file.read_text().replace("2.0", "1.0"))
    assert play(house, **cache)[::2] == first[::2]


@pytest.mark.slow
def test_the_digest_is_what_keeps_the_cache_fresh(house, tmp_path):
    """The sabotage: with one folder for all sources, numba serves the stale caller."""
    compiler = house / "tandem" / "sim" / "code_cache.py"
    whole = compiler.read_text()
    broken = whole.replace('digest.update(f"{file.relative_to(sim)', '0 and digest.update(f"{file.relative_to(sim)')
    assert broken != whole
    compiler.write_text(broken)
    cache = {"TANDEM_CACHE": str(tmp_path / "cache")}
    play(house, **cache)
    rule_file = house / "tandem" / "sim" / "rules" / "trust.py"
    rule_file.write_text(rule_file.read_text().replace("1.0", "2.0"))
    assert play(house, **cache)[0] == "20.0"


def test_versions_and_text_name_the_folder(house, monkeypatch):
    sim = house / "tandem" / "sim"
    before = code_cache.source_digest(sim)
    assert before == code_cache.source_digest(sim) != code_cache.text_digest(sim)
    monkeypatch.setattr(code_cache, "version", lambda name: "99")
    assert code_cache.source_digest(sim) != before


def test_every_compiled_file_counts():
    counted = {file.relative_to(ROOT / "sim").as_posix() for file in code_cache.compiled_sources(ROOT / "sim")}
    assert {"compile.py", "compiler/statements.py", "streams.py"} <= counted


def test_a_home_that_cannot_be_written_is_no_obstacle(house, tmp_path):
    blocked = tmp_path / "a-file-not-a-folder"
    blocked.touch()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    value, _, folder = play(house, HOME=str(blocked), TMPDIR=str(temporary))
    assert value == "20.0"
    assert Path(folder).is_relative_to(temporary)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs POSIX permissions")
def test_a_temporary_folder_that_others_may_write_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(code_cache.tempfile, "tempdir", str(tmp_path))
    trusted = code_cache.private_temporary_root()
    assert trusted == code_cache.private_temporary_root()
    trusted.chmod(0o777)
    assert code_cache.private_temporary_root() != trusted
    trusted.rmdir()
    trusted.symlink_to(tmp_path)
    assert code_cache.private_temporary_root() != trusted


def test_without_the_compiler_nothing_is_written(house, tmp_path):
    cache = tmp_path / "cache"
    assert play(house, NUMBA_DISABLE_JIT="1", TANDEM_CACHE=str(cache)) == ["20.0", "False", "None"]
    assert not cache.exists()


def test_where_no_compiler_is_there_it_plays_as_plain_python_and_says_so(house, tmp_path):
    """As where llvmlite was not built for the machine: one sentence, the same number."""
    broken = tmp_path / "packages" / "llvmlite"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise OSError('no such\\nlibrary')")
    code = f"import sys; sys.path.insert(0, {str(broken.parent)!r});" + PLAY + "; print(c.COMPILED)"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "TANDEM_"))}
    done = subprocess.run([sys.executable, "-c", code], cwd=house, env=inherited, capture_output=True, text=True)
    assert done.stdout.split() == ["20.0", "False", "None", "False"]
    assert done.stderr.count("\n") == 1 and done.stderr.startswith(
        "llvmlite, which makes the model machine code, cannot be used (no such"
    )


def test_old_folders_are_swept_out_and_nothing_else(tmp_path):
    now = time.time()
    for age in range(8):
        folder = tmp_path / f"{age:064x}"
        folder.mkdir()
        used = now - 2 * code_cache.SECONDS_IN_USE - age
        os.utime(folder, (used, used))
    (tmp_path / "papers").mkdir()
    os.utime(tmp_path / "papers", (0, 0))
    in_use = tmp_path / ("f" * 64)
    in_use.mkdir()
    code_cache.sweep_out_old(tmp_path, keep=in_use)
    kept = {f"{age:064x}" for age in range(code_cache.FOLDERS_KEPT - 1)}
    assert {folder.name for folder in tmp_path.iterdir()} == {*kept, "papers", in_use.name}


@needs_compiler
def test_few_rows_are_shared_out_among_the_threads():
    """In chunks of 32 one thread would play 24 rows alone."""
    before = set_threads(2)
    try:
        taken: list[tuple[int, int]] = []
        in_threads(lambda low, high: taken.append((low, high)), 24, 32)
        if before > 1:
            assert len(taken) >= 4 and max(high - low for low, high in taken) <= 6
        assert sorted(row for low, high in taken for row in range(low, high)) == list(range(24))
    finally:
        set_threads(before)
