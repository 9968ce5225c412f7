"""A run as the rules see it: what was watched, the program's text, how the loss went, and replays where they are possible."""

from __future__ import annotations

import ast
import linecache
import math
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from steepest.diagnose.frames import Line
from steepest.diagnose.seen import Observation, OptimizerSeen, Site
from steepest.diagnose.source import Edit, Source, argument, called
from steepest.diagnose.watcher import Watcher

if TYPE_CHECKING:
    from steepest.diagnose.replay import Replays

__all__ = ["Run"]

Array = np.ndarray[Any, Any]
OPTIMIZERS = {"SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop", "LBFGS", "SparseAdam",
              "Adafactor", "Muon"}


class Copies(Protocol):
    """Trains from the start again with another learning rate, where the program itself cannot be run again."""

    def losses(self, inputs: Any, target: Any, rate: float, passes: int) -> Any: ...


class Run:
    """One finished (or broken off) run."""

    def __init__(self, watcher: Watcher, source: Source | None = None, error: BaseException | None = None,
                 replays: Replays | None = None, copies: Copies | None = None):
        self.watcher, self.source, self.error, self.replays, self.copies = watcher, source, error, replays, copies
        self.sources: dict[str, Source] = {}
        if source is not None:
            self.sources[source.path] = source

    # the program's text

    def source_of(self, file: str) -> Source | None:
        """The text of a file of the user's."""
        if file not in self.sources and file and Path(file).is_file():
            self.sources[file] = Source.of(Path(file))
        return self.sources.get(file)

    def quoted(self, line: Line) -> str:
        """A line of the program, without its indentation."""
        source = self.source_of(line[0])
        return source.line(line[1]) if source is not None else linecache.getline(*line).strip()

    # how the loss went

    @cached_property
    def site(self) -> Site | None:
        """The place whose `backward()` is the training; None where several share the work (a GAN)."""
        sites = list(self.watcher.sites.values())
        total = sum(len(s.losses) for s in sites)
        return next((s for s in sites if len(s.losses) >= 0.9 * total), None)

    @cached_property
    def losses(self) -> Array:
        """The training loss of every pass."""
        return np.array(self.site.losses) if self.site is not None else np.empty(0)

    @cached_property
    def observations(self) -> list[Observation]:
        """The observed passes of the training."""
        site = self.site
        return [o for o in self.watcher.observations if site is not None and o.site == site.line]

    @cached_property
    def whole_batch(self) -> bool:
        """Whether every pass saw the same rows."""
        first = self.observations[:12]
        targets = [o.seen.target for o in first if o.seen is not None and o.seen.target is not None]
        inputs = [o.inputs for o in first if o.inputs is not None]
        pairs = [(x, same[0]) for same in (targets, inputs) for x in same]
        return all(x.shape == y.shape and np.array_equal(x, y, equal_nan=x.dtype.kind == "f") for x, y in pairs)

    @cached_property
    def scale(self) -> float:
        """The loss over the loss per term (the number of terms where it is a sum)."""
        ratios = [o.loss / o.seen.value for o in self.observations if o.seen is not None and o.seen.value and o.seen.paths == 1
                  and math.isfinite(o.seen.value) and math.isfinite(o.loss)]
        return float(np.median(ratios)) if ratios else 1.0

    @cached_property
    def base(self) -> float | None:
        """The loss of the best constant answer, in the program's own scale, over the rows of the first passes."""
        from steepest.diagnose.reading import best_constant

        seen = [o.seen for o in self.observations[:12] if o.seen is not None and o.seen.target is not None]
        if not seen or any(s.target.shape[1:] != seen[0].target.shape[1:] or not s.target.ndim for s in seen):  # type: ignore[union-attr]
            return None
        targets = [s.target for s in (seen[:1] if self.whole_batch else seen)]
        base = best_constant(seen[0].kind, np.concatenate(targets))  # type: ignore[arg-type]
        return base * self.scale if base is not None and math.isfinite(base) else None

    def mean_loss(self, first: float, last: float) -> float:
        """The mean over a stretch of the run, as shares of its length."""
        n = len(self.losses)
        part = self.losses[int(first * n): max(int(first * n) + 1, math.ceil(last * n))]
        return float(part.mean()) if len(part) else math.nan

    @cached_property
    def start(self) -> float:
        """The loss at the start: of the first pass, or of the first few where they see different rows."""
        return float(self.losses[0] if self.whole_batch else self.losses[: max(1, min(10, len(self.losses) // 10))].mean())

    @cached_property
    def end(self) -> float:
        """The loss at the end: a mean over the last tenth."""
        return float(self.losses[-1]) if self.whole_batch and len(self.losses) else self.mean_loss(0.9, 1.0)

    @cached_property
    def moved(self) -> float:
        """How far the parameters went in the run, as a share of their size."""
        seen = [leaf for leaf in self.watcher.leaves.values() if leaf.passes > 1]
        way = sum(float(((leaf.tensor.array.reshape(-1)[: len(leaf.first)].astype(float) - leaf.first) ** 2).sum()) for leaf in seen)
        size = sum(float((leaf.first.astype(float) ** 2).sum()) for leaf in seen)
        return math.sqrt(way / size) if size else math.inf

    @cached_property
    def learnt(self) -> float:
        """The share of the best constant answer's loss (else of the first loss) that the training took away."""
        if not len(self.losses) or not math.isfinite(self.end):
            return 0.0
        reference = self.base if self.base is not None and self.base > 0 else self.start
        return 1 - self.end / reference if reference > 0 else float(self.end < self.start)

    @cached_property
    def targets(self) -> Array | None:
        """The targets of the first passes."""
        found = [o.seen.target for o in self.observations[:12] if o.seen is not None and o.seen.target is not None and o.seen.target.ndim]
        if not found or any(t.shape[1:] != found[0].shape[1:] for t in found):
            return None
        return found[0] if self.whole_batch else np.concatenate(found)

    @cached_property
    def inputs(self) -> Array | None:
        """The model's inputs in the first passes, `(N, *)`."""
        found = [o.inputs for o in self.observations[:12] if o.inputs is not None]
        if not found or any(x.shape[1:] != found[0].shape[1:] for x in found):
            return None
        return found[0] if self.whole_batch else np.concatenate(found)

    # optimizers and their learning rates

    @cached_property
    def optimizer(self) -> OptimizerSeen | None:
        """The optimizer where there is one that steps."""
        stepping = [o for o in self.watcher.optimizers.values() if o.steps]
        return stepping[0] if len(stepping) == 1 else None

    @cached_property
    def constructor(self) -> tuple[Source, Any] | None:
        """The call that made the optimizer, and the file in which it stands."""
        seen = self.optimizer
        source = self.source_of(seen.line[0]) if seen is not None else None
        if seen is None or source is None:
            return None
        calls = list(source.calls_of(type(seen.of).__name__, line=seen.line[1]))
        calls = calls or [c for c in source.calls if called(c) in OPTIMIZERS and c.lineno == seen.line[1]]
        return (source, calls[0]) if calls else None

    def rate(self) -> tuple[float, Any, Source | None] | None:
        """The learning rate: its value, the number in the program's text, and the file, both None where the text is not at hand."""
        found = self.constructor
        if found is None and self.optimizer is not None and isinstance(self.optimizer.of.defaults.get("lr"), (int, float)):
            return float(self.optimizer.of.defaults["lr"]), None, None
        if found is not None:
            source, call = found
            node = argument(call, "lr", 1)
            if node is None:
                assert self.optimizer is not None
                value = self.optimizer.of.defaults.get("lr")
                return (float(value), call, source) if isinstance(value, (int, float)) else None
            return _number(node, source)
        if self.optimizer is not None or self.source is None or self.site is None:
            return None
        for product in ast.walk(self.source.tree):     # w -= lr * w.grad, and its many spellings
            if isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult):
                sides = (product.left, product.right)
                for side, other in (sides, sides[::-1]):
                    if any(isinstance(n, ast.Attribute) and n.attr == "grad" for n in ast.walk(other)):
                        number = _number(side, self.source)
                        if number is not None:
                            return number
        return None

    def rate_changed(self, factor: float) -> tuple[Edit, float, float] | None:
        """The program with another learning rate: the change, the value before and after."""
        found = self.rate()
        if found is None:
            return None
        before, node, source = found
        if not before > 0 or source is None:
            return None
        after = rounded(before * factor)
        edit = Edit(source)
        if isinstance(node, ast.Call):
            edit.set_argument(node, "lr", f"{after:g}", 1)
        else:
            edit.replace(node, f"{after:g}")
        return edit, before, after


def _number(node: Any, source: Source) -> tuple[float, Any, Source | None] | None:
    """A number in the program's text, also by way of a name that is given one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return float(node.value), node, source
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
    if name is None:
        return None
    for other in ast.walk(source.tree):
        targets = other.targets if isinstance(other, ast.Assign) else [other.target] if isinstance(other, ast.AnnAssign) else []
        value = other.value if isinstance(other, (ast.Assign, ast.AnnAssign)) else None
        if any((t.id if isinstance(t, ast.Name) else t.attr if isinstance(t, ast.Attribute) else "") == name for t in targets):
            found = _number(value, source) if isinstance(value, ast.Constant) else None
            if found is not None:
                return found
        if isinstance(other, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = other.args.args
            for a, default in zip(arguments[len(arguments) - len(other.args.defaults):], other.args.defaults):
                if a.arg == name and isinstance(default, ast.Constant):
                    return _number(default, source)
    return None


def rounded(x: float) -> float:
    """A number to two digits, as one would write it."""
    return float(f"{x:.2g}")
