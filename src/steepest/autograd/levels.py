"""Levels: what `vmap` and `jvp` have in common as interpreters.

A level's tensor is a subclass of `Tensor` that wraps a tensor of the level below (`underlying`) with what the level adds: a batch
dimension, or a tangent. Its `array` has the shape that the user's function sees (for a batch: the first example), since
operations look at shapes there; nothing reads its elements but through `read`, which a level may refuse.

Each level has a graph of its own. An operation is evaluated below, where the underlying tensors are recorded as the mode there
wants (so gradients flow through a vmap), and then recorded once more here if one of this level's tensors wants a gradient (so `grad`
inside a vmap or a jvp walks nodes whose rules are again seen by the level: per-example gradients, forward over reverse). What
comes from below has no gradient at this level; `grad` first lifts what it differentiates by.
"""

from typing import Any, TypeGuard

import numpy as np

from steepest.core.dtype import FLOATING
from steepest.core.modes import interpreters, modes
from steepest.core.primitive import attach, wants_gradient
from steepest.core.tensor import Tensor, Views, refresh
from steepest.errors import text
from steepest.ops.arithmetic import clone

__all__ = ["Level", "LevelTensor", "innermost"]

MAKERS = frozenset(("fill", "iota", "constant", "random"))
"""Forms without operands: their results are of the level too, so that in-place writes can put batches or tangents into them."""


class LevelTensor(Tensor):
    """A tensor of a level, wrapping one of the level below."""

    __slots__ = ("extra", "level", "underlying")

    underlying: Tensor
    extra: Any
    """What the level adds: whether dimension 0 of `underlying` is a batch, or the tangent (None for zero)."""

    def __repr__(self) -> str:
        return self.level.text(self)

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return repr(self) if not specification else super().__format__(specification)


class Below:
    """Outside a level, in the gradient mode that was on when it was entered."""

    __slots__ = ("before", "held", "level")

    def __init__(self, level: "Level"):
        self.level = level

    def __enter__(self) -> None:
        start = interpreters.index(self.level)
        self.held, self.before = interpreters[start:], modes.grad
        del interpreters[start:]
        modes.grad = self.level.grad

    def __exit__(self, *problem: Any) -> None:
        modes.grad = self.before
        interpreters.extend(self.held)


