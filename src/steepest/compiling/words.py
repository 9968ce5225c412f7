"""Words: guards read straight from the memory of CPython's objects, a nanosecond each.

A dictionary has a number that changes with every change of it (PEP 509: Python 3.11 and 3.12), an ordered one another for its order, a
list an array of pointers, a tensor's slots and a cell a pointer each. A table of addresses and of what stands there is compared by one
native function. Whoever makes a table holds the objects, so that a pointer tells an object; and the layout is tried out before it is
relied upon: where it is not as expected there is no table, and Python is asked.
"""

import ctypes
import functools
import gc
import types
from collections import OrderedDict
from collections.abc import Callable
from sys import getrefcount
from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.tensor import Tensor, fresh
from steepest.lower import machine

__all__ = ["CHANGED", "SHARED", "Entry", "Words", "available", "slots"]

TAG, ORDER, ITEMS, SIZE, USED, CELL, DATA = 24, 88, 24, 16, 24, 16, 16
"""Where these stand in a dictionary, an ordered one, a list (its items, its size), a set (how many elements it has), a cell and a NumPy
array, in bytes."""
SLOTS = ("array", "_grad", "needs_grad", "node", "hooks", "counter", "_storage")
CHANGED, KEPT, RENEWED, SHARED = 0, 1, 2, 3
"""What entering a call gives: a guard does not hold; all is well; all but that memory cannot be used again; memory is shared."""
TEXT = f"""define internal i64 @same(ptr %table, i64 %count) {{
entry:
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %more, %go ]
  %done = icmp uge i64 %i, %count
  br i1 %done, label %yes, label %look
look:
  %at = getelementptr i64, ptr %table, i64 %i
  %address = load ptr, ptr %at
  %then = getelementptr i64, ptr %at, i64 1
  %expected = load i64, ptr %then
  %found = load i64, ptr %address
  %equal = icmp eq i64 %found, %expected
  %more = add i64 %i, 2
  br i1 %equal, label %go, label %no
go:
  br label %next
yes:
  ret i64 1
no:
  ret i64 0
}}

define i64 @enter(ptr %block) {{
entry:
  %table = load ptr, ptr %block
  %b1 = getelementptr i64, ptr %block, i64 1
  %count = load i64, ptr %b1
  %b2 = getelementptr i64, ptr %block, i64 2
  %uses = load ptr, ptr %b2
  %b3 = getelementptr i64, ptr %block, i64 3
  %used = load i64, ptr %b3
  %b4 = getelementptr i64, ptr %block, i64 4
  %arguments = load ptr, ptr %b4
  %b5 = getelementptr i64, ptr %block, i64 5
  %given = load i64, ptr %b5
  %b6 = getelementptr i64, ptr %block, i64 6
  %spans = load ptr, ptr %b6
  %b7 = getelementptr i64, ptr %block, i64 7
  %written = load i64, ptr %b7
  %holds = call i64 @same(ptr %table, i64 %count)
  %changed = icmp eq i64 %holds, 0
  br i1 %changed, label %out, label %argument
argument:
  %i = phi i64 [ 0, %entry ], [ %more, %placed ]
  %all = icmp uge i64 %i, %given
  br i1 %all, label %rest, label %one
one:
  %at = getelementptr i64, ptr %arguments, i64 %i
  %object = load i64, ptr %at
  %where = add i64 %object, {DATA}
  %pointer = inttoptr i64 %where to ptr
  %begin = load i64, ptr %pointer
  %size.at = getelementptr i64, ptr %at, i64 1
  %size = load i64, ptr %size.at
  %end = add i64 %begin, %size
  %target.at = getelementptr i64, ptr %at, i64 2
  %target = load ptr, ptr %target.at
  store i64 %begin, ptr %target
  br label %span
span:
  %j = phi i64 [ 0, %one ], [ %following, %apart ]
  %none = icmp uge i64 %j, %written
  br i1 %none, label %placed, label %compare
compare:
  %first.at = getelementptr i64, ptr %spans, i64 %j
  %first = load i64, ptr %first.at
  %last.at = getelementptr i64, ptr %first.at, i64 1
  %last = load i64, ptr %last.at
  %before = icmp ult i64 %first, %end
  %after = icmp ugt i64 %last, %begin
  %both = and i1 %before, %after
  br i1 %both, label %shared, label %apart
apart:
  %following = add i64 %j, 2
  br label %span
placed:
  %more = add i64 %i, 3
  br label %argument
rest:
  %kept = call i64 @same(ptr %uses, i64 %used)
  %result = sub i64 2, %kept
  ret i64 %result
out:
  ret i64 0
shared:
  ret i64 3
}}"""


def word(address: int) -> int:
    """What stands at an address."""
    return ctypes.c_uint64.from_address(address).value


@functools.cache
def slots() -> dict[str, int]:
    """Where in a tensor the slots stand, found by looking for values put there; empty where they are not found."""
    t = fresh(np.empty(0), dtypes.float64)
    found = {}
    for name in SLOTS:
        value = object()
        setattr(t, name, value) if name != "needs_grad" else Tensor.needs_grad.__set__(t, value)    # type: ignore[attr-defined]
        places = [at for at in range(16, t.__sizeof__(), 8) if word(id(t) + at) == id(value)]
        setattr(t, name, None)
        if len(places) != 1:
            return {}
        found[name] = places[0]
    return found


