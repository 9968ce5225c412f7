"""`symbolic_trace`, and the names by which the code of traced modules finds `wrap`."""

from collections.abc import Callable
from typing import Any

from steepest.fx.graph_module import GraphModule
from steepest.fx.tracer import PH, PHBase, PHWithMeta, Tracer, _assert_is_none, is_fx_symbolic_tracing, is_fx_tracing, wrap
from steepest.nn.modules.module import Module

__all__ = ["PH", "PHBase", "PHWithMeta", "Tracer", "_assert_is_none", "is_fx_symbolic_tracing", "is_fx_tracing", "symbolic_trace", "wrap"]


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
