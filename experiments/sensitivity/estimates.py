"""The tidy table of one output: every measure with its interval, or the plain statement that it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tandem.experiments.sensitivity.designs import BINS, Design
from tandem.experiments.sensitivity.indices import coarse, curves, direction, effects, ratios
from tandem.experiments.sensitivity.intervals import LEVEL, half_width, left_out, standard_error
from tandem.experiments.sensitivity.points import Plan
from tandem.experiments.sensitivity.sums import Sums
from tandem.sim.intervals import DECIDED, brought_within
from tandem.sim.intervals import verdict as verdict_of

MONOTONE = 0.8  # a direction of at least this size is called rising or falling
LEAST_HALF = 1e-12
FLAT = 3.0  # steps of at most so many standard errors do not tell a curve from a flat one
ROUNDING = 1e-13  # a spread below this share of the mean is rounding, not an effect
OF_MEAN = ("first_mean", "total_mean", "shapley_mean", "interaction_mean")
OF_SPREAD = ("dispersion_first", "dispersion_total")

NOT_IDENTIFIABLE, NO_EFFECT, UNDECIDED, CONVERGED = "not identifiable", "no effect", "undecided", "converged"
# What the table says of an effect, for each verdict on a difference.
EFFECT_WORDS = {"higher": "raises", "lower": "lowers", "same": NO_EFFECT, "undecided": UNDECIDED}


@dataclass(frozen=True)
class Estimate:
    """One measure of one output: for each input an estimate, and the estimates made without each replication (r, inputs).
    `level`: of its intervals, 95% of one that is looked at once."""

    inputs: tuple[str, ...]
    value: np.ndarray
    without: np.ndarray
    level: float = LEVEL

    @property
    def error(self) -> np.ndarray:
        """Standard errors."""
        return standard_error(self.without)

    @property
    def half(self) -> np.ndarray:
        """Half-widths of the intervals: not below what rounding does, but exactly 0 where nothing moved at all."""
        half = half_width(self.error, len(self.without), self.level)
        return np.where(half > 0.0, np.maximum(half, LEAST_HALF * (1.0 + np.abs(self.value))), half)


@dataclass(frozen=True)
class Output:
    """Everything known of one output. `constant`: it never changed; `mean_known`, `spread_known`: the variance of the mean
    function, and that of Var(Y|x), are decidedly above zero, so that shares of them mean something. `level` of the intervals, and
    `alpha`, which the order of all inputs may spend: 95% and 5% where one looks once."""

    name: str
    measures: dict[str, Estimate]
    curve: np.ndarray
    curve_half: np.ndarray
    means: dict[str, np.ndarray]
    constant: bool
    mean_known: bool
    spread_known: bool
    level: float = LEVEL
    alpha: float = 1.0 - LEVEL

    def interval(self, measure: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Estimates, lows and highs of a measure."""
        found = self.measures[measure]
        return found.value, found.value - found.half, found.value + found.half


def estimated(name: str, sums: Sums, design: Design, plan: Plan, shift: float, scale: float) -> Output:
    """All measures of one output from its sums; `shift` and `scale` are what the runner took off."""
    whole: dict[str, np.ndarray] = {}
    without: dict[str, np.ndarray] = {}
    for moment, total in sums.sums.items():
        whole[moment], without[moment] = left_out(total, sums.counts)
    groups, factors = design.factors.groups, design.factors
    variance, noise = float(whole["variance"][0]), float(whole["noise"][0])
    constant = (abs(variance) + noise) ** 0.5 * scale <= ROUNDING * abs(shift)
    constant = constant or (variance == 0.0 and noise == 0.0)
    rounding = (ROUNDING * abs(shift) / scale) ** 2 if not constant else 0.0
    mean_known = not constant and _above_zero(whole["variance"], without["variance"], rounding, plan.level)
    # Rounding alone makes the spread of Var(Y|x) about as large as machine precision allows.
    spread_known = (
        "spread_variance" in whole
        and noise > 0.0
        and _above_zero(whole["spread_variance"], without["spread_variance"], (1e-10 * noise) ** 2, plan.level)
    )
    measures = {}
    full, each = ratios(whole), ratios(without)
    inputs = {"interaction_mean": tuple(design.interactions), "noise_share": ("",), "null": ("",)}
    for measure, value in full.items():
        known = mean_known if measure in OF_MEAN else spread_known if measure in OF_SPREAD else not constant
        value, parts = (value, each[measure]) if known else (value * np.nan, each[measure] * np.nan)
        measures[measure] = Estimate(inputs.get(measure, groups), value, parts, plan.level)
    curve, parts = scale * curves(whole["bins"]), scale * curves(without["bins"])
    measures["effect"] = Estimate(factors.labels, effects(curve), effects(parts), plan.level)
    bent = [_direction(curve[f], parts[:, f]) for f in range(len(factors.names))]
    measures["direction"] = Estimate(
        factors.labels, np.array([value for value, _ in bent]), np.array([found for _, found in bent]).T, plan.level
    )
    if constant:
        for measure in ("effect", "direction"):
            found = measures[measure]
            measures[measure] = Estimate(found.inputs, found.value * np.nan, found.without * np.nan, plan.level)
    half = half_width(standard_error(parts), len(parts), plan.level)
    return Output(name, measures, curve, half, whole, constant, mean_known, spread_known, plan.level, plan.alpha)


