"""Findings as data, their statistics on simulated firms, and the verdicts."""

import json
import tomllib
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as pyplot
import numpy as np
import pandas as pd
import pytest

from tandem.experiments.commands.main import status
from tandem.experiments.commands.validate import lost_since_recorded
from tandem.experiments.firms.population import Population
from tandem.experiments.validation import executives, trials
from tandem.experiments.validation.finding_figures import write_forest_plot
from tandem.experiments.validation.findings import COMPUTED, FIRST_LOOK, KNOWN, assess, findings, judged, looks_within, targets
from tandem.experiments.validation.trials import INTERVENTIONS, Size, Trial
from tandem.sim.intervals import t_quantile
from tandem.sim.panel import panel_of
from tandem.sim.parameter_sets import ensemble
from tandem.sim.parameters import describe
from tandem.sim.seeds import further
from tandem.sim.until import level_of

ROOT = Path(__file__).resolve().parents[2]
SOURCES = tomllib.loads((ROOT / "scenarios" / "sources.toml").read_text("utf-8"))
SMALL = Size(firms=80, twins=40, advertisers=10, long=6)
TINY = Size(firms=40, twins=40, advertisers=6, long=4)


@pytest.fixture(scope="module")
def trial():
    return Trial(Population.load("population", parameters="declared"), 3, SMALL)


def test_all_twenty_five_are_there_with_all_that_a_record_needs():
    assert [finding.id for finding in findings()] == [f"C{k}" for k in range(1, 26)]
    for finding in findings():
        assert finding.known in KNOWN and finding.band_source in ("published", "convention")
        assert all(key.strip() in SOURCES for key in finding.source.split(","))
        assert (finding.en and finding.fr and "->" in finding.chain) or finding.id in ("C3", "C13", "C14")
        assert any(row.counts for row in finding.statistics)
        for row in finding.statistics:
            assert row.name in COMPUTED and row.computation
            if row.counts:
                assert row.low < row.high and (row.published is None or row.low < row.published < row.high)
            if row.published is None and row.counts:  # a sign or an order was published, and the band is ours
                assert finding.band_source == "convention"
    assert {row.name for finding in findings() for row in finding.statistics} == set(COMPUTED)


def test_what_was_not_read_at_its_source_is_marked_where_a_user_sees_it(capsys):
    from tandem.experiments.commands.validate import show_findings

    table = judged(pd.DataFrame([dict.fromkeys(COMPUTED, 0.1)] * 2))
    for finding in findings():
        assert set(table.loc[table["finding"] == finding.id, "unverified"]) == {finding.known != "read"}
    show_findings(table, "en")
    told = capsys.readouterr().out
    assert told.count("(unverified)") == sum(not finding.verified for finding in findings())


def test_no_target_is_pasted_into_a_parameter():
    """Targets as they are published (and bands' ends) against every number of the model and of the default set."""
    numbers = {
        row["path"]: row["default"]
        for row in describe()
        if row["role"] in ("mechanism", "assumption") and isinstance(row["default"], float)
    }
    drawn = ensemble().set(ensemble().default)  # at random, to many digits: one in a thousand is near anything
    numbers |= drawn
    # Round figures that any list of defaults has, and numbers that stood in rules long before the findings were computed (the
    # size of two shocks, a slope of concessions, how often innovators decide); a coincidence says nothing.
    common = {0.0, 0.01, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 0.6, 0.8, 1.0, 1.6, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0}
    common |= {0.16, 0.36, 0.45, 3.3}

    def pasted(numbers):
        return [
            (row.name, path)
            for row in targets()
            if row.published
            for value in {row.published, -row.published, 1 / row.published, 1 / (52 * row.published)}
            for path, number in numbers.items()
            if abs(number) not in common and np.isclose(number, value, rtol=1e-6 if path in drawn else 1e-3)
        ]

    assert pasted(numbers) == []
    assert pasted({**numbers, "dyad.spill": 0.54}) == [("C1", "dyad.spill")]  # one pasted on purpose is seen


def test_every_statistic_is_a_number_on_simulated_firms(trial):
    found = {name: compute(trial) for name, compute in COMPUTED.items()}
    assert all(np.isfinite(value) for value in found.values()), found
    assert all(-1 <= found[name] <= 1 for name in ("C1", "C2", "C3", "C4", "C5", "C6 decisions", "C7"))
    assert 0 < found["C14"] < 0.5 and 0 <= found["C16"] <= 1 and 0.2 < found["C17"] < 5


def test_twins_differ_only_after_the_burn_in_and_only_by_the_intervention(trial):
    for name in INTERVENTIONS:
        off, on, firms = trial.twins_of(name)
        np.testing.assert_array_equal(off.values[:, :, :2], on.values[:, :, :2])  # start and end of the first year
        assert len(firms) == SMALL.twins and not np.array_equal(off.values, on.values)


