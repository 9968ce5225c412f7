"""Shapes: views, reshaping, expanding, splitting, conversion of dtype."""

import itertools
import math
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.device import PRESERVE
from steepest.core.dtype import dtype
from steepest.core.memory_order import is_channels_last, order_of
from steepest.core.tensor import Tensor, alias
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.casting import in_single_precision
from steepest.functional.operands import sizes
from steepest.functional.supporting import refuses
from steepest.ops import views
from steepest.ops.arithmetic import cast, clone, conjugate
from steepest.ops.maps import common_shape
from steepest.ops.reductions import total, wrap


def _inferred(shape: tuple[int, ...], size: int) -> tuple[int, ...]:
    """`shape` with its -1 replaced by what is left of `size`; RuntimeError where that does not come out."""
    if -1 in shape:
        at = shape.index(-1)
        rest = math.prod(n for i, n in enumerate(shape) if i != at)
        if shape.count(-1) > 1:
            raise RuntimeError(text("two-inferred-dims"))
        if rest == 0 == size:
            raise RuntimeError(text("shape-ambiguous", shape=list(shape)))
        if rest == 0 or size % rest:
            raise RuntimeError(text("shape-invalid", shape=list(shape), size=size))
        return (*shape[:at], size // rest, *shape[at + 1:])
    if math.prod(shape) != size:
        raise RuntimeError(text("shape-invalid", shape=list(shape), size=size))
    return shape


def view(input: Tensor, *size: Any) -> Tensor:
    """A view with another shape (one size may be -1), or of another dtype; RuntimeError where memory does not allow it."""
    if len(size) == 1 and isinstance(size[0], (dtype, type)):
        return view_dtype(input, dtypes.asked(size[0]))
    return views.view(input, shape=_inferred(sizes(size), input.array.size))


def view_dtype(input: Tensor, to: dtype) -> Tensor:
    """The same memory read as another dtype."""
    return alias_as(input, input.array.view(dtypes.numpy_dtype(to)), to)


def alias_as(input: Tensor, array: Any, to: dtype) -> Tensor:
    """A tensor over memory of `input` with another dtype, outside the graph."""
    t = alias(array, input)
    t.dtype = to
    return t


def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The elements in another shape: a view where memory allows it, else a copy."""
    wanted = _inferred(sizes(shape), input.array.size)
    if wanted == input.array.shape:
        return views.view(input, shape=wanted) if input.array.flags.c_contiguous else views.reshape_identity(input)
    if input.array.flags.c_contiguous:
        return views.view(input, shape=wanted)
    try:
        input.array.reshape(wanted, copy=False)
    except ValueError:
        result: Tensor = views.unsafe_view(clone_ordered(input), shape=wanted)
        result.view_of = None
        return result
    return views.reshape_alias(input, shape=wanted)


def contiguous(input: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself if its elements lie in the order of their indices, or that of `memory_format`, else a copy that does."""
    order = memory_format and order_of(memory_format, input.array.ndim)
    if order:
        return input if is_channels_last(input.array) else clone_in(input, order)
    return input if input.array.flags.c_contiguous else clone_ordered(input)


def clone_in(input: Tensor, order: tuple[int, ...]) -> Tensor:
    """A copy whose axes lie in memory in this order."""
    copied: Tensor = views.permute(clone_ordered(views.permute(input, order=order)), order=views.inverse(order))
    copied.view_of = None
    return show_as(copied, "CloneBackward0", input)


def clone_ordered(input: Tensor) -> Tensor:
    """A copy whose elements lie in the order of their indices."""
    copied: Tensor = clone(input, to=input.dtype, order="C")
    if copied.level is not None:
        copied.level.put_in_order(copied)
    return copied


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Dimensions `start_dim` to `end_dim` as one."""
    shape = input.array.shape
    a, b = wrap(start_dim, len(shape)), wrap(end_dim, len(shape))
    if a > b:
        raise RuntimeError(text("flatten-order", start=start_dim, end=end_dim))
    if not shape:
        return reshape(input, 1)
    return input if a == b else reshape(input, *shape[:a], math.prod(shape[a:b + 1]), *shape[b + 1:])


def unflatten(input: Tensor, dim: int, sizes_: Any) -> Tensor:
    """Dimension `dim` as several."""
    shape = input.array.shape
    if not shape:
        raise RuntimeError(text("unflatten-scalar"))
    d, sizes_ = wrap(dim, len(shape)), tuple(sizes_)
    if -1 not in sizes_ and math.prod(sizes_) != shape[d]:
        raise RuntimeError(text("unflatten-sizes", sizes=list(sizes_), dim=dim, size=shape[d]))
    return view(input, *shape[:d], *_inferred(sizes_, shape[d]), *shape[d + 1:])


def ravel(input: Tensor) -> Tensor:
    """All elements in one dimension, next to one another."""
    return reshape(contiguous(input), -1)


def t(input: Tensor) -> Tensor:
    """The transpose of a matrix; vectors are returned as they are."""
    if input.array.ndim > 2:
        raise RuntimeError(text("t-of-many-dims", ndim=input.array.ndim))
    return views.t(input)


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dimensions exchanged."""
    ndim = input.array.ndim
    return views.transpose(input, a=wrap(dim0, ndim), b=wrap(dim1, ndim)) if ndim else views.identity(input)


def permute(input: Tensor, *dims: Any) -> Tensor:
    """The dimensions in another order."""
    order = sizes(dims)
    if len(order) != input.array.ndim:
        raise RuntimeError(text("permute-length", ndim=input.array.ndim, dims=list(order)))
    found = tuple(wrap(d, input.array.ndim) for d in order)
    if len(set(found)) < len(found):
        raise RuntimeError(text("dim-twice", dim=list(order)))
    return views.permute(input, order=found)


def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Dimensions moved to other places, the rest keeping their order."""
    src = (source,) if isinstance(source, int) else tuple(source)
    dst = (destination,) if isinstance(destination, int) else tuple(destination)
    n = input.array.ndim
    if len(src) != len(dst):
        raise RuntimeError(text("movedim-dims", source=list(src), destination=list(dst)))
    src, dst = tuple(wrap(d, n) for d in src), tuple(wrap(d, n) for d in dst)
    for which, dims in (("source", src), ("destination", dst)):
        if len(set(dims)) < len(dims):
            raise RuntimeError(text("movedim-twice", which=which, dims=list(dims)))
    if not n:
        return views.identity(input)
    rest = iter(d for d in range(n) if d not in src)
    return permute(input, *[src[dst.index(i)] if i in dst else next(rest) for i in range(n)])


def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """Without the dimensions of size 1, or without those of `dim` that have size 1."""
    shape = input.array.shape
    if dim is None:
        return views.squeeze_all(input, dim=tuple(i for i, n in enumerate(shape) if n == 1))
    else:
        gone = tuple(d for d in (wrap(d, len(shape)) for d in ((dim,) if isinstance(dim, int) else dim)) if shape and shape[d] == 1)
    return (views.squeeze if isinstance(dim, int) else views.squeeze_several)(input, dim=gone)


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """With a new dimension of size 1 at `dim`."""
    return views.unsqueeze(input, dim=wrap(dim, input.array.ndim + 1))


def expand(input: Tensor, *size: Any) -> Tensor:
    """Dimensions of size 1 repeated without copying; -1 keeps a size."""
    wanted, have = sizes(size), input.array.shape
    extra = len(wanted) - len(have)
    if extra < 0:
        raise RuntimeError(text("expand-too-few", kind=dtypes.TYPE_NAMES.get(input.dtype.name, "Tensor"), shape=list(have), to=list(wanted),
                                given=len(wanted), ndim=len(have)))
    full = tuple(have[i - extra] if n == -1 and i >= extra else n for i, n in enumerate(wanted))
    for n, m in zip(full[extra:], have, strict=True):
        if m not in (1, n):
            raise RuntimeError(text("expand-impossible", shape=list(have), to=list(wanted)))
    return views.expand(input, shape=full)


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Expanded to the shape of `other`."""
    return expand(input, *other.array.shape)


def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """Expanded to `size`."""
    return expand(input, *size)


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """All tensors expanded to their common shape."""
    shape = common_shape("broadcast_tensors", *[x.array.shape for x in tensors])
    return tuple(x if x.array.shape == shape else expand(x, *shape) for x in tensors)


def broadcast_shapes(*shapes: Any) -> Any:
    """The shape that these shapes broadcast to."""
    from steepest.core.size import Size

    sizes_of = [tuple(s) if not isinstance(s, int) else (s,) for s in shapes]
    found = [1] * max(map(len, sizes_of), default=0)
    for k, shape in enumerate(sizes_of):
        for d in range(-1, -len(shape) - 1, -1):
            if 1 != shape[d] != found[d] != 1:
                raise RuntimeError(text("broadcast-shapes", size=shape[d], dim=d, index=k, shape=list(shape), expected=found))
            found[d] = shape[d] if found[d] == 1 else found[d]
    return Size(found)


def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """`length` entries from `start` along `dim`, as a view."""
    if not input.array.ndim:
        raise RuntimeError(text("narrow-of-scalar"))
    d = wrap(dim, input.array.ndim)
    size = input.array.shape[d]
    if isinstance(start, Tensor) and (start.array.ndim or start.dtype.category != dtypes.INTEGER):
        raise RuntimeError(text("narrow-start-tensor", dtype=start.dtype, shape=list(start.array.shape)))
    if not -size <= int(start) <= size:
        raise IndexError(text("narrow-start", low=-size, high=size, start=int(start)))
    start = int(start) + size if int(start) < 0 else int(start)
    if length < 0 or start + length > size:
        raise RuntimeError(text("narrow-outside", start=start, length=length, size=size))
    return views.narrow(input, dim=d, start=start, stop=start + length, step=1)


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """The entry `index` along `dim`, which goes."""
    d = wrap(dim, input.array.ndim)
    size = input.array.shape[d]
    if not -size <= index < size:
        raise IndexError(text("index-out-of-range", index=index, dim=d, size=size))
    return views.select(input, dim=d, index=index % size)


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of two dimensions, as the last dimension of a view."""
    if wrap(dim1, input.array.ndim) == wrap(dim2, input.array.ndim):
        raise RuntimeError(text("diagonal-dims", a=dim1, b=dim2))
    return views.diagonal(input, offset=offset, dim1=wrap(dim1, input.array.ndim), dim2=wrap(dim2, input.array.ndim))


def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Copies of what `chunk` shows."""
    return tuple(clone_ordered(x) for x in chunk(input, chunks, dim))


def unsafe_split(input: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Copies of what `split` shows."""
    return tuple(clone_ordered(x) for x in split(input, split_size, dim))


unsafe_split_with_sizes = unsafe_split


def unfold(input: Tensor, dimension: int, size: int, step: int) -> Tensor:
    """Windows of `size` along a dimension, every `step`, as a last dimension."""
    d = wrap(dimension, input.array.ndim)
    have = input.array.shape[d] if input.array.ndim else 1
    if size < 0 or step < 1:
        raise RuntimeError(text("unfold-arguments", size=size, step=step))
    if size > have:
        raise RuntimeError(text("unfold-too-large", size=size, have=have))
    return views.unfold(input, dim=d, size=size, step=step)


def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """The storage seen with given sizes and strides; RuntimeError where they lead out of it."""
    own = input.storage_cell.offset(input.array)
    begin = 0 if storage_offset is None else storage_offset - own
    views.within_storage(size, stride, own + begin, input.storage_cell.flat.size, input.array.itemsize)
    return views.as_strided(input, shape=tuple(size), strides=tuple(stride), offset=begin, own=views.strides_unless_in_order(input.array))


def split(input: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of one size (the last may be smaller) or of given sizes, as views."""
    d = wrap(dim, input.array.ndim)
    size = input.array.shape[d]
    if isinstance(split_size_or_sections, int):
        piece, step = views.split_piece, split_size_or_sections
        lengths = [min(step, size - i) for i in range(0, size, step)] if step > 0 else [0]
    else:
        piece, lengths = views.sized_piece, list(split_size_or_sections)
        if sum(lengths) != size:
            raise RuntimeError(text("split-sizes", sizes=lengths, size=size))
    starts = itertools.accumulate(lengths, initial=0)
    return tuple([piece(input, dim=d, start=s, stop=s + n, step=1) for s, n in zip(starts, lengths or [0], strict=False)])


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` pieces of equal size (the last may be smaller)."""
    size = input.array.shape[wrap(dim, input.array.ndim)]
    return split(input, max(1, -(-size // chunks)) if size else [0] * chunks, dim)


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The entries along a dimension."""
    d = wrap(dim, input.array.ndim)
    return tuple([views.unbound(input, dim=d, index=i) for i in range(input.array.shape[d])])


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """Two dimensions exchanged."""
    return transpose(input, axis0, axis1)


def detach(input: Tensor) -> Tensor:
    """The same memory outside the graph; in-place changes of one are seen in the other and by the version check."""
    return alias(input.array, input)


def to_dtype(input: Tensor, to: dtype, copy: bool = False) -> Tensor:
    """Converted to another dtype; the tensor itself if it has it and no copy is asked for."""
    return input if input.dtype is to and not copy else cast(input, to=to)


def clone_(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy with memory of its own; gradients flow through."""
    if memory_format in (None, PRESERVE):
        return clone(input, to=input.dtype)
    order = order_of(memory_format, input.array.ndim)
    return clone_in(input, order) if order else clone_ordered(input)


def _each(function: Any) -> Any:
    """A function of a tensor that also takes several, or a list of them, and then gives a tuple."""
    def of_any(*tensors: Any) -> Any:
        if len(tensors) == 1 and isinstance(tensors[0], Tensor):
            return function(tensors[0])
        return tuple(function(x) for x in (tensors[0] if len(tensors) == 1 else tensors))

    of_any.__name__ = of_any.__qualname__ = function.__name__
    of_any.__doc__ = function.__doc__
    of_any.__module__ = function.__module__
    return of_any


@_each
def atleast_1d(input: Tensor) -> Tensor:
    """With at least one dimension."""
    return input if input.array.ndim else reshape(input, 1)


@_each
def atleast_2d(input: Tensor) -> Tensor:
    """With at least two dimensions."""
    return input if input.array.ndim > 1 else unsqueeze(atleast_1d(input), 0)


@refuses("bool integers halves floats")
def view_as_real(input: Tensor) -> Tensor:
    """Real and imaginary parts of a complex tensor as a last dimension of size 2, a view."""
    return views.view_as_real(input)


@in_single_precision
@refuses("bool integers halves complex")
def view_as_complex(input: Tensor) -> Tensor:
    """A complex tensor from a last dimension of size 2, a view."""
    return views.view_as_complex(input)


@_each
def atleast_3d(input: Tensor) -> Tensor:
    """With at least three dimensions; a matrix becomes the first two."""
    return input if input.array.ndim > 2 else unsqueeze(input, -1) if input.array.ndim == 2 else unsqueeze(atleast_2d(input), -1)


def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of nearly equal size, or cut at the given places; views. RuntimeError for numbers without a dimension."""
    _at_least(1, "tensor_split", input)
    d = wrap(dim, input.array.ndim)
    size = input.array.shape[d]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.array.tolist()
    if isinstance(indices_or_sections, int):
        n = indices_or_sections
        cuts = [size // n * i + min(i, size % n) for i in range(1, n)]
    else:
        cuts = [slice(None, i).indices(size)[1] for i in indices_or_sections]
    return tuple([views.narrow(input, dim=d, start=a, stop=max(a, b), step=1) for a, b in zip([0, *cuts], [*cuts, size], strict=True)])


def _at_least(least: int, function: str, x: Tensor) -> None:
    if x.array.ndim < least:
        raise RuntimeError(text("split-dims", function=function, least=least, ndim=x.array.ndim))


def _divided(function: str, x: Tensor, parts: Any, d: int) -> tuple[Tensor, ...]:
    """Pieces of equal size where a number of them is given."""
    if isinstance(parts, int) and (parts < 1 or x.array.shape[d] % parts):
        raise RuntimeError(text("split-size", function=function, dim=d, size=x.array.shape[d], parts=parts))
    return tensor_split(x, parts, d)


def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Split along the second dimension, vectors along their only one."""
    _at_least(1, "hsplit", input)
    return _divided("hsplit", input, indices_or_sections, 0 if input.array.ndim == 1 else 1)


def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Split along the first dimension."""
    _at_least(2, "vsplit", input)
    return _divided("vsplit", input, indices_or_sections, 0)


def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Split along the third dimension."""
    _at_least(3, "dsplit", input)
    return _divided("dsplit", input, indices_or_sections, 2)


def split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of the given sizes."""
    return split(input, list(split_sizes), dim)


def adjoint(input: Tensor) -> Tensor:
    """The last two dimensions exchanged, complex numbers conjugated."""
    return conjugate(transpose(input, -2, -1))


def sum_to_size(input: Tensor, *size: Any) -> Tensor:
    """Summed over the dimensions along which a tensor of shape `size` would be broadcast to this one."""
    wanted, have = sizes(size), input.array.shape
    extra = len(have) - len(wanted)
    if extra < 0 or any(n not in (1, m) for n, m in zip(wanted, have[extra:], strict=True)):
        raise RuntimeError(text("expand-impossible", shape=list(wanted), to=list(have)))
    if not wanted:
        return total(input, dim=tuple(range(len(have))), keepdim=False)
    dim = tuple(i for i, n in enumerate(have) if i < extra or wanted[i - extra] == 1 != n)
    return reshape(total(input, dim=dim, keepdim=False), *wanted) if dim else input


def resolve_conj(input: Tensor) -> Tensor:
    """The tensor itself: conjugation is never put off here."""
    return input


moveaxis, swapdims, resolve_neg = movedim, swapaxes, resolve_conj
