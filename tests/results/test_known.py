"""A story with two tenses: while a run is played, what is said in a week hangs on nothing that comes after, and every point at
which playing stops has causes, signed as they acted."""

import json
from itertools import pairwise

import numpy as np
import pytest

from tandem.sim import simulate
from tandem.sim.dashboard.answers import ANSWERS
from tandem.sim.dashboard.specification import SEED, known
from tandem.sim.dashboard.telling import APART, DATED, NEAR, kind_of, stops
from tandem.sim.explain import known_points, turning_points
from tandem.sim.explain.attribution import Ledger
from tandem.sim.explain.reasons import FLOWING, NET, WINDOW
from tandem.sim.ledger import QUARRELS, WORK
from tandem.sim.run import Run
from tandem.sim.scenario import Scenario
from tandem.sim.state import CAUSES
from tandem.sim.texts import LANGUAGES, text

CASES = sorted(known()["case"])
LUCKS = 20


def played(case: str, luck: int) -> Run:
    return simulate(Scenario.load(case), SEED, luck, parameters="default")


def up_to(run: Run, week: int) -> tuple:
    """The tables of a run as far as a week."""
    return tuple(table[table["week"] <= week] for table in (run.weekly, run.events, run.contributions))


def told(points, lang: str) -> list[tuple]:
    return [(point.week, point.sentence(lang), point.behind(lang), point.rule(lang)) for point in points]


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_in_a_week_knows_nothing_of_what_comes(case):
    for luck in range(LUCKS):
        run = played(case, luck)
        whole = run.known_points
        stopping = stops(whole, run.weeks)
        for week in (5, 26, 27, 40, 77, run.weeks - 1)[luck % 2 :: 2]:
            before = known_points(*up_to(run, week))
            for lang in LANGUAGES:
                assert told(before, lang) == told([point for point in whole if point.week <= week], lang), (luck, week)
            assert stops(before, run.weeks) == {stop for stop in stopping if stop <= week}


def test_hindsight_does_know_what_comes():
    """The twin of the test above: the same comparison catches rules that look ahead."""
    run = played("retail-restructuring", 0)
    before = turning_points(*up_to(run, 60))
    assert told(before, "en") != told([point for point in run.turning_points if point.week <= 60], "en")


@pytest.mark.parametrize("case", CASES)
def test_an_intervention_changes_no_sentence_before_its_week(case):
    later = 0
    for luck in range(0, LUCKS, 4):
        spec = {"case": case, "luck": luck}
        untouched = ANSWERS["story"]({"spec": spec})
        for week, action in ((13, "meet"), (60, "clarify")):
            tried = ANSWERS["story"]({"spec": {**spec, "acts": [{"week": week, "action": action}]}})
            assert past(tried, week) == past(untouched, week)
            later += past(tried, 400) != past(untouched, 400)
    assert later  # an action that the case has taken already changes nothing


def past(story: dict, week: int) -> str:
    """All that a page is told while playing up to the week before `week`."""
    points = [point for point in story["points"] if point["week"] < week]
    return json.dumps([points, {at: words for at, words in story["weeks"].items() if at < week}])


@pytest.mark.parametrize("case", CASES)
def test_every_stop_has_a_cause_signed_as_it_acted(case):
    for luck in range(LUCKS):
        run = played(case, luck)
        ledger = Ledger(run.contributions)
        stopping = stops(run.known_points, run.weeks)
        for point in (*run.known_points, *run.turning_points):
            if point.week not in stopping and point.tense == "known":
                continue
            assert point.causes or point.behind(), (luck, point)
            check(point, ledger)


