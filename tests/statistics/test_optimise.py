"""Optimisation against brute force on a grid of three levers, under a budget, for one wish and for two."""

from itertools import product

import numpy as np
import pytest

import tandem
from tandem.experiments.commands.main import status
from tandem.experiments.optimisation.candidates import AS_IT_IS, Budget, Candidate, Played, wishes_of
from tandem.experiments.optimisation.optimise import dominates
from tandem.sim.intervals import mean_interval
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import chosen

LEVERS = ["communication", "skills", "decision_clarity"]
FIRM, SEED, HOURS = "silence", 5, 5.0
LUCKS = np.arange(50_000, 50_200)  # none that a search meets


def played(wishes, steps, budget=Budget()):  # noqa: B008
    """Every combination of levels on the same lucks: candidate -> gains over the firm as it is, and more hours."""
    play = Played(tandem.Scenario.load(FIRM), SEED, chosen("ensemble"), wishes_of(wishes), budget)
    grid = [Candidate(None, tuple(zip(LEVERS, at))) for at in product(np.linspace(0, 1, steps).tolist(), repeat=3)]
    runs = play.play([AS_IT_IS, *grid], LUCKS)
    plain = runs[AS_IT_IS]
    return {c: (runs[c].values - plain.values, runs[c].hours - plain.hours) for c in grid}


@pytest.fixture(scope="module")
def whole():
    return played(["growth", "conflict"], 5)


def at_steps(whole, found):
    return {c for c in whole if any(dict(c.levels) == dict(f.levels) for f in found)}


@pytest.mark.slow
@pytest.mark.parametrize("trials", [125, 60])
def test_one_wish_under_a_budget_is_as_good_as_brute_force(whole, trials):
    found = tandem.optimise(FIRM, "growth", LEVERS, hours=HOURS, levels=5, trials=trials, runs=300, seed=SEED)
    assert found.whole == (trials == 125)
    allowed = {c: gains[:, 0] for c, (gains, hours) in whole.items() if hours.mean() <= HOURS}
    best = max(allowed, key=lambda c: allowed[c].mean())
    mine = next(c for c in whole if dict(c.levels) == dict(found.candidates[0].levels))
    assert whole[mine][1].mean() <= HOURS + 0.1
    behind = allowed[best] - whole[mine][0][:, 0]
    # Not decidedly worse than the best of all 125, or by less than a twentieth of what that one brings.
    assert mean_interval(behind)[1] <= 0.0 or behind.mean() < 0.05 * allowed[best].mean()
    first = found.table.iloc[0]
    assert first["fits"] != "no"
    assert first["verdict"] == "best"
    told, truth = first["revenue_growth"], whole[mine][0][:, 0].mean()
    assert abs(told - truth) < 3 * (first["revenue_growth_high"] - first["revenue_growth_low"]) / 2


@pytest.mark.slow
def test_a_budget_that_nothing_fits_and_one_that_binds():
    free = tandem.optimise(FIRM, "conflict", LEVERS, levels=3, trials=27, runs=60, seed=SEED)
    tight = tandem.optimise(FIRM, "conflict", LEVERS, hours=1.0, levels=3, trials=27, runs=60, seed=SEED)
    assert free.table.iloc[0]["hours"] > 1.0
    assert tight.table.iloc[0]["hours"] <= 1.0
    assert tight.table.iloc[0]["conflict_rate"] < free.table.iloc[0]["conflict_rate"]
    priced = tandem.optimise(FIRM, "conflict", LEVERS[:2], money=0.5, hour_price=0.5, levels=3, trials=9, runs=60, seed=SEED)
    assert priced.table.loc[priced.table["fits"] != "no", "money_low"].max() <= 0.5
    assert (priced.proposed["money"] > 0.5).any()


@pytest.mark.slow
def test_two_wishes_give_the_front_of_brute_force(whole):
    found = tandem.optimise(FIRM, ["growth", "conflict"], LEVERS, levels=5, trials=125, runs=200, seed=SEED)
    front = found.table.loc[found.table["verdict"] == "on the front", "choice"]
    assert len(front) >= 2
    allowed = {c: gains for c, (gains, _) in whole.items()}
    mine = [c for c, f in ((c, f) for c in whole for f in found.candidates) if dict(c.levels) == dict(f.levels)]
    for candidate in (c for c in mine if c in allowed and c.told in set(front)):
        means = allowed[candidate].mean(axis=0)
        spread = np.array([g.mean(axis=0) for g in allowed.values()]).std(axis=0)
        # Nothing of all 125 is decidedly better in one wish and ahead in the other by more than a tenth of their spread.
        for other, gains in allowed.items():
            gap = gains.mean(axis=0) - means
            assert not (dominates(gains - allowed[candidate], 0.999) and (gap > 0.1 * spread).all()), other.told
    axes = found.plot()
    assert "less" in axes.get_ylabel()


def test_every_candidate_meets_the_same_luck_and_the_same_seed_gives_the_same():
    one, other = (tandem.optimise(FIRM, "growth", LEVERS[:2], levels=4, trials=10, runs=60, seed=2) for _ in range(2))
    assert one.table.equals(other.table)
    assert one.proposed.equals(other.proposed)
    still = one.proposed[(one.proposed["communication"] == 0.0) & (one.proposed["skills"] == 0.0)]
    assert still.empty or still["hours"].abs().max() < 5


def test_role_models_and_own_outcomes_can_be_chosen():
    tandem.outcome("late_trust", "mean(last(trust, 13))", unit="0-1", better="higher")
    try:
        found = tandem.optimise(FIRM, "late_trust", ["communication"], role_models=True, levels=2, trials=20, runs=40, seed=1)
        assert set(found.proposed["role_model"]) > {""}
        assert found.table.iloc[0]["late_trust"] > 0.0
    finally:
        tandem.forget_outcomes()


def test_dominance_needs_a_decided_gain_and_no_loss():
    draw = np.random.default_rng(0)
    noise = draw.normal(size=(200, 2))
    assert dominates(noise * 0.1 + [1.0, 0.1])
    assert not dominates(noise * 0.1 + [1.0, -0.1])
    assert not dominates((noise - noise.mean(axis=0)) + [0.01, 0.01])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"levers": ["skils"]}, "no such lever"),
        ({"wishes": "joy"}, "joy"),
        ({"wishes": "ceo_hours"}, "neither"),
        ({"wishes": ["growth", "growth"]}, "wished twice"),
        ({"hours": -1}, "hours"),
        ({"levels": 1}, "levels"),
        ({"runs": 3}, "runs"),
    ],
)
def test_bad_questions_are_one_sentence(asked, said):
    with pytest.raises(Mistake, match=said):
        tandem.optimise(FIRM, **{"wishes": "growth", **asked})


def test_the_command_writes_what_python_finds(tmp_path, capsys):
    asked = ["optimise", FIRM, "--lever", "communication", "--levels", "3", "--trials", "3", "--runs", "60", "--seed", "4"]
    assert status([*asked, "--wish", "conflict", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    found = tandem.optimise(FIRM, "conflict", ["communication"], levels=3, trials=3, runs=60, seed=4)
    assert all(line in told for line in found.told)
    assert "parameters: ensemble" in told
    for name in ("finalists.csv", "proposed.csv", "optimum.svg", "optimum.png", "told.txt", "provenance.json"):
        assert (tmp_path / "out" / name).is_file()
    assert status(["rerun", str(tmp_path / "out")]) == 0
    assert status(["optimise", FIRM, "--lever", "skils", "--out", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "none").exists()
