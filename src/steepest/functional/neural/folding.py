"""Windows as columns and back: `unfold` and `fold` of images, and channels traded for pixels."""

import math
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.neural.precision import widened
from steepest.functional.neural.windows import (
    Pairs,
    Sizes,
    add_windows,
    batched,
    padded,
    padded_array,
    places,
    sizes_of,
    taps,
    window_array,
    windows,
)
from steepest.functional.shaping import contiguous
from steepest.functional.supporting import refuses
from steepest.ops.composites import Composite, composite
from steepest.ops.creation import full
from steepest.ops.reductions import wrap
from steepest.ops.views import narrow, permute, select, squeeze, unsqueeze, view, write


def _columns_body(x: Any, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Pairs) -> Any:
    seen = permute(windows(padded(x, padding), kernel, stride, dilation), order=(0, 1, 4, 5, 2, 3))
    shape = seen.array.shape
    return view(contiguous(seen), shape=(shape[0], math.prod(shape[1:4]), math.prod(shape[4:])))


def _columns_kernel(x: Any, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Pairs) -> Any:
    out = places(x.shape, kernel, stride, dilation, padding)
    seen = window_array(padded_array(x, padding), kernel, stride, dilation, out)
    return seen.copy().reshape(x.shape[0], x.shape[1] * math.prod(kernel), math.prod(out))


def _image_body(x: Any, size: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Pairs) -> Any:
    shape, out = _image_shape(x.array.shape, size, kernel, stride, dilation, padding)
    x = x.reshape(*shape[:2], math.prod(kernel), *out)
    total = full((*shape[:2], *[n + a + b for n, (a, b) in zip(size, padding, strict=True)]), 0, x.dtype)
    for number, tap in enumerate(taps(kernel)):
        steps = tuple(
            (narrow, {"dim": 2 + i, "start": t * d, "stop": t * d + (o - 1) * s + 1, "step": s})
            for i, (t, d, o, s) in enumerate(zip(tap, dilation, out, stride, strict=True))
        )
        total = total + write(full(total.array.shape, 0, x.dtype), select(x, dim=2, index=number), steps=steps)
    return padded(total, tuple((-a, -b) for a, b in padding))


