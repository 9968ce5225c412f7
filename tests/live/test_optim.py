"""Optimizers and schedulers beside the installed PyTorch: random options, states that go over and come back, sparse gradients."""

import inspect
import random
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import steepest

NAMES = ["SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop", "Adafactor",
         "Muon"]

CHOICES: dict[str, list[Any]] = {
    "lr": [0.001, 0.03, 0.3], "momentum": [0, 0.5, 0.9], "dampening": [0, 0.3], "weight_decay": [0, 0.01, 0.2],
    "nesterov": [False, True], "maximize": [False, True], "lr_decay": [0, 0.2], "eps": [1e-8, 1e-3],
    "initial_accumulator_value": [0, 0.5], "alpha": [0.5, 0.9], "centered": [False, True], "rho": [0.5, 0.95],
    "betas": [(0.9, 0.999), (0.3, 0.9), (0.0, 0.99)], "amsgrad": [False, True], "momentum_decay": [0, 0.01],
    "decoupled_weight_decay": [False, True], "lambd": [1e-4, 0.1], "t0": [1e6, 3], "etas": [(0.5, 1.2), (0.1, 2.0)],
    "step_sizes": [(1e-6, 50), (0.01, 0.1)],
}


def drawn(name: str, seed: int) -> dict[str, Any]:
    """Random options that this optimizer has."""
    chance = random.Random(f"{name} {seed}")
    known = [n for n in inspect.signature(getattr(torch.optim, name).__init__).parameters if n in CHOICES]
    options = {n: chance.choice(CHOICES[n]) for n in known if chance.random() < 0.6}
    if name in ("Adafactor",):
        options.pop("eps", None)
    if options.get("nesterov") and name == "SGD":
        options.update(momentum=0.9, dampening=0)
    return options


def shapes(name: str) -> list[tuple[int, ...]]:
    return [(3, 4), (5, 2)] if name == "Muon" else [(3, 4), (5,), (), (20, 1)]


def pair(name: str, options: dict[str, Any], seed: int, dtype: str) -> tuple[Any, Any, Any]:
    """PyTorch's optimizer and ours over the same numbers, and a function that gives both the same gradients."""
    numbers = np.random.default_rng(seed)
    start = [numbers.standard_normal(s).astype(dtype) for s in shapes(name)]
    theirs = [torch.from_numpy(np.array(p)).requires_grad_() for p in start]
    ours = [steepest.from_numpy(np.array(p)).requires_grad_() for p in start]
    single = {"foreach": False} if name != "Muon" else {}

    def give_gradients() -> None:
        for t, o in zip(theirs, ours, strict=True):
            g = np.asarray(numbers.standard_normal(t.shape).astype(dtype))
            t.grad, o.grad = torch.from_numpy(g.copy()), steepest.from_numpy(g.copy())

    made = [getattr(torch.optim, name)(theirs, **options, **single), getattr(steepest.optim, name)(ours, **options, **single)]
    return made[0], made[1], give_gradients


def parameters(optimizer: Any) -> list[Any]:
    return [p.detach().numpy() for group in optimizer.param_groups for p in group["params"]]


