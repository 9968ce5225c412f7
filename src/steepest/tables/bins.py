"""Numeric embeddings: each number as its places in a row of bins, so that a network can bend where the data do.

The piecewise linear encoding of Gorishniy, Rubachev and Babenko, On Embeddings for Numerical Features in Tabular Deep Learning,
2022, section 3.2: one feature a bin, 0 below it, 1 above it, the share of the way inside it. The bins hold equally many training
rows, where a value that fills more than one bin counts as one; beside them stands the number itself, bent towards +-3 at the far
ends (Holzmüller, Grinsztajn and Steinwart, Better by Default, 2024, section 3: smooth clipping).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

__all__ = ["Bins", "count", "fit"]

FEWEST, MOST = 8, 48
ROWS_A_BIN = 250
MANY_ROWS, MOST_OF_MANY = 200_000, 16  # so that the widened rows of a long table fit into memory
FAR = 3.0


@dataclass(frozen=True)
class Bins:
    """`edges` by the place of a number in the matrix, ascending, two at least."""

    edges: dict[int, tuple[float, ...]]

    def width(self, features: int) -> int:
        """How many features there are behind the bins for `features` before them."""
        return features + sum(len(edges) - 1 for edges in self.edges.values())

    def widen(self, matrix: NDArray[Any], room: int = 0) -> NDArray[Any]:
        """`(N, features)` to `(N, width)`: the matrix, its numbers bent, and behind it the bins of each number in order; then as many
        zeros as make it `room` wide."""
        wide = numpy.zeros((len(matrix), max(room, self.width(matrix.shape[1]))), dtype=matrix.dtype)
        wide[:, : matrix.shape[1]] = matrix
        begin = matrix.shape[1]
        for place, edges in self.edges.items():
            value = matrix[:, place]
            wide[:, place] = value / numpy.sqrt(1 + (value / FAR) ** 2)
            for low, high in itertools.pairwise(edges):
                wide[:, begin] = numpy.clip((value - low) / (high - low), 0, 1)
                begin += 1
        return wide

    def as_json(self) -> list[list[Any]]:
        return [[place, list(edges)] for place, edges in self.edges.items()]

    @classmethod
    def from_json(cls, rows: list[list[Any]]) -> Bins:
        return cls({int(place): tuple(map(float, edges)) for place, edges in rows})


def count(rows: int) -> int:
    """How many bins a number gets at most where `rows` are learnt from."""
    return min(MOST if rows < MANY_ROWS else MOST_OF_MANY, max(FEWEST, rows // ROWS_A_BIN))


def fit(matrix: NDArray[Any], numeric: Sequence[int]) -> Bins:
    """The bins of the `numeric` places that the training rows `(N, features)` ask for."""
    edges = {}
    for place in numeric:
        values, rows = numpy.unique(matrix[:, place], return_counts=True)
        most = count(len(matrix))
        if len(values) > most + 1:
            filled = numpy.cumsum(numpy.minimum(rows, len(matrix) / most))
            filled = (filled - filled[0]) / (filled[-1] - filled[0])
            values = numpy.unique(numpy.interp(numpy.linspace(0, 1, most + 1), filled, values))
        if len(values) > 2:  # two values are one bin, which the number itself is
            edges[place] = tuple(float(value) for value in values)
    return Bins(edges)
