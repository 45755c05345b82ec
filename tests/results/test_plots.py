"""Figures: axes come back with words on them, nothing is shown or saved, and one colour means one thing."""

from itertools import pairwise
from types import SimpleNamespace

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from tandem.sim import plots
from tandem.sim.comparison import compare
from tandem.sim.outcomes import HEADLINES, OUTCOMES
from tandem.sim.parameters import RECORD, Leader, Levers, Parameters, fill_record
from tandem.sim.plots import style
from tandem.sim.results import simulate, simulate_batch


def firm(name, **values):
    parameters = Parameters(quarters=2, **values)

    def records():
        rows = np.zeros(1, RECORD)
        fill_record(parameters, rows[0])
        return rows

    return SimpleNamespace(name=name, records=records)


BASE, ALONE = firm("base"), firm("alone", coo=Leader(present=False))
LONG_NAME = firm("a-very-long-name-of-a-scenario-in-established-brand", levers=Levers(communication=0.6))


@pytest.fixture(scope="module")
def run():
    return simulate(BASE, seed=1)


@pytest.fixture(scope="module")
def comparison():
    return compare(BASE, LONG_NAME, ALONE, runs=20, seed=1)


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *_, **__: pytest.fail("a figure was shown"))
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda *_, **__: pytest.fail("a figure was saved"))
    yield
    plt.close("all")


def words(ax) -> list[str]:
    return [ax.get_title(loc="left"), ax.get_xlabel()]


def assert_readable(axes) -> None:
    """Titles and labels stand, and no tick label runs out of the figure."""
    axes = np.ravel(axes)
    figure = axes[0].figure
    figure.canvas.draw()
    width, height = figure.canvas.get_width_height()
    for ax in axes:
        assert all(words(ax)), words(ax)
        low, high = sorted(ax.get_ylim())
        ticks = [label for label in ax.get_yticklabels() if low <= label.get_position()[1] <= high]
        texts = [*ax.texts, ax.xaxis.label, ax.title, *ticks]
        for text in texts:
            box = text.get_window_extent()
            inside = box.x0 >= -1 and box.x1 <= width + 1 and box.y0 >= -1 and box.y1 <= height + 1
            assert inside or not text.get_text(), text.get_text()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_run_in_four_panels(run, lang):
    axes = run.plot(lang=lang)
    assert axes.shape == (2, 2)
    assert_readable(axes)


def test_ceo_and_coo_have_their_colours(run):
    ax = plots.plot_weekly(run.weekly, ["ceo_trust", "coo_trust"])
    assert [to_hex(line.get_color()).upper() for line in ax.lines] == [plots.CEO_COLOUR, plots.COO_COLOUR]
    assert {text.get_text() for text in ax.texts} == {"CEO's trust in the COO", "COO's trust in the CEO"}


def test_names_at_the_ends_keep_apart():
    weekly = pd.DataFrame({"week": [0, 1, 2], "ceo_trust": 0.5, "coo_trust": 0.5, "role_clarity": 0.5, "trust": 0.5})
    ax = plots.plot_weekly(weekly, ["ceo_trust", "coo_trust", "role_clarity", "trust"])
    ax.figure.canvas.draw()
    boxes = sorted((text.get_window_extent() for text in ax.texts), key=lambda box: box.y0)
    assert len(boxes) == 4
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))


def test_a_firm_without_a_pair_says_so():
    axes = simulate(ALONE).plot()
    told = [text.get_text() for ax in axes.ravel()[:2] for text in ax.texts]
    assert told == ["not defined", "not defined"]


def test_a_run_draws_on_given_axes(run):
    given = plt.subplots(1, 4)[1]
    assert list(run.plot(given)) == list(given)
    with pytest.raises(ValueError, match="4 axes"):
        run.plot(plt.subplots(1, 2)[1])


@pytest.fixture(scope="module")
def batch():
    return simulate_batch(BASE, runs=40, seed=1)


@pytest.mark.parametrize("outcome", [*HEADLINES, "cash", "ruined", "task_conflict_rate", "leader_skill", "experiments_succeeded"])
def test_outcomes_of_a_batch_can_be_read(batch, outcome):
    ax = batch.plot(outcome)
    assert_readable(ax)
    assert ax.get_title(loc="left") == OUTCOMES[outcome].title_en


def test_every_outcome_can_be_drawn(batch):
    ax = plt.subplots()[1]
    for outcome in OUTCOMES:
        ax.clear()
        assert batch.plot(outcome, ax=ax, lang="fr") is ax
        assert ax.get_title(loc="left") == OUTCOMES[outcome].title_fr


