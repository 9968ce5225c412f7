"""jvp: an interpreter in which every tensor carries its derivative along one direction, the tangent (forward mode).

There is no table of tangents beside the table of gradients: both say the same linear map. A form that is linear in some operands
applies itself to their tangents; an elementwise operation applies its gradient rules, which multiply by local derivatives, to the
tangents in the place of the gradient; a contraction follows the product rule. For every other form the gradient rules, which are
linear in `g`, are transposed by a backward pass through them: the gradient of `<rule(g), tangent>` with respect to g is the
tangent of the result.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.autograd.engine import fit, run_backward
from steepest.autograd.function import Function
from steepest.autograd.levels import Level, LevelTensor, differentiable, of_kind
from steepest.core.modes import modes
from steepest.core.node import SEVERAL, Like
from steepest.core.printing import with_suffixes
from steepest.core.tensor import Tensor, alias
from steepest.ops.arithmetic import cast, conjugate
from steepest.ops.creation import full
from steepest.ops.inplace import assign
from steepest.ops.views import asks_for_layout, expand, laid_out, layout_of, reach

__all__ = ["Tangents"]


class Tangents(Level):
    """The level of one jvp."""

    def dual(self, primal: Tensor, tangent: Tensor | None) -> LevelTensor:
        """A tensor of this level with this derivative."""
        return self.wrap(primal, tangent)

    def tangent(self, x: Any) -> Any:
        """The derivative of `x`; None where it is zero."""
        return self.extra_of(x)

    def text(self, x: LevelTensor) -> str:
        value, tangent = repr(x.underlying), self.extra_of(x)
        return value if tangent is None else with_suffixes(value[:-1], [f"tangent={tangent!r}"], len("tensor("))

    def evaluate(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        primals = [x.underlying if self.owns(x) else x for x in operands]
        tangents = [self.extra_of(x) for x in operands]
        out = primitive(*primals, **params)
        if all(t is None for t in tangents):
            return tuple([self.wrap(x, None) for x in out]) if isinstance(out, tuple) else self.wrap(out, None)
        rule = RULES.get(primitive.form, transposed)
        made = rule(primitive, primals, tangents, params, out)
        if not isinstance(out, tuple):
            return self.wrap(out, made if differentiable(out) else None)
        made = made if isinstance(made, (tuple, list)) else (made,) * len(out)
        return tuple([self.wrap(x, t if differentiable(x) else None) for x, t in zip(out, made, strict=True)])

    def custom(self, of: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, Any]:
        """A user's Function that says how tangents move; else its forward is followed, operation by operation."""
        tangents = [self.extra_of(x) if self.owns(x) else None for x in args]
        if of.jvp is Function.jvp or all(t is None for t in tangents):
            return False, None
        primals = tuple([x.underlying if self.owns(x) else x for x in args])
        with self.below():
            out, ctx = of.recorded(primals, kwargs)
            given = [zeros(x) if t is None and isinstance(x, Tensor) and ctx.materialize else t
                     for x, t in zip(primals, tangents, strict=True)]
            made = ctx.moved(given)
            results = tuple([self.wrap(x, m) for x, m in zip(out, made, strict=True)]) if isinstance(out, tuple) else self.wrap(out, made)
        return True, self.noted(of, args, kwargs, results)

    def place(self, target: LevelTensor, value: Any) -> None:
        tangent = self.extra_of(value)
        if tangent is not None and target.extra is None:
            base = self.base_of(target)
            base.extra = full(base.underlying.array.shape, 0, base.dtype)
            if base is not target:
                self.follow(target, base, target.view_of.steps)  # type: ignore[union-attr]
        assign(target.underlying, value.underlying if self.owns(value) else value)
        if target.extra is not None:
            assign(target.extra, full((), 0, target.dtype) if tangent is None else tangent)

    def follow(self, x: LevelTensor, base: LevelTensor, steps: Any) -> None:
        x.extra = reach(base.extra, steps)

    def refuse_write(self) -> Exception:
        return of_kind("jvp-write")

    def detached(self, x: LevelTensor) -> Tensor:
        with self.below():
            return self.wrap(alias(x.underlying.array, x.underlying), None)


# rules: rule(primitive, primals, tangents, params, out) gives the tangent of the result, below the level ------------------------
def linear(*positions: int) -> Callable[..., Any]:
    """The operation itself, on the tangents of the operands that it is linear in (all of them if none are named)."""

    def rule(primitive: Any, primals: Any, tangents: Any, params: dict[str, Any], out: Any) -> Any:
        some = positions or range(len(primals))
        moved = [zeros(x) if t is None else t for x, t in zip(primals, tangents, strict=True)]
        if primitive.form == "view" and asks_for_layout(((primitive, params),)) and moved[0].array.strides != primals[0].array.strides:
            moved[0] = laid_out(moved[0], layout_of(primals[0]))
        return primitive(*[moved[i] if i in some else x for i, x in enumerate(primals)], **params)

    return rule


