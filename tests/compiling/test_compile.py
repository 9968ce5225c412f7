"""Compiled functions, modules and steps: results, effects and gradients are those of the function itself."""

import copy
import gc
import pickle
import types
import warnings
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch

nn, F = torch.nn, torch.nn.functional
Make = Callable[[], tuple[Callable[..., Any], Callable[[], Any]]]


def same(a: Any, b: Any, name: str = "") -> None:
    """Equal values, tensors within rounding, in equal containers."""
    assert type(a) is type(b), (name, a, b)
    if isinstance(b, torch.Tensor):
        assert a.dtype is b.dtype and a.shape == b.shape and (a.stride() == b.stride() or not b.numel()), name
        assert a.requires_grad == b.requires_grad and (a.grad_fn is None) == (b.grad_fn is None), name
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-4, atol=1e-5, err_msg=name)
        if b.is_leaf:
            same(a.grad, b.grad, f"{name}.grad")
    elif isinstance(b, dict):
        assert list(a) == list(b)
        for k in b:
            same(a[k], b[k], f"{name}[{k}]")
    elif isinstance(b, (list, tuple)):
        assert len(a) == len(b)
        for k, (x, y) in enumerate(zip(a, b, strict=True)):
            same(x, y, f"{name}[{k}]")
    elif isinstance(b, float):
        assert a == pytest.approx(b, rel=1e-4, abs=1e-6), name
    else:
        assert a == b, name


def compilation(f: Any) -> Any:
    return (f.forward if isinstance(f, nn.Module) else f)._compilation


def agree(make: Make, calls: list[Any], native: int | None = None, between: Callable[[int, Any, Any], None] | None = None) -> Any:
    """Call a function and its compiled twin with the same arguments; compare what they return and leave.

    `make()` gives the function and a function that shows its state. `between(k, f, arguments)` changes things before call k, the same for
    both. `native` is how many calls at least must have run natively; by default all but two.
    """
    plain, state = make()
    twin, other_state = make()
    fast = torch.compile(twin)
    shown: list[list[Any]] = [[], []]
    for out, f, kept, original in ((shown[0], plain, state, plain), (shown[1], fast, other_state, twin)):
        torch.manual_seed(3)
        for k, arguments in enumerate(copy.deepcopy(calls)):
            if between is not None:
                between(k, original, arguments)
            given = arguments if isinstance(arguments, tuple) else (arguments,)
            result = f(*given)
            out.append(copy.deepcopy([detached(result), detached(kept()), detached(given)]))
        out.append([torch.get_rng_state()])
    for k, (a, b) in enumerate(zip(shown[1], shown[0], strict=True)):
        same(a, b, f"call {k}")
    counted = compilation(fast).native_calls
    assert counted >= (len(calls) - 2 if native is None else native), (counted, [v.reason for v in compilation(fast).variants.values()])
    return fast


def detached(x: Any) -> Any:
    if isinstance(x, torch.Tensor):
        return x.detach() if x.grad_fn is not None else x
    if isinstance(x, (list, tuple)):
        return type(x)([detached(v) for v in x])
    return {k: detached(v) for k, v in x.items()} if isinstance(x, dict) else x


def free(f: Callable[..., Any]) -> Make:
    """A function without state."""
    return lambda: (f, lambda: None)


def rows(n: int, *shape: int, seed: int = 1) -> list[torch.Tensor]:
    random = np.random.default_rng(seed)
    return [torch.tensor(random.normal(size=shape), dtype=torch.float32) for _ in range(n)]


class Training:
    def __init__(self, optimizer: str = "SGD", layers: Any = None, **options: Any):
        torch.manual_seed(0)
        self.model = nn.Sequential(*(layers() if layers else [nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)]))
        self.optimizer = getattr(torch.optim, optimizer)(self.model.parameters(), **{"lr": 0.05, **options})
        self.losses: list[float] = []

    def step(self, x: Any, y: Any) -> Any:
        loss = F.mse_loss(self.model(x), y)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss

    def state(self) -> Any:
        return [list(self.model.parameters()), self.model.state_dict(),
                list(self.optimizer.state_dict()["state"].values())]


