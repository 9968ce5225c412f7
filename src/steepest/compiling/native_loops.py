"""Native loops for programs that were not written for them: what the rewritten text of a program calls.

`run_natively(source, filename, scope)` runs a program's text, `native` rewrites one function. Each `for` statement decides when it is
entered whether it goes over something that can run natively. Python goes through it until recording it is worth the trouble; only then
is what records and compiles imported.
"""

import ast
import builtins
import importlib
import linecache
import operator
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from steepest.compiling.numbers import TracedFloat, TracedInt, combined, extreme, tracers
from steepest.compiling.rewriting import RUNTIME, rewritten
from steepest.compiling.worth import Passage, Statement, by_python, running
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["Runtime", "native", "native_sites", "run_natively", "runtime"]

F = TypeVar("F", bound=Callable[..., Any])
SHORT, ENTRIES = 10, 2
"""A range of fewer steps is left to Python until the loop has been entered so many times."""
SEQUENCES: tuple[type, ...] = (list, tuple, range, dict, type({}.keys()), type({}.values()), type({}.items()))
"""What is counted, where loops may run within it."""
UNROLLED, EQUATIONS = 128, 4000
"""An inner range of at most so many steps belongs to the iteration around it, while that has recorded at most so many operations."""


def later(name: str) -> Any:
    """A module of this package that only loops worth compiling need."""
    return importlib.import_module(f"{__package__}.{name}")


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


class Counted:
    """A loop that stays with Python, whose steps are counted for the sake of the loops within it."""

    def __init__(self, statement: Statement, items: Any, steps: int):
        self.passage, self.items = Passage(statement, steps), items

    def __iter__(self) -> Iterator[Any]:
        passage = self.passage
        passage.begin()
        try:
            for item in self.items:
                yield item
                passage.k += 1
        finally:
            passage.end()


class Beginning:
    """A loop that Python goes through until compiling it is worth the trouble; then a `NativeLoop` goes on."""

    def __init__(self, statement: Statement, items: Any, source: Any, start: int | None, bar: Any):
        self.items, self.source, self.start, self.bar = items, source, start, bar
        self.passage = Passage(statement, sys.maxsize if (n := length_of(items)) is None else n, n is None)

    def __iter__(self) -> Iterator[Any]:
        passage = self.passage
        passage.begin()
        try:
            ended = False
            if passage.statement.skips:
                passage.statement.skips -= 1
                ended = yield from by_python(passage, self._some, self._advance, lambda: False)
            elif not passage.statement.compiled and not runtime.always:
                ended = yield from by_python(passage, self._some, self._advance, passage.pays)
            if not ended and passage.k < passage.steps:
                yield from later("rewritten_loop").NativeLoop(passage, self._source(), self.bar, runtime.always)
            elif self.bar is not None:
                self.bar.close()
        finally:
            passage.end()

    def _some(self, k: int, n: int) -> Iterator[Any]:
        """Up to n items from k on."""
        if self.source is not None:
            found: Iterator[Any] = self._source().some(k, n)
            return found
        numbers = self.items[k:k + n]
        return iter(numbers) if self.start is None else enumerate(numbers, k + self.start)

    def _source(self) -> Any:
        sources = later("sources")
        source = self.source or sources.Count(self.items)
        return source if self.start is None else sources.Numbered(source, self.start)

    def _advance(self, n: int) -> None:
        if self.bar is not None:
            self.bar.update(n)


class Runtime:
    """What a rewritten program sees as `__steepest__`."""

    recordings = tracers
    enumerate = Enumerated

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.always = False
        """Native also where it takes longer than it saves."""

    def number(self, source: bytes) -> Callable[[ast.For, frozenset[int] | None], int]:
        """Gives the `for` statements of a text numbers."""
        def give(node: ast.For, within: frozenset[int] | None) -> int:
            self.statements.append(Statement(node, source, within))
            return len(self.statements) - 1

        return give

    def over(self, k: int, x: Any) -> Any:
        """What `for` statement k goes over in the place of x."""
        statement = self.statements[k]
        if statement.left_alone:
            return counted(statement, x)
        start, bar, items = None, None, x
        while True:
            if type(items) is Enumerated and start is None:
                start, items = items.start, items.items
            elif is_bar(items) and bar is None:
                bar, items = items, items.iterable
            else:
                break
        if not runs(items):
            return counted(statement, x)
        if tracers:
            if self._belongs(statement, items):
                return within(x)
            abandon(statement)
        elif statement.belongs and running:
            return x
        statement.entered += 1
        if type(items) is range and len(items) < SHORT and statement.entered <= ENTRIES:
            return counted(statement, x)
        source = None if type(items) is range else later("sources").source_of(items)
        if source is None and type(items) is not range:
            return counted(statement, x)
        return Beginning(statement, items, source, start, bar)

    def _belongs(self, statement: Statement, items: Any) -> bool:
        """Whether a loop belongs to the iteration around it, which is being recorded."""
        if type(items) is not range or len(items) > UNROLLED or statement.trains and len(items) > SHORT:
            return False
        statement.belongs = True
        return True

    def emit(self, function: Callable[..., Any], *values: Any) -> None:
        """An output statement, taken apart, in an iteration that is being recorded."""
        later("rewritten_loop").show(function, values)

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
            recorder.missed()
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


def counted(statement: Statement, x: Any) -> Any:
    """What a loop goes over that stays with Python: where others may run within it, counted."""
    items = x.items if type(x) is Enumerated else x
    if tracers or not statement.around or type(items) not in SEQUENCES:
        return x
    return Counted(statement, x, len(items))


def length_of(items: Any) -> int | None:
    """How many items there are; None where that is not known, as for a loader over an iterable."""
    try:
        return len(items)
    except TypeError:
        return None


def is_bar(x: Any) -> bool:
    """Whether an object is a progress bar of tqdm's."""
    return type(x).__module__.partition(".")[0] == "tqdm" and hasattr(x, "iterable") and hasattr(x, "update")


def runs(items: Any) -> bool:
    """Whether something can be gone over natively."""
    loaders = sys.modules.get("steepest.data.loader")       # without it there are none
    if type(items) is range or loaders is not None and isinstance(items, loaders.DataLoader):
        return True
    return type(items) in (list, tuple) and len(items) >= SHORT and all(is_batch(x) for x in items)


def is_batch(x: Any) -> bool:
    """Whether an item is a tensor or several."""
    return isinstance(x, Tensor) or type(x) in (list, tuple) and bool(x) and all(isinstance(t, Tensor) for t in x)


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


def native_sites() -> list[Any]:
    """What is known of the loops that there have been, in the order of their lines."""
    modules = sys.modules.get(f"{__package__}.sites")
    known = [s for s in modules.sites.values() if s.text is not None] if modules is not None else []
    return sorted(known, key=lambda s: s.text.node.lineno if s.text is not None else 0)


def run_natively(source: bytes | str, filename: str, scope: dict[str, Any]) -> None:
    """Run a program's text with its loops native wherever that is shown safe."""
    builtins.__dict__[RUNTIME] = runtime
    tree = compile(source, filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    text = source if isinstance(source, bytes) else source.encode()
    exec(compile(rewritten(tree, runtime.number(text)), filename, "exec", dont_inherit=True), scope)


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
    built = compile(rewritten(module, runtime.number("".join(lines).encode())), code.co_filename, "exec", dont_inherit=True)
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
