import numpy
import pytest

import steepest
from steepest.tables.splitting import Split, split


def parts(strata: list[int], identity: list[int] | None = None, seed: int = 0) -> Split:
    rows = numpy.arange(len(strata)) if identity is None else numpy.array(identity)
    return split(numpy.array(strata), rows, steepest.Generator().manual_seed(seed))


@pytest.mark.parametrize("rows", [5, 6, 10, 99, 1000])
def test_every_row_is_in_one_part_and_the_parts_have_their_share(rows: int) -> None:
    found = parts([0] * rows)
    assert sorted([*found.train, *found.validation, *found.test]) == list(range(rows))
    for part, share in ((found.train, 0.6), (found.validation, 0.2), (found.test, 0.2)):
        assert abs(len(part) - share * rows) <= 1


def test_each_stratum_is_spread_over_the_parts() -> None:
    strata = [0] * 100 + [1] * 50 + [2] * 10
    found = parts(strata)
    for stratum, rows in enumerate((100, 50, 10)):
        for part, share in ((found.train, 0.6), (found.validation, 0.2), (found.test, 0.2)):
            assert abs(numpy.sum(numpy.array(strata)[part] == stratum) - share * rows) <= 2


def test_a_class_of_one_row_is_learnt_from() -> None:
    for seed in range(20):
        assert 30 in parts([0] * 30 + [1], seed=seed).train


def test_equal_rows_stay_on_one_side() -> None:
    identity = [row // 2 if row < 40 else row for row in range(200)]
    found = parts([0] * 200, identity)
    sides = [{identity[row] for row in part} for part in (found.train, found.validation, found.test)]
    assert found.grouped
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])


def test_a_table_of_few_different_rows_is_split_by_rows() -> None:
    found = parts([0] * 100, [row % 4 for row in range(100)])
    assert not found.grouped
    assert (len(found.train), len(found.validation), len(found.test)) == (60, 20, 20)


def test_the_seed_decides() -> None:
    assert parts([0] * 50, seed=1).test.tolist() == parts([0] * 50, seed=1).test.tolist()
    assert parts([0] * 50, seed=1).test.tolist() != parts([0] * 50, seed=2).test.tolist()
