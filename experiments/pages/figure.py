"""A figure on a page: in the house style, one file each as SVG and PNG, its data beside it, and the plain sentence under it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from tandem.sim.plots import STYLE

FIGURE_STYLE: Any = {**STYLE, "svg.hashsalt": "tandem"}


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


def written(
    canvas: Any, name: str, folder: Path, heading: str, sentence: str, footing: str = "", narrow: Any = None, data: Any = None
) -> Figure:
    """Write a canvas as SVG and PNG into `folder`, its data (a table) as CSV beside it, and close it; `narrow` is the canvas for
    narrow screens, which is not kept."""
    if data is not None:
        data.replace("", "none").to_csv(folder / f"{name}.csv", index=False)
    canvas.savefig(folder / f"{name}.svg", metadata={"Date": None})
    canvas.set_layout_engine("none")  # as laid out just now
    canvas.savefig(folder / f"{name}.png", dpi=120)
    plt.close(canvas)
    thin = ""
    if narrow is not None:
        held = io.StringIO()
        narrow.savefig(held, format="svg", metadata={"Date": None})
        plt.close(narrow)
        thin = of_root(held.getvalue())
    return Figure(name, of_root((folder / f"{name}.svg").read_text(encoding="utf-8")), heading, sentence, footing, thin)


def written_with_data(canvas: Any, data: Any, name: str, folder: Path, heading: str, sentence: str, footing: str) -> Figure:
    """Write a canvas as SVG into `folder` with its data (a table) as CSV beside it, and close it."""
    with plt.rc_context(FIGURE_STYLE):
        canvas.savefig(folder / f"{name}.svg", metadata={"Date": None})
    plt.close(canvas)
    data.to_csv(folder / f"{name}.csv", index=False)
    return Figure(name, of_root((folder / f"{name}.svg").read_text("utf-8")), heading, sentence, f"{footing}.")


def of_root(svg: str) -> str:
    """An SVG text from its root element on."""
    return svg[svg.index("<svg") :]
