"""Tables that belong together, and tables that other programs wrote: aligned and read as meant, or refused with the cause."""

import numpy as np
import pandas as pd
import pytest

from tandem import Scenario, discover
from tandem.experiments.commands.main import status
from tandem.experiments.discovery import Event
from tandem.experiments.discovery.regional import regional
from tandem.experiments.files.together import aligned, together
from tandem.experiments.store import FunctionModel, Plan, of_plan, of_rows, open_sweep
from tandem.sim.mistake import Mistake

EVENT = Event("y", 0.0, True)
POINTS = pd.DataFrame(np.random.default_rng(1).random((400, 2)), columns=["a", "b"])
SHARE = (POINTS["a"] > 0.7).astype(float)
SHORT = Scenario.load("silence").with_({"quarters": 1})


def doubled(values, firm, luck):
    return {"y": 2.0 * values["x"]}


def model():
    return FunctionModel(doubled, {"y": "1"})


# -- tables that belong together ---------------------------------------------------------------


@pytest.mark.parametrize("order", [3, 4, 5])
@pytest.mark.parametrize("labels", [range(400), range(400, 0, -1), [f"p{i}" for i in range(400)], np.linspace(0, 1, 400)])
def test_rows_are_told_by_their_labels(order, labels):
    x, y = POINTS.set_axis(list(labels)), SHARE.set_axis(list(labels))
    wanted = discover(EVENT, POINTS, SHARE)
    found = discover(EVENT, x, y.sample(frac=1, random_state=order))
    assert found.told == wanted.told and found.boxes[0].limits["a"].low == pytest.approx(0.7, abs=0.02)
    pd.testing.assert_frame_equal(regional(x, y.sample(frac=1, random_state=order)), regional(POINTS, SHARE))


def test_what_has_no_labels_is_taken_in_its_order():
    wanted = discover(EVENT, POINTS, SHARE).told
    for share in (SHARE.to_numpy(), list(SHARE), SHARE.to_frame(), SHARE.astype(bool), SHARE.astype("Float64")):
        assert discover(EVENT, POINTS, share).told == wanted


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (POINTS, SHARE[:-1], "400 rows and share 399"),
        (POINTS[:-1], SHARE, "399 rows and share 400"),
        (POINTS, SHARE.rename(lambda label: label + 1), "no row of the label 0"),
        (POINTS, SHARE.set_axis([f"{label}" for label in SHARE.index]), "no row of the label 0"),
        (POINTS.set_axis([7] * 400), SHARE, "stand there twice"),
        (POINTS, SHARE.set_axis([*range(399), 0]), "stand there twice"),
        (POINTS.set_axis(["a", "a"], axis=1), SHARE, "stands there twice"),
        (POINTS.set_axis([1, "1"], axis=1), SHARE, "stands there twice"),
        (POINTS.rename(columns={"b": "event"}), SHARE, "another name"),
        (POINTS, SHARE.where(SHARE > 0), "missing or outside 0 to 1"),
        (POINTS, 100.0 * SHARE, "missing or outside 0 to 1"),
        (POINTS, SHARE.map(str), "one number from 0 to 1"),
        (POINTS.where(POINTS > 0.5), SHARE, "missing or not finite"),
        (POINTS.assign(b=np.inf), SHARE, "missing or not finite"),
        (POINTS.assign(b=None), SHARE, "a value is missing"),
        (POINTS.assign(b="0,5"), SHARE, "decimal comma"),
        (POINTS.assign(b=[1, "a"] * 200), SHARE, "several kinds"),
        (POINTS.assign(b=pd.Timestamp("2020-01-01")), SHARE, "neither numbers nor words"),
        (POINTS[:0], SHARE[:0], "at least 4"),
        (POINTS, pd.concat([SHARE, SHARE], axis=1), "one is needed"),
        (None, SHARE, "0 rows"),
        (POINTS, 0.5, "share 1"),
    ],
)
def test_tables_that_do_not_fit_are_refused_in_one_sentence(x, y, said):
    for look in (lambda: discover(EVENT, x, y), lambda: regional(x, y)):
        with pytest.raises(Mistake, match=said) as caught:
            look()
        assert "\n" not in str(caught.value)


