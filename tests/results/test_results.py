"""Runs and batches say what the drivers played, row by row, and every name that they use is declared."""

import copy
import math
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import sim
import tandem
from tandem.sim import kernel, ledger
from tandem.sim.intervals import mean_within
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import HEADLINES, OUTCOMES
from tandem.sim.parameters import DOMAINS, RECORD, Event, Leader, Levers, Parameters, fill_record
from tandem.sim.results import Run, mean_interval, simulate, simulate_batch
from tandem.sim.state import EVENT_KINDS, STOCKS
from tandem.sim.units import UNITS_FR
from tandem.sim.weekly import STANDING_DOMAINS, WEEKLY

QUARTERS = 4


def firm(name="firm", changes=(), **values):
    """A scenario's stand-in: parameters from the start, and later versions by week."""
    versions = [(0, Parameters(quarters=QUARTERS, **values)), *changes]

    def records():
        rows = np.zeros(len(versions), RECORD)
        for row, (week, parameters) in zip(rows, versions):
            fill_record(parameters, row, week)
        rows["demand"] = rows["demand"][0]
        return rows

    return SimpleNamespace(name=name, records=records)


SHARED = firm()
ALONE = firm("alone", coo=Leader(present=False))
LEAVING = firm("leaving", events=(Event(week=20, kind="coo_departure"), Event(week=9, kind="restructuring")))


@pytest.fixture(scope="module")
def run():
    return simulate(SHARED, seed=7, replicate=3)


@pytest.fixture(scope="module")
def batch():
    return simulate_batch(SHARED, runs=50, seed=7)


def same(a: dict, b) -> bool:
    """Bit for bit, not-a-number equal to itself."""
    return np.array(list(a.values())).tobytes() == np.asarray(b, dtype=float).tobytes()


# -- what is declared --------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [*OUTCOMES.values(), *WEEKLY.values()], ids=lambda item: item.name)
def test_a_declaration_is_complete(declared):
    assert all((declared.unit, declared.meaning, declared.title_en, declared.title_fr))
    assert declared.unit_in("fr") == UNITS_FR[declared.unit]
    assert declared.title("fr") == declared.title_fr
    assert declared.title("en") == declared.title_en


@pytest.mark.parametrize(
    ("domain", "en", "fr"), [("budget", "budget", "budget"), ("key_client", "key clients", "grands comptes")]
)
def test_a_domain_is_called_by_its_name_in_each_language(domain, en, fr):
    for column in (f"standing_error_{domain}", f"role_clarity_{domain}"):
        assert WEEKLY[column].title_en.endswith(f": {en}") and WEEKLY[column].title_fr.endswith(f" : {fr}")


def test_headlines_have_a_better_direction():
    assert {"revenue_growth", "conflict_rate", "decision_delay_weeks"} <= set(HEADLINES)
    assert all(OUTCOMES[name].better != "neither" for name in HEADLINES)


def test_no_unit_is_translated_in_vain():
    assert set(UNITS_FR) == {item.unit for item in [*OUTCOMES.values(), *WEEKLY.values()]}


def test_standing_domains_are_those_that_hold_a_setting():
    assert set(DOMAINS) - set(STANDING_DOMAINS) == {"campaign", "experiment"}


# -- a run -------------------------------------------------------------------------------------


def test_weekly_has_the_declared_columns_and_starts_at_week_0(run):
    assert list(run.weekly) == list(WEEKLY)
    assert run.weekly["week"].tolist() == list(range(13 * QUARTERS + 1))
    assert run.weekly["quarter"].tolist() == [0] + [q for q in range(1, QUARTERS + 1) for _ in range(13)]


def test_at_the_start_stocks_stand_and_nothing_has_happened(run):
    start = run.weekly.iloc[0]
    assert start["trust"] == 0.6
    assert start["revenue"] == pytest.approx(8000 * 0.048)
    flows = [name for name, column in WEEKLY.items() if column.quarter in ("sum", "mean", "ratio") and name != "revenue"]
    assert start[flows].isna().all()
    assert run.weekly.iloc[1:].notna().all().all()


