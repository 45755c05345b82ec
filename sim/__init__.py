"""One firm: its rules, its people, the two drivers that play it, and what its weeks tell.

Names are fetched when first asked for, so that `import tandem.sim.scenario` needs neither compiler nor tables.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if __name__ == "sim":  # its short name, in a checkout
    import_module("tandem.short_names").stand_in(__name__)

if TYPE_CHECKING:
    from tandem.sim.comparison import Comparison, compare
    from tandem.sim.model import LeadershipModel
    from tandem.sim.results import Batch, Run, simulate, simulate_batch
    from tandem.sim.scenario import Scenario, catalogue

_HOME = {
    "Scenario": "tandem.sim.scenario",
    "catalogue": "tandem.sim.scenario",
    "simulate": "tandem.sim.results",
    "simulate_batch": "tandem.sim.results",
    "compare": "tandem.sim.comparison",
    "LeadershipModel": "tandem.sim.model",
    "Run": "tandem.sim.results",
    "Batch": "tandem.sim.results",
    "Comparison": "tandem.sim.comparison",
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
