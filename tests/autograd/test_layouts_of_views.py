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


def turned(x: torch.Tensor) -> torch.Tensor:
    a = x * 2
    row = a[0]
    a.t_()
    row.mul_(3)
    return (a * WEIGHTS).sum()


def written_through_the_turned(x: torch.Tensor) -> torch.Tensor:
    a = x * 2
    row = a[0]
    a.t_()
    a[0].mul_(3)
    return (row * torch.arange(3.0)).sum()


def turned_view(x: torch.Tensor) -> torch.Tensor:
    a = x * 2
    rows = a[1:]
    rows.t_()
    rows[0].mul_(3)
    a[2].mul_(torch.arange(3.0))
    return (a * WEIGHTS).sum()


def turned_again_and_again(x: torch.Tensor) -> torch.Tensor:
    a = x * 2
    part = a.view(-1)[2:5]
    a.unsqueeze_(1).transpose_(0, 2)
    part.mul_(torch.arange(3.0))
    a.squeeze_()
    part.add_(1)
    return (a * WEIGHTS).sum()


def strides_of_strides(x: torch.Tensor) -> torch.Tensor:
    y = torch.atan(x)
    a = y.data
    between = a.as_strided([2], [3], 2).as_strided([3], [1])
    a.lerp_(y * WEIGHTS, 0.5)
    return between.sum() * 17


@pytest.mark.parametrize("program, expected", [                       # printed by PyTorch 2.13.0
    (turned, [[0, 18, 36], [2, 8, 14], [4, 10, 16]]), (written_through_the_turned, [[0, 2, 4], [0, 0, 0], [0, 0, 0]]),
    (turned_view, [[0, 2, 4], [18, 8, 10], [0, 14, 32]]), (turned_again_and_again, [[0, 6, 0], [2, 16, 14], [4, 10, 16]]),
    (strides_of_strides, [[0, 0, 16], [24, 32, 0], [0, 0, 0]])])
def test_tensors_whose_own_shape_changes(program: Callable[[torch.Tensor], torch.Tensor], expected: list[list[float]]) -> None:
    x = torch.full((3, 3), 0.25, requires_grad=True)
    program(x).backward()
    assert torch.allclose(x.grad, torch.tensor(expected, dtype=torch.float32))


def test_a_turned_tensor_counts_as_written_and_stays_a_leaf() -> None:
    x = torch.zeros(2, 3, requires_grad=True)
    with torch.no_grad():
        x.t_()
    assert x.is_leaf and x.requires_grad and x.shape == (3, 2) and x._version == 1
    for name in ("t_", "squeeze_"):
        with pytest.raises(RuntimeError, match="leaf"):
            getattr(x, name)()
    y = torch.ones(2, 2, requires_grad=True).exp()
    y.t_()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
    with pytest.raises(RuntimeError, match="multiple views"):
        (x * 2).unbind(0)[0].unsqueeze_(0)


def test_resizing_stays_within_the_memory_that_there_is() -> None:
    x = torch.arange(9.0).reshape(3, 3)
    row = x[0]
    x.resize_(2, 2)
    row.mul_(2)
    assert x.tolist() == [[0, 2], [4, 3]] and x.resize_(2, 2) is x
    with pytest.raises(RuntimeError, match="require grad"):
        torch.ones(2, requires_grad=True).resize_(3)


def test_parts_of_complex_numbers_behind_strides_are_written() -> None:
    x = torch.tensor([1 + 2j, 3 - 1j, 0.5j], requires_grad=True)
    a = x * 1
    part = a.as_strided([2], [2]).imag
    part.mul_(3)
    part.add_(1)
    assert a.tolist() == [1 + 7j, 3 - 1j, 2.5j]
    part.sum().backward()
    assert x.grad.tolist() == [3j, 0, 3j]                               # printed by PyTorch 2.13.0


def test_tangents_lie_in_memory_as_their_numbers() -> None:
    x = torch.arange(6.0).reshape(2, 3)
    turned = x.t().clone().t()                                          # another order in memory, the same elements
    value, tangent = torch.func.jvp(lambda a: (a * 1).view(3, 2), (x,), (turned,))
    assert value.tolist() == tangent.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert torch.func.jvp(lambda a: a.as_strided([2], [3], 1), (x,), (turned,))[1].tolist() == [1, 4]
