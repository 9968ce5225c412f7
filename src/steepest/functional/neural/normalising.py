"""Normalisation by native passes over rows: forward, and the slopes of its three operands. None where the layout is another one.

Where weights vary along what is averaged over (a layer), a row is what is averaged. Elsewhere (a batch, groups of channels) a row
is a stretch of memory with one weight; its sums meet those of other rows in NumPy, and a second pass writes the elements.
"""

import math
from typing import Any

import numpy as np

from steepest.functional.neural.rows import RowKernel, matrix
from steepest.lower.rows import Row

__all__ = ["bias_slope", "input_slope", "normalised", "weight_slope"]

Shape = tuple[int, ...]
Array = np.ndarray[Any, Any]
SHORTEST = 8
"""Rows below this length do not pay where a row is not all that is averaged."""


# a layer --------------------------------------------------------------------------------------------------------------------
def _scale(row: Row) -> Any:
    return row.all(1 / row.m.sqrt(row.m.cast(row.value("var"), "float64") + row.value("eps")))


def _layer(row: Row) -> None:
    # The second pass sums the deviations, too, and so corrects the mean: equal numbers deviate by nothing at all (Chan, Golub and
    # LeVeque 1983, "Algorithms for computing the sample variance", the corrected two-pass algorithm).
    m = row.m
    first = row.fold("sum", lambda m, e: e.x) / row.n
    rough = row.all(first)
    off, squares = (total / row.n for total in row.folds("sum", lambda m, e: (e.x - rough, (e.x - rough) * (e.x - rough)), 2))
    mean, var = m.cast(m.cast(first, row.dtype), "float64") + off, m.maximum(squares - off * off, 0.0)
    centre = row.all(mean)
    scale = row.all(1 / row.m.sqrt(var + row.value("eps")))

    def element(m: Any, e: Any) -> dict[str, Any]:
        y = (e.x - centre) * scale
        y = y if e.weight is None else y * e.weight
        return {"y": y if e.bias is None else y + e.bias}

    row.write(element)
    row.give(mean=mean, var=var)


def _layer_input(row: Row) -> None:
    mean, scale = row.all(row.value("mean")), _scale(row)

    def weighted(e: Any) -> Any:
        return e.g if e.weight is None else e.g * e.weight

    sums = row.folds("sum", lambda m, e: (weighted(e), weighted(e) * ((e.x - mean) * scale)), 2)
    total, along = [row.all(s / row.n) for s in sums]
    row.write(lambda m, e: {"d": (weighted(e) - (e.x - mean) * scale * along - total) * scale})


def _layer_weight(row: Row) -> None:
    mean, scale = row.all(row.value("mean")), _scale(row)
    row.write(lambda m, e: {"total": e.g * ((e.x - mean) * scale)})


layer_rows = RowKernel("layer_norm", _layer, {"x": "matrix", "weight": "vector", "bias": "vector", "eps": "number"},
                       {"y": "matrix", "mean": "column", "var": "column"})
layer_input_rows = RowKernel("layer_norm_backward", _layer_input, {
    "g": "matrix", "x": "matrix", "weight": "vector", "mean": "column", "var": "column", "eps": "number"}, {"d": "matrix"})
layer_weight_rows = RowKernel("layer_norm_weight_backward", _layer_weight, {
    "g": "matrix", "x": "matrix", "mean": "column", "var": "column", "eps": "number"}, {"total": "sum"})
sum_of_rows = RowKernel("sum_of_rows", lambda row: row.write(lambda m, e: {"total": e.g}), {"g": "matrix"}, {"total": "sum"})


# stretches with one weight --------------------------------------------------------------------------------------------------
total_rows = RowKernel("row_totals", lambda row: row.give(total=row.fold("sum", lambda m, e: e.x)),
                       {"x": "matrix"}, {"total": "column float64"})


def _squares(row: Row) -> None:
    mean = row.all(row.value("mean"))
    row.give(total=row.fold("sum", lambda m, e: (e.x - mean) * (e.x - mean)))


