"""Published findings as data (`scenarios/findings.toml`), and the same statistics computed on simulated firms.

A finding holds when all its statistics that count lie within their bands, fails when the whole interval of one lies outside, and
is undecided on the edge. None is tuned by itself.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tandem.experiments.firms.population import Population
from tandem.experiments.store.engines import nested
from tandem.experiments.validation import executives
from tandem.experiments.validation.declared import read_findings
from tandem.experiments.validation.statistics import (
    completed_spells,
    composite,
    correlation,
    filled,
    group_work,
    growth,
    long_run_elasticity,
    months_to_share,
    short_run_elasticity,
    standardised_difference,
    tent_shape,
    yearly_growth,
)
from tandem.experiments.validation.trials import LONG_STEP, Size, Trial
from tandem.sim.compile import set_threads, stop_if_given_up
from tandem.sim.intervals import band_verdict, t_quantile, whole_verdict
from tandem.sim.seeds import further
from tandem.sim.until import level_of

KNOWN = ("read", "secondary", "memory")


@dataclass(frozen=True)
class Statistic:
    """One number of a finding, with the band that its simulated value should lie in (none where nothing is published)."""

    name: str
    measure: str
    computation: str
    published: float | None = None
    low: float | None = None
    high: float | None = None
    counts: bool = True


@dataclass(frozen=True)
class Finding:
    """A published finding: what it says, how it is known, and by which chain of mechanisms the model should show it."""

    id: str
    en: str
    fr: str
    source: str
    known: str
    band_source: str
    chain: str
    statistics: tuple[Statistic, ...]

    @property
    def verified(self) -> bool:
        """Whether the figure was read at its source."""
        return self.known == "read"


@lru_cache(maxsize=1)
def findings() -> tuple[Finding, ...]:
    """All findings, in the order of the file."""
    return of_file(resources.files("tandem.scenarios") / "findings.toml", "findings.toml")


def of_file(source: Path | Traversable, name: str) -> tuple[Finding, ...]:
    """The findings of a file that messages call `name`. Raises ScenarioError, one line, for what is wrong in it."""
    tables = read_findings(source, name, COMPUTED)
    return tuple(
        Finding(**{**table, "statistics": tuple(Statistic(**row) for row in table["statistics"])}) for table in tables["finding"]
    )


def targets() -> tuple[Statistic, ...]:
    """The statistics that are judged."""
    return tuple(row for finding in findings() for row in finding.statistics if row.counts)


# -- how each is computed ----------------------------------------------------------------------


def across(x: str, y: str) -> Callable[[Trial], float]:
    """r across firms of two columns of the firm table."""
    return lambda trial: correlation(trial.table[x].to_numpy(), trial.table[y].to_numpy())


def task_difference(trial: Trial, name: str) -> float:
    """d of an intervention on the group's task performance (mean of its criteria, standardised over both arms)."""
    off, on, firms = trial.twins_of(name)
    both = [np.concatenate(pair) for pair in zip(group_work(off, *trial.window), group_work(on, *trial.window))]
    twice = np.concatenate([firms.cells, firms.cells])
    whole = composite(filled(both), twice)
    return standardised_difference(whole[len(firms) :], whole[: len(firms)], firms.cells)


def growth_difference(trial: Trial, name: str) -> float:
    """d of an intervention on yearly log growth."""
    off, on, firms = trial.twins_of(name)
    return standardised_difference(growth(on, *trial.window), growth(off, *trial.window), firms.cells)


def harmed(trial: Trial, name: str) -> float:
    """Share of twins whose growth an intervention lowers."""
    off, on, _ = trial.twins_of(name)
    return float((growth(on, *trial.window) < growth(off, *trial.window)).mean())


def spells(trial: Trial, post: str) -> float:
    """Mean completed spell in a post (years)."""
    found = completed_spells(trial.long[f"{post}_present"][:, 0], trial.long[f"{post}_successions"][:, 0], LONG_STEP)
    return float(found.mean()) if len(found) else np.nan


def carried_over(trial: Trial) -> float:
    """Long-run over short-run response to advertising."""
    calm, more = trial.advertising["calm"], trial.advertising["more"]
    return long_run_elasticity(calm[0], more[0], calm[1], more[1]) / short_run_elasticity(*trial.advertising["usual"])


