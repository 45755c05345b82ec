"""What a public name's docstring says, held against what it does: errors by calling it with bad input, arguments by its
signature, what comes back by its annotation, columns by the tables that come back, and an example that prints."""

import doctest
import importlib
import inspect
import re
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest

import tandem
from tandem import Scenario
from tandem.experiments.discovery import Event
from tandem.sim.mistake import Mistake
from tandem.sim.outcomes import OUTCOMES
from tandem.sim.own import Own
from tandem.sim.parameters import LEVERS
from tandem.sim.scenario.catalogue import VARIABLE
from tandem.sim.weekly import WEEKLY
from tests.commands.test_records_of_tables import MADE, WITH_AN_ARGUMENT, both, given, line
from tests.once import once

matplotlib.use("Agg")

FIRM = "silence"
TRUST = {"dyad.trust": (0.2, 0.8)}
POINTS = pd.DataFrame(np.random.default_rng(1).random((200, 2)), columns=["a", "b"])
EVENT = Event("y", 0.0, True)
SEEN = {"trust": {"outcome": "trust_mean", "value": 0.4, "error": 0.02}}
CELLS = ({"dyad.trust": [0.2]}, {"levers.skills": [0.2]})


def nothing(points, keys):
    """An output that is not finite."""
    return points * np.nan


