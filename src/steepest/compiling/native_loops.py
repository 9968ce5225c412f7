"""Native loops for programs that were not written for them: what the rewritten text of a program calls.

`run_natively(source, filename, scope)` runs a program's text, `native` rewrites one function. Each `for` statement decides when it is
entered whether it goes over something that can run natively, and gives up where its iterations do nothing that could.
"""

import ast
import builtins
import linecache
import math
import operator
import time
import types
from collections.abc import Callable, Generator, Iterator
from typing import Any, TypeVar

import numpy as np

from steepest.compiling.effects import Target, emit, recorder_now
from steepest.compiling.following import calls
from steepest.compiling.loop import Loop, running
from steepest.compiling.numbers import STEP, TracedFloat, TracedInt, combined, extreme, tracers
from steepest.compiling.rewriting import RUNTIME, rewritten
from steepest.compiling.sites import Site, sites
from steepest.compiling.sources import Source, source_of
from steepest.compiling.trace import Escape, Trace
from steepest.core.device import device
from steepest.core.dtype import dtype
from steepest.core.modes import modes
from steepest.core.recorder import user_line
from steepest.core.size import Size
from steepest.core.tensor import Tensor
from steepest.data.loader import DataLoader
from steepest.errors import text

__all__ = ["NativeLoop", "Runtime", "native", "native_sites", "run_natively", "runtime"]

F = TypeVar("F", bound=Callable[..., Any])
SHORT, ENTRIES = 10, 2
"""A range of fewer steps is left to Python until the loop has been entered so many times."""
UNROLLED, EQUATIONS = 128, 4000
"""An inner range of at most so many steps belongs to the iteration around it, while that has recorded at most so many operations."""
COST, COMPILING = 0.2, 2.5e-3
"""Recording and compiling cost about so many seconds, and so many more for each operation: less is not worth the trouble."""
PATIENCE, SHARE = 0.5, 0.25
"""Steps are recorded no longer when that has taken so many seconds, and so much of Python's time, without giving a program."""
LOOK = 0.01
"""The time is looked at about so often."""
SHOWN = (int, float, complex, bool, str, bytes, type(None), np.float64, Size, dtype, device)


class Statement:
    """A `for` statement of a rewritten program."""

    def __init__(self, filename: str, node: ast.For):
        self.filename, self.line = filename, node.lineno
        self.trains = calls(node.body, ("backward", "step"))
        self.entered = 0
        self.cost = COST
        self.left_alone = self.belongs = False
        self.loops: list[NativeLoop] = []


class Enumerated:
    """`enumerate(items, start)` that can be looked into."""

    def __init__(self, items: Any, start: int = 0):
        self.items, self.start = items, start
        self.iterator: Any = None

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        return enumerate(self.items, self.start)

    def __next__(self) -> tuple[int, Any]:
        if self.iterator is None:
            self.iterator = iter(self)
        result: tuple[int, Any] = next(self.iterator)
        return result


class Numbered(Source):
    """The items of another source with their numbers, as `enumerate` gives them."""

    def __init__(self, inner: Source, start: int):
        self.inner, self.start = inner, start
        self.roots, self.sees_last = inner.roots, inner.sees_last
        self.identity = "enumerate", start, inner.identity

    def kind(self, k: int) -> Any:
        return self.inner.kind(k)

    def ends(self, k: int) -> bool:
        return self.inner.ends(k)

    def ahead(self, k: int, draws: bool) -> int:
        return self.inner.ahead(k, draws)

    def number(self, k: int) -> int | None:
        return k + self.start

    def item(self, k: int, trace: Trace | None) -> Any:
        number: Any = k + self.start
        if trace is not None:
            number = trace.recorder.counter(number, ("add", STEP, self.start) if self.start else STEP)
        return number, self.inner.item(k, trace)

    def streams(self, k: int, n: int) -> list[Any]:
        return self.inner.streams(k, n)

    def seen(self, k: int) -> None:
        self.inner.seen(k)

    def some(self, k: int, n: int) -> Iterator[Any]:
        return enumerate(self.inner.some(k, n), k + self.start)


class NativeLoop(Loop):
    """A loop of a rewritten program."""

    rewritten = True

    def __init__(self, statement: Statement, source: Source, steps: int, bar: Any):
        super().__init__((), 1, None, False, None)
        self.statement, self.source, self.steps, self.bar = statement, source, steps, bar
        self.seconds = math.inf
        """The time of a step by Python."""

    def __iter__(self) -> Iterator[Any]:
        return self._iterate(self.source)

    def _hint(self, activation: Any) -> None:
        pass

    def _warm_up(self, activation: Any, source: Source) -> Generator[Any, None, int]:
        k, chunk = 0, 1
        while not activation.site.compiled and not self._pays(activation, k, 0):
            n, started = 0, time.perf_counter()
            for item in source.some(k, chunk):
                n += 1
                yield item
            taken = time.perf_counter() - started
            if not n:
                break
            activation.site.seen_steps += n
            activation.site.seen_time += taken
            self.seconds = min(self.seconds, taken / n) if k else math.inf      # the first step of all makes much ready
            k += n
            self._advance(n)
            chunk = max(1, min(2 * chunk, int(LOOK / max(self.seconds, 1e-9))))
        return k

    def _pays(self, activation: Any, k: int, operations: int) -> bool:
        if runtime.always:
            return True
        if operations:
            self.statement.cost = COST + COMPILING * operations
        left = (self.steps - k) * self.seconds if k > 1 and self.seconds < math.inf else 0.0
        site = activation.site
        if site.fruitless_time > PATIENCE + SHARE * site.seen_time:
            return False
        return max(left, site.seen_time - site.learning_time) >= self.statement.cost

    def _gives_up(self, activation: Any) -> bool:
        if not activation.hopeless():
            return False
        self.statement.left_alone = True
        return True


