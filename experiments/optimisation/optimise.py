"""Optimisation under uncertainty: a search by optuna, a race on shared luck, and fresh luck for what came to the end.

The search (Akiba et al. 2019; TPE, Bergstra et al. 2011, with the budget as a constraint) proposes; every proposal meets the same
lucks and parameter sets, so that differences are the candidates'. The race drops what is decidedly behind and plays the rest
further (Maron & Moore 1994). What is told is told on luck on which nothing was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.optimisation.candidates import AS_IT_IS, Budget, Candidate, Played, Runs, wishes_of
from tandem.experiments.pages.numbers import scaled
from tandem.experiments.store.varied import without_levers
from tandem.sim.given import listed, number, truth, whole
from tandem.sim.intervals import mean_interval
from tandem.sim.mistake import Mistake, shown
from tandem.sim.origin import origin_of
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.own import Own, made_by
from tandem.sim.own_outcomes import own_among
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS
from tandem.sim.scenario import Scenario, catalogue
from tandem.sim.scenario.meant import scenario_of
from tandem.sim.seeds import narrow, seed_of

PILOT = 64
STAGES = ((32, 192), (12, 512))
"""How many candidates are raced at most, and on how many further lucks."""
FINALISTS = 8
BEHIND = 0.99


@dataclass(frozen=True, eq=False, repr=False)
class Optimum(Own):
    """What was found. `table`: one row a finalist, the best (or the front) first: choice (in words), role_model, the levers'
    levels (0-1), for each wish NAME (of `tandem.sim.outcomes.OUTCOMES`, in its unit) its gain over the firm as it is with the
    95% interval NAME_low to NAME_high, NAME_helped (share of pairs in which it helps) and NAME_tenth (a tenth of pairs gain
    less), hours (a week) and money (kEUR a week) more than as it is, each with _low and _high, fits, verdict, n (pairs)."""

    scenario: str
    wishes: tuple[str, ...]
    budget: Budget
    table: pd.DataFrame
    proposed: pd.DataFrame
    """Every candidate that was proposed, on the lucks of the search: choice, role_model, the levers' levels, the mean gain in
    each wish, hours, money (units as in `table`)."""
    candidates: tuple[Candidate, ...]
    whole: bool
    """Whether every combination of levels was looked at."""
    runs: int
    parameters: Chosen
    told: tuple[str, ...]

    def plot(self, ax: Any = None) -> Any:
        """The gains of the finalists, two wishes against each other with the front, or one wish as bars; returns the axes."""
        from tandem.experiments.optimisation.figures import plot_optimum

        return plot_optimum(self, ax)

    def __repr__(self) -> str:
        lines = [f"Optimum of {self.scenario} for {' and '.join(self.wishes)}, {self.budget.told}: {self.runs:,} runs"]
        return "\n".join([*lines, *(f"├─ {line}" for line in self.told), "└─ .table .proposed .plot()"])


@dataclass
class _Search:
    """The candidates met so far, on shared lucks that begin with 0."""

    play: Played
    met: dict[Candidate, Runs] = field(default_factory=dict)

    def more(self, candidates: Sequence[Candidate], until: int) -> None:
        """Play candidates up to luck `until`."""
        for done in sorted({self.size(candidate) for candidate in candidates}):
            mine = [candidate for candidate in candidates if self.size(candidate) == done]
            if done < until:
                for candidate, runs in self.play.play(mine, np.arange(done, until)).items():
                    self.met[candidate] = self.met[candidate].and_more(runs) if done else runs

    def size(self, candidate: Candidate) -> int:
        return len(self.met[candidate].hours) if candidate in self.met else 0

    def over(self, candidate: Candidate, other: Candidate = AS_IT_IS) -> np.ndarray:
        """Gains, float64 (lucks both met, wishes), of one over another."""
        a, b = self.met[candidate].values, self.met[other].values
        size = min(len(a), len(b))
        return a[:size] - b[:size]

    def spent(self, candidate: Candidate) -> tuple[np.ndarray, np.ndarray]:
        """More hours and money than the firm as it is, (lucks,) each."""
        mine, plain = self.met[candidate], self.met[AS_IT_IS]
        size = min(len(mine.hours), len(plain.hours))
        return mine.hours[:size] - plain.hours[:size], mine.money[:size] - plain.money[:size]

    def beyond(self, candidate: Candidate) -> list[float]:
        """By how much the budget is exceeded, each part; at most 0 where it fits."""
        hours, money = self.spent(candidate)
        budget = self.play.budget
        parts = [] if budget.hours is None else [float(hours.mean()) - budget.hours]
        return [*parts, *([] if budget.money is None else [float(money.mean()) - budget.money])]

    def fitting(self, candidate: Candidate) -> str:
        """Whether the budget is kept: yes, no, or undecided, from the 95% intervals of what is spent more."""
        hours, money = self.spent(candidate)
        budget, words = self.play.budget, ["yes"]
        for most, values in ((budget.hours, hours), (budget.money, money)):
            if most is not None:
                _, low, high, *_ = mean_interval(values)
                words.append("no" if low > most else "yes" if high <= most else "undecided")
        return "no" if "no" in words else "undecided" if "undecided" in words else "yes"

    def fits(self, candidate: Candidate) -> bool:
        """The same by the mean alone, for the search."""
        return all(beyond <= 1e-12 for beyond in self.beyond(candidate))


def optimise(
    scenario: Any,
    wishes: str | Sequence[str] = "growth",
    levers: str | Sequence[str] = LEVERS,
    *,
    hours: float | None = None,
    money: float | None = None,
    hour_price: float = 0.0,
    role_models: bool = False,
    levels: int = 11,
    trials: int = 120,
    runs: int = 1000,
    seed: int | str = 0,
    parameters: str | int | Chosen = ENSEMBLE,
    progress: Callable[[str, int], None] = lambda what, n: None,
) -> Optimum:
    """The levels of levers (and with `role_models` the role model) that bring a firm most of what is wished for.

    `scenario`: one, or its name or path; `seed` as in `tandem.sim.seeds`; `progress` hears what is played, and how many
    candidates. `wishes`: one to three of growth, conflict, profit, or outcomes with a better end, one's own too; several give a
    front. `levers`: those that may be set, each to `levels` equal steps from 0 (poorest practice) to 1. `hours`: how many hours
    a week the two leaders may work more; `money`: kEUR a week more for marketing, with hours at `hour_price` kEUR. `trials`:
    candidates proposed (all combinations, where there are no more). `runs`: fresh lucks on which the finalists are told. Every
    candidate meets the same lucks and parameter sets (`parameters` as in `tandem.sim.parameter_sets`): gains are means over the
    ensemble. Returns an `Optimum`: `table` has one row a finalist, gains in the outcomes' units. Raises Mistake in one sentence,
    ScenarioError for a scenario that is none. Needs optuna (`pip install 'tandem-sim[optimise]'`) unless all combinations are
    looked at.

    >>> import tandem
    >>> found = tandem.optimise("silence", "conflict", ["communication"], levels=3, trials=3, runs=50, seed=1)
    >>> found.candidates[0].levels
    (('communication', 1.0),)
    """
    firm, asked, named, wanted = scenario_of(scenario), chosen(parameters), _levers(levers), listed("wishes", wishes)
    without_levers(asked, "the search", named)
    budget = Budget(
        None if hours is None else number("hours", hours, 0.0, 1000.0),
        None if money is None else number("money", money, 0.0),
        number("hour_price", hour_price, 0.0),
    )
    steps, trials = whole("levels", levels, 2, 101), whole("trials", trials, 1, 100_000)
    runs, seed = whole("runs", runs, 30, 1_000_000), seed_of(seed)
    search = _Search(Played(firm, seed, asked, wishes_of(wanted), budget))
    arms: list[str | None] = [*_role_models(firm)] if truth("role_models", role_models) else [None]
    grid = np.linspace(0.0, 1.0, steps)
    search.more([AS_IT_IS], PILOT)
    if not np.isfinite(search.met[AS_IT_IS].values).any(axis=0).all():
        raise Mistake(f"wishes: one of {', '.join(search.play.wishes)} is not defined in any run of {firm.name}")
    complete = len(arms) * steps ** len(named) <= trials
    if complete:
        at_all = product(arms, product(map(float, grid), repeat=len(named)))
        everything = [Candidate(arm, tuple(zip(named, at))) for arm, at in at_all]
        search.more(everything, PILOT)
        progress("looking at every combination", len(everything))
    else:
        _proposed(search, arms, named, grid, trials, seed, progress)
    found = _told(firm, search, _raced(search, progress), complete, runs, asked, progress)
    sizes = {"levels": steps, "trials": trials, "role_models": bool(role_models), "seed": seed}
    return made_by(found, _origin(firm, search, wanted, named, runs, sizes))


def _origin(
    firm: Scenario, search: _Search, wishes: list[Any], levers: list[str], runs: int, sizes: dict[str, Any]
) -> dict[str, Any]:
    """The record that the tables carry: the arguments of `optimise`."""
    budget = {name: getattr(search.play.budget, name) for name in ("hours", "money", "hour_price")}
    own = [each.identity for each in own_among(search.play.wishes)]
    named = {"wishes": [*map(str, wishes)], "levers": levers, **budget, **sizes}
    switched = bool(sizes["role_models"])  # which is put over what a file says, not over its values
    return origin_of("optimise", [[firm]], search.play.parameters, runs, layered=switched, own=own, **named)


def _levers(levers: str | Sequence[str]) -> list[str]:
    named = [str(lever).removeprefix("levers.") for lever in listed("levers", levers)]
    for lever in named:
        if lever not in LEVERS or named.count(lever) > 1:
            problem = "stands there twice" if lever in LEVERS else "no such lever"
            raise Mistake(f"levers: {shown(lever)}: {problem}; there are {', '.join(LEVERS)}")
    if not named:
        raise Mistake(f"levers: at least one is needed; there are {', '.join(LEVERS)}")
    return named


def _role_models(firm: Scenario) -> list[str | None]:
    there = [entry.name for entry in catalogue() if entry.kind == "role_model" and not entry.control]
    return [None, *(name for name in there if name != firm.role_model)]


def _proposed(
    search: _Search, arms: list[str | None], levers: list[str], grid: np.ndarray, trials: int, seed: int | str, progress: Any
) -> None:
    """Candidates by optuna, each played on the lucks of the search."""
    try:
        import optuna
    except ImportError:
        raise Mistake(
            "optimise needs optuna, which is not installed, to search more combinations than trials: "
            "pip install 'tandem-sim[optimise]', or give more trials or fewer levels"
        ) from None
    import warnings

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler = optuna.samplers.TPESampler(
            seed=narrow(seed), multivariate=True, constraints_func=lambda trial: trial.user_attrs.get("beyond", (0.0,))
        )
        study = optuna.create_study(directions=["maximize"] * len(search.play.wishes), sampler=sampler)
        for _ in range(trials):
            trial = study.ask()
            arm = arms[trial.suggest_int("role_model", 0, len(arms) - 1)] if len(arms) > 1 else arms[0]
            at = tuple((lever, float(grid[trial.suggest_int(lever, 0, len(grid) - 1)])) for lever in levers)
            candidate = Candidate(arm, at)
            if candidate not in search.met:
                search.more([candidate], PILOT)
            trial.set_user_attr("beyond", search.beyond(candidate) or [0.0])
            gains = np.nanmean(search.over(candidate), axis=0)
            study.tell(trial, [float(gain) if np.isfinite(gain) else -1e9 for gain in gains])
            progress("searching", 1)


def _raced(search: _Search, progress: Any) -> list[Candidate]:
    """What remains when all that is decidedly behind has been dropped, the best by the race's luck first."""
    alive = [candidate for candidate in search.met if candidate != AS_IT_IS and search.fits(candidate)] or [AS_IT_IS]
    until = PILOT
    for most, more in STAGES:
        alive = _best_first(search, _undominated(search, alive))[:most]
        until += more
        search.more([AS_IT_IS, *alive], until)
        progress("racing", len(alive))
        alive = [candidate for candidate in alive if search.fits(candidate)] or alive[:1]
    return _best_first(search, _undominated(search, alive))[:FINALISTS]


