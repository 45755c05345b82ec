"""The weekly table: every column, declared once, with its unit, texts, how a quarter is made of it, and where it comes from.

All else (`Run.weekly`, `Run.quarterly`, figures, kept sweeps) goes by name from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tandem.sim.parameters import ARMS, DOMAINS, MAXIMUM_TEAMS
from tandem.sim.state import CEO, COO, LEAD
from tandem.sim.units import Quantity


@dataclass(frozen=True, eq=False)
class Kept:
    """What a run leaves of its weeks: arrays of records (`sim.state`) whose first axis is the week, row 0 the start."""

    firm: np.ndarray
    leaders: np.ndarray
    teams: np.ndarray
    in_force: np.ndarray
    """Parameters in force (`sim.parameters.RECORD`)."""


Source = Callable[[Kept], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Column(Quantity):
    """One column of the weekly table."""

    quarter: Literal["end", "sum", "mean", "ratio", "key"]
    """How thirteen weeks make a quarter: the last one's, their sum or mean, or anew from two other columns' quarters."""
    source: Source
    """One value a week from what a run leaves."""
    over: tuple[str, str] | None
    """The two columns that a ratio is made of, in a week as in a quarter."""
    pair: bool
    """Not-a-number until both leaders have been in post."""
    at_start: bool
    """Row 0 holds a number: a stock, or a flow known from before the start."""


# -- where values come from --------------------------------------------------------------------


def firm(field: str, place: int | None = None) -> Source:
    """A field of the firm; `place` where the field holds several."""
    return lambda kept: kept.firm[field] if place is None else kept.firm[field][:, place]


def leader(field: str, post: int) -> Source:
    """A field of the leader in a post."""
    return lambda kept: kept.leaders[field][:, post]


def mean_of_teams(field: str) -> Source:
    """A field of the teams there are, their mean."""

    def source(kept: Kept) -> np.ndarray:
        count = kept.in_force["team_count"]
        there = np.arange(MAXIMUM_TEAMS) < count[:, None]
        return np.asarray(np.where(there, kept.teams[field], 0.0).sum(axis=1) / count)

    return source


def mean_trust(kept: Kept) -> np.ndarray:
    """Mean trust of the two leaders."""
    trust = kept.leaders["trust"]
    return np.asarray(0.5 * (trust[:, CEO] + trust[:, COO]))


def both_there(kept: Kept) -> np.ndarray:
    """Whether both leaders are in post, by week."""
    return np.asarray((kept.leaders["present"][:, [CEO, COO]] == 1).all(axis=1))


def role_clarity(kept: Kept) -> np.ndarray:
    """Clarity of the domains, weighted by how often each brings a decision; not-a-number while a post is empty or none comes."""
    arrivals = kept.in_force["domain_arrivals_per_week"]
    weight = arrivals.sum(axis=1)
    clarity = (arrivals * kept.firm["clarity"]).sum(axis=1) / np.where(weight > 0.0, weight, np.nan)
    return np.where(both_there(kept), clarity, np.nan)


def clarity_of(domain: int) -> Source:
    """Clarity of one domain; not-a-number while a post is empty."""
    return lambda kept: np.where(both_there(kept), kept.firm["clarity"][:, domain], np.nan)


def goal_gap(kept: Kept) -> np.ndarray:
    """Half the absolute distance of the leaders' goal weights; not-a-number while a post is empty."""
    weights = kept.leaders["priorities"]
    apart = np.abs(weights[:, CEO] - weights[:, COO]).sum(axis=1)
    return np.where(both_there(kept), 0.5 * apart, np.nan)


def episodes(kept: Kept) -> np.ndarray:
    """Conflict episodes of all three kinds."""
    return np.asarray(kept.firm["task_episodes"] + kept.firm["process_episodes"] + kept.firm["relationship_episodes"])


def standing_error(kept: Kept) -> np.ndarray:
    """Absolute error of the settings in force, mean over the standing domains (the others hold 0)."""
    return np.asarray(np.abs(kept.firm["standing_error"]).sum(axis=1) / len(STANDING_DOMAINS))


