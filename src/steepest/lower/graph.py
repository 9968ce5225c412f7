"""A step as a graph over named dimensions.

A value is a function of dimensions. Operations that go through their operands in step make dimensions the same (union-find), views
only rename them: transposes, broadcasting and dimensions of size one are gone before anything is planned. What is left are maps,
reductions (of one value, or of the product of two) and rows taken by index. What a program does that does not fit raises Unsupported.
"""

from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.recorder import Access, Content, Equation
from steepest.core.storage import Storage
from steepest.lower.elements import tag
from steepest.lower.expressions import DTYPES, Expression, Expressions, Unsupported

__all__ = ["Graph", "Leaf", "Node", "Number", "Root"]

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


class Graph:
    """The roots of one step; `final` gives for a storage what it holds afterwards, `records` what is kept of the step."""

    def __init__(self, equations: Sequence[Equation], handed_on: Sequence[tuple[Storage, Storage]], streams: Sequence[Storage],
                 records: Sequence[Access], visible: set[Storage], exact: bool = False) -> None:
        if exact:
            raise Unsupported("exact arithmetic")
        self.parent: list[int] = []
        self.size: list[int] = []
        self.roots: list[Root] = []
        self.streams = {s: k for k, s in enumerate(streams)}
        self._known: dict[Any, int] = {}
        self._layouts: dict[Content, tuple[Any, Layout]] = {}
        self._inputs: dict[tuple[Storage, int, int], Dim] = {}
        self._held: dict[Storage, tuple[Any, Layout]] = {}
        self.handed_on = list(handed_on)
        self.checked: list[tuple[int, Dim]] = []
        """Integer values that must lie within a dimension, from 0 on, wherever the step is run."""
        for e in equations:
            self._take(e)
        self.records = [self._read(r) for r in records]
        self._finish(visible)

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

    def _read(self, x: Any) -> View:
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
            number = self._known[leaf_key] = self._root(dtype, dims, leaf=leaf)
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

    def _make(self, x: Access, value: Any, axes: Sequence[Dim | None]) -> None:
        """`value` becomes the whole content that a result sees."""
        layout = tuple((n, stride, d) for n, stride, d in zip(x.shape, x.strides, axes, strict=True) if n != 1)
        whole = 1
        for n, _, _ in layout:
            whole *= n
        if whole != x.content.size or x.offset:
            raise Unsupported("a write into a part of a storage")
        self._layouts[x.content] = self._held[x.content.storage] = value, layout

    def _root(self, dtype: str, dims: tuple[Dim, ...], leaf: Leaf | None = None, node: Node | None = None) -> int:
        if dtype not in DTYPES:
            raise Unsupported(f"values of {dtype}")
        self.roots.append(Root(dtype, dims, leaf, node))
        return len(self.roots) - 1

    def _node(self, dtype: str, axes: Sequence[Dim | None], key: Any, node: Node) -> int:
        """The root of a node; `key` is the same for nodes that compute the same of the same operands."""
        node.key = key
        return self._root(dtype, tuple(d for d in axes if d is not None), node=node)

    # equations

    def _take(self, e: Equation) -> None:
        case = FORMS.get(e.primitive.form)
        if case is None:
            raise Unsupported(f"the form {e.primitive.form} of {e.primitive.name}")
        case(self, e)

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
        return self._node(dtype, axes, key, Node("map", name, roots, line, function=applied)), tuple(axes)

    def reduce(self, name: str, views: Sequence[View], axes: Sequence[Dim | None], reduced: Sequence[Dim], primitive: Any,
               dtype: str, line: tuple[str, int]) -> int:
        """The operands' product folded over dimensions."""
        node = Node("reduce", name, tuple(v for v, _ in views), line, combine=primitive.combine, identity=primitive.identity,
                    reduced=tuple(reduced))
        return self._node(dtype, axes, ("reduce", name, dtype), node)

    def position(self, d: Dim) -> int:
        """The index along a dimension as a value."""
        key = ("position", d)
        if key not in self._known:
            self._known[key] = self._root("int64", (d,))
        return self._known[key]

    # the whole

    def _finish(self, visible: set[Storage]) -> None:
        """Storages' final values; dimensions by their representatives; what nobody needs is left out."""
        source_of = dict(self.handed_on)
        if any(s in self.streams for s in (*self._held, *source_of.values())):
            raise Unsupported("a write into a stream")
        if any(to in visible and to not in self._held for to in source_of):
            raise Unsupported("a look at the value of the step before")
        self._same_layouts(source_of)
        self._merge()
        held = {s: self._held[s] for s in self._held if s in visible}
        self.carried: dict[int, int | Number] = {}
        self.origin: dict[int, Storage] = {}
        self.live: set[int] = set()
        wanted: list[Any] = [v for v, _ in self.records] + [v for v, _ in held.values()]
        while wanted:
            value = wanted.pop()
            if isinstance(value, Number) or value in self.live:
                continue
            self.live.add(value)
            root = self.roots[value]
            if root.node is not None:
                wanted.extend(root.node.args)
            elif root.leaf is not None:
                source = self.origin[value] = source_of.get(root.leaf.storage, root.leaf.storage)
                if source in self._held:
                    held[source] = self._held[source]
                    self.carried[value] = held[source][0]
                    wanted.append(held[source][0])
                elif source is not root.leaf.storage:
                    raise Unsupported("a value handed on that no equation made")
        self._settle(held)

    def _merge(self) -> None:
        """Values that are computed alike become one, now that it is known which dimensions are the same."""
        same: dict[Any, int] = {}
        instead: dict[int, int] = {}
        for number, root in enumerate(self.roots):
            node = root.node
            if node is None:
                if root.leaf is None:
                    instead[number] = same.setdefault(("position", self.find(root.dims[0])), number)
                continue
            node.args = tuple(instead.get(a, a) for a in node.args)
            key = (node.key, node.args, tuple(map(self.find, root.dims)), tuple(map(self.find, node.reduced)))
            instead[number] = same.setdefault(key, number)

        def kept(view: Any) -> Any:
            value, rest = view
            return (value, rest) if isinstance(value, Number) else (instead.get(value, value), rest)

        self._held = {s: kept(view) for s, view in self._held.items()}
        self.records = [kept(view) for view in self.records]
        self.checked = [kept(pair) for pair in self.checked]

    def _settle(self, held: dict[Storage, tuple[Any, Layout]]) -> None:
        """Every dimension by its representative."""
        for root in self.roots:
            root.dims = tuple(map(self.find, root.dims))
            if root.node is not None:
                root.node.reduced = tuple(map(self.find, root.node.reduced))
        for number in self.live:
            dims = self.roots[number].dims
            if len(set(dims)) < len(dims):
                raise Unsupported("a value with the same dimension twice")
        self.final = {s: (v, tuple((n, stride, None if d is None else self.find(d)) for n, stride, d in layout))
                      for s, (v, layout) in held.items()}
        self.records = [(v, tuple(None if d is None else self.find(d) for d in axes)) for v, axes in self.records]
        checked = {(index, self.size[self.find(d)]) for index, d in self.checked if index in self.live}
        self.bounds = sorted(checked)

    def _same_layouts(self, source_of: dict[Storage, Storage]) -> None:
        """What a storage holds before and after a step has the same dimensions."""
        for root in self.roots:
            leaf = root.leaf
            held = None if leaf is None else self._held.get(source_of.get(leaf.storage, leaf.storage))
            if leaf is None or held is None:
                continue
            if self.count(root.dims) != leaf.storage.flat.size or leaf.offset:
                raise Unsupported("a part of what is carried")
            for d, stride in zip(root.dims, leaf.strides, strict=True):
                entry = next((x for x in held[1] if x[:2] == (self.size[d], stride)), None)
                if entry is None:
                    raise Unsupported("state whose layout changes")
                self.unify(d, entry[2])

    def display(self) -> str:
        """The graph as text, a value a line."""
        lines = []
        for number in sorted(self.live):
            root = self.roots[number]
            dims = ",".join(f"d{d}:{self.size[d]}" for d in root.dims)
            node = root.node
            if node is None:
                made = "position" if root.leaf is None else f"stream {root.leaf.stream}" if root.leaf.stream is not None else "storage"
            else:
                over = f" over {','.join(f'd{d}' for d in node.reduced)}" if node.reduced else ""
                made = f"{node.kind} {node.name} {', '.join(f'v{a}' for a in node.args)}{over}"
            lines.append(f"v{number}:{root.dtype}[{dims}] = {made}")
        return "\n".join(lines)


