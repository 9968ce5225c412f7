"""Loops that run natively leave what eager iterations would have left."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

import steepest as torch

sys.path.insert(0, str(Path(__file__).parent))
import programs
from programs import agree

SETUP = """
x, y = torch.randn(40, 3), torch.randn(40, 1)
model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.{optimizer}
criterion = nn.MSELoss()
"""
STEP = """
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
SGD, ADAM = "SGD(model.parameters(), lr=0.1)", "Adam(model.parameters(), lr=0.01)"


def setup(optimizer: str = SGD) -> str:
    return SETUP.format(optimizer=optimizer)


OPTIMIZERS = [SGD, ADAM, "SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)", "AdamW(model.parameters(), lr=0.01)",
              "RMSprop(model.parameters(), lr=0.01)", "Adagrad(model.parameters(), lr=0.1)", "Adadelta(model.parameters())",
              "NAdam(model.parameters(), lr=0.01)", "RAdam(model.parameters(), lr=0.01)", "Adamax(model.parameters(), lr=0.01)",
              "ASGD(model.parameters(), lr=0.05)", "Rprop(model.parameters(), lr=0.01)"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer(optimizer: str) -> None:
    agree(setup(optimizer) + "for i in loop(30):" + STEP)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5])
def test_short_loops(n: int) -> None:
    agree(setup() + f"for i in loop({n}):" + STEP, native=None)


def test_values_recorded_at_every_step() -> None:
    agree(setup(ADAM) + "run = loop(50)\nfor i in run:" + STEP + "    run.record(loss=loss, first=model[0].bias)\n")


def test_steps_that_print_are_seen() -> None:
    agree(setup() + "seen = []\nfor i in loop(100):" + STEP + "    if (i + 1) % 20 == 0:\n        seen.append((i, loss.item()))\n")


def test_python_numbers_are_carried() -> None:
    site = agree(setup() + "total, count = 0.0, 0\nfor i in loop(60):" + STEP + "    total += loss.item() * len(x)\n    count += len(x)\n")
    assert site.native_steps > 50


def test_lists_are_appended_to() -> None:
    agree(setup() + "losses, steps = [], []\nfor i in loop(60):" + STEP + "    losses.append(loss.item())\n    steps.append(i)\n")


def test_gradient_accumulation() -> None:
    agree(setup(ADAM) + """
for i in loop(60):
    loss = criterion(model(x), y) / 4
    loss.backward()
    if (i + 1) % 4 == 0:
        optimizer.step()
        optimizer.zero_grad()
""")


def test_a_change_at_a_step() -> None:
    agree(setup() + """
for i in loop(60):
    loss = criterion(model(x), y)
    if i >= 30:
        loss = loss + 0.01 * sum((p ** 2).sum() for p in model.parameters())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
""")


def test_weights_by_hand() -> None:
    agree("""
w = torch.tensor([1.0], requires_grad=True)
for i in loop(50):
    loss = ((w * 2 - 4) ** 2).sum()
    loss.backward()
    w.data = w.data - 0.01 * w.grad.data
    w.grad.data.zero_()
""")


def test_a_decaying_rate_computed_from_the_step() -> None:
    agree("""
w = torch.tensor([1.0], requires_grad=True)
for i in loop(50):
    lr = 0.1 / (1 + 0.1 * i)
    loss = ((w * 2 - 4) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
        w.grad.zero_()
""", native=False)


def test_plain_python_numbers() -> None:
    agree("""
data = [(80, 200), (95, 230), (104, 245)]
def step(m, b):
    dm = db = 0
    for a, c in data:
        dm += (m * a + b - c) * 2 * a
        db += (m * a + b - c) * 2
    return m - dm / 3 * 1e-5, b - db / 3 * 1e-5
m, b = 1, 1
for i in loop(200):
    m, b = step(m, b)
""", rtol=1e-12)


def test_hidden_state_carried_in_a_tuple() -> None:
    agree("""
cell = nn.LSTMCell(2, 3)
hidden = torch.zeros(1, 3), torch.zeros(1, 3)
x = torch.randn(1, 2)
with torch.no_grad():
    for i in loop(20):
        hidden = cell(x, hidden)
""")


