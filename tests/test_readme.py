"""What the README shows can be typed: its Python runs in order, and its commands exist."""

import re
from pathlib import Path

import pytest

from experiments.commands.main import status

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
COMMANDS = sorted(set(re.findall(r"^\.venv/bin/tandem (\w+)", README, re.MULTILINE)))


def test_the_python_in_the_readme_runs(capsys):
    names: dict = {}
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
    assert len(BLOCKS) >= 3
    assert len(names["weekly"]) == len(names["run"].weekly)
    assert len(names["table"]) >= 4
    assert names["model"].coo.contested == [] or all(matter.concession == 1.0 for matter in names["model"].coo.contested)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_in_the_readme_exist(command, capsys):
    assert status([command, "--help"]) == 0
