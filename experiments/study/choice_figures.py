"""Decisions drawn: what each role model gives away by context, where the choice switches, what knowing is worth, which lever
first."""

from __future__ import annotations

from textwrap import wrap

import numpy as np
import pandas as pd

from tandem.experiments.pages.telling import form, said, word
from tandem.experiments.pages.words import spoken, titles
from tandem.experiments.study.choice_options import DRIFTS, LOADS
from tandem.sim.parameters import LEVERS
from tandem.sim.plots import BLUE, INK, ORANGE, PURPLE, QUIET, SKY
from tandem.sim.plots.canvas import Figure, Patch, Rectangle, styled, subplots

ROLE_MODEL_COLOURS = (BLUE, SKY, ORANGE, PURPLE)
"""One a role model, in the order of the catalogue; told apart by most eyes, and by their lightness in print."""
OPEN = "#ececec"


def seen(price: str) -> tuple[float, str]:
    """Factor and unit in which a reader sees a utility."""
    return (1.0, said("choice.episodes")) if price == "conflict alone" else (100.0, said("choice.points"))


def plot_regret(rows: pd.DataFrame, price: str) -> Figure:
    """A cell a role model and context: what it gives away against the best role model there; framed where it is decidedly
    the best, "?" where it cannot be told from the best."""
    named, (factor, unit) = titles(), seen(price)
    role_models, places = list(dict.fromkeys(rows["role_model"])), list(dict.fromkeys(rows["context"]))
    table = rows.pivot(index="context", columns="role_model", values="regret").reindex(index=places, columns=role_models)
    words = rows.set_index(["context", "role_model"])["verdict"]
    with styled():
        canvas, ax = subplots(figsize=(5.8, 3.5))
        cells = factor * table.to_numpy()
        drawn = ax.imshow(cells, cmap="Oranges", vmin=0.0, vmax=max(float(cells.max()) * 1.4, 1e-9), aspect="auto")
        for i, place in enumerate(places):
            for j, role_model in enumerate(role_models):
                ended = words[place, role_model]
                ax.text(
                    j,
                    i,
                    word("best") if ended == "best" else form(cells[i, j], ".2f") + ("?" if ended == "undecided" else ""),
                    ha="center",
                    va="center",
                    fontsize=9,
                    color=INK,
                    fontweight="bold" if ended == "best" else "normal",
                )
                if ended == "best":
                    ax.add_patch(Rectangle((j - 0.48, i - 0.46), 0.96, 0.92, fill=False, edgecolor=INK, linewidth=1.4))
        ax.set_xticks(range(len(role_models)), [broken(named[role_model]) for role_model in role_models], fontsize=8, color=INK)
        ax.set_yticks(range(len(places)), [named[place] for place in places], fontsize=9, color=INK)
        ax.tick_params(length=0)
        canvas.colorbar(drawn, ax=ax, shrink=0.8).set_label(said("choice.given_away", unit=unit), fontsize=9)
    return canvas


def plot_map(rows: pd.DataFrame, role_models: list[str]) -> Figure:
    """The best role model in each cell of load and drift: coloured where it is decided, hatched where it is not."""
    named = titles()
    with styled():
        canvas, ax = subplots(figsize=(5.8, 5.2))
        for row in rows.to_dict("records"):
            x, y = LOADS.index(row["load"]), DRIFTS.index(row["drift"])
            decided = row["verdict"] == "decided"
            colour = ROLE_MODEL_COLOURS[role_models.index(row["option"])] if row["option"] in role_models else "white"
            ax.add_patch(
                Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour if decided else OPEN, edgecolor="white", linewidth=2)
            )
            if not decided:
                ax.add_patch(
                    Rectangle((x - 0.46, y - 0.46), 0.92, 0.92, facecolor="none", edgecolor=colour, hatch="////", linewidth=0)
                )
        ax.set_xlim(-0.5, len(LOADS) - 0.5)
        ax.set_ylim(-0.5, len(DRIFTS) - 0.5)
        ax.set_xticks(range(len(LOADS)), [form(load, "g") for load in LOADS])
        ax.set_yticks(range(len(DRIFTS)), [form(drift, "g") for drift in DRIFTS])
        ax.tick_params(length=0)
        ax.set_xlabel(said("choice.load"))
        ax.set_ylabel(said("choice.drift"))
        keys = [Patch(facecolor=colour, label=named[role_model]) for role_model, colour in zip(role_models, ROLE_MODEL_COLOURS)]
        keys.append(Patch(facecolor=OPEN, edgecolor=QUIET, hatch="////", label=said("choice.hatched")))
        canvas.legend(handles=keys, loc="outside upper left", ncols=2, fontsize=8, frameon=False)
        for side in ax.spines.values():
            side.set_visible(False)
    return canvas


