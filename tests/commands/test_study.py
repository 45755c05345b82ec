"""The main job end to end, small; the ranking of levers on functions whose answer is known; the commands' manners."""

import html
import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tandem.experiments.commands.main import status
from tandem.experiments.effects.levers import effect_table, effects, rank_intervals, ranks
from tandem.experiments.effects.role_models import ALTERNATIVES, FURTHER, contexts, role_models
from tandem.experiments.pages.telling import told_in
from tandem.experiments.study.report_sentences import answers, with_whole_range
from tandem.experiments.study.study import PROFILES, planned_runs, play, write
from tandem.experiments.study.told import pairs_of
from tandem.sim.parameters import describe
from tandem.sim.texts import NARROW

LEVERS = ("a", "b", "c")


def linear(points, replicates):
    """Output 1: 3a - 2b + luck; output 2: a + b + luck."""
    luck = np.random.default_rng(0).normal(size=10_000)[replicates]
    return np.column_stack([3 * points[:, 0] - 2 * points[:, 1] + luck, points[:, 0] + points[:, 1] + luck])


def test_effects_of_a_linear_function_are_exact():
    found = effects(linear, 64, levers=LEVERS)
    table = effect_table(found, ("y", "z")).set_index(["output", "input"])
    assert np.isclose(table.loc[("y", "a"), "estimate"], 1.8)
    assert np.isclose(table.loc[("y", "b"), "estimate"], -1.2)
    assert table.loc[("y", "c"), "verdict"] == "same" or abs(table.loc[("y", "c"), "estimate"]) < 1e-12


def test_ranks_only_where_decided():
    def noisy(points, replicates):
        noise = np.random.default_rng(1).normal(size=(10_000, 3))[replicates]
        return (points * (np.array([3.0, 1.0, 1.0]) + noise)).sum(axis=1, keepdims=True)

    found = effects(noisy, 512, levers=LEVERS)
    assert rank_intervals(found, ("y",))["y"] == {"a": "1", "b": "2-3", "c": "2-3"}
    assert set(ranks(found, ("y",))["larger"]) == {"a", "undecided"}


def test_the_quick_profile_keeps_its_budget():
    """A tenth more than before the map, the fit and the last four alternatives came in, in firms of twelve quarters: those of
    the map are followed for sixteen."""
    before = 115_544
    map_of = PROFILES["quick"].second_firms
    assert planned_runs("quick") + 2 * map_of * 4 / 12 <= 1.1 * before
    assert 2 * map_of <= 8000
    assert len(ALTERNATIVES) == 11 and not set(ALTERNATIVES) & set(FURTHER)


def test_every_structural_choice_is_told_of_and_moves_what_it_names():
    """The table of structural choices in MODEL.md names the path of each alternative that is played, and marks which every study
    plays; each is another value than the default."""
    text = (Path(__file__).resolve().parents[2] / "MODEL.md").read_text("utf-8")
    part = text[text.index("### 3.4 ") : text.index("### 3.5 ")]
    rows = {line.split("|")[1].strip().strip("`"): line for line in part.splitlines() if line.startswith("| `")}
    known = {row["path"]: row["default"] for row in describe()}
    paths = {path: name for name, changes in {**ALTERNATIVES, **FURTHER}.items() for path in changes}
    assert set(rows) == {path.removeprefix("assumptions.") for path in paths}
    for kind, mark in ((ALTERNATIVES, True), (FURTHER, False)):
        for changes in kind.values():
            ((path, value),) = changes.items()
            assert known[path] != value, path
            told = ("off", "on")[value] if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else value
            alternatives = [each.strip() for each in rows[path.removeprefix("assumptions.")].split("|")[3].split(",")]
            assert (f"{told}*" if mark else told) in alternatives, path


def test_study_writes_everything(tmp_path, capsys):
    assert status(["study", "--profile", "smoke", "--out", str(tmp_path / "study")]) == 0
    printed = capsys.readouterr().out
    assert "not a forecast" in printed
    assert "decision clarity" in printed
    folder = tmp_path / "study"
    page = (folder / "report.html").read_text("utf-8")
    assert "<svg" in page
    first = page[: page.index('id="short"')]
    asked = "Which lever, from poor to good practice, moves {} most?"
    assert asked.format("revenue growth") in first and asked.format("conflict rate") in first
    assert first.count("Context by context:") == 2 and first.count("ecided: ") == 2
    assert "Which role model fits which firm?" in first and "What is a second executive worth?" in first
    assert "undecided" in page
    assert not any(word in page for word in ('src="http', "<script", "@import", 'link rel="stylesheet"'))
    assert len(list(folder.glob("*.png"))) == len(list(folder.glob("*.svg"))) >= 5
    for name in ("role_models", "alternatives", "levers"):
        left, right = pd.read_csv(folder / f"{name}.csv"), pd.read_parquet(folder / f"{name}.parquet")
        assert list(left.columns) == list(right.columns)
        assert len(left) == len(right) > 0
    frame = pd.read_csv(folder / "role_models.csv")
    assert set(frame["context"]) == set(contexts())
    assert set(frame["role_model"]) == set(role_models())
    assert json.loads((folder / "study.json").read_text("utf-8"))["profile"] == "smoke"
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".")]


