"""Writes into views whose place depends on how the base lies in memory: gradients that lie otherwise reach them all the same."""

from collections.abc import Callable

import pytest

import steepest as torch

WEIGHTS = torch.arange(9.0).reshape(3, 3)


def flat_view(x: torch.Tensor) -> torch.Tensor:
    a = x * 2
    a.mT.clamp_(-1, 1)
    a.view(-1).mul_(torch.arange(9.0))
    return (a.mT * WEIGHTS).sum()


def strided(x: torch.Tensor) -> torch.Tensor:
    a = x * 2
    a.as_strided((5,), (1,), 2).mul_(torch.arange(5.0) + 2)
    return (a.mT * WEIGHTS).sum()


def strided_base_in_another_order(x: torch.Tensor) -> torch.Tensor:
    a = (x * 2).mT.clone()
    a.as_strided((5,), (1,), 2).mul_(torch.arange(5.0) + 2)
    return (a * WEIGHTS).sum()


def channels_last(x: torch.Tensor) -> torch.Tensor:
    a = (x.reshape(1, 3, 3, 1).expand(2, 3, 3, 4) * 2).contiguous(memory_format=torch.channels_last)
    a.permute(0, 2, 3, 1).view(-1, 3).mul_(torch.arange(3.0) + 1)
    return (a * torch.arange(72.0).reshape(2, 3, 3, 4)).sum()


EXPECTED = {                                                           # printed by PyTorch 2.13.0
    flat_view: [[0, 6, 24], [6, 32, 70], [24, 70, 128]],
    strided: [[0, 6, 24], [6, 32, 70], [24, 10, 16]],
    strided_base_in_another_order: [[0, 6, 24], [6, 32, 70], [24, 10, 16]],
    channels_last: [[312, 376, 440], [1008, 1136, 1264], [2088, 2280, 2472]],
}


@pytest.mark.parametrize("program", EXPECTED)
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_gradients_through_writes(program: Callable[[torch.Tensor], torch.Tensor], compiled: bool) -> None:
    x = torch.full((3, 3), 0.25)
    function = torch.func.grad(program)
    if compiled:
        function = torch.compile(function)
    for _ in range(4):
        assert function(x).tolist() == EXPECTED[program]


def test_second_gradients_through_a_write() -> None:
    x = torch.tensor([[0.5, 0.75, 1.0], [0.75, 0.75, -1.0], [0.0, 1.25, 2.0]], dtype=torch.float64, requires_grad=True)

    def program(x: torch.Tensor) -> torch.Tensor:
        a = x * 2
        a.view(-1)[2:7].mul_(x[0, 0])
        return (a.mT ** 2 * WEIGHTS).sum()

    assert torch.autograd.gradcheck(program, (x,)) and torch.autograd.gradgradcheck(program, (x,))
