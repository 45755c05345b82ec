"""Bad input is refused on the real command line: one line, exit code 2, at once, and it says what to do."""

import contextlib
import io
import os
import pickle
import re
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.experiments.commands.main import COMMANDS, status
from tandem.sim.scenario import Scenario, ScenarioError
from tandem.sim.scenario.paths import FIELDS

GOOD = """
title = { en = "A", fr = "B" }
quarters = 8
[levers]
communication = 0.2
[ceo]
hours = 14
[ceo.priorities]
growth = 0.3
[charter.budget]
rule = "sole"
decides = "coo"
[[teams]]
kind = "sales"
headcount = 3
[[events]]
week = 30
kind = "crisis"
[[change]]
week = 40
set = { "levers.communication" = 0.6 }
[intervention]
week = 50
set = { "levers.skills" = 0.9 }
"""

WISHES = '[[wishes.wants]]\noutcome = "conflict_rate"\nless = true\n'

# name -> (content, what the line must hold, in order: key, value, allowed, suggestion)
BAD = {
    "unknown key": (
        "[levers]\ncomunication = 0.8",
        "levers.comunication",
        "0.8",
        "decision_clarity",
        "did you mean 'levers.communication'?",
    ),
    "unknown key at the top": ("quaters = 4", "quaters", "4", "tandem schema", "'quarters'"),
    "unknown group": ("[leavers]\nskills = 1", "leavers", "a table", "tandem schema", "'levers'"),
    "empty unknown group": ("[leavers]", "leavers", "an empty table", "tandem schema", "'levers'"),
    "unknown key deep down": ("[ceo.priorities]\ngrowht = 1", "ceo.priorities.growht", "1", "brand", "'ceo.priorities.growth'"),
    "bare name of a parameter": ("communicatoin = 1", "communicatoin", "1", "tandem schema", "communication'?"),
    "path in quotes": ('"levers.skills" = 1', "levers.skills", "allowed: levers.skills without quotes"),
    "word for a number": ('[ceo]\nhours = "14"', "ceo.hours", "'14'", "a number from 1 to 60"),
    "yes for a number": ("[ceo]\nhours = true", "ceo.hours", "true", "a number from 1 to 60"),
    "number for a yes": ("[switches]\nclaims = 1", "switches.claims", "1", "true or false"),
    "date for a number": ("[ceo]\nhours = 2024-01-01", "ceo.hours", "2024-01-01", "a number from 1 to 60"),
    "list for a number": ("[ceo]\nhours = [1]", "ceo.hours", "a list of 1", "a number from 1 to 60"),
    "table for a number": ("[ceo.hours]\nx = 1", "ceo.hours", "a table", "a number from 1 to 60"),
    "number for a table": ("ceo = 3", "ceo", "3", "priorities"),
    "broken number of quarters": ("quarters = 1.5", "quarters", "1.5", "a whole number from 1 to 160"),
    "too large": ("[levers]\nskills = 1.5", "levers.skills", "1.5", "a number from 0 to 1"),
    "too small": ("[levers]\nskills = -0.1", "levers.skills", "-0.1", "a number from 0 to 1"),
    "no quarters": ("quarters = 0", "quarters", "0", "1 to 160"),
    "not a number": ("[levers]\nskills = nan", "levers.skills", "nan", "0 to 1"),
    "infinity": ("[levers]\nskills = inf", "levers.skills", "inf", "0 to 1"),
    "minus infinity": ("[market]\ncustomers = -inf", "market.customers", "-inf", "10 to"),
    "giant number": (f"[ceo]\nhours = {'9' * 4000}", "ceo.hours", "bits", "1 to 60"),
    "giant hexadecimal": (f"quarters = 0x{'f' * 100_000}", "quarters", "400000 bits", "1 to 160"),
    "too many digits": (f"[ceo]\nhours = {'9' * 5000}", "not TOML", "digits"),
    "number 1e400": ("[ceo]\nhours = 1e400", "ceo.hours", "inf", "1 to 60"),
    "unknown word": ('[charter.budget]\nrule = "sol"', "charter.budget.rule", "'sol'", "one of sole, and", "'sole'"),
    "contradictory rights": (
        '[charter.budget]\nrule = "sole"\ndecides = "coo"\nconsults = "coo"',
        "charter.budget.consults",
        "'coo'",
        "contradictory decision rights",
        "nobody, ceo",
    ),
    "contradictory rule": (
        '[charter.agency]\nrule = "vote"\nconsults = "coo"',
        "charter.agency.consults",
        "'coo'",
        "contradictory decision rights",
        "nobody",
    ),
    "nobody leads": ("ceo = { present = false }\ncoo = { present = false }", "somebody must lead"),
    "no goals": (
        "ceo.priorities = { growth = 0, brand = 0, innovation = 0, efficiency = 0, customers = 0 }",
        "ceo.priorities",
        "above 0",
    ),
    "event after the horizon": ('quarters = 2\n[[events]]\nweek = 27\nkind = "crisis"', "events.0.week", "27", "1 to 26"),
    "second event after the horizon": (
        "quarters = 2\n[[events]]\nweek = 3\n[[events]]\nweek = 40",
        "events.1.week",
        "40",
        "1 to 26",
    ),
    "change after the horizon": ("quarters = 2\n[[change]]\nweek = 27\nset = { quarters = 1 }", "quarters", "the whole run"),
    "late change": ('quarters = 2\n[[change]]\nweek = 27\nset = { "ceo.hours" = 20 }', "week", "27", "1 to 26"),
    "change without week": ("[[change]]\nset = {}", "change.0.week", "missing"),
    "change of nothing known": ('[[change]]\nweek = 3\nset = { "levers.skill" = 1 }', "levers.skill", "1", "'levers.skills'"),
    "bad value in a change": ('[[change]]\nweek = 3\nset = { "levers.skills" = 2 }', "levers.skills", "2", "0 to 1"),
    "change is no list": ("change = 3", "change", "3", "[[change]] tables"),
    "too many teams": ("[[teams]]\n" * 11, "teams", "a list of 11", "at most 10"),
    "no teams": ("teams = []", "teams", "1 to 10"),
    "giant list of teams": ("[[teams]]\n" * 90_000, "teams", "a list of 90000", "at most 10"),
    "bad team": ('[[teams]]\n[[teams]]\nkind = "sale"', "teams.1.kind", "'sale'", "one of marketing", "'sales'"),
    "unknown key in a team": ("[[teams]]\nhead_count = 3", "teams.0.head_count", "3", "headcount", "'teams.0.headcount'"),
    "teams are no list": ("[teams]\nkind = 'sales'", "teams", "a table", "a list of tables"),
    "team is no table": ("teams = [1]", "teams.0", "1", "a table of kind"),
    "title of a number": ("title = 3", "title", "3", "a text, or a table of en and fr"),
    "title in one language": ('title = { en = "A" }', "title.fr", "missing"),
    "unknown language": ('title = { en = "A", fr = "B", de = "C" }', "title.de", "'C'", "en, fr"),
    "unknown key of an intervention": (
        "[intervention]\nweek = 2\nsett = {}",
        "intervention.sett",
        "an empty table",
        "week, set",
        "'set'",
    ),
    "intervention on nothing": (
        '[intervention]\nweek = 2\nset = { "levers.skill" = 1 }',
        "intervention",
        "levers.skill",
        "1",
        "'levers.skills'",
    ),
    "intervention after the end": ("quarters = 1\n[intervention]\nweek = 14", "intervention", "week", "14", "1 to 13"),
    "cause that is no switch": (
        '[cause]\noff = { "switches.claim" = false }',
        "cause",
        "switches.claim",
        "false",
        "'switches.claims'",
    ),
    "condition without a line": (
        '[failure]\nconditions = [{ outcome = "conflict_rate" }]',
        "failure.conditions.0",
        "below = a number",
    ),
    "condition on not-a-number": (
        '[failure]\nconditions = [{ outcome = "x", below = nan }]',
        "failure.conditions.0.below",
        "nan",
        "finite",
    ),
    "condition on no outcome": (
        '[drift]\nconditions = [{ outcome = "conflict_rat", above = 1 }]',
        "drift.conditions.0.outcome",
        "'conflict_rat'",
        "an outcome",
        "'conflict_rate'",
    ),
    "failure without conditions": ("[failure]\nconditions = []", "failure.conditions", "at least 1"),
    "wish for no outcome": (
        '[wishes]\nwants = [{ outcome = "revenue_growth" }, { outcome = "revenue_grwth" }]',
        "wishes.wants.1.outcome",
        "'revenue_grwth'",
        "an outcome",
        "'revenue_growth'",
    ),
    "a sector upside down": (
        "[sector]\nfirst_decade = { low = 0.1, high = -0.1 }\nlater_decades = { low = -0.1, high = 0.1 }",
        "sector.first_decade",
        "low must be below high",
    ),
    "half a sector": ("[sector]\nfirst_decade = { low = 0.0, high = 0.1 }", "sector.later_decades", "missing"),
    "a sector in words": (
        '[sector]\nfirst_decade = { low = "none", high = 0.1 }\nlater_decades = { low = -0.1, high = 0.1 }',
        "sector.first_decade.low",
        "'none'",
        "number",
    ),
    "no wishes": ("[wishes]\nwants = []", "wishes.wants", "an empty list", "a list of at least 1"),
    "wishes for nothing": ("[wishes]", "wishes.wants", "missing"),
    "wishes are no list": ('[wishes]\nwants = { outcome = "conflict_rate" }', "wishes.wants", "a table", "a list of at most 200"),
    "unknown key of a wish": (
        WISHES + '[[wishes.wants]]\noutcome = "trust"\nles = true',
        "wishes.wants.1.les",
        "outcome, less",
        "'less'",
    ),
    "number for a yes in a wish": (
        WISHES + '[[wishes.wants]]\noutcome = "trust"\nless = 1',
        "wishes.wants.1.less",
        "1",
        "boolean",
    ),
    "wishes under nothing known": (
        WISHES + '[wishes.under]\n"levers.skill" = 1',
        "wishes.under: levers.skill",
        "1",
        "'levers.skills'",
    ),
    "wishes under a bad value": (
        WISHES + "[wishes.under]\nlevers = { skills = 2 }",
        "wishes.under: levers.skills",
        "2",
        "0 to 1",
    ),
    "wishes under an event too late": (
        WISHES + '[wishes.under]\nquarters = 2\nevents = [{ week = 27, kind = "crisis" }]',
        "wishes.under: events.0.week",
        "27",
        "1 to 26",
    ),
    "wishes under another role model": (
        WISHES + '[wishes.under]\nrole_model = "no-coo"',
        "wishes.under: role_model",
        "'no-coo'",
        "every role model alike",
        "values of parameters",
    ),
    "missing base": ('extends = "no-such-thing"', "extends", "'no-such-thing'", "a path to a .toml file"),
    "missing base file": ('extends = "no-such-thing.toml"', "extends", "'no-such-thing.toml'", "no such file"),
    "base of a number": ("extends = 3", "extends", "3", "a name, or a list of names"),
    "missing role model": ('role_model = "co-pilo"', "role_model", "'co-pilo'", "a path to a .toml file"),
    "role model of a number": ("role_model = 3", "role_model", "3", "a name or a path"),
    "missing context": ('context = "agil"', "context", "'agil'", "a path to a .toml file"),
    "base with a zero byte": ('extends = "a\\u0000.toml"', "extends", "no such file"),
    "base in a home of nobody": ('extends = "~nobody-of-that-name/a.toml"', "extends", "nobody-of-that-name", "no such file"),
    "itself as base": ('extends = "bad.toml"', "extends", "'bad'", "circle", "does not lead back"),
    "not TOML": ("this is not toml", "not TOML", "line 1"),
    "half a table": ("[levers", "not TOML"),
    "two values for a key": ("quarters = 1\nquarters = 2", "not TOML", "overwrite"),
    "not UTF-8": (b'title = "caf\xe9"', "not UTF-8", "byte 12"),
    "UTF-16": ('title = "a"'.encode("utf-16"), "not UTF-8"),
    "binary": (bytes(range(256)), "not"),
    "zero bytes": (b"\0" * 1000, "not TOML"),
    "over 1 MB": ("# " + "x" * 1_000_000, "too large", "at most 1 MB"),
    "long line": (f"a{'b' * 900_000} = 1", "unknown key"),
    "long text": (f'quarters = "{"b" * 900_000}"', "quarters", "1 to 160"),
    "many keys": ("\n".join(f"k{index} = 1" for index in range(70_000)), "k0", "unknown key"),
    "arrays 10,000 deep": (f"quarters = {'[' * 10_000}{']' * 10_000}", "too deep", "at most"),
    "tables 10,000 deep": ("a = " + "{a = " * 10_000 + "1" + "}" * 10_000, "too deep", "at most"),
    "dotted key 10,000 deep": (f"{'.'.join(['a'] * 10_000)} = 1", "too deep", "at most"),
    "dotted key 400,000 deep": (f"{'.'.join(['a'] * 400_000)} = 1", "too deep", "at most"),
    "heading 10,000 deep": (f"[{'.'.join(['a'] * 10_000)}]\nb = 1", "too deep", "at most"),
    "quoted key 10,000 deep": ('"a" . ' * 10_000 + "b = 1", "too deep", "at most"),
    "lists 13 deep": (f"quarters = {'[' * 13}{']' * 13}", "too deep", "at most"),
    "control characters": ('"\\u001b[31mred\\nline" = "\\u001b[0m\\r\\n"', "unknown key"),
}


