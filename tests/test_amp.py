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


def test_lower_precision_on_the_cpu_is_an_error_that_says_what_to_write() -> None:
    with pytest.raises(RuntimeError, match="enabled=False"):
        torch.autocast("cpu", dtype=torch.bfloat16)
    with torch.autocast(device_type="cpu", enabled=False):
        assert torch.ones(1).dtype is torch.float32


def test_the_order_of_calls_is_checked() -> None:
    parameter = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    scaler = torch.amp.GradScaler("cpu")
    with pytest.raises(AssertionError, match="No inf checks"):
        scaler.update()
    scaler.scale(parameter.sum()).backward()
    scaler.unscale_(optimizer)
    with pytest.raises(RuntimeError, match="already been called on this optimizer"):
        scaler.unscale_(optimizer)
    scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="step\\(\\) has already been called"):
        scaler.step(optimizer)
    with pytest.raises(RuntimeError, match="after step"):
        scaler.unscale_(optimizer)
