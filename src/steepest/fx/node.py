"""A node of a graph: one operation, its arguments, and the nodes that use its result."""

import builtins
import operator
import typing
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import steepest
from steepest.core.overriding import _assert as assert_
from steepest.errors import text
from steepest.fx.immutable_collections import immutable_dict, immutable_list
from steepest.fx.names import pretty_target, type_text

if TYPE_CHECKING:
    from steepest.fx.graph import Graph

__all__ = ["Argument", "Node", "Target", "base_types", "has_side_effect", "map_aggregate", "map_arg"]

Target = Callable[..., Any] | str
Argument = Any
base_types: Any = typing.Union[str, int, float, bool, complex, steepest.dtype, steepest.Tensor, steepest.device,  # noqa: UP007
                               steepest.memory_format, steepest.layout]
LEGAL = ("placeholder", "call_method", "call_module", "call_function", "get_attr", "output", "root")
_side_effects: set[Any] = {assert_, operator.setitem, builtins.setattr, builtins.print, steepest.manual_seed,
                           steepest.set_grad_enabled}


def has_side_effect(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Let nodes that call this function stay, though nobody uses what they return; returns the function."""
    _side_effects.add(fn)
    return fn


def map_aggregate(a: Any, fn: Callable[[Any], Any]) -> Any:
    """Apply a function to everything within tuples, lists, dictionaries and slices; lists and dictionaries become immutable ones."""
    if isinstance(a, tuple):
        items = [map_aggregate(x, fn) for x in a]
        return type(a)(*items) if hasattr(a, "_fields") else tuple(items)
    if isinstance(a, list):
        return immutable_list([map_aggregate(x, fn) for x in a])
    if isinstance(a, dict):
        return immutable_dict({k: map_aggregate(v, fn) for k, v in a.items()})
    if isinstance(a, slice):
        return slice(map_aggregate(a.start, fn), map_aggregate(a.stop, fn), map_aggregate(a.step, fn))
    return fn(a)


def map_arg(a: Any, fn: Callable[["Node"], Any]) -> Any:
    """Apply a function to every node within an argument."""
    return map_aggregate(a, lambda x: fn(x) if isinstance(x, Node) else x)


def _format_arg(arg: Any) -> str:
    if isinstance(arg, (list, tuple)):
        items = ", ".join(_format_arg(a) for a in arg)
        if isinstance(arg, list):
            return f"[{items}]"
        return f"({items},)" if len(arg) == 1 else f"({items})"
    if isinstance(arg, dict):
        return "{" + ", ".join(f"{k}: {_format_arg(v)}" for k, v in arg.items()) + "}"
    return f"%{arg}" if isinstance(arg, Node) else str(arg)


class Node:
    """One operation of a `Graph`.

    `op` says of what kind: "placeholder" (an argument of the function), "get_attr" (a parameter or buffer), "call_function",
    "call_module", "call_method" or "output"; `target` what is called, by name for modules and methods. Nodes among `args` and
    `kwargs` stand for their results; `users` are the nodes that this one is an argument of, `meta` is for notes of any kind.
    """

    def __init__(self, graph: "Graph", name: str, op: str, target: Target, args: tuple[Any, ...], kwargs: dict[str, Any],
                 return_type: Any = None) -> None:
        if op not in LEGAL:
            raise AssertionError(text("fx-op", op=op))
        wanted = "Callable" if op == "call_function" else "str"
        if callable(target) != (op == "call_function") or op != "call_function" and not isinstance(target, str):
            seen = type(target).__name__
            raise ValueError(text("fx-target-type", graph=graph, name=name, target=target, seen=seen, wanted=wanted))
        self.graph, self.name, self.op, self.target, self.type = graph, name, op, target, return_type
        self.users: dict[Node, None] = {}
        self._input_nodes: dict[Node, None] = {}
        self._args: tuple[Any, ...] = ()
        self._kwargs: dict[str, Any] = immutable_dict()
        self._prev, self._next, self._erased = self, self, False
        self.meta: dict[str, Any] = {}
        self._set(map_aggregate(args, lambda x: x), map_aggregate(kwargs, lambda x: x))

    def _set(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._unregister()
        self._args, self._kwargs = tuple(args), kwargs

        def note(node: Node) -> Node:
            self._input_nodes.setdefault(node)
            node.users.setdefault(self)
            return node

        map_arg((self._args, self._kwargs), note)

    def _unregister(self) -> None:
        for node in self._input_nodes:
            node.users.pop(self, None)
        self._input_nodes = {}

    @property
    def args(self) -> tuple[Any, ...]:
        """The positional arguments; setting them keeps the users of the nodes among them up to date."""
        return self._args

    @args.setter
    def args(self, args: tuple[Any, ...]) -> None:
        self._set(map_aggregate(args, lambda x: x), self._kwargs)

    @property
    def kwargs(self) -> dict[str, Any]:
        """The arguments given by name."""
        return self._kwargs

    @kwargs.setter
    def kwargs(self, kwargs: dict[str, Any]) -> None:
        self._set(self._args, map_aggregate(kwargs, lambda x: x))

    @property
    def all_input_nodes(self) -> "list[Node]":
        """The nodes among the arguments, each once."""
        return list(self._input_nodes)

    @property
    def next(self) -> "Node":
        """The node behind this one."""
        return self._next

    @property
    def prev(self) -> "Node":
        """The node before this one."""
        return self._prev

    @property
    def stack_trace(self) -> str | None:
        """Where the program made the node, where the tracer notes it."""
        return self.meta.get("stack_trace")

    @stack_trace.setter
    def stack_trace(self, trace: str | None) -> None:
        self.meta["stack_trace"] = trace

    def prepend(self, x: "Node") -> None:
        """Move a node of the same graph to the place before this one."""
        if self.graph is not x.graph:
            raise AssertionError(text("fx-other-graph", node=x, graph=self.graph))
        if x is self:
            return
        x._remove_from_list()
        before = self._prev
        before._next, x._prev = x, before
        x._next, self._prev = self, x

    def append(self, x: "Node") -> None:
        """Move a node of the same graph to the place behind this one."""
        self._next.prepend(x)

    def _remove_from_list(self) -> None:
        self._prev._next, self._next._prev = self._next, self._prev

    def update_arg(self, idx: int, arg: Any) -> None:
        """Set one positional argument."""
        args = list(self.args)
        args[idx] = arg
        self.args = tuple(args)

    def insert_arg(self, idx: int, arg: Any) -> None:
        """Add a positional argument before the one at this place."""
        if not 0 <= idx <= len(self.args):
            raise AssertionError("insert_args index must be between 0 and len(self.args)")
        self.args = (*self.args[:idx], arg, *self.args[idx:])

    def update_kwarg(self, key: str, arg: Any) -> None:
        """Set one argument by name."""
        self.kwargs = {**self.kwargs, key: arg}

    def replace_input_with(self, old_input: "Node", new_input: "Node") -> None:
        """Use another node wherever `old_input` is among the arguments."""
        args, kwargs = map_arg((self.args, self.kwargs), lambda n: new_input if n is old_input else n)
        self._set(args, kwargs)

    def replace_all_uses_with(self, replace_with: "Node", delete_user_cb: Callable[["Node"], bool] = lambda user: True, *,
                              propagate_meta: bool = False) -> "list[Node]":
        """Let the users of this node use another one, those for which `delete_user_cb` says so; returns them."""
        if propagate_meta:
            replace_with.meta.update({k: v for k, v in self.meta.items() if k not in replace_with.meta})
        changed = [user for user in list(self.users) if delete_user_cb(user)]
        for user in changed:
            user.replace_input_with(self, replace_with)
        return changed

    def is_impure(self, impure_random: bool = True) -> bool:
        """Whether the node must stay though nobody uses it: arguments, results, and what has effects."""
        if self.op in ("placeholder", "output"):
            return True
        if self.op == "call_function":
            return self.target in _side_effects
        if self.op == "call_module":
            owner = self.graph.owning_module
            target: Any = owner and owner.get_submodule(self.target)
            return bool(getattr(target, "_is_impure", False))
        return False

    def format_node(self, placeholder_names: list[str] | None = None, maybe_return_typename: list[str] | None = None, *,
                    include_tensor_metadata: bool = False) -> str | None:
        """The node as graphs print it: `%relu : [num_users=1] = call_method[target=relu](args = (%x,), kwargs = {})`."""
        kind = self.type if isinstance(self.type, str) else type_text(self.type) if self.type else ""
        if self.op == "output":
            if self.type and maybe_return_typename:
                maybe_return_typename[0] = f" -> {kind}"
            return f"return {self.args[0]}"
        typed = f"{kind!r} " if isinstance(self.type, str) else f"{kind} " if kind else ""
        line = f"%{self.name} : {typed}[num_users={len(self.users)}] = {self.op}[target={pretty_target(self.target)}]"
        if self.op == "placeholder":
            if placeholder_names is not None:
                placeholder_names.append(f"{self.target}: {kind}" if kind else str(self.target))
            return f"{line}(default={self.args[0]})" if self.args else line
        if self.op == "get_attr":
            return line
        return f"{line}(args = {_format_arg(self.args)}, kwargs = {_format_arg(self.kwargs)})"

    def __repr__(self) -> str:
        return self.name

    def __lt__(self, other: "Node") -> bool:
        return self._before(other)

    def __gt__(self, other: "Node") -> bool:
        return other._before(self)

    def __le__(self, other: "Node") -> bool:
        return self is other or self._before(other)

    def __ge__(self, other: "Node") -> bool:
        return self is other or other._before(self)

    def _before(self, other: "Node") -> bool:
        if self is other:
            return False
        return next(n for n in self.graph.nodes if n is self or n is other) is self

    def _rename(self, candidate: str) -> None:
        """Give the node another name, made unique."""
        if candidate != self.name:
            self.name = self.graph._graph_namespace.create_name(candidate, None)
            self.graph._graph_namespace.rename(self, self.name)


class NodeList(Sequence[Node]):
    """The nodes of a graph in their order. While one goes through them nodes may be added and erased."""

    def __init__(self, graph: "Graph", direction: str = "_next") -> None:
        self.graph, self.direction = graph, direction

    def __len__(self) -> int:
        return self.graph._len

    def __iter__(self) -> Any:
        root, step = self.graph._root, operator.attrgetter(self.direction)
        node = step(root)
        while node is not root:
            if not node._erased:
                yield node
            node = step(node)

    def __reversed__(self) -> "NodeList":  # type: ignore[override]
        return NodeList(self.graph, "_prev" if self.direction == "_next" else "_next")

    def __getitem__(self, place: Any) -> Any:
        return list(self)[place]

    def __contains__(self, node: object) -> bool:
        return any(n is node for n in self)


def nodes_within(a: Any) -> Iterable[Node]:
    """Every node within an argument, in order."""
    found: list[Node] = []

    def note(node: Node) -> Node:
        found.append(node)
        return node

    map_arg(a, note)
    return found
