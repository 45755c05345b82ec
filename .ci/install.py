"""Installs a lock file into this environment, with a line that tells how far it is; what pip says is shown only where it fails.

`python .ci/install.py LOCK`, with the environment's own Python. Needs nothing but the standard library and pip.
"""

import compileall
import re
import subprocess
import sys
import time
from pathlib import Path

PIP = (sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "--no-input")
FETCHED = re.compile(r"(?:Collecting|Processing|Requirement already satisfied:) (?:\S*/)?(\w[\w.]*(?:-[a-z]\w*)*)")
EVERY = 15.0  # seconds between two lines where nobody watches


def main(lock: str) -> int:
    """0, or 2 with the end of what pip said."""
    log = Path(sys.prefix) / "install.log"
    total = len(re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==", Path(lock).read_text("utf-8"), re.M))
    with log.open("w", encoding="utf-8") as held:
        code = installed(held, total, ["--no-deps", "--require-hashes", "--requirement", lock])
        code = code or installed(held, 0, ["--no-deps", "--no-build-isolation", "--no-index", "--editable", "."])
    if not code:
        # Pip does this for what it copies, not for what it leaves in place; without it the first start waits, and every one
        # where Python may write no such file itself.
        for folder in ("sim", "experiments", "scenarios", "tandem"):
            compileall.compile_dir(folder, quiet=2)
    if code:
        said = log.read_text("utf-8").splitlines()
        errors = [line for line in said if line.startswith("ERROR")] or said[-15:]
        print(*errors[-15:], f"the packages could not be installed; all that pip said: {log}", sep="\n", file=sys.stderr)
    return 2 if code else 0


def installed(held, total: int, words: list[str]) -> int:
    """Run pip; each package it fetches moves the line on."""
    watched, seen, told = sys.stdout.isatty(), 0, time.monotonic()
    with subprocess.Popen([*PIP, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as pip:
        for line in pip.stdout or ():
            held.write(line)
            fetched = FETCHED.match(line)
            seen += bool(fetched)
            if total and line.startswith("Installing collected"):
                show(f"unpacking {seen} packages", watched)
            elif total and fetched and (watched or time.monotonic() - told > EVERY):
                show(f"fetching packages: {seen} (of {total} at most), {fetched[1]}", watched)
                told = time.monotonic()
    if watched and total:
        print(flush=True)
    return pip.returncode


def show(text: str, watched: bool) -> None:
    """One line, written over the last where somebody watches."""
    print(f"\r\033[K{text}" if watched else text, end="" if watched else "\n", flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
