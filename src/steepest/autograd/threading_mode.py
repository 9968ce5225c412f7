"""Whether a backward pass may use several threads: a switch of PyTorch's, kept so that programs find it as they left it."""

from typing import Any

__all__ = ["is_multithreading_enabled", "set_multithreading_enabled"]

_enabled = [True]


def is_multithreading_enabled() -> bool:
    """What was last set; the pass here walks the graph on the thread that asks for it, and kernels have their own threads."""
    return _enabled[0]


class set_multithreading_enabled:
    """Set from the call on, and as before at the end of a `with` block."""

    def __init__(self, mode: bool):
        self.before, _enabled[0] = _enabled[0], mode

    def __enter__(self) -> None: ...

    def __exit__(self, *problem: Any) -> None:
        _enabled[0] = self.before
