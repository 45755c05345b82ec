"""Which role model fits which firm, judged by what a firm in that context wants.

The wishes are data of the context (`[wishes]` in its file). Each wished outcome counts alike, in its own spread: the fit of a
role model is the mean, over the wishes, of the outcome in standard deviations across replicates. All role models share
replicates, so that differences of fit are paired.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.experiments.effects.role_models import DISPOSITIONS, Player, chosen_role_models
from tandem.experiments.firms.kept_batches import play
from tandem.experiments.pages.telling import said, spoken_now
from tandem.experiments.pages.words import listed
from tandem.sim.intervals import DECIDED, paired_difference, verdict
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.story import Wishes
from tandem.sim.texts import typeset
from tandem.sim.until import HOPELESS, difference_until_decided, followed_difference, looks

if TYPE_CHECKING:
    import pandas as pd

# Which role model the article names for which context.
NAMED: Mapping[str, str] = {
    "rapid-growth": "strategist-executor",
    "innovative": "visionary-catalyst",
    "established-brand": "brand-performance",
    "agile": "co-pilot",
}


def wishes_of(context: str) -> Wishes:
    """What a firm in this context wants; growth where its file says nothing."""
    told: Wishes | None = Scenario.load(context).story.wishes
    return told or Wishes.model_validate({"wants": [{"outcome": "revenue_growth"}]})


def wished(
    context: str,
    arms: Sequence[str],
    pairs: int,
    seed: int | str = 0,
    parameters: str | int | Chosen = ENSEMBLE,
    changes: Mapping[str, object] | None = None,
    player: Player = play,
) -> dict[str, np.ndarray]:
    """The wished outcomes of each role model, float64 (wishes, replicates) each, turned so that more is better."""
    wishes = wishes_of(context)
    found = {}
    for arm in arms:
        firm = Scenario.of(role_model=arm, context=context).with_(dict(changes or {}))
        judged = firm.with_({**wishes.under, **_horizon(wishes)}) if wishes.under else firm
        batch = player(judged, pairs, seed, parameters)
        plain = None
        if any(wish.beyond for wish in wishes.wants):
            plain = player(firm.with_(_horizon(wishes)), pairs, seed, parameters)
        rows = []
        for wish in wishes.wants:
            values = batch.units(wish.outcome)
            if wish.beyond and plain is not None:
                values = values - plain.units(wish.outcome)
            rows.append(-values if wish.less else values)
        found[arm] = np.array(rows, dtype=np.float64)
    return found


def _horizon(wishes: Wishes) -> dict[str, object]:
    return {"quarters": wishes.under["quarters"]} if "quarters" in wishes.under else {}


def indices(values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The fit of each role model, float64 (replicates,): mean over wishes of the outcome over its spread within role models."""
    spread = np.sqrt(np.mean([np.nanvar(rows, axis=1) for rows in values.values()], axis=0))
    scale = np.where(spread > 0, spread, 1.0)
    return {arm: np.mean(rows / scale[:, None], axis=0) for arm, rows in values.items()}


def fits(
    contexts: Sequence[str],
    pairs: int,
    arms: Sequence[str] | None = None,
    seed: int | str = 0,
    parameters: str | int | Chosen = ENSEMBLE,
    equal: bool = False,
    player: Player = play,
    until_decided: bool = False,
    hopeless: float = HOPELESS,
) -> pd.DataFrame:
    """One row a context and role model: rival (the best of the others), difference (fit of the role model less that of its
    rival, in standard deviations of the wished outcomes), low and high (95%, paired), verdict (higher, lower, same, undecided),
    n, named (whether the article names it for this context), place (its rank by mean fit, 1 the best). `equal`: with equal
    dispositions instead of as described. `until_decided`: `pairs` are the most, and a context is played no further once each
    difference is decided; intervals allow for that. Raises Mistake for fewer than two role models."""
    import pandas as pd

    arms, rows = arms or chosen_role_models(), []
    if len(arms) < 2:
        raise Mistake(f"fit compares two role models or more, not {', '.join(arms)} alone")
    for context in contexts:
        changes = DISPOSITIONS if equal else None
        for look in (looks(pairs) or (pairs,)) if until_decided else (pairs,):
            index = indices(wished(context, arms, look, seed, parameters, changes, player))
            told = _told(context, index, until_decided)
            if not any(
                followed_difference(index[row["rival"]], index[row["role_model"]]).open_within(pairs, hopeless) for row in told
            ):
                break
        rows += told
    return pd.DataFrame(rows)


