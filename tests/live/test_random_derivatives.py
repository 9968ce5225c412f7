"""Random compositions of derivatives: torch.func, torch.autograd, custom functions, hooks, checkpoints and modes, as in PyTorch."""

# Tables of programs are wide.
# ruff: noqa: E501
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from side_by_side import Writer, agree, seeds

PRELUDE = """
func, A, graph = torch.func, torch.autograd, torch.autograd.graph
from collections import namedtuple
Pair = namedtuple('Pair', 'first second')
def checkpoint(f, *args, **options):
    return torch.utils.checkpoint.checkpoint(f, *args, **options)
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x)
        ctx.scale = scale
        return x ** 3 * scale
    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        seen.append(ctx.needs_input_grad)
        return 3 * g * x ** 2 * ctx.scale, None
class Split(torch.autograd.Function):
    generate_vmap_rule = True
    @staticmethod
    def forward(x, y):
        return x * y, x + y
    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)
        ctx.set_materialize_grads(True)
    @staticmethod
    def backward(ctx, g, h):
        x, y = ctx.saved_tensors
        return g * y + h, g * x + h
    @staticmethod
    def jvp(ctx, a, b):
        x, y = ctx.saved_tensors
        return a * y + x * b, a + b
class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.sin()
    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        return g * ctx.saved_tensors[0].cos()
class Dirty(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)
    @staticmethod
    def backward(ctx, g):
        return g * 2
class Sorted(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        values, places = x.sort(-1)
        ctx.mark_non_differentiable(places)
        ctx.save_for_backward(places)
        return values, places
    @staticmethod
    def backward(ctx, g, _):
        return torch.zeros_like(g).scatter(-1, ctx.saved_tensors[0], g)
class Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        return x + y
    @staticmethod
    def backward(ctx, g):
        return g
class Mapped(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x * 2
    @staticmethod
    def setup_context(ctx, inputs, output):
        pass
    @staticmethod
    def backward(ctx, g):
        return g * 2
    @staticmethod
    def vmap(info, in_dims, x):
        seen.append((info.batch_size, info.randomness, in_dims))
        return Mapped.apply(x), in_dims[0]
class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 3)
        self.register_buffer('shift', torch.ones(3))
    def forward(self, x, scale=1.0):
        return (self.layer(x) + self.shift).tanh() * scale
seen = []
""".strip()

MAPS = ["x.sin()", "x * x", "x ** 3", "x.exp()", "x.tanh()", "x / (1 + x * x)", "x.sigmoid() * 2", "x.cumsum(-1)", "x.softmax(-1)", "x - x.mean()", "x.flip(-1)", "x * x.sum()", "x.clone()",
        "x.relu() + 0.1 * x", "F.gelu(x)", "x.log_softmax(-1)", "torch.where(x > 0, x, x.sin())", "x.abs().sqrt()", "x.roll(1, -1)", "x @ torch.ones(x.shape[-1], x.shape[-1])",
        "F.normalize(x, dim=-1)", "(x.square() + 0.1).cumprod(-1)", "x.sort(-1)[0]", "torch.stack([x, x.sin()]).sum(0)", "F.softplus(x)", "x.clamp(-0.5, 0.5)", "x.detach() * x"]
SUMS = ["x.sum()", "x.square().sum()", "x.mean()", "x.logsumexp(-1).sum()", "(x ** 3).sum()", "x.norm()", "x.prod()", "x.sin().sum()", "x.flatten()[0]", "x.var()", "x.max()", "(x @ x.mT).sum() if x.dim() > 1 else x @ x"]


