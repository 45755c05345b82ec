"""Where results came from: versions, the model's text, and our commit. No user, no host, no home folder, no environment.

Our commit is told from our own checkout alone: installed, the package may lie inside somebody else's repository, whose commit
says nothing of ours. There the version and the digest of the installed files stand for it.
"""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from tandem.sim.origin import SIM, model_source, version_of, versions

__all__ = ["code", "commit", "installed_files", "model_source", "provenance", "provenance_lines", "version_of", "versions"]

HOUSE = SIM.parent
"""The root of the checkout; installed, the folder of the package."""
ROOMS = ("tandem", "sim", "experiments", "scenarios")
PACKAGES = ("numpy", "llvmlite", "scipy", "pandas", "matplotlib")


@lru_cache(maxsize=1)
def installed_files() -> str:
    """SHA-256 of every file of the package, in hex: what stands for a commit where there is none."""
    digest = hashlib.sha256()
    for room in (SIM, SIM.parent / "experiments", SIM.parent / "scenarios"):
        for file in sorted(room.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.relative_to(HOUSE).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=1)
def code() -> str:
    """SHA-256 of the text of all Python files of the package, in hex: processes that play one sweep share it."""
    digest = hashlib.sha256()
    for room in (SIM, SIM.parent / "experiments"):
        for file in sorted(room.rglob("*.py")):
            digest.update(file.relative_to(HOUSE).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def provenance() -> dict[str, object]:
    """Versions, time, and the commit or the digest of the installed files, for what is kept with results."""
    return {"versions": versions(), "created_utc": datetime.now(UTC).isoformat(timespec="seconds"), **commit()}


def provenance_lines() -> dict[str, str]:
    """The same as a reader of a page sees it: word -> text."""
    ours = commit()
    changed = " with changes" if "uncommitted_sha256" in ours else ""
    known = versions()
    return {
        **({"commit": ours["commit"][:12] + changed} if "commit" in ours else {"files (digest)": installed_files()[:16]}),
        "model source (digest)": known["model"],
        "Python": known["python"],
        "platform": known["platform"],
        "tandem-sim": known["tandem-sim"],
        **{name: version_of(name) for name in PACKAGES},
    }


@lru_cache(maxsize=1)
def commit() -> dict[str, str]:
    """`commit` and, where files differ from it, `uncommitted_sha256`; outside our own checkout `installed_sha256`."""

    def git(*words: str) -> bytes:
        return subprocess.run(["git", "-C", str(HOUSE), *words], capture_output=True, timeout=5, check=True).stdout

    try:
        if Path(git("rev-parse", "--show-toplevel").decode().rstrip("\n")).resolve() != HOUSE:
            return {"installed_sha256": installed_files()}
        ours = git("rev-parse", "HEAD").decode("ascii").strip()
        difference = git("diff", "HEAD", "--", *ROOMS)
    except (OSError, subprocess.SubprocessError, ValueError):
        return {"installed_sha256": installed_files()}
    return {"commit": ours, **({"uncommitted_sha256": hashlib.sha256(difference).hexdigest()} if difference else {})}
