"""Reductions of `torch`: sums, means, extrema, variances, norms, cumulative sums, softmax."""

import math
from typing import Any

import numpy as np

from steepest.autograd.trees import register_pytree_node
from steepest.core import dtype as dtypes
from steepest.core.dtype import asked
from steepest.core.modes import interpreters
from steepest.core.reading import read
from steepest.core.size import Size
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.functional.appearing import appears_as, show_as
from steepest.functional.casting import in_single_precision
from steepest.functional.neural.precision import widened
from steepest.functional.supporting import refuses
from steepest.ops import arithmetic as ar
from steepest.ops import functions as fn
from steepest.ops import ordering
from steepest.ops import reductions as red
from steepest.ops.arithmetic import cast, conjugate
from steepest.ops.composites import composite
from steepest.ops.linalg import svd
from steepest.ops.maps import elementwise
from steepest.ops.reductions import dims, restore, wrap
from steepest.ops.views import real


class NamedResult(tuple[Any, ...]):
    """Several results of one operation under names, printed as PyTorch's return types."""

    names: tuple[str, ...] = ()
    title = ""

    def __repr__(self) -> str:
        fields = ",\n".join(f"{n}={x!r}" for n, x in zip(self.names, self, strict=True))
        return f"torch.return_types.{self.title}(\n{fields})"

    def __getattr__(self, name: str) -> Any:
        if name in self.names:
            return self[self.names.index(name)]
        raise AttributeError(name)


return_types: dict[str, type[NamedResult]] = {}


def named(title: str, *names: str) -> type[NamedResult]:
    """The result type called `title` with these fields, which `steepest.return_types` shows."""
    if title not in return_types:
        kind = type(title, (NamedResult,), {"names": names, "title": title, "__module__": "steepest.return_types"})
        register_pytree_node(kind, lambda x: (list(x), None), lambda values, context: kind(values))
        return_types[title] = kind
    return return_types[title]


max_result, min_result = named("max", "values", "indices"), named("min", "values", "indices")
median_result, nanmedian_result, mode_result = (named(n, "values", "indices") for n in ("median", "nanmedian", "mode"))
cummax_result, cummin_result = named("cummax", "values", "indices"), named("cummin", "values", "indices")
aminmax_result = named("aminmax", "min", "max")


def sum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The sum over `dim` (all dimensions if None); integers are summed as int64."""
    if dtype is not None:
        dtype = asked(dtype)
        input = input.to(dtype)
    total: Tensor = (red.total_of_all if dim is None else red.total)(input, dim=dims(input, dim), keepdim=keepdim)
    return total if dtype is None else total.to(dtype)


@refuses("complex")
def nansum(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The sum with NaN counted as zero."""
    if dtype is not None:
        dtype = asked(dtype)
        input = input.to(dtype)
    total: Tensor = _nansum(input, dim=dims(input, dim), keepdim=keepdim)
    return total if dtype is None else total.to(dtype)


_nansum = composite("nansum", lambda x, dim, keepdim: red.total(ar.where(ar.isnan(x), 0, x), dim=dim, keepdim=keepdim),
                    operands=1,
                    x=lambda g, x, like, dim, keepdim: ar.where(ar.isnan(x), 0, restore(g, like, dim, keepdim)))


def _mean_body(x: Any, dim: Any, keepdim: bool, count: int) -> Any:
    return red.total(x, dim=dim, keepdim=keepdim) / count


def _mean_kernel(x: Any, dim: Any, keepdim: bool, count: int) -> Any:
    out = red.summed(x if x.dtype.itemsize > 2 else x.astype(np.float32), dim, keepdim)
    return np.ascontiguousarray(out / count, x.dtype).reshape(np.shape(out))


mean_all = composite("mean", _mean_body, operands=1, kernel=_mean_kernel, node="MeanBackward0",
                     x=lambda g, like, dim, keepdim, count: restore(g, like, dim, keepdim) / count)
mean_dim = composite("mean", _mean_body, operands=1, kernel=_mean_kernel, node="MeanBackward1",
                     x=lambda g, like, dim, keepdim, count: restore(g, like, dim, keepdim) / count)


