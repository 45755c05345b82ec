"""What a long job has worked out so far, on disk: whatever kills it, the same job goes on from here.

One file a checkpoint: a line that says what it is and seals the rest, then named arrays under the mark of the job that made them.
A file of ours with another mark (of other inputs, another version of the model) is taken for none, and so is one that is damaged.
A file that is not ours is never replaced.
"""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tandem.sim.marks import not_ours
from tandem.sim.mistake import Mistake
from tandem.sim.opening import content
from tandem.sim.seals import sha256
from tandem.sim.writing import replaced

SECONDS_BETWEEN = 20.0
BEGINNING = b"tandem: kept by a long job, sha256 of what follows: "


@dataclass
class Checkpoint:
    """A file of arrays, written whole and moved in; `due` at most every `seconds`.

    Mistake in one sentence, as soon as it is made, where `path` holds a file that is not ours, or is no place for a file.
    """

    path: Path
    mark: str
    seconds: float = SECONDS_BETWEEN
    _last: float = float("-inf")

    def __post_init__(self) -> None:
        self._there()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)  # now, rather than after an hour of work
        except OSError as error:
            raise Mistake(f"{self.path}: its folder cannot be made ({error.strerror or error}); give another name") from None

    def load(self) -> dict[str, np.ndarray]:
        """What was kept by the same job; nothing where there is none, or where a bit of it is not as it was written."""
        head, _, body = self._there().partition(b"\n")
        if head != BEGINNING + sha256(body).encode():
            return {}
        try:
            with np.load(io.BytesIO(body), allow_pickle=False) as file:
                state = {name: file[name] for name in file.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return {}
        return state if str(state.pop("mark", "")) == self.mark else {}

    @property
    def due(self) -> bool:
        """Whether it is time to keep again."""
        return time.monotonic() - self._last >= self.seconds

    def save(self, state: dict[str, np.ndarray]) -> None:
        """Keep `state` instead of what was kept. Mistake where somebody else has put a file there meanwhile."""
        self._there()
        held = io.BytesIO()
        np.savez(held, mark=np.array(self.mark), **state)  # type: ignore[arg-type]
        body = held.getvalue()
        with replaced(self.path, ours=True, noted=False) as part:
            part.write_bytes(BEGINNING + sha256(body).encode() + b"\n" + body)
        self._last = time.monotonic()

    def _there(self) -> bytes:
        """What stands there; Mistake where that is not ours."""
        try:
            there = content(self.path)
        except FileNotFoundError:
            return b""
        except NotADirectoryError:
            raise Mistake(f"{self.path}: a part of this path is a file; give another name") from None
        except (OSError, ValueError) as error:
            raise Mistake(f"{self.path}: {getattr(error, 'strerror', None) or error}; give another name") from None
        if there and not _begins_like_ours(there):
            raise not_ours(self.path)
        return there


def _begins_like_ours(there: bytes) -> bool:
    """Whether a file is one of ours, be it damaged at its beginning too."""
    return sum(a == b for a, b in zip(there, BEGINNING)) > 0.75 * len(BEGINNING)