def dominates(gains: np.ndarray, level: float = BEHIND) -> bool:
    """Whether gains of one over another, (lucks, wishes), are nowhere negative in the mean and decidedly positive somewhere."""
    ends = [mean_interval(column, level) for column in gains.T]
    known = [end for end in ends if end[0] == end[0]]
    return bool(known) and all(end[0] >= 0.0 for end in known) and any(end[1] > 0.0 for end in known)


def _undominated(search: _Search, alive: list[Candidate]) -> list[Candidate]:
    return [one for one in alive if not any(dominates(search.over(other, one)) for other in alive if other != one)]


def _best_first(search: _Search, alive: list[Candidate]) -> list[Candidate]:
    """By fronts of the means, within a front by the sum of gains in their own spreads."""
    if not alive:
        return alive
    means = np.array([np.nanmean(search.over(candidate), axis=0) for candidate in alive])
    spread = means.std(axis=0)
    score = (means / np.where(spread > 0.0, spread, 1.0)).sum(axis=1)
    rank = np.array([sum(bool((other >= mine).all() and (other > mine).any()) for other in means) for mine in means])
    return [alive[at] for at in np.lexsort((-score, rank))]


def _told(
    firm: Scenario, search: _Search, finalists: list[Candidate], complete: bool, runs: int, asked: Chosen, progress: Any
) -> Optimum:
    """The finalists on fresh luck, and what is to be said of them."""
    latest = max(map(len, (met.hours for met in search.met.values())))
    fresh = _Search(search.play)
    fresh.met = search.play.play(list(dict.fromkeys([AS_IT_IS, *finalists])), np.arange(latest, latest + runs))
    progress("fresh luck", len(finalists))
    rows = [_row(fresh, candidate, finalists) for candidate in finalists]
    table = pd.DataFrame(rows)
    names = tuple(search.play.wishes)
    proposed = pd.DataFrame([_short(search, candidate) for candidate in search.met if candidate != AS_IT_IS])
    return Optimum(
        firm.name,
        names,
        search.play.budget,
        table,
        proposed,
        tuple(finalists),
        complete,
        search.play.played,
        asked,
        tuple(_sentences(search, table, complete, len(proposed))),
    )


