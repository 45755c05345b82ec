"""One firm: its rules, its people, the two drivers that play it, and what its weeks tell.

Names are fetched when first asked for, so that `import sim.scenario` needs neither compiler nor tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.comparison import Comparison, compare
    from sim.model import LeadershipModel
    from sim.results import Batch, Run, simulate, simulate_batch
    from sim.scenario import Scenario, catalogue

_HOME = {
    "Scenario": "sim.scenario",
    "catalogue": "sim.scenario",
    "simulate": "sim.results",
    "simulate_batch": "sim.results",
    "compare": "sim.comparison",
    "LeadershipModel": "sim.model",
    "Run": "sim.results",
    "Batch": "sim.results",
    "Comparison": "sim.comparison",
}

__all__ = [
    "Batch",
    "Comparison",
    "LeadershipModel",
    "Run",
    "Scenario",
    "catalogue",
    "compare",
    "simulate",
    "simulate_batch",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
