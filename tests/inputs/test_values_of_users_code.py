"""What a user's agent, function or firm says is looked at where it comes in: the agent, the field and its range are named."""

import numpy as np
import pandas as pd
import pytest

from tandem import LeadershipModel, Scenario, analyse, compare, decide, simulate, simulate_batch
from tandem.experiments.sensitivity.second_opinion import second_opinion
from tandem.experiments.store import ArrayModel, FunctionModel, of_rows, open_sweep, run
from tandem.sim.agents import ChiefExecutive, ChiefOperatingOfficer, Market, MarketingLead, Team
from tandem.sim.intents import PARTS, RANGES, look
from tandem.sim.mistake import Mistake
from tandem.sim.scenario.meant import all_records
from tandem.sim.state import WORLD

FIRM = Scenario.load("everyone-their-own-numbers").with_({"quarters": 4})
LEADERS = {"ceo_class": ChiefExecutive, "coo_class": ChiefOperatingOfficer, "lead_class": MarketingLead}
NAN, INF = float("nan"), float("inf")


def playing(base, act, do):
    """A class of agents named Mine that acts as its base does, and then does something more."""

    def acting(self):
        getattr(base, act)(self)
        do(self)

    return type("Mine", (base,), {act: acting})


# -- intents, by their setters -----------------------------------------------------------------


@pytest.mark.parametrize("wrong", [NAN, INF, -0.1, 1.1, "much", None, True, [0.5], 1j, np.float64("nan"), 10**400])
@pytest.mark.parametrize("post", ["ceo_class", "coo_class"])
def test_a_concession_is_a_share(wrong, post):
    def concede(agent):
        for matter in agent.matters():
            matter.concession = wrong

    with pytest.raises(Mistake, match=r"Mine wrote concession = .*; allowed: a number from 0 to 1") as caught:
        LeadershipModel(FIRM, **{post: playing(LEADERS[post], "concede", concede)}).run()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", [NAN, INF, -INF, "much", None, True, 1j])
@pytest.mark.parametrize("post", LEADERS)
def test_a_position_is_a_finite_number(wrong, post):
    def judge(agent):
        for matter in agent.matters():
            matter.position = wrong

    with pytest.raises(Mistake, match=r"Mine wrote position = .*: not a finite number"):
        LeadershipModel(FIRM, **{post: playing(LEADERS[post], "judge", judge)}).run()


@pytest.mark.parametrize("wrong", [3, -1, 1.7, NAN, "yes", None, 2.0])
def test_a_claim_is_one_of_three_words(wrong):
    def claim(agent):
        for matter in agent.new:
            matter.claim = wrong

    with pytest.raises(Mistake, match=r"Mine wrote claim = .*; allowed: a whole number from 0 to 2"):
        LeadershipModel(FIRM, ceo_class=playing(ChiefExecutive, "claim", claim)).run()


@pytest.mark.parametrize("fine", [0, 1, 2, np.int64(1), True, np.True_])
def test_what_can_be_is_played(fine):
    def claim(agent):
        for matter in agent.new:
            matter.claim, matter.position, matter.concession = fine, np.float32(0.5), np.int64(1)

    assert LeadershipModel(FIRM, ceo_class=playing(ChiefExecutive, "claim", claim)).run().week == 52


# -- whatever stands in the world --------------------------------------------------------------

WRITABLE = [(part, name) for part in PARTS for name in WORLD[part].base.names if WORLD[part].base[name].base.kind == "f"]
BOUNDED = [(part, name) for part, fields in RANGES.items() for name in fields]


def write(model, part, name, value):
    field = model.world[part][name]
    field[(0,) * field.ndim] = value


@pytest.fixture(scope="module")
def model():
    made = LeadershipModel(FIRM, seed=3)
    for _ in range(5):
        made.step()
    return made


@pytest.mark.parametrize(("part", "name"), WRITABLE)
def test_no_field_may_hold_what_is_no_number(part, name, model):
    kept = model.world.copy()
    for wrong in (NAN, INF, -INF):
        write(model, part, name, wrong)
        with pytest.raises(Mistake, match=rf"Mine.act left {part}(\[0\])?\.{name}.* = -?(nan|inf); allowed: "):
            look(model.world, "Mine.act")
        model.world[:] = kept
    look(model.world, "Mine.act")


@pytest.mark.parametrize(("part", "name"), BOUNDED)
def test_every_field_keeps_within_its_range(part, name, model):
    low, high = RANGES[part][name]
    kept = model.world.copy()
    for wrong in (low - 1, high + 1) if high < 2**60 else (low - 1,):
        write(model, part, name, wrong)
        with pytest.raises(Mistake, match=rf"{part}(\[0\])?\.{name}.* = .*; allowed: "):
            look(model.world, "Mine.act")
        model.world[:] = kept
    assert set(RANGES) <= set(PARTS) and name in WORLD[part].base.names


