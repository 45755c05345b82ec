"""What passes between page and model: an intervention leaves the past alone, and what is not understood is refused."""

import json
from itertools import pairwise

import pytest

from tandem.sim.dashboard.answers import ANSWERS, Store
from tandem.sim.dashboard.controls import CONTROLS, actions, standing, written
from tandem.sim.dashboard.specification import Specification, known
from tandem.sim.dashboard.telling import NEAR
from tandem.sim.scenario import ScenarioError

CASE = "retail-restructuring"
BASE = {"case": CASE, "luck": 3}


def first_change(one, other) -> int | None:
    """First week in which any series of two runs differs."""
    pairs = [(values, other["series"][name]) for name, values in one["series"].items()]
    return min((week for mine, yours in pairs for week, value in enumerate(mine) if value != yours[week]), default=None)


@pytest.mark.parametrize("action", actions(Specification(CASE).firm))
@pytest.mark.parametrize("week", [1, 60, 140])
def test_an_intervention_changes_nothing_before_its_week(action, week):
    untouched = ANSWERS["run"]({"spec": BASE})
    tried = ANSWERS["run"]({"spec": {**BASE, "acts": [{"week": week, "action": action}]}})
    changed = first_change(untouched, tried)
    assert changed is None or changed >= week
    assert first_change(untouched, {"series": {**tried["series"], "trust": [0.0, *tried["series"]["trust"][1:]]}}) == 0


def test_an_intervention_changes_something():
    untouched = ANSWERS["run"]({"spec": BASE})
    tried = ANSWERS["run"]({"spec": {**BASE, "acts": [{"week": 60, "action": "planned"}]}})
    assert 60 <= first_change(untouched, tried) <= 61


@pytest.mark.parametrize("path", CONTROLS)
def test_every_control_can_be_moved_over_its_whole_range(path):
    control = CONTROLS[path]
    for value in control.options or (control.low, control.high):
        ANSWERS["run"]({"spec": {**BASE, "set": {path: value}}})


def test_a_lever_takes_along_what_the_case_had_fixed():
    firm = Specification(CASE).firm
    assert "clarity.charter" in firm.explicit_lever_parameters
    moved = firm.with_(written("levers.decision_clarity", 0.9, firm))
    assert "clarity.charter" not in moved.explicit_lever_parameters
    assert standing(moved.values)["levers.decision_clarity"] == 0.9


MEET = {"week": 3, "action": "meet"}
REFUSED = (
    [None, [], "x", {}, {"case": "nowhere"}, {"case": "../sim/texts/en"}, {"case": "/etc/passwd"}, {"case": ["silence"]}]
    + [{**BASE, "luck": luck} for luck in (-1, 1.5, True, 10**30)]
    + [{**BASE, "extra": 1}, {**BASE, "role_model": "<script>"}, {**BASE, "context": "\x00"}, {**BASE, "set": []}]
    + [{**BASE, "set": {"levers.skills": value}} for value in (2, float("nan"), "1", None, True)]
    + [{**BASE, "set": {"clarity.charter": 0.5}}, {**BASE, "set": {"charter.budget": "dictator"}}]
    + [{**BASE, "acts": acts} for acts in ("x", [{**MEET, "week": 0}], [{**MEET, "week": 157}], [{"week": 3}], [MEET] * 7)]
    + [{**BASE, "acts": [{**MEET, "action": "fire"}]}, {**BASE, "acts": [{**MEET, "set": {}}]}]
)


@pytest.mark.parametrize("spec", REFUSED)
@pytest.mark.parametrize("question", ["run", "story", "bands", "luck", "odds", "trials"])
def test_what_is_not_understood_is_refused_in_one_line(question, spec):
    with pytest.raises(ScenarioError) as refused:
        ANSWERS[question]({"spec": spec, "week": 3})
    assert "\n" not in str(refused.value)


def test_answers_are_kept_and_the_oldest_make_room():
    store = Store(most=60_000)
    first = store.answer("run", {"spec": BASE})
    assert store.known("run", {"spec": BASE}) == first == store.answer("run", {"spec": BASE})
    for luck in range(10, 16):
        store.answer("run", {"spec": {**BASE, "luck": luck}})
    assert store.known("run", {"spec": BASE}) is None
    assert store.answer("run", {"spec": BASE}) == first


def test_the_catalogue_is_json_and_names_no_file():
    text = json.dumps(ANSWERS["catalogue"]({}), allow_nan=False)
    assert ".toml" not in text and "Sherman" not in text
    assert len(known()["case"]) == len(json.loads(text)["cases"])


def test_what_is_tried_is_ranked_by_what_it_saves():
    told = ANSWERS["trials"]({"spec": BASE, "week": 60})
    failing = [row["failing"] for row in told["trials"]]
    assert failing == sorted(failing) and failing[0] < told["untouched"]["failing"]
    assert {row["action"] for row in told["trials"]} == set(actions(Specification(CASE).firm))


def test_the_story_is_told_in_both_languages_and_stops_seldom():
    for name in known()["case"]:
        story = ANSWERS["story"]({"spec": {"case": name}})
        stops = sorted({point["week"] for point in story["points"] if point["stop"]})
        assert 1 <= len(stops) <= 14 and all(later - week >= NEAR for week, later in pairwise(stops))
        for told in [*(point["sentence"] for point in (*story["points"], *story["hindsight"])), *story["weeks"].values()]:
            assert told["en"] and told["fr"] and told["en"] != told["fr"]
            assert "COO" not in told["fr"] and "CEO" not in told["fr"]