@functools.cache
def available() -> Callable[[int], int] | None:
    """The function that enters calls, if objects are laid out as is expected here."""
    try:
        d: dict[str, int] = {"a": 1}
        tags = [word(id(d) + TAG)]
        for change in (lambda: d.update(b=2), lambda: d.__setitem__("a", 3), lambda: d.pop("b"), d.clear):
            change()
            tags.append(word(id(d) + TAG))
        of = types.SimpleNamespace(), type("Plain", (), {})()
        for x in of:                            # from Python 3.13 on attributes may lie elsewhere than in the dictionary
            x.a = 1
            tags.append(word(id(x.__dict__) + TAG))
            for value in (2, 3, 4):
                x.a = value
                tags.append(word(id(x.__dict__) + TAG))
            x.b = 1
            tags.append(word(id(x.__dict__) + TAG))
        ordered = OrderedDict(a=1, b=2)
        orders = [word(id(ordered) + ORDER)]
        for key in ("a", "b", "b"):
            ordered.move_to_end(key, last=len(orders) < 3)
            orders.append(word(id(ordered) + ORDER))
        x = [object(), object()]
        cell, some = types.CellType(x), {1, 2, 3}
        right = len(set(tags)) == len(tags) and len(set(orders)) == len(orders)
        right = right and word(id(x) + SIZE) == 2 and word(word(id(x) + ITEMS) + 8) == id(x[1])
        array = np.arange(3)
        right = right and word(id(array) + DATA) == array.ctypes.data and word(id(array)) == getrefcount(array) - 1
        if not right or word(id(cell) + CELL) != id(x) or word(id(some) + USED) != 3 or not slots():
            return None
        code = machine.compile_text(TEXT, "enter")
    except (machine.Unavailable, ValueError):
        return None
    function = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(code.address)
    function.native = code      # type: ignore[attr-defined]
    return function


class Words:
    """What stands in the memory of objects now: pairs of an address and a word. `sets` are empty ones; with each tensor come the names of
    its slots that are guarded."""

    def __init__(self, dicts: list[Any], lists: list[Any], sets: list[Any], tensors: list[tuple[Tensor, tuple[str, ...]]],
                 cells: list[Any], classes: list[type]):
        self.guarded: dict[int, tuple[str, ...]] = {}
        pairs: list[int] = []
        self.at: dict[int, int] = {}

        def add(address: int) -> None:
            pairs.extend((address, word(address)))

        for d in (*dicts, *(gc.get_referents(vars(kind))[0] for kind in classes)):
            self.at[id(d)] = len(pairs)
            add(id(d) + TAG)
            if isinstance(d, OrderedDict):
                add(id(d) + ORDER)
        for x in lists:
            self.at[id(x)] = len(pairs)
            add(id(x) + ITEMS)
            add(id(x) + SIZE)
            items = word(id(x) + ITEMS)
            for i in range(len(x)):
                add(items + 8 * i)
        for e in sets:
            add(id(e) + USED)
        for t, names in tensors:
            self.at[id(t)], self.guarded[id(t)] = len(pairs), names
            for name in names:
                add(id(t) + slots()[name])
        for c in cells:
            self.at[id(c)] = len(pairs)
            add(id(c) + CELL)
        self.table = np.array(pairs, np.uint64)

    def renew(self, x: Any, key: Any) -> None:
        """The package itself has put something into an object."""
        at = self.at.get(id(x))
        if at is not None:
            if isinstance(x, list):
                at += 2 * (2 + key)
            elif isinstance(x, Tensor):
                at += 2 * self.guarded[id(x)].index(key)
            self.table[at + 1] = word(int(self.table[at]))


class Entry:
    """How a call is entered: its guards are compared, and the data pointers of its arguments go into the program's table.

    `arguments` are the extents in bytes and the addresses in the table of the arguments, `spans` pairs of addresses between which the
    program writes.
    """

    def __init__(self, arguments: list[tuple[int, int]], spans: list[tuple[int, int]]):
        enter = available()
        assert enter is not None
        self.function = enter
        self.arguments = np.array([(0, size, target) for size, target in arguments], np.uint64).reshape(-1)
        self.spans = np.array(spans, np.uint64).reshape(-1)
        self.uses = np.zeros(0, np.uint64)
        tables = self.arguments.ctypes.data, self.arguments.size, self.spans.ctypes.data, self.spans.size
        self.block = np.array([0, 0, 0, 0, *tables], np.uint64)
        self.address = self.block.ctypes.data
        self.given: Any = memoryview(self.arguments)    # type: ignore[arg-type]
        self.words: Words | None = None

    def guard(self, words: Words | None) -> None:
        """Compare these words from now on."""
        if words is not None and words is not self.words:
            self.words = words
            self.block[:2] = words.table.ctypes.data, words.table.size

    def reuse(self, filled: list[Any]) -> None:
        """The memory of slots may be used again as long as the tensors over it have as many users as now, and nothing new hangs on them."""
        pairs: list[int] = []

        def add(address: int) -> None:
            pairs.extend((address, word(address)))

        for slot in filled:
            add(id(slot.held))
            add(id(slot.held.array))
            add(id(slot.storage._flat))
            for name in ("counter", "_storage", "needs_grad", "_grad"):
                add(id(slot.held) + slots()[name])
        self.uses = np.array(pairs, np.uint64)
        self.block[2:4] = self.uses.ctypes.data, self.uses.size