class Derivatives(Writer):
    def chain(self, length: int | None = None) -> str:
        """An elementwise-shaped function of x, as an expression."""
        text = "x"
        for _ in range(length or self.upto(1, 3)):
            inner = self.one(*MAPS)
            text = f"(lambda x: {inner})({text})"
        return text

    def scalar(self) -> str:
        return f"(lambda x: {self.one(*SUMS)})({self.chain()})"

    def x(self, grad: bool = False) -> str:
        shape = self.one("3", "3", "2, 3", "1", "4")
        return f"torch.randn({shape})" + (".requires_grad_()" if grad else "")

    def transform(self, depth: int = 0) -> tuple[str, bool]:
        """A function of one tensor as text, and whether it gives a scalar."""
        kind = self.upto(0, 10)
        if depth > 2 or kind < 2:
            return (f"(lambda x: {self.scalar()})", True) if self.maybe(0.6) else (f"(lambda x: {self.chain()})", False)
        f, scalar = self.transform(depth + 1)
        total = f if scalar else f"(lambda x: {f}(x).sum())"
        if kind < 5:
            return f"func.grad({total})", False
        if kind == 5:
            return f"(lambda x: func.vmap({f}{self.options(randomness=(repr('different'), repr('same')), out_dims=(0, -1) if not scalar else (0,), chunk_size=(1, 2))})(torch.stack([x, x * 2, -x])).sum(0))", scalar
        if kind == 6:
            return f"func.{self.one('jacrev', 'jacfwd')}({f})", False
        if kind == 7:
            return f"(lambda x: func.vjp({f}, x)[1](torch.ones_like({f}(x)))[0])", False
        if kind == 8:
            return f"(lambda x: func.jvp({f}, (x,), (torch.ones_like(x),))[{self.upto(0, 1)}])", scalar
        if kind == 9:
            return f"(lambda x: func.grad_and_value({total})(x)[{self.one(0)}])", False
        return f"func.hessian({total})", False


def functions(seed: int) -> list[str]:
    """A program of torch.func and torch.autograd.functional."""
    w = Derivatives(seed)
    w.lines.append("torch.set_default_dtype(torch.float64)")
    w.lines.append(f"x = {w.x()}")
    for _ in range(w.upto(1, 3)):
        f, scalar = w.transform()
        total = f if scalar else f"(lambda x: {f}(x).sum())"
        two = f"(lambda x, y: {w.scalar()} * y.sin().sum())"
        # Whether a derivative that is constant still has a graph is a matter of formulas.
        strict = w.options(0.15, create_graph=(True,), strict=(True,)) if "func." not in f and "clamp" not in f else ""
        vector = w.options(0.15, vectorize=(True,), strategy=(repr("reverse-mode"),))
        w.lines += w.one(
            [f"{f}(x)"], [f"{f}(x)"], [f"{f}(x)"],
            [f"func.vmap({f}, in_dims={w.one(0, -1, 1)}, out_dims={w.one(0, 0, -1)}{w.options(chunk_size=(1, 2))})(torch.randn(2, 3, 2))"],
            [f"func.grad({two}, argnums={w.one('0', '1', '(0, 1)', '(1,)')})(x, x + 1)"], [f"func.{w.one('jacrev', 'jacfwd')}({two.replace('x, y', 'x, y', 1)}, argnums={w.one('0', '1', '(0, 1)')})(x, x.cos())"],
            [f"func.grad({total}, has_aux=True)(x)"], [f"func.grad(lambda x: ({total}(x), x * 2), has_aux=True)(x)"], [f"func.vjp(lambda x: ({f}(x), x), x, has_aux=True)"],
            [f"func.vmap(lambda d: {{'a': {f}(d['a']), 'b': d['b']}}, in_dims=({{'a': 0, 'b': None}},))({{'a': torch.stack([x, -x]), 'b': x}})"],
            [f"func.vmap(lambda x, y: {f}(x) * y.sum(), in_dims=(0, None))(torch.stack([x, x * 3]), x)"], [f"func.vmap(func.vmap({f}))(torch.stack([x, -x])[None].expand(2, *([-1] * (x.dim() + 1))))"],
            [f"torch.manual_seed(3); func.vmap(lambda x: x + torch.{w.one('rand(3)', 'randn(2)[0]', 'randint(5, (1,))')}, randomness={w.one('error', 'same', 'different')!r})(torch.ones(2, 3))"],
            [f"torch.manual_seed(3); func.vmap(lambda x: F.dropout(x, 0.5), randomness={w.one('same', 'different')!r})(torch.ones(2, 5))"],
            [f"A.functional.jacobian({f}, x{strict}{vector})"], [f"A.functional.hessian({total}, x{strict})"], [f"A.functional.hvp({total}, x, torch.ones_like(x))"], [f"A.functional.vhp({total}, x, torch.ones_like(x))"],
            [f"A.functional.vjp({f}, x, {w.one('torch.ones_like(x)', 'None')}{strict})"], [f"A.functional.jvp({f}, x, torch.ones_like(x){strict})"],
            [f"A.functional.jacobian({two}, (x, x * 2){strict})"], ["net = Small()", f"func.functional_call(net, {{k: v * 2 for k, v in net.named_parameters()}}, (torch.ones(2, 3),), {{'scale': 2.0}}{w.options(tie_weights=(False,), strict=(True,))})"],
            ["net = Small()", "func.grad(lambda p: func.functional_call(net, p, torch.ones(3)).square().sum())(dict(net.named_parameters()))"],
            ["nets = [Small() for _ in range(3)]", "p, b = func.stack_module_state(nets)", "p, b", "func.vmap(lambda p, b, x: func.functional_call(nets[0], (p, b), (x,)), in_dims=(0, 0, None))(p, b, torch.ones(2, 3))",
             "func.vmap(func.grad(lambda p, b, x: func.functional_call(nets[0], (p, b), (x,)).sum()), in_dims=(0, 0, None))(p, b, torch.ones(3))"],
            [f"func.{w.one('hessian', 'jacrev', 'jacfwd', 'grad')}(lambda x: Split.apply(x, x.cos())[0].sum())(x)"],
            ["func.jacrev(func.grad(lambda x: x.logcumsumexp(-1).sum()))(x)"],      # PyTorch's forward mode of it is good to eleven digits
            ["func.vmap(func.grad(lambda x: func.grad(lambda x: Split.apply(x, x.cos())[0].sin().sum())(x).sum()))(torch.stack([x, -x]))"],
            [f"func.linearize(lambda x: {w.chain()}, x)[1](torch.ones_like(x))"], [f"func.jvp({f}, (x,), (torch.ones(7),))"], [f"func.vjp({f}, x)[1](torch.ones(9))"], ["func.grad(lambda x: x.sum())(torch.arange(3))"], ["func.grad(lambda x: 2.0)(x)"], [f"func.vmap({f}, in_dims=7)(x)"],
            [f"func.vmap({f}, in_dims=(0, 0))(x)"], ["func.vmap(lambda x: x if x.sum() > 0 else -x)(torch.ones(2, 3))"], ["func.vmap(lambda x: {'a': x, 'b': Pair(x, x * 2)}, out_dims=1)(torch.ones(2, 3))"],
            ["func.vmap(lambda x: 3)(torch.ones(2))"], [f"with A.forward_ad.dual_level():\n    d = (lambda x: {w.chain()})(A.forward_ad.make_dual(x, torch.ones_like(x)))\n    y = A.forward_ad.unpack_dual(d)", "y[1]"],
            ["seen.clear(); func.vmap(lambda x: Mapped.apply(x).sum())(torch.stack([x, x]))", "seen"], ["func.vmap(Once.apply)(torch.stack([x, x]))"], ["func.grad(lambda x: Cube.apply(x, 2.0).sum())(x)"])
    return w.lines