def test_weeks_agree_with_the_outcomes(run):
    weeks, told = run.weekly.iloc[1:], run.outcomes
    assert weeks["decided"].sum() == told["decisions_taken"]
    assert weeks["conflict_episodes"].sum() / QUARTERS == pytest.approx(told["conflict_rate"])
    assert weeks["new_customers"].sum() / weeks["leads"].sum() == pytest.approx(told["conversion_rate"])
    assert weeks["spend"].sum() / weeks["new_customers"].sum() == pytest.approx(told["cost_per_acquisition"])
    assert weeks["satisfaction"].tail(13).mean() == pytest.approx(told["satisfaction"])
    assert weeks["brand_awareness"].tail(13).mean() == pytest.approx(told["brand_awareness"])
    for name, column in (
        ("trust_mean", "trust"),
        ("role_clarity", "role_clarity"),
        ("goal_gap", "goal_gap"),
        ("standing_error", "standing_error"),
        ("morale", "morale"),
        ("ceo_hours", "ceo_hours_used"),
        ("relationship_conflict_mean", "relationship_conflict"),
    ):
        assert weeks[column].mean() == pytest.approx(told[name]), name
    assert weeks["trust"].iloc[-1] == told["trust"]
    assert weeks["team_skill"].iloc[-1] == pytest.approx(told["team_skill"])


def test_quarters_sum_flows_and_keep_the_last_of_stocks(run):
    table, weeks = run.quarterly, run.weekly
    assert list(table) == list(WEEKLY)
    assert table["quarter"].tolist() == [1, 2, 3, 4]
    assert table["week"].tolist() == [13, 26, 39, 52]
    third = weeks.iloc[27:40]
    assert table["revenue"][2] == pytest.approx(third["revenue"].sum())
    assert table["trust"][2] == third["trust"].iloc[-1]
    assert table["campaign_pressure"][2] == pytest.approx(third["campaign_pressure"].mean())
    assert table["conversion_rate"][2] == pytest.approx(third["new_customers"].sum() / third["leads"].sum())


def test_contributions_add_up_to_what_moved():
    run = simulate(LEAVING, seed=1)
    assert set(run.contributions["stock"]) == {*STOCKS, *ledger.STOCKS}
    booked = run.contributions.pivot_table(index="week", columns="stock", values="amount", aggfunc="sum", fill_value=0.0)
    booked = booked.reindex(range(1, run.weeks + 1), fill_value=0.0)
    for stock in STOCKS:
        moved = run.weekly[stock].diff().iloc[1:].to_numpy()
        assert np.nanmax(np.abs(booked[stock].to_numpy() - moved)) < 1e-9 * max(1.0, run.weekly[stock].max()), stock


def test_events_are_told_in_words():
    events = simulate(LEAVING, seed=1).events
    assert list(events) == ["week", "kind", "domain", "who", "value", "second"]
    assert set(events["kind"]) <= set(EVENT_KINDS)
    assert set(events["domain"]) <= {*DOMAINS, ""}
    left = events[events["kind"] == "leader.left"]
    assert left[["week", "who"]].to_numpy().tolist() == [[20, "coo"]]
    assert events[events["kind"] == "shock.restructuring"]["week"].tolist() == [9]
    launched = events[events["kind"].str.startswith("campaign.")]
    assert launched["who"].str.fullmatch(r"team_[1-6]").all()
    assert events["week"].is_monotonic_increasing


def test_an_empty_post_has_no_priorities_and_no_gap():
    run = simulate(LEAVING, seed=1)
    empty = run.weekly["coo_present"] == 0
    assert empty.any()
    assert run.weekly.loc[empty, "goal_gap"].isna().all()
    coo = run.priorities[run.priorities["leader"] == "coo"].pivot_table(
        index="week", columns="goal", values="weight", dropna=False
    )
    assert coo.loc[empty.to_numpy()].isna().all().all()
    assert np.allclose(coo.loc[~empty.to_numpy()].sum(axis=1), 1.0)


def test_a_firm_that_never_had_a_pair_has_no_trust():
    run = simulate(ALONE, seed=1)
    assert run.weekly[[name for name in WEEKLY if WEEKLY[name].pair]].isna().all().all()
    assert all(math.isnan(run.outcomes[name]) == OUTCOMES[name].needs_pair for name in OUTCOMES)
    assert run.quarterly["conflict_episodes"].isna().all()
    assert "not defined" in repr(run)


def test_teams_are_numbered_from_one(run):
    assert sorted(run.teams["team"].unique()) == [1, 2, 3, 4, 5, 6]
    assert set(run.teams["kind"]) == {"marketing", "sales", "service"}
    last = run.teams[run.teams["week"] == run.weeks]
    assert last["backlog"].sum() == pytest.approx(run.weekly["backlog"].iloc[-1])


