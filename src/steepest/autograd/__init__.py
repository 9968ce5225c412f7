"""Automatic differentiation: `backward`, `grad`, the modes, `Function`, and what is imported when first asked for."""

import importlib
from typing import Any

from steepest.autograd.function import Function
from steepest.autograd.gradcheck import gradcheck, gradgradcheck  # at once: the module bears the function's name
from steepest.autograd.gradients import backward, grad
from steepest.autograd.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from steepest.autograd.variable import Variable
from steepest.core.overriding import handle_torch_function, has_torch_function, is_tensor_like
from steepest.errors import outside

__all__ = [
    "Function",
    "Variable",
    "backward",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "handle_torch_function",
    "has_torch_function",
    "inference_mode",
    "is_tensor_like",
    "no_grad",
    "set_grad_enabled",
]

_FROM = {"detect_anomaly": "anomaly_mode", "set_detect_anomaly": "anomaly_mode",
         "is_multithreading_enabled": "threading_mode", "set_multithreading_enabled": "threading_mode"}
_MODULES = ("anomaly_mode", "grad_mode", "forward_ad", "functional", "graph", "profiler", "profiler_util", "variable")
_outside = outside.explain(__name__)


def __getattr__(name: str) -> Any:
    if name in _FROM:
        return getattr(importlib.import_module(f"steepest.autograd.{_FROM[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"steepest.autograd.{name}")
    return _outside(name)
