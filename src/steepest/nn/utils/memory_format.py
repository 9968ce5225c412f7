"""Weights of convolutions in another order in memory."""

from __future__ import annotations

from typing import Any

from steepest.nn.modules.conv import Conv2d, Conv3d, ConvTranspose2d, ConvTranspose3d
from steepest.nn.modules.module import Module

__all__ = ["convert_conv2d_weight_memory_format", "convert_conv3d_weight_memory_format"]


def _converted(module: Module, kinds: tuple[type, ...], memory_format: Any) -> Module:
    for layer in module.modules():
        if isinstance(layer, kinds):
            layer.weight.data = layer.weight.detach().clone().contiguous(memory_format=memory_format)
    return module


def convert_conv2d_weight_memory_format(module: Module, memory_format: Any) -> Module:
    """All weights of two-dimensional convolutions in `memory_format`; the module itself."""
    return _converted(module, (Conv2d, ConvTranspose2d), memory_format)


def convert_conv3d_weight_memory_format(module: Module, memory_format: Any) -> Module:
    """All weights of three-dimensional convolutions in `memory_format`; the module itself."""
    return _converted(module, (Conv3d, ConvTranspose3d), memory_format)
