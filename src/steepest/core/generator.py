"""The random generator: PyTorch's, number for number, so that a seed gives the same weights, batches and masks.

Every draw returns an ndarray and leaves the generator in the state in which PyTorch's would be (its CPU build for x86-64). What
a draw takes from the stream: 32-bit words for float32 (24 bits used), float16, bfloat16 and small integer ranges; pairs of words
for float64 (53 bits used) and ranges from 2^28 on.
"""

import math
import os
from typing import Any

import numpy as np

from steepest.core import device as devices
from steepest.core.discrete import binomial, poisson
from steepest.core.fused import fma32, fma64
from steepest.core.gaussian import libm, normals, reals_of_pairs, reals_of_words
from steepest.core.memory_order import in_memory_order, memory_order, restored
from steepest.core.mt19937 import MT19937, STATE, Doubles, normal_pair
from steepest.core.permutation import forward_swaps, inside_out
from steepest.core.ranges import FLOAT32, FLOAT64, cast, floating, full_span, limits, part, span_of
from steepest.errors import text

__all__ = ["Generator", "default_generator"]

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]

INT64 = np.dtype(np.int64)
DEFAULT_SEED = 67280421310721
WIDE_RANGE = 1 << 28
LONG_PERMUTATION = (2**32 - 1) // 20
THIRD, SQUEEZE = float(np.float32(1 / 3)), float(np.float32(0.0331))
"""Constants of Marsaglia and Tsang's method, which PyTorch writes as float32."""


