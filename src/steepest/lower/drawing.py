"""Random draws as scalar mathematics: what each sampler of `steepest.core.generator` makes of the words of its stream.

The words are taken in the same order, and every rounding is that of the generator, so that the numbers are the same to the last bit.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from steepest.core.dtype import dtype, float32, float64
from steepest.core.gaussian import COS, FOUR_OVER_PI, LN2_HIGH, LN2_LOW, LOG, QUARTER_PI, SIN, SQRT_HALF, TWO_PI
from steepest.core.generator import WIDE_RANGE
from steepest.core.ranges import cast, span_of
from steepest.core.recorder import Access, Equation
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import literal

__all__ = ["BLOCK", "Sampler", "block_of_normals", "real", "sampler"]

BLOCK = 16
"""Normal numbers are made in blocks of so many."""
REAL = ("float32", "float64", "float16", "bfloat16")
KINDS = (*REAL, "int64", "int32", "int16", "int8", "uint8", "bool")


class Sampler(NamedTuple):
    """`pairs` of words, as integers of 64 bits, or single ones of 32 make an element each; `value(m, words, parameter)` is that element.
    The parameter is an operand, which must lie in 0 to 1, or None."""

    pairs: bool
    value: Callable[[Scalars, Value, Value | None], Value]


def sampler(e: Equation) -> Sampler | None:
    """How native code draws what a random equation draws; None where Python does it."""
    params = e.params
    of = params["dtype"]
    made = SAMPLERS.get(params["sampler"])
    if made is None or of.name not in KINDS or 0 in e.results[0].shape or params["generator"].engine.memory is None:
        return None
    rest = {k: v for k, v in params.items() if k not in ("dtype", "generator", "sampler", "shape", "names", "order")}
    operands = [x.content.dtype.name for x in e.operands if isinstance(x, Access)]
    if len(operands) != len(e.operands):
        return None
    return made(of, math.prod(e.results[0].shape), operands, **rest)


def real(m: Scalars, words: Value) -> Value:
    """A uniform number in [0, 1): 24 bits of a word, or 53 of a pair."""
    if words.dtype == "int32":
        return m.cast(words & 0xFFFFFF, "float32") * 2.0**-24
    return m.cast(words & 2**53 - 1, "float64") * 2.0**-53


def _uniform(of: dtype, n: int, operands: list[str], low: float = 0.0, high: float = 1.0) -> Sampler | None:
    if of.name not in REAL or operands:
        return None
    number = np.float64 if of is float64 else np.float32
    first, last = number(low), number(high)

    def value(m: Scalars, words: Value, _: Any) -> Value:
        x = real(m, words)
        if (low, high) != (0, 1):
            x = m.fma(x, float(last - first), float(first)) if first else x * float(last)
        elif of in (float32, float64):
            return x
        top, bottom = (float(cast(np.asarray(b, number), of.numpy)) for b in (high, low))
        x = m.cast(x, of.name)
        return m.where(x == top, bottom, x)

    return Sampler(of is float64, value)


def _bernoulli(of: dtype, n: int, operands: list[str], p: float | None = None, one: float = 1.0) -> Sampler | None:
    if operands not in ([], ["float32"], ["float64"]):
        return None

    def value(m: Scalars, words: Value, probability: Value | None) -> Value:
        if probability is not None:
            return m.cast(real(m, words) < probability, of.name)
        below = (words & 2**53 - 1) < math.ceil((p or 0.0) * 2.0**53)
        return m.where(below, m.constant(one, of.name), 0)

    return Sampler(operands != ["float32"], value)


def _dropout_mask(of: dtype, n: int, operands: list[str], p: float) -> Sampler | None:
    """Zeros with probability p, else 1 / (1 - p)."""
    if of.name not in REAL or p in (0, 1):
        return None
    kept = np.ones((), of.numpy)
    kept /= np.asarray(1.0 - p).astype(kept.dtype)
    return _bernoulli(of, n, operands, 1.0 - p, float(kept))


def _randint(of: dtype, n: int, operands: list[str], low: int, high: int | None) -> Sampler | None:
    first, span = span_of(low, high, of.numpy)
    if span >= 2**63:
        return None
    wide = span >= WIDE_RANGE

    def value(m: Scalars, words: Value, _: Any) -> Value:
        kind = m.type(words.dtype)
        rest = m.value(m.function.pure(f"urem {kind} {words.name}, {literal(span, words.dtype, m.width)}"), words.dtype)
        return m.cast(m.cast(rest, "int64") + first, of.name)

    return Sampler(wide, value)


def _exponential(of: dtype, n: int, operands: list[str], rate: float = 1.0) -> Sampler | None:
    if of.name not in REAL or operands:
        return None

    def value(m: Scalars, words: Value, _: Any) -> Value:
        library = Scalars(m.function, m.width, library=True)
        return m.cast(library.log1p(-real(library, words)) * (-1.0 / rate), of.name)

    return Sampler(True, value)


def _normal(of: dtype, n: int, operands: list[str], mean: float = 0.0, std: float = 1.0, contiguous: bool = True) -> Sampler | None:
    """Blocks of 16 make another 16: see `block_of_normals`. A few numbers are made one by one, and may be kept for the next draw."""
    if of.name not in REAL or operands or n < BLOCK or not contiguous:
        return None

    def value(m: Scalars, x: Value, _: Any) -> Value:
        kind = x.dtype
        if kind == "float32" and mean == 0 and std == 1:
            return m.cast(x + 0.0, of.name)
        return m.cast(m.fma(x, float(np.dtype(kind).type(std)), float(np.dtype(kind).type(mean))), of.name)

    return Sampler(of is float64, value)


SAMPLERS: dict[str, Callable[..., Sampler | None]] = {
    "uniform": _uniform, "bernoulli": _bernoulli, "dropout_mask": _dropout_mask, "randint": _randint, "exponential": _exponential,
    "normal": _normal}


def block_of_normals(m: Scalars, first: Value, second: Value) -> tuple[Value, Value]:
    """Standard normal numbers from the halves of a block of words: `steepest.core.gaussian` in native code."""
    if first.dtype == "int64":
        m = Scalars(m.function, m.width, library=True)
        radius = m.sqrt(m.log(1 - real(m, first)) * -2.0)
        angle = real(m, second) * (2 * math.pi)
        return radius * m.cos(angle), radius * m.sin(angle)
    radius = m.sqrt(_log(m, 1 - real(m, first)) * -2.0)
    sine, cosine = _sincos(m, real(m, second) * float(TWO_PI))
    return cosine * radius, sine * radius


def _horner(m: Scalars, x: Value, coefficients: Sequence[Any]) -> Value:
    return functools.reduce(lambda y, c: m.fma(y, x, float(c)), coefficients[1:], m.constant(float(coefficients[0]), "float32"))


def _log(m: Scalars, x: Value) -> Value:
    bits = m.bits(x)
    exponent = m.cast(m.shift_right_bits(bits, 23) - 126, "float32")
    part = m.from_bits(bits & 0x007FFFFF | 0x3F000000)
    low = m.where(part < float(SQRT_HALF), m.constant(1.0, "float32"), 0.0)
    exponent = exponent - low
    part = (part - 1.0) + part * low
    square = part * part
    y = _horner(m, part, LOG) * part
    y = m.fma(y, square, exponent * float(LN2_LOW))
    y = m.fma(square, -0.5, y)
    return m.fma(exponent, float(LN2_HIGH), part + y)


def _sincos(m: Scalars, x: Value) -> tuple[Value, Value]:
    octant = m.cast(x * float(FOUR_OVER_PI), "int32") + 1 & -2
    y = m.cast(octant, "float32")
    for c in QUARTER_PI:
        x = m.fma(y, float(c), x)
    square = x * x
    cosine = m.fma(_horner(m, square, COS) * square, square, square * -0.5) + 1.0
    sine = m.fma(_horner(m, square, SIN) * square, x, x)
    exchanged = (octant & 2) == 2
    sine, cosine = m.where(exchanged, cosine, sine), m.where(exchanged, sine, cosine)
    sine = m.from_bits(m.bits(sine) ^ m.shift_left_bits(octant & 4, 29))
    return sine, m.from_bits(m.bits(cosine) ^ m.shift_left_bits(octant + 2 & 4, 29))
