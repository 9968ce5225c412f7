"""Loops that play tricks: the same result as eager, natively or by Python."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import agree

MODEL = """
x, y = torch.randn(20, 3), torch.randn(20, 1)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
"""
STEP = """
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""

TRICKS = {
    "a NumPy buffer rewritten in each step": MODEL + """
buffer = np.zeros((20, 3), np.float32)
x = torch.from_numpy(buffer)
for i in loop(40):
    buffer += 0.01
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "a NumPy buffer rewritten by a function": MODEL + """
buffer = np.zeros((20, 3), np.float32)
x = torch.from_numpy(buffer)
def change():
    buffer[:] += 0.01
for i in loop(40):
    change()
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "weights shared with NumPy": MODEL + """
shared = model.weight.detach().numpy()
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + "    shared *= 0.99\n",
    "Python's random numbers": MODEL + """
import random
random.seed(3)
for i in loop(40):
    loss = ((model(x) * random.random() - y) ** 2).mean()""" + STEP,
    "Python's random numbers that only decide": MODEL + """
import random
random.seed(3)
taken = 0
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()
    if random.random() < 0.5:
        loss = loss * 2""" + STEP,
    "NumPy's random numbers": MODEL + """
for i in loop(40):
    loss = ((model(x) - float(np.random.rand()) * y) ** 2).mean()""" + STEP,
    "a NumPy generator": MODEL + """
generator = np.random.default_rng(3)
for i in loop(40):
    loss = ((model(x) - float(generator.random()) * y) ** 2).mean()""" + STEP,
    "random numbers in forward": """
import random
random.seed(3)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 1)
    def forward(self, x):
        return self.layer(x) if random.random() < 0.5 else 2 * self.layer(x)
x, y = torch.randn(20, 3), torch.randn(20, 1)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "a counter in forward": """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer, self.calls = nn.Linear(3, 1), 0
    def forward(self, x):
        self.calls += 1
        return self.layer(x) * (2 if self.calls % 7 == 0 else 1)
x, y = torch.randn(20, 3), torch.randn(20, 1)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + "calls = model.calls\n",
    "a counter of a class": """
class Net(nn.Module):
    calls = 0
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 1)
    def forward(self, x):
        Net.calls += 1
        return self.layer(x) * (2 if Net.calls > 20 else 1)
x, y = torch.randn(20, 3), torch.randn(20, 1)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + "calls = Net.calls\n",
    "a counter in a closure": MODEL + """
def counting():
    n = 0
    def count():
        nonlocal n
        n += 1
        return n
    return count
count = counting()
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()
    if count() == 25:
        loss = loss * 3""" + STEP + "n = count()\n",
    "a counter in a default argument": MODEL + """
def count(held=[0]):
    held[0] += 1
    return held[0]
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()
    if count() > 25:
        loss = loss * 3""" + STEP,
    "a schedule in a list": MODEL + """
rates = [0.1] * 20 + [0.01] * 20
for i in loop(40):
    optimizer.param_groups[0]["lr"] = rates[i]
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "flags in a list": MODEL + """
flags = [False] * 20 + [True] * 20
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()
    if flags[i]:
        loss = loss * 2""" + STEP,
    "rows by the step's number": MODEL + """
for i in loop(20):
    loss = ((model(x[i]) - y[i]) ** 2).mean()""" + STEP,
    "a data-dependent branch": MODEL + """
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()
    if loss > 0.8:
        loss = loss * 2""" + STEP,
    "early stopping": MODEL + """
best, waited = 1e9, 0
for i in loop(60):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + """
    if loss.item() < best - 1e-3:
        best, waited = loss.item(), 0
    else:
        waited += 1
    if waited > 3:
        break
""",
    "a tensor made anew in each step": MODEL + """
for i in loop(40):
    target = torch.tensor([[1.0], [2.0]])
    loss = ((model(x[:2]) - target) ** 2).mean()""" + STEP,
    "a parameter added late": MODEL + """
extra = nn.Parameter(torch.zeros(1))
for i in loop(40):
    if i == 20:
        optimizer.add_param_group({"params": [extra]})
    loss = ((model(x) + extra - y) ** 2).mean()""" + STEP,
    "a layer frozen late": MODEL + """
for i in loop(40):
    if i == 20:
        model.weight.requires_grad_(False)
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "hooks on gradients": MODEL + """
model.weight.register_hook(lambda g: g * 0.5)
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "hooks that keep": MODEL + """
norms = []
model.weight.register_hook(lambda g: norms.append(g.norm().item()))
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "a block without gradients": MODEL + """
average = torch.zeros(3)
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + """
    with torch.no_grad():
        average.mul_(0.9).add_(model.weight[0], alpha=0.1)
""",
    "aliases through data": MODEL + """
alias = model.weight.data
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean() + alias.sum() * 0
    optimizer.zero_grad()
    loss.backward()
    alias -= 0.05 * model.weight.grad
""",
    "the same tensor twice": MODEL + """
tied = nn.Linear(3, 1)
tied.weight = model.weight
for i in loop(40):
    loss = ((model(x) + tied(x) - y) ** 2).mean()""" + STEP,
    "zero rows": """
x, y = torch.randn(0, 3), torch.randn(0, 1)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for i in loop(20):
    loss = ((model(x) - y) ** 2).sum()""" + STEP,
    "tensors kept in a list": MODEL + """
kept = []
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + """
    if i % 10 == 0:
        kept.append(loss.detach())
        kept.append(model.weight.detach().clone())
""",
    "detached losses kept in a list": MODEL + """
kept = []
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + "    kept.append(loss.detach())\n",
    "the loss summed as a tensor": MODEL + """
total = torch.zeros(())
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + "    total = total + loss.detach()\n",
    "a running best": MODEL + """