def test_the_report_tells_who_fits_which_firm_and_what_a_second_executive_is_worth(tmp_path):
    """After the comparison of role models, each with its numbers and parameter sets, and as the tables beside the page say."""
    played = []
    found = play("smoke", 1, lambda what, runs: played.append(runs), parameters="default")
    assert sum(played) == planned_runs("smoke", "default")
    page = html.unescape(write(found, tmp_path, "tandem study").read_text("utf-8"))
    places = [page.index(f'id="{name}"') for name in ("role_models", "fit", "second", "assumptions")]
    assert places == sorted(places)
    fit, second = page[places[1] : places[2]], page[places[2] : places[3]]
    table = pd.read_csv(tmp_path / "fit.csv")
    assert set(table["context"]) == set(contexts()) and set(table["dispositions"]) == {"as described", "equal"}
    assert {"rank", "verdict", "n", "named"} <= set(table)
    for context, part in table[table["dispositions"] == "as described"].groupby("context"):
        assert f"(N = {part['n'].min()} pairs)" in fit, context
    assert fit.count(": such a firm wants to ") == len(contexts()) and "By growth alone: highest revenue growth" in fit
    assert "4 contexts" in fit and "with equal dispositions" in fit
    groups = pd.read_csv(tmp_path / "second_executive_firms.csv").set_index("firms")
    assert f"raises growth in {groups.loc['all', 'share']:.0%} of firms" in second and "N = 60 firms" in second
    assert "parameters: " in second and 'id="second_executive_map"' in second
    assert len(pd.read_csv(tmp_path / "second_executive.csv")) == 135
    assert len(pd.read_csv(tmp_path / "second_executive_map.csv")) == 27
    assert len(pd.read_csv(tmp_path / "second_executive_factors.csv")) == 6
    short = page[page.index('id="short"') : page.index('id="levers"')]
    assert re.search(r"Best fit to what such a firm wants: .*By growth alone: highest.*raises growth in", short, flags=re.DOTALL)
    assert not re.search(r"<li>Highest revenue growth", short)


def few(ranks, by_context):
    """A study of which only the levers are known: ranks overall, and in each context, of a and b."""
    shared = {"output": "revenue_growth", "estimate": 0.02, "low": 0.01, "high": 0.03, "n": 64, "verdict": "higher"}
    rows = [{**shared, "input": lever} for lever in "ab"]
    within = [{"context": context, **row, "rank": rank} for context, pair in by_context.items() for row, rank in zip(rows, pair)]
    role_model = [{"role_model": "x", **row, "rank": "1"} for row in rows]
    return SimpleNamespace(
        levers=pd.DataFrame(rows),
        rank_intervals={"revenue_growth": dict(zip("ab", ranks))},
        levers_by_context=pd.DataFrame(within),
        levers_by_role_model=pd.DataFrame(role_model),
    )


def test_the_first_screen_says_what_leads_where_not_and_how_sure():
    named = {"calm": "Calm", "wild": "Wild", "odd": "Odd"}
    told = answers(few(("1", "2"), {"calm": ("1", "2"), "wild": ("2", "1"), "odd": ("1-2", "1-2")}), named)[0]
    assert told["question"] == "Which lever, from poor to good practice, moves revenue growth most?" and told["lever"] == "A"
    assert told["sure"].startswith("Decided") and "64 pairs" in told["sure"] and "[+1.00, +3.00]" in told["size"]
    assert told["where"] == "Context by context: the same in calm; b in wild; undecided in odd."
    open_ = answers(few(("1-2", "1-2"), {"calm": ("1", "2")}), named)[0]
    assert open_["lever"] == "Undecided between a and b" and open_["sure"].startswith("Undecided")
    assert open_["where"] == "Context by context: a in calm."
    assert answers(few(("1", "2"), {"calm": ("1", "2")}), named)[0]["where"] == "Context by context: the same in each."


