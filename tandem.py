"""The public face: `import tandem`. Names are fetched when first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.advice import advice
    from experiments.decisions import decide, switching_map
    from experiments.discovery import discover
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

_EXPERIMENTS = {"Population": "experiments.population", "advice": "experiments.advice", "analyse": "experiments.sensitivity",
                "decide": "experiments.decisions", "discover": "experiments.discovery",
                "switching_map": "experiments.decisions"}  # fmt: skip

__all__ = [
    "Batch",
    "Comparison",
    "LeadershipModel",
    "Population",
    "Run",
    "Scenario",
    "advice",
    "analyse",
    "catalogue",
    "compare",
    "decide",
    "discover",
    "simulate",
    "simulate_batch",
    "switching_map",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_EXPERIMENTS.get(name, "sim")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
