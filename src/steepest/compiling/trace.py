"""Trace: one iteration of a loop, run by Python and recorded: its operations, what it did beside them, how it left Python's objects."""

import types
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.compiling.events import Event, hosts_of
from steepest.compiling.lent import Lent
from steepest.compiling.numbers import FLOATS, NUMBERS, STEP, WIDE, TracedFloat, TracedInt, expression_of, plain, settled, traced, tracers
from steepest.compiling.places import Path, TooLarge, Walk, compared, layout_of
from steepest.compiling.watching import Line, Watch, outside_state
from steepest.compiling.windows import Windows, settle_storage
from steepest.core import dtype as dtypes
from steepest.core.generator import default_generator
from steepest.core.modes import interpreters, modes, no_graph
from steepest.core.recorder import Recorder, paused, user_line
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.ops import arithmetic, views

__all__ = ["Effect", "Escape", "LoopRecorder", "Trace", "escaped"]

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": arithmetic.add, "sub": arithmetic.sub, "mul": arithmetic.mul, "truediv": arithmetic.div,
    "pow": arithmetic.power_tensor, "mod": arithmetic.remainder, "floordiv": arithmetic.floor_divide,
    "min": lambda a, b: arithmetic.where(arithmetic.lt(b, a), b, a),
    "max": lambda a, b: arithmetic.where(arithmetic.gt(b, a), b, a)}
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
        self.compared: set[Line] = set()
        """The lines where conditions were noted."""
        self.escapes: list[Escape] = []
        self.effects: list[Effect] = []
        self.events: list[Event] = []
        self.lists: dict[Any, list[Any]] = {}
        self.emitted: dict[Any, int] = {}
        """By how many elements functions that the user emits have made lists longer."""
        self.steps: Storage | None = None
        self.bases: dict[Any, Any] = {}
        self.base_tensors: dict[Any, Tensor] = {}
        self.entries: list[Any] = []
        """The numbers with which the iteration began."""
        self.settled: list[tuple[Any, Any]] = []
        """What events change, and what the last event left in it."""
        self._step_tensor: Tensor | None = None
        self.windows = Windows(self)
        self.give_up: Callable[[], None] = lambda: None
        """What is done where the iteration must be seen anyway: the rest of it need not be recorded."""

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
        if type(value) is int and abs(value) >= WIDE:
            return value
        of = dtypes.float64 if type(value) in FLOATS else dtypes.int64
        made = traced(value, self, fresh(np.array(value, of.numpy), of))
        if type(made) is TracedInt:
            made.carried = True
        self.entries.append(made)
        return made

    def counter(self, value: Any, expression: Any) -> Any:
        """A number that follows from the step."""
        made = traced(value, self, None, expression)
        self.entries.append(made)
        return made

    def tensor_of(self, number: Any) -> Tensor:
        if number.tensor is None:
            number.tensor = self._computed_tensor(number.expression)
        result: Tensor = number.tensor
        return result

    def _computed_tensor(self, expression: Any) -> Any:
        if not isinstance(expression, tuple):
            return expression
        if expression[0] == "base":
            return self._base_tensor(expression[1])
        if len(expression) == 1:
            if self._step_tensor is None:
                self._step_tensor = fresh(np.array(self.step, np.int64), dtypes.int64)
                self.steps = self._step_tensor.storage_cell
            return self._step_tensor
        name, a, b = expression
        return self._operation(name, self._computed_tensor(a), self._computed_tensor(b))

    def _base_tensor(self, path: Any) -> Tensor:
        """A counter's value at step 0 as a tensor of its own, filled in when native steps begin."""
        if path not in self.base_tensors:
            of = dtypes.float64 if type(self.bases[path]) is float else dtypes.int64
            self.base_tensors[path] = fresh(np.array(self.bases[path], of.numpy), of)
        return self.base_tensors[path]

    def _operation(self, name: str, a: Any, b: Any) -> Tensor:
        """Python's arithmetic on 0-dim tensors: int64 stays int64 but in divisions and powers, all else is float64."""
        kinds = [x.dtype is dtypes.int64 if isinstance(x, Tensor) else isinstance(x, int) for x in (a, b)]
        whole = all(kinds) and name not in ("truediv", "pow")
        of = dtypes.int64 if whole else dtypes.float64
        with no_graph():
            x, y = (v if not isinstance(v, Tensor) or v.dtype is of else arithmetic.cast(v, to=of) for v in (a, b))
            if name == "pow" and not isinstance(y, Tensor):
                return arithmetic.power(x, float(y))
            x, y = (v if isinstance(v, Tensor) else int(v) if whole else float(v) for v in (x, y))
            return OPERATIONS[name](x, y)

    def computed(self, name: str, value: Any, a: Any, b: Any) -> Any:
        ea, eb = expression_of(a), expression_of(b)
        if ea is not None and eb is not None:
            made = traced(value, self, None, (name, ea, eb))
            if type(made) not in TRACED:        # beyond 64 bits
                self.escape(a, "grows")
            return made
        if name in ("truediv", "mod", "floordiv") and type(b) in TRACED or name == "pow" and type(b) in TRACED:
            self.escape(b, "divisor")
            return value
        whole = all(isinstance(x, int) for x in (a, b)) and name not in ("truediv", "pow")
        if type(value) not in ((int,) if whole else FLOATS) or type(value) is int and abs(value) >= WIDE:
            self.escape(a, "looked at")
            return value
        carried = [type(x) is TracedInt and x.carried for x in (a, b)]
        if whole and (all(carried) or any(carried) and name == "mul"):
            self.escape(a, "grows")         # by more than a bounded amount a step, beyond 64 bits
            return value
        tensor = self._operation(name, *(self.tensor_of(x) if type(x) in TRACED else x for x in (a, b)))
        made = traced(value, self, tensor)
        if whole and any(carried):
            made.carried = True
        return made

    def event(self, function: Callable[[], Any], of: Any) -> None:
        """Something that Python does to an object's numbers: done apart from the recording, and done again for every step."""
        if any(isinstance(v, Tensor) for group in of.optimizer.param_groups for v in group.values()):
            self.escapes.append(Escape("loop-rate-tensor", user_line()))
        hosts = hosts_of([(function, of)])
        if self.events and self.changed_since_event() or not self.events and self._computed_in(hosts):
            self.escapes.append(Escape("loop-rate", None))
        with paused(self):
            held = tracers[:]
            tracers.clear()
            try:
                settle(hosts)
                function()
            finally:
                tracers.extend(held)
        self.events.append((function, of))
        self.settled = [(x, x.copy()) for x in hosts_of(self.events)]

    def changed_since_event(self) -> bool:
        """Whether the numbers that events change are no longer what the last event left."""
        return any(x != copy for x, copy in self.settled)

    def _computed_in(self, hosts: list[Any]) -> bool:
        """Whether an iteration has put a number into containers of what events change."""
        return any(type(v) in TRACED and not any(v is e for e in self.entries)
                   for x in hosts for v in (x.values() if isinstance(x, dict) else x))

    def missed(self) -> None:
        """A comparison of a number that had become plain was not noted."""
        self.escapes.append(Escape("loop-compared", user_line()))

    def condition(self, condition: Any, outcome: bool) -> None:
        self.conditions.append((condition, outcome))
        self.compared.add(user_line())

    def escape(self, number: Any, how: str) -> None:
        self.escapes.append(Escape("loop-number", user_line(), value=plain(number)))

    # what happens to tensors

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if (self.reads or self.escapes) and interpreters[-1] is self and not self.windows.made and not self.events:
            self.give_up()
            if interpreters[-1:] != [self]:
                return primitive(*map(plain, operands), **{name: plain(value) for name, value in params.items()})
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

    def write(self, target: Tensor, value: Tensor) -> bool:
        self.windows.write(target, value)
        storage = target.storage_cell
        if self.windows.touches(storage):
            if modes.grad and (target.needs_grad or value.needs_grad):      # autograd goes by where the view lies in this step
                self.escapes.append(Escape("loop-window", user_line()))
            self.windows.written(storage)
        return False

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


