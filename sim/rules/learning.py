"""Measuring and adapting: what a review sees, and what it moves."""

import math

from tandem.sim.compile import rule


@rule
def visibility(interval, horizon):
    """Share of an arm's effect that shows within a reporting interval (weeks): slow effects look small [binet2013]."""
    return 1.0 - math.exp(-interval / horizon)


@rule
def measurement_noise(noise, interval, share, analytics, unmeasured):
    """Standard deviation of a measured return: long windows, much spend and good analytics lower it from `unmeasured`
    times the noise (assumption)."""
    return noise * (unmeasured - analytics) / math.sqrt(interval * (share if share > 0.02 else 0.02) * 4.0)


@rule
def updated_estimate(estimate, observed, gain):
    """Estimated return after a review [posen2012]; at least 0.01."""
    moved = estimate + gain * (observed - estimate)
    return moved if moved > 0.01 else 0.01


@rule
def results_seen_after(seen, lesson, shown):
    """How far a leader has seen the results of past judgments (0-1) after a review that shows the share `shown` of them."""
    return seen + lesson * shown * (1.0 - seen)


@rule
def own_lesson(own, joint, credit):
    """Share of a review's lesson that tells a leader of his own judgment, by how many decisions were his own and how many joint:
    results of what two decided tell each less about his own part, the share `credit` [lounamaa1987]. All if there were none.
    """
    return (own + credit * joint) / (own + joint) if own + joint > 0.0 else 1.0


@rule
def results_seen_at_rest(lesson, shown, fade, interval):
    """Where reviews every `interval` weeks and a fading of `fade` (1/week) hold what a leader has seen (0-1), after a review."""
    step = lesson * shown
    kept = math.exp(-fade * interval)
    return step / (1.0 - (1.0 - step) * kept) if step > 0.0 else 0.0


@rule
def experience_effect(experience, start, gain):
    """Rise of the feasibility of experiments (standard deviations) by experience with them, `gain` for each doubling against the
    start: a learning curve of 80% [argote1990]."""
    return gain * math.log((1.0 + experience) / (1.0 + start)) / math.log(2.0)


@rule
def experience_after(experience, loss):
    """Experience (experiments) after a week; `loss` in 1/week, a quarter in a year [argote1990]."""
    return experience * (1.0 - loss)


@rule
def problem_pressure(error, most, usual):
    """Multiple of decisions arising in a domain by its visible standing error (standard deviations), whose square counts up to
    `most`; 1 where it presses as is `usual` [cohen1972]."""
    square = error * error
    return (1.0 + (square if square < most else most)) / usual


@rule
def debrief_depth(hours, half):
    """How far a debrief of so many hours goes (0-1), half at `half` [tannenbaum2013]."""
    return hours / (hours + half)
