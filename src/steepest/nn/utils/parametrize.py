"""A parameter computed from others: `module.weight` becomes the result of modules that the optimizer sees instead."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from steepest.autograd.modes import no_grad
from steepest.core.tensor import Tensor
from steepest.errors import outside, text
from steepest.nn.modules.container import ModuleDict, ModuleList
from steepest.nn.modules.module import Module
from steepest.nn.parameter import Parameter

__all__ = [
    "ParametrizationList",
    "cached",
    "is_parametrized",
    "register_parametrization",
    "remove_parametrizations",
    "type_before_parametrizations",
]
outside.explain(__name__)


class _Cache:
    """Values of parametrized tensors, kept inside `cached()`."""

    depth = 0
    values: dict[tuple[int, str], Tensor] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Compute every parametrized tensor once inside this block."""
    _Cache.depth += 1
    try:
        yield
    finally:
        _Cache.depth -= 1
        if not _Cache.depth:
            _Cache.values = {}


def _register(module: Module, name: str, value: Tensor) -> None:
    if isinstance(value, Parameter):
        module.register_parameter(name, value)
    else:
        module.register_buffer(name, value)


def inverted(parametrization: Module, value: Any) -> Any:
    """What `parametrization` makes `value` from; itself where that is not defined."""
    try:
        return parametrization.right_inverse(value) if hasattr(parametrization, "right_inverse") else value
    except NotImplementedError:
        return value


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, and what they start from: `original`, or `original0`, `original1` ..."""

    original: Tensor

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            start: Any = original
            for parametrization in reversed(list(self)):
                start = inverted(parametrization, start)
        self.is_tensor = isinstance(start, Tensor)
        if not self.is_tensor and not isinstance(start, Sequence):
            raise ValueError(text("right-inverse-kind", type=type(start).__name__))
        self.ntensors = 1 if self.is_tensor else len(start)
        if self.is_tensor:
            if start.dtype != dtype:
                raise ValueError(text("parametrization-dtype", before=dtype, after=start.dtype))
            # The same object, so that an optimizer that holds it goes on learning it.
            original.data = start
            _register(self, "original", original)
        else:
            for number, part in enumerate(start):
                if isinstance(original, Parameter):
                    part = Parameter(part, original.requires_grad)
                _register(self, f"original{number}", part)
        if not unsafe:
            self._check(self(), shape, dtype)

    @staticmethod
    def _check(value: Any, shape: Any, dtype: Any) -> None:
        if not isinstance(value, Tensor):
            raise ValueError(f"A parametrization must return a tensor. Got {type(value).__name__}.")
        if value.dtype != dtype:
            raise ValueError(text("parametrization-dtype", before=dtype, after=value.dtype))
        if value.shape != shape:
            raise ValueError(text("parametrization-shape", before=shape, after=value.shape))

    def right_inverse(self, value: Any) -> None:
        """Change the originals so that the parametrized tensor becomes `value`."""
        with no_grad():
            for parametrization in reversed(list(self)):
                if not hasattr(parametrization, "right_inverse"):
                    raise RuntimeError(text("right-inverse-missing", parametrization=type(parametrization).__name__))
                value = parametrization.right_inverse(value)
            for name, part in zip(self._originals(), [value] if self.is_tensor else value, strict=True):
                getattr(self, name).data = part

    def _originals(self) -> list[str]:
        return ["original"] if self.is_tensor else [f"original{number}" for number in range(self.ntensors)]

    def forward(self) -> Tensor:
        values = [getattr(self, name) for name in self._originals()]
        for parametrization in self:
            values = [parametrization(*values)]
        return values[0]


class _Parametrized:
    """What the class of a module gains with its first parametrization."""

    def __getstate__(self) -> Any:
        raise RuntimeError(text("parametrized-not-pickled"))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        twin.__setstate__(copy.deepcopy(Module.__getstate__(self), memo))  # type: ignore[arg-type, attr-defined]
        return twin


def _computed(name: str) -> property:
    def get(module: Any) -> Tensor:
        parametrization = module.parametrizations[name]
        if not _Cache.depth:
            return parametrization()
        key = id(module), name
        if key not in _Cache.values:
            _Cache.values[key] = parametrization()
        return _Cache.values[key]

    def put(module: Any, value: Tensor) -> None:
        module.parametrizations[name].right_inverse(value)

    return property(get, put)


def register_parametrization(module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False) -> Module:
    """Make `module.tensor_name` the result of `parametrization`, after those that are there already.

    Raises `ValueError` if there is no such parameter or buffer, or if shape or dtype would change (`unsafe` allows it).
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        listed: Any = module.parametrizations[tensor_name]
        if not unsafe:
            before = getattr(module, tensor_name)
            ParametrizationList._check(parametrization(before), before.shape, before.dtype)
        listed.append(parametrization)
        listed.unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        listed = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            plain = type(module)
            module.__class__ = type(f"Parametrized{plain.__name__}", (plain,), {
                "__getstate__": _Parametrized.__getstate__, "__deepcopy__": _Parametrized.__deepcopy__,
            })  # fmt: skip
            module.parametrizations = ModuleDict()
        setattr(type(module), tensor_name, _computed(tensor_name))
        module.parametrizations[tensor_name] = listed
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether `module`, or its tensor `tensor_name`, is parametrized."""
    found = getattr(module, "parametrizations", None)
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make `module.tensor_name` an ordinary tensor again: with its present value, or the original one."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    listed: Any = module.parametrizations[tensor_name]
    if listed.is_tensor:
        original = listed.original
        if leave_parametrized:
            with no_grad():
                original.data = getattr(module, tensor_name).data
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value.detach()) if value.requires_grad else value
    else:
        raise ValueError(text("leave-unparametrized"))
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    _register(module, tensor_name, original)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that `module` was made of."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)
