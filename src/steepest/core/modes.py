"""What is switched on: gradients, inference, and the stack of interpreters that see operations instead of the eager engine."""

from typing import Any, Protocol

__all__ = ["Interpreter", "interpreters", "modes", "no_graph"]


class Interpreter(Protocol):
    """Gives primitives another meaning than eager evaluation while it is on top of the stack."""

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any: ...

    def write(self, target: Any, value: Any) -> bool:
        """An in-place write is about to happen; true where the interpreter has done it."""
        ...

    def read(self, x: Any) -> None: ...

    def accumulated(self, leaf: Any, gradient: Any) -> None: ...


class Modes:
    """`grad`: record the graph; `inference`: new tensors never take part in autograd; `threads`: how many were asked for, 0 for none;
    `casting`: the dtype that autocast computes in, None while it is off; `keeps_casts`: whether it converts a parameter once."""

    __slots__ = ("anomaly", "casting", "grad", "inference", "keeps_casts", "threads")

    casting: Any

    def __init__(self) -> None:
        self.grad, self.inference, self.anomaly, self.threads = True, False, False, 0
        self.casting, self.keeps_casts = None, True


modes = Modes()
interpreters: list[Interpreter] = []


class no_graph:
    """Without recording a graph, and with the mode as it was afterwards; the interpreters are not told."""

    def __enter__(self) -> None:
        self.before, modes.grad = modes.grad, False

    def __exit__(self, *problem: Any) -> None:
        modes.grad = self.before
