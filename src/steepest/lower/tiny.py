"""Tiny steps: everything unrolled, parameters and optimizer state in registers from the first step to the last.

One step is a chain of dependent operations, so what counts is the length of the chain. What does not depend on the state is
computed once before the loop; a step is built as written and as linear forms, and the shorter one is taken. The last step has a
body of its own, which also stores what is only looked at afterwards (gradients, the loss).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from steepest.core.recorder import Access, Equation
from steepest.core.storage import Storage
from steepest.lower import counters, machine
from steepest.lower.elements import Elements, work
from steepest.lower.expressions import Expressions, Unsupported, display, write
from steepest.lower.linear_forms import linear
from steepest.lower.scalar import Scalars, Value
from steepest.lower.text import Function, Index

__all__ = ["Tiny"]

Element = tuple[Any, int]
"""A storage's number and the place of an element in it; "power" and the number of a power."""

LIMIT = 600
"""So many scalar operations a step at most."""

LATENCY = {"leaf": 0, "constant": 0, "where": 2, "cast": 3, "divide": 13, "sqrt": 20, "rsqrt": 33, **dict.fromkeys(machine.C_FUNCTIONS, 40),
           "pow": 120}
"""Cycles from operands to result; 4 for what is not here."""

SLOW = frozenset(name for name, cycles in LATENCY.items() if cycles > 10)


class Tiny:
    """A step as expressions, and the text of the function that runs many of them.

    `visible` are the storages whose own memory must be right afterwards.
    """

    def __init__(self, equations: Sequence[Equation], handed_on: Sequence[tuple[Storage, Storage]], streams: Sequence[Storage],
                 records: Sequence[Access], visible: set[Storage], exact: bool) -> None:
        self.size = work(equations)
        if self.size > LIMIT:
            raise Unsupported(f"{self.size} operations a step, more than {LIMIT}")
        self.exact, self.streams, self.records = exact, streams, records
        graph = Expressions(exact)
        elements = Elements(graph, streams)
        for to, source in handed_on:
            elements.hand_on(to, source)
        for e in equations:
            elements.evaluate(e)
        self.storages = list(elements.storages)
        recorded = [elements.read(r).reshape(-1).tolist() for r in records]
        final: dict[Element, int] = {}
        for k, s in enumerate(self.storages):
            for i, (number, before) in enumerate(zip(elements.current[s].tolist(), elements.initial[s].tolist(), strict=True)):
                if number != before:
                    final[k, i] = number
        seen = [key for key in final if self.storages[key[0]] in visible]
        self._choose(graph, recorded, final, seen)

    def _choose(self, graph: Expressions, recorded: list[list[int]], final: dict[Element, int], seen: list[Element]) -> None:
        """Find what is carried, rewrite, and keep the version with the shorter chain."""
        wanted = [k for ks in recorded for k in ks]
        names = _carried(graph, wanted + [final[key] for key in seen], final)
        inside = set(names)
        seen = [key for key in seen if key not in inside]
        outputs = [final[key] for key in names] + wanted + [final[key] for key in seen]

        def changes(key: tuple[Any, ...]) -> bool:
            return key[0] != "state" or key[1:] in inside

        self.powers: list[counters.Power] = []
        if not self.exact:
            graph, outputs, self.powers = counters.powers(graph, outputs, {("state", *key): k for k, key in enumerate(names)})
        count = len(names) + len(wanted)
        self.last = Body(graph, outputs[count:], changes)
        self.loop, self.form = Body(graph, outputs[:count], changes), "as written"
        self.cycles = self.loop.cycles(len(names))
        if not self.exact:
            other = Body(*linear(graph, outputs[:count], changes), changes)
            if other.cycles(len(names)) < self.cycles:
                self.loop, self.form, self.cycles = other, "as linear forms", other.cycles(len(names))
        self.carried = dict(zip(names, self.loop.outputs, strict=False))
        rest = iter(self.loop.outputs[len(names):])
        self.recorded = [[next(rest) for _ in ks] for ks in recorded]
        self.seen = dict(zip(seen, self.last.outputs, strict=True))

    # writing

    @property
    def passes(self) -> machine.Passes:
        """Quotients and roots wait for one another (a processor has one unit for them), functions are long: two of a kind are packed."""
        return "packed" if max(self.loop.slow().values(), default=0) > 1 else "unrolled"

    def text(self) -> str:
        """`void steps(ptr table, i64 steps)`: the table holds the addresses of the storages, of the streams, of the records."""
        f = self.function = Function("steps", ["ptr noalias %table", "i64 %steps"])
        self.m = m = Scalars(f, exact=self.exact, library=self.exact)
        bases = iter([f.op(f"load ptr, ptr {f.gep('%table', k, 'int64')}")
                      for k in range(len(self.storages) + len(self.streams) + len(self.records))])
        self.bases = [next(bases) for _ in self.storages]
        self.stream_bases, self.record_bases = [next(bases) for _ in self.streams], list(bases)
        dtypes = {key: self.loop.graph.dtypes[number] for key, number in self.carried.items()}
        self.cells = {key: f.variable(dtype, initial=self._state(key, dtype).name) for key, dtype in dtypes.items()}
        initial = [p.initial(m, lambda key, dtype: self._state(key[1:], dtype)) for p in self.powers]
        self.cells |= {("power", k): f.variable(v.dtype, initial=v.name) for k, v in enumerate(initial)}
        for body in (self.loop, self.last):
            body.write_fixed(m, lambda key, dtype: self._state(key[1:], dtype))
        last = f.op("sub i64 %steps, 1")
        with f.loop(last) as at:
            self._step(at, False)
        self._step(last, True)
        for key, dtype in dtypes.items():
            f.store(self.cells[key].get(), f.gep(self.bases[key[0]], key[1], dtype), dtype)
        return f.text()

    def memory(self) -> tuple[list[Storage | int], int, int | None]:
        """What the table begins with (see `Middle.memory`): storages alone."""
        return list(self.storages), 0, None

    def _step(self, at: Index, last: bool) -> None:
        """One step: everything is read before anything is written."""
        f, m = self.function, self.m

        def leaf(key: tuple[Any, ...], dtype: str) -> Value:
            if key[0] == "stream":
                place = f.add(f.mul(at, self.streams[key[1]].flat.size), key[2])
                return m.value(f.load(f.gep(self.stream_bases[key[1]], place, dtype), dtype), dtype)
            return m.value(self.cells[key if key[0] == "power" else key[1:]].get(), dtype)

        memo = self.loop.write(m, leaf)
        following = [p.following(m, leaf(("power", k), p.dtype)) for k, p in enumerate(self.powers)]
        if last:
            looked_at = self.last.write(m, leaf)
            for (k, i), number in self.seen.items():
                dtype = self.last.graph.dtypes[number]
                f.store(looked_at[number].name, f.gep(self.bases[k], i, dtype), dtype)
        for base, record, ks in zip(self.record_bases, self.records, self.recorded, strict=True):
            dtype, first = record.content.dtype.name, f.mul(at, len(ks))
            for i, number in enumerate(ks):
                f.store(memo[number].name, f.gep(base, f.add(first, i), dtype), dtype)
        for key, number in self.carried.items():
            self.cells[key].set(memo[number].name)
        for k, value in enumerate(following):
            self.cells["power", k].set(value.name)

    def _state(self, key: Element, dtype: str) -> Value:
        return self.m.value(self.function.load(self.function.gep(self.bases[key[0]], key[1], dtype), dtype), dtype)

    def describe(self) -> str:
        """The regime, what is carried and hoisted, and the step as expressions."""
        graph, changes = self.loop.graph, self.loop.changes
        outputs = {f"state {k}[{i}]": n for (k, i), n in self.carried.items()}
        outputs |= {f"record {k}[{i}]": n for k, ks in enumerate(self.recorded) for i, n in enumerate(ks)}
        operations = [k for k in graph.needed(outputs.values()) if graph.operands(k)]
        inside = sum(changes[k] for k in operations)
        kind = "exact" if self.exact else self.form
        return (f"tiny ({self.size} operations, at most {LIMIT}): unrolled, state in registers, {kind}\n"
                f"{len(self.carried)} numbers carried, {inside} operations a step, {len(operations) - inside} before the loop, "
                f"a chain of about {self.cycles:.0f} cycles\n"
                + display(graph, outputs, lambda key: f"{key[0]} {key[1]}" + (f"[{key[2]}]" if len(key) > 2 else "")))


