"""The fused element operations of PyTorch's kernels, spelled with the roundings that they have.

PyTorch's processor kernels are compiled with fused multiply-adds, so `x + alpha * y` rounds once, not twice. These pieces are
what the update rules of the optimizers are written in; `m` is the namespace of scalar mathematics of an elementwise definition.
"""

from typing import Any

__all__ = ["add_quotient", "add_scaled", "add_square", "ascend", "lerp"]


def ascend(g: Any, maximize: bool) -> Any:
    """The gradient to descend along: negated where the objective is maximized."""
    return -g if maximize else g


def add_scaled(m: Any, x: Any, y: Any, alpha: Any) -> Any:
    """`x.add(y, alpha=alpha)`."""
    return m.fma(y, alpha, x)


def add_square(m: Any, x: Any, y: Any, value: Any) -> Any:
    """`x.addcmul(y, y, value=value)`."""
    return m.fma(value * y, y, x)


def add_quotient(x: Any, numerator: Any, denominator: Any, value: Any) -> Any:
    """`x.addcdiv(numerator, denominator, value=value)`."""
    return x + value * numerator / denominator


def lerp(m: Any, start: Any, end: Any, weight: Any) -> Any:
    """`start.lerp(end, weight)`, computed from the nearer end."""
    return m.where(weight < 0.5, m.fma(weight, end - start, start), m.fma(start - end, 1 - weight, end))
