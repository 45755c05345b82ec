"""Where an analysis stands, on disk: after a crash the same analysis goes on from the last block that was kept."""

from __future__ import annotations

import os
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SECONDS_BETWEEN = 20.0


@dataclass
class Kept:
    """A file that holds the sums so far; written whole beside and moved in, at most every `seconds`.

    `mark` names the analysis. A file with another mark (of another function, other factors, another version of the model) is
    taken for none.
    """

    path: Path
    mark: str
    seconds: float = SECONDS_BETWEEN
    _last: float = float("-inf")

    def load(self) -> dict[str, np.ndarray]:
        """What was kept; nothing where there is no file, or one that a crash of the machine has torn."""
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
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        with part.open("wb") as file:
            np.savez(file, mark=np.array(self.mark), **state)  # type: ignore[arg-type]
        part.replace(self.path)
        self._last = time.monotonic()
