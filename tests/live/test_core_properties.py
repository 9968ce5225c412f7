"""Random programs of tensor operations against PyTorch: values, dtypes, shapes, strides, gradients and error classes.

A program is a list of lines over `t0, t1, ...`; each is run by both libraries. Set STEEPEST_EXAMPLES for longer runs.

Some programs magnify their last digits until nothing is left. A difference counts unless PyTorch shows it, too, when each of its
operations that rounds in its own way (exp, division, sums; not +, views, comparisons) is moved by about its last digit: `Moved`.
"""

import os
import random
import re
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import steepest

EXAMPLES = int(os.environ.get("STEEPEST_EXAMPLES", "200"))
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


class Key:
    def __getitem__(self, key: Any) -> Any:
        return key


class Run:
    """One library running the lines."""

    def __init__(self, library: Any):
        self.library, self.tensors = library, []

    def evaluate(self, line: str) -> Any:
        names: dict[str, Any] = {f"t{i}": x for i, x in enumerate(self.tensors)}
        return eval(line, {"torch": self.library, "key": Key(), "grad": self.gradient, **names})

    def gradient(self, of: Any, by: Any, create_graph: bool = False) -> Any:
        """The gradient of a tensor's sum; `by` itself where none reaches it."""
        total = of.sum()
        total = total.real + total.imag if total.is_complex() else total
        found, = self.library.autograd.grad(total, by, retain_graph=True, create_graph=create_graph, allow_unused=True)
        return by if found is None else found.clone()           # what is a view, and of what, is not promised


NOT_PROMISED = ("not implemented", "a leaf Variable that", "Autograd not support", "shape mismatch: value tensor",
                "indexing tensors could not be broadcast",
                "complex input", "complex dtypes", "expected to be in range of [-1, 0], but got 1",
                "without overflow", "single memory location", "multiple views", "function that returns m", "Boolean inputs not supported",
                "automatic differentiation for outputs with complex", "not supported for complex tensors",
                "In-place abs is not supported")
ERRORS = (RuntimeError, IndexError, TypeError, ValueError, ZeroDivisionError, AttributeError)


def attempt(run: Run, line: str) -> tuple[Any, Exception | None]:
    try:
        return run.evaluate(line), None
    except ERRORS as problem:
        return None, problem


def same_class(a: Exception, b: Exception) -> bool:
    kinds = (RuntimeError, IndexError, TypeError, ValueError, ZeroDivisionError)
    return next(k for k in kinds if isinstance(a, k)) is next((k for k in kinds if isinstance(b, k)), None)


UNGUARANTEED = ("logsigmoid", " ** t", "index_fill", "sort", "masked_fill", "max(", "min(", "median",
                "softmax", "softmin", "cumsum", "cumprod", "cummax", "cummin", "unfold", " @ ", ".flip", "roll", "tril", "triu",
                "norm", "var", "std", "logsumexp", "logcumsumexp", "lerp", "rot90", "topk", "einsum", "diff", "pad(", "gather",
                "scatter", "index_add", "diag_embed", "repeat_interleave", "glu", "pool", "tile", "bmm")
"""Operations whose results' strides are not compared."""
PICKED = re.compile(r"t\d+\[.*(\[|torch\.tensor)")
"""Indices that are lists or tensors: PyTorch lays the result out by how its iterator sorts the strides of source and indices."""


class Different(AssertionError):
    """Two results whose elements differ; `place` is the index of a tensor and whether it is its gradient that differs."""

    def __init__(self, said: str, want: Any, got: Any, place: tuple[int, bool]):
        super().__init__(said)
        self.want, self.got, self.place = want, got, place


class Parted(Exception):
    """An infinity in one part of a complex number made the other part NaN in one library alone, as C and C++ leave open."""


