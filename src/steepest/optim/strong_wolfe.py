"""A line search for the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6).

First steps grow until they bracket an acceptable one, then the bracket shrinks around it by cubic interpolation.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from steepest.core.tensor import Tensor

__all__ = ["strong_wolfe"]


class Point(NamedTuple):
    """A step along the direction: its size, the loss there, the gradient, and the slope along the direction."""

    t: Any
    loss: float
    gradient: Tensor
    slope: Any


def strong_wolfe(
    evaluate: Callable[[Any], tuple[float, Tensor]],
    t: Any,
    direction: Tensor,
    loss: float,
    gradient: Tensor,
    slope: Any,
    c1: float = 1e-4,
    c2: float = 0.9,
    tolerance_change: float = 1e-9,
    max_evaluations: int = 25,
) -> tuple[float, Tensor, Any, int]:
    """Loss and gradient at the step that was found, that step's size, and how often the loss was evaluated."""
    start = Point(0, loss, gradient.clone(), slope)

    def at(size: Any) -> Point:
        value, g = evaluate(size)
        return Point(size, value, g, g.dot(direction))

    def too_high(point: Point) -> Any:
        return point.loss > loss + c1 * point.t * slope

    def flat_enough(point: Point) -> Any:
        return abs(point.slope) <= -c2 * slope

    previous, point = start, at(t)
    tried = 0
    found = False
    while tried < max_evaluations:
        if too_high(point) or (tried > 1 and point.loss >= previous.loss):
            bracket = [previous, point]
            break
        if flat_enough(point):
            bracket = [point]
            found = True
            break
        if point.slope >= 0:
            bracket = [previous, point]
            break
        nearest, farthest = point.t + 0.01 * (point.t - previous.t), point.t * 10
        size = _cubic_minimum(previous, point, (nearest, farthest))
        previous, point = point, at(size)
        tried += 1
    else:
        bracket = [start, point]

    length = direction.abs().max()
    low, high = (0, 1) if bracket[0].loss <= bracket[-1].loss else (1, 0)
    slow = False
    while not found and tried < max_evaluations:
        if abs(bracket[1].t - bracket[0].t) * length < tolerance_change:
            break
        size, slow = _inside(bracket, slow)
        point = at(size)
        tried += 1
        if too_high(point) or point.loss >= bracket[low].loss:
            bracket[high] = point
            low, high = (0, 1) if bracket[0].loss <= bracket[1].loss else (1, 0)
        else:
            if flat_enough(point):
                found = True
            elif point.slope * (bracket[high].t - bracket[low].t) >= 0:
                bracket[high] = bracket[low]
            bracket[low] = point
    best = bracket[low]
    return best.loss, best.gradient, best.t, tried + 1


def _inside(bracket: list[Point], slow: bool) -> tuple[Any, bool]:
    """The next step size in a bracket, kept off its ends when progress was slow; and whether it was slow now."""
    size = _cubic_minimum(bracket[0], bracket[1])
    left, right = min(bracket[0].t, bracket[1].t), max(bracket[0].t, bracket[1].t)
    margin = 0.1 * (right - left)
    if min(right - size, size - left) >= margin:
        return size, False
    if slow or size >= right or size <= left:
        return (right - margin if abs(size - right) < abs(size - left) else left + margin), False
    return size, True


def _cubic_minimum(a: Point, b: Point, bounds: tuple[Any, Any] | None = None) -> Any:
    """The minimum, within bounds, of the cubic with the losses and slopes of two points (equation 3.59)."""
    lowest, highest = bounds or ((a.t, b.t) if a.t <= b.t else (b.t, a.t))
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (lowest + highest) / 2.0
    d2 = square.sqrt()
    if a.t <= b.t:
        minimum = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    else:
        minimum = a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
    return min(max(minimum, lowest), highest)
