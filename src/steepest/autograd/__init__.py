"""Automatic differentiation: `backward`, `grad`, the modes, `Function`, and what is imported when first asked for."""

import importlib
from typing import Any

from steepest.autograd.function import Function
from steepest.autograd.gradients import backward, grad
from steepest.autograd.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from steepest.core.tensor import Tensor as Variable

__all__ = ["Function", "Variable", "backward", "enable_grad", "grad", "inference_mode", "no_grad", "set_grad_enabled"]

_FROM = {
    "detect_anomaly": "anomaly_mode",
    "set_detect_anomaly": "anomaly_mode",
    "gradcheck": "gradcheck",
    "gradgradcheck": "gradcheck",
}
_MODULES = ("anomaly_mode", "forward_ad", "functional", "graph")


def __getattr__(name: str) -> Any:
    if name in _FROM:
        found = getattr(importlib.import_module(f"steepest.autograd.{_FROM[name]}"), name)
        globals()[name] = found  # the import has put the module gradcheck under the function's name
        return found
    if name in _MODULES:
        return importlib.import_module(f"steepest.autograd.{name}")
    raise AttributeError(f"module 'steepest.autograd' has no attribute '{name}'")
