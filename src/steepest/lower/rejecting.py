"""Draws by rejection as native code: counts and gamma numbers, `steepest.core.discrete` and `Generator._gammas` to the last bit.

How many words of the stream an element takes is not known ahead: each is drawn from the stream's memory when it is wanted.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core.discrete import STIRLING_TAIL
from steepest.core.generator import SQUEEZE
from steepest.lower import machine, twister
from steepest.lower.arrays import data, quick_function, size
from steepest.lower.drawing import real
from steepest.lower.normals import FEW
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Variable

__all__ = ["sample"]

Array = np.ndarray[Any, Any]
Draw = Callable[[], Value]
FLOATS = {np.dtype(np.float32): "float32", np.dtype(np.float64): "float64"}


class _Scope:
    """One function over elements: its stream, and mathematics of the C library on single numbers."""

    def __init__(self, f: Function):
        self.f, self.m = f, Scalars(f, library=True)
        self.words = twister.words()
        f.use(self.words)
        self.state, self.drawn = data(f, "%memory"), f.alloca("i32", 2)

    def uniform(self) -> Value:
        """The next number in [0, 1), of 53 bits."""
        f = self.f
        f.do(f"call void @{self.words.name}(ptr {self.state}, ptr {self.drawn}, i64 2)")
        upper, lower = (f.op(f"zext i32 {f.load(f.gep(self.drawn, k, 'int32'), 'int32')} to i64") for k in (0, 1))
        return real(self.m, self.m.value(f.op(f"or i64 {f.op(f'shl i64 {upper}, 32')}, {lower}"), "int64"))

    def cell(self, value: float | Value, dtype: str = "float64") -> Variable:
        """A variable with a value."""
        return self.f.variable(dtype, initial=(value if isinstance(value, Value) else self.m.constant(value, dtype)).name)

    def get(self, cell: Variable, dtype: str = "float64") -> Value:
        """What a variable holds."""
        return self.m.value(cell.get(), dtype)

    def load(self, name: str, i: Any, dtype: str = "float64") -> Value:
        """Element i of an operand."""
        return self.m.value(self.f.load(self.f.gep(data(self.f, name), i, dtype), dtype), dtype)


def _poisson(f: Function, dtype: str) -> None:
    s = _Scope(f)
    m = s.m
    with f.loop(size(f, "%out", 0)) as i:
        rate, count = s.load("%rate", i), s.cell(0.0)
        with f.if_(m.logical_and(rate > 0, rate < 10.0).name):
            limit, product = m.exp(-rate), s.cell(s.uniform())
            with f.if_((s.get(product) > limit).name), f.repeat() as again:
                product.set((s.get(product) * s.uniform()).name)
                count.set((s.get(count) + 1.0).name)
                again.append((s.get(product) > limit).name)
        with f.if_((rate >= 10.0).name):
            b = 2.53 * m.sqrt(rate) + 0.931
            a = 0.02483 * b + -0.059
            inverse_alpha = 1.1328 / (b - 3.4) + 1.1239
            accepted_below = 0.9277 - 3.6224 / (b - 2.0)
            log_rate, log_inverse = m.log(rate), m.log(inverse_alpha)
            with f.repeat() as again:
                u, v = s.uniform() - 0.5, s.uniform()
                us = 0.5 - m.abs(u)
                k = m.floor((2.0 * a / us + b) * u + rate + 0.43)
                count.set(k.name)
                done = f.variable("bool", initial=m.logical_and(us >= 0.07, v <= accepted_below).name)
                hopeless = m.logical_or(k < 0, m.logical_and(us < 0.013, v > us))
                open_ = m.logical_and(m.logical_not(m.value(done.get(), "bool")), m.logical_not(hopeless))
                with f.if_(open_.name):
                    factorial = m.value(f.call("lgamma", "double", [("double", (k + 1.0).name)]), "float64")
                    left = m.log(v) + log_inverse - m.log(a / (us * us) + b)
                    done.set((left <= -rate + k * log_rate - factorial).name)
                again.append(f.op(f"xor i1 {done.get()}, true"))
        f.store(count.get(), f.gep(data(f, "%out"), i, "float64"), "float64")


def _stirling_tail(s: _Scope, table: str, k: Value) -> Value:
    """What Stirling's formula lacks of log(k!)."""
    m, f = s.m, s.f
    square = (k + 1.0) * (k + 1.0)
    series = (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1.0)
    small = k < float(len(STIRLING_TAIL))
    place = m.cast(m.where(small, k, 0.0), "int64")
    return m.where(small, m.value(f.load(f.gep(table, place.name, "float64"), "float64"), "float64"), series)


