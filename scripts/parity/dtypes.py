"""The dtypes beside the usual ones: results and gradients where torch has them, and an error of its class where it has not."""

import zlib
from collections.abc import Iterator
from typing import Any

import torch
from crossing import NoCounterpart, OfGradients, Ulps, cross
from operations import compared, derived, error_class, named, ours, same_class, samples
from scope import OVERFLOWING, units

OTHERS = (torch.bfloat16, torch.float16, torch.int32, torch.uint8, torch.int8, torch.int16, torch.complex128)
EVERY = (*OTHERS, torch.float32, torch.float64, torch.int64, torch.bool, torch.complex64)


MOST = 10
"""Samples of each name and dtype where all are wanted."""


def chosen(op: Any, dtypes: tuple[torch.dtype, ...], count: int | None, some: int) -> tuple[torch.dtype, ...]:
    """All of these dtypes; where only some samples are wanted, `some` of them by the operation's name."""
    if count is None or len(dtypes) <= some:
        return dtypes
    first = zlib.crc32(op.formatted_name.encode()) % len(dtypes)
    return tuple(dtypes[(first + i) % len(dtypes)] for i in range(some))


def allowed(op: Any, within: Ulps) -> Ulps:
    """The tolerance, of finite elements alone where PyTorch overflows between its steps."""
    within.where_finite = op.name in OVERFLOWING
    return within


def values(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Results in the dtypes that torch has the operation for; 16-bit floats within some units in the last place."""
    for dtype in chosen(op, tuple(d for d in OTHERS if d in op.dtypes), count, 1):
        for s in samples(op, dtype, min(count, 2) if count else MOST):
            halves = dtype in (torch.float16, torch.bfloat16)
            found = compared(op, s, dtype, allowed(op, Ulps(units(op.name, "other dtypes"))) if halves else 0.0)
            if found is not None:
                yield named(dtype), found


def gradients(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Gradients in 16-bit floats."""
    if op.supports_autograd:
        halves = tuple(d for d in (torch.float16, torch.bfloat16) if d in op.supported_backward_dtypes("cpu"))
        for dtype in chosen(op, halves, count, 1):
            for s in samples(op, dtype, 2 if count else 4, requires_grad=True):
                found = derived(op, s, 1, allowed(op, OfGradients(2 * units(op.name, "16-bit gradients"))), 0.0)
                if found is not None:
                    yield named(dtype), found


def refused(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """Dtypes that torch does not have the operation for: an error of the same class."""
    for dtype in chosen(op, tuple(d for d in EVERY if d not in op.dtypes), count, 1):
        try:
            some = list(samples(op, dtype, 1))
        except Exception:                       # of a dtype that the samples themselves cannot have
            continue
        for s in some:
            expected = error_class(lambda: op.op(s.input, *s.args, **s.kwargs))  # noqa: B023
            if not expected:
                continue
            try:
                x, args, kwargs = cross((s.input, s.args, s.kwargs))
            except (NoCounterpart, TypeError, ValueError):
                continue
            got = error_class(lambda: ours(op)(x, *args, **kwargs))  # noqa: B023
            yield named(dtype), "" if same_class(expected, got) else f"{got or 'nothing'} raised, not {expected}"