ACTS = [
    ("ceo_class", ChiefExecutive, "spend_hours", "leaders", "hours_left", -1.0),
    ("ceo_class", ChiefExecutive, "claim", "firm", "decision_count", 99),
    ("coo_class", ChiefOperatingOfficer, "judge", "leaders", "trust", NAN),
    ("coo_class", ChiefOperatingOfficer, "concede", "decisions", "domain", 7),
    ("lead_class", MarketingLead, "judge", "leaders", "priorities", 1.5),
    ("team_class", Team, "propose", "teams", "proposal_rate", INF),
    ("team_class", Team, "propose", "teams", "kind", 3),
    ("team_class", Team, "order_backlog", "projects", "priority", NAN),
    ("market_class", Market, "respond", "firm", "satisfaction", 1.5),
    ("market_class", Market, "respond", "firm", "customers", -5.0),
]


@pytest.mark.parametrize(("post", "base", "act", "part", "name", "wrong"), ACTS)
def test_the_agent_and_its_act_are_named(post, base, act, part, name, wrong):
    mine = playing(base, act, lambda agent: write(agent.model, part, name, wrong))
    with pytest.raises(Mistake, match=rf"Mine\.{act} left {part}.*{name}.* = .*; allowed: ") as caught:
        LeadershipModel(FIRM, **{post: mine}).run()
    assert "\n" not in str(caught.value)


def test_what_is_written_between_two_weeks_is_found_before_the_next():
    model = LeadershipModel(FIRM)
    model.step()
    model.world["firm"]["revenue"] = NAN
    with pytest.raises(Mistake, match=r"something outside the agents left firm\.revenue = nan"):
        model.step()


def test_our_own_agents_never_are_complained_of():
    """Whatever the phases leave behind lies in the declared ranges: the wildest cases, and firms of the population."""
    from tandem import Population

    for firm in ("crisis-overload", "founder-will-not-let-go", *Population.load().draw(3, seed=5, pairs_only=False)):
        model = LeadershipModel(firm, seed=1)
        for _ in range(60):
            model.step()


@pytest.mark.parametrize("wrong", ["x", None, 5, object(), dict, Team, ChiefExecutive.claim])
def test_only_agents_stand_in_for_agents(wrong):
    with pytest.raises(Mistake, match=r"coo_class = .*: not an agent"):
        LeadershipModel(FIRM, coo_class=wrong)


# -- functions ---------------------------------------------------------------------------------

ANSWERS = {
    "nan": NAN,
    "infinite": INF,
    "a word": "1.5",
    "bytes": b"1.5",
    "nothing": None,
    "truth": True,
    "a truth of NumPy": np.True_,
    "complex": 1j,
    "masked": np.ma.masked,
    "too large": 10**400,
    "a list in it": [[1.0], 2.0],
    "too many": [1.0, 2.0, 3.0],
    "too few": [1.0],
    "a set": {1.0, 2.0},
    "other names": {"y": 1.0, "w": 2.0},
    "an array of words": np.array(["1.0", "2.0"]),
}


def answering(values, firm, luck):
    answer = ANSWERS[values["how"]]
    return answer if isinstance(answer, list | dict | set | np.ndarray) else {"y": answer, "z": 1.0}


def test_every_wrong_answer_of_a_function_is_an_invalid_run(tmp_path):
    run(of_rows({"how": list(ANSWERS)}, model=FunctionModel(answering, ["y", "z"])), tmp_path / "d", workers=1)
    sweep = open_sweep(tmp_path / "d")
    assert len(sweep.failures()) == len(ANSWERS) and np.isnan(sweep.values()).all()


def named(values, firm, luck):
    kinds = {
        "a Series": pd.Series({"z": 2.0, "y": 1.0}),
        "a Series of places": pd.Series([1.0, 2.0]),
        "a dict": {"z": np.float32(2.0), "y": np.array(1.0)},
        "a list": [1, 2.0],
        "an array": np.array([1.0, 2.0]),
    }
    return kinds[values["how"]]


def test_names_win_over_places(tmp_path):
    kinds = ["a Series", "a Series of places", "a dict", "a list", "an array"]
    run(of_rows({"how": kinds}, model=FunctionModel(named, ["y", "z"])), tmp_path / "d", workers=1)
    np.testing.assert_array_equal(open_sweep(tmp_path / "d").values(), [[1.0, 2.0]] * len(kinds))


WRONG_ARRAYS = {
    "words": (lambda x: x[:, 0].astype(str), "real numbers"),
    "complex": (lambda x: x[:, 0] * 1j, "real numbers"),
    "objects": (lambda x: np.array([None] * len(x)), "real numbers"),
    "masked": (lambda x: np.ma.masked_less(x[:, 0], 0.5), "masked"),
    "too short": (lambda x: x[:-1, 0], "shape"),
    "one number": (lambda x: 1.0, "shape"),
    "ragged": (lambda x: [[1.0]] * (len(x) - 1) + [[1.0, 2.0]], "different lengths"),
    "nan": (lambda x: np.where(x[:, 0] > 0.5, NAN, 1.0), r"= nan"),
    "infinite": (lambda x: np.where(x[:, 0] > 0.5, -INF, 1.0), r"= -inf"),
}


