"""Plans on disk: how a program was lowered, by all that the lowering may look at, so that its text need not be written again.

A program is the same as another one where its equations, the layout of its storages, and what is handed on, streamed, recorded and
looked at are; for this processor, this version of LLVM and these sources. Values play no part but for the partition of equal numbers
(in fast lowerings counters that are the same are computed once).
"""

import base64
import functools
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.dtype import dtype
from steepest.core.generator import Generator
from steepest.core.mt19937 import MT19937
from steepest.core.primitive import Primitive
from steepest.core.recorder import PACKAGE, Access
from steepest.core.storage import Storage
from steepest.lower import cache, machine

__all__ = ["Key", "Plan"]

Kept = TypeVar("Kept")

DECISIVE = ("autograd", "compiling", "core", "functional", "functional/neural", "lower", "ops", "optim")
"""Folders of the package in which operations are defined, and made into native code."""


DEFINING = ("definition", "promote", "gives", "keep", "combine", "identity", "ufunc", "better", "function", "body", "index_map", "add")
"""Attributes of primitives that lowerings look at."""


class Unknown(Exception):
    """The program has a part that text does not tell apart."""


class Plan(NamedTuple):
    """A fast lowering's name, the key of its machine code, and its memory (see `Middle.memory`); or why there is none."""

    lowering: str
    code: str
    memory: list[Storage | int]
    size: int
    cell: int | None
    why: str = ""


class Key:
    """The name of a program's plan; None where it cannot have one. Storages and the engines of generators are known by the order of their
    appearance. `facts` is what the plan depends on beside the program; with `alike` also which storages hold the same number."""

    def __init__(self, program: Any, results: list[Access], visible: set[Storage], facts: tuple[Any, ...], alike: bool = False):
        self.numbers: dict[Storage, int] = {}
        self.engines: dict[MT19937, int] = {}
        self.contents: dict[Any, int] = {}
        self.held: dict[Storage, None] = {}
        """Those of one element that hold a number before the first step."""
        try:
            parts = [_sources(), machine.identity(), dtypes.get_default_dtype().name, repr(facts), *self._equations(program.equations)]
            parts.append(self._storages("streams", program.streams))
            parts += [self._storages("handed on", pair) for pair in program.handed_on]
            parts += [self._access(r) for r in results]
            parts.append(repr(sorted(self._number(s) for s in visible & self.numbers.keys())))
            parts.append(f"{len(visible - self.numbers.keys())}")
            if alike:
                parts.append(self._alike())
        except Unknown:
            self.name = None
        else:
            self.name = "plan-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def read(self, kind: Callable[..., Kept]) -> Kept | None:
        """The plan of this key, if there is one."""
        content = None if self.name is None else cache.read(self.name)
        return None if content is None else kind(**json.loads(content, object_hook=self._decoded))

    def write(self, plan: NamedTuple) -> None:
        """Keep a plan."""
        if self.name is not None:
            cache.write(self.name, json.dumps(plan._asdict(), default=self._encoded).encode())

    def _encoded(self, x: Any) -> dict[str, Any]:
        if isinstance(x, MT19937):
            return {"engine": self.engines[x]}
        if isinstance(x, Storage):      # one that is not the program's is a table of the plan's own
            return {"storage": self.numbers[x]} if x in self.numbers else {"table": self._encoded(x.flat)}
        assert isinstance(x, np.ndarray)
        return {"array": base64.b64encode(x.tobytes()).decode(), "dtype": x.dtype.name}

    def _decoded(self, found: dict[str, Any]) -> Any:
        if "storage" in found:
            return list(self.numbers)[found["storage"]]
        if "engine" in found:
            return list(self.engines)[found["engine"]]
        if "table" in found:
            return Storage(found["table"])
        return np.frombuffer(base64.b64decode(found["array"]), found["dtype"]).copy() if "array" in found else found

    def _number(self, storage: Storage) -> int:
        return self.numbers.setdefault(storage, len(self.numbers))

    def _storages(self, word: str, storages: Iterable[Storage]) -> str:
        return f"{word} " + " ".join(f"{self._number(s)}:{s.flat.dtype}[{s.flat.size}]" for s in storages)

    def _access(self, x: Access) -> str:
        c = x.content
        number = self.contents.setdefault(c, len(self.contents))
        if c.equation is None and c.storage.flat.size == 1:
            self.held[c.storage] = None
        made = "before" if c.equation is None else c.equation
        return f"c{number}@{self._number(c.storage)}:{made}:{c.dtype.name}[{c.storage.flat.size}] {x.offset} {x.shape} {x.strides}"

    def _equations(self, equations: Iterable[Any]) -> list[str]:
        lines = []
        for e in equations:
            operands = "; ".join(self._access(x) if isinstance(x, Access) else _plain(x) for x in e.operands)
            made = "; ".join(map(self._access, e.results))
            params = "; ".join(f"{k}={self._source(x) if isinstance(x, Generator) else _plain(x)}" for k, x in e.params.items())
            lines.append(f"{_identity(e.primitive)} {params} ({operands}) -> {made}")
        return lines

    def _source(self, generator: Generator) -> str:
        """A generator by its engine, and whether native code may draw from it."""
        engine = generator.engine
        return f"generator {self.engines.setdefault(engine, len(self.engines))} {engine.memory is None}"

    def _alike(self) -> str:
        """Which storages hold the same number."""
        found: dict[str, list[int]] = {}
        for s in self.held:
            found.setdefault(f"{s.flat.dtype} {s.flat[0]!r}", []).append(self.numbers[s])
        return repr(sorted(found.values()))


