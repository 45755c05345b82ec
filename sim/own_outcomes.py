"""Outcomes of a user's own: declared once, by a formula over the weeks or a function, and then known wherever an outcome is."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tandem.sim.answers import numbers_of
from tandem.sim.formula import Columns, Formula, formula
from tandem.sim.given import path_like
from tandem.sim.mistake import Mistake, shown
from tandem.sim.outcomes import OUTCOMES, OWN, Outcome
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.reading import read
from tandem.sim.units import UNITS_FR, language
from tandem.sim.weekly import WEEKLY

FAMILY = "own"
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
BETTER = {"higher": "high", "lower": "low", "neither": "neither", "high": "high", "low": "low"}
KEYS = ("formula", "unit", "better", "title", "title_fr", "meaning")
RESERVED = {"firm_id", "replicate", "scenario", "seed", "parameters", "run_id", "point_id", "status", "week", "quarter"}


@dataclass(frozen=True, kw_only=True)
class OwnOutcome(Outcome):
    """An outcome that a user has declared: `formula` (its text), or `function` of the weekly columns by name."""

    formula: Formula | None = None
    function: Callable[[Columns], float] | None = None

    def unit_in(self, lang: str = "en") -> str:
        """The unit in a language: as it was given where no other word is known."""
        return UNITS_FR.get(self.unit, self.unit) if language(lang) == "fr" else self.unit

    @property
    def identity(self) -> dict[str, Any]:
        """What its values depend on and how they are read, as JSON; a function is named, not told."""
        name = {} if self.function is None else {"function": getattr(self.function, "__qualname__", type(self.function).__name__)}
        text = {} if self.formula is None else {"formula": self.formula.text}
        more = {"title": self.title_en, "title_fr": self.title_fr, "meaning": self.meaning}
        return {"name": self.name, "unit": self.unit, "better": self.better, **text, **name, **more}

    def of(self, columns: Columns) -> float:
        """Its value from weekly columns by name, float64 (weeks + 1,); not-a-number where there is nothing to measure. Mistake
        where it is no number, or lies beyond what its unit allows."""
        value = self._value(columns)
        low, high = self.bounds
        if value < low or value > high:
            raise Mistake(
                f"{self.name} = {value:g}: beyond {low:g} to {high:g}, which its unit {self.unit!r} says; give another unit"
            )
        return value

    def _value(self, columns: Columns) -> float:
        if self.formula is not None:
            return self.formula.of(columns)
        assert self.function is not None
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore", RuntimeWarning)  # a mean of no week (an empty post) is not-a-number, no news
                answer = np.asarray(self.function(columns))
        except Mistake:
            raise
        except Exception as error:
            raise Mistake(f"{self.name}: its function failed: {type(error).__name__}: {error}") from None
        value = float(numbers_of(answer.reshape(-1) if answer.size == 1 else answer, 1, 1)[0, 0])
        return value if np.isfinite(value) else np.nan


def outcome(
    name: str,
    formula: str | Callable[[Columns], float],
    unit: str = "1",
    better: str = "neither",
    *,
    title: str | None = None,
    title_fr: str | None = None,
    meaning: str = "",
) -> OwnOutcome:
    """Declare an outcome of your own; from then on its name is taken wherever an outcome's is (`compare`, `advise`, sensitivity,
    sweeps, figures ...), in this Python process.

    `formula`: a text over weekly columns (`tandem.sim.weekly.WEEKLY`; functions: `tandem.sim.formula.FUNCTIONS`), or a function
    that takes the columns by name (float64 (weeks + 1,), row 0 the start) and gives a number. `unit`: a word; "0-1", "share" and
    "probability" are held between 0 and 1. `better`: higher, lower or neither. `title`, `title_fr`, `meaning`: what readers see
    (None: the name). `name`: letters, digits and _; declared again, it is replaced. Returns the declaration. Raises Mistake, in
    one sentence, for a name that is taken or none, and a formula that is not sound.

    >>> import tandem
    >>> late = tandem.outcome("late_trust", "mean(last(trust, 13))", unit="0-1", better="higher")
    >>> run = tandem.simulate("silence", seed=7)
    >>> bool(0.0 <= run.outcomes["late_trust"] <= 1.0)
    True
    >>> tandem.forget_outcomes()
    """
    made = declared(name, formula, unit, better, title, title_fr, meaning)
    OWN[made.name] = made
    return made


def declared(
    name: Any, formula_: Any, unit: Any = "1", better: Any = "neither", title: Any = None, title_fr: Any = None, meaning: Any = ""
) -> OwnOutcome:
    """The same without making it known."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Mistake(f"outcome {shown(name)}: not a name; allowed: small letters, digits and _, such as late_trust")
    if name in [*OUTCOMES] or name in RESERVED:
        raise Mistake(f"outcome {name!r}: the name is taken by the model; give another one")
    for key, word in (("unit", unit), ("title", title or name), ("title_fr", title_fr or name), ("meaning", meaning)):
        if not isinstance(word, str) or (not word and key == "unit") or len(word) > 300:
            raise Mistake(f"outcome {name!r}: {key} = {shown(word)}: a short text is needed")
    if better not in BETTER:
        raise Mistake(f"outcome {name!r}: better = {shown(better)}; allowed: higher, lower, neither")
    try:
        read_formula = None if callable(formula_) else formula(formula_, WEEKLY)
    except Mistake as mistake:
        raise Mistake(f"outcome {name!r}: {mistake}") from None
    spoken = title or name.replace("_", " ").capitalize()
    return OwnOutcome(
        name=name,
        unit=unit,
        counted="run",
        better=BETTER[better],  # type: ignore[arg-type]
        headline=False,
        family=FAMILY,
        title_en=spoken,
        title_fr=title_fr or spoken,
        meaning=meaning or (read_formula.text if read_formula else f"function {getattr(formula_, '__name__', 'of the user')}"),
        formula=read_formula,
        function=formula_ if callable(formula_) else None,
    )