def _row(fresh: _Search, candidate: Candidate, finalists: list[Candidate]) -> dict[str, Any]:
    gains, (hours, money) = fresh.over(candidate), fresh.spent(candidate)
    row: dict[str, Any] = {"choice": candidate.told, "role_model": candidate.role_model or "", **dict(candidate.levels)}
    for at, name in enumerate(fresh.play.wishes):
        mine = gains[:, at][np.isfinite(gains[:, at])]
        mean, low, high, *_ = mean_interval(mine)
        row |= {name: mean, f"{name}_low": low, f"{name}_high": high}
        row |= {f"{name}_helped": float((mine > 0).mean()) if len(mine) else np.nan}
        row |= {f"{name}_tenth": float(np.quantile(mine, 0.1)) if len(mine) else np.nan}
    for name, values in (("hours", hours), ("money", money)):
        mean, low, high, *_ = mean_interval(values)
        row |= {name: mean, f"{name}_low": low, f"{name}_high": high}
    fits = fresh.fitting(candidate)
    verdict = "over the budget" if fits == "no" else _verdict(fresh, candidate, finalists)
    return {**row, "fits": fits, "verdict": verdict, "n": len(gains)}


def _verdict(fresh: _Search, candidate: Candidate, finalists: list[Candidate]) -> str:
    """One wish: best (by the race's luck), as good, behind. Several: on the front, or dominated."""
    others = [other for other in finalists if other != candidate and fresh.fitting(other) != "no"]
    level = 1.0 - 0.05 / max(1, len(others))
    if any(dominates(fresh.over(other, candidate), level) for other in others):
        return "behind" if len(fresh.play.wishes) == 1 else "dominated"
    if len(fresh.play.wishes) > 1:
        return "on the front"
    return "best" if candidate == finalists[0] else "as good"


