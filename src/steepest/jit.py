"""`torch.jit` as it is in PyTorch under `PYTORCH_JIT=0`: nothing is scripted, functions and modules are what they were.

`torch.compile`, or `steepest run`, compiles programs as they are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from steepest.core.futures import fork, wait
from steepest.errors import outside
from steepest.nn.modules.module import Module

__all__ = ["Final", "RecursiveScriptModule", "ScriptFunction", "ScriptModule", "TracerWarning", "annotate", "export", "fork", "freeze",
           "ignore", "interface", "is_scripting", "is_tracing", "optimize_for_inference", "optimized_execution", "script",
           "script_if_tracing", "script_method", "trace", "trace_module", "unused", "wait"]
outside.explain(__name__)


class ScriptModule(Module):
    """A module, as in PyTorch under `PYTORCH_JIT=0`."""


class RecursiveScriptModule(ScriptModule):
    """A module that nothing makes here; programs ask whether theirs is one."""


class ScriptFunction:
    """A function that nothing makes here; programs ask whether theirs is one."""


class TracerWarning(Warning):
    """A warning that nothing gives here; programs silence it."""


def is_scripting() -> bool:
    """False: a program runs as Python."""
    return False


is_tracing = is_scripting


def ignore(drop: Any = False, **options: Any) -> Any:
    """A decorator that leaves the method as it is, as it does in PyTorch outside scripts."""
    return drop if callable(drop) else lambda function: function


def unused(fn: Any) -> Any:
    """The method itself, as in PyTorch outside scripts."""
    return fn


export = script_method = script_if_tracing = interface = _overload = _overload_method = unused


def script(obj: Any, optimize: Any = None, _frames_up: int = 0, _rcb: Any = None, example_inputs: Any = None) -> Any:
    """The function, class or module itself."""
    return obj


def trace(func: Callable[..., Any], *example: Any, **options: Any) -> Any:
    """The function or module itself; it is not called."""
    return func


def trace_module(mod: Any, inputs: Any, *more: Any, **options: Any) -> Any:
    """The module itself; it is not called."""
    return mod


def freeze(mod: Any, preserved_attrs: Any = None, optimize_numerics: bool = True) -> Any:
    """The module itself."""
    return mod


def optimize_for_inference(mod: Any, other_methods: Any = None) -> Any:
    """The module itself."""
    return mod


@contextmanager
def optimized_execution(should_optimize: bool) -> Iterator[None]:
    """A `with` block without effect."""
    yield


def annotate(the_type: Any, the_value: Any) -> Any:
    """The value."""
    return the_value