class Shown(Target):
    """An output statement: tensors are handed to it with the graph's name and the class that they had, for their text."""

    def __init__(self, function: Callable[..., Any], values: tuple[Any, ...]):
        super().__init__(function)
        self.like = [(type(v), v.needs_grad, v.node) if isinstance(v, Tensor) else None for v in values]
        self.seen += [(like[0].__name__, like[1], like[2].name() if like[2] is not None else "") if like else None for like in self.like]

    def __call__(self, *values: Any) -> None:
        before, modes.grad = modes.grad, False
        try:
            for value, like in zip(values, self.like, strict=True):
                if like is not None:
                    if like[0] is not Tensor:
                        value.__class__ = like[0]
                    value.needs_grad, value.node = like[1], like[2]
            self.function(*values)
        finally:
            modes.grad = before


class Runtime:
    """What a rewritten program sees as `__steepest__`."""

    recordings = tracers
    enumerate = Enumerated

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.always = False
        """Native also where it takes longer than it saves."""

    def number(self, filename: str) -> Callable[[ast.For], int]:
        """Gives the `for` statements of a file numbers."""
        def give(node: ast.For) -> int:
            self.statements.append(Statement(filename, node))
            return len(self.statements) - 1

        return give

    def over(self, k: int, x: Any) -> Any:
        """What `for` statement k goes over in the place of x."""
        statement = self.statements[k]
        if statement.left_alone:
            return x
        start, bar, items = None, None, x
        while True:
            if type(items) is Enumerated and start is None:
                start, items = items.start, items.items
            elif is_bar(items) and bar is None:
                bar, items = items, items.iterable
            else:
                break
        if not runs(items):
            return x
        if tracers:
            if self._belongs(statement, items):
                return within(x)
            abandon(statement)
        elif statement.belongs and running:
            return x
        statement.entered += 1
        if type(items) is range and len(items) < SHORT and statement.entered <= ENTRIES:
            return x
        source = source_of(items)
        if source is None:
            return x
        try:
            steps = len(items)
        except TypeError:               # a loader over an iterable
            steps = 0
        return NativeLoop(statement, source if start is None else Numbered(source, start), steps, bar)

    def _belongs(self, statement: Statement, items: Any) -> bool:
        """Whether a loop belongs to the iteration around it, which is being recorded."""
        if type(items) is not range or len(items) > UNROLLED or statement.trains and len(items) > SHORT:
            return False
        statement.belongs = True
        return True

    def emit(self, function: Callable[..., Any], *values: Any) -> None:
        """An output statement, taken apart, in an iteration that is being recorded."""
        if recorder_now() is None or not all(map(is_shown, values)):
            function(*values)
            return
        emit(Shown(function, values), values)

    def elements(self, x: Any) -> Any:
        """A tensor whose elements are shown, without its graph."""
        return x.detach() if isinstance(x, Tensor) else x

    def mark(self) -> int:
        """How many looks at traced numbers have been noted."""
        recorder: Any = tracers[-1]
        return len(recorder.conditions) + len(recorder.escapes) + len(recorder.reads)

    def noted(self, mark: int, outcome: Any) -> Any:
        """A comparison of numbers that may be traced: if it was not noted, they had become plain, and the iteration must be seen."""
        if type(outcome) is bool and tracers and self.mark() == mark:
            recorder: Any = tracers[-1]
            recorder.escapes.append(Escape("loop-compared", user_line()))
        return outcome

    def mathematics(self, function: Callable[..., Any], *values: Any) -> Any:
        """A function of `math`, which takes the values of traced numbers without asking."""
        for x in values if tracers else ():
            if type(x) in (TracedInt, TracedFloat):
                tracers[-1].escape(x, "mathematics")
        return function(*values)

    def float(self, x: Any) -> Any:
        """`float(x)` of a number that stays traced."""
        if tracers:
            if type(x) is TracedFloat:
                return x
            if type(x) is TracedInt:
                return combined("mul", x, 1.0)
            if isinstance(x, Tensor):
                found = x.item()
                return found if isinstance(found, float) else self.float(found)
        return float(x)

    def int(self, x: Any) -> Any:
        """`int(x)` of a number that stays traced."""
        if tracers:
            if type(x) is TracedInt:
                return x
            if isinstance(x, Tensor) and not x.is_floating_point() and not x.is_complex():
                found = x.item()
                return found if type(found) is TracedInt else int(found)
        return int(x)


    def min(self, a: Any, b: Any) -> Any:
        """`min(a, b)` of numbers that stay traced."""
        return extreme("min", a, b)

    def max(self, a: Any, b: Any) -> Any:
        """`max(a, b)` of numbers that stay traced."""
        return extreme("max", a, b)


