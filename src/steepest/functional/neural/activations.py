"""Activation functions with their options; `inplace=True` writes the result into the input."""

from typing import Any

import numpy as np

from steepest.core import generator as gen
from steepest.core.dtype import FLOATING, bool_, float16, uint8
from steepest.core.reading import read
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import appears_as, show_as
from steepest.functional.casting import lowers
from steepest.functional.operands import describe
from steepest.functional.supporting import refuse, refuses
from steepest.ops import activations as act
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops.creation import constant
from steepest.ops.inplace import inplace_map
from steepest.ops.maps import Elementwise, elementwise
from steepest.ops.reductions import wrap
from steepest.ops.views import narrow

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946

celu_map = elementwise(
    "celu",
    lambda m, x, alpha, inverse, rounded: m.where(x <= 0, m.expm1(x * inverse) * alpha, x),
    promote="float",
    x=lambda g, x, alpha, rounded: celu_backward(g, x, alpha, rounded),
)
celu_backward: Elementwise = elementwise(
    "celu_backward",
    lambda m, g, x, alpha, rounded: m.where(x <= 0, g * (rounded * alpha) * m.exp(x * rounded), g),
    g=lambda gg, x, alpha, rounded: celu_backward(gg, x, alpha, rounded),
    x=lambda gg, g, x, alpha, rounded: ar.where(x <= 0, gg * g * (rounded * rounded * alpha) * fn.exp(x * rounded), 0),
)
"""`rounded` is 1 / alpha, too, of alpha in float32, which PyTorch's derivative takes."""
gate = elementwise(
    "glu",
    lambda m, a, b: a * (1 / (1 + m.exp(-b))),
    promote="float",
    a=lambda g, b: g * act.sigmoid(b),
    b=lambda g, a, b: g * (a * (act.sigmoid(b) * (1 - act.sigmoid(b)))),
)
noisy = elementwise("rrelu_with_noise", lambda m, x, noise: x * noise, x=lambda g, noise: g * noise)


def _apply(operation: Elementwise, inplace: bool, input: Tensor, *options: Any) -> Tensor:
    if not isinstance(input, Tensor):
        raise TypeError(text("argument-not-tensor", function=operation.name, name="input", kind=describe(input)))
    return inplace_map(input, operation, input, *options) if inplace else operation(input, *options)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """`max(0, x)`.

    >>> torch.nn.functional.relu(torch.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """
    return _apply(act.relu, inplace, input)


