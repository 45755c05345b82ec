"""What commands write to: any encoding, any width, a reader that leaves, signs that a terminal would obey, others' settings."""

import io
import os
import pty
import re
import subprocess
import sys

import pytest

from tandem import __version__
from tandem.experiments.commands.main import status
from tandem.experiments.commands.screen import Screen, Table
from tandem.experiments.commands.terminal import PLAIN, Standing, plain
from tandem.sim.code_cache import usual_cache_root

COMMAND = [sys.executable, "-m", "tandem"]
PRINTING = (
    ["list", "--lang", "fr"],
    ["show", "silence", "--lang", "fr"],
    ["explain", "silence", "--lang", "fr"],
    ["run", "silence", "--quarters", "2"],
    ["schema"],
    ["--help"],
    ["check", "nowhere-é−→.toml"],
)


def played(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *words], capture_output=True, timeout=120, env={**os.environ, **environment})


MORE = [pytest.param(name, marks=pytest.mark.long) for name in ("latin-1", "cp437", "iso8859-15", "utf-16", "koi8-r")]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", *MORE])
def test_every_command_speaks_through_every_encoding(encoding, monkeypatch):
    for words in PRINTING:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        code = status(words)
        assert code == (2 if words[0] == "check" else 0), words
        assert "�" not in out.buffer.getvalue().decode(encoding), words


def test_a_sign_that_cannot_be_written_has_its_nearest_one_in_its_place():
    assert "−3 → é".encode("ascii", PLAIN) == b"-3 -> e"
    assert "−3 → é\u202f漢".encode("latin-1", PLAIN) == "-3 -> é ?".encode("latin-1")
    assert b"\xe9".decode("utf-8", "surrogateescape").encode("ascii", PLAIN) == b"?"


@pytest.mark.parametrize("encoding", ["cp1252"])
def test_also_as_a_process_of_its_own(encoding):
    told = played("explain", "silence", "--lang", "fr", PYTHONIOENCODING=encoding)
    assert (told.returncode, told.stderr) == (0, b"")


@pytest.mark.parametrize(("words", "reader"), [(["schema"], "head -1"), (["--help"], "true"), (["show", "silence"], "true")])
def test_a_reader_that_leaves_is_no_failure(words, reader):
    line = f"{' '.join([*COMMAND, *words])} | {reader} > {os.devnull}; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=120)
    assert (done.stdout, done.stderr) == (b"0\n", b"")


def test_what_was_asked_for_is_written_though_the_reader_has_left(tmp_path):
    line = f"{' '.join(COMMAND)} run silence --quarters 1 --out {tmp_path}/out | true"
    subprocess.run(["bash", "-c", line], capture_output=True, timeout=120)
    assert (tmp_path / "out" / "run.json").is_file()


@pytest.mark.parametrize("joined", [">&-", "2>&-", "2>/dev/full", ">&- 2>&-"])
def test_streams_that_are_closed_or_full_on_the_error_side_change_no_exit_code(joined):
    for words, code in (("list", 0), ("check nowhere", 2)):
        done = subprocess.run(["bash", "-c", f"{' '.join(COMMAND)} {words} {joined}"], capture_output=True, timeout=120)
        assert done.returncode == code and b"Traceback" not in done.stderr


def test_a_full_disk_under_the_output_is_one_line():
    done = subprocess.run(["bash", "-c", f"{' '.join(COMMAND)} list > /dev/full"], capture_output=True, timeout=120)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1


class Full(io.StringIO):
    def write(self, text):
        raise OSError(28, "No space left on device")


def test_only_the_error_stream_forgives():
    Standing(Full(), cleaned=True, forgiving=True).write("a")
    with pytest.raises(OSError):
        Standing(Full(), cleaned=True, forgiving=False).write("a")


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x07", "\x9b31m", "\r", "\u202e", "\x00", "\x7f"])
def test_no_sign_of_a_users_is_obeyed(sign, tmp_path, capsys):
    file = tmp_path / "firm.toml"
    escaped = "".join(f"\\U{ord(one):08x}" for one in sign)
    file.write_text(f'title = "A{escaped}[red]B[/nonsense]"\nstory = "S{escaped}"\nquarters = 1\n', "utf-8")
    for words in (["show", str(file)], ["run", str(file)], ["explain", str(file)], ["check", f"{file}{sign}".replace("\0", "")]):
        status(words)
        shown = "".join(capsys.readouterr())
        assert not any(one in shown for one in "\x1b\x07\x9b\r\u202e\x00\x7f"), words
        assert "[red]B[/nonsense]" in shown or words[0] == "check"
    assert plain(f"a{sign}") != f"a{sign}" and plain("a\tb\nc é 漢") == "a\tb\nc é 漢"


def test_a_terminal_obeys_no_title_but_keeps_the_look_of_tables(tmp_path):
    file = tmp_path / "firm.toml"
    file.write_text('title = "A\\u001b[2J[bold]B"\nquarters = 1\n', "utf-8")
    shown = on_a_terminal(["run", str(file)], 100)
    assert "\x1b[2J" not in shown and "A\\x1b[2J[bold]B" in shown and "\x1b[1m" in shown


