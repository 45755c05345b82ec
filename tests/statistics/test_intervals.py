"""Intervals against their formulas written out, the words that follow from them, and the colours that follow from the words."""

import colorsys
import re
from pathlib import Path
from types import SimpleNamespace

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex, to_rgb

from tandem.experiments.advice.remedies import remedies
from tandem.experiments.effects.cells import Mechanisms, strengths
from tandem.experiments.effects.levers import effect_table, ranks
from tandem.experiments.pages import numbers
from tandem.experiments.pages.telling import said
from tandem.experiments.sensitivity.figures import plot_effects
from tandem.experiments.study.figures import HOW_TO_READ
from tandem.experiments.study.ladder import ladders
from tandem.experiments.validation.finding_figures import forest_plot
from tandem.experiments.validation.findings import judged
from tandem.sim import played as played_runs
from tandem.sim import plots
from tandem.sim.dashboard import futures
from tandem.sim.intervals import (
    band_verdict,
    claim_verdict,
    interval_of_sums,
    look,
    mean_interval,
    share_difference,
    share_interval,
    t_quantile,
    verdict,
    whole_verdict,
)
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import chosen
from tandem.sim.plots.style import verdict_colour
from tandem.sim.scenario import Scenario

TEMPLATES = Path(numbers.__file__).parent / "templates"


def wilson(count, n, z=1.959964):
    """Wilson 1927, written out; z is the normal quantile of 95%."""
    p = count / n
    middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


# -- means -------------------------------------------------------------------------------------


def test_the_t_quantile_is_the_printed_tables():
    printed = {2: 12.706, 3: 4.303, 6: 2.571, 11: 2.228, 31: 2.042, 121: 1.980}  # by number of values
    assert {n: round(t_quantile(n), 3) for n in printed} == printed
    assert t_quantile(11, 0.99) == pytest.approx(3.169, abs=5e-4)
    assert t_quantile(np.array(list(printed))).tolist() == [t_quantile(n) for n in printed]  # an array gives the same bits


def test_sums_give_the_interval_of_their_values():
    values = np.array([0.2, 0.5, 0.1, 0.9, 0.4])
    assert interval_of_sums(5, values.sum(), (values**2).sum()) == pytest.approx(mean_interval(values)[:3])
    assert interval_of_sums(5, values.sum(), (values**2).sum(), 0.5) == pytest.approx(mean_interval(values, 0.5)[:3])
    np.testing.assert_array_equal(interval_of_sums(1, 0.2, 0.04), [0.2, np.nan, np.nan])
    assert np.isnan(interval_of_sums(0, 0.0, 0.0)).all()


# -- shares ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "n"), [(0, 40), (7, 40), (20, 40), (40, 40), (3, 200)])
def test_the_interval_of_a_share_is_wilsons(count, n):
    assert share_interval(count, n) == pytest.approx(wilson(count, n), abs=1e-6)
    assert share_interval(count, n, 0.5) == pytest.approx(wilson(count, n, 0.67449), abs=1e-5)


def test_the_paired_interval_by_hand():
    # Of 8 pairs, 5 fail only in the first. With half a pair added either way: (0.5 - 5.5) / 10, and the variance of the
    # difference is (6 - 25 / 10) / 100.
    before, after = np.array([True] * 5 + [False] * 3), np.zeros(8, bool)
    difference, low, high = share_difference(before, after)
    assert difference == -5 / 8
    assert low == pytest.approx(-0.5 - 1.959964 * np.sqrt(6 - 2.5) / 10)
    assert high == pytest.approx(-0.5 + 1.959964 * np.sqrt(6 - 2.5) / 10)
    assert share_difference(before, after, 0.5)[2] == pytest.approx(-0.5 + 0.67449 * np.sqrt(6 - 2.5) / 10, abs=1e-5)


def test_a_difference_of_shares_is_never_more_than_one():
    none, every = np.zeros(2, bool), np.ones(2, bool)
    assert share_difference(none, every)[2] == 1.0 and share_difference(every, none)[1] == -1.0


