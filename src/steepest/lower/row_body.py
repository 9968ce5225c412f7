"""What the parts of a step with rows share: buffers, addresses, values on the lanes.

All values lie in private buffers, aligned and padded to whole vectors, in one order for each set of dimensions: parameters come in
and go out at the ends of a native call. Values with rows lie feature after feature, so that a vector is one feature of `width` rows.
"""


from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.core.storage import Storage
from steepest.lower.expressions import Expression, Expressions, Unsupported
from steepest.lower.graph import Graph
from steepest.lower.named import Node, Root
from steepest.lower.row_stages import Stages
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Index

__all__ = ["Body", "Buffers", "Layouts", "evaluate"]

Array = np.ndarray[Any, Any]
Place = tuple[str, Index]
"""A pointer's name and the element at which a value begins."""


class Buffers:
    """Memory of the program's own, and the names under which functions take it: parameters `%p0`, `%p1` ...

    It is one piece that begins at a page, so that buffers lie to each other in the same way in every run.
    """

    def __init__(self) -> None:
        self.pointers: list[Storage | None] = []
        self.offsets: dict[int, int] = {}
        self.size = 0
        self.roots: dict[Any, str] = {}

    def external(self, memory: Storage) -> str:
        """Memory of a storage."""
        self.pointers.append(memory)
        return f"%p{len(self.pointers) - 1}"

    def new(self, size: int, dtype: str) -> str:
        """Zeros, aligned to cache lines, with room behind them for a vector."""
        self.offsets[len(self.pointers)] = self.size
        self.size += -(-size * np.dtype(dtype).itemsize // 64) * 64 + 64
        self.pointers.append(None)
        return f"%p{len(self.pointers) - 1}"

    def of(self, key: Any, size: int, dtype: str) -> str:
        """The buffer of a key, made when first asked for."""
        if key not in self.roots:
            self.roots[key] = self.new(size, dtype)
        return self.roots[key]

    def memory(self) -> list[Storage | int]:
        """By the numbers of the names: storages, and offsets into the program's own piece."""
        return [self.offsets[k] if p is None else p for k, p in enumerate(self.pointers)]


class Layouts:
    """One order for each set of dimensions: that in which a carried value lies in memory, where there is one."""

    def __init__(self, graph: Graph, rows: int | None) -> None:
        self.graph, self.rows = graph, rows
        self.known: dict[frozenset[int], tuple[int, ...]] = {}
        for leaf in graph.carried:
            self.features(leaf)

    def features(self, r: int) -> tuple[int, ...]:
        """The dimensions of a root but for the rows, in the order of the buffer."""
        dims = tuple(d for d in self.graph.roots[r].dims if d != self.rows)
        return self.known.setdefault(frozenset(dims), dims)


class Body:
    """The text of one function that runs steps, and where every value lies in it."""

    def __init__(self, function: Function, graph: Graph, stages: Stages, layouts: Layouts, buffers: Buffers, width: int,
                 streams: Sequence[str]) -> None:
        self.f, self.graph, self.stages, self.layouts, self.buffers, self.width = function, graph, stages, layouts, buffers, width
        self.streams = streams
        self.m, self.one = Scalars(function, width, exact=False), Scalars(function, 1, exact=False)
        self.rows = stages.rows
        self.count = 1 if self.rows is None else graph.size[self.rows]
        vectors = -(-self.count // width)
        self.pair = 2 if vectors > 1 else 1
        self.padded = -(-vectors // self.pair) * self.pair * width
        self.leading = self.padded + (width if self.padded % 128 == 0 else 0)
        self.start: Index = 0
        self.length: Index = self.padded
        self.block = self.padded
        self.local: set[int] = set()
        """The rows that are worked on: `length` from `start` on, at most `block`; these values have room for one block only."""
        self.places: dict[int, Place] = {}
        self.scalars: dict[int, Value] = {}
        self.step: Index = 0
        self.sources: dict[int, str] = {}

    def root(self, r: int) -> Root:
        return self.graph.roots[r]

    def node(self, r: int) -> Node:
        node = self.graph.roots[r].node
        assert node is not None
        return node

    def features(self, r: int) -> tuple[int, ...]:
        return self.layouts.features(r)

    def size(self, r: int) -> int:
        """How many numbers a root has for a row (or in all, where it has no rows)."""
        return self.graph.count(self.features(r))

    def has_rows(self, r: int) -> bool:
        return self.rows in self.graph.roots[r].dims

    def place(self, r: int) -> Place:
        """Where a root lies: its buffer is made when first asked for."""
        if r not in self.places:
            leading = self.distance(r) if self.has_rows(r) else 1
            size = -(-self.size(r) * leading // self.width) * self.width
            self.places[r] = self.buffers.of((r, leading), size, self.root(r).dtype), 0
        return self.places[r]

    def distance(self, r: int) -> int:
        """How many elements behind a feature of a row the next feature lies."""
        return self.block if r in self.local else self.leading

    def address(self, r: int, index: Index) -> str:
        """The address of element `index` of a root without rows."""
        pointer, first = self.place(r)
        return self.f.gep(pointer, self.f.add(first, index), self.root(r).dtype)

    def row_address(self, r: int, feature: Index, row: Index) -> str:
        """The address of one feature of a row, counted from `start`, behind which the next rows lie."""
        f = self.f
        at = row if r in self.local else f.add(self.start, row)
        return f.gep(self.place(r)[0], f.add(f.mul(feature, self.distance(r)), at), self.root(r).dtype)

    def flat(self, r: int, at: dict[int, Index]) -> Index:
        """The place of an element among the features of a root."""
        index: Index = 0
        for d in self.features(r):
            index = self.f.add(self.f.mul(index, self.graph.size[d]), at[d])
        return index

    # values

    def load(self, r: int, index: Index, width: int = 1) -> Value:
        """Elements of a root without rows."""
        m = self.one if width == 1 else self.m
        if r in self.scalars:
            return m.splat(self.scalars[r].name, self.root(r).dtype)
        dtype = self.root(r).dtype
        return m.value(self.f.load(self.address(r, index), dtype, width), dtype)

    def spread(self, r: int, index: Index) -> Value:
        """One element of a root without rows, on all lanes."""
        if r in self.scalars:
            return self.m.splat(self.scalars[r].name, self.root(r).dtype)
        return self.m.splat(self.load(r, index).name, self.root(r).dtype)

    def spread_here(self, r: int, index: Index) -> Value:
        """As `spread`, read where it stands and not before the loop around: of many weights in many lanes most would go back to memory,
        sixteen times as large, while arithmetic can take one number from there for all lanes."""
        if r in self.scalars:
            return self.spread(r, index)
        pointer, first = self.place(r)
        opaque = self.f.remember(f"opaque {pointer}", lambda: self.f.op(f'call ptr asm sideeffect "", "=r,0"(ptr {pointer})'))
        dtype = self.root(r).dtype
        return self.m.splat(self.f.load(self.f.gep(opaque, self.f.add(first, index), dtype), dtype), dtype)

    def load_rows(self, r: int, feature: Index, row: Index) -> Value:
        dtype = self.root(r).dtype
        return self.m.value(self.f.load(self.row_address(r, feature, row), dtype, self.width, align=self._align(dtype)), dtype)

    def store_rows(self, value: Value, r: int, feature: Index, row: Index) -> None:
        dtype = self.root(r).dtype
        self.f.store(value.name, self.row_address(r, feature, row), dtype, self.width, align=self._align(dtype))

    def _align(self, dtype: str) -> int:
        return min(64, self.width * np.dtype(dtype).itemsize)

    def clear_tail(self, roots: Sequence[int]) -> None:
        """Zeros in the lanes behind the last row, so that sums over whole vectors are sums over the rows.

        A choice and not a product: what lies there may be NaN.
        """
        if self.count == self.padded or not roots:
            return
        last = (self.padded - 1) // self.block * self.block
        if isinstance(self.start, int):
            self._clear(roots, last)
            return
        with self.f.if_(self.f.op(f"icmp eq i64 {self.start}, {last}")):
            self._clear(roots, last)

    def cleared(self, values: Sequence[Value]) -> list[Value]:
        """Zeros in the lanes of vectors of rows behind the last row."""
        w, out = self.width, []
        for u, value in enumerate(values):
            if (u + 1) * w > self.count:
                lanes = "<" + ", ".join(f"i1 {'true' if u * w + j < self.count else 'false'}" for j in range(w)) + ">"
                value = self.m.where(self.m.value(lanes, "bool"), value, self.m.constant(0, value.dtype))
            out.append(value)
        return out

    def _clear(self, roots: Sequence[int], start: int) -> None:
        f, w, n = self.f, self.width, self.count
        for r in roots:
            dtype = self.root(r).dtype
            zero = self.m.constant(0, dtype)
            with f.loop(self.size(r)) as feature:
                for row in range(n // w * w, self.padded, w):
                    value = zero
                    if row < n:
                        lanes = "<" + ", ".join(f"i1 {'true' if row + j < n else 'false'}" for j in range(w)) + ">"
                        inside = self.m.value(lanes, "bool")
                        value = self.m.where(inside, self.load_rows(r, feature, row - start), zero)
                    self.store_rows(value, r, feature, row - start)


def evaluate(g: Expressions, graph: Graph, r: int, at: dict[int, Index], get: Callable[[int, dict[int, Index]], Expression]) -> Expression:
    """One element of a map or a reduction as an expression of elements of its operands."""
    node = graph.roots[r].node
    assert node is not None
    if node.kind == "map":
        return g.cast(node.function(g, *[get(a, at) for a in node.args]), graph.roots[r].dtype)
    if node.kind != "reduce":
        raise Unsupported(f"{node.kind} of {node.name} here")
    total: Expression | None = None
    for more in np.ndindex(*[graph.size[d] for d in node.reduced]):
        inside = {**at, **dict(zip(node.reduced, more, strict=True))}
        term = get(node.args[0], inside)
        for a in node.args[1:]:
            term = term * get(a, inside)
        total = term if total is None else node.combine(g, total, term)
    if total is None:
        raise Unsupported("a reduction of nothing")
    return total


