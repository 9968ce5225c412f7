"""Numbers about dtypes (`finfo`, `iinfo`), mathematical constants, and the names of types."""

import math
from typing import Any

import numpy as np

from steepest.core.dtype import NAMED, asked, dtype, float_limits, get_default_dtype, numpy_dtype
from steepest.core.tensor import Tensor
from steepest.errors import text

pi, e, inf, nan = math.pi, math.e, math.inf, math.nan


class finfo:
    """Limits of a floating dtype: `bits`, `eps`, `max`, `min`, `tiny`, `smallest_normal`, `resolution`."""

    def __init__(self, type: dtype | None = None):
        of = asked(type) or get_default_dtype()
        if not (of.is_floating_point or of.is_complex):
            raise TypeError(text("finfo-of-integers", dtype=of))
        real = of.to_real()
        known = float_limits(real)
        self.dtype, self.bits = of.name, 8 * real.itemsize
        self.eps, self.max, self.min = float(known.eps), float(known.max), float(known.min)
        self.tiny = self.smallest_normal = float(known.tiny)
        self.resolution = 1.0 if of in NAMED else float(known.resolution)

    def __repr__(self) -> str:
        return (f"finfo(resolution={self.resolution:g}, min={self.min:g}, max={self.max:g}, eps={self.eps:g}, "
                f"smallest_normal={self.smallest_normal:g}, tiny={self.tiny:g}, dtype={self.dtype})")


class iinfo:
    """Limits of an integer dtype: `bits`, `max`, `min`."""

    def __init__(self, type: dtype):
        of = asked(type)
        if of.category > 1:
            raise TypeError(text("iinfo-of-floats", dtype=of))
        known = np.iinfo(of.name if of in NAMED else numpy_dtype(of))
        self.dtype, self.bits, self.max, self.min = of.name, int(known.bits), int(known.max), int(known.min)

    def __repr__(self) -> str:
        return f"iinfo(min={self.min:g}, max={self.max:g}, dtype={self.dtype})"


def typename(obj: Any) -> str:
    """The name of a tensor's type, such as `torch.FloatTensor`, or of any object's class."""
    if isinstance(obj, Tensor):
        return obj.type()
    kind = obj if isinstance(obj, type) else type(obj)
    module = "" if kind.__module__ in ("builtins", "") else kind.__module__ + "."
    return module + kind.__qualname__
