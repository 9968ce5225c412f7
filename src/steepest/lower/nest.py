"""The loop nests of a program: what the lowerings of groups and forms have in common.

Contents of storages that Python holds lie in the storages' own memory, temporaries in one arena. Where Python will look at a temporary
after the last step, it is stored in its own memory then.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from steepest.core.recorder import Access, Content
from steepest.lower import machine
from steepest.lower.boxes import Box
from steepest.lower.extents import typical
from steepest.lower.scalar import Scalars, Value
from steepest.lower.spaces import Shared
from steepest.lower.text import Function, Index
from steepest.lower.unsupported import Unsupported

__all__ = ["DIVISION", "EVALUATE", "INDEX", "LOOK", "PYTHON", "Nest", "Scratch", "accumulator", "as_vector"]

INDEX, DIVISION, PYTHON = 1, 2, 3
"""Why a program stopped: an index outside, an integer division by zero, an exception in Python."""
EVALUATE, LOOK = 0, 1
"""What Python is called for: to evaluate an equation, to look at its results."""
ALONE = 20_000
"""Elements times operations below which a nest runs on one thread: less than a barrier costs."""


class Scratch(NamedTuple):
    """Memory of a program's own, that holds nothing between two uses."""

    size: int
    dtype: str


class Nest:
    """Loops, addresses and elements for the equation `number` of the step `step`.

    `pointer(content, offset, home)` names the address of an element of a content, or where Python will look for it; `needed(content)`
    says whether it is stored: in every step (True), in the last one (False) or never (None). `attach(memory)` makes an array, scratch
    or the state of a generator's engine part of the program, and names its address. `cell` is the address of four int64 that tell why,
    in which equation, at which index and in which step the program stopped; `callback` that of a C function `(task, equation, step) ->
    stop`.
    """

    def __init__(self, function: Function, pointer: Callable[[Content, int, bool], str], needed: Callable[[Content], bool | None],
                 attach: Callable[[Any], str], cell: str, callback: str, step: Index, last: str, exact: bool = False,
                 threads: int = 1):
        self.function, self.pointer, self.needed, self.attach = function, pointer, needed, attach
        self.cell, self.callback, self.step, self.last = cell, callback, step, last
        self.exact, self.threads, self.thread = exact, threads, "%thread"
        self.boxes: dict[Content, Box] = {}
        self.shared: Shared | None = None       # the dimension that threads share where a nest has it
        self.number = 0
        self.at_last = False
        self.running: str | None = None         # what runs since the last barrier: one thread "alone", "all", or nothing
        self.apart = False                      # in a function of its own, which begins behind a barrier that stands before its call
        self.entry: list[str | None] = []       # what that function begins with
        self.room: Callable[[Content, int], None] = lambda content, count: None     # asks for memory that one group needs
        self._scalars: dict[int, Scalars] = {}
        self.m = self.scalars(1)

    def scalars(self, width: int) -> Scalars:
        """Scalar mathematics over vectors of this width."""
        if width not in self._scalars:
            f = self.function
            self._scalars[width] = Scalars(f, width, self.exact, lambda zero: self.stop(DIVISION, f.any(zero, width)), self.exact)
        return self._scalars[width]

    def lanes(self, dtype: str) -> int:
        """Elements of this dtype in a vector."""
        return machine.width("float64" if dtype in ("float64", "int64") else "float32")

    # stopping, Python, the last step

    def stop(self, reason: int, condition: str, index: Index = 0) -> None:
        """Leave the program where the condition holds; the other threads leave at the next barrier."""
        f = self.function
        if not self.cell:
            raise Unsupported("a place from where the program cannot be left")
        with f.if_(condition):
            for k, value in enumerate((reason, self.number, index, self.step)):
                f.store(str(value), f.gep(self.cell, k, "int64"), "int64")
            if self.threads > 1:
                f.do("call void @leaving(ptr %table)")
                f.op(f"call i1 @barrier(ptr %table, i64 {self.threads})")
            f.leave()

    def call(self, task: int) -> None:
        """Let Python evaluate the equation on the buffers, or look at its results."""
        f = self.function
        stopped = f.op(f"call i64 {self.callback}(i64 {task}, i64 {self.number}, i64 {self.step})")
        self.stop(PYTHON, f.op(f"icmp ne i64 {stopped}, 0"))

    @contextmanager
    def in_last_step(self) -> Iterator[None]:
        """What only the last step does."""
        if self.at_last or self.last == "true":
            yield
            return
        self.at_last = True
        with self.function.if_(self.last):
            yield
        self.at_last = False

    # threads

    def spread(self, work: int, write: Callable[[str | None], None], own: bool = False) -> None:
        """Loops that the threads share where there is work enough for them; `write` is told which thread runs, None if it is alone.

        With `own` each thread finds what it works on near it, so that little work is enough.
        """
        if self.threads == 1:
            write(None)
        elif typical(work) < (ALONE // 10 if own else ALONE):
            self.alone(lambda: write(None))
        else:
            self.barrier("all")
            with self.function.scope():
                write(self.thread)

    def alone(self, write: Callable[[], None]) -> None:
        """What one thread does while the others wait."""
        if self.threads == 1:
            write()
            return
        self.barrier("alone")
        with self.function.if_(self.function.pure(f"icmp eq i64 {self.thread}, 0")):
            write()

    def barrier(self, following: str | None) -> None:
        """All threads wait for each other, unless the same thread goes on."""
        if self.apart and not self.entry:
            self.entry.append(following)
        elif self.apart and self.threads > 1 and self.running is not None and not self.running == following == "alone":
            self.function.op(f"call i1 @barrier(ptr %table, i64 {self.threads})")       # nobody stops in such a function
        elif self.threads > 1 and self.running is not None and not self.running == following == "alone":
            f = self.function
            with f.if_(f.op(f"call i1 @barrier(ptr %table, i64 {self.threads})")):
                f.leave()
        self.running = following

    # loops, addresses, elements

    def loops(self, stack: ExitStack, shape: Sequence[int]) -> list[Index]:
        """One loop a dimension; their indices."""
        return [stack.enter_context(self.function.loop(n)) for n in shape]

    def address(self, access: Access, indices: Sequence[Index]) -> str:
        """The address of an element; indices of dimensions that broadcasting added or stretched are left out."""
        f = self.function
        extra = len(indices) - len(access.shape)
        leading = max(-extra, 0)
        at: Index = 0
        for i, n, stride in zip(indices[max(extra, 0):], access.shape[leading:], access.strides[leading:], strict=True):
            if n != 1:
                at = f.add(at, f.mul(i, stride))
        return f.gep(self.pointer(access.content, access.offset, False), at, access.content.dtype.name)

    def element(self, base: str, indices: Sequence[Index], shape: Sequence[int], dtype: str) -> str:
        """The address of an element of an attached array, whose elements lie in the order of their indices."""
        f = self.function
        at: Index = 0
        for i, n in zip(indices, shape, strict=True):
            at = f.add(f.mul(at, n), i)
        return f.gep(base, at, dtype)

    def load(self, x: Access, indices: Sequence[Index], as_dtype: str | None = None) -> Value:
        """An element of an access, converted to a dtype."""
        name = x.content.dtype.name
        value = self.m.value(self.function.load(self.address(x, indices), name), name)
        return value if as_dtype is None else self.m.cast(value, as_dtype)

    def store(self, value: Value, access: Access, indices: Sequence[Index]) -> None:
        """Write an element, converted to the dtype of the access."""
        name = access.content.dtype.name
        value = self.m.cast(value, name)
        self.function.store(value.name, self.address(access, indices), name)

    def copy(self, value: Access, target: Access) -> None:
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
