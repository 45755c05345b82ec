"""From mean moments to indices: which ratio is which."""

from __future__ import annotations

import numpy as np

from tandem.experiments.sensitivity.designs import BINS

RATIOS = {
    "first": ("first", "whole"),
    "first_mean": ("first", "variance"),
    "total_mean": ("total", "variance"),
    "total_stream": ("stream", "whole"),
    "shapley_mean": ("shapley", "shared"),
    "interaction_mean": ("interaction", "variance"),
    "dispersion_first": ("spread_first", "spread_variance"),
    "dispersion_total": ("spread_total", "spread_variance"),
    "noise_share": ("noise", "whole"),
    "null": ("null", "whole"),
}
"""Measure -> (numerator, denominator)."""


def ratios(means: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every measure that is a ratio, (..., how many), from means (..., how many) of moments; x/0 is not-a-number or infinite."""
    parts = dict(means)
    parts["whole"] = means["variance"] + means["noise"]
    if "shapley" in means:
        parts["shared"] = means["shapley"].sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # Adding zero turns -0.0 into 0.0.
        return {
            name: parts[top] / parts[bottom] + 0.0 for name, (top, bottom) in RATIOS.items() if top in parts and bottom in parts
        }


def curves(bins: np.ndarray) -> np.ndarray:
    """Main effect of each factor in 40 bins of its range, (..., k, 40), mean zero, from the mean moments `bins` (..., 40 k).

    A move of a factor's group from a to b changes the output by h(b) - h(a) on average; so the mean of the moves into a bin
    less that of the moves out of it is twice h there, over the number of bins.
    """
    found: np.ndarray = 0.5 * BINS * bins.reshape(*bins.shape[:-1], -1, BINS) + 0.0
    return found


def effects(curve: np.ndarray) -> np.ndarray:
    """Mean of the top fifth of a factor's range less that of the bottom fifth, (..., k)."""
    fifth = BINS // 5
    found: np.ndarray = curve[..., -fifth:].mean(axis=-1) - curve[..., :fifth].mean(axis=-1)
    return found


def coarse(curve: np.ndarray, bins: int) -> np.ndarray:
    """A curve in fewer bins (a divisor of 40)."""
    found: np.ndarray = curve.reshape(*curve.shape[:-1], bins, BINS // bins).mean(axis=-1)
    return found


def direction(curve: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """End less start over the way travelled, in [-1, 1]: 1 only rises, -1 only falls, 0 comes back to where it began.

    `curve` (..., bins); `noise` (bins - 1,): the variance of each step, which is taken off before lengths are added, since
    noise alone would lengthen the way. Bins speak for their middles: half a step more reaches each end of the range. A curve
    that does not move at all has direction 0.0.
    """
    steps = np.diff(curve, axis=-1)
    reach = np.ones(steps.shape[-1])
    reach[0] += 0.5
    reach[-1] += 0.5
    way = (np.sqrt(np.maximum(steps**2 - noise, 0.0)) * reach).sum(axis=-1)
    net = (steps * reach).sum(axis=-1)
    way = np.maximum(way, np.abs(net))
    found: np.ndarray = np.divide(net, way, out=np.zeros_like(net), where=way > 0)
    return found