class Body:
    """What is computed in a step: outputs of a graph. `fixed` are the values that were computed before the loop."""

    def __init__(self, graph: Expressions, outputs: list[int], changes: Callable[[Any], bool]) -> None:
        self.graph, self.outputs, self.changes = graph, outputs, graph.depending(changes)
        self.fixed: dict[int, Value] = {}

    def write_fixed(self, m: Scalars, leaf: Callable[[Any, str], Value]) -> None:
        """What is the same in every step."""
        write(self.graph, self.outputs, [leaf], m, [self.fixed], lambda k: not self.changes[k])

    def write(self, m: Scalars, leaf: Callable[[Any, str], Value]) -> dict[int, Value]:
        """The rest; the values by their nodes."""
        memo = dict(self.fixed)
        write(self.graph, self.outputs, [leaf], m, [memo])
        return memo

    def slow(self) -> Counter[tuple[str, str]]:
        """How many quotients, roots and functions a step computes, by kind and dtype."""
        nodes = [k for k in self.graph.needed(self.outputs) if self.changes[k] and self.graph.nodes[k][0] in SLOW]
        return Counter((self.graph.nodes[k][0], self.graph.dtypes[k]) for k in nodes)

    def cycles(self, carried: int) -> float:
        """About how long a step takes: the longest chain to the carried outputs (the first ones), or the work, three a cycle."""
        depth: dict[int, float] = {}
        load = 0.0
        for number in self.graph.needed(self.outputs):
            if not self.changes[number]:
                continue
            name, operands = self.graph.nodes[number][0], self.graph.operands(number)
            cost = LATENCY.get(name, 4)
            if name in ("add", "subtract") and any(self.graph.nodes[k][0] == "multiply" for k in operands):
                cost = 1        # fused with the product
            load += cost if cost > 4 else 1 if cost else 0
            depth[number] = cost + max((depth.get(k, 0.0) for k in operands), default=0.0)
        return max(max((depth.get(k, 0.0) for k in self.outputs[:carried]), default=0.0), load / 3)


def _carried(graph: Expressions, wanted: list[int], final: dict[Element, int]) -> list[Element]:
    """The elements that a step reads, for what is wanted of it or for what it hands on, and leaves changed."""
    found: dict[Element, None] = {}
    while wanted:
        fresh = [key[1:] for key in graph.leaves(wanted) if key[0] == "state" and key[1:] in final and key[1:] not in found]
        found.update(dict.fromkeys(fresh))
        wanted = [final[key] for key in fresh]
    return list(found)
