"""Starts the flight simulator as a user would, and a browser that can reach nothing but this computer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]  # fmt: skip
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


def start(port: int = 0) -> Server:
    """Start `tandem dashboard` and wait for its first line."""
    command = [sys.executable, "-m", "experiments.commands.main", "dashboard", "--port", str(port), "--no-open"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/", line)
    assert found, line
    return Server(process, found.group())


@dataclass
class Visit:
    """A page in a fresh browser, with everything that went wrong in it."""

    page: Any
    context: Any
    slips: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        """Note errors, console errors, failed requests, and requests to anywhere else."""
        page.on("pageerror", lambda error: self.slips.append(f"error: {error}"))
        page.on("console", lambda message: message.type in ("error", "warning") and self.slips.append(f"console: {message.text}"))
        page.on("requestfailed", lambda request: self.slips.append(f"failed: {request.url}"))
        page.on("request", self.note)

    def note(self, request: Any) -> None:
        self.requests.append(request.url)
        if not re.match(r"(http://127\.0\.0\.1[:/]|data:|blob:|file:|about:)", request.url):
            self.slips.append(f"outside: {request.url}")

    def open(self, address: str, stage: str = "complete") -> Visit:
        """Go to an address and wait until the page has come so far."""
        self.page.goto(address)
        self.wait(stage)
        return self

    def wait(self, stage: str = "complete") -> None:
        """Until the page is drawn, told or complete."""
        later = {"drawn": ("drawn", "told", "complete"), "told": ("told", "complete"), "complete": ("complete",)}[stage]
        self.page.locator(", ".join(f'.tandem[data-stage="{name}"]' for name in later)).wait_for(timeout=60_000)

    @property
    def state(self) -> dict[str, str]:
        """What the address holds."""
        self.page.wait_for_timeout(800)  # the address is written at most every 700 ms
        return dict(part.split("=", 1) for part in self.page.evaluate("location.hash.slice(1)").split("&"))

    @property
    def week(self) -> int:
        return int(self.page.locator(".tandem").get_attribute("data-week"))

    def labels(self) -> list[str]:
        """What stands beside the lines of both charts."""
        return self.page.locator(".line-label").all_inner_texts()


@contextmanager
def browsing(playwright: Any, size: tuple[int, int] = LAPTOP, lang: str = "en") -> Iterator[Visit]:
    """A fresh browser with a profile of its own."""
    with tempfile.TemporaryDirectory(prefix="flight-", ignore_cleanup_errors=True) as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=browser_path(), headless=True, args=ARGUMENTS, locale={"en": "en-GB", "fr": "fr-FR"}[lang],
            viewport={"width": size[0], "height": size[1]}, accept_downloads=True)  # fmt: skip
        try:
            visit = Visit(context.pages[0], context)
            visit.watch(visit.page)
            yield visit
        finally:
            context.close()
