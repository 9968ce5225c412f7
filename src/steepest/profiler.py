"""`torch.profiler`: which operators ran in which step, how often and for how long."""

import os
import socket
import time
import warnings
from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Any

from steepest.autograd.profiler import EventList, Recording, record_function, running
from steepest.autograd.profiler import kineto_available as kineto_available
from steepest.errors import outside, text

__all__ = ["ProfilerAction", "ProfilerActivity", "profile", "record_function", "schedule", "supported_activities",
           "tensorboard_trace_handler"]
outside.explain(__name__)


class ProfilerActivity(Enum):
    """What is measured: here the CPU, whatever is asked for."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


class ProfilerAction(Enum):
    """What a profiler does in a step."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


def supported_activities() -> set[ProfilerActivity]:
    """What can be measured here."""
    return {ProfilerActivity.CPU}


def schedule(*, wait: int, warmup: int, active: int, repeat: int = 0, skip_first: int = 0,
             skip_first_wait: int = 0) -> Callable[[int], ProfilerAction]:
    """Which steps are recorded: after `skip_first`, again and again `wait` steps without, `warmup` to warm up and `active` recorded.

    With `repeat` the cycles end after so many. AssertionError for negative numbers.
    """
    if min(wait, warmup, repeat, skip_first) < 0 or active <= 0:
        raise AssertionError(text("profiler-schedule", wait=wait, warmup=warmup, active=active, repeat=repeat, skip_first=skip_first))
    if warmup == 0:
        warnings.warn(text("profiler-cold"), stacklevel=2)

    def action(step: int) -> ProfilerAction:
        if step < skip_first:
            return ProfilerAction.NONE
        at = step - skip_first + (wait if skip_first_wait else 0)
        length = wait + warmup + active
        if repeat and at >= repeat * length:
            return ProfilerAction.NONE
        at %= length
        if at < wait:
            return ProfilerAction.NONE
        if at < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if at < length - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def tensorboard_trace_handler(dir_name: str, worker_name: str | None = None, use_gzip: bool = False) -> Callable[["profile"], None]:
    """What writes a trace of every cycle into a folder, to be given as `on_trace_ready`."""
    def handler(prof: "profile") -> None:
        folder = Path(dir_name)
        folder.mkdir(parents=True, exist_ok=True)
        worker = worker_name or f"{socket.gethostname()}_{os.getpid()}"
        prof.export_chrome_trace(folder / f"{worker}.{time.time_ns()}.pt.trace.json")

    return handler


class profile:
    """`with profile() as prof:` measures the operations within; with a `schedule` those of some steps, ended by `prof.step()`.

    >>> with profile(record_shapes=True) as prof, record_function("twice"):
    ...     x = steepest.ones(2).exp()
    >>> [(e.key, e.count) for e in prof.key_averages()][:1]
    [('twice', 1)]
    """

    def __init__(self, *, activities: Iterable[ProfilerActivity] | None = None, schedule: Callable[[int], ProfilerAction] | None = None,
                 on_trace_ready: Callable[["profile"], Any] | None = None, record_shapes: bool = False, profile_memory: bool = False,
                 with_stack: bool = False, with_flops: bool = False, with_modules: bool = False, experimental_config: Any = None,
                 execution_trace_observer: Any = None, acc_events: bool = False, use_cuda: bool | None = None,
                 custom_trace_id_callback: Any = None, post_processing_timeout_s: float | None = None):
        self.schedule = schedule if schedule is not None else lambda step: ProfilerAction.RECORD
        self.on_trace_ready, self.options = on_trace_ready, (record_shapes, profile_memory)
        self.activities = set(activities) if activities is not None else supported_activities()
        self.step_num, self.recording, self.action = 0, Recording(*self.options), ProfilerAction.NONE
        self.stepped = schedule is not None
        self.mark: record_function | None = None
        self.profiler = self

    def __enter__(self) -> "profile":
        self.start()
        return self

    def __exit__(self, *problem: Any) -> None:
        self.stop()

    def start(self) -> None:
        """Begin with the first step."""
        self._enter(self.schedule(self.step_num))

    def stop(self) -> None:
        """End the last step; `on_trace_ready` is called where something was recorded."""
        self._leave(True)
        self.action = ProfilerAction.NONE

    def step(self) -> None:
        """A step of the program ends, the next begins."""
        self.step_num += 1
        self._leave(False)
        self._enter(self.schedule(self.step_num))

    def _enter(self, action: ProfilerAction) -> None:
        recording = action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE)
        if recording and self.action not in (ProfilerAction.RECORD,):
            self.recording = Recording(*self.options)
        self.action = action
        if recording:
            self.recording.start()
            if self.stepped:
                self.mark = record_function(f"ProfilerStep#{self.step_num}")
                self.mark.__enter__()

    def _leave(self, last: bool) -> None:
        if self.recording not in running:
            return
        if self.mark is not None:
            self.mark.__exit__()
            self.mark = None
        self.recording.stop()
        if self.on_trace_ready is not None and (last or self.action is ProfilerAction.RECORD_AND_SAVE):
            self.on_trace_ready(self)

    def events(self) -> EventList:
        """The events in the order of their begin."""
        return self.recording.seen()

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0,
                     group_by_overload_name: bool = False) -> EventList:
        """The averages by name, or by name and shapes."""
        return self.events().key_averages(group_by_input_shape)

    def export_chrome_trace(self, path: Any) -> None:
        """Write the events as a trace that chrome://tracing and Perfetto read."""
        self.events().export_chrome_trace(path)

    def add_metadata(self, key: str, value: str) -> None:
        """Accepted: a trace holds events alone."""

    add_metadata_json = add_metadata
