"""Every rule keeps its claims over all declared ranges, none is without, and the compiler makes the same numbers of it."""

import importlib
import inspect
import math
import random
from pathlib import Path

import pytest
from claims import SHARE, Claim, hold, plain

import tandem.sim.rules
from tandem.sim.compile import COMPILED
from tandem.sim.rules.arithmetic import unit
from tandem.sim.rules.trust import trust_after_failure

FILES = sorted(file.stem for file in Path(tandem.sim.rules.__file__).parent.glob("[!_]*.py"))
CLAIMS = [(file, claim) for file in FILES for claim in importlib.import_module(f"test_{file}").CLAIMS]


def rules_of(file):
    """Names of the rules written in a file of sim/rules."""
    module = importlib.import_module(f"tandem.sim.rules.{file}")
    found = {name: plain(thing) for name, thing in vars(module).items() if callable(thing) and name != "rule"}
    return {name for name, thing in found.items() if getattr(thing, "__module__", "") == module.__name__}


@pytest.mark.parametrize("file", FILES)
def test_every_rule_has_a_claim(file):
    assert {claim.name for where, claim in CLAIMS if where == file} == rules_of(file)


@pytest.mark.parametrize("claim", [claim for _, claim in CLAIMS], ids=lambda claim: claim.name)
def test_a_rule_keeps_its_claim(claim):
    assert list(claim.arguments) == list(inspect.signature(plain(claim.rule)).parameters)
    hold(claim)


@pytest.mark.slow
@pytest.mark.skipif(not COMPILED, reason="the compiler is off")
@pytest.mark.parametrize("claim", [claim for _, claim in CLAIMS], ids=lambda claim: claim.name)
def test_compiled_and_plain_give_the_same_bits(claim):
    draw = random.Random(claim.name)
    ends = ([low for low, _ in claim.arguments.values()], [high for _, high in claim.arguments.values()])
    within = [[draw.uniform(low, high) for low, high in claim.arguments.values()] for _ in range(50)]
    for values in (*ends, *within):
        assert claim.rule(*values) == plain(claim.rule)(*values), values


# -- sabotage: a false claim is refuted --------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        Claim(unit, {"x": (-2.0, 2.0)}, (0.0, 0.9)),
        Claim(unit, {"x": (-2.0, 2.0)}, (0.1, 1.0)),
        Claim(unit, {"x": (-2.0, 2.0)}, SHARE, falling=("x",)),
        Claim(trust_after_failure, {"trust": SHARE, "loss": SHARE}, SHARE, rising=("loss",)),
        Claim(
            trust_after_failure,
            {"trust": SHARE, "loss": SHARE},
            SHARE,
            mirrors=(lambda values: {"trust": values["loss"], "loss": values["trust"]},),
        ),
        Claim(lambda x: math.nan, {"x": SHARE}, SHARE),
        Claim(lambda x: x if x < 0.9 else math.inf, {"x": SHARE}, SHARE),
    ],
)
def test_a_false_claim_is_refuted(broken):
    with pytest.raises(AssertionError):
        hold(broken)
