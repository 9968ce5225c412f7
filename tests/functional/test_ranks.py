"""Ranks found without sorting everything are those of the whole order, equal elements in their own order."""

import numpy as np
import pytest

import steepest as torch


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "uint8"])
@pytest.mark.parametrize("seed", range(5))
def test_the_first_of_a_sorted_order(seed: int, dtype: str) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(20):
        array = rng.integers(0, 9, rng.integers(1, 25, rng.integers(1, 4))).astype(dtype)
        if dtype.startswith("float") and rng.random() < 0.2:
            array.flat[rng.integers(array.size)] = np.nan
        x, dim = torch.from_numpy(array), int(rng.integers(array.ndim))
        n = array.shape[dim]
        k = int(rng.integers(1, n + 1))
        for largest in (True, False):
            values, indices = x.sort(dim, descending=largest)
            found = x.topk(k, dim, largest)
            assert torch.equal(found.indices, indices.narrow(dim, 0, k))
            assert torch.allclose(found.values.double(), values.narrow(dim, 0, k).double(), equal_nan=True)
        assert torch.equal(x.kthvalue(k, dim, True).indices, indices.narrow(dim, k - 1, 1))
        if not np.isnan(array).any():
            assert torch.equal(x.median(dim, True).indices, indices.narrow(dim, (n - 1) // 2, 1))
