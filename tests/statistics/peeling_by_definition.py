"""Peeling as its definition says it, column by column on tables: slow, and what the peeling along sorted arrays has to equal."""

import numpy as np
import pandas as pd

from tandem.experiments.discovery.boxes import LEAST_MASS, PEEL, Box, Limit, narrowed


def peels(name, column, inside):
    """What could be peeled off one input next: the lowest or highest twentieth inside, or one word."""
    here = column[inside]
    if not pd.api.types.is_numeric_dtype(column):
        words = sorted(here.astype(str).unique())
        return [Limit(name, words=tuple(word for word in words if word != off)) for off in words] if len(words) > 1 else []
    values = here.to_numpy(dtype=float)
    low, high = np.quantile(values, [PEEL, 1.0 - PEEL])
    above = values[values > low].min() if (values > low).any() and low == values.min() else low
    beneath = values[values < high].max() if (values < high).any() and high == values.max() else high
    return [Limit(name, low=float(above)), Limit(name, high=float(beneath))]


def peel(varied, event):
    box, trajectory = Box(), [Box()]
    least = LEAST_MASS * len(event)
    while True:
        inside = box.holds(varied)
        mean, best, gain = float(event[inside].mean()), None, 0.0
        for name in varied:
            for limit in peels(str(name), varied[name], inside):
                merged = narrowed(box, limit)
                kept = merged.holds(varied)
                count, off = int(kept.sum()), int(inside.sum() - kept.sum())
                if count < least or off == 0:
                    continue
                rise = (float(event[kept].mean()) - mean) / off
                if rise > gain:
                    best, gain = merged, rise
        if best is None:
            return trajectory
        box = best
        trajectory.append(box)
