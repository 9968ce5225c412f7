"""Modules, parameters, initial values and what works on them, under PyTorch's names."""

from steepest.errors import outside
from steepest.nn import attention, common_types, functional, grad, init, modules, parallel, parameter, utils
from steepest.nn.modules import *  # noqa: F403
from steepest.nn.modules import __all__ as _modules
from steepest.nn.parallel import DataParallel
from steepest.nn.parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter

__all__ = [
    "Buffer",
    "DataParallel",
    "Parameter",
    "UninitializedBuffer",
    "UninitializedParameter",
    "attention",
    "common_types",
    "functional",
    "grad",
    "init",
    "modules",
    "parallel",
    "parameter",
    "utils",
    *_modules,
]
outside.explain(__name__)
