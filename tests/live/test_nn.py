"""Modules beside torch's: text, keys, initial values for the same seed, results and gradients, errors."""

import importlib
import inspect
import itertools
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import steepest

sys.path.insert(0, str(Path(__file__).parents[1] / "nn"))
cases = importlib.import_module("cases")
ALL = [*cases.LAYERS, *cases.ACTIVATIONS, *cases.LOSSES]


def made(nn: Any, seed: Any, expression: str) -> Any:
    seed(7)
    return eval(expression, vars(nn))


def arrays(result: Any) -> list[np.ndarray]:
    if isinstance(result, tuple):
        return [array for part in result for array in arrays(part)]
    return [] if result is None else [result.detach().numpy()]


def both(expression: str) -> tuple[Any, Any]:
    return made(steepest.nn, steepest.manual_seed, expression), made(torch.nn, torch.manual_seed, expression)


@pytest.mark.parametrize("expression", [expression for expression, _ in ALL])
def test_text_keys_and_initial_values_are_torchs(expression: str) -> None:
    ours, theirs = both(expression)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert [name for name, _ in ours.named_parameters()] == [name for name, _ in theirs.named_parameters()]
    for (key, mine), other in zip(ours.state_dict().items(), theirs.state_dict().values(), strict=True):
        assert np.array_equal(mine.numpy(), other.numpy()), key


@pytest.mark.parametrize(("expression", "shapes"), [case for case in ALL if case[1]], ids=lambda case: str(case)[:60])
def test_results_and_gradients_are_torchs(expression: str, shapes: list[Any]) -> None:
    ours, theirs = both(expression)
    outcomes = []
    for module, library in ((ours, steepest), (theirs, torch)):
        given = [library.from_numpy(array.copy()) for array in cases.draws(shapes)]
        # A target is no input to differentiate; the first input is, unless it is one of row numbers.
        if given[0].is_floating_point():
            given[0].requires_grad_()
        # In-place layers must not write into a leaf.
        library.manual_seed(5)
        result = module(given[0] * 1 if given[0].requires_grad else given[0], *given[1:])
        first = result[0] if isinstance(result, tuple) else result
        if first.requires_grad:
            # Unequal weights: the gradient of a sum of squares of normalised values is nothing but rounding.
            weights = np.cos(np.arange(first.numel(), dtype="float32")).reshape(tuple(first.shape))
            (first * library.from_numpy(weights)).sum().backward()
        gradients = [given[0], *module.parameters()]
        outcomes.append((arrays(result), [x.grad.numpy() for x in gradients if x.grad is not None]))
    (mine, my_gradients), (other, other_gradients) = outcomes
    for a, b in itertools.chain(
        zip(mine, other, strict=True), zip(my_gradients, other_gradients, strict=True)
    ):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)
    for key, buffer in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[key].numpy(), buffer.numpy(), rtol=1e-5, atol=1e-6)


ABSENT = {"Container", "LinearCrossEntropyLoss", "LinearCrossEntropyOptions"}
CLASSES = [name for name in dir(torch.nn) if inspect.isclass(getattr(torch.nn, name)) and name not in ABSENT]


@pytest.mark.parametrize("name", [name for name in CLASSES if issubclass(getattr(torch.nn, name), torch.nn.Module)])
def test_constructors_take_torchs_arguments(name: str) -> None:
    def arguments(kind: type) -> list[Any]:
        parameters = inspect.signature(kind.__init__).parameters.values()
        return [(p.name, p.kind, None if callable(p.default) else p.default) for p in parameters]

    assert arguments(getattr(steepest.nn, name)) == arguments(getattr(torch.nn, name))


INITIAL = [
    ("uniform_", (3, 4), {"a": -1, "b": 2}),
    ("normal_", (5, 7), {"mean": 1, "std": 2}),
    ("trunc_normal_", (5, 7), {}),
    ("trunc_normal_", (5, 7), {"a": 1.5, "b": 2.5}),
    ("constant_", (3,), {"val": 0.3}),
    ("ones_", (3,), {}),
    ("zeros_", (3,), {}),
    ("eye_", (3, 4), {}),
    ("dirac_", (4, 2, 3, 3), {"groups": 2}),
    ("xavier_uniform_", (3, 4), {"gain": 2}),
    ("xavier_normal_", (3, 4, 2), {}),
    ("kaiming_uniform_", (3, 4), {"nonlinearity": "relu"}),
    ("kaiming_normal_", (3, 4), {"mode": "fan_out"}),
    ("sparse_", (5, 3), {"sparsity": 0.4}),
]


