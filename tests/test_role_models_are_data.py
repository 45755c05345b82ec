"""A split is data: one new TOML file is a new split, listed, loaded, compared by digest and played."""

import pytest

from tandem.experiments.commands.main import status
from tandem.sim.scenario import Scenario, catalogue

SPLIT = """
title = { en = "Twin heads", fr = "Têtes jumelles" }

[charter.budget]
rule = "or"

[charter.campaign]
rule = "gate"
decides = "coo"

[coo]
encouragement = 0.2
"""


@pytest.fixture
def split(tmp_path, monkeypatch):
    folder = tmp_path / "role_models"
    folder.mkdir()
    (folder / "twin-heads.toml").write_text(SPLIT, "utf-8")
    monkeypatch.setenv("TANDEM_SCENARIOS", str(tmp_path))
    return Scenario.of(role_model="twin-heads")


def test_a_new_split_is_one_file(split, capsys):
    assert {entry.name: entry.kind for entry in catalogue()}["twin-heads"] == "role_model"
    assert split.role_model == "twin-heads"
    assert split.parameters.charter.campaign.decides == "coo"
    assert Scenario.load("twin-heads") == split != Scenario("default")
    assert status(["list"]) == 0
    assert "Twin heads" in capsys.readouterr().out


def test_without_its_file_there_is_no_such_split(split, monkeypatch):
    monkeypatch.delenv("TANDEM_SCENARIOS")
    assert "twin-heads" not in {entry.name for entry in catalogue()}
    with pytest.raises(ValueError, match="no such role model"):
        Scenario.of(role_model="twin-heads")


def test_a_new_split_plays_and_its_charter_matters(split):
    try:
        from tandem.sim import simulate
    except ImportError:
        pytest.skip("no driver yet")
    played = simulate(split.with_({"quarters": 4}), seed=7).outcomes
    assert played == simulate(split.with_({"quarters": 4}), seed=7).outcomes
    assert played != simulate(Scenario("default").with_({"quarters": 4}), seed=7).outcomes
