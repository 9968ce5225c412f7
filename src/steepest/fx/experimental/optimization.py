"""Folding batch normalisation into convolutions, and leaving dropout out, for models that are evaluated."""

import copy
from collections.abc import Iterable
from typing import Any

from steepest.errors import outside
from steepest.fx.graph_module import GraphModule
from steepest.fx.interpreter import Transformer
from steepest.fx.node import Argument, Node, Target
from steepest.fx.tracer import Tracer
from steepest.nn.modules.batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from steepest.nn.modules.conv import Conv1d, Conv2d, Conv3d
from steepest.nn.modules.dropout import Dropout
from steepest.nn.modules.module import Module
from steepest.nn.utils.fusion import fuse_conv_bn_eval

__all__ = ["extract_subgraph", "fuse", "matches_module_pattern", "remove_dropout", "replace_node_module"]
outside.explain(__name__)

PATTERNS = [(Conv1d, BatchNorm1d), (Conv2d, BatchNorm2d), (Conv3d, BatchNorm3d)]


def _parent_name(target: str) -> tuple[str, str]:
    """The path of a module's owner, and its name there."""
    parent, _, name = target.rpartition(".")
    return parent, name


def matches_module_pattern(pattern: Iterable[type], node: Node, modules: dict[str, Any]) -> bool:
    """Whether a node is a call of the last of these modules on the result of a call of the one before, exactly of these types."""
    if not node.args:
        return False
    for kind, current in zip(pattern, (node.args[0], node), strict=False):
        if not isinstance(current, Node) or current.op != "call_module" or type(modules.get(str(current.target))) is not kind:
            return False
    return True


def replace_node_module(node: Node, modules: dict[str, Any], new_module: Module) -> None:
    """Let a node call another module, which takes the place of the old one."""
    parent, name = _parent_name(str(node.target))
    modules[str(node.target)] = new_module
    setattr(modules[parent], name, new_module)


def fuse(model: Module, inplace: bool = False, no_trace: bool = False) -> Module:
    """The model with every batch normalisation behind a convolution folded into it; the model must be in eval mode."""
    if not inplace:
        model = copy.deepcopy(model)
    traced: Any = model if no_trace and isinstance(model, GraphModule) else GraphModule(model, Tracer().trace(model))
    modules = dict(traced.named_modules())
    for pattern in PATTERNS:
        for node in traced.graph.nodes:
            if matches_module_pattern(pattern, node, modules):
                if len(node.args[0].users) > 1:
                    continue
                conv, bn = modules[node.args[0].target], modules[node.target]
                if not bn.track_running_stats:
                    continue
                replace_node_module(node.args[0], modules, fuse_conv_bn_eval(conv, bn))
                node.replace_all_uses_with(node.args[0])
                traced.graph.erase_node(node)
    return GraphModule(traced, traced.graph)


def remove_dropout(model: Module) -> Module:
    """The model without its dropout layers."""
    traced = GraphModule(model, Tracer().trace(model))

    class DropoutRemover(Transformer):
        def call_module(self, target: Target, args: tuple[Argument, ...], kwargs: dict[str, Any]) -> Any:
            if isinstance(self.submodules[str(target)], Dropout):
                return args[0]
            return super().call_module(target, args, kwargs)

    return DropoutRemover(traced).transform()


def extract_subgraph(orig_module: Module, nodes: list[Node], inputs: list[Node], outputs: list[Node]) -> GraphModule:
    """A module of some nodes of a graph, with arguments and results at the given nodes."""
    from steepest.fx.graph import Graph

    made, env = Graph(), dict[Node, Node]()
    for node in inputs:
        env[node] = made.placeholder(node.name)
    for node in nodes:
        env[node] = made.node_copy(node, lambda n: env[n])
    made.output([env[n] for n in outputs])
    made.lint()
    return GraphModule(orig_module, made)
