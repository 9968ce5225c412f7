"""Softmax and its relatives along one dimension."""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core import generator as gen
from steepest.core.dtype import asked, these
from steepest.core.modes import interpreters, modes
from steepest.core.primitive import attach, wants_gradient
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.functional.neural.precision import widened
from steepest.functional.neural.rows import RowKernel, matrix
from steepest.functional.neural.warning import warn
from steepest.functional.shaping import to_dtype
from steepest.functional.supporting import refuse
from steepest.lower.rows import Row
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops import reductions as red
from steepest.ops.composites import Composite, composite
from steepest.ops.maps import elementwise
from steepest.ops.random import draw
from steepest.ops.reductions import wrap


def _top(x: Any, dim: tuple[int, ...]) -> Any:
    """The largest element along a dimension; where there is none nothing is taken from it, and any number will do."""
    return red.amax(x, dim=dim, keepdim=True) if x.array.size else red.total(x, dim=dim, keepdim=True)


def _softmax_body(x: Any, dim: tuple[int, ...]) -> Any:
    e = fn.exp(x - _top(x, dim))
    return e / red.total(e, dim=dim, keepdim=True)


shifted_exp = elementwise("shifted_exp", lambda m, x, top: m.exp(x - top))
less_both = elementwise("less_both", lambda m, x, top, log_sum: x - top - log_sum)
less_share = elementwise("less_share", lambda m, g, y, total: g - m.exp(y) * total)


def _softmax_plain(x: Any, dim: int) -> Any:
    out = shifted_exp.over(x, np.maximum.reduce(x, dim, keepdims=True))
    out /= np.add.reduce(out, dim, keepdims=True)
    return out


def _softmax_row(row: Row) -> None:
    top = row.all(row.fold("max", lambda m, e: e.x))
    row.write(lambda m, e: {"y": m.exp(e.x - top)})
    total = row.all(row.fold("sum", lambda m, e: e.y))
    row.write(lambda m, e: {"y": e.y / total})


softmax_rows = RowKernel("softmax", _softmax_row, {"x": "matrix"}, {"y": "matrix"})


def _along_rows(kernel: RowKernel, dim: int, x: Any, *more: Any) -> Any:
    """What a kernel gives for rows along the last dimension; None where the rows lie otherwise or there is no kernel."""
    shape = x.shape
    if dim != len(shape) - 1 or not shape[dim]:
        return None
    n = shape[dim]
    out = kernel(matrix(x, n), *[matrix(m, n) for m in more])
    return out if out is None or out.shape == shape else out.reshape(shape)


class AlongRows(Composite):
    """A composite of one operand along `dim` whose kernel for rows in their order is called without detours."""

    def __init__(self, name: str, body: Callable[..., Any], kernel: Callable[..., Any], rules: dict[str, Any], rows: RowKernel):
        super().__init__(name, body, widened(kernel), rules, "", 1)
        self.made = rows.made

    def __call__(self, x: Any, dim: tuple[int, ...]) -> Any:
        array = x.array
        native = self.made.get(array.dtype.char)
        if not native or interpreters or not 0 < array.ndim <= 2 or dim[-1:] != (array.ndim - 1,) or not array.size \
                or not array.flags.c_contiguous:
            return Composite.__call__(self, x, dim=dim)
        result = fresh(native(array, np.empty(array.shape, array.dtype)), x.dtype)
        if (x.needs_grad or x.view_of is not None) and modes.grad and wants_gradient((x,)):
            attach(self, (x,), {"dim": dim}, result)
        return result


def _softmax_kernel(x: Any, dim: tuple[int, ...]) -> Any:
    if not x.size or not dim:
        return np.asarray(x - x + 1, x.dtype)         # which NaN and infinities leave as NaN
    out = _along_rows(softmax_rows, dim[0], x)
    return _softmax_plain(np.asarray(x, order="C"), dim[0]) if out is None else out


def _log_softmax_body(x: Any, dim: tuple[int, ...]) -> Any:
    shifted = x - _top(x, dim)
    return shifted - fn.log(red.total(fn.exp(shifted), dim=dim, keepdim=True))


def _log_softmax_plain(x: Any, dim: int) -> Any:
    top = np.maximum.reduce(x, dim, keepdims=True)
    return less_both.over(x, top, np.log(np.add.reduce(shifted_exp.over(x, top), dim, keepdims=True)))


def _log_softmax_row(row: Row) -> None:
    top = row.all(row.fold("max", lambda m, e: e.x))
    logarithm = row.all(row.m.log(row.fold("sum", lambda m, e: m.exp(e.x - top))))
    row.write(lambda m, e: {"y": e.x - top - logarithm})


log_softmax_rows = RowKernel("log_softmax", _log_softmax_row, {"x": "matrix"}, {"y": "matrix"})


def _log_softmax_kernel(x: Any, dim: tuple[int, ...]) -> Any:
    if not x.size or not dim:
        return np.asarray(x - x, x.dtype)
    out = _along_rows(log_softmax_rows, dim[0], x)
    return _log_softmax_plain(x, dim[0]) if out is None else out


softmax_ = AlongRows("softmax", _softmax_body, _softmax_kernel,
                     {"x": lambda g, result, dim: softmax_slope(g, result, dim=dim)}, softmax_rows)
log_softmax_ = AlongRows("log_softmax", _log_softmax_body, _log_softmax_kernel,
                         {"x": lambda g, result, dim: log_softmax_slope(g, result, dim=dim)}, log_softmax_rows)


