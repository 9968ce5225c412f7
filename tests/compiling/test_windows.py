"""Views at the step's number: what is written through the view, or through the tensor, is seen through the other."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from programs import agree

START = """
torch.manual_seed(0)
x = torch.arange(180.0).reshape(60, 3) * 0.01
y = torch.ones(60)
s, rows = torch.ones(3), []
for i in loop(60):
"""

NATIVE = [
    "row = x[i]; row += 1", "x[i] += 1", "row = x[i]; x[i] = row * 2; s = s + row", "row = x[i]; x *= 1.01; s = s + row",
    "row = x[i]; x[i, 0] = 5; s = s + row", "row = x[i].T; x[i] += 1; s = s + row", "row = x[i][0]; x[i] += 1; s = s + row",
    "row = x[i]; z = row.view(1, 3); z *= 2", "row = x[i]; row.add_(1); s = s + x[i]", "row = x[i]; x[:, 0] = s[0]; s = s + row",
    "row = x[i, 1:]; row.mul_(2)", "a = x[i]; b = x[i]; a += 1; s = s + b", "row = x[i].detach(); row += 1",
    "row = x[i].clone(); x[i] = 2 * row; s = s + row", "p = x[i]; torch.add(p, 1, out=p)", "row = x[i]; row.data += 1",
    "t = x.T; column = t[:, i]; column += s; s = s * 0.9 + column", "t = x.T; t[:, i] = s; s = s * 0.9 + x[i]",
    "y[i] = s.sum(); s = s * 0.99 + y[i - 1]",
    "a = x[i:i + 4]; s = s * 0.9 + a.mean(0)", "a = x[i:i + 4]; a *= 0.5", "x[i:i + 2] = s; s = s * 0.9 + x[i].sum() * 0.01",
    "a = x[max(0, i - 3):i + 1]; s = s * 0.9 + a.sum(0)", "a = x[i // 8 * 8:i // 8 * 8 + 8]; s = s * 0.9 + a.mean(0)",
    "a = x[i]; b = a[1:]; b += 1; s = s * 0.9 + x[i] + a", "a = x[-1 - i]; a += 0.1; s = s * 0.5 + x[59 - i]",
    "a, b = x[i], x[(i + 1) % 60]; a += b",
    "a = x[2 * i:2 * i + 2]; s = s + a.sum(0)",
]
SEEN = [
    "y[i:] = y[i:] * 0.9", "y[:i + 1] += 0.1",
    "rows.append(x[i])\n    x += 0.01", "rows.append(x[i:i + 2])\n    s = s * 0.9",
    "w = (s * 1).requires_grad_(); h = x * w; row = h[i]; row *= 2; h.sum().backward(); s = s - 0.001 * w.grad",
    "w = s.clone().requires_grad_(); h = x.clone(); row = h[i]; row.mul_(w); h.sum().backward(); s = s - 0.001 * w.grad",
]


@pytest.mark.parametrize("body", NATIVE)
def test_a_view_at_the_step_is_followed(body: str) -> None:
    agree(START + "    " + body)


@pytest.mark.parametrize("body", SEEN)
def test_what_cannot_be_followed_is_run_by_python(body: str) -> None:
    agree(START + "    " + body, native=None)


def statement(rng: random.Random) -> str:
    places = ["i", "i - 1", "(i + 1) % 60", "59 - i", "i // 2", "i:i + 3", "max(i - 2, 0):i + 1", ":i + 1", "i:"]
    at = rng.choice(places)
    row, scale = rng.choice("abc"), rng.choice(["0.9", "1.01", "-0.5"])
    return rng.choice([
        f"{row} = x[{at}]", f"{row} = x[{at}]", f"x[{at}] = x[{at}] * {scale}", f"x[{at}] += 0.1", f"{row} *= {scale}",
        f"{row} = {row}[..., 1:]",
        f"{row} = {row} * {scale}", f"x *= {scale}", "x[:, 1] = s[0] * 0.01", f"s = s * 0.5 + {row}.sum() * 0.01",
        f"s = s * 0.5 + {row}.mean() * 0.1",
        f"{row}.add_({rng.choice('abc')}.mean())", f"s = s * 0.5 + x[{at}].sum() * 0.001",
    ])


@pytest.mark.parametrize("seed", range(40))
def test_random_programs_of_views(seed: int) -> None:
    rng = random.Random(seed)
    body = ["a = x[i]", "b = x[i - 1]", "c = x[i:i + 2]", *[statement(rng) for _ in range(rng.randint(2, 7))],
            "s = s * 0.5 + (a.sum() + b.sum() + c.sum()) * 0.001"]
    agree(START + "\n".join(f"    {line}" for line in body), native=None)


TRAINING = """
torch.manual_seed(0)
x, y, q = torch.randn(60, 3), torch.randn(60), torch.zeros(8, 4, dtype=torch.int64)
w, b = torch.randn(6, 3, requires_grad=True), torch.zeros(60, requires_grad=True)
optimizer = torch.optim.SGD([w, b], lr=0.01, momentum=0.5)
s, t, n = torch.ones(3), torch.zeros(60, 3), 0
for i in loop(60):
"""


def training_statement(rng: random.Random) -> str:
    one, row = rng.choice(["i", "i - 1", "59 - i", "i % 20"]), rng.choice(["i % 6", "(i + 1) % 6", "i % 3", "i // 10"])
    at = rng.choice([one, "i // 2", "i:i + 3", "3 * (i // 3):3 * (i // 3) + 3", "max(i - 2, 0):i + 1"])
    column, scale, cell = rng.choice(["i % 3", "(i + 1) % 3"]), rng.choice(["0.9", "1.01", "-0.5"]), rng.randrange(4)
    return rng.choice([
        f"optimizer.zero_grad(); ((w[{row}] * x[{one}]).sum() - y[{one}]).square().backward(); optimizer.step()",
        f"optimizer.zero_grad(); (((x[{at}] * w[{row}]).sum() + b[{one}] - y[{one}]) ** 2).backward(); optimizer.step()",
        f"r = w[{row}]; (r * x[{one}]).sum().backward(); w.grad.mul_({scale})", f"r = w[{row}].detach(); r *= {scale}",
        f"with torch.no_grad(): w[{row}] -= 0.01 * x[{one}]",
        f"with torch.no_grad(): r = w[{row}]; r.mul_({scale}); s = s * 0.5 + w[{row}] + r", f"w.data[{row}] *= {scale}",
        f"t[{at}] = x[{at}] * {scale}", f"t[{one}] += x[{one}]", f"v = t[{one}]; v += s * 0.01; s = s * 0.5 + t[{one}]",
        f"v = x[{at}]; x *= 0.99; s = s * 0.5 + v.sum() * 0.01", f"y[{one}] = y[{one}] * {scale} + s.mean() * 0.1",
        f"q[i % 8, {cell}] += 1; s = s * 0.9 + q[i % 8].float().mean()", f"v = x[{one}]; v[0] = {scale}; s = s * 0.5 + x[{one}]",
        f"a, c = x[{one}], t[{one}]; c.copy_(a); s = s * 0.5 + c", "n = n + 1; v = x[n % 60]; v -= 0.1; s = s * 0.5 + x[(n + 1) % 60]",
        f"v = x[{one}, 1:]; v.mul_({scale}); s[1:] += v * 0.01", f"if i % 7 == 3: t[{one}] = 0; s = s * 0.3",
        f"v = x[:, {column}]; v += 0.001; s = s * 0.9 + v.mean()",
    ])


@pytest.mark.parametrize("seed", range(30))
def test_random_trainings_with_views(seed: int) -> None:
    rng = random.Random(seed)
    agree(TRAINING + "\n".join(f"    {training_statement(rng)}" for _ in range(rng.randint(1, 5))), native=None)
