"""Folds over rows that lie in parts, which threads share: each thread folds its own, then what they give is put together in order.

So a thread reads what it has made itself, and results do not depend on which thread is first.
"""

import math
from collections.abc import Callable
from typing import Any

from steepest.core import dtype as dtypes
from steepest.lower.fusion import Group
from steepest.lower.nest import Nest, accumulator
from steepest.lower.packing import room
from steepest.lower.statements import Ref, Statement
from steepest.ops.reductions import total

__all__ = ["in_parts"]

DEEP = 128
"""So many elements are folded into one, at least, where parts are worth their memory and one more barrier."""


def in_parts(nest: Nest, group: Group, write: Callable[[Nest, Group], None]) -> bool:
    """Write a fold over the parts that threads share as two groups: what each part gives, and that together. False where it is none."""
    root, shared = group.root, nest.shared
    if root is None or shared is None or nest.exact or len(root.outs) != 1 or math.prod(root.sizes) < DEEP * math.prod(group.sizes):
        return False
    dim = next((d for d in root.folded if shared.is_at(d, root)), None)
    if dim is None:
        return False
    first, parts = _apart(nest, group, root, dim)
    needed = nest.needed
    nest.needed = lambda content: True if content is parts.content else needed(content)
    write(nest, first)
    write(nest, _together(group, root, parts, dim))
    nest.needed = needed
    return True


def _apart(nest: Nest, group: Group, root: Statement, dim: int) -> tuple[Group, Ref]:
    """The group in which the dimension is kept; its results over the kept dimensions and this one, the parts far apart."""
    out = root.outs[0]
    kind = dtypes.float32 if accumulator(out.dtype) == "float32" else out.content.dtype
    strides, stride = [0] * len(root.sizes), 1
    for d in [*sorted(root.kept, key=lambda d: abs(out.strides[d])), dim]:
        strides[d] = stride
        stride *= root.sizes[d]
    parts = Ref(room(nest, kind, stride), 0, strides)
    folded = [d for d in root.folded if d != dim]
    made = root.over(root.sizes, lambda r: r.strides, folded)
    made.outs, made.homes = [parts], [None]
    first = Group(group.number, made)
    first.before = group.before
    return first, parts


def _together(group: Group, root: Statement, parts: Ref, dim: int) -> Group:
    """The group that folds the parts and goes on with what they give."""
    order = [dim, *root.kept]

    def kept(r: Ref | None) -> Any:
        return None if r is None else Ref(r.content, r.offset, [r.strides[d] for d in order])

    fold: Any = root.primitive if root.kind == "fold" else total
    made = Statement(root.number, "fold", [root.sizes[d] for d in order], [kept(parts)], [kept(r) for r in root.outs], [None], None, [0],
                     fold, key=fold)
    made.homes, made.always = [kept(r) for r in root.homes], root.always
    second = Group(group.number, made)
    second.after = group.after
    return second
