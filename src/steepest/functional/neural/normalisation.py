"""Normalisations over the batch, a layer, groups of channels, or each channel of each sample.

All but RMS and response normalisation are one operation: the input seen in a `layout` of dimensions, some of which are averaged
over, then scaled and shifted by weights of the shape `affine` in it. Statistics are summed in float64, as PyTorch does.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.modes import modes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.formats import keeps_format
from steepest.functional.neural import normalising
from steepest.functional.neural.fused import fused
from steepest.functional.neural.padding import pad
from steepest.functional.neural.pooling import avg_pool2d, avg_pool3d
from steepest.functional.neural.precision import widened
from steepest.functional.supporting import refuse, refuses
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops import reductions as red
from steepest.ops.composites import composite
from steepest.ops.inplace import assign
from steepest.ops.views import squeeze, unsqueeze

Shape = tuple[int, ...]
Dims = tuple[int, ...]


def _reshaped(x: Any, shape: Shape) -> Any:
    return x if x is None or x.shape == shape else x.reshape(shape)


def _statistics(x: Any, layout: Shape, dims: Dims) -> tuple[Any, Any]:
    x = _reshaped(x, layout)
    n = red.count(x.array.shape, dims)
    mean = red.total(x, dim=dims, keepdim=True) / n
    centred = x - mean
    return mean, red.total(centred * centred, dim=dims, keepdim=True) / n


def _norm_body(x: Any, weight: Any, bias: Any, layout: Shape, dims: Dims, affine: Shape, eps: float) -> Any:
    mean, var = _statistics(x, layout, dims)
    y = (_reshaped(x, layout) - mean) * fn.rsqrt(var + eps)
    if weight is not None:
        y = y * _reshaped(weight, affine)
    if bias is not None:
        y = y + _reshaped(bias, affine)
    return _reshaped(y, x.shape), mean, var


def _norm_kernel(x: Any, weight: Any, bias: Any, layout: Shape, dims: Dims, affine: Shape, eps: float) -> Any:
    found = normalising.normalised(x, weight, bias, layout, dims, affine, eps)
    if found is not None:
        return found
    seen = x.reshape(layout)
    n = math.prod(layout[d] for d in dims)
    mean64 = np.add.reduce(seen, axis=dims, keepdims=True, dtype=np.float64) / n
    mean = mean64.astype(x.dtype)
    out = seen - mean
    var64 = np.add.reduce(out * out, axis=dims, keepdims=True, dtype=np.float64) / n
    scale = (1 / np.sqrt(var64 + eps)).astype(x.dtype)
    if weight is None or any(affine[d] != 1 for d in dims):
        out *= scale
        if weight is not None:
            out *= weight.reshape(affine)
    else:
        out *= scale * weight.reshape(affine)
    if bias is not None:
        out += bias.reshape(affine)
    return out.reshape(x.shape), mean, var64.astype(x.dtype)


def _input_slope_body(g: Any, x: Any, weight: Any, mean: Any, var: Any, layout: Shape, dims: Dims, affine: Shape, eps: float) -> Any:
    mean, var = _statistics(x, layout, dims)
    seen = _reshaped(g, layout)
    n = red.count(layout, dims)
    seen = seen if weight is None else seen * _reshaped(weight, affine)
    scale = fn.rsqrt(var + eps)
    standard = (_reshaped(x, layout) - mean) * scale
    along = red.total(seen * standard, dim=dims, keepdim=True) / n
    return _reshaped((seen - red.total(seen, dim=dims, keepdim=True) / n - standard * along) * scale, x.shape)


def _input_slope_kernel(g: Any, x: Any, weight: Any, mean: Any, var: Any, layout: Shape, dims: Dims, affine: Shape, eps: float) -> Any:
    found = normalising.input_slope(g, x, weight, mean, var, layout, dims, affine, eps)
    if found is not None:
        return found
    n = math.prod(layout[d] for d in dims)
    seen = g.reshape(layout)
    if weight is not None:
        seen = seen * weight.reshape(affine)
    scale = 1 / np.sqrt(var + x.dtype.type(eps))
    standard = x.reshape(layout) - mean
    standard *= scale
    along = np.add.reduce(seen * standard, axis=dims, keepdims=True) / n
    standard *= along
    out = seen - standard
    out -= np.add.reduce(seen, axis=dims, keepdims=True) / n
    out *= scale
    return out.reshape(x.shape)


input_slope = fused("normalisation_backward", _input_slope_body, _input_slope_kernel, 5)


def _input_rule(g: Any, x: Any, weight: Any, rest: Any, layout: Shape, dims: Dims, affine: Shape, eps: float) -> Any:
    return input_slope(g[0], x, weight, rest[0], rest[1], layout=layout, dims=dims, affine=affine, eps=eps)


def _broadcast(layout: Shape, affine: Shape) -> Dims:
    """The dimensions along which the affine parameters are broadcast."""
    return tuple([d for d, n in enumerate(affine) if n == 1 and layout[d] != 1])


def _folded(x: Any, shape: Shape, affine: Shape) -> Any:
    """Summed over the dimensions along which the affine parameters are broadcast."""
    over = _broadcast(x.array.shape, affine)
    return _reshaped(red.total(x, dim=over, keepdim=True) if over else x, shape)


def _weight_slope_body(g: Any, x: Any, mean: Any, var: Any, shape: Shape, layout: Shape, dims: Dims, affine: Shape, eps: float) -> Any:
    mean, var = _statistics(x, layout, dims)
    return _folded(_reshaped(g, layout) * ((_reshaped(x, layout) - mean) * fn.rsqrt(var + eps)), shape, affine)


def _weight_slope_kernel(g: Any, x: Any, mean: Any, var: Any, shape: Shape, layout: Shape, dims: Dims, affine: Shape, eps: float) -> Any:
    found = normalising.weight_slope(g, x, mean, var, shape, layout, dims, affine, eps)
    if found is not None:
        return found
    standard = (x.reshape(layout) - mean) * (1 / np.sqrt(var + x.dtype.type(eps)))
    standard *= g.reshape(layout)
    return np.add.reduce(standard, axis=_broadcast(layout, affine)).reshape(shape)


def _bias_slope_kernel(g: Any, shape: Shape, layout: Shape, dims: Dims, affine: Shape) -> Any:
    found = normalising.bias_slope(g, shape, layout, dims, affine)
    return np.add.reduce(g.reshape(layout), axis=_broadcast(layout, affine)).reshape(shape) if found is None else found


weight_slope = fused("normalisation_weight_backward", _weight_slope_body, _weight_slope_kernel, 4)
bias_slope = fused("normalisation_bias_backward", lambda g, shape, layout, dims, affine: _folded(_reshaped(g, layout), shape, affine),
                   _bias_slope_kernel, 1)


def _weight_rule(g: Any, x: Any, rest: Any, like: Any, layout: Shape, dims: Dims, affine: Shape, eps: float) -> Any:
    return weight_slope(g[0], x, rest[0], rest[1], shape=like.shape, layout=layout, dims=dims, affine=affine, eps=eps)


def _bias_rule(g: Any, like: Any, layout: Shape, dims: Dims, affine: Shape) -> Any:
    return bias_slope(g[0], shape=like.shape, layout=layout, dims=dims, affine=affine)


def _normalisation(name: str, node: str) -> Any:
    return composite(
        name, _norm_body, operands=3, kernel=widened(_norm_kernel), node=node, x=_input_rule, weight=_weight_rule, bias=_bias_rule
    )


over_batch = _normalisation("native_batch_norm", "NativeBatchNormBackward0")
over_layer = _normalisation("native_layer_norm", "NativeLayerNormBackward0")
over_group = _normalisation("native_group_norm", "NativeGroupNormBackward0")


def _known_body(x: Any, weight: Any, bias: Any, mean: Any, var: Any, affine: Shape, eps: float) -> Any:
    scale = fn.rsqrt(_reshaped(var, affine) + eps)
    scale = scale if weight is None else scale * _reshaped(weight, affine)
    shift = -(_reshaped(mean, affine) * scale)
    return x * scale + (shift if bias is None else shift + _reshaped(bias, affine))


def _known_kernel(x: Any, weight: Any, bias: Any, mean: Any, var: Any, affine: Shape, eps: float) -> Any:
    scale = 1 / np.sqrt(var + x.dtype.type(eps))
    if weight is not None:
        scale = scale * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    out = x * scale.reshape(affine).astype(x.dtype, copy=False)
    out += shift.reshape(affine)
    return out


def _known_input_rule(g: Any, weight: Any, var: Any, affine: Shape, eps: float) -> Any:
    scale = fn.rsqrt(_reshaped(var, affine) + eps)
    return g * (scale if weight is None else scale * _reshaped(weight, affine))


by_running_statistics = composite(
    "batch_norm_inference",
    _known_body,
    operands=5,
    kernel=widened(_known_kernel),
    node="NativeBatchNormBackward0",
    x=_known_input_rule,
    weight=lambda g, x, mean, var, like, affine, eps: _folded(
        g * ((x - _reshaped(mean, affine)) * fn.rsqrt(_reshaped(var, affine) + eps)), like.shape, affine
    ),
    bias=lambda g, like, affine: _folded(g, like.shape, affine),
)


def _move(running: Tensor, toward: Any, momentum: float) -> None:
    """`(1 - momentum) * running + momentum * toward`, written into the buffer."""
    assign(running, running * (1 - momentum) + toward * momentum)


@keeps_format
@refuses("bool integers complex")
def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Tensor:
    """Each channel of `(N, C, *)` standardised over the batch, or by the running statistics (Ioffe, Szegedy 2015).

    While training the running mean and (unbiased) variance move towards the batch's in place. Raises ValueError where a channel
    has one value only, RuntimeError where statistics or weights do not have C entries.
    """
    shape = input.array.shape
    if shape == (0,):
        return batch_norm(input.reshape(0, 0), running_mean, running_var, weight, bias, training, momentum, eps).reshape(0)
    if len(shape) < 2:
        raise RuntimeError(text("batch-norm-dims", shape=list(shape)))
    if eps <= 0:
        raise ValueError(text("batch-norm-eps", eps=eps))
    n = input.array.size // shape[1] if shape[1] else 0
    if training and n == 1:
        raise ValueError(text("batch-norm-one-value", shape=list(shape)))
    _check_parameters(input, weight, bias)
    for name, x in (("running_mean", running_mean), ("running_var", running_var), ("weight", weight), ("bias", bias)):
        if x is not None and x.array.size != shape[1]:
            raise RuntimeError(text("batch-norm-channels", name=name, given=x.array.size, channels=shape[1], shape=list(shape)))
    affine = (1, shape[1]) + (1,) * (len(shape) - 2)
    if not training:
        if running_mean is None or running_var is None:
            raise RuntimeError(text("batch-norm-statistics"))
        return by_running_statistics(input, weight, bias, running_mean, running_var, affine=affine, eps=eps)
    dims = (0, *range(2, len(shape)))
    y, mean, var = over_batch(input, weight, bias, layout=shape, dims=dims, affine=affine, eps=eps)
    before, modes.grad = modes.grad, False
    try:
        if running_mean is not None and n:
            _move(running_mean, mean.reshape(-1), momentum)
        if running_var is not None and n:
            _move(running_var, var.reshape(-1) * (n / (n - 1)), momentum)
    finally:
        modes.grad = before
    return y


@refuses("bool integers complex")
def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Tensor:
    """Each channel of each sample of `(N, C, *)` standardised (Ulyanov, Vedaldi, Lempitsky 2016)."""
    shape = input.array.shape
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    n = math.prod(shape[2:])
    if n <= 1:
        raise ValueError(text("instance-norm-one-value", shape=list(shape)))
    for name, x in (("running_mean", running_mean), ("running_var", running_var)):
        if x is not None and x.array.shape != (shape[1],):
            raise RuntimeError(text("instance-norm-statistics", name=name, wanted=shape[0] * shape[1], given=shape[0] * x.array.size))
    _check_parameters(input, weight, bias)
    for name, x in (("weight", weight), ("bias", bias)):
        if x is not None and x.array.shape != (shape[1],):
            raise RuntimeError(text("instance-norm-affine", name=name, given=list(x.array.shape), input=list(shape)))
    affine = (1, shape[1]) + (1,) * (len(shape) - 2)
    y, mean, var = over_batch(input, weight, bias, layout=shape, dims=tuple(range(2, len(shape))), affine=affine, eps=eps)
    before, modes.grad = modes.grad, False
    try:
        if running_mean is not None:
            _move(running_mean, mean.reshape(*shape[:2]).mean(0), momentum)
        if running_var is not None:
            _move(running_var, var.reshape(*shape[:2]).mean(0) * (n / (n - 1)), momentum)
    finally:
        modes.grad = before
    parameters = [None if x is None else ("RepeatBackward0", x) for x in (weight, bias)]
    return show_as(y, "ViewBackward0", ("NativeBatchNormBackward0", ("ViewBackward0", input), *parameters))


@refuses("bool integers complex")
def layer_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-05
) -> Tensor:
    """Standardised over the last dimensions, `normalized_shape` (Ba, Kiros, Hinton 2016); RuntimeError for other shapes.

    >>> torch.nn.functional.layer_norm(torch.tensor([1.0, 3.0]), (2,))
    tensor([-1.0000,  1.0000])
    """
    wanted = _last_dimensions(input, normalized_shape, weight, bias)
    _check_parameters(input, weight, bias)
    shape = input.array.shape
    lead = len(shape) - len(wanted)
    affine = (1,) * lead + wanted
    return over_layer(input, weight, bias, layout=shape, dims=tuple(range(lead, len(shape))), affine=affine, eps=eps)[0]


def _check_parameters(input: Tensor, weight: Tensor | None, bias: Tensor | None) -> None:
    """RuntimeError unless the parameters have the input's dtype, or float32 beside 16 bits."""
    for name, x in (("weight", weight), ("bias", bias)):
        if x is not None and x.dtype is not input.dtype and not (x.dtype is dtypes.float32 and input.dtype in dtypes.HALVES):
            raise RuntimeError(text("norm-parameter-dtype", name=name, given=x.dtype, input=input.dtype))


