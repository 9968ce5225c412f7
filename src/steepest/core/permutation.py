"""Random permutations from random numbers: the swaps of Fisher and Yates, one after the other, computed all at once.

A swap moves a value that an earlier swap put there, so values run along chains of earlier swaps. The chains are found by sorting
and shortened by pointer jumping, which takes as many rounds as the logarithm of the longest one; compare Shun et al., "Sequential
random permutation, list contraction and tree contraction are highly parallel", SODA 2015.
"""

from typing import Any

import numpy as np

__all__ = ["forward_swaps", "inside_out"]

Array = np.ndarray[Any, Any]

SMALL = 300


def forward_swaps(offsets: Array) -> Array:
    """What the swaps of element i with element i + offsets[i], i = 0, 1, ..., n - 2, make of 0, 1, ..., n - 1; (n,) int64."""
    n = len(offsets) + 1
    if n <= SMALL:
        values = list(range(n))
        for i, offset in enumerate(offsets.tolist()):
            values[i], values[i + offset] = values[i + offset], values[i]
        return np.array(values, np.int64)
    target = np.arange(n)
    target[:-1] += offsets
    moving = np.flatnonzero(offsets)
    # origin[i]: the value that is at i when its turn comes
    origin = np.arange(n)
    origin[target[moving]] = moving
    origin = _roots(origin)
    before = _previous_equal(target)
    result = target
    found = before >= 0
    result[found] = origin[before[found]]
    return result


def inside_out(chosen: Array) -> Array:
    """The permutation grown by `p[i] = p[chosen[i]]; p[chosen[i]] = i`, 0 <= chosen[i] <= i; (n,) int64."""
    n = len(chosen)
    before = _previous_equal(chosen)
    first = np.where(before >= 0, before, chosen)
    # A number found as an earlier step is final; one found as a place continues with what that place was given first.
    final = (before >= 0) | (chosen == np.arange(n))
    pointer = np.where(final, np.arange(n), first)
    result = np.where(final, first, 0)[_roots(pointer)]
    result[chosen] = np.arange(n)
    return result


def _roots(pointer: Array) -> Array:
    """Where each chain of pointers ends (at an element that points to itself)."""
    while True:
        further = pointer[pointer]
        if np.array_equal(further, pointer):
            return pointer
        pointer = further


def _previous_equal(x: Array) -> Array:
    """For each element the index of the one before it that is equal, -1 where there is none."""
    order = np.argsort(x.astype(np.uint16), kind="stable")
    for digit in range(16, len(x).bit_length(), 16):  # NumPy sorts numbers of 16 bits, and only those, by radix
        order = order[np.argsort((x >> digit).astype(np.uint16)[order], kind="stable")]
    value = x[order]
    previous = np.full(len(x), -1)
    previous[order[1:]] = np.where(value[1:] == value[:-1], order[:-1], -1)
    return previous
