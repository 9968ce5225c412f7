"""The computation graph of a loss as data: values on the nodes, local derivatives on the edges, the gradients that arrive.

It is read from autograd's own nodes: a local derivative is the operation's gradient rule applied to ones, the gradients that arrive are
those of `backward()`, one operation after the other. Values that autograd does not keep are computed from those that it does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import numpy as np

from steepest.autograd.engine import fit
from steepest.core.modes import no_graph
from steepest.core.node import Node, expected
from steepest.core.tensor import Tensor, fresh, from_array, refresh
from steepest.errors import text
from steepest.nn import Module
from steepest.viz.tracing import Operation, Trace, tracing

__all__ = ["ComputationGraph", "Edge", "Vertex", "read_graph"]

Array = np.ndarray[Any, Any]


@dataclass
class Vertex:
    """A value: `kind` is "leaf" (wants a gradient), "constant" or "operation"; `value` None where it is not known."""

    number: int
    kind: str
    operation: str
    name: str
    shape: tuple[int, ...]
    value: Array | None
    gradient: Array | None = None
    module: tuple[str, ...] = ()
    node: Any = None
    tensor: Any = None


@dataclass
class Edge:
    """From an operand to the result. `local` is the partial derivative: a number or an array of the result's shape (elementwise), or
    the gradient of a single number; None where it is a matrix that is not written out, which `words` then names."""

    source: int
    target: int
    operand: str
    local: Array | None = None
    words: str = ""
    passed: Array | None = None
    slot: int = -1


@dataclass
class ComputationGraph:
    """Vertices in the order of their computation; the last is the loss."""

    vertices: list[Vertex]
    edges: list[Edge]
    modules: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Vertex:
        return self.vertices[-1]

    def into(self, number: int) -> list[Edge]:
        """The edges that end at a vertex, in the order of the operands."""
        return self._in[number]

    def out_of(self, number: int) -> list[Edge]:
        """The edges that begin at a vertex."""
        return self._out[number]

    def __post_init__(self) -> None:
        self._in: list[list[Edge]] = [[] for _ in self.vertices]
        self._out: list[list[Edge]] = [[] for _ in self.vertices]
        for edge in self.edges:
            self._in[edge.target].append(edge)
            self._out[edge.source].append(edge)


def read_graph(loss: Any, frame: FrameType | None = None, model: Module | None = None, trace: Trace | None = None) -> ComputationGraph:
    """The graph of a loss tensor, or of what a function of no arguments returns.

    Names are those of the variables in `frame` and of the model's parameters. Raises ValueError where the loss has no graph or
    `backward()` has freed it.
    """
    if callable(loss) and not isinstance(loss, Tensor):
        with tracing() as trace:
            loss = loss()
    if not isinstance(loss, Tensor) or loss.array.size != 1:
        raise ValueError(text("viz-graph-of", shape=list(loss.array.shape) if isinstance(loss, Tensor) else type(loss).__name__))
    refresh(loss)
    if loss.node is None:
        raise ValueError(text("viz-graph-none"))
    return _Reader(loss, Names(frame, model), trace).read()


class Names:
    """What variables and parameters are called, by the identity of their arrays."""

    def __init__(self, frame: FrameType | None, model: Module | None):
        self.of: dict[int, str] = {}
        self.modules: dict[str, Module] = {}
        known: dict[str, Any] = {}
        while frame is not None and not known:
            known = {**frame.f_globals, **frame.f_locals}
            frame = frame.f_back
        models = {"": model} if model is not None else {n: m for n, m in known.items() if isinstance(m, Module) and not n.startswith("_")}
        for name, value in known.items():
            if isinstance(value, Tensor) and not name.startswith("_"):
                self.of.setdefault(id(value.array), name)
        for m in models.values():
            for name, p in m.named_parameters():
                self.of[id(p.array)] = name
            for name, module in m.named_modules():
                if name:
                    self.modules[name] = module

    def __call__(self, x: Tensor) -> str:
        return self.of.get(id(x.array), "")


class _Reader:
    def __init__(self, loss: Tensor, names: Names, trace: Trace | None):
        self.loss, self.names = loss, names
        self.made: dict[Any, Operation] = {}
        if trace is not None:
            self.made = {id(r.node): op for op in trace.steps for r in op.results if r.node is not None}
        self.trace = trace
        self.nodes = _nodes_below(loss.node)
        self.values: dict[tuple[Any, int], Array] = {(loss.node, loss.output_nr): loss.array}
        self.vertices: list[Vertex] = []
        self.edges: list[Edge] = []
        self.number: dict[Any, int] = {}
        self.constants: dict[int, int] = {}

    def read(self) -> ComputationGraph:
        for node in self.nodes:
            if node.saved is None and not hasattr(node, "function"):
                raise ValueError(text("viz-graph-freed"))
        with no_graph(), np.errstate(all="ignore"):
            self._known_values()
            for node in self.nodes:
                self._vertex(node)
            graph = ComputationGraph(self.vertices, self.edges, {n: type(m).__name__ for n, m in self._modules().items()})
            self._gradients(graph)
        return graph

    def _modules(self) -> dict[str, Any]:
        return {**self.names.modules, **(self.trace.modules if self.trace is not None else {})}

    # values -----------------------------------------------------------------------------------------------------------------------
    def _known_values(self) -> None:
        """Values from the trace, from what nodes save, and computed where all operands are known."""
        for node in self.nodes:
            made = self.made.get(id(node))
            if made is not None:
                for k, result in enumerate(made.results):
                    self.values[node, k] = result.array
            for name, value in (node.saved or {}).items():
                if not isinstance(value, Tensor):
                    continue
                if name == "result":
                    self.values[node, value.output_nr] = value.array
                elif name in getattr(node.primitive, "position", {}):
                    edge = node.edges[node.primitive.position[name]]
                    if edge is not None and isinstance(edge[0], Node):
                        self.values[edge] = value.array
        for node in self.nodes:
            if (node, 0) not in self.values and type(node.outputs) is not list and hasattr(node.primitive, "rules"):
                operands = [self._operand(node, i) for i in range(len(node.edges))]
                if all(x is not None for x in operands):
                    # An operand that a rule had no need of may be missing from the node: then it cannot be computed again.
                    result = node.primitive(*operands, **node.params)
                    if isinstance(result, Tensor) and result.array.shape == tuple(node.outputs[0]):
                        self.values[node, 0] = result.array

    def _operand(self, node: Node, i: int) -> Any:
        """Operand i as a tensor or number; None where nothing holds it."""
        edge = node.edges[i]
        made = self.made.get(id(node))
        if made is not None:
            x = made.operands[i]
            return fresh(x.array, x.dtype) if isinstance(x, Tensor) else x
        if edge is not None:
            target, number = edge
            if isinstance(target, Tensor):
                return fresh(target.array, target.dtype)
            value = self.values.get((target, number))
            return None if value is None else from_array(value)
        inputs = getattr(node.primitive, "inputs", ())
        return (node.saved or {}).get(inputs[i]) if i < len(inputs) else None

    # vertices and edges -----------------------------------------------------------------------------------------------------------
    def _vertex(self, node: Node) -> None:
        made = self.made.get(id(node))
        module = made.modules if made is not None else self._owner(node)
        sources = [self._source(node, i, module) for i in range(len(node.edges))]
        output = node.outputs[0] if type(node.outputs) is list else node.outputs
        value = self.values.get((node, self.loss.output_nr if node is self.loss.node else 0))
        if value is None:
            value = next((self.values[key] for key in self.values if key[0] is node), None)
        operation = getattr(node.primitive, "name", "") if hasattr(node, "primitive") else ""
        vertex = Vertex(len(self.vertices), "operation", operation or node.name().removesuffix("Backward0"),
                        self.names.of.get(id(value), "") if value is not None else "", tuple(output[0]), value, None, module, node)
        inputs = getattr(getattr(node, "primitive", None), "inputs", ())
        self.vertices.append(vertex)
        self.number[node] = vertex.number
        for i, source in enumerate(sources):
            if source is not None:
                name = inputs[i] if i < len(inputs) else inputs[0] if inputs else str(i)
                self.edges.append(Edge(source, vertex.number, name, slot=i))

    def _source(self, node: Node, i: int, module: tuple[str, ...]) -> int | None:
        edge = node.edges[i]
        if edge is not None:
            target = edge[0]
            if target not in self.number:
                name = self.names(target)
                owner = module if name.rpartition(".")[0] in module or not name else self._owner_of(name)
                self.number[target] = len(self.vertices)
                self.vertices.append(Vertex(len(self.vertices), "leaf", "", name, target.array.shape, target.array, None, owner,
                                            None, target))
            return self.number[target]
        value = self._operand(node, i)
        if value is None:
            return None
        array = value.array if isinstance(value, Tensor) else np.asarray(value)
        key = id(array) if isinstance(value, Tensor) else -len(self.vertices) - 1
        if key not in self.constants:
            self.constants[key] = len(self.vertices)
            named = self.names(value) if isinstance(value, Tensor) else ""
            self.vertices.append(Vertex(len(self.vertices), "constant", "", named, array.shape, array,
                                        module=() if isinstance(value, Tensor) else module, tensor=value))
        return self.constants[key]

    def _owner(self, node: Node) -> tuple[str, ...]:
        """The module whose parameters the operation takes; known without a trace."""
        for edge in node.edges:
            if edge is not None and isinstance(edge[0], Tensor):
                owner = self._owner_of(self.names(edge[0]))
                if owner:
                    return owner
        return ()

    def _owner_of(self, name: str) -> tuple[str, ...]:
        owner = name.rpartition(".")[0]
        return (owner,) if owner and owner in self.names.modules else ()

    # gradients --------------------------------------------------------------------------------------------------------------------
    def _gradients(self, graph: ComputationGraph) -> None:
        """What `backward()` does, with everything kept."""
        arriving: dict[int, dict[int, Tensor]] = {graph.root.number: {self.loss.output_nr: _ones(self.loss.array)}}
        for vertex in reversed(graph.vertices):
            got = arriving.get(vertex.number)
            if vertex.kind != "operation" or got is None:
                continue
            vertex.gradient = next(iter(got.values())).array
            for edge, passed in zip(*self._back(graph, vertex, got), strict=True):
                edge.local, edge.words = _local(vertex, edge, graph.vertices[edge.source])
                if passed is None:
                    continue
                edge.passed = passed.array
                slots = arriving.setdefault(edge.source, {})
                number = vertex.node.edges[edge.slot][1]
                slots[number] = slots[number] + passed if number in slots else passed
                source = graph.vertices[edge.source]
                if source.kind == "leaf":
                    source.gradient = slots[number].array
        for edge in graph.edges:
            if edge.words.startswith("· "):     # the derivative is the other operand: by its name where it has one
                other = next((e for e in graph.into(edge.target) if e.operand == edge.words[2:]), None)
                if other is not None and graph.vertices[other.source].name:
                    edge.words = f"· {graph.vertices[other.source].name}"

    def _back(self, graph: ComputationGraph, vertex: Vertex, got: dict[int, Tensor]) -> tuple[list[Edge], list[Tensor | None]]:
        edges = [e for e in graph.into(vertex.number) if vertex.node.edges[e.slot] is not None]
        back = step_back(vertex.node, got)
        return edges, [back[e.slot] for e in edges]


def step_back(node: Any, got: dict[int, Tensor]) -> list[Tensor | None]:
    """The gradients of a node's operands from those of its results, each in the operand's shape."""
    count = len(node.outputs) if type(node.outputs) is list else 1
    out = node.apply([got.get(k) for k in range(count)])
    return [None if g is None or edge is None else fit(g, expected(edge)) for edge, g in zip(node.edges, out, strict=True)]


def _ones(array: Array) -> Tensor:
    return from_array(np.ones_like(array))


def _local(vertex: Vertex, edge: Edge, source: Vertex) -> tuple[Array | None, str]:
    """The partial derivative of a vertex by one operand: written out where it is elementwise or of one number, else named."""
    node = vertex.node
    form = getattr(getattr(node, "primitive", None), "form", "")
    single = int(np.prod(vertex.shape)) == 1
    if single or form in ("map", "cast"):
        if type(node.outputs) is list:
            return None, ""
        raw = node.apply([from_array(np.ones(vertex.shape, node.outputs[1].numpy))])[edge.slot]
        if raw is None:
            return None, ""
        array = raw.array if hasattr(raw, "array") else np.asarray(raw)
        if not single:
            return array, ""
        return fit(raw, expected(node.edges[edge.slot])).array, ""
    if form == "contraction" or vertex.operation in ("linear", "linear_without_bias"):
        other = {"a": "b", "b": "a", "x": "weight", "weight": "x", "bias": ""}.get(edge.operand, "")
        return None, f"· {other}" if other else "1"
    return None, "1" if form in ("view", "reduction") and vertex.operation in VIEWS_OF_ONE else ""


VIEWS_OF_ONE = {"view", "permute", "transpose", "expand", "unsqueeze", "squeeze", "sum"}
"""Operations that move or add elements: their derivatives by each element are one."""


def _nodes_below(root: Node) -> list[Any]:
    """All operations that lead to `root`, in the order of their recording."""
    seen, stack = {root}, [root]
    while stack:
        for edge in stack.pop().edges:
            if edge is not None and isinstance(edge[0], Node) and edge[0] not in seen:
                seen.add(edge[0])
                stack.append(edge[0])
    return sorted(seen, key=lambda node: node.sequence)


def caller(depth: int = 2) -> FrameType:
    """The frame of the code that called the public function."""
    return sys._getframe(depth)


# paths --------------------------------------------------------------------------------------------------------------------------------
@dataclass
class Path:
    """One path from a leaf to the loss: vertices and edges in that order, and the product of the local derivatives along it."""

    vertices: list[Vertex]
    edges: list[Edge]
    product: Array


class Paths(Sequence[Path]):
    """All paths from one tensor to the loss; `total` is the sum of their products, which is the gradient."""

    def __init__(self, paths: list[Path], label: Callable[[Vertex], str], number: Callable[[Any], str]):
        self.paths, self._label, self._number = paths, label, number
        self.total: Array = sum((p.product for p in paths[1:]), paths[0].product)

    def __getitem__(self, i: Any) -> Any:
        return self.paths[i]

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)

    def __str__(self) -> str:
        lines = []
        for path in self.paths:
            way = " → ".join(self._label(v) for v in path.vertices)
            factors = " × ".join(self._number(e.local) if e.local is not None else e.words or "J" for e in reversed(path.edges))
            lines.append(f"{way}:  {factors} = {self._number(path.product)}")
        lines.append(f"{text('viz-paths-sum')} {self._number(self.total)}")
        return "\n".join(lines)

    __repr__ = __str__


MOST_PATHS = 2000


def find_paths(graph: ComputationGraph, leaf: Tensor) -> list[Path]:
    """Every path from `leaf` to the loss, each with its product of local derivatives, taken from the loss backward.

    Raises ValueError where the leaf is not in the graph or the paths are more than can be listed.
    """
    start = next((v for v in graph.vertices if v.kind == "leaf" and v.tensor is leaf), None)
    if start is None:
        raise ValueError(text("viz-paths-not-in-graph"))
    ways = [0] * len(graph.vertices)
    ways[start.number] = 1
    for vertex in graph.vertices:
        if vertex.kind == "operation":
            ways[vertex.number] = sum(ways[e.source] for e in graph.into(vertex.number))
    count = ways[graph.root.number]
    if count > MOST_PATHS:
        raise ValueError(text("viz-paths-many", count=f"{count:.3g}" if count > 1e6 else count, most=MOST_PATHS))
    found: list[Path] = []
    root = graph.root
    stack: list[tuple[Vertex, Any, list[Vertex], list[Edge]]] = [(root, {0: _ones(np.ones(root.shape, root.node.outputs[1].numpy))},
                                                                 [root], [])]
    with no_graph(), np.errstate(all="ignore"):
        while stack:
            vertex, got, vertices, edges = stack.pop()
            if vertex is start:
                found.append(Path(vertices, edges, next(iter(got.values())).array))
                continue
            back = step_back(vertex.node, got)
            for edge in reversed(graph.into(vertex.number)):
                g = back[edge.slot]
                if ways[edge.source] and g is not None:
                    source = graph.vertices[edge.source]
                    stack.append((source, {vertex.node.edges[edge.slot][1]: g}, [source, *vertices], [edge, *edges]))
    return found