def test_columns_that_were_given_apart_keep_their_rows_together():
    first, second = pd.Series([0.1, 0.2, 0.3]), pd.Series([1.0, 2.0, 3.0])
    for wrong in (second.sample(frac=1, random_state=1), second.rename(lambda label: label + 1)):
        with pytest.raises(Mistake, match="different labels"):
            of_rows({"x": first, "z": wrong}, model=model())
    for wrong in ([1.0], second[:2], np.zeros(4)):
        with pytest.raises(Mistake, match="need as many"):
            of_rows({"x": first, "z": wrong}, model=model())
    kept = of_rows({"x": first.set_axis(["u", "v", "w"]), "z": second.set_axis(["u", "v", "w"])}, model=model())
    assert kept.points.columns["z"].tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(Mistake):
        together("here", a=[1], b=[1, 2])
    assert aligned("here", first, second[::-1], ("a", "b")).tolist() == [1.0, 2.0, 3.0]


# -- a caller's own points ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (pd.DataFrame([[1.0, 2.0]], columns=["x", "x"]), "stands there twice"),
        (pd.DataFrame([[1.0, 2.0]]), "not text"),
        (pd.DataFrame([[1.0, 2.0]], columns=["x", 1]), "not text"),
        (pd.DataFrame([[1.0]], columns=pd.MultiIndex.from_tuples([("x", "y")])), "not text"),
        ({"x": ["12,5", "13,5"]}, "decimal comma"),
        ({"x": ["1.234,5", "1"]}, "decimal comma"),
        ({"x": ["-0,5", "+1,5e3"]}, "decimal comma"),
        ({"x": [1.0, "a"]}, "several kinds"),
        ({"x": [True, 2.0]}, "several kinds"),
        ({"x": [None, "a"]}, "a value is missing"),
        ({"x": [b"a", b"b"]}, "a bytes"),
        ({"x": [1j, 2.0]}, "neither numbers nor words"),
        ({"x": [2**70, 1]}, "too large"),
        ({"x": "12"}, "a text where a column belongs"),
        ({"run_id": [1, 2], "x": [1, 2]}, "every sweep has"),
        ({"status": [1, 2], "x": [1, 2]}, "every sweep has"),
        ({"point_id": [5, 6], "x": [1, 2]}, "does not say what it holds"),
        ({"Unnamed: 0": [5, 7], "x": [1, 2]}, "does not say what it holds"),
        ({"y": [1.0, 2.0]}, "a column of the points and an outcome"),
        ({"x": [1.0], "first_replicate": [-1]}, "0 or more"),
        ({"x": [1.0], "first_replicate": [2**64]}, "2\\^64 - 1"),
        ({"x": [1.0], "first_replicate": [0.5]}, "whole numbers"),
        ({"x": [1.0], "first_replicate": [True]}, "whole numbers"),
        ({"x": [1.0], "firm_id": [None]}, "missing|whole numbers"),
        ([1.0, 2.0], "no table"),
        (None, "no table"),
    ],
)
def test_points_of_ones_own_are_read_as_meant_or_refused(points, said):
    with pytest.raises(Exception, match=said) as caught:
        of_rows(points, model=model())
    assert type(caught.value).__name__ in ("Mistake", "ScenarioError", "Refused") and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        ([1, 2], [1, 2]),
        (pd.array([1, 2], dtype="Int64"), [1, 2]),
        (pd.array([1.5, 2.5], dtype="Float64"), [1.5, 2.5]),
        (np.array([1, 2], dtype=object), [1, 2]),
        (pd.Categorical(["a", "b"]), ["a", "b"]),
        (pd.array(["a", "b"], dtype="string"), ["a", "b"]),
        (["001", "NA"], ["001", "NA"]),
        ([True, False], [True, False]),
        (np.array([1.0, 2.0], dtype=np.float32), [1.0, 2.0]),
        ((value for value in (1, 2)), [1, 2]),
    ],
)
def test_a_column_of_any_kind_of_number_or_word_is_read(column, wanted):
    assert of_rows({"x": column, "Unnamed: 0": [0, 1]}, model=model()).points.columns["x"].tolist() == wanted


def test_points_are_the_callers_no_more_once_they_are_given():
    mine = np.array([1.0, 2.0])
    kept = of_rows({"x": mine}, model=model())
    mine[:] = 0.0
    assert kept.points.columns["x"].tolist() == [1.0, 2.0]


