"""The Mesa driver: agents that own their choices, Mesa's own tools, posts that empty and fill."""

import math

import mesa
import pytest

from tandem.sim import LeadershipModel, Scenario, simulate
from tandem.sim.agents import ChiefOperatingOfficer

CASE = Scenario.of(role_model="co-pilot", context="innovative").with_({"quarters": 4, "dyad.trust": 0.2})


class AlwaysConcedes(ChiefOperatingOfficer):
    """Gives up the whole gap in every quarrel."""

    def concede(self):
        for matter in self.contested:
            matter.concession = 1.0


class ClaimsEverything(ChiefOperatingOfficer):
    """Holds everything to be his."""

    def claim(self):
        for matter in self.new:
            matter.claim = True


def test_the_model_ends_as_simulate_does():
    found, wanted = LeadershipModel(CASE, seed=7).run().outcomes, simulate(CASE, seed=7).outcomes
    assert all(found[name] == wanted[name] or math.isnan(wanted[name]) for name in wanted)


def play(scenario, seed, coo_class=ChiefOperatingOfficer):
    """As declared: what is asked is what an agent's method does, not what is left open about mechanisms."""
    return LeadershipModel(scenario, seed=seed, coo_class=coo_class, parameters="declared").run().outcomes


def test_overriding_a_method_replaces_the_intent():
    divided = CASE.with_({"role_model": "strategist-executor"})
    plain = [play(CASE, seed) for seed in range(12)]
    soft = [play(CASE, seed, AlwaysConcedes) for seed in range(12)]
    grab = [play(divided, seed, ClaimsEverything) for seed in range(3)]
    held = [play(divided, seed) for seed in range(3)]
    assert sum(run["relationship_conflict_mean"] for run in soft) < sum(run["relationship_conflict_mean"] for run in plain)
    assert sum(run["usurped_decisions"] + run["double_directives"] for run in grab) > 1.3 * sum(
        run["usurped_decisions"] + run["double_directives"] for run in held
    )
    assert sum(run["orphaned_decisions"] for run in grab) == 0


def test_a_model_can_be_paused_and_read():
    model = LeadershipModel(CASE, seed=1)
    for _ in range(5):
        model.step()
    assert model.week == 5
    assert model.running
    assert 0 <= model.ceo.trust <= 1
    assert math.isclose(sum(model.coo.priorities.values()), 1.0)
    assert len(model.teams) == 6
    assert {team.kind for team in model.teams} == {"marketing", "sales", "service"}
    frame = model.datacollector.get_model_vars_dataframe()
    assert len(frame) == 6
    assert "trust" in frame


def test_posts_empty_and_fill():
    alone = Scenario.of(role_model="no-coo", context="baseline").with_({"quarters": 2})
    model = LeadershipModel(alone, seed=1)
    assert model.coo is None
    appointed = LeadershipModel(alone.at(week=5, changes={"coo.present": True}), seed=1)
    for _ in range(4):
        appointed.step()
    assert appointed.coo is None
    appointed.step()
    assert appointed.coo is not None


def test_mesas_batch_run_works():
    varied = {"scenario": [Scenario.load("silence").with_({"quarters": 1})], "levers__communication": [0.1, 0.9]}
    rows = mesa.batch_run(
        LeadershipModel, varied, iterations=1, number_processes=1, max_steps=13, data_collection_period=-1, display_progress=False
    )
    assert len(rows) == 2
    assert rows[0]["levers__communication"] != rows[1]["levers__communication"]


def test_a_bad_path_is_one_clear_line():
    from tandem.sim.scenario import ScenarioError

    with pytest.raises(ScenarioError, match="comunication"):
        LeadershipModel(Scenario.load("silence"), levers__comunication=0.5)
