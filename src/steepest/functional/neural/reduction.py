"""What losses share: the reduction over the terms, PyTorch's older arguments for it, and the check of the two shapes."""

from functools import cache
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import promote_types
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.neural.precision import widened
from steepest.functional.neural.warning import warn
from steepest.functional.operands import describe
from steepest.functional.shaping import to_dtype
from steepest.ops import reductions as red
from steepest.ops.composites import Composite, composite
from steepest.ops.maps import Elementwise

REDUCTIONS = ("none", "mean", "sum")


def reduction_of(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """The reduction's name, also from PyTorch's older `size_average` and `reduce`; ValueError for unknown names."""
    if size_average is not None or reduce is not None:
        reduction = "none" if reduce is False else "sum" if size_average is False else "mean"
        warn(text("size-average-deprecated", reduction=reduction))
    elif reduction == "elementwise_mean":
        reduction = "mean"
        warn(text("elementwise-mean-deprecated"))
    elif reduction not in REDUCTIONS:
        raise ValueError(text("reduction-name", given=reduction))
    return reduction


def reduced(terms: Any, reduction: str) -> Any:
    """The terms as they are, their mean, or their sum, as an ordinary operation."""
    return terms if reduction == "none" else terms.mean() if reduction == "mean" else terms.sum()


def fold(terms: Any, reduction: str, count: int) -> Any:
    """As `reduced`, inside a composite: everything summed and divided by `count`, which is 1 unless for a mean."""
    if reduction == "none":
        return terms
    summed = red.total(terms, dim=tuple(range(terms.array.ndim)), keepdim=False)
    return summed if count == 1 else summed / count


@cache
def array_function(term: Elementwise, of: Any) -> Any:
    """What computes the elementwise operation `term` over arrays of one dtype."""
    return term.kernel(dtypes.from_numpy(of))


def _fold_array(out: Any, reduction: str, count: int) -> Any:
    if reduction == "none":
        return out
    total = red.summed(out, tuple(range(out.ndim)))
    return np.asarray(total / count if count != 1 else total, out.dtype)


def loss(name: str, term: Elementwise, node: str = "", **rules: Any) -> Composite:
    """A loss of two tensors: `term` of every pair, reduced. Rules see `count`, 1 unless for a mean."""

    def kernel(x: Any, target: Any, reduction: str, count: int) -> Any:
        return _fold_array(array_function(term, x.dtype)(x, target), reduction, count)

    return composite(
        name,
        lambda x, target, reduction, count: fold(term(x, target), reduction, count),
        operands=2,
        kernel=widened(kernel),
        node=node,
        **rules,
    )


def loss_with_option(name: str, term: Elementwise, node: str = "", **rules: Any) -> Composite:
    """As `loss`, with one number for the term."""

    def kernel(x: Any, target: Any, option: float, reduction: str, count: int) -> Any:
        return _fold_array(array_function(term, x.dtype)(x, target, x.dtype.type(option)), reduction, count)

    return composite(
        name,
        lambda x, target, option, reduction, count: fold(term(x, target, option), reduction, count),
        operands=2,
        kernel=widened(kernel),
        node=node,
        **rules,
    )


def pair(function: str, input: Any, target: Any, integers: bool = False) -> tuple[Tensor, Tensor, int]:
    """Prediction and target in one dtype, and how many terms they give; shapes that are not equal get a warning.

    Raises NotImplementedError for integers unless the loss is defined for them.
    """
    if not isinstance(input, Tensor):
        raise TypeError(text("argument-not-tensor", function=function, name="input", kind=describe(input)))
    if not isinstance(target, Tensor):
        raise TypeError(text("argument-not-tensor", function=function, name="target", kind=describe(target)))
    a, b = input.array, target.array
    if a.shape == b.shape:
        count = a.size
    else:
        count = differing_shapes(input, target)
    if input.dtype is not target.dtype:
        common = promote_types(input.dtype, target.dtype)           # of whatever shapes, since these are broadcast first
        input, target = to_dtype(input, common), to_dtype(target, common)
    if input.dtype.category < dtypes.FLOATING and not integers:
        raise NotImplementedError(text("loss-of-integers", function=function, dtype=input.dtype))
    return input, target, count


def differing_shapes(input: Tensor, target: Tensor) -> int:
    """Warn that the shapes are broadcast, with what comes of it; the number of terms. RuntimeError if they cannot be."""
    a, b = input.array.shape, target.array.shape
    try:
        made = np.broadcast_shapes(a, b)
    except ValueError:
        raise RuntimeError(text("loss-shapes", input=list(a), target=list(b))) from None
    count = int(np.prod(made))
    if input.array.size == target.array.size:
        sizes = [str(n) for n in a] or ["()"]
        fix = f"target = target.view({', '.join(['-1', *sizes[1:]])})"
    else:
        fix = "print(input.shape, target.shape)"
    warn(
        text(
            "loss-broadcast",
            target=input_size(b),
            input=input_size(a),
            made=" x ".join(map(str, made)),
            n=input.array.size,
            fix=fix,
        )
    )
    return count


def input_size(shape: tuple[int, ...]) -> str:
    """A shape as PyTorch's texts show it."""
    return f"torch.Size({list(shape)})"


def check_tensors(function: str, input: Any, target: Any) -> None:
    """TypeError unless both are tensors."""
    for name, x in (("input", input), ("target", target)):
        if not isinstance(x, Tensor):
            raise TypeError(text("argument-not-tensor", function=function, name=name, kind=describe(x)))
