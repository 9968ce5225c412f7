"""`torch.fx` beside torch's: programs of its tutorials, the printed graphs, the code, and what comes of running it."""

import copy
import difflib
import importlib
import io
import itertools
import math
import operator
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

import steepest

LIBRARIES = (steepest, torch)


def fx_of(library: Any, name: str = "fx") -> Any:
    return importlib.import_module(f"{library.__name__}.{name}")


def seen(value: Any) -> Any:
    """A result as something that can be compared."""
    if isinstance(value, (steepest.Tensor, torch.Tensor)):
        return np.round(value.detach().numpy().astype(float), 5).tolist()
    if isinstance(value, (tuple, list)):
        return [seen(v) for v in value]
    if isinstance(value, dict):
        return {str(k): seen(v) for k, v in value.items()}
    return str(value).replace("steepest", "torch").replace("core.tensor.", "").replace("functional.reducing", "return_types")


def same(program: Callable[[Any], Any]) -> None:
    results = []
    for library in LIBRARIES:
        library.manual_seed(0)
        results.append(seen(program(library)))
    assert results[0] == results[1], "".join(difference(*results))


def difference(mine: Any, theirs: Any) -> Any:
    """The lines of the results that differ."""
    if isinstance(mine, list) and isinstance(theirs, list):
        for a, b in itertools.zip_longest(mine, theirs):
            if a != b:
                yield from difference(a, b)
    elif isinstance(mine, str) and isinstance(theirs, str):
        yield from (f"\n{line}" for line in difflib.ndiff(mine.split("\n"), theirs.split("\n")) if not line.startswith(" "))
    else:
        yield f"\n{mine}\n{theirs}"


def shown(gm: Any) -> list[Any]:
    gm.graph.lint()
    return [gm.code, str(gm.graph), gm.print_readable(print_output=False), str(gm)]


def network(lib: Any) -> Any:
    nn, F = lib.nn, lib.nn.functional

    class Block(nn.Module):
        def __init__(self, i: int, o: int) -> None:
            super().__init__()
            self.conv = nn.Conv2d(i, o, 3, padding=1)
            self.bn = nn.BatchNorm2d(o)
            self.scale = nn.Parameter(lib.ones(1))
            self.register_buffer("shift", lib.zeros(1))

        def forward(self, x: Any, factor: float = 1.0) -> Any:
            y = F.relu(self.bn(self.conv(x))) * self.scale + self.shift
            return y * factor if x.dim is None else y

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.1))
            self.blocks = nn.ModuleList([Block(4, 4), Block(4, 8)])
            self.head = nn.Linear(8, 3)
            self.table = lib.ones(3)

        def forward(self, x: Any, *, scale: float = 2.0) -> Any:
            x = self.first(x)
            for block in self.blocks:
                x = block(x)
            x = F.max_pool2d(x, 2)
            x = x.mean(dim=(2, 3))
            x = lib.flatten(x, 1)
            logits = self.head(x) + self.table
            logits = logits / scale
            return {"logits": logits, "prob": F.softmax(logits, dim=1), "best": logits.max(1)}

    return Net()


