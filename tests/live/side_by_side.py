"""A program as a list of lines, run by PyTorch and by steepest one line after the other; the first line that does not agree is shown.

In the lines `torch`, `nn` and `F` are the library's. After an expression its value is compared, after `a, b = ...` what the names
hold (`other("a")` is what it holds in the other library); a module is its `repr`, parameters, buffers and gradients, an optimizer its
state, an error its class and first words. The states of the generators are compared after every line.

Some programs magnify their last digits until nothing is left: a difference counts unless PyTorch shows it, too, when the results of
its own operations are moved by about their last digit (`Moved`).
"""

import ast
import contextlib
import copy
import io
import math
import os
import pickle
import random
import re
import sys
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import torch
import torch.nn.utils.prune  # noqa: F401 (programs may name it without importing it)
from torch.utils._python_dispatch import TorchDispatchMode

import steepest

WANTED = int(os.environ.get("STEEPEST_EXAMPLES", "0"))
TRIALS = 12


def seeds(fixed: int) -> Any:
    """The programs that a test runs: always the same ones, or STEEPEST_EXAMPLES new ones."""
    return [random.SystemRandom().randrange(10**9) for _ in range(WANTED)] or range(fixed)


class Writer:
    """Draws a program from a seed."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.lines: list[str] = [f"torch.manual_seed({seed % 1000})"]

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def maybe(self, share: float = 0.5) -> bool:
        return self.random.random() < share

    def upto(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def options(self, share: float = 0.3, **choices: Any) -> str:
        """Some of the options, each with one of its values, as text that follows other arguments."""
        return "".join(f", {name}={self.one(*values)}" for name, values in choices.items() if self.maybe(share))


class Parted(Exception):
    """PyTorch stops here with an error that it never meant to show, or that is none here; the program ends without a verdict."""


ALLOWED_HERE = ("modified by an inplace operation", "Inference tensors cannot be saved for backward",
                "function that returns multiple views", "Inplace update to inference tensor", "Batching rule not implemented",
                "Trying to backward through the graph a second time", "cannot return more than one Tensor", "A leaf node was passed to",
                "Inference tensors do not track version", "We do not yet support calling random operations inside of vmap")
"""What PyTorch refuses and what may be done here: where an input is the target, what is needed of it is kept; inference mode only
records no graph; a convolution whose bias alone is learnt saves nothing; a Function of several results may write over a view; a hook
on several gradients may wait for one that `grad` gives."""
UNMEANT = ("INTERNAL ASSERT", "can be any value and is ambiguous", "sparse transpose", "unsupported memory format option",
           "during iteration",
           "Could this error message be improved", "Tensor lists are supposed to be defined", "SparseCPU")


class Different(AssertionError):
    """A leaf of a line's value that differs."""

    def __init__(self, line: int, place: int, path: str, want: Any, got: Any):
        at = ""
        if isinstance(want, np.ndarray) and isinstance(got, np.ndarray) and want.shape == got.shape and want.dtype == got.dtype:
            with np.errstate(invalid="ignore"):
                off = np.nan_to_num(np.abs(np.atleast_1d(np.subtract(want, got, dtype=np.result_type(want, np.float64)))), nan=np.inf)
            off[np.atleast_1d(np.isnan(want) & np.isnan(got) | (want == got))] = 0
            k = int(off.argmax())
            at = f"{np.count_nonzero(off)} of {off.size} differ, most of all {want.flat[k]!r} here {got.flat[k]!r}; "
        super().__init__(f"{path or 'value'}: {at}{shown(want)}\n    here {shown(got)}")
        self.line, self.place, self.want, self.got = line, place, want, got


def shown(x: Any) -> str:
    if isinstance(x, np.ndarray):
        return f"{x.dtype} {list(x.shape)} " + np.array2string(x, precision=9, threshold=30).replace("\n", "\n    ")
    return str(x) if isinstance(x, str) else repr(x)


def told(x: Any) -> Any:
    """The text of a module, or the error that one makes which lacks what it tells of."""
    try:
        return repr(x)
    except Exception as problem:
        return problem


