"""A loop that is entered again begins natively where nothing has changed since, and notices whatever has."""

import sys
import types
from pathlib import Path
from typing import Any

import pytest

import steepest as torch
from steepest.compiling import standing
from steepest.nn.modules import hooks as module_hooks

sys.path.insert(0, str(Path(__file__).parent))
from programs import Plain, agree, compare, run

PROGRAM = """
from collections import OrderedDict, deque
class Settings:
    scale = 1.0
    def __init__(self):
        self.power = 2
        self.signs = [1.0, -1.0]
    def scaled(self, v):
        return v * self.scale
settings = Settings()
options = {"factor": 0.5, "names": {"a"}}
layers = OrderedDict(double=lambda v: v * 2, more=lambda v: v + 1)
shift = np.array([0.25, 0.5], dtype=np.float32)
window, pair, chosen = deque([1.0, 2.0]), (1.0, 2.0), "one"
w = torch.tensor([0.3, -0.2], requires_grad=True)
x, other = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 1.0])
def made():
    inner = 0.75
    def give():
        return inner
    def change(value):
        nonlocal inner
        inner = value
    return give, change
give, change = made()
def model(v):
    for layer in layers.values():
        v = layer(v)
    v = settings.scaled(v) * give() * options["factor"] * settings.signs[0] + float(shift[0]) * pair[0]
    return (v ** settings.power if "a" in options["names"] else v) * window[0] + (v if chosen == "one" else -v)
for epoch in range(9):
    if epoch == 5:
        CHANGE
    for step in loop(8):
        loss = (model(w) * x).sum()
        w.grad = None
        loss.backward()
        with torch.no_grad():
            w -= 1e-3 * w.grad
"""
CHANGES = [
    "pass", "settings.scale = 2.0", "Settings.scale = 3.0", "settings.power = 3", "settings.signs[0] = 2.0",
    "settings.signs.insert(0, 3.0)", "Settings.scaled = lambda self, v: v * 5", "options['factor'] = 0.25", "options['names'].clear()",
    "options['new'] = 1", "layers.move_to_end('double')", "layers['double'] = lambda v: v * 3", "del layers['more']", "shift[0] = 2",
    "window[0] = 3.0", "window.rotate()", "pair = (2.0, 1.0)", "chosen = 'two'", "change(0.5)", "x = other", "x.copy_(other)",
    "w.data = torch.tensor([1.0, 1.0])", "w = torch.ones(2, requires_grad=True)", "w.grad = None", "w.grad = torch.ones(2)",
    "w.requires_grad_(False); w = w.clone().requires_grad_()", "w.register_hook(lambda g: g * 2)", "del step, loss",
    "model = lambda v: v * v", "model.__code__ = (lambda v: v * v).__code__", "give = lambda: 0.3", "x.requires_grad_()",
]


@pytest.fixture(params=["memory", "python"])
def entered(request: Any, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What every look has found, by objects' memory or by asking Python."""
    found: list[bool] = []
    if request.param == "python":
        monkeypatch.setattr(standing, "available", lambda: None)
    holds = standing.Standing.holds
    monkeypatch.setattr(standing.Standing, "holds", lambda self, *given: found.append(holds(self, *given)) or found[-1])
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_between_two_loops_is_noticed(change: str, entered: list[bool]) -> None:
    agree(PROGRAM.replace("CHANGE", change))
    assert entered.count(True) >= 3
    assert change != "pass" or all(entered)


MODULE = """
X, Y = torch.arange(32.0).reshape(16, 2) / 10, torch.ones(16, 1)
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, Y), batch_size=4)
w, model, seen = torch.zeros(2, 1, requires_grad=True), nn.Linear(2, 1), []
config.scale = 1.0
def scaled(v):
    return v * config.scale
for epoch in range(8):
    if epoch == 5:
        CHANGE
    for x, y in loop(loader):
        out = scaled(x @ w) + model(x) * 0.1
        loss = ((out - y) ** 2).mean() + torch.ones(3).sum()
        with torch.no_grad():
            w -= 1e-2 * (x.t() @ (out.detach() - y))
    seen.append((loss.requires_grad, loss.item()))
"""


@pytest.mark.parametrize("change", [
    "pass", "config.scale = 2.0", "config.scale = torch.tensor(2.0)", "torch.set_grad_enabled(False)",
    "torch.set_default_dtype(torch.float64)", "model.register_forward_hook(lambda m, i, o: o * 2)", "model.eval()",
    "torch.nn.modules.module.register_module_forward_hook(lambda m, i, o: o * 2)", "model.forward = lambda v: v.sum(1, keepdim=True)"])
def test_what_has_changed_in_the_users_modules_and_for_all_operations_is_noticed(change: str, entered: list[bool]) -> None:
    config = types.ModuleType("config")
    config.__file__ = str(Path(__file__).with_name("config.py"))
    default, hooks = torch.get_default_dtype(), dict(module_hooks.forward_hooks)

    def put_back(kind: Any) -> Any:
        torch.set_grad_enabled(True)
        torch.set_default_dtype(default)
        for key in module_hooks.forward_hooks.keys() - hooks.keys():
            del module_hooks.forward_hooks[key], module_hooks.on_calls[key]
        return kind

    source = MODULE.replace("CHANGE", change) + "put_back(0)"
    try:
        agree(source, config=config, put_back=put_back)
    finally:
        put_back(None)
    assert entered.count(True) >= 3 and (change != "pass" or all(entered))


FUNCTION = """
x, y = torch.arange(12.0).reshape(6, 2) / 10, torch.ones(6, 1)
w = torch.zeros(2, 1, requires_grad=True)
total, seen = 0.0, []
def fit(steps):
    both = (0.0, 0.0)
    for step in loop(steps):
        loss = ((x @ w - y) ** 2).mean()
        w.grad = None
        loss.backward()
        both = (both[0] + loss.item(), loss.item())
        with torch.no_grad():
            w.sub_(0.1 * w.grad)
    return loss, step, both
for _ in range(6):
    loss, step, both = fit(7)
    seen.append((loss.item(), step, both))
"""


def test_a_function_finds_the_variables_that_its_loop_left_however_often_it_is_called(entered: list[bool]) -> None:
    agree(FUNCTION)
    assert entered.count(True) >= 3


def test_each_run_of_a_loop_may_be_kept_in_a_variable_that_the_body_names(entered: list[bool]) -> None:
    source = PROGRAM.replace("CHANGE", "pass")
    source = source.replace("for step in loop(8):", "run = loop(8)\n    for step in run:\n        run.record(epoch=epoch, loss=w.sum())")
    agree(source)
    assert entered.count(True) >= 3


def test_memory_that_changes_for_nothing_is_no_longer_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    words = standing.Words
    monkeypatch.setattr(standing, "Words", lambda *given: read.append(1) or words(*given))
    change = "factor = options['factor']; options['factor'] = 1; options['factor'] = factor"
    source = PROGRAM.replace("if epoch == 5:", "if epoch:").replace("CHANGE", change)
    compare(run(source, torch.loop), run(source, Plain), 2e-3, 2e-5)
    assert len(read) <= standing.TRIES
