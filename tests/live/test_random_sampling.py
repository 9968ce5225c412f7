"""Random sequences of draws, from samplers, loaders and distributions: the numbers, the densities and the generators' states."""

# Tables of programs are wide.
# ruff: noqa: E501
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from side_by_side import Writer, agree, seeds

PRELUDE = """
data, D, T = torch.utils.data, torch.distributions, torch.distributions.transforms
D.Distribution.set_default_validate_args(True)                  # PyTorch's compiler switches it off when it is imported
def gradient(f, *leaves):
    y = f(*leaves)
    return torch.autograd.grad(y.sum(), leaves, allow_unused=True)
""".strip()
FLOATS = ["float32", "float32", "float64", "float16", "bfloat16"]
INTEGERS = ["int64", "int32", "int16", "int8", "uint8"]


class Sampling(Writer):
    def shape(self) -> tuple[int, ...]:
        """Sizes around 16, from where on PyTorch draws normal numbers as vectors, and others."""
        return self.one((), (1,), (15,), (16,), (17,), (31,), (40,), (0,), (3, 5), (4, 4), (2, 17), (2, 3, 4), (1, 16), (300,), (624,))

    def floating(self) -> str:
        return f"torch.{self.one(*FLOATS)}"

    def target(self, dtype: str) -> str:
        """A tensor to be filled, in some order in memory."""
        shape = self.shape()
        plain = f"torch.zeros({list(shape)}, dtype={dtype})"
        return self.one(plain, plain, plain, f"torch.zeros(5, 7, dtype={dtype}).t()", f"torch.zeros(40, dtype={dtype})[::2]",
                        f"torch.zeros(4, 10, dtype={dtype})[:, 1:6]", f"torch.zeros(2, 4, 5, 3, dtype={dtype}).permute(0, 3, 1, 2)")

    def draw(self) -> str:
        g = self.one("", "", ", generator=g")
        dtype, shape = self.floating(), self.shape()
        size = str(list(shape))
        integer = f"torch.{self.one(*INTEGERS)}"
        low = self.one(0, -5, 3)
        shares = self.one("torch.rand(40)", f"torch.rand({size})", "torch.rand(3, 5).t()", f"torch.rand({size}, dtype={dtype})")
        bounds = self.one("", "-1, 2", "0.5, 0.75", "-3.0, 3.0")
        return str(self.one(
            f"torch.rand({size}, dtype={dtype}{g})", f"torch.randn({size}, dtype={dtype}{g})", f"torch.randn({size}, dtype={dtype}{g})",
            f"torch.randint({low}, {low + self.upto(1, 300) if self.maybe() else 2 ** 40}, {size}{g})", f"torch.randint({max(low, 0)}, {self.upto(4, 100)}, {size}, dtype={integer}{g})",
            f"torch.randint(9, {size}, dtype={dtype}{g})", f"torch.randperm({self.one(0, 1, 5, 16, 40, 700)}{g})", f"torch.randperm(20, dtype={integer}{g})",
            f"{self.target(dtype)}.normal_({self.one('', '1, 2', '0, 0.02')}{g})".replace("(, ", "("),
            f"{self.target(dtype)}.uniform_({bounds}{g})".replace("(, ", "("), f"{self.target(dtype)}.exponential_({self.one('', '2.5')}{g})".replace("(, ", "("),
            f"{self.target(self.one(dtype, integer))}.geometric_(0.3{g})", f"{self.target(dtype)}.cauchy_({self.one('', '1, 2')}{g})".replace("(, ", "("),
            f"{self.target(dtype)}.log_normal_({self.one('', '0, 0.5')}{g})".replace("(, ", "("), f"{self.target(self.one(dtype, integer))}.random_({self.one('', '7', '2, 9')}{g})".replace("(, ", "("),
            f"{self.target(self.one(dtype, integer, 'torch.bool'))}.bernoulli_({self.one('', '0.3')}{g})".replace("(, ", "("),
            f"{self.target(dtype)}.bernoulli_(torch.tensor(0.3){g})", f"torch.bernoulli({shares}{g})", f"torch.bernoulli({shares}, 0.4{g})",
            f"torch.multinomial(torch.rand({self.one('4', '2, 5', '3, 20')}), {self.one(1, 2, 4)}{g})", f"torch.multinomial(torch.rand(3, 4), {self.one(3, 17)}, replacement=True{g})",
            f"torch.poisson({shares} * {self.one(1, 30)}{g})", f"torch.binomial({shares}.mul(20).floor(), torch.full_like({shares}, 0.4){g})",
            f"torch.normal(torch.zeros({size}), torch.rand({size}){g})", f"torch.normal(0.5, torch.rand({size}){g})", f"torch.normal(torch.zeros({size}), 2.0{g})",
            f"torch.normal(0.0, 1.0, {size or '[]'}{g})", f"torch.rand_like({self.target(dtype)})", f"torch.randn_like({self.target(dtype)})",
            f"torch.randint_like({self.target(integer)}, {self.one('9', '2, 9')})", f"F.dropout({self.target(dtype)} + 1, {self.one(0.1, 0.5, 0.9)})",
            f"F.dropout({shares}, 0.3)", f"F.alpha_dropout({shares}, 0.3, training=True)", f"F.rrelu({shares} - 0.5, training=True)",
            f"F.gumbel_softmax(torch.randn({self.one('3, 4', '17', '2, 20')}){self.options(0.5, tau=(0.5,), hard=(True,), dim=(-1, 0))})",
            f"nn.init.{self.one('normal_', 'uniform_', 'xavier_uniform_', 'xavier_normal_', 'kaiming_uniform_', 'kaiming_normal_', 'trunc_normal_', 'orthogonal_')}(torch.empty({self.one('3, 5', '4, 4', '7, 3', '2, 3, 3')}, dtype={self.one('torch.float32', 'torch.float64')}){g})",
            "nn.init.sparse_(torch.empty(5, 7), 0.3)", f"torch.randn({size}, dtype=torch.complex64{g})", f"torch.rand({size}, dtype=torch.complex128{g})",
            f"torch.randn({size}, requires_grad=True)", f"torch.rand(2, 3, out=torch.empty(0){g})", "torch.seed() > 0", "torch.initial_seed()",
            "nn.Dropout2d(0.4)(torch.ones(2, 5, 3, 3))", "nn.RReLU()(torch.randn(20))",
            f"nn.Linear({self.upto(1, 20)}, 3).weight", f"nn.Embedding(5, {self.upto(1, 9)}).weight", f"nn.LSTM(2, {self.upto(1, 5)}).weight_hh_l0"))

    def loading(self) -> list[str]:
        n = self.upto(1, 20)
        g = self.one("", ", generator=g")
        return list(self.one(
            [f"parts = data.random_split(list(range({n})), {self.one(f'[{n // 2}, {n - n // 2}]', '[0.5, 0.5]', '[0.3, 0.3, 0.4]')}{g})", "[list(p) for p in parts]"],
            [f"loader = data.DataLoader(torch.arange({n}), batch_size={self.upto(1, 5)}, shuffle=True{self.options(drop_last=(True,))}{g})", "list(loader)", "list(loader)", "len(loader)"],
            [f"loader = data.DataLoader(data.TensorDataset(torch.randn({n}, 2), torch.arange({n})), {self.upto(1, 5)}, sampler=data.WeightedRandomSampler(torch.rand({n}).tolist(), {self.upto(1, 9)}{g}))", "list(loader)"],
            [f"list(data.RandomSampler(range({n}){self.one('', ', replacement=True', ', replacement=True, num_samples=40', f', num_samples={2 * n + 1}')}{g}))"],
            [f"list(data.SubsetRandomSampler([3, 1, 4, 1, 5]{g}))", f"list(data.BatchSampler(data.RandomSampler(range({n})), 3, {self.maybe()}))"],
            [f"list(data.WeightedRandomSampler([0.1, 0.0, 2.0], 3, replacement={self.maybe()}{g}))"],
            [f"loader = data.DataLoader(list(range({n})), batch_sampler=data.BatchSampler(data.RandomSampler(range({n}){g}), 2, False))", "list(loader)"],
            [f"loader = data.DataLoader(list(range({n})), batch_size=None, shuffle=True{g})", "list(loader)"],
            ["list(data.DataLoader(data.ConcatDataset([range(3), range(4)]), 2, shuffle=True))"]))


