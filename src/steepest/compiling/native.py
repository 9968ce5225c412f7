"""Native: a program as one native function over a table of buffers, and what of it Python evaluates in its midst."""

import ctypes
import math
from typing import Any

import numpy as np

from steepest.compiling.agreement import TOLERANCE, difference, magnitude
from steepest.compiling.program import Differs, Program
from steepest.core.modes import modes
from steepest.core.recorder import Access
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.lower import machine
from steepest.lower.forms import LOWERINGS, lower
from steepest.lower.nest import EVALUATE, LOOK, Nest
from steepest.lower.text import Function, Index

__all__ = ["Native"]

Array = np.ndarray[Any, Any]
Callback = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)


class Native:
    """A program compiled. The table holds the storages' own memory, a row of each result, the cell that tells why the program
    stopped, the address of the callback, and the arrays that lowerings attached.

    With `watched=True` Python looks at every result: where eager finds another one for the same operands, `run` raises Differs.
    With `exact=True` arithmetic is done as written.
    """

    def __init__(self, program: Program, results: list[Access], watched: bool = False, exact: bool = False):
        self.program, self.results, self.watched, self.exact = program, results, watched, exact
        self.slots = {s: i for i, s in enumerate(program.storages())}
        self.attached: list[Array] = []
        self.cell = np.zeros(4, np.int64)
        self.callback = Callback(self._called)
        self.problem: BaseException | None = None
        self.given: dict[Storage, Array] = {}
        self.call = machine.compile_text(self._written(), "steps").function(ctypes.c_void_p, ctypes.c_int64)

    def _written(self) -> str:
        """The text of the function: a loop over the steps, in it the equations."""
        f = Function("steps", ["ptr noalias %table", "i64 %steps"])
        n, fixed = len(self.slots), len(self.slots) + len(self.results) + 2

        def base(slot: int) -> str:
            return f.op(f"load ptr, ptr {f.gep('%table', slot, 'int64')}")

        def attach(array: Array) -> str:
            self.attached.append(array)
            return base(fixed + len(self.attached) - 1)

        bases = [base(i) for i in range(fixed)]
        with f.loop("%steps") as step:
            names = dict(zip(self.slots, bases, strict=False))
            for s in self.program.streams:
                if s in names:
                    names[s] = f.gep(names[s], f.mul(step, s.nbytes()), "int8")
            for to, source in self.program.handed_on:
                _copy(f, names[source], names[to], to.nbytes())
            nest = Nest(f, lambda content: names[content.storage], attach, bases[-2], bases[-1], step, self.exact)
            for number, e in enumerate(self.program.equations):
                lower(nest, e, number)
                if self.watched:
                    nest.call(LOOK)
            for k, r in enumerate(self.results):
                kind = r.content.dtype.name
                f.store(nest.load(r, []).name, f.gep(bases[n + k], step, kind), kind)
        return f.text()

    def run(self, streams: list[Array], steps: int) -> list[Array]:
        """Run `steps` steps over stacked stream arrays; the results of every step.

        Raises what eager raises where an index lies outside, an integer is divided by zero or an operation fails in Python;
        the steps before that one have been done.
        """
        self.given = {s: a.reshape(steps, s.flat.size) for s, a in zip(self.program.streams, streams, strict=True)}
        records = [np.empty(steps, r.content.storage.flat.dtype) for r in self.results]
        memory = [self.given[s].ctypes.data if s in self.given else s.address for s in self.slots]
        memory += [r.ctypes.data for r in (*records, self.cell)]
        memory.append(ctypes.cast(self.callback, ctypes.c_void_p).value or 0)
        memory += [a.ctypes.data for a in self.attached]
        table = (ctypes.c_void_p * len(memory))(*memory)
        self.cell[0] = 0
        self.call(ctypes.addressof(table), steps)
        stopped, number, index, step = self.cell.tolist()
        for leaf, gradient in self.program.gradients:
            leaf._grad = gradient
        for version in self.program.versions:
            version.count += step if stopped else steps
        if stopped:
            self._raise(number, index, step)
        self.given = {}
        return records

    def _raise(self, number: int, index: int, step: int) -> None:
        """The exception of the equation at which the program stopped: the one that Python saw, or what eager says."""
        problem, self.problem = self.problem, None
        if problem is None:
            self._evaluate(number, step)
            operation = self.program.equations[number].primitive.name
            problem = RuntimeError(text("program-stopped", operation=operation, index=index, step=step))
        raise problem

    def _called(self, task: int, number: int, step: int) -> int:
        """What native code calls: evaluate an equation, or look at its results; true where the program must stop."""
        try:
            if task == EVALUATE:
                self._evaluate(number, step)
            else:
                self._look(number, step)
        except BaseException as problem:     # a KeyboardInterrupt too: nothing may pass through native code
            self.problem = problem
            return 1
        return 0

    def _evaluated(self, number: int, step: int) -> list[Array]:
        """What an equation gives in eager for the operands that lie in the buffers."""
        e = self.program.equations[number]
        operands = tuple(fresh(self._view(x, step), x.content.dtype) if isinstance(x, Access) else x for x in e.operands)
        before, modes.grad = modes.grad, False
        try:
            out = operands[1] if e.primitive.form == "store" else e.primitive.run(operands, e.params)
        finally:
            modes.grad = before
        return [x.array for x in ((out,) if isinstance(out, Tensor) else out)]

    def _evaluate(self, number: int, step: int) -> None:
        for access, made in zip(self.program.equations[number].results, self._evaluated(number, step), strict=True):
            np.copyto(self._view(access, step), made, casting="unsafe")

    def _look(self, number: int, step: int) -> None:
        """Differs where eager gives something else for the same operands: more than rounding at the operands' magnitude."""
        e = self.program.equations[number]
        if e.primitive.form not in LOWERINGS:
            return
        scale = math.prod(max(1.0, magnitude(self._view(x, step))) for x in e.operands if isinstance(x, Access))
        for access, expected in zip(e.results, self._evaluated(number, step), strict=True):
            found = difference(self._view(access, step), expected, scale)
            if found > TOLERANCE.get(expected.dtype.name, 0):
                raise Differs(text("program-equation", operation=e.primitive.name, difference=found, file=e.line[0], line=e.line[1]))

    def _view(self, x: Access, step: int) -> Array:
        """The elements of an access in the memory of a step."""
        storage = x.content.storage
        flat = self.given[storage][step] if storage in self.given else storage.flat
        return np.lib.stride_tricks.as_strided(flat[x.offset:], x.shape, tuple(s * flat.itemsize for s in x.strides))


def _copy(f: Function, source: str, target: str, nbytes: Index) -> None:
    """All bytes of one buffer into another."""
    f.declare("declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)")
    f.do(f"call void @llvm.memcpy.p0.p0.i64(ptr {target}, ptr {source}, i64 {nbytes}, i1 false)")
