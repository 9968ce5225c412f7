"""Convolution and its gradients by native tiles over padded planes, in any number of dimensions; None where there is no native code.

A plane is split into phases, one for each remainder of a place by the stride, so that each tap reads neighbours. The gradient of the
input is, for each of its own phases, a convolution of the slopes with those taps that meet the phase.
"""

import functools
import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from steepest.functional.neural.rows import NATIVE
from steepest.functional.neural.windows import Pairs, Sizes, places, taps
from steepest.functional.sharing import share
from steepest.functional.threads import get_num_threads
from steepest.lower import machine
from steepest.lower.convolving import depthwise_kernel, lines_kernel, results_kernel, tile, turning_kernel, weights_kernel, weights_tile

__all__ = ["convolved", "input_slope", "weight_slope"]

Array = np.ndarray[Any, Any]
BLOCK = 1 << 17
"""How many numbers the planes of one block of samples may hold, beyond the first sample: half a megabyte stays in the second cache."""
WORK = 1 << 24
"""Multiplications from which on threads share them."""
LINES = 512
"""Results that are summed in one go for the gradient of weights."""


class Span(NamedTuple):
    """The places of one phase in one dimension: the first in the plane, the first in the input, and how many."""

    first: int
    start: int
    size: int


def _span(phase: int, size: int, stride: int, before: int) -> Span:
    """Places q of a phase with `0 <= q * stride + phase - before < size`."""
    first = max(0, -((phase - before) // stride))
    start = first * stride + phase - before
    return Span(first, start, max(0, -((start - size) // stride)))


class Planes(NamedTuple):
    """Padded samples as a kernel reads them: the numbers, samples, channels, the elements of a channel (all phases), sizes of a plane."""

    numbers: Array
    samples: int
    channels: int
    each: int
    sizes: Sizes


def _planes(x: Array, stride: Sizes, padding: Pairs) -> Planes:
    """The phases `(N, C, phases, *Q)` of padded samples in one vector that may be read a little further."""
    dtype, x = NATIVE[x.dtype], np.ascontiguousarray(x)
    q, table = _lines(x.shape[2:], stride, padding)
    each, planes = math.prod(stride) * math.prod(q), x.shape[0] * x.shape[1]
    numbers = np.zeros(planes * each + 8 * machine.width(dtype), x.dtype)
    lines_kernel(dtype)(x, table, numbers, planes, math.prod(x.shape[2:]), each, len(table), stride[-1])
    return Planes(numbers, x.shape[0], x.shape[1], each, q)


@functools.lru_cache(512)
def _lines(sizes: Sizes, stride: Sizes, padding: Pairs) -> tuple[Sizes, Array]:
    """The sizes of a phase, and where the lines of a plane are read, where they are written, and how long they are."""
    q = tuple([-(-(n + a + b) // s) for n, s, (a, b) in zip(sizes, stride, padding, strict=True)])
    found = []
    for phase in itertools.product(*map(range, stride)):
        spans = [_span(p, n, s, a) for p, n, s, (a, _) in zip(phase, sizes, stride, padding, strict=True)]
        counts = [min(span.size, m - span.first) for span, m in zip(spans, q, strict=True)]
        for line in itertools.product(*map(range, counts[:-1])):
            read = [span.start + i * s for span, i, s in zip(spans, (*line, 0), stride, strict=True)]
            write = [span.first + i for span, i in zip(spans, (*line, 0), strict=True)]
            found.append((_flat(tuple(read), sizes), _flat(phase, stride) * math.prod(q) + _flat(tuple(write), q), max(0, counts[-1])))
    return q, np.array(found, np.int64).reshape(-1, 3)


def _flat(place: Sizes, sizes: Sizes) -> int:
    """The number of a place in a plane, the last dimension counting by one."""
    number = 0
    for p, n in zip(place, sizes, strict=True):
        number = number * n + p
    return number


@functools.lru_cache(512)
def _offsets(channels: int, kernel: Sizes, stride: Sizes, dilation: Sizes, q: Sizes, multiple: int) -> Array:
    """Where each channel and tap reads, the last one repeated up to a multiple."""
    plane = math.prod(q)
    found = []
    for tap in taps(kernel):
        ahead = [t * d for t, d in zip(tap, dilation, strict=True)]
        phase = _flat(tuple([a % s for a, s in zip(ahead, stride, strict=True)]), stride)
        found.append(phase * plane + _flat(tuple([a // s for a, s in zip(ahead, stride, strict=True)]), q))
    every = np.add.outer(np.arange(channels) * plane * math.prod(stride), found).reshape(-1)
    return np.concatenate([every, np.repeat(every[-1:], -len(every) % multiple)]).astype(np.int64)


@functools.lru_cache(512)
def _starts(out: Sizes, q: Sizes, samples: int, sample: int) -> Array:
    """Where the lines of results begin in the planes of samples that lie so far apart."""
    lines = np.array([_flat((*line, 0), q) for line in itertools.product(*map(range, out[:-1]))], np.int64)
    return np.add.outer(np.arange(samples, dtype=np.int64) * sample, lines).reshape(-1)


@functools.lru_cache(512)
def _vectors(out: Sizes, q: Sizes, width: int, multiple: int, samples: int, sample: int, channels: int) -> tuple[Array, Sizes]:
    """A table of vectors, each with where it is read, where it is written and how many elements it has; and the sizes written to.

    Either line by line, or over the whole plane where that takes fewer vectors: then what stands between lines is written too.
    """
    starts = _starts(out, q, 1, 0).tolist()
    length = out[-1]
    rows = [(start + i, k * length + i, min(width, length - i)) for k, start in enumerate(starts) for i in range(0, length, width)]
    span = starts[-1] + length
    whole = [(i, i, min(width, span - i)) for i in range(0, span, width)]
    laid = out
    if len(whole) * 1.15 < len(rows):
        rows, laid = whole, (out[0], *q[1:])
    apart = np.array([sample, math.prod(laid) * channels, 0], np.int64)
    every = (np.arange(samples)[:, None, None] * apart + np.array(rows, np.int64)).reshape(-1, 3)
    return np.concatenate([every, np.zeros((-len(every) % multiple, 3), np.int64)]), laid


def _blocks(samples: int, each: int, work: int) -> list[slice]:
    """The samples in blocks whose planes stay in the cache, and at least one for every thread where there is work enough."""
    step = max(1, min(samples, BLOCK // max(each, 1)))
    if work > WORK:
        step = min(step, -(-samples // get_num_threads()))
    return [slice(i, min(i + step, samples)) for i in range(0, samples, step)]


class Factors(NamedTuple):
    """Weights as a kernel reads them: where they lie, where for each offset, and the distances of groups and channels."""

    numbers: Array
    shifts: Array
    group: int
    channel: int
    bias: Array


def _run(kernel: Any, shape: tuple[int, int], x: Planes, offsets: Array, factors: Factors, groups: int, channels: int, out: Sizes,
         target: Array) -> None:
    """One convolution, `channels` in each group, written to `target` `(samples, groups * channels, *out)`."""
    sample = x.each * x.channels
    table, laid = _vectors(out, x.sizes, machine.width(NATIVE[target.dtype]), shape[1], x.samples, sample, groups * channels)
    written = target if laid == out and target.flags.c_contiguous else np.empty((x.samples, groups * channels, *laid), target.dtype)
    plane = math.prod(laid)
    kernel(x.numbers, offsets, factors.numbers, factors.shifts, factors.bias, table, written, groups, sample // groups, factors.group,
           factors.channel, plane * channels, plane, channels, len(table) // shape[1], len(factors.shifts))
    if written is not target:
        target[...] = written[(slice(None), slice(None), *[slice(n) for n in out])]


def _results(dtype: str, channels: int) -> Any:
    """The kernel for so many output channels and the shape of its tiles; None where there is no native code."""
    try:
        shape = tile(channels)
        return results_kernel(dtype, *shape), shape
    except machine.Unavailable:
        return None


def _weights(dtype: str, channels: int) -> Any:
    """The same for the gradient of weights."""
    try:
        shape = weights_tile(channels, dtype)
        return weights_kernel(dtype, *shape), shape
    except machine.Unavailable:
        return None


def _fits(*arrays: Any) -> bool:
    return arrays[0].dtype in NATIVE and len({a.dtype for a in arrays if a is not None}) == 1 and all(a is None or a.size for a in arrays)


def _pointwise(kernel: Sizes, stride: Sizes, padding: Pairs) -> bool:
    """Whether every result comes from one place: then a convolution is a product of matrices."""
    return max(*kernel, *stride) == 1 and not any(a or b for a, b in padding)


def _split(x: Array, groups: int) -> Array:
    return x.reshape(x.shape[0], groups, x.shape[1] // groups, -1)


def convolved(x: Array, weight: Array, bias: Any, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    """The convolution."""
    if not _fits(x, weight, bias):
        return None
    channels, inside, *kernel = weight.shape
    out = places(x.shape, tuple(kernel), stride, dilation, padding)
    flat = weight.reshape(groups, channels // groups, -1)
    if _pointwise(tuple(kernel), stride, padding):
        result = np.matmul(flat, _split(x, groups)).reshape(x.shape[0], channels, *out)
        if bias is not None:
            result += bias.reshape(-1, *(1,) * len(out))
        return result
    made = _results(NATIVE[x.dtype], channels // groups)
    if made is None:
        return None
    native, shape = made
    result = np.empty((x.shape[0], channels, *out), x.dtype)
    count, own = flat.shape[2], np.zeros(channels, x.dtype) if bias is None else np.ascontiguousarray(bias)
    factors = Factors(np.ascontiguousarray(weight), np.arange(count), count * (channels // groups), count, own)

    def convolve(block: slice) -> None:
        planes = _planes(x[block], stride, padding)
        offsets = _offsets(inside, tuple(kernel), stride, dilation, planes.sizes, 1)
        _run(native, shape, planes, offsets, factors, groups, channels // groups, out, result[block])

    share(convolve, _blocks(x.shape[0], x[0].size, result.size * count))
    return result


class Phase(NamedTuple):
    """What meets the places of the input in one phase of the stride: these places, and the taps with how far they reach back."""

    spans: tuple[Span, ...]
    taps: list[tuple[int, Sizes]]


def _phases(sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes) -> Iterator[Phase]:
    for phase in itertools.product(*map(range, stride)):
        spans = tuple([_span(p, n, s, a) for p, n, s, (a, _) in zip(phase, sizes, stride, padding, strict=True)])
        met = []
        for number, tap in enumerate(taps(kernel)):
            ahead = [t * d - p for t, d, p in zip(tap, dilation, phase, strict=True)]
            if not any(a % s for a, s in zip(ahead, stride, strict=True)):
                met.append((number, tuple([a // s for a, s in zip(ahead, stride, strict=True)])))
        yield Phase(spans, met)


def input_slope(g: Array, weight: Array, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    """The gradient of the input, of the given shape: what the results' gradient `g` gives through the weights turned around."""
    if not _fits(g, weight):
        return None
    channels, inside, *sizes = weight.shape
    kernel, out = tuple(sizes), g.shape[2:]
    if _pointwise(kernel, stride, padding):
        flat = weight.reshape(groups, channels // groups, -1)
        return np.matmul(flat.swapaxes(1, 2), _split(g, groups)).reshape(shape)
    made = _results(NATIVE[g.dtype], inside)
    if made is None:
        return None
    native, tiles = made
    phases = [p for p in _phases(shape[2:], kernel, stride, padding, dilation) if p.taps and min(s.size for s in p.spans) > 0]
    whole = all(s == 1 for s in stride) and bool(phases)
    result = np.empty(shape, g.dtype) if whole else np.zeros(shape, g.dtype)
    around: Pairs = tuple([_reach(phases, d, n) for d, n in enumerate(out)])
    many, elements = channels // groups, math.prod(kernel)
    turned, own = _exchanged(weight, groups, many, inside, elements), np.zeros(shape[1], g.dtype)

    def convolve(block: slice) -> None:
        planes = _planes(g[block], (1,) * len(out), around)
        for spans, met in phases:
            reads = [_flat(tuple([s.first - m + a for s, m, (a, _) in zip(spans, back, around, strict=True)]), planes.sizes)
                     for _, back in met]
            offsets, shifts = (np.add.outer(np.arange(many) * each, np.array(inner)).reshape(-1) for each, inner in (
                (planes.each, reads), (elements, [number for number, _ in met])))
            target = result[(block, slice(None), *[slice(s.start, None, n) for s, n in zip(spans, stride, strict=True)])]
            factors = Factors(turned, shifts, many * inside * elements, many * elements, own)
            _run(native, tiles, planes, offsets, factors, groups, inside, tuple([s.size for s in spans]), target)

    share(convolve, _blocks(shape[0], g[0].size, g.size * inside * elements))
    return result


def _exchanged(weight: Array, groups: int, many: int, inside: int, elements: int) -> Array:
    """Weights `(groups, many, inside, elements)` as `(groups, inside, many, elements)`."""
    weight = np.ascontiguousarray(weight).reshape(groups, many, inside, elements)
    if many == 1 or inside == 1:
        return weight
    out = np.empty((groups, inside, many, elements), weight.dtype)
    copy, table = lines_kernel(NATIVE[weight.dtype]), _columns(many, inside, elements)
    for g in range(groups):
        copy(weight[g], table, out[g], many, inside * elements, elements, inside, 1)
    return out


@functools.lru_cache(512)
def _columns(many: int, inside: int, elements: int) -> Array:
    """Where the lines of a row of weights are read, where they are written in columns, and how long they are."""
    numbers = np.arange(inside, dtype=np.int64)
    return np.stack([numbers * elements, numbers * many * elements, np.full(inside, elements, np.int64)], 1)


def _reach(phases: list[Phase], dim: int, size: int) -> tuple[int, int]:
    """How far a phase reads before and behind the results in one dimension."""
    before = after = 0
    for spans, met in phases:
        for _, back in met:
            first = spans[dim].first - back[dim]
            before, after = max(before, -first), max(after, first + spans[dim].size - size)
    return before, after


def weight_slope(g: Array, x: Array, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    """The gradient of the weights, of the given shape."""
    if not _fits(g, x):
        return None
    channels, inside, *sizes = shape
    kernel, out, many = tuple(sizes), g.shape[2:], channels // groups
    if _pointwise(kernel, stride, padding):
        return np.matmul(_split(g, groups), _split(x, groups).swapaxes(-1, -2)).sum(0).reshape(shape)
    dtype = NATIVE[g.dtype]
    made = _weights(dtype, many)
    if made is None:
        return None
    if many == 1:
        return _depthwise_slope(np.ascontiguousarray(g), x, kernel, stride, padding, dilation).reshape(shape)
    native, (rows, vectors) = made
    across = vectors * machine.width(dtype)
    blocks, count = -(-many // across), inside * math.prod(kernel)
    total = np.zeros((groups, -(-count // rows) * rows, blocks * across), g.dtype)
    tiles, work = total.shape[1] // rows, g.size * count
    for block in _blocks(x.shape[0], x[0].size, 0):
        planes = _planes(x[block], stride, padding)
        offsets = _offsets(inside, kernel, stride, dilation, planes.sizes, rows)
        sample = planes.each * planes.channels
        starts, slopes = _starts(out, planes.sizes, planes.samples, sample), _turned(g[block], groups, blocks * across)

        def add(part: slice, planes: Planes = planes, offsets: Array = offsets, starts: Array = starts, slopes: Array = slopes,
                sample: int = sample) -> None:
            some = slice(part.start * rows, part.stop * rows)
            native(planes.numbers, offsets[some], slopes, starts, total[:, some], groups, sample // groups, len(starts), out[-1],
                   max(1, LINES // out[-1]), part.stop - part.start, blocks, total[0].size)

        step = -(-tiles // get_num_threads()) if work > WORK else tiles
        share(add, [slice(i, min(i + step, tiles)) for i in range(0, tiles, step)])
    result = np.empty(shape, g.dtype)
    width = blocks * across
    turning_kernel(dtype)(total, result, groups, 1, total[0].size, 0, many * count, 0, count, many, width, count)
    return result


def _depthwise_slope(g: Array, x: Array, kernel: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes) -> Array:
    """The gradient `(groups, taps of all its inputs)` of the weights of groups of one output channel."""
    dtype, groups, out = NATIVE[g.dtype], g.shape[1], g.shape[2:]
    inside = x.shape[1] // groups
    count, most = inside * math.prod(kernel), weights_tile(1, dtype)[0]
    tiles = -(-count // most)
    rows = -(-count // tiles)
    total = np.zeros((groups, tiles * rows), g.dtype)
    part = np.empty((*total.shape, machine.width(dtype)), g.dtype)
    for block in _blocks(x.shape[0], x[0].size, 0):
        planes = _planes(x[block], stride, padding)
        offsets = _offsets(inside, kernel, stride, dilation, planes.sizes, rows)
        sample, plane = planes.each * planes.channels, math.prod(out)
        starts, begins = (_starts(out, sizes, planes.samples, each) for sizes, each in ((planes.sizes, sample), (out, groups * plane)))

        def add(some: slice, planes: Planes = planes, offsets: Array = offsets, starts: Array = starts, begins: Array = begins,
                slopes: Array = g[block], each: int = sample // groups, plane: int = plane) -> None:
            depthwise_kernel(dtype, rows)(planes.numbers[some.start * each:], offsets, slopes[:, some], starts, begins, part[some],
                                          some.stop - some.start, each, plane, len(starts), out[-1], tiles)

        step = -(-groups // get_num_threads()) if g.size * count > WORK else groups
        share(add, [slice(i, min(i + step, groups)) for i in range(0, groups, step)])
        total += part.sum(-1)
    return total[:, :count]


def _turned(g: Array, groups: int, width: int) -> Array:
    """Slopes `(N, groups * channels, *places)` as `(groups, N, places, width)`, zeros beyond the channels."""
    g = np.ascontiguousarray(g)
    samples, many, plane = g.shape[0], g.shape[1] // groups, math.prod(g.shape[2:])
    out = (np.empty if many == width else np.zeros)((groups, samples, plane, width), g.dtype)
    turning_kernel(NATIVE[g.dtype])(g, out, groups, samples, many * plane, g[0].size, samples * plane * width, plane * width, many, plane,
                                    plane, width)
    return out