COMPUTED: dict[str, Callable[[Trial], float]] = {
    "C1": across("task_conflict", "relationship_conflict"),
    "C2": across("relationship_conflict", "group_performance"),
    "C2 on growth": across("relationship_conflict", "performance"),
    "C3": across("task_conflict", "group_performance"),
    "C3 on growth": across("task_conflict", "performance"),
    "C4": across("process_conflict", "group_performance"),
    "C4 on growth": across("process_conflict", "performance"),
    "C5": across("trust", "group_performance"),
    "C5 on growth": across("trust", "performance"),
    "C6 decisions": across("information_shared", "decision_quality"),
    "C6 results": across("information_shared", "group_performance"),
    "C6 results on growth": across("information_shared", "performance"),
    "C7": across("role_ambiguity", "own_task_performance"),
    "C8": lambda trial: task_difference(trial, "goals"),
    "C8 hard goals": lambda trial: task_difference(trial, "hard goals"),
    "C8 on growth": lambda trial: growth_difference(trial, "goals"),
    "C9": lambda trial: task_difference(trial, "feedback"),
    "C9 share below zero": lambda trial: harmed(trial, "feedback"),
    "C9 on growth": lambda trial: growth_difference(trial, "feedback"),
    "C10": lambda trial: 0.5 * (task_difference(trial, "training") + growth_difference(trial, "training")),
    "C10 on growth": lambda trial: growth_difference(trial, "training"),
    "C11": lambda trial: short_run_elasticity(*trial.advertising["usual"]),
    "C12": carried_over,
    "C13": lambda trial: months_to_share(trial.advertising["calm"][0], trial.advertising["pulse"][0]),
    "C14": lambda trial: float(np.nanmean(trial.table["marketing_spend_share"])),
    "C15 CEO": lambda trial: spells(trial, "ceo"),
    "C15 COO": lambda trial: spells(trial, "coo"),
    "C16": lambda trial: float(trial.long["coo_present"].mean()),
    "C17": lambda trial: tent_shape(*yearly_growth(trial.long)),
    "C18": executives.trust_loosens,
    "C19": lambda trial: task_difference(trial, "debriefs"),
    "C20 outside": lambda trial: executives.worth_slope(trial, "turbulence"),
    "C20 inside": lambda trial: executives.worth_slope(trial, "interdependence"),
    "C20 share": executives.worth_share,
    "C20 chosen": executives.chosen_well,
    "C21": executives.meeting_hours_saved,
    "C22": executives.size_exponent,
    "C23": across("satisfaction", "performance"),
    "C24": lambda trial: executives.worth_of_skill(trial, "market") - executives.worth_of_skill(trial, "operations"),
    "C25": executives.slower_return,
    "C25 regimes": executives.regimes,
}


def computed(trial: Trial, names: Sequence[str] = tuple(COMPUTED)) -> dict[str, float]:
    """Statistics of one population of firms, by name."""
    return {name: float(COMPUTED[name](trial)) for name in names}


# -- judged ------------------------------------------------------------------------------------


FIRST_LOOK = 8
"""Populations after which one looks first where findings are played until decided: fewer would show no spread to trust."""
STEP = 4
"""Populations from each look to the next."""

Job = tuple[Population, int, Size, bool, tuple[str, ...]]


def _drawn(job: Job) -> dict[str, float]:
    population, seed, size, alone, names = job
    if alone:
        set_threads(1)
    return computed(Trial(population, seed, size), names)


