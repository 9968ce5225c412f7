"""Whether two results differ by rounding alone: PyTorch's own results where its last digits are moved.

Some programs magnify their last digits until nothing is left. A difference counts unless PyTorch shows it, too, when each of its
operations that rounds in its own way (exp, division, sums; not +, views, comparisons) is moved by about its last digit: `Moved`.
"""

import re
from typing import Any

import numpy as np
import torch

ERRORS = (RuntimeError, IndexError, TypeError, ValueError, ZeroDivisionError, AttributeError)
CONVERTED = re.compile(r"(t\d+)\.to\(torch\.(\w+)\)|t\d+\.copy_\((.*)\)|t\d+\.__setitem__\(key\[.*\], (.*)\)")
INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)


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


class Different(AssertionError):
    """Two results whose elements differ; `place` is the index of a tensor and whether it is its gradient that differs."""

    def __init__(self, said: str, want: Any, got: Any, place: tuple[int, bool]):
        super().__init__(said)
        self.want, self.got, self.place = want, got, place


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
            far = torch.from_numpy(np.asarray(self.random.uniform(-2, 2, tuple(target.shape)))) * torch.finfo(torch.float32).eps
            target.data.add_((target.double() * far).round().to(target.dtype))
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
    """Whether numbers lie where the trials do, with room for eight times their spread, and what is not finite is so in some trial.

    An infinity may also be very large there: what a divisor of nearly zero gives.
    """
    with np.errstate(all="ignore"):
        every = np.concatenate([trials, want[None]])
        finite = np.isfinite(every)
        numbers = np.where(finite, every, 0)
        low, high = np.where(finite, every, np.inf).min(0), np.where(finite, every, -np.inf).max(0)
        room = 8 * (high - low) + 1e-6 * np.abs(numbers).max(0) + least
        inside = np.isfinite(got) & finite.any(0) & (got >= low - room) & (got <= high + room)
        met = ((every == got) | (np.isnan(every) & np.isnan(got))).any(0) | (np.isinf(got) & (np.abs(numbers).max(0) > 1e6))
        return bool((inside | met).all())
