"""Operands without elements: an empty result, or an error that names what is empty."""

import pytest

import steepest as torch
from steepest.nn import functional as F


def test_a_dimension_of_size_zero_is_cut_into_as_many_pieces():
    assert [tuple(p.shape) for p in torch.zeros(0, 3).chunk(2)] == [(0, 3), (0, 3)]


def test_a_batch_of_none_gives_none():
    assert F.adaptive_max_pool2d(torch.zeros(0, 2, 4, 4), 2).shape == (0, 2, 2, 2)
    indices = torch.zeros(0, 2, 2, 2, dtype=torch.int64)
    assert F.max_unpool2d(torch.zeros(0, 2, 2, 2), indices, 2).shape == (0, 2, 4, 4)
    assert F.grid_sample(torch.zeros(0, 1, 3, 3), torch.zeros(0, 2, 2, 2), align_corners=False).shape == (0, 1, 2, 2)
    assert torch.linalg.cond(torch.zeros(0, 3, 3)).shape == (0,)


@pytest.mark.parametrize("call", [
    lambda: F.conv1d(torch.ones(1, 2, 3), torch.ones(0, 2, 2)), lambda: F.pad(torch.ones(1, 0, 3), (1, 1), "reflect"),
    lambda: F.group_norm(torch.ones(1, 2, 3), 1, torch.ones(0)), lambda: torch.triangular_solve(torch.ones(3, 1), torch.ones(0, 3))])
def test_what_must_not_be_empty_is_named(call):
    with pytest.raises(RuntimeError):
        call()


def test_a_copy_of_a_view_may_be_of_any_memory():
    assert torch.view_copy(torch.arange(6).reshape(2, 3).T, (6,)).tolist() == [0, 3, 1, 4, 2, 5]


@pytest.mark.parametrize(("error", "said", "call"), [
    (IndexError, "non-zero size", lambda: torch.kthvalue(torch.zeros(0), 1)),
    (IndexError, "non-zero size", lambda: torch.mode(torch.zeros(2, 0))),
    (IndexError, "Number of indices", lambda: torch.index_copy(torch.zeros(3), 0, torch.tensor([], dtype=torch.int64), torch.zeros(2))),
    (IndexError, "same number of elements", lambda: torch.zeros(3).put(torch.tensor([1]), torch.zeros(2))),
    (RuntimeError, "sum of probabilities|no weight|multinomial", lambda: torch.multinomial(torch.zeros(0), 1, replacement=True)),
    (RuntimeError, "at least 1 element", lambda: torch.histogram(torch.zeros(3), torch.zeros(0))),
    (RuntimeError, "num_embeddings", lambda: F.embedding_bag(torch.tensor([[0]]), torch.zeros(0, 3), padding_idx=0)),
    (RuntimeError, "must match the size", lambda: F.binary_cross_entropy_with_logits(torch.zeros(2, 3), torch.zeros(2, 3), torch.zeros(2))),
    (RuntimeError, "must match the size", lambda: F.binary_cross_entropy(torch.ones(2, 3), torch.ones(2, 3), torch.zeros(2))),
    (RuntimeError, "same size as input", lambda: torch.zeros(2, 3).repeat_interleave(torch.tensor([1, 2]), 1)),
    (RuntimeError, "segment_reduce", lambda: torch.segment_reduce(torch.zeros(0), "sum", lengths=torch.zeros(0, dtype=torch.int64))),
    (RuntimeError, "Expected dim < 1", lambda: torch.narrow_copy(torch.zeros(3), 1, 0, 1))])
def test_what_does_not_fit_is_an_error_of_pytorchs_class(error, said, call):
    with pytest.raises(error, match=said):
        call()


def test_where_nothing_is_drawn_or_looked_up_nothing_is_wrong():
    assert torch.multinomial(torch.ones(0, 4), 2).shape == (0, 2)
    assert F.embedding(torch.zeros(0, 3, dtype=torch.int64), torch.zeros(0, 5), padding_idx=0).shape == (0, 3, 5)


def test_an_empty_vector_among_matrices_is_joined_to_nothing():
    for parts in ([torch.zeros(0), torch.ones(2, 3)], [torch.ones(2, 3), torch.zeros(0)]):
        assert torch.cat(parts, 1).tolist() == [[1.0] * 3] * 2
