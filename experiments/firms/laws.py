"""The laws by which firms of a population differ, and what a population's file must say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import betaincinv, ndtr

from tandem.sim.parameters import describe
from tandem.sim.scenario import ScenarioError


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
        if self.law == "lognormal":
            return np.asarray(usual * np.exp(self.spread * scores))
        if self.law == "normal":
            return np.asarray(np.clip(usual + self.spread * scores, self.low, self.high))
        if self.law == "uniform":
            return np.asarray(self.low + (self.high - self.low) * ndtr(scores))
        weight = self.mean * (1 - self.mean) / self.spread**2 - 1
        return np.asarray(betaincinv(self.mean * weight, (1 - self.mean) * weight, ndtr(scores)))


LAWS = ("normal", "lognormal", "uniform", "beta")


@lru_cache(maxsize=1)
def _ranges() -> dict[str, tuple[float, float]]:
    return {row["path"]: (row["low"], row["high"]) for row in describe() if row["low"] is not None}


def range_of(path: str) -> tuple[float, float]:
    """Lowest and highest value that is declared for a path."""
    return _ranges()[path]


def checked(tables: Mapping[str, Any], file: str) -> None:
    """Complain, in one line, about what a population file lacks or says wrongly."""
    for name in ("horizon", "role_models", "contexts", "size", "coo", "differs", "priorities"):
        if name not in tables:
            raise ScenarioError("a table is missing", file=file, key=name, allowed=f"[{name}]")
    known = _ranges()
    allowed = {"path", "law", "mean", "spread", "low", "high", "shares", "source", "reason"}
    for table in tables["differs"]:
        path = table.get("path", "")
        strange = set(table) - allowed
        if strange:
            raise ScenarioError("unknown key", file=file, key=f"{path}: {min(strange)}", allowed=", ".join(sorted(allowed)))
        if path not in known:
            raise ScenarioError(
                "unknown path", file=file, key="differs.path", value=path, allowed="a number that `tandem schema` shows"
            )
        if table.get("law") not in LAWS:
            raise ScenarioError("unknown law", file=file, key=path, value=table.get("law"), allowed=", ".join(LAWS))
        if table["law"] == "beta" and not 0 < table.get("spread", 0) ** 2 < table.get("mean", 0) * (1 - table.get("mean", 0)):
            raise ScenarioError(
                "no beta law has this mean and spread",
                file=file,
                key=path,
                value=table.get("spread"),
                allowed="spread squared below mean (1 - mean)",
            )
        if sum(weight**2 for weight in table.get("shares", {}).values()) > 1:
            raise ScenarioError(
                "shares exceed one", file=file, key=path, value=table["shares"], allowed="squares that sum to 1 at most"
            )
        if "source" not in table:
            raise ScenarioError("a source is missing", file=file, key=path, allowed="a key of sources.toml, or assumption")