# whole steps


@pytest.mark.parametrize(("optimizer", "options"), [("SGD", {}), ("SGD", {"momentum": 0.9}), ("Adam", {}), ("AdamW", {}),
                                                    ("RMSprop", {}), ("Adagrad", {})])
def test_training_steps(optimizer: str, options: Any) -> None:
    def make() -> Any:
        t = Training(optimizer, **options)
        return t.step, t.state

    calls = list(zip(rows(7, 5, 3), rows(7, 5, 1, seed=2), strict=True))
    agree(make, calls, native=4)


def test_dropout_and_batch_norm_draw_and_count_as_in_eager() -> None:
    def make() -> Any:
        t = Training(layers=lambda: [nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.4), nn.Linear(4, 1)])
        return t.step, t.state

    agree(make, list(zip(rows(7, 5, 3), rows(7, 5, 1, seed=2), strict=True)), native=4)


def test_batches_that_are_slices_and_a_last_smaller_one() -> None:
    def make() -> Any:
        t = Training("Adam")
        return t.step, t.state

    x, y = rows(1, 11, 3)[0], rows(1, 11, 1, seed=2)[0]
    epoch = [(x[i:i + 4], y[i:i + 4]) for i in range(0, 11, 4)]
    plain, fast = make()[0], make()
    step = torch.compile(fast[0])
    for _ in range(4):
        for a, b in epoch:
            same(step(a, b).detach(), plain(a, b).detach())
    assert compilation(step).native_calls == 8


def test_gradients_that_someone_holds_are_not_written_over() -> None:
    t = Training()
    step = torch.compile(t.step)
    held, copies = [], []
    w = t.model[0].weight
    for x, y in zip(rows(6, 5, 3), rows(6, 5, 1, seed=2), strict=True):
        step(x, y)
        held.append(w.grad if len(held) % 2 else w.grad.detach())
        copies.append(w.grad.clone())
    assert compilation(step).native_calls == 4
    for a, b in zip(held, copies, strict=True):
        assert a.equal(b)


def test_tensors_that_move_to_other_places() -> None:
    class Moving:
        def __init__(self) -> None:
            self.w, self.before, self.oldest = torch.ones(3), torch.zeros(3), torch.zeros(3)
            self.p, self.last = torch.ones(3, requires_grad=True), torch.zeros(3)

        def step(self, x: Any) -> Any:
            self.oldest, self.before, self.w = self.before, self.w, self.w * 0.5 + x
            self.last, self.p.grad = self.p.grad, None
            (self.p * x).sum().backward()
            return self.oldest, self.before + 0

    def make() -> Any:
        m = Moving()
        m.p.grad = torch.zeros(3)
        return m.step, lambda: [m.w, m.before, m.oldest, m.p.grad, m.last]

    agree(make, rows(9, 3), native=5)


def test_results_of_calls_do_not_share_memory() -> None:
    f = torch.compile(lambda x: x * 2)
    kept = [f(x) for x in rows(5, 100)]
    for a, x in zip(kept, rows(5, 100), strict=True):
        assert a.equal(x * 2)
    g = torch.compile(lambda x: x.sum())
    assert [v.item() for v in [g(torch.full((3,), float(k))) for k in range(5)]] == [0, 3, 6, 9, 12]


def test_a_learning_rate_that_changes_does_not_compile_again() -> None:
    def make() -> Any:
        t = Training("SGD", momentum=0.9)
        return t.step, t.state

    owner: dict[int, Any] = {}

    def between(k: int, f: Any, arguments: Any) -> None:
        owner[0] = f.__self__
        f.__self__.optimizer.param_groups[0]["lr"] = 0.1 / (k + 1)

    fast = agree(make, list(zip(rows(14, 5, 3), rows(14, 5, 1, seed=2), strict=True)), native=9, between=between)
    assert compilation(fast).programs == 1


def test_numbers_that_the_step_changes_are_state() -> None:
    class Counting:
        def __init__(self) -> None:
            self.calls, self.total = 0, 0.0

        def step(self, x: Any) -> Any:
            self.calls += 1
            self.total = self.total * 0.5 + x.sum().item()
            return x * self.calls

    def make() -> Any:
        c = Counting()
        return c.step, lambda: [c.calls, c.total]

    agree(make, rows(9, 3), native=5)


