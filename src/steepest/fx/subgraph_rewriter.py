"""Replacing parts of a graph: `replace_pattern(module, pattern, replacement)`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from steepest.errors import text
from steepest.fx._symbolic_trace import symbolic_trace
from steepest.fx.graph import Graph
from steepest.fx.graph_module import GraphModule, _copy_member
from steepest.fx.names import has_member
from steepest.fx.node import Node
from steepest.nn.modules.module import Module

__all__ = ["Match", "ReplacedPatterns", "replace_pattern", "replace_pattern_with_filters"]


class Match(NamedTuple):
    """A place where a pattern was found: the node of the pattern at its end, and the node for each node of the pattern."""

    anchor: Node
    nodes_map: dict[Node, Node]


@dataclass
class ReplacedPatterns:
    """A `Match`, and the nodes that stand there now."""

    anchor: Node
    nodes_map: dict[Node, Any]
    replacements: list[Node]


@dataclass
class InternalMatch:
    """A match as filters see it."""

    anchors: list[Node]
    nodes_map: dict[Node, Any] = field(default_factory=dict)
    placeholder_nodes: list[Any] = field(default_factory=list)
    returning_nodes: list[Node] = field(default_factory=list)


class _Matcher:
    """Finds the places of a graph where a pattern stands."""

    def __init__(self, pattern: Graph, owner: Any, pattern_owner: Any, ignore_literals: bool) -> None:
        self.pattern, self.owner, self.pattern_owner, self.ignore_literals = pattern, owner, pattern_owner, ignore_literals
        output = pattern.output_node()
        self.placeholders = [n for n in pattern.nodes if n.op == "placeholder"]
        self.returning = output.all_input_nodes
        self.anchors = [n for n in output.all_input_nodes if len(n.users) == 1]

    def match(self, graph: Graph) -> list[InternalMatch]:
        """All matches, in the order of the graph; no node is in two of them."""
        found = [InternalMatch([])]
        for anchor in self.anchors:
            found = [more for part in found for more in self._from(anchor, part, graph)]
        kept, taken = [], set[Node]()
        for match in found:
            inner = {n for p, n in match.nodes_map.items() if p not in self.placeholders and isinstance(n, Node)}
            if self._contained(match) and not inner & taken:
                taken |= inner
                match.placeholder_nodes = [match.nodes_map.get(p) for p in self.placeholders]
                match.returning_nodes = [match.nodes_map[n] for n in self.returning]
                kept.append(match)
        return kept

    def _from(self, anchor: Node, part: InternalMatch, graph: Graph) -> list[InternalMatch]:
        made = []
        for node in graph.nodes:
            nodes = dict(part.nodes_map)
            if self._nodes(anchor, node, nodes):
                made.append(InternalMatch([*part.anchors, anchor], nodes))
        return made

    def _contained(self, match: InternalMatch) -> bool:
        """Whether nothing outside uses what the replacement will not make."""
        inside = set(match.nodes_map.values()) if all(v.__hash__ for v in match.nodes_map.values()) else set()
        return all(user in inside for p, n in match.nodes_map.items()
                   if p not in self.placeholders and p not in self.returning and p.op != "get_attr" and isinstance(n, Node)
                   for user in n.users)

    def _nodes(self, p: Any, n: Any, nodes: dict[Node, Any]) -> bool:
        if not isinstance(p, Node):
            return self._values(p, n, nodes)
        if p in nodes:
            return nodes[p] is n or not isinstance(n, Node) and nodes[p] == n
        if p.op == "placeholder":
            nodes[p] = n
            return True
        if not isinstance(n, Node) or n in nodes.values() or not self._same_kind(p, n):
            return False
        nodes[p] = n
        mine, theirs = self._arguments(p, n)
        if self._values(mine, theirs, nodes):
            return True
        nodes.pop(p)
        return False

    def _arguments(self, p: Node, n: Node) -> tuple[Any, Any]:
        return [list(p.args), dict(p.kwargs)], [list(n.args), dict(n.kwargs)]

    def _same_kind(self, p: Node, n: Node) -> bool:
        if p.op != n.op:
            return False
        if p.op == "output":
            return False
        if p.op == "call_module" and self.pattern_owner is not None and self.owner is not None:
            return type(self.pattern_owner.get_submodule(p.target)) is type(self.owner.get_submodule(n.target)) and (
                p.target == n.target or True)
        return p.target == n.target

    def _values(self, p: Any, n: Any, nodes: dict[Node, Any]) -> bool:
        if isinstance(p, Node) or isinstance(n, Node):
            return isinstance(p, Node) and self._nodes(p, n, nodes)
        if isinstance(p, (list, tuple)):
            return isinstance(n, (list, tuple)) and len(p) == len(n) and all(
                self._values(a, b, nodes) for a, b in zip(p, n, strict=True))
        if isinstance(p, dict):
            return isinstance(n, dict) and p.keys() == n.keys() and all(self._values(p[k], n[k], nodes) for k in p)
        return self.ignore_literals or type(p) is type(n) and bool(p == n)


def _traced(part: Any) -> Graph:
    if isinstance(part, Graph):
        return part
    graph: Graph = part.graph if isinstance(part, GraphModule) else symbolic_trace(part).graph
    return graph


Filters = list[Callable[[InternalMatch, Graph, Graph], bool]]


def replace_pattern(gm: GraphModule, pattern: Callable[..., Any] | GraphModule, replacement: Callable[..., Any] | GraphModule
                    ) -> list[Match]:
    """Replace all places where a pattern stands, in place; returns them.

    Both are functions or graphs with the same arguments. Places that overlap are replaced once.
    """
    return [Match(anchor=m.anchor, nodes_map=m.nodes_map) for m in _replace(gm, pattern, replacement, None, False, None)]


def replace_pattern_with_filters(gm: GraphModule, pattern: Any, replacement: Any = None, match_filters: Filters | None = None,
                                 ignore_literals: bool = False, replacement_callback: Callable[..., Any] | None = None,
                                 node_name_match: str = "") -> list[ReplacedPatterns]:
    """As `replace_pattern`, only where all filters agree; `replacement_callback(match, graph, pattern)` may make each replacement."""
    return _replace(gm, pattern, replacement, match_filters, ignore_literals, replacement_callback)


def _replace(gm: GraphModule, pattern: Any, replacement: Any, filters: Filters | None, ignore_literals: bool,
             callback: Callable[..., Any] | None) -> list[ReplacedPatterns]:
    graph, pattern_graph = gm.graph, _traced(pattern)
    matcher = _Matcher(pattern_graph, gm, pattern_graph.owning_module, ignore_literals)
    matches = [m for m in matcher.match(graph) if all(f(m, graph, pattern_graph) for f in filters or ())]
    fixed = None if replacement is None else _traced(replacement)
    changed: dict[Node, Node] = {}
    results = []
    for match in matches:
        other: Any = fixed if callback is None else callback(match, graph, pattern_graph)
        results.append(_replace_one(graph, match, matcher, other, changed))
    gm.recompile()
    if isinstance(replacement, Module) and not isinstance(replacement, GraphModule):
        _take_members(gm, replacement)
    elif fixed is not None and fixed.owning_module is not None:
        _take_members(gm, fixed.owning_module)
    return results


def _take_members(gm: GraphModule, source: Any) -> None:
    """Give the module what nodes of the replacement name."""
    gm.delete_all_unused_submodules()
    for node in gm.graph.nodes:
        if node.op in ("call_module", "get_attr") and not has_member(gm, str(node.target)) and has_member(source, str(node.target)):
            _copy_member(source, gm, str(node.target))
    gm.graph.lint()


def _replace_one(graph: Graph, match: InternalMatch, matcher: _Matcher, replacement: Graph, changed: dict[Node, Node]) -> ReplacedPatterns:
    inputs = [n for n in replacement.nodes if n.op == "placeholder"]
    if len(inputs) != len(match.placeholder_nodes):
        raise AssertionError(text("fx-pattern-inputs", pattern=len(match.placeholder_nodes), replacement=len(inputs)))
    given = [changed.get(n, n) if isinstance(n, Node) else n for n in match.placeholder_nodes]
    for p, value in zip(matcher.placeholders, given, strict=True):
        match.nodes_map[p] = value
    copies: dict[Node, Any] = dict(zip(inputs, given, strict=True))
    users = {user for n in match.returning_nodes for user in n.users}
    place = next((n for n in graph.nodes if n in users), None) or graph.output_node()
    before = {id(n) for n in graph.nodes}
    with graph.inserting_before(place):
        result = graph.graph_copy(replacement, copies)
    outputs: list[Any] = [result] if isinstance(result, Node) else [n for n in result if isinstance(n, Node)]
    if len(outputs) != len(match.returning_nodes):
        raise AssertionError(text("fx-pattern-output", pattern=len(match.returning_nodes), replacement=len(outputs)))
    for old, new in zip(match.returning_nodes, outputs, strict=True):
        old.replace_all_uses_with(new)
        changed[old] = new
    inner = [n for p, n in match.nodes_map.items() if p not in matcher.placeholders and isinstance(n, Node)]
    made = [n for n in graph.nodes if id(n) not in before]
    for node in reversed([n for n in graph.nodes if n in inner]):
        if not node.users:
            graph.erase_node(node)
    return ReplacedPatterns(match.anchors[0], match.nodes_map, made)


