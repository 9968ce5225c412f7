"""The generic loop nest: what the forms' lowerings (`steepest.lower.forms`) have in common.

Buffers hold whole storages, and equations run in the order they were recorded, so in-place writes happen where eager made them.
Every other result lies in a buffer of its own: a step that stops in the middle of an equation has changed nothing that is seen.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from steepest.core.recorder import Access
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Index

__all__ = ["DIVISION", "EVALUATE", "INDEX", "LOOK", "PYTHON", "Nest", "accumulator", "as_vector"]

INDEX, DIVISION, PYTHON = 1, 2, 3
"""Why a program stopped: an index outside, an integer division by zero, an exception in Python."""
EVALUATE, LOOK = 0, 1
"""What Python is called for: to evaluate an equation, to look at its results."""


class Nest:
    """Loops, addresses and elements for the equation `number` of the step `step`.

    `pointer(content)` names the buffer that holds a content, `attach(array)` the memory of an array that becomes part of the
    program. `cell` is the address of four int64 that tell why, in which equation, at which index and in which step the program
    stopped; `callback` that of a C function `(task, equation, step) -> stop`.
    """

    def __init__(self, function: Function, pointer: Callable[[Any], str], attach: Callable[[np.ndarray[Any, Any]], str],
                 cell: str, callback: str, step: Index, exact: bool = False):
        self.function, self.pointer, self.attach = function, pointer, attach
        self.cell, self.callback, self.step = cell, callback, step
        self.number = 0
        self.m = Scalars(function, exact=exact, on_error=lambda zero: self.stop(DIVISION, zero), library=exact)

    # stopping and Python

    def stop(self, reason: int, condition: str, index: Index = 0) -> None:
        """Leave the program where the condition holds."""
        f = self.function
        with f.if_(condition):
            for k, value in enumerate((reason, self.number, index, self.step)):
                f.store(str(value), f.gep(self.cell, k, "int64"), "int64")
            f.leave()

    def call(self, task: int) -> None:
        """Let Python evaluate the equation on the buffers, or look at its results."""
        f = self.function
        stopped = f.op(f"call i64 {self.callback}(i64 {task}, i64 {self.number}, i64 {self.step})")
        self.stop(PYTHON, f.op(f"icmp ne i64 {stopped}, 0"))

    # loops, addresses, elements

    def loops(self, stack: ExitStack, shape: Sequence[int]) -> list[Index]:
        """One loop a dimension; their indices."""
        return [stack.enter_context(self.function.loop(n)) for n in shape]

    def address(self, access: Access, indices: Sequence[Index]) -> str:
        """The address of an element; indices of dimensions that broadcasting added or stretched are left out."""
        f = self.function
        extra = len(indices) - len(access.shape)
        leading = max(-extra, 0)
        at: Index = access.offset
        for i, n, stride in zip(indices[max(extra, 0):], access.shape[leading:], access.strides[leading:], strict=True):
            if n != 1:
                at = f.add(at, f.mul(i, stride))
        return f.gep(self.pointer(access.content), at, access.content.dtype.name)

    def element(self, base: str, indices: Sequence[Index], shape: Sequence[int], dtype: str) -> str:
        """The address of an element of an attached array, whose elements lie in the order of their indices."""
        f = self.function
        at: Index = 0
        for i, n in zip(indices, shape, strict=True):
            at = f.add(f.mul(at, n), i)
        return f.gep(base, at, dtype)

    def load(self, x: Any, indices: Sequence[Index], as_dtype: str | None = None) -> Value:
        """An element of an access, or a number, converted to a dtype."""
        if not isinstance(x, Access):
            assert as_dtype is not None
            return self.m.constant(x, as_dtype)
        name = x.content.dtype.name
        value = self.m.value(self.function.load(self.address(x, indices), name), name)
        return value if as_dtype is None else self.m.cast(value, as_dtype)

    def store(self, value: Value, access: Access, indices: Sequence[Index]) -> None:
        """Write an element, converted to the dtype of the access."""
        name = access.content.dtype.name
        value = self.m.cast(value, name)
        self.function.store(value.name, self.address(access, indices), name)

    def copy(self, value: Any, target: Access) -> None:
        """Every element of the target from the value's, broadcast and converted."""
        with ExitStack() as stack:
            indices = self.loops(stack, target.shape)
            self.store(self.load(value, indices, target.content.dtype.name), target, indices)

    def position(self, index: Access, indices: Sequence[Index], size: int) -> Index:
        """An element of an integer tensor as an index below `size`; negative ones count from the end, others stop the program."""
        m = self.m
        given = self.load(index, indices, "int64")
        self.stop(INDEX, ((given < -size) | (given >= size)).name, given.name)
        return m.where(given < 0, given + size, given).name


def accumulator(dtype: str) -> str:
    """The dtype in which results of this dtype are summed up."""
    return "float32" if dtype in ("float16", "bfloat16") else dtype


def as_vector(x: Access) -> Access:
    """A 0-dim access as one of a single dimension; others as they are."""
    return x if x.shape else Access(x.content, x.offset, (1,), (1,))
