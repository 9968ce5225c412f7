"""Places: where the Python objects that an iteration can reach hold tensors and values, found by walking from its names.

A walk starts at the variables that the body of a loop names and at the globals that the functions called from it name, and goes
through containers, attributes and closures. What it finds are paths: `("model", ".weight", "grad")` leads to a tensor. Two walks that
find the same values mean that Python is in the same state, but for the contents of tensors.
"""

import ctypes
import functools
import sys
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from steepest.compiling.numbers import FLOATS, TracedFloat, TracedInt
from steepest.compiling.unchanged import (
    ATOMS,
    Path,
    checksum,
    same_array,
    same_cell,
    same_class,
    same_elements,
    same_items,
    same_random,
    same_set,
    same_slot,
    same_tensor,
)
from steepest.core import dtype as dtypes
from steepest.core.generator import Generator
from steepest.core.modes import modes
from steepest.core.node import Node
from steepest.core.primitive import Primitive
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.nn.modules import hooks

__all__ = ["SETTINGS", "Names", "Path", "Place", "TooLarge", "Walk", "compared", "layout_of", "names_in", "settings", "variable", "walk"]

OPAQUE = (types.ModuleType, types.BuiltinFunctionType, types.CodeType, types.FrameType, Node, Primitive, Storage, Generator)
LONG = 512
"""Sequences beyond this length are compared by the identities of their elements, which are not walked into."""
MOST = 50_000
"""A walk that finds more objects is given up."""


class Place:
    """Where a value lies: `get()` finds it in the container, `put(value)` replaces it."""

    __slots__ = ("container", "key", "kind", "parent")

    def __init__(self, kind: str, container: Any, key: Any, parent: "Place | None" = None):
        self.kind, self.container, self.key, self.parent = kind, container, key, parent

    def put(self, value: Any) -> None:
        """Replace the value; in a tuple, the tuple."""
        if self.kind == "item":
            self.container[self.key] = value
        elif self.kind == "local":
            set_locals(self.container, {self.key: value})
        elif self.kind == "slot":
            setattr(self.container, self.key, value)
        elif self.kind == "cell":
            self.container.cell_contents = value
        else:
            assert self.parent is not None
            held = self.parent.get()
            items, kind = list(held), type(held)
            items[self.key] = value
            self.parent.put(kind(*items) if hasattr(kind, "_fields") else kind(items))

    def get(self) -> Any:
        """The value that lies there now."""
        if self.kind == "local":
            return self.container.f_locals[self.key]
        if self.kind == "slot":
            return getattr(self.container, self.key)
        if self.kind == "tuple":
            assert self.parent is not None
            return self.parent.get()[self.key]
        return self.container.cell_contents if self.kind == "cell" else self.container[self.key]

    @property
    def settable(self) -> bool:
        """Whether `put` can work."""
        if self.kind == "tuple":
            return self.parent is not None and self.parent.settable
        return self.kind != "fixed"

    @property
    def root_kind(self) -> str:
        """The kind of the innermost place that is not in a tuple."""
        return self.parent.root_kind if self.kind == "tuple" and self.parent is not None else self.kind

    @property
    def root(self) -> Any:
        """The innermost container that is not a tuple."""
        return self.parent.root if self.kind == "tuple" and self.parent is not None else self.container


def set_locals(frame: types.FrameType, values: dict[str, Any]) -> None:
    """Give variables of a running frame other values (PEP 667; before Python 3.13 by the call that debuggers use)."""
    if not values:
        return
    frame.f_locals.update(values)
    if sys.version_info < (3, 13) and frame.f_code.co_flags & 1:
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))


def variable(frame: types.FrameType, name: str) -> Place:
    """The place of a variable of a frame."""
    return Place("local", frame, name) if frame.f_code.co_flags & 1 else Place("item", frame.f_locals, name)


class TooLarge(Exception):
    """More objects than a walk looks at."""