def _binomial(f: Function, dtype: str) -> None:
    """The numbers are of `dtype`, whose rounding the draws share."""
    s = _Scope(f)
    m = s.m
    table = f.alloca("double", len(STIRLING_TAIL))
    for k, value in enumerate(STIRLING_TAIL):
        f.store(m.constant(value, "float64").name, f.gep(table, k, "float64"), "float64")
    with f.loop(size(f, "%out", 0)) as i:
        trials, probability = s.load("%count", i, dtype), s.load("%prob", i, dtype)
        result = s.cell(0.0, dtype)
        with f.if_(m.logical_and(trials > 0, probability >= 1.0).name):
            result.set(trials.name)
        with f.if_(m.logical_and(trials > 0, probability != probability).name):
            result.set(probability.name)
        drawn = m.logical_and(trials > 0, m.logical_and(probability > 0, probability < 1.0))
        with f.if_(drawn.name):
            mirrored = probability > 0.5
            p = m.where(mirrored, 1.0 - probability, probability)
            many, successes = trials * p >= 10.0, s.cell(0.0)
            with f.if_(m.logical_not(many).name):
                _by_waiting(s, m.cast(trials, "float64"), p, successes)
            with f.if_(many.name):
                _btrs(s, table, trials, p, successes)
            found = m.cast(s.get(successes), dtype)
            result.set(m.where(mirrored, trials - found, found).name)
        f.store(result.get(), f.gep(data(f, "%out"), i, dtype), dtype)


def _by_waiting(s: _Scope, trials: Value, p: Value, successes: Variable) -> None:
    """Sums of geometric waiting times until they exceed the number of trials."""
    m, f = s.m, s.f
    log_failure = m.cast(m.cast(m.log1p(-m.cast(p, "float64")), p.dtype), "float64")
    waited = s.cell(0.0)
    with f.repeat() as again:
        waited.set((s.get(waited) + m.ceil(m.log(s.uniform()) / log_failure)).name)
        more = m.logical_not(s.get(waited) > trials)
        with f.if_(more.name):
            successes.set((s.get(successes) + 1.0).name)
        again.append(more.name)


def _btrs(s: _Scope, table: str, trials: Value, p: Value, successes: Variable) -> None:
    m, f = s.m, s.f
    deviation = m.cast(m.sqrt(trials * p * (1.0 - p)), "float64")
    b = 2.53 * deviation + 1.15
    a = 0.0248 * b + -0.0873 + 0.01 * m.cast(p, "float64")
    c = m.cast(trials * p, "float64") + 0.5
    accepted_below = 0.92 - 4.2 / b
    odds = m.cast(p / (1.0 - p), "float64")
    alpha = (5.1 / b + 2.83) * deviation
    mode = m.cast(m.floor((trials + 1.0) * p), "float64")
    n = m.cast(trials, "float64")
    with f.repeat() as again:
        u, v = s.uniform() - 0.5, s.uniform()
        us = 0.5 - m.abs(u)
        k = m.floor((2.0 * a / us + b) * u + c)
        successes.set(k.name)
        inside = m.logical_and(k >= 0, k <= n)
        done = f.variable("bool", initial=m.logical_and(inside, m.logical_and(us >= 0.07, v <= accepted_below)).name)
        with f.if_(m.logical_and(inside, m.logical_not(m.value(done.get(), "bool"))).name):
            bound = ((mode + 0.5) * m.log((mode + 1.0) / (odds * (n - mode + 1.0)))
                     + (n + 1.0) * m.log((n - mode + 1.0) / (n - k + 1.0))
                     + (k + 0.5) * m.log(odds * (n - k + 1.0) / (k + 1.0))
                     + _stirling_tail(s, table, mode) + _stirling_tail(s, table, n - mode)
                     - _stirling_tail(s, table, k) - _stirling_tail(s, table, n - k))
            done.set((m.log(v * alpha / (a / (us * us) + b)) <= bound).name)
        again.append(f.op(f"xor i1 {done.get()}, true"))


