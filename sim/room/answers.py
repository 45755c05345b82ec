"""What a session answers to who asks: a phone, the stage, the facilitator. Functions from plain tables to plain tables."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from tandem.sim.dashboard.specification import loaded
from tandem.sim.room.choices import ROLES
from tandem.sim.room.picture import drawn
from tandem.sim.room.seats import Seat
from tandem.sim.room.session import HANDS, WHEN, Session
from tandem.sim.room.table import as_csv, rows_of
from tandem.sim.texts import LANGUAGES

HERE = 10.0  # seconds without a question after which a participant is taken to have gone
NEVER_TO_PHONES = ("causes", "misread", "months")
"""What of the debrief stays on the stage."""


class Room:
    """A session with its answers. `address`: where it is reached; `local`: on this computer alone."""

    def __init__(self, session: Session, address: str, local: bool):
        self.session, self.address, self.local = session, address, local
        self.picture = drawn(f"{address}#room={session.codes['room']}")
        self.picture_of_lead = drawn(f"{address}facilitator#key={session.codes['facilitator']}")

    # -- who asks --------------------------------------------------------------------------------

    def right_code(self, given: object) -> bool:
        """Whether this is the room's code; spaces, hyphens and case do not matter."""
        typed = str(given).upper().replace(" ", "").replace("-", "") if isinstance(given, str) and len(given) <= 40 else ""
        return secrets.compare_digest(typed.encode("utf-8", "replace"), str(self.session.codes["room"]).encode())

    def right_key(self, given: object, kind: str) -> bool:
        """Whether this is the key of the stage, or of the facilitator."""
        typed = given if isinstance(given, str) and len(given) <= 100 else ""
        return secrets.compare_digest(typed.encode("utf-8", "replace"), str(self.session.codes[kind]).encode())

    # -- participants ----------------------------------------------------------------------------

    def join(self, asked: Mapping[str, Any], now: float) -> dict[str, Any]:
        """A seat."""
        token, seat = self.session.join(asked.get("seat"), now)
        return {"seat": token, "role": seat.role, "number": seat.number}

    def look(self, asked: Mapping[str, Any], seat: Seat, now: float) -> dict[str, Any]:
        """What a participant sees now."""
        s = self.session
        short = {"version": s.version, "seconds": seconds(s, now), "others": s.chosen_of(seat.role)}
        if asked.get("since") == s.version:
            return short
        told: dict[str, Any] = {
            **short,
            **self._where(),
            "role": seat.role,
            "number": seat.number,
            "view": s.views[seat.role] if s.phase not in ("waiting", "end") else None,
            "chosen": seat.chosen.plain() if seat.chosen is not None else None,
            "bet": seat.bet,
            "quiz": seat.quiz,
        }
        if s.phase == "end":
            end = with_counts(s)
            told["end"] = end and {key: each for key, each in end.items() if key not in NEVER_TO_PHONES}
        return told

    def choose(self, asked: Mapping[str, Any], seat: Seat, now: float) -> dict[str, Any]:
        """A choice taken."""
        return {"chosen": self.session.choose(seat, asked.get("round"), asked.get("choice")).plain()}

    def bet(self, asked: Mapping[str, Any], seat: Seat, now: float) -> dict[str, Any]:
        """A bet taken."""
        self.session.bet(seat, asked.get("hands"))
        return {"bet": seat.bet}

    def quiz(self, asked: Mapping[str, Any], seat: Seat, now: float) -> dict[str, Any]:
        """Answers taken."""
        self.session.answer(seat, asked.get("when"), asked.get("answers"))
        return {"quiz": seat.quiz}

    # -- stage and facilitator -------------------------------------------------------------------

    def _where(self) -> dict[str, Any]:
        s = self.session
        firm = loaded(s.head["case"])
        return {
            "phase": s.phase,
            "round": s.round,
            "rounds": s.rounds,
            "week": s.model.week if s.phase != "playing" else None,
            "paused": s.paused,
            "title": {lang: firm.title(lang) for lang in LANGUAGES},
        }

    def stage(self, asked: Mapping[str, Any], now: float) -> dict[str, Any]:
        """What the stage shows."""
        s = self.session
        counted = {role: s.chosen_of(role) for role in ROLES}
        short = {
            "version": s.version,
            "seconds": seconds(s, now),
            "seated": {role: each["seated"] for role, each in counted.items()},
            "chosen": {role: each["chosen"] for role, each in counted.items()},
        }
        if asked.get("since") == s.version:
            return short
        told: dict[str, Any] = {
            **short,
            **self._where(),
            "code": s.codes["room"],
            "address": self.address,
            "qr": self.picture,
            "local": self.local,
            "hidden": s.hidden,
            "page": s.page,
            "parameters": {lang: s.parameters.tell(lang) for lang in LANGUAGES},
            "month": s.month,
            "gap": s.gap,
            "tallies": s.tallies if s.phase != "playing" else [],
        }
        if s.phase == "end":
            told["bets"] = bets(s)
            told["end"] = with_counts(s)
        return told

    def lead(self, asked: Mapping[str, Any], now: float) -> dict[str, Any]:
        """The facilitator's window: as the stage, and the seats."""
        s = self.session
        seats = [
            {"number": seat.number, "role": seat.role, "here": now - seat.seen <= HERE, "chosen": seat.chosen is not None}
            for seat in s.seats.seated
        ]
        told = self.stage({key: value for key, value in asked.items() if key == "since"}, now)
        return {**told, "seats": seats, **({"qr_lead": self.picture_of_lead} if "phase" in told else {})}

    def table(self) -> bytes:
        """The choices so far, a row each, as CSV."""
        return as_csv(rows_of(self.session))


def seconds(session: Session, now: float) -> int | None:
    """Whole seconds left in the round; None while there are none or they stand still."""
    left = session.remaining(now)
    return None if left is None else int(left + 0.999)


def with_counts(session: Session) -> dict[str, Any] | None:
    """The debrief with what participants bet and answered until now; None while it is being made."""
    if session.end is None:
        return None
    quiz = {
        question: {**{when: _counted(session, when, question) for when in WHEN}, **lesson}
        for question, lesson in session.end["quiz"].items()
    }
    return {**session.end, "quiz": quiz, "bets": bets(session)}


def _counted(session: Session, when: str, question: str) -> dict[str, int]:
    given = [seat.quiz.get(when, {}).get(question) for seat in session.seats.seated]
    return {key: given.count(key) for key in dict.fromkeys(key for key in given if key is not None)}


def bets(session: Session) -> dict[str, int]:
    """How many bet on what."""
    made = [seat.bet for seat in session.seats.seated]
    return {hands: made.count(hands) for hands in HANDS}


OF_SEATS: dict[str, Callable[[Room, Mapping[str, Any], Seat, float], dict[str, Any]]] = {
    "look": Room.look,
    "choose": Room.choose,
    "bet": Room.bet,
    "quiz": Room.quiz,
}
