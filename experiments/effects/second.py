"""What a second executive is worth, firm by firm: firms of the population, each with a COO and without on the same luck, as a map
over how firms differ and as a ranking of what the worth depends on.

A firm's worth of a COO is the difference in its yearly growth (log points) over the population's window. Thirds are thirds of the
firms played, so that each holds as many. Intervals take firms as independent, which firms of one parameter set are not quite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from tandem.experiments.firms.growth import YEAR, growth, slopes, standard
from tandem.experiments.firms.origin import digest_of
from tandem.experiments.firms.population import MOST_FIRMS, Firms, Population
from tandem.experiments.pages.numbers import Row
from tandem.experiments.pages.telling import clauses, form, said, spoken_now, word
from tandem.experiments.pages.words import listed
from tandem.sim.given import whole
from tandem.sim.intervals import DECIDED, mean_interval, share_interval, t_quantile, verdict
from tandem.sim.origin import origin_of
from tandem.sim.own import Own, made_by
from tandem.sim.panel import COLUMNS, Panel, panel_of
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.seeds import seed_of

FACTORS: Mapping[str, str] = {
    "size": "size",
    "load": "load of decisions",
    "turbulence": "turbulence of the market",
    "ceo_hours": "hours of the CEO",
    "skills": "skill of the pair",
    "communication": "communication",
}
"""How firms differ, each as a reader says it; `factors` says what each is."""

THIRDS = ("low", "middle", "high")
MAPS = (("load", "turbulence"), ("skills", "size"), ("ceo_hours", "communication"))
"""The pairs of factors that are drawn, each factor once; declared before the first run."""

FEWEST = 9  # firms: three a third


def with_and_without(firms: Firms, told: Callable[[int], None] = lambda firms: None) -> dict[str, Panel]:
    """The firms played by year on the same luck: `with` a COO, `without`. `told` hears how many more have been played."""
    panels = {}
    for arm, yes in (("with", True), ("without", False)):
        same = replace(firms, table=firms.table.assign(coo=yes))
        panels[arm] = panel_of(same.records(), seed=firms.seed, every=YEAR, columns=COLUMNS)
        told(len(firms))
    return panels


def factors(firms: Firms) -> pd.DataFrame:
    """How firms differ by FACTORS, one row a firm: size (log of the multiple of its context's usual), load (log), turbulence (of
    drift and jumps of the market alike, in standard deviations), ceo_hours (log of hours a week), skills (mean of all skills of
    both), communication (its lever)."""
    table = firms.table
    skills = [path for path in table.columns if ".skills." in path]
    turbulence = standard(np.log(table["market.drift"].to_numpy())) + standard(np.log(table["market.jumps"].to_numpy()))
    return pd.DataFrame(
        {
            "size": np.log(table["size"].to_numpy()),
            "load": np.log(table["execution.load"].to_numpy()),
            "turbulence": turbulence,
            "ceo_hours": np.log(table["ceo.hours"].to_numpy()),
            "skills": table[skills].mean(axis=1).to_numpy(),
            "communication": table["levers.communication"].to_numpy(),
        }
    )


def worths(firms: Firms, panels: Mapping[str, Panel]) -> pd.DataFrame:
    """One row a firm: context, coo (whether it has one by the population's rule), worth (points of growth a year that a COO
    brings), then FACTORS (size, load, turbulence, ceo_hours, skills, communication; as
    `tandem.experiments.effects.second.factors` says). `panels`: as of `with_and_without`."""
    window = firms.population.burn_in, firms.population.weeks
    worth = 100.0 * (growth(panels["with"], *window) - growth(panels["without"], *window))
    told = firms.table[["context", "coo"]].reset_index(drop=True).assign(worth=worth)
    return pd.concat([told, factors(firms)], axis=1)


# -- tables ------------------------------------------------------------------------------------


def thirds(values: np.ndarray) -> np.ndarray:
    """Which third of `values` each lies in, as one of THIRDS (equal values are parted in their order)."""
    place = pd.Series(values).rank(method="first").to_numpy() - 1.0
    return np.asarray(np.array(THIRDS)[np.minimum(2, (3.0 * place / len(values)).astype(int))])


def _of(worth: np.ndarray) -> dict[str, float | int | str]:
    """What a COO is worth to these firms: mean, low, high, share that gain with its interval, n, verdict."""
    mean, low, high, _, n = mean_interval(worth)
    gain = int((worth > 0).sum())
    share_low, share_high = share_interval(gain, n) if n else (np.nan, np.nan)
    return {
        "mean": mean,
        "low": low,
        "high": high,
        "share": gain / n if n else np.nan,
        "share_low": share_low,
        "share_high": share_high,
        "n": n,
        "verdict": verdict(low, high, n),
    }


def cells(firms: pd.DataFrame) -> pd.DataFrame:
    """The map: one row a pair of factors and a third of each (`worths` gives `firms`). Columns: factor, third, other,
    other_third; mean (points of growth a year), low, high (95%, t); share of firms that gain, share_low, share_high (95%,
    Wilson); n; verdict of the mean (higher, lower, undecided)."""
    where = {name: thirds(firms[name].to_numpy()) for name in FACTORS}
    worth, rows = firms["worth"].to_numpy(), []
    for factor, other in (*MAPS, *(pair for pair in combinations(FACTORS, 2) if not {pair, pair[::-1]} & set(MAPS))):
        for third in THIRDS:
            for beside in THIRDS:
                inside = (where[factor] == third) & (where[other] == beside)
                named = {"factor": factor, "third": third, "other": other, "other_third": beside}
                rows.append({**named, **_of(worth[inside])})
    return pd.DataFrame(rows)


def depends(firms: pd.DataFrame) -> pd.DataFrame:
    """What the worth depends on, the steepest first: factor, slope (points of growth a year for a standard deviation, the other
    factors held), low, high (95%), verdict, n."""
    found, errors = slopes(firms["worth"].to_numpy(), *(firms[name].to_numpy() for name in FACTORS))
    half = t_quantile(max(2, len(firms) - len(FACTORS))) * errors
    rows = [
        {"factor": name, "slope": slope, "low": slope - reach, "high": slope + reach}
        for name, slope, reach in zip(FACTORS, found, half)
    ]
    table = pd.DataFrame(rows)
    table["verdict"] = [verdict(row["low"], row["high"], len(firms)) for row in rows]
    return table.assign(n=len(firms)).sort_values("slope", key=np.abs, ascending=False, kind="stable", ignore_index=True)


def groups(firms: pd.DataFrame) -> pd.DataFrame:
    """The worth to all firms, to those that have a COO by the population's rule, and to those that have none: firms, then the
    figures of `tandem.experiments.effects.second.cells`."""
    has, worth = firms["coo"].to_numpy(dtype=bool), firms["worth"].to_numpy()
    parts = {"all": worth, "with a COO": worth[has], "without a COO": worth[~has]}
    return pd.DataFrame([{"firms": name, **_of(values)} for name, values in parts.items()])


# -- the whole ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Worth(Own):
    """What a second executive is worth over a population."""

    firms: pd.DataFrame
    """One row a firm, see `tandem.experiments.effects.second.worths`."""
    seed: int | str
    parameters: Chosen
    """Under which parameter sets the firms were played."""

    @property
    def cells(self) -> pd.DataFrame:
        """The map by thirds of two factors, see `tandem.experiments.effects.second.cells`."""
        return cells(self.firms)

    @property
    def depends(self) -> pd.DataFrame:
        """What the worth depends on, the steepest first, see `tandem.experiments.effects.second.depends`."""
        return depends(self.firms)

    @property
    def groups(self) -> pd.DataFrame:
        """The worth to all firms, and to those with and without a COO, see `tandem.experiments.effects.second.groups`."""
        return groups(self.firms)

    def sentences(self) -> list[str]:
        """What the tables say, in English: in how many firms, where, on what it depends, and for whom."""
        told = [share_sentence(self.groups), place_sentence(self.cells), depends_sentence(self.depends)]
        return [*told, owners_sentence(self.groups)]


def worth_of_second(
    n: int = 3000,
    seed: int | str = 0,
    parameters: str | int | Chosen = ENSEMBLE,
    progress: Callable[[int], None] = lambda firms: None,
) -> Worth:
    """What a second executive is worth in `n` firms of the population (at least 9), each played with a COO and without: a map by
    thirds of two factors, a ranking of factors, and sentences. `seed` as in `tandem.sim.seeds`, `parameters` as in
    `tandem.sim.parameter_sets`; under the ensemble each firm has a set of its own. `progress` hears firms. Raises
    Mistake in one sentence.

    Returns a `Worth`: `firms` (one row a firm; growth in shares a year), `depends` (one row a factor) and what it says of them.

    >>> from tandem import worth_of_second
    >>> found = worth_of_second(18, seed=1)
    >>> len(found.firms), set(found.depends["factor"]) == {"size", "load", "turbulence", "ceo_hours", "skills", "communication"}
    (18, True)
    """
    n, seed, asked = whole("n", n, FEWEST, MOST_FIRMS), seed_of(seed), chosen(parameters)
    population = Population.load("population", parameters=asked)
    firms = population.firms(n, seed, pairs_only=False)
    return worth_in(worths(firms, with_and_without(firms, progress)), n, seed, asked)


def worth_in(firms: pd.DataFrame, n: int, seed: int | str, asked: Chosen) -> Worth:
    """The worth in a table of `n` firms that was played now or kept: with the same record either way."""
    declared = Population.load("population", parameters=asked).declared
    origin = origin_of("worth_of_second", [], asked, None, n=n, seed=seed, population_sha256=digest_of(declared))
    return made_by(Worth(firms, seed, asked), origin)


# -- sentences ---------------------------------------------------------------------------------


def points(value: float) -> str:
    """A number of points as a reader sees it."""
    return form(value, "+.2f").replace("-", "−")


def interval(low: float, high: float) -> str:
    """Its interval."""
    return f"[{clauses([points(low), points(high)])}]" if spoken_now() == "fr" else f"[{points(low)}, {points(high)}]"


def row_of(table: pd.DataFrame, firms: str) -> Row:
    """The row of `groups` that is about these firms."""
    return table[table["firms"] == firms].to_dict("records")[0]


def factor_of(name: str) -> str:
    """A factor as a reader says it."""
    return word(FACTORS[name])


def share_sentence(table: pd.DataFrame) -> str:
    """In how many firms a second executive raises growth, and by how much on average; `table`: of `groups`."""
    row = row_of(table, "all")
    return said(
        "second.share",
        share=row["share"],
        low=100 * row["share_low"],
        high=100 * row["share_high"],
        mean=points(row["mean"]),
        interval=interval(row["low"], row["high"]),
        verdict=word(row["verdict"]),
        n=row["n"],
    )


def place_of(row: Row) -> str:
    """Where a cell of the map lies, in words."""
    return said(
        "second.cell", **{name: said(f"second.third.{row[third]}", factor=factor_of(str(row[name]))) for name, third in PLACES}
    )


PLACES = (("factor", "third"), ("other", "other_third"))


def place_sentence(table: pd.DataFrame) -> str:
    """Where a second executive is worth most and least among the cells drawn; `table`: of `cells`."""
    drawn = table[[pair in MAPS for pair in zip(table["factor"], table["other"])]].dropna(subset=["low"])
    if not len(drawn):
        return said("second.too_few")
    told = []
    rows = drawn.to_dict("records")
    for key, row in (("most", max(rows, key=lambda each: each["mean"])), ("least", min(rows, key=lambda each: each["mean"]))):
        told.append(
            said(
                f"second.{key}",
                where=place_of(row),
                mean=points(row["mean"]),
                interval=interval(row["low"], row["high"]),
                verdict=word(row["verdict"]),
                share=row["share"],
                n=row["n"],
            )
        )
    counts = {each: int((drawn["verdict"] == each).sum()) for each in (*DECIDED, "undecided")}
    return f"{' '.join(told)} {said('second.counts', **counts, cells=len(drawn))}"


def depends_sentence(table: pd.DataFrame) -> str:
    """On what the worth depends, decided slopes first; `table`: of `depends`."""
    told = []
    for verdict_ in DECIDED:
        rows = [row for row in table.to_dict("records") if row["verdict"] == verdict_]
        if rows:
            each = [f"{factor_of(row['factor'])} ({points(row['slope'])} {interval(row['low'], row['high'])})" for row in rows]
            told.append(said(f"second.with_{verdict_}", factors=listed(each)))
    still = [factor_of(row["factor"]) for row in table.to_dict("records") if row["verdict"] not in DECIDED]
    if still:
        told.append(said("second.whether", factors=listed(still)))
    return said("second.depends", parts=clauses(told))


def owners_sentence(table: pd.DataFrame) -> str:
    """What a COO is worth to firms that have one and to others; `table`: of `groups`."""
    told = []
    for name, key in (("with a COO", "second.have"), ("without a COO", "second.have_none")):
        row = row_of(table, name)
        if row["n"]:
            told.append(said(key, mean=points(row["mean"]), interval=interval(row["low"], row["high"]), n=row["n"]))
    return said("second.owners", parts=listed(told))
