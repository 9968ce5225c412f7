"""Sizes given as one number or one number a dimension (the name of this file is PyTorch's public path)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["_ntuple", "_pair", "_quadruple", "_reverse_repeat_tuple", "_single", "_triple"]


def _ntuple(n: int, name: str = "parse") -> Callable[[Any], tuple[Any, ...]]:
    def parse(size: Any) -> tuple[Any, ...]:
        return tuple(size) if isinstance(size, Iterable) else (size,) * n

    parse.__name__ = name
    return parse


_single = _ntuple(1, "_single")
_pair = _ntuple(2, "_pair")
_triple = _ntuple(3, "_triple")
_quadruple = _ntuple(4, "_quadruple")


def _reverse_repeat_tuple(sizes: tuple[int, ...], n: int) -> tuple[int, ...]:
    """`(a, b)` to `(b, b, a, a)` for n = 2: the order in which `pad` wants amounts, last dimension first."""
    return tuple(size for size in reversed(sizes) for _ in range(n))
