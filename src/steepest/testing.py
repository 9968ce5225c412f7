"""`torch.testing`: assertions about tensors."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import outside
from steepest.functional import complex_numbers, creating, joining, limits, random
from steepest.functional.creating import as_tensor
from steepest.functional.operands import sizes

__all__ = ["assert_allclose", "assert_close", "make_tensor"]
outside.explain(__name__)

TOLERANCES = {"float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7),
              "complex64": (1.3e-6, 1e-5), "complex128": (1e-7, 1e-7)}


def assert_close(actual: Any, expected: Any, *, allow_subclasses: bool = True, rtol: float | None = None, atol: float | None = None,
                 equal_nan: bool = False, check_device: bool = True, check_dtype: bool = True, check_layout: bool = True,
                 check_stride: bool = False, msg: Any = None) -> None:
    """AssertionError unless shapes and dtypes are equal and `|actual - expected| <= atol + rtol * |expected|` everywhere."""
    if isinstance(expected, (list, tuple)) and not isinstance(actual, Tensor):
        assert len(actual) == len(expected), f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
        for a, e in zip(actual, expected, strict=True):
            assert_close(a, e, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=check_dtype, msg=msg)
        return
    a, e = as_tensor(actual), as_tensor(expected)
    if a.array.shape != e.array.shape:
        raise AssertionError(msg or f"The values for attribute 'shape' do not match: {a.shape} != {e.shape}.")
    if check_dtype and a.dtype is not e.dtype:
        raise AssertionError(msg or f"The values for attribute 'dtype' do not match: {a.dtype} != {e.dtype}.")
    relative, absolute = (max(x) for x in zip(*(TOLERANCES.get(x.dtype.name, (0.0, 0.0)) for x in (a, e)), strict=True))
    relative, absolute = relative if rtol is None else rtol, absolute if atol is None else atol
    close = np.isclose(a.array, e.array, relative, absolute, equal_nan)
    if not close.all():
        difference = np.abs(a.array.astype(np.complex128) - e.array)
        worst = np.unravel_index(np.nanargmax(np.where(close, -1, difference)), difference.shape) if difference.ndim else ()
        raise AssertionError(msg or f"Tensor-likes are not close!\n\nMismatched elements: {(~close).sum()} / {close.size}\n"
                             f"Greatest absolute difference: {difference[worst]} at index {tuple(int(i) for i in worst)} "
                             f"(up to {absolute} allowed)\nrelative: up to {relative} allowed")


assert_allclose = assert_close


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
