"""MobileNetV2: "Inverted Residuals and Linear Bottlenecks", Sandler et al. 2018 (arXiv 1801.04381)."""

from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.shaping import flatten
from steepest.nn import functional as F
from steepest.nn.modules.activation import ReLU6
from steepest.nn.modules.batchnorm import BatchNorm2d
from steepest.nn.modules.container import Sequential
from steepest.nn.modules.conv import Conv2d
from steepest.nn.modules.dropout import Dropout
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.module import Module
from steepest.vision.models.beginning import begin
from steepest.vision.models.registry import network
from steepest.vision.ops.misc import Conv2dNormActivation

__all__ = ["InvertedResidual", "MobileNetV2", "mobilenet_v2"]

Norm = Callable[..., Module]
SETTING = [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]
"""The paper's table 2: expansion, channels, repetitions and stride of each stage."""


def divisible(v: float, divisor: int) -> int:
    """The multiple of `divisor` that is nearest to `v`, but never more than a tenth below it."""
    nearest = max(divisor, int(v + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * v else nearest


def _block(in_channels: int, out_channels: int, kernel_size: int, norm: Norm, stride: int = 1, groups: int = 1) -> Conv2dNormActivation:
    return Conv2dNormActivation(in_channels, out_channels, kernel_size, stride, groups=groups, norm_layer=norm, activation_layer=ReLU6)


class InvertedResidual(Module):
    """Wide inside, narrow at its ends: `(N, inp, H, W)` to `(N, oup, H / stride, W / stride)`; ValueError for a stride beyond 2."""

    def __init__(self, inp: int, oup: int, stride: int, expand_ratio: float, norm_layer: Norm | None = None) -> None:
        super().__init__()
        if stride not in (1, 2):
            raise ValueError(f"stride should be 1 or 2 instead of {stride}")
        norm = norm_layer or BatchNorm2d
        self.stride = stride
        hidden = round(inp * expand_ratio)
        self.use_res_connect = stride == 1 and inp == oup
        layers: list[Module] = [] if expand_ratio == 1 else [_block(inp, hidden, 1, norm)]
        layers += [_block(hidden, hidden, 3, norm, stride, groups=hidden),
                   Conv2d(hidden, oup, 1, 1, 0, bias=False), norm(oup)]
        self.conv = Sequential(*layers)
        self.out_channels = oup

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(Module):
    """Inverted residuals, a mean over the picture and a linear layer: `(N, 3, H, W)` to `(N, num_classes)`.

    ValueError unless the rows of `inverted_residual_setting` have four elements.
    """

    def __init__(self, num_classes: int = 1000, width_mult: float = 1.0, inverted_residual_setting: Sequence[Sequence[int]] | None = None,
                 round_nearest: int = 8, block: Callable[..., Module] | None = None, norm_layer: Norm | None = None,
                 dropout: float = 0.2) -> None:
        super().__init__()
        block, norm = block or InvertedResidual, norm_layer or BatchNorm2d
        setting = SETTING if inverted_residual_setting is None else inverted_residual_setting
        if not setting or len(setting[0]) != 4:
            raise ValueError(f"inverted_residual_setting should be non-empty or a 4-element list, got {setting}")
        channels = divisible(32 * width_mult, round_nearest)
        self.last_channel = divisible(1280 * max(1.0, width_mult), round_nearest)
        features: list[Module] = [_block(3, channels, 3, norm, stride=2)]
        for expansion, c, repetitions, stride in setting:
            out = divisible(c * width_mult, round_nearest)
            for i in range(repetitions):
                features.append(block(channels, out, stride if i == 0 else 1, expand_ratio=expansion, norm_layer=norm))
                channels = out
        features.append(_block(channels, self.last_channel, 1, norm))
        self.features = Sequential(*features)
        self.classifier = Sequential(Dropout(p=dropout), Linear(self.last_channel, num_classes))
        begin(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(flatten(F.adaptive_avg_pool2d(self.features(x), (1, 1)), 1))


@network
def mobilenet_v2(**options: Any) -> MobileNetV2:
    """MobileNetV2."""
    return MobileNetV2(**options)
