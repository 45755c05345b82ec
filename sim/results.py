"""What comes back from a simulation: `Run` (one firm, every week) and `Batch` (many runs, one row each)."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from tandem.sim import kernel
from tandem.sim.compile import COMPILED
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import HEADLINES, OUTCOMES
from tandem.sim.parameters import DOMAINS, GOALS, KINDS, MAXIMUM_TEAMS
from tandem.sim.state import CAUSES, HAPPENINGS, STOCKS
from tandem.sim.streams import seed_key
from tandem.sim.weekly import WEEKLY, Kept, ratio, weekly_values

LEADERS = ("ceo", "coo", "marketing_lead")
RUNS_IN_ONE_CALL = 2048  # between two calls Ctrl-C is heard, and only so many firms' records are in memory


class Firm(Protocol):
    """What a simulation asks of a scenario."""

    @property
    def name(self) -> str:
        """What it is called in tables and messages."""
        ...

    def records(self) -> np.ndarray:
        """Rows of `tandem.sim.parameters.RECORD`, one per version, by the week from which they hold."""
        ...


def simulate(scenario: Firm, seed: int | str = 0, replicate: int = 0, *, firm: int = 0) -> Run:
    """One run, every week of it kept. `replicate` numbers the luck, `firm` the firm in its population.

    >>> from tandem import Scenario, simulate
    >>> simulate(Scenario.load("silence"), seed=7, replicate=3).weeks
    156
    """
    _whole("replicate", replicate, 0)
    _whole("firm", firm, 0)
    key: Any = seed
    return Run(
        scenario,
        seed,
        replicate,
        firm,
        kernel.trajectory(_readable(scenario.records()), key, firm, replicate),
    )


def simulate_batch(s: Firm | Iterable[Firm], runs: int = 1000, seed: int | str = 0, threads: bool = True) -> Batch:
    """Outcomes of many runs: `runs` lucks of a scenario, or of each of a sequence of firms.

    Row r of a scenario equals `simulate(s, seed, replicate=r).outcomes` bit for bit; in a sequence, the row of firm f
    and luck r equals `simulate(s[f], seed, replicate=r, firm=f).outcomes`. Rows go firm by firm.

    >>> from tandem import Scenario, simulate_batch
    >>> len(simulate_batch(Scenario.load("silence"), runs=20, seed=7))
    20
    """
    _whole("runs", runs, 1)
    firms: tuple[Any, ...] = (s,) if hasattr(s, "records") else tuple(s)
    if not firms:
        raise Mistake("simulate_batch: the sequence of firms is empty")
    numbers, lucks = np.repeat(np.arange(len(firms)), runs), np.tile(np.arange(runs), len(firms))
    key = np.array(seed_key(seed), dtype=np.uint64)
    parts = []
    for low in range(0, len(numbers), RUNS_IN_ONE_CALL):
        part = slice(low, min(low + RUNS_IN_ONE_CALL, len(numbers)))
        first, last = numbers[part][0], numbers[part][-1]
        timelines = [firm.records() for firm in firms[first : last + 1]]
        starts = np.cumsum([0, *map(len, timelines)])
        parts.append(
            kernel.run_batch(
                np.concatenate(timelines),
                starts,
                numbers[part] - first,
                numbers[part],
                lucks[part],
                np.tile(key, (part.stop - part.start, 1)),
                threads,
            )
        )
    table = pd.DataFrame(np.concatenate(parts), columns=list(OUTCOMES))
    table.insert(0, "firm", numbers)
    table.insert(1, "luck", lucks)
    return Batch(firms, seed, runs, table)


def _readable(rows: np.ndarray) -> np.ndarray:
    """Records as phases read them: without the compiler, fields are found as attributes on a record array only."""
    return rows if COMPILED else rows.view(np.recarray)


def _whole(name: str, value: int, low: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
        raise Mistake(f"{name} = {value!r} is not a whole number of {low} or more")


def mean_interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float, float, float, int]:
    """Mean, low and high of its t-interval, standard error, and number of the values that are defined.

    Without two values there is no interval: low, high and standard error are then not-a-number.
    """
    defined = np.asarray(values, dtype=float)
    defined = defined[~np.isnan(defined)]
    n = len(defined)
    if n == 0:
        return np.nan, np.nan, np.nan, np.nan, 0
    mean = float(defined.mean())
    if n == 1:
        return mean, np.nan, np.nan, np.nan, 1
    if np.all(defined == defined[0]):  # no rounding of a mean may make a constant look spread
        return float(defined[0]), float(defined[0]), float(defined[0]), 0.0, n
    error = float(defined.std(ddof=1)) / n**0.5
    half = float(stdtrit(n - 1, 0.5 + 0.5 * level)) * error
    return mean, mean - half, mean + half, error, n


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """One firm played once. Row 0 of every weekly table is the start; weeks are 1 to 13 x quarters.

    >>> from tandem import Scenario, simulate
    >>> run = simulate(Scenario.load("silence"), seed=7)
    >>> len(run.weekly), len(run.quarterly)
    (157, 12)
    >>> bool(run.weekly["trust"].iloc[-1] < run.weekly["trust"].iloc[0])
    True
    """

    scenario: Any
    seed: int | str
    replicate: int
    firm: int
    trajectory: dict[str, np.ndarray]
    """Arrays of records by week, as `tandem.sim.kernel.trajectory` gives them."""

    # -- tables --------------------------------------------------------------------------------

    @cached_property
    def outcomes(self) -> dict[str, float]:
        """Outcomes by name (units: `tandem.sim.outcomes.OUTCOMES`); not-a-number where there was nothing to measure."""
        return dict(zip(OUTCOMES, map(float, self.trajectory["outcomes"])))

    @property
    def weeks(self) -> int:
        """Number of weeks played."""
        return len(self.trajectory["firm"]) - 1

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """One row a week (columns: `tandem.sim.weekly.WEEKLY`). Row 0 is the start: stocks stand there, and what only
        happens in a week is not-a-number. Columns of the pair are so until both leaders have been in post."""
        return pd.DataFrame(weekly_values(self._kept))

    @cached_property
    def quarterly(self) -> pd.DataFrame:
        """One row a quarter, same columns: flows summed (kEUR/week becomes kEUR), stocks at its end, and as
        `tandem.sim.weekly.WEEKLY[name].quarter` says for the others."""
        weeks = self.weekly.iloc[1:]
        groups = weeks.groupby("quarter", sort=True)
        table = weeks.iloc[12::13].reset_index(drop=True)
        for name, column in WEEKLY.items():
            if column.quarter == "sum":
                table[name] = groups[name].sum(min_count=1).to_numpy()
            elif column.quarter == "mean":
                table[name] = groups[name].mean().to_numpy()
        for name, column in WEEKLY.items():
            if column.over is not None:
                table[name] = ratio(column.over, lambda name: table[name].to_numpy())
        return table

    @cached_property
    def events(self) -> pd.DataFrame:
        """What happened: week, kind (`tandem.sim.state.HAPPENINGS`), domain, who (a leader, `team_3`, or the goal that the
        market now favours), value, second."""
        journal = self.trajectory["journal"]
        rows = [event for week in journal for event in week["events"][: int(week["event_count"])]]
        kinds = [HAPPENINGS[int(row[1])] for row in rows]
        return pd.DataFrame(
            {
                "week": np.array([int(row[0]) for row in rows], dtype=np.int64),
                "kind": kinds,
                "domain": [DOMAINS[int(row[2])] if row[2] >= 0 else "" for row in rows],
                "who": [_who(kind, int(row[3])) for kind, row in zip(kinds, rows)],
                "value": np.array([row[4] for row in rows], dtype=float),
                "second": np.array([row[5] for row in rows], dtype=float),
            }
        )

    @cached_property
    def contributions(self) -> pd.DataFrame:
        """Why the headline stocks moved: week, stock, cause, amount (units of the stock). The amounts of a week add up
        to the stock's change."""
        amounts = self.trajectory["journal"]["contributions"]
        week, stock, cause = np.nonzero(amounts)
        return pd.DataFrame(
            {
                "week": week,
                "stock": np.array(STOCKS, dtype=object)[stock],
                "cause": np.array(CAUSES, dtype=object)[cause],
                "amount": amounts[week, stock, cause],
            }
        )

    @cached_property
    def priorities(self) -> pd.DataFrame:
        """Goal weights: week, leader, goal, weight (they sum to one); not-a-number while the post is empty."""
        leaders = self.trajectory["leaders"]
        weights = np.where(leaders["present"][:, :, None] == 1, leaders["priorities"], np.nan)
        week, leader, goal = (axis.ravel() for axis in np.indices(weights.shape))
        return pd.DataFrame(
            {
                "week": week,
                "leader": np.array(LEADERS, dtype=object)[leader],
                "goal": np.array(GOALS, dtype=object)[goal],
                "weight": weights.ravel(),
            }
        )

    @cached_property
    def teams(self) -> pd.DataFrame:
        """One row a week and team (numbered from 1): kind, headcount, skill, morale (0-1), capacity, done, rework,
        backlog (person-weeks), open_projects, questions, unanswered, launched."""
        teams = self.trajectory["teams"]
        there = np.arange(MAXIMUM_TEAMS) < self._in_force["team_count"][:, None]
        week, team = np.nonzero(there)
        names = (
            "headcount",
            "skill",
            "morale",
            "capacity",
            "done",
            "rework",
            "backlog",
            "open_projects",
            "questions",
            "unanswered",
            "launched",
        )
        return pd.DataFrame(
            {
                "week": week,
                "team": team + 1,
                "kind": np.array(KINDS, dtype=object)[teams["kind"][there]],
                **{name: teams[name][there] for name in names},
            }
        )

    @cached_property
    def _kept(self) -> Kept:
        """The weeks' records, as columns are made of them."""
        return Kept(**{name: self.trajectory[name] for name in ("firm", "leaders", "teams")}, in_force=self._in_force)

    @cached_property
    def _in_force(self) -> np.ndarray:
        """The rows of parameters in force, week by week (row 0: at the start)."""
        rows = self.scenario.records()
        return rows[np.searchsorted(rows["starts_week"][1:], np.arange(self.weeks + 1), side="right")]

    # -- telling -------------------------------------------------------------------------------

    def explain(self, lang: str = "en", full: bool = False) -> str:
        """Why it went as it did, in words ("en" or "fr"); `full` goes quarter by quarter and names every cause."""
        from tandem.sim.explain import explain
        from tandem.sim.scenario import Scenario

        told = self.scenario if isinstance(self.scenario, Scenario) else None
        return explain(self.weekly, self.events, self.contributions, self.outcomes, told, lang, full=full)

    @cached_property
    def turning_points(self) -> list:
        """The weeks on which the story turns (rules: `tandem.sim.explain.turning`)."""
        from tandem.sim.explain import turning_points

        return turning_points(self.weekly, self.events, self.contributions)

    def plot(self, axes: Any = None, lang: str = "en") -> Any:
        """Four panels: trust and tension, conflict, customers' view, revenue. Returns the axes."""
        from tandem.sim.plots import plot_run

        return plot_run(self.weekly, axes, lang=lang)

    def __repr__(self) -> str:
        figures = ", ".join(f"{name} {_figure(self.outcomes[name])}" for name in HEADLINES[:1] + HEADLINES[-2:])
        notable = len(self.events)
        return "\n".join(
            [
                f"Run of {self.scenario.name} (seed {self.seed!r}, replicate {self.replicate}, firm {self.firm})",
                f"├─ {self.weeks} weeks, {self.weeks // 13} quarters: .weekly .quarterly .teams .priorities",
                f"├─ {notable} events: .events .contributions .explain() .turning_points .plot()",
                f"└─ .outcomes: {figures}",
            ]
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(OUTCOMES[name].title_en)}</td><td style='text-align:right'>"
            f"{_figure(self.outcomes[name])}</td><td>{html.escape(OUTCOMES[name].unit)}</td></tr>"
            for name in HEADLINES
        )
        head = (
            f"Run of <b>{html.escape(str(self.scenario.name))}</b>, seed {html.escape(repr(self.seed))}, "
            f"replicate {self.replicate}, firm {self.firm}: {self.weeks} weeks"
        )
        from tandem.sim.plots import still_run

        return f"<div>{head}<table><tbody>{rows}</tbody></table>{still_run(self.weekly)}</div>"


def _figure(value: float) -> str:
    return "not defined" if np.isnan(value) else f"{value:.3g}"


def _who(kind: str, number: int) -> str:
    if number < 0:
        return ""
    if kind.startswith("campaign."):
        return f"team_{number + 1}"
    if kind == "shock.market_jump":
        return GOALS[number]
    return LEADERS[number] if number < len(LEADERS) else ""


@dataclass(frozen=True, eq=False, repr=False)
class Batch:
    """Many runs of one scenario or of a population of firms.

    >>> from tandem import Scenario, simulate_batch
    >>> batch = simulate_batch(Scenario.load("silence"), runs=50, seed=7)
    >>> list(batch.summary().columns)
    ['mean', 'low', 'high', 'sd', 'q05', 'q50', 'q95', 'n']
    """

    scenarios: tuple[Any, ...]
    seed: int | str
    runs: int
    """Lucks of each firm."""
    outcomes: pd.DataFrame
    """One row a run: firm, luck, then every outcome."""

    def __len__(self) -> int:
        return len(self.outcomes)

    def to_frame(self) -> pd.DataFrame:
        """A copy of `.outcomes`, with the scenario's name and the seed before it."""
        table = self.outcomes.copy()
        names = np.array([firm.name for firm in self.scenarios], dtype=object)
        table.insert(0, "scenario", names[table["firm"]])
        table.insert(1, "seed", self.seed)
        return table

    def values(self, outcome: str) -> np.ndarray:
        """One outcome of all runs, shape (firms, lucks)."""
        return self.outcomes[_known(outcome)].to_numpy().reshape(len(self.scenarios), self.runs)

    def units(self, outcome: str) -> np.ndarray:
        """One outcome of independent cases: the lucks of a scenario, or the firms' means over their lucks."""
        values = self.values(outcome)
        if len(values) == 1:
            return values[0]
        defined = ~np.isnan(values)
        total, n = np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1)
        return np.where(n > 0, total / np.maximum(n, 1), np.nan)

    def summary(self) -> pd.DataFrame:
        """By outcome: mean, low and high of its 95% interval, sd and quantiles (q05, q50, q95) of the runs, n (runs in
        which the outcome is defined). In a population the interval counts firms, not runs, as independent."""
        rows = []
        for name in OUTCOMES:
            values = self.outcomes[name].to_numpy()
            defined = values[~np.isnan(values)]
            mean, low, high, _, _ = mean_interval(self.units(name))
            quantiles = np.quantile(defined, [0.05, 0.5, 0.95]) if len(defined) else [np.nan] * 3
            spread = np.nan if len(defined) < 2 else defined.std(ddof=1) if np.ptp(defined) > 0 else 0.0
            rows.append((name, mean, low, high, spread, *quantiles, len(defined)))
        columns = ["outcome", "mean", "low", "high", "sd", "q05", "q50", "q95", "n"]
        return pd.DataFrame(rows, columns=columns).set_index("outcome")

    def plot(self, outcome: str = HEADLINES[0], ax: Any = None, lang: str = "en") -> Any:
        """How one outcome spreads over the runs. Returns the axes."""
        from tandem.sim.plots import plot_batch

        return plot_batch(self.outcomes, _known(outcome), ax, lang=lang)

    def __repr__(self) -> str:
        names = list(dict.fromkeys(firm.name for firm in self.scenarios))
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        name = HEADLINES[0]
        mean, low, high, _, _ = mean_interval(self.units(name))
        return "\n".join(
            [
                f"Batch of {shown} (seed {self.seed!r})",
                f"├─ {len(self)} runs: {len(self.scenarios)} firm{'s' * (len(self.scenarios) > 1)} x {self.runs} lucks",
                "├─ .outcomes .summary() .plot(outcome) .to_frame()",
                f"└─ {name} {_figure(mean)} (95% interval {_figure(low)} to {_figure(high)})",
            ]
        )

    def _repr_html_(self) -> str:
        head = html.escape(repr(self).split("\n")[0])
        from tandem.sim.plots import still

        table = self.summary().loc[list(HEADLINES)].to_html(float_format=_figure)
        name = HEADLINES[0]
        return f"<div>{head}{table}{still(self.plot(name), f'{OUTCOMES[name].title()} over the runs')}</div>"


def _known(outcome: str) -> str:
    if outcome not in OUTCOMES:
        from difflib import get_close_matches

        near = get_close_matches(str(outcome), OUTCOMES, n=1)
        raise Mistake(f"{outcome!r} is not an outcome" + (f"; did you mean {near[0]}?" if near else ""))
    return outcome
