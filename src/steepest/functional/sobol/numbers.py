"""Direction numbers of Sobol sequences: the polynomials and first numbers that Joe and Kuo found, and the numbers that follow."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["BITS", "DIMENSIONS", "direction_numbers"]

Array = np.ndarray[Any, Any]
BITS, DIMENSIONS, DEGREES = 30, 21201, 18


@cache
def _file() -> tuple[Array, Array, Array]:
    """For each dimension its polynomial, the degree of that, and the first numbers (0 beyond the degree)."""
    content = np.frombuffer((Path(__file__).parent / "direction_numbers.bin").read_bytes(), np.uint8)
    polynomials = 1 + 2 * np.concatenate(([0], content[:DIMENSIONS - 1].astype(np.int64).cumsum()))
    degrees = np.frexp(polynomials)[1] - 1
    bits = np.unpackbits(content[DIMENSIONS - 1:]).astype(np.int64)
    first = np.zeros((DIMENSIONS, DEGREES), np.int64)
    first[:, 0] = 1
    at = 0
    for i in range(2, DEGREES + 1):
        rows = degrees >= i
        count = int(rows.sum()) * (i - 1)
        first[rows, i - 1] = 1 + (bits[at:at + count].reshape(-1, i - 1) << np.arange(1, i)).sum(1)
        at += count
    return polynomials, degrees, first


def direction_numbers(dimensions: int) -> Array:
    """The numbers v_1 ... v_30 of the first dimensions, as integers of 30 bits: shape (dimensions, 30).

    Bratley and Fox (1988), "Algorithm 659: implementing Sobol's quasirandom sequence generator", ACM Trans. Math. Softw. 14.
    """
    polynomials, degrees, first = (part[:dimensions] for part in _file())
    numbers = np.zeros((dimensions, BITS), np.int64)
    numbers[0] = 1
    for degree in range(1, DEGREES + 1):
        rows = np.flatnonzero(degrees == degree)
        numbers[rows, :degree] = first[rows, :degree]
        for j in range(degree, BITS):
            new = numbers[rows, j - degree]
            for k in range(degree):
                new ^= (polynomials[rows] >> (degree - 1 - k) & 1) * (numbers[rows, j - k - 1] << (k + 1))
            numbers[rows, j] = new
    result: Array = numbers << np.arange(BITS - 1, -1, -1)
    return result
