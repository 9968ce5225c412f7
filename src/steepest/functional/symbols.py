"""`torch.sym_*`: arithmetic of sizes, which are ordinary numbers here; and the choice between two functions."""

import math
from typing import Any


def sym_int(a: Any) -> int:
    """`a` without its fraction."""
    return int(a)


def sym_float(a: Any) -> float:
    """`a` as a float."""
    return float(a)


def sym_not(a: Any) -> bool:
    """`not a`."""
    return not a


def sym_max(a: Any, b: Any) -> Any:
    """The larger number."""
    return max(a, b)


def sym_min(a: Any, b: Any) -> Any:
    """The smaller number."""
    return min(a, b)


def sym_ite(b: bool, t: Any, f: Any) -> Any:
    """`t` if `b`, else `f`."""
    return t if b else f


def sym_sqrt(a: Any) -> float:
    """The square root."""
    return math.sqrt(a)


def sym_sum(args: Any) -> Any:
    """The sum of several numbers."""
    return sum(args)


def cond(pred: Any, true_fn: Any, false_fn: Any, operands: Any = ()) -> Any:
    """`true_fn(*operands)` or `false_fn(*operands)`, by a number or a tensor with one element.

    >>> steepest.cond(steepest.tensor(True), lambda x: x + 1, lambda x: x, (steepest.ones(1),))
    tensor([2.])
    """
    return (true_fn if bool(pred) else false_fn)(*operands)
