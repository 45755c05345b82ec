"""Every table that a public name gives says in its `.attrs` where it comes from, and `tandem rerun` plays it again."""

import inspect

import matplotlib
import numpy as np
import pandas as pd
import pytest

import tandem
from tandem.experiments.commands.main import status
from tandem.experiments.discovery import Event
from tandem.experiments.sensitivity.swept import of_finished
from tandem.experiments.store import open_sweep
from tandem.sim.origin import ATTRIBUTE, origin_of_function
from tandem.sim.own import Own, made_by
from tandem.sim.panel import simulate_panel
from tests.once import once

matplotlib.use("Agg")

FIRM = tandem.Scenario.load("silence").with_({"quarters": 2})
MOVED = {"dyad.trust": (0.2, 0.8), "ceo.hours": (5, 20)}
TIED = {"factors": MOVED, "correlation": {"factors": [*MOVED], "matrix": [[1.0, 0.5], [0.5, 1.0]]}}
GIVEN = ("Scenario", "Chosen", "Ensemble", "Likelihood", "DeclaredFactors", "Sweep")
"""What a result holds of what was given to it (parameter sets, firms, laws): inputs, which say themselves what they are."""


def given(thing):
    """Whether a result was given, and not made."""
    return bool({kind.__name__ for kind in type(thing).__mro__} & set(GIVEN))


def line(points, keys):
    """A function of somebody's own."""
    return points[:, 0] + 0.2 * points[:, 1]


def both(points, keys):
    """What two options bring."""
    return np.column_stack([points[:, 0], 1.0 - points[:, 1]])


def discovered():
    points = pd.DataFrame(np.random.default_rng(1).random((200, 2)), columns=["a", "b"])
    return tandem.discover(Event("y", 0.0, True), points, (points["a"] > 0.7).astype(float))


def stepped(**asked):
    model = tandem.LeadershipModel(FIRM, seed=3, replicate=2, **asked)
    for _ in range(5):
        model.step()
    return model.datacollector.get_model_vars_dataframe()


def fitted():
    seen = {"trust": {"outcome": "trust_mean", "value": 0.4, "error": 0.02}}
    sizes = {"sets": 20, "first": 40, "later": 20, "waves": 1, "firms": 4}
    return tandem.fit(seen, {"dyad.trust": (0.1, 0.9)}, FIRM, seed=7, **sizes)


def declared():
    found = tandem.outcome("trust_of_records", "mean(trust)", unit="0-1")
    tandem.forget_outcomes("trust_of_records")
    return found


def batch():
    return tandem.simulate_batch([FIRM, "no-coo"], runs=4, seed="a word", paired=True)


def compared():
    return tandem.compare(FIRM, FIRM.with_({"levers.skills": 0.9}), runs=10, outcomes=["revenue_growth", "conflict_rate"])


def explored():
    """What a widget hands out; without the package that draws it there is none."""
    pytest.importorskip("anywidget")
    widget = tandem.explore(FIRM)
    widget.pin("A")
    widget.set(context="agile")
    return [widget.run, widget.batch(runs=4), widget.comparison(runs=4)]


