"""Guards: whether Python's objects are still what they were when a walk went through them, told without walking again.

Everything that a walk came by is pinned: the items of dictionaries and lists, attributes, cells, global names. What lies there now is
compared by identity, where possible in the objects' memory (`words`). Where a number or a text was replaced by an equal one the pin
moves on.
"""

import types
from collections.abc import Iterable
from itertools import chain
from operator import attrgetter, is_, itemgetter
from types import CellType
from typing import Any

from steepest.compiling.places import Path, Place, Walk, compared, is_users, names_in
from steepest.compiling.unchanged import ATOMS, same_cell, same_class, same_elements, same_items, same_set, same_slot, same_tensor
from steepest.compiling.words import Words, available
from steepest.core.tensor import Tensor

__all__ = ["CallWalk", "Guards", "classes_in", "reads_gradients", "unchanged", "unread"]

TENSOR = ("array", "_grad", "needs_grad", "node", "hooks")
MISSING = object()
CONTENTS = object()
NONE: frozenset[Path] = frozenset()



class CallWalk(Walk):
    """A walk that does not go into the attributes at `skip`, which nothing reads, nor into tensors' gradients where nothing reads
    these."""

    def __init__(self, skip: set[Path], gradients: bool):
        super().__init__()
        self.gradients = gradients
        self.skip, self.skipped = skip, list[Place]()
        self.objects_at: dict[Path, Any] = {}

    def visit(self, path: Path, x: Any, place: Place) -> None:
        if path in self.skip:
            self.skipped.append(place)
        elif self.gradients or place.key != "_grad" or place.kind != "slot":
            self.objects_at[path] = x
            super().visit(path, x, place)


GRADIENTS = frozenset("grad _grad zero_grad backward step clip_grad_norm_ clip_grad_norm clip_grad_value_ "
                      "clip_grads_with_norm_ get_total_norm retain_grad".split())
"""Names by which code comes to the gradients of tensors."""
DYNAMIC = frozenset("getattr hasattr setattr vars dir globals eval exec __dict__ __getattr__ __getattribute__ __slots__ copy "
                    "deepcopy locals asdict astuple replace fields pickle dumps repr format attrgetter methodcaller getmembers".split())
"""Names by which code may read attributes that it does not name."""


def unread(path: Path, found: CallWalk, codes: Iterable[types.CodeType]) -> Path:
    """The beginning of a path that leads to an attribute of a user's object which none of the codes names; empty if none does."""
    for k in range(len(path) - 1):
        if path[k] == "." and isinstance(path[k + 1], str):
            owner = found.objects_at.get(path[:k])
            kinds = type(owner).__mro__[:-1]
            if owner is not None and all(map(is_users, kinds)):
                names: set[str] = set()
                for code in codes:
                    names |= names_in(code)
                if path[k + 1] not in names and not names & DYNAMIC:
                    return path[:k + 2]
    return ()


def reads_gradients(codes: Iterable[types.CodeType]) -> bool:
    """Whether any of the codes may look at `.grad`, or change it."""
    names: set[str] = set()
    for code in codes:
        names |= names_in(code)
    return bool(names & (GRADIENTS | DYNAMIC))


def classes_in(found: Walk) -> list[tuple[type, tuple[Any, ...]]]:
    """The user's classes of the objects that were found, with their methods and attributes."""
    kinds = dict.fromkeys(kind for x in found._kept for kind in (x if isinstance(x, type) else type(x)).__mro__)
    return [(kind, tuple(vars(kind).values())) for kind in kinds if is_users(kind)]


def unchanged(classes: list[tuple[type, tuple[Any, ...]]]) -> bool:
    """Whether classes have the methods and attributes that they had."""
    return all(len(vars(kind)) == len(then) and all(map(is_, vars(kind).values(), then)) for kind, then in classes)


