"""Data parallelism over devices; there is one device here, so the module computes its whole batch by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from steepest.errors import outside, text
from steepest.functional.process_group import get_world_size
from steepest.nn.modules.module import Module

__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel"]
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


class DistributedDataParallel(Module):
    """`module` under the name `module`; of one process the mean of the gradients is the gradient.

    ValueError before `torch.distributed.init_process_group`, RuntimeError for a module without parameters that are learned.
    """

    def __init__(self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0, broadcast_buffers: bool = True,
                 init_sync: bool = True, process_group: Any = None, bucket_cap_mb: Any = None, find_unused_parameters: bool = False,
                 check_reduction: bool = False, gradient_as_bucket_view: bool = False, static_graph: bool = False, **options: Any) -> None:
        super().__init__()
        get_world_size(process_group)
        if not any(p.requires_grad for p in module.parameters()):
            raise RuntimeError(text("distributed-without-parameters"))
        self.module, self.dim, self.device_ids = module, dim, device_ids

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Gradients are summed without asking other processes, as ever."""
        yield

    @contextmanager
    def join(self, divide_by_initial_world_size: bool = True, enable: bool = True,
             throw_on_early_termination: bool = False) -> Iterator[None]:
        """All processes have the same number of steps."""
        yield


def data_parallel(module: Module, inputs: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0,
                  module_kwargs: dict[str, Any] | None = None) -> Any:
    """`module(*inputs)`: there is one device."""
    return module(*(inputs if isinstance(inputs, tuple) else (inputs,)), **(module_kwargs or {}))
