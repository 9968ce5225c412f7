"""Orthogonal polynomials by their three-term recurrences (NIST Handbook of Mathematical Functions, table 18.9.1). No gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.ops.counting import Count

Array = Any


def recurrence(first: Callable[[Array], Array], step: Callable[[int, Array, Array, Array], Array]) -> Callable[[Array, Array], Array]:
    """Values of degree n at x from `p0 = 1`, `p1 = first(x)` and `p(k + 1) = step(k, x, p(k), p(k - 1))`; 0 below degree 0."""
    def polynomial(x: Array, n: Array) -> Array:
        floating = [a.dtype for a in (x, n) if a.dtype.kind == "f"]
        kind = np.result_type(*floating) if floating else np.float32
        wide, degree = np.broadcast_arrays(x.astype(np.float64), np.trunc(n).astype(np.int64))
        before, now = np.ones_like(wide), first(wide)
        out = np.where(degree == 0, before, np.where(degree == 1, now, 0.0))
        with np.errstate(all="ignore"):
            for k in range(1, int(degree.max(initial=0))):
                before, now = now, step(k, wide, now, before)
                out = np.where(degree == k + 1, now, out)
        return out.astype(kind)

    return polynomial


def chebyshev(first: Callable[[Array], Array]) -> Callable[[Array, Array], Array]:
    """The four kinds differ in degree 1 alone."""
    return recurrence(first, lambda k, x, p, q: 2 * x * p - q)


def shifted(polynomial: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    """The polynomial at 2 x - 1."""
    return lambda x, n: polynomial(2 * (x if x.dtype.kind == "f" else x.astype(np.float32)) - 1, n)


FIRST_DEGREE: dict[str, Callable[[Array], Array]] = {
    "t": lambda x: x, "u": lambda x: 2 * x, "v": lambda x: 2 * x - 1, "w": lambda x: 2 * x + 1}
POLYNOMIALS: dict[str, Callable[[Array, Array], Array]] = {
    **{f"chebyshev_polynomial_{kind}": chebyshev(first) for kind, first in FIRST_DEGREE.items()},
    **{f"shifted_chebyshev_polynomial_{kind}": shifted(chebyshev(first)) for kind, first in FIRST_DEGREE.items()},
    "hermite_polynomial_h": recurrence(lambda x: 2 * x, lambda k, x, p, q: 2 * x * p - 2 * k * q),
    "hermite_polynomial_he": recurrence(lambda x: x, lambda k, x, p, q: x * p - k * q),
    "laguerre_polynomial_l": recurrence(lambda x: 1 - x, lambda k, x, p, q: ((2 * k + 1 - x) * p - k * q) / (k + 1)),
    "legendre_polynomial_p": recurrence(lambda x: x, lambda k, x, p, q: ((2 * k + 1) * x * p - k * q) / (k + 1)),
}


def _counted(name: str, polynomial: Callable[[Array, Array], Array]) -> Count:
    def values(x: Array, n: Array) -> Array:
        return polynomial(x, n)

    return Count(name, values, 2)


orthogonal = {name: _counted(name, polynomial) for name, polynomial in POLYNOMIALS.items()}
