"""Kernels over the rows of matrices: a few folds along each row, a result for every element, and sums down the columns.

    def log_softmax(row):
        top = row.all(row.fold("max", lambda m, e: e.x))
        total = row.fold("sum", lambda m, e: m.exp(e.x - top))
        logarithm = row.all(row.m.log(total))
        row.write(lambda m, e: {"y": e.x - top - logarithm})

    kernel = make_row_kernel("log_softmax", log_softmax, {"x": "matrix"}, {"y": "matrix"}, "float32")
    kernel(x, y)

A matrix `(rows, n)`, or one row `(n)`, has neighbours one element apart or, where it is broadcast, none; a vector `(n)` belongs to
every row; a column `(rows)` and a number are the same all along a row. Each pass is an expression over `m` and the element's values
`e`; what is known of the row (`row.value`, folds) is one number, computed with `row.m`, and `row.all` makes it known to every element.
Folds run in four vectors of accumulators; sums are given in float64, to which those of float32 are added every few vectors.
"""

from collections.abc import Callable, Mapping
from typing import Any

from steepest.lower import machine
from steepest.lower.arrays import address, array_function, data, dimensions, quick_function, size, stride
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Index, itemsize, llvm_type

__all__ = ["Row", "make_row_kernel"]

MONOIDS: dict[str, tuple[float, Callable[[Any, Any, Any], Any]]] = {
    "sum": (0.0, lambda m, a, b: a + b), "max": (float("-inf"), lambda m, a, b: m.maximum(a, b))}
ACCUMULATORS, CHUNK = 4, 8
"""Sums that are formed side by side, since an addition waits for the one before; and how many of them, one after another, are
formed in the elements' dtype before they are added in float64."""
Expression = Callable[..., Any]


class Elements:
    """The values of one vector of elements, loaded when they are named; None for an operand that is not given."""

    def __init__(self, row: "Row", index: Index, mask: str | None):
        self._row, self._index, self._mask = row, index, mask

    def __getattr__(self, name: str) -> Any:
        value = self._row.load(name, self._index, self._mask)
        setattr(self, name, value)
        return value