def close(w: Any, g: Any, line: str, place: tuple[int, bool]) -> None:
    """Raise Different unless two arrays have the same elements up to what their dtype promises."""
    if place[1]:
        known = np.isfinite(w) & (np.abs(w) < 1e6)
        w, g = np.where(known, w, 0), np.where(known, g, 0)
    parted = False
    if w.dtype.kind == "c":
        strange = ~np.isfinite(w) & ~np.isfinite(g)
        parted = not all(np.array_equal(part(w[strange]), part(g[strange]), equal_nan=True) for part in (np.real, np.imag))
        w, g = np.where(strange, 0, w), np.where(strange, 0, g)
    try:
        if w.dtype.kind in "fc":
            rtol = 1e-3 if place[1] else 2e-5 if w.dtype.itemsize == 4 or w.dtype == np.complex64 else 1e-6
            np.testing.assert_allclose(g, w, rtol=rtol, atol=rtol / 10, err_msg=line)
        elif w.size and np.abs(w.astype(np.float64)).max() > 1e6:
            np.testing.assert_allclose(g, w, rtol=2e-7, err_msg=line)      # integers that were a float32 before
        else:
            np.testing.assert_array_equal(g, w, err_msg=line)
    except AssertionError as problem:
        raise Different(str(problem), w, g, place) from None
    if parted:
        raise Parted


def compare(line: str, want: Any, got: Any, place: int, strides: bool = True) -> None:
    assert isinstance(got, steepest.Tensor), line
    assert str(got.dtype) == str(want.dtype), line
    w, g = want.detach().numpy(force=True), got.detach().numpy(force=True)
    if w.shape != g.shape:
        raise Different(f"{line}: shape {g.shape}, not {w.shape}", w, g, (place, False))
    if want.is_floating_point() or want.is_complex():           # PyTorch lets a copy into integers look differentiable
        assert got.requires_grad == want.requires_grad, line
    close(w, g, line, (place, False))
    if strides and 0 not in want.shape and len(set(re.findall(r"\bt\d+", line))) < 2 and not any(u in line for u in UNGUARANTEED) \
            and not PICKED.match(line):
        assert layout(got) == layout(want), line


def layout(x: Any) -> list[int]:
    """The strides of the dimensions that have more than one element; others say nothing."""
    return [s for n, s in zip(x.shape, x.stride(), strict=True) if n > 1]


def placed(x: Any) -> tuple[Any, ...]:
    """How a tensor lies in its storage."""
    return x.stride(), x.storage_offset(), x.untyped_storage().nbytes()


ROUNDS = re.compile(r"(?<!/)/(?!/)|\*\*|exp|log|sin|cos|tan|sigmoid|erf|sqrt|reciprocal|pow|div_|div\(|mean|var|std|norm|soft|gelu|silu"
                    r"|\.elu|mish|logit|deg2rad|rad2deg|entr|i0e|sum|prod|@|lerp|einsum|linear|loss|entropy|cosine|addc|bmm|sinc|interpolate|hardswish")
"""Lines whose operation the two libraries may round in different ways."""
SUMS = re.compile(r"sum|mean|var|@|einsum|linear\(|bmm")
TRIALS = 32, 256


class Followed(Run):
    """PyTorch running the lines once more."""

    def __init__(self) -> None:
        super().__init__(torch)

    def follow(self, done: list[tuple[str, int | None]], place: tuple[int, bool]) -> Any:
        """The array at a place after the lines."""
        for line, written in done:
            result = self.evaluate(line)
            result = result[0] if isinstance(result, tuple) else result
            self.move(line, result if written is None else self.tensors[written])
            if written is None:
                self.tensors.append(result)
        if place[1]:
            total_of(self).backward()
        found = self.tensors[place[0]]
        return (found.grad if place[1] else found.detach()).numpy(force=True)

    def move(self, line: str, target: Any) -> None:
        """Called with what a line has made."""


