"""`torchvision.models` is left out: it may be imported, and a network asked of it is an error that says so."""

from typing import Any

from steepest.errors import text

__all__: list[str] = []

# How the names of its networks begin.
FAMILIES = (
    "alexnet", "convnext", "densenet", "efficientnet", "get_model", "googlenet", "inception", "maxvit", "mnasnet", "mobilenet",
    "regnet", "resnet", "resnext", "shufflenet", "squeezenet", "swin", "vgg", "vit_", "wide_resnet",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    if name.lower().startswith(FAMILIES):
        # Not AttributeError, which `from torchvision.models import resnet18` would replace by a sentence of Python's.
        raise ImportError(text("vision-no-models"))
    raise AttributeError(f"module 'torchvision.models' has no attribute {name!r}")
