"""What an iteration leaves and what it does for the user, as descriptions from which both can be made again for any step."""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.compiling.numbers import evaluate
from steepest.core.dtype import dtype
from steepest.core.recorder import Access
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh

__all__ = ["Built", "Computed", "Constant", "Given", "Held", "Kept", "Known", "Made", "described"]

Array = np.ndarray[Any, Any]


class Constant:
    """The same value in every step."""

    __slots__ = ("value",)

    def __init__(self, value: Any):
        self.value = value


class Computed:
    """A number that follows from the step."""

    __slots__ = ("expression", "kind")

    def __init__(self, expression: Any, kind: type):
        self.expression, self.kind = expression, kind

    def at(self, step: int, bases: dict[Any, int]) -> Any:
        """Its value in a step."""
        return self.kind(evaluate(self.expression, step, bases))


class Held:
    """A number that a slot holds when the step is over."""

    __slots__ = ("access", "kind")

    def __init__(self, access: Access, kind: type):
        self.access, self.kind = access, kind

    def now(self) -> Any:
        """The number in the slot."""
        return self.kind(self.access.content.storage.flat[self.access.offset])


class Made:
    """A tensor that each step makes anew; a slot holds its storage when the step is over."""

    __slots__ = ("access", "like", "plain", "whole")

    def __init__(self, access: Access, like: Tensor):
        self.access, self.like = access, like
        self.whole = like.array.flags.c_contiguous and like.array.size == access.content.size
        self.plain = self.whole and type(like) is Tensor and like.node is None and not like.needs_grad

    def now(self) -> Tensor:
        """A tensor over a copy of the slot."""
        access = self.access
        flat = access.content.storage.flat.copy()
        if self.plain:
            return fresh(flat.reshape(access.shape), self.like.dtype)
        if self.whole:
            view = flat.reshape(access.shape)
        else:
            view = np.lib.stride_tricks.as_strided(flat[access.offset:], access.shape, tuple(s * flat.itemsize for s in access.strides))
        t = fresh(view, self.like.dtype)
        if type(self.like) is not Tensor:
            t.__class__ = type(self.like)       # Parameter and other subclasses have the layout of Tensor
            t.__dict__.update(self.like.__dict__)
        t._storage = Storage(flat)
        t.node, t.needs_grad, t.output_nr = self.like.node, self.like.needs_grad, self.like.output_nr
        return t


class Given:
    """A part of the item, which is the user's own object."""

    __slots__ = ("number",)

    def __init__(self, number: int):
        self.number = number


class Known:
    """The tensor at another path."""

    __slots__ = ("path",)

    def __init__(self, path: Any):
        self.path = path


class Built:
    """A list, tuple or dictionary that each step makes anew."""

    __slots__ = ("build", "parts")

    def __init__(self, build: Callable[[list[Any]], Any], parts: list[Any]):
        self.build, self.parts = build, parts


class Kept:
    """A value that an effect uses: the row of a step in one of the program's records."""

    __slots__ = ("index", "kind")

    def __init__(self, index: int, kind: type | dtype):
        self.index, self.kind = index, kind

    def of(self, row: Any) -> Any:
        """The value in Python's form."""
        return fresh(np.array(row), self.kind) if isinstance(self.kind, dtype) else self.kind(row)


def described(x: Any, leaf: Callable[[Any], Any], deep: bool = True) -> Any:
    """The description of a value: containers of what `leaf` describes; not `deep`, `leaf` is given their elements as they are."""
    def part(v: Any) -> Any:
        return described(v, leaf) if deep else leaf(v)

    kind = type(x)
    if kind in (list, tuple):
        return Built(kind, [part(v) for v in x])
    if kind is dict:
        keys = list(x)
        return Built(lambda parts: dict(zip(keys, parts, strict=True)), [part(v) for v in x.values()])
    return leaf(x)
