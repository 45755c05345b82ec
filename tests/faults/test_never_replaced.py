"""No file without our mark is replaced, whatever the argument; what is read back is what was written, or is refused."""

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from tandem.experiments.calibration.fit import same_job
from tandem.experiments.calibration.space import profile, space
from tandem.experiments.commands.main import status
from tandem.experiments.decisions.played import play_options
from tandem.experiments.files.checkpoint import BEGINNING, Checkpoint
from tandem.experiments.pages.figure import save as save_figure
from tandem.experiments.sensitivity import analyse
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.store import FunctionModel, Refused, of_rows, run
from tandem.experiments.store.report import write_report
from tandem.sim.marks import REGISTER, kept
from tandem.sim.mistake import Mistake
from tandem.sim.scenario import Scenario
from tandem.sim.writing import filled, replaced, write_text
from tests import sweep_models

MINE = "what a user wrote, by hand\n"


def waves(points, keys):
    """Two factors and some luck."""
    return points[:, 0] + 0.3 * points[:, 1] + 1e-3 * (keys % np.uint64(7)).astype(float)


def analysed(keep=None):
    return analyse(waves, ["a", "b"], n=32, replicates=2, keep=keep)


@pytest.fixture(scope="module")
def found():
    return analysed()


@pytest.fixture
def mine(tmp_path):
    """A folder with a user's files of all names that we give to ours."""
    names = ["notes.txt", "firm.toml", "weekly.csv", "report.html", "verdict.json", "job.json", "boxes.csv", "design.parquet"]
    for name in names:
        (tmp_path / name).write_text(MINE)
    yield tmp_path
    assert {name: (tmp_path / name).read_text() for name in names} == dict.fromkeys(names, MINE)


# -- what is there -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["notes.txt", "weekly.csv", "report.html"])
def test_what_a_long_job_keeps_never_takes_the_place_of_a_users_file(mine, name):
    calls = []

    def counted(points, keys):
        calls.append(len(points))
        return np.column_stack([points[:, 0], points[:, 0]])

    with pytest.raises(Mistake, match=f"{name} was not written by tandem"):
        analysed(keep=mine / name)
    with pytest.raises(Mistake, match=name):
        play_options(counted, ["x"], 2, 32, 0, 2, keep=mine / name)
    assert not calls  # refused before anything was played


