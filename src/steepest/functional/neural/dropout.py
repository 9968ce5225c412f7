"""Dropout (Srivastava et al. 2014) and its variants; masks come from PyTorch's stream."""

import math
from typing import Any

from steepest.core import generator as gen
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.neural.warning import warn
from steepest.ops import arithmetic as ar
from steepest.ops.inplace import inplace_map
from steepest.ops.random import draw, draw_like

SELU_FLOOR = 1.7580993408473766
"""Minus the limit of SELU for large negative inputs."""


def _mask(input: Tensor, shape: tuple[int, ...], sampler: str, p: float, whole: bool = False) -> Any:
    if whole:                                                   # in the input's order in memory; masks of channels are contiguous
        return draw_like(input, dtype=input.dtype, generator=gen.default_generator, sampler=sampler, p=p)
    return draw(shape=shape, dtype=input.dtype, generator=gen.default_generator, sampler=sampler, p=p)


def _multiplied(input: Tensor, mask: Any, inplace: bool) -> Tensor:
    return inplace_map(input, ar.mul, input, mask) if inplace else ar.mul(input, mask)


def _check(p: float) -> None:
    if p < 0.0 or p > 1.0:
        raise ValueError(text("dropout-probability", p=p))


def _features(input: Tensor) -> tuple[int, ...]:
    """The shape of a mask that drops whole channels of `(N, C, *)`."""
    shape = input.array.shape
    if len(shape) < 2:
        raise RuntimeError(text("feature-dropout-dims", shape=list(shape)))
    return shape[:2] + (1,) * (len(shape) - 2)


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """While training, elements become 0 with probability p and the others are divided by 1 - p; ValueError for p outside 0..1."""
    _check(p)
    if not training or p == 0 or not input.array.size:
        return input
    return _multiplied(input, _mask(input, input.array.shape, "dropout_mask", p, whole=True), inplace)


def _feature_dropout(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    if not training or p == 0 or not input.array.size:
        return input
    return _multiplied(input, _mask(input, _features(input), "dropout_mask", p), inplace)


def _without_batch(input: Tensor, p: float, training: bool, inplace: bool, batched: bool) -> Tensor:
    x: Any = input if batched else input.unsqueeze(0)
    result = _feature_dropout(x, p, training, inplace)
    return result if batched else result.squeeze(0)


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of `(N, C, L)` or `(C, L)` dropped."""
    _check(p)
    if input.array.ndim not in (2, 3):
        raise RuntimeError(text("dropout-dims", function="dropout1d", wanted="2D or 3D", shape=list(input.array.shape)))
    return _without_batch(input, p, training, inplace, input.array.ndim == 3)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of `(N, C, H, W)` dropped; three dimensions are taken as `(N, C, L)` with a warning."""
    _check(p)
    if input.array.ndim not in (3, 4):
        warn(text("dropout2d-dims", ndim=input.array.ndim))
    elif input.array.ndim == 3:
        warn(text("dropout2d-3d"))
    return _feature_dropout(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Whole channels of `(N, C, D, H, W)` or `(C, D, H, W)` dropped."""
    _check(p)
    if input.array.ndim not in (4, 5):
        warn(text("dropout3d-dims", ndim=input.array.ndim))
    return _without_batch(input, p, training, inplace, input.array.ndim == 5)


def _alpha(input: Tensor, p: float, training: bool, inplace: bool, shape: Any) -> Tensor:
    _check(p)
    if not training or p == 0 or not input.array.size:
        return input
    if p == 1:
        return _multiplied(input, _mask(input, (), "dropout_mask", 1), inplace)
    kept = _mask(input, shape(input), "bernoulli", 1.0 - p, whole=shape is not _features)
    a = 1.0 / math.sqrt((SELU_FLOOR * SELU_FLOOR * p + 1) * (1 - p))
    shift = (kept + -1) * (SELU_FLOOR * a) + SELU_FLOOR * a * p
    scaled: Any = _multiplied(input, kept * a, inplace)
    return inplace_map(scaled, ar.add, scaled, shift) if inplace else ar.add(scaled, shift)


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Dropout that keeps mean and variance through SELU (Klambauer et al. 2017)."""
    return _alpha(input, p, training, inplace, lambda x: x.array.shape)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """`alpha_dropout` of whole channels of `(N, C, *)`."""
    return _alpha(input, p, training, inplace, _features)


def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Whole channels of `(N, C, *)` dropped: `torch.feature_dropout`."""
    _check(p)
    return _feature_dropout(input, p, train, False)


def dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`dropout` in place: `torch.dropout_`."""
    return dropout(input, p, train, True)


def feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`feature_dropout` in place."""
    _check(p)
    return _feature_dropout(input, p, train, True)


def alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`alpha_dropout` in place."""
    return alpha_dropout(input, p, train, True)


def feature_alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """`feature_alpha_dropout` in place."""
    return feature_alpha_dropout(input, p, train, True)