def on_a_terminal(words: list[str], columns: int) -> str:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "LINES": "40", "TERM": "xterm"}
    with subprocess.Popen([*COMMAND, *words], stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # the other side has closed
            pass
        assert process.wait(60) == 0
    os.close(ours)
    return shown.decode("utf-8")


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 150])
def test_no_figure_is_cut_however_narrow_the_terminal(columns):
    held = io.StringIO()
    screen = Screen(held)
    screen.width = columns
    table = Table(title="Title of this table")
    for head in ("lever", "effect,\nshare", "95% interval", "verdict"):
        table.add_column(head, justify="right" if "e" in head and head not in ("lever", "verdict") else "left")
    table.add_row("communication", "+1,234.5678", "[+1,200.1234, +1,300.9876]", "raises it")
    screen.show(table)
    shown = held.getvalue()
    for figure in ("+1,234.5678", "[+1,200.1234, +1,300.9876]"):
        assert figure in shown
    assert "…" not in shown


def test_a_run_on_a_narrow_terminal_shows_what_a_wide_one_shows():
    narrow = on_a_terminal(["run", "silence", "--quarters", "1"], 40)
    assert "…" not in narrow and "  Revenue kEUR: 4," in narrow


@pytest.mark.parametrize(
    "setting",
    [
        "NUMBA_NUM_THREADS=0",
        "NUMBA_NUM_THREADS=-1",
        "NUMBA_NUM_THREADS=two",
        "NUMBA_DISABLE_JIT=perhaps",
        "TANDEM_SCENARIOS=/no/such/folder",
        "TANDEM_SCENARIOS=~nobody-of-that-name/x",
    ],
)
def test_a_setting_that_means_nothing_is_one_line(setting):
    name, _, value = setting.partition("=")
    told = played("run", "silence", "--quarters", "1", **{name: value})
    assert (told.returncode, told.stdout) == (2, b"")
    assert told.stderr.startswith(f"tandem: the environment's {name} = ".encode()) and told.stderr.count(b"\n") == 1


def test_a_setting_that_means_nothing_is_one_sentence_in_python():
    code = "import tandem\ntry: tandem.simulate\nexcept ValueError as error: print(type(error).__name__, error)"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env={**os.environ, "NUMBA_NUM_THREADS": "0"}
    )
    assert told.stdout == "Mistake the environment's NUMBA_NUM_THREADS = '0': a whole number from 1\n"


def test_the_version_is_told(capsys):
    assert status(["--version"]) == 0
    assert capsys.readouterr().out == f"tandem {__version__}\n"


def test_nothing_is_drawn_where_nothing_is_asked_to_be():
    code = (
        "import sys; from tandem.experiments.commands.main import status; code = status(sys.argv[1:]);"
        "print([name for name in ('matplotlib', 'matplotlib.pyplot') if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    for words in (["list"], ["show", "silence"], ["run", "silence", "--quarters", "1"], ["explain", "silence"]):
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=120)
        assert (done.returncode, done.stderr) == (0, "[]\n"), words


@pytest.mark.parametrize("home", ["/no/home/anywhere", "/proc", ""])
def test_a_home_that_cannot_be_written_to_is_not_spoken_of(home):
    places = {"HOME": home, "XDG_CACHE_HOME": "", "MPLCONFIGDIR": "", "TANDEM_CACHE": str(usual_cache_root())}
    told = played("run", "silence", "--quarters", "1", **places)
    assert (told.returncode, told.stderr) == (0, b"")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_run_fits_80_columns_with_all_its_heads(lang, capsys):
    heads = {
        "en": ("Trust", "Customers", "Conflicts", "clarity"),
        "fr": ("Confiance", "Clients", "Conflits", "épisodes", "rôles"),
    }
    for name in ("silence", "founder-will-not-let-go", "co-pilot"):
        assert status(["run", name, "--lang", lang]) == 0
        shown = capsys.readouterr().out
        assert max(map(len, shown.splitlines())) <= 80
        assert all(head in shown for head in heads[lang])
        assert shown.count("\n") < 40, "a table, not one line a cell"
    on_terminal = re.sub(r"\x1b\[[0-9;]*m", "", on_a_terminal(["run", "silence", "--lang", lang], 80)).splitlines()
    assert max(map(len, on_terminal)) <= 80 and len(on_terminal) < 40


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_lies_between_0_and_1_is_read_from_0_to_100(lang, capsys):
    assert status(["run", "silence", "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert "0-1" not in shown and ("points of 100" if lang == "en" else "points sur 100") in shown
    row = next(line for line in shown.splitlines() if line.split()[:1] == ["1"])
    satisfaction = float(row.split()[-4].replace(",", "."))
    assert 10 < satisfaction <= 100
