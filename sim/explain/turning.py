"""Turning points of a run, found by stated rules.

The rules (their statements in words are the texts `rule.*`; lines are in the stock's own unit):

* a level is crossed: trust below 0.3 (and later back above it by 0.1), relationship conflict above 0.5 (and later back
  below by 0.1), waiting work above 4 weeks of capacity, agreement on who decides at most half of its start. Each must
  hold for HOLD weeks running and is dated to the first of them; a run that starts beyond the line has not crossed it;
* revenue is below its start from a week to the end of the run, for at least 13 weeks and at some time by 1%; or above
  it, after having been below by 1%;
* the largest fall of trust, satisfaction or awareness (at least 0.1) or of revenue (at least 5% of its highest), and the
  largest rise of trust (at least 0.1), dated to the week in which it begins;
* the 13 weeks with most quarrels (at least 5, and half as many again as usual), dated to their first; the first
  week at which most of at least 5 quarrels of the last 13 weeks were personal;
* weeks in which a shock strikes, a leader leaves or arrives, or a change of practice takes effect.

They are told after the end. What can be said in the week itself is in `tandem.sim.explain.known`.

Each names its main causes (`tandem.sim.explain.reasons`): of what happened in the 13 weeks before a crossing, or on the way of
a fall or rise. What no stock explains says where it comes from.

The last week at which the intervention of a case still saves it needs further runs: experiments/rescue.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.sim.explain.attribution import Ledger
from tandem.sim.explain.events import event_sentence, rows
from tandem.sim.explain.reasons import WINDOW, Reasons, cause_words, reasons
from tandem.sim.texts import listed, text

if TYPE_CHECKING:
    import pandas as pd


HOLD = 4
LINES = {"trust_low": 0.3, "trust_restored": 0.4, "conflict_high": 0.5, "conflict_calmed": 0.4, "backlog_high": 4.0}
LEAST_FALL = {"trust": 0.1, "satisfaction": 0.1, "brand_awareness": 0.1, "revenue": 0.05}
LEAST_RISE = 0.1
LEAST_BELOW = 0.01
LEAST_QUARRELS = 5
QUARRELS = ("conflict.task.opened", "conflict.process", "conflict.relationship")
DATED = ("shock.", "leader.", "change.")
SOUR = 0.2  # relationship conflict in which a departure is told as one out of a sour relation


@dataclass(frozen=True)
class TurningPoint:
    """A week at which a run turned: `key` names the rule, `fields` its values, `why` the causes."""

    week: int
    key: str
    stock: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    why: Reasons | None = None
    tense: str = "turning"
    """The words it is told in: "turning" (after the end), "known" (in the week itself)."""
    origin: str | None = None
    """Where it comes from, if no stock explains it: a key of the texts `origin.*`."""

    @property
    def causes(self) -> tuple[tuple[str, float], ...]:
        """The main causes with their shares of all that pushed that way."""
        return self.why.causes if self.why else ()

    def happened(self, lang: str = "en") -> str:
        """What happened, in words."""
        if self.key == "happening":
            return event_sentence(self.fields, lang)
        return text(f"known.{self.key}" if self.tense == "known" else f"turning.{self.key}", lang, **self.fields)

    def sentence(self, lang: str = "en") -> str:
        """What happened, and its main causes, in words."""
        told = self.happened(lang)
        if not self.causes:
            return told
        named = [text("why.share", lang, cause=cause, share=share) for cause, share in self.named_causes(lang)]
        return f"{told} {text(f'turning.{self._side}', lang, n=len(named), causes=listed(named, lang))}"

    def named_causes(self, lang: str = "en") -> list[tuple[str, float]]:
        """The main causes in words, signed as they acted, with their shares."""
        return [(cause_words(cause, self._side, lang), share) for cause, share in self.causes]

    def behind(self, lang: str = "en") -> str:
        """What stands behind the main cause; or where the point comes from, if no stock explains it. May be empty."""
        if self.origin is not None:
            return text(f"origin.{self.origin}", lang, value=100.0 * float(self.fields.get("sour", 0.0)))
        return self.why.behind(lang) if self.why else ""

    def rule(self, lang: str = "en") -> str:
        """The rule by which it was found, in words."""
        key = self.key.split(".")[0]
        line = LINES.get(key, 0.0) * (1 if key == "backlog_high" else 100)
        least = LEAST_QUARRELS if key.startswith("quarrels") else LEAST_FALL.get(self.stock or "", LEAST_RISE)
        hold = self.fields.get("hold", HOLD)
        rule = f"known_rule.{key}" if self.tense == "known" else f"rule.{key}"
        return text(rule, lang, line=line, hold=hold, least=least)

    @property
    def _side(self) -> str:
        return self.why.key if self.why else ""


def turning_points(weekly: pd.DataFrame, events: pd.DataFrame, contributions: pd.DataFrame) -> list[TurningPoint]:
    """All turning points in the order of weeks. `weekly` has a row for week 0, the start."""
    ledger = Ledger(contributions)
    found = [
        *dated(weekly, events),
        *levels(weekly, ledger),
        *_revenue(weekly, ledger),
        *_largest_moves(weekly, ledger),
        *_quarrels(weekly, events, ledger),
    ]
    return sorted(found, key=lambda point: point.week)


def first_held(beyond: np.ndarray, hold: int = HOLD) -> int | None:
    """First index from which `beyond` is true `hold` times running, having been false before; else None."""
    run = 0
    for index, is_beyond in enumerate(beyond):
        run = run + 1 if is_beyond else 0
        if run == hold and index - hold + 1 > 0:
            return index - hold + 1
    return None


def largest_fall(values: np.ndarray) -> tuple[int, int]:
    """Indices (top, bottom) of the largest fall from any value to a later one; the latest top, the first bottom."""
    top, best = 0, (0, 0)
    for index, value in enumerate(values):
        if value >= values[top]:
            top = index
        elif values[top] - value > values[best[0]] - values[best[1]]:
            best = (top, index)
    return best


def series(weekly: pd.DataFrame, values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Weeks and values where there is a value (a firm without a pair has no trust, week 0 no backlog)."""
    known = values.notna().to_numpy()
    return weekly["week"].to_numpy()[known], values.to_numpy()[known]


