"""Trace: one iteration of a loop, run by Python and recorded: its operations, what it did beside them, how it left Python's objects."""

import types
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.compiling.numbers import TracedFloat, TracedInt, expression_of, plain, traced, tracers
from steepest.compiling.places import Path, TooLarge, Walk
from steepest.compiling.watching import Line, Watch, outside_state
from steepest.core import dtype as dtypes
from steepest.core.generator import default_generator
from steepest.core.modes import interpreters, modes
from steepest.core.recorder import Access, Recorder, user_line
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.ops import arithmetic, views

__all__ = ["Effect", "Escape", "LoopRecorder", "Trace", "escaped"]

OPERATIONS = {"add": arithmetic.add, "sub": arithmetic.sub, "mul": arithmetic.mul, "truediv": arithmetic.div, "pow": arithmetic.power_tensor,
              "mod": arithmetic.remainder, "floordiv": arithmetic.floor_divide}
TRACED = (TracedFloat, TracedInt)


class Escape:
    """Why an iteration must be seen by Python: a row of texts, with the line."""

    __slots__ = ("key", "line", "values")

    def __init__(self, key: str, line: Line | None, **values: Any):
        self.key, self.line, self.values = key, line, values


class Effect:
    """What an iteration does for the user with values of its own: `record` keeps them, `emit` hands them to a function, `grow`
    appends them to a list."""

    __slots__ = ("kind", "target", "values")

    def __init__(self, kind: str, target: Any, values: tuple[Any, ...]):
        self.kind, self.target, self.values = kind, target, values


