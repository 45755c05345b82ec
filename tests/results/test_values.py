"""Every outcome and every weekly column against its value worked out anew, from raw records of firms whose leaders differ.

What is worked out here goes by the names of the model's records and knows nothing of the declarations, so that a column
or an outcome that takes another's place is found. A test holds that no other column would do in its stead.
"""

import ast
import inspect
import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from tandem.sim import Scenario, simulate
from tandem.sim.outcomes import MEASURED, OUTCOMES
from tandem.sim.phases import measures
from tandem.sim.weekly import WEEKLY

CEO, COO, LEAD = 0, 1, 2
BUDGET, AGENCY, CAMPAIGN, KEY_CLIENT, POSITIONING, PROCESS, EXPERIMENT = range(7)

LATE = Scenario.of(role_model="no-coo", context="baseline").with_({"quarters": 4}).at(week=9, changes={"coo.present": True})
HARD_TIMES = (
    {"week": 6, "kind": "competitor", "size": 0.5},
    {"week": 10, "kind": "ceo_departure"},
    {"week": 30, "kind": "crisis"},
)
FIRMS = {
    **{name: Scenario.load(name) for name in ("coo-leaves", "retail-restructuring", "crisis-overload")},
    "arbitrated": Scenario.load("everyone-their-own-numbers"),
    "hard times": Scenario.of(role_model="co-pilot", context="agile").with_(
        {"quarters": 6, "events": HARD_TIMES, "market.gross_margin": 0.01, "decisions.campaign.arrivals_per_week": 4.0}
    ),
    "a pair from week 9": LATE,
    "never a pair": Scenario.of(role_model="no-coo", context="innovative").with_({"quarters": 3}),
}


@pytest.fixture(scope="module")
def runs():
    return {name: simulate(scenario, seed=7, replicate=2) for name, scenario in FIRMS.items()}


class Raw:
    """The records of some weeks of a run, and what its sums gained in all."""

    def __init__(self, run, rows):
        whole = run.trajectory
        self.firm, self.leaders, self.teams = (whole[name][rows] for name in ("firm", "leaders", "teams"))
        self.start, self.last = whole["firm"][0], whole["firm"][-1]
        self.weeks = len(self.firm)
        self.parameters = run._in_force[rows]
        self.both = (self.leaders["present"][:, CEO] == 1) & (self.leaders["present"][:, COO] == 1)
        self.paired = np.maximum.accumulate((whole["leaders"]["present"][:, :2] == 1).all(axis=1))[rows]

    def sum(self, name):
        return float(np.sum(self.firm[name]))

    def mean(self, name):
        return self.sum(name) / self.weeks

    def gained(self, name):
        return self.last[name] - self.start[name]

    def over_teams(self, of):
        """Mean over the teams there are, week by week."""
        counts = self.parameters["team_count"]
        return np.array([np.mean([of(team) for team in week[:count]]) for week, count in zip(self.teams, counts)])

    def clarity(self):
        weights = self.parameters["domain_arrivals_per_week"]
        return self.of_two([np.average(c, weights=w) for c, w in zip(self.firm["clarity"], weights)])

    def of_two(self, values):
        """Values by week, none in a week in which a post is empty."""
        return np.array([value if all(there[:2]) else math.nan for value, there in zip(values, self.leaders["present"])])

    def gap(self):
        weights = self.leaders["priorities"]
        return np.array([sum(abs(a - b) for a, b in zip(w[CEO], w[COO])) / 2 for w in weights])

    def standing(self):
        return np.array([sum(abs(e) for e in week) / 5 for week in self.firm["standing_error"]])

    def episodes(self):
        return self.firm["task_episodes"] + self.firm["process_episodes"] + self.firm["relationship_episodes"]


def of_firm(name):
    return lambda raw: raw.firm[name]


def of_leader(name, post):
    return lambda raw: raw.leaders[name][:, post]


