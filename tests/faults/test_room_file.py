"""A session's file: cut, damaged, forged, on a full disk, gone on with, replayed and put beside others."""

import csv
import json
import os
import random
import shutil

import pytest

from bench.room_clients import some_choice
from tandem.experiments.commands.main import status
from tandem.sim.mistake import Mistake
from tandem.sim.parameter_sets import chosen
from tandem.sim.room.answers import Room
from tandem.sim.room.choices import Plan
from tandem.sim.room.debrief import debrief_of, settled
from tandem.sim.room.head import head_of
from tandem.sim.room.kept import SessionFile, read
from tandem.sim.room.opening import opened
from tandem.sim.room.replay import replayed
from tandem.sim.room.session import Refused, Session
from tandem.sim.room.table import COLUMNS
from tandem.sim.state import DOUBLE


def play(made, months, turn=0):
    """Play so many months of a session, everybody choosing."""
    if made.phase == "waiting":
        made.act("start", 0.0)
        for seat in made.seats.seated:
            made.bet(seat, "breaks")
            made.answer(seat, "before", {"conflict": "skills", "decide": "both"})
        made.act("next", 0.0)
    for _ in range(months):
        for seat in made.seats.seated:
            made.choose(seat, made.round, some_choice(made.views[seat.role], turn + seat.number + made.round))
        made.act("end_round", 0.0)
        made.play()
        made.tell(0.0)
        made.act("next", 0.0)


