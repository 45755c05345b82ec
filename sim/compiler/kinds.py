"""What a value is in compiled code: a number, a record, an array of them, or several of these; and of how many words it is made.

A kind is one of the letters below, a `Layout` (a record where it lies), an `Array`, a tuple of kinds, or None (no value).
"""

from __future__ import annotations

import ctypes
import math
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

TRUTH, WHOLE, WORD, NUMBER = "b", "i", "u", "f"
"""Truth value; 64 bits with a sign; 64 bits without; a double."""
SPELLED = {TRUTH: "i1", WHOLE: "i64", WORD: "i64", NUMBER: "double"}
FOREIGN: dict[Any, Any] = {TRUTH: ctypes.c_bool, WHOLE: ctypes.c_int64, WORD: ctypes.c_uint64, NUMBER: ctypes.c_double}
LARGEST = 2**63 - 1


class Untranslatable(Exception):
    """A line of Python that compiled code has no word for; says which."""


@dataclass(frozen=True, eq=False)
class Layout:
    """A record: its bytes, and for each field its kind and the byte at which it starts. There is one of each name."""

    name: str
    size: int
    fields: dict[str, tuple[Any, int]] = field(repr=False)


@dataclass(frozen=True)
class Array:
    """Items side by side, the last index running fastest. `shape` is known for arrays inside a record, else carried along."""

    item: Any
    dimensions: int
    shape: tuple[int, ...] | None = None

    def carried(self) -> Array:
        """The same without a known shape: one copy of a function serves all."""
        return Array(self.item, self.dimensions)

    @property
    def size(self) -> int:
        """Bytes of one item."""
        return self.item.size if isinstance(self.item, Layout) else 8


class Value(NamedTuple):
    """A kind, and the words of the compiled code that hold it."""

    kind: Any
    words: tuple[str, ...] = ()


_known: dict[int, tuple[np.dtype, Any]] = {}
_layouts: dict[str, Layout] = {}
MOST_KNOWN = 512  # arrays out of pickles bring types of their own, each equal to the last


def kind_of_items(dtype: np.dtype) -> Any:
    """The kind of one item of an array of this type. Raises Untranslatable for items that are no 64-bit numbers or records."""
    known = _known.get(id(dtype))
    if known is None:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        known = _known[id(dtype)] = (dtype, _layout(dtype) if dtype.names else _scalar(dtype))
    return known[1]


def _scalar(dtype: np.dtype) -> str:
    if dtype.kind not in (WHOLE, WORD, NUMBER) or dtype.itemsize != 8 or not dtype.isnative:
        raise Untranslatable(f"numbers of type {dtype}: compiled code knows float64, int64 and uint64")
    return dtype.kind


def _layout(dtype: np.dtype) -> Layout:
    fields: dict[str, tuple[Any, int]] = {}
    for name in dtype.names or ():
        inner, start = dtype.fields[name][:2]  # type: ignore[index]
        items = kind_of_items(inner.base)
        fields[name] = (Array(items, len(inner.shape), inner.shape) if inner.shape else items, start)
    told = repr([(name, spelled(kind), start) for name, (kind, start) in fields.items()])
    name = f"r{dtype.itemsize}.{zlib.crc32(told.encode()):08x}"
    return _layouts.setdefault(name, Layout(name, dtype.itemsize, fields))


def spelled(kind: Any) -> str:
    """A kind as text, the same in every process."""
    if isinstance(kind, Layout):
        return kind.name
    if isinstance(kind, Array):
        return f"{spelled(kind.item)}[{','.join(map(str, kind.shape)) if kind.shape else ':' * kind.dimensions}]"
    return f"({','.join(map(spelled, kind))})" if isinstance(kind, tuple) else str(kind)


def words_of(kind: Any) -> list[str]:
    """The types of the words that hold a value of this kind, as LLVM spells them."""
    if kind is None:
        return []
    if isinstance(kind, Layout):
        return ["ptr"]
    if isinstance(kind, Array):
        return ["ptr"] if kind.shape else ["ptr", *["i64"] * kind.dimensions]
    if isinstance(kind, tuple):
        return [word for part in kind for word in words_of(part)]
    return [SPELLED[kind]]


def is_number(kind: Any) -> bool:
    """Whether it is a truth value or a number."""
    return isinstance(kind, str)


def joined(a: Any, b: Any) -> Any:
    """The kind that holds what either holds. Raises Untranslatable where there is none."""
    if a == b or b is None:
        return a
    if a is None:
        return b
    if is_number(a) and is_number(b):
        order = (TRUTH, WHOLE, NUMBER) if WORD not in (a, b) else (TRUTH, WHOLE, WORD)
        if a in order and b in order:
            return order[max(order.index(a), order.index(b))]
    elif isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return tuple(joined(x, y) for x, y in zip(a, b))
    elif isinstance(a, Array) and isinstance(b, Array) and a.carried() == b.carried():
        return a.carried()
    raise Untranslatable(f"one name for {spelled(a)} and {spelled(b)}")


def constant(value: Any) -> Value:
    """A number, truth value or tuple of such that stands in the source. Raises Untranslatable for anything else."""
    if isinstance(value, tuple):
        parts = [constant(part) for part in value]
        return Value(tuple(part.kind for part in parts), tuple(word for part in parts for word in part.words))
    if isinstance(value, bool | np.bool_):
        return Value(TRUTH, ("true" if value else "false",))
    if isinstance(value, int | np.integer):
        word = isinstance(value, np.unsignedinteger) or int(value) > LARGEST
        return Value(WORD if word else WHOLE, (str(int(value)),))
    if isinstance(value, float | np.floating):
        return Value(NUMBER, (double(float(value)),))
    raise Untranslatable(f"a {type(value).__name__} from outside the function")


def double(value: float) -> str:
    """A double to the last bit, as LLVM spells it."""
    if math.isnan(value):
        return "0x7FF8000000000000"
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def kind_of(argument: Any) -> Any:
    """The kind of what Python hands in. Raises Untranslatable for what compiled code does not take."""
    if isinstance(argument, np.ndarray):
        return Array(kind_of_items(argument.dtype), argument.ndim)
    if isinstance(argument, tuple):
        return tuple(kind_of(part) for part in argument)
    return constant(argument).kind