def _operation(name: str) -> Callable[[Any, Any, Any], Any]:
    plain = getattr(operator, name)

    def method(self: Any, a: Any, b: Any) -> Any:
        if type(b) is TracedInt and type(a) is float:       # Python's float would take the value without asking
            return combined(name, a, b)
        return plain(a, b)

    return method


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow"):
    setattr(Runtime, _name, _operation(_name))

runtime = Runtime()


def is_bar(x: Any) -> bool:
    """Whether an object is a progress bar of tqdm's."""
    return type(x).__module__.partition(".")[0] == "tqdm" and hasattr(x, "iterable") and hasattr(x, "update")


def runs(items: Any) -> bool:
    """Whether something can be gone over natively."""
    if type(items) is range or isinstance(items, DataLoader):
        return True
    return type(items) in (list, tuple) and len(items) >= SHORT and all(is_batch(x) for x in items)


def is_batch(x: Any) -> bool:
    """Whether an item is a tensor or several."""
    return isinstance(x, Tensor) or type(x) in (list, tuple) and bool(x) and all(isinstance(t, Tensor) for t in x)


def is_shown(x: Any) -> bool:
    """Whether a value can be kept for an output statement."""
    if isinstance(x, (Tensor, TracedInt, TracedFloat)) or type(x) in SHOWN:
        return not isinstance(x, Tensor) or x.layout is not None and x.storage_cell is not None
    return type(x) in (list, tuple) and all(map(is_shown, x)) and not any(isinstance(v, Tensor) and v.requires_grad for v in x)


def within(x: Any) -> Iterator[Any]:
    """The items of a loop that belongs to the iteration being recorded; that is given up where it becomes too long."""
    for item in x:
        yield item
        recorder: Any = tracers[-1] if tracers else None
        if recorder is not None and len(recorder.equations) > EQUATIONS:
            abandon(None)


def abandon(statement: Statement | None) -> None:
    """A loop begins that is worth more than the iterations around it: these are not recorded, now or later."""
    why = text("loop-inner", line=statement.line) if statement is not None else text("loop-too-long")
    for run in running:
        run.abandon(why)


def native_sites() -> list[Site]:
    """What is known of the loops that there have been, in the order of their lines."""
    known = [s for s in sites.values() if s.text is not None]
    return sorted(known, key=lambda s: s.text.node.lineno if s.text is not None else 0)


def run_natively(source: bytes | str, filename: str, scope: dict[str, Any]) -> None:
    """Run a program's text with its loops native wherever that is shown safe."""
    builtins.__dict__[RUNTIME] = runtime
    tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    exec(compile(rewritten(tree, runtime.number(filename)), filename, "exec", dont_inherit=True), scope)


def native(function: F) -> F:
    """The function with its loops native wherever that is shown safe; the function itself where its text is not to be had.

    >>> @torch.native
    ... def fit(w, steps):
    ...     for step in range(steps):
    ...         w.grad = None; ((w - 3) ** 2).sum().backward()
    ...         with torch.no_grad(): w -= 0.1 * w.grad
    ...     return w
    >>> fit(torch.zeros(1, requires_grad=True), 100)
    tensor([3.0000], requires_grad=True)
    """
    if not isinstance(function, types.FunctionType):
        raise TypeError(text("native-no-function", kind=type(function).__name__))
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return function
    node = next((n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == code.co_name
                 and min([n.lineno, *(d.lineno for d in n.decorator_list)]) == code.co_firstlineno), None)
    if node is None:
        return function
    builtins.__dict__[RUNTIME] = runtime
    node.decorator_list = []
    around = ast.FunctionDef("around", ast.arguments([], [ast.arg(name) for name in code.co_freevars], None, [], [], None, []), [node], [])
    module = ast.fix_missing_locations(ast.Module([ast.copy_location(around, node)], []))
    built = compile(rewritten(module, runtime.number(code.co_filename)), code.co_filename, "exec", dont_inherit=True)
    inner = next(c for c in _codes(built) if c.co_name == code.co_name and c.co_name != "around")
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    made = types.FunctionType(inner, function.__globals__, function.__name__, function.__defaults__,
                              tuple(cells[name] for name in inner.co_freevars))
    made.__kwdefaults__ = function.__kwdefaults__
    made.__dict__.update(function.__dict__)
    made.__doc__, made.__module__, made.__qualname__ = function.__doc__, function.__module__, function.__qualname__
    made.__annotations__ = function.__annotations__
    return made     # type: ignore[return-value]


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """The code objects in another."""
    for c in code.co_consts:
        if isinstance(c, types.CodeType):
            yield c
            yield from _codes(c)
