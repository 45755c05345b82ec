"""Pictures for a notebook: how a firm's weeks spread over replicates, side by side, and a grid of settings as a map."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tandem.sim.given import listed, plain, whole
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import OUTCOMES, known
from tandem.sim.panel import simulate_panel
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.plots import BLUE, INK, QUIET
from tandem.sim.plots.canvas import Axes, Figure, styled, subplots, under_our_style
from tandem.sim.results import simulate_batch
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.meant import firm_of, named_scenarios, scenario_of
from tandem.sim.seeds import seed_of
from tandem.sim.series import of_panel

BANDS = ((0.05, 0.95, 0.15), (0.25, 0.75, 0.3))
"""Quantiles and shade of a fan: nine replicates in ten, and half of them."""
TITLES = {
    "trust": ("Trust", "points out of 100"),
    "role_clarity": ("Role clarity", "points out of 100"),
    "relationship_conflict": ("Relationship conflict", "points out of 100"),
    "satisfaction": ("Customer satisfaction", "points out of 100"),
    "brand_awareness": ("Brand awareness", "points out of 100"),
    "morale": ("Morale", "points out of 100"),
    "team_skill": ("Team skill", "points out of 100"),
    "revenue": ("Revenue", "start = 100"),
    "quarrels": ("Quarrels", "in the last 13 weeks"),
    "technique": ("Marketing technique", "usual = 100"),
}


UNDEFINED = "undefined"
LETTERS_OF_A_PANEL = 56  # that stand over a panel


@under_our_style
def fan(
    scenario: Scenario | str,
    column: str = "trust",
    runs: int = 200,
    seed: int | str = 7,
    ax: Axes | None = None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Axes:
    """How one series spreads over `runs` replicates: median, the band of half of them, and of nine in ten; a dashed line where
    the scenario changes (an intervention). Returns the axes, over weeks.

    `scenario`: one, or its name or path; `seed` as in `tandem.sim.seeds`, `parameters` as in `tandem.sim.parameter_sets`; `ax`:
    axes to draw on (None: new ones). Raises Mistake in one sentence, ScenarioError for a scenario that is none.

    `column`, a series: trust, role_clarity, relationship_conflict, satisfaction, brand_awareness, morale, team_skill (points out
    of 100), revenue (start = 100), quarrels (in the last 13 weeks), technique (usual = 100).

    >>> from tandem import Scenario, fan
    >>> axes = fan(Scenario.load("silence"), "trust", runs=20)
    >>> axes.get_ylabel()
    'points out of 100'
    """
    if column not in TITLES:
        raise Mistake(f"{column!r} is not a series; there are {', '.join(TITLES)}")
    scenario, runs, asked = firm_of(scenario), whole("runs", runs, 1), chosen(parameters)
    values = of_panel(simulate_panel([scenario], runs, seed, every=1, parameters=asked))[column]
    with styled():
        ax = ax if ax is not None else subplots(figsize=(7.0, 3.4))[1]
        weeks, there = np.arange(values.shape[1]), np.isfinite(values).any(axis=0)
        if not there.any():
            ax.text(0.5, 0.5, "not defined for this firm", transform=ax.transAxes, ha="center", color=QUIET, gid=UNDEFINED)
        for low, high, shade in BANDS if there.any() else ():  # trust is undefined while there is nobody to trust
            band = np.full((2, len(weeks)), np.nan)
            band[:, there] = np.nanquantile(values[:, there], (low, high), axis=0)
            ax.fill_between(weeks, *band, color=BLUE, alpha=shade, linewidth=0)
        ax.plot(weeks[there], np.nanmedian(values[:, there], axis=0) if there.any() else [], color=BLUE, linewidth=2)
        title, unit = TITLES[column]
        ax.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK, pad=20)
        ax.set_xlabel("week")
        ax.set_ylabel(unit)
        if unit.startswith("points"):
            ax.set_ylim(0, 100)
        elif column != "technique":
            ax.set_ylim(bottom=0)
        ax.set_xlim(0, weeks[-1])
        for week in changes_of(scenario):
            ax.axvline(week, color=INK, linewidth=1, linestyle="--")
            place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "rotation": 90, "va": "top", "ha": "right"}
            ax.annotate(f"changed in week {week}", (week, 0.98), fontsize=7.5, color=INK, **place)
        ax.annotate(
            f"median, half and nine in ten of {runs:,} replicates; {asked.told}",
            (0, 1.02),
            xycoords="axes fraction",
            ha="left",
            fontsize=8,
            color=QUIET,
        )
    return ax


def changes_of(firm: Any) -> list[int]:
    """The weeks in which a firm's parameters change, after its start; none are known of a firm that tells no timeline."""
    return sorted({int(week) for week, _ in getattr(firm, "timeline", ())[1:]})


