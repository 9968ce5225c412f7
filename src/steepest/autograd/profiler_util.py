"""What a profiler saw: events, their averages by name, and the table of them in PyTorch's form."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["EventList", "FunctionEvent", "FunctionEventAvg", "Interval"]


def time_text(us: float) -> str:
    """A time in the unit that suits it."""
    return f"{us / 1e6:.3f}s" if us >= 1e6 else f"{us / 1e3:.3f}ms" if us >= 1e3 else f"{us:.3f}us"


def memory_text(count: int) -> str:
    """A number of bytes in the unit that suits it."""
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if abs(count) >= size:
            return f"{count / size:.2f} {unit}"
    return f"{count} B"


class Interval:
    """Begin and end in microseconds."""

    def __init__(self, start: float, end: float):
        self.start, self.end = start, end

    def elapsed_us(self) -> float:
        """The time between."""
        return self.end - self.start


class FunctionEvent:
    """One call of an operator, or one stretch that a program named."""

    is_user_annotation = False
    use_device: Any = None
    overload_name = ""
    count = 1

    def __init__(self, id: int, name: str, thread: int, start: float, input_shapes: Any = None, parent: Any = None):
        self.id, self.name, self.thread, self.input_shapes, self.cpu_parent = id, name, thread, input_shapes, parent
        self.time_range = Interval(start, start)
        self.cpu_children: list[FunctionEvent] = []
        self.memory = 0
        if parent is not None:
            parent.cpu_children.append(self)

    @property
    def key(self) -> str:
        """The name, by which events are averaged."""
        return self.name

    @property
    def cpu_time_total(self) -> float:
        """The time from begin to end, in microseconds."""
        return self.time_range.elapsed_us()

    @property
    def self_cpu_time_total(self) -> float:
        """The time without that of the events within."""
        return self.cpu_time_total - sum(c.cpu_time_total for c in self.cpu_children)

    @property
    def cpu_time(self) -> float:
        """The mean time."""
        return self.cpu_time_total / self.count

    @property
    def cpu_memory_usage(self) -> int:
        """The bytes of results."""
        return self.memory + sum(c.cpu_memory_usage for c in self.cpu_children)

    @property
    def self_cpu_memory_usage(self) -> int:
        """The bytes of results without those of the events within."""
        return self.memory

    @property
    def cpu_time_str(self) -> str:
        """The mean time as text."""
        return time_text(self.cpu_time)

    @property
    def cpu_time_total_str(self) -> str:
        """The time as text."""
        return time_text(self.cpu_time_total)

    @property
    def self_cpu_time_total_str(self) -> str:
        """The time without that of the events within, as text."""
        return time_text(self.self_cpu_time_total)

    def __repr__(self) -> str:
        return (f"<FunctionEvent id={self.id} name={self.name} cpu_time={self.cpu_time_str} start_us={self.time_range.start:.2f} "
                f"end_us={self.time_range.end:.2f} cpu_children={[c.id for c in self.cpu_children]} thread={self.thread} "
                f"input_shapes={self.input_shapes}>")


class FunctionEventAvg:
    """All events of one name, or of one name and shapes."""

    use_device: Any = None
    overload_name = ""

    def __init__(self) -> None:
        self.key: Any = None
        self.input_shapes: Any = None
        self.count = 0
        self.cpu_time_total = self.self_cpu_time_total = 0.0
        self.cpu_memory_usage = self.self_cpu_memory_usage = 0

    def add(self, other: Any) -> "FunctionEventAvg":
        """Count an event in, or an average of others."""
        if self.key is None:
            self.key, self.input_shapes = other.key, other.input_shapes
        self.count += other.count
        for name in ("cpu_time_total", "self_cpu_time_total", "cpu_memory_usage", "self_cpu_memory_usage"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    __iadd__ = add

    @property
    def cpu_time(self) -> float:
        """The mean time."""
        return self.cpu_time_total / max(self.count, 1)

    cpu_time_str = property(lambda self: time_text(self.cpu_time))
    cpu_time_total_str = property(lambda self: time_text(self.cpu_time_total))
    self_cpu_time_total_str = property(lambda self: time_text(self.self_cpu_time_total))

    def __repr__(self) -> str:
        return (f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} cpu_time={self.cpu_time_str} "
                f" count={self.count} input_shapes={self.input_shapes}>")


class EventList(list[Any]):
    """Events in the order of their begin, or averages."""

    def __init__(self, events: Iterable[Any] = (), profile_memory: bool = False, with_shapes: bool = False):
        super().__init__(events)
        self.profile_memory, self.with_shapes = profile_memory, with_shapes

    @property
    def self_cpu_time_total(self) -> float:
        """The time of all, each counted once, in microseconds."""
        return sum(e.self_cpu_time_total for e in self)

    def key_averages(self, group_by_input_shape: bool = False, group_by_stack_n: int = 0,
                     group_by_overload_name: bool = False) -> "EventList":
        """The averages by name, or by name and shapes of the tensors."""
        found: dict[Any, FunctionEventAvg] = {}
        for e in self:
            found.setdefault((e.key, str(e.input_shapes) if group_by_input_shape else ""), FunctionEventAvg()).add(e)
        if not group_by_input_shape:
            for average in found.values():
                average.input_shapes = None
        return EventList(found.values(), self.profile_memory)

    def total_average(self) -> FunctionEventAvg:
        """All events as one."""
        total = FunctionEventAvg()
        for e in self:
            total.add(e)
        total.key = "Total"
        return total

    def table(self, sort_by: str | None = None, row_limit: int = 100, max_src_column_width: int = 75,
              max_name_column_width: int | None = 55,
              max_shapes_column_width: int | None = 80, header: str | None = None, top_level_events_only: bool = False,
              time_unit: str | None = None) -> str:
        """The events as text, those with the largest `sort_by` (such as "cpu_time_total") first."""
        if not self:
            return ""
        events = list(self) if sort_by is None else sorted(self, key=lambda e: getattr(e, sort_by), reverse=True)
        if top_level_events_only:
            events = [e for e in events if getattr(e, "cpu_parent", None) is None]
        total = self.self_cpu_time_total
        shapes = any(e.input_shapes for e in events)
        widths = [_width([e.key for e in events], max_name_column_width), *[12] * (7 if self.profile_memory else 5)]
        titles = ["Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg",
                  *(["CPU Mem", "Self CPU Mem"] if self.profile_memory else []), "# of Calls"]
        widths.append(12)
        if shapes:
            titles.append("Input Shapes")
            widths.append(_width([str(e.input_shapes) for e in events], max_shapes_column_width))
        rows = [[_cut(e.key, max_name_column_width), _share(e.self_cpu_time_total, total), e.self_cpu_time_total_str,
                 _share(e.cpu_time_total, total), e.cpu_time_total_str, e.cpu_time_str,
                 *([memory_text(e.cpu_memory_usage), memory_text(e.self_cpu_memory_usage)] if self.profile_memory else []), str(e.count),
                 *([_cut(str(e.input_shapes), max_shapes_column_width)] if shapes else [])]
                for e in events[:row_limit if row_limit >= 0 else None]]
        line = "".join("-" * w + "  " for w in widths)
        lines = [line, _line(titles, widths), line, *[_line(r, widths) for r in rows], line]
        if header is not None:
            lines = ["=" * len(line), header, *lines]
        return "\n".join([*lines, f"Self CPU time total: {time_text(total)}", ""])

    def __str__(self) -> str:
        return self.table()

    def export_chrome_trace(self, path: Any) -> None:
        """Write the events as a trace that chrome://tracing and Perfetto read."""
        rows = [{"ph": "X", "cat": "cpu_op", "name": e.name, "pid": 0, "tid": e.thread, "ts": e.time_range.start, "dur": e.cpu_time_total,
                 "args": {"Input Dims": e.input_shapes} if e.input_shapes else {}} for e in self]
        Path(path).write_text(json.dumps({"traceEvents": rows}), encoding="utf-8")


def _width(texts: list[str], most: int | None) -> int:
    longest = max(map(len, texts)) + 4
    return longest if most is None else min(longest, most)


def _cut(name: str, most: int | None) -> str:
    return name if most is None or len(name) < most - 3 else f"{name[:most - 3]}..."


def _share(part: float, total: float) -> str:
    return f"{part / total * 100:.2f}%" if total else "NaN"


def _line(cells: list[str], widths: list[int]) -> str:
    return "".join(f"{cell:>{width}}  " for cell, width in zip(cells, widths, strict=True))
