"""A role model is data: one new TOML file is a new role model, listed, loaded, compared by digest and played."""

import pytest

from tandem.experiments.commands.main import status
from tandem.sim.scenario import Scenario, catalogue

ROLE_MODEL = """
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
def role_model(tmp_path, monkeypatch):
    folder = tmp_path / "role_models"
    folder.mkdir()
    (folder / "twin-heads.toml").write_text(ROLE_MODEL, "utf-8")
    monkeypatch.setenv("TANDEM_SCENARIOS", str(tmp_path))
    return Scenario.of(role_model="twin-heads")


def test_a_new_role_model_is_one_file(role_model, capsys):
    assert {entry.name: entry.kind for entry in catalogue()}["twin-heads"] == "role_model"
    assert role_model.role_model == "twin-heads"
    assert role_model.parameters.charter.campaign.decides == "coo"
    assert Scenario.load("twin-heads") == role_model != Scenario("default")
    assert status(["list"]) == 0
    assert "Twin heads" in capsys.readouterr().out


def test_without_its_file_there_is_no_such_role_model(role_model, monkeypatch):
    monkeypatch.delenv("TANDEM_SCENARIOS")
    assert "twin-heads" not in {entry.name for entry in catalogue()}
    with pytest.raises(ValueError, match="no such role model"):
        Scenario.of(role_model="twin-heads")


def test_a_new_role_model_plays_and_its_charter_matters(role_model):
    from tandem.sim import simulate

    played = simulate(role_model.with_({"quarters": 4}), seed=7).outcomes
    assert played == simulate(role_model.with_({"quarters": 4}), seed=7).outcomes
    assert played != simulate(Scenario("default").with_({"quarters": 4}), seed=7).outcomes
