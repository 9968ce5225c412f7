"""Affine maps: `linear` and `bilinear`."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.casting import lowers
from steepest.functional.neural.precision import widened
from steepest.functional.operands import describe
from steepest.functional.products import einsum
from steepest.functional.shaping import reshape, to_dtype
from steepest.functional.supporting import refuses
from steepest.lower.small_matrices import product
from steepest.ops import contractions as con
from steepest.ops import reductions as red
from steepest.ops import views
from steepest.ops.arithmetic import add, conjugate
from steepest.ops.composites import composite

CAPITALS = {
    dtypes.float64: "Double",
    dtypes.float32: "Float",
    dtypes.float16: "Half",
    dtypes.bfloat16: "BFloat16",
    dtypes.int64: "Long",
    dtypes.int32: "Int",
    dtypes.int16: "Short",
    dtypes.int8: "Char",
    dtypes.uint8: "Byte",
    dtypes.bool_: "Bool",
    dtypes.complex64: "ComplexFloat",
    dtypes.complex128: "ComplexDouble",
}
"""How PyTorch's errors call the dtypes."""


def _affine_kernel(x: Any, weight: Any, bias: Any) -> Any:
    if x.size < con.SMALL and weight.size < con.SMALL and bias.shape == weight.shape[:1] and bias.flags.c_contiguous:
        found = product(x, weight.T, bias)
        if found is not None:
            return found
    out = np.matmul(x, weight.T)
    out += bias
    return out


affine = composite(
    "linear",
    lambda x, weight, bias: add(con.mm(x, weight, spec="ij,kj->ik"), bias),
    operands=3,
    kernel=widened(_affine_kernel),
    node="AddmmBackward0",
    shown=("bias", "x", ("TBackward0", "weight")),
    x=lambda g, weight: con.mm(g, conjugate(weight), spec="ij,jk->ik"),
    weight=lambda g, x: con.mm(g, conjugate(x), spec="ij,ik->jk"),
    bias=lambda g, like: red.total(g, dim=(0,), keepdim=False) if like.shape == g.shape[1:] else g,
)
product_with_rows = composite(
    "linear_without_bias",
    lambda x, weight: con.mm(x, weight, spec="ij,kj->ik"),
    operands=2,
    node="MmBackward0",
    shown=("x", ("TBackward0", "weight")),
    x=lambda g, weight: con.mm(g, conjugate(weight), spec="ij,jk->ik"),
    weight=lambda g, x: con.mm(g, conjugate(x), spec="ij,ik->jk"),
)
unsafe_view = views.View("view", views.view.index_map, lambda g, like: g.reshape(like.shape), node="UnsafeViewBackward0")


@lowers
@refuses("bool")
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`input @ weight.T + bias`: `(*, in_features)`, `(out_features, in_features)`, `(out_features)` to `(*, out_features)`.

    Raises RuntimeError where the last dimension of the input is not `in_features` or the dtypes differ.

    >>> torch.nn.functional.linear(torch.ones(1, 2), torch.tensor([[1.0, 2.0]]), torch.tensor([0.5]))
    tensor([[3.5000]])
    """
    if not isinstance(input, Tensor):
        raise TypeError(text("argument-not-tensor", function="linear", name="input", kind=describe(input)))
    shape, of_weight = input.array.shape, weight.array.shape
    if len(of_weight) > 2 or not of_weight or not shape:
        raise RuntimeError(text("linear-dims", input=list(shape), weight=list(of_weight)))
    if len(of_weight) != 2:
        product = input.matmul(weight)
        return product if bias is None else product + bias
    if bias is not None and input.dtype is not weight.dtype:       # without a bias PyTorch looks at the shapes first
        raise RuntimeError(text("linear-dtypes", A=CAPITALS[input.dtype], B=CAPITALS[weight.dtype], a=input.dtype, b=weight.dtype))
    if not shape or shape[-1] != of_weight[1]:
        raise RuntimeError(
            text(
                "linear-shapes",
                rows=int(np.prod(shape[:-1])),
                given=shape[-1] if shape else 0,
                expected=of_weight[1],
                features=of_weight[0],
                shape=list(shape),
            )
        )
    if input.dtype is not weight.dtype or bias is not None and bias.dtype is not weight.dtype:
        raise RuntimeError(text("linear-dtypes", A=CAPITALS[input.dtype], B=CAPITALS[weight.dtype], a=input.dtype, b=weight.dtype))
    if bias is not None and bias.array.shape not in ((of_weight[0],), (1,), ()):
        raise RuntimeError(text("linear-bias", features=of_weight[0], shape=list(bias.array.shape)))
    if len(shape) == 2:
        return product_with_rows(input, weight) if bias is None else affine(input, weight, bias)
    rows = reshape(input, -1 if input.array.size else int(np.prod(shape[:-1])), shape[-1])
    if bias is None:
        return unsafe_view(product_with_rows(rows, weight), shape=(*shape[:-1], of_weight[0]))
    result = views.view(affine(rows, weight, bias), shape=(*shape[:-1], of_weight[0]))
    if len(shape) > 2 and result.node is not None and not (input.array.flags.c_contiguous and bias.array.flags.c_contiguous):
        show_as(result, "AddBackward0", ("UnsafeViewBackward0", ("MmBackward0", rows, ("TBackward0", weight))), bias)
    return result


@refuses("bool")
def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`y_k = x1 @ weight[k] @ x2 + bias_k`: `(*, in1)`, `(*, in2)`, `(out, in1, in2)` to `(*, out)`."""
    if input1.array.shape[:-1] != input2.array.shape[:-1]:
        raise RuntimeError(text("bilinear-shapes", a=list(input1.array.shape), b=list(input2.array.shape)))
    sizes = (input1.array.shape[-1], input2.array.shape[-1])
    for which, given, expected in zip((1, 2), sizes, weight.array.shape[1:], strict=True):
        if given != expected:
            raise RuntimeError(text("bilinear-features", which=which, given=given, expected=expected))
    result = to_dtype(einsum("...i,oij,...j->...o", input1, weight, input2), input1.dtype)
    show_as(result, "ViewBackward0", ("TrilinearBackward0", ("ViewBackward0", input1), weight, ("ViewBackward0", input2)))
    return result if bias is None else result + bias
