"""Where compiled code is kept: a folder named by a digest of the source that it comes from, made, found and swept out.

Numba's own cache looks at one file at a time, and keeps serving a caller whose rule in another file has changed.
"""

import contextlib
import hashlib
import os
import platform
import shutil
import stat
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

COMPILED_ROOMS = ("compiler", "rules", "phases")
COMPILED_FILES = (
    "compile.py",
    "parameters.py",
    "state.py",
    "seeds.py",
    "streams.py",
    "units.py",
    "outcomes.py",
    "week.py",
    "kernel.py",
    "panel.py",
)
FOLDERS_KEPT = 5
SECONDS_IN_USE = 3600.0  # a folder used this recently may belong to a running process: never removed


def compiled_sources(sim: Path) -> list[Path]:
    """The files whose text decides what is compiled, sorted."""
    files = [sim / name for name in COMPILED_FILES]
    for room in COMPILED_ROOMS:
        files += (sim / room).rglob("*.py")
    return sorted(file for file in files if file.is_file())


def text_digest(sim: Path) -> str:
    """SHA-256 of the compiled floors' source, in hex: what compiled code is made from, wherever it lies."""
    digest = hashlib.sha256()
    for file in compiled_sources(sim):
        text = file.read_bytes()
        digest.update(f"{file.relative_to(sim).as_posix()}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def source_digest(sim: Path) -> str:
    """SHA-256 of the compiled floors' source and of the versions of what compiles it, in hex."""
    versions = [platform.python_version(), *(version(name) for name in ("llvmlite", "numpy"))]
    return hashlib.sha256("\0".join([*versions, text_digest(sim)]).encode()).hexdigest()


def usual_cache_root() -> Path:
    """`TANDEM_CACHE`, or the platform's folder for caches."""
    chosen = os.environ.get("TANDEM_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "~/AppData/Local")
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().absolute() / "tandem-sim"


def private_temporary_root() -> Path:
    """A folder under the temporary one that belongs to this user alone. OSError where there is no temporary folder.

    Cached code is executed when it is loaded, so a folder that somebody else made, or may
    write to, is refused and a fresh one, for this process only, takes its place.
    """
    user = os.getuid() if hasattr(os, "getuid") else None
    root = Path(tempfile.gettempdir()) / ("tandem-sim" if user is None else f"tandem-sim-{user}")
    try:
        root.mkdir(mode=0o700, exist_ok=True)
        found = root.lstat()
        if user is None or (stat.S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o022):
            return root
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="tandem-sim-"))


def made_writable(folder: Path) -> bool:
    """Whether the folder exists, after trying to make it, and a file can be written in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        os.utime(folder)  # the last use, which decides what is swept out
    except (OSError, RuntimeError):
        return False
    return True


def sweep_out_old(root: Path, keep: Path) -> None:
    """Remove all but the newest digest folders, sparing those in use."""
    hexadecimal = set("0123456789abcdef")
    aged = []
    for folder in root.iterdir():
        # Only folders that this file has named: TANDEM_CACHE may point anywhere.
        if folder != keep and len(folder.name) == 64 and set(folder.name) <= hexadecimal and folder.is_dir():
            with contextlib.suppress(OSError):
                aged.append((folder.stat().st_mtime, folder))
    aged.sort(reverse=True)
    for used, folder in aged[FOLDERS_KEPT - 1 :]:
        if time.time() - used > SECONDS_IN_USE:
            shutil.rmtree(folder, ignore_errors=True)


def prepared_cache_folder(sim: Path) -> Path | None:
    """The folder for this source, made, writable and marked as used now; None where nothing can be written."""
    digest = source_digest(sim)
    for root in (usual_cache_root, private_temporary_root):
        try:
            folder = root() / digest
        except (OSError, RuntimeError):  # no home folder can be named, or there is no temporary one
            continue
        if made_writable(folder):
            with contextlib.suppress(OSError):
                sweep_out_old(folder.parent, keep=folder)
            return folder
    return None