def leaves(x: Any, library: ModuleType, path: str = "") -> Iterator[tuple[str, Any]]:
    """What can be compared in a value: arrays, numbers, texts, each with the way to it."""
    def inside(items: Any) -> Iterator[tuple[str, Any]]:
        for name, value in items:
            yield from leaves(value, library, f"{path}.{name}")

    if isinstance(x, library.nn.parameter.UninitializedParameter | library.nn.parameter.UninitializedBuffer):
        yield f"{path}.meta", f"{type(x).__name__} {x.dtype} {x.requires_grad}"
    elif isinstance(x, library.Tensor):
        leaf = isinstance(x, library.nn.Parameter)
        yield f"{path}.meta", f"{'Parameter' if leaf else 'Tensor'} {x.dtype} {x.is_leaf} {x.requires_grad}"
        if x.layout != library.strided:
            x = x.to_dense()
        x = x.detach()
        yield path, (x.float() if x.dtype == library.bfloat16 else x).resolve_conj().resolve_neg().numpy(force=True)
    elif isinstance(x, library.nn.Module):
        yield f"{path}.repr", told(x)
        yield f"{path}.training", [m.training for m in x.modules()]
        yield from inside((f"{n}", p) for n, p in x.named_parameters())
        yield from inside((f"{n}.grad", p.grad) for n, p in x.named_parameters())
        yield from inside((f"{n}", p) for n, p in x.named_buffers())
    elif isinstance(x, library.optim.Optimizer):
        yield from leaves(x.state_dict(), library, path)
    elif isinstance(x, library.Generator):
        yield path, x.get_state().numpy()
    elif isinstance(x, dict):
        yield f"{path}.keys", f"{type(x).__name__} {list(map(str, x))}"
        yield from inside(x.items())
    elif isinstance(x, tuple | list):
        yield f"{path}.type", f"{type(x).__name__} {len(x)}"
        yield from inside(enumerate(x))
    elif isinstance(x, Exception):
        yield path, x
    elif isinstance(x, float):
        yield path, np.asarray(x)
    elif x is None or isinstance(x, int | str | bool | complex):
        yield path, x
    elif isinstance(x, library.dtype | library.device | library.distributions.Distribution | np.ndarray):
        yield path, str(x)
    elif isinstance(x, Iterator):
        yield from inside(enumerate(x))
    else:
        yield path, type(x).__name__


class Run:
    """One library that runs the lines of a program."""

    def __init__(self, library: ModuleType, prelude: str):
        self.library, self.other = library, self
        program = ModuleType(f"program_of_{library.__name__}")
        sys.modules[program.__name__] = program                 # where pickle looks for its classes
        self.names = program.__dict__
        self.names.update({"torch": library, "nn": library.nn, "F": library.nn.functional, "copy": copy, "pickle": pickle, "io": io,
                           "math": math, "OrderedDict": OrderedDict, "np": np, "other": lambda name: self.other.names[name]})
        exec(prelude, self.names)

    def follow(self, line: str) -> Any:
        """Run a line: its value, what it assigned, or its error."""
        tree = ast.parse(line)
        last = tree.body[-1]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                if isinstance(last, ast.Expr):
                    exec(compile(ast.Module(tree.body[:-1], []), "program", "exec"), self.names)
                    return eval(compile(ast.Expression(last.value), "program", "eval"), self.names)
                exec(compile(tree, "program", "exec"), self.names)
            except Exception as problem:
                return problem
        if isinstance(last, ast.Assign):
            return [self.names[x.id] for t in last.targets for x in ast.walk(t) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)]
        return None

    def seen(self, line: str) -> list[tuple[str, Any]]:
        value, found = self.follow(line), []
        try:
            found += leaves(value, self.library)
        except Exception as problem:                            # a module that holds what it cannot
            found.append(("broken", problem))
        return [*found, ("the generator's state", self.library.get_rng_state().numpy())]


KINDS = (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError, AttributeError, NotImplementedError, AssertionError, RuntimeError)


LOOSE = 100


def differ(want: Any, got: Any, digits: float, floor: float = 0) -> bool:
    """Whether two leaves are not the same up to `digits` units of the last place of their largest element, or of `floor`."""
    if isinstance(want, Exception) or isinstance(got, Exception):
        if not isinstance(want, Exception) or not isinstance(got, Exception):
            return True
        kinds = [next((k for k in KINDS if isinstance(x, k)), type(x)) for x in (want, got)]
        return kinds[0] is not kinds[1] or all(map(first_words, (want, got))) and first_words(want) != first_words(got)
    if not isinstance(want, np.ndarray) or not isinstance(got, np.ndarray):
        return bool(type(want) is not type(got) or want != got)
    if want.shape != got.shape or want.dtype != got.dtype:
        return True
    if want.dtype.kind not in "fc":
        return not np.array_equal(want, got)
    near = digits * float(np.finfo(want.dtype).eps) * (50 if digits >= LOOSE and want.dtype.itemsize > 4 else 1)
    scale = np.abs(want[np.isfinite(want)]).max(initial=floor)
    return not np.allclose(got, want, rtol=near, atol=near * float(scale), equal_nan=True)


TYPES = ("Input type", "expected scalar type", "expected m1 and m2", "mat1 and mat2 must have", "self and mat2 must have")
"""Which kernel finds that dtypes differ depends on sizes."""


def first_words(problem: Exception) -> list[str]:
    # The name of the function, of an argument's number or of a file, which either library puts before some texts.
    text = re.sub(r"^([\w.]+\(\):?|Argument #\d:|<\w+>:) ", "", str(problem)).replace("steepest", "torch")
    if text.startswith(TYPES):
        return ["types"]
    if text.startswith('"'):
        return []                                               # a kernel's own name, which is not implemented for some dtype
    return re.sub(r"<class '.*?'>|[\W_]", " ", text).lower().split()[:3]


def digits_of(line: str) -> float:
    """Modules are made, and numbers drawn, within 2 units of the last place."""
    if "= nn." in line or "init." in line or line.startswith("draw = "):
        return 4
    return LOOSE


