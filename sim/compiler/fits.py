"""Whether what we lean on inside numba is still there: each patch says which version it was written for, and what it needs."""

import importlib
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Need:
    """Something inside numba: where it is, the arguments it takes, and the names its code must use, as far as they matter."""

    place: str
    """Module and name, `numba.core.dispatcher:Dispatcher.compile`."""
    arguments: tuple[str, ...] | None = None
    uses: tuple[str, ...] = ()

    def missing(self) -> str:
        """What is not as needed, in a few words; empty if all is."""
        module, _, path = self.place.partition(":")
        try:
            found: Any = importlib.import_module(module)
            for name in path.split("."):
                found = getattr(found, name)
        except (ImportError, AttributeError):
            return f"no {path} in {module}"
        if self.arguments is not None:
            taken = tuple(name for name in inspect.signature(found).parameters if name not in ("self", "cls"))
            if taken != self.arguments:
                return f"{path} takes ({', '.join(taken)}) instead of ({', '.join(self.arguments)})"
        absent = set(self.uses) - set(getattr(getattr(found, "__code__", None), "co_names", ()))
        return f"{path} no longer uses {', '.join(sorted(absent))}" if absent else ""


@dataclass(frozen=True)
class Patch:
    """One change of numba's insides, with the version for which it was written."""

    name: str
    numba: str
    """Minor version, as "0.68": what pyproject.toml allows ends with it (tested)."""
    needs: tuple[Need, ...]
    tried: Callable[[], bool] = field(default=lambda: True)
    """A trial that takes no time: whether what is changed does what it did."""

    def misfit(self) -> str:
        """Why it does not fit this numba; empty if it does."""
        for need in self.needs:
            if missing := need.missing():
                return f"{self.name}: {missing}"
        return "" if self.tried() else f"{self.name}: its trial fails"


def first_misfit(patches: Iterable[Patch]) -> str:
    """The first patch that does not fit, and why; empty if all do."""
    return next((misfit for patch in patches if (misfit := patch.misfit())), "")
