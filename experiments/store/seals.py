"""The seals of `tandem.sim.seals`, as a sweep speaks of them: what does not fit is damage."""

from __future__ import annotations

from typing import Any

from tandem.experiments.store.errors import Damaged
from tandem.sim.seals import Unsealed, canonical, sealed, sha256
from tandem.sim.seals import unsealed as _unsealed

__all__ = ["canonical", "sealed", "sha256", "unsealed"]


def unsealed(content: bytes, name: str) -> dict[str, Any]:
    """The document, if every byte is as it was written. Raises Damaged, and never anything else."""
    try:
        return _unsealed(content, name)
    except Unsealed as error:
        raise Damaged(str(error)) from None
