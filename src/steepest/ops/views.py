"""The view form: an affine index map. The result lies in the storage of the operand; nothing is copied.

Recorders see through views: an operand is a storage with offset, shape and strides.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.memory_order import strides_of
from steepest.core.modes import modes
from steepest.core.primitive import Primitive, attach
from steepest.core.tensor import Tensor, Views, fresh, refresh, refreshers
from steepest.errors import text
from steepest.ops.creation import constant, full

Array = np.ndarray[Any, Any]


class View(Primitive):
    """`index_map(array, **params)` gives a NumPy view; `rule` spreads a gradient back over the operand.

    `one_of_several` is true where PyTorch counts the view as one of the results of a single operation, as in `split`.
    """

    form = "view"

    def __init__(self, name: str, index_map: Callable[..., Array], rule: Callable[..., Any], node: str = ""):
        super().__init__(name, ("x",), {"x": rule}, node)
        self.index_map = index_map
        self.one_of_several = False

    def named(self, node: str, one_of_several: bool = False) -> "View":
        """The same view under another name of its node."""
        made = View(self.name, self.index_map, self.rules[0][0], node)  # type: ignore[index]
        made.one_of_several = one_of_several
        return made

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        if x.view_of is not None:
            refresh(x)
        result = fresh(self.index_map(x.array, **params), x.dtype)
        result._storage = x.storage_cell if x._storage is None else x._storage
        result.counter = x.version if x.counter is None else x.counter
        if result.array.dtype is not x.array.dtype and result.array.dtype != x.array.dtype:
            result.dtype = dtypes.from_numpy(result.array.dtype)
            result._storage = None
        if not modes.inference:
            result.view_of = Views(x, (self, params), modes.grad)
        if x.needs_grad and modes.grad:
            attach(self, operands, params, result)
        return result


def _replay(x: Tensor) -> None:
    """The node of a view after its base was written in place, or turned: the view's steps taken again from the base.

    Steps that lead through strides are taken as one, as PyTorch takes all: the first may have left out what the next one shows.
    """
    view = x.view_of
    assert view is not None
    view.steps = (*(back for stamp, back in reversed(view.family.turns) if stamp > view.stamp), *view.steps)
    if len(view.steps) > 1 and any(step is as_strided for step, _ in view.steps) and x.array.dtype == view.base.array.dtype:
        view.steps = (as_strided, way_to(x.array, view.base)),
    before, modes.grad = modes.grad, True
    try:
        again = view.base
        for step, params in view.steps:
            again = step.run((again,), params) if again.level is None else step(again, **params)
    finally:
        modes.grad = before
    x.node, x.output_nr, x.needs_grad = again.node, again.output_nr, again.needs_grad
    view.stamp = view.family.stamp


refreshers.append(_replay)


# rules ----------------------------------------------------------------------------------------------------------------------------
class Write(Primitive):
    """The base with the region that view steps reach replaced by a value.

    `layout` is how the base lies in its storage, where the steps ask for that: see `layout_of`.
    """

    form = "write"

    def __init__(self) -> None:
        super().__init__("write", ("base", "value"), {
            "base": lambda g, like, steps, layout: write(g, full((), 0, g.dtype), steps=steps, layout=layout),
            "value": lambda g, steps, layout: reach(laid_out(g, layout) if asks_for_layout(steps) else g, steps)}, "CopySlices")

    def __call__(self, base: Any, value: Any, steps: Any, layout: "Layout | None" = None) -> Any:
        return super().__call__(base, value, steps=steps, layout=layout)

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        base, value = operands
        result = fresh(_copied(base.array, params["layout"]), base.dtype)
        region = result.array
        for step, step_params in params["steps"]:
            region = step.index_map(region, **step_params)
        region[...] = value.array
        if modes.grad and (base.needs_grad or value.needs_grad):
            attach(self, operands, params, result)
        return result


write = Write()


Layout = tuple[tuple[int, ...], int, int]


def way_to(array: Array, x: Tensor, seen: Array | None = None) -> dict[str, Any]:
    """What makes `as_strided` show `array`, which lies in the storage of `x`; `x` counts as lying as `seen` does."""
    own, offset = x.array if seen is None else seen, x.storage_cell.offset
    return {"shape": array.shape, "strides": strides_of(array), "offset": offset(array) - offset(own),
            "own": strides_unless_in_order(own)}


def strides_unless_in_order(array: Array) -> tuple[int, ...] | None:
    """The strides in elements; None where the elements lie one after another."""
    return None if array.flags.c_contiguous else strides_of(array)


def layout_of(x: Tensor) -> Layout | None:
    """A tensor's strides, where it begins in its storage, and the size of that, in elements; None where it fills it in order."""
    size = x.storage_cell.flat.size
    if x.array.flags.c_contiguous and x.array.size == size:
        return None
    return strides_of(x.array), x.storage_cell.offset(x.array), size