def _last_dimensions(input: Tensor, normalized_shape: Any, *parameters: Tensor | None) -> Shape:
    wanted = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(int(n) for n in normalized_shape)
    shape = input.array.shape
    if not wanted or shape[len(shape) - len(wanted) :] != wanted:
        raise RuntimeError(text("normalized-shape", wanted=list(wanted), shape=list(shape)))
    for x in parameters:
        if x is not None and x.array.shape != wanted:
            raise RuntimeError(text("normalized-weight", wanted=list(wanted), given=list(x.array.shape)))
    return wanted


@keeps_format
@refuses("bool integers complex")
def group_norm(input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-05) -> Tensor:
    """Groups of channels of `(N, C, *)` standardised for each sample (Wu, He 2018); RuntimeError where C is no multiple."""
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError(text("group-norm-dims", ndim=len(shape)))
    if num_groups <= 0 or shape[1] % num_groups:
        raise RuntimeError(text("group-norm-channels", shape=list(shape), groups=num_groups))
    _check_parameters(input, weight, bias)
    for name, x in (("weight", weight), ("bias", bias)):
        if x is not None and x.array.shape != (shape[1],):
            raise RuntimeError(text("group-norm-weight", name=name, channels=shape[1], shape=list(x.array.shape)))
    layout = (shape[0], num_groups, shape[1] // num_groups, math.prod(shape[2:]))
    if shape[0] * layout[2] * layout[3] == 1:
        raise ValueError(text("batch-norm-one-value", shape=list(shape)))
    return over_group(input, weight, bias, layout=layout, dims=(2, 3), affine=(1, num_groups, layout[2], 1), eps=eps)[0]


@refuses("bool integers")
def rms_norm(input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None) -> Tensor:
    """Divided by the root of the mean square over the last dimensions (Zhang, Sennrich 2019); `eps`: the dtype's."""
    wanted = _last_dimensions(input, normalized_shape, weight)
    ndim = input.array.ndim
    x: Any = ar.cast(input, to=dtypes.float32) if input.dtype.itemsize == 2 else input
    if eps is None:
        eps = float(np.finfo(x.array.dtype).eps)
    over = tuple(range(ndim - len(wanted), ndim))
    y = x * fn.rsqrt(ar.add_number(ar.square(x).mean(over, keepdim=True), eps))
    y = y if weight is None else y * weight
    return y if x is input else ar.cast(y, to=input.dtype)


@refuses("bool complex int8 uint8 int16 int32")
def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """Divided by `(k + alpha * mean of the squares of `size` neighbouring channels) ** beta` (Krizhevsky et al. 2012)."""
    ndim = input.array.ndim
    if ndim < 3:
        raise ValueError(text("response-norm-dims", ndim=ndim))
    if ndim > 3:                        # PyTorch's means are those of avg_pool3d there
        refuse("local_response_norm", input.dtype, frozenset(dtypes.HALVES))
    if not input.array.size:
        return input
    squares: Any = ar.mul(input, input)
    around, shape = [size // 2, (size - 1) // 2], input.array.shape
    if ndim == 3:
        mean = squeeze(avg_pool2d(pad(unsqueeze(squares, dim=1), [0, 0, *around]), (size, 1), stride=1), dim=(1,))
    else:
        planes = pad(squares.view(shape[0], 1, shape[1], shape[2], -1), [0, 0, 0, 0, *around])
        mean = squeeze(avg_pool3d(planes, (size, 1, 1), stride=1), dim=(1,)).view(*shape)
    return input / ar.pow(mean * alpha + k, beta)
