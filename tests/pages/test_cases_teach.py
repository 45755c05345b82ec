"""Cases teach what they say: the plan ends better for pair or firm and worse for neither, verdict and eye agree, the cause comes
before the fall, and the lesson's own lever works by itself. On the luck shown, and in a clear majority of 200 futures."""

import re
from functools import lru_cache

import numpy as np
import pytest

from tandem.experiments.validation.histories import histories, paths
from tandem.sim import Scenario, simulate, simulate_batch
from tandem.sim.dashboard.answers import ANSWERS
from tandem.sim.dashboard.catalogue import calm_before, telling_luck
from tandem.sim.dashboard.futures import FUTURES
from tandem.sim.dashboard.specification import SEED, Act, Specification, known
from tandem.sim.dashboard.telling import end, played
from tandem.sim.dashboard.verdict import ends_better, firm_verdict, pair_verdict, verdict
from tandem.sim.dashboard.words import page_texts
from tandem.sim.intervals import share_interval
from tandem.sim.parameter_sets import chosen
from tandem.sim.series import THEMES

CASES = known()["case"]
FAILURES = [name for name in CASES if Specification(name).firm.story.failure is not None]
ORDER = {"breaks": 0, "drifts": 1, "holds": 2}
SETS = chosen("ensemble")

# The part of each plan that the case's lesson names, the outcome that the lesson is about, and which way it goes by that part
# alone (up: what it falls short of 1 is less).
LESSONS = {
    "retail-restructuring": ("clarity", "role_clarity", "up"),
    "strategy-execution-drift": ("levers.adaptation decisions", "standing_error", "down"),
    "crisis-overload": ("ceo.hours coo.hours", "decision_delay_weeks", "down"),
    "silence": ("communication", "decision_delay_weeks", "down"),
    "everyone-their-own-numbers": ("targets", "goal_gap", "down"),
    "strategist-executor-weakness": ("charter coo decisions", "technique", "up"),
    "visionary-catalyst-weakness": ("coo.skills levers.skills ceo.encouragement decisions", "backlog_weeks", "down"),
    "brand-performance-weakness": ("charter levers.smart_goals", "omission_rate", "down"),
    "co-pilot-weakness": ("communication levers.communication", "lapsed_share", "down"),
    "coo-leaves": ("clarity levers.decision_clarity", "role_clarity", "up"),
    "founder-will-not-let-go": ("clarity dyad", "process_conflict_rate", "down"),
}
LESS_IS_BETTER = {"quarrels", "decisions", "delay", "work", "settings", "tension"}
VISIBLE = 0.15  # of what it is without, less: a smaller part is not seen in a chart


@lru_cache(maxsize=64)
def ends(scenario: Scenario) -> tuple[dict, ...]:
    """The outcomes of 200 futures."""
    return tuple(simulate_batch(scenario, FUTURES, SEED, threads=False, parameters=SETS).outcomes.to_dict("records"))


@lru_cache(maxsize=64)
def shown(name: str) -> int:
    return telling_luck(name, SETS)


def lesson_alone(name: str) -> Scenario:
    """The firm with only that part of its plan which the lesson names."""
    firm = Scenario.load(name)
    step = firm.story.intervention
    parts = LESSONS[name][0].split()
    kept = {path: value for path, value in step.set.items() if any(path == part or path.startswith(f"{part}.") for part in parts)}
    assert kept
    return firm.at(step.week, kept)


def most(times: int) -> bool:
    """Whether it is decided that it happens in more than half of all futures."""
    return share_interval(times, FUTURES)[0] > 0.5


def plan_fails(before, after, rank) -> list[str]:
    """What of the promise about a plan does not hold: on the luck shown and in most of the futures."""
    found = []
    if not ends_better(before[rank], after[rank]):
        found.append("no better end on the luck shown")
    if not most(sum(ends_better(one, other) for one, other in zip(before, after))):
        found.append("no better end in most futures")
    return found


@pytest.mark.parametrize("name", FAILURES)
def test_the_plan_ends_better_for_pair_or_firm_and_worse_for_neither(name):
    firm = Scenario.load(name)
    before, after = ends(firm), ends(firm.branch("intervention"))
    assert plan_fails(before, after, shown(name)) == []
    kinds = [(ORDER[verdict(name, one)], ORDER[verdict(name, other)]) for one, other in zip(before, after)]
    assert most(sum(other > one for one, other in kinds)) and kinds[shown(name)][1] > kinds[shown(name)][0]


@pytest.mark.parametrize("name", FAILURES[:3])
def test_a_plan_that_does_nothing_or_harms_is_found(name):
    firm = Scenario.load(name)
    before, after = ends(firm), ends(firm.branch("intervention"))
    assert len(plan_fails(before, before, shown(name))) == 2 and len(plan_fails(after, before, shown(name))) == 2


@pytest.mark.parametrize("name", FAILURES)
def test_the_plan_does_on_the_page_what_it_does_in_the_file(name):
    """The room's intervention by its digit, in its week, is the case's branch."""
    planned = Scenario.load(name).story.intervention
    firm = Specification(name, shown(name), acts=(Act(planned.week, "planned"),))
    on_the_page, in_the_file = played(firm, SETS).outcomes, ends(Scenario.load(name).branch("intervention"))[shown(name)]
    names = [outcome for outcome in in_the_file if outcome in on_the_page]
    assert len(names) > 50
    for outcome in names:
        np.testing.assert_array_equal(on_the_page[outcome], in_the_file[outcome], err_msg=outcome)


