"""What a fresh copy of the model shows: eight rows learnt by heart, the noise of the gradient between batches."""

from collections.abc import Callable

import pytest

import steepest as torch
from steepest import nn
from steepest.diagnose.capacity import eight_rows, gradient_noise
from steepest.diagnose.run import Run
from steepest.utils.data import DataLoader, TensorDataset


def watched(model: nn.Module, x: torch.Tensor, y: torch.Tensor, batch: int, criterion: Callable[..., torch.Tensor], lr: float = 0.01,
            epochs: int = 3) -> Run:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    with torch.doctor(model, quiet=True) as doctor:
        for _ in range(epochs):
            for a, b in DataLoader(TensorDataset(x, y), batch_size=batch, shuffle=True):
                loss = criterion(model(a), b)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return Run(doctor.watcher)


def test_a_model_that_can_learn_learns_eight_rows_by_heart() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(64, 3), torch.randint(0, 2, (64, 1)).float()
    model = nn.Sequential(nn.Linear(3, 16), nn.Tanh(), nn.Linear(16, 1))
    run = watched(model, x, y, 16, nn.functional.binary_cross_entropy_with_logits)
    state = torch.get_rng_state()
    weights = [p.detach().clone() for p in model.parameters()]
    found = eight_rows(run)
    assert found is not None and found[1] < 0.2 * found[0]
    assert torch.equal(torch.get_rng_state(), state) and all(torch.equal(a, b) for a, b in zip(weights, model.parameters(), strict=True))


def test_of_unrelated_labels_it_is_not_said_that_the_model_cannot_learn() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(200, 3), (torch.rand(200, 1) > 0.5).float()
    model = nn.Linear(3, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    with torch.doctor(model, optimizer, quiet=True) as doctor:
        for _ in range(150):
            loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    (found,) = [f for f in doctor.findings if f.rule == "labels-unrelated"]
    assert "look at the model itself" not in found.evidence and "请检查模型本身" not in found.evidence


def test_a_model_that_lets_nothing_through_does_not() -> None:
    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Linear(3, 8), nn.Linear(8, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(torch.relu(self.first(x) - 100.0))

    torch.manual_seed(0)
    x, y = torch.randn(64, 3), torch.randn(64, 1)
    found = eight_rows(watched(Cut(), x, y, 16, nn.functional.mse_loss))
    assert found is not None and found[1] > 0.2 * found[0]


@pytest.mark.parametrize("batch", [4, 16])
def test_the_noise_scale_of_a_line_is_the_textbooks(batch: int) -> None:
    torch.manual_seed(0)
    x = torch.ones(4096, 1)
    y = torch.randn(4096, 1) + 0.5
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    run = watched(model, x, y, batch, nn.functional.mse_loss, lr=0.0, epochs=1)
    found = gradient_noise(run)
    # Of mean (w - y)^2 at w = 0 a row's gradient is -2y: variance 4, mean -1, so the scale is 4; from 12 batches, roughly.
    assert found is not None and found[0] == batch and 1.0 < found[1] < 16.0


def test_all_rows_at_once_have_no_noise() -> None:
    torch.manual_seed(0)
    x, y = torch.randn(32, 2), torch.randn(32, 1)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torch.doctor(model, quiet=True) as doctor:
        for _ in range(8):
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert gradient_noise(Run(doctor.watcher)) is None
