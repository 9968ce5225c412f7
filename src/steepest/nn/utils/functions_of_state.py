"""Modules as functions of their parameters, as `functorch` had them before `torch.func.functional_call`; older programs call these."""

import copy
from collections.abc import Sequence
from typing import Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.joining import stack
from steepest.nn.modules.module import Module
from steepest.nn.utils.stateless import functional_call

__all__ = ["FunctionalModule", "FunctionalModuleWithBuffers", "combine_state_for_ensemble", "make_functional",
           "make_functional_with_buffers"]

State = Sequence[Tensor]


class FunctionalModuleWithBuffers(Module):
    """A module that is called as `f(parameters, buffers, *inputs)`."""

    def __init__(self, stateless_model: Module, param_names: Sequence[str], buffer_names: Sequence[str]):
        super().__init__()
        self.stateless_model, self.param_names, self.buffer_names = stateless_model, tuple(param_names), tuple(buffer_names)

    def forward(self, params: State, buffers: State, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """The module's result with these parameters and buffers, in the order of their names."""
        state = dict(zip(self.param_names, params, strict=True)) | dict(zip(self.buffer_names, buffers, strict=True))
        return functional_call(self.stateless_model, state, args, kwargs)


class FunctionalModule(Module):
    """A module that is called as `f(parameters, *inputs)`."""

    def __init__(self, stateless_model: Module, param_names: Sequence[str]):
        super().__init__()
        self.stateless_model, self.param_names = stateless_model, tuple(param_names)

    def forward(self, params: State, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """The module's result with these parameters, in the order of their names."""
        return functional_call(self.stateless_model, dict(zip(self.param_names, params, strict=True)), args, kwargs)


def make_functional_with_buffers(
    model: Module, disable_autograd_tracking: bool = False
) -> tuple[FunctionalModuleWithBuffers, tuple[Tensor, ...], tuple[Tensor, ...]]:
    """The model as a function of its parameters and buffers, and a copy of these."""
    copied = copy.deepcopy(model)
    params, buffers = dict(copied.named_parameters()), dict(copied.named_buffers())
    if disable_autograd_tracking:
        for p in params.values():
            p.requires_grad_(False)
    return FunctionalModuleWithBuffers(copied, tuple(params), tuple(buffers)), tuple(params.values()), tuple(buffers.values())


def make_functional(model: Module, disable_autograd_tracking: bool = False) -> tuple[FunctionalModule, tuple[Tensor, ...]]:
    """The model as a function of its parameters, and a copy of these. RuntimeError for a model with buffers."""
    if any(True for _ in model.buffers()):
        raise RuntimeError(text("functional-buffers"))
    function, params, _ = make_functional_with_buffers(model, disable_autograd_tracking)
    return FunctionalModule(function.stateless_model, function.param_names), params


def combine_state_for_ensemble(models: Sequence[Module]) -> tuple[FunctionalModuleWithBuffers, tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Several models of one class as one function, with their parameters and buffers stacked for `vmap`, outside the graph."""
    if not models:
        raise RuntimeError(text("stack-no-models"))
    if len({m.training for m in models}) > 1:
        raise RuntimeError(text("stack-training"))
    if len({type(m) for m in models}) > 1:
        raise RuntimeError(text("stack-classes"))
    made = [make_functional_with_buffers(m) for m in models]
    params, buffers = (tuple(stack(list(column)).detach() for column in zip(*[m[i] for m in made], strict=True)) for i in (1, 2))
    return made[0][0], params, buffers
