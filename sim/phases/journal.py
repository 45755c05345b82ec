"""Notes on what happened and why stocks moved; silent unless the journal is active."""

from tandem.sim.compile import part
from tandem.sim.state import EVENT_SLOTS


@part
def note(w, kind, week, domain, who, value, second):
    """Note a happening (tandem.sim.state.HAPPENINGS) with its domain (-1 none), leader or team (-1 none) and two values."""
    j = w.journal
    if j.active and j.event_count < EVENT_SLOTS:
        n = j.event_count
        j.events[n, 0], j.events[n, 1], j.events[n, 2] = week, kind, domain
        j.events[n, 3], j.events[n, 4], j.events[n, 5] = who, value, second
        j.event_count += 1


@part
def contribute(w, stock, cause, amount):
    """Add `amount` to why `stock` moved this week (units of the stock)."""
    j = w.journal
    if j.active:
        j.contributions[stock, cause] += amount
