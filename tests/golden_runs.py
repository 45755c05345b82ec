"""A few runs, written down: `python tests/golden_runs.py` plays them again and writes tests/golden/runs.json.

Whoever refreshes them says what changed and why in CHANGELOG.md, under "Results", in the same commit.
"""

from __future__ import annotations

import json
from pathlib import Path

from experiments.splits import contexts, described
from sim import Scenario, simulate

FILE = Path(__file__).parent / "golden" / "runs.json"
OUTCOMES = ("revenue_growth", "conflict_rate", "decision_delay_weeks", "lapsed_share", "omission_rate", "conversion_rate",
            "satisfaction", "brand_awareness", "role_clarity", "profit_per_week")  # fmt: skip
BY_QUARTER = ("revenue", "trust")
LUCKS = (0, 1)
CASES = ("retail-restructuring", "crisis-overload")


def scenarios() -> dict[str, Scenario]:
    """Six splits in the baseline, one split in the other contexts, and two cases with shocks."""
    chosen = {f"{split} in baseline": scenario for split, scenario in described("baseline").items()}
    chosen |= {f"co-pilot in {context}": Scenario.of(role_model="co-pilot", context=context)
               for context in contexts() if context != "baseline"}  # fmt: skip
    return chosen | {case: Scenario.load(case) for case in CASES}


def played() -> dict[str, dict]:
    """What is written down of each run."""
    found = {}
    for name, scenario in scenarios().items():
        for luck in LUCKS:
            run = simulate(scenario, seed=7, replicate=luck)
            quarters = run.weekly.iloc[13::13]
            found[f"{name}, luck {luck}"] = {
                **{outcome: f"{float(run.outcomes[outcome]):.10g}" for outcome in OUTCOMES},
                **{f"{stock} by quarter": " ".join(f"{float(value):.6f}" for value in quarters[stock]) for stock in BY_QUARTER},
            }  # fmt: skip
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(played(), indent=1) + "\n", encoding="utf-8")
    print(f"{FILE.name} written: say in CHANGELOG.md, under Results, what moved and why")
