"""The call form beside linear algebra: counting, searching and number theory by NumPy. Nothing here has a gradient."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core.primitive import Primitive, arguments
from steepest.core.tensor import from_array
from steepest.errors import text

Array = Any


class Count(Primitive):
    """`function(arrays..., **params)` gives one array or a tuple of them, whose shapes follow from the operands' shapes."""

    form = "call"

    def __init__(self, name: str, function: Callable[..., Any], operands: int):
        super().__init__(name, arguments(function)[:operands], {})
        self.function = function

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        out = self.function(*[x.array for x in operands], **params)
        return tuple(from_array(o) for o in out) if isinstance(out, tuple) else from_array(out)


def check_histogram(bins: int, low: float, high: float) -> None:
    """RuntimeError unless there are intervals and a range for them."""
    if bins <= 0:
        raise RuntimeError(text("histogram-number", bins=bins))
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(text("histogram-finite", low=low, high=high))
    if not low <= high:
        raise RuntimeError(text("histogram-range", low=low, high=high))


def _histogram(x: Array, bins: int, low: float, high: float) -> Array:
    """Counts by PyTorch's line from one edge to the other, every step of it in the dtype of `x`."""
    if low == high and x.size:
        low, high = float(x.min()), float(x.max())
    if low == high:
        low, high = low - 1, high + 1
    check_histogram(bins, low, high)
    first, last = np.array([low, high]).astype(x.dtype)
    inside = x[(x >= first) & (x <= last)]
    place = ((inside - first) * np.asarray(bins).astype(x.dtype) / (last - first)).astype(np.int64)
    return np.bincount(np.minimum(place, bins - 1), minlength=bins).astype(x.dtype)


is_in = Count("isin", lambda x, among: np.isin(x, among), 2)
histogram = Count("histc", _histogram, 1)
search_sorted = Count("searchsorted", lambda sequence, values, side, to: np.asarray(np.searchsorted(sequence, values, side)).astype(to), 2)
def _search_rows(sequence: Array, values: Array, side: Any, to: Any) -> Array:
    """`searchsorted` in every row of its own."""
    out = np.empty(values.shape, to)
    for at in np.ndindex(*values.shape[:-1]):
        out[at] = np.searchsorted(sequence[at], values[at], side)
    return out


search_rows = Count("searchsorted", _search_rows, 2)
gcd = Count("gcd", lambda a, b, to: np.asarray(np.gcd(a, b), to), 2)
lcm = Count("lcm", lambda a, b, to: np.asarray(np.lcm(a, b), to), 2)
unravel = Count("unravel_index", lambda indices, shape: tuple(np.array(i, np.int64) for i in np.unravel_index(indices, shape)), 1)
