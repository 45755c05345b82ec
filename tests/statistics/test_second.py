"""The map of what a second executive is worth: on made-up firms whose worth is known, and once on firms that are played."""

import numpy as np
import pandas as pd
import pytest

from tandem import worth_of_second
from tandem.experiments.effects import second
from tandem.experiments.effects.second import FACTORS, MAPS, THIRDS
from tandem.experiments.firms.population import Population
from tandem.experiments.study.second import kept_worth
from tandem.experiments.study.second_report import answer, section
from tandem.experiments.validation import executives
from tandem.experiments.validation.trials import Size, Trial
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import chosen


def made_up(n=4000, **slopes):
    """Firms whose worth is 1 point, so much more for a standard deviation of each factor named, and luck."""
    draw = np.random.default_rng(5)
    table = pd.DataFrame({name: draw.normal(3.0, 2.0, n) for name in FACTORS})
    table["worth"] = 1.0 + draw.normal(0.0, 2.0, n)
    for name, slope in slopes.items():
        table["worth"] += slope * (table[name] - table[name].mean()) / table[name].std(ddof=0)
    return table.assign(coo=draw.random(n) < 0.4, context="baseline")


def test_thirds_hold_as_many_in_order():
    found = second.thirds(np.array([5.0, 1.0, 9.0, 2.0, 8.0, 4.0]))
    assert list(found) == ["middle", "low", "high", "low", "high", "middle"]
    assert pd.Series(second.thirds(np.zeros(9))).value_counts().to_dict() == dict.fromkeys(THIRDS, 3)


