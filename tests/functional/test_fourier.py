"""Fourier transforms beside NumPy's, their gradients beside finite differences, and windows."""

import numpy as np
import pytest

import steepest
from steepest import fft
from steepest.autograd import gradcheck, gradgradcheck

RNG = np.random.default_rng(2)
REAL, COMPLEX = RNG.standard_normal((3, 4, 6)), RNG.standard_normal((3, 4, 6)) + 1j * RNG.standard_normal((3, 4, 6))


@pytest.mark.parametrize("norm", [None, "forward", "ortho"])
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft", "fftn", "ifftn", "rfftn", "irfftn", "fft2", "irfft2"])
def test_values_are_numpys(name, norm):
    array = REAL if name in ("rfft", "ihfft", "rfftn") else COMPLEX
    np.testing.assert_allclose(getattr(fft, name)(steepest.from_numpy(array), norm=norm).numpy(), getattr(np.fft, name)(array, norm=norm),
                               rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name, size", [("rfft", 5), ("rfft", 8), ("irfft", 7), ("irfft", 6), ("fft", 4), ("hfft", 5), ("ihfft", 6)])
def test_gradients_are_those_of_finite_differences(name, size):
    x = steepest.from_numpy((REAL if name in ("rfft", "ihfft") else COMPLEX)[0, :2].copy()).requires_grad_()
    assert gradcheck(lambda v: getattr(fft, name)(v, size), (x,))
    assert gradgradcheck(lambda v: getattr(fft, name)(v, size), (x,))


def test_float32_stays_complex64():
    assert fft.fft(steepest.ones(4)).dtype is steepest.complex64
    assert fft.irfft(steepest.ones(4)).dtype is steepest.float32


def test_wrong_arguments_are_named():
    for call, kind, words in ((lambda: fft.rfft(steepest.from_numpy(COMPLEX)), RuntimeError, "real input"),
                              (lambda: fft.fft(steepest.ones(4), norm="half"), RuntimeError, "normalization mode"),
                              (lambda: fft.fft(steepest.ones(4), 0), RuntimeError, "data points"),
                              (lambda: fft.fft(steepest.tensor(1.0)), IndexError, "no dimensions")):
        with pytest.raises(kind, match=words):
            call()


def test_istft_undoes_stft():
    x = steepest.from_numpy(RNG.standard_normal((2, 100)))
    window = steepest.hann_window(20, dtype=steepest.float64)
    back = steepest.istft(steepest.stft(x, 20, window=window, return_complex=True), 20, window=window, length=100)
    np.testing.assert_allclose(back.numpy(), x.numpy(), atol=1e-12)


def test_windows_are_numpys():
    for name in ("bartlett", "blackman", "hamming"):
        got = getattr(steepest.signal.windows, name)(9, dtype=steepest.float64)
        np.testing.assert_allclose(got.numpy(), getattr(np, name)(9), atol=1e-9)
    kaiser = steepest.signal.windows.kaiser(9, beta=5.0, dtype=steepest.float64)
    np.testing.assert_allclose(kaiser.numpy(), np.kaiser(9, 5.0), rtol=1e-12)
