"""Random training scripts in the styles that people write: run natively they print and leave what they print and leave run by Python.

`STEEPEST_EXAMPLES=500 pytest tests/compiling/test_scripts_random.py` tries so many new ones.
"""

import functools
import os
import random
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import same
from test_native import NUMBER, run

from steepest.compiling.worth import Statement

FIXED = 12
WANTED = int(os.environ.get("STEEPEST_EXAMPLES", "0"))
SEEDS = [random.SystemRandom().randrange(10**9) for _ in range(WANTED)] or range(FIXED)

HEAD = """
import copy, math, time
from collections import defaultdict
F = nn.functional
class Meter:
    def __init__(self):
        self.reset()
    def reset(self):
        self.total, self.count, self.last = 0.0, 0, None
    def update(self, value, n=1):
        self.total += value * n
        self.count += n
        self.last = value
    @property
    def mean(self):
        return self.total / max(self.count, 1)
class Table(torch.utils.data.Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y
    def __len__(self):
        return len(self.x)
    def __getitem__(self, i):
        return self.x[i], self.y[i]
class Net(nn.Module):
    def __init__(self, inputs, width, outputs, drop):
        super().__init__()
        self.first, self.last = nn.Linear(inputs, width), nn.Linear(width, outputs)
        self.drop, self.norm, self.calls = nn.Dropout(drop), NORM, 0
    def forward(self, x):
        h = ACTIVATION(self.norm(self.first(x)))
        return self.last(self.drop(h))
"""


