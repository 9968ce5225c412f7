"""Images `(N, C, H, W)` read at positions `(N, P, 2)` of (x, y) from -1 to 1, with both gradients: `grid_sample` in one pass.

What lies outside counts as zero, also where the image holds infinities. Weights, order of sums, and what a position outside becomes are
those of `aten/src/ATen/native/cpu/GridSamplerKernel.cpp`.
"""

import functools
from typing import Any

import numpy as np

from steepest.lower import machine
from steepest.lower.arrays import array_function, data, size
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Index

__all__ = ["sampled", "sampled_grid_gradient", "sampled_input_gradient"]

Array = np.ndarray[Any, Any]
DTYPES = {np.dtype(np.float32): "float32", np.dtype(np.float64): "float64"}
Corner = tuple[Value, Value, Value]
"""Whether a corner lies inside, the number of its element in a plane (0 outside), and its weight."""


class _Sampler:
    """One function over all positions of all images."""

    def __init__(self, f: Function, names: tuple[str, ...], dtype: str, nearest: bool, padding: str, align: bool):
        for name in names:          # read before the loops, whose stores could change them as far as LLVM knows
            data(f, f"%{name}")
        self.f, self.m, self.dtype = f, Scalars(f), dtype
        self.nearest, self.padding, self.align = nearest, padding, align
        self.x, self.grid = data(f, "%x"), data(f, "%grid")
        self.images, self.channels, self.height, self.width = (size(f, "%x", d) for d in range(4))
        self.positions = size(f, "%grid", 1)
        self.plane = f.mul(self.height, self.width)

    def real(self, n: str) -> Value:
        """A size as a number."""
        return self.m.cast(self.m.value(n, "int64"), self.dtype)

    def place(self, x: Value, n: Value) -> tuple[Value, Value]:
        """A position in elements of a dimension of `n`, brought inside as the padding says, and its slope."""
        m = self.m
        scale = (n - 1.0) * 0.5 if self.align else n * 0.5
        at, slope = (x + 1.0) * scale, scale
        if not self.align:
            at = at - 0.5
        if self.padding == "reflection":
            low = m.constant(0.0 if self.align else -0.5, self.dtype)
            span = n - 1.0 if self.align else n
            away = at - low
            below = away < 0
            away = m.abs(away)
            rest, odd = m.fmod(away, span), m.remainder(m.floor(away / span), 2.0) == 1
            folded = m.where(odd, span - rest, rest) + low
            turned = m.logical_xor(below, odd)
            nothing = span <= 0
            at = m.where(nothing, 0.0, folded)
            slope = m.where(nothing, 0.0, m.where(turned, -slope, slope))
        if self.padding != "zeros":
            top = n - 1.0
            inside = m.logical_and(at > 0, at < top)
            at = m.where(at > 0, m.where(at < top, at, top), 0.0)
            slope = m.where(inside, slope, 0.0)
        return at, slope

    def corner(self, x: Value, y: Value, weight: Value) -> Corner:
        """The element at whole positions."""
        m = self.m
        inside = m.logical_and(m.logical_and(x >= 0, x < self.real(self.width)), m.logical_and(y >= 0, y < self.real(self.height)))
        column, row = (m.cast(m.where(inside, v, 0.0), "int64") for v in (x, y))
        return inside, row * m.value(self.width, "int64") + column, weight

    def corners(self, n: Index, p: Index) -> tuple[list[Corner], tuple[Value, ...]]:
        """The elements that position p of image n lies between, and (west, east, north, south, slope of x, slope of y)."""
        f, m = self.f, self.m
        first = f.mul(f.add(f.mul(n, self.positions), p), 2)
        x, y = (m.value(f.load(f.gep(self.grid, f.add(first, k), self.dtype), self.dtype), self.dtype) for k in (0, 1))
        (x, dx), (y, dy) = self.place(x, self.real(self.width)), self.place(y, self.real(self.height))
        if self.nearest:
            one = m.constant(1.0, self.dtype)
            return [self.corner(m.round(x), m.round(y), one)], (one, one, one, one, dx, dy)
        left, top = m.floor(x), m.floor(y)
        west, north = x - left, y - top
        east, south = 1.0 - west, 1.0 - north
        found = [self.corner(left, top, south * east), self.corner(left + 1.0, top, south * west),
                 self.corner(left, top + 1.0, north * east), self.corner(left + 1.0, top + 1.0, north * west)]
        return found, (west, east, north, south, dx, dy)

    def element(self, plane: str, corner: Corner) -> Value:
        """The element at a corner, zero where that lies outside."""
        inside, at, _ = corner
        value = self.m.value(self.f.load(self.f.gep(plane, at.name, self.dtype), self.dtype), self.dtype)
        return self.m.where(inside, value, 0.0)

    def of(self, name: str, n: Index, c: Index, p: Index) -> str:
        """The address of an element of an array `(N, C, P)`."""
        f = self.f
        return f.gep(data(f, name), f.add(f.mul(f.add(f.mul(n, self.channels), c), self.positions), p), self.dtype)

    def plane_of(self, name: str, n: Index, c: Index) -> str:
        """The address of a plane of an array `(N, C, H, W)`."""
        f = self.f
        return f.gep(data(f, name), f.mul(f.add(f.mul(n, self.channels), c), self.plane), self.dtype)