LOADER = """
data = torch.utils.data.TensorDataset(torch.randn(50, 3), torch.randn(50, 1))
loader = torch.utils.data.DataLoader(data, batch_size=8, shuffle=True)
"""


def test_epochs_of_a_loader() -> None:
    site = agree(setup(ADAM) + LOADER + """
for epoch in range(6):
    for x, y in loop(loader):
""" + STEP.replace("\n    ", "\n        "))
    assert site.seen_steps < 8


def test_a_loader_with_an_order_given() -> None:
    site = agree(setup(ADAM) + LOADER + """
loader = torch.utils.data.DataLoader(data, batch_size=8, sampler=[k * 7 % 50 for k in range(400)])
for x, y in loop(loader):""" + STEP)
    assert all(case.kind in (8, 2) for case in site.cases)      # rows are gathered natively, not collated


def test_batches_of_many_sizes_share_one_function() -> None:
    site = agree("""
net = nn.Sequential(nn.Linear(5, 40), nn.Tanh(), nn.Linear(40, 3))
optimizer = torch.optim.SGD(net.parameters(), lr=0.02)
batches = [(torch.randn(n, 5), torch.randint(0, 3, (n,))) for n in (9, 30, 17, 12, 25, 21)]
losses = []
for epoch in range(6):
    for x, y in loop(batches):
        loss = F.cross_entropy(net(x), y)
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        losses.append(loss.item())
del x, y
""")
    assert site.sizes.compiled == 1 and sum(c.shared for case in site.cases for c in case.compiled) >= 3


def test_the_last_batch_of_an_epoch_is_itself_where_python_sees_it() -> None:
    """A graph that is kept makes Python see the last step, for which the loop looks ahead, at the end of an epoch, too."""
    for shuffle in (False, True):
        agree(f"""
w = torch.ones(3, requires_grad=True)
loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(5, 3)), batch_size=2, shuffle={shuffle})
kept = []
for (x,) in loop(loader, epochs=6):
    loss = (x @ w).sum()
    loss.backward(retain_graph=True)
    with torch.no_grad():
        w -= 0.1
    kept.append(loss.item())
""", native=None)


def test_epochs_in_the_loop() -> None:
    agree(setup(ADAM) + LOADER + "for x, y in loop(loader, epochs=6):" + STEP)


def test_dropout_draws_the_same_numbers() -> None:
    agree(setup().replace("nn.Tanh()", "nn.Dropout(0.3)") + LOADER + """
for epoch in range(5):
    for x, y in loop(loader):
""" + STEP.replace("\n    ", "\n        "))


def test_validation_with_sums_and_counts() -> None:
    agree(setup() + LOADER + """
means = []
for epoch in range(4):
    total, count, right = 0.0, 0, 0
    with torch.no_grad():
        for x, y in loop(loader):
            out = model(x)
            total += criterion(out, y).item() * x.size(0)
            count += x.size(0)
            right += ((out > 0) == (y > 0)).sum().item()
    means.append((total / count, right, count))
""")


def test_a_scheduler_after_each_epoch() -> None:
    agree(setup() + LOADER + """
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
for epoch in range(6):
    for x, y in loop(loader):
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    scheduler.step()
""")


SCHEDULERS = ["ExponentialLR(optimizer, 0.99)", "StepLR(optimizer, 7, 0.5)", "CosineAnnealingLR(optimizer, 10)",
              "LambdaLR(optimizer, lambda e: 0.9 ** e)", "CyclicLR(optimizer, 0.01, 0.1, cycle_momentum=False)",
              "MultiStepLR(optimizer, [5, 15])", "CosineAnnealingWarmRestarts(optimizer, 6)",
              "SequentialLR(optimizer, [torch.optim.lr_scheduler.LinearLR(optimizer), "
              "torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)], [9])"]
SCHEDULED = STEP + "    scheduler.step()\n"


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_scheduler_in_each_step(scheduler: str) -> None:
    agree(setup(ADAM) + f"scheduler = torch.optim.lr_scheduler.{scheduler}\nfor i in loop(40):" + SCHEDULED)