def settle(containers: list[Any]) -> None:
    """Make the traced numbers in lists and dictionaries plain."""
    for x in containers:
        for key, value in list(x.items()) if isinstance(x, dict) else enumerate(x):
            bare = settled(value)
            if bare is not value:
                x[key] = bare


class Trace:
    """An iteration that is being recorded from `start` to `finish`.

    `carried` are paths of numbers that iterations leave for the next one: they are followed. `counters` are those among them that
    grow by the same amount in every step, `streamed` those of numbers that host events change. `walk_now` walks from the loop's names.
    """

    def __init__(self, step: int, frame: types.FrameType, walk_now: Callable[[Watch | None], Walk], carried: set[Path],
                 counters: dict[Path, Any], streamed: set[Path]):
        self.step, self.frame, self.walk_now, self.carried, self.counters = step, frame, walk_now, carried, counters
        self.streamed = streamed
        self.recorder = LoopRecorder(step)
        self.watch = Watch()
        self.streams: list[Storage] = []
        self.lent: Lent | None = None
        """The item, if it is the user's own: the iteration works on a copy."""
        self.entered: dict[Path, Any] = {}
        self.began: dict[Path, tuple[Tensor, Storage, tuple[Any, ...], int]] = {}
        self.numbers: dict[Path, Any] = {}
        self.growth: dict[Path, tuple[int, list[Any]]] = {}
        self.problem: Escape | None = None
        self.listening = self.finished = self.cut = False

    def start(self) -> None:
        """Begin: note where everything is, follow the numbers, listen. The caller then makes the item and starts `watch`."""
        self.state = default_generator.get_state()
        self.outside = outside_state()
        self.before = self._walk(None)
        for x in self.before.tensors.values():
            settle_storage(x)
        self.lengths = {path: len(x) for path, x in self.before.lists.items()}
        self.recorder.lists = self.before.lists
        self.began = {path: (x, x.storage_cell, layout_of(x), x.storage_cell.offset(x.array)) for path, x in self.before.tensors.items()}
        for path in self.streamed | self.carried:
            place, found = self.before.places.get(path), self.before.values.get(path)
            if place is not None and found is not None and found[0] in NUMBERS and place.settable:
                value, delta = found[0](found[1]), None if path in self.streamed else self.counters.get(path)
                if delta is None:
                    number = self.recorder.entering(value)
                else:
                    self.recorder.bases[path] = value - delta * self.step
                    base = "base", path
                    number = self.recorder.counter(value, ("add", ("mul", STEP, delta), base) if delta else base)
                if type(number) in TRACED:
                    self.entered[path] = number
                    place.put(number)
        interpreters.append(self.recorder)
        tracers.append(self.recorder)
        self.listening = True
        self.recorder.give_up = self._give_up

    def _give_up(self) -> None:
        """The iteration must be seen; where its item is the user's own object the recording tells what is written to it."""
        if self.lent is None:
            self.cut = True
            self._listen_no_longer()

    def _listen_no_longer(self) -> None:
        if self.listening:
            self.watch.stop()
            interpreters.remove(self.recorder)
            tracers.remove(self.recorder)
            self.listening = False

    def _walk(self, watch: Watch | None) -> Walk:
        try:
            return self.walk_now(watch)
        except TooLarge:
            self.problem = Escape("loop-too-large", None)
            return Walk()

    def finish(self) -> None:
        """The iteration is over: stop listening, look where everything is now, make traced numbers plain again."""
        self._listen_no_longer()
        self.hosts = {id(x) for x in hosts_of(self.recorder.events)}
        if self.recorder.changed_since_event():
            self.recorder.escapes.append(Escape("loop-rate", None))
        self.after = self._walk(self.watch)
        if self.lent is not None:
            written = {s for s, content in self.recorder.current.items() if content.equation is not None}
            if self.lent.give_back(self.frame, self.after, written):
                self.recorder.escapes.append(Escape("loop-items", None))
        self.recorder.windows.settled()
        if any(self.recorder.windows.holds(x) and not self.may_keep_views(path) for path, x in self.after.tensors.items()):
            self.recorder.escapes.append(Escape("loop-window", None))
        for path, n in self.lengths.items():
            x = self.after.lists.get(path)
            if x is not None and x is self.before.lists[path] and len(x) > n and self.before.begins(path, x[:n]):
                emitted = self.recorder.emitted.get(path, 0)
                self.growth[path] = n, [] if emitted == len(x) - n else x[n:]
                x[n:] = [settled(v) for v in x[n:]]
        for name in {path[0] for path, value in self.after.values.items() if value[0] in TRACED and len(path) > 1}:
            if (name,) in self.after.roots:       # what is in it is described later
                self.after.roots[name,] = with_own_containers(self.after.roots[name,])
        for path, value in list(self.after.values.items()):
            if value[0] in TRACED:
                number = self.numbers[path] = value[1]
                bare = plain(number)
                self.after.values[path] = compared(bare)
                place = self.after.places[path]
                if place.settable:
                    place.put(bare)
        for path, (n, _) in self.growth.items():
            self.after.forget(path, n)
        self.finished = True

    def may_keep_views(self, path: Path) -> bool:
        """Whether a view at the step's number may be left here: in a variable of its own, which the last step sets once more in Python."""
        return len(path) == 1

    def hosted(self, path: Path) -> bool:
        """Whether events change what lies at a path."""
        place = self.after.places.get(path) or self.before.places.get(path)
        return place is not None and id(place.root) in self.hosts

    def began_with(self, storage: Storage) -> bool:
        """Whether a tensor with this storage was there when the iteration began."""
        return any(s is storage for _, s, _, _ in self.began.values())

    def grows(self, path: Path) -> bool:
        """Whether a path leads to a list that the iteration appended to, or into its new end."""
        return any(path[:len(p)] == p and (len(path) == len(p) or type(path[len(p)]) is int and path[len(p)] >= n)
                   for p, (n, _) in self.growth.items())


def with_own_containers(x: Any) -> Any:
    """The same values in lists, tuples and dictionaries of their own."""
    if type(x) in (list, tuple):
        return type(x)([with_own_containers(v) for v in x])
    return {k: with_own_containers(v) for k, v in x.items()} if type(x) is dict else x


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
