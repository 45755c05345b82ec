"""Boxes are found where they are, reported on points they have not seen, and denied where there is none."""

import json

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.commands.main import status
from tandem.experiments.discovery import Box, Event, Limit, discover, of_sweep, peel
from tandem.experiments.discovery.boxes import chance, narrowed, pruned, quality
from tandem.experiments.discovery.figures import plot_boxes
from tandem.experiments.store import Plan, Refused, of_plan, open_sweep, run

EVENT = Event("y", 0.0, True)
PLAN = {
    "quarters": 1,
    "replicates": 4,
    "scenarios": ["co-pilot", "strategist-executor"],
    "outcomes": ["process_conflict_rate", "cash"],
    "factors": {"levers.decision_clarity": {"low": 0.0, "high": 1.0}, "levers.skills": {"low": 0.0, "high": 1.0}},
}


def points(n=2000, seed=0):
    draw = np.random.default_rng(seed)
    varied = pd.DataFrame(draw.random((n, 4)), columns=list("abcd"))
    varied["kind"] = draw.choice(["calm", "wild", "odd"], n)
    return varied, draw


def test_a_known_box_is_found_and_reported_on_the_other_half():
    varied, draw = points()
    inside = (varied["a"] > 0.6) & (varied["b"] < 0.4)
    share = pd.Series(draw.binomial(4, np.where(inside, 0.8, 0.05)) / 4)
    found = discover(EVENT, varied, share, seed=1)
    box = found.boxes[0]
    assert set(box.limits) == {"a", "b"}
    assert box.limits["a"].low == pytest.approx(0.6, abs=0.06)
    assert box.limits["b"].high == pytest.approx(0.4, abs=0.06)
    row = found.table.iloc[0]
    assert row["verdict"] == "decided" and row["density_low"] < 0.8 < row["density_high"] + 0.05
    assert found.limits.loc[found.limits["box"] == 1, "kept"].all()
    assert len(found.halves[0]) + len(found.halves[1]) == len(varied)
    assert row["points"] == int(box.holds(found.halves[1]).sum())  # of the half that was not fitted on
    assert found.halves[1].loc[box.holds(found.halves[1]), "event"].mean() == pytest.approx(row["density"])


def test_words_are_limits_too():
    varied, draw = points()
    share = pd.Series(draw.binomial(4, np.where(varied["kind"] == "wild", 0.7, 0.1)) / 4)
    found = discover(EVENT, varied, share)
    assert found.boxes[0].limits["kind"].words == ("wild",)
    assert found.tree.iloc[0]["told"].startswith("kind is wild")


def test_where_there_is_no_box_none_is_told():
    """Luck alone: the half that was fitted on looks denser than usual, the other does not."""
    false_alarms = 0
    for seed in range(10):
        varied, draw = points(400, seed)
        found = discover(EVENT, varied, pd.Series((draw.random(400) < 0.15).astype(float)), seed=seed)
        false_alarms += (found.table["verdict"] == "decided").any()
    assert false_alarms <= 2
    assert "No region" in " ".join(discover(EVENT, *nothing()).told)


def nothing():
    varied, draw = points(400, 3)
    return varied, pd.Series((draw.random(400) < 0.15).astype(float))


def test_two_boxes_are_found_one_after_the_other():
    varied, draw = points(4000)
    first, second = (varied["a"] > 0.8), (varied["c"] < 0.15)
    found = discover(EVENT, varied, pd.Series(draw.binomial(4, np.where(first | second, 0.9, 0.02)) / 4))
    assert [set(box.limits) for box in found.boxes[:2]] in ([{"a"}, {"c"}], [{"c"}, {"a"}])


def test_the_same_seed_gives_the_same_boxes():
    varied, share = nothing()
    assert discover(EVENT, varied, share, 5).table.equals(discover(EVENT, varied, share, 5).table)


