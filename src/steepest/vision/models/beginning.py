"""The numbers with which networks of convolutions begin, drawn module by module."""

from collections.abc import Callable

from steepest.nn import init
from steepest.nn.modules.batchnorm import BatchNorm2d
from steepest.nn.modules.conv import Conv2d
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.module import Module
from steepest.nn.modules.normalization import GroupNorm

__all__ = ["begin", "narrow"]


def narrow(layer: Linear) -> None:
    """Weights of standard deviation 0.01."""
    init.normal_(layer.weight, 0, 0.01)


def begin(network: Module, linear: Callable[[Linear], None] = narrow) -> None:
    """Convolutions by the number of their outputs (He et al. 2015), normalisations at 1, linear layers as `linear` says; biases at 0."""
    for m in network.modules():
        if isinstance(m, Conv2d):
            init.kaiming_normal_(m.weight, mode="fan_out")
        elif isinstance(m, (BatchNorm2d, GroupNorm)):
            init.ones_(m.weight)
        elif isinstance(m, Linear):
            linear(m)
        else:
            continue
        if m.bias is not None:
            init.zeros_(m.bias)
