"""Every parameter of the model, declared once: default, range, unit, meaning, source, role.

Validation, the documentation table, samplers, sliders and the kernel's record layout are all derived
from these declarations (`describe`, `RECORD`, `to_record`). A field declared with `by_lever` holds None
until somebody sets it: its value then follows the master level of its lever.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

GOALS = ("growth", "brand", "innovation", "efficiency", "customers")
DOMAINS = ("budget", "agency", "campaign", "key_client", "positioning", "process", "experiment")
SKILLS = ("market", "technology", "operations", "project_management")
ARMS = ("brand", "activation", "experiment", "retention")
KINDS = ("marketing", "sales", "service")
RULES = ("sole", "and", "or", "average", "gate", "vote", "team")
DECIDERS = ("ceo", "coo")
CONSULTS = ("nobody", "ceo", "coo")
STEPS = ("none", "mediation", "arbitration", "expert", "decider")
EVENTS = ("restructuring", "technology", "competitor", "crisis", "market_jump", "trust_shock", "ceo_departure", "coo_departure")
MAXIMUM_TEAMS, MAXIMUM_EVENTS = 10, 16

ROLES = ("lever", "context", "disposition", "mechanism", "price", "switch", "assumption")


def parameter(default, low=None, high=None, *, unit, meaning, source="assumption", role="mechanism", **more):
    """A pydantic field that carries range, unit, meaning, source and role (see ROLES)."""
    bounds = {} if low is None else {"ge": low, "le": high}
    extra = {"unit": unit, "meaning": meaning, "source": source, "role": role, **more}
    return Field(default, **bounds, json_schema_extra=extra)


def by_lever(lever, poorest, best, low, high, *, scale="linear", unit, meaning, source="assumption"):
    """A sub-parameter of a lever: None means "as the lever says", from `poorest` (0) to `best` (1)."""
    return parameter(
        None,
        low,
        high,
        unit=unit,
        meaning=meaning,
        source=source,
        role="lever",
        lever=lever,
        poorest=poorest,
        best=best,
        scale=scale,
    )


def lever(meaning, title, said, source="article"):
    """A success factor, at .5 unless said. `title`: what it is called, English and French; `said`: the same inside a sentence."""
    texts = {"title": dict(zip(("en", "fr"), title)), "said": dict(zip(("en", "fr"), said))}
    return parameter(0.5, 0, 1, unit="0-1", meaning=meaning, source=source, role="lever", **texts)


def lever_texts(kind, lang):
    """Lever -> its `title` or what is `said` of it, in "en" or "fr"."""
    return {name: field.json_schema_extra[kind][lang] for name, field in Levers.model_fields.items()}


def switch(meaning, on=True):
    """A mechanism that can be switched off, or on where it is off by default."""
    return parameter(on, unit="yes/no", meaning=meaning, role="switch")


class Group(BaseModel):
    """Base of all groups: unknown keys are errors, values are frozen."""

    model_config = ConfigDict(allow_inf_nan=False, extra="forbid", frozen=True, validate_default=False, strict=False)


class Goals(Group):
    """Weights over the five goals; they are scaled to sum to one."""

    growth: float = parameter(0.2, 0, 1, unit="share", meaning="weight of new sales", role="disposition")
    brand: float = parameter(0.2, 0, 1, unit="share", meaning="weight of the brand's image", role="disposition")
    innovation: float = parameter(0.2, 0, 1, unit="share", meaning="weight of new approaches", role="disposition")
    efficiency: float = parameter(0.2, 0, 1, unit="share", meaning="weight of return on money spent", role="disposition")
    customers: float = parameter(0.2, 0, 1, unit="share", meaning="weight of serving present customers", role="disposition")

    @model_validator(mode="after")
    def some_weight(self):
        if sum(self.vector()) <= 0:
            raise ValueError("at least one of the five goals needs a weight above 0")
        return self

    def vector(self) -> list[float]:
        """The five weights in the order of GOALS, as typed (not yet scaled)."""
        return [getattr(self, goal) for goal in GOALS]


class Skills(Group):
    """Four skills of a leader."""

    market: float = parameter(0.6, 0, 1, unit="0-1", meaning="sees growth and brand", role="disposition")
    technology: float = parameter(0.5, 0, 1, unit="0-1", meaning="sees what a new approach is worth", role="disposition")
    operations: float = parameter(
        0.6, 0, 1, unit="0-1", meaning="sees efficiency and customers; reads figures", role="disposition", source="csaszar2013"
    )
    project_management: float = parameter(
        0.5, 0, 1, unit="0-1", meaning="manages projects and risk; sharpens the gate", role="disposition", source="article"
    )


class Leader(Group):
    """A leader: what he wants, sees, and has time for."""

    present: bool = parameter(True, unit="yes/no", meaning="the post is filled", role="context")
    priorities: Goals = Field(default_factory=Goals)
    skills: Skills = Field(default_factory=Skills)
    anchor: float = parameter(
        0.004,
        0,
        0.1,
        unit="1/week",
        meaning="pull of priorities back to their first value",
        source="friedkin1990",
        role="disposition",
    )
    style: float = parameter(0.5, 0, 1, unit="0 directive - 1 participative", meaning="style of management", role="disposition")
    openness: float = parameter(0.6, 0, 1, unit="0-1", meaning="openness to criticism", source="article", role="disposition")
    hours: float = parameter(
        12.0, 1, 60, unit="hours/week", meaning="working time given to marketing", source="porter2018", role="disposition"
    )
    encouragement: float = parameter(
        0.0, 0, 0.5, unit="share of hours", meaning="time spent encouraging experiments", source="article", role="disposition"
    )


class Team(Group):
    """A team of one kind."""

    kind: Literal["marketing", "sales", "service"] = parameter(
        "marketing", unit="word", meaning="what it works on", role="context"
    )
    priorities: Goals = Field(default_factory=Goals)
    headcount: float = parameter(1.85, 0.5, 50, unit="people", meaning="full-time people", role="context")
    skill: float = parameter(0.65, 0, 1, unit="0-1", meaning="skill of the team at the start", role="context")
    reporting_per_week: float = parameter(
        1.0, 0, 5, unit="reports/week", meaning="how often the team reports", source="jin1996", role="disposition"
    )


class Domain(Group):
    """A decision domain: how often, how long, how heavy, how much the two roles overlap."""

    arrivals_per_week: float = parameter(
        0.2, 0, 5, unit="decisions/week", meaning="decisions arising at load 1", role="context", source="cohen1972"
    )
    executive_hours: float = parameter(4.0, 0.1, 40, unit="hours", meaning="executive time a decision takes", source="radner1993")
    work: float = parameter(3.0, 0.1, 40, unit="person-weeks", meaning="team work that follows a decision")
    stake: float = parameter(0.5, 0, 1, unit="0-1", meaning="weight of one decision on the standing choice")
    overlap: float = parameter(1.0, 0, 1, unit="0-1", meaning="how far both roles have a say by tradition", source="article")
    goals: Goals = Field(default_factory=Goals)


class Decision(Group):
    """The charter for one domain: who decides and how two judgments combine."""

    rule: Literal["sole", "and", "or", "average", "gate", "vote", "team"] = parameter(
        "sole",
        unit="word",
        role="disposition",
        source="christensen2010",
        meaning="sole: one decides; and: both must approve; or: one is enough; average: pooled in a meeting; "
        "gate: the decider sponsors, the other may stop it later; vote: majority with the marketing lead; "
        "team: the team decides",
    )
    decides: Literal["ceo", "coo"] = parameter(
        "ceo",
        unit="word",
        meaning="who owns it (sole, gate); who looks second (and), first (or)",
        role="disposition",
        source="article",
    )
    consults: Literal["nobody", "ceo", "coo"] = parameter(
        "nobody", unit="word", meaning="who is heard before a sole decision", role="disposition"
    )


class Levers(Group):
    """The success factors, each from poorest (0) to best practice (1)."""

    smart_goals: float = lever(
        "shared SMART goals and key figures",
        ("Shared goals", "Objectifs communs"),
        ("shared, measurable goals", "les objectifs communs et mesurables"),
    )
    communication: float = lever(
        "regular, transparent communication",
        ("Meetings and open results", "Réunions et résultats ouverts"),
        ("regular communication", "la communication régulière"),
    )
    decision_clarity: float = lever(
        "clear, documented decision processes",
        ("Decision clarity", "Clarté des décisions"),
        ("clear decision rights", "la clarté des décisions"),
    )
    skills: float = lever("training and sharing of knowledge", ("Training", "Formation"), ("training", "la formation"))
    adaptation: float = lever(
        "measuring and adapting",
        ("Measure and adapt", "Mesurer et s’adapter"),
        ("measuring and adapting", "la mesure et l’ajustement"),
    )


LEVERS = tuple(Levers.model_fields)
"""Names of the levers, in the order in which they are declared."""


class Targets(Group):
    """Shared goals (lever smart_goals)."""

    specificity: float | None = by_lever(
        "smart_goals", 0.0, 1.0, 0, 1, unit="0-1", meaning="how specific and measurable the goals are", source="kleingeld2011"
    )
    shared: float | None = by_lever(
        "smart_goals",
        0.3,
        1.0,
        0,
        1,
        unit="share",
        meaning="share of key figures that both leaders answer for",
        source="kleingeld2011",
    )
    setting_hours: float = parameter(4.0, 0, 40, unit="hours/quarter", meaning="fixed time for setting goals, each leader")
    specific_hours: float = parameter(
        6.0, 0, 80, unit="hours/quarter", meaning="further time for setting and following fully specific goals"
    )
    measuring_load: float = parameter(
        0.05, 0, 0.3, unit="share of capacity", meaning="team time for measuring fully specific goals"
    )
    pull: float = parameter(
        0.03,
        0,
        0.2,
        unit="1/week",
        meaning="pull of priorities to the goals set, when shared and specific",
        source="kleingeld2011",
    )
    mutual_pull: float = parameter(
        0.004, 0, 0.1, unit="1/week", meaning="pull of priorities to the other's, per unit of trust", source="friedkin1990"
    )
    egocentric_push: float = parameter(
        0.006, 0, 0.05, unit="1/week", meaning="push apart by figures of one's own", source="kleingeld2011"
    )
    estimate_error: float = parameter(
        0.06, 0, 0.5, unit="share", meaning="error of each estimated right goal weight", source="kellermanns2011"
    )
    work_in_progress: float = parameter(
        6.0, 1, 40, unit="projects/team", meaning="open projects a team tolerates without goals; halved by specific goals"
    )
    goodhart: float = parameter(0.25, 0, 1, unit="share", meaning="neglect of hard-to-measure goals under fully specific goals")
    reach: float = parameter(
        0.25, 0, 1, unit="0-1", meaning="distance of priorities within which a leader lets the other move him, without trust"
    )
    reach_trust: float = parameter(0.5, 0, 1, unit="0-1", meaning="further distance at full trust")
    measurable_customers: float = parameter(
        0.6, 0, 1, unit="0-1", meaning="how well service to customers can be measured (growth and efficiency: 1)"
    )
    measurable_image: float = parameter(0.2, 0, 1, unit="0-1", meaning="how well brand and innovation can be measured")
    estimate_unmeasured: float = parameter(
        1.5, 1, 3, unit="multiple", meaning="error of estimated goals without analytics; full analytics takes 1 off"
    )


class Communication(Group):
    """Communication (lever communication)."""

    meetings_per_week: float | None = by_lever(
        "communication",
        0.25,
        4.0,
        0,
        8,
        scale="log",
        unit="meetings/week",
        meaning="meetings of CEO, COO and marketing lead",
        source="article",
    )
    transparency: float | None = by_lever(
        "communication", 0.0, 1.0, 0, 1, unit="share", meaning="share of results shown to all", source="article"
    )
    asynchronous: float | None = by_lever(
        "communication", 0.1, 0.7, 0, 1, unit="0-1", meaning="use of a project tool and a dedicated channel", source="article"
    )
    meeting_hours: float = parameter(1.5, 0.1, 6, unit="hours", meaning="length of a meeting", role="disposition")
    face_to_face: float = parameter(
        0.6,
        0,
        1,
        unit="share",
        meaning="share of meetings held in one room (the rest by video)",
        source="marlow2018",
        role="disposition",
    )
    usable: float = parameter(0.7, 0, 1, unit="share", meaning="share of a meeting usable for decisions")
    joint_share: float = parameter(
        0.15, 0, 1, unit="share", meaning="share of a joint decision's hours that must be spent in a meeting"
    )
    round_hours: float = parameter(0.3, 0, 2, unit="hours", meaning="meeting time of a round of negotiation")
    gain: float = parameter(
        0.12, 0, 1, unit="1/hour", meaning="common ground gained per effective meeting hour", source="mesmermagnus2009"
    )
    loss: float = parameter(0.06, 0, 0.5, unit="1/week", meaning="common ground lost by time", source="argote")
    meeting_load: float = parameter(
        0.025, 0, 0.2, unit="share of capacity/hour", meaning="team time taken by meetings", source="jin1996"
    )
    channel_load: float = parameter(0.03, 0, 0.2, unit="share of capacity", meaning="interruptions by the channel")
    report_load: float = parameter(0.02, 0, 0.2, unit="share of capacity/report", meaning="team time taken by a weekly report")
    transparency_hours: float = parameter(1.0, 0, 10, unit="hours/week", meaning="time for showing all results")
    misreading: float = parameter(
        0.005, 0, 0.1, unit="1/week", meaning="offence taken at text read without trust", source="marlow2018"
    )
    saturation_hours: float = parameter(2.0, 0.5, 10, unit="hours/week", meaning="meeting hours that count at most")
    room_gain: float = parameter(0.2, 0, 1, unit="share", meaning="part of a meeting's yield that video loses")
    channel_gain: float = parameter(0.05, 0, 1, unit="1/week", meaning="common ground gained by full use of the channel")
    report_gain: float = parameter(0.02, 0, 0.5, unit="1/report", meaning="common ground gained by a report of every team")
    reports_read: float = parameter(2.0, 0, 5, unit="reports/week", meaning="reports of a team from which leaders still learn")


class Clarity(Group):
    """Who decides (lever decision_clarity)."""

    charter: float | None = by_lever(
        "decision_clarity",
        0.6,
        0.99,
        0.25,
        1,
        unit="probability",
        meaning="probability that both act as the charter says, at the start and where the charter is alive",
        source="tubre2000",
    )
    documentation: float | None = by_lever(
        "decision_clarity", 0.0, 1.0, 0, 1, unit="share", meaning="share of decisions written down with reasons", source="article"
    )
    timer_weeks: float | None = by_lever(
        "decision_clarity",
        6.0,
        2.0,
        0.5,
        26,
        unit="weeks",
        meaning="weeks of negotiation before the next step",
        source="eisenhardt1989",
    )
    upkeep_hours: float = parameter(0.5, 0, 10, unit="hours/week", meaning="time of each leader to keep a full charter alive")
    documentation_hours: float = parameter(0.5, 0, 5, unit="hours/decision", meaning="time to write a decision down")
    documented_step: float = parameter(0.05, 0, 1, unit="share", meaning="belief moved to the charter by a written decision")
    meeting_step: float = parameter(0.02, 0, 0.5, unit="1/hour", meaning="belief moved to the charter by an hour of meeting")
    forgetting: float = parameter(0.003, 0, 0.1, unit="1/week", meaning="drift of beliefs to 'either of us'")
    grabbing: float = parameter(0.004, 0, 0.1, unit="1/week", meaning="pull to claim what matters when trust is low")
    attribution: float = parameter(0.01, 0, 0.2, unit="share", meaning="belief gained after deciding in a domain")
    rewriting: float = parameter(0.03, 0, 0.5, unit="1/week", meaning="speed at which a written practice mends a blurred charter")
    precedent_gain: float = parameter(
        0.04, 0, 1, unit="share", meaning="precedents gained by a written decision", source="argote"
    )
    precedent_loss: float = parameter(0.002, 0, 0.1, unit="1/week", meaning="precedents lost by time", source="argote")
    noticing: float = parameter(
        0.12, 0, 5, unit="1/week", meaning="how soon somebody notices a matter nobody took up, without meetings"
    )
    noticing_meetings: float = parameter(0.4, 0, 5, unit="1/hour", meaning="the same, by an hour of meeting")
    waiting_known: float = parameter(0.8, 0, 1, unit="share", meaning="context of a sole decider supplied by full common ground")
    waiting_consulted: float = parameter(
        0.4, 0, 1, unit="share", meaning="rest of that context still lacking where the other is consulted"
    )
    hand_off: float = parameter(
        0.3, 0, 5, unit="1/week", meaning="how soon the wait for context ends, without meetings or channel"
    )
    hand_off_meetings: float = parameter(0.7, 0, 5, unit="1/hour", meaning="the same, by an hour of meeting")
    hand_off_channel: float = parameter(0.3, 0, 5, unit="1/week", meaning="the same, by full use of the channel")
    challenge_unclear: float = parameter(
        0.8, 0, 2, unit="probability", meaning="reopening of a decision taken alone, per lack of clarity, a full gap and no trust"
    )
    challenge_unfounded: float = parameter(
        0.4, 0, 2, unit="probability", meaning="further reopening where the charter did not give the decision"
    )
    arbitration_fading: float = parameter(
        0.03, 0, 1, unit="share", meaning="belief to own a domain lost by who loses an arbitration in it"
    )
    announced: float = parameter(0.5, 0, 1, unit="share", meaning="belief moved at once by a charter that is rewritten")
    owner_doubt: float = parameter(
        0.25,
        0,
        1,
        unit="share",
        meaning="doubt about a charter that is left to whom it names as the sole decider: his own name stands there",
    )


class Resolution(Group):
    """What happens when two leaders do not agree."""

    first: Literal["none", "mediation", "arbitration", "expert", "decider"] = parameter(
        "mediation",
        unit="word",
        meaning="first step after the timer ('decider': the tie-break weight decides)",
        source="article",
        role="disposition",
    )
    second: Literal["none", "mediation", "arbitration", "expert", "decider"] = parameter(
        "arbitration", unit="word", meaning="second step, if the first did not settle it", source="article", role="disposition"
    )
    mediation_success: float = parameter(0.75, 0, 1, unit="probability", meaning="a mediation settles the matter")
    mediation_cost: float = parameter(4.0, 0, 100, unit="kEUR", meaning="price of a mediation")
    mediation_hours: float = parameter(3.0, 0, 40, unit="hours", meaning="time of each leader in a mediation")
    arbitration_cost: float = parameter(1.0, 0, 100, unit="kEUR", meaning="price of an arbitration")
    arbitration_error: float = parameter(1.0, 0, 5, unit="standard deviations", meaning="error of the arbiter")
    expert_cost: float = parameter(12.0, 0, 200, unit="kEUR", meaning="price of an outside expert")
    expert_error: float = parameter(0.5, 0, 5, unit="standard deviations", meaning="error of the expert on return and technology")
    escalation: float = parameter(0.05, 0, 0.5, unit="share", meaning="rise of the readiness to escalate per arbitration")
    lapse_weeks: float = parameter(16.0, 2, 52, unit="weeks", meaning="age at which an open decision lapses")
    debate_hours: float = parameter(1.0, 0, 10, unit="hours", meaning="time of each leader in a round of negotiation")
    concession: float = parameter(0.15, 0, 0.5, unit="share", meaning="gap given up by each in a round, without trust")
    concession_trust: float = parameter(0.45, 0, 0.5, unit="share", meaning="further gap given up at full trust")
    concession_conflict: float = parameter(0.5, 0, 1, unit="share", meaning="concession lost to full relationship conflict")
    concession_style: float = parameter(0.4, 0, 1, unit="share", meaning="concession lost to opposite styles")
    mediation_weeks: float = parameter(2.0, 1, 26, unit="weeks", meaning="length of a mediation")
    mediation_left: float = parameter(0.3, 0, 1, unit="share", meaning="gap left by a mediation that settles")
    mediation_own: float = parameter(
        0.7, 0, 1, unit="share", meaning="relationship conflict from a quarrel that its mediation ends, if it settles it"
    )
    mediation_relief: float = parameter(
        0.2, 0, 1, unit="share", meaning="relationship conflict ended by a mediation that settles"
    )
    expert_weeks: float = parameter(3.0, 1, 26, unit="weeks", meaning="time until an outside expert has answered")
    expert_hours: float = parameter(2.0, 0, 40, unit="hours", meaning="time of each leader for an outside expert")
    expert_own: float = parameter(0.2, 0, 1, unit="share", meaning="own error that a leader keeps after hearing the expert")
    arbitration_weeks: float = parameter(1.0, 1, 26, unit="weeks", meaning="length of an arbitration")
    arbitration_hours: float = parameter(1.0, 0, 40, unit="hours", meaning="time of each leader in an arbitration")
    decider_weeks: float = parameter(1.0, 1, 26, unit="weeks", meaning="time until the stronger decides")


class Judgment(Group):
    """How leaders perceive."""

    error_at_no_skill: float = parameter(
        2.3,
        0,
        5,
        unit="standard deviations",
        meaning="error of perception with no skill and no results seen",
        source="csaszar2013",
    )
    error_per_skill: float = parameter(2.2, 0, 5, unit="standard deviations", meaning="fall of that error with skill")
    customer_insight: float = parameter(
        0.5,
        0,
        1,
        unit="share",
        meaning="part of market skill, against operations, in seeing what a decision does for customers: what they want, and how "
        "they are served",
        source="day1994",
    )
    common_bias: float = parameter(
        0.4,
        0,
        1,
        unit="share",
        meaning="weight that the better-informed loses since two who confer dwell on what both knew before",
        source="stasser1985, lu2012",
    )
    feedback: float = parameter(
        0.3,
        0,
        0.8,
        unit="share",
        meaning="fall of errors of perception in a leader who has seen all results",
        source="kluger1996",
    )
    exchange: float = parameter(
        0.5,
        0,
        1,
        unit="share",
        meaning="share of the other's view taken over at full trust, common ground and openness",
        source="mesmermagnus2009",
    )
    common_error: float = parameter(
        0.6, 0, 1, unit="share", meaning="error shared by leaders of full common ground", source="kellermanns2011"
    )
    elaboration: float = parameter(
        0.2, 0, 1, unit="share", meaning="error removed by a round of debate between open leaders", source="dedreu2003"
    )
    elaboration_limit: float = parameter(
        0.4, 0, 1, unit="0-1", meaning="relationship conflict above which debate teaches nothing", source="dewit2012"
    )
    bias: float = parameter(1.2, 0, 5, unit="standard deviations", meaning="pull of one's own priorities on a setting")
    tolerance: float = parameter(0.35, 0, 3, unit="standard deviations", meaning="gap tolerated without trust")
    tolerance_trust: float = parameter(0.6, 0, 3, unit="standard deviations", meaning="further gap tolerated at full trust")
    tolerance_conflict: float = parameter(
        0.3, 0, 3, unit="standard deviations", meaning="gap less tolerated at full relationship conflict"
    )
    tolerance_usual: float = parameter(
        0.6,
        0,
        1,
        unit="0-1",
        meaning="trust whose tolerance holds for all where who trusts speaks up too",
        source="edmondson1999",
    )
    style_gap: float = parameter(0.35, 0, 2, unit="standard deviations", meaning="gap added by opposite styles", source="article")
    bar: float = parameter(0.0, -2, 2, unit="standard deviations", meaning="score a proposal must reach")
    veto_bar: float = parameter(
        0.1, -2, 2, unit="standard deviations", meaning="score it must reach where both must agree", source="sah1986"
    )
    gate_value: float = parameter(
        0.15, -2, 2, unit="index", meaning="expected value below which a gatekeeper stops an experiment"
    )
    specialisation: float = parameter(
        2.0, 0, 5, unit="1", meaning="fall of a decision's time with skill in it", source="bolton1994"
    )
    exchange_unasked: float = parameter(
        0.5, 0, 1, unit="share", meaning="depth of the exchange where the other was not consulted or both directed"
    )
    common_error_misaligned: float = parameter(
        0.3, 0, 1, unit="share", meaning="part of the shared error that needs no like priorities"
    )
    error_least: float = parameter(0.1, 0.02, 1, unit="standard deviations", meaning="error of perception of the most skilled")
    tolerance_least: float = parameter(0.05, 0, 1, unit="standard deviations", meaning="gap that is always tolerated")
    roles_gap: float = parameter(
        0.5, 0, 2, unit="standard deviations", meaning="weight of fully unclear roles among the causes of a quarrel"
    )
    caution: float = parameter(
        0.3, 0, 3, unit="standard deviations", meaning="higher bar for experiments per weight of return and customers"
    )
    gate_spread: float = parameter(
        0.9, 0.5, 3, unit="standard deviations", meaning="scale of a gatekeeper's error about feasibility"
    )
    gate_unskilled: float = parameter(
        1.45, 1.3, 3, unit="multiple", meaning="that error without project skill; full skill takes 1 off"
    )
    gate_apart: float = parameter(1.3, 1.2, 3, unit="multiple", meaning="that error without shared knowledge")
    gate_shared: float = parameter(0.6, 0, 0.8, unit="multiple", meaning="fall of that error with full common ground and trust")
    gate_trust_alone: float = parameter(0.6, 0, 1, unit="0-1", meaning="trust that counts for it where there is no pair")
    gate_soft: float = parameter(0.5, 0, 1, unit="share", meaning="part of the bar that an owner holds his own experiment to")
    gate_feasibility: float = parameter(
        -0.1, -3, 3, unit="standard deviations", meaning="signal below which a gatekeeper of feasibility stops an experiment"
    )
    gate_feasibility_own: float = parameter(-0.4, -3, 3, unit="standard deviations", meaning="the same, of the owner himself")
    aspiration_rise: float = parameter(0.08, 0, 1, unit="1/week", meaning="how fast aspired revenue follows a better one")
    aspiration_fall: float = parameter(0.03, 0, 1, unit="1/week", meaning="how fast it follows a worse one")
    shortfall: float = parameter(5.0, 0, 50, unit="1", meaning="how much a shortfall of revenue (share of the aspired) stings")


class Dyad(Group):
    """How the pair starts, and how trust and conflict move."""

    trust: float = parameter(0.6, 0, 1, unit="0-1", meaning="trust of each in the other at the start", role="disposition")
    relationship_conflict: float = parameter(
        0.1, 0, 1, unit="0-1", meaning="relationship conflict at the start", role="disposition"
    )
    common_ground: float = parameter(
        0.4, 0, 1, unit="0-1", meaning="knowledge of who knows what at the start", source="ren2006", role="disposition"
    )
    precedents: float = parameter(0.3, 0, 1, unit="0-1", meaning="written precedents at the start", role="disposition")
    ceo_power: float = parameter(
        0.6,
        0,
        1,
        unit="share",
        meaning="weight of the CEO when two wills collide (0.5 equal)",
        source="krause2015",
        role="disposition",
    )
    trust_gain: float = parameter(
        0.02, 0, 0.2, unit="share", meaning="trust gained by an agreement, a promise kept, results shown"
    )
    trust_loss: float = parameter(
        0.06, 0, 0.5, unit="share", meaning="trust lost by a process conflict or reversal", source="zhu2023"
    )
    trust_return: float = parameter(0.004, 0, 0.1, unit="1/week", meaning="return of trust to what the culture expects")
    spill: float = parameter(
        0.25,
        0,
        2,
        unit="share",
        meaning="relationship conflict from a quarrel over the matter, without trust",
        source="simons2000",
    )
    process_spill: float = parameter(
        0.15, 0, 2, unit="share", meaning="relationship conflict from a quarrel over who decides", source="dewit2012"
    )
    recovery: float = parameter(0.02, 0, 0.2, unit="1/week", meaning="fading of relationship conflict (half-life 34 weeks)")
    episode_hazard: float = parameter(
        0.4, 0, 2, unit="1/week", meaning="personal quarrels per unit of relationship conflict and distrust"
    )
    deference: float = parameter(
        0.8, 0, 1, unit="share", meaning="gap not fought over under full power of one", source="krause2015"
    )
    resentment: float = parameter(
        0.03, 0, 0.5, unit="share", meaning="relationship conflict from being overruled by power", source="krause2015"
    )
    hours_lost: float = parameter(0.15, 0, 1, unit="share", meaning="hours lost to full relationship conflict")
    full_gap: float = parameter(1.5, 0.1, 10, unit="standard deviations", meaning="gap of a quarrel of full intensity")
    spill_shortfall: float = parameter(
        0.5, 0, 5, unit="share", meaning="more of it turns personal under a full shortfall of revenue"
    )
    process_spill_trust: float = parameter(
        0.5, 0, 1, unit="share", meaning="part of a quarrel over who decides that full trust keeps from turning personal"
    )
    episode_fatigue: float = parameter(0.03, 0, 1, unit="share", meaning="fatigue from a personal quarrel")
    debate_loss: float = parameter(
        0.25, 0, 1, unit="share of the usual loss", meaning="trust lost in a contentious round at full relationship conflict"
    )
    quick_rounds: float = parameter(2.0, 0, 20, unit="rounds", meaning="rounds within which an agreement raises trust")
    reopened_loss: float = parameter(
        0.5, 0, 2, unit="share of the usual loss", meaning="trust lost by whose decision is reopened"
    )
    outvoted_loss: float = parameter(0.2, 0, 2, unit="share of the usual loss", meaning="trust lost by who is outvoted")
    arbitration_loss: float = parameter(
        0.75, 0, 2, unit="share of the usual loss", meaning="trust lost by who loses an arbitration"
    )
    lapse_loss: float = parameter(0.75, 0, 2, unit="share of the usual loss", meaning="trust lost when a contested matter lapses")
    forecast_gain: float = parameter(
        0.4, 0, 5, unit="share of the usual gain", meaning="trust gained when the other's forecast came true"
    )
    results_gain: float = parameter(
        0.4, 0, 5, unit="share of the usual gain/hour", meaning="trust gained by an hour of meeting with all results shown"
    )
    reliance_threshold: float = parameter(
        0.35,
        0,
        1,
        unit="0-1",
        meaning="trust at which a leader relies on the other in half of what he could",
        source="lewicki1998",
    )
    reliance_width: float = parameter(
        0.06, 0.01, 0.5, unit="0-1", meaning="trust above it at which he relies on him in three of four matters"
    )
    joint_reliance: float = parameter(
        0.5, 0, 1, unit="share", meaning="trust gained when what both decided came true, against what one decided for both"
    )
    suspicion: float = parameter(
        0.004, 0, 0.1, unit="1/week", meaning="trust lost to watching and withholding by who does not rely at all"
    )
    candour: float = parameter(
        0.6,
        0,
        1,
        unit="share",
        meaning="speed of what one needs to hear from the other that is lost where he does not rely on him at all",
        source="zand1972",
    )
    sinister: float = parameter(
        0.6,
        0,
        1,
        unit="share",
        meaning="part of a small difference that who does not trust at all reads as an attack",
        source="kramer1999",
    )
    monitoring: float = parameter(
        0.08, 0, 0.5, unit="share of hours", meaning="time that watching the other takes of who does not rely on him at all"
    )


class Training(Group):
    """Skills (lever skills)."""

    hours_per_week: float | None = by_lever(
        "skills", 0.0, 2.5, 0, 20, unit="hours/week", meaning="training of each leader", source="arthur2003"
    )
    team_share: float | None = by_lever(
        "skills", 0.0, 0.12, 0, 0.5, unit="share of capacity", meaning="training of the teams", source="arthur2003"
    )
    sharing: float | None = by_lever(
        "skills", 0.1, 1.0, 0, 1, unit="0-1", meaning="leaders teach teams and each other", source="article"
    )
    gain: float = parameter(0.005, 0, 0.2, unit="1/hour", meaning="skill gained per hour of training")
    team_gain: float = parameter(0.15, 0, 1, unit="1/week", meaning="team skill gained at full training time")
    loss: float = parameter(0.002, 0, 0.05, unit="1/week", meaning="skill lost by time", source="arthur1998")
    team_loss: float = parameter(0.004, 0, 0.05, unit="1/week", meaning="team skill lost by time and new tools", source="argote")
    cost: float = parameter(0.3, 0, 10, unit="kEUR/hour", meaning="price of an hour of training")
    pair_sharing: float = parameter(
        0.002, 0, 0.05, unit="1/hour", meaning="skill that leaders teach each other per effective meeting hour, of the distance"
    )
    team_sharing: float = parameter(
        0.004, 0, 0.1, unit="1/week", meaning="skill that a leader teaches the teams, of the distance"
    )
    team_hours: float = parameter(10.0, 0, 60, unit="hours/week", meaning="hours paid for each head at full training time")


class Adaptation(Group):
    """Measuring and adapting (lever adaptation)."""

    review_interval_weeks: float | None = by_lever(
        "adaptation", 26.0, 2.0, 1, 52, scale="log", unit="weeks", meaning="weeks between reviews", source="article"
    )
    analytics: float | None = by_lever(
        "adaptation", 0.2, 1.0, 0, 1, unit="0-1", meaning="quality of reporting and analysis", source="pritchard2008"
    )
    review_hours: float = parameter(3.0, 0, 40, unit="hours/review", meaning="time of COO and marketing lead for a review")
    review_load: float = parameter(0.25, 0, 5, unit="person-weeks/review", meaning="team work for a review")
    analytics_cost: float = parameter(1.2, 0, 50, unit="kEUR/week", meaning="price of full analytics")
    gain: float = parameter(0.35, 0, 1, unit="share", meaning="weight of new evidence", source="posen2012")
    lesson: float = parameter(
        0.3,
        0,
        1,
        unit="share/review",
        meaning="what a review with full figures teaches of what is still to be seen of one's results",
    )
    debrief_hours: float | None = by_lever(
        "adaptation",
        0.0,
        2.0,
        0,
        8,
        unit="hours/review",
        meaning="time in which both leaders and the marketing lead go through what became of their decisions after a review",
        source="tannenbaum2013",
    )
    debrief_half: float = parameter(1.0, 0.1, 10, unit="hours", meaning="length of a debrief that yields half of what one can")
    debrief_lesson: float = parameter(
        0.3, 0, 1, unit="share", meaning="what a full debrief teaches a leader of what is still to be seen of his judgments"
    )
    debrief_roles: float = parameter(
        0.15, 0, 1, unit="share", meaning="hold of the charter, and belief in it, that a full debrief renews"
    )
    debrief_ground: float = parameter(0.15, 0, 1, unit="share", meaning="common ground gained by a full debrief")
    joint_credit: float = parameter(
        0.5,
        0,
        1,
        unit="share",
        meaning="share of a joint decision's lesson that tells a leader of his own judgment",
        source="lounamaa1987",
    )
    lesson_fade: float = parameter(0.02, 0, 0.5, unit="1/week", meaning="ageing of what results have taught")
    noise: float = parameter(0.35, 0, 5, unit="index", meaning="noise of a measured return over one week at poor analytics")
    maximum_move: float = parameter(0.25, 0, 1, unit="share", meaning="part of the wished change of budget made per review")
    move_work: float = parameter(0.2, 0, 5, unit="person-weeks/point", meaning="team work per percentage point moved")
    prior: float = parameter(0.35, 0, 1, unit="share", meaning="weight of the owner's own priorities in the budget")
    learn_structure: bool = parameter(
        True, unit="yes/no", meaning="a review rewrites the charter of a domain with repeated process conflict"
    )
    visibility_brand: float = parameter(
        26.0, 1, 104, unit="weeks", meaning="time in which a brand effect shows", source="binet2013"
    )
    visibility_activation: float = parameter(
        2.0, 0.5, 52, unit="weeks", meaning="time in which activation shows", source="binet2013"
    )
    visibility_experiment: float = parameter(16.0, 1, 104, unit="weeks", meaning="time in which an experiment shows")
    visibility_retention: float = parameter(6.0, 1, 104, unit="weeks", meaning="time in which retention shows")
    unmeasured: float = parameter(
        1.3, 1, 3, unit="multiple", meaning="noise of figures without analytics; full analytics takes 1 off"
    )
    unread: float = parameter(
        1.3, 1, 3, unit="multiple", meaning="blur of figures without operating skill of who reads them; full skill takes 1 off"
    )
    blur: float = parameter(
        0.4, 0, 3, unit="standard deviations", meaning="scale of the blur with which standing errors are seen"
    )
    window_correction: float = parameter(
        0.5, 0, 1, unit="share", meaning="effects beyond the window that full analytics makes up for"
    )
    repeated: float = parameter(
        2.0, 1, 50, unit="episodes", meaning="process conflicts in a domain after which a review mends its charter"
    )
    mending: float = parameter(0.5, 0, 1, unit="share", meaning="hold of a charter renewed by a fully documented mending")


class Culture(Group):
    """Culture of the firm."""

    trust: float = parameter(0.5, 0, 1, unit="0-1", meaning="trust that the culture expects", role="context")
    power_distance: float = parameter(
        0.5, 0, 1, unit="0-1", meaning="acceptance of unequal power (deference)", source="krause2015", role="context"
    )


class Execution(Group):
    """Work of the teams."""

    load: float = parameter(
        1.0, 0.05, 5, unit="multiple", meaning="decisions arising, relative to a firm of six teams", role="context"
    )
    capacity_per_head: float = parameter(
        1.0, 0.1, 3, unit="person-weeks/week", meaning="work of a fully able, keen person", role="context"
    )
    exceptions: float = parameter(
        0.08, 0, 1, unit="1/person-week", meaning="questions to the owner per unit of work", source="jin1996"
    )
    exception_hours: float = parameter(0.5, 0, 5, unit="hours", meaning="time to answer a question", source="jin1996")
    defects: float = parameter(0.12, 0, 1, unit="share", meaning="work done wrong by an unskilled team", source="rahmandad2008")
    default_defects: float = parameter(
        0.15, 0, 1, unit="share", meaning="further defects where the team answers its own question", source="jin1996"
    )
    contradiction_defects: float = parameter(
        0.35, 0, 1, unit="share", meaning="further defects under contradictory instructions", source="bolton1990"
    )
    thrash_defects: float = parameter(0.1, 0, 1, unit="share", meaning="further defects with far too much open work")
    discovery: float = parameter(0.25, 0, 1, unit="1/week", meaning="discovery of defects", source="rahmandad2008")
    double_work: float = parameter(
        0.8, 0, 3, unit="share", meaning="work wasted by two directives a full gap apart", source="bolton1990"
    )
    reopened_work: float = parameter(0.5, 0, 3, unit="share", meaning="work wasted by a reopened decision")
    attrition: float = parameter(0.002, 0, 0.05, unit="1/week", meaning="leaving of team members at good morale")
    focus: float = parameter(2.0, 0.2, 20, unit="person-weeks/week", meaning="most work one project can take in a week")
    morale_share: float = parameter(0.4, 0, 1, unit="share", meaning="part of the work that hangs on morale")
    skill_share: float = parameter(0.4, 0, 1, unit="share", meaning="part of the work that hangs on skill")
    thrash_loss: float = parameter(0.1, 0, 1, unit="share", meaning="work lost to full thrashing")
    backlog_age: float = parameter(
        0.0125, 0, 1, unit="1/week", meaning="how much age lifts a project against its worth to the team"
    )
    repair_share: float = parameter(0.5, 0, 1, unit="share", meaning="most of a week's work that goes to rework")
    questions_novelty: float = parameter(2.0, 0, 20, unit="multiple", meaning="further questions of an experiment")
    questions_unclear: float = parameter(2.5, 0, 20, unit="multiple", meaning="further questions where roles are fully unclear")
    reach: float = parameter(0.4, 0, 5, unit="1", meaning="how well questions reach the owner without reports")
    reach_reports: float = parameter(1.6, 0, 10, unit="1/report", meaning="how much better with a report a week")
    reports_unwritten: float = parameter(
        0.5, 0, 5, unit="reports/week", meaning="what passes for reports where teams do not report"
    )
    default_slope: float = parameter(4.0, 0, 50, unit="1", meaning="defaults per question unanswered and unit of work")
    defects_most: float = parameter(0.9, 0, 1, unit="share", meaning="most of the work that is done wrong")
    surfaced: float = parameter(0.5, 0, 3, unit="multiple", meaning="rework per defect found after the work was handed over")
    quality_lost_most: float = parameter(0.8, 0, 1, unit="share", meaning="most quality that defects cost a project")
    contradiction_harm: float = parameter(0.5, 0, 1, unit="share", meaning="quality lost to full contradiction")
    dual_command: float = parameter(
        0.5, 0, 2, unit="probability", meaning="contradictory instructions from a two-party decision of fully unclear roles"
    )
    dual_command_ground: float = parameter(0.5, 0, 1, unit="share", meaning="part of that avoided by full common ground")
    dual_contradiction: float = parameter(
        0.5, 0, 1, unit="0-1", meaning="contradiction of such instructions without a gap; 1 a full gap apart"
    )
    reopened_contradiction: float = parameter(0.4, 0, 1, unit="0-1", meaning="contradiction of a reopened decision at a full gap")
    carried_error: float = parameter(
        0.7, 0, 1, unit="share", meaning="error of a decision that its work carries into the setting"
    )
    leaver_skill: float = parameter(0.5, 0, 1, unit="heads", meaning="skill that a leaver takes along")
    leaver_ground: float = parameter(0.03, 0, 1, unit="share", meaning="common ground that a leaver takes along")
    supervision_hours: float = parameter(
        0.6,
        0,
        4,
        unit="hours/week",
        meaning="executive time that following one team's work takes, by a leader of usual skill in operations and projects",
        source="porter2018",
    )
    unsupervised_loss: float = parameter(
        0.1,
        0,
        0.5,
        unit="share of capacity",
        meaning="capacity lost where nobody follows the work",
        source="bloom2013, gittell2001",
    )
    unsupervised_defects: float = parameter(
        0.04, 0, 0.5, unit="share", meaning="further defects in work that nobody follows", source="bloom2013"
    )
    staffing: float = parameter(
        0.5, 0, 5, unit="1/year", meaning="growth of a team that has twice the usual backlog", source="hamermesh1993"
    )
    shrinking: float = parameter(
        0.5, 0, 1, unit="share", meaning="of that, what a team without work shrinks by: people are kept longer than missed"
    )
    heard_part: float = parameter(
        0.5, 0, 1, unit="share", meaning="part in a decision of who was heard before it, against who took it"
    )
    project_slope: float = parameter(
        1.0,
        0,
        5,
        unit="1",
        meaning="fall of the work of an experiment with the project skill of who leads its execution",
        source="ibbs2000",
    )
    headcount_least: float = parameter(0.5, 0.1, 5, unit="people", meaning="smallest team that is kept")
    headcount_most: float = parameter(50.0, 5, 500, unit="people", meaning="largest team that one leads")
    staffing_backlog: float = parameter(3.0, 0.5, 26, unit="weeks", meaning="backlog at which a team neither grows nor shrinks")
    edict_loss: float = parameter(
        0.2,
        0,
        0.8,
        unit="share",
        meaning="quality lost where who carries a decision out had no part in it and does not trust who took it",
        source="nutt1999, wooldridge1990, korsgaard1995",
    )
    lone_share: float = parameter(
        0.14,
        0,
        0.6,
        unit="share of hours",
        meaning="hours that a leader without a second executive gives to those who would report to the other",
        source="porter2018, guadalupe2014, rajan2006",
    )


class Compliance(Group):
    """Approvals that regulation demands."""

    approvals_per_week: float = parameter(
        1.0, 0, 20, unit="approvals/week", meaning="approvals at load 1", role="context", source="article"
    )
    hours: float = parameter(0.3, 0, 5, unit="hours", meaning="time of an approval")
    patience: float = parameter(4.0, 0.5, 52, unit="weeks", meaning="arrears at which approvals count as neglected")
    damage: float = parameter(0.03, 0, 1, unit="1/week", meaning="loss of reputation while approvals are neglected")
    recovery: float = parameter(0.05, 0, 1, unit="1/week", meaning="recovery of reputation while they are not")
    hours_share: float = parameter(0.3, 0, 1, unit="share", meaning="most of the reader's free hours that go to approvals")


class Campaigns(Group):
    """Campaigns and experiments."""

    weeks: float = parameter(8.0, 1, 52, unit="weeks", meaning="run of a campaign")
    start_cost: float = parameter(6.0, 0, 500, unit="kEUR", meaning="price of starting a campaign", role="context")
    weekly_cost: float = parameter(3.0, 0, 500, unit="kEUR/week", meaning="price of running a campaign", role="context")
    opportunity_decay: float = parameter(0.06, 0, 1, unit="1/week", meaning="worth lost by a waiting opportunity", role="context")
    off_brand: float = parameter(2.0, 0, 20, unit="multiple", meaning="damage of an off-brand launch", role="context")
    lean: float = parameter(1.5, 0, 5, unit="standard deviations", meaning="pull of a team's priorities on its proposals")
    correlation: float = parameter(0.5, 0, 0.95, unit="correlation", meaning="of the attributes within a cluster of goals")
    novelty_tail: float = parameter(
        0.4, 0, 1.5, unit="log standard deviations", meaning="heaviness of the tail of novelty", role="context"
    )
    feasibility_mean: float = parameter(-0.5, -3, 3, unit="standard deviations", meaning="mean feasibility of experiments")
    experiment_cost: float = parameter(60.0, 0, 2000, unit="kEUR", meaning="price of a full experiment", role="context")
    stage_share: float = parameter(0.25, 0.01, 1, unit="share", meaning="work and price before the first check")
    experiment_gain: float = parameter(
        0.6, 0, 10, unit="index", meaning="gain of technique by a successful experiment", role="context"
    )
    experience_gain: float = parameter(
        0.37,
        0,
        2,
        unit="standard deviations",
        meaning="rise of feasibility with each doubling of experience: a fifth fewer failures",
        source="argote1990",
    )
    experience_loss: float = parameter(
        0.005, 0, 0.1, unit="1/week", meaning="experience with experiments lost by time", source="argote1990"
    )
    experience_start: float = parameter(
        12.0, 1, 100, unit="experiments", meaning="experience at the start, at which experiments are as feasible as declared"
    )
    refusal_memory: float = parameter(
        0.1, 0, 1, unit="share", meaning="weight of the last verdict on what teams dare to propose", source="march1991"
    )
    brand: float = parameter(0.5, 0, 3, unit="index", meaning="brand input of a launch neutral to the brand")
    brand_slope: float = parameter(0.5, 0, 3, unit="index", meaning="brand input per standard deviation of the brand attribute")
    pressure: float = parameter(0.6, 0, 5, unit="index", meaning="pressure of a campaign of no particular worth")
    pressure_worth: float = parameter(0.7, 0, 5, unit="index", meaning="pressure per standard deviation of its worth")
    media_reference: float = parameter(
        1.8, 0.1, 50, unit="campaigns", meaning="campaigns at load 1 that the media budget carries in full"
    )
    media_weight_most: float = parameter(
        2.0, 1, 10, unit="multiple", meaning="most weight of a campaign where a media budget is spent on few"
    )
    technique_growth: float = parameter(
        0.3, 0, 1, unit="share", meaning="part of an experiment's gain that its growth attribute decides (the rest: novelty)"
    )
    technique_loss: float = parameter(0.05, 0, 1, unit="index", meaning="most technique that a working experiment can cost")
    technique_ceiling: float = parameter(4.0, 0.5, 50, unit="index", meaning="technique that cannot be bettered")
    novelty_decay: float = parameter(0.5, 0, 1, unit="share", meaning="how fast novelty ages, against other attributes")


class Market(Group):
    """Customers and money."""

    right_goals: Goals = Field(default_factory=Goals)
    customers: float = parameter(8000.0, 10, 1e7, unit="customers", meaning="customers at the start", role="context")
    revenue_per_customer: float = parameter(0.048, 1e-5, 100, unit="kEUR/week", meaning="revenue of a customer", role="context")
    gross_margin: float = parameter(0.65, 0.01, 1, unit="share", meaning="gross margin", role="context")
    churn: float = parameter(
        0.0028, 0, 0.1, unit="1/week", meaning="customers lost at full satisfaction", role="context", source="otto2020"
    )
    churn_satisfaction: float = parameter(
        1.5, 0, 10, unit="multiple", meaning="rise of that loss with dissatisfaction", source="otto2020"
    )
    target_growth: float = parameter(
        0.10, -0.5, 2, unit="1/year", meaning="growth at the start, to which the level of demand is solved", role="context"
    )
    market_growth: float = parameter(0.0, -0.3, 0.5, unit="1/year", meaning="growth of the market itself", role="context")
    conversion: float = parameter(0.03, 1e-4, 0.2, unit="customers/lead", meaning="conversion at unit technique", role="context")
    satisfaction: float = parameter(0.75, 0, 1, unit="0-1", meaning="satisfaction at the start", role="context")
    goodwill: float = parameter(0.4, 0, 1, unit="0-1", meaning="brand awareness at the start", role="context")
    goodwill_decay: float = parameter(
        0.04, 0, 0.3, unit="1/week", meaning="forgetting of the brand", source="leone1995", role="context"
    )
    goodwill_gain: float = parameter(
        0.024, 0, 0.2, unit="1/week", meaning="building of the brand by campaigns on brand", source="nerlove1962"
    )
    word_of_mouth: float = parameter(
        0.4, 0, 0.9, unit="share", meaning="demand at the start that customers bring, by their number and satisfaction"
    )
    refinement: float = parameter(0.65, 0, 1, unit="0-1", meaning="refinement of the funnel at the start", role="context")
    obsolescence: float = parameter(0.005, 0, 0.1, unit="1/week", meaning="ageing of techniques", role="context")
    drift: float = parameter(
        0.05,
        0,
        1,
        unit="standard deviations/week^0.5",
        meaning="drift of the right settings",
        role="context",
        source="siggelkow2005",
    )
    jumps: float = parameter(0.008, 0, 0.5, unit="1/week", meaning="jumps of the market", role="context", source="siggelkow2005")
    jump_size: float = parameter(0.8, 0, 5, unit="standard deviations", meaning="size of a jump")
    frontier: float = parameter(0.005, 0, 0.1, unit="1/week", meaning="ageing of technological skill", role="context")
    saturation: float = parameter(2.5, 0.1, 50, unit="index", meaning="campaign pressure of half effect", source="sethuraman2011")
    allocation: float = parameter(0.65, 0, 1.5, unit="elasticity", meaning="response of an arm to its share of the budget")
    start_share_brand: float = parameter(
        0.25, 0.01, 0.97, unit="share", meaning="budget share of brand at the start", role="context"
    )
    start_share_activation: float = parameter(
        0.25, 0.01, 0.97, unit="share", meaning="budget share of activation", role="context"
    )
    start_share_experiment: float = parameter(
        0.25, 0.01, 0.97, unit="share", meaning="budget share of experiments", role="context"
    )
    start_share_retention: float = parameter(0.25, 0.01, 0.97, unit="share", meaning="budget share of retention", role="context")
    programme_cost: float = parameter(14.0, 0, 1e5, unit="kEUR/week", meaning="fixed marketing programme", role="context")
    work_cost: float = parameter(1.5, 0, 100, unit="kEUR/person-week", meaning="pay of a team member", role="context")
    executive_cost: float = parameter(0.1, 0, 10, unit="kEUR/hour", meaning="price of an executive's hour")
    usual_satisfaction: float = parameter(0.75, 0.1, 1, unit="0-1", meaning="satisfaction at which customers talk as usual")
    base_brand: float = parameter(0.35, 0.01, 5, unit="index", meaning="demand without awareness, on the scale of awareness")
    base_pressure: float = parameter(
        0.6, 0.01, 5, unit="index", meaning="demand without campaigns, on the scale of saturated pressure"
    )
    conversion_raw: float = parameter(0.6, 0.01, 3, unit="multiple", meaning="conversion by an unrefined funnel")
    conversion_refined: float = parameter(0.8, 0, 3, unit="multiple", meaning="further conversion by a fully refined funnel")
    conversion_most: float = parameter(0.2, 0.01, 1, unit="customers/lead", meaning="highest conversion")
    goal_fit: float = parameter(0.2, 0, 1, unit="share", meaning="part of conversion in proportion to how much growth pays")
    goal_response: float = parameter(
        0.5, 0, 1, unit="share", meaning="part of an arm's response in proportion to how much its goal pays"
    )
    experiment_response: float = parameter(
        0.35, 0, 1.5, unit="multiple", meaning="response of experiments to their budget, against other arms"
    )
    retention_response: float = parameter(
        0.3, 0, 1, unit="multiple", meaning="response of retention to its budget, against other arms"
    )
    misfit: float = parameter(
        0.25, 0, 3, unit="1/variance", meaning="conversion lost to errors of budget, agency and positioning"
    )
    service_misfit: float = parameter(
        0.3, 0, 3, unit="1/variance", meaning="satisfaction lost to errors of key clients and process"
    )
    satisfaction_speed: float = parameter(0.1, 0, 1, unit="1/week", meaning="how fast satisfaction follows service")
    late_harm: float = parameter(0.35, 0, 1, unit="share", meaning="satisfaction lost to an endless backlog")
    late_after: float = parameter(3.0, 0, 52, unit="weeks", meaning="backlog that customers do not notice")
    late_half: float = parameter(10.0, 0.5, 104, unit="weeks", meaning="further backlog of half that loss")
    defects_harm: float = parameter(0.3, 0, 3, unit="share", meaning="satisfaction lost per person-week of defects a head")
    defects_harm_most: float = parameter(0.5, 0, 1, unit="share", meaning="most satisfaction lost to defects")
    contradiction_harm: float = parameter(1.2, 0, 20, unit="share", meaning="satisfaction lost per contradiction felt in a week")
    contradiction_harm_most: float = parameter(0.5, 0, 1, unit="share", meaning="most satisfaction lost to contradiction")
    orphan_churn: float = parameter(
        0.0005, 0, 0.05, unit="1/week", meaning="customers lost per key-client matter that nobody takes up"
    )
    orphan_churn_most: float = parameter(0.05, 0, 0.5, unit="1/week", meaning="most customers lost to such matters")
    churn_most: float = parameter(0.5, 0, 1, unit="1/week", meaning="most customers lost to dissatisfaction")
    retention_least: float = parameter(
        0.2, 0.05, 1, unit="multiple", meaning="response of retention below which churn rises no more"
    )
    goodwill_budget: float = parameter(
        0.3, 0, 3, unit="multiple", meaning="building of the brand by its budget, against forgetting"
    )
    goodwill_damage_most: float = parameter(0.5, 0, 1, unit="1/week", meaning="most awareness lost to launches off brand")
    refinement_process: float = parameter(0.05, 0, 1, unit="share", meaning="refinement of the funnel by a better process")
    refinement_campaign: float = parameter(0.03, 0, 1, unit="share", meaning="refinement of the funnel by a campaign")
    refinement_loss: float = parameter(0.004, 0, 0.2, unit="1/week", meaning="wear of the funnel")
    technique_rest: float = parameter(0.4, 0, 2, unit="index", meaning="technique of who has learned nothing new for long")
    ruin: float = parameter(0.25, 0, 5, unit="years of revenue", meaning="loss of cash that ruins the firm")
    presence_usual: float = parameter(
        0.8, 0, 1, unit="0-1", meaning="presence of the CEO outside at which demand is as declared, and at the start"
    )
    presence_speed: float = parameter(
        0.08, 0, 1, unit="1/week", meaning="how fast presence outside follows the CEO's hours there"
    )
    presence_gain: float = parameter(
        0.23,
        0,
        1,
        unit="share",
        meaning="demand gained from no presence of the CEO outside to a full one",
        source="bandiera2020",
    )
    coherence: float = parameter(0.6, 0, 1, unit="0-1", meaning="coherence of the brand's launches at the start")
    coherence_speed: float = parameter(0.05, 0, 1, unit="1/launch", meaning="weight of a launch in the brand's coherence")
    coherence_gain: float = parameter(
        0.5,
        0,
        3,
        unit="multiple/unit",
        meaning="rise of what awareness sells with coherence: a name that says one thing is believed",
        source="erdem1998, keller1993",
    )
    mature_growth: float = parameter(
        0.03, -0.05, 0.08, unit="1/year", meaning="growth of a line of business that has come of age (log)"
    )
    maturing_years: float = parameter(
        4.0, 0.25, 8, unit="years", meaning="time in which the line of business loses two thirds of its growth beyond that"
    )
    entry: float = parameter(
        0.5, 0, 3, unit="share/share", meaning="demand lost to rivals per growth of customers beyond the line of business (log)"
    )
    entry_years: float = parameter(2.0, 0.1, 20, unit="years", meaning="time that entry takes to answer", source="geroski1995")
    customers_per_line: float = parameter(
        800.0, 1, 1e7, unit="customers", meaning="customers of a product line at the start, on average"
    )
    line_spread: float = parameter(1.0, 0, 3, unit="log", meaning="spread of the size of product lines", source="riccaboni2008")
    line_luck: float = parameter(
        1.6, 0, 3, unit="log", meaning="spread over time of the demand for one product line", source="riccaboni2008"
    )
    line_memory: float = parameter(0.02, 0.001, 1, unit="1/week", meaning="how fast such a deviation fades")


class Hazards(Group):
    """Random shocks, as weekly probabilities (dated shocks are events)."""

    restructuring: float = parameter(0.0, 0, 0.2, unit="1/week", meaning="restructuring", role="context")
    technology: float = parameter(0.0, 0, 0.2, unit="1/week", meaning="technology shock", role="context")
    competitor: float = parameter(0.0, 0, 0.2, unit="1/week", meaning="attack of a competitor", role="context")
    crisis: float = parameter(0.0, 0, 0.2, unit="1/week", meaning="crisis", role="context")
    ceo_departure: float = parameter(
        0.0, 0, 0.2, unit="1/week", meaning="departure of the CEO", role="context", source="conferenceboard2023"
    )
    coo_departure: float = parameter(
        0.0, 0, 0.2, unit="1/week", meaning="departure of the COO", role="context", source="russellreynolds2025"
    )
    vacancy_shortest: float = parameter(8.0, 0, 104, unit="weeks", meaning="shortest vacancy of a post")
    vacancy_longest: float = parameter(20.0, 0, 104, unit="weeks", meaning="longest vacancy of a post")
    strain: float = parameter(
        2.0, 0, 20, unit="multiple", meaning="rise of the hazard of leaving with full relationship conflict"
    )


class Effort(Group):
    """Hours of leaders: what each kind of decision takes of its usual time, what overload does, what spare time gives."""

    usual_skill: float = parameter(0.6, 0, 1, unit="0-1", meaning="skill at which a decision takes its usual time")
    least: float = parameter(0.4, 0.05, 1, unit="multiple", meaning="least time of a decision, for a specialist")
    most: float = parameter(2.0, 1, 10, unit="multiple", meaning="most time of a decision, for a stranger to it")
    average: float = parameter(0.7, 0.05, 2, unit="share", meaning="time of each leader for a decision by average")
    and_first: float = parameter(0.8, 0.05, 2, unit="share", meaning="time of who looks first where both must approve")
    and_second: float = parameter(0.7, 0.05, 2, unit="share", meaning="time of who looks second")
    vote: float = parameter(0.6, 0.05, 2, unit="share", meaning="time of each of three who vote")
    gate_sponsor: float = parameter(0.6, 0.05, 2, unit="share", meaning="time of the sponsor of a matter that another may stop")
    gate_keeper: float = parameter(0.6, 0, 2, unit="share", meaning="time of the gatekeeper at the first stage")
    consulted: float = parameter(0.3, 0, 2, unit="share", meaning="time of who is consulted")
    unasked: float = parameter(0.15, 0, 2, unit="share", meaning="time of who is merely told what the other sees")
    retaken: float = parameter(0.5, 0.05, 2, unit="share", meaning="time for deciding again what one had decided alone")
    questions: float = parameter(0.25, 0, 1, unit="share", meaning="most of a leader's hours left that teams' questions take")
    fatigue_hours: float = parameter(0.1, 0, 1, unit="share", meaning="hours lost to full fatigue")
    fatigue_threshold: float = parameter(0.9, 0, 1, unit="share", meaning="use of hours above which a leader tires")
    fatigue_gain: float = parameter(0.02, 0, 0.1, unit="1/week", meaning="fatigue per tenth of the hours used above")
    fatigue_fading: float = parameter(0.05, 0, 1, unit="1/week", meaning="fading of fatigue below")
    outside_hours: float = parameter(
        4.0,
        0.5,
        30,
        unit="hours/week",
        meaning="time that markets, key clients and the public could take of the CEO",
        source="porter2018",
    )
    spare_sensing: float = parameter(
        0.03, 0, 0.5, unit="1/week", meaning="errors of budget and positioning mended by a CEO with all hours spare"
    )
    spare_refining: float = parameter(
        0.006, 0, 0.5, unit="1/week", meaning="refinement of the funnel by a COO with all hours spare"
    )
    spare_coaching: float = parameter(0.004, 0, 0.5, unit="1/week", meaning="morale by a COO with all hours spare")


class Morale(Group):
    """Morale of the teams, and their leaving."""

    start: float = parameter(0.75, 0, 1, unit="0-1", meaning="morale at the start, and throughout where it does not move")
    pull: float = parameter(0.03, 0.001, 1, unit="1/week", meaning="pull of morale to its level of rest")
    rest: float = parameter(0.72, 0, 1, unit="0-1", meaning="level of rest without reports")
    heard: float = parameter(0.012, 0, 0.5, unit="1/report", meaning="morale by being heard")
    control: float = parameter(0.35, 0, 5, unit="1/report", meaning="how much control grates, against being heard")
    rework: float = parameter(0.06, 0, 1, unit="1/week", meaning="morale lost to a week of nothing but rework")
    conflict: float = parameter(0.02, 0, 1, unit="1/week", meaning="morale lost to full relationship conflict above")
    thrashing: float = parameter(0.01, 0, 1, unit="1/week", meaning="morale lost to full thrashing")
    stopped: float = parameter(0.02, 0, 1, unit="share", meaning="morale lost to an experiment that fails at the end")
    early_stop: float = parameter(0.3, 0, 3, unit="multiple", meaning="weight of a stop after the first stage against that")
    launched: float = parameter(0.01, 0, 1, unit="share", meaning="morale by a launch")
    leaving_below: float = parameter(0.6, 0, 1, unit="0-1", meaning="morale below which people leave more")
    leaving_slope: float = parameter(4.0, 0, 20, unit="1", meaning="how much more")


class Arrivals(Group):
    """What makes decisions arise."""

    campaigns: float = parameter(0.5, 0, 3, unit="multiple", meaning="campaigns proposed by a team without morale")
    campaigns_morale: float = parameter(0.667, 0, 5, unit="multiple", meaning="further campaigns at full morale")
    experiments: float = parameter(0.3, 0, 3, unit="multiple", meaning="experiments proposed where all were refused")
    experiments_acceptance: float = parameter(1.4, 0, 10, unit="multiple", meaning="further experiments where all were accepted")
    innovation: float = parameter(
        0.5, 0, 3, unit="multiple", meaning="experiments proposed by a team that does not care for innovation"
    )
    innovation_weight: float = parameter(3.3, 0, 20, unit="multiple", meaning="further experiments per weight of innovation")
    encouragement: float = parameter(
        1.5, 0, 20, unit="multiple", meaning="further experiments per share of leaders' hours spent encouraging"
    )
    acceptance: float = parameter(0.5, 0, 1, unit="share", meaning="experiments that teams expect to be accepted at the start")
    problem_usual: float = parameter(
        1.3, 0.5, 5, unit="multiple", meaning="pressure of visible errors at which decisions arise as declared"
    )
    problem_most: float = parameter(2.0, 0, 20, unit="variance", meaning="visible error that presses at most")


class Shocks(Group):
    """What a shock of size 1 does, and a departure."""

    restructuring_reach: float = parameter(0.3, 0, 1, unit="probability", meaning="a domain beside the four zones is thrown open")
    restructuring_reach_size: float = parameter(0.5, 0, 1, unit="probability", meaning="the same, per size of the restructuring")
    restructuring_precedents: float = parameter(0.5, 0, 1, unit="share", meaning="precedents lost")
    restructuring_conflict: float = parameter(0.05, 0, 1, unit="share", meaning="relationship conflict from a restructuring")
    technology_technique: float = parameter(0.36, 0, 5, unit="log", meaning="technique lost to a technology shock")
    technology_skill: float = parameter(0.22, 0, 5, unit="log", meaning="technological skill lost")
    technology_novelty: float = parameter(0.5, 0, 5, unit="standard deviations", meaning="novelty of experiments gained")
    novelty_fading: float = parameter(0.02, 0, 1, unit="1/week", meaning="fading of that novelty")
    competitor: float = parameter(0.16, 0, 5, unit="log", meaning="demand lost to a competitor's attack")
    competitor_fading: float = parameter(0.074, 0, 1, unit="1/week", meaning="fading of the attack")
    crisis_weeks: float = parameter(6.0, 0, 52, unit="weeks", meaning="length of a crisis")
    crisis_matters: float = parameter(
        5.0, 1, 20, unit="multiple", meaning="urgent matters of clients and positioning in a crisis"
    )
    crisis_offence: float = parameter(2.0, 1, 10, unit="multiple", meaning="damage of off-brand launches in a crisis")
    trust: float = parameter(0.7, 0, 5, unit="log", meaning="trust lost to a trust shock")
    jump_refinement: float = parameter(0.5, 0, 5, unit="log", meaning="refinement of the funnel lost to a jump of the market")
    jump_ground: float = parameter(0.3, 0, 5, unit="log", meaning="common ground lost to it")
    jump_goals: float = parameter(0.25, 0, 3, unit="share", meaning="weight that it moves to one goal")
    jump_goals_most: float = parameter(0.9, 0, 1, unit="share", meaning="most weight that it moves")
    departure_ground: float = parameter(0.4, 0, 1, unit="share", meaning="common ground left by a departure")
    departure_precedents: float = parameter(
        0.6, 0, 1, unit="share", meaning="precedents left by the departure of a leader who wrote little down"
    )
    restructuring_documented: float = parameter(
        0.5, 0, 1, unit="share", meaning="part of a restructuring's blow to who decides that full documentation spares"
    )
    departure_documented: float = parameter(0.5, 0, 1, unit="share", meaning="documentation from which on all precedents stay")
    successor_skill: float = parameter(0.1, 0, 1, unit="0-1", meaning="spread of a successor's skills about those declared")
    successor_priorities: float = parameter(0.04, 0, 0.5, unit="share", meaning="spread of his priorities")
    successor_conflict: float = parameter(0.5, 0, 1, unit="share", meaning="relationship conflict left after a succession")


class Prices(Group):
    """Scales on what practices cost: 1 as declared, 0 free."""

    hours: float = parameter(1.0, 0, 5, unit="multiple", meaning="executive hours that practices take", role="price")
    money: float = parameter(1.0, 0, 5, unit="multiple", meaning="money that practices take", role="price")
    capacity: float = parameter(1.0, 0, 5, unit="multiple", meaning="team capacity that practices take", role="price")


class Switches(Group):
    """One switch per mechanism; all on by default but `dual_command`, whose place `shared_claims` takes."""

    claims: bool = switch("leaders act on their own belief about who decides (double directives, orphans)")
    challenge: bool = switch("the other leader may reopen a decision taken alone")
    hand_offs: bool = switch("a sole decider without context waits for the other")
    exchange: bool = switch("leaders exchange what they see")
    common_error: bool = switch("leaders who talk much share errors")
    elaboration: bool = switch("debate removes error")
    spill: bool = switch("quarrels over the matter turn personal")
    relationship_episodes: bool = switch("personal quarrels break out by themselves")
    trust_dynamics: bool = switch("trust moves (off: frozen at the start)")
    goal_dynamics: bool = switch("priorities move")
    cause_priorities: bool = switch("priorities differ (off: both leaders judge by the pair's mean priorities)")
    cause_styles: bool = switch("styles differ (off: no style gap)")
    cause_communication: bool = switch("lack of communication (off: views are exchanged in full)")
    power: bool = switch("unequal power means deference and resentment")
    ladder: bool = switch("steps of conflict resolution after the timer")
    agenda: bool = switch("joint decisions need time inside a meeting")
    specialisation: bool = switch("a decision takes less time of a leader skilled in it")
    fatigue: bool = switch("overload tires leaders")
    sensing: bool = switch("unspent hours are used for sensing the market and coaching")
    documentation: bool = switch("written decisions build precedents and beliefs")
    exceptions: bool = switch("teams put questions to the owner")
    rework: bool = switch("defects and rework")
    dual_command: bool = switch("two-party decisions carry contradictory instructions", on=False)
    ambiguity_harm: bool = switch("contradiction lowers quality and service; orphaned key-client matters lose customers")
    morale: bool = switch("morale moves and matters")
    attrition: bool = switch("team members leave")
    thrashing: bool = switch("too much open work slows a team")
    reporting: bool = switch("teams report")
    proposals: bool = switch("teams propose more of what is accepted and what they value")
    encouragement: bool = switch("leaders encourage experiments")
    staging: bool = switch("experiments are checked after a first stage")
    campaigns: bool = switch("campaigns press on demand")
    opportunity_decay: bool = switch("waiting opportunities lose worth")
    media_budget: bool = switch("campaigns share one media budget")
    off_brand: bool = switch("off-brand launches damage the brand")
    goodwill: bool = switch("brand awareness moves")
    technique: bool = switch("experiments improve technique, which ages")
    refinement: bool = switch("the funnel is refined and wears out")
    word_of_mouth: bool = switch("demand follows customers and their satisfaction")
    service: bool = switch("satisfaction moves")
    drift: bool = switch("right settings drift")
    jumps: bool = switch("the market jumps")
    problem_driven: bool = switch("visible standing errors raise decisions")
    budget_learning: bool = switch("reviews move the budget")
    feedback: bool = switch("results seen correct judgment")
    goodhart: bool = switch("specific goals crowd out what is hard to measure")
    training: bool = switch("training raises skill")
    skill_decay: bool = switch("skills age")
    compliance: bool = switch("approvals take time and, neglected, cost reputation")
    shocks: bool = switch("dated and random shocks and departures")
    customer_luck: bool = switch("new customers are a random number (off: the expected number)")
    shared_claims: bool = switch("in a joint domain a leader may take a matter for his alone, or for the other's")
    calendar: bool = switch("joint matters wait for a meeting; second approvals and lone leaders wait for context")
    team_hours: bool = switch("decisions left to the team take the marketing lead's time")
    service_backlog: bool = switch("customers wait for those who serve them, not for campaigns")
    lone_load: bool = switch("a leader alone also runs what the other would run")
    supervision: bool = switch("execution must be followed by somebody: hours, or defects and lost capacity")
    credit: bool = switch("results of joint decisions teach each leader less about his own judgment")
    experience: bool = switch("experiments concluded teach which experiments can be done")
    lone_claims: bool = switch("a leader alone and the marketing lead may both take a matter up, or neither")
    sinister_attribution: bool = switch("distrust reads small differences as attacks")
    mediated_quarrel: bool = switch("a mediation ends the sourness of its own quarrel, not of others")
    voice: bool = switch("who trusts the other speaks up as readily: trust settles quarrels over the matter, not spares them")
    owner_certainty: bool = switch("whom a charter names as the sole decider hardly doubts that he is")
    reliance: bool = switch("trust is earned where one relied on the other and it came true; distrust feeds on itself")
    outside_role: bool = switch("hours left to the CEO go to markets, key clients and the public")
    debriefs: bool = switch("leaders go through what became of their decisions")
    commitment: bool = switch("who had no part in a decision carries it out less well")
    common_information: bool = switch("two who confer dwell on what both knew before")
    coherence: bool = switch("launches that say one thing make awareness sell more, slowly")
    growth_path: bool = switch("demand follows the line of business: growth matures, and draws rivals")
    product_lines: bool = switch("demand comes by product lines, each with a luck of its own")
    vacant_ground: bool = switch("common ground grows between two who are there")
    records_protect: bool = switch("written decisions soften a restructuring")
    customer_insight: bool = switch("market skill, too, sees what a decision does for customers (off: operations skill alone)")
    project_lead: bool = switch("an experiment led by somebody skilled in projects takes less work")
    outside_skill: bool = switch("a CEO skilled in markets needs fewer hours outside")
    hearings: bool = switch("whoever is consulted is heard at a meeting")
    sponsorship: bool = switch("a gatekeeper who trusts an experiment's sponsor stops it less readily")


class Assumptions(Group):
    """Structural choices on which the order of the role models hangs."""

    media_budget_exponent: float = parameter(
        0.5,
        0,
        1,
        unit="exponent",
        role="assumption",
        meaning="loss of effect per campaign as more run at once (0: no budget limit; 1: one fixed budget)",
    )
    meeting_time: bool = parameter(
        True, unit="yes/no", meaning="meeting time is a bottleneck of joint decisions", role="assumption"
    )
    specialised_effort: bool = parameter(
        True, unit="yes/no", meaning="effort falls with skill in the domain", role="assumption", source="bolton1994"
    )
    gate: Literal["value", "feasibility"] = parameter(
        "value", unit="word", meaning="what a gatekeeper looks at", role="assumption"
    )
    capacity: float = parameter(1.0, 0.3, 3, unit="multiple", meaning="team capacity against load", role="assumption")
    ambiguity_price: float = parameter(
        1.0,
        0,
        5,
        unit="multiple",
        role="assumption",
        meaning="price of ambiguity: contradiction, orphans, unilateral decisions taken again",
    )
    trust_frozen: bool = parameter(False, unit="yes/no", meaning="trust stays at its first value", role="assumption")
    media_budget_spent: bool = parameter(
        False, unit="yes/no", meaning="the media budget is spent on fewer campaigns too", role="assumption"
    )
    posts_paid: bool = parameter(
        True,
        unit="yes/no",
        meaning="executives are paid for all hours of their post, used or not (marketing spending counts those used)",
        role="assumption",
    )


class Event(Group):
    """A dated shock."""

    week: int = parameter(1, 1, 2080, unit="week", meaning="week in which it happens", role="context")
    kind: Literal[
        "restructuring", "technology", "competitor", "crisis", "market_jump", "trust_shock", "ceo_departure", "coo_departure"
    ] = parameter("restructuring", unit="word", meaning="what happens", role="context")
    size: float = parameter(1.0, 0, 3, unit="multiple", meaning="how strong (1: as described in MODEL.md)", role="context")


def _default_teams() -> tuple[Team, ...]:
    kinds: Any = ("marketing", "marketing", "marketing", "sales", "service", "service")
    lean: dict[Any, Goals] = {
        "marketing": Goals(growth=0.3, brand=0.3, innovation=0.2, efficiency=0.1, customers=0.1),
        "sales": Goals(growth=0.4, brand=0.1, innovation=0.1, efficiency=0.2, customers=0.2),
        "service": Goals(growth=0.1, brand=0.1, innovation=0.1, efficiency=0.25, customers=0.45),
    }
    return tuple(Team(kind=kind, priorities=lean[kind]) for kind in kinds)


def _goals(*weights: float) -> Goals:
    return Goals(**dict(zip(GOALS, weights)))


class Decisions(Group):
    """The seven domains; the first four are the overlap zones."""

    budget: Domain = Domain(
        arrivals_per_week=0.12, executive_hours=6, work=2, stake=0.9, overlap=1, goals=_goals(0.3, 0.15, 0.1, 0.35, 0.1)
    )
    agency: Domain = Domain(
        arrivals_per_week=0.10, executive_hours=5, work=3, stake=0.5, overlap=1, goals=_goals(0.15, 0.35, 0.15, 0.3, 0.05)
    )
    campaign: Domain = Domain(
        arrivals_per_week=0.45, executive_hours=3, work=5, stake=0.6, overlap=1, goals=_goals(0.3, 0.3, 0.1, 0.2, 0.1)
    )
    key_client: Domain = Domain(
        arrivals_per_week=0.30, executive_hours=3, work=3, stake=0.5, overlap=1, goals=_goals(0.2, 0.1, 0.05, 0.2, 0.45)
    )
    positioning: Domain = Domain(
        arrivals_per_week=0.08, executive_hours=8, work=4, stake=0.9, overlap=0.3, goals=_goals(0.25, 0.4, 0.15, 0.1, 0.1)
    )
    process: Domain = Domain(
        arrivals_per_week=0.35, executive_hours=2, work=4, stake=0.4, overlap=0.2, goals=_goals(0.1, 0.05, 0.1, 0.5, 0.25)
    )
    experiment: Domain = Domain(
        arrivals_per_week=0.15, executive_hours=5, work=8, stake=0.6, overlap=0.6, goals=_goals(0.2, 0.15, 0.45, 0.1, 0.1)
    )


class Charter(Group):
    """Who decides what, by domain."""

    budget: Decision = Decision()
    agency: Decision = Decision()
    campaign: Decision = Decision()
    key_client: Decision = Decision()
    positioning: Decision = Decision()
    process: Decision = Decision()
    experiment: Decision = Decision()


def _ceo() -> Leader:
    return Leader(
        priorities=_goals(0.24, 0.24, 0.22, 0.13, 0.17),
        style=0.4,
        hours=14,
        openness=0.6,
        skills=Skills(market=0.78, technology=0.70, operations=0.40, project_management=0.45),
    )


def _coo() -> Leader:
    return Leader(
        priorities=_goals(0.17, 0.12, 0.08, 0.35, 0.28),
        style=0.6,
        hours=16,
        openness=0.6,
        skills=Skills(market=0.42, technology=0.35, operations=0.78, project_management=0.70),
    )


def _lead() -> Leader:
    return Leader(
        priorities=_goals(0.25, 0.25, 0.2, 0.15, 0.15),
        style=0.5,
        hours=20,
        openness=0.6,
        skills=Skills(market=0.65, technology=0.6, operations=0.5, project_management=0.5),
    )


class Parameters(Group):
    """All parameters of a firm. `quarters` is the horizon (13 weeks each)."""

    quarters: int = parameter(12, 1, 160, unit="quarters", meaning="horizon", role="context")
    levers: Levers = Levers()
    ceo: Leader = Field(default_factory=_ceo)
    coo: Leader = Field(default_factory=_coo)
    marketing_lead: Leader = Field(default_factory=_lead)
    teams: tuple[Team, ...] = Field(default_factory=_default_teams, min_length=1, max_length=MAXIMUM_TEAMS)
    charter: Charter = Charter()
    decisions: Decisions = Decisions()
    targets: Targets = Targets()
    communication: Communication = Communication()
    clarity: Clarity = Clarity()
    resolution: Resolution = Resolution()
    judgment: Judgment = Judgment()
    dyad: Dyad = Dyad()
    training: Training = Training()
    adaptation: Adaptation = Adaptation()
    culture: Culture = Culture()
    execution: Execution = Execution()
    compliance: Compliance = Compliance()
    campaigns: Campaigns = Campaigns()
    market: Market = Market()
    hazards: Hazards = Hazards()
    effort: Effort = Effort()
    morale: Morale = Morale()
    arrivals: Arrivals = Arrivals()
    shocks: Shocks = Shocks()
    prices: Prices = Prices()
    switches: Switches = Switches()
    assumptions: Assumptions = Assumptions()
    events: tuple[Event, ...] = Field(default=(), max_length=MAXIMUM_EVENTS)

    @model_validator(mode="after")
    def consistent(self):
        if self.hazards.vacancy_longest < self.hazards.vacancy_shortest:
            raise ValueError("hazards.vacancy_longest is below hazards.vacancy_shortest")
        if not self.ceo.present and not self.coo.present:
            raise ValueError("ceo.present and coo.present are both false: somebody must lead")
        if not self.marketing_lead.present:
            raise ValueError("marketing_lead.present must be true")
        for domain in DOMAINS:
            decision = getattr(self.charter, domain)
            if decision.rule == "sole" and decision.consults == decision.decides:
                raise ValueError(f"charter.{domain}: {decision.decides} decides and cannot be the one consulted too")
            if decision.rule != "sole" and decision.consults != "nobody":
                raise ValueError(f"charter.{domain}: consults has a meaning only with rule = 'sole'")
        for event in self.events:
            if event.week > 13 * self.quarters:
                raise ValueError(f"an event in week {event.week} lies after the horizon of {13 * self.quarters} weeks")
        return self

    @property
    def weeks(self) -> int:
        """Number of weeks simulated."""
        return 13 * self.quarters


# Groups whose members are stacked into arrays of the kernel's record, under a common prefix.
STACKED = {"ceo": ("leader", 0), "coo": ("leader", 1), "marketing_lead": ("leader", 2)}
SCALAR_GROUPS = (
    "targets",
    "communication",
    "clarity",
    "resolution",
    "judgment",
    "dyad",
    "training",
    "adaptation",
    "culture",
    "execution",
    "compliance",
    "campaigns",
    "market",
    "hazards",
    "effort",
    "morale",
    "arrivals",
    "shocks",
    "prices",
    "switches",
    "assumptions",
)
WORDS = {
    "rule": RULES,
    "decides": DECIDERS,
    "consults": CONSULTS,
    "first": STEPS,
    "second": STEPS,
    "kind": KINDS,
    "gate": ("value", "feasibility"),
}


def lever_value(level: Any, poorest: float, best: float, scale: str) -> Any:
    """Value of a sub-parameter at a master level in [0, 1]; values, float64, at an array of levels, to the same bits."""
    if scale == "log":
        return poorest * each(math.exp, level * math.log(best / poorest))
    return poorest + level * (best - poorest)


def each(function: Callable[[float], float], values: Any) -> Any:
    """`function` of a number, or of each number of an array: NumPy's own logarithm may round its last digit otherwise."""
    if not isinstance(values, np.ndarray):
        return function(values)
    return np.array([function(value) for value in values.ravel().tolist()], dtype=np.float64).reshape(values.shape)


