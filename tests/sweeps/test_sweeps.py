"""A sweep is a pure function of its plan: whatever the chunks, workers, engines and interruptions, the same digest."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.store import (
    ArrayModel,
    FunctionModel,
    FuturesEngine,
    Interrupted,
    NondeterminismError,
    Plan,
    ProcessEngine,
    Refused,
    SerialEngine,
    Stopped,
    Told,
    of_plan,
    of_rows,
    open_sweep,
    run,
    verify,
)
from tandem.sim import Scenario, simulate, simulate_batch
from tandem.sim.mistake import Mistake
from tandem.sim.parameters import LEVERS
from tests import sweep_models

PLAN = """
seed = 7
quarters = 1
replicates = 3
outcomes = ["revenue_growth", "conflict_rate"]
scenarios = [{ role_model = ["co-pilot", "no-coo"], context = "agile" }]
[factors]
"levers.communication" = { low = 0.2, high = 0.8 }
"ceo.hours" = [10.0, 14.0, 18.0]
[design]
kind = "sobol"
points = 16
"""
OUT = {"y": "units", "z": "units"}


def experiment(text=PLAN):
    return of_plan(Plan.parse(text))


def rows(function, n=40, **more):
    return of_rows({"x": np.arange(float(n))}, model=FunctionModel(function, OUT), **more)


@pytest.fixture(scope="module")
def digest(tmp_path_factory):
    """D0: of an uninterrupted serial sweep."""
    return run(experiment(), tmp_path_factory.mktemp("sweep") / "s", workers=1, chunk_runs=96).digest


# -- one digest --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 100, 96, 97])
def test_chunks_of_any_size_give_one_digest(size, digest, tmp_path):
    report = run(experiment(), tmp_path / "s", workers=1, chunk_runs=size)
    assert report.digest == digest
    assert open_sweep(tmp_path / "s").digest == digest


def test_another_seed_or_value_is_another_digest(digest, tmp_path):
    for number, (old, new) in enumerate([("seed = 7", "seed = 8"), ("high = 0.8", "high = 0.81"), ("10.0", "10.5")]):
        assert run(experiment(PLAN.replace(old, new)), tmp_path / str(number), workers=1).digest != digest


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 3])
def test_any_number_of_workers_gives_one_digest(workers, digest, tmp_path):
    report = run(experiment(), tmp_path / "s", workers=workers, chunk_runs=10)
    assert (report.digest, report.engine) == (digest, "process")


def test_an_executor_of_the_caller_gives_one_digest(digest, tmp_path):
    with ThreadPoolExecutor(3) as pool:
        assert run(experiment(), tmp_path / "s", engine=FuturesEngine(pool), chunk_runs=10).digest == digest


def test_rows_are_those_of_the_batch_bit_for_bit(tmp_path):
    run(experiment(), tmp_path / "s", workers=1)
    table = open_sweep(tmp_path / "s").to_pandas()
    assert len(table) == 16 * 2 * 3
    for row in table.iloc[[0, 5, 95]].to_dict("records"):
        role_model, context = row["scenario"].split("-in-")
        values = {
            "quarters": 1,
            "levers.communication": row["levers.communication"],
            "ceo.hours": row["ceo.hours"],
        }
        scenario = Scenario.of(role_model=role_model, context=context).with_(values)
        alone = simulate(scenario, seed=7, replicate=row["replicate"]).outcomes
        for name in ("revenue_growth", "conflict_rate"):
            assert np.float64(alone[name]).view(np.uint64) == np.float64(row[name]).view(np.uint64) or (
                np.isnan(alone[name]) and np.isnan(row[name])
            )


# -- resuming ----------------------------------------------------------------------------------


class Until(Told):
    """Raises after so many chunks, as Ctrl-C might."""

    def __init__(self, chunks):
        self.chunks, self.totals, self.moved = chunks, [], []

    def total(self, done, runs):
        self.totals.append((done, runs))

    def advanced(self, runs):
        self.moved.append(runs)
        if len(self.moved) == self.chunks:
            raise KeyboardInterrupt


def test_only_what_is_missing_is_done_and_progress_starts_where_it_was(digest, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(experiment(), tmp_path / "s", workers=1, chunk_runs=10, told=Until(4))
    told = Until(0)
    report = run(experiment(), tmp_path / "s", workers=1, told=told)
    assert (report.done_before, report.played, report.digest) == (40, 56, digest)
    assert told.totals == [(40, 96)] and sum(told.moved) == 56
    again = run(experiment(), tmp_path / "s", workers=1)
    assert (again.done_before, again.played, again.digest) == (96, 0, digest)


def test_a_partial_sweep_is_refused_unless_asked_for_and_says_how_partial_it_is(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        run(experiment(), tmp_path / "s", workers=1, chunk_runs=10, told=Until(4))
    sweep = open_sweep(tmp_path / "s")
    for read in (sweep.to_pandas, sweep.files, sweep.values, lambda: sweep.digest):
        with pytest.raises(Refused, match=r"40 of 96 runs are done \(41\.7%\)"):
            read()
    part = sweep.to_pandas(allow_partial=True)
    assert len(part) == 40 and (part.attrs["runs_done"], part.attrs["runs"], part.attrs["complete"]) == (
        40,
        96,
        False,
    )
    run(experiment(), tmp_path / "s", workers=1)
    run(experiment(), tmp_path / "whole", workers=1)
    pd.testing.assert_frame_equal(
        open_sweep(tmp_path / "s").to_pandas(), open_sweep(tmp_path / "whole").to_pandas(), check_exact=True
    )
    assert not sweep.complete  # what was looked at once is not looked at again


@pytest.mark.slow
def test_a_killed_driver_loses_only_chunks_in_flight_and_leaves_no_worker(tmp_path, digest):
    plan, out = tmp_path / "plan.toml", tmp_path / "s"
    plan.write_text(PLAN.replace("replicates = 3", "replicates = 200"))
    command = [
        sys.executable,
        "-m",
        "tandem.experiments.commands.main",
        "sweep",
        str(plan),
        "--out",
        str(out),
        "--workers",
        "2",
        "--chunk-runs",
        "50",
    ]
    whole = run(of_plan(Plan.load(plan)), tmp_path / "whole", workers=1).digest
    for wanted in (20,):
        driver = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while time.monotonic() < until and driver.poll() is None and len(list(out.glob("receipts/*"))) < wanted:
            time.sleep(0.01)
        workers = children(driver.pid)
        driver.kill()
        driver.wait()
        assert workers
        until = time.monotonic() + 10
        while time.monotonic() < until and any(map(alive, workers)):
            time.sleep(0.05)
        assert not any(map(alive, workers))
    before = len(list(out.glob("receipts/*")))
    assert 20 <= before < 128
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and f"{before * 50:,} were there" in done.stdout and whole in done.stdout


def children(pid):
    """Process numbers of the children of a process."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in found.split()]


