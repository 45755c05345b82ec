"""Calls of the public face made again from the record of a table: one small function a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tandem.sim.mistake import Mistake

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]
Arms = list[list[Any]]
Again = Callable[[Record, Arms, Any], Any]


def played_again(record: Record, arms: Arms, parameters: Any, kept: Callable[[], pd.DataFrame]) -> Any:
    """What the call of a record gave, made again; `kept` reads the table as it was saved. Mistake for a call not known here."""
    if record["call"] == "simulate_frame":
        return _simulate_frame(record, arms, parameters, kept())
    if record["call"] == "Sensitivity.load":
        raise Mistake(f"the table was read from the folder {record['folder']}; play that again: tandem rerun {record['folder']}")
    if record["call"] not in CALLS:
        raise Mistake(f"the record names {record['call']!r}, which is no call that can be made again")
    return CALLS[record["call"]](record, arms, parameters)


def _of(record: Record, *names: str) -> dict[str, Any]:
    return {name: record[name] for name in names}


# -- one firm, firms side by side --------------------------------------------------------------


def _simulate(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.sim.results import simulate

    return simulate(arms[0][0], record["seed"], record["replicate"], firm=record["firm"], parameters=parameters)


def _simulate_batch(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.sim.results import simulate_batch

    return simulate_batch(arms[0], record["replicates"], record["seed"], parameters=parameters, paired=record["paired"])


def _simulate_frame(record: Record, arms: Arms, parameters: Any, table: pd.DataFrame) -> Any:
    from tandem.sim.frames import simulate_frame

    firms = dict(zip(record["labels"], arms[0], strict=True))
    asked = _of(record, "seed", "paired", "outcomes")
    return simulate_frame(inputs(record, table), firms, record["replicates"], parameters=parameters, **asked)


def _simulate_panel(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.sim.panel import simulate_panel

    return simulate_panel(arms[0], record["replicates"], parameters=parameters, **_of(record, "seed", "every", "columns"))


def _compare(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.sim.comparison import compare_batches
    from tandem.sim.results import simulate_batch

    took = record.get("until_decided", [])  # the pairs that each arm was played for
    each = zip(arms, took or [record["replicates"]] * len(arms), strict=True)
    batches = [simulate_batch(arm, pairs, record["seed"], parameters=parameters) for arm, pairs in each]
    return compare_batches(dict(zip(record["labels"], batches, strict=True)), record["outcomes"], bool(took))


def _model(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.sim.model import LeadershipModel

    model = LeadershipModel(arms[0][0], parameters=parameters, **_of(record, "seed", "replicate", "number"))
    for _ in range(record["weeks"]):
        model.step()
    return model


# -- what is asked of a firm -------------------------------------------------------------------


def _advise(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.advice.advice import advise

    asked = _of(record, "seed", "step", "wish", "hours")
    return advise(arms[0][0], record["replicates"], parameters=parameters, **asked)


def _optimise(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.optimisation import optimise

    asked = _of(record, "hours", "money", "hour_price", "role_models", "levels", "trials", "seed")
    wanted = record["wishes"], record["levers"]
    return optimise(arms[0][0], *wanted, runs=record["replicates"], parameters=parameters, **asked)


def _fit(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.calibration.own_fit import fit

    asked = {**_of(record, "sets", "first", "later", "waves", "seed"), "firms": record["firms_a_set"]}
    return fit(record["targets"], record["declared_factors"], arms[0][0], parameters=parameters, **asked)


# -- functions of firms ------------------------------------------------------------------------


def _firms(record: Record, arms: Arms) -> dict[str, Any]:
    return dict(zip(record["labels"], arms[0], strict=True))


def _function(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.effects.factor_firms import FactorFirms

    given = _firms(record, arms), record["declared_factors"], record["outcomes"]
    return FactorFirms(*given, parameters, record["sets_vary"])


def _sensitivity(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.effects.own_sensitivity import sensitivity

    given = _firms(record, arms), record["declared_factors"], record["outcomes"]
    asked = _of(record, "n", "seed", "interactions", "replicates")
    return sensitivity(*given, parameters=parameters, **asked)


def _discover_among(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.effects.own_sensitivity import discover_among

    limits = {name: record.get(name) for name in ("above", "below")}
    asked: dict[str, Any] = {**limits, **_of(record, "outcome", "points", "seed")}
    return discover_among(_firms(record, arms), record["declared_factors"], parameters=parameters, **asked)


def _analyse(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.sensitivity import analyse

    asked = _of(record, "n", "seed", "outputs", "replicates", "design", "sampling", "tails", "allow_failed", "held")
    told_by = None if record["told_by"] is None else tuple(record["told_by"])
    order = record.get("until_decided", False)
    return analyse(_function(record, arms, parameters), record["inputs"], told_by=told_by, until_decided=order, **asked)


def _decide(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.decisions import decide

    asked = _of(record, "options", "n", "seed", "replicates")
    return decide(_function(record, arms, parameters), factors=record["inputs"], **asked)


def _switching_map(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.decisions import switching_map

    asked = {**_of(record, "options", "n", "seed", "cells", "replicates"), "axes": tuple(record["axes"])}
    return switching_map(_function(record, arms, parameters), factors=record["inputs"], **asked)


# -- populations and sweeps --------------------------------------------------------------------


def _population(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.firms.population import Population

    name = record.get("population", "population")
    try:
        found = Population.load(name, parameters=parameters).with_(record.get("changes", {}))
    except Mistake:
        raise Mistake(f"the table was made of the population {name}, which is not there; make it again by its script") from None
    if found.describe().attrs["provenance"]["population_sha256"] != record["population_sha256"]:
        raise Mistake(f"the population {name} has other values than then, or was a file of your own; make it again by its script")
    return found


def _firms_of_population(record: Record, arms: Arms, parameters: Any) -> Any:
    return _population(record, arms, parameters).firms(record["n"], record["seed"], record["pairs_only"])


def _worth_of_second(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.effects.second import worth_of_second

    _population(record, arms, parameters)
    return worth_of_second(record["n"], record["seed"], parameters)


def _of_finished(record: Record, arms: Arms, parameters: Any) -> Any:
    from tandem.experiments.sensitivity.swept import of_finished
    from tandem.experiments.store import open_sweep
    from tandem.experiments.store.errors import SweepError

    folder = record["folder"]
    try:
        sweep = open_sweep(folder)
    except SweepError as fault:
        raise Mistake(f"the table was made of the sweep {folder}, which cannot be read any more: {fault}") from None
    if sweep.digest != record["sweep"]:
        raise Changed(
            f"the sweep {folder} holds other runs than then (digest {record['sweep'][:12]} then, {sweep.digest[:12]} now)"
        )
    return of_finished(sweep, record["outcomes"], record["seed"])


CALLS: dict[str, Again] = {
    "simulate": _simulate,
    "simulate_batch": _simulate_batch,
    "simulate_panel": _simulate_panel,
    "compare": _compare,
    "LeadershipModel": _model,
    "advise": _advise,
    "optimise": _optimise,
    "fit": _fit,
    "sensitivity": _sensitivity,
    "discover_among": _discover_among,
    "analyse": _analyse,
    "decide": _decide,
    "switching_map": _switching_map,
    "Population.load": _population,
    "Population.firms": _firms_of_population,
    "worth_of_second": _worth_of_second,
    "of_finished": _of_finished,
}


def inputs(record: dict[str, Any], table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table of `simulate_frame`, as they were given. Mistake where they are others than then."""
    from tandem.sim.frames import REPLICATE, ROW, digest_of, inputs_of

    if not {ROW, REPLICATE, *record["outcomes"]} <= set(table):
        raise Mistake("the table does not hold the columns that its record names; save it as simulate_frame gave it")
    rows = inputs_of(table, record["outcomes"])
    if digest_of(rows) != record["inputs"]:
        raise Changed("its inputs are not those that were played")
    return rows


class Changed(Mistake):
    """What a table holds is not what was played: it does not come out as it is kept."""