def _softmax_slope_row(row: Row) -> None:
    along = row.all(row.fold("sum", lambda m, e: e.g * e.y))
    row.write(lambda m, e: {"d": e.g * e.y - e.y * along})


def _log_softmax_slope_row(row: Row) -> None:
    total = row.all(row.fold("sum", lambda m, e: e.g))
    row.write(lambda m, e: {"d": e.g - m.exp(e.y) * total})


softmax_slope_rows = RowKernel("softmax_backward", _softmax_slope_row, {"g": "matrix", "y": "matrix"}, {"d": "matrix"})
log_softmax_slope_rows = RowKernel("log_softmax_backward", _log_softmax_slope_row, {"g": "matrix", "y": "matrix"}, {"d": "matrix"})


def _softmax_slope_kernel(g: Any, y: Any, dim: tuple[int, ...]) -> Any:
    rows = _along_rows(softmax_slope_rows, dim[0], g, y) if dim else None
    if rows is not None:
        return rows
    out = g * y
    out -= y * np.add.reduce(out, axis=dim, keepdims=True)
    return out


def _log_softmax_slope_kernel(g: Any, y: Any, dim: tuple[int, ...]) -> Any:
    rows = _along_rows(log_softmax_slope_rows, dim[0], g, y) if dim else None
    if rows is not None:
        return rows
    return less_share.over(g, y, np.add.reduce(g, dim, keepdims=True))


softmax_slope: Composite = composite(
    "softmax_backward",
    lambda g, y, dim: g * y - y * red.total(g * y, dim=dim, keepdim=True),
    operands=2,
    kernel=widened(_softmax_slope_kernel),
    node="SoftmaxBackwardDataBackward0",
    g=lambda gg, y, dim: softmax_slope(gg, y, dim=dim),
    y=lambda gg, g, y, dim: gg * g - g * red.total(gg * y, dim=dim, keepdim=True) - gg * red.total(g * y, dim=dim, keepdim=True),
)
log_softmax_slope: Composite = composite(
    "log_softmax_backward",
    lambda g, y, dim: g - fn.exp(y) * red.total(g, dim=dim, keepdim=True),
    operands=2,
    kernel=widened(_log_softmax_slope_kernel),
    node="LogSoftmaxBackwardDataBackward0",
    g=lambda gg, y, dim: gg - red.total(gg * fn.exp(y), dim=dim, keepdim=True),
    y=lambda gg, g, y, dim: -(gg * fn.exp(y) * red.total(g, dim=dim, keepdim=True)),
)


def _chosen(function: str, input: Tensor, dim: int | None) -> tuple[int, ...]:
    """The dimension as given, or PyTorch's old choice with a warning."""
    ndim = input.array.ndim
    if dim is None:
        dim = 0 if ndim in (0, 1, 3) else 1
        warn(text("implicit-dim", function=function, dim=dim))
    d = wrap(dim, ndim)
    return (d,) if ndim else ()


def _prepared(name: str, input: Tensor, dtype: Any) -> Tensor:
    dtype = asked(dtype)
    if dtype is not None:
        input = to_dtype(input, dtype)
    elif input.dtype.category < 2:
        raise NotImplementedError(text("softmax-of-integers", function=name, dtype=input.dtype))
    refuse(name, input.dtype, NOT_ORDERED)
    return input


NOT_ORDERED = these("bool integers complex")


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """`exp(x) / sum(exp(x))` along `dim`.

    >>> torch.nn.functional.softmax(torch.tensor([[0.0, 0.0]]), dim=1)
    tensor([[0.5000, 0.5000]])
    """
    n = input.array.ndim
    if dtype is None and type(dim) is int and -n <= dim < n and input.dtype.is_floating_point:
        return softmax_(input, dim=(dim % n,))
    over = _chosen("softmax", input, dim)
    return softmax_(_prepared("softmax", input, dtype), dim=over)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """`log(softmax(x))` along `dim`, computed without loss of small probabilities."""
    n = input.array.ndim
    if dtype is None and type(dim) is int and -n <= dim < n and input.dtype.is_floating_point:
        return log_softmax_(input, dim=(dim % n,))
    over = _chosen("log_softmax", input, dim)
    return log_softmax_(_prepared("log_softmax", input, dtype), dim=over)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """`softmax(-x)` along `dim`."""
    over = _chosen("softmin", input, dim)
    return softmax_(_prepared("softmin", ar.neg(input), dtype), dim=over)


def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """A softmax of `logits` plus Gumbel noise; `hard=True` gives one-hot rows with the soft gradient (Jang, Gu, Poole 2016)."""
    exponential = draw(shape=logits.array.shape, dtype=logits.dtype, generator=gen.default_generator, sampler="exponential", rate=1.0)
    soft = softmax((logits - fn.log(exponential)) / tau, dim)
    if not hard:
        return soft
    d = wrap(dim, soft.array.ndim)
    hot = (soft.argmax(d, keepdim=True) == _along(soft, d)).to(soft.dtype)
    return hot - soft.detach() + soft


def _along(x: Tensor, dim: int) -> Tensor:
    """0, 1, ... along one dimension of `x`."""
    from_zero: Tensor = red.positions(x.array.shape[dim])
    return from_zero.view(*[-1 if d == dim else 1 for d in range(x.array.ndim)])
