"""Boxes: where a padded tensor may hold anything but zeros, so that products leave out what meets its padding."""

from collections.abc import Iterable
from typing import NamedTuple

from steepest.core.recorder import Content
from steepest.lower.statements import Ref, Statement

__all__ = ["Box", "boxes"]


class Box(NamedTuple):
    """(stride, size, first, one after the last) of each dimension along which there is padding."""

    offset: int
    dims: tuple[tuple[int, int, int, int], ...]

    def coordinate(self, x: Ref, d: int, kept: int) -> tuple[int | None, int, int, int] | None:
        """What bounds dimension `d` of a reference: the kept dimension that moves along the same one, how far each of its steps
        goes, and the bounds for its first; None where there are none or they are not simple."""
        if x.offset != self.offset:
            return None
        for stride, size, low, high in self.dims:
            if x.strides[d] != stride:
                continue
            along = [k for k, s in enumerate(x.strides) if s and k != d and s % stride == 0 and abs(s) < stride * size]
            if not along:
                return None, 0, low, high
            if len(along) == 1 and along[0] < kept and x.strides[along[0]] > 0:
                return along[0], x.strides[along[0]] // stride, low, high
        return None


def boxes(program: Iterable[Statement]) -> dict[Content, Box]:
    """The padded contents: zeros everywhere, then one region written."""
    found: dict[Content, Box] = {}
    zeros: dict[Content, bool] = {}
    last: dict[object, Statement] = {}
    for s in program:
        if s.equation is not None:
            for c in s.writes():
                last.pop(c.storage, None)
            continue
        for r in s.outs:
            whole = last.get(r.content.storage)
            if whole is not None and s.key == "copy":
                box = _box(whole, s)
                if box is not None and zeros.get(whole.outs[0].content, False):
                    found[r.content] = box
            value = s.ins[0] if s.key == "copy" else None
            zeros[r.content] = zeros.get(value.content, False) if isinstance(value, Ref) else s.key == "copy" and value == 0
            if whole is None:
                last[r.content.storage] = s
            else:
                zeros[r.content] = False
                last.pop(r.content.storage)
    return found


def _box(whole: Statement, region: Statement) -> Box | None:
    """The bounds of a region within the whole, dimension by dimension."""
    if 0 in whole.outs[0].strides or 0 in region.outs[0].strides:
        return None
    outer = sorted(zip(whole.outs[0].strides, whole.sizes, strict=True), reverse=True)
    inner = dict(zip(region.outs[0].strides, region.sizes, strict=True))
    rest = region.outs[0].offset - whole.outs[0].offset
    dims = []
    for stride, size in outer:
        low, rest = divmod(rest, stride)
        many = inner.pop(stride, 1)
        if low + many > size:
            return None
        if many < size:
            dims.append((stride, size, low, low + many))
    return Box(whole.outs[0].offset, tuple(dims)) if not rest and not inner else None
