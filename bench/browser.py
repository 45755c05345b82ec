"""Starts the flight simulator as a user would, and a browser that can reach nothing but this computer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
LAPTOP = (1366, 768)


def browser_path() -> str:
    """The system's Chromium."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found, "no Chromium on this machine: apt install chromium"
    return found


@dataclass
class Server:
    """A running `tandem dashboard`."""

    process: subprocess.Popen
    address: str

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1].strip("/"))

    def stop(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(port: int = 0, **environment: str) -> Server:
    """Start `tandem dashboard` and wait for its first line."""
    command = [sys.executable, "-m", "tandem.experiments.commands.main", "dashboard", "--port", str(port), "--no-open"]
    environ = {**os.environ, **environment}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found, line
    return Server(process, found.group())


@contextmanager
def fresh_browser(playwright: Any, size: tuple[int, int] = LAPTOP, lang: str = "en") -> Iterator[Any]:
    """A browser with a profile of its own, to be thrown away."""
    with tempfile.TemporaryDirectory(prefix="flight-", ignore_cleanup_errors=True) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=browser_path(),
            headless=True,
            args=ARGUMENTS,
            locale={"en": "en-GB", "fr": "fr-FR"}[lang],
            viewport={"width": size[0], "height": size[1]},
            accept_downloads=True,
        )
        try:
            yield context
        finally:
            context.close()
