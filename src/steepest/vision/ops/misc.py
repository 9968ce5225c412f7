"""Blocks that networks for pictures are made of."""

from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.tensor import Tensor
from steepest.functional.creating import ones, zeros
from steepest.functional.shaping import permute
from steepest.nn.modules.activation import ReLU, Sigmoid
from steepest.nn.modules.batchnorm import BatchNorm2d, BatchNorm3d
from steepest.nn.modules.container import Sequential
from steepest.nn.modules.conv import Conv2d, Conv3d
from steepest.nn.modules.dropout import Dropout
from steepest.nn.modules.linear import Linear
from steepest.nn.modules.module import Module
from steepest.nn.modules.pooling import AdaptiveAvgPool2d

__all__ = ["MLP", "Conv2dNormActivation", "Conv3dNormActivation", "ConvNormActivation", "FrozenBatchNorm2d", "Permute",
           "SqueezeExcitation"]

Maker = Callable[..., Module]


class FrozenBatchNorm2d(Module):
    """Batch normalisation whose statistics and factors are buffers that do not change."""

    weight: Tensor
    bias: Tensor
    running_mean: Tensor
    running_var: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        for name, value in (("weight", ones), ("bias", zeros), ("running_mean", zeros), ("running_var", ones)):
            self.register_buffer(name, value(num_features))

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *more: Any) -> None:
        state_dict.pop(f"{prefix}num_batches_tracked", None)
        super()._load_from_state_dict(state_dict, prefix, *more)

    def forward(self, x: Tensor) -> Tensor:
        scale = self.weight.reshape(1, -1, 1, 1) * (self.running_var.reshape(1, -1, 1, 1) + self.eps).rsqrt()
        return x * scale + (self.bias.reshape(1, -1, 1, 1) - self.running_mean.reshape(1, -1, 1, 1) * scale)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.weight.shape[0]}, eps={self.eps})"


def _tuple(value: Any, dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else tuple(value)


class ConvNormActivation(Sequential):
    """A convolution that keeps the size (but for its stride), a normalisation and an activation, as far as these are given."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Any = 3, stride: Any = 1, padding: Any = None, groups: int = 1,
                 norm_layer: Maker | None = BatchNorm2d, activation_layer: Maker | None = ReLU, dilation: Any = 1,
                 inplace: bool | None = True, bias: bool | None = None, conv_layer: Maker = Conv2d) -> None:
        if padding is None:
            dims = 3 if conv_layer is Conv3d else 2
            padding = tuple((k - 1) // 2 * d for k, d in zip(_tuple(kernel_size, dims), _tuple(dilation, dims), strict=True))
        layers = [conv_layer(in_channels, out_channels, kernel_size, stride, padding, dilation=dilation, groups=groups,
                             bias=norm_layer is None if bias is None else bias)]
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer() if inplace is None else activation_layer(inplace=inplace))
        super().__init__(*layers)
        self.out_channels = out_channels


class Conv2dNormActivation(ConvNormActivation):
    """`ConvNormActivation` of pictures `(N, C, H, W)`."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Any = 3, stride: Any = 1, padding: Any = None, groups: int = 1,
                 norm_layer: Maker | None = BatchNorm2d, activation_layer: Maker | None = ReLU, dilation: Any = 1,
                 inplace: bool | None = True, bias: bool | None = None) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, inplace,
                         bias, Conv2d)


class Conv3dNormActivation(ConvNormActivation):
    """`ConvNormActivation` of films `(N, C, T, H, W)`."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: Any = 3, stride: Any = 1, padding: Any = None, groups: int = 1,
                 norm_layer: Maker | None = BatchNorm3d, activation_layer: Maker | None = ReLU, dilation: Any = 1,
                 inplace: bool | None = True, bias: bool | None = None) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, groups, norm_layer, activation_layer, dilation, inplace,
                         bias, Conv3d)


class SqueezeExcitation(Module):
    """Channels weighted by what their means say (arXiv 1709.01507)."""

    def __init__(self, input_channels: int, squeeze_channels: int, activation: Maker = ReLU, scale_activation: Maker = Sigmoid) -> None:
        super().__init__()
        self.avgpool = AdaptiveAvgPool2d(1)
        self.fc1 = Conv2d(input_channels, squeeze_channels, 1)
        self.fc2 = Conv2d(squeeze_channels, input_channels, 1)
        self.activation = activation()
        self.scale_activation = scale_activation()

    def forward(self, input: Tensor) -> Tensor:
        return self.scale_activation(self.fc2(self.activation(self.fc1(self.avgpool(input))))) * input


class MLP(Sequential):
    """Linear layers with a normalisation, an activation and dropout between them."""

    def __init__(self, in_channels: int, hidden_channels: Sequence[int], norm_layer: Maker | None = None,
                 activation_layer: Maker | None = ReLU, inplace: bool | None = None, bias: bool = True, dropout: float = 0.0) -> None:
        options = {} if inplace is None else {"inplace": inplace}
        layers: list[Module] = []
        for width in hidden_channels[:-1]:
            layers.append(Linear(in_channels, width, bias=bias))
            if norm_layer is not None:
                layers.append(norm_layer(width))
            assert activation_layer is not None
            layers += [activation_layer(**options), Dropout(dropout, **options)]
            in_channels = width
        super().__init__(*layers, Linear(in_channels, hidden_channels[-1], bias=bias), Dropout(dropout, **options))


class Permute(Module):
    """The dimensions in another order."""

    def __init__(self, dims: Sequence[int]) -> None:
        super().__init__()
        self.dims = list(dims)

    def forward(self, x: Tensor) -> Tensor:
        return permute(x, self.dims)
