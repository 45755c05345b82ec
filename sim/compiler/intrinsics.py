"""What compiled code needs and NumPy lacks."""

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

from tandem.sim.compiler.settings import COMPILED

if COMPILED:

    @intrinsic
    def multiply_wide(typing_context, a, b):
        """The high and the low 64 bits of the 128-bit product of two uint64: one instruction of most processors."""
        words = numba.types.UniTuple(numba.types.uint64, 2)

        def generate(context, builder, signature, arguments):
            wide, word = ir.IntType(128), ir.IntType(64)
            product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
            high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), word)
            return context.make_tuple(builder, words, (high, builder.trunc(product, word)))

        return words(numba.types.uint64, numba.types.uint64), generate

    @intrinsic
    def odd_ratios(typing_context, a, b, c, d, top, bottom):
        """For each of four numbers q: q * top(q * q) / bottom(q * q), polynomials given from the highest power down.

        The four are worked on side by side, one lane of a vector each; each rounds as it would alone.
        """
        four = numba.types.UniTuple(numba.types.float64, 4)

        def generate(context, builder, signature, arguments):
            lanes = ir.VectorType(ir.DoubleType(), 4)
            place = [ir.Constant(ir.IntType(32), k) for k in range(4)]

            def spread(numbers):
                vector = ir.Constant(lanes, ir.Undefined)
                for k in range(4):
                    vector = builder.insert_element(vector, numbers[k], place[k])
                return vector

            def polynomial(coefficients):
                first, *others = (spread([number] * 4) for number in cgutils.unpack_tuple(builder, coefficients))
                value = first
                for other in others:
                    value = builder.fadd(builder.fmul(value, square), other)
                return value

            q = spread(arguments[:4])
            square = builder.fmul(q, q)
            ratio = builder.fdiv(builder.fmul(polynomial(arguments[4]), q), polynomial(arguments[5]))
            return context.make_tuple(builder, four, [builder.extract_element(ratio, k) for k in place])

        return four(a, b, c, d, top, bottom), generate

    @intrinsic
    def copy_record(typing_context, target, source):
        """Copy one record over another of the same type; numba's own assignment goes byte by byte."""

        def generate(context, builder, signature, arguments):
            cgutils.raw_memcpy(builder, arguments[0], arguments[1], ir.Constant(ir.IntType(64), target.size), 1)
            return context.get_dummy_value()

        return numba.types.void(target, source), generate

else:

    def copy_record(target: Any, source: Any) -> None:  # type: ignore[misc]
        """Copy one record over another of the same type."""
        for name in target.dtype.names:
            target[name] = source[name]

    def odd_ratios(*words: Any) -> tuple[float, ...]:  # type: ignore[misc]
        """For each of four numbers q: q * top(q * q) / bottom(q * q), polynomials given from the highest power down."""
        *numbers, top, bottom = words

        def polynomial(coefficients: tuple[float, ...], square: float) -> float:
            value, *others = coefficients
            for other in others:
                value = value * square + other
            return value

        return tuple(polynomial(top, q * q) * q / polynomial(bottom, q * q) for q in numbers)

    def multiply_wide(a: int, b: int) -> tuple[int, int]:  # type: ignore[misc]
        """The high and the low 64 bits of the 128-bit product of two uint64."""
        return divmod(int(a) * int(b), 1 << 64)


def records(n: int, dtype: np.dtype) -> np.ndarray:
    """Zeroed records, shape (n,), whose fields phases read as `array[i].field`.

    Compiled code wants a plain structured array, which numba recognises quickly; plain Python
    finds fields as attributes only on a record array.
    """
    return as_records(np.zeros(n, dtype=dtype))


def as_records(array: np.ndarray) -> np.ndarray:
    """The same records, readable as `array[i].field` by compiled and by plain Python."""
    return array if COMPILED else array.view(np.recarray)
