"""Data parallelism over devices; there is one device here, so the module computes its whole batch by itself."""

from __future__ import annotations

from typing import Any

from steepest.errors import outside
from steepest.nn.modules.module import Module

__all__ = ["DataParallel", "data_parallel"]
outside.explain(__name__)


class DataParallel(Module):
    """`module` under the name `module`, called as it is."""

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[Any] = []
        self.dim = dim

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)


def data_parallel(module: Module, inputs: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0,
                  module_kwargs: dict[str, Any] | None = None) -> Any:
    """`module(*inputs)`: there is one device."""
    return module(*(inputs if isinstance(inputs, tuple) else (inputs,)), **(module_kwargs or {}))
