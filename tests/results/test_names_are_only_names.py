"""A name of a user's is only a name: in figures (mathtext), pages (HTML), tables (formulas of spreadsheets); and no settings of a
user's for matplotlib reach a figure. What a terminal obeys is in `tests/commands/test_terminal.py`."""

import csv
import os
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest

from tandem import Scenario, analyse, compare, simulate
from tandem.experiments.commands.main import status
from tandem.experiments.files.tables import cell_text, read_csv, text_of_cell, write_csv
from tandem.experiments.pages.page import inline
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.sim.plots import canvas

NAMES = ["cost in $ and $ more", r"$\frac{1}$", "a_b^{c", r"\alpha $", "<b>&amp;</b>", "=1+1", "-2+3", "'=x", "_mine"]
RC = "text.usetex: True\nbackend: TkAgg\naxes.facecolor: red\nfont.family: no-such-font\naxes.grid: True\nsavefig.dpi: 3\n"


@pytest.fixture
def usetex():
    """A session in which TeX, which is not here, would set every text."""
    with matplotlib.rc_context({"text.usetex": True, "axes.facecolor": "red"}):
        yield


def values(rows: np.ndarray, keys: np.ndarray) -> np.ndarray:
    return rows[:, 0] + 2.0 * rows[:, 1]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_factors_are_saved_whole(name, tmp_path):
    found = analyse(values, [name, "other"], n=32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found.save(tmp_path / "out")
    assert any(tmp_path.glob("out/*.svg"))
    again = Sensitivity.load(tmp_path / "out")
    pd.testing.assert_frame_equal(again.table, found.table, check_dtype=False)
    drawn = "".join(file.read_text("utf-8") for file in tmp_path.glob("out/*.svg"))
    assert "red" not in drawn and "<b>" not in drawn


def test_tables_stand_although_the_drawing_fails(tmp_path, monkeypatch):
    from tandem.experiments.sensitivity import figures

    def broken(*_):
        raise RuntimeError("no ink")

    found = analyse(values, ["a", "b"], n=32)
    monkeypatch.setattr(figures, "write_figures", broken)
    with pytest.raises(RuntimeError):
        found.save(tmp_path / "out")
    assert {"indices.csv", "verdict.json", "moments.npz"} <= {file.name for file in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_scenarios_are_drawn_as_they_are(name, usetex, tmp_path):
    firm = Scenario.of().with_({"quarters": 1})
    other = Scenario(name, firm.layers)
    found = compare(firm, other, runs=3, parameters="declared")
    axes = found.plot()
    figure = axes.ravel()[0].figure
    figure.savefig(tmp_path / "out.svg")
    for part in (found._repr_html_(), simulate(other)._repr_html_()):
        assert "<b>&amp;</b>" not in part.replace("<b>&amp;amp;</b>", "") or name != "<b>&amp;</b>"
    texts = [text.get_text() for ax in axes.ravel() for text in (*ax.get_yticklabels(), ax.title)]
    assert any(name in text for text in texts) and not any(text.get_usetex() for text in axes.ravel()[0].get_yticklabels())


def test_settings_of_a_session_reach_no_figure_of_ours(usetex, tmp_path):
    axes = simulate(Scenario.load("silence"), seed=1).plot()
    axes.ravel()[0].figure.savefig(tmp_path / "a.svg", metadata={"Date": None})
    assert "#ff0000" not in (tmp_path / "a.svg").read_text("utf-8")
    with matplotlib.rc_context(matplotlib.rcParamsDefault):
        again = simulate(Scenario.load("silence"), seed=1).plot()
        again.ravel()[0].figure.savefig(tmp_path / "b.svg", metadata={"Date": None})
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert matplotlib.rcParams["text.usetex"], "and a user's own session keeps them"


CODE = """
import sys
from pathlib import Path
import tandem
run = tandem.simulate(tandem.Scenario.load("silence").with_({"quarters": 1}), seed=1)
run.plot().ravel()[0].figure.savefig(sys.argv[1])
"""


@pytest.mark.parametrize(
    ("setting", "file"),
    [("MPLBACKEND=nonsense", ""), ("MPLBACKEND=TkAgg", ""), ("MPLBACKEND=", RC), ("MPLBACKEND=module://nothing.here", RC)],
)
def test_a_users_own_settings_file_and_backend_stop_no_figure(setting, file, tmp_path):
    (tmp_path / "matplotlibrc").write_text(file, "utf-8")
    name, _, value = setting.partition("=")
    environment = {**os.environ, "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"), name: value, "DISPLAY": ""}
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(tmp_path / "a.png")], capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert matplotlib.image.imread(tmp_path / "a.png").shape[1] > 800, "at our own resolution"


