"""What each pattern claims of a bench of firms, as paired differences with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.effects.role_models import DISPOSITIONS, first_replicates
from tandem.experiments.validation.statistics import correlation
from tandem.sim.batch import Batch
from tandem.sim.intervals import claim_verdict, paired_difference
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.results import continued, simulate_batch
from tandem.sim.scenario import Scenario
from tandem.sim.seeds import entropy

STRATEGIST, VISIONARY, BRAND, COPILOT, ALONE = (
    "strategist-executor",
    "visionary-catalyst",
    "brand-performance",
    "co-pilot",
    "no-coo",
)


BOTH = {"rule": "and", "consults": "nobody"}


@dataclass(frozen=True)
class Claim:
    """One inequality of a pattern: a figure with its 95% interval, which must lie above (or below) a line."""

    what: str
    figure: float
    low: float
    high: float
    line: float = 0.0
    above: bool = True
    pairs: int = 0
    """Pairs after which it is told; 0 until a bench says so."""
    about: str = ""
    """What it is about, where its words may change from look to look: they name the best rival so far."""

    @property
    def key(self) -> str:
        """What it is known by from look to look."""
        return self.about or self.what

    @property
    def verdict(self) -> str:
        """holds, fails or undecided."""
        return claim_verdict(self.low, self.high, self.line, self.above)


class Bench:
    """Plays scenarios once and remembers them, all on the same replicates. `pairs` and `level`: replicates that are looked at,
    and the level of their intervals; raised from look to look by whoever plays until decided, who also says which claims of the
    pattern at hand are `settled` (by key): nothing needs to be played for those."""

    def __init__(
        self,
        pairs: int,
        seed: int | str,
        progress: Callable[[], None] = lambda: None,
        parameters: str | int | Chosen = ENSEMBLE,
    ):
        self.pairs, self.seed, self.progress = pairs, seed, progress
        self.parameters, self.level = chosen(parameters), 0.95
        self.settled: dict[str, Claim] = {}
        self._known: dict[str, Batch] = {}

    def outcomes(self, role_model: str, context: str = "baseline", changes: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Outcomes, one row a luck, of a role model in a context with equal dispositions and further changes."""
        scenario = Scenario.of(role_model=role_model, context=context).with_({**DISPOSITIONS, **(changes or {})})
        table: pd.DataFrame = vars(self.batch(scenario))["outcomes"]  # not a reader's: no copy of it, and no record
        return table

    def batch(self, scenario: Scenario) -> Batch:
        """The replicates of any scenario, as many as there are pairs now."""
        known = self._known.get(scenario.digest)
        if known is None:
            known = simulate_batch(scenario, self.pairs, self.seed, parameters=self.parameters)
            self.progress()
        known = self._known[scenario.digest] = continued(known, self.pairs)
        return first_replicates(known, self.pairs)

    def difference(self, a: np.ndarray, b: np.ndarray) -> tuple[float, float, float, float, int]:
        """As `paired_difference`, at the level of this look."""
        return paired_difference(a, b, self.level)

    def gap(self, name: str, first: tuple, second: tuple, what: str, above: bool = True, line: float = 0.0) -> Claim:
        """Claim on the paired difference second minus first of an outcome."""
        low_, high_ = self.outcomes(*first)[name], self.outcomes(*second)[name]
        figure, low, high, _, _ = self.difference(low_.to_numpy(), high_.to_numpy())
        return Claim(what, figure, low, high, line, above)


def margin(bench: Bench, larger: pd.Series, smaller: pd.Series, what: str) -> Claim:
    """Claim that one column exceeds another, paired by luck."""
    figure, low, high, _, _ = bench.difference(smaller.to_numpy(), larger.to_numpy())
    return Claim(what, figure, low, high)


def double_veto(b: Bench) -> list[Claim]:
    """1. Of the rule: brand/performance where campaigns and agencies need both approvals."""
    both = {f"charter.{domain}.{key}": word for domain in ("campaign", "agency") for key, word in BOTH.items()}
    veto = (BRAND, "baseline", both)
    claims = []
    for other in (STRATEGIST, VISIONARY, COPILOT):
        claims.append(b.gap("commission_rate", veto, (other,), f"commission: {other} above a double veto"))
        claims.append(b.gap("omission_rate", (other,), veto, f"omission: a double veto above {other}"))
    return claims


