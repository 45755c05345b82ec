"""What a user meets first: a missing extra, a table where firms are meant, a column that a panel has not, a firm alone."""

import re
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import tandem
from tandem import Scenario, compare, fan, simulate_batch, small_multiples
from tandem.experiments.commands.main import status
from tandem.sim.mistake import Mistake
from tandem.sim.panel import simulate_panel

SHORT = Scenario.of(role_model="co-pilot").with_({"quarters": 1})
ROOT = Path(__file__).parents[2]


def test_a_missing_extra_is_named_with_the_command_that_brings_it(monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("tandem.sim.widget", "sim.widget", "anywidget"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(vars(tandem), "explore", raising=False)
    with pytest.raises(ImportError, match=r"tandem.explore needs anywidget.*pip install 'tandem-sim\[notebooks\]'") as caught:
        _ = tandem.explore
    assert "\n" not in str(caught.value)


def test_a_table_is_no_list_of_firms():
    with pytest.raises(Mistake, match=r"is a table: a list of firms is needed, such as .*of_rows"):
        simulate_batch(pd.DataFrame({"levers.skills": [0.2, 0.4]}))


@pytest.mark.parametrize(("column", "near"), [("trust", "ceo_trust or coo_trust"), ("satisfacton", "satisfaction")])
def test_a_column_that_a_panel_has_not_is_told_with_those_that_it_has(column, near):
    panel = simulate_panel([SHORT], 1)
    with pytest.raises(Mistake, match=f"no column of this panel; there are .*did you mean {near}"):
        panel[column]


def test_a_fan_marks_the_week_of_an_intervention():
    for firm, weeks in ((SHORT, []), (SHORT.at(5, {"levers.skills": 0.9}), [5])):
        ax = fan(firm, runs=3)
        marked = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--"]
        assert marked == weeks and [text.get_text() for text in ax.texts if "changed" in text.get_text()] == [
            f"changed in week {week}" for week in weeks
        ]
        plt.close("all")


def test_a_comparison_in_french_says_in_french_what_changed():
    found = compare(SHORT, SHORT.at(5, {"levers.skills": 0.9}), runs=4)
    assert any("changée en semaine 5" in title for title in found.titles("fr").values())
    assert any("changed in week 5" in title for title in found.titles("en").values())
    written = " ".join(text.get_text() for ax in found.plot(lang="fr") for text in [*ax.texts, *ax.get_yticklabels()])
    assert "changed in" not in written
    plt.close("all")


def test_populations_are_not_called_seeds(capsys):
    assert status(["validate", "--help"]) == 0
    assert "--populations" in capsys.readouterr().out
    for word in ("--populations", "--seeds"):  # what scripts say still counts
        assert status(["validate", word, "1"]) == 2
        assert "2" in capsys.readouterr().err


def test_a_firm_alone_is_compared_with_itself_under_each_role_model(tmp_path, capsys):
    SHORT.with_({"levers.skills": 0.3}).save(tmp_path / "firm.toml", layered=True)
    assert status(["compare", str(tmp_path / "firm.toml"), "--runs", "6", "--out", str(tmp_path / "out")]) == 0
    table = pd.read_csv(tmp_path / "out" / "comparison.csv", keep_default_na=False)
    arms = list(dict.fromkeys(table["scenario"]))
    assert arms[0].endswith("firm.toml") and {"strategist-executor", "no-coo"} & set(arms) and "co-pilot" not in arms
    capsys.readouterr()
    assert status(["compare", "co-pilot", "--runs", "6"]) == 2 and "alone" in capsys.readouterr().err


def test_the_page_on_scenario_files_can_be_read_as_one():
    page = (ROOT / "docs" / "reference" / "scenario-file.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    firm = Scenario.parse(example, "our-firm")
    assert firm.context == "agile" and firm.timeline[1][0] == 60 and firm.story.title["fr"] == "Notre entreprise"


@pytest.mark.filterwarnings("error")
def test_a_fan_says_that_a_series_is_not_defined_and_its_head_stays_on_the_canvas():
    alone = Scenario.of(role_model="no-coo").with_({"quarters": 4})
    canvas = small_multiples({"alone": alone, "pair": Scenario.of(role_model="co-pilot").with_({"quarters": 4})}, runs=3)
    assert [[text.get_text() for text in ax.texts] for ax in canvas.axes] == [["not defined for this firm"], []]
    canvas.draw_without_rendering()
    for one in (canvas, small_multiples([alone], runs=3)):
        one.draw_without_rendering()
        head = one._suptitle.get_window_extent()
        assert head.x1 <= one.bbox.x1 and "ensemble" in one._suptitle.get_text()
