"""Where firms of a population come from: its record for tables of them (`tandem.sim.origin`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tandem.sim.given import plain
from tandem.sim.origin import origin_of
from tandem.sim.parameter_sets import Chosen


def digest_of(declared: Mapping[str, Any]) -> str:
    """SHA-256 of the tables of a population's file, 64 hex digits."""
    return hashlib.sha256(json.dumps(plain(dict(declared)), sort_keys=True, default=str).encode()).hexdigest()


def origin_of_population(name: str, declared: Mapping[str, Any], sets: Chosen, values: Mapping[str, float]) -> dict[str, Any]:
    """The record of a population: name and digest of what is `declared`, its parameter sets, and what holds for every firm beside
    them (`values` by path, where they are not just those of the one set that all share)."""
    shared = {} if sets.known is None or sets.number is None else sets.known.set(sets.number)
    changes = {} if dict(values) == shared else plain(dict(values))
    named: dict[str, Any] = {"population": name, "population_sha256": digest_of(declared)}
    named |= {"changes": changes} if changes else {}
    return origin_of("Population.load", [], sets, None, **named)