@pytest.mark.parametrize("mode", ["train", "eval"])
def test_a_networks_graph_and_code_are_torchs(mode: str) -> None:
    def program(lib: Any) -> Any:
        net = getattr(network(lib), mode)()
        gm = fx_of(lib).symbolic_trace(net)
        x = lib.randn(2, 1, 8, 8)
        names = [(n.op, n.name, str(n.target) if isinstance(n.target, str) else n.target.__name__, len(n.users)) for n in gm.graph.nodes]
        return [*shown(gm), names, gm(x), sorted(gm.state_dict())]

    same(program)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "operators": lambda lib, x, y: (-x + y - 1) * 2 / (x.abs() + 1) ** 2 // 1 % 3 @ y,
    "reflected": lambda lib, x, y: (1 + x, 2 - x, 3 * x, 4 / (x + 9), 2 ** x, x > 0, x <= y, x == y, x != y, ~(x > 0), (x > 0) & (y > 0)),
    "slices": lambda lib, x, y: (x[0], x[:, 1], x[..., None], x[1:, ::2], x[y > 0], x[[0, 1]]),
    "methods": lambda lib, x, y: x.relu().clamp(min=0.5).transpose(0, 1).contiguous().view(-1).sum(0, keepdim=True),
    "attributes": lambda lib, x, y: (x.shape[0], x.dtype, x.T, x.size(0), x.ndim, x.new_zeros(2)),
    "functions": lambda lib, x, y: lib.cat([lib.relu(x), lib.sigmoid(y)], dim=0).add(lib.add(x.sum(), y.sum(), alpha=2)),
    "python level": lambda lib, x, y: (lib.einsum("ij,kj->ik", x, y), lib.split(x, 1), lib.norm(x), lib.tensordot(x, y, dims=([1], [1])),
                                       lib.stack(lib.broadcast_tensors(x, y)), lib.cdist(x, y), lib.atleast_2d(x), lib.unique(x)),
    "neural": lambda lib, x, y: [getattr(lib.nn.functional, n)(x) for n in (
        "relu", "gelu", "silu", "sigmoid", "tanh", "elu", "leaky_relu", "softplus", "hardswish", "mish", "relu6", "selu", "celu",
        "softsign", "tanhshrink", "hardtanh", "logsigmoid", "hardsigmoid", "normalize")],
    "losses": lambda lib, x, y: [getattr(lib.nn.functional, n)(x, y) for n in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss",
                                                                              "cosine_similarity", "pairwise_distance")],
    "layers": lambda lib, x, y: [lib.nn.functional.linear(x, y), lib.nn.functional.layer_norm(x, (3,)),
                                 lib.nn.functional.pad(x, (1, 1), value=2.0), lib.nn.functional.one_hot((x > 0).long(), 3),
                                 lib.nn.functional.interpolate(x[None], scale_factor=2), lib.nn.functional.log_softmax(x, 1),
                                 lib.nn.functional.dropout(x, 0.5, False), lib.nn.functional.embedding((x > 0).long(), y),
                                 lib.nn.functional.avg_pool1d(x, 2), lib.nn.functional.cross_entropy(x, (y > 9).long()[:, 0])],
    "linear algebra": lambda lib, x, y: (lib.linalg.norm(x, dim=1), lib.fft.rfft(x).abs(), lib.special.entr(x), lib.linalg.inv(x @ x.T)),
    "constants": lambda lib, x, y: x + lib.arange(3.0) + lib.tensor([1.0, 2.0, 3.0]),
    "making": lambda lib, x, y: (lib.zeros_like(x), lib.zeros(x.shape[0]), lib.full_like(x, 3)),
    "in place": lambda lib, x, y: (x.add_(1), x.mul_(y), operator.iadd(x, y)),
    "unpacked": lambda lib, x, y: (lambda a: a[0] * a[1])(x.shape),
    "unused": lambda lib, x, y: (x.relu(), y)[1],
    "dtypes": lambda lib, x, y: x.to(lib.float64).float().to(device="cpu", dtype=lib.float32),
    "infinity": lambda lib, x, y: x.masked_fill(y > 0, float("-inf")),
    "mathematics": lambda lib, x, y: x * math.sqrt(2) + lib.pi,
    "nested": lambda lib, x, y: {"a": [x, (y, None)], "b": (x.relu(),)},
    "shared names": lambda lib, x, y: lib.sum(x) + lib.sum(y, dim=0).sum() + lib.max(x) + lib.abs(y).max(),
    "where": lambda lib, x, y: lib.where(x > y, x, y),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_graph_code_and_results_are_torchs(name: str) -> None:
    def program(lib: Any) -> Any:
        def f(x, y):
            return FUNCTIONS[name](lib, x, y)

        gm = fx_of(lib).symbolic_trace(f)
        x, y = lib.linspace(-1, 2, 6).view(2, 3), lib.linspace(3, -2, 6).view(2, 3)
        args = (x, y) if name != "operators" else (x[:, :2], y[:, :2])
        ran = fx_of(lib).Interpreter(gm).run(*[a.clone() for a in args])
        return [*shown(gm), gm(*args), ran]

    same(program)


