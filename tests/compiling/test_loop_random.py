"""Random training loops: whatever they are made of, native steps leave what eager ones would have.

`STEEPEST_EXAMPLES=2000 pytest tests/compiling/test_loop_random.py` tries so many new ones.
"""

import os
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import Plain, agree, compare, run

FIXED = 100
WANTED = int(os.environ.get("STEEPEST_EXAMPLES", "0"))
SEEDS = [random.SystemRandom().randrange(10**9) for _ in range(WANTED)] or range(FIXED)


class Maker:
    """Writes a program from a seed."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.lines: list[str] = []

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def maybe(self, share: float) -> bool:
        return self.random.random() < share

    def model(self, inputs: int, outputs: int) -> str:
        layers, width = [], inputs
        for _ in range(self.random.randint(0, 3)):
            n = self.random.choice((1, 2, 3, 5, 8, 17))
            layers.append(f"nn.Linear({width}, {n}{self.one('', '', ', bias=False')})")
            width = n
            if self.maybe(0.2):     # a bias before it would get a gradient of nothing but rounding
                layers[-1] = f"nn.Linear({layers[-1].split('(')[1].split(',')[0]}, {n}, bias=False)"
                layers.append(self.one(f"nn.BatchNorm1d({n})", f"nn.LayerNorm({n})"))
            layers.append(self.one("nn.ReLU()", "nn.Tanh()", "nn.Sigmoid()", "nn.GELU()", "nn.LeakyReLU(0.1)", "nn.ELU()", "nn.SiLU()",
                                   "nn.Softplus()", "nn.Dropout(0.2)", "nn.Identity()"))
        layers.append(f"nn.Linear({width}, {outputs})")
        return f"nn.Sequential({', '.join(layers)})"

    def optimizer(self) -> str:
        rate = self.one("0.1", "0.03", "0.01", "1e-3")
        return self.one(
            f"SGD(model.parameters(), lr={rate})", f"SGD(model.parameters(), lr={rate}, momentum=0.9)",
            f"SGD(model.parameters(), lr={rate}, momentum=0.5, nesterov=True, weight_decay=0.01)", f"Adam(model.parameters(), lr={rate})",
            f"AdamW(model.parameters(), lr={rate}, weight_decay=0.1)", f"Adam(model.parameters(), lr={rate}, amsgrad=True)",
            f"RMSprop(model.parameters(), lr=1e-3, momentum={self.one('0', '0.5')})", f"Adagrad(model.parameters(), lr={rate})",
            f"NAdam(model.parameters(), lr={rate})", f"Adamax(model.parameters(), lr={rate})")

    def loss(self, classes: int) -> str:
        if classes > 1:
            return self.one("nn.CrossEntropyLoss()", "nn.CrossEntropyLoss(label_smoothing=0.1)")
        return self.one("nn.MSELoss()", "nn.L1Loss()", "nn.SmoothL1Loss()", "nn.HuberLoss()", "nn.MSELoss(reduction='sum')",
                        "nn.BCEWithLogitsLoss()")

    def program(self) -> str:
        rows, inputs = self.random.choice((1, 2, 5, 16, 17, 33, 50)), self.random.choice((1, 2, 3, 8))
        classes = self.random.choice((1, 1, 2, 3))
        batch = self.random.choice((1, 3, 4, 8, 16, 100))
        w = self.lines.append
        w(f"x = torch.randn({rows}, {inputs})")
        w(f"y = torch.randint(0, {classes}, ({rows},))" if classes > 1 else f"y = torch.rand({rows}, 1)")
        model = self.model(inputs, classes)
        if "BatchNorm" in model and (rows < 2 or batch < 2 or rows % batch == 1):
            model = model.replace("BatchNorm1d", "LayerNorm")
        w(f"model = {model}")
        w(f"optimizer = torch.optim.{self.optimizer()}")
        w(f"criterion = {self.loss(classes)}")
        loader = self.maybe(0.5)
        if loader:
            w("data = torch.utils.data.TensorDataset(x, y)")
            w(f"loader = torch.utils.data.DataLoader(data, batch_size={batch}, shuffle={self.maybe(0.7)}, drop_last=False)")
            if rows >= 5 and self.maybe(0.15):
                cuts = [(self.random.randint(0, 2), self.random.randint(2, rows - 2)) for _ in range(self.random.choice((5, 9)))]
                w(f"loader = [(x[a:a + n].clone(), y[a:a + n].clone()) for a, n in {cuts}]     # batches of many sizes")
        scheduler = self.maybe(0.3)
        if scheduler:
            kind = self.one("StepLR(optimizer, 3, 0.5)", "ExponentialLR(optimizer, 0.9)", "CosineAnnealingLR(optimizer, 10)",
                            "LambdaLR(optimizer, lambda e: 0.9 ** e)")
            w(f"scheduler = torch.optim.lr_scheduler.{kind}")
        w("total, count, losses, kept = 0.0, 0, [], []")
        w("average = [p.detach().clone() for p in model.parameters()]")
        if loader:
            epochs = self.random.randint(1, 6)
            if self.maybe(0.3):
                w(f"run = loop(loader, epochs={epochs})")
                w("for x, y in run:")
                self.body(1, None)
            else:
                w(f"for epoch in range({epochs}):")
                w("    for x, y in loop(loader):")
                self.body(2, None)
                if scheduler:
                    w("    scheduler.step()")
                if self.maybe(0.4):
                    w("    model.eval()")
                    w("    with torch.no_grad():")
                    w("        for a, b in loop(loader):")
                    w("            total += criterion(model(a), b).item()")
                    w("            count += len(a)")
                    w("    model.train()")
        else:
            w(f"run = loop({self.random.choice((1, 3, 7, 20, 40))})")
            w("for i in run:")
            self.body(1, "i")
            if scheduler and self.maybe(0.5):
                w("    scheduler.step()")
        return "\n".join(self.lines) + "\n"

    def body(self, depth: int, step: str | None) -> None:
        pad = "    " * depth

        def w(line: str) -> None:
            self.lines.append(pad + line)

        zero = self.one("optimizer.zero_grad()", "optimizer.zero_grad()", "optimizer.zero_grad(set_to_none=False)", "model.zero_grad()")
        first = self.maybe(0.3)
        if first:
            w(zero)
        w("out = model(x)")
        if self.maybe(0.15):
            w("out = out * 1.0; out.mul_(2.0); out[:1].add_(0.5)")
        w("loss = criterion(out, y)")
        if self.maybe(0.2):
            w("loss = loss + 0.01 * sum((p ** 2).sum() for p in model.parameters())")
        accumulate = step is not None and self.maybe(0.25)
        if not first and not accumulate:
            w(zero)
        w("(loss / 3).backward()" if accumulate else "loss.backward()")
        if self.maybe(0.25):
            w(self.one("nn.utils.clip_grad_norm_(model.parameters(), 0.5)", "nn.utils.clip_grad_value_(model.parameters(), 0.1)"))
        if accumulate:
            w(f"if ({step} + 1) % 3 == 0:")
            w("    optimizer.step()")
            w(f"    {zero}")
        else:
            w("optimizer.step()")
        if self.maybe(0.3):
            w("with torch.no_grad():")
            w("    for a, p in zip(average, model.parameters()):")
            w("        a.mul_(0.9).add_(p, alpha=0.1)")
        if self.maybe(0.3):
            w("total += loss.item() * len(x)")
            w("count += len(x)")
        if self.maybe(0.3):
            w("losses.append(loss.item())")
        if self.maybe(0.15):
            w("kept.append(out.detach().mean())")
        if step is not None and self.maybe(0.4):
            w(self.one(f"if {step} % 7 == 0:", f"if {step} > 12:", f"if {step} == 5:", f"if {step} in (3, 9):", f"if not ({step} < 15):"))
            w("    " + self.one("kept.append(loss.detach())", "loss2 = loss.item()", "kept.append((1, loss.item()))",
                                "optimizer.param_groups[0]['lr'] *= 0.9", "x = x * 1.01", "average = [a * 1.0 for a in average]"))
        if step is not None and self.lines and "run" in "".join(self.lines[-40:]) and self.maybe(0.3):
            w("run.record(loss=loss" + self.one("", ", first=next(model.parameters())", ", out=out.detach().sum()") + ")")


def chaotic(source: str) -> bool:
    """Whether rounding alone changes what the program leaves: eager, it does not agree with itself on data moved in the seventh digit."""
    expected = run(source, Plain)
    begin = source.index("\noptimizer = ")
    for k in range(8):
        draw = f"np.random.default_rng({k}).standard_normal"
        noise = f"torch.tensor({draw}(x.shape), dtype=x.dtype)" if k else "1"
        moved = source.replace("\ny = ", f"\nx = x * (1 + 3e-7 * {noise})\ny = ", 1)
        if k > 3:       # the parameters as well, each its own way
            nudge = f"for p in model.parameters(): p.data.mul_(1 + 2e-7 * torch.tensor({draw}(p.shape), dtype=p.dtype))"
            moved = source[:begin] + f"\n{nudge}" + source[begin:]
        try:
            compare(run(moved, Plain), expected, RTOL / 3, ATOL / 3)
        except AssertionError:
            return True
    return False


RTOL, ATOL = 5e-3, 1e-4


@pytest.mark.parametrize("seed", SEEDS)
def test_random_loops(seed: int) -> None:
    source = Maker(seed).program()
    try:
        agree(source, native=None, rtol=RTOL, atol=ATOL)
    except AssertionError as problem:
        if not chaotic(source):
            raise AssertionError(f"seed {seed}\n{source}\n{problem}") from problem
