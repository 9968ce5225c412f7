"""Calls of sizes that were never recorded are native where the size has no say in what is done, and eager's where it has."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import steepest as torch

nn, F = torch.nn, torch.nn.functional
RECORDED, UNSEEN = (12, 20, 15, 9), (10, 11, 13, 19, 12, 37, 100)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def compilation(f: Any) -> Any:
    return (f.forward if isinstance(f, nn.Module) else f)._compilation


def outcome(f: Callable[..., Any], arguments: list[Any], parameters: list[Any]) -> Any:
    """What a call gives, what its gradients are, or its exception."""
    torch.manual_seed(3)
    try:
        out = f(*arguments)
        out = out if isinstance(out, (tuple, list)) else [out]
        total = sum((x * torch.linspace(0.5, 1.5, x.numel()).reshape(x.shape)).sum() for x in out
                    if isinstance(x, torch.Tensor) and x.requires_grad)
        gradients = torch.autograd.grad(total, parameters, allow_unused=True) if parameters else ()
    except Exception as problem:
        return type(problem), str(problem)
    return [x.detach().numpy() if isinstance(x, torch.Tensor) else x for x in (*out, *gradients)] + [torch.rand(1).item()]


def agree(f: Callable[..., Any], data: Callable[[int], list[Any]], module: nn.Module | None = None) -> set[int]:
    """Compare the compiled function with the function itself for many sizes; those of the unseen sizes that were native at once."""
    state = {} if module is None else {k: v.clone() for k, v in module.state_dict().items()}
    parameters = [] if module is None else list(module.parameters())
    fast, at_once = torch.compile(f), set()
    for n in (*(n for n in RECORDED for _ in range(4)), *UNSEEN):
        arguments, found = data(n), []
        before = compilation(fast).native_calls
        for g in (fast, f):
            if module is not None:
                module.load_state_dict(state)
            found.append(outcome(g, arguments, parameters))
            found[-1] = [*found[-1], *([v.clone().numpy() for v in module.buffers()] if module is not None else [])]
        if compilation(fast).native_calls > before and n not in RECORDED:
            at_once.add(n)
        assert len(found[0]) == len(found[1]), (n, *found)
        for a, b in zip(*found, strict=True):
            if isinstance(b, np.ndarray):
                np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5, err_msg=f"{n}")
            else:
                assert a == b, n
    return at_once


def rows(*shape: int) -> Callable[[int], list[Any]]:
    return lambda n: [torch.tensor(np.random.default_rng(n).normal(size=(n, *shape)), dtype=torch.float32)]


ALL, BETWEEN = {n for n in UNSEEN if n not in RECORDED}, {n for n in UNSEEN if min(RECORDED) < n < max(RECORDED) and n not in RECORDED}


def test_layers_and_losses() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.3), nn.Linear(6, 3))
    labels = np.random.default_rng(0)
    assert agree(lambda x, y: F.cross_entropy(net(x), y), lambda n: [*rows(4)(n), torch.tensor(labels.integers(0, 3, n))], net) == ALL


class Flat(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.linear = nn.Conv2d(1, 2, 3), nn.Linear(8, 3)

    def forward(self, x: Any) -> Any:
        n = x.size(0)
        x = self.convolution(x).relu()
        return self.linear(x.view(x.shape[0], -1)) + torch.zeros(n, 3), (x * x).sum() / n


def test_a_size_may_become_that_of_another_tensor_or_a_divisor() -> None:
    torch.manual_seed(0)
    net = Flat()
    assert agree(lambda x: net(x), rows(1, 4, 4), net) == ALL


def test_length_of_a_sequence() -> None:
    torch.manual_seed(0)
    net = nn.Linear(4, 4)
    data = rows(4)
    assert agree(lambda x: F.scaled_dot_product_attention(net(x), x, x, is_causal=True).mean(1), lambda n: [data(n)[0][None]], net) == ALL


def by_branch(x: Any) -> Any:
    return x * 2 if x.shape[0] > 30 else x.exp()


def by_truth(x: Any) -> Any:
    y = x.tanh()
    while len(y) > 30:
        y = y[1:]
    return y


def by_power(x: Any) -> Any:
    return x.sum(0) * (0.5 if x.shape[0] < 30 else 1.0)


def by_attempt(x: Any) -> Any:
    try:
        return (x + torch.ones(37, 2)).sum(0)
    except RuntimeError:
        return x.sum(0)


def by_pieces(x: Any) -> Any:
    return x.sum(0) * len(x.split(25))


def by_first(x: Any) -> Any:
    return next(row for k, row in enumerate(x) if k == 5) + x.sum(0)


def by_loop(x: Any) -> Any:
    y = x.sin()
    for k in range(min(x.shape[0], 25) - 6):
        y = y * 1.5 if k == 20 else y
    return y


def by_alias(x: Any) -> Any:
    n = x.shape[0]
    m = n
    return x.cos() if m > 30 else x.sin()


def by_sum(x: Any) -> Any:
    n = len(x)
    more = n + 1
    return x.cos() if more > 30 else x.sin()


def by_keyword(x: Any, known: int = 0) -> Any:
    if not known:
        return by_keyword(x, known=x.shape[0])
    return x.cos() if known > 30 else x.sin()


def by_container(x: Any) -> Any:
    kept = [x.shape[0]]
    return x.cos() if kept[0] > 30 else x.sin()


def by_helper(x: Any) -> Any:
    def many(n: int) -> bool:
        return n > 30

    return x.cos() if many(x.size(0)) else x.sin()


def by_default(x: Any) -> Any:
    return x.cos() if max(x.shape) > 30 else x.sin()


def by_name(x: Any) -> Any:
    name = f"{x.shape[0]}"
    return x.cos() * len(name)


DECIDING = [by_branch, by_truth, by_power, by_attempt, by_first, by_loop, by_name, by_alias, by_sum, by_keyword, by_container, by_helper,
            by_default]


@pytest.mark.parametrize("f", DECIDING)
def test_a_size_that_decides_is_never_guessed(f: Any) -> None:
    assert agree(f, rows(2)) == set()


@pytest.mark.parametrize("f", [lambda x: x[:25].sum(0), lambda x: x[-25:].exp(), lambda x: torch.diagonal(x, 1).sum(), by_pieces])
def test_what_takes_as_much_as_there_is_counts_between_sizes_only(f: Any) -> None:
    assert agree(f, rows(30)) <= BETWEEN


@pytest.mark.parametrize(("f", "expected"), [
    (lambda x: x[1:] - x[:-1], ALL), (lambda x: x[5] * x[-1] + x.sum(0), ALL),
    (lambda x: (x.mean(0), x.var(), x.std(1, correction=0)), ALL), (lambda x: x.unsqueeze(0) @ x.T.unsqueeze(0), ALL),
    (lambda x: torch.cat([x, x.exp()]).softmax(0), ALL), (lambda x: {"a": x.sin(), "b": [x.cos(), 3]}["b"], ALL)])
def test_forms_of_sizes(f: Any, expected: set[int]) -> None:
    assert agree(f, rows(3)) == expected


def test_an_index_outside_raises_what_eager_raises() -> None:
    fast = torch.compile(lambda x, i: (x * 2)[i] + x.mean())
    for n in (5, 8, 11, 14, 17, 23):
        for _ in range(4):
            x, i = torch.arange(3.0 * n).reshape(n, 3), torch.tensor([0, n - 1])
            assert torch.allclose(fast(x, i), (x * 2)[i] + x.mean())
    before = compilation(fast).native_calls
    assert fast(torch.ones(30, 3), torch.tensor([0, 29])).shape == (2, 3) and compilation(fast).native_calls == before + 1
    with pytest.raises(IndexError, match="index 30 is out of bounds for dimension 0 with size 30"):
        fast(torch.ones(30, 3), torch.tensor([0, 30]))


def test_what_the_function_reads_is_guarded_for_every_size() -> None:
    net, scale = nn.Linear(3, 2), [2.0]
    fast = torch.compile(lambda x: net(x) * scale[0])
    for step, n in enumerate((4, 5, 6, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25)):
        for _ in range(3 if step < 4 else 1):
            x = torch.ones(n, 3)
            assert torch.allclose(fast(x), net(x) * scale[0])
        with torch.no_grad():
            net.weight.mul_(1.1)
        if step == 6:
            scale[0] = 3.0
        if step == 9:
            net = nn.Linear(3, 2)
    assert compilation(fast).native_calls > 5


def test_a_step_of_training_goes_on_at_every_size() -> None:
    nets = []
    for compiled in (False, True):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1))
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)

        def step(x: Any, y: Any, net: Any = net, optimizer: Any = optimizer) -> Any:
            loss = F.mse_loss(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss.detach()

        run = torch.compile(step) if compiled else step
        for k, n in enumerate((6, 6, 6, 4, 4, 4, 5, 5, 5, 7, 7, 7, 8, 9, 10, 11, 12, 13, 7, 30)):
            x = torch.tensor(np.random.default_rng(k).normal(size=(n, 3)), dtype=torch.float32)
            run(x, x.sum(1, keepdim=True))
        nets.append(net)
    for a, b in zip(nets[0].parameters(), nets[1].parameters(), strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-4, atol=1e-6)


def test_batches_of_sequences_of_many_lengths() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Embedding(11, 8), nn.Linear(8, 8))
    query = nn.Parameter(torch.rand(8))

    def f(tokens: Any) -> Any:
        x = net(tokens)
        return ((x @ query).softmax(1).unsqueeze(2) * x).sum(1).tanh().mean()

    fast, numbers = torch.compile(f), np.random.default_rng(0)
    recorded = [(4, 6), (4, 9), (4, 7), (4, 5), (3, 6), (2, 9), (5, 7), (3, 5)]
    unseen = [(4, 8), (4, 30), (3, 8), (5, 10), (7, 5), (2, 6), (50, 60)]
    for shape in (*(s for s in recorded for _ in range(4)), *unseen):
        tokens, before = torch.tensor(numbers.integers(0, 11, shape)), compilation(fast).native_calls
        values = [g(tokens) for g in (fast, f)]
        found, expected = ([v.item(), *torch.autograd.grad(v, [query, *net.parameters()])] for v in values)
        assert compilation(fast).native_calls > before or shape in recorded, shape
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=2e-4, atol=2e-5, err_msg=f"{shape}")
    assert compilation(fast).programs <= 2


def test_means_over_sequences_of_many_lengths() -> None:
    torch.manual_seed(0)
    net, data = nn.Sequential(nn.Conv1d(2, 4, 3, padding=1), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 5)), rows(2)
    assert agree(lambda x: net(x), lambda n: [data(n)[0].T.contiguous()[None].repeat(3, 1, 1)], net) == ALL


class Block(nn.Module):
    """Attention as it is written by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.all, self.out, self.places = nn.Linear(8, 24), nn.Linear(8, 8), nn.Embedding(64, 8)
        self.register_buffer("mask", torch.tril(torch.ones(64, 64)).view(1, 1, 64, 64))

    def forward(self, x: Any) -> Any:
        B, T, C = x.shape
        x = x + self.places(torch.arange(T))
        q, k, v = self.all(x).split(8, dim=2)
        k = k.view(B, T, 2, C // 2).transpose(1, 2)
        q, v = (t.view(B, T, 2, C // 2).transpose(1, 2) for t in (q, v))
        weights = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        weights = weights.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))
        y = torch.softmax(weights, dim=-1) @ v
        return self.out(y.transpose(1, 2).contiguous().view(B, T, C)).mean((0, 1))


def test_attention_written_by_hand() -> None:
    torch.manual_seed(0)
    net = Block()
    data = rows(8)
    assert agree(lambda x: net(x), lambda n: [data(n)[0][None].repeat(2, 1, 1)], net) >= BETWEEN


def test_sizes_that_never_come_twice() -> None:
    net = nn.Linear(3, 4)
    def f(x: Any) -> Any:
        return (net(x) ** 2).mean()

    fast, states = torch.compile(f), torch.rand(60, 3)
    for n in range(5, 40):
        found, expected = ([loss := g(states[:n]), *torch.autograd.grad(loss, list(net.parameters()))] for g in (fast, f))
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=2e-4, atol=2e-5, err_msg=f"{n}")
    fast, scale = torch.compile(lambda x: (net(x) * scale[0]).mean()), [1.0]
    for n in range(5, 40):
        scale[0] = float(n)         # a number that changes as the size does, but does not follow from it
        assert fast(states[:n]).item() == pytest.approx((net(states[:n]) * n).mean().item(), rel=1e-4)
    scale[0] = 2.0
    assert fast(states[:30]).item() == pytest.approx((net(states[:30]) * 2).mean().item(), rel=1e-4)
    assert compilation(fast).native_calls > 20


def test_sizes_that_decide_and_never_come_twice_are_left_to_python() -> None:
    fast, states = torch.compile(by_branch), torch.rand(400, 2)
    for n in (*range(2, 390), *range(340, 360)):
        np.testing.assert_allclose(fast(states[:n]).numpy(), by_branch(states[:n]).numpy(), rtol=1e-5)
    known = compilation(fast)
    assert len(known.recent) < 40 and len(known.variants) < 300
    before = known.native_calls
    for _ in range(3):
        fast(states[:350])
    assert known.native_calls >= before + 2
