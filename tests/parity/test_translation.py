"""The translation from Python to machine code: every word it knows gives Python's bits, every other is refused in one line."""

import ast
import inspect
import json
import math
import os
import pickle
import random
import subprocess
import sys

import numpy as np
import pytest

from tandem.sim.compile import COMPILED, copy_record, kernel, multiply_wide, part, phase, rule, sum_of, word
from tandem.sim.mistake import Mistake

pytestmark = pytest.mark.skipif(not COMPILED, reason="the compiler is off")
TEAM = np.dtype([("skill", "f8"), ("open", "i8"), ("worth", "f8", (3,)), ("grid", "f8", (2, 3))])
FIRM = np.dtype([("key", "u8"), ("teams", TEAM, (4,)), ("lead", TEAM), ("count", "i8")])
WEIGHTS = (0.5, 0.25, 0.125)
SIZES = (3, 1, 2)


# -- numbers: compiled and plain must agree on any


@rule
def arithmetic(x, y):
    return x * y + x / y - (-x) + abs(y) - float(int(x)) + x**2 + math.pi


@rule
def libraries(x, y):
    z = math.exp(-abs(x)) + math.log(abs(y) + 1.0) + math.sqrt(abs(x)) + math.pow(abs(x) + 0.1, y) + math.tanh(x) + math.erf(y)
    return z + math.log1p(abs(x)) + math.expm1(-abs(y)) + math.atan2(x, y) + math.sin(x) * math.cos(y) + math.log2(abs(x) + 2.0)


@rule
def orders(x, y):
    count = 0
    if x < y <= 2.0 or not x > 0.0:
        count += 1
    if x != y and (y >= 1.0 or x == 0.5):
        count += 10
    if math.isnan(x - x) or math.isinf(x * 1e300) or not math.isfinite(y):
        count += 100
    if int(x) in (0, 1, 5) and int(y) not in (2, 3):
        count += 1000
    return count + (1.5 if x > y else 2.0)


@rule
def least_and_most(x, y):
    return min(x, y) - max(x, y, 0.25) + min(1, x) + max(2, 3)


@part
def pair(x, k):
    return x * WEIGHTS[k % 3], SIZES[k % 3]


@part
def loops(x, y):
    total, last = 0, -1
    for k in range(2, 20, 3):
        if k == 8:
            continue
        if k > 15:
            break
        share, size = pair(x, k)
        total += share * size
        last = k
    for k in range(5, -1, -2):
        total -= k * y
    while total > 1.0:
        total = total / 2.0
    return total, last, k


@part
def whole(x, y):
    a, b = int(x * 7.0), int(y * 5.0)
    b = b if b != 0 else 3
    return a // b, a % b, a * b - a + b, math.floor(x), math.ceil(y), a & 7, a ^ b, a << 2, a >> 1, abs(a)


NUMBERS = (arithmetic, libraries, orders, least_and_most, loops, whole)
CORNERS = (-2.5, -1.0, -0.0, 0.0, 0.3, 1.0, 2.0, 7.25, 1e-9)


def bits(values):
    return [value.hex() if isinstance(value, float) else value for value in (values if isinstance(values, tuple) else (values,))]


def plainly(function, *arguments):
    """What Python itself makes of it, with all it calls in plain Python."""
    names = {
        name: getattr(thing, "py_func", thing)
        for name, thing in function.py_func.__globals__.items()
        if not name.startswith("__")
    }
    for name, thing in list(names.items()):
        if name in ("pair",):
            names[name] = type(thing)(thing.__code__, names)
    return type(function.py_func)(function.py_func.__code__, names)(*arguments)


@pytest.mark.parametrize("function", NUMBERS, ids=lambda function: function.__name__)
def test_numbers_have_pythons_bits(function):
    draw = random.Random(function.__name__)
    pairs = [(x, y) for x in CORNERS for y in CORNERS if y] + [(draw.uniform(-9, 9), draw.uniform(-9, 9)) for _ in range(100)]
    for x, y in pairs:
        assert bits(function(x, y)) == bits(plainly(function, x, y)), (x, y)