class Walk:
    """What a walk found: tensors, values to compare, and the place of each."""

    def __init__(self) -> None:
        self.tensors: dict[Path, Tensor] = {}
        self.values: dict[Path, Any] = {}
        self.places: dict[Path, Place] = {}
        self.roots: dict[Path, Any] = {}
        self.lists: dict[Path, list[Any]] = {}
        self.iterators: list[Path] = []
        self.named: frozenset[str] = frozenset()
        """Names that the code uses: of the user's modules these are looked at."""
        self.noted: list[tuple[Callable[..., bool], Path, Any, Any]] = []
        """How to see whether each object that was found is still as it was: a check, the path, the object, what it held."""
        self._seen: dict[int, Path] = {}
        self._kept: list[Any] = []

    def knows(self, x: Any) -> bool:
        """Whether an object was found."""
        return id(x) in self._seen

    def begins(self, path: Path, elements: list[Any]) -> bool:
        """Whether a list still has these elements, where it is so long that they are not walked into."""
        _, *rest = self.values[path]
        return len(rest) < 2 or rest[1] == hash(tuple(map(id, elements)))

    def holds(self, container: Any) -> bool:
        """Whether a container of attributes belongs to an object that was found."""
        return any(container is getattr(x, "__dict__", None) for x in self._kept)

    def forget(self, path: Path, from_index: int) -> None:
        """Leave out a list's path and what lies behind the elements from an index on."""
        tables: tuple[dict[Path, Any], ...] = (self.values, self.tensors)
        for table in tables:
            for p in [p for p in table if p[:len(path)] == path and (p == path or p[len(path)] >= from_index)]:
                del table[p]

    def again(self, path: Path, value: Any) -> None:
        """Note what lies at a path now, in place of what lay there."""
        if path in self.lists:
            self.lists[path] = value
        elif isinstance(value, Tensor):
            self.tensors[path] = value
        elif type(value) in ATOMS or isinstance(value, np.generic):
            self.tensors.pop(path, None)
            if value is not None:
                self.values[path] = compared(value)

    def visit(self, path: Path, x: Any, place: Place) -> None:
        """Note `x` and what can be reached from it."""
        kind = type(x)
        self.places[path] = place
        note = NOTED.get(kind)
        if note is None:
            note = NOTED[kind] = _noted(kind)
        if note is _atom:
            self.values[path] = (kind, x) if kind not in FLOATS else compared(x)
            return
        if note is Walk._dict and not x:
            self.values[path] = kind, ()
            self.noted.append((same_items, path, x, ([], [])))
            return
        before = self._seen.get(id(x))
        if before is not None:
            self.values[path] = ("same as", before)
            if isinstance(x, Tensor):
                self.tensors[path] = x
            return
        self._seen[id(x)] = path
        self._kept.append(x)
        if len(self._seen) > MOST:
            raise TooLarge
        note(self, path, x)

    def _array(self, path: Path, x: np.ndarray[Any, Any]) -> None:
        self.values[path] = ("array", x.dtype.str, x.shape, checksum(x))
        self.noted.append((same_array, path, x, self.values[path]))

    def _set(self, path: Path, x: Any) -> None:
        self.values[path] = (type(x), frozenset(x) if all(type(e) in ATOMS for e in x) else frozenset(map(id, x)))
        self.noted.append((same_set, path, x, set(x)))

    def _opaque(self, path: Path, x: Any) -> None:
        self.values[path] = ("object", id(x))
        if isinstance(x, type) and is_users(x):
            self._class(path, x)
        elif isinstance(x, types.ModuleType) and x.__dict__.get("__file__") and not is_foreign(x.__file__ or "", x.__name__):
            for name in sorted(self.named & x.__dict__.keys()):
                self.noted.append((same_slot, path, x, (name, x.__dict__[name])))
                self.visit((*path, "." + name), x.__dict__[name], Place("slot", x, name))

    def _method(self, path: Path, x: types.MethodType) -> None:
        self.values[path] = ("method", id(x.__func__))
        self.visit((*path, "__self__"), x.__self__, Place("fixed", x, "__self__"))
        self._function((*path, "__func__"), x.__func__)

    def _partial(self, path: Path, x: functools.partial[Any]) -> None:
        self.values[path] = ("partial", id(x.func))
        self.visit((*path, "arguments"), (x.func, x.args, x.keywords), Place("fixed", x, "args"))

    def _random(self, path: Path, x: np.random.Generator) -> None:
        self.values[path] = ("random", repr(x.bit_generator.state))
        self.noted.append((same_random, path, x, self.values[path][1]))

    def _tensor(self, path: Path, x: Tensor) -> None:
        self.tensors[path] = x
        self.noted.append((same_tensor, path, x, (x.array, x.needs_grad, x.node is None, x._grad, x.hooks)))
        if x.hooks is not None:
            self.visit((*path, "hooks"), x.hooks, Place("fixed", x, "hooks"))
        if x._grad is not None:
            self.visit((*path, "grad"), x._grad, Place("slot", x, "_grad"))
        else:
            self.places[(*path, "grad")] = Place("slot", x, "_grad")
        if type(x) is not Tensor or x.__dict__:
            for name, value in x.__dict__.items():
                self.visit((*path, "." + name), value, Place("item", x.__dict__, name))

    def _dict(self, path: Path, x: Any) -> None:
        names = [k if type(k) is str or type(k) in ATOMS else ("key", i) for i, k in enumerate(x)]
        self.values[path] = (type(x), tuple(names))
        self.noted.append((same_items, path, x, (list(x), list(x.values()))))
        for name, (key, value) in zip(names, x.items(), strict=True):
            self.visit((*path, name), value, Place("item", x, key))

    def _sequence(self, path: Path, x: Any) -> None:
        if isinstance(x, list):
            self.lists[path] = x
        self.noted.append((same_elements, path, x, list(x)))
        if len(x) > LONG:
            self.values[path] = (type(x), len(x), hash(tuple(map(id, x))))
            return
        self.values[path] = (type(x), len(x))
        own = self.places[path]
        for i, value in enumerate(x):
            place = Place("tuple", x, i, own) if isinstance(x, tuple) else Place("item", x, i)
            self.visit((*path, i), value, place)

    def _function(self, path: Path, x: Any) -> None:
        self.values[path] = ("function", id(x.__code__))
        if "__wrapped__" in x.__dict__:
            self.visit((*path, "__wrapped__"), x.__dict__["__wrapped__"], Place("item", x.__dict__, "__wrapped__"))
        if is_foreign(x.__code__.co_filename, x.__module__ or ""):
            return
        self.noted.append((same_slot, path, x, ("__code__", x.__code__)))
        for name, cell in zip(x.__code__.co_freevars, x.__closure__ or (), strict=True):
            try:
                value = cell.cell_contents
            except ValueError:
                continue
            self.noted.append((same_cell, (*path, "closure"), cell, (name, value)))
            self.visit((*path, "closure", name), value, Place("cell", cell, name))
        for name in ("__defaults__", "__kwdefaults__"):
            if getattr(x, name):
                self.noted.append((same_slot, path, x, (name, getattr(x, name))))
                self.visit((*path, name), getattr(x, name), Place("fixed", x, name))

    def _class(self, path: Path, x: type) -> None:
        self.noted.append((same_class, path, x, dict(vars(x))))
        for name, value in vars(x).items():
            code = getattr(getattr(value, "fget", None) or getattr(value, "__func__", value), "__code__", None)
            if code is not None:
                self.values[(*path, "." + name)] = ("function", id(code))
            elif not (name.startswith("__") or callable(value) or type(value).__name__ in ("member_descriptor", "getset_descriptor")):
                self.noted.append((same_slot, path, x, (name, value)))
                self.visit((*path, "." + name), value, Place("slot", x, name))

    def _object(self, path: Path, x: Any) -> None:
        kind = type(x)
        self.values[path] = ("object of", id(kind))
        self._kept.append(kind)
        for base in kind.__mro__:
            if id(base) not in self._seen and is_users(base):
                self._seen[id(base)] = (*path, "class", base.__name__)
                self._kept.append(base)
                self._class((*path, "class", base.__name__), base)
        attributes = getattr(x, "__dict__", None)
        if attributes is not None:
            self._dict((*path, "."), attributes)
        for name in slots_of(kind):  # type: ignore[arg-type]
            try:
                value = getattr(x, name)
            except AttributeError:
                continue
            self.noted.append((same_slot, path, x, (name, value)))
            self.visit((*path, "." + name), value, Place("slot", x, name))
        if attributes is None and hasattr(kind, "__next__"):
            self.iterators.append(path)


