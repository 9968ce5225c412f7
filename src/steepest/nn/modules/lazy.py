"""Modules that take their number of input features from the first input they see."""

from __future__ import annotations

from itertools import chain
from typing import Any

from steepest.autograd.modes import no_grad
from steepest.errors import text
from steepest.nn.modules.module import Module
from steepest.nn.parameter import is_lazy

__all__ = ["LazyModuleMixin"]


class LazyModuleMixin:
    """Stands before `Module` in the bases of a lazy module, which becomes `cls_to_become` at its first call."""

    cls_to_become: type[Module] | None = None

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Numbers, not handles: a copy of the module must take off its own hooks.
        self._load_hook = self._register_load_state_dict_pre_hook(self._lazy_load_hook).id
        self._initialize_hook = self.register_forward_pre_hook(self._infer_parameters, with_kwargs=True).id

    def _lazy_load_hook(self: Any, state_dict: Any, prefix: str, *rest: Any) -> None:
        """Give the waiting tensors the shapes of those that are about to be loaded."""
        for name, value in chain(self._parameters.items(), self._buffers.items()):
            given = state_dict.get(prefix + name)
            if given is not None and is_lazy(value) and not is_lazy(given):
                with no_grad():
                    value.materialize(given.shape)

    def initialize_parameters(self: Any, *args: Any, **kwargs: Any) -> None:
        """Give the parameters their shapes from the first input; every lazy module defines it."""
        raise NotImplementedError(text("lazy-initialize-missing", module=type(self).__name__))

    def has_uninitialized_params(self: Any) -> bool:
        """Whether a parameter or buffer still waits for its shape."""
        return any(is_lazy(value) for value in chain(self._parameters.values(), self._buffers.values()))

    def _infer_parameters(self: Any, module: Any, args: Any, kwargs: Any = None) -> None:
        module.initialize_parameters(*args, **(kwargs or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(text("lazy-not-initialized", module=self._get_name()))
        module._load_state_dict_pre_hooks.pop(module._load_hook)
        module._forward_pre_hooks.pop(module._initialize_hook)
        module._forward_pre_hooks_with_kwargs.pop(module._initialize_hook)
        del module._initialize_hook, module._load_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become
