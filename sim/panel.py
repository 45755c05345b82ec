"""Many firms followed over time: the compiled driver that writes down each run's latent states every so many weeks.

`tandem.sim.kernel.run_batch` keeps one row a run; findings of panels (windows after a burn-in, growth by year, spells in office,
responses to advertising) need states on the way. The same weeks are played, so the same bits come out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.sim.compile import COMPILED, as_records, copy_record, in_threads, kernel, part, phase, records, sequence
from tandem.sim.given import listed, place_among, whole
from tandem.sim.kernel import announce, side_by_side, step_week
from tandem.sim.mistake import Mistake
from tandem.sim.origin import origin_of
from tandem.sim.own import Own, made_by, marked
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.phases.pair import both_present
from tandem.sim.phases.start import start_firm
from tandem.sim.scenario.meant import firms_of
from tandem.sim.seeds import seed_of
from tandem.sim.state import CEO, COO, WORLD
from tandem.sim.streams import seed_key
from tandem.sim.table import FirmTable

if TYPE_CHECKING:
    import pandas as pd


# States at the end of the week recorded.
STATES = (
    *("ceo_trust", "coo_trust"),
    "relationship_conflict",
    "common_ground",
    "role_clarity",
    *("ceo_present", "coo_present", "ceo_successions", "coo_successions"),
    *("ceo_skill", "coo_skill"),
    "team_skill",
    "morale",
    "satisfaction",
    "brand_awareness",
    "technique",
    "refinement",
    "reputation",
    "customers",
    "revenue",
    "campaigns_running",
    "campaign_pressure",
    "new_customers",
    "lost_customers",
    "leads",
    "spend",
    "standing_error",
    "backlog",
)
# Sums from the start to the end of the week recorded; the difference of two rows is what happened between them.
SUMS = (
    "paired_weeks",
    "trust_weeks",
    "relationship_conflict_weeks",
    "role_clarity_weeks",
    "goal_gap_weeks",
    "task_episodes",
    "process_episodes",
    "relationship_episodes",
    "decided",
    "lapsed",
    "delay_weeks",
    "settings",
    "setting_error",
    "good_proposals",
    "good_refused",
    "bad_proposals",
    "bad_accepted",
    "views_exchanged",
    "views_possible",
    "revenue_sum",
    "spend_sum",
    "profit_sum",
    "customers_won",
    "customers_lost",
    "satisfaction_weeks",
    "morale_weeks",
    "work",
    "hidden_work",
    "capacity",
    "questions",
    "unanswered",
    "ceo_hours",
    "coo_hours",
    "departures",
    "experiments_started",
    "experiments_succeeded",
    "campaigns_launched",
    "standing_error_weeks",
    "ceo_meeting_hours",
)
COLUMNS = STATES + SUMS
WIDTH = len(COLUMNS)
OBSERVED = np.dtype([(name, np.float64) for name in COLUMNS], align=True)
"""The columns of one time as the compiled phase writes them: by name."""
ROWS_IN_ONE_CALL = 40_000_000  # bytes of one call's output, so that a long panel stays in memory


@phase
def observe(world, observed):
    """Write the states and sums of now into `observed` (array of one record, dtype OBSERVED), each by its name."""
    w, o = world[0], observed[0]
    observe_leaders(w, o)
    observe_means(w, o)
    observe_firm(w, o)
    observe_sums(w, o)


@part
def observe_leaders(w, o):
    """States of the two leaders."""
    leaders = w.leaders
    ceo_skill, coo_skill = 0.0, 0.0
    for k in range(4):
        ceo_skill += 0.25 * leaders[CEO].skills[k]
        coo_skill += 0.25 * leaders[COO].skills[k]
    o.ceo_trust = leaders[CEO].trust
    o.coo_trust = leaders[COO].trust
    o.ceo_present = leaders[CEO].present * 1.0
    o.coo_present = leaders[COO].present * 1.0
    o.ceo_successions = leaders[CEO].successions * 1.0
    o.coo_successions = leaders[COO].successions * 1.0
    o.ceo_skill = ceo_skill
    o.coo_skill = coo_skill


@part
def observe_means(w, o):
    """States that are means over domains or teams."""
    p, s, teams = w.parameters, w.firm, w.teams
    clarity, weight, error = 0.0, 0.0, 0.0
    for d in range(7):
        clarity += p.domain_arrivals_per_week[d] * s.clarity[d]
        weight += p.domain_arrivals_per_week[d]
        error += abs(s.standing_error[d]) / 5.0
    skill, morale = 0.0, 0.0
    for t in range(p.team_count):
        skill += teams[t].skill / p.team_count
        morale += teams[t].morale / p.team_count
    o.role_clarity = clarity / weight if weight > 0.0 and both_present(w) else math.nan  # as in the weekly table
    o.team_skill = skill
    o.morale = morale
    o.standing_error = error


@part
def observe_firm(w, o):
    """States of the firm and its market."""
    s = w.firm
    o.relationship_conflict = s.relationship_conflict
    o.common_ground = s.common_ground
    o.satisfaction = s.satisfaction
    o.brand_awareness = s.goodwill
    o.technique = s.technique
    o.refinement = s.refinement
    o.reputation = s.reputation
    o.customers = s.customers
    o.revenue = s.revenue
    o.campaigns_running = s.running
    o.campaign_pressure = s.pressure
    o.new_customers = s.new_customers
    o.lost_customers = s.lost_customers
    o.leads = s.leads
    o.spend = s.spend
    o.backlog = s.backlog


@part
def observe_sums(w, o):
    """Sums since the start."""
    s = w.firm
    o.paired_weeks = s.sum_paired_weeks
    o.trust_weeks = s.sum_trust
    o.relationship_conflict_weeks = s.sum_relationship_level
    o.role_clarity_weeks = s.sum_clarity
    o.goal_gap_weeks = s.sum_gap
    o.task_episodes = s.sum_task
    o.process_episodes = s.sum_process
    o.relationship_episodes = s.sum_relationship
    o.decided = s.sum_decided
    o.lapsed = s.sum_lapsed
    o.delay_weeks = s.sum_delay
    o.settings = s.sum_settings
    o.setting_error = s.sum_error
    o.good_proposals = s.sum_good
    o.good_refused = s.sum_good_refused
    o.bad_proposals = s.sum_bad
    o.bad_accepted = s.sum_bad_accepted
    o.views_exchanged = s.sum_exchanged
    o.views_possible = s.sum_chances
    o.revenue_sum = s.sum_revenue
    o.spend_sum = s.sum_spend
    o.profit_sum = s.sum_profit
    o.customers_won = s.sum_new
    o.customers_lost = s.sum_lost
    o.satisfaction_weeks = s.sum_satisfaction
    o.morale_weeks = s.sum_morale
    o.work = s.sum_work
    o.hidden_work = s.sum_hidden
    o.capacity = s.sum_capacity
    o.questions = s.sum_exceptions
    o.unanswered = s.sum_defaults
    o.ceo_hours = s.sum_hours[CEO]
    o.coo_hours = s.sum_hours[COO]
    o.departures = s.sum_departures
    o.experiments_started = s.sum_experiments_started
    o.experiments_succeeded = s.sum_experiments_succeeded
    o.campaigns_launched = s.sum_campaigns
    o.standing_error_weeks = s.sum_standing
    o.ceo_meeting_hours = s.sum_ceo_meeting


@sequence
def play_observed(world, timeline, first, last, key0, key1, number, replicate, every, observed):
    """Play one run through rows first..last-1 of `timeline`; row k of `observed` is written at the end of week k x `every`."""
    copy_record(world[0].parameters, timeline[first])
    s = world[0].firm
    s.key0, s.key1, s.number, s.replicate = key0, key1, number, replicate
    start_firm(world)
    observe(world, observed[0:1])
    row = first
    for week in range(1, timeline[first].weeks + 1):
        row = step_week(world, timeline, row, last)
        if week % every == 0:
            now = week // every
            observe(world, observed[now : now + 1])


@kernel
def play_panel(timeline, starts, arms, numbers, replicates, keys, every, observed):
    """States of many runs, one after the other. See `run_panel`."""
    world = np.zeros(1, WORLD)
    blank = np.zeros(1, WORLD)
    for r in range(arms.size):
        a = arms[r]
        copy_record(world[0], blank[0])
        own = observed[r]
        play_observed(world, timeline, starts[a], starts[a + 1], keys[r, 0], keys[r, 1], numbers[r], replicates[r], every, own)


ROWS_IN_A_CHUNK = 16  # of one thread


def run_panel(
    timeline: np.ndarray,
    starts: np.ndarray,
    arms: np.ndarray,
    numbers: np.ndarray,
    replicates: np.ndarray,
    keys: np.ndarray,
    every: int,
    threads: bool = True,
) -> np.ndarray:
    """States of runs given row by row, float64 (runs, weeks // every + 1, WIDTH); arguments as in `tandem.sim.kernel.run_batch`.

    All runs have the horizon of the first row of `timeline`. Bytes do not depend on `threads`.
    """
    weeks = int(timeline["weeks"][0])
    if not np.all(timeline["weeks"] == weeks):
        raise ValueError("a panel needs firms of one horizon (the same `quarters`)")
    timeline, starts, arms, numbers, replicates, keys = side_by_side(timeline, starts, arms, numbers, replicates, keys)
    out = np.full((arms.size, weeks // every + 1, WIDTH), np.nan)
    observed = as_records(out.view(OBSERVED)[..., 0])
    announce()
    if not COMPILED:
        for r, a in enumerate(arms):
            luck = (*keys[r], numbers[r], replicates[r])
            one_arm: Any = play_observed
            one_arm(records(1, WORLD), as_records(timeline), *starts[a : a + 2], *luck, every, observed[r])
        return out

    def play(low: int, high: int) -> None:
        own = slice(low, high)
        play_panel(timeline, starts, arms[own], numbers[own], replicates[own], keys[own], every, observed[own])

    play(0, 0)  # compiled or loaded here, once, and not by the first thread
    in_threads(play, arms.size, ROWS_IN_A_CHUNK if threads else max(1, arms.size))
    return out


@dataclass(frozen=True, eq=False)
class Panel(Own):
    """States of firms over time. `values`: float64 (firms, replicates, times, columns)."""

    values: np.ndarray
    weeks: np.ndarray
    """The week of each time, int64 (times,); the first is 0, the start."""
    columns: tuple[str, ...]

    def __getitem__(self, column: str) -> np.ndarray:
        """One column, float64 (firms, replicates, times). Raises Mistake for a column that the panel does not hold."""
        return self.values[..., place_among(column, self.columns, "column of this panel")]

    def between(self, column: str, after: int, until: int) -> np.ndarray:
        """What a sum gained in the weeks after `after` up to `until`, float64 (firms, replicates)."""
        if column not in SUMS:
            raise ValueError(f"{column!r} is a state, not a sum; sums are: {', '.join(SUMS)}")
        first, last = (int(np.flatnonzero(self.weeks == week)[0]) for week in (after, until))
        return self[column][..., last] - self[column][..., first]

    def to_frame(self) -> pd.DataFrame:
        """Tidy: firm_id, replicate, week, then the columns; one row a firm, luck and time."""
        import pandas as pd

        firm, luck, time = (axis.ravel() for axis in np.indices(self.values.shape[:3]))
        table = pd.DataFrame(self.values.reshape(-1, len(self.columns)), columns=list(self.columns))
        table.insert(0, "week", self.weeks[time])
        for name, column in (("replicate", luck), ("firm_id", firm)):
            table.insert(0, name, column)
        return marked(table, "to_frame", self._origin)

    frame = to_frame  # as it was called before

    def to_xarray(self) -> Any:
        """A Dataset with dimensions firm_id, replicate and week, one variable a column (install xarray)."""
        import xarray

        names = ("firm_id", "replicate", "week")
        places = dict(zip(names, (*map(np.arange, self.values.shape[:2]), self.weeks)))
        return xarray.Dataset({name: (names, self.values[..., at]) for at, name in enumerate(self.columns)}, places)


def simulate_panel(
    firms: Any,
    runs: int = 1,
    seed: int | str = 0,
    every: int = 13,
    columns: str | Sequence[str] = COLUMNS,
    threads: bool = True,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Panel:
    """Latent states of each firm and luck, every `every` weeks (1: the weekly table of a whole population).
    `firms`: scenarios, names of such, or anything with `.records()`; `columns`: one or several. The run of firm f and luck r is
    that of `simulate(firms[f], seed, replicate=r, firm=f, parameters=parameters)`, bit for bit.
    """
    given, asked = firms_of(firms, "firms"), chosen(parameters)
    panel = _panel(FirmTable(given), runs, seed, every, columns, threads, 0, asked)
    named = partial(origin_of, "simulate_panel", [given], asked, int(runs), seed=seed_of(seed))
    return made_by(panel, partial(named, every=int(every), columns=list(panel.columns)))


def panel_of(
    timelines: Sequence[np.ndarray],
    runs: int = 1,
    seed: int | str = 0,
    every: int = 13,
    columns: Sequence[str] = COLUMNS,
    threads: bool = True,
    first: int = 0,
) -> Panel:
    """The same from records (arrays of dtype RECORD, one a firm), as they are; `first` is the number of the first firm."""
    if not len(timelines):
        raise Mistake("a panel needs at least one firm")
    table = FirmTable([_Recorded(rows) for rows in timelines])
    return _panel(table, runs, seed, every, columns, threads, first, chosen("declared"))


@dataclass(frozen=True, eq=False)
class _Recorded:
    """Records that are there already, as tables take a firm."""

    rows: np.ndarray

    def records(self) -> np.ndarray:
        return self.rows


def _panel(firms: FirmTable, runs, seed, every, columns, threads: bool, first: int, parameters: Chosen) -> Panel:
    if not len(firms):
        raise Mistake("a panel needs at least one firm")
    runs, every, columns = whole("runs", runs, 1), whole("every", every, 1), listed("columns", columns)
    seed = seed_of(seed)
    wrong = [name for name in columns if name not in COLUMNS]
    if wrong:
        raise Mistake(f"{wrong[0]!r} is not a column of a panel; columns are: {', '.join(COLUMNS)}")
    picked = [COLUMNS.index(name) for name in columns]
    key = np.array([seed_key(seed)], dtype=np.uint64)
    times = int(firms.rows["weeks"][0]) // every + 1
    step = max(1, ROWS_IN_ONE_CALL // (times * WIDTH * 8 * runs))
    parts = []
    for low in range(0, len(firms), step):
        here = np.arange(low, min(low + step, len(firms)))
        numbers, replicates = np.repeat(here, runs) + first, np.tile(np.arange(runs), len(here))
        table, arms = parameters.arms(firms, numbers - first, parameters.drawn(seed, numbers, replicates))
        keys = np.tile(key, (arms.size, 1))
        out = run_panel(table.rows, table.starts, arms, numbers, replicates, keys, every, threads)
        parts.append(out[..., picked].reshape(len(here), runs, times, len(picked)))
    return Panel(np.concatenate(parts), np.arange(times) * every, tuple(columns))
