"""How PyTorch's functions that are written in Python hand on what they are given: the options by name, those not given, too."""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from steepest.fx.names import qualified_name

__all__ = ["as_method", "as_python_function"]

AS_GIVEN = frozenset(("torch.functional.einsum", "torch.functional.chain_matmul"))
METHODS = {"torch.nn.functional.sigmoid": "sigmoid", "torch.nn.functional.tanh": "tanh"}
"""Functions that call a method and do nothing else, which is what graphs show."""
LEFT_OUT = {"torch.nn.functional.l1_loss": {"weight"}}
MORE = {"torch.functional.norm": "keepdim", "torch.functional.tensordot": "dims", "torch.functional.lu": "get_infos"}
"""Functions that hand on `out=None`, too, behind this option."""


@cache
def _signature(func: Callable[..., Any]) -> inspect.Signature | None:
    name = qualified_name(func)
    if not name.startswith(("torch.nn.functional.", "torch.functional.")) or name in AS_GIVEN:
        return None
    return inspect.signature(func)


def as_method(func: Callable[..., Any]) -> str | None:
    """The method that a function of PyTorch's calls and nothing else."""
    return METHODS.get(qualified_name(func)) if getattr(func, "__name__", "") in METHODS.values() else None


def as_python_function(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional arguments and those by name, as PyTorch's function hands them on."""
    signature = _signature(func)
    if signature is None:
        return args, kwargs
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError:
        return args, kwargs
    bound.apply_defaults()
    name = qualified_name(func)
    given, named = [], {}
    for parameter in signature.parameters.values():
        value = bound.arguments[parameter.name]
        if parameter.kind is parameter.VAR_POSITIONAL:
            given.extend(value)
        elif parameter.kind is parameter.VAR_KEYWORD:
            named.update(value)
        elif parameter.default is parameter.empty:
            given.append(value)
        elif parameter.name not in LEFT_OUT.get(name, ()):
            named[parameter.name] = value
            if MORE.get(name) == parameter.name:
                named["out"] = None
    return tuple(given), named
