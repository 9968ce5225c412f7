"""Composites: operations written in primitives that are one node in the graph and may have a kernel of their own in eager.

Recorders and other interpreters see the body; eager runs the kernel where there is one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core.dtype import HALVES, float32, from_numpy
from steepest.core.modes import modes
from steepest.core.node import widened
from steepest.core.primitive import Primitive, arguments, attach, wants_gradient
from steepest.core.tensor import Tensor, fresh
from steepest.ops.arithmetic import cast, clone

__all__ = ["Composite", "composite"]


class Composite(Primitive):
    """A body over tensors, gradient rules, and optionally `kernel(arrays..., **params) -> array or tuple`."""

    form = "composite"
    body_rounds_once = False
    """Whether the body sees 16-bit floats as float32 and its result is rounded once."""

    def __init__(self, name: str, body: Callable[..., Any], kernel: Callable[..., Any] | None, rules: dict[str, Any], node: str,
                 operands: int):
        names = arguments(body)
        super().__init__(name, names[:operands], rules, node)
        self.body, self.kernel = body, kernel

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        kernel = self.kernel
        if kernel is None:
            return self.evaluate_body(operands, params)
        result: Any
        wanted = modes.grad
        if len(operands) == 1:
            x: Tensor = operands[0]
            out = kernel(x.array, **params)
            wanted = wanted and (x.needs_grad or x.view_of is not None)
        else:
            out = kernel(*[x.array if isinstance(x, Tensor) else x for x in operands], **params)
        if type(out) is np.ndarray:
            result = fresh(out, from_numpy(out.dtype))
        elif type(out) is tuple:
            result = tuple([fresh(np.asarray(o), from_numpy(o.dtype)) for o in out])
        else:                                                   # arithmetic of 0-dim arrays gives NumPy's scalars
            result = fresh(np.asarray(out), from_numpy(out.dtype))
        if wanted and wants_gradient(operands):
            attach(self, operands, params, result)
        return result

    def evaluate_body(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """The result by way of the body, as one node where the composite has gradient rules."""
        before = modes.grad
        modes.grad = False
        given, half = operands, None
        if self.body_rounds_once:
            half = next((x.dtype for x in operands if isinstance(x, Tensor) and x.dtype in HALVES), None)
            given = operands if half is None else tuple(map(widened, operands))
        try:
            result = self.body(*given, **params)
            if half is not None:
                result = tuple([_narrowed(r, half) for r in result]) if isinstance(result, tuple) else _narrowed(result, half)
            if self.kernel is not None:         # kernels give results in the order of their elements
                result = tuple(map(_ordered, result)) if isinstance(result, tuple) else _ordered(result)
        finally:
            modes.grad = before
        if self.kernel is not None:         # whose results are no views
            for x in result if type(result) is tuple else (result,):
                x.view_of = None
        if before and wants_gradient(operands):
            attach(self, operands, params, result)
        return result


def _narrowed(x: Any, half: Any) -> Any:
    return cast(x, to=half) if x.dtype is float32 else x


def _ordered(x: Any) -> Any:
    if not isinstance(x, Tensor) or x.level is not None or x.array.flags.c_contiguous:
        return x
    return clone(x, to=x.dtype, order="C")


def composite(name: str, body: Callable[..., Any], *, operands: int, kernel: Callable[..., Any] | None = None, node: str = "",
              shown: tuple[Any, ...] = (), rounds_once: bool | str = False, **rules: Any) -> Composite:
    """Make a composite; the first `operands` arguments of the body are tensors (or None), the others parameters.

    With `rounds_once` body and rules see 16-bit floats as float32, as kernels do; with `rounds_once="body"` the body alone.

    `shown` orders the operands in `next_functions` where PyTorch has another order; `("TBackward0", "weight")` stands for a node between.
    """
    made = Composite(name, body, kernel, rules, node, operands)
    made.shown, made.rounds_once, made.body_rounds_once = shown, rounds_once is True, bool(rounds_once)
    return made
