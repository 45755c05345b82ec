"""What a phone is sent holds nothing that its leader doesn't know: all numbers of the firm are moved, known ones show."""

import json
import re

import numpy as np
import pytest

from tandem.sim.explain.events import rows
from tandem.sim.parameter_sets import chosen
from tandem.sim.room.answers import Room
from tandem.sim.room.head import head_of
from tandem.sim.room.months import last_week
from tandem.sim.room.playing import SteeredModel
from tandem.sim.room.seen import REPORTED, view_of
from tandem.sim.room.session import Session
from tandem.sim.room.words import sentences
from tandem.sim.state import CEO, CONTESTED, COO, LEAD, ORPHAN, WORLD

OTHER = {CEO: COO, COO: CEO}
OWN = {
    "present", "priorities", "trust", "fatigue", "beliefs", "hours", "encouragement",
}  # fmt: skip
"""Of a leader's record: what he knows of himself."""
FELT = {"relationship_conflict", "approvals_due", "decision_count", "review_now", "meetings"}
"""Of the firm: the mood between them, which eats hours of both; approvals on his desk; how many matters there are at all."""
OF_MATTERS = {
    "uid",
    "domain",
    "status",
    "rule",
    "decider",
    "consulted",
    "age",
    "claim",
    "judged",
    "position",
    "exchanged",
    "effort",
}
"""Of a matter that he has a part in; claim, judged, position: his own, and the other's position once it was exchanged."""
MOST_ROWS = 6  # of a pool of dozens; those shown are always moved


def played(case, months, luck=3):
    """A firm after so many months of its own leaders."""
    model = SteeredModel(case, seed=7, replicate=luck)
    for number in range(1, months + 1):
        model.steer({})
        while model.week < last_week(number):
            model.step()
    return model


def sent(model, side):
    """What goes to a phone of this side, as bytes."""
    events = [row for row in rows(model.played.events) if row["week"] > model.week - 4]
    return json.dumps(view_of(model, side, events), sort_keys=True).encode()


def moved(model, path, place):
    """The firm with one number moved, and the old firm to be put back."""
    before = model.world
    model.world = before.copy()
    part, field = path
    target = model.world[part][field] if part != "firm" else model.world["firm"][field]
    flat = target.reshape(-1)
    flat[place] = flat[place] + (1 if flat.dtype.kind in "iu" else 0.3713)
    if field == "domain":
        flat[place] %= 7
    target[...] = flat.reshape(target.shape)
    return before


def shows(model, side, path, place, unmoved):
    """Whether moving one number changes what the phone is sent."""
    before = moved(model, path, place)
    try:
        return json.dumps(view_of(model, side), sort_keys=True) != unmoved
    finally:
        model.world = before


def numbers(part, field):
    """How many numbers a field of a part of the firm holds."""
    kind = WORLD[part]
    inner = kind.base.fields[field][0]
    return int(np.prod(kind.shape, dtype=int)) * int(np.prod(inner.shape, dtype=int))


