"""Optimizer: parameter groups, the state of each parameter, hooks around the step, and the state as a dictionary.

The dictionary has PyTorch's format, so a file saved there loads here and the other way round.
"""

import functools
import warnings
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import chain
from typing import Any

from steepest.autograd.modes import enable_grad, set_grad_enabled
from steepest.core import dtype as dtypes
from steepest.core.hooks import RemovableHandle
from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor
from steepest.errors import outside, text
from steepest.functional.creating import tensor
from steepest.ops.views import view_as_complex, view_as_real

__all__ = [
    "Optimizer",
    "Parameterwise",
    "ParamsT",
    "register_optimizer_step_post_hook",
    "register_optimizer_step_pre_hook",
    "require",
    "require_betas",
    "require_one_kernel",
    "require_rate",
    "required",
    "step_dtype",
]
outside.explain(__name__)

ParamsT = Iterable[Any]
Group = dict[str, Any]
State = dict[str, Any]
Hooks = OrderedDict[int, Callable[..., Any]]

pre_hooks_of_all: Hooks = OrderedDict()
post_hooks_of_all: Hooks = OrderedDict()

HOOKS = (
    "_optimizer_step_pre_hooks",
    "_optimizer_step_post_hooks",
    "_optimizer_state_dict_pre_hooks",
    "_optimizer_state_dict_post_hooks",
    "_optimizer_load_state_dict_pre_hooks",
    "_optimizer_load_state_dict_post_hooks",
)

# What an option was before it existed: for states saved by older versions.
BEFORE = {
    "amsgrad": False,
    "capturable": False,
    "centered": False,
    "decoupled_weight_decay": False,
    "differentiable": False,
    "foreach": None,
    "fused": None,
    "maximize": False,
    "momentum": 0,
    "nesterov": False,
}


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()


def require(holds: Any, name: str, value: Any, expected: str) -> None:
    """Raise ValueError unless an option's value is allowed."""
    if not holds:
        raise ValueError(text("optimizer-option", name=name, value=value, expected=expected))


def require_that(holds: Any, name: str, value: Any, expected: str) -> None:
    """`require` in the words of PyTorch's newer optimizers."""
    if not holds:
        raise ValueError(text("optimizer-option-should", name=name, value=value, expected=expected))


def require_one_rate(lr: Any) -> None:
    """Raise ValueError for a tensor of several rates."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError(text("optimizer-lr-size", shape=list(lr.shape)))


def require_rate(lr: Any) -> None:
    """Raise ValueError unless `lr` is a number or a tensor of one element that is not negative."""
    require_one_rate(lr)
    require(lr >= 0.0, "learning rate", lr, ">= 0, e.g. 0.0001 .. 0.1")


def require_betas(betas: Any) -> None:
    """Raise ValueError unless both decay rates of the averages are in [0, 1)."""
    for i in range(2):
        require(0.0 <= betas[i] < 1.0, f"beta parameter at index {i}", betas[i], "0 <= beta < 1")


def require_one_kernel(fused: bool | None, foreach: bool | None, differentiable: bool) -> None:
    """Raise RuntimeError for options that ask for two implementations at once."""
    if fused and differentiable:
        raise RuntimeError(text("optimizer-fused-differentiable"))
    if fused and foreach:
        raise RuntimeError(text("optimizer-fused-foreach"))


def step_dtype(fused: bool | None = None) -> dtypes.dtype:
    """The dtype in which PyTorch keeps step counts: float32, unless float64 is the default."""
    return dtypes.float32 if fused or dtypes.get_default_dtype() is not dtypes.float64 else dtypes.float64


def _register(hooks: Hooks, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def register_optimizer_step_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` before the step of every optimizer; it may return new `(args, kwargs)`."""
    return _register(pre_hooks_of_all, hook)


