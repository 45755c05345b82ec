"""The first screen of a study's page: its chart, which answers the title's question, and what to think of a control that does
better than every role model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tandem.experiments.effects.fit import quoted
from tandem.experiments.effects.role_models import contexts
from tandem.experiments.pages.figure import Figure, written
from tandem.experiments.pages.numbers import figure_text, interval_text, scaled, with_unit
from tandem.experiments.pages.telling import clauses, said
from tandem.experiments.pages.words import control_name, listed, low_first, low_title
from tandem.experiments.study.told import luck_share, pairs_of
from tandem.sim.plots import GRID, INK, QUIET
from tandem.sim.plots.canvas import Axes, styled, subplots
from tandem.sim.plots.canvas import Figure as Canvas
from tandem.sim.plots.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILION, wrapped
from tandem.sim.scenario.catalogue import of_kind

if TYPE_CHECKING:
    from tandem.experiments.study.study import Study

OUTCOME = "revenue_growth"
COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
MARKS = ("o", "s", "^", "D", "v", "P")
CONTROL_MARKS = ("x", "+")
ROOM = 0.7  # of a context's height that its role models share


def front_figure(study: Study, folder: Path, named: dict[str, str]) -> Figure:
    """Every role model and control in every context, against the first role model: who leads, where, and how far that is sure."""
    rows = growth_rows(study)
    reference = named[str(rows["role_model"].iloc[0])]
    with styled():
        canvas, narrow = (_drawn(rows, named, size) for size in ((8.2, 4.6), (4.4, 7.0)))
        verdicts = rows.loc[~rows["verdict"].isin(["baseline", "not defined"]), "verdict"]
        decided = said("front.decided", n=int((verdicts != "undecided").sum()), whole=len(verdicts))
        return written(
            canvas,
            "front_growth",
            folder,
            said("front.heading", reference=reference),
            " ".join([leaders_sentence(study, named), *control_notes(study, named)]),
            said("front.footing", pairs=pairs_of(rows), luck=luck_share(study, OUTCOME, "difference"), verdict=decided),
            narrow,
            rows,
        )


def growth_rows(study: Study) -> pd.DataFrame:
    """The comparison's rows on growth, as described."""
    table = study.role_models
    return table[(table["dispositions"] == "as described") & (table["outcome"] == OUTCOME)]


def leaders_sentence(study: Study, named: dict[str, str]) -> str:
    """Under which role model the firm grows most in which context, and where that is undecided between whom."""
    rows = study.best[(study.best["assumption"] == "default") & (study.best["outcome"] == OUTCOME)]
    places: dict[str, list[str]] = {}
    for row in rows.to_dict("records"):
        arms = sorted([row["best"], *filter(None, row["rivals"].split("; "))], key=list(named).index)
        who = quoted(named[arms[0]])
        if len(arms) > 1:
            who = said("report.undecided", names=listed([quoted(named[arm]) for arm in arms]))
        places.setdefault(who, []).append(low_first(named[row["context"]]))
    parts = [said("report.who_in", who=who, where=listed(where)) for who, where in places.items()]
    return said("front.most", outcome=low_title(OUTCOME), parts=clauses(parts))


def control_notes(study: Study, named: dict[str, str], context: str | None = None) -> list[str]:
    """A sentence for each control that decidedly grows more than the best role model, in one context or in all."""
    rows = study.controls[(study.controls["outcome"] == OUTCOME) & (study.controls["verdict"] == "higher")]
    factor, unit = scaled(OUTCOME)
    told = []
    for row in rows.to_dict("records"):
        if context not in (None, row["context"]):
            continue
        effect = with_unit(figure_text(row["difference"], factor, True), unit)
        more = said("report.size", effect=effect, interval=interval_text(row, factor))
        where, who = low_first(named[row["context"]]), control_name(named[row["role_model"]])
        told.append(said("front.beaten", where=where, who=who, more=more))
    return told


def _drawn(rows: pd.DataFrame, named: dict[str, str], size: tuple[float, float]) -> Canvas:
    canvas, ax = subplots(figsize=size)
    assert isinstance(ax, Axes)
    arms = list(dict.fromkeys(rows["role_model"]))
    control = {entry.name for entry in of_kind("role_model") if entry.control}
    free, crosses = iter(zip(MARKS, COLOURS)), iter(CONTROL_MARKS * len(arms))
    factor, _ = scaled(OUTCOME)
    for place, arm in enumerate(arms):
        mark, colour = (next(crosses), QUIET) if arm in control else next(free)
        mine = rows[rows["role_model"] == arm].set_index("context").loc[contexts()]
        heights = [level + ROOM * ((place + 0.5) / len(arms) - 0.5) for level in range(len(mine))]
        middle = factor * mine["difference"].fillna(0.0)
        for low, high, height in zip(factor * mine["low"], factor * mine["high"], heights):
            if low == low and high == high:
                ax.plot([low, high], [height, height], color=colour, linewidth=2.2, solid_capstyle="butt")
        ax.plot(middle, heights, mark, color=colour, markersize=6, linestyle="none", label=wrapped(named[arm], 34))
    for level in range(1, len(contexts())):
        ax.axhline(level - 0.5, color=GRID, linewidth=0.8)
    ax.axvline(0.0, color=INK, linewidth=1.0)
    ax.set_yticks(range(len(contexts())), [wrapped(named[context], 12) for context in contexts()], color=INK)
    ax.invert_yaxis()
    wide = size[0] > size[1]
    ax.set_xlabel(said("front.axis"))
    below = (0.45, -0.15 if wide else -0.09)
    ax.legend(loc="upper center", bbox_to_anchor=below, ncols=2 if wide else 1, frameon=False)
    return canvas
