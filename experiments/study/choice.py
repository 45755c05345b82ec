"""Which role model should a firm choose, where does that switch, what does a wrong choice cost, and which lever comes first?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from tandem.experiments.decisions.choice import weigh
from tandem.experiments.decisions.played import Played, play_options
from tandem.experiments.decisions.switching import mapped
from tandem.experiments.effects.cells import CONTEXT
from tandem.experiments.effects.role_models import chosen_role_models, contexts, described
from tandem.experiments.files.provenance import model_source
from tandem.experiments.sensitivity.intervals import half_width, holm, p_value
from tandem.experiments.study.choice_options import (
    DRIFT,
    DRIFTS,
    LOAD,
    LOADS,
    PARAMETERS,
    Choices,
    over_contexts,
    over_surroundings,
    parameter_sets,
    raised,
)
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS

PRICES: Mapping[str, tuple[float, float]] = {
    "growth alone": (1.0, 0.0),
    "an episode costs 1 point of growth": (1.0, -0.01),
    "an episode costs 5 points of growth": (1.0, -0.05),
    "conflict alone": (0.0, -1.0),
}
"""What a firm wants: worth of a unit of yearly revenue growth (share/year) and of a conflict episode a quarter. Prices between
the two ends are an assumption: what growth a firm would give to be spared one episode a quarter. Declared before anything is
played."""
UNIT = {"conflict alone": "episodes/quarter"}
"""Unit of a utility; else share/year (of revenue growth)."""
MAPPED_IN = "baseline"
LEVEL = 0.05

Told = Callable[[str, int], None]


@dataclass(frozen=True)
class Size:
    """Points and replicates a point: over the contexts, of the map, of each role model in each context for the levers;
    parameter sets."""

    choice: tuple[int, int]
    map: tuple[int, int]
    levers: tuple[int, int]
    sets: int


SIZES = {"smoke": Size((64, 2), (128, 2), (32, 2), 4), "paper": Size((4096, 4), (8192, 4), (1024, 2), 32)}


@dataclass(frozen=True)
class Decisions:
    """What was found, as tidy tables. Utilities are named as in PRICES, in share/year or, by conflict alone, episodes/quarter."""

    options: pd.DataFrame
    """One row a utility and role model: see `Decision.options`."""
    information: pd.DataFrame
    """One row a utility and factor: see `Decision.information`."""
    regret: pd.DataFrame
    """One row a utility, context and role model: regret (mean utility of the best role model there less its own), low, high
    (95%, paired), p (adjusted for all rows of the utility by Holm 1979), verdict ("best", "worse", "undecided"), n."""
    map: pd.DataFrame
    """One row a utility and cell of load and drift: see `switching_map`; the axes hold the values themselves."""
    levers: pd.DataFrame
    """One row a utility, role model, context and lever: mean (what raising it to best practice adds), low, high, verdict."""
    noise: Mapping[str, float]
    """Utility -> luck's part of the variance over firms, the largest of the role models."""
    sizes: Size
    seed: int | str
    runs: int
    parameters: Chosen

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that are written, by file name."""
        return {
            "options": self.options,
            "information": self.information,
            "regret": self.regret,
            "switching_map": self.map,
            "lever_values": self.levers,
        }


@dataclass(frozen=True)
class Part:
    """One thing to play: its name, the function, points and replicates a point."""

    name: str
    function: Choices = field(repr=False)
    n: int
    replicates: int
    arms: int
    """Firms that one row plays."""

    @property
    def runs(self) -> int:
        """Firms that are played."""
        return self.n * self.replicates * self.arms


def planned_runs(profile: str) -> int:
    """Firms that a profile plays."""
    size, options = SIZES[profile], len(chosen_role_models())
    cells = options * len(contexts())
    return options * (int(np.prod(size.choice)) + int(np.prod(size.map))) + cells * (1 + len(LEVERS)) * int(np.prod(size.levers))


def play(
    profile: str,
    seed: int | str,
    store: Path,
    progress: Told = lambda what, runs: None,
    parameters: str | int | Chosen = ENSEMBLE,
) -> Decisions:
    """Play what is not yet in `store`, weigh it, and give back all tables; `parameters` as in `tandem.sim.parameter_sets`."""
    size, options, places = SIZES[profile], chosen_role_models(), contexts()
    numbers = parameter_sets(size.sets, seed, parameters)
    mark = marked(numbers)
    played = partial(_play, seed=seed, store=store, mark=mark, progress=progress)
    choice = played(Part("choice", over_contexts(options, places, numbers), *size.choice, len(options)))
    surroundings = played(Part("map", over_surroundings(options, MAPPED_IN, numbers), *size.map, len(options)))
    levers = {
        (role_model, place): played(
            Part(f"levers {role_model} {place}", raised(role_model, place, numbers), *size.levers, 1 + len(LEVERS))
        )
        for role_model in options
        for place in places
    }
    tables: dict[str, list[pd.DataFrame]] = {name: [] for name in ("options", "information", "regret", "map", "levers")}
    noise = {}
    for price, weights in PRICES.items():
        mine = choice.weighed(np.array(weights))
        found = weigh(mine, options, {CONTEXT: len(places), PARAMETERS: len(numbers)})
        noise[price] = luck_share(mine)
        tables["options"].append(labelled(found.options, utility=price))
        tables["information"].append(labelled(found.information, utility=price))
        tables["regret"].append(labelled(regrets(mine, options, places), utility=price))
        tables["map"].append(labelled(surrounded(surroundings.weighed(np.array(weights)), options), utility=price))
        for (role_model, place), gains in levers.items():
            told = weigh(gains.weighed(np.array(weights)), LEVERS).options
            table = told[["option", "mean", "low", "high", "verdict"]].rename(columns={"option": "lever"})
            tables["levers"].append(labelled(table, utility=price, role_model=role_model, context=place))
    whole = {name: pd.concat(parts, ignore_index=True) for name, parts in tables.items()}
    return Decisions(**whole, noise=noise, sizes=size, seed=seed, runs=planned_runs(profile), parameters=chosen(parameters))


def marked(numbers: list[int | None]) -> str:
    """Names the model, the scenarios and the parameter sets that are played."""
    digests = {
        place: {role_model: scenario.digest for role_model, scenario in described(place, chosen_role_models()).items()}
        for place in contexts()
    }
    content = [digests, numbers, LOADS, DRIFTS, MAPPED_IN, model_source()]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _play(part: Part, seed: int | str, store: Path, mark: str, progress: Told) -> Played:
    keep = store / f"{part.name.replace(' ', '-')}.npz"
    function = part.function
    return play_options(
        function,
        function.factors,
        function.columns,
        part.n,
        seed,
        part.replicates,
        keep,
        f"{mark} {part.name}",
        lambda rows: progress(part.name.split()[0], rows * part.arms),
    )


def labelled(table: pd.DataFrame, **labels: str) -> pd.DataFrame:
    """The table with columns of one value in front."""
    return table.assign(**labels)[[*labels, *table.columns]]


def luck_share(played: Played) -> float:
    """Luck's part of the variance over firms, the largest of the options: within points over all."""
    within = played.values.var(axis=0, ddof=1).mean(axis=0)
    whole = played.values.reshape(-1, played.values.shape[2]).var(axis=0)
    return float((within / whole).max())


