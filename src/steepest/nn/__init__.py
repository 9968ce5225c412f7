"""Modules, parameters, initial values and what works on them, under PyTorch's names."""

from steepest.nn import functional, init, modules, parameter, utils
from steepest.nn.modules import *  # noqa: F403
from steepest.nn.modules import __all__ as _modules
from steepest.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "Buffer",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "functional",
    "init",
    "modules",
    "parameter",
    "utils",
    *_modules,
]