def pooling(b: Bench) -> list[Claim]:
    """2."""
    total = {
        arm: b.outcomes(arm)["omission_rate"] + b.outcomes(arm)["commission_rate"] for arm in (STRATEGIST, VISIONARY, COPILOT)
    }
    return [margin(b, total[arm], total[COPILOT], f"total error: {arm} above {COPILOT}") for arm in (STRATEGIST, VISIONARY)]


def coherence(b: Bench) -> list[Claim]:
    """3."""
    return [
        b.gap("launched_brand", (COPILOT,), (BRAND,), f"{BRAND} above {COPILOT}"),
        b.gap("launched_brand", (STRATEGIST,), (COPILOT,), f"{COPILOT} above {STRATEGIST}"),
    ]


def selection(b: Bench) -> list[Claim]:
    """4."""
    return [b.gap("launched_performance", (COPILOT,), (arm,), f"{arm} above {COPILOT}") for arm in (STRATEGIST, BRAND)]


def novelty(b: Bench) -> list[Claim]:
    """5."""
    first, second = (b.outcomes(arm)["experiments_started"] for arm in (STRATEGIST, VISIONARY))
    wide = {"coo.priorities.efficiency": 0.6, "coo.priorities.innovation": 0.02}
    return [
        margin(b, second, 1.3 * first, f"experiments started: {VISIONARY} at least 1.3 times {STRATEGIST}"),
        b.gap("experiments_started", (STRATEGIST, "baseline", wide), (STRATEGIST,), "fewer under an efficiency-minded COO"),
        b.gap("experiments_proposed", (STRATEGIST, "baseline", wide), (STRATEGIST,), "and fewer proposed"),
    ]


def speed(b: Bench) -> list[Claim]:
    """6."""
    first, second = (b.outcomes(arm, "rapid-growth")["decision_delay_weeks"] for arm in (STRATEGIST, COPILOT))
    return [margin(b, 0.6 * second, first, "load 2: delay of strategist/executor below 0.6 of co-pilot's")]


def trust_and_speed(b: Bench) -> list[Claim]:
    """8."""

    def at(trust: float) -> dict[str, Any]:
        return {"assumptions.trust_frozen": True, "dyad.trust": trust}

    claims = [
        b.gap(
            "decision_delay_weeks",
            (COPILOT, "baseline", at(0.2)),
            (COPILOT, "baseline", at(0.95)),
            "co-pilot: delay falls by a week and more from trust .2 to .95",
            above=False,
            line=-1.0,
        )
    ]
    other = b.gap("decision_delay_weeks", (STRATEGIST, "baseline", at(0.2)), (STRATEGIST, "baseline", at(0.95)), "")
    claims.append(
        Claim("strategist/executor: by less than a tenth of a week (upper)", other.figure, other.low, other.high, 0.1, False)
    )
    claims.append(Claim("strategist/executor: by less than a tenth of a week (lower)", other.figure, other.low, other.high, -0.1))
    return claims


def no_meetings(b: Bench) -> list[Claim]:
    """9."""
    silent = {"communication.meetings_per_week": 0.0}
    lost = b.outcomes(STRATEGIST)["profit_per_week"]
    kept = b.outcomes(STRATEGIST, "baseline", silent)["profit_per_week"]
    return [
        b.gap("lapsed_share", (COPILOT,), (COPILOT, "baseline", silent), "co-pilot: half of decisions lapse", line=0.5),
        margin(b, kept, 0.9 * lost, "strategist/executor keeps nine tenths of profit"),
    ]


def too_many_meetings(b: Bench) -> list[Claim]:
    """10."""
    levels = (0.25, 0.5, 1.0, 2.0, 4.0)
    profits = {m: b.outcomes(COPILOT, "baseline", {"communication.meetings_per_week": m})["profit_per_week"] for m in levels}
    best = max(levels[1:-1], key=lambda m: profits[m].mean())
    busy = {"communication.meetings_per_week": 8.0, "ceo.hours": 10, "coo.hours": 10}
    calm = {"communication.meetings_per_week": best, "ceo.hours": 10, "coo.hours": 10}
    slow, quick = (b.outcomes(COPILOT, "baseline", x)["decision_delay_weeks"] for x in (busy, calm))
    return [
        margin(b, profits[best], profits[0.25], f"best at {best:g} a week: better than at 0.25"),
        margin(b, profits[best], profits[4.0], f"best at {best:g} a week: better than at 4"),
        margin(b, slow, 3.0 * quick, "at 8 a week and 10 hours: three times the delay"),
    ]