# Stocks, which stand at the start already.
STOCKS = {
    "week": lambda raw: np.arange(raw.weeks),
    "quarter": lambda raw: np.array([math.ceil(week / 13) for week in range(raw.weeks)]),
    "common_ground": of_firm("common_ground"),
    "brand_awareness": of_firm("goodwill"),
    "satisfaction": of_firm("satisfaction"),
    "customers": of_firm("customers"),
    "cash": of_firm("cash"),
    "aspiration": of_firm("aspiration"),
    "technique": of_firm("technique"),
    "refinement": of_firm("refinement"),
    "reputation": of_firm("reputation"),
    "competitor": of_firm("competitor"),
    "market_size": of_firm("market_size"),
    "campaigns_running": of_firm("running"),
    "decisions_open": of_firm("decision_count"),
    "open_delay_weeks": of_firm("delay_now"),
    "projects_open": of_firm("project_count"),
    "backlog": of_firm("backlog"),
    "morale": lambda raw: raw.over_teams(lambda team: team["morale"]),
    "team_skill": lambda raw: raw.over_teams(lambda team: team["skill"]),
    "ceo_fatigue": of_leader("fatigue", CEO),
    "coo_fatigue": of_leader("fatigue", COO),
    "ceo_present": of_leader("present", CEO),
    "coo_present": of_leader("present", COO),
    "crisis": lambda raw: np.where(raw.firm["crisis_weeks"] > 0, 1.0, 0.0),
    "standing_error": lambda raw: raw.standing(),
    "standing_error_budget": lambda raw: raw.firm["standing_error"][:, BUDGET],
    "standing_error_agency": lambda raw: raw.firm["standing_error"][:, AGENCY],
    "standing_error_key_client": lambda raw: raw.firm["standing_error"][:, KEY_CLIENT],
    "standing_error_positioning": lambda raw: raw.firm["standing_error"][:, POSITIONING],
    "standing_error_process": lambda raw: raw.firm["standing_error"][:, PROCESS],
    "budget_share_brand": lambda raw: raw.firm["shares"][:, 0],
    "budget_share_activation": lambda raw: raw.firm["shares"][:, 1],
    "budget_share_experiment": lambda raw: raw.firm["shares"][:, 2],
    "budget_share_retention": lambda raw: raw.firm["shares"][:, 3],
    "revenue": of_firm("revenue"),
}
# Flows, of which the start knows nothing.
FLOWS = {
    **{
        name: of_firm(name)
        for name in (
            *("leads", "new_customers", "lost_customers", "spend", "profit", "decided", "lapsed", "dropped"),
            *("capacity", "work_done", "rework_done", "wasted_work", "meeting_hours"),
        )
    },
    "conversion_rate": lambda raw: np.array([n / d if d else np.nan for n, d in raw.firm[["new_customers", "leads"]]]),
    "conversion_chance": of_firm("conversion"),
    "campaign_pressure": of_firm("pressure"),
    "ceo_hours_used": of_leader("hours_used", CEO),
    "coo_hours_used": of_leader("hours_used", COO),
    "lead_hours_used": of_leader("hours_used", LEAD),
}
# Stocks and flows of the pair, not defined until both have been in post.
PAIR_STOCKS = {
    "trust": lambda raw: (raw.leaders["trust"][:, CEO] + raw.leaders["trust"][:, COO]) / 2,
    "ceo_trust": of_leader("trust", CEO),
    "coo_trust": of_leader("trust", COO),
    "relationship_conflict": of_firm("relationship_conflict"),
    "role_clarity": lambda raw: raw.clarity(),
    "goal_gap": lambda raw: np.where(raw.both, raw.gap(), np.nan),
    "role_clarity_budget": lambda raw: raw.of_two(raw.firm["clarity"][:, BUDGET]),
    "role_clarity_agency": lambda raw: raw.of_two(raw.firm["clarity"][:, AGENCY]),
    "role_clarity_campaign": lambda raw: raw.of_two(raw.firm["clarity"][:, CAMPAIGN]),
    "role_clarity_key_client": lambda raw: raw.of_two(raw.firm["clarity"][:, KEY_CLIENT]),
    "role_clarity_positioning": lambda raw: raw.of_two(raw.firm["clarity"][:, POSITIONING]),
    "role_clarity_process": lambda raw: raw.of_two(raw.firm["clarity"][:, PROCESS]),
    "role_clarity_experiment": lambda raw: raw.of_two(raw.firm["clarity"][:, EXPERIMENT]),
}
PAIR_FLOWS = {
    "task_episodes": of_firm("task_episodes"),
    "process_episodes": of_firm("process_episodes"),
    "relationship_episodes": of_firm("relationship_episodes"),
    "conflict_episodes": lambda raw: raw.episodes(),
}
COLUMNS = {**STOCKS, **FLOWS, **PAIR_STOCKS, **PAIR_FLOWS}


