"""Modules with other parameters for a while."""

import pytest

import steepest as torch
from steepest.nn.utils.stateless import _reparametrize_module


def test_a_block_with_other_parameters():
    net = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1, affine=False))
    own, mean = net[0].weight, torch.zeros(1)
    values = {"0.weight": torch.ones(1, 2, requires_grad=True), "1.running_mean": mean}
    with _reparametrize_module(net, values):
        assert net[0].weight is values["0.weight"]
        net(torch.randn(4, 2)).sum().backward()
    assert net[0].weight is own and own.grad is None and values["0.weight"].grad is not None
    assert mean.item() != 0 and net[1].running_mean.item() == 0
    with pytest.raises(RuntimeError, match="missing"), _reparametrize_module(net, {}, strict=True):
        pass


class Own(torch.nn.Module):
    """A module that looks for its attributes in its own way."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def __getattr__(self, name):
        return super().__getattr__(name)


def test_a_copy_may_change_its_class():
    import copy

    copied = copy.deepcopy(Own())
    copied.__class__ = type("Other", (Own,), {})
    copied.layer = torch.nn.Linear(1, 2)
    assert copied.layer.out_features == 2 and len(list(copied.parameters())) == 2
    copied.__class__ = torch.nn.Module
    assert copied.layer is copied._modules["layer"]


class Restored(torch.nn.Module):
    """A module that takes over a whole `__dict__` when it is copied."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def __getstate__(self):
        return self.__dict__

    def __setstate__(self, state):
        self.__dict__ = state


def test_members_of_a_module_with_another_dict():
    import copy

    copied = copy.deepcopy(Restored())
    copied._modules["layer"] = torch.nn.Linear(1, 2)
    assert copied.layer.out_features == 2
    other = Restored()
    other.__dict__ = {**other.__dict__, "_modules": {"layer": copied.layer}}
    assert other.layer is copied.layer
