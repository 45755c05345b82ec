"""Factors that hang together: a Gaussian copula with a matrix of rank correlations.

Each factor keeps its own law; only which values come together changes. Spearman's rank correlation r of two factors is had from
normal scores that correlate with 2 sin(pi r / 6) (Pearson 1907; Iman & Conover 1982 for the use).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import Field

from tandem.experiments.pages.telling import said
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.complaint import among
from tandem.sim.scenario.story import Told, checked

LEAST_EIGENVALUE = 1e-8
_INSIDE = 2.0**-53


class CorrelationTable(Told):
    """`[correlation]` of a plan: `factors` and the `matrix` of their rank correlations in that order, or `pairs` of
    [one, other, rank correlation], all others 0."""

    factors: list[str] | None = Field(None, min_length=2, max_length=200)
    matrix: list[list[float]] | None = None
    pairs: list[list[Any]] | None = Field(None, min_length=1, max_length=200)


@dataclass(frozen=True, eq=False)
class Correlation:
    """`ranks`: Spearman's correlations asked for, float64 (k, k), in the order of `names`; `scores`: of the normal scores."""

    names: tuple[str, ...]
    ranks: np.ndarray
    scores: np.ndarray

    def places(self, places: np.ndarray) -> np.ndarray:
        """Independent places in [0, 1), (rows, k), as dependent ones, each column still uniform."""
        from scipy.special import ndtr, ndtri

        normal = ndtri(np.clip(places, _INSIDE, 1.0 - _INSIDE)) @ np.linalg.cholesky(self.scores).T
        return np.clip(ndtr(normal), 0.0, 1.0 - _INSIDE)

    def given(self, known: np.ndarray, columns: Sequence[int], places: np.ndarray) -> np.ndarray:
        """Places drawn anew given those of some columns: `known`, (rows, k), holds them; `places`, (rows, k), are fresh
        independent ones. Returned whole: the columns given as they were, the others from their law given these."""
        from scipy.special import ndtr, ndtri

        fixed = np.array(sorted(columns), dtype=np.int64)
        free = np.array([at for at in range(len(self.names)) if at not in set(columns)], dtype=np.int64)
        made = known.copy()
        if not len(free):
            return made
        if not len(fixed):
            return self.places(places)
        across = self.scores[np.ix_(free, fixed)] @ np.linalg.inv(self.scores[np.ix_(fixed, fixed)])
        left = self.scores[np.ix_(free, free)] - across @ self.scores[np.ix_(fixed, free)]
        mean = ndtri(np.clip(known[:, fixed], _INSIDE, 1.0 - _INSIDE)) @ across.T
        fresh = ndtri(np.clip(places[:, free], _INSIDE, 1.0 - _INSIDE)) @ np.linalg.cholesky(left).T
        made[:, free] = np.clip(ndtr(mean + fresh), 0.0, 1.0 - _INSIDE)
        return made

    def identity(self) -> dict[str, Any]:
        """What decides the points, as JSON."""
        return {"factors": list(self.names), "ranks": self.ranks.tolist()}

    @property
    def told(self) -> str:
        """In words: which factors hang together, and how much."""
        pairs = [
            said("drives.pair", first=self.names[a], second=self.names[b], ranks=float(self.ranks[a, b]))
            for a, b in itertools.combinations(range(len(self.names)), 2)
            if self.ranks[a, b]
        ]
        more = said("drives.more_pairs", n=len(pairs) - 6) if len(pairs) > 6 else ""
        return said("drives.correlations", pairs=", ".join(pairs[:6]) + more)


def read_correlation(value: Any, factors: Sequence[str], file: str | None) -> Correlation | None:
    """The correlation of all `factors`, in their order, from a table `correlation`; None where it says nothing or only zeros.
    Raises ScenarioError in one line: unknown factors, a matrix not square, symmetric, with ones, or not positive definite."""
    if value is None:
        return None
    key = "correlation"
    if not isinstance(value, dict):
        raise ScenarioError("wrong type", file=file, key=key, value=value, allowed="a table of factors and matrix, or of pairs")
    table: CorrelationTable = checked(CorrelationTable, _floats(value), file, f"{key}.")
    if (table.pairs is None) == (table.matrix is None) or (table.matrix is None) != (table.factors is None):
        raise ScenarioError("says too little or too much", file=file, key=key, allowed="factors and matrix, or pairs")
    ranks = np.eye(len(factors))
    said: set[frozenset[str]] = set()
    for one, other, rank in _of_pairs(table.pairs, file) if table.pairs is not None else _of_matrix(table, file):
        for name in (one, other):
            among(name, list(factors), "no such factor", file=file, key=key, allowed="a factor of this plan")
        if one == other or frozenset((one, other)) in said:
            raise ScenarioError(
                "a pair stands there twice, or is of one factor", file=file, key=f"{key}.pairs", value=one, allowed="once"
            )
        if not -1.0 < rank < 1.0:
            raise ScenarioError("out of range", file=file, key=key, value=rank, allowed="a rank correlation between -1 and 1")
        said.add(frozenset((one, other)))
        a, b = list(factors).index(one), list(factors).index(other)
        ranks[a, b] = ranks[b, a] = rank
    if not (ranks - np.eye(len(factors))).any():
        return None
    scores = 2.0 * np.sin(np.pi * ranks / 6.0)
    np.fill_diagonal(scores, 1.0)
    for what, matrix in (("rank correlations", ranks), ("normal scores behind these rank correlations", scores)):
        least = float(np.linalg.eigvalsh(matrix)[0])
        if least < LEAST_EIGENVALUE:
            raise ScenarioError(
                f"not positive definite: the {what} contradict each other (least eigenvalue {least:.3g})",
                file=file,
                key=key,
                allowed="a matrix with positive eigenvalues; smaller correlations help",
            )
    return Correlation(tuple(factors), ranks, scores)


def _of_pairs(pairs: list[list[Any]], file: str | None) -> list[tuple[str, str, float]]:
    for at, pair in enumerate(pairs):
        if len(pair) != 3 or not all(isinstance(name, str) for name in pair[:2]) or not isinstance(pair[2], float):
            raise ScenarioError(
                "wrong value",
                file=file,
                key=f"correlation.pairs.{at}",
                value=pair,
                allowed="[one factor, another, rank correlation]",
            )
    return [(one, other, rank) for one, other, rank in pairs]


def _of_matrix(table: CorrelationTable, file: str | None) -> list[tuple[str, str, float]]:
    names, matrix = table.factors or [], table.matrix or []
    if len(matrix) != len(names) or any(len(row) != len(names) for row in matrix):
        raise ScenarioError(
            "not square", file=file, key="correlation.matrix", value=matrix, allowed=f"{len(names)} rows of {len(names)} numbers"
        )
    for a, row in enumerate(matrix):
        for b, rank in enumerate(row):
            if not -1.0 <= rank <= 1.0:
                allowed = "a rank correlation between -1 and 1"
                raise ScenarioError("out of range", file=file, key=f"correlation.matrix.{a}.{b}", value=rank, allowed=allowed)
            if (a == b and rank != 1.0) or rank != matrix[b][a]:
                problem = "not 1 on the diagonal" if a == b else f"not symmetric ({rank:g} against {matrix[b][a]:g})"
                raise ScenarioError(problem, file=file, key=f"correlation.matrix.{a}.{b}", value=rank)
    return [(names[a], names[b], matrix[a][b]) for a, b in itertools.combinations(range(len(names)), 2)]


def _floats(value: Any) -> Any:
    """Whole numbers as numbers: a matrix may say 1."""
    if isinstance(value, dict):
        return {name: _floats(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_floats(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