def test_any_statistic_can_be_made_from_the_tables(trial):
    weekly = trial.weekly(("relationship_conflict", "ceo_trust"))
    assert len(weekly) == SMALL.firms * (trial.population.weeks + 1) and list(weekly.columns[:3]) == [
        "firm_id",
        "replicate",
        "week",
    ]
    mean = weekly[weekly["week"] > trial.population.burn_in].groupby("firm_id")["relationship_conflict"].mean()
    assert np.corrcoef(mean, trial.table["relationship_conflict"])[0, 1] > 0.95  # all weeks against those with both in post
    twins = trial.twin_table({"levers.communication": 0.0}, {"levers.communication": 1.0}, firms=20)
    by_arm = twins.groupby("twin")["information_shared"].mean()
    assert len(twins) == 40 and by_arm["on"] > by_arm["off"]


def test_statistics_answer_to_their_mechanisms(trial):
    """A statistic that no mechanism moves would be empty: switch one off and see."""
    population = Population.load("population", parameters="declared")
    calm = Trial(population.with_({"hazards.ceo_departure": 0.0}), 3, SMALL)
    assert np.isnan(COMPUTED["C15 CEO"](calm)) and COMPUTED["C15 CEO"](trial) > 0
    deaf = Trial(population.with_({"market.saturation": 40.0}), 3, SMALL)
    assert COMPUTED["C11"](deaf) < COMPUTED["C11"](trial)
    fast = Trial(population.with_({"market.goodwill_decay": 0.2}), 3, SMALL)
    assert COMPUTED["C13"](fast) < COMPUTED["C13"](trial)
    untaught = Trial(population.with_({"switches.training": False}), 3, SMALL)
    assert COMPUTED["C10"](untaught) < 0.3 * COMPUTED["C10"](trial)


@pytest.mark.parametrize("finding", ["C2", "C3", "C4", "C5", "C6 results"])
def test_what_groups_are_rated_on_is_work_and_results_and_growth_alone_is_told_beside(finding):
    """The same cause against both: a table in which it goes with the group's performance and against growth alone."""
    cause = {"C2": "relationship_conflict", "C3": "task_conflict", "C4": "process_conflict", "C5": "trust"}
    draw = np.random.default_rng(4).standard_normal(50)
    table = pd.DataFrame({cause.get(finding, "information_shared"): draw, "group_performance": draw, "performance": -draw})
    made = SimpleNamespace(table=table)
    assert COMPUTED[finding](made) == pytest.approx(1.0) and COMPUTED[f"{finding} on growth"](made) == pytest.approx(-1.0)
    rows = {row.name: row for told in findings() for row in told.statistics}
    assert rows[finding].counts and not rows[f"{finding} on growth"].counts


def test_a_finding_needs_all_that_counts():
    drawn = pd.DataFrame([dict.fromkeys(COMPUTED, 0.0) | {"C6 decisions": 0.4, "C6 results": 0.2}] * 3)
    words = judged(drawn).drop_duplicates("finding").set_index("finding")["finding_verdict"]
    assert words["C6"] == "holds" and words["C5"] == "fails"
    drawn["C6 results"] = 0.5
    assert judged(drawn).set_index("finding").loc["C6", "finding_verdict"].iloc[0] == "fails"


def test_what_held_when_recorded_and_fails_now_is_named(tmp_path):
    table = judged(pd.DataFrame([dict.fromkeys(COMPUTED, 0.0)] * 3))
    (tmp_path / "findings.json").write_text(json.dumps({"C3": "holds", "C5": "holds", "C6": "fails"}), "utf-8")
    assert lost_since_recorded({"findings": table}, tmp_path) == {"findings": ["C5"]}