@pytest.mark.parametrize("side", [CEO, COO, LEAD])
@pytest.mark.parametrize("case", ["co-pilot-weakness", "retail-restructuring"])
def test_of_the_firm_and_its_people_only_what_he_knows_shows(case, side):
    model = played(case, 5)
    unmoved = json.dumps(view_of(model, side), sort_keys=True)
    seen = set()
    for part in ("firm", "leaders", "teams", "projects"):
        for field in WORLD[part].base.names:
            each = numbers(part, field)
            width = max(1, each // int(np.prod(WORLD[part].shape, dtype=int) or 1))
            for place in range(min(each, 3 * width if part == "leaders" else width)):
                if shows(model, side, (part, field), place, unmoved):
                    seen.add((part, field) if part != "leaders" else (part, field, place // width))
    strange = {each for each in seen if each[0] == "firm" and each[1] not in FELT}
    strange |= {each for each in seen if each[0] == "leaders" and not (each[2] == side and each[1] in OWN)}
    strange |= {each for each in seen if each[0] in ("teams", "projects")}
    strange -= {("leaders", "present", each) for each in (CEO, COO)}  # whether somebody sits there is seen
    assert not strange
    assert {("leaders", "priorities", side), ("leaders", "fatigue", side)} <= seen
    assert side == LEAD or ("leaders", "trust", side) in seen


@pytest.mark.parametrize("case", ["co-pilot-weakness", "retail-restructuring", "silence"])
def test_of_a_matter_only_what_he_knows_shows(case):
    found = {"other_hidden": 0, "other_told": 0, "contested": 0, "orphans": 0}
    for months in (3, 6):
        model = played(case, months)
        pool = model.world["decisions"][0, : int(model.world["firm"]["decision_count"][0])]
        for side in (CEO, COO):
            unmoved = json.dumps(view_of(model, side), sort_keys=True)
            shown = {each["id"] for each in json.loads(unmoved)["matters"]}
            for row, item in enumerate(pool):
                if row >= MOST_ROWS and str(int(item["uid"])) not in shown:
                    continue
                told = bool(item["exchanged"]) and str(int(item["uid"])) in shown
                found["contested"] += int(item["status"]) == CONTESTED
                found["orphans"] += int(item["status"]) == ORPHAN
                for field in pool.dtype.names:
                    width = int(np.prod(pool.dtype.fields[field][0].shape, dtype=int))
                    for place in range(width):
                        if not shows(model, side, ("decisions", field), row * width + place, unmoved):
                            found["other_hidden"] += field == "position" and place == OTHER[side] and not told
                            continue
                        assert field in OF_MATTERS, field
                        assert int(item["status"]) != ORPHAN or field in ("status",), f"nobody knows of it: {field}"
                        if field in ("claim", "judged"):
                            assert place == side, field
                        if field == "position" and place != side:
                            assert told and place == OTHER[side]
                            found["other_told"] += 1
    assert found["other_hidden"] >= 3
    if case == "co-pilot-weakness":
        assert found["other_told"] and found["contested"]
    if case == "retail-restructuring":
        assert found["orphans"]


def test_of_a_setting_no_number_is_sent_that_is_measured_from_the_truth():
    settings = 0
    for months in (4, 6, 7):
        model = played("brand-performance-weakness", months)
        judged = {str(int(each["uid"])) for each in model.world["decisions"][0] if each["judged"].any()}
        for side in (CEO, COO):
            for matter in view_of(model, side)["matters"]:
                if matter["kind"] == "setting":
                    settings += matter["id"] in judged
                    assert matter["judgment"] is None and matter["told"] is None
    assert settings > 1
    world = model.world
    for row in range(int(world["firm"]["decision_count"][0])):  # both move alike: the truth moves under them
        if int(world["decisions"]["domain"][0, row]) not in (2, 6):
            before = view_of(model, CEO)
            world["decisions"]["position"][0, row, :2] += 0.25
            assert view_of(model, CEO) == before


def test_of_the_past_only_reported_figures_show():
    model = played("silence", 4)
    before = sent(model, CEO)
    for firm in model._weeks_kept["firm"]:
        for field in firm.dtype.names:
            if field not in REPORTED and firm[field].dtype.kind == "f":
                firm[field] += 0.3713
    model.world = model.world.copy()
    assert view_of(model, CEO)["months"] == json.loads(before)["months"]
    model._weeks_kept["firm"][-1]["revenue"] += 1.0
    assert view_of(model, CEO)["months"] != json.loads(before)["months"]


def test_later_weeks_and_the_other_side_of_the_screen_do_not_show():
    made = Session.begun(None, head_of("silence", 7, 3, chosen("ensemble"), 3, 60))
    tokens = [made.join(None, 0.0)[0] for _ in range(4)]
    made.act("start", 0.0)
    made.act("next", 0.0)
    room = Room(made, "http://127.0.0.1/", True)

    def look():
        told = room.look({}, made.seat(tokens[0], 0.0), 0.0)
        return json.dumps({key: each for key, each in told.items() if key != "version"}, sort_keys=True)

    before = look()
    coo = made.seat(tokens[1], 0.0)
    assert coo.role == "coo"
    made.choose(coo, 1, {"meetings": "more", "word": "worried"})
    made.seats.all[3].bet = "breaks"
    assert look() == before  # what the other side does is not seen before the month is over
    assert made.codes["facilitator"] not in before and made.codes["stage"] not in before and made.codes["room"] not in before
    assert not any(seat.digest in before for seat in made.seats.all)
    made.act("end_round", 0.0)
    made.play()
    made.tell(0.0)
    told = json.loads(look())
    assert told["view"]["inbox"] == [{"from": "coo", "word": "worried", "count": 1}]
    assert max(each["week"] for each in told["view"]["months"]) == last_week(1) == told["week"]
    assert not {"month", "gap", "tallies", "bets", "end", "seats", "code"} & set(told)


def test_what_nobody_could_see_is_not_told_as_a_note():
    events = [
        {"week": 1, "kind": kind, "domain": "budget", "who": who, "value": 2.0, "second": 3.0}
        for kind, who in (
            ("decision.orphaned", ""),
            ("shock.market_jump", "brand"),
            ("decision.usurped", "coo"),
            ("decision.lapsed", ""),
            ("decision.accepted", "coo"),
            ("compliance.neglected", ""),
        )
    ]
    model = played("silence", 1)
    assert view_of(model, CEO, events)["notes"] == []
    assert len(view_of(model, COO, events)["notes"]) == 1
    launched = [{**events[0], "kind": kind, "who": "team_2"} for kind in ("campaign.launched", "campaign.off_brand")]
    assert len(view_of(model, CEO, launched)["notes"]) == 1  # which of them hurts the brand is not seen
    crisis = view_of(model, CEO, [{**events[0], "kind": "shock.crisis"}])["notes"][0]
    assert not any(sign.isdigit() for sign in crisis["en"] + crisis["fr"])  # nor how long it will last


def test_sentences_have_the_same_keys_and_slots_in_both_languages():
    slots = {lang: {key: sorted(re.findall(r"{(\w+)", told)) for key, told in sentences(lang).items()} for lang in ("en", "fr")}
    assert slots["en"] == slots["fr"] and len(slots["en"]) > 20
