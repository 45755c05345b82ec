"""Going on until the order of inputs is decided: whether a look is enough, and what it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd

from tandem.experiments.sensitivity.checks import INERT
from tandem.experiments.sensitivity.estimates import Output
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.points import Plan
from tandem.experiments.sensitivity.ranking import ranks_of
from tandem.sim.given import names
from tandem.sim.intervals import t_quantile
from tandem.sim.mistake import Mistake
from tandem.sim.until import HOPELESS, chance, spent_at

Order = tuple[str, ...]


def asked_order(until_decided: bool | str | Iterable[str], factors: Factors) -> Order:
    """The inputs whose order is to be decided: none for False, all for True, else those named. Mistake where one is no input, or
    there is no second to compare it with."""
    if until_decided is False:
        return ()
    found = factors.groups if until_decided is True else tuple(names("until_decided", until_decided))
    for name in found:
        if name not in factors.groups:
            raise Mistake(f"until_decided: no input {name!r}; there are {', '.join(factors.groups)}")
    if len(set(found)) < 2:
        raise Mistake("until_decided: an order is of two inputs or more")
    return tuple(found)


def order_open(output: Output, order: Collection[str], plan: Plan, last: Plan) -> bool:
    """Whether the order of some two of these inputs is not decided after the rows of `plan`, and may be within those of `last`.

    Two inputs that hardly move the output need no order, and where a tenth of what an answer needs is in doubt (the mean effect
    is hidden by luck) one goes on. What is hopeless is told as in `tandem.sim.until`: the chance that the difference stands out
    at the last look, each pair alone against its share of what that look may spend.
    """
    if output.constant:
        return False
    if not output.mean_known:
        return True
    table = ranks_of(output)
    table = table[table["first"].isin(order) & table["second"].isin(order)]
    found = output.measures["total_mean"]
    high = dict(zip(found.inputs, found.value + found.half))
    inert = [name for name in order if high[name] < INERT]
    left = table[(table["verdict"] != "decided") & ~(table["first"].isin(inert) & table["second"].isin(inert))]
    level = 1.0 - spent_at(len(last.looks) - 1) / max(len(table), 1)
    return bool(len(left)) and _may_be_decided(left, plan.n / last.n, t_quantile(last.replications, level))


def _may_be_decided(left: pd.DataFrame, seen: float, reach: float) -> bool:
    scores = left["difference"].to_numpy(dtype=float) / np.maximum(left["se"].to_numpy(dtype=float), 1e-300)
    return any(chance(float(score), seen, reach) >= HOPELESS for score in scores)