@pytest.mark.parametrize(("name", "shape", "options"), INITIAL)
def test_initial_draws_are_torchs(name: str, shape: tuple[int, ...], options: dict[str, Any]) -> None:
    drawn = []
    for library in (steepest, torch):
        library.manual_seed(11)
        drawn.append(getattr(library.nn.init, name)(library.empty(shape), **options).numpy())
    assert np.array_equal(*drawn)


@pytest.mark.parametrize("shape", [(3, 5), (5, 3), (2, 2, 2)])
def test_orthogonal_is_torchs(shape: tuple[int, ...]) -> None:
    drawn = []
    for library in (steepest, torch):
        library.manual_seed(11)
        drawn.append(library.nn.init.orthogonal_(library.empty(shape)).numpy())
    np.testing.assert_allclose(*drawn, rtol=1e-5, atol=1e-6)


WRONG = [
    "Linear(2, 2).load_state_dict({})",
    "Linear(2, 2).load_state_dict({'weight': Linear(3, 2).weight, 'bias': Linear(2, 2).bias, 'c': 1})",
    "Sequential(Linear(2, 2)).load_state_dict({'0.weight': 3})",
    "Linear(2, 2).load_state_dict([1])",
    "Linear(2, 2).register_parameter('weight.x', None)",
    "Linear(2, 2).register_parameter('', None)",
    "Linear(2, 2).register_parameter('in_features', None)",
    "Linear(2, 2).register_parameter('w', 3)",
    "Linear(2, 2).register_buffer('w', 3)",
    "Linear(2, 2).register_buffer(3, None)",
    "Linear(2, 2).add_module('x', 3)",
    "Linear(2, 2).add_module('a.b', Linear(2, 2))",
    "setattr(Linear(2, 2), 'weight', 3)",
    "setattr(Sequential(Linear(2, 2)), '0', 3)",
    "setattr(BatchNorm1d(2), 'running_mean', 3)",
    "Linear(2, 2).nothing",
    "Linear(2, 2).get_submodule('a')",
    "Linear(2, 2).get_parameter('in_features')",
    "Linear(2, 2).get_buffer('weight')",
    "Sequential(Linear(2, 2))[3]",
    "ModuleList([Linear(2, 2)])[-2]",
    "Sequential() * 0",
    "Module()(1)",
    "Conv2d(3, 3, 3, padding='same', stride=2)",
    "GroupNorm(2, 3)",
    "Softmax2d()(Linear(2, 2).weight)",
    "LSTM(3, 4, proj_size=4)",
    "GRU(0, 4)",
    "MultiMarginLoss(p=3)",
    "ParameterList([1])()",
    "Unflatten(1, 3)",
    "init.calculate_gain('leaky_relu', True)",
    "init.xavier_uniform_(Linear(2, 2).bias)",
]


@pytest.mark.parametrize("expression", WRONG)
def test_errors_are_torchs(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")
    raised = []
    for nn in (steepest.nn, torch.nn):
        with pytest.raises(Exception) as caught:
            eval(expression, vars(nn))
        raised.append(caught.value)
    assert type(raised[0]) is type(raised[1])
    assert str(raised[0]).replace("steepest", "torch") == str(raised[1])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_gradients_of_convolutions_as_functions(n: int) -> None:
    random = np.random.default_rng(n)
    x, w = random.normal(size=(2, 4) + (6,) * n), random.normal(size=(6, 2) + (3,) * n)
    options = {"stride": 2, "padding": 1, "dilation": 1, "groups": 2}
    g = random.normal(size=(2, 6) + (3,) * n)
    for name, size, given in ((f"conv{n}d_input", x.shape, w), (f"conv{n}d_weight", w.shape, x)):
        mine, theirs = (getattr(lib.nn.grad, name)(*((size, t(given)) if "input" in name else (t(given), size)), t(g), **options)
                        for lib, t in ((steepest, steepest.tensor), (torch, torch.tensor)))
        assert np.allclose(mine.numpy(), theirs.numpy(), atol=1e-12)