def test_a_cell_holds_its_firms_and_no_others():
    table = made_up(9)
    table["load"], table["turbulence"] = np.repeat([1.0, 2.0, 3.0], 3), np.tile([1.0, 2.0, 3.0], 3)
    table["worth"] = [-1.0, -2.0, -3.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    rows = second.cells(table).set_index(["factor", "third", "other", "other_third"]).loc[("load", slice(None), "turbulence")]
    assert rows["mean"].to_numpy() == pytest.approx(table["worth"].to_numpy())
    assert list(rows["share"]) == [0.0] * 3 + [1.0] * 6 and set(rows["n"]) == {1} and set(rows["verdict"]) == {"undecided"}
    # Wilson's interval of 1 of 1, and of 0 of 1.
    assert rows["share_low"].iloc[-1] == pytest.approx(0.2065, abs=1e-3)
    assert rows["share_high"].iloc[0] == pytest.approx(0.7935, abs=1e-3)


def test_every_pair_of_factors_is_mapped_once_and_the_drawn_ones_first():
    rows = second.cells(made_up(90))
    pairs = list(dict.fromkeys(zip(rows["factor"], rows["other"])))
    assert len(rows) == 9 * 15 and pairs[:3] == list(MAPS)
    assert len({frozenset(pair) for pair in pairs}) == 15
    assert rows.groupby(["factor", "other"])["n"].sum().eq(90).all()


def test_a_mean_and_its_interval_are_students():
    table = made_up(4000)
    row = second.groups(table).set_index("firms").loc["all"]
    worth = table["worth"]
    assert row["mean"] == pytest.approx(worth.mean()) and row["verdict"] == "higher" and row["n"] == 4000
    assert row["high"] - row["mean"] == pytest.approx(1.9606 * worth.std() / np.sqrt(4000), rel=1e-3)
    assert second.groups(table)["n"].tolist() == [4000, int(table["coo"].sum()), int((~table["coo"]).sum())]


def test_the_ranking_finds_the_slopes_put_in():
    table = second.depends(made_up(4000, load=1.5, ceo_hours=-0.8))
    assert table["factor"].tolist()[:2] == ["load", "ceo_hours"]
    assert table["slope"].to_numpy()[:2] == pytest.approx([1.5, -0.8], abs=0.15)
    assert table["verdict"].tolist()[:2] == ["higher", "lower"]
    half = 0.5 * (table["high"] - table["low"]).to_numpy()
    assert half == pytest.approx(1.96 * 2.0 / np.sqrt(4000), rel=0.06)


def worth(table):
    return second.Worth(table, 0, chosen("declared"))


def test_sentences_agree_with_the_tables():
    found = worth(made_up(4000, load=1.5, ceo_hours=-1.2))
    first, where, on, owners = found.sentences()
    row = found.groups.set_index("firms").loc["all"]
    assert first.startswith(f"A second executive raises growth in {row['share']:.0%} of firms [") and "N = 4,000" in first
    assert where.startswith("Most in the highest third of load of decisions and ")
    assert "Least in the lowest third of load of decisions and " in where
    assert "it rises with load of decisions (+1.5" in on and "falls with hours of the CEO (−1.2" in on
    decided = set(found.depends.query("verdict == 'undecided'")["factor"])
    assert all((FACTORS[name] in on.partition("whether it depends on ")[2]) == (name in decided) for name in FACTORS)
    assert all(f"(N = {n:,})" in owners for n in found.groups["n"].tolist()[1:])


def test_the_page_says_undecided_where_the_table_does():
    table = made_up(400)
    table["worth"] -= table["worth"].mean()
    told = answer(worth(table))
    assert "The mean is undecided (400 firms" in told["sure"] and told["lever"].startswith("More growth in ")
    part = section(worth(table))
    assert len(part["cells"]["rows"]) == 27 and part["groups"]["rows"][0][0]["main"] == "all"
    assert "decided (400" in answer(worth(made_up(400)))["sure"] and "undecided" not in answer(worth(made_up(400)))["sure"]


def test_empty_cells_are_told_as_such():
    table = made_up(9)
    table["turbulence"] = table["load"]  # six of the nine cells of this map are empty
    rows = second.cells(table).head(9)
    assert sorted(rows["n"]) == [0] * 6 + [3] * 3 and set(rows.loc[rows["n"] == 0, "verdict"]) == {"not defined"}
    assert {"main": "not defined"} in section(worth(table))["cells"]["rows"][1]


# -- played ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def played():
    return worth_of_second(600, seed=4, parameters="default")


def test_a_second_executive_pays_more_under_load_and_turbulence_and_less_beside_a_chief_with_time(played):
    slope = played.depends.set_index("factor")["slope"]
    assert slope["load"] > 0.0 and slope["turbulence"] > 0.0 and slope["ceo_hours"] < 0.0
    groups = played.groups.set_index("firms")
    assert groups.loc["with a COO", "mean"] > groups.loc["without a COO", "mean"]


def test_the_findings_and_the_map_speak_of_the_same_worth(played):
    trial = Trial(Population.load("population", parameters="default"), 4, Size(firms=600))
    assert executives.worth(trial) == pytest.approx(played.firms["worth"].to_numpy())
    assert executives.worth_share(trial) == played.groups.set_index("firms").loc["all", "share"]


def test_more_firms_change_no_earlier_one(played):
    few = worth_of_second(40, seed=4, parameters="default").firms
    relative = "turbulence"  # in standard deviations of the firms played
    assert few.drop(columns=relative).equals(played.firms.iloc[:40].drop(columns=relative))


def test_what_was_kept_is_read_back(tmp_path, monkeypatch):
    asked = chosen("default")
    first = kept_worth(12, 1, asked, tmp_path)
    monkeypatch.setattr("tandem.experiments.study.second.worth_of_second", None)
    again = kept_worth(12, 1, asked, tmp_path)
    pd.testing.assert_frame_equal(again.firms, first.firms, check_dtype=False)
    assert again.sentences() == first.sentences()


def test_too_few_firms_are_refused():
    with pytest.raises(Mistake, match="n"):
        worth_of_second(8)


def test_a_kept_map_carries_the_record_of_a_played_one(tmp_path):
    played, kept = (kept_worth(60, 3, chosen("ensemble"), tmp_path).groups for _ in range(2))
    assert len(list(tmp_path.iterdir())) == 1 and kept.equals(played)
    assert kept.attrs == played.attrs and kept.attrs["provenance"]["call"] == "worth_of_second"