def test_a_change_takes_force_in_its_week():
    before = simulate(SHARED, seed=2)
    changed = firm(changes=[(20, Parameters(quarters=QUARTERS, levers=Levers(communication=0.9)))])
    after = simulate(changed, seed=2)
    pd.testing.assert_frame_equal(after.weekly.iloc[:20], before.weekly.iloc[:20], check_exact=True)
    assert after.weekly["meeting_hours"].iloc[20:].sum() > before.weekly["meeting_hours"].iloc[20:].sum()
    assert after.events.query("kind == 'change.applied'")["week"].tolist() == [20]


def test_a_run_is_frozen_and_prints_five_lines(run):
    with pytest.raises(FrozenInstanceError):
        run.seed = 8
    assert len(repr(run).splitlines()) == 5 and run.parameters.told in repr(run)
    assert "Revenue growth" in run._repr_html_()


def test_names_are_escaped_in_html():
    run = Run(SimpleNamespace(name="<b>", records=SHARED.records), 0, 0, 0, simulate(SHARED).trajectory)
    assert "<b><b>" not in run._repr_html_()


@pytest.mark.parametrize("replicate", [-1, 1.5, True, "2"])
def test_a_replicate_is_a_whole_number(replicate):
    with pytest.raises(ValueError, match=r"replicate = .*: a whole number from 0 to 2\^64 - 1"):
        simulate(SHARED, replicate=replicate)


# -- a batch -----------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [0, 3, 49])
def test_a_row_of_a_batch_is_the_run_bit_for_bit(batch, row):
    assert same(simulate(SHARED, seed=7, replicate=row).outcomes, batch.outcomes[list(OUTCOMES)].iloc[row])


def test_another_luck_seed_or_firm_is_another_run(batch):
    row = batch.outcomes[list(OUTCOMES)].iloc[3]
    for other in ({"replicate": 4}, {"seed": 8, "replicate": 3}, {"replicate": 3, "firm": 1}):
        assert not same(simulate(SHARED, **{"seed": 7, **other}).outcomes, row)


def test_a_sequence_of_firms_goes_firm_by_firm(monkeypatch):
    firms = [SHARED, ALONE, LEAVING]
    whole = simulate_batch(firms, runs=4, seed="a text")
    assert whole.outcomes["firm_id"].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert whole.outcomes["replicate"].tolist() == [0, 1, 2, 3] * 3
    for f, luck in ((0, 1), (1, 0), (2, 3)):
        one = simulate(firms[f], seed="a text", replicate=luck, firm=f)
        assert same(one.outcomes, whole.outcomes[list(OUTCOMES)].iloc[4 * f + luck])
    monkeypatch.setattr("tandem.sim.results.RUNS_IN_ONE_CALL", 5)
    pd.testing.assert_frame_equal(simulate_batch(firms, 4, "a text").outcomes, whole.outcomes, check_exact=True)


def test_threads_and_more_runs_change_no_row(batch):
    single = simulate_batch(SHARED, runs=60, seed=7, threads=False)
    pd.testing.assert_frame_equal(single.outcomes.head(50), batch.outcomes, check_exact=True)


def test_the_equality_finds_a_wrong_luck(monkeypatch, batch):
    """Sabotage: one luck off, and the row is no longer the run."""
    real = kernel.run_batch
    monkeypatch.setattr(kernel, "run_batch", lambda t, s, a, n, replicates, *rest: real(t, s, a, n, replicates + 1, *rest))
    off = simulate_batch(SHARED, runs=4, seed=7)
    assert not same(simulate(SHARED, seed=7, replicate=3).outcomes, off.outcomes[list(OUTCOMES)].iloc[3])
    assert same(simulate(SHARED, seed=7, replicate=4).outcomes, off.outcomes[list(OUTCOMES)].iloc[3])


def test_the_summary_says_mean_interval_spread_and_number(batch):
    values = batch.outcomes["revenue_growth"].to_numpy()
    row = batch.summary().loc["revenue_growth"]
    low, high = stats.t.interval(0.95, 49, loc=values.mean(), scale=stats.sem(values))
    assert row["mean"] == pytest.approx(values.mean())
    assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high))
    assert row["sd"] == pytest.approx(values.std(ddof=1))
    assert row[["q05", "q50", "q95"]].to_numpy() == pytest.approx(np.quantile(values, [0.05, 0.5, 0.95]))
    assert row["n"] == 50
    assert len(batch) == 50
    assert list(batch.summary().index) == list(OUTCOMES)