def run(*arguments: str) -> tuple[int, str, str]:
    """The command line in this process, as `tandem` runs it."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = status(arguments)
    return code, out.getvalue(), err.getvalue()


def assert_one_line(err: str) -> None:
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert err[:-1].isprintable(), "nothing that a terminal would obey"
    assert len(err) < 1500


def in_order(line: str, parts) -> bool:
    return re.search(".*".join(re.escape(part) for part in parts), line) is not None


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_in_one_line(name, tmp_path):
    content, *parts = BAD[name]
    path = tmp_path / "bad.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    started = time.process_time()
    code, out, err = run("check", str(path))
    spent = time.process_time() - started
    assert (code, out) == (2, "")
    assert_one_line(err)
    assert str(path) in err
    assert in_order(err, parts) or all(part in err for part in parts), f"{parts} in {err}"
    assert spent < 2


@pytest.mark.parametrize("name", ["unknown key", "arrays 10,000 deep", "not UTF-8", "event after the horizon"])
@pytest.mark.parametrize("command", ["check", "show", "run"])
def test_bad_files_are_refused_by_the_installed_command(command, name, tmp_path):
    if command == "run" and run("run", "--help")[0]:
        pytest.skip("no run yet")
    content, *parts = BAD[name]
    path = tmp_path / "bad.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = os.times()
    done = subprocess.run([Path(sys.executable).with_name("tandem"), command, path], capture_output=True, text=True, check=False)
    after = os.times()
    assert (done.returncode, done.stdout) == (2, "")
    assert_one_line(done.stderr)
    assert all(part in done.stderr for part in parts)
    assert after.children_user + after.children_system - before.children_user - before.children_system < 2


def test_an_unknown_source_is_refused(tmp_path, monkeypatch):
    module = import_module("tandem.sim.scenario.catalogue")  # whose name is that of a function, too
    monkeypatch.setattr(module, "source_keys", lambda: frozenset({"somebody1899"}))
    path = tmp_path / "bad.toml"
    path.write_text('sources = ["someboby1899"]')
    code, _, err = run("check", str(path))
    assert code == 2
    assert_one_line(err)
    assert in_order(err, ["sources = 'someboby1899'", "sources.toml", "did you mean 'somebody1899'?"])


def test_places_that_are_no_files_are_refused(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "loop.toml").symlink_to(tmp_path / "loop.toml")
    monkeypatch.chdir(tmp_path)
    for place, words in [
        (tmp_path, "a folder"),
        ("folder.toml", "a folder"),
        ("pipe.toml", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("none.toml", "no such file"),
        ("nowhere/none.toml", "no such file"),
        ("loop.toml", "loop.toml"),
        ("a" * 5000 + ".toml", "cannot be read"),
        ("no such name", "no such scenario"),
        ("", "not a name"),
        ("bad\nname", "no such scenario"),
        ("\udcff.toml", "no such file"),
    ]:
        code, out, err = run("check", str(place))
        assert (code, out) == (2, ""), place
        assert_one_line(err)
        assert words in err


@pytest.mark.parametrize("kind", ["extends", "role_model", "context"])
def test_circles_and_ladders_are_refused(kind, tmp_path):
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.toml").write_text(f'{kind} = "{other}.toml"\n')
    code, _, err = run("check", str(tmp_path / "a.toml"))
    assert code == 2
    assert_one_line(err)
    assert "a -> b -> c -> a" in err
    for step in range(30):
        (tmp_path / f"s{step}.toml").write_text(f'extends = "s{step + 1}.toml"\n')
    code, _, err = run("check", str(tmp_path / "s0.toml"))
    assert code == 2
    assert "too many files on top of each other" in err


def test_a_web_of_files_is_read_once_each(tmp_path):
    for step in range(18):
        names = f'["a{step + 1}.toml", "b{step + 1}.toml"]'
        for side in "ab":
            (tmp_path / f"{side}{step}.toml").write_text(f"extends = {names if step < 17 else '[]'}\n")
    started = time.process_time()
    assert run("check", str(tmp_path / "a0.toml"))[0] == 0
    assert time.process_time() - started < 2


def test_the_error_is_told_of_the_file_it_is_in(tmp_path):
    (tmp_path / "base.toml").write_text("[levers]\nskills = 7\n")
    (tmp_path / "top.toml").write_text('extends = "base.toml"\n')
    _, _, err = run("check", str(tmp_path / "top.toml"))
    assert "base.toml: levers.skills = 7" in err


def test_each_bad_file_has_its_line_and_good_ones_are_told(tmp_path):
    for name, text in (("one", "quarters = 0"), ("two", GOOD), ("three", "x = 1")):
        (tmp_path / f"{name}.toml").write_text(text)
    code, out, err = run("check", *(str(tmp_path / f"{name}.toml") for name in ("one", "two", "three")))
    assert code == 2
    assert out.count("\n") == 1
    assert "two.toml: right" in out
    assert err.count("\n") == 2


def test_the_parts_of_a_complaint_are_there_for_a_form_and_survive_a_pool():
    with pytest.raises(ScenarioError) as caught:
        Scenario("x").with_({"levers.comunication": 0.8})
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.key, error.value, error.suggestion) == ("levers.comunication", 0.8, "levers.communication")
    assert error.file is None
    assert str(error) == str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"levers": {"skills": 2}},
        {"teams.7.skill": 0.5},
        {"teams.x.skill": 0.5},
        {"teams.-1.skill": 0.5},
        {"": 1},
        {".": 1},
        {"levers.": 1},
        {"levers.skills.": 1},
        {3: 4},
        {"ceo.hours": None},
        {"events.0.week": 3},
        {"role_model": None},
        {"levers.skills": "1"},
        {"levers.skills": b"1"},
        {"levers.skills": [0.5]},
        {"levers.skills": object()},
        {"levers.skills": "lever"},
        {"charter": "co"},
        {"teams": "ab"},
        {"teams": {}},
        {"teams": [3]},
        {"teams.00.skill": 0.5},
    ],
)
def test_bad_settings_by_hand_are_refused(changes):
    with pytest.raises(ScenarioError) as caught:
        Scenario("x").with_(changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["lst"], ["lst", "list"]),
        (["--nonsense"], ["--nonsense"]),
        (["check"], ["files", "tandem check --help"]),
        (["schema", "--format", "xml"], ["--format", "xml", "json"]),
        ([], ["missing"]),
        (["show"], ["name"]),
    ],
)
def test_bad_command_lines_are_refused(arguments, parts):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert_one_line(err)
    assert all(part in err for part in parts)


@pytest.mark.parametrize("command", [name for name, entry in COMMANDS.items() if entry[0] == "catalogue"])
def test_every_command_explains_itself(command):
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert f"Usage: tandem {command}" in out
    assert COMMANDS[command][2].split(",")[0].rstrip(".") in run("--help")[1]


def test_ctrl_c_leaves_with_130(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("tandem.sim.scenario.catalogue", interrupted)
    assert run("list")[0] == 130


def test_a_fault_of_the_program_is_not_dressed_up_as_bad_input(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("tandem.sim.scenario.catalogue", broken)
    with pytest.raises(ZeroDivisionError):
        run("list")


# -- whatever comes: loaded or refused, never a traceback ----------------------------------------


def taken(make):
    """What `make` makes; None if it refuses in one printable line. Any other error passes through."""
    try:
        return make()
    except ScenarioError as error:
        complaint = str(error)
    assert complaint.isprintable()
    return None


PIECES = st.one_of(
    st.sampled_from(
        [
            "[",
            "]",
            "[[",
            "=",
            '"',
            "'",
            "\n",
            ".",
            "{",
            "}",
            "#",
            "\\",
            ",",
            "nan",
            "inf",
            "-1",
            "1e9",
            "true",
            "''",
            '""',
            "[]",
            "{}",
            "0x0",
            "1979-05-27",
            "lever",
            '"lever"',
            "\ufeff",
            "\r",
            "é",
            "\x00",
        ]
    ),
    st.sampled_from(sorted(FIELDS)),
    st.text(max_size=6),
)


@settings(max_examples=400)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12), PIECES), max_size=4))
def test_mutated_files_are_loaded_or_refused(edits):
    text = GOOD
    for place, cut, piece in edits:
        text = text[:place] + piece + text[place + cut :]
    scenario = taken(lambda: Scenario.parse(text))
    assert scenario is None or Scenario.parse(scenario.to_toml()).digest == scenario.digest


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["ceo", "sole", "lever"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["skill", "kind", "week", "growth", "a"]), inner),
    max_leaves=5,
)
KEYS = st.one_of(
    st.sampled_from(sorted(FIELDS)).map(lambda path: path.replace(".N.", ".1.")),
    st.sampled_from(["teams", "events", "ceo", "charter.budget", "role_model", "context", "levers", "quarters", "teams.1"]),
    st.text(max_size=8),
)


@settings(max_examples=400)
@given(st.dictionaries(KEYS, VALUES, max_size=3), st.integers(-1, 200))
def test_any_settings_are_taken_or_refused(changes, week):
    for change in (lambda: Scenario("x").with_(changes), lambda: Scenario("x").at(week, changes)):
        scenario = taken(change)
        assert scenario is None or Scenario.parse(scenario.to_toml()).digest == scenario.digest


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_any_bytes_are_loaded_or_refused(content):
    with contextlib.suppress(ScenarioError):
        Scenario.parse(content.decode("utf-8", "surrogateescape"))


def test_the_good_file_is_good():
    assert Scenario.parse(GOOD).parameters.quarters == 8