def alive(pid):
    """Whether a process runs (a zombie does not)."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(found) and not found.startswith("Z")


@pytest.mark.slow
def test_ctrl_c_once_ends_the_chunk_in_hand_and_twice_ends_at_once(tmp_path):
    whole = run(rows(sweep_models.slow, 200), tmp_path / "whole", workers=1, chunk_runs=200).digest
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, numpy as np\n"
        "from tandem.experiments.store import *\n"
        "from tests import sweep_models\n"
        "if __name__ == '__main__':\n"
        "    model = FunctionModel(sweep_models.slow, {'y': 'units', 'z': 'units'})\n"
        "    try:\n"
        "        run(of_rows({'x': np.arange(200.0)}, model=model), sys.argv[1], workers=2, chunk_runs=int(sys.argv[2]))\n"
        "    except Interrupted:\n"
        "        sys.exit(130)\n"
        "    except KeyboardInterrupt:\n"
        "        sys.exit(130)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    for name, size, presses, seconds in (("once", 20, 1, 10), ("twice", 100, 2, 2)):
        out = tmp_path / name
        driver = subprocess.Popen([sys.executable, str(script), str(out), str(size)], env=environment)
        until = time.monotonic() + 60
        while (
            time.monotonic() < until and not len(list(out.glob("receipts/*"))) >= (1 if presses == 1 else 0)
        ) or not out.exists():
            time.sleep(0.02)
        time.sleep(0.3)
        workers = children(driver.pid)
        for _ in range(presses):
            driver.send_signal(signal.SIGINT)
            time.sleep(0.3)
        pressed = time.monotonic()
        assert driver.wait(30) == 130
        assert time.monotonic() - pressed < seconds
        until = time.monotonic() + 5
        while time.monotonic() < until and any(map(alive, workers)):
            time.sleep(0.05)
        assert not any(map(alive, workers))
        assert run(rows(sweep_models.slow, 200), out, workers=1).digest == whole


def test_terminate_is_a_stop_that_can_be_resumed(tmp_path):
    class Terminated(Told):
        def advanced(self, runs):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Stopped, match="terminate"):
        run(rows(sweep_models.parabola), tmp_path / "s", workers=1, chunk_runs=5, told=Terminated())
    assert run(rows(sweep_models.parabola), tmp_path / "s", workers=1).done_before == 5
    assert issubclass(Interrupted, Exception) and Interrupted.exit_code == 130


# -- workers that die, models that err ---------------------------------------------------------


@pytest.mark.slow
def test_a_worker_that_dies_once_costs_its_chunk_only(tmp_path, monkeypatch):
    monkeypatch.setenv("TANDEM_TEST_MARK", str(tmp_path / "mark"))
    report = run(rows(sweep_models.dies_once), tmp_path / "s", workers=2, chunk_runs=2)
    (tmp_path / "mark").touch()
    assert report.digest == run(rows(sweep_models.dies_once), tmp_path / "whole", workers=1).digest
    assert len([line for line in report.warnings if "died" in line]) == 1


@pytest.mark.slow
def test_a_chunk_at_which_workers_always_die_is_left_out_and_the_rest_is_done(tmp_path):
    with pytest.raises(Stopped, match="workers died each time at chunk 2; all other chunks are done"):
        run(rows(sweep_models.kills_at_five, 12), tmp_path / "s", workers=2, chunk_runs=2)
    part = open_sweep(tmp_path / "s").to_pandas(allow_partial=True)
    assert sorted(part["x"]) == [0, 1, 2, 3, 6, 7, 8, 9, 10, 11]


@pytest.mark.slow
def test_workers_that_always_die_end_the_sweep(tmp_path):
    with pytest.raises(Stopped, match="keep dying"):
        run(rows(sweep_models.always_kills, 400), tmp_path / "s", workers=2, chunk_runs=4)


def test_three_runs_that_raise_are_three_failed_runs(tmp_path):
    report = run(rows(sweep_models.fails_thrice, 1000), tmp_path / "s", workers=1, chunk_runs=64)
    assert (report.failed, report.invalid) == (3, 0)
    sweep = open_sweep(tmp_path / "s")
    table = sweep.to_pandas()
    assert list(table.loc[table["status"] == 1, "x"]) == [3.0, 500.0, 999.0]
    assert (
        table.loc[table["status"] == 1, ["y", "z"]].isna().all(axis=None) and table.loc[table["status"] == 0, "y"].notna().all()
    )
    assert [(line["run_id"], line["type"]) for line in sweep.failures()] == [(x, "ZeroDivisionError") for x in (3, 500, 999)]
    assert run(rows(sweep_models.fails_thrice, 1000), tmp_path / "t", workers=1, chunk_runs=7).digest == report.digest


def test_wrong_answers_spoil_their_own_run_only(tmp_path):
    report = run(rows(sweep_models.answers_wrongly, 10), tmp_path / "s", workers=1)
    assert (report.failed, report.invalid) == (0, 7)
    assert list(open_sweep(tmp_path / "s").to_pandas()["status"]) == [0, 2, 2, 2, 2, 2, 2, 2, 0, 0]


def test_a_model_that_is_not_deterministic_is_found(tmp_path):
    with pytest.raises(NondeterminismError, match="played twice"):
        run(rows(sweep_models.another_each_time), tmp_path / "s", workers=1, chunk_runs=5)
    assert not list((tmp_path / "s" / "receipts").iterdir())


def test_a_commit_that_meets_another_one_compares(tmp_path):
    from tandem.experiments.store.chunk import Task

    moved = [0.0]

    def drifting(values, firm, luck):
        return [values["x"] + moved[0], 0.0]

    run(rows(drifting, 10), tmp_path / "s", workers=1, chunk_runs=10)
    receipt = open_sweep(tmp_path / "s")._commits(True)[0].receipt
    task = Task(str(tmp_path / "s"), receipt["manifest"], 1, rows(drifting, 10).model)
    assert task(0) == receipt  # the same again: the commit that is there stands
    moved[0] = 1.0
    with pytest.raises(NondeterminismError, match="other values than those committed"):
        task(0)
    assert len(list((tmp_path / "s" / "quarantine").iterdir())) == 3  # both shards, and the first receipt
    assert not open_sweep(tmp_path / "s").complete


# -- own rows ----------------------------------------------------------------------------------


def test_own_rows_come_back_in_their_order_on_their_own_luck(tmp_path):
    firm = Scenario.of(role_model="co-pilot").with_({"quarters": 1})
    random = np.random.default_rng(1)
    table = pd.DataFrame(
        {**{f"levers.{lever}": random.random(30) for lever in LEVERS}, "first_replicate": random.permutation(30)}
    )
    run(
        of_rows(table, scenarios=firm, outcomes=["revenue_growth"], seed=3),
        tmp_path / "s",
        workers=1,
        chunk_runs=7,
    )
    values = open_sweep(tmp_path / "s").values()
    assert values.shape == (30, 1)
    for row in (0, 17, 29):
        point = firm.with_({name: float(value) for name, value in table.iloc[row].items() if name != "first_replicate"})
        assert simulate(point, seed=3, replicate=int(table["first_replicate"][row])).outcomes["revenue_growth"] == values[row, 0]


def test_a_population_is_rows_with_numbers_of_firms(tmp_path):
    firms = [Scenario.of(role_model=name).with_({"quarters": 1}) for name in ("co-pilot", "no-coo", "undefined")]
    named = {f"firm {place}": firm for place, firm in enumerate(firms)}
    table = pd.DataFrame({"scenario": list(named), "firm_id": [0, 1, 2]})
    run(of_rows(table, scenarios=named, outcomes=["cash"], seed=2, replicates=4), tmp_path / "s", workers=1)
    expected = simulate_batch(firms, runs=4, seed=2).outcomes["cash"]
    assert open_sweep(tmp_path / "s").values(["cash"])[:, 0].tolist() == expected.tolist()


def test_an_array_function_of_rows_and_keys(tmp_path):
    inputs = pd.DataFrame(
        {"a": np.linspace(0, 1, 20), "b": np.arange(20.0), "first_replicate": np.arange(20, dtype=np.uint64) + 2**63}
    )
    model = ArrayModel(sweep_models.waves, ["a", "b"], {"y": "units"})
    run(of_rows(inputs, model=model), tmp_path / "s", workers=1, chunk_runs=6)
    keys = inputs["first_replicate"].to_numpy()
    assert open_sweep(tmp_path / "s").values()[:, 0].tolist() == sweep_models.waves(inputs[["a", "b"]].to_numpy(), keys).tolist()


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"replicates": 0}, "replicates"),
        ({"replicates": True}, "replicates"),
        ({"replicates": 1.5}, "replicates"),
        ({"outcomes": ["x"]}, "not an outcome"),
    ],
)
def test_own_rows_that_cannot_be_are_refused(more, match):
    with pytest.raises((Refused, Mistake), match=match):
        rows(sweep_models.parabola, **more)


def test_luck_is_shared_by_points_unless_the_plan_says_otherwise(tmp_path):
    text = PLAN.replace("{ low = 0.2, high = 0.8 }", "[0.5, 0.5000001]").replace(
        'kind = "sobol"\npoints = 16', 'kind = "factorial"'
    )
    run(experiment(text), tmp_path / "shared", workers=1)
    run(experiment("independent_luck = true\n" + text), tmp_path / "own", workers=1)
    for name, equal in (("shared", True), ("own", False)):
        table = open_sweep(tmp_path / name).to_pandas(["decisions_taken", "profit_per_week"])
        first = table[(table["scenario"] == "co-pilot-in-agile") & (table["ceo.hours"] == 10)]
        close = [
            np.allclose(group["profit_per_week"], group["profit_per_week"].iloc[0], rtol=1e-3)
            for _, group in first.groupby("replicate")
        ]
        assert all(close) is equal


# -- verify ------------------------------------------------------------------------------------


def test_a_whole_sweep_is_whole_and_plays_the_same_again(digest, tmp_path):
    run(experiment(), tmp_path / "s", workers=1, chunk_runs=10)
    found = verify(tmp_path / "s", recompute=100)
    assert (found.damage, found.complete, found.recomputed, found.digest) == ([], True, 96, digest)


def test_engines_that_were_never_started_can_be_closed():
    ProcessEngine(2).close()
    assert SerialEngine().name == "serial"