class Moved(Followed):
    """With about the last digit, and the sign of zeros, at random wherever PyTorch rounds in its own way."""

    def __init__(self, seed: int):
        super().__init__()
        self.seed, self.random = seed, np.random.default_rng(seed)

    def move(self, line: str, target: Any) -> None:
        if ROUNDS.search(line) and (target.is_floating_point() or target.is_complex()) and 0 not in target.stride():
            match = CONVERTED.fullmatch(line)               # what is written may have been rounded in its own dtype
            value = self.evaluate(match[match.lastindex or 0]) if match else target
            fine = not isinstance(value, torch.Tensor) or value.dtype in (torch.float64, torch.complex128)
            digit = torch.finfo(target.dtype if fine else torch.float32).eps
            signs = np.where(target.detach().numpy() == 0, self.random.choice([-1, 1], tuple(target.shape)), 1)
            moved = torch.from_numpy(np.asarray(signs * (1 + digit * self.random.integers(-2, 3, tuple(target.shape)))))
            target.data.mul_(moved.to(target.dtype))
            if target.is_floating_point():                  # to the odd last digits as well; half of the time zeros stay zeros
                toward = torch.from_numpy(np.asarray(self.random.choice([-np.inf, np.nan, np.inf], tuple(target.shape)))).to(target)
                kept = toward.isnan() | target.isinf() | ((target == 0) & (self.seed % 2 == 0))
                target.data.copy_(torch.where(kept, target.detach(), torch.nextafter(target.detach(), toward)))
            if "gelu" in line:                              # 1 + erf(x) keeps no digit where erf(x) is near -1
                left = self.tensors[int(re.findall(r"\bt(\d+)\b", line)[0])].detach().abs().to(target.dtype)
                target.data.add_(left * digit * self.noise(left))
            if "entropy" in line or "log_softmax" in line:  # x - log(sum(exp(x))) keeps no digit where one share is all
                target.data.add_(digit * self.noise(target))
            if SUMS.search(line):                           # terms that cancel leave the rounding of the largest
                moves, unit = self.noise(target), digit * self.largest(line)
                gone = (moves == 0) & (target.detach().abs() <= 2 * unit)
                target.data.copy_(torch.where(gone, 0, target.detach() + moves * unit))
        elif ROUNDS.search(line) and CONVERTED.fullmatch(line) and target.dtype in INTEGERS and 0 not in target.stride():
            target.data.add_((target.double() * self.noise(target.double()) * torch.finfo(torch.float32).eps).round().to(target.dtype))
        if target.is_complex() and "neg" in line and 0 not in target.stride():      # 0 - x where a vector is full, -x elsewhere
            parts = torch.view_as_real(target.detach())
            parts.copy_(torch.where(parts == 0, torch.copysign(parts, self.noise(parts)), parts))

    def noise(self, target: Any) -> Any:
        """From -2 to 2 for every element."""
        return torch.from_numpy(np.asarray(self.random.integers(-2, 3, tuple(target.shape)))).to(target)

    def largest(self, line: str) -> float:
        """The greatest finite absolute value among the tensors that a line names, or for a product of matrices that of their product."""
        found = [np.abs(self.tensors[int(k)].numpy(force=True)) for k in re.findall(r"\bt(\d+)\b", line)]
        sizes = [float(x[np.isfinite(x)].max(initial=0)) for x in found]
        return float(np.prod(sizes)) if re.search("@|einsum|linear|bmm", line) else max(sizes)


def unstable(done: list[tuple[str, int | None]], found: Different) -> bool:
    """Whether PyTorch's own result moves as far when its last digits do."""
    trials: list[Any] = []
    for seed in range(TRIALS[-1]):
        try:
            trials.append(Moved(seed).follow(done, found.place))
        except ERRORS:
            return True                                         # another way through the program
        if trials[-1].shape != found.want.shape or len(trials) in TRIALS and _explained(trials, found, done):
            return True
    return False


