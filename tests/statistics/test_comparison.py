"""Paired comparisons: hand-worked values, intervals against SciPy, and words for what is undefined."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tandem.sim.comparison import compare, compare_batches, share_helped
from tandem.sim.intervals import paired_difference, verdict
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import RECORD, Leader, Levers, Parameters, fill_record
from tandem.sim.results import Batch


def firm(name="firm", quarters=2, **values):
    parameters = Parameters(quarters=quarters, **values)

    def records():
        rows = np.zeros(1, RECORD)
        fill_record(parameters, rows[0])
        return rows

    return SimpleNamespace(name=name, records=records)


BASE = firm("base")
TALKING = firm("talking", levers=Levers(communication=0.9))
ALONE = firm("alone", coo=Leader(present=False))


def made(values: dict[str, list[float]], firms: int = 1, seed: int = 0) -> Batch:
    """A batch with the given outcomes, the others undefined."""
    rows = len(next(iter(values.values())))
    replicates = rows // firms
    table = pd.DataFrame(
        {
            "firm_id": np.repeat(range(firms), replicates),
            "replicate": np.tile(range(replicates), firms),
            **{name: values.get(name, np.nan) for name in OUTCOMES},
        }
    )
    return Batch(tuple(SimpleNamespace(name="x") for _ in range(firms)), seed, replicates, table)


@pytest.fixture(scope="module")
def three():
    return compare(BASE, TALKING, ALONE, runs=40, seed=3)


def row(comparison, arm, outcome):
    table = comparison.table
    return table[(table["scenario"] == arm) & (table["outcome"] == outcome)].iloc[0]


# -- by hand -----------------------------------------------------------------------------------


def test_a_paired_difference_by_hand():
    # Differences 1, 2, 3: mean 2, standard error 1/sqrt(3), t(2) = 4.302653; the pair with a gap is left out.
    a, b = np.array([1.0, 1.0, 1.0, 5.0]), np.array([2.0, 3.0, 4.0, np.nan])
    difference, low, high, error, n = paired_difference(a, b)
    assert (difference, n) == (2.0, 3)
    assert error == pytest.approx(0.57735, abs=1e-5)
    assert (low, high) == (pytest.approx(-0.48414, abs=1e-5), pytest.approx(4.48414, abs=1e-5))


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=3, max_size=40))
def test_the_interval_is_that_of_scipy(pairs):
    a, b = np.array(pairs).T
    if np.ptp(b - a) < 1e-6:
        return
    difference, low, high, error, n = paired_difference(a, b)
    expected = stats.ttest_rel(b, a).confidence_interval(0.95)
    assert (low, high) == (pytest.approx(expected.low, abs=1e-8), pytest.approx(expected.high, abs=1e-8))
    assert error == pytest.approx(stats.sem(b - a))
    assert (difference, n) == (pytest.approx((b - a).mean()), len(pairs))


def test_pairs_need_equal_shapes():
    with pytest.raises(ValueError, match="equal shapes"):
        paired_difference(np.zeros(3), np.zeros(4))


@pytest.mark.parametrize(("better", "expected"), [("high", 0.625), ("low", 0.375)])
def test_ties_help_by_half(better, expected):
    a = np.array([0.0, 0.0, 0.0, 0.0, np.nan])
    b = np.array([1.0, 2.0, -1.0, 0.0, 9.0])
    assert share_helped(a, b, better) == expected


def test_where_no_direction_is_better_nobody_is_helped():
    assert np.isnan(share_helped(np.zeros(3), np.ones(3), "neither"))
    assert np.isnan(share_helped(np.zeros(0), np.ones(0), "high"))


@pytest.mark.parametrize(
    ("low", "high", "n", "word"),
    [
        (0.1, 0.2, 9, "higher"),
        (-0.2, -0.1, 9, "lower"),
        (-0.1, 0.1, 9, "undecided"),
        (0.0, 0.0, 9, "same"),
        (0.0, 0.2, 9, "undecided"),
        (np.nan, np.nan, 1, "undecided"),
        (np.nan, np.nan, 0, "not defined"),
    ],
)
def test_the_verdict_reads_the_interval(low, high, n, word):
    assert verdict(low, high, n) == word


def test_a_table_by_hand():
    a = made({"satisfaction": [0.1, 0.2, 0.3, 0.4], "conflict_rate": [4.0, 3.0, 2.0, 1.0]})
    b = made({"satisfaction": [0.2, 0.2, 0.5, 0.3], "conflict_rate": [2.0, 1.0, 0.0, -1.0]})
    c = compare_batches({"a": a, "b": b}, ("satisfaction", "conflict_rate"))
    told = row(c, "b", "satisfaction")
    assert told["mean"] == pytest.approx(0.3)
    assert told["difference"] == pytest.approx(0.05)
    assert told["share_helped"] == (2 + 0.5) / 4
    assert told["correlation"] == pytest.approx(np.corrcoef([0.1, 0.2, 0.3, 0.4], [0.2, 0.2, 0.5, 0.3])[0, 1])
    # Variances 0.01667 and 0.02; of the differences 0.1, 0, 0.2, -0.1 it is 0.01667.
    assert told["variance_reduction"] == pytest.approx((0.05 / 3 + 0.02) / (0.05 / 3))
    assert told["verdict"] == "undecided"
    quarrels = row(c, "b", "conflict_rate")
    assert (quarrels["difference"], quarrels["low"], quarrels["high"]) == (-2.0, -2.0, -2.0)
    assert (quarrels["share_helped"], quarrels["verdict"]) == (1.0, "lower")
    assert np.isnan(quarrels["variance_reduction"])  # nothing is left to reduce
    first = row(c, "a", "satisfaction")
    assert (first["verdict"], first["mean"]) == ("baseline", pytest.approx(0.25))
    assert np.isnan(first["difference"])


def test_in_a_population_a_pair_is_a_firm():
    a = made({"satisfaction": [0.0, 0.2, 0.4, 0.6]}, firms=2)
    b = made({"satisfaction": [0.1, 0.3, 0.6, np.nan]}, firms=2)
    told = row(compare_batches({"a": a, "b": b}, ("satisfaction",)), "b", "satisfaction")
    # Firm means 0.1 and 0.5 against 0.2 and 0.6.
    assert (told["n"], told["pairs"]) == (2, 2)
    assert told["difference"] == pytest.approx(0.1)


# -- played ------------------------------------------------------------------------------------


def test_arms_share_their_luck(three):
    told = row(three, "alone", "conversion_rate")
    assert told["correlation"] > 0.5
    assert told["variance_reduction"] > 1.5


def test_every_row_is_the_paired_t_test_of_its_columns(three):
    for outcome in ("revenue_growth", "satisfaction", "morale"):
        wide = three.wide(outcome)
        expected = stats.ttest_rel(wide["talking"], wide["base"]).confidence_interval(0.95)
        told = row(three, "talking", outcome)
        assert (told["low"], told["high"]) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_what_one_arm_lacks_is_not_defined(three):
    told = row(three, "alone", "conflict_rate")
    assert (told["verdict"], told["n"], told["pairs"]) == ("not defined", 0, 40)
    assert np.isnan(told["difference"])
    assert row(three, "base", "conflict_rate")["verdict"] == "baseline"
    assert row(three, "alone", "satisfaction")["verdict"] != "not defined"


def test_an_arm_against_itself_is_the_same():
    d = compare(BASE, BASE, runs=5)
    assert d.arms == ("base", "base (2)")
    others = d.table[d.table["scenario"] == "base (2)"]
    defined = others[others["n"] > 1]
    assert set(defined["verdict"]) == {"same"}
    assert (defined["difference"] == 0).all()


def test_pairing_is_lost_where_replicates_are_shifted(three):
    """Sabotage: the same runs paired with another's luck are hardly correlated any more."""
    base, other = (three.batches[arm].values("conversion_rate")[0] for arm in ("base", "alone"))
    assert np.corrcoef(base, np.roll(other, 1))[0, 1] < 0.5 < np.corrcoef(base, other)[0, 1]