def _refused(lib: Any, f: Any) -> Any:
    try:
        fx_of(lib).symbolic_trace(f)
    except Exception as problem:
        return type(problem).__name__, isinstance(problem, ValueError)
    return "traced"


@pytest.mark.parametrize("f", [lambda x: 1 if x else 2, lambda x: [y + 1 for y in x], lambda x: range(x), lambda x: int(x),
                               lambda x: float(x),
                               lambda x: max(x, 1), lambda x: len(x), lambda x: {**x}, lambda x: 1 in x, lambda x: bool(x == 1),
                               lambda x: x[0] if x.sum() > 0 else x, lambda x: f"{x}", lambda x: x.nothing_of_the_kind(3)])
def test_what_cannot_be_traced_is_the_same_error(f: Any) -> None:
    same(lambda lib: _refused(lib, f))


def test_arguments_of_every_kind() -> None:
    def program(lib: Any) -> Any:
        def f(input: Any, a: int = 2, /, b: float = 1.5, *more: Any, k: Any = None, **rest: Any) -> "Any":
            return input * a + b + more[0]

        def unpacking(x: Any, y: Any) -> Any:
            a, b = x
            (c, d), e = y, a
            return a + b + c + d + e

        x = lib.ones(2)
        first, second = fx_of(lib).symbolic_trace(f), fx_of(lib).symbolic_trace(unpacking)
        return [first.code, str(first.graph), second.code, second((x, 2 * x), (3 * x, 4 * x))]

    same(program)


def test_concrete_arguments() -> None:
    def program(lib: Any) -> Any:
        fx = fx_of(lib)

        def f(x: Any, b: bool = True, n: Any = None) -> Any:
            return lib.relu(x + 1 if b else x)

        def g(d: Any) -> Any:
            return {"sum": d["a"] + d["b"][0]}

        x = lib.ones(2)
        found: list[Any] = []
        for concrete in ({"b": False}, {"b": True, "n": None}):
            gm = fx.symbolic_trace(f, concrete_args=concrete)
            found += [gm.code, str(gm.graph), gm(x, concrete["b"])]
            with pytest.raises(AssertionError, match="specialized"):
                gm(x, not concrete["b"])
        gm = fx.symbolic_trace(g, concrete_args={"d": {"a": fx.PH, "b": [fx.PH]}})
        return [*found, gm.code, str(gm.graph), gm({"a": x, "b": [2 * x]}), fx.Interpreter(gm).run({"a": x, "b": [2 * x]})]

    same(program)


WRAPPING = """
import math
from math import sqrt
fx.wrap("len")
fx.wrap("sqrt")

@fx.wrap
def scaled(a, b=2):
    return a * b if a.sum() > 0 else a

def f(x):
    return scaled(x, b=3) + len(x) + sqrt(x.size(0)) + math.floor(x.size(1))

gm = fx.symbolic_trace(f)
results = [gm.code, str(gm.graph), gm(lib.ones(2, 3)), f(lib.ones(2, 3))]
"""


def test_wrapped_functions_are_nodes() -> None:
    def program(lib: Any) -> Any:
        names: dict[str, Any] = {"fx": fx_of(lib), "lib": lib, "__name__": "program"}
        exec(WRAPPING, names)
        return names["results"]

    same(program)
    with pytest.raises(NotImplementedError):
        steepest.fx.wrap("len")