def _copied(array: Array, layout: Layout | None) -> Array:
    if layout is None:
        return array.copy()
    strides, offset, size = layout
    copy = _strided(np.zeros(size, array.dtype), array.shape, strides, offset)
    copy[...] = array
    return copy


LOGICAL = frozenset(("expand", "permute", "transpose", "t", "squeeze", "unsqueeze", "select", "slice", "diagonal", "unfold", "alias"))
"""Views that show the same elements wherever these lie in memory."""


def asks_for_layout(steps: Any) -> bool:
    """Whether what view steps lead to depends on how the base lies in memory."""
    return any(step.name not in LOGICAL for step, _ in steps)


def laid_out(g: Any, layout: Layout | None) -> Any:
    """A gradient that lies in memory as the tensor does that it belongs to."""
    if layout is None:
        return g.contiguous()
    strides, offset, size = layout
    window = {"shape": tuple(g.array.shape), "strides": strides, "offset": offset, "own": None}
    return as_strided(write(full((size,), 0, g.dtype), g, steps=((as_strided, window),)), **window)


def reach(x: Any, steps: Any) -> Any:
    """The view of `x` that the steps lead to."""
    for step, params in steps:
        x = step(x, **params)
    return x


def spread(g: Any, like: Any, step: Any, params: dict[str, Any]) -> Any:
    """Zeros in the operand's shape with the gradient in the region that the view shows."""
    return write(full(like.shape, 0, g.dtype), g, steps=((step, params),))


def _viewed(array: Array, shape: tuple[int, ...]) -> Array:
    if array.flags.c_contiguous:
        return array.reshape(shape)
    try:
        return array.reshape(shape, copy=False)
    except ValueError:
        raise RuntimeError(text("view-not-possible", shape=list(array.shape), to=list(shape))) from None


def _diagonal(array: Array, offset: int, dim1: int, dim2: int) -> Array:
    return np.diagonal(array, offset, dim1, dim2) if not array.flags.writeable else _writable_diagonal(array, offset, dim1, dim2)


def _writable_diagonal(array: Array, offset: int, dim1: int, dim2: int) -> Array:
    rest = [d for d in range(array.ndim) if d not in (dim1, dim2)]
    rows, columns = array.shape[dim1], array.shape[dim2]
    n = max(0, min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns))
    start = array[tuple(slice(max(-offset, 0), None) if d == dim1 else slice(max(offset, 0), None) if d == dim2 else slice(None)
                        for d in range(array.ndim))] if n else array
    strides = [array.strides[d] for d in rest] + [array.strides[dim1] + array.strides[dim2]]
    return np.lib.stride_tricks.as_strided(start, [array.shape[d] for d in rest] + [n], strides)


