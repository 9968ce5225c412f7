"""Graph nodes: what an operation must remember so that its gradient rules can run."""

import itertools
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from steepest.core.dtype import FLOATING, HALVES, float32
from steepest.core.hooks import NodeHooks, RemovableHandle
from steepest.core.hooks import add as add_hook
from steepest.core.modes import modes
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text

__all__ = ["NOTHING", "Like", "Node"]

sequence: "itertools.count[int]" = itertools.count()
UNWRITTEN: dict[str, int] = {}
"""The versions of saved values where none was written in place yet: shared by most nodes, never changed."""
NOTHING: dict[str, Any] = {}
"""What a node holds that had nothing to let go of: a backward pass went through it, and may once more."""
SEVERAL = ("results", "rest")  # the names by which rules know more than one result


class Like(NamedTuple):
    """What a gradient must look like."""

    shape: tuple[int, ...]
    dtype: Any


SAVED = "_saved_"
SHOWN_AS = (("self", "input"), ("other", "mat2", "tensor", "target", "weight", "exponent", "end"))
"""How PyTorch calls the first operands where it shows what a node has saved."""


def saved_value(self: Any, name: str) -> Any:
    """`_saved_self` and its kind: what the node keeps, by PyTorch's names; None where its rules have no need of it.

    AttributeError where the operation has no such operand, RuntimeError where a backward pass has let go of it.
    """
    wanted = name.removeprefix(SAVED)
    if wanted == name or self.primitive is None:
        raise AttributeError(f"'{self.name()}' object has no attribute '{name}'", name=name, obj=self)
    inputs = self.primitive.inputs
    place = next((i for i, names in enumerate(SHOWN_AS[:len(inputs)]) if wanted in names), None)
    own = wanted if place is None or wanted in inputs else inputs[place]
    if wanted != "result" and own not in inputs and own not in self.params:
        raise AttributeError(f"'{self.name()}' object has no attribute '{name}'", name=name, obj=self)
    if own in self.params:
        return self.params[own]
    if self.saved is None:
        raise RuntimeError(text("backward-twice", node=self.name()))
    return self.unpack(own, place or 0) if own in self.saved else None


def with_saved(self: Any) -> list[str]:
    """The attributes, what is saved among them."""
    kept = getattr(self, "saved", None)     # a part of what PyTorch has as several nodes keeps nothing of its own
    saved = kept if isinstance(kept, dict) and self.primitive is not None else ()
    places = {own: names[0] for own, names in zip(self.primitive.inputs, SHOWN_AS)} if saved else {}
    return [*object.__dir__(self), *[SAVED + (places.get(name) or name) for name in saved]]


@cache
def called(kind: Any, name: str) -> Any:
    """A class of nodes that bears the name of the operation, as the nodes' classes do in PyTorch: programs that draw graphs ask for it."""
    return type(name, (kind,), {"__slots__": (), "__module__": "torch.autograd.graph", "of": kind,
                                "__getattr__": saved_value, "__dir__": with_saved})     # not of `Node`: it would slow every attribute


class Shown:
    """What a program gets to see: the class takes the name when somebody looks."""

    __slots__ = ()

    def name(self) -> str:
        raise NotImplementedError

    def shown(self) -> Any:
        """The node itself, its class called as the node is."""
        kind: Any = type(self)
        if kind.__name__ != self.name():
            self.__class__ = called(getattr(kind, "of", kind), self.name())
        return self