def clarity(b: Bench) -> list[Claim]:
    """11."""
    vague, clear = (b.outcomes(STRATEGIST, "baseline", {"clarity.charter": x}) for x in (0.25, 0.95))
    return [
        margin(b, clear["profit_per_week"], 1.05 * vague["profit_per_week"], "profit rises by 5% and more"),
        margin(b, 1.20 * vague["profit_per_week"], clear["profit_per_week"], "and by less than 20%"),
        margin(b, 0.5 * vague["conflict_rate"], clear["conflict_rate"], "conflict falls by more than half"),
    ]


def retailer(b: Bench) -> list[Claim]:
    """12."""

    def broken(size: float) -> dict[str, Any]:
        return {"quarters": 12, "events": [{"week": 52, "kind": "restructuring", "size": size}]} if size else {"quarters": 12}

    calm, half, full = (b.outcomes(STRATEGIST, "baseline", broken(x)) for x in (0.0, 0.5, 1.0))
    return [
        margin(b, full["conflict_rate"], calm["conflict_rate"], "conflict rises"),
        margin(b, calm["trust"], full["trust"], "trust falls"),
        margin(b, calm["revenue_growth"], full["revenue_growth"], "growth falls"),
        margin(b, half["revenue_growth"], full["revenue_growth"], "the more, the worse (growth)"),
        margin(b, full["process_conflict_rate"], half["process_conflict_rate"], "the more, the worse (conflict)"),
    ]


def ladder(b: Bench) -> list[Claim]:
    """14."""
    poor = {
        "dyad.trust": 0.25,
        "culture.trust": 0.25,
        "ceo.style": 0.1,
        "coo.style": 0.9,
        "coo.priorities.efficiency": 0.6,
        "ceo.priorities.brand": 0.6,
    }
    found = {
        step: b.outcomes(
            COPILOT, "baseline", {**poor, "resolution.first": step, "resolution.second": "decider" if step != "none" else "none"}
        )
        for step in ("none", "mediation", "arbitration", "expert", "decider")
    }
    claims = [
        margin(b, found["none"]["decision_delay_weeks"], found[step]["decision_delay_weeks"], f"delay: none above {step}")
        for step in ("mediation", "arbitration", "expert", "decider")
    ]
    claims += [
        margin(b, found["mediation"]["trust"], found[step]["trust"], f"trust: mediation above {step}")
        for step in ("arbitration", "expert", "decider")
    ]
    return claims


def spill_by_trust(b: Bench) -> list[Claim]:
    """15."""

    def link(trust: float) -> tuple[float, float, float]:
        found = b.outcomes(COPILOT, "baseline", {"assumptions.trust_frozen": True, "dyad.trust": trust})
        x, y = found["task_conflict_rate"].to_numpy(), found["relationship_conflict_mean"].to_numpy()
        draw = np.random.default_rng(entropy(b.seed))
        picks = draw.integers(0, len(x), (400, len(x)))
        spread = [correlation(x[pick], y[pick]) for pick in picks]  # not-a-number where nobody quarrels
        return correlation(x, y), *np.quantile(spread, [0.5 - 0.5 * b.level, 0.5 + 0.5 * b.level]).tolist()

    low, high = link(0.3), link(0.9)
    fall = low[0] - high[0]
    half = np.hypot(low[2] - low[1], high[2] - high[1]) / 2
    return [Claim("correlation falls by .2 and more from trust .3 to .9 (trust frozen)", fall, fall - half, fall + half, 0.2)]


def moderate_conflict(b: Bench) -> list[Claim]:
    """16."""

    def apart(x: float) -> dict[str, Any]:
        return {
            "dyad.trust": 0.7,
            "coo.priorities.efficiency": 0.2 + 0.8 * x,
            "coo.priorities.innovation": 0.2 - 0.18 * x,
            "ceo.priorities.brand": 0.2 + 0.8 * x,
        }

    near, middle, far = (b.outcomes(COPILOT, "innovative", apart(x))["technique"] for x in (0.0, 0.3, 1.0))
    return [margin(b, middle, near, "technique: a middle gap above none"), margin(b, middle, far, "and above a wide one")]