def _following_normal(s: _Scope) -> Value:
    """The next standard normal number. Of two that are made together the second is kept for the next one, also beyond a call."""
    m, f = s.m, s.f
    valid, held = (f.gep(data(f, "%kept"), k, "float64") for k in (0, 1))
    x = s.cell(m.value(f.load(held, "float64"), "float64"))
    new = m.value(f.load(valid, "float64"), "float64") == 0
    f.store(m.constant(0.0, "float64").name, valid, "float64")
    with f.if_(new.name):
        turn, tail = s.uniform(), s.uniform()
        radius, angle = m.sqrt(-2.0 * m.log1p(-tail)), 2.0 * math.pi * turn
        x.set((radius * m.cos(angle)).name)
        f.store((radius * m.sin(angle)).name, held, "float64")
        f.store(m.constant(1.0, "float64").name, valid, "float64")
    return s.get(x)


def _normal(f: Function, dtype: str) -> None:
    s = _Scope(f)
    with f.loop(size(f, "%out", 0)) as i:
        f.store(_following_normal(s).name, f.gep(data(f, "%out"), i, "float64"), "float64")


def _gamma(f: Function, dtype: str) -> None:
    """Marsaglia and Tsang (2000)."""
    s = _Scope(f)
    m = s.m
    with f.loop(size(f, "%out", 0)) as i:
        shape, factor, step, exponent = (s.load(name, i) for name in ("%shape", "%factor", "%step", "%exponent"))
        value, scale = s.cell(0.0), s.cell(1.0)
        with f.if_(m.logical_and(shape > 0, shape < 1.0).name):
            base = 1.0 - s.uniform()
            scale.set(f.call("pow", "double", [("double", base.name), ("double", exponent.name)]))
        with f.if_((shape > 0).name), f.repeat() as again:
            x = _following_normal(s)
            y, done = 1.0 + step * x, f.variable("bool", initial="false")
            with f.if_((y > 0).name):
                v, u, xx = y * y * y, 1.0 - s.uniform(), x * x
                done.set((u < 1.0 - SQUEEZE * xx * xx).name)
                with f.if_(f.op(f"xor i1 {done.get()}, true")):
                    done.set((m.log(u) < 0.5 * xx + factor * (1.0 - v + m.log(v))).name)
                value.set((s.get(scale) * factor * v).name)
            again.append(f.op(f"xor i1 {done.get()}, true"))
        f.store(value.get(), f.gep(data(f, "%out"), i, "float64"), "float64")


KINDS: dict[str, tuple[Callable[[Function, str], None], tuple[str, ...]]] = {
    "poisson": (_poisson, ("rate",)), "binomial": (_binomial, ("count", "prob")), "normal": (_normal, ("kept",)),
    "gamma": (_gamma, ("kept", "shape", "factor", "step", "exponent"))}


@functools.cache
def _kernel(kind: str, dtype: str) -> Any:
    write, operands = KINDS[kind]
    try:
        return quick_function(kind, ["memory", *operands, "out"], lambda f: write(f, dtype))
    except machine.Unavailable:
        return None


def sample(kind: str, memory: Array, *operands: Array) -> Array | None:
    """Draw `kind` from the stream in `memory` into the last array (n), which is given back, for the elements of those before it.

    All are contiguous and float64; those of "binomial" may be float32. None, and nothing drawn, for other dtypes and where there is no
    native code. "kept" are whether a normal number is left from the last draw, and which: they are changed.
    """
    out = operands[-1]
    dtype = FLOATS.get(out.dtype)
    if dtype is None or out.size < FEW and not machine.loaded():
        return None
    kernel = _kernel(kind, dtype)
    return None if kernel is None else kernel(memory, *operands)
