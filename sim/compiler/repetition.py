"""What numba does over and over, done once."""

from typing import Any

import numba
import numpy as np
from numba.core.compiler import Flags
from numba.core.targetconfig import TargetConfig

from tandem.sim.compiler.fits import Need, Patch


def spare_repetition() -> None:
    """Spare numba what it does over and over: spelling out every field of a record each time it names a type made of one,
    asking a class for the value of each option when two sets of options are compared, and trying all that an operator
    may mean wherever it stands between numbers."""
    record: Any = numba.types.Record
    builtin: Any = numba.types.Function
    resolve = builtin.get_call_type

    def known_call(self: Any, context: Any, args: Any, kws: Any) -> Any:
        operator = getattr(self.typing_key, "__module__", "") == "_operator"
        if not operator or kws or not all(isinstance(kind, numba.types.Number | numba.types.Boolean) for kind in args):
            return resolve(self, context, args, kws)
        known = self.__dict__.setdefault("_known", {})
        found = known.get(tuple(args))
        if found is None:
            found = known[tuple(args)] = resolve(self, context, args, kws)
        return found

    spelled = record.__repr__

    def remembered(self: Any) -> str:
        name = self.__dict__.get("_spelled")
        if name is None:
            name = self.__dict__["_spelled"] = spelled(self)
        return name

    def values(self: Any) -> dict[str, Any]:
        usual = defaults.get(type(self))
        if usual is None:
            usual = defaults[type(self)] = {name: option.default for name, option in self.options.items()}
        return usual | self._values

    defaults: dict[type, dict[str, Any]] = {}
    builtin.get_call_type = known_call
    record.__repr__ = remembered
    TargetConfig.values = values  # type: ignore[method-assign]


def _told_alike() -> bool:
    """Whether records are spelled by their fields, and options read one by one, as what replaces it takes for granted."""
    record: Any = numba.from_dtype(np.dtype([("share", "f8")]))
    flags: Any = Flags()
    flags.nrt = True
    usual = {name: option.default for name, option in flags.options.items()} | flags._values
    return "share" in repr(record) and flags.values() == usual


PATCHES = (
    Patch(
        "repetition",
        "0.68",
        (
            Need("numba:types.Record.__repr__", ()),
            Need("numba:types.Function.get_call_type", ("context", "args", "kws")),
            Need("numba.core.targetconfig:TargetConfig.values", ()),
        ),
        _told_alike,
    ),
)
