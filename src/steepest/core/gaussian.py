"""Normally distributed numbers from uniform ones, by the method of Box and Muller, to PyTorch's last bit.

Box and Muller, "A note on the generation of random normal deviates", Ann. Math. Stat. 29(2), 1958. In float32 the logarithm, sine
and cosine are the polynomials of Moshier's Cephes library in the order of operations, fused multiply-adds included, that
PyTorch's vectorised code has; in float64 they are those of the C library.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core.fused import fma32, fma64

__all__ = ["libm", "normals"]

Array = np.ndarray[Any, Any]

LOG = [np.float32(c) for c in (7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                               -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1)]
LN2_HIGH, LN2_LOW = np.float32(0.693359375), np.float32(-2.12194440e-4)
SIN = [np.float32(c) for c in (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)]
COS = [np.float32(c) for c in (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)]
QUARTER_PI = [np.float32(c) for c in (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)]
FOUR_OVER_PI = np.float32(1.27323954473516)
TWO_PI = np.float32(2 * math.pi)
SQRT_HALF = np.float32(0.707106781186547524)

BLOCK = 4096
makers: list[Callable[[Array, float, float, np.dtype[Any]], Array | None]] = []
"""Native code for `normals`, or None where it has none; the layer that compiles puts its function here."""

library: list[Callable[[str, Array], Array | None]] = []
"""Native code that calls a function of the C library for each element, or None where it has none."""


def normals(words: Array, mean: float, std: float, dtype: np.dtype[Any]) -> Array:
    """Normals (n, 16) of float64 from pairs of words (n, 16), of float32 from single ones."""
    for make in makers:
        found = make(words, mean, std, dtype)
        if found is not None:
            return found
    if dtype == np.float64:
        return blocks_float64(reals_of_pairs(words), mean, std)
    return blocks_float32(reals_of_words(words), mean, std)


def reals_of_words(words: Array) -> Array:
    """Uniform numbers in [0, 1) of float32 from 24 bits of each word."""
    bits = words.astype(np.uint32)
    bits &= np.uint32(0xFFFFFF)
    values = bits.view(np.int32).astype(np.float32)
    values *= np.float32(2.0**-24)
    return values


def reals_of_pairs(pairs: Array) -> Array:
    """Uniform numbers in [0, 1) of float64 from 53 bits of each pair of words."""
    values = (pairs & np.uint64(2**53 - 1)).view(np.int64).astype(np.float64)
    values *= 2.0**-53
    return values


def libm(function: Callable[[float], float], x: Array) -> Array:
    """A function of Python's `math` for each element: NumPy's own vectorised ones differ from the C library in the last bit."""
    for call in library:
        found = call(function.__name__.strip("_"), x)
        if found is not None:
            return found
    return np.fromiter(map(function, x.ravel().tolist()), np.float64, x.size).reshape(x.shape)


def blocks_float32(uniform: Array, mean: float, std: float) -> Array:
    """Normals (n, 16) from uniforms (n, 16) in float32: pairs are made of the columns j and j + 8."""
    out = np.empty(uniform.shape, np.float32)
    step = BLOCK // 8
    for start in range(0, len(uniform), step):
        rows = slice(start, start + step)
        radius = np.sqrt(np.float32(-2) * _log(np.float32(1) - uniform[rows, :8]))
        sine, cosine = _sincos(uniform[rows, 8:] * TWO_PI)
        sine *= radius
        cosine *= radius
        out[rows, :8] = cosine
        out[rows, 8:] = sine
    return scaled_float32(out, mean, std)


def scaled_float32(normals: Array, mean: float, std: float) -> Array:
    """normals * std + mean, rounded once."""
    if mean == 0 and std == 1:
        return normals + np.float32(0)
    return fma32(normals, np.float32(std), np.float32(mean))


def blocks_float64(uniform: Array, mean: float, std: float) -> Array:
    """Normals (n, 16) from uniforms (n, 16) in float64."""
    radius = np.sqrt(-2 * libm(math.log, 1 - uniform[:, :8]))
    angle = uniform[:, 8:] * (2 * math.pi)
    out = np.concatenate([radius * libm(math.cos, angle), radius * libm(math.sin, angle)], axis=1)
    return fma64(out, std, mean)


def _horner(x: Array, coefficients: list[Any]) -> Array:
    """The polynomial in float32 with one rounding a step; the products are exact in float64.

    That the sum is rounded to float64 before float32 changes no result: tried for all 2^24 uniform numbers.
    """
    wide = x.astype(np.float64)
    y = np.empty(x.shape, np.float32)
    accumulator = np.full(x.shape, np.float64(coefficients[0]))
    for c in coefficients[1:]:
        accumulator *= wide
        accumulator += np.float64(c)
        y[...] = accumulator
        accumulator[...] = y
    return y


def _fma(a: Array, b: Any, c: Any) -> Array:
    """fma32 without the search for midpoints, where all inputs were tried."""
    product: Array = np.multiply(a, b, dtype=np.float64)
    product += c
    return product.astype(np.float32)


def _log(x: Array) -> Array:
    """Natural logarithm of float32 numbers in (0, 1], multiples of 2^-24."""
    bits = x.view(np.int32)
    exponent = ((bits >> 23) - 126).astype(np.float32)
    m: Array = ((bits & 0x007FFFFF) | 0x3F000000).view(np.float32)
    low = (m < SQRT_HALF).astype(np.float32)
    exponent -= low
    m = (m - np.float32(1)) + m * low
    square = m * m
    y = _horner(m, LOG)
    y *= m
    y = _fma(y, square, exponent * LN2_LOW)
    y = _fma(square, np.float32(-0.5), y)
    m += y
    return _fma(exponent, LN2_HIGH, m)


def _sincos(x: Array) -> tuple[Array, Array]:
    """Sine and cosine of float32 numbers in [0, 2 pi]."""
    octant = ((x * FOUR_OVER_PI).astype(np.int32) + 1) & ~1
    y = octant.astype(np.float32)
    for c in QUARTER_PI:
        x = _fma(y, c, x)
    square = x * x
    cosine = _horner(square, COS)
    cosine *= square
    cosine = _fma(cosine, square, square * np.float32(-0.5))
    cosine += np.float32(1)
    sine = _horner(square, SIN)
    sine *= square
    sine = _fma(sine, x, x)
    sine_bits, cosine_bits = sine.view(np.int32), cosine.view(np.int32)
    exchanged = (sine_bits ^ cosine_bits) & -((octant >> 1) & 1)  # in every second quarter the polynomials change places
    sine_bits ^= exchanged
    cosine_bits ^= exchanged
    sine_bits ^= (octant & 4) << 29
    cosine_bits ^= ((octant + 2) & 4) << 29
    return sine, cosine
