"""Mixed precision: programs written for a graphics card run in their own precision, and scaled losses train alike."""

from typing import Any

import pytest

import steepest as torch
from steepest.cuda.amp import GradScaler, autocast


def train(scaler: Any, bad: int = -1) -> tuple[torch.Tensor, list[float]]:
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x, scales = torch.randn(5, 3), []
    for step in range(4):
        optimizer.zero_grad()
        loss = model(x if step != bad else x * float("inf")).square().mean()
        if scaler is None:
            loss.backward()
            optimizer.step()
            continue
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 100.0)
        scaler.step(optimizer)
        scaler.update()
        scales.append(scaler.get_scale())
    return model.weight.detach(), scales


def test_a_scaled_loss_trains_as_an_unscaled_one() -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=2)
    weight, scales = train(scaler)
    assert torch.equal(weight, train(None)[0])
    assert scales == [1024, 2048, 2048, 4096]


def test_a_step_with_infinite_gradients_is_left_out() -> None:
    weight, scales = train(torch.amp.GradScaler("cpu", init_scale=1024.0), bad=1)
    assert weight.isfinite().all() and scales == [1024, 512, 512, 512]


def test_the_state_goes_on_in_another_scaler() -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=5)
    train(scaler)
    other = torch.amp.GradScaler("cpu")
    other.load_state_dict(scaler.state_dict())
    assert other.state_dict() == scaler.state_dict() == {
        "scale": 8.0, "growth_factor": 2.0, "backoff_factor": 0.5, "growth_interval": 5, "_growth_tracker": 4}


def test_without_cuda_both_warn_and_do_nothing() -> None:
    with pytest.warns(UserWarning, match="CUDA is not available"):
        scaler = GradScaler()
    assert not scaler.is_enabled() and scaler.get_scale() == 1 and scaler.state_dict() == {}
    assert torch.equal(train(scaler)[0], train(None)[0])
    with pytest.warns(UserWarning, match="CUDA is not available"), autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is torch.float32


HALVES = pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])


@HALVES
def test_products_lower_their_precision_and_losses_raise_it(dtype: Any) -> None:
    x, layer, image = torch.randn(3, 4), torch.nn.Linear(4, 2), torch.randn(1, 1, 5, 5)
    with torch.autocast("cpu", dtype=dtype):
        made = layer(x)
        assert made.dtype is (x @ x.T).dtype is torch.einsum("ij,kj->ik", x, x).dtype is torch.nn.Conv2d(1, 2, 3)(image).dtype is dtype
        assert made.softmax(-1).dtype is torch.nn.functional.gelu(made).dtype is dtype
        assert torch.nn.functional.mse_loss(made, made).dtype is torch.nn.functional.cross_entropy(made, torch.tensor([0, 1, 1])).dtype
        assert torch.nn.functional.mse_loss(made, made).dtype is torch.cat([made, made.float()]).dtype is torch.float32
        assert torch.cat([made, made]).dtype is dtype
        assert (x.double() @ x.double().T).dtype is torch.float64
        with torch.autocast("cpu", enabled=False):
            assert layer(x).dtype is torch.float32
    assert torch.equal(made, torch.nn.functional.linear(x.to(dtype), layer.weight.to(dtype), layer.bias.to(dtype)))
    assert layer(x).dtype is torch.float32


def test_parameters_stay_float32_and_get_gradients_of_their_own_dtype() -> None:
    layer = torch.nn.Linear(4, 2)
    with torch.autocast("cpu"):
        loss = layer(torch.ones(3, 4)).float().sum()
    loss.backward()
    assert layer.weight.dtype is layer.weight.grad.dtype is torch.float32 and torch.equal(layer.weight.grad, torch.full((2, 4), 3.0))


def test_a_parameter_is_converted_once_for_a_block() -> None:
    weight, x = torch.ones(2, 2, requires_grad=True), torch.ones(1, 2)
    with torch.autocast("cpu"):
        a, b = x @ weight, x @ weight
    casts = [y.grad_fn.next_functions[1][0] for y in (a, b)]
    assert casts[0] is casts[1]
    with torch.autocast("cpu", cache_enabled=False):
        casts = [(x @ weight).grad_fn.next_functions[1][0] for _ in range(2)]
    assert casts[0] is not casts[1]


