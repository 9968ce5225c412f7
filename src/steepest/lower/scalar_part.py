"""The 0-dim values of a step that depend on nothing else: counters of optimizers, bias corrections, rates that change.

Counters that begin equal and are updated alike stay equal: one of them is computed for all (checked when native code begins). Powers of
counters become a product a step.
"""

from collections.abc import Sequence
from typing import Any

from steepest.lower import counters
from steepest.lower.expressions import Expression, Expressions
from steepest.lower.graph import Graph
from steepest.lower.named import Number

__all__ = ["ScalarPart"]


class ScalarPart:
    """`outputs` are the nodes of roots in `graph`; leaves are `("root", number)` and `("power", k)`.

    `twins` maps a carried leaf to the one that is computed in its place.
    """

    def __init__(self, graph: Graph, scalars: Sequence[int]) -> None:
        self.source, self.scalars = graph, list(scalars)
        inside = set(scalars)
        self.carried = {leaf: value for leaf, value in graph.carried.items() if leaf in inside and value in inside}
        self.twins = self._twins()
        expressions, nodes = self._built(self.twins)
        names = list(self.carried)
        outputs = [nodes[self._final(leaf)] for leaf in names] + [nodes[r] for r in self.scalars]
        places = {("root", self.twins.get(leaf, leaf)): k for k, leaf in enumerate(names) if leaf not in self.twins}
        self.graph, made, self.powers = counters.powers(expressions, outputs, places)
        self.outputs = dict(zip(self.scalars, made[len(names):], strict=True))

    def _final(self, leaf: int) -> int:
        value = self.carried[leaf]
        assert not isinstance(value, Number)
        return value

    def _built(self, twins: dict[int, int]) -> tuple[Expressions, dict[int, int]]:
        g, elements = Expressions(), dict[int, Expression]()
        for r in self.scalars:
            root = self.source.roots[r]
            if root.node is None:
                elements[r] = g.leaf(("root", twins.get(r, r)), root.dtype)
            else:
                elements[r] = g.cast(root.node.function(g, *[elements[a] for a in root.node.args]), root.dtype)
        return g, {r: x.number for r, x in elements.items()}

    def _twins(self) -> dict[int, int]:
        """Carried leaves that hold the same number now and become the same: first all that look alike, then fewer."""
        alike: dict[Any, list[int]] = {}
        for leaf in self.carried:
            root = self.source.roots[leaf]
            if leaf in self.source.origin:
                alike.setdefault((root.dtype, repr(self.source.origin[leaf].flat[0])), []).append(leaf)
        classes = [c for c in alike.values() if len(c) > 1]
        while True:
            twins = {leaf: c[0] for c in classes for leaf in c[1:]}
            _, nodes = self._built(twins)
            following: list[list[int]] = []
            for c in classes:
                parts: dict[int, list[int]] = {}
                for leaf in c:
                    parts.setdefault(nodes[self._final(leaf)], []).append(leaf)
                following += [p for p in parts.values() if len(p) > 1]
            if [len(c) for c in following] == [len(c) for c in classes]:
                return twins
            classes = following

