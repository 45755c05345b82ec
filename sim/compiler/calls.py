"""Calls: of other compiled functions, of Python's own few, and of what compiled code does in its own way."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tandem.sim.compiler import intrinsics
from tandem.sim.compiler.code import ALIAS
from tandem.sim.compiler.expressions import Expressions
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
    double,
    is_number,
    joined,
    kind_of_items,
    words_of,
)

ROUNDED_ALIKE = {"sqrt": "llvm.sqrt.f64", "fabs": "llvm.fabs.f64", "floor": "llvm.floor.f64", "ceil": "llvm.ceil.f64"}
"""What every processor rounds alike."""
OF_THE_LIBRARY = dict.fromkeys(("exp", "expm1", "log", "log1p", "log2", "log10", "tanh", "sinh", "cosh", "erf", "erfc"), 1)
OF_THE_LIBRARY |= dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan"), 1)
OF_THE_LIBRARY |= dict.fromkeys(("pow", "atan2"), 2)
"""What Python's `math` takes from the C library as it is: called there, so that both round alike."""
TESTS = {"isnan": "fcmp uno double {0}, {0}", "isinf": "fcmp oeq double {1}, inf", "isfinite": "fcmp olt double {1}, inf"}


class Calls(Expressions):
    """What a function asks of others."""

    module: Any

    def store(self, kind: Any, at: str, value: Value) -> None:
        """Write a number where it lies."""
        if not is_number(kind):
            raise Untranslatable("a record or an array as target; use copy_record")
        self.put(f"store {SPELLED[kind]} {self.turned(value, kind).words[0]}, ptr {at}, align 8, !tbaa {ALIAS[kind]}")

    def called(self, node: ast.Call) -> Value:
        """What a call gives."""
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise Untranslatable("a call with names or a star; give the arguments by their places")
        function: Any = self._meant(node.func)
        known = OWN.get(function) if _hashable(function) else None
        if known is not None:
            return known(self, node.args)
        name = getattr(function, "__name__", "")
        if name in vars(math) and vars(math)[name] is function:
            return self._of_math(name, node.args)
        return self._of_ours(function, [self.value(argument) for argument in node.args])

    def _meant(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            return BUILT_IN[node.id] if node.id in BUILT_IN and node.id not in self._outside else self.outside(node.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return getattr(self.outside(node.value.id), node.attr)
        raise Untranslatable("a call of something that has no name")

    def _of_math(self, name: str, arguments: list[ast.expr]) -> Value:
        words = [self.number(argument, NUMBER) for argument in arguments]
        if name in ROUNDED_ALIKE:
            found = self._rounded(name, words[0])
            return Value(NUMBER, (found,)) if name in ("sqrt", "fabs") else self.turned(Value(NUMBER, (found,)), WHOLE)
        if name in TESTS:
            line = TESTS[name].format(words[0], self._rounded("fabs", words[0])).replace("inf", double(math.inf))
            return Value(TRUTH, (self.write(line),))
        if OF_THE_LIBRARY.get(name) != len(words):
            raise Untranslatable(f"math.{name}; compiled code knows {', '.join((*ROUNDED_ALIKE, *TESTS, *OF_THE_LIBRARY))}")
        return Value(NUMBER, (self.of_library(name, words),))

    def _rounded(self, name: str, word: str) -> str:
        self.module.declare(f"declare double @{ROUNDED_ALIKE[name]}(double)")
        return self.write(f"call double @{ROUNDED_ALIKE[name]}(double {word})")

    def of_library(self, name: str, words: list[str]) -> str:
        """A function of the C library; LLVM must not put one of its own in its place, or reckon it out beforehand."""
        self.module.declare(f"declare double @{name}({', '.join(['double'] * len(words))}) nounwind willreturn memory(none)")
        return self.write(f"call double @{name}({', '.join(f'double {word}' for word in words)}) nobuiltin")

    def _of_ours(self, function: Any, given: list[Value]) -> Value:
        kinds = tuple(_as_argument(value.kind) for value in given)
        symbol, result, kind = self.module.asked(function, kinds)
        takes = []
        for value, wanted in zip(given, kinds):
            turned = self.turned(value, wanted)
            takes += [f"{spelling} {word}" for spelling, word in zip(words_of(wanted), turned.words)]
        call = f'call {result} @"{symbol}"({", ".join(takes)})'
        words = words_of(kind)
        if not words:
            self.put(call)
            return Value(None)
        whole = self.write(call)
        if len(words) == 1:
            return Value(kind, (whole,))
        return Value(kind, tuple(self.write(f"extractvalue {result} {whole}, {k}") for k in range(len(words))))

    # -- in compiled code's own way

    def _own_abs(self, arguments: list[ast.expr]) -> Value:
        value = self.value(arguments[0])
        if value.kind == NUMBER:
            return Value(NUMBER, (self._rounded("fabs", value.words[0]),))
        word = self.turned(value, WHOLE).words[0]
        self.module.declare("declare i64 @llvm.abs.i64(i64, i1)")
        return Value(WHOLE, (self.write(f"call i64 @llvm.abs.i64(i64 {word}, i1 false)"),))

    def _own_len(self, arguments: list[ast.expr]) -> Value:
        value = self.value(arguments[0])
        if isinstance(value.kind, tuple):
            return Value(WHOLE, (str(len(value.kind)),))
        if not isinstance(value.kind, Array):
            raise Untranslatable("the length of what has none")
        return Value(WHOLE, self.extents(value)[:1])

    def _own_zeros(self, arguments: list[ast.expr]) -> Value:
        """np.zeros(count, dtype): memory of the function's own."""
        count = self.value(arguments[0]).words[0]
        given = arguments[1] if len(arguments) > 1 else ast.parse("''", mode="eval").body
        dtype = self.outside(given.id) if isinstance(given, ast.Name) else None
        if not count.isdigit() or not isinstance(dtype, np.dtype):
            raise Untranslatable("np.zeros; compiled code knows np.zeros(a number that stands there, a dtype's name)")
        kind = Array(kind_of_items(dtype), 1)
        size = int(count) * kind.size
        at = self.room(f"[{size} x i8]", 64)
        self.module.declare("declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)")
        self.put(f"call void @llvm.memset.p0.i64(ptr align 64 {at}, i8 0, i64 {size}, i1 false)")
        return Value(kind, (at, count))

    def _own_copy(self, arguments: list[ast.expr]) -> Value:
        target, source = (self.value(argument) for argument in arguments)
        if not isinstance(target.kind, Layout) or target.kind != source.kind:
            raise Untranslatable("copy_record between records of two types")
        self.module.declare("declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
        words = f"ptr align 8 {target.words[0]}, ptr align 8 {source.words[0]}, i64 {target.kind.size}"
        self.put(f"call void @llvm.memcpy.p0.p0.i64({words}, i1 false)")
        return Value(None)

    def _own_wide(self, arguments: list[ast.expr]) -> Value:
        a, b = (self.write(f"zext i64 {self.number(argument, WORD)} to i128") for argument in arguments)
        product = self.write(f"mul i128 {a}, {b}")
        high = self.write(f"trunc i128 {self.write(f'lshr i128 {product}, 64')} to i64")
        return Value((WORD, WORD), (high, self.write(f"trunc i128 {product} to i64")))

    def _own_ratios(self, arguments: list[ast.expr]) -> Value:
        """Four at once, a lane of a vector each: each rounds as it would alone."""

        def spread(words: list[str]) -> str:
            lanes = "undef"
            for k, word in enumerate(words):
                lanes = self.write(f"insertelement <4 x double> {lanes}, double {word}, i32 {k}")
            return lanes

        def both(operation: str, a: str, b: str) -> str:
            return self.write(f"{operation} <4 x double> {a}, {b}")

        def polynomial(node: ast.expr) -> str:
            first, *others = (spread([word] * 4) for word in self.value(node).words)
            for other in others:
                first = both("fadd", both("fmul", first, square), other)
            return first

        q = spread([self.number(argument, NUMBER) for argument in arguments[:4]])
        square = both("fmul", q, q)
        ratio = both("fdiv", both("fmul", polynomial(arguments[4]), q), polynomial(arguments[5]))
        return Value((NUMBER,) * 4, tuple(self.write(f"extractelement <4 x double> {ratio}, i32 {k}") for k in range(4)))

    def _least(self, arguments: list[ast.expr]) -> Value:
        return self._chosen(arguments, ast.Lt())

    def _most(self, arguments: list[ast.expr]) -> Value:
        return self._chosen(arguments, ast.Gt())

    def _chosen(self, arguments: list[ast.expr], order: ast.cmpop) -> Value:
        """min, max: the first of those that none goes before, as Python has it."""
        best, *others = (self.value(argument) for argument in arguments)
        if not others:
            raise Untranslatable("min and max of one value; compiled code knows them of two or more")
        for other in others:
            before, kind = self.compared(order, other, best), joined(best.kind, other.kind)
            words = (SPELLED[kind], self.turned(other, kind).words[0], self.turned(best, kind).words[0])
            best = Value(kind, (self.write("select i1 {3}, {0} {1}, {0} {2}".format(*words, before)),))
        return best

    def _own_sum(self, arguments: list[ast.expr]) -> Value:
        a, b = (self.number(argument, WORD) for argument in arguments)
        return Value(WORD, (self.write(f"add i64 {a}, {b}"),))


def _turning(kind: str) -> Callable[[Calls, list[ast.expr]], Value]:
    def turn(code: Calls, arguments: list[ast.expr]) -> Value:
        return code.turned(code.value(arguments[0]), kind)

    return turn


def _as_argument(kind: Any) -> Any:
    """How a value is handed to a function of ours: one copy of it serves arrays of all shapes, and truth values as numbers."""
    if isinstance(kind, Array):
        return kind.carried()
    if isinstance(kind, tuple):
        return tuple(_as_argument(part) for part in kind)
    return WHOLE if kind == TRUTH else kind


def _hashable(thing: Any) -> bool:
    return getattr(type(thing), "__hash__", None) is not None


BUILT_IN: dict[str, Any] = {"abs": abs, "len": len, "int": int, "float": float, "bool": bool, "min": min, "max": max}
OWN: dict[Any, Callable[[Calls, list[ast.expr]], Value]] = {
    abs: Calls._own_abs,
    len: Calls._own_len,
    min: Calls._least,
    max: Calls._most,
    int: _turning(WHOLE),
    float: _turning(NUMBER),
    bool: _turning(TRUTH),
    np.int64: _turning(WHOLE),
    np.uint64: _turning(WORD),
    np.float64: _turning(NUMBER),
    np.zeros: Calls._own_zeros,
    intrinsics.copy_record: Calls._own_copy,
    intrinsics.multiply_wide: Calls._own_wide,
    intrinsics.odd_ratios: Calls._own_ratios,
    intrinsics.word: _turning(WORD),
    intrinsics.sum_of: Calls._own_sum,
}
