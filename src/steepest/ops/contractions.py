"""The contraction form: products summed over shared indices, written as an einsum specification such as "ij,jk->ik".

Every letter of an operand occurs in the other operand or in the result; sums over a letter of one operand alone are reductions.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from steepest.core.dtype import HALVES, TYPE_NAMES, converted, numpy_dtype
from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import fresh
from steepest.errors import text
from steepest.ops.arithmetic import conjugate

Array = np.ndarray[Any, Any]


MISMATCH = {"bmm": "scalars", "contraction": "scalars", "mv": "vector", "addmv": "vector", "dot": "dot", "addmm": "added",
            "addbmm": "added", "baddbmm": "inputs"}
"""PyTorch's kernels say in their own words that dtypes differ; the others' is that of `mm`."""


def mismatch(operation: str, a: Any, b: Any) -> RuntimeError:
    """The error of two factors whose dtypes differ."""
    key = "dtype-mismatch-" + MISMATCH[operation] if operation in MISMATCH else "dtype-mismatch"
    names = {letter: TYPE_NAMES[x.dtype.name].removesuffix("Tensor") for letter, x in (("A", a), ("B", b))}
    return RuntimeError(text(key, operation=operation, a=a.dtype, b=b.dtype, **names))


class Contraction(Primitive):
    """The sum over the letters that the result lacks of the product of two operands."""

    form = "contraction"

    def __init__(self, name: str, node: str = ""):
        super().__init__(name, ("a", "b"), {
            "a": lambda g, b, spec: contraction(g, conjugate(b), spec=turned(spec, 0)),
            "b": lambda g, a, spec: contraction(g, conjugate(a), spec=turned(spec, 1))}, node)

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        a, b = operands
        if a.dtype is not b.dtype:
            raise mismatch(self.name, a, b)
        if a.dtype.itemsize == 2 and a.dtype in HALVES:
            single = np.dtype(np.float32)
            out = converted(contract(params["spec"], converted(a.array, single), converted(b.array, single)), numpy_dtype(a.dtype))
        else:
            out = contract(params["spec"], a.array, b.array)
        if type(out) is not np.ndarray:
            out = np.asarray(out)
        return finish(self, operands, params, fresh(out, a.dtype))


@cache
def turned(spec: str, operand: int) -> str:
    """The specification of the gradient of one operand: result and other operand contracted to it."""
    inputs, out = spec.split("->")
    both = inputs.split(",")
    return f"{out},{both[1 - operand]}->{both[operand]}"


SMALL = 1 << 12
"""Numbers up to which an operand may be one of a small product."""
small_products: list[Callable[[Any, Any], Any]] = []
"""Native code for products of small matrices, or None where it has none; the layer that compiles puts its function here."""


def matrix_product(a: Any, b: Any) -> Any:
    """The product of two matrices."""
    if small_products and a.size < SMALL and b.size < SMALL:
        found = small_products[0](a, b)
        if found is not None:
            return found
    return np.matmul(a, b)


MATRIX = {"ij,jk->ik": matrix_product, "ij,kj->ik": lambda a, b: matrix_product(a, b.T),
          "ij,ik->jk": lambda a, b: matrix_product(a.T, b), "ij,j->i": lambda a, b: np.matmul(a, b), "i,i->": lambda a, b: np.dot(a, b),
          "bij,bjk->bik": lambda a, b: np.matmul(a, b), "i,j->ij": lambda a, b: np.multiply.outer(a, b)}


@cache
def _canonical(spec: str) -> str:
    """The specification with its letters renamed in the order that the rows of MATRIX use, where one of them fits."""
    for known in MATRIX:
        names = dict(zip(spec, known, strict=False)) if len(spec) == len(known) else {}
        if names and len(set(names.values())) == len(names) and "".join(names[c] for c in spec) == known:
            return known
    return spec


@cache
def _plan(spec: str) -> tuple[Any, ...]:
    """Orders of dimensions that turn the contraction into one batched matrix product."""
    inputs, out = spec.split("->")
    a, b = inputs.split(",")
    batch = [c for c in a if c in b and c in out]
    inner = [c for c in a if c in b and c not in out]
    rows, columns = [c for c in a if c not in b], [c for c in b if c not in a]
    assert len(batch) + len(inner) + len(rows) == len(a) and len(batch) + len(rows) + len(columns) == len(out), spec
    made = batch + rows + columns
    return ([a.index(c) for c in batch + rows + inner], [b.index(c) for c in batch + inner + columns], len(batch), len(rows),
            [made.index(c) for c in out])


def contract(spec: str, a: Array, b: Array) -> Array:
    """Evaluate a contraction by matrix products."""
    known = MATRIX.get(_canonical(spec))
    if known is not None:
        return known(a, b)
    order_a, order_b, n_batch, n_rows, order_out = _plan(spec)
    a, b = a.transpose(order_a), b.transpose(order_b)
    batch, rows, inner = a.shape[:n_batch], a.shape[n_batch:n_batch + n_rows], a.shape[n_batch + n_rows:]
    columns = b.shape[n_batch + len(inner):]
    size = [int(np.prod(s)) for s in (rows, inner, columns)]
    out = np.matmul(a.reshape(*batch, size[0], size[1]), b.reshape(*batch, size[1], size[2]))
    return out.reshape(batch + rows + columns).transpose(order_out)


contraction = Contraction("contraction", "EinsumBackward0")
mm = Contraction("mm")
bmm = Contraction("bmm")
mv = Contraction("mv")
dot = Contraction("dot")
outer = Contraction("outer", "MulBackward0")
