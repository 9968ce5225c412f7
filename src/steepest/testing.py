"""`torch.testing`: assertions about tensors."""

from typing import Any

import numpy as np

from steepest.core.tensor import Tensor
from steepest.functional.creating import as_tensor

__all__ = ["assert_allclose", "assert_close"]

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
