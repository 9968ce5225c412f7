"""Tensor: a NumPy view of a storage, with what autograd needs to know about it.

Operations are put on the class by `steepest.methods`; here is only what a tensor is. A tensor's storage and version counter
are made when first asked for, since most tensors live and die as intermediate values.
"""

from typing import Any, ClassVar

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import dtype
from steepest.core.modes import modes
from steepest.core.size import Size
from steepest.core.storage import UNTRACKED, Storage, Version
from steepest.errors import text

__all__ = ["Tensor", "Views", "from_array"]

Array = np.ndarray[Any, Any]


class Family:
    """Counts how often autograd has seen the content of a base replaced; shared by the base and its views.

    `turns` are the changes of the base's own shape: the stamp that each began, and the view that leads back to the shape before.
    """

    __slots__ = ("stamp", "turns")

    stamp: int
    turns: tuple[tuple[int, Any], ...]

    def __init__(self) -> None:
        self.stamp, self.turns = 0, ()


class Views:
    """How a tensor came from the base of its family: the view operations in their order.

    Views hold their base, the base does not hold them, so both are freed without the cycle collector.
    """

    __slots__ = ("base", "family", "made_without_grad", "stamp", "steps")

    base: "Tensor"
    family: Family
    steps: tuple[Any, ...]
    stamp: int
    made_without_grad: bool

    def __init__(self, of: "Tensor", step: tuple[Any, Any], with_grad: bool):
        past = of.view_of
        if past is None:
            if of._family is None:
                of._family = Family()
            self.base, self.family, self.steps, self.made_without_grad = of, of._family, (step,), not with_grad
        else:
            self.base, self.family, self.steps = past.base, past.family, (*past.steps, step)
            self.made_without_grad = past.made_without_grad or not with_grad
        self.stamp = self.family.stamp


subclassed: list[Any] = []
"""Who is told when a class of tensors is made."""


class Tensor:
    """A multi-dimensional array of one dtype that can record how it was computed."""

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_family",
        "_grad",
        "_storage",
        "array",
        "counter",
        "dtype",
        "hooks",
        "needs_grad",
        "node",
        "output_nr",
        "view_of",
    )

    array: Array
    dtype: dtype
    needs_grad: bool
    node: Any
    output_nr: int
    view_of: Views | None
    hooks: Any
    counter: Version | None
    _storage: Storage | None
    _family: Family | None
    _grad: "Tensor | None"
    level: ClassVar[Any] = None
    """The interpreter whose tensor this is; such tensors are of subclasses."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for told in subclassed:
            told(cls)

    @property
    def storage_cell(self) -> Storage:
        """The storage that this tensor views."""
        if self._storage is None:
            self._storage = Storage(self.array)
        return self._storage

    @property
    def version(self) -> Version:
        """The counter of in-place writes that this tensor shares with its views."""
        if self.counter is None:
            self.counter = Version()
        return self.counter

    @property
    def _version_count(self) -> int:
        return 0 if self.counter is None else self.counter.count

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return Size(self.array.shape)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return self.array.ndim

    @property
    def requires_grad(self) -> bool:
        """Whether gradients are wanted for this tensor, or for the one that it is a view of."""
        return self.needs_grad or loose(self)

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if self.node is not None:
            if not wanted:
                raise RuntimeError(text("requires-grad-of-computed"))
            return
        if wanted and self.dtype.category < dtypes.FLOATING:
            raise RuntimeError(text("requires-grad-of-integers", dtype=self.dtype))
        if wanted and self.counter is UNTRACKED and not modes.inference:
            raise RuntimeError(text("inference-requires-grad"))
        self.needs_grad = bool(wanted)
        if wanted:
            self.view_of = None

    @property
    def grad_fn(self) -> Any:
        """The graph node that computed this tensor; None for leaves."""
        refresh(self)
        return self.node and self.node.shown()

    @property
    def is_leaf(self) -> bool:
        """True for tensors that no recorded operation computed."""
        refresh(self)
        return self.node is None


refreshers: list[Any] = []


def refresh(x: Tensor) -> None:
    """Bring a view's place in the graph up to date after its base was written in place."""
    view = x.view_of
    if view is not None and view.stamp != view.family.stamp:
        refreshers[0](x)


def loose(x: Tensor) -> bool:
    """Whether x is a view without a place in the graph though its base has one: made without gradients, or before the base wanted them."""
    view = x.view_of
    return view is not None and view.base.needs_grad and x.dtype.category >= dtypes.FLOATING


_new = object.__new__


def fresh(array: Array, of: dtype) -> Tensor:
    """A tensor over `array` that nothing else knows of."""
    t = _new(Tensor)
    t.array = array
    t.dtype = of
    t.view_of = t.node = t.hooks = t._grad = t._storage = t.counter = t._family = None
    t.needs_grad = False
    t.output_nr = 0
    return t


def _fresh(array: Array, of: dtype) -> Tensor:
    """As `fresh`, for programs that enter inference mode: what is made in it says so."""
    t = _new(Tensor)
    t.array = array
    t.dtype = of
    t.view_of = t.node = t.hooks = t._grad = t._storage = t._family = None
    t.counter = UNTRACKED if modes.inference else None
    t.needs_grad = False
    t.output_nr = 0
    return t


def mark_inference() -> None:
    """From now on tensors made in inference mode say so; programs that never enter it have not to look."""
    fresh.__code__ = _fresh.__code__


def alias(array: Array, of: Tensor, same_version: bool = True) -> Tensor:
    """A tensor over `array`, which lies in the storage of `of`; outside the graph."""
    if of.level is not None:
        return of.level.detached(of)  # type: ignore[no-any-return]
    t = fresh(array, of.dtype)
    t._storage = of.storage_cell
    if same_version or of.counter is UNTRACKED:
        t.counter = of.version
    elif t.counter is UNTRACKED:
        t.counter = None
    return t


def from_array(array: Any, requires_grad: bool = False, shared: bool = False) -> Tensor:
    """A tensor that views `array` without copying; `shared` where the user keeps the array.

    Raises TypeError for NumPy dtypes that tensors do not have, ValueError for negative strides.
    """
    array = np.asarray(array)
    kind = dtypes.from_numpy(array.dtype)
    if not array.dtype.isnative:
        raise ValueError(text("array-byte-order"))
    if any(s < 0 for s in array.strides):
        raise ValueError(text("array-negative-strides"))
    t = fresh(array, kind)
    if shared:
        t._storage = Storage(array, shared=True)
    t.requires_grad = requires_grad
    return t
