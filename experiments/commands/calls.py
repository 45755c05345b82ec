"""Tables that Python made, made again by the record in their `.attrs` (`tandem.sim.origin`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tandem.sim.mistake import Mistake

if TYPE_CHECKING:
    import pandas as pd

SKIPPED = (
    *("format", "call", "names", "firms", "scenarios", "parameters", "versions", "model_sha256", "table", "arms", "outcomes"),
    *("factors", "own_outcomes", "inputs", "labels"),
)


def said(record: dict[str, Any]) -> str:
    """The call in a line, as a reader of Python takes it, with the factors and the outcomes of the user's own."""
    firms = ", ".join(name for arm in record["names"] for name in arm)
    named = [f"{key}={value!r}" for key, value in record.items() if key not in SKIPPED]
    table = "" if record["table"] == record["call"] else f".{record['table']}"
    own = ", ".join(str(told["name"]) for told in record.get("own_outcomes", []))
    factors = ", ".join(record["factors"]["tables"]["factors"]) if "factors" in record else ""
    beside = [f"factors {factors}"] * bool(factors) + [f"own outcomes {own}"] * bool(own)
    return f"{record['call']}({', '.join([firms, *named])}){table}" + (f" with {'; '.join(beside)}" if beside else "")


def table_again(record: dict[str, Any], kept: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """The table of the record, played again; `kept` reads the table as it was saved, whose inputs a call may need. Mistake where
    the record does not hold the firms, or names no call that we know."""
    from tandem.sim.scenario import Scenario

    if not record["scenarios"]:
        count = sum(map(len, record["firms"]))
        raise Mistake(f"the table was made of {count:,} firms, of which it keeps the digests alone; make it again by its script")
    arms = [
        [Scenario.parse(text, name) for text, name in zip(texts, names, strict=True)]
        for texts, names in zip(record["scenarios"], record["names"], strict=True)
    ]
    if [[firm.digest for firm in arm] for arm in arms] != record["firms"]:
        raise Mistake("the firms of the table have other values than then: a role model or context that they name has changed")
    with known_as_then(record.get("own_outcomes", [])):
        return _played(record, arms, sets_again(record, arms), kept)


def _played(record: dict[str, Any], arms: list[list[Any]], parameters: Any, kept: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    from tandem.sim.comparison import compare_batches
    from tandem.sim.frames import simulate_frame
    from tandem.sim.results import simulate, simulate_batch

    seed, runs = record["seed"], record["replicates"]
    if record["call"] == "simulate":
        made: Any = simulate(arms[0][0], seed, record["replicate"], firm=record["firm"], parameters=parameters)
    elif record["call"] == "simulate_batch":
        made = simulate_batch(arms[0], runs, seed, parameters=parameters, paired=record["paired"])
    elif record["call"] == "simulate_frame":
        firms = dict(zip(record["labels"], arms[0], strict=True))
        return simulate_frame(inputs(record, kept()), firms, runs, seed, record["paired"], record["outcomes"], parameters)
    elif record["call"] == "compare":
        took = record.get("until_decided", [])  # the pairs that each arm was played for
        each = zip(arms, took or [runs] * len(arms), strict=True)
        batches = [simulate_batch(arm, pairs, seed, parameters=parameters) for arm, pairs in each]
        made = compare_batches(dict(zip(record["labels"], batches, strict=True)), record["outcomes"], bool(took))
    elif record["call"] == "advise":
        from tandem.experiments.advice.advice import advise

        asked = {name: record[name] for name in ("step", "wish", "hours")}
        made = advise(arms[0][0], runs, seed=seed, parameters=parameters, **asked)
    else:
        raise Mistake(f"the record names {record['call']!r}, which is no call that can be made again")
    found = getattr(made, record["table"])
    table: pd.DataFrame = found() if callable(found) else found
    return table


def sets_again(record: dict[str, Any], arms: list[list[Any]]) -> Any:
    """The parameter sets of the record, with its factors drawn beside them. Mistake where they were held in memory alone, or
    where what is drawn is not what was drawn then."""
    from tandem.experiments.store.varied import varied
    from tandem.sim.parameter_sets import chosen

    told = record["parameters"]
    if told["parameters"] == "fitted":
        raise Mistake(
            "the table was played under the sets of a fit that were in memory alone; save them with OwnFit.save(FOLDER), and "
            "play with parameters=FOLDER"
        )
    sets, recipe = chosen(told["parameters"]), record.get("factors")
    if recipe is None:
        if "factors" in told:
            raise Mistake("the table was played with factors that its record does not hold; make it again by its script")
        return sets
    firms = {f"{place}.{number}": firm for place, arm in enumerate(arms) for number, firm in enumerate(arm)}
    made = varied(sets, recipe["tables"], firms, recipe["seed"], recipe["draws"])
    if made.identity.get("factors") != told.get("factors"):
        raise Mistake("the factors in the record of the table are not those that it was played with; the record was changed")
    return made


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


@contextmanager
def known_as_then(identities: list[Mapping[str, Any]]) -> Iterator[None]:
    """Within the block a user's own outcomes are those of a record, as they were declared then, and no others. Mistake for one
    that was a function and is not declared here."""
    from tandem.sim.outcomes import OWN
    from tandem.sim.own_outcomes import declared

    before = dict(OWN)
    then = {}
    for told in identities:
        name, here = told["name"], before.get(told["name"])
        if "function" in told:
            if here is None or here.identity != told:  # type: ignore[attr-defined]
                raise Mistake(
                    f"the table holds {name}, which was a function of the user's own ({told['function']}) and is not declared "
                    "here; declare it again with tandem.outcome, or as a formula, which tables keep"
                )
            then[name] = here
        else:
            words = [told[key] for key in ("unit", "better", "title", "title_fr", "meaning")]
            then[name] = declared(name, told["formula"], *words)
    OWN.clear()
    OWN.update(then)
    try:
        yield
    finally:
        OWN.clear()
        OWN.update(before)
