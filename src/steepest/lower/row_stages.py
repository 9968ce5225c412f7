"""When each value of a step is computed: passes over the rows, and what has no rows before, between and after them.

The row dimension is the largest one that no carried value has. A sum over the rows ends a pass; what depends on it and has rows
again (batch normalisation, a mean over the labels that count) needs another one. Values are computed as late as they can be, so that
little is kept from pass to pass. Sums over rows that are the same in every step are computed once.
"""

from collections.abc import Iterable

from steepest.lower.expressions import Unsupported
from steepest.lower.graph import Graph
from steepest.lower.named import Node, Number, Product

__all__ = ["Stages", "finals", "prepare", "row_dimension"]

ADDING = frozenset(("sum", "product", "chosen"))
"""Names of the reductions that add."""


def row_dimension(graph: Graph) -> int | None:
    """The dimension that goes onto the lanes."""
    held = {d for leaf in graph.carried for d in graph.roots[leaf].dims}
    sources = {graph.roots[r].node.args[0] for r in graph.live if _is(graph.roots[r].node, "take")}  # type: ignore[union-attr]
    held |= {d for r in graph.live if _is(graph.roots[r].node, "join") for d in graph.roots[r].dims}
    used = [d for r in graph.live - sources for d in graph.roots[r].dims if d not in held]
    return max(used, key=lambda d: graph.size[d], default=None)


def _is(node: Node | None, kind: str) -> bool:
    return node is not None and node.kind == kind


def prepare(graph: Graph, rows: int | None) -> None:
    """Rows of streams are loaded by nodes; a sum over rows and other dimensions becomes one over the others, then one over rows."""
    for number in sorted(graph.live):
        root = graph.roots[number]
        if root.leaf is not None and root.leaf.stream is not None and rows in root.dims:
            root.node = Node("stream", "stream", (), ("", 0))
        node = root.node
        if node is None or rows not in node.reduced or len(node.reduced) == 1:
            continue
        if node.name not in ADDING:
            raise Unsupported(f"{node.name} over rows")
        others = tuple(d for d in node.reduced if d != rows)
        dims = (rows, *(d for d in root.dims))
        inner = Node("reduce", node.name, node.args, node.line, combine=node.combine, identity=0, reduced=others)
        first = graph.root(root.dtype, dims, node=inner)
        graph.live.add(first)
        root.node = Node("reduce", "sum", (first,), node.line, combine=Product.combine, identity=0, reduced=(rows,))


