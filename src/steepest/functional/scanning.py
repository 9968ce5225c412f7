"""Running sums, products and extrema."""

from typing import Any

import numpy as np

from steepest.core.dtype import asked, float_limits
from steepest.core.modes import interpreters, modes
from steepest.core.tensor import Tensor
from steepest.functional.reducing import cummax_result, cummin_result
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops import ordering, scans
from steepest.ops.composites import composite
from steepest.ops.creation import positions
from steepest.ops.functions import absolute, exp, log
from steepest.ops.reductions import wrap
from steepest.ops.views import real


def cumsum(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Partial sums along `dim`."""
    dtype = asked(dtype)
    d = wrap(dim, input.array.ndim)
    return scans.cumsum(input, dim=d) if dtype is None else scans.cumsum(input.to(dtype), dim=d).to(dtype)


def _log_of_sums(x: Tensor, dim: int) -> Tensor:
    """Every sum by itself, scaled by the largest of its own terms; what comes later is left out."""
    rows = x.transpose(dim, -1)
    top = scans.cummax(real(rows) if x.dtype.is_complex else rows, dim=rows.array.ndim - 1)[0]
    top = ar.where(ar.isinf(top), 0, top)
    place = positions(rows.array.shape[-1])
    terms = ar.where(place <= place.unsqueeze(1), exp(rows.unsqueeze(-2) - top.unsqueeze(-1)), 0)
    return (log(terms.sum(-1)) + top).transpose(dim, -1)


def _running_log_of_sums(x: Any, dim: int) -> Any:
    """Every partial sum scaled by its own largest term, so that none is lost beside a later one."""
    if x.dtype.kind == "f" and x.dtype.itemsize > 2:
        return np.logaddexp.accumulate(x, axis=dim) + 0         # it starts at 0, and 0 + -0 is 0
    rows = np.moveaxis(x.astype(np.float32) if x.dtype.kind != "c" else x, dim, 0)
    out = np.empty_like(rows)
    for k, row in enumerate(rows):
        last = out[k - 1] if k else np.full_like(row, -np.inf)
        first = last.real >= row.real
        high, low = np.where(first, last, row), np.where(first, row, last)
        out[k] = np.where(np.isneginf(low.real), high, high + np.log1p(np.exp(low - high)))
    return np.ascontiguousarray(np.moveaxis(out, 0, dim)).astype(x.dtype)


def _logcumsumexp_gradient(g: Any, x: Any, result: Any, dim: int) -> Any:
    """Sums to the end of `g exp(x - result)` in logarithms, gradients of either sign apart."""
    def backwards(y: Any) -> Any:
        return ordering.flip(_logcumsumexp(ordering.flip(y, dims=(dim,)), dim=dim), dims=(dim,))

    if modes.grad or interpreters:                             # as a linear map of g, which the logarithms below do not show
        gs, rows, sums = (t.transpose(dim, -1).unsqueeze(-2) for t in (g, ar.conjugate(x), ar.conjugate(result)))
        place = positions(x.array.shape[dim])
        later = place >= place.unsqueeze(1)
        sums = ar.where(ar.isinf(sums), 0, sums)
        share = ar.where(later, exp(ar.where(later, rows.transpose(-1, -2) - sums, 0)), 0)
        return (gs * share).sum(-1).transpose(dim, -1)
    if x.dtype.is_complex:
        return exp(backwards(log(g) - ar.conjugate(result)) + ar.conjugate(x))
    size, least = log(absolute(g)), float(float_limits(x.dtype).min)
    up, down = ar.where(g > 0, size, least), ar.where(g < 0, size, least)
    return exp(backwards(up - result) + x) - exp(backwards(down - result) + x)


_logcumsumexp = composite("logcumsumexp", _log_of_sums, operands=1, kernel=_running_log_of_sums, x=_logcumsumexp_gradient)


@refuses("bool integers")
def logcumsumexp(input: Tensor, dim: int) -> Tensor:
    """`log(cumsum(exp(x)))` along `dim`."""
    d = wrap(dim, input.array.ndim)
    return _logcumsumexp(input, dim=d) if input.array.ndim else input.clone()


def cumprod(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Partial products along `dim`."""
    dtype = asked(dtype)
    d = wrap(dim, input.array.ndim)
    return scans.cumprod(input, dim=d) if dtype is None else scans.cumprod(input.to(dtype), dim=d).to(dtype)


@refuses("complex")
def cummax(input: Tensor, dim: int) -> Any:
    """Running maximum along `dim` and its index."""
    return cummax_result(scans.cummax(input, dim=wrap(dim, input.array.ndim)))


@refuses("complex")
def cummin(input: Tensor, dim: int) -> Any:
    """Running minimum along `dim` and its index."""
    return cummin_result(scans.cummin(input, dim=wrap(dim, input.array.ndim)))