best = float("inf")
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + "    best = min(best, loss.item())\n",
    "a moving average of Python numbers": MODEL + """
average = 0.0
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + "    average = 0.9 * average + 0.1 * loss.item()\n",
    "a share of right answers that decides": MODEL + """
right, seen = 0, 0
for i in loop(60):
    out = model(x)
    loss = ((out - y) ** 2).mean()""" + STEP + """
    right += ((out > 0) == (y > 0)).sum().item()
    seen += len(x)
    if 100.0 * right / seen > 99.5:
        loss = loss * 2
""",
    "gradients looked at in the next step": MODEL + """
last = torch.zeros(1, 3)
for i in loop(40):
    loss = ((model(x) - y) ** 2).mean() + 0.01 * (model.weight * last).sum()""" + STEP + "    last = model.weight.grad.clone()\n",
    "tensors that change places": MODEL + """
a, b = torch.zeros(3), torch.ones(3)
for i in loop(40):
    a, b = b, a * 0.5 + b.sum()
""",
    "a parameter replaced by a new one": """
w = torch.ones(3, requires_grad=True)
x = torch.randn(20, 3)
for i in loop(40):
    loss = ((x @ w) ** 2).mean()
    (g,) = torch.autograd.grad(loss, w)
    w = (w - 0.1 * g).detach().requires_grad_()
""",
    "integers counted in tensors": """
n = torch.zeros(4, dtype=torch.int64)
for i in loop(40):
    n[torch.randint(0, 4, (3,))] += 1
    n += 2
""",
    "a seed set in the loop": MODEL + """
for i in loop(20):
    torch.manual_seed(3)
    loss = ((model(x + 0.1 * torch.randn(20, 3)) - y) ** 2).mean()""" + STEP,
    "text made in each step": MODEL + """
name = ""
for i in loop(20):
    name = f"step {i}"
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "a dictionary of the latest": MODEL + """
latest = {}
for i in loop(20):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + "    latest['loss'] = loss.item(); latest['step'] = i\n",
    "nested loops": MODEL + """
for epoch in loop(5):
    for i in loop(8):
        loss = ((model(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
""",
    "an iterator moved by hand": MODEL + """
batches = iter([torch.randn(20, 3) for _ in range(40)])
for i in loop(40):
    loss = ((model(next(batches)) - y) ** 2).mean()""" + STEP,
    "a generator moved by hand": MODEL + """
def numbers():
    n = 0.0
    while True:
        n += 0.01
        yield n
stream = numbers()
for i in loop(40):
    loss = ((model(x) * next(stream) - y) ** 2).mean()""" + STEP,
    "LBFGS": MODEL + """
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1)
def closure():
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    return loss
for i in loop(8):
    loss = optimizer.step(closure)
""",
    "batch normalisation": """
x, y = torch.randn(20, 3), torch.randn(20, 1)
model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for i in loop(30):
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "an averaged model": MODEL + """
averaged = torch.optim.swa_utils.AveragedModel(model)
for i in loop(30):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + "    averaged.update_parameters(model)\n",
    "a model that changes its mode": """
x, y = torch.randn(20, 3), torch.randn(20, 1)
model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for i in loop(30):
    if i == 15:
        model.eval()
    loss = ((model(x) - y) ** 2).mean()""" + STEP,
    "a graph kept for later": MODEL + """
for i in loop(20):
    out = model(x)
    loss = ((out - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward(retain_graph=True)
    optimizer.step()
out.sum().backward()
""",
    "a forward pass whose graph is used after the loop": MODEL + """
for i in loop(20):
    loss = ((model(x) - y) ** 2).mean()
loss.backward()
""",
    "gradients that grow without being cleared": MODEL + """
for i in loop(20):
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
""",
    "a tensor that carries its graph along": MODEL + """
h = torch.zeros(20, 1)
for i in loop(10):
    h = torch.tanh(model(x) + h)
h.sum().backward()
""",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks(trick: str) -> None:
    agree(TRICKS[trick], native=None)


def test_a_rate_that_seen_steps_change() -> None:
    """A number that native steps read and leave as it is, changed again and again by steps that Python sees."""
    for _ in range(2):
        site = agree(MODEL + """
for i in loop(60):
    loss = ((model(x) - y) ** 2).mean()""" + STEP + """
    if i % 7 == 0:
        optimizer.param_groups[0]['lr'] *= 0.9
""", rtol=1e-5, atol=1e-6)
        assert site.native_steps > 30


def test_gradients_that_seen_steps_make_anew() -> None:
    """Gradients are added to in place by native steps, and made anew by steps that Python sees in between."""
    site = agree(MODEL + """
for i in loop(80):
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    if i % 3 == 2:
        optimizer.step()
        optimizer.zero_grad()
    if i % 10 == 0:
        seen = loss.item(), model.weight.grad is None
""", rtol=1e-5, atol=1e-6)
    assert site.native_steps > 30


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)])
def test_tensors_that_one_program_makes_anew_and_another_reads(order: tuple[int, int, int]) -> None:
    """A program that has been bound to a tensor's memory goes on with the tensor that another program has put in its place."""
    cases = ["x = x * 1.01", "y = y + w.sum()", "pass"]
    first, second, third = (cases[k] for k in order)
    site = agree(f"""
x, y, w = torch.randn(33, 2), torch.randn(5), torch.randn(2, 1)
for i in loop(80):
    out = x @ w + y.mean()
    w = w + 0.01 * x.sum()
    if i % 7 == 0:
        {first}
    elif i % 5 == 0:
        {second}
    else:
        {third}
""", rtol=1e-4, atol=1e-4)
    assert site.native_steps > 30