def levels(weekly: pd.DataFrame, ledger: Ledger, known: bool = False) -> Iterator[TurningPoint]:
    """Levels crossed, dated to the first week beyond; if `known`, to the week in which it has been beyond long enough."""
    late = HOLD - 1 if known else 0
    tense = "known" if known else "turning"

    def point(at: int, key: str, stock: str, sign: int, line: float) -> TurningPoint:
        found = reasons(ledger, stock, sign, at - WINDOW + 1, at)
        return TurningPoint(at, key, stock, {"line": line, "hold": HOLD}, found, tense)

    for stock, low, high, sign in (
        ("trust", "trust_low", "trust_restored", -1),
        ("relationship_conflict", "conflict_high", "conflict_calmed", 1),
    ):
        weeks, values = series(weekly, weekly[stock])
        crossed = first_held(sign * (values - LINES[low]) > 0)
        if crossed is None and np.all(sign * (values[:HOLD] - LINES[low]) > 0):
            crossed = 0  # it started there: only the way back is a turning point
        elif crossed is not None:
            yield point(int(weeks[crossed + late]), low, stock, sign, 100 * LINES[low])
        if crossed is not None:
            back = first_held(sign * (values[crossed:] - LINES[high]) < 0)
            if back is not None:
                yield point(int(weeks[crossed + back + late]), high, stock, -sign, 100 * LINES[high])
    weeks, clarity = series(weekly, weekly["role_clarity"])
    crossed = first_held(clarity <= 0.5 * clarity[:1])
    if crossed is not None:
        yield point(int(weeks[crossed + late]), "clarity_halved", "role_clarity", -1, 0.0)
    weeks, waiting = series(weekly, weekly["backlog"] / weekly["capacity"])
    crossed = first_held(waiting > LINES["backlog_high"])
    if crossed is not None:
        yield point(int(weeks[crossed + late]), "backlog_high", "backlog", 1, LINES["backlog_high"])


