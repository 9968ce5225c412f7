"""`torchvision.transforms.v2` is left out: it may be imported, and a transform asked of it is an error that says so."""

from typing import Any

from steepest.errors import text

__all__: list[str] = []


def __getattr__(name: str) -> Any:
    if name[0].isupper() or name == "functional":
        # Not AttributeError, which `from torchvision.transforms.v2 import Compose` would replace by a sentence of Python's.
        raise ImportError(text("vision-no-v2"))
    raise AttributeError(f"module 'torchvision.transforms.v2' has no attribute {name!r}")
