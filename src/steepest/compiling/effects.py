"""What a loop does for its user in every step, the unseen ones too: functions called with values of the step, and the step to end at."""

import sys
import types
from collections.abc import Callable
from typing import Any

from steepest.compiling.numbers import plain, settled, tracers
from steepest.compiling.pairing import equal
from steepest.compiling.trace import Effect, LoopRecorder
from steepest.core.modes import interpreters
from steepest.core.recorder import paused
from steepest.core.tensor import Tensor
from steepest.ops import arithmetic

__all__ = ["Target", "emit", "held", "recorder_now", "stop_when", "unwatched"]

NUMBERS = (int, float, bool, str, type(None))


def recorder_now() -> LoopRecorder | None:
    """The recording of an iteration, if one is going on."""
    found = interpreters[-1] if interpreters else None
    return found if isinstance(found, LoopRecorder) else None


class unwatched:
    """What is done inside is no part of the iteration that is being recorded."""

    def __init__(self, recorder: LoopRecorder):
        self.recorder = recorder

    def __enter__(self) -> None:
        self.profile = sys.getprofile()
        sys.setprofile(None)
        self.paused = paused(self.recorder)
        self.paused.__enter__()
        self.tracers = tracers[:]
        tracers.clear()

    def __exit__(self, *problem: Any) -> None:
        tracers.extend(self.tracers)
        self.paused.__exit__(*problem)
        sys.setprofile(self.profile)


class Target:
    """A function that effects call. Two are equal where they have the same code and see the same values through their closures and
    the globals that they name: the same function, made anew in each iteration, is one target."""

    def __init__(self, function: Callable[..., Any]):
        self.function = function
        self.seen = _seen_by(function)

    def __call__(self, *values: Any) -> Any:
        return self.function(*values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Target) and _matches(self.seen, other.seen)

    __hash__ = None     # type: ignore[assignment]


def _seen_by(function: Any) -> list[Any]:
    """What a function's doing depends on, beside its arguments."""
    if isinstance(function, types.MethodType):
        return [function.__func__, function.__self__]
    if isinstance(function, types.BuiltinFunctionType):
        return [function.__name__, function.__self__]
    if not isinstance(function, types.FunctionType):
        return [function]
    seen: list[Any] = [function.__code__, function.__defaults__, function.__kwdefaults__]
    for cell in function.__closure__ or ():
        try:
            seen.append(plain(cell.cell_contents))
        except ValueError:
            seen.append(None)
    return seen + [plain(function.__globals__[name]) for name in function.__code__.co_names if name in function.__globals__]


def _matches(a: list[Any], b: list[Any]) -> bool:
    return len(a) == len(b) and all(x is y or isinstance(x, (*NUMBERS, tuple)) and equal(x, y) for x, y in zip(a, b, strict=True))


def held(x: Any) -> Any:
    """A value as an effect keeps it: tensors as copies without graph, made by the recording; others as they are."""
    if isinstance(x, Tensor):
        return arithmetic.clone(x.detach(), to=x.dtype)
    if type(x) in (list, tuple):
        return type(x)(held(v) for v in x)
    if type(x) is dict:
        return {k: held(v) for k, v in x.items()}
    return x


def emit(function: Callable[..., Any], values: tuple[Any, ...]) -> None:
    """Call a function with values of this step, now and, where the step is recorded, for every native step like it."""
    recorder = recorder_now()
    kept = tuple(held(v) for v in values)
    if recorder is None:
        function(*settled(kept))
        return
    recorder.effects.append(Effect("emit", function if isinstance(function, Target) else Target(function), kept))
    lengths = {path: len(x) for path, x in recorder.lists.items()}
    with unwatched(recorder):
        function(*(settled(held(v)) for v in kept))
    for path, n in lengths.items():
        if len(recorder.lists[path]) != n:
            recorder.emitted[path] = recorder.emitted.get(path, 0) + len(recorder.lists[path]) - n


def stop_when(condition: Any) -> bool:
    """Whether the loop ends with this step; where it is recorded, so does every native step like it in which the condition holds."""
    recorder = recorder_now()
    if not isinstance(condition, Tensor):
        return bool(condition)
    if recorder is None:
        return bool(condition)
    recorder.effects.append(Effect("stop", None, (held(condition.reshape(())),)))
    return bool(condition.array.any())
