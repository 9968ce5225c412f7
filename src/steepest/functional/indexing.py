"""Indexing as users write it: `x[1, ..., mask]`, `x[i] = v`, and the named functions that pick and put."""

import math
import warnings
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.modes import interpreters, modes
from steepest.core.promotion import held
from steepest.core.reading import read
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.functional.by_example import by_example
from steepest.functional.casting import in_widest
from steepest.functional.operands import operand
from steepest.functional.shaping import as_strided, expand, to_dtype
from steepest.functional.supporting import refuse, refuses
from steepest.ops import counting, views
from steepest.ops import indexing as ix
from steepest.ops.arithmetic import where
from steepest.ops.composites import composite
from steepest.ops.creation import constant, full
from steepest.ops.inplace import assign, check
from steepest.ops.maps import common_shape
from steepest.ops.reductions import wrap


def getitem(self: Tensor, key: Any) -> Tensor:
    """A view for integers, slices, None and Ellipsis; a copy of picked elements for lists, integer tensors and masks."""
    if type(key) is int and self.array.ndim:
        return _select(self, 0, key)
    if type(key) is slice and key == _ALL and self.array.ndim:
        return _slice(self, 0, key)
    x, indices = _basic(self, _keys(key))
    if not indices:
        return x if x is not self else views.identity(x)
    x, chosen, places = _advanced(x, indices)
    return ix.pick(x, *chosen, places=places)


def setitem(self: Tensor, key: Any, value: Any) -> None:
    """Write into the elements that `key` picks."""
    value = operand(value)
    if value is NotImplemented:
        raise TypeError(text("cannot-assign"))
    given = value if isinstance(value, Tensor) else None
    if not isinstance(value, Tensor):
        value = constant(held(value, self.dtype), self.dtype)
    if (interpreters and isinstance(key, Tensor) and _is_mask(key) and value.array.size == 1
            and key.array.shape == self.array.shape[:key.array.ndim]):
        mask = key.reshape(*key.array.shape, *(1,) * (self.array.ndim - key.array.ndim))
        assign(self, where(mask, to_dtype(value, self.dtype).reshape(()), self))
        return
    region, indices = _basic(self, _keys(key), writing=True)
    if not indices:
        if region is self:
            region = views.identity(self)
        assign(region, _trimmed(value, region.array.ndim))
        return
    check(region)
    if (given is not None and given.dtype is not self.dtype and not (given.array.size == 1 and _is_mask(key))
            and any(i.ndim for i in indices.values())):     # a recorder leaves single numbers here; else they pick views
        raise RuntimeError(text("index-put-dtype", target=self.dtype, value=given.dtype))
    if not interpreters and not modes.grad:
        _, chosen, places = _advanced(region, indices)
        key_ = ix.numpy_key(region, tuple(chosen), places)
        ix.put_array(region.array, key_, value.array)
        self.version.count += 1
        return
    moved, chosen, places = _advanced(region, indices)
    if value.dtype is not self.dtype:
        value = to_dtype(value, self.dtype)
    picked = moved.array.ndim - len(chosen) + max(c.array.ndim for c in chosen)
    assign(region, ix.put(moved, _trimmed(value, picked), *chosen, places=places))


def _keys(key: Any) -> tuple[Any, ...]:
    """The indices, one or several; a short list that holds more than numbers is several, as NumPy once took it and PyTorch still does."""
    if isinstance(key, tuple):
        return key
    several = isinstance(key, list) and len(key) < 32 and any(
        k is None or k is Ellipsis or isinstance(k, (Tensor, np.ndarray, list, tuple, range, slice)) for k in key)
    if several:
        warnings.warn(text("list-of-indices"), stacklevel=3)
    return tuple(key) if several else (key,)


def _is_mask(key: Any) -> bool:
    """Whether the only index that picks is one mask, for which PyTorch fills instead of putting."""
    picking = [k for k in _keys(key) if isinstance(k, (Tensor, np.ndarray, list))]
    return len(picking) == 1 and isinstance(picking[0], Tensor) and picking[0].dtype in (dtypes.bool_, dtypes.uint8)


