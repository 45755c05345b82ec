"""A session: who sits where, which month it is, what was chosen. What lasts is a line of its file before anybody is told.

Nothing here knows of the network or the clock: `now` is seconds of any clock that does not go back. A month is played by
`play`, which may run in a thread of its own; all else is quick.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tandem.sim.explain.events import rows
from tandem.sim.mistake import Mistake
from tandem.sim.parameters import DOMAINS, LEVERS
from tandem.sim.room.choices import ROLES, BadChoice, Choice, Plan, plan_of, tally
from tandem.sim.room.head import MOST_SECONDS, checked, firm_of, fresh_codes
from tandem.sim.room.kept import Line, SessionFile
from tandem.sim.room.months import last_week
from tandem.sim.room.playing import SteeredModel, side_of
from tandem.sim.room.seats import Seat, Seats, digest_of, fresh_token
from tandem.sim.room.seen import view_of
from tandem.sim.room.stage import gap_of, month_of

PHASES = ("waiting", "before", "choosing", "playing", "told", "after", "end")
NEXT = {"waiting": "before", "before": "choosing", "after": "end"}
HANDS = ("holds", "drifts", "breaks")
QUIZ = {"conflict": LEVERS, "decide": ("ceo", "coo", "both", "by_domain"), "first": LEVERS}
WHEN = ("before", "after")
CODES = ("room", "stage", "facilitator")


class Refused(Exception):
    """Not done; `key` is one of the notices of the contract with the page."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