def register_optimizer_step_post_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` after the step of every optimizer."""
    return _register(post_hooks_of_all, hook)


def _hooked(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step of an optimizer class with its hooks around it."""

    @functools.wraps(step)
    def wrapped(self: "Optimizer", *args: Any, **kwargs: Any) -> Any:
        self._opt_called = True
        whole: tuple[Any, ...] = (self, *args)
        own = vars(self)        # without hooks where a wrapper of other optimizers never called the constructor of this class
        if pre_hooks_of_all or own.get("_optimizer_step_pre_hooks"):
            for hook in chain(pre_hooks_of_all.values(), own.get("_optimizer_step_pre_hooks", {}).values()):
                replaced = hook(self, whole, kwargs)
                if replaced is not None:
                    if not (isinstance(replaced, tuple) and len(replaced) == 2):
                        raise RuntimeError(text("optimizer-step-hook-result", step=step.__qualname__, result=replaced))
                    whole, kwargs = replaced
        result = step(*whole, **kwargs)
        if post_hooks_of_all or own.get("_optimizer_step_post_hooks"):
            for hook in chain(own.get("_optimizer_step_post_hooks", {}).values(), post_hooks_of_all.values()):
                hook(self, whole, kwargs)
        return result

    return wrapped


class Optimizer:
    """The parent of all optimizers: `params` are tensors, pairs of name and tensor, or dicts of them with options of their own.

    Raises TypeError where a parameter is no tensor, ValueError for an empty list, for a tensor that operations computed, for
    parameters in two groups.
    """

    defaults: dict[str, Any]
    state: Any
    param_groups: list[Group]
    _optimizer_step_pre_hooks: Hooks
    _optimizer_step_post_hooks: Hooks
    _optimizer_state_dict_pre_hooks: Hooks
    _optimizer_state_dict_post_hooks: Hooks
    _optimizer_load_state_dict_pre_hooks: Hooks
    _optimizer_load_state_dict_post_hooks: Hooks
    _opt_called = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            cls.step = _hooked(cls.__dict__["step"])  # type: ignore[method-assign]

    def _patch_step_function(self) -> None:
        """Nothing is to be done: the step of every class has its hooks; wrappers of other optimizers ask for it."""

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        for name in HOOKS:
            setattr(self, name, OrderedDict())
        if isinstance(params, Tensor):
            raise TypeError(text("optimizer-params-tensor"))
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError(text("optimizer-no-params"))
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for name in HOOKS:
            self.__dict__.setdefault(name, OrderedDict())
        for group in self.param_groups:
            for name, before in BEFORE.items():
                if name in self.defaults:
                    group.setdefault(name, before)

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines += [""] * bool(i) + [f"Parameter Group {i}"]
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return "\n".join(lines) + "\n)"

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step; `closure` evaluates the model again and returns the loss, which is returned."""
        raise NotImplementedError

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero in place."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                if set_to_none:
                    p.grad = None
                    continue
                if p.grad.grad_fn is not None:
                    p.grad.detach_()
                else:
                    p.grad.requires_grad_(False)
                p.grad.zero_()

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with options of their own, such as layers that begin to learn later."""
        if not isinstance(param_group, dict):
            raise TypeError(text("optimizer-group-not-dict", type=type(param_group)))
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(text("optimizer-params-set"))
        listed = [params] if isinstance(params, Tensor) else list(params)
        names = [p[0] for p in listed if isinstance(p, tuple)]
        param_group["params"] = [p[1] if isinstance(p, tuple) else p for p in listed]
        if names:
            if len(names) != len(listed):
                raise ValueError(text("optimizer-some-named"))
            param_group["param_names"] = names
        for p in param_group["params"]:
            self._check_parameter(p)
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(text("optimizer-option-required", name=name))
            param_group.setdefault(name, default)
        self._check_apart(param_group)
        self.param_groups.append(param_group)

    def _check_parameter(self, p: Any) -> None:
        if not isinstance(p, Tensor):
            module = type(p).__module__
            name = type(p).__name__ if module == "builtins" else f"{module}.{type(p).__name__}"
            raise TypeError(text("optimizer-not-tensor", name=name))
        if not self.defaults.get("differentiable") and not (p.is_leaf or p.retains_grad):
            raise ValueError(text("optimizer-non-leaf", shape=list(p.shape), node=p.grad_fn))

    def _check_apart(self, param_group: Group) -> None:
        """Each parameter once, and names for all groups or for none."""
        new = param_group["params"]
        if len(new) != len(set(new)):
            warnings.warn(text("optimizer-duplicate"), stacklevel=4)
        for group in self.param_groups:
            if ("param_names" in param_group) != ("param_names" in group):
                raise ValueError(text("optimizer-some-groups-named", which="with" if "param_names" in param_group else "without"))
        present = {p for group in self.param_groups for p in group["params"]}
        if not present.isdisjoint(new):
            raise ValueError(text("optimizer-two-groups"))

    # the state as a dictionary

    def state_dict(self) -> dict[str, Any]:
        """The state and the groups with every parameter as its number, for `load_state_dict`."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        number: dict[int, int] = {}
        groups = []
        start = 0
        for group in self.param_groups:
            for i, p in enumerate(group["params"], start):
                number.setdefault(id(p), i)
            packed = {name: value for name, value in group.items() if name != "params"}
            packed["params"] = [number[id(p)] for p in group["params"]]
            groups.append(packed)
            start += len(packed["params"])
        state = {number[id(p)] if isinstance(p, Tensor) else p: value for p, value in self.state.items()}
        result: dict[str, Any] = {"state": state, "param_groups": groups}
        for hook in self._optimizer_state_dict_post_hooks.values():
            replaced = hook(self, result)
            if replaced is not None:
                result = replaced
        return result

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state that `state_dict` gave; tensors are cast to their parameter's dtype, step counts are kept.

        Raises ValueError where the groups differ in number or size.
        """
        state_dict = state_dict.copy()
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            replaced = hook(self, state_dict)
            if replaced is not None:
                state_dict = replaced
        groups, saved = self.param_groups, deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved):
            raise ValueError(text("optimizer-load-groups", own=len(groups), saved=len(saved)))
        for i, (group, loaded) in enumerate(zip(groups, saved, strict=True)):
            if len(group["params"]) != len(loaded["params"]):
                own, there = len(group["params"]), len(loaded["params"])
                raise ValueError(text("optimizer-load-group-size", group=i, own=own, saved=there))
        parameter: dict[int, tuple[Tensor, Group]] = {}
        for group, loaded in zip(groups, saved, strict=True):
            parameter.update((n, (p, loaded)) for n, p in zip(loaded["params"], group["params"], strict=True))
        state: Any = defaultdict(dict)
        for key, value in state_dict["state"].items():
            if key in parameter:
                p, loaded = parameter[key]
                state[p] = _cast(value, p, loaded)
            else:
                state[key] = value
        for group, loaded in zip(groups, saved, strict=True):
            loaded["params"] = group["params"]
            if "param_names" in group:
                loaded.setdefault("param_names", group["param_names"])
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    # hooks

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step; it may return new `(args, kwargs)`."""
        return _register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return _register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` before `state_dict`."""
        return _register(self._optimizer_state_dict_pre_hooks, hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` after `state_dict`; it may return another dictionary."""
        return _register(self._optimizer_state_dict_post_hooks, hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` before `load_state_dict`; it may return another dictionary."""
        return _register(self._optimizer_load_state_dict_pre_hooks, hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` after `load_state_dict`."""
        return _register(self._optimizer_load_state_dict_post_hooks, hook, prepend)


def _cast(value: Any, p: Tensor, group: Group, key: Any = None) -> Any:
    """A loaded value as the state of `p`: tensors in its dtype, except step counts."""
    if isinstance(value, Tensor):
        if key == "step":
            return value.to(dtypes.float32) if group.get("capturable") or group.get("fused") else value
        return value.to(p.dtype) if p.dtype.is_floating_point else value
    if isinstance(value, dict):
        return {name: _cast(item, p, group, name) for name, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return type(value)(_cast(item, p, group) for item in value)  # type: ignore[call-arg]
    return value


class Parameterwise(Optimizer):
    """An optimizer that steps each parameter by itself: a subclass says what its state is and how one parameter is updated."""

    takes_sparse = False

    def begin(self, p: Tensor, group: Group) -> State:
        """The state of a parameter before its first step."""
        raise NotImplementedError

    def update(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        """Take one step of one parameter."""
        raise NotImplementedError

    def update_sparse(self, p: Tensor, grad: SparseTensor, state: State, group: Group) -> None:
        """Take one step of the rows that a sparse gradient has."""
        raise NotImplementedError

    def state_of(self, p: Tensor, group: Group) -> State:
        """The state of a parameter, begun where it has none."""
        if not self.state.get(p):
            begun = self.begin(p, group)                        # refuses parameters before they have a state
            self.state[p].update(begun)
        return self.state[p]

    def _taken(self, group: Group) -> list[tuple[Tensor, Any, State]]:
        """The parameters of a group that have a gradient, with it and their state."""
        found = [(p, p.grad) for p in group["params"]]
        if not self.takes_sparse and any(g is not None and g.is_sparse for _, g in found):
            raise RuntimeError(text("optimizer-sparse", optimizer=type(self).__name__))
        if group.get("fused") and any(p.dtype.is_complex for p, _ in found):
            raise RuntimeError(text("optimizer-fused-complex"))
        return [(p, g, self.state_of(p, group)) for p, g in found if g is not None]

    def _update_complex(self, p: Tensor, grad: Tensor, state: State, group: Group) -> None:
        """Take one step of real and imaginary parts as if they were parameters of their own."""
        parts = {name: _real(value) for name, value in state.items()}
        self.update(view_as_real(p), view_as_real(grad), parts, group)
        state.update((name, view_as_complex(value)) for name, value in parts.items() if state.get(name) is None)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step; `closure` evaluates the model again and returns the loss, which is returned."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with set_grad_enabled(self.defaults.get("differentiable", False)):
            for group in self.param_groups:
                for p, grad, state in self._taken(group):       # all of them, before the first changes
                    if grad.is_sparse:
                        self.update_sparse(p, grad, state, group)
                    elif p.dtype.is_complex:
                        self._update_complex(p, grad, state, group)
                    else:
                        self.update(p, grad, state, group)
        return loss

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            for p in group["params"]:
                own = self.state.get(p) or {}
                for name in ("step", "mu_product", "eta", "mu"):
                    if name in own and not isinstance(own[name], Tensor):
                        own[name] = tensor(float(own[name]), dtype=step_dtype(group.get("fused")))


def _real(value: Any) -> Any:
    """Complex numbers as pairs of real ones in the same memory."""
    return view_as_real(value) if isinstance(value, Tensor) and value.dtype.is_complex else value
