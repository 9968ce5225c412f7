"""Reading a pickle without running code: a machine for its instructions that knows a closed table of names.

A pickle is a program. This machine carries out the instructions that make numbers, strings and plain containers; calls
and objects only with names from the table or names that the user has declared safe. (Instructions: Python, `pickletools`.)
"""

import _compat_pickle
import pickle
import pickletools
import struct
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import IO, Any

from steepest.errors import text
from steepest.serialization.archive import Damaged
from steepest.serialization.names import TABLE

__all__ = ["SafeUnpickler", "add_safe_globals", "clear_safe_globals", "get_safe_globals", "safe_globals", "unknown_names"]

# Modules whose functions stay forbidden even where a user allows them.
BLOCKED = ("sys", "os", "posix", "nt")

_allowed: list[Any] = []


def add_safe_globals(safe_globals: Iterable[Any]) -> None:
    """Let `load(..., weights_only=True)` make objects of these classes and call these functions.

    Each is a class, a function, or a pair of it and the full name that files use for it. Raises TypeError for anything else.
    """
    given = list(safe_globals)
    for item in given:
        named(item)
    _allowed.extend(item for item in given if item not in _allowed)


def get_safe_globals() -> list[Any]:
    """What was declared safe."""
    return list(_allowed)


def clear_safe_globals() -> None:
    """Forget all that was declared safe."""
    _allowed.clear()


class safe_globals:
    """Declares classes and functions safe for a `with` block."""

    def __init__(self, safe_globals: Iterable[Any]):
        self.given = list(safe_globals)

    def __enter__(self) -> None:
        self.before = get_safe_globals()
        add_safe_globals(self.given)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _allowed[:] = self.before


def named(item: Any) -> tuple[str, Any]:
    """The name that files use for a global that was declared safe, and the global."""
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], str):
        return item[1], item[0]
    if not callable(item) or not hasattr(item, "__qualname__"):
        raise TypeError(text("safe-global-shape", seen=item))
    return f"{item.__module__}.{item.__qualname__}", item


def allowed_names() -> dict[str, Any]:
    """What was declared safe by its name; a class of this package also by the name that PyTorch gives its own."""
    package = __name__.split(".")[0] + "."
    allowed = dict(map(named, _allowed))
    return {"torch." + name.removeprefix(package): item for name, item in allowed.items() if name.startswith(package)} | allowed


