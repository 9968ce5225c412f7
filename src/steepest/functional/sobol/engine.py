"""`SobolEngine`: draws the points of a Sobol sequence one after the other, scrambled if wanted."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.generator import Generator
from steepest.core.tensor import Tensor, from_array
from steepest.errors import text
from steepest.functional.random import randint
from steepest.functional.sobol.numbers import BITS, DIMENSIONS, direction_numbers

__all__ = ["SobolEngine"]


class SobolEngine:
    """Points of a Sobol sequence in the unit cube of `dimension` dimensions, up to 21,201.

    With `scramble` the digits are scrambled by random matrices and a shift, drawn from a generator of `seed` or else from the default one.
    Owen (1998), "Scrambling Sobol and Niederreiter-Xing points", J. Complexity 14(4); the direction numbers are Joe and Kuo's.

    >>> SobolEngine(2).draw(3)
    tensor([[0.0000, 0.0000],
            [0.5000, 0.5000],
            [0.7500, 0.2500]])
    """

    MAXBIT = BITS
    MAXDIM = DIMENSIONS

    def __init__(self, dimension: int, scramble: bool = False, seed: int | None = None):
        if not 1 <= dimension <= DIMENSIONS:
            raise ValueError(text("sobol-dimension", most=DIMENSIONS))
        self.seed, self.scramble, self.dimension = seed, scramble, dimension
        numbers = direction_numbers(dimension)
        shift = np.zeros(dimension, np.int64)
        if scramble:
            numbers, shift = self._scrambled(numbers)
        self.sobolstate, self.shift = from_array(numbers), from_array(shift)
        self.quasi = self.shift.clone()
        self._first_point = (self.quasi / 2**BITS).reshape(1, -1)
        self.num_generated = 0

    def _scrambled(self, numbers: Any) -> tuple[Any, Any]:
        generator = None if self.seed is None else Generator().manual_seed(self.seed)
        shift = randint(2, (self.dimension, BITS), generator=generator).array @ (1 << np.arange(BITS))
        matrices = np.tril(randint(2, (self.dimension, BITS, BITS), generator=generator).array)
        matrices[:, range(BITS), range(BITS)] = 1
        rows = (matrices << np.arange(BITS - 1, -1, -1)).sum(-1)
        mixed = np.zeros_like(numbers)
        for p in range(BITS):       # bit p from above: the parity of what row p of the matrix takes of a number
            mixed |= (np.bitwise_count(numbers & rows[:, p:p + 1]) & 1).astype(np.int64) << (BITS - 1 - p)
        return mixed, shift

    def _advance(self, n: int) -> Any:
        """The next states, `(n, dimension)`: each changes in the number of the lowest zero bit of its place (Gray code)."""
        places = max(self.num_generated - 1, 0) + np.arange(n)
        lowest = np.log2(~places & (places + 1)).astype(np.int64)
        changes = self.sobolstate.array[:, lowest].T
        states = np.bitwise_xor.accumulate(np.concatenate((self.quasi.array[None], changes)), axis=0)[1:]
        if n > 0:
            self.quasi = from_array(states[-1].copy())
        return states

    def draw(self, n: int = 1, out: Tensor | None = None, dtype: Any = None) -> Tensor:
        """The next `n` points: shape `(n, dimension)`."""
        of = dtypes.get_default_dtype() if dtype is None else dtype
        first = self.num_generated == 0
        states = self._advance(n - 1 if first else n)
        points = from_array(states).to(of) * 2.0**-BITS
        if first:
            points = from_array(np.concatenate((self._first_point.to(of).array, points.array)))
        self.num_generated += n
        if out is not None:
            return out.resize_as_(points).copy_(points)
        return points

    def draw_base2(self, m: int, out: Tensor | None = None, dtype: Any = None) -> Tensor:
        """The next `2**m` points; ValueError unless a power of 2 has been drawn then, which the balance of the points needs."""
        total = self.num_generated + 2**m
        if total & (total - 1):
            raise ValueError(text("sobol-balance", before=self.num_generated, m=m, total=total))
        return self.draw(2**m, out=out, dtype=dtype)

    def reset(self) -> "SobolEngine":
        """Begin again with the first point."""
        self.quasi.copy_(self.shift)
        self.num_generated = 0
        return self

    def fast_forward(self, n: int) -> "SobolEngine":
        """Pass over `n` points."""
        self._advance(n - 1 if self.num_generated == 0 else n)
        self.num_generated += n
        return self

    def __repr__(self) -> str:
        shown = [f"dimension={self.dimension}"]
        if self.scramble:
            shown.append("scramble=True")
        if self.seed is not None:
            shown.append(f"seed={self.seed}")
        return f"{type(self).__name__}({', '.join(shown)})"
