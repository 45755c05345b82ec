"""What is written when a sweep is complete: the digest, what failed, and which versions had a part in it."""

from __future__ import annotations

from typing import Any

from tandem.experiments.store.digests import sweep_digest
from tandem.experiments.store.errors import Damaged
from tandem.experiments.store.folder import LARGEST_DOCUMENT
from tandem.experiments.store.seals import canonical, sealed, sha256, unsealed
from tandem.experiments.store.shapes import Final, shaped
from tandem.experiments.store.store import Scan, Store

NAME = "final.json"


def final_document(store: Store, scan: Scan) -> dict[str, Any]:
    """All that follows from the receipts. Only for a complete scan."""
    commits = [scan.done[number] for number in range(store.layout.chunks)]
    runs = store.layout.runs
    tags: dict[str, dict[str, str]] = {}
    for commit in commits:
        tags.setdefault(sha256(canonical(commit.receipt["versions"])), commit.receipt["versions"])
    return {
        "sweep_id": store.manifest.sweep_id,
        "manifest": store.manifest.seal,
        "runs": runs,
        "chunks": len(commits),
        "stages": len(store.layout.stages),
        "failed": sum(commit.receipt["failed"] for commit in commits),
        "invalid": sum(commit.receipt["invalid"] for commit in commits),
        "reused": sum(commit.receipt["reused"] for commit in commits),
        "content": [commit.receipt["content_sha256"] for commit in commits],
        "versions": [tags[key] for key in sorted(tags)],
        "digest": sweep_digest(
            store.manifest.sweep_id, store.manifest.document["design"]["sha256"], runs, (commit.rows_sum for commit in commits)
        ),
    }


def read_final(store: Store) -> dict[str, Any] | None:
    """What `final.json` says; None if there is none. Raises Damaged."""
    try:
        document = shaped(unsealed(store.folder.read("", NAME, LARGEST_DOCUMENT), NAME), Final, NAME)
    except FileNotFoundError:
        return None
    if document.get("sweep_id") != store.manifest.sweep_id or document.get("manifest") != store.manifest.seal:
        raise Damaged(f"{NAME} belongs to another sweep")
    return document


def write_final(store: Store, scan: Scan) -> dict[str, Any]:
    """Write `final.json` unless it is there and right; its document."""
    document = final_document(store, scan)
    content = sealed(document)
    try:
        if store.folder.read("", NAME, LARGEST_DOCUMENT) == content:
            return document
        store.folder.set_aside("", NAME)
    except FileNotFoundError:
        pass
    store.folder.write("", NAME, content)
    return document