def test_pairs_that_all_agree_still_leave_doubt():
    difference, low, high = share_difference(np.ones(50, bool), np.ones(50, bool))
    assert difference == 0.0
    assert low < 0.0 < high


def test_the_page_tells_wilsons_interval():
    case = Scenario.load("silence")
    told = futures.odds(case, case.story.failure, 40, chosen("declared"))
    assert 0 < told["failing"] < 40
    assert (told["low"], told["high"]) == pytest.approx(wilson(told["failing"], 40), abs=1e-4)


def test_a_case_with_its_remedies_tells_wilsons_interval():
    told = remedies(Scenario.load("silence"), seed=7, replicates=40)
    assert 0.0 < told.share < 1.0
    assert (told.low, told.high) == pytest.approx(wilson(told.share * 40, 40), abs=1e-6)


def test_a_ladder_tells_wilsons_interval():
    _, marks = ladders(lambda points, keys: (points[:, 0] * (points[:, 1] - 0.3))[:, None], ["a", "b"], ["a"], backgrounds=80)
    row = marks.iloc[0]
    assert 0.5 < row["helped"] < 0.9
    assert (row["helped_low"], row["helped_high"]) == pytest.approx(wilson(row["helped"] * 80, 80), abs=1e-6)


# -- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "word"), [(0.1, 0.2, "higher"), (-0.2, -0.1, "lower"), (-0.1, 0.1, "undecided"), (0.0, 0.0, "same")]
)
def test_a_verdict_reads_an_interval(low, high, word):
    assert verdict(low, high) == verdict(low, high, 9) == word


def test_a_verdict_may_be_against_a_line():
    found = [verdict(*ends, line=0.5) for ends in ((0.6, 0.7), (0.3, 0.4), (0.4, 0.6), (0.5, 0.5), (0.0, 0.0))]
    assert found == ["higher", "lower", "undecided", "same", "lower"]


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.6, 0.7, "holds"),
        (0.3, 0.4, "fails"),
        (0.4, 0.6, "undecided"),
        (0.5, 0.6, "undecided"),
        (0.5, 0.5, "undecided"),
        (np.nan, np.nan, "undecided"),
    ],
)
def test_a_claim_is_judged_against_its_line(low, high, word):
    assert claim_verdict(low, high, 0.5) == word
    assert claim_verdict(-high, -low, -0.5, above=False) == word  # the mirrored claim says the same


def test_a_band_allows_what_the_interval_reaches():
    assert band_verdict(0.3, 0.2, 0.2, 0.4) == band_verdict(0.4, 0.0, 0.2, 0.4) == "holds"
    assert band_verdict(0.45, 0.04, 0.2, 0.4) == band_verdict(0.15, 0.04, 0.2, 0.4) == "fails"
    assert band_verdict(0.45, 0.06, 0.2, 0.4) == band_verdict(0.15, 0.06, 0.2, 0.4) == "undecided"
    assert band_verdict(np.nan, 0.0, 0.2, 0.4) == "fails"


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        (["holds", "holds"], "holds"),
        (["holds", "fails", "undecided"], "fails"),
        (["holds", "undecided"], "undecided"),
        (["holds", "told"], "undecided"),
        ([], "undecided"),
    ],
)
def test_a_whole_holds_when_all_its_parts_do(parts, word):
    assert whole_verdict(parts) == word


def test_one_pair_decides_no_rank():
    one = {"a": np.array([[2.0]]), "b": np.array([[1.0]])}
    assert ranks(one, ("y",))["larger"].tolist() == ["undecided"]
    three = {name: np.repeat(moves, 3, axis=0) for name, moves in one.items()}
    assert ranks(three, ("y",))["larger"].tolist() == ["a"]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_effect_has_the_sign_that_it_was_made_with(sign):
    moves = {"up": sign * np.array([[1.0], [1.1], [1.2]]), "level": np.zeros((3, 1))}
    words = effect_table(moves, ("y",)).set_index("input")["verdict"].to_dict()
    assert words == {"up": "higher" if sign > 0 else "lower", "level": "same"}


