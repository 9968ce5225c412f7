"""The reduction form: a monoid folded over some dimensions; and the two-result reductions that also say where.

`dim` is a tuple of dimensions counted from 0 in rising order, `keepdim` keeps them with size 1.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import HALVES, converted, dtype, numpy_dtype
from steepest.core.modes import interpreters, modes
from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.ops.arithmetic import conjugate, where
from steepest.ops.creation import full, positions
from steepest.ops.indexing import pickers
from steepest.ops.views import expand, narrow, permute, unsqueeze, view

sums: list[Callable[[Any, tuple[int, ...]], Any]] = []
"""Native code for sums over some dimensions, which it leaves out, or None where it has none; the layer that compiles puts it here."""


def in_pytorchs_order(x: Any, dim: tuple[int, ...], keepdim: bool) -> Any:
    """The sums of an array of floating numbers in PyTorch's order; None where that is not known."""
    found = sums[0](x, dim) if sums else None
    return found if found is None or not keepdim else found.reshape([1 if d in dim else n for d, n in enumerate(x.shape)])


def summed(x: Any, dim: tuple[int, ...], keepdim: bool = False) -> Any:
    """The sums of an array of floating numbers, in PyTorch's order where that is known; of all elements a number, as from NumPy."""
    found = in_pytorchs_order(x, dim, keepdim)
    if found is None:
        return np.add.reduce(x, axis=dim, keepdims=keepdim)  # type: ignore[call-overload]
    return found if found.ndim else found[()]


class Reduction(Primitive):
    """`combine(m, a, b)` with `identity` folded over `dim`; `ufunc` does it in eager."""

    form = "reduction"

    def __init__(self, name: str, ufunc: np.ufunc, combine: Callable[..., Any], identity: Any, rules: dict[str, Any],
                 node: str = "", gives: str = "same"):
        super().__init__(name, ("x",), rules, node)
        self.ufunc, self.combine, self.identity, self.gives = ufunc, combine, identity, gives

    def result_dtype(self, x: dtype) -> dtype:
        if self.gives == "bool":
            return dtypes.uint8 if x is dtypes.uint8 else dtypes.bool_
        if self.gives == "sum" and x.category < dtypes.FLOATING:
            return dtypes.int64
        return x

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        array, dim, keepdim = x.array, params["dim"], params["keepdim"]
        if self.ufunc is np.add and array.dtype.kind == "f":
            found = in_pytorchs_order(array, dim, keepdim)
            if found is not None:
                return finish(self, operands, params, fresh(found, x.dtype))
        to = self.result_dtype(x.dtype)
        if self.identity is None and any(array.shape[d] == 0 for d in dim):
            raise IndexError(text("reduction-of-nothing", operation=self.name, shape=list(array.shape)))
        if x.dtype in HALVES and self.gives == "sum":
            array = converted(array, np.dtype(np.float32))
        wide = np.bool_ if self.gives == "bool" else numpy_dtype(to) if self.gives != "same" and array is x.array else None
        out = self.ufunc.reduce(array, axis=dim, keepdims=keepdim, dtype=wide)
        out = np.asarray(out, numpy_dtype(to))
        if not out.flags.c_contiguous:
            out = np.ascontiguousarray(out)
        return finish(self, operands, params, fresh(out, to))


def restore(g: Any, like: Any, dim: tuple[int, ...], keepdim: bool) -> Any:
    """A reduced tensor spread over the shape that it was reduced from."""
    if not keepdim and (interpreters or len(dim) < len(like.shape)):     # a single number spreads as it is
        for d in dim:
            g = unsqueeze(g, dim=d)
    return expand(g, shape=like.shape)


FEW = 64
"""Of so many elements gradients that are derived again multiply the others: quotients lose digits with every derivative."""


def derived_again() -> bool:
    """Whether the gradient that is computed now may be derived again: in a transform, or as part of a graph."""
    return modes.grad or any(hasattr(each, "custom") for each in interpreters)


def product_gradient(g: Any, x: Any, result: Any, like: Any, dim: tuple[int, ...], keepdim: bool) -> Any:
    """`result / x`, and where one element of a product is zero the product of the others; of single elements the gradient itself."""
    if all(like.shape[d] == 1 for d in dim):
        return restore(g, like, dim, keepdim)
    if derived_again() and (count(like.shape, dim) <= FEW or not interpreters and not bool(x.array.all())):
        return product_of_others(g, x, like, dim, keepdim)
    zeros = total((x == 0).to(dtypes.int64), dim=dim, keepdim=True)
    safe = where(x == 0, 1, x)
    others = restore(product(safe, dim=dim, keepdim=True), like, dim, True)
    plain = restore(g * conjugate(result), like, dim, keepdim) / conjugate(safe)
    alone = restore(g, like, dim, keepdim) * conjugate(others)
    return where(zeros == 0, plain, where((zeros == 1) & (x == 0), alone, 0))


def product_of_others(g: Any, x: Any, like: Any, dim: tuple[int, ...], keepdim: bool) -> Any:
    """The same where zeros occur, or quotients would lose digits, and the gradient will be derived again."""
    kept = [d for d in range(len(like.shape)) if d not in dim]
    order = (*kept, *dim)
    turned = permute(x, order=order)
    n, last = count(like.shape, dim), len(kept)
    row = turned.reshape(*[like.shape[d] for d in kept], n)
    at = positions(n).reshape(*[1] * last, n)
    others = full(row.array.shape, 1, row.dtype)
    for k in range(n):
        others = where(at == k, others, others * narrow(row, dim=last, start=k, stop=k + 1, step=1))
    others = permute(others.reshape(turned.array.shape), order=tuple(map(order.index, range(len(order)))))
    return restore(g, like, dim, keepdim) * conjugate(others)


