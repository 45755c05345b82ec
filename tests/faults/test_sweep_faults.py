"""Nothing is lost and nothing false is believed: errors and kills at every operation, and damage to every file."""

import errno
import json
import multiprocessing
import os
import re
import resource
import shutil
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest

from tandem.experiments.commands.main import status
from tandem.experiments.store import (
    Damaged,
    FunctionModel,
    Refused,
    Stopped,
    SweepError,
    of_rows,
    open_sweep,
    run,
    verify,
)
from tandem.experiments.store.folder import Folder
from tandem.experiments.store.seals import sealed, unsealed
from tests import sweep_models

OUT = {"y": "units", "z": "units"}
PLAN = """
seed = 1
quarters = 1
replicates = 40
outcomes = ["cash", "conflict_rate"]
keep = "named"
scenarios = ["co-pilot"]
factors = { "levers.skills" = [0.2, 0.8] }
"""


def rows(n=12, function=sweep_models.parabola, **more):
    return of_rows({"x": np.arange(float(n))}, model=FunctionModel(function, OUT), **more)


def sweep(out, **more):
    return run(rows(), out, workers=1, **{"chunk_runs": 5, **more})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished sweep of three chunks."""
    out = tmp_path_factory.mktemp("whole") / "s"
    sweep(out)
    return out


@pytest.fixture
def copy(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "s")
    return tmp_path / "s"


@pytest.fixture
def digest(whole):
    return open_sweep(whole).digest


# -- failing at every operation ----------------------------------------------------------------

OPERATIONS = ("open", "write", "fsync", "rename", "link", "mkdir", "unlink")


class Failing:
    """Counts the operations on files that write, and fails or dies at the n-th."""

    def __init__(self, monkeypatch, at, act, onward=False):
        self.count, self.at, self.act, self.onward = 0, at, act, onward
        for name in OPERATIONS:
            monkeypatch.setattr(os, name, self.wrapped(getattr(os, name), name))

    def wrapped(self, real, name):
        def operation(*arguments, **more):
            if name != "open" or arguments[1] & (os.O_WRONLY | os.O_RDWR):
                self.count += 1
                if self.count == self.at or (self.onward and self.count > self.at):
                    self.act()
            return real(*arguments, **more)

        return operation


def raising(number):
    def act():
        raise OSError(number, os.strerror(number))

    return act


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_an_error_at_any_operation_leaves_nothing_false_behind(number, digest, tmp_path):
    at = 0
    while True:
        at += 1
        out = tmp_path / str(at)
        with pytest.MonkeyPatch.context() as patch:
            failing = Failing(patch, at, raising(number))
            try:
                sweep(out)
                ended = None
            except SweepError as error:
                ended = error
        if failing.count < at:
            break
        assert ended is None or (ended.exit_code == 3 and "\n" not in str(ended))
        if ended is not None and (out / "manifest.json").exists():
            assert verify(out).damage == []
            assert not list((out / "tmp").glob("*.part")) or failing.count > at  # (an unlink that failed may leave one)
        assert sweep(out).digest == digest
        assert not list((out / "tmp").iterdir())
        shutil.rmtree(out)
    assert at > 40


@pytest.mark.slow
def test_a_kill_at_any_operation_loses_at_most_one_chunk(digest, tmp_path):
    """The process is forked and dies at its n-th operation, without a chance to tidy up."""
    at = 0
    while True:
        at += 1
        out = tmp_path / str(at)
        child = multiprocessing.get_context("fork").Process(target=die_at, args=(at, out))
        child.start()
        child.join()
        if child.exitcode == 0:
            break
        assert child.exitcode == 137
        there = (out / "manifest.json").exists()
        before = len(list((out / "receipts").glob("*"))) if there else 0
        if there:
            assert verify(out).damage == []
        report = sweep(out)
        assert (report.digest, report.done_before) == (digest, [0, 5, 10, 12][before])
        assert not list((out / "tmp").iterdir())
        shutil.rmtree(out)
    assert at > 40


def die_at(at, out):
    Failing(pytest.MonkeyPatch(), at, lambda: os._exit(137))
    sweep(out)
    os._exit(0)


def test_a_break_in_the_protocol_would_be_seen(digest, tmp_path, monkeypatch):
    """The companion: a receipt written before its shard is caught by the loop above's own checks."""
    real = Folder.write

    def receipt_first(folder, room, name, content, **more):
        if room == "shards":
            return False
        return real(folder, room, name, content, **more)

    monkeypatch.setattr(Folder, "write", receipt_first)
    with suppress(SweepError):
        sweep(tmp_path / "s")
    assert verify(tmp_path / "s").damage