def test_settings_that_cannot_be_read_at_all_are_one_sentence(tmp_path):
    (tmp_path / "matplotlibrc").write_bytes(b"\xff\xfe\x00font.size: 3\n")
    code = CODE + "\n"
    done = subprocess.run(
        [sys.executable, "-c", f"try:\n exec({code!r})\nexcept ValueError as error: print(type(error).__name__, error)", "x.png"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "MATPLOTLIBRC": str(tmp_path / "matplotlibrc")},
        cwd=tmp_path,
    )
    assert done.stdout.startswith("Mistake matplotlib cannot read its settings"), done.stderr


def test_a_command_draws_whatever_the_users_settings(tmp_path, monkeypatch):
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'replicates = 2\nquarters = 1\nkeep = "named"\nscenarios = [{ load = "silence", name = "=a $b$ [red] <i>" }, '
        '{ load = "coo-leaves", name = "_mine", set = { events = [] } }]\n[factors]\n"levers.skills" = [0.2, 0.8]\n',
        "utf-8",
    )
    (tmp_path / "matplotlibrc").write_text(RC, "utf-8")
    monkeypatch.chdir(tmp_path)
    for words in (["sweep", str(plan), "--out", "s", "--workers", "1"], ["report", "s"], ["discover", "s"]):
        done = subprocess.run(
            [sys.executable, "-m", "tandem", *words],
            capture_output=True,
            text=True,
            timeout=200,
            env={**os.environ, "MPLBACKEND": "nonsense", "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )
        assert done.returncode == (2 if words[0] == "discover" else 0), done.stderr
        assert "Traceback" not in done.stderr
    page = (tmp_path / "s" / "report.html").read_text("utf-8")
    assert "<i>" not in page and "=a $b$ [red] &lt;i&gt;" in page


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\n=1", "'=1", "''=1", "=HYPERLINK(1)", "-"])
def test_no_cell_is_a_formula_and_every_text_comes_back(text, tmp_path):
    table = pd.DataFrame({text: [text, "plain", ""], "number": [-1.5, 2.0, np.nan], "yes": [True, False, True]})
    write_csv(table, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert not any(row[0].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows) and rows[1][1] == "-1.5"
    pd.testing.assert_frame_equal(read_csv(tmp_path / "a.csv"), table.replace("", "none"), check_dtype=False)
    assert cell_text("a\r=1") == "a\n=1" and cell_text("\r=1") == "'\n=1"
    assert text_of_cell(cell_text(text)) == text and cell_text("it's") == "it's" and cell_text(-1) == -1


def test_a_heading_is_escaped_inside_a_page():
    assert '"&lt;b&gt; &#34;' in inline('<svg width="1"><g/></svg>', "a", '<b> "')


def test_the_title_of_a_run_is_saved_as_it_is(tmp_path, capsys):
    file = tmp_path / "firm.toml"
    file.write_text('title = "=cmd $x$ [/b]"\nquarters = 1\n', "utf-8")
    assert status(["run", str(file), "--out", str(tmp_path / "out")]) == 0
    assert "=cmd $x$ [/b], by quarter" in capsys.readouterr().out


def test_no_figure_of_ours_is_made_outside_the_door():
    assert canvas.OURS["text.parse_math"] is False and canvas.OURS["text.usetex"] is False
