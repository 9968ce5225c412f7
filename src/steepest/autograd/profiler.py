"""`torch.autograd.profiler`: which operators ran, how often and for how long; and stretches that a program names.

A profiler is an interpreter: every operation comes by it. Where none is on, nothing is measured and nothing is paid.
"""

import functools
import threading
import time
from collections.abc import Callable
from typing import Any

from steepest.autograd.profiler_util import EventList, FunctionEvent, FunctionEventAvg
from steepest.core.modes import interpreters
from steepest.core.operators import operator_of
from steepest.core.recorder import paused
from steepest.core.tensor import Tensor
from steepest.errors import outside

__all__ = ["EventList", "FunctionEvent", "FunctionEventAvg", "Recording", "profile", "record_function"]
outside.explain(__name__)

running: list["Recording"] = []
"""The profilers that are on, the innermost last."""


def now() -> float:
    """Microseconds."""
    return time.perf_counter_ns() / 1000


class Recording:
    """The interpreter that keeps an event of every operation."""

    def __init__(self, record_shapes: bool = False, profile_memory: bool = False):
        self.record_shapes, self.profile_memory = record_shapes, profile_memory
        self.events: list[FunctionEvent] = []
        self.open: list[FunctionEvent] = []

    def start(self) -> None:
        """Begin to see operations."""
        interpreters.append(self)
        running.append(self)

    def stop(self) -> None:
        """See no more of them."""
        interpreters.remove(self)
        running.remove(self)

    def begin(self, name: str, shapes: Any = None) -> FunctionEvent:
        """An event that begins now, within the one that is open."""
        shapes = [] if self.record_shapes and shapes is None else shapes
        made = FunctionEvent(len(self.events) + 1, name, threading.get_native_id(), now(), shapes, self.open[-1] if self.open else None)
        self.events.append(made)
        self.open.append(made)
        return made

    def end(self, event: FunctionEvent) -> None:
        """The event ends now."""
        event.time_range.end = now()
        if event in self.open:
            del self.open[self.open.index(event):]

    def bind(self, primitive: Any, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        shapes = [list(x.array.shape) if isinstance(x, Tensor) else [] for x in operands] if self.record_shapes else None
        with paused(self):
            event = self.begin(f"aten::{operator_of(primitive).overloadpacket.__name__}", shapes)
            try:
                result = primitive(*operands, **params)
            finally:
                self.end(event)
        if self.profile_memory and primitive.form != "view":
            event.memory = sum(x.array.nbytes for x in (result if isinstance(result, tuple) else (result,)) if isinstance(x, Tensor))
        return result

    def write(self, target: Tensor, value: Tensor) -> bool:
        """In-place writes are part of the operations that they end."""
        return False

    def read(self, x: Tensor) -> None:
        """What Python looks at is no operation."""

    def accumulated(self, leaf: Tensor, gradient: Tensor) -> None:
        """Gradients are results of operations already seen."""

    def seen(self) -> EventList:
        """The events so far."""
        return EventList(self.events, self.profile_memory, self.record_shapes)


class record_function:
    """A stretch of a program under a name of its own in the profiler's tables: a `with` block or a decorator."""

    def __init__(self, name: str, args: str | None = None):
        self.name, self.args = name, args
        self.held: list[tuple[Recording, FunctionEvent]] = []

    def __enter__(self) -> "record_function":
        self.held = [(r, r.begin(self.name)) for r in running]
        return self

    def __exit__(self, *problem: Any) -> None:
        for recording, event in self.held:
            event.is_user_annotation = True
            recording.end(event)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with type(self)(self.name, self.args):
                return function(*args, **kwargs)

        return call


class profile:
    """`with profile() as p:` measures the operations within; `print(p)` shows them, `p.key_averages().table()` by name.

    >>> with profile() as p:
    ...     x = steepest.ones(2).exp().exp()
    >>> [(e.key, e.count) for e in p.key_averages() if "exp" in e.key]
    [('aten::exp', 2)]
    """

    def __init__(self, enabled: bool = True, *, use_cuda: bool = False, use_device: Any = None, record_shapes: bool = False,
                 with_flops: bool = False, profile_memory: bool = False, with_stack: bool = False, with_modules: bool = False,
                 use_kineto: bool = False, use_cpu: bool = True, experimental_config: Any = None, acc_events: bool = False,
                 custom_trace_id_callback: Any = None):
        self.enabled, self.recording = enabled, Recording(record_shapes, profile_memory)

    def __enter__(self) -> "profile":
        if self.enabled:
            self.recording.start()
        return self

    def __exit__(self, *problem: Any) -> None:
        if self.enabled:
            self.recording.stop()

    @property
    def function_events(self) -> EventList:
        """The events in the order of their begin."""
        return self.recording.seen()

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0,
                     group_by_overload_name: bool = False) -> EventList:
        """The averages by name, or by name and shapes."""
        return self.function_events.key_averages(group_by_input_shape)

    def total_average(self) -> FunctionEventAvg:
        """All events as one."""
        return self.function_events.total_average()

    def table(self, *args: Any, **kwargs: Any) -> str:
        """The events as text."""
        return self.function_events.table(*args, **kwargs)

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all events, in microseconds."""
        return self.function_events.self_cpu_time_total

    def export_chrome_trace(self, path: Any) -> None:
        """Write the events as a trace that chrome://tracing and Perfetto read."""
        self.function_events.export_chrome_trace(path)

    def __repr__(self) -> str:
        return str(self.function_events) if self.recording.events else "<unfinished torch.autograd.profile>"

    __str__ = __repr__


def kineto_available() -> bool:
    """False: PyTorch's own tracing library is not needed."""
    return False
