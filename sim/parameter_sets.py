"""Parameter sets: what calibration has left open about the mechanisms, and the one meaning of `parameters=`.

Whatever plays firms takes the same argument. `"ensemble"` (the default): each pair draws its luck and its parameter set, so
that a table of many pairs carries what is not known at no more runs. `"default"`: the calibrated ensemble's default set for
all. `"declared"`: what the model declares. A whole number: that set of the ensemble, counted from 0. Whatever a scenario, a
hand or a change during the run sets wins over all of them. Without an ensemble there is only what is declared.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.sim.given import whole_or_none
from tandem.sim.mistake import Mistake
from tandem.sim.own import Own
from tandem.sim.scenario.meant import records_of
from tandem.sim.seeds import entropy, seed_of
from tandem.sim.table import FirmTable
from tandem.sim.units import language

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "ensemble"
ENSEMBLE, DEFAULT, DECLARED = WORDS = ("ensemble", "default", "declared")
TOLD = {
    "en": {
        "ensemble": "parameters: ensemble of {count} sets, each pair its own",
        "default": "parameters: default set (set {number} of {count})",
        "one": "parameters: set {number} of {count}",
        "declared": "parameters: as the model declares",
        "missing": "parameters: as the model declares (there is no ensemble: run `tandem calibrate`)",
    },
    "fr": {
        "ensemble": "paramètres\u202f: ensemble de {count} jeux, un pour chaque paire",
        "default": "paramètres\u202f: jeu par défaut (jeu {number} sur {count})",
        "one": "paramètres\u202f: jeu {number} sur {count}",
        "declared": "paramètres\u202f: tels que le modèle les déclare",
        "missing": "paramètres\u202f: tels que le modèle les déclare (pas d’ensemble\u202f: lancez `tandem calibrate`)",
    },
}
OF_POPULATIONS = ("population.", "hazards.")
"""What only a population has of a set: how firms differ, and how often leaders leave."""


@dataclass(frozen=True)
class Ensemble(Own):
    """Parameter sets compatible with the findings. `sets`: one row a set, one column a path; `statistics`: what each set
    shows; `default`: the row of the default set; `provenance`: command, seed, sizes, targets, priors, versions."""

    sets: pd.DataFrame
    statistics: pd.DataFrame
    default: int
    provenance: Mapping[str, Any]

    def __len__(self) -> int:
        return len(vars(self)["sets"])  # there may be sets that say nothing

    def set(self, number: int) -> dict[str, float]:
        """Values by path of one set."""
        return {path: float(values[number]) for path, values in self._values.items()}

    @cached_property
    def _values(self) -> dict[str, np.ndarray]:
        """All sets: path -> float64 (sets,)."""
        return {str(path): column.to_numpy(dtype=np.float64) for path, column in vars(self)["sets"].items()}

    def drawn_values(self, numbers: np.ndarray) -> dict[str, np.ndarray]:
        """Values of the sets of these numbers: path -> float64, of the shape of `numbers`."""
        return {path: values[numbers] for path, values in self._values.items()}

    def mechanisms(self, number: int) -> dict[str, float]:
        """The same without what only a population has."""
        return {path: float(values[number]) for path, values in self._mechanisms.items()}

    @cached_property
    def columns(self) -> dict[str, np.ndarray]:
        """The mechanisms of all sets: path -> float64 (sets,)."""
        forced = set(self.forced)  # once: what is handed out of the provenance is a copy of it
        return {path: values for path, values in self._mechanisms.items() if path not in forced}

    @property
    def forced(self) -> tuple[str, ...]:
        """Paths that are set as by hand, whatever a scenario says: the factors of a fit to a user's own figures."""
        return tuple(self.provenance.get("forced", ()))

    @cached_property
    def _mechanisms(self) -> dict[str, np.ndarray]:
        return {path: values for path, values in self._values.items() if not path.startswith(OF_POPULATIONS)}

    @cached_property
    def set_by_hand(self) -> dict[str, np.ndarray]:
        """The columns of `forced`: path -> float64 (sets,)."""
        return {path: self._mechanisms[path] for path in self.forced}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the sets and of which is the default: what results under them depend on."""
        content = [list(self._values), np.array(list(self._values.values())).T.tolist(), self.default]
        content += [list(self.forced)] if self.forced else []
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def drawn(self, pairs: int, seed: int | str = 0) -> np.ndarray:
        """The sets of the first pairs, int64 (pairs,): see `at`."""
        return self.at(np.arange(pairs), seed)

    def at(self, pairs: np.ndarray, seed: int | str = 0) -> np.ndarray:
        """The set of each pair by its number, int64 (pairs,): every set equally often, in random order, the same for a pair
        however many others there are."""
        seed = seed_of(seed)
        turn, place = np.divmod(np.asarray(pairs, dtype=np.int64), len(self))
        turns, which = np.unique(turn, return_inverse=True)
        orders = np.array([_order(seed, int(k), len(self)) for k in turns]).reshape(len(turns), len(self))
        return orders[which.reshape(turn.shape), place]

    def of_keys(self, keys: np.ndarray) -> np.ndarray:
        """The set of each luck given by a key, uint64 (rows,): replicates that are shared share their set."""
        with np.errstate(over="ignore"):  # the last steps of SplitMix64: neighbouring keys get sets of their own
            word = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        numbers: np.ndarray = ((word ^ (word >> np.uint64(31))) % np.uint64(len(self))).astype(np.int64)
        return numbers


@lru_cache(maxsize=4096)
def _order(seed: int | str, turn: int, sets: int) -> np.ndarray:
    """The order of the sets in one turn of a seed. Whole numbers stand for themselves, as they always have; a text stands for
    the key of its luck."""
    return np.random.default_rng(entropy(seed, 7, turn)).permutation(sets)


@lru_cache(maxsize=1)
def ensemble() -> Ensemble | None:
    """The ensemble that comes with the project; None where none has been made."""
    folder = resources.files("tandem.scenarios") / FOLDER
    return _Shipped.of(folder) if (folder / "provenance.json").is_file() else None


class _Shipped(Ensemble):
    """The project's own. Its sets are read without pandas, which takes a third of a second to load and is needed for no firm; its
    tables are made when somebody asks for them."""

    @classmethod
    def of(cls, folder: Any) -> _Shipped:
        """The ensemble in a folder of the package."""
        made = cls.__new__(cls)
        with (folder / "sets.csv").open(encoding="utf-8", newline="") as file:
            paths, *rows = csv.reader(file)
        values = np.array([[float(value) for value in row] for row in rows])
        provenance = _provenance(folder)
        vars(made).update(_folder=folder, default=int(provenance["default"]), provenance=provenance)
        vars(made)["_values"] = {path: np.ascontiguousarray(values[:, place]) for place, path in enumerate(paths)}
        return made

    def __len__(self) -> int:
        return len(next(iter(self._values.values())))

    @cached_property
    def sets(self) -> pd.DataFrame:
        """One row a set, one column a path."""
        return _table(self._folder, "sets")

    @cached_property
    def statistics(self) -> pd.DataFrame:
        """What each set shows."""
        return _table(self._folder, "statistics")


def _provenance(folder: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "provenance.json").read_text("utf-8"))
    return found


def _table(folder: Any, name: str) -> pd.DataFrame:
    """A table of an ensemble."""
    import pandas as pd

    with (folder / f"{name}.csv").open("rb") as file:
        return pd.read_csv(file)


def _read(folder: Any) -> Ensemble:
    provenance = _provenance(folder)
    return Ensemble(_table(folder, "sets"), _table(folder, "statistics"), int(provenance["default"]), provenance)


def ensemble_in(folder: str | os.PathLike[str]) -> Ensemble:
    """The ensemble that `tandem calibrate` (or `OwnFit.save`) has left in a folder, or beside the file named. Raises Mistake."""
    place = Path(folder)
    place = place.parent if place.is_file() else place
    place = place if (place / "provenance.json").is_file() and (place / "sets.csv").is_file() else place / "ensemble"
    if not (place / "sets.csv").is_file() or not (place / "provenance.json").is_file():
        raise Mistake(
            f"parameters = {str(folder)!r}: no ensemble there (sets.csv and provenance.json, as `tandem calibrate` writes)"
        )
    try:
        found = _read(place)
        for path in found.forced:
            found.set_by_hand[path]
    except (ValueError, KeyError, OSError) as error:
        raise Mistake(f"parameters = {str(folder)!r}: the ensemble there cannot be read ({type(error).__name__})") from None
    if not len(found) or not 0 <= found.default < len(found):
        raise Mistake(f"parameters = {str(folder)!r}: the ensemble there has no sets, or no default among them")
    return found


def _is_place(parameters: Any) -> bool:
    if isinstance(parameters, os.PathLike):
        return True
    return isinstance(parameters, str) and parameters not in WORDS and (os.sep in parameters or os.path.exists(parameters))


@dataclass(frozen=True, eq=False)
class Chosen:
    """What `parameters=` comes to: `word` is what was asked, `known` the ensemble (None: as declared), `number` the set that
    all runs share (None: each pair its own)."""

    word: str | int
    known: Ensemble | None = None
    number: int | None = None

    @property
    def told(self) -> str:
        """One short line for a reader."""
        return self.tell("en")

    def tell(self, lang: str) -> str:
        """The same in a language of `tandem.sim.texts`."""
        if self.known is None:
            kind = "declared" if self.word == DECLARED else "missing"
        else:
            kind = "ensemble" if self.number is None else "default" if self.word == DEFAULT else "one"
        count = 0 if self.known is None else len(self.known)
        return TOLD[language(lang)][kind].format(count=count, number=self.number)

    @property
    def several(self) -> bool:
        """Whether pairs have sets of their own."""
        return self.known is not None and self.number is None

    @property
    def identity(self) -> dict[str, Any]:
        """What results depend on, as JSON: the word, and the digest of the sets where there are any."""
        if self.known is None:
            return {"parameters": DECLARED}
        return {"parameters": self.word, "ensemble": self.known.digest}

    @property
    def recipe(self) -> dict[str, Any]:
        """What else makes these sets again, as JSON; nothing where the word and the digest of `identity` say it."""
        return {}

    def drawn(self, seed: int | str, firms: Any, replicates: Any) -> np.ndarray | None:
        """The set of each run, int64 (runs,); None where none is laid over. `firms`, `replicates`: the firm's number and
        luck of each.

        The set of luck r of firm f is that of pair f + r: a scenario's replicates meet the sets in turn, and so do the firms of a
        population that are played once each. No arm enters it, so arms share sets as they share luck.
        """
        if self.known is None:
            return None
        pairs = np.asarray(firms, dtype=np.int64) + np.asarray(replicates, dtype=np.int64)
        return np.full(pairs.shape, self.number) if self.number is not None else self.known.at(pairs % 2**62, seed)

    def of_keys(self, keys: np.ndarray) -> np.ndarray | None:
        """The same for replicates given by a key, uint64 (rows,)."""
        if self.known is None:
            return None
        return np.full(len(keys), self.number) if self.number is not None else self.known.of_keys(keys)

    def lay(self, table: FirmTable, drawn: np.ndarray | None) -> FirmTable:
        """The table with the sets laid over it, in place: `drawn` is the set of each firm, int64 (firms,)."""
        if drawn is None or self.known is None:
            return table
        table.under(self.known.columns, drawn)
        for path, values in self.known.set_by_hand.items():
            table.set(path, values[drawn])
        return table

    def arms(self, firms: FirmTable, which: np.ndarray, drawn: np.ndarray | None) -> tuple[FirmTable, np.ndarray]:
        """A table with one firm for each pair of firm and set that is played, and the place in it of each run, int64 (runs,).
        `which`, `drawn`: the firm's place in `firms` and the set of each run."""
        if drawn is None or self.known is None:
            return firms, which
        pairs, place = np.unique(which * len(self.known) + drawn, return_inverse=True)
        table = firms.take(pairs // len(self.known))
        return self.lay(table, pairs % len(self.known)), place


def chosen(parameters: str | int | Chosen = ENSEMBLE, known: Ensemble | None = None) -> Chosen:
    """What `parameters` comes to; `known` instead of the project's ensemble. Raises Mistake in one sentence.

    >>> chosen("declared").told
    'parameters: as the model declares'
    """
    if isinstance(parameters, Chosen):
        return parameters
    if _is_place(parameters):
        return Chosen(str(parameters), ensemble_in(str(parameters)))
    word = isinstance(parameters, str) and parameters in WORDS
    if not word and whole_or_none(parameters) is None:
        near = get_close_matches(parameters, WORDS, 1) if isinstance(parameters, str) else []
        number = isinstance(parameters, str) and parameters.isdecimal()
        raise Mistake(
            f"parameters = {parameters!r}: {', '.join(WORDS)}, the number of a set, or a folder with an ensemble"
            + (f"; did you mean {near[0]}?" if near else f"; did you mean {int(parameters)} as a number?" if number else "")
        )
    found = ensemble() if known is None else known
    if isinstance(parameters, str):
        if parameters == DECLARED or found is None:
            return Chosen(parameters)
        return Chosen(parameters, found, found.default if parameters == DEFAULT else None)
    if found is None:
        raise Mistake(f"parameters = {int(parameters)}: there is no ensemble to number; run `tandem calibrate`, or say declared")
    if not 0 <= parameters < len(found):
        raise Mistake(f"parameters = {int(parameters)}: the ensemble's sets are numbered 0 to {len(found) - 1}")
    return Chosen(int(parameters), found, int(parameters))


AS_DECLARED = Chosen(DECLARED)


def one_timeline(scenario: Any, parameters: Chosen, seed: int | str, firm: int = 0, luck: int = 0) -> np.ndarray:
    """The kernel's rows of one firm under the set of its pair; as `scenario.records()` where none is laid over."""
    drawn = parameters.drawn(seed, [firm], [luck])
    return records_of(scenario) if drawn is None else parameters.lay(FirmTable([scenario]), drawn).rows
