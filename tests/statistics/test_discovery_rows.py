"""Peeling along arrays equals its definition, quickly; and what was drawn together is split, redrawn and counted together."""

import time

import numpy as np
import pandas as pd
import pytest
from SALib.sample import sobol

from tandem.experiments.discovery import Event, discover, of_sweep, peel
from tandem.experiments.discovery.boxes import worth
from tandem.experiments.discovery.coded import Coded
from tandem.experiments.discovery.found import halved
from tandem.experiments.discovery.regional import regional
from tandem.experiments.discovery.rows import ROW, blocks, design_rows, same_numbers
from tandem.experiments.store import Plan, of_plan, open_sweep, run
from tandem.sim.mistake import Mistake
from tests.statistics import peeling_by_definition

EVENT = Event("y", 0.0, True)


def field(kind, seed, n):
    """Points of every kind of column, and an event that gathers in one of five ways."""
    draw = np.random.default_rng(seed)
    varied = pd.DataFrame(draw.random((n, 4)), columns=list("abcd"))
    varied["kind"] = draw.choice(["calm", "wild", "odd"], n)
    varied["grid"] = draw.integers(0, 5, n) / 4
    varied["flag"] = draw.random(n) > 0.5
    likely = [
        lambda x: np.where((x.a > 0.6) & (x.b < 0.4), 0.8, 0.05),
        lambda x: np.where((x.kind == "wild") | (x.grid > 0.7), 0.7, 0.1),
        lambda x: np.full(n, 0.15),
        lambda x: np.where((x.a > 0.8) | (x.c < 0.15), 0.9, 0.02),
        lambda x: np.where(x.flag & (x.d < 0.5), 0.6, 0.2),
    ][kind](varied)
    runs = int(draw.integers(1, 8))
    return varied, draw.binomial(runs, likely) / runs


@pytest.mark.parametrize("kind", range(5))
def test_boxes_are_those_of_the_definition(kind):
    for seed in range(2):
        varied, event = field(kind, seed, 300)
        assert peel(varied, event) == peeling_by_definition.peel(varied, event)


def test_equal_rises_are_settled_as_the_definition_does():
    """A copy of a column, and thirds, whose sums round: the first column wins."""
    draw = np.random.default_rng(4)
    varied = pd.DataFrame({"a": draw.random(200)})
    varied["same"], varied["mirrored"] = varied["a"], 1.0 - varied["a"]
    event = draw.integers(0, 4, 200) / 3
    assert peel(varied, event) == peeling_by_definition.peel(varied, event)


def test_four_thousand_points_of_ten_inputs_take_under_four_processor_seconds():
    draw = np.random.default_rng(0)
    varied = pd.DataFrame(draw.random((4000, 10)), columns=[f"x{place}" for place in range(10)])
    share = draw.binomial(4, np.where((varied.x0 > 0.8) | (varied.x2 < 0.15), 0.9, 0.02)) / 4
    before = time.process_time()
    found = discover(EVENT, varied, share)
    assert time.process_time() - before < 4.0
    assert [set(box.limits) for box in found.boxes] == [{"x0"}, {"x2"}]


# -- design rows ---------------------------------------------------------------------------------


def nothing(seed, cells, rows):
    """Rows crossed with scenarios, each row with one luck in all of them; the numbers do nothing, scenarios do."""
    draw = np.random.default_rng(seed)
    base = pd.DataFrame(draw.random((rows, 5)), columns=list("abcde"))
    varied = base.loc[np.repeat(np.arange(rows), cells)].reset_index(drop=True)
    varied["scenario"] = np.tile([f"firm {cell}" for cell in range(cells)], rows)
    y = (
        np.repeat(draw.normal(size=rows), cells)
        + np.tile(0.1 * draw.normal(size=cells), rows)
        + 0.1 * draw.normal(size=rows * cells)
    )
    return varied, (y > np.quantile(y, 0.9)).astype(float)


def idle_decided(varied, share, seed, rows=None):
    """Whether an idle input is told as a limit of a decided box, or as otherwise distributed."""
    found = discover(EVENT, varied, share, seed, rows=rows)
    decided = found.table.loc[found.table["verdict"] == "decided", "box"]
    told = found.limits[found.limits["box"].isin(decided) & (found.limits["input"] != "scenario")]
    apart = regional(varied, share, seed, 100, rows=rows)
    return len(told) > 0, bool(((apart["verdict"] == "decided") & (apart["input"] != "scenario")).any())


@pytest.mark.parametrize(("cells", "rows"), [(1, 240), (12, 60), (30, 30)])
def test_what_does_nothing_is_not_decided_however_many_scenarios_its_rows_are_crossed_with(cells, rows):
    trials = np.array([idle_decided(*nothing(seed, cells, rows), seed) for seed in range(8)])
    assert (trials.sum(axis=0) <= [1, 2]).all()  # a limit of 95% is passed once in twenty trials