def test_attributes_that_nothing_reads_may_change() -> None:
    t = Training()
    step = torch.compile(t.step)
    for x, y in zip(rows(9, 5, 3), rows(9, 5, 1, seed=2), strict=True):
        t.losses.append(step(x, y).item())
    assert compilation(step).native_calls >= 5


# functions


def test_values_of_all_kinds_are_returned() -> None:
    def f(x: Any) -> Any:
        return {"a": x + 1, "b": (x, None, 3, "s", [x.sum().item(), x.mean()])}

    fast = agree(free(f), rows(6, 2, 3))
    x = rows(1, 2, 3)[0]
    assert fast(x)["b"][0] is x


def test_views_share_memory_as_in_eager() -> None:
    def f(x: Any) -> Any:
        y = x + 1
        return x.t(), x[0], y.t(), y, y[:, 1:]

    fast = agree(free(f), rows(6, 2, 3))
    x = rows(1, 2, 3)[0]
    a, b, c, d, e = fast(x)
    a.zero_()
    c.zero_()
    assert x.sum() == 0 and b.sum() == 0 and d.sum() == 0 and e.sum() == 0
    assert x._version == b._version == 1


def test_arguments_written_in_place() -> None:
    def f(x: Any, y: Any) -> Any:
        x.add_(y).mul_(2)
        x[0] = 1
        return x, y

    agree(free(f), list(zip(rows(6, 2, 3), rows(6, 3, seed=2), strict=True)))


def test_the_same_tensor_twice() -> None:
    def f(x: Any, y: Any) -> Any:
        x.add_(y)
        return x * y

    x = [rows(1, 3)[0] for _ in range(9)]
    fast = torch.compile(f)
    for _ in range(3):
        a, b = x[0].clone(), x[1].clone()
        same(fast(a, b), f(x[0].clone(), x[1].clone()))
    for k in range(4):
        a = torch.ones(3)
        assert fast(a, a).tolist() == [4, 4, 4], k
        a, b = torch.ones(3), torch.ones(3)
        assert fast(a, b).tolist() == [2, 2, 2], k
    a = torch.ones(6)
    for _ in range(4):
        a.fill_(1)
        assert fast(a[:3], a[3:]).tolist() == [2, 2, 2]
        a.fill_(1)
        assert fast(a[:4], a[2:]).tolist() == f(*(lambda c: (c[:4], c[2:]))(torch.ones(6))).tolist()


def test_globals_cells_attributes_defaults_and_items_are_guards() -> None:
    scale = 2.0
    table = {"shift": [1.0]}

    class Box:
        factor = 3.0

        def power(self, x: Any) -> Any:
            return x * self.factor

    box = Box()

    def f(x: Any, extra: float = 1.0) -> Any:
        return box.power(x) * scale + table["shift"][0] + extra + GLOBAL["a"]

    fast = torch.compile(f)
    x = rows(1, 3)[0]

    def settle() -> None:
        for _ in range(7):
            same(fast(x), f(x))

    settle()
    counted = compilation(fast).native_calls
    assert counted > 0
    changes: list[Callable[[], Any]] = [
        lambda: GLOBAL.update(a=7.0), lambda: table["shift"].__setitem__(0, 5.0), lambda: setattr(box, "factor", 0.5),
        lambda: table.update(shift=[2.0]), lambda: setattr(Box, "power", lambda self, x: x - 1),
        lambda: setattr(f, "__defaults__", (9.0,)), lambda: setattr(Box, "factor", 8.0), lambda: table["shift"].insert(0, -1.0)]
    for change in changes:
        change()
        settle()
        scale += 1
        settle()
    assert compilation(fast).native_calls > counted + 20


GLOBAL = {"a": 1.0}


def test_number_arguments() -> None:
    agree(free(lambda x, a, n: x * a + n), [(x, 0.5 * k, 2) for k, x in enumerate(rows(9, 3))], native=4)
    fast = torch.compile(lambda x, n: x[:n].sum() if n else x.sum())
    for x in rows(4, 5):
        for n in range(3):
            same(fast(x, n), (x[:n].sum() if n else x.sum()))