class LoopRecorder(Recorder):
    """A recorder that also follows Python's numbers; see `steepest.compiling.numbers`."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step
        self.conditions: list[tuple[Any, bool]] = []
        self.escapes: list[Escape] = []
        self.effects: list[Effect] = []
        self.steps: Storage | None = None
        self._step_tensor: Tensor | None = None

    # what happens to numbers

    def number(self, x: Tensor, value: Any) -> Any:
        kind = type(value)
        if kind is not float and kind is not int:
            self.read(x)
            return value
        return traced(value, self, self._held(x.detach().reshape(()), dtypes.float64 if kind is float else dtypes.int64))

    def _held(self, x: Tensor, of: dtypes.dtype) -> Tensor:
        """A copy that later writes do not change."""
        return arithmetic.clone(x, to=of) if x.dtype is of else arithmetic.cast(x, to=of)

    def entering(self, value: Any) -> Any:
        """A number that the iteration before left, as one of this recording; with the tensor whose content the iteration reads."""
        of = dtypes.float64 if type(value) is float else dtypes.int64
        return traced(value, self, fresh(np.array(value, of.numpy), of))

    def counter(self, value: int, expression: Any) -> Any:
        """A number that follows from the step."""
        return traced(value, self, None, expression)

    def tensor_of(self, number: Any) -> Tensor:
        if number.tensor is None:
            number.tensor = self._computed_tensor(number.expression)
        result: Tensor = number.tensor
        return result

    def _computed_tensor(self, expression: Any) -> Any:
        if not isinstance(expression, tuple):
            return expression
        if len(expression) == 1:
            if self._step_tensor is None:
                self._step_tensor = fresh(np.array(self.step, np.int64), dtypes.int64)
                self.steps = self._step_tensor.storage_cell
            return self._step_tensor
        name, a, b = expression
        return self._operation(name, self._computed_tensor(a), self._computed_tensor(b))

    def _operation(self, name: str, a: Any, b: Any) -> Tensor:
        """Python's arithmetic on 0-dim tensors: int64 stays int64 but in divisions and powers, all else is float64."""
        kinds = [x.dtype is dtypes.int64 if isinstance(x, Tensor) else isinstance(x, int) for x in (a, b)]
        whole = all(kinds) and name not in ("truediv", "pow")
        of = dtypes.int64 if whole else dtypes.float64
        with eager_gradients_off():
            x, y = (v if not isinstance(v, Tensor) or v.dtype is of else arithmetic.cast(v, to=of) for v in (a, b))
            if name == "pow" and not isinstance(y, Tensor):
                return arithmetic.power(x, float(y))
            x, y = (v if isinstance(v, Tensor) else whole and int(v) or (0 if whole else float(v)) for v in (x, y))
            return OPERATIONS[name](x, y)

    def computed(self, name: str, value: Any, a: Any, b: Any) -> Any:
        ea, eb = expression_of(a), expression_of(b)
        if ea is not None and eb is not None:
            return traced(value, self, None, (name, ea, eb))
        if name in ("truediv", "mod", "floordiv") and type(b) in TRACED or name == "pow" and type(b) in TRACED:
            self.escape(b, "divisor")
            return value
        if type(value) is not float and type(value) is not int:
            self.escape(a, "looked at")
            return value
        tensor = self._operation(name, *(self.tensor_of(x) if type(x) in TRACED else x for x in (a, b)))
        return traced(value, self, tensor)

    def condition(self, condition: Any, outcome: bool) -> None:
        self.conditions.append((condition, outcome))

    def escape(self, number: Any, how: str) -> None:
        self.escapes.append(Escape("loop-number", user_line(), value=plain(number)))

    # what happens to tensors

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if primitive.form != "composite":
            if any(type(x) in TRACED for x in operands):
                operands = self._with_tensors(primitive, operands)
            if primitive.form == "fill" and type(params["value"]) in TRACED:
                value = arithmetic.cast(self.tensor_of(params["value"]), to=params["dtype"])
                return arithmetic.clone(views.expand(value, shape=tuple(params["shape"])), to=params["dtype"])
            for name, value in params.items():
                if type(value) in TRACED:
                    self.escape(value, "parameter")
                    params = {**params, name: plain(value)}
        return super().bind(primitive, operands, params)

    def _with_tensors(self, primitive: Any, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """The operands with traced numbers as 0-dim tensors of the dtype that the operation computes in."""
        if primitive.form != "map":
            for x in operands:
                if type(x) in TRACED:
                    self.escape(x, "operand")
            return tuple(plain(x) for x in operands)
        tags = tuple((x.dtype if x.array.ndim else x.dtype.scalar) if isinstance(x, Tensor) else type(plain(x)) for x in operands)
        compute, _ = primitive.types(tags)
        out = []
        for x in operands:
            if type(x) in TRACED:
                held = self.tensor_of(x)
                x = held if not isinstance(held, Tensor) or held.dtype is compute else arithmetic.cast(held, to=compute)
            out.append(x)
        return tuple(out)


class eager_gradients_off:
    """No graph inside; without the interpreters' being told."""

    def __enter__(self) -> None:
        self.before, modes.grad = modes.grad, False

    def __exit__(self, *problem: Any) -> None:
        modes.grad = self.before


class Trace:
    """An iteration that is being recorded from `start` to `finish`.

    `changing` are paths of numbers that iterations leave for the next one: they are followed. `walk_now` walks from the loop's names.
    """

    def __init__(self, step: int, frame: types.FrameType, walk_now: Callable[[Watch | None], Walk], changing: set[Path]):
        self.step, self.frame, self.walk_now, self.changing = step, frame, walk_now, changing
        self.recorder = LoopRecorder(step)
        self.watch = Watch()
        self.streams: list[Storage] = []
        self.entered: dict[Path, Any] = {}
        self.problem: Escape | None = None
        self.finished = False

    def start(self) -> None:
        """Begin: note where everything is, follow the numbers, listen. The caller then makes the item of the iteration."""
        self.state = default_generator.get_state()
        self.outside = outside_state()
        try:
            self.before = self.walk_now(None)
        except TooLarge:
            self.before, self.problem = Walk(), Escape("loop-too-large", None)
        for path in self.changing:
            place, found = self.before.places.get(path), self.before.values.get(path)
            if place is not None and found is not None and found[0] in (int, float) and place.settable and place.kind != "fixed":
                number = self.recorder.entering(found[1] if found[0] is int else float(found[1]))
                if type(number) in TRACED:
                    self.entered[path] = number
                    place.put(number)
        self.before.storages = storages(self.before)
        interpreters.append(self.recorder)
        tracers.append(self.recorder)
        self.watch.start()

    def finish(self) -> None:
        """The iteration is over: stop listening, look where everything is now, make traced numbers plain again."""
        self.stop()
        try:
            self.after = self.walk_now(self.watch)
        except TooLarge:
            self.after, self.problem = Walk(), Escape("loop-too-large", None)
        self.numbers = {}
        for path, (kind, value) in [(p, v) for p, v in self.after.values.items() if v[0] in TRACED]:
            self.numbers[path] = value
            bare = plain(value)
            self.after.values[path] = (type(bare), repr(bare) if type(bare) is float and (bare != bare or bare == 0) else bare)
            place = self.after.places[path]
            if place.settable and place.kind != "fixed":
                place.put(bare)
        self.after.storages = storages(self.after)
        self.finished = True

    def stop(self) -> None:
        """Stop listening."""
        if self.recorder in interpreters:
            self.watch.stop()
            interpreters.remove(self.recorder)
            tracers.remove(self.recorder)

    def abandon(self) -> None:
        """The iteration was left in its midst: nothing of it is kept, numbers become plain."""
        if not self.finished:
            self.finish()


def storages(found: Walk) -> dict[Storage, Path]:
    """The first path to each storage."""
    result: dict[Storage, Path] = {}
    for path, x in found.tensors.items():
        result.setdefault(x.storage_cell, path)
    return result


def escaped(trace: Trace) -> Escape | None:
    """The first reason for which iterations like this one must be seen; None where they may go unseen."""
    r = trace.recorder
    if trace.problem is not None:
        return trace.problem
    if r.reads:
        return Escape("loop-read", r.reads[0][1])
    if r.escapes:
        return r.escapes[0]
    if trace.watch.effects:
        line, what = trace.watch.effects[0]
        return Escape("loop-effect", line, what=what)
    if trace.watch.mathematics and trace.numbers:
        line, what = trace.watch.mathematics[0]
        return Escape("loop-effect", line, what=what)
    if trace.before.iterators or trace.after.iterators:
        return Escape("loop-iterator", None, name=trace.after.iterators[0][0] if trace.after.iterators else trace.before.iterators[0][0])
    if outside_state() != trace.outside:
        return Escape("loop-random", None)
    draws = any(e.primitive.form == "random" for e in r.equations)
    if not draws and not np.array_equal(default_generator.get_state(), trace.state):
        return Escape("loop-random", None)
    return None


def accesses(trace: Trace, x: Tensor) -> Access:
    """How a tensor sees its storage at the end of the iteration."""
    r = trace.recorder
    size = x.array.itemsize
    return Access(r.current.get(x.storage_cell) or r.content(x), x.storage_cell.offset(x.array), x.array.shape,
                  tuple(s // size for s in x.array.strides))


