"""Where an event gathers, drawn: the points that were not fitted on, and the boxes over the two inputs they limit most."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

import pandas as pd

from tandem.experiments.discovery.found import Discovery
from tandem.experiments.pages.figure import save
from tandem.experiments.pages.telling import said, spoken_now
from tandem.experiments.pages.words import spoken
from tandem.sim.parameters import describe
from tandem.sim.plots import BLUE, INK, QUIET, UNDECIDED
from tandem.sim.plots.canvas import Figure, Rectangle, styled, subplots
from tandem.sim.units import UNITS_FR

PADDING = 0.03
STYLES = ("-", "--", ":")


def labelled(name: str) -> str:
    """An input with its unit."""
    units = {row["path"]: row["unit"] for row in describe()}
    return f"{worded(name)} ({unit_words(units[name])})" if name in units else name


def unit_words(unit: str) -> str:
    """A unit in the language of the page."""
    return UNITS_FR.get(unit, unit) if spoken_now() == "fr" else unit


def leading(found: Discovery) -> list[str]:
    """The two inputs with numbers that the boxes limit most surely; fewer if fewer are limited."""
    rows = found.limits.sort_values("p", kind="stable")
    numeric = [name for name in dict.fromkeys(rows["input"]) if pd.api.types.is_numeric_dtype(found.halves[1][name])]
    spare = [
        name
        for name in found.halves[1].columns
        if name != "event" and name not in numeric and pd.api.types.is_numeric_dtype(found.halves[1][name])
    ]
    return [*numeric, *spare][:2]


def plot_boxes(found: Discovery, event: str = "") -> Figure | None:
    """The other half's points, darker where the event is more frequent, and the boxes; None without two numeric inputs. `event`:
    what was looked for in the words of a page, else in its own."""
    names = leading(found)
    if len(names) < 2:
        return None
    held = found.halves[1]
    with styled():
        canvas, ax = subplots(figsize=(6.0, 4.7))
        dots = ax.scatter(held[names[0]], held[names[1]], c=held["event"], cmap="cividis_r", vmin=0, vmax=1, s=16, linewidths=0)
        spans = [(held[name].min(), held[name].max()) for name in names]
        for number, box in enumerate(found.boxes, start=1):
            corners = []
            for name, (least, most) in zip(names, spans):
                limit, pad = box.limits.get(name), PADDING * (most - least)
                corners.append((max(limit.low, least - pad), min(limit.high, most + pad)) if limit else (least - pad, most + pad))
            (left, right), (bottom, top) = corners
            ax.add_patch(
                Rectangle(
                    (left, bottom),
                    right - left,
                    top - bottom,
                    fill=False,
                    edgecolor=INK,
                    linewidth=2,
                    linestyle=STYLES[(number - 1) % len(STYLES)],
                )
            )
            ax.text(
                right,
                top,
                said("wrong.box", number=number),
                color=INK,
                fontsize=9,
                va="bottom",
                ha="right",
                bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1},
            )
        ax.set_xlabel(labelled(names[0]))
        ax.set_ylabel(labelled(names[1]))
        told = said("wrong.share_of_replicates") + "\n" + "\n".join(wrap(event or found.event.told, 48))
        canvas.colorbar(dots, ax=ax).set_label(told, fontsize=8.5)
        ax.set_title(said("wrong.points"), fontsize=9, color=QUIET, loc="left")
    return canvas


def plot_regional(table: pd.DataFrame) -> Figure:
    """How far each input's distribution lies from usual where the event happens, and the line that chance alone reaches."""
    with styled():
        canvas, ax = subplots(figsize=(5.8, 1.5 + 0.34 * len(table)))
        decided = table["verdict"] == "decided"
        ax.barh(range(len(table)), table["distance"], height=0.6, color=[BLUE if sure else UNDECIDED for sure in decided])
        ax.axvline(float(table["chance"].iloc[0]), color=INK, linewidth=1, linestyle="--")
        ax.set_yticks(range(len(table)), [worded(name) for name in table["input"]], color=INK)
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.set_xlabel(
            said("wrong.distance"),
            fontsize=9,
        )
    return canvas


def worded(name: str) -> str:
    """An input as a reader of a report says it."""
    if name.startswith("levers."):
        return said("wrong.level_of", lever=spoken(name.removeprefix("levers.")))
    return spoken(name) if spoken_now() == "fr" else name


def write_figure(found: Discovery, folder: Path) -> list[str]:
    """`boxes.png` and `boxes.svg` in `folder`; returns their names, none where two numeric inputs are wanting."""
    canvas = plot_boxes(found)
    if canvas is None:
        return []
    save(canvas, folder, "boxes", kinds=("svg", "png"))
    return ["boxes.png", "boxes.svg"]
