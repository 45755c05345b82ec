"""Broken on purpose, token by token: every break is noticed by a test, or stands in `explained.toml` with the reason why not."""

import pytest

from bench import mutation

pytestmark = pytest.mark.long

LEAST = 0.9


def test_every_break_is_noticed_or_explained():
    found = mutation.run(mutation.targets())
    assert len(found) > 150
    left = [f"{each.module} {each.function}: {each.operator} survives in {each.line!r}" for each in mutation.unexplained(found)]
    assert left == []
    assert sum(each.noticed for each in found) >= LEAST * len(found)
    stale = set(mutation.explained()) - {each.key for each in found if not each.noticed}
    assert stale == set(), "explained, and yet noticed or gone: take it off the list"


def test_a_test_that_cannot_fail_lets_breaks_survive(tmp_path, monkeypatch):
    """The sabotage: a module held by a test that asserts nothing."""
    weak = "tests/rules/test_every_rule.py::test_nothing"
    monkeypatch.setattr(mutation, "copied", lambda place: _with_a_weak_test(mutation_copied(place)))
    found = mutation.broken(mutation.Target("sim/rules/effort.py", (weak,), False))
    assert found and not any(each.noticed for each in found)


mutation_copied = mutation.copied


def _with_a_weak_test(place):
    (place / "tests/rules/test_every_rule.py").write_text(
        "import tandem.sim.rules.effort\n\n\ndef test_nothing():\n    assert True\n", encoding="utf-8"
    )
    return place
