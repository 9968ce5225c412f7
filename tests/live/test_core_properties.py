"""Random programs of tensor operations against PyTorch: values, dtypes, shapes, strides, gradients and error classes.

A program is a list of lines over `t0, t1, ...`; each is run by both libraries. Set STEEPEST_EXAMPLES for longer runs.
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
         "isfinite signbit trunc erf cos atan").split()
REDUCE = "sum mean prod amax amin all any max min argmax argmin var std logsumexp norm count_nonzero nansum median".split()
INPLACE = "add_ sub_ mul_ div_ pow_ copy_ maximum remainder_ floor_divide_ fmod_".split()
INPLACE_UNARY = "zero_() neg_() abs_() exp_() sigmoid_() relu_() tanh_() square_() fill_(2) fill_(0.5) clamp_(-1,1) sqrt_() sin_()".split()


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
        return f"torch.tensor({values}, dtype=torch.{dtype}).reshape({shape}){end}"

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
        kind = r.randrange(14)
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
        return eval(line, {"torch": self.library, "key": Key(), **names})


NOT_PROMISED = ("not implemented", "a leaf Variable that", "Autograd not support", "shape mismatch: value tensor",
                "indexing tensors could not be broadcast",
                "complex input", "complex dtypes", "expected to be in range of [-1, 0], but got 1",
                "without overflow", "single memory location", "multiple views", "function that returns m", "Boolean inputs not supported",
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


UNGUARANTEED = ("sort", "max(", "min(", "median", "softmax", "cumsum", "cumprod", "cummax", "unfold", " @ ", ".flip", "roll",
                "tril", "norm", "var", "std",
                "logsumexp", "lerp")


def compare(line: str, want: Any, got: Any, strides: bool = True) -> None:
    assert isinstance(got, steepest.Tensor), line
    assert str(got.dtype) == str(want.dtype), line
    assert tuple(got.shape) == tuple(want.shape), line
    if want.is_floating_point() or want.is_complex():           # PyTorch lets a copy into integers look differentiable
        assert got.requires_grad == want.requires_grad, line
    w, g = want.detach().numpy(force=True), got.detach().numpy(force=True)
    if w.dtype.kind in "fc":
        rtol = 2e-5 if w.dtype.itemsize == 4 or w.dtype == np.complex64 else 1e-6
        np.testing.assert_allclose(g, w, rtol=rtol, atol=rtol / 10, err_msg=line)
    elif w.size and np.abs(w.astype(np.float64)).max() > 1e6:
        np.testing.assert_allclose(g, w, rtol=2e-7, err_msg=line)          # integers that were a float32 before
    else:
        np.testing.assert_array_equal(g, w, err_msg=line)
    if strides and 0 not in want.shape and len(set(re.findall(r"\bt\d+", line))) < 2 and not any(u in line for u in UNGUARANTEED):
        # strides of dimensions of size 1 say nothing
        wide = [k for k, n in enumerate(want.shape) if n > 1]
        assert [got.stride()[k] for k in wide] == [want.stride()[k] for k in wide], line


def play(rng: random.Random, steps: int) -> None:
    program, theirs, mine = Program(rng), Run(torch), Run(steepest)
    lines: list[str] = []
    try:
        for k in range(steps + 2):
            line, written = (program.leaf(), None) if k < 2 else program.line(theirs.tensors)
            lines.append(line)
            want, problem = attempt(theirs, line)
            unsure = any(word in line for word in ("median", "cat(", "stack(", "index_select"))
            if unsure and any(0 in x.shape or x.dim() == 0 for x in theirs.tensors):
                lines.pop()
                continue           # what is left of nothing is not promised
            if problem is not None and (isinstance(problem, NotImplementedError) or any(t in str(problem) for t in NOT_PROMISED)):
                lines.pop()
                if written is not None:
                    return
                continue
            got, trouble = attempt(mine, line)
            if problem is not None and "INTERNAL ASSERT" in str(problem):
                return
            if problem is not None:
                assert trouble is not None, f"PyTorch raises {type(problem).__name__}: {str(problem)[:150]}"
                told = f"{type(problem).__name__}: {problem}; here {type(trouble).__name__}: {trouble}"
                assert "__setitem__" in line or same_class(problem, trouble), told
                if written is not None:
                    return
                continue
            if isinstance(trouble, NotImplementedError) and 0 in theirs.tensors[0].shape + want.shape:
                return
            if trouble is not None and "single memory location" in str(trouble):
                return             # PyTorch lets some writes into expanded tensors pass with a warning
            assert trouble is None, f"{type(trouble).__name__}: {str(trouble)[:300]}"
            if isinstance(want, tuple):
                want, got = want[0], got[0]
            if want is None:
                want, got = theirs.tensors[written], mine.tensors[written]
            if any(x.requires_grad and not (x.is_floating_point() or x.is_complex()) for x in (want, *theirs.tensors)):
                return             # PyTorch lets integers require gradients after a copy
            if want.is_complex() and "**" in line:
                return             # powers of complex zeros
            compare(line, want, got, strides=not any(0 in x.stride() for x in theirs.tensors))
            if written is None:
                theirs.tensors.append(want)
                mine.tensors.append(got)
            for i, (a, b) in enumerate(zip(theirs.tensors, mine.tensors, strict=True)):
                compare(f"t{i} after {line}".replace("flip", ""), a,
                        b) if written is not None and a.stride() == b.stride() else None
        lines.append("backward")
        finish(theirs, mine)
    except RuntimeError as problem:
        if "multiple views" not in str(problem):                # PyTorch refuses to look at such a view; here it may be used
            raise
    except AssertionError as problem:
        shown = "\n".join(f"    {line}" for line in lines)
        raise AssertionError(f"{problem}\nin the program (t0, t1 ... are the results in their order)\n{shown}") from None


def finish(theirs: Run, mine: Run) -> None:
    """Gradients of all leaves for the sum of everything."""
    outcomes = []
    for run in (theirs, mine):
        total: Any = None
        for x in run.tensors:
            if x.requires_grad and not x.is_leaf and (x.is_floating_point() or x.is_complex()):
                part = x.sum()
                part = (part.real + part.imag) if part.is_complex() else part
                part = part.to(run.library.float64)
                total = part if total is None else total + part
        if total is None:
            return
        try:
            total.backward()
            outcomes.append(None)
        except RuntimeError as problem:
            outcomes.append(problem)
    if any(t in str(outcomes[0]) for t in ("not implemented", "INTERNAL ASSERT")):
        return
    if "modified by an inplace operation" in str(outcomes[0]) and outcomes[1] is None:
        return                     # where an operation's input is its target, the value it needs is kept here
    assert (outcomes[0] is None) == (outcomes[1] is None), f"backward: {outcomes[0]} here {outcomes[1]}"
    if outcomes[0] is not None:
        return
    for i, (a, b) in enumerate(zip(theirs.tensors, mine.tensors, strict=True)):
        if a.is_leaf and a.requires_grad:
            assert (a.grad is None) == (b.grad is None), f"t{i}.grad: {a.grad} here {b.grad}"
            if a.grad is not None:
                w, g = a.grad.numpy(force=True), b.grad.numpy(force=True)
                assert w.dtype == g.dtype and w.shape == g.shape, f"t{i}.grad"
                known = np.isfinite(w) & (np.abs(w) < 1e6)
                np.testing.assert_allclose(g[known], w[known], rtol=1e-3, atol=1e-4, err_msg=f"t{i}.grad")


def quietly(rng: random.Random, steps: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        play(rng, steps)


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, 200, 20)], ids=lambda s: f"{s.start}-{s.stop - 1}")
def test_random_programs_do_what_pytorch_does(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        try:
            quietly(rng, rng.randint(3, 15))
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}: {problem}") from None


@pytest.mark.skipif("STEEPEST_EXAMPLES" not in os.environ, reason="set STEEPEST_EXAMPLES=n to try n new programs")
@settings(max_examples=EXAMPLES, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(3, 15))
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
