"""Random step functions: recorded and run natively they leave what running them in Python leaves.

Set STEEPEST_EXAMPLES for longer runs.
"""

import os
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import steepest as torch

EXAMPLES = int(os.environ.get("STEEPEST_EXAMPLES", "40"))
UNARY = "exp sin tanh sigmoid relu abs neg square floor sign log1p_abs sqrt_abs".split()
SHAPES = [(3,), (2, 3), (3, 1), (1, 3), (2, 1, 3), ()]


class Body:
    """A step drawn once as lines over `v0, v1, ...` (values of this step), `c0, c1` (carried) and `w` (a parameter)."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.carried = [self.pick(SHAPES) for _ in range(2)]
        self.lines: list[str] = []
        self.shapes: dict[str, tuple[int, ...]] = {"x": (2, 3), "w": (3,), "c0": self.carried[0], "c1": self.carried[1]}
        for _ in range(rng.randrange(3, 12)):
            self.add()

    def pick(self, items: Any) -> Any:
        return items[self.rng.randrange(len(items))]

    def value(self, expression: str, shape: tuple[int, ...]) -> None:
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {expression}")
        self.shapes[name] = shape

    def add(self) -> None:
        r, names = self.rng, list(self.shapes)
        a, b = self.pick(names), self.pick(names)
        shape, other = self.shapes[a], self.shapes[b]
        kind = r.randrange(10)
        if kind < 2:
            try:
                both = np.broadcast_shapes(shape, other)
            except ValueError:
                return
            self.value(f"{a} {self.pick('+-*')} {b}", both)
        elif kind == 2:
            self.value(f"{a} {self.pick('+-*/')} {self.pick(['2.0', '0.5', '3'])}", shape)
        elif kind == 3:
            name = self.pick(UNARY)
            inner = f"{a}.clamp(-3, 3)"
            inner = f"{inner}.abs()" if name.endswith("_abs") else inner
            self.value(f"torch.{name.removesuffix('_abs')}({inner})", shape)
        elif kind == 4 and shape:
            d = r.randrange(len(shape))
            name = self.pick(["sum", "mean", "amax", "amin"])
            keep = r.random() < 0.5
            self.value(f"{a}.{name}({d}, keepdim={keep})", shape[:d] + ((1,) if keep else ()) + shape[d + 1:])
        elif kind == 5 and len(shape) >= 2:
            d, e = r.sample(range(len(shape)), 2)
            swapped = list(shape)
            swapped[d], swapped[e] = swapped[e], swapped[d]
            self.value(f"{a}.transpose({d}, {e})", tuple(swapped))
        elif kind == 6 and shape:
            d = r.randrange(len(shape))
            i = r.randrange(shape[d])
            self.value(f"{a}.select({d}, {i})", shape[:d] + shape[d + 1:])
        elif kind == 7:
            if fits(shape, (2, 3)):
                self.value(f"torch.where({a} > 0.25, {a}, x)", (2, 3))
        elif kind == 8 and a[0] == "v" and b[0] == "v" and a != b and shape and fits(other, shape[1:]):
            self.lines.append(f"{a} = {a}.clone(); {a}[{r.randrange(shape[0])}] = {b}")
        elif kind == 9 and len(shape) == 2 and shape[1] == 3:
            self.value(f"{a} @ w", shape[:1])

    def function(self, state: dict[str, Any]) -> Callable[[Any], Any]:
        """The step over `state`, which it trains and writes."""
        source = ["def step(x):", "    w, c0, c1 = state['w'], state['c0'], state['c1']"]
        source += [f"    {line}" for line in self.lines]
        values = [n for n in self.shapes if n[0] == "v"] or ["x"]
        loss = " + ".join(f"(0.1 * {n}).tanh().mean()" for n in values[-4:])
        source += [f"    loss = {loss} + (w * w).mean()", "    w.grad = None", "    loss.backward()"]
        source += ["    with torch.no_grad():", "        w -= 0.1 * w.grad"]
        for k, shape in enumerate(self.carried):
            last = next((n for n in reversed(values) if fits(self.shapes[n], shape)), None)
            if last is not None:
                source += [f"        c{k}.mul_(0.5).add_(torch.tanh({last}))"]
        source += ["    return loss.detach()"]
        scope: dict[str, Any] = {"torch": torch, "state": state}
        exec("\n".join(source), scope)
        made: Callable[[Any], Any] = scope["step"]
        return made


def fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, into) == into
    except ValueError:
        return False


def state_of(body: Body) -> dict[str, Any]:
    w = torch.tensor([0.3, -0.7, 1.1], dtype=torch.float64, requires_grad=True)
    return {"w": w, **{f"c{k}": torch.full(shape, 0.2 + k, dtype=torch.float64) for k, shape in enumerate(body.carried)}}


def check(rng: random.Random) -> str:
    """Run one body both ways; the reason where it did not become native."""
    body = Body(rng)
    inputs = np.random.default_rng(rng.randrange(10**6)).standard_normal((9, 2, 3))
    eager, native = state_of(body), state_of(body)
    plain, step = body.function(eager), torch.compile(body.function(native))
    shown = "\n".join(body.lines)
    wanted = [plain(torch.from_numpy(x)).item() for x in inputs]
    got = [step(torch.from_numpy(x)).item() for x in inputs]
    np.testing.assert_allclose(got, wanted, rtol=1e-6, atol=1e-9, err_msg=shown)
    for name, value in eager.items():
        mine, theirs = native[name].detach().numpy(), value.detach().numpy()
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-9, err_msg=f"{name}\n{shown}")
    np.testing.assert_allclose(native["w"].grad.numpy(), eager["w"].grad.numpy(), rtol=1e-6, atol=1e-9, err_msg=shown)
    known = step._compilation
    return "" if known.native_calls >= len(inputs) - 3 else f"{[v.reason for v in known.variants.values()]}\n{shown}"


@pytest.mark.parametrize("seed", range(40))
def test_native_steps_do_what_python_does(seed: int) -> None:
    assert check(random.Random(seed)) == ""


@pytest.mark.skipif("STEEPEST_EXAMPLES" not in os.environ, reason="set STEEPEST_EXAMPLES=n to try n new steps")
@settings(max_examples=EXAMPLES, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_new_native_steps_do_what_python_does(rng: random.Random) -> None:
    assert check(rng) == ""