def full_name(module: str, name: str) -> tuple[str, str]:
    """Module and name as Python 3 calls them: pickles of protocol 2 use the names of Python 2."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[module, name]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


def unknown_names(data: bytes) -> list[str]:
    """The global names in a pickle that are neither in the table nor declared safe."""
    asked = [str(argument).split(" ", 1) for code, argument, _ in pickletools.genops(data) if code.name == "GLOBAL"]
    known = TABLE.keys() | allowed_names().keys()
    return sorted({".".join(full_name(module, name)) for module, name in asked} - known)


CONSTANTS: dict[bytes, Any] = {pickle.NONE: None, pickle.NEWTRUE: True, pickle.NEWFALSE: False, pickle.EMPTY_TUPLE: ()}
EMPTY: dict[bytes, Callable[[], Any]] = {pickle.EMPTY_LIST: list, pickle.EMPTY_DICT: dict, pickle.EMPTY_SET: set}
NUMBERS = {pickle.BININT: "<i", pickle.BININT1: "<B", pickle.BININT2: "<H", pickle.BINFLOAT: ">d"}
STRINGS = {pickle.BINUNICODE: "<I", pickle.SHORT_BINUNICODE: "<B", pickle.BINUNICODE8: "<Q"}
BYTES = {pickle.BINBYTES: "<I", pickle.SHORT_BINBYTES: "<B", pickle.BINBYTES8: "<Q"}
LONGS = {pickle.LONG1: "<B", pickle.LONG4: "<i"}
TUPLES = {pickle.TUPLE1: 1, pickle.TUPLE2: 2, pickle.TUPLE3: 3}
FETCH = {pickle.BINGET: "<B", pickle.LONG_BINGET: "<I"}
STORE = {pickle.BINPUT: "<B", pickle.LONG_BINPUT: "<I"}


class SafeUnpickler:
    """Reads one pickle from `file`; `storage` gives the storage of a persistent id.

    Raises UnpicklingError for what is not allowed, `Damaged` for what no pickler writes.
    """

    def __init__(self, file: IO[bytes], storage: Callable[[Any], Any], encoding: str = "utf-8"):
        self.file, self.storage, self.encoding = file, storage, encoding
        self.stack: list[Any] = []
        self.outer: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        allowed = allowed_names()
        self.known = TABLE | allowed
        self.callable = {id(value) for value in self.known.values() if callable(value)}
        self.users = {id(value) for value in allowed.values()}

    def load(self) -> Any:
        try:
            while (code := self.take(1)) != pickle.STOP:
                self.step(code)
            return self.stack.pop()
        except (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError, RuntimeError, struct.error) as error:
            raise Damaged(text("damaged-pickle", error=f"{type(error).__name__}: {error}")) from error

    def take(self, count: int) -> bytes:
        data = self.file.read(count)
        if len(data) < count:
            raise Damaged(text("damaged-cut"))
        return data

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def line(self) -> str:
        data = self.file.readline()
        if not data.endswith(b"\n"):
            raise Damaged(text("damaged-cut"))
        return data[:-1].decode()

    def popped(self) -> list[Any]:
        """The values pushed since the last mark."""
        values, self.stack = self.stack, self.outer.pop()
        return values

    def step(self, code: bytes) -> None:
        """Carry out one instruction."""
        push = self.stack.append
        if code in CONSTANTS:
            push(CONSTANTS[code])
        elif code in EMPTY:
            push(EMPTY[code]())
        elif code in NUMBERS:
            push(self.number(NUMBERS[code]))
        elif code in STRINGS:
            push(self.take(self.number(STRINGS[code])).decode("utf-8", "surrogatepass"))
        elif code in BYTES:
            push(self.take(self.number(BYTES[code])))
        elif code in LONGS:
            push(int.from_bytes(self.take(self.number(LONGS[code])), "little", signed=True))
        elif code in TUPLES:
            count = TUPLES[code]
            self.stack[-count:] = [tuple(self.stack[-count:])]
        elif code in FETCH:
            push(self.memo[self.number(FETCH[code])])
        elif code in STORE:
            self.memo[self.number(STORE[code])] = self.stack[-1]
        elif code in self.ACTIONS:
            self.ACTIONS[code](self)
        else:
            raise ValueError(f"instruction {code!r}")

    def mark(self) -> None:
        self.outer.append(self.stack)
        self.stack = []

    def memoize(self) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def tuple_(self) -> None:
        values = tuple(self.popped())
        self.stack.append(values)

    def frozenset_(self) -> None:
        values = frozenset(self.popped())
        self.stack.append(values)

    def python2_string(self) -> None:
        data = self.take(self.number("<B"))
        self.stack.append(data if self.encoding == "bytes" else data.decode(self.encoding))

    def append(self) -> None:
        self.extend([self.stack.pop()])

    def extend(self, values: list[Any] | None = None) -> None:
        values = self.popped() if values is None else values
        self.target("append", list).extend(values)

    def add(self) -> None:
        values = self.popped()
        self.target("add", set).update(values)

    def set_item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.set_items([key, value])

    def set_items(self, values: list[Any] | None = None) -> None:
        values = self.popped() if values is None else values
        target = self.target("set an item of", dict, OrderedDict, Counter)
        for key, value in zip(values[::2], values[1::2], strict=True):
            target[key] = value

    def target(self, action: str, *kinds: type) -> Any:
        if type(self.stack[-1]) not in kinds:
            raise pickle.UnpicklingError(text("unsafe-call", action=f"{action} {type(self.stack[-1]).__name__}"))
        return self.stack[-1]

    def global_(self) -> None:
        module, name = self.line(), self.line()
        self.find(module, name)

    def stack_global(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.find(module, name)

    def find(self, module: str, name: str) -> None:
        module, name = full_name(module, name)
        full = f"{module}.{name}"
        if module in BLOCKED:
            raise pickle.UnpicklingError(text("blocked-global", name=full, module=module))
        if full not in self.known:
            raise pickle.UnpicklingError(text("unsafe-global", name=full.removeprefix("builtins.")))
        self.stack.append(self.known[full])

    def call(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if id(function) not in self.callable:
            raise pickle.UnpicklingError(text("unsafe-call", action=f"call {function!r}"))
        self.stack.append(function(*arguments))

    def new_object(self) -> None:
        arguments, kind = self.stack.pop(), self.stack.pop()
        if id(kind) not in self.users and kind not in (OrderedDict, Counter):
            raise pickle.UnpicklingError(text("unsafe-call", action=f"make a {kind!r}"))
        self.stack.append(kind.__new__(kind, *arguments))

    def build(self) -> None:
        """Give an object its attributes; a pair holds those of slots second."""
        state, target = self.stack.pop(), self.stack[-1]
        users = id(type(target)) in self.users
        if not users and type(target) is not OrderedDict:
            raise pickle.UnpicklingError(text("unsafe-call", action=f"set attributes of {type(target).__name__}"))
        if users and hasattr(target, "__setstate__"):
            target.__setstate__(state)
            return
        plain, slots = state if isinstance(state, tuple) else (state, None)
        target.__dict__.update(plain or {})
        for name, value in (slots or {}).items():
            setattr(target, name, value)

    def persistent(self) -> None:
        self.stack.append(self.storage(self.stack.pop()))

    ACTIONS: dict[bytes, Callable[["SafeUnpickler"], Any]] = {
        pickle.PROTO: lambda self: self.take(1),
        pickle.FRAME: lambda self: self.take(8),
        pickle.MARK: mark,
        pickle.POP: lambda self: self.stack.pop(),
        pickle.POP_MARK: popped,
        pickle.MEMOIZE: memoize,
        pickle.TUPLE: tuple_,
        pickle.FROZENSET: frozenset_,
        pickle.SHORT_BINSTRING: python2_string,
        pickle.APPEND: append,
        pickle.APPENDS: extend,
        pickle.ADDITEMS: add,
        pickle.SETITEM: set_item,
        pickle.SETITEMS: set_items,
        pickle.GLOBAL: global_,
        pickle.STACK_GLOBAL: stack_global,
        pickle.REDUCE: call,
        pickle.NEWOBJ: new_object,
        pickle.BUILD: build,
        pickle.BINPERSID: persistent,
    }
