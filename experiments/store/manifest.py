"""The sweep's own description on disk: written once, sealed, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tandem.experiments.files.provenance import provenance
from tandem.experiments.store.errors import Damaged, Refused
from tandem.experiments.store.folder import LARGEST_DOCUMENT, Folder
from tandem.experiments.store.model import FirmModel
from tandem.experiments.store.seals import canonical, sealed, sha256, unsealed
from tandem.experiments.store.shapes import ManifestDocument, shaped

if TYPE_CHECKING:
    from tandem.experiments.store.experiment import Experiment

FORMAT = 1
NAME = "manifest.json"
CODE = "model.code"  # a digest, of which a reader has nothing
SCHEME = "philox4x64-10/v1"


@dataclass(frozen=True, eq=False)
class Manifest:
    """What `manifest.json` says."""

    document: dict[str, Any]

    @property
    def sweep_id(self) -> str:
        """32 hex digits of what decides the results."""
        return self.document["sweep_id"]

    @property
    def seal(self) -> str:
        """The digest of the whole document."""
        return self.document["self"]

    @property
    def spec(self) -> dict[str, Any]:
        """See `Experiment.spec`."""
        return self.document["spec"]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The digested outcomes."""
        return tuple(outcome["name"] for outcome in self.spec["outcomes"])

    @property
    def stored(self) -> tuple[str, ...]:
        """The outcomes on disk."""
        return tuple(outcome["name"] for outcome in self.document["stored"])

    @property
    def nullable(self) -> frozenset[str]:
        """Stored outcomes that may be undefined in a valid run."""
        return frozenset(outcome["name"] for outcome in self.document["stored"] if outcome["nullable"])

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of trajectories."""
        return tuple(self.document["trajectory_columns"])

    @property
    def points(self) -> int:
        """Number of design points."""
        return self.document["design"]["points"]

    @property
    def replicates(self) -> int:
        """Replicates of the first stage."""
        return self.spec["precision"]["at_least"] if "precision" in self.spec else self.spec["replicates"]

    @property
    def chunk_runs(self) -> int:
        """Runs in a chunk."""
        return self.document["chunk_runs"]


def sweep_id(spec: dict[str, Any], rng: dict[str, Any]) -> str:
    """The name that equal experiments share."""
    return sha256(canonical({"spec": spec, "rng": rng}))[:32]


def rng_of(experiment: Experiment) -> dict[str, Any]:
    """How luck is addressed. Key words as decimal text: they exceed what JSON readers keep exactly."""
    if not isinstance(experiment.model, FirmModel):
        return {"scheme": "the model's own"}
    from tandem.sim.streams import seed_key

    return {
        "scheme": SCHEME,
        "key": [str(int(word)) for word in seed_key(experiment.model.seed)],
        "crn": not experiment.independent_luck,
    }


def described(experiment: Experiment, design: dict[str, Any], scenarios: dict[str, Any], chunk_runs: int) -> bytes:
    """The manifest of a new sweep, as bytes. `design`, `scenarios`: what is known of their files."""
    spec, rng = experiment.spec(), rng_of(experiment)
    model = experiment.model
    return sealed(
        {
            "format": FORMAT,
            "sweep_id": sweep_id(spec, rng),
            "spec": spec,
            "spec_sha256": sha256(canonical(spec)),
            "rng": rng,
            "title": experiment.title,
            "design": design,
            "scenarios": scenarios,
            "chunk_runs": chunk_runs,
            "n_runs": experiment.runs,
            "most_runs": experiment.most_runs,
            "provenance": provenance(),
            "stored": [
                {"name": name, "unit": model.outcomes[name], "dtype": "float64", "nullable": name in model.nullable}
                for name in experiment.stored
            ],
            "trajectory_columns": list(model.columns),
        }
    )


def read_manifest(folder: Folder) -> Manifest | None:
    """The manifest of a folder; None if it has none. Raises Damaged for one that is not whole."""
    try:
        content = folder.read("", NAME, LARGEST_DOCUMENT)
    except FileNotFoundError:
        return None
    document = unsealed(content, NAME)
    folder.known_by(NAME, content)
    if document.get("format") != FORMAT:
        raise Refused(f"{NAME}: format {document.get('format')!r} is not one that this version reads (it reads {FORMAT})")
    shaped(document, ManifestDocument, NAME)
    try:
        manifest = Manifest(document)
        sound = (
            manifest.sweep_id == sweep_id(document["spec"], document["rng"])
            and manifest.chunk_runs >= 1
            and manifest.points >= 1
            and manifest.replicates >= 1
            and ("precision" in manifest.spec or "replicates" in manifest.spec)
            and set(manifest.outcomes) <= set(manifest.stored)
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        sound = False
    if not sound:
        raise Damaged(f"{NAME} is damaged: its parts do not fit together")
    return manifest


def differences(asked: Any, there: Any, path: str = "") -> list[str]:
    """`key: there -> asked` for everything in which two specifications differ."""
    if isinstance(asked, dict) and isinstance(there, dict):
        keys = [*there, *(key for key in asked if key not in there)]
        return [line for key in keys for line in differences(asked.get(key), there.get(key), f"{path}.{key}".lstrip("."))]
    if path == CODE and asked != there:
        return ["the function, or something that it refers to, is not what it was when this folder was begun"]
    return [] if asked == there else [f"{path}: {_short(there)} there, {_short(asked)} asked"]


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
