"""Routines of LAPACK that NumPy does not offer, from the OpenBLAS inside its wheel: LU factors, triangular systems, least squares.

Anderson et al., "LAPACK Users' Guide", 1999: xGETRF, xTRTRS, xGELSY. Matrices are columns one after the other there, so rows here are
transposed copies. Only builds whose integers have 64 bits are used; elsewhere every function gives None.
"""

import ctypes
import functools
from typing import Any

import numpy as np

from steepest.lower import openblas

__all__ = ["factored", "least_squares", "solved_triangular"]

Array = np.ndarray[Any, Any]
KINDS = {"f": "s", "d": "d", "F": "c", "D": "z"}


@functools.cache
def _routine(name: str) -> Any:
    library = openblas.library()
    names = (f"{prefix}{name}_64_" for prefix in openblas.PREFIXES)
    return next((getattr(library, n) for n in names if library is not None and hasattr(library, n)), None)


def _call(routine: Any, *given: Any) -> int:
    """Call a routine with arrays, integers and letters by reference; what it says in INFO."""
    info = ctypes.c_int64(0)
    held = [ctypes.c_char_p(x.encode()) if isinstance(x, str) else x.ctypes.data_as(ctypes.c_void_p) if isinstance(x, np.ndarray)
            else ctypes.byref(ctypes.c_int64(x)) for x in given]
    lengths = [ctypes.c_size_t(1) for x in given if isinstance(x, str)]         # Fortran's hidden arguments
    routine(*held, ctypes.byref(info), *lengths)
    return info.value


def factored(x: Array) -> tuple[Array, Array, int] | None:
    """(L and U in one matrix, the row that each one was exchanged with, counted from 1, the first zero pivot or 0) of one matrix."""
    routine = _routine(f"{KINDS.get(x.dtype.char, '-')}getrf")
    if routine is None or not x.size:
        return None
    m, n = x.shape
    lu, pivots = np.array(x, order="F"), np.empty(min(m, n), np.int64)
    info = _call(routine, m, n, lu, m, pivots)
    return np.ascontiguousarray(lu), pivots, info


def solved_triangular(a: Array, b: Array, upper: bool, unitriangular: bool) -> Array | None:
    """What gives `b` when multiplied by a triangle of `a`; None also where a pivot is zero."""
    routine = _routine(f"{KINDS.get(a.dtype.char, '-')}trtrs")
    if routine is None or not b.size or a.dtype != b.dtype or not (unitriangular or a.diagonal().all()):
        return None
    columns, x = np.asfortranarray(a), np.array(b, order="F")
    n, k = b.shape
    failed = _call(routine, "U" if upper else "L", "N", "U" if unitriangular else "N", n, k, columns, n, x, n)
    return None if failed else np.ascontiguousarray(x)


def least_squares(a: Array, b: Array) -> Array | None:
    """The shortest `x` for which `|a x - b|` is least, by a complete orthogonal factorisation; None for complex numbers."""
    kind = KINDS.get(a.dtype.char, "-")
    routine = _routine(f"{kind}gelsy") if kind in "sd" else None
    if routine is None or not a.size or not b.size or a.dtype != b.dtype:
        return None
    (m, n), k = a.shape, b.shape[1]
    tall = max(m, n)
    x = np.zeros((tall, k), a.dtype, order="F")
    x[:m] = b
    columns, chosen, rank = np.array(a, order="F"), np.zeros(n, np.int64), np.zeros(1, np.int64)
    limit = np.array([np.finfo(a.dtype).eps * tall], a.dtype)
    size = np.zeros(1, a.dtype)
    if _call(routine, m, n, k, columns, m, x, tall, chosen, limit, rank, size, -1):
        return None
    work = np.empty(max(1, int(size[0])), a.dtype)
    failed = _call(routine, m, n, k, columns, m, x, tall, chosen, limit, rank, work, work.size)
    return None if failed else np.ascontiguousarray(x[:n])
