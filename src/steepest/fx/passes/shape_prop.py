"""Noting the shape and dtype of every node's result."""

from typing import Any, NamedTuple

import steepest
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.fx.interpreter import Interpreter
from steepest.fx.node import Node, map_aggregate

__all__ = ["ShapeProp", "TensorMetadata"]


class TensorMetadata(NamedTuple):
    """What is known of a tensor without its values."""

    shape: Any
    dtype: Any
    requires_grad: bool
    stride: tuple[int, ...]
    memory_format: Any
    is_quantized: bool
    qparams: dict[str, Any]


def _extract_tensor_metadata(result: Tensor, include_contiguity: bool = True) -> TensorMetadata:
    """The metadata of a tensor."""
    formats = (steepest.contiguous_format, steepest.channels_last, steepest.channels_last_3d)
    dims = {steepest.channels_last: 4, steepest.channels_last_3d: 5}
    held = next((f for f in formats if dims.get(f, result.dim()) == result.dim() and result.is_contiguous(memory_format=f)), None)
    held = held if include_contiguity else None
    return TensorMetadata(result.shape, result.dtype, result.requires_grad, result.stride(), held, False, {})


class ShapeProp(Interpreter):
    """Runs a graph and writes `node.meta["tensor_meta"]` and `node.meta["type"]`: `ShapeProp(module).propagate(*args)`."""

    def __init__(self, gm: Any, fake_mode: Any = None) -> None:
        super().__init__(gm)

    def run_node(self, n: Node) -> Any:
        try:
            result = super().run_node(n)
        except Exception as problem:
            raise RuntimeError(text("fx-shape-prop", node=n.format_node(), meta=n.meta)) from problem
        found = False

        def extract(value: Any) -> Any:
            nonlocal found
            if isinstance(value, Tensor):
                found = True
                return _extract_tensor_metadata(value)
            return value

        meta = map_aggregate(result, extract)
        if found:
            n.meta["tensor_meta"] = meta
        n.meta["type"] = type(result)
        return result

    def propagate(self, *args: Any) -> Any:
        """Run with these arguments; returns the result."""
        return super().run(*args)
