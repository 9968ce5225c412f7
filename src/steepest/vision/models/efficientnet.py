"""EfficientNet: "Rethinking Model Scaling for Convolutional Neural Networks", Tan and Le 2019 (arXiv 1905.11946)."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from steepest.core.tensor import Tensor
from steepest.functional.shaping import flatten
from steepest.nn import init
from steepest.nn.modules.activation import SiLU
from steepest.nn.modules.batchnorm import BatchNorm2d
from steepest.nn.modules.container import Sequential
from steepest.nn.modules.dropout import Dropout
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.module import Module
from steepest.nn.modules.pooling import AdaptiveAvgPool2d
from steepest.vision.models.beginning import begin
from steepest.vision.models.mobilenetv2 import divisible
from steepest.vision.models.registry import network
from steepest.vision.ops.misc import Conv2dNormActivation, SqueezeExcitation
from steepest.vision.ops.stochastic_depth import StochasticDepth

__all__ = ["EfficientNet", "MBConv", "efficientnet_b0", "efficientnet_b1", "efficientnet_b2", "efficientnet_b3", "efficientnet_b4",
           "efficientnet_b5", "efficientnet_b6", "efficientnet_b7"]

Norm = Callable[..., Module]


class Stage(NamedTuple):
    """A row of the paper's table 1: expansion, kernel, stride, channels behind, repetitions."""

    expansion: int
    kernel: int
    stride: int
    out: int
    layers: int


STAGES = [Stage(1, 3, 1, 16, 1), Stage(6, 3, 2, 24, 2), Stage(6, 5, 2, 40, 2), Stage(6, 3, 2, 80, 3), Stage(6, 5, 1, 112, 3),
          Stage(6, 5, 2, 192, 4), Stage(6, 3, 1, 320, 1)]
SLOW: Norm = partial(BatchNorm2d, eps=0.001, momentum=0.01)


class MBConv(Module):
    """An inverted residual with squeeze and excitation, left out for some rows of the batch while training."""

    def __init__(self, channels: int, stage: Stage, stride: int, out: int, stochastic_depth_prob: float, norm: Norm) -> None:
        super().__init__()
        self.use_res_connect = stride == 1 and channels == out
        inside = divisible(channels * stage.expansion, 8)
        block = partial(Conv2dNormActivation, norm_layer=norm, activation_layer=SiLU)
        layers: list[Module] = [] if inside == channels else [block(channels, inside, 1)]
        layers += [block(inside, inside, stage.kernel, stride, groups=inside),
                   SqueezeExcitation(inside, max(1, channels // 4), activation=partial(SiLU, inplace=True)),
                   Conv2dNormActivation(inside, out, 1, norm_layer=norm, activation_layer=None)]
        self.block = Sequential(*layers)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")
        self.out_channels = out

    def forward(self, input: Tensor) -> Tensor:
        result = self.block(input)
        if self.use_res_connect:
            result = self.stochastic_depth(result)
            result += input
        return result


def wide(layer: Linear) -> None:
    """Weights between bounds that follow from the number of outputs."""
    bound = 1.0 / math.sqrt(layer.out_features)
    init.uniform_(layer.weight, -bound, bound)


class EfficientNet(Module):
    """Stages of inverted residuals, a mean over the picture and a linear layer: `(N, 3, H, W)` to `(N, num_classes)`."""

    def __init__(self, width: float, depth: float, dropout: float, stochastic_depth_prob: float = 0.2, num_classes: int = 1000,
                 norm_layer: Norm | None = None) -> None:
        super().__init__()
        norm = norm_layer or BatchNorm2d
        channels = divisible(32 * width, 8)
        layers: list[Module] = [Conv2dNormActivation(3, channels, 3, 2, norm_layer=norm, activation_layer=SiLU)]
        counts = [math.ceil(stage.layers * depth) for stage in STAGES]
        number = 0
        for stage, count in zip(STAGES, counts, strict=True):
            out = divisible(stage.out * width, 8)
            blocks = []
            for i in range(count):
                left_out = stochastic_depth_prob * float(number) / sum(counts)
                blocks.append(MBConv(channels, stage, stage.stride if i == 0 else 1, out, left_out, norm))
                channels, number = out, number + 1
            layers.append(Sequential(*blocks))
        layers.append(Conv2dNormActivation(channels, 4 * channels, 1, norm_layer=norm, activation_layer=SiLU))
        self.features = Sequential(*layers)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.classifier = Sequential(Dropout(p=dropout, inplace=True), Linear(4 * channels, num_classes))
        begin(self, wide)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(flatten(self.avgpool(self.features(x)), 1))


@network
def efficientnet_b0(**options: Any) -> EfficientNet:
    """The smallest EfficientNet."""
    return EfficientNet(1.0, 1.0, **{"dropout": 0.2, **options})


@network
def efficientnet_b1(**options: Any) -> EfficientNet:
    """EfficientNet with more layers."""
    return EfficientNet(1.0, 1.1, **{"dropout": 0.2, **options})


@network
def efficientnet_b2(**options: Any) -> EfficientNet:
    """EfficientNet 1.1 times as wide."""
    return EfficientNet(1.1, 1.2, **{"dropout": 0.3, **options})


@network
def efficientnet_b3(**options: Any) -> EfficientNet:
    """EfficientNet 1.2 times as wide."""
    return EfficientNet(1.2, 1.4, **{"dropout": 0.3, **options})


@network
def efficientnet_b4(**options: Any) -> EfficientNet:
    """EfficientNet 1.4 times as wide."""
    return EfficientNet(1.4, 1.8, **{"dropout": 0.4, **options})


@network
def efficientnet_b5(**options: Any) -> EfficientNet:
    """EfficientNet 1.6 times as wide."""
    return EfficientNet(1.6, 2.2, **{"dropout": 0.4, "norm_layer": SLOW, **options})


@network
def efficientnet_b6(**options: Any) -> EfficientNet:
    """EfficientNet 1.8 times as wide."""
    return EfficientNet(1.8, 2.6, **{"dropout": 0.5, "norm_layer": SLOW, **options})


@network
def efficientnet_b7(**options: Any) -> EfficientNet:
    """EfficientNet twice as wide."""
    return EfficientNet(2.0, 3.1, **{"dropout": 0.5, "norm_layer": SLOW, **options})
