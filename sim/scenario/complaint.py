"""What is wrong with an input, in one clear line: file, key, value, what is allowed, a suggestion."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from typing import Any

from tandem.sim.mistake import LONGEST_WORD, Mistake, shortened, shown

NOTHING = object()
LONGEST_LINE = 900

__all__ = ["NOTHING", "ScenarioError", "among", "nearest", "shortened", "shown"]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, if one is like it."""
    known = list(known)
    if len(word) > LONGEST_WORD:
        return None
    found = difflib.get_close_matches(word, known, 1, 0.6)
    if not found and "." not in word:  # a bare name may mean the last part of a path
        last = {path.rsplit(".", 1)[-1]: path for path in reversed(known)}
        found = [last[near] for near in difflib.get_close_matches(word, last, 1, 0.8)]
    return found[0] if found else None


class ScenarioError(Mistake):
    """Bad input. `str()` is one line; the parts are attributes, for a form or a page to show where they belong."""

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        key: str | None = None,
        value: Any = NOTHING,
        allowed: str | None = None,
        suggestion: str | None = None,
    ):
        self.problem, self.file, self.key = problem, file, key
        self.value = None if value is NOTHING else value
        if suggestion is not None and suggestion in (key, value if isinstance(value, str) else None):
            suggestion = None  # what stands there is no advice
        self.has_value, self.allowed, self.suggestion = value is not NOTHING, allowed, suggestion
        super().__init__(str(self))

    def __str__(self) -> str:
        subject = shortened(self.key) if self.key else ""
        if self.has_value:
            subject = f"{subject} = {shown(self.value)}" if subject else shown(self.value)
        line = ": ".join(part for part in (shortened(self.file or "", 300), subject, self.problem) if part)
        advice = f"; did you mean {self.suggestion!r}?" if self.suggestion else ""
        if self.allowed:
            room = LONGEST_LINE - len(line) - len("; allowed: ") - len(advice)
            line += f"; allowed: {shortened(self.allowed, max(room, LONGEST_WORD))}"  # a long list takes no advice's place
        return shortened(line + advice, LONGEST_LINE)

    def __reduce__(self) -> tuple[Callable[[str, dict[str, Any]], ScenarioError], tuple[str, dict[str, Any]]]:
        parts = {name: getattr(self, name) for name in ("file", "key", "allowed", "suggestion")}
        if self.has_value:
            parts["value"] = self.value
        return _again, (self.problem, parts)


def _again(problem: str, parts: dict[str, Any]) -> ScenarioError:
    return ScenarioError(problem, **parts)


def among(value: str, known: Iterable[str], problem: str, *, file: str | None, key: str, allowed: str) -> None:
    """Raises ScenarioError, with the known word most like it as advice, where `value` is none of those `known`."""
    known = known if isinstance(known, Collection) else list(known)
    if value not in known:
        raise ScenarioError(problem, file=file, key=key, value=value, allowed=allowed, suggestion=nearest(value, known))
