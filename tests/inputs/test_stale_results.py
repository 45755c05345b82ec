"""A changed function never gets the values of the one that was there before: played again elsewhere, or refused here."""

import functools
import importlib
import math
import sys
import types
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from tandem import Scenario, analyse
from tandem.experiments.store import ArrayModel, FunctionModel, of_rows, open_sweep, run
from tandem.experiments.store.code import code_digest
from tandem.experiments.store.errors import Refused

POINTS = {"x": [1.0, 2.0, 3.0]}
SCALE = 2.0
TABLE = {"scale": 2.0}
WEIGHTS = np.array([2.0, 3.0])
CALLS: list[float] = []


def made(text, **around):
    """A function `f` as a user's script would define it, with what it refers to."""
    module = types.ModuleType("a_script")
    module.__dict__.update(around)
    sys.modules["a_script"] = module
    exec(compile(text, "a_script.py", "exec"), module.__dict__)
    return module.f


BASE = "def f(values, firm, luck):\n    return {'y': 2.0 * values['x']}\n"
SAME = {
    "again": BASE,
    "with remarks": "# a remark\n\n\n" + BASE.replace("    return", "    # another\n    return"),
    "with documentation": BASE.replace("    return", '    """What it does."""\n    return'),
}
CHANGED = {
    "a constant": BASE.replace("2.0", "3.0"),
    "the sign of zero": BASE.replace("2.0", "-0.0"),
    "whole instead of broken": BASE.replace("2.0", "2"),
    "an operation": BASE.replace("*", "+"),
    "an argument": BASE.replace("values['x']", "values['x'] + luck"),
    "the code in it": BASE.replace("2.0 * values['x']", "(lambda v: 2.0 * v + 0)(values['x'])"),
    "a branch": BASE.replace("    return", "    if firm == 7:\n        return {'y': 0.0}\n    return"),
    "a handler": BASE.replace(
        "    return {'y': 2.0 * values['x']}", "    try:\n        return {'y': 2.0 * values['x']}\n    finally:\n        pass"
    ),
}


def again(first, second, folder, kind=FunctionModel, **more):
    """Plays the first function, then asks for the second in the same folder."""

    def build(function):
        return kind(function, *(["x"] if kind is ArrayModel else []), {"y": "1"}, **more)

    run(of_rows(POINTS, model=build(first)), folder, workers=1)
    return run(of_rows(POINTS, model=build(second)), folder, workers=1)


@pytest.mark.parametrize("how", SAME)
def test_the_same_function_goes_on_where_it_stood(how, tmp_path):
    assert again(made(BASE), made(SAME[how]), tmp_path / "d").played == 0


@pytest.mark.parametrize("how", CHANGED)
def test_another_function_of_that_name_is_refused(how, tmp_path):
    with pytest.raises(Refused, match="the function, or something that it refers to") as caught:
        again(made(BASE), made(CHANGED[how]), tmp_path / "d")
    assert "Give another folder" in str(caught.value) and "\n" not in str(caught.value)
    assert open_sweep(tmp_path / "d").values("y")[:, 0].tolist() == [2.0, 4.0, 6.0]
    with pytest.raises(Refused):  # a version of the caller's own does not hide what can be seen
        again(made(BASE), made(CHANGED[how]), tmp_path / "e", version="1")


# ruff: noqa: E501
REFERRING = {
    "a global": ("def f(v, firm, luck):\n    return SCALE * v['x']\n", {"SCALE": 2.0}, {"SCALE": 3.0}),
    "a table": ("def f(v, firm, luck):\n    return T['a'] * v['x']\n", {"T": {"a": 2.0}}, {"T": {"a": 3.0}}),
    "an array": ("def f(v, firm, luck):\n    return A[0] * v['x']\n", {"A": np.array([2.0])}, {"A": np.array([3.0])}),
    "a frame": ("def f(v, firm, luck):\n    return A['a'][0]\n", {"A": pd.DataFrame({"a": [2.0]})}, {"A": pd.DataFrame({"a": [3.0]})}),
    "a set": ("def f(v, firm, luck):\n    return float(len(A))\n", {"A": {"a", "b"}}, {"A": {"a", "c"}}),
    "a scenario": ("def f(v, firm, luck):\n    return A.parameters.quarters\n", {"A": Scenario.load("silence")}, {"A": Scenario.load("silence").with_({"quarters": 3})}),
    "a default": ("def f(v, firm, luck, scale=S):\n    return scale * v['x']\n", {"S": 2.0}, {"S": 3.0}),
    "a default by name": ("def f(v, firm, luck, *, scale=S):\n    return scale * v['x']\n", {"S": 2.0}, {"S": 3.0}),
    "a closure": ("def g(s):\n    def f(v, firm, luck):\n        return s * v['x']\n    return f\nf = g(S)\n", {"S": 2.0}, {"S": 3.0}),
    "a part of a closure": ("def g(s):\n    def f(v, firm, luck):\n        return (lambda: s)() * v['x']\n    return f\nf = g(S)\n", {"S": 2.0}, {"S": 3.0}),
}  # fmt: skip


