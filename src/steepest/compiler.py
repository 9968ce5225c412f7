"""`torch.compiler`: what programs ask of the compiler around their calls of `torch.compile`."""

from collections.abc import Callable
from typing import Any

from steepest.compiling.compiled import compile as compile
from steepest.errors import outside

__all__ = ["allow_in_graph", "assume_constant_result", "compile", "cudagraph_mark_step_begin", "disable", "is_compiling",
           "is_dynamo_compiling", "is_exporting", "list_backends", "reset", "set_stance", "substitute_in_graph"]
outside.explain(__name__)


def is_compiling() -> bool:
    """False: a program is recorded while it runs, and asks Python as ever."""
    return False


is_dynamo_compiling = is_exporting = is_compiling


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """The function itself; what is recorded is what it computes."""
    return fn if fn is not None else lambda f: f


def allow_in_graph(fn: Any) -> Any:
    """The function itself."""
    return fn


assume_constant_result = allow_in_graph


def substitute_in_graph(original_fn: Any, **options: Any) -> Callable[[Any], Any]:
    """The decorated function itself: nothing needs a substitute."""
    return lambda f: f


def list_backends(exclude_tags: Any = ()) -> list[str]:
    """The one compiler there is."""
    return ["llvm"]


def reset() -> None:
    """Nothing that is kept has to be forgotten: every compiled function checks its own guards."""


def cudagraph_mark_step_begin() -> None:
    """There are no graphs of a graphics card."""


class set_stance:
    """A `with` block or decorator; compiled functions decide by their guards."""

    def __init__(self, stance: str = "default", **options: Any):
        self.stance = stance

    def __enter__(self) -> None: ...

    def __exit__(self, *problem: Any) -> None: ...

    def __call__(self, fn: Any) -> Any:
        return fn
