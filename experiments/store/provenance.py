"""Where results came from: versions and commit. No user, no host, no home folder, no environment."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[2]
MODEL_FILES = (
    "rules/*.py",
    "phases/*.py",
    "compile.py",
    "parameters.py",
    "state.py",
    "streams.py",
    "week.py",
    "kernel.py",
)


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """What the values of a run may depend on beside the sweep's plan: two runs under equal versions have equal bits."""
    found = {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "libm": " ".join(platform.libc_ver()).strip() or "unknown",
        "model": model_source()[:16],
    }
    for package in ("tandem-sim", "numpy", "numba", "llvmlite"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


@lru_cache(maxsize=1)
def model_source() -> str:
    """SHA-256 of the text of the compiled floors."""
    digest = hashlib.sha256()
    for shape in MODEL_FILES:
        for file in sorted((HOUSE / "sim").glob(shape)):
            digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def provenance() -> dict[str, Any]:
    """Versions, commit and time, for the manifest."""
    return {
        "versions": versions(),
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        **_commit(),
    }


def _commit() -> dict[str, Any]:
    def git(*words: str) -> bytes:
        return subprocess.run(["git", "-C", str(HOUSE), *words], capture_output=True, timeout=5, check=True).stdout

    try:
        commit = git("rev-parse", "HEAD").decode("ascii").strip()
        difference = git("diff", "HEAD", "--", "sim", "experiments", "scenarios")
    except (OSError, subprocess.SubprocessError, ValueError):
        return {}
    return {
        "commit": commit,
        **({"uncommitted_sha256": hashlib.sha256(difference).hexdigest()} if difference else {}),
    }