def test_keywords_and_containers() -> None:
    def f(batch: Any, *, scale: Any = 1.0, more: Any = ()) -> Any:
        return batch["x"] * scale + sum(more)

    fast = torch.compile(f)
    for x, y in zip(rows(6, 3), rows(6, 3, seed=2), strict=True):
        same(fast({"x": x}, scale=2.0, more=[y, y + 1]), f({"x": x}, scale=2.0, more=[y, y + 1]))
    assert compilation(fast).native_calls == 4
    same(fast({"x": x}, more=(y,)), f({"x": x}, more=(y,)))


def test_new_shapes_dtypes_and_layouts() -> None:
    def f(x: Any) -> Any:
        return (x * x).sum(0), x + 1

    fast = torch.compile(f)
    kinds = [lambda: torch.ones(4, 3), lambda: torch.ones(2, 3), lambda: torch.ones(4, 3, dtype=torch.float64),
             lambda: torch.arange(12).reshape(3, 4).t(), lambda: torch.ones(3), lambda: torch.ones(0, 3)]
    for _ in range(4):
        for kind in kinds:
            same(fast(kind()), f(kind()))


def test_wide_weights_are_not_copied_for_each_call() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        net = nn.Linear(100, 300)
        fast, x = torch.compile(net), rows(1, 40, 100)[0]
        for _ in range(4):
            same(fast(x), net(x))
        told = compilation(fast).fast[0].compiled.executable.describe()
        assert told.startswith("generic loop nest: steps are called one by one")
    finally:
        torch.set_num_threads(threads)


def test_softmax_of_nothing() -> None:
    fast = torch.compile(lambda x: (torch.softmax(x, 0), x.log_softmax(0)))
    for n in (3, 0, 3, 0, 3, 0):
        for found in fast(torch.ones(n, 2)):
            assert found.shape == (n, 2)


def test_calls_of_many_kinds_end_in_eager_with_a_word() -> None:
    fast = torch.compile(lambda x, k: x.sum() + len(k))
    with pytest.warns(UserWarning, match="more than 16 different ways"):
        for n in range(1, 20):
            for _ in range(3):
                assert fast(torch.ones(3), "k" * n).item() == 3 + n


def test_every_size_is_right_and_two_are_compiled(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEEPEST_LOG", "compile")
    torch.manual_seed(0)
    net, norm = nn.Linear(5, 4), nn.BatchNorm1d(4)

    def f(x: Any, y: Any) -> Any:
        return F.mse_loss(norm(net(x)).relu(), y) + x.sum() / x.shape[0]

    fast = torch.compile(f)
    for n in (6, 3, 0, 1, 2, 7, 8, 31, 32, 33, 100, 1000, 6, 3, 8):
        for _ in range(3):
            x, y = rows(2, n, 5)[0], rows(2, n, 4)[1]
            if n == 1:
                with pytest.raises(ValueError, match="more than 1 value per channel"):
                    fast(x, y)
                continue
            found, expected = ([loss := g(x, y), *torch.autograd.grad(loss, list(net.parameters()))] for g in (fast, f))
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=2e-4, atol=2e-5, err_msg=f"{n}")
    told = capsys.readouterr().err
    assert told.count("compiled in") <= 2 and told.count("compiled for any batch size") == 1 and told.count("bound to another size") == 2
    assert compilation(fast).native_calls >= 28


def test_every_size_has_code_of_its_own_if_asked_for() -> None:
    fast = torch.compile(lambda x: x.cos().sum(0), dynamic=False)
    for n in (4, 5, 6):
        for _ in range(3):
            same(fast(torch.ones(n, 2)), torch.ones(n, 2).cos().sum(0))
    assert compilation(fast).programs == 3 and not compilation(fast).sizes.compiled


def test_a_size_that_decides_what_is_done_is_eagers() -> None:
    def f(x: Any) -> Any:
        return x * 2 if x.shape[0] > 10 else x.exp() * x.shape[0] ** 0.5

    fast = torch.compile(f)
    for n in (4, 5, 9, 10, 11, 12, 30, 4, 7):
        for _ in range(3):
            same(fast(torch.ones(n, 2)), f(torch.ones(n, 2)))