def wrong_consensus(b: Bench) -> list[Claim]:
    """17."""
    none = {"targets.pull": 0.0, "targets.mutual_pull": 0.0}
    right, mutual = {**none, "targets.pull": 0.05}, {**none, "targets.mutual_pull": 0.05}
    blurred = {**right, "targets.estimate_error": 0.4}
    base, to_goals, to_each, to_wrong = (
        b.outcomes(COPILOT, "innovative", x)["profit_per_week"] for x in (none, right, mutual, blurred)
    )
    return [
        margin(b, to_goals - base, to_each - base, "agreeing on estimated right goals beats agreeing with each other"),
        margin(b, to_goals, to_wrong, "and its gain shrinks as the estimate errs"),
    ]


def power_gap(b: Bench) -> list[Claim]:
    """18."""
    equal, strong, full = (b.outcomes(COPILOT, "baseline", {"dyad.ceo_power": x})["profit_per_week"] for x in (0.5, 0.75, 1.0))
    return [margin(b, strong, equal, "profit: power .75 above .5"), margin(b, strong, full, "and above 1")]


def coo_or_not(b: Bench) -> list[Claim]:
    """19."""
    skilled = {
        f"coo.skills.{skill}": value
        for skill, value in {"market": 0.57, "technology": 0.5, "operations": 0.93, "project_management": 0.85}.items()
    }
    claims = []
    for load, word, above in ((1.0, "a COO costs profit at load 1", False), (3.0, "and pays at load 3 with skill", True)):
        change = {"execution.load": load, "assumptions.capacity": load}
        claims.append(
            b.gap("profit_per_week", (ALONE, "baseline", change), (STRATEGIST, "baseline", {**change, **skilled}), word, above)
        )
    return claims


def gate_skill(b: Bench) -> list[Claim]:
    """20."""
    gaps = []
    for skill in (0.2, 0.9):
        change = {"coo.skills.project_management": skill}
        gaps.append(
            b.outcomes(VISIONARY, "innovative", change)["profit_per_week"]
            - b.outcomes(STRATEGIST, "innovative", change)["profit_per_week"]
        )
    return [margin(b, gaps[1], gaps[0], "visionary minus strategist (profit) rises with the COO's project skill")]


def reporting(b: Bench) -> list[Claim]:
    """22."""
    levels = (1.0, 4.0, 13.0, 52.0)
    found = {r: b.outcomes(STRATEGIST, "rapid-growth", {"adaptation.review_interval_weeks": r}) for r in levels}
    best = max(levels[1:-1], key=lambda r: found[r]["profit_per_week"].mean())
    return [
        margin(
            b, found[best]["profit_per_week"], found[1.0]["profit_per_week"], f"profit: every {best:g} weeks above every week"
        ),
        margin(b, found[best]["profit_per_week"], found[52.0]["profit_per_week"], "and above once a year"),
        margin(b, found[13.0]["budget_share_brand"], found[1.0]["budget_share_brand"], "weekly reviews starve the brand"),
    ]


def training(b: Bench) -> list[Claim]:
    """23."""
    levels = (0.0, 1.0, 2.0, 4.0, 8.0)
    found = {h: b.outcomes(STRATEGIST, "rapid-growth", {"training.hours_per_week": h})["profit_per_week"] for h in levels}
    best = max(levels[1:-1], key=lambda h: found[h].mean())
    return [
        margin(b, found[best], found[0.0], f"profit: {best:g} hours a week above none"),
        margin(b, found[best], found[8.0], "and above 8"),
    ]


def sector_fit(b: Bench) -> list[Claim]:
    """24."""
    claims = []
    for context, best in (
        ("rapid-growth", STRATEGIST),
        ("innovative", VISIONARY),
        ("established-brand", BRAND),
        ("agile", COPILOT),
    ):
        others = [arm for arm in (STRATEGIST, VISIONARY, BRAND, COPILOT) if arm != best]
        rival = max(others, key=lambda arm: b.outcomes(arm, context)["revenue_growth"].mean())
        claims.append(b.gap("revenue_growth", (rival, context), (best, context), f"{context}: {best} above {rival} (growth)"))
    return claims
