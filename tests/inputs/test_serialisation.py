"""What is made can be put away and taken out again, in the middle of a run too, and goes on to the same bits."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tandem import (
    LeadershipModel,
    Population,
    Scenario,
    advise,
    analyse,
    catalogue,
    compare,
    decide,
    discover,
    simulate,
    simulate_batch,
    switching_map,
)
from tandem.experiments.discovery import Event
from tandem.experiments.store import FunctionModel, of_rows
from tandem.sim.agents import ChiefOperatingOfficer, Team
from tandem.sim.parameter_sets import ensemble

SHORT = Scenario.of(role_model="undefined", context="baseline").with_({"quarters": 2})
WAYS = {
    "copied": copy.deepcopy,
    **{f"pickled {protocol}": lambda model, p=protocol: pickle.loads(pickle.dumps(model, p)) for protocol in range(2, 6)},
}


class Yielding(ChiefOperatingOfficer):
    """Gives in wherever there is a quarrel, and counts how often."""

    given = 0

    def concede(self):
        for matter in self.contested:
            matter.concession = 1.0
            self.given += 1


class Quiet(Team):
    def propose(self):
        super().propose()
        self.record["proposal_rate"][0] *= 0.5


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("weeks", [0, 1, 13, 26])
def test_a_model_goes_on_to_the_same_bits(how, weeks):
    model = LeadershipModel(SHORT, seed=7, replicate=3, coo_class=Yielding, team_class=Quiet)
    for _ in range(weeks):
        model.step()
    again = WAYS[how](model)
    assert again is not model and again.week == weeks and not np.shares_memory(again.world, model.world)
    assert again.coo_post.model is again and all(team.model is again for team in again.teams)
    for each in (again, model):
        each.run()
    assert again.world.tobytes() == model.world.tobytes()
    assert again.coo_post.given == model.coo_post.given and len(again.agents) == len(model.agents)
    pd.testing.assert_frame_equal(
        again.datacollector.get_model_vars_dataframe(), model.datacollector.get_model_vars_dataframe(), check_exact=True
    )


def test_a_plain_model_goes_on_in_another_process(tmp_path):
    firm = Scenario.load("coo-leaves").with_({"quarters": 12})
    model = LeadershipModel(firm, seed="spring")
    for _ in range(20):
        model.step()
    (tmp_path / "kept").write_bytes(pickle.dumps(model))
    code = (
        "import pickle, sys; m = pickle.load(open(sys.argv[1], 'rb')).run(); sys.stdout.write(repr(m.outcomes['revenue_growth']))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "kept")], capture_output=True, text=True, check=True)
    assert float(done.stdout) == model.run().outcomes["revenue_growth"] == simulate(firm, "spring").outcomes["revenue_growth"]


def flat(x, keys):
    return np.column_stack([x[:, 0], 1.0 - x[:, 0]])


def first(x, keys):
    return x[:, 0]


def answer(values, firm, luck):
    return {"y": values["x"]}


POINTS = pd.DataFrame(np.random.default_rng(1).random((60, 1)), columns=["a"])
MADE = {
    "Scenario": lambda: SHORT.at(week=5, changes={"levers.skills": 0.2}),
    "Run": lambda: simulate(SHORT, seed="spring"),
    "Batch": lambda: simulate_batch(SHORT, 3),
    "Comparison": lambda: compare(SHORT, SHORT, runs=3),
    "Population": Population.load,
    "Entry": lambda: catalogue()[0],
    "Ensemble": ensemble,
    "Advice": lambda: advise(SHORT, runs=2),
    "Sensitivity": lambda: analyse(first, "a", n=32),
    "Decision": lambda: decide(flat, ["up", "down"], "a", n=32),
    "a map": lambda: switching_map(flat, ["up", "down"], ["a", "b"], ("a", "b"), n=32, cells=2),
    "Discovery": lambda: discover(Event("y", 0.0, True), POINTS, POINTS["a"].gt(0.5).astype(float)),
    "Experiment": lambda: of_rows({"x": [1.0]}, model=FunctionModel(answer, "y")),
    "an experiment of firms": lambda: of_rows({"levers.skills": [0.2]}, scenarios=SHORT),
}


@pytest.mark.parametrize("what", MADE)
def test_results_come_back_as_they_were(what):
    made = MADE[what]()
    for again in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made), copy.copy(made)):
        assert type(again) is type(made)
        if what != "Experiment" and "experiment" not in what:
            assert repr(again) == repr(made) or "object at" in repr(made)
        else:
            assert again.spec() == made.spec()
    if what == "Run":
        again = pickle.loads(pickle.dumps(made))
        pd.testing.assert_frame_equal(again.weekly, made.weekly)
