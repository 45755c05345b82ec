"""The account of a run: the firm, its start, chapter by chapter what changed and why, its turning points, its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import pandas as pd

from tandem.sim.explain.attribution import Ledger, leading
from tandem.sim.explain.events import event_sentence, rows
from tandem.sim.explain.reasons import FLOWING
from tandem.sim.explain.turning import DATED, turning_points
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import DOMAINS
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.catalogue import find
from tandem.sim.scenario.paths import flattened
from tandem.sim.scenario.story import Condition
from tandem.sim.texts import listed, money, number, sentence, text, typeset

QUARTER, YEAR = 13, 52
PAIR_STOCKS = ("trust", "relationship_conflict")
STOCKS = (*PAIR_STOCKS, "brand_awareness", "satisfaction", "revenue")
"""Those that the account follows."""
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
ROOTS = {
    "unclear_roles": "roles",
    "different_priorities": "priorities",
    "lack_of_communication": "communication",
    "incompatible_styles": "styles",
}


@dataclass(frozen=True)
class Account:
    """Title and sections (heading, paragraphs) of an account; `str()` is plain text."""

    title: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    def __str__(self) -> str:
        blocks = [self.title]
        for heading, paragraphs in self.sections:
            blocks += [heading, *paragraphs]
        return "\n\n".join(blocks) + "\n"

    def with_section(self, heading: str, paragraphs: Sequence[str]) -> Account:
        """The account with one more section before its end."""
        *before, end = self.sections
        return replace(self, sections=(*before, (heading, tuple(paragraphs)), end))


def explain(
    weekly: pd.DataFrame,
    events: pd.DataFrame,
    contributions: pd.DataFrame,
    outcomes: Mapping[str, float],
    scenario: Scenario | None = None,
    lang: str = "en",
    *,
    full: bool = False,
) -> str:
    """The account of one run as plain text. `full` goes quarter by quarter and names every cause.

    `weekly`: a row per week from 0 (the start), with the five stocks of STOCKS and more; `events`: week, kind, domain,
    who, value, second; `contributions`: week, stock, cause, amount; `outcomes`: name -> value.
    """
    return str(account(weekly, events, contributions, outcomes, scenario, lang, full=full))


def account(
    weekly: pd.DataFrame,
    events: pd.DataFrame,
    contributions: pd.DataFrame,
    outcomes: Mapping[str, float],
    scenario: Scenario | None = None,
    lang: str = "en",
    *,
    full: bool = False,
) -> Account:
    """The same in parts, for a page or a screen."""
    told = _Telling(weekly.set_index("week"), events, contributions, outcomes, scenario, lang, full)
    sections = [
        (text("section.firm", lang), tuple(told.firm())),
        (text("section.start", lang), (told.start(),)),
        *told.chapters(),
        (text("section.turning", lang), tuple(told.turning(weekly))),
        (text("section.end", lang), tuple(told.end())),
    ]
    return Account(told.title(), tuple((heading, paragraphs) for heading, paragraphs in sections if paragraphs))


@dataclass(frozen=True)
class _Telling:
    """The tables of one run and the language they are told in."""

    weekly: pd.DataFrame
    events: pd.DataFrame
    contributions: pd.DataFrame
    outcomes: Mapping[str, float]
    scenario: Scenario | None
    lang: str
    full: bool

    @cached_property
    def ledger(self) -> Ledger:
        """The contributions, ready for questions."""
        return Ledger(self.contributions)

    def say(self, key: str, **values: Any) -> str:
        return text(key, self.lang, **values)

    def title(self) -> str:
        """The scenario's title, or its role model and context, or just a firm."""
        if self.scenario is not None and self.scenario.story.title is not None:
            return typeset(self.scenario.story.title[self.lang], self.lang)
        return ", ".join(name for name in self.layers() if name) or self.say("firm.untitled")

    def layers(self) -> tuple[str, str]:
        """Titles of role model and context, empty where the scenario has none."""
        if self.scenario is None:
            return "", ""
        return self.layer("role_model", self.scenario.role_model), self.layer("context", self.scenario.context)

    def layer(self, kind: str, name: str | None) -> str:
        """Title of a role model or a context of the catalogue."""
        try:
            title = find(name, kind=kind).tables().get("title", name) if name else ""
        except ScenarioError:  # a file of its own, which may have gone
            return name or ""
        return typeset(title if isinstance(title, str) else str(title[self.lang]), self.lang)

    # -- the firm and its start ------------------------------------------------------------------

    def firm(self) -> Iterator[str]:
        """Story, role model, context, rights."""
        scenario = self.scenario
        if scenario is None:
            return
        if scenario.story.story is not None:
            yield typeset(scenario.story.story[self.lang], self.lang)
        role_model, context = self.layers()
        if role_model and context:
            yield self.say("firm.split", role_model=role_model, context=context)
        elif role_model:
            yield self.say("firm.split_alone", role_model=role_model)
        yield " ".join(self.rights(scenario))

    def rights(self, scenario: Scenario) -> Iterator[str]:
        """Who decides about what, by the charter."""
        parameters = scenario.parameters
        if not (parameters.ceo.present and parameters.coo.present):
            yield self.say("firm.only_ceo" if parameters.ceo.present else "firm.only_coo")
            return
        domains: dict[str, list[str]] = {}
        for domain in DOMAINS:
            decision = getattr(parameters.charter, domain)
            key = f"{decision.rule}_{decision.decides}" if decision.rule in ("sole", "gate") else decision.rule
            domains.setdefault(key, []).append(self.say(f"domain.{domain}"))
        for key, names in domains.items():
            yield self.say(f"firm.{key}", domains=listed(names, self.lang))
        if pd.notna(self.weekly["role_clarity"].iloc[0]):
            yield self.say("firm.clarity", share=float(self.weekly["role_clarity"].iloc[0]))

    def start(self) -> str:
        """Where the five stocks stand in week 0."""
        points = {stock: 100 * float(self.weekly[stock].iloc[0]) for stock in STOCKS}
        revenue = money(points["revenue"] / 100, self.lang)
        market = self.say("start.market", **{**points, "revenue": revenue})
        return f"{self.say('start.pair', **points)} {market}" if self.pair(0, len(self.weekly) - 1) else market

    def pair(self, first: int, last: int) -> bool:
        """Whether the firm had two leaders at some time in these weeks."""
        here = self.weekly.loc[first:last]
        return bool(((here["ceo_present"] == 1) & (here["coo_present"] == 1)).any())

    # -- chapters --------------------------------------------------------------------------------

    def chapters(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each stretch of weeks: what happened, what moved and why."""
        for number_, (first, last) in enumerate(self.stretches(), 1):
            if self.full:
                heading = self.say("chapter.quarter", n=number_, first=first, last=last)
            else:
                heading = self.say("chapter.weeks", first=first, last=last)
            yield heading, tuple(self.chapter(first, last))

    def stretches(self) -> list[tuple[int, int]]:
        """First and last weeks of the chapters: by quarter; or from shock, departure, arrival or change to the next if
        they lie a quarter or more apart, the rest cut into pieces of at most a year."""
        end = int(self.weekly.index[-1])
        if self.full:
            return [(first, min(first + QUARTER - 1, end)) for first in range(1, end + 1, QUARTER)]
        cuts = [1]
        for week in sorted(set(self.events[self.events["kind"].str.startswith(DATED)]["week"].astype(int))):
            if week - cuts[-1] >= QUARTER and end - week >= QUARTER:
                cuts.append(week)
        pieces = []
        for first, after in pairwise([*cuts, end + 1]):
            count = -(-(after - first) // YEAR)
            edges = [first + (after - first) * n // count for n in range(count + 1)]
            pieces += [(low, high - 1) for low, high in pairwise(edges)]
        return pieces

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
            told = self.change(event["week"]) if event["kind"] == "change.applied" else ""
            told = told or event_sentence(event, self.lang)
            yield self.say("chapter.dated", week=event["week"], sentence=told)

    def change(self, week: int) -> str:
        """What a change of this week sets, if the scenario is known: the intervention's title, or what moves."""
        scenario = self.scenario
        moves = scenario.moves().get(week, {}) if scenario is not None else {}
        if scenario is None or not moves:
            return ""
        planned = scenario.story.intervention
        if planned is not None and planned.title is not None:
            values = flattened(planned.set)
            if any(change.week == week and change.values == values for change in scenario.changes):
                return self.say("change.titled", title=typeset(planned.title[self.lang], self.lang))
        parts = [
            self.say(
                "change.lever",
                lever=self.say(f"lever.{path.removeprefix('levers.')}"),
                before=before,
                after=after,
                amount=after - before,
            )
            for path, (before, after) in moves.items()
            if path.startswith("levers.")
        ]
        rights = [path for path in moves if path.startswith("charter.")]
        parts += [self.say("change.rights")] if rights else []
        others = len(moves) - len(rights) - sum(path.startswith("levers.") for path in moves)
        parts += [self.say("change.others", n=others)] if others else []
        return self.say("change.listed", changes=listed(parts, self.lang))

    def moved(self, stock: str, first: int, last: int) -> list[str]:
        """How a stock moved in these weeks, and why: nothing where it hardly moved (unless all is told)."""
        before, after = (float(self.weekly[stock].loc[week]) for week in (first - 1, last))
        if pd.isna(before) or pd.isna(after):  # no pair yet
            return []
        change = after - before
        size = abs(change) / before if stock == "revenue" and before else abs(change)
        way = "steady" if size < LEAST_MOVE[stock] else ("fall" if change < 0 else "rise")
        if way == "steady" and not self.full:
            return []
        value = money(after, self.lang) if stock == "revenue" else 100 * after
        head = self.say(f"moved.{stock}.{way}", change=100 * abs(change), share=size, value=value)
        return [head, *self.why(stock, way, first, last)]

    def why(self, stock: str, way: str, first: int, last: int) -> Iterator[str]:
        """The largest causes on both sides with their amounts."""
        amounts = self.ledger.amounts(stock, first, last)
        least = LEAST_SHOWN * (1.0 if stock == "revenue" else 0.01)
        amounts = {cause: amount for cause, amount in amounts.items() if abs(amount) >= least}
        most, cover = (len(amounts), 1.1) if self.full else (3, 0.9)
        sides = {"up": leading(amounts, 1, most, cover), "down": leading(amounts, -1, most, cover)}
        main = {"fall": "down", "rise": "up", "steady": "up"}[way]
        if way != "steady" and not self.full:
            against = "up" if main == "down" else "down"
            sides[against] = leading(sides[against], -1 if main == "up" else 1, 2, 1.0)
        named = {
            side: listed((self.cause(stock, cause, amount) for cause, amount in causes.items()), self.lang)
            for side, causes in sides.items()
            if len(causes)
        }
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
            named = [self.cause(stock, cause, amount, shifted=True) for cause, amount in leading(changed, sign, 2).items()]
            yield self.say("why.shift", n=len(named), causes=listed(named, self.lang))

    def cause(self, stock: str, cause: str, amount: float, shifted: bool = False) -> str:
        """A cause with its amount, in points or money; `shifted`: what changed against the quarter before."""
        if stock == "revenue":
            written = money(amount, self.lang, "+,.1f")
        else:
            written = number(100 * amount, "+.1f", self.lang)
        return self.say(
            "why.cause", cause=self.say(f"shift.{cause}" if shifted else f"cause.{cause}", amount=amount), amount=written
        )

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

    # -- turning points and end ------------------------------------------------------------------

    def turning(self, weekly: pd.DataFrame) -> Iterator[str]:
        """The turning points, a paragraph each."""
        for point in turning_points(weekly, self.events, self.contributions):
            yield self.say("chapter.dated", week=point.week, sentence=point.sentence(self.lang))

    def end(self) -> Iterator[str]:
        """Where the run ended, whether that is a failure, and what such an account is worth."""
        weekly, values = self.weekly, dict[str, float]()
        for stock in STOCKS:
            values |= {stock: 100 * float(weekly[stock].iloc[-1]), f"{stock}_start": 100 * float(weekly[stock].iloc[0])}
        start, end = float(weekly["revenue"].iloc[0]), float(weekly["revenue"].iloc[-1])
        if self.pair(0, len(weekly) - 1):
            yield self.say("end.pair", weeks=int(weekly.index[-1]), **values)
        yield " ".join(
            [
                self.say("end.market", **values),
                self.say(
                    "end.revenue",
                    start=money(start, self.lang),
                    end=money(end, self.lang),
                    change=end / start - 1.0 if start else 0.0,
                ),
            ]
        )
        yield from self.roots()
        yield from self.verdict()
        yield self.say("end.model")

    def roots(self) -> Iterator[str]:
        """What the quarrels of the whole run sprang from."""
        shares = {cause: self.outcomes.get(f"cause_{name}_share", float("nan")) for cause, name in ROOTS.items()}
        known = {cause: share for cause, share in shares.items() if share > 0.005}
        if known:
            ordered = sorted(known.items(), key=lambda item: -item[1])
            named = [self.say("why.share", cause=self.say(f"cause.{cause}"), share=share) for cause, share in ordered]
            yield self.say("end.quarrels", causes=listed(named, self.lang))

    def verdict(self) -> Iterator[str]:
        """Whether the case failed by its own rule, and by which conditions."""
        if self.scenario is None:
            return
        for rule, key in ((self.scenario.story.failure, "fails"), (self.scenario.story.drift, "drifts")):
            if rule is not None and rule.holds(self.outcomes):
                met = [condition for condition in rule.conditions if condition.holds(self.outcomes)]
                told = self.say(f"end.{key}", reasons=listed(map(self.reason, met), self.lang))
                yield told if rule.reason is None else f"{told} {typeset(rule.reason[self.lang], self.lang)}"
            elif rule is not None and key == "fails":
                yield self.say("end.holds")

    def reason(self, condition: Condition) -> str:
        """A condition that is met, in the author's words, or else by its figure."""
        if condition.reason is not None:
            return typeset(condition.reason[self.lang], self.lang).rstrip(".")
        outcome, value = OUTCOMES[condition.outcome], self.outcomes[condition.outcome]
        key = "below" if condition.below is not None else "above"
        line = condition.above if condition.below is None else condition.below
        written = {name: number(figure, ".3g", self.lang) for name, figure in (("value", value), ("line", line or 0.0))}
        return self.say(f"condition.{key}", outcome=typeset(outcome.title(self.lang), self.lang), **written)
