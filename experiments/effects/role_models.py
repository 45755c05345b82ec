"""The role models and controls compared in every context, on the same replicates, under the default and the alternative
assumptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from tandem.experiments.firms.kept_batches import play
from tandem.sim.comparison import Comparison, compare_batches, difference_beside
from tandem.sim.intervals import DECIDED, controlled_mean, paired_difference, verdict
from tandem.sim.outcomes import OUTCOMES, OWN
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.results import Batch
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.catalogue import of_kind
from tandem.sim.until import difference_until_decided

if TYPE_CHECKING:
    import pandas as pd

HEADLINES = (
    "revenue_growth",
    "conflict_rate",
    "decision_delay_weeks",
    "omission_rate",
    "commission_rate",
    "brand_awareness",
    "profit_per_week",
)
# What statements about role models are made of.
STATEMENTS = ("revenue_growth", "conflict_rate", "decision_delay_weeks")

# The structural choices on which the order of the role models hangs, each with an alternative to its default.
ALTERNATIVES: Mapping[str, Mapping[str, object]] = {
    "no media budget limit": {"assumptions.media_budget_exponent": 0.0},
    "meeting time no bottleneck": {"assumptions.meeting_time": False},
    "effort alike for all": {"assumptions.specialised_effort": False},
    "gate on feasibility": {"assumptions.gate": "feasibility"},
    "capacity 0.8 of load": {"assumptions.capacity": 0.8},
    "ambiguity at double price": {"assumptions.ambiguity_price": 2.0},
    "trust frozen": {"assumptions.trust_frozen": True},
    "shared ambiguity counted twice": {"switches.dual_command": True},
    "nobody must follow the work": {"switches.supervision": False},
    "one regime of trust": {"switches.reliance": False},
    "no role outside": {"switches.outside_role": False},
}
# The other ends of three of them, and choices that move fewer statements: only a longer study plays these.
FURTHER: Mapping[str, Mapping[str, object]] = {
    "one fixed media budget": {"assumptions.media_budget_exponent": 1.0},
    "capacity 1.3 of load": {"assumptions.capacity": 1.3},
    "ambiguity free": {"assumptions.ambiguity_price": 0.0},
    "a leader alone has his full week": {"execution.lone_share": 0.0},
    "media budget spent": {"assumptions.media_budget_spent": True},
    "lines of business never mature": {"switches.growth_path": False},
    "posts are paid by use": {"assumptions.posts_paid": False},
}
# What a role model may set beside decision rights; equal dispositions put these back.
DISPOSITIONS: Mapping[str, object] = {"ceo.encouragement": 0.0, "ceo.anchor": 0.004, "coo.anchor": 0.004}

Progress = Callable[[int], None]
Player = Callable[[Scenario, int, int | str, str | int | Chosen], Batch]
"""(scenario, pairs, seed, parameters) -> batch, as `tandem.experiments.firms.kept_batches.play`."""


def role_models() -> list[str]:
    """Ids of the role models and controls, in the order their files give; the first is the reference."""
    return [entry.name for entry in of_kind("role_model")]


def chosen_role_models() -> list[str]:
    """Ids of the role models without the controls."""
    return [entry.name for entry in of_kind("role_model") if not entry.control]


def contexts() -> list[str]:
    """Ids of the contexts, in the order their files give."""
    return [entry.name for entry in of_kind("context")]


def described(context: str, arms: Sequence[str] | None = None) -> dict[str, Scenario]:
    """The role models and controls (or those named) in a context, equal starts, by id."""
    return {arm: Scenario.of(role_model=arm, context=context) for arm in arms or role_models()}


def compare_role_models(
    scenarios: Mapping[str, Scenario],
    runs: int,
    seed: int | str = 0,
    changes: Mapping[str, object] | None = None,
    known: Mapping[str, Batch] | None = None,
    progress: Progress = lambda runs: None,
    parameters: str | int | Chosen = ENSEMBLE,
    player: Player = play,
    more: Sequence[str] = (),
) -> Comparison:
    """The scenarios on the same replicates, the first as the reference; `changes` go over every one of them.

    Parameters as in `tandem.sim.parameter_sets`. Batches of the same runs that are `known` are not played again where the
    changes change nothing. `player` plays the rest. Looked at are the headlines, the user's own outcomes, and `more`.
    """
    batches = {}
    for arm, plain in scenarios.items():
        scenario = plain.with_(dict(changes)) if changes else plain
        if known and arm in known and scenario.digest == plain.digest:
            batches[arm] = known[arm]
            continue
        batches[arm] = player(scenario, runs, seed, parameters)
        progress(runs)
    return compare_batches(batches, looked_at(more))


def looked_at(more: Sequence[str] = ()) -> tuple[str, ...]:
    """The outcomes that a comparison of role models tells: the headlines, the user's own, and `more`, each once."""
    return tuple(dict.fromkeys((*HEADLINES, *OWN, *more)))


def first_replicates(batch: Batch, runs: int) -> Batch:
    """The first `runs` replicates of a batch of one scenario: the same bits as if no more had been played."""
    return replace(batch, runs=runs, outcomes=vars(batch)["outcomes"].iloc[:runs])


def unequal(scenarios: Mapping[str, Scenario]) -> list[str]:
    """The arms that equal dispositions change."""
    return [arm for arm, plain in scenarios.items() if plain.with_(dict(DISPOSITIONS)).digest != plain.digest]


@lru_cache(maxsize=32)
def unequal_in(context: str) -> tuple[str, ...]:
    """The role models and controls of the catalogue that equal dispositions change in a context."""
    return tuple(unequal(described(context)))


