"""The fill, iota and constant forms: tensors made of one number, of the indices along a dimension, of an array of the host's."""

from fractions import Fraction
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import dtype, numpy_dtype
from steepest.core.fused import fma64
from steepest.core.memory_order import in_memory_order, memory_order, restored
from steepest.core.modes import interpreters
from steepest.core.primitive import Primitive
from steepest.core.promotion import held
from steepest.core.tensor import fresh
from steepest.errors import text

PLAIN = (int, float)
"""Classes of numbers that every floating dtype holds, rounded, where they are small."""


class Fill(Primitive):
    """A tensor of one shape and dtype filled with a number; `order`: see `memory_order`."""

    form = "fill"

    def __init__(self) -> None:
        super().__init__("full", (), {})

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        to: dtype = params["dtype"]
        value, kind = params["value"], numpy_dtype(to)
        order = params.get("order")
        shape = in_memory_order(params["shape"], order)
        zero = value == 0 and (value.__class__ is int or not np.signbit([value.real, value.imag]).any())
        try:
            array = np.zeros(shape, kind) if zero else np.empty(shape, kind)
        except ValueError:
            raise RuntimeError(text("negative-size", shape=list(params["shape"]))) from None
        if not zero:
            plain = to.is_floating_point and value.__class__ in PLAIN and -127 <= value <= 127
            array.fill(value if plain else held(value, to))
        return fresh(restored(array, order), to)


WIDTHS = {dtypes.float64: 4, dtypes.float32: 8}
"""Elements in a vector of PyTorch's `arange`; of 16-bit floats 16."""


def by_vectors(start: float, step: float, n: int, to: dtype) -> np.ndarray[Any, Any]:
    """`start + step * i` as PyTorch's vectors have it: the first element of each is rounded, the others are steps from there.

    What two vectors do not fill is computed one by one. In float64 sums and products are fused, as compilers of C++ do it.
    """
    width = WIDTHS.get(to, 16)
    whole = n - n % (2 * width)
    line = np.arange(n, dtype=np.float64)
    array = fma64(line, float(step), float(start)) if to is dtypes.float64 and n and not float(step).is_integer() else start + step * line
    if not whole or float(start).is_integer() and float(step).is_integer() and abs(start) + abs(step) * n < 2**24 and to in WIDTHS:
        return array                        # nothing is rounded
    firsts = array[:whole:width].astype(numpy_dtype(to)).astype(np.float64)[:, None]
    steps = np.arange(width) * float(step)
    sums = firsts + steps
    if to is dtypes.float64:                # 3 * step is the one product that is rounded
        virtual = sums - firsts
        lost = (firsts - (sums - virtual)) + (steps - virtual)
        sums += lost + [float(k * Fraction(step) - Fraction(s)) for k, s in enumerate(steps.tolist())]
    array[:whole] = sums.reshape(-1)
    return array


class Iota(Primitive):
    """`start + step * i` for i along the only dimension; with `vectors` as PyTorch's vector code rounds it."""

    form = "iota"

    def __init__(self) -> None:
        super().__init__("arange", (), {})

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        to: dtype = params["dtype"]
        start, step, n = params["start"], params["step"], params["size"]
        if to.is_floating_point:
            array = by_vectors(start, step, n, to) if params.get("vectors") else start + step * np.arange(n, dtype=np.float64)
        else:
            array = start + step * np.arange(n, dtype=np.int64)
        return fresh(array.astype(numpy_dtype(to), copy=False), to)


class Constant(Primitive):
    """A copy of an array that no tensor has a part in."""

    form = "constant"

    def __init__(self) -> None:
        super().__init__("constant", (), {})

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        return fresh(params["array"].copy(), params["dtype"])


fill, iota, constant_ = Fill(), Iota(), Constant()


def constant(array: np.ndarray[Any, Any], of: dtype) -> Any:
    """A tensor over a new array that depends on numbers alone; interpreters see it made."""
    return constant_(array=array, dtype=of) if interpreters else fresh(array, of)


def full(shape: tuple[int, ...], value: Any, of: dtype) -> Any:
    """A tensor of this shape filled with `value`."""
    return fill(shape=tuple(shape), value=value, dtype=of)


def full_like(x: Any, value: Any, of: dtype) -> Any:
    """A tensor of the shape of x filled with `value`; its axes lie in memory as those of x."""
    order = memory_order(x.array)
    rest = {} if order is None else {"order": order}
    return fill(shape=x.array.shape, value=value, dtype=of, **rest)


def positions(n: int) -> Any:
    """0, 1, ... n - 1 as int64."""
    return iota(start=0, step=1, size=n, dtype=dtypes.int64)
