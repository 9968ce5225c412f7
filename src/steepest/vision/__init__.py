"""What course programs need of torchvision: data sets, transforms, grids of pictures.

Under `steepest run` and after `import steepest.as_torch` the name `torchvision` means this package.
"""

from steepest.version import __version__
from steepest.vision import datasets, io, models, ops, transforms, utils

__all__ = ["__version__", "datasets", "io", "models", "ops", "transforms", "utils"]
