"""The declared analysis of the model: within role models and contexts, pooled and each by itself, under other ranges and other
assumptions."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from tandem.experiments.effects.cells import OUTPUTS, Firms, Mechanisms, Ranges, pair_exists
from tandem.experiments.effects.role_models import ALTERNATIVES, contexts, described, role_models
from tandem.experiments.files.provenance import model_source
from tandem.experiments.sensitivity.analysis import analyse, planned_runs
from tandem.experiments.sensitivity.factors import Factors
from tandem.experiments.sensitivity.points import FIRST_LOOK
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.sensitivity.runner import Runner
from tandem.experiments.study.leading import leader
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameter_sets import ENSEMBLE, Chosen, chosen
from tandem.sim.parameters import LEVERS
from tandem.sim.scenario import Scenario
from tandem.sim.scenario.catalogue import of_kind
from tandem.sim.writing import set_aside

POOLED = "pooled"
RANGES: Mapping[str, Ranges] = {
    "ranges shrunk by a quarter": Ranges(0.125, 0.875),
    "best quarter left out": Ranges(0.0, 0.75),
    "middling firms (Beta 2, 2)": Ranges(0.0, 1.0, 2.0),
}
"""Other ranges of all levers. They cannot be widened: 0 and 1 are the poorest and the best practice there is."""


@dataclass(frozen=True)
class Part:
    """One analysis: its name and kind ("pooled", "stratum", "ranges", "assumption" or "mechanisms"), the scenarios, the
    outputs, base rows, replicates and design."""

    name: str
    kind: str
    cells: dict[tuple[str, str], Scenario] = field(repr=False)
    outputs: tuple[str, ...]
    n: int
    design: str
    replicates: int | None
    seed: int | str
    ranges: Ranges = field(default_factory=Ranges)
    parameters: Chosen = field(default_factory=chosen)
    until_decided: bool = False
    """Whether it ends as soon as the order of the levers is decided, or would hardly be within `n` rows."""

    def firms(self) -> Firms:
        """What is analysed: the firms, with the parameter set as an input where each pair has its own."""
        if self.kind == "mechanisms":
            return Mechanisms(self.cells, self.outputs, self.parameters)
        return Firms(self.cells, self.outputs, self.ranges, parameters=self.parameters)

    @property
    def digest(self) -> str:
        """Names what was asked for, of which model: the same part, the same digest."""
        content = [
            self.name,
            self.kind,
            [[*cell, scenario.digest] for cell, scenario in self.cells.items()],
            self.outputs,
            self.n,
            self.design,
            self.replicates,
            self.seed,
            [self.ranges.low, self.ranges.high, self.ranges.shape],
            self.parameters.identity,
            model_source(),
            *(["until decided"] if self.until_decided else []),
        ]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Profile:
    """Base rows of the pooled analysis, of each stratum, of each variation; replicates of them (None: a pilot says)."""

    pooled: int
    strata: int
    variations: int
    replicates: int | None
    whole: bool


PROFILES = {
    "smoke": Profile(64, 32, 32, 2, False),
    "quick": Profile(1024, 256, 512, 2, False),
    "paper": Profile(4096, 1024, 2048, 2, True),
}
DESIGN = "pairs"
"""Its intervals are the narrowest for as many firms: see `tandem.experiments.study.yields`."""


def chosen_role_models() -> list[str]:
    """The role models that a firm can choose: no controls."""
    aside = {entry.name for entry in of_kind("role_model") if entry.control}
    return [name for name in role_models() if name not in aside]


def all_cells(
    names: Sequence[str], places: Sequence[str], changes: Mapping[str, object] | None = None
) -> dict[tuple[str, str], Scenario]:
    """Every role model named in every context named, equal starts; `changes` go over each."""
    found = {(role_model, context): scenario for context in places for role_model, scenario in described(context, names).items()}
    return {
        (role_model, context): found[role_model, context].with_(dict(changes)) if changes else found[role_model, context]
        for role_model in names
        for context in places
    }


def parts_of(
    profile: str,
    seed: int | str,
    name: str | None = None,
    context: str | None = None,
    strata: bool = False,
    outputs: Sequence[str] = OUTPUTS,
    parameters: str | int | Chosen = ENSEMBLE,
    shapley: bool = False,
    until_decided: bool = False,
) -> list[Part]:
    """What a profile plays. No name: the four role models within all contexts (or the one given), then the strata where asked
    for, and in `paper` other ranges, other assumptions and the mechanisms. A name: that scenario alone, levers only. `shapley`:
    the first plays every subset of its inputs, for Shapley shares. `until_decided`: each ends with the order of its levers."""
    size, asked = PROFILES[profile], chosen(parameters)

    def part(
        label: str, kind: str, cells: dict[tuple[str, str], Scenario], n: int, ranges: Ranges | None = None, design: str = DESIGN
    ) -> Part:
        measured = tuple(
            outcome
            for outcome in outputs
            if not OUTCOMES[outcome].needs_pair or all(pair_exists(scenario) for scenario in cells.values())
        )
        looked = until_decided and n >= FIRST_LOOK
        return Part(label, kind, cells, measured, n, design, size.replicates, seed, ranges or Ranges(), asked, looked)

    main = "subsets" if shapley else DESIGN
    if name is not None:
        scenario = Scenario.load(name)
        if context is not None:
            scenario = scenario.with_({"context": context})
        where = context or scenario.context or "its own context"
        return [part(name, "scenario", {(name, where): scenario}, size.pooled, design=main)]
    if context is not None:
        Scenario.of(context=context)  # complains about an unknown one
    places = contexts() if context is None else [context]
    pool = all_cells(chosen_role_models(), places)
    found = [part(POOLED if context is None else context, "pooled", pool, size.pooled, design=main)]
    if strata or size.whole:
        for place in places:
            for role_model, scenario in described(place).items():
                found.append(part(f"{role_model} in {place}", "stratum", {(role_model, place): scenario}, size.strata))
    if size.whole:
        for label, ranges in RANGES.items():
            found.append(part(label, "ranges", pool, size.variations, ranges))
        for label, changes in ALTERNATIVES.items():
            found.append(part(label, "assumption", all_cells(chosen_role_models(), places, changes), size.variations))
        found.append(part("mechanisms", "mechanisms", pool, size.variations))
    return found


def settled(parts: Sequence[Part]) -> list[Part]:
    """The same parts with their replicates named, a pilot asked where a profile leaves them open."""
    found = []
    for part in parts:
        if part.replicates is None:
            function = part.firms()
            run = Runner(function, len(list(function.factors)), part.outputs, None, part.seed)
            run.settle(0.0)
            part = Part(**{**part.__dict__, "replicates": run.replicates()})
        found.append(part)
    return found


def runs_of(part: Part) -> int:
    """Firms that a part plays."""
    firms = part.firms()
    cells = len(part.cells) if firms.held else 0
    groups = len(Factors.of(firms.moved).groups)
    return planned_runs(groups, part.n, part.replicates or 2, part.design, cells, part.until_decided)


def play(part: Part, store: Path | None = None, progress: Callable[[int], None] = lambda runs: None) -> Sensitivity:
    """The analysis of a part; from `store` if it was finished there before, gone on with if it was begun there, else played."""
    place = store / f"{part.kind}-{part.digest}" if store is not None else None
    if place is not None and (found := _finished(place)) is not None:
        progress(runs_of(part))
        return found
    firms = part.firms()
    begun = place.with_suffix(".npz") if place is not None else None
    found = analyse(
        firms,
        firms.moved,
        part.n,
        part.seed,
        part.outputs,
        replicates=part.replicates,
        design=part.design,
        progress=progress,
        keep=begun,
        held=firms.held,
        told_by=firms.sets,
        until_decided=LEVERS if part.until_decided else False,
    )
    if place is not None and begun is not None:
        found.save(place, figures=False)
        begun.unlink(missing_ok=True)
    return found


def _finished(place: Path) -> Sensitivity | None:
    """What was finished there before; what is damaged there is set aside, and None comes back: it is played again."""
    if not (place / "verdict.json").exists():
        return None
    try:
        return Sensitivity.load(place)
    except (OSError, Mistake) as error:
        print(f"tandem: {error}; set aside as {set_aside(place).name}, and played again", file=sys.stderr, flush=True)
        return None


# -- across parts ------------------------------------------------------------------------------


def tidy(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], outputs: Sequence[str] = OUTPUTS) -> pd.DataFrame:
    """All tables under each other, with `part` and `kind` in front; an output that a part does not have is said to be "not
    defined" there."""
    tables = []
    for name, found in results.items():
        table = found.table.copy()
        missing = [outcome for outcome in outputs if outcome not in found.outputs]
        extra = [
            {"output": outcome, "input": label, "measure": "total_mean", "n": 0, "verdict": "not defined"}
            for outcome in missing
            for label in found.factors.groups
        ]
        if extra:
            table = pd.concat([table, pd.DataFrame(extra)], ignore_index=True)
        table.insert(0, "part", name)
        table.insert(1, "kind", parts[name].kind)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def stability(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], outputs: Sequence[str] = OUTPUTS) -> pd.DataFrame:
    """Does one ranking hold everywhere? One row an output, role model and lever: `leads` (share of contexts in which it decidedly
    comes first), `contexts`, and Kendall's W of the role model's rankings over contexts (1: the same in all, 0: no agreement)."""
    rows = []
    strata = {name: found for name, found in results.items() if parts[name].kind == "stratum"}
    for output in outputs:
        by_role_model: dict[str, list[Sensitivity]] = {}
        for name, found in strata.items():
            if output in found.outputs:
                by_role_model.setdefault(next(iter(parts[name].cells))[0], []).append(found)
        for role_model, mine in by_role_model.items():
            totals = np.array([[found.get("total_mean", lever, output)["estimate"] for lever in LEVERS] for found in mine])
            firsts = [leader(found, output) for found in mine]
            rows += [
                {
                    "output": output,
                    "role_model": role_model,
                    "input": lever,
                    "leads": firsts.count(lever) / len(mine),
                    "contexts": len(mine),
                    "kendall_w": kendall(totals),
                }
                for lever in LEVERS
            ]
    return pd.DataFrame(rows, columns=["output", "role_model", "input", "leads", "contexts", "kendall_w"])


def kendall(values: np.ndarray) -> float:
    """Kendall's coefficient of concordance W of rankings (judges, items); not-a-number for one judge."""
    judges, items = values.shape
    if judges < 2 or np.isnan(values).any():
        return float("nan")
    ranks = values.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
    apart = ((ranks.sum(axis=0) - judges * (items + 1) / 2) ** 2).sum()
    return float(12.0 * apart / (judges**2 * (items**3 - items)))


def robustness(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], outputs: Sequence[str] = OUTPUTS) -> pd.DataFrame:
    """Does the same lever lead under other ranges and other assumptions? One row an output and variation: leader, and
    `same` ("yes", "no" or "undecided") against the pooled analysis."""
    rows = []
    for output in outputs:
        first = leader(next(iter(results.values())), output)
        for name, found in results.items():
            if parts[name].kind not in ("pooled", "ranges", "assumption"):
                continue
            now = leader(found, output)
            open_ = any("undecided" in word for word in (now, first))
            rows.append(
                {
                    "output": output,
                    "kind": parts[name].kind,
                    "variation": name,
                    "leader": now,
                    "same": "undecided" if open_ else "yes" if now == first else "no",
                }
            )
    return pd.DataFrame(rows)
