"""Parametrizations, stateless calls and fusion beside torch's."""

import copy
from typing import Any

import numpy as np
import pytest
import torch

import steepest

LIBRARIES = (steepest, torch)


def both(program: Any) -> tuple[Any, Any]:
    results = []
    for library in LIBRARIES:
        library.manual_seed(3)
        results.append(program(library))
    return results[0], results[1]


def same(program: Any) -> None:
    ours, theirs = both(program)
    assert ours.keys() == theirs.keys()
    for key, value in ours.items():
        np.testing.assert_allclose(value.detach().numpy(), theirs[key].detach().numpy(), rtol=1e-5, atol=1e-6)


def trained(module: Any, x: Any) -> dict[str, Any]:
    module(x).pow(2).sum().backward()
    gradients = {f"{name}.grad": parameter.grad for name, parameter in module.named_parameters()}
    return {**module.state_dict(), **gradients, "weight": module.weight}


@pytest.mark.parametrize("name", ["weight_norm", "spectral_norm"])
def test_parametrizations_compute_and_learn_as_torchs(name: str) -> None:
    same(lambda lib: trained(getattr(lib.nn.utils.parametrizations, name)(lib.nn.Linear(3, 4)), lib.ones(2, 3)))


@pytest.mark.filterwarnings("ignore")
def test_the_older_spectral_norm_is_torchs() -> None:
    same(lambda lib: trained(lib.nn.utils.spectral_norm(lib.nn.Linear(3, 4)), lib.ones(2, 3)))
    same(lambda lib: dict(lib.nn.utils.remove_spectral_norm(lib.nn.utils.spectral_norm(lib.nn.Linear(3, 4))).state_dict()))


@pytest.mark.filterwarnings("ignore")
def test_the_older_weight_norm_is_torchs() -> None:
    same(lambda lib: trained(lib.nn.utils.weight_norm(lib.nn.Linear(3, 4)), lib.ones(2, 3)))

    def removed(lib: Any) -> dict[str, Any]:
        return dict(lib.nn.utils.remove_weight_norm(lib.nn.utils.weight_norm(lib.nn.Linear(3, 4))).state_dict())

    same(removed)


def test_own_parametrizations_compose_copy_and_come_off() -> None:
    def program(lib: Any) -> dict[str, Any]:
        class Symmetric(lib.nn.Module):  # type: ignore[name-defined, misc]
            def forward(self, x: Any) -> Any:
                return x.triu() + x.triu(1).transpose(-1, -2)

            def right_inverse(self, x: Any) -> Any:
                return x.triu()

        class Twice(lib.nn.Module):  # type: ignore[name-defined, misc]
            def forward(self, x: Any) -> Any:
                return x * 2

            def right_inverse(self, x: Any) -> Any:
                return x / 2

        parametrize = lib.nn.utils.parametrize
        layer = lib.nn.Linear(3, 3)
        parametrize.register_parametrization(layer, "weight", Symmetric())
        parametrize.register_parametrization(layer, "weight", Twice())
        assert parametrize.is_parametrized(layer, "weight") and type(layer).__name__ == "ParametrizedLinear"
        layer.weight = lib.ones(3, 3)
        twin = copy.deepcopy(layer)
        with parametrize.cached():
            assert twin.weight is twin.weight
        state = dict(twin.state_dict())
        parametrize.remove_parametrizations(twin, "weight")
        assert type(twin) is lib.nn.Linear
        return {**state, "after": twin.weight}

    same(program)


@pytest.mark.filterwarnings("ignore")
def test_functional_call_replaces_for_one_call() -> None:
    def program(lib: Any) -> dict[str, Any]:
        layer = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.BatchNorm1d(2))
        values = {"0.weight": lib.ones(2, 2), "1.running_mean": lib.zeros(2)}
        result = lib.nn.utils.stateless.functional_call(layer, values, (lib.arange(6.0).reshape(3, 2),))
        return {"result": result, **values, **layer.state_dict()}

    same(program)


def test_fusion_of_normalisation_is_torchs() -> None:
    def program(lib: Any) -> dict[str, Any]:
        conv, norm = lib.nn.Conv2d(2, 3, 3), lib.nn.BatchNorm2d(3)
        norm(conv(lib.randn(4, 2, 6, 6)))
        fused = lib.nn.utils.fuse_conv_bn_eval(conv.eval(), norm.eval())
        return dict(fused.state_dict())

    same(program)


def test_packing_and_padding_are_torchs() -> None:
    def program(lib: Any) -> dict[str, Any]:
        rnn = lib.nn.utils.rnn
        sequences = [lib.randn(n, 2) for n in (2, 4, 1)]
        packed = rnn.pack_sequence(sequences, enforce_sorted=False)
        padded, lengths = rnn.pad_packed_sequence(packed, padding_value=-1.0, total_length=6)
        layer = lib.nn.GRU(2, 3, num_layers=2, bidirectional=True)
        output, last = layer(packed)
        return {
            "data": packed.data, "sizes": packed.batch_sizes, "sorted": packed.sorted_indices, "padded": padded,
            "lengths": lengths, "left": rnn.pad_sequence(sequences, padding_side="left"), "output": output.data, "last": last,
        }  # fmt: skip

    same(program)


def test_clipping_is_torchs() -> None:
    def program(lib: Any) -> dict[str, Any]:
        layer = lib.nn.Linear(3, 4)
        layer(lib.randn(5, 3)).pow(2).sum().backward()
        norm = lib.nn.utils.clip_grad_norm_(layer.parameters(), 0.5, norm_type=3)
        lib.nn.utils.clip_grad_value_(layer.parameters(), 0.1)
        return {"norm": norm, "weight": layer.weight.grad, "bias": layer.bias.grad}

    same(program)
