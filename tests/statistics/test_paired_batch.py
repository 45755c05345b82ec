"""Firms of a batch as arms: one luck and one parameter set for all rows of a replicate, and a table that says which."""

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import sobol as analyse
from SALib.sample import sobol as sample

from tandem import Scenario, simulate, simulate_batch
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import ensemble

FIRM = Scenario.of(role_model="co-pilot").with_({"quarters": 2})
ARMS = [FIRM, FIRM.with_({"levers.skills": 0.9}), FIRM]


@pytest.mark.parametrize("parameters", ["ensemble", "declared", 12])
def test_each_row_is_the_run_that_its_table_names(parameters):
    for paired in (True, False):
        batch = simulate_batch(ARMS, 3, "luck", parameters=parameters, paired=paired)
        for place, row in enumerate(batch.luck.to_dict("records")):
            run = simulate(ARMS[row["firm_id"]], "luck", row["luck_replicate"], firm=row["luck_firm"], parameters=parameters)
            assert batch.outcomes.iloc[place][list(run.outcomes)].to_dict() == pytest.approx(run.outcomes, abs=0, nan_ok=True)
            if parameters == "ensemble":
                assert row["parameter_set"] == ensemble().drawn(99, "luck")[row["luck_firm"] + row["luck_replicate"]]
            else:
                assert row["parameter_set"] == (12 if parameters == 12 else -1)


def test_arms_of_a_paired_batch_share_luck_and_firms_of_another_do_not():
    paired, apart = (simulate_batch(ARMS, 40, 5, paired=how) for how in (True, False))
    for batch, same in ((paired, True), (apart, False)):
        growth = batch.values("revenue_growth")
        assert np.array_equal(growth[0], growth[2]) == same
        assert batch.luck.groupby("luck").size().unique().tolist() == [3 if same else 1]
    gain = [np.std(batch.values("revenue_growth")[1] - batch.values("revenue_growth")[0]) for batch in (paired, apart)]
    assert gain[0] < 0.5 * gain[1]
    assert "one luck for all firms" in repr(paired) and "one luck" not in repr(apart)


def test_an_interval_over_arms_counts_replicates_as_they_shared_their_luck():
    copies = simulate_batch([FIRM] * 8, 30, 5, paired=True)
    alone = simulate_batch(FIRM, 30, 5)
    for end in ("mean", "low", "high"):
        assert copies.summary()[end]["revenue_growth"] == pytest.approx(alone.summary()[end]["revenue_growth"])
    assert pd.Series(copies.units("revenue_growth")).equals(pd.Series(alone.units("revenue_growth")))


def test_salib_sees_no_luck_in_a_paired_design():
    """Total indices of inputs that do nothing: luck of its own a row gives them all of the luck, one luck for all rows none."""
    problem = {"num_vars": 3, "names": ["skills", "idle", "idle too"], "bounds": [[0.0, 1.0]] * 3}
    points = sample.sample(problem, 32, calc_second_order=False, seed=1)
    firms = [FIRM.with_({"levers.skills": float(row[0])}) for row in points]
    total = {}
    for paired in (True, False):
        growth = simulate_batch(firms, 2, 5, paired=paired).values("revenue_growth").mean(axis=1)
        total[paired] = analyse.analyze(problem, growth, calc_second_order=False, seed=1)["ST"]
    assert total[True][1:].max() < 1e-12 and total[True][0] > 0.5
    assert total[False][1:].max() > 0.1


@pytest.mark.parametrize("wrong", [1, "yes", None])
def test_paired_is_true_or_false(wrong):
    with pytest.raises(Mistake, match=r"paired = .*: neither true nor false"):
        simulate_batch(ARMS, 2, paired=wrong)