def begun(path, case="silence", rounds=3, seats=5, luck=3):
    """A session in a file, with its seats taken."""
    made = Session.begun(path, head_of(case, 7, luck, chosen("ensemble"), rounds, 60))
    for _ in range(seats):
        made.join(None, 0.0)
    return made


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The file of a finished session of three months, with its outcomes."""
    path = tmp_path_factory.mktemp("room") / "whole.jsonl"
    made = begun(path)
    play(made, 3)
    made.act("next", 0.0)
    settled(made, debrief_of(made))
    made.file.close()
    return path


# -- replay ------------------------------------------------------------------------------------


def test_a_replay_comes_to_the_same_bits_and_says_so_in_a_line(whole, tmp_path, capsys):
    table = tmp_path / "choices.csv"
    assert status(["room", "--replay", str(whole), "--out", str(table)]) == 0
    told = capsys.readouterr()
    assert told.out.count("\n") == 1 and "the same bits in all of 3 months, and the end" in told.out and "parameters:" in told.out
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    assert list(rows[0]) == list(COLUMNS) and {row["participant"] for row in rows} == set("012345")
    hours = [row for row in rows if row["kind"] == "hours" and row["participant"] == "1" and row["round"] == "1"]
    assert len(hours) == 4 and sum(float(row["choice"]) for row in hours) == pytest.approx(1.0)
    assert {"bet", "quiz_before", "hours", "meetings", "word"} <= {row["kind"] for row in rows}


def forged(whole, tmp_path, change):
    """The file with one line changed."""
    lines = [json.loads(line) for line in whole.read_text("utf-8").splitlines()]
    change(lines)
    path = tmp_path / "forged.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_a_forged_choice_comes_to_other_bits(whole, tmp_path, capsys):
    def change(lines):
        month = next(line for line in lines if line["kind"] == "month" and line["round"] == 2)
        for choice in month["choices"].values():
            choice["hours"] = {"decisions": 0.0, "preparing": 0.0, "following": 0.0, "market": 1.0}

    path = forged(whole, tmp_path, change)
    assert status(["room", "--replay", str(path)]) == 4
    told = capsys.readouterr()
    assert "NOT the same bits: month 2, month 3, the end" in told.err and told.err.count("\n") == 1
    assert status(["room", "--local", "--port", "0", "--session", str(path)]) == 2  # nobody goes on with it
    assert "month 2 comes to other bits" in capsys.readouterr().err


def test_the_outcomes_of_the_file_are_those_of_the_debrief(whole):
    lines, _ = read(whole)
    again = replayed(whole).session
    made = debrief_of(again)
    assert lines[-1]["kind"] == "end" and lines[-1]["outcomes"] == made["outcomes"] and lines[-1]["verdicts"] == made["verdicts"]


# -- a league ----------------------------------------------------------------------------------


def test_a_league_puts_tables_side_by_side(whole, tmp_path, capsys):
    other = tmp_path / "red.jsonl"
    made = begun(other, seats=3)
    play(made, 2, turn=1)
    made.file.close()
    assert status(["room", "--league", str(whole), str(other), "--out", str(tmp_path / "league.csv")]) == 0
    rows = list(csv.DictReader((tmp_path / "league.csv").open(encoding="utf-8")))
    assert [row["table"] for row in rows] == ["whole", "red"] and [row["months"] for row in rows] == ["3", "2"]
    outcomes = read(whole)[0][-1]["outcomes"]
    assert float(rows[0]["growth"]) == outcomes["room"]["growth"] - outcomes["model"]["growth"]
    assert all(row["bits"] == "same" and row["luck"] == "7/3" for row in rows)
    told = capsys.readouterr().out
    assert "whole" in told and "red" in told and "no ranking" in told and all(row["parameters"] == "ensemble" for row in rows)


# -- damage ------------------------------------------------------------------------------------

VALUES = (None, -1, 0, 10**9, 1.5, "x", "", [], {}, True, ["ceo"])


def test_no_damage_ends_in_anything_but_a_sentence(whole, tmp_path):
    luck, seen, said = random.Random(13), set(), []
    for _ in range(220):

        def change(lines):
            line = luck.choice(lines)
            key = luck.choice(list(line))
            if isinstance(line[key], dict) and line[key] and luck.random() < 0.7:
                line = line[key]
                key = luck.choice(list(line))
            if luck.random() < 0.2:
                del line[key]
            else:
                line[key] = luck.choice(VALUES)

        path = forged(whole, tmp_path, change)
        try:
            found = replayed(path)
            seen.add("same" if found.same else "other")
        except Mistake as mistake:
            seen.add("mistake")
            said.append(str(mistake))
    assert all("\n" not in each and len(each) < 600 for each in said)
    assert seen == {"same", "other", "mistake"}  # a token or a key more or less does no harm


def test_a_cut_file_goes_on_or_says_what_is_wrong(whole, tmp_path):
    content = whole.read_bytes()
    path, said = tmp_path / "cut.jsonl", []
    for length in range(0, len(content), max(1, len(content) // 25)):
        path.write_bytes(content[:length])
        try:
            session, new = opened(path, {"case": "silence", "luck": 3})
        except Mistake as mistake:
            said.append(str(mistake))
            continue
        assert not new and path.read_bytes() == content[: content[:length].rfind(b"\n") + 1]
        session.file.close()
    assert 1 <= len(said) <= 4 and all("not the file of a session" in each for each in said)


def test_what_was_handed_on_goes_on_under_codes_of_its_own(whole, tmp_path):
    made = begun(None)
    play(made, 1)
    path = tmp_path / "shared.jsonl"
    path.write_bytes(made.file.shared())
    session, new = opened(path, {"case": None})
    assert not new and session.round == 2 and session.model.digest == made.model.digest
    assert session.codes["facilitator"] != made.codes["facilitator"]
    session.file.close()


@pytest.mark.parametrize(
    "content", [b"\n", b"\x00" * 100, b"[]\n", b'{"kind":"seat"}\n', b"\xff\xfe\n", b'{"kind":"session","format":9}\n', b"x"]
)
def test_what_is_no_session_is_one_line(content, tmp_path, capsys):
    path = tmp_path / "no.jsonl"
    path.write_bytes(content)
    for arguments in (
        ["--replay", str(path)],
        ["--league", str(path)],
        ["silence", "--local", "--port", "0", "--session", str(path)],
    ):
        assert status(["room", *arguments]) == 2
        told = capsys.readouterr()
        assert told.err.count("\n") == 1 and str(path) in told.err and told.out == ""
    assert path.read_bytes() == content and len(list(tmp_path.iterdir())) == 1


def test_a_folder_a_pipe_and_another_case_are_one_line(whole, tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "none.jsonl"):
        assert status(["room", "--replay", str(path)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    copied = shutil.copy(whole, tmp_path / "copy.jsonl")
    assert status(["room", "retail-restructuring", "--local", "--port", "0", "--session", str(copied)]) == 2
    assert "a session of silence" in capsys.readouterr().err
    assert status(["room", "silence", "--local", "--port", "0", "--session", str(tmp_path / "no" / "such" / "folder.jsonl")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_full_disk_loses_nothing_and_the_round_goes_on(tmp_path, monkeypatch):
    path = tmp_path / "full.jsonl"
    made = begun(path)
    play(made, 1)
    before, digest = path.read_bytes(), made.model.digest
    made.act("end_round", 0.0)

    def full(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError):
            made.play()
        made.not_played(0.0)
        with pytest.raises(OSError):
            made.join(None, 0.0)
    assert path.read_bytes() == before and made.model.digest == digest and len(made.seats.all) == 5
    assert (made.phase, made.round, made.paused) == ("choosing", 2, True)
    play(made, 1)
    made.file.close()
    assert replayed(path).same


def test_two_never_play_one_file(tmp_path):
    path = tmp_path / "one.jsonl"
    made = begun(path)
    with pytest.raises(Mistake, match="being played by another"):
        SessionFile.going_on(path)
    made.file.close()
    with pytest.raises(OSError):
        begun(path)  # never in the place of another


# -- rules of a session ------------------------------------------------------------------------


def test_what_comes_at_the_wrong_time_is_refused(tmp_path):
    made = begun(None)
    seat = made.seats.all[0]

    def key(call, *arguments):
        with pytest.raises(Refused) as refused:
            call(*arguments)
        return refused.value.key

    assert key(made.choose, seat, 0, {}) == "too_late" and key(made.bet, seat, "holds") == "too_late"
    assert key(made.act, "end_round", 0.0) == "too_late" and key(made.act, "fly", 0.0) == "bad_question"
    play(made, 3)
    assert made.phase == "after" and key(made.choose, seat, 3, {}) == "ended" and key(made.join, None, 0.0) == "ended"
    assert (
        key(made.answer, seat, "before", {}) == "too_late"
        and key(made.answer, seat, "after", {"conflict": "luck"}) == "bad_question"
    )
    made.answer(seat, "after", {"conflict": "adaptation"})
    made.act("next", 0.0)
    assert made.phase == "end" and key(made.act, "finish", 0.0) == "too_late"


def test_to_ask_is_to_consult_the_other_at_his_hours():
    made = begun(None, case="retail-restructuring", rounds=12, seats=2)
    made.act("start", 0.0)
    made.act("next", 0.0)
    asked = 0
    while made.phase == "choosing":
        model, p = made.model, made.model.world["parameters"][0]
        for seat in made.seats.seated:
            side = ("ceo", "coo").index(seat.role)
            for each in made.views[seat.role]["matters"]:
                if "ask" not in each["acts"]:
                    continue
                asked += 1
                model.steer({side: Plan(matters={each["id"]: "ask"})})
                before = model.world.copy()
                (place,) = model.places(side, "ask")
                (model.ceo_post, model.coo_post)[side].judge()
                item, old = model.world["decisions"][0, place], before["decisions"][0, place]
                if int(old["path"]) == DOUBLE:  # both hold it to be theirs: there is nobody to be asked
                    assert item["consulted"] == 0 and (item["effort"] == old["effort"]).all()
                    continue
                assert item["consulted"] == 1 and old["consulted"] == 0
                ratio = float(p["effort_consulted"]) / float(p["effort_unasked"])
                assert item["effort"][1 - side] == old["effort"][1 - side] * ratio > 0.0
                assert item["effort"][side] == old["effort"][side]
                model.world[:] = before
        made.act("end_round", 0.0)
        made.play()
        made.tell(0.0)
        made.act("next", 0.0)
    assert asked > 2


def test_the_clock_of_a_round():
    made = begun(None)
    made.act("start", 5.0)
    made.act("next", 100.0)
    assert made.remaining(110.0) == 50.0 and not made.due(159.0) and made.due(160.0)
    made.act("pause", 130.0)
    assert made.remaining(999.0) is None and not made.due(9999.0)
    made.act("go_on", 200.0)
    assert made.remaining(200.0) == 30.0
    made.act("extend", 200.0, 20)
    assert made.remaining(200.0) == 50.0


def test_sides_stay_even_and_leads_are_few():
    for count in (2, 7, 9, 15, 30, 60):
        made = begun(None, seats=count)
        ceo, coo, lead = (made.seats.count(role) for role in ("ceo", "coo", "lead"))
        assert abs(ceo - coo) <= 1 and ceo + coo + lead == count and lead <= count // 5 and (lead == 0) == (count < 9)
    alone = begun(None, case="silence", seats=0)
    alone.seats.sides = ("ceo",)
    assert {alone.seats.next_role() for _ in range(5)} == {"ceo"}


def test_a_firm_of_ones_own_without_a_coo_is_played_to_its_debrief(tmp_path):
    file = tmp_path / "alone.toml"
    file.write_text('role_model = "no-coo"\ncontext = "baseline"\nquarters = 2\n')
    path = tmp_path / "alone.jsonl"
    asked = {"case": str(file), "seed": "a text", "luck": 2, "parameters": chosen("default"), "rounds": None, "seconds": 60}
    made, new = opened(path, asked)
    for _ in range(10):
        made.join(None, 0.0)
    assert new and made.rounds == 6 and {seat.role for seat in made.seats.all} == {"ceo", "lead"}
    play(made, 6)
    settled(made, debrief_of(made))
    room = Room(made, "http://127.0.0.1/", True)
    made.act("next", 0.0)
    end = room.stage({}, 0.0)["end"]
    json.dumps(end, allow_nan=False)
    assert end["quiz"]["decide"]["answer"] is None and end["outcomes"]["room"]["trust"] is None
    assert end["outcomes"]["room"]["growth"] is not None and end["bets"]["breaks"] == 10
    made.file.close()
    assert replayed(path).same
