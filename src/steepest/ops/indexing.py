"""The gather and scatter forms: elements picked by integer tensors, and put back.

`gather` picks along one dimension at positions given for every element, `take_rows` whole entries along one dimension, `index`
at the positions that several integer tensors (broadcast against each other) give together.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.ops.creation import full

Array = np.ndarray[Any, Any]
row_adders: list[Callable[[Array, Array, Array], bool]] = []
"""Native code that adds rows to those that an index names, or says that it cannot; the layer that compiles puts its function here."""

pickers: list[Callable[[Array, Array, int], Array | None]] = []
"""Native code that picks elements along a dimension, or gives None where it cannot, so also for indices outside and negative ones."""
scatterers: list[Callable[[Array, Array, Array, int, str], bool]] = []
"""Native code that puts ("set") or combines elements along a dimension, or says that it cannot."""


def scattered(out: Array, index: Array, source: Array, dim: int, combine: str) -> bool:
    """Put or combine natively at indices that are not negative, where sizes differ in `dim` alone; False, and nothing is done, where
    that is not possible.
    """
    if not scatterers or index.shape != source.shape or index.ndim != out.ndim:
        return False
    if any(m != n for d, (m, n) in enumerate(zip(index.shape, out.shape, strict=True)) if d != dim):
        return False
    return scatterers[0](out, index, source, dim, combine)


class Gather(Primitive):
    """`result[i, j, k] = x[i, index[i, j, k], k]` for dim 1."""

    form = "gather"

    def __init__(self) -> None:
        super().__init__("gather", ("x", "index"), {
            "x": lambda g, index, like, dim: scatter_add(full(like.shape, 0, g.dtype), index, g, dim=dim)})

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        x, index = operands
        dim = params["dim"]
        if x.array.ndim == 0:
            return finish(self, operands, params, fresh(np.broadcast_to(x.array, index.array.shape).copy(), x.dtype))
        if index.array.ndim == 0:
            check_bounds(index.array, x.array.shape[0], 0, RuntimeError)
            return finish(self, operands, params, fresh(np.array(x.array[index.array]), x.dtype))
        region = tuple(slice(None) if d == dim else slice(n) for d, n in enumerate(index.array.shape))
        source = x.array[region]
        found = pickers[0](source, index.array, dim) if pickers else None
        if found is None:
            check_bounds(index.array, x.array.shape[dim], dim, RuntimeError)
            found = np.take_along_axis(source, index.array, dim)
        return finish(self, operands, params, fresh(found, x.dtype))


class Scatter(Primitive):
    """`result = x` with `result[i, index[i, j, k], k] (op)= source[i, j, k]` for dim 1; `ufunc` combines, None replaces."""

    form = "scatter"

    def __init__(self, name: str, ufunc: np.ufunc | None, rules: dict[str, Any], node: str = ""):
        super().__init__(name, ("x", "index", "source"), rules, node)
        self.ufunc = ufunc

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        x, index, source = operands
        dim = params["dim"]
        out = x.array.copy()
        if index.array.size:
            at, values = index.array, source.array
            if not out.ndim or not at.ndim or not values.ndim:
                at, values = at.reshape(-1), values.reshape(-1)
            target = out if out.ndim else out.reshape(1)
            low = check_bounds(at, target.shape[dim], dim, RuntimeError)
            values = values[tuple(slice(n) for n in at.shape)]
            if low >= 0 and scattered(target, at, values, dim, self.ufunc.__name__ if self.ufunc else "set"):
                return finish(self, operands, params, fresh(out, x.dtype))
            places = list(np.ogrid[tuple(slice(n) for n in at.shape)])
            places[dim] = at
            if self.ufunc is None:
                target[tuple(places)] = values
            else:
                self.ufunc.at(target, tuple(places), values)
        return finish(self, operands, params, fresh(out, x.dtype))


class TakeRows(Primitive):
    """Entries `x[..., index[i], ...]` along one dimension, for a vector of indices."""

    form = "take"

    def __init__(self) -> None:
        super().__init__("index_select", ("x", "index"), {
            "x": lambda g, index, like, dim: put_rows(full(like.shape, 0, g.dtype), index, g, dim=dim)})

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        x, index = operands
        dim = params["dim"]
        taken = pickers[0](x.array, index.array, dim) if pickers and x.array.ndim == index.array.ndim == 1 else None
        if taken is None:
            wrong = outside(index.array, x.array.shape[dim])
            if wrong is not None and dim and x.array.flags.c_contiguous:
                raise RuntimeError(text("row-out-of-data", index=wrong, size=x.array.shape[dim]))
            if wrong is not None:
                raise IndexError(text("row-out-of-range", index=wrong, size=x.array.shape[dim]))
            taken = np.take(x.array, index.array, dim)
        return finish(self, operands, params, fresh(taken, x.dtype))


class PutRows(Primitive):
    """`x` with `source[..., i, ...]` added at entry `index[i]` along one dimension."""

    form = "put"

    def __init__(self) -> None:
        super().__init__("index_add", ("x", "index", "source"), {
            "x": lambda g: g, "source": lambda g, index, dim: take_rows(g, index, dim=dim)})

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        x, index, source = operands
        dim = params["dim"]
        out = x.array.copy()
        wrong = outside(index.array, out.shape[dim])
        if wrong is not None:
            raise RuntimeError(text("index-out-of-range", index=wrong, dim=dim, size=out.shape[dim]))
        key, added = index.array, source.array
        beside = np.broadcast_to(key.reshape([-1 if d == dim else 1 for d in range(out.ndim)]), added.shape) if dim and key.ndim else key
        if not scattered(out, beside, added, dim, "add"):
            add_at(out, (slice(None),) * dim + (key,), added)
        return finish(self, operands, params, fresh(out, x.dtype))


INDICES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
"""What rules call the tensors that index: one for each dimension, and so many for a mask of as many dimensions."""


class Index(Primitive):
    """Advanced indexing: `places` says for each dimension which operand indexes it (None: all of it)."""

    form = "index"

    def __init__(self, node: str = "") -> None:
        super().__init__("index", ("x", *INDICES), {
            "x": lambda g, first, second, third, fourth, fifth, sixth, seventh, eighth, like, places: accumulate(
                full(like.shape, 0, g.dtype), g, *given(first, second, third, fourth, fifth, sixth, seventh, eighth), places=places)}, node)

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        x = operands[0]
        key = numpy_key(x, operands[1:], params["places"])
        out = np.asarray(x.array[key])
        # NumPy's memory order follows the indices; PyTorch's results lie in the order of their dimensions.
        out = out.reshape(-1).reshape(out.shape)
        return finish(self, (*operands, *(None,) * (1 + len(INDICES) - len(operands))), params, fresh(out, x.dtype))


class Put(Primitive):
    """`x` with a value written (or added) at the elements that advanced indexing picks; equal places: the last wins, or all are added."""

    form = "index_put"

    def __init__(self, name: str, add: bool, node: str = "IndexPutBackward0"):
        super().__init__(name, ("x", "value", *INDICES), {
            "x": (lambda g: g) if add else (lambda g, first, second, third, fourth, fifth, sixth, seventh, eighth, places: put(
                g, full((), 0, g.dtype), *given(first, second, third, fourth, fifth, sixth, seventh, eighth), places=places)),
            "value": lambda g, first, second, third, fourth, fifth, sixth, seventh, eighth, places: pick(
                g, *given(first, second, third, fourth, fifth, sixth, seventh, eighth), places=places)},
            node)
        self.add = add

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        x, value = operands[:2]
        out = x.array.copy()
        key = numpy_key(x, operands[2:], params["places"])
        if self.add:
            add_at(out, key, value.array)
        else:
            put_array(out, key, value.array)
        return finish(self, (*operands, *(None,) * (2 + len(INDICES) - len(operands))), params, fresh(out, x.dtype))


def add_at(out: Array, key: tuple[Any, ...], values: Array) -> None:
    """`out[key] += values`, where equal places are all added; indices lie within `out`, whose elements are in order."""
    if not out.size:
        return
    indices = [k for k in key if isinstance(k, np.ndarray) and k.dtype == np.int64]
    lead, rest = len(indices), out.shape[len(indices):]
    if lead and all(k is i for k, i in zip(key, indices, strict=False)) and all(isinstance(k, slice) for k in key[lead:]):
        wrapped = [i % n if i.size and i.min() < 0 else i for i, n in zip(indices, out.shape, strict=False)]
        index = wrapped[0] if lead == 1 else np.asarray(np.ravel_multi_index(np.broadcast_arrays(*wrapped), out.shape[:lead]))
        if not index.size or 0 in rest:
            return
        rows = np.broadcast_to(values, (*index.shape, *rest)).reshape(index.size, *rest)
        if not rest and scattered(out.reshape(-1), index.reshape(-1), rows, 0, "add"):
            return
        if any(adder(out.reshape(-1, *rest), index.reshape(-1), rows) for adder in row_adders):
            return
    np.add.at(out, key, values)


def put_array(target: Array, key: Any, value: Array) -> None:
    """`target[key] = value`; RuntimeError where the value does not fit."""
    try:
        target[key] = value
    except ValueError:
        raise RuntimeError(text("index-put-shape", value=list(value.shape), region=list(target[key].shape))) from None


def given(*indices: Any) -> list[Any]:
    """The indices that are there."""
    return [i for i in indices if i is not None]


def numpy_key(x: Tensor, indices: tuple[Any, ...], places: tuple[int | None, ...]) -> tuple[Any, ...]:
    """NumPy's key for advanced indexing, its indices checked against the sizes."""
    if len(indices) > len(INDICES):
        raise NotImplementedError(text("indices-too-many", most=len(INDICES), given=len(indices)))
    key: list[Any] = []
    for d, place in enumerate(places):
        if place is None:
            key.append(slice(None))
            continue
        index = indices[place].array
        check_bounds(index, x.array.shape[d], d)
        key.append(index)
    return tuple(key)


