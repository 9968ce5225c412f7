"""After `import steepest.as_torch` the name `torch`, its submodules included, means steepest.

    import steepest.as_torch
    import torch.nn as nn                       # the module steepest.nn
    from torch.utils.data import DataLoader     # from steepest.utils.data
    from torchvision import datasets            # from steepest.vision

In a notebook `%load_ext steepest` does the same. Worker processes inherit it, however they are started. From there `torch.__version__`
is the version of PyTorch whose interface this is, with the own one behind it: programs compare it before they use a function.
"""

import importlib
import importlib.util
import multiprocessing.spawn
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import steepest
from steepest.errors import text
from steepest.functional.reducing import return_types
from steepest.torch_version import TorchVersion
from steepest.version import PYTORCH, __version__
from steepest.viz.fonts import watch_for_matplotlib

if TYPE_CHECKING:
    from importlib.metadata import Distribution, DistributionFinder

__all__ = ["enable", "load_ipython_extension"]


# First names and the own packages that they mean. A torchvision that is installed works with the real torch alone.
PACKAGES = {"torch": "steepest", "torchvision": "steepest.vision", "functorch": "steepest.functorch"}


def _installed() -> "Distribution":
    """What `importlib.metadata` tells of a distribution called torch: packages ask for its version before they import it."""
    from importlib.metadata import Distribution  # few programs ask, and it takes a tenth of the start

    class Installed(Distribution):
        def read_text(self, filename: str) -> str | None:
            return f"Metadata-Version: 2.1\nName: torch\nVersion: {steepest.__version__}\n" if filename == "METADATA" else None

        def locate_file(self, path: Any) -> Any:
            return Path(__file__).parent / path

    return Installed()


class _Alias(MetaPathFinder, Loader):
    """Finds `torch.X.Y` as the module object of `steepest.X.Y`: one module under two names, not a copy."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        name = _own_name(fullname)
        if name is None or importlib.util.find_spec(name) is None:
            return None
        return ModuleSpec(fullname, self)

    def find_distributions(self, context: "DistributionFinder.Context") -> "Iterator[Distribution]":
        if context.name in (None, "torch"):
            yield _installed()

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        name = _own_name(spec.name)
        assert name is not None
        module = importlib.import_module(name)
        _rename(name)
        spec.loader_state = module.__spec__, module.__loader__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just written the alias's spec over the module's own.
        assert module.__spec__ is not None
        module.__spec__, module.__loader__ = module.__spec__.loader_state


class _Naming(MetaPathFinder):
    """Lets the classes of a module of this package say that they are PyTorch's, whoever imports it and by which name."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if _home(fullname) else None
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def named(module: ModuleType) -> None:
                execute(module)
                _rename_module(fullname, module, _home(fullname))

            spec.loader.exec_module = named  # type: ignore[method-assign]
        return spec


# Classes that programs print, such as `type(x)`, and the modules that PyTorch has them in.
HOMES = {"steepest.core.tensor": "torch", "steepest.core.size": "torch", "steepest.core.dtype": "torch", "steepest.core.device": "torch",
         "steepest.core.storage": "torch.storage", "steepest.core.hooks": "torch.utils.hooks", "steepest.functional.limits": "torch",
         "steepest.functional.random": "torch._C", "steepest.functional.storages": "torch.storage",
         "steepest.data.loader": "torch.utils.data.dataloader",
         "steepest.data.dataset": "torch.utils.data.dataset", "steepest.data.sampler": "torch.utils.data.sampler",
         "steepest.data.distributed": "torch.utils.data.distributed", "steepest.autograd.modes": "torch.autograd.grad_mode",
         "steepest.return_types": "torch.return_types", "steepest.optim.lr_scheduler": "torch.optim.lr_scheduler"}


RENAMED = tuple(f"steepest.{name}" for name in ("core", "autograd", "nn", "optim", "utils", "distributions", "fx"))
"""Packages whose modules are called as PyTorch's, but for those above."""


PICKLED = ("reduce_graph_module",)
"""Functions that stand in pickles, by which PyTorch finds its own."""


def _home(own: str) -> str:
    """What the module called `own` is in PyTorch; empty where it is none."""
    found = next((home for of, home in HOMES.items() if f"{own}.".startswith(f"{of}.")), "")
    return found or (own.replace("steepest", "torch", 1) if own.startswith(RENAMED) else "")


def _rename(name: str) -> None:
    """Let the classes of a module, and of those below it, say that they are PyTorch's."""
    for own, module in list(sys.modules.items()):
        if f"{own}.".startswith(f"{name}."):
            _rename_module(own, module, _home(own) or own.replace("steepest", "torch", 1))


def _rename_module(own: str, module: ModuleType, home: str) -> None:
    for name, thing in vars(module).items() if home else ():
        if (isinstance(thing, type) or name in PICKLED) and thing.__module__ == own:
            thing.__module__ = home
    if home == own.replace("steepest", "torch", 1):
        sys.modules.setdefault(home, module)            # where `typing.get_type_hints` looks up the names in annotations


def _own_name(fullname: str) -> str | None:
    first, dot, rest = fullname.partition(".")
    return PACKAGES[first] + dot + rest if first in PACKAGES else None


class _EnableOnArrival:
    """Makes the process that unpickles it enable the alias, before it imports the user's main module."""

    def __reduce__(self) -> tuple[Any, ...]:
        # A fresh interpreter may not know yet where this package lies: its sys.path arrives in the same message.
        folder = str(Path(__file__).parent.parent)
        return exec, (f"import sys; sys.path.append({folder!r}); import steepest.as_torch",)


_get_preparation_data = multiprocessing.spawn.get_preparation_data


def _preparation_data(name: str) -> dict[str, Any]:
    """What a parent tells a spawned worker first, with the alias added."""
    return {"steepest.as_torch": _EnableOnArrival(), **_get_preparation_data(name)}


def enable() -> None:
    """Make `torch` mean steepest here and in worker processes started from here; raises ImportError after the real torch."""
    present = sys.modules.get("torch")
    if present is steepest:
        return
    if present is not None:
        raise ImportError(text("torch-already-imported"), name="torch")
    sys.modules["torch"] = steepest
    steepest.__name__ = "torch"             # packages that replace functions by their full names look at it
    steepest.__version__ = TorchVersion(f"{PYTORCH}+steepest.{__version__}")
    sys.meta_path.insert(0, _Alias())
    vars(steepest)["_imported_from"] = "torch"
    vars(steepest)["torch"] = steepest      # PyTorch imports itself by its name, and programs write torch.torch.Tensor
    sys.meta_path.insert(0, _Naming())
    for own, module in list(sys.modules.items()):
        _rename_module(own, module, _home(own))
    for result in return_types.values():
        result.__module__ = HOMES["steepest.return_types"]
    watch_for_matplotlib()
    multiprocessing.spawn.get_preparation_data = _preparation_data
    if "forkserver" in multiprocessing.get_all_start_methods():     # from Python 3.14 on it imports the main module before a worker asks
        multiprocessing.set_forkserver_preload(["steepest.as_torch"])


def load_ipython_extension(ipython: object) -> None:
    """`%load_ext steepest`."""
    enable()


enable()