def test_a_scheduler_that_cycles_the_betas() -> None:
    agree(setup(ADAM) + "scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=41)\nfor i in loop(40):" + SCHEDULED)


def test_a_scheduler_is_where_eager_leaves_it_after_break() -> None:
    agree(setup() + "scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 30)\nrun = loop(60)\nfor i in run:" + SCHEDULED
          + "    run.stop_when(loss < 0.9 * first) if i else None\n    first = loss.detach() if i == 0 else first\n", native=None)


def test_a_rate_that_is_a_tensor_is_stepped_by_python() -> None:
    agree(setup("SGD(model.parameters(), lr=torch.tensor(0.1))") + "scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)\n"
          "for i in loop(30):" + SCHEDULED, native=False)


def test_clipping_and_two_models() -> None:
    agree("""
G, D = nn.Linear(2, 2), nn.Linear(2, 1)
og, od = torch.optim.Adam(G.parameters(), lr=0.01), torch.optim.Adam(D.parameters(), lr=0.01)
bce = nn.BCEWithLogitsLoss()
real = torch.randn(16, 2)
one, zero = torch.ones(16, 1), torch.zeros(16, 1)
for i in loop(40):
    z = torch.randn(16, 2)
    fake = G(z)
    d_loss = bce(D(real), one) + bce(D(fake.detach()), zero)
    od.zero_grad(); d_loss.backward(); torch.nn.utils.clip_grad_norm_(D.parameters(), 1.0); od.step()
    g_loss = bce(D(fake), one)
    og.zero_grad(); g_loss.backward(); og.step()
""")


def test_a_target_network_copied_every_few_steps() -> None:
    agree(setup() + """
import copy
target = copy.deepcopy(model)
for i in loop(50):
    with torch.no_grad():
        goal = 0.9 * target(x) + y
    loss = criterion(model(x), goal)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if i % 10 == 0:
        target.load_state_dict(model.state_dict())
""")


def test_break_leaves_the_state_of_that_step() -> None:
    agree(setup() + "for i in loop(100):" + STEP + "    if i == 57:\n        break\n")


def test_an_exception_at_a_step() -> None:
    agree(setup() + "try:\n    for i in loop(100):" + STEP.replace("\n    ", "\n        ") + """
        if i == 57:
            raise ValueError("stop")
except ValueError as problem:
    said = str(problem)
""")


def test_emitted_values_are_those_of_each_step() -> None:
    agree(setup(ADAM) + "lines, run = [], loop(60)\nsay = lambda i, loss, first: lines.append((i, loss.item(), first.tolist()))\n"
          "for i in run:" + STEP + "    run.emit(say, i, loss, model[0].bias)\n    run.emit(lines.append, (i, loss.item() * 2))\n")


def test_a_function_made_anew_in_each_step_may_be_emitted() -> None:
    agree(setup() + "lines, run = [], loop(40)\nfor i in run:" + STEP
          + "    run.emit(lambda a, b: lines.append(f'{a} {b.item():.3f}'), i, loss)\n")


def test_a_function_that_looks_at_what_changes_is_called_in_seen_steps_only() -> None:
    agree(setup() + "lines, run = [], loop(40)\nfor i in run:" + STEP + "    run.emit(lambda: lines.append(i))\n", native=False)


@pytest.mark.parametrize("bound", [0.0, 0.9, 1e9])
def test_the_loop_stops_at_the_first_step_where_the_condition_holds(bound: float) -> None:
    agree(setup(ADAM).replace("nn.Tanh()", "nn.Dropout(0.2)")
          + f"run, losses = loop(3000), []\nfor i in run:{STEP}    losses.append(loss.item())\n"
          f"    run.stop_when(loss < {bound})\n", native=None)


def test_the_loop_stops_at_a_step_by_its_number() -> None:
    agree(setup() + "run = loop(100)\nfor i in run:" + STEP + "    run.stop_when(i == 57)\n")