@pytest.mark.parametrize("how", WRONG_ARRAYS)
def test_functions_of_many_rows_are_checked_alike(how):
    f, said = WRONG_ARRAYS[how]

    def two(x, keys):
        answer = f(x)
        return answer if isinstance(answer, list | float) else np.ma.stack([answer, answer], axis=1)

    for ask in (
        lambda: analyse(lambda x, keys: f(x), ["a"], n=32, outputs="growth"),
        lambda: second_opinion(lambda x, keys: f(x), ["a"], "morris", n=32, outputs="growth"),
        lambda: decide(two, ["up", "down"], ["a"], n=32),
    ):
        with pytest.raises(Mistake, match=said) as caught:
            ask()
        assert "\n" not in str(caught.value)
    if how in ("nan", "infinite"):
        with pytest.raises(Mistake, match="growth = "):
            analyse(lambda x, keys: f(x), ["a"], n=32, outputs="growth")


def words(table, keys):
    return np.array(["1.5"] * len(table))


def greedy(table, keys):
    table[:] = 7.0
    raise ValueError("not so many at once") if len(table) > 1 else ZeroDivisionError


def test_array_functions_of_a_sweep_are_checked_alike(tmp_path):
    run(of_rows({"x": [1.0, 2.0]}, model=ArrayModel(words, "x", "y")), tmp_path / "d", workers=1)
    assert len(open_sweep(tmp_path / "d").failures()) == 2
    run(of_rows({"x": [1.0, 2.0]}, model=ArrayModel(greedy, "x", "y")), tmp_path / "e", workers=1)
    assert {line["type"] for line in open_sweep(tmp_path / "e").failures()} == {"ZeroDivisionError"}


# -- firms of the user's own -------------------------------------------------------------------


class Own:
    def __init__(self, rows, name="mine"):
        self.rows, self.name = rows, name

    def records(self):
        return self.rows


def spoilt(**changes):
    rows = FIRM.records()
    for name, value in changes.items():
        rows[name] = value
    return rows


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (None, "no rows"),
        (np.zeros(2), "no rows"),
        (FIRM.records()[:0], "no rows"),
        ([1.0], "no rows"),
        (spoilt(demand=NAN), "demand = nan"),
        (spoilt(dyad_trust=INF), "dyad_trust = inf"),
        (spoilt(weeks=0), "weeks"),
        (spoilt(weeks=10**9), "weeks"),
        (spoilt(starts_week=3), "week 0"),
    ],
)
def test_records_of_a_users_own_firm_are_checked_by_every_driver(rows, said):
    own = Own(rows)
    for play in (simulate, lambda firm: simulate_batch(firm, 2), LeadershipModel, lambda firm: compare(firm, FIRM, runs=2)):
        for more in ({}, {"parameters": "declared"}):
            with pytest.raises(Mistake, match=said):
                play(own, **more) if play in (simulate, LeadershipModel) else play(own)


def two_versions(second_week):
    """A firm of the user's own that changes once, at this week."""
    rows = np.concatenate([FIRM.records(), FIRM.records()])
    rows["starts_week"] = [0, second_week]
    return rows


def one_of_an_array(name, place, value):
    """Records with one member of an array field spoilt."""
    rows = FIRM.records()
    rows[name][(0, *place)] = value
    return rows


WRONG = {
    "a number in an array": (one_of_an_array("domain_goals", (3, 4), NAN), "domain_goals = nan"),
    "an infinite number": (spoilt(demand=-INF), "demand = -inf"),
    "a number in the second version": (two_versions(20), "market_churn = nan"),
    "weeks out of order": (two_versions(0), "do not go from week 0 on"),
    "a first week later on": (spoilt(starts_week=1), "do not go from week 0 on"),
    "no weeks": (spoilt(weeks=0), "do not go from week 0 on"),
    "no rows": (np.zeros(2), "no rows"),
}
WRONG["a number in the second version"][0]["market_churn"][1] = NAN


@pytest.mark.parametrize("place", [0, 1, 2, 4])
@pytest.mark.parametrize("what", WRONG)
def test_of_several_firms_the_wrong_one_is_named(what, place):
    """Among firms of one and of two versions, and one of the catalogue, which is not looked at."""
    rows, said = WRONG[what]
    firms = [Own(two_versions(20), "first"), Own(FIRM.records(), "second"), Own(two_versions(7), "third"), FIRM]
    firms.insert(place, Own(rows, "the wrong one"))
    with pytest.raises(Mistake, match=rf"^'?the wrong one'?: .*{said}"):
        all_records(firms)


def test_firms_that_are_right_come_back_as_they_are():
    firms = [Own(two_versions(20)), FIRM, Own(FIRM.records()), Own(np.repeat(FIRM.records(), 6)[::3][:1])]
    found = all_records(firms)
    assert [len(rows) for rows in found] == [2, 1, 1, 1]
    assert all(rows.tobytes() == firm.records().tobytes() for rows, firm in zip(found, firms))
    assert all_records([]) == []


def test_records_that_are_right_are_played():
    own = Own(FIRM.records())
    assert simulate(own).outcomes["revenue_growth"] == LeadershipModel(own).run().outcomes["revenue_growth"]
