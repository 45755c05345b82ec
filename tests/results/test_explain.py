"""Why a run went as it did: contributions that add up, causes that can be switched off, an account in whole sentences."""

import re

import numpy as np
import pandas as pd
import pytest

from tandem.sim import Scenario, simulate
from tandem.sim.explain import account, attribution, explain, turning_points
from tandem.sim.explain.main_points import main_points
from tandem.sim.explain.reasons import FLOWING
from tandem.sim.explain.turning import first_held, largest_fall
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import EVENTS, RULES, describe
from tandem.sim.state import CAUSES, EVENT_KINDS, STOCKS
from tandem.sim.texts import LANGUAGES, catalogue

# Numbers whose ends would only make every random firm alike (no customers, no work) stay out of the draw.
DRAWN = [
    row
    for row in describe()
    if row["low"] is not None
    and "events." not in row["path"]
    and "teams." not in row["path"]
    and row["path"]
    not in ("quarters", "market.customers", "market.revenue_per_customer", "hazards.vacancy_shortest", "hazards.vacancy_longest")
    and not isinstance(row["default"], int)
]
SWITCHES = [row["path"] for row in describe() if row["role"] == "switch" and row["default"]]
OFF_BY_DEFAULT = [row["path"] for row in describe() if row["role"] == "switch" and not row["default"]]


def random_firm(number: int) -> Scenario:
    """A firm with a random charter, shocks, two interventions and some two dozen parameters anywhere in their ranges."""
    draw = np.random.default_rng(number)
    chosen = draw.choice(len(DRAWN), 24, replace=False)
    values = {DRAWN[at]["path"]: float(draw.uniform(DRAWN[at]["low"], DRAWN[at]["high"])) for at in chosen}
    values |= dict.fromkeys(map(str, draw.choice(SWITCHES, draw.integers(0, 4), replace=False)), False)
    values |= {path: bool(draw.random() < 0.5) for path in OFF_BY_DEFAULT}
    for domain in ("budget", "agency", "campaign", "key_client", "positioning", "process", "experiment"):
        values[f"charter.{domain}.rule"] = str(draw.choice(RULES))
        values[f"charter.{domain}.decides"] = str(draw.choice(["ceo", "coo"]))
    values |= {
        "hazards.ceo_departure": 0.02,
        "hazards.coo_departure": 0.02,
        "hazards.vacancy_shortest": 1.0,
        "hazards.vacancy_longest": 9.0,
        "quarters": 4,
        "resolution.first": str(draw.choice(["mediation", "expert", "decider"])),
    }
    values["events"] = [
        {"week": int(draw.integers(1, 52)), "kind": str(kind), "size": float(draw.uniform(0, 3))}
        for kind in draw.choice(EVENTS, 6)
    ]
    firm = Scenario.of().with_(values)
    firm = firm.at(
        int(draw.integers(2, 30)),
        {
            "dyad.trust": float(draw.uniform()),
            "market.goodwill": float(draw.uniform()),
            "levers.communication": float(draw.uniform()),
        },
    )
    return firm.at(
        int(draw.integers(30, 52)),
        {
            "market.satisfaction": float(draw.uniform()),
            "dyad.relationship_conflict": float(draw.uniform()),
            "market.revenue_per_customer": float(draw.uniform(0.01, 0.1)),
            "coo.present": bool(draw.integers(2)),
        },
    )


def stocks(run) -> np.ndarray:
    """The stocks by week, straight from the records (the weekly table hides the pair's before there is one); role clarity from
    the table, which has none while a post is empty."""
    firm, trust = run.trajectory["firm"], run.trajectory["leaders"]["trust"]
    return np.column_stack(
        [
            0.5 * (trust[:, 0] + trust[:, 1]),
            firm["relationship_conflict"],
            firm["goodwill"],
            firm["satisfaction"],
            firm["revenue"],
            run.weekly["role_clarity"],
        ]
    )


def unexplained(levels: np.ndarray, contributions: pd.DataFrame) -> float:
    """Largest weekly change of a stock that the contributions leave open, relative to the stock where it is above 1."""
    told = np.zeros((len(levels), len(STOCKS)))
    booked = contributions[contributions["stock"].isin(STOCKS)]
    places = booked["stock"].map(STOCKS.index).to_numpy()
    np.add.at(told, (booked["week"].to_numpy(), places), booked["amount"].to_numpy())
    return float(np.nanmax(np.abs(np.diff(levels, axis=0) - told[1:]) / np.maximum(1.0, np.abs(levels[1:]))))


