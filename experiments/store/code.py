"""What a user's function does, as a digest: two functions of one name that may answer differently have different ones.

Taken together are the compiled instructions with their constants, the defaults, what a closure holds, and whatever the function
refers to by name: its own helpers, classes and values, as far as the user wrote them. What is installed (Python, NumPy, this
package) goes by its name; its versions stand in the sweep's receipts. What cannot be told (an open file, a generator of random
numbers, an object of a foreign library) is refused unless the caller says a `version` that stands for it.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib
import inspect
import sys
import sysconfig
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from tandem.experiments.store.errors import Refused
from tandem.experiments.store.instructions import attributes, globals_read, imported, instructions_of, typed, written

MOST_PARTS = 200_000
_PLAIN = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis), range, np.generic, np.dtype, PurePath)


class _Unknown(Exception):
    """Something of which nobody can tell whether it has changed."""


def code_digest(function: Callable[..., Any], version: str = "") -> str:
    """32 hex digits of what `function` does. Raises Refused, naming what cannot be told, where no `version` stands for it."""
    digest, seen = hashlib.sha256(), _Seen(bool(version))
    try:
        for part in _parts(function, seen):
            digest.update(part)
    except _Unknown as unknown:
        raise Refused(
            f"whether {_name(function)} has changed cannot be told ({unknown}): give it a version, as in "
            'FunctionModel(..., version="1"), and another one whenever it changes'
        ) from None
    return digest.hexdigest()[:32]


def known_code(function: Callable[..., Any]) -> str:
    """The same where a digest is a help rather than a promise: what cannot be told goes by its kind, and what is this project's
    own by the digest of the model that the caller keeps."""
    if (getattr(function, "__module__", None) or "").startswith("tandem."):
        return ""
    try:
        return code_digest(function, "unknown")
    except Exception:
        return ""


@dataclasses.dataclass
class _Seen:
    """What has been looked at: circles end, and what is endless is not told."""

    versioned: bool
    places: dict[Any, int] = dataclasses.field(default_factory=dict)
    keep: list[Any] = dataclasses.field(default_factory=list)

    def before(self, value: Any, *more: Any) -> int | None:
        """The number under which `value` was met before; None where it is new."""
        key = (id(value), *more)
        if key in self.places:
            return self.places[key]
        if len(self.places) > MOST_PARTS:
            raise _Unknown("it refers to too many things")
        self.places[key] = len(self.places)
        self.keep.append(value)  # a number of something that is gone could be given again
        return None


def _parts(value: Any, seen: _Seen) -> Iterator[bytes]:
    """Bytes that tell `value`, and all that it is made of."""
    yield f"\0{type(value).__qualname__}:".encode()
    if isinstance(value, _PLAIN):
        yield repr(value).encode("utf-8", "surrogatepass")
        return
    # Whether two equal tuples are one object is the compiler's affair; a circle needs something that can be changed.
    if not isinstance(value, tuple | frozenset) and (known := seen.before(value)) is not None:
        yield f"as {known}".encode()
        return
    for kinds, tell in _TELLERS:
        if isinstance(value, kinds):
            yield from tell(value, seen)
            return
    yield from _of_object(value, seen)


# -- code --------------------------------------------------------------------------------------


def _of_function(function: types.FunctionType, seen: _Seen) -> Iterator[bytes]:
    yield function.__qualname__.encode()
    if _installed(function.__module__):
        yield function.__module__.encode()
        return
    code = function.__code__
    changed = written(code)
    yield from instructions_of(code)
    yield from _parts(function.__defaults__, seen)
    yield from _parts(function.__kwdefaults__, seen)
    for name, cell in zip(code.co_freevars, function.__closure__ or ()):
        if name not in changed:
            yield f"closure {name}".encode()
            yield from _of_cell(cell, seen)
    for name in sorted(globals_read(code) - changed):
        if name in function.__globals__:
            yield f"global {name}".encode()
            yield from _of_global(function.__globals__[name], attributes(code), seen)
    for name in sorted(imported(code)):
        yield f"import {name}".encode()
        if (module := _module(name, function.__globals__)) is not None:
            yield from _of_global(module, attributes(code), seen)


def _of_cell(cell: types.CellType, seen: _Seen) -> Iterator[bytes]:
    try:
        inside = cell.cell_contents
    except ValueError:  # not filled yet
        yield b"empty"
    else:
        yield from _parts(inside, seen)


def _of_global(value: Any, names: set[str], seen: _Seen) -> Iterator[bytes]:
    """What a name of the module stands for; of a module of the user's, the parts that the function may ask for."""
    if not isinstance(value, types.ModuleType) or _installed(value.__name__):
        yield from _parts(value, seen)
        return
    yield value.__name__.encode()
    if seen.before(value, frozenset(names)) is None:
        for name in sorted(names & vars(value).keys()):
            yield f"of module {name}".encode()
            yield from _of_global(vars(value)[name], names, seen)


