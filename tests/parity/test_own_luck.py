"""Agents of one's own draw from luck with an address, and Mesa's tools say seeds as they do, in each of its versions."""

import copy
import inspect
import math
import pickle
import warnings
from importlib.metadata import version

import mesa
import numpy as np
import pytest

from tandem.sim import LeadershipModel, Scenario, simulate
from tandem.sim.agents import ChiefOperatingOfficer
from tandem.sim.luck import OWN_AGENTS, generator
from tandem.sim.mistake import Mistake

SHORT = Scenario.of(role_model="co-pilot", context="innovative").with_({"quarters": 1, "dyad.trust": 0.2})
WAYS = ("luck", "rng", "random")


def drawn(agent, how, count=3):
    return [getattr(agent, how).random() for _ in range(count)]


class Moody(ChiefOperatingOfficer):
    """Gives up as much as his mood has it; writes down what he drew."""

    def concede(self):
        self.drew = [*getattr(self, "drew", []), self.luck.random()]
        for matter in self.contested:
            matter.concession = self.luck.random()


class Chatty(Moody):
    """Draws more, before and after."""

    def claim(self):
        super().claim()
        self.model.ceo_post.luck.random(100)
        self.model.market.random.random()


@pytest.mark.parametrize("how", WAYS)
def test_luck_is_by_seed_firm_replicate_week_and_agent(how):
    found = {}
    for seed, replicate, number in ((7, 0, 0), (7, 1, 0), (7, 0, 1), ("spring", 0, 0)):
        model = LeadershipModel(SHORT, seed, replicate, number)
        for week in (0, 1):
            agents = [model.ceo_post, model.coo_post, model.marketing_lead, model.market, *model.teams]
            found |= {(seed, replicate, number, week, place): drawn(agent, how, 1)[0] for place, agent in enumerate(agents)}
            model.step()
    assert len(set(found.values())) == len(found) == 4 * 2 * (4 + len(model.teams))
    again = LeadershipModel(SHORT, 7, 1)
    assert drawn(again.coo_post, how, 1)[0] == found[7, 1, 0, 0, 1]


def test_the_two_kinds_of_draws_do_not_shift_each_other():
    plain, mixed = (LeadershipModel(SHORT, 3).coo_post for _ in range(2))
    wanted = drawn(plain, "luck", 6)
    found = []
    for _ in range(6):
        mixed.random.random()
        found.append(mixed.rng.random())
    assert found == wanted


def test_what_others_draw_shifts_nobodys_luck():
    quiet, noisy = (LeadershipModel(SHORT, 3, coo_class=kind).run() for kind in (Moody, Chatty))
    assert quiet.coo_post.drew == noisy.coo_post.drew and len(set(quiet.coo_post.drew)) == 13
    assert quiet.outcomes == pytest.approx(noisy.outcomes, abs=0, nan_ok=True)


def test_two_lucks_are_two_runs_of_an_own_agent():
    runs = [LeadershipModel(SHORT, 3, replicate, coo_class=Moody, parameters="declared").run() for replicate in range(6)]
    assert len({tuple(run.coo_post.drew) for run in runs}) == 6


def test_no_draw_is_that_of_the_model():
    """The stream is its own: the model's are numbered from 1."""
    from tandem.sim import streams

    used = [value for name, value in vars(streams).items() if name.isupper() and name[0] != "_" and type(value) is int]
    assert max(used) < OWN_AGENTS
    first = generator(7, 0, 0, 0, 0).random(10_000)
    assert abs(first.mean() - 0.5) < 0.02 and len(set(first)) == 10_000


def test_draws_of_nobody_change_no_outcome():
    model = LeadershipModel(SHORT, 7)
    drawn(model.coo_post, "luck"), drawn(model.coo_post, "random"), model.random.random(), model.rng.random()
    found, wanted = model.run().outcomes, simulate(SHORT, 7).outcomes
    assert all(found[name] == wanted[name] or math.isnan(wanted[name]) for name in wanted)


