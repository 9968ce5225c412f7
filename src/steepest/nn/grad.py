"""Gradients of convolutions as functions: of the input, or of the weight, for a given gradient of the output."""

from collections.abc import Callable
from typing import Any

from steepest.autograd.gradients import grad
from steepest.autograd.modes import enable_grad
from steepest.core.tensor import Tensor
from steepest.functional.creating import zeros
from steepest.nn import functional as F

__all__ = ["conv1d_input", "conv1d_weight", "conv2d_input", "conv2d_weight", "conv3d_input", "conv3d_weight"]


def _input_gradient(convolution: Callable[..., Tensor], input_size: Any, weight: Tensor, grad_output: Tensor, *options: Any) -> Tensor:
    with enable_grad():
        x = zeros(input_size, dtype=weight.dtype).requires_grad_()
        return grad(convolution(x, weight.detach(), None, *options), x, grad_output)[0]


def _weight_gradient(convolution: Callable[..., Tensor], input: Tensor, weight_size: Any, grad_output: Tensor, *options: Any) -> Tensor:
    with enable_grad():
        w = zeros(weight_size, dtype=input.dtype).requires_grad_()
        return grad(convolution(input.detach(), w, None, *options), w, grad_output)[0]


def conv1d_input(input_size: Any, weight: Tensor, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
                 groups: int = 1) -> Tensor:
    """The gradient of `conv1d` by its input, of shape `input_size`.

    >>> steepest.nn.grad.conv1d_input((1, 1, 3), steepest.ones(1, 1, 2), steepest.ones(1, 1, 2))
    tensor([[[1., 2., 1.]]])
    """
    return _input_gradient(F.conv1d, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv1d_weight(input: Tensor, weight_size: Any, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
                  groups: int = 1) -> Tensor:
    """The gradient of `conv1d` by its weight, of shape `weight_size`."""
    return _weight_gradient(F.conv1d, input, weight_size, grad_output, stride, padding, dilation, groups)


def conv2d_input(input_size: Any, weight: Tensor, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
                 groups: int = 1) -> Tensor:
    """The gradient of `conv2d` by its input, of shape `input_size`."""
    return _input_gradient(F.conv2d, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv2d_weight(input: Tensor, weight_size: Any, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
                  groups: int = 1) -> Tensor:
    """The gradient of `conv2d` by its weight, of shape `weight_size`."""
    return _weight_gradient(F.conv2d, input, weight_size, grad_output, stride, padding, dilation, groups)


def conv3d_input(input_size: Any, weight: Tensor, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
                 groups: int = 1) -> Tensor:
    """The gradient of `conv3d` by its input, of shape `input_size`."""
    return _input_gradient(F.conv3d, input_size, weight, grad_output, stride, padding, dilation, groups)


def conv3d_weight(input: Tensor, weight_size: Any, grad_output: Tensor, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
                  groups: int = 1) -> Tensor:
    """The gradient of `conv3d` by its weight, of shape `weight_size`."""
    return _weight_gradient(F.conv3d, input, weight_size, grad_output, stride, padding, dilation, groups)
