"""What a second executive is worth to one firm: with one against without, on the same replicates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tandem.experiments.firms.population import Population
from tandem.sim.intervals import DECIDED, verdict
from tandem.sim.scenario import Scenario
from tandem.sim.texts import number, semicolon, text
from tandem.sim.until import difference_until_decided

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("has", "role_model", "growth_change", "growth_low", "growth_high", "verdict", "n")


def without_coo(scenario: Scenario) -> Scenario:
    """The firm under the control that has no COO, as the population knows it."""
    return scenario.with_({"role_model": Population.load("population").declared["coo"]["without"]})


def second_worth(scenario: Scenario, other: Scenario, own: np.ndarray, others: np.ndarray) -> pd.DataFrame:
    """One row: has (whether the firm has a COO), role_model (of the arm with one), growth_change that a COO brings (share a
    year) with its 95% interval (growth_low, growth_high), verdict, n (replicates). `own`, `others`: growth of the firm and of
    the `other` arm, (runs,), same replicates. No row where both have a COO, or neither, since the firm's file says so by
    hand."""
    import pandas as pd

    has, beside = (bool(firm.parameters.coo.present) for firm in (scenario, other))
    if has == beside:
        return pd.DataFrame(columns=list(COLUMNS))
    change, low, high, _, n = difference_until_decided(*((others, own) if has else (own, others)))
    named = (scenario if has else other).role_model
    return pd.DataFrame([(has, named, change, low, high, verdict(low, high, n), n)], columns=list(COLUMNS))


def second_sentence(table: pd.DataFrame, titles: Mapping[str, str], lang: str = "en") -> str:
    """What the table says; "" where it has no row."""
    if not len(table):
        return ""
    row = table.iloc[0]
    low, high = (number(100 * row[f"growth_{end}"], "+.2f", lang) for end in ("low", "high"))
    told = text(
        f"advice.second.{'has' if row['has'] else 'would'}",
        lang,
        role_model=titles.get(row["role_model"], row["role_model"]),
        growth=number(100 * row["growth_change"], "+.2f", lang),
        interval=text("advice.interval", lang, low=low, high=high),
        sure="" if row["verdict"] in DECIDED else semicolon(lang) + text("advice.second.undecided", lang),
    )
    return told if row["has"] else f"{told} {text('advice.second.flattered', lang)}"