BAD = {
    "Batch": [lambda: tandem.simulate_batch(FIRM, runs=2).values("nope")],
    "Comparison": [lambda: tandem.compare(FIRM, "no-coo", runs=2).wide("nope")],
    "FactorFirms": [
        lambda: tandem.FactorFirms("nope", TRUST),
        lambda: tandem.FactorFirms(FIRM, {"dyad.trst": (0, 1)}),
        lambda: tandem.FactorFirms(FIRM, {"dyad.trust": (0, 3)}),
        lambda: tandem.FactorFirms(FIRM, 5),
        lambda: tandem.FactorFirms(FIRM, TRUST, "nope"),
        lambda: tandem.FactorFirms(FIRM, TRUST, parameters="nope"),
        lambda: tandem.FactorFirms(FIRM, TRUST, sets_vary="maybe"),
        lambda: tandem.FactorFirms(FIRM, TRUST)(np.zeros((2, 5)), np.zeros(2, dtype=np.uint64)),
        lambda: tandem.FactorFirms(FIRM, TRUST)(np.full((1, 1), 2.0), np.zeros(1, dtype=np.uint64)),
        lambda: tandem.FactorFirms(FIRM, TRUST)("points", "keys"),
    ],
    "LeadershipModel": [
        lambda: tandem.LeadershipModel("nope"),
        lambda: tandem.LeadershipModel(FIRM, dyad__trust=5),
        lambda: tandem.LeadershipModel(FIRM, replicate=-1),
        lambda: tandem.LeadershipModel(FIRM, coo_class=int),
        lambda: tandem.LeadershipModel(FIRM, seed=1.5),
    ],
    "Population": [
        lambda: tandem.Population.load("nope"),
        lambda: tandem.Population.load().draw(0),
        lambda: tandem.Population.load(parameters="nope"),
    ],
    "Run": [lambda: tandem.simulate(FIRM).explain(lang="de")],
    "Scenario": [
        lambda: Scenario.load("nope"),
        lambda: Scenario.load(FIRM).with_({"dyad.trust": 5}),
        lambda: Scenario.load(FIRM).at(week=0, changes={"dyad.trust": 0.2}),
        lambda: Scenario.parse("x = ", "mine"),
    ],
    "advise": [
        lambda: tandem.advise("nope"),
        lambda: tandem.advise(FIRM, runs=1),
        lambda: tandem.advise(FIRM, step=2),
        lambda: tandem.advise(FIRM, wish="nope"),
        lambda: tandem.advise(FIRM, hours=-1),
    ],
    "analyse": [
        lambda: tandem.analyse(line, ["a", "b"], n=33),
        lambda: tandem.analyse(line, ["a", "a"], n=64),
        lambda: tandem.analyse("line", ["a", "b"], n=64),
        lambda: tandem.analyse(line, ["a", "b"], n=64, outputs=["x", "y"]),
        lambda: tandem.analyse(line, ["a", "b"], n=64, tails=3),
        lambda: tandem.analyse(line, ["a", "b"], n=64, held=3),
        lambda: tandem.analyse(line, ["a", "b"], n=64, design="nope"),
        lambda: tandem.analyse(nothing, ["a", "b"], n=64),
    ],
    "catalogue": [],
    "compare": [
        lambda: tandem.compare(FIRM, "nope", runs=5),
        lambda: tandem.compare(),
        lambda: tandem.compare(FIRM, "no-coo", runs=5, outcomes="nope"),
        lambda: tandem.compare(FIRM, "no-coo", runs=5, at_most=5),
    ],
    "decide": [
        lambda: tandem.decide(both, ["one"], ["x", "y"], n=64),
        lambda: tandem.decide(3, ["one", "other"], ["x", "y"], n=64),
        lambda: tandem.decide(both, ["one", "other"], ["x", "y"], n=65),
        lambda: tandem.decide(nothing, ["one", "other"], ["x", "y"], n=64),
    ],
    "discover": [
        lambda: tandem.discover(EVENT, POINTS, POINTS["a"].iloc[:10]),
        lambda: tandem.discover(EVENT, POINTS, POINTS["a"] * 3),
        lambda: tandem.discover(3, POINTS, POINTS["a"]),
        lambda: tandem.discover(EVENT, POINTS.assign(a=np.nan), POINTS["a"]),
    ],
    "discover_among": [
        lambda: tandem.discover_among("nope", TRUST),
        lambda: tandem.discover_among(FIRM, TRUST, "nope"),
        lambda: tandem.discover_among(FIRM, TRUST, "trust_mean", above="x", points=40),
        lambda: tandem.discover_among(FIRM, TRUST, "trust_mean", below=-5, points=40),
    ],
    "explore": [lambda: tandem.explore("nope"), lambda: tandem.explore(FIRM, lang="de")],
    "fan": [lambda: tandem.fan("nope"), lambda: tandem.fan(FIRM, "nope", runs=5)],
    "fit": [
        lambda: tandem.fit({}, TRUST, FIRM),
        lambda: tandem.fit(SEEN, TRUST, "nope"),
        lambda: tandem.fit(SEEN, TRUST, FIRM, sets=1),
        lambda: tandem.fit(SEEN, TRUST, FIRM, workers=0),
    ],
    "forget_outcomes": [lambda: tandem.forget_outcomes("nope")],
    "heat_map": [
        lambda: tandem.heat_map("nope", *CELLS),
        lambda: tandem.heat_map(FIRM, {"dyad.trust": [5]}, CELLS[1], runs=2),
        lambda: tandem.heat_map(FIRM, *CELLS, "nope", runs=2),
        lambda: tandem.heat_map(FIRM, 3, CELLS[1], runs=2),
    ],
    "optimise": [
        lambda: tandem.optimise("nope"),
        lambda: tandem.optimise(FIRM, "nope"),
        lambda: tandem.optimise(FIRM, "growth", ["nope"]),
        lambda: tandem.optimise(FIRM, role_models="maybe", levels=2, trials=2, runs=30),
        lambda: tandem.optimise("no-coo", "conflict", ["skills"], levels=2, trials=2, runs=30),
    ],
    "outcome": [
        lambda: tandem.outcome("trust_mean", "mean(trust)"),
        lambda: tandem.outcome("mine", "mean(trst)"),
        lambda: tandem.outcome("mine", 3),
    ],
    "outcomes_from": [lambda: tandem.outcomes_from("nope.toml"), lambda: tandem.outcomes_from(3)],
    "sensitivity": [
        lambda: tandem.sensitivity("nope", TRUST),
        lambda: tandem.sensitivity(FIRM, {"dyad.trust": (0, 3)}),
        lambda: tandem.sensitivity(FIRM, TRUST, n=33),
        lambda: tandem.sensitivity(None, TRUST),
        lambda: tandem.sensitivity("no-coo", {"ceo.hours": (5, 20)}, "trust_mean", n=32),
    ],
    "simulate": [lambda: tandem.simulate("nope"), lambda: tandem.simulate(FIRM, replicate=-1), lambda: tandem.simulate(3)],
    "simulate_batch": [lambda: tandem.simulate_batch("nope"), lambda: tandem.simulate_batch(FIRM, runs=0)],
    "simulate_frame": [
        lambda: tandem.simulate_frame(3, FIRM),
        lambda: tandem.simulate_frame(pd.DataFrame({"dyad.trust": [5.0]}), FIRM),
    ],
    "small_multiples": [lambda: tandem.small_multiples(["nope"]), lambda: tandem.small_multiples([FIRM], "nope", runs=2)],
    "switching_map": [
        lambda: tandem.switching_map(both, ["one", "other"], ["x", "y"], ("x", "q"), n=64),
        lambda: tandem.switching_map(both, ["one", "other"], ["x", "y"], 5, n=64),
        lambda: tandem.switching_map(nothing, ["one", "other"], ["x", "y"], ("x", "y"), n=64),
    ],
    "worth_of_second": [lambda: tandem.worth_of_second(3), lambda: tandem.worth_of_second(9, parameters="nope")],
}
"""Bad input of each kind that a name refuses."""
ERRORS = re.compile(r"\b(Mistake|\w+Error|NotFinite|Refused|Damaged)\b")
OUR_OWN = ("Mistake", "ScenarioError", "NotFinite", "Refused", "Damaged")


