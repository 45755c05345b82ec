"""The page on which a function is written in LLVM's words: lines, blocks, rooms for its names."""

from __future__ import annotations

from typing import Any

from tandem.sim.compiler.kinds import (
    NUMBER,
    SPELLED,
    TRUTH,
    WHOLE,
    WORD,
    Array,
    Untranslatable,
    Value,
    is_number,
    joined,
    spelled,
    words_of,
)

# Whole numbers and doubles never lie in one place: a load of one need not be done again after a store of the other.
ALIAS = {WHOLE: "!1", WORD: "!1", NUMBER: "!2"}
SEVERAL = "several kinds"
ALIASES = """!0 = !{!"tandem"}
!3 = !{!"whole", !0, i64 0}
!4 = !{!"number", !0, i64 0}
!1 = !{!3, !3, i64 0}
!2 = !{!4, !4, i64 0}
"""


class Code:
    """Lines of one function as they come; names keep their kind over the passes until nothing changes."""

    def __init__(self, outside: dict[str, Any]):
        self._outside = outside
        self.kinds: dict[str, Any] = {}
        """The kind held in each room, by its name."""
        self.again = False
        self.blank()

    def blank(self) -> None:
        """A new page."""
        self.lines: list[str] = []
        self.rooms: list[str] = []
        self.current: dict[str, str] = {}
        """The room in which each name of Python lies now."""
        self.counters: set[str] = set()
        """Names that only count upward from a number not below zero."""
        self.again, self.count, self.block = False, 0, "start"

    def outside(self, name: str) -> Any:
        """What a name means that the function does not set."""
        if name not in self._outside:
            raise Untranslatable(f"the name {name!r} is not known here")
        return self._outside[name]

    # -- lines and blocks

    def put(self, line: str) -> None:
        """A line that gives nothing."""
        self.lines.append(f"  {line}")

    def write(self, line: str) -> str:
        """A line that gives a word; returns its name."""
        self.count += 1
        name = f"%w{self.count}"
        self.lines.append(f"  {name} = {line}")
        return name

    def label(self) -> str:
        """A name for a block to come."""
        self.count += 1
        return f"b{self.count}"

    def begin(self, label: str) -> None:
        """Go on in a block."""
        self.lines.append(f"{label}:")
        self.block = label

    def jump(self, label: str) -> None:
        """End the block."""
        self.put(f"br label %{label}")

    def branch(self, condition: str, yes: str, no: str) -> None:
        """End the block either way."""
        self.put(f"br i1 {condition}, label %{yes}, label %{no}")

    def inserted(self, reached: tuple[str, int], value: Value, kind: Any, end: str) -> tuple[str, Value]:
        """Turn a value into a kind at the end of a block that was left open, and jump; returns that block and the value."""
        block, place = reached
        later, self.lines = self.lines[place:], self.lines[:place]
        now, self.block = self.block, block
        turned = self.turned(value, kind)
        self.jump(end)
        self.lines += later
        self.block = now
        return block, turned

    def room(self, what: str, alignment: int = 8) -> str:
        """Memory of the function's own."""
        name = f"%room{len(self.rooms)}"
        self.rooms.append(f"  {name} = alloca {what}, align {alignment}")
        return name

    # -- names

    def bind(self, name: str, value: Value) -> None:
        """Let a name of Python mean this value from here on."""
        kind = value.kind
        if isinstance(kind, Array):
            kind = kind.carried() if kind.shape is None else kind
        place = f"{name}.{'n' if is_number(kind) else spelled(kind)}"
        before = self.kinds.get(place)
        held = joined(before, kind)
        if held != before:
            self.kinds[place], self.again = held, True
        self.current[name] = place
        for k, (word, spelling) in enumerate(zip(self.turned(value, held).words, words_of(held))):
            self.put(f'store {spelling} {word}, ptr %"{place}.{k}"')

    def agreed(self, before: dict[str, str], *after: dict[str, str]) -> None:
        """Go on where several ways meet: a name that lies in different rooms on them is not known from here on."""
        names = {name for way in after for name in way}
        ways = [{**before, **way} for way in after]
        self.current = {
            name: way if len(places) == 1 else SEVERAL
            for name in names
            for places in [{one[name] for one in ways if name in one}]
            for way in places
        }

    def read(self, place: str) -> Value:
        """What lies in a room."""
        if place == SEVERAL:
            raise Untranslatable("a name that is of several kinds here; use two names")
        kind = self.kinds[place]
        return Value(kind, tuple(self.write(f'load {word}, ptr %"{place}.{k}"') for k, word in enumerate(words_of(kind))))

    def opening(self) -> list[str]:
        """The first lines of the function: its rooms."""
        lines = list(self.rooms)
        for place, kind in self.kinds.items():
            lines += [f'  %"{place}.{k}" = alloca {word}' for k, word in enumerate(words_of(kind))]
        return lines

    # -- values

    def loaded(self, kind: Any, at: str, extents: tuple[str, ...] = ()) -> Value:
        """What lies at a place: the number itself, or a record or array where it is."""
        if is_number(kind):
            return Value(kind, (self.write(f"load {SPELLED[kind]}, ptr {at}, align 8, !tbaa {ALIAS[kind]}"),))
        return Value(kind, (at, *extents))

    def extents(self, value: Value) -> tuple[str, ...]:
        """The numbers of items of an array along its dimensions."""
        shape = value.kind.shape
        return tuple(map(str, shape)) if shape else value.words[1:]

    def turned(self, value: Value, kind: Any) -> Value:
        """The same value as another kind. Raises Untranslatable where it cannot be."""
        have, words = value
        if have == kind:
            return value
        if isinstance(kind, Array) and isinstance(have, Array) and have.carried() == kind:
            return Value(kind, (words[0], *self.extents(value)))
        if isinstance(kind, tuple) and isinstance(have, tuple) and len(kind) == len(have):
            parts, taken = [], 0
            for old, new in zip(have, kind):
                width = len(words_of(old))
                parts.append(self.turned(Value(old, words[taken : taken + width]), new))
                taken += width
            return Value(kind, tuple(word for part in parts for word in part.words))
        if not (is_number(have) and is_number(kind)):
            raise Untranslatable(f"{spelled(have)} where {spelled(kind)} is wanted")
        return Value(kind, (self._turned_number(words[0], have, kind),))

    def _turned_number(self, word: str, have: str, kind: str) -> str:
        if kind == TRUTH:
            return self.write(f"fcmp une double {word}, 0.0" if have == NUMBER else f"icmp ne i64 {word}, 0")
        if kind == NUMBER:
            sort = "uitofp" if have in (TRUTH, WORD) else "sitofp"
            return self.write(f"{sort} {SPELLED[have]} {word} to double")
        if have == NUMBER:
            return self.write(f"{'fptosi' if kind == WHOLE else 'fptoui'} double {word} to i64")
        return self.write(f"zext i1 {word} to i64") if have == TRUTH else word
