"""What README, MODEL.md and the guides show can be typed: their Python runs in order and does what they say, and the commands
exist."""

import re
from pathlib import Path

import pytest

from tandem.experiments.commands.main import status
from tandem.sim import LeadershipModel

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(page):
    """The Python of a page, in order."""
    return re.findall(r"```python\n(.*?)```", page, re.DOTALL)


AGENT = (ROOT / "docs" / "how-to" / "own-agent.md").read_text(encoding="utf-8")
LINES_OF_A_SCREEN = 60
BLOCKS = blocks(README) + blocks(AGENT)
COMMANDS = sorted(set(re.findall(r"^\.venv/bin/tandem (\w+)", README, re.MULTILINE)))


@pytest.fixture(scope="module")
def shown():
    """The names that the Python of the README and of the guide to one's own agent leaves."""
    names: dict = {}
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
    return names


def test_the_python_in_the_readme_runs(shown):
    assert len(BLOCKS) >= 3
    assert len(shown["weekly"]) == shown["model"].weeks + 1


def test_the_readme_is_one_screen():
    assert len(README.splitlines()) <= LINES_OF_A_SCREEN


def moved(first, second):
    """Weeks in which any column of two tables differs."""
    return first.index[(first != second).any(axis=1)].tolist()


def test_the_agent_in_the_guide_changes_the_run(shown):
    """From the week of his first concession on, and in no week before it."""
    model, conceded = shown["model"], []

    class Watched(shown["AlwaysConcedes"]):
        def concede(self):
            super().concede()
            conceded.extend(self.model.week for _ in self.contested)

    def weekly(coo):
        played = LeadershipModel(model.firm, seed=7, coo_class=coo).run()
        return played.datacollector.get_model_vars_dataframe()

    usual, yielding = weekly(shown["ChiefOperatingOfficer"]), weekly(Watched)
    assert yielding.equals(shown["weekly"])
    assert moved(usual, yielding)
    assert min(moved(usual, yielding)) >= min(conceded)
    assert moved(usual, weekly(shown["ChiefOperatingOfficer"])) == []  # the same agent again: the same run


def test_mesas_table_in_the_guide_holds_the_runs_it_names(shown):
    """Row by row what the model alone gives at that step, whatever agent, lever and luck the row names."""
    table = shown["table"]
    assert len({(row["coo_class"], row["levers__communication"], row["replicate"]) for row in table}) == 8
    assert {row["Step"] for row in table} == {0, 13, 26, 39, 51}
    names = ("scenario", "coo_class", "levers__communication", "replicate", "seed")
    for row in table:
        if row["levers__communication"] == 0.9 and row["replicate"] == 1:
            alone = LeadershipModel(**{name: row[name] for name in names})
            while alone.week < row["Step"]:
                alone.step()
            assert {name: row[name] for name in ("trust", "cash")} == {
                "trust": 0.5 * (alone.ceo.trust + alone.coo.trust),
                "cash": float(alone.world["firm"]["cash"][0]),
            }
    ends = {
        (row["coo_class"].__name__, row["levers__communication"], row["replicate"]): row["cash"]
        for row in table
        if row["Step"] == 51
    }
    assert len(set(ends.values())) == 8  # agents, levers and replicates all tell


def test_the_agent_in_the_model_page_does_as_told():
    names: dict = {}
    found = blocks((ROOT / "MODEL.md").read_text(encoding="utf-8"))
    for block in found:
        exec(compile(block, "MODEL.md", "exec"), names)
    assert found
    usual, stubborn = sum(names["usual"]), sum(names["stubborn"])
    assert stubborn > usual  # who concedes nothing decides later


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_in_the_readme_exist(command, capsys):
    assert status([command, "--help"]) == 0
