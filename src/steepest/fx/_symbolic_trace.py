"""`symbolic_trace`, and what PyTorch has beside it: the code of traced modules finds `wrap` here, tracers of packages the rest."""

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

from steepest.fx._compatibility import compatibility
from steepest.fx.graph import Graph
from steepest.fx.graph_module import GraphModule
from steepest.fx.proxy import ParameterProxy, Proxy, TracerBase
from steepest.fx.tracer import (
    PH,
    PHBase,
    PHWithMeta,
    ScriptObject,
    Tracer,
    _assert_is_none,
    _autowrap_check,
    _orig_module_call,
    _orig_module_getattr,
    _patch_wrapped_functions,
    _Patcher,
    is_fx_symbolic_tracing,
    is_fx_tracing,
    wrap,
)
from steepest.nn.modules.module import Module

__all__ = ["PH", "FunctionType", "Graph", "PHBase", "PHWithMeta", "ParameterProxy", "Proxy", "ScriptObject", "Tracer", "TracerBase",
           "_Patcher", "_assert_is_none", "_autowrap_check", "_orig_module_call", "_orig_module_getattr", "_patch_wrapped_functions",
           "compatibility", "functools", "is_fx_symbolic_tracing", "is_fx_tracing", "symbolic_trace", "wrap"]


def symbolic_trace(root: Module | Callable[..., Any], concrete_args: dict[str, Any] | None = None) -> GraphModule:
    """A `GraphModule` that does what a module or function does, from tracing it.

    >>> def f(x):
    ...     return steepest.relu(x) + 1
    >>> print(steepest.fx.symbolic_trace(f).code.strip())
    def forward(self, x):
        relu = torch.relu(x);  x = None
        add = relu + 1;  relu = None
        return add
    """
    tracer = Tracer()
    graph = tracer.trace(root, concrete_args)
    name = type(root).__name__ if isinstance(root, Module) else getattr(root, "__name__", "GraphModule")
    return GraphModule(tracer.root, graph, name)