class Maker:
    """Writes a script from a seed."""

    def __init__(self, seed: int):
        self.random, self.changes = random.Random(seed), random.Random(f"changes {seed}")
        self.classes = self.one(1, 1, 3)

    def one(self, *choices: object) -> object:
        return self.random.choice(choices)

    def maybe(self, share: float = 0.5) -> bool:
        return self.random.random() < share

    def program(self) -> str:
        rows, batch, width = self.one(24, 40, 50), self.one(8, 16), self.one(3, 8)
        norm = self.one("nn.Identity()", "nn.Identity()", "nn.BatchNorm1d(width)", "nn.LayerNorm(width)")
        drop = self.one(0.0, 0.0, 0.3)
        activation = self.one("F.relu", "torch.tanh", "torch.sigmoid", "F.gelu", "F.silu")
        head = HEAD.replace("NORM", str(norm)).replace("ACTIVATION", str(activation))
        y = f"torch.randint(0, {self.classes}, ({rows},))" if self.classes > 1 else f"torch.rand({rows}, 1)"
        loss = "nn.CrossEntropyLoss()" if self.classes > 1 else self.one("nn.MSELoss()", "nn.BCEWithLogitsLoss()", "nn.SmoothL1Loss()")
        data = self.one("torch.utils.data.TensorDataset(x, y)", "Table(x, y)")
        optimizer = self.one("SGD(model.parameters(), lr=0.05)", "SGD(model.parameters(), lr=0.02, momentum=0.9)",
                             "Adam(model.parameters(), lr=0.01, eps=1e-4)", "AdamW(model.parameters(), lr=0.01, eps=1e-4)",
                             "RMSprop(model.parameters(), lr=0.002, eps=1e-4)",
                             "SGD([{'params': model.first.parameters()}, {'params': model.last.parameters(), 'lr': 0.01}], lr=0.05)")
        apart = f"train_data, test_data = torch.utils.data.random_split(data, [16, {int(str(rows)) - 16}])"
        lines = [f"x, y = torch.randn({rows}, 4), {y}", f"data = {data}", apart if self.maybe(0.3) else "train_data = test_data = data",
                 f"loader = torch.utils.data.DataLoader(train_data, batch_size={batch}, shuffle={self.maybe(0.8)})",
                 f"test_loader = torch.utils.data.DataLoader(test_data, batch_size={batch})",
                 f"model = Net(4, {width}, {self.classes}, {drop})", f"optimizer = torch.optim.{optimizer}", f"criterion = {loss}",
                 "scheduler = torch.optim.lr_scheduler." + str(self.one(
                     "StepLR(optimizer, 2, 0.5)", "ExponentialLR(optimizer, 0.9)", "ReduceLROnPlateau(optimizer, patience=0)",
                     "CosineAnnealingLR(optimizer, 6)", "LambdaLR(optimizer, lambda e: 0.95 ** e)"))]
        plateau = "ReduceLROnPlateau" in lines[-1]
        style = self.one(self.functions, self.trainer, self.flat)
        assert callable(style)
        return head + "\n".join([*lines, *style(plateau)]) + "\n"

    def step(self, batch_of: str = "x, y") -> list[str]:
        """What is done with a batch `x, y`, with `loss` and `out` afterwards."""
        lines = ["optimizer.zero_grad()"] if self.maybe() else []
        a, b = batch_of.split(", ")
        lines += [f"out = model({a})", f"loss = criterion(out, {b})"]
        if self.maybe(0.2):
            lines.append("loss = loss + 1e-3 * sum(p.pow(2).sum() for p in model.parameters())")
        if len(lines) and "zero_grad" not in lines[0]:
            lines.append("optimizer.zero_grad()")
        lines.append("loss.backward()")
        if self.maybe(0.3):
            lines.append(f"nn.utils.clip_grad_{self.one('norm_', 'value_')}(model.parameters(), 0.5)")
        return [*lines, "optimizer.step()"]

    def counting(self, prefix: str = "") -> list[str]:
        """Numbers kept of a batch."""
        choices = [f"{prefix}total += loss.item()", f"{prefix}total += loss.item() * len(x)", f"{prefix}count += 1",
                   f"{prefix}seen += x.size(0)", f"{prefix}losses.append(loss.item())", f"{prefix}meter.update(loss.item(), len(x))",
                   f"{prefix}meter.update(loss.item())", f"{prefix}history['loss'].append(loss.item())",
                   f"{prefix}smooth = 0.9 * {prefix}smooth + 0.1 * loss.item()", f"{prefix}best = min({prefix}best, loss.item())"]
        if self.classes > 1:
            choices += [f"{prefix}correct += (out.argmax(1) == y).sum().item()", f"{prefix}correct += int((out.argmax(dim=1) == y).sum())"]
        else:
            choices += [f"{prefix}correct += ((out > 0.5) == (y > 0.5)).sum().item()"]
        return [str(c) for c in self.random.sample(choices, self.random.randint(0, 3))]

    START = ["total, count, seen, correct, smooth, best = 0.0, 0, 0, 0, 0.0, 1e9",
             "losses, meter, history = [], Meter(), defaultdict(list)"]
    REPORT = "print(epoch, f'{total:.4f} {count} {seen} {correct} {smooth:.4f} {meter.mean:.4f} {sum(losses):.4f}', len(history['loss']))"

    def evaluation(self) -> list[str]:
        """A pass over the test data; leaves `value`."""
        body = ["out = model(x)", "value += criterion(out, y).item()" + str(self.one("", " * len(x)"))]
        if self.maybe(0.4):
            body.append(f"right += ({'out.argmax(1)' if self.classes > 1 else 'out.round()'} == y).sum().item()")
        return ["model.eval()", "value, right = 0.0, 0", "with torch.no_grad():", "    for x, y in test_loader:",
                *("        " + line for line in body), "model.train()"]

    def after_epoch(self, plateau: bool) -> list[str]:
        lines = []
        if self.maybe(0.6):
            lines += self.evaluation()
            lines.append("print('test', round(value, 4), right)")
        else:
            lines.append("value = loss.item()")
        if self.maybe(0.6):
            lines.append("scheduler.step(value)" if plateau else "scheduler.step()")
        if self.maybe(0.2):
            lines.append("if epoch == 2: optimizer.param_groups[0]['lr'] *= 0.5")
        if self.maybe(0.15):
            lines.append("if epoch == 1: model.first.requires_grad_(False)")
        if self.maybe(0.2):
            lines.append("if epoch == 1: saved = copy.deepcopy(model.state_dict())")
            lines.append("if epoch == 3: model.load_state_dict(saved)")
        return lines

    CHANGES = [
        "model.drop.p = 0.4", "model.calls += 1", "optimizer.param_groups[-1]['lr'] *= 0.7", "model.last.weight.data.mul_(0.9)",
        "model.last.weight.data = model.last.weight.data * 0.9", "model.first.bias.requires_grad_(False)", "model.last.bias.grad = None",
        "optimizer.state.clear()", "model.norm = nn.Identity()", "Net.forward = lambda self, x: self.last(torch.tanh(self.first(x)))",
        "model.last.register_forward_hook(lambda m, i, o: o * 0.9)", "model.forward = lambda x: model.last(model.first(x))",
        "(data.x if hasattr(data, 'x') else data.tensors[0]).mul_(0.9)", "torch.manual_seed(5)",
        "average.load_state_dict(model.state_dict())", "optimizer = torch.optim.SGD(model.parameters(), lr=0.02)", "loader = list(loader)",
        "criterion = nn.CrossEntropyLoss(label_smoothing=0.1)", "loader = torch.utils.data.DataLoader(data, batch_size=7)"]

    def between(self, epochs: int) -> list[str]:
        """What a program may change between two epochs."""
        chosen = self.changes.sample(self.CHANGES, self.changes.choice((0, 1, 2)))
        if self.classes == 1:
            chosen = [c.replace("nn.CrossEntropyLoss(label_smoothing=0.1)", "nn.L1Loss()") for c in chosen]
        return [f"if epoch == {self.changes.randrange(epochs)}: {c}" for c in chosen]

    def inside(self) -> list[str]:
        """What is done in some of the batches."""
        lines = []
        if self.maybe(0.3):
            told = self.one("print(k, loss.item())", "print(f'{epoch}/{k}: {loss.item():.4f}')", "losses.append(loss.item())")
            lines.append(f"if k % {self.one(2, 3)} == 0: {told}")
        if self.maybe(0.15):
            lines += ["with torch.no_grad():", "    for a, p in zip(average.parameters(), model.parameters()):", "        a.lerp_(p, 0.1)"]
        return lines

    def flat(self, plateau: bool) -> list[str]:
        over = self.one("for k, (x, y) in enumerate(loader):", "for k, batch in enumerate(loader):")
        unpack = ["x, y = batch"] if "batch" in str(over) else []
        body = [*unpack, *self.step(), *self.counting(), *self.inside()]
        epochs = self.random.randint(2, 5)
        return [*self.START, "average = copy.deepcopy(model)", f"for epoch in range({epochs}):",
                *(["    " + s for s in self.START] if self.maybe() else []), f"    {over}", *("        " + line for line in body),
                f"    {self.REPORT}", *("    " + line for line in [*self.after_epoch(plateau), *self.between(epochs)])]

    def functions(self, plateau: bool) -> list[str]:
        body = [*self.step(), *self.counting(), *self.inside()]
        train = ["def train(epoch, model, loader):", *("    " + s for s in self.START), "    model.train()",
                 "    for k, (x, y) in enumerate(loader):", *("        " + line for line in body), f"    {self.REPORT}",
                 "    return loss.item()"]
        test = ["def test():", *("    " + line for line in self.evaluation()), "    return value / len(test_loader), right"]
        end = ["scheduler.step(value)" if plateau else "scheduler.step()"] if self.maybe(0.7) else []
        calls = ["train(epoch, model, loader)", "value, right = test()", "print(f'{value:.4f}', right)", *end]
        epochs = self.random.randint(2, 5)
        over = f"for epoch in range({epochs}):"
        return ["average = copy.deepcopy(model)", *train, *test, over, *("    " + c for c in [*calls, *self.between(epochs)])]

    def trainer(self, plateau: bool) -> list[str]:
        body = [line.replace("optimizer.", "self.optimizer.").replace("model(", "self.model(").replace("model.p", "self.model.p")
                .replace("criterion(", "self.criterion(") for line in self.step()]
        lines = ["class Trainer:", "    def __init__(self, model, optimizer, criterion):",
                 "        self.model, self.optimizer, self.criterion = model, optimizer, criterion",
                 *("        " + ", ".join("self." + name for name in s.partition(" = ")[0].split(", ")) + " = " + s.partition(" = ")[2]
                   for s in self.START),
                 "    def step(self, x, y):", *("        " + line for line in body),
                 *("        " + line for line in self.counting("self.")),
                 "        return loss" + str(self.one("", ".item()", ".detach()")),
                 "    def fit(self, loader, epochs):", "        for epoch in range(epochs):", "            for x, y in loader:",
                 "                loss = self.step(x, y)",
                 "            print(epoch, float(loss), self.count, round(self.total, 4), self.correct)"]
        if self.maybe(0.6):
            lines.append("            scheduler.step(float(loss))" if plateau else "            scheduler.step()")
        epochs = self.random.randint(2, 5)
        lines += ["            " + line.replace(": optimizer", ": self.optimizer").replace(": criterion", ": self.criterion")
                  for line in self.between(epochs)]
        lines = ["average = copy.deepcopy(model)", *lines, "trainer = Trainer(model, optimizer, criterion)"]
        return [*lines, f"trainer.fit(loader, {epochs})",
                *(["trainer.fit(test_loader, 2)"] if self.maybe(0.3) else [])]