MADE = {
    "Batch": batch,
    "Comparison": compared,
    "FactorFirms": lambda: tandem.analyse(tandem.FactorFirms(FIRM, MOVED, "trust_mean"), list(MOVED), n=32),
    "LeadershipModel": stepped,
    "Population": lambda: [tandem.Population.load(), tandem.Population.load().firms(5, seed=1).table],
    "Run": lambda: tandem.simulate(FIRM, seed=1),
    "Scenario": lambda: FIRM,
    "advise": lambda: tandem.advise(FIRM.with_({"quarters": 4}), runs=60, seed=3),
    "analyse": lambda: tandem.analyse(line, ["steep", "flat"], n=64, seed=5),
    "catalogue": tandem.catalogue,
    "compare": compared,
    "decide": lambda: tandem.decide(both, ["one", "other"], ["x", "y"], n=64),
    "discover": discovered,
    "discover_among": lambda: tandem.discover_among(FIRM, MOVED, "trust_mean", points=60, seed=7),
    "explore": explored,
    "fan": lambda: tandem.fan(FIRM, runs=10),
    "fit": fitted,
    "forget_outcomes": declared,
    "heat_map": lambda: tandem.heat_map(FIRM, {"levers.skills": [0.2, 0.8]}, {"levers.communication": [0.2, 0.8]}, runs=5),
    "optimise": lambda: tandem.optimise(FIRM, "conflict", ["communication"], levels=3, trials=3, runs=50, seed=1),
    "outcome": declared,
    "outcomes_from": lambda: None,  # declares outcomes; what it gives back is checked where it is declared
    "sensitivity": lambda: [tandem.sensitivity(FIRM, factors, "trust_mean", n=32, seed=7) for factors in (MOVED, TIED)],
    "simulate": lambda: tandem.simulate(FIRM.at(week=10, changes={"dyad.trust": 0.2}), seed=7, replicate=2, firm=3),
    "simulate_batch": batch,
    "simulate_frame": lambda: tandem.simulate_frame(pd.DataFrame({"dyad.trust": [0.2, 0.8]}), FIRM, runs=2),
    "small_multiples": lambda: tandem.small_multiples([FIRM, "co-pilot-weakness"], runs=5),
    "switching_map": lambda: tandem.switching_map(both, ["one", "other"], ["x", "y"], ("x", "y"), n=128, cells=2),
    "worth_of_second": lambda: tandem.worth_of_second(18, seed=1),
}
"""A small call of each public name; a name that is not here fails the first test."""

WITH_AN_ARGUMENT = {"wide": ("revenue_growth",), "to_pandas": ()}


def tables_of(thing, place=""):
    """Every table that somebody can read from a result, by its place: attributes, lists of them, methods that give one."""
    if isinstance(thing, pd.DataFrame):
        yield place, thing
    elif isinstance(thing, list | tuple):
        for number, each in enumerate(thing):
            yield from tables_of(each, f"{place}[{number}]")
    elif isinstance(thing, dict):
        for name, each in thing.items():
            yield from tables_of(each, f"{place}[{name}]")
    elif isinstance(thing, Own) and not given(thing):
        for name in dir(thing):
            if name.startswith("_"):
                continue
            method = getattr(type(thing), name, None)
            if not (inspect.isfunction(method) or inspect.ismethod(method)):
                yield from tables_of(getattr(thing, name), f"{place}.{name}")
            elif "DataFrame" in str(inspect.signature(method).return_annotation):
                yield from tables_of(getattr(thing, name)(*WITH_AN_ARGUMENT.get(name, ())), f"{place}.{name}()")


def without_record(thing):
    """Places of tables that do not say where they come from, or not by a name that stands for them."""
    found = []
    for place, table in tables_of(thing):
        record = table.attrs.get(ATTRIBUTE, {})
        if not {"call", "table", "versions", "model_sha256"} <= set(record):
            found.append(place)
    return found


@pytest.fixture(scope="module")
def made():
    """What each public name gives, made when it is first asked for."""
    return once(MADE)


def test_each_public_name_is_asked():
    assert set(MADE) == set(tandem.__all__)


@pytest.mark.parametrize("name", tandem.__all__)
def test_each_table_of_a_public_name_says_where_it_comes_from(name, made):
    assert without_record(made(name)) == []


def test_a_table_that_says_nothing_is_seen():
    class Bare(Own):
        def __init__(self):
            self.table = pd.DataFrame({"a": [1.0]})

        def to_frame(self) -> pd.DataFrame:
            return self.table

    assert without_record(Bare()) == [".table", ".to_frame()"]
    assert without_record([made_by(Bare(), origin_of_function("analyse", line, ""))]) == []


PLAYED = (
    *("FactorFirms", "LeadershipModel", "discover_among", "fit", "optimise", "sensitivity", "worth_of_second"),
    *("Comparison", "Population", "Run", "simulate_frame"),
)
OWN_FUNCTIONS = {
    "analyse": "test_records_of_tables.line",
    "decide": "test_records_of_tables.both",
    "switching_map": "both",
    "discover": "points of your own",
}