def _kind_of(field) -> str:
    annotation = field.annotation
    if annotation is bool:
        return "bool"
    if isinstance(annotation, type) and issubclass(annotation, Goals):
        return "goals"
    if isinstance(annotation, type) and issubclass(annotation, Skills):
        return "skills"
    if annotation in (float, int) or annotation == float | None:
        return "float"
    return "word"


def _columns(model: type[Group], prefix: str, shape: tuple[int, ...]) -> list[tuple]:
    columns = []
    for name, field in model.model_fields.items():
        kind = _kind_of(field)
        inner = {"goals": (len(GOALS),), "skills": (len(SKILLS),)}.get(kind, ())
        columns.append((f"{prefix}_{name}", np.int64 if kind in ("bool", "word") else np.float64, shape + inner))
    return columns


def _layout() -> np.dtype:
    columns: list[tuple] = [
        ("starts_week", np.int64),
        ("weeks", np.int64),
        ("team_count", np.int64),
        ("event_count", np.int64),
        ("demand", np.float64),
    ]
    for group in SCALAR_GROUPS:
        model: Any = Parameters.model_fields[group].annotation
        columns += _columns(model, group, ())
    columns += _columns(Leader, "leader", (3,)) + _columns(Team, "team", (MAXIMUM_TEAMS,))
    columns += _columns(Domain, "domain", (len(DOMAINS),)) + _columns(Decision, "charter", (len(DOMAINS),))
    columns += [
        ("event_week", np.int64, (MAXIMUM_EVENTS,)),
        ("event_kind", np.int64, (MAXIMUM_EVENTS,)),
        ("event_size", np.float64, (MAXIMUM_EVENTS,)),
    ]
    return np.dtype(
        [(name, kind, shape) if shape else (name, kind) for name, kind, *rest in columns for shape in [rest[0] if rest else ()]],
        align=True,
    )


