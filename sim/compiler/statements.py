"""Statements of Python as LLVM's words, and a function as a whole."""

from __future__ import annotations

import ast
from typing import Any

from tandem.sim.compiler.calls import Calls
from tandem.sim.compiler.kinds import SPELLED, WHOLE, Array, Untranslatable, Value, is_number, joined, words_of

PASSES = 8


class Function(Calls):
    """One function for arguments of given kinds."""

    def __init__(self, module: Any, source: ast.FunctionDef, outside: dict[str, Any], kinds: tuple[Any, ...]):
        super().__init__(outside)
        self.module, self.source, self.arguments = module, source, kinds
        self.gives: Any = None

    def translated(self, symbol: str, linkage: str, traits: str) -> str:
        """Its text, written again until every name has found its kind. Raises Untranslatable, naming the line."""
        for _ in range(PASSES):
            self.blank()
            self.loops: list[tuple[str, str]] = []
            self._take_arguments()
            self.body(self.source.body)
            if not self.again:
                break
        else:
            raise Untranslatable("its names change their kinds without end")
        self.put("ret void" if self.gives is None else f"ret {self.spelled_result()} zeroinitializer")
        words = [word for kind in self.arguments for word in words_of(kind)]
        takes = ", ".join(f"{word} %a{k}" for k, word in enumerate(words))
        head = f'define {linkage} {self.spelled_result()} @"{symbol}"({takes}) {traits} {{\nstart:\n'
        return head + "\n".join([*self.opening(), *self.lines]) + "\n}\n"

    def spelled_result(self) -> str:
        """The type of what it returns."""
        return result_type(self.gives)

    def _take_arguments(self) -> None:
        taken = 0
        for argument, kind in zip(self.source.args.args, self.arguments):
            count = len(words_of(kind))
            self.bind(argument.arg, Value(kind, tuple(f"%a{taken + k}" for k in range(count))))
            taken += count

    # -- statements

    def body(self, statements: list[ast.stmt]) -> None:
        """Statements one after the other."""
        for statement in statements:
            found = getattr(self, f"_{type(statement).__name__.lower()}", None)
            try:
                if found is None:
                    raise Untranslatable(f"{type(statement).__name__}: compiled code has no word for it")
                found(statement)
            except Untranslatable as error:
                raise self.module.placed(error, self.source, statement) from None

    def _expr(self, statement: ast.Expr) -> None:
        if not isinstance(statement.value, ast.Constant):
            self.value(statement.value)

    def _pass(self, statement: ast.Pass) -> None:
        pass

    def _return(self, statement: ast.Return) -> None:
        value = self.value(statement.value) if statement.value is not None else Value(None)
        kind = value.kind.carried() if isinstance(value.kind, Array) else value.kind
        gives = joined(self.gives, kind)
        if gives != self.gives:
            self.gives, self.again = gives, True
        words = self.turned(value, gives).words if gives is not None else ()
        if len(words) < 2:
            self.put(f"ret {self.spelled_result()} {words[0]}" if words else "ret void")
        else:
            whole, spelling = "undef", self.spelled_result()
            for k, (word, part) in enumerate(zip(words, words_of(gives))):
                whole = self.write(f"insertvalue {spelling} {whole}, {part} {word}, {k}")
            self.put(f"ret {spelling} {whole}")
        self.begin(self.label())

    def _assign(self, statement: ast.Assign) -> None:
        if len(statement.targets) != 1:
            raise Untranslatable("several targets at once")
        target = statement.targets[0]
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Slice):
            self._fill(target, statement.value)
            return
        value = self.value(statement.value)
        if isinstance(target, ast.Tuple):
            if not isinstance(value.kind, tuple) or len(value.kind) != len(target.elts):
                raise Untranslatable("as many names as values, please")
            taken = 0
            for one, kind in zip(target.elts, value.kind):
                width = len(words_of(kind))
                self.assign(one, Value(kind, value.words[taken : taken + width]))
                taken += width
        else:
            self.assign(target, value)

    def assign(self, target: ast.expr, value: Value) -> None:
        """Let a name mean the value, or write it into a record or an array."""
        if isinstance(target, ast.Name):
            self.counters.discard(target.id)
            self.bind(target.id, value)
        else:
            self.store(*self.place(target), value)

    def place(self, target: ast.expr) -> tuple[Any, str]:
        """The kind of a number in a record or an array, and where it lies."""
        if isinstance(target, ast.Attribute):
            kind, at = self.field(self.value(target.value), target.attr)
        elif isinstance(target, ast.Subscript):
            kind, at, *_ = self.item(self.value(target.value), target.slice)
        else:
            raise Untranslatable(f"a {type(target).__name__} as target")
        return kind, at

    def _augassign(self, statement: ast.AugAssign) -> None:
        if isinstance(statement.target, ast.Name):
            now = self.value(ast.Name(statement.target.id, ast.Load()))
            self.assign(statement.target, self.arithmetic(statement.op, now, self.value(statement.value)))
            return
        kind, at = self.place(statement.target)
        self.store(kind, at, self.arithmetic(statement.op, self.loaded(kind, at), self.value(statement.value)))

    def _annassign(self, statement: ast.AnnAssign) -> None:
        if statement.value is not None:
            self.assign(statement.target, self.value(statement.value))

    def _fill(self, target: ast.Subscript, value: ast.expr) -> None:
        """array[:] = number."""
        base, cut = self.value(target.value), target.slice
        whole = isinstance(cut, ast.Slice) and cut.lower is None and cut.upper is None and cut.step is None
        if not whole or not isinstance(base.kind, Array) or not is_number(base.kind.item):
            raise Untranslatable("a slice as target; compiled code knows array[:] = number")
        word = self.number(value, base.kind.item)
        count = self.value(ast.Attribute(target.value, "size", ast.Load())).words[0]

        def write(k: str) -> None:
            spelling = SPELLED[base.kind.item]
            at = self.write(f"getelementptr inbounds {spelling}, ptr {base.words[0]}, i64 {k}")
            self.store(base.kind.item, at, Value(base.kind.item, (word,)))

        self.counted("0", count, "1", write, "")

    def _if(self, statement: ast.If) -> None:
        yes, no, end = self.label(), self.label(), self.label()
        self.branch(self.truth(statement.test), yes, no if statement.orelse else end)
        before = dict(self.current)
        self.begin(yes)
        self.body(statement.body)
        self.jump(end)
        after, self.current = self.current, dict(before)
        if statement.orelse:
            self.begin(no)
            self.body(statement.orelse)
            self.jump(end)
        self.begin(end)
        self.agreed(before, after, self.current)

    def _while(self, statement: ast.While) -> None:
        if statement.orelse:
            raise Untranslatable("else after a loop")
        test, inside, end = self.label(), self.label(), self.label()
        self.jump(test)
        self.begin(test)
        self.branch(self.truth(statement.test), inside, end)
        self.begin(inside)
        self.loops.append((test, end))
        before = dict(self.current)
        self.body(statement.body)
        self._same_rooms(before)
        self.loops.pop()
        self.jump(test)
        self.begin(end)

    def _for(self, statement: ast.For) -> None:
        call, name = statement.iter, statement.target
        ranged = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range" and not call.keywords
        if not ranged or statement.orelse or not isinstance(name, ast.Name):
            raise Untranslatable("a loop; compiled code knows `for name in range(...)`")
        bounds = [self.number(bound, WHOLE) for bound in call.args]  # type: ignore[attr-defined]
        low, high, step = ("0", bounds[0], "1") if len(bounds) == 1 else (*bounds, "1") if len(bounds) == 2 else tuple(bounds)
        if not step.lstrip("-").isdigit() or int(step) == 0:
            raise Untranslatable("a loop whose step is no number that stands there")

        def turn(k: str) -> None:
            self.bind(name.id, Value(WHOLE, (k,)))
            (self.counters.add if low.isdigit() and int(step) > 0 else self.counters.discard)(name.id)
            self.body(statement.body)
            self.counters.discard(name.id)

        self.counted(low, high, step, turn, name.id)

    def counted(self, low: str, high: str, step: str, turn: Any, name: str) -> None:
        """A loop that counts."""
        held = self.room("i64")
        test, inside, on, end = (self.label() for _ in range(4))
        self.put(f"store i64 {low}, ptr {held}")
        self.jump(test)
        self.begin(test)
        k = self.write(f"load i64, ptr {held}")
        self.branch(self.write(f"icmp {'sgt' if step.startswith('-') else 'slt'} i64 {k}, {high}"), inside, end)
        self.begin(inside)
        self.loops.append((on, end))
        before = dict(self.current)
        turn(k)
        self._same_rooms(before)
        self.loops.pop()
        self.jump(on)
        self.begin(on)
        self.put(f"store i64 {self.write(f'add nsw i64 {k}, {step}')}, ptr {held}")
        self.jump(test)
        self.begin(end)

    def _same_rooms(self, before: dict[str, str]) -> None:
        """After a turn of a loop every name must lie where it lay before: the next turn looks for it there."""
        for name, place in before.items():
            if self.current.get(name) != place:
                raise Untranslatable(f"{name!r}, which changes its kind in a loop; use two names")

    def _continue(self, statement: ast.Continue) -> None:
        self.jump(self.loops[-1][0])
        self.begin(self.label())

    def _break(self, statement: ast.Break) -> None:
        self.jump(self.loops[-1][1])
        self.begin(self.label())


def result_type(kind: Any) -> str:
    """How LLVM spells the type of what a function returns."""
    words = words_of(kind)
    return "void" if not words else words[0] if len(words) == 1 else f"{{ {', '.join(words)} }}"
