"""The decorators: what a reader is told of a function, and how it is called."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from tandem.sim.compiler.kinds import LARGEST, Untranslatable, kind_of, kind_of_items
from tandem.sim.compiler.settings import COMPILED

F = TypeVar("F", bound=Callable[..., Any])


_OPENING = threading.RLock()


class Compiled:
    """A function that is machine code for whoever calls it; `py_func` is the same as Python reads it."""

    __name__: str
    __qualname__: str

    def __init__(self, function: Callable[..., Any], traits: str, public: bool):
        functools.update_wrapper(self, function)
        self.py_func, self.traits, self.public = function, traits, public
        self._doors: dict[Any, Callable[[tuple[Any, ...]], Any]] = {}

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        if named:
            arguments = inspect.signature(self.py_func).bind(*arguments, **named).args
        try:
            key = tuple([_key(argument) for argument in arguments])
            door = self._doors.get(key)
            if door is None:
                from tandem.sim.compiler.units import door as opened

                with _OPENING:  # threads that call it first at once make it once
                    door = self._doors.get(key) or opened(self, tuple(map(kind_of, arguments)))
                    self._doors[key] = door
        except Untranslatable as error:
            raise TypeError(f"{self.__name__}: {error}") from None
        return door(arguments)

    def __reduce__(self) -> str:
        return self.__qualname__

    def __repr__(self) -> str:
        return f"<compiled {self.__module__}.{self.__qualname__}>"


def _key(argument: Any) -> Any:
    """What tells a door from another, quickly: a comparison of two NumPy types of records takes longer than a week."""
    kind = type(argument)
    if kind is int:
        return kind, argument > LARGEST
    return (kind_of_items(argument.dtype), argument.ndim) if isinstance(argument, np.ndarray) else kind


def _marked(traits: str, public: bool) -> Callable[[F], F]:
    def mark(function: F) -> Any:
        return Compiled(function, traits, public) if COMPILED else function

    return mark


rule = _marked("alwaysinline", False)
"""A pure function of numbers, inlined where it is called."""
part = _marked("", False)
"""A piece of a phase, which compiled code calls."""
phase = _marked("", True)
"""A function that reads and writes a world; Python may call it."""
sequence = _marked("", True)
"""A phase that only calls phases."""
kernel = _marked("", True)
"""An entry from Python."""
