"""Data parallelism over devices; there is one device here, so the module computes its whole batch by itself."""

from __future__ import annotations

from typing import Any

from steepest.nn.modules.module import Module

__all__ = ["DataParallel"]


class DataParallel(Module):
    """`module` under the name `module`, called as it is."""

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[Any] = []
        self.dim = dim

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)
