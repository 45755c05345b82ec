"""The account of a run: a page of setting, three turning points and verdict, or all of it, quarter by quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from tandem.sim.explain.chapters import Chapters
from tandem.sim.explain.main_points import main_points
from tandem.sim.explain.telling import STOCKS, Telling
from tandem.sim.explain.turning import TurningPoint, turning_points
from tandem.sim.scenario import Scenario
from tandem.sim.texts import text

__all__ = ["STOCKS", "Account", "account", "explain"]


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
    """The account of one run as plain text: a page, or with `full` every quarter, every cause and every turning point.

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
    points = turning_points(weekly, events, contributions)
    told = Chapters(weekly.set_index("week"), events, contributions, outcomes, scenario, lang)
    sections = _whole(told, points) if full else _page(told, points)
    return Account(told.title(), tuple((heading, paragraphs) for heading, paragraphs in sections if paragraphs))


def _page(told: Telling, points: list[TurningPoint]) -> list[tuple[str, tuple[str, ...]]]:
    """Setting, the main turning points with the main cause of each, verdict."""
    main = main_points(points)
    named = (
        told.say("page.point", week=point.week, sentence=_happened(told, point), why=_main_cause(point, told.lang)).rstrip()
        for point in main
    )
    return [
        (told.say("section.setting"), (*told.firm(), told.start())),
        (told.say("page.turning", n=len(main)), tuple(named)),
        (told.say("section.end"), (*told.stand(), *told.verdict(), told.say("end.model"))),
    ]


def _happened(told: Telling, point: TurningPoint) -> str:
    return told.told(point.fields) if point.key == "happening" else point.happened(told.lang)


def _main_cause(point: TurningPoint, lang: str) -> str:
    """The main cause with its share of all that pushed that way; or where the point comes from, if no stock explains it."""
    if not point.causes:
        return point.behind(lang)
    cause, share = point.named_causes(lang)[0]
    return f"{text('page.cause', lang, cause=cause, share=share)} {point.behind(lang)}"


def _whole(told: Chapters, points: list[TurningPoint]) -> list[tuple[str, tuple[str, ...]]]:
    """Everything: each quarter with every cause, all turning points, the roots of all quarrels."""
    turned = tuple(told.say("chapter.dated", week=point.week, sentence=point.sentence(told.lang)) for point in points)
    return [
        (told.say("section.firm"), tuple(told.firm())),
        (told.say("section.start"), (told.start(),)),
        *told.chapters(),
        (told.say("section.turning"), turned),
        (told.say("section.end"), (*told.stand(), *told.roots(), *told.verdict(), told.say("end.model"))),
    ]
