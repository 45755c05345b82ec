"""Every mechanism is alive, a team's own settings matter to it, and with everything off the model is a closed form."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.validation.ablation import BEGIN, END, PROBES, markdown, probe, unprobed, write
from tandem.sim import Scenario, simulate, simulate_batch
from tandem.sim.intervals import paired_difference
from tandem.sim.parameters import DOMAINS, Switches

PAIRS = 400
OFF = {f"switches.{name}": False for name in Switches.model_fields}
SILENT = {f"decisions.{domain}.arrivals_per_week": 0.0 for domain in DOMAINS}


def test_every_switch_has_a_probe():
    assert unprobed() == set()


@pytest.mark.parametrize("case", PROBES, ids=lambda case: case.switch)
def test_a_mechanism_matters(case):
    row = probe(case, PAIRS)
    assert row["matters"], row


def test_the_table_stands_in_the_description():
    page = (Path(__file__).parents[2] / "MODEL.md").read_text("utf-8")
    rows = [line for line in page[page.index(BEGIN) : page.index(END)].splitlines() if line.startswith("| ")]
    assert {line.split(" | ")[0].removeprefix("| ") for line in rows[1:]} == {case.switch for case in PROBES}


def test_what_is_off_by_default_is_probed_switched_on_and_told_so():
    off = [case for case in PROBES if not Switches.model_fields[case.switch].default]
    assert [case.switch for case in off] == ["dual_command"]
    for case in PROBES:
        assert getattr(case.scenario().parameters.switches, case.switch)
        assert ("off by default" in case.where) == (case in off)


def test_only_what_stands_between_the_markers_is_written(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    write(page, "new")
    assert page.read_text("utf-8") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_the_table_tells_no_absurd_number():
    """An outcome that luck does not move has no standard deviation but rounding, and nothing may be divided by that."""
    row = probe(next(case for case in PROBES if case.switch == "training"), PAIRS)
    assert np.isinf(row["size"]) and np.isfinite(row["z"])  # every pair changes alike: the score of a sign test
    far = {**row, "z": -4e5, "size": 3e4, "difference": 1.0}
    told = markdown(pd.DataFrame([row, far, {**row, "z": 12.3, "size": 0.456}]), PAIRS).splitlines()[-3:]
    assert [line.split(" | ")[5:7] for line in told] == [
        [f"{row['z']:.0f}", "no luck"],
        ["beyond -1000", "over 100"],
        ["12", "0.46"],
    ]


@pytest.mark.parametrize(
    ("path", "value", "outcome"),
    [
        ("teams.0.priorities.innovation", 1.0, "team_1_wait_weeks"),
        ("teams.0.reporting_per_week", 0.0, "team_1_unanswered_share"),
        ("teams.0.reporting_per_week", 4.0, "team_1_morale"),
    ],
)
def test_a_teams_own_settings_move_its_own_outcome(path, value, outcome):
    scenario = Scenario.of(role_model="strategist-executor", context="baseline")
    first, second = (
        simulate_batch(s, runs=1000, seed=2, parameters="declared").outcomes[outcome].to_numpy()
        for s in (scenario, scenario.with_({path: value}))
    )
    change, _, _, error, _ = paired_difference(first, second)
    assert abs(change) > 4 * error
    assert abs(change) >= 0.1 * np.std(first)


def test_with_everything_off_customers_follow_a_closed_form():
    scenario = Scenario.of(role_model="co-pilot", context="agile").with_({**OFF, **SILENT, "quarters": 4})
    run = simulate(scenario, seed=3, parameters="declared")
    p, market = scenario.records()[0], scenario.parameters.market
    weights = np.array(market.right_goals.vector()) / sum(market.right_goals.vector())
    shares = np.array(
        [market.start_share_brand, market.start_share_activation, market.start_share_experiment, market.start_share_retention]
    )
    hold = max(0.2, (shares[3] / shares.sum() / 0.25) ** (0.3 * market.allocation))
    loss = market.churn * (1 + market.churn_satisfaction * (1 - market.satisfaction)) / hold
    mouth = 1 - market.word_of_mouth * (1 - market.satisfaction / 0.75)
    leads = p["demand"] * mouth * (0.35 + market.goodwill * weights[1] / 0.2) * 0.6
    gain = leads * market.conversion * (0.6 + 0.8 * market.refinement) * (0.8 + 0.2 * weights[0] / 0.2)
    rest = gain / loss
    for week in (1, 10, 52):
        expected = rest + (market.customers - rest) * (1 - loss) ** week
        assert math.isclose(run.weekly["customers"].iloc[week], expected, rel_tol=1e-9)


def test_with_everything_off_decisions_arrive_as_a_poisson_number():
    scenario = Scenario.of(role_model="strategist-executor", context="baseline").with_({**OFF, "quarters": 4})
    taken = simulate_batch(scenario, runs=2000, seed=4, parameters="declared").outcomes["decisions_taken"].to_numpy()
    rate = sum(getattr(scenario.parameters.decisions, domain).arrivals_per_week for domain in DOMAINS)
    expected = 52 * rate
    # Those of the last week may still wait for their hours: at most a week's worth less.
    assert expected - 1.5 * rate < taken.mean() < expected + 4 * math.sqrt(expected / 2000)
    assert 0.9 < taken.var() / expected < 1.1