def sampling(seed: int) -> list[str]:
    w = Sampling(seed)
    w.lines.append(f"g = torch.Generator().manual_seed({w.upto(0, 99)})")
    for _ in range(w.upto(3, 10)):
        kind = w.random.random()
        if kind < 0.7:
            w.lines.append(f"draw = {w.draw()}")
        elif kind < 0.9:
            w.lines += w.loading()
        else:
            w.lines += w.one(["state = torch.get_rng_state()", "torch.rand(3)", "torch.set_rng_state(state)", "torch.randn(3)"],
                             ["with torch.random.fork_rng():\n    a = torch.randn(5)", "a", "torch.rand(1)"], ["g.set_state(torch.get_rng_state())"],
                             [f"g.manual_seed({w.upto(-5, 2**40)})"], ["g.initial_seed()"], [f"torch.manual_seed({w.upto(-5, 2**40)})"],
                             ["g = g.clone_state()"])
        if "generator=g" in w.lines[-1] or "g." in w.lines[-1]:
            w.lines.append("g")
    return w.lines


FAMILIES: dict[str, list[str]] = {
    "Bernoulli": ["probs", "logits"], "Beta": ["pos", "pos"], "Binomial": ["count", "probs"], "Categorical": ["weights"], "Cauchy": ["loc", "pos"], "Chi2": ["pos"],
    "ContinuousBernoulli": ["probs", "logits"], "Dirichlet": ["posv"], "Exponential": ["pos"], "FisherSnedecor": ["pos", "pos"], "Gamma": ["pos", "pos"],
    "GeneralizedPareto": ["loc", "pos", "pos"], "Geometric": ["probs", "logits"], "Gumbel": ["loc", "pos"], "HalfCauchy": ["pos"], "HalfNormal": ["pos"], "InverseGamma": ["pos", "pos"],
    "Kumaraswamy": ["pos", "pos"], "LKJCholesky": ["dim", "pos"], "Laplace": ["loc", "pos"], "LogNormal": ["loc", "pos"], "LogisticNormal": ["locv", "posv"],
    "LowRankMultivariateNormal": ["locv", "factor", "posv"], "Multinomial": ["total", "weights"], "MultivariateNormal": ["locv", "matrix"], "NegativeBinomial": ["count", "probs"],
    "Normal": ["loc", "pos"], "OneHotCategorical": ["weights"], "OneHotCategoricalStraightThrough": ["weights"], "Pareto": ["pos", "pos"], "Poisson": ["pos"],
    "RelaxedBernoulli": ["pos", "probs"], "RelaxedOneHotCategorical": ["pos1", "weights"], "StudentT": ["pos", "loc", "pos"], "Uniform": ["loc", "high"], "VonMises": ["loc", "pos"],
    "Weibull": ["pos", "pos"], "Wishart": ["df", "matrix"]}