def wanted_column(raw, name):
    values = np.array(COLUMNS[name](raw), dtype=float)
    if name in FLOWS or name in PAIR_FLOWS:
        values[0] = np.nan
    if name in PAIR_STOCKS or name in PAIR_FLOWS:
        values[~raw.paired] = np.nan
    return values


def wrong_columns(runs):
    """Names of weekly columns whose values are not those worked out."""
    wrong = set()
    for run in runs.values():
        raw = Raw(run, slice(None))
        for name in COLUMNS:
            found, wanted = run.weekly[name].to_numpy(dtype=float), wanted_column(raw, name)
            if not np.allclose(found, wanted, rtol=1e-12, atol=1e-14, equal_nan=True):
                wrong.add(name)
    return wrong


def test_every_weekly_column_is_what_its_records_say(runs):
    assert COLUMNS.keys() == WEEKLY.keys()
    assert wrong_columns(runs) == set()


def test_no_weekly_column_would_do_in_anothers_stead(runs):
    alike = [
        (one, other)
        for one, other in combinations(WEEKLY, 2)
        if all(np.array_equal(run.weekly[one], run.weekly[other], equal_nan=True) for run in runs.values())
    ]
    assert alike == []


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ceo_trust", "coo_trust"),
        ("coo_trust", "ceo_trust"),
        ("ceo_fatigue", "coo_fatigue"),
        ("coo_present", "ceo_present"),
        ("ceo_hours_used", "coo_hours_used"),
        ("lead_hours_used", "ceo_hours_used"),
        ("role_clarity_budget", "role_clarity_agency"),
        ("budget_share_brand", "budget_share_activation"),
        ("conversion_rate", "conversion_chance"),
    ],
)
def test_a_column_that_takes_anothers_place_is_found(monkeypatch, name, other):
    monkeypatch.setitem(WEEKLY, name, replace(WEEKLY[name], source=WEEKLY[other].source))
    assert wrong_columns({"leaves": simulate(FIRMS["coo-leaves"], seed=7, replicate=2)}) == {name}


@pytest.mark.parametrize(("name", "mark"), [("leads", "at_start"), ("revenue", "at_start"), ("trust", "pair"), ("cash", "pair")])
def test_a_column_that_is_marked_wrongly_is_found(monkeypatch, name, mark):
    monkeypatch.setitem(WEEKLY, name, replace(WEEKLY[name], **{mark: not getattr(WEEKLY[name], mark)}))
    assert wrong_columns({"late": simulate(LATE, seed=7)}) == {name}


# -- outcomes ----------------------------------------------------------------------------------


def share(part, whole):
    return part / whole if whole > 0 else math.nan


def growth(raw):
    mean, weeks = raw.mean("revenue"), float(raw.last["week"])
    return (mean / float(raw.start["revenue"])) ** (52.0 / (weeks - 6.0)) - 1.0


def lost_a_week(raw):
    return raw.sum("lost_customers") / raw.sum("customers")


def back(raw):
    """Two years of margin of the customers won by campaigns, over what was spent."""
    lost = lost_a_week(raw)
    margin = raw.parameters[-1]["market_gross_margin"] * raw.parameters[-1]["market_revenue_per_customer"]
    won = raw.sum("new_customers") - raw.gained("sum_baseline_leads")
    return won * margin * (1.0 - math.exp(-104.0 * lost)) / lost / raw.sum("spend")


def ruined(raw):
    return float(np.any(np.cumsum(raw.firm["profit"]) < -13.0 * raw.start["revenue"]))


def in_post(raw, of):
    there = [of(leader) for leader in raw.leaders[-1][:2] if leader["present"] == 1]
    return np.mean(there) if there else math.nan


def a_quarter(total):
    return lambda raw: 13.0 * total(raw) / raw.weeks if raw.weeks else math.nan


def cause(number):
    return lambda raw: share(raw.gained("sum_causes")[number], raw.gained("sum_causes").sum())


def of_first_team(above, below):
    return lambda raw: share(raw.teams[-1][0][above], raw.teams[-1][0][below])


def gained(name):
    return lambda raw: raw.gained(name)


def gained_share(above, below):
    return lambda raw: share(raw.gained(above), raw.gained(below))


