"""`tandem room` started as a trainer starts it, and scripted phones that talk to it."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "tandem.experiments.commands.main", "room"]
JSON = {"content-type": "application/json"}


@dataclass
class RoomServer:
    """A running `tandem room --local`."""

    process: subprocess.Popen
    told: str

    @property
    def port(self) -> int:
        return int(re.search(r"http://127\.0\.0\.1:(\d+)/ ", self.told).group(1))

    @property
    def code(self) -> str:
        return re.search(r"Code: (\w+)", self.told).group(1)

    def key(self, kind: str) -> str:
        """The key of the stage, or of the facilitator."""
        return re.search(rf"/{kind}#key=(\S+)", self.told).group(1)

    def lead(self, act: str | None = None, **more: Any) -> dict[str, Any]:
        """What the facilitator asks."""
        status, told = Phone(self.port).ask("lead", {"key": self.key("facilitator"), "act": act, **more})
        assert status == 200, told
        return told

    def until(self, *phases: str, seconds: float = 60.0) -> dict[str, Any]:
        """Wait for a phase."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            told = self.lead()
            if told["phase"] in phases:
                return told
            time.sleep(0.05)
        raise AssertionError(f"not {phases}: {told['phase']}")

    def stop(self) -> None:
        """End it at once, as a crash would."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def start(*arguments: str, port: int = 0) -> RoomServer:
    """Start a room on a port of loopback (0: a free one), and wait until it is open."""
    command = [*COMMAND, *arguments, "--local", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    told = ""
    while "parameters:" not in told:
        line = process.stdout.readline()
        assert line, told
        told += line
    return RoomServer(process, told)


@dataclass
class Phone:
    """A scripted participant. `received`: every answer, as it came."""

    port: int
    seat: str | None = None
    role: str = ""
    received: list[str] = field(default_factory=list)
    line: http.client.HTTPConnection | None = None

    def ask(self, question: str, body: Any, headers: dict[str, str] = JSON) -> tuple[int, Any]:
        """Status and answer; a line that was cut is opened anew, as a phone's does."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        for attempt in (0, 1):
            if self.line is None:
                self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                self.line.request("POST", f"/api/{question}", content, headers)
                answer = self.line.getresponse()
                text = answer.read().decode("utf-8")
                break
            except (http.client.HTTPException, OSError):
                self.drop()
                if attempt:
                    raise
        self.received.append(text)
        return answer.status, json.loads(text) if answer.getheader("content-type") == "application/json" else text

    def drop(self) -> None:
        """Lose the network."""
        if self.line is not None:
            self.line.close()
            self.line = None

    def join(self, code: str) -> int:
        """Take a seat, or come back to it; the status."""
        status, told = self.ask("join", {"code": code, "lang": "en", **({"seat": self.seat} if self.seat else {})})
        if status == 200:
            self.seat, self.role = told["seat"], told["role"]
        return status

    def look(self, **more: Any) -> dict[str, Any]:
        """What the page asks each second."""
        status, told = self.ask("look", {"seat": self.seat, **more})
        assert status == 200, told
        return told

    def choose(self, number: int, choice: Any) -> tuple[int, Any]:
        """Send a choice."""
        return self.ask("choose", {"seat": self.seat, "round": number, "choice": choice})


def some_choice(view: dict[str, Any], turn: int) -> dict[str, Any]:
    """A choice that uses all there is to choose, another each turn."""
    shares = [[0.4, 0.2, 0.3, 0.1], [0.7, 0.1, 0.1, 0.1], [0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0.0, 0.0]][turn % 4]
    return {
        "hours": dict(zip(("decisions", "preparing", "following", "market"), shares)),
        "meetings": ("fewer", "same", "more")[turn % 3],
        "matters": {each["id"]: each["acts"][turn % len(each["acts"])] for each in view["matters"] if each["acts"]},
        "word": ("trust_you", "worried", "slow_down")[turn % 3],
    }
