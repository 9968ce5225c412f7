"""Kernels over rows: a few folds along the last dimension and a result for every element, as one generalized ufunc of native code.

    log_softmax = make_row_ufunc("log_softmax", [("max", lambda m, x: x), ("sum", lambda m, x, top: m.exp(x - top))],
                                 lambda m, x, top, total: x - top - m.log(total), "float32")

A fold's expression sees the element and the folds before it, the result's expression all of them. Sums run in as many
accumulators as a vector has lanes. Rows must be contiguous: whoever calls makes them so.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function
from steepest.lower.ufunc import keep_status, register

__all__ = ["Fold", "make_row_ufunc"]

Fold = tuple[str, Callable[..., Any]]
"""A monoid, `"sum"` or `"max"`, and the expression that it folds."""

MONOIDS: dict[str, tuple[float, Callable[[Any, Any, Any], Any]]] = {
    "sum": (0.0, lambda m, a, b: a + b), "max": (float("-inf"), lambda m, a, b: m.maximum(a, b))}


class Row:
    """Writes the passes over one row of `n` elements."""

    def __init__(self, function: Function, source: str, n: str, dtype: str):
        self.function, self.source, self.n, self.dtype = function, source, n, dtype
        self.width = machine.width(dtype)
        self.vectors, self.scalars = Scalars(function, self.width), Scalars(function)

    def each(self, body: Callable[[Any, Value, Any], None]) -> None:
        """Call `body(index, elements, mask)` for whole vectors (mask None), then for what is left of one."""
        f, w = self.function, self.width
        whole = f.op(f"and i64 {self.n}, -{w}")
        with f.loop(whole, w) as i:
            body(i, self.vectors.value(f.load(f.gep(self.source, i, self.dtype), self.dtype, w), self.dtype), None)
        with f.if_(f.op(f"icmp ne i64 {whole}, {self.n}")):
            mask = f.below(f.op(f"sub i64 {self.n}, {whole}"), w)
            body(whole, self.vectors.value(f.load(f.gep(self.source, whole, self.dtype), self.dtype, w, mask=mask), self.dtype), mask)

    def fold(self, monoid: str, expression: Callable[..., Any], known: list[Value]) -> Value:
        """The fold over the row, in all lanes."""
        f, m = self.function, self.vectors
        identity, combine = MONOIDS[monoid]
        start = m.constant(identity, self.dtype)
        total = f.variable(self.dtype, self.width, start.name)

        def add(index: Any, x: Value, mask: Any) -> None:
            value = expression(m, x, *known)
            if mask is not None:
                value = m.where(m.value(mask, "bool"), value, start)
            total.set(combine(m, m.value(total.get(), self.dtype), value).name)

        self.each(add)
        lanes = total.get()
        parts = [self.scalars.value(f.lane(lanes, k, self.dtype, self.width), self.dtype) for k in range(self.width)]
        while len(parts) > 1:
            parts = [combine(self.scalars, a, b) for a, b in zip(parts[::2], parts[1::2], strict=True)]
        return m.splat(parts[0].name, self.dtype)


def _text(folds: Sequence[Fold], result: Callable[..., Any], dtype: str) -> str:
    """The inner loop `void rows(char **args, intp *dimensions, intp *steps, void *data)` of signature (n)->(n)."""
    f = Function("rows", ["ptr %args", "ptr %dimensions", "ptr %steps", "ptr %data"])
    restore = keep_status(f)
    rows, n = (f.op(f"load i64, ptr {f.gep('%dimensions', k, 'int64')}") for k in range(2))
    steps = [f.op(f"load i64, ptr {f.gep('%steps', k, 'int64')}") for k in range(2)]
    bases = [f.op(f"load ptr, ptr {f.gep('%args', k, 'int64')}") for k in range(2)]
    with f.loop(rows) as r:
        source, target = (f.gep(base, f.mul(r, step), "int8") for base, step in zip(bases, steps, strict=True))
        row = Row(f, source, n, dtype)
        known: list[Value] = []
        for monoid, expression in folds:
            known.append(row.fold(monoid, expression, known))

        def write(index: Any, x: Value, mask: Any) -> None:
            f.store(result(row.vectors, x, *known).name, f.gep(target, index, dtype), dtype, row.width, mask=mask)

        row.each(write)
    restore()
    return f.text()


def make_row_ufunc(name: str, folds: Sequence[Fold], result: Callable[..., Any], dtype: str) -> np.ufunc:
    """A generalized ufunc (n)->(n) over rows of `dtype`; RuntimeError where there is no native code."""
    native = machine.compile_text(_text(folds, result, dtype), "rows")
    return register(name, native, [native.address], bytes([np.dtype(dtype).num] * 2), 1, 1, "(n)->(n)")