def test_points_taken_as_independent_would_decide_it():
    """What the trials above would show of a split by point."""
    trials = np.array([idle_decided(*nothing(seed, 12, 60), seed, np.arange(720)) for seed in range(5)])
    assert (trials.sum(axis=0) >= 2).all()


def test_an_input_that_matters_is_still_found_across_scenarios():
    varied, share = nothing(1, 12, 80)
    share = np.where(varied["a"] > 0.7, np.maximum(share, 0.75), 0.25 * share)
    found = discover(EVENT, varied, share)
    assert found.boxes[0].limits["a"].low == pytest.approx(0.7, abs=0.06) and found.table["verdict"].iloc[0] == "decided"
    assert regional(varied, share)["input"].iloc[0] == "a" and regional(varied, share)["verdict"].iloc[0] == "decided"
    assert any("80 design rows" in line for line in found.told)


def test_a_scenario_that_matters_is_found_within_rows():
    varied, share = nothing(1, 12, 60)
    share = np.where(varied["scenario"] == "firm 3", 0.9, 0.1 * share)
    apart = regional(varied, share, 0, 100).set_index("input")["verdict"]
    assert apart["scenario"] == "decided" and (apart.drop("scenario") == "undecided").all()


def test_halves_hold_whole_rows():
    points = Coded.of(*[nothing(0, 12, 30)[0]], np.repeat(np.arange(30), 12))
    first, second = halved(points, np.random.default_rng(0))
    assert len(first) == len(second) == 180 and not set(points.rows[first]) & set(points.rows[second])
    part, which = points.redrawn(np.random.default_rng(1))
    assert (np.bincount(part.rows) == 12).all() and part.row_count == 30
    assert (np.diff(points.rows[which].reshape(30, 12), axis=1) == 0).all()


def test_copies_are_worth_one_point_together():
    points = Coded.of(pd.DataFrame({"a": np.repeat(np.arange(50.0), 10)}), np.repeat(np.arange(50), 10))
    event = np.repeat(np.random.default_rng(0).binomial(1, 0.4, 50).astype(float), 10)
    everywhere = np.ones(500, dtype=bool)
    assert worth(points, everywhere, event) == pytest.approx(0.1, abs=0.01)
    alone = np.random.default_rng(0).binomial(1, 0.4, 500).astype(float)
    assert worth(points, everywhere, alone) > 0.6


@pytest.mark.parametrize("second", [False, True])
def test_saltelli_blocks_are_known_by_their_order_alone_or_crossed(second):
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    varied = pd.DataFrame(sobol.sample(problem, 64, calc_second_order=second, seed=3), columns=list("abc"))
    size = 8 if second else 5
    assert np.array_equal(blocks(varied), np.repeat(np.arange(64), size))
    crossed = varied.loc[np.repeat(varied.index, 3)].assign(scenario=np.tile(list("xyz"), len(varied)))
    assert np.array_equal(design_rows(crossed.reset_index(drop=True)), np.repeat(np.arange(64), 3 * size))
    assert blocks(varied.sample(frac=1, random_state=1).reset_index(drop=True)) is None


def test_rows_may_be_said_and_are_checked():
    varied, share = nothing(0, 12, 30)
    said = np.repeat([f"row {place}" for place in range(30)], 12)
    assert discover(EVENT, varied, share, rows=said).table.equals(discover(EVENT, varied, share).table)
    for rows, words in ((said[:-1], "as many"), (np.zeros(360), "1 design rows"), (np.r_[np.nan, np.arange(359)], "missing")):
        with pytest.raises(Mistake, match=words):
            discover(EVENT, varied, share, rows=rows)


def test_words_alone_are_points_of_their_own():
    varied = pd.DataFrame({"one": list("abcd") * 3, "two": np.repeat(list("xyz"), 4)})
    assert np.array_equal(same_numbers(varied), np.arange(12))


SWEEP = """quarters = 1
replicates = 2
scenarios = ["co-pilot", "strategist-executor", "brand-performance"]
outcomes = ["process_conflict_rate"]
[factors]
"levers.decision_clarity" = { low = 0.0, high = 1.0 }
"levers.skills" = { low = 0.0, high = 1.0 }
[design]
points = 16
kind = """


@pytest.mark.parametrize(("kind", "rows", "size"), [("sobol", 16, 3), ("saltelli", 16, 12)])
def test_a_sweep_says_which_of_its_points_were_drawn_together(tmp_path, kind, rows, size):
    run(of_plan(Plan.parse(f'{SWEEP}"{kind}"')), tmp_path / "sweep", workers=1)
    _, varied, share = of_sweep(open_sweep(tmp_path / "sweep"), below=0.2)
    labels = varied.index.get_level_values(ROW)
    assert list(labels.value_counts().unique()) == [size] and labels.nunique() == rows
    assert varied.index.equals(share.index)
    assert discover(EVENT, varied, share).rows == rows
