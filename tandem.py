"""The public face: `import tandem`. Names are fetched when first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.advice import advise
    from experiments.decisions import decide, switching_map
    from experiments.discovery import discover
    from experiments.figures_exploring import fan, heat_map, small_multiples
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
    from sim.widget import explore

_ELSEWHERE = {
    "Population": "experiments.population",
    "advise": "experiments.advice",
    "analyse": "experiments.sensitivity",
    "decide": "experiments.decisions",
    "discover": "experiments.discovery",
    "explore": "sim.widget",
    "fan": "experiments.figures_exploring",
    "heat_map": "experiments.figures_exploring",
    "small_multiples": "experiments.figures_exploring",
    "switching_map": "experiments.decisions",
}

__all__ = [
    "Batch",
    "Comparison",
    "LeadershipModel",
    "Population",
    "Run",
    "Scenario",
    "advise",
    "analyse",
    "catalogue",
    "compare",
    "decide",
    "discover",
    "explore",
    "fan",
    "heat_map",
    "simulate",
    "simulate_batch",
    "small_multiples",
    "switching_map",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_ELSEWHERE.get(name, "sim")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
