"""The call form: Fourier transforms by NumPy, each linear with another one as its gradient.

`dim` is a tuple of dimensions, `scale` a factor of the result; nothing else is normalised.
"""

from typing import Any

import numpy as np

from steepest.ops.creation import full
from steepest.ops.linalg import Call
from steepest.ops.views import narrow, write

Array = Any


def _full(x: Array, dim: tuple[int, ...], forward: bool, scale: float) -> Array:
    out = np.fft.fftn(x, axes=dim) if forward else np.fft.ifftn(x, axes=dim, norm="forward")
    return _scaled(out, scale)


def _scaled(x: Array, scale: float) -> Array:
    return x if scale == 1 else x * np.asarray(scale, x.real.dtype)


def _half(x: Array, dim: int, scale: float) -> Array:
    return _scaled(np.fft.rfft(x, axis=dim), scale)


def _real(x: Array, dim: int, size: int, scale: float) -> Array:
    return _scaled(np.fft.irfft(x, size, axis=dim, norm="forward"), scale)


def _half_gradient(g: Any, like: Any, dim: int, scale: float) -> Any:
    """The half that was computed, with zeros for the other, transformed back."""
    n = like.shape[dim]
    region = {"dim": dim, "start": 0, "stop": g.array.shape[dim], "step": 1}
    padded = write(full(tuple(n if d == dim else k for d, k in enumerate(g.array.shape)), 0, g.dtype), g, steps=((narrow, region),))
    return transform(padded, dim=(dim,), forward=False, scale=scale).real


def _real_gradient(g: Any, like: Any, dim: int, size: int, scale: float) -> Any:
    """Entries that stand for themselves and their mirror images count twice."""
    half = transform_half(g, dim=dim, scale=scale)
    doubled = full(half.array.shape, 1, g.dtype)
    if size > 2:
        region = {"dim": dim, "start": 1, "stop": size - half.array.shape[dim] + 1, "step": 1}
        inner = tuple(size - half.array.shape[dim] if d == dim else k for d, k in enumerate(half.array.shape))
        doubled = write(doubled, full(inner, 2, g.dtype), steps=((narrow, region),))
    return half * doubled


transform: Call = Call("fft_c2c", _full, 1, {
    "x": lambda g, dim, forward, scale: transform(g, dim=dim, forward=not forward, scale=scale)}, "FftC2CBackward0")
transform_half: Call = Call("fft_r2c", _half, 1, {"x": _half_gradient}, "FftR2CBackward0")
transform_real: Call = Call("fft_c2r", _real, 1, {"x": _real_gradient}, "FftC2RBackward0")
