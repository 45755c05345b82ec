"""What a run ends with: every outcome, declared once, with its unit, direction, texts and what of the run it is taken over.

Its formula is the one line in `sim/phases/measures.py` that writes it, by name: `MEASURED` is the record written there, a
field an outcome. All else (tables, reports, plans of sweeps) goes by name from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tandem.sim.given import listed
from tandem.sim.mistake import Mistake
from tandem.sim.units import Quantity

Better = Literal["high", "low", "neither"]
Counted = Literal["run", "pair", "quarter", "end"]
"""Taken over the whole run, the weeks with both leaders in post, the last quarter, or what stands at the end."""


@dataclass(frozen=True, kw_only=True)
class Outcome(Quantity):
    """One number that a run ends with. `better` says which direction a firm would wish for, if any."""

    counted: Counted
    better: Better
    headline: bool
    family: str
    """market, pair, deciding or work: outcomes of one family share a colour."""

    @property
    def needs_pair(self) -> bool:
        """Not-a-number in a firm that never had both leaders."""
        return self.family == "pair"


# fmt: off
# name, unit, what of the run it is counted over, better, title_en, title_fr, meaning; a star marks a headline.
_MARKET = (
    ("revenue_growth*", "share/year", "quarter", "high", "Revenue growth", "Croissance du chiffre d'affaires",
     "yearly growth of weekly revenue, from the start to the mean week of the last quarter"),
    ("conversion_rate*", "customers/lead", "run", "high", "Conversion rate", "Taux de conversion",
     "customers won per lead, over the whole run"),
    ("cost_per_acquisition*", "kEUR/customer", "run", "low", "Cost per acquisition", "Coût d'acquisition",
     "all marketing spending per customer won"),
    ("return_on_investment*", "kEUR/kEUR", "run", "high", "Return on investment", "Retour sur investissement",
     "two years of margin (thinned by churn) of the customers won by campaigns, per kEUR of marketing spending; "
     "1 means that the money comes back"),
    ("satisfaction*", "0-1", "quarter", "high", "Customer satisfaction", "Satisfaction des clients",
     "mean satisfaction over the last quarter"),
    ("brand_awareness*", "0-1", "quarter", "high", "Brand awareness", "Notoriété de la marque",
     "mean brand awareness over the last quarter"),
    ("customer_retention", "share/year", "run", "high", "Customer retention", "Fidélité des clients",
     "share of customers still there after a year, at the run's mean churn"),
    ("marketing_spend_share", "share of revenue", "run", "neither", "Marketing spending", "Dépenses de marketing",
     "marketing spending over revenue, over the whole run"),
    ("profit_per_week", "kEUR/week", "run", "high", "Profit per week", "Bénéfice par semaine",
     "gross margin less marketing spending, mean over the run"),
    ("cash", "kEUR", "end", "high", "Cash earned", "Trésorerie gagnée", "sum of weekly profits at the end"),
    ("ruined", "0 or 1", "run", "low", "Ruined", "Ruine",
     "1 if losses ever added up to a quarter of a year's starting revenue (13 weeks of it)"),
    ("technique", "multiple of the usual", "end", "high", "Technique", "Technique",
     "worth of the marketing techniques in use at the end, 1 at the start"),
    ("reputation", "0-1", "end", "high", "Reputation with authorities", "Réputation auprès des autorités",
     "reputation at the end; falls while approvals are long in arrears"),
    ("refinement", "0-1", "end", "high", "Refinement of the funnel", "Affinage du parcours d'achat",
     "how well the path to purchase is tuned, at the end"),
    ("budget_share_brand", "share", "end", "neither", "Budget share of the brand", "Part du budget pour la marque",
     "share of the budget spent on the brand at the end"),
)
_PAIR = (
    ("conflict_rate*", "episodes/quarter", "pair", "low", "Conflict rate", "Taux de conflit",
     "conflict episodes of all three kinds per quarter with both leaders in post"),
    ("task_conflict_rate", "episodes/quarter", "pair", "neither", "Task conflict rate", "Conflits sur le fond",
     "quarrels over the matter itself, per quarter"),
    ("relationship_conflict_rate", "episodes/quarter", "pair", "low", "Relationship conflict rate", "Conflits de personnes",
     "personal quarrels, per quarter"),
    ("process_conflict_rate", "episodes/quarter", "pair", "low", "Process conflict rate", "Conflits sur les rôles",
     "quarrels over who decides, per quarter"),
    ("conflict_per_decision", "episodes/decision", "run", "low", "Conflicts per decision", "Conflits par décision",
     "conflict episodes of all kinds per decision taken"),
    ("cause_priorities_share", "share", "pair", "neither", "Conflict from priorities", "Conflits dus aux priorités",
     "share of conflict that springs from different priorities"),
    ("cause_styles_share", "share", "pair", "neither", "Conflict from styles", "Conflits dus aux styles",
     "share of conflict that springs from incompatible styles of management"),
    ("cause_communication_share", "share", "pair", "neither", "Conflict from lack of communication",
     "Conflits dus au manque de communication", "share of conflict that springs from what was not told"),
    ("cause_roles_share", "share", "pair", "neither", "Conflict from unclear roles", "Conflits dus aux rôles flous",
     "share of conflict that springs from unclear roles"),
    ("trust", "0-1", "end", "high", "Trust at the end", "Confiance à la fin", "mean trust of the two leaders at the end"),
    ("trust_mean", "0-1", "pair", "high", "Trust", "Confiance", "mean trust of the two leaders over the weeks with both in post"),
    ("relationship_conflict", "0-1", "end", "low", "Relationship conflict at the end", "Tension entre personnes à la fin",
     "level of relationship conflict at the end"),
    ("relationship_conflict_mean", "0-1", "pair", "low", "Relationship conflict", "Tension entre personnes",
     "mean level of relationship conflict over the weeks with both in post"),
    ("role_clarity", "probability", "pair", "high", "Role clarity", "Clarté des rôles",
     "probability that both act as the charter says, weighted by how often each kind of decision arises; mean over "
     "the weeks with both in post"),
    ("goal_gap", "0-1", "pair", "neither", "Gap between priorities", "Écart entre priorités",
     "half the absolute distance of the two leaders' goal weights, mean over the weeks with both in post"),
    ("information_shared", "share", "pair", "high", "Information shared", "Information partagée",
     "share of the other's view taken over when both have judged a matter"),
)
_DECIDING = (
    ("decision_delay_weeks*", "weeks", "run", "low", "Decision delay", "Délai de décision",
     "weeks from a decision's arising to its taking or lapsing; open ones count at their age"),
    ("lapsed_share", "share", "run", "low", "Decisions lapsed", "Décisions caduques", "share of concluded decisions that lapsed"),
    ("decisions_taken", "decisions", "run", "neither", "Decisions taken", "Décisions prises", "decisions taken over the run"),
    ("decisions_dropped", "decisions", "run", "low", "Decisions dropped", "Décisions perdues",
     "decisions and projects lost for want of room in the pool"),
    ("omission_rate", "share", "run", "low", "Good proposals refused", "Bonnes propositions refusées",
     "share of truly good proposals that were refused or lapsed"),
    ("commission_rate", "share", "run", "low", "Bad proposals accepted", "Mauvaises propositions acceptées",
     "share of truly bad proposals that were accepted"),
    ("setting_error", "standard deviations", "run", "low", "Error of settings", "Erreur des réglages",
     "absolute error of a setting when it is decided, mean"),
    ("standing_error", "standard deviations", "run", "low", "Standing error", "Erreur en vigueur",
     "absolute error of the settings in force, mean over the five standing domains and the run"),
    ("double_directives", "decisions/quarter", "run", "low", "Double directives", "Doubles consignes",
     "decisions that both leaders gave instructions on, per quarter"),
    ("orphaned_decisions", "decisions/quarter", "run", "low", "Orphaned decisions", "Décisions orphelines",
     "decisions that nobody took up when they arose, per quarter"),
    ("usurped_decisions", "decisions/quarter", "run", "low", "Usurped decisions", "Décisions usurpées",
     "decisions taken by the leader who does not own them, per quarter"),
    ("reopened_decisions", "decisions/quarter", "run", "low", "Reopened decisions", "Décisions rouvertes",
     "decisions challenged by the other leader, per quarter"),
    ("arbitrations", "arbitrations/quarter", "run", "low", "Arbitrations", "Arbitrages",
     "matters settled by an arbiter, per quarter"),
    ("departures", "departures", "run", "low", "Departures", "Départs", "times a leader left over the run"),
    ("hours_used_share", "share", "run", "neither", "Leaders' hours used", "Temps des dirigeants utilisé",
     "share of the two leaders' marketing hours that was used"),
    ("ceo_hours", "hours/week", "run", "neither", "CEO's hours", "Heures du PDG", "hours the CEO spent on marketing, mean week"),
    ("coo_hours", "hours/week", "run", "neither", "COO's hours", "Heures du directeur des opérations",
     "hours the COO spent on marketing, mean week"),
    ("meeting_hours", "hours/week", "run", "neither", "Meeting hours", "Heures de réunion",
     "hours of leaders' meetings, mean week"),
    ("fatigue", "0-1", "end", "low", "Leaders' fatigue", "Fatigue des dirigeants",
     "mean fatigue of the leaders in post at the end"),
    ("leader_skill", "0-1", "end", "high", "Leaders' skill", "Compétence des dirigeants",
     "mean of the four skills of the leaders in post at the end"),
)
_WORK = (
    ("morale", "0-1", "run", "high", "Team morale", "Moral des équipes", "morale of the teams, mean over teams and weeks"),
    ("team_skill", "0-1", "end", "high", "Team skill", "Compétence des équipes", "mean skill of the teams at the end"),
    ("hidden_work_share", "share", "run", "low", "Hidden work", "Travail caché", "rework and wasted work as a share of all work"),
    ("unanswered_share", "share", "run", "low", "Questions unanswered", "Questions sans réponse",
     "share of the teams' questions that no owner answered"),
    ("backlog_weeks", "weeks", "run", "low", "Backlog", "Travail en attente", "work waiting over weekly capacity, mean"),
    ("experiments_proposed", "experiments", "run", "high", "Experiments proposed", "Expérimentations proposées",
     "experiments that teams put forward over the run"),
    ("experiments_started", "experiments", "run", "high", "Experiments started", "Expérimentations lancées",
     "experiments started over the run"),
    ("experiments_succeeded", "experiments", "run", "high", "Experiments that worked", "Expérimentations réussies",
     "experiments that proved feasible over the run"),
    ("experiments_stopped", "experiments", "run", "neither", "Experiments stopped", "Expérimentations arrêtées",
     "experiments stopped by the gatekeeper after their first stage, over the run"),
    ("campaigns_launched", "campaigns", "run", "neither", "Campaigns accepted", "Campagnes acceptées",
     "campaigns accepted over the run"),
    ("launched_performance", "standard deviations", "run", "high", "Performance of campaigns", "Rendement des campagnes",
     "growth and efficiency worth of accepted campaigns, mean; 0 is an average proposal"),
    ("launched_brand", "standard deviations", "run", "high", "Brand fit of campaigns", "Cohérence de marque des campagnes",
     "brand worth of accepted campaigns, mean; 0 is an average proposal"),
    ("novelty_accepted", "standard deviations, summed", "run", "high", "Novelty accepted", "Nouveauté acceptée",
     "innovation worth of all accepted experiments together"),
    ("team_1_morale", "0-1", "run", "high", "Morale of team 1", "Moral de l'équipe 1",
     "morale of the first team, mean over weeks"),
    ("team_1_wait_weeks", "weeks", "run", "low", "Wait in team 1", "Attente dans l'équipe 1",
     "weeks from a project's reaching the first team to its end, mean"),
    ("team_1_unanswered_share", "questions/person-week", "run", "low", "Unanswered questions of team 1",
     "Questions sans réponse de l'équipe 1", "questions of the first team that nobody answered, per unit of its work"),
)

# fmt: on

FAMILIES = {"market": _MARKET, "pair": _PAIR, "deciding": _DECIDING, "work": _WORK}


def _declared() -> dict[str, Outcome]:
    outcomes = {}
    for family, rows in FAMILIES.items():
        for starred, unit, counted, better, title_en, title_fr, meaning in rows:
            name = starred.rstrip("*")
            outcomes[name] = Outcome(
                name=name,
                unit=unit,
                counted=counted,  # type: ignore[arg-type]
                better=better,  # type: ignore[arg-type]
                headline=starred != name,
                family=family,
                title_en=title_en,
                title_fr=title_fr,
                meaning=meaning,
            )
    return outcomes


OWN: dict[str, Outcome] = {}
"""Outcomes that a user has declared (`tandem.sim.own_outcomes`), by name, in the order of their declaration."""


class Known(dict[str, Outcome]):
    """The model's outcomes, in the order in which runs report them; asked for by name, a user's own are found as well."""

    def __missing__(self, name: str) -> Outcome:
        return OWN[name]

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in OWN

    def get(self, name: str, default: Any = None) -> Any:
        """The outcome of a name, the model's or a user's own."""
        return super().get(name) or OWN.get(name, default)


OUTCOMES: dict[str, Outcome] = Known(_declared())
"""Every outcome by name, in the order in which runs report them. A user's own are found by name, and stand in OWN alone."""

HEADLINES: tuple[str, ...] = tuple(name for name, outcome in OUTCOMES.items() if outcome.headline)

MEASURED = np.dtype([(name, np.float64) for name in OUTCOMES], align=True)
"""A run's outcomes as the compiled phase writes them: by name. A row of float64, in this order, seen as a record."""


def known(outcome: str) -> str:
    """The name itself; Mistake, with the nearest name, for what is no outcome."""
    if not isinstance(outcome, str) or outcome not in OUTCOMES:
        from difflib import get_close_matches

        near = get_close_matches(str(outcome), [*OUTCOMES, *OWN], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise Mistake(f"{outcome!r} is not an outcome (allowed: names such as revenue_growth or trust_mean){hint}")
    return outcome


def known_all(outcomes: str | Iterable[str]) -> tuple[str, ...]:
    """One outcome or several, each once, at least one. Raises Mistake in one sentence."""
    found = tuple(known(name) for name in listed("outcomes", outcomes))
    twice = next((name for name in found if found.count(name) > 1), None)
    if twice is not None or not found:
        raise Mistake("outcomes: at least one is needed" if twice is None else f"outcomes: {twice!r} stands there twice")
    return found