def test_a_graph_made_by_hand() -> None:
    def program(lib: Any) -> Any:
        fx = fx_of(lib)
        g = fx.Graph()
        x, y = g.placeholder("x"), g.placeholder("y", default_value=2.0, type_expr=float)
        s = g.call_function(lib.add, (x, y), {"alpha": 2})
        t = g.call_method("relu", (s,))
        with g.inserting_before(t):
            u = g.call_function(operator.mul, (s, 3))
        t.replace_input_with(s, u)
        z = g.call_function(operator.getitem, (t, (slice(None), 0)))
        g.output(z)
        twin, copies = fx.Graph(), dict[Any, Any]()
        twin.output(twin.graph_copy(g, copies))
        g.call_function(lib.neg, (x,))
        told = [str(g), g.eliminate_dead_code(), str(g), str(twin), str(copy.deepcopy(g)), len(g.nodes),
                [n.name for n in reversed(g.nodes)],
                [n.name for n in g.find_nodes(op="placeholder")], s.all_input_nodes, list(s.users), s < t, t < s, s.next, s.prev]
        gm = fx.GraphModule({}, g)
        return [*told, gm.code, gm(lib.ones(2, 2)), gm(lib.ones(2, 2), 3.0)]

    same(program)


def test_what_a_graph_refuses() -> None:
    def errors(lib: Any) -> Any:
        fx = fx_of(lib)
        g = fx.Graph()
        x = g.placeholder("x")
        y = g.call_function(lib.relu, (x, [x], {"a": x}))
        other = fx.Graph().placeholder("z")
        module = lib.nn.Module()
        owned = fx.Graph(owning_module=module)

        def late() -> None:
            bad = fx.Graph()
            a = bad.placeholder("a")
            b = bad.call_function(lib.relu, (a,))
            a.append(a.graph.output(b))
            bad.lint()

        def foreign() -> None:
            bad = fx.Graph()
            bad.output(other)
            bad.lint()

        attempts = [lambda: g.erase_node(x), lambda: y.args[1].append(1), lambda: y.args[2].update(b=1), lambda: g.create_node("bad", "x"),
                    lambda: g.call_function("x"), late, foreign, lambda: fx.GraphModule({}, _with_member(fx)), lambda: fx.GraphModule(3, g),
                    lambda: owned.call_module("missing"), lambda: x.prepend(other)]
        found = []
        for attempt in attempts:
            try:
                attempt()
                found.append("nothing")
            except Exception as problem:
                found.append(type(problem).__name__)
        return found

    same(errors)


def _with_member(fx: Any) -> Any:
    g = fx.Graph()
    g.output(g.get_attr("missing"))
    return g


def test_modules_made_of_graphs_are_kept_copied_and_pickled() -> None:
    def program(lib: Any) -> Any:
        net = network(lib).eval()
        gm = fx_of(lib).symbolic_trace(net)
        x = lib.randn(2, 1, 8, 8)
        twin, back = copy.deepcopy(gm), pickle.loads(pickle.dumps(gm))
        file = io.BytesIO()
        lib.save(gm, file)
        file.seek(0)
        loaded = lib.load(file, weights_only=False)
        gm.add_submodule("a.b", lib.nn.ReLU())
        names = [n for n, _ in gm.named_modules()]
        gm.delete_all_unused_submodules()
        return [twin(x), back(x), loaded(x), twin.code, back.code, str(twin), names, [n for n, _ in gm.named_modules()],
                gm.delete_submodule("head"), twin.training, sorted(twin.state_dict()), twin.graph is gm.graph]

    same(program)


def test_the_conv_bn_fuser_of_the_tutorial() -> None:
    def program(lib: Any) -> Any:
        net = network(lib)
        net(lib.randn(4, 1, 8, 8))
        net.eval()
        optimization = fx_of(lib, "fx.experimental.optimization")
        fused, x = optimization.fuse(net), lib.randn(2, 1, 8, 8)
        without = optimization.remove_dropout(net)
        with pytest.raises(AssertionError, match="eval"):
            optimization.fuse(network(lib).train())
        return [fused.code, fused(x)["logits"], net(x)["logits"], without.code, without(x)["logits"], str(fused)]

    same(program)


