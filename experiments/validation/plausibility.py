"""Do firms drawn from the declared ranges stay within what real firms show?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tandem.experiments.effects.role_models import contexts
from tandem.experiments.validation.executives import decades, furthest
from tandem.experiments.validation.trials import Trial
from tandem.sim.parameters import GOALS, LEVERS, SKILLS
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario, catalogue
from tandem.sim.seeds import entropy

# Middle 90% of firms must lie here (units as in tandem.sim.outcomes).
BANDS = {
    "revenue_growth": (-0.25, 0.60),
    "conversion_rate": (0.005, 0.08),
    "customer_retention": (0.55, 0.97),
    "marketing_spend_share": (0.03, 0.20),
    "conflict_rate": (0.0, 12.0),
    "decision_delay_weeks": (0.3, 20.0),
}


def random_firm(draw: np.random.Generator) -> Scenario:
    """A firm with a pair: random role model, context, levers, trust, culture, priorities, skills, hours, load and churn."""
    arms = [entry.name for entry in catalogue() if entry.kind == "role_model" and not entry.control]
    scenario = Scenario.of(role_model=str(draw.choice(arms)), context=str(draw.choice(contexts())))
    p = scenario.parameters
    changes: dict[str, float] = {f"levers.{lever}": float(draw.random()) for lever in LEVERS}
    changes |= {
        "dyad.trust": float(draw.uniform(0.2, 0.9)),
        "culture.trust": float(draw.uniform(0.3, 0.7)),
        "execution.load": float(p.execution.load * draw.uniform(0.6, 1.3)),
        "market.churn": float(p.market.churn * np.exp(draw.uniform(-0.7, 0.7))),
    }
    for post in ("ceo", "coo"):
        leader = getattr(p, post)
        weights = draw.dirichlet(12 * np.array(leader.priorities.vector()))
        changes |= {f"{post}.priorities.{goal}": float(weight) for goal, weight in zip(GOALS, weights)}
        for skill in SKILLS:
            value = getattr(leader.skills, skill) + draw.uniform(-0.2, 0.2)
            changes[f"{post}.skills.{skill}"] = float(np.clip(value, 0.05, 0.95))
        changes[f"{post}.hours"] = float(leader.hours * draw.uniform(0.8, 1.5))
    return scenario.with_(changes)


def random_firms(n: int, seed: int | str) -> list[Scenario]:
    """n firms from one seed."""
    draw = np.random.default_rng(entropy(seed))
    return [random_firm(draw) for _ in range(n)]


def bands(outcomes: pd.DataFrame) -> pd.DataFrame:
    """One row an outcome: 5th and 95th percentile, the band, and whether the middle 90% lies in it."""
    rows = []
    for name, (low, high) in BANDS.items():
        values = outcomes[name].dropna()
        p5, p95 = np.quantile(values, [0.05, 0.95])
        rows.append({"outcome": name, "p5": p5, "p95": p95, "low": low, "high": high, "inside": bool(low <= p5 and p95 <= high)})
    return pd.DataFrame(rows)


# The same on firms of a population over their window: statistic -> (column of the firm table, quantile, low, high).
POPULATION_BANDS = {
    "growth p5": ("growth", 0.05, float(np.log1p(BANDS["revenue_growth"][0])), np.inf),
    "growth p95": ("growth", 0.95, -np.inf, float(np.log1p(BANDS["revenue_growth"][1]))),
    "conflict p95": ("conflict_rate", 0.95, -np.inf, BANDS["conflict_rate"][1]),
    "delay p5": ("decision_delay_weeks", 0.05, BANDS["decision_delay_weeks"][0], np.inf),
    "delay p95": ("decision_delay_weeks", 0.95, -np.inf, BANDS["decision_delay_weeks"][1]),
    "spending p5": ("marketing_spend_share", 0.05, BANDS["marketing_spend_share"][0], np.inf),
    "spending p95": ("marketing_spend_share", 0.95, -np.inf, BANDS["marketing_spend_share"][1]),
    "trust p5": ("trust", 0.05, 0.03, np.inf),
    "trust p95": ("trust", 0.95, -np.inf, 0.97),
    "personal conflict median": ("relationship_conflict", 0.5, 0.02, 0.6),
}


# Over forty years: how far the firm that grew most came (common logarithm of its multiple of its first year's revenue).
LONG_BANDS = {"forty years, furthest": (0.0, 3.0)}


def population_bands(table: pd.DataFrame) -> dict[str, float]:
    """Quantiles of the firm table (`tandem.experiments.validation.statistics.firm_table`) to lie within POPULATION_BANDS."""
    return {name: float(np.nanquantile(table[column], share)) for name, (column, share, _, _) in POPULATION_BANDS.items()}


def plausible_ranges() -> dict[str, tuple[float, float]]:
    """Every statistic of a population that must be plausible, with its lower and upper end."""
    return {**{name: (low, high) for name, (_, _, low, high) in POPULATION_BANDS.items()}, **LONG_BANDS}


def plausible_figures(trial: Trial) -> dict[str, float]:
    """The same statistics of one trial, its forty years among them."""
    return {**population_bands(trial.table), "forty years, furthest": furthest(trial)}


def sector_growth(trial: Trial) -> pd.DataFrame:
    """One row a context and decade of the forty years of a trial: context, decade (1 to 4), firms, median (of yearly log growth
    of revenue), low and high (the range that the context declares for its sector), inside. Contexts that declare none are
    left out."""
    firms = trial.population.firms(trial.size.long, trial.seed, pairs_only=False).table["context"].value_counts()
    rows = []
    for context, medians in decades(trial).items():
        sector = Scenario.load(context).story.sector
        if sector is None:
            continue
        for number, median in enumerate(medians, start=1):
            span = sector.first_decade if number == 1 else sector.later_decades
            row = {"context": context, "decade": number, "firms": int(firms[context]), "median": float(median)}
            rows.append({**row, "low": span.low, "high": span.high, "inside": span.holds(float(median))})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    from tandem.experiments.firms.population import Population
    from tandem.experiments.validation.trials import Size

    print(bands(simulate_batch(random_firms(2000, 1), runs=1, seed=1, parameters="declared").outcomes).to_string(index=False))
    for values in ("declared", "default"):
        print(f"\nForty years, {values} values")
        print(
            sector_growth(Trial(Population.load("population", parameters=values), 5, Size(100, 100, 20, 1500))).to_string(
                index=False
            )
        )
