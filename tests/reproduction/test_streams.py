"""Luck by address equals NumPy's Philox, has the right distributions, and needs no compiler."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from tandem.sim import streams
from tandem.sim.compile import multiply_wide, phase
from tandem.sim.mistake import Mistake

WORDS = st.integers(0, 2**64 - 1)


def numpy_block(key, counter):
    """The four words of our address `counter`, from NumPy, which counts one up before its first block."""
    start = (sum(int(part) << (64 * i) for i, part in enumerate(counter)) - 1) % 2**256
    words = np.array([(start >> (64 * i)) & (2**64 - 1) for i in range(4)], np.uint64)
    return np.random.Philox(key=np.array(key, np.uint64), counter=words).random_raw(4).tolist()


def ours(key, counter):
    return [int(x) for x in streams.philox(*(np.uint64(w) for w in (*key, *counter)))]


@pytest.mark.parametrize(
    ("key", "start", "words"),
    [
        ((0, 0), (0, 0, 0, 0), (0x2F4BA6408E4D89B, 0x3DD62B0B9CA8C5B2, 0x1C8667A55D902E79, 0x907D7A052FD5B4DC)),
        ((12345, 67), (5, 6, 7, 8), (0x3F08BE9C89C93532, 0xFB129065A6298270, 0xA69BB3A9C916C747, 0x82C272A90F27B15F)),
    ],
)
def test_published_vectors(key, start, words):
    block, *rest = start
    assert ours(key, (block + 1, *rest)) == list(words)


@given(key=st.tuples(WORDS, WORDS), counter=st.tuples(WORDS, WORDS, WORDS, WORDS))
def test_equals_numpy_at_every_address(key, counter):
    assert ours(key, counter) == numpy_block(key, counter)


def test_the_comparison_notices_a_neighbouring_address():
    assert ours((1, 2), (3, 4, 5, 6)) != numpy_block((1, 2), (4, 4, 5, 6))
    assert ours((1, 2), (3, 4, 5, 6)) != numpy_block((1, 2), (3, 4, 6, 5))


@given(st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * 4))
def test_signed_words_mean_their_bit_pattern(counter):
    signed = streams.philox(np.uint64(1), np.uint64(2), *(np.int64(c) for c in counter))
    assert [int(x) for x in signed] == ours((1, 2), [c % 2**64 for c in counter])


@phase
def both_words(a, b):
    return multiply_wide(a, b)


@given(WORDS, WORDS)
def test_multiply_wide(a, b):
    assert tuple(int(word) for word in both_words(np.uint64(a), np.uint64(b))) == divmod(a * b, 2**64)


@given(WORDS, WORDS)
def test_uniforms_are_the_high_53_bits(key, block):
    words = ours((key, 1), (block, 2, 3, 4))
    found = streams.uniform4(np.uint64(key), 1, np.uint64(block), 2, 3, 4)
    assert list(found) == [(w >> 11) * 2.0**-53 for w in words]


def test_normal_quantiles_match_scipy():
    tails = 2.0 ** -np.arange(2, 54)
    u = np.concatenate([np.linspace(0, 1, 20001)[1:-1], tails, 1 - tails])
    found = np.array([streams.normal_from_uniform(x) for x in u])
    assert np.max(np.abs(found - ndtri(u))) < 1e-8


def test_the_ends_of_the_normal_are_finite_and_symmetric():
    low, high = streams.normal_from_uniform(0.0), streams.normal_from_uniform(1.0)
    assert low == -high
    assert low == pytest.approx(ndtri(2.0**-54), abs=1e-8)
    for u in (0.01, 0.02425, 0.25, 0.375):
        mirrored = streams.normal_from_uniform(1.0 - u)
        assert mirrored == pytest.approx(-streams.normal_from_uniform(u), abs=1e-13)


@given(st.tuples(*[st.floats(0, 1, exclude_max=True)] * 4))
def test_four_normals_at_once_are_four_alone(uniforms):
    assert streams.normals_from_uniforms(*uniforms) == tuple(streams.normal_from_uniform(u) for u in uniforms)


def test_normals_have_the_normal_distribution():
    key = streams.seed_key(1)
    x = np.array([streams.normal4(*key, block, streams.SHOCKS, 0, 0) for block in range(5000)])
    assert stats.kstest(x.ravel(), "norm").pvalue > 0.001
    correlations = np.corrcoef(x.T)[np.triu_indices(4, 1)]
    assert np.max(np.abs(correlations)) < 4 / np.sqrt(len(x))


@pytest.mark.parametrize("mean", [0.01, 0.5, 3.0, 12.0, 30.0])
def test_poisson_inverts_its_distribution(mean):
    u = (np.arange(4000) + 0.5) / 4000
    found = [streams.poisson_from_uniform(x, mean) for x in u]
    assert found == stats.poisson.ppf(u, mean).astype(int).tolist()


@pytest.mark.parametrize("mean", [30.5, 100.0, 5000.0])
def test_poisson_of_a_large_mean_has_its_mean_and_variance(mean):
    u = (np.arange(20000) + 0.5) / 20000
    counts = np.array([streams.poisson_from_uniform(x, mean) for x in u])
    assert counts.mean() == pytest.approx(mean, rel=0.002)
    assert counts.var() == pytest.approx(mean, rel=0.02)


def test_poisson_never_fails():
    nothing = [0.0, -1.0, float("nan")]
    assert [streams.poisson_from_uniform(0.9, mean) for mean in nothing] == [0, 0, 0]
    assert streams.poisson_from_uniform(1.0, 0.5) == streams.poisson_from_uniform(1.0 - 2.0**-44, 0.5) < 20
    assert streams.poisson_from_uniform(0.0, 31.0) == 0
    assert streams.poisson_from_uniform(0.5, float("inf")) == 10**12


@given(st.floats(0, 1, exclude_max=True), st.floats(0, 30), st.floats(0, 30))
@example(0.9999999999999999, 2.0, 1.5)  # whose terms, rounded, come to less
def test_a_higher_mean_never_gives_a_lower_count(u, a, b):
    low, high = sorted((a, b))
    assert streams.poisson_from_uniform(u, low) <= streams.poisson_from_uniform(u, high)


@given(st.text(min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_anagrams_are_other_seeds(text, shuffler):
    letters = list(text)
    shuffler.shuffle(letters)
    anagram = "".join(letters)
    assert (streams.seed_key(text) == streams.seed_key(anagram)) == (text == anagram)


def test_a_text_is_heard_letter_by_letter():
    texts = ["".join(word) for size in range(1, 4) for word in itertools.product("ab1 ", repeat=size)]
    assert len({streams.seed_key(text) for text in texts}) == len(texts) == 84
    assert streams.seed_key("1") != streams.seed_key(1)


def test_every_seed_has_its_own_key_and_zero_is_a_seed():
    seeds = [*range(500), 2**64 - 1, "0", "seven"]
    assert len({streams.seed_key(seed) for seed in seeds}) == len(seeds)
    assert streams.seed_key(0) == streams.seed_key(np.int64(0)) == (0x6F5AF5C83A3B5D8C, 0x8050D07D4B5C89F4)
    assert all(isinstance(part, np.uint64) for part in streams.seed_key(7))
    for wrong in (None, 0.5, -1, 2**64, True, ""):
        with pytest.raises(Mistake, match="not a seed"):
            streams.seed_key(wrong)


def test_streams_have_different_numbers():
    named = {name: value for name, value in vars(streams).items() if name.isupper() and type(value) is int}
    purposes = [value for name, value in named.items() if not name.startswith("_")]
    assert sorted(purposes) == list(range(1, 26))


def sample():
    """Numbers of every kind at scattered addresses, as exact texts."""
    key = streams.seed_key(3)
    found = []
    for i in range(300):
        address = (*key, i * 977, 1 + i % 24, i * i, -i)
        found += [str(int(x)) for x in streams.philox(*address)]
        found += [float(x).hex() for x in (*streams.uniform4(*address), *streams.normal4(*address))]
        found.append(str(int(streams.poisson_from_uniform(streams.uniform4(*address)[0], i * 0.15))))
    return found


def test_the_same_bits_without_the_compiler():
    code = (
        "import json, tandem.sim.compile as c, tests.reproduction.test_streams as t; print(json.dumps([c.COMPILED, t.sample()]))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    compiled, found = json.loads(done.stdout)
    assert compiled is False
    assert found == sample()