def _image_shape(shape: Sizes, size: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Pairs) -> tuple[Sizes, Sizes]:
    made = (shape[0], shape[1] // math.prod(kernel), *size)
    return made, places(made, kernel, stride, dilation, padding)


def _image_kernel(x: Any, size: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes, padding: Pairs) -> Any:
    shape, out = _image_shape(x.shape, size, kernel, stride, dilation, padding)
    return add_windows(x.reshape(*shape[:2], *kernel, *out), shape, stride, dilation, padding)


to_columns = composite(
    "im2col",
    _columns_body,
    operands=1,
    kernel=_columns_kernel,
    node="Im2ColBackward0",
    x=lambda g, like, kernel, stride, dilation, padding: to_image(
        g, size=like.shape[2:], kernel=kernel, stride=stride, dilation=dilation, padding=padding
    ),
)
to_image: Composite = composite(
    "col2im",
    _image_body,
    operands=1,
    kernel=widened(_image_kernel),
    node="Col2ImBackward0",
    x=lambda g, kernel, stride, dilation, padding: to_columns(g, kernel=kernel, stride=stride, dilation=dilation, padding=padding),
)


def _sizes(function: str, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> tuple[Sizes, Sizes, Pairs, Sizes]:
    kernel, gaps, edge, steps = (
        sizes_of(v, 2, name, function)
        for v, name in ((kernel_size, "kernel_size"), (dilation, "dilation"), (padding, "padding"), (stride, "stride"))
    )
    return kernel, gaps, tuple((p, p) for p in edge), steps


@refuses("integers")
def unfold(input: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """The windows of images `(N, C, H, W)` or `(C, H, W)` as columns `(N, C * K, L)`; RuntimeError where none fits.

    IndexError for fewer than three dimensions, as in PyTorch.

    >>> torch.nn.functional.unfold(torch.ones(1, 1, 3, 3), 2).shape
    torch.Size([1, 4, 4])
    """
    shape = input.array.shape
    if len(shape) < 3:
        wrap(max(len(shape), 1), len(shape))                    # PyTorch asks for a size that is not there
    if 0 in shape[-3:]:
        raise RuntimeError(text("window-dims-unfold", shape=list(shape)))
    x, alone = batched(input, 2, "unfold")
    kernel, gaps, pairs, steps = _sizes("unfold", kernel_size, dilation, padding, stride)
    out = places(x.array.shape, kernel, steps, gaps, pairs)
    if min(out) <= 0:
        raise RuntimeError(text("unfold-empty", size=tuple(x.array.shape[2:]), kernel=tuple(kernel), blocks=tuple(out)))
    result = to_columns(x, kernel=kernel, stride=steps, dilation=gaps, padding=pairs)
    return squeeze(result, dim=(0,)) if alone else result


def fold(input: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Columns `(N, C * K, L)` or `(C * K, L)` added at their places in images of `output_size`; RuntimeError for other shapes."""
    if input.array.ndim not in (2, 3) or 0 in input.array.shape[-2:]:
        raise RuntimeError(text("fold-dims", shape=list(input.array.shape)))
    x, alone = (input, False) if input.array.ndim == 3 else (unsqueeze(input, dim=0), True)
    size = sizes_of(output_size, 2, "output_size", "fold")
    kernel, gaps, pairs, steps = _sizes("fold", kernel_size, dilation, padding, stride)
    shape = x.array.shape
    out = places((1, 1, *size), kernel, steps, gaps, pairs)
    if shape[1] % math.prod(kernel):
        raise RuntimeError(text("fold-channels", given=shape[1], kernel=tuple(kernel)))
    if shape[2] != math.prod(out):
        raise RuntimeError(
            text(
                "fold-shape",
                shape=list(input.array.shape),
                kernel=list(kernel),
                block=math.prod(kernel),
                count=math.prod(out),
                size=list(size),
            )
        )
    result = to_image(x, size=size, kernel=kernel, stride=steps, dilation=gaps, padding=pairs)
    return squeeze(result, dim=(0,)) if alone else result


def _regrouped(x: Any, shape: Sizes, order: tuple[int, ...], made: Sizes) -> Any:
    return view(contiguous(permute(view(contiguous(x), shape=shape), order=order)), shape=made)


def _to_pixels_body(x: Any, r: int) -> Any:
    *lead, c, h, w = x.array.shape
    n = len(lead)
    return _regrouped(x, (*lead, c // (r * r), r, r, h, w), (*range(n), n, n + 3, n + 1, n + 4, n + 2), (*lead, c // (r * r), h * r, w * r))


def _to_channels_body(x: Any, r: int) -> Any:
    *lead, c, h, w = x.array.shape
    n = len(lead)
    return _regrouped(x, (*lead, c, h // r, r, w // r, r), (*range(n), n, n + 2, n + 4, n + 1, n + 3), (*lead, c * r * r, h // r, w // r))


to_pixels = composite("pixel_shuffle", _to_pixels_body, operands=1, x=lambda g, r: to_channels(g, r=r))
to_channels: Composite = composite("pixel_unshuffle", _to_channels_body, operands=1, x=lambda g, r: to_pixels(g, r=r))
shuffled: Composite = composite(
    "channel_shuffle",
    lambda x, groups: _regrouped(
        x,
        (x.array.shape[0], groups, x.array.shape[1] // groups, *x.array.shape[2:]),
        (0, 2, 1, *range(3, x.array.ndim + 1)),
        x.array.shape,
    ),
    operands=1,
    x=lambda g, like, groups: shuffled(g, groups=like.shape[1] // groups),
)


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """`(*, C * r**2, H, W)` to `(*, C, H * r, W * r)` (Shi et al. 2016); RuntimeError where channels do not divide."""
    if input.array.ndim < 3 or upscale_factor <= 0 or input.array.shape[-3] % upscale_factor**2:
        raise RuntimeError(text("pixel-shuffle", shape=list(input.array.shape), square=upscale_factor**2))
    return to_pixels(input, r=upscale_factor)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """`(*, C, H * r, W * r)` to `(*, C * r**2, H, W)`; RuntimeError where height or width do not divide."""
    shape = input.array.shape
    if len(shape) < 3 or downscale_factor <= 0 or shape[-1] % downscale_factor or shape[-2] % downscale_factor:
        raise RuntimeError(text("pixel-unshuffle", shape=list(shape), factor=downscale_factor))
    return to_channels(input, r=downscale_factor)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """The channels of `(N, C, *)` dealt out over groups in turn (Zhang et al. 2018); RuntimeError where they do not divide."""
    shape = input.array.shape
    if len(shape) < 3 or groups <= 0 or shape[1] % groups:
        raise RuntimeError(text("channel-shuffle", shape=list(shape), groups=groups))
    return shuffled(input, groups=groups)


native_channel_shuffle = channel_shuffle
