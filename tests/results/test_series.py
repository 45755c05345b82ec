"""Page and widget draw one and the same line of a run, band and count of failures, worked out anew here."""

import math
from functools import cache

import numpy as np
import pytest

from tandem.experiments.advice.remedies import remedies
from tandem.experiments.advice.rescue import _failing_replicates
from tandem.sim import Scenario, series, simulate, simulate_batch
from tandem.sim.dashboard import futures
from tandem.sim.dashboard.answers import ANSWERS
from tandem.sim.dashboard.specification import SEED, Specification
from tandem.sim.own_outcomes import forget_outcomes, outcome
from tandem.sim.panel import simulate_panel
from tandem.sim.parameter_sets import chosen
from tandem.sim.scenario import catalogue
from tandem.sim.series import OF_PANEL, SERIES, THEMES, band, listed, of_panel, of_run
from tandem.sim.widget import lines

CASES = tuple(entry.name for entry in catalogue() if entry.kind == "case")


@cache
def at_the_page(case, luck=0):
    return ANSWERS["run"]({"spec": {"case": case, "luck": luck}})["series"]


def first_difference(one, other):
    """Series and week in which two doors first differ; None where they show the same."""
    for name in one.keys() & other.keys():
        for week, (mine, yours) in enumerate(zip(one[name], other[name], strict=True)):
            if mine != yours and not (mine is not None and yours is not None and abs(mine - yours) < 0.011):
                return name, week
    return None


@pytest.mark.parametrize("case", CASES)
def test_page_and_widget_show_the_same_lines(case):
    widget = lines.one(Scenario.load(case), SEED, 0)
    assert set(widget) == {series for theme in lines.THEMES.values() for series in theme} <= set(SERIES)
    assert first_difference(at_the_page(case), widget) is None


def test_another_line_at_one_door_is_found(monkeypatch):
    monkeypatch.setitem(SERIES, "trust", lambda columns: 100.0 * columns("trust"))  # as the page once drew it
    widget = lines.one(Scenario.load("coo-leaves"), SEED, 0)
    monkeypatch.undo()
    name, week = first_difference(at_the_page("coo-leaves"), widget)
    assert name == "trust" and week >= 51


def test_lines_of_the_pair_break_off_while_a_post_is_empty():
    shown, run = at_the_page("coo-leaves"), simulate(Scenario.load("coo-leaves"), SEED, 0)
    empty = [present == 0 for present in run.trajectory["leaders"]["present"][:, 1]]
    assert 20 < sum(empty) < run.weeks
    for name in ("trust", "relationship_conflict", "role_clarity", "goal_gap", "coo_trust"):
        assert [value is None for value in shown[name]] == empty, name
    assert None not in shown["satisfaction"] + shown["revenue"] + shown["quarrels"]


def test_lines_are_what_the_records_say():
    run = simulate(Scenario.load("retail-restructuring"), SEED, 1)
    firm, leaders = run.trajectory["firm"], run.trajectory["leaders"]
    episodes = firm["task_episodes"] + firm["process_episodes"] + firm["relationship_episodes"]
    found = of_run(run)
    np.testing.assert_allclose(found["trust"], 50.0 * (leaders["trust"][:, 0] + leaders["trust"][:, 1]))
    np.testing.assert_allclose(found["revenue"], 100.0 * firm["revenue"] / firm["revenue"][0])
    np.testing.assert_allclose(
        found["quarrels"], [episodes[max(1, week - 12) : week + 1].sum() if week else 0.0 for week in range(run.weeks + 1)]
    )
    np.testing.assert_allclose(found["waiting_weeks"][1:], firm["backlog"][1:] / firm["capacity"][1:])
    np.testing.assert_allclose(found["ceo_load"], 100.0 * leaders["hours_used"][:, 0] / run._in_force["leader_hours"][:, 0])
    np.testing.assert_allclose(found["coo_load"], 100.0 * leaders["hours_used"][:, 1] / run._in_force["leader_hours"][:, 1])
    assert not np.allclose(found["ceo_load"], found["coo_load"])
    for name, field in (("satisfaction", "satisfaction"), ("brand_awareness", "goodwill"), ("technique", "technique")):
        np.testing.assert_allclose(found[name], 100.0 * firm[field])


def test_a_panel_suffices_for_what_is_said_of_it():
    panel = simulate_panel([Scenario.load("coo-leaves")], 2, SEED, every=1)
    assert set(of_panel(panel)) == set(OF_PANEL)
    for name in set(SERIES) - set(OF_PANEL):
        with pytest.raises(KeyError, match="no weekly"):
            of_panel(panel, [name])
    run = simulate(Scenario.load("coo-leaves"), SEED, 1)
    for name, replicates in of_panel(panel).items():
        np.testing.assert_allclose(replicates[1], of_run(run)[name], rtol=1e-12, err_msg=name)
    assert {name for theme in THEMES.values() for name in theme} == set(SERIES)


# -- bands -------------------------------------------------------------------------------------


def share_inside(low, high, rows):
    """Share of defined values that lie in the band."""
    defined = ~np.isnan(rows)
    return float(((rows >= low) & (rows <= high))[defined].mean())


@pytest.fixture(scope="module")
def many():
    """Revenue of the replicates that a band is drawn from, as of its start 100."""
    runs = [simulate(Scenario.load("silence"), SEED, luck).trajectory["firm"]["revenue"] for luck in range(futures.BAND_FUTURES)]
    return np.array([100.0 * revenue / revenue[0] for revenue in runs])