def rerun(file, capsys):
    capsys.readouterr()
    code = status(["rerun", str(file)])
    return code, capsys.readouterr()


def raised(table):
    """The table with the last digit of one number changed, and where; None where it holds no number."""
    numbers = [place for place, kind in enumerate(table.dtypes) if kind == np.float64 and np.isfinite(table.iloc[:, place]).any()]
    if not numbers:
        return None, ""
    changed = table.copy()
    row = int(np.flatnonzero(np.isfinite(table.iloc[:, numbers[-1]]))[-1])
    changed.iloc[row, numbers[-1]] = np.nextafter(table.iloc[row, numbers[-1]], np.inf)
    return changed, f"row {row + 1}, {table.columns[numbers[-1]]}: "


def again_and_changed(table, file, capsys):
    """Played again to the same bits; with one digit changed it says which, and exits with 1."""
    table.to_parquet(file)
    code, told = rerun(file, capsys)
    assert code == 0 and "the same to the last bit" in told.out, told
    changed, where = raised(table)
    if changed is not None:
        changed.to_parquet(file)
        code, told = rerun(file, capsys)
        assert code == 1 and where in told.out, told


@pytest.mark.parametrize("name", PLAYED)
def test_a_saved_table_is_played_again_and_a_changed_digit_is_found(name, made, tmp_path, capsys):
    """One table of each kind of call; of what has several, also the last, which lies deepest."""
    tables = list(tables_of(made(name)))
    for _, table in tables[:: max(1, len(tables) - 1)]:
        again_and_changed(table, tmp_path / "table.parquet", capsys)


@pytest.mark.parametrize("name", OWN_FUNCTIONS)
def test_what_rests_on_a_function_of_ones_own_says_so_in_one_line(name, made, tmp_path, capsys):
    table = next(iter(tables_of(made(name))))[1]
    record = table.attrs[ATTRIBUTE]
    assert record["seed"] in (0, 5) and record["inputs"] and record["own_sha256"]
    table.to_parquet(tmp_path / "own.parquet")
    code, told = rerun(tmp_path / "own.parquet", capsys)
    assert code == 2 and len(told.err.strip().split("\n")) == 1
    assert OWN_FUNCTIONS[name] in told.err and f"{name}(" in told.err


def test_an_analysis_that_was_saved_and_read_names_its_folder(made, tmp_path, capsys):
    made("analyse").save(tmp_path / "kept", figures=False)
    found = type(made("analyse")).load(tmp_path / "kept")
    assert without_record(found) == []
    found.table.to_parquet(tmp_path / "read.parquet")
    code, told = rerun(tmp_path / "read.parquet", capsys)
    assert code == 2 and f"tandem rerun {tmp_path / 'kept'}" in told.err and len(told.err.strip().split("\n")) == 1


def test_another_function_has_another_digest():
    def steeper(points, keys):
        return 2.0 * points[:, 0] + 0.2 * points[:, 1]

    first, second = (tandem.analyse(f, ["a", "b"], n=64).table.attrs[ATTRIBUTE]["own_sha256"] for f in (line, steeper))
    assert first != second


def test_factors_that_hang_together_and_several_firms_are_played_again(tmp_path, capsys):
    other = tandem.Scenario.load("co-pilot-weakness").with_({"quarters": 2})
    found = tandem.sensitivity([FIRM, other], TIED, ["trust_mean"], n=32, seed="a word", parameters=3)
    again_and_changed(found.table, tmp_path / "tied.parquet", capsys)


def test_levers_of_a_firm_with_a_role_model_are_moved_again(tmp_path, capsys):
    """The record tells the firm value by value, and which of these somebody set: levers still move the others."""
    firm = tandem.Scenario.of(role_model="undefined", context="agile").with_({"quarters": 2})
    found = tandem.sensitivity(firm, {"levers.skills": (0.2, 0.8)}, "trust_mean", n=32)
    again_and_changed(found.table, tmp_path / "levers.parquet", capsys)


