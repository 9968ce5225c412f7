"""Step: a training step, recorded twice for each shape of its arguments, compiled once, compared, and then run natively.

    step = Step(train_step)
    for epoch in range(100):
        losses = step.over(loader)

The step must do nothing but tensor operations: what Python does beside them is not repeated.
"""

import ctypes
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from steepest.compiling.program import Differs, Program
from steepest.core.recorder import Access, Recorder, recording
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.lower import machine
from steepest.lower.nest import Nest, Unsupported
from steepest.lower.text import Function

__all__ = ["Step"]

TOLERANCE = {"float32": 2e-4, "float64": 1e-9}


class Native:
    """A program as one native function over a table of buffers: storages' own memory, and scratch for what nobody else holds."""

    def __init__(self, program: Program, results: list[Access]):
        self.program, self.results = program, results
        self.slots = {s: i for i, s in enumerate(program.storages())}
        n = len(self.slots)
        self.function = Function("steps", ["ptr noalias %table", "i64 %steps"])
        f = self.function
        bases = [f.op(f"load ptr, ptr {f.gep('%table', i, 'int64')}") for i in range(n + len(results))]
        nbytes = {s: s.nbytes() for s in program.streams}
        with f.loop("%steps") as i:
            names = dict(zip(self.slots, bases, strict=False))
            for s in program.streams:
                if s in names:
                    names[s] = f.gep(names[s], f.mul(i, nbytes[s]), "int8")
            nest = Nest(f, lambda content: names[content.storage])
            for e in program.equations:
                nest.emit(e)
            for k, r in enumerate(results):
                kind = r.content.dtype.name
                out = f.gep(bases[n + k], i, kind)
                f.store(nest.load(r, []).name, out, kind)
        self.call = machine.compile_text(f.text(), "steps").function(ctypes.c_void_p, ctypes.c_int64)

    def run(self, streams: list[np.ndarray[Any, Any]], steps: int) -> list[np.ndarray[Any, Any]]:
        """Run `steps` steps over stacked stream arrays; the results of every step."""
        by_stream = dict(zip(self.program.streams, streams, strict=True))
        table = (ctypes.c_void_p * (len(self.slots) + len(self.results)))()
        for s, i in self.slots.items():
            table[i] = by_stream[s].ctypes.data if s in by_stream else s.address
        records = [np.empty(steps, r.content.storage.flat.dtype) for r in self.results]
        for k, record in enumerate(records):
            table[len(self.slots) + k] = record.ctypes.data
        self.call(ctypes.addressof(table), steps)
        for leaf, gradient in self.program.gradients:
            leaf._grad = gradient
        for version in self.program.versions:
            version.count += steps
        return records


class Variant:
    """What is known of one signature: its recordings so far, and the native function once there is one."""

    def __init__(self) -> None:
        self.recordings: list[tuple[Recorder, list[Storage], list[Access]]] = []
        self.native: Native | None = None
        self.reason = ""


class Step:
    """A function of tensors that trains for one step and returns 0-dim tensors (or nothing)."""

    def __init__(self, function: Callable[..., Any]):
        self.function = function
        self.variants: dict[Any, Variant] = {}

    def over(self, batches: Iterable[Any]) -> list[list[float]]:
        """Take one step for each batch, a tensor or a sequence of tensors; what each step returned, as numbers."""
        returned: list[list[float]] = []
        waiting: list[list[Tensor]] = []
        for batch in batches:
            tensors = [batch] if isinstance(batch, Tensor) else list(batch)
            if waiting and _signature(waiting[0]) != _signature(tensors):
                returned += self._native(waiting)
                waiting = []
            if self._variant(tensors).native is not None:
                waiting.append(tensors)
            else:
                returned.append(self._eager(tensors))
        return returned + (self._native(waiting) if waiting else [])

    def _variant(self, tensors: list[Tensor]) -> Variant:
        return self.variants.setdefault(_signature(tensors), Variant())

    def _native(self, batches: list[list[Tensor]]) -> list[list[float]]:
        native = self._variant(batches[0]).native
        assert native is not None
        streams = [np.ascontiguousarray(np.stack([b[k].array for b in batches])) for k in range(len(batches[0]))]
        return [list(row) for row in zip(*(r.tolist() for r in native.run(streams, len(batches))), strict=True)]

    def _eager(self, tensors: list[Tensor]) -> list[float]:
        variant = self._variant(tensors)
        own = [fresh(np.ascontiguousarray(x.array), x.dtype) for x in tensors]
        with recording() as recorder:
            out = self.function(*own)
            results = [recorder.access(x) for x in ([] if out is None else [out] if isinstance(out, Tensor) else list(out))]
        values = [float(r.content.storage.flat[r.offset]) for r in results]
        if not variant.reason:
            variant.recordings.append((recorder, [x.storage_cell for x in own], results))
            if len(variant.recordings) == 2:
                self._compile(variant)
        return values

    def _compile(self, variant: Variant) -> None:
        (first, streams_1, _), (second, streams_2, results) = variant.recordings
        try:
            if second.reads:
                file, line = second.reads[0][1]
                raise Differs(text("program-host-read", file=file, line=line))
            native = Native(Program(first, second, list(zip(streams_1, streams_2, strict=True))), results)
            self._check(native, second, streams_2, results)
            variant.native = native
        except (Differs, Unsupported) as problem:
            variant.reason = str(problem)
        variant.recordings.clear()

    def _check(self, native: Native, recorder: Recorder, streams: list[Storage], results: list[Access]) -> None:
        """Run the compiled step from where the recorded one began and compare everything it wrote."""
        storages = [s for s in native.slots if s not in streams]
        after = {s: s.flat.copy() for s in storages}
        for content, old in recorder.before.items():
            content.storage.flat[...] = old
        try:
            native.run([s.flat for s in streams], 1)
            for s, expected in after.items():
                difference = _difference(s.flat, expected)
                if difference > TOLERANCE.get(str(expected.dtype), 0):
                    raise Differs(text("program-result", difference=difference, size=expected.size))
        finally:
            for s, expected in after.items():
                if s.flat.flags.writeable:
                    s.flat[...] = expected


def _signature(tensors: list[Tensor]) -> Any:
    return tuple((x.array.shape, x.dtype) for x in tensors)


def _difference(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> float:
    """The largest difference, relative to the largest finite magnitude; infinite where NaN or infinities differ in place."""
    if a.dtype.kind not in "fc":
        return 0.0 if np.array_equal(a, b) else float("inf")
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return float("inf")
    if not finite.any():
        return 0.0
    scale = max(float(np.abs(b[finite]).max()), 1e-3)
    return float(np.abs(a[finite] - b[finite]).max()) / scale
