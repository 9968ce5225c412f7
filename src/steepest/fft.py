"""`torch.fft`."""

from steepest.errors import outside
from steepest.functional import fourier
from steepest.functional.fourier import fftfreq, rfftfreq
from steepest.functional.operands import with_out

NAMES = ("fft ifft fft2 ifft2 fftn ifftn rfft irfft rfft2 irfft2 rfftn irfftn hfft ihfft hfft2 ihfft2 hfftn ihfftn").split()
"""Transforms; all take `out=`."""
globals().update({name: with_out(getattr(fourier, name)) for name in NAMES})
fftshift, ifftshift = fourier.fftshift, fourier.ifftshift
__all__ = ["fftfreq", "fftshift", "ifftshift", "rfftfreq", *NAMES]
outside.explain(__name__)
