"""Kernels of eager operations on several threads."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from steepest.functional.threads import get_num_threads

__all__ = ["share"]

_pool: list[Any] = []
"""The process, the number of threads and the pool that was made for them; a process that was forked makes its own."""


def share(work: Callable[[Any], None], parts: Iterable[Any]) -> None:
    """Do `work`, native code for the most, for every part, on as many threads as there may be."""
    several, n = list(parts), get_num_threads()
    if n == 1 or len(several) < 2:
        for part in several:
            work(part)
        return
    if _pool[:2] != [os.getpid(), n]:
        from concurrent.futures import ThreadPoolExecutor

        _pool[:] = [os.getpid(), n, ThreadPoolExecutor(n)]
    list(_pool[2].map(work, several))
