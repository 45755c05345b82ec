"""Why two more stocks moved, worked out from what a run leaves of its weeks: the work that waits, and the quarrels so far.

The kernel books why the stocks of `tandem.sim.state.STOCKS` move. These two need no booking: their flows are kept anyway.
"""

from __future__ import annotations

import numpy as np

from tandem.sim.parameters import MAXIMUM_TEAMS
from tandem.sim.weekly import Kept

STOCKS = ("backlog", "quarrels")
"""Person-weeks that wait for the teams (as in the weekly table), and episodes of conflict since the start."""

WORK = ("work_decided", "work_doubled", "work_redone", "work_carried_out")
QUARRELS = ("different_priorities", "incompatible_styles", "lack_of_communication", "unclear_roles")


def flows(kept: Kept) -> list[tuple[str, str, np.ndarray]]:
    """Stock, cause and amounts by week, float64 (weeks + 1,); row 0, the start, holds nothing. The amounts of a week add up to
    the stock's change."""
    causes = np.diff(kept.firm["sum_causes"], axis=0, prepend=kept.firm["sum_causes"][:1])
    quarrels = [("quarrels", name, causes[:, place]) for place, name in enumerate(QUARRELS)]
    return [*(("backlog", name, amounts) for name, amounts in zip(WORK, _work(kept), strict=True)), *quarrels]


def _work(kept: Kept) -> tuple[np.ndarray, ...]:
    """Why the work that waits moved, by cause of WORK (person-weeks by week).

    It is counted when the teams begin their week. What they did the week before is gone from it, faulty work found then has come
    on top, and so have the projects decided since, with the work that contradiction and reopening add to them. Whatever an
    intervention or the end of an experiment takes off the list is so much less work decided.
    """
    firm = kept.firm
    there = np.arange(MAXIMUM_TEAMS) < kept.in_force["team_count"][:, None]
    faulty = np.where(there, kept.teams["rework"], 0.0).sum(axis=1)
    done = firm["work_done"] + firm["rework_done"]
    found = np.diff(faulty, prepend=faulty[:1]) + firm["rework_done"]
    done, found = (np.concatenate([[0.0], values[:-1]]) for values in (done, found))
    moved = np.diff(firm["backlog"], prepend=firm["backlog"][:1])
    doubled = np.where(np.arange(len(moved)) > 0, firm["wasted_work"], 0.0)
    decided = moved + done - found - doubled
    return decided, doubled, found, -done
