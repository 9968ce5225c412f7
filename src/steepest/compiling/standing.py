"""Whether Python is where a section left it, told for a loop that is entered again without walking again.

What the walk found must be as it was, but for paths that are free: there lie the tensors and numbers that native steps leave, and what
lies there now is looked up. Where CPython's objects can be read, most of it is compared in their memory (`words`).
"""

import types
from collections import OrderedDict
from functools import partial
from itertools import repeat
from operator import is_
from typing import Any

from steepest.compiling.places import SETTINGS, Names, Walk, settings, variable
from steepest.compiling.unchanged import (
    Free,
    Together,
    is_free_of,
    same_cell,
    same_class,
    same_elements,
    same_items,
    same_set,
    same_slot,
    same_tensor,
)
from steepest.compiling.words import Entry, Words, available
from steepest.core.tensor import Tensor

__all__ = ["Standing"]

MISSING = object()
TRIES = 3
"""So often may objects' memory differ where nothing that matters has changed, until it is no longer read."""
STATE = ("array", "_grad", "needs_grad", "node", "hooks")


class Standing:
    """What a walk found, prepared for comparisons. `names` are those from which it started, `overwritten` variables that do not matter."""

    def __init__(self, found: Walk, names: Names, overwritten: frozenset[str], free: Free):
        self.found, self.free = found, free
        self.frame: types.FrameType | None = None
        self.variables = [(found.places[(name,)], name) for name in names.local if (name,) in found.places]
        self.noted = [n for n in found.noted if n[1][0] not in overwritten and not isinstance(n[2], tuple)     # which holds what it held
                      and not (n[0] is same_slot and isinstance(n[2], type))]       # the class is noted as a whole
        self.together = Together(self.noted, free)
        self.alone = [n for n in self.noted if n[0] is not same_items or not is_free_of(n, free)]
        self.entry: Entry | None = None
        self.unread: list[Any] = []
        """What is asked of Python where the rest is read in memory."""
        self.tries = TRIES if available() is not None else 0
        self.local = [name for name in names.local if name not in overwritten and not ((name,) in free and (name,) in found.roots)]
        self.expected = [found.roots.get((name,), MISSING) for name in self.local]
        self.outer = [name for name in self.local if (name,) not in found.roots]
        scoped = [(("global", code.co_filename, name), scope, name) for code, scope in names.codes for name in code.co_names]
        self.scoped = [(scope, name, found.roots.get(path, MISSING)) for path, scope, name in scoped
                       if not (path in free and path in found.roots)]
        places = [(path, found.places[path]) for path in free if path in found.places and path[0] not in overwritten]
        grads = {id(x): held[3] is not None for check, _, x, held in self.noted if check is same_tensor}
        self.open = [(path, partial(getattr, p.container, p.key) if p.kind == "slot" else p.get,
                      grads.get(id(p.container)) if p.key == "_grad" else None) for path, p in places]
        """Free paths, what finds the value there, and whether a gradient must lie there, or none."""

    def holds(self, frame: types.FrameType, left_out: Any) -> bool:
        """Whether everything is as it was, in this frame, but for `left_out`; then the walk's places are there, and it knows what lies at
        the free paths."""
        if self.found.iterators or self.found.values[SETTINGS] != settings() or not self._roots_hold(frame, left_out):
            return False
        if self.entry is not None and self.entry.function(self.entry.address):
            if not self._all(self.unread):
                return False
        else:
            if not (self.together.still() and self._all(self.alone)):
                return False
            self._read()
        if frame is not self.frame:
            self.frame = frame
            for place, name in self.variables:
                here = variable(frame, name)
                place.kind, place.container = here.kind, here.container
        for path, get, present in self.open:
            try:
                value = get()
            except (KeyError, AttributeError, IndexError):
                return False
            if path in self.found.lists and type(value) is not list or present is not None and (value is not None) is not present:
                return False
            self.found.again(path, value)
        return True

    def _roots_hold(self, frame: types.FrameType, left_out: Any) -> bool:
        variables, code = frame.f_locals, frame.f_code
        now = list(map(variables.get, self.local, repeat(MISSING)))
        if not all(map(is_, now, self.expected)):
            if not all(a is b or a is left_out and b is MISSING for a, b in zip(now, self.expected, strict=True)):
                return False
        for name in self.outer:
            if name not in variables and not any(name in own for own in (code.co_varnames, code.co_cellvars, code.co_freevars)):
                value = frame.f_globals.get(name, MISSING)
                if value is not self.found.roots.get(("global", name), MISSING) and value is not left_out \
                        and not (("global", name) in self.free and ("global", name) in self.found.roots):
                    return False
        return all(scope.get(name, MISSING) is value or value is MISSING and scope[name] is left_out for scope, name, value in self.scoped)

    def _all(self, noted: list[Any]) -> bool:
        free = self.free
        return all(check(path, x, held, free) for check, path, x, held in noted)

    def _read(self) -> None:
        """Everything is as it was: read it in memory, and compare that from now on."""
        if not self.tries:
            self.entry = None
            return
        self.tries -= 1
        dicts: list[Any] = []
        lists: list[Any] = []
        sets: list[Any] = []
        cells: list[Any] = []
        classes: list[type] = []
        tensors: list[tuple[Tensor, tuple[str, ...]]] = []
        self.unread = []
        for n in self.noted:
            check, path, x, held = n
            if check is same_items and is_free_of(n, self.free) and _is_plain(x):
                dicts.append(x)
            elif check is same_set and type(x) is set and not x:
                sets.append(x)
            elif check is same_elements and path in self.free:
                continue            # it is only appended to
            elif check is same_elements and type(x) is list and not any((*path, i) in self.free for i in range(len(x))):
                lists.append(x)
            elif check is same_class and not any((*path, "." + name) in self.free for name in held):
                classes.append(x)
            elif check is same_cell and (*path, held[0]) not in self.free:
                cells.append(x)
            elif check is same_tensor:
                loose = {"array": path in self.free, "_grad": (*path, "grad") in self.free}
                tensors.append((x, tuple(name for name in STATE if not loose.get(name))))
            else:
                self.unread.append(n)
        self.entry = Entry([], [])
        self.entry.guard(Words(dicts, lists, sets, tensors, cells, classes))


def _is_plain(x: Any) -> bool:
    """Whether a dictionary shows its items as they lie in memory."""
    base = OrderedDict if isinstance(x, OrderedDict) else dict
    return all(getattr(type(x), name) is getattr(base, name) for name in ("__iter__", "__len__", "values"))
