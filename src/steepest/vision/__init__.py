"""What course programs need of torchvision: data sets, transforms, grids of pictures.

Under `steepest run` and after `import steepest.as_torch` the name `torchvision` means this package.
"""

from typing import Any

from steepest.version import __version__
from steepest.vision import datasets, io, models, transforms, utils
from steepest.vision.scope import OUT_OF_SCOPE, left_out

__all__ = ["__version__", "datasets", "io", "models", "transforms", "utils"]


def __getattr__(name: str) -> Any:
    if name in OUT_OF_SCOPE:
        raise AttributeError(left_out(name))
    raise AttributeError(f"module 'torchvision' has no attribute {name!r}")
