"""Programs that were not written for native loops print and leave, run natively, what they print and leave run by Python."""

import contextlib
import io
import linecache
import re
import sys
import types
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.compiling import native_loops
from steepest.compiling.native_loops import native_sites

sys.path.insert(0, str(Path(__file__).parent))
from programs import same

NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")
names = count()
MODEL = """
import random, time, math
x, y = torch.randn(40, 3), torch.randn(40, 1)
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
criterion = nn.MSELoss()
data = torch.utils.data.TensorDataset(x, y)
loader = torch.utils.data.DataLoader(data, batch_size=8, shuffle=True)
def step(x, y):
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
"""


def run(source: str, natively: bool, always: bool = True) -> tuple[str, dict[str, Any]]:
    filename = f"<string-native-{next(names)}>"
    linecache.cache[filename] = len(source), None, source.splitlines(keepends=True), filename
    scope = {"__name__": "__main__", "torch": torch, "nn": torch.nn, "np": np}
    torch.manual_seed(3)
    printed = io.StringIO()
    native_loops.runtime.always = always
    try:
        with contextlib.redirect_stdout(printed):
            if natively:
                native_loops.run_natively(source, filename, scope)
            else:
                exec(compile(source, filename, "exec"), scope)
    finally:
        native_loops.runtime.always = False
    return printed.getvalue(), scope


def agree(source: str, least: int = 1, most: int | None = None) -> None:
    """Both ways print the same text, numbers within rounding, and leave the same; `least` and `most` native steps are taken."""
    expected, left = run(source, natively=False)
    before = {id(s): s.native_steps for s in native_sites()}
    text, found = run(source, natively=True)
    steps = sum(s.native_steps - before.get(id(s), 0) for s in native_sites())
    assert NUMBER.sub("#", text) == NUMBER.sub("#", expected)
    np.testing.assert_allclose([float(n) for n in NUMBER.findall(text)], [float(n) for n in NUMBER.findall(expected)], 1e-3, 1e-5)
    for name, value in left.items():
        if not name.startswith("__") and name not in ("torch", "nn", "np", "bar"):
            same(found[name], value, 2e-3, 2e-5, name)
    assert least <= steps and (most is None or steps <= most), steps


def test_a_loop_that_prints_and_collects_in_each_step() -> None:
    agree(MODEL + """
epochs, losses = [], []
for epoch in range(60):
    loss = criterion(model(x), y)
    print(epoch, loss.item())
    epochs.append(epoch)
    losses.append(loss.item())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""", least=50)


@pytest.mark.parametrize("statement", [
    "print(f'{i:3d} {loss.item():.4f} {i / 7:.2f} {loss.item() * 2!r}', end=';\\n')",
    "print('%d of %d: %.3f' % (i, 40, loss.item()), flush=True)",
    "print('{} and {:.3f}'.format(i, loss.item()))",
    "print('loss ' + str(round(loss.item(), 3)), math.exp(loss.item()), sep='|')",
    "print(loss)",
    "print(i, loss.data, model[0].bias.tolist(), model[2].bias)",
    "print(loss.detach().numpy(), x.shape, loss.dtype)",
    "sys.stdout.write(f'{i} {loss:.3f}\\n')",
    "print(f'{100.0 * i / 40:.1f}% {optimizer.param_groups[0][\"lr\"]}')",
    "print([i, loss.item()], (i,), {'a': 1})",
])
def test_output_in_every_form(statement: str) -> None:
    agree(MODEL + f"import sys\nfor i in range(40):\n    loss = step(x, y)\n    {statement}\n", least=0 if "{'a'" in statement else 30)


def test_epochs_over_an_enumerated_loader_in_functions() -> None:
    agree(MODEL + """
def train(epoch):
    running = 0.0
    for i, (inputs, target) in enumerate(loader, 1):
        loss = step(inputs, target)
        running += loss.item()
        if i % 2 == 0:
            print('[%d, %2d] %.4f' % (epoch, i, running / i), len(inputs))
    print(f"epoch {epoch} mean {running / len(loader):.4f}")
def test():
    total, right = 0, 0
    with torch.no_grad():
        for inputs, target in loader:
            out = model(inputs)
            total += target.size(0)
            right += ((out > 0) == (target > 0)).sum().item()
    print('right: %.1f %%' % (100.0 * right / total))
for epoch in range(4):
    train(epoch)
    test()
""", least=25)


