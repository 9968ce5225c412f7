"""`torch.cuda.nvtx`: marks for a profiler of graphics processors. Importable as in PyTorch for the CPU, whose functions refuse, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from steepest.errors import outside, text

__all__ = ["mark", "range", "range_end", "range_pop", "range_push", "range_start"]
outside.explain(__name__)


def range_push(msg: str) -> int:
    """RuntimeError: there is no such profiler."""
    raise RuntimeError(text("nvtx"))


def range_pop() -> int:
    """RuntimeError: there is no such profiler."""
    raise RuntimeError(text("nvtx"))


def range_start(msg: str) -> int:
    """RuntimeError: there is no such profiler."""
    raise RuntimeError(text("nvtx"))


def range_end(range_id: int) -> None:
    """RuntimeError: there is no such profiler."""
    raise RuntimeError(text("nvtx"))


def mark(msg: str) -> int:
    """RuntimeError: there is no such profiler."""
    raise RuntimeError(text("nvtx"))


@contextmanager
def range(msg: str, *args: Any, **kwargs: Any) -> Iterator[None]:
    """A block, or a function, under a name; RuntimeError where it begins."""
    range_push(msg.format(*args, **kwargs))
    yield