def _module(name: str, around: Mapping[str, Any]) -> types.ModuleType | None:
    """A module that a function imports where it runs; None where that fails, as it will in the run."""
    try:
        return sys.modules.get(name) or importlib.import_module(name, around.get("__package__"))
    except Exception:
        return None


def _of_class(kind: type, seen: _Seen) -> Iterator[bytes]:
    yield f"{kind.__module__}.{kind.__qualname__}".encode()
    if _installed(kind.__module__):
        return
    changed = _written_by(kind)
    for base in kind.__bases__:
        yield from _parts(base, seen)
    for name, member in sorted(vars(kind).items()):
        if name not in changed and not (name.startswith("__") and name.endswith("__") and not callable(member)):
            yield f"member {name}".encode()
            yield from _parts(member, seen)


def _written_by(kind: type) -> set[str]:
    """Attributes that the methods of a class change when it is asked, not when it is made."""
    made = ("__init__", "__new__", "__post_init__", "__setstate__")
    methods = [
        member for base in kind.__mro__ for name, member in vars(base).items() if name not in made and inspect.isfunction(member)
    ]
    return {name for method in methods if not _installed(method.__module__) for name in written(method.__code__)}


def _of_method(method: types.MethodType, seen: _Seen) -> Iterator[bytes]:
    yield from _parts(method.__func__, seen)
    yield from _parts(method.__self__, seen)


def _of_partial(partial: functools.partial[Any], seen: _Seen) -> Iterator[bytes]:
    yield from _parts(partial.func, seen)
    yield from _parts(partial.args, seen)
    yield from _parts(partial.keywords, seen)


def _of_wrapper(wrapper: Any, seen: _Seen) -> Iterator[bytes]:
    for name in ("__func__", "fget", "fset", "fdel", "func"):
        if (inside := getattr(wrapper, name, None)) is not None:
            yield from _parts(inside, seen)


def _by_name(value: Any, seen: _Seen) -> Iterator[bytes]:
    yield f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', getattr(value, '__name__', ''))}".encode()
    owner = getattr(value, "__self__", None)
    if owner is not None and not isinstance(owner, types.ModuleType | type):
        yield from _parts(owner, seen)


# -- values ------------------------------------------------------------------------------------


def _of_sequence(values: Any, seen: _Seen) -> Iterator[bytes]:
    yield str(len(values)).encode()
    for value in values:
        yield from _parts(value, seen)


def _of_set(values: Any, seen: _Seen) -> Iterator[bytes]:
    yield from _of_sequence(sorted(values, key=typed), seen)


def _of_mapping(values: Mapping[Any, Any], seen: _Seen) -> Iterator[bytes]:
    yield str(len(values)).encode()
    for key, value in values.items():
        yield from _parts(key, seen)
        yield from _parts(value, seen)


def _of_array(values: np.ndarray, seen: _Seen) -> Iterator[bytes]:
    yield repr((values.dtype, values.shape)).encode()
    if values.dtype.hasobject:
        yield from _of_sequence(values.ravel().tolist(), seen)
    else:
        yield np.ascontiguousarray(values).tobytes()


def _of_table(table: Any, seen: _Seen) -> Iterator[bytes]:
    """A Series or DataFrame of pandas, or one of its indexes."""
    if hasattr(table, "columns"):
        yield from _of_array(np.asarray(table.columns), seen)
        for place in range(table.shape[1]):
            yield from _of_array(np.asarray(table.iloc[:, place]), seen)
    else:
        yield from _of_array(np.asarray(table), seen)
    if hasattr(table, "index"):
        yield from _of_array(np.asarray(table.index), seen)


