"""`import tandem` offers its names and nothing else, and each has an example that runs."""

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import matplotlib
import pytest

import tandem

matplotlib.use("Agg")
PROMISED = {
    "Batch",
    "Comparison",
    "FactorFirms",
    "LeadershipModel",
    "Population",
    "Run",
    "Scenario",
    "advise",
    "analyse",
    "catalogue",
    "compare",
    "decide",
    "discover",
    "discover_among",
    "fit",
    "forget_outcomes",
    "optimise",
    "outcome",
    "outcomes_from",
    "sensitivity",
    "simulate_frame",
    "switching_map",
    "explore",
    "fan",
    "heat_map",
    "simulate",
    "simulate_batch",
    "small_multiples",
    "worth_of_second",
}


def test_these_names_and_no_others():
    assert set(tandem.__all__) == set(dir(tandem)) == PROMISED
    with pytest.raises(AttributeError, match="simulat"):
        tandem.simulat  # noqa: B018


@pytest.mark.parametrize("name", tandem.__all__)
def test_a_name_has_an_example_that_runs(name):
    found = [test for test in doctest.DocTestFinder(recurse=False).find(getattr(tandem, name), name) if test.examples]
    assert found, f"{name} has no example"
    assert not any(example.options.get(doctest.SKIP) for test in found for example in test.examples)
    for test in found:
        assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


# What each public docstring says, by the words that say it. A class is what comes back; its shape and units are its members'.
SAID = {
    "errors": r"\bRaises\b",
    "what comes back": r"\b(Returns?|Returned|comes? back)\b",
    "units": r"\bunits?\b|\b0[- ](to )?1\b|\bhours\b|kEUR|\bshares?\b|int64|float64|points out of",
    "shape": r"\brows?\b|\bshape\b|\baxes\b|\blist\b|\btuple\b|\bmapping\b|\bcolumns?\b|\(\w+,|\bby name\b|\bNone\b",
}


def unsaid(thing):
    """What the docstring of a public name does not say, its example left out."""
    text = re.sub(r"(?m)^\s*(>>>|\.\.\.).*$", "", inspect.getdoc(thing) or "")
    return [
        what for what, words in SAID.items() if not re.search(words, text) and not (what[:4] == "what" and inspect.isclass(thing))
    ]


@pytest.mark.parametrize("name", tandem.__all__)
def test_a_name_says_what_comes_back_its_shape_units_and_errors(name):
    assert unsaid(getattr(tandem, name)) == []


def test_a_docstring_that_says_too_little_is_seen():
    def bare():
        """Play firms."""

    def example():
        """Play firms. Returned: one row a firm, shares. Raises Mistake.

        >>> bare()
        """

    assert unsaid(bare) == list(SAID)
    assert unsaid(example) == []


def test_each_name_stands_in_the_reference_once():
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "python.md").read_text("utf-8")
    there = re.findall(r"auto(?:class|function):: tandem\.(\w+)$", page, re.M)
    assert sorted(there) == sorted(tandem.__all__)


def test_an_example_that_is_wrong_would_be_seen():
    test = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(test, out=lambda text: None).failed == 1


def test_to_import_it_costs_neither_compiler_nor_figures():
    told = "import sys, tandem; print(sorted({'llvmlite', 'matplotlib', 'pandas', 'anywidget'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        ("from tandem import Scenario, compare, simulate, simulate_batch", {"pandas", "scipy", "matplotlib", "mesa"}),
        (
            "from tandem import Scenario, simulate; simulate(Scenario.load('silence').with_({'quarters': 1}))",
            {"scipy", "matplotlib"},
        ),
        ("from tandem.experiments.commands.main import status; status(['list'])", {"pandas", "scipy", "matplotlib", "llvmlite"}),
        ("from tandem.sim.intervals import share_interval; share_interval(3, 9)", {"matplotlib", "scipy.stats"}),
    ],
)
def test_a_start_loads_no_more_than_it_needs(words, heavy):
    """Each of these takes a quarter of a second and more; what is asked for decides which are loaded."""
    told = f"{words}\nimport sys; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_a_start_loads_is_seen():
    told = "import pandas, sys; print(sorted({'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout == "['pandas']\n"