def test_a_last_digit_is_no_difference():
    a = [0.1, 0.2, 0.3]
    b = [np.nextafter(value, 1.0) for value in a]
    told = row(compare_batches({"a": made({"trust": a}), "b": made({"trust": b})}, ("trust",)), "b", "trust")
    assert (told["difference"], told["share_helped"], told["verdict"]) == (0.0, 0.5, "same")


def test_tidy_and_wide(three):
    assert len(three.table) == 3 * len(OUTCOMES)
    assert list(three.wide("satisfaction")) == ["firm_id", "replicate", "base", "talking", "alone"]
    assert len(repr(three).splitlines()) == 5 and three.parameters.told in repr(three)
    assert "base" in three._repr_html_()
    only = compare(BASE, ALONE, runs=2, outcomes=["satisfaction"])
    assert set(only.table["outcome"]) == {"satisfaction"}


def test_populations_are_compared_firm_by_firm():
    d = compare([BASE, TALKING], [TALKING, BASE], runs=3, outcomes=["satisfaction"])
    assert d.arms == ("base", "talking")
    told = row(d, "talking", "satisfaction")
    assert told["n"] == 2


def test_bad_calls_are_refused():
    with pytest.raises(ValueError, match="two scenarios"):
        compare(BASE)
    with pytest.raises(ValueError, match=r"horizons differ: base: 2 quarters, long: 3 quarters"):
        compare(BASE, firm("long", quarters=3), runs=2)
    with pytest.raises(ValueError, match="same number of firms"):
        compare([BASE, BASE], [BASE], runs=2)
    with pytest.raises(ValueError, match="did you mean satisfaction"):
        compare(BASE, TALKING, runs=2, outcomes=["satisfacton"])
    with pytest.raises(ValueError, match="no luck is shared"):
        compare_batches({"a": made({"cash": [1.0]}), "b": made({"cash": [1.0]}, seed=1)})


def test_arms_of_one_name_are_told_apart_by_what_differs():
    from tandem.sim.scenario import Scenario

    first = Scenario.of()
    loud = first.with_({"levers.communication": 0.8, "quarters": 1})
    d = compare(first.with_({"quarters": 1}), loud, loud.at(5, {"levers.skills": 0.9}), runs=2, outcomes=["cash"])
    assert d.arms[1] == f"{first.name}: levers.communication 0.8"
    assert "changed in week 5" in d.arms[2]


def test_arms_are_called_by_their_titles_without_the_context_they_share():
    from tandem.sim.scenario import Scenario

    first, other = (Scenario.of(role_model=name, context="agile") for name in ("co-pilot", "no-coo"))
    arms = [s.with_({"quarters": 1}) for s in (first, other, first.with_({"levers.skills": 0.9}))]
    d = compare(*arms, runs=2, outcomes=["cash"])
    called = list(d.titles("en").values())
    assert called[0] == first.title("en")
    assert called[1] == other.title("en").rpartition(" · ")[0]
    assert called[1] != other.title("en")
    assert called[2] == first.title("en").rpartition(" · ")[0] + ": levers.skills 0.9"
