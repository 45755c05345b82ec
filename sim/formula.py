"""Formulas over weekly columns: read by a kept evaluator (simpleeval), after a look at every part of them.

A formula is data. What is not a number, a column, a sign or a function of the short list below is refused before anything is
computed: no attributes, no indices, no texts, no other calls. Arrays hold a value a week, row 0 the start.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import numpy as np

from tandem.sim.mistake import Mistake, shown

LONGEST, DEEPEST = 1000, 60
LARGEST_POWER = 64.0
WEEKS = "weeks"
"""The one name that is no column: how many weeks were played."""

Columns = Mapping[str, np.ndarray]


def _weeks_of(x: Any) -> np.ndarray:
    """The weeks played, without the start and without weeks in which there is nothing to measure."""
    values = np.asarray(x, dtype=np.float64)[1:]
    return values[~np.isnan(values)]


def total(x: Any) -> float:
    """The sum over the weeks, added up in their order, as the model adds up its own."""
    values = _weeks_of(_series(x, "sum"))
    return float(np.cumsum(values)[-1]) if len(values) else math.nan


def mean(x: Any) -> float:
    """The mean over the weeks that hold a number."""
    count = len(_weeks_of(_series(x, "mean")))
    return total(x) / count if count else math.nan


def _least(x: Any) -> float:
    values = _weeks_of(_series(x, "lowest"))
    return float(values.min()) if len(values) else math.nan


def _most(x: Any) -> float:
    values = _weeks_of(_series(x, "highest"))
    return float(values.max()) if len(values) else math.nan


def _spread(x: Any) -> float:
    values = _weeks_of(_series(x, "sd"))
    return float(values.std(ddof=1)) if len(values) > 1 else math.nan


def _at(row: int) -> Callable[[Any], float]:
    name = "at_start" if row == 0 else "at_end"
    return lambda x: float(_series(x, name)[row])


def _last(x: Any, weeks: Any) -> np.ndarray:
    return _between(x, len(_series(x, "last")) - _count(weeks), len(x))


def _first(x: Any, weeks: Any) -> np.ndarray:
    return _between(x, 1, _count(weeks))


def _between(x: Any, first: Any, last: Any) -> np.ndarray:
    values = np.array(_series(x, "between"), dtype=np.float64)
    week = np.arange(len(values))
    return np.where((week >= first) & (week <= last), values, np.nan)


def _before(x: Any, weeks: Any = 1) -> np.ndarray:
    values, back = np.asarray(_series(x, "before"), dtype=np.float64), _count(weeks)
    return np.concatenate([np.full(min(back, len(values)), np.nan), values[: max(0, len(values) - back)]])


def _running(x: Any) -> np.ndarray:
    values = np.asarray(_series(x, "running"), dtype=np.float64)
    return np.concatenate([[0.0], np.cumsum(np.where(np.isnan(values[1:]), 0.0, values[1:]))])


def _share(x: Any) -> float:
    return mean(_numbers(x))


def _count_of(x: Any) -> float:
    return total(_numbers(x))


def _numbers(x: Any) -> np.ndarray:
    return np.asarray(_series(x, "a condition"), dtype=np.float64)


def _series(x: Any, name: str) -> np.ndarray:
    if not isinstance(x, np.ndarray) or x.ndim != 1:
        raise Mistake(f"{name}() takes a weekly column, not a single number")
    return x


def _count(weeks: Any) -> int:
    if not isinstance(weeks, int | float) or weeks != int(weeks) or not 0 < weeks <= 10_000:
        raise Mistake(f"a number of weeks is a whole number from 1, not {shown(weeks)}")
    return int(weeks)


def _power(a: Any, b: Any) -> Any:
    if np.max(np.abs(b)) > LARGEST_POWER:
        raise Mistake(f"a power above {LARGEST_POWER:g}")
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.power(np.asarray(a, dtype=np.float64), b)
    try:
        value = float(a) ** float(b)
    except ArithmeticError:  # 0 to a negative power, or beyond what a number holds
        return math.nan
    return value if isinstance(value, float) else math.nan  # a root of what is below 0


def _whole(name: str, of_number: Callable[[float], float], of_array: Callable[[np.ndarray], np.ndarray]) -> Callable[[Any], Any]:
    """A function of a column week by week, and of a number as the model itself computes it (the C library's, bit for bit)."""

    def apply(x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return of_array(x)
        try:
            return of_number(float(x))
        except (ValueError, OverflowError):
            return math.nan

    return apply


def _either(condition: Any, yes: Any, no: Any) -> Any:
    return np.where(_series(condition, "where").astype(bool), yes, no)


def _during(x: Any, condition: Any) -> np.ndarray:
    values = np.array(_series(x, "during"), dtype=np.float64)
    return np.where(_series(condition, "the condition of during").astype(bool), values, np.nan)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "sum": total,
    "mean": mean,
    "lowest": _least,
    "highest": _most,
    "sd": _spread,
    "at_start": _at(0),
    "at_end": _at(-1),
    "count": _count_of,
    "share": _share,
    "first": _first,
    "last": _last,
    "between": _between,
    "during": _during,
    "before": _before,
    "running": _running,
    "where": _either,
    "abs": _whole("abs", abs, np.abs),
    "sqrt": _whole("sqrt", math.sqrt, np.sqrt),
    "exp": _whole("exp", math.exp, np.exp),
    "log": _whole("log", math.log, np.log),
    "minimum": lambda a, b: np.minimum(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else min(a, b),
    "maximum": lambda a, b: np.maximum(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else max(a, b),
}
"""What a formula may call. Over the weeks: sum, mean, lowest, highest, sd, at_start, at_end; of a condition: count (weeks),
share (of the weeks). Week by week: first(x, n), last(x, n), between(x, from, to), during(x, condition) (elsewhere nothing),
before(x, n) (n weeks
earlier), running (sum so far), where(condition, a, b), abs, sqrt, exp, log, minimum, maximum."""

OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: np.divide(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else _divided(a, b),
    ast.Pow: _power,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: np.logical_not,
    ast.BitAnd: np.logical_and,
    ast.BitOr: np.logical_or,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_PARTS = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Load, ast.Constant, *OPERATORS)
_STRANGE = {
    ast.Attribute: "it reaches into something with a dot",
    ast.Subscript: "it takes a part with [ ]",
    ast.Lambda: "it makes a function",
    ast.BoolOp: "and, or: write & and | with brackets around each condition",
    ast.Not: "not: write ~ before a condition in brackets",
    ast.IfExp: "if, else: write where(condition, a, b)",
}


def _divided(a: Any, b: Any) -> float:
    return float(a) / float(b) if b != 0 else math.nan


@dataclass(frozen=True)
class Formula:
    """A formula that has been looked at: `text`, and the `columns` that it is made of."""

    text: str
    columns: tuple[str, ...]

    def of(self, columns: Columns) -> float:
        """Its value, from weekly columns by name, float64 (weeks + 1,), row 0 the start; not-a-number where there is nothing to
        measure. Mistake where it comes to no single number."""
        from simpleeval import InvalidExpression, SimpleEval

        names = {name: np.asarray(columns[name], dtype=np.float64) for name in self.columns}
        length = len(next(iter(names.values()))) - 1 if names else len(next(iter(columns.values()))) - 1
        evaluator = SimpleEval(operators=dict(OPERATORS), functions=dict(FUNCTIONS), names={**names, WEEKS: float(length)})
        try:
            with np.errstate(all="ignore"):
                value = evaluator.eval(self.text, previously_parsed=_parsed(self.text).body)
        except (InvalidExpression, TypeError, ValueError, ArithmeticError) as error:
            raise Mistake(f"formula {shown(self.text)}: {error}") from None
        if isinstance(value, np.ndarray) and value.ndim:
            raise Mistake(f"formula {shown(self.text)}: a value for each week; say which: mean(...), sum(...), at_end(...)")
        number = float(value)
        return number if math.isfinite(number) else math.nan


@lru_cache(maxsize=64)
def _parsed(text: str) -> ast.Expression:
    return ast.parse(text.strip(), mode="eval")


def formula(text: Any, known: Mapping[str, Any]) -> Formula:
    """A formula over the columns `known` (name -> anything), looked at part by part and tried once on columns of ones. Raises
    Mistake in one sentence that names what is wrong and what is allowed."""
    if not isinstance(text, str) or not text.strip():
        raise Mistake(f"formula = {shown(text)}: not a text such as 'mean(last(trust, 13))'")
    said = f"formula {shown(text)}"
    if len(text) > LONGEST:
        raise Mistake(f"{said}: longer than {LONGEST:,} letters")
    if _brackets(text) > DEEPEST:
        raise Mistake(f"{said}: nested deeper than {DEEPEST} levels")
    try:
        tree = _parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Mistake(f"{said}: not a formula; allowed: columns, numbers, + - * / **, comparisons, and functions") from None
    used: list[str] = []
    _look(tree, said, known, used, 0)
    if not used and not any(isinstance(node, ast.Name) and node.id == WEEKS for node in ast.walk(tree)):
        raise Mistake(f"{said}: it holds no weekly column, so it says the same of every firm; such as mean(trust)")
    made = Formula(text.strip(), tuple(dict.fromkeys(used)))
    made.of({name: np.ones(53) for name in (*made.columns, "week")})
    return made


def _brackets(text: str) -> int:
    """How many brackets are open at once, at most."""
    depth = deepest = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        deepest = max(deepest, depth)
    return deepest


def _plain(node: ast.AST) -> float | None:
    """A number that is written as one; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int | float) else None


def _look(node: ast.AST, said: str, known: Columns, used: list[str], depth: int) -> None:
    """Refuse whatever is not on the lists."""
    if depth > DEEPEST:
        raise Mistake(f"{said}: nested deeper than {DEEPEST} levels")
    if not isinstance(node, _PARTS):
        why = _STRANGE.get(type(node), "it holds something else than columns, numbers, signs and functions")
        raise Mistake(f"{said}: {why}; a formula runs no code")
    if isinstance(node, ast.Constant) and (isinstance(node.value, bool) or not isinstance(node.value, int | float)):
        raise Mistake(f"{said}: {shown(node.value)} is no number")
    if isinstance(node, ast.Constant) and not abs(float(node.value)) < 1e15:  # type: ignore[arg-type]
        raise Mistake(f"{said}: a number is too large; allowed: below 1e15")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and _plain(node.right) == 0:
        raise Mistake(f"{said}: it divides by 0")
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        raise Mistake(f"{said}: two comparisons in one: write (a < b) & (b < c)")
    if isinstance(node, ast.Call):
        if node.keywords:
            raise Mistake(f"{said}: arguments have no names here: write them in their order")
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            name = node.func.id if isinstance(node.func, ast.Name) else "what is called"
            raise Mistake(f"{said}: {name} is no function here; there are {', '.join(FUNCTIONS)}{_near(name, list(FUNCTIONS))}")
        ends = [_plain(argument) for argument in node.args[1:]]
        if node.func.id == "between" and len(ends) == 2 and None not in ends and ends[0] > ends[1]:  # type: ignore[operator]
            raise Mistake(
                f"{said}: between(x, from, to) goes from week {ends[0]} back to week {ends[1]}; from is the earlier one"
            )
        for argument in node.args:
            _look(argument, said, known, used, depth + 1)
        return
    if isinstance(node, ast.Name) and node.id != WEEKS:
        if node.id not in known:
            raise Mistake(f"{said}: there is no weekly column {shown(node.id)}{_near(node.id, list(known)) or _all(known)}")
        used.append(node.id)
    for inner in ast.iter_child_nodes(node):
        _look(inner, said, known, used, depth + 1)


def _near(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _all(known: Columns) -> str:
    return f"; there are {', '.join(list(known)[:12])} ... (`tandem.sim.weekly.WEEKLY`)"
