"""What a seed is, and the number of a replicate: one rule for every function, command, driver and file.

A seed is a whole number from 0 to 2^64 - 1, or a text that is not empty, of which every sign counts. What draws from NumPy's
generators rather than from `tandem.sim.streams` asks here for the same seed in the form that it can take.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from enum import Enum
from typing import Any

from tandem.sim.given import refused, whole_or_none
from tandem.sim.mistake import shown

LARGEST = 2**64 - 1
SEED = "a whole number from 0 to 2^64 - 1, or a text that is not empty"
REPLICATE = "a whole number from 0 to 2^64 - 1"


class Said(Enum):
    """Whether a caller has said anything."""

    NOTHING = "nothing"


NOT_SAID = Said.NOTHING
# On a command line everything is text: what reads as one of these was meant as something else.
_NO_TEXT = {"none", "null", "true", "false", "nan", "inf", "infinity"}


def seed_of(value: Any, name: str = "seed") -> int | str:
    """The seed that a caller gives, as Python's number or text. Raises Mistake in one sentence for all else."""
    if isinstance(value, str) and value:
        return str(value)
    number = whole_or_none(value)
    if number is None or not 0 <= number <= LARGEST:
        raise refused(name, value, "not a seed", SEED)
    return number


def fresh_seed() -> int:
    """A seed that nobody has chosen, from the operating system."""
    return secrets.randbits(64)


def seed_or_rng(seed: Any, rng: Any, usual: int | str = 0) -> int | str:
    """The seed of a caller who may say `seed`, or `rng` as SPEC 7 of the scientific Python ecosystem names it: a seed, None (a
    fresh seed), or what NumPy's `default_rng` takes (words, a SeedSequence, a generator, which is drawn from). NOT_SAID stands
    for what was not said; `usual` is the seed where nothing was. Raises Mistake where both say something, or no seed is said."""
    said = [(name, value) for name, value in (("seed", seed), ("rng", rng)) if value is not NOT_SAID]
    meant = [(name, value) for name, value in said if value is not None]
    if len(meant) > 1:
        raise refused("rng", rng, f"seed = {shown(seed)} is said too", "one of the two")
    if not meant:
        return fresh_seed() if said else usual
    name, value = meant[0]
    return seed_of(value, name) if name == "seed" else _of_rng(value)


def _of_rng(rng: Any) -> int | str:
    """The seed that stands for what NumPy's `default_rng` takes."""
    import numpy as np  # a command that draws nothing does without

    if isinstance(rng, np.random.Generator):
        return int(rng.integers(LARGEST, dtype=np.uint64, endpoint=True))
    if isinstance(rng, np.random.BitGenerator):
        return _of_rng(np.random.Generator(rng))
    if isinstance(rng, np.random.SeedSequence):
        return int(rng.generate_state(1, np.uint64)[0])
    if isinstance(rng, (list, tuple, np.ndarray)) and len(rng):
        words = [whole_or_none(word) for word in rng]
        if all(word is not None and word >= 0 for word in words):
            return int(np.random.SeedSequence(words).generate_state(1, np.uint64)[0])  # type: ignore[arg-type]
    return seed_of(rng, "rng")


def seed_of_text(text: Any, name: str = "--seed") -> int | str:
    """The seed that a command line gives: digits are a number, any other word is a text. Raises Mistake."""
    word = str(text).strip()
    if word.isascii() and word.isdecimal():
        return seed_of(int(word) if len(word) < 100 else LARGEST + 1, name)
    if not word or word.lower() in _NO_TEXT or _reads_as_number(word):
        raise refused(name, _as_meant(word), "not a seed", SEED)
    return word


def replicate_of_text(text: Any, name: str = "--replicate") -> int:
    """The number of a replicate that a command line gives. Raises Mistake."""
    word = str(text).strip()
    digits = word.isascii() and word.isdecimal() and len(word) < 100
    return replicate_of(int(word) if digits else _as_meant(word), name)


def replicate_of(value: Any, name: str = "replicate") -> int:
    """The number of a replicate (or of a firm) that a caller gives. Raises Mistake in one sentence."""
    number = whole_or_none(value)
    if number is None or not 0 <= number <= LARGEST:
        raise refused(name, value, "not such a number", REPLICATE)
    return number


def word_of(number: int) -> int:
    """A number of 64 bits as the kernel's records hold it: the signed number of the same bits."""
    return number - 2**64 if number >= 2**63 else number


def words_of(seed: int | str) -> tuple[int, int]:
    """The two words, of 64 bits each, that stand for a seed: the first 16 bytes of SHA-256 over a label and the seed as JSON,
    read little-endian. Raises Mistake for what is no seed."""
    digest = hashlib.sha256(b"ceocoo-rng-v1" + json.dumps(seed_of(seed)).encode("ascii")).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:16], "little")


def entropy(seed: int | str, *address: int) -> list[int]:
    """What NumPy's generators take for a seed and an address: a number stands for itself, a text for its two words."""
    known = seed_of(seed)
    return [*(words_of(known) if isinstance(known, str) else [known]), *address]


def narrow(seed: int | str) -> int:
    """A seed for libraries that take 32 bits: smaller numbers stand for themselves."""
    known = seed_of(seed)
    return known if isinstance(known, int) and known < 2**32 else words_of(known)[0] % 2**32


def further(seed: int | str, times: int, more: int) -> int:
    """The seed `seed` x `times` + `more` of one part of a job; where that is no number of 64 bits, one of its own."""
    known = seed_of(seed)
    number = known * times + more if isinstance(known, int) else LARGEST + 1
    return number if number <= LARGEST else words_of(json.dumps([known, times, more]))[0]


def _reads_as_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _as_meant(word: str) -> Any:
    """What the word reads as, for the sentence: the same as Python would show."""
    try:
        return int(word) if len(word) < 100 else word
    except ValueError:
        return word