def test_the_profiler_and_the_shape_propagation_of_the_tutorials() -> None:
    def program(lib: Any) -> Any:
        fx, calls = fx_of(lib), list[Any]()

        class Profiler(fx.Interpreter):
            def run(self, *args: Any) -> Any:
                calls.append("run")
                return super().run(*args)

            def run_node(self, n: Any) -> Any:
                result = super().run_node(n)
                calls.append((n.op, n.name))
                return result

            def call_module(self, target: Any, args: Any, kwargs: Any) -> Any:
                calls.append((target, type(self.fetch_attr(target)).__name__))
                return super().call_module(target, args, kwargs)

        gm = fx.symbolic_trace(network(lib).eval())
        x = lib.randn(2, 1, 8, 8)
        result = Profiler(gm).run(x)
        fx_of(lib, "fx.passes.shape_prop").ShapeProp(gm).propagate(x)
        return [calls, result, [(n.name, n.meta.get("tensor_meta"), n.meta["type"]) for n in gm.graph.nodes if n.op != "output"],
                gm.print_readable(print_output=False)]

    same(program)


def test_transformers_and_patterns() -> None:
    def program(lib: Any) -> Any:
        fx = fx_of(lib)

        class Swapped(fx.Transformer):
            def call_function(self, target: Any, args: Any, kwargs: Any) -> Any:
                return lib.neg(*args) if target is lib.relu else super().call_function(target, args, kwargs)

            def call_method(self, target: Any, args: Any, kwargs: Any) -> Any:
                return super().call_method("tanh" if target == "sigmoid" else target, args, kwargs)

        def f(a: Any, b: Any) -> Any:
            c = lib.add(a, b).relu()
            d = lib.add(c, a).relu()
            return d + lib.add(a, a) + lib.relu(b).sigmoid()

        gm = fx.symbolic_trace(f)
        swapped = Swapped(gm).transform()
        matches = fx.replace_pattern(gm, lambda x, y: lib.add(x, y).relu(), lambda x, y: lib.sub(x, y) * 2)
        a, b = lib.tensor([1.0, -2.0]), lib.tensor([0.5, 4.0])
        return [swapped.code, swapped(a, b), gm.code, gm(a, b), len(matches), [str(m) for m in matches]]

    same(program)


def test_patterns_with_modules_constants_and_more_results() -> None:
    def program(lib: Any) -> Any:
        fx = fx_of(lib)
        rewriter = fx_of(lib, "fx.subgraph_rewriter")

        def f(x: Any, w: Any) -> Any:
            val = lib.cat([lib.sum(x, dim=1), lib.max(w).view(1)])
            return lib.add(val, val) + x.transpose(0, 1).sum()

        found = []
        for pattern, replacement in [(lambda v: lib.add(v, v), lambda v: v * 2),
                                     (lambda x: lib.sum(x, dim=1), lambda x: x.sum(1)),
                                     (lambda x: lib.sum(x, dim=0), lambda x: x.sum(0)),
                                     (lambda a, b: (lib.sum(a, dim=1), lib.max(b)), lambda a, b: (lib.mean(a, dim=1), lib.min(b)))]:
            gm = fx.symbolic_trace(f)
            matches = fx.replace_pattern(gm, pattern, replacement)
            found += [len(matches), gm.code, gm(lib.ones(2, 3), lib.ones(2))]
        gm = fx.symbolic_trace(f)
        filtered = rewriter.replace_pattern_with_filters(gm, lambda x: lib.sum(x, dim=1), lambda x: x, [lambda m, g, p: False])
        return [*found, len(filtered), gm.code]

    same(program)


