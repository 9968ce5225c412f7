"""Watching a run: what it calls is counted, and now and then one pass is looked at in full. Nothing that the run computes changes.

Every pass costs a few microseconds (the loss is kept, gradients are not touched). The first passes and then ever rarer ones are
looked at: the graph's nodes tell their operation, operands and line while they are made, and statistics are taken from them. A native
loop shows the passes that are to be looked at and tells the losses of the others where a chunk of steps ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.autograd.engine import run_backward
from steepest.compiling.onlooker import Columns, onlookers, tell
from steepest.core.modes import interpreters, modes
from steepest.core.tensor import Tensor
from steepest.diagnose.anomaly import located
from steepest.diagnose.frames import Line, inside, line_at, place_outside, user_line
from steepest.diagnose.looking import FIRST, Looks
from steepest.diagnose.reading import Op, reached
from steepest.diagnose.seams import install
from steepest.diagnose.seen import Evaluation, LoaderSeen, OptimizerSeen, Site
from steepest.optim.optimizer import register_optimizer_step_pre_hook

__all__ = ["EndOfReplay", "Watcher"]

GROWTH = 1.25
"""By this factor later passes that are looked at lie apart: as often in every run, so that the same run gets the same findings."""
LABELS = 300
"""Of so many batches the range of the labels is noted."""
ALARMS = 3
"""So often native steps that came to NaN or infinity are taken back and shown."""
ENDLESS = 1 << 62

Array = np.ndarray[Any, Any]


class EndOfReplay(BaseException):
    """A replay has seen enough; no program catches this by accident."""


class Watcher(Looks):
    """Counts and observations of one run; `start` and `stop` put the hooks in place and take them away."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.next = 0
        self.sites: dict[Any, Site] = {}
        self.begun = self.first_pass = 0.0
        self.evaluations: dict[Line, Evaluation] = {}
        self.modes: dict[tuple[bool, bool], Line] = {}          # of the running pass: (with gradients, training)
        self.mode_passes = {"train": 0, "eval-only": 0, "predicting-in-training": 0}
        self.mode_lines: dict[str, Line] = {}
        self.loaders: list[LoaderSeen] = []
        self.loader: LoaderSeen | None = None                   # the one whose pass began last
        self.labels: list[tuple[float, float, int]] = []        # smallest, largest and count of early batches
        self.first_bad: int | None = None
        self.bad_leaves: list[str] = []                         # parameters that were not finite before the first such loss
        self.broken: BaseException | None = None
        self.original: Callable[..., Any] = run_backward
        self.shapes: list[tuple[tuple[int, ...], tuple[int, ...], Line]] = []
        self.probes: dict[int, Callable[[Watcher, Tensor], None]] = {}
        self.limit: int | None = None
        self.until: Callable[[float], bool] | None = None       # of the loss: a replay ends where it holds
        self.plain_loops = False                                # every step is to be seen
        self.hidden = False                                     # compiled functions hide their operations
        self.push: list[tuple[Tensor, Array]] = []              # to be added to leaves after the running pass
        self.last_ops: list[Op] = []
        self.warned: list[tuple[str, Line]] = []
        self._alarms = self._settled = 0
        self._labels_of: tuple[int, int] | None = None
        self._loss_lines: dict[tuple[int, int], Evaluation] = {}
        self._step_hook: Any = None
        self._restore: list[Callable[[], None]] = []

    # hooks ------------------------------------------------------------------------------------------------------------------------

    def start(self) -> Watcher:
        """Put the hooks in place; one watcher at a time."""
        self.begun = self.first_pass = time.perf_counter()
        self._step_hook = register_optimizer_step_pre_hook(self.before_step)
        self._restore = install(self)
        onlookers.append(self)
        self.noting.turn(True)
        return self

    def stop(self) -> None:
        """Take the hooks away."""
        self.last_ops = list(self.noting.ops)
        self.noting.turn(False)
        if self._step_hook is not None:
            self._step_hook.remove()
            self._step_hook = None
        while self._restore:
            self._restore.pop()()
        onlookers.remove(self)

    # the passes -------------------------------------------------------------------------------------------------------------------

    def backward(self, outputs: Any, gradients: Any, inputs: Any, keep: bool, create: bool) -> Any:
        """A backward pass of the program, in the place of the engine's function."""
        if inputs is not None:
            return self.original(outputs, gradients, inputs, keep, create)
        number = self.noting.pass_number = self.count
        self.count = number + 1
        root = outputs[0]
        frame, key = place_outside(2)
        site = self.sites.get(key)
        if site is None:
            site = self._site(frame.f_code, frame.f_lasti)
        value = _number(root.array)
        site.losses.append(value)
        if value - value != 0 and self.first_bad is None and root.array.size == 1:
            self.first_bad = number
            self._guarded(self._locate, root, number, site)
        if interpreters:
            tell(("pass", frame.f_code, frame.f_lasti), root)
        if self.modes:
            self._count_modes()
        looked = number >= self.next
        if not looked and number + 1 < self.next and not self.probes and self.limit is None:
            return self.original(outputs, gradients, inputs, keep, create)
        if not number:
            self.first_pass = time.perf_counter()
        if looked:
            self._guarded(self._before, number, root, frame, site, value)
        probe = self.probes.get(number)
        if probe is not None:
            probe(self, root)
        result = self.original(outputs, gradients, inputs, keep, create)
        while self.push:
            leaf, by = self.push.pop()
            leaf.array[...] += by
        if looked:
            for seen in self.optimizers.values():
                seen.backwards += 1
            self._guarded(self.look_after)
            self.next = self._next_looked(number)
        elif number + 1 >= self.next:
            self.gap = True
        self._note_next(number + 1 >= self.next)
        if self.limit is not None and (self.count >= self.limit or self.until is not None and self.until(value)):
            raise EndOfReplay
        return result

    def _site(self, code: Any, place: int) -> Site:
        """What is known of a call of `backward()`, begun where it is new."""
        key = id(code), place
        if key not in self.sites:
            self.sites[key] = Site(line_at(code, place), code=code)
        return self.sites[key]

    def _evaluation(self, code: Any, place: int) -> Evaluation:
        """What is known of a call of a loss function, begun where it is new; calls on one line are one."""
        key = id(code), place
        if key not in self._loss_lines:
            line = line_at(code, place)
            self._loss_lines[key] = self.evaluations.setdefault(line, Evaluation(line, code))
        return self._loss_lines[key]

    def _note_next(self, wanted: bool) -> None:
        """Note the operations of the next pass, or not."""
        noting = self.noting
        if wanted and noting.on:
            noting.ops.clear()
        elif wanted:
            self.gap = True
            noting.turn(True)
        elif noting.on:
            noting.turn(False)

    def _next_looked(self, number: int) -> int:
        """The pass that is looked at next."""
        if self.noting.finite_only and (self.noting.bad is not None or self.first_bad is not None and self.first_bad < number):
            self.noting.finite_only = False
        return number + 1 if number + 1 < FIRST or self.noting.finite_only else int(number * GROWTH) + 1

    def _guarded(self, look: Callable[..., Any], *given: Any) -> None:
        """Look; whatever goes wrong in looking must not reach the program."""
        if self.broken is None:
            before = modes.grad
            modes.grad = False
            try:
                with np.errstate(all="ignore"):
                    look(*given)
            except Exception as error:
                self.broken = error
            finally:
                modes.grad = before

    def _locate(self, root: Tensor, number: int, site: Site) -> None:
        """Look in the graph for the operation that made the loss NaN or infinite, or for parameters that were so before."""
        if self.noting.bad is not None or self.noting.finite_only:
            return
        below, leaves = reached(root)
        if self.noting.on:
            self.lines = self.lines_of([op for op in self.noting.ops if id(op.node) in below])
        self.bad_leaves = [self.names.get(id(x), "") for x in leaves if not np.isfinite(x.array).all()]
        if not self.bad_leaves:
            self.noting.bad = located(root, number, self.lines, site.line)

    def _before(self, number: int, root: Tensor, frame: Any, site: Site, value: float) -> None:
        if self.loader is not None:
            self.loader.trains = True
        loss = self.look_before(number, root, frame, site, value)
        if loss is not None:
            self.mode_lines.setdefault("loss", loss.line)

    def _count_modes(self) -> None:
        """What Dropout and BatchNorm were told in the pass that ends here."""
        seen = self.modes
        if (True, True) in seen:
            self.mode_passes["train"] += 1
        elif (True, False) in seen and self.mode_passes["train"]:
            self.mode_passes["eval-only"] += 1
            self.mode_lines.setdefault("eval-only", seen[True, False])
        if (False, True) in seen:
            self.mode_passes["predicting-in-training"] += 1
            self.mode_lines.setdefault("predicting-in-training", seen[False, True])
        seen.clear()

    # native loops -----------------------------------------------------------------------------------------------------------------

    def ahead(self, keys: list[Any]) -> int:
        """How many native steps, with as many passes each as there are keys of passes, may go by before one is to be seen."""
        passes = sum(key[0] == "pass" for key in keys)
        if not passes:
            return ENDLESS
        wanted = min([self.next, *(n for n in self.probes if n >= self.count), *([self.limit - 1] if self.limit is not None else [])])
        if wanted - self.count < passes:            # the step with that pass is seen, and so its operations must be noted
            if self.next <= self.count + passes - 1:
                self._note_next(True)
            return 0
        return (wanted - self.count) // passes

    def admit(self, columns: Columns) -> int:
        """How many native steps may stand: those before the one in front of the first loss that is not finite."""
        losses, n = [values for key, values in columns if key[0] == "pass"], len(columns[0][1])
        if not losses or self.first_bad is not None or self._alarms >= ALARMS:
            return n
        bad = np.logical_or.reduce([~np.isfinite(values) for values in losses])
        if not bad.any():
            return n
        self._alarms += 1
        allowed = max(0, int(bad.argmax()) - 1)
        self.next, self.noting.finite_only = self.count + allowed * len(losses), True
        return allowed

    def told(self, columns: Columns) -> None:
        """Native steps have gone by: their losses, and those of evaluations, in the order of a step."""
        n, passes = len(columns[0][1]), [(key, values) for key, values in columns if key[0] == "pass"]
        each, place = len(passes), 0
        for key, values in columns:
            if key[0] == "pass":
                place += 1
            elif key[0] == "evaluation":
                seen = self._evaluation(key[1], key[2])
                seen.values.extend(values.tolist())
                seen.passes.extend(range(self.count + place, self.count + place + n * each, each) if each else [self.count] * n)
                seen.weights.extend([key[3]] * n)
                seen.without_grad += n
        if passes:
            self._passed(passes)
        self.count += n * each
        self.gap = self.gap or each > 0

    def _passed(self, passes: Columns) -> None:
        """Passes have gone by: a column for each of a step."""
        bad = np.flatnonzero(~np.isfinite(np.stack([values for _, values in passes], 1)))
        if len(bad) and self.first_bad is None:
            self.first_bad = self.count + int(bad[0])
        for key in dict.fromkeys(key for key, _ in passes):
            losses = np.stack([values for other, values in passes if other == key], 1).astype(np.float64).ravel()
            last = None if self.until is None else next((k for k, loss in enumerate(losses.tolist()) if self.until(loss)), None)
            self._site(key[1], key[2]).losses.frombytes(losses[: None if last is None else last + 1].tobytes())
            if last is not None:
                raise EndOfReplay

    # optimizers -------------------------------------------------------------------------------------------------------------------

    def optimizer(self, of: Any) -> OptimizerSeen:
        """What is known of an optimizer, begun where it is new."""
        seen = self.optimizers.get(id(of))
        if seen is None:
            seen = self.optimizers[id(of)] = OptimizerSeen(of, user_line(2))
            if self._step_hook is None:
                self._step_hook = register_optimizer_step_pre_hook(self.before_step)
        return seen

    def before_step(self, of: Any, args: Any, kwargs: Any) -> None:
        """An optimizer is about to step."""
        seen = self.optimizers.get(id(of)) or self.optimizer(of)
        if not seen.steps:
            seen.step_line = user_line(2)
        self._guarded(self._see_step, seen)
        seen.steps += 1
        # After its first steps nothing is to be learnt from an optimizer that works.
        if self._step_hook is not None and all(o.steps >= FIRST and o.empty < o.observed for o in self.optimizers.values()):
            self._step_hook.remove()
            self._step_hook = None

    def _see_step(self, seen: OptimizerSeen) -> None:
        gradients = [p._grad for p in seen.parameters()]
        seen.observed += 1
        if all(g is None for g in gradients):
            seen.empty += 1
        elif seen.steps and seen.backwards and seen.known:
            if seen.cleared:
                seen.clean += 1
            else:
                seen.carried += 1
        seen.cleared, seen.backwards, seen.known = False, 0, False

    # losses, modes, loaders -------------------------------------------------------------------------------------------------------

    def loss_called(self, prediction: Any, target: Any, result: Any) -> None:
        """A loss function gave a result. Where all came from one line of the training so far, one of eight is asked where it comes from."""
        if self._settled and modes.grad:
            self._settled += 1
            if self._settled & 7:
                return
        frame, key = place_outside(2)
        seen = self._loss_lines.get(key)
        if seen is None:
            seen = self._evaluation(frame.f_code, frame.f_lasti)
        elif seen.trained and modes.grad and len(self.labels) >= LABELS:
            self._settled = int(len(self.evaluations) == 1)
            return
        seen.trained = seen.line in self.trained_lines
        rows = prediction.array.shape[0] if prediction.array.ndim else 1
        if isinstance(result, Tensor) and result.array.size == 1:
            seen.values.append(_number(result.array))
            seen.passes.append(self.count)
            seen.weights.append(rows)
            if not modes.grad:
                tell(("evaluation", frame.f_code, frame.f_lasti, rows), result)
        if isinstance(target, Tensor) and prediction.array.shape != target.array.shape and len(self.shapes) < 20:
            self.shapes.append((prediction.array.shape, target.array.shape, seen.line))
        if not modes.grad:
            seen.without_grad += 1
        elif len(self.labels) < LABELS and isinstance(target, Tensor):
            key = id(target.array), target._version_count
            if key == self._labels_of:                          # all rows again
                self.labels.append(self.labels[-1])
            else:
                self._labels_of = key
                self._guarded(self._see_labels, target)

    def _see_labels(self, target: Tensor) -> None:
        t = target.array
        labels = t.ndim and t.size == len(t) and len(t) >= 4
        self.labels.append((float(t.min()), float(t.max()), len(t)) if labels else (0.0, 1.0, 0))

    def mode_called(self, training: bool) -> None:
        """Dropout or BatchNorm ran."""
        key = modes.grad, bool(training)
        if key not in self.modes and not (key == (False, True) and inside("update_bn")):
            self.modes[key] = user_line(3)

    def loader_started(self, loader: Any) -> None:
        """A pass through a loader begins."""
        self.loader = next((seen for seen in self.loaders if seen.of is loader), None)
        if self.loader is None and len(self.loaders) < 8:
            self.loader = LoaderSeen(loader, user_line(3))
            self.loaders.append(self.loader)

    def chunk(self, step: int, losses: Any) -> None:
        """A loop of another kind has come to `step`; what its steps since the last call had as losses."""
        values = np.asarray(losses, np.float64).reshape(-1)
        site = self.sites.setdefault("native", Site(user_line(3)))
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad) and self.first_bad is None:
            self.first_bad = step - len(values) + int(bad[0])
        site.losses.frombytes(values.tobytes())
        self.count = max(self.count, step)


def _number(array: Array) -> float:
    """The one element of an array as a float; NaN where there are several."""
    value = array.item() if array.size == 1 else float("nan")
    return value if type(value) is float else float(value.real)