RECORD = _layout()


def _value(model: Group, name: str, levers: Levers | None = None) -> Any:
    value = getattr(model, name)
    if type(value) is float:  # what most of them are
        return value
    if value is None:
        extra: Any = type(model).model_fields[name].json_schema_extra or {}
        return lever_value(getattr(levers, extra["lever"]), extra["poorest"], extra["best"], extra["scale"])
    if isinstance(value, Goals):
        weights = value.vector()
        return [weight / sum(weights) for weight in weights]
    if isinstance(value, Skills):
        return [getattr(value, skill) for skill in SKILLS]
    if isinstance(value, str):
        return WORDS[name].index(value)
    return value


def fill_record(parameters: Parameters, record, starts_week: int = 0) -> None:
    """Write `parameters` into `record`, one row of an array of dtype RECORD; `starts_week` is when it takes force."""
    record["starts_week"], record["weeks"] = starts_week, parameters.weeks
    record["team_count"], record["event_count"] = len(parameters.teams), len(parameters.events)
    for group in SCALAR_GROUPS:
        model = getattr(parameters, group)
        for name in type(model).model_fields:
            record[f"{group}_{name}"] = _value(model, name, parameters.levers)
    for group, (prefix, index) in STACKED.items():
        model = getattr(parameters, group)
        for name in Leader.model_fields:
            record[f"{prefix}_{name}"][index] = _value(model, name)
    for index, team in enumerate(parameters.teams):
        for name in Team.model_fields:
            record[f"team_{name}"][index] = _value(team, name)
    for index, domain in enumerate(DOMAINS):
        for name in Domain.model_fields:
            record[f"domain_{name}"][index] = _value(getattr(parameters.decisions, domain), name)
        for name in Decision.model_fields:
            record[f"charter_{name}"][index] = _value(getattr(parameters.charter, domain), name)
    for index, event in enumerate(parameters.events):
        record["event_week"][index], record["event_size"][index] = event.week, event.size
        record["event_kind"][index] = EVENTS.index(event.kind)
    shares = [record[f"market_start_share_{arm}"] for arm in ARMS]
    for arm in ARMS:
        record[f"market_start_share_{arm}"] = record[f"market_start_share_{arm}"] / sum(shares)
    record["demand"] = solved_demand(record)


