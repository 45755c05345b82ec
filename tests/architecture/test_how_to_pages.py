"""The how-to pages on factors, outcomes, optimisation, own figures and other tools: every line of theirs is run, in order."""

import re
import shlex
from pathlib import Path

import matplotlib as mpl
import pytest

import tandem
from tandem.experiments.commands.main import status

ROOT = Path(__file__).parents[2]
PAGES = ("own-factors", "own-outcomes", "optimise", "own-figures", "other-tools")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# file: (\S+)\n")


def run(page: str) -> int:
    """Write the page's files, run its commands and its Python, in their order; how many blocks there were."""
    names: dict[str, object] = {}
    blocks = BLOCK.findall(page)
    for kind, text in blocks:
        if kind == "toml":
            name = FILE.match(text)
            assert name, f"a file without a name: {text[:60]}"
            Path(name[1]).write_text(text, encoding="utf-8")
        elif kind == "console":
            for line in text.splitlines():
                assert line.startswith("$ tandem "), line
                assert status(shlex.split(line.removeprefix("$ tandem "))) == 0, line
        elif kind == "python":
            exec(compile(text, "page", "exec"), names)
        else:
            raise AssertionError(f"a block of kind {kind}")
    return len(blocks)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_line_of_a_page_runs(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    mpl.use("agg")
    try:
        assert run((ROOT / "docs" / "how-to" / f"{page}.md").read_text("utf-8")) >= 2
    finally:
        tandem.forget_outcomes()
    capsys.readouterr()


def test_a_line_that_fails_is_found(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError):
        run("```console\n$ tandem compare nobody silence\n```\n")
    with pytest.raises(NameError):
        run("```python\nnothing_such\n```\n")
    capsys.readouterr()