@pytest.fixture(scope="module")
def runs():
    return [simulate(random_firm(number), seed=number, parameters="declared") for number in range(150)]


def test_contributions_add_up_to_every_change(runs):
    for run in runs:
        assert unexplained(stocks(run), run.contributions) < 1e-9, run.scenario.to_toml()


def test_the_random_firms_meet_every_cause_and_nearly_every_event(runs):
    met = set().union(*(set(run.contributions["cause"]) for run in runs))
    assert set(CAUSES) - met == set()
    noted = set().union(*(set(run.events["kind"]) for run in runs))
    assert set(EVENT_KINDS) - noted == set()


def test_every_cause_of_a_flowing_stock_has_words_for_its_change(runs):
    tables = [run.contributions for run in runs]
    met = set().union(*(set(table[table["stock"].isin(FLOWING)]["cause"]) for table in tables))
    for lang in LANGUAGES:
        assert {key.removeprefix("shift.") for key in catalogue(lang) if key.startswith("shift.")} == met


def test_a_missing_contribution_is_found(runs):
    run = runs[0]
    booked = run.contributions[run.contributions["stock"].isin(STOCKS[:-1])]  # there may be nobody to be clear with
    for index in booked.index[booked["amount"].abs() > 1e-6][::97]:
        assert unexplained(stocks(run), run.contributions.drop(index)) > 1e-9


def test_no_cause_is_called_other():
    said = [
        *CAUSES,
        *(
            template
            for lang in LANGUAGES
            for key, entry in catalogue(lang).items()
            if key.startswith("cause.")
            for template in (entry.values() if isinstance(entry, dict) else [entry])
        ),
    ]
    assert not [words for words in said if re.search(r"^(other|others|autres?|divers|misc\w*|rest|reste)\b", words)]


OFF = [
    ({"switches.trust_dynamics": False}, "trust", {"quarrel_over_roles", "agreement", "results_shown", "culture", "newcomer"}),
    ({"communication.transparency": 0.0}, "trust", {"results_shown"}),
    ({"dyad.trust_return": 0.0}, "trust", {"culture"}),
    ({"communication.misreading": 0.0}, "relationship_conflict", {"misread_messages"}),
    ({"dyad.recovery": 0.0}, "relationship_conflict", {"forgiving"}),
    ({"switches.power": False}, "relationship_conflict", {"power"}),
    ({"switches.cause_styles": False}, "relationship_conflict", {"incompatible_styles"}),
    ({"switches.ladder": False}, "trust", {"mediation", "arbitration"}),
    ({"switches.shocks": False}, "relationship_conflict", {"restructuring"}),
    ({"switches.campaigns": False}, "brand_awareness", {"campaigns_on_brand", "campaigns_off_brand"}),
    ({"switches.off_brand": False}, "brand_awareness", {"campaigns_off_brand"}),
    ({"switches.goodwill": False}, "brand_awareness", {"campaigns_on_brand", "brand_budget", "forgetting"}),
    ({"switches.service": False}, "satisfaction", {"recovery_of_service", "key_client_errors", "backlog", "contradiction"}),
    ({"switches.ambiguity_harm": False}, "satisfaction", {"contradiction"}),
    ({"switches.rework": False}, "satisfaction", {"defects"}),
    ({"switches.ambiguity_harm": False}, "revenue", {"orphaned_key_clients"}),
    ({"switches.compliance": False}, "revenue", {"reputation"}),
    ({"switches.customer_luck": False, "switches.product_lines": False}, "revenue", {"luck"}),
    ({"switches.campaigns": False}, "revenue", {"campaign_pressure"}),
    ({"market.market_growth": 0.0, "switches.growth_path": False}, "revenue", {"market_trend"}),
    ({"market.churn_satisfaction": 0.0}, "revenue", {"dissatisfaction"}),
]


