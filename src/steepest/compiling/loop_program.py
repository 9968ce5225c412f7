"""LoopProgram: what two recorded iterations of a loop agree on, as a function from places to places.

Each storage of the recording becomes a slot. What an iteration reads lies, before it, in a tensor or a number at a place that Python
can reach; what it leaves is found there again when native steps are over. A tensor that is written in place is worked on in its own
memory. One that each iteration makes anew is handed from the slot where it ends to the slot where the next iteration reads it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.compiling.numbers import evaluate, kind_of, plain
from steepest.compiling.pairing import Differs, equal, in_order, paired, refused
from steepest.compiling.places import Path, Walk, compared, layout_of
from steepest.compiling.results import Built, Computed, Constant, Given, Held, Kept, Known, Made, described
from steepest.compiling.trace import TRACED, Effect, Trace
from steepest.core.node import NOTHING
from steepest.core.recorder import Access, Content
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["Input", "LoopProgram"]

Array = np.ndarray[Any, Any]
ATOMS = (int, float, bool, str, bytes, complex, type(None))


class Input:
    """A tensor or a number that an iteration reads: where it is found, and the slot of its storage."""

    __slots__ = ("held", "in_place", "layout", "offset", "path", "slot", "written")

    def __init__(self, path: Path, slot: Storage, layout: Any, offset: int):
        self.path, self.slot, self.layout, self.offset = path, slot, layout, offset
        self.in_place, self.written = True, False
        self.held = slot
        """Where native steps expect it: the slot itself, or the slot in which the step before left it."""


class LoopProgram:
    """The equations of an iteration with its inputs and outputs by place. Raises Differs where the traces do not agree.

    `names` are the variables that such an iteration comes by, `overwritten` those that the body assigns before it reads them;
    `appended(path)` says whether the body does nothing with a list but append to it; `rewritten` that arithmetic of ints asks.
    """

    of_sizes = False
    """Whether the recordings are of two sizes."""

    def __init__(self, first: Trace, second: Trace, names: frozenset[str], overwritten: frozenset[str],
                 appended: Callable[[Path], bool], rewritten: bool = False):
        self.names, self.rewritten = names, rewritten
        self.events = second.recorder.events
        self.hosted = {p for table in (second.before, second.after) for p in table.places if second.hosted(p)}
        self.names |= self._only_ways(second, overwritten)
        self.overwritten = overwritten & self.names
        self.equations = second.recorder.equations
        self.conditions = second.recorder.conditions
        self.bases = frozenset(second.recorder.bases)
        self.kinds = {path: kind_of(number) for path, number in second.entered.items()}
        self.generators = dict(second.recorder.generators)
        self.gradients: list[Any] = []
        self.versions: list[Any] = []
        self.results: list[Access] = []
        self.needs_last = False
        self.passed: set[Path] = set()
        """Numbers that are followed, and that such an iteration leaves as they are."""
        self.pairs = self._agreed(first, second)
        places = self._inputs(first, second)
        self.outputs = self._outputs(second, places)
        self.effects = self._effects(first, second, appended, places)
        self.stops = [v.index for kind, _, values in self.effects if kind == "stop" for v in values if isinstance(v, Kept)]
        """Which records say that the loop ends with a step."""
        self.unproved = self._unproved(first, second)
        """Numbers that both recordings began with, though they are followed: one that Python has used without asking would not show."""
        self._make_slots(second, places)
        self.values, self.layouts = self._guard(second)
        self.repeats = self.fits(second.after.tensors)
        """Whether an iteration leaves tensors as it found them, so that another one can follow at once."""
        del self.pairs

    # agreement

    def _agreed(self, first: Trace, second: Trace) -> dict[Content, Content]:
        if first.recorder.conditions != second.recorder.conditions:
            raise Differs(text("loop-conditions"))
        if [of for _, of in first.recorder.events] != [of for _, of in second.recorder.events]:
            raise Differs(text("loop-effects"))
        if first.entered.keys() != second.entered.keys() or first.recorder.generators.keys() != second.recorder.generators.keys():
            raise Differs(text("loop-settling"))
        pairs = paired(first.recorder, second.recorder, self.of_sizes)
        before, after = second.before, second.after
        for path in before.values.keys() | after.values.keys():
            if not self.concerns(path) or path in second.numbers and path in second.before.values or second.grows(path):
                continue
            if path[0] in self.overwritten:
                if path not in second.numbers and not same(first.after.values.get(path), after.values.get(path)):
                    raise Differs(text("loop-state", name=named(path)))
            elif not same(before.values.get(path), after.values.get(path)):
                raise Differs(text("loop-state", name=named(path)))
        remaining = {id(x) for x in after.tensors.values()}
        for path, (x, storage, layout, _) in second.began.items():
            left = after.tensors.get(path)
            if x.storage_cell is not storage and (id(x) not in remaining or left is not x):
                raise Differs(text("loop-tensor", name=named(path)))        # others may hold it
            if self.concerns(path) and path[0] not in self.overwritten and (left is None or layout_of(left) != layout):
                raise Differs(text("loop-tensor", name=named(path)))
        for path, number in second.numbers.items():
            if path in second.counters:
                self._check_counter(path, number, second)
        return pairs

    def _only_ways(self, t: Trace, overwritten: frozenset[str]) -> set[str]:
        """Names that the iteration does not come by, and through which alone a path leads to a tensor that it works on.

        The gradient of a parameter is found behind the first name that leads there, as the optimizer of another case may be.
        """
        ways: dict[Storage, list[Path]] = {}
        for path, storage in [*((p, s) for p, (_, s, _, _) in t.began.items()), *((p, x.storage_cell) for p, x in t.after.tensors.items())]:
            if storage in t.recorder.current and path[0] not in overwritten:
                ways.setdefault(storage, []).append(path)
        return {paths[0][0] for paths in ways.values() if not any(map(self.concerns, paths))}

    def concerns(self, path: Path) -> bool:
        """Whether a path begins at a name that such an iteration comes by."""
        return (len(path) > 1 and path[0] in ("global", "data") or path[0] in self.names) and path not in self.hosted

    def _check_counter(self, path: Path, number: Any, trace: Trace) -> None:
        """What a counter is when a step is over must be what it is expected to be when the next one begins."""
        entered = trace.entered.get(path)
        if entered is None:
            raise Differs(text("loop-settling"))
        for step in (trace.step, trace.step + 1, trace.step + 1000):
            if number.expression is None or (evaluate(number.expression, step, trace.recorder.bases)
                                             != evaluate(entered.expression, step + 1, trace.recorder.bases)):
                raise Differs(text("loop-state", name=named(path)))

    # what is read

    def _inputs(self, first: Trace, second: Trace) -> dict[Storage, Path | None]:
        """The place of each storage that is read before it is written; None for one that no path leads to."""
        found: dict[Storage, Path | None] = {}
        special = dict(zip(first.streams, second.streams, strict=True))
        if first.recorder.steps is not None and second.recorder.steps is not None:
            special[first.recorder.steps] = second.recorder.steps
        for path, tensor in first.recorder.base_tensors.items():
            if path in second.recorder.base_tensors:
                special[tensor.storage_cell] = second.recorder.base_tensors[path].storage_cell
        for path in second.streamed & first.entered.keys() & second.entered.keys():
            special[first.entered[path].tensor.storage_cell] = second.entered[path].tensor.storage_cell
        for x, y in self.pairs.items():
            if y.equation is not None or y.storage in found:
                continue
            if x.storage in special:
                if special[x.storage] is not y.storage:
                    raise refused("program-flow", second.recorder, y)
                continue
            found[y.storage] = self._place_of(x.storage, y, first, second)
        return found

    def _place_of(self, before: Storage, y: Content, first: Trace, second: Trace) -> Path | None:
        for path, number in second.entered.items():
            if path not in second.streamed and number.tensor is not None and number.tensor.storage_cell is y.storage:
                other = first.entered[path].tensor
                if other is None or other.storage_cell is not before:
                    raise refused("program-flow", second.recorder, y)
                return path
        for path, (_, storage, _, _) in second.began.items():
            mine = storage is y.storage and path in first.began and first.began[path][1] is before
            if mine and self.concerns(path) and path[0] not in self.overwritten:
                return path
        if before is y.storage:
            return None
        raise refused("program-new-tensor", second.recorder, y)

    # what is left

    def _outputs(self, t: Trace, places: dict[Storage, Path | None]) -> list[tuple[Path, Any, bool]]:
        """Path, description and whether the object at the path stays the same one, for all that an iteration leaves."""
        out: list[tuple[Path, Any, bool]] = []
        objects = {id(x): path for path, x in reversed(t.after.tensors.items()) if path[0] not in self.overwritten}

        def leaf(x: Any) -> Any:
            if type(x) in TRACED:
                kind = kind_of(x)
                if x.expression is not None:
                    return Computed(x.expression, kind)
                self._read(t, x, places)
                return Held(self._access(t, x.tensor), kind)
            if isinstance(x, Tensor):
                if id(x) in objects:
                    return Known(objects[id(x)])
                if t.lent is not None and (number := t.lent.number(x)) is not None:
                    return Given(number)
                return self._tensor(t, x, places)
            if type(x) not in ATOMS:
                self.needs_last = True
            return Constant(x)

        for path, number in t.numbers.items():
            if number is t.entered.get(path):
                self.passed.add(path)
            elif self.concerns(path) and path[0] not in self.overwritten and not t.grows(path):
                self._settable(path, t)
                out.append((path, leaf(number), False))
        for path, x in t.after.tensors.items():
            if not self.concerns(path) or path[0] in self.overwritten or t.grows(path):
                continue
            began = t.began.get(path)
            if began is not None and began[1] is x.storage_cell and (began[0] is x or began[1] in places):
                continue
            if began is not None and began[1] is x.storage_cell and x.storage_cell not in t.recorder.current:
                raise Differs(text("loop-tensor", name=named(path)))
            self._settable(path, t)
            if t.lent is not None and t.lent.keeps(x):
                raise Differs(text("loop-items"))
            made = self._tensor(t, x, places)
            if isinstance(made, Constant):
                raise Differs(text("loop-tensor", name=named(path)))
            out.append((path, made, began is not None and began[0] is x))
        for path in t.before.tensors:
            if path not in t.after.tensors and self.concerns(path) and path[0] not in self.overwritten:
                self._settable(path, t)
                out.append((path, Constant(None), False))
        for name in self.overwritten:
            if (name,) in t.after.places:
                value = t.numbers.get((name,), t.after.roots.get((name,)))
                number = None if t.lent is None else t.lent.number(value)
                out.append(((name,), described(value, leaf) if number is None else Given(number), False))
        return out

    def _settable(self, path: Path, t: Trace) -> None:
        """A place must be in something that stays: a container that was there before the iteration, or a tuple in one."""
        place = t.after.places.get(path) or t.before.places[path]
        if not place.settable or not (place.root_kind in ("local", "cell") or place.root is t.frame.f_locals or t.before.knows(place.root)
                                      or place.root is t.frame.f_globals or t.before.holds(place.root)):
            raise Differs(text("loop-place", name=named(path)))

    def _tensor(self, t: Trace, x: Tensor, places: dict[Storage, Path | None]) -> Any:
        """The description of a tensor that is made anew; a constant where it is none, and the last step must be seen."""
        content = t.recorder.current.get(x.storage_cell)
        if content is None or x.node is not None and has_graph(x.node) or x.hooks is not None:
            self.needs_last = True
            return Constant(x)
        self.needs_last |= t.recorder.windows.holds(x)
        if t.began_with(x.storage_cell) and content.equation is None:
            self.needs_last = True
            if x.storage_cell not in places:
                return Constant(x)
        return Made(self._access(t, x), x)

    def _read(self, t: Trace, number: Any, places: dict[Storage, Path | None]) -> None:
        """A number that the iteration began with is read where it is left elsewhere, or kept, too."""
        storage = number.tensor.storage_cell
        if storage not in places:
            found = (p for p, x in t.entered.items() if p not in t.streamed and x.tensor is not None and x.tensor.storage_cell is storage)
            places.update((storage, path) for path in found)

    def _access(self, t: Trace, x: Tensor) -> Access:
        """How a tensor sees its storage when the iteration is over."""
        size = x.array.itemsize
        content = t.recorder.current.get(x.storage_cell) or Content(x.storage_cell, x.dtype, None)
        return Access(content, x.storage_cell.offset(x.array), x.array.shape, tuple(s // size for s in x.array.strides))

    def _unproved(self, first: Trace, second: Trace) -> dict[Path, Any]:
        """Followed numbers that were the same in both recordings. An int that changes must not be one of them: a float to the left of it
        takes its value without asking, unless the program's text has been rewritten."""
        same = {p: plain(x) for p, x in second.entered.items() if x.expression is None and p not in second.streamed
                and compared(plain(x)) == compared(plain(first.entered[p]))}
        for path, value in same.items():
            if type(value) is int and path not in self.passed and self.concerns(path) and not self.rewritten:
                raise Differs(text("loop-settling"))
        return {p: v for p, v in same.items() if p in self.passed}

    # what is done for the user

    def _effects(self, first: Trace, second: Trace, appended: Callable[[Path], bool],
                 places: dict[Storage, Path | None]) -> list[tuple[str, Any, list[Any]]]:
        a, b = first.recorder.effects, second.recorder.effects
        if [(e.kind, e.target) for e in a] != [(e.kind, e.target) for e in b] or first.growth.keys() != second.growth.keys():
            raise Differs(text("loop-effects"))
        pairs = list(zip(a, b, strict=True))
        for path, (_, tail) in second.growth.items():
            if not appended(path):
                raise Differs(text("loop-list", name=named(path)))
            if tail or first.growth[path][1]:
                pairs.append((Effect("grow", path, tuple(first.growth[path][1])), Effect("grow", path, tuple(tail))))
        out = []
        for x, y in pairs:
            if len(x.values) != len(y.values):
                raise Differs(text("loop-effects"))
            out.append((y.kind, y.target, [self._value(u, v, second, places) for u, v in zip(x.values, y.values, strict=True)]))
        return out

    def _value(self, first: Any, value: Any, t: Trace, places: dict[Storage, Path | None]) -> Any:
        """How a value that an effect uses follows from the step."""
        if type(value) in TRACED:
            kind = kind_of(value)
            if value.expression is not None:
                return Computed(value.expression, kind)
            self._read(t, value, places)
            self.results.append(self._access(t, value.tensor))
            return Kept(len(self.results) - 1, kind)
        if isinstance(value, Tensor):
            if t.lent is not None and t.lent.keeps(value):
                raise Differs(text("loop-items"))
            if value.node is not None or value.needs_grad or value.storage_cell not in t.recorder.current or self._shared_with(t, value):
                raise Differs(text("loop-effects"))
            self.results.append(self._access(t, value))
            return Kept(len(self.results) - 1, value.dtype)
        if type(value) in (tuple, list, dict) and type(first) is type(value) and len(first) == len(value):
            others = iter(first.values() if isinstance(first, dict) else first)
            return described(value, lambda v: self._value(next(others), v, t, places), deep=False)
        if not equal(first, value):
            raise Differs(text("loop-effects"))
        return Constant(value)

    def _shared_with(self, t: Trace, x: Tensor) -> bool:
        """Whether a later iteration may write to the memory of a tensor that is kept."""
        left = (y.storage_cell for path, y in t.after.tensors.items() if path[0] not in self.overwritten and not t.grows(path))
        return t.began_with(x.storage_cell) or any(storage is x.storage_cell for storage in left)

    # slots

    def _make_slots(self, t: Trace, places: dict[Storage, Path | None]) -> None:
        """Give every storage of the recording a slot; keep what the recorded iteration began and ended with, for the check. What neither
        Python nor an equation writes (a whole data set, perhaps) is not copied: it is the same now, and the program cannot change it."""
        accesses = [x for e in self.equations for x in (*e.operands, *e.results) if isinstance(x, Access)]
        contents: dict[Content, None] = dict.fromkeys(x.content for x in accesses)
        left = [a for _, d, _ in self.outputs for a in accesses_in(d)]
        contents.update((a.content, None) for a in (*left, *self.results))
        kinds = {c.storage: c for c in contents}
        began = {c.storage: old for c, old in t.recorder.before.items()}
        written = {*began, *(x.content.storage for e in self.equations for x in e.results if isinstance(x, Access))}
        slots = {s: Storage(np.empty(s.flat.size, s.flat.dtype)) for s in kinds}
        self.started, self.ended = {}, {}
        self.untouched = frozenset(slot for s, slot in slots.items() if s not in written)
        hosted = {t.entered[path].tensor.storage_cell: path for path in t.streamed if path in t.entered}
        special = {*t.streams, *hosted, *(x.storage_cell for x in t.recorder.base_tensors.values())} | {t.recorder.steps}
        for s, slot in slots.items():
            if s in places or s in special:
                self.started[slot] = began[s] if s in began else s.flat if slot in self.untouched else s.flat.copy()
        for s in {a.content.storage for a in (*left, *self.results)} | {s for s in places if s in slots}:
            if slots[s] not in self.untouched:
                self.ended[slots[s]] = s.flat.copy()
        for c in contents:
            c.storage = slots[c.storage]
        self.streams = []
        for s in t.streams:
            slot = slots.get(s) or Storage(np.empty(s.flat.size, s.flat.dtype))
            self.started.setdefault(slot, s.flat.copy())
            self.streams.append(slot)
        self.host_streams = [path for s, path in hosted.items() if s in slots]
        """Numbers that events change: their streams follow those of the data."""
        self.streams += [slots[s] for s in hosted if s in slots]
        self.step_stream = slots.get(t.recorder.steps) if t.recorder.steps is not None else None
        if self.step_stream is not None:
            self.streams.append(self.step_stream)
        self.base_slots = {path: slots[x.storage_cell] for path, x in t.recorder.base_tensors.items() if x.storage_cell in slots}
        self._hand_on(t, places, slots, kinds)
        self.untouched -= {slot for pair in self.handed_on for slot in pair}

    def _hand_on(self, t: Trace, places: dict[Storage, Path | None], slots: dict[Storage, Storage], kinds: dict[Storage, Content]) -> None:
        """Decide for every input whether it is worked on in its own memory or handed from slot to slot."""
        self.inputs: list[Input] = []
        self.pinned: list[tuple[Storage, Storage]] = []
        self.visible: set[Storage] = set()
        written = {r.content.storage for e in self.equations for r in e.results}
        ends = {path: d for path, d, _ in self.outputs if isinstance(d, (Made, Held))}
        handed: list[tuple[Storage, Storage]] = []
        for storage, path in places.items():
            slot = slots[storage]
            if path is None:
                self.pinned.append((slot, storage))
                self.visible.add(slot)
                continue
            number = path in t.entered
            made = Input(path, slot, None if number else t.began[path][2], 0 if number else t.began[path][3])
            made.written = slot in written
            self.inputs.append(made)
            if made.written and not number and path in ends:        # others may hold the tensor that was there first
                raise Differs(text("loop-tensor", name=named(path)))
            end = ends.get(path)
            if end is None and number and path in self.passed:
                self.visible.add(slot)
                continue
            if end is None:
                if number:
                    raise Differs(text("loop-state", name=named(path)))
                self.visible.add(slot)
                continue
            held = end.access.content.storage
            made.in_place = False
            if held is not slot:
                if held.flat.size != slot.flat.size or held.flat.dtype != slot.flat.dtype or end.access.offset != made.offset:
                    raise Differs(text("loop-tensor", name=named(path)))
                made.held = held
                handed.append((slot, held))
        self.handed_on = in_order(handed)
        self.visible |= {a.content.storage for _, d, _ in self.outputs for a in accesses_in(d)}
        self.visible |= {held for _, held in handed}

    def storages(self) -> list[Storage]:
        """Every slot, in the order of its appearance."""
        seen: dict[Storage, None] = {}
        for e in self.equations:
            for x in (*e.operands, *e.results):
                if isinstance(x, Access):
                    seen.setdefault(x.content.storage)
        for pair in self.handed_on:
            seen.update(dict.fromkeys(pair))
        for _, d, _ in self.outputs:
            seen.update((a.content.storage, None) for a in accesses_in(d))
        seen.update((r.content.storage, None) for r in self.results)
        return list(seen)

    # readiness

    def _guard(self, t: Trace) -> tuple[dict[Path, Any], dict[Path, Any]]:
        """What must be as it was for native steps to begin: values by path, layouts of tensors by path."""
        self.free = {path for path, _, _ in self.outputs} | self.passed
        def guarded(p: Path) -> bool:
            return self.concerns(p) and p[0] not in self.overwritten and not t.grows(p)

        self.lists = set(t.growth)
        values = {p: v for p, v in t.after.values.items() if guarded(p) and p not in self.free}
        began = {p: found for p, found in t.began.items() if guarded(p)}
        self.shared = [firsts([x for x, _, _, _ in began.values()]), firsts([storage for _, storage, _, _ in began.values()])]
        """Which of the paths with a layout lead to the same tensor, and which to the same memory."""
        return values, {p: (layout, offset, storage.flat.size) for p, (_, storage, layout, offset) in began.items()}

    def why_not(self, now: Walk) -> Path:
        """What keeps native steps from beginning where Python is now: the path to what differs, empty if nothing does."""
        for path, value in self.values.items():
            if not same(now.values.get(path), value):
                return path
        for path in now.values:
            if path not in self.values and self.concerns(path) and path[0] not in self.overwritten and path not in self.free \
                    and not self._in_list(path):
                return path
        for i in self.inputs:
            if i.layout is None and now.values.get(i.path, (None,))[0] is not self.kinds[i.path]:
                return i.path
        return ()

    def fits(self, tensors: dict[Path, Tensor]) -> bool:
        """Whether the tensors that Python can reach are such, in shape, layout and what they share, as the iteration began with."""
        for path, (layout, offset, size) in self.layouts.items():
            x = tensors.get(path)
            if x is None or layout_of(x) != layout:
                return False
            storage = x.storage_cell
            if storage.flat.size != size or storage.offset(x.array) != offset:
                return False
        found = [tensors[path] for path in self.layouts]
        if self.shared != [firsts(found), firsts([x.storage_cell for x in found])]:
            return False
        return all(path in self.layouts or not self.concerns(path) or path[0] in self.overwritten or self._in_list(path)
                   for path in tensors)

    def _in_list(self, path: Path) -> bool:
        return any(path[:len(p)] == p for p in self.lists)


