"""The public face: `import tandem`. Names are fetched when first asked for.

In the wheel the rooms `sim`, `experiments` and `scenarios` lie inside this package. In a checkout they lie beside it, at the
top, and are found there all the same.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

_BESIDE = Path(__file__).resolve().parents[1]
if not (Path(__file__).parent / "sim").exists() and (_BESIDE / "sim" / "week.py").is_file():
    __path__ = [*__path__, str(_BESIDE)]

if TYPE_CHECKING:
    from tandem.experiments.advice.advice import advise
    from tandem.experiments.calibration.own_fit import fit
    from tandem.experiments.decisions import decide, switching_map
    from tandem.experiments.discovery import discover
    from tandem.experiments.effects.factor_firms import FactorFirms
    from tandem.experiments.effects.own_sensitivity import discover_among, sensitivity
    from tandem.experiments.effects.second import worth_of_second
    from tandem.experiments.firms.population import Population
    from tandem.experiments.optimisation import optimise
    from tandem.experiments.pages.exploring_figures import fan, heat_map, small_multiples
    from tandem.experiments.sensitivity import analyse
    from tandem.sim import (
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
    from tandem.sim.frames import simulate_frame
    from tandem.sim.own_outcomes import forget_outcomes, outcome, outcomes_from
    from tandem.sim.widget import explore

    __version__: str

_ELSEWHERE = {
    "__version__": "tandem.sim.version",
    "Population": "tandem.experiments.firms.population",
    "advise": "tandem.experiments.advice.advice",
    "analyse": "tandem.experiments.sensitivity",
    "decide": "tandem.experiments.decisions",
    "FactorFirms": "tandem.experiments.effects.factor_firms",
    "discover_among": "tandem.experiments.effects.own_sensitivity",
    "discover": "tandem.experiments.discovery",
    "explore": "tandem.sim.widget",
    "fan": "tandem.experiments.pages.exploring_figures",
    "fit": "tandem.experiments.calibration.own_fit",
    "forget_outcomes": "tandem.sim.own_outcomes",
    "heat_map": "tandem.experiments.pages.exploring_figures",
    "optimise": "tandem.experiments.optimisation",
    "outcome": "tandem.sim.own_outcomes",
    "outcomes_from": "tandem.sim.own_outcomes",
    "simulate_frame": "tandem.sim.frames",
    "sensitivity": "tandem.experiments.effects.own_sensitivity",
    "small_multiples": "tandem.experiments.pages.exploring_figures",
    "switching_map": "tandem.experiments.decisions",
    "worth_of_second": "tandem.experiments.effects.second",
}

_EXTRAS = {"anywidget": "notebooks", "traitlets": "notebooks"}
"""Packages that not every install has, and the extra that brings them."""

__all__ = [
    "Batch",
    "Comparison",
    "FactorFirms",
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
    "discover_among",
    "explore",
    "fan",
    "fit",
    "forget_outcomes",
    "heat_map",
    "optimise",
    "outcome",
    "outcomes_from",
    "sensitivity",
    "simulate",
    "simulate_batch",
    "simulate_frame",
    "small_multiples",
    "switching_map",
    "worth_of_second",
]


def __getattr__(name: str) -> Any:
    if name not in {*__all__, "__version__"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(_ELSEWHERE.get(name, "tandem.sim")), name)
    except ModuleNotFoundError as missing:
        if missing.name not in _EXTRAS:
            raise
        hint = f"pip install 'tandem-sim[{_EXTRAS[missing.name]}]'"
        raise ImportError(f"tandem.{name} needs {missing.name}, which is not installed: {hint}") from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
