"""Pruning as PyTorch does it."""

import numpy as np
import pytest

import steepest
from steepest.nn.utils import prune


def layer():
    steepest.manual_seed(0)
    return steepest.nn.Linear(4, 3)


def test_the_smallest_weights_are_held_at_zero_and_get_no_gradient():
    m = layer()
    before = m.weight.detach().clone()
    prune.l1_unstructured(m, "weight", 5)
    assert prune.is_pruned(m)
    assert set(dict(m.named_parameters())) == {"weight_orig", "bias"} and "weight_mask" in dict(m.named_buffers())
    zeros = m.weight == 0
    assert zeros.sum() == 5 and before.abs()[zeros].max() < before.abs()[~zeros].min()
    m(steepest.ones(2, 4)).sum().backward()
    assert (m.weight_orig.grad[zeros] == 0).all() and (m.weight_orig.grad[~zeros] != 0).all()


def test_pruning_again_prunes_of_what_is_left():
    m = layer()
    prune.l1_unstructured(m, "weight", 4)
    prune.random_unstructured(m, "weight", 0.5)
    assert (m.weight_mask == 0).sum() == 8


def test_whole_rows_go():
    m = layer()
    norms = m.weight.detach().norm(2, 1)
    prune.ln_structured(m, "weight", 1, n=2, dim=0)
    assert (m.weight == 0).all(1).tolist() == (norms == norms.min()).tolist()


def test_remove_makes_an_ordinary_parameter_with_the_zeros():
    m = layer()
    prune.l1_unstructured(m, "weight", 0.5)
    zeros = (m.weight == 0).clone()
    prune.remove(m, "weight")
    assert not prune.is_pruned(m) and isinstance(m.weight, steepest.nn.Parameter)
    assert (m.weight[zeros] == 0).all()
    with pytest.raises(ValueError, match="has to be pruned"):
        prune.remove(m, "weight")


def test_several_layers_as_one():
    a, b = layer(), steepest.nn.Linear(5, 2)
    prune.global_unstructured([(a, "weight"), (b, "weight")], prune.L1Unstructured, amount=6)
    gone, kept = (np.concatenate([m.weight_orig.detach()[m.weight_mask == k].abs().numpy() for m in (a, b)]) for k in (0, 1))
    assert len(gone) == 6 and gone.max() < kept.min()
