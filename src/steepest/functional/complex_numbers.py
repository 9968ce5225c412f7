"""Complex tensors from their parts."""

from steepest.core.dtype import these
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import appears_as
from steepest.functional.casting import in_single_precision
from steepest.functional.joining import stack
from steepest.functional.shaping import broadcast_tensors, view_as_complex
from steepest.functional.supporting import refuse


@appears_as("ComplexBackward0", 2)
def complex_(real: Tensor, imag: Tensor) -> Tensor:
    """A complex tensor from its parts, floating tensors of one dtype."""
    for name, x in (("real", real), ("imag", imag)):
        if not isinstance(x, Tensor):
            raise TypeError(text("argument-not-tensor", function="complex", name=name, kind=type(x).__name__))
    if real.dtype is not imag.dtype or not real.dtype.is_floating_point:
        raise RuntimeError(text("complex-parts", a=real.dtype, b=imag.dtype))
    return view_as_complex(stack(broadcast_tensors(real, imag), -1))      # real + imag * 1j loses signs of zeros, and infinities


NOT_POLAR = these("bool integers halves complex")


@appears_as("PolarBackward0", 2)
@in_single_precision
def polar(abs: Tensor, angle: Tensor) -> Tensor:
    """A complex tensor from absolute values and angles."""
    for name, x in (("abs", abs), ("angle", angle)):
        if not isinstance(x, Tensor):
            raise TypeError(text("argument-not-tensor", function="polar", name=name, kind=type(x).__name__))
    refuse("polar", abs.dtype, NOT_POLAR)
    return complex_(abs * angle.cos(), abs * angle.sin())
