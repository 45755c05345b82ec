"""Expressions of Python as LLVM's words: each gives its value, and writes what it takes to get it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tandem.sim.compiler.code import Code
from tandem.sim.compiler.kinds import (
    NUMBER,
    SPELLED,
    TRUTH,
    WHOLE,
    WORD,
    Array,
    Layout,
    Untranslatable,
    Value,
    constant,
    is_number,
    joined,
    words_of,
)

REAL = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
ENTIRE = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.BitXor: "xor",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.LShift: "shl",
}
ORDER = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}


class Expressions(Code):
    """What a function says with values."""

    def value(self, node: ast.expr) -> Value:
        """The value of an expression."""
        found = getattr(self, f"_{type(node).__name__.lower()}", None)
        if found is None:
            raise Untranslatable(f"{type(node).__name__}: compiled code has no word for it")
        value: Value = found(node)
        return value

    def number(self, node: ast.expr, kind: str) -> str:
        """The one word of a number, turned into this kind."""
        return self.turned(self.value(node), kind).words[0]

    def truth(self, node: ast.expr) -> str:
        """The word of a condition."""
        if isinstance(node, ast.BoolOp):
            return self._both_or_either(node, self.truth)
        return self.turned(self.value(node), TRUTH).words[0]

    # -- names and literals

    def _constant(self, node: ast.Constant) -> Value:
        return constant(node.value)

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.current:
            return self.read(self.current[node.id])
        return constant(self.outside(node.id))

    def _tuple(self, node: ast.Tuple) -> Value:
        parts = [self.value(part) for part in node.elts]
        return Value(tuple(part.kind for part in parts), tuple(word for part in parts for word in part.words))

    # -- places

    def _attribute(self, node: ast.Attribute) -> Value:
        if isinstance(node.value, ast.Name) and node.value.id not in self.current:
            return constant(getattr(self.outside(node.value.id), node.attr))
        base = self.value(node.value)
        if isinstance(base.kind, Array) and node.attr in ("size", "shape"):
            extents = self.extents(base)
            if node.attr == "shape":
                return Value((WHOLE,) * len(extents), extents)
            size = extents[0]
            for extent in extents[1:]:
                size = self.write(f"mul i64 {size}, {extent}")
            return Value(WHOLE, (size,))
        return self.loaded(*self.field(base, node.attr))

    def field(self, base: Value, name: str) -> tuple[Any, str]:
        """The kind of a record's field, and where it lies."""
        if not isinstance(base.kind, Layout) or name not in base.kind.fields:
            raise Untranslatable(f"no field {name!r} here")
        kind, start = base.kind.fields[name]
        return kind, self.write(f"getelementptr inbounds i8, ptr {base.words[0]}, i64 {start}")

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        if isinstance(base.kind, tuple):
            return self._part(base, node.slice)
        if isinstance(node.slice, ast.Slice):
            return self._cut(base, node.slice)
        return self.loaded(*self.item(base, node.slice))

    def item(self, base: Value, index: ast.expr) -> tuple[Any, str] | tuple[Any, str, tuple[str, ...]]:
        """The kind of an array's item and where it lies; for fewer indices than dimensions also the extents that are left."""
        if not isinstance(base.kind, Array):
            raise Untranslatable("an index into what is no array")
        extents = self.extents(base)
        indices = index.elts if isinstance(index, ast.Tuple) else [index]
        place = ""
        for node, extent in zip(indices, extents):
            here = self._index(node, extent)
            place = here if not place else self.write(f"add i64 {self.write(f'mul i64 {place}, {extent}')}, {here}")
        left = extents[len(indices) :]
        for extent in left:
            place = self.write(f"mul i64 {place}, {extent}")
        at = self.write(f"getelementptr inbounds [{base.kind.size} x i8], ptr {base.words[0]}, i64 {place}")
        if not left:
            return base.kind.item, at
        known = base.kind.shape[len(indices) :] if base.kind.shape else None
        return Array(base.kind.item, len(left), known), at, () if known else left

    def _index(self, node: ast.expr, extent: str) -> str:
        """An index, counted from the end where it is below zero, as Python does."""
        value = self.value(node)
        word = self.turned(value, WHOLE).words[0]
        if value.kind in (TRUTH, WORD) or word.isdigit() or (isinstance(node, ast.Name) and node.id in self.counters):
            return word
        below = self.write(f"icmp slt i64 {word}, 0")
        return self.write(f"select i1 {below}, i64 {self.write(f'add i64 {word}, {extent}')}, i64 {word}")

    def _cut(self, base: Value, cut: ast.Slice) -> Value:
        if not isinstance(base.kind, Array) or base.kind.dimensions != 1 or cut.lower is None or cut.upper is None or cut.step:
            raise Untranslatable("a slice; compiled code knows array[low:high] of one dimension")
        low, high = self.number(cut.lower, WHOLE), self.number(cut.upper, WHOLE)
        at = self.write(f"getelementptr inbounds [{base.kind.size} x i8], ptr {base.words[0]}, i64 {low}")
        return Value(base.kind.carried(), (at, self.write(f"sub i64 {high}, {low}")))

    def _part(self, base: Value, index: ast.expr) -> Value:
        """One of several values: by a number that stands there, or, where all are alike, by any."""
        starts = [0]
        for kind in base.kind:
            starts.append(starts[-1] + len(words_of(kind)))
        place = self.value(index)
        if place.words[0].lstrip("-").isdigit():
            which = range(len(base.kind))[int(place.words[0])]
            return Value(base.kind[which], base.words[starts[which] : starts[which + 1]])
        kind = base.kind[0]
        if not is_number(kind) or set(base.kind) != {kind}:
            raise Untranslatable("an index that varies into values of several kinds")
        spelled, count = SPELLED[kind], len(base.kind)
        held = self.room(f"[{count} x {spelled}]")
        for k, word in enumerate(base.words):
            self.put(f"store {spelled} {word}, ptr {self.write(f'getelementptr inbounds {spelled}, ptr {held}, i64 {k}')}")
        where = self._index(index, str(count))
        at = self.write(f"getelementptr inbounds {spelled}, ptr {held}, i64 {where}")
        return Value(kind, (self.write(f"load {spelled}, ptr {at}"),))

    # -- arithmetic

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return Value(TRUTH, (self.write(f"xor i1 {self.truth(node.operand)}, true"),))
        if not isinstance(node.op, ast.USub):
            raise Untranslatable(f"{type(node.op).__name__}: compiled code has no word for it")
        value = self.value(node.operand)
        if isinstance(node.operand, ast.Constant):
            return constant(-node.operand.value)  # type: ignore[operator]
        if value.kind == NUMBER:
            return Value(NUMBER, (self.write(f"fneg double {value.words[0]}"),))
        return Value(WHOLE, (self.write(f"sub i64 0, {self.turned(value, WHOLE).words[0]}"),))

    def _binop(self, node: ast.BinOp) -> Value:
        return self.arithmetic(node.op, self.value(node.left), self.value(node.right))

    def arithmetic(self, operator: ast.operator, left: Value, right: Value) -> Value:
        """One operation on two numbers."""
        if not (is_number(left.kind) and is_number(right.kind)):
            raise Untranslatable("arithmetic with what is no number")
        kind, sort = joined(left.kind, right.kind), type(operator)
        kind = NUMBER if sort is ast.Div else WHOLE if kind == TRUTH else kind
        a, b = self.turned(left, kind).words[0], self.turned(right, kind).words[0]
        if kind == NUMBER and sort in REAL:
            return Value(NUMBER, (self.write(f"{REAL[sort]} double {a}, {b}"),))
        if kind != NUMBER and sort in ENTIRE:
            return Value(kind, (self.write(f"{ENTIRE[sort]} i64 {a}, {b}"),))
        if kind != NUMBER and sort is ast.RShift:
            return Value(kind, (self.write(f"{'lshr' if kind == WORD else 'ashr'} i64 {a}, {b}"),))
        if kind == NUMBER and sort is ast.Pow:
            return Value(NUMBER, (self.of_library("pow", [a, b]),))
        if kind == WHOLE and sort in (ast.FloorDiv, ast.Mod):
            return Value(WHOLE, (self._divided(sort is ast.Mod, a, b),))
        raise Untranslatable(f"{sort.__name__} of these numbers: compiled code has no word for it")

    def _divided(self, rest: bool, a: str, b: str) -> str:
        """The quotient rounded down, or the rest of it, as Python has it; 0 where it divides by 0: a kernel never raises."""
        none = self.write(f"icmp eq i64 {b}, 0")
        safe = self.write(f"select i1 {none}, i64 1, i64 {b}")
        left = self.write(f"srem i64 {a}, {safe}")
        apart = self.write(f"icmp slt i64 {self.write(f'xor i64 {left}, {safe}')}, 0")
        off = self.write(f"and i1 {self.write(f'icmp ne i64 {left}, 0')}, {apart}")
        if rest:
            found = self.write(f"select i1 {off}, i64 {self.write(f'add i64 {left}, {safe}')}, i64 {left}")
        else:
            whole = self.write(f"sdiv i64 {a}, {safe}")
            found = self.write(f"select i1 {off}, i64 {self.write(f'sub i64 {whole}, 1')}, i64 {whole}")
        return self.write(f"select i1 {none}, i64 0, i64 {found}")

    # -- conditions

    def _compare(self, node: ast.Compare) -> Value:
        left, found = self.value(node.left), ""
        for operator, other in zip(node.ops, node.comparators):
            right = self.value(other)
            one = self.compared(operator, left, right)
            found, left = (self.write(f"and i1 {found}, {one}") if found else one), right
        return Value(TRUTH, (found,))

    def compared(self, operator: ast.cmpop, left: Value, right: Value) -> str:
        """The word of one comparison."""
        if isinstance(operator, ast.In | ast.NotIn) and isinstance(right.kind, tuple):
            return self._among(isinstance(operator, ast.In), left, right)
        if type(operator) not in ORDER or not (is_number(left.kind) and is_number(right.kind)):
            raise Untranslatable(f"{type(operator).__name__} of these values: compiled code has no word for it")
        order, kind = ORDER[type(operator)], joined(left.kind, right.kind)
        kind = WHOLE if kind == TRUTH else kind
        a, b = self.turned(left, kind).words[0], self.turned(right, kind).words[0]
        if kind == NUMBER:
            return self.write(f"fcmp {'u' if order == 'ne' else 'o'}{order} double {a}, {b}")
        sign = "" if order in ("eq", "ne") else "u" if kind == WORD else "s"
        return self.write(f"icmp {sign}{order} i64 {a}, {b}")

    def _among(self, there: bool, left: Value, right: Value) -> str:
        found = "false"
        for kind, word in zip(right.kind, right.words):
            found = self.write(f"or i1 {found}, {self.compared(ast.Eq(), left, Value(kind, (word,)))}")
        return found if there else self.write(f"xor i1 {found}, true")

    def _boolop(self, node: ast.BoolOp) -> Value:
        """`and`, `or` as a value: of truth values only, since between numbers Python gives one of the numbers."""

        def told(part: ast.expr) -> str:
            value = self.value(part)
            if value.kind != TRUTH:
                raise Untranslatable("`and`, `or` between numbers gives a number: write which")
            return value.words[0]

        return Value(TRUTH, (self._both_or_either(node, told),))

    def _both_or_either(self, node: ast.BoolOp, told: Callable[[ast.expr], str]) -> str:
        """What comes later is looked at only where it matters."""
        both = isinstance(node.op, ast.And)
        end, arrivals = self.label(), []
        for part in node.values[:-1]:
            word, go_on = told(part), self.label()
            arrivals.append(f"[ {'false' if both else 'true'}, %{self.block} ]")
            self.branch(word, go_on if both else end, end if both else go_on)
            self.begin(go_on)
        word = told(node.values[-1])
        arrivals.append(f"[ {word}, %{self.block} ]")
        self.jump(end)
        self.begin(end)
        return self.write(f"phi i1 {', '.join(arrivals)}")

    def _ifexp(self, node: ast.IfExp) -> Value:
        yes, no, end = self.label(), self.label(), self.label()
        self.branch(self.truth(node.test), yes, no)
        self.begin(yes)
        a = self.value(node.body)
        reached = (self.block, len(self.lines))
        self.begin(no)
        b = self.value(node.orelse)
        kind = joined(a.kind, b.kind)
        b = self.turned(b, kind)
        from_no = self.block
        self.jump(end)
        from_yes, a = self.inserted(reached, a, kind, end)
        self.begin(end)
        words = [
            self.write(f"phi {word} [ {x}, %{from_yes} ], [ {y}, %{from_no} ]")
            for word, x, y in zip(words_of(kind), a.words, b.words)
        ]
        return Value(kind, tuple(words))

    def of_library(self, name: str, words: list[str]) -> str:
        """A function of the C library: in `tandem.sim.compiler.calls`."""
        raise NotImplementedError

    def _call(self, node: ast.Call) -> Value:
        return self.called(node)

    def called(self, node: ast.Call) -> Value:
        """What a call gives: in `tandem.sim.compiler.calls`."""
        raise NotImplementedError