def test_a_role_model_of_ones_own_may_be_gone(tmp_path, capsys):
    """The record holds the firm value by value, also where levers are moved."""
    (tmp_path / "mine.toml").write_text("[levers]\ncommunication = 0.7\n", encoding="utf-8")
    (tmp_path / "firm.toml").write_text('role_model = "mine.toml"\nquarters = 2\n', encoding="utf-8")
    found = tandem.sensitivity(str(tmp_path / "firm.toml"), {"levers.skills": (0.2, 0.8)}, "trust_mean", n=32)
    best = tandem.optimise(str(tmp_path / "firm.toml"), "growth", ["skills"], levels=2, trials=2, runs=30)
    (tmp_path / "mine.toml").unlink()
    again_and_changed(found.table, tmp_path / "levers.parquet", capsys)
    again_and_changed(best.table, tmp_path / "best.parquet", capsys)


def test_role_models_are_searched_again(tmp_path, capsys):
    asked = {"levels": 2, "trials": 20, "runs": 30, "role_models": True, "hours": 5.0}
    found = tandem.optimise(FIRM, ["growth", "conflict"], ["skills"], **asked)
    again_and_changed(found.table, tmp_path / "role_models.parquet", capsys)


def test_an_outcome_of_ones_own_is_measured_again(tmp_path, capsys):
    tandem.outcome("trust_kept", "mean(trust)", unit="0-1", better="higher")
    try:
        table = tandem.sensitivity(FIRM, MOVED, "trust_kept", n=32, replicates=2).table
    finally:
        tandem.forget_outcomes("trust_kept")
    again_and_changed(table, tmp_path / "own.parquet", capsys)


def test_agents_of_ones_own_are_named(tmp_path, capsys):
    from tandem.sim.agents import ChiefOperatingOfficer

    class Yielding(ChiefOperatingOfficer):
        """One who always gives in."""

    table = stepped(coo_class=Yielding)
    table.to_parquet(tmp_path / "agents.parquet")
    code, told = rerun(tmp_path / "agents.parquet", capsys)
    assert code == 2 and "Yielding" in told.err and len(told.err.strip().split("\n")) == 1


def test_an_analysis_that_stopped_at_a_look_stops_there_again(tmp_path, capsys):
    firms = tandem.FactorFirms(FIRM, MOVED, "trust_mean")
    found = tandem.analyse(firms, list(MOVED), n=256, until_decided=True, replicates=2)
    record = found.table.attrs[ATTRIBUTE]
    assert (record["n"], record["until_decided"]) == (256, list(MOVED)) and found.n <= 256
    again_and_changed(found.table, tmp_path / "looked.parquet", capsys)


def test_moves_within_advice_are_made_again(made, tmp_path, capsys):
    made("advise").moves.table.to_parquet(tmp_path / "moves.parquet")
    code, told = rerun(tmp_path / "moves.parquet", capsys)
    assert code == 0 and ".moves.table" in told.out


def test_a_panel_is_played_again(tmp_path, capsys):
    panel = simulate_panel([FIRM], runs=2, seed=4, columns=["ceo_trust", "revenue"])
    again_and_changed(panel.to_frame(), tmp_path / "panel.parquet", capsys)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("swept")
    plan = folder / "plan.toml"
    plan.write_text(
        'seed = 1\nreplicates = 2\nscenarios = ["silence"]\noutcomes = ["trust_mean"]\n'
        '[design]\nkind = "sobol"\npoints = 64\n[factors."levers.skills"]\nlow = 0.1\nhigh = 0.9\n',
        encoding="utf-8",
    )
    assert status(["sweep", str(plan), "--out", str(folder / "sweep"), "--workers", "1"]) == 0
    return folder / "sweep"


def test_the_sensitivity_of_a_sweep_is_read_again_while_the_sweep_lies_there(swept, tmp_path, capsys):
    found = of_finished(open_sweep(swept))
    assert without_record(found) == []
    again_and_changed(found.table, tmp_path / "swept.parquet", capsys)
    found.table.to_parquet(tmp_path / "swept.parquet")
    swept.rename(swept.parent / "elsewhere")
    code, told = rerun(tmp_path / "swept.parquet", capsys)
    assert code == 2 and "no such folder" in told.err and len(told.err.strip().split("\n")) == 1