@pytest.fixture(scope="module")
def troubled():
    """A firm in which most causes are at work."""
    rules = {"budget": "and", "agency": "average", "campaign": "average", "experiment": "gate"}
    return Scenario.of().with_(
        {
            **{f"charter.{domain}.rule": rule for domain, rule in rules.items()},
            **{f"levers.{lever}": 0.15 for lever in ("smart_goals", "decision_clarity", "adaptation")},
            "dyad.trust": 0.35,
            "dyad.ceo_power": 0.8,
            "ceo.style": 0.1,
            "coo.style": 0.9,
            "market.market_growth": 0.05,
            "resolution.second": "decider",
            "compliance.patience": 1.0,
            "compliance.approvals_per_week": 12.0,
            "levers.communication": 0.4,
            "events": [{"week": 30, "kind": "restructuring", "size": 1.0}, {"week": 45, "kind": "coo_departure", "size": 1.0}],
        }
    )


@pytest.mark.parametrize(("changes", "stock", "causes"), OFF)
def test_switching_a_cause_off_removes_its_contribution(troubled, changes, stock, causes):
    def at_work(firm):
        tables = [simulate(firm, seed=seed).contributions for seed in range(4)]
        table = pd.concat(tables)
        table = table[table["amount"].abs() > 1e-12]
        return set(table[table["stock"] == stock]["cause"])

    before = at_work(troubled)
    after = at_work(troubled.with_(changes))
    assert causes & before, "the firm must show the cause while it is on"
    assert not causes & after


def test_attribution_sums_to_the_change_between_two_weeks(runs):
    run = runs[3]
    levels = stocks(run)
    for place, stock in enumerate(STOCKS):
        amounts = attribution(run.contributions, stock, 11, 30)
        if np.isnan(levels[10:31, place]).any():  # nobody to be clear with, for a while
            continue
        assert amounts.sum() == pytest.approx(levels[30, place] - levels[10, place], abs=1e-9)
        assert list(amounts.abs()) == sorted(amounts.abs(), reverse=True)


# -- the account ---------------------------------------------------------------------------------


def told(run, lang, **more):
    return explain(run.weekly, run.events, run.contributions, run.outcomes, run.scenario, lang, **more)


def blemishes(words: str) -> list[str]:
    """What must not stand in a text for people: slots, keys, not-a-number, doubled spaces, lower-case sentences."""
    found = re.findall(r"[{}]|\bnan\b|\binf\b|\bNone\b|\w+_\w+|  |\.\.|,,| ,| \.", words)
    found += [key for key in (*EVENT_KINDS, *CAUSES) if ("." in key or "_" in key) and key in words]
    found += [paragraph for paragraph in words.split("\n\n") if re.search(r"(^|[.] )[a-zé]", paragraph)]
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("full", [False, True])
def test_accounts_are_whole_sentences(runs, lang, full):
    for run in runs[:40]:
        words = told(run, lang, full=full)
        assert blemishes(words) == [], words
        last = words.strip().split("\n\n")[-1]
        assert ("model, not a forecast" if lang == "en" else "un modèle, pas une prévision") in last


def test_blemishes_are_found():
    for words in ("Trust is nan.", "Week {week}.", "decision.orphaned", "Because of key_client.", "it falls. so."):
        assert blemishes(words)


def test_every_event_has_a_sentence(runs):
    from tandem.sim.explain import event_sentence

    events = pd.concat([run.events for run in runs]).drop_duplicates("kind")
    assert len(events) == len(EVENT_KINDS)
    for lang in LANGUAGES:
        for event in events.to_dict("records"):
            assert blemishes(event_sentence(event, lang)) == []


def test_a_full_account_covers_every_week_once(runs):
    for run in runs[:10]:
        parts = account(run.weekly, run.events, run.contributions, run.outcomes, run.scenario, "en", full=True)
        ends = [re.findall(r"(\d+) to (\d+)", heading) for heading, _ in parts.sections]
        weeks = [tuple(map(int, found[0])) for found in ends if found]
        assert [week for first, last in weeks for week in range(first, last + 1)] == list(range(1, run.weeks + 1))


