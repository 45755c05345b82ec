"""`analyse` against functions whose indices are known, and against SALib; what it refuses; what it never says."""

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import sobol as salib_sobol
from scipy.special import ndtri

from experiments.sensitivity import SensitivityError, analyse

MASK = 0xFFFF_FFFF_FFFF_FFFF
G_WEIGHTS = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])


def luck(keys, draw=0):
    """Uniform numbers in (0, 1) from keys: SplitMix64 (Steele, Lea & Flood 2014)."""
    x = keys + np.uint64((draw + 1) * 0x9E3779B97F4A7C15 & MASK)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return ((x >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53


def ishigami(X, keys):
    z = np.pi * (2 * X[:, :3] - 1)
    return np.sin(z[:, 0]) + 7 * np.sin(z[:, 1]) ** 2 + 0.1 * z[:, 2] ** 4 * np.sin(z[:, 0])


def sobol_g(X, keys):
    return np.prod((np.abs(4 * X - 2) + G_WEIGHTS) / (1 + G_WEIGHTS), axis=1)


def linear(X, keys):
    return X @ np.array([4.0, 3.0, 2.0, 1.0, 0.0])


def product(X, keys):
    return X[:, 0] * X[:, 1]


def noisy_ishigami(X, keys):
    return ishigami(X, keys) + np.sqrt(13.844588 / 3) * ndtri(luck(keys))


def dispersed(X, keys):
    return X[:, 0] + X[:, 1] * ndtri(luck(keys))


def bernoulli(X, keys):
    return (luck(keys) < 0.1 + 0.4 * (X[:, 0] + X[:, 1])).astype(float)


def of(found, measure):
    return found.table[found.table["measure"] == measure].set_index("input")["estimate"]


def close(found, measure, expected, tolerance):
    inputs = list(found.design.groups)
    rows = found.table[found.table["measure"] == measure].set_index("input").loc[inputs]
    errors = np.abs(rows["estimate"].to_numpy() - np.array(expected))
    assert (errors <= tolerance).all(), f"{measure}: {rows['estimate'].tolist()} for {expected}"
    # Where the answer is known exactly to rounding, four standard errors may be less than rounding.
    assert (errors <= 4 * rows["se"].to_numpy() + 1e-3 * tolerance + 2e-4).all(), f"{measure}: {errors} in {rows['se'].tolist()}"


def names(k):
    return [f"x{i + 1}" for i in range(k)]


def test_p1_ishigami():
    found = analyse(ishigami, names(3))
    close(found, "first", (0.313905, 0.442411, 0.0), 0.005)
    close(found, "total_mean", (0.557589, 0.442411, 0.243684), 0.005)
    close(found, "shapley_mean", (0.435747, 0.442411, 0.121842), 0.005)
    assert of(found, "noise_share")[""] == 0.0
    assert abs(of(found, "interaction_mean")["x1 & x3"] - 0.243684) < 0.005
    assert found.verdict == "converged"


@pytest.mark.slow
def test_p2_sobol_g():
    found = analyse(sobol_g, names(8))
    close(found, "first", (0.716192, 0.179048, 0.023676, 0.007162, *[0.000072] * 4), 0.005)
    close(found, "total_mean", (0.787144, 0.242198, 0.034317, 0.010460, *[0.000105] * 4), 0.005)
    close(found, "shapley_mean", (0.751519, 0.210477, 0.028880, 0.008772, *[0.000088] * 4), 0.005)


@pytest.mark.parametrize(("sets", "first", "total"), [
    ({"a": (0, 2), "b": (1, 3), "c": (4, 5, 6, 7)}, (0.747760, 0.186807, 0.000286), (0.812882, 0.251854, 0.000420)),
])  # fmt: skip
def test_p3_groups(sets, first, total):
    group = {column: name for name, columns in sets.items() for column in columns}
    found = analyse(sobol_g, {f"x{i + 1}": group[i] for i in range(8)})
    ordered = list(found.design.groups)
    close(found, "first", [first[list(sets).index(name)] for name in ordered], 0.005)
    close(found, "total_mean", [total[list(sets).index(name)] for name in ordered], 0.005)


def test_p4_linear():
    found = analyse(linear, names(5))
    expected = np.array([16, 9, 4, 1, 0]) / 30
    for measure in ("first", "total_mean", "shapley_mean"):
        close(found, measure, expected, 0.005)
    assert (of(found, "direction")[["x1", "x2", "x3", "x4"]] == 1.0).all()
    # Top fifth of a level less its bottom fifth: 0.9 - 0.1.
    assert of(found, "swing")["x1"] == pytest.approx(4 * 0.8, abs=0.05)


def test_p5_product():
    found = analyse(product, names(2))
    close(found, "first", (3 / 7, 3 / 7), 0.005)
    close(found, "total_mean", (4 / 7, 4 / 7), 0.005)
    close(found, "shapley_mean", (0.5, 0.5), 0.005)
    assert of(found, "interaction_mean")["x1 & x2"] == pytest.approx(1 / 7, abs=0.005)


def test_p6_noise_is_no_input():
    found = analyse(noisy_ishigami, [*names(3), "dummy"], n=2**15)
    assert of(found, "noise_share")[""] == pytest.approx(0.25, abs=0.01)
    close(found, "first", (0.75 * 0.313905, 0.75 * 0.442411, 0.0, 0.0), 0.02)
    close(found, "first_mean", (0.313905, 0.442411, 0.0, 0.0), 0.02)
    close(found, "total_mean", (0.557589, 0.442411, 0.243684, 0.0), 0.03)


def test_p7_an_input_of_the_dispersion_alone():
    found = analyse(dispersed, names(2), n=2**15)
    assert of(found, "noise_share")[""] == pytest.approx(0.8, abs=0.02)
    close(found, "first", (0.2, 0.0), 0.05)
    close(found, "total_mean", (1.0, 0.0), 0.05)
    close(found, "total_stream", (0.2, 0.2), 0.05)
    close(found, "dispersion_total", (0.0, 1.0), 0.1)
    close(found, "dispersion_first", (0.0, 1.0), 0.1)


def test_p8_a_rate():
    found = analyse(bernoulli, names(2), n=2**15)
    assert of(found, "noise_share")[""] == pytest.approx(67 / 75, abs=0.02)
    close(found, "first", (4 / 75, 4 / 75), 0.05)
    close(found, "total_mean", (0.5, 0.5), 0.05)


def test_p10_a_tie_is_undecided():
    decided = [bool(analyse(lambda X, keys: X[:, 0] + X[:, 1], names(2), n=256, seed=seed).ranks["decided"].any())
               for seed in range(60)]  # fmt: skip
    assert np.mean(decided) <= 0.10  # 5% at most, and its own error over 60 repeats
    assert analyse(lambda X, keys: X[:, 0] + X[:, 1], names(2), seed=3).places["y"] == {"x1": (1, 2), "x2": (1, 2)}


def test_a_dummy_has_indices_exactly_zero():
    found = analyse(noisy_ishigami, [*names(3), "dummy"], n=1024)
    rows = found.table[(found.table["input"] == "dummy") & ~found.table["measure"].isin(["swing"])]
    assert (rows["estimate"] == 0.0).all(), rows


def test_scale_and_shift_leave_indices_alone():
    plain = analyse(noisy_ishigami, names(3), n=1024, seed=5)
    moved = analyse(lambda X, keys: 1000.0 - 7.0 * noisy_ishigami(X, keys), names(3), n=1024, seed=5)
    kept = ~plain.table["measure"].isin(["swing", "direction"])
    np.testing.assert_allclose(plain.table["estimate"][kept], moved.table["estimate"][kept], atol=1e-9)
    direction = plain.table["measure"] == "direction"
    np.testing.assert_allclose(plain.table["estimate"][direction], -moved.table["estimate"][direction], atol=1e-9)


def test_equal_seeds_give_equal_bytes_and_seed_zero_is_a_seed():
    first, again = (analyse(noisy_ishigami, names(3), n=256, seed=0).table for _ in range(2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first.equals(analyse(noisy_ishigami, names(3), n=256, seed=1).table)


@pytest.mark.parametrize("n", [512, 4096])
def test_equal_to_salib_on_the_same_arrays(n):
    from experiments.sensitivity.design import designed

    found = analyse(ishigami, names(3), n=n, seed=2, subsets=False)
    arrays = {"A": [], "B": [], 0: [], 1: [], 2: []}
    plan = designed(names(3), n, 2, 2, False)
    for _, a, b, _, _ in plan.blocks():
        arrays["A"].append(ishigami(a, None))
        arrays["B"].append(ishigami(b, None))
        for j in range(3):
            arrays[j].append(ishigami(plan.mixed(a, b, (j,)), None))
    columns = [np.concatenate(arrays[key]) for key in ("A", 0, 1, 2, "B")]
    problem = {"num_vars": 3, "names": names(3), "bounds": [[0, 1]] * 3}
    theirs = salib_sobol.analyze(problem, np.stack(columns, axis=1).reshape(-1), calc_second_order=False, num_resamples=2,
                                 seed=1)  # fmt: skip
    np.testing.assert_allclose(of(found, "first").loc[names(3)], theirs["S1"], atol=1e-10)
    np.testing.assert_allclose(of(found, "total_mean").loc[names(3)], theirs["ST"], atol=1e-10)


def test_permuting_inputs_permutes_what_is_found():
    found = analyse(linear, names(5), n=2**12)
    turned = analyse(lambda X, keys: linear(X[:, ::-1], keys), names(5)[::-1], n=2**12)
    for measure in ("first", "total_mean", "shapley_mean"):
        np.testing.assert_allclose(of(found, measure)[names(5)], of(turned, measure)[names(5)], atol=0.02)


@pytest.mark.parametrize(("change", "says"), [
    ({"n": 1000}, "1024 is near"), ({"n": 0}, "powers of two"), ({"factors": []}, "at least one"),
    ({"factors": ["x1", "x1"]}, "twice"), ({"outputs": []}, "at least one name"), ({"outputs": "y"}, "give a list"),
    ({"replicates": 1}, "at least 2"), ({"f": lambda X, keys: X}, "shape"), ({"f": lambda X, keys: X[:3, 0]}, "shape"),
    ({"f": lambda X, keys: np.where(X[:, 0] > 0.99, np.nan, 1.0)}, "not finite"),
    ({"f": lambda X, keys: np.where(X[:, 0] > 0.99, np.inf, 1.0)}, "not finite"),
])  # fmt: skip
def test_what_cannot_be_analysed_is_one_sentence(change, says):
    asked = {"f": product, "factors": names(2), "n": 256, **change}
    with pytest.raises(SensitivityError, match=says):
        analyse(asked.pop("f"), asked.pop("factors"), **asked)


def test_a_constant_has_no_indices_and_says_so():
    found = analyse(lambda X, keys: np.full(len(X), 3.0), names(2), n=256)
    assert found.verdict == "not identifiable"
    assert found.table[found.table["measure"] == "total_mean"]["estimate"].isna().all()


def test_pure_luck_is_not_identifiable():
    found = analyse(lambda X, keys: luck(keys), names(2), n=256)
    assert found.verdict == "not identifiable"


def test_one_factor_and_fifty():
    assert of(analyse(lambda X, keys: X[:, 0], ["x"], n=256), "shapley_mean")["x"] == pytest.approx(1.0)
    many = analyse(lambda X, keys: X[:, 0] + 0.1 * X[:, 49], names(50), n=256)
    assert of(many, "total_mean")["x1"] == pytest.approx(1 / 1.01, abs=0.15)
    assert "shapley_mean" not in set(many.table["measure"])


def test_several_outputs_are_analysed_from_the_same_runs(tmp_path):
    found = analyse(lambda X, keys: np.stack([X[:, 0], X[:, 1]], axis=1), names(2), n=256, outputs=["u", "v"])
    assert found.value("total_mean", "x1", "u")["estimate"] == pytest.approx(1.0, abs=0.15)
    assert found.value("total_mean", "x1", "v")["estimate"] == 0.0
    kept = pd.read_csv(found.save(tmp_path) / "indices.csv")
    assert len(kept) == len(found.table)
    assert found.plot("u").axes


@pytest.mark.slow
@pytest.mark.parametrize(("f", "k", "truth"), [
    (sobol_g, 8, {"first": (0.716192, 0.179048, 0.023676), "total_mean": (0.787144, 0.242198, 0.034317)}),
    (noisy_ishigami, 3, {"first": (0.75 * 0.313905, 0.75 * 0.442411), "total_mean": (0.557589, 0.442411, 0.243684)}),
])  # fmt: skip
def test_intervals_cover_the_truth(f, k, truth):
    covered: list[bool] = []
    for seed in range(200):
        table = analyse(f, names(k), n=1024, seed=seed, subsets=False).table
        for measure, values in truth.items():
            rows = table[table["measure"] == measure].set_index("input")
            covered += [rows.at[name, "low"] <= value <= rows.at[name, "high"] for name, value in zip(names(k), values)]
    # Five to six indices over 200 repeats: the share's own standard error is about .008, more since indices hang together.
    assert 0.92 <= np.mean(covered) <= 0.98