def _products(row: Row) -> None:
    mean = row.all(row.value("mean"))
    total, along = row.folds("sum", lambda m, e: (e.g, e.g * (e.x - mean)), 2)
    row.give(total=total, along=along)


def _shifted(row: Row) -> None:
    mean, scale, shift = [row.all(row.value(name)) for name in ("mean", "scale", "shift")]
    row.write(lambda m, e: {"y": (e.x - mean) * scale + shift})


def _slope(row: Row) -> None:
    mean, own, along, total = [row.all(row.value(name)) for name in ("mean", "own", "along", "total")]
    row.write(lambda m, e: {"d": e.g * own - (e.x - mean) * along - total})


square_rows = RowKernel("row_squares", _squares, {"x": "matrix", "mean": "column"}, {"total": "column float64"})
product_rows = RowKernel("row_products", _products, {"g": "matrix", "x": "matrix", "mean": "column"},
                         {"total": "column float64", "along": "column float64"})
shifted_rows = RowKernel("row_shift", _shifted, {"x": "matrix", "mean": "column", "scale": "column", "shift": "column"}, {"y": "matrix"})
slope_rows = RowKernel("row_slope", _slope, {
    "g": "matrix", "x": "matrix", "mean": "column", "own": "column", "along": "column", "total": "column"}, {"d": "matrix"})


def _stretch(layout: Shape, dims: Shape, affine: Shape) -> int:
    """How many of the last dimensions are averaged over and have one weight."""
    k = len(layout)
    while k and k - 1 in dims and affine[k - 1] == 1:
        k -= 1
    return k


def _over_rows(layout: Shape, dims: Shape, affine: Shape) -> bool:
    """Whether a row is what is averaged, with a weight of its own for each of its elements."""
    lead = len(layout) - len(dims)
    return dims == tuple(range(lead, len(layout))) and math.prod(affine[:lead]) == 1 and affine[lead:] == layout[lead:]


def _plain(*arrays: Any) -> bool:
    return len({a.dtype for a in arrays if a is not None}) == 1


def normalised(x: Array, weight: Any, bias: Any, layout: Shape, dims: Shape, affine: Shape, eps: float) -> Any:
    """The normalised input, the means and the variances of what is averaged."""
    if not x.size or not _plain(x, weight, bias):
        return None
    of_row = tuple([1 if d in dims else n for d, n in enumerate(layout)])
    if _over_rows(layout, dims, affine):
        flat = [None if a is None else np.ascontiguousarray(a).reshape(-1) for a in (weight, bias)]
        found = layer_rows(matrix(x, math.prod([layout[d] for d in dims])), *flat, eps)
        return found and (found[0].reshape(x.shape), found[1].reshape(of_row), found[2].reshape(of_row))
    k = _stretch(layout, dims, affine)
    length = math.prod(layout[k:])
    if length < SHORTEST:
        return None
    rows = matrix(x, length)
    totals = total_rows(rows)
    if totals is None:
        return None
    n, over = math.prod([layout[d] for d in dims]), tuple([d for d in dims if d < k])
    mean = _met(totals, layout, k, over, n).astype(x.dtype)
    var = _met(square_rows(rows, _spread(mean, layout, k)), layout, k, over, n)
    scale = (1 / np.sqrt(var + eps)).astype(x.dtype)
    if weight is not None:
        scale = scale * weight.reshape(affine[:k])
    shift = np.zeros((1,) * k, x.dtype) if bias is None else bias.reshape(affine[:k])
    y = shifted_rows(rows, *[_spread(a, layout, k) for a in (mean, scale, shift)])
    return y.reshape(x.shape), mean.reshape(of_row), var.astype(x.dtype).reshape(of_row)


def _met(totals: Array, layout: Shape, k: int, over: Shape, n: int) -> Array:
    """Means from the sums of stretches, over the dimensions before them."""
    found: Array = np.add.reduce(totals.reshape(layout[:k]), axis=over, keepdims=True) / n
    return found


