"""`torch.X` where its arguments come in another order than those of `torch.nn.functional.X`."""

import pytest

import steepest as torch
import steepest.nn.functional as F

x, y = torch.arange(12.0).view(4, 3) / 10, torch.ones(4, 3)
scale, shift, mean, variance = torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.5, 0.0, -0.5]), torch.ones(3), torch.full((3,), 4.0)


def test_tables_and_normalisations():
    assert torch.equal(torch.embedding(x, torch.tensor([2, 0])), x[[2, 0]])
    assert torch.equal(torch.embedding(x, indices=torch.tensor([2]), padding_idx=-1), x[[2]])
    assert torch.equal(torch.batch_norm(x, scale, shift, mean, variance, False, 0.1, 1e-5, True),
                       F.batch_norm(x, mean, variance, scale, shift, eps=1e-5))
    assert torch.equal(torch.instance_norm(x.T[None], scale, shift, None, None, True, 0.1, 1e-5, False),
                       F.instance_norm(x.T[None], weight=scale, bias=shift))
    assert torch.equal(torch.layer_norm(x, (3,), scale, shift, 1e-5, True), F.layer_norm(x, (3,), scale, shift))
    assert torch.equal(torch.group_norm(x, 1, cudnn_enabled=False), F.group_norm(x, 1))
    assert torch.equal(torch.dropout(x, 0.5, train=False), x)


@pytest.mark.parametrize(("number", "word"), [(0, "none"), (1, "mean"), (2, "sum")])
def test_losses_take_a_number_for_the_reduction(number, word):
    assert torch.equal(torch.hinge_embedding_loss(x, y, 1.0, number), F.hinge_embedding_loss(x, y, 1.0, reduction=word))
    assert torch.equal(torch.margin_ranking_loss(x, y, y, 0.5, number), F.margin_ranking_loss(x, y, y, 0.5, reduction=word))
    assert torch.equal(torch.binary_cross_entropy_with_logits(x, y, None, scale, number),
                       F.binary_cross_entropy_with_logits(x, y, pos_weight=scale, reduction=word))
    assert torch.equal(torch.poisson_nll_loss(x, y, True, False, 1e-8, number), F.poisson_nll_loss(x, y, reduction=word))
    assert torch.equal(torch.triplet_margin_loss(x, y, -x, 1.0, 2.0, 1e-6, False, number), F.triplet_margin_loss(x, y, -x, reduction=word))
    scores = torch.log_softmax(torch.ones(5, 1, 3), 2)
    assert torch.equal(torch.ctc_loss(scores, torch.tensor([[1]]), torch.tensor([5]), torch.tensor([1]), 0, number, False),
                       F.ctc_loss(scores, torch.tensor([[1]]), torch.tensor([5]), torch.tensor([1]), reduction=word))


def test_too_many_arguments_are_an_error():
    with pytest.raises(TypeError):
        torch.dropout(x, 0.5, True, False, 1)
