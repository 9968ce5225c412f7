"""Random functions over batches of many sizes: what `compile` makes of them gives what eager gives, for every size and at once.

`STEEPEST_EXAMPLES=n` tries n new functions; a failure prints its seed and its text.
"""

import linecache
import os
import random
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest import nn

COUNT = int(os.environ.get("STEEPEST_EXAMPLES", "5"))
WIDTHS = (2, 3, 4, 8, 17)
KINDS = ("map map map both both linear linear norm softmax drop rows clamp join pick gram reduce reduce view scan branch length number "
         "pieces loop turn center").split()
MAPS = ("{}.sin()", "{}.tanh()", "torch.relu({})", "{} * 0.5 + 1", "{}.sigmoid()", "{}.exp().clamp(max=3)", "({} ** 2 + 1).log()")


class Writer:
    """The text of a function; `rows` are the names of its matrices by their rows (an expression) and columns."""

    def __init__(self, seed: int):
        self.r = random.Random(seed)
        self.lines: list[str] = []
        self.matrices: list[tuple[str, str, int]] = []
        self.results: list[str] = []
        self.layers: list[str] = []
        self.count = 0

    def name(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def line(self, text: str) -> None:
        self.lines.append(f"    {text}")

    def layer(self, text: str) -> str:
        self.layers.append(text)
        return f"layers[{len(self.layers) - 1}]"

    def text(self) -> str:
        """A function `f(x, y, i, z)` of two batches and places below 5, and perhaps a third batch of a size of its own."""
        r = self.r
        width = r.choice(WIDTHS)
        self.two = r.random() < 0.4
        self.matrices = [*([("z", "m", width)] if self.two else []), ("x", "n", width), ("y", "n", width)]
        for _ in range(r.randint(2, 7)):
            self.step()
        name, _, _ = r.choice(self.matrices)
        # no plain sums: those of what was normalised are nothing but rounding
        self.results.append(r.choice([f"{name}.abs().mean()", f"{name}.abs().sum()", f"({name} * {name}).mean()",
                                      f"({name} + 1).abs().sum() / x.shape[0]"]))
        results = ", ".join(dict.fromkeys([*self.results, r.choice(self.matrices)[0]]))
        if self.two:
            results += r.choice([", z.mean() + x.mean()", ", (x @ z.T).tanh().sum(1)", ", torch.cat([z, x]).exp()"])
        return "\n".join(["def f(x, y, i, z):", *self.lines, f"    return ({results},)", ""])

    def step(self) -> None:
        r = self.r
        x, rows, width = r.choice(self.matrices[-4:])
        same = [m for m, of, w in self.matrices if of == rows and w == width]
        new = self.name()
        kind = r.choice(KINDS)
        if kind == "map":
            self.line(f"{new} = {r.choice(MAPS).format(x)}")
        elif kind == "both":
            self.line(f"{new} = {x} {r.choice('+-*')} {r.choice(same)}")
        elif kind == "linear":
            to = r.choice(WIDTHS)
            self.line(f"{new} = {self.layer(f'nn.Linear({width}, {to})')}({x})")
            width = to
        elif kind == "norm":
            self.line(f"{new} = {self.layer(r.choice([f'nn.LayerNorm({width})', f'nn.BatchNorm1d({width})']))}({x})")
        elif kind == "softmax":
            self.line(f"{new} = torch.softmax({x}, {r.choice([0, 1])})")
        elif kind == "drop":
            self.line(f"{new} = {self.layer('nn.Dropout(0.3)')}({x})")
        elif kind == "rows":
            part, rows = r.choice([("1:", f"{rows}-1"), (":-1", f"{rows}-1"), ("::2", f"{rows}/2")])
            self.line(f"{new} = {x}[{part}]")
        elif kind == "clamp":
            c = r.choice([3, 7, 12, 25])
            part, rows = r.choice([(f":{c}", f"{rows}:{c}"), (f"-{c}:", f"{rows}:{c}"), (f"{c}:", f"{rows}-{c}")])
            self.line(f"{new} = {x}[{part}] * 2")
        elif kind == "join":
            self.line(f"{new} = torch.cat([{x}, {r.choice(same)}])")
            rows = f"2{rows}"
        elif kind == "pick":
            x, _, width = r.choice([m for m in self.matrices if m[1] == "n"])
            self.line(f"{new} = {x}[i]")
            rows = "n"
        elif kind == "gram":
            self.line(f"{new} = ({x} @ {r.choice(same)}.T).tanh() @ {x}")
        elif kind == "reduce":
            f = r.choice(["{}.mean(0)", "{}.var(0)", "{}.amax(0)", "{}.sum(1).mean()", "{}.std()", "{}.argmax(1)", "{}.logsumexp(0)"])
            self.results.append(f.format(x))
            return
        elif kind == "view":
            self.line(f"{new} = {x}.reshape({r.choice([f'{x}.shape[0], -1', f'-1, {width}', f'len({x}), {width}'])})")
        elif kind == "scan":
            self.line(f"{new} = {x}.cumsum(0) * 0.1")
        elif kind == "branch":
            c = r.choice([4, 9, 15, 30])
            self.line(f"{new} = {x} * 2 if {r.choice([f'{x}.shape[0]', f'len({x})', f'{x}.size(0)', f'{x}.numel()'])} > {c} else {x} + 1")
        elif kind == "length":
            self.line(f"{new} = {x} / {r.choice([f'len({x})', f'{x}.shape[0]', f'{x}.shape[0] ** 0.5', f'(0.5 * {x}.shape[0])'])}")
        elif kind == "number":
            self.line(f"m{self.count} = {x}.shape[0]")
            self.line(f"{new} = {x} + torch.arange(m{self.count}).reshape(m{self.count}, 1) / m{self.count}")
        elif kind == "pieces":
            self.line(f"{new} = sum(p.sum(0) for p in {x}.split({r.choice([8, 20])})) + {x}")
        elif kind == "loop":
            self.line(f"{new} = {x}")
            self.line(f"for _ in range({r.choice(['2', f'min({x}.shape[0], 6)'])}):")
            self.line(f"    {new} = {new} * 0.9 + 0.1")
        elif kind == "turn":
            self.line(f"{new} = ({x}.T @ {x}).mean(0) + {x}")
        else:
            self.line(f"{new} = {x} - {x}.mean(0, keepdim=True)")
        self.matrices.append((new, rows, width))


def outcome(f: Any, arguments: list[Any], parameters: list[Any]) -> Any:
    torch.manual_seed(3)
    try:
        out = f(*arguments)
        total = sum((x * torch.linspace(0.5, 1.5, x.numel()).reshape(x.shape)).sum() for x in out if x.requires_grad)
        gradients = torch.autograd.grad(total, parameters, allow_unused=True) if isinstance(total, torch.Tensor) and parameters else ()
    except Exception as problem:
        return [type(problem).__name__, str(problem)]
    return [None if x is None else x.detach().numpy() for x in (*out, *gradients)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(COUNT) if COUNT <= 20 else [random.SystemRandom().randrange(2**40) for _ in range(COUNT)])
def test_functions_of_batches_of_many_sizes(seed: int) -> None:
    writer = Writer(seed)
    text = writer.text()
    file = f"<string sizes {seed}>"
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    torch.manual_seed(seed % 1000)
    layers = nn.ModuleList([eval(layer) for layer in writer.layers])
    scope = {"torch": torch, "layers": layers}
    exec(compile(text, file, "exec"), scope)
    f, parameters = scope["f"], list(layers.parameters())
    fast, state = torch.compile(f), {k: v.clone() for k, v in layers.state_dict().items()}
    r, numbers = random.Random(seed), np.random.default_rng(seed)
    pool = r.sample(range(2, 41), 6)
    width = next(w for m, _, w in writer.matrices if m == "x")
    sizes = [n for n in pool for _ in range(1 if seed % 3 == 0 else r.choice([2, 3, 4]))] + r.choices([*pool, *range(0, 48)], k=14)
    others = [r.choice((3, 6, 11, r.randint(1, 30))) if writer.two else 4 for _ in sizes]
    print(f"seed {seed}, sizes {sizes}, {others}\n{text}")
    for n, m in zip(sizes, others, strict=True):
        x, y = (torch.tensor(numbers.normal(size=(n, width)), dtype=torch.float32) for _ in range(2))
        z = torch.tensor(numbers.normal(size=(m, width)), dtype=torch.float32)
        i = torch.tensor(numbers.integers(0, max(min(n, 5), 1), n))
        found = []
        for g in (fast, f):
            layers.load_state_dict(state)
            found.append([*outcome(g, [x, y, i, z], parameters), *(b.clone().numpy() for b in layers.buffers())])
        assert len(found[0]) == len(found[1]), (n, found)
        for a, b in zip(*found, strict=True):
            if isinstance(b, np.ndarray):
                assert isinstance(a, np.ndarray) and a.shape == b.shape and a.dtype == b.dtype, (n, a, b)
                scale = max(1.0, float(np.abs(b).max(initial=0.0))) if b.dtype.kind == "f" else 1.0
                np.testing.assert_allclose(a / scale, b / scale, rtol=1e-3, atol=1e-4, err_msg=f"{n}")
            else:
                assert a == b, n
