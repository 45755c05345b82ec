"""Results change only on purpose: a few runs, compared to ten digits."""

import json

import pytest
from golden_runs import FILE, played

WRITTEN = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


@pytest.fixture(scope="module")
def now():
    return played()


def test_the_same_runs_are_written_down(now):
    assert list(now) == list(WRITTEN)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_run_is_as_written(now, name):
    moved = {key: (WRITTEN[name][key], value) for key, value in now[name].items() if WRITTEN[name].get(key) != value}
    assert not moved, "results changed: if on purpose, `python tests/golden_runs.py`, and say why in CHANGELOG.md"
