"""Clipping gradients: by the norm of all of them together (Pascanu et al. 2013), or each element by itself."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from types import GeneratorType
from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import tensor
from steepest.functional.joining import stack

__all__ = ["clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]

Tensors = Tensor | Iterable[Tensor]


def as_list(tensors: Tensors) -> list[Tensor]:
    """One tensor or several as a list."""
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def gradients(parameters: list[Tensor]) -> list[Tensor]:
    """The gradients that there are."""
    return [parameter.grad for parameter in parameters if parameter.grad is not None]


@no_grad()
def get_total_norm(
    tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of all `tensors` as one vector, computed as the norm of their norms."""
    tensors = as_list(tensors)
    if not tensors:
        return tensor(0.0)
    norm_type = float(norm_type)
    total = stack([each.norm(norm_type) for each in tensors]).norm(norm_type)
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(text("gradient-norm-not-finite", norm_type=norm_type))
    return total


@no_grad()
def clip_grads_with_norm_(parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None) -> None:
    """Scale the gradients of `parameters` by `max_norm / total_norm` if that is below one."""
    found = gradients(as_list(parameters))
    if found:
        # No branch on the value: multiplying by one costs less than waiting for it.
        ratio: Any = float(max_norm) / (total_norm + 1e-6)
        factor = ratio.clamp(max=1.0)
        for gradient in found:
            gradient.mul_(factor)


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients of `parameters` so that their norm together is at most `max_norm`; returns the norm before.

    Raises `RuntimeError` for a norm that is not finite if `error_if_nonfinite`.
    """
    listed = as_list(parameters)
    if isinstance(parameters, GeneratorType) and not listed:
        warnings.warn(text("clipping-nothing"), stacklevel=2)
    total = get_total_norm(gradients(listed), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(listed, max_norm, total)
    return total


def clip_grad_norm(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The old name of `clip_grad_norm_`."""
    warnings.warn(text("clip-grad-norm-deprecated"), FutureWarning, stacklevel=2)
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite)


@no_grad()
def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Cut every element of the gradients of `parameters` to [-clip_value, clip_value]."""
    limit = float(clip_value)
    for gradient in gradients(as_list(parameters)):
        gradient.clamp_(min=-limit, max=limit)
