"""torch.autograd.forward_ad: tensors with a tangent inside `with dual_level():`."""

import weakref
from typing import Any, NamedTuple

from steepest.autograd.levels import LevelTensor, differentiable, of_kind
from steepest.autograd.tangents import Tangents
from steepest.core.modes import interpreters
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]


class UnpackedDualTensor(NamedTuple):
    """A tensor's value and its tangent (None for zero)."""

    primal: Any
    tangent: Any


class DualLevel(Tangents):
    """The level that `dual_level` enters; there is one at a time. What it made is a tensor like any other when it is over."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[weakref.ref[LevelTensor]] = []

    def wrap(self, inner: Tensor, extra: Any) -> LevelTensor:
        t = super().wrap(inner, extra)
        self.made.append(weakref.ref(t))
        return t

    def __exit__(self, *problem: Any) -> None:
        super().__exit__(*problem)
        for t in [reference() for reference in self.made]:
            if t is None:
                continue
            below = t.underlying
            while isinstance(below, LevelTensor):
                below = below.underlying
            t.extra, t.node, t.output_nr, t.needs_grad, t.view_of = None, below.node, below.output_nr, below.needs_grad, below.view_of


def current() -> DualLevel | None:
    return next((level for level in reversed(interpreters) if isinstance(level, DualLevel)), None)


def enter_dual_level() -> int:
    """Begin forward mode; returns 0, the number of the level."""
    DualLevel().__enter__()
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """End forward mode; RuntimeError where it was not begun."""
    entered = current()
    if entered is None:
        raise of_kind("dual-level-missing")
    entered.__exit__()


class dual_level:
    """A context in which `make_dual` gives tensors a tangent and operations carry it along.

    >>> import steepest.autograd.forward_ad as fwAD
    >>> with fwAD.dual_level():
    ...     fwAD.unpack_dual(fwAD.make_dual(steepest.tensor(3.0), steepest.tensor(1.0)) ** 2).tangent
    tensor(6.)
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *problem: Any) -> None:
        exit_dual_level()


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """`tensor` with a tangent of the same shape, inside a `dual_level`; RuntimeError outside, ValueError for integers."""
    entered = current()
    if entered is None:
        raise of_kind("dual-level-missing")
    for role, x in (("primal", tensor), ("tangent", tangent)):
        if not differentiable(x):
            raise ValueError(text("dual-tensor-expected", role=role, found=x.dtype))
    if tensor.array.shape != tangent.array.shape:
        raise of_kind("dual-shape", expected=list(tensor.array.shape), found=list(tangent.array.shape))
    return entered.dual(tensor, tangent)


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """The value and the tangent of a tensor; the tangent is None where it has none."""
    if isinstance(tensor, LevelTensor) and isinstance(tensor.level, DualLevel):
        return UnpackedDualTensor(tensor.underlying, tensor.level.tangent(tensor))
    return UnpackedDualTensor(tensor, None)