def test_a_size_that_comes_often_has_code_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steepest.compiling.compiled.OFTEN_ENOUGH", 0)
    fast = torch.compile(lambda x: x.sin().sum(0))
    for n in (4, 5):
        for _ in range(3):
            fast(torch.ones(n, 2))
    assert compilation(fast).programs == 1
    for _ in range(120):
        fast(torch.ones(5, 2))
    assert compilation(fast).programs == 2 and not compilation(fast).recent
    same(fast(torch.ones(5, 2)), torch.ones(5, 2).sin().sum(0))
    for n in range(6, 15):
        for _ in range(110):
            fast(torch.ones(n, 2))
        same(fast(torch.ones(n, 2)), torch.ones(n, 2).sin().sum(0))
    assert compilation(fast).programs == 6 and compilation(fast).native_calls > 1000


def test_modes_are_guards() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5))
    fast = torch.compile(net)
    x = rows(1, 4, 3)[0]
    for k in range(12):
        net.train(k % 3 == 0)
        for grad in (True, False):
            with torch.set_grad_enabled(grad):
                torch.manual_seed(k)
                expected = net(x)
                torch.manual_seed(k)
                same(fast(x), expected)
    assert compilation(fast).native_calls > 10
    torch.set_default_dtype(torch.float64)
    try:
        g = torch.compile(lambda x: x + torch.ones(3))
        for k in range(8):
            torch.set_default_dtype((torch.float32, torch.float64)[k % 2])
            assert g(torch.ones(3, dtype=torch.float16)).dtype is (torch.float32, torch.float64)[k % 2]
    finally:
        torch.set_default_dtype(torch.float32)


# gradients


def gradients_agree(f: Any, *shapes: tuple[int, ...], parameters: Any = (), leaf: bool = True, calls: int = 6) -> Any:
    """Gradients of a function of the results reach arguments and parameters as in eager."""
    fast = torch.compile(f)
    for k in range(calls):
        found = []
        for run in (f, fast):
            torch.manual_seed(k)
            leaves = [x.requires_grad_() for s in shapes for x in rows(1, *s, seed=k)]
            given = leaves if leaf else [x * 1.5 for x in leaves]
            for p in parameters:
                p.grad = None
            out = run(*given)
            outs = [out] if isinstance(out, torch.Tensor) else list(out)
            loss = sum((o * (o + j)).sum() for j, o in enumerate(outs))
            loss.backward()
            found.append([detached(out), [x.grad for x in leaves], [p.grad for p in parameters]])
        same(found[1], found[0], f"call {k}")
    assert compilation(fast).native_calls == calls - 2, [v.reason for v in compilation(fast).variants.values()]
    return fast


@pytest.mark.parametrize("leaf", [True, False])
def test_functions_are_differentiable_from_outside(leaf: bool) -> None:
    gradients_agree(lambda x, y: torch.tanh(x) @ y, (4, 3), (3, 2), leaf=leaf)
    gradients_agree(lambda x: (x.exp(), x.sigmoid().sum(0)), (4, 3), leaf=leaf)
    gradients_agree(lambda x, y: x + y, (4, 3), (3,), leaf=leaf)
    gradients_agree(lambda x: (x.t(), (x * 2).view(-1)[1:]), (4, 3), leaf=leaf)
    gradients_agree(lambda x: x * (x > 0), (4, 3), leaf=leaf)


def test_models_are_differentiable_from_outside() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.2), nn.Linear(4, 2), nn.LogSoftmax(1))
    plain = copy.deepcopy(net)
    fast = torch.compile(net)
    target = torch.tensor([0, 1, 1, 0, 1])
    optimizers = [torch.optim.SGD(m.parameters(), lr=0.05) for m in (plain, fast)]
    for k, x in enumerate(rows(8, 5, 3)):
        losses = []
        for m, o in zip((plain, fast), optimizers, strict=True):
            torch.manual_seed(k)
            loss = F.nll_loss(m(x), target)
            o.zero_grad()
            loss.backward()
            o.step()
            losses.append(loss.item())
        assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    same(dict(net.state_dict()), dict(plain.state_dict()))
    assert compilation(fast).native_calls >= 5


