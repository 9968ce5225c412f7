"""vmap: an interpreter in which every tensor may have one more dimension than the function sees; one rule a form.

The batch is always dimension 0 of the underlying tensor. A rule gets at least one batched operand and gives the batched result by
operations on the underlying tensors, mostly the same operation with its dimensions counted one further. Where the operation
itself must change (a view's index map, a composite's body, both with their gradient rules), it is derived: the original runs inside a
level of its own, so its rules need not know of batches.
"""

from collections.abc import Callable
from functools import lru_cache
from textwrap import indent
from typing import Any, NamedTuple

import numpy as np

from steepest.autograd.engine import fit
from steepest.autograd.function import Function, FunctionNode
from steepest.autograd.levels import Level, LevelTensor, of_kind
from steepest.core import dtype as dtypes
from steepest.core.modes import interpreters, modes
from steepest.core.node import SEVERAL, Like
from steepest.core.primitive import Primitive, wants_gradient
from steepest.core.promotion import promote_tags
from steepest.core.tensor import Tensor, alias
from steepest.errors import text
from steepest.ops.arithmetic import cast, clone, where
from steepest.ops.creation import iota
from steepest.ops.indexing import check_bounds, put_rows, take_rows
from steepest.ops.inplace import assign
from steepest.ops.joining import join
from steepest.ops.reductions import total
from steepest.ops.views import View, expand, permute, squeeze, unsqueeze, view

__all__ = ["Batching", "bottom"]

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class BatchInfo(NamedTuple):
    """What a Function's own rule for batches is told."""

    batch_size: int
    randomness: str


def to_front(x: Any, dim: int) -> Any:
    """Dimension `dim` first."""
    return permute(x, order=(dim, *[d for d in range(x.array.ndim) if d != dim])) if dim else x