@pytest.mark.parametrize("name", FAILURES)
def test_the_lessons_own_lever_works_by_itself(name):
    _, outcome, way = LESSONS[name]
    kinds = (Scenario.load(name), lesson_alone(name))
    before, after = ([1.0 - one[outcome] if way == "up" else one[outcome] for one in ends(kind)] for kind in kinds)
    works = [other < (1.0 - VISIBLE) * one for one, other in zip(before, after)]
    assert most(sum(works)) and works[shown(name)], (before[shown(name)], after[shown(name)])
    assert not most(sum(other < (1.0 - VISIBLE) * one for one, other in zip(before, before)))


@pytest.mark.parametrize("name", FAILURES)
def test_the_plan_is_seen_in_the_cases_own_chart(name):
    """On the luck shown: at some week the first line of the right-hand chart lies 5 points better with the plan (1 where it tells
    quarrels or weeks), and at the end it is no worse than it was without."""
    found = next(case for case in ANSWERS["catalogue"]({})["cases"] if case["name"] == name)
    planned = {"case": name, "luck": found["luck"], "acts": [{"week": found["planned"], "action": "planned"}]}
    without, with_it = (ANSWERS["run"]({"spec": spec})["series"] for spec in ({"case": name, "luck": found["luck"]}, planned))
    series = THEMES[found["right"]][0]
    sign = -1.0 if found["right"] in LESS_IS_BETTER else 1.0
    gaps = [sign * (now - before) for now, before in zip(with_it[series], without[series]) if None not in (now, before)]
    least = 1.0 if found["right"] in LESS_IS_BETTER else 5.0
    assert max(gaps) >= least and gaps[-1] >= 0.0, (found["right"], max(gaps), gaps[-1])


def eye(name: str, run) -> list[str]:
    """Where what is said of the end and what the chart shows disagree."""
    told, revenue = end(run, name), run.weekly["revenue"]
    change = revenue.iloc[-1] / revenue.iloc[0] - 1.0
    said = page_texts("en")[f"pair_firm.{told['pair']}_{told['firm']}"]
    found = []
    if change > 0.5 and "grows" not in said:
        found.append("half more revenue, and nobody says that the firm grows")
    if told["verdict"] == "breaks" and change > 0.5 and not re.search("all the same|without it|works together, and", said):
        found.append(f"breaks beside half more revenue: {said}")
    if (change < -0.02 and "grows" in said) or (change > 0.02 and "shrinks" in said):
        found.append(f"{change:+.0%}: {said}")
    if change < 0.0 and "\N{MINUS SIGN}" not in told["revenue"]["en"]:
        found.append(told["revenue"]["en"])
    return found


@pytest.mark.parametrize("name", CASES)
def test_verdict_and_eye_agree(name):
    firm = Scenario.load(name)
    lucks = dict.fromkeys((shown(name), *range(12)))
    runs = [simulate(firm, SEED, luck, parameters=SETS) for luck in lucks]
    assert [eye(name, run) for run in runs] == [[] for _ in runs]
    if name in FAILURES:  # what breaks on the screen is seen to: the pair does not work, or the firm shrinks
        at_end = runs[0].outcomes
        assert verdict(name, at_end) == "breaks" and (pair_verdict(at_end) != "works" or firm_verdict(at_end) == "shrinks")


def first_apart(one, other, least) -> float:
    """First week in which two series are so far apart; infinity if never."""
    apart = np.flatnonzero(np.abs(np.asarray(one, float) - np.asarray(other, float)) > least)
    return float(apart[0]) if len(apart) else np.inf


@pytest.mark.parametrize("name", FAILURES)
def test_the_cause_comes_before_the_fall(name):
    """On the luck shown, with and without the stated cause: what the pair lives through parts before what customers pay does."""
    firm = Scenario.load(name)
    with_it, without = (simulate(one, SEED, shown(name), parameters=SETS).weekly for one in (firm, firm.branch("cause")))
    near = [
        first_apart(with_it[column], without[column], least)
        for column, least in (("role_clarity", 0.05), ("open_delay_weeks", 1.0), ("goal_gap", 0.05), ("conflict_episodes", 0.5))
        + (("backlog", 5.0), ("standing_error", 0.05), ("dropped", 0.5), ("decided", 0.5))
    ]
    start = with_it["revenue"].iloc[0]
    fall = first_apart(with_it["revenue"], without["revenue"], 0.05 * start)
    assert min(near) < fall, (near, fall)


@pytest.mark.parametrize("name", [name for name in FAILURES if Specification(name).firm.parameters.events])
def test_what_is_lost_is_lost_after_what_happened(name):
    firm = Scenario.load(name)
    assert calm_before(firm, shown(name), SETS)


def test_the_losses_of_the_restructuring_come_after_it():
    weekly = played(Specification("retail-restructuring", shown("retail-restructuring")), SETS).weekly.set_index("week")
    revenue, clarity = weekly["revenue"] / weekly["revenue"].iloc[0], weekly["role_clarity"]
    assert revenue[51] > 0.95 and revenue.iloc[-1] < revenue[51] - 0.05
    assert clarity[53] < 0.6 * clarity[51] and revenue[53] > 0.95 * revenue[51]  # first the roles, then the sales
    assert "quarters" in Scenario.load("retail-restructuring").story.teaches.en


@pytest.mark.parametrize("name", [history["scenario"] for history in histories() if "store" in history["scenario"]])
def test_a_published_collapse_is_told_beside_what_the_model_reaches(name):
    story = Scenario.load(name).story.story
    history = next(one for one in histories() if one["scenario"] == name)
    last = paths(history, runs=200).iloc[-1]
    for text in (story.en, story.fr):
        published, reached = (int(number) for number in re.findall(r"(\d+)\s?%", text.split(". ")[0]))
        assert published == round(-last.published)
        assert abs(reached + last["mean"]) < 4.0, last["mean"]
