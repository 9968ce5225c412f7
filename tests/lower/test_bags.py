"""Sums of bags of rows, and rows added to all that a bag names, against NumPy."""

import itertools

import numpy as np
import pytest

from steepest.lower.bags import bag_sums, spread_bags

random = np.random.default_rng(4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("width", [1, 7, 16, 50])
def test_bags_of_all_lengths(dtype, width):
    table = (random.normal(size=(20, width)) * 9).astype(dtype)
    index, edges = random.integers(0, 20, 31), np.array([0, 0, 1, 9, 9, 30, 31])
    expected, added = np.zeros((6, width), dtype), table.copy()
    for b, (start, stop) in enumerate(itertools.pairwise(edges)):
        for i in index[start:stop]:
            expected[b] += table[i]
    assert np.array_equal(bag_sums(table, index, edges), expected)
    for b, (start, stop) in enumerate(itertools.pairwise(edges)):
        for i in index[start:stop]:
            added[i] += expected[b]
    assert np.array_equal(spread_bags(table.copy(), index, edges, expected), added)