def plot_information(rows: pd.DataFrame, price: str) -> Figure:
    """What it is worth to know each factor before choosing: a bar over the bracket, a line over its 95% bounds."""
    factor, unit = seen(price)
    rows = rows.sort_values("high", ascending=False, kind="stable")
    with styled():
        canvas, ax = subplots(figsize=(5.8, 1.5 + 0.34 * len(rows)))
        for y, row in enumerate(rows.to_dict("records")):
            ax.plot([factor * max(row["bound_low"], 0.0), factor * max(row["bound_high"], 0.0)], [y, y], color=BLUE, linewidth=1)
            ax.plot([factor * row["low"], factor * row["high"]], [y, y], color=BLUE, linewidth=6, solid_capstyle="butt")
            for end in ("low", "high"):
                ax.plot([factor * row[end]], [y], "|", color=BLUE, markersize=9)
        ax.set_yticks(range(len(rows)), [known_as(name) for name in rows["input"]], color=INK)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(left=0.0)
        ax.set_xlabel(said("choice.worth_axis", unit=unit), fontsize=9)
    return canvas


def known_as(name: str) -> str:
    """A factor as a reader says it."""
    known = ("everything", "parameters", "context")
    return said(f"choice.known.{name}") if name in known else said("wrong.level_of", lever=spoken(name))


def plot_lever_values(rows: pd.DataFrame, price: str) -> Figure:
    """A cell a lever, role model and context: what raising it to best practice adds; a dot where its sign is decided."""
    named, (factor, unit) = titles(), seen(price)
    places: list[tuple[str, str]] = list(dict.fromkeys(zip(rows["role_model"], rows["context"])))
    table = rows.pivot(index=["role_model", "context"], columns="lever", values="mean")
    cells = factor * table.reindex(index=pd.MultiIndex.from_tuples(places), columns=list(LEVERS)).to_numpy()
    with styled():
        canvas, ax = subplots(figsize=(5.8, 2.0 + 0.26 * len(places)))
        most = float(np.quantile(np.abs(cells), 0.95)) or 1.0
        drawn = ax.imshow(cells, cmap="PuOr_r", vmin=-most, vmax=most, aspect="auto")
        for row in rows.to_dict("records"):
            i, j = places.index((row["role_model"], row["context"])), list(LEVERS).index(row["lever"])
            sure = "" if row["low"] <= 0.0 <= row["high"] else "●"
            dark = abs(cells[i, j]) > 0.7 * most
            ax.text(
                j,
                i,
                f"{form(cells[i, j], '+.1f')} {sure}".replace("-", "−"),
                ha="center",
                va="center",
                fontsize=7,
                color="white" if dark else INK,
            )
        ax.set_xticks(range(len(LEVERS)), [broken(spoken(lever)) for lever in LEVERS], fontsize=8, color=INK)
        ax.xaxis.tick_top()
        ax.set_yticks(range(len(places)), [named[place] for _, place in places], fontsize=8, color=INK)
        for first in range(0, len(places), max(1, len(places) // max(1, rows["role_model"].nunique()))):
            ax.axhline(first - 0.5, color=INK, linewidth=1)
            ax.text(
                len(LEVERS) - 0.4,
                first - 0.4,
                broken(named[places[first][0]], 21),
                fontsize=7.5,
                color=INK,
                va="top",
                rotation=270,
            )
        ax.tick_params(length=0)
        canvas.colorbar(drawn, ax=ax, orientation="horizontal", shrink=0.8, extend="both").set_label(
            said("choice.gain", unit=unit), fontsize=9
        )
    return canvas


def broken(words: str, width: int = 13) -> str:
    """A name over several lines."""
    return "\n".join(wrap(words, width, break_on_hyphens=False))
