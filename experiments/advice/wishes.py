"""What the user of an advice wants: growth, little conflict, profit, any one outcome, or what the firm's context wishes for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np

from tandem.experiments.advice.arms import Arms, Option
from tandem.experiments.effects.fit import wishes_of
from tandem.sim.mistake import Mistake, shown
from tandem.sim.outcomes import OUTCOMES, OWN
from tandem.sim.own_outcomes import OwnOutcome, own_among
from tandem.sim.scenario import Scenario

SHORT: Mapping[str, str] = {"growth": "revenue_growth", "conflict": "conflict_rate", "profit": "profit_per_week"}
CONTEXT = "context"
NAMES = list(OUTCOMES)


@dataclass(frozen=True)
class Part:
    """One outcome that is wanted: its column, +1 if more is better or -1, and whether it is counted beyond what the same firm
    and luck show without the settings that the wishes are judged under."""

    column: int
    sign: float
    beyond: bool = False


@dataclass(frozen=True)
class Wish:
    """What is wanted, as one number: the more, the better. Of several outcomes it is their mean, each in its own spread."""

    word: str
    told: str
    """As a reader says it: "growth", "little conflict"."""
    unit: str
    """Of a change of it."""
    scale: float
    """From the outcome's own unit to `unit`."""
    parts: tuple[Part, ...]
    under: Mapping[str, object] = field(default_factory=dict)
    """Settings put over the firm, under which the wish is judged."""
    context: str | None = None
    """Of which context these are the wishes, if they are."""

    @property
    def beyond(self) -> bool:
        """Whether the firm has to be played without `under` too."""
        return any(part.beyond for part in self.parts)

    @property
    def own(self) -> tuple[OwnOutcome, ...]:
        """The outcome wished for where it is a user's own: `Arms` is to play it as well."""
        return own_among([self.word])

    def of(self, outcomes: np.ndarray, plain: np.ndarray | None, spread: np.ndarray) -> np.ndarray:
        """The number, from outcomes (..., len(OUTCOMES)); `plain`: the same played without `under`; `spread`: standard deviation
        of each part over replicates, (parts,)."""
        found = np.zeros(outcomes.shape[:-1])
        for part, unit in zip(self.parts, spread):
            values = outcomes[..., part.column]
            if part.beyond and plain is not None:
                values = values - plain[..., part.column]
            found += part.sign * values / unit / len(self.parts)
        return found


def wish_of(word: object, scenario: Scenario) -> Wish:
    """The wish that a word stands for: growth, conflict, profit, context, or the name of an outcome of which more or less is
    better. Raises Mistake in one sentence."""
    if word == CONTEXT:
        return _of_context(scenario)
    name, sign = outcome_wished(word, [*SHORT, CONTEXT])
    known = OUTCOMES[name]
    told = {"growth": "growth", "conflict": "little conflict", "profit": "profit"}.get(str(word))
    told = told or f"{'less' if sign < 0 else 'more'} of {known.title().lower()}"
    scale, unit = (100.0, "points a year") if name == "revenue_growth" else (1.0, known.unit.replace("/", " a ", 1))
    return Wish(str(word), told, f"{unit} less" if sign < 0 else unit, scale, (Part(column_of(name), sign),))


def outcome_wished(word: object, allowed: Sequence[str] = tuple(SHORT)) -> tuple[str, float]:
    """The outcome that a word stands for, and +1 where more of it is better, -1 where less is. Raises Mistake where neither is,
    or where there is no such outcome; `allowed`: the short words that may stand in its place."""
    name = SHORT.get(str(word), str(word))
    known = OUTCOMES.get(name) if isinstance(word, str) else None
    if known is None:
        near = get_close_matches(str(word), [*allowed, *OUTCOMES, *OWN], 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise Mistake(f"wish = {shown(word)}: {', '.join(allowed)}, or an outcome that has a better end{hint}")
    if known.better == "neither":
        raise Mistake(f"wish = {shown(word)}: of this outcome neither more nor less is better; {', '.join(allowed)} are")
    return name, -1.0 if known.better == "low" else 1.0


def column_of(outcome: str) -> int:
    """Where an outcome stands in what `Arms` plays: the model's own in their order, then the one of a user's own."""
    return NAMES.index(outcome) if outcome in NAMES else len(NAMES)


def _of_context(scenario: Scenario) -> Wish:
    if scenario.context is None:
        raise Mistake(f"wish = 'context': {scenario.name} names no context whose wishes could be known; {', '.join(SHORT)} are")
    wishes = wishes_of(scenario.context)
    parts = tuple(Part(NAMES.index(want.outcome), -1.0 if want.less else 1.0, want.beyond) for want in wishes.wants)
    told = f"what firms in its context want ({wishes.reason['en'] if wishes.reason else 'grow'})"
    return Wish(CONTEXT, told, "standard deviations of such firms", 1.0, parts, dict(wishes.under), scenario.context)


class Judged:
    """Plays options of a firm under a wish: what each brings, and its outcomes."""

    def __init__(self, arms: Arms, wish: Wish):
        self.wish = wish
        under = arms.scenario.with_(dict(wish.under)) if wish.under else None
        self.arms = arms if under is None else Arms(under, arms.seed, arms.parameters, as_it_is=arms.as_it_is)
        horizon = {"quarters": wish.under["quarters"]} if "quarters" in wish.under else {}
        plain = arms.scenario.with_(horizon) if wish.beyond else None
        self._plain = None if plain is None else Arms(plain, arms.seed, arms.parameters, as_it_is=arms.as_it_is)
        self.spread = np.ones(len(wish.parts))

    def play(self, options: list[Option], replicates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The wish, float64 (options, replicates), and the outcomes, (options, replicates, len(OUTCOMES))."""
        found = self.arms.play(options, replicates)
        plain = self._plain.play(options, replicates) if self._plain else None
        return self.wish.of(found, plain, self.spread), found

    def measure(self, replicates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same of the firm as it is, which sets the spread in which several outcomes are added up. Raises Mistake where the
        wish is defined in none of its runs."""
        found = self.arms.play([()], replicates)
        plain = self._plain.play([()], replicates) if self._plain else None
        if len(self.wish.parts) > 1:
            each = [Wish("", "", "", 1.0, (part,)).of(found, plain, np.ones(1)) for part in self.wish.parts]
            spread = np.array([np.nanstd(values) if np.isfinite(values).any() else np.nan for values in each])
            self.spread = np.where(spread > 0.0, spread, 1.0)
        values = self.wish.of(found, plain, self.spread)
        if not np.isfinite(values).any():
            raise Mistake(f"wish = {self.wish.word!r}: not defined in any run of {self.arms.scenario.name}")
        return values, found

    @property
    def played(self) -> int:
        """Runs asked for."""
        return self.arms.played + (self._plain.played if self._plain else 0)