class Stages:
    """The order of the values that `wanted` roots need.

    `passes[k]` are the row values of pass k with the sums that end it, `between[k]` what has no rows and runs before it (the last:
    after all). `scalars` depend on nothing but 0-dim values, `once` are the sums that are the same in all steps.
    """

    def __init__(self, graph: Graph, rows: int | None, wanted: Iterable[int]) -> None:
        self.graph, self.rows = graph, rows
        self.order: list[int] = []
        self._visit(wanted)
        self.live = set(self.order)
        self.users: dict[int, list[int]] = {r: [] for r in self.order}
        for r in self.order:
            for a in self.args(r):
                self.users[a].append(r)
        self._classify()
        self._schedule(set(wanted))

    def made(self, r: int) -> bool:
        return self.graph.roots[r].node is not None

    def args(self, r: int) -> tuple[int, ...]:
        node = self.graph.roots[r].node
        return () if node is None else node.args

    def has_rows(self, r: int) -> bool:
        return self.rows in self.graph.roots[r].dims

    def is_row_sum(self, r: int) -> bool:
        node = self.graph.roots[r].node
        return node is not None and self.rows in node.reduced

    def _visit(self, wanted: Iterable[int]) -> None:
        """Operands first."""
        seen: set[int] = set()
        stack = [(r, False) for r in reversed(list(wanted))]
        while stack:
            r, left = stack.pop()
            if left:
                self.order.append(r)
            elif r not in seen:
                seen.add(r)
                stack.append((r, True))
                stack.extend((a, False) for a in reversed(self.args(r)) if a not in seen)

    def _classify(self) -> None:
        roots, carried = self.graph.roots, self.graph.carried
        self.sources = {self.args(r)[0] for r in self.order if _is(roots[r].node, "take")}
        self.scalars: list[int] = []
        same: set[int] = set()
        scalars: set[int] = set()
        for r in self.order:
            root = roots[r]
            if root.leaf is not None:
                unchanging = r not in carried and root.leaf.stream is None
            else:
                unchanging = root.node is not None and all(a in same for a in root.node.args)
            if unchanging:
                same.add(r)
            plain = root.leaf is not None or root.node is not None and root.node.kind == "map"
            if not root.dims and plain and all(a in scalars for a in self.args(r)):
                scalars.add(r)
                self.scalars.append(r)
        self.same = same
        self.once = [r for r in self.order if r in same and self.is_row_sum(r) and not self._is_built_on_sums(r)]
        for r in self.order:
            if self.is_row_sum(r):
                node = roots[r].node
                assert node is not None
                if node.name not in ADDING or any(not self.has_rows(a) for a in node.args):
                    raise Unsupported(f"{node.name} over rows")

    def _is_built_on_sums(self, r: int) -> bool:
        """Whether a sum over rows needs anything that is not a leaf or a value with rows made of these."""
        stack, seen = list(self.args(r)), set[int]()
        while stack:
            a = stack.pop()
            if a not in seen:
                seen.add(a)
                if self.made(a) and not self.has_rows(a):
                    return True
                stack.extend(self.args(a))
        return False

    def _schedule(self, wanted: set[int]) -> None:
        fixed = set(self.scalars) | set(self.once) | self.sources
        earliest: dict[int, int] = {}
        for r in self.order:
            at = max((earliest[a] for a in self.args(r)), default=0)
            earliest[r] = 0 if r in fixed else at + 1 if self.is_row_sum(r) else at
        rows_last = [earliest[r] for r in self.order if self.has_rows(r) and self.made(r) and (r not in self.same or r in wanted)]
        sums = [r for r in self.order if self.is_row_sum(r) and r not in fixed]
        self.count = max([earliest[r] for r in sums] + [k + 1 for k in rows_last], default=0)
        latest: dict[int, int] = {}
        for r in reversed(self.order):
            ends = [self.count - 1 if self.has_rows(r) else self.count] if r in wanted else []
            for u in self.users[r]:
                if u in self.once:
                    continue
                ends.append(latest[u] - 1 if self.is_row_sum(u) else latest[u])
            if self.has_rows(r):
                ends.append(self.count - 1)
            latest[r] = min(ends, default=self.count)
        self.stage = latest
        self.passes = [[r for r in self.order if self.has_rows(r) and self.made(r) and latest[r] == k] for k in range(self.count)]
        self.sums = [[r for r in sums if latest[r] - 1 == k] for k in range(self.count)]
        self.between = [[r for r in self.order if self._is_flat(r, fixed) and latest[r] == k] for k in range(self.count + 1)]

    def _is_flat(self, r: int, fixed: set[int]) -> bool:
        return self.made(r) and not self.has_rows(r) and not self.is_row_sum(r) and r not in fixed

    def outputs(self, k: int, wanted: set[int]) -> list[int]:
        """The row values of pass k that others read from memory: its sums, later passes, and whoever wanted them."""
        summed = {a for r in self.sums[k] for a in self.args(r)}
        found = [r for r in self.order if self.has_rows(r) and r in summed]
        for r in self.passes[k]:
            later = any(self.has_rows(u) and self.stage[u] > k or self.is_row_sum(u) and self.stage[u] - 1 > k
                        for u in self.users[r] if u not in self.once)
            if (r in wanted or later and r not in self.same) and r not in summed:
                found.append(r)
        return found

    def inside(self, k: int, outputs: Iterable[int]) -> list[int]:
        """The row values that a pass computes for these outputs: its own, and again those that never change."""
        own = set(self.passes[k]) if k >= 0 else set()
        needed: set[int] = set()
        stack = list(outputs)
        while stack:
            r = stack.pop()
            if r not in needed and self.made(r) and self.has_rows(r) and (r in own or r in self.same or k < 0):
                needed.add(r)
                stack.extend(() if _is(self.graph.roots[r].node, "take") else self.args(r))
        return [r for r in self.order if r in needed]


def finals(graph: Graph) -> set[int]:
    """The roots that storages hold after a step."""
    return {v for v, _ in graph.final.values() if not isinstance(v, Number)}