def test_a_tensor_as_a_dataset() -> None:
    agree(MODEL + """
for epoch in range(3):
    for rows in torch.utils.data.DataLoader(x, batch_size=8):
        print(step(rows, rows[:, :1]).item())
""", least=8)


def test_numbers_computed_from_the_step_by_floats() -> None:
    agree("""
w = torch.tensor([1.0], requires_grad=True)
for i in range(50):
    lr = 0.1 * 0.9 ** i / (1.0 + 0.1 * i)
    ((w - 3) ** 2).sum().backward()
    with torch.no_grad():
        w -= lr * w.grad
    w.grad = None
    print(i, lr)
""", least=40)


def test_conversions_keep_numbers_native() -> None:
    agree(MODEL + "total, n = 0.0, 0\nfor i in range(40):\n    total += float(step(x, y))\n    n += int((x > 0).sum())\n", least=30)


def test_comparisons_by_floats_end_the_loop_where_python_ends_it() -> None:
    agree("""
right, w = 0, torch.zeros(1)
for i in range(60):
    w += 0.1
    right += (w > 0.55).sum().item()
    if 100.0 * right / 60 > 40:
        break
""", least=0, most=0)


@pytest.mark.parametrize("statement", [
    "seen.append(random.random())", "seen.append(time.perf_counter() > 0)", "seen.append(len(repr(loss)) > 0)",
    "scores[i] = loss.item()", "if loss.item() > 0.9: seen.append(i)", "seen.append(max(seen or [0]) + i)",
])
def test_what_python_must_do_is_done_by_python(statement: str) -> None:
    agree(MODEL + f"random.seed(1)\nseen, scores = [], {{}}\nfor i in range(30):\n    loss = step(x, y)\n    {statement}\n", least=0)


def test_inner_loops_belong_to_the_step() -> None:
    agree("""
cell = nn.RNNCell(2, 3)
optimizer = torch.optim.Adam(cell.parameters())
inputs = torch.randn(5, 4, 2)
for step in range(30):
    hidden = torch.zeros(4, 3)
    for t in range(5):
        hidden = cell(inputs[t], hidden)
    loss = (hidden ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, loss.item())
""", least=20)


def test_loops_without_tensors_are_left_alone() -> None:
    agree("""
words, squares = [], 0
for i in range(3000):
    squares += i * i
for i in range(30):
    words.append("word" * (i % 3))
for word in words:
    print(word)
a, b = 0, 1
for i in range(300):
    a, b = b, a + b
print(b)
""", least=0)


def test_numpy_numbers_are_carried_as_such() -> None:
    agree("""
data = np.array([[80, 200], [95, 230], [104, 245]])
def gradient(m, b):
    dm = db = 0
    for a, c in data:
        dm += (m * a + b - c) * 2 * a
        db += (m * a + b - c) * 2
    return m - dm / 3 * 1e-5, b - db / 3 * 1e-5
m, b, i = 1, 1, 0
for step in range(200):
    m, b = gradient(m, b)
    if step % 50 == 0:
        i = i + 1
        print(i, m, [b], f"{m:.4f}")
kind = type(m).__name__
""", least=180)


def test_a_progress_bar_of_tqdm_goes_on() -> None:
    class Bar:
        def __init__(self, iterable: Any):
            self.iterable, self.n, self.closed = iterable, 0, False

        def update(self, n: int) -> None:
            self.n += n

        def close(self) -> None:
            self.closed = True

    Bar.__module__ = "tqdm.std"
    source = MODEL + "bar = Bar(range(40))\nfor i in bar:\n    loss = step(x, y)\n    print(i, loss.item())\n"
    before = len(native_sites())
    _, scope = run(source.replace("bar = Bar", "from bars import Bar\nbar = Bar"), natively=True) if install(Bar) else ("", {})
    assert (scope["bar"].n, scope["bar"].closed) == (40, True)
    assert len(native_sites()) > before


