"""`Module`: what every layer and model is; its call, conversions, modes and text."""

from __future__ import annotations

import sys
import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Self

from steepest.autograd.modes import no_grad
from steepest.core.device import device
from steepest.core.dtype import asked, bfloat16, dtype, float16, float32, float64
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import empty_like
from steepest.nn.modules import hooks as everywhere
from steepest.nn.modules.hooks import (
    BackwardHook,
    RemovableHandle,
    register,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from steepest.nn.modules.identity import keeps
from steepest.nn.modules.registry import KINDS, Members
from steepest.nn.modules.state import _EXTRA_STATE_KEY_SUFFIX, Stateful, _IncompatibleKeys
from steepest.nn.parameter import Parameter

__all__ = [
    "Module",
    "_EXTRA_STATE_KEY_SUFFIX",
    "_IncompatibleKeys",
    "register_module_buffer_registration_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
    "register_module_full_backward_hook",
    "register_module_full_backward_pre_hook",
    "register_module_module_registration_hook",
    "register_module_parameter_registration_hook",
]

HOOK_HOLDERS = (
    "_backward_pre_hooks",
    "_backward_hooks",
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)


def parse_to(*args: Any, **kwargs: Any) -> tuple[Any, Any, bool, Any]:
    """Device, dtype, whether not to wait, and memory format, as `to(dtype)`, `to(device)`, `to(device, dtype)`, `to(tensor)` say."""
    place, wanted, wait = kwargs.get("device"), asked(kwargs.get("dtype")), kwargs.get("non_blocking", False)
    for given in args:
        if isinstance(given, Tensor):
            place, wanted = given.device, given.dtype
        elif isinstance(given, (dtype, type)):
            wanted = asked(given)
        elif isinstance(given, bool):
            wait = given
        elif given is not None:
            place = given
    return None if place is None else device(place), wanted, wait, kwargs.get("memory_format")


class Module(Stateful):
    """A piece of a model: it owns parameters, buffers and other modules, and computes with them in `forward`.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.linear = steepest.nn.Linear(1, 1)
    ...     def forward(self, x):
    ...         return self.linear(x)
    >>> Line()
    Line(
      (linear): Linear(in_features=1, out_features=1, bias=True)
    )
    """

    training: bool
    call_super_init: bool = False
    dump_patches: bool = False
    _compiled_call_impl: Callable[..., Any] | None = None
    _backward_pre_hooks: dict[int, Callable[..., Any]]
    _backward_hooks: dict[int, Callable[..., Any]]
    _forward_hooks: dict[int, Callable[..., Any]]
    _forward_hooks_with_kwargs: dict[int, bool]
    _forward_hooks_always_called: dict[int, bool]
    _forward_pre_hooks: dict[int, Callable[..., Any]]
    _forward_pre_hooks_with_kwargs: dict[int, bool]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not self.call_super_init and (args or kwargs):
            got = f"an unexpected keyword argument '{next(iter(kwargs))}'" if kwargs else None
            got = got or f"1 positional argument but {len(args) + 1} were given"
            verb = "got" if kwargs else "takes"
            raise TypeError(f"{type(self).__name__}.__init__() {verb} {got}")
        own = self.__dict__
        own["training"] = True
        own["_parameters"] = Members(self)
        own["_buffers"] = Members(self)
        own["_non_persistent_buffers_set"] = set()
        for holder in HOOK_HOLDERS:
            own[holder] = OrderedDict()
        own["_modules"] = Members(self)
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *input: Any) -> Any:
        """What the module computes; every subclass defines it."""
        raise NotImplementedError(text("forward-missing", module=type(self).__name__))

    # -- calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if (
            self._forward_hooks
            or self._forward_pre_hooks
            or self._backward_hooks
            or self._backward_pre_hooks
            or everywhere.on_calls
            or self._compiled_call_impl
        ):
            return (self._compiled_call_impl or self._call_impl)(*args, **kwargs)
        return self.forward(*args, **kwargs)

    def _call_impl(self, *args: Any, **kwargs: Any) -> Any:
        """A call, as if the module had not been compiled."""
        return self._call_with_hooks(args, kwargs)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        result: Any = None
        called: set[int] = set()
        try:
            args, kwargs = self._run_pre_hooks(args, kwargs)
            around = None
            full = [*everywhere.backward_hooks.values(), *self._backward_hooks.values()]
            pre = [*everywhere.backward_pre_hooks.values(), *self._backward_pre_hooks.values()]
            if full or pre:
                around = BackwardHook(self, full, pre)
                args = around.wrap_inputs(args)
            result = self.forward(*args, **kwargs)
            for number, hook in (*everywhere.forward_hooks.items(), *self._forward_hooks.items()):
                called.add(number)
                replacement = self._run_forward_hook(number, hook, args, kwargs, result)
                if replacement is not None:
                    result = replacement
            if around is not None:
                if not isinstance(result, (Tensor, tuple)):
                    warnings.warn(text("backward-hook-output-type", type=type(result)), stacklevel=3)
                result = around.wrap_output(result)
            return result
        except Exception:
            self._run_always_called(called, args, kwargs, result)
            raise

    def _run_pre_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        for number, hook in (*everywhere.forward_pre_hooks.items(), *self._forward_pre_hooks.items()):
            if number in self._forward_pre_hooks_with_kwargs:
                both = hook(self, args, kwargs)
                if both is not None:
                    if not (isinstance(both, tuple) and len(both) == 2):
                        raise RuntimeError(text("forward-pre-hook-result", result=both))
                    args, kwargs = both
            else:
                replacement = hook(self, args)
                if replacement is not None:
                    args = replacement if isinstance(replacement, tuple) else (replacement,)
        return args, kwargs

    def _run_forward_hook(
        self, number: int, hook: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], result: Any
    ) -> Any:
        if number in self._forward_hooks_with_kwargs or number in everywhere.forward_hooks_with_kwargs:
            return hook(self, args, kwargs, result)
        return hook(self, args, result)

    def _run_always_called(self, called: set[int], args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        """Run the hooks that want every call, after an error and before it goes on."""
        always = {**everywhere.forward_hooks_always_called, **self._forward_hooks_always_called}
        for number, hook in (*everywhere.forward_hooks.items(), *self._forward_hooks.items()):
            if number in always and number not in called:
                try:
                    self._run_forward_hook(number, hook, args, kwargs, result)
                except Exception as error:  # the error of forward is the one to show
                    warnings.warn(text("always-called-hook-failed", error=error), stacklevel=4)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)`, or `hook(module, args, kwargs)`, before forward; what it returns replaces them."""
        marks = [self._forward_pre_hooks_with_kwargs] if with_kwargs else []
        return register(self._forward_pre_hooks, hook, prepend=prepend, marks=marks)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)`, or `hook(module, args, kwargs, output)`, after forward.

        What it returns replaces the output. With `always_call` it runs even when forward raised.
        """
        wanted = ((with_kwargs, self._forward_hooks_with_kwargs), (always_call, self._forward_hooks_always_called))
        return register(self._forward_hooks, hook, prepend=prepend, marks=[mark for wish, mark in wanted if wish])

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` when the gradients of the outputs are known; what it returns replaces them."""
        return register(self._backward_pre_hooks, hook, prepend=prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` when the gradients of the inputs are known.

        What it returns replaces `grad_input`. Only positional arguments have gradients there.
        """
        return register(self._backward_hooks, hook, prepend=prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """The old name; here the same as `register_full_backward_hook`, whose gradients are the module's own."""
        return self.register_full_backward_hook(hook)

    # -- converting

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        if recurse:
            for module in self.children():
                module._apply(fn)
        for name, parameter in self._parameters.items():
            if parameter is None:
                continue
            if keeps.overwrite:
                with no_grad():
                    self._parameters[name] = Parameter(fn(parameter), parameter.requires_grad)
                continue
            # Through `.data`, so that an optimizer that holds the parameter keeps the right one.
            with no_grad():
                parameter.data = fn(parameter)
                if parameter.grad is not None:
                    parameter.grad.data = fn(parameter.grad)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                with no_grad():
                    self._buffers[name] = fn(buffer)
        return self

    def apply(self, fn: Callable[[Module], None]) -> Self:
        """Call `fn` on every module below, then on this one: `net.apply(init_weights)`."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert floating-point parameters and buffers: `to(dtype)`, `to(device)`, `to(device, dtype)`, `to(tensor)`.

        Raises `TypeError` for a dtype that is neither floating point nor complex.
        """
        place, wanted, _, order = parse_to(*args, **kwargs)
        if wanted is not None and not (wanted.is_floating_point or wanted.is_complex):
            raise TypeError(text("module-to-dtype", dtype=wanted))

        def convert(tensor: Any) -> Tensor:
            # The tensor's own `to` knows devices, and refuses the ones that this machine has not.
            moved = tensor.to(place) if place is not None else tensor
            floating = tensor.is_floating_point() or tensor.is_complex()
            moved = moved.to(wanted) if wanted is not None and floating else moved
            return moved.to(memory_format=order) if order is not None and moved.dim() in (4, 5) else moved

        return self._apply(convert)

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Give every parameter and buffer new memory with undefined content."""
        return self._apply(lambda tensor: empty_like(tensor), recurse=recurse)

    def type(self, dst_type: Any) -> Self:
        """Convert all parameters and buffers to `dst_type`."""
        return self._apply(lambda tensor: tensor.type(dst_type))

    def _floats(self, wanted: dtype) -> Self:
        return self._apply(lambda tensor: tensor.to(wanted) if tensor.is_floating_point() else tensor)

    def float(self) -> Self:
        """Convert floating-point parameters and buffers to float32."""
        return self._floats(float32)

    def double(self) -> Self:
        """Convert floating-point parameters and buffers to float64."""
        return self._floats(float64)

    def half(self) -> Self:
        """Convert floating-point parameters and buffers to float16."""
        return self._floats(float16)

    def bfloat16(self) -> Self:
        """Convert floating-point parameters and buffers to bfloat16."""
        return self._floats(bfloat16)

    def cpu(self) -> Self:
        """Nothing to move: parameters and buffers are on the CPU."""
        return self._apply(lambda tensor: tensor.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Raises: there is no CUDA here."""
        return self._apply(lambda tensor: tensor.cuda(device))

    def share_memory(self) -> Self:
        """Nothing to do: worker processes get copies."""
        return self

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Run calls of this module as native code, as `steepest.compile` does; its options are accepted."""
        package = sys.modules[__name__.partition(".")[0]]      # what compiles lies in a layer above
        self._compiled_call_impl = package.compile(self._call_impl, *args, **kwargs)

    # -- modes and gradients

    def train(self, mode: bool = True) -> Self:
        """Training mode here and below (`mode=False`: evaluation), which Dropout and BatchNorm look at."""
        if not isinstance(mode, bool):
            raise ValueError(text("training-mode-not-boolean", got=mode))
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Evaluation mode here and below: no dropout, batch norm with its running statistics."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Whether the parameters here and below learn; `False` freezes them."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters; with `set_to_none=False` fill them with zeros."""
        for parameter in self.parameters():
            if parameter.grad is None:
                continue
            if set_to_none:
                parameter.grad = None
                continue
            if parameter.grad.grad_fn is not None:
                parameter.grad.detach_()
            else:
                parameter.grad.requires_grad_(False)
            parameter.grad.zero_()

    # -- pickling and text

    def __getstate__(self) -> dict[str, Any]:
        own = self.__dict__
        members = {kind: dict(own[kind]) for kind in KINDS}
        names = {name for kind in members.values() for name in kind} | {"_compiled_call_impl"}
        return {name: value for name, value in own.items() if name not in names} | members

    def __setstate__(self, state: dict[str, Any]) -> None:
        own = self.__dict__
        own.update(state)
        # Modules pickled by older versions lack some of these.
        for holder in HOOK_HOLDERS:
            own.setdefault(holder, OrderedDict())
        own.setdefault("_non_persistent_buffers_set", set())
        for kind in KINDS:
            own[kind] = Members(self, own[kind])

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What to print between the parentheses beside the children."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {indented(repr(module))}" for name, module in self._modules.items()]
        if len(lines) == 1 and not children:
            return f"{self._get_name()}({extra})"
        inner = "".join(f"\n  {line}" for line in (*lines, *children))
        return f"{self._get_name()}({inner}\n)" if inner else f"{self._get_name()}()"


def _addindent(s_: str, numSpaces: int) -> str:
    first, *rest = s_.split("\n")
    return "\n".join([first, *(" " * numSpaces + line for line in rest)])


def indented(block: str) -> str:
    """`block` with every line after the first moved in by two columns; blank lines stay empty."""
    first, *rest = block.split("\n")
    return "\n".join([first, *("  " + line if line.strip() else "" for line in rest)])