def graphs(seed: int) -> list[str]:
    """A program of backward passes: hooks, modes, custom functions, in-place writes and mistakes."""
    w = Derivatives(seed)
    if w.maybe(0.8):
        w.lines.append("torch.set_default_dtype(torch.float64)")
    w.lines += [f"a, b = torch.randn(3).requires_grad_(), torch.randn({w.one('3', '2, 3', '1')}).requires_grad_()", f"c = (lambda x: {w.chain()})(a) * b"]
    names = ["a", "b", "c"]
    for k in range(w.upto(3, 10)):
        t, u = w.one(*names), w.one(*names)
        new = f"t{k}"
        made = [
            f"{new} = (lambda x: {w.chain()})({t})", f"{new} = {t} * {u}", f"{new} = {t} + {u}.sum()", f"{new} = {t}.detach()", f"{new} = Cube.apply({t}, 0.5)", f"{new} = Split.apply({t}, {u})[{w.upto(0, 1)}]",
            f"{new} = Once.apply({t})", f"{new} = Sorted.apply({t})[0]", f"{new} = Dirty.apply({t}.clone())", f"{new} = Dirty.apply({t})", f"{new} = {t}[..., :1]", f"{new} = {t}.view(-1)", f"{new} = {t}.clone()",
            f"{new} = checkpoint(lambda x: {w.chain()}, {t}, use_reentrant=False)", f"{new} = checkpoint(lambda x: F.dropout({w.chain()}, 0.5), {t}, use_reentrant=False)",
            f"with torch.no_grad():\n    {new} = {t} * 2", f"with torch.inference_mode():\n    {new} = {t} * 2", f"with torch.set_grad_enabled({w.maybe()}):\n    {new} = {t} * {u}", f"with torch.no_grad():\n    with torch.enable_grad():\n        {new} = {t} * 3",
            f"{new} = torch.no_grad()(lambda x: x * 2)({t})", f"@torch.{w.one('no_grad', 'enable_grad', 'inference_mode')}()\ndef f(x):\n    return x * 2\n{new} = f({t})",
            f"with graph.saved_tensors_hooks(lambda x: (seen.append(x.shape), x)[1], lambda x: x * {w.one(1, 2)}):\n    {new} = {t} ** 2 * a.sum()", f"with graph.save_on_cpu():\n    {new} = {t}.exp() * {u}",
            f"{new} = Wrong.apply({t}, {u})", f"{new} = Mapped.apply({t})", f"{new} = {t}.expand(2, *{t}.shape)", f"{new} = torch.cat([{t}.flatten(), {u}.flatten()])", f"{new}, rest = {t}.split([1, {t}.shape[-1] - 1], -1)"]
        written = [f"{t}.{w.one('mul_(2)', 'add_(1)', 'zero_()', 'sin_()', 'exp_()', 'detach_()', 'copy_(torch.ones(1))', 'clamp_(-1, 1)', 'fill_(2)', 'sigmoid_()', 'relu_()')}", f"{t}[0] = 1.5", f"{t}.data.mul_(2)", f"with torch.no_grad():\n    {t}.mul_(0.5)",
                   f"{t}.requires_grad_({w.maybe()})", f"{t} += {u}.sum()", f"{t}.add_({u}.mean())", f"{t}.data = {t}.data * 2"]
        loss = w.one(f"{t}.sum()", f"({t} * {u}).sum()", f"{t}.square().mean()", f"(lambda x: {w.scalar()})({t})")
        passes = [f"{loss}.backward({w.options(0.3, retain_graph=(True,), create_graph=(True,))[2:]})"] * 4 + [
            f"{t}.backward(torch.ones_like({t}))", f"{t}.backward(torch.ones(2, 5))", f"torch.autograd.grad({loss}, [{u}]{w.options(retain_graph=(True,), create_graph=(True,), allow_unused=(True,), materialize_grads=(True,))})",
            f"torch.autograd.grad({loss}, [a, b], allow_unused=True)", f"torch.autograd.grad({t}, {u}, torch.ones_like({t}), allow_unused=True, retain_graph=True)", f"{loss}.backward(inputs=[{w.one('a', 'b')}])",
            f"torch.autograd.grad([{t}.sum(), {u}.sum()], [a], allow_unused=True)", f"torch.autograd.grad({t}, b, torch.ones(2, *{t}.shape), is_grads_batched=True, allow_unused=True)",
            f"torch.autograd.grad(torch.autograd.grad({loss}, a, create_graph=True)[0].sum(), a, allow_unused=True)", f"{t}.backward()",
            f"with torch.autograd.set_detect_anomaly(True):\n    {loss}.backward()"]
        watched = [f"{t}.retain_grad()", f"{t}.register_hook(lambda g: g * 2)", f"{t}.register_hook(lambda g: seen.append(g.sum().item() > 0))", "a.register_post_accumulate_grad_hook(lambda p: seen.append(('after', p.grad.shape)))",
                   f"{t}.grad_fn.register_hook(lambda gi, go: seen.append(len(gi)))", f"{t}.grad_fn.register_prehook(lambda go: tuple(g * 2 for g in go))", f"{t}.grad", "c.grad_fn.name().split('::')[-1] if c.grad_fn else None",
                   f"{t}.is_leaf, {t}.requires_grad, {t}.retains_grad, {t}.output_nr", "a.grad, b.grad", "a.grad = None", f"{t}.grad.zero_()", "a.grad = torch.ones(2)", "torch.is_grad_enabled(), torch.is_inference_mode_enabled()",
                   f"{t}.numpy()", f"{t}.tolist()", f"float({t}.sum())", f"copy.deepcopy({t})", f"graph.get_gradient_edge({t}).output_nr",
                   "handle = graph.register_multi_grad_hook([a, b], lambda gs: seen.append(len(gs)))", "[n.name().split('::')[-1] if n else None for n, _ in c.grad_fn.next_functions]"]
        line = w.one(*made, *made, *written, *passes, *passes, *watched)
        w.lines.append(line)
        if line.startswith((new, "with", "@")) and new in line:
            names.append(new)
        if "backward" in line:
            w.lines.append("a.grad, b.grad")
    w.lines += ["seen", "c"]
    return w.lines


@pytest.mark.parametrize("seed", seeds(120))
def test_random_functions_of_functions_are_pytorchs(seed: int) -> None:
    agree(functions(seed), PRELUDE, floor=1)


@pytest.mark.parametrize("seed", seeds(120))
def test_random_backward_passes_are_pytorchs(seed: int) -> None:
    agree(graphs(seed), PRELUDE)