def differs(found: tuple[str, dict[str, object]], expected: tuple[str, dict[str, object]], rtol: float, atol: float) -> str:
    """What two runs print or leave differently; empty for nothing."""
    try:
        assert NUMBER.sub("#", found[0]) == NUMBER.sub("#", expected[0])
        np.testing.assert_allclose(*([float(n) for n in NUMBER.findall(t)] for t in (found[0], expected[0])), rtol, atol)
        for name, value in expected[1].items():
            if not name.startswith("__") and name not in ("torch", "nn", "np", "F", "copy", "math", "time"):
                same(found[1][name], value, rtol, atol, name)
    except AssertionError as problem:
        return str(problem) or "different texts"
    return ""


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("paying", [1.0, 0.8], ids=["always", "at times"])
def test_random_scripts(seed: int, paying: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """`paying`: how often compiling a loop is held to be worth the trouble; else Python goes on with it."""
    source, chance = Maker(seed).program(), random.Random(seed)
    monkeypatch.setattr(Statement, "pays", lambda *given: chance.random() < paying)
    natively = functools.partial(run, natively=True, always=paying == 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = run(source, natively=False)
        problem = differs(natively(source), expected, 3e-3, 1e-4)
        if problem:
            moved = [source.replace("\ndata = ", f"\nx = x * (1 + {k} * 1e-7)\ndata = ", 1) for k in (1, -2, 3)]
            assert any(differs(run(m, natively=False), expected, 1e-3, 3e-5) for m in moved), f"seed {seed}\n{source}\n{problem}"
