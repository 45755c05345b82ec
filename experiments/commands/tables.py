"""Tables as the terminal shows them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

from tandem.experiments.commands.screen import Screen, Table, bar
from tandem.experiments.commands.terminal import plain
from tandem.experiments.effects.role_models import HEADLINES, STATEMENTS, role_models
from tandem.experiments.pages.numbers import cell, figure_text, interval_text, scaled, word
from tandem.experiments.pages.telling import form, said
from tandem.experiments.pages.telling import word as told_word
from tandem.experiments.pages.words import spoken, title_of, titles
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.texts import number, semicolon, text, typeset

LINE_SECONDS = 10.0
SHOWN = (*STATEMENTS, "profit_per_week")


@contextmanager
def progress(total: int, what: str) -> Iterator[Any]:
    """A bar on the error stream, or a line now and then where that is a file or a pipe; the value is a function (what is
    being done, how much more of `total` is done)."""
    if not sys.stderr.isatty():
        yield _Lines(total)
        return
    columns = (TextColumn("{task.description:<44}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with bar(*columns) as shown:
        task = shown.add_task(plain(what), total=total)
        yield lambda what, more: shown.update(task, advance=more, description=plain(what))


class _Lines:
    """Progress for a file: a line each LINE_SECONDS, none where it takes less."""

    def __init__(self, total: int):
        self.total, self.done, self.started = total, 0, time.monotonic()
        self.last = self.started

    def __call__(self, what: str, more: int) -> None:
        self.done += more
        now = time.monotonic()
        if now - self.last < LINE_SECONDS or not self.done:
            return
        self.last = now
        left = (now - self.started) * (self.total - self.done) / self.done / 60.0
        print(f"{what}: {self.done / self.total:.0%}, about {left:.1f} minutes left", file=sys.stderr, flush=True)


def print_role_models(table: Any, stream: TextIO, dispositions: str = "as described", lang: str = "en") -> None:
    """One table a context: the first role model's means, the others' paired differences with 95% intervals."""
    named = titles(lang)
    part = table[table["dispositions"] == dispositions]
    for context in dict.fromkeys(part["context"]):
        rows = part[part["context"] == context]
        where = text("compare.written", lang) if context == "as written" else named.get(context, context)
        shown = Table(title=text(f"compare.about{_how(rows)}", lang, context=where, pairs=int(rows["pairs"].max())))
        arms = list(dict.fromkeys(rows["role_model"]))
        shown.add_column(text(f"compare.{'role_model' if set(arms) <= set(role_models()) else 'scenario'}", lang))
        _add_outcomes(shown, rows, lang)
        for arm in arms:
            shown.add_row(named.get(arm, arm), *_cells(rows[rows["role_model"] == arm], lang))
        Screen(stream).show(shown)


def print_equal(table: Any, beside: Any, stream: TextIO, lang: str = "en") -> None:
    """What role models set beside decision rights, and the role models concerned once more with equal dispositions."""
    named = titles(lang)
    listed = Table(title=text("compare.beside", lang))
    for head in ("role_model", "parameter", "value", "first"):
        listed.add_column(text(f"compare.{head}", lang))
    for row in beside.to_dict("records"):
        values = [_said(row[name], lang) for name in ("value", "first")]
        listed.add_row(named.get(row["role_model"], row["role_model"]), row["path"], *values)
    Screen(stream).show(listed)
    concerned = beside.loc[beside["path"].str.contains("encouragement|anchor"), "role_model"].unique()
    rows = table[(table["dispositions"] == "equal") & table["role_model"].isin(concerned)]
    if rows.empty:
        return
    shown = Table(title=text(f"compare.equal{_how(rows)}", lang, pairs=int(rows["pairs"].max())))
    shown.add_column(text("compare.context_role_model", lang))
    _add_outcomes(shown, rows, lang)
    for context in dict.fromkeys(rows["context"]):
        for arm in concerned:
            mine = rows[(rows["context"] == context) & (rows["role_model"] == arm)]
            shown.add_row(f"{named[context]}, {named.get(arm, arm)}", *_cells(mine, lang))
    Screen(stream).show(shown)


def _how(rows: Any) -> str:
    """The ending of the title's key: whether these statements were played until they were decided."""
    return "_until" if "pairs_taken" in rows and rows["pairs_taken"].notna().any() else ""


