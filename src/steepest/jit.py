"""`torch.jit`, as far as models name it that also run without: nothing is scripted, `torch.compile` compiles programs as they are."""

from typing import Any, Final

from steepest.errors import outside

__all__ = ["Final", "annotate", "export", "ignore", "is_scripting", "is_tracing", "unused"]
outside.explain(__name__)


def is_scripting() -> bool:
    """False: a program runs as Python."""
    return False


is_tracing = is_scripting


def ignore(drop: Any = False, **options: Any) -> Any:
    """A decorator that leaves the method as it is, as it does in PyTorch outside scripts."""
    return drop if callable(drop) else lambda function: function


def unused(fn: Any) -> Any:
    """The method itself, as in PyTorch outside scripts."""
    return fn


export = unused


def annotate(the_type: Any, the_value: Any) -> Any:
    """The value."""
    return the_value
