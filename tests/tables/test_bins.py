import numpy
import pytest

import steepest
from steepest import nn
from steepest.tables import bins, networks
from steepest.tables.bins import Bins


def test_a_number_is_its_way_through_the_bins() -> None:
    wide = Bins({1: (0.0, 1.0, 3.0)}).widen(numpy.array([[7.0, -1.0], [7.0, 0.5], [7.0, 2.0], [7.0, 9.0]]))
    numpy.testing.assert_allclose(wide[:, 2:], [[0, 0], [0.5, 0], [1, 0.5], [1, 1]])
    assert (wide[:, 0] == 7).all()
    bent = [value / numpy.sqrt(1 + value**2 / 9) for value in (-1, 0.5, 2, 9)]
    numpy.testing.assert_allclose(wide[:, 1], bent)


def test_bins_hold_equally_many_rows_and_a_frequent_value_counts_as_one_bin() -> None:
    draw = numpy.random.default_rng(0)
    even = draw.normal(size=4000)
    zeros = numpy.where(draw.random(4000) < 0.9, 0.0, draw.random(4000) + 1)
    found = bins.fit(numpy.stack([even, zeros, draw.integers(0, 2, 4000), draw.integers(0, 5, 4000)], axis=1), [0, 1, 2, 3])
    assert len(found.edges[0]) == bins.count(4000) + 1 == 17
    counts, _ = numpy.histogram(even, found.edges[0])
    assert counts.min() > 200
    assert len(found.edges[1]) > 12  # not lost to the zeros
    assert 2 not in found.edges  # two values are one bin, which the number itself is
    assert found.edges[3] == (0, 1, 2, 3, 4)
    assert Bins.from_json(found.as_json()) == found


@pytest.mark.parametrize("rows", [1, 3, 7])
def test_outputs_are_the_mean_of_the_members_however_the_rows_are_cut(rows: int) -> None:
    members = [networks.build([4], 5, 2) for _ in range(3)]
    matrix = numpy.random.default_rng(0).normal(size=(7, 3)).astype(numpy.float32)
    edges = Bins({0: (-1.0, 0.0, 1.0)})
    wide = steepest.from_numpy(edges.widen(matrix))
    with steepest.no_grad():
        expected = sum(network(wide) for network in members) / 3
    numpy.testing.assert_allclose(networks.outputs(members, matrix, edges, rows), expected.numpy(), rtol=1e-4, atol=1e-6)
    assert isinstance(members[0], nn.Sequential)
