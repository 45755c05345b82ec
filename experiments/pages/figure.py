"""A figure on a page: in the house style, one file each as SVG and PNG, its data beside it, and the plain sentence under it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tandem.experiments.files.record import text_of_record
from tandem.experiments.files.tables import write_csv
from tandem.experiments.pages.telling import spoken_now
from tandem.sim.plots.canvas import Axes, ScalarFormatter, drawn_once, plt, styled
from tandem.sim.plots.canvas import Figure as Canvas
from tandem.sim.plots.style import write_numbers
from tandem.sim.writing import replaced

DOTS_PER_INCH = 130


@dataclass(frozen=True)
class Figure:
    """A figure as written: its name, its SVG text, its heading, the plain sentence that goes under it, what it stands on
    (how many, luck's part, verdict), and its SVG text for a narrow screen where it is drawn otherwise there."""

    name: str
    svg: str
    heading: str
    sentence: str
    footing: str = ""
    narrow: str = ""


def save(
    drawn: Canvas | Axes,
    folder: Path,
    name: str,
    data: pd.DataFrame | None = None,
    kinds: Sequence[str] = ("svg",),
) -> Canvas:
    """Write a figure (or the one its axes belong to) into `folder` as each of `kinds`, its data (a table) as CSV beside it, and
    close it; returns the figure."""
    canvas = drawn if isinstance(drawn, Canvas) else drawn.figure
    assert isinstance(canvas, Canvas)  # no figure of ours has figures inside
    if data is not None:
        write_csv(data, folder / f"{name}.csv")
    in_language(canvas)
    with styled():
        for kind in kinds:
            with replaced(folder / f"{name}.{kind}") as part:
                said = {"Description": text_of_record()} if text_of_record() else {}
                noted = {"Date": None, **said} if kind == "svg" else said
                drawn_once(canvas, part, kind, noted, None if kind == "svg" else DOTS_PER_INCH)
                canvas.set_layout_engine("none")  # as laid out just now
    plt.close(canvas)
    return canvas


def written(
    canvas: Canvas,
    name: str,
    folder: Path,
    heading: str,
    sentence: str,
    footing: str = "",
    narrow: Canvas | None = None,
    data: pd.DataFrame | None = None,
    kinds: Sequence[str] = ("svg", "png"),
) -> Figure:
    """Save a figure with its data, and take it up with its words; `narrow`: the canvas for narrow screens, not kept."""
    save(canvas, folder, name, data, kinds)
    thin = ""
    if narrow is not None:
        held = io.StringIO()
        in_language(narrow)
        drawn_once(narrow, held, "svg", {"Date": None})
        plt.close(narrow)
        thin = of_root(held.getvalue())
    return Figure(name, of_root((folder / f"{name}.svg").read_text("utf-8")), heading, sentence, footing, thin)


def written_with_data(
    canvas: Canvas, data: pd.DataFrame, name: str, folder: Path, heading: str, sentence: str, footing: str
) -> Figure:
    """The same for a figure of which a page needs the SVG alone."""
    return written(canvas, name, folder, heading, sentence, f"{footing}.", data=data, kinds=("svg",))


def in_language(canvas: Canvas) -> None:
    """The numbers on the axes with the marks of the language of the page; English figures stay as they are."""
    if spoken_now() == "en":
        return
    for ax in canvas.axes:
        for axis in (ax.xaxis, ax.yaxis):
            if type(axis.get_major_formatter()) is ScalarFormatter:
                write_numbers(axis, spoken_now())


def of_root(svg: str) -> str:
    """An SVG text from its root element on."""
    return svg[svg.index("<svg") :]
