"""Step: a training step, recorded until two in a row agree, for each shape of its arguments; compiled, compared, run natively.

    step = Step(train_step)
    for epoch in range(100):
        losses = step.over(loader)

The step must do nothing but tensor operations: what Python does beside them is not repeated.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from steepest.compiling.agreement import TOLERANCE, difference
from steepest.compiling.native import Native
from steepest.compiling.program import Differs, Program
from steepest.core.recorder import Access, Recorder, recording
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.lower import machine

__all__ = ["Step"]

RECORDINGS = 4
"""So many steps are recorded before a function counts as one that never does the same twice: optimizers' first steps are special."""


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
        if native is None or not native.program.current():
            del self.variants[_signature(batches[0])]
            return [self._eager(b) for b in batches]
        streams = [np.ascontiguousarray(np.stack([b[k].array for b in batches])) for k in range(len(batches[0]))]
        rows = native.run(streams, len(batches))
        return [list(row) for row in zip(*(r.tolist() for r in rows), strict=True)] if rows else [[] for _ in batches]

    def _eager(self, tensors: list[Tensor]) -> list[float]:
        variant = self._variant(tensors)
        if variant.reason:
            return [float(x.array) for x in _listed(self.function(*tensors))]
        recorder, streams, results = self._recorded(tensors)
        values = [float(r.content.storage.flat[r.offset]) for r in results]
        variant.recordings.append((recorder, streams, results))
        if len(variant.recordings) > 1:
            self._compile(variant)
        return values

    def _recorded(self, tensors: list[Tensor]) -> tuple[Recorder, list[Storage], list[Access]]:
        """One step on copies of its arguments: what happened, the storages of the arguments, the results."""
        own = [fresh(x.array.copy(), x.dtype) for x in tensors]
        with recording() as recorder:
            results = [recorder.access(x) for x in _listed(self.function(*own))]
        return recorder, [x.storage_cell for x in own], results

    def _compile(self, variant: Variant) -> None:
        (first, streams_1, _), (second, streams_2, results) = variant.recordings[-2:]
        try:
            if second.reads:
                file, line = second.reads[0][1]
                raise Differs(text("program-host-read", file=file, line=line))
            native = Native(Program(first, second, list(zip(streams_1, streams_2, strict=True))), results)
            self._check(native, second, streams_2)
            variant.native = native
        except Differs as problem:
            if len(variant.recordings) == RECORDINGS:
                variant.reason = str(problem)
        except machine.Unavailable as problem:
            variant.reason = str(problem)
        if variant.native is not None or variant.reason:
            variant.recordings.clear()

    def _check(self, native: Native, recorder: Recorder, streams: list[Storage]) -> None:
        """Run the compiled step from where the recorded one began and compare everything it wrote.

        Where that differs, rounding may have grown (Adam makes a step of the noise in a gradient that is zero): then every equation must
        agree with what eager gives for the same operands.
        """
        after = {s: s.flat.copy() for s in native.slots if s not in streams}
        states = {g: g.get_state() for g in recorder.generators}
        counts = [(v, v.count) for v in native.program.versions]
        start = {c.storage: old for c, old in recorder.before.items()}
        start.update({held: start.get(read, after[read]) for read, held in native.program.handed_on})

        def run(native: Native) -> None:
            for storage, old in start.items():
                storage.flat[...] = old
            for generator, state in recorder.generators.items():
                generator.set_state(state)
            native.run([start.get(s, s.flat) for s in streams], 1)

        try:
            run(native)
            if any(difference(s.flat, expected) > TOLERANCE.get(expected.dtype.name, 0) for s, expected in after.items()):
                run(Native(native.program, native.results, watched=True))
        finally:
            for s, expected in after.items():
                if s.flat.flags.writeable:
                    s.flat[...] = expected
            for generator, state in states.items():
                generator.set_state(state)
            for version, count in counts:
                version.count = count


def _listed(out: Any) -> list[Tensor]:
    """What a step returned, as tensors."""
    return [] if out is None else [out] if isinstance(out, Tensor) else list(out)


def _signature(tensors: list[Tensor]) -> Any:
    return tuple((x.array.shape, x.dtype) for x in tensors)

