"""Plans, good and bad: every bad one is one clear line and exit 2, quickly, before anything is written."""

import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tandem.experiments.commands.main import status
from tandem.experiments.store import Plan, Refused, of_plan, of_rows, open_sweep, run, verify
from tandem.experiments.store.factors import read_factor
from tandem.experiments.store.layout import Layout, Stage, rounded_chunk
from tandem.sim import Scenario
from tandem.sim.outcomes import HEADLINES, OUTCOMES
from tandem.sim.scenario import ScenarioError
from tandem.sim.until import level_of

GOOD = """
quarters = 1
replicates = 2
scenarios = ["co-pilot"]
[factors]
"levers.skills" = { low = 0.1, high = 0.9 }
[design]
kind = "sobol"
points = 8
"""


def plan(**changes):
    tables = {"quarters": 1, "replicates": 2, "scenarios": ["co-pilot"], "outcomes": ["cash"], **changes}
    return Plan.of({name: value for name, value in tables.items() if value is not None})


def design(**changes):
    frames = [block.to_pandas() for block in of_plan(plan(**changes)).points.blocks()]
    return pd.concat(frames, ignore_index=True)


# -- bad plans ---------------------------------------------------------------------------------

DEEP = "a = " + "[" * 100_000
BAD = {
    "no replicates": GOOD.replace("replicates = 2\n", ""),
    "zero": GOOD.replace("replicates = 2", "replicates = 0"),
    "negative": GOOD.replace("replicates = 2", "replicates = -3"),
    "bool": GOOD.replace("replicates = 2", "replicates = true"),
    "float": GOOD.replace("replicates = 2", "replicates = 2.0"),
    "zero points": GOOD.replace("points = 8", "points = 0"),
    "bool points": GOOD.replace("points = 8", "points = true"),
    "unknown key": "replicate = 3\n" + GOOD,
    "unknown path": GOOD.replace("levers.skills", "levers.skill"),
    "out of range": GOOD.replace("high = 0.9", "high = 1.9"),
    "not a number": GOOD.replace("high = 0.9", "high = nan"),
    "infinite": GOOD.replace("high = 0.9", "high = 1e999"),
    "turned round": GOOD.replace("low = 0.1", "low = 0.95"),
    "unknown shape": GOOD.replace("high = 0.9", 'high = 0.9, distribution = "cauchi"'),
    "shape without numbers": GOOD.replace("high = 0.9", 'high = 0.9, distribution = "normal"'),
    "unknown role model": GOOD.replace('"co-pilot"', '"autopilot"'),
    "unknown outcome": 'outcomes = ["joy"]\n' + GOOD,
    "an outcome twice": 'outcomes = ["cash", "cash"]\n' + GOOD,
    "range without design": GOOD.split("[design]")[0],
    "unknown design": GOOD.replace('"sobol"', '"sobel"'),
    "ranges in a factorial": GOOD.replace('kind = "sobol"\npoints = 8', 'kind = "factorial"'),
    "saltelli of no power": GOOD.replace('kind = "sobol"\npoints = 8', 'kind = "saltelli"\npoints = 7'),
    "table that is not there": GOOD.split("[factors]")[0] + '[design]\nkind = "table"\nfile = "none.csv"\n',
    "role model as factor": GOOD.replace('"levers.skills" = { low = 0.1, high = 0.9 }', 'role_model = ["co-pilot", "no-coo"]'),
    "two kinds of values": GOOD.replace("{ low = 0.1, high = 0.9 }", '[0.1, "high"]'),
    "precision and replicates": GOOD + '[precision]\noutcome = "cash"\nhalf_width = 1\nat_most = 9\n',
    "no firms": GOOD.replace('["co-pilot"]', "[]"),
    "twice the same firm": GOOD.replace('["co-pilot"]', '["co-pilot", "co-pilot"]'),
    "deep": DEEP,
    "long number": GOOD.replace("replicates = 2", "replicates = " + "9" * 5000),
    "duplicate key": "quarters = 2\n" + GOOD,
    "not TOML": "{]",
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_plan_is_one_line_and_exit_2(name, tmp_path, capsys):
    file = tmp_path / "plan.toml"
    file.write_text(BAD[name])
    began = time.monotonic()
    assert status(["sweep", str(file), "--out", str(tmp_path / "s")]) == 2
    assert time.monotonic() - began < 2
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.strip().splitlines()) == 1 and len(told.err) < 1200
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a = '" + b"x" * 2_000_000 + b"'", b"\x00"])
def test_what_is_no_text_is_one_line_too(content, tmp_path, capsys):
    (tmp_path / "plan.toml").write_bytes(content)
    assert status(["sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "s")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_good_plan_is_good_with_and_without_a_byte_order_mark(tmp_path, capsys):
    for mark in (b"", b"\xef\xbb\xbf"):
        (tmp_path / "plan.toml").write_bytes(mark + GOOD.encode())
        assert status(["sweep", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "s"), "--dry-run"]) == 0
        assert "16 runs = 8 points x 2 replicates" in capsys.readouterr().out
    assert not (tmp_path / "s").exists()


def test_a_complaint_says_where_what_and_what_would_do():
    with pytest.raises(ScenarioError) as caught:
        Plan.parse(BAD["unknown path"])
    assert "levers.skills" in str(caught.value) and "factors.levers.skill" in str(caught.value)
    with pytest.raises(ScenarioError, match=r"factors\.levers\.skills = 1\.9"):
        Plan.parse(BAD["out of range"])


@pytest.mark.slow
def test_a_hundred_million_runs_are_planned_in_little_time_and_memory(tmp_path):
    (tmp_path / "plan.toml").write_text(GOOD.replace("points = 8", "points = 50_000_000"))
    script = (
        "import resource, sys\nfrom tandem.experiments.commands.main import status\n"
        "code = status(['sweep', sys.argv[1], '--out', 'none', '--dry-run'])\n"
        # The kernel's other figure, ru_maxrss, counts what the parent of this process had.
        "used = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "print(code, int(used[0]) // 1024, sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "plan.toml")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "100,000,000 runs" in done.stdout
    code, megabytes, seconds = map(float, done.stdout.split()[-3:])
    assert code == 0 and megabytes < 200 and seconds < 5


# -- designs -----------------------------------------------------------------------------------


def test_a_factorial_design_holds_every_combination():
    table = design(factors={"levers.skills": [0.1, 0.5], "ceo.hours": [10, 12, 14], "ceo.present": [True, False]})
    assert len(table) == 12 == len(table.drop_duplicates(["levers.skills", "ceo.hours", "ceo.present"]))
    assert list(table["point_id"]) == list(range(12))


def test_scenarios_meet_every_point_and_lists_are_crossed():
    table = design(
        scenarios=["silence", {"role_model": ["co-pilot", "no-coo"], "context": ["agile", "baseline"]}],
        factors={"levers.skills": [0.1, 0.5]},
    )
    assert list(table["scenario"]) == [0, 1, 2, 3, 4] * 2
    assert list(plan(scenarios=[{"role_model": ["co-pilot", "no-coo"], "context": "agile"}]).scenarios) == [
        "co-pilot-in-agile",
        "no-coo-in-agile",
    ]


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol", "saltelli"])
def test_random_designs_fill_the_range_and_depend_on_their_seed(kind):
    factors = {"levers.skills": {"low": 0.2, "high": 0.8}, "ceo.hours": {"low": 8, "high": 20}}
    one, same, other = (design(factors=factors, design={"kind": kind, "points": 64, "seed": seed}) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)
    assert len(one) == 64 * (4 if kind == "saltelli" else 1)
    for path, low, high in (("levers.skills", 0.2, 0.8), ("ceo.hours", 8, 20)):
        assert (
            one[path].between(low, high).all()
            and one[path].min() < low + 0.1 * (high - low) < high - 0.1 * (high - low) < one[path].max()
        )


def test_a_design_is_the_same_whatever_the_blocks(monkeypatch):
    factors = {"levers.skills": {"low": 0.2, "high": 0.8}, "ceo.hours": [8.0, 9.0, 20.0]}
    for choice in ({"kind": "sobol", "points": 50}, {"kind": "latin-hypercube", "points": 50}):
        whole = design(factors=factors, design=choice)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tandem.experiments.store.design.ROWS_IN_A_BLOCK", 7)
            pd.testing.assert_frame_equal(design(factors=factors, design=choice), whole)


def test_an_own_table_is_taken_as_it_is(tmp_path):
    frame = pd.DataFrame(
        {
            "levers.skills": [0.1, 0.2],
            "scenario": ["b", "a"],
            "first_replicate": [5, 9],
            "charter.budget.rule": ["and", "or"],
        }
    )
    frame.to_csv(tmp_path / "points.csv", index=False)
    frame.to_parquet(tmp_path / "points.parquet")
    scenarios = [{"name": name, "role_model": role} for name, role in (("a", "no-coo"), ("b", "co-pilot"))]
    made = [
        of_plan(
            Plan.of(
                {
                    "quarters": 1,
                    "replicates": 1,
                    "scenarios": scenarios,
                    "design": {"kind": "table", "file": f"points.{end}"},
                },
                tmp_path,
            )
        )
        for end in ("csv", "parquet")
    ]
    assert made[0].spec() == made[1].spec()
    table = next(made[0].points.blocks()).to_pandas()
    assert list(table["scenario"]) == [1, 0] and list(table["first_replicate"]) == [5, 9]
    for column, value, match in (
        ("levers.skills", 1.5, "levers.skills"),
        ("levers.skills", None, "missing"),
        ("scenario", "c", "no such scenario"),
        ("first_replicate", -1, "first_replicate"),
    ):
        frame.assign(**{column: [value, frame[column][1]]}).to_csv(tmp_path / "points.csv", index=False)
        with pytest.raises(ScenarioError, match=match):
            of_plan(
                Plan.of(
                    {
                        "replicates": 1,
                        "scenarios": scenarios,
                        "design": {"kind": "table", "file": "points.csv"},
                    },
                    tmp_path,
                )
            )


@pytest.mark.parametrize(
    ("table", "law"),
    [
        ({"low": 2, "high": 6}, stats.uniform(2, 4)),
        ({"low": 1, "high": 100, "distribution": "log-uniform"}, stats.loguniform(1, 100)),
        ({"low": -1, "high": 3, "distribution": "normal", "mean": 0.5, "sd": 1}, stats.truncnorm(-1.5, 2.5, 0.5, 1)),
        ({"low": 0, "high": 4, "distribution": "triangular", "mode": 1}, stats.triang(0.25, 0, 4)),
        ({"low": 1, "high": 3, "distribution": "beta", "a": 2, "b": 5}, stats.beta(2, 5, 1, 2)),
    ],
)
def test_distributions_are_those_of_scipy(table, law):
    places = np.linspace(0.001, 0.999, 999)
    np.testing.assert_allclose(read_factor("x", table, None).at(places), law.ppf(places), rtol=1e-9)


def test_whole_numbers_and_weighted_lists():
    places = (np.arange(10_000) + 0.5) / 10_000
    values, counts = np.unique(read_factor("x", {"low": 1, "high": 4, "whole": True}, None).at(places), return_counts=True)
    assert list(values) == [1, 2, 3, 4] and np.ptp(counts) <= 1
    values, counts = np.unique(read_factor("x", {"values": ["a", "b"], "weights": [3, 1]}, None).at(places), return_counts=True)
    assert list(counts) == [7500, 2500]


def test_outcomes_are_the_headlines_unless_named_and_all_are_kept():
    assert plan(outcomes=None).outcomes == HEADLINES
    assert plan().stored[0] == "cash" and set(plan().stored) == set(OUTCOMES)
    assert plan(keep="named").stored == ("cash",)


def test_a_lever_that_does_not_move_is_told():
    assert (
        "communication.meetings_per_week" in plan(scenarios=["silence"], factors={"levers.communication": [0.1, 0.9]}).warnings[0]
    )
    assert plan(factors={"levers.communication": [0.1, 0.9]}).warnings == ()


# -- layout ------------------------------------------------------------------------------------


def test_every_run_is_in_one_chunk_and_found_again():
    stages = (Stage(0, 0, 3, 5), Stage(15, 3, 6, np.array([1, 4])), Stage(21, 6, 12, np.array([4])))
    for size in (1, 4, 7, 100):
        layout = Layout(stages, size)
        chunks = list(layout)
        assert [chunk.low for chunk in chunks][1:] == [chunk.high for chunk in chunks][:-1] and chunks[
            -1
        ].high == layout.runs == 27
        seen = set()
        for chunk in chunks:
            points, replicates = chunk.rows()
            assert list(layout.runs_of(points, replicates)) == list(range(chunk.low, chunk.high))
            assert set(layout.chunk_numbers(np.arange(chunk.low, chunk.high))) == {chunk.number}
            seen |= set(zip(points.tolist(), replicates.tolist()))
        assert len(seen) == 27
        assert list(layout.runs_of(np.array([0, 1, 4, 5, -1]), np.array([3, 6, 11, 0, 0]))) == [
            -1,
            -1,
            26,
            -1,
            -1,
        ]
    assert [rounded_chunk(size) for size in (10, 1000, 4999, 5000, 12_345, 1e9)] == [
        1000,
        1000,
        2000,
        5000,
        10_000,
        100_000,
    ]


# -- precision ---------------------------------------------------------------------------------

AIMED = {
    "replicates": None,
    "scenarios": [{"role_model": ["co-pilot", "no-coo"]}],
    "factors": {"levers.communication": [0.1, 0.9]},
}


def aimed(half_width, at_most=400):
    precision = {"outcome": "conflict_rate", "half_width": half_width, "at_least": 16, "at_most": at_most}
    return of_plan(plan(**AIMED, precision=precision))


def test_points_are_played_until_they_are_precise_enough(tmp_path):
    digests = {run(aimed(0.6), tmp_path / str(size), workers=1, chunk_runs=size).digest for size in (7, 64, 1000)}
    assert len(digests) == 1
    table = open_sweep(tmp_path / "7").to_pandas()
    counts = set()
    for _, group in table.groupby("point_id"):
        values = group["conflict_rate"].dropna()
        assert list(group["replicate"].sort_values()) == list(range(len(group)))
        counts.add(len(group))
        if len(values) == 0:
            assert len(group) == 16  # a firm without a COO has no conflict rate: given up after the first look
            continue
        looks = (16, 32, 64, 128, 256, 400)
        taken = [looks[: place + 1] for place, n in enumerate(looks) if n <= len(values)]
        assert all(level_of(those) > 0.98 for those in taken)  # what looking so often costs
        reach = [stats.t.ppf(0.5 + 0.5 * level_of(those), those[-1] - 1) for those in taken]
        halves = [far * values[: those[-1]].std() / those[-1] ** 0.5 for far, those in zip(reach, taken)]
        assert len(values) == 400 or halves[-1] <= 0.6
        assert all(half > 0.6 for half in halves[:-1])
    assert len(counts) > 1
    found = verify(tmp_path / "7", recompute=20)
    assert found.complete and found.damage == []


def test_a_stage_that_does_not_follow_is_damage(tmp_path):
    from tandem.experiments.store.seals import sealed, unsealed

    run(aimed(0.6), tmp_path / "s", workers=1)
    file = tmp_path / "s" / "stages" / "s0001.json"
    document = unsealed(file.read_bytes(), "x")
    file.write_bytes(sealed({**document, "points": [0]}))
    assert verify(tmp_path / "s").damage


# -- extending ---------------------------------------------------------------------------------


def test_a_larger_sweep_takes_over_what_it_shares(tmp_path, capsys):
    small = {
        "factors": {"levers.skills": {"low": 0.1, "high": 0.9}},
        "design": {"kind": "sobol", "points": 8},
    }
    run(of_plan(plan(**small)), tmp_path / "small", workers=1, chunk_runs=5)
    larger = {
        "replicates": ({**small, "replicates": 5}, 16),
        "points": ({**small, "design": {"kind": "sobol", "points": 16}}, 16),
        "outcome": ({**small, "outcomes": ["cash", "conflict_rate"]}, 16),
        "seed": ({**small, "seed": 1}, None),
        "other values": ({**small, "factors": {"levers.skills": [0.1, 0.9]}, "design": None}, 0),
    }
    for name, (changes, shared) in larger.items():
        experiment = of_plan(plan(**changes))
        if shared is None:
            with pytest.raises(Refused, match="another seed"):
                run(experiment, tmp_path / name, workers=1, reuse=tmp_path / "small")
            continue
        report = run(experiment, tmp_path / name, workers=1, reuse=tmp_path / "small", chunk_runs=7)
        assert (report.reused, report.played) == (shared, experiment.runs - shared), name
        assert report.digest == run(experiment, tmp_path / f"{name} fresh", workers=1).digest
        assert verify(tmp_path / name, recompute=100).damage == []


def test_a_sweep_that_kept_too_little_cannot_be_taken_over(tmp_path):
    run(of_plan(plan(keep="named")), tmp_path / "small", workers=1)
    with pytest.raises(Refused, match="did not keep"):
        run(of_plan(plan(replicates=4)), tmp_path / "large", workers=1, reuse=tmp_path / "small")
    with pytest.raises(Refused, match="no such folder"):
        run(of_plan(plan(replicates=4)), tmp_path / "large", workers=1, reuse=tmp_path / "none")


def test_damaged_chunks_are_not_taken_over(tmp_path):
    run(of_plan(plan(replicates=20)), tmp_path / "small", workers=1, chunk_runs=5)
    shard = tmp_path / "small" / "shards" / "c00000002.parquet"
    shard.write_bytes(shard.read_bytes()[:-1] + b"X")
    report = run(of_plan(plan(replicates=30)), tmp_path / "large", workers=1, reuse=tmp_path / "small")
    assert (report.reused, report.played) == (15, 15)
    assert verify(tmp_path / "large", recompute=100).damage == []


# -- trajectories and reading ------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "periods"), [("quarterly", 2), ("weekly", 27)])
def test_weeks_and_quarters_are_kept_where_asked_for(kind, periods, tmp_path):
    experiment = of_plan(plan(quarters=2, trajectories=kind, factors={"levers.skills": [0.2, 0.8]}))
    assert run(experiment, tmp_path / "s", workers=1, chunk_runs=3).digest == run(experiment, tmp_path / "t", workers=1).digest
    from tandem.sim import simulate

    weeks = open_sweep(tmp_path / "s").trajectories()
    assert len(weeks) == 4 * periods
    scenario = Scenario.load("co-pilot").with_({"quarters": 2, "levers.skills": 0.8})
    alone = getattr(simulate(scenario, seed=0, replicate=1), kind)
    mine = weeks[weeks["run_id"] == 3].drop(columns="run_id").reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone[mine.columns], check_exact=True, check_dtype=False)
    assert verify(tmp_path / "s", recompute=100).damage == []


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("read") / "s"
    run(of_plan(Plan.parse(GOOD)), out, workers=1, chunk_runs=5)
    return open_sweep(out)


def test_every_reader_gives_the_same_table(finished):
    table = finished.to_pandas()
    assert list(table.columns[:5]) == ["run_id", "point_id", "replicate", "scenario", "levers.skills"]
    assert len(table) == 16 and table["run_id"].is_monotonic_increasing and set(table["status"]) == {0}
    assert table.attrs["units"]["revenue_growth"] == OUTCOMES["revenue_growth"].unit
    mean = table.groupby("point_id")["satisfaction"].mean()
    polars = pytest.importorskip("polars")
    assert finished.to_polars().group_by("point_id").agg(polars.col("satisfaction").mean()).sort("point_id")[
        "satisfaction"
    ].to_list() == pytest.approx(list(mean))


def test_duckdb_reads_the_checked_files(finished):
    pytest.importorskip("duckdb")
    with finished.to_duckdb() as connection:
        rows = connection.execute(
            'select d."levers.skills", avg(satisfaction) from runs join design d using (point_id) group by 1 order by 1'
        ).fetchall()
    table = finished.to_pandas().groupby("levers.skills")["satisfaction"].mean()
    assert rows == [(pytest.approx(x), pytest.approx(y)) for x, y in table.items()]


def test_xarray_has_points_and_replicates(finished):
    pytest.importorskip("xarray")
    data = finished.to_xarray(["cash"])
    assert data["cash"].dims == ("point", "replicate") and data["cash"].shape == (8, 2) and data["cash"].attrs["units"] == "kEUR"
    assert data["cash"].values.ravel().tolist() == finished.to_pandas(["cash"])["cash"].tolist()


def test_an_outcome_that_was_not_kept_is_refused(finished):
    with pytest.raises(Refused, match="joy"):
        finished.to_pandas(["joy"])


def test_rows_need_firms_or_a_model():
    with pytest.raises(Refused):
        of_rows({"x": [1.0]})
    assert json.dumps(of_rows({"levers.skills": [0.5]}, scenarios=Scenario.of(role_model="co-pilot")).spec())


def test_a_report_is_one_page_that_escapes_what_the_plan_says(tmp_path, capsys):
    text = GOOD.replace("quarters = 1", "title = '<script>alert(1)</script>'\nquarters = 1")
    run(of_plan(Plan.parse(text)), tmp_path / "s", workers=1)
    assert status(["report", str(tmp_path / "s")]) == 0
    page = (tmp_path / "s" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "http://" not in page.replace("http://www.w3.org", "") and "https://" not in page
    assert open_sweep(tmp_path / "s").digest in page and "<svg" in page
    assert verify(tmp_path / "s").damage == []
    (tmp_path / "s" / "receipts" / "c00000000.json").unlink()
    assert status(["report", str(tmp_path / "s")]) == 2
    assert "0 of 16 runs are done" in capsys.readouterr().err