@pytest.mark.slow
def test_processes_change_no_number():
    population = Population.load("population", parameters="declared")
    one, two = (assess(population, 2, 1, TINY, workers=workers) for workers in (1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert (one["error"] >= 0).all()


def played_as(monkeypatch, values):
    """Findings whose statistics come out as `values(name, turn)` has it; what was asked of each population, in order."""
    asked, first = [], [further(7, 1000, k) for k in range(50)]

    def drawn(job):
        _, seed, _, _, names = job
        asked.append(names)
        return {name: values(name, first.index(seed)) for name in names}

    monkeypatch.setattr("tandem.experiments.validation.findings._drawn", drawn)
    return asked


def middle(name):
    row = next(row for finding in findings() for row in finding.statistics if row.name == name)
    return 0.0 if row.low is None else 0.5 * (row.low + row.high)


def test_a_finding_that_is_decided_early_is_played_no_further(monkeypatch):
    asked = played_as(monkeypatch, lambda name, turn: middle(name) + (-1) ** turn * 1e-4)
    table = assess(None, 20, 7, until_decided=True)
    assert len(asked) == FIRST_LOOK and set(table["seeds"]) == {FIRST_LOOK}
    assert set(table["finding_verdict"]) == {"holds"}
    asked.clear()
    assert set(assess(None, 20, 7)["seeds"]) == {20} and len(asked) == 20  # a number that was asked for is played
    asked.clear()
    assert set(assess(None, 6, 7, until_decided=True)["seeds"]) == {6} and len(asked) == 6  # one look alone


def test_what_is_open_goes_on_with_all_that_its_finding_tells(monkeypatch):
    c1, c9, c15 = (next(f for f in findings() if f.id == name) for name in ("C1", "C9", "C15"))
    low = {row.name: row.low for finding in (c1, c9, c15) for row in finding.statistics}

    def values(name, turn):
        if name == "C1":  # on its edge
            return low[name] + (0.02 if turn % 2 else -0.02)
        if name == c9.statistics[0].name:  # far outside
            return low[name] - 5.0 + 0.01 * (turn % 2)
        if name == "C15 CEO":  # on its edge, the other of the finding is not
            return low[name] + (0.02 if turn % 2 else -0.019)
        return middle(name) + 1e-4 * (turn % 3)

    asked = played_as(monkeypatch, values)
    table = assess(None, 20, 7, until_decided=True).set_index("statistic")
    going_on = {row.name for finding in (c1, c15) for row in finding.statistics}
    assert len(asked) == 20 and set(asked[FIRST_LOOK]) == going_on == set(table.index[table["seeds"] == 20])
    assert table.loc[c9.statistics[0].name, "verdict"] == "fails" and table.loc["C15 COO", "seeds"] == 20
    whole = assess(None, 20, 7).set_index("statistic")
    early = table.index[table["seeds"] == FIRST_LOOK]
    late = table.index[table["seeds"] == 20]
    assert (table.loc[late, "value"] == whole.loc[late, "value"]).all()
    first = assess(None, FIRST_LOOK, 7).set_index("statistic")
    assert (table.loc[early, "value"] == first.loc[early, "value"]).all()


def test_looks_are_the_same_whatever_the_budget():
    assert looks_within(7) == () and looks_within(8) == looks_within(11) == (8,)
    assert looks_within(20) == (8, 12, 16, 20) and looks_within(40)[:4] == looks_within(20)


def test_a_larger_budget_goes_on_and_tells_the_same_of_what_was_decided(monkeypatch):
    draw = np.random.default_rng(6)
    noise = {name: draw.standard_normal(40) for name in COMPUTED}
    reach = {row.name: 0.3 * (row.high - row.low) for finding in findings() for row in finding.statistics if row.low is not None}
    edge = {row.name: row.low + 0.02 for finding in findings() for row in finding.statistics if row.low is not None}
    played_as(monkeypatch, lambda name, turn: edge.get(name, 0.0) + reach.get(name, 1.0) * noise[name][turn])
    one, two, three = (assess(None, n, 7, until_decided=True).set_index("statistic") for n in (20, 23, 40))
    pd.testing.assert_frame_equal(one, two, check_exact=True)  # what the budget has beyond the last look is not played
    early = one.index[one["seeds"] < 20]
    pd.testing.assert_frame_equal(one.loc[early], three.loc[early], check_exact=True)
    assert len(set(one["seeds"])) > 2 and max(three["seeds"]) > 20
    assert one.groupby("finding")["seeds"].nunique().max() == 1  # a finding is played whole


def test_what_was_decided_is_told_as_it_was_then(monkeypatch):
    """Levels differ from look to look: C1 is decided at the first, and would not be at the levels of the last two."""
    low = next(f for f in findings() if f.id == "C1").statistics[0].low
    error = 0.01 * (8 / 7) ** 0.5 / 8**0.5
    levels = [level_of(looks_within(20)[: k + 1]) for k in range(4)]
    assert levels[3] > levels[2] > levels[0]
    between = 0.5 * sum(t_quantile(8, level) for level in (levels[0], levels[2]))

    def values(name, turn):
        if name == "C1":
            return low - between * error + 0.01 * (-1) ** turn
        if name == "C15 CEO":
            return 6.9 + 0.02 * (-1) ** turn
        return middle(name) + 1e-4 * (turn % 3)

    asked = played_as(monkeypatch, values)
    table = assess(None, 20, 7, until_decided=True).set_index("statistic")
    assert table.loc["C1", "seeds"] == 8 and table.loc["C1", "verdict"] == "fails" and table.loc["C15 CEO", "seeds"] == 20
    assert all("C1" not in names for names in asked[8:])
    late = judged(pd.DataFrame([{**dict.fromkeys(COMPUTED, 0.0), "C1": values("C1", turn)} for turn in range(8)]), levels[3])
    assert late.set_index("statistic").loc["C1", "verdict"] == "undecided"


@pytest.mark.parametrize("skewed", [False, True])
def test_looks_at_populations_hold_the_truth_together(skewed):
    """A thousand repeats: means of 8, 12, 16, 20 values, in their intervals at every look in 95% and more. Statistics are means
    over many firms, so that their own law is hardly skewed: as the mean of thirty exponential values here."""
    draw, looked = np.random.default_rng([23, skewed]), looks_within(20)
    values = draw.standard_normal((1000, 20)) if not skewed else draw.gamma(30.0, size=(1000, 20)) - 30.0
    held = np.ones(1000, dtype=bool)
    for at, n in enumerate(looked):
        few = values[:, :n]
        reach = t_quantile(n, level_of(looked[: at + 1])) * few.std(axis=1, ddof=1) / n**0.5
        held &= np.abs(few.mean(axis=1)) <= reach
    assert 0.94 <= held.mean() <= 0.99


def test_looks_ask_for_more_than_two_errors_to_call_a_finding_lost():
    low = next(f for f in findings() if f.id == "C1").statistics[0].low
    values = low - 0.0107 + 0.01 * np.resize([1.0, -1.0], 20) * (19 / 20) ** 0.5 * 20**0.5 / 2  # 2.14 errors outside
    drawn = pd.DataFrame({**{name: np.zeros(20) for name in COMPUTED}, "C1": values})
    row = judged(drawn).set_index("statistic").loc["C1"]
    assert 2.0 < (low - row["value"]) / row["error"] < 2.2 and row["verdict"] == "fails"
    strict = judged(drawn, level_of(looks_within(20))).set_index("statistic").loc["C1"]
    assert strict["verdict"] == "undecided" and strict["value"] == row["value"]


def test_what_two_statistics_need_is_played_once(trial, monkeypatch):
    played = []
    kept = panel_of

    def counted(records, *rest, **more):
        played.append(len(records))
        return kept(records, *rest, **more)

    for module in (trials, executives):
        monkeypatch.setattr(module, "panel_of", counted)
    fresh = Trial(trial.population, 3, TINY)
    slower, pairs = COMPUTED["C25"](fresh), COMPUTED["C25 regimes"](fresh)
    assert len(played) == 2 and np.isfinite([slower, pairs]).all()  # from low trust, from high trust
    worth = COMPUTED["C24"](fresh)
    assert len(played) == 5  # the firms as they are, with either skill
    whole = Trial(trial.population, 3, TINY)
    assert whole.panel and COMPUTED["C24"](whole) == worth
    assert len(played) == 8  # as they are from the panel of all


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_words_of_the_figure_are_cut_off(lang, tmp_path):
    write_forest_plot(judged(pd.DataFrame([{name: middle(name) for name in COMPUTED}] * 3)), tmp_path, lang)
    inked = pyplot.imread(tmp_path / "findings.png")[..., :3].min(axis=(0, 2)) < 0.9
    assert inked.any() and not inked[:3].any() and not inked[-3:].any()


def test_validate_writes_findings_figure_and_histories(tmp_path, capsys):
    arguments = ["validate", "--only", "findings", "--seeds", "2", "--firms", "60", "--workers", "1", "--out", str(tmp_path)]
    assert status(arguments) == 0
    told = capsys.readouterr().out
    assert "of 25 findings" in told and "unverified" in told and "published" in told
    table = pd.read_csv(tmp_path / "findings.csv")
    assert set(table["finding"]) == {f"C{k}" for k in range(1, 26)} and {"value", "error", "low", "high", "verdict"} <= set(table)
    for name in ("findings", "histories"):
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000 and "<svg" in (tmp_path / f"{name}.svg").read_text("utf-8")
    paths = pd.read_csv(tmp_path / "histories.csv")
    assert paths.groupby("scenario").size().to_dict() == {"department-store-history": 4, "software-firm-history": 7}
    assert (paths["low"] <= paths["mean"]).all() and (paths["mean"] <= paths["high"]).all()


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "--only", "everything"],
        ["validate", "--lang", "de"],
        ["validate", "--out", "pyproject.toml"],
        ["validate", "--seeds", "1"],
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments, capsys):
    assert status(arguments) == 2
    assert len(capsys.readouterr().err.strip().split("\n")) == 1
