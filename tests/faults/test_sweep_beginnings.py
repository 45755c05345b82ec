"""Two drivers that begin in one folder at the same moment: neither takes anything from the other, whoever looks when."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tandem.experiments.store import FunctionModel, of_rows, opening, run, verify
from tandem.experiments.store.driver import Refused
from tandem.experiments.store.folder import BEGUN, ROOMS, Folder
from tandem.experiments.store.lock import at_work, given_up
from tandem.experiments.store.manifest import rng_of, sweep_id
from tandem.experiments.store.points import write_design
from tandem.experiments.store.seals import sealed
from tests import sweep_models

OUT = {"y": "units", "z": "units"}


def rows():
    return of_rows({"x": np.arange(12.0)}, model=FunctionModel(sweep_models.parabola, OUT))


def sweep(out):
    return run(rows(), out, workers=1, chunk_runs=5)


@pytest.fixture(scope="module")
def digest(tmp_path_factory):
    return sweep(tmp_path_factory.mktemp("whole") / "s").digest


def before_every_removal(monkeypatch, act):
    """`act` whenever a file is about to be removed; not within itself."""
    real, busy = os.unlink, []

    def unlink(*arguments, **more):
        if not busy:
            busy.append(1)
            act()
            busy.clear()
        return real(*arguments, **more)

    monkeypatch.setattr(os, "unlink", unlink)


def test_who_clears_up_takes_nothing_that_another_has_just_made(tmp_path, monkeypatch, digest):
    """Before every file that the second driver removes, a first one comes, clears up if it may, and goes."""
    cleared = []

    def clear():
        with at_work(Folder(tmp_path / "s")) as alone:
            cleared.append(alone)

    before_every_removal(monkeypatch, clear)
    assert sweep(tmp_path / "s").digest == digest
    monkeypatch.undo()
    assert True in cleared and False in cleared
    assert verify(tmp_path / "s", recompute=100, model=rows().model).damage == []


def test_a_folder_is_tried_though_another_clears_whatever_it_finds(tmp_path, monkeypatch):
    """Locks may not reach from one computer to the other."""
    folder = Folder(tmp_path / "s")
    before_every_removal(monkeypatch, Folder(folder.path).clear_parts)
    folder.make()
    folder.furnish()
    assert folder.names() == sorted(ROOMS)


def begin_and_clear(path, rounds):
    """What goes wrong for a driver that begins and ends so many times."""
    wrong = []
    for _ in range(rounds):
        try:
            folder = Folder(path)
            folder.make()
            with at_work(folder):
                folder.furnish()
        except Exception as error:
            wrong.append(str(error))
    return wrong


def test_two_that_begin_over_and_over_never_fail(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        drivers = [pool.submit(begin_and_clear, tmp_path / "s", 600) for _ in range(2)]
    assert [driver.result() for driver in drivers] == [[], []]


def broken_off(out):
    """A start of the same sweep that ended before its manifest."""
    folder, experiment = Folder(out), rows()
    folder.make()
    folder.furnish()
    folder.write("tmp", BEGUN, sealed({"begun": sweep_id(experiment.spec(), rng_of(experiment))}))
    write_design(folder, experiment)


@pytest.mark.parametrize("start", [lambda out: None, broken_off], ids=["nothing", "a start that was broken off"])
def test_a_sweep_that_is_made_during_the_first_look_is_seen_at_the_second(start, tmp_path, monkeypatch, digest):
    out, done = tmp_path / "s", []
    out.mkdir()
    start(out)
    real = opening._begun_there

    def begun_there(folder):
        if not done:
            done.append(1)
            found = real(folder) if start is not broken_off else None
            assert sweep(out).digest == digest
            return real(folder) if found is None else found
        return real(folder)

    monkeypatch.setattr(opening, "_begun_there", begun_there)
    report = sweep(out)
    assert done and report.digest == digest and (report.done_before, report.played) == (12, 0)


def test_what_is_no_sweep_is_refused_at_the_second_look_too(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(Refused, match=r"is not empty and holds no sweep \(letter\.txt\)"):
        sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_driver_that_gives_up_leaves_the_folder_to_another_that_is_at_work(tmp_path):
    folder = Folder(tmp_path / "new" / "s")
    folder.make()
    with at_work(folder):
        folder.furnish()
    with at_work(Folder(folder.path)):
        given_up(folder)
        assert set(folder.names()) > {"tmp", "shards", "lock"}
    given_up(folder)
    assert not folder.path.exists()