def solved_demand(rows: Any) -> Any:
    """Weekly leads per unit of the demand factors, such that customers grow at `market.target_growth` at the start.

    Solves leads x conversion = churn + growth with the demand factors that a firm of this context has at its start
    (typical campaign pressure, no standing errors): contexts then start comparable, whatever the role model.
    `rows`: an array of dtype RECORD, any shape, or one record; float64 of that shape, or a number, to the same bits.
    Unit: leads/week. Source: model-probe, section 8.
    """
    market = {name: rows[f"market_{name}"] for name in DEMAND_DEPENDS_ON["market"]}
    churn = market["churn"] * (1 + market["churn_satisfaction"] * (1 - market["satisfaction"]))
    gain = market["customers"] * (churn + each(math.log, 1 + market["target_growth"]) / 52)
    brand, growth = market["right_goals"][..., 1] / 0.2, market["right_goals"][..., 0] / 0.2
    pressure = TYPICAL_PRESSURE * rows["execution_load"]
    factors = (
        (1 - market["word_of_mouth"] + market["word_of_mouth"] * market["satisfaction"] / market["usual_satisfaction"])
        * (market["base_brand"] + market["goodwill"] * brand)
        * (market["base_pressure"] + pressure / (pressure + market["saturation"]))
        * (market["conversion_raw"] + market["conversion_refined"] * market["refinement"])
        * (1 - market["goal_fit"] + market["goal_fit"] * growth)
    )
    # Drift and jumps keep three settings off by this much each (variance), however well they are corrected.
    drift, jumps = market["drift"] * market["drift"], market["jumps"] * market["jump_size"] * market["jump_size"]
    fit = each(math.exp, -3 * market["misfit"] * ((drift + jumps) / CORRECTION))
    wanted = np.maximum(gain, 0.02 * market["customers"] * churn)
    # At the corners a lead is worth next to nothing: no market then sends more of them than there are people.
    return wanted / np.maximum(market["conversion"] * factors * fit, np.maximum(wanted / EVERYBODY, NOTHING))


