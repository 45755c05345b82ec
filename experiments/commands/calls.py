"""Tables that Python made, made again by the record in their `.attrs` (`tandem.sim.origin`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tandem.experiments.commands.calls_played import Changed, played_again
from tandem.sim.mistake import Mistake

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Changed", "said", "table_again"]

SKIPPED = (
    *("format", "call", "names", "firms", "scenarios", "parameters", "versions", "model_sha256", "table", "arms", "outcomes"),
    *("factors", "own_outcomes", "inputs", "labels", "asked", "declared_factors", "targets", "population_sha256", "own"),
    *("own_sha256", "sweep", "sets_vary", "columns"),
)


def said(record: dict[str, Any]) -> str:
    """The call in a line, as a reader of Python takes it, with the factors and the outcomes of the user's own."""
    firms = ", ".join(name for arm in record["names"] for name in arm)
    named = [f"{key}={value!r}" for key, value in record.items() if key not in SKIPPED and value is not None]
    asked = ", ".join(repr(value) for value in record.get("asked", {}).values())
    table = "" if record["table"] == record["call"] else f".{record['table']}{f'({asked})' if asked else ''}"
    own = ", ".join(str(told["name"]) for told in record.get("own_outcomes", []))
    factors = ", ".join(record["factors"]["tables"]["factors"]) if "factors" in record else ""
    of_function = record.get("inputs", ()) if record["call"] != "simulate_frame" else ()
    moved = ", ".join(record.get("declared_factors", {}).get("factors", of_function))
    beside = [f"factors {each}" for each in (factors, moved) if each] + [f"own outcomes {own}"] * bool(own)
    given = [firms] * bool(firms)
    return f"{record['call']}({', '.join([*given, *named])}){table}" + (f" with {'; '.join(beside)}" if beside else "")


def table_again(record: dict[str, Any], kept: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """The table of the record, played again; `kept` reads the table as it was saved, whose inputs a call may need. Mistake where
    the record does not hold the firms, names a function or a table of the user's own, or a call that we do not know."""
    from tandem.sim.scenario import Scenario

    if "own" in record:
        raise Mistake(of_ones_own(record))
    if record["firms"] and not record["scenarios"]:
        count = sum(map(len, record["firms"]))
        raise Mistake(f"the table was made of {count:,} firms, of which it keeps the digests alone; make it again by its script")
    arms = [
        [Scenario.parse(text, name) for text, name in zip(texts, names, strict=True)]
        for texts, names in zip(record["scenarios"], record["names"], strict=True)
    ]
    if [[firm.digest for firm in arm] for arm in arms] != record["firms"]:
        raise Mistake("the firms of the table have other values than then: a role model or context that they name has changed")
    with known_as_then(record.get("own_outcomes", [])):
        made = played_again(record, arms, sets_again(record, arms) if record["parameters"] else None, kept)
        return _table_of(made, record)


def of_ones_own(record: dict[str, Any]) -> str:
    """Why a table of a function, agents or points of the user's own cannot be played again, and what would do."""
    code = f" (digest {record['own_sha256'][:12]})" if record["own_sha256"] else ""
    if record["own"] is None:
        what = f"a table of points of your own{code}, of which the record keeps the digest alone"
    elif record["call"] == "LeadershipModel":
        what = f"agents of your own ({record['own']}), which no record can hold"
    else:
        what = f"a function of your own, {record['own']}{code}, which no record can hold"
    return f"the table was made of {what}; make it again by your script, as {said(record)}"


def _table_of(made: Any, record: dict[str, Any]) -> pd.DataFrame:
    """The table that the record names, in what the call gave: an attribute or method, one of several ("halves[1]"), or one of
    something within ("moves.table")."""
    if type(made).__name__ == "DataFrame":  # the call gives a table itself
        table: pd.DataFrame = made
        return table
    for name in str(record["table"]).split("."):
        name, _, place = name.partition("[")
        made = getattr(made, name)
        made = made(**record.get("asked", {})) if callable(made) else made[int(place.rstrip("]"))] if place else made
    return made


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