LOOKS = [
    ("higher", "high", "good"),
    ("lower", "high", "bad"),
    ("higher", "low", "bad"),
    ("lower", "low", "good"),
    ("higher", "neither", "decided"),
    ("undecided", "high", "open"),
    ("same", "low", "open"),
    ("not defined", "neither", "open"),
]


@pytest.mark.parametrize(("word", "better", "seen"), LOOKS)
def test_what_a_verdict_means_hangs_on_what_is_wished_for(word, better, seen):
    assert look(word, better) == seen


# -- colours -----------------------------------------------------------------------------------


def hue(colour):
    """good for green, bad for red and orange, neither for what is grey or blue."""
    degrees, saturation, _ = colorsys.rgb_to_hsv(*to_rgb(colour))
    if saturation < 0.2 or 180 < 360 * degrees < 330:
        return "neither"
    return "good" if 90 < 360 * degrees < 180 else "bad"


def test_good_is_green_and_bad_is_red_everywhere():
    for word, better, seen in LOOKS:
        assert hue(verdict_colour(word, better)) == (seen if seen in ("good", "bad") else "neither"), (word, better)
    style = (TEMPLATES / "page.html.jinja").read_text("utf-8")
    for seen in ("good", "bad"):
        (colour,) = re.findall(rf"td\.{seen}\{{color:(#[0-9a-f]{{6}})", style)
        assert hue(colour) == seen
    read = {said(key).split()[0]: colour for colour, _, key in HOW_TO_READ}
    assert (hue(read["better"]), hue(read["worse"]), hue(read["undecided:"])) == ("good", "bad", "neither")


@pytest.mark.parametrize(("outcome", "up", "down"), [("revenue_growth", "good", "bad"), ("conflict_rate", "bad", "good")])
def test_drawn_effects_have_the_colour_of_what_they_do(outcome, up, down):
    effects = pd.DataFrame(
        {
            "scenario": ["base", "up", "down"],
            "outcome": outcome,
            "mean": 1.0,
            "difference": [np.nan, 0.2, -0.2],
            "low": [np.nan, 0.1, -0.3],
            "high": [np.nan, 0.3, -0.1],
            "n": 9,
            "verdict": ["baseline", "higher", "lower"],
        }
    )
    (ax,) = plots.plot_comparison(effects, [outcome])
    dots = {line.get_ydata()[0]: to_hex(line.get_color()) for line in ax.lines if line.get_marker() == "o"}
    assert {place: hue(colour) for place, colour in dots.items()} == {0: up, 1: down}
    effects = effects.iloc[1:].rename(columns={"scenario": "input", "outcome": "output", "difference": "estimate"})
    bars = plots.plot_lever_effects(effects.assign(measure="effect"), output=outcome).patches
    assert [hue(bar.get_facecolor()[:3]) for bar in bars] == [up, down]
    words = effects.assign(measure="effect", verdict=["raises", "lowers"])
    drawn = plot_effects(SimpleNamespace(table=words), outcome)
    assert [hue(line.get_color()) for line in drawn.lines if line.get_marker() == "o"] == [up, down]
    plt.close("all")


@pytest.mark.parametrize(("stock", "up", "down"), [("trust", "good", "bad"), ("relationship_conflict", "bad", "good")])
def test_causes_have_the_colour_of_what_they_do(stock, up, down):
    moves = pd.DataFrame({"week": 1, "stock": stock, "cause": ["culture", "power"], "amount": [0.2, -0.1]})
    bars = plots.plot_waterfall(moves, stock).patches
    assert [hue(bar.get_facecolor()[:3]) for bar in bars[:2]] == [up, down]
    plt.close("all")


def test_all_declared_directions_are_met_above():
    assert {outcome.better for outcome in OUTCOMES.values()} == {better for _, better, _ in LOOKS}


# -- strengths of mechanisms -------------------------------------------------------------------


@pytest.fixture
def played(monkeypatch):
    """The parameters that were played, row by row."""
    seen = []
    real = played_runs.run_batch
    monkeypatch.setattr(played_runs, "run_batch", lambda timeline, *rest: seen.append(timeline.copy()) or real(timeline, *rest))
    return seen


