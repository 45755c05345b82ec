"""The public face: `import tandem`. Names are fetched when first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.population import Population
    from experiments.sensitivity import analyse
    from sim import (
        Batch,
        Comparison,
        LeadershipModel,
        Run,
        Scenario,
        catalogue,
        compare,
        simulate,
        simulate_batch,
    )

_EXPERIMENTS = {"Population": "experiments.population", "analyse": "experiments.sensitivity"}

__all__ = [
    "Batch",
    "Comparison",
    "LeadershipModel",
    "Population",
    "Run",
    "Scenario",
    "analyse",
    "catalogue",
    "compare",
    "simulate",
    "simulate_batch",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_EXPERIMENTS.get(name, "sim")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
