"""The order of inputs played until it is decided: it stops, it goes on with the same rows, and what it says is honest."""

import numpy as np
import pandas as pd
import pytest

import tandem.experiments.sensitivity.looking as looking
import tandem.experiments.sensitivity.sums as sums
from tandem.experiments.files.checkpoint import Checkpoint
from tandem.experiments.sensitivity import analyse
from tandem.experiments.sensitivity.points import plan_of
from tandem.sim.mistake import Mistake
from tandem.sim.until import ALPHA, level_of


def luck(keys):
    return ((keys >> np.uint64(11)).astype(float) * 2.0**-53 - 0.5) * 12.0**0.5


def weighted(*weights, noise=1.0):
    """A sum of uniform inputs with these weights, and luck of its own: total indices go with the squares of the weights."""
    return lambda x, keys: x @ np.array(weights) + noise * luck(keys)


def told(found):
    return [found.table, found.ranks, found.curves, found.practice]


def same(one, other):
    return all(a.equals(b) for a, b in zip(told(one), told(other)))


def test_a_clear_order_ends_at_the_first_look_whatever_the_budget():
    clear = weighted(4.0, 2.0, 0.5)
    small, large = (analyse(clear, ["a", "b", "c"], n=n, replicates=2, until_decided=True) for n in (128, 4096))
    assert (large.n, large.looks) == (128, (128,))
    assert large.rank_intervals["y"] == {"a": "1", "b": "2", "c": "3"}
    assert same(small, large)
    assert large.runs < 6000


@pytest.fixture
def never_hopeless(monkeypatch):
    monkeypatch.setattr(looking, "HOPELESS", 0.0)


def test_an_order_in_doubt_goes_on_with_the_same_rows(never_hopeless):
    close = weighted(1.0, 1.0, 0.1)
    seen = {}
    for n in (256, 1024):
        rows = seen[n] = []

        def listening(x, keys, rows=rows):
            rows.append((x.copy(), keys.copy()))
            return close(x, keys)

        found = analyse(listening, ["a", "b", "c"], n=n, seed=0, replicates=2, until_decided=True)
        assert found.n == n and found.looks == tuple(look for look in (128, 256, 512, 1024) if look <= n)
    few, many = seen[256], seen[1024]
    assert len(few) < len(many)
    assert all(np.array_equal(a[0], b[0]) and np.array_equal(a[1], b[1]) for a, b in zip(few, many))


def test_where_going_on_would_hardly_decide_it_stops_undecided():
    found = analyse(weighted(1.0, 1.0, 0.2), ["a", "b", "c"], n=4096, seed=2, replicates=2, until_decided=["a", "b"])
    assert found.n < 4096
    assert found.rank_intervals["y"] == {"a": "1-2", "b": "1-2", "c": "3"}


def test_only_the_order_that_was_asked_for_counts():
    alike = weighted(3.0, 1.0, 0.98)
    asked = analyse(alike, ["a", "b", "c"], n=1024, seed=1, replicates=2, until_decided=["a", "b"])
    every = analyse(alike, ["a", "b", "c"], n=1024, seed=1, replicates=2, until_decided=True)
    assert asked.n == 128 < every.n


def test_inputs_that_do_nothing_need_no_order():
    found = analyse(weighted(3.0, 0.0, 0.0), ["a", "b", "c"], n=1024, replicates=2, until_decided=True)
    assert found.n == 128


def test_every_output_is_waited_for():
    def both(x, keys):
        return np.column_stack([weighted(4.0, 1.0)(x, keys), weighted(1.0, 0.9)(x, keys)])

    found = analyse(both, ["a", "b"], n=512, seed=0, replicates=2, outputs=["clear", "close"], until_decided=True)
    alone = analyse(weighted(1.0, 0.9), ["a", "b"], n=512, seed=0, replicates=2, until_decided=True)
    assert found.n == alone.n > 128


def test_intervals_are_wider_than_those_of_one_look(never_hopeless):
    close = weighted(1.0, 1.0, 0.1)
    looked = analyse(close, ["a", "b", "c"], n=512, seed=0, replicates=2, until_decided=True)
    once = analyse(close, ["a", "b", "c"], n=512, seed=0, replicates=2)
    assert looked.n == once.n == 512
    pd.testing.assert_series_equal(looked.table["estimate"], once.table["estimate"])
    width = [float(found.get("total_mean", "a")["high"] - found.get("total_mean", "a")["low"]) for found in (looked, once)]
    plan = plan_of(512, 3, 0, until_decided=True)
    assert plan.level == level_of((128, 256, 512)) > 0.95
    assert plan.alpha < ALPHA
    assert 1.1 < width[0] / width[1] < 1.5


