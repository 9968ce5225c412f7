"""Onlookers: who watches a training is told, where native steps end, which losses the unseen ones had, and may ask to see a step.

An onlooker's hooks run in the iterations that Python sees. Where one of these is recorded, `tell` makes a value of it known for every
native step like it. The values of a chunk are handed over together, so that an unseen step costs no more than writing a number.
"""

from typing import Any, Protocol

import numpy as np

from steepest.compiling.effects import held, recorder_now
from steepest.compiling.results import Kept
from steepest.compiling.trace import Effect
from steepest.core.tensor import Tensor

__all__ = ["Columns", "Onlooker", "admitted", "onlookers", "tell", "told", "unseen"]

Array = np.ndarray[Any, Any]
Columns = list[tuple[Any, Array]]


class Onlooker(Protocol):
    """What a loop asks of one who watches. A column is the key that `tell` was given and a number for each of n steps; columns stand
    in the order in which a step tells them, and may have the same key."""

    def ahead(self, keys: list[Any]) -> int:
        """How many steps, each of which tells so many values, may go unseen from here on."""
        ...

    def admit(self, columns: Columns) -> int:
        """How many of these steps may go unseen; the one behind them is taken back and shown to Python."""
        ...

    def told(self, columns: Columns) -> None:
        """These steps went unseen."""
        ...


onlookers: list[Onlooker] = []
"""Those who watch now."""


def tell(key: Any, value: Tensor) -> None:
    """Where the step is recorded, tell this value of every native step like it, to whoever watches then."""
    recorder = recorder_now()
    if recorder is not None and value.array.size == 1:
        recorder.effects.append(Effect("tell", key, (held(value.reshape(())),)))


def unseen(effects: list[Any]) -> int:
    """How many steps with these effects may go unseen from here on."""
    keys = [key for kind, key, _ in effects if kind == "tell"]
    return min(onlooker.ahead(keys) for onlooker in onlookers)


def admitted(effects: list[Any], results: list[Array], n: int) -> int:
    """How many of n steps that have been run may go unseen."""
    columns = _columns(effects, results, n)
    return min(onlooker.admit(columns) for onlooker in onlookers) if columns else n


def told(effects: list[Any], results: list[Array], n: int) -> None:
    """Tell of n steps that went unseen."""
    columns = _columns(effects, results, n)
    for onlooker in onlookers if columns else ():
        onlooker.told(columns)


def _columns(effects: list[Any], results: list[Array], n: int) -> Columns:
    return [(key, results[values[0].index].reshape(n) if isinstance(values[0], Kept) else np.full(n, values[0].value))
            for kind, key, values in effects if kind == "tell"]
