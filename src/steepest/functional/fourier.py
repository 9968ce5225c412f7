"""`torch.fft`: discrete Fourier transforms over one, two or any dimensions."""

import math
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import asked, numpy_dtype
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.casting import in_single_precision
from steepest.functional.creating import finished
from steepest.functional.joining import roll
from steepest.functional.neural.padding import pad_constant
from steepest.ops import fourier as ops
from steepest.ops.arithmetic import conjugate
from steepest.ops.creation import constant
from steepest.ops.reductions import wrap

Sizes = Any
Dims = Any


def _scale(norm: str | None, size: int, forward: bool) -> float:
    """The factor of a transform over `size` points; RuntimeError for other names than PyTorch's."""
    if norm not in (None, "backward", "ortho", "forward"):
        raise RuntimeError(text("fft-norm", norm=norm))
    if norm == "ortho":
        return 1 / math.sqrt(size)
    return 1 / size if (norm == "forward") == forward else 1.0


def _along(x: Tensor, dim: int) -> int:
    if not x.array.ndim:
        raise IndexError(text("fft-no-dims", dim=dim))
    return wrap(dim, x.array.ndim)


def _resized(x: Tensor, dims: tuple[int, ...], sizes: tuple[int, ...]) -> Tensor:
    """Cut off, or with zeros at the end."""
    widths = [(0, 0)] * x.array.ndim
    for d, n in zip(dims, sizes, strict=True):
        if n < 1:
            raise RuntimeError(text("fft-size", size=n))
        widths[d] = (0, n - x.array.shape[d])
    return pad_constant(x, widths=tuple(widths), value=0.0) if any(b for _, b in widths) else x


@in_single_precision
def _floating(x: Tensor) -> Tensor:
    return x if x.dtype.category >= dtypes.FLOATING else x.to(dtypes.get_default_dtype())


def _complex(x: Tensor) -> Tensor:
    x = _floating(x)
    if x.dtype in (dtypes.float16, dtypes.bfloat16):
        raise RuntimeError(text("fft-half", dtype=x.dtype))
    return x if x.dtype.is_complex else x.to(x.dtype.to_complex())


def _real(x: Tensor, function: str) -> Tensor:
    if x.dtype.is_complex:
        raise RuntimeError(text("fft-of-complex", function=function))
    x = _floating(x)
    if x.dtype in (dtypes.float16, dtypes.bfloat16):
        raise RuntimeError(text("fft-half", dtype=x.dtype))
    return x


