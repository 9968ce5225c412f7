"""MobileNetV3: "Searching for MobileNetV3", Howard et al. 2019 (arXiv 1905.02244)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from steepest.core.tensor import Tensor
from steepest.functional.shaping import flatten
from steepest.nn.modules.activation import Hardsigmoid, Hardswish, ReLU
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

__all__ = ["MobileNetV3", "mobilenet_v3_large", "mobilenet_v3_small"]

Norm = Callable[..., Module]


class Row(NamedTuple):
    """A row of the paper's tables 1 and 2: kernel, channels inside and behind, squeeze and excitation, the activation, the stride."""

    kernel: int
    inside: int
    out: int
    squeezed: bool
    activation: str
    stride: int


LARGE = [Row(3, 16, 16, False, "RE", 1), Row(3, 64, 24, False, "RE", 2), Row(3, 72, 24, False, "RE", 1), Row(5, 72, 40, True, "RE", 2),
         Row(5, 120, 40, True, "RE", 1), Row(5, 120, 40, True, "RE", 1), Row(3, 240, 80, False, "HS", 2), Row(3, 200, 80, False, "HS", 1),
         Row(3, 184, 80, False, "HS", 1), Row(3, 184, 80, False, "HS", 1), Row(3, 480, 112, True, "HS", 1), Row(3, 672, 112, True, "HS", 1),
         Row(5, 672, 160, True, "HS", 2), Row(5, 960, 160, True, "HS", 1), Row(5, 960, 160, True, "HS", 1)]
SMALL = [Row(3, 16, 16, True, "RE", 2), Row(3, 72, 24, False, "RE", 2), Row(3, 88, 24, False, "RE", 1), Row(5, 96, 40, True, "HS", 2),
         Row(5, 240, 40, True, "HS", 1), Row(5, 240, 40, True, "HS", 1), Row(5, 120, 48, True, "HS", 1), Row(5, 144, 48, True, "HS", 1),
         Row(5, 288, 96, True, "HS", 2), Row(5, 576, 96, True, "HS", 1), Row(5, 576, 96, True, "HS", 1)]


class InvertedResidual(Module):
    """Wide inside, narrow at its ends, with squeeze and excitation where the row says so."""

    def __init__(self, channels: int, row: Row, norm: Norm) -> None:
        super().__init__()
        self.use_res_connect = row.stride == 1 and channels == row.out
        activation = Hardswish if row.activation == "HS" else ReLU
        block = partial(Conv2dNormActivation, norm_layer=norm, activation_layer=activation)
        layers: list[Module] = [] if row.inside == channels else [block(channels, row.inside, 1)]
        layers.append(block(row.inside, row.inside, row.kernel, row.stride, groups=row.inside))
        if row.squeezed:
            layers.append(SqueezeExcitation(row.inside, divisible(row.inside // 4, 8), scale_activation=Hardsigmoid))
        layers.append(Conv2dNormActivation(row.inside, row.out, 1, norm_layer=norm, activation_layer=None))
        self.block = Sequential(*layers)
        self.out_channels = row.out

    def forward(self, input: Tensor) -> Tensor:
        result = self.block(input)
        if self.use_res_connect:
            result += input
        return result


class MobileNetV3(Module):
    """Inverted residuals, a mean over the picture and two linear layers: `(N, 3, H, W)` to `(N, num_classes)`."""

    def __init__(self, rows: Sequence[Row], last_channel: int, num_classes: int = 1000, norm_layer: Norm | None = None,
                 dropout: float = 0.2) -> None:
        super().__init__()
        norm = norm_layer or partial(BatchNorm2d, eps=0.001, momentum=0.01)
        layers: list[Module] = [Conv2dNormActivation(3, 16, 3, 2, norm_layer=norm, activation_layer=Hardswish)]
        channels = 16
        for row in rows:
            layers.append(InvertedResidual(channels, row, norm))
            channels = row.out
        layers.append(Conv2dNormActivation(channels, 6 * channels, 1, norm_layer=norm, activation_layer=Hardswish))
        self.features = Sequential(*layers)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.classifier = Sequential(Linear(6 * channels, last_channel), Hardswish(inplace=True), Dropout(p=dropout, inplace=True),
                                     Linear(last_channel, num_classes))
        begin(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(flatten(self.avgpool(self.features(x)), 1))


@network
def mobilenet_v3_large(**options: Any) -> MobileNetV3:
    """The large MobileNetV3."""
    return MobileNetV3(LARGE, 1280, **options)


@network
def mobilenet_v3_small(**options: Any) -> MobileNetV3:
    """The small MobileNetV3."""
    return MobileNetV3(SMALL, 1024, **options)