def _trimmed(value: Tensor, ndim: int) -> Tensor:
    """A value without leading dimensions of size 1 beyond those of the region."""
    extra = value.array.ndim - ndim
    if extra > 0 and all(n == 1 for n in value.array.shape[:extra]):
        return views.squeeze(value, dim=tuple(range(extra)))
    return value


def _basic(x: Tensor, key: tuple[Any, ...], writing: bool = False) -> tuple[Tensor, dict[int, Any]]:
    """Take integers, slices, None and Ellipsis as views; what is left is `{dimension: index tensor or array}`."""
    used = sum(0 if k is None or k is Ellipsis or isinstance(k, bool) else _width(k) for k in key)
    if used > x.array.ndim:
        if not x.array.ndim and isinstance(key[0], int):
            raise IndexError(text("index-of-number"))
        raise IndexError(text("too-many-indices", ndim=x.array.ndim, given=used))
    if sum(k is Ellipsis for k in key) == 0:
        key = (*key, Ellipsis)
    dim = 0
    indices: dict[int, Any] = {}
    for k in key:
        kind = type(k)
        if interpreters and _followed(k):
            windows = getattr(interpreters[-1], "windows", None)
            window = None if windows is None or writing else windows.view(x, dim, k)
            if window is not None:
                x, dim = window, dim + (kind is slice)
                continue
            if writing:
                k = windows.index(x, dim, k) if windows is not None and sum(map(_picks, key)) == 1 else k
            elif kind is not slice:
                k = int(k)
            kind = type(k)
        if kind is int or isinstance(k, np.integer):
            x = _select(x, dim, int(k))
        elif kind is slice:
            if k != _ALL:
                x = _slice(x, dim, k)
            dim += 1
        elif k is Ellipsis:
            dim += x.array.ndim - dim - _remaining(key)
        elif k is None:
            x = views.unsqueeze(x, dim=dim)
            dim += 1
        elif kind is bool or isinstance(k, np.bool_):
            x = views.unsqueeze(x, dim=dim)
            indices[dim] = np.zeros(1 if k else 0, np.int64)
            dim += 1
        else:
            array = k.array if isinstance(k, Tensor) else k
            if isinstance(array, np.ndarray) and array.ndim == 0 and (k.dtype is dtypes.uint8 or array.dtype == bool):
                if interpreters and isinstance(k, Tensor):
                    interpreters[-1].read(k)
                x = views.unsqueeze(x, dim=dim)         # one mask over nothing: all or none along a new dimension
                indices[dim] = np.zeros(1 if array else 0, np.int64)
                dim += 1
                continue
            if isinstance(k, Tensor) and k.array.ndim == 0 and k.dtype.category == dtypes.INTEGER and not interpreters:
                x = _select(x, dim, int(k.array))
                continue
            index = k if isinstance(k, Tensor) else np.asarray(array if not isinstance(array, (list, tuple)) else _list(array))
            dtype = index.dtype
            if dtype is dtypes.bool_ or dtype == np.bool_ or dtype is dtypes.uint8:
                for part in _mask(index, x, dim):
                    indices[dim] = part
                    dim += 1
            else:
                if (index.dtype.category if isinstance(index, Tensor) else 1 if index.dtype.kind in "iu" or index.size == 0 else 2) != 1:
                    raise IndexError(text("index-dtype", dtype=index.dtype))
                indices[dim] = index
                dim += 1
    return x, indices


_ALL = slice(None)


def _followed(k: Any) -> bool:
    """Whether an index is a number of a recording, or a slice between such."""
    return any(hasattr(type(v), "as_tensor") for v in ((k.start, k.stop) if type(k) is slice else (k,)))


def _picks(k: Any) -> bool:
    """Whether an index picks elements, as tensors, lists and what a recording follows do."""
    return _followed(k) or isinstance(k, (Tensor, np.ndarray, list, tuple))


def _list(value: Any) -> Any:
    return [v.item() if isinstance(v, Tensor) and v.array.ndim == 0 else v.array if isinstance(v, Tensor) else v for v in value]


def _remaining(key: tuple[Any, ...]) -> int:
    at = next(i for i, k in enumerate(key) if k is Ellipsis)
    return sum(0 if k is None or isinstance(k, bool) else _width(k) for k in key[at + 1:])