def weeks(kept: Kept) -> np.ndarray:
    """The weeks' numbers."""
    return np.arange(len(kept.firm))


# -- the columns -------------------------------------------------------------------------------

DOMAIN_TITLES = {
    "budget": ("budget", "budget"),
    "agency": ("agency", "agence"),
    "campaign": ("campaigns", "campagnes"),
    "key_client": ("key clients", "grands comptes"),
    "positioning": ("positioning", "positionnement"),
    "process": ("processes", "processus"),
    "experiment": ("experiments", "expérimentations"),
}
STANDING_DOMAINS = ("budget", "agency", "key_client", "positioning", "process")
"""Domains with a standing choice; campaigns and experiments are proposals and have none."""
ARM_TITLES = {
    "brand": ("brand", "la marque"),
    "activation": ("activation", "l'activation"),
    "experiment": ("experiments", "les expérimentations"),
    "retention": ("retention", "la fidélisation"),
}

# fmt: off
# name, unit, how a quarter is made, title_en, title_fr, meaning, where it comes from (for a ratio: the two columns it is of).
# A star marks a column of the pair, a plus a flow that row 0 holds too.
_WEEKLY: tuple[tuple[str, str, str, str, str, str, Any], ...] = (
    ("week", "week", "key", "Week", "Semaine", "number of the week; 0 is the start", weeks),
    ("quarter", "quarter", "key", "Quarter", "Trimestre", "number of the quarter; 0 is the start",
     lambda kept: (weeks(kept) + 12) // 13),
    ("trust*", "0-1", "end", "Trust", "Confiance", "mean trust of the two leaders", mean_trust),
    ("ceo_trust*", "0-1", "end", "CEO's trust in the COO", "Confiance du PDG envers le directeur des opérations",
     "the CEO's trust in the COO", leader("trust", CEO)),
    ("coo_trust*", "0-1", "end", "COO's trust in the CEO", "Confiance du directeur des opérations envers le PDG",
     "the COO's trust in the CEO", leader("trust", COO)),
    ("relationship_conflict*", "0-1", "end", "Relationship conflict", "Tension entre personnes", "level of relationship conflict",
     firm("relationship_conflict")),
    ("role_clarity*", "probability", "end", "Role clarity", "Clarté des rôles",
     "probability that both act as the charter says, weighted by how often each kind of decision arises; none while a post is "
     "empty", role_clarity),
    ("common_ground", "0-1", "end", "Common ground", "Terrain commun", "knowledge of who knows what", firm("common_ground")),
    ("goal_gap*", "0-1", "end", "Gap between priorities", "Écart entre priorités",
     "half the absolute distance of the two leaders' goal weights", goal_gap),
    ("brand_awareness", "0-1", "end", "Brand awareness", "Notoriété de la marque", "brand awareness", firm("goodwill")),
    ("satisfaction", "0-1", "end", "Customer satisfaction", "Satisfaction des clients", "customer satisfaction",
     firm("satisfaction")),
    ("revenue+", "kEUR/week", "sum", "Revenue", "Chiffre d'affaires",
     "revenue of the week; in row 0, of the week before the start", firm("revenue")),
    ("customers", "customers", "end", "Customers", "Clients", "customers at the end of the week", firm("customers")),
    ("leads", "leads/week", "sum", "Leads", "Prospects", "people who show interest", firm("leads")),
    ("conversion_rate", "customers/lead", "ratio", "Conversion rate", "Taux de conversion", "customers won per lead",
     ("new_customers", "leads")),
    ("conversion_chance", "probability", "mean", "Conversion chance", "Chance de conversion",
     "chance that a lead becomes a customer, before luck", firm("conversion")),
    ("new_customers", "customers/week", "sum", "Customers won", "Clients gagnés", "customers won", firm("new_customers")),
    ("lost_customers", "customers/week", "sum", "Customers lost", "Clients perdus", "customers lost", firm("lost_customers")),
    ("spend", "kEUR/week", "sum", "Marketing spending", "Dépenses de marketing", "all marketing spending", firm("spend")),
    ("profit", "kEUR/week", "sum", "Profit", "Bénéfice", "gross margin less marketing spending", firm("profit")),
    ("cash", "kEUR", "end", "Cash earned", "Trésorerie gagnée", "sum of profits since the start", firm("cash")),
    ("aspiration", "kEUR/week", "end", "Aspired revenue", "Chiffre d'affaires visé", "revenue that the firm aspires to",
     firm("aspiration")),
    ("technique", "multiple of the usual", "end", "Technique", "Technique", "worth of the techniques in use",
     firm("technique")),
    ("refinement", "0-1", "end", "Refinement of the funnel", "Affinage du parcours d'achat",
     "how well the path to purchase is tuned", firm("refinement")),
    ("reputation", "0-1", "end", "Reputation with authorities", "Réputation auprès des autorités",
     "reputation; falls while approvals are long in arrears", firm("reputation")),
    ("competitor", "multiple", "end", "Competitor's pressure", "Pression du concurrent",
     "demand left by a competitor's attack; 1 without one", firm("competitor")),
    ("market_size", "multiple", "end", "Market size", "Taille du marché", "size of the market, 1 at the start",
     firm("market_size")),
    ("campaign_pressure", "index", "mean", "Campaign pressure", "Pression des campagnes", "weight of running campaigns on demand",
     firm("pressure")),
    ("campaigns_running", "campaigns", "end", "Campaigns running", "Campagnes en cours", "campaigns on air", firm("running")),
    ("task_episodes*", "episodes/week", "sum", "Task conflicts", "Conflits sur le fond", "quarrels over the matter opened",
     firm("task_episodes")),
    ("process_episodes*", "episodes/week", "sum", "Process conflicts", "Conflits sur les rôles", "quarrels over who decides",
     firm("process_episodes")),
    ("relationship_episodes*", "episodes/week", "sum", "Personal quarrels", "Conflits de personnes", "personal quarrels",
     firm("relationship_episodes")),
    ("conflict_episodes*", "episodes/week", "sum", "Conflicts", "Conflits", "conflict episodes of all three kinds", episodes),
    ("decisions_open", "decisions", "end", "Decisions open", "Décisions ouvertes", "decisions open at the end of the week",
     firm("decision_count")),
    ("decided", "decisions/week", "sum", "Decisions taken", "Décisions prises", "decisions taken", firm("decided")),
    ("lapsed", "decisions/week", "sum", "Decisions lapsed", "Décisions caduques", "decisions that lapsed", firm("lapsed")),
    ("dropped", "decisions/week", "sum", "Decisions dropped", "Décisions perdues",
     "decisions and projects lost for want of room",
     firm("dropped")),
    ("open_delay_weeks", "weeks", "end", "Age of open decisions", "Âge des décisions ouvertes",
     "mean age of the decisions open; 0 where none is", firm("delay_now")),
    ("projects_open", "projects", "end", "Projects open", "Projets ouverts", "projects in work or on air",
     firm("project_count")),
    ("capacity", "person-weeks/week", "sum", "Capacity", "Capacité", "work the teams could do", firm("capacity")),
    ("work_done", "person-weeks/week", "sum", "Work done", "Travail fait", "work done on projects", firm("work_done")),
    ("rework_done", "person-weeks/week", "sum", "Rework done", "Travail refait", "work spent on repairing defects",
     firm("rework_done")),
    ("wasted_work", "person-weeks/week", "sum", "Wasted work", "Travail perdu",
     "work added by double directives and reopened decisions", firm("wasted_work")),
    ("backlog", "person-weeks", "end", "Backlog", "Travail en attente", "work waiting for the teams", firm("backlog")),
    ("morale", "0-1", "end", "Team morale", "Moral des équipes", "mean morale of the teams", mean_of_teams("morale")),
    ("team_skill", "0-1", "end", "Team skill", "Compétence des équipes", "mean skill of the teams", mean_of_teams("skill")),
    ("meeting_hours", "hours/week", "sum", "Meeting hours", "Heures de réunion", "hours of leaders' meetings",
     firm("meeting_hours")),
    ("ceo_hours_used", "hours/week", "sum", "CEO's hours", "Heures du PDG", "hours the CEO spent on marketing",
     leader("hours_used", CEO)),
    ("coo_hours_used", "hours/week", "sum", "COO's hours", "Heures du directeur des opérations",
     "hours the COO spent on marketing", leader("hours_used", COO)),
    ("lead_hours_used", "hours/week", "sum", "Marketing lead's hours", "Heures du responsable marketing",
     "hours of the marketing lead", leader("hours_used", LEAD)),
    ("ceo_fatigue", "0-1", "end", "CEO's fatigue", "Fatigue du PDG", "fatigue of the CEO", leader("fatigue", CEO)),
    ("coo_fatigue", "0-1", "end", "COO's fatigue", "Fatigue du directeur des opérations", "fatigue of the COO",
     leader("fatigue", COO)),
    ("ceo_present", "0 or 1", "end", "CEO in post", "PDG en poste", "1 if the post is filled", leader("present", CEO)),
    ("coo_present", "0 or 1", "end", "COO in post", "Directeur des opérations en poste", "1 if the post is filled",
     leader("present", COO)),
    ("crisis", "0 or 1", "end", "Crisis", "Crise", "1 while a crisis lasts", lambda kept: kept.firm["crisis_weeks"] > 0),
    ("standing_error", "standard deviations", "end", "Standing error", "Erreur en vigueur",
     "absolute error of the settings in force, mean over the five standing domains", standing_error),
    *((f"standing_error_{domain}", "standard deviations", "end", f"Standing error: {DOMAIN_TITLES[domain][0]}",
       f"Erreur en vigueur : {DOMAIN_TITLES[domain][1]}", "error of the setting in force (signed; 0 is right)",
       firm("standing_error", DOMAINS.index(domain))) for domain in STANDING_DOMAINS),
    *((f"role_clarity_{domain}*", "probability", "end", f"Role clarity: {en}", f"Clarté des rôles : {fr}",
       "probability that both act as the charter says in this domain; none while a post is empty",
       clarity_of(DOMAINS.index(domain))) for domain, (en, fr) in DOMAIN_TITLES.items()),
    *((f"budget_share_{arm}", "share", "end", f"Budget for {en}", f"Budget pour {fr}", "share of the budget",
       firm("shares", ARMS.index(arm))) for arm, (en, fr) in ARM_TITLES.items()),
)
# fmt: on


def ratio(over: tuple[str, str], values: Callable[[str], np.ndarray]) -> np.ndarray:
    """One column over another, given by name; not-a-number where there is nothing to divide by."""
    above, below = (np.asarray(values(name), dtype=float) for name in over)
    return above / np.where(below > 0, below, np.nan)


def _ratio_of(above: str, below: str) -> Source:
    return lambda kept: ratio((above, below), lambda name: WEEKLY[name].source(kept))


def _declared() -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for marked, unit, quarter, title_en, title_fr, meaning, origin in _WEEKLY:
        name = marked.rstrip("*+")
        over = origin if isinstance(origin, tuple) else None
        columns[name] = Column(
            name=name,
            unit=unit,
            meaning=meaning,
            title_en=title_en,
            title_fr=title_fr,
            quarter=quarter,  # type: ignore[arg-type]
            source=origin if over is None else _ratio_of(*over),
            over=over,
            pair="*" in marked,
            at_start=quarter in ("end", "key") or "+" in marked,
        )
    return columns


WEEKLY: dict[str, Column] = _declared()
"""Every column of `Run.weekly`, in its order."""


def weekly_values(kept: Kept) -> dict[str, np.ndarray]:
    """The columns of the weekly table by name: whole numbers for the keys, float64 for the others."""
    unpaired = kept.firm["ever_paired"] == 0
    values = {}
    for name, column in WEEKLY.items():
        made = np.array(column.source(kept), dtype=np.int64 if column.quarter == "key" else np.float64)
        if not column.at_start:
            made[0] = np.nan
        if column.pair:
            made[unpaired] = np.nan
        values[name] = made
    return values
