"""`autocast` and what asks about it: on the CPU products and convolutions compute in bfloat16 or float16 while it is on.

Which functions do, and which compute in float32 instead, says `steepest.functional.casting`. Without CUDA `autocast("cuda")` warns
and does nothing, as in PyTorch.
"""

import functools
import warnings
from collections.abc import Callable
from typing import Any

from steepest.core.dtype import HALVES, bfloat16, float16, float64
from steepest.core.modes import modes
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.casting import kept

__all__ = ["autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]

chosen = {"cpu": bfloat16}
"""The dtypes that autocast computes in unless told; other devices than the CPU have float16."""
depth = 0


def is_autocast_available(device_type: str) -> bool:
    """True for the CPU and for CUDA, as in PyTorch's builds for the CPU."""
    return device_type in ("cpu", "cuda")


def is_autocast_enabled(device_type: str | None = None) -> bool:
    """Whether autocast is on for the device (CUDA unless told, where it never is)."""
    return device_type == "cpu" and modes.casting is not None


def is_autocast_cpu_enabled() -> bool:
    """Whether autocast is on for the CPU."""
    return modes.casting is not None


def is_autocast_cache_enabled() -> bool:
    """Whether autocast converts a parameter once for a block."""
    return modes.keeps_casts


def get_autocast_dtype(device_type: str) -> Any:
    """The dtype that `autocast` computes in: on a processor bfloat16 unless set, float16 elsewhere."""
    return chosen.get(device_type, float16)


def get_autocast_cpu_dtype() -> Any:
    """The dtype for the CPU."""
    return get_autocast_dtype("cpu")


def get_autocast_gpu_dtype() -> Any:
    """float16."""
    return float16


def set_autocast_dtype(device_type: str, dtype: Any) -> None:
    """The dtype that autocast computes in from here on."""
    chosen[device_type] = dtype
    if device_type == "cpu" and modes.casting is not None:
        modes.casting = dtype


def set_autocast_enabled(*enabled: Any) -> None:
    """Switch autocast on or off: `(device_type, enabled)`, or `(enabled)` for CUDA, where it stays off."""
    if len(enabled) == 2 and enabled[0] == "cpu":
        modes.casting = get_autocast_dtype("cpu") if enabled[1] else None


def set_autocast_cpu_enabled(enabled: bool) -> None:
    """Switch autocast on or off for the CPU."""
    set_autocast_enabled("cpu", enabled)


def set_autocast_cpu_dtype(dtype: Any) -> None:
    """The dtype for the CPU."""
    set_autocast_dtype("cpu", dtype)


def set_autocast_cache_enabled(enabled: bool) -> None:
    """Whether autocast converts a parameter once for a block."""
    modes.keeps_casts = enabled


def clear_autocast_cache() -> None:
    """Forget the converted parameters."""
    kept.clear()


class autocast:
    """A `with` block or decorator in which products and convolutions compute in lower precision.

    `dtype` is bfloat16 (unless given) or float16; for others a warning says that autocast is off. What is computed may be used outside.

    >>> with steepest.autocast("cpu", dtype=steepest.bfloat16):
    ...     (steepest.ones(2, 2) @ steepest.ones(2, 2)).dtype
    torch.bfloat16
    """

    def __init__(self, device_type: str, dtype: Any = None, enabled: bool = True, cache_enabled: bool | None = None):
        if not isinstance(device_type, str):
            raise ValueError(text("autocast-device", kind=type(device_type).__name__))
        if device_type not in ("cpu", "cuda", "meta"):
            raise RuntimeError(text("autocast-no-device", device=device_type))
        self.device, self.fast_dtype = device_type, dtype or get_autocast_dtype(device_type)
        self._cache_enabled = modes.keeps_casts if cache_enabled is None else cache_enabled
        if enabled and device_type == "cuda":
            warnings.warn(text("autocast-no-cuda"), stacklevel=2)
        elif enabled and self.fast_dtype not in HALVES:
            warnings.warn(text("autocast-dtype", dtype=self.fast_dtype), stacklevel=2)
        self._enabled = enabled and device_type == "cpu" and self.fast_dtype in HALVES

    def __enter__(self) -> "autocast":
        global depth
        depth += 1
        self.before = modes.casting, modes.keeps_casts, get_autocast_dtype(self.device)
        chosen[self.device] = self.fast_dtype
        if self.device == "cpu":
            modes.casting = self.fast_dtype if self._enabled else None
        modes.keeps_casts = self._cache_enabled
        return self

    def __exit__(self, *error: Any) -> None:
        global depth
        depth -= 1
        if not depth:
            clear_autocast_cache()
        casting, modes.keeps_casts, chosen[self.device] = self.before
        if self.device == "cpu":
            modes.casting = casting

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            with autocast(self.device, self.fast_dtype, self._enabled, self._cache_enabled):
                return function(*args, **kwargs)

        return run


def custom_fwd(fwd: Any = None, *, device_type: str = "cpu", cast_inputs: Any = None) -> Any:
    """The forward method of an `autograd.Function`, which notes for `custom_bwd` whether autocast is on.

    With `cast_inputs` it runs with autocast off and its floating tensors in that dtype.
    """
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def run(context: Any, *args: Any, **kwargs: Any) -> Any:
        on = is_autocast_enabled(device_type)
        context._dtype, context._fwd_used_autocast = get_autocast_dtype(device_type), on and cast_inputs is None
        if not on or cast_inputs is None:
            return fwd(context, *args, **kwargs)
        with autocast(device_type, enabled=False):
            return fwd(context, *_converted(args, cast_inputs), **_converted(kwargs, cast_inputs))

    return run


def custom_bwd(bwd: Any = None, *, device_type: str = "cpu") -> Any:
    """The backward method of an `autograd.Function`, with autocast as it was in the forward one."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def run(context: Any, *args: Any, **kwargs: Any) -> Any:
        with autocast(device_type, context._dtype, context._fwd_used_autocast):
            return bwd(context, *args, **kwargs)

    return run


def _converted(x: Any, to: Any) -> Any:
    """Floating tensors in `x` but those of float64 in another dtype."""
    if isinstance(x, Tensor):
        return x.to(to) if x.is_floating_point() and x.dtype is not float64 else x
    if isinstance(x, dict):
        return {_converted(k, to): _converted(v, to) for k, v in x.items()}
    return type(x)([_converted(part, to) for part in x]) if isinstance(x, (list, tuple)) else x