def regrets(played: Played, options: list[str], places: list[str]) -> pd.DataFrame:
    """What each role model gives away in each context against the best there; see `Decisions.regret`."""
    plain = played.values.mean(axis=0)
    cells = np.minimum((played.points[:, played.names.index(CONTEXT)] * len(places)).astype(int), len(places) - 1)
    rows: list[dict[str, object]] = []
    for at, place in enumerate(places):
        mine = plain[cells == at]
        best = int(mine.mean(axis=0).argmax())
        for option, name in enumerate(options):
            gap = mine[:, best] - mine[:, option]
            error = float(gap.std(ddof=1) / len(gap) ** 0.5)
            wide = float(half_width(error, len(gap)))
            rows.append(
                {
                    "context": place,
                    "role_model": name,
                    "regret": float(gap.mean()),
                    "low": float(gap.mean()) - wide,
                    "high": float(gap.mean()) + wide,
                    "p": p_value(float(gap.mean()), error, len(gap)) if option != best else np.nan,
                    "verdict": "best" if option == best else "worse",
                    "n": len(gap),
                }
            )
    table = pd.DataFrame(rows)
    rivals = table["p"].notna()
    table.loc[rivals, "p"] = holm(table.loc[rivals, "p"].to_numpy())
    table.loc[rivals & (table["p"] > LEVEL), "verdict"] = "undecided"
    for place in places:  # the first is the best only where every other is decidedly worse
        here = table["context"] == place
        if (table.loc[here, "verdict"] == "undecided").any():
            table.loc[here & (table["verdict"] == "best"), "verdict"] = "undecided"
    return table


def surrounded(played: Played, options: list[str]) -> pd.DataFrame:
    """The switching map with the loads and drifts themselves on its axes."""
    table = mapped(played, options, (LOAD, DRIFT), len(LOADS))
    table[LOAD] = [LOADS[int(x * len(LOADS))] for x in table[LOAD]]
    table[DRIFT] = [DRIFTS[int(x * len(DRIFTS))] for x in table[DRIFT]]
    return table