def _of_object(value: Any, seen: _Seen) -> Iterator[bytes]:
    kind, digest = type(value), getattr(value, "digest", None)
    for name in ("py_func", "__wrapped__"):  # compiled; a cache around a function
        if isinstance(inner := getattr(value, name, None), types.FunctionType):
            yield from _parts(inner, seen)
            return
    if kind.__module__.partition(".")[0] == "pandas" and hasattr(value, "to_numpy"):
        yield from _of_table(value, seen)
    elif kind.__module__.partition(".")[0] == "tandem" and isinstance(digest, str):
        yield digest.encode()
    elif inspect.isroutine(value) or isinstance(value, np.ufunc):
        yield from _by_name(value, seen)
    elif dataclasses.is_dataclass(kind) or not _installed(kind.__module__):
        yield from _of_class(kind, seen)
        yield from _of_mapping(dict(sorted(_state(value).items())), seen)
    else:
        yield from _as_pickled(value, seen)


def _state(value: Any) -> dict[str, Any]:
    """What an object of the user's holds, less what its methods note for themselves."""
    kind = type(value)
    slots = [name for base in kind.__mro__ for name in _listed(vars(base).get("__slots__", ()))]
    state = {**getattr(value, "__dict__", {}), **{name: getattr(value, name) for name in slots if hasattr(value, name)}}
    changed = _written_by(kind)
    lazy = {name for base in kind.__mro__ for name, member in vars(base).items() if isinstance(member, functools.cached_property)}
    return {str(name): inner for name, inner in state.items() if name not in changed | lazy}


def _as_pickled(value: Any, seen: _Seen) -> Iterator[bytes]:
    """An object of a library, by the parts from which it would be made again."""
    kind = type(value)
    yield f"{kind.__module__}.{kind.__qualname__}".encode()
    drawing = kind.__module__.partition(".")[0] == "random" or kind.__module__.startswith("numpy.random")
    try:
        if drawing or hasattr(value, "read") or hasattr(value, "__next__"):
            raise _Unknown(f"it holds a {kind.__module__}.{kind.__qualname__}")
        parts = value.__reduce_ex__(4)
        if isinstance(parts, str):
            yield parts.encode()
            return
        made, arguments, *rest = parts
        yield from _parts(made, seen)
        yield from _parts(arguments, seen)
        yield from _parts(rest[0] if rest else None, seen)
        for members in rest[1:3]:
            yield from _parts(None if members is None else list(members), seen)
    except _Unknown:
        if not seen.versioned:
            raise
    except Exception:
        if not seen.versioned:
            raise _Unknown(f"it holds a {kind.__module__}.{kind.__qualname__}") from None


def _listed(names: Any) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _name(function: Any) -> str:
    return f"the function {getattr(function, '__qualname__', type(function).__name__)}"


@functools.lru_cache(maxsize=1024)
def _installed(module: str | None) -> bool:
    """Whether a module came with Python, with a package or with this project, rather than from the user's own hand."""
    first = (module or "builtins").partition(".")[0]
    if first == "__main__":
        return False
    short = first in ("sim", "experiments") and sys.modules.get(first) is sys.modules.get(f"tandem.{first}")
    if first in sys.stdlib_module_names or first == "tandem" or short:
        return True
    file = getattr(sys.modules.get(first), "__file__", None)
    if file is None:
        return False
    places = {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    path = Path(file).resolve()
    if {"site-packages", "dist-packages"} & set(path.parts):
        return True
    return any(path.is_relative_to(Path(place).resolve()) for place in places)


_TELLERS: tuple[tuple[Any, Callable[[Any, _Seen], Iterator[bytes]]], ...] = (
    (types.FunctionType, _of_function),
    (types.MethodType, _of_method),
    (type, _of_class),
    (functools.partial, _of_partial),
    ((staticmethod, classmethod, property, functools.cached_property), _of_wrapper),
    ((types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType, types.MethodWrapperType), _by_name),
    ((types.GetSetDescriptorType, types.MemberDescriptorType, types.ClassMethodDescriptorType, types.ModuleType), _by_name),
    ((list, tuple), _of_sequence),
    ((set, frozenset), _of_set),
    (Mapping, _of_mapping),
    (np.ndarray, _of_array),
)
