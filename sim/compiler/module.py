"""Functions translated together: what one asks of another, and under which names they go."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tandem.sim.compiler.code import ALIASES
from tandem.sim.compiler.kinds import SPELLED, Layout, Untranslatable, spelled, words_of
from tandem.sim.compiler.statements import Function, result_type
from tandem.sim.mistake import Mistake

PRIVATE = "internal"


@dataclass(frozen=True)
class Entry:
    """What Python, or code translated later, may call: the names in the object code and what comes back."""

    symbol: str
    """For Python: the arguments' words, then where the result's words go."""
    direct: str
    """For code translated later; empty if it is not to be linked to."""
    gives: Any


@dataclass
class Module:
    """One translation. `linked`: entries of code that is there already, by signature."""

    linked: Mapping[str, Entry] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    """Signature and symbol of what is linked."""
    _done: dict[tuple[Any, tuple[Any, ...]], tuple[str, str, Any]] = field(default_factory=dict)
    _declared: dict[str, None] = field(default_factory=dict)
    _texts: list[str] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)
    _under_way: list[Any] = field(default_factory=list)

    def text(self) -> str:
        """The whole of it, as LLVM reads it."""
        return "\n".join([*self._texts, *self._declared, ALIASES])

    def declare(self, line: str) -> None:
        """Something from outside that is called here."""
        self._declared[line] = None

    def asked(self, function: Any, kinds: tuple[Any, ...]) -> tuple[str, str, Any]:
        """The symbol, LLVM's type of the result and its kind of a function for arguments of these kinds."""
        told = getattr(function, "traits", None)
        if told is None:
            name = getattr(function, "__name__", repr(function))
            raise Untranslatable(f"a call of {name}, which is not compiled: write @rule or @part above it")
        key = (function, kinds)
        if key not in self._done:
            self._done[key] = self._linked_or_written(function, kinds)
        return self._done[key]

    def _linked_or_written(self, function: Any, kinds: tuple[Any, ...]) -> tuple[str, str, Any]:
        there = self.linked.get(signature(function, kinds))
        if there is None or not there.direct:
            return self._written(function, kinds, PRIVATE)
        self.imports[signature(function, kinds)] = there.direct
        takes = ", ".join(word for kind in kinds for word in words_of(kind))
        result = result_type(there.gives)
        self.declare(f'declare {result} @"{there.direct}"({takes}) nounwind')
        return there.direct, result, there.gives

    def _written(self, function: Any, kinds: tuple[Any, ...], linkage: str) -> tuple[str, str, Any]:
        if function in self._under_way:
            raise Untranslatable(f"{function.__name__} calls itself")
        source = source_of(function)
        if len(source.args.args) != len(kinds):
            raise Untranslatable(f"{function.__name__} takes {len(source.args.args)} arguments, and {len(kinds)} are given")
        symbol = f"{function.__module__}.{function.__name__}"
        while symbol in self._names:
            symbol += "'"
        self._names.add(symbol)
        self._under_way.append(function)
        written = Function(self, source, known_to(function), kinds)
        self._texts.append(written.translated(symbol, linkage, f"nounwind {function.traits}"))
        self._under_way.pop()
        return symbol, written.spelled_result(), written.gives

    def placed(self, error: Untranslatable, source: ast.FunctionDef, statement: ast.stmt) -> Untranslatable:
        """The same complaint with file and line, said once."""
        if error.args[1:]:
            return error
        function = self._under_way[-1]
        line = function.py_func.__code__.co_firstlineno + statement.lineno - 1
        return Untranslatable(f"{function.py_func.__code__.co_filename}:{line}: {error}", "placed")

    # -- entries

    def add(self, roots: Iterable[tuple[Any, tuple[Any, ...]]], linkable: bool = False) -> None:
        """Translate functions with all they call, each an entry. Raises Mistake, naming file and line."""
        try:
            for function, kinds in roots:
                if linkable:
                    self._done[function, kinds] = self._written(function, kinds, "")
                self._enter(function, kinds, linkable)
        except Untranslatable as error:
            told = "what compiled code knows is told in sim/compile.py; NUMBA_DISABLE_JIT=1 plays it in plain Python"
            raise Mistake(f"{error.args[0]}; {told}") from None

    def enter_phases(self) -> None:
        """Let Python call every phase that was translated."""
        for function, kinds in list(self._done):
            if function.public and signature(function, kinds) not in self.entries and _from_python(function, kinds, self._done):
                self._enter(function, kinds, False)

    def _enter(self, function: Any, kinds: tuple[Any, ...], linkable: bool) -> None:
        """A door for Python: the same for every function, whatever it gives."""
        symbol, result, gives = self.asked(function, kinds)
        if not _from_python(function, kinds, self._done):
            raise Untranslatable(f"{function.__name__} takes or gives what Python cannot hand over")
        words = [word for kind in kinds for word in words_of(kind)]
        door = f"call {symbol}"
        call = f'call {result} @"{symbol}"({", ".join(f"{word} %a{k}" for k, word in enumerate(words))})'
        lines = [call if gives is None else f"%whole = {call}"]
        parts = words_of(gives)
        for k, part in enumerate(parts):
            word = "%whole" if len(parts) == 1 else f"%p{k}"
            if len(parts) > 1:
                lines.append(f"{word} = extractvalue {result} %whole, {k}")
            lines += [f"%at{k} = getelementptr i64, ptr %out, i64 {k}", f"store {part} {word}, ptr %at{k}"]
        takes = ", ".join([*(f"{word} %a{k}" for k, word in enumerate(words)), "ptr %out"])
        body = "\n  ".join([*lines, "ret void"])
        self._texts.append(f'define void @"{door}"({takes}) nounwind {{\n  {body}\n}}\n')
        self.entries[signature(function, kinds)] = Entry(door, symbol if linkable else "", gives)


def signature(function: Any, kinds: Iterable[Any]) -> str:
    """A function and the kinds of its arguments, as text."""
    return f"{function.__module__}.{function.__name__}({','.join(map(spelled, kinds))})"


def _from_python(function: Any, kinds: tuple[Any, ...], done: Mapping[Any, tuple[str, str, Any]]) -> bool:
    gives = done[function, kinds][2]
    numbers = gives is None or gives in SPELLED or (isinstance(gives, tuple) and all(part in SPELLED for part in gives))
    return numbers and not any(isinstance(kind, Layout) for kind in kinds)


def known_to(function: Any) -> dict[str, Any]:
    """What the names mean that a function does not set itself."""
    plain = function.py_func
    cells = {name: cell.cell_contents for name, cell in zip(plain.__code__.co_freevars, plain.__closure__ or ())}
    return {**plain.__globals__, **cells}


def source_of(function: Any) -> ast.FunctionDef:
    """A function as written. Raises Untranslatable where its text is not to be found."""
    try:
        text = textwrap.dedent(inspect.getsource(function.py_func))
    except (OSError, TypeError):
        raise Untranslatable(f"the text of {function.__name__} is not to be found") from None
    found = ast.parse(text).body[0]
    if (
        not isinstance(found, ast.FunctionDef)
        or found.args.vararg
        or found.args.kwarg
        or found.args.kwonlyargs
        or found.args.defaults
    ):
        raise Untranslatable(f"{function.__name__}: compiled code knows functions of plain arguments")
    return found