SMOOTH = ("Normal", "Laplace", "Cauchy", "Exponential", "Gumbel", "HalfNormal", "LogNormal", "MultivariateNormal", "Pareto", "Uniform", "Categorical", "Bernoulli")
"""Families whose entropy asks for no derivative of digamma: PyTorch's is good to nine digits."""
TRANSFORMS = ["T.ExpTransform()", "T.AffineTransform(0.5, 2.0)", "T.AffineTransform(torch.tensor([1., 2., 3.]), -0.5)", "T.SigmoidTransform()", "T.TanhTransform()", "T.SoftplusTransform()",
              "T.PowerTransform(torch.tensor(2.0))", "T.AbsTransform()", "T.SoftmaxTransform()", "T.StickBreakingTransform()", "T.ExpTransform().inv", "T.identity_transform",
              "T.IndependentTransform(T.ExpTransform(), 1)", "T.ReshapeTransform((3,), (3, 1))", "T.ComposeTransform([T.AffineTransform(0., 2.), T.ExpTransform()])",
              "T.CumulativeDistributionTransform(D.Normal(0., 1.))", "T.LowerCholeskyTransform()", "T.CorrCholeskyTransform()", "T.PositiveDefiniteTransform()",
              "T.StackTransform([T.ExpTransform(), T.identity_transform, T.SigmoidTransform()], -1)", "T.CatTransform([T.ExpTransform(), T.SigmoidTransform()], -1, [1, 2])"]


