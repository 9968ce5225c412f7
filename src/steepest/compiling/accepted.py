"""`torch.compile` as programs write it: the function runs operation by operation, as without the call."""

from collections.abc import Callable
from typing import Any

from steepest.errors import text

__all__ = ["compile"]


def compile(model: Any = None, *, fullgraph: bool = False, dynamic: bool | None = None, backend: Any = "inductor",
            mode: str | None = None, options: Any = None, disable: bool = False) -> Any:
    """The function or module itself: programs that call `torch.compile` run, with the same numbers and at eager's speed.

    Native code for a training step is `steepest.compiling.Step`. TypeError where `model` cannot be called.
    """
    if model is None:
        def decorator(function: Callable[..., Any]) -> Any:
            return compile(function)

        return decorator
    if not callable(model):
        raise TypeError(text("compile-not-callable", kind=type(model).__name__))
    return model
