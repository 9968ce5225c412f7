"""Tables of vectors: rows picked by number, one by one or summed in bags; one-hot rows."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.modes import interpreters, modes
from steepest.core.reading import read
from steepest.core.recorder import Recorder
from steepest.core.sparse import SparseTensor
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.neural.fused import fused
from steepest.functional.operands import describe
from steepest.functional.supporting import refuse
from steepest.lower.bags import bag_sums, spread_bags
from steepest.ops import arithmetic as ar
from steepest.ops import indexing as ix
from steepest.ops import reductions as red
from steepest.ops.composites import composite
from steepest.ops.creation import constant, full, positions
from steepest.ops.functions import absolute
from steepest.ops.inplace import assign
from steepest.ops.views import unsqueeze


def _rows_body(weight: Any, index: Any, padding: int, by_count: bool, sparse: bool) -> Any:
    return ix.take_rows(weight, index.reshape(-1), dim=0).reshape(*index.array.shape, *weight.array.shape[1:])


def _rows_kernel(weight: Any, index: Any, padding: int, by_count: bool, sparse: bool) -> Any:
    return np.take(weight, index, 0)


def _table_body(g: Any, index: Any, shape: Any, padding: int, by_count: bool) -> Any:
    flat, g = index.reshape(-1), g.reshape(-1, *shape[1:])
    if padding >= 0:
        g = ar.where(unsqueeze(flat == padding, dim=1), 0, g)
    if by_count:
        counts = ix.put_rows(full(shape[:1], 0, g.dtype), flat, full(flat.array.shape, 1, g.dtype), dim=0)
        g = g / unsqueeze(ix.take_rows(counts, flat, dim=0), dim=1)
    return ix.put_rows(full(shape, 0, g.dtype), flat, g, dim=0)


def _table_kernel(g: Any, index: Any, shape: Any, padding: int, by_count: bool) -> Any:
    out = np.zeros(shape, g.dtype)
    flat = index.reshape(-1)
    ix.add_at(out, (flat,), g.reshape(-1, *shape[1:]))
    if by_count and flat.size:
        out /= np.maximum(np.bincount(flat, minlength=shape[0]), 1).astype(g.dtype)[:, None]
    if padding >= 0:
        out[padding] = 0
    return out


table_gradient = fused("embedding_backward", _table_body, _table_kernel, 2)


def _gradient(g: Any, index: Any, like: Any, padding: int, by_count: bool, sparse: bool) -> Any:
    recorder = interpreters[-1] if interpreters and isinstance(interpreters[-1], Recorder) else None
    if sparse and by_count:
        raise RuntimeError(text("embedding-sparse-by-count"))
    if sparse and recorder is not None:
        recorder.read(index)            # which rows a sparse gradient has follows from the elements of the index
    elif not sparse or modes.grad or interpreters:
        return table_gradient(g, index, shape=like.shape, padding=padding, by_count=by_count)
    flat, values = index.array.reshape(-1), g.array.reshape(-1, *like.shape[1:])
    if padding >= 0:
        flat, values = flat[flat != padding], values[flat != padding]
    return SparseTensor(flat[None].astype(np.int64), values.copy(), like.shape, g.dtype)


rows_of = composite("embedding", _rows_body, operands=2, kernel=_rows_kernel, weight=_gradient)


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """Rows of `weight` `(num_embeddings, dim)` picked by `input` `(*)`: `(*, dim)`.

    The row `padding_idx` gets no gradient; rows longer than `max_norm` are shortened in place first; `sparse=True` gives a sparse
    gradient. Raises IndexError for numbers outside, RuntimeError for inputs that are not int64 or int32.

    >>> torch.nn.functional.embedding(torch.tensor([1, 0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[3., 4.],
            [1., 2.]])
    """
    if not isinstance(input, Tensor):
        raise TypeError(text("argument-not-tensor", function="embedding", name="input", kind=describe(input)))
    if weight.array.ndim != 2:
        raise RuntimeError(text("embedding-weight", shape=list(weight.array.shape)))
    if input.dtype is not dtypes.int64:
        if input.dtype is not dtypes.int32:
            raise RuntimeError(text("embedding-dtype", dtype=f"torch.{dtypes.TYPE_NAMES[input.dtype.name]}"))
        input = ar.cast(input, to=dtypes.int64)
    n = weight.array.shape[0]
    if input.array.size:
        low, high = int(input.array.min()), int(input.array.max())
        if low < 0 or high >= n:
            raise IndexError(text("embedding-outside", low=low, high=high, rows=n, last=n - 1))
    padding = -1 if padding_idx is None else padding_idx + n if padding_idx < 0 else padding_idx
    if padding >= max(n, 1) or padding_idx is not None and padding < 0:        # of no rows PyTorch lets padding_idx=0 pass
        raise AssertionError(text("embedding-padding", padding=padding_idx, rows=n))
    if max_norm is not None:
        _shorten(weight, input, max_norm, norm_type)
    return rows_of(weight, input, padding=padding, by_count=scale_grad_by_freq, sparse=sparse)


def _shorten(weight: Tensor, index: Tensor, max_norm: float, norm_type: float) -> None:
    """Rows that `index` names and that are longer than `max_norm` get that length."""
    before, modes.grad = modes.grad, False
    try:
        used = ix.scatter(
            full(weight.array.shape[:1], 0, dtypes.bool_), index.reshape(-1), full((index.array.size,), 1, dtypes.bool_), dim=0
        )
        if norm_type == float("inf"):
            length = red.amax(absolute(weight), dim=(1,), keepdim=True)
        else:
            length = red.total(absolute(weight) ** norm_type, dim=(1,), keepdim=True) ** (1 / norm_type)
        assign(weight, ar.where(unsqueeze(used, dim=1) & (length > max_norm), weight * (max_norm / (length + 1e-7)), weight))
    finally:
        modes.grad = before


NOT_WEIGHTS = dtypes.these("bool integers complex")


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """Sum, mean or maximum of the rows of each bag: bags `(B, L)`, or `(T)` with where each of B bags begins in `offsets` `(B)`.

    Raises ValueError for other shapes or modes, RuntimeError for `per_sample_weights` with a mode other than "sum".
    """
    if mode not in ("sum", "mean", "max"):
        raise ValueError(text("bag-mode", mode=mode))
    refuse("embedding_bag", weight.dtype, NOT_WEIGHTS)
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(text("bag-weights", mode=mode))
    if per_sample_weights is not None and per_sample_weights.array.shape != input.array.shape:
        raise ValueError(text("bag-weights-shape", weights=list(per_sample_weights.array.shape), input=list(input.array.shape)))
    if per_sample_weights is not None and per_sample_weights.dtype is not weight.dtype:
        raise RuntimeError(text("bag-weights-dtype", weights=per_sample_weights.dtype, table=weight.dtype))
    wrong = ix.outside(input.array, weight.array.shape[0])
    if wrong is not None:                                       # PyTorch's faster kernel says it in other words
        fast = mode != "max" and padding_idx is None and weight.dtype is not dtypes.float64
        place = int((input.array.reshape(-1) == wrong).argmax())
        raise RuntimeError(text("bag-outside-fast" if fast else "bag-outside", index=wrong, place=place, rows=weight.array.shape[0]))
    if scale_grad_by_freq and mode == "max":
        raise ValueError(text("bag-max-by-count"))
    there: Any = None
    given, flat = per_sample_weights, input
    plain = per_sample_weights is None and padding_idx is None and max_norm is None and not (scale_grad_by_freq or sparse or interpreters)
    whole = input.dtype in (dtypes.int64, dtypes.int32) and weight.array.ndim == 2
    if plain and whole and mode != "max" and weight.dtype in (dtypes.float32, dtypes.float64):
        edges = _edges_of(input, offsets, include_last_offset)
        if edges is not None:
            return show_as(_bags(weight, input, edges=edges, mean=mode == "mean"), "EmbeddingBagBackward0", weight, given)
    if input.array.ndim == 1:
        if offsets is None or offsets.array.ndim != 1:
            raise ValueError(text("bag-offsets"))
        at, there = _laid_out(offsets, input.array.size, include_last_offset)
        input = ix.pick(input, at, places=(0,)) if input.array.size else full(at.array.shape, 0, dtypes.int64)
        if per_sample_weights is not None:
            per_sample_weights = ix.pick(per_sample_weights, at, places=(0,))
    elif input.array.ndim != 2 or offsets is not None:
        raise ValueError(text("bag-shape", shape=list(input.array.shape)))
    if padding_idx is not None:
        if not -weight.array.shape[0] <= padding_idx < weight.array.shape[0]:
            raise RuntimeError(text("embedding-padding", padding=padding_idx, rows=weight.array.shape[0]))
        real = input != padding_idx % weight.array.shape[0]
        there = real if there is None else there & real
    rows: Any = embedding(input, weight, padding_idx, max_norm, norm_type, sparse=sparse)
    if scale_grad_by_freq:
        share = _shares(read(flat), read(input)).astype(rows.array.dtype)
        held = rows.detach()
        rows = held + (rows - held) * constant(share[..., None], rows.dtype)         # the rows themselves, with a part of their gradients
    if per_sample_weights is not None:
        rows = rows * unsqueeze(per_sample_weights, dim=2)
    return show_as(_folded(rows, there, mode), "EmbeddingBagBackward0", weight, given)


def _edges_of(input: Tensor, offsets: Tensor | None, include_last: bool) -> Any:
    """Where bags begin, and the end of the input, `(B + 1)`; None for what has another form or order."""
    n = input.array.size
    if input.array.ndim == 2 and offsets is None:
        rows, length = input.array.shape
        return np.arange(rows + 1) * length
    if input.array.ndim != 1 or offsets is None or offsets.array.ndim != 1 or not offsets.array.size:
        return None
    edges = read(offsets).astype(np.int64)
    edges = edges if include_last else np.append(edges, n)
    return edges if edges[0] == 0 and edges[-1] == n and (edges[1:] >= edges[:-1]).all() else None


def _divisors(edges: Any, mean: bool, of: Any) -> Any:
    """What each bag's sum is divided by, as a column."""
    return np.maximum(np.diff(edges), 1).astype(of)[:, None] if mean else None


def _bags_body(weight: Any, index: Any, edges: Any, mean: bool) -> Any:
    bags = constant(np.repeat(np.arange(len(edges) - 1), np.diff(edges)), dtypes.int64)
    rows = ix.take_rows(weight, index.reshape(-1), dim=0)
    total = ix.put_rows(full((len(edges) - 1, weight.array.shape[1]), 0, weight.dtype), bags, rows, dim=0)
    return total / constant(_divisors(edges, mean, weight.array.dtype), weight.dtype) if mean else total


def _bags_kernel(weight: Any, index: Any, edges: Any, mean: bool) -> Any:
    flat = np.ascontiguousarray(index.reshape(-1), np.int64)
    total = bag_sums(weight, flat, edges)
    if mean:
        total /= _divisors(edges, mean, weight.dtype)
    return total


def _spread_body(g: Any, index: Any, shape: Any, edges: Any, mean: bool) -> Any:
    g = g / constant(_divisors(edges, mean, g.array.dtype), g.dtype) if mean else g
    bags = constant(np.repeat(np.arange(len(edges) - 1), np.diff(edges)), dtypes.int64)
    return ix.put_rows(full(shape, 0, g.dtype), index.reshape(-1), ix.take_rows(g, bags, dim=0), dim=0)


def _spread_kernel(g: Any, index: Any, shape: Any, edges: Any, mean: bool) -> Any:
    share = _divisors(edges, mean, g.dtype)
    flat = np.ascontiguousarray(index.reshape(-1), np.int64)
    return spread_bags(np.zeros(shape, g.dtype), flat, edges, g if share is None else g / share)


bags_gradient = fused("embedding_bag_backward", _spread_body, _spread_kernel, 2)
_bags = composite("embedding_bag", _bags_body, operands=2, kernel=_bags_kernel, node="EmbeddingBagBackward0",
                  weight=lambda g, index, like, edges, mean: bags_gradient(g, index, shape=like.shape, edges=edges, mean=mean))


def _laid_out(offsets: Tensor, size: int, include_last: bool) -> tuple[Tensor, Tensor]:
    """Bags of different lengths as a rectangle: positions in the input, and which of them belong to the bag."""
    begins = read(offsets)
    starts = begins if not include_last else begins[:-1]
    ends = np.append(begins, size)[1:] if not include_last else begins[1:]
    if starts.size and (starts[0] != 0 or (ends < starts).any() or ends.max() > size):
        raise RuntimeError(text("bag-offsets-order", offsets=offsets.array.tolist(), size=size))
    places = np.arange(max(int((ends - starts).max(initial=0)), 1))
    inside = places < (ends - starts)[:, None]
    return constant(np.where(inside, starts[:, None] + places, 0).astype(np.int64), dtypes.int64), constant(inside, dtypes.bool_)


def _shares(flat: Any, picked: Any) -> Any:
    """By what `scale_grad_by_freq` divides the gradients: PyTorch takes for the i-th of the rows in use the count of the row at place i of
    all sorted numbers, which is its own count only where no row comes twice.
    """
    used, counts = np.unique(flat, return_counts=True)
    ordered = np.repeat(counts, counts)
    shares = np.ones(int(flat.max(initial=0)) + 1)
    shares[used] = 1 / ordered[:len(used)]
    return shares[picked]


def _folded(rows: Any, there: Any, mode: str) -> Any:
    if there is None:
        return rows.max(1)[0] if mode == "max" else rows.mean(1) if mode == "mean" else rows.sum(1)
    known = unsqueeze(there, dim=2)
    if mode == "max":
        best = ar.where(known, rows, float("-inf")).max(1)[0]
        return ar.where(unsqueeze(red.any_(there, dim=(1,), keepdim=False), dim=1), best, 0)
    total = ar.where(known, rows, 0).sum(1)
    if mode == "sum":
        return total
    count = unsqueeze(red.total(there, dim=(1,), keepdim=False), dim=1)
    return total / ar.clamp_min(count, 1).to(rows.dtype)


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Rows of zeros with a 1 at the class: `(*)` to `(*, num_classes)` of int64; as many classes as needed if -1.

    Raises RuntimeError for other dtypes than int64 and for classes outside.

    >>> torch.nn.functional.one_hot(torch.tensor([1, 0]))
    tensor([[0, 1],
            [1, 0]])
    """
    if tensor.dtype is not dtypes.int64:
        raise RuntimeError(text("one-hot-dtype", dtype=tensor.dtype))
    array = tensor.array
    if not array.size and num_classes <= 0:
        raise RuntimeError(text("one-hot-empty"))
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    if low < 0:
        raise RuntimeError(text("one-hot-negative", low=low))
    if num_classes == -1:
        read(tensor)
        num_classes = high + 1
    elif high >= num_classes:
        raise RuntimeError(text("one-hot-outside", high=high, classes=num_classes))
    if interpreters:
        return ar.cast(unsqueeze(tensor, dim=array.ndim) == positions(num_classes), to=dtypes.int64)
    rows = np.zeros((array.size, num_classes), np.int64)
    rows[np.arange(array.size), array.reshape(-1)] = 1
    return fresh(rows.reshape(*array.shape, num_classes), dtypes.int64)
