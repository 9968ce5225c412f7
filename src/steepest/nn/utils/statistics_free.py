"""Batch normalisations without running statistics, which functions of parameters cannot write."""

from __future__ import annotations

from steepest.nn.modules.batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from steepest.nn.modules.module import Module

__all__ = ["replace_all_batch_norm_modules_"]


def replace_all_batch_norm_modules_(root: Module) -> Module:
    """Every batch normalisation in `root` made to standardise by the batch alone, in place; `root` itself."""
    for layer in root.modules():
        if isinstance(layer, (BatchNorm1d, BatchNorm2d, BatchNorm3d)):
            layer.running_mean = layer.running_var = layer.num_batches_tracked = None
            layer.track_running_stats = False
    return root
