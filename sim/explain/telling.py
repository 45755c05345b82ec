"""A run's tables and the language they are told in: who the firm is, where it starts, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from tandem.sim.explain.attribution import Ledger
from tandem.sim.explain.events import event_sentence
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import DOMAINS
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.catalogue import find
from tandem.sim.scenario.paths import flattened
from tandem.sim.scenario.story import Condition
from tandem.sim.texts import listed, money, number, text, typeset

PAIR_STOCKS = ("trust", "relationship_conflict")
STOCKS = (*PAIR_STOCKS, "brand_awareness", "satisfaction", "revenue")
"""Those that the account follows."""
ROOTS = {
    "unclear_roles": "roles",
    "different_priorities": "priorities",
    "lack_of_communication": "communication",
    "incompatible_styles": "styles",
}


@dataclass(frozen=True)
class Telling:
    """The tables of one run and the language they are told in."""

    weekly: pd.DataFrame
    events: pd.DataFrame
    contributions: pd.DataFrame
    outcomes: Mapping[str, float]
    scenario: Scenario | None
    lang: str

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

    def told(self, event: Mapping[str, Any]) -> str:
        """A happening in words; a change by what it sets."""
        return (self.change(event["week"]) if event["kind"] == "change.applied" else "") or event_sentence(event, self.lang)

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

    # -- the end -------------------------------------------------------------------------------

    def stand(self) -> Iterator[str]:
        """Where the stocks that the account follows stand at the end."""
        weekly, values = self.weekly, dict[str, float]()
        for stock in STOCKS:
            values |= {stock: 100 * float(weekly[stock].iloc[-1]), f"{stock}_start": 100 * float(weekly[stock].iloc[0])}
        start, end = float(weekly["revenue"].iloc[0]), float(weekly["revenue"].iloc[-1])
        if self.pair(0, len(weekly) - 1):
            yield self.say("end.pair", weeks=int(weekly.index[-1]), **values)
        change = end / start - 1.0 if start else 0.0
        revenue = self.say("end.revenue", start=money(start, self.lang), end=money(end, self.lang), change=change)
        yield f"{self.say('end.market', **values)} {revenue}"

    def roots(self) -> Iterator[str]:
        """What the quarrels of the whole run sprang from."""
        shares = {cause: self.outcomes.get(f"cause_{name}_share", float("nan")) for cause, name in ROOTS.items()}
        known = {cause: share for cause, share in shares.items() if share > 0.005}
        if known:
            ordered = sorted(known.items(), key=lambda item: -item[1])
            named = [self.say("why.share", cause=self.say(f"cause.{cause}"), share=share) for cause, share in ordered]
            yield self.say("end.quarrels", causes=listed(named, self.lang))

    def verdict(self) -> Iterator[str]:
        """Whether the case failed by its own rule, or at least drifted, and by which conditions."""
        if self.scenario is None:
            return
        for rule, key in ((self.scenario.story.failure, "fails"), (self.scenario.story.drift, "drifts")):
            if rule is not None and rule.holds(self.outcomes):
                met = [condition for condition in rule.conditions if condition.holds(self.outcomes)]
                told = self.say(f"end.{key}", reasons=listed(map(self.reason, met), self.lang))
                yield told if rule.reason is None else f"{told} {typeset(rule.reason[self.lang], self.lang)}"
                return  # what has failed has drifted on the way
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