@pytest.mark.parametrize("how", REFERRING)
def test_what_a_function_refers_to_is_part_of_it(how):
    text, before, after = REFERRING[how]
    assert code_digest(made(text, **before)) == code_digest(made(text, **before)) != code_digest(made(text, **after))


HELPERS = {
    "a helper": "def h(x):\n    return {} * x\ndef f(v, firm, luck):\n    return h(v['x'])\n",
    "a helper of a helper": "def k(x):\n    return {} * x\ndef h(x):\n    return k(x)\ndef f(v, firm, luck):\n    return h(v['x'])\n",
    "a lambda": "h = lambda x: {} * x\ndef f(v, firm, luck):\n    return h(v['x'])\n",
    "a class": "class H:\n    scale = {}\n    def of(self, x):\n        return self.scale * x\ndef f(v, firm, luck):\n    return H().of(v['x'])\n",
    "a base class": "class B:\n    def of(self, x):\n        return {} * x\nclass H(B):\n    pass\ndef f(v, firm, luck):\n    return H().of(v['x'])\n",
    "a static method": "class H:\n    @staticmethod\n    def of(x):\n        return {} * x\ndef f(v, firm, luck):\n    return H.of(v['x'])\n",
    "a property": "class H:\n    @property\n    def s(self):\n        return {}\ndef f(v, firm, luck):\n    return H().s\n",
    "an object": "class H:\n    def __init__(self, s):\n        self.s = s\nA = H({})\ndef f(v, firm, luck):\n    return A.s * v['x']\n",
    "a callable object": "class H:\n    def __init__(self, s):\n        self.s = s\n    def __call__(self, v, firm, luck):\n        return self.s * v['x']\nf = H({})\n",
    "a method": "class H:\n    def __init__(self, s):\n        self.s = s\n    def go(self, v, firm, luck):\n        return self.s * v['x']\nf = H({}).go\n",
    "slots": "class H:\n    __slots__ = ('s',)\n    def __init__(self, s):\n        self.s = s\n    def __call__(self, v, firm, luck):\n        return self.s\nf = H({})\n",
    "a partial": "import functools\ndef g(v, firm, luck, s):\n    return s * v['x']\nf = functools.partial(g, s={})\n",
    "a decorator": "import functools\ndef twice(g):\n    @functools.wraps(g)\n    def inner(*a):\n        return {} * g(*a)\n    return inner\n@twice\ndef f(v, firm, luck):\n    return v['x']\n",
    "a cache": "import functools\n@functools.lru_cache\ndef h(x):\n    return {} * x\ndef f(v, firm, luck):\n    return h(v['x'])\n",
    "a default of a class": "from dataclasses import dataclass\n@dataclass\nclass H:\n    s: float = {}\ndef f(v, firm, luck):\n    return H().s\n",
    "an enumeration": "import enum\nclass H(enum.Enum):\n    s = {}\ndef f(v, firm, luck):\n    return H.s.value\n",
}  # fmt: skip


@pytest.mark.parametrize("how", HELPERS)
def test_helpers_are_part_of_a_function(how):
    one, same, other = (made(HELPERS[how].replace("{}", number)) for number in ("2.0", "2.0", "3.0"))
    assert code_digest(one) == code_digest(same) != code_digest(other)


