"""What is measured: every outcome of a run and every column of its weekly table, with unit, meaning and titles.

Light on purpose: no compiler, no tables. A test holds `OUTCOMES` equal to `tandem.sim.phases.measures.NAMES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["high", "low", "neither"]


@dataclass(frozen=True)
class Outcome:
    """One number that a run ends with. `better` says which direction a firm would wish for, if any."""

    name: str
    unit: str
    meaning: str
    better: Better
    headline: bool
    needs_pair: bool
    """Not-a-number in a firm that never had both leaders."""
    title_en: str
    title_fr: str
    family: str
    """market, pair, deciding or work: outcomes of one family share a colour."""

    def title(self, lang: str = "en") -> str:
        """The title in a language."""
        return self.title_fr if lang == "fr" else self.title_en

    def unit_in(self, lang: str = "en") -> str:
        """The unit in a language."""
        return UNITS_FR[self.unit] if lang == "fr" else self.unit


@dataclass(frozen=True)
class Column:
    """One column of the weekly table; `quarter` says how thirteen weeks make a quarter of it."""

    name: str
    unit: str
    meaning: str
    quarter: Literal["end", "sum", "mean", "ratio", "key"]
    title_en: str
    title_fr: str

    def title(self, lang: str = "en") -> str:
        """The title in a language."""
        return self.title_fr if lang == "fr" else self.title_en

    def unit_in(self, lang: str = "en") -> str:
        """The unit in a language."""
        return UNITS_FR[self.unit] if lang == "fr" else self.unit


# fmt: off
# name, unit, better, title_en, title_fr, meaning; a star marks a headline.
_MARKET = (
    ("revenue_growth*", "share/year", "high", "Revenue growth", "Croissance du chiffre d'affaires",
     "yearly growth of weekly revenue, from the start to the mean week of the last quarter"),
    ("conversion_rate*", "customers/lead", "high", "Conversion rate", "Taux de conversion",
     "customers won per lead, over the whole run"),
    ("cost_per_acquisition*", "kEUR/customer", "low", "Cost per acquisition", "Coût d'acquisition",
     "all marketing spending per customer won"),
    ("return_on_investment*", "kEUR/kEUR", "high", "Return on investment", "Retour sur investissement",
     "two years of margin (thinned by churn) of the customers won by campaigns, per kEUR of marketing spending; "
     "1 means that the money comes back"),
    ("satisfaction*", "0-1", "high", "Customer satisfaction", "Satisfaction des clients",
     "mean satisfaction over the last quarter"),
    ("brand_awareness*", "0-1", "high", "Brand awareness", "Notoriété de la marque",
     "mean brand awareness over the last quarter"),
    ("customer_retention", "share/year", "high", "Customer retention", "Fidélité des clients",
     "share of customers still there after a year, at the run's mean churn"),
    ("marketing_spend_share", "share of revenue", "neither", "Marketing spending", "Dépenses de marketing",
     "marketing spending over revenue, over the whole run"),
    ("profit_per_week", "kEUR/week", "high", "Profit per week", "Bénéfice par semaine",
     "gross margin less marketing spending, mean over the run"),
    ("cash", "kEUR", "high", "Cash earned", "Trésorerie gagnée", "sum of weekly profits at the end"),
    ("ruined", "0 or 1", "low", "Ruined", "Ruine",
     "1 if losses ever added up to a quarter of a year's starting revenue (13 weeks of it)"),
    ("technique", "multiple of the usual", "high", "Technique", "Technique",
     "worth of the marketing techniques in use at the end, 1 at the start"),
    ("reputation", "0-1", "high", "Reputation with authorities", "Réputation auprès des autorités",
     "reputation at the end; falls while approvals are long in arrears"),
    ("refinement", "0-1", "high", "Refinement of the funnel", "Affinage du parcours d'achat",
     "how well the path to purchase is tuned, at the end"),
    ("budget_share_brand", "share", "neither", "Budget share of the brand", "Part du budget pour la marque",
     "share of the budget spent on the brand at the end"),
)
_PAIR = (
    ("conflict_rate*", "episodes/quarter", "low", "Conflict rate", "Taux de conflit",
     "conflict episodes of all three kinds per quarter with both leaders in post"),
    ("task_conflict_rate", "episodes/quarter", "neither", "Task conflict rate", "Conflits sur le fond",
     "quarrels over the matter itself, per quarter"),
    ("relationship_conflict_rate", "episodes/quarter", "low", "Relationship conflict rate", "Conflits de personnes",
     "personal quarrels, per quarter"),
    ("process_conflict_rate", "episodes/quarter", "low", "Process conflict rate", "Conflits sur les rôles",
     "quarrels over who decides, per quarter"),
    ("conflict_per_decision", "episodes/decision", "low", "Conflicts per decision", "Conflits par décision",
     "conflict episodes of all kinds per decision taken"),
    ("cause_priorities_share", "share", "neither", "Conflict from priorities", "Conflits dus aux priorités",
     "share of conflict that springs from different priorities"),
    ("cause_styles_share", "share", "neither", "Conflict from styles", "Conflits dus aux styles",
     "share of conflict that springs from incompatible styles of management"),
    ("cause_communication_share", "share", "neither", "Conflict from lack of communication",
     "Conflits dus au manque de communication", "share of conflict that springs from what was not told"),
    ("cause_roles_share", "share", "neither", "Conflict from unclear roles", "Conflits dus aux rôles flous",
     "share of conflict that springs from unclear roles"),
    ("trust", "0-1", "high", "Trust at the end", "Confiance à la fin", "mean trust of the two leaders at the end"),
    ("trust_mean", "0-1", "high", "Trust", "Confiance", "mean trust of the two leaders over the weeks with both in post"),
    ("relationship_conflict", "0-1", "low", "Relationship conflict at the end", "Tension entre personnes à la fin",
     "level of relationship conflict at the end"),
    ("relationship_conflict_mean", "0-1", "low", "Relationship conflict", "Tension entre personnes",
     "mean level of relationship conflict over the weeks with both in post"),
    ("role_clarity", "probability", "high", "Role clarity", "Clarté des rôles",
     "probability that both act as the charter says, weighted by how often each kind of decision arises; mean over "
     "the weeks with both in post"),
    ("goal_gap", "0-1", "neither", "Gap between priorities", "Écart entre priorités",
     "half the absolute distance of the two leaders' goal weights, mean over the weeks with both in post"),
    ("information_shared", "share", "high", "Information shared", "Information partagée",
     "share of the other's view taken over when both have judged a matter"),
)
_DECIDING = (
    ("decision_delay_weeks*", "weeks", "low", "Decision delay", "Délai de décision",
     "weeks from a decision's arising to its taking or lapsing; open ones count at their age"),
    ("lapsed_share", "share", "low", "Decisions lapsed", "Décisions caduques", "share of concluded decisions that lapsed"),
    ("decisions_taken", "decisions", "neither", "Decisions taken", "Décisions prises", "decisions taken over the run"),
    ("decisions_dropped", "decisions", "low", "Decisions dropped", "Décisions perdues",
     "decisions and projects lost for want of room in the pool"),
    ("omission_rate", "share", "low", "Good proposals refused", "Bonnes propositions refusées",
     "share of truly good proposals that were refused or lapsed"),
    ("commission_rate", "share", "low", "Bad proposals accepted", "Mauvaises propositions acceptées",
     "share of truly bad proposals that were accepted"),
    ("setting_error", "standard deviations", "low", "Error of settings", "Erreur des réglages",
     "absolute error of a setting when it is decided, mean"),
    ("standing_error", "standard deviations", "low", "Standing error", "Erreur en vigueur",
     "absolute error of the settings in force, mean over the five standing domains and the run"),
    ("double_directives", "decisions/quarter", "low", "Double directives", "Doubles consignes",
     "decisions that both leaders gave instructions on, per quarter"),
    ("orphaned_decisions", "decisions/quarter", "low", "Orphaned decisions", "Décisions orphelines",
     "decisions that nobody took up when they arose, per quarter"),
    ("usurped_decisions", "decisions/quarter", "low", "Usurped decisions", "Décisions usurpées",
     "decisions taken by the leader who does not own them, per quarter"),
    ("reopened_decisions", "decisions/quarter", "low", "Reopened decisions", "Décisions rouvertes",
     "decisions challenged by the other leader, per quarter"),
    ("arbitrations", "arbitrations/quarter", "low", "Arbitrations", "Arbitrages", "matters settled by an arbiter, per quarter"),
    ("departures", "departures", "low", "Departures", "Départs", "times a leader left over the run"),
    ("hours_used_share", "share", "neither", "Leaders' hours used", "Temps des dirigeants utilisé",
     "share of the two leaders' marketing hours that was used"),
    ("ceo_hours", "hours/week", "neither", "CEO's hours", "Heures du PDG", "hours the CEO spent on marketing, mean week"),
    ("coo_hours", "hours/week", "neither", "COO's hours", "Heures du directeur des opérations",
     "hours the COO spent on marketing, mean week"),
    ("meeting_hours", "hours/week", "neither", "Meeting hours", "Heures de réunion", "hours of leaders' meetings, mean week"),
    ("fatigue", "0-1", "low", "Leaders' fatigue", "Fatigue des dirigeants", "mean fatigue of the leaders in post at the end"),
    ("leader_skill", "0-1", "high", "Leaders' skill", "Compétence des dirigeants",
     "mean of the four skills of the leaders in post at the end"),
)
_WORK = (
    ("morale", "0-1", "high", "Team morale", "Moral des équipes", "morale of the teams, mean over teams and weeks"),
    ("team_skill", "0-1", "high", "Team skill", "Compétence des équipes", "mean skill of the teams at the end"),
    ("hidden_work_share", "share", "low", "Hidden work", "Travail caché", "rework and wasted work as a share of all work"),
    ("unanswered_share", "share", "low", "Questions unanswered", "Questions sans réponse",
     "share of the teams' questions that no owner answered"),
    ("backlog_weeks", "weeks", "low", "Backlog", "Travail en attente", "work waiting over weekly capacity, mean"),
    ("experiments_proposed", "experiments", "high", "Experiments proposed", "Expérimentations proposées",
     "experiments that teams put forward over the run"),
    ("experiments_started", "experiments", "high", "Experiments started", "Expérimentations lancées",
     "experiments started over the run"),
    ("experiments_succeeded", "experiments", "high", "Experiments that worked", "Expérimentations réussies",
     "experiments that proved feasible over the run"),
    ("experiments_stopped", "experiments", "neither", "Experiments stopped", "Expérimentations arrêtées",
     "experiments stopped by the gatekeeper after their first stage, over the run"),
    ("campaigns_launched", "campaigns", "neither", "Campaigns accepted", "Campagnes acceptées",
     "campaigns accepted over the run"),
    ("launched_performance", "standard deviations", "high", "Performance of campaigns", "Rendement des campagnes",
     "growth and efficiency worth of accepted campaigns, mean; 0 is an average proposal"),
    ("launched_brand", "standard deviations", "high", "Brand fit of campaigns", "Cohérence de marque des campagnes",
     "brand worth of accepted campaigns, mean; 0 is an average proposal"),
    ("novelty_accepted", "standard deviations, summed", "high", "Novelty accepted", "Nouveauté acceptée",
     "innovation worth of all accepted experiments together"),
    ("team_1_morale", "0-1", "high", "Morale of team 1", "Moral de l'équipe 1", "morale of the first team, mean over weeks"),
    ("team_1_wait_weeks", "weeks", "low", "Wait in team 1", "Attente dans l'équipe 1",
     "weeks from a project's reaching the first team to its end, mean"),
    ("team_1_unanswered_share", "questions/person-week", "low", "Unanswered questions of team 1",
     "Questions sans réponse de l'équipe 1", "questions of the first team that nobody answered, per unit of its work"),
)

# fmt: on
UNITS_FR = {
    "0 or 1": "0 ou 1",
    "0-1": "0-1",
    "arbitrations/quarter": "arbitrages/trimestre",
    "campaigns": "campagnes",
    "customers": "clients",
    "customers/lead": "clients/prospect",
    "customers/week": "clients/semaine",
    "decisions": "décisions",
    "decisions/quarter": "décisions/trimestre",
    "decisions/week": "décisions/semaine",
    "departures": "départs",
    "episodes/decision": "épisodes/décision",
    "episodes/quarter": "épisodes/trimestre",
    "episodes/week": "épisodes/semaine",
    "experiments": "expérimentations",
    "hours/week": "heures/semaine",
    "index": "indice",
    "kEUR": "k€",
    "kEUR/customer": "k€/client",
    "kEUR/kEUR": "k€/k€",
    "kEUR/week": "k€/semaine",
    "leads/week": "prospects/semaine",
    "multiple": "multiple",
    "multiple of the usual": "multiple de l'usage",
    "person-weeks": "semaines-personnes",
    "person-weeks/week": "semaines-personnes/semaine",
    "probability": "probabilité",
    "projects": "projets",
    "quarter": "trimestre",
    "questions/person-week": "questions/semaine-personne",
    "share": "part",
    "share of revenue": "part du chiffre d'affaires",
    "share/year": "part/an",
    "standard deviations": "écarts types",
    "standard deviations, summed": "écarts types, en somme",
    "week": "semaine",
    "weeks": "semaines",
}

FAMILIES = ("market", "pair", "deciding", "work")


def _declared() -> dict[str, Outcome]:
    outcomes = {}
    for family, rows in zip(FAMILIES, (_MARKET, _PAIR, _DECIDING, _WORK)):
        for starred, unit, better, title_en, title_fr, meaning in rows:
            name = starred.rstrip("*")
            outcomes[name] = Outcome(
                name,
                unit,
                meaning,
                better,
                starred != name,
                family == "pair",
                title_en,
                title_fr,
                family,  # type: ignore[arg-type]
            )
    return outcomes


OUTCOMES: dict[str, Outcome] = _declared()
"""Every outcome by name, in the order in which runs report them."""

HEADLINES: tuple[str, ...] = tuple(name for name, outcome in OUTCOMES.items() if outcome.headline)

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
# name, unit, how a quarter is made, title_en, title_fr, meaning
_WEEKLY = (
    ("week", "week", "key", "Week", "Semaine", "number of the week; 0 is the start"),
    ("quarter", "quarter", "key", "Quarter", "Trimestre", "number of the quarter; 0 is the start"),
    ("trust", "0-1", "end", "Trust", "Confiance", "mean trust of the two leaders"),
    ("ceo_trust", "0-1", "end", "CEO's trust in the COO", "Confiance du PDG envers le directeur des opérations",
     "the CEO's trust in the COO"),
    ("coo_trust", "0-1", "end", "COO's trust in the CEO", "Confiance du directeur des opérations envers le PDG",
     "the COO's trust in the CEO"),
    ("relationship_conflict", "0-1", "end", "Relationship conflict", "Tension entre personnes",
     "level of relationship conflict"),
    ("role_clarity", "probability", "end", "Role clarity", "Clarté des rôles",
     "probability that both act as the charter says, weighted by how often each kind of decision arises"),
    ("common_ground", "0-1", "end", "Common ground", "Terrain commun", "knowledge of who knows what"),
    ("goal_gap", "0-1", "end", "Gap between priorities", "Écart entre priorités",
     "half the absolute distance of the two leaders' goal weights"),
    ("brand_awareness", "0-1", "end", "Brand awareness", "Notoriété de la marque", "brand awareness"),
    ("satisfaction", "0-1", "end", "Customer satisfaction", "Satisfaction des clients", "customer satisfaction"),
    ("revenue", "kEUR/week", "sum", "Revenue", "Chiffre d'affaires",
     "revenue of the week; in row 0, of the week before the start"),
    ("customers", "customers", "end", "Customers", "Clients", "customers at the end of the week"),
    ("leads", "leads/week", "sum", "Leads", "Prospects", "people who show interest"),
    ("conversion_rate", "customers/lead", "ratio", "Conversion rate", "Taux de conversion", "customers won per lead"),
    ("conversion_chance", "probability", "mean", "Conversion chance", "Chance de conversion",
     "chance that a lead becomes a customer, before luck"),
    ("new_customers", "customers/week", "sum", "Customers won", "Clients gagnés", "customers won"),
    ("lost_customers", "customers/week", "sum", "Customers lost", "Clients perdus", "customers lost"),
    ("spend", "kEUR/week", "sum", "Marketing spending", "Dépenses de marketing", "all marketing spending"),
    ("profit", "kEUR/week", "sum", "Profit", "Bénéfice", "gross margin less marketing spending"),
    ("cash", "kEUR", "end", "Cash earned", "Trésorerie gagnée", "sum of profits since the start"),
    ("aspiration", "kEUR/week", "end", "Aspired revenue", "Chiffre d'affaires visé", "revenue that the firm aspires to"),
    ("technique", "multiple of the usual", "end", "Technique", "Technique", "worth of the techniques in use"),
    ("refinement", "0-1", "end", "Refinement of the funnel", "Affinage du parcours d'achat",
     "how well the path to purchase is tuned"),
    ("reputation", "0-1", "end", "Reputation with authorities", "Réputation auprès des autorités",
     "reputation; falls while approvals are long in arrears"),
    ("competitor", "multiple", "end", "Competitor's pressure", "Pression du concurrent",
     "demand left by a competitor's attack; 1 without one"),
    ("market_size", "multiple", "end", "Market size", "Taille du marché", "size of the market, 1 at the start"),
    ("campaign_pressure", "index", "mean", "Campaign pressure", "Pression des campagnes",
     "weight of running campaigns on demand"),
    ("campaigns_running", "campaigns", "end", "Campaigns running", "Campagnes en cours", "campaigns on air"),
    ("task_episodes", "episodes/week", "sum", "Task conflicts", "Conflits sur le fond", "quarrels over the matter opened"),
    ("process_episodes", "episodes/week", "sum", "Process conflicts", "Conflits sur les rôles", "quarrels over who decides"),
    ("relationship_episodes", "episodes/week", "sum", "Personal quarrels", "Conflits de personnes", "personal quarrels"),
    ("conflict_episodes", "episodes/week", "sum", "Conflicts", "Conflits", "conflict episodes of all three kinds"),
    ("decisions_open", "decisions", "end", "Decisions open", "Décisions ouvertes", "decisions open at the end of the week"),
    ("decided", "decisions/week", "sum", "Decisions taken", "Décisions prises", "decisions taken"),
    ("lapsed", "decisions/week", "sum", "Decisions lapsed", "Décisions caduques", "decisions that lapsed"),
    ("dropped", "decisions/week", "sum", "Decisions dropped", "Décisions perdues",
     "decisions and projects lost for want of room"),
    ("open_delay_weeks", "weeks", "end", "Age of open decisions", "Âge des décisions ouvertes",
     "mean age of the decisions open; 0 where none is"),
    ("projects_open", "projects", "end", "Projects open", "Projets ouverts", "projects in work or on air"),
    ("capacity", "person-weeks/week", "sum", "Capacity", "Capacité", "work the teams could do"),
    ("work_done", "person-weeks/week", "sum", "Work done", "Travail fait", "work done on projects"),
    ("rework_done", "person-weeks/week", "sum", "Rework done", "Travail refait", "work spent on repairing defects"),
    ("wasted_work", "person-weeks/week", "sum", "Wasted work", "Travail perdu",
     "work added by double directives and reopened decisions"),
    ("backlog", "person-weeks", "end", "Backlog", "Travail en attente", "work waiting for the teams"),
    ("morale", "0-1", "end", "Team morale", "Moral des équipes", "mean morale of the teams"),
    ("team_skill", "0-1", "end", "Team skill", "Compétence des équipes", "mean skill of the teams"),
    ("meeting_hours", "hours/week", "sum", "Meeting hours", "Heures de réunion", "hours of leaders' meetings"),
    ("ceo_hours_used", "hours/week", "sum", "CEO's hours", "Heures du PDG", "hours the CEO spent on marketing"),
    ("coo_hours_used", "hours/week", "sum", "COO's hours", "Heures du directeur des opérations",
     "hours the COO spent on marketing"),
    ("lead_hours_used", "hours/week", "sum", "Marketing lead's hours", "Heures du responsable marketing",
     "hours of the marketing lead"),
    ("ceo_fatigue", "0-1", "end", "CEO's fatigue", "Fatigue du PDG", "fatigue of the CEO"),
    ("coo_fatigue", "0-1", "end", "COO's fatigue", "Fatigue du directeur des opérations", "fatigue of the COO"),
    ("ceo_present", "0 or 1", "end", "CEO in post", "PDG en poste", "1 if the post is filled"),
    ("coo_present", "0 or 1", "end", "COO in post", "Directeur des opérations en poste", "1 if the post is filled"),
    ("crisis", "0 or 1", "end", "Crisis", "Crise", "1 while a crisis lasts"),
    ("standing_error", "standard deviations", "end", "Standing error", "Erreur en vigueur",
     "absolute error of the settings in force, mean over the five standing domains"),
    *((f"standing_error_{domain}", "standard deviations", "end", f"Standing error: {DOMAIN_TITLES[domain][0]}",
       f"Erreur en vigueur : {DOMAIN_TITLES[domain][1]}", "error of the setting in force (signed; 0 is right)")
      for domain in STANDING_DOMAINS),
    *((f"role_clarity_{domain}", "probability", "end", f"Role clarity: {en}", f"Clarté des rôles : {fr}",
       "probability that both act as the charter says in this domain") for domain, (en, fr) in DOMAIN_TITLES.items()),
    *((f"budget_share_{arm}", "share", "end", f"Budget for {en}", f"Budget pour {fr}", "share of the budget")
      for arm, (en, fr) in ARM_TITLES.items()),
)
# fmt: on

WEEKLY: dict[str, Column] = {
    name: Column(name, unit, meaning, quarter, title_en, title_fr)  # type: ignore[arg-type]
    for name, unit, quarter, title_en, title_fr, meaning in _WEEKLY
}
"""Every column of `Run.weekly`, in its order."""

PAIR_COLUMNS = (
    "trust",
    "ceo_trust",
    "coo_trust",
    "relationship_conflict",
    "role_clarity",
    "goal_gap",
    "task_episodes",
    "process_episodes",
    "relationship_episodes",
    "conflict_episodes",
    *(f"role_clarity_{domain}" for domain in DOMAIN_TITLES),
)
"""Columns that are not-a-number in a firm that has not had both leaders yet."""