def test_scenarios_may_be_called_as_one_likes():
    firms = {"NA": SHORT, "001": SHORT.with_({"levers.skills": 0.3}), "nan": SHORT, "1": SHORT}
    kept = of_rows({"scenario": ["001", "NA", "1", "nan"], "levers.skills": [0.1, 0.2, 0.3, 0.4]}, scenarios=firms)
    assert kept.points.columns["scenario"].tolist() == [1, 0, 3, 2]


# -- files of other programs -------------------------------------------------------------------

PLAN = """
replicates = 1
quarters = 1
keep = "named"
outcomes = ["revenue_growth"]
scenarios = [{ name = "NA", load = "silence" }, { name = "001", load = "silence" }, { name = "1", load = "silence" }]
[design]
kind = "table"
file = "points.csv"
"""
READ = {
    "plain": "scenario,levers.skills\nNA,0.2\n001,0.8\n",
    "index": ",scenario,levers.skills\n0,NA,0.2\n1,001,0.8\n",
    "index from 1": ",scenario,levers.skills\n1,NA,0.2\n2,001,0.8\n",
    "named by pandas": "Unnamed: 0,scenario,levers.skills\n0,NA,0.2\n1,001,0.8\n",
    "index by name": "index,scenario,levers.skills\n0,NA,0.2\n1,001,0.8\n",
    "semicolons": "scenario;levers.skills\nNA;0.2\n001;0.8\n",
    "tabs": "scenario\tlevers.skills\nNA\t0.2\n001\t0.8\n",
    "quoted": '"scenario","levers.skills"\r\n"NA","0.2"\r\n"001","0.8"\r\n',
    "byte order mark": "\ufeffscenario,levers.skills\nNA,0.2\n001,0.8\n",
    "spaces in the head": "scenario, levers.skills\nNA,0.2\n001,0.8\n",
    "no last line end": "scenario,levers.skills\nNA,2e-1\n001,.8",
}
REFUSED = {
    "decimal comma, one column": ("levers.skills\n12,5\n", "decimal comma"),
    "decimal comma, two columns": ("scenario,levers.skills\nNA,0,5\n", "decimal comma"),
    "decimal comma, later": ("levers.skills\n0.5\n0.25\n0,5\n", "decimal comma"),
    "decimal comma in quotes": ('scenario,levers.skills\nNA,"0,5"\n', "decimal comma"),
    "semicolons and decimal commas": ("scenario;levers.skills\nNA;0,2\n001;0,8\n", "decimal comma"),
    "doubled": ("scenario,levers.skills,levers.skills\nNA,0.2,0.3\n", "levers.skills: this column stands there twice"),
    "doubled scenario": ("scenario,scenario,levers.skills\nNA,001,0.3\n", "scenario: this column stands there twice"),
    "whole numbers as names": ("0,1\nNA,0.2\n", "unknown column"),
    "an index that says something": (",scenario,levers.skills\n7,NA,0.2\n3,001,0.8\n", "does not say what it holds"),
    "missing": ("scenario,levers.skills\nNA,\n", "a value is missing"),
    "missing by name": ("scenario,levers.skills\nNA,0.2\n001,NA\n", "a value is missing"),
    "too short": ("scenario,levers.skills\nNA\n", "a line has 1 values where the head has 2 columns"),
    "too long": ("scenario,levers.skills\nNA,0.2,7\n", "a line has 3 values where the head has 2 columns"),
    "a scenario that is another's": ("scenario,levers.skills\n01,0.2\n", "'01': no such scenario in the plan"),
    "no scenario": ("scenario,levers.skills\n,0.2\n", "no such scenario in the plan|a value is missing"),
    "a word among numbers": ("scenario,levers.skills\nNA,high\n001,0.2\n", "wrong type"),
    "negative replicate": ("scenario,first_replicate\nNA,-1\n", "whole numbers from 0 to 2\\^64 - 1"),
    "beyond 64 bits": ("scenario,first_replicate\nNA,18446744073709551616\n", "whole numbers from 0 to 2\\^64 - 1"),
    "empty": ("", "no head"),
    "head alone": ("scenario,levers.skills\n", "no rows"),
    "two bytes a sign": ("scenario,levers.skills\nNA,0.2\n".encode("utf-16"), "not UTF-8 text|unknown column"),
    "latin-1": ("scenario,levers.skills\nété,0.2\n".encode("latin-1"), "not UTF-8 text"),
}