def relu_(input: Tensor) -> Tensor:
    """`relu` in place."""
    return inplace_map(input, act.relu, input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """`x` where positive, else `negative_slope * x` (Maas, Hannun, Ng 2013).

    >>> torch.nn.functional.leaky_relu(torch.tensor([-1.0, 2.0]))
    tensor([-0.0100,  2.0000])
    """
    return _apply(act.leaky_relu, inplace, input, negative_slope)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`x` where positive, else `alpha * (exp(x) - 1)` (Clevert, Unterthiner, Hochreiter 2015)."""
    return _apply(act.elu, inplace, input, alpha, 1.0, 1.0)


@refuses("bool integers complex")
def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """The self-normalizing exponential unit (Klambauer et al. 2017)."""
    return _apply(act.elu, inplace, input, SELU_ALPHA, SELU_SCALE, 1.0)


@refuses("bool integers complex")
def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`max(0, x) + min(0, alpha * (exp(x / alpha) - 1))` (Barron 2017); RuntimeError for alpha = 0."""
    if alpha == 0:
        raise RuntimeError(text("celu-alpha"))
    return _apply(celu_map, inplace, input, alpha, 1.0 / alpha, 1.0 / float(np.float32(alpha)))


def gelu(input: Tensor, *, approximate: str = "none") -> Tensor:
    """`x * Phi(x)`, Phi the normal distribution function, or its tanh approximation (Hendrycks, Gimpel 2016).

    >>> torch.nn.functional.gelu(torch.tensor([0.0, 1.0]))
    tensor([0.0000, 0.8413])
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError(text("gelu-approximate", given=approximate))
    return _apply(act.gelu if approximate == "none" else act.gelu_tanh, False, input)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """`x * sigmoid(x)` (Elfwing, Uchibe, Doya 2017)."""
    return _apply(act.silu, inplace, input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """`x * tanh(softplus(x))` (Misra 2019)."""
    return _apply(act.mish, inplace, input)


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """`log(1 + exp(beta * x)) / beta`, x itself where `beta * x > threshold`."""
    return _apply(act.softplus, False, input, beta, threshold)


def sigmoid(input: Tensor) -> Tensor:
    """`1 / (1 + exp(-x))`."""
    return act.sigmoid(input)


def tanh(input: Tensor) -> Tensor:
    """The hyperbolic tangent."""
    return fn.tanh(input)


def logsigmoid(input: Tensor) -> Tensor:
    """`log(sigmoid(x))`, computed without overflow."""
    return _apply(act.logsigmoid, False, input)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Held between `min_val` and `max_val`; ValueError where they are in the wrong order."""
    if min_val > max_val:
        raise ValueError(text("hardtanh-bounds", low=min_val, high=max_val))
    if input.dtype.category < FLOATING:
        if input.dtype is bool_ or input.dtype is uint8 and min_val < 0:
            raise RuntimeError(text("hardtanh-dtype", dtype=input.dtype, low=min_val))
        return _apply(act.hardtanh, inplace, input, int(min_val), int(max_val))
    return _apply(act.hardtanh, inplace, input, min_val, max_val)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """`min(max(0, x), 6)`."""
    return hardtanh(input, 0.0, 6.0, inplace)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """`relu6(x + 3) / 6`."""
    return _apply(act.hardsigmoid, inplace, input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """`x * relu6(x + 3) / 6` (Howard et al. 2019)."""
    return _apply(act.hardswish, inplace, input)


@refuses("bool")
def softsign(input: Tensor) -> Tensor:
    """`x / (1 + |x|)`."""
    return input / (fn.absolute(input) + 1)


def tanhshrink(input: Tensor) -> Tensor:
    """`x - tanh(x)`."""
    return input - fn.tanh(input)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Moved towards zero by `lambd`, zero within; RuntimeError where `lambd` is negative."""
    if lambd < 0:
        raise RuntimeError(text("softshrink-lambda", given=lambd))
    return _apply(act.softshrink, False, input, lambd)


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """`x` where `|x| > lambd`, else 0."""
    return _apply(act.hardshrink, False, input, lambd)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """`x` where `x > threshold`, else `value`."""
    return _apply(act.threshold, inplace, input, threshold, value)


@lowers
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """`x` where positive, else `weight * x` with one weight, or one for each channel (dimension 1) (He et al. 2015)."""
    n, ndim = weight.array.size, input.array.ndim
    if weight.dtype is not input.dtype:
        raise RuntimeError(text("prelu-dtypes", a=input.dtype, b=weight.dtype))
    if weight.array.ndim > 1 and n != 1:
        raise RuntimeError(text("prelu-weight-dims", shape=list(weight.array.shape)))
    if n != 1:
        channels = input.array.shape[1] if ndim > 1 else 1
        if channels != n:
            raise RuntimeError(text("prelu-weights", weights=n, channels=channels, shape=list(input.array.shape)))
    if ndim != 1 and weight.array.ndim == 1 and n != 1 or weight.array.ndim != 1 and ndim:
        weight = weight.view(*[n if d == 1 else 1 for d in range(ndim)] if n != 1 else [1] * ndim)
    elif ndim > 1 and weight.needs_grad:
        return show_as(_apply(act.prelu, False, input, weight), "PreluKernelBackward0", input, ("ViewBackward0", weight))
    return _apply(act.prelu, False, input, weight if ndim else weight.reshape(()))


@refuses("bool integers complex")
def rrelu(input: Tensor, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False, inplace: bool = False) -> Tensor:
    """Leaky ReLU whose slope is drawn uniformly for each element while training, else the middle (Xu et al. 2015)."""
    if lower > upper:
        raise RuntimeError(text("rrelu-bounds", low=lower, high=upper))
    if not training:
        return _apply(act.leaky_relu, inplace, input, (lower + upper) / 2)
    refuse("rrelu", input.dtype, frozenset({float16}))
    # Only elements that are not positive draw a number, so the draw depends on the values.
    falling = read(input) <= 0
    noise = np.ones(input.array.shape, input.array.dtype)
    noise[falling] = gen.default_generator.uniform((int(np.count_nonzero(falling)),), lower, upper, np.dtype(np.float64))
    return _apply(noisy, inplace, input, constant(noise, input.dtype))


@appears_as("GluBackward0")
@refuses("bool integers complex")
def glu(input: Tensor, dim: int = -1) -> Tensor:
    """`a * sigmoid(b)` for the halves a and b along `dim` (Dauphin et al. 2016); RuntimeError for odd sizes."""
    if input.array.ndim == 0:
        raise RuntimeError(text("glu-of-0-dim"))
    d = wrap(dim, input.array.ndim)
    size = input.array.shape[d]
    if size % 2:
        raise RuntimeError(text("glu-odd", dim=d, size=size))
    half = size // 2
    return gate(narrow(input, dim=d, start=0, stop=half, step=1), narrow(input, dim=d, start=half, stop=size, step=1))


def _in_place(function: Any) -> Any:
    def method(input: Tensor, *options: Any, **named: Any) -> Tensor:
        return function(input, *options, inplace=True, **named)

    method.__name__ = method.__qualname__ = function.__name__ + "_"
    method.__doc__ = f"`{function.__name__}` in place."
    return method


leaky_relu_, elu_, selu_, celu_, hardtanh_, threshold_, rrelu_ = map(_in_place, (leaky_relu, elu, selu, celu, hardtanh, threshold, rrelu))
__all__ = [
    "celu",
    "celu_",
    "elu",
    "elu_",
    "gelu",
    "glu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hardtanh_",
    "leaky_relu",
    "leaky_relu_",
    "logsigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "relu_",
    "rrelu",
    "rrelu_",
    "selu",
    "selu_",
    "sigmoid",
    "silu",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "threshold_",
]