def test_a_population_counts_firms_as_independent():
    whole = simulate_batch([SHARED, firm(levers=Levers(communication=0.2)), LEAVING], runs=3, seed=1)
    means = whole.outcomes.groupby("firm_id")["satisfaction"].mean().to_numpy()
    _, low, high, _, _ = mean_within(means, 0.0, 1.0)  # satisfaction lies between 0 and 1 by its nature
    plain = stats.t.interval(0.95, 2, loc=means.mean(), scale=stats.sem(means))
    assert 0.0 < low < means.mean() < high < 1.0 and abs(low - plain[0]) < 0.2 * (plain[1] - plain[0])
    row = whole.summary().loc["satisfaction"]
    assert (row["low"], row["high"], row["n"]) == (pytest.approx(low), pytest.approx(high), 9)


def test_what_is_undefined_is_counted_as_such():
    row = simulate_batch(ALONE, runs=3).summary().loc["conflict_rate"]
    assert row["n"] == 0
    assert row.drop("n").isna().all()


def test_a_mean_interval_by_hand():
    # 1, 2, 3: mean 2, standard error 1/sqrt(3), t(2) = 4.302653
    mean, low, high, error, n = mean_interval(np.array([1.0, np.nan, 2.0, 3.0]))
    assert (mean, n) == (2.0, 3)
    assert error == pytest.approx(0.57735, abs=1e-5)
    assert (low, high) == (pytest.approx(-0.48414, abs=1e-5), pytest.approx(4.48414, abs=1e-5))
    assert mean_interval(np.full(7, 0.1)) == (0.1, 0.1, 0.1, 0.0, 7)
    assert mean_interval(np.array([5.0]))[0] == 5.0
    assert np.isnan(mean_interval(np.array([5.0]))[1])
    assert mean_interval(np.array([]))[-1] == 0


def test_a_batch_prints_and_becomes_a_frame(batch):
    assert len(repr(batch).splitlines()) == 5 and batch.parameters.told in repr(batch)
    frame = batch.to_frame()
    assert frame.columns[:5].tolist() == ["scenario", "seed", "parameters", "firm_id", "replicate"]
    assert set(frame["parameters"]) == {"ensemble"}
    frame["satisfaction"] = 0.0
    assert batch.outcomes["satisfaction"].min() > 0
    assert "revenue_growth" in batch._repr_html_()


def test_bad_calls_are_refused(batch):
    with pytest.raises(ValueError, match="runs = 0"):
        simulate_batch(SHARED, runs=0)
    with pytest.raises(ValueError, match="empty"):
        simulate_batch([])
    with pytest.raises(ValueError, match="did you mean revenue_growth"):
        batch.values("revenu_growth")


# -- the public face ---------------------------------------------------------------------------


def test_the_face_is_light_until_asked():
    code = "import sys, tandem.sim.scenario, tandem; print({'llvmlite', 'pandas', 'matplotlib', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_face_offers_its_names():
    assert sim.simulate is simulate
    assert tandem.simulate is simulate
    assert set(sim.__all__) <= set(tandem.__all__)
    assert set(tandem.__all__) <= set(dir(tandem))
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        _ = sim.simulat


# -- the record that a table carries ------------------------------------------------------------


def test_a_table_made_of_another_carries_the_same_record_and_nobody_changes_it(tmp_path):
    batch = simulate_batch(tandem.Scenario.load("silence").with_({"quarters": 4}), runs=4, seed=7)
    table = batch.outcomes
    record, part = table.attrs["provenance"], table[table["replicate"] > 1].reset_index(drop=True)
    assert part.attrs["provenance"] is record  # one record, however many tables are made of the first
    for change in (
        lambda: record.update(seed=8),
        lambda: record.__setitem__("seed", 8),
        lambda: record.pop("seed"),
        lambda: record.clear(),
    ):
        with pytest.raises(Mistake, match=r"dict\(record\) gives a copy"):
            change()
    own = record.copy()
    own["seed"], own["firms"][0][0] = 8, "another"
    assert batch.outcomes.attrs["provenance"]["seed"] == 7 and record["firms"][0][0] != "another"
    assert copy.deepcopy(record) is record and pickle.loads(pickle.dumps(record)) == record
    part.to_parquet(tmp_path / "part.parquet")
    assert pd.read_parquet(tmp_path / "part.parquet").attrs["provenance"] == record
