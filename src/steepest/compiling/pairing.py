"""Pairing: two recordings of the same stretch compared, equation by equation and number by number."""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core.recorder import Access, Content, Equation, Recorder
from steepest.core.storage import Storage
from steepest.errors import text

__all__ = ["Differs", "equal", "in_order", "paired"]


class Differs(Exception):
    """Two recordings are not the same program; the text names the line."""


def paired(first: Recorder, second: Recorder, sizes: bool = False) -> dict[Content, Content]:
    """Which content of the second recording stands where one of the first does. Raises Differs where they are not the same program; with
    `sizes` they may be of calls for different sizes, and so differ in numbers."""
    if len(first.equations) != len(second.equations):
        raise Differs(text("program-length", first=len(first.equations), second=len(second.equations)))
    pairs: dict[Content, Content] = {}
    back: dict[Content, Content] = {}
    for a, b in zip(first.equations, second.equations, strict=True):
        _compare(a, b, alike if sizes else equal)
        for x, y in zip((*a.operands, *a.results), (*b.operands, *b.results), strict=True):
            if isinstance(x, Access) and (pairs.setdefault(x.content, y.content) is not y.content
                                          or back.setdefault(y.content, x.content) is not x.content):
                raise Differs(text("program-flow", operation=b.primitive.name, file=b.line[0], line=b.line[1]))
    for x, y in pairs.items():
        if (x.equation is None) != (y.equation is None):
            raise refused("program-flow", second, y)
    return pairs


def refused(key: str, recorder: Recorder, content: Content) -> Differs:
    """The refusal of a content, with the operation that reads it."""
    reader = next(e for e in recorder.equations if any(isinstance(o, Access) and o.content is content for o in (*e.operands, *e.results)))
    return Differs(text(key, operation=reader.primitive.name, file=reader.line[0], line=reader.line[1]))


def _compare(a: Equation, b: Equation, equal: Callable[[Any, Any], bool]) -> None:
    place = {"file": b.line[0], "line": b.line[1]}
    if a.primitive is not b.primitive or a.line != b.line or len(a.operands) != len(b.operands) or a.params.keys() != b.params.keys():
        raise Differs(text("program-operation", first=a.primitive.name, second=b.primitive.name, **place))
    for name, value in b.params.items():
        if not equal(a.params[name], value):
            raise Differs(text("program-number", first=a.params[name], second=value, operation=b.primitive.name, **place))
    for x, y in zip((*a.operands, *a.results), (*b.operands, *b.results), strict=True):
        if isinstance(x, Access) != isinstance(y, Access) or isinstance(x, Access) and not equal(x.place, y.place):
            raise Differs(text("program-shape", operation=b.primitive.name, **place))
        if not isinstance(x, Access) and not equal(x, y):
            raise Differs(text("program-number", first=x, second=y, operation=b.primitive.name, **place))


def equal(a: Any, b: Any) -> bool:
    """Whether two parameters or numbers are the same to the last bit."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    return bool(a == b) and repr(a) == repr(b) or bool(a != a) and bool(b != b)


def alike(a: Any, b: Any) -> bool:
    """Whether two parameters or numbers, or places of elements, are the same but for what follows from a size."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(alike(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray) and a.dtype == b.dtype and a.shape != b.shape:
        return a.ndim == b.ndim
    if type(a) in (int, float):
        return a == b or not {a, b} & {0, 1}
    return equal(a, b)


def in_order(copies: list[tuple[Storage, Storage]]) -> list[tuple[Storage, Storage]]:
    """The copies so that none overwrites what a later one still reads."""
    waiting, ordered = list(copies), []
    while waiting:
        free = next((c for c in waiting if all(c[0] is not source for other, source in waiting if other is not c[0])), None)
        if free is None:
            raise Differs(text("program-exchange", size=waiting[0][0].flat.size))
        waiting.remove(free)
        ordered.append(free)
    return ordered