def firsts(objects: list[Any]) -> list[int]:
    """For every object the place of its first appearance."""
    known: dict[int, int] = {}
    return [known.setdefault(id(x), k) for k, x in enumerate(objects)]


def same(a: Any, b: Any) -> bool:
    """Whether two values of walks are equal."""
    return a is b or type(a) is type(b) and bool(a == b)


def named(path: Path) -> str:
    """A path as the user would write it."""
    shown = ""
    for key in path:
        if key in (".", "global", "closure", "_parameters", "_modules", "_buffers") or isinstance(key, str) and key.endswith((".py", ">")):
            continue
        if isinstance(key, str):
            shown += key if not shown or key.startswith(".") else f".{key}"
        elif isinstance(key, int):
            shown += f"[{key}]"
    return shown


def has_graph(node: Any) -> bool:
    """Whether a graph still holds saved values, so that a backward pass could follow."""
    stack, seen = [node], set()
    while stack:
        n = stack.pop()
        if id(n) in seen or isinstance(n, Tensor):
            continue
        seen.add(id(n))
        if n.saved is not None and n.saved is not NOTHING:
            return True
        stack += [e[0] for e in n.edges if e is not None]
    return False


def accesses_in(description: Any) -> list[Access]:
    """The slots that a description reads."""
    if isinstance(description, Built):
        return [a for part in description.parts for a in accesses_in(part)]
    return [description.access] if isinstance(description, (Held, Made)) else []