def lost(done: list[tuple[str, int | None]], found: Different) -> float:
    """How far PyTorch's gradient is from the one that it finds in double precision: larger terms may have met and left."""
    wider = {"float32": "float64", "complex64": "complex128", ".float()": ".double()"}
    wide = [(re.sub("float32|complex64|[.]float[(][)]", lambda m: wider[m[0]], line), written) for line, written in done]
    torch.set_default_dtype(torch.float64)
    try:
        exact = Followed().follow(wide, found.place)
    except ERRORS:
        return 0.0
    finally:
        torch.set_default_dtype(torch.float32)
    far = np.abs(exact - found.want) if exact.shape == found.want.shape else np.zeros(())
    return 2 * float(far[np.isfinite(far)].max(initial=0))


def _explained(trials: list[Any], found: Different, done: list[tuple[str, int | None]]) -> bool:
    if found.want.shape != found.got.shape:
        return False
    parts = [np.real, np.imag] if found.want.dtype.kind == "c" else [lambda x: x.astype(np.float64)]
    finite = np.abs(found.want[np.isfinite(found.want)])
    summed = 4 * np.finfo(found.want.dtype).eps * finite.max() if found.place[1] and finite.size else 0.0     # terms as large may have met
    if found.place[1] and found.want.dtype.itemsize < 16 and found.want.dtype not in (np.float64, np.complex128):
        summed = max(summed, lost(done, found))
    return all(_covered(np.array([p(t) for t in trials]), p(found.want), p(found.got), summed) for p in parts)


def _covered(trials: Any, want: Any, got: Any, least: float) -> bool:
    """Whether numbers lie where the trials do, with room for eight times their spread, and what is not finite is so in some trial."""
    with np.errstate(all="ignore"):
        every = np.concatenate([trials, want[None]])
        finite = np.isfinite(every)
        numbers = np.where(finite, every, 0)
        low, high = np.where(finite, every, np.inf).min(0), np.where(finite, every, -np.inf).max(0)
        room = 8 * (high - low) + 1e-6 * np.abs(numbers).max(0) + least
        inside = np.isfinite(got) & finite.any(0) & (got >= low - room) & (got <= high + room)
        met = ((every == got) | (np.isnan(every) & np.isnan(got))).any(0)
        return bool((inside | met).all())