def at_last(name):
    return lambda raw: raw.firm[name][-1]


def delay(raw):
    waiting = raw.last["decision_count"] * raw.last["delay_now"]
    return share(raw.gained("sum_delay") + waiting, raw.sum("decided") + raw.sum("lapsed") + raw.last["decision_count"])


def hours(raw):
    given = sum(float(raw.leaders["hours"][raw.leaders["present"][:, post] == 1, post].sum()) for post in (CEO, COO))
    return share(float(raw.leaders["hours_used"][:, :2].sum()), given)


def hidden(raw):
    extra = raw.sum("rework_done") + raw.sum("wasted_work")
    return share(extra, extra + raw.sum("work_done"))


def waiting(raw):
    total = sum(team["backlog"] for week, p in zip(raw.teams, raw.parameters) for team in week[: p["team_count"]])
    return share(total, raw.sum("capacity"))


def if_pair(value):
    return lambda raw: value(raw) if raw.last["ever_paired"] else math.nan


VALUES = {
    "revenue_growth": growth,
    "conversion_rate": lambda raw: share(raw.sum("new_customers"), raw.sum("leads")),
    "cost_per_acquisition": lambda raw: share(raw.sum("spend"), raw.sum("new_customers")),
    "return_on_investment": back,
    "satisfaction": lambda raw: raw.mean("satisfaction"),
    "brand_awareness": lambda raw: raw.mean("goodwill"),
    "customer_retention": lambda raw: math.exp(-52.0 * lost_a_week(raw)),
    "marketing_spend_share": lambda raw: share(raw.sum("spend"), raw.sum("revenue")),
    "profit_per_week": lambda raw: raw.mean("profit"),
    "cash": at_last("cash"),
    "ruined": ruined,
    "technique": at_last("technique"),
    "reputation": at_last("reputation"),
    "refinement": at_last("refinement"),
    "budget_share_brand": lambda raw: raw.firm["shares"][-1][0],
    "conflict_rate": a_quarter(lambda raw: raw.episodes().sum()),
    "task_conflict_rate": a_quarter(lambda raw: raw.sum("task_episodes")),
    "relationship_conflict_rate": a_quarter(lambda raw: raw.sum("relationship_episodes")),
    "process_conflict_rate": a_quarter(lambda raw: raw.sum("process_episodes")),
    "conflict_per_decision": if_pair(lambda raw: share(raw.episodes().sum(), raw.sum("decided"))),
    "cause_priorities_share": cause(0),
    "cause_styles_share": cause(1),
    "cause_communication_share": cause(2),
    "cause_roles_share": cause(3),
    "trust": if_pair(lambda raw: raw.leaders["trust"][-1, :2].mean()),
    "trust_mean": lambda raw: raw.leaders["trust"][:, :2].mean() if raw.weeks else math.nan,
    "relationship_conflict": if_pair(at_last("relationship_conflict")),
    "relationship_conflict_mean": lambda raw: raw.mean("relationship_conflict") if raw.weeks else math.nan,
    "role_clarity": lambda raw: raw.clarity().mean() if raw.weeks else math.nan,
    "goal_gap": lambda raw: raw.gap().mean() if raw.weeks else math.nan,
    "information_shared": lambda raw: share(raw.sum("exchanged"), 2.0 * raw.sum("exchange_chances")),
    "decision_delay_weeks": delay,
    "lapsed_share": lambda raw: share(raw.sum("lapsed"), raw.sum("lapsed") + raw.sum("decided")),
    "decisions_taken": lambda raw: raw.sum("decided"),
    "decisions_dropped": lambda raw: raw.sum("dropped"),
    "omission_rate": gained_share("sum_good_refused", "sum_good"),
    "commission_rate": gained_share("sum_bad_accepted", "sum_bad"),
    "setting_error": gained_share("sum_error", "sum_settings"),
    "standing_error": lambda raw: raw.standing().mean(),
    "double_directives": a_quarter(gained("sum_double")),
    "orphaned_decisions": a_quarter(gained("sum_orphans")),
    "usurped_decisions": a_quarter(gained("sum_usurped")),
    "reopened_decisions": a_quarter(gained("sum_reopened")),
    "arbitrations": a_quarter(gained("sum_arbitrated")),
    "departures": gained("sum_departures"),
    "hours_used_share": hours,
    "ceo_hours": lambda raw: raw.leaders["hours_used"][:, CEO].mean(),
    "coo_hours": lambda raw: raw.leaders["hours_used"][:, COO].mean(),
    "meeting_hours": lambda raw: raw.mean("meeting_hours"),
    "fatigue": lambda raw: in_post(raw, lambda leader: leader["fatigue"]),
    "leader_skill": lambda raw: in_post(raw, lambda leader: leader["skills"].mean()),
    "morale": lambda raw: raw.over_teams(lambda team: team["morale"]).mean(),
    "team_skill": lambda raw: raw.over_teams(lambda team: team["skill"])[-1],
    "hidden_work_share": hidden,
    "unanswered_share": gained_share("sum_defaults", "sum_exceptions"),
    "backlog_weeks": waiting,
    "experiments_proposed": gained("sum_experiments_proposed"),
    "experiments_started": gained("sum_experiments_started"),
    "experiments_succeeded": gained("sum_experiments_succeeded"),
    "experiments_stopped": gained("sum_experiments_stopped"),
    "campaigns_launched": gained("sum_campaigns"),
    "launched_performance": gained_share("sum_launched_performance", "sum_campaigns"),
    "launched_brand": gained_share("sum_launched_brand", "sum_campaigns"),
    "novelty_accepted": gained("sum_novelty_accepted"),
    "team_1_morale": lambda raw: raw.teams["sum_morale"][-1, 0] / raw.weeks,  # taken before the week is closed
    "team_1_wait_weeks": of_first_team("sum_wait", "sum_finished"),
    "team_1_unanswered_share": of_first_team("sum_defaults", "sum_done"),
}