def _dims(x: Tensor, s: Sizes, dim: Dims, default: Any = None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The dimensions and sizes of a transform over several of them; -1 keeps a size."""
    given = default if dim is None and s is None else dim
    sizes = None if s is None else (s,) if isinstance(s, int) else tuple(s)
    if given is None:
        count = x.array.ndim if sizes is None else len(sizes)
        if count > x.array.ndim:
            raise RuntimeError(text("fft-too-many-sizes", sizes=list(sizes or ()), ndim=x.array.ndim))
        given = tuple(range(x.array.ndim - count, x.array.ndim))
    given = (given,) if isinstance(given, int) else tuple(given)
    if given and not x.array.ndim:
        raise IndexError(text("fft-no-dims", dim=given[0]))
    dims = tuple(wrap(d, x.array.ndim) for d in given)
    if len(set(dims)) < len(dims):
        raise RuntimeError(text("fft-dims-twice", dims=list(given)))
    if sizes is not None and len(sizes) != len(dims):
        raise RuntimeError(text("fft-sizes-and-dims", sizes=list(sizes), dims=list(given)))
    found = tuple(x.array.shape[d] if n == -1 else n for n, d in zip(sizes, dims, strict=True)) if sizes else tuple(
        x.array.shape[d] for d in dims)
    return dims, found


def _full(x: Tensor, dims: tuple[int, ...], sizes: tuple[int, ...], norm: str | None, forward: bool) -> Tensor:
    given, x = x, _resized(_complex(x), dims, sizes)
    scale = _scale(norm, math.prod(sizes), forward)
    result = ops.transform(x, dim=dims, forward=forward, scale=scale) if dims else x
    return result if given.dtype.is_complex else show_as(result, "FftR2CBackward0", given)


def fft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The discrete Fourier transform along `dim`."""
    d = _along(input, dim)
    return _full(input, (d,), (input.array.shape[d] if n is None else n,), norm, True)


def ifft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `fft`."""
    d = _along(input, dim)
    return _full(input, (d,), (input.array.shape[d] if n is None else n,), norm, False)


def fftn(input: Tensor, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Tensor:
    """The transform over several dimensions (all unless told)."""
    return _full(input, *_dims(input, s, dim), norm, True)


def ifftn(input: Tensor, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Tensor:
    """The inverse of `fftn`."""
    return _full(input, *_dims(input, s, dim), norm, False)


def _half(x: Tensor, dims: tuple[int, ...], sizes: tuple[int, ...], norm: str | None, forward: bool, function: str) -> Tensor:
    """Of real numbers, the half of the last dimension that the other half mirrors."""
    if not dims:
        raise RuntimeError(text("fft-without-dims", function=function))
    x = _resized(_real(x, function), dims, sizes)
    half = ops.transform_half(x, dim=dims[-1], scale=_scale(norm, math.prod(sizes), forward))
    half = half if forward else conjugate(half)
    return ops.transform(half, dim=dims[:-1], forward=forward, scale=1.0) if dims[:-1] else half


def _mirrored(x: Tensor, dims: tuple[int, ...], sizes: tuple[int, ...], norm: str | None, forward: bool, function: str) -> Tensor:
    """The real transform of such a half."""
    if not dims:
        raise RuntimeError(text("fft-without-dims", function=function))
    if sizes[-1] < 1:
        raise RuntimeError(text("fft-size", size=sizes[-1]))
    x = _resized(_complex(x), dims, (*sizes[:-1], sizes[-1] // 2 + 1))
    if dims[:-1]:
        x = ops.transform(x, dim=dims[:-1], forward=forward, scale=1.0)
    return ops.transform_real(conjugate(x) if forward else x, dim=dims[-1], size=sizes[-1],
                              scale=_scale(norm, math.prod(sizes), forward))


def _mirrored_sizes(x: Tensor, s: Sizes, dim: Dims, default: Any = None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    dims, sizes = _dims(x, s, dim, default)
    last = (s if isinstance(s, int) else tuple(s)[-1]) if s else -1
    return dims, (*sizes[:-1], 2 * (x.array.shape[dims[-1]] - 1) if last == -1 else last) if dims else sizes


def rfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The first half of the transform of real numbers."""
    d = _along(input, dim)
    return _half(input, (d,), (input.array.shape[d] if n is None else n,), norm, True, "rfft")


def irfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `rfft`: real numbers."""
    d = _along(input, dim)
    return _mirrored(input, (d,), (2 * (input.array.shape[d] - 1) if n is None else n,), norm, False, "irfft")


def rfftn(input: Tensor, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Tensor:
    """`rfft` over the last of several dimensions and `fft` over the others."""
    return _half(input, *_dims(input, s, dim), norm, True, "rfftn")


def irfftn(input: Tensor, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Tensor:
    """The inverse of `rfftn`."""
    return _mirrored(input, *_mirrored_sizes(input, s, dim), norm, False, "irfftn")


def hfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The real transform of numbers whose other half mirrors them."""
    d = _along(input, dim)
    return _mirrored(input, (d,), (2 * (input.array.shape[d] - 1) if n is None else n,), norm, True, "hfft")


def ihfft(input: Tensor, n: int | None = None, dim: int = -1, norm: str | None = None) -> Tensor:
    """The inverse of `hfft`."""
    d = _along(input, dim)
    return _half(input, (d,), (input.array.shape[d] if n is None else n,), norm, False, "ihfft")


def hfftn(input: Tensor, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Tensor:
    """`hfft` over the last of several dimensions and `fft` over the others."""
    return _mirrored(input, *_mirrored_sizes(input, s, dim), norm, True, "hfftn")


def ihfftn(input: Tensor, s: Sizes = None, dim: Dims = None, norm: str | None = None) -> Tensor:
    """The inverse of `hfftn`."""
    return _half(input, *_dims(input, s, dim), norm, False, "ihfftn")


def _over_two(name: str, function: Any) -> Any:
    def transform(input: Tensor, s: Sizes = None, dim: Dims = (-2, -1), norm: str | None = None) -> Tensor:
        return function(input, s, dim, norm)

    transform.__name__ = transform.__qualname__ = name
    transform.__doc__ = f"`{function.__name__}` over two dimensions, the last ones unless told."
    return transform


fft2, ifft2, rfft2 = _over_two("fft2", fftn), _over_two("ifft2", ifftn), _over_two("rfft2", rfftn)
irfft2, hfft2, ihfft2 = _over_two("irfft2", irfftn), _over_two("hfft2", hfftn), _over_two("ihfft2", ihfftn)


def _frequencies(values: Any, dtype: Any, device: Any, requires_grad: bool) -> Tensor:
    dtype = asked(dtype)
    of = dtype or dtypes.get_default_dtype()
    return finished(constant(values.astype(numpy_dtype(of)), of), requires_grad, device)


def fftfreq(n: int, d: float = 1.0, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """The frequencies of the entries of `fft` of n samples at distance d."""
    return _frequencies(np.fft.fftfreq(n, d), dtype, device, requires_grad)


def rfftfreq(n: int, d: float = 1.0, *, dtype: Any = None, layout: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """The frequencies of the entries of `rfft` of n samples at distance d."""
    return _frequencies(np.fft.rfftfreq(n, d), dtype, device, requires_grad)


def _shifted(x: Tensor, dim: Dims, back: bool) -> Tensor:
    dims = tuple(range(x.array.ndim)) if dim is None else (dim,) if isinstance(dim, int) else tuple(dim)
    moves = tuple(-(x.array.shape[d] // 2) if back else x.array.shape[d] // 2 for d in dims)
    return roll(x, moves, dims) if dims else x.clone()


def fftshift(input: Tensor, dim: Dims = None) -> Tensor:
    """The zero frequency moved to the middle."""
    return _shifted(input, dim, False)


def ifftshift(input: Tensor, dim: Dims = None) -> Tensor:
    """The inverse of `fftshift`."""
    return _shifted(input, dim, True)