def _columns(rows: Any) -> list[str]:
    """The outcomes that are shown of a comparison: the usual ones, and those that it was asked for beside the headlines."""
    return [*SHOWN, *(name for name in dict.fromkeys(rows["outcome"]) if name not in HEADLINES)]


def _add_outcomes(table: Table, rows: Any, lang: str) -> None:
    for name in _columns(rows):
        table.add_column(f"{typeset(OUTCOMES[name].title(lang), lang)}\n{scaled(name, lang)[1]}", justify="right")


def _said(value: object, lang: str) -> str:
    """A parameter's value as a reader says it."""
    if value is None or isinstance(value, bool):
        return text(f"compare.{'lever' if value is None else 'yes' if value else 'no'}", lang)
    return number(value, "g", lang) if isinstance(value, int | float) else word(value)


def _cells(rows: Any, lang: str = "en") -> list[str]:
    mine = rows.set_index("outcome")
    return [cell(mine.loc[name].to_dict(), scaled(name, lang)[0], lang=lang)["text"] for name in _columns(rows)]


def print_levers(study: Any, stream: TextIO) -> None:
    """The ranked levers, for growth and for conflict, in the language of `told_in`."""
    from tandem.experiments.study.figures import opposed_sentence

    for output in dict.fromkeys(study.levers["output"]):
        rows = study.levers[study.levers["output"] == output]
        factor, unit = scaled(output)
        shown = Table(
            title=said("terminal.levers", outcome=title_of(output), unit=unit),
            min_width=78,
        )
        for head in ("rank", "lever", "effect", "interval", "pairs", "verdict"):
            shown.add_column(said(f"terminal.{head}"), justify="left" if head in ("lever", "verdict") else "right")
        for row in rows.to_dict("records"):
            shown.add_row(
                study.rank_intervals[output][row["input"]],
                spoken(row["input"]),
                figure_text(row["estimate"], factor, True),
                interval_text(row, factor),
                form(row["n"], ","),
                told_word(row["verdict"]),
            )
        Screen(stream).show(shown)
        if contrast := opposed_sentence(study, output, titles()):
            print(contrast, file=stream)
    print(said("figures.rank_such_as"), file=stream)


def print_survival(table: Any, stream: TextIO, lang: str = "en") -> None:
    """Decided statements about growth, conflict and delay, and under which alternatives they survive."""
    named, none = titles(lang), text("compare.none", lang)
    shown = Table(title=text("compare.survival", lang))
    for head in ("context", "statement", "survives", "turns", "opens"):
        shown.add_column(text(f"compare.{head}", lang))
    for row in table[table["outcome"].isin(STATEMENTS)].to_dict("records"):
        factor, unit = scaled(row["outcome"], lang)
        verdict = text(f"compare.{row['verdict']}", lang)
        moved = f"{verdict}, {figure_text(row['difference'], factor, True, lang=lang)} {unit}"
        title = typeset(OUTCOMES[row["outcome"]].title(lang), lang)
        who = named.get(row["role_model"], row["role_model"])
        said = text("compare.said", lang, role_model=who, outcome=title, moved=moved)
        count = text("compare.of", lang, n=int(row["survives"]), whole=int(row["of"]))
        shown.add_row(named.get(row["context"], row["context"]), said, count, row["turns"] or none, row["opens"] or none)
    Screen(stream).show(shown)


def print_variance(table: Any, stream: TextIO, lang: str = "en") -> None:
    """Where the spread of outcomes, and of differences between role models, comes from."""
    named = titles(lang)
    shown = Table(title=text("compare.variance", lang))
    for head in ("outcome", "role_model"):
        shown.add_column(text(f"compare.{head}", lang))
    for source in dict.fromkeys(table["source"]):
        shown.add_column(text(f"compare.source.{source.replace(' ', '_')}", lang))
    between = f"{semicolon(lang)}" if lang == "fr" else ", "
    for (outcome, arm, what), part in table.groupby(["outcome", "role_model", "what"], sort=False):
        rows = [[number(row[name], ".0%", lang) for name in ("share", "low", "high")] for row in part.to_dict("records")]
        cells = [f"{share} [{low}{between}{high}]" for share, low, high in rows]
        name = named.get(arm, arm) + ("" if what == "outcome" else f", {text('compare.difference', lang)}")
        shown.add_row(typeset(OUTCOMES[outcome].title(lang), lang), name, *cells)
    Screen(stream).show(shown)