def test_a_custom_tracer() -> None:
    def program(lib: Any) -> Any:
        fx = fx_of(lib)

        class Everything(fx.Tracer):
            def is_leaf_module(self, m: Any, module_qualified_name: str) -> bool:
                return isinstance(m, lib.nn.Conv2d) or super().is_leaf_module(m, module_qualified_name) and "norm" in module_qualified_name

        class Blocks(fx.Tracer):
            def is_leaf_module(self, m: Any, module_qualified_name: str) -> bool:
                return type(m).__name__ == "Block" or super().is_leaf_module(m, module_qualified_name)

        net = lib.nn.Sequential(lib.nn.Conv2d(1, 2, 3), lib.nn.ReLU(), lib.nn.Flatten(), lib.nn.Linear(8, 8), lib.nn.GELU(),
                                lib.nn.Softmax(1), lib.nn.Dropout(0.2)).eval()
        blocks = Blocks().trace(network(lib))
        everything = Everything().trace(net)
        x = lib.randn(2, 1, 4, 4)
        return [str(blocks), str(everything), everything.python_code("self").src, fx.GraphModule(net, everything)(x), net(x)]

    same(program)


def test_training_and_vmap_go_through_a_traced_module() -> None:
    def program(lib: Any) -> Any:
        net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.Tanh(), lib.nn.Linear(4, 1))
        gm = fx_of(lib).symbolic_trace(net)
        x, y = lib.randn(8, 3), lib.randn(8, 1)
        optimizer, losses = lib.optim.Adam(gm.parameters(), lr=0.1), []
        for _ in range(5):
            optimizer.zero_grad()
            loss = lib.nn.functional.mse_loss(gm(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss)
        return [losses, lib.func.vmap(gm)(x), list(gm.parameters())]

    same(program)


def test_folders_have_code_that_runs(tmp_path: Any) -> None:
    def program(lib: Any) -> Any:
        net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.ReLU())
        gm = fx_of(lib).symbolic_trace(net)
        gm.to_folder(tmp_path / lib.__name__, "Net")
        src = (tmp_path / lib.__name__ / "module.py").read_text().replace("import torch\n", "")
        return [line.strip() for line in src[src.index("def forward"):].splitlines() if line.strip()]

    same(program)


def names_program(lib: Any) -> Any:
    g = fx_of(lib).Graph()
    found = []
    for name in ["Foo", "fooBar", "FooBARBaz", "a.b.1", "1a", "x", "x", "x_1", "x_1", "for", "input", "inf", "torch", "device", "sum_3",
                 "sum", "HTTPServer", "x-y", "_foo"]:
        found.append((g.placeholder(name).name, g.call_method(name, (1,)).name))
    return found


def test_names_are_made_unique_as_torchs() -> None:
    same(names_program)


TARGETS = "add relu sum cat zeros einsum norm split cdist manual_seed unique matmul stft lu conv2d prelu pixel_shuffle".split()
NEURAL = "relu gelu linear conv2d avg_pool2d max_pool2d softplus one_hot scaled_dot_product_attention logsigmoid prelu interpolate".split()


def test_names_of_functions_in_graphs_are_torchs() -> None:
    def program(lib: Any) -> Any:
        g = fx_of(lib).Graph()
        x = g.placeholder("x")
        for f in [*(getattr(lib, n) for n in TARGETS), *(getattr(lib.nn.functional, n) for n in NEURAL), lib.linalg.inv, lib.fft.fft,
                  lib.special.entr, lib.nn.init.xavier_uniform_, lib.Tensor.add, math.sqrt, operator.truth, print, lib.nn.Linear]:
            g.call_function(f, (x,))
        return [str(g), g.python_code("self").src]

    same(program)


SAVING = """
import sys
import torch
from torch.fx import symbolic_trace

gm = symbolic_trace(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU()))
torch.save(gm, sys.argv[1])
"""


def test_traced_modules_are_loaded_by_the_other_library(tmp_path: Any) -> None:
    program, mine, theirs = tmp_path / "saving.py", tmp_path / "mine.pt", tmp_path / "theirs.pt"
    program.write_text(SAVING, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "steepest", "run", str(program), str(mine)], check=True, capture_output=True)
    gm = fx_of(torch).symbolic_trace(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU()))
    torch.save(gm, theirs)
    here, there = steepest.load(theirs, weights_only=False), torch.load(mine, weights_only=False)
    assert seen(here(steepest.ones(1, 2))) == seen(gm(torch.ones(1, 2))) and here.code == gm.code == there.code
