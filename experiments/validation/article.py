"""What the article says of each role model's strengths and weaknesses, as claims at equal starts and dispositions, and which role
model fits which context. Where the article says "if", the claim is made under that condition, for all role models alike.

All were written down before they were first played on the model that they judge.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from tandem.experiments.effects.fit import NAMED, fits
from tandem.experiments.effects.role_models import first_replicates
from tandem.experiments.validation.claims import BRAND, COPILOT, STRATEGIST, VISIONARY, Bench, Claim, margin
from tandem.sim.batch import Batch
from tandem.sim.parameter_sets import Chosen
from tandem.sim.scenario import Scenario

PAIRS = (STRATEGIST, VISIONARY, BRAND, COPILOT)
# A COO who looks at efficiency alone; a CEO who holds to the brand and a COO who holds to figures; a COO who does not master
# projects; a pair that trusts each other and talks, and one that does neither.
EFFICIENT = {"coo.priorities.efficiency": 0.6, "coo.priorities.innovation": 0.02}
STUBBORN = {"ceo.priorities.brand": 0.6, "coo.priorities.efficiency": 0.6}
UNSKILLED = {"coo.skills.project_management": 0.2, "coo.skills.technology": 0.2}
CLOSE = {"assumptions.trust_frozen": True, "dyad.trust": 0.9, "levers.communication": 1.0}
DISTANT = {"assumptions.trust_frozen": True, "dyad.trust": 0.2, "levers.communication": 0.1}


def against(
    b: Bench, outcome: str, arm: str, others: tuple[str, ...], what: str, above: bool, under: dict[str, Any] | None = None
) -> list[Claim]:
    """That a role model has more (or less) of an outcome than each of others, in the baseline, under the same changes."""
    word = "above" if above else "below"
    return [
        b.gap(outcome, (other, "baseline", under), (arm, "baseline", under), f"{what}: {arm} {word} {other}", above)
        for other in others
    ]


def _others(arm: str) -> tuple[str, ...]:
    return tuple(other for other in PAIRS if other != arm)


def clear(b: Bench) -> list[Claim]:
    """A1."""
    return against(b, "role_clarity", STRATEGIST, _others(STRATEGIST), "role clarity", True)


def quick(b: Bench) -> list[Claim]:
    """A2."""
    return against(b, "decision_delay_weeks", STRATEGIST, (BRAND, COPILOT), "delay", False)


def efficient(b: Bench) -> list[Claim]:
    """A3."""
    return against(b, "hidden_work_share", STRATEGIST, _others(STRATEGIST), "rework and waste", False)


def few_ideas(b: Bench) -> list[Claim]:
    """A4."""
    what = "experiments started, efficiency-minded COO"
    return against(b, "experiments_started", STRATEGIST, (VISIONARY,), what, False, EFFICIENT)


def creative(b: Bench) -> list[Claim]:
    """A5."""
    return [
        *against(b, "experiments_started", VISIONARY, _others(VISIONARY), "experiments started", True),
        *against(b, "experiments_succeeded", VISIONARY, (STRATEGIST,), "experiments that worked", True),
    ]


def slower(b: Bench) -> list[Claim]:
    """A6."""
    what = "work waiting, COO without project skill"
    return against(b, "backlog_weeks", VISIONARY, (STRATEGIST,), what, True, UNSKILLED)


def riskier(b: Bench) -> list[Claim]:
    """A7."""

    def failed(arm: str) -> pd.Series:
        found = b.outcomes(arm, "baseline", UNSKILLED)
        return found["experiments_started"] - found["experiments_succeeded"]

    what = f"experiments without success, COO without project skill: {VISIONARY} above {STRATEGIST}"
    return [margin(b, failed(VISIONARY), failed(STRATEGIST), what)]


def awareness(b: Bench) -> list[Claim]:
    """A8."""
    return against(b, "brand_awareness", BRAND, _others(BRAND), "awareness", True)


def pays_back(b: Bench) -> list[Claim]:
    """A9."""
    return against(b, "return_on_investment", BRAND, _others(BRAND), "return on investment", True)


def rigid(b: Bench) -> list[Claim]:
    """A10."""
    what = "good proposals refused, CEO for the brand and COO for figures"
    return against(b, "omission_rate", BRAND, (STRATEGIST, COPILOT), what, True, STUBBORN)


def enlightened(b: Bench) -> list[Claim]:
    """A11."""
    slow, fast = (b.outcomes(arm, "baseline", CLOSE)["decision_delay_weeks"] for arm in (COPILOT, STRATEGIST))
    return [
        *against(b, "setting_error", COPILOT, _others(COPILOT), "error of settings", False),
        margin(
            b, fast + 0.25, slow, f"with trust and communication: {COPILOT} less than a quarter of a week behind {STRATEGIST}"
        ),
    ]


def blocked(b: Bench) -> list[Claim]:
    """A12."""
    slow, fast = (b.outcomes(arm, "baseline", DISTANT)["decision_delay_weeks"] for arm in (COPILOT, STRATEGIST))
    return [margin(b, slow, fast + 1.0, f"without trust and communication: {COPILOT} a week and more behind {STRATEGIST}")]


def last_without_trust(b: Bench) -> list[Claim]:
    """25: of the three others, the second in growth is ahead of co-pilots, who are then third or last."""
    growth = {arm: b.outcomes(arm, "baseline", DISTANT)["revenue_growth"] for arm in PAIRS}
    second = sorted(_others(COPILOT), key=lambda arm: -growth[arm].mean())[1]
    return [margin(b, growth[second], growth[COPILOT], f"growth without trust and communication: {second} above {COPILOT}")]


def _player(b: Bench) -> Any:
    def play(scenario: Scenario, runs: int, seed: int | str, parameters: str | int | Chosen) -> Batch:
        found = b.batch(scenario)
        return found if runs >= b.pairs else first_replicates(found, runs)

    return play


def fit(b: Bench, equal: bool) -> list[Claim]:
    """24, as described and at equal dispositions: the role model that the article names against the best other, in standard
    deviations of what the context's firms want. A context that is settled is played no further for the others."""
    still = [context for context in NAMED if context not in b.settled]
    table = fits(still, b.pairs, PAIRS, b.seed, b.parameters, equal, _player(b), until_decided=b.level > 0.95)
    found = dict(b.settled)
    for row in table[table["named"]].to_dict("records"):
        words = f"{row['context']}: {row['role_model']} above {row['rival']}"
        found[row["context"]] = Claim(words, row["difference"], row["low"], row["high"], about=row["context"])
    return [found[context] for context in NAMED]


def fit_described(b: Bench) -> list[Claim]:
    """24."""
    return fit(b, False)


def fit_equal(b: Bench) -> list[Claim]:
    """24b."""
    return fit(b, True)
