"""Which parameter sets could show the findings: bands of all targets, judged jointly on emulated statistics.

History matching rules out sets that are implausible on any target [andrianakis2015]; since some findings may exclude each
other, a target's weight is the probability of lying in its band, with a floor: one that cannot be met costs a fixed amount
and does not bend all others. Sets are sampled in proportion to that weight and the flat prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import emcee
import numpy as np
from scipy.special import ndtr

from tandem.experiments.calibration.emulator import Emulator
from tandem.experiments.validation.findings import targets
from tandem.experiments.validation.plausibility import plausible_ranges
from tandem.sim.seeds import entropy

FLOOR = 0.02
SHARP = 3.0
"""Exponent of the weight in the final wave. In many dimensions there is far more room where half the targets are met than where
most are; early waves (exponent 1) look everywhere, the last one where sets do about as well as any."""


@dataclass(frozen=True)
class Band:
    """Where a statistic should lie; None on a side that is open."""

    name: str
    low: float
    high: float
    weight: float = 1.0


def bands() -> tuple[Band, ...]:
    """Targets of the findings that count, and the plausible ranges of a population."""
    found = [Band(row.name, float(row.low), float(row.high)) for row in targets() if row.low is not None and row.high is not None]
    return (*found, *(Band(name, low, high) for name, (low, high) in plausible_ranges().items()))


def inside(band: Band, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Probability that a normal variable lies in the band, (rows,)."""
    spread = np.maximum(spread, 1e-9)
    return ndtr((band.high - mean) / spread) - ndtr((band.low - mean) / spread)


def implausibility(band: Band, mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Distance outside the band in standard deviations of what is not known, 0 inside, (rows,)."""
    away = np.maximum(0.0, np.maximum(band.low - mean, mean - band.high))
    return away / np.maximum(spread, 1e-9)


@dataclass(frozen=True)
class Judge:
    """Scores points of the unit cube by their emulated statistics."""

    emulators: Mapping[str, Emulator]
    bands: tuple[Band, ...]
    sharpness: float = 1.0

    def probabilities(self, points: np.ndarray) -> np.ndarray:
        """Probability of each band, (rows, bands)."""
        return np.column_stack([inside(band, *self.emulators[band.name](points)) for band in self.bands])

    def score(self, points: np.ndarray) -> np.ndarray:
        """Log weight of each point, (rows,): sum of logs of the floored probabilities."""
        weights = np.array([band.weight for band in self.bands])
        return self.sharpness * (weights * np.log(FLOOR + (1.0 - FLOOR) * self.probabilities(points))).sum(axis=1)

    def ruled_out(self, points: np.ndarray, limit: float = 3.0) -> np.ndarray:
        """Share of points implausible on each band, (bands,): how much of the space a target excludes."""
        return np.array([(implausibility(band, *self.emulators[band.name](points)) > limit).mean() for band in self.bands])

    def sample(self, n: int, seed: int | str, start: np.ndarray | None = None, steps: int = 400) -> np.ndarray:
        """n points of the unit cube, all different, in proportion to weight, (n, inputs); `start`: points worth starting from."""
        draw = np.random.default_rng(entropy(seed, 3))
        inputs = len(next(iter(self.emulators.values())).trend.coef_) // 2
        walkers = max(2 * inputs + 2, 120)
        pool = draw.random((20 * walkers, inputs))
        if start is not None and len(start):
            pool = np.concatenate([pool, np.clip(start + 0.02 * draw.standard_normal(start.shape), 1e-6, 1 - 1e-6)])
        first = pool[np.argsort(-self.score(pool))[:walkers]]

        def log_weight(points: np.ndarray) -> np.ndarray:
            out = ((points < 0) | (points > 1)).any(axis=1)
            return np.where(out, -np.inf, self.score(np.clip(points, 0, 1)))

        moves = [(emcee.moves.DEMove(), 0.7), (emcee.moves.DESnookerMove(), 0.1), (emcee.moves.StretchMove(), 0.2)]
        sampler = emcee.EnsembleSampler(walkers, inputs, log_weight, moves=moves, vectorize=True)
        state = emcee.State(first, random_state=np.random.RandomState(int(draw.integers(2**31))).get_state())
        for _ in range(10):
            state = sampler.run_mcmc(state, steps, skip_initial_state_check=True)
            assert state is not None
            chain = sampler.get_chain(discard=steps // 2, thin=5, flat=True)
            chain = chain[draw.permutation(len(chain))]
            # A walker that stays repeats its point: playing it twice would teach nothing more.
            points = chain[np.sort(np.unique(chain, axis=0, return_index=True)[1])]
            if len(points) >= n:
                return points[:n]
        raise RuntimeError(f"only {len(points)} of {n} points found: no room where the bands are met")