def test_coverage_and_density_by_hand():
    inside, event = np.array([True, True, False, False]), np.array([1.0, 0.5, 0.5, 0.0])
    assert quality(inside, event) == (0.75, 0.75)
    assert narrowed(Box({"a": Limit("a", low=0.2)}), Limit("a", high=0.8)).limits["a"] == Limit("a", 0.2, 0.8)
    varied = pd.DataFrame({"a": [0.1, 0.2, 0.7, 0.9]})
    box = Box({"a": Limit("a", high=0.5)})
    assert list(box.holds(varied)) == [True, True, False, False]
    # Two of two inside, one in two usual: both by chance with probability a quarter.
    assert chance(box, "a", varied, np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(0.25)
    assert pruned(box, varied, np.array([1.0, 1.0, 0.0, 0.0])) == Box()


def test_a_peeling_gets_smaller_and_denser():
    varied, _ = points()
    share = np.where(varied["a"] > 0.6, 0.9, 0.1)
    trajectory = peel(varied, share)
    sizes = [int(box.holds(varied).sum()) for box in trajectory]
    densities = [quality(box.holds(varied), share)[1] for box in trajectory]
    assert sizes == sorted(sizes, reverse=True) and densities == sorted(densities)
    assert sizes[-1] >= 0.05 * len(varied)


# -- a sweep, and the command --------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("discovery") / "sweep"
    run(of_plan(Plan.parse(json_plan())), place, workers=1)
    return place


def json_plan():
    lines = [f"{key} = {json.dumps(PLAN[key])}" for key in ("quarters", "replicates", "scenarios", "outcomes")]
    lines.append("[factors]")
    lines += [f'"{name}" = {{ low = {span["low"]}, high = {span["high"]} }}' for name, span in PLAN["factors"].items()]
    return "\n".join([*lines, "[design]", 'kind = "sobol"', "points = 256"])


def test_the_worst_tenth_of_a_sweep_lies_where_clarity_is_low(folder, tmp_path, capsys):
    assert status(["discover", str(folder), "--out", str(tmp_path / "found")]) == 0
    said = capsys.readouterr().out
    assert "levers.decision_clarity at most" in said and "model, not a forecast" in said
    assert sorted(file.name for file in (tmp_path / "found").iterdir()) == [
        "boxes.csv",
        "boxes.png",
        "boxes.svg",
        "limits.csv",
        "provenance.json",
        "tandem-files.json",
        "told.txt",
        "tree.csv",
    ]


def test_a_sensitivity_folder_is_played_again(tmp_path, capsys):
    """Its own firms: conflict gathers where decisions are unclear, as its ranking says."""
    place = tmp_path / "levers"
    assert (
        status(
            [
                "sensitivity",
                "co-pilot",
                "--context",
                "agile",
                "--profile",
                "smoke",
                "--parameters",
                "declared",
                "--out",
                str(place),
            ]
        )
        == 0
    )
    assert status(["discover", str(place), "--outcome", "conflict_rate", "--out", str(tmp_path / "found")]) == 0
    assert "levers.decision_clarity at most" in capsys.readouterr().out
    assert len(pd.read_csv(tmp_path / "found" / "boxes.csv")) >= 1
    assert status(["discover", str(place), "--outcome", "cash"]) == 2
    declared = (place / "study.toml").read_text("utf-8")
    (place / "study.toml").write_text(declared.replace("seed = 0", "seed = 1"), "utf-8")
    assert status(["discover", str(place)]) == 2  # not the points that were analysed
    (place / "study.toml").write_text("seed = 1", "utf-8")
    assert status(["discover", str(place)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) <= 9 and not list(place.glob("*discovery*"))


def test_the_figure_has_words_and_units(folder):
    event, varied, share = of_sweep(open_sweep(folder))
    canvas = plot_boxes(discover(event, varied, share))
    ax = canvas.axes[0]
    assert "(0-1)" in ax.get_xlabel() and "(0-1)" in ax.get_ylabel()
    assert "Process conflict" in canvas.axes[1].get_ylabel()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--above", "1", "--below", "2"], "one line"),
        (["--above", "1e9"], "no run"),
        (["--below", "1e9"], "every run"),
        (["--outcome", "revenue_groth"], "revenue_groth"),
    ],
)
def test_bad_questions_are_one_line(folder, capsys, more, said):
    assert status(["discover", str(folder), *more]) == 2
    err = capsys.readouterr().err.strip()
    assert said in err and "Traceback" not in err and len(err.splitlines()) == 1


def test_a_folder_that_is_no_sweep_is_one_line(tmp_path, capsys):
    assert status(["discover", str(tmp_path)]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_too_few_points_are_refused(tmp_path):
    plan = json_plan().replace("points = 256", "points = 8")
    run(of_plan(Plan.parse(plan)), tmp_path / "s", workers=1)
    with pytest.raises(Refused, match="at least 40"):
        of_sweep(open_sweep(tmp_path / "s"))
