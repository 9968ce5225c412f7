"""Pooling over windows: maxima with where they were, averages, p-norms, and maxima put back."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.casting import in_single_precision
from steepest.functional.formats import keeps_format
from steepest.functional.neural.linear import CAPITALS
from steepest.functional.neural.precision import widened
from steepest.functional.neural.windows import (
    Pairs,
    Sizes,
    add_windows,
    batched,
    met,
    padded,
    padded_array,
    sizes_of,
    taps,
    windows,
)
from steepest.functional.shaping import contiguous
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops import indexing as ix
from steepest.ops import reductions as red
from steepest.ops.activations import relu
from steepest.ops.composites import Composite, composite
from steepest.ops.creation import constant, full, positions
from steepest.ops.views import narrow, squeeze, view, write


def pooled_sizes(shape: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Sizes, ceil: bool) -> Sizes:
    """How many windows there are in each dimension; with `ceil` the last may reach over the end but must begin inside."""
    out = []
    for n, k, s, d, p in zip(shape[2:], kernel, stride, dilation, padding, strict=True):
        span = n + 2 * p - d * (k - 1) - 1
        count = (span + (s - 1 if ceil else 0)) // s + 1
        if ceil and (count - 1) * s >= n + p:
            count -= 1
        out.append(count)
    return tuple(out)


def reaching(shape: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Sizes, out: Sizes) -> Pairs:
    """The padding that `out` windows need: on the right as far as the last one reaches."""
    return tuple(
        (p, max((o - 1) * s + d * (k - 1) + 1 - n - p, -n))
        for n, k, s, d, p, o in zip(shape[2:], kernel, stride, dilation, padding, out, strict=True)
    )


# maxima ---------------------------------------------------------------------------------------------------------------------
def _lowest(dtype: Any) -> Any:
    return np.iinfo(dtype).min if dtype.kind in "iu" else -np.inf


def _strides(shape: Sizes) -> Sizes:
    """How far apart neighbours of each spatial dimension lie when the plane is counted through."""
    return tuple(math.prod(shape[d + 1 :]) for d in range(2, len(shape)))


def _max_body(x: Any, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Pairs, out: Sizes) -> Any:
    n = len(kernel)
    seen = windows(padded(x, padding, _lowest(x.array.dtype)), kernel, stride, dilation)
    values, tap = red.max_dim(seen.reshape(*x.array.shape[:2], *out, -1), dim=2 + n, keepdim=False)
    flat, rest = full((), 0, tap.dtype), tap
    steps = _strides(x.array.shape)
    for i in reversed(range(n)):
        place = view(positions(out[i]) * stride[i] - padding[i][0], shape=tuple(-1 if d == i else 1 for d in range(n)))
        # Of a window whose elements are all -inf the first one counts, never the edge.
        flat = flat + ar.maximum(ar.remainder(rest, kernel[i]) * dilation[i] + place, ar.remainder(place, dilation[i])) * steps[i]
        rest = ar.floor_divide(rest, kernel[i])
    return values, flat


def _max_kernel(x: Any, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Pairs, out: Sizes) -> Any:
    steps, n = _strides(x.shape), len(kernel)
    has_nan = x.size and x.dtype.kind == "f" and np.isnan(np.maximum.reduce(x, axis=None))
    x = padded_array(x, padding, _lowest(x.dtype))
    best: Any = None
    within = np.array([sum(t * d * s for t, d, s in zip(tap, dilation, steps, strict=True)) for tap in taps(kernel)])
    which = np.zeros((*x.shape[:2], *out), np.uint8 if within.size <= 256 else np.int32)
    for i in [i for i in range(n) if padding[i][0]]:            # of a window of -inf the first element counts, never the edge
        first = -np.minimum(np.arange(out[i]) * stride[i] - padding[i][0], 0)
        first = -(-first // dilation[i]) * math.prod(kernel[i + 1 :])
        which += first.reshape([-1 if d == i else 1 for d in range(n)]).astype(which.dtype)
    for number, tap in enumerate(taps(kernel)):
        seen = x[met(tap, stride, dilation, out)]
        if best is None:
            best = seen.copy()
            continue
        better = seen > best
        if has_nan:
            better |= seen != seen
        np.maximum(best, seen, out=best)
        # Later taps have larger numbers: the last one that was better is the largest.
        np.maximum(which, np.multiply(better, number, dtype=which.dtype), out=which)
    flat = within.take(which)
    for i, s in enumerate(steps):
        place = (np.arange(out[i]) * stride[i] - padding[i][0]) * s
        flat += place.reshape([-1 if d == i else 1 for d in range(n)])
    return best, flat


def _back_body(g: Any, index: Any, shape: Sizes) -> Any:
    rows = (*shape[:2], -1)
    base = full((*shape[:2], math.prod(shape[2:])), 0, g.dtype)
    return ix.scatter_add(base, contiguous(index).reshape(*rows), contiguous(g).reshape(*rows), dim=2).reshape(*shape)


def _back_kernel(g: Any, index: Any, shape: Sizes) -> Any:
    planes, size = shape[0] * shape[1], math.prod(shape[2:])
    if not g.size:
        return np.zeros(shape, g.dtype)
    flat = index.reshape(planes, -1) + (np.arange(planes) * size)[:, None]
    return np.bincount(flat.reshape(-1), g.reshape(-1), planes * size).astype(g.dtype).reshape(shape)


def _picked(gg: Any, index: Any) -> Any:
    shape = index.array.shape
    rows, places = (contiguous(x).reshape(*shape[:2], math.prod(x.array.shape[2:])) for x in (gg, index))
    return ix.gather(rows, places, dim=2).reshape(*shape)


pool_back = composite(
    "max_pool_backward",
    _back_body,
    operands=2,
    kernel=widened(_back_kernel),
    node="MaxPoolBackwardBackward0",
    g=lambda gg, index: _picked(gg, index),
)


def max_pooling(name: str, node: str) -> Any:
    """Maxima of windows and their positions."""
    return composite(
        name,
        _max_body,
        operands=1,
        kernel=widened(_max_kernel),
        node=node,
        x=lambda g, rest, like: pool_back(g[0], rest[0], shape=like.shape),
    )


MAXIMA = {
    1: max_pooling("max_pool1d", "MaxPool2DWithIndicesBackward0"),
    2: max_pooling("max_pool2d", "MaxPool2DWithIndicesBackward0"),
    3: max_pooling("max_pool3d", "MaxPool3DWithIndicesBackward0"),
}


def _max_pool(
    n: int, input: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool, return_indices: bool
) -> Any:
    function = f"max_pool{n}d"
    x, alone = batched(input, n, function)
    _check_elements(function, input, n)
    kernel, steps, edge, gaps = _window_sizes(n, function, kernel_size, stride, padding, dilation)
    out = pooled_sizes(x.array.shape, kernel, steps, gaps, edge, ceil_mode)
    _check_output(function, x.array.shape, out, kernel, return_indices)
    pairs = reaching(x.array.shape, kernel, steps, gaps, edge, out)
    results = MAXIMA[n](x, kernel=kernel, stride=steps, dilation=gaps, padding=pairs, out=out)
    values, indices = (squeeze(r, dim=(0,)) for r in results) if alone else results
    return (values, indices) if return_indices else values


def _window_sizes(n: int, function: str, kernel_size: Any, stride: Any, padding: Any, dilation: Any) -> tuple[Sizes, Sizes, Sizes, Sizes]:
    kernel = sizes_of(kernel_size, n, "kernel_size", function)
    given = stride is not None and stride != ()
    steps = sizes_of(stride, n, "stride", function) if given else kernel
    edge, gaps = sizes_of(padding, n, "padding", function), sizes_of(dilation, n, "dilation", function)
    if any(v <= 0 for v in (*kernel, *steps, *gaps)):
        raise RuntimeError(text("pool-sizes", function=function, kernel=list(kernel), stride=list(steps), dilation=list(gaps)))
    if any(p < 0 or p > ((k - 1) * d + 1) // 2 for p, k, d in zip(edge, kernel, gaps, strict=True)):
        raise RuntimeError(text("pool-padding", function=function, padding=list(edge), kernel=list(kernel)))
    return kernel, steps, edge, gaps


def _check_elements(function: str, input: Tensor, n: int) -> None:
    if 0 in input.array.shape[-n - 1:]:
        raise RuntimeError(text("pool-of-nothing", function=function, unbatched=n + 1, batched=n + 2, shape=list(input.array.shape)))


def _check_output(function: str, shape: Sizes, out: Sizes, kernel: Sizes, indices: bool = False) -> None:
    if all(o > 0 for o in out):
        return
    if function == "avg_pool3d":
        images, windows = (" ".join(f"{d}: {n}" for d, n in zip("THW", sizes, strict=True)) for sizes in (shape[2:], kernel))
        raise RuntimeError(text("pool-too-small-3d", input=images, kernel=windows.replace("T", "kT").replace("H", "kH").replace("W", "kW")))
    if function == "max_pool1d" and not indices:
        raise RuntimeError(text("pool-too-small-1d", size=max(out[0], 0)))
    output = "x".join(map(str, (shape[1], *(max(o, 0) for o in out))))
    raise RuntimeError(text("pool-too-small", function=function, input="x".join(map(str, shape[1:])), output=output))


def _max(n: int) -> Callable[..., Any]:
    values_of = in_single_precision(_max_pool) if n == 3 else _max_pool

    def pool(
        input: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        which = _max_pool if return_indices else values_of
        result = which(n, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
        if n == 1:
            values = result[0] if return_indices else result
            show_as(values, "SqueezeBackward1", ("MaxPool2DWithIndicesBackward0", ("UnsqueezeBackward0", input)))
        return result

    pool.__name__ = pool.__qualname__ = f"max_pool{n}d"
    pool.__doc__ = (
        "The largest element of each window, the first of equal ones; with `return_indices` also its position in the plane."
        "\n\nRaises RuntimeError where windows do not fit."
    )
    return pool


def _with_indices(pool: Callable[..., Any]) -> Callable[..., Any]:
    def both(
        input: Tensor,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        return_indices: bool = False,
    ) -> Any:
        return pool(input, kernel_size, stride, padding, dilation, ceil_mode, True)

    both.__name__ = both.__qualname__ = f"{pool.__name__}_with_indices"
    both.__doc__ = f"`{pool.__name__}` with the positions."
    return both


max_pool1d, max_pool2d, max_pool3d = (keeps_format(refuses("bool complex")(_max(n))) for n in (1, 2, 3))
max_pool1d_with_indices, max_pool2d_with_indices, max_pool3d_with_indices = map(_with_indices, (max_pool1d, max_pool2d, max_pool3d))


def _unpool(n: int) -> Callable[..., Tensor]:
    def unpool(input: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None) -> Tensor:
        function = f"max_unpool{n}d"
        x, alone = batched(input, n, function)
        at, _ = batched(indices, n, function)
        if indices.dtype is not dtypes.int64:
            raise RuntimeError(text("unpool-index-dtype", found=CAPITALS[indices.dtype]))
        if output_size is not None and len(output_size) not in (n, n + 2):
            raise ValueError(text("unpool-output-length", n=n, all=n + 2, given=len(output_size)))
        if x.array.shape != at.array.shape:
            raise RuntimeError(text("unpool-shapes", indices=list(indices.array.shape), input=list(input.array.shape)))
        kernel, steps, edge, _ = _window_sizes(n, function, kernel_size, stride, padding, 1)
        plain = [(m - 1) * s - 2 * p + k for m, k, s, p in zip(x.array.shape[2:], kernel, steps, edge, strict=True)]
        wanted = plain if output_size is None else [int(m) for m in tuple(output_size)[-n:]]
        if any(not p - s < w < p + s for w, p, s in zip(wanted, plain, steps, strict=True)):
            raise ValueError(
                text(
                    "unpool-output",
                    given=wanted,
                    low=[p - s for p, s in zip(plain, steps, strict=True)],
                    high=[p + s for p, s in zip(plain, steps, strict=True)],
                )
            )
        shape = (*x.array.shape[:2], *wanted)
        size = math.prod(wanted)
        if at.array.size and not 0 <= at.array.min() <= at.array.max() < size:
            raise RuntimeError(text("unpool-index", low=int(at.array.min()), high=int(at.array.max()), size=size))
        rows = (*shape[:2], math.prod(x.array.shape[2:]))
        result = ix.scatter(full((*shape[:2], size), 0, x.dtype), contiguous(at).reshape(*rows), contiguous(x).reshape(*rows), dim=2)
        return squeeze(result.reshape(*shape), dim=(0,)) if alone else result.reshape(*shape)

    unpool.__name__ = unpool.__qualname__ = f"max_unpool{n}d"
    unpool.__doc__ = "Maxima put back to their positions, zeros elsewhere; ValueError for an `output_size` that pooling cannot have had."
    return unpool


max_unpool1d, max_unpool2d, max_unpool3d = [in_single_precision(refuses("integers")(_unpool(n))) for n in (1, 2, 3)]


# averages -------------------------------------------------------------------------------------------------------------------
def _mean_body(x: Any, kernel: Sizes, stride: Sizes, padding: Pairs, out: Sizes, divisor: Any) -> Any:
    n = len(kernel)
    seen = windows(padded(x, padding), kernel, stride, (1,) * n)
    total = red.total(seen, dim=tuple(range(2 + n, 2 + 2 * n)), keepdim=False)
    return total / divisor if isinstance(divisor, int) else total / _divisors(divisor, x.dtype)


def _divisors(divisor: tuple[Any, ...], of: Any) -> Any:
    """One number for each window, from its extent along each dimension."""
    result: Any = 1.0
    for i, extent in enumerate(divisor):
        column = constant(np.asarray(extent, of.numpy or np.float32), of)
        result = view(column, shape=tuple(-1 if d == i else 1 for d in range(len(divisor)))) * result
    return result


def _divide(total: Any, divisor: Any) -> Any:
    if isinstance(divisor, int):
        total /= divisor
    else:
        for i, extent in enumerate(divisor):
            total /= np.asarray(extent, total.dtype).reshape([-1 if d == i else 1 for d in range(len(divisor))])
    return total


def _mean_kernel(x: Any, kernel: Sizes, stride: Sizes, padding: Pairs, out: Sizes, divisor: Any) -> Any:
    x = padded_array(x, padding)
    gaps = (1,) * len(kernel)
    total: Any = None
    for tap in taps(kernel):
        seen = x[met(tap, stride, gaps, out)]
        total = seen.copy() if total is None else np.add(total, seen, out=total)
    return _divide(total, divisor)


def _mean_back_body(g: Any, shape: Sizes, kernel: Sizes, stride: Sizes, padding: Pairs, divisor: Any) -> Any:
    g = g / divisor if isinstance(divisor, int) else g / _divisors(divisor, g.dtype)
    out = g.array.shape[2:]
    whole = full((*shape[:2], *[n + a + max(b, 0) for n, (a, b) in zip(shape[2:], padding, strict=True)]), 0, g.dtype)
    for tap in taps(kernel):
        whole = whole + _at_tap(g, whole.array.shape, tap, stride, out)
    return padded(whole, tuple((-a, -max(b, 0)) for a, b in padding))


def _at_tap(g: Any, shape: Sizes, tap: Sizes, stride: Sizes, out: Sizes) -> Any:
    steps = tuple(
        (narrow, {"dim": 2 + i, "start": t, "stop": t + (o - 1) * s + 1, "step": s})
        for i, (t, s, o) in enumerate(zip(tap, stride, out, strict=True))
    )
    return write(full(shape, 0, g.dtype), g, steps=steps)


def _mean_back_kernel(g: Any, shape: Sizes, kernel: Sizes, stride: Sizes, padding: Pairs, divisor: Any) -> Any:
    g = _divide(g.copy(), divisor)
    spread = np.broadcast_to(g.reshape(*g.shape[:2], *(1,) * len(kernel), *g.shape[2:]), (*g.shape[:2], *kernel, *g.shape[2:]))
    return add_windows(spread, shape, stride, (1,) * len(kernel), padding)


mean_back = composite(
    "avg_pool_backward",
    _mean_back_body,
    operands=1,
    kernel=widened(_mean_back_kernel),
    node="AvgPoolBackwardBackward0",
    g=lambda gg, kernel, stride, padding, divisor, like: MEANS[len(kernel)](
        gg, kernel=kernel, stride=stride, padding=padding, out=like.shape[2:], divisor=divisor
    ),
)


def _averages(name: str, node: str) -> Any:
    return composite(
        name,
        _mean_body,
        operands=1,
        kernel=widened(_mean_kernel),
        node=node,
        x=lambda g, like, kernel, stride, padding, divisor: mean_back(
            g, shape=like.shape, kernel=kernel, stride=stride, padding=padding, divisor=divisor
        ),
    )


MEANS: dict[int, Composite] = {
    1: _averages("avg_pool1d", "AvgPool2DBackward0"),
    2: _averages("avg_pool2d", "AvgPool2DBackward0"),
    3: _averages("avg_pool3d", "AvgPool3DBackward0"),
}


def _divisor(shape: Sizes, kernel: Sizes, stride: Sizes, edge: Sizes, out: Sizes, count_padding: bool, override: int | None) -> Any:
    """What the sum of each window is divided by: one number, or for each dimension how far each window reaches."""
    if override is not None:
        return int(override)
    extents = []
    for n, k, s, p, o in zip(shape[2:], kernel, stride, edge, out, strict=True):
        start = np.arange(o) * s - p
        stop = np.minimum(start + k, n + p)
        if not count_padding:
            start, stop = np.maximum(start, 0), np.minimum(stop, n)
        extents.append(tuple((stop - start).tolist()))
    if all(len(set(e)) == 1 for e in extents):
        return math.prod(e[0] for e in extents)
    return tuple(extents)


def _avg_pool(
    n: int,
    input: Tensor,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Tensor:
    function = f"avg_pool{n}d"
    if input.dtype.category == dtypes.INTEGER:                     # means rounded towards zero
        means = _avg_pool(n, input.to(dtypes.float64), kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
        return means.to(input.dtype)
    x, alone = batched(input, n, function)
    _check_elements(function, input, n)
    kernel, steps, edge, gaps = _window_sizes(n, function, kernel_size, stride, padding, 1)
    if divisor_override == 0:
        raise RuntimeError(text("pool-divisor", function=function))
    shape = x.array.shape
    out = pooled_sizes(shape, kernel, steps, gaps, edge, ceil_mode)
    _check_output(function, shape, out, kernel)
    result = MEANS[n](
        x,
        kernel=kernel,
        stride=steps,
        padding=reaching(shape, kernel, steps, gaps, edge, out),
        out=out,
        divisor=_divisor(shape, kernel, steps, edge, out, count_include_pad, divisor_override),
    )
    return squeeze(result, dim=(0,)) if alone else result


@refuses("bool complex int8 uint8 int16 int32")
def avg_pool1d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True
) -> Tensor:
    """The mean of each window of `(N, C, L)` or `(C, L)`.

    >>> torch.nn.functional.avg_pool1d(torch.tensor([[[1.0, 3.0, 5.0, 7.0]]]), 2)
    tensor([[[2., 6.]]])
    """
    result = _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None)
    return show_as(result, "SqueezeBackward1", ("AvgPool2DBackward0", ("UnsqueezeBackward0", input)))


@keeps_format
@refuses("bool complex int8 uint8 int16 int32")
def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window of `(N, C, H, W)` or `(C, H, W)`; `divisor_override` divides the sums by a number of its own."""
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


@in_single_precision
@keeps_format
@refuses("bool halves complex int8 uint8 int16 int32")
def avg_pool3d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window of `(N, C, D, H, W)` or `(C, D, H, W)`."""
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _lp_pool(n: int) -> Callable[..., Tensor]:
    def pool(input: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Tensor:
        kernel = sizes_of(kernel_size, n, "kernel_size", f"lp_pool{n}d")
        out: Any = _avg_pool(n, ar.pow(input, norm_type), kernel, stride, 0, ceil_mode, True, None)
        return ar.pow(fn.sign(out) * relu(fn.absolute(out)) * math.prod(kernel), 1.0 / norm_type)

    pool.__name__ = pool.__qualname__ = f"lp_pool{n}d"
    pool.__doc__ = "The p-norm of each window."
    return pool


lp_pool1d, lp_pool2d, lp_pool3d = _lp_pool(1), _lp_pool(2), refuses("halves")(_lp_pool(3))
