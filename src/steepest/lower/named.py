"""Values over named dimensions.

A value is a function of dimensions. Operations that go through their operands in step make dimensions the same (union-find), views
only rename them: transposes, broadcasting and dimensions of size one are gone before anything is planned. What is left are maps,
reductions (of one value, or of the product of two) and rows taken by index. What does not fit raises Unsupported.
"""

from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.recorder import Access, Content
from steepest.core.storage import Storage
from steepest.lower.expressions import DTYPES, Expression, Expressions, Unsupported

__all__ = ["Dim", "Layout", "Leaf", "Named", "Node", "Number", "Product", "Root", "View"]

Dim = int
Layout = tuple[tuple[int, int, Dim | None], ...]
"""(size, stride, dimension) of every axis of a content that is longer than one; no dimension: the same along it."""


class Number:
    """The same number everywhere."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Leaf:
    """Where a value lies that a step begins with: `strides` are those of its dimensions, in elements."""

    __slots__ = ("offset", "storage", "stream", "strides")

    def __init__(self, storage: Storage, offset: int, strides: tuple[int, ...], stream: int | None) -> None:
        self.storage, self.offset, self.strides, self.stream = storage, offset, strides, stream


class Node:
    """How a value is computed: `function(g, *operands)` over expressions (map); `combine` folded over `reduced` (reduce); rows of
    `args[0]` at the indices `args[1]` (take); the scalars `args` one after the other (join)."""

    __slots__ = ("args", "combine", "function", "identity", "key", "kind", "line", "name", "reduced")

    def __init__(self, kind: str, name: str, args: tuple[int, ...], line: tuple[str, int], function: Any = None, combine: Any = None,
                 identity: Any = None, reduced: tuple[Dim, ...] = ()) -> None:
        self.kind, self.name, self.args, self.line, self.function = kind, name, args, line, function
        self.combine, self.identity, self.reduced = combine, identity, reduced
        self.key: Any = None


class Root:
    """A value: dtype, dimensions, and a leaf, a node, or neither (the index along its only dimension)."""

    __slots__ = ("dims", "dtype", "leaf", "node")

    def __init__(self, dtype: str, dims: tuple[Dim, ...], leaf: Leaf | None = None, node: Node | None = None) -> None:
        self.dtype, self.dims, self.leaf, self.node = dtype, dims, leaf, node


View = tuple[Any, tuple[Dim | None, ...]]
"""A root's number or a Number, and the dimension of each axis."""


class Product:
    """The monoid of contractions."""

    identity = 0

    @staticmethod
    def combine(m: Any, a: Any, b: Any) -> Any:
        return a + b


