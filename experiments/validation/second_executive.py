"""What a second executive is worth, and which role model fits which firm, under named sets of the mechanisms that were added to
find out: from none of them to the model as it is.

Every cell of role model and context is played on the same luck and parameter sets, so that differences are paired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from tandem.experiments.effects.role_models import Player, contexts, described
from tandem.experiments.firms.kept_batches import play
from tandem.sim.intervals import mean_interval, paired_difference, verdict


def on(*names: str) -> dict[str, Any]:
    """Switches of mechanisms, on."""
    return {f"switches.{name}": True for name in names}


ADDED = (
    *("shared_claims", "calendar", "team_hours", "service_backlog", "lone_load", "supervision", "credit", "experience"),
    *("lone_claims", "owner_certainty", "reliance", "sinister_attribution", "voice", "mediated_quarrel", "common_information"),
    *("outside_role", "debriefs", "commitment", "coherence", "growth_path", "product_lines", "vacant_ground", "records_protect"),
)
# The model without all of them: a contradiction costs pairs alone, posts are paid by the hour used, customers are seen by
# operations skill alone, and whoever leads an experiment leads it as well as another.
NONE: Mapping[str, Any] = {
    **{f"switches.{name}": False for name in ADDED},
    "switches.dual_command": True,
    "assumptions.posts_paid": False,
    "judgment.customer_insight": 0.0,
    "execution.project_slope": 0.0,
}
# What was one-sided bookkeeping, and asks for no new coefficient. Shared claims take the place of dual command.
FIXES: Mapping[str, Any] = {
    **NONE,
    **on("shared_claims", "calendar", "team_hours", "service_backlog"),
    "switches.dual_command": False,
}
# And what executives' hours are good for beyond decisions.
WORK: Mapping[str, Any] = {**FIXES, **on("lone_load", "supervision")}
# And what joint decisions teach, what experience brings, what ambiguity costs one executive, and pay for posts.
RECOMMENDED: Mapping[str, Any] = {**WORK, **on("credit", "experience", "lone_claims"), "assumptions.posts_paid": True}
# And how trust is earned and lost, what leaders do outside, what debriefs and records do, who carries decisions out, a market
# that comes of age, and who knows customers and experiments: the model as it is.
WHOLE: Mapping[str, Any] = {}
SETS: Mapping[str, Mapping[str, Any]] = {
    "none": NONE,
    "fixes": FIXES,
    "work": WORK,
    "recommended": RECOMMENDED,
    "whole": WHOLE,
}

# What the answer hangs on most, each on top of the recommended set.
ALTERNATIVES: Mapping[str, Mapping[str, Any]] = {
    "shared ambiguity counted twice": {**RECOMMENDED, "switches.dual_command": True},
    "media budget spent": {**RECOMMENDED, "assumptions.media_budget_spent": True},
}
OUTCOMES = ("revenue_growth", "profit_per_week", "decision_delay_weeks", "conflict_rate", "hours_used_share")


def compared(
    pairs: int,
    sets: Mapping[str, Mapping[str, Any]] = SETS,
    arms: Sequence[str] | None = None,
    places: Sequence[str] | None = None,
    outcomes: Sequence[str] = OUTCOMES,
    parameters: str = "ensemble",
    seed: int | str = 0,
    player: Player = play,
) -> pd.DataFrame:
    """Every outcome of every role model (`arms`, the first as the reference) in every context (`places`) under every set.

    One row each: switches (the set's name), parameters (as in `tandem.sim.parameter_sets`), context, role_model,
    outcome, mean; difference from the reference over the same replicates, low and high (95%), error, verdict, n.
    """
    rows = []
    for name, changes in sets.items():
        for context in places or contexts():
            scenarios = described(context, arms)
            played = {arm: player(scenario.with_(dict(changes)), pairs, seed, parameters) for arm, scenario in scenarios.items()}
            first = next(iter(played.values()))
            for arm, batch in played.items():
                for outcome in outcomes:
                    values = batch.units(outcome)
                    change, low, high, error, n = paired_difference(first.units(outcome), values)
                    rows.append(
                        {
                            "switches": name,
                            "parameters": parameters,
                            "context": context,
                            "role_model": arm,
                            "outcome": outcome,
                            "mean": mean_interval(values)[0],
                            "difference": change,
                            "low": low,
                            "high": high,
                            "error": error,
                            "verdict": verdict(low, high, n),
                            "n": n,
                        }
                    )
    return pd.DataFrame(rows)