def zeros(x: Any) -> Any:
    """No change, in the shape of `x`."""
    return full(x.array.shape, 0, x.dtype) if isinstance(x, Tensor) else x


def of_map(primitive: Any, primals: Any, tangents: Any, params: dict[str, Any], out: Any) -> Any:
    """The sum of the tangents, each times the local derivative that the gradient rule multiplies by."""
    if isinstance(out, tuple):
        return transposed(primitive, primals, tangents, params, out)
    sum_of_all: Any = None
    for i, t in enumerate(tangents):
        found = primitive.rule_of(i)
        if t is None or found is None:
            continue
        part = found[0](conjugate(t), *[named(primitive, n, primals, params, out, i) for n in found[1]])
        if part is not None:
            part = conjugate(part)
            sum_of_all = part if sum_of_all is None else sum_of_all + part
    return None if sum_of_all is None else shaped(sum_of_all, out)


def shaped(t: Any, out: Tensor) -> Any:
    """A tangent in the shape and dtype of the result."""
    if t.array.shape != out.array.shape:
        t = expand(t, shape=out.array.shape)
    return t if t.dtype is out.dtype else cast(t, to=out.dtype)


def named(primitive: Any, name: str, primals: Any, params: dict[str, Any], out: Any, i: int) -> Any:
    """What a gradient rule of operand i knows by a name."""
    if name in primitive.position and not primitive.variadic:
        at = primitive.position[name]
        return primals[at] if at < len(primals) else None
    if name in ("like", "position"):
        return Like(primals[i].array.shape, primals[i].dtype) if name == "like" else i
    if name in SEVERAL:
        return out if name == "results" else out[1:]
    return (out[0] if isinstance(out, tuple) else out) if name == "result" else params[name]


def of_reduction(primitive: Any, primals: Any, tangents: Any, params: dict[str, Any], out: Any) -> Any:
    """A sum of the tangents for sums; what the gradient rule weights the elements with for the other monoids."""
    return (linear() if primitive.identity == 0 and primitive.gives == "sum" else transposed)(
        primitive, primals, tangents, params, out
    )


def of_contraction(primitive: Any, primals: Any, tangents: Any, params: dict[str, Any], out: Any) -> Any:
    """The product rule."""
    (a, b), (ta, tb) = primals, tangents
    left = None if ta is None else primitive(ta, b, **params)
    right = None if tb is None else primitive(a, tb, **params)
    return right if left is None else left if right is None else left + right


def transposed(primitive: Any, primals: Any, tangents: Any, params: dict[str, Any], out: Any) -> Any:
    """The gradient rules turned round: backward through them from the tangents."""
    results = out if isinstance(out, tuple) else (out,)
    seeds = [full(x.array.shape, 0, x.dtype) if differentiable(x) else None for x in results]
    for seed in seeds:
        if seed is not None:
            seed.needs_grad = True
    roots, directions = [], []
    before, modes.grad = modes.grad, True
    try:
        for i, t in enumerate(tangents):
            found = primitive.rule_of(i)
            if t is None or found is None:
                continue
            g = seeds if len(seeds) > 1 else seeds[0]
            back = found[0](g, *[named(primitive, n, primals, params, out, i) for n in found[1]])
            if back is not None and back.requires_grad:
                roots.append(fit(back, (primals[i].array.shape, primals[i].dtype)))
                directions.append(t)
    finally:
        modes.grad = before
    wanted = [s for s in seeds if s is not None]
    got = run_backward(roots, directions, wanted, True, before) if roots else {}
    numbers = iter(range(len(wanted)))
    made = [None if s is None else got.get(next(numbers)) for s in seeds]
    return made if isinstance(out, tuple) else made[0]


def of_scatter(primitive: Any, primals: Any, tangents: Any, params: dict[str, Any], out: Any) -> Any:
    """Elements that replace others or are added to them take their tangents along; products and extrema are no linear functions."""
    rule = linear(0, 2) if primitive.ufunc in (None, np.add) else transposed
    return rule(primitive, primals, tangents, params, out)


RULES: dict[str, Callable[..., Any]] = {
    "map": of_map,
    "cast": linear(0),
    "view": linear(0),
    "rearrange": linear(0),
    "join": linear(),
    "gather": linear(0),
    "take": linear(0),
    "index": linear(0),
    "scatter": of_scatter,
    "put": linear(0, 2),
    "index_put": linear(0, 1),
    "write": linear(),
    "reduction": of_reduction,
    "contraction": of_contraction,
}
"""How the forms pass tangents on; the others are transposed."""