# forms --------------------------------------------------------------------------------------------------------------------------------


def _map(g: Graph, e: Equation) -> None:
    primitive = e.primitive
    compute = primitive.types(tuple(tag(x) for x in e.operands))[0].name
    views = [g._read(x) for x in e.operands]
    kinds = ["bool" if i in primitive.keep else compute for i in range(len(views))]
    for k, result in enumerate(e.results):
        dtype = result.content.dtype.name

        def function(m: Expressions, *operands: Any, k: int = k, dtype: str = dtype) -> Expression:
            given = [m.cast(x, kind) if isinstance(x, Expression) else m.constant(x, kind)
                     for x, kind in zip(operands, kinds, strict=True)]
            try:
                out = primitive.definition(m, *given)
            except (TypeError, AttributeError) as problem:
                raise Unsupported(f"{primitive.name}: {problem}") from problem
            value = out[k] if isinstance(out, tuple) else out
            return m.cast(value if isinstance(value, Expression) else m.constant(value, compute), dtype)

        value, axes = g.map(primitive.name, views, function, dtype, len(result.shape), e.line, (primitive, k, tuple(kinds)))
        g._make(result, value, axes)


def _cast(g: Graph, e: Equation) -> None:
    x, (result,) = e.operands[0], e.results
    g._make(result, *_converted(g, g._read(x), result, e))


