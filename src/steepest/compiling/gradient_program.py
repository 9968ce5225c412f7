"""The gradients of a recorded call: a backward pass recorded after it, as a program of its own, and the graph node that runs it.

The program reads the gradients of the results, what the call's program keeps for it, and tensors that the call has only read.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.autograd.engine import run_backward
from steepest.compiling.pairing import Differs
from steepest.core.modes import modes
from steepest.core.node import NOTHING, Node, sequence
from steepest.core.recorder import Access, Content, Equation, Recorder
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text

__all__ = ["CompiledNode", "GradientProgram", "Graph", "live"]

Array = np.ndarray[Any, Any]


def live(x: Tensor) -> bool:
    """Whether a backward pass could begin at a tensor."""
    return x.needs_grad and x.node is not None and x.node.saved is not None and x.node.saved is not NOTHING


class Graph:
    """The graph between what a call was given and what it returned, and one backward pass through it.

    `known` are the tensors that were there before, `start` is the number of the first node that the call may have made.
    Raises Differs where a hook lies on the way or the graph ends in something that was not there.
    """

    def __init__(self, returned: list[Tensor], known: list[Tensor], start: int):
        self.outputs = list({id(x): x for x in returned if live(x) and x.node.sequence >= start}.values())
        self.inputs: list[Tensor] = []
        self.cotangents: list[Tensor] = []
        self.gradients: list[Tensor | None] = []
        if not self.outputs:
            return
        by_target = {(x if x.node is None else x.node, x.output_nr): x for x in reversed(known) if x.needs_grad}
        ends: dict[Any, None] = {}
        for target, number in self._ends(start):
            x = by_target.get((target, number))
            if x is None:
                raise Differs(text("compile-graph"))
            self.inputs.append(x)
            ends[target] = None
        self.cotangents = [_ramp(x) for x in self.outputs]
        before, modes.grad = modes.grad, False
        try:
            found = run_backward(self.outputs, list(self.cotangents), self.inputs, True, False, frozenset(ends))
        except Exception as problem:
            raise Differs(text("compile-backward", problem=problem)) from problem
        finally:
            modes.grad = before
        self.gradients = [found.get(i) for i in range(len(self.inputs))]

    def _ends(self, start: int) -> dict[tuple[Any, int], None]:
        """Where the graph leaves what the call has made, each once."""
        found: dict[tuple[Any, int], None] = {}
        stack, seen = [x.node for x in self.outputs], set()
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if node.hooks is not None:
                raise Differs(text("compile-hooks"))
            for edge in node.edges:
                if edge is None:
                    continue
                if isinstance(edge[0], Tensor) or edge[0].sequence < start:
                    found[edge[0], edge[1]] = None
                else:
                    stack.append(edge[0])
        return found


def _ramp(x: Tensor) -> Tensor:
    """A gradient to record with: numbers that are not all the same."""
    return fresh(np.linspace(0.5, 1.5, x.array.size).reshape(x.array.shape).astype(x.array.dtype), x.dtype)


class GradientProgram:
    """The equations of the backward pass. `sources` says, for each slot that they read, what lies there: `("cotangent", k)` or the
    content of the call that it is. `gave[i]` is where gradient i is left; None where there is none."""

    def __init__(self, equations: list[Equation], first: int, graph: Graph, recorder: Recorder):
        self.handed_on: list[Any] = []
        self.streams: list[Storage] = []
        self.gradients: list[Any] = []
        self.versions: list[Any] = []
        self.generators: dict[Any, Any] = {}
        self.results: list[Access] = []
        self.inputs: list[Any] = []
        self.pinned: list[Any] = []
        self.outputs: list[Any] = []
        self.sources: dict[Storage, Any] = {}
        self.started: dict[Storage, Array] = {}
        self.untouched: frozenset[Storage] = frozenset()
        self.first = first
        self.step_stream = None
        self.cotangents = {x.storage_cell: k for k, x in enumerate(graph.cotangents)}
        self.contents: dict[Content, Content] = {}
        self.storage_of: dict[Storage, Storage] = {}
        self.read: dict[Storage, Content] = {}
        self.equations = [self._equation(e) for e in equations]
        self.gave = [None if g is None else self._access(recorder.access(g)) for g in graph.gradients]
        made = {self.storage_of[g.storage_cell]: g.storage_cell for g in graph.gradients if g is not None}
        self.ended = {slot: storage.flat.copy() for slot, storage in made.items()}
        self.visible: set[Storage] = set(made)
        del self.contents, self.storage_of, self.read, self.cotangents

    def _equation(self, e: Equation) -> Equation:
        if e.primitive.form == "random":
            raise Differs(text("compile-backward-draws"))
        made = Equation(e.primitive, tuple(self._access(x) if isinstance(x, Access) else x for x in e.operands), e.params, e.line)
        made.results = tuple(self._access(x) for x in e.results)
        if e.primitive.form == "store" and made.operands[0].content.equation is None:
            raise Differs(text("compile-backward-writes"))
        return made

    def _access(self, x: Access) -> Access:
        return Access(self._content(x.content), x.offset, x.shape, x.strides)

    def _content(self, c: Content) -> Content:
        found = self.contents.get(c)
        if found is not None:
            return found
        inside = c.equation is not None and c.equation >= self.first
        slot = self.storage_of.get(c.storage)
        if slot is None:
            slot = self.storage_of[c.storage] = Storage(np.empty(c.storage.flat.size, c.storage.flat.dtype))
        made = self.contents[c] = Content(slot, c.dtype, None)
        if inside:
            assert c.equation is not None
            made.equation = c.equation - self.first
            return made
        if self.read.setdefault(c.storage, c) is not c:
            raise Differs(text("compile-backward-writes"))
        k = self.cotangents.get(c.storage)
        self.sources[slot] = c if k is None else ("cotangent", k)
        self.started[slot] = c.storage.flat.copy()
        return made

    def storages(self) -> list[Storage]:
        """Every slot, in the order of its appearance."""
        accesses = [x for e in self.equations for x in (*e.operands, *e.results) if isinstance(x, Access)]
        return list(dict.fromkeys(a.content.storage for a in (*accesses, *(a for a in self.gave if a is not None))))


class CompiledNode(Node):
    """A whole compiled call in the graph: `run(gradients, saved)` gives the gradients of the edges, `again(gradients)` gives them
    with a graph of their own, by running the function once more."""

    __slots__ = ("again", "run")

    def __init__(self, edges: tuple[Any, ...], outputs: list[Any], saved: dict[Any, Any], versions: dict[str, int],
                 run: Callable[..., Any], again: Callable[..., Any]):
        self.primitive, self.hooks, self.params, self.sequence = None, None, {}, next(sequence)
        self.edges, self.outputs = edges, outputs if len(outputs) > 1 else outputs[0]
        self.saved, self.versions, self.run, self.again = saved, versions, run, again

    def name(self) -> str:
        return "CompiledFunctionBackward"

    def apply(self, gradients: list[Any]) -> list[Any]:
        saved = self.saved
        for name, then in self.versions.items():
            value = saved[name]
            if value._version_count != then:
                self._changed(value, name)
        likes = self.outputs if isinstance(self.outputs, list) else [self.outputs]
        full = [fresh(np.zeros(shape, of.numpy), of) if g is None else g for g, (shape, of) in zip(gradients, likes, strict=True)]
        if modes.grad:
            return self.again(full)
        return self.run(full, saved)
