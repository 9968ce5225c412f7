"""Automatic differentiation: `backward`, `grad`, the modes, `Function`."""

from steepest.autograd.gradients import backward, grad
from steepest.autograd.function import Function
from steepest.autograd.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from steepest.core.tensor import Tensor as Variable

__all__ = ["Function", "Variable", "backward", "enable_grad", "grad", "inference_mode", "no_grad", "set_grad_enabled"]
