"""`tandem sensitivity`: what moves growth and conflict most, how sure that is, and which way."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.commands.study import ProfileName


def sensitivity(
    out: Annotated[Path, typer.Option(help="Folder for tables and figures.")],
    name: Annotated[str, typer.Argument(help="A scenario; `pooled`: all splits and contexts; `every`: one by one.")] = "pooled",
    context: Annotated[str | None, typer.Option(help="Stay within one context.")] = None,
    profile: Annotated[ProfileName, typer.Option(help="How much is played.")] = ProfileName.quick,
    seed: Annotated[int, typer.Option(min=0, help="Seed of points and lucks.")] = 1,
    method: Annotated[str | None, typer.Option(help="A method of SALib instead, as a second opinion.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when a check of convergence fails.")] = False,
) -> None:
    """Say which levers move growth and conflict most."""
    if out.exists() and not out.is_dir():
        raise typer.BadParameter(f"{out} is a file; give a folder", param_hint="--out")
    from experiments.commands.tables import progress
    from experiments.sensitivity.design import SensitivityError
    from experiments.sensitivity.strata import PROFILES, analysed, planned_runs, strata, written
    from experiments.splits import contexts
    from experiments.study import firms_per_second

    if context is not None and context not in contexts():
        raise typer.BadParameter(f"{context!r} is not a context; there are {', '.join(contexts())}", param_hint="--context")
    chosen, size = strata(name, context), PROFILES[profile.value]
    if method is not None:
        try:
            second(chosen, method, size.n, seed, out)
        except SensitivityError as error:
            raise typer.BadParameter(str(error), param_hint="--method") from None
        return
    runs = planned_runs(chosen, size)
    if profile is ProfileName.paper:
        rate = firms_per_second(1.0)
        minutes = runs / rate / 60.0
        print(f"playing about {runs:,} firms: {minutes:.0f} minutes at {rate:,.0f} a second", file=sys.stderr, flush=True)
    started = time.monotonic()
    found = {}
    with progress(1000 * len(chosen), "sensitivity") as told:
        for stratum in chosen:
            reached = 0

            def tell(share: float, label: str = stratum.name) -> None:
                nonlocal reached
                told(label, int(1000 * share) - reached)
                reached = int(1000 * share)

            found[stratum.name] = analysed(stratum, size, seed, tell)
    for stratum in chosen:
        show(stratum, found[stratum.name])
    declared = {"scenario": name, "context": context, "profile": profile.value, "seed": seed, "n": size.n,
                "question": "which levers move the mean of each output most over levels from poorest to best practice",
                "levers": "uniform on [0, 1], independent", "outputs": list(chosen[0].firms.outputs),
                "strata": [stratum.name for stratum in chosen]}  # fmt: skip
    written(found, chosen, out, declared)
    done = sum(analysis.runs for analysis in found.values())
    print(f"This is a model, not a forecast. {done:,} firms in {time.monotonic() - started:.0f} s. Tables and figures: {out}")
    if strict and any(analysis.verdict != "converged" for analysis in found.values()):
        raise typer.Exit(1)


def show(stratum: Any, analysis: Any) -> None:
    """A table by output: rank, input, total effect, share on its own, swing, direction."""
    import numpy as np
    from rich.table import Table

    from experiments.commands.tables import console
    from sim.outcomes import OUTCOMES

    places = analysis.places
    for output in analysis.outputs:
        noise = analysis.value("noise_share", output=output)["estimate"]
        outcome = OUTCOMES[output]
        title = f"{stratum.name}: {outcome.title_en} ({outcome.unit}); luck alone is {min(noise, 1.0):.0%} of the variance; " \
                f"{analysis.verdicts[output]}"  # fmt: skip
        table = Table(title=title, title_justify="left")
        for head in ("rank", "input", "total effect", "on its own", "swing: top less bottom fifth"):
            table.add_column(head, justify="left" if head == "input" else "right")
        order = analysis.table[(analysis.table["output"] == output) & (analysis.table["measure"] == "total_mean")]
        for row in order.sort_values("estimate", ascending=False).to_dict("records"):
            first, last = places[output][row["input"]]
            cells = [f"{first}" if first == last else f"{first}-{last}", row["input"].replace("_", " ")]
            for measure, digits in (("total_mean", 2), ("first_mean", 2), ("swing", 3)):
                value = analysis.value(measure, row["input"], output)
                if measure == "swing" and row["input"] in stratum.firms.axes:
                    cells.append("no order of values")
                    continue
                if np.isnan(value["estimate"]):
                    cells.append("not identifiable")
                    continue
                cells.append(f"{value['estimate']:.{digits}f} [{value['low']:.{digits}f}, {value['high']:.{digits}f}]")
            table.add_row(*cells)
        console(sys.stdout).print(table)
    for output in stratum.not_defined:
        print(f"{stratum.name}: {output} is not defined without a COO")
    if stratum.firms.axes:
        print("Within splits and contexts: what these move by themselves is taken out; their rows are interactions with levers.")


def second(chosen: Any, method: str, n: int, seed: int, out: Path) -> None:
    """A method of SALib on each stratum."""
    import pandas as pd

    from experiments.sensitivity.salib import second_opinion

    parts = []
    for stratum in chosen:
        table, warning = second_opinion(stratum.firms, stratum.firms.factors, stratum.firms.outputs, method, n, seed)
        table.insert(0, "stratum", stratum.name)
        parts.append(table)
    found = pd.concat(parts, ignore_index=True)
    out.mkdir(parents=True, exist_ok=True)
    part = out / f".{method}.csv.part"
    part.write_text(found.to_csv(index=False), encoding="utf-8")
    part.replace(out / f"{method}.csv")
    print(found.to_string(index=False))
    print(f"note: {warning}", file=sys.stderr)
    print(f"table: {out / f'{method}.csv'}")