def _short(search: _Search, candidate: Candidate) -> dict[str, Any]:
    gains, (hours, money) = np.nanmean(search.over(candidate), axis=0), search.spent(candidate)
    made = {"choice": candidate.told, "role_model": candidate.role_model or "", **dict(candidate.levels)}
    return {
        **made,
        **dict(zip(search.play.wishes, map(float, gains))),
        "hours": float(hours.mean()),
        "money": float(money.mean()),
    }


def _sentences(search: _Search, table: pd.DataFrame, complete: bool, looked: int) -> list[str]:
    how = "every combination" if complete else f"{looked:,} candidates proposed by optuna's TPE"
    lines = [f"Looked at: {how}; {search.play.budget.told}; gains are over the firm as it is, on the same lucks."]
    first = table.iloc[0]
    for name in search.play.wishes:
        factor, unit = scaled(name)
        change = "more" if search.play.wishes[name] > 0 else "less"
        lines.append(
            f"{first['choice']}: {OUTCOMES[name].title()} {factor * first[name]:.3g} {unit} {change} (95% interval "
            f"{factor * first[f'{name}_low']:.3g} to {factor * first[f'{name}_high']:.3g}), better in "
            f"{first[f'{name}_helped']:.0%} of pairs."
        )
    if len(search.play.wishes) == 1:
        same = table.loc[table["verdict"] == "as good", "choice"].tolist()
        lines.append(f"Undecided against it: {'; '.join(same)}." if same else "Every other finalist is decidedly behind.")
    else:
        lines.append(f"On the front: {int((table['verdict'] == 'on the front').sum())} of {len(table)} finalists.")
    if (table["fits"] == "no").all():
        lines.append("On fresh luck no finalist fits the budget.")
    if open_ := table.loc[table["fits"] == "undecided", "choice"].tolist():
        lines.append(f"Whether it fits the budget is undecided: {'; '.join(open_)}.")
    return lines