def check(point, ledger: Ledger) -> None:
    """Causes push the way the point went, their shares are shares, and their words say which way."""
    if not point.causes:
        assert point.key == "happening" and point.origin
        return
    assert point.why is not None
    sign = 1 if point.why.key.endswith("up") else -1
    falls = point.key.startswith(("decline", "slip", "trust_low", "conflict_calmed", "clarity_halved", "revenue_below"))
    assert sign == (-1 if falls else 1), point.key
    shares = [share for _, share in point.causes]
    assert shares == sorted(shares, reverse=True) and 0.0 < sum(shares) <= 1.0 + 1e-9
    first, last = window(point)
    stock = point.stock or ("relationship_conflict" if point.key == "quarrels_personal" else "quarrels")
    amounts = ledger.shift(stock, first, last, WINDOW) if "shift" in point.why.key else ledger.amounts(stock, first, last)
    name, parts = NET.get(stock, ("", ()))
    for cause, _ in point.causes:
        moved = sum(amounts.get(part, 0.0) for part in parts) if cause == name else amounts[cause]
        assert sign * moved > 0.0, (point.key, cause)
    if stock in FLOWING and "shift" in point.why.key:
        assert sign * sum(amounts.values()) > 0.0


def window(point) -> tuple[int, int]:
    """The weeks that a point's causes are looked for in."""
    if "end" in point.fields:
        return point.week, int(point.fields["end"])
    if point.key.startswith(("slip", "climb")):
        return point.week - int(point.fields["n"]) + 1, point.week
    if point.key == "quarrels_peak":
        return point.week, point.week + WINDOW - 1
    return point.week - WINDOW + 1, point.week


@pytest.mark.parametrize("case", CASES[::3])
def test_what_is_booked_adds_up_to_what_moved(case):
    run = played(case, 1)
    ledger = Ledger(run.contributions)
    levels = {
        "backlog": run.weekly["backlog"].to_numpy(),
        "role_clarity": run.weekly["role_clarity"].to_numpy(),
        "quarrels": np.nancumsum(run.weekly["conflict_episodes"].to_numpy()),
    }
    for stock, level in levels.items():
        for week in range(1, run.weeks + 1):
            change = level[week] - level[week - 1]
            if np.isfinite(change) and (stock != "backlog" or week > 1):
                assert sum(ledger.amounts(stock, week, week).values()) == pytest.approx(change, abs=1e-9), (stock, week)


def test_stops_are_neither_too_near_nor_moved_by_what_comes():
    run = played("crisis-overload", 0)
    points = run.known_points
    weeks = sorted(stops(points, run.weeks))
    for before, week in pairwise(weeks):
        has_date = any(kind_of(point) in DATED for point in points if point.week == week)
        assert week - before >= (NEAR if has_date else APART)


def test_every_cause_has_words_for_both_ways_and_none_is_called_usual():
    for lang in LANGUAGES:
        for cause in (*CAUSES, *WORK, *QUARRELS, *(name for name, _ in NET.values())):
            for amount in (1, -1):
                said = text(f"cause.{cause}", lang, amount=amount)
                assert said and not set(said.lower().split()) & {"usual", "usually", "habituel", "habituels", "habituelle"}


def test_the_office_shows_the_work_that_waits_in_weeks_of_capacity():
    """Team by team as the table of teams has it, week by week."""
    from tandem.sim.dashboard.staging import office

    run = simulate(Scenario.load("crisis-overload"), seed=5)
    shown = office(run)["teams"]
    assert len(shown) == run.teams["team"].nunique() > 1
    for number, mine in run.teams.groupby("team"):
        weeks, told = mine["week"].to_numpy(), shown[number - 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            waiting = np.where(mine["capacity"] > 0.0, mine["backlog"] / mine["capacity"], np.nan)
        seen = np.array([np.nan if value is None else value for value in told["waiting"]])[weeks]
        assert seen == pytest.approx(np.round(waiting, 1), nan_ok=True)
        assert np.array(told["morale"], dtype=float)[weeks] == pytest.approx(np.round(100.0 * mine["morale"].to_numpy()))
        assert told["kind"] == mine["kind"].iloc[0]
