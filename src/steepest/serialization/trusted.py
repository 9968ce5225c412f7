"""Reading files that are trusted (`weights_only=False`): whole objects, made by their own classes.

PyTorch's names mean what they mean here, whether the file comes from PyTorch or not, and PyTorch itself is not imported.
"""

import importlib
import pickle
from collections.abc import Callable
from typing import IO, Any

from steepest.errors import text
from steepest.serialization.names import TABLE

__all__ = ["TrustedUnpickler"]


class TrustedUnpickler(pickle.Unpickler):
    """Python's unpickler with PyTorch's names translated; `storage` gives the storage of a persistent id."""

    def __init__(self, file: IO[bytes], storage: Callable[[Any], Any], **options: Any):
        super().__init__(file, **options)
        self.storage = storage

    def persistent_load(self, pid: Any) -> Any:
        return self.storage(pid)

    def find_class(self, module_name: str, global_name: str) -> Any:
        full = f"{module_name}.{global_name}"
        if module_name.split(".")[0] != "torch":
            return super().find_class(module_name, global_name)
        return TABLE[full] if full in TABLE else counterpart(module_name, global_name)


def counterpart(module: str, name: str) -> Any:
    """What PyTorch's `module.name` is here: the same path in this package, or the public name beside it."""
    package = __name__.split(".")[0]
    parts = module.split(".")[1:]
    # torch.nn.modules.linear.Linear is also public as torch.nn.Linear: walk up until something of this name is found.
    while True:
        path = ".".join([package, *parts])
        try:
            return getattr(importlib.import_module(path), name)
        except (ImportError, AttributeError) as error:
            if not parts:
                raise pickle.UnpicklingError(text("unknown-torch-name", name=f"{module}.{name}")) from error
            parts.pop()
