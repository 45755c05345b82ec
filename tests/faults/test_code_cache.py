"""Compiled code on disk: damaged means missing, and where nothing can be written a run is played all the same."""

import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from tandem.sim import Scenario, code_cache, simulate
from tandem.sim.compile import COMPILED
from tests.parity.test_compile import PLAY, play, small_house

pytestmark = pytest.mark.skipif(not COMPILED, reason="nothing is compiled")


def spoiled(kind, content):
    """The content as a full disk, a power cut or a worn disk may leave it."""
    if kind == "bits":
        changed = bytearray(content)
        for place in np.linspace(0, len(content) - 1, 9).astype(int):
            changed[place] ^= 4
        return bytes(changed)
    return {
        "empty": b"",
        "half": content[: len(content) // 2],
        "one byte less": content[:-1],
        "zeros": bytes(len(content)),
        "other": b"\x80\x04N.",
    }[kind]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A small house and the folder of its compiled code, made once."""
    made = small_house(tmp_path_factory.mktemp("house"))
    cache = tmp_path_factory.mktemp("code") / "cache"
    assert play(made, TANDEM_CACHE=str(cache))[:2] == ["20.0", "True"]
    return made, cache


@pytest.fixture
def kept(built, tmp_path):
    """The same, with a copy of the code to spoil."""
    shutil.copytree(built[1], tmp_path / "cache")
    return built[0], tmp_path / "cache"


@pytest.mark.parametrize("kind", ["empty", "half", "one byte less", "zeros", "bits", "other"])
def test_damaged_code_counts_as_missing(kind, kept):
    place, cache = kept
    files = [file for file in cache.rglob("*.*") if file.is_file()]
    assert {file.suffix for file in files} == {".code"}
    for file in files:
        file.write_bytes(spoiled(kind, file.read_bytes()))
    assert play(place, TANDEM_CACHE=str(cache))[0] == "20.0"
    if kind == "bits":
        whole = {file: file.read_bytes() for file in files}
        assert play(place, TANDEM_CACHE=str(cache))[0] == "20.0"
        assert {file: file.read_bytes() for file in files} == whole, "what was mended is found again"


def test_any_changed_bit_of_kept_code_is_noticed(kept):
    """Code is never run that is not what was kept: read in this process, file by file."""
    from tandem.sim.compiler.keeping import read

    for file in kept[1].rglob("*.code"):
        content = file.read_bytes()
        assert len(content) > 100
        for place in np.linspace(0, 8 * len(content) - 1, 100).astype(int):
            changed = bytearray(content)
            changed[place // 8] ^= 1 << (place % 8)
            file.write_bytes(bytes(changed))
            assert read(file) is None
        file.write_bytes(content)
        assert read(file) is not None


@pytest.mark.parametrize("kind", ["pipe", "folder", "link to nothing", "device"])
def test_what_is_no_file_counts_as_missing_and_is_not_waited_for(kind, kept):
    place, cache = kept
    for file in list(cache.rglob("*.code")):
        file.unlink()
        if kind == "pipe":
            os.mkfifo(file)
        elif kind == "folder":
            file.mkdir()
        else:
            file.symlink_to("/dev/zero" if kind == "device" else cache / "nowhere")
    started = time.monotonic()
    assert play(place, TANDEM_CACHE=str(cache))[0] == "20.0"
    assert time.monotonic() - started < 60


def test_a_full_disk_under_the_code_stops_nothing(built, tmp_path):
    house = built[0]
    full = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64));"
    assert play(house, full + PLAY, TANDEM_CACHE=str(tmp_path / "cache"))[:2] == ["20.0", "True"]
    assert not [file for file in (tmp_path / "cache").rglob("*.code") if file.stat().st_size]
    assert play(house, TANDEM_CACHE=str(tmp_path / "cache"))[:2] == ["20.0", "True"]  # and with room it is kept
    assert play(house, TANDEM_CACHE=str(tmp_path / "cache"))[:2] == ["20.0", "False"]


def test_a_folder_that_goes_while_we_compile_stops_nothing(built, tmp_path):
    house = built[0]
    gone = "import shutil; from tandem.sim import compile as c; f = c.cache_folder(); shutil.rmtree(f); f.touch();"
    assert play(house, gone + PLAY, TANDEM_CACHE=str(tmp_path / "cache"))[0] == "20.0"


def test_where_nothing_can_be_written_nothing_is_kept(built):
    house = built[0]
    nowhere = "import tempfile; tempfile.tempdir = '/proc/none';"
    cache = {"TANDEM_CACHE": "/proc/none/cache"}
    phases = "from tandem.sim import kernel; print(kernel.played(1.0), kernel.stepped(2.0))"
    assert play(house, nowhere + PLAY, **cache) == ["20.0", "True", "None"]
    assert play(house, nowhere + phases, **cache) == ["20.0", "30.0"]
    assert not list(house.rglob("__pycache__"))


def test_no_home_and_no_temporary_folder_are_no_error(tmp_path, monkeypatch):
    def none(*_, **__):
        raise FileNotFoundError("no usable temporary directory")

    monkeypatch.setattr(code_cache, "usual_cache_root", lambda: tmp_path / "file" / "below")
    (tmp_path / "file").touch()
    monkeypatch.setattr(code_cache, "private_temporary_root", none)
    assert code_cache.prepared_cache_folder(tmp_path) is None


@pytest.mark.slow
def test_the_command_plays_with_emptied_files(tmp_path):
    """As the report told it: every file of the code emptied, `tandem run` still ends with 0."""
    from tandem.sim.compile import cache_folder

    if cache_folder() is None:
        pytest.skip("nothing is kept here")
    simulate(Scenario.load("silence").with_({"quarters": 1}))  # so that something is kept, whoever runs this first
    place = tmp_path / "cache" / cache_folder().name
    place.mkdir(parents=True)
    for file in cache_folder().glob("*.code"):
        (place / file.name).touch()
    assert list(place.iterdir())
    done = subprocess.run(
        [sys.executable, "-m", "tandem.experiments.commands.main", "run", "silence", "--quarters", "1"],
        env={**os.environ, "TANDEM_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr


NOWHERE = """
import tandem.sim.code_cache
tandem.sim.code_cache.prepared_cache_folder = lambda *sim: None
from tandem.sim import Scenario, simulate
print(repr(simulate(Scenario.load("silence").with_({"quarters": 1}), 5).outcomes["trust"]))
"""


@pytest.mark.slow
def test_a_firm_plays_where_nothing_at_all_can_be_written():
    """As on a read-only root without a temporary folder."""
    done = subprocess.run([sys.executable, "-c", NOWHERE], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0 and "it cannot be kept" in done.stderr, done.stderr
    assert float(done.stdout) == simulate(Scenario.load("silence").with_({"quarters": 1}), 5).outcomes["trust"]
