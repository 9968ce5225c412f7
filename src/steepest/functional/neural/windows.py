"""Sliding windows over the spatial dimensions of `(N, C, *S)`: what convolution, pooling and folding have in common.

A geometry is given by the tuples `kernel`, `stride`, `dilation` and `padding` (a pair for each dimension). Arrays of windows have
the dimensions `(N, C, *K, *O)`: for each element of the kernel the plane of values that it meets.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.neural.padding import pad_array, pad_constant
from steepest.ops import views

Sizes = tuple[int, ...]
Pairs = tuple[tuple[int, int], ...]


def sizes_of(value: Any, n: int, name: str, function: str) -> Sizes:
    """A number, or one for each of `n` dimensions, as a tuple; RuntimeError for another count."""
    if isinstance(value, int) or hasattr(value, "__index__"):
        return (int(value),) * n
    found = tuple(int(v) for v in value)
    if len(found) == 1:
        return found * n
    if len(found) != n:
        raise RuntimeError(text("window-sizes", function=function, name=name, n=n, given=list(found)))
    return found


DIMENSIONS = {"max_pool1d": "window-dims-line", "max_pool2d": "window-dims-pool", "max_pool3d": "window-dims-pool",
              "avg_pool1d": "window-dims-self", "adaptive_avg_pool1d": "window-dims-self", "adaptive_max_pool1d": "window-dims-self",
              "adaptive_avg_pool2d": "window-dims-adaptive", "adaptive_max_pool2d": "window-dims-adaptive",
              "unfold": "window-dims-unfold"}
"""The texts of functions that do not say what convolutions say."""


def batched(input: Tensor, n: int, function: str) -> tuple[Any, bool]:
    """`(N, C, *S)` with `n` spatial dimensions, and whether the batch was added here; RuntimeError for other dimensions."""
    ndim = input.array.ndim
    if ndim == n + 2:
        return input, False
    if ndim != n + 1:
        key = DIMENSIONS.get(function, "window-dims")
        raise RuntimeError(text(key, function=function, unbatched=n + 1, batched=n + 2, ndim=ndim, shape=list(input.array.shape)))
    return views.unsqueeze(input, dim=0), True


def places(shape: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Pairs) -> Sizes:
    """How many windows fit in each spatial dimension of `shape` `(N, C, *S)`."""
    return tuple(
        [(n + a + b - d * (k - 1) - 1) // s + 1 for n, k, s, d, (a, b) in zip(shape[2:], kernel, stride, dilation, padding, strict=True)]
    )


def window_array(x: Any, kernel: Sizes, stride: Sizes, dilation: Sizes, out: Sizes) -> Any:
    """The windows of an array that is padded already, as a view."""
    x = np.ascontiguousarray(x)
    spatial = x.strides[2:]
    strides = (
        *x.strides[:2],
        *[s * d for s, d in zip(spatial, dilation, strict=True)],
        *[s * t for s, t in zip(spatial, stride, strict=True)],
    )
    return np.ndarray((*x.shape[:2], *kernel, *out), x.dtype, x, 0, strides)


def taps(kernel: Sizes) -> Iterator[Sizes]:
    """The indices of the kernel's elements in order."""
    return itertools.product(*[range(k) for k in kernel])


def met(tap: Sizes, stride: Sizes, dilation: Sizes, out: Sizes) -> tuple[Any, ...]:
    """The index of what one element of the kernel meets in a padded array `(N, C, *S)`."""
    return (
        slice(None),
        slice(None),
        *[slice(t * d, t * d + (o - 1) * s + 1, s) for t, s, d, o in zip(tap, stride, dilation, out, strict=True)],
    )


def add_windows(values: Any, shape: Sizes, stride: Sizes, dilation: Sizes, padding: Pairs) -> Any:
    """Windows `(N, C, *K, *O)` added at their places in zeros of the shape `(N, C, *S)`; what lies in the padding is dropped."""
    n = len(shape) - 2
    kernel, out = values.shape[2 : 2 + n], values.shape[2 + n :]
    whole = np.zeros((*shape[:2], *[s + a + max(b, 0) for s, (a, b) in zip(shape[2:], padding, strict=True)]), values.dtype)
    for tap in taps(kernel):
        whole[met(tap, stride, dilation, out)] += values[(slice(None), slice(None), *tap)]
    if not any(a or b for a, b in padding):
        return whole
    return np.ascontiguousarray(whole[(slice(None), slice(None), *[slice(a, a + s) for s, (a, _) in zip(shape[2:], padding, strict=True)])])


def windows(x: Any, kernel: Sizes, stride: Sizes, dilation: Sizes, first: int = 2) -> Any:
    """The windows of a padded tensor as views: spatial dimensions from `first` on become places, the kernel's come last."""
    for i, (k, s, d) in enumerate(zip(kernel, stride, dilation, strict=True)):
        x = views.unfold(x, dim=first + i, size=(k - 1) * d + 1, step=s)
        if d > 1:
            x = views.narrow(x, dim=x.array.ndim - 1, start=0, stop=(k - 1) * d + 1, step=d)
    return x


def around(padding: Pairs) -> Pairs:
    """The padding of all dimensions of `(N, C, *S)`."""
    return ((0, 0), (0, 0), *padding)


def padded(x: Any, padding: Pairs, value: float = 0.0) -> Any:
    """A tensor padded in its spatial dimensions."""
    return pad_constant(x, widths=around(padding), value=value) if any(a or b for a, b in padding) else x


def padded_array(x: Any, padding: Pairs, value: float = 0.0) -> Any:
    """As `padded`, for arrays."""
    return pad_array(x, widths=around(padding), value=value) if any(a or b for a, b in padding) else x
