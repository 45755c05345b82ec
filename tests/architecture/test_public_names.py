"""`import tandem` offers its names and nothing else, and each has an example that runs."""

import doctest
import subprocess
import sys

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
