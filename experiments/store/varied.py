"""Firms of which something is not known: factors drawn with each pair, laid over whatever plays, as parameter sets are.

What takes `parameters=` takes this: pair p of every arm has the same draw of the factors, so that arms stay paired and a table of
many pairs carries what is not known about the firm at no more runs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.store.declared_factors import DeclaredFactors, declared_factors
from tandem.sim.given import whole
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import Chosen, Ensemble, chosen
from tandem.sim.parameters import LEVERS
from tandem.sim.scenario.paths import lever_of
from tandem.sim.seeds import entropy, seed_of
from tandem.sim.table import FirmTable, single

if TYPE_CHECKING:
    import pandas as pd

DRAWS = 4096
TOLD = {
    "en": "{sets}; with each pair its own draw of {count} factors ({names})",
    "fr": "{sets}\u202f; avec pour chaque paire son propre tirage de {count} facteurs ({names})",
}


@dataclass(frozen=True, eq=False)
class Varied(Chosen):
    """Parameter sets with a draw of the factors each. `drawn_factors`: values by path, each (draws,); they win over what the
    scenario says, and a change during the run wins over them. Words are an object array, switches bool."""

    base: Chosen | None = None
    declared: DeclaredFactors | None = None
    drawn_factors: dict[str, np.ndarray] = field(default_factory=dict)
    factors_seed: int | str = 0

    def tell(self, lang: str) -> str:
        """One short line for a reader."""
        assert self.base is not None
        names = ", ".join(list(self.drawn_factors)[:4]) + (" ..." if len(self.drawn_factors) > 4 else "")
        return TOLD[lang].format(sets=self.base.tell(lang), count=len(self.drawn_factors), names=names)

    @property
    def identity(self) -> dict[str, Any]:
        """What results depend on, as JSON."""
        assert self.base is not None and self.declared is not None and self.known is not None
        return {
            **self.base.identity,
            "factors": self.declared.digest,
            "factors_seed": self.factors_seed,
            "draws": len(self.known),
        }

    @property
    def recipe(self) -> dict[str, Any]:
        """Laws, groups and correlation of the factors, seed and number of draws: what `varied` takes to make the same again."""
        assert self.declared is not None and self.known is not None
        return {"tables": self.declared.tables, "seed": self.factors_seed, "draws": len(self.known)}

    def lay(self, table: FirmTable, drawn: np.ndarray | None) -> FirmTable:
        """The table with sets and factors laid over it, in place: `drawn` is the draw of each firm, int64 (firms,)."""
        if drawn is None or self.known is None:
            return table
        super().lay(table, drawn)
        for path, values in self.drawn_factors.items():
            table.set(path, values[drawn])
        return table


def varied(parameters: Any, factors: Any, scenarios: Any, seed: int | str = 0, draws: int | None = None) -> Varied:
    """Parameter sets with factors drawn beside them, by a Latin hypercube: what `parameters=` takes.

    `factors` as in `declared_factors`; `scenarios`: by name, of all that is to be played (their values are looked at); `draws`:
    how many draws there are, which pairs meet in turn; None: 4,096. Raises Mistake in one sentence: a factor that is no single
    number of a firm, a value that some scenario does not take.
    """
    import pandas as pd
    from scipy.stats import qmc

    base, declared = chosen(parameters), declared_factors(factors)
    declared.check(scenarios)
    for path in declared.names:
        _may_be_drawn(path)
    seed = seed_of(seed)
    draws = whole("draws", DRAWS if draws is None else draws, 2, 1_000_000)
    rng = np.random.default_rng([entropy(seed), 7])  # type: ignore[arg-type]
    places = qmc.LatinHypercube(len(declared.names), rng=rng).random(draws)
    values = {path: _plain(column) for path, column in declared.values(places).items()}
    sets: pd.DataFrame = pd.DataFrame(index=range(draws))
    statistics = sets
    if base.known is not None:
        which = np.full(draws, base.number) if base.number is not None else base.known.at(np.arange(draws), seed)
        sets = base.known.sets.iloc[which].reset_index(drop=True)
    known = Ensemble(sets, statistics, 0, {})
    return Varied(base.word, known, None, base, declared, values, seed)


def _may_be_drawn(path: str) -> None:
    """Raises Mistake, in one sentence that says what would do, for a factor that pairs of runs cannot draw."""
    if path == "quarters":
        raise Mistake(
            "factors: quarters is the horizon, which all runs of a comparison share; set it in the scenario, or vary it with "
            "`tandem sensitivity`, `discover` or a sweep"
        )
    if not single(path):
        raise Mistake(
            f"factors: {path} is checked together with others and is no single value of a firm; `tandem sensitivity`, "
            "`discover` or a sweep can vary it"
        )


def _plain(values: np.ndarray) -> np.ndarray:
    """Numbers as float64; words and switches as they are."""
    return values if values.dtype == object or values.dtype == bool else np.asarray(values, dtype=np.float64)


def without_levers(parameters: Any, who: str, levers: Collection[str] = LEVERS) -> None:
    """Raises Mistake where factors are levers, or parameters that a lever sets, which `who` (advice, a search) moves itself, of
    those `levers`: its question would be put to firms on which the draw of the factor has the last word."""
    for path in getattr(parameters, "drawn_factors", {}):
        lever = path.removeprefix("levers.") if path.startswith("levers.") else lever_of(path)
        if lever in levers:
            what = f"{path} is a lever" if path.startswith("levers.") else f"{path} follows the lever levers.{lever}"
            raise Mistake(
                f"factors: {what}, and {who} sets the levers itself, so a draw would undo what it sets; take {path} out of the "
                "factors, or ask `tandem sensitivity` what it does"
            )
