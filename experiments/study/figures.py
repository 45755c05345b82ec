"""Figures of a study, in the house style: one file each as SVG and PNG, and the plain sentence that goes under each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import pandas as pd

from tandem.experiments.effects.levers import opposed
from tandem.experiments.effects.role_models import STATEMENTS, contexts
from tandem.experiments.pages.figure import Figure, written
from tandem.experiments.pages.telling import clauses, said, spoken_now, word
from tandem.experiments.pages.words import listed, low_first, low_title, spoken, title_of, titles
from tandem.experiments.study.front import front_figure
from tandem.experiments.study.second_report import map_figure
from tandem.experiments.study.told import luck_share, pairs_of
from tandem.sim.copies import side_by_side
from tandem.sim.intervals import DECIDED
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.plots import BETTER, GRID, INK, QUIET, UNDECIDED, WORSE, plot_comparison, plot_lever_effects
from tandem.sim.plots.canvas import Axes, styled, subplots
from tandem.sim.plots.canvas import Figure as Canvas
from tandem.sim.plots.style import better_words, wrapped

if TYPE_CHECKING:
    from tandem.experiments.study.study import Study

HOW_TO_READ = (
    (BETTER, True, "figures.better"),
    (WORSE, True, "figures.worse"),
    (UNDECIDED, False, "figures.open"),
)

LONGEST, LONGEST_HEAD = 75, 34  # letters of a statement, and of an assumption, that leave room for the marks


def study_figures(
    study: Study, folder: Path, progress: Callable[[str, int], None], beside: Callable[[], dict[str, Any]]
) -> tuple[list[Figure], dict[str, Any]]:
    """All figures of a study, written into `folder`: growth on the first screen, levers, role models by context, what a second
    executive is worth, and what each statement hangs on. And what `beside` gives, which is worked out meanwhile."""
    named = titles()
    jobs = [partial(role_model_figure, study, outcome, folder, named) for outcome in STATEMENTS]
    jobs += [partial(map_figure, study.second, folder)]
    there = [outcome for outcome in STATEMENTS if (study.robustness["outcome"] == outcome).any()]
    jobs += [partial(robustness_figure, study, outcome, folder, named) for outcome in there]
    levers = [partial(lever_figure, study, output, folder, named) for output in dict.fromkeys(study.levers["output"])]
    every: list[Callable[[], Any]] = [partial(front_figure, study, folder, named), *jobs, *levers, beside]
    *drawn, told = side_by_side(every, lambda: progress("figures", 0))
    long = 1 + len(jobs)  # what takes longest is begun first
    return [drawn[0], *drawn[long:], *drawn[1:long]], told


# -- levers ------------------------------------------------------------------------------------


def lever_figure(study: Study, output: str, folder: Path, named: dict[str, str]) -> Figure:
    """How far each lever moves an outcome."""
    with styled():
        canvas, ax = subplots(figsize=(5.8, 3.0))  # narrow: it is read on a phone too
        plot_lever_effects(study.levers.assign(input=study.levers["input"].map(spoken)), ax, output=output, lang=spoken_now())
        ax.set_xlabel(wrapped(said("figures.change", unit=ax.get_xlabel()), 62))
        heading = said("figures.which_levers", outcome=low_title(output))
        rows = study.levers[study.levers["output"] == output]
        shared = sorted(
            {place for place in study.rank_intervals[output].values() if "-" in place},
            key=lambda place: [int(end) for end in place.split("-")],
        )
        told = said("figures.ranks_open", ranks=listed(shared)) if shared else said("figures.ranks_decided")
        footing = said("figures.of_firms", n=int(rows["n"].max()), luck=luck_share(study, output), verdict=told)
        return written(canvas, f"levers_{output}", folder, heading, lever_sentence(study, output, named), footing, data=rows)


def lever_sentence(study: Study, output: str, named: dict[str, str]) -> str:
    """Which levers move the outcome, which way, and how far their order is decided."""
    rows = study.levers[study.levers["output"] == output].to_dict("records")
    place = study.rank_intervals[output]
    told = []
    for verdict in DECIDED:
        moved = [
            said("figures.ranked", lever=spoken(row["input"]), rank=place[row["input"]])
            for row in rows
            if row["verdict"] == verdict
        ]
        if moved:
            told.append(said(f"figures.{verdict}", n=len(moved), levers=listed(moved)))
    still = [spoken(row["input"]) for row in rows if row["verdict"] not in DECIDED]
    if still:
        told.append(said("figures.whether", n=len(still), levers=listed(still)))
    shared = any("-" in rank for rank in place.values())
    sentences = [said("figures.levers", outcome=title_of(output), parts=clauses(told))]
    sentences += [said("figures.rank_such_as")] if shared else []
    sentences += [said("figures.over_pairs", n=rows[0]["n"]), opposed_sentence(study, output, named)]
    return " ".join(sentences).strip()


def opposed_sentence(study: Study, output: str, named: dict[str, str]) -> str:
    """Warns of levers that push one way in some role models and the other way in others; "" if there is none."""
    told = []
    for lever, (raised, lowered) in opposed(study.levers_by_role_model, output).items():
        ups, downs = (listed([named[role_model] for role_model in group]) for group in (raised, lowered))
        told.append(said("figures.opposed", lever=spoken(lever), outcome=low_title(output), ups=ups, downs=downs))
    return said("figures.contrast", parts=clauses(told)) if told else ""


# -- role models ------------------------------------------------------------------------------------


def role_model_figure(study: Study, outcome: str, folder: Path, named: dict[str, str]) -> Figure:
    """A panel a context: each role model's and control's difference from the first role model."""
    main = study.role_models[(study.role_models["dispositions"] == "as described") & (study.role_models["outcome"] == outcome)]
    arms = list(dict.fromkeys(main["role_model"]))
    short = {arm: named.get(arm, arm) for arm in arms}
    short[arms[0]] = said("figures.reference")
    heading = said("figures.by_role_model", outcome=title_of(outcome), reference=named[arms[0]])
    with styled():
        canvas, narrow = (_panels(main, outcome, short, named, arms[0], across) for across in (3, 1))
        verdicts = main.loc[~main["verdict"].isin(["baseline", "not defined"]), "verdict"]
        told = said("figures.comparisons", n=int((verdicts != "undecided").sum()), whole=len(verdicts))
        return written(
            canvas,
            f"role_models_{outcome}",
            folder,
            heading,
            role_model_sentence(study, outcome, named),
            said("figures.a_context", pairs=pairs_of(main), luck=luck_share(study, outcome, "difference"), verdict=told),
            narrow,
            main,
        )


def _panels(
    main: pd.DataFrame, outcome: str, short: dict[str, str], named: dict[str, str], reference: str, across: int
) -> Canvas:
    """A panel a context, and how to read them, so many beside each other."""
    down = -(-(len(contexts()) + 1) // across)
    lines = max(wrapped(name, 32).count("\n") + 1 for name in short.values())  # French titles are longer
    canvas, axes = subplots(down, across, figsize=(12.5 if across > 1 else 5.4, (2.75 + 0.8 * max(0, lines - 2)) * down))
    cells = list(axes.ravel())
    for place, context in enumerate(contexts()):
        plot_comparison(
            main[main["context"] == context].rename(columns={"role_model": "scenario"}),
            [outcome],
            [cells[place]],
            labels=short,
            lang=spoken_now(),
        )
        better = better_words(OUTCOMES[outcome], spoken_now())
        cells[place].set_title(named[context], loc="left", fontsize=11, fontweight="bold", color=INK)
        cells[place].set_title(better, loc="right", fontsize=9, color=QUIET)
        if place % across:
            cells[place].set_yticklabels([])
    _key(cells[len(contexts())], named[reference])
    for spare in cells[len(contexts()) + 1 :]:
        spare.remove()
    return canvas


def _key(ax: Axes, reference: str) -> None:
    ax.set_axis_off()
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.text(0.02, 0.92, said("figures.how_to_read"), fontsize=11, fontweight="bold", color=INK, va="center")
    for line, (colour, filled, key) in enumerate(HOW_TO_READ):
        y = 0.78 - 0.13 * line
        ax.plot([0.02, 0.12], [y, y], color=colour, linewidth=3, solid_capstyle="butt")
        ax.plot([0.07], [y], "o", markersize=7, color=colour, markerfacecolor=colour if filled else "white")
        ax.text(0.16, y, said(key), fontsize=9.5, color=INK, va="center")
    told = said("figures.key", reference=reference if spoken_now() == "en" else wrapped(reference, 34))
    ax.text(0.02, 0.4, told, fontsize=9.5, color=QUIET, va="top")


def role_model_sentence(study: Study, outcome: str, named: dict[str, str]) -> str:
    """Which role models differ decidedly from the first one everywhere, in some contexts, and where it is undecided."""
    rows = study.role_models[(study.role_models["dispositions"] == "as described") & (study.role_models["outcome"] == outcome)]
    reference = named[str(rows["role_model"].iloc[0])]
    told = []
    for arm in dict.fromkeys(rows.loc[rows["verdict"] != "baseline", "role_model"]):
        mine = rows[rows["role_model"] == arm].set_index("context")["verdict"].to_dict()
        where = {
            each: [low_first(named[context]) for context, verdict in mine.items() if verdict == each]
            for each in ("higher", "lower", "undecided", "same", "not defined")
        }
        where = {each: places for each, places in where.items() if places}
        parts = [
            said("report.who_in", who=word(each), where=said("report.every_context") if len(where) == 1 else listed(places))
            for each, places in where.items()
        ]
        told.append(said("figures.arm", who=named[arm], parts=clauses(parts)))
    return f"{said('figures.compared', outcome=title_of(outcome), reference=reference, pairs=pairs_of(rows))} {' '.join(told)}"


# -- what statements hang on -------------------------------------------------------------------


def robustness_figure(study: Study, outcome: str, folder: Path, named: dict[str, str]) -> Figure:
    """A line a statement, a column an alternative: does it still hold?"""
    rows = study.robustness[study.robustness["outcome"] == outcome]
    columns = list(dict.fromkeys(rows["assumption"]))
    statements = list(dict.fromkeys(zip(rows["role_model"], rows["context"])))
    statements.sort(key=lambda pair: list(dict.fromkeys(study.role_models["role_model"])).index(pair[0]))
    default = said("figures.default", pairs=study.size.known_pairs)
    heads = [default if name == "default" else word(name) for name in columns]
    verdicts = {(row["role_model"], row["context"]): word(row["verdict"]) for row in rows.to_dict("records")}
    heading = said("figures.survive", outcome=title_of(outcome))
    whole = study.surviving[study.surviving["outcome"] == outcome]
    firm = said("figures.hold", n=int((whole["survives"] == whole["of"]).sum()), whole=len(whole))
    with styled():
        canvas = _robustness(
            rows,
            columns,
            heads,
            {
                pair: said("figures.line", what=f"{named[pair[0]]}, {low_first(named[pair[1]])}", verdict=verdicts[pair])
                for pair in statements
            },
            (10.4, 2.6),
            {},
        )
        above = {arm: named[arm] for arm, _ in statements}
        narrow = _robustness(
            rows,
            columns,
            heads,
            {pair: said("figures.line", what=low_first(named[pair[1]]), verdict=verdicts[pair]) for pair in statements},
            (4.8, 2.4),
            above,
        )
        return written(
            canvas,
            f"assumptions_{outcome}",
            folder,
            heading,
            robustness_sentence(study, outcome),
            said(
                "figures.a_cell",
                n=study.size.alternative_pairs,
                known=study.size.known_pairs,
                luck=luck_share(study, outcome, "difference"),
                verdict=firm,
            ),
            narrow,
            rows,
        )


def _robustness(
    rows: pd.DataFrame,
    columns: list[str],
    heads: list[str],
    labels: dict[tuple[str, str], str],
    size: tuple[float, float],
    above: dict[str, str],
) -> Canvas:
    """The marks of each statement. `size`: inches wide, and high beside the lines; `above`: a line before each role model."""
    long = max(map(len, labels.values())) > LONGEST
    labels = {pair: "\n".join(wrap(label, 58, break_on_hyphens=False)) if long else label for pair, label in labels.items()}
    lines: list[tuple[str, str]] = []
    for pair in labels:
        if above and (not lines or lines[-1][0] != pair[0]):
            lines.append((pair[0], ""))
        lines.append(pair)
    upright = 0.6 if above and max(map(len, heads)) > LONGEST_HEAD else 0.0
    canvas, ax = subplots(figsize=(size[0], size[1] + upright + (0.34 if long else 0.235) * len(lines)))
    marks: dict[str, Any] = {
        "holds": {"marker": "o", "color": INK, "markersize": 6},
        "opens": {"marker": "o", "color": UNDECIDED, "markerfacecolor": "white", "markersize": 6},
        "turns": {"marker": "X", "color": WORSE, "markersize": 8, "markeredgecolor": "white"},
    }
    for robustness_of, look in marks.items():
        part = rows[rows["robustness"] == robustness_of]
        xs = [columns.index(name) for name in part["assumption"]]
        ys = [lines.index(pair) for pair in zip(part["role_model"], part["context"])]
        ax.plot(xs, ys, linestyle="none", **look)
    for y, (arm, context) in enumerate(lines):
        if y and arm != lines[y - 1][0]:
            ax.axhline(y - 0.5, color=GRID, linewidth=1)
        if not context:
            name = "\n".join(wrap(above[arm], 48, break_on_hyphens=False))  # two lines of small letters where it is long
            shape: dict[str, Any] = {"fontsize": 6.2, "linespacing": 1.0} if "\n" in name else {"fontsize": 7.6}
            ax.text(-0.4, y, name, ha="left", va="center", fontweight="bold", color=INK, **shape)
    if columns[0] == "default":
        ax.axvspan(-0.5, 0.5, color=GRID, alpha=0.5, zorder=0)
    ax.set_ylim(len(lines) - 0.4, -0.6)
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_yticks(range(len(lines)), [labels.get(pair, "") for pair in lines], fontsize=8.5, color=INK)
    slope: dict[str, Any] = {"rotation": 90} if above else {"rotation": 35, "ha": "left", "rotation_mode": "anchor"}
    ax.set_xticks(range(len(columns)), heads, fontsize=8, color=INK, **slope)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    gap = "\n" if above else "     "
    ax.set_xlabel(
        gap.join((f"●  {said('figures.holds')}", f"○  {word('undecided')}", f"✖  {said('figures.turns')}")),
        color=INK,
        fontsize=9.5,
        labelpad=8,
    )
    return canvas


def robustness_sentence(study: Study, outcome: str) -> str:
    """How many statements survive every alternative, and which alternatives turn most."""
    rows = study.surviving[study.surviving["outcome"] == outcome]
    all_, some = int((rows["survives"] == rows["of"]).sum()), rows["turns"][rows["turns"] != ""]
    turned = some.str.split("; ").explode().value_counts()
    told = [said("figures.statements", n=len(rows), outcome=low_title(outcome), firm=all_)]
    names = listed([f"{word(name)} ({count})" for name, count in turned.items()]) if len(turned) else ""
    told.append(said("figures.opposite", names=names) if names else said("figures.no_opposite"))
    described = study.role_models[study.role_models["dispositions"] == "as described"]
    few = study.robustness[(study.robustness["outcome"] == outcome) & (study.robustness["assumption"] == "default")]
    lost = int((few["robustness"] == "opens").sum())
    left = str(lost or said("figures.none"))
    size = study.size
    told.append(said("figures.beside_pairs", few=size.alternative_pairs, known=size.known_pairs))
    if size.known_pairs < size.pairs:
        told.append(said("figures.fewer_pairs", known=size.known_pairs, pairs=pairs_of(described), lost=left))
    return " ".join(told)