def differences(table: pd.DataFrame, context: str, assumption: str, dispositions: str) -> pd.DataFrame:
    """A comparison's table, its scenarios told by role model, with context, assumption and dispositions in front."""
    labelled = table.rename(columns={"scenario": "role_model"})
    for place, (name, word) in enumerate((("context", context), ("assumption", assumption), ("dispositions", dispositions))):
        labelled.insert(place, name, word)
    return labelled


def best_of(values: Mapping[str, np.ndarray], beside: np.ndarray) -> str:
    """The arm with the highest mean, of arms of which some were played further than others: each is seen against `beside`, which
    was played as far as any, over the pairs that both have, so that none is judged by its share of luck."""

    def over(row: np.ndarray) -> float:
        apart = row - beside[: len(row)]
        return float(np.nanmean(row if np.isnan(apart).all() else apart))

    return max(values, key=lambda arm: over(values[arm]))


def best_role_models(
    batches: Mapping[str, Batch],
    context: str,
    assumption: str = "default",
    until_decided: bool = False,
    described: Mapping[str, Batch] | None = None,
) -> pd.DataFrame:
    """Which of the role models given does best by each of STATEMENTS, and which of the others cannot be told from it.

    One row an outcome: context, assumption, outcome, best, mean, `rivals` (role models whose paired 95% interval of the
    difference from the best includes zero; "" if the first place is decided), n. `until_decided`: the batches were played so.
    `described`: as of `tandem.sim.comparison.compare_batches`.
    """
    import pandas as pd

    rows, apart = [], difference_until_decided if until_decided else paired_difference
    for outcome in STATEMENTS:
        values = {arm: batch.units(outcome) for arm, batch in batches.items()}
        beside = {arm: described[arm].units(outcome) for arm in values} if described else {}
        means = {arm: controlled_mean(row, beside[arm])[0] if beside else float(np.nanmean(row)) for arm, row in values.items()}
        sign = 1.0 if OUTCOMES[outcome].better == "high" else -1.0
        best = max(means, key=lambda arm: sign * means[arm])
        if until_decided:
            longest = max(values.values(), key=len)
            best = best_of({arm: sign * row for arm, row in values.items()}, sign * longest)
        rivals, seen = [], 0
        for arm in values:
            if arm == best:
                continue
            pair = values[best], values[arm]
            _, low, high, _, n = difference_beside(*pair, beside[best], beside[arm]) if beside else apart(*pair)
            seen = max(seen, n)
            if verdict(low, high, n) not in DECIDED:
                rivals.append(arm)
        rows.append(
            {
                "context": context,
                "assumption": assumption,
                "outcome": outcome,
                "best": best,
                "mean": means[best],
                "rivals": "; ".join(rivals),
                "n": seen,
            }
        )
    return pd.DataFrame(rows)


def robustness(default: pd.DataFrame, alternatives: pd.DataFrame) -> pd.DataFrame:
    """What becomes of each statement "this role model is higher/lower than the reference" that is decided by default.

    One row a statement and alternative: context, arm, outcome, verdict, difference (by default), assumption, `fate`:
    "holds" (the same is decided), "turns" (the opposite is), "opens" (neither is). The assumption "default", where it is
    among the alternatives, says what the default itself decides with as few pairs as they have.
    """
    keys = ["context", "role_model", "outcome"]
    decided = default.loc[default["verdict"].isin(DECIDED), [*keys, "verdict", "difference"]]
    there = alternatives[[*keys, "assumption", "verdict"]].rename(columns={"verdict": "there"})
    both = decided.merge(there, on=keys, how="inner", sort=False)
    said = both["there"].where(both["there"].isin(DECIDED), "")
    both["robustness"] = np.where(said == "", "opens", np.where(said == both["verdict"], "holds", "turns"))
    return both.drop(columns="there")


def surviving(default: pd.DataFrame, alternatives: pd.DataFrame) -> pd.DataFrame:
    """The fates of each statement counted, one row each: context, arm, outcome, verdict, difference, `survives` (number of
    alternatives under which it holds), `of`, `turns` and `opens` (the alternatives that decide the opposite, or neither)."""
    import pandas as pd

    rows = []
    keys = ["context", "role_model", "outcome", "verdict", "difference"]
    told = robustness(default, alternatives)
    for statement, part in told[told["assumption"] != "default"].groupby(keys, sort=False):
        named = {
            robustness_of: list(part.loc[part["robustness"] == robustness_of, "assumption"])
            for robustness_of in ("holds", "turns", "opens")
        }
        rows.append(
            {
                **dict(zip(keys, statement)),
                "survives": len(named["holds"]),
                "of": len(part),
                "turns": "; ".join(named["turns"]),
                "opens": "; ".join(named["opens"]),
            }
        )
    return pd.DataFrame(rows, columns=[*keys, "survives", "of", "turns", "opens"])


def set_beside_rights(scenarios: Mapping[str, Scenario]) -> pd.DataFrame:
    """What role models set beside decision rights, in one context: arm, path, value, and the first role model's value."""
    import pandas as pd

    plain = next(iter(scenarios.values())).values
    rows = [
        {"role_model": arm, "path": path, "value": value, "first": plain.get(path)}
        for arm, scenario in scenarios.items()
        for path, value in scenario.values.items()
        if not path.startswith("charter.") and plain.get(path) != value
    ]
    return pd.DataFrame(rows, columns=["role_model", "path", "value", "first"])
