"""Times of a statement and what they tell: median, spread, how many digits to believe."""

import math
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from steepest.functional.threads import get_num_threads, set_num_threads

__all__ = ["Measurement", "TaskSpec", "ordered_unique", "select_unit", "set_torch_threads", "trim_sigfig", "unit_to_english"]

UNITS = {"ns": (1e-9, "nanosecond"), "us": (1e-6, "microsecond"), "ms": (1e-3, "millisecond"), "s": (1, "second")}
SMALLEST_INTERVAL = 25e-9
"""A confidence interval is at least so wide: what a clock resolves."""
FLUCTUATION, INFLUENCE = 0.1, 0.25
"""Spreads, as shares of the median, from which on a measurement warns."""


@dataclass(frozen=True, repr=False)
class TaskSpec:
    """What was measured, without the values of its variables."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str | None = None
    sub_label: str | None = None
    description: str | None = None
    env: str | None = None
    num_threads: int = 1

    @property
    def title(self) -> str:
        """The label, else the statement."""
        behind = f": {self.sub_label}" if self.sub_label else ""
        if self.label is not None or "\n" not in self.stmt:
            return f"{self.stmt if self.label is None else self.label}{behind}"
        own = f" ({self.sub_label})" if self.sub_label else ""
        return f"stmt:{own}\n{textwrap.indent(self.stmt, '  ')}"

    def setup_str(self) -> str:
        """The preparation, where there is one."""
        if self.setup in ("", "pass"):
            return ""
        return f"setup:\n{textwrap.indent(self.setup, '  ')}" if "\n" in self.setup else f"setup: {self.setup}"

    def summarize(self) -> str:
        """Title, description and preparation."""
        sections = [s for s in (self.title, self.description or "", self.setup_str()) if s]
        return "\n".join(f"{s}\n" if "\n" in s else s for s in sections)


SPECIFIED = tuple(f.name for f in fields(TaskSpec))


@dataclass(repr=False)
class Measurement:
    """The times of one statement: `raw_times` of so many runs each."""

    number_per_run: int
    raw_times: list[float]
    task_spec: TaskSpec
    metadata: dict[Any, Any] | None = None

    def __getattr__(self, name: str) -> Any:
        if name in SPECIFIED:
            return getattr(self.task_spec, name)
        raise AttributeError(name)

    @property
    def times(self) -> list[float]:
        """Seconds for one run, in each of the measurements."""
        return [t / self.number_per_run for t in self.raw_times]

    @property
    def median(self) -> float:
        """The median time."""
        return float(np.quantile(self.times, 0.5))

    @property
    def mean(self) -> float:
        """The mean time."""
        return float(np.mean(self.times))

    @property
    def iqr(self) -> float:
        """The distance between the quartiles."""
        low, high = np.quantile(self.times, [0.25, 0.75])
        return float(high - low)

    @property
    def significant_figures(self) -> int:
        """How many digits of the median are to be believed, one to four: from the spread of the middle half."""
        times = sorted(self.times)
        middle = times[len(times) // 4:math.ceil(3 * len(times) / 4)]
        interval = max(1.645 * float(np.std(middle)) / math.sqrt(len(middle)), SMALLEST_INTERVAL)
        return min(max(math.floor(math.log10(self.median / interval)), 1), 4)

    def meets_confidence(self, threshold: float = FLUCTUATION) -> bool:
        """Whether the quartiles lie within this share of the median."""
        return self.iqr / self.median < threshold

    @property
    def warnings(self) -> list[str]:
        """What the spread says against the measurement."""
        if self.meets_confidence(FLUCTUATION):
            return []
        about = ("This could indicate system fluctuation." if self.meets_confidence(INFLUENCE)
                 else "This suggests significant environmental influence.")
        share = self.iqr / self.median * 100
        return [f"  WARNING: Interquartile range is {share:.1f}% of the median measurement.\n           {about}"]

    @property
    def has_warnings(self) -> bool:
        """Whether the spread is large."""
        return bool(self.warnings)

    @property
    def title(self) -> str:
        """The label, else the statement."""
        return self.task_spec.title

    @property
    def as_row_name(self) -> str:
        """How a table calls it."""
        return self.task_spec.sub_label or self.task_spec.stmt or "[Unknown]"

    def __repr__(self) -> str:
        unit, scale = select_unit(self.median)
        n, low, high = len(self.raw_times), *np.quantile(self.times, [0.25, 0.75])
        several = n > 1
        lines = [object.__repr__(self), self.task_spec.summarize(), f"  {'Median: ' if several else ''}{self.median / scale:.2f} {unit}"]
        if n >= 4:
            lines.append(f"  IQR:    {self.iqr / scale:.2f} {unit} ({low / scale:.2f} to {high / scale:.2f})")
        threads = self.task_spec.num_threads
        lines.append(f"  {n} measurement{'s' if several else ''}, {self.number_per_run} runs {'per measurement,' if several else ','} "
                     f"{threads} thread{'s' if threads > 1 else ''}")
        return "\n".join([*lines, *self.warnings])

    @staticmethod
    def merge(measurements: Iterable["Measurement"]) -> list["Measurement"]:
        """One measurement for each task, with the times of all of its measurements."""
        groups: dict[TaskSpec, list[float]] = {}
        for m in measurements:
            groups.setdefault(m.task_spec, []).extend(m.times)
        return [Measurement(1, times, task) for task, times in groups.items()]


def select_unit(t: float) -> tuple[str, float]:
    """The unit in which a time is a number from 1 to 1000, and its size in seconds."""
    unit = {-3: "ns", -2: "us", -1: "ms"}.get(int(math.log10(t) // 3), "s")
    return unit, UNITS[unit][0]


def unit_to_english(u: str) -> str:
    """The whole word for a unit."""
    return UNITS[u][1]


def trim_sigfig(x: float, n: int) -> float:
    """A number rounded to `n` digits: 3.14159 and 2 give 3.1."""
    scale = 10.0 ** (math.ceil(math.log10(abs(x))) - n)
    return float(np.float32(np.round(np.float32(x / scale))) * np.float32(scale))


def ordered_unique(elements: Iterable[Any]) -> list[Any]:
    """Elements in their order, each once."""
    return list(dict.fromkeys(elements))


@contextmanager
def set_torch_threads(n: int) -> Iterator[None]:
    """So many threads within the block."""
    before = get_num_threads()
    set_num_threads(n)
    try:
        yield
    finally:
        set_num_threads(before)
