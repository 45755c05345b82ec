"""Small documents that know their own SHA-256: canonical JSON with a seal, read back byte for byte or not at all."""

from __future__ import annotations

import hashlib
import json
from typing import Any

SEAL = "self"


class Unsealed(ValueError):
    """What is there is not what was written there. The text is one sentence."""


def canonical(document: Any) -> bytes:
    """Sorted keys, no spaces, ASCII, no NaN: the same document is always the same bytes."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def sha256(content: bytes) -> str:
    """In hex."""
    return hashlib.sha256(content).hexdigest()


def sealed(document: dict[str, Any]) -> bytes:
    """The document with the digest of the rest under `self`, as a line."""
    plain = {key: value for key, value in document.items() if key != SEAL}
    return canonical({**plain, SEAL: sha256(canonical(plain))}) + b"\n"


def unsealed(content: bytes, name: str) -> dict[str, Any]:
    """The document, if every byte is as it was written. Raises Unsealed, and never anything else."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise Unsealed(f"{name} is damaged: not what was written there") from None
    # The comparison of bytes also refuses what a parser forgives: spaces, repeated keys, other spellings of a number.
    if not isinstance(document, dict) or not isinstance(document.get(SEAL), str) or _again(document) != content:
        raise Unsealed(f"{name} is damaged: its seal does not fit")
    return document


def _again(document: dict[str, Any]) -> bytes:
    try:
        return sealed(document)
    except (ValueError, RecursionError):
        return b""
