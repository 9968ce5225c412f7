"""Padding at the ends of the last one, two or three dimensions; amounts are `(left, right, top, bottom, front, back)`."""

from __future__ import annotations

from typing import ClassVar

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.nn import functional as F
from steepest.nn.modules.module import Module
from steepest.nn.modules.utils import _ntuple

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


class _Pad(Module):
    """One number for all ends, or a pair for each of the last `spatial` dimensions, last dimension first."""

    spatial: ClassVar[int]
    mode: ClassVar[str]
    padding: tuple[int, ...]

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__()
        self.padding = _ntuple(2 * self.spatial)(padding)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _CircularPad(_Pad):
    mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() not in (self.spatial + 1, self.spatial + 2):
            raise ValueError(
                text("input-dimensions", wanted=f"{self.spatial + 1}D or {self.spatial + 2}D", got=input.dim())
            )
        return super().forward(input)


class CircularPad1d(_CircularPad):
    """`(N, C, L)` continued from its other end."""

    spatial = 1


class CircularPad2d(_CircularPad):
    """`(N, C, H, W)` continued from its other ends."""

    spatial = 2


class CircularPad3d(_CircularPad):
    """`(N, C, D, H, W)` continued from its other ends."""

    spatial = 3


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: int | tuple[int, ...], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """`(N, C, L)` with `value` at its ends."""

    spatial = 1


class ConstantPad2d(_ConstantPad):
    """`(N, C, H, W)` with `value` around it."""

    spatial = 2


class ConstantPad3d(_ConstantPad):
    """`(N, C, D, H, W)` with `value` around it."""

    spatial = 3


class ZeroPad1d(ConstantPad1d):
    """`(N, C, L)` with zeros at its ends."""

    def __init__(self, padding: int | tuple[int, int]) -> None:
        super().__init__(padding, 0.0)

    extra_repr = _Pad.extra_repr


class ZeroPad2d(ConstantPad2d):
    """`(N, C, H, W)` with zeros around it."""

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__(padding, 0.0)

    extra_repr = _Pad.extra_repr


class ZeroPad3d(ConstantPad3d):
    """`(N, C, D, H, W)` with zeros around it."""

    def __init__(self, padding: int | tuple[int, int, int, int, int, int]) -> None:
        super().__init__(padding, 0.0)

    extra_repr = _Pad.extra_repr


class _ReflectionPad(_Pad):
    mode = "reflect"


class ReflectionPad1d(_ReflectionPad):
    """`(N, C, L)` mirrored at its first and last element."""

    spatial = 1


class ReflectionPad2d(_ReflectionPad):
    """`(N, C, H, W)` mirrored at its border."""

    spatial = 2


class ReflectionPad3d(_ReflectionPad):
    """`(N, C, D, H, W)` mirrored at its border."""

    spatial = 3


class _ReplicationPad(_Pad):
    mode = "replicate"


class ReplicationPad1d(_ReplicationPad):
    """`(N, C, L)` with its first and last element repeated."""

    spatial = 1


class ReplicationPad2d(_ReplicationPad):
    """`(N, C, H, W)` with its border repeated."""

    spatial = 2


class ReplicationPad3d(_ReplicationPad):
    """`(N, C, D, H, W)` with its border repeated."""

    spatial = 3
