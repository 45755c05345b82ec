"""Sweeps that lose nothing: many runs in one folder, committed chunk by chunk, resumed, verified, read back.

    from tandem.experiments.store import Plan, of_plan, of_rows, open_sweep, run

    run(of_plan(Plan.load("plan.toml")), "out/sweep")          # again: goes on where it stands
    open_sweep("out/sweep").to_pandas()

    rows = pandas.DataFrame({"levers.communication": [...], "first_replicate": [...]})
    run(of_rows(rows, scenarios=firm), "out/rows"); open_sweep("out/rows").values()   # rows in the caller's order

Names are fetched when first asked for.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "Plan": "plan",
    "Experiment": "experiment",
    "of_plan": "experiment",
    "of_rows": "experiment",
    "run": "driver",
    "Report": "driver",
    "Told": "driver",
    "Sweep": "sweep",
    "open_sweep": "sweep",
    "verify": "verification",
    "FirmModel": "model",
    "FunctionModel": "model",
    "ArrayModel": "model",
    "Model": "model",
    "SerialEngine": "engines",
    "ProcessEngine": "engines",
    "FuturesEngine": "engines",
    "Engine": "engines",
    "DaskEngine": "cluster",
    "SweepError": "errors",
    "Refused": "errors",
    "Stopped": "errors",
    "Interrupted": "errors",
    "Damaged": "errors",
    "NondeterminismError": "errors",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
