"""Random programs of tensor operations: lists of lines over `t0, t1, ...`."""

import random
from typing import Any

import numpy as np

DTYPES = ["float32", "float64", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64"]
LIKELY = ["float32"] * 5 + ["float64"] * 4 + ["int64"] * 3
SHAPES = [(), (1,), (2,), (3,), (0,), (2, 3), (3, 1), (1, 3), (2, 1, 3), (2, 2, 3), (3, 3), (4,), (2, 0)]
NUMBERS = ["0", "1", "2", "-1", "3", "0.5", "-1.5", "2.0", "True"]
UNARY = ("neg abs exp sin tanh sigmoid relu sqrt floor ceil round sign square log1p isnan logical_not reciprocal bitwise_not frac "
         "isfinite signbit trunc erf cos atan rsqrt tan asin acos sinh cosh asinh acosh atanh exp2 expm1 log log2 log10 erfc sgn "
         "nn.functional.softplus nn.functional.gelu nn.functional.silu nn.functional.leaky_relu nn.functional.elu "
         "nn.functional.hardtanh nn.functional.logsigmoid nn.functional.relu6 nn.functional.hardswish nn.functional.mish "
         "sinc logit rad2deg positive isinf nan_to_num deg2rad special.entr special.log_ndtr special.i0e").split()
REDUCE = "sum mean prod amax amin all any max min argmax argmin var std logsumexp norm count_nonzero nansum median".split()
INPLACE = "add_ sub_ mul_ div_ pow_ copy_ maximum remainder_ floor_divide_ fmod_".split()
INPLACE_UNARY = "zero_() neg_() abs_() exp_() sigmoid_() relu_() tanh_() square_() fill_(2) fill_(0.5) clamp_(-1,1) sqrt_() sin_()".split()
FORMS = """
torch.cummax(X, D)[0]; torch.cummin(X, D)[0]; X.logcumsumexp(D); X.log_softmax(D); X.triu(); X.diag_embed(); X.diff(); X.rot90()
torch.outer(X.flatten(), Y.flatten()); X.index_add(0, torch.tensor([0, 0]), Y); X.gather(0, torch.zeros_like(X, dtype=torch.int64))
X.index_fill(0, torch.tensor([0, 0]), 3); X.masked_select(X > 0); X.take(torch.tensor([[0, -1]])); X.topk(1, D)[0]; X.movedim(0, -1)
X.repeat_interleave(2, D); X.amax((0, -1)); X.tile(2); torch.addcmul(X, Y, Y, value=0.5); torch.addcdiv(X, Y, X)
torch.var_mean(X, 0)[1]; torch.einsum('...i,...i->...', X.float(), Y.float()); torch.linalg.vector_norm(X, 3); X.count_nonzero(D)
X.scatter(0, torch.zeros_like(X, dtype=torch.int64), X); X.square().mean().sqrt(); torch.stack([X, X], -1)
torch.broadcast_to(X, (2, *X.shape)); torch.bmm(X, X.mT); torch.baddbmm(X, Y, Y, beta=0.5)
""".replace("\n", "; ").strip("; ").split("; ")
NEURAL = [f"torch.nn.functional.{form}" for form in """
layer_norm(X, X.shape[-1:]); rms_norm(X, X.shape[-1:]); normalize(X, dim=-1); glu(X, -1); softmin(X, -1); pad(X, (1, 0), value=0.5)
mse_loss(X, Y); smooth_l1_loss(X, Y); l1_loss(X, Y, reduction='sum'); cross_entropy(X, X.argmax(-1)); linear(X, Y)
binary_cross_entropy_with_logits(X, Y); cosine_similarity(X, Y, dim=-1); one_hot(X.argmax(-1), 4); avg_pool1d(X, 2); max_pool1d(X, 2)
unfold(X[None, None], 2); interpolate(X, scale_factor=2)
""".replace("\n", "; ").strip("; ").split("; ")]
"""Operations of one tensor X or two, D being a dimension."""


class Program:
    """Draws lines one after another; knows the shapes of the tensors that there are."""

    def __init__(self, rng: random.Random):
        self.rng = rng
        self.lines: list[str] = []

    def pick(self, items: Any) -> Any:
        return items[self.rng.randrange(len(items))]

    def leaf(self) -> str:
        shape = self.pick(SHAPES)
        dtype = self.pick(LIKELY) if self.rng.random() < 0.8 else self.pick(DTYPES)
        n = int(np.prod(shape))
        values = [self.pick([-2, -1, -0.5, 0, 0.5, 1, 2, 3, 1.25, 0.75]) for _ in range(n)]
        if dtype.startswith(("int", "uint")):
            values = [int(abs(v)) if dtype == "uint8" else int(v * 2) for v in values]
        elif dtype == "bool":
            values = [v > 0 for v in values]
        grad = dtype[0] in "fc" and self.rng.random() < 0.6
        end = ".requires_grad_()" if grad else ""
        nested = np.array(values, object).reshape(shape).tolist()          # a leaf of its own, no view of one without gradients
        return f"torch.tensor({nested}, dtype=torch.{dtype}){end}"

    def name(self, tensors: list[Any]) -> int:
        return self.rng.randrange(len(tensors))

    def index(self, shape: tuple[int, ...]) -> str:
        """An index expression for a tensor of this shape, mostly valid."""
        parts: list[str] = []
        r = self.rng
        if r.random() < 0.12 and shape:
            return f"(t@ > {self.pick(['0', '0.5', '-1'])})"
        left = list(shape)
        while left and r.random() < 0.75 and len(parts) < 4:
            n = left.pop(0)
            kind = r.randrange(9)
            if kind == 0:
                parts.append(str(r.randrange(-n, n)) if n else "0")
            elif kind in (1, 2, 3):
                a, b = (self.pick(["", str(r.randrange(-n - 1, n + 2))]) for _ in range(2))
                parts.append(f"{a}:{b}" + self.pick(["", "", ":2", ":1"]))
            elif kind == 4:
                parts.append("None")
                left.insert(0, n)
            elif kind == 5:
                parts.append(str([r.randrange(-n, n) for _ in range(r.randrange(1, 4))]) if n else ":")
            elif kind == 6:
                rows = [[r.randrange(-n, n) for _ in range(2)] for _ in range(r.randrange(1, 3))] if n else []
                parts.append(f"torch.tensor({rows if r.random() < 0.5 or not rows else rows[0]})" if rows else ":")
            elif kind == 7:
                parts.append(f"torch.tensor({[bool(r.randrange(2)) for _ in range(n)]}, dtype=torch.bool)")
            else:
                parts.append(str(n) if r.random() < 0.15 else ":")
        if r.random() < 0.25:
            parts.insert(r.randrange(len(parts) + 1), "...")
        if r.random() < 0.05:
            parts.append("0")
        return ", ".join(parts) or "..."

    def dims(self, x: Any, several: bool) -> str:
        n = max(x.dim(), 1)
        dim: Any = self.rng.randrange(-n, n) if self.rng.random() < 0.95 else n
        if several and self.rng.random() < 0.3:
            dim = tuple(self.rng.sample(range(-n, 0), self.rng.randrange(1, n + 1)))
        return f"{dim}, keepdim=True" if self.rng.random() < 0.4 else f"{dim}"

    def view(self, i: int, x: Any) -> str:
        r, n = self.rng, x.dim()
        d, e = (r.randrange(-n, n) if n else 0 for _ in range(2))
        size = x.shape[d] if n else 1
        forms = [f"t{i}.reshape(-1)", f"t{i}.view(-1)", f"t{i}.unsqueeze({r.randrange(-n - 1, n + 1)})", f"t{i}.squeeze()",
                 f"t{i}.detach()",
                 f"t{i}.clone()", f"t{i}.contiguous()", f"t{i}.expand(2, *t{i}.shape)", f"t{i}.view_as(t{i})", f"t{i}[...]"]
        if n:
            forms += [f"t{i}.transpose({d}, {e})", f"t{i}.squeeze({d})", f"t{i}.flatten()",
                      f"t{i}.permute({', '.join(map(str, r.sample(range(n), n)))})",
                      f"t{i}.narrow({d}, 0, {r.randrange(size + 1)})", f"t{i}.unbind({d})[0]", f"t{i}.split(2, {d})[-1]",
                      f"t{i}.chunk(2, {d})[0]",
                      f"t{i}.flip({d})", f"t{i}.select({d}, {r.randrange(-size, size) if size else 0})",
                      f"t{i}.unfold({d}, {min(size, 2)}, 2)"]
        if n >= 2:
            forms += [f"t{i}.diagonal(0, 0, 1)", f"t{i}.flatten(0, 1)", f"t{i}.mT", f"t{i}.tril()",
                      f"t{i}.reshape({x.shape[1]}, {x.shape[0]}, -1)"]
        return self.pick(forms)

    def line(self, tensors: list[Any]) -> tuple[str, int | None]:
        """One line and, for an in-place one, the tensor that it writes."""
        r = self.rng
        i = self.name(tensors)
        j = self.name(tensors)
        x = tensors[i]
        other = f"t{j}" if r.random() < 0.65 else self.pick(NUMBERS)
        kind = r.randrange(17)
        if kind < 2:
            return f"t{i} {self.pick(['+', '-', '*', '/', '//', '%', '**', '<', '==', '>=', '!=', '&', '|', '^'])} {other}", None
        if kind == 2:
            if r.random() < 0.4:
                return f"{self.pick(NUMBERS)} {self.pick(['+', '-', '*', '/', '//', '%', '**'])} t{i}", None
            return f"torch.{self.pick(['maximum', 'minimum', 'fmax', 'atan2', 'add', 'sub', 'div'])}" + (
                f"(t{i}, t{j})"), None
        if kind == 3:
            return f"torch.{self.pick(UNARY)}(t{i})", None
        if kind in (4, 5):
            return self.view(i, x), None
        if kind == 6:
            return f"t{i}[{self.index(tuple(x.shape)).replace('@', str(i))}]", None
        if kind == 7:
            name = self.pick(REDUCE)
            if r.random() < 0.3 and name != "logsumexp":
                return f"t{i}.{name}()", None
            several = name in ("sum", "mean", "amax", "amin", "var", "std", "logsumexp", "nansum")
            text = f"t{i}.{name}({'dim=' if name in ('norm', 'var', 'std') else ''}{self.dims(x, several)})"
            return (text.split(", keepdim")[0] + ")" if name == "count_nonzero" and "keepdim" in text else text), None
        if kind == 8:
            forms = [f"torch.cat([t{i}, t{j}], {r.randrange(-1, 2)})", f"torch.stack([t{i}, t{j}], {r.randrange(-1, 2)})",
                     f"torch.where(t{i} > 0, t{i}, {other})",
                     f"t{i} @ t{j}", f"t{i}.to(torch.{self.pick(DTYPES)})", f"t{i}.masked_fill(t{i} > 0, {self.pick(NUMBERS)})",
                     f"t{i}.cumsum({r.randrange(-1, 2)})", f"t{i}.sort({r.randrange(-1, 2)})[0]",
                     f"t{i}.clamp({self.pick(NUMBERS)}, {self.pick(NUMBERS)})",
                     f"t{i}.softmax({r.randrange(-1, 2)})", f"t{i}.repeat(2, 1)", f"t{i}.roll(1, 0)", f"t{i}.cumprod(0)",
                     f"t{i}.expand_as(t{j})",
                     f"t{i}.index_select(0, torch.tensor([0, -1 if t{i}.dim() == 9 else 0]))", f"torch.lerp(t{i}, t{j}, 0.5)"]
            return self.pick(forms), None
        if kind in (9, 10):
            if r.random() < 0.35:
                return f"t{i}.{self.pick(INPLACE_UNARY)}", i
            name = self.pick(INPLACE)
            if name == "copy_":
                return f"t{i}.copy_(t{j})", i
            if name == "maximum":
                return f"t{i}.masked_fill_(t{i} > 0, {self.pick(NUMBERS)})", i
            return f"t{i}.{name}({other})", i
        if kind == 11:
            value = self.pick([other, f"t{j}.sum()", f"t{j}.exp()", self.pick(NUMBERS)])
            return f"t{i}.__setitem__({self.key(self.index(tuple(x.shape)).replace('@', str(i)))}, {value})", i
        if kind == 12:
            return f"t{i}.requires_grad_(False)" if r.random() < 0.05 else f"t{i} * t{i} + t{j}", None
        if kind == 13:
            return f"(t{i} * 2 if bool((t{j} > 0).any()) else t{i} + t{j})", None
        if kind in (14, 15):
            text = self.pick(FORMS if kind == 14 else NEURAL)
            return text.replace("X", f"t{i}").replace("Y", f"t{j}").replace("D", str(r.randrange(-1, 2))), None
        return self.leaf(), None

    def key(self, text: str) -> str:
        return f"key[{text}]"
