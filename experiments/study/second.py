"""What a second executive is worth, kept by a long study: whatever kills it, the firms are not played twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from tandem.experiments.effects.second import Worth, worth_in, worth_of_second
from tandem.experiments.files.checkpoint import Checkpoint
from tandem.experiments.files.provenance import model_source
from tandem.sim.parameter_sets import Chosen


def kept_worth(
    firms: int, seed: int | str, parameters: Chosen, store: Path | None, progress: Callable[[int], None] = lambda firms: None
) -> Worth:
    """As `tandem.experiments.effects.second.worth_of_second`; where there is a `store`, read from it or put there."""
    if store is None:
        return worth_of_second(firms, seed, parameters, progress)
    content = ["second", firms, str(seed) if isinstance(seed, int) else [seed], parameters.identity, model_source()]
    mark = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]
    checkpoint = Checkpoint(store / f"{mark}.npz", mark)
    if kept := checkpoint.load():
        return worth_in(pd.DataFrame(kept), firms, seed, parameters)
    found = worth_of_second(firms, seed, parameters, progress)
    table = found.firms
    words = {"context": str}
    checkpoint.save({str(name): table[name].to_numpy(dtype=words.get(str(name))) for name in table})
    return found