def check_bounds(index: Array, size: int, dim: int, problem: type[Exception] = IndexError) -> int:
    """The lowest index, 0 where there is none; IndexError (or another) where one lies outside."""
    if not index.size:
        return 0
    low, high = int(index.min()), int(index.max())
    if low < -size or high >= size:
        raise problem(text("index-out-of-range", index=high if high >= size else low, dim=dim, size=size))
    return low


def outside(index: Array, size: int) -> int | None:
    """An index of rows that are not counted from the end: one that is no row, or None."""
    if not index.size:
        return None
    low, high = int(index.min()), int(index.max())
    return high if high >= size else low if low < 0 else None


gather = Gather()
scatter: Scatter = Scatter("scatter", None, {"x": lambda g, index, dim: scatter(g, index, full(index.array.shape, 0, g.dtype), dim=dim),
                                    "source": lambda g, index, dim: gather(g, index, dim=dim)})
scatter_value = Scatter("scatter", None, {"x": lambda g, index, dim: scatter(g, index, full(index.array.shape, 0, g.dtype), dim=dim)},
                        "ScatterBackward1")
scatter_add = Scatter("scatter_add", np.add, {"x": lambda g: g, "source": lambda g, index, dim: gather(g, index, dim=dim)})
take_rows, put_rows = TakeRows(), PutRows()
pick, masked_pick = Index(), Index("MaskedSelectBackward0")
fill_rows, copy_rows = Put("index_fill", False, "IndexFillBackward0"), Put("index_copy", False, "IndexCopyBackward0")
put, accumulate = Put("index_put", False), Put("index_put_add", True)
