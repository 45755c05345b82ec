"""Tables that Python made, made again by the record in their `.attrs` (`tandem.sim.origin`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tandem.sim.mistake import Mistake

if TYPE_CHECKING:
    import pandas as pd


def said(record: dict[str, Any]) -> str:
    """The call in a line, as a reader of Python takes it."""
    firms = ", ".join(name for arm in record["names"] for name in arm)
    skipped = (
        "format",
        "call",
        "names",
        "firms",
        "scenarios",
        "parameters",
        "versions",
        "model_sha256",
        "table",
        "arms",
        "outcomes",
    )
    named = [f"{key}={value!r}" for key, value in record.items() if key not in skipped]
    return f"{record['call']}({', '.join([firms, *named])}).{record['table']}"


def table_again(record: dict[str, Any]) -> pd.DataFrame:
    """The table of the record, played again. Mistake where the record does not hold the firms, or names no call that we know."""
    from tandem.sim.comparison import compare_batches
    from tandem.sim.parameter_sets import chosen
    from tandem.sim.results import simulate, simulate_batch
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
    parameters, seed, runs = chosen(record["parameters"]["parameters"]), record["seed"], record["replicates"]
    if record["call"] == "simulate":
        made: Any = simulate(arms[0][0], seed, record["replicate"], firm=record["firm"], parameters=parameters)
    elif record["call"] == "simulate_batch":
        made = simulate_batch(arms[0], runs, seed, parameters=parameters, paired=record["paired"])
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
