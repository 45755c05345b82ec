"""The notebook's widget without a browser: its state, its code, its answers, and what it says of mistakes."""

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.sim import Scenario, compare, simulate
from tandem.sim.mistake import Mistake
from tandem.sim.parameters import LEVERS
from tandem.sim.scenario import catalogue
from tandem.sim.widget import explore, lines
from tandem.sim.widget import state as states
from tandem.sim.widget.explorer import WORDS, script, style

CASES = [entry.name for entry in catalogue() if entry.kind == "case"]
ROLE_MODELS = ["", *(entry.name for entry in catalogue() if entry.kind == "role_model")]
CONTEXTS = ["", *(entry.name for entry in catalogue() if entry.kind == "context")]
LEVELS = st.dictionaries(st.sampled_from(LEVERS), st.integers(0, 20).map(lambda step: step / 20), max_size=5)
STATES = st.fixed_dictionaries(
    {
        "role_model": st.sampled_from(ROLE_MODELS),
        "context": st.sampled_from(CONTEXTS),
        "levers": LEVELS,
        "week": st.integers(0, 60),
        "after": LEVELS,
        "luck": st.integers(0, 99),
    }
)
BASES = st.one_of(
    st.sampled_from(CASES).map(Scenario.load),
    st.builds(
        lambda role_model, context: Scenario.of(role_model=role_model or None, context=context or None),
        st.sampled_from(ROLE_MODELS),
        st.sampled_from(CONTEXTS),
    ),
    st.floats(4, 20).map(lambda hours: Scenario.load("silence").with_({"ceo.hours": hours, "quarters": 6})),
)


@settings(max_examples=60, deadline=None)
@given(BASES, STATES)
def test_the_code_makes_the_firm_on_screen(base, state):
    state = states.checked(base, state)
    names = {}
    exec(states.code(base, state), names)
    assert names["scenario"] == states.scenario(base, state)
    assert names["scenario"].records().tobytes() == states.scenario(base, state).records().tobytes()


def test_a_lever_moves_also_where_the_case_sets_its_parts():
    panel = explore(Scenario.load("silence"))
    before = panel.scenario.records()["communication_meetings_per_week"][0]
    panel.set(levers={"communication": 0.9})
    assert panel.scenario.records()["communication_meetings_per_week"][0] > before


def test_what_is_on_screen_can_be_read_and_is_what_simulate_plays():
    panel = explore(Scenario.load("retail-restructuring"), seed=5)
    panel.set(week=60, after={"decision_clarity": 0.9}, luck=3)
    drawn = lines.one(panel.scenario, 5, 3)
    weekly = simulate(panel.scenario, 5, 3).weekly
    np.testing.assert_allclose(drawn["revenue"], np.round(100 * weekly["revenue"] / weekly["revenue"].iloc[0], 2), atol=0.011)
    np.testing.assert_allclose(drawn["trust"], np.round(100 * weekly["trust"], 2), atol=0.011)
    quarrels = weekly["conflict_episodes"].fillna(0.0).rolling(13, min_periods=1).sum()
    np.testing.assert_allclose(drawn["quarrels"], quarrels)
    assert panel.run.outcomes["revenue_growth"] == simulate(panel.scenario, 5, 3).outcomes["revenue_growth"]
    found = panel.comparison(runs=40)
    assert len(found.batches) == 2 and found.arms[0] == "retail-restructuring"


def test_pins_are_compared():
    panel = explore(Scenario.load("silence"))
    panel.pin("A")
    panel.set(levers={"skills": 0.9})
    assert panel.comparison(20).batches.keys() == compare(panel.pinned["A"], panel.scenario, runs=20, seed=7).batches.keys()
    panel.pin("B")
    assert list(panel.pinned) == ["A", "B"]


def ask(panel, **question):
    heard = []
    panel.send = lambda message, buffers=None: heard.append(message)
    panel._asked(panel, question, None)
    return heard


def test_questions_are_answered_with_small_plain_messages():
    panel = explore(Scenario.load("silence"))
    state = {**panel.state, "week": 30, "after": {"communication": 0.9}}
    (answer,) = ask(panel, kind="run", number=1, stamp=4, state=state)
    assert (answer["number"], answer["stamp"]) == (1, 4) and len(answer["series"]["trust"]) == 157
    assert answer["ghost"]["trust"][:30] == answer["series"]["trust"][:30] and answer["ghost"] != answer["series"]
    assert len(json.dumps(answer, allow_nan=False)) < 40_000
    (answer,) = ask(panel, kind="bands", number=2, stamp=5, lucks=40, state=state)
    low, high = (np.array(answer["bands"][end]["revenue"]) for end in ("low", "high"))
    assert answer["bands"]["n"] == 40 and (low <= high).all()
    (answer,) = ask(panel, kind="code", state=state)
    assert "at(week=30" in answer["code"]
    assert ask(panel, kind="nonsense") == []