def test_the_first_screen_says_where_the_whole_range_has_another_answer():
    told = [{"question": "What moves y most?", "lever": "A", "contrast": "Pooling hides a contrast."}]
    other = {"question": "What moves y most?", "lever": "B", "size": "B has a hand in 60% of it; up and down."}
    found = with_whole_range([dict(told[0])], {"answers": [other]})[0]["contrast"]
    assert found == "Over the whole range, harm included, it is another: B has a hand in 60% of it. Pooling hides a contrast."
    assert with_whole_range([dict(told[0])], {"answers": [{**other, "lever": "A"}]})[0] == told[0]
    assert with_whole_range([dict(told[0])], None)[0] == told[0]


def test_run_writes_its_tables(tmp_path, capsys):
    assert status(["run", "silence", "--quarters", "3", "--seed", "4", "--set", "levers.skills=0.9", "--out", str(tmp_path)]) == 0
    assert "Revenue growth" in capsys.readouterr().out
    wanted = {"weekly.csv", "quarterly.csv", "events.csv", "outcomes.json", "scenario.toml"}
    assert wanted <= {file.name for file in tmp_path.iterdir()}
    assert len(pd.read_csv(tmp_path / "weekly.csv")) == 40
    assert status(["check", str(tmp_path / "scenario.toml")]) == 0


def test_compare_says_undecided_and_not_defined(capsys):
    assert status(["compare", "--context", "agile", "--runs", "20"]) == 0
    assert "not defined" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "nobody"],
        ["compare", "--context", "nowhere"],
        ["compare", "silence", "silence"],
        ["run", "silence", "--set", "levers.skils=1"],
        ["study"],
        ["run", "silence", "--quarters", "0"],
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments, capsys):
    assert status(arguments) == 2
    told = capsys.readouterr().err.strip().split("\n")
    assert len(told) == 1
    assert "Traceback" not in told[0]


def test_validate_hides_no_pattern(tmp_path, capsys):
    assert status(["validate", "--pairs", "20", "--only", "patterns", "--out", str(tmp_path)]) == 0
    table = pd.read_csv(tmp_path / "patterns.csv", dtype={"pattern": str})
    expected = {str(number) for number in range(1, 26)} - {"7", "13", "21"}
    expected |= {"24 equal", "24 growth", *(f"A{number}" for number in range(1, 13))}
    assert set(table["pattern"]) == expected
    assert set(table["pattern_verdict"]) <= {"holds", "fails", "undecided"}


@pytest.mark.slow
@pytest.mark.long
def test_the_whole_paper_small_and_again_without_playing(tmp_path, capsys, monkeypatch):
    """Every part that `paper` has, with few rows; the second time everything comes from what was kept."""
    from tandem.experiments.firms import kept_batches as keeping
    from tandem.experiments.study import choice as choice
    from tandem.experiments.study import failures as pooled
    from tandem.experiments.study import strata, study

    monkeypatch.setitem(strata.PROFILES, "paper", strata.Profile(32, 32, 32, 2, True))
    monkeypatch.setitem(
        study.PROFILES, "paper", study.Profile(20, 10, 32, True, 10, 60, {"firms": 6, "sets": 4, "replicates": 2})
    )
    monkeypatch.setitem(choice.SIZES, "paper", choice.SIZES["smoke"])
    monkeypatch.setitem(pooled.SIZES, "paper", (64, 2))
    out = tmp_path / "study"
    assert status(["study", "--profile", "paper", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert "minutes at" in said.err and "pilot" in said.err and "not a forecast" in said.out
    page = (out / "report.html").read_text("utf-8")
    for part in (
        'id="sensitivity"',
        'id="discovery"',
        'id="decisions"',
        "Kendall",
        "In how many firms does it help?",
        "Under other ranges",
        "best quarter left out",
        "one fixed media budget",
        "not defined",
    ):
        assert part in page, part
    kept = {file.relative_to(out): file.read_bytes() for file in out.rglob("*") if file.is_file()}

    def never(*_, **__):
        raise AssertionError("played again")

    monkeypatch.setattr(keeping, "play", never)
    monkeypatch.setattr(strata, "analyse", never)
    monkeypatch.setattr("tandem.experiments.decisions.played._answered", never)
    assert status(["study", "--profile", "paper", "--out", str(out)]) == 0
    assert {file.relative_to(out): file.read_bytes() for file in out.rglob("*") if file.is_file()} == kept


def test_a_page_says_from_how_many_pairs_to_how_many_its_comparisons_took():
    rows = pd.DataFrame({"verdict": ["baseline", "higher", "undecided", "not defined"], "pairs": [2000, 100, 2000, 0]})
    assert pairs_of(rows) == "100 to 2,000" and pairs_of(rows.iloc[:2]) == "100" and pairs_of(rows.iloc[:1]) == "0"
    with told_in("fr"):
        assert pairs_of(rows) == f"100 à 2{NARROW}000"