def _atom(found: Walk, path: Path, x: Any) -> None:
    found.values[path] = compared(x)


def _noted(kind: type) -> Callable[[Walk, Path, Any], None]:
    """How values of a class are noted."""
    if kind in ATOMS or kind is TracedFloat or kind is TracedInt or issubclass(kind, np.generic):
        return _atom
    return next((note for of, note in KINDS if issubclass(kind, of)), Walk._object)


KINDS: tuple[tuple[Any, Callable[[Walk, Path, Any], None]], ...] = (
    (Tensor, Walk._tensor), (np.ndarray, Walk._array), (dict, Walk._dict), ((list, tuple, deque), Walk._sequence),
    ((set, frozenset), Walk._set), (OPAQUE, Walk._opaque), (type, Walk._opaque), (types.FunctionType, Walk._function),
    (types.MethodType, Walk._method), (functools.partial, Walk._partial), (np.random.Generator, Walk._random))
NOTED: dict[type, Callable[[Walk, Path, Any], None]] = {}


def compared(x: Any) -> tuple[Any, Any]:
    """A number or text as walks compare it: its class, and the value (NaN and the sign of zero by their text)."""
    kind = type(x)
    if issubclass(kind, np.generic) and kind is not np.float64:
        return kind, x.tobytes()
    return kind, repr(x) if kind in FLOATS and (x != x or x == 0) else x