class Families(Writer):
    def parameter(self, kind: str, batch: str) -> tuple[str, str]:
        """A parameter as text, with the keyword that it needs."""
        b = f"{batch}, " if batch else ""
        full = f"[{batch}]"
        forms: dict[str, Any] = {
            "loc": f"torch.randn({full})", "pos": f"torch.rand({full}) + 0.3", "pos1": "torch.rand([]) + 0.3", "probs": f"torch.rand({full}) * 0.8 + 0.1", "logits": f"torch.randn({full})",
            "count": f"torch.randint(1, 6, [{batch}]).to(torch.get_default_dtype())", "total": str(self.upto(1, 5)), "weights": f"torch.rand([{b}3]) + 0.1", "locv": f"torch.randn([{b}3])", "posv": f"torch.rand([{b}3]) + 0.3",
            "factor": f"torch.randn([{b}3, 2])", "dim": str(self.upto(2, 4)), "high": f"torch.rand({full}) + 4", "df": f"torch.rand({full}) + 4",
            "matrix": self.one(f"(lambda a: a @ a.mT + torch.eye(3))(torch.randn([{b}3, 3]))", f"torch.eye(3).expand([{b}3, 3]) * 0.5")}
        text = str(forms[kind])
        if kind == "pos" and self.maybe(0.02):
            text = f"-{text}"                                   # a mistake
        return text, kind

    def family(self, name: str, batch: str) -> tuple[str, list[str]]:
        """A distribution over parameters p0, p1 ... and the lines that make these."""
        kinds = FAMILIES[name]
        if kinds == ["probs", "logits"]:
            kinds = [self.one("probs", "logits")]
        made, given = [], []
        for i, kind in enumerate(kinds):
            text, _ = self.parameter(kind, batch if self.maybe(0.8) or kind in ("df", "matrix", "factor") else "")
            keyword = {"probs": "probs=", "logits": "logits=", "weights": self.one("probs=", "logits="), "matrix": self.one("covariance_matrix=", "precision_matrix=", "scale_tril=")}.get(kind, "")
            if keyword == "scale_tril=":
                text = f"({text}).tril()"
            if kind in ("total", "dim"):
                given.append(f"{text}")
            else:
                made.append(f"p{i} = ({text}).requires_grad_({self.maybe(0.7)})" if kind not in ("count",) else f"p{i} = {text}")
                given.append(f"{keyword}p{i}")
        wrong = any("= (-" in line for line in made)             # of numbers outside the domain PyTorch promises nothing
        return f"D.{name}({', '.join(given)}{'' if wrong else self.options(0.1, validate_args=(True, False))})", made


