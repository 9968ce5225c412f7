"""Eager kernels: an elementwise definition of more than one call becomes one NumPy ufunc of native code.

Without llvmlite the definition runs over NumPy arrays, slower and with the same results to rounding; one warning says so.
"""

import warnings
from typing import Any

from steepest.core.dtype import dtype
from steepest.lower import machine
from steepest.lower.ufunc import make_ufunc
from steepest.ops.maps import Elementwise

__all__ = ["build"]

NATIVE = frozenset("float32 float64 int8 int16 int32 int64 uint8 bool".split())
_missing: list[str] = []


def build(primitive: Elementwise, compute: dtype) -> Any:
    """The ufunc of a primitive for operands of dtype `compute`; None where there is no native code, or no meaning, for it."""
    if compute.name not in NATIVE or _missing:
        return None
    inputs = ["bool" if i in primitive.keep else compute.name for i in range(len(primitive.inputs))]
    outputs = [compute.name if given is None else given.name for given in primitive.gives]
    try:
        return make_ufunc(primitive.name, primitive.definition, inputs, outputs)
    except machine.Unavailable as problem:
        _missing.append(str(problem))
        warnings.warn(str(problem), UserWarning, stacklevel=2)
        return None
    except TypeError:
        return None
