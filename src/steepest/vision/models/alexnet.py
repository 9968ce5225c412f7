"""AlexNet in the form of "One weird trick for parallelizing convolutional neural networks", Krizhevsky 2014 (arXiv 1404.5997)."""

from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.shaping import flatten
from steepest.nn.modules.activation import ReLU
from steepest.nn.modules.container import Sequential
from steepest.nn.modules.conv import Conv2d
from steepest.nn.modules.dropout import Dropout
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.module import Module
from steepest.nn.modules.pooling import AdaptiveAvgPool2d, MaxPool2d
from steepest.vision.models.registry import network

__all__ = ["AlexNet", "alexnet"]


class AlexNet(Module):
    """Five convolutions and three linear layers: `(N, 3, H, W)` to `(N, num_classes)`; H and W at least 63."""

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = Sequential(
            Conv2d(3, 64, kernel_size=11, stride=4, padding=2), ReLU(inplace=True), MaxPool2d(kernel_size=3, stride=2),
            Conv2d(64, 192, kernel_size=5, padding=2), ReLU(inplace=True), MaxPool2d(kernel_size=3, stride=2),
            Conv2d(192, 384, kernel_size=3, padding=1), ReLU(inplace=True),
            Conv2d(384, 256, kernel_size=3, padding=1), ReLU(inplace=True),
            Conv2d(256, 256, kernel_size=3, padding=1), ReLU(inplace=True), MaxPool2d(kernel_size=3, stride=2))
        self.avgpool = AdaptiveAvgPool2d((6, 6))
        self.classifier = Sequential(
            Dropout(p=dropout), Linear(256 * 6 * 6, 4096), ReLU(inplace=True),
            Dropout(p=dropout), Linear(4096, 4096), ReLU(inplace=True), Linear(4096, num_classes))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(flatten(self.avgpool(self.features(x)), 1))


@network
def alexnet(**options: Any) -> AlexNet:
    """AlexNet."""
    return AlexNet(**options)