def meets_itself(x: Any) -> bool:
    """Whether several elements of a tensor that was not expanded share a place."""
    if not x.numel() or 0 in x.stride():
        return False
    memory = np.arange(x.untyped_storage().nbytes() // x.element_size())[x.storage_offset():]
    return len(np.unique(np.lib.stride_tricks.as_strided(memory, x.shape, [8 * n for n in x.stride()]))) < x.numel()


def overlapping(line: str, written: int, tensors: list[Any]) -> bool:
    """Whether a line reads from memory that it writes, in another order: PyTorch does not say in which order that happens."""
    target = tensors[written]
    if meets_itself(target):
        return True
    others = [tensors[int(k)] for k in re.findall(r"\bt(\d+)\b(?! >|\.sum|\.exp)", line.split("(", 1)[-1])]
    shared = [x for x in others if x.untyped_storage().data_ptr() == target.untyped_storage().data_ptr() and x.numel()]
    return any("__setitem__" in line or x.data_ptr() != target.data_ptr() or x.stride() != target.stride() or x.shape != target.shape
               for x in shared)


def play(rng: random.Random, steps: int, kind: type[Program] = Program) -> None:
    program, theirs, mine = kind(rng), Run(torch), Run(steepest)
    lines: list[str] = []
    done: list[tuple[str, int | None]] = []
    try:
        for k in range(steps + 2):
            line, written = (program.leaf(), None) if k < 2 else program.line(theirs.tensors)
            if not step(line, written, theirs, mine, lines, done):
                return
        lines.append("backward")
        finish(theirs, mine)
    except Parted:
        return
    except RuntimeError as problem:
        if "multiple views" not in str(problem):                # PyTorch refuses to look at such a view; here it may be used
            raise
    except Different as problem:
        if not unstable(done, problem):
            raise AssertionError(f"{problem}\n{told(lines)}") from None
    except AssertionError as problem:
        raise AssertionError(f"{problem}\n{told(lines)}") from None


def told(lines: list[str]) -> str:
    return "in the program (t0, t1 ... are the results in their order)\n" + "\n".join(f"    {line}" for line in lines)


def step(line: str, written: int | None, theirs: Run, mine: Run, lines: list[str], done: list[tuple[str, int | None]]) -> bool:
    """Run one line in both libraries; False where the program ends here."""
    unsure = any(word in line for word in ("median", "cat(", "stack(", "index_select", "cummax", "cummin", "index_add"))
    if unsure and any(0 in x.shape or x.dim() == 0 for x in theirs.tensors):
        return True                # what is left of nothing is not promised
    named = [int(k) for k in re.findall(r"\bt(\d+)\b", line)]
    if written is not None and overlapping(line, written, theirs.tensors):
        return True
    if "signbit" in line and torch.isnan(theirs.tensors[named[0]]).any():
        return True                # the sign of NaN is anything
    if re.search(r"\b(std|var)\(", line) and (theirs.tensors[named[0]].to(torch.complex128).abs() > 1e18).any():
        return True                # PyTorch's mean of everything overflows in float32, that along a dimension does not
    if "logcumsumexp" in line and theirs.tensors[named[0]].is_complex():
        return True                # NaN in PyTorch where a sum is 0, the limit here
    if "binary_cross_entropy" in line and any(theirs.tensors[k].is_complex() for k in named):
        return True                # of complex targets PyTorch makes complex losses
    if any(w in line for w in ("relu6", "hardtanh", "prod(")) and torch.isnan(theirs.tensors[named[0]]).any():
        return True                # PyTorch's gradient of NaN is one where a vector is full, or a zero is elsewhere, and another else
    if any(w in line for w in ("gelu", "var_mean")) and torch.isinf(theirs.tensors[named[0]]).any():
        return True                # NaN in PyTorch, the limit here
    branch = re.search(r"if (bool\(.*\)) else", line)
    if branch and attempt(theirs, branch[1])[0] != attempt(mine, branch[1])[0]:
        return False               # what is zero but for rounding decides
    if out_of_range(line, written, theirs):
        return True                # undefined in C, of whose low bits PyTorch keeps some
    if re.search("max|min|median|sort|topk|pool", line) and zeros_of_both_signs([theirs.tensors[k] for k in named]):
        return True                # which of them is the greatest is not promised: in PyTorch vectors and what is left over differ
    if "topk" in line and any(len(set(x.flatten().tolist())) < x.numel() for x in (theirs.tensors[k] for k in named)):
        return True                # which of equal elements is taken, and so gets the gradient, is not promised
    if "median" in line and 0 in theirs.tensors[named[0]].stride():
        return True                # PyTorch selects from memory that it has not copied: numbers come out that are not in the row
    if "layer_norm" in line and squares_overflow(theirs.tensors[named[0]]):
        return True                # PyTorch takes the mean of the squares less the square of the mean: inf - inf
    alike = all(layout(theirs.tensors[k]) == layout(mine.tensors[k]) for k in named)
    if not alike and any(w in line for w in ("view", "reshape", "flatten", "contiguous", "ravel")):
        return True                # where two layouts meet either may come out, and with it a view or a copy
    if "as_strided" in line and any(placed(theirs.tensors[k]) != placed(mine.tensors[k]) for k in named):
        return True                # where a result lies in memory is not promised
    lines.append(line)
    want, problem = attempt(theirs, line)
    if line.startswith("grad(") and "can't be cast" in str(problem):
        return False               # PyTorch has let integers require gradients
    if problem is not None and (isinstance(problem, NotImplementedError) or any(t in str(problem) for t in NOT_PROMISED)):
        lines.pop()
        return True                # nothing was written
    got, trouble = attempt(mine, line)
    if line.startswith("grad(") and (problem is None) != (trouble is None) and "modified by an inplace" in f"{problem} {trouble}":
        return False               # a view that was written through `detach` is another one in PyTorch's graph
    if problem is not None and ("INTERNAL ASSERT" in str(problem) or "ZeroDivision" in str(problem) and written is not None):
        return False               # PyTorch has written what came before the zero
    if problem is not None:
        assert trouble is not None, f"PyTorch raises {type(problem).__name__}: {str(problem)[:150]}"
        classes = f"{type(problem).__name__}: {problem}; here {type(trouble).__name__}: {trouble}"
        refused = isinstance(trouble, NotImplementedError)      # the dtype is looked at first here
        assert "__setitem__" in line or several_mistakes(line) or refused or same_class(problem, trouble), classes
        return True                # nothing was written
    if isinstance(trouble, IndexError) and (want is None or isinstance(want, torch.Tensor) and not want.numel()):
        return False               # PyTorch does not look at the indices of a region that has no elements
    if isinstance(trouble, NotImplementedError) and any(0 in x.shape for x in (want, *[theirs.tensors[k] for k in named])):
        return False               # PyTorch has no kernel to look for where there are no elements
    if trouble is not None and any(t in str(trouble) for t in ("single memory location", "without overflow")):
        return False               # PyTorch lets some writes into expanded tensors pass with a warning, and numbers into 0-dim tensors
    if trouble is not None and "to have the same dtype" in str(trouble) and any(0 in theirs.tensors[k].shape for k in named):
        return False               # PyTorch does not look at the dtypes of products of nothing
    assert trouble is None, f"{type(trouble).__name__}: {str(trouble)[:300]}"
    if isinstance(want, tuple):
        want, got = want[0], got[0]
    if want is None:
        want, got = theirs.tensors[written], mine.tensors[written]  # type: ignore[index]
    if any(x.requires_grad and not (x.is_floating_point() or x.is_complex()) for x in (want, *theirs.tensors)):
        return False               # PyTorch lets integers require gradients after a copy
    if want.is_complex() and ("**" in line or "pow" in line):
        return False               # powers of complex zeros
    done.append((line, written))
    compare(line, want, got, len(theirs.tensors) if written is None else written,
            strides=alike and not any(0 in x.stride() or meets_itself(x) for x in theirs.tensors))
    if written is None:
        theirs.tensors.append(want)
        mine.tensors.append(got)
    else:
        for i, (a, b) in enumerate(zip(theirs.tensors, mine.tensors, strict=True)):
            compare(f"t{i} after {line}", a, b, i, strides=False)
    return True


CONVERTED = re.compile(r"(t\d+)\.to\(torch\.(\w+)\)|t\d+\.copy_\((.*)\)|t\d+\.__setitem__\(key\[.*\], (.*)\)")
INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


def out_of_range(line: str, written: int | None, run: Run) -> bool:
    """Whether a line converts a floating number that its integer dtype cannot hold."""
    match = CONVERTED.fullmatch(line)
    if match is None:
        return False
    value, _ = attempt(run, next(x for i, x in enumerate(match.groups()) if x and i != 1))
    dtype = getattr(torch, match[2]) if match[2] else run.tensors[written or 0].dtype
    if not isinstance(value, torch.Tensor) or not value.is_floating_point() or dtype not in INTEGERS:
        return False
    limits = torch.iinfo(dtype)
    return not bool(((value > float(limits.min) - 1) & (value < float(limits.max) + 1)).all())


def zeros_of_both_signs(tensors: list[Any]) -> bool:
    """Whether 0 and -0 are among the numbers of these tensors; a 0 of integers is one, too."""
    signs = {bool(s) for x in tensors if not x.is_complex() for s in torch.signbit(x[x == 0].double())}
    return len(signs) == 2


def squares_overflow(x: Any) -> bool:
    """Whether the square of a finite number is none."""
    return x.is_floating_point() and bool((x.isfinite() & x.square().isinf()).any())


def several_mistakes(line: str) -> bool:
    """Whether a line's arguments are often wrong in several ways at once, of which either library may name another one first."""
    return "nn.functional" in line or any(w in line for w in ("index_", "take(", "repeat_interleave", "scatter(", "gather(", "einsum",
                                                              "bmm", "topk", "amax((", "vector_norm", "var_mean"))


def total_of(run: Run) -> Any:
    """The sum of everything that wants a gradient; None where nothing does."""
    total: Any = None
    for x in run.tensors:
        if x.requires_grad and not x.is_leaf and (x.is_floating_point() or x.is_complex()):
            part = x.sum()
            part = (part.real + part.imag) if part.is_complex() else part
            part = part.to(run.library.float64)
            total = part if total is None else total + part
    return total


def finish(theirs: Run, mine: Run) -> None:
    """Gradients of all leaves for the sum of everything."""
    outcomes: list[Any] = []
    for run in (theirs, mine):
        total = total_of(run)
        if total is None:
            return
        try:
            total.backward()
            outcomes.append(None)
        except RuntimeError as problem:
            outcomes.append(problem)
    if any(t in str(outcomes[0]) for t in ("not implemented", "INTERNAL ASSERT", "can't be cast to the desired output type",
                                          "Could this error message be improved", "moved into the graph interior",
                                          "last dimension with stride 1")):
        return
    if "modified by an inplace operation" in str(outcomes[0]) and outcomes[1] is None:
        return                     # where an operation's input is its target, the value it needs is kept here
    if "modified by an inplace operation" in str(outcomes[1]) and any(0 in x.stride() for x in theirs.tensors):
        return                     # PyTorch warns of writes into expanded tensors, and lets those pass of which it has kept a copy
    assert (outcomes[0] is None) == (outcomes[1] is None), f"backward: {outcomes[0]} here {outcomes[1]}"
    if outcomes[0] is not None:
        return
    for i, (a, b) in enumerate(zip(theirs.tensors, mine.tensors, strict=True)):
        if a.is_leaf and a.requires_grad:
            assert (a.grad is None) == (b.grad is None), f"t{i}.grad: {a.grad} here {b.grad}"
            if a.grad is not None:
                w, g = a.grad.numpy(force=True), b.grad.numpy(force=True)
                assert w.dtype == g.dtype and w.shape == g.shape, f"t{i}.grad"
                close(w, g, f"t{i}.grad", (i, True))


def quietly(rng: random.Random, steps: int, kind: type[Program] = Program) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        play(rng, steps, kind)


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, 200, 20)], ids=lambda s: f"{s.start}-{s.stop - 1}")
def test_random_programs_do_what_pytorch_does(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        try:
            quietly(rng, rng.randint(5, 40))
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}: {problem}") from None


@pytest.mark.skipif("STEEPEST_EXAMPLES" not in os.environ, reason="set STEEPEST_EXAMPLES=n to try n new programs")
@settings(max_examples=EXAMPLES, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(5, 40))
def test_new_random_programs_do_what_pytorch_does(rng: random.Random, steps: int) -> None:
    quietly(rng, steps)


@pytest.mark.parametrize("a", DTYPES)
@pytest.mark.parametrize("b", DTYPES)
def test_promotion_of_every_pair(a: str, b: str) -> None:
    for shape_a in ((2,), ()):
        for shape_b in ((2,), ()):
            want = torch.ones(shape_a, dtype=getattr(torch, a)) * torch.ones(shape_b, dtype=getattr(torch, b))
            got = steepest.ones(shape_a, dtype=getattr(steepest, a)) * steepest.ones(shape_b, dtype=getattr(steepest, b))
            assert str(got.dtype) == str(want.dtype)
