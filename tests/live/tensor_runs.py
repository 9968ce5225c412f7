"""Random programs of tensors in both libraries: values, dtypes, shapes, strides, gradients and error classes after each line."""

import random
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

import steepest

sys.path.insert(0, str(Path(__file__).parent))
from last_digits import CONVERTED, ERRORS, INTEGERS, Different, Run, total_of, unstable
from tensor_programs import Program

NOT_PROMISED = ("not implemented", "a leaf Variable that", "Autograd not support", "shape mismatch: value tensor",
                "indexing tensors could not be broadcast",
                "complex input", "complex dtypes", "expected to be in range of [-1, 0], but got 1",
                "without overflow", "single memory location", "multiple views", "function that returns m", "Boolean inputs not supported",
                "automatic differentiation for outputs with complex", "not supported for complex tensors",
                "In-place abs is not supported")


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
    if "requires_grad_" in line and named and theirs.tensors[named[0]]._is_view():
        return True                # whether a view knows that it was written depends on who has looked at it since
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
    of_nothing = any(0 in theirs.tensors[k].shape for k in named)
    if of_nothing and re.search("to have the same dtype|expected scalar type", str(trouble)):
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
