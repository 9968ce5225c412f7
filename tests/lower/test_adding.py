"""Rows that are added natively to those that an index names: NumPy's `add.at`, whatever the layout."""

import numpy as np
import pytest

import steepest as torch
from steepest.lower.adding import add_rows
from steepest.ops import indexing

random = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_of_any_length(dtype):
    for n in (1, 3, 8, 16, 17, 64, 70):
        table = random.normal(size=(5, n)).astype(dtype)
        index = random.integers(0, 5, 40)
        for values in (random.normal(size=(40, n)).astype(dtype), np.broadcast_to(dtype(1.5), (40, n)),
                       random.normal(size=(n, 40)).astype(dtype).T, random.normal(size=(80, n)).astype(dtype)[::2]):
            expected, out = table.copy(), table.copy()
            np.add.at(expected, index, values)
            assert add_rows(out, index, values) and np.array_equal(out, expected)


def test_what_it_cannot_do_stays_undone():
    table = np.zeros((3, 4), np.int64)
    assert not add_rows(table, np.array([1]), np.ones((1, 4), np.int64)) and not table.any()
    assert not add_rows(np.zeros((4, 3), np.float32).T, np.array([1]), np.ones((1, 4), np.float32))


CASES = {
    "a row": lambda x: x[torch.tensor([1, 1, -1, 0])],
    "rows of a matrix of indices": lambda x: x[torch.tensor([[1, 2], [1, -4]])],
    "two indices": lambda x: x[torch.tensor([1, 1, 3]), torch.tensor([0, 0, -1])],
    "indices that are broadcast": lambda x: x[torch.tensor([[1], [1]]), torch.tensor([0, 0, 2])],
    "all three": lambda x: x[torch.tensor([1, 1]), torch.tensor([0, 0]), torch.tensor([2, 2])],
    "the second dimension": lambda x: x[:, torch.tensor([1, 1])],
    "the first and the last": lambda x: x[torch.tensor([1, 1]), :, torch.tensor([0, 0])],
    "none": lambda x: x[torch.tensor([], dtype=torch.int64)],
    "index_select": lambda x: x.index_select(1, torch.tensor([2, 2, 0])),
    "index_add": lambda x: x.index_add(0, torch.tensor([1, 1]), x[:2] * 2),
    "index_put": lambda x: x.index_put((torch.tensor([1, 1]),), x[0, 0] * x[0, 1], accumulate=True),
    "embedding": lambda x: torch.nn.functional.embedding(torch.tensor([[1, 1], [0, 3]]), x[:, 0], padding_idx=0),
    "embedding by count": lambda x: torch.nn.functional.embedding(torch.tensor([1, 1, 3]), x[:, 0], scale_grad_by_freq=True),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients_are_those_without_native_code(name, monkeypatch):
    def gradient():
        x = torch.arange(60.0).reshape(4, 3, 5).requires_grad_()
        y = CASES[name](x)
        y.backward(torch.arange(float(y.numel())).reshape(y.shape))
        return x.grad

    native = gradient()
    monkeypatch.setattr(indexing, "row_adders", [])
    assert torch.equal(native, gradient())


def test_rows_without_elements():
    for shape in ((3, 0), (0, 4), (0,)):
        x = torch.zeros(shape, requires_grad=True)
        index = torch.zeros(2 if shape[0] else 0, dtype=torch.int64)
        x[index].sum().backward()
        x.index_select(0, index).sum().backward()
        assert x.grad.shape == shape
