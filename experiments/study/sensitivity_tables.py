"""What an analysis of the model leaves on disk: the declaration before it runs, tables, figures and verdicts after."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import tomli_w

from tandem.experiments.effects.cells import OUTPUTS, Firms
from tandem.experiments.files.tables import write_csv
from tandem.experiments.sensitivity.checks import INERT, NOISE_LIMIT, target_width
from tandem.experiments.sensitivity.result import Sensitivity
from tandem.experiments.study.ladder import ladders
from tandem.experiments.study.leading import leader
from tandem.experiments.study.strata import Part, robustness, runs_of, stability, tidy
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.parameters import LEVERS, describe
from tandem.sim.writing import filled, write_text


def declare(
    parts: Sequence[Part],
    out: Path,
    profile: str,
    seed: int | str,
    name: str | None = None,
    context: str | None = None,
    shapley: bool = False,
    until_decided: bool = False,
) -> None:
    """Write study.toml: question, outputs, factors with their ranges and sub-parameters, parts and thresholds."""
    moved = [row for row in describe() if row.get("lever")]
    plan = {
        "question": "which levers move growth and conflict most, how sure is that, and in which direction?",
        "profile": profile,
        "seed": seed,
        "scenario": name or "none",
        "context": context or "none",
        "shapley": shapley,
        "until_decided": until_decided,
        "parameters": parts[0].parameters.word,
        "outputs": {name: {"unit": OUTCOMES[name].unit, "better": OUTCOMES[name].better} for name in OUTPUTS},
        "thresholds": {
            "inert_total_index": INERT,
            "noise_share": NOISE_LIMIT,
            "ranking_level": 0.05,
            "width_quick": target_width(1024),
            "width_paper": target_width(1 << 14),
        },
        "levers": {
            lever: {
                "low": 0.0,
                "high": 1.0,
                "law": "uniform",
                "role": "lever",
                "moves": [row["path"] for row in moved if row["lever"] == lever],
            }
            for lever in LEVERS
        },
        "parts": [
            {
                "name": part.name,
                "kind": part.kind,
                "outputs": list(part.outputs),
                "rows": part.n,
                "design": part.design,
                "replicates": part.replicates or 2,
                "runs": runs_of(part),
                "digest": part.digest,
            }
            for part in parts
        ],
    }
    write_text(out / "study.toml", tomli_w.dumps(plan))


def write(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], out: Path, ladder: bool) -> None:
    """Write the main analysis with its figures, the tables across parts, and what the curves show where asked for."""
    main = next(iter(results.values()))
    main.save(out)
    verdicts = {
        name: {
            "verdict": found.verdict,
            "runs": found.runs,
            "replicates": found.replicates,
            "parameters": parts[name].parameters.word,
        }
        for name, found in results.items()
    }
    with filled(out, last="verdicts.json") as part:
        if ladder:
            _ladders(parts[next(iter(results))], part)
        if len(results) > 1:
            _across_parts(results, parts, part)
        (part / "verdicts.json").write_text(json.dumps(verdicts, indent=1) + "\n", encoding="utf-8")


def _across_parts(results: Mapping[str, Sensitivity], parts: Mapping[str, Part], folder: Path) -> None:
    """What can be told of several analyses only: all indices, where ranks are stable, who leads where, what ranges change."""
    from tandem.experiments.pages.figure import save
    from tandem.experiments.sensitivity.figures import plot_strata
    from tandem.experiments.study.told import cell_name

    shown = tidy(results, parts)
    write_csv(shown, folder / "all_indices.csv")
    strata = [name for name in results if parts[name].kind == "stratum"]
    if strata:
        write_csv(stability(results, parts), folder / "stability.csv")
        write_csv(leaders(results, strata), folder / "leaders.csv")
    if any(parts[name].kind in ("ranges", "assumption") for name in results):
        write_csv(robustness(results, parts), folder / "robustness.csv")
    labels = {name: cell_name(parts[name]) for name in strata}
    for output in OUTPUTS if strata else ():  # figures last: what is drawn may fail, and no table with it
        data = shown[(shown["kind"] == "stratum") & (shown["output"] == output)]
        save(plot_strata(data, output, labels), folder, f"strata_{output}", data)


def _ladders(part: Part, folder: Path) -> None:
    if part.kind != "mechanisms":
        plain = Firms(part.cells, part.outputs, parameters=part.parameters, sets_vary=False)
        curves, marks = ladders(plain, plain.factors, list(LEVERS), part.seed, list(part.outputs))
        write_csv(curves, folder / "ladders.csv")
        write_csv(marks, folder / "ladder_marks.csv")


def leaders(results: Mapping[str, Sensitivity], strata: Sequence[str]) -> pd.DataFrame:
    """Who leads each output of each stratum, one row each: part, output, leader, verdict ("not defined" without the output)."""
    rows = []
    for name in strata:
        found = results[name]
        for output in OUTPUTS:
            told = (
                (leader(found, output), found.verdict_on(output)) if output in found.outputs else ("not defined", "not defined")
            )
            rows.append({"part": name, "output": output, "leader": told[0], "verdict": told[1]})
    return pd.DataFrame(rows)
