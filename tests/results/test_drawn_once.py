"""A figure of a report is drawn once for each format that it is kept in, and is then what `savefig` would have written."""

import io
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.pages import figure
from tandem.experiments.pages.telling import told_in
from tandem.sim.plots import canvas
from tandem.sim.plots.canvas import OurFigure, plt, styled, subplots


@pytest.fixture
def draws(monkeypatch):
    """How often each figure is drawn, by its identity."""
    counted, whole = Counter(), OurFigure.draw

    def draw(self, renderer):
        counted[id(self)] += 1
        whole(self, renderer)

    monkeypatch.setattr(OurFigure, "draw", draw)
    return counted


def picture(kind: str):
    """A figure whose parts make room for each other: long names, a legend outside, a scale of colours."""
    with styled():
        drawn, axes = subplots(1, 2, figsize=(6.0, 3.0))
        axes[0].plot(np.linspace(0.0, 12_345.6, 40), np.sin(np.arange(40.0)), label="a line")
        axes[0].set_ylabel("a label that takes its room")
        axes[1].barh(["a name of some length", "another"], [0.3, 0.7])
        if kind == "legend":
            drawn.legend(loc="outside upper left", frameon=False)
        elif kind == "colours":
            drawn.colorbar(axes[1].imshow(np.arange(6.0).reshape(2, 3), aspect="auto"), ax=axes[1])
        elif kind == "picture":  # a picture inside a drawing of lines hangs on its dots per inch
            axes[0].scatter(np.arange(9.0), np.arange(9.0), rasterized=True)
    return drawn


def saved(drawn, kinds, dots) -> list[bytes]:
    """What `savefig` writes, one format after the other, as laid out for the first."""
    found = []
    for kind in kinds:
        held = io.BytesIO()
        noted = {"Date": None} if kind == "svg" else {}
        drawn.savefig(held, format=kind, metadata=noted, dpi="figure" if kind == "svg" else dots)
        drawn.set_layout_engine("none")
        found.append(held.getvalue())
    plt.close(drawn)
    return found


@pytest.mark.parametrize("kind", ["plain", "legend", "colours", "picture"])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_same_bytes_as_savefig_in_half_the_drawings(kind, lang, draws, tmp_path):
    kinds, data = ("svg", "png"), pd.DataFrame({"value": [1.0]})
    with told_in(lang):
        other = picture(kind)
        figure.in_language(other)
        wanted = saved(other, kinds, figure.DOTS_PER_INCH)
        twice = draws[id(other)]
        mine, narrow = picture(kind), picture(kind)
        draws.clear()
        told = figure.written(mine, "it", tmp_path, "heading", "sentence", narrow=narrow, data=data)
    assert [(tmp_path / f"it.{ending}").read_bytes() for ending in kinds] == wanted
    assert figure.of_root(wanted[0].decode()) == told.svg == told.narrow
    assert twice == 4 and sum(draws.values()) == 3  # wide as SVG and PNG, narrow as SVG
    assert not plt.fignum_exists(getattr(mine, "number", -1))


def test_a_figure_that_is_written_stays_as_it_was(tmp_path):
    drawn = picture("plain")
    before = (drawn.canvas, drawn.dpi, tuple(drawn.get_size_inches()))
    canvas.drawn_once(drawn, tmp_path / "it.png", "png", {}, 200.0)
    assert (drawn.canvas, drawn.dpi, tuple(drawn.get_size_inches())) == before
    plt.close(drawn)


@pytest.mark.long
def test_a_study_draws_no_figure_more_than_once_a_format(draws, tmp_path):
    from tandem.experiments.study.study import play, write

    write(play("smoke"), tmp_path, "command")
    files = [file for file in tmp_path.iterdir() if file.suffix in (".svg", ".png")]
    report = (tmp_path / "report.html").read_text("utf-8")
    narrow = report.count('class="narrow"')
    assert len(files) > 15 and sum(draws.values()) == len(files) + narrow
