"""Firms as rows of the kernel: whatever is moved and by whatever door, the rows are those of the scenario that says the same."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.experiments.effects.cells import STRENGTH, Firms, Mechanisms, strengths
from tandem.sim import played as played_runs
from tandem.sim.kernel import run_batch
from tandem.sim.parameter_sets import chosen, ensemble
from tandem.sim.parameters import DEMAND_DEPENDS_ON, EVERYBODY, LEVERS, RECORD, each, lever_value, solved_demand
from tandem.sim.points import table_of_points
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.paths import FIELDS, bounds
from tandem.sim.table import FirmTable, alone, place_of

ROOT = Path(__file__).resolve().parents[2]
ROLE_MODELS = ("co-pilot", "strategist-executor", "brand-performance", "no-coo")
CONTEXTS = ("baseline", "agile", "rapid-growth")
NUMBERS = tuple(path for path in FIELDS if "." in path and ".N." not in path and alone(path))
FOLLOWING = tuple(path for path in NUMBERS if path.split(".")[0] in ("communication", "clarity", "targets", "training"))
DEMANDED = tuple(f"{group}.{name}" for group, names in DEMAND_DEPENDS_ON.items() for name in names if name != "right_goals")


@st.composite
def numbers(draw, paths=NUMBERS, most=4):
    """Values by path, each within its range, levers and what follows them often among them."""
    named = draw(st.lists(st.one_of(*map(st.sampled_from, (paths, FOLLOWING, DEMANDED))), max_size=most, unique=True))
    named += [f"levers.{lever}" for lever in draw(st.lists(st.sampled_from(LEVERS), max_size=2, unique=True))]
    return {path: draw(st.floats(*bounds(path), width=64)) + 0.0 for path in dict.fromkeys(named)}


@st.composite
def scenarios(draw, changed=True):
    """A role model in a context, some values set by hand, and perhaps changes during the run."""
    made = Scenario.of(role_model=draw(st.sampled_from(ROLE_MODELS)), context=draw(st.sampled_from(CONTEXTS)))
    made = made.with_(draw(numbers()))
    for _ in range(draw(st.integers(0, 2)) if changed else 0):
        made = made.at(draw(st.integers(1, 20)), draw(numbers()))
    return made


def same(rows, wanted):
    assert len(rows) == len(wanted)
    assert rows.tobytes() == wanted.tobytes(), [name for name in RECORD.names if not np.array_equal(rows[name], wanted[name])]


FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


# -- design points and levers ------------------------------------------------------------------


@FEW
@given(scenarios(), numbers())
def test_what_is_set_is_what_a_scenario_with_it_says(scenario, values):
    table = FirmTable([scenario]).take([0, 0])
    for path, value in values.items():
        table.set(path, np.array([value, value]))
    for rows in table.timelines():
        same(rows, scenario.with_(values).records())


@FEW
@given(scenarios(), st.sampled_from(LEVERS), st.sampled_from(LEVERS), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_a_level_that_is_no_number_leaves_a_firm_as_it_is(scenario, one, other, level, another):
    table = FirmTable([scenario]).take([0, 0, 0])
    table.set_lever(one, np.array([np.nan, level, np.nan])).set_lever(other, np.array([np.nan, np.nan, another]))
    wanted = scenario, scenario.with_({f"levers.{one}": level}), scenario.with_({f"levers.{other}": another})
    for rows, said in zip(table.timelines(), wanted, strict=True):
        same(rows, said.records())


def test_what_a_change_says_of_a_levers_part_is_a_change_also_where_the_lever_comes_to_the_same():
    firm = Scenario.of(role_model="co-pilot", context="baseline").at(1, {"targets.specificity": 0.0})
    for level in (0.0, 0.3):
        moved = FirmTable([firm]).take([0, 0]).set_lever("smart_goals", np.array([level, np.nan])).timelines()
        same(moved[0], firm.with_({"levers.smart_goals": level}).records())
        same(moved[1], firm.records())
    said = FirmTable([firm]).take([0]).set("targets.specificity", 0.0).timelines()[0]
    same(said, firm.with_({"targets.specificity": 0.0}).records())
    assert len(moved[0]) == 2 and len(said) == 1


@FEW
@given(st.lists(scenarios(), min_size=2, max_size=3), numbers(), numbers())
def test_firms_of_several_scenarios_keep_apart(firms, first, second):
    which = [1, 0, 1, len(firms) - 1]
    table = FirmTable(firms).take(which)
    for path in first.keys() | second.keys():
        usual = [firms[k].values.get(path) for k in which]
        if None in usual or path in first.keys() & second.keys():
            continue
        value = first.get(path, second.get(path))
        table.set(path, np.array([value, usual[1], value, usual[3]]))
    assert len(table) == 4 and table.starts[-1] == len(table.rows)
    same(table.timelines()[0], table.timelines()[2])


def test_every_number_that_stands_alone_is_written_as_scenarios_write_it():
    scenario, random = Scenario.of(role_model="co-pilot", context="agile"), np.random.default_rng(0)
    assert len(NUMBERS) > 150 and "levers.skills" in NUMBERS and "ceo.skills.market" in NUMBERS
    drawn = [[path] for path in NUMBERS] + [list(random.choice(NUMBERS, 6, replace=False)) for _ in range(10)]
    for names in drawn:
        values = {name: bounds(name)[0] + (bounds(name)[1] - bounds(name)[0]) * random.random(2) for name in names}
        table = FirmTable([scenario]).take([0, 0])
        for name, column in values.items():
            table.set(name, column)
        for place in (0, 1):
            said = {name: float(column[place]) for name, column in values.items()}
            same(table.timelines()[place], scenario.with_(said).records())


def test_words_switches_and_teams_are_written_too():
    scenario = Scenario.of(role_model="co-pilot", context="agile")
    values = {
        "assumptions.gate": "feasibility",
        "switches.fatigue": False,
        "teams.1.headcount": 3.5,
        "resolution.first": "expert",
    }
    table = FirmTable([scenario])
    for path, value in values.items():
        table.set(path, value)
    same(table.rows, scenario.with_(values).records())
    with pytest.raises(ScenarioError, match="no such number"):
        table.set("teams.9.headcount", 1.0)


@pytest.mark.parametrize(
    "path", ["quarters", "ceo.priorities.growth", "market.start_share_brand", "charter.budget.rule", "ceo.present", "no.such"]
)
def test_what_does_not_stand_alone_goes_the_long_way(path):
    assert not alone(path) and place_of(path) is None
    with pytest.raises(ScenarioError, match="stands alone"):
        FirmTable([Scenario.of()]).set(path, 1)


def test_points_go_the_long_way_where_they_must_and_complain_one_by_one():
    scenario = Scenario.of(role_model="co-pilot").at(week=5, changes={"levers.skills": 0.9})
    table, said = table_of_points(scenario, {"levers.communication": np.array([0.1, 0.9])}, 2)
    assert list(table.starts) == [0, 2, 4] and said == ["", ""]
    shares = np.array([0.9, 1.7, 0.1, 0.9])
    table, said = table_of_points(scenario, {"market.start_share_brand": shares}, 4)
    assert [bool(one) for one in said] == [False, True, False, False] and len(table) == 3
    same(table.timelines()[2], scenario.with_({"market.start_share_brand": 0.9}).records())
    table, said = table_of_points(scenario, {"dyad.trust": np.array([0.5, 1.5])}, 2)  # out of its range
    assert not said[0] and "too large" in said[1] and len(table) == 1
    assert len(table_of_points(scenario, {"dyad.trust": np.array([2.0])}, 1)[0]) == 0


# -- parameter sets and strengths --------------------------------------------------------------


@FEW
@given(scenarios(), st.integers(0, 199))
def test_a_parameter_set_moves_what_only_the_declaration_has_set(scenario, number):
    values = ensemble().mechanisms(number)
    moved = {path: value for path, value in values.items() if scenario.origin[path] == "default"}
    same(FirmTable([scenario]).under(ensemble().columns, number).rows, scenario.with_(moved).records())


@FEW
@given(scenarios(), numbers(), st.integers(0, 199))
def test_sets_levers_and_hands_go_together_in_any_order(scenario, values, number):
    plain = scenario.with_(values)
    moved = {path: value for path, value in ensemble().mechanisms(number).items() if plain.origin[path] == "default"}
    wanted = plain.with_(moved).records()
    first, last = FirmTable([scenario]).under(ensemble().columns, number), FirmTable([scenario])
    for path, value in values.items():
        first.set(path, value)
        last.set(path, value)
    same(first.rows, wanted)
    same(last.under(ensemble().columns, number).rows, wanted)


@FEW
@given(scenarios(), st.sampled_from([row["path"] for row in strengths() if "vacancy" not in row["path"]]), st.floats(0.5, 1.5))
def test_a_scaled_strength_is_the_scenario_with_it(scenario, path, factor):
    value = float(np.clip(scenario.values[path] * factor, *bounds(path)))
    same(FirmTable([scenario]).scale(path, factor).rows, scenario.with_({path: value}).records())


@FEW
@given(scenarios(), st.integers(0, 199))
def test_a_file_that_holds_every_value_still_says_what_gives_way(scenario, number):
    again = Scenario.parse(scenario.to_toml())
    assert again == scenario
    both = [FirmTable([firm]).under(ensemble().columns, number).rows for firm in (again, scenario)]
    same(*both)


def test_in_a_file_of_an_older_version_every_value_is_set():
    scenario = Scenario.of(role_model="co-pilot", context="agile")
    older = Scenario.parse(re.sub(r"said = \[[^]]*\]", "", scenario.to_toml()))
    assert older == scenario
    same(FirmTable([older]).under(ensemble().columns, 3).rows, scenario.records())


# -- interventions -----------------------------------------------------------------------------


@FEW
@given(scenarios(changed=False), numbers(), numbers(), st.integers(1, 60), st.integers(1, 60))
def test_an_intervention_is_that_of_the_scenario(scenario, first, second, week, later):
    table = FirmTable([scenario]).take([0, 0]).at(week, first)
    for rows in table.timelines():
        same(rows, scenario.at(week, first).records())
    if first:
        both = table.at(week + later, second)
        last = scenario.at(week, first).at(week + later, second)
        same(both.timelines()[0], last.records())
    with pytest.raises(ScenarioError, match="before `at`"):
        table.set("dyad.trust", 0.5)


@pytest.mark.parametrize(
    ("start", "first", "second"),
    [
        ({}, {"communication.meetings_per_week": 0.0}, {"levers.communication": 0.0}),
        ({}, {"levers.communication": 0.9, "communication.transparency": 0.1}, {"levers.communication": 0.2}),
        ({"levers.smart_goals": 0.0}, {"targets.specificity": 0.0}, {"targets.specificity": 0.0}),
        ({"targets.specificity": 0.0}, {"targets.specificity": 0.0}, {"levers.smart_goals": 1.0}),
    ],
)
def test_what_an_intervention_says_of_a_parameter_stays_said(start, first, second):
    """A lever moved later does not move it, and saying what a lever had said is a change."""
    scenario = Scenario.of(role_model="co-pilot").with_(start)
    both = FirmTable([scenario]).take([0, 0]).at(2, first).at(5, second)
    for rows in both.timelines():
        same(rows, scenario.at(2, first).at(5, second).records())


# -- demand ------------------------------------------------------------------------------------


def test_demand_of_many_rows_is_that_of_each():
    random = np.random.default_rng(3)
    table = FirmTable([Scenario.of(context="agile")]).take(np.zeros(50, dtype=int))
    for path in DEMANDED:
        table.set(path, random.uniform(*bounds(path), 50) if bounds(path)[0] else random.uniform(0.01, bounds(path)[1], 50))
    rows = table.rows
    assert rows["demand"].tolist() == [float(solved_demand(row)) for row in rows]
    assert rows["demand"].tolist() == [float(solved_demand(rows[k : k + 1])[0]) for k in range(50)]
    moved = rows["demand"][rows["demand"] < EVERYBODY]  # so far out, many a level of demand meets its natural end
    assert 10 < len(moved) == len(set(moved))
    levels = random.random(20)
    assert lever_value(levels, 0.25, 4.0, "log").tolist() == [lever_value(x, 0.25, 4.0, "log") for x in levels.tolist()]
    assert each(np.exp, 0.0) == 1.0


# Where the usual values make something cancel out, it moves nothing.
LEANING = {"market.right_goals": {"growth": 0.4, "brand": 0.3, "innovation": 0.1, "efficiency": 0.1, "customers": 0.1}}


@pytest.mark.parametrize("path", DEMANDED)
def test_demand_follows_each_thing_that_it_depends_on(path):
    """And nothing else is listed as such: half-way between where it stands and the end of its range, demand moves."""
    scenario = Scenario.of(role_model="co-pilot", context="baseline").with_({"market.satisfaction": 0.6, **LEANING})
    value = 0.5 * (scenario.values[path] + bounds(path)[1])
    moved = FirmTable([scenario]).set(path, value).rows["demand"][0]
    assert moved == scenario.with_({path: value}).records()["demand"][0] != scenario.records()["demand"][0]


def rows_played(monkeypatch, model, points):
    """The rows that a function for `analyse` hands to the kernel."""
    seen = []

    def played(rows, *more):
        seen.append(rows.copy())
        return run_batch(rows, *more)

    monkeypatch.setattr(played_runs, "run_batch", played)
    model(points, np.arange(len(points), dtype=np.uint64))
    return np.concatenate(seen)


def mechanisms_moved(monkeypatch):
    """Rows with a moved mechanism that demand depends on, and the scenarios that say the same."""
    scenario = Scenario.of(role_model="co-pilot", context="agile").with_({"quarters": 1})
    model = Mechanisms({("co-pilot", "agile"): scenario}, parameters="declared")
    paths = [row["path"] for row in strengths()]
    points = np.full((3, len(paths)), 0.5)
    points[:, paths.index("market.saturation")] = 0.1, 0.5, 0.9
    rows = rows_played(monkeypatch, model, points)
    usual = scenario.values["market.saturation"]
    wanted = [scenario.with_({"market.saturation": usual * (1 + STRENGTH * (2 * x - 1))}).records() for x in (0.1, 0.5, 0.9)]
    return rows, np.concatenate(wanted)


def test_mechanisms_that_demand_depends_on_take_it_along(monkeypatch):
    same(*mechanisms_moved(monkeypatch))


def test_a_table_that_forgets_to_solve_demand_is_caught(monkeypatch):
    monkeypatch.setattr(FirmTable, "_solve", lambda table: None)
    with pytest.raises(AssertionError, match="demand"):
        same(*mechanisms_moved(monkeypatch))


def test_levers_and_sets_of_the_analysis_are_those_of_scenarios(monkeypatch):
    scenario = Scenario.of(role_model="co-pilot", context="agile").with_({"quarters": 1, "communication.transparency": 0.9})
    points = np.random.default_rng(1).random((6, len(LEVERS)))
    rows = rows_played(monkeypatch, Firms({("co-pilot", "agile"): scenario}), points)
    drawn = chosen().of_keys(np.arange(6, dtype=np.uint64))
    for row, point, number in zip(rows, points.tolist(), drawn):
        firm = scenario.with_({f"levers.{lever}": level for lever, level in zip(LEVERS, point)})
        same(
            row, firm.with_({p: v for p, v in ensemble().mechanisms(number).items() if firm.origin[p] == "default"}).records()[0]
        )


# -- one place ---------------------------------------------------------------------------------

WRITERS = ("sim/table.py", "sim/parameters.py", "sim/scenario/scenario.py")


def fields_written(path, text):
    """Where a file assigns to a field of a record of parameters, or makes such records."""
    for node in ast.walk(ast.parse(text, path)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        for target in targets:
            for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                while isinstance(part, ast.Subscript):
                    key = part.slice
                    if isinstance(key, ast.Constant) and key.value in RECORD.names:
                        yield f"{path}:{node.lineno} writes {key.value}"
                    part = part.value
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("fill_record", "solved_demand"):
            yield f"{path}:{node.lineno} calls {node.func.id}"
        if isinstance(node, ast.Call) and ast.unparse(node).endswith(".replace('.', '_')"):
            yield f"{path}:{node.lineno} makes a column's name of a path"


def test_rows_are_written_in_one_place():
    complaints = []
    for file in sorted((*(ROOT / "sim").rglob("*.py"), *(ROOT / "experiments").rglob("*.py"))):
        path = file.relative_to(ROOT).as_posix()
        if path not in WRITERS and not path.startswith(("sim/phases/", "sim/rules/")):
            complaints += fields_written(path, file.read_text("utf-8"))
    assert complaints == []


def test_a_second_writer_is_seen():
    for text in (
        'rows["market_churn"] = 0.1',
        'timeline["campaigns_weeks"][1] = 9.0',
        'a, rows["demand"] = 1, 2',
        'rows["leader_hours"][:, 0] *= 2',
        "fill_record(parameters, row)",
        'timeline[path.replace(".", "_")] = values',
    ):
        assert list(fields_written("x.py", text)), text
    assert not list(fields_written("x.py", 'table["value"] = rows["market_churn"]'))


def test_consecutive_versions_differ():
    """A change that says what holds anyway is none, until the firm is moved away from it."""
    scenario = Scenario.of(role_model="co-pilot", context="agile")
    trust = scenario.values["dyad.trust"]
    still = scenario.at(10, {"dyad.trust": trust})
    assert len(still.records()) == len(FirmTable([still]).rows) == 1
    moved = FirmTable([still]).set("dyad.trust", 0.9).rows
    same(moved, still.with_({"dyad.trust": 0.9}).records())
    assert all(first.tobytes() != second.tobytes() for first, second in pairwise(moved)) and len(moved) == 2
