"""Convolutions in one, two and three dimensions, and transposed ones, as users call them."""

from collections.abc import Callable
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.casting import lowers
from steepest.functional.formats import keeps_format
from steepest.functional.neural.convolution import convolve, input_gradient
from steepest.functional.neural.windows import Pairs, Sizes, batched, places, sizes_of
from steepest.functional.supporting import refuses
from steepest.ops.arithmetic import add
from steepest.ops.views import permute, squeeze


def _pairs(padding: Any, kernel: Sizes, stride: Sizes, dilation: Sizes, function: str) -> Pairs:
    """The padding on both sides of each dimension; "same" keeps the size, "valid" pads nothing."""
    n = len(kernel)
    if not isinstance(padding, str):
        return tuple((p, p) for p in sizes_of(padding, n, "padding", function))
    if padding == "valid":
        return ((0, 0),) * n
    if padding != "same":
        raise RuntimeError(text("conv-padding", given=padding))
    if any(s != 1 for s in stride):
        raise RuntimeError(text("conv-same-stride", stride=list(stride)))
    total = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return tuple((t // 2, t - t // 2) for t in total)


IN_C = {"float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16", "int64": "long int", "int32": "int",
        "int16": "short int", "int8": "signed char", "uint8": "unsigned char", "bool": "bool", "complex64": "c10::complex<float>",
        "complex128": "c10::complex<double>"}
"""What the errors of convolutions call dtypes."""


def _check(function: str, x: Tensor, weight: Tensor, bias: Tensor | None, n: int) -> None:
    if weight.array.ndim != n + 2:
        raise RuntimeError(text("conv-weight-dims", function=function, ndim=n + 2, shape=list(weight.array.shape)))
    for what, other in (("bias", bias), ("weight", weight)):
        if other is not None and other.dtype is not x.dtype:
            raise RuntimeError(text("conv-dtypes", A=IN_C[x.dtype.name], B=IN_C[other.dtype.name], a=x.dtype, b=other.dtype, what=what))
    if 0 in weight.array.shape[2:]:
        raise RuntimeError(text("conv-kernel-empty", kernel=list(weight.array.shape[2:])))


def _conv(n: int, input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any, dilation: Any, groups: int) -> Tensor:
    function = f"conv{n}d"
    _check(function, input, weight, bias, n)
    x, alone = batched(input, n, function)
    kernel = weight.array.shape[2:]
    steps, gaps = sizes_of(stride, n, "stride", function), sizes_of(dilation, n, "dilation", function)
    pairs = _pairs(padding, kernel, steps, gaps, function)
    if any(a < 0 for pair in pairs for a in pair):
        raise RuntimeError(text("conv-negative-padding", padding=[a for a, _ in pairs]))
    shape, of_weight = x.array.shape, weight.array.shape
    if groups > 0 and of_weight[0] < groups:
        raise RuntimeError(text("conv-weight-empty", groups=groups, weight=list(of_weight)))
    if shape[1] != of_weight[1] * groups:
        raise RuntimeError(
            text(
                "conv-channels",
                groups=groups,
                weight=list(of_weight),
                input=list(input.array.shape),
                expected=of_weight[1] * groups,
                given=shape[1],
                n=n,
            )
        )
    if groups <= 0 or of_weight[0] % groups:
        raise RuntimeError(text("conv-groups", out=of_weight[0], groups=groups))
    if bias is not None and bias.array.shape != (of_weight[0],):
        raise RuntimeError(text("conv-bias", weight=list(of_weight), out=of_weight[0], shape=list(bias.array.shape)))
    if any(s <= 0 for s in (*steps, *gaps)):
        raise RuntimeError(text("conv-stride", stride=list(steps), dilation=list(gaps)))
    if any(o <= 0 for o in places(shape, kernel, steps, gaps, pairs)):
        inside = [m + a + b for m, (a, b) in zip(shape[2:], pairs, strict=True)]
        raise RuntimeError(
            text(
                "conv-too-small",
                inside=" x ".join(map(str, inside)),
                kernel=" x ".join(str(d * (k - 1) + 1) for k, d in zip(kernel, gaps, strict=True)),
            )
        )
    result = convolve(x, weight, bias, stride=steps, padding=pairs, dilation=gaps, groups=groups)
    return squeeze(result, dim=(0,)) if alone else result


def _transposed(
    n: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    output_padding: Any,
    groups: int,
    dilation: Any,
) -> Tensor:
    function = f"conv_transpose{n}d"
    _check(function, input, weight, bias, n)
    x, alone = batched(input, n, function)
    kernel = weight.array.shape[2:]
    steps, gaps = sizes_of(stride, n, "stride", function), sizes_of(dilation, n, "dilation", function)
    inner, extra = sizes_of(padding, n, "padding", function), sizes_of(output_padding, n, "output_padding", function)
    shape, of_weight = x.array.shape, weight.array.shape
    if groups > 0 and of_weight[0] < groups:
        raise RuntimeError(text("conv-weight-empty", groups=groups, weight=list(of_weight)))
    if shape[1] != of_weight[0]:
        raise RuntimeError(
            text(
                "conv-transposed-channels",
                weight=list(of_weight),
                input=list(input.array.shape),
                expected=of_weight[0],
                given=shape[1],
            )
        )
    if any(e >= max(s, d) for e, s, d in zip(extra, steps, gaps, strict=True)):
        raise RuntimeError(text("conv-output-padding", extra=list(extra), stride=list(steps), dilation=list(gaps)))
    if bias is not None and bias.array.shape != (of_weight[1] * groups,):
        raise RuntimeError(text("conv-bias", weight=list(of_weight), out=of_weight[1] * groups, shape=list(bias.array.shape)))
    out = [(m - 1) * s - 2 * p + d * (k - 1) + e + 1 for m, s, p, d, k, e in zip(shape[2:], steps, inner, gaps, kernel, extra, strict=True)]
    pairs = tuple((p, p - e) for p, e in zip(inner, extra, strict=True))
    result = input_gradient(
        x, weight, shape=(shape[0], of_weight[1] * groups, *out), stride=steps, padding=pairs, dilation=gaps, groups=groups
    )
    if bias is not None:
        result = add(result, bias.reshape(-1, *(1,) * n))
    result = show_as(result, "ConvolutionBackward0", x, weight, bias)
    return squeeze(result, dim=(0,)) if alone else result


SHAPES = ("(N, C, L)", "(N, C, H, W)", "(N, C, D, H, W)")


def _forward(n: int) -> Callable[..., Tensor]:
    def conv(
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
    ) -> Tensor:
        return _conv(n, input, weight, bias, stride, padding, dilation, groups)

    conv.__name__ = conv.__qualname__ = f"conv{n}d"
    conv.__doc__ = (
        f"Convolution of `{SHAPES[n - 1]}` (or without N) with weights `(C_out, C / groups, *kernel)`; `padding` may be "
        '"same" or "valid".\n\nRaises RuntimeError where channels, dtypes or sizes do not fit.'
    )
    return conv


def _backward(n: int) -> Callable[..., Tensor]:
    def conv(
        input: Tensor,
        weight: Tensor,
        bias: Tensor | None = None,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: Any = 1,
    ) -> Tensor:
        return _transposed(n, input, weight, bias, stride, padding, output_padding, groups, dilation)

    conv.__name__ = conv.__qualname__ = f"conv_transpose{n}d"
    conv.__doc__ = (
        f"The gradient of a convolution as an operation: `{SHAPES[n - 1]}` (or without N) with weights "
        "`(C, C_out / groups, *kernel)`.\n\nRaises RuntimeError where channels, dtypes or sizes do not fit."
    )
    return conv


conv1d, conv2d, conv3d = [lowers(keeps_format(refuses("bool")(_forward(n)))) for n in (1, 2, 3)]
NOT_TRANSPOSED = "bool int8 uint8 int16 int32"
conv_transpose1d, conv_transpose2d, conv_transpose3d = [lowers(keeps_format(refuses(NOT_TRANSPOSED)(_backward(n)))) for n in (1, 2, 3)]


@lowers
def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:
    """`conv1d` of `(T, N, C)` with weights `(K, C, C_out)`: `(T_out, N, C_out)`."""
    made: Any = conv1d(permute(input, order=(1, 2, 0)), permute(weight, order=(2, 1, 0)), bias, padding=pad)
    return permute(made, order=(2, 0, 1))
