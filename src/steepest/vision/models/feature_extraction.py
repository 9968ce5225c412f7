"""`torchvision.models.feature_extraction`: what a network computes on the way, by the names of its layers and operations."""

import copy
import inspect
import itertools
import math
import re
import warnings
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from steepest.errors import text
from steepest.fx import GraphModule, Tracer
from steepest.fx.graph import Graph
from steepest.fx.graph_module import _copy_member
from steepest.fx.node import Node, Target
from steepest.nn.modules.module import Module
from steepest.vision import ops

__all__ = ["DualGraphModule", "LeafModuleAwareTracer", "NodePathTracer", "create_feature_extractor", "get_graph_node_names"]

Nodes = list[str] | dict[str, str]


class LeafModuleAwareTracer(Tracer):
    """A tracer for which modules of the classes `leaf_modules` are one node each, too."""

    def __init__(self, *args: Any, leaf_modules: Iterable[type] = (), **kwargs: Any) -> None:
        self.leaf_modules = tuple(leaf_modules)
        super().__init__(*args, **kwargs)

    def is_leaf_module(self, m: Module, module_qualified_name: str) -> bool:
        return isinstance(m, self.leaf_modules) or super().is_leaf_module(m, module_qualified_name)


class NodePathTracer(LeafModuleAwareTracer):
    """Notes for every node the path of the module in which it was made: `node_to_qualname`.

    A call of a leaf has the leaf's path, anything else the name of what is done behind that of the module: "layer1.0.add". What comes
    again under the same name is counted: "layer1.0.relu_1".
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current_module_qualname = ""
        self.node_to_qualname: OrderedDict[Node, str] = OrderedDict()
        self._counts: dict[str, int] = {}

    def call_module(self, m: Module, forward: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        before, self.current_module_qualname = self.current_module_qualname, self.path_of_module(m)
        try:
            return super().call_module(m, forward, args, kwargs)
        finally:
            self.current_module_qualname = before

    def create_proxy(self, kind: str, target: Target, args: tuple[Any, ...], kwargs: dict[str, Any], name: str | None = None,
                     type_expr: Any = None, *more: Any, **options: Any) -> Any:
        proxy = super().create_proxy(kind, target, args, kwargs, name, type_expr, *more, **options)
        self.node_to_qualname[proxy.node] = self._name(proxy.node)
        return proxy

    def _name(self, node: Node) -> str:
        path = self.current_module_qualname
        if node.op != "call_module":
            path = f"{path}.{node}" if path else str(node)
        if re.match(r".+_[0-9]+$", path):           # the graph's own count is of the whole graph, this one of the module
            path = path.rpartition("_")[0]
        count = self._counts[path] = self._counts.get(path, -1) + 1
        return f"{path}_{count}" if count else path


def _tracer_options(given: dict[str, Any] | None) -> dict[str, Any]:
    """The options of the tracers: what is in `torchvision.ops` is one node each, beside what a program says."""
    classes = [c for _, c in inspect.getmembers(ops, inspect.isclass) if issubclass(c, Module)]
    given = dict(given or {})
    return {**given, "autowrap_modules": tuple(dict.fromkeys((*given.get("autowrap_modules", ()), math, ops))),
            "leaf_modules": list(dict.fromkeys((*given.get("leaf_modules", ()), *classes)))}


def _trace(model: Module, mode: str, options: dict[str, Any], concrete_args: dict[str, Any] | None) -> NodePathTracer:
    tracer = NodePathTracer(**options)
    model.train(mode == "train")
    tracer.trace(model, concrete_args)
    return tracer


def _both(model: Module, tracer_kwargs: dict[str, Any] | None, concrete_args: dict[str, Any] | None, quiet: bool
          ) -> dict[str, NodePathTracer]:
    """The model traced in train mode and in eval mode; it is left in the mode that it was in."""
    options, training = _tracer_options(tracer_kwargs), model.training
    try:
        traced = {mode: _trace(model, mode, options, concrete_args) for mode in ("train", "eval")}
    finally:
        model.train(training)
    if not quiet:
        _warn_of_differences(*(list(t.node_to_qualname.values()) for t in traced.values()))
    return traced


def _within(some: list[str], all_: list[str]) -> bool:
    rest = iter(all_)
    return all(name in rest for name in some)


def _warn_of_differences(train: list[str], evaluated: list[str]) -> None:
    if train == evaluated:
        return
    row = "eval-within" if _within(evaluated, train) else "train-within" if _within(train, evaluated) else "differ"
    warnings.warn(text(f"vision-graphs-{row}"), stacklevel=4)


def get_graph_node_names(model: Module, tracer_kwargs: dict[str, Any] | None = None, suppress_diff_warning: bool = False,
                         concrete_args: dict[str, Any] | None = None) -> tuple[list[str], list[str]]:
    """The names that `create_feature_extractor` knows, in the order in which the nodes run, in train mode and in eval mode.

    >>> from steepest.vision.models import alexnet
    >>> names, _ = get_graph_node_names(alexnet())
    >>> names[-4:]
    ['classifier.3', 'classifier.4', 'classifier.5', 'classifier.6']
    """
    traced = _both(model, tracer_kwargs, concrete_args, suppress_diff_warning)
    return list(traced["train"].node_to_qualname.values()), list(traced["eval"].node_to_qualname.values())


class DualGraphModule(GraphModule):
    """A module with a graph for training and one for evaluation: `train()` and `eval()` choose."""

    def __init__(self, root: Module, train_graph: Graph, eval_graph: Graph, class_name: str = "GraphModule") -> None:
        Module.__init__(self)
        type(self).__name__ = class_name
        self.train_graph, self.eval_graph = train_graph, eval_graph
        for node in itertools.chain(train_graph.nodes, eval_graph.nodes):
            if node.op in ("get_attr", "call_module"):
                _copy_member(root, self, str(node.target))
        self.meta = {}
        self._tracer_cls = None
        self.train(True)

    def train(self, mode: bool = True) -> "DualGraphModule":
        """Choose the graph, and let the layers train or evaluate."""
        if "_graph" not in self.__dict__ or self.training != mode:
            self.graph = self.train_graph if mode else self.eval_graph
        super().train(mode)
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "DualGraphModule":
        held = ("_graph", "_code", "train_graph", "eval_graph")
        root = Module()
        root.__setstate__(copy.deepcopy({k: v for k, v in Module.__getstate__(self).items() if k not in held}, memo))
        made = DualGraphModule(root, copy.deepcopy(self.train_graph), copy.deepcopy(self.eval_graph), type(self).__name__)
        return made.train(self.training)


def _named(nodes: Nodes) -> dict[str, str]:
    return dict(nodes) if isinstance(nodes, dict) else {str(n): str(n) for n in nodes}


def _extract(tracer: NodePathTracer, wanted: dict[str, str]) -> Graph:
    """The traced graph, cut down to what the wanted nodes need, which it returns by their names."""
    graph, names = tracer.graph, tracer.node_to_qualname
    for query in wanted:
        if not any(f"{name}.".startswith(f"{query}.") for name in names.values()):
            raise ValueError(text("vision-no-such-node", query=query))
    left, found = dict(wanted), dict[str, Node]()
    graph.erase_node(graph.output_node())
    for node in reversed(graph.nodes):              # of a module, the last node is what it returns
        parts = names.get(node, "").split(".")
        reached = next((q for q in left if ".".join(parts[:q.count(".") + 1]) == q), None)
        if reached is not None:
            found[left.pop(reached)] = node
    graph.output(dict(reversed(list(found.items()))))
    graph.eliminate_dead_code()
    return graph


def create_feature_extractor(model: Module, return_nodes: Nodes | None = None, train_return_nodes: Nodes | None = None,
                             eval_return_nodes: Nodes | None = None, tracer_kwargs: dict[str, Any] | None = None,
                             suppress_diff_warning: bool = False, concrete_args: dict[str, Any] | None = None) -> GraphModule:
    """A module that returns a dictionary of what a network computes at some nodes, and computes nothing else.

    `return_nodes` are names of layers and operations as `get_graph_node_names` gives them, or a dictionary from these to the names in the
    result; the two others say it for the two modes. Raises ValueError for a name that there is not.

    >>> from steepest.vision.models import resnet18
    >>> net = create_feature_extractor(resnet18().eval(), {"layer1": "early", "flatten": "late"})
    >>> {name: tuple(x.shape) for name, x in net(steepest.ones(1, 3, 32, 32)).items()}
    {'early': (1, 64, 8, 8), 'late': (1, 512)}
    """
    if return_nodes is None and train_return_nodes is None and eval_return_nodes is None:
        raise ValueError(text("vision-nodes-missing"))
    if (train_return_nodes is None) != (eval_return_nodes is None):
        raise ValueError(text("vision-nodes-of-one-mode"))
    if return_nodes is not None and train_return_nodes is not None:
        raise ValueError(text("vision-nodes-twice"))
    wanted = {"train": _named(return_nodes if train_return_nodes is None else train_return_nodes),  # type: ignore[arg-type]
              "eval": _named(return_nodes if eval_return_nodes is None else eval_return_nodes)}  # type: ignore[arg-type]
    traced = _both(model, tracer_kwargs, concrete_args, suppress_diff_warning)
    graphs = {mode: _extract(tracer, wanted[mode]) for mode, tracer in traced.items()}
    made = DualGraphModule(model, graphs["train"], graphs["eval"], class_name=type(model).__name__)
    return made.train(model.training)
