"""Training, validation and test rows: 60, 20 and 20 of 100, stratified, equal rows on one side, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

import steepest

__all__ = ["PARTS", "Split", "split"]

PARTS = {"train": 0.6, "validation": 0.2, "test": 0.2}

Rows = NDArray[numpy.int64]


@dataclass(frozen=True)
class Split:
    """Row numbers of each part, ascending; together every row once. `grouped`: equal rows were held together."""

    train: Rows
    validation: Rows
    test: Rows
    grouped: bool


def split(strata: Rows, identity: Rows, generator: steepest.Generator) -> Split:
    """Deal the rows out so that each stratum is spread over the parts as evenly as the counts allow.

    `strata` `(N,)` numbers the target's classes (or its tenths), `identity` `(N,)` numbers rows so that equal rows have equal
    numbers. Rows that are equal stay in one part, so that no test row was learnt by heart; unless fewer than half of the rows
    are different: then repetition is the table's nature (a few categories) and holding them together would leave parts that
    have nothing in common.
    """
    _, groups = numpy.unique(identity, return_inverse=True)
    grouped = bool(groups.max() + 1 < len(groups))
    if 2 * (groups.max() + 1) < len(groups):
        groups, grouped = numpy.arange(len(strata)), False
    shuffled = steepest.randperm(len(strata), generator=generator).numpy()
    # By stratum, inside it in shuffled order, equal rows next to each other at the place of their first.
    first_place = numpy.full(groups.max() + 1, len(strata))
    numpy.minimum.at(first_place, groups[shuffled], numpy.arange(len(strata)))
    group_stratum = numpy.full(groups.max() + 1, strata.max() + 1)
    numpy.minimum.at(group_stratum, groups, strata)
    order = numpy.lexsort((first_place[groups], group_stratum[groups]))

    part = _deal(groups[order], group_stratum[groups[order]])
    train, validation, test = (numpy.sort(order[part == number]) for number in range(len(PARTS)))
    return Split(train, validation, test, grouped)


def _deal(groups: Rows, strata: Rows) -> Rows:
    """The part of each row: a group goes where most rows are owed. What rounding leaves is carried on to the next stratum.

    A stratum's first group goes to training, so that no class is met for the first time in the test.
    """
    shares = list(PARTS.values())
    owed = [0.0] * len(shares)
    starts = numpy.flatnonzero(numpy.diff(groups, prepend=-1))
    sizes = numpy.diff(starts, append=len(groups))
    chosen = numpy.empty(len(starts), dtype=numpy.int64)
    previous = -1
    for number, (size, stratum) in enumerate(zip(sizes.tolist(), strata[starts].tolist(), strict=True)):
        owed = [due + share * size for due, share in zip(owed, shares, strict=True)]
        part = max(range(len(shares)), key=owed.__getitem__) if stratum == previous else 0
        owed[part] -= size
        chosen[number] = part
        previous = stratum
    return numpy.repeat(chosen, sizes)
