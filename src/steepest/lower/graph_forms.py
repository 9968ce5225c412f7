"""What each form of equation computes over named dimensions. What does not fit raises Unsupported."""

from collections.abc import Callable
from typing import Any

from steepest.core.recorder import Access, Equation
from steepest.lower.elements import tag
from steepest.lower.expressions import Expression, Expressions, Unsupported
from steepest.lower.named import Dim, Named, Node, Number, Product, View

__all__ = ["FORMS"]


def _map(g: Named, e: Equation) -> None:
    primitive = e.primitive
    compute = primitive.types(tuple(tag(x) for x in e.operands))[0].name
    views = [g.read(x) for x in e.operands]
    kinds = ["bool" if i in primitive.keep else compute for i in range(len(views))]
    for k, result in enumerate(e.results):
        dtype = result.content.dtype.name

        def function(m: Expressions, *operands: Any, k: int = k, dtype: str = dtype) -> Expression:
            given = [m.cast(x, kind) if isinstance(x, Expression) else m.constant(x, kind)
                     for x, kind in zip(operands, kinds, strict=True)]
            try:
                out = primitive.definition(m, *given)
            except (TypeError, AttributeError) as problem:
                raise Unsupported(f"{primitive.name}: {problem}") from problem
            value = out[k] if isinstance(out, tuple) else out
            return m.cast(value if isinstance(value, Expression) else m.constant(value, compute), dtype)

        value, axes = g.map(primitive.name, views, function, dtype, len(result.shape), e.line, (primitive, k, tuple(kinds)))
        g.make(result, value, axes)


def _cast(g: Named, e: Equation) -> None:
    x, (result,) = e.operands[0], e.results
    g.make(result, *_converted(g, g.read(x), result, e))


def _converted(g: Named, view: View, result: Access, e: Equation) -> View:
    """A view in the dtype of a result, with as many axes as that has."""
    value, axes = view
    axes = (None,) * (len(result.shape) - len(axes)) + tuple(axes)
    dtype = result.content.dtype.name
    if isinstance(value, Number) or g.roots[value].dtype == dtype:
        return value, axes[len(axes) - len(result.shape):]
    made, _ = g.map("cast", [(value, axes)], lambda m, x: m.cast(x, dtype), dtype, len(result.shape), e.line, "cast")
    return made, axes


def _store(g: Named, e: Equation) -> None:
    result = e.results[0]
    g.make(result, *_converted(g, g.read(e.operands[1]), result, e))


def _fill(g: Named, e: Equation) -> None:
    (result,) = e.results
    g.make(result, Number(e.params["value"]), [None] * len(result.shape))


def _constant(g: Named, e: Equation) -> None:
    (result,), array = e.results, e.params["array"]
    if array.size != 1:
        raise Unsupported("a constant of several numbers")
    g.make(result, Number(array.reshape(-1)[0].item()), [None] * len(result.shape))


def _reduction(g: Named, e: Equation) -> None:
    (x,), (result,), primitive = e.operands, e.results, e.primitive
    dtype, dim = result.content.dtype.name, e.params["dim"]
    value, axes = g.read(x)
    times = 1
    for d in dim:
        times *= x.shape[d] if axes[d] is None else 1
    if isinstance(value, Number):
        raise Unsupported("a reduction of a number")
    reduced = [axes[d] for d in dim if axes[d] is not None]
    kept = [a for d, a in enumerate(axes) if d not in dim]
    if g.roots[value].dtype != dtype:
        value, _ = g.map("cast", [(value, axes)], lambda m, v: m.cast(v, dtype), dtype, len(axes), e.line, "cast")
    if reduced:
        value = g.reduce(primitive.name, [(value, axes)], kept, [d for d in reduced if d is not None], primitive, dtype, e.line)
    if times != 1 and primitive.name == "sum":
        value, _ = g.map("mul", [(value, tuple(kept)), (Number(times), ())], lambda m, v, n: v * n, dtype, len(kept), e.line, "times")
    elif times != 1 and primitive.name not in ("amax", "amin", "all", "any"):
        raise Unsupported(f"{primitive.name} of equal elements")
    rest = iter(kept)
    g.make(result, value, [None if d in dim else next(rest) for d in range(len(x.shape))] if e.params["keepdim"] else kept)


