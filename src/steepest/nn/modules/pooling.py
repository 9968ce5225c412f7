"""Pooling over windows, over as many windows as wanted (adaptive), and maximum pooling undone."""

from __future__ import annotations

from typing import Any, ClassVar

from steepest.core.tensor import Tensor
from steepest.nn import functional as F
from steepest.nn.modules.module import Module
from steepest.nn.modules.utils import _pair, _single, _triple

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
]


class _Pool(Module):
    """Prints the attributes named in `shown`; calls the function named `pool`."""

    shown: ClassVar[tuple[str, ...]]
    pool: ClassVar[str]

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={getattr(self, name)}" for name in self.shown)


class _MaxPoolNd(_Pool):
    shown = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Any:
        return getattr(F, self.pool)(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )


class MaxPool1d(_MaxPoolNd):
    """The maximum of each window: `(N, C, L)` to `(N, C, L_out)`; with `return_indices` also where it was."""

    pool = "max_pool1d"


class MaxPool2d(_MaxPoolNd):
    """The maximum of each window: `(N, C, H, W)` to `(N, C, H_out, W_out)`; with `return_indices` also where it was.

    >>> MaxPool2d(2)(steepest.zeros(1, 1, 28, 28)).shape
    torch.Size([1, 1, 14, 14])
    """

    pool = "max_pool2d"


class MaxPool3d(_MaxPoolNd):
    """The maximum of each window: `(N, C, D, H, W)` to `(N, C, D_out, H_out, W_out)`."""

    pool = "max_pool3d"


class _MaxUnpoolNd(_Pool):
    shown = ("kernel_size", "stride", "padding")
    sizes: ClassVar[Any]

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0) -> None:
        super().__init__()
        sizes = type(self).sizes
        self.kernel_size = sizes(kernel_size)
        self.stride = sizes(kernel_size if stride is None else stride)
        self.padding = sizes(padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Any = None) -> Tensor:
        return getattr(F, self.pool)(input, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool1d(_MaxUnpoolNd):
    """Maxima of `MaxPool1d(return_indices=True)` back to their places, zeros elsewhere."""

    pool = "max_unpool1d"
    sizes = staticmethod(_single)


class MaxUnpool2d(_MaxUnpoolNd):
    """Maxima of `MaxPool2d(return_indices=True)` back to their places, zeros elsewhere."""

    pool = "max_unpool2d"
    sizes = staticmethod(_pair)


class MaxUnpool3d(_MaxUnpoolNd):
    """Maxima of `MaxPool3d(return_indices=True)` back to their places, zeros elsewhere."""

    pool = "max_unpool3d"
    sizes = staticmethod(_triple)


class _AvgPoolNd(_Pool):
    shown = ("kernel_size", "stride", "padding")


class AvgPool1d(_AvgPoolNd):
    """The mean of each window: `(N, C, L)` to `(N, C, L_out)`."""

    def __init__(
        self,
        kernel_size: int | tuple[int],
        stride: int | tuple[int] | None = None,
        padding: int | tuple[int] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        self.kernel_size = _single(kernel_size)
        self.stride = _single(kernel_size if stride is None else stride)
        self.padding = _single(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool1d(
            input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        )


class _AvgPoolWithDivisor(_AvgPoolNd):
    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        return getattr(F, self.pool)(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool2d(_AvgPoolWithDivisor):
    """The mean of each window: `(N, C, H, W)` to `(N, C, H_out, W_out)`."""

    pool = "avg_pool2d"


class AvgPool3d(_AvgPoolWithDivisor):
    """The mean of each window: `(N, C, D, H, W)` to `(N, C, D_out, H_out, W_out)`."""

    pool = "avg_pool3d"


class _FractionalMaxPoolNd(_Pool):
    shown = ()
    sizes: ClassVar[Any]

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Tensor | None = None,
    ) -> None:
        super().__init__()
        sizes = type(self).sizes
        if any(size <= 0 for size in sizes(kernel_size)):
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
        self.kernel_size = sizes(kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else sizes(output_size)
        self.output_ratio = None if output_ratio is None else sizes(output_ratio)
        if output_size is None and output_ratio is None:
            raise ValueError(f"{type(self).__name__} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < ratio < 1 for ratio in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input: Tensor) -> Any:
        return getattr(F, self.pool)(
            input,
            self.kernel_size,
            self.output_size,
            self.output_ratio,
            self.return_indices,
            _random_samples=self._random_samples,
        )


class FractionalMaxPool2d(_FractionalMaxPoolNd):
    """Maxima of windows of random places, to a wanted size or ratio (Graham 2014)."""

    pool = "fractional_max_pool2d"
    sizes = staticmethod(_pair)


class FractionalMaxPool3d(_FractionalMaxPoolNd):
    """Maxima of windows of random places, to a wanted size or ratio (Graham 2014)."""

    pool = "fractional_max_pool3d"
    sizes = staticmethod(_triple)


class _LPPoolNd(_Pool):
    shown = ("norm_type", "kernel_size", "stride", "ceil_mode")

    def __init__(self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        return getattr(F, self.pool)(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)


class LPPool1d(_LPPoolNd):
    """(sum of x^p)^(1/p) of each window of `(N, C, L)`."""

    pool = "lp_pool1d"


class LPPool2d(_LPPoolNd):
    """(sum of x^p)^(1/p) of each window of `(N, C, H, W)`."""

    pool = "lp_pool2d"


class LPPool3d(_LPPoolNd):
    """(sum of x^p)^(1/p) of each window of `(N, C, D, H, W)`."""

    pool = "lp_pool3d"


class _AdaptiveMaxPoolNd(_Pool):
    shown = ("output_size",)

    def __init__(self, output_size: Any, return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return getattr(F, self.pool)(input, self.output_size, self.return_indices)


class AdaptiveMaxPool1d(_AdaptiveMaxPoolNd):
    """`(N, C, L)` to `(N, C, output_size)` by maxima, whatever L is."""

    pool = "adaptive_max_pool1d"


class AdaptiveMaxPool2d(_AdaptiveMaxPoolNd):
    """`(N, C, H, W)` to `(N, C, *output_size)` by maxima, whatever H and W are."""

    pool = "adaptive_max_pool2d"


class AdaptiveMaxPool3d(_AdaptiveMaxPoolNd):
    """`(N, C, D, H, W)` to `(N, C, *output_size)` by maxima."""

    pool = "adaptive_max_pool3d"


class _AdaptiveAvgPoolNd(_Pool):
    shown = ("output_size",)

    def __init__(self, output_size: Any) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return getattr(F, self.pool)(input, self.output_size)


class AdaptiveAvgPool1d(_AdaptiveAvgPoolNd):
    """`(N, C, L)` to `(N, C, output_size)` by means, whatever L is."""

    pool = "adaptive_avg_pool1d"


class AdaptiveAvgPool2d(_AdaptiveAvgPoolNd):
    """`(N, C, H, W)` to `(N, C, *output_size)` by means, whatever H and W are."""

    pool = "adaptive_avg_pool2d"


class AdaptiveAvgPool3d(_AdaptiveAvgPoolNd):
    """`(N, C, D, H, W)` to `(N, C, *output_size)` by means."""

    pool = "adaptive_avg_pool3d"