COURSE = """
class Table(torch.utils.data.Dataset):
    def __init__(self):
        xy = torch.randn(50, 4)
        self.len = xy.shape[0]
        self.x_data, self.y_data = xy[:, :-1], xy[:, [-1]]
    def __getitem__(self, index):
        return self.x_data[index], self.y_data[index]
    def __len__(self):
        return self.len
loader = torch.utils.data.DataLoader(Table(), batch_size=8, shuffle=True)
for epoch in range(4):
    for x, y in loop(loader):
"""


def test_rows_of_a_dataset_of_the_users_own_are_gathered_natively() -> None:
    site = agree(setup(ADAM) + COURSE + STEP.replace("\n    ", "\n        "))
    assert site.kept.source is not None


TRANSFORMED = {
    "noise from torch": "return self.x[i] + 0.1 * torch.randn(3), self.y[i]",
    "noise from Python": "return self.x[i] * random.random(), self.y[i]",
    "a branch on the index": "return (self.x[i] if i % 2 else -self.x[i]), self.y[i]",
    "a list of tensors": "return self.parts[i], self.y[i]",
    "arrays": "return self.array[i], self.y[i]",
    "numbers": "return self.x[i], float(self.y[i])",
    "a counter": "self.n += 1\n        return self.x[i], self.y[i]",
    "the next row": "return self.x[i], self.y[i - 1]",
}


@pytest.mark.parametrize("kind", TRANSFORMED)
def test_samples_that_are_no_plain_rows(kind: str) -> None:
    agree(setup() + f"""
import random
random.seed(1)
class Samples(torch.utils.data.Dataset):
    def __init__(self):
        self.x, self.y, self.n = torch.randn(20, 3), torch.randn(20, 1), 0
        self.parts, self.array = list(torch.randn(20, 3)), np.random.randn(20, 3).astype("float32")
    def __getitem__(self, i):
        {TRANSFORMED[kind]}
    def __len__(self):
        return 20
data = Samples()
loader = torch.utils.data.DataLoader(data, batch_size=5, shuffle=True)
for epoch in range(4):
    for x, y in loop(loader):
        loss = ((model(x) - y.reshape(len(x), -1).float()) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
n = data.n
""", native=None)


def test_steps_that_python_sees_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Native code that goes wrong later than at its first step is found at the next step that Python sees."""
    from steepest.compiling.sections import Compiled

    run = Compiled.run

    def wrong(self: Compiled, streams: list, first: int, steps: int) -> list:
        results = run(self, streams, first, steps)
        if first >= 20:
            for i in self.program.inputs:
                if i.written:
                    i.slot.flat[...] += 1
        return results

    monkeypatch.setattr(Compiled, "run", wrong)
    with pytest.warns(UserWarning, match="left something else than native code"):
        scope = programs.run(setup() + "for i in loop(60, every=10):" + STEP, programs.torch.loop)
    assert scope["i"] == 59
    with pytest.raises(RuntimeError, match="left something else"):
        programs.run(setup() + "for i in loop(60, every=10, strict=True):" + STEP, programs.torch.loop)


@pytest.mark.parametrize("after", [0.02, 0.1, 0.3, 0.5, 0.8])
def test_ctrl_c_leaves_a_whole_number_of_steps(after: float) -> None:
    scope = programs.run(setup(ADAM) + """
run = loop(100_000_000)
ended = False
signal.signal(signal.SIGINT, signal.default_int_handler)
timer = threading.Timer(after, lambda: os.kill(os.getpid(), signal.SIGINT))
timer.start()
try:
    for i in run:""" + STEP.replace("\n    ", "\n        ") + """
        run.record(loss=loss)
except KeyboardInterrupt:
    ended = True
""", programs.torch.loop, after=after, signal=signal, threading=threading, os=os)
    assert scope["ended"]
    steps = [int(state["step"].item()) for state in scope["optimizer"].state.values()]
    taken = max(steps, default=0)
    assert all(s in (taken, taken - 1) for s in steps)      # a step that Python runs may be left in its midst, as in eager
    assert len(scope["run"].history.get("loss", [])) in (taken, taken - 1)
    if taken > 1000:
        assert len(set(steps)) == 1 and len(scope["run"].history["loss"]) == taken
        assert scope["loss"].item() == pytest.approx(scope["run"].history["loss"][-1])


HOUSES = """
data = [(80, 200), (95, 230), (104, 245), (112, 247), (125, 259), (135, 262)]
m, b = 1.0, 1.0
for i in loop(5000, exact=True):
    dm = db = loss = 0.0
    for x, y in data:
        loss += (m * x + b - y) ** 2
        db += (m * x + b - y) * 2
        dm += (m * x + b - y) * 2 * x
    loss, m, b = loss / 6, m - dm / 6 * 1e-5, b - db / 6 * 1e-5
