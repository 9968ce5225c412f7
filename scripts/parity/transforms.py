"""Forward mode and `vmap` over the sample inputs: tangents and batches beside torch's own."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from crossing import NoCounterpart, counterpart, cross, plain
from operations import UNWRITTEN, compare, cotangents, leaves, named, ours, samples
from scope import LOOSE, NOT_BATCHED

import steepest

MOST = 8
"""Samples of each name where all are wanted."""


def replaced(x: Any, by: dict[int, Any]) -> Any:
    """`x` with other tensors in the place of some."""
    if isinstance(x, (list, tuple)):
        parts = [replaced(p, by) for p in x]
        return type(x)(*parts) if hasattr(x, "_fields") else type(x)(parts)
    return {k: replaced(p, by) for k, p in x.items()} if isinstance(x, dict) else by.get(id(x), x)


def tensors(x: Any) -> list[Any]:
    """The tensors that a result holds, one after the other."""
    if isinstance(x, (torch.Tensor, steepest.Tensor)):
        return [x]
    return [t for p in x for t in tensors(p)] if isinstance(x, (list, tuple)) else []


def tangents(library: Any, function: Any, given: tuple[Any, Any, Any], process: Any) -> list[Any]:
    """The results' derivatives along made-up tangents of every operand that wants a gradient; zeros where there is none."""
    forward = library.autograd.forward_ad
    wanted = leaves(given)
    if not wanted:
        raise ValueError("nothing to derive by")
    with forward.dual_level():
        duals = {id(w): forward.make_dual(w.detach(), t) for w, t in zip(wanted, cotangents(library, wanted, 0))}
        x, args, kwargs = replaced(given, duals)
        pairs = [forward.unpack_dual(r) for r in tensors(process(function(x, *args, **kwargs)))]
        return [np.zeros_like(plain(p.primal)) if p.tangent is None else plain(p.tangent) for p in pairs]


def within_domain(op: Any, library: Any) -> Any:
    """The function of symmetric, triangular ... operands as torch's own gradient checks make them of any matrix."""
    wrapper, function = (op.gradcheck_wrapper, op.op) if library is torch else (counterpart(op.gradcheck_wrapper), ours(op))
    return lambda x, *args, **kwargs: wrapper(function, x, *args, **kwargs)


def forward(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Tangents in forward mode."""
    if not op.supports_forward_ad or op.name in UNWRITTEN:
        return
    for dtype in (torch.float64, torch.complex128):
        if dtype in op.supported_backward_dtypes("cpu"):
            for s in samples(op, dtype, min(count, 2) if count else MOST, requires_grad=True):
                given = s.input, s.args, s.kwargs
                found = compare(lambda: tangents(torch, within_domain(op, torch), given, s.output_process_fn_grad),  # noqa: B023
                                lambda: tangents(steepest, within_domain(op, steepest), cross(given), cross(s.output_process_fn_grad)),  # noqa: B023
                                rtol=1e-6, atol=1e-7, loose=LOOSE.get(f"{op.name} forward", LOOSE.get(op.name)))
                if found is not None:
                    yield named(dtype), found


def batched(library: Any, function: Any, x: Any, args: Any, kwargs: Any, in_dim: int) -> Any:
    """The results for a batch of two: an operand and the same with its first dimension the other way round."""
    batch = library.stack([x, x.flip(0) if x.ndim else x], in_dim)
    return plain(library.func.vmap(lambda a: function(a, *args, **kwargs), in_dims=in_dim, randomness="same")(batch))


def vmap(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """The first operand in a batch, which lies in front or behind."""
    if {op.name, op.formatted_name} & NOT_BATCHED.keys() or op.name in UNWRITTEN:
        return
    try:
        mine = ours(op)
    except NoCounterpart:
        return
    of = torch.float64 if torch.float64 in op.dtypes else torch.float32 if torch.float32 in op.dtypes else torch.int64
    if of not in op.dtypes:
        return
    for number, s in enumerate(samples(op, of, min(count, 2) if count else MOST)):
        if isinstance(s.input, torch.Tensor):
            given, in_dim = (s.input, s.args, s.kwargs), -(number % 2)
            found = compare(lambda: batched(torch, op.op, *given, in_dim),  # noqa: B023
                            lambda: batched(steepest, mine, *cross(given), in_dim), loose=LOOSE.get(op.name))  # noqa: B023
            if found is not None:
                yield f"batch {'behind' if in_dim else 'in front'}", found
