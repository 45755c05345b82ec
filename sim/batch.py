"""Many runs, one row each."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.sim.intervals import mean_within
from tandem.sim.mistake import Mistake
from tandem.sim.origin import origin_of
from tandem.sim.outcomes import HEADLINES, OUTCOMES, known
from tandem.sim.own import Own, marked
from tandem.sim.parameter_sets import AS_DECLARED, Chosen
from tandem.sim.units import figure

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Batch(Own):
    """Many runs of one scenario or of a population of firms.

    `outcomes` is a table of one row a run, `values(name)` an array (firms, replicates), `summary()` a row an outcome; each
    outcome in the unit that `tandem.sim.outcomes.OUTCOMES[name].unit` says. Raises Mistake for an outcome that there is not.

    >>> from tandem import Scenario, simulate_batch
    >>> batch = simulate_batch(Scenario.load("silence"), runs=50, seed=7)
    >>> list(batch.summary().columns)
    ['mean', 'low', 'high', 'sd', 'q05', 'q50', 'q95', 'n']
    """

    scenarios: tuple[Any, ...]
    seed: int | str
    runs: int
    """Replicates of each firm."""
    outcomes: pd.DataFrame
    """One row a run: firm_id and replicate (from 0), then a column an outcome, by its name and in its unit
    (`tandem.sim.outcomes.OUTCOMES`); not-a-number where there was nothing to measure."""
    parameters: Chosen = AS_DECLARED
    """Under which parameter sets they were played."""
    paired: bool = False
    """Whether all firms met one luck and one parameter set in each replicate."""
    own_outcomes: tuple[dict[str, Any], ...] = ()
    """What the user had declared of the outcomes of their own among the columns, when they were played."""

    def __len__(self) -> int:
        return len(vars(self)["outcomes"])

    @cached_property
    def _origin(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"seed": self.seed, "paired": self.paired, "own": self.own_outcomes}
        return origin_of("simulate_batch", [self.scenarios], self.parameters, self.runs, **asked)

    def to_frame(self) -> pd.DataFrame:
        """A copy of `.outcomes` (firm_id, replicate, then a column an outcome of `tandem.sim.outcomes.OUTCOMES`) with the columns
        scenario (the firm's name), seed and parameters (what was asked for) before it."""
        table = self.outcomes
        names = np.array([firm.name for firm in self.scenarios], dtype=object)
        table.insert(0, "scenario", names[table["firm_id"]])
        table.insert(1, "seed", self.seed)
        table.insert(2, "parameters", self.parameters.word)
        named: pd.DataFrame = marked(table, "to_frame", self._origin)
        return named

    @property
    def luck(self) -> pd.DataFrame:
        """Which luck each row had: firm_id, replicate, luck (rows of one number met the same luck, int64 from 0), luck_firm and
        luck_replicate (its address: `simulate(..., replicate=luck_replicate, firm=luck_firm)`), parameter_set (its number in the
        ensemble; -1 where none was laid over)."""
        import pandas as pd

        table = vars(self)["outcomes"]
        firm, replicate = table["firm_id"].to_numpy(), table["replicate"].to_numpy()
        of_luck = np.zeros_like(firm) if self.paired else firm
        drawn = self.parameters.drawn(self.seed, of_luck, replicate)
        found = {"firm_id": firm, "replicate": replicate, "luck": of_luck * self.runs + replicate}
        found |= {"luck_firm": of_luck, "luck_replicate": replicate}
        return pd.DataFrame({**found, "parameter_set": np.full(len(firm), -1) if drawn is None else drawn})

    def values(self, outcome: str) -> np.ndarray:
        """One outcome of all runs, shape (firms, replicates)."""
        return self._column(known(outcome)).copy().reshape(len(self.scenarios), self.runs)

    def _column(self, outcome: str) -> np.ndarray:
        """One outcome as it stands in the table, read once: comparisons ask for it again and again."""
        if outcome not in self._read:
            kept = vars(self)["outcomes"][self._there(outcome)]  # without a copy of all the others
            self._read[outcome] = np.array(kept, dtype=np.float64)
        return self._read[outcome]

    @cached_property
    def _read(self) -> dict[str, np.ndarray]:
        return {}

    def _there(self, outcome: str) -> str:
        if outcome not in vars(self)["outcomes"]:
            raise Mistake(f"{outcome!r} was declared after this batch was played; play it again")
        return outcome

    def units(self, outcome: str) -> np.ndarray:
        """One outcome of independent cases: the replicates of a scenario, or the firms' means over their replicates; in a paired
        batch the replicates' means over the firms, which shared their luck."""
        values = self.values(outcome)
        if self.paired:
            values = values.T
        if len(self.scenarios) == 1:
            return np.asarray(values.ravel())
        defined = ~np.isnan(values)
        total, n = np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1)
        return np.where(n > 0, total / np.maximum(n, 1), np.nan)

    def summary(self) -> pd.DataFrame:
        """By outcome: mean, low and high of its 95% interval, sd and quantiles (q05, q50, q95) of the runs, n (runs in
        which the outcome is defined). In a population the interval counts firms, not runs, as independent; in a paired batch
        replicates, whose luck all firms shared."""
        import pandas as pd

        rows = []
        for name in (each for each in vars(self)["outcomes"] if each in OUTCOMES):
            values = vars(self)["outcomes"][name].to_numpy()
            defined = values[~np.isnan(values)]
            mean, low, high, _, _ = mean_within(self.units(name), *OUTCOMES[name].bounds)
            quantiles = np.quantile(defined, [0.05, 0.5, 0.95]) if len(defined) else [np.nan] * 3
            spread = np.nan if len(defined) < 2 else defined.std(ddof=1) if np.ptp(defined) > 0 else 0.0
            rows.append((name, mean, low, high, spread, *quantiles, len(defined)))
        columns = ["outcome", "mean", "low", "high", "sd", "q05", "q50", "q95", "n"]
        named: pd.DataFrame = marked(pd.DataFrame(rows, columns=columns).set_index("outcome"), "summary", self._origin)
        return named

    def plot(self, outcome: str = HEADLINES[0], ax: Any = None, lang: str = "en") -> Any:
        """How one `outcome` spreads over the runs, in its unit, in `lang` ("en" or "fr"), on `ax` (None: new axes). Returns the
        axes. Raises Mistake for an outcome that there is not."""
        from tandem.sim.plots import plot_batch

        return plot_batch(self.outcomes, self._there(known(outcome)), ax, lang=lang)

    def __repr__(self) -> str:
        names = list(dict.fromkeys(firm.name for firm in self.scenarios))
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        name = HEADLINES[0]
        mean, low, high, _, _ = mean_within(self.units(name), *OUTCOMES[name].bounds)
        return "\n".join(
            [
                f"Batch of {shown} (seed {self.seed!r})",
                f"├─ {self.parameters.told}",
                f"├─ {len(self)} runs: {len(self.scenarios)} firm{'s' * (len(self.scenarios) > 1)} x {self.runs} replicates"
                + (", paired: one luck for all firms of a replicate" if self.paired else ""),
                "├─ .outcomes .summary() .plot(outcome) .to_frame()",
                f"└─ {name} {figure(mean)} (95% interval {figure(low)} to {figure(high)})",
            ]
        )

    def _repr_html_(self) -> str:
        head = html.escape(f"{repr(self).splitlines()[0]}; {self.parameters.told}")
        from tandem.sim.plots import still

        table = self.summary().loc[list(HEADLINES)].to_html(float_format=figure)
        name = HEADLINES[0]
        return f"<div>{head}{table}{still(self.plot(name), f'{OUTCOMES[name].title()} over the runs')}</div>"