def converted(value: Any, to: Any) -> Any:
    """A state with its tensors as those of the other framework."""
    if isinstance(value, dict):
        return {k: converted(v, to) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(converted(v, to) for v in value)
    if isinstance(value, (torch.Tensor, steepest.Tensor)):
        return to(np.array(value.detach().numpy()))
    return value


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", NAMES)
def test_random_options_give_the_same_steps(name: str, seed: int, dtype: str) -> None:
    options = drawn(name, seed)
    theirs, ours, give_gradients = pair(name, options, seed, dtype)
    assert repr(ours) == repr(theirs)
    for _ in range(12):
        give_gradients()
        theirs.step()
        ours.step()
    # PyTorch's square root is off by up to one ulp on some processors
    close = {"float32": {"rtol": 2e-5, "atol": 2e-6}, "float64": {"rtol": 1e-11, "atol": 1e-12}}[dtype]
    if name == "Muon":
        close = {"rtol": 0.02, "atol": 2e-4 + 0.15 * options.get("lr", 1e-3)}       # bfloat16 products
    for t, o in zip(parameters(theirs), parameters(ours), strict=True):
        np.testing.assert_allclose(o, t, **close, err_msg=str(options))


@pytest.mark.parametrize("name", NAMES)
def test_states_go_over_and_come_back(name: str) -> None:
    theirs, ours, give_gradients = pair(name, {}, 0, "float32")
    for _ in range(4):
        give_gradients()
        theirs.step()
    with steepest.no_grad():
        for group, other in zip(ours.param_groups, theirs.param_groups, strict=True):
            for p, q in zip(group["params"], other["params"], strict=True):
                p.copy_(steepest.from_numpy(np.array(q.detach().numpy())))
    state = theirs.state_dict()
    ours.load_state_dict(converted(state, steepest.from_numpy))
    back = ours.state_dict()
    assert list(back) == list(state)
    assert back["param_groups"] == state["param_groups"]
    for number, entry in state["state"].items():
        assert list(back["state"][number]) == list(entry)
        for key, value in entry.items():
            assert str(back["state"][number][key].dtype) == str(value.dtype), key
            np.testing.assert_array_equal(back["state"][number][key].numpy(), value.numpy())
    for _ in range(2):
        give_gradients()
        theirs.step()
        ours.step()
    for t, o in zip(parameters(theirs), parameters(ours), strict=True):
        np.testing.assert_allclose(o, t, rtol=1e-4, atol=2e-4 if name == "Muon" else 1e-6)
    theirs.load_state_dict(converted(ours.state_dict(), torch.from_numpy))
    give_gradients()
    theirs.step()


@pytest.mark.parametrize("options", [{}, {"lr": 0.5, "history_size": 3}, {"line_search_fn": "strong_wolfe"}], ids=str)
def test_lbfgs_finds_the_same_minimum_on_the_same_way(options: dict[str, Any]) -> None:
    def minimize(framework: Any) -> tuple[list[float], int]:
        x = framework.tensor([-1.2, 1.0], dtype=framework.float64, requires_grad=True)
        optimizer = framework.optim.LBFGS([x], **options)

        def closure() -> Any:
            optimizer.zero_grad()
            loss = (1 - x[0]) ** 2 + 0.5 * (x[1] - x[0] ** 2) ** 2
            loss.backward()
            return loss

        losses = [optimizer.step(closure).item() for _ in range(6)]
        return [*losses, *x.tolist()], optimizer.state[x]["func_evals"]

    (ours, our_calls), (theirs, their_calls) = minimize(steepest), minimize(torch)
    assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-10)
    assert our_calls == their_calls


@pytest.mark.parametrize(("name", "options"), [
    ("SGD", {"lr": 0.1}), ("SGD", {"lr": 0.1, "momentum": 0.9}), ("SGD", {"maximize": True}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1}), ("SparseAdam", {}), ("SparseAdam", {"lr": 0.1, "maximize": True}),
], ids=str)
def test_sparse_gradients_of_an_embedding(name: str, options: dict[str, Any]) -> None:
    table = np.random.default_rng(0).standard_normal((6, 3)).astype("float32")
    batches = [[[0, 2, 2]], [[5, 0, 5], [1, 1, 1]], [[3, 3, 2]]]

    def train(framework: Any) -> Any:
        embedding = framework.nn.Embedding(6, 3, sparse=True)
        with framework.no_grad():
            embedding.weight.copy_(framework.from_numpy(table.copy()))
        optimizer = getattr(framework.optim, name)(embedding.parameters(), **options)
        for batch in batches:
            optimizer.zero_grad()
            (embedding(framework.tensor(batch)) ** 2).sum().backward()
            assert embedding.weight.grad.is_sparse
            optimizer.step()
        return embedding.weight.detach().numpy()

    np.testing.assert_allclose(train(steepest), train(torch), rtol=1e-5, atol=1e-7)


def test_what_pytorch_refuses_we_refuse_alike() -> None:
    wrong = [("SGD", {"lr": -1}), ("SGD", {"nesterov": True}), ("Adam", {"betas": (1, 0.9)}), ("Adam", {"betas": (0.9, 2)}),
             ("Adadelta", {"rho": 2}), ("RMSprop", {"alpha": -1}), ("Rprop", {"etas": (2, 3)}), ("ASGD", {"weight_decay": -1}),
             ("SparseAdam", {"lr": 0}), ("NAdam", {"momentum_decay": -1}), ("Adagrad", {"lr_decay": -1}), ("AdamW", {"eps": -1})]
    for name, options in wrong:
        raised = []
        for framework in (torch, steepest):
            with pytest.raises(Exception) as caught:
                getattr(framework.optim, name)([framework.zeros(2, requires_grad=True)], **options)
            raised.append(caught)
        assert raised[0].type is raised[1].type, (name, options)


