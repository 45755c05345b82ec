"""Luck by address: any random number of any run, computed from where it is used.

There is no generator and no state. A number's address is its seed (two key words) and four counter
words: the block (which week or decision, and which draw of it), the stream (what the number is for),
the firm and the replicate. So one more draw somewhere shifts nobody else's luck, and two arms that
are compared meet the same luck because the arm is no part of the address.

The generator is Philox4x64-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy
as 1, 2, 3"). NumPy's `Philox` steps its counter before the first block, so our block b is NumPy's
start counter b - 1.
"""

import hashlib
import json
import math
import operator
from typing import Any

import numpy as np

from sim.compile import COMPILED, multiply_high, phase, rule

# One stream for each purpose. Numbers are part of every stored result: add, never renumber.
SHOCKS = 1
ENVIRONMENT = 2
ARRIVALS = 3
ATTRIBUTES = 4
COMMON_ERRORS = 5
CEO_ERRORS = 6
COO_ERRORS = 7
LEAD_ERRORS = 8
CLAIMS = 9
HANDOFFS = 10
CHALLENGES = 11
RESOLUTION = 12
ARBITER = 13
GATE = 14
EXECUTION = 15
CUSTOMERS = 16
REVIEW = 17
RELATIONSHIP = 18
SUCCESSION = 19
COMPLIANCE = 20
TEAMS = 21
INITIAL = 22
MEETINGS = 23
CRISIS = 24

_MASK = 0xFFFF_FFFF_FFFF_FFFF

# Words of 64 bits that wrap round: uint64 when compiled, masked Python integers when not
# (NumPy's scalars would warn at every wrap). Both give the same bits.
if COMPILED:

    @rule
    def word(value):
        """A whole number as a 64-bit word; -1 is the word of all ones."""
        return np.uint64(value)

    @rule
    def sum_of(a, b):
        """The sum of two words, wrapped to 64 bits."""
        return a + b

    @rule
    def multiply_low(a, b):
        """The low 64 bits of the product of two words."""
        return a * b

    _WORD: Any = np.uint64

else:

    def word(value):
        """A whole number as a 64-bit word; -1 is the word of all ones."""
        return int(value) & _MASK

    def sum_of(a, b):
        """The sum of two words, wrapped to 64 bits."""
        return (a + b) & _MASK

    def multiply_low(a, b):
        """The low 64 bits of the product of two words."""
        return (a * b) & _MASK

    _WORD = int

_MULTIPLIER_0 = _WORD(0xD2E7470EE14C6C93)
_MULTIPLIER_1 = _WORD(0xCA5A826395121157)
_BUMP_0 = _WORD(0x9E3779B97F4A7C15)
_BUMP_1 = _WORD(0xBB67AE8584CAA73B)
_ELEVEN = _WORD(11)
_ROUNDS = 10
_ULP = 2.0**-53
_HALF_ULP = 2.0**-54


def seed_key(seed: int | str) -> tuple[np.uint64, np.uint64]:
    """The two key words of a seed: any whole number, 0 included, or a text.

    The first 16 bytes of SHA-256 over a label and the seed as JSON, read little-endian.
    """
    plain = seed if isinstance(seed, str) else int(operator.index(seed))
    digest = hashlib.sha256(b"ceocoo-rng-v1" + json.dumps(plain).encode("ascii")).digest()
    return np.uint64(int.from_bytes(digest[:8], "little")), np.uint64(int.from_bytes(digest[8:16], "little"))


@phase
def _philox(k0, k1, c0, c1, c2, c3):
    """Philox4x64-10 over words."""
    for _ in range(_ROUNDS):
        high_0 = multiply_high(_MULTIPLIER_0, c0)
        low_0 = multiply_low(_MULTIPLIER_0, c0)
        high_1 = multiply_high(_MULTIPLIER_1, c2)
        low_1 = multiply_low(_MULTIPLIER_1, c2)
        c0 = high_1 ^ c1 ^ k0
        c1 = low_1
        c2 = high_0 ^ c3 ^ k1
        c3 = low_0
        k0 = sum_of(k0, _BUMP_0)
        k1 = sum_of(k1, _BUMP_1)
    return c0, c1, c2, c3


@rule
def philox(key0, key1, block, stream, firm, replicate):
    """The four uint64 at an address. All words may arrive signed or unsigned."""
    return _philox(word(key0), word(key1), word(block), word(stream), word(firm), word(replicate))


@rule
def uniform_from_word(x):
    """A uniform number in [0, 1), a multiple of 2^-53, from the high 53 bits of a word."""
    return np.int64(x >> _ELEVEN) * _ULP


@phase
def normal_from_uniform(u):
    """The standard normal quantile of u in [0, 1), within 9.3e-9; finite even at 0 and 1.

    Acklam's rational approximation (relative error below 1.15e-9): Acklam 2003, "An algorithm
    for computing the inverse normal cumulative distribution function".
    """
    if u < 0.02425:
        tail = u if u > _HALF_ULP else _HALF_ULP  # zero stands for the middle of the lowest cell
        sign = 1.0
    elif u > 0.97575:
        tail = 1.0 - u
        tail = tail if tail > _HALF_ULP else _HALF_ULP
        sign = -1.0
    else:
        q = u - 0.5
        r = q * q
        top = (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
                + 1.383577518672690e02) * r - 3.066479806614716e01) * r + 2.506628277459239e00) * q
        return top / (((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                        + 6.680131188771972e01) * r - 1.328068155288572e01) * r + 1.0)
    q = math.sqrt(-2.0 * math.log(tail))
    top = ((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e00) * q
            - 2.549732539343734e00) * q + 4.374664141464968e00) * q + 2.938163982698783e00
    return sign * top / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00) * q
                          + 3.754408661907416e00) * q + 1.0)


@rule
def uniform4(key0, key1, block, stream, firm, replicate):
    """Four uniform numbers in [0, 1) at an address."""
    a, b, c, d = philox(key0, key1, block, stream, firm, replicate)
    return uniform_from_word(a), uniform_from_word(b), uniform_from_word(c), uniform_from_word(d)


@rule
def normal4(key0, key1, block, stream, firm, replicate):
    """Four standard normal numbers at an address."""
    a, b, c, d = uniform4(key0, key1, block, stream, firm, replicate)
    return normal_from_uniform(a), normal_from_uniform(b), normal_from_uniform(c), normal_from_uniform(d)


_POISSON_BY_INVERSION = 30.0
_POISSON_STEPS = 64
_POISSON_MEAN_MOST = 1e12


@phase
def poisson_from_uniform(u, mean):
    """A Poisson count from one uniform number in [0, 1).

    By inversion up to a mean of 30, above it a rounded normal. Inversion stops at 64; the normal is cut at 0. No mean, no count.
    """
    if not mean > 0.0:
        return 0
    if mean > _POISSON_BY_INVERSION:
        mean = mean if mean < _POISSON_MEAN_MOST else _POISSON_MEAN_MOST
        rounded = mean + math.sqrt(mean) * normal_from_uniform(u) + 0.5
        return int(rounded) if rounded > 0.0 else 0
    if u < 1.0 - mean:  # below exp(-mean) all the more: spares the exponential where little happens
        return 0
    share = math.exp(-mean)
    reached = share
    count = 0
    while u >= reached and count < _POISSON_STEPS:
        count += 1
        share *= mean / count
        reached += share
    return count
