"""Cases: the kinds of steps that a loop has, told apart by what comes in and by comparisons of the step's number."""

import math
from typing import Any

import numpy as np

from steepest.compiling.numbers import STEP, Condition, evaluate

__all__ = ["Case", "Conditions", "following_change"]

Conditions = tuple[tuple[Condition, bool], ...]
BLOCK, LARGEST = 1 << 10, 1 << 20


class Case:
    """Steps that take one way through the body: the recordings of it, and the program once there is one.

    Where recordings were `cut`, conditions behind that place are not known: other cases come first.
    """

    def __init__(self, kind: Any, conditions: Conditions, cut: bool = False):
        self.kind, self.conditions, self.cut = kind, conditions, cut
        self.traces: list[Any] = []
        self.compiled: list[Any] = []
        self.reason: Any = None
        self.tries = 0
        self.seen = 0

    def fits(self, kind: Any, step: int, bases: dict[Any, int]) -> bool:
        """Whether a step is of this case."""
        if kind != self.kind or not self.conditions:
            return bool(kind == self.kind)
        try:
            return all(condition.holds(step, bases) == outcome for condition, outcome in self.conditions)
        except (KeyError, ArithmeticError):
            return False

    def until(self, step: int, limit: int, bases: dict[Any, int]) -> int:
        """The first step after `step`, below `limit`, that is not of this case; `limit` if there is none."""
        for condition, outcome in self.conditions:
            limit = following_change(condition, outcome, step, limit, bases)
        return limit


def following_change(condition: Condition, outcome: bool, step: int, limit: int, bases: dict[Any, int]) -> int:
    """The first step in (step, limit) in which a condition has not this outcome; `limit` if there is none."""
    known = _solved(condition, outcome, step, bases)
    if known is not None:
        return min(known, limit)
    start, size = step + 1, BLOCK
    while start < limit:
        steps = np.arange(start, min(start + size, limit))
        truths = np.broadcast_to(np.asarray(condition.holds(steps, bases)), steps.shape)
        other = np.flatnonzero(truths != outcome)
        if other.size:
            return int(steps[other[0]])
        start, size = start + size, min(size * 8, LARGEST)
    return limit


def _solved(condition: Condition, outcome: bool, step: int, bases: dict[Any, int]) -> int | None:
    """The same where the condition is `a * step + b`, or its remainder, against a number; None for others."""
    left, right = condition.left, condition.right
    if _depends(right):
        return None
    bound = evaluate(right, 0, bases)
    if isinstance(left, tuple) and left[0] == "mod" and not _depends(left[2]) and condition.name in ("eq", "ne"):
        line, size = _affine(left[1], bases), evaluate(left[2], 0, bases)
        if line is None or abs(line[0]) != 1 or type(size) is not int or size <= 0 or type(bound) is not int:
            return None
        slope, constant = line
        if (condition.name == "eq") == outcome:         # it is at the remainder now, and not in the next step unless every one is
            return step + 1 if size > 1 else None
        if not 0 <= bound < size:
            return None
        wanted = (slope * (bound - constant)) % size
        return step + 1 + (wanted - step - 1) % size
    line = _affine(left, bases)
    if line is None or line[0] == 0 or not math.isfinite(bound):
        return None
    at = (bound - line[1]) / line[0]
    if not math.isfinite(at) or abs(at) > 2**52:
        return None
    for candidate in range(math.floor(at) - 1, math.floor(at) + 4):
        if candidate > step and bool(condition.holds(candidate, bases)) != outcome:
            return candidate
    return 2**62 if at < step - 2 or bool(condition.holds(math.floor(at) + 5, bases)) == outcome else None


def _depends(expression: Any) -> bool:
    return isinstance(expression, tuple) and (expression == STEP or expression[0] != "base" and any(map(_depends, expression[1:])))


def _affine(expression: Any, bases: dict[Any, int]) -> tuple[int, int] | None:
    """(a, b) of `a * step + b`; None for expressions of other forms."""
    if not _depends(expression):
        value = evaluate(expression, 0, bases)
        return (0, value) if type(value) is int else None
    if expression == STEP:
        return 1, 0
    name, a, b = expression
    x, y = _affine(a, bases), _affine(b, bases)
    if x is None or y is None:
        return None
    if name == "add":
        return x[0] + y[0], x[1] + y[1]
    if name == "sub":
        return x[0] - y[0], x[1] - y[1]
    if name == "mul" and 0 in (x[0], y[0]):
        return x[0] * y[1] + y[0] * x[1], x[1] * y[1]
    return None