def test_one_that_was_stopped_ends_at_the_same_look_with_the_same_bits(tmp_path, monkeypatch):
    monkeypatch.setattr(sums, "VALUES_AT_ONCE", 1 << 9)
    monkeypatch.setattr(Checkpoint, "due", True)
    close = weighted(1.0, 0.9, 0.1)
    calls = {"made": 0, "most": 10**9}

    class Crash(Exception):
        pass

    def counted(x, keys):
        calls["made"] += len(x)
        if calls["made"] > calls["most"]:
            raise Crash
        return close(x, keys)

    def played(keep=None):
        calls["made"] = 0
        return analyse(counted, ["a", "b", "c"], n=1024, seed=1, replicates=2, until_decided=True, keep=keep)

    plain = played()
    every = calls["made"]
    assert 128 < plain.n < 1024, "it must end between two looks, else the test says little"
    for share in (0.3, 0.5, 0.7, 0.95):
        keep = tmp_path / f"{share}.npz"
        calls["most"] = int(share * every)
        with pytest.raises(Crash):
            played(keep)
        calls["most"] = 10**9
        again = played(keep)
        assert same(plain, again) and again.looks == plain.looks
        assert calls["made"] < every


def test_what_was_kept_of_one_look_is_not_taken_up_by_a_plan_with_more(tmp_path, monkeypatch):
    monkeypatch.setattr(Checkpoint, "due", True)
    keep, close = tmp_path / "kept.npz", weighted(1.0, 0.88, 0.1)
    analyse(close, ["a", "b", "c"], n=512, seed=0, replicates=2, keep=keep)
    looked = analyse(close, ["a", "b", "c"], n=512, seed=0, replicates=2, keep=keep, until_decided=True)
    assert same(looked, analyse(close, ["a", "b", "c"], n=512, seed=0, replicates=2, until_decided=True))


def test_it_is_kept_and_read_again_with_its_looks(tmp_path):
    found = analyse(weighted(4.0, 2.0, 0.5), ["a", "b", "c"], n=256, replicates=2, until_decided=True)
    again = type(found).load(found.save(tmp_path / "out", figures=False))
    assert again.looks == (128,) and again.rank_intervals == found.rank_intervals


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"until_decided": ["a", "z"]}, "no input 'z'; there are a, b"),
        ({"until_decided": ["a"]}, "of two inputs or more"),
        ({"until_decided": 3}, "until_decided"),
        ({"until_decided": [""]}, "until_decided"),
        ({"until_decided": True, "n": 64}, "allowed: 128 to 8192"),
        ({"until_decided": True, "n": 1 << 14}, "allowed: 128 to 8192"),
        ({"until_decided": True, "n": 4096, "sampling": "sobol"}, "looked at once"),
    ],
)
def test_what_does_not_go_is_one_sentence(change, said):
    with pytest.raises(Mistake, match=said):
        analyse(weighted(1.0, 1.0), ["a", "b"], **{"n": 128, "replicates": 2, **change})


@pytest.mark.long
def test_over_many_seeds_the_truth_is_inside_and_hardly_an_order_is_wrong():
    """300 analyses that stop when they like: intervals of the total index hold .93 or more of the time, and an order between
    inputs that are alike is decided in at most 5% of them (Wilson's interval allowed for)."""
    weights = np.array([1.0, 1.0, 0.6])
    truth = weights**2 / (weights**2).sum()
    inside, decided, ended, runs = [], 0, [], 300
    for seed in range(runs):
        found = analyse(weighted(*weights), ["a", "b", "c"], n=1024, seed=seed, replicates=2, until_decided=True)
        rows = [found.get("total_mean", name) for name in "abc"]
        inside.append([row["low"] <= true <= row["high"] for row, true in zip(rows, truth)])
        order = found.ranks[found.ranks["first"].isin(["a", "b"]) & found.ranks["second"].isin(["a", "b"])]
        decided += int((order["verdict"] == "decided").sum())
        ended.append(found.n)
    assert len(set(ended)) > 1, "all ended at one look: nothing was tried"
    assert np.mean(inside) >= 0.93
    assert decided / runs <= 0.05 + 2.0 * (0.05 * 0.95 / runs) ** 0.5
