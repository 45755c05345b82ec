"""The figure of an analysis: what each input explains of the mean, with intervals, and which way it moves the output."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from experiments.sensitivity.analysis import Analysis

TOTAL, FIRST, SHAPLEY = "#0072B2", "#56B4E9", "#E69F00"  # Okabe & Ito (2008): safe for colour-blind readers


def indices_figure(analysis: Analysis, output: str, title: str = "", unordered: Collection[str] = ()) -> Any:
    """Horizontal bars by input, the largest total first: total effect and first-order share of the variance of the mean.

    `unordered`: inputs whose values have no order, so that none of them raises or lowers anything.
    """
    from matplotlib.figure import Figure

    table = analysis.table[analysis.table["output"] == output]
    total = table[table["measure"] == "total_mean"].sort_values("estimate", ascending=False, na_position="last")
    inputs = list(total["input"])
    measures = [("total_mean", "total: with all interactions", TOTAL), ("first_mean", "first: on its own", FIRST)]
    if (table["measure"] == "shapley_mean").any():
        measures.insert(1, ("shapley_mean", "Shapley share", SHAPLEY))
    figure = Figure(figsize=(7.5, 1.6 + 0.45 * len(inputs) * (1 + 0.25 * len(measures))), layout="constrained")
    axes = figure.subplots()
    thickness = 0.8 / len(measures)
    for k, (measure, label, colour) in enumerate(measures):
        rows = table[table["measure"] == measure].set_index("input").loc[inputs]
        at = np.arange(len(inputs)) + (k - (len(measures) - 1) / 2) * thickness
        error = np.abs(np.stack([rows["estimate"] - rows["low"], rows["high"] - rows["estimate"]]))
        axes.barh(at, rows["estimate"], thickness * 0.92, color=colour, label=label, xerr=error,
                  error_kw={"elinewidth": 1.1, "capsize": 2, "ecolor": "#333333"})  # fmt: skip
    swing = table[table["measure"] == "swing"].set_index("input").loc[inputs]
    signs = ["raises" if row["low"] > 0 else "lowers" if row["high"] < 0 else "mixed" for _, row in swing.iterrows()]
    told = [name.replace("_", " ") + ("" if name in unordered else f"\n({sign})") for name, sign in zip(inputs, signs)]
    axes.set_yticks(range(len(inputs)), told)
    axes.invert_yaxis()
    axes.set_xlabel("share of the variance of the mean outcome that goes with the input (95% interval)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right", fontsize="small")
    noise = analysis.value("noise_share", output=output)["estimate"]
    verdict = analysis.verdicts[output]
    axes.set_title(f"{title or output.replace('_', ' ')}: N = {analysis.design.n:,}, luck {noise:.0%} of the variance, {verdict}",
                   loc="left", fontsize="medium")  # fmt: skip
    return figure