def densities(seed: int) -> list[str]:
    w = Families(seed)
    if w.maybe(0.6):
        w.lines.append("torch.set_default_dtype(torch.float64)")
    name = w.one(*FAMILIES)
    batch = w.one("", "2", "3", "2, 3", "1", "0")
    batch = "1" if batch == "0" and name == "Wishart" else batch       # of nothing PyTorch has no largest element
    text, made = w.family(name, batch)
    leaves = ", ".join(m.split(" = ")[0] for m in made if "requires_grad_(True)" in m)
    w.lines += [*made, f"d = {text}"]
    kind = w.random.random()
    if kind < 0.1:
        w.lines.append(f"d = D.Independent(d, {w.upto(0, 2)})")
    elif kind < 0.15:
        w.lines.append("d = D.MixtureSameFamily(D.Categorical(torch.rand(d.batch_shape) + 0.1), d)")
    elif kind < 0.25:
        w.lines.append(f"d = D.TransformedDistribution(d, {w.one(*TRANSFORMS[:6])})")
    elif kind < 0.4:
        w.lines.append(f"d = d.expand({w.one('(2, *d.batch_shape)', '(4, 2)', '(3,)', 'd.batch_shape')})")
    w.lines += ["str(d)", "d.batch_shape, d.event_shape, d.has_rsample", "str(d.support)"]
    w.lines.append(f"v = d.{w.one('sample()', 'sample((2,))', 'rsample()', 'rsample((3,))', 'sample((17,))')}.detach()")
    for _ in range(w.upto(2, 6)):
        other, more = w.family(w.one(name, name, w.one(*FAMILIES)), batch)
        again = f"lambda {leaves}: {text}"
        w.lines += w.one(
            ["d.log_prob(v)"], ["d.log_prob(v)"], ["d.entropy()"], ["d.cdf(v)"], ["d.icdf(torch.rand(d.batch_shape))"], ["d.mean"], ["d.variance"], ["d.stddev"], ["d.mode"],
            ["d.enumerate_support()"], ["d.enumerate_support(expand=False)"], ["d.perplexity()"], ["d.sample()"], ["d.rsample((2,))"], ["d.support.check(v)", "d.support.check(v + 0.3)"],
            ["d.log_prob(v + 0.25)"], ["d.log_prob(-v)"], ["d.log_prob(torch.ones(7))" if name != "Wishart" else "d.mean"], ["sorted(d.arg_constraints)"],
            [*[m.replace("p", "q", 1) for m in more], f"q = {other.replace('p0', 'q0').replace('p1', 'q1').replace('p2', 'q2').replace('q0robs', 'p0robs')}", *([] if name == "Wishart" else ["D.kl_divergence(d, q)", "D.kl_divergence(q, d)"])],       # PyTorch's is wrong for batches of Wishart's
            ["(d.log_prob(v) + 0).sum()"], [f"gradient(lambda *p: d.log_prob(v), {leaves})" if leaves else "d.log_prob(v)"],
            [f"gradient(lambda {leaves}: ({text}).rsample((2,)), {leaves})" if leaves else "d.rsample()"], [f"gradient(lambda {leaves}: ({text}).entropy(), {leaves})" if leaves and name in SMOOTH else "d.mean"],
            [f"gradient({again.replace(': ', ': (', 1)}).log_prob(v), {leaves})" if leaves else "d.mode"], ["d.expand((2, *d.batch_shape)).sample()"],
            [f"{w.one(*['p0', 'd'])}.{w.one('probs', 'logits', 'scale', 'loc', 'concentration', 'covariance_matrix', 'scale_tril', 'precision_matrix', 'total_count', 'param_shape')}"],
            ["D.transform_to(d.support)(torch.randn(v.shape))"], ["D.biject_to(d.support).inv(v)"])
    return w.lines


def transformed(seed: int) -> list[str]:
    """A program about one transform."""
    w = Families(seed)
    if w.maybe():
        w.lines.append("torch.set_default_dtype(torch.float64)")
    text = w.one(*TRANSFORMS)
    if w.maybe(0.3):
        text = f"T.ComposeTransform([{text}, {w.one(*TRANSFORMS[:6])}])"
    if w.maybe(0.2):
        text = f"({text}).inv"
    x = "torch.randn(3, 3).requires_grad_()" if "Cholesky" in text or "Definite" in text else w.one("torch.rand(3)", "torch.randn(2, 3).requires_grad_()", "torch.rand(3, 1)")
    w.lines += [f"t = {text}", f"x = {x}", "str(t)", "y = t(x)", "t.inv(y)", "t.log_abs_det_jacobian(x, y)", "t.forward_shape(x.shape), t.inverse_shape(y.shape)", "t.bijective",
                "str(t.domain), str(t.codomain)", "t.sign", "gradient(lambda x: t(x), x)", "t == t.inv.inv", "t.with_cache(1)(x)", "t.domain.event_dim, t.codomain.event_dim"]
    return w.lines


@pytest.mark.parametrize("seed", seeds(100))
def test_random_draws_are_pytorchs(seed: int) -> None:
    agree(sampling(seed), PRELUDE)


@pytest.mark.parametrize("seed", seeds(150))
def test_random_distributions_are_pytorchs(seed: int) -> None:
    agree(densities(seed), PRELUDE)


@pytest.mark.parametrize("seed", seeds(40))
def test_random_transforms_are_pytorchs(seed: int) -> None:
    agree(transformed(seed), PRELUDE)
