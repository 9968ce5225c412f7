"""Gradients with a kernel of their own: one pass over arrays, or plain operations for a second derivative."""

from collections.abc import Callable
from typing import Any

from steepest.core.modes import interpreters, modes
from steepest.functional.neural.precision import widened
from steepest.ops.composites import composite


def fused(name: str, body: Callable[..., Any], kernel: Callable[..., Any], operands: int) -> Callable[..., Any]:
    """`body` over tensors, which `kernel` does at once over arrays; where a graph is recorded the body's operations are it."""
    once = composite(name, body, operands=operands, kernel=widened(kernel))

    def run(*tensors: Any, **params: Any) -> Any:
        return body(*tensors, **params) if modes.grad or interpreters else once(*tensors, **params)

    return run