def shared_extremum(g: Any, x: Any, result: Any, like: Any, dim: tuple[int, ...], keepdim: bool) -> Any:
    """The gradient divided equally among the elements that attain the extremum: NaN where this is NaN, which none of them equals."""
    at = (x == restore(result, like, dim, keepdim)).to(g.dtype)
    return restore(g, like, dim, keepdim) * at / total(at, dim=dim, keepdim=True)


def shared_extremum_of_all(g: Any, x: Any, result: Any, like: Any, dim: tuple[int, ...], keepdim: bool) -> Any:
    """The same of all elements, where PyTorch lets those that are NaN share the gradient of an extremum that is NaN."""
    top = restore(result, like, dim, keepdim)
    return shared(restore(g, like, dim, keepdim), where(top == top, x == top, x != x), dim)


def shared(g: Any, at: Any, dim: tuple[int, ...]) -> Any:
    """A gradient divided equally among the elements where `at` holds; 0 elsewhere."""
    return where(at, g / total(at.to(dtypes.int64), dim=dim, keepdim=True), 0)


total = Reduction("sum", np.add, lambda m, a, b: a + b, 0,
                  {"x": lambda g, like, dim, keepdim: restore(g, like, dim, keepdim)}, "SumBackward1", gives="sum")
total_of_all = Reduction("sum", np.add, total.combine, 0,
                         {"x": lambda g, like, dim, keepdim: restore(g, like, dim, keepdim)}, "SumBackward0", gives="sum")
product, product_of_all = (Reduction("prod", np.multiply, lambda m, a, b: a * b, 1, {"x": product_gradient}, node, gives="sum")
                           for node in ("ProdBackward1", "ProdBackward0"))
amax = Reduction("amax", np.maximum, lambda m, a, b: m.maximum(a, b), None, {"x": shared_extremum})
amin = Reduction("amin", np.minimum, lambda m, a, b: m.minimum(a, b), None, {"x": shared_extremum})
all_ = Reduction("all", np.logical_and, lambda m, a, b: m.logical_and(a, b), True, {}, gives="bool")
any_ = Reduction("any", np.logical_or, lambda m, a, b: m.logical_or(a, b), False, {}, gives="bool")


class Extremum(Primitive):
    """The largest or smallest element along one dimension and its index; the first one wins, NaN before all."""

    form = "extremum"

    def __init__(self, name: str, pick: Callable[..., Any], better: Callable[..., Any], node: str):
        super().__init__(name, ("x",), {"x": lambda g, like, rest, dim, keepdim: place_back(g[0], like, rest[0], dim, keepdim)}, node)
        self.pick, self.better = pick, better

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        dim, keepdim = params["dim"], params["keepdim"]
        if x.array.ndim == 0:
            values, indices = x.array.copy(), np.zeros((), np.int64)
        else:
            if x.array.shape[dim] == 0:
                raise IndexError(text("reduction-of-nothing", operation=self.name, shape=list(x.array.shape)))
            at = self.pick(x.array, axis=dim, keepdims=True)
            found = pickers[0](x.array, at, dim) if pickers and x.array.flags.c_contiguous else None
            values, indices = np.take_along_axis(x.array, at, dim) if found is None else found, at
            if not keepdim:
                values, indices = values.squeeze(dim), indices.squeeze(dim)
        values = np.ascontiguousarray(values).reshape(values.shape)
        out = fresh(values, x.dtype), fresh(indices.astype(np.int64, copy=False), dtypes.int64)
        return finish(self, operands, params, out)


def place_back(g: Any, like: Any, indices: Any, dim: int, keepdim: bool) -> Any:
    """A gradient put at the positions that an extremum was found at, zeros elsewhere."""
    if not like.shape:
        return g
    if not keepdim:
        g, indices = unsqueeze(g, dim=dim), unsqueeze(indices, dim=dim)
    along = view(positions(like.shape[dim]), shape=tuple(-1 if d == dim else 1 for d in range(len(like.shape))))
    return where(along == indices, g, 0)


max_dim = Extremum("max", np.argmax, lambda m, a, b: m.logical_or(a > b, m.logical_and(m.isnan(a), m.logical_not(m.isnan(b)))),
                   "MaxBackward0")
min_dim = Extremum("min", np.argmin, lambda m, a, b: m.logical_or(a < b, m.logical_and(m.isnan(a), m.logical_not(m.isnan(b)))),
                   "MinBackward0")


def dims(x: Tensor, dim: Any) -> tuple[int, ...]:
    """`dim` as given by a user (None, a number or several) as a tuple of dimensions from 0, in rising order."""
    ndim = x.array.ndim
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return tuple(range(ndim))
    given = (dim,) if not isinstance(dim, (tuple, list)) else dim
    found = sorted(wrap(d, ndim) for d in given)
    if len(set(found)) < len(found):
        raise RuntimeError(text("dim-twice", dim=list(given)))
    return tuple(d for d in found if d < ndim)


def wrap(dim: Any, ndim: int) -> int:
    """A dimension counted from 0; IndexError where there is no such dimension. A 0-dim tensor has dimensions 0 and -1."""
    n = max(ndim, 1)
    dim = dim.__index__()
    if not -n <= dim < n:
        raise IndexError(text("dim-out-of-range", low=-n, high=n - 1, dim=dim))
    return dim % n


def count(shape: tuple[int, ...], dim: tuple[int, ...]) -> int:
    """How many elements are folded into one."""
    return math.prod(shape[d] for d in dim)
