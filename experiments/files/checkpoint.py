"""What a long job has worked out so far, on disk: whatever kills it, the same job goes on from here.

One file a checkpoint: named arrays under the mark of the job that made them. A file with another mark (of other inputs, another
version of the model) is taken for none, and so is one that a crash of the machine has torn.
"""

from __future__ import annotations

import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tandem.sim.writing import replaced

SECONDS_BETWEEN = 20.0


@dataclass
class Checkpoint:
    """A file of arrays, written whole and moved in; `due` at most every `seconds`."""

    path: Path
    mark: str
    seconds: float = SECONDS_BETWEEN
    _last: float = float("-inf")

    def load(self) -> dict[str, np.ndarray]:
        """What was kept by the same job; nothing where there is none."""
        try:
            with self.path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                state = {name: file[name] for name in file.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return {}
        return state if str(state.pop("mark", "")) == self.mark else {}

    @property
    def due(self) -> bool:
        """Whether it is time to keep again."""
        return time.monotonic() - self._last >= self.seconds

    def save(self, state: dict[str, np.ndarray]) -> None:
        """Keep `state` instead of what was kept."""
        with replaced(self.path) as part, part.open("wb") as file:
            np.savez(file, mark=np.array(self.mark), **state)  # type: ignore[arg-type]
        self._last = time.monotonic()
