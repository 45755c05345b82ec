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
from tandem.experiments.commands.settings import seed_option

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
) -> None:
    """Fit uncertain parameters to published findings, jointly, and keep every set that remains possible."""
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
    from tandem.experiments.calibration.posterior import RANKED, look

    with progress(min(RANKED, len(fit.sets)), "rankings over the ensemble") as told:
        look(fit, out / "ensemble", seed, told)
    if adopt:
        adopted(out / "ensemble", HOME)
        print(f"adopted: {HOME}")
    best = fit.candidates.iloc[0]
    print(
        f"{len(fit.sets)} parameter sets kept of {fit.evaluations:,} played; the default meets {int(best['holds'])} "
        f"of {len(findings())} findings "
        f"(not: {best['failing'] or 'none'})."
    )
    print(f"This is a model, not a forecast. {time.monotonic() - started:.0f} s. Folder: {out}")


def adopted(source: Path, home: Path) -> None:
    """Copy what a calibration found over the project's ensemble, the provenance last."""
    import shutil

    from tandem.sim.writing import replaced

    home.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.iterdir(), key=lambda file: file.name == "provenance.json"):
        if file.suffix in (".csv", ".json"):
            with replaced(home / file.name, ours=True, noted=False) as part:
                shutil.copyfile(file, part)