@pytest.mark.parametrize("pinned", [False, True])
def test_looking_ahead_gives_what_asking_gives(pinned):
    panel = explore(Scenario.load("silence"))
    if pinned:
        panel.pin("A")
    beside = [{**panel.state, "week": 30, "after": {"skills": level}} for level in (0.1, 0.5, 0.9)]
    (answer,) = ask(panel, kind="ahead", number=3, states=[*beside, dict(panel.state)])
    alone = [ask(explore_again(panel), kind="run", number=1, stamp=1, state=state)[0] for state in (*beside, panel.state)]
    for found, wanted in zip(answer["answers"], alone, strict=True):
        assert found == {key: wanted[key] for key in ("series", "ghost", "ghost_name")}
    assert answer["answers"][0]["series"] != answer["answers"][2]["series"] and answer["answers"][-1]["ghost"] is None
    (refused,) = ask(panel, kind="ahead", number=4, states=[{**panel.state, "levers": {"skills": 2}}])
    assert "from 0" in refused["mistake"]


def explore_again(panel):
    """The same widget, with nothing kept."""
    again = explore(panel.base)
    again.pins = panel.pins
    return again


def test_a_firm_without_a_pair_has_no_trust():
    (answer,) = ask(explore(Scenario.of(role_model="no-coo")), kind="run", number=1, stamp=1, state={})
    assert set(answer["series"]["trust"]) == {None} and answer["ghost"] is None


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"levers": {"comunication": 0.5}}, "did you mean 'communication'"),
        ({"levers": {"skills": 1.4}}, "from 0"),
        ({"levers": {"skills": float("nan")}}, "from 0"),
        ({"week": 999}, "week 1 to 156"),
        ({"role_model": "copilot"}, "there are"),
        ({"luck": -1}, "luck"),
        ({"colour": "red"}, "its parts are"),
    ],
)
def test_a_mistake_is_one_sentence_with_what_would_do(parts, said):
    panel = explore(Scenario.load("silence"))
    with pytest.raises(Mistake) as caught:
        panel.set(**parts)
    assert said in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value._render_traceback_() == [f"{type(caught.value).__name__}: {caught.value}"]
    (answer,) = ask(panel, kind="run", number=1, stamp=1, state={**panel.state, **parts})
    assert answer["mistake"] == str(caught.value)


def test_mistakes_outside_the_widget_are_sentences_too():
    firm = Scenario.load("silence")
    one, other = simulate(firm, seed=7), simulate(firm, seed=8)
    for wrong, said in (
        (lambda: compare(one, other), "seeds 7 and 8"),
        (lambda: firm.with_({"levers.comunication": 0.5}), "did you mean"),
        (lambda: firm.with_({"levers.communication": 1.4}), "1.4"),
        (lambda: firm.at(week=200, changes={"levers.communication": 0.5}), "200"),
        (lambda: explore("silense"), "did you mean 'silence'"),
        (lambda: explore(7), "a scenario, a name of the catalogue"),
        (lambda: explore(firm, lang="de"), "en and fr"),
    ):
        with pytest.raises(Mistake) as caught:
            wrong()
        assert said in str(caught.value) and "\n" not in str(caught.value)
    assert compare(one, simulate(firm.with_({"levers.skills": 0.9}), seed=7), runs=10).batches[firm.name].seed == 7


def test_the_widget_is_one_text_that_fetches_nothing():
    """Addresses stand in it as a name of a standard and in the library's licence line, and nowhere else."""
    text = script() + style()
    assert "export default { render };" in text
    addresses = set(re.findall(r"https?://[^\s\"')]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "https://github.com/leeoniya/uPlot"}
    assert not [word for word in ("fetch(", "XMLHttpRequest", "import(", "@import", "url(") if word in text]
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    assert not re.search(r"^(?:body|html|\*|:root)\b", style(), re.M), "a rule that would reach beyond the widget"


def test_a_page_that_runs_nothing_shows_the_run():
    bundle, _ = explore(Scenario.load("silence"))._repr_mimebundle_()
    assert "data:image/png" in bundle["text/html"] and "<script" not in bundle["text/html"]
