"""The levers of the model, stratum by stratum: splits and contexts pooled, or each of them by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.sensitivity.analysis import Analysis, analyse
from experiments.sensitivity.figures import indices_figure
from experiments.sensitivity.firms import OUTPUTS, Firms, pooled
from experiments.splits import contexts, splits
from sim.scenario import Scenario, catalogue

POOLED = "pooled"


@dataclass(frozen=True)
class Profile:
    """How much is played: base rows, and whether every set of levers gets an arm (Shapley shares, interactions)."""

    n: int
    replicates: int | None
    subsets: bool


PROFILES = {"smoke": Profile(2**6, 2, False), "quick": Profile(2**10, 2, False), "paper": Profile(2**14, None, False)}


@dataclass(frozen=True)
class Stratum:
    """One analysis: its name, the function of firms, and the outputs that are not defined there."""

    name: str
    firms: Firms
    not_defined: tuple[str, ...] = ()


def with_pair(split: str) -> bool:
    """Whether a split has two leaders, so that there can be conflict between them."""
    return bool(Scenario.of(role_model=split).parameters.coo.present)


def strata(which: str = POOLED, context: str | None = None, outputs: Sequence[str] = OUTPUTS) -> list[Stratum]:
    """`pooled`: the splits to choose from, by all contexts, in one analysis in which split and context are inputs as well.
    `every`: all splits and controls by all contexts, one by one. Else the name of a scenario. `context` narrows the first two."""
    chosen = [context] if context else contexts()
    if which == POOLED:
        control = {entry.name for entry in catalogue() if entry.kind == "role_model" and entry.control}
        return [Stratum(POOLED, pooled([name for name in splits() if name not in control], chosen, outputs))]
    if which != "every":
        scenario = Scenario.load(which)
        if context:
            scenario = scenario.with_({"context": context})
        return [_single(which, scenario, outputs)]
    return [_single(f"{split} in {place}", Scenario.of(role_model=split, context=place), outputs)
            for place in chosen for split in splits()]  # fmt: skip


def _single(name: str, scenario: Scenario, outputs: Sequence[str]) -> Stratum:
    pair = bool(scenario.parameters.coo.present and scenario.parameters.ceo.present)
    kept = [output for output in outputs if pair or "conflict" not in output]
    return Stratum(name, Firms([scenario], kept), tuple(output for output in outputs if output not in kept))


def planned_runs(chosen: Sequence[Stratum], profile: Profile) -> int:
    """Evaluations the analyses take; where a pilot decides the replicates, reckoned with 8."""
    replicates = profile.replicates or 8
    return sum(profile.n * replicates * (2 + len(stratum.firms.factors)) for stratum in chosen)


def analysed(stratum: Stratum, profile: Profile, seed: int, progress: Callable[[float], None] | None = None) -> Analysis:
    """One stratum. Strata share seeds, so that they meet the same points and lucks and can be compared."""
    return analyse(stratum.firms, stratum.firms.factors, n=profile.n, seed=seed, outputs=stratum.firms.outputs,
                   replicates=profile.replicates, subsets=profile.subsets, progress=progress)  # fmt: skip


def together(found: dict[str, Analysis], chosen: Sequence[Stratum]) -> dict[str, pd.DataFrame]:
    """The tables of all strata with the column `stratum` in front; a row "not defined" where an output is not."""
    tables = {"indices": [], "ranks": [], "convergence": []}  # type: dict[str, list[pd.DataFrame]]
    for stratum in chosen:
        analysis = found[stratum.name]
        for name, frame in (("indices", analysis.table), ("ranks", analysis.ranks), ("convergence", analysis.checks)):
            kept = frame.copy()
            kept.insert(0, "stratum", stratum.name)
            tables[name].append(kept)
        if stratum.not_defined:
            blank = pd.DataFrame([{"stratum": stratum.name, "output": output, "input": "", "measure": "", "estimate": np.nan,
                                   "low": np.nan, "high": np.nan, "se": np.nan, "n": 0, "verdict": "not defined"}
                                  for output in stratum.not_defined])  # fmt: skip
            tables["indices"].append(blank)
    return {name: pd.concat(frames, ignore_index=True) for name, frames in tables.items()}


def written(found: dict[str, Analysis], chosen: Sequence[Stratum], folder: Path, declared: dict) -> Path:
    """Write the tables, verdicts, the declaration and a figure by stratum and output; each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    verdicts = {name: {"verdict": analysis.verdict, "outputs": analysis.verdicts} for name, analysis in found.items()}
    texts = {f"{name}.csv": table.to_csv(index=False) for name, table in together(found, chosen).items()}
    texts |= {"verdict.json": json.dumps(verdicts, indent=1) + "\n", "design.json": json.dumps(declared, indent=1) + "\n"}
    for name, text in texts.items():
        part = folder / f".{name}.part"
        part.write_text(text, encoding="utf-8")
        part.replace(folder / name)
    for stratum in chosen:
        analysis = found[stratum.name]
        for output in analysis.outputs:
            title = f"{stratum.name}, {output.replace('_', ' ')}"
            figure = indices_figure(analysis, output, title, unordered=stratum.firms.axes)
            stem = f"{output}_{stratum.name.replace(' ', '_')}"
            figure.savefig(folder / f"{stem}.svg", metadata={"Date": None})
            figure.savefig(folder / f"{stem}.png", dpi=120)
    return folder
