"""Steps that Python takes between native ones: where rounding has grown, the equations decide whether Python did the same."""

import warnings
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.compiling import activation


def train(loops: bool) -> list[np.ndarray]:
    """Some epochs of a network with dropout, entered again and again; what its parameters are then."""
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.ReLU(), torch.nn.Dropout(0.2), torch.nn.Linear(8, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    x, y = torch.randn(20, 6), torch.randn(20, 1)
    for _ in range(4):
        for _ in torch.loop(9) if loops else range(9):
            loss = ((net(x) - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return [p.detach().numpy().copy() for p in net.parameters()]


def test_what_rounding_changes_is_told_from_what_python_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every comparison of numbers says that they differ: then the equations, evaluated by Python, must give what Python left."""
    found: list[bool] = []
    real = activation._differs

    def doubting(*given: Any) -> bool:
        found.append(real(*given))
        return len(found) % 2 == 1 or found[-1]

    monkeypatch.setattr(activation, "_differs", doubting)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        native = train(True)
    assert len(found) >= 2
    assert not any(found)
    for a, b in zip(native, train(False), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_what_python_changes_ends_native_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activation, "_differs", lambda *given: True)
    with pytest.warns(UserWarning, match="left something else"):
        train(True)
