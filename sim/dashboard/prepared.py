"""Answers made beforehand: the catalogue, and all that the case of the first screen needs to play, so that a page is usable while
the model gets ready.

The file holds answers of `tandem.sim.dashboard.answers` as they are sent. It is used until the model is ready, and only where it
was made from the rules, scenario files and parameter sets that are here: nobody who changes those is shown figures of others.
`python -m tandem.sim.dashboard.prepared` makes it again (`make first-case`); a test compares it with what the model plays.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from tandem.sim.code_cache import text_digest
from tandem.sim.opening import content
from tandem.sim.outcomes import OWN
from tandem.sim.parameter_sets import ENSEMBLE, FOLDER
from tandem.sim.scenario.catalogue import every_file

FILE = Path(__file__).with_name("prepared.json.gz")
MOST_BYTES = 4_000_000
QUICK = ("catalogue", "run", "story")
"""Questions that the model answers at once when it is ready: what is compared then."""

Asked = Mapping[str, Any]


@dataclass(frozen=True)
class Prepared:
    """Answers as JSON bytes, by question and what was asked; none where nothing was prepared for this model."""

    kept: tuple[tuple[str, Asked, bytes], ...] = ()
    _by_key: dict[str, bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {_key(question, asked): answer for question, asked, answer in self.kept})

    def known(self, question: str, asked: Asked) -> bytes | None:
        """The answer, if it was prepared."""
        return self._by_key.get(_key(question, asked))

    def same(self, respond: Callable[[str, Asked], bytes]) -> bool:
        """Whether the model, by `respond`, gives the same bytes to the quick questions."""
        return all(respond(question, asked) == answer for question, asked, answer in self.kept if question in QUICK)


def _key(question: str, asked: Asked) -> str:
    return question + json.dumps(asked, sort_keys=True)


def prepared(parameters: str | int, file: Path = FILE) -> Prepared:
    """What was prepared for these parameter sets; nothing where the file is missing, damaged or of another model, or outcomes of
    a user's own are declared, which a page shows too."""
    if parameters != ENSEMBLE or OWN:
        return Prepared()
    try:
        found = json.loads(gzip.decompress(content(file, MOST_BYTES)))
        if found["made_from"] != made_from():
            return Prepared()
        return Prepared(tuple((one["question"], one["asked"], one["answer"].encode("utf-8")) for one in found["answers"]))
    except Exception:  # whatever a disk may hold: the page then waits for the model
        return Prepared()


def made_from() -> str:
    """SHA-256, in hex, of what makes the figures: rules, scenario files (a user's own among them), parameter sets, headline."""
    digest = hashlib.sha256(text_digest(Path(__file__).resolve().parents[1]).encode())
    scenarios = resources.files("tandem.scenarios")
    files = [(f"{found.kind}/{found.name}", found.source) for found in every_file()]
    files += [(name, scenarios / name) for name in (f"{FOLDER}/sets.csv", f"{FOLDER}/provenance.json", "headline.json")]
    for name, source in files:
        text = source.read_bytes() if source is not None and source.is_file() else b""
        digest.update(f"{name}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def questions(catalogue: Asked) -> Iterator[tuple[str, Asked]]:
    """What a page asks for, word for word, until its first case is told to the end, and what its debrief sheet asks."""
    first = catalogue["cases"][0]
    spec = {"case": first["name"], "luck": first["luck"]}
    yield "catalogue", {}
    for question in ("run", "story", "bands", "luck"):
        yield question, {"spec": spec}
    if first["failure"]:
        yield "odds", {"spec": {"case": first["name"]}}


def made() -> bytes:
    """The content of the file, played by the model that is here: the same bytes for the same model."""
    from tandem.sim.dashboard.answers import Store

    store = Store()
    catalogue = json.loads(store.answer("catalogue", {}))
    answers = [
        {"question": question, "asked": asked, "answer": store.answer(question, asked).decode("utf-8")}
        for question, asked in questions(catalogue)
    ]
    whole = json.dumps({"made_from": made_from(), "answers": answers}, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(whole.encode("utf-8"), mtime=0)


def main() -> None:
    """Write the file, and say whether anything moved."""
    from tandem.sim.writing import replaced

    before, now = (content(FILE) if FILE.exists() else b""), made()
    if before == now:
        print(f"{FILE.name}: nothing moved")
        return
    with replaced(FILE, ours=True, noted=False) as part:
        part.write_bytes(now)
    print(f"{FILE.name} written, {len(now) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