def _width(k: Any) -> int:
    """How many dimensions an index uses up."""
    if isinstance(k, Tensor):
        return k.array.ndim if k.dtype in (dtypes.bool_, dtypes.uint8) else 1
    if isinstance(k, np.ndarray) and k.dtype == bool:
        return k.ndim
    if isinstance(k, (list, tuple)):
        a = np.asarray(_list(k)) if k else np.zeros(0, np.int64)
        return a.ndim if a.dtype == bool else 1
    return 1


def _select(x: Tensor, dim: int, index: int) -> Tensor:
    size = x.array.shape[dim]
    if not -size <= index < size:
        raise IndexError(text("index-out-of-range", index=index, dim=dim, size=size))
    return views.select(x, dim=dim, index=index % size)


def _slice(x: Tensor, dim: int, k: slice) -> Tensor:
    if k.step is not None and int(k.step) <= 0:
        raise ValueError(text("slice-step"))
    start, stop, step = slice(*(None if v is None else int(v) for v in (k.start, k.stop, k.step))).indices(x.array.shape[dim])
    return views.narrow(x, dim=dim, start=start, stop=max(stop, start), step=step)


def _mask(mask: Any, x: Tensor, dim: int) -> list[np.ndarray[Any, Any]]:
    """A mask as the indices where it holds."""
    array = mask.array if isinstance(mask, Tensor) else mask
    if interpreters and isinstance(mask, Tensor):
        interpreters[-1].read(mask)
    have = x.array.shape[dim:dim + array.ndim]
    if array.shape != have:
        at = next((i for i, (m, n) in enumerate(zip(array.shape, have, strict=False)) if m != n), 0)
        raise IndexError(text("mask-shape", mask=list(array.shape), shape=list(x.array.shape), at=at))
    return list(np.nonzero(array))


def _advanced(x: Tensor, indices: dict[int, Any]) -> tuple[Tensor, list[Tensor], tuple[int | None, ...]]:
    chosen = [i if isinstance(i, Tensor) else constant(np.ascontiguousarray(i, np.int64), dtypes.int64) for i in indices.values()]
    order = {d: n for n, d in enumerate(indices)}
    return x, chosen, tuple(order.get(d) for d in range(max(indices) + 1))


INDICES = (dtypes.int64, dtypes.int32)


def _check_index(function: str, index: Tensor, allowed: tuple[dtypes.dtype, ...] = INDICES) -> None:
    """RuntimeError where a tensor that says which elements are taken is not of int64 (or int32)."""
    if index.dtype not in allowed and index.array.size:
        raise RuntimeError(text("gather-index-dtype", function=function, dtype=index.dtype))


def index_select(input: Tensor, dim: int, index: Tensor) -> Tensor:
    """Entries at `index` along a dimension."""
    _check_index("index_select", index)
    d = wrap(dim, input.array.ndim)
    if not input.array.ndim:
        if index.array.size != 1:
            raise RuntimeError(text("index-select-of-scalar", given=index.array.size))
        return input.clone()
    return ix.take_rows(input, index.reshape(-1), dim=d)


def gather(input: Tensor, dim: int, index: Tensor, *, sparse_grad: bool = False) -> Tensor:
    """`out[i][j] = input[index[i][j]][j]` for dim 0 and so on; IndexError where an index lies outside."""
    _check_index("gather", index)
    if max(index.array.ndim, 1) != max(input.array.ndim, 1):
        if not index.array.size:                # which takes nothing, whatever its shape
            wrap(dim, input.array.ndim)
            return input.reshape(-1).narrow(0, 0, 0).reshape(index.array.shape)
        raise RuntimeError(text("scatter-dims", name="input", index=index.array.ndim, ndim=input.array.ndim))
    return ix.gather(input, index, dim=wrap(dim, input.array.ndim))


def scatter(input: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None, reduce: str | None = None) -> Tensor:
    """`out[index[i][j]][j] = src[i][j]` for dim 0 and so on, elsewhere `input`; `reduce` is None, "add" or "multiply"."""
    source = value if src is None else src
    _check_scatter("scatter", input, index, source)
    if not isinstance(source, Tensor):
        source = expand(constant(held(source, input.dtype), input.dtype), *index.array.shape)
    plain = ix.scatter if src is source and isinstance(src, Tensor) else ix.scatter_value
    which: Any = {None: plain, "add": ix.scatter_add, "multiply": scatter_multiply}[reduce]
    return which(input, index, source, dim=wrap(dim, input.array.ndim))