class Batching(Level):
    """The level of one vmap over `size` examples."""

    def __init__(self, size: int, randomness: str = "error"):
        super().__init__()
        self.size, self.randomness = size, randomness

    def seen(self, inner: Tensor, extra: Any) -> Any:
        if not extra:
            return inner.array
        return inner.array[0, ...] if self.size else np.empty(inner.array.shape[1:], inner.array.dtype)

    def text(self, x: LevelTensor) -> str:
        if not self.extra_of(x):
            return repr(x.underlying)
        number = interpreters.index(self) + 1 if self in interpreters else -1
        return f"BatchedTensor(lvl={number}, bdim=0, value=\n{indent(repr(x.underlying), '    ')}\n)"

    def batched(self, inner: Tensor) -> LevelTensor:
        """A tensor of this level whose examples lie along dimension 0 of `inner`."""
        return self.wrap(inner, True)

    def examples(self, x: Any) -> Any:
        """The inner tensor with the batch as dimension 0, repeated where `x` is the same for all examples; runs below."""
        inner = x.underlying if self.owns(x) else x
        if self.extra_of(x):
            return inner
        return expand(unsqueeze(inner, dim=0), shape=(self.size, *inner.array.shape))

    def evaluate(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if primitive.form == "random":
            return self.drawn(primitive, operands, params)
        if not any(self.extra_of(x) for x in operands):
            inner = [x.underlying if self.owns(x) else x for x in operands]
            return self.results(primitive(*inner, **params), None)
        return self.results(RULES[primitive.form](self, primitive, operands, params), True)

    def results(self, out: Any, extra: Any) -> Any:
        return tuple([self.wrap(x, extra) for x in out]) if isinstance(out, tuple) else self.wrap(out, extra)

    def drawn(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Random numbers, by example or the same for all, as the caller of vmap chose."""
        if self.randomness == "error":
            raise of_kind("vmap-random")
        if self.randomness == "same":
            if any(self.extra_of(x) for x in operands):
                raise of_kind("vmap-random-same")
            return self.wrap(primitive(*[x.underlying if self.owns(x) else x for x in operands], **params), None)
        if not operands and "shape" not in params:
            drawn = [unsqueeze(primitive(**params), dim=0) for _ in range(self.size)]
            return self.batched(join(*drawn, dim=0, starts=tuple(range(self.size))))
        if "shape" in params:
            params = {**params, "shape": (self.size, *params["shape"])}
        if "order" in params:
            params = {**params, "order": (0, *[k + 1 for k in params["order"]])}
        return self.batched(primitive(*[self.examples(x) for x in operands], **params))

    def custom(self, of: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, Any]:
        """A user's Function with a rule of its own for batches, or whose own backward the graph below wants: done by example there.

        Else it is recorded here.
        """
        inner = [x.underlying if self.owns(x) else x for x in args]
        flags = [bool(self.extra_of(x)) for x in args]
        if of.vmap is not Function.vmap and any(flags):
            with self.below():
                made = of.vmap(BatchInfo(self.size, self.randomness), tuple([0 if flag else None for flag in flags]), *inner, **kwargs)
                if not (isinstance(made, tuple) and len(made) == 2):
                    raise RuntimeError(text("vmap-of-function", name=of.__name__))
                out, dims = made
                several = isinstance(out, (tuple, list))
                each = dims if isinstance(dims, (tuple, list)) else [dims] * len(out) if several else [dims]
                placed = [self.wrap(x, None) if d is None else self.batched(to_front(x, d % x.array.ndim))
                          for x, d in zip(out if several else [out], each, strict=True)]
            return True, self.noted(of, args, kwargs, tuple(placed) if several else placed[0])
        with self.below():
            if not any(flags) or not (modes.grad and wants_gradient(tuple(inner))):
                return False, None
            out = _function(of, flags, self, kwargs).apply(*inner)
        return True, self.noted(of, args, kwargs, self.results(out, True))

    def place(self, target: LevelTensor, value: Any) -> None:
        if self.extra_of(value) and not target.extra:
            base: Any = self.base_of(target)
            base.underlying = clone(self.examples(base), to=base.dtype)
            base.extra = True
            base.array = self.seen(base.underlying, True)
            if base is not target:
                self.follow(target, base, target.view_of.steps)  # type: ignore[union-attr]
                target.array = self.seen(target.underlying, True)
        inner = value.underlying if self.owns(value) else value
        assign(target.underlying, aligned(self, value, target.array.ndim) if target.extra else inner)

    def follow(self, x: LevelTensor, base: LevelTensor, steps: Any) -> None:
        inner = base.underlying
        for step, params in steps:
            inner = by_example(step)(inner, **params)
        x.underlying, x.extra = inner, True

    def refuse_write(self) -> Exception:
        return of_kind("vmap-write", size=self.size)

    def detached(self, x: LevelTensor) -> Tensor:
        self.extra_of(x)
        with self.below():
            return self.wrap(alias(x.underlying.array, x.underlying), x.extra)

    def read(self, x: Any) -> None:
        if self.extra_of(x):
            raise of_kind("vmap-read", shape=list(x.array.shape), size=self.size)
        super().read(x)


def bottom(x: Any) -> Any:
    """The array under all levels."""
    while isinstance(x, LevelTensor):
        x = x.underlying
    return x.array


# operands -----------------------------------------------------------------------------------------------------------------------
def reshaped(x: Any, shape: tuple[int, ...]) -> Any:
    """The elements in another shape, copied where memory does not allow a view."""
    return x.reshape(shape)


def aligned(level: Batching, x: Any, ndim: int) -> Any:
    """The inner tensor such that it broadcasts against others with `ndim` dimensions by example."""
    if not isinstance(x, Tensor):
        return x
    if not level.extra_of(x):
        return x.underlying if level.owns(x) else x
    inner: Any = x.underlying  # type: ignore[attr-defined]
    missing = ndim - x.array.ndim
    if missing <= 0:
        return inner
    return view(inner, shape=(level.size, *(1,) * missing, *x.array.shape))


def largest(operands: Any) -> int:
    return max(x.array.ndim for x in operands if isinstance(x, Tensor))


def orders(level: Batching, operands: Any) -> list[Any]:
    """All operands with the batch as dimension 0."""
    return [level.examples(x) if isinstance(x, Tensor) else x for x in operands]


# rules: rule(level, primitive, operands, params) gives the inner result ---------------------------------------------------------
def of_map(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    """Broadcasting does it; 0-dim examples keep the weight that they have in promotion."""
    ndim = largest(operands)
    inner = [aligned(level, x, ndim) for x in operands]
    deciding = [i for i in range(len(operands)) if i not in primitive.keep]
    if len({x.dtype for i in deciding if isinstance(x := operands[i], Tensor)}) > 1:
        common = promote_tags([tag(operands[i]) for i in deciding])
        for i in deciding:
            if isinstance(operands[i], Tensor) and operands[i].dtype is not common:
                inner[i] = cast(inner[i], to=common)
    return primitive(*inner, **params)


def tag(x: Any) -> Any:
    """What promotion knows of an operand."""
    return type(x) if not isinstance(x, Tensor) else x.dtype if x.array.ndim else x.dtype.scalar


def of_conversion(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    return primitive(operands[0].underlying, **params)


def along(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    """Operations along dimensions of one shape: all operands batched, dimensions one further; a 0-dim example becomes a row."""
    flat = operands[0].array.ndim == 0 and "dim" in params and not isinstance(params["dim"], tuple)
    inner = [
        unsqueeze(x, dim=1) if flat and o.array.ndim == 0 else x for x, o in zip(orders(level, operands), operands, strict=True)
    ]
    out = primitive(*inner, **further(params))
    shaped_like = operands[1] if primitive.form == "gather" else operands[0]
    if not flat or shaped_like.array.ndim or params.get("keepdim") is False:
        return out
    return tuple([squeeze(x, dim=(1,)) for x in out]) if isinstance(out, tuple) else squeeze(out, dim=(1,))


def further(params: dict[str, Any]) -> dict[str, Any]:
    """Dimensions counted one further."""
    return {
        name: value if name not in ("dim", "dims") else tuple([d + 1 for d in value]) if isinstance(value, tuple) else value + 1
        for name, value in params.items()
    }


def of_contraction(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    letters, out = params["spec"].split("->")
    batch = next(c for c in LETTERS if c not in params["spec"])
    own = [batch + s if level.extra_of(x) else s for s, x in zip(letters.split(","), operands, strict=True)]
    return primitive(*[aligned(level, x, 0) for x in operands], spec=f"{','.join(own)}->{batch}{out}")


def of_view(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    return by_example(primitive)(operands[0].underlying, **params)


def of_write(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    base, value = operands
    region = base.array
    for step, given in params["steps"]:
        region = step.index_map(region, **given)
    return primitive(
        level.examples(base),
        aligned(level, value, region.ndim),
        steps=tuple([(by_example(step), given) for step, given in params["steps"]]),
    )


RIGHT_SIDES = frozenset(("linalg_solve_ex", "linalg_solve_triangular", "linalg_lstsq", "linalg_ldl_solve"))
"""Functions of LAPACK whose second operand may be a vector; other calls take elements."""


def of_call(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    """Transforms along dimensions; LAPACK's functions take stacks of matrices, a right side that is a vector becomes a column."""
    if "dim" in params:
        return primitive(*orders(level, operands), **further(params))
    column = primitive.name in RIGHT_SIDES and operands[1].array.ndim == 1
    inner = [aligned(level, x, largest(operands)) for x in operands]
    if column:
        inner[1] = unsqueeze(level.examples(operands[1]), dim=2)
    out = primitive(*inner, **params)
    return squeeze(out, dim=(out.array.ndim - 1,)) if column else out


def counted_from_zero(level: Batching, index: Any, size: int, dim: int) -> Any:
    """An index by example, checked and without negative entries."""
    check_bounds(bottom(index), size, dim)
    inner = level.examples(index)
    return where(inner < 0, inner + size, inner)


def of_take(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    """Rows at indices that differ by example are rows of all examples laid end to end."""
    x, index = operands
    dim = params["dim"]
    if not level.extra_of(index):
        return primitive(level.examples(x), aligned(level, index, 0), dim=dim + 1)
    rows, places = end_to_end(level, x, index, dim)
    picked = take_rows(rows, places, dim=0)
    return brought_back(reshaped(picked, (level.size, index.array.shape[0], *picked.array.shape[1:])), dim)


def of_put(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    x, index, source = operands
    dim = params["dim"]
    if not level.extra_of(index):
        return primitive(level.examples(x), aligned(level, index, 0), level.examples(source), dim=dim + 1)
    rows, places = end_to_end(level, x, index, dim)
    added = taken_forward(level.examples(source), dim)
    out = put_rows(rows, places, reshaped(added, (-1, *added.array.shape[2:])), dim=0)
    return brought_back(reshaped(out, (level.size, x.array.shape[dim], *out.array.shape[1:])), dim)


def end_to_end(level: Batching, x: Any, index: Any, dim: int) -> tuple[Any, Any]:
    """The entries of all examples along one dimension, and the indices into them."""
    size = x.array.shape[dim]
    first = iota(start=0, step=size, size=level.size, dtype=dtypes.int64)
    places = counted_from_zero(level, index, size, dim) + unsqueeze(first, dim=1)
    rows = taken_forward(level.examples(x), dim)
    return reshaped(rows, (-1, *rows.array.shape[2:])), reshaped(places, (-1,))


def taken_forward(x: Any, dim: int) -> Any:
    """Dimension `dim` of the examples right behind the batch."""
    n = x.array.ndim
    return permute(x, order=(0, dim + 1, *[d for d in range(1, n) if d != dim + 1]))


def brought_back(x: Any, dim: int) -> Any:
    n = x.array.ndim
    rest = list(range(2, n))
    return permute(x, order=(0, *rest[:dim], 1, *rest[dim:]))


def of_index(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    """Advanced indexing with the number of the example as one more index, put back where the result has its dimensions."""
    x, indices = operands[0], [i for i in operands[1:] if i is not None]
    places = params["places"]
    ndim = largest(indices)
    key, shift = example_key(level, indices, ndim), places_of(places)
    out = primitive(level.examples(x), *key, places=shift)
    return permute(out, order=inverse_order(out.array.ndim, places, ndim)) if moved(places) else out


def of_index_put(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    x, value, indices = operands[0], operands[1], [i for i in operands[2:] if i is not None]
    places = params["places"]
    ndim = largest(indices)
    key, shift = example_key(level, indices, ndim), places_of(places)
    region = x.array.ndim - sum(p is not None for p in places) + ndim
    inner = aligned(level, value, region)
    if moved(places):
        if not level.extra_of(value):
            inner = unsqueeze(inner, dim=0)
        if inner.array.ndim < region + 1:
            inner = view(inner, shape=(inner.array.shape[0], *(1,) * (region + 1 - inner.array.ndim), *inner.array.shape[1:]))
        order = inverse_order(region + 1, places, ndim)
        inner = permute(inner, order=tuple(order.index(i) for i in range(region + 1)))
    return primitive(level.examples(x), inner, *key, places=shift)


def example_key(level: Batching, indices: Any, ndim: int) -> list[Any]:
    """The indices with the number of the example before them."""
    number = view(iota(start=0, step=1, size=level.size, dtype=dtypes.int64), shape=(level.size, *(1,) * ndim))
    return [number, *[aligned(level, i, ndim) for i in indices]]


def places_of(places: tuple[int | None, ...]) -> tuple[int | None, ...]:
    return (0, *[None if p is None else p + 1 for p in places])


def moved(places: tuple[int | None, ...]) -> bool:
    """Whether the indices are side by side but not first, so that by example their dimensions are not the first ones."""
    at = [d for d, p in enumerate(places) if p is not None]
    return at[0] > 0 and at[-1] - at[0] + 1 == len(at)


def inverse_order(ndim: int, places: tuple[int | None, ...], index_ndim: int) -> tuple[int, ...]:
    """From (batch, index, before, after) to (batch, before, index, after)."""
    before = next(d for d, p in enumerate(places) if p is not None)
    return (0, *range(1 + index_ndim, 1 + index_ndim + before), *range(1, 1 + index_ndim), *range(1 + index_ndim + before, ndim))


# derived operations -------------------------------------------------------------------------------------------------------------
def by_example(original: Any) -> Any:
    """A view taken of every example: dimension 0 stays as it is."""
    derived = _views.get(original)
    if derived is None:
        (rule, names) = original.rules[0]
        derived = _views[original] = View(original.name, _index_map(original), lambda g: g, original.node_name)
        derived.rules = [(_view_rule(rule, names), (*names, "like"))]
    return derived


_views: dict[Any, Any] = {}


def _index_map(original: Any) -> Callable[..., Any]:
    def index_map(array: Any, **params: Any) -> Any:
        n = array.shape[0]
        one = original.index_map(array[0, ...] if n else np.empty(array.shape[1:], array.dtype), **params)
        return np.lib.stride_tricks.as_strided(
            one, (n, *one.shape), (array.strides[0], *one.strides), writeable=array.flags.writeable
        )

    return index_map


def _view_rule(rule: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
    def run(g: Any, *values: Any) -> Any:
        return vectorised(rule, names, g.array.shape[0], {}, True)(g, *values)

    return run


def of_composite(level: Batching, primitive: Any, operands: Any, params: dict[str, Any]) -> Any:
    """The body by example, as one node with the composite's rules by example."""
    flags = tuple([bool(level.extra_of(x)) for x in operands])
    inner = [x.underlying if level.owns(x) else x for x in operands]
    return _composite(primitive, flags, level.size, level.randomness)(*inner, **params)


@lru_cache(maxsize=512)
def _composite(original: Any, flags: tuple[bool, ...], size: int, randomness: str) -> Any:
    def body(*operands: Any, **params: Any) -> Any:
        with Batching(size, randomness) as level:
            out = original.body(*[level.batched(x) if f else x for x, f in zip(operands, flags, strict=True)], **params)
        return tuple([level.examples(x) for x in out]) if isinstance(out, tuple) else level.examples(out)

    derived = object.__new__(type(original))
    derived.__dict__.update(original.__dict__)
    derived.body, derived.kernel, derived.attacher = body, None, None
    batched = dict(zip(original.inputs, flags, strict=True))
    derived.rules = [
        rule and (vectorised(rule[0], rule[1], size, batched, flags[i], randomness), (*rule[1], "like"))
        for i, rule in enumerate(original.rules)
    ]
    return derived


def _function(of: Any, flags: list[bool], outer: Batching, kwargs: dict[str, Any]) -> Any:
    """A user's Function over a batch: forward and backward by example, inside one level."""

    class ByExample(Function):
        @staticmethod
        def forward(ctx: Any, *operands: Any) -> Any:
            ctx.inside = Batching(outer.size, outer.randomness)
            with ctx.inside as level:
                args = [level.batched(x) if f else x for x, f in zip(operands, flags, strict=True)]
                ctx.own = FunctionNode(of)
                ctx.own.needs_input_grad = ctx.needs_input_grad
                if of.setup_context is not Function.setup_context:
                    out = of.forward(*args, **kwargs)
                    of.setup_context(ctx.own, tuple(args), out)
                else:
                    out = of.forward(ctx.own, *args, **kwargs)
            ctx.shapes = [(x.array.shape, x.dtype) if isinstance(x, Tensor) else None for x in args]
            results = out if isinstance(out, tuple) else (out,)
            made = [level.examples(y) for y in results]
            ctx.mark_non_differentiable(*[m for m, y in zip(made, results, strict=True) if id(y) in ctx.own.non_differentiable])
            return tuple(made) if isinstance(out, tuple) else made[0]

        @staticmethod
        def backward(ctx: Any, *gradients: Any) -> Any:
            with ctx.inside as level:
                found = of.backward(ctx.own, *[g if g is None else level.batched(g) for g in gradients])
                found = found if isinstance(found, (tuple, list)) else (found,)
                fitted = [None if g is None or like is None else fit(g, like) for g, like in zip(found, ctx.shapes, strict=False)]
            examples = [g if g is None else level.examples(g) for g in fitted]
            return tuple([g if g is None or f else total(g, dim=(0,), keepdim=False) for g, f in zip(examples, flags, strict=True)])

    ByExample.__name__ = of.__name__
    return ByExample


def vectorised(
    rule: Callable[..., Any], names: tuple[str, ...], size: int, batched: dict[str, bool], own: bool, randomness: str = "same"
) -> Callable[..., Any]:
    """A gradient rule for one operand applied to every example; summed over them where the operand is the same for all."""

    def run(g: Any, *values: Any) -> Any:
        like = values[-1]
        like = Like(like.shape[1:], like.dtype) if own else like
        with Batching(size, randomness) as level:

            def entered(name: str, value: Any) -> Any:
                if name == "like":
                    return like
                if name in SEVERAL:
                    return tuple([level.batched(v) for v in value])
                return level.batched(value) if isinstance(value, Tensor) and batched.get(name, name == "result") else value

            gradients = [None if x is None else level.batched(x) for x in g] if isinstance(g, list) else level.batched(g)
            out = rule(gradients, *[entered(n, v) for n, v in zip(names, values, strict=False)])
            out = None if out is None else fit(out, like)
        if out is None:
            return None
        out = level.examples(out)
        return out if own else total(out, dim=(0,), keepdim=False)

    return run


RULES: dict[str, Callable[[Batching, Primitive, Any, dict[str, Any]], Any]] = {
    "map": of_map,
    "cast": of_conversion,
    "reduction": along,
    "extremum": along,
    "scan": along,
    "extremum_scan": along,
    "sort": along,
    "ranked": along,
    "rearrange": along,
    "join": along,
    "gather": along,
    "scatter": along,
    "take": of_take,
    "put": of_put,
    "index": of_index,
    "index_put": of_index_put,
    "contraction": of_contraction,
    "view": of_view,
    "write": of_write,
    "call": of_call,
    "composite": of_composite,
}
"""How each form is evaluated over a batch."""
