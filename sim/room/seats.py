"""Seats: who plays which side. A participant is a number and a random token, of which only a digest is kept; nothing personal."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

from tandem.sim.room.choices import Choice

MOST_SEATS, MOST_EVER = 60, 240  # at a time; those who were removed included
LEADS_FROM, ONE_LEAD_IN = 9, 5
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Signs of a code that nobody takes for another."""


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def fresh_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(24)


def fresh_code() -> str:
    """A code of eight signs, short enough to type from a projector: 40 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


@dataclass
class Seat:
    """A participant: number (from 1), role, digest of the token; what was chosen, bet and answered; when last seen (seconds of
    the server's clock)."""

    number: int
    role: str
    digest: str
    removed: bool = False
    chosen: Choice | None = None
    bet: str | None = None
    quiz: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: float = float("-inf")


class Seats:
    """All seats of a session. `sides`: the leaders in post at the start, of "ceo" and "coo"."""

    def __init__(self, sides: tuple[str, ...]):
        self.sides = sides
        self.all: list[Seat] = []
        self._by_digest: dict[str, Seat] = {}

    @property
    def seated(self) -> list[Seat]:
        """Those who have not been removed."""
        return [seat for seat in self.all if not seat.removed]

    @property
    def full(self) -> bool:
        """Whether nobody else finds a seat."""
        return len(self.seated) >= MOST_SEATS or len(self.all) >= MOST_EVER

    def of(self, token: object) -> Seat | None:
        """The seat of a token."""
        return self._by_digest.get(digest_of(token)) if isinstance(token, str) and len(token) <= 100 else None

    def count(self, role: str) -> int:
        """How many play a role."""
        return sum(seat.role == role for seat in self.seated)

    def next_role(self) -> str:
        """The role of the next participant: sides stay even; leads only in a large room, and few."""
        after = len(self.seated) + 1
        even = len({self.count(side) for side in self.sides}) == 1
        if after >= LEADS_FROM and even and self.count("lead") < after // ONE_LEAD_IN:
            return "lead"
        return min(self.sides, key=self.count)

    def add(self, role: str, digest: str) -> Seat:
        """One more seat."""
        seat = Seat(len(self.all) + 1, role, digest)
        self.all.append(seat)
        self._by_digest[digest] = seat
        return seat
