"""Advice for one firm: which role model is best for it, what a second executive is worth to it, which one or two levers to set to
which levels, which lever to raise first, and where raising it stops to help.

All comparisons are paired: the same replicates and, under the ensemble of parameter sets, the same set for each pair, so
that what is said holds over what is not known of the mechanisms too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tandem.experiments.advice.arms import LEVELS, changes_of
from tandem.experiments.advice.cause import cause_worth
from tandem.experiments.advice.moves import Moves, moves_of
from tandem.experiments.advice.playing import Played, best_with
from tandem.experiments.advice.raising import GROWTH, effects, first_of, helped_sets, level_of, raised, raised_each
from tandem.experiments.advice.second import second_worth, without_coo
from tandem.experiments.advice.told import best_in, paragraphs
from tandem.experiments.advice.wishes import wish_of
from tandem.experiments.effects.role_models import best_of, role_models
from tandem.experiments.store.varied import without_levers
from tandem.sim.given import number, whole
from tandem.sim.origin import origin_of
from tandem.sim.own import Own, made_by
from tandem.sim.own_outcomes import own_among
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.results import MOST_RUNS
from tandem.sim.scenario import Scenario, catalogue
from tandem.sim.scenario.meant import scenario_of
from tandem.sim.seeds import seed_of
from tandem.sim.units import language
from tandem.sim.until import difference_until_decided, followed_difference, looks

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEVELS", "Advice", "advise", "first_of", "helped_sets", "level_of", "lever_effects", "raised"]

RUNS = 1000
MOST_HOURS = 200.0
MOST_A_LEVEL = 200
"""Replicates of the first lever at each level, at most."""


@dataclass(frozen=True)
class Advice(Own):
    """What is advised, and the tables behind it."""

    scenario: Scenario
    runs: int
    step: float
    role_models: pd.DataFrame
    """One row a role_model: mean growth (share a year), difference from the best with its 95% interval (low, high), probability
    of being the best, decided, n (replicates; fewer where it was decided early)."""
    levers: pd.DataFrame
    """One row a lever, the best for growth first: level, raised, change and 95% interval of growth (growth_change, growth_low,
    growth_high; share a year), conflict (conflict_change, ...; episodes a quarter) and profit (profit_change, ...; kEUR a week),
    helped (share of replicates), helped_sets (share of parameter sets, by the mean over a set's replicates; not-a-number where
    all share one), n (replicates; fewer where it was decided early), behind and its interval (growth, share a year)."""
    levels: pd.DataFrame
    """The first lever played at LEVELS: level, growth (share a year), low and high of the difference from the level before."""
    second: pd.DataFrame
    """What a second executive is worth to this firm, see `tandem.experiments.advice.second.second_worth`."""
    moves: Moves
    """Which one or two levers to set to which levels, see `tandem.experiments.advice.moves.Moves`."""
    parameters: Chosen
    """Under which parameter sets all this was played."""
    cause: pd.DataFrame
    """What switching off the cause that a case states is worth, see `tandem.experiments.advice.cause.cause_worth`; no row where
    the firm states none."""

    @property
    def best_role_model(self) -> str | None:
        """The role model that is decidedly best for growth, or None."""
        return best_in(self.role_models)

    @property
    def best_move(self) -> dict[str, float]:
        """The levers to move and the level to set each to; empty where nothing decidedly helps."""
        return dict(self.moves.best)

    @property
    def first_lever(self) -> str | None:
        """The lever to raise first (see `first_of`), or None."""
        return first_of(self.levers)

    @property
    def stops_helping(self) -> float | None:
        """The level of the first lever beyond which growth decidedly no longer rises, of those played; None: at the top."""
        for row in self.levels.to_dict("records")[1:]:
            if row["high"] < 0.0:
                return float(row["level"] - (LEVELS[1] - LEVELS[0]))
        return None

    def paragraphs(self, lang: str = "en") -> list[str]:
        """The advice in sentences ("en" or "fr")."""
        return paragraphs(self, language(lang))


def advise(
    scenario: Scenario | str,
    runs: int = RUNS,
    step: float = 0.2,
    seed: int | str = 0,
    progress: Callable[[str, int], None] = lambda what, share: None,
    parameters: str | int | Chosen = ENSEMBLE,
    wish: str = "growth",
    hours: float | None = None,
) -> Advice:
    """Play the firm under every role model to choose from, with a COO and without; then in its own role model with every move of
    one or two levers to other levels, up and down, and with each lever raised by `step` (above 0, at most 1).

    `scenario`: one, or its name or path; `runs`: replicates at most, of what is not decided earlier; `seed` as in
    `tandem.sim.seeds`, `parameters` as in `tandem.sim.parameter_sets`. `wish`: what moves are to bring: "growth", "conflict"
    (little of it), "profit", "context" (what the firm's context wishes for, see `[wishes]` in its file), or an outcome of which
    more or less is better. `hours`: most hours a week that the two leaders may work more for a move (0 or more; None: any).
    `progress` hears what is played, and how much of it in percent. Returns an `Advice`: tables of role models, levers and moves
    with intervals, and `paragraphs(lang)`. Raises Mistake in one sentence, ScenarioError for a scenario that is none.

    >>> from tandem import Scenario, advise
    >>> found = advise(Scenario.of(role_model="undefined").with_({"quarters": 4}), runs=60)
    >>> set(found.best_move) <= set(found.levers["lever"])
    True
    """
    scenario, runs, step, seed = _asked(scenario, runs, step, seed)
    wish_of(wish, scenario)
    hours = None if hours is None else number("hours", hours, 0.0, MOST_HOURS)
    asked = chosen(parameters)
    without_levers(asked, "advice")
    played = Played(seed, asked)
    played.play(_all_firms(scenario, step), looks(runs)[0] if looks(runs) else runs)
    # The longest part first: meanwhile a command loads what tables are made of.
    moves = moves_of(scenario, runs, seed, asked, wish, hours, lambda share: progress("moves", round(0.7 * share)), played.first)
    by_growth, second = pair_choice(scenario, runs, played)
    progress("role_models", 15)
    levers = effects(scenario, runs, step, played)
    progress("levers", 10)
    first = first_of(levers)
    levels = _levels(scenario, first, played, min(runs, MOST_A_LEVEL))
    progress("levels", 5)
    cause = cause_worth(scenario, played, runs)
    made = Advice(scenario, runs, step, by_growth, levers, levels, second, moves, asked, cause)
    own = [each.identity for each in own_among([wish])]
    origin = origin_of("advise", [[scenario]], asked, runs, layered=True, own=own, seed=seed, step=step, wish=wish, hours=hours)
    made_by(moves, origin, "moves")
    return made_by(made, origin)


def pair_choice(scenario: Scenario, runs: int, played: Played) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The firm under every role model to choose from, and with a COO against without: `Advice.role_models`, `Advice.second`."""
    found = played.raced(firms := _by_role_model(scenario), runs)
    by_growth = _role_models({name: rows[:, GROWTH] for name, rows in found.items()})
    return by_growth, _second(scenario, firms[str(by_growth.iloc[0]["role_model"])], played, runs)


def _by_role_model(scenario: Scenario) -> dict[str, Scenario]:
    control = {entry.name for entry in catalogue() if entry.kind == "role_model" and entry.control}
    return {name: scenario.with_({"role_model": name}) for name in role_models() if name not in control}


def _all_firms(scenario: Scenario, step: float) -> list[Scenario]:
    """Every firm that is looked at in any case."""
    firms = [scenario, *_by_role_model(scenario).values(), *raised_each(scenario, step).values()]
    firms += [without_coo(scenario)] if scenario.parameters.coo.present else []
    return firms + ([scenario.branch("cause")] if scenario.story.cause is not None else [])


def _second(scenario: Scenario, best: Scenario, played: Played, runs: int) -> pd.DataFrame:
    """A firm that has a COO against the same without, one that has none against the best role model."""
    other = without_coo(scenario) if scenario.parameters.coo.present else best
    if scenario.parameters.coo.present == other.parameters.coo.present:  # a file says so by hand: nothing to set side by side
        return second_worth(scenario, other, np.zeros(0), np.zeros(0))
    return second_worth(scenario, other, *(rows[:, GROWTH] for rows in played.until_decided(scenario, other, runs)))


def _asked(scenario: Scenario | str, runs: int, step: float, seed: int | str) -> tuple[Scenario, int, float, int | str]:
    """What is asked for, checked before anything is played."""
    return scenario_of(scenario), whole("runs", runs, 2, MOST_RUNS), number("step", step, 0.0, 1.0, above=0.0), seed_of(seed)


def lever_effects(
    scenario: Scenario,
    runs: int,
    step: float,
    seed: int | str,
    progress: Callable[[], None] = lambda: None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> pd.DataFrame:
    """What each lever raised by `step` (or to its top) changes, paired by luck: the table that `Advice.levers` holds."""
    scenario, runs, step, seed = _asked(scenario, runs, step, seed)
    return effects(scenario, runs, step, Played(seed, chosen(parameters)), progress)


def _role_models(growth: dict[str, np.ndarray]) -> pd.DataFrame:
    """`Advice.role_models`. What was dropped early is compared on the replicates that it has."""
    import pandas as pd

    longest = max(growth.values(), key=len)
    lead = best_of(growth, longest)
    gap = {name: difference_until_decided(values, growth[lead]) for name, values in growth.items()}
    order = sorted(growth, key=lambda name: (name != lead, len(growth[name]) < len(longest), gap[name][0]))
    rows = []
    for name in order:
        values = growth[name]
        difference, low, high, _, n = gap[name]
        rows.append({"role_model": name, "growth": values.mean(), "difference": difference, "low": low, "high": high, "n": n})
    table = pd.DataFrame(rows)
    table.insert(5, "probability", best_with([growth[name] for name in order]))
    # Decided only if it leads every other: an interval each, corrected for their number by the stricter criterion of all.
    decided = len(table) > 1 and bool((table["low"].iloc[1:] > 0.0).all())
    table.insert(6, "decided", [decided and place == 0 for place in range(len(table))])
    return table


def _levels(scenario: Scenario, lever: str | None, played: Played, runs: int) -> pd.DataFrame:
    """`Advice.levels`: a lever at each of LEVELS on the same replicates, until each step is decided; no row for no lever."""
    import pandas as pd

    if lever is None:
        return pd.DataFrame(columns=["level", "growth", "low", "high"])
    firms = [scenario.with_(changes_of(scenario, ((lever, level),))) for level in LEVELS]
    for look in looks(runs) or (runs,):
        played.play(firms, look)
        growth = [played.first(firm, look)[:, GROWTH] for firm in firms]
        steps = [followed_difference(growth[max(0, place - 1)], values) for place, values in enumerate(growth)]
        if not any(step.open_within(runs) for step in steps[1:]):
            break
    rows = [
        {"level": level, "growth": float(values.mean()), "low": step.low, "high": step.high}
        for level, values, step in zip(LEVELS, growth, steps)
    ]
    return pd.DataFrame(rows)
