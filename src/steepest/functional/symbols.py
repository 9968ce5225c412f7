"""`torch.sym_*`: arithmetic of sizes, which are ordinary numbers here."""

import math
from typing import Any

SYMBOLS: dict[str, Any] = {
    "sym_int": lambda a: int(a), "sym_float": lambda a: float(a), "sym_not": lambda a: not a, "sym_max": lambda a, b: max(a, b),
    "sym_min": lambda a, b: min(a, b), "sym_ite": lambda b, t, f: t if b else f, "sym_sqrt": lambda a: math.sqrt(a),
    "sym_sum": lambda args: sum(args),
}


def cond(pred: Any, true_fn: Any, false_fn: Any, operands: Any = ()) -> Any:
    """`true_fn(*operands)` or `false_fn(*operands)`, by a number or a tensor with one element.

    >>> steepest.cond(steepest.tensor(True), lambda x: x + 1, lambda x: x, (steepest.ones(1),))
    tensor([2.])
    """
    return (true_fn if bool(pred) else false_fn)(*operands)