SUMS = {f"aten::{name}" for name in ("mm", "bmm", "mv", "dot", "addmm", "addmv", "baddbmm", "sum", "mean", "var", "native_layer_norm")}


class Moved(TorchDispatchMode):
    """Moves the results of PyTorch's own operations by about their last digit."""

    def __init__(self, seed: int):
        super().__init__()
        self.random = np.random.default_rng(seed)

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if "_backward" in function._schema.name or function._schema.name in SUMS:   # where they cancel, rounding of the terms remains
            args = tuple(self.copied(x) for x in args)
        result = function(*args, **(kwargs or {}))
        for said, x in zip(function._schema.returns, result if isinstance(result, tuple) else [result], strict=False):
            if said.alias_info is None or said.alias_info.is_write:
                self.move(x)
        return result

    def copied(self, x: Any) -> Any:
        if isinstance(x, torch.Tensor) and x.dtype.is_floating_point and x.layout == torch.strided:
            x = x.clone()
            self.move(x)
        return x

    def move(self, x: Any) -> None:
        if isinstance(x, torch.Tensor) and x.dtype.is_floating_point and x.layout == torch.strided and 0 not in x.stride():
            moved = 1 + torch.finfo(x.dtype).eps * self.random.integers(-2, 3, tuple(x.shape))
            x.data.mul_(torch.from_numpy(np.asarray(moved)).to(x.dtype))


def unstable(lines: list[str], found: Different, prelude: str) -> bool:
    """Whether PyTorch's own result moves as far when its last digits do."""
    trials = []
    inner = any(word in line for line in lines for word in ("func.", "batched", "vectorize"))      # transforms crash within a mode
    for seed in range(TRIALS):
        torch.set_default_dtype(torch.float32)
        run = Run(torch, prelude)
        moved = Moved(seed)
        for k, line in enumerate(lines[:found.line + 1]):
            with contextlib.nullcontext() if inner else moved:
                value = run.follow(line)
            if inner and k < found.line:
                for x in value if isinstance(value, list) else []:
                    moved.move(x)
        seen = [x for _, x in leaves(value, torch)]
        if len(seen) <= found.place or type(seen[found.place]) is not type(found.want):
            return True                                         # another way through the program
        trials.append(seen[found.place])
    if not isinstance(found.want, np.ndarray) or found.want.dtype.kind not in "fc" or found.want.shape != np.shape(found.got):
        return any(differ(found.want, t, 1) for t in trials)
    every = [np.nan_to_num(np.asarray(t)) for t in (*trials, found.want)]
    if any(t.shape != found.got.shape for t in every):
        return found.want.shape == found.got.shape
    middle = np.nan_to_num(found.want)
    room = 8 * np.max([np.abs(t - middle) for t in every], axis=0)
    room = np.maximum(room, room.mean())
    odd = ~np.isfinite(found.got) | ~np.isfinite(found.want)
    met = np.any([np.isfinite(t) == np.isfinite(found.got) for t in (*trials, found.want)], axis=0)
    with np.errstate(invalid="ignore"):
        return bool(np.where(odd, met, np.abs(found.got - middle) <= room).all())


@contextlib.contextmanager
def settings_kept() -> Iterator[None]:
    """Programs may set the default dtype and leave gradients switched off."""
    try:
        yield
    finally:
        for library in (torch, steepest):
            library.set_default_dtype(library.float32)
            library.set_grad_enabled(True)


def agree(lines: list[str], prelude: str = "", floor: float = 0) -> None:
    """Run a program in both libraries; AssertionError with the program and its first line that does not agree.

    `prelude` holds the classes that programs use; numbers below `floor` are compared as if they were that large.
    """
    with contextlib.redirect_stdout(io.StringIO()), settings_kept():
        theirs, mine = Run(torch, prelude), Run(steepest, prelude)
        theirs.other, mine.other = mine, theirs
        for k, line in enumerate(lines):
            want, got = theirs.seen(line), mine.seen(line)
            failed = "backward" in line and isinstance(want[0][1], Exception)
            try:
                same(k, line, want, got, floor)
            except Parted:
                return
            except Different as problem:
                if unstable(lines, problem, prelude):
                    return
                told = "\n".join(f"{'>>> ' if i == k else '    '}{text}" for i, text in enumerate(lines[:k + 1]))
                raise AssertionError(f"{line}\n    {problem}\nin\n{told}") from None
            if failed:
                return                                          # how far either came is not promised


def same(k: int, line: str, want: list[Any], got: list[Any], floor: float) -> None:
    for place, ((path, w), (other, g)) in enumerate(zip(want, got, strict=False)):
        if path != other:
            raise Different(k, place, path, path, other)
        if isinstance(w, EOFError) or isinstance(w, Exception) and any(words in str(w) for words in UNMEANT):
            raise Parted
        if isinstance(w, Exception) and any(words in str(w) for words in ALLOWED_HERE):
            raise Parted
        if differ(w, g, digits_of(line), floor):
            raise Different(k, place, path, w, g)
    if len(want) != len(got):
        raise Different(k, 0, "leaves", [p for p, _ in want], [p for p, _ in got])
