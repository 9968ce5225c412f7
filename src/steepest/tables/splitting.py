"""Which rows are learnt from and which judge: stratified, equal rows (or rows of one group) on one side, drawn from a seed.

From 2,000 rows on a fifth is kept for the test. With fewer every row is tested once, by a model that never saw it: 5-fold
cross-validation, below 50 rows leave-one-out. In order of time the latest fifth is the test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

import steepest

__all__ = ["FOLDS", "Plan", "deal", "latest", "plan", "together"]

TEST = 0.2
FOLDS = 5
ENOUGH_FOR_ONE_TEST = 2000  # rows
ENOUGH_FOR_FOLDS = 50

Rows = NDArray[numpy.int64]


@dataclass(frozen=True)
class Plan:
    """`tests` are the rows of each test, ascending, no row in two of them; `kind` is `holdout`, `time`, `folds` or `each`.

    With one test the model learns from all other rows; with several, each test judges a model of its own, and the one that is
    handed on learns from all rows.
    """

    kind: str
    tests: tuple[Rows, ...]
    rows: int
    grouped: bool

    @property
    def learn(self) -> Rows:
        """The rows that the model that is handed on learns from."""
        return self.others(self.tests[0]) if self.kind in ("holdout", "time") else numpy.arange(self.rows)

    @property
    def tested(self) -> Rows:
        """All rows that a test judges, ascending."""
        return numpy.sort(numpy.concatenate(self.tests))

    def others(self, test: Rows) -> Rows:
        return numpy.setdiff1d(numpy.arange(self.rows), test)


def plan(
    strata: Rows,
    identity: Rows,
    generator: steepest.Generator,
    folds: int = 0,
    times: NDArray[numpy.float64] | None = None,
    groups: bool = False,
) -> Plan:
    """How to test. `strata` `(N,)` numbers the target's classes (or its tenths), `identity` `(N,)` rows so that equal rows have
    equal numbers, `times` their order in time. `folds=0` decides by the number of rows. `groups`: the identities are what the
    user said belongs together, and stay together whatever that leaves.
    """
    rows = len(strata)
    if times is not None:
        later = latest(times, numpy.arange(rows))
        return Plan("time", (later,), rows, False)
    identity, grouped = together(identity, groups)
    if folds == 0:
        folds = 1 if rows >= ENOUGH_FOR_ONE_TEST else FOLDS if rows >= ENOUGH_FOR_FOLDS else rows
    folds = min(folds, int(identity.max()) + 1)
    if folds == 1:
        part = deal(strata, identity, [1 - TEST, TEST], generator)
        return Plan("holdout", (numpy.flatnonzero(part == 1),), rows, grouped)
    if folds >= rows:
        return Plan("each", tuple(numpy.array([row]) for row in range(rows)), rows, grouped)
    part = deal(strata, identity, [1 / folds] * folds, generator)
    tests = (numpy.flatnonzero(part == fold) for fold in range(folds))
    return Plan("folds", tuple(test for test in tests if len(test)), rows, grouped)


def latest(times: NDArray[numpy.float64], rows: Rows) -> Rows:
    """The fifth of `rows` with the latest times; rows of one time stay on one side, and an unknown time is never late."""
    known = numpy.nan_to_num(times[rows], nan=-numpy.inf)
    begin = numpy.sort(known)[min(len(rows) - 1, max(1, round((1 - TEST) * len(rows))))]
    late = known >= begin
    if late.all():
        late = known > begin
    return rows[late]


def together(identity: Rows, groups: bool) -> tuple[Rows, bool]:
    """Numbers 0, 1 ... of what stays together. Where fewer than half of the rows are different, repetition is the table's nature (a
    few categories), and holding equal rows together would leave parts that have nothing in common: then none are."""
    _, dense = numpy.unique(identity, return_inverse=True)
    distinct = int(dense.max()) + 1
    if not groups and 2 * distinct < len(identity):
        return numpy.arange(len(identity)), False
    return dense, distinct < len(identity)


def deal(strata: Rows, identity: Rows, shares: Sequence[float], generator: steepest.Generator) -> Rows:
    """The part `(N,)` of each row: every stratum spread over the parts as `shares` say, as evenly as the counts allow.

    Rows of one identity get one part. With two parts a stratum's first group goes to part 0, so that no class is met for the
    first time in the test.
    """
    _, groups = numpy.unique(identity, return_inverse=True)
    shuffled = steepest.randperm(len(strata), generator=generator).numpy()
    # By stratum, inside it in shuffled order, equal rows next to each other at the place of their first.
    first_place = numpy.full(groups.max() + 1, len(strata))
    numpy.minimum.at(first_place, groups[shuffled], numpy.arange(len(strata)))
    group_stratum = numpy.full(groups.max() + 1, strata.max() + 1)
    numpy.minimum.at(group_stratum, groups, strata)
    order = numpy.lexsort((first_place[groups], group_stratum[groups]))
    parts = numpy.empty(len(strata), dtype=numpy.int64)
    parts[order] = _dealt(groups[order], group_stratum[groups[order]], shares)
    return parts


def _dealt(groups: Rows, strata: Rows, shares: Sequence[float]) -> Rows:
    """The part of each row, in order: a group goes where most rows are owed. What rounding leaves is carried to the next stratum."""
    owed = [0.0] * len(shares)
    starts = numpy.flatnonzero(numpy.diff(groups, prepend=-1))
    sizes = numpy.diff(starts, append=len(groups))
    chosen = numpy.empty(len(starts), dtype=numpy.int64)
    previous = -1
    for number, (size, stratum) in enumerate(zip(sizes.tolist(), strata[starts].tolist(), strict=True)):
        owed = [due + share * size for due, share in zip(owed, shares, strict=True)]
        first = stratum != previous and len(shares) == 2
        part = 0 if first else max(range(len(shares)), key=owed.__getitem__)
        owed[part] -= size
        chosen[number] = part
        previous = stratum
    return numpy.repeat(chosen, sizes)