# -- limits of the system ----------------------------------------------------------------------


def command(plan, out, *more, **options):
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "tandem.experiments.commands.main",
            "sweep",
            str(plan),
            "--out",
            str(out),
            "--workers",
            "1",
            *more,
        ],
        capture_output=True,
        text=True,
        **options,
    )


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path / "plan.toml"


@pytest.mark.slow
def test_a_limit_on_file_sizes_stops_with_one_line_and_can_be_resumed(plan, tmp_path):
    out = tmp_path / "s"

    plan.write_text(PLAN.replace("replicates = 40", "replicates = 400"))
    done = command(plan, out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
    assert done.returncode == 3 and "Traceback" not in done.stderr and "go on with" in done.stderr
    assert not list(out.rglob("c0*.parquet")) and not list((out / "tmp").iterdir())
    assert command(plan, out).returncode == 0


def test_errors_of_the_system_are_lines_and_exit_codes(plan, tmp_path, monkeypatch, capsys):
    assert status(["sweep", str(plan), "--out", str(tmp_path / "warm"), "--workers", "1"]) == 0
    capsys.readouterr()
    for number, code in ((errno.ENOSPC, 3), (errno.EROFS, 2), (errno.EACCES, 2)):
        with pytest.MonkeyPatch.context() as patch:
            Failing(patch, 3, raising(number), onward=True)
            assert status(["sweep", str(plan), "--out", str(tmp_path / "s"), "--workers", "1"]) == code
        told = capsys.readouterr()
        assert told.out == "" and "Traceback" not in told.err
        assert not list((tmp_path / "s").rglob("c0*"))


# -- damage ------------------------------------------------------------------------------------


def mended(out, digest, complaints=1):
    """Running the sweep again sets damage aside and comes out the same."""
    with pytest.raises(Damaged):
        open_sweep(out).to_pandas()
    assert verify(out).damage
    report = sweep(out)
    assert report.digest == digest and len(report.warnings) == complaints
    assert verify(out, recompute=100, model=rows().model).damage == []


@pytest.mark.parametrize("size", [0, 1, 4, "half", "all but one"])
def test_a_truncated_shard_is_set_aside_and_done_again(size, copy, digest):
    shard = copy / "shards" / "c00000001.parquet"
    content = shard.read_bytes()
    shard.write_bytes(content[: {"half": len(content) // 2, "all but one": len(content) - 1}.get(size, size)])
    mended(copy, digest)
    assert len(list((copy / "quarantine").iterdir())) == 2


def test_swapped_shards_and_swapped_pairs_are_rejected(copy, digest):
    for rooms in (["shards"], ["shards", "receipts"]):
        for room in rooms:
            first, second = (next((copy / room).glob(f"c0000000{number}.*")) for number in (0, 1))
            middle = copy / "middle"
            first.rename(middle)
            second.rename(first)
            middle.rename(second)
        mended(copy, digest, complaints=2)


def test_a_shard_of_another_sweep_is_rejected(copy, digest, tmp_path):
    run(rows(function=sweep_models.slow), tmp_path / "other", workers=1, chunk_runs=5)
    for rooms in (["shards"], ["shards", "receipts"]):
        for room in rooms:
            file = next((tmp_path / "other" / room).glob("c00000001.*"))
            shutil.copy(file, copy / room / file.name)
        mended(copy, digest)


@pytest.mark.parametrize("name", ["receipts/c00000001.json", "shards/c00000001.parquet"])
def test_a_deleted_file_costs_its_chunk(name, copy, digest):
    (copy / name).unlink()
    report = sweep(copy)
    assert (report.digest, report.played) == (digest, 5)


def test_a_lost_or_damaged_design_is_made_again(copy, digest):
    for act in (lambda file: file.unlink(), lambda file: file.write_bytes(b"PAR1")):
        act(copy / "design.parquet")
        assert verify(copy).damage
        assert sweep(copy).digest == digest
        assert verify(copy).damage == []


def test_a_damaged_manifest_is_exit_4_and_nothing_is_touched(copy):
    manifest = copy / "manifest.json"
    before = manifest.read_bytes().replace(b'"chunk_runs":5', b'"chunk_runs":6')
    manifest.write_bytes(before)
    with pytest.raises(Damaged) as caught:
        sweep(copy)
    assert caught.value.exit_code == 4 and manifest.read_bytes() == before
    assert verify(copy).damage


def test_files_that_do_not_belong_are_set_aside_and_never_read(copy, digest):
    (copy / "shards" / "c00000099.parquet").write_bytes(b"PAR1")
    (copy / "shards" / "notes.parquet").write_bytes(b"PAR1")
    assert verify(copy).damage == []
    assert len(open_sweep(copy).files()) == 3
    assert sweep(copy).digest == digest and len(list((copy / "quarantine").iterdir())) == 2


@pytest.mark.parametrize("room", ["shards", "tmp", "receipts", "quarantine"])
def test_a_link_in_the_place_of_a_room_is_exit_4_and_nothing_is_written_outside(room, copy, tmp_path):
    (tmp_path / "outside").mkdir()
    (copy / "receipts" / "c00000001.json").unlink()
    shutil.rmtree(copy / room)
    (copy / room).symlink_to(tmp_path / "outside")
    with pytest.raises(Damaged) as caught:
        sweep(copy)
    assert caught.value.exit_code == 4
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_link_in_the_place_of_a_file_is_damage(copy, tmp_path, digest):
    shard = copy / "shards" / "c00000001.parquet"
    shard.rename(tmp_path / "elsewhere")
    shard.symlink_to(tmp_path / "elsewhere")
    assert verify(copy).damage
    assert sweep(copy).digest == digest


def every_bit(whole):
    for file in sorted(file for file in whole.rglob("*") if file.is_file() and file.stat().st_size):
        content = file.read_bytes()
        for place in range(0, 8 * len(content), max(1, 8 * len(content) // 60)):
            changed = bytearray(content)
            changed[place // 8] ^= 1 << (place % 8)
            yield file, content, bytes(changed)


def test_verify_finds_any_flipped_bit(copy):
    assert verify(copy).damage == []
    count = 0
    for file, content, changed in every_bit(copy):
        file.write_bytes(changed)
        assert verify(copy).damage, file.name
        file.write_bytes(content)
        count += 1
    assert count > 400


def test_no_flipped_bit_of_a_seal_is_forgiven(whole):
    content = (whole / "receipts" / "c00000000.json").read_bytes()
    for place in range(8 * len(content)):
        changed = bytearray(content)
        changed[place // 8] ^= 1 << (place % 8)
        with pytest.raises(Damaged):
            unsealed(bytes(changed), "x")
    for other in (
        b" " + content,
        content + b"\n",
        content[:-1],
        content.replace(b":", b": ", 1),
        b"[" * 100_000,
        b"\xff",
        b"1e999",
    ):
        with pytest.raises(Damaged):
            unsealed(other, "x")
    assert unsealed(content, "x")["chunk"] == 0


def forged(out, change):
    """A shard changed by somebody who knows the format and seals everything again."""
    from tandem.experiments.store.final import final_document
    from tandem.experiments.store.seals import sha256
    from tandem.experiments.store.store import Store
    from tandem.experiments.store.tables import packed

    store = Store.open(Folder(out))
    commit = store.commit(store.layout.chunk(1))
    table = store.shard(commit)
    columns = {name: table[name].to_numpy().copy() for name in table.column_names}
    change(columns)
    content = packed(columns, store.schema)
    store.folder.write("shards", "c00000001.parquet", content)
    receipt = json.loads(json.dumps(commit.receipt))
    receipt["files"]["shards"] = {"bytes": len(content), "sha256": sha256(content)}
    table = store.shard(type(commit)(commit.chunk, receipt))
    receipt["content_sha256"], total = store.sums(commit, table)
    receipt["rows_sum"] = f"{total:064x}"
    store.folder.write("receipts", "c00000001.json", sealed(receipt))
    (out / "final.json").write_bytes(sealed(final_document(store, store.scan())))


def test_recomputing_finds_a_forged_value_that_digests_cannot(copy, digest):
    def change(columns):
        columns["y"][2] += 2.0**-40

    forged(copy, change)
    assert verify(copy).damage == []
    assert verify(copy).digest != digest
    found = verify(copy, recompute=100, model=rows().model)
    assert found.damage and "first run 7" in found.damage[0]


# -- the folder --------------------------------------------------------------------------------


def test_another_specification_is_refused_by_its_keys_and_nothing_changes(copy):
    before = {file: file.read_bytes() for file in copy.rglob("*") if file.is_file()}
    for experiment, key in (
        (rows(replicates=2), "replicates"),
        (rows(13), "points"),
        (rows(outcomes=["y"]), "outcomes"),
        (rows(function=sweep_models.slow), "model.name"),
        (rows(independent_luck=True), "independent_luck"),
    ):
        with pytest.raises(Refused, match=key):
            run(experiment, copy, workers=1)
    assert {file: file.read_bytes() for file in copy.rglob("*") if file.is_file()} == before


def test_other_versions_are_a_warning_or_with_strict_a_refusal(copy, digest, monkeypatch):
    from tandem.experiments.files import provenance
    from tandem.experiments.store import chunk, opening

    other = {**provenance.versions(), "numpy": "9.9"}
    for module in (opening, chunk):
        monkeypatch.setattr(module, "versions", lambda: other)
    (copy / "receipts" / "c00000001.json").unlink()
    with pytest.raises(Refused, match=r"numpy .* -> 9\.9"):
        sweep(copy, strict=True)
    report = sweep(copy)
    assert report.digest == digest and "9.9" in report.warnings[0]
    assert len(open_sweep(copy).final["versions"]) == 2


def test_a_folder_with_other_things_in_it_is_refused(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "thesis.tex").write_text("x")
    with pytest.raises(Refused, match=r"thesis\.tex"):
        sweep(tmp_path / "s")
    assert [file.name for file in (tmp_path / "s").iterdir()] == ["thesis.tex"]
    with pytest.raises(Refused, match="is a file"):
        sweep(tmp_path / "s" / "thesis.tex")
    for read in (open_sweep, verify):
        with pytest.raises(Refused):
            read(tmp_path / "s")


def test_a_folder_that_cannot_be_written_is_refused_before_any_run(copy, monkeypatch):
    (copy / "receipts" / "c00000001.json").unlink()
    played = []
    monkeypatch.setattr(FunctionModel, "play", lambda *_: played.append(1))
    with pytest.MonkeyPatch.context() as patch:
        Failing(patch, 1, raising(errno.EROFS), onward=True)
        with pytest.raises(Refused):
            sweep(copy)
    assert not played


@pytest.mark.slow
def test_two_drivers_at_once_both_end_well(plan, tmp_path):
    plan.write_text(PLAN.replace("replicates = 40", "replicates = 1000"))
    words = [
        sys.executable,
        "-m",
        "tandem.experiments.commands.main",
        "sweep",
        str(plan),
        "--out",
        str(tmp_path / "s"),
        "--workers",
        "1",
        "--chunk-runs",
        "40",
    ]
    drivers = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ends = [driver.communicate() for driver in drivers]
    assert [driver.returncode for driver in drivers] == [0, 0], ends
    digests = {out.splitlines()[-1] for out, _ in ends}
    assert len(digests) == 1
    assert sum("another driver" in err for _, err in ends) <= 1  # none where one had ended before the other began
    told = [re.search(r"complete: ([\d,]+) runs; .* ([\d,]+) played", out) for out, _ in ends]
    runs, *played = (int(each.replace(",", "")) for each in (told[0][1], *(line[2] for line in told)))
    assert runs <= sum(played) < 1.5 * runs, "each took what the other had not"
    assert verify(tmp_path / "s", recompute=100).damage == []
    alone = subprocess.run([*words[:-4], "--out", str(tmp_path / "alone"), "--workers", "1"], capture_output=True, text=True)
    assert alone.stdout.splitlines()[-1] in digests


@pytest.mark.slow
def test_a_script_without_a_main_guard_is_one_clear_error(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, numpy as np\n"
        "from tandem.experiments.store import *\n"
        "from tests import sweep_models\n"
        "model = FunctionModel(sweep_models.parabola, {'y': 'units', 'z': 'units'})\n"
        "try:\n"
        "    run(of_rows({'x': np.arange(200.0)}, model=model), sys.argv[1], workers=2)\n"
        "except SweepError as error:\n"
        "    print(error, file=sys.stderr)\n"
        "    sys.exit(error.exit_code)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "s")],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "__main__" in done.stderr and not (tmp_path / "s").exists()


def test_a_stop_keeps_its_exit_code_on_the_command_line(plan, tmp_path, capsys):
    assert Stopped.exit_code == 3
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "manifest.json").write_text("{}")
    assert status(["sweep", str(plan), "--out", str(tmp_path / "s")]) == 4
    assert status(["verify", str(tmp_path / "s")]) == 4
    assert status(["verify", str(tmp_path / "none")]) == 2
    assert "Traceback" not in capsys.readouterr().err
