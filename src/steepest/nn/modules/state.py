"""A module's state as a flat dictionary, and loading one back with an account of everything that does not fit."""

from __future__ import annotations

import warnings
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from steepest.autograd.modes import no_grad
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.nn.modules.hooks import RemovableHandle, register
from steepest.nn.modules.identity import keeps
from steepest.nn.modules.registry import Registry
from steepest.nn.parameter import Parameter, is_lazy

__all__ = ["Stateful"]

EXTRA_STATE = _EXTRA_STATE_KEY_SUFFIX = "_extra_state"


class _IncompatibleKeys(namedtuple("_IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class ModuleFirst(NamedTuple):
    """A hook that takes the module before its other arguments."""

    hook: Callable[..., Any]


class Stateful(Registry):
    """`state_dict` and `load_state_dict`, and their hooks."""

    _version: int = 1
    _state_dict_hooks: dict[int, Callable[..., Any]]
    _state_dict_pre_hooks: dict[int, Callable[..., Any]]
    _load_state_dict_pre_hooks: dict[int, Any]
    _load_state_dict_post_hooks: dict[int, Callable[..., Any]]

    # -- writing

    def get_extra_state(self) -> Any:
        """What else belongs into the state dictionary; a subclass that has something overrides this."""
        raise RuntimeError(text("extra-state-not-overridden", method="get_extra_state"))

    def set_extra_state(self, state: Any) -> None:
        """Take back what `get_extra_state` gave."""
        raise RuntimeError(text("extra-state-not-overridden", method="set_extra_state"))

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        for name, parameter in self._parameters.items():
            if parameter is not None:
                destination[prefix + name] = parameter if keep_vars or is_lazy(parameter) else parameter.detach()
        for name, buffer in self._buffers.items():
            if buffer is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = buffer if keep_vars or is_lazy(buffer) else buffer.detach()
        if type(self).get_extra_state is not Stateful.get_extra_state:
            destination[prefix + EXTRA_STATE] = self.get_extra_state()

    def state_dict(self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> Any:
        """All parameters and persistent buffers by dotted name, sharing memory with the module's own.

        Detached from the graph unless `keep_vars`.

        >>> list(steepest.nn.Linear(2, 1).state_dict())
        ['weight', 'bias']
        """
        if args:
            warnings.warn(text("state-dict-positional"), FutureWarning, stacklevel=2)
            destination = args[0] if destination is None else destination
            prefix = args[1] if len(args) > 1 and prefix == "" else prefix
            keep_vars = args[2] if len(args) > 2 and keep_vars is False else keep_vars
        if destination is None:
            # Like PyTorch's: an OrderedDict with the versions of the modules that wrote into it as an attribute.
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        local_metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local_metadata

        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            result = hook(self, destination, prefix, local_metadata)
            if result is not None:
                if getattr(hook, "_from_public_api", False):
                    raise RuntimeError(text("state-dict-post-hook-returned"))
                destination = result
        return destination

    # -- reading

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """Copy the values of `state_dict` into this module and those below it.

        `strict` wants exactly the module's own keys; `assign` takes over the tensors themselves. Returns the missing
        and the unexpected keys. Raises `RuntimeError` that lists everything that does not fit.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(text("state-dict-not-a-mapping", type=type(state_dict)))
        missing: list[str] = []
        unexpected: list[str] = []
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None)
        # A copy, since `_load_from_state_dict` may rename keys.
        local: Any = OrderedDict(state_dict)
        if metadata is not None:
            local._metadata = metadata

        def load(module: Any, state: Any, prefix: str) -> None:
            local_metadata = {} if metadata is None else metadata.get(prefix[:-1], {})
            if assign:
                local_metadata["assign_to_params_buffers"] = assign
            module._load_from_state_dict(state, prefix, local_metadata, True, missing, unexpected, errors)
            for name, child in module._modules.items():
                if child is not None:
                    below = f"{prefix}{name}."
                    load(child, {key: value for key, value in state.items() if key.startswith(below)}, below)
            keys = _IncompatibleKeys(missing, unexpected)
            for hook in module._load_state_dict_post_hooks.values():
                if hook(module, keys) is not None:
                    raise AssertionError(text("load-state-dict-post-hook-returned"))

        load(self, local, "")
        if strict:
            if unexpected:
                errors.insert(0, text("unexpected-keys", keys=", ".join(f'"{key}"' for key in unexpected)))
            if missing:
                errors.insert(0, text("missing-keys", keys=", ".join(f'"{key}"' for key in missing)))
        if errors:
            raise RuntimeError(text("state-dict-errors", module=type(self).__name__, errors="\n\t".join(errors)))
        return _IncompatibleKeys(missing, unexpected)

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        for hook in self._load_state_dict_pre_hooks.values():
            call = partial(hook.hook, self) if isinstance(hook, ModuleFirst) else hook
            call(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)

        own = {name: value for name, value in self._parameters.items() if value is not None}
        for name, buffer in self._buffers.items():
            if buffer is not None and name not in self._non_persistent_buffers_set:
                own[name] = buffer  # type: ignore[assignment]
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, value in own.items():
            key = prefix + name
            if key in state_dict:
                error = self._load_one(name, value, key, state_dict[key], assign)
                if error:
                    error_msgs.append(error)
            elif strict:
                missing_keys.append(key)

        extra = prefix + EXTRA_STATE
        if type(self).set_extra_state is not Stateful.set_extra_state:
            if extra in state_dict:
                self.set_extra_state(state_dict[extra])
            elif strict:
                missing_keys.append(extra)
        elif strict and extra in state_dict:
            unexpected_keys.append(extra)

        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra:
                    name, dot, _ = key[len(prefix) :].partition(".")
                    if name not in (self._modules if dot else own):
                        unexpected_keys.append(key)

    def _load_one(self, name: str, value: Tensor, key: str, given: Any, assign: bool) -> str | None:
        """Put `given` into the parameter or buffer `name`; the error's text if it does not fit."""
        if not isinstance(given, Tensor):
            return text("state-dict-not-a-tensor", name=key, type=type(given))
        if not is_lazy(value):
            if value.dim() == 0 and tuple(given.shape) == (1,):
                # PyTorch before 0.4 saved numbers as vectors of one.
                given = given[0]
            if given.shape != value.shape:
                return text("size-mismatch", name=key, given=given.shape, own=value.shape)
        try:
            with no_grad():
                if not assign:
                    value.copy_(given)
                    return None
                if isinstance(value, Parameter):
                    if isinstance(given, Parameter):
                        given.requires_grad_(value.requires_grad)
                    else:
                        given = Parameter(given, requires_grad=value.requires_grad)
                    if keeps.swap:
                        value.data = given.data
                        return None
                setattr(self, name, given)
        except Exception as error:  # the text of whatever went wrong belongs in the one account of the whole loading
            return text("copying-failed", name=key, own=value.size(), given=given.size(), error=error.args)
        return None

    # -- hooks

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(text("state-dict-hook-registered-twice"))
        return register(self._state_dict_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata)` when `state_dict()` is done with this module."""
        hook._from_public_api = True  # type: ignore[attr-defined]
        return register(self._state_dict_hooks, hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before `state_dict()` reads this module."""
        return register(self._state_dict_pre_hooks, hook)

    def _register_load_state_dict_pre_hook(self, hook: Callable[..., Any], with_module: bool = False) -> RemovableHandle:
        return register(self._load_state_dict_pre_hooks, ModuleFirst(hook) if with_module else hook)  # type: ignore[arg-type]

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata, strict, missing, unexpected, errors)` before loading."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` after loading this module; it may change the two lists."""
        return register(self._load_state_dict_post_hooks, hook)