def _above_zero(value: np.ndarray, without: np.ndarray, floor: float, level: float) -> bool:
    low = value - half_width(standard_error(without), len(without), level)
    return bool(low[0] > 0.0 and value[0] > floor)


def _direction(curve: np.ndarray, without: np.ndarray) -> tuple[float, np.ndarray]:
    """Direction with as many bins as the noise leaves readable: the finest of 40, 20, 10 and 5 in which the errors of the
    steps together stay below a tenth of the curve's range, else 5. A curve that cannot be told from a flat one (its steps
    are no larger than their errors) has direction 0 with the whole of [-1, 1] as its interval."""
    for bins in (BINS, 20, 10, 5):
        fewer, parts = coarse(curve, bins), coarse(without, bins)
        error = standard_error(np.diff(parts, axis=-1))
        if error.sum() <= 0.1 * np.ptp(fewer) or bins == 5:
            break
    steps = np.diff(fewer)
    if np.any(steps) and np.abs(steps).max() <= FLAT * error.max():
        # Leaving one replication out turns the sign each time: as wide as a direction can be.
        return 0.0, np.resize([1.0, -1.0], len(without))
    return float(direction(fewer, error**2)), direction(parts, error**2)


def rows_of(output: Output, n: int, target: float) -> list[dict[str, str | float]]:
    """The rows of the table: output, input, measure, estimate, low, high, se, n, verdict."""
    rows: list[dict[str, str | float]] = []
    for measure, found in output.measures.items():
        if measure == "null":
            continue
        error, half = found.error, found.half
        effect = output.measures["effect"]
        for at, name in enumerate(found.inputs):
            value, wide = float(found.value[at]), float(half[at])
            if measure == "effect":
                verdict = _effect_word(value, wide)
            elif measure == "direction":
                verdict = _direction_word(value, wide, float(effect.value[at]), float(effect.half[at]))
            else:
                verdict = NOT_IDENTIFIABLE if not np.isfinite(value) else CONVERGED if 2 * wide <= target else UNDECIDED
            low, high = value - wide, value + wide
            if measure != "effect":  # a share of the variance is none beyond 0 to 1, nor a direction beyond -1 to 1
                value, low, high = brought_within(value, low, high, -1.0 if measure == "direction" else 0.0, 1.0)
            rows.append(
                {
                    "output": output.name,
                    "input": name,
                    "measure": measure,
                    "estimate": value,
                    "low": low,
                    "high": high,
                    "se": float(error[at]),
                    "n": n,
                    "verdict": verdict,
                }
            )
    return rows


def _effect_word(value: float, half: float) -> str:
    if not np.isfinite(value):
        return NOT_IDENTIFIABLE
    return EFFECT_WORDS[verdict_of(value - half, value + half)]


def as_difference(word: str) -> str:
    """The verdict on a difference that an effect's word stands for; other words as they are."""
    return {told: found for found, told in EFFECT_WORDS.items()}.get(word, word)


def _direction_word(value: float, half: float, effect: float, effect_half: float) -> str:
    if not np.isfinite(value):
        return NOT_IDENTIFIABLE
    if value == 0.0 and half == 0.0 and effect == 0.0:
        return NO_EFFECT
    if abs(value) >= MONOTONE and verdict_of(effect - effect_half, effect + effect_half) in DECIDED:
        return "rises" if value > 0 else "falls"
    return "mixed" if abs(value) + half < MONOTONE else UNDECIDED
