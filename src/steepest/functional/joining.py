"""Joining, repeating, reversing, triangles, diagonals, grids: functions that rearrange whole tensors."""

import functools
import itertools
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import asked
from steepest.core.modes import interpreters
from steepest.core.primitive import Like, Primitive, finish
from steepest.core.promotion import result_type as _result_type
from steepest.core.reading import read
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.functional.appearing import appears_as, show_as
from steepest.functional.casting import in_widest
from steepest.functional.creating import arange
from steepest.functional.formats import formatted, lies_last
from steepest.functional.operands import result_into, sizes
from steepest.functional.shaping import broadcast_tensors, clone_ordered, expand, reshape, to_dtype, unsqueeze
from steepest.functional.supporting import refuse, refuses
from steepest.ops import arithmetic as ar
from steepest.ops import contractions as con
from steepest.ops import ordering
from steepest.ops.arithmetic import clone
from steepest.ops.composites import Composite, composite
from steepest.ops.creation import constant, positions
from steepest.ops.joining import join
from steepest.ops.reductions import total, wrap
from steepest.ops.views import diagonal as diagonal_view
from steepest.ops.views import select, spread


@in_widest
def cat(tensors: Any, dim: int = 0, *, out: Tensor | None = None) -> Tensor:
    """Tensors side by side along `dim`; their other sizes must be equal."""
    parts = tensors if isinstance(tensors, Tensor) else list(tensors)
    joined = side_by_side(parts, dim)
    if all(map(lies_last, parts)):
        joined = formatted(joined)
    return result_into(out, joined)


def side_by_side(tensors: Any, dim: int) -> Tensor:
    """Tensors joined, in the order of their indices."""
    if isinstance(tensors, Tensor):
        raise TypeError(text("cat-not-tensors", kind="Tensor"))
    parts = list(tensors)
    for x in parts:
        if not isinstance(x, Tensor):
            raise TypeError(text("cat-not-tensors", kind=type(x).__name__))
    if not parts:
        raise ValueError(text("cat-of-nothing"))
    if not interpreters and len({x.dtype for x in parts}) == 1 and parts[0].array.ndim and parts[0].array.shape != (0,):
        try:
            return _joined(parts, wrap(dim, parts[0].array.ndim))
        except (ValueError, TypeError):         # sizes that do not fit, or nothing among them, which always does
            pass
    whole = [x for x in parts if x.array.shape != (0,)] or parts[:1]
    first = whole[0].array.shape
    if not first:
        raise RuntimeError(text("cat-of-scalars"))
    d = wrap(dim, len(first))
    for i, x in enumerate(whole):
        shape = x.array.shape
        if len(shape) != len(first) or any(m != n for k, (m, n) in enumerate(zip(shape, first, strict=True)) if k != d):
            raise RuntimeError(text("cat-shapes", dim=d, first=list(first), shape=list(shape), index=i))
    common = result_type_of(parts)
    return _joined([to_dtype(x, common) for x in whole], d)


def _joined(parts: list[Tensor], d: int) -> Tensor:
    sizes_along = [x.array.shape[d:d + 1] for x in parts]
    joined: Tensor = join(*parts, dim=d, starts=tuple(itertools.accumulate([n for n, in sizes_along], initial=0)))
    return joined


def result_type_of(tensors: list[Tensor]) -> Any:
    """The common dtype of several tensors."""
    common = tensors[0].dtype
    for x in tensors[1:]:
        common = dtypes.promote_types(common, x.dtype)
    return common


concat = concatenate = cat


class _Stack(Composite):
    """Tensors of one shape along a new dimension: any number of operands, one node."""

    def __init__(self) -> None:
        Primitive.__init__(self, "stack", ("tensors",), {"tensors": lambda g, position, dim: select(g, dim=dim, index=position)},
                           variadic=True)
        self.kernel = None

    def body(self, *tensors: Any, dim: int) -> Any:
        return side_by_side([unsqueeze(x, dim) for x in tensors], dim)

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        kind, shape, dim = operands[0].dtype, operands[0].array.shape, params["dim"]
        arrays = [x.array for x in operands if x.dtype is kind]
        if len(arrays) < len(operands):
            return super().run(operands, params)
        if dim == len(shape) and dim:
            out = np.stack(arrays, dim)
        else:       # one behind the other already
            out = np.concatenate(arrays, dim or None)
        out = np.ascontiguousarray(out).reshape(*shape[:dim], len(arrays), *shape[dim:])
        return finish(self, operands, params, fresh(out, kind))


_stack = _Stack()


@in_widest
def stack(tensors: Any, dim: int = 0, *, out: Tensor | None = None) -> Tensor:
    """Tensors of one shape along a new dimension."""
    parts = list(tensors)
    if not parts:
        raise RuntimeError(text("cat-of-nothing"))
    for x in parts[1:]:
        if x.array.shape != parts[0].array.shape:
            raise RuntimeError(text("stack-shapes", first=list(parts[0].array.shape), shape=list(x.array.shape)))
    return result_into(out, _stack(*parts, dim=wrap(dim, parts[0].array.ndim + 1)))


