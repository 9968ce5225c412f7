"""Plans on disk: the fast lowering that a program got, by all that the lowering may look at, so that its text need not be written again.

A program is the same as another one where its equations, the layout of its storages, and what is handed on, streamed, recorded and
looked at are; for this processor, this version of LLVM and these sources. Values play no part but for the partition of equal numbers
(counters that are the same are computed once).
"""

import functools
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from steepest.core.dtype import dtype
from steepest.core.recorder import PACKAGE, Access
from steepest.core.storage import Storage
from steepest.lower import cache, machine

__all__ = ["Key", "Plan"]

DECISIVE = ("compiling", "core", "functional", "lower", "ops", "optim")
"""Folders of the package in which operations are defined, and made into native code."""


class Unknown(Exception):
    """The program has a part that text does not tell apart."""


class Plan(NamedTuple):
    """A fast lowering's name, the key of its machine code, and its memory (see `Middle.memory`)."""

    lowering: str
    code: str
    memory: list[Storage | int]
    size: int
    cell: int | None


class Key:
    """The name of a program's plan; None where it cannot have one. Storages are known by the order of their appearance."""

    def __init__(self, program: Any, results: list[Access], visible: set[Storage], exact: bool | None):
        self.numbers: dict[Storage, int] = {}
        self.contents: dict[Any, int] = {}
        self.held: dict[Storage, None] = {}
        """Those of one element that hold a number before the first step."""
        try:
            parts = [_sources(), machine.identity(), repr(exact), *self._equations(program.equations)]
            parts.append(self._storages("streams", program.streams))
            parts += [self._storages("handed on", pair) for pair in program.handed_on]
            parts += [self._access(r) for r in results]
            parts.append(repr(sorted(self._number(s) for s in visible & self.numbers.keys())))
            parts.append(f"{len(visible - self.numbers.keys())} {self._alike()}")
        except Unknown:
            self.name = None
        else:
            self.name = "plan-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def read(self) -> Plan | None:
        """The plan of this key, if there is one."""
        content = None if self.name is None else cache.read(self.name)
        if content is None:
            return None
        plan, storages = Plan(**json.loads(content)), list(self.numbers)
        return plan._replace(memory=[storages[-1 - k] if isinstance(k, int) and k < 0 else k for k in plan.memory])

    def write(self, plan: Plan) -> None:
        """Keep a plan."""
        if self.name is not None and all(isinstance(s, int) or s in self.numbers for s in plan.memory):
            memory = [s if isinstance(s, int) else -1 - self.numbers[s] for s in plan.memory]
            cache.write(self.name, json.dumps({**plan._asdict(), "memory": memory}).encode())

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
            lines.append(f"{_identity(e.primitive)} {_plain(e.params)} ({operands}) -> {made}")
        return lines

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
    raise Unknown(repr(x))


@functools.cache
def _identity(primitive: Any) -> str:
    """A primitive by its name and the lines that define it. Raises Unknown where these are not ours."""
    parts = [getattr(primitive, name, None) for name in ("definition", "combine", "function", "body")]
    return " ".join([primitive.form, primitive.name, *(_code(p) for p in parts if hasattr(p, "__code__"))])


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