def _forward(s: _Sampler) -> None:
    f = s.f
    with f.loop(s.images) as n, f.loop(s.positions) as p:
        corners, _ = s.corners(n, p)
        with f.loop(s.channels) as c:
            plane = s.plane_of("%x", n, c)
            total = functools.reduce(lambda a, b: a + b, [s.element(plane, k) * k[2] for k in corners])
            f.store(total.name, s.of("%out", n, c, p), s.dtype)


def _input_gradient(s: _Sampler) -> None:
    f, m = s.f, s.m
    with f.loop(s.images) as n, f.loop(s.positions) as p:
        corners, _ = s.corners(n, p)
        with f.loop(s.channels) as c:
            plane = s.plane_of("%out", n, c)
            g = m.value(f.load(s.of("%g", n, c, p), s.dtype), s.dtype)
            for inside, at, weight in corners:
                with f.if_(inside.name):
                    place = f.gep(plane, at.name, s.dtype)
                    f.store((m.value(f.load(place, s.dtype), s.dtype) + g * weight).name, place, s.dtype)


def _grid_gradient(s: _Sampler) -> None:
    f, m = s.f, s.m
    along_x, along_y = (f.variable(s.dtype) for _ in range(2))
    with f.loop(s.images) as n, f.loop(s.positions) as p:
        corners, (west, east, north, south, dx, dy) = s.corners(n, p)
        for cell in (along_x, along_y):
            cell.set(m.constant(0.0, s.dtype).name)
        if not s.nearest:
            with f.loop(s.channels) as c:
                plane = s.plane_of("%x", n, c)
                g = m.value(f.load(s.of("%g", n, c, p), s.dtype), s.dtype)
                nw, ne, sw, se = (s.element(plane, k) for k in corners)
                across = (ne - nw) * south + (se - sw) * north
                down = (sw - nw) * east + (se - ne) * west
                along_x.set((m.value(along_x.get(), s.dtype) + across * g).name)
                along_y.set((m.value(along_y.get(), s.dtype) + down * g).name)
        first = f.mul(f.add(f.mul(n, s.positions), p), 2)
        for k, (cell, slope) in enumerate(((along_x, dx), (along_y, dy))):
            f.store((m.value(cell.get(), s.dtype) * slope).name, f.gep(data(f, "%out"), f.add(first, k), s.dtype), s.dtype)


WRITERS = {"forward": (_forward, ("x", "grid", "out")), "input": (_input_gradient, ("x", "grid", "g", "out")),
           "grid": (_grid_gradient, ("x", "grid", "g", "out"))}


@functools.cache
def _kernel(kind: str, dtype: str, *options: Any) -> Any:
    write, names = WRITERS[kind]
    try:
        return array_function(f"sampled_{kind}", [(n, "array") for n in names], lambda f: write(_Sampler(f, names, dtype, *options)))
    except machine.Unavailable:
        return None


def _run(kind: str, out: Array, arrays: tuple[Array, ...], options: tuple[Any, ...]) -> Array | None:
    dtype = DTYPES.get(out.dtype)
    if dtype is None or any(a.dtype != out.dtype for a in arrays):
        return None
    kernel = _kernel(kind, dtype, *options)
    if kernel is None:
        return None
    kernel(*map(np.ascontiguousarray, arrays), out)
    return out


def sampled(x: Array, grid: Array, nearest: bool, padding: str, align: bool) -> Array | None:
    """`(N, C, P)`; None for other dtypes than float32 and float64, and where there is no native code."""
    out = np.empty((*x.shape[:2], grid.shape[1]), x.dtype)
    return _run("forward", out, (x, grid), (nearest, padding, align))


def sampled_input_gradient(g: Array, x: Array, grid: Array, nearest: bool, padding: str, align: bool) -> Array | None:
    """The gradient of the image from that of the result, `(N, C, P)`."""
    return _run("input", np.zeros(x.shape, x.dtype), (x, grid, g), (nearest, padding, align))


def sampled_grid_gradient(g: Array, x: Array, grid: Array, nearest: bool, padding: str, align: bool) -> Array | None:
    """The gradient of the positions."""
    return _run("grid", np.empty(grid.shape, grid.dtype), (x, grid, g), (nearest, padding, align))
