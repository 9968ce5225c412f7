"""ConvNeXt: "A ConvNet for the 2020s", Liu et al. 2022 (arXiv 2201.03545)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.creating import ones
from steepest.nn import functional as F
from steepest.nn import init
from steepest.nn.modules.activation import GELU
from steepest.nn.modules.container import Sequential
from steepest.nn.modules.conv import Conv2d
from steepest.nn.modules.flatten import Flatten
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.module import Module
from steepest.nn.modules.normalization import LayerNorm
from steepest.nn.modules.pooling import AdaptiveAvgPool2d
from steepest.nn.parameter import Parameter
from steepest.vision.models.registry import network
from steepest.vision.ops.misc import Conv2dNormActivation, Permute
from steepest.vision.ops.stochastic_depth import StochasticDepth

__all__ = ["CNBlock", "ConvNeXt", "LayerNorm2d", "convnext_base", "convnext_large", "convnext_small", "convnext_tiny"]


class LayerNorm2d(LayerNorm):
    """Layer normalisation over the channels of pictures `(N, C, H, W)`."""

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps).permute(0, 3, 1, 2)


class CNBlock(Module):
    """A wide convolution of each channel by itself and two linear layers over the channels, scaled, beside an identity."""

    def __init__(self, dim: int, layer_scale: float, stochastic_depth_prob: float) -> None:
        super().__init__()
        self.block = Sequential(
            Conv2d(dim, dim, kernel_size=7, padding=3, groups=dim, bias=True), Permute([0, 2, 3, 1]), LayerNorm(dim, eps=1e-6),
            Linear(dim, 4 * dim), GELU(), Linear(4 * dim, dim), Permute([0, 3, 1, 2]))
        self.layer_scale = Parameter(ones(dim, 1, 1) * layer_scale)
        self.stochastic_depth = StochasticDepth(stochastic_depth_prob, "row")

    def forward(self, input: Tensor) -> Tensor:
        result = self.stochastic_depth(self.layer_scale * self.block(input))
        result += input
        return result


class ConvNeXt(Module):
    """Four stages of blocks, a mean over the picture and a linear layer: `(N, 3, H, W)` to `(N, num_classes)`."""

    def __init__(self, channels: Sequence[int], layers: Sequence[int], stochastic_depth_prob: float = 0.0, layer_scale: float = 1e-6,
                 num_classes: int = 1000, norm_layer: Callable[..., Module] | None = None) -> None:
        super().__init__()
        norm = norm_layer or partial(LayerNorm2d, eps=1e-6)
        parts: list[Module] = [Conv2dNormActivation(3, channels[0], 4, 4, padding=0, norm_layer=norm, activation_layer=None, bias=True)]
        number = 0
        for k, (width, count) in enumerate(zip(channels, layers, strict=True)):
            blocks = []
            for _ in range(count):
                blocks.append(CNBlock(width, layer_scale, stochastic_depth_prob * number / (sum(layers) - 1.0)))
                number += 1
            parts.append(Sequential(*blocks))
            if k + 1 < len(channels):
                parts.append(Sequential(norm(width), Conv2d(width, channels[k + 1], kernel_size=2, stride=2)))
        self.features = Sequential(*parts)
        self.avgpool = AdaptiveAvgPool2d(1)
        self.classifier = Sequential(norm(channels[-1]), Flatten(1), Linear(channels[-1], num_classes))
        for m in self.modules():
            if isinstance(m, (Conv2d, Linear)):
                init.trunc_normal_(m.weight, std=0.02)
                if m.bias is not None:
                    init.zeros_(m.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)))


@network
def convnext_tiny(**options: Any) -> ConvNeXt:
    """The tiny ConvNeXt."""
    return ConvNeXt((96, 192, 384, 768), (3, 3, 9, 3), **{"stochastic_depth_prob": 0.1, **options})


@network
def convnext_small(**options: Any) -> ConvNeXt:
    """The small ConvNeXt."""
    return ConvNeXt((96, 192, 384, 768), (3, 3, 27, 3), **{"stochastic_depth_prob": 0.4, **options})


@network
def convnext_base(**options: Any) -> ConvNeXt:
    """The base ConvNeXt."""
    return ConvNeXt((128, 256, 512, 1024), (3, 3, 27, 3), **{"stochastic_depth_prob": 0.5, **options})


@network
def convnext_large(**options: Any) -> ConvNeXt:
    """The large ConvNeXt."""
    return ConvNeXt((192, 384, 768, 1536), (3, 3, 27, 3), **{"stochastic_depth_prob": 0.5, **options})