def test_a_number_that_differs_is_seen():
    @rule
    def shifted(x, y):
        return x * y + x / y - (-x) + abs(y) - float(int(x)) + x**2 + math.pi * (1.0 + 2.0**-52)

    assert bits(shifted(0.3, 0.7)) != bits(plainly(arithmetic, 0.3, 0.7))


def test_whole_numbers_and_words():
    @part
    def halves(a, b):
        return multiply_wide(word(a), word(b))

    @part
    def wrapped(a):
        return sum_of(word(a), word(-1)), word(a) >> 11

    assert halves(2**63 - 1, 12345) == divmod((2**63 - 1) * 12345, 2**64)
    assert halves(2**64 - 1, 2**64 - 1) == divmod((2**64 - 1) ** 2, 2**64)
    assert wrapped(5) == (4, 0) and wrapped(-3) == (2**64 - 4, (2**64 - 3) >> 11)
    assert orders(1, 2) == plainly(orders, 1, 2), "whole numbers make a copy of their own"


def test_nothing_is_raised_by_a_division_by_zero():
    @part
    def divided(a, b):
        return a // b, a % b, a / b

    assert divided(7, 0) == (0, 0, math.inf)


# -- records and arrays


@part
def trained(team, k):
    team.skill += 0.5
    team.worth[k] = team.skill * WEIGHTS[k]
    team.grid[1, k] += 2.0


@phase
def played(firms, last):
    f = firms[0]
    for t in range(f.count):
        trained(f.teams[t], t % 3)
        f.teams[t].open += t
    trained(f.lead, 1)
    f.teams[last].worth[:] = 9.0
    copy_record(f.teams[0], f.lead)
    f.teams[1].grid[0, -1] = f.teams[0].grid[1, 1]
    f.key = word(-1)


def firm(records):
    array = np.zeros(2, FIRM)
    array["count"] = 3
    return array.view(np.recarray) if records else array


@pytest.mark.parametrize("last", [3, -1])
def test_records_are_written_as_python_writes_them(last):
    compiled, plain = firm(False), firm(True)
    played(compiled[0:1], last)
    names = {name: getattr(thing, "py_func", thing) for name, thing in globals().items()}
    names["trained"] = type(trained.py_func)(trained.py_func.__code__, names)
    type(played.py_func)(played.py_func.__code__, names)(plain[0:1], last)
    assert compiled.tobytes() == plain.tobytes()
    assert compiled["teams"]["worth"][0, 3].tolist() == [9.0] * 3 and compiled["key"][0] == 2**64 - 1


@kernel
def summed(table, rows, out):
    room = np.zeros(2, FIRM)
    for r in range(rows.size):
        room[1].lead.skill += table[rows[r], 1]
        own = out[r : r + 1]
        own[0] = room[1].lead.skill + table.shape[0] + len(rows)


def test_arrays_of_two_dimensions_slices_and_room_of_its_own():
    table, rows, out = np.arange(12.0).reshape(4, 3), np.array([3, 0, -1]), np.zeros(3)
    for _ in range(2):
        summed(table, rows, out)
        assert out.tolist() == [10 + 7, 11 + 7, 21 + 7]


def test_an_array_with_gaps_is_refused():
    with pytest.raises(ValueError, match="side by side"):
        summed(np.zeros((4, 6))[:, ::2], np.array([0]), np.zeros(1))
    with pytest.raises(TypeError, match="float64, int64 and uint64"):
        summed(np.zeros((4, 3), np.float32), np.array([0]), np.zeros(1))
    with pytest.raises(TypeError, match="a str"):
        arithmetic("x", 1.0)


def test_a_compiled_function_is_a_function_to_others():
    assert list(inspect.signature(played).parameters) == ["firms", "last"]
    assert pickle.loads(pickle.dumps(played)) is played
    assert arithmetic(y=2.0, x=1.0) == arithmetic(1.0, 2.0)