class Node(Shown):
    """One recorded operation.

    `edges[i]` is `(node or leaf tensor, output number)` for operand i, None where no gradient is wanted. `saved` holds what the
    rules of the wanted operands name; `versions` the versions these had, where not 0. `outputs` is `(shape, dtype)` of the
    result, or a list of these for several.
    """

    __slots__ = ("__dict__", "__weakref__", "edges", "hooks", "outputs", "params", "primitive", "pull", "saved", "sequence", "versions")

    primitive: Any
    edges: Sequence[Any]
    saved: Any
    versions: dict[str, Any]
    params: dict[str, Any]
    outputs: Any
    hooks: Any
    pull: Any
    sequence: int

    def name(self) -> str:
        """PyTorch's name of the node, such as `MulBackward0`."""
        shown = self.__dict__.get("_shown")
        name: str = shown[0] if shown is not None else self.primitive.node_name
        return name

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"

    def unpack(self, name: str, index: int) -> Any:
        """The value that rules know as `name`, checked to be what it was when the operation ran."""
        saved = self.saved
        if name in saved:
            value = saved[name]
            if not isinstance(value, Tensor):
                return value if name not in SEVERAL else tuple([self._checked(v, name) for v in value])
            counter = value.counter
            if counter is not None and counter.count != self.versions.get(name, 0):
                self._changed(value, name)
            return result_of(self, value) if name == "result" and modes.grad else value
        if name == "like":
            return Like(*expected(self.edges[index]))
        return index if name == "position" else self.params[name]

    def _checked(self, value: Tensor, name: str) -> Tensor:
        if value.counter is not None and value.counter.count:
            self._changed(value, name)
        return result_of(self, value) if modes.grad and value.dtype.category >= FLOATING else value

    def _changed(self, value: Tensor, name: str) -> None:
        raise RuntimeError(text("in-place-needed-value", node=self.name(), shape=list(value.array.shape), name=name,
                                now=value._version_count, then=self.versions.get(name, 0)))

    def apply(self, gradients: list[Any]) -> list[Any]:
        """The gradients for all edges from those of the results."""
        if self.pull is not None:
            out: list[Any] = self.pull(self, gradients)
            return out
        return self.apply_rules(gradients)

    def apply_rules(self, gradients: list[Any]) -> list[Any]:
        """The same without the function that has the rules written out."""
        primitive = self.primitive
        unpack: Callable[[str, int], Any] = self.unpack
        if primitive.rounds_once and any(g is not None and g.dtype in HALVES for g in gradients):
            gradients, unpack = [widened(g) for g in gradients], lambda name, index: widened(self.unpack(name, index))
        g = gradients[0] if len(gradients) == 1 else gradients
        out: list[Any] = []
        for i, edge in enumerate(self.edges):
            if edge is None:
                out.append(None)
            else:
                rule, names = primitive.rules[0 if primitive.variadic else i]
                out.append(rule(g, *[unpack(n, i) for n in names]) if names else rule(g))
        return out

    def release(self) -> None:
        """Let go of saved values after a backward pass that does not keep the graph; a node without any may run again."""
        self.saved = None if self.saved else NOTHING

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad_inputs, grad_outputs)` when the node has run; what it returns replaces the gradients of the operands."""
        return add_hook(self._hooks().on_node, hook)

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad_outputs)` before the node runs; what it returns replaces them."""
        return add_hook(self._hooks().before, hook)

    def _hooks(self) -> NodeHooks:
        if self.hooks is None:
            self.hooks = NodeHooks()
        hooks: NodeHooks = self.hooks
        return hooks

    @property
    def next_functions(self) -> tuple[Any, ...]:
        """`(node, output number)` for each operand that may have a gradient; leaves appear as their gradient accumulators."""
        shown = self.__dict__.get("_shown")
        if shown is not None:
            return tuple([_entry(branch) for branch in shown[1]])
        if self.primitive is None or self.primitive.variadic:
            return tuple(map(_entry, self.edges))
        return tuple([_entry(b) for b in self.primitive.order(self.edges)])

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dictionary for the user's own notes."""
        return self.__dict__.setdefault("_metadata", {})


class Passed(Shown):
    """A node that PyTorch has and this graph has not: what it does is part of the node that leads to it. `branches` are edges or others."""

    __slots__ = ("branches", "title")

    def __init__(self, title: str, *branches: Any):
        self.title, self.branches = title, branches

    def name(self) -> str:
        return self.title

    def __repr__(self) -> str:
        return f"<{self.title} object at {id(self):#x}>"

    @property
    def next_functions(self) -> tuple[Any, ...]:
        return tuple(map(_entry, self.branches))


def _entry(branch: Any) -> tuple[Any, int]:
    """A branch, an edge or what lies between, as `next_functions` shows it."""
    if branch is None:
        return None, 0
    if isinstance(branch, Passed):
        return branch.shown(), 0
    return (AccumulateGrad(branch[0]), 0) if isinstance(branch[0], Tensor) else (branch[0].shown(), branch[1])


def edge_of(x: Any) -> Any:
    """Where the gradient of an operand goes; None where it has none."""
    return (x.node or x, x.output_nr) if isinstance(x, Tensor) and x.needs_grad else None


def widened(x: Any) -> Any:
    """A tensor of 16-bit floats as float32, each of several; other values unchanged."""
    if isinstance(x, tuple) and not isinstance(x, Like):
        return tuple(map(widened, x))
    return x.to(float32) if isinstance(x, Tensor) and x.dtype in HALVES else x


_new = object.__new__


def record(primitive: Any, edges: Sequence[Any], saved: Any, versions: Any, params: dict[str, Any], outputs: Any,
           pull: Any = None) -> Node:
    """A new node; `pull(node, gradients)` runs its rules where they are written out."""
    node = _new(Node)
    node.primitive = primitive
    node.edges = edges
    node.saved = saved
    node.versions = versions
    node.params = params
    node.outputs = outputs
    node.hooks = None
    node.pull = pull
    node.sequence = next(sequence)
    return node


def expected(edge: tuple[Any, int]) -> tuple[tuple[int, ...], Any]:
    """Shape and dtype of the gradient that an edge leads to: those of the result or leaf at its end."""
    target, number = edge
    if isinstance(target, Node):
        outputs = target.outputs
        return outputs[number] if type(outputs) is list else outputs
    return target.array.shape, target.dtype


class AccumulateGrad:
    """How a leaf appears in `next_functions`."""

    __slots__ = ("variable",)
    next_functions = ()

    def __init__(self, variable: Tensor):
        self.variable = variable

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def __repr__(self) -> str:
        return f"<AccumulateGrad object at {id(self.variable):#x}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccumulateGrad) and other.variable is self.variable

    def __hash__(self) -> int:
        return id(self.variable)


def result_of(node: Node, saved: Tensor) -> Tensor:
    """A saved result put back into the graph, for rules whose own gradient is wanted."""
    t = fresh(saved.array, saved.dtype) if saved.level is None else saved.level.twin(saved)
    t.counter, t._storage = saved.counter, saved._storage
    t.node, t.needs_grad, t.output_nr = node, True, saved.output_nr
    return t