class Row:
    """One row as a definition sees it. `n` is its length as a number of float64, `m` the namespace over single numbers."""

    def __init__(self, function: Function, dtype: str, n: str, places: Mapping[str, Any], values: Mapping[str, Value | None]):
        self.function, self.dtype, self._n = function, dtype, n
        self.width = machine.width(dtype)
        self.m, self.vectors = Scalars(function), Scalars(function, self.width)
        self.places, self.values = places, values
        self.n = self.m.value(function.op(f"sitofp i64 {n} to double"), "float64")
        self.given: dict[str, Value] = {}

    def value(self, name: str) -> Any:
        """A number, or this row's element of a column; None where it is not given."""
        return self.values[name]

    def all(self, x: Value) -> Value:
        """A number of the row for all elements, in their dtype."""
        return self.vectors.splat(self.m.cast(x, self.dtype).name, self.dtype)

    def load(self, name: str, index: Index, mask: str | None) -> Value | tuple[Value, ...] | None:
        """Elements from `index` on of a matrix or a vector; of each of its blocks."""
        place = self.places[name]
        if place is None:
            return None
        base, step, blocks = place[:3]
        bytes = itemsize(self.dtype)
        values = []
        for k in range(blocks):
            at = address(self.function, base, (index, step), (self.function.mul(self._n, k), bytes))
            values.append(self.vectors.value(self.function.load(at, self.dtype, self.width, mask=mask), self.dtype))
        return values[0] if blocks == 1 else tuple(values)

    def _each(self, body: Callable[[int, Elements, str | None], None], unroll: int, start: Index = 0) -> None:
        """Call `body(which, elements, mask)` for the vectors of the row, in `unroll` turns, and for what is left of one."""
        f, w = self.function, self.width
        if unroll > 1:
            several = f.op(f"and i64 {self._n}, -{w * unroll}")
            self._turns(body, unroll, start, several)
            start = several
        whole = f.op(f"and i64 {self._n}, -{w}")
        self._turns(body, 1, start, whole)
        with f.if_(f.op(f"icmp ne i64 {whole}, {self._n}")):
            mask = f.below(f.op(f"sub i64 {self._n}, {whole}"), w)
            body(0, Elements(self, whole, mask), mask)

    def _turns(self, body: Callable[[int, Elements, str | None], None], unroll: int, start: Index, stop: Index) -> None:
        f, w = self.function, self.width
        with f.loop(stop, w * unroll, start=start) as i:
            for k in range(unroll):
                body(k, Elements(self, f.add(i, k * w), None), None)

    def folds(self, monoid: str, expression: Expression, count: int) -> list[Value]:
        """`count` folds in one pass; sums in float64."""
        f, m = self.function, self.vectors
        identity, combine = MONOIDS[monoid]
        start = m.constant(identity, self.dtype)
        cells = [[f.variable(self.dtype, self.width, start.name) for _ in range(ACCUMULATORS)] for _ in range(count)]

        def add(which: int, e: Elements, mask: str | None) -> None:
            found = expression(m, e)
            for value, cell in zip(found if isinstance(found, tuple) else (found,), cells, strict=True):
                if mask is not None:
                    value = m.where(m.value(mask, "bool"), value, start)
                cell[which].set(combine(m, m.value(cell[which].get(), self.dtype), value).name)

        def joined(cell: list[Any]) -> Value:
            return self._joined([m.value(c.get(), self.dtype) for c in cell], combine)

        if monoid != "sum" or self.dtype == "float64":
            self._each(add, ACCUMULATORS)
            return [joined(cell) for cell in cells]
        totals = [f.variable("float64", 1, self.m.constant(0, "float64").name) for _ in cells]

        def collect() -> None:
            for total, cell in zip(totals, cells, strict=True):
                total.set((self.m.value(total.get(), "float64") + self.m.cast(joined(cell), "float64")).name)
                for c in cell:
                    c.set(start.name)

        chunk = self.width * ACCUMULATORS * CHUNK
        whole = f.op(f"and i64 {self._n}, -{chunk}")
        with f.loop(whole, chunk) as i:
            self._turns(add, ACCUMULATORS, i, f.add(i, chunk))
            collect()
        self._each(add, ACCUMULATORS, whole)
        collect()
        return [self.m.value(total.get(), "float64") for total in totals]

    def fold(self, monoid: str, expression: Expression) -> Value:
        """One fold over the row."""
        return self.folds(monoid, expression, 1)[0]

    def _joined(self, parts: list[Value], combine: Callable[[Any, Any, Any], Value]) -> Value:
        """All accumulators and then all lanes folded into one number."""
        f, width, dtype = self.function, self.width, parts[0].dtype
        while len(parts) > 1:
            parts = [combine(self.vectors, a, b) for a, b in zip(parts[::2], parts[1::2], strict=True)]
        name = parts[0].name
        while width > 1:
            kind, width = Scalars(f, width).type(dtype), width // 2
            m = Scalars(f, width)
            lanes = [", ".join(f"i32 {k + half}" for k in range(width)) for half in (0, width)]
            halves = [f.op(f"shufflevector {kind} {name}, {kind} poison, <{width} x i32> <{half}>") for half in lanes]
            if width == 1:
                halves = [f.op(f"extractelement <1 x {m.type(dtype)}> {h}, i64 0") for h in halves]
            name = combine(m, *[m.value(h, dtype) for h in halves]).name
        return self.m.value(name, dtype)

    def write(self, expression: Expression) -> None:
        """Results for every element, by name: written to matrices, added to sums down the columns."""
        f, m = self.function, self.vectors

        def put(which: int, e: Elements, mask: str | None) -> None:
            for name, value in expression(m, e).items():
                place = self.places[name]
                if place is None:
                    continue
                base, step, blocks, adds = place
                for k, part in enumerate(value if blocks > 1 else (value,)):
                    at = address(f, base, (e._index, step), (f.mul(self._n, k), itemsize(self.dtype)))
                    if adds:
                        part = m.value(f.load(at, self.dtype, self.width, mask=mask), self.dtype) + part
                    f.store(part.name, at, self.dtype, self.width, mask=mask)

        self._each(put, 1)

    def give(self, **results: Value) -> None:
        """This row's elements of columns that are results."""
        self.given |= results


