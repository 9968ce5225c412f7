"""`torch.testing`: assertions about tensors."""

from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import outside
from steepest.functional import complex_numbers, creating, joining, limits, random
from steepest.functional.comparing import assert_allclose, assert_close
from steepest.functional.operands import sizes

__all__ = ["assert_allclose", "assert_close", "make_tensor"]
outside.explain(__name__)


def make_tensor(*shape: Any, dtype: Any, device: Any = "cpu", low: float | None = None, high: float | None = None,
                requires_grad: bool = False, noncontiguous: bool = False, exclude_zero: bool = False, memory_format: Any = None) -> Tensor:
    """Random elements between `low` and `high`: -9 to 9 unless given (0 to 9 for uint8, all of bool).

    `noncontiguous` leaves a gap after every element, `exclude_zero` puts the smallest positive number in the place of zeros.
    """
    of = creating.empty(0, dtype=dtype, device=device).dtype
    size = sizes(shape)
    if of is dtypes.bool_:
        made = random.randint(0, 2, size, dtype=of)
    elif of.category == dtypes.INTEGER:
        lowest = 0 if of is dtypes.uint8 else -9
        made = random.randint(int(lowest if low is None else low), int(10 if high is None else high), size, dtype=of)
    else:
        a, b = -9.0 if low is None else float(low), 9.0 if high is None else float(high)
        parts = [random.rand(*size, dtype=of.to_real() if of.is_complex else of) * (b - a) + a for _ in range(2 if of.is_complex else 1)]
        made = complex_numbers.complex_(*parts) if of.is_complex else parts[0]
    if exclude_zero and of is not dtypes.bool_:
        made = made.masked_fill(made == 0, 1 if of.category == dtypes.INTEGER else limits.finfo(of).tiny)
    if noncontiguous and made.numel() > 1:
        made = joining.stack([made, made], -1)[..., 0]
    if requires_grad:
        made = made.detach().requires_grad_()
    return made