def install(bar: type) -> bool:
    module = types.ModuleType("bars")
    module.__dict__["Bar"] = bar
    sys.modules["bars"] = module
    return True


def test_the_decorator_keeps_closures_and_defaults() -> None:
    offset = 3.0

    @torch.native
    def fit(steps: int = 60, *, rate: float = 0.1) -> Any:
        """Walk to the offset."""
        w = torch.zeros(1, requires_grad=True)
        for _ in range(steps):
            w.grad = None
            ((w - offset) ** 2).sum().backward()
            with torch.no_grad():
                w -= rate * w.grad
        return w

    native_loops.runtime.always = True
    before = sum(s.native_steps for s in native_sites())
    try:
        assert abs(fit().item() - 3) < 1e-4 and abs(fit(rate=0.0).item()) == 0
    finally:
        native_loops.runtime.always = False
    assert sum(s.native_steps for s in native_sites()) - before > 50
    assert (fit.__name__, fit.__doc__) == ("fit", "Walk to the offset.")
    with pytest.raises(TypeError, match="takes a function"):
        torch.native(3)


def test_what_is_not_worth_compiling_runs_by_python() -> None:
    before = sum(s.native_steps for s in native_sites())
    filename = f"<string-native-{next(names)}>"
    source = MODEL + "for i in range(12):\n    step(x, y)\n"
    linecache.cache[filename] = len(source), None, source.splitlines(keepends=True), filename
    native_loops.run_natively(source, filename, {"__name__": "__main__", "torch": torch, "nn": torch.nn})
    assert sum(s.native_steps for s in native_sites()) == before


TRICKS = """
class Counter:
    def __init__(self): self.n = 0; self.best = 1e9
    def update(self, v):
        self.n += 1
        if v < self.best: self.best = v
c = Counter()
w = torch.zeros(1)
hist = {}
for i in range(200):
    w += 0.5
    hist[i % 7] = w.item()
print(hist)
log = []
for epoch in range(50):
    w -= 0.1
    log.append(f"{epoch}: {w.item():.3f}")
print(log[-1], len(log))
k = 0
for i in range(100):
    if w.sum() > 0: k += 1
    w -= 0.3
print(k, w)
for i in range(60):
    w = w * 1.01
    c.update(w.item())
print(c.n, c.best)
text = ""
for i in range(30):
    w = w + 1
    text += f"{i},"
print(text)
it = iter(range(100))
for i in range(30):
    w = w + next(it)
print(w)
a = [1, 2, 3]
for i in range(30):
    w = w + a[i % 3]
print(w)
for i in range(1, 31):
    w = w + (i if i % 2 else -i) / 10 + i ** 2 + 2.0 ** -i + i // 3
print(w)
d = {"n": 0}
for i in range(30):
    w = w + 1; d["n"] += 1
print(w, d)
import random
random.seed(0)
for i in range(30):
    w = w + random.choice([1, 2])
print(w)
def f(step, total=30): return 0.5 * (1 + step / total)
for i in range(30):
    w = w + f(i)
print(w)
for i in range(30):
    w = w * 1.0
    print("step", i, "w", w, w.item(), sep=" ", end="\\n" if i % 3 == 0 else "; ")
print()
for i in range(25):
    w += 1
    if i == 20: break
else:
    print("else")
print(i, w)
n = 0
while n < 3:
    for i in range(20):
        w = w + 0.1
    n += 1
print(w)
x = torch.arange(6.0)
for i in range(6):
    x[i] = x[i] * 2
print(x)
for i in range(40):
    x[i % 6] += i
    print(i, x[i % 6].item(), x.max().item())
"""


def test_loops_that_do_all_kinds_of_things_beside_their_tensors() -> None:
    agree(TRICKS.replace("x = torch.arange(6.0)", "del it\nx = torch.arange(6.0)"), least=180)