def _told(context: str, index: Mapping[str, np.ndarray], until_decided: bool) -> list[dict[str, Any]]:
    """The rows of one context, from the fit of each role model, float64 (replicates,) each."""
    rows, apart = [], difference_until_decided if until_decided else paired_difference
    order = sorted(index, key=lambda arm: -float(np.nanmean(index[arm])))
    for place, arm in enumerate(order, start=1):
        rival = order[0] if arm != order[0] else order[1]
        difference, low, high, _, n = apart(index[rival], index[arm])
        named = NAMED.get(context) == arm
        row = {"context": context, "role_model": arm, "place": place, "rival": rival, "difference": difference, "low": low}
        rows.append({**row, "high": high, "verdict": verdict(low, high, n), "named": named, "n": n})
    return rows


# -- what it says ------------------------------------------------------------------------------


def firsts(table: pd.DataFrame) -> pd.DataFrame:
    """Who is first in each context of a table of `fits`: context; first (the role models that are first or cannot be told from
    it, best mean fit first, "; " between); decided (one alone); lead (of the first over the next, in standard deviations); named
    (by the article; "" for none); agreed ("agreed" where that one is first, "undecided" where it is among those that cannot be
    told apart, "not agreed", "" where none is named); n."""
    import pandas as pd

    rows = []
    for context, part in table.groupby("context", sort=False):
        part = part.sort_values("place")
        close = part[(part["place"] == 1) | ~part["verdict"].isin(DECIDED)]
        first = list(close["role_model"])
        named = NAMED.get(str(context), "")
        word = "not agreed" if named not in first else "agreed" if len(first) == 1 else "undecided"
        rows.append(
            {
                "context": context,
                "first": "; ".join(first),
                "decided": len(first) == 1,
                "lead": float(part["difference"].iloc[0]),
                "named": named,
                "agreed": word if named else "",
                "n": int(part["n"].min()),
            }
        )
    return pd.DataFrame(rows)


def fit_sentence(row: Mapping[Hashable, Any], named: Mapping[str, str]) -> str:
    """A context's wishes, who fits them, and whether the article says so; `row`: of `firsts`, `named`: titles by id."""
    wishes = wishes_of(row["context"])
    wants = typeset(wishes.reason[spoken_now()], spoken_now()) if wishes.reason else said("fit.grow")
    first = [quoted(named[arm]) for arm in row["first"].split("; ")]
    fits_it = said("fit.alike", names=listed(first))
    if row["decided"]:
        fits_it = said("fit.best", name=first[0], lead=float(row["lead"]))
    article = said("fit.names_none")
    if row["agreed"]:
        words = {"agreed": "fit.agreed", "undecided": "fit.agreed_so_far"}
        article = said("fit.names", name=quoted(named[row["named"]]), word=said(words.get(row["agreed"], "fit.not_agreed")))
    where = named[row["context"]]
    return said("fit.told", context=where, wants=wants, fits_it=fits_it, article=article, n=row["n"])


def quoted(title: str) -> str:
    """A role model's title in a sentence: titles have commas of their own."""
    return said("fit.quoted", title=title)


def agreement(table: pd.DataFrame) -> str:
    """In how many contexts the role model that the article names is first or undecided for first; `table`: of `firsts`."""
    asked = table[table["agreed"] != ""]
    words = asked["agreed"].value_counts()
    first, open_ = int(words.get("agreed", 0)), int(words.get("undecided", 0))
    return said("fit.agreement", both=first + open_, contexts=len(asked), first=first, open=open_)