class Session:
    """See the top of the file. `file`: its lines so far are taken as done, so that a session goes on where it stopped.
    `strict`: a month that comes to other bits than before is a Mistake; else it is noted in `different`. Raises Mistake and
    ScenarioError, in one sentence, for what does not fit."""

    def __init__(self, file: SessionFile, strict: bool = True):
        self.file, self.strict = file, strict
        self.different: list[int] = []
        self.head = file.lines[0]
        self.parameters = checked(self.head, f"{file.path}: line 1")
        self.model = self.firm_of_head()
        there = self.model.world["leaders"]["present"][0]
        sides = tuple(role for role in ("ceo", "coo") if there[side_of(role)])
        if not sides:
            raise Mistake(f"{self.head['case']}: neither a CEO nor a COO is in post at the start; there is nobody to play")
        self.seats = Seats(sides)
        self.rounds, self.seconds = int(self.head["rounds"]), float(self.head["seconds"])
        self.phase, self.round = "waiting", 0
        self.paused = self.hidden = False
        self.left, self.since = self.seconds, 0.0
        self.plans: list[dict[str, Plan]] = []
        self.choices: list[dict[int, Choice]] = []
        self.domains: list[dict[str, str]] = []
        self.version = secrets.randbelow(2**40)
        self.views: dict[str, dict[str, Any]] = {}
        self.month: dict[str, Any] = {}
        self.gap: list[dict[str, Any]] = []
        self.page = 0
        self.end: dict[str, Any] | None = None
        for line in file.lines[1:]:
            self._take(line)
        if self.phase == "playing":
            self.phase = "choosing"
        self.look_round()

    @property
    def codes(self) -> Line:
        """The room's code and the keys of stage and facilitator; made where the file has none, as one that was handed on."""
        found = [line for line in self.file.lines if line["kind"] == "codes"]
        if not found or not all(isinstance(found[-1].get(name), str) for name in CODES):
            self.file.write({"kind": "codes", **fresh_codes()})
            return self.codes
        return found[-1]

    @classmethod
    def begun(cls, path: Path | None, head: Line) -> Session:
        """A new session, in a new file (None: in memory). Raises OSError, FileExistsError among them."""
        return cls(SessionFile.begun(path, head, fresh_codes()))

    # -- what the file says ----------------------------------------------------------------------

    @property
    def made_by(self) -> str:
        """Which version made the file."""
        return f"by tandem {self.head.get('tandem', '?')}"

    def firm_of_head(self) -> SteeredModel:
        """The firm that the first line names, at its start."""
        return firm_of(self.head, self.parameters)

    def _take(self, line: Line) -> None:
        """Do again what a line says was done."""
        kind = line["kind"]
        try:
            if kind == "seat":
                if line["role"] not in ROLES or line["number"] != len(self.seats.all) + 1 or not isinstance(line["token"], str):
                    raise ValueError
                self.seats.add(line["role"], line["token"])
            elif kind == "removed":
                self._seat_of(line).removed = True
            elif kind == "bet":
                self._seat_of(line).bet = HANDS[HANDS.index(line["hands"])]
            elif kind == "quiz":
                answers = {question: QUIZ[question][QUIZ[question].index(key)] for question, key in line["answers"].items()}
                self._seat_of(line).quiz[WHEN[WHEN.index(line["when"])]] = answers
            elif kind == "phase":
                self.phase, self.round = PHASES[PHASES.index(line["phase"])], int(line["round"])
            elif kind == "month":
                self.phase, self.round = "told", int(line["round"])
                if self.round != len(self.choices) + 1 or self.round > self.rounds:
                    raise ValueError
                made = {int(number): Choice.read(choice) for number, choice in line["choices"].items()}
                self.play_month(made)
                planned = {role: plan.plain() for role, plan in self.plans[-1].items()}
                if line["digest"] != self.model.digest or line["plans"] != planned:
                    self.different.append(self.round)
                    if self.strict:
                        raise Mistake(
                            f"{self.file.path}: month {self.round} comes to other bits here; it was made {self.made_by}"
                        )
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, BadChoice) as error:
            if isinstance(error, Mistake):
                raise
            raise Mistake(f"{self.file.path}: a line of kind {kind!r} does not fit what stands before it") from None

    def _seat_of(self, line: Line) -> Seat:
        """The seat that a line is about. Raises ValueError where there is none."""
        number = line["number"]
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(self.seats.all):
            raise ValueError
        return self.seats.all[number - 1]

    # -- time ------------------------------------------------------------------------------------

    def remaining(self, now: float) -> float | None:
        """Seconds left in the round; None while paused or outside a round."""
        if self.phase != "choosing" or self.paused:
            return None
        return max(0.0, self.left - (now - self.since))

    def start_clock(self, now: float) -> None:
        """A round that is gone on with has its whole time, from now."""
        self.left, self.since = self.seconds, now

    def due(self, now: float) -> bool:
        """Whether the time of the round is over."""
        left = self.remaining(now)
        return left is not None and left <= 0.0

    def _go_to(self, phase: str, number: int, now: float) -> None:
        if phase != "playing":
            self.file.write({"kind": "phase", "phase": phase, "round": number})
        self.phase, self.round = phase, number
        if phase == "choosing":
            self.left, self.since, self.paused = self.seconds, now, False
            for seat in self.seats.all:
                seat.chosen = None
        self.version += 1

    # -- what participants do --------------------------------------------------------------------

    def join(self, token: object, now: float) -> tuple[str, Seat]:
        """A seat: the one of `token` where it is known, else a new one with a fresh token."""
        seat = self.seats.of(token)
        if seat is not None:
            if seat.removed:
                raise Refused("removed")
            seat.seen = now
            return str(token), seat
        if self.phase in ("after", "end"):
            raise Refused("ended")
        if self.seats.full:
            raise Refused("full")
        fresh, role = fresh_token(), self.seats.next_role()
        digest = digest_of(fresh)
        self.file.write({"kind": "seat", "number": len(self.seats.all) + 1, "role": role, "token": digest})
        seat = self.seats.add(role, digest)
        seat.seen = now
        self.version += 1
        return fresh, seat

    def seat(self, token: object, now: float) -> Seat:
        """The seat of a token. Raises Refused."""
        seat = self.seats.of(token)
        if seat is None:
            raise Refused("not_yours")
        if seat.removed:
            raise Refused("removed")
        seat.seen = now
        return seat

    def choose(self, seat: Seat, number: Any, given: Any) -> Choice:
        """Take a choice, in the place of one made before in this round."""
        if self.phase in ("after", "end"):
            raise Refused("ended")
        if self.phase != "choosing" or number != self.round or isinstance(number, bool):
            raise Refused("too_late")
        allowed = {each["id"]: each["acts"] for each in self.views[seat.role]["matters"]}
        try:
            seat.chosen = Choice.read(given, allowed)
        except BadChoice:
            raise Refused("bad_question") from None
        return seat.chosen

    def bet(self, seat: Seat, hands: Any) -> None:
        """A secret bet on how it ends, before the first month."""
        if not isinstance(hands, str) or hands not in HANDS:
            raise Refused("bad_question")
        if self.phase != "before":
            raise Refused("too_late")
        if seat.bet != hands:
            self.file.write({"kind": "bet", "number": seat.number, "hands": hands})
            seat.bet = hands

    def answer(self, seat: Seat, when: Any, answers: Any) -> None:
        """Answers of the quiz, before or after."""
        fits = isinstance(answers, Mapping) and set(answers) <= set(QUIZ)
        if when not in WHEN or not fits:
            raise Refused("bad_question")
        if any(not isinstance(key, str) or key not in QUIZ[question] for question, key in answers.items()):
            raise Refused("bad_question")
        if self.phase != when:
            raise Refused("too_late")
        if seat.quiz.get(when) != answers:
            self.file.write({"kind": "quiz", "number": seat.number, "when": when, "answers": dict(answers)})
            seat.quiz[when] = dict(answers)

    # -- what the facilitator does ---------------------------------------------------------------

    def act(self, act: Any, now: float, seconds: Any = None, number: Any = None) -> bool:
        """Do what the facilitator asks; whether a month is to be played now (`play`, then `tell`). Raises Refused."""
        if act in ("start", "next") and self.phase in NEXT and not (act == "start" and self.phase == "after"):
            self._go_to(NEXT[self.phase], self.round + (self.phase == "before"), now)
        elif act == "next" and self.phase == "told":
            last = self.round >= self.rounds
            self._go_to("after" if last else "choosing", self.round + (not last), now)
        elif act == "pause" and self.phase == "choosing" and not self.paused:
            self.left, self.paused = self.remaining(now) or 0.0, True
        elif act == "go_on" and self.phase == "choosing" and self.paused:
            self.since, self.paused = now, False
        elif act == "extend" and self.phase == "choosing":
            self.left += self._more(seconds)
        elif act in ("next", "back") and self.phase == "end":
            self.page = max(0, self.page + (1 if act == "next" else -1))
        elif act in ("hide", "show"):
            self.hidden = act == "hide"
        elif act == "remove":
            self._remove(number)
        elif act == "end_round" and self.phase == "choosing":
            self._go_to("playing", self.round, now)
            return True
        elif act == "finish" and self.phase not in ("playing", "end"):
            self._go_to("end" if self.phase == "after" else "after", self.round - (self.phase == "choosing"), now)
        else:
            raise Refused("too_late" if act in ACTS_OF_LEAD else "bad_question")
        self.version += 1
        return False

    def _more(self, seconds: Any) -> float:
        given = 30 if seconds is None else seconds
        if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given <= MOST_SECONDS:
            raise Refused("bad_question")
        return float(given)

    def _remove(self, number: Any) -> None:
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= len(self.seats.all):
            raise Refused("bad_question")
        seat = self.seats.all[number - 1]
        if not seat.removed:
            self.file.write({"kind": "removed", "number": number})
            seat.removed, seat.chosen = True, None

    # -- a month ---------------------------------------------------------------------------------

    def end_round(self, now: float) -> None:
        """No more choices in this round; `play` and `tell` follow."""
        self._go_to("playing", self.round, now)

    def play(self) -> None:
        """Play the month as chosen, and write it down. Takes some hundredths of a second."""
        made = {seat.number: seat.chosen for seat in self.seats.seated if seat.chosen is not None}
        self.play_month(made)
        line = {
            "kind": "month",
            "round": self.round,
            "choices": {str(number): choice.plain() for number, choice in made.items()},
            "plans": {role: plan.plain() for role, plan in self.plans[-1].items()},
            "digest": self.model.digest,
        }
        try:
            self.file.write(line)
        except OSError:
            self._unplay()
            raise
        self.look_round()

    def _unplay(self) -> None:
        """The firm as it was before the last month, which could not be kept."""
        made, here = self.choices[:-1], self.round
        self.model, self.plans, self.choices, self.domains = self.firm_of_head(), [], [], []
        for number, choices in enumerate(made, 1):
            self.round = number
            self.play_month(choices)
        self.round = here

    def play_month(self, made: Mapping[int, Choice]) -> None:
        """Play the present month by the choices of seats."""
        roles = {seat.number: seat.role for seat in self.seats.all}
        plans = {
            role: plan_of(choice for number, choice in made.items() if roles[number] == role)
            for role in ROLES
            if any(roles[number] == role for number in made)
        }
        self.plans.append(plans)
        self.choices.append(dict(made))
        self.model.steer({side_of(role): plan for role, plan in plans.items()})
        self.domains.append({matter: DOMAINS[domain] for matter, domain in self.model.domains.items()})
        while self.model.week < last_week(self.round):
            self.model.step()

    def tell(self, now: float) -> None:
        """The month is played: tell what it brought."""
        self.phase = "told"
        self.version += 1

    def not_played(self, now: float) -> None:
        """The month could not be played or kept: the round goes on, paused."""
        self.phase, self.paused, self.left, self.since = "choosing", True, self.seconds, now
        self.version += 1

    # -- what is known ---------------------------------------------------------------------------

    @property
    def tallies(self) -> list[dict[str, Any]]:
        """By month played, what each role chose."""
        roles = {seat.number: seat.role for seat in self.seats.all}
        return [
            {role: tally((choice for number, choice in made.items() if roles[number] == role), domains) for role in ROLES}
            for made, domains in zip(self.choices, self.domains, strict=True)
        ]

    def look_round(self) -> None:
        """Make anew what each role and the stage see."""
        month, run = len(self.choices), self.model.played
        since = last_week(month - 1) if month else 0
        events = [row for row in rows(run.events) if row["week"] > since]
        words = {role: counts["word"] for role, counts in self.tallies[-1].items()} if month else {}
        views = {}
        for role in ROLES:
            heard = [other for other in ROLES if other != role]
            inbox = [
                {"from": side, "word": word, "count": n} for side in heard for word, n in sorted(words.get(side, {}).items())
            ]
            views[role] = view_of(self.model, side_of(role), events, inbox)
        self.views, self.month = views, month_of(run, since)
        self.gap = gap_of(self.model.judged, since)

    def chosen_of(self, role: str) -> dict[str, int]:
        """How many of a role sit there, and have chosen in this round."""
        mine = [seat for seat in self.seats.seated if seat.role == role]
        return {"chosen": sum(seat.chosen is not None for seat in mine), "seated": len(mine)}


ACTS_OF_LEAD = ("start", "pause", "go_on", "extend", "end_round", "next", "hide", "show", "remove", "finish", "back")