def prose(thing):
    """The docstring without its example."""
    return re.sub(r"(?m)^\s*(>>>|\.\.\.).*$", "", inspect.getdoc(thing) or "")


def raised_by(calls):
    """The classes of the errors that calls raise, each said in one line."""
    found = set()
    for call in calls:
        with pytest.raises((ValueError, Exception)) as caught:
            call()
        assert type(caught.value).__name__ in OUR_OWN, f"{type(caught.value).__name__}: {caught.value}"
        assert "\n" not in str(caught.value)
        found.add(type(caught.value).__name__)
    return found


def named_errors(thing):
    """The classes of errors of ours that a docstring names."""
    return {name for name in ERRORS.findall(prose(thing)) if name in OUR_OWN}


def test_every_public_name_is_called_with_bad_input():
    assert set(BAD) == set(tandem.__all__) and [name for name, calls in BAD.items() if not calls] == ["catalogue"]


def test_the_catalogue_raises_nothing_as_it_says(tmp_path, monkeypatch):
    (tmp_path / "broken.toml").write_text("title = ", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert "broken" in [entry.name for entry in tandem.catalogue()]
    assert "Raises nothing" in prose(tandem.catalogue)


@pytest.mark.parametrize("name", tandem.__all__)
def test_the_errors_that_it_raises_are_those_that_it_names(name):
    assert raised_by(BAD[name]) == named_errors(getattr(tandem, name))


def test_an_error_that_is_not_named_or_never_raised_is_seen():
    def silent():
        """Returns nothing. Raises Mistake."""
        raise tandem.sim.scenario.ScenarioError("wrong")

    assert raised_by([silent]) == {"ScenarioError"} != named_errors(silent) == {"Mistake"}
    with pytest.raises(AssertionError, match="KeyError"):
        raised_by([lambda: {}["x"]])
    assert issubclass(tandem.sim.scenario.ScenarioError, Mistake)


# -- arguments and what comes back -------------------------------------------------------------


def unnamed_arguments(thing):
    """Arguments that the docstring does not name in code's own letters. Pictures are drawn on `ax` or `axes` as everywhere."""
    signature = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing)
    names = [name for name, each in signature.parameters.items() if name != "self" and each.kind.name != "VAR_KEYWORD"]
    text = prose(thing)
    return [name for name in names if not re.search(rf"`[^`]*\b{re.escape(name)}\b[^`]*`", text)]


FUNCTIONS = [name for name in tandem.__all__ if not inspect.isclass(getattr(tandem, name))]
CALLED = [*FUNCTIONS, "FactorFirms", "LeadershipModel"]
"""Names that a user calls; the other classes are what comes back."""
COMES_BACK = {"DataFrame": "table", "Axes": "axes", "Figure": "figure", "None": "None", "OwnOutcome": "declaration"}


