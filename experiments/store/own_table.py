"""A caller's own table of points, checked: names of columns, missing and mixed values, numbers as other programs write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from tandem.experiments.store.model import RESERVED
from tandem.sim.scenario import ScenarioError
from tandem.sim.scenario.paths import FIELDS, pattern, unknown

OWN_COLUMNS = ("scenario", "firm_id", "first_replicate")
COUNTED = ("firm_id", "first_replicate")
Refuse = Callable[..., ScenarioError]
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}([ .\u00a0\u202f']?\d{3})*,\d+|[+-]?\d+,\d+([eE][+-]?\d+)?")


def named_columns(frame: Any, refuse: Refuse, *, firms: bool) -> dict[str, Any]:
    """The columns by name, each once. A column without a name that only numbers the rows (what other programs call an index)
    is left out; one of another meaning is refused with the cause. `firms`: no column has a name of the caller's choosing."""
    found: dict[str, Any] = {}
    for place, name in enumerate(frame.columns):
        if not isinstance(name, str):
            raise refuse("a name of a column is not text", key="columns", value=name, allowed="texts")
        if name in found:
            raise refuse("this column stands there twice", key=name or "a column without a name")
        if re.fullmatch(r"Unnamed: \d+||point_id" + (r"|index|level_\d+" if firms else ""), name):
            if _numbers_the_rows(frame.iloc[:, place]):
                continue
            raise refuse(
                "this column does not say what it holds", key=name or "a column without a name", allowed="a name of its own"
            )
        if name in RESERVED:
            raise refuse("a name that every sweep has of its own", key=name, allowed="any other name")
        found[str(name)] = frame.iloc[:, place]
    if not found:
        raise refuse("the table has no columns")
    return found


def _numbers_the_rows(column: Any) -> bool:
    values = column.to_numpy()
    return values.dtype.kind in "iu" and any(np.array_equal(values, np.arange(start, start + len(values))) for start in (0, 1))


def plain_column(name: str, column: Any, refuse: Refuse) -> np.ndarray:
    """A column as an array: bool, whole numbers, float64, or texts as objects. Refused: missing values, numbers written as
    text (with a decimal comma), members of several kinds, kinds that are neither number nor text."""
    if column.isna().any() and (column.dtype.kind not in "f" or name in OWN_COLUMNS or pattern(name) in FIELDS):
        raise refuse("a value is missing", key=name)
    kind = column.dtype.kind
    if kind in "iufb":
        return np.asarray(column.to_numpy(dtype=_width(column.dtype)))
    if kind not in "OSUT":
        raise refuse(f"neither numbers nor words ({column.dtype})", key=name, allowed="numbers, words, true or false")
    return _of_objects(name, list(column), refuse)


def _width(dtype: Any) -> Any:
    """The NumPy kind of a column, also of pandas' own kinds."""
    wide = {"i": np.int64, "u": np.uint64, "f": np.float64, "b": np.bool_}
    return dtype if isinstance(dtype, np.dtype) else wide[dtype.kind]


def _of_objects(name: str, values: list[Any], refuse: Refuse) -> np.ndarray:
    kinds = {_kind(value) for value in values}
    if len(kinds) > 1 or "other" in kinds:
        wrong = next((value for value in values if _kind(value) == "other"), None)
        problem = "values of several kinds" if wrong is None else f"a value is a {type(wrong).__name__}"
        raise refuse(problem, key=name, allowed="numbers, words, or true and false; one kind in a column")
    if kinds == {"number"}:
        whole = all(isinstance(value, int | np.integer) for value in values)
        try:
            return np.array(values, dtype=np.int64 if whole else np.float64)
        except OverflowError:
            raise refuse("a whole number is too large", key=name, allowed="numbers of 64 bits") from None
    if kinds == {"truth"}:
        return np.array(values, dtype=bool)
    texts = np.array(list(map(str, values)), dtype=object)
    if name not in OWN_COLUMNS:
        refuse_commas(name, texts, refuse)
    return texts


def _kind(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "truth"
    if isinstance(value, str):
        return "word"
    return "number" if isinstance(value, int | float | np.integer | np.floating) else "other"


def refuse_commas(name: str, texts: Any, refuse: Refuse) -> None:
    """Complain where the first text that is a number has a decimal comma: read as words it would never be a number."""
    for text in texts:
        if _DECIMAL_COMMA.fullmatch(text.strip()):
            raise refuse("a number with a decimal comma", key=name, value=text, allowed="a decimal point, as in 0.5")


def own_columns(frame: Any, scenarios: dict[str, Any], refuse: Refuse) -> dict[str, np.ndarray]:
    """Columns of a caller's table of points, as arrays, checked: paths of parameters, and scenario, firm, luck."""
    made: dict[str, np.ndarray] = {}
    for name, values in named_columns(frame, refuse, firms=True).items():
        if name == "scenario":
            made[name] = _scenario_column(values, list(scenarios), refuse)
        elif name in COUNTED:
            made[name] = counted_column(name, values, refuse)
        elif pattern(name) not in FIELDS:
            raise refuse(
                "unknown column",
                key=name,
                allowed="paths of parameters, scenario, firm_id, first_replicate",
                suggestion=unknown(name).suggestion,
            )
        else:
            made[name] = _parameter_column(name, values, scenarios, refuse)
    return made


def _scenario_column(values: Any, names: list[str], refuse: Refuse) -> np.ndarray:
    """Places of scenarios among those of the plan. A name may look like a number: 001 and 1 are two names."""
    if values.isna().any():
        raise refuse("a value is missing", key="scenario")
    texts = [str(value) for value in values]
    if wrong := sorted(set(texts) - set(names)):
        raise refuse("no such scenario in the plan", key="scenario", value=wrong[0], allowed=", ".join(names[:20]))
    places = {title: place for place, title in enumerate(names)}
    return np.array([places[text] for text in texts], dtype=np.int32)


def counted_column(name: str, values: Any, refuse: Refuse) -> np.ndarray:
    """Numbers of firms or replicates (0 to 2^64 - 1), as the kernel holds them, int64."""
    if values.isna().any():
        raise refuse("a value is missing", key=name)
    array = values.to_numpy()
    if array.dtype.kind == "O" and all(isinstance(value, int) and not isinstance(value, bool) for value in array):
        if any(not 0 <= value < 2**64 for value in array):
            raise refuse("not whole numbers from 0 to 2^64 - 1", key=name)
        array = array.astype(np.uint64)
    if array.dtype.kind not in "iu" or (array.dtype.kind == "i" and (array < 0).any()):
        raise refuse("not whole numbers of 0 or more", key=name)
    return np.asarray(array.astype(np.uint64).view(np.int64))


def _parameter_column(name: str, values: Any, scenarios: dict[str, Any], refuse: Refuse) -> np.ndarray:
    array = plain_column(name, values, refuse)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise refuse("a value is not finite", key=name)
    array = array.astype(np.int64) if array.dtype.kind in "iu" else array
    if array.dtype.kind in "if":
        extremes = [array.min(), array.max()]
    else:
        extremes = sorted(set(array)) if array.dtype == object else [value for value in (True, False) if value in array]
    for value in extremes:
        for scenario in list(scenarios.values())[:20]:
            try:
                scenario.with_({name: value.item() if hasattr(value, "item") else value})
            except ScenarioError as error:
                raise refuse(
                    error.problem, key=name, value=error.value, allowed=error.allowed, suggestion=error.suggestion
                ) from None
    return array
