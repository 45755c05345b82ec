"""Scenarios: layers come to the right values, survive writing and reading, and say where each value came from."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.experiments.commands.main import status
from tandem.experiments.commands.settings import settings as read_settings
from tandem.sim.parameters import Goals, Parameters, Team, fill_record, lever_value
from tandem.sim.scenario import Scenario, ScenarioError, catalogue
from tandem.sim.scenario.catalogue import every_file
from tandem.sim.scenario.paths import FIELDS, bounds, defaults, described

SHIPPED = [(file.kind, file.name) for file in every_file()]
ROLE_MODELS = [name for kind, name in SHIPPED if kind == "role_model"]
CONTEXTS = [name for kind, name in SHIPPED if kind == "context"]

FILES = {
    "role_models/pair.toml": """
        title = { en = "Pair", fr = "Paire" }
        [charter.budget]
        rule = "average"
        [ceo]
        encouragement = 0.1
        """,
    "role_models/solo.toml": 'title = "Solo"\n[charter.budget]\nrule = "sole"\ndecides = "coo"\nconsults = "ceo"\n',
    "contexts/calm.toml": "[market]\nchurn = 0.001\n[culture]\ntrust = 0.7\n",
    "contexts/rough.toml": 'extends = "calm"\n[market]\nchurn = 0.02\n[[events]]\nweek = 30\nkind = "crisis"\n',
    "cases/shop.toml": """
        title = { en = "The shop", fr = "La boutique" }
        story = "Once."
        question = { en = "Why?", fr = "Pourquoi ?" }
        context = "rough"
        role_model = "pair"
        quarters = 8
        [levers]
        communication = 0.2
        [communication]
        transparency = 0.9
        [charter.agency]
        rule = "or"
        [ceo.priorities]
        growth = 0.6
        [[teams]]
        kind = "sales"
        [[teams]]
        kind = "service"
        headcount = 3
        [[change]]
        week = 40
        set = { "levers.communication" = 0.6, "communication.transparency" = "lever" }
        [[change]]
        week = 20
        role_model = "solo"
        [intervention]
        week = 50
        set = { "levers.decision_clarity" = 0.9 }
        title = { en = "Write it down", fr = "L'écrire" }
        [cause]
        title = "Nobody talks"
        off = { "switches.claims" = false }
        [remedy]
        title = "Talk"
        set = { "levers.communication" = 0.9 }
        [wishes]
        reason = { en = "Calm.", fr = "Du calme." }
        under = { quarters = 4, "levers.skills" = 0.9, events = [{ week = 40, kind = "crisis" }] }
        wants = [{ outcome = "conflict_rate", less = true, beyond = true }, { outcome = "trust", reason = "Both." }]
        """,
    "cases/shop-again.toml": 'extends = "shop"\ntitle = "Again"\ncontext = "calm"\n[levers]\nskills = 1\n',
}


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A user's folder with role models, contexts and cases of its own."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(line.strip() for line in text.splitlines()), "utf-8")
    monkeypatch.setenv("TANDEM_SCENARIOS", str(tmp_path))
    return tmp_path


# -- every file that comes with the program ----------------------------------------------------


@pytest.mark.parametrize(("kind", "name"), SHIPPED)
def test_every_shipped_file_resolves(kind, name):
    scenario = Scenario.load(name)
    assert Scenario.parse(scenario.to_toml()).digest == scenario.digest
    assert scenario.records()["weeks"][0] == 13 * scenario.parameters.quarters
    assert len({name, scenario.title("en"), scenario.title("fr")}) == 3, "a title in both languages"


@pytest.mark.parametrize("name", [name for kind, name in SHIPPED if kind == "case"])
def test_every_shipped_case_tells_its_story_in_both_languages(name):
    story = Scenario.load(name).story
    for text in (story.story, story.question):
        if text is not None:
            assert text.en != text.fr
    for part in ("intervention", "cause", "remedy"):
        if getattr(story, part) is not None:
            assert Scenario.load(name).branch(part) != Scenario.load(name), f"{part} changes nothing"


@pytest.mark.parametrize("role_model", ROLE_MODELS)
def test_every_role_model_goes_with_every_context(role_model):
    for context in CONTEXTS:
        scenario = Scenario.of(role_model=role_model, context=context)
        assert (scenario.role_model, scenario.context) == (role_model, context)
        assert scenario.parameters.market == Scenario.of(context=context).parameters.market


# -- layers ------------------------------------------------------------------------------------


def test_layers_lie_over_each_other_in_order(own):
    firm = Scenario.load("shop").parameters
    assert firm.market.churn == 0.02  # rough, over calm
    assert firm.culture.trust == 0.7  # calm, through rough
    assert firm.charter.budget.rule == "average"  # the role model
    assert firm.charter.agency.rule == "or"  # its own
    assert firm.quarters == 8
    assert firm.ceo.priorities.growth == 0.6
    assert firm.ceo.priorities.brand == Parameters().ceo.priorities.brand  # the rest of a group stays
    assert firm.decisions == Parameters().decisions
    assert [(team.kind, team.headcount) for team in firm.teams] == [("sales", Team().headcount), ("service", 3)]
    assert [event.week for event in firm.events] == [30]


def test_a_file_on_a_case_switches_its_context_and_keeps_the_rest(own):
    scenario = Scenario.load("shop-again")
    assert (scenario.context, scenario.role_model) == ("calm", "pair")
    assert scenario.parameters.market.churn == 0.001
    assert scenario.parameters.events == ()
    assert scenario.parameters.levers.communication == 0.2
    assert scenario.parameters.levers.skills == 1
    assert scenario.title("en") == "Again"
    assert scenario.story.question["fr"] == "Pourquoi ?"


def test_extends_and_the_shorthand_mean_the_same(own):
    short, long = 'role_model = "pair"\ncontext = "rough"', 'extends = ["rough", "pair"]'
    assert Scenario.parse(short) == Scenario.parse(long) == Scenario.of(role_model="pair", context="rough")
    assert Scenario.parse(long).role_model == "pair"


def test_titles_come_from_the_file_or_from_its_layers(own):
    assert Scenario.load("pair").title("fr") == "Paire"
    assert Scenario.of(role_model="pair", context="rough").title("en") == "Pair"
    (own / "contexts" / "rough.toml").write_text('title = { en = "Rough", fr = "Rude" }\n')
    pair = Scenario.of(role_model="pair", context="rough")
    assert (pair.title("en"), pair.title("fr"), pair.name) == ("Pair · Rough", "Paire · Rude", "pair-in-rough")
    assert Scenario.parse('role_model = "pair"\ntitle = "Own"').title("en") == "Own"
    assert Scenario.of(context="calm").title("en") == "calm"


def test_a_file_that_two_others_extend_counts_once(own):
    (own / "contexts" / "odd.toml").write_text('extends = ["rough", "calm"]\n')
    assert Scenario.of(context="odd").parameters.market.churn == 0.02


def test_switching_the_role_model_takes_the_old_one_away(own):
    shop = Scenario.load("shop")
    solo = shop.with_({"role_model": "solo"})
    assert solo.role_model == "solo"
    assert solo.parameters.ceo.encouragement == 0  # was the old role model's
    assert solo.parameters.charter.agency.rule == "sole"  # the case's own rights belonged to the old role model
    assert solo.parameters.levers.communication == 0.2  # the firm stays the firm
    assert solo.with_({"role_model": "pair", "charter.agency.rule": "or"}).parameters == shop.parameters
    assert shop.with_({"context": "calm"}).parameters.market.churn == 0.001


def test_with_returns_a_new_one_and_leaves_the_old(own):
    shop = Scenario.load("shop")
    before = shop.digest
    new = shop.with_({"levers.communication": 0.8, "ceo.hours": 14, "teams.1.reporting_per_week": 2})
    assert (new.parameters.levers.communication, new.parameters.ceo.hours) == (0.8, 14.0)
    assert new.parameters.teams[1].reporting_per_week == 2.0
    assert shop.digest == Scenario.load("shop").digest == before != new.digest
    assert shop.with_({}) == shop
    assert new.with_({"levers.communication": 0.2}).parameters.ceo.hours == 14.0
    with pytest.raises(AttributeError):
        shop.name = "other"  # type: ignore[misc]


def test_with_takes_groups_lists_models_and_array_scalars():
    base = Scenario("base")
    goals = {"growth": 1, "brand": 0, "innovation": 0, "efficiency": 0, "customers": 0}
    assert base.with_({"ceo.priorities": goals}) == base.with_({"ceo.priorities": Goals(**goals)})
    assert base.with_({"ceo": {"hours": np.float64(20)}}) == base.with_({"ceo.hours": np.int64(20)})
    three = base.with_({"teams.5.skill": 0.1}).with_({"teams": [{"kind": "sales"}] * 3})
    assert [team.skill for team in three.parameters.teams] == [Team().skill] * 3
    odd = three.with_({"teams.2.skill": 0.2})
    assert odd.parameters.teams[2].skill == 0.2
    assert len(odd.with_({"teams": [{"kind": "sales"}] * 2}).parameters.teams) == 2
    assert base.with_({"switches.claims": np.bool_(False)}).parameters.switches.claims is False


# -- changes -----------------------------------------------------------------------------------


def test_the_timeline_holds_every_change_in_order(own):
    weeks = [week for week, _ in Scenario.load("shop").timeline]
    start, role_model, talk = (parameters for _, parameters in Scenario.load("shop").timeline)
    assert weeks == [0, 20, 40]
    assert (start.charter.budget.rule, role_model.charter.budget.rule) == ("average", "sole")
    assert (role_model.levers.communication, talk.levers.communication) == (0.2, 0.6)
    assert (role_model.communication.transparency, talk.communication.transparency) == (0.9, None)
    assert talk.charter == role_model.charter


def test_at_adds_a_change_and_changes_nothing_before(own):
    base = Scenario.of(context="calm")
    later = base.at(week=60, changes={"levers.decision_clarity": 0.9}).at(week=10, changes={"ceo.hours": 20})
    assert [week for week, _ in later.timeline] == [0, 10, 60]
    assert later.timeline[0][1] == base.parameters
    assert len({base.digest, later.digest, base.at(61, {"ceo.hours": 20}).digest, base.at(60, {"ceo.hours": 20}).digest}) == 4
    assert later.timeline[2][1].ceo.hours == 20
    assert base.timeline == ((0, base.parameters),)
    assert later.with_({"ceo.hours": 9}).timeline[2][1].levers.decision_clarity == 0.9
    assert base.at(5, {"role_model": "solo"}).timeline[1][1].charter.budget.decides == "coo"


def test_a_change_that_changes_nothing_is_no_version():
    base = Scenario("base")
    assert base.at(30, {"ceo.hours": base.parameters.ceo.hours}) == base
    twice = base.at(30, {"ceo.hours": 20}).at(30, {"coo.hours": 20})
    assert twice == base.at(30, {"coo.hours": 20, "ceo.hours": 20})
    assert len(twice.timeline) == 2
    assert base.at(30, {"ceo.hours": 20}).at(30, {"ceo.hours": base.parameters.ceo.hours}) == base


@pytest.mark.parametrize("changes", [{"quarters": 3}, {"context": "calm"}, {"teams": []}, {"events": []}, {"no": 1}])
def test_what_holds_for_the_whole_run_cannot_change(changes):
    with pytest.raises(ScenarioError):
        Scenario("base").at(10, changes)


@pytest.mark.parametrize("week", [0, -3, 157, 1.5, True, "4", None])
def test_a_change_needs_a_week_within_the_horizon(week):
    with pytest.raises(ScenarioError, match="week"):
        Scenario("base").at(week, {"ceo.hours": 20})


def test_records_hold_one_row_a_version():
    scenario = Scenario("base").at(60, {"levers.communication": 1, "market.churn": 0.02})
    rows = scenario.records()
    assert rows["starts_week"].tolist() == [0, 60]
    alone = np.zeros(1, rows.dtype)
    fill_record(scenario.timeline[1][1], alone[0], 60)
    assert alone["demand"][0] != rows["demand"][0], "or the next line proves nothing"
    assert rows["demand"][1] == rows["demand"][0]
    assert rows["market_churn"].tolist() == [scenario.parameters.market.churn, 0.02]
    assert rows["communication_meetings_per_week"][1] == lever_value(1, 0.25, 4, "log")


def test_branches_of_the_story(own):
    shop = Scenario.load("shop")
    assert shop.branch("intervention") == shop.at(50, {"levers.decision_clarity": 0.9})
    assert shop.branch("cause") == shop.with_({"switches.claims": False})
    assert shop.branch("remedy") == shop.with_({"levers.communication": 0.9})
    with pytest.raises(ScenarioError, match="tells of none"):
        Scenario("base").branch("remedy")


# -- writing and reading -----------------------------------------------------------------------


@pytest.mark.parametrize("layered", [False, True])
def test_a_written_scenario_loads_to_the_same_digest(own, tmp_path, layered):
    shop = Scenario.load("shop").with_({"ceo.style": 1 / 3})
    shop.save(tmp_path / "copy.toml", layered=layered)
    again = Scenario.load(tmp_path / "copy.toml")
    assert again.digest == shop.digest
    assert (again.role_model, again.context, again.title("fr")) == ("pair", "rough", "La boutique")
    assert again.story.model_copy(update={"resolved": None}) == shop.story
    assert again.to_toml(layered=layered) == shop.to_toml(layered=layered)


@pytest.mark.parametrize("layered", [False, True])
def test_wishes_are_written_and_mean_the_same(own, layered):
    shop = Scenario.load("shop")
    again = Scenario.parse(shop.to_toml(layered=layered))
    wishes = again.story.wishes
    assert wishes == shop.story.wishes
    assert [(wish.outcome, wish.less, wish.beyond) for wish in wishes.wants] == [
        ("conflict_rate", True, True),
        ("trust", False, False),
    ]
    assert (wishes.reason["fr"], wishes.wants[1].reason["fr"]) == ("Du calme.", "Both.")
    assert again.with_(wishes.under) == shop.with_(shop.story.wishes.under) != shop


def test_wishes_that_a_shorter_horizon_leaves_no_room_for_are_not_written():
    """As what would come after the end of the story is not: the file would not load."""
    text = 'quarters = 8\n[wishes]\nwants = [{ outcome = "trust" }]\nunder = { events = [{ week = 40, kind = "crisis" }] }'
    told = Scenario.parse(text)
    assert Scenario.parse(told.to_toml()).story.wishes == told.story.wishes
    assert Scenario.parse(told.with_({"quarters": 3}).to_toml()).story.wishes is None


@pytest.mark.parametrize("name", CONTEXTS)
def test_every_context_says_what_its_firms_want(name):
    """And its words are in both languages."""
    wishes = Scenario.load(name).story.wishes
    assert wishes.wants and wishes.reason.en != wishes.reason.fr
    assert not any(wish.beyond for wish in wishes.wants) or wishes.under, "beyond what, if nothing is put over the firm?"


def test_a_complete_file_needs_no_other(own, monkeypatch):
    shop = Scenario.load("shop")
    text = shop.to_toml()
    monkeypatch.delenv("TANDEM_SCENARIOS")
    assert Scenario.parse(text).digest == shop.digest
    with pytest.raises(ScenarioError, match="cannot be switched"):
        Scenario.parse(text).with_({"role_model": str(own / "role_models" / "pair.toml")})


def test_the_short_form_keeps_the_layers(own):
    shop = Scenario.load("shop")
    short = Scenario.parse(shop.to_toml(layered=True))
    assert short.with_({"role_model": "solo"}) == shop.with_({"role_model": "solo"})
    with pytest.raises(ScenarioError, match="one member"):
        Scenario.of(context="calm").with_({"teams.2.skill": 0.1}).to_toml(layered=True)


def test_the_digest_depends_on_values_alone(own):
    by_file, by_hand = Scenario.of(context="calm"), Scenario("x").with_({"market.churn": 0.001, "culture.trust": 0.7})
    assert by_file.digest == by_hand.digest
    assert by_file == by_hand
    assert len({by_file, by_hand}) == 1
    assert Scenario.parse('title = "A"').digest == Scenario.parse('title = "B"').digest
    assert Scenario("x").with_({"judgment.bar": -0.0}) == Scenario("x").with_({"judgment.bar": 0})


def test_the_digest_is_the_same_in_another_process():
    code = "from tandem.sim.scenario import Scenario; print(Scenario('x').at(9, {'ceo.hours': 13}).digest)"
    printed = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout for _ in range(2)]
    assert {line.strip() for line in printed} == {Scenario("x").at(9, {"ceo.hours": 13}).digest}


NUMBERS = sorted(
    path
    for path, value in defaults().items()
    if isinstance(value, float) and "priorities" not in path and "goals" not in path and "vacancy" not in path
)


@settings(max_examples=50)
@given(st.data())
def test_any_numbers_survive_writing(data):
    values = {}
    for path in data.draw(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=5)):
        values[path] = data.draw(st.floats(*bounds(path)))
    scenario = Scenario("x").with_(values).at(data.draw(st.integers(1, 156)), values)
    assert Scenario.parse(scenario.to_toml()).digest == scenario.digest
    flat = scenario.values
    assert all(flat[path] == value for path, value in values.items())
    assert pickle.loads(pickle.dumps(scenario)) == scenario


def test_one_value_moves_the_digest():
    digests = {Scenario("x").with_({path: bounds(path)[1]}).digest for path in NUMBERS}
    unmoved = sum(defaults()[path] == bounds(path)[1] for path in NUMBERS)
    assert len(digests) == len(NUMBERS) - unmoved + bool(unmoved)


# -- where values come from --------------------------------------------------------------------


def test_origin_names_the_place(own):
    scenario = Scenario.load("shop").with_({"coo.hours": 30})
    origin = scenario.origin
    assert origin["market.churn"].endswith("contexts/rough.toml")
    assert origin["culture.trust"].endswith("contexts/calm.toml")
    assert origin["charter.budget.rule"].endswith("role_models/pair.toml")
    assert origin["charter.agency.rule"].endswith("cases/shop.toml")
    assert origin["teams.1.headcount"].endswith("cases/shop.toml")
    assert origin["teams.0.headcount"] == origin["culture.power_distance"] == "default"
    assert origin["coo.hours"] == "set"
    assert origin["communication.meetings_per_week"] == "lever communication"
    assert set(origin) == set(scenario.values)


def test_explicit_sub_parameters_are_marked(own, capsys):
    shop = Scenario.load("shop")
    assert shop.explicit_lever_parameters == ("communication.transparency",)
    assert Scenario("x").explicit_lever_parameters == ()
    assert shop.with_({"communication.transparency": "lever"}).explicit_lever_parameters == ()
    assert status(["show", "shop"]) == 0
    marked = [line for line in capsys.readouterr().out.splitlines() if "set by itself" in line]
    assert len(marked) == 1
    assert marked[0].startswith("transparency = 0.9")


def test_repr_is_a_tree_of_four_lines(own):
    lines = repr(Scenario.load("shop")).splitlines()
    assert len(lines) == 4
    assert "pair in rough" in lines[1]
    assert "week 20" in lines[3]


# -- the catalogue and its commands ------------------------------------------------------------


def test_the_catalogue_lists_what_the_folders_hold(own, capsys):
    (own / "loose.toml").write_text("quarters = 2\n")
    entries = {entry.name: entry for entry in catalogue()}
    assert entries["pair"].kind == "role_model"
    assert entries["rough"].kind == "context"
    assert entries["loose"].kind == entries["shop"].kind == "case"
    assert entries["shop"].title == {"en": "The shop", "fr": "La boutique"}
    assert {name for _, name in SHIPPED} <= set(entries)
    assert status(["list", "--lang", "fr"]) == 0
    assert "La boutique" in capsys.readouterr().out


def test_show_prints_a_scenario_that_loads(own, capsys):
    assert status(["show", "shop", "--lang", "fr", "--set", "ceo.hours=33"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# La boutique\n# Once.\n# Pourquoi ?")
    assert "hours = 33.0  # réglé à la main" in out or "hours = 33  # réglé à la main" in out
    assert '"charter.budget.rule" = "sole"  # avant\u202f: "average"' in out
    assert Scenario.parse(out) == Scenario.load("shop").with_({"ceo.hours": 33})
    assert status(["show", str(own / "contexts" / "calm.toml")]) == 0
    assert Scenario.parse(capsys.readouterr().out) == Scenario.load("calm")


def test_check_says_that_files_are_right(own, capsys):
    assert status(["check", "shop", str(own / "contexts" / "calm.toml")]) == 0
    out, err = capsys.readouterr()
    assert out.count(": right") == 2
    assert err == ""


def test_settings_of_the_command_line():
    texts = ["levers.skills=1", "charter.budget.rule=and", "switches.claims=false", "ceo.priorities={growth=1}"]
    assert read_settings(texts) == {
        "levers.skills": 1,
        "charter.budget.rule": "and",
        "switches.claims": False,
        "ceo.priorities": {"growth": 1},
    }
    with pytest.raises(ScenarioError, match="path=value"):
        read_settings(["levers"])


@pytest.mark.parametrize("form", ["markdown", "json"])
def test_schema_describes_every_parameter(form, capsys):
    assert status(["schema", "--format", form]) == 0
    out = capsys.readouterr().out
    for path in FIELDS:
        assert (path if form == "markdown" else f'"{path.rsplit(".", 1)[-1]}"') in out
    assert {row[0]: row[1] for row in described()}["decisions.budget.stake"] == "0.9", "not the class's default"


def test_scenarios_and_help_are_cheap():
    code = "import sys, tandem.sim.scenario; "
    code += "print([m for m in ('pandas', 'llvmlite', 'matplotlib', 'mesa', 'scipy') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
    code = (
        "import sys; from tandem.experiments.commands.main import status; status(['--help']); "
        "print([m for m in ('pandas', 'llvmlite', 'numpy', 'pydantic', 'tandem.sim') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip().splitlines()[-1] == "[]"
