"""What a module owns: parameters, buffers and submodules as attributes, and the walks over them.

`Registry` keeps the three dictionaries behind attribute access. `Module` adds calls, state dictionaries and conversions.
What is registered lies in the module's `__dict__` as well: a lookup there takes a twentieth of the time of `__getattr__`. A class with a
`__getattr__` of its own is asked for its members, as in PyTorch, and so they do not lie there.
"""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.nn.modules.hooks import (
    buffer_registration_hooks,
    module_registration_hooks,
    parameter_registration_hooks,
)
from steepest.nn.parameter import Buffer, Parameter

if TYPE_CHECKING:
    from steepest.nn.modules.module import Module

__all__ = ["Registry", "typename"]


def typename(thing: Any) -> str:
    """The name of the type of `thing` as PyTorch's messages write it (`torch.FloatTensor`, `numpy.ndarray`, `int`)."""
    if isinstance(thing, Tensor):
        return str(thing.type())
    owner = thing if hasattr(thing, "__qualname__") else type(thing)
    module = getattr(owner, "__module__", None) or ""
    return owner.__qualname__ if module in ("", "builtins") else f"{module}.{owner.__qualname__}"


def _through(hooks: dict[int, Callable[..., Any]], owner: Registry, name: str, value: Any) -> Any:
    for hook in hooks.values():
        replacement = hook(owner, name, value)
        if replacement is not None:
            value = replacement
    return value