def _some(function: str, tensors: Any) -> list[Tensor]:
    """The tensors as a list; RuntimeError where there is none."""
    parts = list(tensors)
    if not parts:
        raise RuntimeError(text("stack-of-nothing", function=function))
    return parts


def hstack(tensors: Any) -> Tensor:
    """Side by side: along the second dimension, vectors along their only one."""
    parts = [x.reshape(1) if not x.array.ndim else x for x in _some("hstack", tensors)]
    return cat(parts, 0 if parts[0].array.ndim == 1 else 1)


def vstack(tensors: Any) -> Tensor:
    """One above the other: along the first dimension, vectors as rows."""
    return cat([x.reshape(1, -1) if x.array.ndim < 2 else x for x in _some("vstack", tensors)], 0)


row_stack = vstack


def dstack(tensors: Any) -> Tensor:
    """Along the third dimension."""
    parts = _some("dstack", tensors)
    return cat([x.reshape(1, -1, 1) if x.array.ndim < 2 else unsqueeze(x, 2) if x.array.ndim == 2 else x for x in parts], 2)


def column_stack(tensors: Any) -> Tensor:
    """Vectors as columns, matrices side by side."""
    return cat([x.reshape(-1, 1) if x.array.ndim < 2 else x for x in tensors], 1)


def tile(input: Tensor, *dims: Any) -> Tensor:
    """Copies along every dimension."""
    times = sizes(dims)
    return repeat(input, *(1,) * max(0, input.array.ndim - len(times)), *times)


def _repeat_body(x: Any, repeats: tuple[int, ...]) -> Any:
    shape = (1,) * (len(repeats) - x.array.ndim) + x.array.shape
    pairs = [n for pair in zip([1] * len(shape), shape, strict=True) for n in pair]
    wide = [n for pair in zip(repeats, shape, strict=True) for n in pair]
    return clone_ordered(reshape(expand(reshape(x, *pairs), *wide), *[t * n for t, n in zip(repeats, shape, strict=True)]))


def _repeat_gradient(g: Any, like: Any, repeats: tuple[int, ...]) -> Any:
    shape = (1,) * (len(repeats) - len(like.shape)) + like.shape
    g = reshape(g, *[n for pair in zip(repeats, shape, strict=True) for n in pair])
    return reshape(total(g, dim=tuple(range(0, 2 * len(shape), 2)), keepdim=False), *like.shape) if shape else g


_repeat = composite("repeat", _repeat_body, operands=1, kernel=lambda x, repeats: np.tile(x, repeats), x=_repeat_gradient)


def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """Copies along every dimension; there may be more dimensions than the tensor has."""
    times = sizes(repeats)
    if len(times) < input.array.ndim:
        raise RuntimeError(text("repeat-too-few", ndim=input.array.ndim, repeats=list(times)))
    return _repeat(input, repeats=times)


def repeat_interleave(input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None) -> Tensor:
    """Every entry several times in a row; of one tensor alone, which are numbers of times, every index so often.

    >>> torch.repeat_interleave(torch.tensor([1, 2, 3]))
    tensor([0, 1, 1, 2, 2, 2])
    """
    if repeats is None:
        if input.array.ndim != 1 or input.dtype not in (dtypes.int32, dtypes.int64):
            raise RuntimeError(text("repeats-of-indices", ndim=input.array.ndim, dtype=input.dtype))
        return constant(np.repeat(np.arange(len(input.array)), read(input)).astype(input.array.dtype), input.dtype)
    if dim is None:
        input, dim = reshape(input, -1), 0
    d = wrap(dim, input.array.ndim)
    count = read(repeats) if isinstance(repeats, Tensor) else np.asarray(repeats)
    size = input.array.shape[d] if input.array.ndim else 1
    if count.ndim and count.size not in (1, size):
        raise RuntimeError(text("repeats-size", repeats=count.size, dim=d, size=size))
    index = np.repeat(np.arange(size), count)
    result = input.index_select(d, constant(index, dtypes.int64))
    if isinstance(repeats, Tensor):
        return result
    return show_as(result, "ViewBackward0", ("CloneBackward0", ("ExpandBackward0", ("UnsqueezeBackward0", input))))


def flip(input: Tensor, *given: Any, dims: Any = ()) -> Tensor:
    """The entries along `dims` in reverse order (a copy)."""
    along = tuple(wrap(d, input.array.ndim) for d in sizes(given or (dims,)))
    if len(set(along)) < len(along):
        raise RuntimeError(text("dim-twice", dim=list(along)))
    return ordering.flip(input, dims=along) if input.array.ndim else input.clone()


