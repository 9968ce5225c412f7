"""Code for every size: programs that differ in a size share it from the second one on, and give what eager gives."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.compiling.any_size import AnySize, Sample, Sizes, solved
from steepest.compiling.program import Program
from steepest.lower.unsupported import Unsupported

nn, F = torch.nn, torch.nn.functional
SIZES = (7, 33, 2, 3, 8, 31, 32, 100, 257)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def uniform(*shape: int) -> torch.Tensor:
    return torch.rand(*shape) * 2 - 1


def places(*shape: int, below: int = 5) -> torch.Tensor:
    return torch.randint(0, below, shape)


def gradients(loss: Callable[..., Any], module: nn.Module) -> Callable[..., Any]:
    """A loss and its gradients for the parameters of a module."""
    def f(*x: Any) -> Any:
        value = loss(*x)
        return (value, *torch.autograd.grad(value, list(module.parameters())))

    return f


def perceptron() -> Any:
    net = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 5))
    return gradients(lambda x, y: F.cross_entropy(net(x), y), net), lambda n: [uniform(n, 6), places(n)]


def convolutions() -> Any:
    net = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(12, 5))
    return gradients(lambda x, y: F.nll_loss(net(x).log_softmax(1), y, reduction="sum"), net), lambda n: [uniform(n, 1, 4, 4), places(n)]


def normalised() -> Any:
    net = nn.Sequential(nn.BatchNorm1d(6), nn.LayerNorm(6))
    return gradients(lambda x: (net(x) ** 3).mean(), net), lambda n: [uniform(n, 6)]


def attention() -> Any:
    net = nn.Linear(4, 4)
    return lambda x: F.scaled_dot_product_attention(net(x), x, x, is_causal=True), lambda n: [uniform(2, n, 4)]


def recurrent() -> Any:
    net = nn.GRU(3, 4, batch_first=True)
    return lambda x: net(x)[0], lambda n: [uniform(n, 3, 3)]


def embedded() -> Any:
    net = nn.Embedding(5, 4)
    return gradients(lambda i: (net(i) ** 2).sum(), net), lambda n: [places(n, 2)]


def dropped() -> Any:
    net = nn.Dropout(0.4)
    return lambda x: net(x) + torch.rand(x.shape[0], 3), lambda n: [uniform(n, 3)]


TABLE: dict[str, Callable[[], Any]] = {
    "perceptron": perceptron, "convolutions": convolutions, "normalised": normalised, "attention": attention, "recurrent": recurrent,
    "embedded": embedded, "dropped": dropped,
    "statistics": lambda: (lambda x: (x.mean(), x.std(0), x.var(), x.amax(0), x.max(0)[1], x.argmax(1), x.cumsum(0)),
                           lambda n: [uniform(n, 5)]),
    "joined": lambda: (lambda x, y: (torch.cat([x, y, x]), torch.stack([x, y], 1).exp(), x[1:] - x[:-1]),
                       lambda n: [uniform(n, 5), uniform(n, 5)]),
    "products": lambda: (lambda x: ((x @ x.T).tanh().sum(1), torch.softmax(x, 0), x.double().T @ x.double()), lambda n: [uniform(n, 17)]),
    "picked": lambda: (lambda x, i: (x[i], x.index_add(0, i, uniform_like(x[i])), x.sort(1)[0]), lambda n: [uniform(9, 4), places(n)]),
    "parts": lambda: (lambda x: (x.view(-1, 2, 3).sum(1) * x.shape[0], x / x.shape[0], x.unsqueeze(1) - x.unsqueeze(0)),
                      lambda n: [uniform(n, 6)]),
}


def uniform_like(x: Any) -> Any:
    return torch.sin(x)


@pytest.mark.parametrize("name", TABLE)
def test_one_code_gives_what_eager_gives(name: str) -> None:
    torch.manual_seed(1)
    f, data = TABLE[name]()
    sizes = Sizes()
    assert shared(f, {n: data(n) for n in SIZES}, sizes) in (SIZES[1:], tuple(n for n in SIZES[1:] if n != 2))
    assert sizes.compiled == 1


def shared(f: Callable[..., Any], calls: dict[int, list[Any]], sizes: Sizes) -> tuple[int, ...]:
    """Which calls share code; what it gives is compared with eager."""
    found = []
    for n, arguments in calls.items():
        def run(*x: Any) -> Any:
            torch.manual_seed(5)
            out = f(*x)
            return tuple(y.detach() * 1 for y in (out if isinstance(out, tuple) else (out,)))

        program = Program(run, arguments, arguments)
        nest = sizes.nest(program, program.results, False)
        if nest is None:
            continue
        found.append(n)
        expected = run(*arguments)
        torch.manual_seed(5)
        for got, wanted in zip(nest.run([x.array.reshape(1, -1) for x in arguments], 1), expected, strict=True):
            np.testing.assert_allclose(got[0].reshape(wanted.shape), wanted.numpy(), rtol=2e-4, atol=2e-5, err_msg=f"{n}")
    return tuple(found)


def test_two_sizes_that_do_not_follow_from_each_other() -> None:
    calls = {n: [uniform(n, width)] for n, width in ((4, 6), (9, 7), (16, 5), (25, 8), (3, 30), (7, 7), (30, 3))}
    sizes = Sizes()
    assert shared(lambda x: (x.sin() @ x.T).sum(0), calls, sizes) == (9, 16, 25, 3, 7, 30)
    assert sizes.compiled == 2


def test_threads_share_the_loops_of_large_sizes() -> None:
    torch.set_num_threads(2)
    sizes, net = Sizes(), nn.Linear(40, 100)
    calls = {n: [uniform(n, 40)] for n in (5, 3, 8, 300, 301, 517)}
    assert shared(lambda x: net(x).tanh().sum(0), calls, sizes) == (3, 8, 300, 301, 517)
    assert sizes.compiled == 2


def test_numbers_are_found_from_two_sizes_and_checked_with_more() -> None:
    def sample(n: int, *numbers: int) -> Sample:
        made = Sample.__new__(Sample)
        made.numbers, made.sizes, made.constants = [n, *numbers], [0], []
        return made

    seen = [sample(n, 3 * n, n * n, n - 2, 7, n * n + n) for n in (5, 12, 31)]
    found = solved(seen)
    assert found is not None
    assert [x if isinstance(x, int) else x.at((50,)) for x in found[1]] == [50, 150, 2500, 48, 7, 2550]
    assert solved([*seen, sample(40, 120, 1600, 38, 7, 1641)]) is None


def test_sizes_that_loops_are_not_written_for_raise() -> None:
    x = [uniform(3, 2)]
    program = Program(lambda x: x.flip(0), x, x)
    with pytest.raises(Unsupported):
        AnySize(program, program.results, Sizes())