def test_averaged_models() -> None:
    def average(framework: Any, choose: Any) -> list[Any]:
        utilities = framework.optim.swa_utils
        model = framework.nn.Sequential(framework.nn.Linear(2, 3), framework.nn.BatchNorm1d(3))
        averaged = utilities.AveragedModel(model, **choose(utilities))
        numbers = np.random.default_rng(0)
        for _ in range(4):
            with framework.no_grad():
                for p in model.parameters():
                    p.copy_(framework.from_numpy(numbers.standard_normal(p.shape).astype("float32")))
            averaged.update_parameters(model)
        utilities.update_bn([framework.from_numpy(numbers.standard_normal((5, 2)).astype("float32")) for _ in range(3)], averaged)
        return [value.detach().numpy() for value in averaged.state_dict().values()]

    ways = (lambda u: {}, lambda u: {"avg_fn": u.get_ema_avg_fn(0.9)}, lambda u: {"multi_avg_fn": u.get_ema_multi_avg_fn(0.9)},
            lambda u: {"multi_avg_fn": u.get_swa_multi_avg_fn()})
    for choose in ways:
        for ours, theirs in zip(average(steepest, choose), average(torch, choose), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def schedulers(framework: Any) -> dict[str, Any]:
    s = framework.optim.lr_scheduler
    return {
        "StepLR": lambda o: s.StepLR(o, 7, 0.3), "LambdaLR": lambda o: s.LambdaLR(o, [lambda e: 0.9**e, lambda e: 1 / (1 + e)]),
        "MultiplicativeLR": lambda o: s.MultiplicativeLR(o, lambda e: 0.97), "ExponentialLR": lambda o: s.ExponentialLR(o, 0.9),
        "CosineAnnealingLR": lambda o: s.CosineAnnealingLR(o, 13, 0.001), "CyclicLR": lambda o: s.CyclicLR(o, 0.01, 0.2, 7),
        "OneCycleLR": lambda o: s.OneCycleLR(o, 0.5, 60), "PolynomialLR": lambda o: s.PolynomialLR(o, 31, 1.7),
        "CosineAnnealingWarmRestarts": lambda o: s.CosineAnnealingWarmRestarts(o, 5, 2),
        "SequentialLR": lambda o: s.SequentialLR(o, [s.ConstantLR(o, 0.5, 3), s.ExponentialLR(o, 0.9)], [4]),
        "SWALR": lambda o: framework.optim.swa_utils.SWALR(o, [0.5, 0.01], 7),
    }


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
@pytest.mark.parametrize("name", list(schedulers(torch)))
def test_groups_and_states_of_schedulers(name: str, kind: str) -> None:
    runs = []
    for framework in (torch, steepest):
        first, second = (framework.zeros(n, requires_grad=True) for n in (2, 3))
        options = {"momentum": 0.9} if kind == "SGD" else {}
        optimizer = getattr(framework.optim, kind)([{"params": [first]}, {"params": [second], "lr": 0.03}], lr=0.1, **options)
        runs.append((optimizer, schedulers(framework)[name](optimizer)))
    (their_optimizer, theirs), (our_optimizer, ours) = runs
    for step in range(50):
        assert ours.get_last_lr() == theirs.get_last_lr()
        for group, other in zip(our_optimizer.param_groups, their_optimizer.param_groups, strict=True):
            assert {k: v for k, v in group.items() if k != "params"} == {k: v for k, v in other.items() if k != "params"}
        for optimizer, scheduler in runs:
            optimizer.step()
            scheduler.step()
        if step == 20:
            state = theirs.state_dict()
            assert set(ours.state_dict()) | {"anneal_func"} == set(state) | {"anneal_func"}
            ours.load_state_dict(state)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name not in ("SequentialLR", "SWALR"):
            for scheduler in (ours, theirs):
                scheduler.step(9)
            assert ours.get_last_lr() == theirs.get_last_lr()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("name", [n for n in NAMES if n != "Muon"])
def test_half_precision_parameters(name: str, dtype: str) -> None:
    def train(framework: Any) -> list[float]:
        kind = getattr(framework, dtype)
        p = framework.tensor([1.0, 2.0, -3.0], dtype=kind, requires_grad=True)
        optimizer = getattr(framework.optim, name)([p], lr=0.1)
        for _ in range(3):
            p.grad = framework.tensor([0.5, -1.0, 2.0], dtype=kind)
            optimizer.step()
        return p.detach().float().tolist()

    assert train(steepest) == pytest.approx(train(torch), rel=0.02 if dtype == "bfloat16" else 0.003)
