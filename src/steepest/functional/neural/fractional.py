"""Fractional max pooling: maxima of windows whose places are drawn at random (Graham 2014)."""

import math
from collections.abc import Callable
from typing import Any

from steepest.core import generator as gen
from steepest.core.dtype import int64
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.casting import in_single_precision
from steepest.functional.neural.pooling import pool_back
from steepest.functional.neural.windows import Sizes, batched, sizes_of
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops import indexing as ix
from steepest.ops import reductions as red
from steepest.ops.composites import composite
from steepest.ops.creation import positions
from steepest.ops.random import draw
from steepest.ops.views import select, squeeze, unsqueeze, view

ORDER = {2: (1, 0), 3: (0, 1, 2)}
"""Which of the numbers drawn for a plane places the windows along each dimension; of two, the first is for the width."""


def _starts(sample: Any, n: int, kernel: int, out: int) -> Any:
    """Where the windows begin, `(N, C, out)`: steps of (n - kernel) / (out - 1) from a random place, the last at the end."""
    ordinal = positions(out)
    if out == 1:
        return ordinal + unsqueeze(ar.cast(sample, to=int64), dim=2) * 0 + (n - kernel)
    sample = unsqueeze(sample, dim=2)
    # The ratio has the dtype of the input, as in PyTorch: it decides where a window begins.
    ratio = float(sample.array.dtype.type(n - kernel) / sample.array.dtype.type(out - 1))
    inner = fn.trunc((sample + ordinal) * ratio) - fn.trunc(sample * ratio)
    return ar.where(ordinal == out - 1, n - kernel, ar.cast(inner, to=int64))


def _body(x: Any, samples: Any, kernel: Sizes, out: Sizes) -> Any:
    n, shape = len(kernel), x.array.shape
    flat: Any = 0
    for i, (size, k, o, number) in enumerate(zip(shape[2:], kernel, out, ORDER[n], strict=True)):
        start = _starts(select(samples, dim=2, index=number), size, k, o)
        start = view(start.contiguous(), shape=(*shape[:2], *[o if d == i else 1 for d in range(2 * n)]))
        within = view(positions(k), shape=tuple(k if d == n + i else 1 for d in range(2 * n)))
        flat = flat * size + start + within
    each = math.prod(kernel)
    index = flat.reshape(*shape[:2], math.prod(out) * each)
    seen = ix.gather(x.reshape(*shape[:2], math.prod(shape[2:])), index, dim=2).reshape(*shape[:2], *out, each)
    values, which = red.max_dim(seen, dim=2 + n, keepdim=False)
    places = flat.reshape(*shape[:2], *out, each)
    return values, squeeze(ix.gather(places, unsqueeze(which, dim=2 + n), dim=2 + n), dim=(2 + n,))


MAXIMA = {
    n: composite(
        f"fractional_max_pool{n}d",
        _body,
        operands=2,
        node=f"FractionalMaxPool{n}DBackward0",
        x=lambda g, rest, like: pool_back(g[0], rest[0], shape=like.shape),
    )
    for n in (2, 3)
}


def _pool(n: int, input: Tensor, kernel_size: Any, output_size: Any, output_ratio: Any, samples: Tensor | None) -> Any:
    function = f"fractional_max_pool{n}d"
    x, alone = batched(input, n, function)
    kernel, shape = sizes_of(kernel_size, n, "kernel_size", function), x.array.shape
    if (output_size is None) == (output_ratio is None):
        raise ValueError(text("fractional-size", function=function))
    if output_size is None:
        ratios = (output_ratio,) * n if isinstance(output_ratio, float) else tuple(output_ratio)
        out: Sizes = tuple(math.floor(m * r) for m, r in zip(shape[2:], ratios, strict=True))
    else:
        out = sizes_of(output_size, n, "output_size", function)
    for name, o, k, m in zip(("time", "height", "width")[-n:], out, kernel, shape[2:], strict=True):
        if o < 1 or o + k - 1 > m - (n == 3):                   # of volumes PyTorch wants one element more
            raise RuntimeError(text("fractional-too-large", function=function, name=name, kernel=k, out=o, input=m))
    if samples is None:
        samples = draw(shape=(*shape[:2], n), dtype=x.dtype, generator=gen.default_generator, sampler="uniform", low=0.0, high=1.0)
    elif samples.array.ndim != 3 or samples.array.shape[0] < shape[0] or samples.array.shape[1:] != (shape[1], n):
        raise RuntimeError(text("fractional-samples", function=function, wanted=[shape[0], shape[1], n], got=list(samples.array.shape)))
    else:
        samples = samples[:shape[0]]
    results = MAXIMA[n](x, samples, kernel=kernel, out=out)
    return tuple(squeeze(r, dim=(0,)) for r in results) if alone else results


def _public(n: int, always: bool) -> Callable[..., Any]:
    def pool(
        input: Tensor,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> Any:
        values, indices = _pool(n, input, kernel_size, output_size, output_ratio, _random_samples)
        return (values, indices) if always or return_indices else values

    pool.__name__ = pool.__qualname__ = f"fractional_max_pool{n}d" + ("_with_indices" if always else "")
    pool.__doc__ = (
        "Maxima of windows at random places, as many as `output_size` says or `output_ratio` of the input's size."
        "\n\nRaises ValueError unless exactly one of these two is given, RuntimeError where windows do not fit."
    )
    return in_single_precision(refuses("bool integers complex")(pool))


fractional_max_pool2d, fractional_max_pool3d = _public(2, False), _public(3, False)
fractional_max_pool2d_with_indices, fractional_max_pool3d_with_indices = _public(2, True), _public(3, True)
