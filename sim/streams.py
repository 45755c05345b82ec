"""Luck by address: any random number of any run, computed from where it is used.

There is no generator and no state. A number's address is its seed (two key words) and four counter
words: the block (which week or decision, and which draw of it), the stream (what the number is for),
the firm and the replicate. So one more draw somewhere shifts nobody else's luck, and two arms that
are compared meet the same luck because the arm is no part of the address.

The generator is Philox4x64-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy
as 1, 2, 3"). NumPy's `Philox` steps its counter before the first block, so our block b is NumPy's
start counter b - 1.
"""

import math

import numpy as np

from tandem.sim.compile import multiply_wide, odd_ratios, phase, rule, sum_of, word
from tandem.sim.seeds import words_of

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
PRODUCT_LINES = 25

_MULTIPLIER_0 = 0xD2E7470EE14C6C93
_MULTIPLIER_1 = 0xCA5A826395121157
_BUMP_0 = 0x9E3779B97F4A7C15
_BUMP_1 = 0xBB67AE8584CAA73B
_ELEVEN = 11
_ROUNDS = 10
_ULP = 2.0**-53
_HALF_ULP = 2.0**-54


def seed_key(seed: int | str) -> tuple[np.uint64, np.uint64]:
    """The two key words of a seed (see `tandem.sim.seeds`). Raises Mistake for what is no seed."""
    first, second = words_of(seed)
    return np.uint64(first), np.uint64(second)


@phase
def _philox(k0, k1, c0, c1, c2, c3):
    """Philox4x64-10 over words."""
    for _ in range(_ROUNDS):
        high_0, low_0 = multiply_wide(_MULTIPLIER_0, c0)
        high_1, low_1 = multiply_wide(_MULTIPLIER_1, c2)
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


# Acklam's coefficients, from the highest power down: the middle of the distribution, and its tails.
_MIDDLE_TOP = (
    -3.969683028665376e01,
    2.209460984245205e02,
    -2.759285104469687e02,
    1.383577518672690e02,
    -3.066479806614716e01,
    2.506628277459239e00,
)
_MIDDLE_BOTTOM = (
    -5.447609879822406e01,
    1.615858368580409e02,
    -1.556989798598866e02,
    6.680131188771972e01,
    -1.328068155288572e01,
    1.0,
)
_TAIL_TOP = (
    -7.784894002430293e-03,
    -3.223964580411365e-01,
    -2.400758277161838e00,
    -2.549732539343734e00,
    4.374664141464968e00,
    2.938163982698783e00,
)
_TAIL_BOTTOM = (7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e00, 3.754408661907416e00, 1.0)
_TAIL = 0.02425
_OTHER_TAIL = 0.97575


@phase
def _tail_normal(u):
    """The standard normal quantile of u outside the middle; finite even at 0 and 1."""
    tail = u if u < 0.5 else 1.0 - u
    tail = tail if tail > _HALF_ULP else _HALF_ULP  # zero stands for the middle of the lowest cell
    q = math.sqrt(-2.0 * math.log(tail))
    a, b = _TAIL_TOP, _TAIL_BOTTOM
    value = (((((a[0] * q + a[1]) * q + a[2]) * q + a[3]) * q + a[4]) * q + a[5]) / (
        (((b[0] * q + b[1]) * q + b[2]) * q + b[3]) * q + b[4]
    )
    return value if u < 0.5 else -value


@phase
def normal_from_uniform(u):
    """The standard normal quantile of u in [0, 1), within 9.3e-9; finite even at 0 and 1.

    Acklam's rational approximation (relative error below 1.15e-9): Acklam 2003, "An algorithm
    for computing the inverse normal cumulative distribution function".
    """
    if u < _TAIL or u > _OTHER_TAIL:
        return _tail_normal(u)
    q = u - 0.5
    r = q * q
    a, b = _MIDDLE_TOP, _MIDDLE_BOTTOM
    return (
        (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5])
        * q
        / (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + b[5])
    )


@phase
def normals_from_uniforms(a, b, c, d):
    """The same of four numbers at once, to the bit."""
    w, x, y, z = odd_ratios(a - 0.5, b - 0.5, c - 0.5, d - 0.5, _MIDDLE_TOP, _MIDDLE_BOTTOM)
    if a < _TAIL or a > _OTHER_TAIL:
        w = _tail_normal(a)
    if b < _TAIL or b > _OTHER_TAIL:
        x = _tail_normal(b)
    if c < _TAIL or c > _OTHER_TAIL:
        y = _tail_normal(c)
    if d < _TAIL or d > _OTHER_TAIL:
        z = _tail_normal(d)
    return w, x, y, z


@rule
def uniform4(key0, key1, block, stream, firm, replicate):
    """Four uniform numbers in [0, 1) at an address."""
    a, b, c, d = philox(key0, key1, block, stream, firm, replicate)
    return uniform_from_word(a), uniform_from_word(b), uniform_from_word(c), uniform_from_word(d)


@rule
def normal4(key0, key1, block, stream, firm, replicate):
    """Four standard normal numbers at an address."""
    a, b, c, d = uniform4(key0, key1, block, stream, firm, replicate)
    return normals_from_uniforms(a, b, c, d)


_POISSON_BY_INVERSION = 30.0
_POISSON_STEPS = 64
_POISSON_HIGHEST = 1.0 - 2.0**-44
_POISSON_MEAN_MOST = 1e12


@phase
def poisson_from_uniform(u, mean):
    """A Poisson count from one uniform number in [0, 1).

    By inversion up to a mean of 30, above it a rounded normal. Inversion stops at 64, and takes a number nearer to one than a sum
    of so many rounded terms may come for that distance; the normal is cut at 0. No mean, no count.
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
    u = u if u < _POISSON_HIGHEST else _POISSON_HIGHEST
    while u >= reached and count < _POISSON_STEPS:
        count += 1
        share *= mean / count
        reached += share
    return count