def _revenue(weekly: pd.DataFrame, ledger: Ledger) -> Iterator[TurningPoint]:
    weeks, revenue = weekly["week"].to_numpy(), weekly["revenue"].to_numpy()
    for key, sign in (("revenue_below", -1), ("revenue_above", 1)):
        beyond = sign * (revenue - revenue[0]) > 0
        outside = np.flatnonzero(~beyond)
        first = int(outside[-1]) + 1
        other = revenue[first:] if sign < 0 else revenue[:first]
        below = len(other) and other.min() <= (1.0 - LEAST_BELOW) * revenue[0]
        if len(revenue) - first >= WINDOW and below:
            week = int(weeks[first])
            yield TurningPoint(week, key, "revenue", {}, reasons(ledger, "revenue", sign, week - WINDOW + 1, week))


def _largest_moves(weekly: pd.DataFrame, ledger: Ledger) -> Iterator[TurningPoint]:
    moves = [(stock, -1, least) for stock, least in LEAST_FALL.items()] + [("trust", 1, LEAST_RISE)]
    for stock, sign, least in moves:
        weeks, values = series(weekly, weekly[stock])
        top, bottom = largest_fall(-sign * values)
        if top == bottom:
            continue
        change = abs(values[bottom] - values[top])
        share = change / abs(values[top]) if values[top] else 0.0
        if (share if stock == "revenue" else change) < least:
            continue
        first, last = int(weeks[top]) + 1, int(weeks[bottom])
        fields = {"change": float(100 * change), "share": float(share), "end": last}
        key = f"{'decline' if sign < 0 else 'rise'}.{stock}"
        yield TurningPoint(first, key, stock, fields, reasons(ledger, stock, sign, first, last, segment=True))


def _quarrels(weekly: pd.DataFrame, events: pd.DataFrame, ledger: Ledger) -> Iterator[TurningPoint]:
    last = int(weekly["week"].max())
    if last < 2 * WINDOW:
        return
    quarrels = events[events["kind"].isin(QUARRELS)]
    every = np.bincount(quarrels["week"].astype(int), minlength=last + 1)[1:]
    personal = quarrels[quarrels["kind"] == QUARRELS[2]]["week"].astype(int)
    counts = np.convolve(every, np.ones(WINDOW, int), "valid")  # of weeks i+1 to i+13
    own = np.convolve(np.bincount(personal, minlength=last + 1)[1:], np.ones(WINDOW, int), "valid")
    most = int(np.argmax(counts))
    if counts[most] >= max(LEAST_QUARRELS, 1.5 * every.mean() * WINDOW):
        found = reasons(ledger, "quarrels", 1, most + 1, most + WINDOW)
        yield TurningPoint(most + 1, "quarrels_peak", None, {"n": int(counts[most])}, found)
    soured = np.flatnonzero((counts >= LEAST_QUARRELS) & (2 * own > counts))
    if len(soured):
        week = int(soured[0]) + WINDOW
        found = reasons(ledger, "relationship_conflict", 1, week - WINDOW + 1, week)
        yield TurningPoint(week, "quarrels_personal", None, {}, found)


def dated(weekly: pd.DataFrame, events: pd.DataFrame, tense: str = "turning") -> Iterator[TurningPoint]:
    """What has a date of its own, and where it comes from."""
    before = weekly.set_index("week")["relationship_conflict"].shift(1)
    for event in rows(events[events["kind"].str.startswith(DATED)]):
        sour = float(before.get(event["week"], np.nan))
        left_sour = event["kind"] == "leader.left" and sour >= SOUR
        origin = "leader.left_sour" if left_sour else str(event["kind"])
        yield TurningPoint(event["week"], "happening", None, {**event, "sour": sour if left_sour else 0.0}, None, tense, origin)
