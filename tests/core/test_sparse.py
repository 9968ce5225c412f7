"""Sparse gradients: what an embedding with `sparse=True` gives, and how it adds up."""

import pickle

import numpy as np
import pytest

import steepest as torch
import steepest.nn.functional as F
from steepest.core.sparse import summed_rows


def gradient(numbers=(1, 2, 1)):
    table = torch.arange(12.0).view(4, 3).requires_grad_()
    F.embedding(torch.tensor(numbers), table, sparse=True).sum().backward()
    return table.grad


def test_embedding_gives_a_sparse_gradient():
    g = gradient()
    assert g.is_sparse and g.layout is torch.sparse_coo and tuple(g.shape) == (4, 3)
    assert g._indices().tolist() == [[1, 2, 1]] and g._nnz() == 3
    assert g.to_dense().tolist() == [[0.0] * 3, [2.0] * 3, [1.0] * 3, [0.0] * 3]


def test_it_prints_as_pytorch_prints_it():
    assert repr(gradient()) == (
        "tensor(indices=tensor([[1, 2, 1]]),\n"
        "       values=tensor([[1., 1., 1.],\n"
        "                      [1., 1., 1.],\n"
        "                      [1., 1., 1.]]),\n"
        "       size=(4, 3), nnz=3, layout=torch.sparse_coo)"
    )


def test_coalesce_adds_entries_that_occur_twice():
    one = gradient().coalesce()
    assert one.is_coalesced() and one.indices().tolist() == [[1, 2]] and one.values().tolist() == [[2.0] * 3, [1.0] * 3]
    with pytest.raises(RuntimeError, match="coalesce"):
        gradient().indices()


def test_sparse_and_dense_gradients_meet():
    table = torch.zeros(4, 3, requires_grad=True)
    numbers = torch.tensor([1, 2, 1])
    (F.embedding(numbers, table, sparse=True).sum() + table.sum()).backward()
    assert not table.grad.is_sparse and table.grad.sum().item() == 21.0
    table.grad = None
    for _ in range(2):
        F.embedding(numbers, table, sparse=True).sum().backward()
    assert table.grad.is_sparse and table.grad.to_dense().sum().item() == 18.0


def test_the_padding_row_gets_nothing():
    table = torch.zeros(4, 3, requires_grad=True)
    F.embedding(torch.tensor([1, 2, 1]), table, padding_idx=1, sparse=True).sum().backward()
    assert table.grad._indices().tolist() == [[2]]


@pytest.mark.parametrize("rule", ["SGD", "SparseAdam", "Adagrad"])
def test_optimizers_change_only_the_rows_that_are_named(rule):
    table = torch.zeros(4, 3, requires_grad=True)
    optimizer = getattr(torch.optim, rule)([table], lr=0.1)
    F.embedding(torch.tensor([1, 2, 1]), table, sparse=True).sum().backward()
    optimizer.step()
    assert (table[[0, 3]] == 0).all() and (table[[1, 2]] < 0).all()


def test_arithmetic_and_copies():
    g = gradient()
    assert (g * 2).to_dense().sum().item() == 18.0 and (g / 2).is_sparse and (-g).to_dense().sum().item() == -9.0
    assert (g + g).coalesce()._nnz() == 2
    assert pickle.loads(pickle.dumps(g)).to_dense().tolist() == g.to_dense().tolist()
    copied = g.clone()
    g.zero_()
    assert g._nnz() == 0 and copied._nnz() == 3


def test_summed_rows_keeps_the_order_within_a_row():
    index = np.array([3, 1, 3, 0, 1, 3])
    numbers, sums = summed_rows(index, np.arange(6.0)[:, None])
    assert numbers.tolist() == [0, 1, 3] and sums.tolist() == [[3.0], [5.0], [7.0]]
