"""Arms set side by side: the same firms, the same luck, one difference."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.sim.batch import Batch
from tandem.sim.deciding import batches_until_decided
from tandem.sim.given import whole
from tandem.sim.intervals import controlled_mean, mean_within, paired_difference, verdict
from tandem.sim.mistake import Mistake
from tandem.sim.origin import origin_of
from tandem.sim.outcomes import HEADLINES, OUTCOMES, OWN, known, known_all
from tandem.sim.own import Own, marked
from tandem.sim.parameter_sets import ENSEMBLE, Chosen
from tandem.sim.parameter_sets import chosen as parameters_chosen
from tandem.sim.results import MOST_RUNS, simulate_batch
from tandem.sim.run import Run
from tandem.sim.scenario.meant import firms_of, records_of
from tandem.sim.seeds import seed_of
from tandem.sim.units import figure
from tandem.sim.until import followed, followed_difference, within_looks

if TYPE_CHECKING:
    import pandas as pd


COLUMNS = (
    "scenario",
    "outcome",
    "mean",
    "mean_low",
    "mean_high",
    "difference",
    "low",
    "high",
    "se",
    "share_helped",
    "correlation",
    "variance_reduction",
    "n",
    "pairs",
    "verdict",
    "pairs_taken",
)
AT_MOST = 1000
"""Pairs at most, where a caller says nothing of them."""


def compare(
    *scenarios: Any,
    runs: int | None = None,
    seed: int | str = 0,
    outcomes: str | Iterable[str] | None = None,
    parameters: str | int | Chosen = ENSEMBLE,
    at_most: int | None = None,
) -> Comparison:
    """The first scenario is what the others are compared with; each luck is played under all of them, with the parameter set
    of its pair (`parameters` as in `tandem.sim.parameter_sets`).

    `scenarios`: two or more arms. `seed`: as in `tandem.sim.seeds`. `runs`: exactly so many pairs, each interval as if it were
    the only look. `at_most`: each arm is played until its outcomes (without a choice, the headlines and one's own) are decided,
    or so many pairs are used; intervals stay honest under that, as `tandem.sim.until` says, and `pairs_taken` says how many
    pairs each statement took. Neither: at most 1,000, and for sequences of firms 1,000 replicates.

    An arm may be one scenario (or the name of one, or a path), or a sequence of firms of the same length in every arm: then firm
    f meets the same luck in all arms, and a pair is a firm (its mean over `runs` replicates). Runs of one seed stand for their
    scenarios, and for what parameters they were played under. `outcomes`: one name or several; None: all. Returns a
    `Comparison`, whose `.table` has one row an outcome and arm, in its unit. Raises Mistake in one sentence, ScenarioError for a
    scenario that is none.

    >>> from tandem import Scenario, compare
    >>> calm = Scenario.load("success-story")
    >>> compare(calm, calm.at(week=40, changes={"dyad.trust": 0.2}), runs=20).arms[0]
    'success-story'
    """
    if any(isinstance(arm, Run) for arm in scenarios):
        scenarios, seed, parameters = _of_runs(scenarios)
    if len(scenarios) < 2:
        raise Mistake(f"compare needs two scenarios or more, not {len(scenarios)}")
    chosen = (*OUTCOMES, *OWN) if outcomes is None else known_all(outcomes)
    seed = seed_of(seed)
    if runs is not None and at_most is not None:
        raise Mistake(f"compare: runs = {runs} says how many pairs, at_most = {at_most} when to stop; say one of the two")
    runs = None if runs is None else whole("runs", runs, 1)
    most = AT_MOST if at_most is None else whole("at_most", at_most, 1, MOST_RUNS)
    arms = [firms_of(arm, "compare: an arm") for arm in scenarios]
    names = _names(arms)
    _matching(arms, names)
    asked = parameters_chosen(parameters)
    if len(arms[0]) > 1 and at_most is not None:
        raise Mistake("compare: at_most counts the pairs of single scenarios; for sequences of firms say runs, their replicates")
    if runs is None and len(arms[0]) == 1:
        waited = (*HEADLINES, *OWN) if outcomes is None else chosen
        single = {name: arm[0] for name, arm in zip(names, arms)}
        return compare_batches(batches_until_decided(single, most, seed, waited, asked), chosen, until_decided=True)
    batches = {name: simulate_batch(arm, runs or most, seed, parameters=asked) for name, arm in zip(names, arms)}
    return compare_batches(batches, chosen)


def _of_runs(arms: Sequence[Any]) -> tuple[tuple[Any, ...], int | str, Chosen]:
    """The scenarios of runs, their seed and parameters. Raises Mistake where these differ: no pair would be one."""
    played = [arm for arm in arms if isinstance(arm, Run)]
    seeds = list(dict.fromkeys(arm.seed for arm in played))
    words = list(dict.fromkeys(arm.parameters.word for arm in played))
    if len(words) > 1:
        told = " and ".join(map(repr, words))
        raise Mistake(f"compare: the runs were played under parameters {told}; play both under the same")
    if len(seeds) > 1:
        told = " and ".join(map(repr, seeds))
        raise Mistake(f"compare: the runs have seeds {told}, so they share no luck; play both with one seed")
    return tuple(arm.scenario if isinstance(arm, Run) else arm for arm in arms), seeds[0], played[0].parameters


def compare_batches(
    batches: dict[str, Batch],
    outcomes: Sequence[str] = tuple(OUTCOMES),
    until_decided: bool = False,
    described: Mapping[str, Batch] | None = None,
) -> Comparison:
    """The comparison of batches already played, by the arms' names; the first is what the others are compared with.
    `until_decided`: they were played so (`tandem.sim.deciding`); then an arm may have fewer replicates than the first.
    `described`: the same arms as described, on the same replicates and more, where `batches` are of an alternative: means and
    differences are then told with their help (`tandem.sim.intervals.controlled_mean`)."""
    import pandas as pd

    first, *others = batches.values()
    baseline = next(iter(batches))
    for name, other in zip(list(batches)[1:], others):
        runs = min(first.runs, other.runs) if until_decided else other.runs
        if (other.seed, other.runs, len(other.scenarios)) != (first.seed, runs, len(first.scenarios)):
            raise Mistake(f"{name}: seed, runs and number of firms must be those of {baseline}, or no luck is shared")
        if other.parameters.identity != first.parameters.identity:
            raise Mistake(f"{name}: its parameters must be those of {baseline}, or no pair is one")
    there = described or {}
    rows = [
        _row(arm, name, first, None if arm == baseline else batch, until_decided, there.get(baseline), there.get(arm))
        for name in outcomes
        for arm, batch in batches.items()
    ]
    return Comparison(dict(batches), pd.DataFrame(rows, columns=list(COLUMNS)), until_decided)


def share_helped(a: np.ndarray, b: np.ndarray, better: str) -> float:
    """Share of pairs in which `b` is better than `a`, ties counted half; not-a-number where no direction is better."""
    gain = np.asarray(b, dtype=float) - np.asarray(a, dtype=float)
    gain = gain[~np.isnan(gain)]
    if better == "neither" or len(gain) == 0:
        return np.nan
    sign = np.sign(gain if better == "high" else -gain)
    return float((0.5 + 0.5 * sign).mean())


def difference_beside(
    a: np.ndarray, b: np.ndarray, a_described: np.ndarray, b_described: np.ndarray
) -> tuple[float, float, float, float, int]:
    """How much higher `b` is than `a`: mean, low, high, standard error, pairs played under the alternative, with the help of the
    same arms as described, on the same replicates first and more."""
    return controlled_mean(_as_if_equal(a, b) - a, _as_if_equal(a_described, b_described) - a_described)


def _as_if_equal(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`b`, in which a last digit is no difference from `a`."""
    return np.where(np.isclose(a, b, rtol=1e-12, atol=0.0), a, b)


def _row(
    arm: str,
    outcome: str,
    first: Batch,
    other: Batch | None,
    until_decided: bool,
    first_described: Batch | None = None,
    described: Batch | None = None,
) -> dict[str, Any]:
    a = first.units(outcome)
    b = a if other is None else other.units(outcome)
    pairs = within_looks(len(b)) if until_decided else len(b)
    a, b = a[:pairs], b[:pairs]
    b = _as_if_equal(a, b)
    bounds = OUTCOMES[outcome].bounds
    if described is not None:
        mean, mean_low, mean_high, _, defined = controlled_mean(b, described.units(outcome), *bounds)
    else:
        mean, mean_low, mean_high, _, defined = followed(b, *bounds).interval if until_decided else mean_within(b, *bounds)
    row = {"scenario": arm, "outcome": outcome, "mean": mean, "mean_low": mean_low, "mean_high": mean_high, "pairs": pairs}
    if other is None:
        return {**row, "n": defined, "verdict": "baseline" if defined else "not defined"}
    told = followed_difference(a, b) if until_decided else None
    if first_described is not None and described is not None:
        difference, low, high, error, n = difference_beside(a, b, first_described.units(outcome), described.units(outcome))
    else:
        difference, low, high, error, n = paired_difference(a, b) if told is None else told.interval
    correlation, reduction = _pairing(a, b)
    return {
        **row,
        "difference": difference,
        "low": low,
        "high": high,
        "se": error,
        "share_helped": share_helped(a, b, OUTCOMES[outcome].better),
        "correlation": correlation,
        "variance_reduction": reduction,
        "n": n,
        "verdict": verdict(low, high, n),
        "pairs_taken": np.nan if told is None else told.decided_after or pairs,
    }


def _pairing(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """What sharing luck is worth: the arms' correlation, and how many times smaller it makes the difference's variance."""
    both = ~np.isnan(a) & ~np.isnan(b)
    if both.sum() < 2:
        return np.nan, np.nan
    a, b = a[both], b[both]
    gap = b - a
    varies = [bool(np.ptp(values) > 1e-12 * np.abs(values).max()) for values in (a, b, gap)]
    correlation = float(np.corrcoef(a, b)[0, 1]) if varies[0] and varies[1] else np.nan
    return correlation, float((a.var() + b.var()) / gap.var()) if varies[2] else np.nan


def _matching(arms: list[tuple[Any, ...]], names: list[str]) -> None:
    """Arms must have as many firms and the same horizon, or nothing is paired."""
    if len({len(arm) for arm in arms}) > 1 or not arms[0]:
        told = ", ".join(f"{name}: {len(arm)}" for name, arm in zip(names, arms))
        raise Mistake(f"compare: every arm needs the same number of firms, one or more ({told})")
    for f, firms in enumerate(zip(*arms)):
        weeks = [int(records_of(firm)["weeks"][0]) for firm in firms]
        if len(set(weeks)) > 1:
            told = ", ".join(f"{name}: {week // 13} quarters" for name, week in zip(names, weeks))
            where = f" (firm {f})" if len(arms[0]) > 1 else ""
            raise Mistake(f"compare: horizons differ{where}: {told}; give all arms the same `quarters`")


def _names(arms: list[tuple[Any, ...]]) -> list[str]:
    """The scenarios' names; where two are alike, what sets them apart from the first is added, or a number."""
    names = [str(arm[0].name) if arm else "empty" for arm in arms]
    for index in range(1, len(arms)):
        if names[index] in names[:index] and arms[index]:
            told = _set_apart(arms[0][0], arms[index][0])
            names[index] = f"{names[index]}: {told}" if told else names[index]
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[index] = f"{name} ({seen[name]})"
    return names


def _set_apart(first: Any, other: Any) -> str:
    """The values that `other` has and `first` has not, at most two; and from which week it changes."""
    if not (hasattr(first, "values") and hasattr(other, "values")):
        return ""
    old, new = first.values, other.values
    moved = [
        f"{path} {new[path]:g}" if isinstance(new[path], float | int) else f"{path} {new[path]}"
        for path in new
        if old.get(path) != new[path]
    ]
    moved += [f"changed in week {week}" for week, _ in other.timeline[1:] if (week, _) not in first.timeline]
    return ", ".join(moved[:2]) + (f" and {len(moved) - 2} more" if len(moved) > 2 else "")


def _in_french(apart: str) -> str:
    """What sets an arm apart, as `_set_apart` words it, in French."""
    found = re.sub(r"\bchanged in week (\d+)", r"changée en semaine \1", apart)
    return re.sub(r" and (\d+) more$", r" et \1 de plus", found).replace(": ", " : ", 1)


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Own):
    """Arms paired by luck; the first is the baseline.

    `table` has one row an outcome and arm, in the outcome's unit (`tandem.sim.outcomes.OUTCOMES[name].unit`), shares 0-1. Raises
    Mistake for an outcome that there is not.

    >>> from tandem import Scenario, compare
    >>> found = compare(Scenario.load("silence"), Scenario.load("success-story"), runs=50, seed=7)
    >>> found.table.set_index(["scenario", "outcome"]).loc[("success-story", "conflict_rate"), "verdict"]
    'lower'
    """

    batches: dict[str, Batch]
    table: pd.DataFrame
    """Tidy, one row an outcome and arm (scenario): the arm's mean with its 95% interval (mean_low, mean_high); the paired
    difference from the first arm with its 95% t-interval (low, high) and standard error (se); share_helped, the share of
    pairs that the arm helps (ties half; only where a direction is better); correlation of the arms over luck, and
    variance_reduction, how many times smaller the pairing makes the difference's variance; n of the pairs in which both arms
    are defined; the verdict (higher, lower, undecided, same, not defined; baseline for the first arm).
    Each interval speaks for itself: of twenty true zeros one is expected to look decided. `pairs_taken`: pairs after which
    the verdict was decided, or that were played in vain (not-a-number where a number of pairs was asked for)."""
    until_decided: bool = False
    """Whether each arm was played until its statements were decided, and intervals allow for that."""

    @cached_property
    def _origin(self) -> dict[str, Any]:
        batches = vars(self)["batches"]
        first = next(iter(batches.values()))
        outcomes = list(dict.fromkeys(vars(self)["table"]["outcome"]))
        named: dict[str, Any] = {"seed": first.seed, "labels": list(batches), "outcomes": outcomes}
        named["own"] = [told for told in first.own_outcomes if told["name"] in outcomes]
        if vars(self)["until_decided"]:
            named["until_decided"] = [batch.runs for batch in batches.values()]
        return origin_of("compare", [batch.scenarios for batch in batches.values()], first.parameters, first.runs, **named)

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, the baseline first."""
        return tuple(self.batches)

    @property
    def parameters(self) -> Chosen:
        """Under which parameter sets all arms were played."""
        return next(iter(self.batches.values())).parameters

    @property
    def baseline(self) -> str:
        """Name of the arm that the others are compared with."""
        return self.arms[0]

    def wide(self, outcome: str) -> pd.DataFrame:
        """One outcome in its unit, one row a run: firm_id, replicate, then a column an arm, by the arm's name; not-a-number
        beyond the replicates of an arm decided earlier. Raises Mistake for an outcome that there is not."""
        import pandas as pd

        known(outcome)
        first = next(iter(self.batches.values()))
        columns = {arm: pd.Series(batch.values(outcome).ravel()) for arm, batch in self.batches.items()}
        numbers = first.outcomes[["firm_id", "replicate"]]
        table = numbers.join(pd.DataFrame(columns, index=numbers.index))
        named: pd.DataFrame = marked(table, "wide", {**self._origin, "asked": {"outcome": outcome}} if self._origin else {})
        return named

    def plot(self, outcomes: str | Iterable[str] | None = None, axes: Any = None, lang: str = "en") -> Any:
        """Differences with their intervals, a panel an outcome of `outcomes` (None: the headlines), in its unit, in `lang` ("en"
        or "fr"), on `axes` (None: new ones). Returns the axes. Raises Mistake for an outcome that there is not."""
        from tandem.sim.plots import plot_comparison

        there = set(self.table["outcome"])
        chosen = [name for name in HEADLINES if name in there] or list(dict.fromkeys(self.table["outcome"]))
        if outcomes is not None:
            chosen = list(known_all(outcomes))
        return plot_comparison(self.table, chosen, axes, lang=lang, labels=self.titles(lang))

    def titles(self, lang: str = "en") -> dict[str, str]:
        """What to call each arm in `lang`: its scenario's title, what sets it apart from others of that name, and, for all but
        the baseline, no context where all share it."""
        firsts = {arm: batch.scenarios[0] for arm, batch in self.batches.items()}
        told = {arm: str(first.title(lang) if hasattr(first, "title") else first.name) for arm, first in firsts.items()}
        contexts = {title.rpartition(" · ")[2] if " · " in title else arm for arm, title in told.items()}
        if len(contexts) == 1:
            told = {arm: title if arm == self.baseline else title.rpartition(" · ")[0] for arm, title in told.items()}
        for arm, first in firsts.items():
            apart = arm.removeprefix(first.name) if arm.startswith(first.name) else ""
            told[arm] += _in_french(apart) if lang == "fr" else apart
        return told if len(set(told.values())) == len(told) else {arm: arm for arm in told}

    def __repr__(self) -> str:
        first = next(iter(self.batches.values()))
        others = self.table[self.table["scenario"] != self.baseline]
        counts = Counter(others["verdict"])
        told = ", ".join(f"{counts[word]} {word}" for word in ("higher", "lower", "same", "undecided", "not defined"))
        return "\n".join(
            [
                f"Comparison of {len(self.arms)} arms with {self.baseline} (seed {first.seed!r})",
                f"├─ {', '.join(self.arms[1:])}",
                f"├─ {self.parameters.told}",
                f"├─ {self._played()}: .table .wide(outcome) .plot()",
                f"└─ differences: {told}",
            ]
        )

    def _played(self) -> str:
        """How much was played, in words."""
        first, *others = vars(self)["batches"].values()
        if not self.until_decided:
            return f"{first.runs} replicates x {len(first.scenarios)} firm(s)"
        fewest = min(other.runs for other in others)
        return f"{fewest if fewest == first.runs else f'{fewest} to {first.runs}'} pairs, played until decided"

    def _repr_html_(self) -> str:
        head = html.escape(f"{repr(self).splitlines()[0]}; {self.parameters.told}")
        shown = self.table[self.table["outcome"].isin(HEADLINES)] if len(self.table) > 40 else self.table
        kept = shown[["outcome", "scenario", "mean", "difference", "low", "high", "share_helped", "verdict"]]
        from tandem.sim.plots import plot_comparison, still

        drawn = [name for name in ("revenue_growth", "conflict_rate") if name in set(self.table["outcome"])]
        picture = ""
        if drawn and len(self.arms) > 1:
            picture = still(plot_comparison(self.table, drawn), "differences with their 95% intervals")
        table = kept.to_html(index=False, float_format=figure, na_rep="")
        return f"<div>{head}{table}{picture}</div>"
