"""What compiled instructions do and name: the parts of a digest of code that do not change with its lines and remarks."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType
from typing import Any

LOADS = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FAST", "LOAD_ATTR"}
CHANGES = {"STORE_SUBSCR", "DELETE_SUBSCR", "STORE_ATTR", "DELETE_ATTR"}
CHANGING_METHODS = {
    *("append", "add", "clear", "discard", "extend", "insert", "pop", "popitem", "put", "remove", "setdefault", "update"),
    *("appendleft", "popleft", "fill", "sort", "write", "intersection_update", "difference_update"),
}


def instructions_of(code: CodeType) -> Iterator[bytes]:
    """The instructions of `code` and of the code in it, with the constants and names that they use: without file names, lines,
    names of its own variables and documentation."""
    arguments = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    yield repr((arguments, code.co_freevars, getattr(code, "co_exceptiontable", b""))).encode()
    for step in dis.get_instructions(code):
        yield f"\0{step.opname} ".encode()
        if step.opcode in dis.hasconst:
            yield from _constant(step.argval)
        else:
            yield str(step.argval if step.opcode in dis.hasname else step.arg).encode("utf-8", "surrogatepass")


def _constant(constant: Any) -> Iterator[bytes]:
    if isinstance(constant, CodeType):
        yield from instructions_of(constant)
    elif isinstance(constant, frozenset):
        yield repr(sorted(map(typed, constant))).encode("utf-8", "surrogatepass")
    elif isinstance(constant, tuple):
        yield b"("
        for member in constant:
            yield from _constant(member)
        yield b")"
    else:
        yield typed(constant).encode("utf-8", "surrogatepass")


def typed(value: Any) -> str:
    """A constant with its type: 1, 1.0 and true are not the same."""
    return f"{type(value).__qualname__} {value!r}"


def inside(code: CodeType) -> Iterator[CodeType]:
    """The code and all code in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from inside(constant)


def globals_read(code: CodeType) -> set[str]:
    """Names of the module that the code refers to."""
    return {
        str(step.argval)
        for each in inside(code)
        for step in dis.get_instructions(each)
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }


def imported(code: CodeType) -> set[str]:
    """Modules that the code imports where it runs."""
    return {str(step.argval) for each in inside(code) for step in dis.get_instructions(each) if step.opname == "IMPORT_NAME"}


def attributes(code: CodeType) -> set[str]:
    """All names in the code, those asked of modules among them."""
    return {name for each in inside(code) for name in each.co_names}


def written(code: CodeType) -> set[str]:
    """Names (of the module, of a closure, of attributes) whose content the code changes itself: counters, caches, records of
    what was asked. What a function writes is no question but an answer."""
    found: set[str] = set()
    for each in inside(code):
        loaded: dict[Any, set[str]] = {}
        for step in dis.get_instructions(each):
            start = (step.positions.lineno, step.positions.col_offset) if step.positions else None
            name = str(step.argval)
            method = step.opname in ("LOAD_METHOD", "LOAD_ATTR") and name in CHANGING_METHODS
            if step.opname in ("STORE_GLOBAL", "STORE_DEREF", "DELETE_GLOBAL"):
                found.add(name)
            elif step.opname in CHANGES or method:
                found |= loaded.get(start, set())
                found |= {name} if step.opname in ("STORE_ATTR", "DELETE_ATTR") else set()
            elif step.opname in LOADS and start is not None:
                loaded.setdefault(start, set()).add(name)
    return found
