"""What a watcher keeps of a run: its places, optimizers, loaders, parameters, losses, and the passes looked at in full."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from steepest.diagnose.frames import Line
from steepest.diagnose.reading import Activation, LossSeen

__all__ = ["Evaluation", "LeafSeen", "LoaderSeen", "Observation", "OptimizerSeen", "Site"]

Array = np.ndarray[Any, Any]


@dataclass
class Site:
    """One place in the program that calls `backward()`: the losses of all its passes and where each stood in the run."""

    line: Line
    losses: array[float] = field(default_factory=lambda: array("d"))
    leaves: set[int] = field(default_factory=set)
    code: Any = None


@dataclass
class OptimizerSeen:
    """What is known of one optimizer."""

    of: Any
    line: Line
    steps: int = 0
    empty: int = 0            # observed steps whose gradients were all None or zero
    observed: int = 0
    carried: int = 0          # observed steps that used gradients carried over from the step before
    clean: int = 0
    cleared: bool = True      # a pass began with no gradients since the last step
    backwards: int = 0
    known: bool = False       # every pass since the last step was observed
    step_line: Line = ("", 0)

    def parameters(self) -> list[Any]:
        return [p for group in self.of.param_groups for p in group["params"]]


@dataclass
class LoaderSeen:
    """A loader, where its first pass began, and whether `backward()` ran between its batches."""

    of: Any
    line: Line
    trains: bool = False


@dataclass
class LeafSeen:
    """A tensor that gradients reach."""

    tensor: Any
    name: str
    first: Array
    changed: bool = False
    passes: int = 0
    last: Array | None = None


@dataclass
class Observation:
    """One pass looked at in full."""

    number: int
    site: Line
    loss: float
    seen: LossSeen | None
    activations: list[Activation]
    inputs: Array | None
    input_line: Line
    leaves: list[int]
    norms: dict[int, tuple[float, float]]      # gradient and parameter, by leaf
    growing: dict[str, int]                    # variables whose graph reaches back over passes
    broadcast: tuple[Any, ...] | None
    ops: int
    evaluating: bool = False


@dataclass
class Evaluation:
    """Values of a loss function on one line of the program."""

    line: Line
    code: Any = None
    trained: bool = False       # a gradient went through this line
    values: array[float] = field(default_factory=lambda: array("d"))
    passes: array[int] = field(default_factory=lambda: array("q"))
    without_grad: int = 0
    weights: array[int] = field(default_factory=lambda: array("q"))