# -- what it does not know


def unknown_words():
    @part
    def listed(x):
        return [x][0]

    @part
    def called(x):
        return max(x, abs(ast.parse))

    @part
    def uncompiled(x):
        return bits(x)

    @part
    def numbers_or(x):
        return x or 1.0

    @part
    def two_kinds(x, team=None):
        return x

    @part
    def over_a_list(x):
        for y in WEIGHTS:
            x += y
        return x

    @part
    def powers(x):
        return int(x) ** 2

    @part
    def unset(x):
        return x + nowhere  # noqa: F821

    @part
    def itself(x):
        return itself(x - 1.0)

    @part
    def of_math(x):
        return math.hypot(x, 1.0)

    @part
    def several(x):
        if x > 0.0:
            y = WEIGHTS
        else:
            y = 1.0
        return y

    @part
    def changing(x):
        y = x
        for _ in range(3):
            x += y
            y = WEIGHTS
        return x

    return {
        listed: "List",
        called: "a function|a module|what is no number|from outside",
        uncompiled: "write @rule or @part above it",
        numbers_or: "write which",
        two_kinds: "plain arguments",
        over_a_list: "for name in range",
        powers: "Pow of these numbers",
        unset: "the name 'nowhere' is not known here",
        itself: "calls itself",
        of_math: "math.hypot; compiled code knows sqrt",
        several: "of several kinds here",
        changing: "'y', which changes its kind in a loop",
    }


def test_what_it_does_not_know_is_one_line_with_file_and_line():
    for function, told in unknown_words().items():
        with pytest.raises(Mistake, match=told) as complaint:
            function(1.0)
        text = str(complaint.value)
        assert "\n" not in text and "NUMBA_DISABLE_JIT=1" in text
        if function.__name__ not in ("two_kinds", "itself"):
            first = function.py_func.__code__.co_firstlineno
            line = int(text.split(":")[1])
            assert text.startswith(__file__) and first < line <= first + len(inspect.getsource(function.py_func).splitlines())


# -- code of a wheel


SHIPPED = """
import json, sys
from tandem.sim.compiler import keeping, machine, units
from tandem.sim import kernel
from tandem.sim import Scenario, simulate_batch
made = []
units.Unit.translated = lambda self, processor: made.append(self.name)
keeping.SHIPPED = keeping.Path(sys.argv[1])
print(json.dumps([simulate_batch(Scenario.load("silence"), runs=2, seed=1).outcomes["trust"].tolist(), made, machine.levels()]))
"""


@pytest.mark.slow
def test_a_wheels_code_for_every_usual_processor_plays_the_same_bits(tmp_path, monkeypatch):
    """Each level alone, with nothing kept elsewhere and nothing translated."""
    from tandem.sim import Scenario, simulate_batch
    from tandem.sim.compiler import keeping, machine
    from tandem.sim.compiler.shipping import ship  # of the programs that `simulate_batch` has declared

    wanted = simulate_batch(Scenario.load("silence"), runs=2, seed=1).outcomes["trust"].tolist()
    files = ship(tmp_path / "all")
    assert {file.suffix for file in files} == {".code"} and len(files) == len(machine.usual())
    for level in machine.levels():
        alone = tmp_path / level
        alone.mkdir()
        (file,) = [file for file in files if level in file.name]
        (alone / file.name).write_bytes(file.read_bytes())
        done = subprocess.run(
            [sys.executable, "-c", SHIPPED, str(alone)],
            capture_output=True,
            text=True,
            env={**os.environ, "TANDEM_CACHE": str(tmp_path / "cache" / level)},
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)[:2] == [wanted, []] and done.stderr == ""
    monkeypatch.setattr(keeping, "text_digest", lambda sim: "0" * 64)
    assert not keeping.shipped("model", machine.levels()[0]).is_file(), "code of another text is not taken"
