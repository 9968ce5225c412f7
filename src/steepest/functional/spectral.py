"""Short-time Fourier transforms."""

import warnings

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.casting import in_single_precision
from steepest.functional.creating import ones
from steepest.functional.fourier import fft, ifft, irfft, rfft
from steepest.functional.neural.padding import pad as pad_as
from steepest.functional.neural.padding import pad_constant
from steepest.functional.supporting import refuses
from steepest.ops.creation import constant
from steepest.ops.views import view_as_real


def _window(window: Tensor | None, win_length: int, n_fft: int, like: Tensor) -> Tensor:
    """The window with zeros on both sides up to the length of a frame."""
    if window is None:
        window = ones(win_length, dtype=like.dtype.to_real())
    before = (n_fft - win_length) // 2
    return pad_constant(window, widths=((before, n_fft - win_length - before),), value=0.0) if n_fft != win_length else window


def _lengths(n_fft: int, hop_length: int | None, win_length: int | None, window: Tensor | None) -> tuple[int, int]:
    """The step between frames and the length of the window, checked."""
    hop, width = n_fft // 4 if hop_length is None else hop_length, n_fft if win_length is None else win_length
    if hop <= 0:
        raise RuntimeError(text("stft-positive", name="hop_length", value=hop))
    if not 0 < width <= n_fft:
        raise RuntimeError(text("stft-window", length=width, n_fft=n_fft))
    if window is not None and window.array.shape != (width,):
        raise RuntimeError(text("stft-window-shape", shape=list(window.array.shape), length=width))
    return hop, width


@in_single_precision
@refuses("bool")
def stft(input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None, window: Tensor | None = None,
         center: bool = True, pad_mode: str = "reflect", normalized: bool = False, onesided: bool | None = None,
         return_complex: bool | None = None, align_to_window: bool | None = None) -> Tensor:
    """Transforms of windowed frames of signals `(L)` or `(B, L)`: `(..., frequencies, frames)`."""
    if input.dtype.category < dtypes.FLOATING:
        raise RuntimeError(text("stft-input", problem=f"dtype {input.dtype}"))
    if input.array.ndim not in (1, 2):
        raise RuntimeError(text("stft-input", problem=f"shape {list(input.array.shape)}"))
    with_complex = input.dtype.is_complex or window is not None and window.dtype.is_complex
    if return_complex is None:
        if not with_complex:
            raise RuntimeError(text("stft-return-complex"))
        return_complex = True
    hop, width = _lengths(n_fft, hop_length, win_length, window)
    x = input if input.array.ndim == 2 else input.unsqueeze(0)
    if center:
        x = pad_as(x.unsqueeze(1), (n_fft // 2, n_fft // 2), pad_mode).squeeze(1)
    if not 0 < n_fft <= x.array.shape[-1]:
        raise RuntimeError(text("stft-window", length=n_fft, n_fft=x.array.shape[-1]))
    frames = x.unfold(-1, n_fft, hop) * _window(window, width, n_fft, input)
    half = not with_complex if onesided is None else onesided
    out = (rfft if half else fft)(frames, norm="ortho" if normalized else None).transpose(-2, -1)
    out = out if input.array.ndim == 2 else out.squeeze(0)
    return out if return_complex else view_as_real(out)


def istft(input: Tensor, n_fft: int, hop_length: int | None = None, win_length: int | None = None, window: Tensor | None = None,
          center: bool = True, normalized: bool = False, onesided: bool | None = None, length: int | None = None,
          return_complex: bool = False) -> Tensor:
    """The signal whose `stft` this is; RuntimeError where the windows do not cover it."""
    if not input.dtype.is_complex:
        raise RuntimeError(text("stft-input", problem=f"dtype {input.dtype}"))
    if input.array.ndim not in (2, 3) or not input.array.size:
        raise RuntimeError(text("stft-input", problem=f"shape {list(input.array.shape)}"))
    hop, width = _lengths(n_fft, hop_length, win_length, window)
    x = input if input.array.ndim == 3 else input.unsqueeze(0)
    half = x.array.shape[1] != n_fft if onesided is None else onesided
    if x.array.shape[1] != (n_fft // 2 + 1 if half else n_fft):
        raise RuntimeError(text("stft-input", problem=f"shape {list(input.array.shape)} for n_fft {n_fft}"))
    norm = "ortho" if normalized else None
    frames = x.transpose(1, 2)
    made = ifft(frames, norm=norm) if return_complex else irfft(frames, n_fft, norm=norm)      # which reads the first half alone
    shape = _window(window, width, n_fft, made)
    count = x.array.shape[2]
    total = n_fft + hop * (count - 1)
    places = constant((np.arange(count)[:, None] * hop + np.arange(n_fft)).reshape(-1), dtypes.int64)
    signal = (made * shape).reshape(x.array.shape[0], -1)
    signal = signal.new_zeros(x.array.shape[0], total).index_add(1, places, signal)
    cover = (shape * shape).expand(count, n_fft).reshape(-1)
    cover = cover.new_zeros(total).index_add(0, places, cover)
    start = n_fft // 2 if center else 0
    stop = start + length if length is not None else total - (n_fft // 2 if center else 0)
    signal, cover = signal[:, start:min(stop, total)], cover[start:min(stop, total)]
    if not bool((cover.abs() > 1e-11).all()):
        raise RuntimeError(text("istft-cover"))
    signal = signal / cover
    if stop > total:
        warnings.warn(text("istft-short", length=stop - start), stacklevel=2)
        signal = pad_constant(signal, widths=((0, 0), (0, stop - total)), value=0.0)
    return signal if input.array.ndim == 3 else signal.squeeze(0)
