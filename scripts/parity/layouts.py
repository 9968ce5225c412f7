"""Other layouts of the same samples: elements apart in memory, dimensions in another order there, one element seen often, none at all."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from crossing import NoCounterpart
from operations import NOT_UNIQUE, UNWRITTEN, compared, error_class, first_dtype, ours, outcome, outcome_here, same_class, samples
from scope import out_of_layouts
from torch.testing._internal.common_utils import noncontiguous_like


def turned(x: torch.Tensor) -> torch.Tensor:
    """The dimensions lie in memory the other way round."""
    order = list(range(x.ndim))[::-1]
    return x.permute(order).contiguous().permute(order)


def repeated(x: torch.Tensor) -> torch.Tensor:
    """The first entry of the first dimension, seen in the place of all."""
    return x.narrow(0, 0, 1).expand(x.shape) if x.ndim and x.numel() else x


LAYOUTS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "apart": lambda x: noncontiguous_like(x) if x.numel() else x, "turned": turned, "repeated": repeated}


def changed(s: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """A sample with another layout."""
    return s.transform(lambda x: change(x) if isinstance(x, torch.Tensor) and x.layout is torch.strided else x)


def values(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """The same results from elements that lie otherwise in memory."""
    dtype = first_dtype(op)
    for name, change in LAYOUTS.items():
        if op.name not in NOT_UNIQUE and op.name not in UNWRITTEN and not out_of_layouts(op.name, name):
            for s in samples(op, dtype, 1 if count else 5):
                ties = torch.int64 if name == "repeated" else dtype
                found = compared(op, changed(s, change), ties)
                if found is not None:
                    yield name, found


def empty(op: Any, count: int | None) -> Iterator[tuple[str, str]]:
    """No element along the first dimension of every operand: the same result, or an error of the same class."""
    if op.name in UNWRITTEN:
        return
    for s in samples(op, first_dtype(op), 1 if count else 5):
        nothing = changed(s, lambda x: x[:0] if x.ndim else x)
        expected = error_class(lambda: outcome(op.op, nothing))  # noqa: B023
        if not expected:
            found = compared(op, nothing, torch.float64)
        else:
            try:
                got = error_class(lambda: outcome_here(ours(op), nothing))  # noqa: B023
            except NoCounterpart:
                continue
            found = "" if same_class(expected, got) else f"{got or 'nothing'} raised, not {expected}"
        if found is not None:
            yield "empty", found
