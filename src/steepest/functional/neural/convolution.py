"""Convolution and its two gradients, each of which is linear in both operands and whose gradients are the other two.

Over arrays: the windows of a block of samples are laid out as columns `(C * K, n * O)` and meet the weights in one matrix
product; where every group has a single channel, one product for each element of the kernel is less work.
"""

import math
from typing import Any

import numpy as np

from steepest.core.dtype import int64
from steepest.functional.neural import direct
from steepest.functional.neural.precision import widened
from steepest.functional.neural.windows import (
    Pairs,
    Sizes,
    add_windows,
    met,
    padded,
    padded_array,
    places,
    taps,
    window_array,
    windows,
)
from steepest.ops import contractions as con
from steepest.ops import indexing as ix
from steepest.ops import reductions as red
from steepest.ops.arithmetic import conjugate
from steepest.ops.composites import Composite, composite
from steepest.ops.creation import full, iota
from steepest.ops.views import narrow, view, write

BLOCK = 1 << 21
"""How many numbers the columns of one block may hold."""
OUT, KERNEL = "uvw", "xyz"


def _grouped_letters(n: int) -> tuple[str, str, str]:
    """The letters of windows, weights and results with `n` spatial dimensions."""
    return f"ngc{OUT[:n]}{KERNEL[:n]}", f"goc{KERNEL[:n]}", f"ngo{OUT[:n]}"


