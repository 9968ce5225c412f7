"""SqueezeNet: "AlexNet-level accuracy with 50x fewer parameters", Iandola et al. 2016 (arXiv 1602.07360)."""

from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.joining import cat
from steepest.functional.shaping import flatten
from steepest.nn import init
from steepest.nn.modules.activation import ReLU
from steepest.nn.modules.container import Sequential
from steepest.nn.modules.conv import Conv2d
from steepest.nn.modules.dropout import Dropout
from steepest.nn.modules.module import Module
from steepest.nn.modules.pooling import AdaptiveAvgPool2d, MaxPool2d
from steepest.vision.models.registry import network

__all__ = ["Fire", "SqueezeNet", "squeezenet1_0", "squeezenet1_1"]


class Fire(Module):
    """Few channels by a 1x1 convolution, from them many by 1x1 and 3x3 ones, side by side."""

    def __init__(self, inplanes: int, squeeze_planes: int, expand1x1_planes: int, expand3x3_planes: int) -> None:
        super().__init__()
        self.inplanes = inplanes
        self.squeeze = Conv2d(inplanes, squeeze_planes, kernel_size=1)
        self.squeeze_activation = ReLU(inplace=True)
        self.expand1x1 = Conv2d(squeeze_planes, expand1x1_planes, kernel_size=1)
        self.expand1x1_activation = ReLU(inplace=True)
        self.expand3x3 = Conv2d(squeeze_planes, expand3x3_planes, kernel_size=3, padding=1)
        self.expand3x3_activation = ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze_activation(self.squeeze(x))
        out: Tensor = cat([self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x))], 1)
        return out


def fire(inplanes: int, squeeze: int) -> Fire:
    """A Fire module whose two branches have four times the channels that it squeezes to."""
    return Fire(inplanes, squeeze, 4 * squeeze, 4 * squeeze)


def pool() -> MaxPool2d:
    """The maximum pool between the stages."""
    return MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)


def features(version: str) -> Sequential:
    """All but the classifier; ValueError for an unknown version."""
    if version == "1_0":
        return Sequential(Conv2d(3, 96, kernel_size=7, stride=2), ReLU(inplace=True), pool(), fire(96, 16), fire(128, 16), fire(128, 32),
                          pool(), fire(256, 32), fire(256, 48), fire(384, 48), fire(384, 64), pool(), fire(512, 64))
    if version == "1_1":
        return Sequential(Conv2d(3, 64, kernel_size=3, stride=2), ReLU(inplace=True), pool(), fire(64, 16), fire(128, 16), pool(),
                          fire(128, 32), fire(256, 32), pool(), fire(256, 48), fire(384, 48), fire(384, 64), fire(512, 64))
    raise ValueError(f"Unsupported SqueezeNet version {version}: 1_0 or 1_1 expected")


class SqueezeNet(Module):
    """Fire modules and a convolution for the classes: `(N, 3, H, W)` to `(N, num_classes)`."""

    def __init__(self, version: str = "1_0", num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.features = features(version)
        last = Conv2d(512, num_classes, kernel_size=1)
        self.classifier = Sequential(Dropout(p=dropout), last, ReLU(inplace=True), AdaptiveAvgPool2d((1, 1)))
        for m in self.modules():
            if isinstance(m, Conv2d):
                if m is last:
                    init.normal_(m.weight, mean=0.0, std=0.01)
                else:
                    init.kaiming_uniform_(m.weight)
                if m.bias is not None:
                    init.constant_(m.bias, 0)

    def forward(self, x: Tensor) -> Tensor:
        return flatten(self.classifier(self.features(x)), 1)


@network
def squeezenet1_0(**options: Any) -> SqueezeNet:
    """SqueezeNet 1.0."""
    return SqueezeNet("1_0", **options)


@network
def squeezenet1_1(**options: Any) -> SqueezeNet:
    """SqueezeNet 1.1, with less than half of the computation."""
    return SqueezeNet("1_1", **options)
