"""SALib's methods on the same model, as a second opinion: replicates averaged, and a word where luck misleads a method."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import Any

import numpy as np
import pandas as pd
from SALib import ProblemSpec

from experiments.sensitivity.design import SensitivityError, generator

METHODS = ("sobol", "morris", "pawn", "delta", "rbd_fast", "fast", "dgsm")
MEASURES = {"sobol": ("S1", "ST"), "morris": ("mu_star", "sigma"), "pawn": ("median",), "delta": ("delta_balanced", "S1"),
            "rbd_fast": ("S1",), "fast": ("S1", "ST"), "dgsm": ("dgsm",)}  # fmt: skip
MISLEADS = {
    "sobol": "its totals take luck for an effect of every input: read ST with the noise share beside it",
    "morris": "luck raises mu_star of every input, of one without any effect too",
    "pawn": "never zero for an input without effect; weak where inputs interact",
    "delta": "never zero for an input without effect; its S1 is biased low",
    "rbd_fast": "first-order shares only, and luck biases them upwards for small samples",
    "fast": "its intervals are too narrow, and luck counts as effect",
    "dgsm": "derivatives of a random model are mostly luck",
}


def second_opinion(f: Any, inputs: Sequence[str], outputs: Sequence[str], method: str, n: int = 1024, seed: int = 1,
                   replicates: int = 4) -> tuple[pd.DataFrame, str]:  # fmt: skip
    """What a method of SALib says of f: a tidy table (output, input, measure, estimate, half_width, n, method), and a warning.

    Every point is played under `replicates` lucks of its own and the mean is analysed as if it were exact, which it is not:
    that is what the warning is about. SensitivityError for a method that is none of METHODS, or outputs not finite.
    """
    if method not in METHODS:
        raise SensitivityError(f"method = {method!r}: allowed are {', '.join(METHODS)}")
    problem = {"names": list(inputs), "num_vars": len(inputs), "bounds": [[0.0, 1.0]] * len(inputs)}
    spec = ProblemSpec({**problem, "outputs": list(outputs)})
    sampled = {
        "sobol": lambda: spec.sample_sobol(n, calc_second_order=False, seed=seed),
        "morris": lambda: spec.sample_morris(n, num_levels=8, seed=seed),
        "fast": lambda: spec.sample_fast(n, seed=seed),
        "dgsm": lambda: spec.sample_finite_diff(n, seed=seed),
    }.get(method, lambda: spec.sample_latin(n, seed=seed))
    sampled()
    points = np.clip(np.asarray(spec.samples, dtype=float), 0.0, np.nextafter(1.0, 0.0))
    keys = generator(seed, "salib", method).integers(0, 2**64, (len(points), replicates), dtype=np.uint64)
    y = np.asarray(f(np.repeat(points, replicates, axis=0), keys.reshape(-1)), dtype=float)
    y = y.reshape(len(points), replicates, len(outputs)).mean(axis=1)
    if not np.isfinite(y).all():
        raise SensitivityError("an output is not finite, and SALib would answer with zeros")
    rows = []
    for place, output in enumerate(outputs):
        for measure, estimates, widths in _analysed(method, problem, points, y[:, place], seed):
            for name, value, width in zip(inputs, estimates, widths):
                rows.append((output, name, measure, float(value), float(width), n, f"SALib {method}"))
    table = pd.DataFrame(rows, columns=["output", "input", "measure", "estimate", "half_width", "n", "method"])
    return table, f"SALib's {method} takes the model for exact: {MISLEADS[method]}"


def _analysed(method: str, problem: dict, points: np.ndarray, y: np.ndarray, seed: int):
    """(measure, estimates, half-widths of intervals or not-a-number) by measure."""
    from importlib import import_module

    module = import_module(f"SALib.analyze.{method}")
    # SALib takes a seed of 0 for none.
    more: dict[str, Any] = {"seed": seed or 2**31 - 1}
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):  # some methods print as they go
        warnings.simplefilter("ignore")  # what they warn of is said once, in the warning beside the table
        return list(_measured(module, method, problem, points, y, more))


def _measured(module: Any, method: str, problem: dict, points: np.ndarray, y: np.ndarray, more: dict[str, Any]):
    if method == "sobol":
        found = module.analyze(problem, y, calc_second_order=False, num_resamples=200, **more)
    elif method == "fast":
        found = module.analyze(problem, y, **more)
    else:
        if method == "morris":
            more["num_levels"] = 8
        found = module.analyze(problem, points, y, **more)
    for measure in MEASURES[method]:
        yield measure, found[measure], found.get(f"{measure}_conf", [np.nan] * problem["num_vars"])
