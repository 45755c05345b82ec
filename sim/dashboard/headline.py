"""The published headline: what moves growth and conflict most, as one file says it to README, MODEL.md, reports and here."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib import resources
from typing import Any

from tandem.sim.texts import LANGUAGES

FILE = "headline.json"


@lru_cache(maxsize=1)
def headline() -> dict[str, Any]:
    """What `make headline` wrote: `command`, `parameters`, `firms`, `outputs` (facts by outcome) and `told` (language -> outcome
    -> sentences); without the file nothing is told."""
    file = resources.files("tandem.scenarios") / FILE
    if not file.is_file():
        return {"command": "", "parameters": "", "firms": 0, "outputs": {}, "told": {lang: {} for lang in LANGUAGES}}
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def for_page() -> dict[str, Any]:
    """The sentences in each language, outcome after outcome, and the command that made them."""
    found = headline()
    told = {lang: [line for lines in found["told"][lang].values() for line in lines] for lang in LANGUAGES}
    return {"told": told, "command": found["command"], "firms": found["firms"]}
