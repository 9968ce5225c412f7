"""Mixing the channels of groups."""

from __future__ import annotations

from steepest.core.tensor import Tensor
from steepest.nn import functional as F
from steepest.nn.modules.module import Module

__all__ = ["ChannelShuffle"]


class ChannelShuffle(Module):
    """`(N, C, ...)`: channels `(g, C/g)` read as `(C/g, g)` (Zhang et al. 2018)."""

    groups: int

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
