"""A step as a graph: the values that its equations compute over named dimensions, and what is left of them when it is known which
dimensions are the same, which values are, and what is needed."""

from collections.abc import Sequence
from typing import Any

from steepest.core.recorder import Access, Equation
from steepest.core.storage import Storage
from steepest.lower.expressions import Unsupported
from steepest.lower.graph_forms import FORMS
from steepest.lower.named import Layout, Named, Number

__all__ = ["Graph"]


class Graph(Named):
    """The roots of one step; `final` gives for a storage what it holds afterwards, `records` what is kept of the step."""

    def __init__(self, equations: Sequence[Equation], handed_on: Sequence[tuple[Storage, Storage]], streams: Sequence[Storage],
                 records: Sequence[Access], visible: set[Storage], exact: bool = False) -> None:
        if exact:
            raise Unsupported("exact arithmetic")
        super().__init__(streams)
        self.handed_on = list(handed_on)
        for e in equations:
            case = FORMS.get(e.primitive.form)
            if case is None:
                raise Unsupported(f"the form {e.primitive.form} of {e.primitive.name}")
            case(self, e)
        self.records = [self.read(r) for r in records]
        self._finish(visible)

    def _finish(self, visible: set[Storage]) -> None:
        """Storages' final values; dimensions by their representatives; what nobody needs is left out."""
        source_of = dict(self.handed_on)
        if any(s in self.streams for s in (*self.held, *source_of.values())):
            raise Unsupported("a write into a stream")
        if any(to in visible and to not in self.held for to in source_of):
            raise Unsupported("a look at the value of the step before")
        self._same_layouts(source_of)
        self._merge()
        held = {s: self.held[s] for s in self.held if s in visible}
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
                if source in self.held:
                    held[source] = self.held[source]
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

        self.held = {s: kept(view) for s, view in self.held.items()}
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
            held = None if leaf is None else self.held.get(source_of.get(leaf.storage, leaf.storage))
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
