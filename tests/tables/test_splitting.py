import numpy
import pytest

import steepest
from steepest.tables.splitting import Plan, deal, latest, plan


def made(strata: list[int], identity: list[int] | None = None, seed: int = 0, **more) -> Plan:
    rows = numpy.arange(len(strata)) if identity is None else numpy.array(identity)
    return plan(numpy.array(strata), rows, steepest.Generator().manual_seed(seed), **more)


@pytest.mark.parametrize(
    ("rows", "kind", "tests"), [(5, "each", 5), (49, "each", 49), (50, "folds", 5), (1999, "folds", 5), (2000, "holdout", 1)]
)
def test_the_number_of_rows_decides_how_to_test(rows: int, kind: str, tests: int) -> None:
    found = made([0] * rows)
    assert (found.kind, len(found.tests)) == (kind, tests)
    expected = round(0.2 * rows) if kind == "holdout" else rows
    assert len(found.tested) == len(set(found.tested.tolist())) == expected
    assert len(found.learn) == (rows - expected if kind == "holdout" else rows)


def test_folds_can_be_asked_for() -> None:
    assert [len(test) for test in made([0] * 30, folds=3).tests] == [10, 10, 10]
    assert made([0] * 30, folds=1).kind == "holdout"
    assert made([0] * 30, folds=100).kind == "each"


@pytest.mark.parametrize("folds", [1, 5])
def test_each_stratum_is_spread_over_the_tests(folds: int) -> None:
    strata = numpy.array([0] * 100 + [1] * 50 + [2] * 10)
    for test in made(strata.tolist(), folds=folds).tests:
        for stratum, rows in enumerate((100, 50, 10)):
            assert abs(numpy.sum(strata[test] == stratum) - 0.2 * rows) <= 2


def test_a_class_of_one_row_is_learnt_from() -> None:
    for seed in range(20):
        assert 30 in made([0] * 30 + [1], seed=seed, folds=1).learn


@pytest.mark.parametrize("folds", [1, 4])
def test_equal_rows_stay_on_one_side(folds: int) -> None:
    identity = [row // 2 if row < 40 else row for row in range(200)]
    found = made([0] * 200, identity, folds=folds)
    assert found.grouped
    for test in found.tests:
        assert not {identity[row] for row in test} & {identity[row] for row in found.others(test)}


def test_a_table_of_few_different_rows_is_split_by_rows_but_the_users_groups_hold() -> None:
    identity = [row % 4 for row in range(100)]
    found = made([0] * 100, identity, folds=1)
    assert not found.grouped
    assert len(found.tests[0]) == 20
    held = made([0] * 100, identity, folds=1, groups=True)
    assert {identity[row] for row in held.tests[0]}.isdisjoint(identity[row] for row in held.learn)


def test_in_order_of_time_the_latest_fifth_is_the_test() -> None:
    times = numpy.random.default_rng(0).permutation(100).astype(float)
    found = made([0] * 100, times=times)
    assert found.kind == "time"
    assert sorted(times[found.tests[0]]) == list(range(80, 100))
    assert latest(numpy.array([1.0, 2, 2, 2, numpy.nan]), numpy.arange(5)).tolist() == [1, 2, 3]  # one time, one side; unknown: early


def test_dealing_keeps_shares() -> None:
    part = deal(numpy.zeros(100, int), numpy.arange(100), [0.5, 0.3, 0.2], steepest.Generator().manual_seed(0))
    assert numpy.bincount(part).tolist() == [50, 30, 20]


def test_the_seed_decides() -> None:
    assert made([0] * 50, seed=1).tests[0].tolist() == made([0] * 50, seed=1).tests[0].tolist()
    assert made([0] * 50, seed=1).tests[0].tolist() != made([0] * 50, seed=2).tests[0].tolist()
