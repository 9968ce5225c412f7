"""Tensors that a module owns: `Parameter` (learned), `Buffer` (state that is not learned), and their kinds without a shape yet.

A `Parameter` assigned to an attribute of a `Module` is registered there; every operation on one gives a plain `Tensor`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from steepest.core.overriding import takes_part, when_active
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.creating import empty

__all__ = ["Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "UninitializedTensorMixin", "is_lazy"]


def shared(kind: type[Any], data: Tensor, requires_grad: bool) -> Any:
    """A leaf of class `kind` over the memory of `data`; in-place changes of either are seen in the other."""
    leaf = Tensor.__new__(kind)
    leaf.array, leaf.dtype = data.array, data.dtype
    leaf._storage, leaf.counter = data.storage_cell, data.version
    leaf.requires_grad = requires_grad
    return leaf


class _Parameters(type(Tensor)):  # type: ignore[misc]
    """The class of `Parameter`, so that its answer to `isinstance` can change with the first class that takes part in functions."""


def _is_parameter(cls: type, x: Any) -> bool:
    """A parameter is also what `Parameter` made of an object of a program's own class, whose class it keeps."""
    return type.__instancecheck__(cls, x) or cls is Parameter and takes_part(x) and "_is_param" in getattr(x, "__dict__", ())


when_active(lambda: setattr(_Parameters, "__instancecheck__", _is_parameter))


class Parameter(Tensor, metaclass=_Parameters):
    """A tensor that a module learns: it requires a gradient and appears in `Module.parameters()`.

    >>> Parameter(steepest.zeros(2))
    Parameter containing:
    tensor([0., 0.], requires_grad=True)
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Parameter:
        if data is None or not takes_part(data):
            own: Parameter = shared(cls, empty(0) if data is None else data, requires_grad)
            return own
        made = data.detach()
        made.requires_grad_(requires_grad)
        if type(made) is not type(data):
            raise RuntimeError(text("parameter-of-class", kind=type(data).__name__, got=type(made).__name__))
        made.__dict__["_is_param"] = True
        return made  # type: ignore[return-value]

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.data.clone(), self.requires_grad)
        return memo[id(self)]

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()

    __str__ = __repr__

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _rebuild_parameter, (self.data, self.requires_grad, OrderedDict())


def _rebuild_parameter(data: Tensor, requires_grad: bool, backward_hooks: Any) -> Parameter:
    return Parameter(data, requires_grad)


class Buffer(Tensor):
    """A tensor that belongs to a module's state but is not learned, such as a running mean.

    `persistent=False` leaves it out of `state_dict()`.
    """

    persistent: bool

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Buffer:
        if data is None:
            data = empty(0)
        buffer = shared(cls, data, data.requires_grad)
        buffer.persistent = persistent
        return buffer

    def __deepcopy__(self, memo: dict[int, Any]) -> Buffer:
        if id(self) not in memo:
            memo[id(self)] = Buffer(self.detach().clone(), persistent=self.persistent)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _rebuild_buffer, (self.data, self.persistent)


def _rebuild_buffer(data: Tensor, persistent: bool) -> Buffer:
    return Buffer(data, persistent=persistent)


MEMORY: Any = Tensor.__dict__["array"]
CONVERSIONS = ("to", "half", "float", "double", "bfloat16", "char", "short", "int", "long", "cpu", "cuda", "type")


class UninitializedTensorMixin:
    """A tensor whose shape the first input of its lazy module decides. Operations refuse it with ValueError; conversions do not."""

    cls_to_become: type[Tensor]
    dtype: Any
    requires_grad: bool

    @property
    def array(self) -> Any:
        raise ValueError(text("uninitialized-used"))

    @array.setter
    def array(self, array: Any) -> None:
        MEMORY.__set__(self, array)

    @property
    def data(self) -> Any:
        """The empty tensor behind it."""
        plain = Tensor.__new__(Tensor)
        plain.array, plain.dtype = MEMORY.__get__(self), self.dtype
        return plain

    @data.setter
    def data(self, value: Any) -> None:
        value = value.data
        self.array, self.dtype, self._storage = value.array, value.dtype, value.storage_cell

    def materialize(self, shape: Sequence[int], device: Any = None, dtype: Any = None) -> None:
        """Allocate `shape` in place, keeping the dtype unless one is given; the tensor becomes an ordinary one."""
        self.data = empty(tuple(shape), dtype=self.dtype if dtype is None else dtype)
        self.__class__ = self.cls_to_become  # type: ignore[assignment]

    @property
    def shape(self) -> Any:
        raise RuntimeError(text("uninitialized-shape"))

    def share_memory_(self) -> Any:
        raise RuntimeError(text("uninitialized-share-memory"))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.requires_grad,)


def _converting(name: str) -> Any:
    """A method that gives a tensor of the same class with what `Tensor`'s makes of the empty one."""
    def convert(self: Any, *args: Any, **kwargs: Any) -> Any:
        changed = getattr(self.data, name)(*args, **kwargs)
        if not isinstance(changed, Tensor) or changed.dtype is self.dtype:
            return self if isinstance(changed, Tensor) else changed
        made = shared(type(self), changed, self.requires_grad)
        if isinstance(self, Buffer):
            made.persistent = self.persistent
        return made

    return convert


for _name in CONVERSIONS:
    setattr(UninitializedTensorMixin, _name, _converting(_name))


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    """A `Parameter` without a shape yet; `materialize(shape)` gives it one."""

    cls_to_become = Parameter

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> UninitializedParameter:
        return shared(cls, empty(0, dtype=dtype), requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> UninitializedParameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, None, self.data.dtype)
        return memo[id(self)]


class UninitializedBuffer(UninitializedTensorMixin, Buffer):
    """A `Buffer` without a shape yet; `materialize(shape)` gives it one."""

    cls_to_become = Buffer

    def __new__(
        cls, requires_grad: bool = False, device: Any = None, dtype: Any = None, persistent: bool = True
    ) -> UninitializedBuffer:
        buffer = shared(cls, empty(0, dtype=dtype), requires_grad)
        buffer.persistent = persistent
        return buffer

    def __deepcopy__(self, memo: dict[int, Any]) -> UninitializedBuffer:
        if id(self) not in memo:
            memo[id(self)] = type(self)(self.requires_grad, None, self.data.dtype, self.persistent)
        return memo[id(self)]


def is_lazy(param: Any) -> bool:
    """Whether `param` still waits for its shape."""
    return isinstance(param, UninitializedTensorMixin)
