"""One firm played once: its tables, and how it tells itself."""

from __future__ import annotations

import html
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.sim.given import truth
from tandem.sim.ledger import flows
from tandem.sim.origin import origin_of
from tandem.sim.outcomes import HEADLINES, OUTCOMES, OWN
from tandem.sim.own import Own
from tandem.sim.own_outcomes import own_among
from tandem.sim.parameter_sets import AS_DECLARED, Chosen
from tandem.sim.parameters import DOMAINS, GOALS, KINDS, MAXIMUM_TEAMS
from tandem.sim.played import own_of_weeks
from tandem.sim.state import CAUSES, EVENT_KINDS, STOCKS
from tandem.sim.units import figure
from tandem.sim.weekly import WEEKLY, Kept, ratio, weekly_values

if TYPE_CHECKING:
    import pandas as pd


LEADERS = ("ceo", "coo", "marketing_lead")
OF_TEAMS = (
    *("headcount", "skill", "morale", "capacity", "done", "rework", "backlog", "open_projects", "questions", "unanswered"),
    "launched",
)


@dataclass(frozen=True, eq=False, repr=False)
class Run(Own):
    """One firm played once. Row 0 of every weekly table is the start; weeks are 1 to 13 x quarters.

    `weekly` and `quarterly` have units by column (`tandem.sim.weekly.WEEKLY[name].unit`), `outcomes` by name. Raises nothing but
    the Mistake of an outcome of one's own whose function fails.

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
    parameters: Chosen = AS_DECLARED
    """Under which parameter set it was played."""
    rows: np.ndarray | None = None
    """The kernel's rows that were played; None: the scenario's own."""

    @cached_property
    def _origin(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"seed": self.seed, "replicate": self.replicate, "firm": self.firm}
        return origin_of("simulate", [[self.scenario]], self.parameters, 1, **asked)

    # -- tables --------------------------------------------------------------------------------

    @cached_property
    def outcomes(self) -> dict[str, float]:
        """Outcomes by name (units: `tandem.sim.outcomes.OUTCOMES`); not-a-number where there was nothing to measure."""
        found = dict(zip(OUTCOMES, map(float, self.trajectory["outcomes"])))
        return {**found, **own_of_weeks(self._kept, own_among(OWN))}

    @property
    def weeks(self) -> int:
        """Number of weeks played."""
        return len(self.trajectory["firm"]) - 1

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """One row a week (columns: `tandem.sim.weekly.WEEKLY`). Row 0 is the start: stocks stand there, and what only
        happens in a week is not-a-number. Columns of the pair are so until both leaders have been in post."""
        import pandas as pd

        return pd.DataFrame(self._weekly_columns)

    @cached_property
    def _weekly_columns(self) -> dict[str, np.ndarray]:
        """The columns of `weekly`, for readers of ours, who need no copy."""
        return weekly_values(self._kept)

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
        import pandas as pd

        journal = self.trajectory["journal"]
        rows = [event for week in journal for event in week["events"][: int(week["event_count"])]]
        kinds = [EVENT_KINDS[int(row[1])] for row in rows]
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
        """Why stocks moved (`tandem.sim.state.STOCKS`, and those of `tandem.sim.ledger`): week, stock, cause, amount (units of
        the stock). The amounts of a week add up to the stock's change."""
        import pandas as pd

        amounts = self.trajectory["journal"]["contributions"]
        week, stock, cause = np.nonzero(amounts)
        tables = [(week, np.array(STOCKS, object)[stock], np.array(CAUSES, object)[cause], amounts[week, stock, cause])]
        for name, why, flow in flows(self._kept):
            (moved,) = np.nonzero(flow)
            tables.append((moved, np.full(len(moved), name, object), np.full(len(moved), why, object), flow[moved]))
        columns = (np.concatenate(column) for column in zip(*tables, strict=True))
        return pd.DataFrame(dict(zip(("week", "stock", "cause", "amount"), columns)))

    @cached_property
    def priorities(self) -> pd.DataFrame:
        """Goal weights: week, leader, goal, weight (they sum to one); not-a-number while the post is empty."""
        import pandas as pd

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
        import pandas as pd

        return pd.DataFrame(self._team_columns)

    @cached_property
    def _team_columns(self) -> dict[str, np.ndarray]:
        """The columns of `teams`, for readers of ours, who need no copy."""
        teams = self.trajectory["teams"]
        there = np.arange(MAXIMUM_TEAMS) < self._in_force["team_count"][:, None]
        week, team = np.nonzero(there)
        return {
            "week": week,
            "team": team + 1,
            "kind": np.array(KINDS, dtype=object)[teams["kind"][there]],
            **{name: teams[name][there] for name in OF_TEAMS},
        }

    @cached_property
    def _kept(self) -> Kept:
        """The weeks' records, as columns are made of them."""
        return Kept(**{name: self.trajectory[name] for name in ("firm", "leaders", "teams")}, in_force=self._in_force)

    @cached_property
    def _in_force(self) -> np.ndarray:
        """The rows of parameters in force, week by week (row 0: at the start)."""
        rows = self.scenario.records() if self.rows is None else self.rows
        return np.asarray(rows[np.searchsorted(rows["starts_week"][1:], np.arange(self.weeks + 1), side="right")])

    # -- telling -------------------------------------------------------------------------------

    def explain(self, lang: str = "en", full: bool = False) -> str:
        """Why it went as it did, a page of text in `lang` ("en" or "fr"); `full`: every quarter, every cause and turning point.
        Raises Mistake for another language."""
        full = truth("full", full)
        from tandem.sim.explain import explain
        from tandem.sim.scenario import Scenario

        told = self.scenario if isinstance(self.scenario, Scenario) else None
        return explain(self.weekly, self.events, self.contributions, self.outcomes, told, lang, full=full)

    @cached_property
    def turning_points(self) -> list[Any]:
        """The weeks on which the story turns (rules: `tandem.sim.explain.turning`)."""
        from tandem.sim.explain import turning_points

        return turning_points(self.weekly, self.events, self.contributions)

    @cached_property
    def known_points(self) -> list[Any]:
        """The same as they can be told in the very week, without knowing what comes (rules: `tandem.sim.explain.known`)."""
        from tandem.sim.explain import known_points

        return known_points(self.weekly, self.events, self.contributions)

    def plot(self, axes: Any = None, lang: str = "en") -> Any:
        """Four panels over weeks: trust and tension, conflict, customers' view, revenue, in `lang` ("en" or "fr"), on `axes`
        (four; None: new ones). Returns the axes."""
        from tandem.sim.plots import plot_run

        return plot_run(self.weekly, axes, lang=lang)

    def __repr__(self) -> str:
        figures = ", ".join(f"{name} {figure(self.outcomes[name])}" for name in HEADLINES[:1] + HEADLINES[-2:])
        notable = len(self.events)
        return "\n".join(
            [
                f"Run of {self.scenario.name} (seed {self.seed!r}, replicate {self.replicate}, firm {self.firm})",
                f"├─ {self.parameters.told}",
                f"├─ {self.weeks} weeks, {self.weeks // 13} quarters: .weekly .quarterly .teams .priorities",
                f"├─ {notable} events: .events .contributions .explain() .turning_points .plot()",
                f"└─ .outcomes: {figures}",
            ]
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(OUTCOMES[name].title_en)}</td><td style='text-align:right'>"
            f"{figure(self.outcomes[name])}</td><td>{html.escape(OUTCOMES[name].unit)}</td></tr>"
            for name in HEADLINES
        )
        head = (
            f"Run of <b>{html.escape(str(self.scenario.name))}</b>, seed {html.escape(repr(self.seed))}, "
            f"replicate {self.replicate}, firm {self.firm}: {self.weeks} weeks; {self.parameters.told}"
        )
        from tandem.sim.plots import still_run

        return f"<div>{head}<table><tbody>{rows}</tbody></table>{still_run(self.weekly)}</div>"


def _who(kind: str, number: int) -> str:
    if number < 0:
        return ""
    if kind.startswith("campaign."):
        return f"team_{number + 1}"
    if kind == "shock.market_jump":
        return GOALS[number]
    return LEADERS[number] if number < len(LEADERS) else ""