def _check_scatter(function: str, input: Tensor, index: Tensor, source: Any) -> None:
    """RuntimeError unless index and source have the tensor's number of dimensions and the source its dtype."""
    if max(index.array.ndim, 1) != max(input.array.ndim, 1) and index.array.size:
        raise RuntimeError(text("scatter-dims", name="self", index=index.array.ndim, ndim=input.array.ndim))
    if isinstance(source, Tensor) and source.array.ndim:
        if source.dtype is not input.dtype:
            raise RuntimeError(text("scatter-dtype", function=function, target=input.dtype, source=source.dtype))
        if max(source.array.ndim, 1) != max(index.array.ndim, 1) and index.array.size:
            raise RuntimeError(text("scatter-dims", name="src", index=index.array.ndim, ndim=source.array.ndim))


scatter_multiply = ix.Scatter("scatter_multiply", np.multiply, {})


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """`input` with `src` added at `index`."""
    _check_scatter("scatter_add", input, index, src)
    return ix.scatter_add(input, index, src, dim=wrap(dim, input.array.ndim))


def index_add(input: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: Any = 1) -> Tensor:
    """`input` with the entries of `source` added at `index` along a dimension."""
    d = wrap(dim, input.array.ndim)
    if not source.array.ndim and index.array.size != 1:
        raise IndexError(text("index-add-scalar", dim=dim, indices=index.array.size))
    if not input.array.ndim and not source.array.ndim:
        return index_add(input.reshape(1), 0, index.reshape(-1), source.reshape(-1), alpha=alpha).reshape(())
    if source.dtype is not input.dtype:
        raise RuntimeError(text("index-add-dtype", own=input.dtype, source=source.dtype))
    index = index.reshape(-1)
    shape = source.array.shape or (1,) * input.array.ndim
    if len(shape) != input.array.ndim or any(m != n for i, (m, n) in enumerate(zip(shape, input.array.shape, strict=True)) if i != d):
        raise RuntimeError(text("index-add-shape", target=list(input.array.shape), source=list(source.array.shape)))
    if index.array.size != shape[d]:
        raise RuntimeError(text("index-add-count", indices=index.array.size, entries=shape[d], dim=d))
    return ix.put_rows(input, index, source if alpha == 1 else source * alpha, dim=d)


