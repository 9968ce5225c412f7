"""Several models as one: their parameters stacked, so that vmap runs them side by side; and calls with given parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.joining import stack
from steepest.nn.modules.module import Module
from steepest.nn.utils.stateless import functional_call as call_with

__all__ = ["functional_call", "stack_module_state"]


def functional_call(
    module: Module,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """`module(*args, **kwargs)` with these parameters and buffers (a dictionary, or several) in the place of its own.

    >>> layer = steepest.nn.Linear(2, 1)
    >>> steepest.func.functional_call(layer, {"weight": steepest.ones(1, 2), "bias": steepest.zeros(1)}, steepest.ones(2))
    tensor([2.])
    """
    given = parameter_and_buffer_dicts
    if not isinstance(given, dict):
        if not isinstance(given, Sequence) or not all(isinstance(d, dict) for d in given):
            raise ValueError(text("functional-call-dictionaries", kind=type(given).__name__))
        names = [n for d in given for n in d]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(text("functional-call-twice", names=twice))
        given = {n: x for d in given for n, x in d.items()}
    return call_with(module, given, args, kwargs, tie_weights=tie_weights, strict=strict)


def stack_module_state(models: Sequence[Module]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The parameters and the buffers of models of one class, each `(n_models, *shape)`, for `vmap` over `functional_call`.

    The stacked parameters are new leaves. Raises RuntimeError for no models, several classes, or training beside evaluation.
    """
    if not models:
        raise RuntimeError(text("stack-no-models"))
    if len({m.training for m in models}) > 1:
        raise RuntimeError(text("stack-training"))
    if len({type(m) for m in models}) > 1:
        raise RuntimeError(text("stack-classes"))
    parameters = {
        name: stack([dict(m.named_parameters())[name].detach() for m in models]).requires_grad_(p.requires_grad)
        for name, p in models[0].named_parameters()
    }
    buffers = {name: stack([dict(m.named_buffers())[name] for m in models]) for name, _ in models[0].named_buffers()}
    return parameters, buffers
