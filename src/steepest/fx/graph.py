"""Graphs: lists of nodes, and the ways to change them."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from steepest.errors import text
from steepest.fx.code import CodeGen, PythonCode, PyTreeCodeGen
from steepest.fx.names import Namespace, has_member, pretty_target, target_name
from steepest.fx.node import Argument, Node, NodeList, Target, map_arg
from steepest.nn.modules.module import Module

__all__ = ["CodeGen", "Graph", "PyTreeCodeGen", "PythonCode"]


class Graph:
    """The operations of a function: placeholders first, the output last.

    >>> g = steepest.fx.Graph()
    >>> x = g.placeholder("x")
    >>> _ = g.output(g.call_function(steepest.relu, (x,)))
    >>> print(g)
    graph():
        %x : [num_users=1] = placeholder[target=x]
        %relu : [num_users=1] = call_function[target=torch.relu](args = (%x,), kwargs = {})
        return relu
    """

    def __init__(self, owning_module: Any = None, tracer_cls: Any = None, tracer_extras: dict[str, Any] | None = None) -> None:
        self._root = Node(self, "", "root", "", (), {})
        self._len = 0
        self._insert_before = self._root
        self._graph_namespace = Namespace()
        self._codegen: CodeGen = CodeGen()
        self.owning_module = owning_module
        self._tracer_cls, self._tracer_extras = tracer_cls, tracer_extras

    @property
    def nodes(self) -> NodeList:
        """The nodes in their order; they may be added and erased while one goes through them."""
        return NodeList(self)

    def find_nodes(self, *, op: str, target: Target | None = None, sort: bool = True) -> list[Node]:
        """The nodes of a kind, with a target where one is given."""
        return [n for n in self.nodes if n.op == op and (target is None or n.target == target)]

    def output_node(self) -> Node:
        """The node that returns, which is the last one; raises AssertionError where it is not."""
        last = self._root._prev
        if last.op != "output":
            raise AssertionError(f"Expected output node, got op={last.op}")
        return last

    def create_node(self, op: str, target: Target, args: tuple[Any, ...] | None = None, kwargs: dict[str, Any] | None = None,
                    name: str | None = None, type_expr: Any = None) -> Node:
        """Add a node at the place of insertion, which is the end unless `inserting_before` or `inserting_after` say another.

        Raises AssertionError for a kind of node that there is not, ValueError for a target that does not fit the kind.
        """
        made = self._graph_namespace.create_name(name if name is not None else target_name(target), None)
        node = Node(self, made, op, target, () if args is None else args, {} if kwargs is None else kwargs, type_expr)
        self._graph_namespace.associate(made, node)
        before = self._insert_before._prev
        before._next, node._prev = node, before
        node._next, self._insert_before._prev = self._insert_before, node
        self._len += 1
        return node

    def placeholder(self, name: str, type_expr: Any = None, default_value: Any = ...) -> Node:
        """Add an argument of the function; it has a default where one is given."""
        return self.create_node("placeholder", name, () if default_value is ... else (default_value,), type_expr=type_expr)

    def get_attr(self, qualified_name: str, type_expr: Any = None) -> Node:
        """Add a node for a parameter, a buffer or a module, by its path."""
        if self.owning_module is not None and not has_member(self.owning_module, qualified_name):
            warnings.warn(text("fx-get-attr-missing"), stacklevel=2)
        return self.create_node("get_attr", qualified_name, type_expr=type_expr)

    def call_module(self, module_name: str, args: tuple[Any, ...] | None = None, kwargs: dict[str, Any] | None = None,
                    type_expr: Any = None, name: str | None = None) -> Node:
        """Add a call of a module, by its path."""
        if self.owning_module is not None and self.owning_module.get_submodule(module_name) is None:
            warnings.warn(text("fx-call-module-missing"), stacklevel=2)
        return self.create_node("call_module", module_name, args, kwargs, name=name, type_expr=type_expr)

    def call_method(self, method_name: str, args: tuple[Any, ...] | None = None, kwargs: dict[str, Any] | None = None,
                    type_expr: Any = None, name: str | None = None) -> Node:
        """Add a call of a method of the first argument."""
        return self.create_node("call_method", method_name, args, kwargs, name=name, type_expr=type_expr)

    def call_function(self, the_function: Callable[..., Any], args: tuple[Any, ...] | None = None, kwargs: dict[str, Any] | None = None,
                      type_expr: Any = None, name: str | None = None) -> Node:
        """Add a call of a function."""
        return self.create_node("call_function", the_function, args, kwargs, name=name, type_expr=type_expr)

    def output(self, result: Argument, type_expr: Any = None) -> Node:
        """Add the node that returns."""
        return self.create_node("output", "output", (result,), type_expr=type_expr)

    def node_copy(self, node: Node, arg_transform: Callable[[Node], Argument] = lambda x: None) -> Node:
        """Add a node like that of another graph; `arg_transform` says what stands here for its arguments."""
        args, kwargs = map_arg(node.args, arg_transform), map_arg(node.kwargs, arg_transform)
        made = self.create_node(node.op, node.target, args, kwargs, node.name, node.type)
        made.meta = dict(node.meta)
        return made

    def graph_copy(self, g: "Graph", val_map: dict[Node, Any], return_output_node: bool = False) -> Any:
        """Add all nodes of another graph but its output; returns what that returns, or None without one.

        `val_map` says which nodes stand for theirs, and gets the new ones.
        """
        for node in g.nodes:
            if node in val_map:
                continue
            if node.op == "output":
                result = map_arg(node.args[0], lambda n: val_map[n])
                return (result, node) if return_output_node else result
            val_map[node] = self.node_copy(node, lambda n: val_map[n])
        return None

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> "Graph":
        made = Graph(tracer_cls=self._tracer_cls)
        made._codegen = self._codegen
        copies: dict[Node, Any] = {}
        result = made.graph_copy(self, copies, return_output_node=True)
        if result is not None:
            value, before = result
            output = made.output(value, type_expr=before.type)
            output.meta = dict(before.meta)
        return made

    def erase_node(self, to_erase: Node) -> None:
        """Take a node away; raises RuntimeError while others use it."""
        if to_erase.users:
            users = "{" + ", ".join(f"{user}: None" for user in to_erase.users) + "}"
            raise RuntimeError(text("fx-erase-used", node=to_erase, count=len(to_erase.users), users=users))
        if to_erase.graph is not self:
            raise RuntimeError(text("fx-other-graph", node=to_erase, graph=self))
        if to_erase._erased:
            warnings.warn(f"erase_node({to_erase}) on an already erased node", stacklevel=2)
            return
        to_erase._remove_from_list()
        to_erase._erased = True
        self._len -= 1
        to_erase._unregister()

    def inserting_before(self, n: Node | None = None) -> Any:
        """The nodes made from now on, or within `with`, stand before this one, or at the beginning."""
        return self._inserting(self._root._next if n is None else n)

    def inserting_after(self, n: Node | None = None) -> Any:
        """The nodes made from now on, or within `with`, stand behind this one, or at the end."""
        return self._inserting(self._root if n is None else n._next)

    def _inserting(self, place: Node) -> Any:
        if place.graph is not self:
            raise AssertionError(text("fx-other-graph", node=place, graph=self))
        before, self._insert_before = self._insert_before, place
        return _within(self, before)

    def process_inputs(self, *args: Any) -> Any:
        """What placeholders get of the arguments of a call."""
        return self._codegen.process_inputs(*args)

    def process_outputs(self, out: Any) -> Any:
        """What a call returns of the values at the output node."""
        return self._codegen.process_outputs(out)

    def set_codegen(self, codegen: CodeGen) -> None:
        """Let another object write the code."""
        self._codegen = codegen

    @contextmanager
    def on_generate_code(self, make_transformer: Callable[[Any], Callable[[list[str]], list[str]]]) -> Iterator[None]:
        """Within this the lines of the code pass through a function."""
        before = self._codegen._body_transformer
        self._codegen._body_transformer = make_transformer(before)
        try:
            yield
        finally:
            self._codegen._body_transformer = before

    def python_code(self, root_module: str, *, verbose: bool = False, include_stride: bool = False, include_device: bool = False,
                    colored: bool = False, expanded_def: bool = False) -> PythonCode:
        """The Python code of the function, whose modules are those of `root_module`."""
        namespace = Namespace()
        for node in self.nodes:
            namespace.associate(node.name, node)
        return self._codegen.generate(self.nodes, root_module, namespace, verbose)

    def __str__(self) -> str:
        parameters: list[str] = []
        returns = [""]
        lines = [node.format_node(parameters, returns) for node in self.nodes]
        return f"graph():{''.join(f'{chr(10)}    {line}' for line in lines if line)}"

    __repr__ = object.__repr__

    def print_tabular(self) -> None:
        """Print the nodes as a table; needs the package `tabulate`."""
        try:
            from tabulate import tabulate  # type: ignore[import-untyped]
        except ImportError:
            print(text("fx-tabulate"))
            raise
        rows = [[n.op, n.name, n.target, n.args, n.kwargs] for n in self.nodes]
        print(tabulate(rows, headers=["opcode", "name", "target", "args", "kwargs"]))

    def lint(self) -> None:
        """Check that the graph makes sense: names once, arguments before their use and of this graph, targets that exist.

        Raises RuntimeError or ValueError where it does not.
        """
        names: set[str] = set()
        seen: set[Node] = set()
        inside = set(self.nodes)
        for node in self.nodes:
            if node.graph is not self:
                raise RuntimeError(text("fx-other-graph", node=node, graph=self))
            for arg in node.all_input_nodes:
                if arg.graph is not self or arg not in inside:
                    raise RuntimeError(text("fx-node-elsewhere", arg=arg, node=node))
                if arg not in seen:
                    raise RuntimeError(text("fx-used-early", arg=arg, node=node, graph=self))
            if node.name in names:
                raise RuntimeError(text("fx-names-twice", name=node.name))
            names.add(node.name)
            seen.add(node)
            if self.owning_module is not None and node.op in ("get_attr", "call_module"):
                self._check_member(node)

    def _check_member(self, node: Node) -> None:
        owner, path = self.owning_module, str(node.target).split(".")
        for part in path:
            if not hasattr(owner, part):
                raise RuntimeError(text("fx-no-such-member", node=node, target=node.target, part=part, owner=type(owner).__name__))
            owner = getattr(owner, part)
        if node.op == "call_module" and not isinstance(owner, Module):
            raise RuntimeError(f"Node {node} target {node.target} {pretty_target(type(owner))} is not a Module")

    def eliminate_dead_code(self, is_impure_node: Callable[[Node], bool] | None = None) -> bool:
        """Take away the nodes that nobody uses and that have no effects; returns whether there were any."""
        changed = False
        for node in reversed(self.nodes):
            impure = is_impure_node(node) if is_impure_node is not None else node.is_impure()
            if not impure and not node.users:
                self.erase_node(node)
                changed = True
        return changed


class _within:
    """The place of insertion is set already; leaving the `with` block sets what it was."""

    def __init__(self, graph: Graph, before: Node) -> None:
        self.graph, self.before = graph, before

    def __enter__(self) -> None:
        return None

    def __exit__(self, *problem: Any) -> None:
        self.graph._insert_before = self.before
