"""Instance normalisation: each channel of each sample by itself (Ulyanov et al. 2016)."""

from __future__ import annotations

import warnings
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.nn import functional as F
from steepest.nn.modules.batchnorm import _LazyNormBase, _NormBase

__all__ = [
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
]


class _InstanceNorm(_NormBase):
    """The smaller of `dimensions` is that of an input without a batch."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        unbatched = min(self.dimensions)
        feature_dim = input.dim() - unbatched
        if input.size(feature_dim) != self.num_features:
            seen = {"dim": feature_dim, "num_features": self.num_features, "got": input.size(feature_dim)}
            if self.affine:
                raise ValueError(text("instance-norm-features", **seen))
            warnings.warn(text("instance-norm-features-unused", dim=feature_dim), stacklevel=2)
        if input.dim() == unbatched:
            return self._apply_instance_norm(input.unsqueeze(0)).squeeze(0)
        return self._apply_instance_norm(input)

    def _apply_instance_norm(self, input: Tensor) -> Tensor:
        return F.instance_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )


class InstanceNorm1d(_InstanceNorm):
    """Normalises each channel of each sample of `(N, C, L)` or `(C, L)`."""

    dimensions = (2, 3)


class LazyInstanceNorm1d(_LazyNormBase, _InstanceNorm):
    """`InstanceNorm1d` whose `num_features` is that of its first input."""

    cls_to_become = InstanceNorm1d
    dimensions = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Normalises each channel of each sample of `(N, C, H, W)` or `(C, H, W)`."""

    dimensions = (3, 4)


class LazyInstanceNorm2d(_LazyNormBase, _InstanceNorm):
    """`InstanceNorm2d` whose `num_features` is that of its first input."""

    cls_to_become = InstanceNorm2d
    dimensions = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Normalises each channel of each sample of `(N, C, D, H, W)` or `(C, D, H, W)`."""

    dimensions = (4, 5)


class LazyInstanceNorm3d(_LazyNormBase, _InstanceNorm):
    """`InstanceNorm3d` whose `num_features` is that of its first input."""

    cls_to_become = InstanceNorm3d
    dimensions = (4, 5)
