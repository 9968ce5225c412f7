"""An update rule: one elementwise definition with several results, written back in place.

    sgd = Update("sgd", lambda m, p, g, lr: m.fma(g, -lr, p), 1)
    sgd.write((p,), p, g, 0.1)

In eager and for a recorder the rule is one primitive, so a parameter costs one call. With `differentiable=True` the same
definition runs over tensors instead, so that gradients flow through the step.
"""

from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.dtype import dtype, float32
from steepest.core.tensor import Tensor
from steepest.ops.inplace import assign, inplace_maps
from steepest.ops.maps import elementwise
from steepest.optim import tensor_mathematics

__all__ = ["Definition", "Factors", "Update", "scalar"]

Definition = Callable[..., Any]


class Update:
    """A rule over a parameter and tensors of its shape; hyperparameters are numbers or 0-dim tensors."""

    def __init__(self, name: str, definition: Definition, results: int):
        self.definition, self.results = definition, results
        self.primitive = elementwise(name, definition, results=results)

    def __call__(self, p: Tensor, *operands: Any, differentiable: bool = False) -> tuple[Tensor, ...]:
        """The new values; they have the dtype of `p`."""
        if p.ndim == 0:         # otherwise float64 factors would promote a float32 parameter that has no dimensions
            operands = tuple(x.to(p.dtype) if isinstance(x, Tensor) and x.dtype is not p.dtype else x for x in operands)
        values = self.definition(tensor_mathematics, p, *operands) if differentiable else self.primitive(p, *operands)
        return (values,) if self.results == 1 else values

    def write(self, targets: Sequence[Tensor], p: Tensor, *operands: Any, differentiable: bool = False) -> None:
        """Compute the new values and store them in `targets`, one for each result."""
        if p.array.ndim and not differentiable:
            inplace_maps(tuple(targets), self.primitive, p, *operands)
            return
        for target, value in zip(targets, self(p, *operands, differentiable=differentiable), strict=True):
            assign(target, value)


class Factors:
    """A rule over numbers that change with the step, computed in float64 as PyTorch computes them in Python floats.

    Its first operand is a float64 0-dim tensor, so that a recorder sees how the factors follow from the step. The results are
    rounded to the dtype of the tensors that they multiply.
    """

    def __init__(self, name: str, definition: Definition, results: int):
        self.name, self.definition, self.results = name, definition, results
        self.primitives: dict[dtype, Any] = {}

    def __call__(self, to: dtype, *operands: Any) -> tuple[Tensor, ...]:
        primitive = self.primitives.get(to)
        if primitive is None:
            if to.itemsize < float32.itemsize:      # the halves are computed in float32, so their factors are not rounded further
                return self(float32, *operands)
            gives = (to,) * self.results if self.results > 1 else None
            primitive = elementwise(self.name, self.definition, results=self.results, gives=gives)
            self.primitives[to] = primitive
        values = primitive(*operands)
        return (values.to(to),) if self.results == 1 else values


def scalar(value: Any) -> Any:
    """A hyperparameter as a number or a 0-dim tensor; a tensor of one element loses its dimensions."""
    return value.reshape(()) if isinstance(value, Tensor) and value.ndim else value