def _spread(values: Array, layout: Shape, k: int) -> Array:
    """A number for every stretch."""
    return np.ascontiguousarray(np.broadcast_to(values.reshape(values.shape[:k]), layout[:k])).reshape(-1)


def input_slope(g: Array, x: Array, weight: Any, mean: Array, var: Array, layout: Shape, dims: Shape, affine: Shape, eps: float) -> Any:
    """The gradient of the input."""
    if not x.size or not _plain(g, x, weight, mean, var):
        return None
    n = math.prod([layout[d] for d in dims])
    if _over_rows(layout, dims, affine):
        flat = None if weight is None else np.ascontiguousarray(weight).reshape(-1)
        found = layer_input_rows(matrix(g, n), matrix(x, n), flat, mean.reshape(-1), var.reshape(-1), eps)
        return None if found is None else found.reshape(x.shape)
    sums = _sums(g, x, mean, layout, dims, affine)
    if sums is None:
        return None
    k, total, along = sums
    scale = 1 / np.sqrt(var.reshape(var.shape[:k]).astype(np.float64) + eps)
    factor = 1.0 if weight is None else weight.reshape(affine[:k]).astype(np.float64)
    over = tuple([d for d in dims if d < k])
    total, along = [np.add.reduce(s * factor, axis=over, keepdims=True) / n for s in (total, along)]
    columns = [np.asarray(c).astype(x.dtype) for c in (factor * scale, along * scale ** 3, total * scale)]
    length = math.prod(layout[k:])
    d = slope_rows(matrix(g, length), matrix(x, length), *[_spread(c, layout, k) for c in (mean, *columns)])
    return d.reshape(x.shape)


def _sums(g: Array, x: Array, mean: Array, layout: Shape, dims: Shape, affine: Shape) -> Any:
    """Where the stretches begin, and the sums over each of the gradient and of its product with the centred input."""
    k = _stretch(layout, dims, affine)
    length = math.prod(layout[k:])
    if length < SHORTEST:
        return None
    found = product_rows(matrix(g, length), matrix(x, length), _spread(mean, layout, k))
    return found and (k, *[f.reshape(layout[:k]) for f in found])


def weight_slope(g: Array, x: Array, mean: Array, var: Array, shape: Shape, layout: Shape, dims: Shape, affine: Shape, eps: float) -> Any:
    """The gradient of the weight, of the given shape."""
    if not x.size or not _plain(g, x, mean, var):
        return None
    if _over_rows(layout, dims, affine):
        n = math.prod([layout[d] for d in dims])
        found = layer_weight_rows(matrix(g, n), matrix(x, n), mean.reshape(-1), var.reshape(-1), eps)
        return None if found is None else found.reshape(shape)
    sums = _sums(g, x, mean, layout, dims, affine)
    if sums is None:
        return None
    k, _, along = sums
    along = along / np.sqrt(var.reshape(var.shape[:k]).astype(np.float64) + eps)
    return _weights(along, affine[:k]).astype(x.dtype).reshape(shape)


def bias_slope(g: Array, shape: Shape, layout: Shape, dims: Shape, affine: Shape) -> Any:
    """The gradient of the bias, of the given shape."""
    if not g.size:
        return None
    if _over_rows(layout, dims, affine):
        found = sum_of_rows(matrix(g, math.prod([layout[d] for d in dims])))
        return None if found is None else found.reshape(shape)
    k = _stretch(layout, dims, affine)
    length = math.prod(layout[k:])
    totals = total_rows(matrix(g, length)) if length >= SHORTEST else None
    return None if totals is None else _weights(totals.reshape(layout[:k]), affine[:k]).astype(g.dtype).reshape(shape)


def _weights(values: Array, affine: Shape) -> Array:
    """Sums over the dimensions along which one weight is used."""
    found: Array = np.add.reduce(values, axis=tuple([d for d, n in enumerate(affine) if n == 1]), keepdims=True)
    return found
