"""Machine code made beforehand, for a wheel: so that a first start there waits for no compiler."""

from __future__ import annotations

from pathlib import Path

from tandem.sim.compiler import keeping, machine
from tandem.sim.compiler.units import programs


def ship(folder: Path) -> list[Path]:
    """Write the code of the programs declared so far, for the usual processors of this machine's kind; returns the files.

    They go into `tandem/sim/built` of a wheel. Their names tell system, processor and the text they come from.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for level, processor in machine.usual().items():
        for unit in programs():
            file = folder / keeping.shipped(unit.name, level).name
            file.write_bytes(keeping.packed(unit.translated(processor)))
            files.append(file)
    return files
