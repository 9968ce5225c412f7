"""Padding: with a number, or with what lies inside (mirrored, the edge again, or from the other side)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from steepest.core.dtype import int64
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.casting import in_single_precision
from steepest.functional.formats import keeps_format
from steepest.functional.neural.fused import fused
from steepest.functional.supporting import refuses
from steepest.ops import indexing as ix
from steepest.ops.composites import Composite, composite
from steepest.ops.creation import constant, full
from steepest.ops.views import narrow, write

Widths = tuple[tuple[int, int], ...]


def _regions(shape: tuple[int, ...], widths: Widths) -> tuple[Any, Any, tuple[int, ...]]:
    """What of the operand is kept and where it goes, as `(start, stop)` for each dimension, and the shape of the result."""
    kept = [(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(shape, widths, strict=True)]
    put = [(max(a, 0), max(a, 0) + stop - start) for (a, _), (start, stop) in zip(widths, kept, strict=True)]
    return kept, put, tuple(n + a + b for n, (a, b) in zip(shape, widths, strict=True))


def _constant_body(x: Any, widths: Widths, value: float) -> Any:
    kept, put, shape = _regions(x.array.shape, widths)
    for d, (start, stop) in enumerate(kept):
        if (start, stop) != (0, x.array.shape[d]):
            x = narrow(x, dim=d, start=start, stop=stop, step=1)
    steps = tuple((narrow, {"dim": d, "start": a, "stop": b, "step": 1}) for d, (a, b) in enumerate(put) if (a, b) != (0, shape[d]))
    return write(full(shape, value, x.dtype), x, steps=steps)


def pad_array(x: Any, widths: Widths, value: float) -> Any:
    """The array with a number around it; negative widths cut off."""
    kept, put, shape = _regions(x.shape, widths)
    out = np.full(shape, value, x.dtype) if value or np.signbit(value) else np.zeros(shape, x.dtype)
    out[tuple(slice(a, b) for a, b in put)] = x[tuple(slice(a, b) for a, b in kept)]
    return out


pad_constant: Composite = composite(
    "constant_pad_nd",
    _constant_body,
    operands=1,
    kernel=pad_array,
    x=lambda g, widths: pad_constant(g, widths=tuple((-a, -b) for a, b in widths), value=0.0),
)


def _reflected(n: int, a: int, b: int) -> Any:
    period = max(2 * (n - 1), 1)
    place = np.arange(-a, n + b) % period
    return np.minimum(place, period - place) if n > 1 else place * 0


def _repeated(n: int, a: int, b: int) -> Any:
    return np.arange(-a, n + b).clip(0, n - 1)


def _wrapped(n: int, a: int, b: int) -> Any:
    low, high = max(-a, 0), n - max(-b, 0)
    return low + (np.arange(-a, n + b) - low) % (high - low)


SOURCES: dict[str, Callable[[int, int, int], Any]] = {"reflect": _reflected, "replicate": _repeated, "circular": _wrapped}
"""For each mode: the index inside that every index of the result takes its value from."""


def _padded(widths: Widths) -> list[tuple[int, int, int]]:
    return [(d, a, b) for d, (a, b) in enumerate(widths) if a or b]


def _inner_body(x: Any, widths: Widths, mode: str) -> Any:
    for d, a, b in _padded(widths):
        index = constant(SOURCES[mode](x.array.shape[d], a, b).astype(np.int64), int64)
        x = ix.take_rows(x, index, dim=d)
    return x


def _borders(n: int, a: int, b: int, mode: str) -> Any:
    """Entries of the padded dimension that are not what lies at their place: (entry, entry that it is a copy of), from the inside out."""
    source = SOURCES[mode](n, a, b) + a
    return [(i, int(source[i])) for i in (*range(a - 1, -1, -1), *range(a + n, a + n + b))]


def _inner_kernel(x: Any, widths: Widths, mode: str) -> Any:
    if any(a < 0 or b < 0 for a, b in widths):
        for d, a, b in _padded(widths):
            x = np.take(x, SOURCES[mode](x.shape[d], a, b), d)
        return x
    out = np.empty([n + a + b for n, (a, b) in zip(x.shape, widths, strict=True)], x.dtype)
    place = [slice(a, a + n) for n, (a, _) in zip(x.shape, widths, strict=True)]
    out[tuple(place)] = x
    for d, a, b in _padded(widths):         # what was padded before is copied with the entries
        for i, source in _borders(x.shape[d], a, b, mode):
            out[(*place[:d], i, *place[d + 1:])] = out[(*place[:d], source, *place[d + 1:])]
        place[d] = slice(None)
    return out


def _back_body(g: Any, shape: tuple[int, ...], widths: Widths, mode: str) -> Any:
    for d, a, b in _padded(widths):
        index = constant(SOURCES[mode](shape[d], a, b).astype(np.int64), int64)
        to = tuple(shape[d] if k == d else n for k, n in enumerate(g.array.shape))
        g = ix.put_rows(full(to, 0, g.dtype), index, g, dim=d)
    return g


def _back_kernel(g: Any, shape: tuple[int, ...], widths: Widths, mode: str) -> Any:
    if all(a >= 0 and b >= 0 for a, b in widths):
        return _folded(g, shape, widths, mode)
    for d, a, b in _padded(widths):
        source = SOURCES[mode](shape[d], a, b)
        order = np.argsort(source, kind="stable")
        numbers, starts = np.unique(source[order], return_index=True)
        sums = np.add.reduceat(np.take(g, order, d), starts, axis=d)
        if numbers.size != shape[d]:
            out = np.zeros(tuple(shape[d] if k == d else n for k, n in enumerate(g.shape)), g.dtype)
            out[(slice(None),) * d + (numbers,)] = sums
            sums = out
        g = sums
    return g


def _folded(g: Any, shape: tuple[int, ...], widths: Widths, mode: str) -> Any:
    """The borders added to the entries that they are copies of, the last dimension first, each over what is left of the others."""
    g = g.copy()
    kept: list[Any] = [slice(None)] * g.ndim
    for d, a, b in reversed(_padded(widths)):
        for i, source in _borders(shape[d], a, b, mode):
            g[(*kept[:d], source, *kept[d + 1:])] += g[(*kept[:d], i, *kept[d + 1:])]
        kept[d] = slice(a, a + shape[d])
    return np.ascontiguousarray(g[tuple(kept)])


pad_back = fused("pad_backward", _back_body, _back_kernel, 1)


def _inner(node: str) -> Composite:
    return composite(
        "pad",
        _inner_body,
        operands=1,
        kernel=_inner_kernel,
        node=node,
        x=lambda g, like, widths, mode: pad_back(g, shape=like.shape, widths=widths, mode=mode),
    )


NODES = {"reflect": "ReflectionPad{}DBackward0", "replicate": "ReplicationPad{}DBackward0", "circular": "CopySlices"}
pad_inner = {(mode, n): _inner(node.format(n)) for mode, node in NODES.items() for n in (1, 2, 3)}


@keeps_format
def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Padded by `pad = (left, right, top, bottom, ...)`, the last dimension first; negative widths cut off.

    `mode` is "constant" (with `value`, 0 unless given), "reflect", "replicate" or "circular"; the last three pad the last one,
    two or three dimensions of `(N, C, *)` or `(C, *)`. Raises RuntimeError or ValueError for widths that do not fit.

    >>> torch.nn.functional.pad(torch.tensor([1.0, 2.0]), (1, 2))
    tensor([0., 1., 2., 0., 0.])
    """
    given = [int(n) for n in pad]
    ndim, count = input.array.ndim, len(given) // 2
    if len(given) % 2:
        raise RuntimeError(text("pad-odd", pad=given))
    if count > ndim:
        raise RuntimeError(text("pad-too-long", pad=given, ndim=ndim))
    widths = ((0, 0),) * (ndim - count) + tuple((given[2 * i], given[2 * i + 1]) for i in reversed(range(count)))
    shape = input.array.shape
    if any(n + a + b < 0 for n, (a, b) in zip(shape, widths, strict=True)):
        raise RuntimeError(text("pad-negative", pad=given, shape=list(shape)))
    if mode == "constant":
        return pad_constant(input, widths=widths, value=0.0 if value is None else value)
    if mode not in SOURCES:
        raise NotImplementedError(text("pad-unknown-mode", mode=mode))
    if value:
        raise ValueError(text("pad-value", mode=mode, value=value))
    if count not in (1, 2, 3) or ndim not in (count + 1, count + 2):
        raise NotImplementedError(text("pad-dims", mode=mode, pad=given, count=len(given), ndim=len(shape), shape=list(shape)))
    if mode != "circular" and 0 in shape[ndim - count - 1:]:
        raise RuntimeError(text("pad-of-nothing", dims=count + 1, batched=count + 2, shape=list(shape)))
    for n, (a, b) in zip(shape, widths, strict=True):
        limit = {"reflect": n - 1, "circular": n}.get(mode)
        if limit is not None and (a or b) and max(a, b) > limit:
            raise RuntimeError(text(f"pad-{mode}", pad=given, shape=list(shape)))
        if n == 0 and (a or b):
            raise RuntimeError(text("pad-negative", pad=given, shape=list(shape)))
    return (_padded_around if mode == "circular" else _padded_at_borders)(pad_inner[mode, count], input, widths, mode)


def _padded_around(operation: Composite, input: Tensor, widths: Widths, mode: str) -> Tensor:
    made: Tensor = operation(input, widths=widths, mode=mode)
    return made


_padded_at_borders = in_single_precision(refuses("bool")(_padded_around))