class Generator:
    """A source of random numbers with a seed and a state of its own.

    Example:
        >>> g = Generator().manual_seed(0)
        >>> g.uniform((2,)).tolist()
        [0.49625658988952637, 0.7682217955589294]
    """

    __slots__ = ("__weakref__", "_engine", "_next_double_normal", "_next_float_normal", "_seed", "device")

    def __init__(self, device: Any = "cpu"):
        self.device = devices.device(device)
        if self.device.type != "cpu":
            raise RuntimeError(text("generator-device", device=self.device))
        self._engine = MT19937(DEFAULT_SEED)
        self._seed = DEFAULT_SEED
        self._next_double_normal: float | None = None
        self._next_float_normal: float | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), Generator.get_state(self))

    def manual_seed(self, seed: int) -> "Generator":
        """Start the stream of `seed`, -2^63 <= seed < 2^64; a negative number means itself + 2^64. Returns the generator."""
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise RuntimeError(text("seed-not-integer", kind=type(seed).__name__))
        seed = int(seed)
        if not -(2**63) <= seed < 2**64:
            raise ValueError(text("seed-out-of-range", seed=seed))
        self._seed = seed % 2**64
        self._engine.seed(self._seed)
        self._next_double_normal = self._next_float_normal = None
        return self

    def initial_seed(self) -> int:
        """The seed that the stream was started with."""
        return self._seed

    def seed(self) -> int:
        """Start a stream with a seed (53 bits) from the operating system, and return the seed."""
        seed = int.from_bytes(os.urandom(8), "little") % 2**53
        self.manual_seed(seed)
        return seed

    def get_state(self) -> Array:
        """The whole state, (5056,) uint8, byte for byte as PyTorch writes it."""
        state = np.zeros((), STATE)
        self._engine.write(state)
        state["seed"] = self._seed
        if self._next_double_normal is not None:
            state["normal_y"], state["normal_is_valid"] = self._next_double_normal, 1
        if self._next_float_normal is not None:
            state["next_float_normal"], state["next_float_normal_is_valid"] = self._next_float_normal, True
        return np.frombuffer(bytearray(state.tobytes()), np.uint8)

    def set_state(self, state: Array) -> "Generator":
        """Take over a state; raises TypeError or RuntimeError if it is not one."""
        if state.dtype != np.uint8:
            raise TypeError(text("rng-state-dtype", dtype=state.dtype))
        if state.size != STATE.itemsize:
            raise RuntimeError(text("rng-state-size", size=state.size))
        fields = np.frombuffer(state.tobytes(), STATE)[0]
        self._engine.read(fields)
        self._seed = int(fields["seed"])
        self._next_double_normal = float(fields["normal_y"]) if fields["normal_is_valid"] else None
        self._next_float_normal = float(fields["next_float_normal"]) if fields["next_float_normal_is_valid"] else None
        return self

    def clone_state(self) -> "Generator":
        """A generator of its own in the same state."""
        return _restored(type(self), Generator.get_state(self))

    @property
    def engine(self) -> MT19937:
        """The stream of words, for native code that makes of them what the methods here do."""
        return self._engine

    def random(self, n: int) -> Array:
        """Raw words, (n,) uint64, each below 2^32."""
        return self._engine.words(n)

    def random64(self, n: int) -> Array:
        """Raw numbers of 64 bits, (n,) uint64."""
        return self._engine.pairs(n)

    def uniform(self, shape: Shape, low: float = 0.0, high: float = 1.0, dtype: Any = FLOAT32) -> Array:
        """Numbers in [low, high), rounded as one fused multiply-add; complex ones have independent parts."""
        if dtype is FLOAT32 and low == 0 and high == 1 and (made := self._engine.filled("uniform", shape)) is not None:
            return made
        dtype = floating(dtype, "uniform", complex_too=True)
        if dtype.kind == "c":
            return self.uniform((*shape, 2), low, high, part(dtype)).view(dtype)[..., 0]
        largest = limits(dtype)[1]
        for name, bound in (("from", low), ("to", high)):
            if not -largest <= bound <= largest:
                raise RuntimeError(text("random-bound-outside-dtype", name=name, bound=bound, dtype=dtype))
        if not low <= high:
            raise RuntimeError(text("uniform-empty-range", low=low, high=high))
        if high - low > largest:
            raise RuntimeError(text("uniform-range-too-wide", low=low, high=high, dtype=dtype))
        n = math.prod(shape)
        if dtype == FLOAT64:
            values = self._doubles(n)
            if (low, high) != (0, 1):
                values = fma64(values, high - low, low)
        else:
            lower, upper = np.float32(low), np.float32(high)
            values = self._floats(n)
            if (low, high) != (0, 1):
                values = fma32(values, upper - lower, lower) if lower else values * upper
        values = values.astype(dtype, copy=False)
        if (low, high) != (0, 1) or dtype.itemsize == 2:
            values[values == np.asarray(high).astype(dtype)] = np.asarray(low).astype(dtype)
        return values.reshape(shape)

    def normal(self, shape: Shape, mean: Any = 0.0, std: Any = 1.0, dtype: Any = FLOAT32, contiguous: bool = True) -> Array:
        """Normally distributed numbers; mean and std are numbers, or arrays (broadcast together they have `shape`).

        From 16 elements on PyTorch draws blocks of 16, unless the tensor to fill is not contiguous.
        """
        if dtype is FLOAT32 and type(mean) is type(std) is float and mean == 0 and std == 1 and contiguous:
            made = self._engine.filled("normal", shape)
            if made is not None:
                return made
        dtype = floating(dtype, "normal", complex_too=True)
        if isinstance(std, np.ndarray) and std.size and not std.min() >= 0:
            raise RuntimeError(text("normal-negative-deviations", lowest=std.min()))
        if isinstance(std, np.ndarray):
            values = self.normal(shape, 0.0, 1.0, dtype, contiguous)
            np.multiply(values, std, out=values, casting="same_kind")
            return np.add(values, np.asarray(mean, getattr(mean, "dtype", dtype)), out=values, casting="same_kind")
        if not std >= 0:
            raise RuntimeError(text("normal-negative-deviation", std=std))
        if isinstance(mean, np.ndarray):
            values = self.normal(shape, 0.0, std, dtype, contiguous)
            return np.add(values, mean, out=values, casting="same_kind")
        if dtype.kind == "c":
            return self.normal((*shape, 2), mean, std / math.sqrt(2), part(dtype), contiguous).view(dtype)[..., 0]
        n = math.prod(shape)
        if n >= 16 and contiguous:
            values = self._blocks_of_normals(n, mean, std, dtype)
        else:
            values = cast(fma64(self._normals(n), std, mean), dtype)
        return values.reshape(shape)

    def _blocks_of_normals(self, n: int, mean: float, std: float, dtype: np.dtype[Any]) -> Array:
        """Blocks of 16 from 16 uniform numbers each; a remainder is covered by a new block over the last 16 elements."""
        full, rest = n - n % 16, n % 16
        skipped = rest if dtype.itemsize > 2 else 0
        drawn = full + (skipped + 16 if rest else 0)
        words = self._engine.pairs(drawn) if dtype == FLOAT64 else self._engine.words(drawn)
        if skipped:
            words = np.concatenate([words[:full], words[full + skipped :]])
        made = normals(words.reshape(-1, 16), float(mean), float(std), FLOAT64 if dtype == FLOAT64 else FLOAT32)
        values = made.ravel().astype(dtype, copy=False)
        if not rest:
            return values
        result = values[:n]
        result[n - 16 :] = values[full:].copy()
        return result

    def _normals(self, n: int) -> Array:
        """Standard normals in float64 one by one: a pair of uniform numbers gives two, the second is kept for later."""
        if not n:
            return np.empty(0)
        held = np.array([self._next_double_normal is not None, self._next_double_normal or 0.0])
        drawn = self._engine.sampled("normal", held, np.empty(n))
        if drawn is not None:
            self._next_double_normal = float(held[1]) if held[0] else None
            return drawn
        kept = held[1:] if held[0] else held[:0]
        u = self._doubles(2 * ((n - len(kept) + 1) // 2))
        radius, angle = np.sqrt(-2.0 * libm(math.log1p, -u[1::2])), 2.0 * math.pi * u[::2]
        made = np.stack([radius * libm(math.cos, angle), radius * libm(math.sin, angle)], 1)
        values = np.concatenate([kept, made.ravel()])
        self._next_double_normal = float(values[n]) if len(values) > n else None
        return values[:n]

    def _floats(self, n: int) -> Array:
        made = self._engine.filled("uniform", (n,))
        return made if made is not None else reals_of_words(self._engine.words(n))

    def _doubles(self, n: int) -> Array:
        made = self._engine.filled("double", (n,))
        return made if made is not None else reals_of_pairs(self._engine.pairs(n))

    def bernoulli(self, p: Any, shape: Shape | None = None, dtype: Any = FLOAT32) -> Array:
        """Ones with probability p, else zeros. A number p draws 53 bits an element; an array 24, or 53 if it is float64."""
        if isinstance(p, np.ndarray):
            shape = p.shape if shape is None else shape
            if p.size and not (p.min() >= 0 and p.max() <= 1):
                raise RuntimeError(text("probability-outside", lowest=p.min(), highest=p.max()))
            draw = self._doubles if p.dtype == np.float64 else self._floats
            return (draw(math.prod(shape)).reshape(shape) < p).astype(dtype)
        if not 0 <= p <= 1:
            raise RuntimeError(text("bernoulli-probability", p=p))
        shape = shape or ()
        bits = self._engine.pairs(math.prod(shape))
        bits &= np.uint64(2**53 - 1)
        return (bits < np.uint64(math.ceil(p * 2.0**53))).astype(dtype).reshape(shape)

    def dropout_mask(self, shape: Shape, p: float, dtype: Any = FLOAT32) -> Array:
        """Zeros with probability p, else 1 / (1 - p): what dropout multiplies its input with. p = 0 and 1 draw nothing."""
        if p in (0, 1):
            return np.full(shape, 1 - p, dtype)
        mask = self.bernoulli(1.0 - p, shape, dtype)
        mask /= np.asarray(1.0 - p).astype(mask.dtype)
        return mask

    def randint(self, low: int, high: int | None, shape: Shape, dtype: Any = INT64) -> Array:
        """Integers from low up to, not including, high; without high up to the largest that the dtype can hold."""
        dtype = np.dtype(dtype)
        n = math.prod(shape)
        low, span = span_of(low, high, dtype)
        if span == 2**64:
            return cast(self._engine.pairs(n).view(np.int64), dtype).reshape(shape)
        if span >= WIDE_RANGE:
            values = (self._engine.pairs(n) % np.uint64(span)).view(np.int64)
        else:
            filled = self._engine.filled("word", (n,))
            words = filled if filled is not None else self._engine.words(n).astype(np.uint32)
            values = (words - words // np.uint32(span) * np.uint32(span)).astype(np.int64)
        if low:
            values += low
        return cast(values, dtype).reshape(shape)

    def random_(self, shape: Shape, dtype: Any = INT64) -> Array:
        """Integers over all that is not negative in an integer dtype, up to 2^digits in a floating one."""
        dtype = np.dtype(dtype)
        n = math.prod(shape)
        draw = self._engine.pairs if dtype in (INT64, FLOAT64) else self._engine.words
        return cast((draw(n) % np.uint64(full_span(dtype))).view(np.int64), dtype).reshape(shape)

    def randperm(self, n: int) -> Array:
        """A random order of 0, 1, ..., n - 1; (n,) int64."""
        if n < 0:
            raise RuntimeError(text("randperm-negative", n=n))
        if n < LONG_PERMUTATION:
            if n == 0:
                return np.empty(0, np.int64)
            made = self._engine.filled("permutation", (n,))
            if made is not None:
                return made
            words = self._engine.words(n - 1)
            return forward_swaps((words % np.arange(n, 1, -1, dtype=np.uint64)).view(np.int64))
        return inside_out((self._engine.pairs(n) % np.arange(1, n + 1, dtype=np.uint64)).view(np.int64))

    def exponential(self, shape: Shape, rate: float = 1.0, dtype: Any = FLOAT32) -> Array:
        """Waiting times between events that come `rate` a unit of time."""
        dtype = floating(dtype, "exponential")
        if not rate > 0:
            raise RuntimeError(text("parameter-not-positive", operation="exponential_", name="lambda", value=rate))
        return cast(-1.0 / rate * libm(math.log1p, -self._doubles(math.prod(shape))), dtype).reshape(shape)

    def cauchy(self, shape: Shape, median: float = 0.0, sigma: float = 1.0, dtype: Any = FLOAT32) -> Array:
        """Cauchy distributed numbers."""
        dtype = floating(dtype, "cauchy")
        if not sigma > 0:
            raise RuntimeError(text("parameter-not-positive", operation="cauchy_", name="sigma", value=sigma))
        tangent = libm(math.tan, math.pi * (self._doubles(math.prod(shape)) - 0.5))
        return cast(fma64(tangent, sigma, median), dtype).reshape(shape)

    def log_normal(self, shape: Shape, mean: float = 1.0, std: float = 2.0, dtype: Any = FLOAT32) -> Array:
        """exp of normally distributed numbers."""
        dtype = floating(dtype, "log_normal")
        if not std > 0:
            raise RuntimeError(text("parameter-not-positive", operation="log_normal_", name="std", value=std))
        return cast(libm(_exp, fma64(self._normals(math.prod(shape)), std, mean)), dtype).reshape(shape)

    def geometric(self, shape: Shape, p: float, dtype: Any = FLOAT32) -> Array:
        """Numbers of trials up to the first success, each with probability p."""
        if not 0 < p < 1:
            raise RuntimeError(text("geometric-probability", p=p))
        failure = math.log1p(-p)
        u = self._doubles(math.prod(shape))
        values = np.ceil(libm(math.log, np.where(u == 0, 1.0, u)) / failure)
        values[u == 0] = np.inf
        return cast(values, np.dtype(dtype)).reshape(shape)

    def multinomial(self, weights: Array, n: int, replacement: bool = False) -> Array:
        """Indices drawn in proportion to weights, (categories,) or (rows, categories); int64 with n in the last dimension."""
        weights = np.asarray(weights)
        _check_weights(weights, n, replacement)
        if not replacement or n == 1:  # one draw is the same either way, and PyTorch makes it this way
            with np.errstate(all="ignore"):
                order = memory_order(weights)
                drawn = self.exponential(in_memory_order(weights.shape, order), 1.0, weights.dtype)
                times = weights / restored(drawn, order)
            return _largest(times, n).astype(np.int64, copy=False)
        rows = np.atleast_2d(weights.astype(np.float64 if weights.dtype == FLOAT64 else np.float32))
        result = np.empty((len(rows), n), np.int64)
        for row, out in zip(rows, result, strict=True):
            cumulative = np.cumsum(row, dtype=row.dtype)
            cumulative /= cumulative[-1]
            cumulative[-1] = 1
            out[:] = np.searchsorted(cumulative.astype(np.float64), self._doubles(n))
        return result.reshape((*weights.shape[:-1], n))

    def poisson(self, rate: Array) -> Array:
        """Numbers of events with the means `rate`, of its shape and dtype."""
        if rate.size and not rate.min() >= 0:
            raise RuntimeError(text("poisson-negative-rate", rate=rate.min()))
        drawn = self._engine.sampled("poisson", rate.astype(np.float64).ravel(), np.empty(rate.size))
        if drawn is not None:
            return drawn.astype(rate.dtype).reshape(rate.shape)
        with Doubles(self._engine) as uniform:
            values = [poisson(r, uniform) for r in rate.astype(np.float64).ravel().tolist()]
        return np.array(values, np.float64).astype(rate.dtype).reshape(rate.shape)

    def standard_gamma(self, alpha: Array) -> Array:
        """Gamma numbers of rate 1 with the shapes `alpha`, by Marsaglia and Tsang (2000), in alpha's shape and dtype."""
        values = self._gammas(alpha.astype(np.result_type(alpha, np.float32)).ravel())
        return np.maximum(values.astype(alpha.dtype), np.finfo(alpha.dtype).tiny).reshape(alpha.shape)

    def dirichlet(self, alpha: Array) -> Array:
        """Shares proportional to gamma numbers along the last dimension."""
        values = self._gammas(alpha.astype(np.float64).ravel()).reshape(alpha.shape)
        shares = (values / values.sum(-1, keepdims=True)).astype(alpha.dtype)
        one = np.asarray(1, alpha.dtype)
        return np.clip(shares, np.finfo(alpha.dtype).tiny, np.nextafter(one, np.asarray(0, alpha.dtype)))

    def _gammas(self, alpha: Array) -> Array:
        """Gamma numbers; as in PyTorch the shape is computed in its own precision, and constants are float32's."""
        one, small = alpha.dtype.type(1), alpha < 1
        with np.errstate(all="ignore"):
            d = (np.where(small, alpha + one, alpha) - alpha.dtype.type(THIRD)).astype(np.float64)
            c, power = 1 / np.sqrt(9 * d), np.where(small, one / alpha, 0).astype(np.float64)
        held = np.array([self._next_double_normal is not None, self._next_double_normal or 0.0])
        drawn = self._engine.sampled("gamma", held, alpha.astype(np.float64), d, c, power, np.empty(alpha.size))
        if drawn is not None:
            self._next_double_normal = float(held[1]) if held[0] else None
            return drawn
        with Doubles(self._engine, min(256 + 3 * alpha.size, 1 << 14)) as uniform:
            kept, values = self._next_double_normal, []
            for shape, factor, step, exponent in zip(alpha.tolist(), d.tolist(), c.tolist(), power.tolist(), strict=True):
                value = 0.0
                scale = (1 - uniform()) ** exponent if 0 < shape < 1 else 1.0
                while shape:
                    x, kept = (kept, None) if kept is not None else normal_pair(uniform)
                    y = 1 + step * x
                    if y > 0:
                        v, u, xx = y * y * y, 1 - uniform(), x * x
                        if u < 1 - SQUEEZE * xx * xx or math.log(u) < 0.5 * xx + factor * (1 - v + math.log(v)):
                            value = scale * factor * v
                            break
                values.append(value)
            self._next_double_normal = kept
        return np.array(values, np.float64)

    def binomial(self, count: Array, prob: Array) -> Array:
        """Numbers of successes in `count` trials of probability `prob`; both have one floating dtype and broadcast."""
        count, prob = np.broadcast_arrays(count, prob)
        drawn = self._engine.sampled("binomial", count.ravel(), prob.ravel(), np.empty(count.size, count.dtype))
        if drawn is not None:
            return drawn.reshape(count.shape)
        with Doubles(self._engine) as uniform:
            values = [binomial(n, p, uniform) for n, p in zip(count.ravel(), prob.ravel(), strict=True)]
        return np.array(values, np.float64).astype(count.dtype).reshape(count.shape)


def _restored(kind: type[Generator], state: Array) -> Generator:
    return Generator.set_state(kind(), state)


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _largest(x: Array, n: int) -> Array:
    """The places of the n largest along the last dimension, of equal ones the first."""
    if 4 * n < x.shape[-1] and not np.isnan(x.max()):
        if n == 1:
            return x.argmax(-1, keepdims=True)
        chosen = np.sort(np.argpartition(-x, n - 1, axis=-1)[..., :n], axis=-1)
        values = np.take_along_axis(x, chosen, -1)
        order = np.argsort(-values, axis=-1, kind="stable")
        if np.count_nonzero(x >= values.min(-1, keepdims=True)) == values.size:
            return np.take_along_axis(chosen, order, -1)
    return np.argsort(-x, axis=-1, kind="stable")[..., :n]


def _check_weights(weights: Array, n: int, replacement: bool) -> None:
    if weights.ndim not in (1, 2):
        raise RuntimeError(text("multinomial-dimensions", shape=weights.shape))
    floating(weights.dtype, "multinomial")
    if n <= 0:
        raise RuntimeError(text("multinomial-no-samples", n=n))
    if not replacement and n > weights.shape[-1]:
        raise RuntimeError(text("multinomial-too-many", n=n, categories=weights.shape[-1]))
    if weights.size and not (np.isfinite(weights.astype(np.float64)).all() and weights.min() >= 0):
        raise RuntimeError(text("multinomial-weights", lowest=weights.min(), highest=weights.max()))
    if not (weights.sum(-1) > 0).all():
        raise RuntimeError(text("multinomial-no-weight"))


default_generator = Generator()
default_generator.seed()
