"""Changing what was read from a result changes neither the result nor what is made of it: copies, or what cannot be written."""

import copy
import json
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from tandem import (
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
)
from tandem.experiments.discovery import Event
from tandem.experiments.store import FunctionModel, of_rows, open_sweep, run
from tandem.sim.mistake import Mistake
from tandem.sim.own import Fixed, handed
from tandem.sim.panel import simulate_panel
from tandem.sim.parameter_sets import ensemble

SHORT = Scenario.of(role_model="undefined", context="baseline").with_({"quarters": 2})
POINTS = pd.DataFrame(np.random.default_rng(1).random((60, 1)), columns=["a"])


def spoil(value):
    """Every way to change a thing in place that it lets us try."""
    if isinstance(value, pd.DataFrame | pd.Series) and not value.empty:
        value[value.columns[0] if isinstance(value, pd.DataFrame) else value.index[0]] = 0
        value.iloc[0] = 0 if isinstance(value, pd.Series) else value.iloc[-1]
        if isinstance(value, pd.DataFrame):
            del value[value.columns[-1]]
    elif isinstance(value, np.ndarray):
        with pytest.raises(ValueError, match="read-only"):
            value[...] = np.zeros((), value.dtype)
    elif isinstance(value, Fixed):
        ways = [value.clear, lambda: value.update(a=1), lambda: value.__setitem__("a", 1), lambda: value.pop("a", None)]
        for change in ways:
            with pytest.raises(Mistake, match="cannot be changed"):
                change()
    elif isinstance(value, dict):
        for inner in value.values():
            spoil(inner)
        value.clear()
    elif isinstance(value, list):
        value.clear()
    elif isinstance(value, tuple):
        for inner in value:
            spoil(inner)


def answer(values, firm, luck):
    return {"y": values["x"]}


def flat(x, keys):
    return np.column_stack([x[:, 0], 1.0 - x[:, 0]])


# ruff: noqa: E501
MADE = {
    "Run": (lambda _: simulate(SHORT), ["weekly", "quarterly", "events", "contributions", "priorities", "teams", "outcomes", "trajectory", "rows", "turning_points"]),
    "Batch": (lambda _: simulate_batch(SHORT, 5), ["outcomes"]),
    "Comparison": (lambda _: compare(SHORT, SHORT.with_({"levers.skills": 0.9}), runs=5), ["table", "batches"]),
    "Panel": (lambda _: simulate_panel(SHORT, 2), ["values", "weeks"]),
    "Population": (lambda _: Population.load(), ["declared", "parameters"]),
    "Ensemble": (lambda _: copy.copy(ensemble()), ["sets", "statistics", "columns", "provenance"]),
    "Advice": (lambda _: advise(SHORT, runs=5), ["role_models", "levers", "levels"]),
    "Sensitivity": (lambda _: analyse(lambda x, keys: x[:, 0], ["a", "b"], n=32), ["table", "ranks", "rank_intervals", "checks", "curves", "convergence", "bounds", "moments"]),
    "Decision": (lambda _: decide(flat, ["up", "down"], "a", n=32), ["options", "information"]),
    "Discovery": (lambda _: discover(Event("y", 0.0, True), POINTS, POINTS["a"].gt(0.5).astype(float)), ["table", "limits", "tree", "halves"]),
    "Sweep": (lambda folder: open_sweep(folder), ["design", "outcomes", "final"]),
}  # fmt: skip


SAYING = ("summary", "to_frame", "tables", "paragraphs", "describe", "frame", "explain", "to_pandas", "failures")


def told(made):
    """All that a result says, in one text."""
    said = [repr(made)] if "object at" not in repr(made) else []
    for name in SAYING:
        if callable(way := getattr(made, name, None)):
            answer = way()
            said.append(str(list(answer) if isinstance(answer, Iterator) else answer))
    if hasattr(made, "digest"):
        said.append(str(made.digest))
    return said


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweeps") / "d"
    run(of_rows({"x": [1.0, 2.0, 3.0]}, model=FunctionModel(answer, "y")), folder, workers=1)
    return folder


def plain(value):
    return json.dumps(handed(value), default=lambda each: str(getattr(each, "to_csv", each.__repr__)()), sort_keys=True)


@pytest.mark.parametrize("what", MADE)
def test_a_result_does_not_change_with_what_was_read_from_it(what, sweep):
    make, names = MADE[what]
    made = make(sweep)
    before, kept = told(made), {name: plain(getattr(made, name)) for name in names}
    for name in names:
        spoil(getattr(made, name))
        assert {other: plain(getattr(made, other)) for other in names} == kept, name
        assert told(made) == before, name


@pytest.mark.filterwarnings("ignore::Warning")  # pandas says by itself that such a change reaches nothing
def test_the_small_input_of_the_issue():
    one, other = simulate("silence"), simulate("silence")
    one.weekly["trust"] = 0
    table = one.weekly
    table["trust"] = 0
    pd.testing.assert_frame_equal(one.quarterly, other.quarterly)
    pd.testing.assert_frame_equal(one.weekly, other.weekly)
    assert (table["trust"] == 0).all() and one.explain() == other.explain()


@pytest.mark.parametrize("order", [["quarterly", "weekly"], ["weekly", "quarterly"], ["events", "weekly", "quarterly"]])
def test_whatever_is_read_first(order):
    made, other = simulate(SHORT), simulate(SHORT)
    for name in order:
        spoil(getattr(made, name))
    for name in order:
        pd.testing.assert_frame_equal(getattr(made, name), getattr(other, name))


@pytest.mark.filterwarnings("ignore::Warning")
def test_a_batch_is_not_changed_by_its_values():
    made = simulate_batch(SHORT, 5)
    wanted = made.summary()
    made.values("trust")[:] = 0.0
    made.to_frame()["trust"] = 0.0
    made.units("trust")[:] = 0.0
    pd.testing.assert_frame_equal(made.summary(), wanted)
    assert made.outcomes["trust"].to_numpy().any()


def test_a_scenario_cannot_be_changed_from_within():
    text = "quarters = 2\n[remedy.set]\n'levers.skills' = 0.9\n[cause.off]\n'levers.communication' = 0.9\n[[change]]\nweek = 3\nset.dyad.trust = 0.2\n"
    firm = Scenario.parse(text)
    wanted, told_ = firm.digest, firm.to_toml()
    parts = [firm.layers[-1].values, firm.changes[0].values, firm.origin, firm.versions[0].values, firm.versions[1].origin]
    parts += [firm.story.remedy.set, firm.story.cause.off]
    for part in parts:
        assert isinstance(part, Fixed)
        spoil(part)
        assert dict(part) == part.copy() and copy.deepcopy(part) == part
    firm.values.clear()
    firm.moves().clear()
    firm.records()["weeks"] = 0
    for entry in catalogue():
        entry.title.clear()
    again = Scenario.parse(text)
    assert (firm.digest, firm.to_toml(), again.digest) == (wanted, told_, wanted) and catalogue()[0].title["en"]
    assert firm.branch("remedy").parameters.levers.skills == 0.9


def test_the_ensemble_that_all_share_stays_as_it_is():
    wanted = simulate(SHORT).outcomes
    spoil(ensemble().sets)
    spoil(ensemble().columns)
    assert simulate(SHORT).outcomes == pytest.approx(wanted, abs=0, nan_ok=True)
