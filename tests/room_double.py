"""A scripted session behind the room's pages: what they ask is answered from a script, so that every screen can be called up.

The pages are the real ones, sent as the real server sends them. Nothing of the model runs here:
`tests/pages/test_room_session.py` plays a whole session with the model behind.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tandem.sim.dashboard.replies import SAFETY, language
from tandem.sim.room.pages import page, static

CODE, KEY = "KTW7Q4ZM", "wall"
PLACES = {"/": "phone", "/stage": "stage", "/facilitator": "facilitator", "/sheet": "sheet"}
ORDER = ("waiting", "before", "choosing", "told", "choosing", "told", "choosing", "told", "after", "end")
MATTERS = [
    {
        "id": "7",
        "domain": "budget",
        "age": 3,
        "kind": "setting",
        "status": "queued",
        "judgment": None,
        "mine": 0.92,
        "told": None,
        "apart": 0.9,
        "acts": ["claim", "leave", "ask", "insist", "concede"],
    },
    {
        "id": "9",
        "domain": "campaign",
        "age": 1,
        "kind": "proposal",
        "status": "contested",
        "judgment": -0.3,
        "mine": 0.5,
        "told": 0.4,
        "acts": ["insist", "concede"],
    },
]
NOTES = [
    {"en": "A crisis begins; urgent matters pile up.", "fr": "Une crise commence ; les sujets urgents s’accumulent."},
    {
        "en": "The CEO and the COO tell the teams opposite things about campaigns.",
        "fr": "Le PDG et le directeur des opérations disent aux équipes le contraire l’un de l’autre sur les campagnes.",
    },
]


def both(text: str) -> dict[str, str]:
    return {"en": text, "fr": text}


def series(weeks: int, bend: float) -> dict[str, list[float]]:
    return {
        "revenue": [100 + bend * week / 3 for week in range(weeks + 1)],
        "trust": [62 - bend * week / 4 for week in range(weeks + 1)],
        "relationship_conflict": [12 + bend * week / 5 for week in range(weeks + 1)],
    }


def debrief(weeks: int = 156) -> dict[str, Any]:
    """An end with much on it."""
    levers = ("smart_goals", "communication", "decision_clarity", "skills", "adaptation")
    outcomes = {"growth": 0.043, "conflict": 3.2, "delay": 2.4, "trust": 0.57}
    months = [
        {
            "round": number,
            "differs": [{"role": "ceo", "what": "hours"}, {"role": "coo", "what": "matters"}],
            "effect": {"growth": 0.004 * number - 0.01, "conflict": 0.4 - 0.3 * number},
        }
        for number in (1, 2, 3)
    ]
    counts = dict(zip(levers, (3, 9, 5, 1, 2)))
    after = dict(zip(levers, (2, 5, 11, 1, 1)))
    sentence = {
        "en": "In this firm, decision clarity moves conflict most: on these futures it takes away one quarrel in three.",
        "fr": "Dans cette entreprise, c’est la clarté des décisions qui agit le plus : elle évite une querelle sur trois.",
    }
    who = ({"ceo": 4, "coo": 2, "both": 10, "by_domain": 4}, {"ceo": 1, "coo": 2, "both": 5, "by_domain": 12})
    return {
        "paths": {name: series(weeks, bend) for name, bend in (("room", 0.4), ("model", 1.1), ("shared", 0.1))},
        "outcomes": {
            "room": outcomes,
            "model": {**outcomes, "growth": -0.012, "trust": None},
            "shared": {**outcomes, "conflict": 1.1},
        },
        "months": months,
        "causes": NOTES,
        "misread": [
            {"role": "ceo", "domain": "campaign", "thought": 0.7, "truth": -0.4},
            {"role": "coo", "domain": "experiment", "thought": -0.5, "truth": 0.6},
        ],
        "quiz": {
            "conflict": {"before": counts, "after": after, "answer": "decision_clarity", "sentence": sentence},
            "decide": {"before": who[0], "after": who[1], "answer": None, "sentence": sentence},
            "first": {"before": after, "after": counts, "answer": "communication", "sentence": sentence},
        },
        "bets": {"holds": 8, "drifts": 9, "breaks": 3},
        "verdict": "drifts",
        "verdicts": {"room": "drifts", "model": "breaks", "shared": "holds"},
        "weeks_of_room": 13,
        "judged": {"ceo": {"judged": 14, "misread": 5}, "coo": {"judged": 9, "misread": 1}, "lead": {"judged": 0, "misread": 0}},
        "scope": both("All three paths are one luck, number 3: on another luck they might differ otherwise."),
        "sharing": both("Perfect sharing: each takes over half of what the other sees, at no cost in hours."),
    }


@dataclass
class Script:
    """The session: where it stands, who sits where, what was sent."""

    at: int = 0
    version: int = 1
    paused: bool = False
    hidden: bool = False
    seconds: int | None = 60
    page: int = 0
    seats: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    phase_forced: str | None = None
    present: bool = True
    crowd: int = 0
    end_ready: bool = True

    @property
    def phase(self) -> str:
        return self.phase_forced or ORDER[self.at]

    @property
    def round(self) -> int:
        return 0 if self.at < 2 else min(3, self.at // 2)

    @property
    def week(self) -> int:
        return (0, 4, 8, 13)[self.round if self.phase in ("told", "after", "end") else max(0, self.round - 1)]

    def counted(self, role: str, what: str = "") -> int:
        return self.crowd + sum(1 for seat in self.seats.values() if seat["role"] == role and (not what or seat.get(what)))

    def move(self, phase: str | None = None, **more: Any) -> None:
        """Go to a phase, or one on."""
        if phase is None:
            self.at = min(self.at + 1, len(ORDER) - 1)
        elif phase in ORDER:
            self.at, self.phase_forced = ORDER.index(phase), None
        else:
            self.phase_forced = phase
        if self.phase == "choosing":
            for seat in self.seats.values():
                seat["chosen"] = None
        for name, value in more.items():
            setattr(self, name, value)
        self.version += 1

    # what each page is told

    def shared(self) -> dict[str, Any]:
        counting = self.phase == "choosing"
        return {
            "version": self.version,
            "phase": self.phase,
            "round": self.round,
            "rounds": 3,
            "week": self.week,
            "paused": self.paused,
            "seconds": None if self.paused or not counting else self.seconds,
        }

    def look(self, seat: dict[str, Any]) -> dict[str, Any]:
        role = seat["role"]
        months = [{"week": week, "revenue": 384.0 + 3 * week} for week in range(1, self.week + 1)]
        view = {
            "present": self.present,
            "priorities": {"growth": 0.3, "brand": 0.25, "innovation": 0.2, "efficiency": 0.15, "customers": 0.1},
            "hours": {"available": 21.5, "of": 45, "plan": {"decisions": 9.2, "preparing": 4.0, "following": 5.3, "market": 3.0}},
            "trust": 0.62,
            "fatigue": 0.31,
            "matters": MATTERS if role != "lead" else [],
            "others_open": 3,
            "reported": {"revenue": 384.0, "leads": 40.2},
            "months": months,
            "inbox": [{"from": "coo" if role == "ceo" else "ceo", "word": "need_to_talk"}] if self.round > 1 else [],
            "notes": NOTES,
        }
        told = {
            "role": role,
            "view": view,
            "chosen": seat.get("chosen"),
            "others": {"seated": self.counted(role), "chosen": self.counted(role, "chosen")},
        }
        told |= {"quiz": seat.get("quiz", {}), "bet": seat.get("bet")}
        return {**self.shared(), **told, **({"end": debrief()} if self.phase == "end" and self.end_ready else {})}

    def stage(self) -> dict[str, Any]:
        roles = ("ceo", "coo", "lead") if self.crowd else ("ceo", "coo")
        tally = {
            "hours": {"decisions": 0.4, "preparing": 0.3, "following": 0.2, "market": 0.1},
            "meetings": {"more": 3, "same": 1},
            "matters": [{"domain": "budget", "acts": {"ask": 3}}],
            "word": {"need_to_talk": 2},
        }
        return {
            **self.shared(),
            "code": CODE,
            "address": "http://192.168.137.100:8765/",
            "local": True,
            "parameters": both("Parameters: recommended."),
            "hidden": self.hidden,
            "page": self.page,
            "title": {"en": "A retailer is restructured", "fr": "Un distributeur se restructure"},
            "weeks": 13,
            "qr": [f"{row * 7919 * 104729 % (1 << 29):029b}" for row in range(1, 30)],
            "seated": {role: self.counted(role) for role in roles},
            "chosen": {role: self.counted(role, "chosen") if not self.crowd else self.crowd // 2 for role in roles},
            "month": {
                "series": series(self.week, 0.4),
                "sentences": [{"week": week, **NOTES[week % 2]} for week in range(1, self.week + 1, 2)],
            },
            "gap": [{"domain": "budget", "ceo": 0.4, "coo": -0.7}, {"domain": "campaign", "ceo": -0.2, "coo": 0.5}]
            if self.phase == "told"
            else [],
            "tallies": dict.fromkeys(roles, tally) if self.round and self.phase == "told" else None,
            **({"end": debrief()} if self.phase == "end" and self.end_ready else {}),
        }

    def lead(self) -> dict[str, Any]:
        seats = [
            {"number": seat["number"], "role": seat["role"], "here": True, "chosen": bool(seat.get("chosen"))}
            for seat in self.seats.values()
        ]
        return {**self.stage(), "seats": seats, "qr_lead": {"size": 12, "path": "M4 4h4v1h-4z"}}

    # what the pages ask

    def answer(self, question: str, asked: dict[str, Any]) -> tuple[int, Any]:
        if not ("since" in asked or set(asked) <= {"seat", "key"}):
            self.asked.append((question, asked))
        if question == "join":
            if asked["code"] != CODE:
                return 403, {"notice": "wrong_code"}
            token = asked.get("seat") if asked.get("seat") in self.seats else f"t{len(self.seats) + 1}"
            number = len(self.seats) + 1
            self.seats.setdefault(token, {"number": number, "role": ("ceo", "coo")[(number - 1) % 2]})
            self.version += 1
            return 200, {"seat": token, "role": self.seats[token]["role"], "number": self.seats[token]["number"]}
        if question in ("look", "choose", "bet", "quiz"):
            seat = self.seats.get(asked.get("seat") or "")
            return (
                (403, {"notice": "removed" if asked.get("seat") else "not_yours"})
                if seat is None
                else self.seated(question, seat, asked)
            )
        if asked.get("key") != KEY:
            return 403, {"notice": "not_yours"}
        return self.led(question, asked)

    def seated(self, question: str, seat: dict[str, Any], asked: dict[str, Any]) -> tuple[int, Any]:
        if question == "look":
            whole = self.look(seat)
            return 200, {key: whole[key] for key in ("version", "seconds", "others")} if asked.get(
                "since"
            ) == self.version else whole
        if question == "choose":
            if self.phase != "choosing" or asked["round"] != self.round:
                return 409, {"notice": "too_late"}
            seat["chosen"] = asked["choice"]
        elif question == "bet":
            seat["bet"] = asked["hands"]
        else:
            seat.setdefault("quiz", {})[asked["when"]] = asked["answers"]
        return 200, {"chosen": seat.get("chosen")}

    def led(self, question: str, asked: dict[str, Any]) -> tuple[int, Any]:
        act = asked.get("act")
        if act in ("start", "end_round") or (act == "next" and self.phase != "end"):
            self.move()
        elif act in ("next", "back"):
            self.page += 1 if act == "next" else -1
        elif act in ("pause", "go_on"):
            self.paused = act == "pause"
        elif act in ("hide", "show"):
            self.hidden = act == "hide"
        elif act == "extend":
            self.seconds += asked["seconds"]
        elif act == "remove":
            self.seats = {token: seat for token, seat in self.seats.items() if seat["number"] != asked["number"]}
        elif act == "finish":
            self.move("after")
        if act:
            self.version += 1
        if question in ("export", "table"):
            return 200, "round,role\n1,ceo\n" if question == "table" else {"session": 1}
        return 200, self.stage() if question == "stage" else self.lead()


class _Handler(BaseHTTPRequestHandler):
    script: Script
    sent: dict[str, int]

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def reply(self, status: int, content: str, kind: str, **more: str) -> None:
        body = content.encode()
        self.sent[self.path.split("?")[0]] = len(body)
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(body)), **SAFETY, **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path in PLACES:
            lang = language(self.headers, {key: values[0] for key, values in parse_qs(parts.query).items()})
            self.reply(200, page(PLACES[parts.path], lang), "text/html; charset=utf-8")
        elif found := static(parts.path.removeprefix("/static/")):
            self.reply(200, *found)
        else:
            self.reply(404, "", "text/plain")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        status, answer = self.script.answer(self.path.removeprefix("/api/"), asked)
        named = {"content-disposition": 'attachment; filename="session.json"'} if self.path.endswith("export") else {}
        if isinstance(answer, str):
            self.reply(status, answer, "text/csv", **{"content-disposition": 'attachment; filename="choices.csv"'})
        else:
            self.reply(status, json.dumps(answer), "application/json", **named)


@contextmanager
def double():
    """A scripted session on loopback: its script, its address (ending in /) and the bytes of each path that it sent."""
    script, sent = Script(), {}
    handler = type("Handler", (_Handler,), {"script": script, "sent": sent})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield script, f"http://127.0.0.1:{server.server_address[1]}/", sent
    finally:
        server.shutdown()
        server.server_close()
