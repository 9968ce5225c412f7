"""The networks by name, and the weights trained elsewhere, which are only a name here."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from steepest.errors import text

__all__ = ["BUILDERS", "TrainedWeights", "network"]

BUILDERS: dict[str, Callable[..., Any]] = {}
Network = TypeVar("Network")


class TrainedWeights:
    """What `ResNet18_Weights` and its members are: a name that a program may hold, and that no network can be made with."""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, member: str) -> "TrainedWeights":
        if member.startswith("_"):
            raise AttributeError(member)
        return TrainedWeights(f"{self._name}.{member}")

    def __call__(self, *args: Any, **options: Any) -> Any:
        raise RuntimeError(text("vision-no-weights", weights=self))

    def __repr__(self) -> str:
        return self._name


def network(build: Callable[..., Network]) -> Callable[..., Network]:
    """Register a function that makes a network, with torchvision's arguments around those of the network itself.

    RuntimeError where weights are asked for that were trained elsewhere.
    """

    @functools.wraps(build)
    def builder(*, weights: Any = None, progress: bool = True, pretrained: bool = False, **options: Any) -> Network:
        if weights is not None or pretrained:
            raise RuntimeError(text("vision-no-weights", weights=weights if weights is not None else "pretrained=True"))
        return build(**options)

    BUILDERS[build.__name__] = builder
    return builder
