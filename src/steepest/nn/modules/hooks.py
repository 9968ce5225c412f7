"""Hooks around a module's call: before and after forward, and with the gradients of its inputs and outputs.

Gradients are caught by passing inputs and outputs through an identity whose graph node calls the hooks.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from steepest.autograd import Function
from steepest.autograd.modes import is_grad_enabled
from steepest.core.hooks import NodeHooks, RemovableHandle
from steepest.core.tensor import Tensor
from steepest.errors import text

if TYPE_CHECKING:
    from steepest.nn.modules.module import Module

Hooks = dict[int, Callable[..., Any]]

forward_pre_hooks: Hooks = OrderedDict()
forward_hooks: Hooks = OrderedDict()
forward_hooks_with_kwargs: dict[int, bool] = OrderedDict()
forward_hooks_always_called: dict[int, bool] = OrderedDict()
backward_pre_hooks: Hooks = OrderedDict()
backward_hooks: Hooks = OrderedDict()
# The numbers of all hooks above: calls of a module look at this one dictionary.
on_calls: dict[int, bool] = OrderedDict()
buffer_registration_hooks: Hooks = OrderedDict()
module_registration_hooks: Hooks = OrderedDict()
parameter_registration_hooks: Hooks = OrderedDict()


def register(hooks: Any, hook: Callable[..., Any], *, prepend: bool = False, marks: Sequence[Any] = ()) -> RemovableHandle:
    """Add `hook`, last or first; its number is marked in every one of `marks` until it is removed."""
    handle = RemovableHandle(hooks, extra_dict=list(marks))
    hooks[handle.id] = hook
    for mark in marks:
        mark[handle.id] = True
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(module, inputs)` before every module's forward; what it returns replaces the inputs."""
    return register(forward_pre_hooks, hook, marks=[on_calls])


def register_module_forward_hook(
    hook: Callable[..., Any], *, with_kwargs: bool = False, always_call: bool = False
) -> RemovableHandle:
    """Call `hook(module, inputs, output)` after every module's forward; what it returns replaces the output."""
    marks = [m for wanted, m in ((with_kwargs, forward_hooks_with_kwargs), (always_call, forward_hooks_always_called)) if wanted]
    return register(forward_hooks, hook, marks=[on_calls, *marks])


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(module, grad_output)` before every module's backward; what it returns replaces the gradients."""
    return register(backward_pre_hooks, hook, marks=[on_calls])


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(module, grad_input, grad_output)` when a module's input gradients are known."""
    return register(backward_hooks, hook, marks=[on_calls])


def register_module_buffer_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(module, name, buffer)` whenever a buffer is registered; what it returns is registered instead."""
    return register(buffer_registration_hooks, hook)


def register_module_module_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(module, name, submodule)` whenever a submodule is registered; what it returns is registered instead."""
    return register(module_registration_hooks, hook)


def register_module_parameter_registration_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(module, name, parameter)` whenever a parameter is registered; what it returns is registered instead."""
    return register(parameter_registration_hooks, hook)


class BackwardHookFunction(Function):
    """The identity on several tensors, whose node sees all their gradients at once."""

    @staticmethod
    def forward(ctx: Any, *tensors: Tensor) -> tuple[Tensor, ...]:
        return tensors

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        return gradients


class BackwardHook:
    """One call of a module between two identities: the outer node gives `grad_output`, the inner one `grad_input`."""

    def __init__(self, module: Module, hooks: list[Callable[..., Any]], pre_hooks: list[Callable[..., Any]]) -> None:
        self.module = module
        self.hooks = hooks
        self.pre_hooks = pre_hooks
        self.grad_outputs: Any = None
        self.inputs: tuple[list[int], int] | None = None
        self.input_count = 0

    def wrap_inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """`args` with its tensors passed through the identity that ends the module's backward."""
        self.input_count = len(args)
        wrapped, node, places = self._identity(args)
        if node is not None:
            self.inputs = places, len(args)
            watch(node, self._at_inputs)
        return wrapped

    def wrap_output(self, output: Any) -> Any:
        """`output` passed through the identity that begins the module's backward."""
        outputs = output if isinstance(output, tuple) else (output,)
        wrapped, node, places = self._identity(outputs)
        if node is not None:
            watch(node, lambda _, gradients: self._at_outputs(places, len(outputs), gradients))
        return wrapped if isinstance(output, tuple) else wrapped[0]

    @staticmethod
    def _identity(values: tuple[Any, ...]) -> tuple[Any, Any, list[int]]:
        places = [place for place, value in enumerate(values) if isinstance(value, Tensor) and value.requires_grad]
        if not (places and is_grad_enabled()):
            return values, None, places
        passed = BackwardHookFunction.apply(*(values[place] for place in places))
        result = list(values)
        for place, tensor in zip(places, passed, strict=True):
            result[place] = tensor
        rebuilt = tuple(result) if type(values) is tuple else type(values)(*result)
        return rebuilt, passed[0].grad_fn, places

    def _at_outputs(self, places: list[int], count: int, gradients: Sequence[Any]) -> tuple[Any, ...]:
        self.grad_outputs = spread(places, gradients, count)
        for hook in self.pre_hooks:
            replacement = hook(self.module, self.grad_outputs)
            if replacement is None:
                continue
            replacement = replacement if isinstance(replacement, tuple) else (replacement,)
            if len(replacement) != count:
                raise RuntimeError(text("backward-pre-hook-count", got=len(replacement), expected=count))
            self.grad_outputs = replacement
        seen = self.grad_outputs
        if self.inputs is None:
            # No input requires a gradient, so no inner node will call the hooks.
            warnings.warn(text("backward-hook-without-inputs"), stacklevel=5)
            for hook in self.hooks:
                result = hook(self.module, (None,) * self.input_count, self.grad_outputs)
                if result is not None and not (isinstance(result, tuple) and all(part is None for part in result)):
                    raise RuntimeError(text("backward-hook-must-return-none"))
            self.grad_outputs = None
        return tuple(seen[place] for place in places)

    def _at_inputs(self, gradients: Sequence[Any], _: Any) -> tuple[Any, ...] | None:
        # A gradient can reach the inputs without passing the outputs, as when a gradient is differentiated again.
        if self.grad_outputs is None or self.inputs is None:
            return None
        places, count = self.inputs
        result = spread(places, gradients, count)
        for hook in self.hooks:
            replacement = hook(self.module, result, self.grad_outputs)
            if replacement is None:
                continue
            replacement = replacement if isinstance(replacement, tuple) else (replacement,)
            if len(replacement) != count:
                raise RuntimeError(text("backward-hook-count", got=len(replacement), expected=count))
            result = replacement
        self.grad_outputs = None
        return tuple(result[place] for place in places)


def watch(node: Any, hook: Callable[..., Any]) -> None:
    """Call `hook(grad_inputs, grad_outputs)` when the backward of `node` has run; what it returns replaces grad_inputs."""
    node.hooks = NodeHooks() if node.hooks is None else node.hooks
    register(node.hooks.on_node, hook)


def spread(places: list[int], values: Sequence[Any], count: int) -> tuple[Any, ...]:
    """`count` Nones with `values` at `places`."""
    result: list[Any] = [None] * count
    for place, value in zip(places, values, strict=True):
        result[place] = value
    return tuple(result)
