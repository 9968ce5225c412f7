"""Learning rates tried on copies, where the program itself cannot be run again: the model as it was, one batch, a new optimizer."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from steepest.core.generator import default_generator
from steepest.core.modes import modes
from steepest.core.tensor import fresh

__all__ = ["Copies"]

LARGEST = 5_000_000
"""Above so many parameters nothing is copied."""


class Copies:
    """A model as it was at the start, with its optimizer's kind and its loss function."""

    def __init__(self, model: Any, optimizer: Any, loss_fn: Any):
        self.optimizer, self.loss_fn, self.model = optimizer, loss_fn, None
        if model is not None and optimizer is not None and loss_fn is not None:
            if sum(p.array.size for p in model.parameters()) <= LARGEST:
                self.model = copy.deepcopy(model)

    def losses(self, inputs: Any, target: Any, rate: float, passes: int) -> Any:
        """The losses of a copy trained on one batch with another learning rate; None where that cannot be done."""
        if self.model is None or inputs is None or target is None:
            return None
        state, gradients = default_generator.get_state(), modes.grad
        modes.grad = True
        try:
            from steepest.core.dtype import from_numpy

            model = copy.deepcopy(self.model)
            options = {k: v for k, v in self.optimizer.defaults.items() if k in _accepted(type(self.optimizer))}
            optimizer = type(self.optimizer)(model.parameters(), **{**options, "lr": rate})
            x, y = (fresh(np.array(a), from_numpy(a.dtype)) for a in (inputs, target))
            out = []
            for _ in range(passes):
                loss = self.loss_fn(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                out.append(float(loss.array.item()))
            return np.array(out)
        except Exception:       # the model wants more than one input, or another shape than the batch that was seen
            return None
        finally:
            default_generator.set_state(state)
            modes.grad = gradients


def _accepted(kind: type) -> set[str]:
    import inspect

    return set(inspect.signature(kind.__init__).parameters)  # type: ignore[misc]
