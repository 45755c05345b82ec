"""A room in which nobody acts plays what `simulate` plays; one that acts, what an agent overridden by hand plays: bit for bit."""

import math

import numpy as np
import pytest

from tandem.sim import LeadershipModel, Scenario, simulate
from tandem.sim.agents import ChiefExecutive, ChiefOperatingOfficer, Market
from tandem.sim.parameter_sets import chosen
from tandem.sim.room.choices import Choice, Plan
from tandem.sim.room.debrief import played_out
from tandem.sim.room.head import head_of
from tandem.sim.room.months import last_week
from tandem.sim.room.playing import SteeredModel
from tandem.sim.room.session import Session
from tandem.sim.state import CEO, COO

LUCK = {"seed": 7, "replicate": 3}
CASES = ("silence", "co-pilot-weakness", "coo-leaves", "crisis-overload")


def session(case="co-pilot-weakness", rounds=3, seats=4):
    """A session in memory whose first month is to be chosen."""
    made = Session.begun(None, head_of(case, 7, 3, chosen("ensemble"), rounds, 60))
    tokens = [made.join(None, 0.0)[0] for _ in range(seats)]
    made.act("start", 0.0)
    made.act("next", 0.0)
    return made, tokens


def month(made, choices):
    """Play a month: `choices` by role, the same for all who play it."""
    for seat in made.seats.seated:
        if seat.role in choices:
            made.choose(seat, made.round, choices[seat.role])
    assert made.act("end_round", 0.0)
    made.play()
    made.tell(0.0)
    made.act("next", 0.0)


def same(found, wanted):
    """Whether two mappings of outcomes have the same bits."""
    return all(found[name] == wanted[name] or (math.isnan(wanted[name]) and math.isnan(found[name])) for name in wanted)


@pytest.mark.parametrize("case", CASES)
def test_a_room_in_which_nobody_acts_is_simulate(case):
    made, _ = session(case)
    for _ in range(3):
        month(made, {})
    wanted = simulate(case, **LUCK)
    so_far, whole = made.model.played, played_out(made, made.plans).played
    week = last_week(3)
    for name in wanted.weekly:
        assert np.array_equal(so_far.weekly[name], wanted.weekly[name][: week + 1], equal_nan=True), name
        assert np.array_equal(whole.weekly[name], wanted.weekly[name], equal_nan=True), name
    assert same(whole.outcomes, wanted.outcomes)
    assert whole.events.equals(wanted.events)
    assert np.array_equal(whole.contributions.to_numpy(), wanted.contributions.to_numpy())


def test_a_firm_without_a_coo_is_simulate_too():
    alone = Scenario.of(role_model="no-coo", context="baseline").with_({"quarters": 2})
    model = SteeredModel(alone, **LUCK)
    model.steer({})
    assert same(model.run().outcomes, simulate(alone, **LUCK).outcomes)


def test_one_choice_moves_bits():
    made, _ = session()
    month(made, {"ceo": {"meetings": "more"}, "coo": {"meetings": "more"}})
    assert (
        made.model.played.weekly["meeting_hours"].sum() > simulate("co-pilot-weakness", **LUCK).weekly["meeting_hours"][:5].sum()
    )


def hand_played(weeks, case="co-pilot-weakness", **classes):
    """The firm of the case after so many weeks, played by agents of the test's own."""
    model = LeadershipModel(case, **LUCK, **classes)
    for _ in range(weeks):
        model.step()
    return model


def equal_worlds(one, other):
    """Whether two firms stand at the same bits, journals aside."""
    first, second = one.world.copy(), other.world.copy()
    first["journal"], second["journal"] = 0, 0
    return first.tobytes() == second.tobytes()


@pytest.mark.parametrize("case", ["co-pilot-weakness", "everyone-their-own-numbers"])
def test_acts_on_matters_are_those_of_an_overridden_agent(case):
    made, _ = session(case, rounds=12)
    acts = {}  # month -> (uids to concede, uids to insist on, claims by domain)
    while made.phase == "choosing":
        choices = {}
        for role, rank in (("ceo", 1), ("coo", made.round % 2 - 1)):
            table = made.views[role]["matters"]
            choices[role] = {"matters": {each["id"]: [act for act in each["acts"] if act != "ask"][rank] for each in table}}
        acts[made.round] = {
            side: {each["id"]: (each["domain"], choices[role]["matters"][each["id"]]) for each in made.views[role]["matters"]}
            for side, role in ((CEO, "ceo"), (COO, "coo"))
        }
        month(made, choices)
    chosen_acts = {act for sides in acts.values() for each in sides.values() for _, act in each.values()}
    assert {"claim", "leave", "insist", "concede"} <= chosen_acts

    def wanted(agent):
        now = next(number for number in range(1, 99) if agent.model.week <= last_week(number))
        return acts.get(now, {}).get(agent.index, {})

    class ByHand:
        def claim(self):
            super().claim()
            domains = {}
            for domain, act in sorted(wanted(self).values(), key=str):
                if act in ("claim", "leave"):
                    domains[domain] = int(act == "claim")
            for matter in self.new:
                if matter.domain in domains:
                    matter.claim = domains[matter.domain]

        def concede(self):
            super().concede()
            for matter in self.contested:
                act = wanted(self).get(str(int(matter._decision["uid"][0])), ("", ""))[1]
                if act in ("insist", "concede"):
                    matter.concession = float(act == "concede")

    ceo = type("Ceo", (ByHand, ChiefExecutive), {})
    coo = type("Coo", (ByHand, ChiefOperatingOfficer), {})
    assert equal_worlds(made.model, hand_played(made.model.week, case, ceo_class=ceo, coo_class=coo))
    assert not equal_worlds(made.model, hand_played(made.model.week, case))