class Guards:
    """What a walk found, pinned. `names` are pairs of a namespace and a name; `loose` are places whose numbers may change."""

    def __init__(self, found: CallWalk, names: Iterable[tuple[dict[str, Any], str]], leave_out: Iterable[Any], loose: list[Place]):
        out = {id(x) for x in leave_out}
        self.found = found
        self.dicts: list[dict[Any, Any]] = []
        self.lists: list[Any] = []
        self.empty: list[Any] = []
        self.tensors: list[Tensor] = []
        self.cells: list[Any] = []
        self.attributes: list[tuple[Any, str]] = [(x, "__code__") for x in found._kept if isinstance(x, types.FunctionType)]
        self.rare: list[tuple[Any, Any]] = []
        self.classes = classes_in(found)
        scopes: dict[int, tuple[dict[str, Any], list[str]]] = {}
        for place in found.skipped:
            d = place.container
            if isinstance(d, dict):
                scopes.setdefault(id(d), (d, list(d)))[1].remove(place.key)
        self.partly: list[Any] = [d for d, _ in scopes.values()]
        for check, _, x, held in found.noted:
            if id(x) not in out and id(x) not in scopes:
                self._pin(check, x, held)
        for scope, name in names:
            scopes.setdefault(id(scope), (scope, []))[1].append(name)
        self.scopes = [(scope, tuple(dict.fromkeys(few)), itemgetter(*dict.fromkeys(few))) for scope, few in scopes.values() if few]
        self.slots = tuple(name for name in TENSOR if found.gradients or name != "_grad")
        self.tensor_state = attrgetter(*self.slots)
        self.keys = list(chain.from_iterable(self.dicts))
        self.counted = [*self.dicts, *self.lists, *self.partly]
        self.lengths = [len(x) for x in self.counted]
        self.expected, self.others = list(self._now()), list(self._others())
        self.words: Words | None = None
        """None where the objects' memory cannot be read."""
        self._read()
        self.where = self._indices()
        names_at = [(id(x), name) for x, name in self.attributes] + [(id(scope), name) for scope, few, _ in self.scopes for name in few]
        changing = {(id(place.container), place.key) for place in loose}
        self.loose_others = frozenset(k for k, key in enumerate(names_at) if key in changing)
        self.loose = frozenset(self.where[key] for place in loose if (key := (id(place.container), place.key)) in self.where)

    def _read(self) -> None:
        """Read what can be read from the objects' memory."""
        if available() is not None and all(isinstance(x, list) for x in self.lists):
            dicts, lists, sets = ([x for x in self.empty if isinstance(x, of)] for of in (dict, list, set))
            if len(dicts) + len(lists) + len(sets) + len([x for x in self.empty if isinstance(x, frozenset)]) == len(self.empty):
                kinds = [kind for kind, _ in self.classes]
                tensors = [(t, self.slots) for t in self.tensors]
                self.words = Words(self.dicts + dicts, self.lists + lists, sets, tensors, self.cells, kinds)

    def _pin(self, check: Any, x: Any, held: Any) -> None:
        """Pin an object as a walk noted it; the lists by kind are compared together."""
        if check is same_items:
            (self.dicts if x else self.empty).append(x)
        elif check is same_elements:
            if not isinstance(x, tuple):
                (self.lists if x else self.empty).append(x)
        elif check is same_set and not x:
            self.empty.append(x)
        elif check is same_tensor:
            self.tensors.append(x)
        elif check is same_cell:
            self.cells.append(x)
        elif check is same_slot:
            self.attributes.append((x, held[0]))
        elif check is not same_class:       # they are all among `classes`
            self.rare.append((x, (check, held)))

    def _now(self) -> Iterable[Any]:
        return chain(chain.from_iterable(map(dict.values, self.dicts)), chain.from_iterable(self.lists),
                     chain.from_iterable(map(self.tensor_state, self.tensors)), map(_cell, self.cells))

    def _others(self) -> Iterable[Any]:
        """What is asked of Python in any case."""
        return chain((getattr(x, name, MISSING) for x, name in self.attributes), self._globals(), map(len, self.partly))

    def _globals(self) -> Iterable[Any]:
        for scope, names, get in self.scopes:
            if len(names) == 1:
                yield scope.get(names[0], MISSING)
            else:
                try:
                    yield from get(scope)
                except KeyError:
                    yield from (scope.get(name, MISSING) for name in names)

    def _indices(self) -> dict[tuple[int, Any], int]:
        """Where in the list of pinned values an item, an attribute or a cell stands."""
        out: dict[tuple[int, Any], int] = {}
        at = 0
        for d in self.dicts:
            out.update(((id(d), key), at + i) for i, key in enumerate(d))
            at += len(d)
        for x in self.lists:
            out.update(((id(x), i), at + i) for i in range(len(x)))
            at += len(x)
        for t in self.tensors:
            out.update(((id(t), name), at + i) for i, name in enumerate(self.slots))
            at += len(self.slots)
        out.update(((id(c), CONTENTS), at + i) for i, c in enumerate(self.cells))
        return out

    def move(self, container: Any, key: Any, value: Any) -> None:
        """A value was replaced by the package itself."""
        at = self.where.get((id(container), CONTENTS if isinstance(container, CellType) else key))
        if at is not None:
            self.expected[at] = value
            if self.words is not None:
                self.words.renew(container, key)
        else:
            self.others = list(self._others())

    def others_hold(self) -> bool:
        """Whether what is not among the words is as it was."""
        return all(map(is_, self._others(), self.others)) and (not self.rare or self._rest())

    def hold(self) -> bool:
        """Whether everything is as it was, asked of Python; the words are read again."""
        if not self._holds():
            return False
        self._read()
        return True

    def _holds(self) -> bool:
        """The same, asked of Python."""
        if any(self.empty) or list(map(len, self.counted)) != self.lengths or list(chain.from_iterable(self.dicts)) != self.keys:
            return False
        for there, pinned, loose in ((self._now, self.expected, self.loose), (self._others, self.others, self.loose_others)):
            now = list(there())
            if len(now) != len(pinned):
                return False
            for i, (a, b) in enumerate(zip(now, pinned, strict=True)):
                if a is not b:
                    if type(a) is not type(b) or type(a) not in ATOMS or i not in loose and compared(a) != compared(b):
                        return False
                    pinned[i] = a       # an equal number or text
        return self._rest()

    def _rest(self) -> bool:
        return all(check((), x, held, NONE) for x, (check, held) in self.rare) and unchanged(self.classes)


def _cell(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING
