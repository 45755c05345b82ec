"""The one door to matplotlib: figures of ours carry their own style, whatever settings of a user's are in force.

A matplotlibrc, `MPLBACKEND` or rcParams of a user's reach none of our figures: text is never TeX, a dollar sign in a name is
a dollar sign, and where the backend asked for cannot be had, figures are drawn for files.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from tandem.sim.mistake import Mistake
from tandem.sim.units import language

FOR_FILES = "agg"
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


def _bring_in() -> None:
    """Import matplotlib; a backend that it does not know is left out. Raises Mistake where its settings cannot be read at all."""
    if "matplotlib.pyplot" in sys.modules:
        return
    try:
        import matplotlib
    except ValueError as error:
        asked = os.environ.pop("MPLBACKEND", None)
        for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
            del sys.modules[name]
        try:
            import matplotlib  # noqa: F401
        except ValueError:
            raise Mistake(f"matplotlib cannot read its settings (matplotlibrc): {' '.join(str(error).split())[:200]}") from None
        finally:
            if asked is not None:
                os.environ["MPLBACKEND"] = asked


_bring_in()

import matplotlib  # noqa: E402  (only now, see above)
import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.axis import Axis  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.patches import Patch, Rectangle  # noqa: E402
from matplotlib.ticker import ScalarFormatter  # noqa: E402

__all__ = [
    "MARKS",
    "TEXTS",
    "Axes",
    "Axis",
    "Figure",
    "Patch",
    "Rectangle",
    "ScalarFormatter",
    "drawn_once",
    "plt",
    "styled",
    "subplots",
    "under_our_style",
]

if not plt.get_fignums():
    # Settled now: settled inside `styled`, a notebook's switch to show figures would be undone at its end.
    try:
        plt.switch_backend(matplotlib.get_backend())
    except (ImportError, ValueError, RuntimeError):  # not installed, or no screen
        plt.switch_backend(FOR_FILES)

TEXTS, MARKS = "#222222", "#6b6b6b"
# What is of a session and its windows, not of a figure.
OF_SESSIONS: tuple[str, ...] = (
    *("backend", "backend_fallback", "interactive", "toolbar", "timezone", "date.epoch", "docstring.hardcopy", "webagg."),
    *("tk.", "figure.max_open_warning", "figure.raise_window", "savefig.directory", "_internal."),
)
OURS: Any = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith(OF_SESSIONS)} | {
    "font.size": 10,
    "axes.labelcolor": MARKS,
    "axes.edgecolor": MARKS,
    "text.color": TEXTS,
    "text.parse_math": False,
    "xtick.color": MARKS,
    "ytick.color": MARKS,
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.1,
    "figure.constrained_layout.w_pad": 0.08,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "svg.hashsalt": "tandem",  # the same figure is the same text
}


@contextmanager
def styled() -> Iterator[None]:
    """Within the block our style is in force, and nothing of a user's."""
    with plt.rc_context(OURS):
        yield


def under_our_style(draw: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """The same function, drawing in our style: letters and marks keep the settings under which they were made."""

    @wraps(draw)
    def drawn(*arguments: Arguments.args, **named: Arguments.kwargs) -> Answer:
        language(named.get("lang", "en"))
        with styled():
            return draw(*arguments, **named)

    return drawn


class OurFigure(Figure):
    """A figure that is also drawn and saved in our style, since the marks of an axis are made only then."""

    def draw(self, renderer: Any) -> None:
        """As matplotlib does."""
        with styled():
            super().draw(renderer)

    def savefig(self, fname: Any, *arguments: Any, **named: Any) -> None:
        """As matplotlib does."""
        with styled():
            super().savefig(fname, *arguments, **named)


def drawn_once(figure: Figure, file: Any, kind: str, metadata: Any, dots_per_inch: float | None = None) -> None:
    """Write a figure into `file` (a path or a stream) as "svg" or "png", the same bytes as `savefig` writes. That draws a figure
    whose parts are laid out by themselves twice: first for the layout alone, which any drawing makes anyway."""
    canvas, resolution = figure.canvas, figure.dpi
    figure.dpi = dots_per_inch or resolution
    try:
        made: Any = FigureCanvasSVG(figure) if kind == "svg" else FigureCanvasAgg(figure)
        write = made.print_svg if kind == "svg" else made.print_png
        write(file, metadata=metadata)
    finally:
        figure.dpi = resolution
        figure.set_canvas(canvas)


def subplots(*arguments: Any, **named: Any) -> tuple[Figure, Any]:
    """A new figure in our style and its axes, as `pyplot.subplots` gives them."""
    with styled():
        return plt.subplots(*arguments, FigureClass=OurFigure, **named)
