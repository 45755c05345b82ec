"""A few runs, written down to the last digit: `python -m tests.golden_runs` plays them again and writes tests/golden/runs.json.

With `-m`, the code in the current folder is played, not an installed one. Whoever refreshes them says what changed and
why in CHANGELOG.md, under "Results", in the same commit.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from tandem.experiments.effects.role_models import contexts, described
from tandem.sim import Scenario, simulate

FILE = Path(__file__).parent / "golden" / "runs.json"
OUTCOMES = (
    "revenue_growth",
    "conflict_rate",
    "decision_delay_weeks",
    "lapsed_share",
    "omission_rate",
    "conversion_rate",
    "satisfaction",
    "brand_awareness",
    "role_clarity",
    "profit_per_week",
)
BY_QUARTER = ("revenue", "trust")
REPLICATES = (0, 1)
LAST_DIGITS = 1e-9
CASES = ("retail-restructuring", "crisis-overload")


def scenarios() -> dict[str, Scenario]:
    """Six role models in the baseline, one role model in the other contexts, and two cases with shocks."""
    chosen = {f"{role_model} in baseline": scenario for role_model, scenario in described("baseline").items()}
    chosen |= {
        f"co-pilot in {context}": Scenario.of(role_model="co-pilot", context=context)
        for context in contexts()
        if context != "baseline"
    }
    return chosen | {case: Scenario.load(case) for case in CASES}


def played(chosen: dict[str, Scenario] | None = None) -> dict[str, dict]:
    """What is written down of each run: every float as `repr` says it, so that it reads back as the same number."""
    found = {}
    for name, scenario in (scenarios() if chosen is None else chosen).items():
        for luck in REPLICATES:
            run = simulate(scenario, seed=7, replicate=luck, parameters="declared")
            quarters = run.weekly.iloc[13::13]
            found[f"{name}, luck {luck}"] = {
                **{outcome: repr(float(run.outcomes[outcome])) for outcome in OUTCOMES},
                **{f"{stock} by quarter": " ".join(repr(float(value)) for value in quarters[stock]) for stock in BY_QUARTER},
            }
    return found


def largest_change(before: dict[str, dict], now: dict[str, dict]) -> float:
    """The largest relative change of any number that stands in both; infinite where one appears or disappears."""
    largest = 0.0
    for name in before.keys() & now.keys():
        for key in before[name].keys() & now[name].keys():
            first, second = (list(map(float, table[name][key].split())) for table in (before, now))
            if len(first) != len(second) or any(math.isnan(a) != math.isnan(b) for a, b in zip(first, second)):
                return math.inf
            scales = [abs(a - b) / max(abs(a), abs(b)) for a, b in zip(first, second) if a != b and not math.isnan(a)]
            largest = max(largest, *scales, 0.0)
    return largest


def told(before: dict[str, dict], now: dict[str, dict]) -> str:
    """What to do about a difference, in one line."""
    change = largest_change(before, now)
    if 0.0 < change < LAST_DIGITS:
        return f"only last digits moved (by {change:.1g}): another processor's or library's exp and log, or another order of sums"
    return "results moved: if on purpose, `python -m tests.golden_runs`, and say under Results in CHANGELOG.md what and why"


if __name__ == "__main__":
    before = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    now = played()
    FILE.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    if before == now:
        print(f"{FILE.name}: nothing moved")
    else:
        print(f"{FILE.name} written, largest relative change {largest_change(before, now):.2g}")
        print("the same commit must say under Results in CHANGELOG.md what moved and why")
