"""The laws by which firms of a population differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tandem.experiments.firms.declared import ranges


@dataclass(frozen=True)
class Law:
    """How one value differs between firms: a standard normal score becomes a value by `law`."""

    path: str
    law: str
    mean: float = 0.0
    spread: float = 1.0
    low: float = -np.inf
    high: float = np.inf
    shares: Mapping[str, float] = field(default_factory=dict)
    source: str = "assumption"
    reason: str = ""

    def values(self, scores: np.ndarray, usual: np.ndarray) -> np.ndarray:
        """Values (firms,) for standard normal scores (firms,); `usual`: what each firm's role model and context say."""
        from scipy.special import betaincinv, ndtr

        if self.law == "lognormal":
            return np.asarray(usual * np.exp(self.spread * scores))
        if self.law == "normal":
            return np.asarray(np.clip(usual + self.spread * scores, self.low, self.high))
        if self.law == "uniform":
            return np.asarray(self.low + (self.high - self.low) * ndtr(scores))
        weight = self.mean * (1 - self.mean) / self.spread**2 - 1
        return np.asarray(betaincinv(self.mean * weight, (1 - self.mean) * weight, ndtr(scores)))


def range_of(path: str) -> tuple[float, float]:
    """Lowest and highest value that is declared for a path."""
    return ranges()[path]
