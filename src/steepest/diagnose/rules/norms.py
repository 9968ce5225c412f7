"""The norms of a pass by layer."""

from __future__ import annotations

from steepest.diagnose.run import Run
from steepest.diagnose.seen import Observation

__all__ = ["layer_norms"]


def layer_norms(run: Run, o: Observation) -> list[tuple[str, float, float]]:
    """Name, gradient norm and parameter norm of the leaves with a gradient, in the order of the model."""
    order = {id(p): i for model in run.watcher.models.values() for i, p in enumerate(model.parameters())}
    keys = sorted(o.norms, key=lambda k: order.get(k, 0))
    return [(run.watcher.leaves[k].name, *o.norms[k]) for k in keys if run.watcher.leaves[k].tensor.array.ndim >= 2]