def _plain(x: Any) -> str:
    """A number, a text, or a collection of them, so that different ones have different texts. Raises Unknown for anything else."""
    if x is None or isinstance(x, (bool, int, float, complex, str, np.generic)):
        return f"{type(x).__name__} {x!r}"
    if isinstance(x, dtype):
        return x.name
    if isinstance(x, slice):
        return f"slice{_plain((x.start, x.stop, x.step))}"
    if isinstance(x, (tuple, list)):
        return f"{type(x).__name__}({', '.join(map(_plain, x))})"
    if isinstance(x, dict):
        return f"{{{', '.join(f'{_plain(k)}: {_plain(v)}' for k, v in x.items())}}}"
    if isinstance(x, np.ndarray) and x.dtype.kind in "biufc":
        return f"array {x.dtype} {x.shape} {hashlib.sha256(x.tobytes()).hexdigest()}"
    if isinstance(x, np.ufunc):
        return x.__name__
    if isinstance(x, Primitive):
        return _identity(x)
    raise Unknown(repr(x))


@functools.cache
def _identity(primitive: Any) -> str:
    """A primitive by its name and the lines that define it. Raises Unknown where these are not ours."""
    if not type(primitive).__module__.startswith(f"{__name__.partition('.')[0]}."):
        raise Unknown(repr(primitive))
    parts = [getattr(primitive, name, None) for name in DEFINING]
    return " ".join([primitive.form, primitive.name, *(_code(p) if hasattr(p, "__code__") else _plain(p) for p in parts)])


def _code(function: Any) -> str:
    """A function of ours by where it stands, and by the values and functions that it has taken along."""
    code = function.__code__
    if not code.co_filename.startswith(PACKAGE):
        raise Unknown(repr(function))
    held = [cell.cell_contents for cell in function.__closure__ or ()] + list(function.__defaults__ or ())
    taken = ", ".join(_code(x) if hasattr(x, "__code__") else _plain(x) for x in held)
    return f"{code.co_filename}:{code.co_firstlineno}({taken})"


@functools.cache
def _sources() -> str:
    """The source files that have a say, by when they were written. Raises Unknown where there are no such files."""
    found = []
    try:
        for folder in DECISIVE:
            with os.scandir(Path(PACKAGE) / folder) as listing:
                found += [f"{e.path} {e.stat().st_mtime_ns} {e.stat().st_size}" for e in listing if e.is_file()]
    except OSError as reason:
        raise Unknown(repr(reason)) from reason
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()