def test_gradients_that_a_model_does_not_read_are_no_guards() -> None:
    net = nn.Linear(3, 1)
    fast = torch.compile(net)
    known = compilation(fast)
    for k, x in enumerate(rows(8, 4, 3)):
        if k % 2:
            net.zero_grad(set_to_none=True)
        fast(x).sum().backward()
        if k == 4:
            slowly, known._slowly = known._slowly, None
    known._slowly = slowly
    assert known.native_calls >= 5


def test_values_changed_before_backward_are_noticed_as_in_eager() -> None:
    w = torch.ones(3, requires_grad=True)
    fast = torch.compile(lambda x: (w * w * x).sum())
    for x in rows(4, 3):
        out = fast(x)
    with torch.no_grad():
        w.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.backward()
    out = fast(x)
    out.backward()
    with pytest.raises(RuntimeError, match="second time"):
        out.backward()
    out = fast(x)
    out.backward(retain_graph=True)
    before = w.grad.clone()
    out.backward()
    assert torch.allclose(w.grad, before + 2 * w.detach() * x)


def test_results_changed_before_backward_are_noticed_as_in_eager() -> None:
    fast = torch.compile(lambda x: (x.exp(), x * 2))
    for _ in range(4):
        x = torch.ones(100, requires_grad=True)
        a, b = fast(x)
        a.detach().mul_(2)
        b.mul_(2)
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            a.sum().backward()
        assert b.tolist() == [4.0] * 100
    c = fast(torch.ones(100, requires_grad=True))[0]
    d = c.view(10, 10)
    d.detach().add_(1)
    assert c._version == d._version == 1 and c[0] == d[0, 0]


def test_second_derivatives() -> None:
    f = torch.compile(lambda x: (x ** 3).sum())
    for k in range(5):
        x = torch.tensor([1.0, 2.0 + k], requires_grad=True)
        (g,) = torch.autograd.grad(f(x), x, create_graph=True)
        (h,) = torch.autograd.grad(g.sum(), x)
        assert torch.allclose(h, 6 * x.detach())
    assert compilation(f).native_calls >= 2
    noisy = torch.compile(lambda x: (x ** 3 * torch.rand(2)).sum())
    for _ in range(3):
        out = noisy(x)
    with pytest.raises(RuntimeError, match="derivatives"):
        torch.autograd.grad(out, x, create_graph=True)


def test_results_without_gradients_beside_those_with() -> None:
    gradients_agree(lambda x: (x * 2, x.detach() + 1, x.argmax(0))[:1], (4, 3))
    fast = torch.compile(lambda x: (x * 2, x.detach() + 1, x.argmax(0)))
    for k in range(5):
        x = rows(1, 4, 3, seed=k)[0].requires_grad_()
        a, b, c = fast(x)
        assert a.requires_grad and not b.requires_grad and not c.requires_grad and c.dtype is torch.int64


def test_parameters_that_are_frozen_and_hooks_on_arguments() -> None:
    net = nn.Linear(3, 2)
    fast = torch.compile(net)
    seen: list[float] = []
    x = torch.ones(4, 3, requires_grad=True)
    for k in range(9):
        net.weight.requires_grad_(k % 4 != 3)
        net.zero_grad()
        handle = net.bias.register_hook(lambda g: seen.append(g.sum().item()))
        fast(x).sum().backward()
        handle.remove()
        assert (net.weight.grad is None) == (k % 4 == 3)
    assert seen == [8.0] * 9


def test_what_a_convolution_gives_can_be_viewed_while_it_is_recorded() -> None:
    convolution = nn.Conv2d(1, 4, 3)
    fast = torch.compile(lambda x: convolution(x).relu().view(2, -1))
    for x in rows(4, 2, 1, 8, 8):
        assert torch.allclose(fast(x), convolution(x).relu().view(2, -1), atol=1e-5)
    assert compilation(fast).native_calls >= 1


