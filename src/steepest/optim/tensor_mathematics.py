"""The mathematics of a definition over tensors: what an update rule means where gradients flow through the step."""

from steepest.core.tensor import Tensor
from steepest.functional.pointwise import where
from steepest.ops.arithmetic import maximum, minimum

__all__ = ["abs", "fma", "maximum", "minimum", "sign", "sqrt", "where"]


def abs(x: Tensor) -> Tensor:
    return x.abs()


def fma(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return a * b + c


def sign(x: Tensor) -> Tensor:
    return x.sign()


def sqrt(x: Tensor) -> Tensor:
    return x.sqrt()
