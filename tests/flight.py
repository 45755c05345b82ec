"""A visit to the flight simulator in a fresh browser, with everything that went wrong in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.browser import LAPTOP, fresh_browser


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
        page.on("requestfailed", self.failed)
        page.on("request", self.note)

    def failed(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left while it asked
            self.slips.append(f"failed: {request.url} {request.failure}")

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

    def intervene(self, action: str) -> None:
        """Choose an intervention by its digit."""
        self.page.keyboard.press("i")
        self.page.keyboard.press(self.page.locator(f"#action-{action}").get_attribute("data-digit"))

    def labels(self) -> list[str]:
        """What stands beside the lines of both charts."""
        return self.page.locator(".line-label").all_inner_texts()


@contextmanager
def browsing(playwright: Any, size: tuple[int, int] = LAPTOP, lang: str = "en") -> Iterator[Visit]:
    """A fresh browser, watched."""
    with fresh_browser(playwright, size, lang) as context:
        visit = Visit(context.pages[0], context)
        visit.watch(visit.page)
        yield visit