def test_meetings_are_those_of_an_overridden_agent():
    made, _ = session()
    month(made, {"ceo": {"meetings": "more"}, "coo": {"meetings": "more"}})
    month(made, {"ceo": {"meetings": "more"}, "coo": {"meetings": "fewer"}})  # not wanted by both

    class Meets(ChiefExecutive):
        def spend_hours(self):
            if self.model.week <= 4:
                self.model.world["firm"]["meetings"] += 1
            super().spend_hours()

    assert equal_worlds(made.model, hand_played(8, ceo_class=Meets))


def test_hours_for_deciding_are_those_of_an_overridden_agent():
    made, _ = session()
    month(made, {"coo": {"hours": {"decisions": 1.0, "preparing": 0.0, "following": 0.0, "market": 0.0}}})

    class Decides(ChiefOperatingOfficer):
        def spend_hours(self):
            super().spend_hours()
            mine, price = self.record, float(self.model.world["parameters"]["prices_hours"][0])
            mine["hours_decisions"] = price * mine["hours_meeting"] + mine["hours_decisions"]
            mine["hours_with_reports"] -= mine["hours_meeting"]
            mine["hours_meeting"] = 0.0

    assert equal_worlds(made.model, hand_played(4, coo_class=Decides))


def test_hours_for_the_market_are_those_of_an_overridden_agent():
    made, _ = session()
    month(made, {"ceo": {"hours": {"decisions": 0.0, "preparing": 0.0, "following": 0.0, "market": 1.0}}})

    class Outside(ChiefExecutive):
        kept = 0.0

        def spend_hours(self):
            super().spend_hours()
            mine, price = self.record, float(self.model.world["parameters"]["prices_hours"][0])
            mine["hours_decisions"] = price * mine["hours_meeting"] + mine["hours_encouragement"] + mine["hours_decisions"]
            mine["hours_with_reports"] -= mine["hours_meeting"]
            for name in ("hours_meeting", "hours_encouragement", "encouraging"):
                mine[name] = 0.0

        def judge(self):
            super().judge()
            self.kept = float(self.record["hours_left"][0])
            self.record["hours_left"] = 0.0

    class Late(Market):
        def respond(self):
            self.model.ceo_post.record["hours_left"] += self.model.ceo_post.kept
            super().respond()

    assert equal_worlds(made.model, hand_played(4, ceo_class=Outside, market_class=Late))


def test_a_tie_is_the_models_own_choice():
    tied, _ = session()
    for seat, wish in zip(tied.seats.seated, ("more", "more", "fewer", "fewer")):  # one of each on either side
        tied.choose(seat, 1, {"meetings": wish})
    tied.act("end_round", 0.0)
    tied.play()
    assert all(plan == Plan() for plan in tied.plans[0].values())
    assert equal_worlds(tied.model, hand_played(4))


def test_hours_never_exceed_those_there_are():
    rng = np.random.default_rng(5)
    model = SteeredModel("coo-leaves", **LUCK)
    for number in range(1, 21):
        shares = rng.dirichlet(np.full(4, 0.4), size=3)
        plans = {
            side: Plan(
                dict(zip(("decisions", "preparing", "following", "market"), shares[side].tolist())), rng.choice(["more", "fewer"])
            )
            for side in range(3)
        }
        model.steer(plans)
        while model.week < last_week(number):
            model.step()  # looks at every number of the firm
            leaders = model.world["leaders"][0]
            used = leaders["hours_used"][leaders["present"] == 1]
            assert (used <= leaders["hours_available"][leaders["present"] == 1] + 1e-9).all()


def test_what_is_chosen_is_the_middle_and_the_most():
    from tandem.sim.room.choices import meetings_of, plan_of

    def share(decisions):
        return {"decisions": decisions, "preparing": 1.0 - decisions, "following": 0.0, "market": 0.0}

    made = plan_of(
        [Choice(share(0.2), "more"), Choice(share(0.4), "more", {"7": "claim"}), Choice(share(0.9), "fewer", {"7": "leave"})]
    )
    assert made.hours["decisions"] == pytest.approx(0.4) and made.meetings == "more" and made.matters == {}
    assert plan_of([]) == Plan() and plan_of([Choice(None, "more"), Choice(None, "fewer")]).meetings is None
    more, fewer, none = Plan(meetings="more"), Plan(meetings="fewer"), Plan()
    assert [meetings_of(pair) for pair in ((more, more), (more, none), (more, fewer), (fewer, fewer), (more,))] == [
        1,
        0,
        0,
        -1,
        1,
    ]
    assert meetings_of((more, none, more)) == 1
