"""Calling a module with other parameters and buffers than its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import outside, text
from steepest.nn.modules.module import Module

__all__ = ["functional_call"]
outside.explain(__name__)


@contextmanager
def replaced(module: Module, values: dict[str, Tensor]) -> Iterator[None]:
    """Put `values` in the places of parameters and buffers by dotted name, and the old ones back at the end."""
    owners = {}
    for name in values:
        path, _, own = name.rpartition(".")
        owner = module.get_submodule(path)
        members = owner._parameters if own in owner._parameters else owner._buffers
        owners[name] = members, own, members[own]
    try:
        for name, (members, own, _) in owners.items():
            members[own] = values[name]  # type: ignore[assignment]
        yield
    finally:
        for name, (members, own, before) in owners.items():
            if own in members and name in values:
                values[name] = members[own]  # type: ignore[assignment]
            members[own] = before  # type: ignore[assignment]


@contextmanager
def _reparametrize_module(
    module: Module, parameters_and_buffers: dict[str, Tensor], tie_weights: bool = False, strict: bool = False, stack_weights: bool = False
) -> Iterator[None]:
    """A `with` block in which the module has these parameters and buffers; packages call it by this name."""
    own = {**dict(module.named_parameters(remove_duplicate=False)), **dict(module.named_buffers(remove_duplicate=False))}
    unexpected = sorted(parameters_and_buffers.keys() - own.keys())
    missing = sorted(own.keys() - parameters_and_buffers.keys()) if strict else []
    if strict and (unexpected or missing):
        raise RuntimeError(text("functional-call-keys", module=module._get_name(), missing=missing, unexpected=unexpected))
    values = {name: value for name, value in parameters_and_buffers.items() if name in own}
    if tie_weights:
        by_tensor: dict[int, set[str]] = {}
        for name, tensor in own.items():
            by_tensor.setdefault(id(tensor), set()).add(name)
        for name in list(values):
            tied = by_tensor[id(own[name])]
            if len({id(parameters_and_buffers[other]) for other in tied if other in parameters_and_buffers}) > 1:
                raise ValueError(text("functional-call-tied", names=sorted(tied)))
            values.update(dict.fromkeys(tied, values[name]))
    with replaced(module, values):
        yield
    # A module may replace its own buffers during the call; the caller's dictionary then holds the new ones.
    parameters_and_buffers.update({name: values[name] for name in parameters_and_buffers if name in values})


def functional_call(
    module: Module,
    parameters_and_buffers: dict[str, Tensor],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """`module(*args, **kwargs)` with `parameters_and_buffers` by dotted name in the place of its own.

    `tie_weights` gives a shared tensor its value under all its names; `strict` wants all names, and no others.
    """
    with _reparametrize_module(module, parameters_and_buffers, tie_weights=tie_weights, strict=strict):
        return module(*(() if args is None else args if isinstance(args, tuple) else (args,)), **(kwargs or {}))
