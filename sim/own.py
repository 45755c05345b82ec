"""What is read from a result is the reader's own: changing it changes neither the result nor anything that is made of it.

Tables and lists are handed out as copies, arrays read-only (they may be large), and what a firm on paper is made of can be read
but not written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import numpy as np

from tandem.sim.mistake import Mistake
from tandem.sim.origin import ATTRIBUTE, Record


class Own:
    """Base of results. Every public attribute that could be changed is handed out as `handed` says."""

    def __getattribute__(self, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if name.startswith("_"):
            return value
        kind, found = type(value).__name__, handed(value)
        if kind == "DataFrame":
            return marked(found, name, self._origin)
        if kind == "tuple" and found and type(found[0]).__name__ == "DataFrame":
            return tuple(marked(table, f"{name}[{place}]", self._origin) for place, table in enumerate(found))
        return found

    @property
    def _origin(self) -> Mapping[str, Any]:
        """The call that makes it again (`tandem.sim.origin`), which its tables carry; empty where nothing says it."""
        made: Any = vars(self).get("_made_by", {})
        return dict(made() if callable(made) else made)


Result = TypeVar("Result", bound=Own)


def made_by(result: Result, origin: Mapping[str, Any] | Callable[[], Mapping[str, Any]], place: str = "") -> Result:
    """The result, whose tables now carry the record `origin` (a function where it is dear and hardly ever asked for). `place`:
    where it lies in what the call gave ("moves" in advice). It is no part of what is compared or shown, so it stands beside the
    fields."""
    object.__setattr__(result, "_made_by", origin if callable(origin) else {**origin, **({"place": place} if place else {})})
    return result


def marked(value: Any, name: str, origin: Mapping[str, Any]) -> Any:
    """A table of the reader's own with where it comes from in its `.attrs`."""
    if origin:
        more = dict(origin)
        place = more.pop("place", "")
        value.attrs = {**value.attrs, ATTRIBUTE: Record({**more, "table": f"{place}.{name}" if place else name})}
    return value


def handed(value: Any) -> Any:
    """A table, list or mapping as a copy, an array as a view that cannot be written; anything else as it is."""
    kind = type(value)
    if kind is dict:
        return {key: handed(inner) for key, inner in value.items()}
    if kind is list:
        return [handed(inner) for inner in value]
    if kind is tuple and value and type(value[0]).__name__ in ("DataFrame", "ndarray"):
        return tuple(handed(inner) for inner in value)
    if isinstance(value, np.ndarray):
        view = value.view()
        view.flags.writeable = False
        return view
    if kind.__module__.partition(".")[0] == "pandas" and kind.__name__ in ("DataFrame", "Series"):
        return value.copy()
    return value


class Fixed(dict[Any, Any]):
    """A mapping that can be read, copied and pickled, and not written."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise Mistake("this mapping is part of a scenario and cannot be changed; scenario.with_({path: value}) gives another one")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type[Fixed], tuple[dict[Any, Any]]]:
        return Fixed, (dict(self),)

    def copy(self) -> dict[Any, Any]:
        """One that can be written."""
        return dict(self)