@functools.cache
def slots_of(kind: type) -> tuple[str, ...]:
    """The names of the slots that a class and its bases declare in Python."""
    found: list[str] = []
    for base in kind.__mro__:
        names = base.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else tuple(names):
            if name not in ("__dict__", "__weakref__"):
                found.append(f"_{base.__name__.lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name)
    return tuple(found)


FOREIGN = tuple({p for p in (sys.prefix, sys.base_prefix, sys.exec_prefix) if p})
PACKAGE = __file__.rpartition("compiling")[0]
AS_USERS = tuple(PACKAGE + place.replace("/", PACKAGE[-1]) for place in ("course/programs", "tables/training.py"))


@functools.cache
def is_own(filename: str) -> bool:
    """Whether a file belongs to this package; the programs of the course that lie in it, and loops written as users write them, are
    users' programs."""
    return filename.startswith(PACKAGE) and not filename.startswith(AS_USERS)


@functools.cache
def is_foreign(filename: str, module: str = "") -> bool:
    """Whether a file is no program of the user's: this package, Python's library, or something installed."""
    if module == "__main__" and not is_own(filename):
        return False
    if filename.startswith("<"):
        typed = filename.startswith(("<stdin", "<ipython", "<string", "<cell", "<doctest", "<eval_with_key"))
        return filename.startswith("<frozen") or not typed
    return is_own(filename) or "site-packages" in filename or filename.startswith(_LIBRARY)


def is_users(kind: type) -> bool:
    """Whether a class is of the user's program."""
    file = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    return kind.__module__ == "__main__" or bool(file) and not is_foreign(file, kind.__module__)


_LIBRARY = (sys.modules["types"].__file__ or "").rpartition("types")[0] or "\0"


def layout_of(x: Tensor) -> tuple[Any, ...]:
    """What a program relies on in a tensor beside its elements."""
    return x.array.shape, x.array.strides, x.dtype, x.needs_grad and x.node is None, type(x)


@functools.cache
def names_in(code: types.CodeType) -> frozenset[str]:
    """Global names, attributes and texts that a function's code uses."""
    found = {*code.co_names, *(c for c in code.co_consts if isinstance(c, str))}
    return frozenset(found).union(*(names_in(c) for c in code.co_consts if isinstance(c, types.CodeType)))


SETTINGS = "global", "settings"
HOOKS = hooks.forward_pre_hooks, hooks.forward_hooks, hooks.backward_pre_hooks, hooks.backward_hooks


def settings() -> tuple[Any, ...]:
    """What holds for all operations: whether there are graphs, the default dtype, hooks of all modules."""
    every_hook = tuple([id(h) for of in HOOKS for h in of.values()])
    return "settings", modes.grad, modes.inference, modes.casting, dtypes.get_default_dtype(), every_hook


class Names:
    """From where a walk starts: the names of a loop's body in its frame, and globals that called functions name."""

    def __init__(self, local: Iterable[str], codes: Iterable[tuple[types.CodeType, dict[str, Any]]] = ()):
        self.local = tuple(local)
        self.codes = tuple(codes)
        self.used: frozenset[str] = frozenset().union(*(names_in(code) for code, _ in self.codes))

    def roots(self, frame: types.FrameType) -> Iterator[tuple[Path, Any, Place]]:
        """Paths, values and places of the roots."""
        variables, code = frame.f_locals, frame.f_code
        for name in self.local:
            if name in variables:
                yield (name,), variables[name], variable(frame, name)
            elif name in frame.f_globals and not any(name in own for own in (code.co_varnames, code.co_cellvars, code.co_freevars)):
                yield ("global", name), frame.f_globals[name], Place("item", frame.f_globals, name)
        for code, scope in self.codes:
            for name in code.co_names:
                if name in scope:
                    yield ("global", code.co_filename, name), scope[name], Place("item", scope, name)


def walk(frame: types.FrameType, names: Names, more: Iterable[tuple[Path, Any]] = (),
         leave_out: Callable[[Any], bool] = lambda x: False) -> Walk:
    """Walk from the names; `more` are further roots. Raises TooLarge."""
    found = Walk()
    found.named = names.used | names_in(frame.f_code)
    found.values[SETTINGS] = settings()
    for path, value, place in names.roots(frame):
        if not leave_out(value):
            found.roots[path] = value
            found.visit(path, value, place)
    for path, value in more:
        found.visit(path, value, Place("fixed", None, None))
    return found