def test_an_undefined_outcome_says_so():
    ax = simulate_batch(ALONE, runs=3).plot("conflict_rate", lang="fr")
    assert [text.get_text() for text in ax.texts] == ["non défini"]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_comparison_has_a_panel_an_outcome(comparison, lang):
    axes = comparison.plot(lang=lang)
    assert len(axes) == 8
    assert_readable(axes)


def test_a_comparison_draws_the_interval_and_says_what_is_undefined(comparison):
    given = plt.subplots()[1]
    (ax,) = comparison.plot(["conflict_rate"], axes=given)
    assert ax is given
    table = comparison.table
    told = table[(table["outcome"] == "conflict_rate") & (table["scenario"] == LONG_NAME.name)].iloc[0]
    spans = [
        line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2 and line.get_ydata()[0] == 0 == line.get_ydata()[1]
    ]
    assert any(np.allclose(span, [told["low"], told["high"]]) for span in spans)
    assert "not defined" in [text.get_text() for text in ax.texts]
    with pytest.raises(ValueError, match="need as many axes"):
        comparison.plot(["cash", "morale"], axes=given)


def test_help_is_green_and_harm_vermilion_whatever_the_sign():
    assert style.verdict_colour("higher", "high") == style.verdict_colour("lower", "low") == plots.BETTER
    assert style.verdict_colour("lower", "high") == style.verdict_colour("higher", "low") == plots.WORSE
    assert style.verdict_colour("undecided", "high") == style.verdict_colour("same", "low") == plots.UNDECIDED


def test_effects_are_sorted_and_named():
    table = pd.DataFrame(
        {
            "output": ["revenue_growth"] * 4,
            "measure": ["effect", "effect", "effect", "first"],
            "input": ["levers.skills", "levers.smart_goals", "ceo.hours", "levers.adaptation"],
            "estimate": [0.01, -0.2, 0.1, 0.9],
            "low": [-0.01, -0.22, 0.08, 0.8],
            "high": [0.02, -0.19, 0.12, 0.95],
        }
    )
    ax = plots.plot_lever_effects(table)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["smart goals", "ceo: hours", "skills"]
    assert [text.get_text() for text in ax.texts] == ["−20.0", "+10.0", "+1.0"]
    assert_readable(ax)


def test_effects_of_an_unknown_output_are_drawn_too():
    table = pd.DataFrame({"input": ["x1"], "estimate": [0.5], "low": [0.4], "high": [0.6]})
    ax = plots.plot_lever_effects(table)
    assert ax.get_title(loc="left") == "Effect on y"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_waterfall_ends_at_the_change(run, lang):
    ax = plots.plot_waterfall(run.contributions, "revenue", lang=lang)
    total = ax.patches[-1]
    moved = run.weekly["revenue"].iloc[-1] - run.weekly["revenue"].iloc[0]
    assert total.get_width() == pytest.approx(moved)
    assert_readable(ax)


def test_small_causes_are_counted_not_hidden(run):
    ax = plots.plot_waterfall(run.contributions, "revenue", most=4)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert len(names) == 5
    assert names[3].endswith("smaller causes")
    assert sum(bar.get_width() for bar in ax.patches[:-1]) == pytest.approx(ax.patches[-1].get_width())


def test_nothing_moved():
    ax = plots.plot_waterfall(pd.DataFrame({"week": [], "stock": [], "cause": [], "amount": []}), "trust")
    assert [text.get_text() for text in ax.texts] == ["0"]


@pytest.mark.parametrize("colour", [*plots.COLUMN_COLOURS.values(), *plots.FAMILY_COLOURS.values(), plots.YELLOW])
def test_words_in_colour_can_be_read_on_white(colour):
    dark = style.dark(colour)
    rgb = np.array([int(dark[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    assert 1.05 / (style.luminance(rgb) + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("value", "width", "lang", "text"),
    [
        (0.1234, 0.5, "en", "+0.12"),
        (-1234.5, 300.0, "en", "−1,234"),
        (-0.5, 1.0, "fr", "−0,5"),
        (0.0001, 1.0, "en", "0.0"),
    ],
)
def test_numbers_are_as_fine_as_their_interval(value, width, lang, text):
    assert style.signed_text(value, width, lang) == text


def test_the_style_of_others_is_left_alone(run):
    before = dict(matplotlib.rcParams)
    run.plot()
    assert dict(matplotlib.rcParams) == before