def _converted(g: Graph, view: View, result: Access, e: Equation) -> View:
    """A view in the dtype of a result, with as many axes as that has."""
    value, axes = view
    axes = (None,) * (len(result.shape) - len(axes)) + tuple(axes)
    dtype = result.content.dtype.name
    if isinstance(value, Number) or g.roots[value].dtype == dtype:
        return value, axes[len(axes) - len(result.shape):]
    made, _ = g.map("cast", [(value, axes)], lambda m, x: m.cast(x, dtype), dtype, len(result.shape), e.line, "cast")
    return made, axes


def _store(g: Graph, e: Equation) -> None:
    result = e.results[0]
    g._make(result, *_converted(g, g._read(e.operands[1]), result, e))


def _fill(g: Graph, e: Equation) -> None:
    (result,) = e.results
    g._make(result, Number(e.params["value"]), [None] * len(result.shape))


def _constant(g: Graph, e: Equation) -> None:
    (result,), array = e.results, e.params["array"]
    if array.size != 1:
        raise Unsupported("a constant of several numbers")
    g._make(result, Number(array.reshape(-1)[0].item()), [None] * len(result.shape))


def _reduction(g: Graph, e: Equation) -> None:
    (x,), (result,), primitive = e.operands, e.results, e.primitive
    dtype, dim = result.content.dtype.name, e.params["dim"]
    value, axes = g._read(x)
    times = 1
    for d in dim:
        times *= x.shape[d] if axes[d] is None else 1
    if isinstance(value, Number):
        raise Unsupported("a reduction of a number")
    reduced = [axes[d] for d in dim if axes[d] is not None]
    kept = [a for d, a in enumerate(axes) if d not in dim]
    if g.roots[value].dtype != dtype:
        value, _ = g.map("cast", [(value, axes)], lambda m, v: m.cast(v, dtype), dtype, len(axes), e.line, "cast")
    if reduced:
        value = g.reduce(primitive.name, [(value, axes)], kept, [d for d in reduced if d is not None], primitive, dtype, e.line)
    if times != 1 and primitive.name == "sum":
        value, _ = g.map("mul", [(value, tuple(kept)), (Number(times), ())], lambda m, v, n: v * n, dtype, len(kept), e.line, "times")
    elif times != 1 and primitive.name not in ("amax", "amin", "all", "any"):
        raise Unsupported(f"{primitive.name} of equal elements")
    rest = iter(kept)
    g._make(result, value, [None if d in dim else next(rest) for d in range(len(x.shape))] if e.params["keepdim"] else kept)


class Product:
    """The monoid of contractions."""

    identity = 0

    @staticmethod
    def combine(m: Any, a: Any, b: Any) -> Any:
        return a + b


def _contraction(g: Graph, e: Equation) -> None:
    (result,) = e.results
    inputs, out = e.params["spec"].split("->")
    dtype = result.content.dtype.name
    views, dims, size = [g._read(x) for x in e.operands], dict[str, Dim | None](), dict[str, int]()
    for letters, x, (value, own) in zip(inputs.split(","), e.operands, views, strict=True):
        if isinstance(value, Number):
            raise Unsupported("a product with a number")
        for c, n, d in zip(letters, x.shape, own, strict=True):
            size[c] = max(n, size.get(c, 1))
            dims[c] = g.unify(dims.get(c), d)
    axes = [dims[c] for c in out]
    reduced = [d for c, d in dims.items() if c not in out and d is not None]
    times = 1
    for c in dims:
        times *= size[c] if c not in out and dims[c] is None else 1
    if reduced:
        value = g.reduce("product", views, axes, reduced, Product, dtype, e.line)
    else:
        spread: list[View] = []
        for letters, (v, own) in zip(inputs.split(","), views, strict=True):
            at = dict(zip(letters, own, strict=True))
            spread.append((v, tuple(at.get(c) for c in out)))
        value, _ = g.map("mul", spread, lambda m, x, y: x * y, dtype, len(out), e.line, "product")
    if times != 1:
        value, _ = g.map("mul", [(value, tuple(axes)), (Number(times), ())], lambda m, v, n: v * n, dtype, len(axes), e.line, "times")
    g._make(result, value, axes)