def fliplr(input: Tensor) -> Tensor:
    """Columns in reverse order."""
    if input.array.ndim < 2:
        raise RuntimeError(text("too-few-dims", function="fliplr", least=2, ndim=input.array.ndim))
    return flip(input, 1)


def flipud(input: Tensor) -> Tensor:
    """Rows in reverse order."""
    if not input.array.ndim:
        raise RuntimeError(text("too-few-dims", function="flipud", least=1, ndim=0))
    return flip(input, 0)


def rot90(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> Tensor:
    """Rotated by 90 degrees `k` times in the plane of two dimensions."""
    if len(dims) != 2 or input.array.ndim < 2:
        raise RuntimeError(text("rotation-dims", dims=list(dims), ndim=input.array.ndim))
    a, b = (wrap(d, input.array.ndim) for d in dims)
    if a == b:
        raise RuntimeError(text("dim-twice", dim=list(dims)))
    return ordering.rot90(input, k=k % 4, dims=(a, b))


def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Entries moved along dimensions, those pushed off the end coming in at the beginning."""
    moves = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    along = () if dims is None else (dims,) if isinstance(dims, int) else tuple(dims)
    if not moves or len(moves) != len(along) and not (len(moves) == 1 and not along):
        raise RuntimeError(text("roll-shifts", shifts=len(moves), dims=len(along)))
    if along and not input.array.ndim:
        raise IndexError(text("fft-no-dims", dim=along[0]))
    if not along and interpreters:          # all elements of an example, not of a batch
        return reshape(roll(reshape(input, -1), moves, 0), *input.array.shape)
    if not along:
        return ordering.roll(input, shifts=moves[0], dims=None)
    return ordering.roll(input, shifts=moves, dims=tuple(wrap(d, input.array.ndim) for d in along))


def _triangle_body(x: Any, diagonal: int, lower: bool) -> Any:
    rows, columns = (positions(n) for n in x.array.shape[-2:])
    distance = ar.sub(columns, unsqueeze(rows, 1))
    return ar.where(ar.le(distance, diagonal) if lower else ar.ge(distance, diagonal), x, False if x.dtype is dtypes.bool_ else 0)


def _triangle_kernel(x: Any, diagonal: int, lower: bool) -> Any:
    return np.ascontiguousarray(_choosing(x.dtype)(_inside(x.shape[-2:], diagonal, lower), x, np.zeros((), x.dtype)))


@functools.cache
def _choosing(of: Any) -> Any:
    """`where` over arrays of a dtype."""
    return ar.where.kernel(dtypes.from_numpy(of))


@functools.lru_cache(8)
def _inside(shape: tuple[int, int], diagonal: int, lower: bool) -> Any:
    """Where a matrix of this shape has its triangle; kept, since masks are made in every step."""
    below = np.tri(*shape, diagonal if lower else diagonal - 1, dtype=bool)
    return below if lower else ~below


_tril, _triu = (composite(name, _triangle_body, operands=1, kernel=_triangle_kernel,
                          x=lambda g, diagonal, lower: _triangle(g, diagonal, lower))
                for name in ("tril", "triu"))


def _triangle(x: Tensor, diagonal: int, lower: bool) -> Tensor:
    if x.array.ndim < 2:
        raise RuntimeError(text("triangle-ndim", shape=list(x.array.shape)))
    return (_tril if lower else _triu)(x, diagonal=diagonal, lower=lower)


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """The lower triangle of matrices, zeros above `diagonal`."""
    return _triangle(input, diagonal, True)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """The upper triangle of matrices, zeros below `diagonal`."""
    return _triangle(input, diagonal, False)


NOT_PLACES = dtypes.these("bool halves floats complex int8 uint8 int16")


def _places(indices: Any, dtype: Any) -> Tensor:
    dtype = asked(dtype)
    of = dtype or dtypes.int64
    refuse("tril_indices", of, NOT_PLACES)
    return constant(np.stack(indices).astype(dtypes.numpy_dtype(of)), of)


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None) -> Tensor:
    """The indices of the lower triangle, `(2, n)`."""
    return _places(np.tril_indices(row, offset, col), dtype)


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None, layout: Any = None) -> Tensor:
    """The indices of the upper triangle, `(2, n)`."""
    return _places(np.triu_indices(row, offset, col), dtype)


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """The diagonal of a matrix, or a matrix with a vector as its diagonal."""
    if input.array.ndim not in (1, 2):
        raise RuntimeError(text("diag-dims", ndim=input.array.ndim))
    return _diagonal_copy(input, offset=diagonal) if input.array.ndim == 2 else diag_embed(input, diagonal)


_diagonal_copy = composite("diagonal_copy", lambda x, offset: clone(diagonal_view(x, offset=offset, dim1=0, dim2=1), to=x.dtype),
                           operands=1,
                           kernel=lambda x, offset: np.diagonal(x, offset).copy(),
                           node="DiagonalBackward0_copy",
                           x=lambda g, like, offset: spread(g, like, diagonal_view, {"offset": offset, "dim1": 0, "dim2": 1}))
_diag_embed = composite("diag_embed", lambda x, offset, dim1, dim2: spread(
    x, Like(_embedded_shape(x.array.shape, offset, dim1, dim2), x.dtype), diagonal_view, {"offset": offset, "dim1": dim1, "dim2": dim2}),
    operands=1, x=lambda g, offset, dim1, dim2: diagonal_view(g, offset=offset, dim1=dim1, dim2=dim2))


def _embedded_shape(shape: tuple[int, ...], offset: int, dim1: int, dim2: int) -> tuple[int, ...]:
    lead = list(shape[:-1])
    for d in (min(dim1, dim2), max(dim1, dim2)):
        lead.insert(d, shape[-1] + abs(offset))
    return tuple(lead)


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices with the last dimension as their diagonals."""
    n = input.array.ndim + 1
    if wrap(dim1, n) == wrap(dim2, n):
        raise RuntimeError(text("diagonal-dims", a=dim1, b=dim2))
    return _diag_embed(input, offset=offset, dim1=wrap(dim1, n), dim2=wrap(dim2, n))


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """A matrix with all elements as its diagonal."""
    return diag_embed(reshape(input, -1), offset)


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """Vectors spread over the grid that they span; `indexing` is "ij" or "xy"."""
    vectors = list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else list(tensors)
    order = [1, 0, *range(2, len(vectors))] if indexing == "xy" and len(vectors) > 1 else list(range(len(vectors)))
    shape = [vectors[k].array.size for k in order]
    return tuple(expand(reshape(x, *[-1 if i == order[k] else 1 for i in range(len(vectors))]), *shape) for k, x in enumerate(vectors))


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All combinations of the elements of vectors, as rows."""
    return tensors[0] if len(tensors) == 1 else stack([reshape(x, -1) for x in meshgrid(*tensors, indexing="ij")], 1)


def combinations(input: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All combinations of `r` elements of a vector, as rows."""
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    index = np.array(list(choose(range(input.array.size), r)), np.int64).reshape(-1, r)
    chosen = "MaskedSelectBackward0", ("ExpandBackward0", ("ViewBackward0", input))
    return show_as(input[constant(index, dtypes.int64)], "StackBackward0", *[chosen] * r)


def result_type(a: Any, b: Any) -> Any:
    """The dtype that an arithmetic operation on `a` and `b` gives."""
    return _result_type(a, b)


def can_cast(from_: Any, to: Any) -> bool:
    """Whether PyTorch's promotion allows a conversion (not to a lower category)."""
    return bool(asked(from_).category <= asked(to).category)


def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of a larger one."""
    parts = [x if x.array.ndim == 2 else reshape(x, 1, -1) for x in tensors]
    width = sum(x.array.shape[1] for x in parts)
    rows, at = [], 0
    for x in parts:
        n, m = x.array.shape
        rows.append(cat([x.new_zeros(n, at), x, x.new_zeros(n, width - at - m)], 1))
        at += m
    return show_as(cat(rows, 0), "BlockDiagBackward0", *tensors)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """Powers of the elements of a vector as rows."""
    n = x.array.size if N is None else N
    powers = arange(n) if increasing else arange(n - 1, -1, -1)
    return x.unsqueeze(1) ** powers


@appears_as("LinalgCrossBackward0", 2)
@refuses("bool")
def cross(input: Tensor, other: Tensor, dim: int = -1) -> Tensor:
    """The cross product of vectors of three elements along `dim`."""
    if input.array.ndim != other.array.ndim:
        raise RuntimeError(text("cross-dims", a=list(input.array.shape), b=list(other.array.shape)))
    if any(x.array.shape[wrap(dim, x.array.ndim)] != 3 for x in (input, other)):
        raise RuntimeError(text("cross-size", dim=dim))
    if input.dtype is not other.dtype:
        raise con.mismatch("contraction", input, other)
    input, other = broadcast_tensors(input, other)
    a, b = (x.unbind(dim) for x in (input, other))
    return stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]], dim)


@appears_as("RenormBackward0")
def renorm(input: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """Entries along `dim` scaled down so that their p-norm is at most `maxnorm`."""
    if input.array.ndim < 2:
        raise RuntimeError(text("too-few-dims", function="renorm", least=2, ndim=input.array.ndim))
    others = tuple(d for d in range(input.array.ndim) if d != wrap(dim, input.array.ndim))
    norms = input.norm(p, others, keepdim=True)
    return input * ar.where(norms > maxnorm, maxnorm / (norms + 1e-7), 1.0)
