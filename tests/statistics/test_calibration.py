"""The calibration: emulators on functions whose answer is known, going on after a kill, the same result twice."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.calibration.emulator import fitted
from tandem.experiments.calibration.evaluations import Evaluations, statistics
from tandem.experiments.calibration.fit import findings_met
from tandem.experiments.calibration.matching import Band, Judge, inside
from tandem.experiments.calibration.posterior import marginals, ranking_summary
from tandem.experiments.calibration.space import Parameter, Profile, profile, space
from tandem.experiments.commands.main import status
from tandem.experiments.store import Refused, open_sweep
from tandem.experiments.validation.findings import targets
from tandem.sim.parameter_sets import Ensemble, ensemble

DRAW = np.random.default_rng(4)


def test_the_space_is_within_the_model_and_around_what_it_declares():
    declared = space().declared()
    places = space().places([declared])[0]
    assert ((places >= -1e-9) & (places <= 1 + 1e-9)).all(), dict(zip(space().paths, places))
    points = space().design(64, 1)
    again = space().places(space().sets(points))
    np.testing.assert_allclose(points, again, atol=1e-9)
    np.testing.assert_array_equal(space().design(64, 1), points)


def test_log_and_linear_places():
    log, linear = Parameter("x", 0.1, 10.0, "log", ""), Parameter("x", 2.0, 4.0, "linear", "")
    assert log.value(0.5) == pytest.approx(1.0) and log.place(1.0) == pytest.approx(0.5)
    assert linear.value(0.25) == 2.5 and linear.place(2.5) == 0.25


def truth(points):
    return 2.0 * points[:, 0] - 1.0 * points[:, 3] ** 2 + 0.8 * points[:, 0] * points[:, 1]


def test_an_emulator_learns_a_noisy_function_and_says_how_sure_it_is():
    points = DRAW.random((160, 12))
    found = fitted(points, truth(points) + DRAW.normal(0, 0.1, 160), check=True)
    fresh = DRAW.random((400, 12))
    mean, spread = found(fresh)
    assert np.sqrt(np.mean((mean - truth(fresh)) ** 2)) < 0.1
    assert np.mean(np.abs(mean - truth(fresh)) < 2 * spread) > 0.8
    assert found.noise == pytest.approx(0.1, rel=0.35)
    assert found.explained > 0.9
    assert abs(found.pull()[0]) > 1.5 and np.abs(found.pull()[5:]).max() < 0.2


def test_an_emulator_of_nothing_but_noise_says_so():
    points = DRAW.random((160, 8))
    found = fitted(points, DRAW.normal(0, 1.0, 160), check=True)
    assert found.explained < 0.15


def test_an_emulator_refuses_too_little():
    with pytest.raises(ValueError, match="ten"):
        fitted(DRAW.random((6, 3)), DRAW.random(6))


def test_sampling_goes_where_bands_are_met_and_leaves_the_rest_wide():
    points = DRAW.random((200, 5))
    emulator = fitted(points, 3.0 * points[:, 0] + DRAW.normal(0, 0.05, 200))
    impossible = fitted(points, 10.0 + points[:, 1])
    judge = Judge({"a": emulator, "b": impossible}, (Band("a", 0.9, 1.2), Band("b", 0.0, 1.0)))
    found = judge.sample(400, seed=1, steps=120)
    assert len(np.unique(found, axis=0)) == 400
    assert found.shape == (400, 5) and ((found >= 0) & (found <= 1)).all()
    assert np.mean((found[:, 0] > 0.27) & (found[:, 0] < 0.43)) > 0.9  # the band that can be met is met
    assert np.std(found[:, 3]) > 0.2  # what nothing pins stays wide
    np.testing.assert_array_equal(found, judge.sample(400, seed=1, steps=120))
    assert judge.ruled_out(points)[1] == 1.0 and judge.ruled_out(points)[0] > 0.5


def test_probability_of_a_band():
    assert inside(Band("x", -1.96, 1.96), np.zeros(1), np.ones(1))[0] == pytest.approx(0.95, abs=0.001)
    assert inside(Band("x", -np.inf, 0.0), np.zeros(1), np.ones(1))[0] == pytest.approx(0.5)


def test_findings_are_met_only_when_all_their_statistics_are():
    middle = {row.name: 0.5 * (row.low + row.high) for row in targets()}
    assert findings_met(pd.DataFrame([middle])) == 25
    assert findings_met(pd.DataFrame([{**middle, "C15 COO": 9.0, "C6 results": 0.9}])) == 23


TINY = Profile(firms=60, twins=40, advertisers=6, long=3, first=4, later=2, waves=1, final=2, ensemble=2)


def chunks_played(sweep):
    return sum(json.loads(line)["event"] == "chunk" for line in (sweep / "log.jsonl").read_text("utf-8").splitlines())


def test_a_damaged_set_is_played_again_and_nothing_else(tmp_path):
    sets = dict(enumerate(space().sets(space().design(3, 2)), start=7))
    store = Evaluations(tmp_path, TINY, 1, "a model")
    store.play("sets-1", sets, workers=1)
    assert chunks_played(tmp_path / "sets-1") == 3
    shard = tmp_path / "sets-1" / "shards" / "c00000001.parquet"
    shard.write_bytes(shard.read_bytes()[:-5])  # torn
    again, ticks = Evaluations(tmp_path, TINY, 1, "a model"), []
    again.play("sets-1", sets, workers=1, progress=lambda: ticks.append(1))
    assert str(again.rows) == str(store.rows)  # as text: not-a-number is itself
    assert chunks_played(tmp_path / "sets-1") == 4 and len(ticks) == 3
    assert list(again.rows[8]["statistics"]) == statistics() and again.rows[8]["parameters"] == sets[8]
    with pytest.raises(Refused, match="another sweep"):
        Evaluations(tmp_path, TINY, 1, "another model").play("sets-1", sets, workers=1)


def test_a_set_that_cannot_be_played_is_named(tmp_path):
    sets = {7: {**space().declared(), "dyad.no_such_thing": 0.5}}
    with pytest.raises(Refused, match=r"could not be played.*no_such_thing"):
        Evaluations(tmp_path, TINY, 1, "a model").play("sets-1", sets, workers=1)


@pytest.mark.long
def test_calibrate_runs_goes_on_after_a_kill_and_gives_the_same_twice(tmp_path, capsys, monkeypatch):
    arguments = ["calibrate", "--profile", "smoke", "--seed", "1", "--workers", "1", "--out"]
    assert status([*arguments, str(tmp_path / "one")]) == 0
    printed = capsys.readouterr()
    assert "parameter sets kept" in printed.out and "about" in printed.err
    first = tmp_path / "one" / "ensemble"
    kept = pd.read_csv(first / "sets.csv")
    assert len(kept) == 3 and list(kept.columns) == space().paths
    record = json.loads((first / "provenance.json").read_text("utf-8"))
    assert record["seed"] == 1 and record["profile"]["first"] == profile("smoke").first and len(record["waves"]) == 3
    assert {"marginals.csv", "pins.csv", "rankings.csv", "ranking_summary.csv", "marginals.png", "pairs.png"} <= {
        file.name for file in first.iterdir()
    }

    # Killed in the second wave: what was played stays, and going on ends at the same bytes.
    one, two = tmp_path / "one", tmp_path / "two"
    shutil.copytree(one, two, ignore=shutil.ignore_patterns("ensemble", "sets-3", "candidates", "wave-3.npz", "note-2.json"))
    receipts = sorted((two / "sets-2" / "receipts").iterdir())
    for receipt in receipts[2:]:
        receipt.unlink()
    (two / "sets-2" / "final.json").unlink()
    assert status([*arguments, str(two)]) == 0
    for name in ("sets.csv", "statistics.csv", "provenance.json"):
        assert (two / "ensemble" / name).read_bytes() == (first / name).read_bytes(), name
    for wave in ("sets-1", "sets-2", "sets-3", "candidates"):
        assert open_sweep(two / wave).digest == open_sweep(one / wave).digest
    assert chunks_played(two / "sets-1") == chunks_played(one / "sets-1")
    assert chunks_played(two / "sets-2") == 2 * len(receipts) - 2  # two were there
    capsys.readouterr()
    assert status([*arguments[:-3], "--seed", "2", "--out", str(tmp_path / "two")]) == 2  # another job's folder
    assert len(capsys.readouterr().err.strip().split("\n")) == 1


def test_calibrate_refuses_a_file_as_folder(capsys):
    assert status(["calibrate", "--out", "pyproject.toml"]) == 2
    assert len(capsys.readouterr().err.strip().split("\n")) == 1


# -- the ensemble that comes with the project -----------------------------------------------------


def test_the_ensemble_is_whole_and_within_its_ranges():
    found = ensemble()
    if found is None:
        pytest.skip("no ensemble has been adopted yet")
    assert len(found) >= 200 and not found.sets.duplicated().any()
    assert list(found.sets.columns) == space().paths
    places = space().places(found.sets.to_dict("records"))
    assert ((places >= -1e-6) & (places <= 1 + 1e-6)).all()
    assert {"command", "seed", "profile", "priors", "targets", "model", "versions", "waves"} <= set(found.provenance)
    assert set(found.set(found.default)) == set(found.sets) and len(found.statistics) == len(found)


def test_pairs_draw_every_set_equally_often_and_the_first_stay_the_first():
    sets = pd.DataFrame({"dyad.trust_loss": np.linspace(0.02, 0.1, 7)})
    known = Ensemble(sets, pd.DataFrame(), 2, {})
    drawn = known.drawn(700, seed=3)
    assert set(np.bincount(drawn)) == {100}
    np.testing.assert_array_equal(drawn[:40], known.drawn(40, seed=3))
    assert not np.array_equal(drawn, known.drawn(700, seed=4))


def test_marginals_tell_pinned_from_wide():
    sets = np.column_stack([DRAW.uniform(0.4, 0.5, 300), DRAW.uniform(0, 1, 300)])
    table = marginals(sets, ["a", "b"], np.zeros(2), np.ones(2)).set_index("path")
    assert table.loc["a", "verdict"] == "pinned" and table.loc["b", "verdict"] == "wide"


def test_ranking_summary_counts_first_places():
    rows = [
        {"set": k, "kind": "role_model", "name": name, "outcome": "y", "value": value, "rank": rank}
        for k in range(4)
        for name, value, rank in (("a", 1.0, 1 if k else 2), ("b", 0.5, 2 if k else 1))
    ]
    told = ranking_summary(pd.DataFrame(rows)).set_index("name")
    assert told.loc["a", "first_share"] == 0.75 and told.loc["b", "sets"] == 4
