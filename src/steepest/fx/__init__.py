"""`torch.fx`: programs traced into graphs that can be looked at, changed and run.

    traced = torch.fx.symbolic_trace(module)        # a GraphModule
    print(traced.graph, traced.code)
    for node in traced.graph.nodes: ...
    traced.recompile()

`Graph` and `Node` are the program, `Interpreter` runs it node by node, `Transformer` and `replace_pattern` change it.
"""

import importlib
from typing import Any

from steepest.errors import outside
from steepest.fx._symbolic_trace import PH, Tracer, symbolic_trace, wrap
from steepest.fx.graph import CodeGen, Graph
from steepest.fx.graph_module import GraphModule
from steepest.fx.interpreter import Interpreter, Transformer
from steepest.fx.node import Node, has_side_effect, map_arg
from steepest.fx.proxy import Proxy
from steepest.fx.subgraph_rewriter import replace_pattern

__all__ = ["PH", "CodeGen", "Graph", "GraphModule", "Interpreter", "Node", "Proxy", "Tracer", "Transformer",
           "has_side_effect", "map_arg", "replace_pattern", "symbolic_trace", "wrap"]
_outside = outside.explain(__name__)


def __getattr__(name: str) -> Any:
    if name in ("passes", "experimental"):
        return importlib.import_module(f"{__name__}.{name}")
    return _outside(name)
