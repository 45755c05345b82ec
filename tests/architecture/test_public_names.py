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
