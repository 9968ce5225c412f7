"""`vmap`: a function of one example made into a function of a batch."""

import functools
from collections.abc import Callable
from typing import Any

from steepest.autograd.batching import Batching, to_front
from steepest.autograd.levels import of_kind
from steepest.autograd.trees import flatten, prefix, rebuild
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.ops.joining import join
from steepest.ops.views import permute

__all__ = ["vmap"]


def vmap(
    func: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *, chunk_size: int | None = None
) -> Callable[..., Any]:
    """`func` over a batch: its inputs have one more dimension at `in_dims` (None: the same for all), its outputs at `out_dims`.

    `randomness` says what random operations do: "error", "different" for each example, or the "same"; `chunk_size` how many
    examples are taken at once. Raises ValueError where dimensions do not fit, RuntimeError where the function looks at values.

    >>> steepest.vmap(steepest.dot)(steepest.ones(4, 3), steepest.ones(4, 3))
    tensor([3., 3., 3., 3.])
    """
    if randomness not in ("error", "different", "same"):
        raise of_kind("vmap-randomness", randomness=randomness)
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(text("vmap-chunk-size", chunk_size=chunk_size))
    name = getattr(func, "__name__", repr(func))

    @functools.wraps(func)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        leaves, structure, dims, size = arguments(name, in_dims, args)
        named, named_structure = flatten(kwargs)
        leaves, dims = leaves + named, dims + [0 if isinstance(x, Tensor) else None for x in named]
        count = len(leaves) - len(named)

        def run(chunk: list[Any], n: int) -> tuple[list[Any], Any, list[Any]]:
            with Batching(n, randomness) as level:
                entered = [x if d is None else level.batched(x) for x, d in zip(chunk, dims, strict=True)]
                out = func(*rebuild(structure, entered[:count]), **rebuild(named_structure, entered[count:]))
                flat, out_structure = flatten(out)
                places = prefix(out_dims, out_structure)
                if places is None:
                    raise ValueError(
                        text(
                            "vmap-out-dims-structure",
                            name=name,
                            out_dims=out_dims,
                            found=flatten(out_dims)[1],
                            expected=out_structure,
                        )
                    )
                with level.below():
                    return [left(level, x, d, name, out_dims) for x, d in zip(flat, places, strict=True)], out_structure, places

        front = [x if d is None else to_front(x, d) for x, d in zip(leaves, dims, strict=True)]
        if chunk_size is None or chunk_size >= size:
            out, out_structure, _ = run(front, size)
            return rebuild(out_structure, out)
        starts = range(0, size, chunk_size)
        runs = [
            run([x if d is None else x[s : s + chunk_size] for x, d in zip(front, dims, strict=True)], min(chunk_size, size - s))
            for s in starts
        ]
        _, out_structure, places = runs[0]
        return rebuild(
            out_structure,
            [
                pieces[0] if d is None else concatenated(pieces, d)
                for pieces, d in zip(zip(*[r[0] for r in runs], strict=True), places, strict=True)
            ],
        )

    return mapped


def arguments(name: str, in_dims: Any, args: tuple[Any, ...]) -> tuple[list[Any], Any, list[Any], int]:
    """The leaves of the arguments, their structure, the dimension mapped in each (from 0, None for none) and its size."""
    if not isinstance(in_dims, (int, tuple, list)):
        raise ValueError(text("vmap-in-dims-type", name=name, in_dims=in_dims, in_dim=in_dims))
    if not args:
        raise ValueError(text("vmap-no-arguments", name=name))
    leaves, structure = flatten(args)
    dims = prefix(tuple(in_dims) if isinstance(in_dims, list) else in_dims, structure)
    if dims is None:
        raise ValueError(
            text("vmap-in-dims-structure", name=name, in_dims=in_dims, found=flatten(in_dims)[1], expected=structure)
        )
    found: list[Any] = []
    for x, d in zip(leaves, dims, strict=True):
        if d is None:
            found.append(None)
            continue
        if not isinstance(d, int):
            raise ValueError(text("vmap-in-dims-type", name=name, in_dims=in_dims, in_dim=d))
        if not isinstance(x, Tensor):
            raise ValueError(text("vmap-in-dim-of-non-tensor", name=name, in_dims=in_dims, in_dim=d, kind=type(x)))
        if not -x.array.ndim <= d < x.array.ndim:
            raise ValueError(text("vmap-in-dim-range", name=name, in_dims=in_dims, in_dim=d, ndim=x.array.ndim))
        found.append(d % x.array.ndim)
    sizes = [x.array.shape[d] for x, d in zip(leaves, found, strict=True) if d is not None]
    if not sizes:
        raise ValueError(text("vmap-nothing-mapped", name=name, in_dims=in_dims))
    if len(set(sizes)) > 1:
        raise ValueError(text("vmap-sizes", sizes=sizes))
    return leaves, structure, found, sizes[0]


def left(level: Batching, x: Any, out_dim: Any, name: str, out_dims: Any) -> Any:
    """A result as it leaves the level, its batch at `out_dim`; runs below."""
    if not isinstance(x, Tensor):
        if out_dim is None:
            return x
        raise ValueError(text("vmap-result-type", name=name, kind=type(x)))
    if out_dim is None:
        if level.extra_of(x):
            raise ValueError(text("vmap-out-dim-none", name=name, out_dims=out_dims))
        return x.underlying if level.owns(x) else x
    inner = level.examples(x)
    n = inner.array.ndim
    if not -n <= out_dim < n:
        raise IndexError(text("vmap-out-dim-range", ndim=n, high=n - 1, out_dim=out_dim))
    at = out_dim % n
    return permute(inner, order=(*range(1, at + 1), 0, *range(at + 1, n))) if at else inner


def concatenated(pieces: Any, dim: int) -> Any:
    """The results of the chunks side by side."""
    at = dim % pieces[0].array.ndim
    sizes = [p.array.shape[at] for p in pieces]
    return join(*pieces, dim=at, starts=tuple(sum(sizes[:i]) for i in range(len(sizes))))
