"""A run told quarter by quarter: what happened, what moved, and every cause with its amount."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tandem.sim.explain.attribution import Amounts, leading
from tandem.sim.explain.events import rows
from tandem.sim.explain.reasons import FLOWING
from tandem.sim.explain.telling import PAIR_STOCKS, STOCKS, Telling
from tandem.sim.explain.turning import DATED
from tandem.sim.texts import listed, money, number, sentence

QUARTER = 13
WHOLE = 1.0  # of a stock between 0 and 1
LEAST_MOVE = {"trust": 0.03, "relationship_conflict": 0.03, "brand_awareness": 0.03, "satisfaction": 0.03, "revenue": 0.01}
LEAST_SHOWN = 0.05  # points, or thousands of euros: less would be written as 0.0
FIRSTS = ("decision.orphaned", "decision.double_directive", "decision.lapsed", "compliance.neglected")
QUARRELS = (("task", "conflict.task.opened"), ("process", "conflict.process"), ("relationship", "conflict.relationship"))
COUNTS = {
    "orphaned": "decision.orphaned",
    "double_directive": "decision.double_directive",
    "reopened": "decision.reopened",
    "lapsed": "decision.lapsed",
    "arbitration": "resolution.arbitration",
    "off_brand": "campaign.off_brand",
}


class Chapters(Telling):
    """The quarters of a run, a chapter each."""

    def chapters(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each quarter: what happened, what moved and why."""
        end = int(self.weekly.index[-1])
        for number_, first in enumerate(range(1, end + 1, QUARTER), 1):
            last = min(first + QUARTER - 1, end)
            yield self.say("chapter.quarter", n=number_, first=first, last=last), tuple(self.chapter(first, last))

    def chapter(self, first: int, last: int) -> Iterator[str]:
        """Dated happenings, then the pair, then the market."""
        yield from self.dated(first, last)
        moved = {stock: self.moved(stock, first, last) for stock in STOCKS}
        quarrels = self.quarrels(first, last) if self.pair(first, last) else []
        pair = [*moved["trust"], *moved["relationship_conflict"], *quarrels, *self.counts(first, last)]
        market = [words for stock in STOCKS if stock not in PAIR_STOCKS for words in moved[stock]]
        yield from (" ".join(words) for words in (pair, market) if words)
        if not pair and not market:
            yield self.say("chapter.quiet")

    def dated(self, first: int, last: int) -> Iterator[str]:
        """Shocks, departures, arrivals and changes of these weeks, and what happened for the first time."""
        here = self.events[self.events["week"].between(first, last)]
        shown = here["kind"].str.startswith(DATED)
        for kind in FIRSTS:
            every = self.events.index[self.events["kind"] == kind]
            if len(every):
                shown |= here.index == every[0]
        for event in rows(here[shown]):
            yield self.say("chapter.dated", week=event["week"], sentence=self.told(event))

    def moved(self, stock: str, first: int, last: int) -> list[str]:
        """How a stock moved in these weeks, and why."""
        before, after = (float(self.weekly[stock].loc[week]) for week in (first - 1, last))
        if pd.isna(before) or pd.isna(after):  # no pair yet
            return []
        change = after - before
        size = abs(change) / before if stock == "revenue" and before else abs(change)
        way = "steady" if size < LEAST_MOVE[stock] else ("fall" if change < 0 else "rise")
        value = money(after, self.lang) if stock == "revenue" else 100 * after
        head = self.say(f"moved.{stock}.{way}", change=100 * abs(change), share=size, value=value)
        return [head, *self.why(stock, way, first, last)]

    def why(self, stock: str, way: str, first: int, last: int) -> Iterator[str]:
        """All causes on both sides with their amounts."""
        amounts = self.ledger.amounts(stock, first, last)
        least = LEAST_SHOWN * (1.0 if stock == "revenue" else 0.01)
        amounts = {cause: amount for cause, amount in amounts.items() if abs(amount) >= least}
        sides = {side: leading(amounts, sign, len(amounts), 1.1) for side, sign in (("up", 1), ("down", -1))}
        named = {side: self.causes(stock, causes, first, last) for side, causes in sides.items() if len(causes)}
        main = {"fall": "down", "rise": "up", "steady": "up"}[way]
        if way == "steady":
            if len(named) == 2:
                yield self.say("why.steady", **named)
        elif main in named:
            yield self.say(f"why.{way}_despite" if len(named) == 2 else f"why.{way}", **named)
            yield from self.shifted(stock, 1 if way == "rise" else -1, first, last)

    def shifted(self, stock: str, sign: int, first: int, last: int) -> Iterator[str]:
        """What changed against the quarter before, for the stocks that always flow in and out."""
        changed = self.ledger.shift(stock, first, last, QUARTER) if stock in FLOWING else {}
        if sign * sum(changed.values()) > 0.0:
            most = leading(changed, sign, 2)
            yield self.say("why.shift", n=len(most), causes=self.causes(stock, most, first, last, "shift"))

    def causes(self, stock: str, amounts: Amounts, first: int, last: int, family: str = "cause") -> str:
        """Causes with their amounts, in points or money. What flows through a stock in a quarter can be more than the whole of
        its scale: it is then told as the mean of a week."""
        weekly = stock != "revenue" and any(abs(amount) > WHOLE for amount in amounts.values())
        parts = []
        for cause, amount in amounts.items():
            shown = amount / (last - first + 1) if weekly else amount
            written = money(shown, self.lang, "+,.1f") if stock == "revenue" else number(100 * shown, "+.1f", self.lang)
            words = self.say(f"{family}.{cause}", amount=amount)
            parts.append(self.say("why.cause_a_week" if weekly else "why.cause", cause=words, amount=written))
        return listed(parts, self.lang)

    def quarrels(self, first: int, last: int) -> list[str]:
        """How often the two quarrelled, over what."""
        kinds = self.events[self.events["week"].between(first, last)]["kind"]
        parts = [self.say(f"quarrels.{key}", n=int((kinds == kind).sum())) for key, kind in QUARRELS if (kinds == kind).any()]
        return [self.say("quarrels.sentence", parts=listed(parts, self.lang)) if parts else self.say("quarrels.none")]

    def counts(self, first: int, last: int) -> list[str]:
        """How many matters went wrong, in which way."""
        kinds = self.events[self.events["week"].between(first, last)]["kind"]
        parts = [self.say(f"counts.{key}", n=int((kinds == kind).sum())) for key, kind in COUNTS.items() if (kinds == kind).any()]
        return [sentence(listed(parts, self.lang)) + "."] if parts else []