@pytest.mark.parametrize("name", CALLED)
def test_every_argument_is_told(name):
    assert unnamed_arguments(getattr(tandem, name)) == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_comes_back_is_named_as_it_is_annotated(name):
    thing = getattr(tandem, name)
    kinds = re.findall(r"\b[A-Z]\w+", str(inspect.signature(thing).return_annotation)) or ["None"]
    text = prose(thing)
    assert all(re.search(rf"\b{COMES_BACK.get(kind, kind)}s?\b", text) for kind in kinds), kinds


def test_what_is_left_out_of_a_docstring_is_seen():
    def half(scenario, runs):
        """Plays `scenario`."""

    assert unnamed_arguments(half) == ["runs"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_comes_back_stands_in_the_reference(name):
    """A reader of the site can look up the class that a function says it gives; what is pandas' or matplotlib's is not ours."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "python.md").read_text("utf-8")
    there = {each.rpartition(".")[2] for each in re.findall(r"auto(?:class|function):: ([\w.]+)$", page, re.MULTILINE)}
    kinds = re.findall(r"\b[A-Z]\w+", str(inspect.signature(getattr(tandem, name)).return_annotation))
    assert [kind for kind in kinds if kind not in {*there, "DataFrame", "Axes", "Figure", "Explorer", "None"}] == []


def members_half_told(kind):
    """Methods of a class that stand in the site and say nothing, or name an argument nowhere."""
    found = []
    for name, member in vars(kind).items():
        method = getattr(member, "__func__", member)
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        text = inspect.getdoc(method) or ""
        arguments = [each for each in inspect.signature(method).parameters if each not in ("self", "cls")]
        found += [f"{name}({each})" for each in arguments if not re.search(rf"\b{each}\b", text)] or ([] if text else [name])
    return found


@pytest.mark.parametrize("name", [name for name in tandem.__all__ if inspect.isclass(getattr(tandem, name))])
def test_every_argument_of_a_method_is_told(name):
    assert members_half_told(getattr(tandem, name)) == []


def test_a_method_that_says_too_little_is_seen():
    class Half:
        def told(self, seed):
            """By `seed`."""

        def half(self, seed, runs):
            """By `seed`."""

        def silent(self):
            pass

    assert members_half_told(Half) == ["half(runs)", "silent"]


FIRM_ITSELF = Scenario.load(FIRM)
METHODS = {
    "branch": lambda: FIRM_ITSELF.branch("nope"),
    "with_": lambda: FIRM_ITSELF.with_(3),
    "at": lambda: FIRM_ITSELF.at(5, 3),
    "parse": lambda: Scenario.parse(3),
    "save": lambda: FIRM_ITSELF.save(3),
    "title": lambda: FIRM_ITSELF.title("de"),
    "explain": lambda: tandem.simulate(FIRM).explain("en", "maybe"),
    "plot of a batch": lambda: tandem.simulate_batch(FIRM, runs=2).plot("nope"),
    "plot of a comparison": lambda: tandem.compare(FIRM, "no-coo", runs=2).plot("nope"),
    "with_ of a population": lambda: tandem.Population.load().with_(3),
    "load of a population": lambda: tandem.Population.load(3),
    "firms": lambda: tandem.Population.load().firms(2, pairs_only="maybe"),
    "of_points": lambda: tandem.FactorFirms(FIRM, TRUST).of_points(3),
    "of_points with too many columns": lambda: tandem.FactorFirms(FIRM, TRUST).of_points(np.zeros((3, 7))),
    "as_salib": lambda: tandem.FactorFirms(FIRM, TRUST).as_salib(replicates=0),
}


@pytest.mark.parametrize("method", METHODS)
def test_a_method_refuses_bad_input_in_one_line(method):
    assert raised_by([METHODS[method]]) <= {"Mistake", "ScenarioError"}


# -- tables ------------------------------------------------------------------------------------


def attribute_doc(owner, name):
    """What is said of a class, of one of its attributes, properties or methods, and of the functions that these point to."""
    text = f"{prose(owner)} {_beside(owner, name)}"
    member = getattr(owner, name, None)
    for inner in (getattr(member, "fget", None), getattr(member, "func", None), member):
        if inspect.isfunction(inner):
            text += " " + (inner.__doc__ or "")
    for _ in range(2):
        for module, function in re.findall(r"`(tandem\.[\w.]+)\.(\w+)`", text):
            try:
                text += " " + (getattr(importlib.import_module(module), function).__doc__ or "")
            except (ImportError, AttributeError):
                continue
    return text


def _beside(owner, name):
    """The text that stands under an attribute in the source of its class."""
    source = inspect.getsource(owner)
    found = re.search(rf'^    {name}: [^\n]*\n    """(.*?)"""', source, flags=re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


def results(thing):
    """The class, attribute and table of every table that a result hands out."""
    if isinstance(thing, list | tuple):
        for each in thing:
            yield from results(each)
    elif isinstance(thing, Own) and not given(thing):
        for name in [name for name in dir(thing) if not name.startswith("_")]:
            method = getattr(type(thing), name, None)
            if inspect.isfunction(method):
                if str(inspect.signature(method).return_annotation) == "pd.DataFrame":
                    yield type(thing), name, getattr(thing, name)(*WITH_AN_ARGUMENT.get(name, ()))
            elif isinstance(value := getattr(thing, name), pd.DataFrame):
                yield type(thing), name, value
            elif isinstance(value, Own):
                yield from results(value)


def untold_columns(table, text):
    """Columns that a text does not name. Outcomes and weekly columns are told by the catalogue that it names, levers as levers; a
    path and an arm's name are the user's own words, and NAME_low is told by its NAME and the ending."""

    def told(column):
        stem, _, end = column.rpartition("_")
        return (
            re.search(rf"\b{re.escape(column)}\b", text)
            or (column in WEEKLY and "weekly.WEEKLY" in text)
            or (column in LEVERS and "levers" in text)
            or "." in column
            or "by the arm's name" in text
            or (stem and f"_{end}" in text and told(stem))
            or (column in OUTCOMES and "outcomes.OUTCOMES" in text)
        )

    return [column for column in map(str, table.columns) if not told(column)]


@pytest.fixture(scope="module")
def made():
    return once(MADE)


@pytest.mark.parametrize("name", tandem.__all__)
def test_every_column_of_what_comes_back_is_told(name, made):
    untold = {
        f"{owner.__name__}.{attribute}": columns
        for owner, attribute, table in results(made(name))
        if (columns := untold_columns(table, attribute_doc(owner, attribute)))
    }
    assert untold == {}


UNITS = re.compile(
    r"\bunits?\b|\b0[- ](to )?1\b|\bhours\b|kEUR|\bshares?\b|\bpoints\b|probabilit|standard errors|"
    r"outcomes\.OUTCOMES|weekly\.WEEKLY"
)


def without_unit(owner, attribute, table):
    """Whether a table holds figures of which nothing is said in which unit they are."""
    return any(kind == np.float64 for kind in table.dtypes) and not UNITS.search(attribute_doc(owner, attribute))


@pytest.mark.parametrize("name", tandem.__all__)
def test_figures_that_come_back_have_a_unit(name, made):
    found = results(made(name))
    assert [f"{owner.__name__}.{place}" for owner, place, table in found if without_unit(owner, place, table)] == []


def test_a_figure_without_a_unit_is_seen():
    class Bare(Own):
        """Figures."""

        table: pd.DataFrame
        """One row each: mean."""

    assert without_unit(Bare, "table", pd.DataFrame({"mean": [1.0]}))
    assert not without_unit(Bare, "table", pd.DataFrame({"name": ["a"]}))
    assert not without_unit(tandem.Batch, "outcomes", pd.DataFrame({"mean": [1.0]}))


def test_a_column_that_is_not_told_is_seen():
    table = pd.DataFrame({"mean": [1.0], "mean_low": [1.0], "revenue_growth": [1.0], "dyad.trust": [0.5]})
    assert untold_columns(table, "mean, with _low") == ["revenue_growth"]
    assert untold_columns(table, "outcomes of tandem.sim.outcomes.OUTCOMES") == ["mean", "mean_low"]


# -- examples ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", tandem.__all__)
def test_its_example_prints_what_it_says(name):
    """That it runs is held beside the names (`test_public_names`); here that it shows something. What gives nothing back shows by
    what stands before and after."""
    found = doctest.DocTestFinder(recurse=False).find(getattr(tandem, name), name)
    assert [example for test in found for example in test.examples if example.want.strip()] != []
