"""Where the tables of an analysis come from: its arguments, as `tandem.sim.origin` keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tandem.experiments.sensitivity.runner import Function
from tandem.experiments.store.code import known_code
from tandem.sim.given import plain
from tandem.sim.origin import origin_of_function


def origin_of_analysis(
    f: Function, asked: Any, n: int, outputs: str | Sequence[str] | None, tails: Mapping[str, float] | None
) -> dict[str, Any]:
    """The record that the tables carry: the arguments of `analyse` (`asked`; `n`: base rows at most), `keep` and
    `progress` aside, which change no figure."""
    given = asked.factors
    named = {
        "inputs": dict(zip(given.names, (given.groups[g] for g in given.group_of))),
        "n": n,
        "seed": asked.seed,
        "outputs": [outputs] if isinstance(outputs, str) else None if outputs is None else [*map(str, outputs)],
        "replicates": asked.replicates,
        "design": asked.design,
        "sampling": asked.sampling,
        "tails": None if tails is None else plain(dict(tails)),
        "allow_failed": asked.allow_failed,
        "held": {name: [*map(str, levels)] for name, levels in given.held} or None,
        "told_by": None if asked.told_by is None else [asked.told_by[0], int(asked.told_by[1])],
        **({"until_decided": list(asked.order)} if asked.order else {}),
    }
    return origin_of_function("analyse", f, known_code(f), **named)