def outcomes_from(file: str | os.PathLike[str]) -> tuple[OwnOutcome, ...]:
    """The outcomes that a TOML `file` declares, made known: `[outcomes.NAME]` with formula, unit, better, and title, title_fr,
    meaning. Returns the declarations as a tuple. Raises ScenarioError (file, key, what is allowed) where one is not sound;
    then none of them is known; Mistake where `file` is no path.

    >>> import os, tempfile
    >>> import tandem
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     place = os.path.join(folder, "kpi.toml")
    ...     with open(place, "w") as file:
    ...         done = file.write("[outcomes.late_trust]\\nformula = 'mean(last(trust, 13))'\\n")
    ...     [each.name for each in tandem.outcomes_from(place)]
    ['late_trust']
    >>> tandem.forget_outcomes()
    """
    name = str(path_like("file", file))
    tables = read(Path(file), name)
    entries = tables.get("outcomes")
    if not isinstance(entries, dict) or not entries or set(tables) != {"outcomes"}:
        strange = next((key for key in tables if key != "outcomes"), "outcomes")
        raise ScenarioError("no outcomes", file=name, key=strange, allowed="tables [outcomes.NAME] alone")
    made = []
    for key, entry in entries.items():
        made.append(of_table(key, entry, name))
    OWN.update({each.name: each for each in made})
    return tuple(made)


def of_table(name: str, entry: Any, file: str | None = None) -> OwnOutcome:
    """One outcome from a table of its keys, not made known. Raises ScenarioError."""
    where = f"outcomes.{name}"
    if not isinstance(entry, Mapping):
        raise ScenarioError("wrong type", file=file, key=where, value=entry, allowed=f"a table of {', '.join(KEYS)}")
    if strange := next((key for key in entry if key not in KEYS), None):
        raise ScenarioError("unknown key", file=file, key=f"{where}.{strange}", allowed=", ".join(KEYS))
    if not isinstance(entry.get("formula"), str):
        allowed = "a text such as 'mean(last(trust, 13))'"
        raise ScenarioError("a formula is needed", file=file, key=f"{where}.formula", allowed=allowed)
    more = {key: entry[key] for key in ("unit", "better", "title", "title_fr", "meaning") if key in entry}
    try:
        return declared(name, entry["formula"], **more)
    except Mistake as mistake:
        raise ScenarioError(str(mistake), file=file, key=where) from None


def know_again(identities: Iterable[Mapping[str, Any]]) -> None:
    """Make known what a table on disk says of the outcomes in it (`OwnOutcome.identity`), unless the name is known already: their
    titles, units and better ends; of a function the values only."""
    for told in identities:
        if told["name"] in OWN or told["name"] in OUTCOMES:
            continue
        words = {key: told[key] for key in ("unit", "better", "title", "title_fr", "meaning")}
        OWN[told["name"]] = declared(told["name"], told.get("formula", _gone), *words.values())


def _gone(columns: Columns) -> float:
    raise Mistake("this outcome was a function of somebody's own; declare it again with tandem.outcome")


def own_among(outcomes: Iterable[str]) -> tuple[OwnOutcome, ...]:
    """Those of some outcomes that are a user's own, in order."""
    return tuple(OWN[name] for name in outcomes if name in OWN)  # type: ignore[misc]


@contextmanager
def without_own() -> Iterator[None]:
    """Within the block no outcome of a user's own is known; after it those that were."""
    before = dict(OWN)
    OWN.clear()
    try:
        yield
    finally:
        OWN.clear()
        OWN.update(before)


def forget_outcomes(*names: str) -> None:
    """Forget outcomes that were declared: `names`, or all. Returns None; tables made before keep their columns
    and units. Raises Mistake for a name that is none of them.

    >>> import tandem
    >>> done = tandem.outcome("late_trust", "mean(last(trust, 13))")
    >>> tandem.forget_outcomes("late_trust")
    >>> "late_trust" in tandem.simulate("silence").outcomes
    False
    """
    for name in names:
        if name not in OWN:
            raise Mistake(f"{shown(name)} is no outcome of your own; there are {', '.join(OWN) or 'none'}")
    for name in names or tuple(OWN):
        del OWN[name]