class Level:
    """An interpreter whose tensors wrap those of the level below."""

    def __init__(self) -> None:
        self.grad = modes.grad

    def __enter__(self) -> Any:
        self.grad = modes.grad
        interpreters.append(self)
        return self

    def __exit__(self, *problem: Any) -> None:
        interpreters.remove(self)
        modes.grad = self.grad

    def below(self) -> Below:
        """A context in which operations go to the level below."""
        return Below(self)

    # what the two levels say for themselves -------------------------------------------------------------------------------------
    def seen(self, inner: Tensor, extra: Any) -> Any:
        """The array of the shape that users see."""
        return inner.array

    def text(self, x: LevelTensor) -> str:
        """How a tensor of this level is printed."""
        raise NotImplementedError

    def evaluate(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """The result, or a tuple of them, as tensors of this level; runs below."""
        raise NotImplementedError

    def place(self, target: LevelTensor, value: Tensor) -> None:
        """Write `value` over the inner tensors of `target`; runs below."""
        raise NotImplementedError

    def refuse_write(self) -> Exception:
        raise NotImplementedError

    def detached(self, x: LevelTensor) -> Tensor:
        """The same value outside the graph of this level and those below."""
        raise NotImplementedError

    # tensors --------------------------------------------------------------------------------------------------------------------
    def wrap(self, inner: Tensor, extra: Any) -> LevelTensor:
        """A tensor of this level."""
        t: Any = Tensor.__new__(LevelTensor)
        t.underlying, t.extra, t.level, t.dtype = inner, extra, self, inner.dtype
        t.array = self.seen(inner, extra)
        return t

    def owns(self, x: Any) -> TypeGuard[LevelTensor]:
        """Whether `x` is a tensor of this level."""
        return isinstance(x, LevelTensor) and x.level is self

    def lift(self, x: Any) -> Any:
        """`x` as a tensor of this level, with nothing added; what is none of a lower level as it is."""
        return x if not isinstance(x, Tensor) or x.level is self else self.wrap(x, None)

    def twin(self, x: LevelTensor) -> LevelTensor:
        """The same value outside the graph of this level."""
        self.extra_of(x)
        return self.wrap(x.underlying, x.extra)

    def put_in_order(self, x: LevelTensor) -> None:
        """Lay out a fresh copy in the order of its indices."""
        for part in (x.underlying, x.extra):
            if isinstance(part, LevelTensor):
                part.level.put_in_order(part)
            elif isinstance(part, Tensor) and not part.array.flags.c_contiguous:
                part.array = np.ascontiguousarray(part.array)
        x.array = self.seen(x.underlying, x.extra)

    def copy(self, x: LevelTensor) -> LevelTensor:
        """A twin with memory of its own."""
        extra = self.extra_of(x)
        with self.below():
            return self.wrap(clone(x.underlying, to=x.dtype), clone(extra, to=x.dtype) if isinstance(extra, Tensor) else extra)

    def extra_of(self, x: Any) -> Any:
        """What this level adds to `x`; None for tensors from below. Views follow what was written into their base."""
        if not self.owns(x):
            return None
        base: Any = None if x.view_of is None else x.view_of.base
        if x.extra is None and x.view_of is not None and base.extra is not None:
            with self.below():
                self.follow(x, base, x.view_of.steps)
            x.array = self.seen(x.underlying, x.extra)
        return x.extra

    def follow(self, x: LevelTensor, base: LevelTensor, steps: Any) -> None:
        """Give a view what its base was given after the view was made; runs below."""
        raise NotImplementedError

    # the interpreter ------------------------------------------------------------------------------------------------------------
    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        form = primitive.form
        if form == "composite" and (primitive.variadic or not any(primitive.rules)):
            return primitive.evaluate_body(operands, params)
        mine = [isinstance(x, LevelTensor) and x.level is self for x in operands]
        if not any(mine) and form not in MAKERS:
            with self.below():
                return primitive(*operands, **params)
        for x, own in zip(operands, mine, strict=True):
            if own:
                refresh(x)
                self.extra_of(x)
        with self.below():
            results = self.evaluate(primitive, operands, params)
        if form == "view" and not modes.inference:
            self.note_view(primitive, operands[0], params, results)
        if modes.grad and any(own and x.needs_grad for x, own in zip(operands, mine, strict=True)):
            known = tuple(
                x if own or not isinstance(x, Tensor) else self.wrap(x, None) for x, own in zip(operands, mine, strict=True)
            )
            if not primitive.variadic:
                known += (None,) * (len(primitive.inputs) - len(known))
            if wants_gradient(known):
                attach(primitive, known, params, results)
        return results

    def noted(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], results: Any) -> Any:
        """Results of a user's Function that were computed below, recorded here, too, if one of this level's tensors wants a gradient."""
        own = tuple([x for x in args if self.owns(x)])
        return function.noted(args, kwargs, results) if modes.grad and wants_gradient(own) else results

    def note_view(self, primitive: Any, x: LevelTensor, params: dict[str, Any], result: Tensor) -> None:
        """A view of this level shares memory and versions with its base, and can be taken again."""
        result._storage, result.counter = x.storage_cell, x.version
        result.view_of = Views(x, (primitive, params), modes.grad)

    def write(self, target: Any, value: Any) -> bool:
        if not self.owns(target):
            if self.extra_of(value) is not None:
                raise self.refuse_write()
            with self.below():
                return bool(interpreters) and interpreters[-1].write(target, value.underlying if self.owns(value) else value)
        self.extra_of(target)
        self.extra_of(value)
        with self.below():
            self.place(target, value)
        return True

    def read(self, x: Any) -> None:
        if interpreters[0] is not self:
            with self.below():
                interpreters[-1].read(x.underlying if self.owns(x) else x)

    def accumulated(self, leaf: Any, gradient: Any) -> None:
        if not self.owns(leaf) and interpreters[0] is not self:
            with self.below():
                interpreters[-1].accumulated(leaf, gradient)

    def base_of(self, target: LevelTensor) -> LevelTensor:
        """The tensor that `target` is a view of, or itself."""
        base: Any = target if target.view_of is None else target.view_of.base
        if not self.owns(base):
            raise self.refuse_write()
        return base


class recording:
    """The graph of the innermost level (or of eager tensors) recorded or not; `no_grad` is for all levels."""

    def __init__(self, wanted: bool):
        self.wanted = wanted

    def __enter__(self) -> None:
        self.before, modes.grad = modes.grad, self.wanted

    def __exit__(self, *problem: Any) -> None:
        modes.grad = self.before


def innermost() -> Level | None:
    """The level that operations go to now; None where they are evaluated at once."""
    return interpreters[-1] if interpreters and isinstance(interpreters[-1], Level) else None


def differentiable(x: Tensor) -> bool:
    """Whether the dtype can carry gradients and tangents."""
    return x.dtype.category >= FLOATING


def of_kind(key: str, **values: object) -> RuntimeError:
    """A RuntimeError with one of the texts of transformations."""
    return RuntimeError(text(key, **values))
