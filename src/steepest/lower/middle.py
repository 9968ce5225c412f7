"""Middle-sized steps: a row dimension on the SIMD lanes.

One step is passes over the rows (`row_chain`), the sums that end them (`row_sums`), and what has no rows between and after them
(`flat_groups`, `scalar_part`); `row_stages` says what belongs where. All values lie in private buffers (`row_body`): what a step
begins with is copied in when native code begins, and what storages hold afterwards is copied out when it ends.

What is only looked at after the last step, such as a loss that nobody records, is computed by a second body in the last step alone.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from steepest.core.recorder import Access, Equation
from steepest.core.storage import Storage
from steepest.lower import machine
from steepest.lower.expressions import Expression, Expressions, Unsupported, write
from steepest.lower.flat_groups import groups, is_flat, write_group
from steepest.lower.graph import Graph
from steepest.lower.named import Number
from steepest.lower.row_body import Body, Buffers, Layouts, evaluate
from steepest.lower.row_chain import chain, fits_registers, is_small
from steepest.lower.row_stages import Stages, finals, prepare, row_dimension
from steepest.lower.row_sums import SMALL, Sums
from steepest.lower.scalar import Scalars, Value
from steepest.lower.scalar_part import ScalarPart
from steepest.lower.text import Function, Index

__all__ = ["Middle"]

LIMIT = 40_000_000
"""Multiply-adds of a step from which on other lowerings do better."""


CACHE = 32 * 2**10
"""Bytes of row values that a block may have."""


class Middle:
    """A program as stages over rows, and the text of the function that runs many steps."""

    passes: machine.Passes = "thorough"

    def __init__(self, equations: Sequence[Equation], handed_on: Sequence[tuple[Storage, Storage]], streams: Sequence[Storage],
                 records: Sequence[Access], visible: set[Storage], exact: bool) -> None:
        self.graph = graph = Graph(equations, handed_on, streams, records, visible, exact)
        self.records = records
        self.rows = row_dimension(graph)
        prepare(graph, self.rows)
        self.recorded = {v for v, _ in graph.records if not isinstance(v, Number)}
        held = {v for v in graph.carried.values() if not isinstance(v, Number)}
        self._check_tables()
        self.all = Stages(graph, self.rows, self.recorded | held | finals(graph))
        self.often = Stages(graph, self.rows, self.recorded | held)
        nodes = [(root.dims, root.node) for root in map(graph.roots.__getitem__, self.all.order)]
        self.size = sum(graph.count(dims) * graph.count(node.reduced) for dims, node in nodes if node is not None)
        if self.size > LIMIT:
            raise Unsupported(f"{self.size} operations a step, more than {LIMIT}")
        self.one_body = not any(self.all.has_rows(r) and self.all.made(r) for r in self.all.live - self.often.live)
        self._check_dtypes()
        self.layouts = Layouts(graph, self.rows)
        self.buffers = Buffers()
        self.scalars = ScalarPart(graph, self.all.scalars)
        self.leaves = [r for r in self.all.order if graph.roots[r].leaf is not None and r not in self.all.sources]

    def _check_tables(self) -> None:
        """Tables stay in their own memory, and what storages hold afterwards must not be what a step began with."""
        graph = self.graph
        taken = {r: node.args for r in graph.live if (node := graph.roots[r].node) is not None and node.kind == "take"}
        tables = {args[0] for args in taken.values()}
        others = {a for r in graph.live if (node := graph.roots[r].node) is not None for a in (node.args[1:] if r in taken else node.args)}
        if tables & (others | set(graph.carried) | self.recorded | finals(graph)):
            raise Unsupported("a table that changes or is also read as a whole")
        if finals(graph) & set(graph.carried):
            raise Unsupported("a look at the value of the step before")

    def _check_dtypes(self) -> None:
        """The lanes: as many as a vector has of the program's floating dtype."""
        found = {self.graph.roots[r].dtype for r in self.all.order if self.graph.roots[r].dims}
        self.width = machine.width("float32" if "float32" in found else "float64")
        if self.width < 2:
            raise Unsupported("a processor without vectors")

    # the whole function

    def text(self) -> str:
        """`void steps(ptr table, i64 steps)`; the table holds the addresses of `memory()`, then those of the streams and of the records."""
        graph, streams = self.graph, len(self.graph.streams)
        self.stream_names = [f"%s{k}" for k in range(streams)]
        self.record_names = [f"%r{k}" for k in range(len(self.records))]
        self.outside = {s: self.buffers.external(s) for s in self._outside()}
        self.cell_name = self.buffers.new(1, "int64")
        self.powers = [self.buffers.new(1, p.dtype) for p in self.scalars.powers]
        bodies = [self._body("every_step", self.all if self.one_body else self.often)]
        if not self.one_body:
            bodies.append(self._body("last_step", self.all))
        begin, end = self._begin(bodies[-1]), self._end(bodies[-1])
        functions = [begin, *(b.f for b in bodies), end]
        check = self._checks() if graph.bounds else None
        f = Function("steps", ["ptr noalias %table", "i64 %steps"])
        pointers = len(self.buffers.pointers) + streams + len(self.records)
        given = [f.op(f"load ptr, ptr {f.gep('%table', k, 'int64')}") for k in range(pointers)]
        arguments = ", ".join(f"ptr {p}" for p in given)

        def call(name: str, first: str, last: str) -> None:
            f.do(f"call void @{name}({arguments}, i64 {first}, i64 {last})")

        steps, cell = "%steps", given[int(self.cell_name[2:])]
        f.store("-1", cell, "int64")
        if check is not None:
            functions.append(check)
            call(check.name, "0", steps)
        call(begin.name, "0", steps)
        stopped = f.load(cell, "int64")
        steps = f.op(f"select i1 {f.op(f'icmp slt i64 {stopped}, 0')}, i64 {steps}, i64 {stopped}")
        with f.if_(f.op(f"icmp sgt i64 {steps}, 0")):
            if self.one_body:
                call("every_step", "0", steps)
            else:
                last = f.op(f"sub i64 {steps}, 1")
                call("every_step", "0", last)
                call("last_step", last, steps)
            call(end.name, "0", steps)
        parameters = [f"ptr noalias %p{k}" for k in range(len(self.buffers.pointers))]
        parameters += [f"ptr noalias {n}" for n in (*self.stream_names, *self.record_names)] + ["i64 %begin", "i64 %end"]
        for function in functions:
            function.params[:] = parameters
            f.use(function)
        return f.text()

    def memory(self) -> tuple[list[Storage | int], int, int | None]:
        """What the table begins with, storages and offsets into memory of the program's own; its bytes; where in it the cell lies that
        holds the step before which the program stopped, or -1."""
        memory = self.buffers.memory()
        cell = memory[int(self.cell_name[2:])]
        assert isinstance(cell, int)
        return memory, self.buffers.size, cell

    def _outside(self) -> list[Storage]:
        """The storages whose own memory is read or written."""
        leaves = [self.graph.roots[r].leaf for r in (*self.leaves, *self.all.sources)]
        origins = [self.graph.origin[r] for r in (*self.leaves, *self.all.sources)]
        read = [o for leaf, o in zip(leaves, origins, strict=True) if leaf is not None and leaf.stream is None]
        return list(dict.fromkeys([*read, *self.graph.final]))

    def _function(self, name: str) -> Function:
        return Function(name, [], internal=True, attributes="noinline align 64")

    # in and out

    def _begin(self, body: Body) -> Function:
        """Copy in what a step begins with; powers of counters; counters that must be equal."""
        f = self._function("copy_in")
        for r in self.leaves:
            leaf = self.graph.roots[r].leaf
            assert leaf is not None
            if leaf.stream is None:
                root = self.graph.roots[r]
                source = f.gep(self.outside[self.graph.origin[r]], leaf.offset, root.dtype)
                self._copy(f, source, dict(zip(root.dims, leaf.strides, strict=True)), body.place(r)[0], self._strides(body, r), root.dtype)
        m = Scalars(f, exact=False)

        def value(key: Any, dtype: str) -> Any:
            return m.value(f.load(body.place(key[1])[0], dtype), dtype)

        for power, pointer in zip(self.scalars.powers, self.powers, strict=True):
            f.store(power.initial(m, value).name, pointer, power.dtype)
        for carried, twin in self.scalars.twins.items():
            dtype = self.graph.roots[carried].dtype
            with f.if_((value((0, carried), dtype) != value((0, twin), dtype)).name):
                f.store("0", self.cell_name, "int64")
        return f

    def _end(self, body: Body) -> Function:
        """Copy out what storages hold afterwards."""
        f = self._function("copy_out")
        for s, (value, layout) in self.graph.final.items():
            dtype = s.flat.dtype.name
            sizes = [n for n, _, _ in layout]
            if isinstance(value, Number):
                name = Scalars(f).constant(value.value, dtype).name
                with ExitStack() as stack:
                    at = [stack.enter_context(f.loop(n)) for n in sizes]
                    f.store(name, f.gep(self.outside[s], _offset(f, at, [stride for _, stride, _ in layout]), dtype), dtype)
                continue
            strides = self._strides(body, value)
            pointer, first = body.place(value)
            with ExitStack() as stack:
                at = [stack.enter_context(f.loop(n)) for n in sizes]
                source = _offset(f, at, [0 if d is None else strides[d] for _, _, d in layout])
                target = _offset(f, at, [stride for _, stride, _ in layout])
                f.store(f.load(f.gep(pointer, f.add(first, source), dtype), dtype), f.gep(self.outside[s], target, dtype), dtype)
        return f

    def _strides(self, body: Body, r: int) -> dict[int, int]:
        """How far apart the elements of a root's dimensions lie in its buffer."""
        stride, out = (body.leading, {self.rows: 1}) if body.has_rows(r) else (1, {})
        for d in reversed(self.layouts.features(r)):
            out[d] = stride
            stride *= self.graph.size[d]
        return out     # type: ignore[return-value]

    def _copy(self, f: Function, source: str, source_strides: dict[int, int], target: str, strides: dict[int, int], dtype: str) -> None:
        dims = sorted(strides, key=lambda d: -strides[d])
        with ExitStack() as stack:
            at = [stack.enter_context(f.loop(self.graph.size[d])) for d in dims]
            value = f.load(f.gep(source, _offset(f, at, [source_strides[d] for d in dims]), dtype), dtype)
            f.store(value, f.gep(target, _offset(f, at, [strides[d] for d in dims]), dtype), dtype)

    def _checks(self) -> Function:
        """The first step with an index outside of its dimension goes into the cell."""
        f = self._function("check")
        with f.loop("%end") as step:
            for index, size in self.graph.bounds:
                root = self.graph.roots[index]
                whole, flat = self._is_whole(index), self.graph.count(root.dims)
                lanes = self.width if whole and flat % self.width == 0 else 1
                dims = (0,) if whole else root.dims
                with ExitStack() as stack:
                    at = [stack.enter_context(f.loop(flat if whole else self.graph.size[d], lanes)) for d in dims]
                    number = self._index(f, index, step, dict(zip(dims, at, strict=True)), whole, lanes)
                    m = Scalars(f, lanes)
                    outside = m.emit("icmp uge", m.type("int64"), "bool", number, m.constant(size, "int64"))
                    with f.if_(f.any(outside.name, lanes)):
                        f.store(str(step), self.cell_name, "int64")
                        f.leave()
        return f

    def _is_whole(self, index: int) -> bool:
        """Whether an index is all that lies in a stream, in whatever order."""
        leaf = self.graph.roots[index].leaf
        return leaf is not None and leaf.stream is not None and leaf.storage.flat.size == self.graph.count(self.graph.roots[index].dims)

    def _index(self, f: Function, index: int, step: Index, at: dict[int, Index], whole: bool, lanes: int) -> Value:
        """Elements of an index as int64, computed from streams and what never changes."""
        graph, m, g = self.graph, Scalars(f, lanes, exact=False), Expressions()

        def get(r: int, _: Any) -> Expression:
            root = graph.roots[r]
            if root.leaf is not None or root.node is not None and root.node.kind == "take" and len(root.dims) == 1:
                return g.leaf(r, root.dtype)
            if root.node is None or root.node.kind != "map":
                raise Unsupported("an index that is computed from more than streams")
            return evaluate(g, graph, r, {}, get)

        def leaf(r: int, dtype: str) -> Value:
            root = graph.roots[r]
            held = root.leaf
            if root.node is not None and root.node.kind == "take":
                table = graph.roots[root.node.args[0]].leaf
                assert table is not None
                row = leaf(root.node.args[1], "int64")
                place = f.add(table.offset, f.mul(row.name, table.strides[0]))
                return m.value(f.load(f.gep(self.outside[graph.origin[root.node.args[0]]], place, dtype), dtype), dtype)
            if held is None or r in graph.carried:
                raise Unsupported("an index that a step computes")
            place = at[0] if whole else f.add(held.offset, _offset(f, [at[d] for d in root.dims], held.strides))
            base = self.outside[graph.origin[r]] if held.stream is None else self.stream_names[held.stream]
            if held.stream is not None:
                place = f.add(place, f.mul(step, held.storage.flat.size))
            return m.value(f.load(f.gep(base, place, dtype), dtype, lanes), dtype)

        number = get(index, {}).number
        memo: dict[int, Value] = {}
        write(g, [number], [leaf], m, [memo])
        return m.cast(memo[number], "int64")

    # one step

    def _body(self, name: str, stages: Stages) -> Body:
        f = self._function(name)
        body = Body(f, self.graph, stages, self.layouts, self.buffers, self.width, self.stream_names)
        body.sources = {r: self.outside[self.graph.origin[r]] for r in stages.sources}
        wanted = self.recorded | {v for v in self.graph.carried.values() if not isinstance(v, Number)}
        wanted |= finals(self.graph) & stages.live
        if stages.once:
            outputs = [r for r in stages.order if any(r in stages.args(s) for s in stages.once)]
            self._pass(body, -1, outputs, stages.once, wanted)
        arranged = [groups(body, flat) for flat in stages.between]
        in_place = self._in_place(body, arranged[-1], wanted)
        for value, leaf in in_place.items():
            body.places[value] = body.place(leaf)
        with f.loop("%end", start="%begin") as step:
            body.step = step
            self._scalars(body)
            for k in range(stages.count + 1):
                for group in arranged[k]:
                    own = set(group.members)
                    stored = [r for r in group.members if r in wanted or any(u not in own for u in stages.users[r])]
                    write_group(body, group, stored)
                if k < stages.count:
                    self._pass(body, k, stages.outputs(k, wanted), stages.sums[k], wanted)
            self._record(body)
            self._hand_over(body, in_place)
        return body

    def _pass(self, body: Body, k: int, outputs: Sequence[int], summed: Sequence[int], wanted: set[int]) -> None:
        """One pass over the rows: blocks of them that stay in the cache, computed and then summed."""
        f, stages = body.f, body.stages
        inside = stages.inside(k, outputs)
        stored = [r for r in outputs if r in inside]
        own = set(inside) | set(summed)
        body.local = {r for r in inside if r not in wanted and own.issuperset(stages.users[r])}
        body.block = self._block(body, inside, outputs, summed)
        if body.block == body.padded:
            body.local = set()
        total = Sums(body, summed)
        total.begin()
        with f.loop(body.padded, body.block) as start:
            body.start, body.length = start, body.block
            if body.padded % body.block:
                left = f.op(f"sub i64 {body.padded}, {start}")
                shorter = f.op(f"icmp slt i64 {left}, {body.block}")
                body.length = f.op(f"select i1 {shorter}, i64 {left}, i64 {body.block}")
            straight = fits_registers(body, inside) and not total.large
            held = [r for r in stored if r not in wanted and own.issuperset(stages.users[r])] if straight else []
            registers = {key: body.cleared(values) for key, values in chain(body, inside, outputs, held).items()}
            body.clear_tail([r for r in stored if r not in held and any(map(stages.is_row_sum, stages.users[r]))])
            total.add(registers)
        body.start = 0
        total.end()

    def _block(self, body: Body, inside: Sequence[int], outputs: Sequence[int], summed: Sequence[int]) -> int:
        """How many rows are computed before they are summed: as many as stay in the first cache."""
        if any(body.size(r) > SMALL for r in summed) or not summed or not is_small(body, inside):
            return body.padded
        read = {a for r in inside for a in body.stages.args(r) if body.has_rows(a) and a not in inside}
        row = sum(body.size(r) * np.dtype(body.root(r).dtype).itemsize for r in {*outputs, *read})
        unit = body.width * body.pair
        rows = max(CACHE // max(row, 1) // unit, 1) * unit
        return rows if rows < body.padded else body.padded

    def _scalars(self, body: Body) -> None:
        """The 0-dim values, and copies of what streams hold without rows."""
        f, m, part = body.f, body.one, self.scalars
        for r in body.stages.order:
            root = self.graph.roots[r]
            if root.leaf is not None and root.leaf.stream is not None and root.node is None and root.dims:
                source = f.gep(self._stream(body, r), root.leaf.offset, root.dtype)
                strides = dict(zip(root.dims, root.leaf.strides, strict=True))
                self._copy(f, source, strides, body.place(r)[0], self._strides(body, r), root.dtype)

        def leaf(key: Any, dtype: str) -> Any:
            if key[0] == "power":
                return m.value(f.load(self.powers[key[1]], dtype), dtype)
            held = self.graph.roots[key[1]].leaf
            assert held is not None
            pointer = body.place(key[1])[0] if held.stream is None else f.gep(self._stream(body, key[1]), held.offset, dtype)
            return m.value(f.load(pointer, dtype), dtype)

        memo: dict[int, Any] = {}
        mine = [r for r in part.scalars if r in body.stages.live]
        write(part.graph, [part.outputs[r] for r in mine], [leaf], m, [memo])
        body.scalars = {r: memo[part.outputs[r]] for r in mine}
        for k, (power, pointer) in enumerate(zip(part.powers, self.powers, strict=True)):
            f.store(power.following(m, leaf(("power", k), power.dtype)).name, pointer, power.dtype)

    def _stream(self, body: Body, r: int) -> str:
        root = self.graph.roots[r]
        assert root.leaf is not None and root.leaf.stream is not None
        return body.f.gep(self.stream_names[root.leaf.stream], body.f.mul(body.step, root.leaf.storage.flat.size), root.dtype)

    def _in_place(self, body: Body, arranged: Sequence[Any], wanted: set[int]) -> dict[int, int]:
        """Which new values may be written over the old ones: nothing reads these afterwards, nor beside other elements."""
        where = {r: k for k, group in enumerate(arranged) for r in group.members}
        found: dict[int, int] = {}
        for leaf, value in self.graph.carried.items():
            if isinstance(value, Number) or value in found or value not in where or not self.graph.roots[leaf].dims:
                continue
            group = arranged[where[value]]
            users = body.stages.users.get(leaf, [])
            later = any(u in where and (where[u] > where[value] or where[u] == where[value] and not is_flat(body, group)) for u in users)
            if group.kind == "map" and is_flat(body, group) and not later and leaf not in wanted and not any(
                    value == r for r in self.recorded if r == leaf):
                found[value] = leaf
        return found

    def _hand_over(self, body: Body, in_place: dict[int, int]) -> None:
        """New values over the old ones where that has not been done yet: all are read before one is written."""
        f, part = body.f, self.scalars
        for r in part.scalars:
            if r in body.scalars and (r in self.recorded or r in finals(self.graph)) and self.graph.roots[r].node is not None:
                f.store(body.scalars[r].name, body.address(r, 0), self.graph.roots[r].dtype)
        waiting = []
        for leaf, value in self.graph.carried.items():
            root = self.graph.roots[leaf]
            if leaf in part.twins or not isinstance(value, Number) and in_place.get(value) == leaf:
                continue
            if isinstance(value, Number):
                name = body.m.constant(value.value, root.dtype).name
                waiting.append((leaf, [name] * -(-body.size(leaf) // self.width), self.width))
            elif not root.dims:
                waiting.append((leaf, [body.load(value, 0).name], 1))
            elif value != leaf:
                self._through_scratch(body, leaf, value)
        for leaf, names, width in waiting:
            for k, name in enumerate(names):
                f.store(name, body.address(leaf, k * width), self.graph.roots[leaf].dtype, width)

    def _through_scratch(self, body: Body, leaf: int, value: int) -> None:
        if value in self.graph.carried:
            raise Unsupported("state that moves from one place to another")
        f, w, dtype = body.f, self.width, self.graph.roots[leaf].dtype
        with f.loop(-(-body.size(leaf) // w) * w, w) as at:
            f.store(body.load(value, at, w).name, body.address(leaf, at), dtype, w)

    def _record(self, body: Body) -> None:
        f = body.f
        for name, access, (value, axes) in zip(self.record_names, self.records, self.graph.records, strict=True):
            dtype, shape = access.content.dtype.name, access.shape
            size = int(np.prod(shape))
            with ExitStack() as stack:
                at = [stack.enter_context(f.loop(n)) for n in shape]
                place: Index = 0
                for i, n in zip(at, shape, strict=True):
                    place = f.add(f.mul(place, n), i)
                target = f.gep(name, f.add(f.mul(body.step, size), place), dtype)
                if isinstance(value, Number):
                    f.store(body.one.constant(value.value, dtype).name, target, dtype)
                elif value in body.scalars:
                    f.store(body.scalars[value].name, target, dtype)
                else:
                    strides = self._strides(body, value)
                    pointer, first = body.place(value)
                    source = _offset(f, at, [0 if d is None else strides[d] for d in axes])
                    f.store(f.load(f.gep(pointer, f.add(first, source), dtype), dtype), target, dtype)

    # telling

    def describe(self) -> str:
        """The regime, the stages, the buffers, and the graph."""
        graph, stages = self.graph, self.all
        rows = "no rows" if self.rows is None else f"rows: d{self.rows} ({graph.size[self.rows]}), {self.width} on the lanes"
        lines = [f"middle ({self.size} operations): {rows}"]
        body = Body(Function("probe", []), graph, stages, self.layouts, Buffers(), self.width, [])
        for k in range(stages.count):
            inside = stages.inside(k, stages.outputs(k, set()))
            form = "a straight line for two vectors of rows" if is_small(body, inside) else "tiles of features and rows"
            lines.append(f"pass {k}: {len(inside)} values a row, {form}; {len(stages.sums[k])} sums over the rows")
        lines.append(f"0-dim: {len(self.scalars.scalars)} values, {len(self.scalars.twins)} counters computed once for several, "
                     f"{len(self.scalars.powers)} powers by products; without rows: {sum(map(len, stages.between))} values")
        if stages.once:
            lines.append(f"once: {', '.join(f'v{r}' for r in stages.once)}")
        if not self.one_body:
            lines.append("what is only looked at afterwards is computed in the last step alone")
        lines.append(f"{len(self.buffers.offsets)} private buffers, {self.buffers.size} bytes")
        return "\n".join([*lines, graph.display()])


def _offset(f: Function, at: Sequence[Index], strides: Sequence[int]) -> Index:
    place: Index = 0
    for i, stride in zip(at, strides, strict=True):
        place = f.add(place, f.mul(i, stride))
    return place