def beyond(words: str) -> list[str]:
    """Figures with a sign and a decimal that are no money and lie outside 100 points either way."""
    figures = re.findall(r"\((?:\+|\u2212)(\d[\d,\u202f]*[.,]\d)(?![ \u202f]?[kM]?\u20ac)", words)
    return [each for each in figures if abs(float(each.replace("\u202f", "").replace(",", "."))) > 100.0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_figure_stands_outside_its_scale(runs, lang):
    for run in runs[:40]:
        for full in (False, True):
            assert beyond(told(run, lang, full=full)) == []


def test_flows_larger_than_a_whole_scale_are_told_as_those_of_a_week():
    assert beyond("the public's forgetting (\u2212106.9)") == ["106.9"] and beyond("\u2212\u20ac106.9k (+12.3)") == []
    weekly = tables(weeks=13)
    pushes = pd.DataFrame(
        {
            "week": np.repeat(np.arange(1, 14), 2),
            "stock": "brand_awareness",
            "cause": ["forgetting", "brand_budget"] * 13,
            "amount": [-0.1, 0.09] * 13,
        }
    )
    weekly["brand_awareness"] -= 0.01 * np.arange(14)
    words = explain(weekly, happened(), pushes, {}, None, "en", full=True)
    assert "the public's forgetting (\u221210.0 a week), in spite of the brand budget (+9.0 a week)" in words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_account_is_a_page(runs, lang):
    heads = {"en": "Main cause:", "fr": "Cause principale\u202f:"}
    for run in runs[:40]:
        parts = account(run.weekly, run.events, run.contributions, run.outcomes, run.scenario, lang)
        assert len(parts.sections) <= 3
        assert len(str(parts).splitlines()) < 40 and len(str(parts).split()) < 450
        named = [line for line in str(parts).splitlines() if heads[lang] in line]
        assert len(named) <= 3


def test_the_main_points_are_those_of_different_sides():
    sizes = {"trust": {20: 0.2}, "revenue": {30: 80.0}, "satisfaction": {40: 0.4}}
    events = happened((10, "shock.crisis", "", "", 1.0, 4.0), (12, "shock.crisis", "", "", 1.0, 4.0))
    points = turning_points(tables(**sizes), events, NOTHING)
    assert len(points) > 5
    assert [(point.week, point.stock) for point in main_points(points)] == [(10, None), (20, "trust"), (30, "revenue")]
    assert main_points(list(reversed(points))) == main_points(points)
    alone = [point for point in points if point.key != "happening"]
    stocks_told = [point.stock for point in main_points(alone)]
    assert len(set(stocks_told)) == 3 and {point.key for point in alone} >= {"trust_low", "decline.trust"}
    assert len(main_points([points[0]] * 2)) == 1 and main_points([]) == []


def test_a_firm_without_a_coo_is_told_without_a_pair():
    run = simulate(Scenario.of().with_({"coo.present": False, "quarters": 4}), seed=1)
    words = told(run, "en")
    assert "There is no COO" in words
    assert not re.search("trust|quarrel", words.lower())
    assert blemishes(words) == []


def test_a_change_is_told_by_what_it_sets():
    firm = Scenario.of().with_({"quarters": 4}).at(20, {"levers.communication": 0.9, "charter.budget.rule": "and"})
    words = told(simulate(firm, seed=1), "en")
    assert "Week 20: A change takes effect: more is done for regular communication (50% to 90% of best practice)" in words
    assert "who decides what is settled anew" in words


# -- turning points ------------------------------------------------------------------------------


def tables(weeks=60, **columns):
    """A weekly table in which nothing happens but what the columns say, and no events, no contributions."""
    rows = np.arange(weeks + 1)
    flat = {
        "trust": 0.6,
        "relationship_conflict": 0.1,
        "brand_awareness": 0.3,
        "satisfaction": 0.8,
        "revenue": 100.0,
        "role_clarity": 0.7,
        "backlog": 10.0,
        "capacity": 10.0,
        "ceo_present": 1.0,
        "coo_present": 1.0,
    }
    weekly = pd.DataFrame({"week": rows, **{name: np.full(weeks + 1, value) for name, value in flat.items()}})
    for name, change in columns.items():
        for first, value in change.items():
            weekly.loc[first:, name] = value
    return weekly


def happened(*rows):
    return pd.DataFrame(list(rows), columns=["week", "kind", "domain", "who", "value", "second"]).astype({"kind": object})


NOTHING = pd.DataFrame({"week": [], "stock": [], "cause": [], "amount": []})


def found(weekly, *events):
    return {point.key: point.week for point in turning_points(weekly, happened(*events), NOTHING)}


def test_a_flat_run_has_no_turning_point():
    assert found(tables()) == {}


def test_a_level_must_be_held():
    assert "trust_low" not in found(tables(trust={20: 0.29, 23: 0.31}))
    assert found(tables(trust={20: 0.29, 24: 0.31}))["trust_low"] == 20
    points = found(tables(trust={20: 0.29, 30: 0.41}))
    assert (points["trust_low"], points["trust_restored"]) == (20, 30)
    assert "trust_restored" not in found(tables(trust={20: 0.29, 30: 0.39}))


def test_a_run_that_starts_beyond_the_line_has_not_crossed_it():
    points = found(tables(relationship_conflict={0: 0.7, 30: 0.2}))
    assert points["conflict_calmed"] == 30
    assert "conflict_high" not in points


def test_clarity_halved_and_work_piling_up():
    assert found(tables(role_clarity={12: 0.35}))["clarity_halved"] == 12
    assert "clarity_halved" not in found(tables(role_clarity={12: 0.36}))
    assert found(tables(backlog={15: 41.0}))["backlog_high"] == 15


def test_revenue_below_its_start_for_good():
    assert found(tables(revenue={10: 98.0, 30: 100.0, 40: 97.0}))["revenue_below"] == 40
    assert "revenue_below" not in found(tables(revenue={50: 97.0}))  # too short
    assert "revenue_below" not in found(tables(revenue={30: 99.5}))  # too little
    points = found(tables(revenue={10: 98.0, 30: 101.0}))
    assert points["revenue_above"] == 30
    assert "revenue_below" not in points


def test_the_largest_fall_begins_in_the_week_after_its_top():
    assert largest_fall(np.array([3, 5, 4, 5, 1, 2, 6, 4])) == (3, 4)
    points = found(tables(satisfaction={10: 0.9, 20: 0.85, 40: 0.6}))
    assert points["decline.satisfaction"] == 20
    assert "decline.satisfaction" not in found(tables(satisfaction={10: 0.71}))


def test_first_held():
    assert first_held(np.array([0, 1, 1, 0, 1, 1, 1, 1, 1], bool)) == 4
    assert first_held(np.array([1, 1, 1, 1, 1], bool)) is None
    assert first_held(np.array([1, 1, 1, 1, 0, 1, 1, 1, 1], bool)) == 5


def test_quarrels_that_peak_and_turn_personal():
    matter = [(week, "conflict.task.opened", "budget", "", 1.0, 0.5) for week in (3, 20, 21, 22, 23, 24, 25)]
    personal = [(week, "conflict.relationship", "", "", 0.5, 0.3) for week in (40, 41, 42, 43, 44)]
    points = found(tables(), *matter, *personal)
    assert (points["quarrels_peak"], points["quarrels_personal"]) == (13, 44)


def test_dated_events_are_turning_points_and_speak_for_themselves():
    events = happened((7, "shock.market_jump", "", "brand", 1.0, 0.0), (9, "leader.left", "", "coo", -1.0, 0.0))
    points = turning_points(tables(), events, NOTHING)
    assert [point.week for point in points] == [7, 9]
    assert points[1].sentence("fr") == "Le directeur des opérations s’en va, et le poste n’est plus pourvu."
    assert "brand" in points[0].sentence("en")


def test_causes_stand_with_their_share():
    pushes = pd.DataFrame(
        {
            "week": [19, 20, 20],
            "stock": "trust",
            "cause": ["agreement", "quarrel_over_roles", "arbitration"],
            "amount": [0.05, -0.3, -0.1],
        }
    )
    points = turning_points(tables(trust={20: 0.25}), happened(), pushes)
    point = next(point for point in points if point.key == "trust_low")
    assert point.causes == (("quarrel_over_roles", pytest.approx(0.75)), ("arbitration", pytest.approx(0.25)))
    assert point.sentence("en") == (
        "Trust falls below 30 points. Main causes of the losses in the 13 weeks before: "
        "quarrels over who decides (75%) and arbitrations lost (25%)."
    )


def test_every_rule_is_stated_in_words(runs):
    keys = set()
    for run in runs:
        for point in run.turning_points:
            keys.add(point.key)
            for lang in LANGUAGES:
                assert blemishes(point.rule(lang)) + blemishes(point.sentence(lang)) == []
    assert len(keys) >= 12


def test_outcomes_that_the_account_reads_exist():
    assert {f"cause_{name}_share" for name in ("roles", "priorities", "communication", "styles")} <= set(OUTCOMES)
