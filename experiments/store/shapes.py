"""What kind each value of a sealed document is of.

A seal says that a document is as it was written; whoever can seal may still have written nonsense, and nonsense is damage,
told in one line."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tandem.experiments.store.errors import Damaged

MOST = 2**62
Digest = Field(pattern="^[0-9a-f]{64}$")
Count = Field(ge=0, le=MOST)


class _Shape(BaseModel):
    """Strict kinds; what else a document holds is not looked at."""

    model_config = ConfigDict(strict=True, extra="allow")


class _Bytes(_Shape):
    """What is known of a file."""

    bytes: int = Count
    sha256: str = Digest


class _Weeks(_Bytes):
    rows: int = Count


class _Files(_Shape):
    model_config = ConfigDict(strict=True, extra="forbid")

    shards: _Bytes
    trajectories: _Weeks | None = None
    failures: _Bytes | None = None


class Receipt(_Shape):
    """`receipts/c00000012.json`"""

    sweep_id: str
    manifest: str
    chunk: int = Count
    low: int = Count
    high: int = Count
    files: _Files
    content_sha256: str = Digest
    rows_sum: str = Digest
    failed: int = Count
    invalid: int = Count
    reused: int = Count
    versions: dict[str, str]


class StageDocument(_Shape):
    """`stages/s0001.json`"""

    sweep_id: str
    start: int = Count
    low: int = Count
    high: int = Count
    points: list[int] = Field(min_length=1)


class Final(_Shape):
    """`final.json`"""

    sweep_id: str
    manifest: str
    runs: int = Count
    digest: str = Digest


class _Named(_Shape):
    name: str
    unit: str


class _Stored(_Named):
    nullable: bool


class _Model(_Shape):
    name: str
    seed: int | str | None = None
    trajectories: str | None = None
    parameters: int | str | None = None
    scenarios: dict[str, str] | None = None


class _Precision(_Shape):
    outcome: str
    half_width: float = Field(gt=0, allow_inf_nan=False)
    at_most: int = Field(ge=2, le=MOST)
    at_least: int = Field(ge=2, le=MOST)


class _Spec(_Shape):
    model: _Model
    outcomes: list[_Named] = Field(min_length=1)
    replicates: int | None = Field(None, ge=1, le=MOST)
    precision: _Precision | None = None
    independent_luck: bool


class _Design(_Shape):
    points: int = Field(ge=1, le=MOST)
    bytes: int = Count
    file_sha256: str = Digest
    sha256: str = Digest
    factors: list[str]


class _Firms(_Shape):
    count: int = Count
    bytes: int | None = Field(None, ge=0)
    file_sha256: str | None = None


class _Provenance(_Shape):
    versions: dict[str, str]


class ManifestDocument(_Shape):
    """`manifest.json`"""

    sweep_id: str
    spec: _Spec
    spec_sha256: str
    rng: dict[str, Any]
    title: str | None = None
    design: _Design
    scenarios: _Firms
    chunk_runs: int = Field(ge=1, le=MOST)
    provenance: _Provenance
    stored: list[_Stored]
    trajectory_columns: list[str]


def shaped(document: dict[str, Any], shape: type[BaseModel], name: str) -> dict[str, Any]:
    """The document itself. Raises Damaged, naming the first value of a wrong kind."""
    try:
        shape.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Damaged(f"{name} is damaged: {'.'.join(map(str, first['loc']))}: {first['msg'].lower()}") from None
    return document
