"""VGG: "Very Deep Convolutional Networks for Large-Scale Image Recognition", Simonyan and Zisserman 2014 (arXiv 1409.1556)."""

from collections.abc import Sequence
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.shaping import flatten
from steepest.nn.modules.activation import ReLU
from steepest.nn.modules.batchnorm import BatchNorm2d
from steepest.nn.modules.container import Sequential
from steepest.nn.modules.conv import Conv2d
from steepest.nn.modules.dropout import Dropout
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.module import Module
from steepest.nn.modules.pooling import AdaptiveAvgPool2d, MaxPool2d
from steepest.vision.models.beginning import begin
from steepest.vision.models.registry import network

__all__ = ["VGG", "cfgs", "make_layers", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", "vgg19", "vgg19_bn"]

cfgs: dict[str, list[int | str]] = {
    "A": [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "B": [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    "D": [64, 64, "M", 128, 128, "M", *[256] * 3, "M", *[512] * 3, "M", *[512] * 3, "M"],
    "E": [64, 64, "M", 128, 128, "M", *[256] * 4, "M", *[512] * 4, "M", *[512] * 4, "M"],
}
"""The rows of the paper's table 1: channels of 3x3 convolutions, and "M" for a maximum pool of 2x2."""


class VGG(Module):
    """Convolutions and three linear layers: `(N, 3, H, W)` to `(N, num_classes)`."""

    def __init__(self, features: Module, num_classes: int = 1000, init_weights: bool = True, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = features
        self.avgpool = AdaptiveAvgPool2d((7, 7))
        self.classifier = Sequential(
            Linear(512 * 7 * 7, 4096), ReLU(True), Dropout(p=dropout),
            Linear(4096, 4096), ReLU(True), Dropout(p=dropout), Linear(4096, num_classes))
        if init_weights:
            begin(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(flatten(self.avgpool(self.features(x)), 1))


def make_layers(cfg: Sequence[int | str], batch_norm: bool = False) -> Sequential:
    """The convolutions and pools of a row of `cfgs`."""
    layers: list[Module] = []
    channels = 3
    for v in cfg:
        if isinstance(v, str):
            layers.append(MaxPool2d(kernel_size=2, stride=2))
            continue
        layers.append(Conv2d(channels, v, kernel_size=3, padding=1))
        layers += [BatchNorm2d(v), ReLU(inplace=True)] if batch_norm else [ReLU(inplace=True)]
        channels = v
    return Sequential(*layers)


@network
def vgg11(**options: Any) -> VGG:
    """VGG with 11 layers."""
    return VGG(make_layers(cfgs["A"]), **options)


@network
def vgg11_bn(**options: Any) -> VGG:
    """VGG with 11 layers and batch normalisation."""
    return VGG(make_layers(cfgs["A"], batch_norm=True), **options)


@network
def vgg13(**options: Any) -> VGG:
    """VGG with 13 layers."""
    return VGG(make_layers(cfgs["B"]), **options)


@network
def vgg13_bn(**options: Any) -> VGG:
    """VGG with 13 layers and batch normalisation."""
    return VGG(make_layers(cfgs["B"], batch_norm=True), **options)


@network
def vgg16(**options: Any) -> VGG:
    """VGG with 16 layers."""
    return VGG(make_layers(cfgs["D"]), **options)


@network
def vgg16_bn(**options: Any) -> VGG:
    """VGG with 16 layers and batch normalisation."""
    return VGG(make_layers(cfgs["D"], batch_norm=True), **options)


@network
def vgg19(**options: Any) -> VGG:
    """VGG with 19 layers."""
    return VGG(make_layers(cfgs["E"]), **options)


@network
def vgg19_bn(**options: Any) -> VGG:
    """VGG with 19 layers and batch normalisation."""
    return VGG(make_layers(cfgs["E"], batch_norm=True), **options)