def _unfolded(array: Array, dim: int, size: int, step: int) -> Array:
    if array.ndim == 0:
        return np.lib.stride_tricks.as_strided(array, (size,), (array.itemsize,))
    n = (array.shape[dim] - size) // step + 1
    shape = [n if d == dim else k for d, k in enumerate(array.shape)] + [size]
    strides = [s * step if d == dim else s for d, s in enumerate(array.strides)] + [array.strides[dim]]
    return np.lib.stride_tricks.as_strided(array, shape, strides)


def within_storage(size: Any, stride: Any, offset: int, have: int, itemsize: int) -> None:
    """Raise RuntimeError unless all elements of a strided view lie in a storage of `have` elements."""
    if len(size) != len(stride) or any(n < 0 for n in (*size, *stride)) or offset < 0:
        raise RuntimeError(text("strided-arguments", size=list(size), stride=list(stride), offset=offset))
    needed = offset + 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True)) if 0 not in size else 0
    if needed > have:
        raise RuntimeError(text("strided-outside", size=list(size), stride=list(stride), offset=offset, itemsize=itemsize,
                                needed=needed * itemsize, have=have * itemsize))


def _strided(array: Array, shape: tuple[int, ...], strides: tuple[int, ...], offset: int) -> Array:
    owner = array
    size = owner.itemsize
    if offset < 0:          # the view begins before the operand, in the storage of its base
        before = np.lib.stride_tricks.as_strided(owner, (1 - offset,), (-size,))[-offset:]
        return np.lib.stride_tricks.as_strided(before, shape, [s * size for s in strides])
    reach = sum(max(n - 1, 0) * s for n, s in zip(shape, strides, strict=True))
    flat = np.lib.stride_tricks.as_strided(owner, (offset + 1 + reach,), (size,))
    return np.lib.stride_tricks.as_strided(flat[offset:], shape, [s * size for s in strides])


def inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that undoes `order`."""
    return tuple(order.index(i) for i in range(len(order)))


# rows -----------------------------------------------------------------------------------------------------------------------------
view = View("view", lambda x, shape: _viewed(x, shape), lambda g, like: g.reshape(like.shape))
expand = View("expand", lambda x, shape: _expanded(x, shape), lambda g: g)
permute: View = View("permute", lambda x, order: x.transpose(order), lambda g, order: permute(g, order=inverse(order)))
transpose: View = View("transpose", lambda x, a, b: x.swapaxes(a, b), lambda g, a, b: transpose(g, a=a, b=b))
t: View = View("t", lambda x: x.T, lambda g: t(g), node="TBackward0")
unsafe_view = view.named("UnsafeViewBackward0")
squeeze = View("squeeze", lambda x, dim: x.squeeze(dim), lambda g, like: g.reshape(like.shape), node="SqueezeBackward1")
squeeze_all, squeeze_several, squeeze_result = (squeeze.named(f"SqueezeBackward{k}") for k in (0, 2, 4))
unsqueeze = View("unsqueeze", lambda x, dim: x.reshape(*x.shape[:dim], 1, *x.shape[dim:]), lambda g, dim: squeeze(g, dim=(dim,)))
unsqueeze_result, transpose_result = unsqueeze.named("UnsqueezeBackward1"), transpose.named("TransposeBackward1")
select: View = View("select", lambda x, dim, index: x[(slice(None),) * dim + (index, ...)],
              lambda g, like, dim, index: spread(g, like, select, {"dim": dim, "index": index}))
narrow: View = View("slice", lambda x, dim, start, stop, step: x[(slice(None),) * dim + (slice(start, stop, step),)],
              lambda g, like, dim, start, stop, step: spread(g, like, narrow, {"dim": dim, "start": start, "stop": stop, "step": step}))
unsafe_piece = narrow.named("UnsafeSplitBackward0", True)
"""A piece as the cells of recurrent networks take it, which nothing changes in place."""
split_piece, sized_piece, unbound = (narrow.named("SplitBackward0", True), narrow.named("SplitWithSizesBackward0", True),
                                     select.named("UnbindBackward0", True))
diagonal: View = View("diagonal", lambda x, offset, dim1, dim2: _diagonal(x, offset, dim1, dim2),
                lambda g, like, offset, dim1, dim2: spread(g, like, diagonal, {"offset": offset, "dim1": dim1, "dim2": dim2}))
unfold = View("unfold", lambda x, dim, size, step: _unfolded(x, dim, size, step),
              lambda g, like, dim, size, step: fold_back(g, like, dim, size, step))
as_strided = View("as_strided", lambda x, shape, strides, offset, own: _strided(x, shape, strides, offset),
                  lambda g, like, shape, strides, offset, own: strided_back(g, like, shape, strides, offset, own))
real = View("real", lambda x: x.real, lambda g: g.to(g.dtype.to_complex()), "SelectBackward0")
imag = View("imag", lambda x: x.imag, lambda g: g * 1j, "SelectBackward0")
for part in (real, imag):
    part.shown = (("ViewAsRealBackward0", "x"),)
view_as_real = View("view_as_real", lambda x: x[..., None].view(x.real.dtype), lambda g: view_as_complex(g.contiguous()))
view_as_complex: View = View("view_as_complex", lambda x: x.view(np.result_type(x.dtype, np.complex64))[..., 0], lambda g: view_as_real(g))
identity = View("alias", lambda x: x.view(), lambda g: g)
reshape_alias, reshape_identity = view.named("ReshapeAliasBackward0"), identity.named("ReshapeAliasBackward0")
"""What `reshape` shows of memory that is not in order."""


def _expanded(array: Array, shape: tuple[int, ...]) -> Array:
    strides = (0,) * (len(shape) - array.ndim) + tuple(
        s if n == m else 0 for s, n, m in zip(array.strides, array.shape, shape[len(shape) - array.ndim:], strict=True))
    if array.flags.c_contiguous and array.flags.writeable and array.size:
        return np.ndarray(shape, array.dtype, array, 0, strides)
    return np.lib.stride_tricks.as_strided(array, shape, strides)


def fold_back(g: Any, like: Any, dim: int, size: int, step: int) -> Any:
    """Sums windows back into place: the gradient of `unfold`."""
    if not like.shape:
        return g.reshape(()) if g.array.size else full((), 0, g.dtype)
    out = full(like.shape, 0, g.dtype)
    for k in range(size):
        window = {"dim": dim, "start": k, "stop": k + (g.array.shape[dim] - 1) * step + 1, "step": step}
        part = select(g, dim=g.array.ndim - 1, index=k)
        out = write(out, narrow(out, **window) + part, steps=((narrow, window),))
    return out


def strided_back(g: Any, like: Any, shape: tuple[int, ...], strides: tuple[int, ...], offset: int, own: tuple[int, ...] | None) -> Any:
    """The gradient of `as_strided`: every element summed at its place in the storage, which the operand then reads with the strides
    `own` (None: it is contiguous). Elements of the operand that share a place share the sum equally, as in PyTorch."""
    seen = strided_places(shape, strides) + offset
    kept = np.arange(math.prod(like.shape)) if own is None else strided_places(like.shape, own)
    low = min(int(seen.min(initial=0)), 0)
    size = max(int(seen.max(initial=0)), int(kept.max(initial=0))) + 1 - low
    sums = full((size,), 0, g.dtype).index_add(0, constant(seen - low, dtypes.int64), g.reshape(-1))
    if own is None:
        return sums[-low:kept.size - low].reshape(like.shape)
    times = np.bincount(kept - low, minlength=size)[kept - low]
    found = sums.index_select(0, constant(kept - low, dtypes.int64))
    if (times > 1).any():
        found = found / constant(times.astype(np.float64), dtypes.float64).to(g.dtype)
    return found.reshape(like.shape)


def strided_places(shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """Where the elements lie that strides lead to, one after another."""
    places = np.zeros((), np.int64)
    for n, s in zip(shape, strides, strict=True):
        places = places[..., None] + np.arange(n) * s
    return places.reshape(-1)
