"""Calls the function that is analysed, and refuses whatever it should not give back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.luck import PILOT, SPREAD, generator, keys_of
from tandem.sim.answers import first_not_finite, numbers_of
from tandem.sim.given import function, mapping, number
from tandem.sim.given import names as texts
from tandem.sim.mistake import Mistake

# f(X: float64 (rows, k) in (0, 1), keys: uint64 (rows,)) -> float64 (rows,) or (rows, outputs)
Function = Callable[[np.ndarray, np.ndarray], np.ndarray]

PILOT_ROWS, PILOT_REPLICATES = 200, 4
NOISY, REPLICATES_IF_NOISY = 0.7, 8
MOST_REPLICATES = 16
SPREAD_POINTS = (64, 256)  # points a cell from which its spread is told, at least and at most


def spread_points(n: int, looked: bool = False) -> int:
    """Points a cell from which its spread is told in an analysis of `n` base rows: an eighth of them. What they leave open (6% of
    a spread at 128) is shared by all measures of a cell, and small beside their intervals. `looked`: of one that stops at a look;
    there always as many, so that a larger budget goes on with the same spreads."""
    least, most = SPREAD_POINTS
    return most if looked else min(max(n // 8, least), most)


class NotFinite(Mistake):
    """A run gave not-a-number or infinity, and the analysis was not told to go on without it."""


class Runner:
    """One function, its outputs' names and thresholds, and how often it was evaluated (`runs`)."""

    def __init__(
        self, f: Function, factors: int, outputs: Sequence[str] | None, tails: Mapping[str, float] | None, seed: int | str
    ):
        self.f, self.factors, self.runs, self.failed = function("f", f), factors, 0, 0
        self.shift: np.ndarray = np.zeros(1)
        self.scale: np.ndarray = np.ones(1)
        self.spreads: np.ndarray = np.ones((1, 1))
        self._count: int | None = None
        self._tails: list[tuple[int, float]] = []
        points = generator(seed, 3).random((PILOT_ROWS, factors))
        keys = keys_of(seed, PILOT, np.arange(PILOT_ROWS), PILOT_REPLICATES)
        raw = self.raw(points, keys)
        # A function that draws luck of its own would pass for one with keyed luck; the same points and keys again tell.
        self.repeats = bool(np.array_equal(raw[:1], self.raw(points, keys[:1]), equal_nan=True))
        self._name(raw.shape[2], outputs, mapping("tails", tails))
        self.pilot = self._with_tails(raw)

    def raw(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Outputs, (replicates, rows, outputs), of every point under each of its keys (replicates, rows)."""
        replicates, rows = keys.shape
        given = np.ascontiguousarray(np.concatenate([points] * replicates))
        answer = numbers_of(self.f(given, keys.reshape(-1).copy()), replicates * rows).reshape(replicates, rows, -1)
        self.runs += replicates * rows
        if self._count is not None and answer.shape[2] != self._count:
            raise Mistake(f"the function returned {answer.shape[2]} outputs after {self._count} at first")
        self._count = answer.shape[2]
        return answer

    def _name(self, count: int, outputs: Sequence[str] | None, tails: Mapping[str, float]) -> None:
        names = (
            texts("outputs", outputs) if outputs is not None else (["y"] if count == 1 else [f"y{i + 1}" for i in range(count)])
        )
        if len(names) != count:
            raise Mistake(f"outputs names {len(names)} ({', '.join(map(str, names))}), but the function returned {count}")
        if len(set(names)) != count:
            raise Mistake(f"outputs: a name is there twice ({', '.join(map(str, names))})")
        for name, threshold in tails.items():
            if name not in names:
                raise Mistake(f"tails: there is no output {name!r}; there are {', '.join(names)}")
            self._tails.append((names.index(name), number(f"tails: the threshold of {name!r}", threshold)))
        self.outputs = tuple(names) + tuple(f"{names[place]} > {threshold:g}" for place, threshold in self._tails)

    def _with_tails(self, answer: np.ndarray) -> np.ndarray:
        if not self._tails:
            return answer
        beyond = [np.where(np.isfinite(answer[..., place]), answer[..., place] > c, np.nan) for place, c in self._tails]
        return np.concatenate([answer, np.stack(beyond, axis=-1)], axis=-1)

    def __call__(self, points: np.ndarray, keys: np.ndarray) -> np.ndarray:
        """Outputs and tails, (outputs, replicates, rows), shifted and scaled as the pilot said (indices do not see it)."""
        answer = np.moveaxis(self._with_tails(self.raw(points, keys)), 2, 0)
        scaled: np.ndarray = (answer - self.shift[:, None, None]) / self.scale[:, None, None]
        return scaled

    # -- what the pilot says -------------------------------------------------------------------

    def settle(self, allow_failed: float) -> None:
        """Take shift and scale from the pilot, so that a large mean or a tiny spread costs no digits."""
        fine = np.isfinite(self.pilot).all(axis=(0, 2))
        if not fine.all():
            lost = int((~fine).sum())
            if lost > allow_failed * PILOT_ROWS + (allow_failed > 0):
                raise NotFinite(
                    f"{lost} of {PILOT_ROWS} runs of the pilot gave an output that is not finite "
                    f"(first {first_not_finite(self.pilot.reshape(-1, len(self.outputs)), self.outputs)}; "
                    f"allowed: a share of {allow_failed:g})"
                )
        kept = self.pilot[:, fine, :]
        self.shift = kept[0, 0] + (kept - kept[0, 0]).mean(axis=(0, 1))
        spread = np.where(np.ptp(kept, axis=(0, 1)) > 0, (kept - self.shift).std(axis=(0, 1)), 0.0)
        # A power of two changes no digit.
        self.scale = np.where(spread > 0, 2.0 ** np.round(np.log2(np.where(spread > 0, spread, 1.0))), 1.0)
        self.spreads = np.ones((1, len(self.outputs)))

    def settle_spreads(self, factors: Factors, seed: int | str, points: int = SPREAD_POINTS[1]) -> None:
        """Take the spread of each cell of what is held from so many points of its own (`spread_points`), float64 (cells,
        outputs): the standard deviation over factors and luck, of outputs shifted and scaled as the pilot said; 1 where nothing
        varies. After `settle`. Fewer points are the first of more."""
        if not factors.held:
            return
        cells, every = len(factors.cells), []
        for cell in range(cells):
            places = generator(seed, SPREAD, cell).random((points, self.factors))
            place = cell
            for column, (_, levels) in reversed(list(enumerate(factors.held, len(factors.names)))):
                place, level = divmod(place, len(levels))
                places[:, column] = (level + 0.5) / len(levels)
            every.append(places)
        # In one call, which a function answers sooner than one for each cell.
        numbers = (np.arange(cells)[:, None] * SPREAD_POINTS[1] + np.arange(points)).ravel()
        answers = self(np.concatenate(every), keys_of(seed, SPREAD, numbers, 1))[:, 0]
        spreads = np.zeros((cells, len(answers)))
        for cell in range(cells):
            for output, values in enumerate(answers[:, cell * points : (cell + 1) * points]):
                fine = values[np.isfinite(values)]
                spreads[cell, output] = np.std(fine) if len(fine) else 0.0
        self.spreads = np.where(spreads > 0.0, spreads, 1.0)

    @property
    def noise_share(self) -> np.ndarray:
        """Rough noise share of each output, from the pilot: within points over all; nan for a constant output."""
        kept = self.pilot[:, np.isfinite(self.pilot).all(axis=(0, 2)), :]
        within = (kept - self.shift).var(axis=0, ddof=1).mean(axis=0)
        whole = (kept - self.shift).reshape(-1, kept.shape[2]).var(axis=0)
        return np.where(whole > 0, within / np.where(whole > 0, whole, 1.0), np.nan)

    def replicates(self) -> int:
        """Replicates a row that the pilot asks for: about nu / (1 - nu) for the noisiest output, even, 4 to 16; 2 without
        noise. Four are the least from which dispersion has totals of its own; where luck leads, eight make these readable."""
        noise = self.noise_share
        noise = noise[np.isfinite(noise)]
        if not len(noise) or noise.max() == 0.0:
            return 2
        worst = min(float(noise.max()), 0.999)
        wanted = int(np.ceil(worst / (1.0 - worst)))
        least = REPLICATES_IF_NOISY if worst >= NOISY else 4
        return int(min(max(least, wanted + wanted % 2), MOST_REPLICATES))
