"""Curves before indices: every lever in 21 steps, the others random, the same luck at every step."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.luck import NEAR_A, generator, keys_of
from tandem.experiments.sensitivity.runner import Function, Runner
from tandem.experiments.sensitivity.sums import Progress
from tandem.sim.intervals import DECIDED, mean_interval, paired_difference, share_interval, verdict

STEPS, BACKGROUNDS = 21, 200


def ladders(
    f: Function,
    factors: list[str],
    levers: list[str],
    seed: int | str = 0,
    outputs: list[str] | None = None,
    steps: int = STEPS,
    backgrounds: int = BACKGROUNDS,
    progress: Progress = lambda runs: None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Curves of each lever over random backgrounds, and what stands out in them. Never a ranking: that is `analyse`.

    First table: output, input, level, mean, low, high (95% interval of the mean's distance from its value at the bottom),
    tenth, ninetieth (band of the backgrounds, likewise). Second: output, input, `helped` (share of backgrounds in which the
    top of the range lies above the bottom), low, high, `bend_at` (level of the sharpest bend), `bend` (second difference
    there over the range of the curve), `turns` (whether the mean curve decidedly goes both up and down).
    The idea: ten Broeke, van Voorn & Ligtenberg 2016, "Which sensitivity analysis method should I use for my agent-based
    model?".
    """
    given = Factors.of(factors)
    run = Runner(f, len(given.names), outputs, None, seed)
    points = generator(seed, 5).random((backgrounds, len(given.names)))
    keys = keys_of(seed, NEAR_A, np.arange(backgrounds), 1)
    levels = (np.arange(steps) + 0.5) / steps
    curves, marks = [], []
    for lever in levers:
        column = given.names.index(lever)
        lines = []
        for level in levels:
            moved = points.copy()
            moved[:, column] = level
            lines.append(run(moved, keys)[:, 0, :])
            progress(backgrounds)
        values = np.stack(lines, axis=2)
        for at, output in enumerate(run.outputs):
            away = values[at] - values[at][:, :1]
            means = [mean_interval(away[:, step]) for step in range(steps)]
            tenth, ninetieth = np.nanpercentile(away, [10, 90], axis=0)
            curves += [
                {
                    "output": output,
                    "input": lever,
                    "level": float(level),
                    "mean": m[0],
                    "low": m[1],
                    "high": m[2],
                    "tenth": float(t),
                    "ninetieth": float(n),
                }
                for level, m, t, n in zip(levels, means, tenth, ninetieth)
            ]
            marks.append({"output": output, "input": lever, **_marks(away, levels)})
    return pd.DataFrame(curves), pd.DataFrame(marks)


def _marks(away: np.ndarray, levels: np.ndarray) -> dict[str, float]:
    higher = float((away[:, -1] > 0).mean() + 0.5 * (away[:, -1] == 0).mean())
    low, high = share_interval(round(higher * len(away)), len(away))
    mean = np.nanmean(away, axis=0)
    bends = np.abs(np.diff(mean, 2))
    reach = float(np.ptp(mean))
    at = int(np.argmax(bends))
    # Rises to the top and falls after it, or the other way round, by more than the error of the paired difference.
    peak, pit = int(np.argmax(mean)), int(np.argmin(mean))
    turns = False
    for turn in (peak, pit):
        moves = paired_difference(away[:, 0], away[:, turn]), paired_difference(away[:, turn], away[:, -1])
        words = {verdict(low, high, n) for _, low, high, _, n in moves}
        turns = turns or words == set(DECIDED)
    return {
        "helped": higher,
        "helped_low": low,
        "helped_high": high,
        "bend_at": float(levels[at + 1]),
        "bend": float(bends[at] / reach) if reach > 0 else 0.0,
        "turns": bool(turns),
    }