def test_the_least_and_the_greatest_so_far() -> None:
    agree(MODEL + """
best, worst, top = 1e9, 0.0, float('inf')
for epoch in range(60):
    loss = step(x, y)
    best = min(best, loss.item())
    worst = max(loss.item(), worst)
    top = min(loss.item(), 0.9)
    late = max(epoch, 10)
    if epoch % 20 == 0: print(best, worst, top, late)
print(best, worst, top, late, max([1, 2], [0]), min(3, 2.5))
""", least=40)


def test_lists_that_methods_append_to() -> None:
    agree(MODEL + """
class Trainer:
    def __init__(self):
        self.losses, self.seen = [], {'rows': []}
    def step(self, x, y):
        loss = step(x, y)
        self.losses.append(loss.item())
        self.seen['rows'].append(len(x))
    def fit(self, epochs):
        for epoch in range(epochs):
            for x, y in loader:
                self.step(x, y)
            print(epoch, sum(self.losses) / len(self.losses), sum(self.seen['rows']))
trainer = Trainer()
trainer.fit(8)
""", least=20)


def test_lists_that_methods_look_into() -> None:
    agree(MODEL + """
class Trainer:
    def __init__(self):
        self.losses = []
    def step(self, x, y):
        self.losses.append(step(x, y).item())
        if len(self.losses) > 7:
            self.losses.pop(0)
    def fit(self, epochs):
        for epoch in range(epochs):
            for x, y in loader:
                self.step(x, y)
            print(epoch, sum(self.losses), len(self.losses))
trainer = Trainer()
trainer.fit(4)
""", least=0)


def test_rates_that_change_between_short_loops() -> None:
    """Recordings of different epochs are of one program: what differs is followed."""
    agree(MODEL.replace("batch_size=8", "batch_size=40") + """
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
for epoch in range(12):
    for x, y in loader:
        loss = step(x, y)
    scheduler.step()
    print(epoch, loss.item())
""", least=5)


def test_names_of_a_function_that_are_not_bound_yet() -> None:
    agree(MODEL.replace("batch_size=8", "batch_size=40") + """
def train():
    for x, y in loader:
        loss = step(x, y)
    return loss.item()
for epoch in range(12):
    print(epoch, train())
""", least=5)


def test_a_list_as_a_dataset() -> None:
    agree(MODEL + """
for epoch in range(3):
    for a, b in torch.utils.data.DataLoader(list(zip(x, y)), batch_size=8, shuffle=True):
        print(step(a, b).item())
""", least=0)


def test_masks_of_what_does_not_lie_in_the_order_of_its_indices() -> None:
    agree("""
torch.manual_seed(1)
w = torch.randn(6, 4, requires_grad=True)
noise = torch.zeros(6, 5).t()
for i in range(40):
    dropped = nn.functional.dropout(w.t(), 0.3)
    noise.bernoulli_(0.5)
    loss = ((dropped - 1) ** 2).mean() + (torch.rand_like(w.t()) * w.t()).sum() * 0.01 + noise.cumsum(0).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        w += 0.01 * torch.randn_like(noise[:4, :].t())
    w.grad = None
    print(loss.item())
print(noise, torch.rand(2))
""", least=30)


def test_integers_written_at_a_step_of_a_native_loop_are_converted(monkeypatch):
    filename = f"<string-native-{next(names)}>"
    source = ("actions, twice = torch.zeros(300), torch.zeros(300, 2)\nfor step in range(300):\n"
              "    actions[step] = torch.tensor(step % 3)\n"
              "    twice[step, 1] = (actions[step] * 2).long()\n")
    linecache.cache[filename] = len(source), None, source.splitlines(keepends=True), filename
    monkeypatch.setattr(native_loops.runtime, "always", True)
    scope = {"__name__": "__main__", "torch": torch}
    native_loops.run_natively(source, filename, scope)
    assert scope["actions"].dtype is torch.float32 and scope["actions"][:4].tolist() == [0, 1, 2, 0]
    assert scope["twice"][:3].tolist() == [[0, 0], [0, 2], [0, 4]]
