"""What a fresh copy of the model shows: whether it can learn eight rows by heart, and how far the gradients of batches differ."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core.dtype import from_numpy
from steepest.core.generator import default_generator
from steepest.core.modes import modes
from steepest.core.tensor import Tensor, fresh
from steepest.diagnose.run import Run
from steepest.diagnose.seen import Observation
from steepest.nn import functional
from steepest.optim import Adam

__all__ = ["eight_rows", "gradient_noise"]

ROWS, STEPS, RATE = 8, 200, 0.01
LARGEST = 200_000
"""Above so many parameters nothing is copied."""
LOSSES: dict[str, Callable[..., Any]] = {
    "bce": functional.binary_cross_entropy, "logits": functional.binary_cross_entropy_with_logits, "classes": functional.cross_entropy,
    "squared": functional.mse_loss, "absolute": functional.l1_loss,
}  # fmt: skip

Array = np.ndarray[Any, Any]


def eight_rows(run: Run) -> tuple[float, float] | None:
    """The loss of eight rows before and after a model with fresh weights was trained on them alone; None where that cannot be tried.

    A model that cannot learn eight rows by heart is itself at fault; one that can lacks something in the data or in the training.
    """
    batch = next((found for found in map(_batch, run.observations) if found is not None), None)
    model = _fresh_copy(run)
    if batch is None or model is None:
        return None
    x, y, kind = batch
    some = np.linspace(0, len(x) - 1, min(ROWS, len(x))).astype(int)
    given, wanted = _tensor(x[some]), _tensor(y[some])
    optimizer = Adam(list(model.parameters()), lr=RATE)
    losses: list[float] = []

    def train() -> None:
        for _ in range(STEPS):
            loss = _loss(kind, model(given), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.array.item()))

    return (losses[0], min(losses)) if _aside(train) else None


def gradient_noise(run: Run) -> tuple[int, float] | None:
    """Rows of a batch, and the gradient's noise scale: the batch at which noise and gradient would weigh the same.

    McCandlish et al., An Empirical Model of Large-Batch Training, 2018, section 2.2: tr(covariance of a row's gradient) / |gradient|^2.
    """
    batches = [found for found in map(_batch, run.observations[:12]) if found is not None]
    sizes = [len(x) for x, _, _ in batches]
    batches = [b for b in batches if len(b[0]) == max(sizes, default=0)]
    model = _copy(run)
    if model is None or len(batches) < 4 or run.whole_batch:
        return None
    gradients: list[Array] = []

    def measure() -> None:
        for x, y, kind in batches:
            model.zero_grad()
            _loss(kind, model(_tensor(x)), _tensor(y)).backward()
            parts = [p._grad.array.reshape(-1).astype(np.float64) for p in model.parameters() if p._grad is not None]
            gradients.append(np.concatenate(parts))

    if not _aside(measure) or not np.isfinite(gradients).all():
        return None
    stacked = np.stack(gradients)
    variance = float(stacked.var(0, ddof=1).sum())
    signal = float((stacked.mean(0) ** 2).sum()) - variance / len(stacked)
    return max(sizes), max(sizes) * variance / max(signal, 1e-6 * variance)


def _batch(o: Observation) -> tuple[Array, Array, str] | None:
    """Inputs, targets and the kind of the loss of a pass that was looked at, where all of its rows were kept."""
    seen = o.seen
    if seen is None or o.inputs is None or seen.target is None or seen.kind not in LOSSES or seen.paths != 1:
        return None
    return (o.inputs, seen.target, seen.kind) if len(o.inputs) == len(np.atleast_1d(seen.target)) == seen.rows else None


def _copy(run: Run) -> Any:
    models = [m for m in run.watcher.models.values() if any(id(p) in run.watcher.leaves for p in m.parameters())]
    if len(models) != 1 or sum(p.array.size for p in models[0].parameters()) > LARGEST:
        return None
    try:
        return copy.deepcopy(models[0]).train()
    except Exception:       # a model that cannot be copied is left alone
        return None


def _fresh_copy(run: Run) -> Any:
    """The model with weights drawn anew by its layers."""
    model = _copy(run)
    if model is None:
        return None
    state = default_generator.get_state()
    try:
        default_generator.manual_seed(0)
        for layer in model.modules():
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
    finally:
        default_generator.set_state(state)
    return model


def _tensor(x: Array) -> Tensor:
    return fresh(np.array(x), from_numpy(x.dtype))


def _loss(kind: str, said: Tensor, wanted: Tensor) -> Tensor:
    if kind != "classes" and said.array.shape != wanted.array.shape and said.array.size == wanted.array.size:
        said = said.reshape(wanted.array.shape)
    loss: Tensor = LOSSES[kind](said, wanted)
    return loss


def _aside(work: Callable[[], None]) -> bool:
    """Do something with gradients that moves nobody's random numbers; whether it went well."""
    state, gradients = default_generator.get_state(), modes.grad
    modes.grad = True
    try:
        with np.errstate(all="ignore"):
            work()
        return True
    except Exception:           # the model wants other inputs than the first layer's
        return False
    finally:
        modes.grad = gradients
        default_generator.set_state(state)
