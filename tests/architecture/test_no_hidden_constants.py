"""No number about the world hides in a rule or a phase: it is a declared parameter, or stands on a list with its reason.

`tests/architecture/constants_allowed.toml` lists what may stay, by reason: file, function, number, and how often if more than
once.
0, 1 and -1 are nobody's judgment; neither are places in a table, counts of a loop and addresses of random numbers.
"""

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = Path(__file__).with_name("constants_allowed.toml")
NEUTRAL = {0, 1, -1}
ADDRESSED = {"range", "uniforms", "normals"}  # calls whose whole numbers are counts and addresses of luck
# What computes in the file of declarations; the rest of it declares.
COMPUTES = {"solved_demand", "lever_value", "fill_record", "_value"}


def house() -> dict[str, str]:
    """The texts that may hold no number of their own, by path."""
    files = [*(ROOT / "sim" / "rules").glob("*.py"), *(ROOT / "sim" / "phases").glob("*.py")]
    files += [ROOT / "sim" / "week.py", ROOT / "sim" / "parameters.py"]
    return {file.relative_to(ROOT / "sim").as_posix(): file.read_text("utf-8") for file in sorted(files)}


def statements(path: str, text: str) -> Iterator[tuple[str, ast.stmt]]:
    """Name and statement of all that computes in a file: its functions, and what it assigns outside them as '-'."""
    for statement in ast.parse(text, path).body:
        name = getattr(statement, "name", "-")
        declares = isinstance(statement, ast.ClassDef) or (isinstance(statement, ast.FunctionDef) and name not in COMPUTES)
        if path != "parameters.py" or not declares:
            yield name, statement


def numbers(statement: ast.stmt) -> Iterator[int | float]:
    """The numbers written in a statement that could be a judgment: no places, counts and addresses, and not 0, 1, -1."""
    structural: set[int] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript):
            structural |= {id(inner) for inner in ast.walk(node.slice)}
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ADDRESSED:
            structural |= {id(inner) for argument in node.args for inner in ast.walk(argument) if _whole(inner)}
    for node in ast.walk(statement):
        number = isinstance(node, ast.Constant) and type(node.value) in (int, float) and id(node) not in structural
        if number and node.value not in NEUTRAL:
            yield node.value


def _whole(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def written(files: dict[str, str]) -> Counter[str]:
    """How often each number stands in each function, as 'rules/trust.py trust_after_debate 0.25'."""
    return Counter(
        f"{path} {name} {number!r}"
        for path, text in files.items()
        for name, statement in statements(path, text)
        for number in numbers(statement)
    )


def listed(table: dict) -> Counter[str]:
    """What the list allows: an entry ends in 'x3' where it stands for three."""
    found: Counter[str] = Counter()
    for group in table["allowed"]:
        for entry in group["numbers"]:
            place, _, times = entry.partition(" x")
            found[place] += int(times or 1)
    return found


def complaints(files: dict[str, str], table: dict) -> list[str]:
    """Numbers that nobody allowed, entries that nothing uses any more, and groups without a reason."""
    there, allowed = written(files), listed(table)
    hidden = [f"{place}: declare it in sim/parameters.py, or allow it with a reason" for place in there - allowed]
    unused = [f"{place}: on the list, but no longer there" for place in allowed - there]
    return hidden + unused + [f"{group['numbers'][0]}: no reason" for group in table["allowed"] if len(group["reason"]) < 10]


def table() -> dict:
    return tomllib.loads(ALLOWED.read_text("utf-8"))


def test_no_number_about_the_world_is_hidden():
    assert complaints(house(), table()) == []


def test_rules_hold_next_to_none():
    """Most of the numbers that stay belong to phases: halves of a pair, weeks of a quarter, guards."""
    assert sum(times for place, times in written(house()).items() if place.startswith("rules/")) < 30


# -- sabotage: a hidden number is found, and so is an idle permission -------------------------


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("rules/trust.py", "def f(x):\n    return x * 0.37", "rules/trust.py f 0.37"),
        ("rules/trust.py", "def f(x):\n    return x * 3", "rules/trust.py f 3"),
        ("rules/trust.py", "SLOPE = 0.37\ndef f(x):\n    return x * SLOPE", "rules/trust.py - 0.37"),
        ("rules/trust.py", "def f(x, y=0.37):\n    return x * y", "rules/trust.py f 0.37"),
        ("phases/luck.py", "def f(s):\n    return uniforms(s, SHOCKS, s.week * 4, 0.37)", "phases/luck.py f 0.37"),
        ("phases/luck.py", "def f(w):\n    lose_trust(w, 1, 0.37, LAPSE)", "phases/luck.py f 0.37"),
        ("week.py", "def f(x):\n    return -0.37 if x else 0.0", "week.py f 0.37"),
        ("parameters.py", "def solved_demand(p):\n    return 0.37 * p.churn", "parameters.py solved_demand 0.37"),
        ("parameters.py", "PRESSURE = 0.37", "parameters.py - 0.37"),
    ],
)
def test_a_hidden_number_is_found(path, text, found):
    assert list(written({path: text})) == [found]
    assert len(complaints({path: text}, {"allowed": []})) == 1
    assert complaints({path: text}, {"allowed": [{"reason": "a reason that says why", "numbers": [found]}]}) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("rules/trust.py", "def f(x):\n    return 1.0 - x * (0.0 if x > 1 else -1.0)"),
        ("phases/luck.py", "def f(s, a):\n    for g in range(5):\n        a[g] = uniforms(s, SHOCKS, s.week * 4 + 2)[3]"),
        (
            "parameters.py",
            "class Market(Group):\n    churn: float = parameter(0.37, 0, 1)\ndef _ceo():\n    return Leader(style=0.4)",
        ),
    ],
)
def test_neutral_numbers_places_and_declarations_pass(path, text):
    assert written({path: text}) == Counter()


def test_a_second_one_beside_an_allowed_one_is_found():
    text = "def f(x):\n    return 0.5 * x + 0.5"
    once, twice = ([{"reason": "half of a pair", "numbers": [f"rules/trust.py f 0.5{times}"]}] for times in ("", " x2"))
    assert len(complaints({"rules/trust.py": text}, {"allowed": once})) == 1
    assert complaints({"rules/trust.py": text}, {"allowed": twice}) == []


def test_an_idle_permission_is_found():
    idle = {"allowed": [*table()["allowed"], {"reason": "left over from before", "numbers": ["rules/trust.py gone 0.25"]}]}
    assert complaints(house(), idle) == ["rules/trust.py gone 0.25: on the list, but no longer there"]


def test_a_permission_needs_a_reason():
    text = "def f(x):\n    return 0.37 * x"
    assert complaints({"week.py": text}, {"allowed": [{"reason": "", "numbers": ["week.py f 0.37"]}]}) == [
        "week.py f 0.37: no reason"
    ]