def test_what_is_no_file_is_one_sentence_for_a_long_job_too(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text(MINE)
    started = time.monotonic()
    for place in (
        tmp_path / "pipe",
        tmp_path / "folder",
        "/dev/null",
        "/dev/zero",
        tmp_path / "file" / "below",
        "/proc/x/y",
        "a\0b",
        "",
    ):
        with pytest.raises(Mistake) as caught:
            analysed(keep=place)
        assert "\n" not in str(caught.value)
    assert time.monotonic() - started < 30
    assert (tmp_path / "file").read_text() == MINE


def test_every_door_of_python_refuses_a_users_file(mine, found):
    scenario = Scenario.load("silence")
    doors = (
        lambda: scenario.save(mine / "firm.toml"),
        lambda: scenario.save(mine / "notes.txt", layered=True),
        lambda: found.save(mine),
        lambda: write_text(mine / "report.html", "ours"),
        lambda: same_job(mine, space(), profile("smoke"), 1),
        lambda: (
            save_figure(found.plot(), mine, "report", kinds=("svg", "html")) if False else write_text(mine / "weekly.csv", "x")
        ),
    )
    for door in doors:
        with pytest.raises(Mistake, match=r"was not written by tandem, or was changed since"):
            door()


def test_what_was_made_is_not_lost_where_it_cannot_be_moved_in(mine):
    with pytest.raises(Mistake, match="not-moved-in-1"), filled(mine, last="report.html") as part:
        [(part / name).write_text("ours") for name in ("a.csv", "report.html")]
    assert (mine / "not-moved-in-1" / "report.html").read_text() == (mine / "not-moved-in-1" / "a.csv").read_text() == "ours"
    assert not (mine / "a.csv").exists()


def test_an_analysis_is_refused_before_it_is_drawn(mine, found):
    with pytest.raises(Mistake, match="verdict"):
        found.save(mine)
    assert not list(mine.glob("not-moved-in*"))


def test_a_figure_never_takes_the_place_of_a_users(tmp_path, found):
    from matplotlib.figure import Figure

    for kind in ("svg", "png"):
        (tmp_path / f"mine.{kind}").write_text(MINE)
        with pytest.raises(Mistake, match=f"mine.{kind}"):
            save_figure(Figure(), tmp_path, "mine", kinds=(kind,))
        assert (tmp_path / f"mine.{kind}").read_text() == MINE
    for _ in range(2):  # one of ours may be drawn again
        save_figure(Figure(), tmp_path, "ours", kinds=("svg", "png"))


def test_ours_may_be_replaced_until_somebody_changes_it(tmp_path, found):
    scenario = Scenario.load("silence")
    for _ in range(2):
        found.save(tmp_path / "out")
        scenario.save(tmp_path / "firm.toml")
        write_text(tmp_path / "page.html", "<p>ours</p>", comment="html")
    assert Scenario.load(str(tmp_path / "firm.toml")).digest == scenario.digest
    with (tmp_path / "firm.toml").open("a") as file:
        file.write("# a note of mine\n")
    (tmp_path / "page.html").write_text((tmp_path / "page.html").read_text().replace("ours", "mine"))
    table = tmp_path / "out" / "checks.csv"
    table.write_text(table.read_text() + "mine,1,1,1,True,mine\n")
    changed = {file: file.read_bytes() for file in (tmp_path / "firm.toml", tmp_path / "page.html", table)}
    for door in (
        lambda: scenario.save(tmp_path / "firm.toml"),
        lambda: write_text(tmp_path / "page.html", "<p>ours</p>", comment="html"),
        lambda: found.save(tmp_path / "out"),
    ):
        with pytest.raises(Mistake, match="changed since"):
            door()
    assert {file: file.read_bytes() for file in changed} == changed


def test_a_link_a_folder_and_a_pipe_in_the_place_of_a_file_stay(tmp_path):
    (tmp_path / "mine.txt").write_text(MINE)
    (tmp_path / "out" / "b.csv").mkdir(parents=True)
    (tmp_path / "out" / "a.csv").symlink_to(tmp_path / "mine.txt")
    os.mkfifo(tmp_path / "out" / "c.csv")
    for name in ("a.csv", "b.csv", "c.csv"):
        with pytest.raises(Mistake, match=name), filled(tmp_path / "out") as part:
            (part / name).write_text("ours")
    with pytest.raises(Mistake), replaced(tmp_path / "out" / "a.csv") as part:
        part.write_text("ours")
    assert (tmp_path / "mine.txt").read_text() == MINE and (tmp_path / "out" / "a.csv").is_symlink()


def test_a_users_file_of_the_name_of_our_mark_stays(tmp_path, found):
    (tmp_path / REGISTER).write_text(MINE)
    with pytest.raises(Mistake, match=REGISTER):
        found.save(tmp_path)
    assert (tmp_path / REGISTER).read_text() == MINE


# -- sweeps ------------------------------------------------------------------------------------

OUT = {"y": "units", "z": "units"}


@pytest.mark.parametrize("name", ["design.parquet", "scenarios.parquet", "report.html", "final.json", "log.jsonl", "film.part"])
def test_a_sweep_never_begins_among_a_users_files(name, tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / name).write_text(MINE)
    rows = of_rows({"x": np.arange(6.0)}, model=FunctionModel(sweep_models.parabola, OUT))
    with pytest.raises(Refused, match=name):
        run(rows, tmp_path / "s", workers=1)
    assert [(file.name, file.read_text()) for file in (tmp_path / "s").iterdir()] == [(name, MINE)]


@pytest.mark.parametrize("room", ["shards", "receipts", "tmp"])
def test_a_sweep_never_begins_above_a_users_folders(room, tmp_path):
    (tmp_path / "s" / room).mkdir(parents=True)
    (tmp_path / "s" / room / "film.part").write_text(MINE)
    rows = of_rows({"x": np.arange(6.0)}, model=FunctionModel(sweep_models.parabola, OUT))
    with pytest.raises(Refused, match=r"film\.part"):
        run(rows, tmp_path / "s", workers=1)
    assert (tmp_path / "s" / room / "film.part").read_text() == MINE


# -- commands ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["run", "silence"], "weekly.csv"),
        (["run", "silence"], "scenario.toml"),
        (["study", "--profile", "smoke"], "report.html"),
        (["sensitivity", "--profile", "smoke"], "report.html"),
        (["sensitivity", "--profile", "smoke"], "study.toml"),
        (["calibrate", "--profile", "smoke"], "job.json"),
        (["advise", "silence"], "levers.csv"),
        (["compare", "silence", "scapegoat"], "comparison.csv"),
        (["validate"], "findings.csv"),
    ],
)
def test_every_command_refuses_a_users_file_before_it_plays(words, name, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text(MINE)
    assert status([*words, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1 and name in told[0] and "not written by tandem" in told[0]
    assert [(file.name, file.read_text()) for file in (tmp_path / "out").iterdir()] == [(name, MINE)]
    (tmp_path / "file").write_text(MINE)
    assert status([*words, "--out", str(tmp_path / "file")]) == 2
    assert status([*words, "--out", str(tmp_path / "file" / "below")]) == 2
    assert (tmp_path / "file").read_text() == MINE


def test_a_place_that_cannot_be_written_is_told_before_anything_is_played(capsys):
    for place in ("/proc/x", "/proc/self/x/y", "/dev/null/x"):
        assert status(["run", "silence", "--out", place]) == 2
        told = capsys.readouterr()
        assert told.out == "" and len(told.err.strip().splitlines()) == 1


def test_what_a_command_wrote_it_may_write_again(tmp_path):
    for _ in range(2):
        assert status(["run", "silence", "--quarters", "2", "--out", str(tmp_path / "out")]) == 0


# -- what is read back -------------------------------------------------------------------------


def flips(content, count):
    """The content with one bit turned, `count` times, spread over all of it."""
    for place in np.linspace(0, 8 * len(content) - 1, count).astype(int):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << (place % 8)
        yield bytes(changed)


def test_a_flipped_bit_of_what_a_job_keeps_is_never_read_as_a_value(tmp_path):
    kept_ = Checkpoint(tmp_path / "kept.npz", "a job")
    state = {"values": np.arange(60.0), "more": np.array([1, 2])}
    kept_.save(state)
    content = (tmp_path / "kept.npz").read_bytes()
    assert content.startswith(BEGINNING) and np.array_equal(kept_.load()["values"], state["values"])
    for changed in flips(content, 600):
        (tmp_path / "kept.npz").write_bytes(changed)
        assert kept_.load() == {}
    for torn in (b"", content[:-1], content[: len(content) // 2], content + b"x"):
        (tmp_path / "kept.npz").write_bytes(torn)
        assert kept_.load() == {}
    kept_.save(state)  # ours, though damaged: it may be replaced
    assert np.array_equal(Checkpoint(tmp_path / "kept.npz", "a job").load()["values"], state["values"])
    assert Checkpoint(tmp_path / "kept.npz", "another job").load() == {}


def test_a_flipped_bit_of_a_saved_analysis_is_refused(tmp_path, found):
    found.save(tmp_path / "a", figures=False)
    again = Sensitivity.load(tmp_path / "a")
    assert again.table.equals(Sensitivity.load(tmp_path / "a").table) and again.rank_intervals == found.rank_intervals
    for file in sorted((tmp_path / "a").iterdir()):
        content = file.read_bytes()
        for changed in flips(content, 25):
            file.write_bytes(changed)
            with pytest.raises(Mistake):
                Sensitivity.load(tmp_path / "a")
        file.unlink()
        with pytest.raises((Mistake, FileNotFoundError)):
            Sensitivity.load(tmp_path / "a")
        file.write_bytes(content)
    shutil.copytree(tmp_path / "a", tmp_path / "b")  # a copy is as good
    Sensitivity.load(tmp_path / "b")


def test_a_saved_analysis_of_other_kinds_is_one_sentence(tmp_path):
    for told in ("[]", "{}", "3", '{"rank_intervals": 3}', '{"rank_intervals": {}, "verdict": []}'):
        with filled(tmp_path / "a") as part:
            (part / "verdict.json").write_text(told)
            for name in ("indices", "ranks", "checks", "curves", "convergence"):
                (part / f"{name}.csv").write_text("input\nx\n")
            np.savez(part / "moments.npz", x=np.zeros(1))
        with pytest.raises(Mistake, match="this version can read"):
            Sensitivity.load(tmp_path / "a")


def test_what_a_user_changed_is_not_read_back(tmp_path, found):
    found.save(tmp_path / "a", figures=False)
    table = tmp_path / "a" / "indices.csv"
    table.write_text(table.read_text().replace("total_mean", "first_mean", 1))
    with pytest.raises(Mistake, match=r"indices\.csv is damaged or was changed"):
        Sensitivity.load(tmp_path / "a")
    with pytest.raises(Mistake, match=REGISTER):
        kept(Path(__file__).parent, Path(__file__).name)


def test_a_damaged_part_of_a_study_is_set_aside_and_played_again(tmp_path, capsys):
    from tandem.experiments.study.strata import parts_of, play

    part = parts_of("smoke", 0, "silence")[0]
    small = type(part)(**{**part.__dict__, "n": 32, "replicates": 2, "design": "pairs"})
    first = play(small, tmp_path)
    (place,) = tmp_path.iterdir()
    content = (place / "indices.csv").read_bytes()
    (place / "indices.csv").write_bytes(content.replace(b"0.", b"1.", 1))
    again = play(small, tmp_path)
    assert again.table.equals(first.table)
    assert "set aside" in capsys.readouterr().err
    assert (tmp_path / f"{place.name}-damaged-1" / "indices.csv").exists() and (place / "indices.csv").read_bytes() == content


def test_a_report_takes_the_place_of_ours_alone(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text('seed = 1\nquarters = 1\nreplicates = 3\noutcomes = ["cash"]\nkeep = "named"\nscenarios = ["co-pilot"]\n')
    assert status(["sweep", str(plan), "--out", str(tmp_path / "s"), "--workers", "1"]) == 0
    for _ in range(2):
        write_report(tmp_path / "s")
    (tmp_path / "s" / "report.html").write_text(MINE)
    with pytest.raises(Mistake, match=r"report\.html"):
        write_report(tmp_path / "s")
    assert status(["report", str(tmp_path / "s")]) == 2 and (tmp_path / "s" / "report.html").read_text() == MINE
