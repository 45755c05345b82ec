"""What differs between two files of results, told so that it can be found: the row, the column, what was kept, what came out."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from tandem.sim.mistake import shown

SHOWN = 3
"""Differences of one file that are told one by one."""
LOOKS = {".svg", ".png", ".html"}
"""What is drawn from the tables: it depends on more than they do."""


Said = Callable[[str], str]
"""Brings a text of the second file to the names of the first."""


def differences(kept: bytes, again: bytes, suffix: str, said: Said = lambda text: text) -> list[str]:
    """A line for each of the first differences in values between two files of one kind (`suffix`: ".csv", ...), then how many
    more there are; empty where they say the same to the last bit. What a file says of its own making is not compared."""
    found = _TELL.get(suffix, _in_texts)
    try:
        told = list(found(kept, again, said))
    except (ValueError, KeyError, OSError, csv.Error) as error:
        return [] if kept == again else [f"cannot be read ({' '.join(str(error).split())[:100]})"]
    more = [f"and {len(told) - SHOWN:,} more"] if len(told) > SHOWN else []
    return [*told[:SHOWN], *more]


def _in_csv(kept: bytes, again: bytes, said: Said) -> Iterator[str]:
    """Cell by cell, as text: a number is written so that it reads back to the same bits."""
    texts = kept.decode("utf-8"), said(again.decode("utf-8"))
    one, other = ([*csv.reader(io.StringIO(text, newline=""))] for text in texts)
    heads = one[0] if one else []
    if one[:1] != other[:1]:
        yield f"the columns were {_list(heads)} and are {_list(other[0] if other else [])}"
        return
    if len(one) != len(other):
        yield f"{len(one) - 1:,} rows are kept, {len(other) - 1:,} come out"
    for number, (before, now) in enumerate(zip(one[1:], other[1:], strict=False), 1):
        for place, (a, b) in enumerate(zip_longest(before, now, fillvalue="")):
            if a != b:
                yield _cell(f"row {number:,}, {heads[place] if place < len(heads) else 'a further cell'}", a, b)


def _in_parquet(kept: bytes, again: bytes, said: Said) -> Iterator[str]:
    """Column by column, floats by their bits."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        one, other = (parquet.read_table(arrow.BufferReader(text), use_threads=False) for text in (kept, again))
    except arrow.ArrowException as error:
        raise ValueError(str(error)) from None
    if one.schema.names != other.schema.names or one.schema.types != other.schema.types:
        yield f"the columns were {_list(_typed(one.schema))} and are {_list(_typed(other.schema))}"
        return
    if len(one) != len(other):
        yield f"{len(one):,} rows are kept, {len(other):,} come out"
    for name in one.schema.names:
        before, now = (table.column(name).to_pylist() for table in (one, other))
        for number, (a, value) in enumerate(zip(before, now, strict=False), 1):
            b = said(value) if isinstance(value, str) else value
            if repr(a) != repr(b):
                yield _cell(f"row {number:,}, {name}", a, b)


def _in_json(kept: bytes, again: bytes, said: Said) -> Iterator[str]:
    yield from _in_values(json.loads(kept), json.loads(said(again.decode("utf-8"))), "")


def _in_values(kept: Any, again: Any, at: str) -> Iterator[str]:
    if isinstance(kept, dict) and isinstance(again, dict):
        for key in dict.fromkeys([*kept, *again]):
            yield from _in_values(kept.get(key), again.get(key), f"{at}.{key}" if at else str(key))
    elif isinstance(kept, list) and isinstance(again, list) and len(kept) == len(again):
        for number, (a, b) in enumerate(zip(kept, again, strict=True)):
            yield from _in_values(a, b, f"{at}[{number}]")
    elif repr(kept) != repr(again):
        yield _cell(at or "the whole", kept, again)


def _in_texts(kept: bytes, again: bytes, said: Said) -> Iterator[str]:
    """Line by line."""
    if kept == again:
        return
    lines = (kept.decode("utf-8", "replace").splitlines(), said(again.decode("utf-8", "replace")).splitlines())
    told = [_cell(f"line {number:,}", a, b) for number, (a, b) in enumerate(zip_longest(*lines, fillvalue=""), 1) if a != b]
    yield from told


def _in_svg(kept: bytes, again: bytes, said: Said) -> Iterator[str]:
    one, other = (re.sub(rb"<metadata>.*?</metadata>", b"", text, flags=re.DOTALL) for text in (kept, again))
    yield from _in_texts(one, other, said)


def _in_png(kept: bytes, again: bytes, said: Said) -> Iterator[str]:
    if _pixels(kept) != _pixels(again):
        yield "the picture differs"


def _pixels(picture: bytes) -> list[bytes]:
    """The parts of a PNG that are drawn: all but its texts."""
    at, parts = 8, []
    while at + 12 <= len(picture):
        length = int.from_bytes(picture[at : at + 4], "big")
        if picture[at + 4 : at + 8] not in (b"tEXt", b"iTXt", b"zTXt"):
            parts.append(picture[at + 4 : at + 8 + length])
        at += 12 + length
    return [picture[:8], *parts, picture[at:]]


_TELL = {
    ".csv": _in_csv,
    ".parquet": _in_parquet,
    ".json": _in_json,
    ".svg": _in_svg,
    ".png": _in_png,
}


def _cell(where: str, kept: Any, again: Any) -> str:
    return f"{where}: {shown(kept)} is kept, {shown(again)} comes out"


def _typed(schema: Any) -> list[str]:
    return [f"{name} ({kind})" for name, kind in zip(schema.names, schema.types, strict=True)]


def _list(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 12 else f"{', '.join(names[:12])} and {len(names) - 12} more"