def _contraction(g: Named, e: Equation) -> None:
    (result,) = e.results
    inputs, out = e.params["spec"].split("->")
    dtype = result.content.dtype.name
    views, dims, size = [g.read(x) for x in e.operands], dict[str, Dim | None](), dict[str, int]()
    for letters, x, (value, own) in zip(inputs.split(","), e.operands, views, strict=True):
        if isinstance(value, Number):
            raise Unsupported("a product with a number")
        for c, n, d in zip(letters, x.shape, own, strict=True):
            size[c] = max(n, size.get(c, 1))
            dims[c] = g.unify(dims.get(c), d)
    axes = [dims[c] for c in out]
    reduced = [d for c, d in dims.items() if c not in out and d is not None]
    times = 1
    for c in dims:
        times *= size[c] if c not in out and dims[c] is None else 1
    if reduced:
        value = g.reduce("product", views, axes, reduced, Product, dtype, e.line)
    else:
        spread: list[View] = []
        for letters, (v, own) in zip(inputs.split(","), views, strict=True):
            at = dict(zip(letters, own, strict=True))
            spread.append((v, tuple(at.get(c) for c in out)))
        value, _ = g.map("mul", spread, lambda m, x, y: x * y, dtype, len(out), e.line, "product")
    if times != 1:
        value, _ = g.map("mul", [(value, tuple(axes)), (Number(times), ())], lambda m, v, n: v * n, dtype, len(axes), e.line, "times")
    g.make(result, value, axes)


def _take(g: Named, e: Equation) -> None:
    if e.primitive.form == "index":
        places = e.params["places"]
        if not places or places[0] != 0 or any(p is not None for p in places[1:]) or len(e.operands[1].shape) != 1:
            raise Unsupported("indexing by several tensors")
    elif e.params["dim"] != 0:
        raise Unsupported("entries along another dimension than the first")
    source, index = g.read(e.operands[0]), g.read(e.operands[1])
    (result,) = e.results
    if isinstance(source[0], Number) or isinstance(index[0], Number) or g.roots[source[0]].leaf is None or source[1][0] is None:
        raise Unsupported("rows of a computed value")
    axes = [index[1][0], *source[1][1:]]
    node = Node("take", "take", (source[0], index[0]), e.line)
    g.checked.append((index[0], source[1][0]))
    g.make(result, g.node(result.content.dtype.name, axes, "take", node), axes)


def _gather(g: Named, e: Equation) -> None:
    """`x[r, index[r]]`: the sum over classes of what is chosen by comparing their number with the index."""
    x, index, (result,) = g.read(e.operands[0]), g.read(e.operands[1]), e.results
    dim = e.params["dim"]
    d = x[1][dim] if isinstance(x[0], int) else None
    if d is None or isinstance(index[0], Number) or index[1][dim] is not None or e.operands[1].shape[dim] != 1:
        raise Unsupported("a gather of several elements")
    dtype, ndim = result.content.dtype.name, len(x[1])
    position = (g.position(g.find(d)), (d,) + (None,) * (ndim - 1 - dim))
    chosen = g.map("chosen", [x, index, position], lambda m, v, i, p: m.where(i == p, v, 0), dtype, ndim, e.line, "gather")
    g.checked.append((index[0], g.find(d)))
    axes = [a for k, a in enumerate(chosen[1]) if k != dim]
    value = g.reduce("chosen", [chosen], axes, [d], Product, dtype, e.line)
    g.make(result, value, [None if k == dim else a for k, a in enumerate(chosen[1])])


def _scatter(g: Named, e: Equation) -> None:
    """Zeros with `source[r]` at `index[r]` in row r."""
    x, index, source = (g.read(o) for o in e.operands)
    (result,), dim = e.results, e.params["dim"]
    plain = isinstance(x[0], Number) and x[0].value == 0 and e.primitive.name in ("scatter", "scatter_add")
    if not plain or isinstance(index[0], Number) or e.operands[1].shape[dim] != 1 or e.operands[2].shape != e.operands[1].shape:
        raise Unsupported("a scatter of several elements")
    d, ndim, dtype = g.dimension(result.shape[dim]), len(result.shape), result.content.dtype.name
    position = (g.position(d), (d,) + (None,) * (ndim - 1 - dim))
    value, axes = g.map("placed", [source, index, position], lambda m, v, i, p: _placed(m, v, i, p, dtype), dtype, ndim, e.line, "scatter")
    g.checked.append((index[0], d))
    g.make(result, value, axes)


def _placed(m: Expressions, value: Any, index: Expression, position: Expression, dtype: str) -> Expression:
    return m.where(index == position, value if isinstance(value, Expression) else m.constant(value, dtype), 0)


def _join(g: Named, e: Equation) -> None:
    """Scalars one after the other."""
    views, (result,) = [g.read(x) for x in e.operands], e.results
    if any(isinstance(v, Number) or any(d is not None for d in axes) for v, axes in views) or len(result.shape) != 1:
        raise Unsupported("tensors joined")
    if len(views) == 1:
        g.make(result, views[0][0], [None])
        return
    d = g.dimension(result.shape[0])
    node = Node("join", "join", tuple(v for v, _ in views), e.line)
    g.make(result, g.node(result.content.dtype.name, [d], ("join", len(g.roots)), node), [d])


FORMS: dict[str, Callable[[Named, Equation], None]] = {
    "map": _map, "cast": _cast, "store": _store, "fill": _fill, "constant": _constant, "reduction": _reduction,
    "contraction": _contraction, "index": _take, "take": _take, "gather": _gather, "scatter": _scatter, "join": _join,
}
