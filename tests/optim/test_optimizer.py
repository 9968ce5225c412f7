"""What all optimizers share: groups, state, hooks, printing, errors."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import steepest
from steepest import optim
from steepest.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

NAMES = ["SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop", "Adafactor"]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LANG", "en")


def parameter(*values: float) -> Any:
    return steepest.tensor(values, requires_grad=True)


def with_gradient(*values: float) -> Any:
    p = parameter(*values)
    p.grad = steepest.tensor([1.0] * len(values))
    return p


def test_repr_is_that_of_pytorch() -> None:
    optimizer = optim.SGD([{"params": [parameter(1.0)]}, {"params": [parameter(2.0)], "lr": 0.5}], lr=0.1, momentum=0.9)
    assert repr(optimizer) == """SGD (
Parameter Group 0
    dampening: 0
    differentiable: False
    foreach: None
    fused: None
    lr: 0.1
    maximize: False
    momentum: 0.9
    nesterov: False
    weight_decay: 0

Parameter Group 1
    dampening: 0
    differentiable: False
    foreach: None
    fused: None
    lr: 0.5
    maximize: False
    momentum: 0.9
    nesterov: False
    weight_decay: 0
)"""


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: optim.SGD(parameter(1.0)), TypeError, "iterable of Tensors or dicts, but got a Tensor"),
    (lambda: optim.SGD([]), ValueError, "optimizer got an empty parameter list"),
    (lambda: optim.SGD([3.0]), TypeError, "optimizer can only optimize Tensors, but one of the params is float"),
    (lambda: optim.SGD([parameter(1.0) * 2]), ValueError, "can't optimize a non-leaf Tensor"),
    (lambda: optim.SGD([{"params": {parameter(1.0)}}]), TypeError, "use a list instead"),
    (lambda: optim.SGD([("w", parameter(1.0)), parameter(2.0)]), ValueError, "Some param names are missing"),
    (lambda: optim.SGD([parameter(1.0)], lr=-0.1), ValueError, "Invalid learning rate: -0.1"),
    (lambda: optim.SGD([parameter(1.0)], lr=steepest.ones(2)), ValueError, "Tensor lr must be 1-element"),
    (lambda: optim.SGD([parameter(1.0)], momentum=-1), ValueError, "Invalid momentum value: -1"),
    (lambda: optim.SGD([parameter(1.0)], nesterov=True), ValueError, "Nesterov momentum requires a momentum and zero dampening"),
    (lambda: optim.SGD([parameter(1.0)], fused=True, foreach=True), RuntimeError, "cannot be `True` together"),
    (lambda: optim.Adam([parameter(1.0)], betas=(1.0, 0.9)), ValueError, "Invalid beta parameter at index 0: 1.0"),
    (lambda: optim.Adam([parameter(1.0)], betas=(0, 0.9)), ValueError, "either both floats or both Tensors"),
    (lambda: optim.Adam([parameter(1.0)], eps=-1), ValueError, "Invalid epsilon value: -1"),
    (lambda: optim.Adadelta([parameter(1.0)], rho=2), ValueError, "Invalid rho value: 2"),
    (lambda: optim.Rprop([parameter(1.0)], etas=(2, 3)), ValueError, "Invalid eta values: 2, 3"),
    (lambda: optim.Muon([parameter(1.0)]), ValueError, "Muon only supports 2D parameters"),
    (lambda: optim.LBFGS([{"params": [parameter(1.0)]}, {"params": [parameter(1.0)]}]), ValueError, "parameter groups"),
    (lambda: optim.LBFGS([parameter(1.0)]).step(), TypeError, "missing 1 required positional argument: 'closure'"),
])
def test_errors_say_what_is_wrong(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert message in str(caught.value)


def test_a_parameter_belongs_to_one_group() -> None:
    p = parameter(1.0)
    optimizer = optim.SGD([p])
    with pytest.raises(ValueError, match="more than one parameter group"):
        optimizer.add_param_group({"params": [p]})
    with pytest.warns(UserWarning, match="duplicate parameters"):
        optim.SGD([p, p])
    with pytest.raises(TypeError, match="param_group must be a dict"):
        optimizer.add_param_group([p])


def test_names_are_kept_for_all_groups_or_none() -> None:
    optimizer = optim.SGD([("w", parameter(1.0)), ("b", parameter(2.0))], lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["w", "b"]
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["w", "b"]
    with pytest.raises(ValueError, match="cannot add param group without names"):
        optimizer.add_param_group({"params": [parameter(3.0)]})


def test_zero_grad_forgets_or_zeroes() -> None:
    p = with_gradient(1.0, 2.0)
    optimizer = optim.SGD([p])
    gradient = p.grad
    optimizer.zero_grad(set_to_none=False)
    assert p.grad is gradient
    assert gradient.tolist() == [0.0, 0.0]
    optimizer.zero_grad()
    assert p.grad is None


def test_parameters_without_gradient_rest() -> None:
    moved, resting = with_gradient(1.0), parameter(1.0)
    optimizer = optim.Adam([moved, resting])
    optimizer.step()
    assert resting.item() == 1.0
    assert list(optimizer.state) == [moved]


def test_the_closure_runs_with_gradients_and_its_loss_is_returned() -> None:
    p = parameter(3.0)
    optimizer = optim.SGD([p], lr=0.1)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (p * p).sum()
        loss.backward()
        return loss

    with steepest.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 9.0
    assert p.item() == pytest.approx(2.4)
    assert p.requires_grad


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_state_goes_on_where_it_was(name: str) -> None:
    def begin() -> tuple[Any, Any]:
        p = with_gradient(1.0, -2.0, 3.0)
        return p, getattr(optim, name)([p])

    p, optimizer = begin()
    for _ in range(3):
        optimizer.step()
    q, again = begin()
    with steepest.no_grad():
        q.copy_(p)
    again.load_state_dict(pickle.loads(pickle.dumps(optimizer.state_dict())))
    for _ in range(3):
        optimizer.step()
        again.step()
    np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())


def test_loading_casts_state_but_not_step_counts() -> None:
    p = with_gradient(1.0)
    source = optim.Adam([p])
    source.step()
    wide = steepest.tensor([1.0], dtype=steepest.float64, requires_grad=True)
    target = optim.Adam([wide])
    target.load_state_dict(source.state_dict())
    assert target.state[wide]["exp_avg"].dtype is steepest.float64
    assert target.state[wide]["step"].dtype is steepest.float32


def test_loading_another_models_state_says_so() -> None:
    state = optim.SGD([parameter(1.0)]).state_dict()
    with pytest.raises(ValueError, match="different number of parameter groups"):
        optim.SGD([{"params": [parameter(1.0)]}, {"params": [parameter(2.0)]}]).load_state_dict(state)
    with pytest.raises(ValueError, match="group 0 has 1 parameters there and 2 here"):
        optim.SGD([parameter(1.0), parameter(2.0)]).load_state_dict(state)


def test_copies_are_independent() -> None:
    p = with_gradient(1.0)
    optimizer = optim.SGD([p], momentum=0.9)
    optimizer.step()
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        other = twin.param_groups[0]["params"][0]
        assert other is not p
        assert twin.state[other]["momentum_buffer"].tolist() == [1.0]


def test_hooks_run_around_the_step_in_order() -> None:
    seen = []
    p = with_gradient(1.0)
    optimizer = optim.SGD([p])
    handles = [
        register_optimizer_step_pre_hook(lambda *a: seen.append("all before")),
        register_optimizer_step_post_hook(lambda *a: seen.append("all after")),
        optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append("before")),
        optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append("after")),
    ]
    optimizer.step()
    assert seen == ["all before", "before", "after", "all after"]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert len(seen) == 4


def test_hooks_of_the_state_may_replace_it() -> None:
    optimizer = optim.SGD([parameter(1.0)], lr=0.1)
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "note": 1})
    assert optimizer.state_dict()["note"] == 1
    optimizer.register_load_state_dict_pre_hook(
        lambda o, state: {**state, "param_groups": [{**state["param_groups"][0], "lr": 0.5}]}
    )
    optimizer.load_state_dict(optimizer.state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.5


def test_a_subclass_of_the_users_gets_hooks_and_schedulers() -> None:
    class Signs(optim.Optimizer):
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        def step(self, closure: Any = None) -> None:
            with steepest.no_grad():
                for group in self.param_groups:
                    for p in group["params"]:
                        p -= group["lr"] * p.grad.sign()

    p = with_gradient(1.0)
    optimizer = Signs([p], 0.5)
    scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    optimizer.step()
    scheduler.step()
    optimizer.step()
    assert p.item() == 0.25


@pytest.mark.parametrize("name", [n for n in NAMES if n != "Adafactor"])
def test_a_tensor_rate_gives_the_same_steps(name: str) -> None:
    p, q = with_gradient(1.0, 2.0), with_gradient(1.0, 2.0)
    of_number, of_tensor = getattr(optim, name)([p], lr=0.5), getattr(optim, name)([q], lr=steepest.tensor([0.5]))
    for _ in range(3):
        of_number.step()
        of_tensor.step()
    np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=1e-6)


@pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adadelta", "Adam", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop"])
def test_a_zero_dimensional_parameter_keeps_its_dtype(name: str) -> None:
    p = steepest.tensor(1.0, requires_grad=True)
    p.grad = steepest.tensor(1.0)
    optimizer = getattr(optim, name)([p])
    optimizer.step()
    optimizer.step()
    assert p.dtype is steepest.float32
    assert p.item() != 1.0


def test_gradients_flow_through_a_differentiable_step() -> None:
    start = steepest.tensor([1.0, 2.0], requires_grad=True)
    p = start * 1.0
    p.retain_grad()
    optimizer = optim.SGD([p], lr=0.1, momentum=0.9, differentiable=True)
    p.grad = 2 * start
    optimizer.step()
    p.sum().backward()
    assert start.grad.tolist() == pytest.approx([0.8, 0.8])


def test_complex_parameters_move_as_pairs_of_numbers() -> None:
    p = steepest.tensor([1 + 2j], requires_grad=True)
    p.grad = steepest.tensor([1 - 1j])
    pair = steepest.tensor([[1.0, 2.0]], requires_grad=True)
    pair.grad = steepest.tensor([[1.0, -1.0]])
    for name, options in (("SGD", {"momentum": 0.9}), ("Adam", {}), ("Rprop", {}), ("Adagrad", {})):
        optimizers = [getattr(optim, name)([x], **options) for x in (p, pair)]
        for _ in range(2):
            for optimizer in optimizers:
                optimizer.step()
        assert p.detach().numpy().view(np.float32).tolist() == pair.reshape(-1).tolist()


def test_a_wrapper_that_never_called_the_constructor_steps() -> None:
    class Slow(optim.Optimizer):
        def __init__(self, inner: Any) -> None:
            self.inner, self.param_groups = inner, inner.param_groups

        def step(self, closure: Any = None) -> Any:
            return self.inner.step(closure)

    w = steepest.ones(1, requires_grad=True)
    (w * 2).sum().backward()
    Slow(optim.SGD([w], lr=0.5)).step()
    assert w.item() == 0