def test_every_mechanism_is_moved_by_three_tenths_each_way(played):
    scenario = Scenario.of(role_model="co-pilot", context="agile").with_({"quarters": 1})
    model = Mechanisms({("co-pilot", "agile"): scenario}, ("revenue_growth", "conflict_rate"), "declared")
    points = np.repeat([[0.0], [0.5], [1.0]], len(model.factors), axis=1)
    found = model(points, np.full(3, 5, dtype=np.uint64))
    (timeline,) = played
    assert len(strengths()) > 30
    free = 0
    for row in strengths():
        low, middle, high = timeline[row["path"].replace(".", "_")]
        own = scenario.records()[row["path"].replace(".", "_")][0]
        assert middle == pytest.approx(own), row["path"]
        assert low == pytest.approx(np.clip(0.7 * own, row["low"], row["high"])), row["path"]
        assert high == pytest.approx(np.clip(1.3 * own, row["low"], row["high"])), row["path"]
        free += low < middle < high
    assert free > 0.8 * len(strengths())
    assert len(set(found[:, 0])) == 3  # and the firms notice


def test_the_bars_of_a_forest_plot_are_the_intervals_of_the_table():
    row = {"statement_en": "A finding", "statistic": "x", "value": 0.3, "low": 0.2, "high": 0.4, "published": 0.3}
    row |= {"value_low": 0.28, "value_high": 0.33}
    table = pd.DataFrame([{**row, "verdict": "holds", "unverified": False, "counts": True, "seeds": 5}])
    (ax,) = forest_plot(table).axes
    (bar,) = [line for line in ax.lines if line.get_linewidth() == 1.6]
    assert list(bar.get_xdata()) == pytest.approx([-0.2, 0.3])
    plt.close("all")


@pytest.mark.parametrize("level", [None, 0.99])
def test_the_intervals_of_findings_are_students_t_at_the_level_of_the_look(level):
    drawn = pd.DataFrame({"C1": [0.1, 0.2, 0.2, 0.3, 0.4]})
    row = judged(drawn, level).set_index("statistic").loc["C1"]
    reach = (2.7764 if level is None else 4.6041) * 0.0509902  # 4 degrees of freedom
    assert (row["value_low"], row["value_high"]) == pytest.approx((0.24 - reach, 0.24 + reach), abs=1e-5)
    one = judged(drawn[:1], level).set_index("statistic").loc["C1"]
    assert one["value"] == 0.1 and np.isnan([one["value_low"], one["value_high"]]).all()


def test_claims_are_judged_against_zero_and_bands_by_the_interval():
    assert claim_verdict(0.5, 0.9) == "holds" and claim_verdict(-0.9, -0.5) == "fails" and claim_verdict(-0.1, 0.1) == "undecided"
    words = [band_verdict(value, 2.0, 0.0, 1.0) for value in (0.0, 1.0, 2.5, 3.5, -1.5, -2.5)]
    assert words == ["holds", "holds", "undecided", "fails", "undecided", "fails"]


def test_the_difference_of_shares_adds_one_pair_each_way():
    first = np.array([True] * 2 + [False] * 18)
    second = np.array([False] * 1 + [True] * 7 + [False] * 12)
    up, down, n = 6 + 0.5, 1 + 0.5, 22
    middle, half = (up - down) / n, 1.959964 * (up + down - (up - down) ** 2 / n) ** 0.5 / n
    assert share_difference(first, second) == pytest.approx((5 / 20, middle - half, middle + half), abs=1e-6)


def test_the_interval_of_a_share_is_scipys_to_the_last_digit():
    """Written out, as scipy.stats takes a second to import."""
    from scipy.stats import binomtest

    for n in (1, 2, 7, 100, 1999):
        for count in {0, 1, n // 3, n - 1, n}:
            for level in (0.9, 0.95, 0.99):
                known = binomtest(count, n).proportion_ci(level, method="wilson")
                assert share_interval(count, n, level) == (known.low, known.high)
