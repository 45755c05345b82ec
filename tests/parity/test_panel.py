"""A panel is the same run as any other, seen on the way: weekly table, sums, interventions, threads."""

import numpy as np
import pytest

from tandem.sim import Scenario, simulate
from tandem.sim.panel import COLUMNS, STATES, SUMS, panel_of, simulate_panel
from tandem.sim.weekly import WEEKLY

FIRM = Scenario.of(role_model="co-pilot", context="agile").with_({"quarters": 3})


def test_a_weekly_panel_is_the_weekly_table():
    panel = simulate_panel([FIRM, FIRM], runs=2, seed=4, every=1)
    run = simulate(FIRM, seed=4, replicate=1, firm=1)
    for name in ("relationship_conflict", "revenue", "customers", "spend", "satisfaction", "common_ground"):
        np.testing.assert_array_equal(panel[name][1, 1, 1:], run.weekly[name].to_numpy()[1:])
    np.testing.assert_array_equal(panel["ceo_trust"][1, 1], run.weekly["ceo_trust"].to_numpy())


LEAVING = Scenario.load("coo-leaves").with_({"ceo.skills.market": 0.9})
SUM_FIELDS = {
    "trust_weeks": "trust",
    "relationship_conflict_weeks": "relationship_level",
    "role_clarity_weeks": "clarity",
    "goal_gap_weeks": "gap",
    "task_episodes": "task",
    "process_episodes": "process",
    "relationship_episodes": "relationship",
    "delay_weeks": "delay",
    "setting_error": "error",
    "good_proposals": "good",
    "bad_proposals": "bad",
    "views_exchanged": "exchanged",
    "views_possible": "chances",
    "revenue_sum": "revenue",
    "spend_sum": "spend",
    "profit_sum": "profit",
    "customers_won": "new",
    "customers_lost": "lost",
    "satisfaction_weeks": "satisfaction",
    "morale_weeks": "morale",
    "hidden_work": "hidden",
    "questions": "exceptions",
    "unanswered": "defaults",
    "campaigns_launched": "campaigns",
    "standing_error_weeks": "standing",
    "ceo_meeting_hours": "ceo_meeting",
}


def test_every_column_is_what_the_records_of_the_run_say():
    panel, run = simulate_panel([LEAVING], seed=4, every=1), simulate(LEAVING, seed=4)
    leaders, firm = run.trajectory["leaders"], run.trajectory["firm"]
    for name in STATES:
        post = ("ceo", "coo").index(name[:3]) if name[:4] in ("ceo_", "coo_") else None
        if name.endswith("_successions"):
            wanted = leaders["successions"][:, post]
        elif name in ("ceo_skill", "coo_skill"):
            wanted = leaders["skills"][:, post].mean(axis=1)
        else:
            wanted = np.where(np.arange(run.weeks + 1) > 0, run.weekly[name], panel[name][0, 0])  # row 0: nothing yet
        if name == "role_clarity":  # there is nobody to be unclear with while a post is empty, in a panel as in the weekly table
            assert np.isnan(wanted).any() and not np.isnan(wanted).all()
        assert name.endswith(("_successions", "_skill")) or name in WEEKLY
        np.testing.assert_allclose(panel[name][0, 0], wanted, rtol=1e-12, atol=1e-14, err_msg=name)
    for name in SUMS:
        if name in ("ceo_hours", "coo_hours"):
            wanted = firm["sum_hours"][:, int(name == "coo_hours")]
        else:
            wanted = firm[f"sum_{SUM_FIELDS.get(name, name)}"]
        np.testing.assert_array_equal(panel[name][0, 0], wanted, err_msg=name)
    assert not np.array_equal(panel["ceo_skill"], panel["coo_skill"])


def test_sums_are_what_outcomes_are_made_of():
    panel = simulate_panel([FIRM], seed=4, every=13)
    outcomes = simulate(FIRM, seed=4).outcomes
    weeks = panel.between("paired_weeks", 0, 39)[0, 0]
    assert panel.between("trust_weeks", 0, 39)[0, 0] / weeks == outcomes["trust_mean"]
    assert (
        panel.between("spend_sum", 0, 39)[0, 0] / panel.between("revenue_sum", 0, 39)[0, 0] == outcomes["marketing_spend_share"]
    )
    assert 13 * panel.between("task_episodes", 0, 39)[0, 0] / weeks == pytest.approx(outcomes["task_conflict_rate"], rel=1e-12)


def test_an_intervention_changes_nothing_before_its_week():
    plain = simulate_panel([FIRM], every=1)
    moved = simulate_panel([FIRM.at(week=20, changes={"levers.communication": 1.0})], every=1)
    np.testing.assert_array_equal(plain.values[:, :, :20], moved.values[:, :, :20])
    assert not np.array_equal(plain.values[:, :, 20:], moved.values[:, :, 20:])


def test_threads_and_chunks_change_no_bit():
    records = [FIRM.records()] * 40
    together = panel_of(records, every=13)
    np.testing.assert_array_equal(together.values, panel_of(records, every=13, threads=False).values)
    later = panel_of(records[20:], every=13, first=20)
    np.testing.assert_array_equal(together.values[20:], later.values)


def test_the_frame_is_tidy_and_bad_input_is_refused():
    frame = simulate_panel([FIRM], runs=2, every=13, columns=("revenue", "trust_weeks")).frame()
    assert list(frame.columns) == ["firm_id", "replicate", "week", "revenue", "trust_weeks"]
    assert len(frame) == 2 * 4
    with pytest.raises(ValueError, match="not a column"):
        simulate_panel([FIRM], columns=("revenues",))
    with pytest.raises(ValueError, match="one horizon"):
        simulate_panel([FIRM, FIRM.with_({"quarters": 2})])
    with pytest.raises(ValueError, match="is a state"):
        simulate_panel([FIRM]).between("revenue", 0, 13)
    assert set(SUMS) < set(COLUMNS) and len(set(COLUMNS)) == len(COLUMNS)