class Named:
    """The values that equations have made so far; `held` is what storages hold, with the layout in which they hold it."""

    def __init__(self, streams: Sequence[Storage]) -> None:
        self.parent: list[int] = []
        self.size: list[int] = []
        self.roots: list[Root] = []
        self.streams = {s: k for k, s in enumerate(streams)}
        self.held: dict[Storage, tuple[Any, Layout]] = {}
        self.checked: list[tuple[int, Dim]] = []
        """Integer values that must lie within a dimension, from 0 on, wherever the step is run."""
        self._known: dict[Any, int] = {}
        self._layouts: dict[Content, tuple[Any, Layout]] = {}
        self._inputs: dict[tuple[Storage, int, int], Dim] = {}

    # dimensions

    def dimension(self, size: int) -> Dim:
        self.parent.append(len(self.parent))
        self.size.append(size)
        return len(self.parent) - 1

    def find(self, d: Dim) -> Dim:
        while self.parent[d] != d:
            self.parent[d] = d = self.parent[self.parent[d]]
        return d

    def unify(self, a: Dim | None, b: Dim | None) -> Dim | None:
        """The dimension of an axis that two operands share; None is the same all along it."""
        if a is None or b is None:
            return b if a is None else a
        a, b = self.find(a), self.find(b)
        if self.size[a] != self.size[b]:
            raise Unsupported("dimensions of different sizes in step")
        self.parent[b] = a
        return a

    def count(self, dims: Sequence[Dim]) -> int:
        total = 1
        for d in dims:
            total *= self.size[d]
        return total

    # contents

    def read(self, x: Any) -> View:
        """What an access sees."""
        if not isinstance(x, Access):
            return Number(x), ()
        known = self._layouts.get(x.content)
        if known is not None:
            return self._through(x, *known)
        if x.content.equation is not None:
            raise Unsupported("a part of a value")
        dtype, storage = x.content.dtype.name, x.content.storage
        if dtype not in DTYPES or storage.flat.dtype.name != dtype:
            raise Unsupported(f"values of {dtype}")
        axes: list[Dim | None] = []
        for n, stride in zip(x.shape, x.strides, strict=True):
            if n == 1 or stride == 0:
                axes.append(None)
            else:
                key = (storage, stride, n)
                axes.append(self._inputs.setdefault(key, -1))
                if axes[-1] == -1:
                    axes[-1] = self._inputs[key] = self.dimension(n)
        kept = [(stride, d) for stride, d in zip(x.strides, axes, strict=True) if d is not None]
        kept.sort(key=lambda pair: -pair[0])
        strides, dims = tuple(s for s, _ in kept), tuple(d for _, d in kept)
        if len(set(dims)) < len(dims):
            raise Unsupported("a diagonal")
        leaf_key = ("leaf", storage, x.offset, dims)
        number = self._known.get(leaf_key)
        if number is None:
            leaf = Leaf(storage, x.offset, strides, self.streams.get(storage))
            number = self._known[leaf_key] = self.root(dtype, dims, leaf=leaf)
        return number, tuple(axes)

    def _through(self, x: Access, value: Any, layout: Layout) -> View:
        """A made content as an access sees it: all of it, its axes in whatever order."""
        left = list(layout)
        axes: list[Dim | None] = []
        for n, stride in zip(x.shape, x.strides, strict=True):
            if n == 1 or stride == 0:
                axes.append(None)
                continue
            found = next((entry for entry in left if entry[:2] == (n, stride)), None)
            if found is None:
                raise Unsupported("a view that splits or merges dimensions")
            left.remove(found)
            axes.append(found[2])
        if x.offset or any(d is not None for _, _, d in left):
            raise Unsupported("a part of a value")
        return value, tuple(axes)

    def make(self, x: Access, value: Any, axes: Sequence[Dim | None]) -> None:
        """`value` becomes the whole content that a result sees."""
        layout = tuple((n, stride, d) for n, stride, d in zip(x.shape, x.strides, axes, strict=True) if n != 1)
        whole = 1
        for n, _, _ in layout:
            whole *= n
        if whole != x.content.size or x.offset:
            raise Unsupported("a write into a part of a storage")
        self._layouts[x.content] = self.held[x.content.storage] = value, layout

    def root(self, dtype: str, dims: tuple[Dim, ...], leaf: Leaf | None = None, node: Node | None = None) -> int:
        if dtype not in DTYPES:
            raise Unsupported(f"values of {dtype}")
        self.roots.append(Root(dtype, dims, leaf, node))
        return len(self.roots) - 1

    def node(self, dtype: str, axes: Sequence[Dim | None], key: Any, node: Node) -> int:
        """The root of a node; `key` is the same for nodes that compute the same of the same operands."""
        node.key = key
        return self.root(dtype, tuple(d for d in axes if d is not None), node=node)

    # what equations compute

    def broadcast(self, views: Sequence[View], ndim: int) -> list[Dim | None]:
        """The dimensions of the axes that operands have when they are broadcast against each other."""
        axes: list[Dim | None] = [None] * ndim
        for _, own in views:
            for k, d in enumerate(own, ndim - len(own)):
                axes[k] = self.unify(axes[k], d)
        return axes

    def map(self, name: str, views: Sequence[View], function: Callable[..., Expression], dtype: str, ndim: int,
            line: tuple[str, int], key: Any) -> View:
        """A function of the operands, which it gets as expressions and Numbers' values."""
        axes = self.broadcast(views, ndim)
        numbers = tuple(v.value if isinstance(v, Number) else None for v, _ in views)
        roots = tuple(v for v, _ in views if not isinstance(v, Number))

        def applied(g: Expressions, *operands: Expression) -> Expression:
            given = iter(operands)
            return function(g, *[next(given) if not isinstance(v, Number) else v.value for v, _ in views])

        if not roots:
            m = Expressions()
            value = applied(m)
            if value.constant is None:
                raise Unsupported(f"{name} of numbers")
            return Number(value.constant), tuple(axes)
        key = ("map", key, dtype, tuple((type(n), repr(n)) for n in numbers))
        return self.node(dtype, axes, key, Node("map", name, roots, line, function=applied)), tuple(axes)

    def reduce(self, name: str, views: Sequence[View], axes: Sequence[Dim | None], reduced: Sequence[Dim], primitive: Any,
               dtype: str, line: tuple[str, int]) -> int:
        """The operands' product folded over dimensions."""
        node = Node("reduce", name, tuple(v for v, _ in views), line, combine=primitive.combine, identity=primitive.identity,
                    reduced=tuple(reduced))
        return self.node(dtype, axes, ("reduce", name, dtype), node)

    def position(self, d: Dim) -> int:
        """The index along a dimension as a value."""
        key = ("position", d)
        if key not in self._known:
            self._known[key] = self.root("int64", (d,))
        return self._known[key]