# what cannot be compiled


@pytest.mark.parametrize(("f", "word"), [
    (lambda x: x if x.sum() > 0 else -x, "reads a tensor's elements"),
    (lambda x: x * (1 if x.sum().item() > 0 else 2), "looks at a number"),
    (lambda x: print(end="") or x, "print has effects"),
    (lambda x: x * np.random.rand(), "random numbers"),
    (lambda x: x + torch.from_numpy(np.asarray(x.numpy() + 1)), "reads a tensor's elements"),
])
def test_what_must_be_run_by_python_is_named(f: Any, word: str) -> None:
    fast = torch.compile(f)
    with pytest.warns(UserWarning, match=word) as seen:
        for x in rows(4, 3):
            fast(x)
    assert len(seen) == 1 and seen[0].filename == __file__
    assert compilation(fast).native_calls == 0
    strict = torch.compile(f, fullgraph=True)
    with pytest.raises(RuntimeError, match="fullgraph"):
        strict(torch.ones(3))


def test_exceptions_are_eagers() -> None:
    def f(x: Any, i: Any) -> Any:
        if x.shape[0] == 2:
            raise ValueError("two")
        return x[i]

    fast = torch.compile(f)
    for k in range(5):
        same(fast(torch.ones(3), torch.tensor(k % 3)), torch.tensor(1.0))
        with pytest.raises(ValueError, match="two"):
            fast(torch.ones(2), torch.tensor(0))
    with pytest.raises(IndexError):
        fast(torch.ones(3), torch.tensor(7))
    same(fast(torch.ones(3), torch.tensor(1)), torch.tensor(1.0))


def test_the_cycle_collector_is_no_part_of_a_call() -> None:
    called = []

    def callback(phase: str, info: Any) -> None:
        called.append(print(end=""))

    fast = torch.compile(lambda x: [x + k for k in range(300)][-1])
    before = gc.get_threshold()
    gc.callbacks.append(callback)
    gc.set_threshold(10)
    try:
        for x in rows(5, 3):
            assert torch.allclose(fast(x), x + 299)
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(callback)
    assert called and gc.isenabled() and compilation(fast).native_calls == 3


def test_nested_compilation_and_loops() -> None:
    inner = torch.compile(lambda x: x.sin())
    fast = torch.compile(lambda x: inner(x) * 2)
    for x in rows(6, 3):
        assert torch.allclose(fast(x), x.sin() * 2)
    assert compilation(fast).native_calls == 4 and compilation(inner).native_calls == 0
    total = torch.zeros(3)
    x = rows(1, 3)[0]
    for _ in torch.loop(50):
        total += fast(x)
    assert torch.allclose(total, 50 * 2 * x.sin(), rtol=1e-4)


# the interface


def test_modules_behave_as_the_original() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    fast = torch.compile(net, mode="reduce-overhead", dynamic=True, backend="eager")
    assert isinstance(fast, nn.Module) and fast._orig_mod is net
    assert [k for k, _ in fast.named_parameters()] == ["_orig_mod.0.weight", "_orig_mod.0.bias"]
    assert list(fast.state_dict()) == ["_orig_mod.0.weight", "_orig_mod.0.bias"]
    assert len(fast) == 2 and fast[0] is net[0]
    fast.eval()
    assert not net.training and not net[1].training and not fast.training
    fast.train()
    assert net.training and fast.training
    fast.note = 3
    assert net.note == 3 and fast.note == 3
    del fast.note
    assert not hasattr(net, "note")
    fast.load_state_dict(copy.deepcopy(fast.state_dict()))
    fast.to(torch.float64)
    assert net[0].weight.dtype is torch.float64
    twin = copy.deepcopy(fast)
    assert twin._orig_mod is not net and twin(torch.ones(1, 2, dtype=torch.float64)).shape == (1, 2)
    assert pickle.loads(pickle.dumps(fast)).eval()(torch.ones(1, 2, dtype=torch.float64)).shape == (1, 2)
    with pytest.raises(AttributeError):
        _ = fast.missing


