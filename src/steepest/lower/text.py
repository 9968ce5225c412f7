"""The text of one LLVM function: instructions, loops and branches as context managers, memory with its own types.

A `Function` is written top to bottom. `op` always emits; `pure` gives the name of an earlier equal instruction where that one is
certain to have run (common-subexpression elimination: an instruction without side effects is its own key, looked up in the
blocks around). A value's type and its type in memory differ for bool (i1, a byte), float16 and bfloat16 (float, 16 bits).
"""

import math
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from steepest.lower import machine

__all__ = ["Function", "Variable", "itemsize", "literal", "llvm_type", "memory_type", "module"]

_VALUE = {"float32": "float", "float64": "double", "float16": "float", "bfloat16": "float", "bool": "i1",
          "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "i8"}
_MEMORY = _VALUE | {"bool": "i8", "float16": "half", "bfloat16": "i16"}
_SIZE = {"float32": 4, "float64": 8, "float16": 2, "bfloat16": 2,
         "bool": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8, "uint8": 1}

Index = int | str
EXTENT = re.compile(r"%size\.(\d+)")
SIZES = 5
"""The entry of a program's table with the address of its extents."""


def vector(element: str, width: int) -> str:
    """LLVM's type of `width` elements of an LLVM type: the type itself for one."""
    return element if width == 1 else f"<{width} x {element}>"


def llvm_type(dtype: str, width: int = 1) -> str:
    """LLVM's type of a value of this dtype in a register."""
    return vector(_VALUE[dtype], width)


def memory_type(dtype: str, width: int = 1) -> str:
    """LLVM's type of a value of this dtype in memory."""
    return vector(_MEMORY[dtype], width)


def itemsize(dtype: str) -> int:
    """Bytes of one element in memory."""
    return _SIZE[dtype]


def literal(value: float | int | bool, dtype: str, width: int = 1) -> str:
    """A number as LLVM constant of this dtype, rounded to it: `literal(0.1, "float32")` is `0x3FB99999A0000000`."""
    kind = _VALUE[dtype]
    if kind in ("float", "double"):
        number = float(value)
        if kind == "float" and math.isfinite(number):
            try:
                number = struct.unpack("f", struct.pack("f", number))[0]
            except OverflowError:
                number = math.copysign(math.inf, number)
        one = f"0x{struct.unpack('Q', struct.pack('d', number))[0]:016X}"
    elif kind == "i1":
        one = "true" if value else "false"
    else:
        bits = int(kind[1:])
        one = str((int(value) + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1))
    return one if width == 1 else f"splat ({kind} {one})"


class Variable:
    """A cell on the stack that LLVM turns into a register; the way to carry a value around a loop."""

    def __init__(self, function: "Function", pointer: str, kind: str) -> None:
        self.function, self.pointer, self.kind = function, pointer, kind

    def get(self) -> str:
        return self.function.op(f"load {self.kind}, ptr {self.pointer}")

    def set(self, value: str) -> None:
        self.function.do(f"store {self.kind} {value}, ptr {self.pointer}")


class Function:
    """One function that returns nothing. `params` are LLVM parameters: `["ptr noalias %x", "i64 %n"]`.

    With `internal=True` only functions of the same module can call it (`attributes="alwaysinline"` to have it inlined there).
    """

    def __init__(self, name: str, params: Sequence[str], internal: bool = False, attributes: str = "") -> None:
        self.name, self.params = name, list(params)
        self.internal, self.attributes = internal, attributes
        self._lines: list[str] = []
        self._stack: list[str] = []
        self._declared: dict[str, None] = {}
        self._definitions: dict[str, None] = {}
        self._scopes: list[dict[str, Any]] = [{}]
        self._count = 0
        self._block = "entry"

    # instructions

    def _fresh(self) -> str:
        self._count += 1
        return f"%t{self._count}"

    def op(self, text: str) -> str:
        """Emit an instruction; its result's name."""
        name = self._fresh()
        self._lines.append(f"{name} = {text}")
        return name

    def pure(self, text: str) -> str:
        """As `op` for an instruction without side effects: one that was computed before gives its old name."""
        for scope in reversed(self._scopes):
            if text in scope:
                return str(scope[text])
        name = self._scopes[-1][text] = self.op(text)
        return name

    def remember(self, key: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once for all places that are certain to run after the first one."""
        for scope in reversed(self._scopes):
            if key in scope:
                return scope[key]
        inside = self._scopes[-1]
        made = inside[key] = make()
        return made

    def do(self, text: str) -> None:
        """Emit an instruction without a result."""
        self._lines.append(text)

    def declare(self, text: str) -> None:
        """An external function or intrinsic, once: `declare("declare float @llvm.sqrt.f32(float)")`."""
        self._declared[text] = None

    def define(self, text: str) -> None:
        """Another definition of the same module, once: a constant or an internal function."""
        self._definitions[text] = None

    def use(self, other: "Function") -> None:
        """Take an internal function along, with all that it needs."""
        self._declared.update(other._declared)
        self._definitions.update(other._definitions)
        self.define(other.definition())

    def call(self, name: str, result: str, arguments: Sequence[tuple[str, str]], flags: str = "") -> str:
        """Call a pure external function, which is declared by this; `arguments` are (LLVM type, value)."""
        self.declare(f"declare {result} @{name}({', '.join(kind for kind, _ in arguments)})")
        given = ", ".join(f"{kind} {value}" for kind, value in arguments)
        return self.pure(f"call {flags + ' ' if flags else ''}{result} @{name}({given})")

    # blocks

    def _label(self) -> str:
        self._count += 1
        return f"b{self._count}"

    def _start(self, label: str) -> None:
        self._lines.append(f"{label}:")
        self._block = label

    @contextmanager
    def scope(self) -> Iterator[None]:
        """What `pure` computes inside is not found from outside."""
        self._scopes.append({})
        try:
            yield
        finally:
            self._scopes.pop()

    @contextmanager
    def loop(self, n: Index, step: int = 1, start: Index = 0) -> Iterator[Index]:
        """`for i in range(start, n, step)`; gives the i64 index, the number itself where there is exactly one round."""
        if isinstance(n, int) and isinstance(start, int) and start < n <= start + step:
            yield start
            return
        head, tail, entered = self._label(), self._label(), self._block
        if isinstance(n, int) and isinstance(start, int) and start < n:
            self.do(f"br label %{head}")
        else:
            some = self.op(f"icmp slt i64 {start}, {n}")
            self.do(f"br i1 {some}, label %{head}, label %{tail}")
        self._start(head)
        index, following = self._fresh(), self._fresh()
        phi = len(self._lines)
        self.do("")
        with self.scope():
            yield index
        self._lines[phi] = f"{index} = phi i64 [ {start}, %{entered} ], [ {following}, %{self._block} ]"
        self.do(f"{following} = add nsw i64 {index}, {step}")
        again = self.op(f"icmp slt i64 {following}, {n}")
        self.do(f"br i1 {again}, label %{head}, label %{tail}")
        self._start(tail)

    @contextmanager
    def repeat(self) -> Iterator[list[str]]:
        """Run the body, and again as long as the i1 that it puts into the given list holds (carry values in `variable`s)."""
        head, tail = self._label(), self._label()
        self.do(f"br label %{head}")
        self._start(head)
        again: list[str] = []
        with self.scope():
            yield again
        self.do(f"br i1 {again[-1]}, label %{head}, label %{tail}")
        self._start(tail)

    @contextmanager
    def if_(self, condition: str) -> Iterator[None]:
        """The body runs where the i1 holds; results leave it through memory or a `variable`."""
        then, tail = self._label(), self._label()
        self.do(f"br i1 {condition}, label %{then}, label %{tail}")
        self._start(then)
        with self.scope():
            yield
        self.do(f"br label %{tail}")
        self._start(tail)

    def leave(self) -> None:
        """Return from the function here; what is written behind it up to the end of the block never runs."""
        self.do("ret void")
        self._start(self._label())

    # memory

    def alloca(self, kind: str, count: int = 1, align: int = 64) -> str:
        """Room on the stack for `count` of an LLVM type, taken once at the function's beginning; the pointer's name."""
        name = self._fresh()
        self._stack.append(f"{name} = alloca {kind}, i64 {count}, align {align}")
        return name

    def variable(self, dtype: str, width: int = 1, initial: str | None = None) -> Variable:
        """A mutable value of this dtype, set to `initial` here."""
        kind = llvm_type(dtype, width)
        cell = Variable(self, self.alloca(kind), kind)
        if initial is not None:
            cell.set(initial)
        return cell

    def gep(self, base: str, index: Index, dtype: str) -> str:
        """The address of element `index` of an array of this dtype."""
        if _index(index) == 0:
            return base
        return self.pure(f"getelementptr inbounds {memory_type(dtype)}, ptr {base}, i64 {index}")

    def load(self, pointer: str, dtype: str, width: int = 1, align: int | None = None, mask: str | None = None, apart: bool = False) -> str:
        """The `width` elements at an address as a value; where `mask` is false nothing is read and the value is 0. With `apart` each has an
        address of its own."""
        kind, align = memory_type(dtype, width), align or itemsize(dtype)
        if mask is None:
            raw = self.op(f"load {kind}, ptr {pointer}, align {align}")
        else:
            name, at = _masked("load", "gather", dtype, width, apart)
            self.declare(f"declare {kind} @{name}({at}, i32, <{width} x i1>, {kind})")
            raw = self.op(f"call {kind} @{name}({at} {pointer}, i32 {align}, <{width} x i1> {mask}, {kind} zeroinitializer)")
        return self.from_memory(raw, dtype, width)

    def store(self, value: str, pointer: str, dtype: str, width: int = 1, align: int | None = None,
              mask: str | None = None, apart: bool = False) -> None:
        """Write a value to an address; where `mask` is false nothing is written. With `apart` each element has an address of its own."""
        kind, align = memory_type(dtype, width), align or itemsize(dtype)
        raw = self.to_memory(value, dtype, width)
        if mask is None:
            self.do(f"store {kind} {raw}, ptr {pointer}, align {align}")
        else:
            name, at = _masked("store", "scatter", dtype, width, apart)
            self.declare(f"declare void @{name}({kind}, {at}, i32, <{width} x i1>)")
            self.do(f"call void @{name}({kind} {raw}, {at} {pointer}, i32 {align}, <{width} x i1> {mask})")

    def from_memory(self, raw: str, dtype: str, width: int = 1) -> str:
        """What was read from memory, as a value."""
        if dtype == "bool":
            return self.pure(f"icmp ne {memory_type(dtype, width)} {raw}, {literal(0, 'int8', width)}")
        if dtype == "bfloat16":
            wide = self.pure(f"zext {vector('i16', width)} {raw} to {vector('i32', width)}")
            high = self.pure(f"shl {vector('i32', width)} {wide}, {literal(16, 'int32', width)}")
            return self.pure(f"bitcast {vector('i32', width)} {high} to {vector('float', width)}")
        if dtype == "float16":
            return self._from_half(raw, width)
        return raw

    def to_memory(self, value: str, dtype: str, width: int = 1) -> str:
        """A value as it lies in memory; float32 is rounded to the nearest, ties to even."""
        if dtype == "bool":
            return self.pure(f"zext {vector('i1', width)} {value} to {vector('i8', width)}")
        if dtype == "bfloat16":
            return self._to_bfloat16(value, width)
        if dtype == "float16":
            return self._to_half(value, width)
        return value

    def _integers(self, width: int) -> tuple[str, str]:
        return vector("i32", width), vector("float", width)

    def _to_bfloat16(self, value: str, width: int) -> str:
        whole, real = self._integers(width)
        bits = self.pure(f"bitcast {real} {value} to {whole}")
        shifted = self.pure(f"lshr {whole} {bits}, {literal(16, 'int32', width)}")
        odd = self.pure(f"and {whole} {shifted}, {literal(1, 'int32', width)}")
        bias = self.pure(f"add {whole} {odd}, {literal(0x7FFF, 'int32', width)}")
        summed = self.pure(f"add {whole} {bits}, {bias}")
        high = self.pure(f"lshr {whole} {summed}, {literal(16, 'int32', width)}")
        nan = self.pure(f"fcmp uno {real} {value}, {value}")
        chosen = self.pure(f"select {vector('i1', width)} {nan}, {whole} {literal(0x7FC0, 'int32', width)}, {whole} {high}")
        return self.pure(f"trunc {whole} {chosen} to {vector('i16', width)}")

    def _from_half(self, raw: str, width: int) -> str:
        whole, real = self._integers(width)
        half = vector("half", width)
        if machine.has("half"):
            return self.pure(f"fpext {half} {raw} to {real}")
        # Exponent and mantissa shifted into place, then scaled by 2^112: subnormals come out normal; inf and NaN are mended.
        short = self.pure(f"bitcast {half} {raw} to {vector('i16', width)}")
        bits = self.pure(f"zext {vector('i16', width)} {short} to {whole}")
        magnitude = self.pure(f"and {whole} {bits}, {literal(0x7FFF, 'int32', width)}")
        moved = self.pure(f"shl {whole} {magnitude}, {literal(13, 'int32', width)}")
        number = self.pure(f"bitcast {whole} {moved} to {real}")
        scaled = self.pure(f"fmul {real} {number}, {literal(2.0**112, 'float32', width)}")
        plain = self.pure(f"bitcast {real} {scaled} to {whole}")
        special = self.pure(f"icmp uge {whole} {magnitude}, {literal(0x7C00, 'int32', width)}")
        endless = self.pure(f"or {whole} {moved}, {literal(0x7F800000, 'int32', width)}")
        chosen = self.pure(f"select {vector('i1', width)} {special}, {whole} {endless}, {whole} {plain}")
        minus = self.pure(f"and {whole} {bits}, {literal(0x8000, 'int32', width)}")
        sign = self.pure(f"shl {whole} {minus}, {literal(16, 'int32', width)}")
        joined = self.pure(f"or {whole} {chosen}, {sign}")
        return self.pure(f"bitcast {whole} {joined} to {real}")

    def _to_half(self, value: str, width: int) -> str:
        whole, real = self._integers(width)
        half, yes = vector("half", width), vector("i1", width)
        if machine.has("half") and machine.processor() == "x86_64" and (width in (1, 2, 4, 8) or width == 16 and machine.has("avx512")):
            return self._converted_to_half(value, width)
        if machine.has("half"):
            return self.pure(f"fptrunc {real} {value} to {half}")

        def number(n: int) -> str:
            return literal(n, "int32", width)

        bits = self.pure(f"bitcast {real} {value} to {whole}")
        magnitude = self.pure(f"and {whole} {bits}, {number(0x7FFFFFFF)}")
        # normal results: round the 13 dropped bits to even in the integer, carry runs into the exponent (and to inf) by itself
        odd = self.pure(f"and {whole} {self.pure(f'lshr {whole} {magnitude}, {number(13)}')}, {number(1)}")
        biased = self.pure(f"add {whole} {magnitude}, {number(0xFFF - (112 << 23))}")
        normal = self.pure(f"lshr {whole} {self.pure(f'add {whole} {biased}, {odd}')}, {number(13)}")
        # subnormal results: adding 0.5 makes the float adder round at 2^-24
        small = self.pure(f"bitcast {whole} {magnitude} to {real}")
        added = self.pure(f"fadd {real} {small}, {literal(0.5, 'float32', width)}")
        subnormal = self.pure(f"sub {whole} {self.pure(f'bitcast {real} {added} to {whole}')}, {number(0x3F000000)}")
        tiny = self.pure(f"icmp ult {whole} {magnitude}, {number(113 << 23)}")
        finite = self.pure(f"select {yes} {tiny}, {whole} {subnormal}, {whole} {normal}")
        over = self.pure(f"icmp uge {whole} {magnitude}, {number(0x47800000)}")
        limited = self.pure(f"select {yes} {over}, {whole} {number(0x7C00)}, {whole} {finite}")
        nan = self.pure(f"icmp ugt {whole} {magnitude}, {number(0x7F800000)}")
        chosen = self.pure(f"select {yes} {nan}, {whole} {number(0x7E00)}, {whole} {limited}")
        sign = self.pure(f"and {whole} {self.pure(f'lshr {whole} {bits}, {number(16)}')}, {number(0x8000)}")
        short = self.pure(f"trunc {whole} {self.pure(f'or {whole} {chosen}, {sign}')} to {vector('i16', width)}")
        return self.pure(f"bitcast {vector('i16', width)} {short} to {half}")

    def _converted_to_half(self, value: str, width: int) -> str:
        """The processor's own conversion: before an `fptrunc` LLVM may bring a double, whose conversion is a call of a missing function."""
        lanes = max(width, 4)
        wide = value
        if width < 4:
            order = ", ".join(f"i32 {k}" if k < width else "i32 poison" for k in range(4))
            first = value if width > 1 else self.pure(f"insertelement <1 x float> poison, float {value}, i64 0")
            wide = self.pure(f"shufflevector <{width} x float> {first}, <{width} x float> poison, <4 x i32> <{order}>")
        arguments = [(f"<{lanes} x float>", wide), ("i32", "4")]
        if lanes == 16:
            arguments += [("<16 x i16>", "zeroinitializer"), ("i16", "-1")]
            made = self.call("llvm.x86.avx512.mask.vcvtps2ph.512", "<16 x i16>", arguments)
        else:
            made = self.call(f"llvm.x86.vcvtps2ph.{32 * lanes}", "<8 x i16>", arguments)
        if width == 1:
            return self.pure(f"bitcast i16 {self.pure(f'extractelement <8 x i16> {made}, i64 0')} to half")
        if width < 8:
            order = ", ".join(f"i32 {k}" for k in range(width))
            made = self.pure(f"shufflevector <8 x i16> {made}, <8 x i16> poison, <{width} x i32> <{order}>")
        return self.pure(f"bitcast <{width} x i16> {made} to <{width} x half>")

    # integers and vectors

    def add(self, a: Index, b: Index) -> Index:
        """a + b for i64 names and Python numbers; numbers fold."""
        if not isinstance(a, str) and not isinstance(b, str):
            return a + b
        a, b = _index(a), _index(b)
        if a == 0 or b == 0:
            return b if a == 0 else a
        return self.pure(f"add nsw i64 {a}, {b}")

    def mul(self, a: Index, b: Index) -> Index:
        """a * b for i64 names and Python numbers; numbers fold."""
        if not isinstance(a, str) and not isinstance(b, str):
            return a * b
        a, b = _index(a), _index(b)
        if a == 0 or b == 0:
            return 0
        if a == 1 or b == 1:
            return b if a == 1 else a
        return self.pure(f"mul nsw i64 {a}, {b}")

    def splat(self, value: str, dtype: str, width: int) -> str:
        """A scalar value in all lanes."""
        if width == 1:
            return value
        if not value.startswith("%"):
            return f"splat ({llvm_type(dtype)} {value})"
        kind = llvm_type(dtype, width)
        first = self.pure(f"insertelement {kind} poison, {llvm_type(dtype)} {value}, i64 0")
        return self.pure(f"shufflevector {kind} {first}, {kind} poison, <{width} x i32> zeroinitializer")

    def lane(self, value: str, index: Index, dtype: str, width: int) -> str:
        """One lane of a vector."""
        return value if width == 1 else self.pure(f"extractelement {llvm_type(dtype, width)} {value}, i64 {index}")

    def any(self, condition: str, width: int) -> str:
        """One i1: does the condition hold in some lane?"""
        if width == 1:
            return condition
        name = f"llvm.vector.reduce.or.v{width}i1"
        return self.call(name, "i1", [(f"<{width} x i1>", condition)])

    def below(self, count: Index, width: int) -> str:
        """<width x i1>: lane number < count, the mask of a tail."""
        lanes = f"<{', '.join(f'i64 {k}' for k in range(width))}>"
        return self.pure(f"icmp slt <{width} x i64> {lanes}, {self.splat(str(count), 'int64', width)}")

    # the whole

    @property
    def declarations(self) -> list[str]:
        return list(self._declared)

    @property
    def definitions(self) -> list[str]:
        """What stands beside the function in its module."""
        return list(self._definitions)

    def definition(self) -> str:
        """The function without its declarations."""
        body = "\n".join(f"  {line}" if not line.endswith(":") else line for line in [*self._sizes(), *self._stack, *self._lines])
        kind = "define internal void" if self.internal else "define void"
        # An estimate of 1 / sqrt(x) is refined by products that make NaN of x = 0.
        attributes = f'nounwind "reciprocal-estimates"="none" {self.attributes}'
        return f"{kind} @{self.name}({', '.join(self.params)}) {attributes} {{\nentry:\n{body}\n  ret void\n}}\n"

    def _sizes(self) -> list[str]:
        """The registers that stand for extents (`steepest.lower.extents`), from the numbers that the table has the address of."""
        used = sorted({int(k) for line in self._lines for k in EXTENT.findall(line)})
        lines = [f"%sizes.at = getelementptr i64, ptr %table, i64 {SIZES}", "%sizes = load ptr, ptr %sizes.at"] if used else []
        for k in used:
            lines += [f"%size.{k}.at = getelementptr i64, ptr %sizes, i64 {k}", f"%size.{k} = load i64, ptr %size.{k}.at"]
        return lines

    def __len__(self) -> int:
        return len(self._lines)

    def text(self) -> str:
        """A whole module with this one function."""
        return module([self])


def module(functions: Sequence[Function]) -> str:
    """One module with several functions."""
    declared = dict.fromkeys(line for function in functions for line in function.declarations)
    names = {re.search(r"@([\w.$-]+)", line).group(1) for line in declared}     # type: ignore[union-attr]
    assert len(names) == len(declared), "an external function was declared with two types"
    beside = dict.fromkeys(text for function in functions for text in function.definitions)
    return "\n".join([*declared, *beside, *(function.definition() for function in functions)])


def _index(x: Index) -> Index:
    """A number that is known, or a name."""
    return x if isinstance(x, int) else str(x)


def _masked(together: str, apart: str, dtype: str, width: int, is_apart: bool) -> tuple[str, str]:
    """An intrinsic over the lanes that a mask tells, and the type of the address, or addresses, that it takes."""
    if is_apart:
        return f"llvm.masked.{apart}.v{width}{_suffix(dtype)}.v{width}p0", f"<{width} x ptr>"
    return f"llvm.masked.{together}.v{width}{_suffix(dtype)}.p0", "ptr"


def _suffix(dtype: str) -> str:
    return {"float": "f32", "double": "f64", "half": "f16"}.get(_MEMORY[dtype], _MEMORY[dtype])
