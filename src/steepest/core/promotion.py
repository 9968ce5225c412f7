"""The dtype in which an operation computes, decided before its definition runs."""

import math
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import COMPLEX, FLOATING, INTEGER, PROMOTED, Scalar, dtype, numpy_dtype, of_number
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["held", "result_type", "tag"]


NUMBERS = (bool, int, float, complex)


def tag(x: Any) -> Any:
    """What promotion needs to know of an operand: its dtype, a `Scalar` for 0-dim tensors, the class of a Python number."""
    if isinstance(x, Tensor):
        return x.dtype if x.array.ndim else x.dtype.scalar
    return type(x)


def _combine(higher: dtype | None, lower: dtype | None) -> dtype | None:
    if higher is None or lower is None:
        return higher or lower
    if higher.is_complex:
        return higher
    if higher.is_floating_point:
        return higher.to_complex() if lower.is_complex else higher
    if higher is dtypes.bool_ or lower.category >= FLOATING:
        return PROMOTED[higher, lower]
    return higher


def promote_tags(tags: Any) -> dtype:
    """The common dtype of operands with these tags, by PyTorch's order: tensors, 0-dim tensors, numbers."""
    by_rank: list[dtype | None] = [None, None, None]
    for t in tags:
        if isinstance(t, dtype):
            k, d = 0, t
        elif isinstance(t, Scalar):
            k, d = 1, t.dtype
        else:
            k, d = 2, of_number(np.zeros((), t).item() if issubclass(t, np.generic) else t())
        have = by_rank[k]
        by_rank[k] = d if have is None else PROMOTED[have, d]
    found = _combine(by_rank[0], _combine(by_rank[1], by_rank[2]))
    assert found is not None
    return found


def held(value: Any, of: dtype) -> Any:
    """A number as a 0-dim array of this dtype. RuntimeError where the dtype cannot hold it.

    Negative numbers wrap around in unsigned types; that is how PyTorch lets `a - b` be `a + 255 * b`.
    """
    if isinstance(value, complex) and of.category < COMPLEX:
        if of is dtypes.bool_:
            value = value != 0
        elif value.imag:
            raise RuntimeError(text("fill-overflow", dtype=of, value=value))
        value = value.real
    if of.category == INTEGER:
        limits = np.iinfo(of.numpy)
        if not (limits.min if of.is_signed else -limits.max) <= value <= limits.max:
            raise RuntimeError(text("fill-overflow", dtype=of, value=value))
        return np.asarray(int(value)).astype(of.numpy)
    array = np.asarray(value).astype(numpy_dtype(of))
    if of.category == FLOATING and np.isinf(array) and math.isfinite(value):
        raise RuntimeError(text("fill-overflow", dtype=of, value=value))
    return array


def result_type(*operands: Any) -> dtype:
    """The dtype an arithmetic operation on these tensors and numbers gives."""
    return promote_tags([tag(x) for x in operands])