@pytest.mark.parametrize(("kind", "dtype"), [("LSTM", torch.bfloat16), ("RNN", torch.bfloat16), ("GRU", torch.float32)])
def test_recurrent_layers_have_the_dtypes_of_pytorch(kind: str, dtype: Any) -> None:
    layer = getattr(torch.nn, kind)(4, 5, bidirectional=True)
    with torch.autocast("cpu"):
        out, state = layer(torch.randn(3, 2, 4))
    state = state if isinstance(state, tuple) else (state,)
    assert {out.dtype, *(s.dtype for s in state)} == {dtype}
    out.float().sum().backward()
    assert layer.weight_hh_l0.grad.dtype is torch.float32


def test_functions_and_settings_of_autocast() -> None:
    assert not torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") is torch.bfloat16
    with torch.autocast("cpu", dtype=torch.float16):
        assert torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") is torch.float16
    assert not torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") is torch.bfloat16
    lowered = torch.autocast("cpu")(lambda x: x @ x)
    assert lowered(torch.ones(2, 2)).dtype is torch.bfloat16
    with pytest.warns(UserWarning, match="not supported"), torch.autocast("cpu", dtype=torch.float64):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is torch.float32
    with pytest.raises(RuntimeError, match="unsupported autocast device_type"):
        torch.autocast("nowhere")


def test_a_function_of_ones_own_says_in_which_dtype_it_computes() -> None:
    seen = []

    class Twice(torch.autograd.Function):
        @staticmethod
        @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.float32)
        def forward(ctx: Any, x: Any) -> Any:
            seen.append((x.dtype, torch.is_autocast_enabled("cpu")))
            return 2 * x

        @staticmethod
        @torch.amp.custom_bwd(device_type="cpu")
        def backward(ctx: Any, g: Any) -> Any:
            seen.append((g.dtype, torch.is_autocast_enabled("cpu")))
            return 2 * g

    x = torch.ones(2, dtype=torch.bfloat16, requires_grad=True)
    with torch.autocast("cpu"):
        Twice.apply(x).sum().backward()
    assert seen == [(torch.float32, False), (torch.float32, False)] and x.grad.dtype is torch.bfloat16


def test_compiled_functions_know_whether_autocast_is_on() -> None:
    double = torch.compile(lambda x: (x @ x) * 2)
    x = torch.ones(3, 3)
    for _ in range(4):
        assert double(x).dtype is torch.float32
        with torch.autocast("cpu"):
            assert double(x).dtype is torch.bfloat16


def test_the_order_of_calls_is_checked() -> None:
    parameter = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    scaler = torch.amp.GradScaler("cpu")
    for call in (scaler.update, lambda: scaler.unscale_(optimizer), lambda: scaler.step(optimizer)):
        with pytest.raises(AssertionError, match="Attempted (update|unscale_|step) but _scale is None"):
            call()
    scaler.scale(parameter.sum()).backward()
    with pytest.raises(AssertionError, match="No inf checks"):
        scaler.update()
    scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match="already been called on this optimizer"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="step\\(\\) has already been called"):
        scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="after step"):
        scaler.unscale_(optimizer)


def test_factors_of_a_scaler_can_be_asked_for_and_set() -> None:
    scaler = torch.amp.GradScaler("cpu", growth_factor=4.0, growth_interval=1)
    assert (scaler.get_growth_factor(), scaler.get_backoff_factor(), scaler.get_growth_interval()) == (4.0, 0.5, 1)
    scaler.set_growth_factor(3.0)
    scaler.set_backoff_factor(0.25)
    scaler.set_growth_interval(2)
    state = scaler.state_dict()
    assert (state["growth_factor"], state["backoff_factor"], state["growth_interval"]) == (3.0, 0.25, 2)