def mean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The mean over `dim`; RuntimeError for integers."""
    if dtype is not None:
        dtype = asked(dtype)
        input = input.to(dtype)
    if input.dtype.category < dtypes.FLOATING:
        raise RuntimeError(text("mean-of-integers", dtype=input.dtype))
    over = dims(input, dim)
    n = red.count(input.array.shape, over)
    if n == 0:
        return sum(input, dim, keepdim) / 0.0
    return (mean_all if dim is None else mean_dim)(input, dim=over, keepdim=keepdim, count=n)


@refuses("bool integers complex")
def nanmean(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The mean of the elements that are not NaN."""
    dtype = asked(dtype)
    return nansum(input, dim, keepdim, dtype=dtype) / sum(~ar.isnan(input), dim, keepdim)


@in_single_precision
def prod(input: Tensor, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The product over one dimension, or of all elements."""
    if dtype is not None:
        dtype = asked(dtype)
        input = input.to(dtype)
    made: Tensor = (red.product_of_all if dim is None else red.product)(input, dim=dims(input, dim), keepdim=keepdim)
    return made if dtype is None else made.to(dtype)


def all(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether all elements are true."""
    return red.all_(input, dim=dims(input, dim), keepdim=keepdim)


def any(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether any element is true."""
    return red.any_(input, dim=dims(input, dim), keepdim=keepdim)


@refuses("complex")
def amax(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The largest element over `dim`; equal ones share the gradient."""
    return red.amax(input if dim not in (None, ()) else not_empty("amax", input), dim=dims(input, dim), keepdim=keepdim)


@refuses("complex")
def amin(input: Tensor, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The smallest element over `dim`; equal ones share the gradient."""
    return red.amin(input if dim not in (None, ()) else not_empty("amin", input), dim=dims(input, dim), keepdim=keepdim)


@refuses("complex")
def aminmax(input: Tensor, *, dim: Any = None, keepdim: bool = False) -> Any:
    """Smallest and largest element."""
    return aminmax_result((amin(input, dim if dim is not None else (), keepdim), amax(input, dim if dim is not None else (), keepdim)))


def _extremum(title: Any, whole: Any, along: Any, pairwise: Any, input: Tensor, dim: Any, keepdim: bool) -> Any:
    if not isinstance(input, Tensor):
        raise TypeError(text("argument-not-tensor", function=pairwise.name, name="input", kind=type(input).__name__))
    if dim is None:
        return whole(input)
    if isinstance(dim, Tensor):
        return pairwise(input, dim)
    if isinstance(dim, float):
        raise TypeError(text("argument-not-tensor", function=pairwise.name, name="other", kind="float"))
    return title(along(input, dim=wrap(dim, input.array.ndim), keepdim=keepdim))


@refuses("complex")
def max(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest element; with `dim`, `(values, indices)` along it; with a tensor, elementwise maximum."""
    return _extremum(max_result, amax_all, red.max_dim, ar.maximum, input, dim, keepdim)


@refuses("complex")
def min(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest element; with `dim`, `(values, indices)` along it; with a tensor, elementwise minimum."""
    return _extremum(min_result, amin_all, red.min_dim, ar.minimum, input, dim, keepdim)


_max_all = red.Reduction("max", np.maximum, red.amax.combine, None, {"x": red.shared_extremum_of_all}, "MaxBackward1")
_min_all = red.Reduction("min", np.minimum, red.amin.combine, None, {"x": red.shared_extremum_of_all}, "MinBackward1")


def not_empty(operation: str, x: Tensor) -> Tensor:
    """`x`, which must have elements; RuntimeError otherwise."""
    if not x.array.size:
        raise RuntimeError(text("reduction-of-nothing", operation=operation, shape=list(x.array.shape)))
    return x


def amax_all(input: Tensor) -> Tensor:
    """The largest of all elements."""
    return _max_all(not_empty("max", input), dim=dims(input, None), keepdim=False)


def amin_all(input: Tensor) -> Tensor:
    """The smallest of all elements."""
    return _min_all(not_empty("min", input), dim=dims(input, None), keepdim=False)


def _arg(along: Any, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    if input.dtype is dtypes.bool_ or input.dtype.is_complex:
        raise NotImplementedError(text("operation-dtype", operation=f"arg{along.name}", dtypes=input.dtype))
    array = input.array
    if not interpreters and array.ndim and array.size:
        d = None if dim is None else wrap(dim, array.ndim)
        at = along.pick(array, axis=d, keepdims=True) if keepdim else getattr(array, f"arg{along.name}")(d)
        return fresh(np.asarray(at, np.int64), dtypes.int64)
    if dim is None:
        flat = along(input.detach().reshape(-1), dim=0, keepdim=False)[1]
        return flat.reshape([1] * input.array.ndim) if keepdim else flat
    return along(input.detach(), dim=wrap(dim, input.array.ndim), keepdim=keepdim)[1]


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The index of the largest element, the first one where several are equal."""
    return _arg(red.max_dim, input, dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """The index of the smallest element, the first one where several are equal."""
    return _arg(red.min_dim, input, dim, keepdim)


def _variance_body(x: Any, dim: Any, keepdim: bool, count: int, correction: float) -> Any:
    centred = x - red.total(x, dim=dim, keepdim=True) / count
    return red.total(centred * centred, dim=dim, keepdim=keepdim) / builtin_max(count - correction, 0)


def _variance_kernel(x: Any, dim: Any, keepdim: bool, count: int, correction: float) -> Any:
    return np.asarray(_in_double(x, dim, keepdim, count, correction)).astype(x.dtype)


def _deviation_kernel(x: Any, dim: Any, keepdim: bool, count: int, correction: float) -> Any:
    return np.asarray(np.sqrt(_in_double(x, dim, keepdim, count, correction))).astype(x.dtype)


def _in_double(x: Any, dim: Any, keepdim: bool, count: int, correction: float) -> Any:
    """The variance in float64, in which PyTorch adds up, too: squares of float32 do not overflow there."""
    centred = x.astype(np.float64)
    if count:
        centred -= np.add.reduce(centred, dim, keepdims=True) / count
    centred *= centred
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.divide(centred.sum(dim, keepdims=keepdim), builtin_max(count - correction, 0))


def _of_variance(g: Any, x: Any, dim: Any, count: int, correction: float) -> Any:
    """The gradient behind a variance; where the correction leaves nothing to divide by, what PyTorch makes of it."""
    mean, left = mean_dim(x, dim=dim, keepdim=True, count=count), count - correction
    if left <= 0 and len(dim) == x.array.ndim:
        return g * ar.where(x == mean, math.nan, math.inf)
    return g * (2.0 / left if left else math.inf) * (x - mean)


builtin_max = __builtins__["max"] if isinstance(__builtins__, dict) else __builtins__.max
variance = composite("var", _variance_body, kernel=_variance_kernel, operands=1, node="VarBackward0",
                     x=lambda g, x, like, dim, keepdim, count, correction:
                     _of_variance(restore(g, like, dim, keepdim), x, dim, count, correction))
deviation = composite("std", lambda x, dim, keepdim, count,
                      correction: fn.sqrt(_variance_body(x, dim, keepdim, count, correction)),
                      kernel=_deviation_kernel, operands=1, node="StdBackward0",
                      x=lambda g, x, result, like, dim, keepdim, count, correction:
                      _of_variance(restore(g / ar.where(result == 0, math.inf, result * 2), like, dim, keepdim), x, dim, count, correction))


root_of_variance = elementwise("root_of_variance", lambda m, x: m.sqrt(x), node="SqrtBackward0",
                               x=lambda g, result: g / ar.where(result == 0, math.inf, 2 * result))
"""The root whose gradient is 0 where nothing spreads, as that of the standard deviation is."""


def _spread(which: Any, input: Tensor, dim: Any, unbiased: Any, correction: Any, keepdim: bool) -> Tensor:
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None or unbiased else 0
    if input.dtype.category < dtypes.FLOATING:
        raise RuntimeError(text("spread-of-integers", dtype=input.dtype))
    if input.dtype.is_complex:
        parts = (_spread(variance, part, dim, None, correction, keepdim) for part in (input.real, input.imag))
        both: Tensor = ar.add(*parts)
        return both if which is variance else root_of_variance(both)
    over = dims(input, dim)
    return which(input, dim=over, keepdim=keepdim, count=red.count(input.array.shape, over), correction=correction)


def var(input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None) -> Tensor:
    """The variance over `dim`, divided by n - correction (1 unless given)."""
    return _spread(variance, input, dim, unbiased, correction, keepdim)


def std(input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None) -> Tensor:
    """The standard deviation over `dim`, divided by n - correction (1 unless given)."""
    return _spread(deviation, input, dim, unbiased, correction, keepdim)


@appears_as("VarMeanBackward0")
def var_mean(input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
             correction: Any = None) -> Any:
    """Variance and mean."""
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, None if isinstance(dim, bool) else dim, keepdim)


@appears_as("StdMeanBackward0")
def std_mean(input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
             correction: Any = None) -> Any:
    """Standard deviation and mean."""
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, None if isinstance(dim, bool) else dim, keepdim)


def logsumexp(input: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    """`log(sum(exp(x)))` over `dim`, computed without overflow."""
    if input.dtype.category < dtypes.FLOATING:
        input = input.to(dtypes.get_default_dtype())
    if not input.array.size:
        return fn.log(sum(fn.exp(input), dim, keepdim))
    return _logsumexp(input, dim=dims(input, dim), keepdim=keepdim)


def _logsumexp_body(x: Any, dim: Any, keepdim: bool) -> Any:
    top = red.amax(real(x) if x.dtype.is_complex else x, dim=dim, keepdim=True)
    top = ar.where(ar.isinf(top), 0, top)
    return fn.log(red.total(fn.exp(x - top), dim=dim, keepdim=keepdim)) + (top if keepdim else restore_shape(top, dim))


def restore_shape(x: Any, dim: tuple[int, ...]) -> Any:
    """`x` without the dimensions of size 1 that a reduction kept."""
    return x.squeeze(dim) if dim else x


_logsumexp = composite("logsumexp", _logsumexp_body, operands=1,
                       x=lambda g, x, result, like, dim,
                       keepdim: restore(g, like, dim, keepdim) * conjugate(fn.exp(x - restore(result, like, dim, keepdim))))


def norm(input: Tensor, p: Any = "fro", dim: Any = None, keepdim: bool = False, dtype: Any = None) -> Tensor:
    """The p-norm over `dim` (of all elements if None); "fro" is the 2-norm, "nuc" the sum of singular values."""
    dtype = asked(dtype)
    if p == "nuc":
        return nuclear_norm(input, dim, keepdim)
    if dtype is not None:
        input = input.to(dtype)
    if input.dtype.category < dtypes.FLOATING:
        raise RuntimeError(text("norm-of-integers", dtype=input.dtype))
    if input.dtype.is_complex:
        return norm(fn.absolute(input), p, dim, keepdim)
    order = 2.0 if p in ("fro", None) else float(p)
    over = dims(input, dim)
    if (order < 0 or math.isinf(order)) and 0 in [input.array.shape[d] for d in over]:
        raise RuntimeError(text("norm-of-nothing", order=order, shape=list(input.array.shape), dim=dim))
    return vector_norm(input, order=order, dim=over, keepdim=keepdim)


@refuses("bool integers halves")
def nuclear_norm(input: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The sum of the singular values of the matrices in two dimensions."""
    a, b = (wrap(d, input.array.ndim) for d in (dim if dim is not None else (-2, -1)))
    values = svd(input.movedim((a, b), (-2, -1)), full_matrices=False)[1].sum(-1)
    for d in sorted((a, b)) if keepdim else ():
        values = values.unsqueeze(d)
    return values


def _norm_body(x: Any, order: float, dim: Any, keepdim: bool) -> Any:
    if math.isinf(order):
        return (red.amax if order > 0 else red.amin)(fn.absolute(x), dim=dim, keepdim=keepdim)
    if order == 0:
        return red.total(cast(ar.ne(x, 0), to=x.dtype), dim=dim, keepdim=keepdim)
    if order == 2:
        return fn.sqrt(red.total(x * x, dim=dim, keepdim=keepdim))
    if order == 1:
        return red.total(fn.absolute(x), dim=dim, keepdim=keepdim)
    return ar.pow(red.total(ar.pow(fn.absolute(x), order), dim=dim, keepdim=keepdim), 1 / order)


def _norm_gradient(g: Any, x: Any, result: Any, like: Any, order: float, dim: Any, keepdim: bool) -> Any:
    g, result = restore(g, like, dim, keepdim), restore(result, like, dim, keepdim)
    if math.isinf(order):
        return red.shared(g, fn.absolute(x) == result, dim) * fn.sign(x)
    if order == 0:
        return None
    if order == 1:
        return g * fn.sign(x)
    if order == 2:
        return g * ar.where(result == 0, 0, x / result)
    if order < 1:
        return fn.sign(x) * ar.where(x == 0, 0, ar.pow(fn.absolute(x), order - 1)) * g * ar.pow(result, 1 - order)
    slope = fn.sign(x) * ar.pow(fn.absolute(x), order - 1) if order < 2 else x * ar.pow(fn.absolute(x), order - 2)
    return slope * (g / ar.where(result == 0, math.inf, ar.pow(result, order - 1)))


def _norm_kernel(x: Any, order: float, dim: Any, keepdim: bool) -> Any:
    if math.isinf(order):
        fold: Any = np.maximum if order > 0 else np.minimum
        out = fold.reduce(np.abs(x), axis=dim, keepdims=keepdim)
    elif order == 2:
        out = np.sqrt(red.summed(x * x, dim, keepdim))
    elif order == 1:
        out = red.summed(np.abs(x), dim, keepdim)
    elif order == 0:
        out = red.summed((x != 0).astype(x.dtype), dim, keepdim)
    else:
        out = np.power(red.summed(np.power(np.abs(x), x.dtype.type(order)), dim, keepdim), x.dtype.type(1 / order))
    return np.ascontiguousarray(out, x.dtype).reshape(np.shape(out))


vector_norm = composite("linalg_vector_norm", _norm_body, operands=1, kernel=widened(_norm_kernel), node="LinalgVectorNormBackward0",
                        rounds_once="body", x=_norm_gradient)


def count_nonzero(input: Tensor, dim: Any = None) -> Tensor:
    """How many elements differ from zero."""
    return sum(input != 0, dim)


def least(of: Any) -> int:
    """The smallest number of an integer dtype."""
    return int(np.iinfo(of.numpy).min)


def _median(input: Tensor, dim: int | None, keepdim: bool, along: Any, whole: Any, title: Any, skip_nan: bool) -> Any:
    if dim is None:
        if not input.array.size:
            return input.new_full((), float("nan") if input.dtype.is_floating_point else least(input.dtype))
        return show_as(whole(input.reshape(-1), dim=0, keepdim=False, skip_nan=skip_nan)[0], whole.node_name, input)
    return title(along(input, dim=wrap(dim, input.array.ndim), keepdim=keepdim, skip_nan=skip_nan))


@refuses("bool complex")
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median; with `dim`, `(values, indices)`. NaN where there is one."""
    return _median(input, dim, keepdim, ordering.median, ordering.median_of_all, median_result, False)


@refuses("bool complex")
def nanmedian(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The lower median of the elements that are not NaN; with `dim`, `(values, indices)`."""
    return _median(input, dim, keepdim, ordering.nanmedian, ordering.nanmedian_of_all, nanmedian_result, True)


def numel(input: Tensor) -> int:
    """The number of elements."""
    return input.array.size


def unravel(shape: Size, flat: int) -> tuple[int, ...]:
    """The indices of the element at a position counted over all elements."""
    return tuple(int(i) for i in np.unravel_index(flat, shape))


def equal(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape and elements."""
    return input.array.shape == other.array.shape and bool(np.array_equal(read(input), read(other)))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements are close: `|input - other| <= atol + rtol * |other|`."""
    if input.dtype is not other.dtype:
        raise RuntimeError(text("dtypes-differ", a=input.dtype, b=other.dtype))
    return bool(np.allclose(read(input), read(other), rtol=rtol, atol=atol, equal_nan=equal_nan))


@appears_as("DistBackward0", 2)
def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The p-norm of the difference."""
    return norm(input - other, p)


def from_values(values: Any, like: Tensor) -> Tensor:
    """An int64 tensor of Python values."""
    return fresh(np.asarray(values, np.int64), dtypes.int64)