# What the level of demand is solved from: group -> names.
DEMAND_DEPENDS_ON = {
    "market": (
        *("churn", "churn_satisfaction", "satisfaction", "customers", "target_growth", "right_goals", "word_of_mouth"),
        *("usual_satisfaction", "base_brand", "goodwill", "base_pressure", "saturation", "conversion_raw"),
        *("conversion_refined", "refinement", "goal_fit", "drift", "jumps", "jump_size", "misfit", "conversion"),
    ),
    "execution": ("load",),
}

# Natural ends, which no firm that anybody would type comes near: what grows without one runs to infinity at the corners of the
# declared ranges. People of a market at most, whatever it sells; standard deviations by which an idea is new at most; and
# the least worth of a lead that still counts.
EVERYBODY, FURTHEST_NOVELTY, NOTHING = 1e10, 10.0, 1e-300

# What firms settle at in the baseline, measured once over all role models together (blind to their order): campaign
# pressure at load 1 (index), and twice the weekly rate at which decisions correct standing errors.
TYPICAL_PRESSURE, CORRECTION = 1.2, 0.21


def describe(model: type[BaseModel] = Parameters, prefix: str = "") -> list[dict]:
    """All parameters as rows: path, default, low, high, unit, meaning, source, role (one dict each)."""
    rows: list[dict] = []
    for name, field in model.model_fields.items():
        path, annotation = f"{prefix}{name}", field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            rows += describe(annotation, f"{path}.")
        elif name in ("teams", "events") and model is Parameters:
            rows += describe(Team if name == "teams" else Event, f"{path}.N.")
        else:
            noted: Any = field.json_schema_extra or {}
            extra = dict(noted)
            bounds = {type(item).__name__: item for item in field.metadata}
            low = getattr(bounds.get("Ge"), "ge", None)
            high = getattr(bounds.get("Le"), "le", None)
            rows.append({"path": path, "default": field.default, "low": low, "high": high, **extra})
    return rows
