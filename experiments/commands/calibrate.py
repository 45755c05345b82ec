"""`tandem calibrate`: fits uncertain parameters to published findings and keeps an ensemble of parameter sets."""

from __future__ import annotations

import shlex
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tandem.experiments.commands.outputs import writable
from tandem.experiments.commands.settings import USUAL_SETS, FactorsFile, OwnOutcomes, ParameterSets, seed_option

STOPPED = 3
HOME = Path(__file__).parents[2] / "scenarios" / "ensemble"


class CalibrationProfile(StrEnum):
    """How much is played."""

    smoke = "smoke"
    quick = "quick"
    full = "full"


def calibrate(
    out: Annotated[Path, typer.Option(help="Folder for what is played and found; the same command again goes on.")],
    profile: Annotated[CalibrationProfile, typer.Option(help="How much is played.")] = CalibrationProfile.quick,
    seed: Annotated[Any, seed_option("Seed of designs, firms and luck")] = 1,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that play parameter sets.")] = 2,
    adopt: Annotated[bool, typer.Option("--adopt", help="Make the result the project's ensemble.")] = False,
    targets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Observed figures of your own, [targets.NAME]; with --factors, --scenario."),
    ] = None,
    factors: FactorsFile = None,
    scenario: Annotated[str | None, typer.Option(help="With --targets: the firm.")] = None,
    outcomes: OwnOutcomes = None,
    sets: Annotated[int, typer.Option(min=20, max=100_000, help="With --targets: sets kept.")] = 200,
    firms: Annotated[
        int, typer.Option(min=4, max=10_000, help="With --targets: replicates under which each set is played.")
    ] = 32,
    parameters: ParameterSets = USUAL_SETS,
) -> None:
    """Fit uncertain parameters to published findings (or your own figures), jointly, and keep every set that remains possible."""
    if targets is not None or factors is not None or scenario is not None:
        return own_figures(targets, factors, scenario, outcomes, sets, firms, seed, workers, parameters, adopt, out)
    writable(out, ("job.json",))
    from tandem.experiments.calibration import space as spaces
    from tandem.experiments.calibration.fit import calibrate as run
    from tandem.experiments.calibration.fit import same_job, save, sets_planned
    from tandem.experiments.commands.tables import progress
    from tandem.experiments.store import Interrupted, Stopped
    from tandem.experiments.study.study import firms_per_second
    from tandem.experiments.validation.findings import findings
    from tandem.experiments.validation.trials import Size

    size, started = spaces.profile(profile.value), time.monotonic()
    same_job(out, spaces.space(), size, seed)
    planned = sets_planned(size)
    cost = Size(size.firms, size.twins, size.advertisers, size.long).runs
    rate = firms_per_second(0.3)  # both threads at work
    minutes = planned * cost / rate * 1.4 / 60.0 + 0.2 * size.waves * (size.final / 320)
    print(
        f"playing {planned:,} parameter sets of {cost:,.0f} runs each, {workers} at a time: about {minutes:.0f} minutes at "
        f"{rate:,.0f} runs a second, less what is there already",
        file=sys.stderr,
        flush=True,
    )
    command = f"tandem calibrate --profile {profile.value} --seed {shlex.quote(str(seed))}"
    try:
        with progress(planned, "calibrating") as told:
            fit = run(spaces.space(), size, seed, out, workers, told)
    except (KeyboardInterrupt, Stopped, Interrupted) as error:
        print(f"tandem: stopped{f': {error}' if str(error) else ''}; the same command goes on from here", file=sys.stderr)
        raise typer.Exit(STOPPED) from None
    save(fit, out / "ensemble", command)
    looked_at(fit, out, seed, adopt)
    best = fit.candidates.iloc[0]
    print(
        f"{len(fit.sets)} parameter sets kept of {fit.evaluations:,} played; the default meets {int(best['holds'])} "
        f"of {len(findings())} findings "
        f"(not: {best['failing'] or 'none'})."
    )
    print(f"This is a model, not a forecast. {time.monotonic() - started:.0f} s. Folder: {out}")


def looked_at(fit: Any, out: Path, seed: Any, adopt: bool) -> None:
    """Write what the ensemble says of role models and levers, and adopt it where that was asked."""
    from tandem.experiments.calibration.posterior import RANKED, look
    from tandem.experiments.commands.tables import progress

    with progress(min(RANKED, len(fit.sets)), "rankings over the ensemble") as told:
        look(fit, out / "ensemble", seed, told)
    if adopt:
        adopted(out / "ensemble", HOME)
        print(f"adopted: {HOME}")


def own_figures(
    targets: Path | None,
    factors: Path | None,
    scenario: str | None,
    outcomes: Path | None,
    sets: int,
    firms: int,
    seed: Any,
    workers: int,
    parameters: str,
    adopt: bool,
    out: Path,
) -> None:
    """Fit a firm to figures observed of it."""
    from tandem.experiments.calibration.own_fit import FILES, fit
    from tandem.experiments.commands.settings import own_outcomes, parameter_sets
    from tandem.experiments.commands.tables import progress

    for option, given in (("--targets", targets), ("--factors", factors), ("--scenario", scenario)):
        if given is None:
            raise typer.BadParameter("a fit to your own figures needs --targets, --factors and --scenario", param_hint=option)
    if adopt:
        raise typer.BadParameter("a fit of one firm is no ensemble of the project", param_hint="--adopt")
    writable(out, FILES)
    own_outcomes(outcomes)
    asked = parameter_sets(parameters)
    with progress(96 + 2 * 64 + 3, "fitting") as told:
        found = fit(
            targets, factors, scenario, sets=sets, firms=firms, seed=seed, parameters=asked, workers=workers, progress=told
        )
    for row in found.marginals.to_dict("records"):
        print(f"{row['path']}: {row['q50']:.4g} (90% of the sets {row['q05']:.4g} to {row['q95']:.4g}); {row['verdict']}")
    for row in found.figures.to_dict("records"):
        print(f"{row['target']}: observed {row['observed']:.4g}, fitted {row['fitted']:.4g}; {row['verdict']}")
    for line in [*found.told, asked.told]:
        print(line)
    found.save(out)
    print(f"This is a model, not a forecast. {found.runs:,} firms. The ensemble, for --parameters {out}: {out}")


def adopted(source: Path, home: Path) -> None:
    """Copy what a calibration found over the project's ensemble, the provenance last."""
    import shutil

    from tandem.sim.writing import replaced

    home.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.iterdir(), key=lambda file: file.name == "provenance.json"):
        if file.suffix in (".csv", ".json"):
            with replaced(home / file.name, ours=True, noted=False) as part:
                shutil.copyfile(file, part)