@pytest.mark.parametrize("how", ["import own_rules", "from own_rules import rule", "import own_rules as r"])
@pytest.mark.parametrize("inside", [False, True])
def test_a_users_own_module_is_part_of_a_function(how, inside, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    call = {"import own_rules": "own_rules.rule", "from own_rules import rule": "rule", "import own_rules as r": "r.rule"}[how]
    found = []
    for number in ("2.0", "2.0", "3.0"):
        (tmp_path / "own_rules.py").write_text(f"SCALE = {number}\ndef rule(x):\n    return SCALE * x\n")
        sys.modules.pop("own_rules", None)
        importlib.invalidate_caches()
        sys.dont_write_bytecode = True
        body = f"    {how}\n" if inside else ""
        found.append(code_digest(made(f"{'' if inside else how}\ndef f(v, firm, luck):\n{body}    return {call}(v['x'])\n")))
    assert found[0] == found[1] != found[2]


def test_what_comes_installed_goes_by_its_name():
    text = (
        "import math, numpy as np, json\nfrom pathlib import Path\ndef f(v, firm, luck):\n    return math.sin(np.cos(v['x']))\n"
    )
    assert code_digest(made(text)) == code_digest(made(text))
    assert code_digest(math.sin) != code_digest(math.cos)


def counting(values, firm, luck):
    CALLS.append(values["x"])
    return {"y": SCALE * values["x"]}


class Counting:
    def __init__(self):
        self.calls, self.known = 0, {}

    def __call__(self, values, firm, luck):
        self.calls += 1
        self.known[values["x"]] = firm
        return {"y": values["x"]}


def test_what_a_function_notes_for_itself_does_not_make_it_another(tmp_path):
    """Counters, caches and records of what was asked: the same call twice plays once."""
    cache: dict[float, float] = {}

    def cached(values, firm, luck):
        if values["x"] not in cache:
            cache[values["x"]] = 2.0 * values["x"]
        return {"y": cache[values["x"]]}

    for place, function in enumerate((counting, Counting(), cached)):
        assert again(function, function, tmp_path / f"{place}").played == 0
    assert CALLS and cache == {1.0: 2.0, 2.0: 4.0, 3.0: 6.0}


@dataclass
class Parts:
    inner: object


UNKNOWN = {
    "random numbers": lambda: np.random.default_rng(1),
    "a file": lambda: open(__file__, encoding="utf-8"),  # noqa: SIM115
    "a generator": lambda: (each for each in [1, 2]),
    "deep inside": lambda: Parts({"a": [np.random.default_rng(2)]}),
}


@pytest.mark.parametrize("how", UNKNOWN)
def test_where_nobody_can_tell_a_version_is_demanded(how, tmp_path):
    text = "def f(values, firm, luck):\n    return {'y': values['x'] + 0 * (A is None)}\n"
    held = UNKNOWN[how]()
    with pytest.raises(Refused, match='version="1"') as caught:
        FunctionModel(made(text, A=held), {"y": "1"})
    assert "\n" not in str(caught.value)
    first, second = (FunctionModel(made(text, A=held), {"y": "1"}, version=version) for version in ("1", "2"))
    run(of_rows(POINTS, model=first), tmp_path / "d", workers=1)
    with pytest.raises(Refused, match=r"model\.version"):
        run(of_rows(POINTS, model=second), tmp_path / "d", workers=1)


def test_circles_and_deep_structures_end():
    loop: list[object] = [1.0]
    loop.append(loop)
    assert code_digest(made("def f(v, firm, luck):\n    return len(A)\n", A=loop))
    assert code_digest(made("def f(v, firm, luck):\n    return f(v, firm, luck - 1) if luck else 0.0\n"))
    assert code_digest(functools.partial(made(BASE), {}))


def test_functions_of_arrays_are_told_apart_too(tmp_path):
    one, other = (made(f"def f(X, keys):\n    return {n} * X[:, 0]\n") for n in (2.0, 3.0))
    with pytest.raises(Refused, match="refers to"):
        again(one, other, tmp_path / "d", ArrayModel)


def test_runs_of_another_function_are_not_taken_over(tmp_path):
    run(of_rows(POINTS, model=FunctionModel(made(BASE), "y")), tmp_path / "d", workers=1)
    more = of_rows({"x": [1.0, 2.0, 3.0, 4.0]}, model=FunctionModel(made(CHANGED["a constant"]), "y"))
    with pytest.raises(Refused, match="another model"):
        run(more, tmp_path / "e", workers=1, reuse=tmp_path / "d")
    same = of_rows({"x": [1.0, 2.0, 3.0, 4.0]}, model=FunctionModel(made(BASE), "y"))
    assert run(same, tmp_path / "f", workers=1, reuse=tmp_path / "d").reused == 3


def test_what_an_analysis_kept_is_of_its_function_alone(tmp_path, monkeypatch):
    """Two functions that answer alike in the pilot and differ where it did not look: the first was stopped half way."""
    from tandem.experiments.files import checkpoint

    monkeypatch.setattr(checkpoint.Checkpoint, "due", True)
    kept = tmp_path / "kept.npz"

    def stopping(runs, limit=20_000):
        told.append(runs)
        if sum(told) > limit:
            raise KeyboardInterrupt

    told: list[int] = []
    one = made("def f(X, keys):\n    return X[:, 0] + 0.0 * X[:, 1]\n")
    other = made("def f(X, keys):\n    return X[:, 0] + 5.0 * (X[:, 1] > 0.9985)\n")
    with pytest.raises(KeyboardInterrupt):
        analyse(one, ["a", "b"], n=8192, keep=kept, progress=stopping)
    assert kept.exists()
    wanted, found = analyse(other, ["a", "b"], n=8192), analyse(other, ["a", "b"], n=8192, keep=kept)
    assert found.table.equals(wanted.table)
