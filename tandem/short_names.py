"""In a checkout, `sim`, `experiments` and `scenarios` are short names of `tandem.sim`, `tandem.experiments`, `tandem.scenarios`.

Short and long name must be one module: two copies of a class are not equal, and the model would be compiled twice.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

ROOMS = ("sim", "experiments", "scenarios")


class _LongName(Loader):
    """Loads a module by its long name and lets it stand in for the short one."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        sys.modules[module.__name__] = import_module(f"tandem.{module.__name__}")


class _ShortNames(MetaPathFinder):
    """Finds what lies inside a room that goes by its short name; leaves a user's own `sim` alone."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        room, _, inside = name.partition(".")
        if not inside or room not in ROOMS or sys.modules.get(room) is not sys.modules.get(f"tandem.{room}"):
            return None
        return ModuleSpec(name, _LongName())


def stand_in(room: str) -> None:
    """From now on `room`, and every module in it, is the one of the same name inside `tandem`."""
    if not any(isinstance(finder, _ShortNames) for finder in sys.meta_path):
        sys.meta_path.insert(0, _ShortNames())
    sys.modules[room] = import_module(f"tandem.{room}")