"""


def test_exact_loops_give_the_bits_of_plain_python_floats() -> None:
    expected, found = programs.run(HOUSES, programs.Plain), programs.run(HOUSES, programs.torch.loop)
    assert [found[n].hex() for n in ("m", "b", "loss")] == [expected[n].hex() for n in ("m", "b", "loss")]


def test_a_division_by_zero_is_pythons() -> None:
    with pytest.raises(ZeroDivisionError):
        programs.run("a, b = 1.0, 40.0\nfor i in loop(100):\n    b = b - 1.0\n    a = a + 1.0 / b\n", programs.torch.loop)


def test_an_overflow_is_pythons() -> None:
    with pytest.raises(OverflowError):
        programs.run("a = 2.0\nfor i in loop(100):\n    a = a ** 2\n", programs.torch.loop)


def test_an_index_outside_is_found_at_its_step() -> None:
    source = """
table = torch.arange(50.0)
at, total, steps = torch.zeros((), dtype=torch.int64), torch.zeros(()), []
for i in loop(100):
    at += 1
    total += table[at]
    steps.append(i)
"""
    counts = []
    for loop in (programs.Plain, programs.torch.loop):
        steps: list[int] = []
        with pytest.raises(IndexError):
            programs.run(source.replace(", steps = ", ", _ = "), loop, steps=steps)
        counts.append(steps)
    assert counts[0] == counts[1] == list(range(49))


def test_a_number_that_became_plain_ends_the_loop_where_python_ends_it() -> None:
    agree("""
right, w = 0, torch.zeros(1)
for i in loop(60):
    w += 0.1
    right += (w > 0.55).sum().item()
    share = 100.0 * right / 60
    if share > 40:
        break
""", native=False)


def test_a_float_times_the_loop_variable_is_noticed() -> None:
    agree("""
w = torch.zeros(1)
for i in loop(60):
    w += max(1.0, 0.1 * i)
""", native=False)


def test_an_integer_that_grows_without_bound_stays_pythons() -> None:
    agree("a, b, w = 0, 1, torch.zeros(1)\nfor i in loop(300):\n    w += 1\n    a, b = b, a + b\n", native=False)


def test_explaining_a_loop(capsys: pytest.CaptureFixture[str]) -> None:
    run = torch.loop(30)
    w = torch.zeros(2)
    for _ in run:
        w += 1
    run.explain()
    said = capsys.readouterr().out
    assert "native steps" in said and "float32[2]" in said and "test_loop.py:" in said


def test_a_bar_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    w, run = torch.zeros(2), torch.loop(30, progress=True)
    for _ in run:
        w += 1
    assert run.bar.progress.tasks[0].completed == 30


def test_a_step_that_is_foreseen_is_taken_back_where_weights_are_globals_of_a_function() -> None:
    agree(setup() + "def train():\n    global loss" + STEP + "    return loss.item()\n"
          "losses = []\nfor i in loop(40):\n    losses.append(train())\n    if i == 30:\n        losses.append(len(losses))\n", native=None)


def test_a_number_is_no_more_exact_than_what_it_was_computed_from() -> None:
    from steepest.compiling.agreement import precisions
    from steepest.core.recorder import recording

    x, y = torch.ones(3), torch.ones(3, dtype=torch.float64)
    with recording() as r:
        a, b, c = (x * 2).double().sum(), y * 2, (x > 0).sum()
    found = precisions(r.equations, [(x.storage_cell, a.storage_cell)])
    assert found[a.storage_cell] == found[x.storage_cell] == 2e-4
    assert found[b.storage_cell] == 1e-9
    assert found[c.storage_cell] == 2e-4