def test_four_futures_in_five_lie_in_the_band_of_either_door(many):
    page = futures.bands(Specification("silence"), chosen("ensemble"))
    widget = lines.bands(Scenario.load("silence"), SEED, futures.BAND_FUTURES)
    for told in (page, widget):
        assert told["n"] == len(many) == 60
        low, high = (np.array(told[end]["revenue"], dtype=float)[1:] for end in ("low", "high"))
        assert 0.76 < share_inside(low, high, many[:, 1:]) < 0.84
        ordered = np.sort(many, axis=0)  # the tenth part of 60 lies between the sixth and the seventh, from either end
        assert np.all((low >= ordered[5, 1:] - 0.01) & (low <= ordered[6, 1:] + 0.01))
        assert np.all((high >= ordered[53, 1:] - 0.01) & (high <= ordered[54, 1:] + 0.01))
    for end in ("low", "high"):
        assert first_difference(page[end], widget[end]) is None


def test_a_narrower_band_is_found(monkeypatch, many):
    monkeypatch.setattr(series, "BAND", (0.4, 0.6))
    low, high = band(many)
    assert share_inside(low[1:], high[1:], many[:, 1:]) < 0.3


def test_a_band_is_of_the_replicates_in_which_there_is_a_number():
    low, high = band(np.array([[1.0, np.nan, np.nan], [2.0, 5.0, np.nan]]))
    assert listed(low) == [1.1, 5.0, None] and listed(high) == [1.9, 5.0, None]


# -- what fails --------------------------------------------------------------------------------


def failing_by_hand(scenario, runs, seed):
    """Which replicates fail by the case's rule, each condition read as its file says it."""
    rule, failing = scenario.story.failure, []
    for row in simulate_batch(scenario, runs, seed).outcomes.to_dict("records"):
        met = []
        for condition in rule.conditions:
            value = row[condition.outcome]
            below = condition.below is None or (not math.isnan(value) and value < condition.below)
            above = condition.above is None or (not math.isnan(value) and value > condition.above)
            met.append(below and above)
        failing.append(all(met) if rule.need == "all" else any(met))
    return failing


@pytest.mark.parametrize("case", [case for case in CASES if Scenario.load(case).story.failure])
def test_every_door_counts_the_same_failures(case):
    scenario = Scenario.load(case)
    failing = failing_by_hand(scenario, 40, SEED)
    rule = scenario.story.failure
    assert futures.odds(scenario, rule, 40, chosen("ensemble"))["failing"] == sum(failing)
    replicates, played = _failing_replicates(scenario, rule, SEED, 40, chosen("ensemble"))
    assert [luck for luck in replicates if luck < 40] == np.flatnonzero(failing).tolist()[: len(replicates)]
    assert played >= min(40, len(failing))
    assert remedies(scenario, SEED, 40).share == sum(failing) / 40


def test_both_kinds_of_rule_and_both_sides_of_a_line_are_met():
    """The cases would not notice a rule read wrongly if none of them asked for it."""
    rules = [Scenario.load(case).story.failure for case in CASES if Scenario.load(case).story.failure]
    assert {"all", "any"} <= {rule.need for rule in rules if len(rule.conditions) > 1}
    conditions = [condition for rule in rules for condition in rule.conditions]
    assert any(condition.below is not None for condition in conditions)
    assert any(condition.above is not None for condition in conditions)


def test_a_pair_has_lines_only_while_both_are_in_post_and_a_start_of_nothing_is_no_measure():
    columns = {
        "ceo_present": [1.0, 0.0, 1.0],
        "coo_present": [1.0, 1.0, 0.0],
        "trust": [0.6, 0.5, 0.4],
        "revenue": [2.0, 3.0, 1.0],
    }
    told = lambda name: np.array(columns[name])  # noqa: E731
    assert SERIES["revenue"](told).tolist() == [100.0, 150.0, 50.0]
    columns["revenue"] = [0.0, 3.0, 1.0]
    assert SERIES["revenue"](told).tolist() == [0.0, 3.0, 1.0]
    assert np.isnan(SERIES["trust"](told)).tolist() == [False, True, True]


def test_waiting_is_backlog_over_capacity_and_nothing_where_there_is_none():
    columns = {"capacity": [0.5, 0.0, 2.0], "backlog": [1.0, 3.0, 4.0]}
    assert SERIES["waiting_weeks"](lambda name: np.array(columns[name])).tolist() == [2.0, 0.0, 2.0]


def test_a_panels_trust_is_the_mean_of_both_and_its_quarrels_those_of_the_week():
    firms = [Scenario.load(name).with_({"quarters": 2}) for name in ("silence", "success-story")]  # the first is meant
    panel = simulate_panel(firms, 2, SEED, every=1)
    found = of_panel(panel, ("trust", "quarrels"))
    assert found["trust"] == pytest.approx(50.0 * (panel["ceo_trust"][0] + panel["coo_trust"][0]))
    total = sum(panel[f"{kind}_episodes"][0] for kind in ("task", "process", "relationship"))
    assert found["quarrels"][:, 13] == pytest.approx(total[:, 13]) and found["quarrels"][:, 20] == pytest.approx(
        total[:, 20] - total[:, 7]
    )


@pytest.mark.parametrize(("unit", "scale"), [("0-1", 100.0), ("points", 1.0)])
def test_an_own_outcome_is_a_line_of_what_it_would_be_if_the_run_ended_then(unit, scale):
    outcome("late", "at_end(trust)", unit=unit)
    try:
        run = simulate(Scenario.load("silence").with_({"quarters": 1}), seed=3)
        line = series.own_series(run)["late"]
    finally:
        forget_outcomes()
    assert len(line) == run.weeks + 1 and np.isnan(line[0]) and np.isfinite(line[1:]).all()
    assert line[1:] == pytest.approx(scale * run.weekly["trust"].to_numpy()[-run.weeks :], rel=1e-12)