@in_widest
def index_copy(input: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """`input` with the entries of `source` written at `index` along a dimension."""
    d = wrap(dim, input.array.ndim)
    if source.dtype is not input.dtype:
        raise RuntimeError(text("scatter-dtype", function="index_copy", target=input.dtype, source=source.dtype))
    _check_rows(input, d, index, source)
    if not input.array.ndim:
        return index_copy(input.reshape(1), 0, index, source.reshape(-1)).reshape(())
    return ix.copy_rows(input, source, index.reshape(-1), places=(None,) * d + (0,))


def _check_rows(input: Tensor, d: int, index: Tensor, source: Tensor) -> None:
    """IndexError or RuntimeError unless `source` has one slice of the size of `input`'s for every entry of `index`."""
    shape, given = input.array.shape, source.array.shape
    if index.array.ndim > 1:
        raise IndexError(text("index-copy-index", ndim=index.array.ndim))
    if shape and given and len(shape) != len(given):
        raise IndexError(text("index-copy-dims", source=len(given), target=len(shape)))
    slices = [tuple(n for k, n in enumerate(sizes) if k != d) for sizes in (shape, given)]
    if slices[0] != slices[1]:
        raise RuntimeError(text("index-copy-slices", target=list(slices[0]), source=list(slices[1])))
    entries = given[d] if given else 1
    if entries != index.array.size:
        raise IndexError(text("index-copy-entries", index=index.array.size, source=entries, dim=d))


def index_fill(input: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """`input` with a number written at `index` along a dimension."""
    if not isinstance(value, Tensor):
        value = constant(held(value, input.dtype), input.dtype)
    if not input.array.ndim:
        return index_fill(input.reshape(1), 0, index, value).reshape(())
    if value.needs_grad and not interpreters:
        index = from_array(np.unique(read(index)))                      # every place counts once in the gradient of the value
    return ix.fill_rows(input, to_dtype(value, input.dtype), index.reshape(-1), places=(None,) * wrap(dim, input.array.ndim) + (0,))


def index_put(input: Tensor, indices: tuple[Tensor, ...], values: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with `values` written (or added) at the elements that `indices` pick together; RuntimeError where the dtypes differ."""
    if values.dtype is not input.dtype:
        raise RuntimeError(text("index-put-dtype", target=input.dtype, value=values.dtype))
    _, found = _basic(input, tuple(indices))
    x, chosen, places = _advanced(input, found)
    return (ix.accumulate if accumulate else ix.put)(x, values, *chosen, places=places)


def take(input: Tensor, index: Tensor) -> Tensor:
    """Elements at positions counted over all elements."""
    _check_index("take", index, INDICES[:1])
    return _take(input, index)


_take = composite("take", lambda x, index: ix.pick(x.reshape(-1), index, places=(0,)), operands=2,
                  x=lambda g, index, like: ix.accumulate(
                      full((math.prod(like.shape),), 0, g.dtype), g, index, places=(0,)).reshape(like.shape))


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """As `gather`, the indices broadcast."""
    if dim is None:
        return take(input, indices.reshape(-1))
    d = wrap(dim, input.array.ndim)
    shape = common_shape("take_along_dim", *[tuple(1 if i == d else n for i, n in enumerate(x.array.shape)) for x in (input, indices)])
    a = expand(input, *[input.array.shape[d] if i == d else n for i, n in enumerate(shape)])
    b = expand(indices, *[indices.array.shape[d] if i == d else n for i, n in enumerate(shape)])
    return ix.gather(a, b, dim=d)


def masked_select(input: Tensor, mask: Tensor) -> Tensor:
    """The elements where `mask` holds, in one dimension."""
    shape = common_shape("masked_select", mask.array.shape, input.array.shape)
    mask, input = expand(mask, *shape), expand(input, *shape)
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError(text("mask-not-bool", dtype=mask.dtype))
    if not shape:
        mask, input, shape = mask.reshape(1), input.reshape(1), (1,)
    return ix.masked_pick(input, *[from_array(i) for i in np.nonzero(read(mask))], places=tuple(range(len(shape))))


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The indices of the elements that are not zero, `(n, ndim)` or a tuple of vectors."""
    found = np.nonzero(read(input) if input.array.ndim else read(input).reshape(1))
    if as_tuple:
        return tuple(from_array(f.astype(np.int64)) for f in found)
    return from_array(np.stack(found).astype(np.int64).T if input.array.ndim else np.zeros((len(found[0]), 0), np.int64))


def argwhere(input: Tensor) -> Tensor:
    """The indices of the elements that are not zero, one row each."""
    return nonzero(input)


def put(input: Tensor, index: Tensor, source: Tensor, accumulate: bool = False) -> Tensor:
    """`input` with `source` written (or added) at positions counted over all elements."""
    if index.dtype is not dtypes.int64:
        raise RuntimeError(text("put-index", dtype=index.dtype))
    if source.dtype is not input.dtype:
        raise RuntimeError(text("scatter-dtype", function="put_", target=input.dtype, source=source.dtype))
    if index.array.size != source.array.size:
        raise IndexError(text("put-sizes", source=source.array.size, index=index.array.size))
    flat = input.reshape(-1)
    return (ix.accumulate if accumulate else ix.put)(flat, source.reshape(-1), index.reshape(-1), places=(0,)).reshape(input.array.shape)


def masked_scatter(input: Tensor, mask: Tensor, source: Tensor) -> Tensor:
    """`input` with the elements of `source`, one after another, where `mask` holds."""
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError(text("masked-scatter-mask", dtype=mask.dtype))
    if source.dtype is not input.dtype:
        raise RuntimeError(text("scatter-dtype", function="masked_scatter", target=input.dtype, source=source.dtype))
    shape = common_shape("masked_scatter", mask.array.shape, input.array.shape)
    places = np.nonzero(np.broadcast_to(read(mask), shape).reshape(-1))[0]
    if len(places) > source.array.size:
        raise RuntimeError(text("masked-scatter-size", wanted=len(places), given=source.array.size))
    flat, values = expand(input, *shape).reshape(-1), source.reshape(-1)[:len(places)]
    return ix.put(flat, values, from_array(places), places=(0,)).reshape(shape)


NOT_REDUCED = {"sum": frozenset[dtypes.dtype](), "prod": frozenset[dtypes.dtype](), "mean": dtypes.these("bool"),
               "amax": dtypes.these("complex"), "amin": dtypes.these("complex")}
"""Dtypes that PyTorch has no kernel for, by reduction."""


def scatter_reduce(input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True) -> Tensor:
    """`input` with `src` combined at `index` by "sum", "prod", "mean", "amax" or "amin"; without `include_self` from `src` alone.

    Raises RuntimeError for other names.
    """
    d = wrap(dim, input.array.ndim)
    names = {"sum": "sum", "mean": "sum", "prod": "prod", "amax": "amax", "amin": "amin"}
    if reduce not in names:
        raise RuntimeError(text("scatter-reduce-name", name=reduce))
    refuse(f"scatter_reduce with {reduce}", input.dtype, NOT_REDUCED[reduce])
    if src.dtype is not input.dtype:
        raise RuntimeError(text("scatter-dtype", function="scatter_reduce", target=input.dtype, source=src.dtype))
    if not include_self:
        limits = {"sum": 0, "prod": 1, "amax": extreme(input.dtype, -1), "amin": extreme(input.dtype, 1)}
        start = constant(np.asarray(limits[names[reduce]]).astype(input.array.dtype), input.dtype)
        input = ix.scatter_value(input, index, expand(start, *index.array.shape), dim=d)
    combined: Tensor = REDUCING_SCATTERS[names[reduce]](input, index, src, dim=d)
    if reduce != "mean":
        return combined
    ones = full(index.array.shape, 1, input.dtype)
    base = full(input.array.shape, 1, input.dtype)
    if not include_self:
        base = ix.scatter_value(base, index, full(index.array.shape, 0, input.dtype), dim=d)
    count = ix.scatter_add(base, index, ones, dim=d).clamp(min=1)
    return combined / count if input.dtype.category >= dtypes.FLOATING else combined // count


def extreme(of: Any, sign: int) -> Any:
    """The value of a dtype that every other one is smaller (`sign` 1) or larger (-1) than."""
    if of.category >= dtypes.FLOATING:
        return sign * np.inf
    return bool(sign > 0) if of is dtypes.bool_ else (np.iinfo(of.numpy).max if sign > 0 else np.iinfo(of.numpy).min)


def _product_scatter_input(g: Any, x: Any, index: Any, source: Any, dim: int) -> Any:
    safe = where(x == 0, 1, x)
    return g * REDUCING_SCATTERS["prod"](safe, index, source, dim=dim) / safe


def _product_scatter_source(g: Any, x: Any, index: Any, source: Any, result: Any, dim: int) -> Any:
    """The product of what else was combined: where one factor is zero, that of the others."""
    zero = source == 0
    zeros = ix.gather(ix.scatter_add(full(x.array.shape, 0, x.dtype), index, to_dtype(zero, x.dtype), dim=dim), index, dim=dim)
    alone = zero & (zeros == 1)
    others = REDUCING_SCATTERS["prod"](x, index, where(alone, 1, source), dim=dim)
    return where(alone, ix.gather(g * others, index, dim=dim), ix.gather(g * result, index, dim=dim) / where(zero, 1, source))


def _extremum_scatter_input(g: Any, x: Any, index: Any, source: Any, result: Any, dim: int) -> Any:
    return where(x == result, g / _attaining(x, index, source, result, dim), 0)


def _extremum_scatter_source(g: Any, x: Any, index: Any, source: Any, result: Any, dim: int) -> Any:
    share = ix.gather(g / _attaining(x, index, source, result, dim), index, dim=dim)
    return where(source == ix.gather(result, index, dim=dim), share, 0)


def _attaining(x: Any, index: Any, source: Any, result: Any, dim: int) -> Any:
    """How many elements attain an extremum, among which PyTorch divides the gradient."""
    own = to_dtype(x == result, x.dtype)
    others = to_dtype(source == ix.gather(result, index, dim=dim), x.dtype)
    return ix.scatter_add(own, index, others, dim=dim).clamp(min=1)


REDUCING_SCATTERS = {
    "sum": ix.Scatter("scatter_reduce", np.add, {"x": lambda g: g, "source": lambda g, index, dim: ix.gather(g, index, dim=dim)}),
    "prod": ix.Scatter("scatter_reduce", np.multiply, {"x": _product_scatter_input, "source": _product_scatter_source}),
    **{name: ix.Scatter("scatter_reduce", function, {"x": _extremum_scatter_input, "source": _extremum_scatter_source})
       for name, function in (("amax", np.maximum), ("amin", np.minimum))},
}


def _replaced(input: Tensor, src: Tensor, view: Any, **params: Any) -> Tensor:
    shape = view.index_map(input.array, **params).shape
    if src.array.shape != shape:
        raise RuntimeError(text("in-place-shape", target=list(shape), value=list(src.array.shape)))
    return views.write(input, to_dtype(src, input.dtype), steps=((view, params),))


def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy of `input` with `src` as the entry `index` along `dim`."""
    d = wrap(dim, input.array.ndim)
    if not -input.array.shape[d] <= index < input.array.shape[d]:
        raise IndexError(text("index-out-of-range", index=index, dim=dim, size=input.array.shape[d]))
    return _replaced(input, src, views.select, dim=d, index=index % input.array.shape[d])


def slice_scatter(input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Tensor:
    """A copy of `input` with `src` written over a slice along `dim`."""
    d = wrap(dim, input.array.ndim)
    first, stop, step = slice(start, end, step).indices(input.array.shape[d])
    return _replaced(input, src, views.narrow, dim=d, start=first, stop=max(stop, first), step=step)


def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """A copy of `input` with `src` written over a diagonal."""
    n = input.array.ndim
    return _replaced(input, src, views.diagonal, offset=offset, dim1=wrap(dim1, n), dim2=wrap(dim2, n))


def as_strided_scatter(input: Tensor, src: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """A copy of `input` and of the memory around it with `src` written over a view with given sizes and strides."""
    memory = input.storage_cell.flat.size
    if input.array.size == memory and input.array.flags.c_contiguous:
        views.within_storage(size, stride, storage_offset or 0, memory, input.array.itemsize)
        return _replaced(input, src, views.as_strided, shape=tuple(size), strides=tuple(stride), offset=storage_offset or 0, own=None)
    if any(n > 1 and not s for n, s in zip(input.array.shape, input.stride(), strict=True)):
        return as_strided_scatter(input.clone(), src, size, stride, storage_offset)
    own = input.storage_offset()
    place = own if storage_offset is None else storage_offset
    written = as_strided_scatter(as_strided(input, (memory,), (1,), 0), src, size, stride, place)
    return as_strided(written, input.array.shape, input.stride(), own)


@refuses("bool complex")
def index_reduce(input: Tensor, dim: int, index: Tensor, source: Tensor, reduce: str, *, include_self: bool = True) -> Tensor:
    """`input` with the entries of `source` combined at `index` along a dimension by "prod", "mean", "amax" or "amin"."""
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise RuntimeError(text("index-reduce-name", name=reduce))
    d = wrap(dim, input.array.ndim)
    if not input.array.ndim:
        return index_reduce(input.reshape(1), 0, index.reshape(-1), source.reshape(-1), reduce, include_self=include_self).reshape(())
    wide = expand(index.reshape([-1 if i == d else 1 for i in range(input.array.ndim)]), *source.array.shape)
    return scatter_reduce(input, d, wide, source, reduce, include_self=include_self)


@by_example
def nonzero_static(input: Tensor, *, size: int, fill_value: int = -1) -> Tensor:
    """The first `size` rows of `nonzero`, filled up with `fill_value`."""
    found = nonzero(input).array[:size]
    out = np.full((size, input.array.ndim), fill_value, np.int64)
    out[:len(found)] = found
    return from_array(out)


def unravel_index(indices: Tensor, shape: Any) -> tuple[Tensor, ...]:
    """Positions counted over all elements of a tensor of this shape as indices, one tensor a dimension."""
    if indices.dtype.category != dtypes.INTEGER:
        raise TypeError(text("unravel-dtype", dtype=indices.dtype))
    size = (shape,) if isinstance(shape, int) else tuple(shape)
    return counting.unravel(indices, shape=size)
