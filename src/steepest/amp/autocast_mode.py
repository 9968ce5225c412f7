"""`autocast` and what asks about it: programs written for mixed precision run here in their own precision."""

import functools
import warnings
from collections.abc import Callable
from typing import Any

from steepest.core.dtype import bfloat16, float16
from steepest.errors import text

__all__ = ["autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]


def is_autocast_available(device_type: str) -> bool:
    """False: nothing is computed in another precision than that of its operands."""
    return False


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """False: see `autocast`."""
    return False


is_autocast_cpu_enabled = is_autocast_cache_enabled = is_autocast_enabled


def get_autocast_dtype(device_type: str) -> Any:
    """The dtype that `autocast` would compute in: bfloat16 on a processor, float16 elsewhere."""
    return bfloat16 if device_type == "cpu" else float16


def get_autocast_cpu_dtype() -> Any:
    """bfloat16."""
    return bfloat16


def get_autocast_gpu_dtype() -> Any:
    """float16."""
    return float16


def set_autocast_enabled(*enabled: Any) -> None:
    """Accepted where it switches autocast off; RuntimeError where it would have to compute in lower precision."""
    if enabled and enabled[-1]:
        raise RuntimeError(text("autocast-precision", device=enabled[0] if len(enabled) > 1 else "cpu"))


def set_autocast_cache_enabled(enabled: bool) -> None:
    """There is nothing to keep."""


def clear_autocast_cache() -> None:
    """There is nothing kept."""


class autocast:
    """A `with` block or decorator; RuntimeError where it would have to compute in lower precision on the CPU.

    >>> with steepest.autocast("cpu", enabled=False):
    ...     (steepest.ones(2, 2) @ steepest.ones(2, 2)).dtype
    torch.float32
    """

    def __init__(self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None):
        self.device, self.fast_dtype = device_type, dtype
        if enabled and device_type == "cuda":
            warnings.warn(text("autocast-no-cuda"), stacklevel=2)
        elif enabled:
            raise RuntimeError(text("autocast-precision", device=device_type))

    def __enter__(self) -> "autocast":
        return self

    def __exit__(self, *error: Any) -> None:
        return None

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return run


def custom_fwd(fwd: Any = None, *, device_type: str = "cpu", cast_inputs: Any = None) -> Any:
    """The forward method of an `autograd.Function` itself: under no `autocast` anything is cast."""
    return fwd if fwd is not None else lambda function: function


def custom_bwd(bwd: Any = None, *, device_type: str = "cpu") -> Any:
    """The backward method of an `autograd.Function` itself."""
    return bwd if bwd is not None else lambda function: function