def make_row_kernel(name: str, definition: Callable[[Row], None], operands: Mapping[str, str], results: Mapping[str, str], dtype: str,
                    given: frozenset[str] | None = None) -> Callable[..., Any]:
    """A function of the operands and results that are `given` (all by default), in this order, over matrices of `dtype`.

    Operands are a "matrix", "vector", "column" or "number"; results a "matrix", "column", or "sum", to which the rows are added. A
    column may be of another dtype: "column float64". A "matrix*4" has four blocks of n columns, a tuple of values for each element. The
    first operand is a matrix of one block. RuntimeError where there is no native code.
    """
    kinds = {n: k for n, k in [*operands.items(), *results.items()] if given is None or n in given}
    parameters = [(n, "float" if k == "number" else "array") for n, k in kinds.items()]
    if "number" not in kinds.values():
        return quick_function(name, list(kinds), lambda f: _write(f, definition, operands, results, kinds, dtype))
    return array_function(name, parameters, lambda f: _write(f, definition, operands, results, kinds, dtype))


def _write(f: Function, definition: Callable[[Row], None], operands: Mapping[str, str], results: Mapping[str, str],
           kinds: Mapping[str, str], dtype: str) -> None:
    width, m = machine.width(dtype), Scalars(f)
    first = f"%{next(iter(operands))}"
    last = f.op(f"sub i64 {dimensions(f, first)}, 1")
    n, product = size(f, first, last), f.variable("int64", 1, "1")
    with f.loop(last) as d:
        product.set(f.op(f"mul i64 {product.get()}, {size(f, first, d)}"))
    rows = product.get()
    places: dict[str, Any] = {}
    values: dict[str, Value | None] = dict.fromkeys(operands)
    steps = {}
    for label, kind in kinds.items():
        if kind == "number":
            values[label] = m.value(f"%{label}", "float64")
        else:
            steps[label] = (data(f, f"%{label}"), _strides(f, f"%{label}") if kind.startswith("matrix") else [])
    # Operands that may be broadcast: those of several blocks are not.
    buffers = {label: f.alloca(llvm_type(dtype, width)) for label, kind in kinds.items() if kind == "matrix" and label in operands}
    with f.loop(rows) as r:
        for label in [*operands, *results]:
            kind, _, many = kinds.get(label, "").partition("*")
            blocks = int(many or 1)
            if kind not in ("matrix", "vector", "sum"):
                places[label] = None
                continue
            base, apart = steps[label]
            if kind == "matrix":
                base = address(f, base, (r, apart[0]))
            if label in buffers:        # one value all along the row: a vector of it, which the loops read again and again
                f.store(f.splat(f.load(base, dtype), dtype, width), buffers[label], dtype, width)
                base = f.op(f"select i1 {f.pure(f'icmp eq i64 {apart[1]}, 0')}, ptr {buffers[label]}, ptr {base}")
            step = apart[1] if label in buffers else itemsize(dtype)
            places[label] = (base, step, blocks, kind == "sum")
        for label, kind in kinds.items():
            if kind.startswith("column") and label in operands:
                of = kind.partition(" ")[2] or dtype
                values[label] = m.value(f.load(address(f, steps[label][0], (r, itemsize(of))), of), of)
        row = Row(f, dtype, n, places, values)
        definition(row)
        for label, value in row.given.items():
            if label in kinds:
                of = kinds[label].partition(" ")[2] or dtype
                f.store(m.cast(value, of).name, address(f, steps[label][0], (r, itemsize(of))), of)


def _strides(f: Function, array: str) -> list[str]:
    """The bytes between rows and between elements of a row."""
    ndim = dimensions(f, array)
    places = [f.op(f"call i64 @llvm.smax.i64(i64 {f.op(f'sub i64 {ndim}, {k}')}, i64 0)") for k in (2, 1)]
    f.declare("declare i64 @llvm.smax.i64(i64, i64)")
    return [stride(f, array, place) for place in places]