def assess(
    population: Population,
    seeds: int = 20,
    seed: int | str = 0,
    size: Size | None = None,
    progress: Callable[[], None] = lambda: None,
    workers: int = 1,
    until_decided: bool = False,
) -> pd.DataFrame:
    """Every statistic of every finding: finding, statement_en, statement_fr, statistic, measure, computation, value, error
    (Monte Carlo standard error of the mean over seeds), value_low, value_high (interval of that mean: Student's t at 95%, wider
    where one looks several times, so that all looks together have 95%), published, low, high (the band), band_source, verdict,
    finding_verdict, source, known, unverified, counts, chain, seeds.

    Each seed draws its own firms. `workers` processes of one thread each change no number. `until_decided`: a finding of which it
    is decided at a look, after 8, 12, 16, ... seeds, that all its statistics lie within their bands, or that one does not, is
    played no further; what it takes to decide allows for all looks (`tandem.sim.until`). What `seeds` has beyond the last look is
    not played then. The column `seeds` says how many each took.
    """
    size, workers = size or Size(), 1 if nested() else workers
    looks = (until_decided and looks_within(seeds)) or (seeds,)
    drawn, names, done, decided = pd.DataFrame(), tuple(COMPUTED), 0, dict[str, pd.DataFrame]()
    with _players(workers) as play:
        for at, look in enumerate(looks):
            jobs = [(population, further(seed, 1000, k), size, workers > 1, names) for k in range(done, look)]
            found = []
            for one in play(jobs):
                found.append(one)
                progress()
                stop_if_given_up()
            drawn, done = pd.concat([drawn, pd.DataFrame(found)], ignore_index=True), look
            level = level_of(looks[: at + 1]) if len(looks) > 1 else None
            table = judged(drawn, level)
            still = _open(table, level)
            for finding, rows in table.groupby("finding"):
                if finding not in still:
                    decided.setdefault(str(finding), rows)  # told for good as it was when it was decided
            names = tuple(table.loc[~table["finding"].isin(list(decided)), "statistic"])
            if not names:
                break
    told = [decided.get(str(finding), rows) for finding, rows in table.groupby("finding", sort=False)]
    return pd.concat(told, ignore_index=True)


def looks_within(seeds: int) -> tuple[int, ...]:
    """Numbers of populations at which one looks within so many, none below FIRST_LOOK: a larger budget goes on with the same."""
    return tuple(range(FIRST_LOOK, seeds + 1, STEP))


@contextmanager
def _players(workers: int) -> Iterator[Callable[[list[Job]], Iterable[dict[str, float]]]]:
    """What plays jobs, in their order: here, or in so many processes."""
    if workers <= 1:
        yield lambda jobs: map(_drawn, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield lambda jobs: pool.map(_drawn, jobs)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _open(table: pd.DataFrame, level: float | None) -> set[str]:
    """Findings of which more seeds may change the verdict: none is decidedly outside its band, and some may be either way."""
    if level is None:
        return set()
    found = set()
    for finding, rows in table[table["counts"]].groupby("finding"):
        within = (rows["value_low"] >= rows["low"]) & (rows["value_high"] <= rows["high"])
        outside = (rows["value_high"] < rows["low"]) | (rows["value_low"] > rows["high"])
        if not outside.any() and not within.all():
            found.add(str(finding))
    return found


def judged(drawn: pd.DataFrame, level: float | None = None) -> pd.DataFrame:
    """The table of `assess` from statistics by name, one row a seed. `level`: of the interval by which a statistic is outside its
    band (None: 95%)."""
    rows = []
    for finding in findings():
        mine, words = [], []
        for row in finding.statistics:
            values = drawn[row.name].dropna().to_numpy() if row.name in drawn else np.empty(0)
            value = float(values.mean()) if len(values) else np.nan
            error = float(values.std(ddof=1) / len(values) ** 0.5) if len(values) > 1 else np.nan
            reach = error * t_quantile(len(values), level or 0.95) if len(values) > 1 else np.nan
            if row.name not in drawn:
                word = "not played"
            elif row.low is None or row.high is None:
                word = "told"
            else:
                word = band_verdict(value, reach if np.isfinite(reach) else 0.0, row.low, row.high)
            words += [word] if row.counts else []
            mine.append(
                {
                    "finding": finding.id,
                    "statement_en": finding.en,
                    "statement_fr": finding.fr,
                    "statistic": row.name,
                    "measure": row.measure,
                    "value": value,
                    "error": error,
                    "value_low": value - reach,
                    "value_high": value + reach,
                    "published": _number(row.published),
                    "low": _number(row.low),
                    "high": _number(row.high),
                    "verdict": word,
                    "counts": row.counts,
                    "source": finding.source,
                    "known": finding.known,
                    "unverified": not finding.verified,
                    "band_source": finding.band_source,
                    "computation": row.computation,
                    "chain": finding.chain,
                    "seeds": len(values),
                }
            )
        whole = whole_verdict(words)
        rows += [{**row, "finding_verdict": whole} for row in mine]
    return pd.DataFrame(rows)


def _number(value: Any) -> float:
    return np.nan if value is None else float(value)
