"""Indices from means of features, each as a ratio, with its influence on every feature.

Symbols: V variance of the output, Vm variance of its mean function m(x) = E[Y | x], noise share 1 - Vm / V.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from experiments.sensitivity.design import Design
from experiments.sensitivity.features import names


@dataclass(frozen=True)
class Estimates:
    """Values of all measures (p,), and their influence: weights (p, features) of a row's features about their means."""

    labels: tuple[tuple[str, str], ...]
    """(input, measure); an interaction's input reads "a & b", the noise share's is empty."""
    values: np.ndarray
    weights: np.ndarray


def estimates(design: Design, means: np.ndarray) -> Estimates:
    """Every index from the mean of each feature. Not-a-number where the denominator is zero."""
    order = names(design)
    place = {name: i for i, name in enumerate(order)}
    groups, g, size = design.groups, len(design.groups), len(order)

    def unit(name: str, factor: float = 1.0) -> np.ndarray:
        vector = np.zeros(size)
        vector[place[name]] = factor
        return vector

    mean = 0.5 * (means[place["mean_a"]] + means[place["mean_b"]])
    variance = means[place["square"]] - mean * mean
    spread = unit("square") - mean * (unit("mean_a") + unit("mean_b"))
    noise = means[place["noise"]]
    variance_of_mean = variance - noise
    mean_spread = spread - unit("noise")
    # The mean of all outputs is what SALib centres by; any centre near the mean is right, the same one makes the same bits.
    shifts = [means[place[f"shift {j}"]] for j in range(g)]
    centre = ((g + 1) * means[place["mean_a"]] + means[place["mean_b"]] + sum(shifts)) / (g + 2)
    labels: list[tuple[str, str]] = []
    values: list[float] = []
    weights: list[np.ndarray] = []

    def add(label: str, measure: str, top: float, top_weights: np.ndarray, bottom: float, bottom_weights: np.ndarray) -> None:
        labels.append((label, measure))
        # Differences of nothing but rounding are no variance.
        defined = bottom > 1e-12 * max(abs(variance), 1e-300) and variance > 0.0
        value = top / bottom if defined else np.nan
        values.append(value)
        weights.append((top_weights - value * bottom_weights) / bottom if defined else np.full(size, np.nan))

    none = np.zeros(size)
    add("", "noise_share", noise, unit("noise"), variance, spread)
    totals = {u: means[place["total " + " ".join(map(str, u))]] for u in design.subsets}
    total_units = {u: unit("total " + " ".join(map(str, u))) for u in design.subsets}
    for j, group in enumerate(groups):
        first = means[place[f"first {j}"]] - centre * shifts[j]
        first_weights = unit(f"first {j}") - centre * unit(f"shift {j}")
        add(group, "first", first, first_weights, variance, spread)
        add(group, "first_mean", first, first_weights, variance_of_mean, mean_spread)
        add(group, "total_mean", totals[j,], total_units[j,], variance_of_mean, mean_spread)
        add(group, "total_stream", means[place[f"stream {j}"]], unit(f"stream {j}"), variance, spread)
    if len(design.subsets) > g or g == 1:
        shapley_and_interactions(groups, totals, total_units, add)
    for j, group in enumerate(groups):
        net, gross = means[place[f"net {j}"]], means[place[f"gross {j}"]]
        value = net / gross if gross > 0.0 else 0.0
        labels.append((group, "direction"))
        values.append(value)
        weights.append((unit(f"net {j}") - value * unit(f"gross {j}")) / gross if gross > 0.0 else none)
        labels.append((group, "swing"))
        values.append(means[place[f"swing {j}"]])
        weights.append(unit(f"swing {j}"))
    if design.replicates >= 4:
        middle = means[place["dispersion_mean"]]
        total = means[place["dispersion_square"]] - middle * middle
        total_spread = unit("dispersion_square") - 2.0 * middle * unit("dispersion_mean")
        for j, group in enumerate(groups):
            for measure in ("dispersion_first", "dispersion_total"):
                name = f"{measure} {j}"
                add(group, measure, means[place[name]], unit(name), total if noise > 0.0 else 0.0, total_spread)
    return Estimates(tuple(labels), np.array(values), np.array(weights))


def shapley_and_interactions(groups, totals, units, add) -> None:
    """Shapley shares of the variance of the mean, and pairwise interactions, from the totals of all subsets.

    Owen (2014), "Sobol' indices and Shapley value"; Song, Nelson & Staum (2016). Shares add up to one exactly, for they
    are shares of what the full set explains.
    """
    g = len(groups)
    everything = tuple(range(g))
    zero = np.zeros_like(units[everything])
    whole, whole_units = totals[everything], units[everything]
    for j, group in enumerate(groups):
        share, share_units = 0.0, zero.copy()
        for u in [(), *totals]:
            if j not in u:
                weight = 1.0 / (g * comb(g - 1, len(u)))
                with_j = tuple(sorted((*u, j)))
                share += weight * (totals[with_j] - totals.get(u, 0.0))
                share_units += weight * (units[with_j] - units.get(u, zero))
        add(group, "shapley_mean", share, share_units, whole, whole_units)
    if g < 2:
        return

    def closed(u: tuple[int, ...]) -> tuple[float, np.ndarray]:
        rest = tuple(i for i in everything if i not in u)
        return whole - totals.get(rest, 0.0), whole_units - units.get(rest, zero)

    for i in range(g):
        for j in range(i + 1, g):
            both, first, second = closed((i, j)), closed((i,)), closed((j,))
            add(f"{groups[i]} & {groups[j]}", "interaction_mean", both[0] - first[0] - second[0],
                both[1] - first[1] - second[1], whole, whole_units)  # fmt: skip