@pytest.mark.parametrize("how", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copied_model_goes_on_with_the_same_draws(how):
    model = LeadershipModel(SHORT, 7, coo_class=Moody)
    for _ in range(4):
        model.step()
    model.coo_post.luck.random()
    again = how(model)
    assert again.coo_post.luck.random() == model.coo_post.luck.random()
    assert again.run().coo_post.drew == model.run().coo_post.drew


def test_mesas_own_generators_follow_the_replicate():
    first, second, again = (LeadershipModel(SHORT, 7, replicate) for replicate in (0, 1, 0))
    assert first.random.random() == again.random.random() != second.random.random()
    assert first.rng.random() == again.rng.random() != second.rng.random()
    ids = [agent.unique_id for agent in LeadershipModel(SHORT, 7).agents.shuffle()]
    assert ids == [agent.unique_id for agent in LeadershipModel(SHORT, 7).agents.shuffle()]


# -- seeds as Mesa and SPEC 7 say them -----------------------------------------------------------


def test_rng_may_stand_for_seed():
    assert LeadershipModel(SHORT, rng=7).seed == LeadershipModel(SHORT, seed=7).seed == LeadershipModel(SHORT, 7).seed == 7
    assert LeadershipModel(SHORT).seed == 0 and LeadershipModel(SHORT, rng="spring").seed == "spring"
    for make in (lambda: np.random.default_rng(3), lambda: np.random.SeedSequence(3), lambda: [3, 4], lambda: np.random.PCG64(3)):
        assert LeadershipModel(SHORT, rng=make()).seed == LeadershipModel(SHORT, rng=make()).seed
    for word in ("seed", "rng"):
        seeds = {LeadershipModel(SHORT, **{word: None}).seed for _ in range(3)}
        assert len(seeds) == 3
    model = LeadershipModel(SHORT, rng=None)
    assert model.run().outcomes == pytest.approx(simulate(SHORT, model.seed).outcomes, abs=0, nan_ok=True)
    assert LeadershipModel(SHORT, seed=7, rng=None).seed == 7


@pytest.mark.parametrize("wrong", [1.5, True, -1, "", [], [1.5], {"a": 1}])
def test_what_is_no_rng_is_refused_in_a_sentence(wrong):
    with pytest.raises(Mistake, match=r"rng = .*: not a seed; allowed: "):
        LeadershipModel(SHORT, rng=wrong)


def test_seed_and_rng_are_not_said_both():
    with pytest.raises(Mistake, match="rng = 8: seed = 7 is said too"):
        LeadershipModel(SHORT, seed=7, rng=8)


NEWER = "rng" in inspect.signature(mesa.batch_run).parameters if hasattr(mesa, "batch_run") else None


def batch(**more):
    """Mesa's batch of two arms, in this process."""
    varied = {"scenario": [SHORT], "levers__communication": [0.1, 0.9], **more.pop("varied", {})}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer versions would rather hear rng than iterations
        return mesa.batch_run(LeadershipModel, varied, number_processes=1, max_steps=20, display_progress=False, **more)


@pytest.mark.skipif(NEWER is None, reason=f"Mesa {version('mesa')} has no batch_run")
class TestBatchRun:
    """In the version of Mesa that is there."""

    def test_it_needs_no_seed(self):
        assert len(batch()) == 2
        assert len(batch(iterations=2)) == 4

    def test_replicates_under_one_seed_are_those_of_simulate(self):
        rows = batch(varied={"seed": [5], "replicate": range(2)})
        assert len(rows) == 4
        for row in rows:
            firm = SHORT.with_({"levers.communication": row["levers__communication"]})
            weekly = simulate(firm, 5, row["replicate"]).weekly
            assert row["customers"] in weekly["customers"].to_numpy()[-2:]  # older versions tell the last week but one

    @pytest.mark.skipif(not NEWER, reason="rng= is of newer versions")
    def test_rng_gives_each_run_its_seed(self):
        rows = batch(rng=[5, 6])
        assert [row["rng"] for row in rows] == [5, 5, 6, 6]
        assert rows[0]["customers"] == batch(rng=5)[0]["customers"] != rows[2]["customers"]

    @pytest.mark.skipif(not NEWER, reason="older versions give no seed for an iteration")
    def test_iterations_without_a_seed_differ(self):
        assert len({row["customers"] for row in batch(iterations=3)}) == 6


def test_a_scenario_of_mesas_own_may_tell_the_firm():
    scenarios = pytest.importorskip("mesa.experimental.scenarios")
    told = scenarios.Scenario(rng=5, firm=SHORT, levers__communication=0.9, replicate=2, coo_class=Moody)
    model = LeadershipModel(told)
    assert model.replicate == 2 and isinstance(model.coo_post, Moody)
    assert model.firm.parameters.levers.communication == 0.9
    assert model.seed == LeadershipModel(scenarios.Scenario(rng=5, firm=SHORT)).seed
    assert LeadershipModel(told, seed=9).seed == 9
    with pytest.raises(Mistake, match="says no firm"):
        LeadershipModel(scenarios.Scenario(rng=5))