@under_our_style
def small_multiples(
    scenarios: str | Sequence[Scenario | str] | Mapping[str, Scenario | str],
    column: str = "trust",
    runs: int = 200,
    seed: int | str = 7,
    across: int = 3,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Figure:
    """The same fan for several scenarios, side by side on one scale. `scenarios`: title -> scenario (or its name), or a list of
    scenarios, which then go by their names; `column`, `runs`, `seed`, `parameters` and units as in `fan`; `across`: panels in a
    row. Returns the figure. Raises Mistake in one sentence, ScenarioError for a scenario that is none.

    >>> from tandem import Scenario, small_multiples
    >>> two = {name: Scenario.of(role_model=name) for name in ("co-pilot", "strategist-executor")}
    >>> len(small_multiples(two, "trust", runs=20).axes)
    2
    """
    shown = named_scenarios(scenarios)
    if not shown:
        raise Mistake("small_multiples needs at least one scenario, as {title: scenario}")
    if column not in TITLES:
        raise Mistake(f"{column!r} is not a series; there are {', '.join(TITLES)}")
    asked, across, runs, seed = chosen(parameters), whole("across", across, 1), whole("runs", runs, 1), seed_of(seed)
    across = min(across, len(shown))
    down = -(-len(shown) // across)
    with styled():
        canvas, axes = subplots(
            down,
            across,
            figsize=(4.0 * across, 2.7 * down),
            squeeze=False,
            sharex=True,
            sharey=True,
            layout="constrained",
        )
        for ax, (title, scenario) in zip(axes.ravel(), shown.items()):
            fan(scenario, column, runs, seed, ax, asked)
            for text in list(ax.texts):
                if text.get_gid() != UNDEFINED:
                    text.remove()
            ax.set_title(title, loc="left", fontsize=10, fontweight="bold", color=INK)
            ax.label_outer()
        for spare in axes.ravel()[len(shown) :]:
            spare.remove()
        name, unit = TITLES[column]
        said = f"{name} ({unit}): median, half and nine in ten of {runs:,} replicates; {asked.told}"
        canvas.suptitle(
            "\n".join(textwrap.wrap(said, LETTERS_OF_A_PANEL * across)),
            x=0.01,
            ha="left",
            fontsize=10,
            color=QUIET,
        )
    return canvas


@under_our_style
def heat_map(
    scenario: Scenario | str,
    across: Mapping[str, Sequence[object]],
    up: Mapping[str, Sequence[object]],
    outcome: str = "revenue_growth",
    runs: int = 100,
    seed: int | str = 7,
    ax: Axes | None = None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Axes:
    """Mean of an outcome over a grid of two settings, each cell on the same replicates; the half-width of its 95% interval
    beneath it.

    `scenario`: one, or its name or path; `across`, `up`: one path with its values each; `outcome`: a name; `runs`: replicates of
    each cell; `seed` as in `tandem.sim.seeds`, `parameters` as in `tandem.sim.parameter_sets`; `ax`: axes to draw on (None: new
    ones). Returns the axes; the cells are in the outcome's unit. Raises Mistake in one sentence, ScenarioError for a scenario or
    a value that is none.

    >>> from tandem import Scenario, heat_map
    >>> pair = Scenario.of(role_model="co-pilot")
    >>> axes = heat_map(pair, {"levers.communication": [0.2, 0.8]}, {"dyad.trust": [0.3, 0.8]}, runs=10)
    >>> axes.get_xlabel()
    'levers.communication'
    """
    scenario, declared, seed = scenario_of(scenario), OUTCOMES[known(outcome)], seed_of(seed)
    (x, columns), (y, rows) = _axis("across", across), _axis("up", up)
    if x == y:
        raise Mistake(f"heat_map: {x!r} stands across and up; give two different paths")
    factor, unit = (100.0, declared.unit.replace("share", "%", 1)) if declared.unit.startswith("share") else (1.0, declared.unit)
    asked = chosen(parameters)
    means, errors = np.empty((len(rows), len(columns))), np.empty((len(rows), len(columns)))
    for i, high in enumerate(rows):
        for j, wide in enumerate(columns):
            row = simulate_batch(scenario.with_({x: wide, y: high}), runs, seed, parameters=asked).summary().loc[outcome]
            means[i, j], errors[i, j] = factor * row["mean"], factor * 0.5 * (row["high"] - row["low"])
    with styled():
        if ax is None:
            ax = subplots(figsize=(1.6 + 1.1 * len(columns), 1.3 + 0.75 * len(rows)), layout="constrained")[1]
        shown = ax.imshow(means, origin="lower", aspect="auto", cmap="cividis")
        middle = 0.5 * (np.nanmin(means) + np.nanmax(means))
        for (i, j), value in np.ndenumerate(means):
            ax.text(
                j,
                i,
                f"{value:.3g}\n±{errors[i, j]:.1g}",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if value < middle else "black",
            )
        ax.set_xticks(range(len(columns)), list(map(_setting, columns)))
        ax.set_yticks(range(len(rows)), list(map(_setting, rows)))
        ax.set_xlabel(x)
        ax.set_ylabel(y)
        lines = textwrap.wrap(asked.told, 12 + 14 * len(columns))  # a small grid is narrow
        ax.set_title("\n".join(lines), loc="left", fontsize=8, color=QUIET)
        ax.figure.colorbar(shown, ax=ax, label=f"{declared.title()} ({unit})")
    return ax


def _axis(name: str, said: Mapping[str, Sequence[object]]) -> tuple[str, list[Any]]:
    """The path and the values of one side of a heat map."""
    if not isinstance(said, Mapping) or len(said) != 1:
        raise Mistake("heat_map takes one path across and one up, as {path: [values]}")
    path, values = next(iter(said.items()))
    found = plain(listed(f"{name}: {path}", values))
    if not found:
        raise Mistake(f"{name}: {path}: at least one value is needed")
    return path, found


def _setting(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
