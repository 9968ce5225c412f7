"""Sparse matrices as programs over graphs make and use them."""

import pytest

import steepest as torch

INDICES = torch.tensor([[0, 1, 2, 1], [1, 0, 2, 0]])
VALUES = torch.tensor([1.0, 2.0, 3.0, 4.0])
DENSE = torch.tensor([[0.0, 1.0, 0.0], [6.0, 0.0, 0.0], [0.0, 0.0, 3.0]])


def test_entries_at_one_place_are_added():
    made = torch.sparse_coo_tensor(INDICES, VALUES, (3, 3))
    assert made.is_sparse and made._nnz() == 4 and torch.equal(made.to_dense(), DENSE)
    one = made.coalesce()
    assert one.indices().tolist() == [[0, 1, 2], [1, 0, 2]] and one.values().tolist() == [1.0, 6.0, 3.0]
    assert torch.equal(torch.sparse.FloatTensor(INDICES, VALUES, torch.Size([3, 3])).to_dense(), DENSE)
    assert torch.equal(torch.sparse_coo_tensor(INDICES.numpy(), VALUES.numpy()).to_dense(), DENSE)
    assert torch.equal(DENSE.to_sparse().to_dense(), DENSE) and DENSE.to_sparse()._nnz() == 3


@pytest.mark.parametrize("product", [torch.spmm, torch.sparse.mm, torch.mm, torch.matmul, lambda a, b: a @ b])
def test_products_with_a_dense_matrix_and_their_gradient(product):
    weight = torch.arange(6.0).view(3, 2).requires_grad_()
    out = product(torch.sparse_coo_tensor(INDICES, VALUES, (3, 3)), weight)
    assert torch.equal(out, DENSE @ weight)
    (out * torch.tensor([[1.0, 2.0]])).sum().backward()
    assert torch.equal(weight.grad, DENSE.T @ torch.tensor([[1.0, 2.0]] * 3))


def test_what_stays_sparse():
    made = torch.sparse_coo_tensor(INDICES, VALUES, (3, 3))
    assert made.t().is_sparse and torch.equal(made.t().to_dense(), DENSE.T) and torch.equal(made.T.to_dense(), DENSE.T)
    assert made.double().is_sparse and made.double().dtype is torch.float64 and made.to("cpu").is_sparse
    assert (made * 2).is_sparse and torch.equal((made + made).to_dense(), 2 * DENSE)
    assert torch.equal(torch.eye(3) + made, torch.eye(3) + DENSE) and torch.sparse.sum(made).item() == 10.0
    assert torch.equal(torch.sparse.sum(made, 1).to_dense(), DENSE.sum(1))
    assert torch.equal(torch.sparse.mm(made, made).to_dense(), DENSE @ DENSE)
    assert repr(made.double()) == (
        "tensor(indices=tensor([[0, 1, 2, 1],\n                       [1, 0, 2, 0]]),\n       values=tensor([1., 2., 3., 4.]),\n"
        "       size=(3, 3), nnz=4, dtype=torch.float64, layout=torch.sparse_coo)")


def test_entries_may_be_rows():
    made = torch.sparse_coo_tensor([[0, 2]], [[1.0, 2.0], [3.0, 4.0]], (3, 2))
    assert made.dense_dim() == 1 and made.to_dense().tolist() == [[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]]


@pytest.mark.parametrize(("arguments", "message"), [
    ((INDICES, VALUES, (2, 2)), "for dim 0, size is 2 but found index 2"),
    ((INDICES[0], VALUES), "do not make a sparse tensor"),
    ((INDICES, VALUES, (3, 3, 3)), "do not make a sparse tensor"),
    ((INDICES, VALUES.clone().requires_grad_(), (3, 3)), "cannot want a gradient"),
])
def test_mistakes(arguments, message):
    with pytest.raises(RuntimeError, match=message):
        torch.sparse_coo_tensor(*arguments)


def test_the_product_of_a_sparse_and_a_dense_matrix_by_its_oldest_name():
    made = torch.sparse_coo_tensor(INDICES, VALUES, (3, 3))
    assert torch.equal(torch.dsmm(made, DENSE), DENSE @ DENSE)


def test_transposed_tensors_stay_sparse():
    x = torch.sparse_coo_tensor([[0, 1, 1, 0], [2, 0, 1, 2], [0, 1, 0, 1]], torch.arange(1.0, 5.0), (2, 3, 2))
    pairs = ((x.mT, x.to_dense().mT), (x.transpose(0, 2), x.to_dense().transpose(0, 2)), (x.swapdims(0, 1), x.to_dense().swapdims(0, 1)))
    for sparse, dense in pairs:
        assert sparse.is_sparse and not sparse.is_coalesced() and torch.equal(sparse.to_dense(), dense)
    matrix = torch.sparse_coo_tensor([[0, 1], [2, 0]], torch.tensor([1.0, 2.0]), (2, 3))
    assert matrix.mT.is_sparse and matrix.T._indices().tolist() == [[2, 0], [0, 1]] and matrix.ndimension() == 2
    assert (matrix.mT @ torch.ones(2, 1)).tolist() == [[2.0], [0.0], [1.0]]


def test_a_sparse_tensor_of_its_size_alone():
    empty = torch.sparse_coo_tensor(size=(5, 3))
    assert empty.shape == (5, 3) and empty._nnz() == 0 and not empty.to_dense().any()
