"""What is made machine code together, when, and how a call from Python gets there."""

from __future__ import annotations

import ctypes
import itertools
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from tandem.sim.compiler import keeping
from tandem.sim.compiler.keeping import Code
from tandem.sim.compiler.kinds import FOREIGN, NUMBER, TRUTH, WHOLE, Array, kind_of_items, words_of
from tandem.sim.compiler.module import Entry, Module, signature

_programs: list[Unit] = []
_loaded = itertools.count()
OURS = __name__.removesuffix("compiler.units")


class Unit:
    """Functions with all they call, made machine code at once. `roots` of a program: code translated later links to them."""

    def __init__(self, name: str, roots: list[tuple[Any, tuple[Any, ...]]], program: bool = False):
        self.name, self.roots, self.program = name, roots, program
        self.kept = all(is_ours(function) for function, _ in roots)
        self.entries: dict[str, Entry] | None = None
        self._addresses: dict[str, int] = {}
        self._held: Any = None

    def opened(self) -> dict[str, Entry]:
        """Its entries by signature, once it is loaded; made where it is not kept. Raises Mistake for what cannot be made."""
        from tandem.sim.compiler import machine

        with machine.LOCK:
            if self.entries is None:
                code = self.found() or self.made(machine.here())
                links = {symbol: self._elsewhere(name) for name, symbol in code.imports.items()}
                wanted = [symbol for entry in code.entries.values() for symbol in (entry.symbol, entry.direct) if symbol]
                self._addresses, self._held = machine.addresses(f"{self.name}.{next(_loaded)}", code.object, links, wanted)
                self.entries = dict(code.entries)
            return self.entries

    def _elsewhere(self, name: str) -> int:
        return next(there.address(there.opened()[name].direct) for there in _programs if name in there.opened())

    def address(self, symbol: str) -> int:
        """Where a symbol of it lies in memory."""
        return self._addresses[symbol]

    def found(self) -> Code | None:
        """What is kept of it on this machine, or came with the wheel, for this processor."""
        from tandem.sim.compiler import machine

        if not self.kept:
            return None
        kept = keeping.place(self.name, machine.here())
        code = keeping.read(kept) if kept else None
        return code or next(
            (there for level in machine.levels() if (there := keeping.read(keeping.shipped(self.name, level)))), None
        )

    def made(self, processor: tuple[str, str]) -> Code:
        """Translate it, and keep it where that is possible."""
        from tandem.sim.compiler import machine

        code = self.translated(processor)
        if self.kept and (path := keeping.place(self.name, processor)) and processor == machine.here():
            keeping.write(path, code)
        return code

    def translated(self, processor: tuple[str, str]) -> Code:
        """Its code for a processor."""
        from tandem.sim.compiler import machine

        linked = {} if self.program or not self.kept else {k: v for there in _programs for k, v in there.opened().items()}
        module = Module(linked)
        module.add(self.roots, linkable=self.program)
        if self.program:
            module.enter_phases()
        return Code(machine.object_code(module.text(), processor), module.entries, module.imports)


def is_ours(function: Any) -> bool:
    """Whether its source counts in the digest that names the folder of kept code."""
    return function.__module__.startswith(OURS)


def program(name: str, *roots: tuple[Any, ...]) -> Unit:
    """Functions that are made machine code at once, with every phase they reach; kernels translated later link to them. A root is
    a function with what it takes: `int`, `float`, [a dtype] for an array of such items, [[a dtype]] for one of two dimensions."""
    unit = Unit(name, [(function, tuple(map(_taken, takes))) for function, *takes in roots], program=True)
    _programs.append(unit)
    return unit


def _taken(what: Any) -> Any:
    dimensions = 0
    while isinstance(what, list):
        what, dimensions = what[0], dimensions + 1
    return Array(kind_of_items(np.dtype(what)), dimensions) if dimensions else {int: WHOLE, float: NUMBER}[what]


def programs() -> tuple[Unit, ...]:
    """All that were declared so far."""
    return tuple(_programs)


def door(function: Any, kinds: tuple[Any, ...]) -> Callable[[tuple[Any, ...]], Any]:
    """What plays a function for arguments of these kinds: of a program, or else of a unit of its own."""
    name = signature(function, kinds)
    for unit in _programs if is_ours(function) else ():
        if name in unit.opened():
            return _caller(unit.opened()[name], unit, kinds)
    own = Unit(f"{function.__name__}-{zlib.crc32(name.encode()):08x}", [(function, kinds)])
    return _caller(own.opened()[name], own, kinds)


def _caller(entry: Entry, unit: Unit, kinds: tuple[Any, ...]) -> Callable[[tuple[Any, ...]], Any]:
    """A call by ctypes, which lets other threads of Python run meanwhile."""
    plain = {"ptr": ctypes.c_void_p, "i64": ctypes.c_int64, "double": ctypes.c_double, "i1": ctypes.c_bool}
    takes = [FOREIGN[kind] if kind in FOREIGN else plain[word] for kind in kinds for word in words_of(kind)]
    call = ctypes.CFUNCTYPE(None, *takes, ctypes.c_void_p)(unit.address(entry.symbol))
    gives = entry.gives if isinstance(entry.gives, tuple) else (entry.gives,) if entry.gives else ()
    room = ctypes.c_uint64 * len(gives)
    reads = [{TRUTH: ctypes.c_bool}.get(kind, FOREIGN[kind]) for kind in gives]
    arrays = [isinstance(kind, Array) for kind in kinds]

    def played(arguments: tuple[Any, ...]) -> Any:
        handed: list[Any] = []
        for argument, array in zip(arguments, arrays):
            if array:
                handed += (_start(argument), *argument.shape)
            else:
                handed.append(argument)
        if not gives:
            call(*handed, None)
            return None
        out = room()
        where = ctypes.addressof(out)
        call(*handed, where)
        values = tuple(read.from_address(where + 8 * k).value for k, read in enumerate(reads))
        return values if isinstance(entry.gives, tuple) else values[0]

    played.unit = unit  # type: ignore[attr-defined]  # its code stays loaded for as long as this may be called
    return played


_recent: tuple[Any, int] = (None, 0)


def _start(array: np.ndarray) -> int:
    """Where an array's items start. The last world is remembered: agents hand over the same world many times a week."""
    global _recent
    last, address = _recent
    if array is last:
        return address
    if not array.flags.c_contiguous:
        raise ValueError("compiled code takes arrays whose items lie side by side: pass numpy.ascontiguousarray(...)")
    address = array.ctypes.data  # __array_interface__ would spell out every field of a record
    if array.size == 1:
        _recent = (array, address)
    return address
