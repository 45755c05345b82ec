"""`tandem sensitivity` end to end: killed and gone on with, the same bytes whatever the threads, and what it must refuse."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tandem.experiments.sensitivity.sums as sums
from tandem.experiments.commands.main import status
from tandem.experiments.effects.cells import Firms, Ranges
from tandem.experiments.files.checkpoint import Checkpoint
from tandem.experiments.sensitivity import analyse
from tandem.experiments.study.strata import kendall, parts_of, runs_of
from tandem.sim.compile import set_threads
from tandem.sim.scenario import Scenario

ROOT = Path(__file__).parents[2]
STRATA = ["sensitivity", "--context", "agile", "--strata", "--profile", "smoke"]


def files(folder):
    """Name -> bytes of all that is left for a reader."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Every role model and control of one context, never interrupted."""
    place = tmp_path_factory.mktemp("whole") / "out"
    assert status([*STRATA, "--out", str(place)]) == 0
    return place


def noisy(x, keys):
    return 3.0 * x[:, 0] + x[:, 1] + ((keys >> np.uint64(11)).astype(float) * 2.0**-53)


class Crash(Exception):
    """What a kill is to a function."""


def test_a_stopped_analysis_goes_on_from_what_was_kept_to_the_same_bits(tmp_path, monkeypatch):
    monkeypatch.setattr(sums, "VALUES_AT_ONCE", 1 << 10)
    monkeypatch.setattr(Checkpoint, "due", True)
    calls = {"made": 0, "most": 10**9}

    def counted(x, keys):
        calls["made"] += len(x)
        if calls["made"] > calls["most"]:
            raise Crash
        return noisy(x, keys)

    plain = analyse(counted, ["a", "b"], n=512, seed=3, replicates=2)
    every = calls["made"]
    calls |= {"made": 0, "most": every // 2}
    file = tmp_path / "begun.npz"
    with pytest.raises(Crash):
        analyse(counted, ["a", "b"], n=512, seed=3, replicates=2, keep=file)
    assert file.exists()
    calls |= {"made": 0, "most": 10**9}
    told = []
    again = analyse(counted, ["a", "b"], n=512, seed=3, replicates=2, keep=file, progress=told.append)
    assert calls["made"] < 0.7 * every + 1600  # the pilot is always asked anew
    assert all(again.tables()[name].equals(table) for name, table in plain.tables().items())
    assert again.runs == plain.runs == sum(told)
    assert all(np.array_equal(again.moments[name], plain.moments[name]) for name in plain.moments)


@pytest.mark.parametrize("change", ["seed", "function", "torn"])
def test_what_was_kept_of_another_analysis_is_taken_for_none(tmp_path, monkeypatch, change):
    monkeypatch.setattr(Checkpoint, "due", True)
    monkeypatch.setattr(sums, "VALUES_AT_ONCE", 1 << 10)
    file = tmp_path / "begun.npz"
    analyse(noisy, ["a", "b"], n=128, seed=3, replicates=2, keep=file)
    if change == "torn":
        file.write_bytes(file.read_bytes()[:900])
    f = (lambda x, keys: noisy(x, keys) + x[:, 1]) if change == "function" else noisy
    seed = 4 if change == "seed" else 3
    assert analyse(f, ["a", "b"], n=128, seed=seed, replicates=2, keep=file).table.equals(
        analyse(f, ["a", "b"], n=128, seed=seed, replicates=2).table
    )


@pytest.mark.slow
def test_killed_in_the_middle_the_same_command_goes_on(whole, tmp_path):
    place = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "tandem.experiments.commands.main", *STRATA, "--out", str(place)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 300
    while len(list(place.glob("store/*/verdict.json"))) < 2:
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    said = process.communicate()[1]
    assert "playing" in said and "minutes at" in said  # announced before
    assert not (place / "indices.csv").exists()
    finished = {file.parent: file.stat().st_mtime_ns for file in place.glob("store/*/verdict.json")}
    assert 2 <= len(finished) < 7
    assert status([*STRATA, "--out", str(place)]) == 0
    assert {folder: (folder / "verdict.json").stat().st_mtime_ns for folder in finished} == finished  # not played again
    mine, never_stopped = files(place), files(whole)
    mine = {name: content for name, content in mine.items() if ".part-" not in name}
    assert mine == never_stopped


def test_a_stratum_without_a_pair_has_no_conflict(whole, capsys):
    leaders = pd.read_csv(whole / "leaders.csv").set_index(["part", "output"])["leader"]
    assert leaders["no-coo in agile", "conflict_rate"] == "not defined"
    assert leaders["no-coo in agile", "revenue_growth"] != "not defined"
    assert leaders["co-pilot in agile", "conflict_rate"] != "not defined"
    table = pd.read_csv(whole / "all_indices.csv")
    rows = table[(table["part"] == "no-coo in agile") & (table["output"] == "conflict_rate")]
    assert len(rows) and set(rows["verdict"]) == {"not defined"} and rows["estimate"].isna().all()


def test_threads_change_no_byte(tmp_path):
    try:
        for number in (1, 2):
            set_threads(number)
            command = ["sensitivity", "co-pilot", "--context", "agile", "--profile", "smoke"]
            assert status([*command, "--out", str(tmp_path / str(number))]) == 0
    finally:
        set_threads(64)  # as many as there are
    assert files(tmp_path / "1") == files(tmp_path / "2")


def test_paper_plays_everything_and_quick_what_its_minutes_allow():
    paper = parts_of("paper", 0)
    assert {part.kind for part in paper} == {"pooled", "stratum", "ranges", "assumption", "mechanisms"}
    assert sum(part.kind == "stratum" for part in paper) == 30
    assert {(part.design, part.replicates) for part in paper} == {("pairs", 2)}  # the narrowest intervals for as many firms
    assert runs_of(parts_of("quick", 0)[0]) <= 40_000
    assert sum(map(runs_of, parts_of("quick", 0, strata=True))) <= 500_000
    assert parts_of("paper", 0, shapley=True)[0].design == "subsets"  # only where asked
    assert parts_of("quick", 0, context="agile")[0].name == "agile"  # one context is not pooled


def test_played_until_the_order_is_decided_it_says_so_and_is_played_again(tmp_path, capsys):
    command = ["sensitivity", "co-pilot", "--context", "agile", "--profile", "quick", "--until-decided"]
    command += ["--parameters", "default", "--out"]
    assert status([*command, str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    summary = json.loads((tmp_path / "out" / "verdict.json").read_text("utf-8"))
    n, looks = summary["n"], summary["looks"]
    assert looks == [look for look in (128, 256, 512, 1024) if look <= n] and f"{n:,} of 1,024 rows" in told
    assert f"{n:,} of 1,024 rows" in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert set(pd.read_csv(tmp_path / "out" / "indices.csv")["n"]) == {n}
    assert tomllib.loads((tmp_path / "out" / "study.toml").read_text("utf-8"))["until_decided"] is True
    assert status(["rerun", str(tmp_path / "out")]) == 0
    plain, looked = (parts_of("quick", 0, "co-pilot", "agile", until_decided=word)[0] for word in (False, True))
    assert plain.digest != looked.digest  # what was finished without looks is not taken for it


def test_a_part_of_another_model_is_another_part(monkeypatch):
    import tandem.experiments.study.strata as strata

    part = parts_of("smoke", 0)[0]
    mine = part.digest
    monkeypatch.setattr(strata, "model_source", lambda: "another")
    assert part.digest != mine


def test_firms_meet_their_luck_whatever_is_played_beside_them():
    firms = Firms({("co-pilot", "agile"): Scenario.of(role_model="co-pilot", context="agile").with_({"quarters": 2})})
    points, keys = np.random.default_rng(0).random((12, 5)), np.arange(12, dtype=np.uint64)
    together = firms(points, keys)
    assert np.array_equal(firms(points[5:7], keys[5:7]), together[5:7])
    assert not np.array_equal(firms(points[5:7], keys[6:8]), together[5:7])
    narrow = Firms(firms.cells, ranges=Ranges(0.5, 0.5))
    assert len(np.unique(narrow(points, np.zeros(12, dtype=np.uint64))[:, 0])) == 1  # one level, one luck: one firm


def test_kendall_by_hand():
    assert kendall(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])) == 1.0
    assert kendall(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])) == 0.0
    assert np.isnan(kendall(np.array([[1.0, 2.0]])))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "nobody"),
        (["--context", "nowhere"], "nowhere"),
        (["--profile", "huge"], "huge"),
        (["--method", "guess"], "guess"),
        (["silence", "--strata"], "silence"),
        (["silence", "--only", "pooled"], "silence"),
        (["--profile", "quick", "--only", "ranges"], "ranges"),
        (["--seed", "-1"], "--seed"),
        (["--out", __file__], "is a file"),
        (["--until-decided", "--profile", "smoke"], "take quick"),
        (["--until-decided", "--method", "sobol"], "leave --method out"),
        (["--until-decided", "--factors", "nofile.toml"], "--factors"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments, said, tmp_path, capsys):
    assert status(["sensitivity", *arguments, *([] if "--out" in arguments else ["--out", str(tmp_path / "out")])]) == 2
    told = [line for line in capsys.readouterr().err.strip().split("\n") if not line.startswith("starting")]
    assert len(told) == 1 and said in told[0] and "Traceback" not in told[0]
