"""The primitives, one file a form: a name, a definition and gradient rules each; and `torch.ops`, operators by their names."""

from typing import Any

from steepest.core.operators import namespace, registered
from steepest.errors import text


def load_library(path: Any) -> None:
    """OSError, as where PyTorch finds none: a library has operators on PyTorch's own tensors."""
    raise OSError(text("operator-library", path=path))


def __getattr__(name: str) -> Any:
    if name != "aten" and name not in registered:       # a module of this package that is still to be imported, or nothing
        raise AttributeError(f"module 'steepest.ops' has no attribute '{name}'", name=name)
    return namespace(name)