def counted(run, over):
    """The weeks that an outcome is counted over, as its declaration says."""
    last = run.weeks
    present = run.trajectory["leaders"]["present"]
    both = (present[:, CEO] == 1) & (present[:, COO] == 1) & (np.arange(last + 1) > 0)
    return {"run": slice(1, None), "quarter": slice(last - 12, None), "end": slice(last, None), "pair": both}[over]


def wrong_outcomes(runs, declared=OUTCOMES):
    """Names of outcomes whose values are not those worked out over the weeks that their declaration names."""
    wrong = set()
    for run in runs.values():
        for name, outcome in declared.items():
            wanted = float(VALUES[name](Raw(run, counted(run, outcome.counted))))
            if not np.isclose(run.outcomes[name], wanted, rtol=1e-9, atol=1e-12, equal_nan=True):
                wrong.add(name)
    return wrong


def test_every_outcome_is_what_its_weeks_say(runs):
    assert VALUES.keys() == OUTCOMES.keys()
    assert wrong_outcomes(runs) == set()


def test_no_outcome_would_do_in_anothers_stead(runs):
    alike = [
        (one, other)
        for one, other in combinations(OUTCOMES, 2)
        if all(np.array_equal(run.outcomes[one], run.outcomes[other], equal_nan=True) for run in runs.values())
    ]
    assert alike == []


@pytest.mark.parametrize(
    ("name", "over"), [("satisfaction", "run"), ("standing_error", "pair"), ("trust_mean", "run"), ("revenue_growth", "run")]
)
def test_an_outcome_declared_over_the_wrong_weeks_is_found(runs, name, over):
    declared = {**OUTCOMES, name: replace(OUTCOMES[name], counted=over)}
    assert wrong_outcomes({"leaves": runs["coo-leaves"]}, declared) == {name}


def test_an_outcome_that_takes_anothers_place_is_found(runs):
    run = runs["coo-leaves"]
    for name, other in (("ceo_hours", "coo_hours"), ("trust", "trust_mean"), ("omission_rate", "commission_rate")):
        inside = vars(run)["outcomes"]  # what a reader gets is a copy
        kept = inside[name]
        inside[name] = inside[other]
        assert wrong_outcomes({"leaves": run}) == {name}
        inside[name] = kept


def test_every_outcome_has_one_formula_and_no_formula_is_left_over():
    written = [
        node.attr
        for node in ast.walk(ast.parse(inspect.getsource(measures)))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and getattr(node.value, "id", "") == "m"
    ]
    assert sorted(written) == sorted(OUTCOMES)
    assert MEASURED.names == tuple(OUTCOMES)