def _take(g: Graph, e: Equation) -> None:
    if e.primitive.form == "index":
        places = e.params["places"]
        if not places or places[0] != 0 or any(p is not None for p in places[1:]) or len(e.operands[1].shape) != 1:
            raise Unsupported("indexing by several tensors")
    elif e.params["dim"] != 0:
        raise Unsupported("entries along another dimension than the first")
    source, index = g._read(e.operands[0]), g._read(e.operands[1])
    (result,) = e.results
    if isinstance(source[0], Number) or isinstance(index[0], Number) or g.roots[source[0]].leaf is None or source[1][0] is None:
        raise Unsupported("rows of a computed value")
    axes = [index[1][0], *source[1][1:]]
    node = Node("take", "take", (source[0], index[0]), e.line)
    g.checked.append((index[0], source[1][0]))
    g._make(result, g._node(result.content.dtype.name, axes, "take", node), axes)


def _gather(g: Graph, e: Equation) -> None:
    """`x[r, index[r]]`: the sum over classes of what is chosen by comparing their number with the index."""
    x, index, (result,) = g._read(e.operands[0]), g._read(e.operands[1]), e.results
    dim = e.params["dim"]
    d = x[1][dim] if isinstance(x[0], int) else None
    if d is None or isinstance(index[0], Number) or index[1][dim] is not None or e.operands[1].shape[dim] != 1:
        raise Unsupported("a gather of several elements")
    dtype, ndim = result.content.dtype.name, len(x[1])
    position = (g.position(g.find(d)), (d,) + (None,) * (ndim - 1 - dim))
    chosen = g.map("chosen", [x, index, position], lambda m, v, i, p: m.where(i == p, v, 0), dtype, ndim, e.line, "gather")
    g.checked.append((index[0], g.find(d)))
    axes = [a for k, a in enumerate(chosen[1]) if k != dim]
    value = g.reduce("chosen", [chosen], axes, [d], Product, dtype, e.line)
    g._make(result, value, [None if k == dim else a for k, a in enumerate(chosen[1])])


def _scatter(g: Graph, e: Equation) -> None:
    """Zeros with `source[r]` at `index[r]` in row r."""
    x, index, source = (g._read(o) for o in e.operands)
    (result,), dim = e.results, e.params["dim"]
    plain = isinstance(x[0], Number) and x[0].value == 0 and e.primitive.name in ("scatter", "scatter_add")
    if not plain or isinstance(index[0], Number) or e.operands[1].shape[dim] != 1 or e.operands[2].shape != e.operands[1].shape:
        raise Unsupported("a scatter of several elements")
    d, ndim, dtype = g.dimension(result.shape[dim]), len(result.shape), result.content.dtype.name
    position = (g.position(d), (d,) + (None,) * (ndim - 1 - dim))
    value, axes = g.map("placed", [source, index, position], lambda m, v, i, p: _placed(m, v, i, p, dtype), dtype, ndim, e.line, "scatter")
    g.checked.append((index[0], d))
    g._make(result, value, axes)


def _placed(m: Expressions, value: Any, index: Expression, position: Expression, dtype: str) -> Expression:
    return m.where(index == position, value if isinstance(value, Expression) else m.constant(value, dtype), 0)


def _join(g: Graph, e: Equation) -> None:
    """Scalars one after the other."""
    views, (result,) = [g._read(x) for x in e.operands], e.results
    if any(isinstance(v, Number) or any(d is not None for d in axes) for v, axes in views) or len(result.shape) != 1:
        raise Unsupported("tensors joined")
    if len(views) == 1:
        g._make(result, views[0][0], [None])
        return
    d = g.dimension(result.shape[0])
    node = Node("join", "join", tuple(v for v, _ in views), e.line)
    g._make(result, g._node(result.content.dtype.name, [d], ("join", len(g.roots)), node), [d])


FORMS: dict[str, Callable[[Graph, Equation], None]] = {
    "map": _map, "cast": _cast, "store": _store, "fill": _fill, "constant": _constant, "reduction": _reduction,
    "contraction": _contraction, "index": _take, "take": _take, "gather": _gather, "scatter": _scatter, "join": _join,
}