def _split(x: Any, groups: int, dim: int) -> Any:
    """Dimension `dim` seen as groups and channels within."""
    shape = x.array.shape
    return view(x.contiguous(), shape=(*shape[:dim], groups, shape[dim] // groups, *shape[dim + 1 :]))


def _joined(x: Any, shape: Sizes) -> Any:
    return x.reshape(*shape)


# the bodies -----------------------------------------------------------------------------------------------------------------
def _conv_body(x: Any, weight: Any, bias: Any, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    kernel, n = weight.array.shape[2:], weight.array.ndim - 2
    seen = windows(_split(padded(x, padding), groups, 1), kernel, stride, dilation, 3)
    a, b, c = _grouped_letters(n)
    out = con.contraction(seen, _split(weight, groups, 0), spec=f"{a},{b}->{c}")
    shape = places(x.array.shape, kernel, stride, dilation, padding)
    out = _joined(out, (x.array.shape[0], weight.array.shape[0], *shape))
    return out if bias is None else out + bias.reshape(-1, *(1,) * n)


def _input_body(g: Any, weight: Any, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    """Zeros between the elements of `g` and around them, then a convolution with the weights turned around."""
    kernel, n = weight.array.shape[2:], weight.array.ndim - 2
    spread = [(o - 1) * s + 1 for o, s in zip(g.array.shape[2:], stride, strict=True)]
    steps = tuple(
        (narrow, {"dim": 2 + i, "start": 0, "stop": m, "step": s}) for i, (m, s) in enumerate(zip(spread, stride, strict=True)) if s > 1
    )
    wide = write(full((*g.array.shape[:2], *spread), 0, g.dtype), g, steps=steps) if steps else g
    before = [(k - 1) * d - a for k, d, (a, _) in zip(kernel, dilation, padding, strict=True)]
    after = [m + (k - 1) * d - b - s for m, k, d, b, s in zip(shape[2:], kernel, dilation, before, spread, strict=True)]
    wide = padded(wide, tuple(zip(before, after, strict=True)))
    for i, k in enumerate(kernel):
        weight = ix.take_rows(weight, iota(start=k - 1, step=-1, size=k, dtype=int64), dim=2 + i)
    seen = windows(_split(wide, groups, 1), kernel, (1,) * n, dilation, 3)
    spec = f"ngo{OUT[:n]}{KERNEL[:n]},goc{KERNEL[:n]}->ngc{OUT[:n]}"
    return _joined(con.contraction(seen, _split(weight, groups, 0), spec=spec), shape)


def _weight_body(g: Any, x: Any, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    n = len(shape) - 2
    seen = windows(_split(padded(x, padding), groups, 1), shape[2:], stride, dilation, 3)
    a, b, c = _grouped_letters(n)
    return _joined(con.contraction(_split(g, groups, 1), seen, spec=f"{c},{a}->{b}"), shape)


# the kernels ----------------------------------------------------------------------------------------------------------------
def _blocks(samples: int, each: int) -> list[slice]:
    step = max(1, min(samples, BLOCK // max(each, 1)))
    return [slice(i, min(i + step, samples)) for i in range(0, samples, step)]


def _columns(x: Any, kernel: Sizes, stride: Sizes, dilation: Sizes, out: Sizes, groups: int) -> Any:
    """The windows of padded samples as `(groups, C / groups * K, n * O)`."""
    n = len(kernel)
    seen = window_array(x, kernel, stride, dilation, out)
    seen = seen.transpose(1, *range(2, 2 + n), 0, *range(2 + n, 2 + 2 * n))
    return np.ascontiguousarray(seen).reshape(groups, -1, x.shape[0] * math.prod(out))


def _rows(g: Any, groups: int) -> Any:
    """Results `(n, O, *)` as `(groups, O / groups, n * places)`."""
    flat = g.reshape(g.shape[0], g.shape[1], -1).transpose(1, 0, 2)
    return np.ascontiguousarray(flat).reshape(groups, g.shape[1] // groups, -1)


def _conv_kernel(x: Any, weight: Any, bias: Any, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    found = direct.convolved(x, weight, bias, stride, padding, dilation, groups)
    if found is not None:
        return found
    kernel, samples = weight.shape[2:], x.shape[0]
    out = places(x.shape, kernel, stride, dilation, padding)
    x = padded_array(x, padding)
    if weight.shape[1] == 1 and groups > 1:
        result = _conv_by_taps(x, weight, stride, dilation, out, groups)
    else:
        flat = weight.reshape(groups, weight.shape[0] // groups, -1)
        result = np.empty((samples, weight.shape[0], *out), x.dtype)
        for block in _blocks(samples, x.shape[1] * math.prod(kernel) * math.prod(out)):
            product = np.matmul(flat, _columns(x[block], kernel, stride, dilation, out, groups))
            result[block] = product.reshape(weight.shape[0], -1, *out).swapaxes(0, 1)
    if bias is not None:
        result += bias.reshape(-1, *(1,) * len(out))
    return result


def _conv_by_taps(x: Any, weight: Any, stride: Sizes, dilation: Sizes, out: Sizes, groups: int) -> Any:
    many = weight.shape[0] // groups
    result = np.zeros((x.shape[0], groups, many, *out), x.dtype)
    by_group = weight.reshape(groups, many, *weight.shape[2:])
    for tap in taps(weight.shape[2:]):
        factor = by_group[(slice(None), slice(None), *tap)].reshape(groups, many, *(1,) * len(out))
        result += x[met(tap, stride, dilation, out)][:, :, None] * factor
    return result.reshape(x.shape[0], weight.shape[0], *out)


def _input_kernel(g: Any, weight: Any, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    found = direct.input_slope(g, weight, shape, stride, padding, dilation, groups)
    if found is not None:
        return found
    kernel, out = weight.shape[2:], g.shape[2:]
    if weight.shape[1] == 1 and groups > 1:
        return _input_by_taps(g, weight, shape, stride, padding, dilation, groups)
    n = len(kernel)
    turned = weight.reshape(groups, weight.shape[0] // groups, -1).swapaxes(1, 2)
    result = np.empty(shape, g.dtype)
    for block in _blocks(shape[0], shape[1] * math.prod(kernel) * math.prod(out)):
        columns = np.matmul(turned, _rows(g[block], groups)).reshape(shape[1], *kernel, -1, *out)
        values = columns.transpose(1 + n, 0, *range(1, 1 + n), *range(2 + n, 2 + 2 * n))
        result[block] = add_windows(values, (values.shape[0], *shape[1:]), stride, dilation, padding)
    return result


def _input_by_taps(g: Any, weight: Any, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    out, many = g.shape[2:], weight.shape[0] // groups
    seen = g.reshape(g.shape[0], groups, many, *out)
    by_group = weight.reshape(groups, many, *weight.shape[2:])
    whole = np.zeros((*shape[:2], *[s + a + max(b, 0) for s, (a, b) in zip(shape[2:], padding, strict=True)]), g.dtype)
    for tap in taps(weight.shape[2:]):
        factor = by_group[(slice(None), slice(None), *tap)].reshape(groups, many, *(1,) * len(out))
        whole[met(tap, stride, dilation, out)] += (seen * factor).sum(2)
    inside = [slice(a, a + s) for s, (a, _) in zip(shape[2:], padding, strict=True)]
    return np.ascontiguousarray(whole[(slice(None), slice(None), *inside)])


def _weight_kernel(g: Any, x: Any, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Any:
    found = direct.weight_slope(g, x, shape, stride, padding, dilation, groups)
    if found is not None:
        return found
    kernel, out = shape[2:], g.shape[2:]
    x = padded_array(x, padding)
    if shape[1] == 1 and groups > 1:
        seen, each = g.reshape(g.shape[0], groups, g.shape[1] // groups, math.prod(out)), (x.shape[0], groups, math.prod(out))
        parts = [np.einsum("ngop,ngp->go", seen, x[met(tap, stride, dilation, out)].reshape(each)) for tap in taps(kernel)]
        return np.ascontiguousarray(np.stack(parts, -1).reshape(shape))
    result = np.zeros((groups, shape[0] // groups, shape[1] * math.prod(kernel)), g.dtype)
    for block in _blocks(x.shape[0], x.shape[1] * math.prod(kernel) * math.prod(out)):
        columns = _columns(x[block], kernel, stride, dilation, out, groups)
        result += np.matmul(_rows(g[block], groups), columns.swapaxes(1, 2))
    return result.reshape(shape)


# the three operations -------------------------------------------------------------------------------------------------------
def _spatial_sum(g: Any) -> Any:
    return red.total(g, dim=(0, *range(2, g.array.ndim)), keepdim=False)


def _geometry(stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> dict[str, Any]:
    return {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


convolve = composite(
    "convolution",
    _conv_body,
    operands=3,
    kernel=widened(_conv_kernel),
    x=lambda g, weight, like, stride, padding, dilation, groups: input_gradient(
        g, conjugate(weight), shape=like.shape, **_geometry(stride, padding, dilation, groups)
    ),
    weight=lambda g, x, like, stride, padding, dilation, groups: weight_gradient(
        g, conjugate(x), shape=like.shape, **_geometry(stride, padding, dilation, groups)
    ),
    bias=lambda g: _spatial_sum(g),
)
input_gradient: Composite = composite(
    "convolution_transposed",
    _input_body,
    operands=2,
    kernel=widened(_input_kernel),
    node="ConvolutionBackward0",
    g=lambda gg, weight, stride, padding, dilation, groups: convolve(
        gg, conjugate(weight), None, **_geometry(stride, padding, dilation, groups)),
    weight=lambda gg, g, like, stride, padding, dilation, groups: weight_gradient(
        conjugate(g), gg, shape=like.shape, **_geometry(stride, padding, dilation, groups)
    ),
)
weight_gradient: Composite = composite(
    "convolution_weight_backward",
    _weight_body,
    operands=2,
    kernel=widened(_weight_kernel),
    node="ConvolutionBackwardBackward0",
    g=lambda gg, x, stride, padding, dilation, groups: convolve(
        conjugate(x), gg, None, **_geometry(stride, padding, dilation, groups)),
    x=lambda gg, g, like, stride, padding, dilation, groups: input_gradient(
        conjugate(g), gg, shape=like.shape, **_geometry(stride, padding, dilation, groups)
    ),
)