def test_a_module_compiled_in_place() -> None:
    net = nn.Linear(2, 1)
    x = torch.ones(3, 2)
    expected = net(x)
    net.compile()
    for _ in range(4):
        assert torch.allclose(net(x), expected)
    assert net._compiled_call_impl._compilation.native_calls == 2
    assert list(net.state_dict()) == ["weight", "bias"]
    seen: list[Any] = []
    net.register_forward_hook(lambda *given: seen.append(given))
    for _ in range(3):
        assert torch.allclose(net(x), expected)
    assert len(seen) == 3
    assert torch.allclose(copy.deepcopy(net)(x), expected)


def test_decorators_and_options() -> None:
    @torch.compile
    def f(x: Any) -> Any:
        """Doubles."""
        return x * 2

    @torch.compile(fullgraph=True, dynamic=False)
    def g(x: Any) -> Any:
        return x * 3

    assert f.__name__ == "f" and f.__doc__ == "Doubles." and f(torch.ones(2)).sum() == 4 and g(torch.ones(2)).sum() == 6

    def h(x: Any) -> Any:
        return x

    assert torch.compile(h, disable=True) is h
    with pytest.raises(TypeError, match="got int"):
        torch.compile(3)


def test_methods_of_a_class() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(torch.ones(2))

        @torch.compile
        def forward(self, x: Any) -> Any:
            return x * self.w

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        a, b = Model(), Model()
        for _ in range(5):
            assert a(torch.ones(2)).sum() == b(torch.ones(2)).sum() == 2
        with torch.no_grad():
            b.w.fill_(3)
        assert a(torch.ones(2)).sum() == 2 and b(torch.ones(2)).sum() == 6


def test_an_ordered_dictionary_that_changes_its_order_is_noticed() -> None:
    steps = OrderedDict(double=lambda v: v * 2, more=lambda v: v + 1)

    def function(x: torch.Tensor) -> torch.Tensor:
        for step in steps.values():
            x = step(x)
        return x

    fast, x = torch.compile(function), torch.ones(3)
    for _ in range(5):
        assert fast(x).tolist() == [3.0] * 3
    assert compilation(fast).native_calls
    steps.move_to_end("double")
    for _ in range(5):
        assert fast(x).tolist() == [4.0] * 3


def test_the_attributes_of_the_users_modules_are_noticed() -> None:
    config = types.ModuleType("config")
    config.__file__, config.scale = str(Path(__file__).with_name("config.py")), 2.0     # type: ignore[attr-defined]

    def function(x: torch.Tensor) -> torch.Tensor:
        return x * config.scale     # type: ignore[attr-defined, no-any-return]

    fast, x = torch.compile(function), torch.ones(3)
    for scale in (2.0, 3.0, 2.0, 5.0):
        config.scale = scale        # type: ignore[attr-defined]
        for _ in range(4):
            assert fast(x).tolist() == [scale] * 3
    assert compilation(fast).native_calls


@pytest.mark.parametrize(("options", "said"), [
    ({"mode": "fast"}, "Unrecognized mode=fast, should be one of: default"), ({"backend": "none"}, "Invalid backend: 'none'"),
    ({"mode": "default", "options": {"trace.enabled": True}}, "both can't be specified")])
def test_what_pytorch_does_not_take_is_refused_here_too(options: Any, said: str) -> None:
    for compiled in (lambda f: torch.compile(f, **options), torch.compile(**options)):
        with pytest.raises(RuntimeError, match=said):
            compiled(lambda x: x + 1)
    assert torch.compile(len, disable=True, **options) is len


def test_switches_of_pytorchs_compiler_have_its_defaults() -> None:
    from steepest._dynamo import config as dynamo
    from steepest._inductor import config as inductor

    assert dynamo.cache_size_limit == 8 and dynamo.suppress_errors is False and inductor.triton.unique_kernel_names
    assert inductor.max_autotune_gemm_backends == "ATEN,TRITON,CPP" and inductor.cpp.simdlen is None
    before, dynamo.cache_size_limit = dynamo.cache_size_limit, 64
    assert torch._dynamo.config.cache_size_limit == 64 and torch._dynamo.list_backends() == torch.compiler.list_backends()
    dynamo.cache_size_limit = before