class Members(dict[str, Any]):
    """The parameters, buffers or submodules of one module; whoever writes here changes its attributes too."""

    __slots__ = ("owner",)

    def __init__(self, owner: Registry, members: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.owner = weakref.ref(owner)
        self.update(members or {})

    def _attributes(self) -> dict[str, Any]:
        owner = self.owner()
        return {} if owner is None or type(owner).__getattr__ is not Registry.__getattr__ else owner.__dict__

    def __setitem__(self, name: str, value: Any) -> None:
        super().__setitem__(name, value)
        self._attributes()[name] = value

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._attributes().pop(name, None)

    def pop(self, name: str, *default: Any) -> Any:
        if name in self:
            self._attributes().pop(name, None)
        return super().pop(name, *default)

    def popitem(self) -> tuple[str, Any]:
        name, value = super().popitem()
        self._attributes().pop(name, None)
        return name, value

    def clear(self) -> None:
        for name in list(self):
            del self[name]

    def update(self, *others: Any, **named: Any) -> None:
        for name, value in dict(*others, **named).items():
            self[name] = value

    def setdefault(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = default
        return self[name]

    def __ior__(self, other: Any) -> Members:  # type: ignore[override, misc]
        self.update(other)
        return self

    def __reduce__(self) -> Any:
        # Copied and pickled as a plain dictionary; `Module.__setstate__` gives it an owner again.
        return dict, (dict(self),)


KINDS = ("_parameters", "_buffers", "_modules")


class Registry:
    """Attribute access that files parameters, buffers and submodules, in the order of assignment."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _non_persistent_buffers_set: set[str]
    _modules: dict[str, Any]              # of modules, whose class stands above: annotations are read while programs run

    # -- registering

    def _check_name(self, kind: str, name: str, registered: dict[str, Any]) -> None:
        if not isinstance(name, str):
            raise TypeError(text("name-not-a-string", kind=kind, type=typename(name)))
        if name == "":
            raise KeyError(text("name-empty", kind=kind))
        if "." in name:
            raise KeyError(text("name-with-dot", kind=kind, got=f", got: {name}" if kind == "module" else ""))
        if name not in registered and hasattr(self, name):
            raise KeyError(text("attribute-exists", name=name))

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Keep `tensor` as state that is not learned, reachable as `self.name`; not saved if `persistent` is False.

        Raises `TypeError` if it is no tensor, `KeyError` if the name is taken, empty or holds a dot.
        """
        if "_buffers" not in self.__dict__:
            raise AttributeError(text("assigned-before-init", kind="buffer", owner=type(self).__name__))
        self._check_name("buffer", name, self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(text("not-a-buffer", type=typename(tensor), name=name))
        self._buffers[name] = _through(buffer_registration_hooks, self, name, tensor)
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Keep `param` as something to learn, reachable as `self.name`; None reserves the name.

        Raises `TypeError` if it is no `Parameter`, `ValueError` if it was computed from other tensors.
        """
        if "_parameters" not in self.__dict__:
            raise AttributeError(text("assigned-before-init", kind="parameter", owner=type(self).__name__))
        self._check_name("parameter", name, self._parameters)
        if param is None:
            self._parameters[name] = None
            return
        if not isinstance(param, Parameter):
            raise TypeError(text("not-a-parameter", type=typename(param), name=name))
        if param.grad_fn:
            raise ValueError(text("parameter-not-a-leaf", name=name))
        self._parameters[name] = _through(parameter_registration_hooks, self, name, param)

    def add_module(self, name: str, module: Module | None) -> None:
        """Keep `module` as a child, reachable as `self.name`."""
        if not isinstance(module, Registry) and module is not None:
            raise TypeError(text("not-a-module-subclass", type=typename(module)))
        self._check_name("module", name, self._modules)
        self._modules[name] = _through(module_registration_hooks, self, name, module)

    def register_module(self, name: str, module: Module | None) -> None:
        """The same as `add_module`."""
        self.add_module(name, module)

    # -- attributes

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        if "_parameters" in own:
            if name in own["_parameters"]:
                return own["_parameters"][name]
            if name in own["_modules"]:
                return own["_modules"][name]
            if name in own["_buffers"]:
                return own["_buffers"][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, Parameter):
            if "_parameters" not in own:
                raise AttributeError(text("assigned-before-init", kind="parameters", owner=type(self).__name__))
            self._release(name, self._buffers, self._modules)
            self.register_parameter(name, value)
        elif isinstance(value, Registry) and name not in own.get("_parameters", ()):
            if "_modules" not in own:
                raise AttributeError(text("assigned-before-init", kind="module", owner=type(self).__name__))
            self._release(name, self._parameters, self._buffers)
            own["_modules"][name] = _through(module_registration_hooks, self, name, value)
        elif "_parameters" not in own:
            object.__setattr__(self, name, value)
            if name == "__dict__":
                self._adopt_members()
        elif name in own["_parameters"]:
            if value is not None:
                raise TypeError(text("parameter-overwritten", type=typename(value), name=name))
            self.register_parameter(name, value)
        elif name in own["_modules"]:
            if value is not None:
                raise TypeError(text("module-overwritten", type=typename(value), name=name))
            own["_modules"][name] = _through(module_registration_hooks, self, name, value)
        elif isinstance(value, Buffer) or name in own["_buffers"]:
            self._set_buffer(name, value)
        elif name in KINDS:
            self._replace_members(name, value)
        else:
            object.__setattr__(self, name, value)
            if name in ("__class__", "__dict__"):
                self._adopt_members()

    def _adopt_members(self) -> None:
        """Own the members again: another class may look for them in another way, and another `__dict__` may hold plain dictionaries."""
        own = self.__dict__
        for kind in KINDS:
            if kind in own:
                own[kind] = members = own[kind] if isinstance(own[kind], Members) else Members(self, own[kind])
                for registered, member in members.items():
                    own.pop(registered, None)
                    members._attributes()[registered] = member

    def _replace_members(self, kind: str, members: dict[str, Any]) -> None:
        given = dict(members)
        self.__dict__[kind].clear()
        self.__dict__[kind].update(given)

    def _release(self, name: str, *others: dict[str, Any]) -> None:
        """Make `name` free for a member of another kind than those in `others`, or than a plain attribute."""
        for members in others:
            members.pop(name, None)
        if not any(name in self.__dict__[kind] for kind in KINDS):
            self.__dict__.pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def _set_buffer(self, name: str, value: Tensor | None) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(text("buffer-overwritten", type=typename(value), name=name))
        persistent = value.persistent if isinstance(value, Buffer) else name not in self._non_persistent_buffers_set
        # A subclass may override `register_buffer` without the argument `persistent`, as it was before PyTorch 1.6.
        if "persistent" in inspect.signature(self.register_buffer).parameters:
            self.register_buffer(name, value, persistent)
        elif persistent:
            self.register_buffer(name, value)
        else:
            raise RuntimeError(text("register-buffer-without-persistent"))

    def __delattr__(self, name: str) -> None:
        if name in self._parameters:
            del self._parameters[name]
        elif name in self._buffers:
            del self._buffers[name]
            self._non_persistent_buffers_set.discard(name)
        elif name in self._modules:
            del self._modules[name]
        else:
            object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        names = {*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers}
        return sorted(name for name in names if not name[0].isdigit())

    # -- reaching one

    def get_submodule(self, target: str) -> Module:
        """The submodule at a dotted path such as `"encoder.layers.0"`; `""` is the module itself.

        Raises `AttributeError` if a step of the path is missing or no module.
        """
        module: Any = self
        for name in target.split(".") if target else ():
            if not hasattr(module, name):
                raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, Registry):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put `module` at the dotted path `target`; with `strict` something must be there already."""
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Registry):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise AttributeError(f"{parent._get_name()} has no attribute `{name}`")
        if hasattr(parent, name) and not isinstance(getattr(parent, name), Registry):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path such as `"encoder.weight"`."""
        owner, name = self._owner(target)
        found = getattr(owner, name)
        if not isinstance(found, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path such as `"norm.running_mean"`."""
        owner, name = self._owner(target)
        if name not in owner._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return getattr(owner, name)

    def _owner(self, target: str) -> tuple[Module, str]:
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if not hasattr(owner, name):
            raise AttributeError(f"{owner._get_name()} has no attribute `{name}`")
        return owner, name

    # -- walking

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """This module and all below it with their dotted names, parents first, shared ones once."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)  # type: ignore[arg-type]
        yield prefix, self  # type: ignore[misc]
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """This module and all below it."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """The direct children with their names, shared ones once."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The direct children."""
        for _, module in self.named_children():
            yield module

    def _named_members(
        self, members: Callable[[Any], Any], prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        seen = set()
        owners = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, owner in owners:
            for name, member in members(owner):
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield (f"{path}.{name}" if path else name), member

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """All parameters with their dotted names; `recurse=False` leaves out those of submodules."""
        yield from self._named_members(lambda module: module._parameters.items(), prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """All parameters, as an optimizer takes them."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """All buffers with their dotted names."""
        yield from self._named_members(lambda module: module._buffers.items(), prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """All buffers."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer
