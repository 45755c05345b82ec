"""What a record says of the analyses of a study: the firms, what varied over which range, and how often each point was played."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tandem.experiments.files.kept_records import keep, looked_at
from tandem.experiments.files.record import Record, current, note_factors, note_firms, note_parameters, note_replicates, recording

if TYPE_CHECKING:
    from tandem.experiments.study.strata import Part


def note_parts(parts: Sequence[Part]) -> None:
    """Put sensitivity analyses into the record at work: firms by part, role model and context; inputs with their ranges."""
    if current() is None or not parts:
        return
    for part in parts:
        note_firms({tuple(filter(None, (f"{part.name}: {cell[0]}", *cell[1:]))): firm for cell, firm in part.cells.items()})
        ranges, firms = part.ranges, part.firms()
        law: dict[str, Any] = {"low": ranges.low, "high": ranges.high, "law": f"beta({ranges.shape:g}, {ranges.shape:g})"}
        levers = {name: law for name in firms.moved if name in firms.levers}
        others = {name: {"law": "as declared"} for name in firms.moved if name not in firms.levers}
        note_factors({part.name: {**levers, **others, "held": list(firms.held), "rows": part.n, "design": part.design}})
    note_replicates(parts[0].replicates or 2)


@contextmanager
def recorded(command: str, out: Path, parameters: Any, **options: Any) -> Iterator[None]:
    """The block under a record of `tandem COMMAND`, kept in `out` at its end; under the one at work where a command has one."""
    note_parameters(parameters)
    if current() is not None:
        yield
        return
    words = [f"--{name}={value}" for name, value in options.items()]
    with recording(
        Record([command, *words, f"--parameters={parameters.word}"], {**options, "parameters": parameters.word})
    ) as record:
        looked_at(record, out)
        note_parameters(parameters)
        yield
        keep(record)