def plan_with(content, folder):
    (folder / "plan.toml").write_text(PLAN)
    (folder / "points.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / "plan.toml"


@pytest.mark.parametrize("how", READ)
def test_a_table_of_another_program_is_read(how, tmp_path):
    source = of_plan(Plan.load(plan_with(READ[how], tmp_path))).points
    (block,) = source.blocks()
    assert block["scenario"].to_pylist() == [0, 1] and block["levers.skills"].to_pylist() == [0.2, 0.8]
    assert source.factors == ["levers.skills"]


@pytest.mark.parametrize("how", REFUSED)
def test_a_table_that_would_be_misread_is_refused_with_the_cause(how, tmp_path, capsys):
    content, said = REFUSED[how]
    path = plan_with(content, tmp_path)
    with pytest.raises(Mistake, match=said) as caught:
        of_plan(Plan.load(path))
    assert "points.csv: " in str(caught.value)
    assert status(["sweep", str(path), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "points.csv: " in told and told.count("\n") == 1 and not (tmp_path / "out").exists()


def test_numbers_of_a_file_are_read_to_the_last_digit(tmp_path):
    values = [0.1, 1 / 3, 0.30000000000000004, 5e-324, 0.9999999999999999, *np.random.default_rng(3).random(50)]
    text = "levers.skills,scenario,first_replicate\n" + "".join(f"{value!r},1,18446744073709551615\n" for value in values)
    (block,) = of_plan(Plan.load(plan_with(text.replace("np.float64(", "").replace(")", ""), tmp_path))).points.blocks()
    assert block["levers.skills"].to_pylist() == [float(value) for value in values]
    assert set(block["first_replicate"].to_pylist()) == {-1}


def test_a_sweep_of_such_a_table_comes_back_under_its_names(tmp_path):
    path = plan_with(READ["plain"], tmp_path)
    assert status(["sweep", str(path), "--out", str(tmp_path / "out"), "--workers", "1"]) == 0
    assert open_sweep(tmp_path / "out").to_pandas()["scenario"].tolist() == ["NA", "001"]


def test_parquet_keeps_what_it_says(tmp_path):
    frame = pd.DataFrame({"scenario": ["001", "NA"], "levers.skills": [0.2, 0.8]}, index=[5, 6])
    (tmp_path / "plan.toml").write_text(PLAN.replace("points.csv", "points.parquet"))
    frame.to_parquet(tmp_path / "points.parquet")
    (block,) = of_plan(Plan.load(tmp_path / "plan.toml")).points.blocks()
    assert block["scenario"].to_pylist() == [1, 0]


@pytest.mark.parametrize("order", [["success-story", "silence"], ["silence", "success-story"], ["b", "a", "c"]])
def test_each_row_stands_under_its_own_scenario_whatever_the_order_of_names(order, tmp_path):
    firms = {name: SHORT.with_({"levers.skills": 0.1 + 0.2 * place}) for place, name in enumerate(order)}
    from tandem import simulate
    from tandem.experiments.store import run

    run(of_rows({"scenario": order}, scenarios=firms, outcomes="revenue_growth"), tmp_path / "one", workers=1)
    read = open_sweep(tmp_path / "one").to_pandas()
    for name, growth in zip(read["scenario"], read["revenue_growth"]):
        assert growth == simulate(firms[name]).outcomes["revenue_growth"]
    other = dict(reversed(firms.items()))
    experiment = of_rows({"scenario": list(other)}, scenarios=other, outcomes="revenue_growth")
    with pytest.raises(Exception, match="holds another sweep"):  # the same numbers of scenarios, and other scenarios behind them
        run(experiment, tmp_path / "one", workers=1)
    run(experiment, tmp_path / "two", workers=1, reuse=tmp_path / "one")
    again = open_sweep(tmp_path / "two").to_pandas()
    assert dict(zip(again["scenario"], again["revenue_growth"])) == dict(zip(read["scenario"], read["revenue_growth"]))
