"""The LLVM meaning of scalar mathematics: the namespace `m` of a definition writes instructions into a `Function`.

    s = Scalars(function, width=16)
    x = s.value(function.load("%x", "float32", 16), "float32")
    y = 1 / (1 + s.exp(-x))

What each function does with NaN, zeros, ties, overflow and division by zero is written in `steepest.ops.meaning`, whose NumPy meaning
is the oracle. With `exact=True` the arithmetic is IEEE as written; without it sums may be reordered and products fused (flags `reassoc
nsz arcp contract`), but NaN and infinity still come out right.
"""

from collections.abc import Callable

from steepest.lower import machine, mathematics
from steepest.lower.extents import Extent
from steepest.lower.text import Function, literal, llvm_type
from steepest.lower.value import Operand, Value

__all__ = ["Scalars", "Value"]

_RELAXED = "reassoc nsz arcp contract"
FLOATS = ("float32", "float64")
BITS = {"float32": 32, "float64": 64, "int8": 8, "int16": 16, "int32": 32, "int64": 64, "uint8": 8, "bool": 1}
_SHORT = {"float32": "f32", "float64": "f64"}


class Scalars:
    """The namespace `m` over LLVM.

    `on_error` is told the condition (i1 or a vector of it) of each integer division by zero. With `library=True` the functions
    of analysis are those of the C library in float64, to the last bit what Python's `math` gives.
    """

    def __init__(self, function: Function, width: int = 1, exact: bool = True,
                 on_error: Callable[[str], None] | None = None, library: bool = False) -> None:
        self.function, self.width, self.exact, self.on_error, self.library = function, width, exact, on_error, library
        self.flags = "" if exact else _RELAXED + " "
        self.strict: Scalars = self if exact else Scalars(function, width, True, on_error, library)

    # making values

    def value(self, name: str, dtype: str) -> Value:
        """A name in the text as a value. float16 and bfloat16 are float32 in registers."""
        return Value(self, name, "float32" if dtype in ("float16", "bfloat16") else dtype)

    def constant(self, value: float | int | bool, dtype: str) -> Value:
        """A number of this dtype in all lanes."""
        return self.value(literal(value, "float32" if dtype in ("float16", "bfloat16") else dtype, self.width), dtype)

    def splat(self, name: str, dtype: str) -> Value:
        """A scalar's name as a value with that scalar in all lanes."""
        value = self.value(name, dtype)
        return Value(self, self.function.splat(name, value.dtype, self.width), value.dtype)

    def type(self, dtype: str) -> str:
        return llvm_type(dtype, self.width)

    def _operand(self, x: Operand, dtype: str) -> Value:
        if isinstance(x, Value):
            if x.dtype != dtype:
                raise TypeError(f"a definition mixed {x.dtype} and {dtype}: cast one of them with m.cast")
            return x
        if isinstance(x, Extent):
            return self.cast(self.splat(str(x), "int64"), dtype)
        if dtype not in FLOATS and dtype != "bool" and not float(x).is_integer():
            raise TypeError(f"a definition used the number {x} with a value of {dtype}")
        return self.constant(x, dtype)

    def _operands(self, *xs: Operand) -> list[Value]:
        """The operands as values of the dtype of those that are values."""
        for x in xs:
            if isinstance(x, Value):
                return [self._operand(y, x.dtype) for y in xs]
        raise TypeError("a definition gave only Python numbers to a function of m: compute these with the math module")

    def _own(self, x: Value) -> Value:
        return Value(self, x.name, x.dtype)

    def emit(self, operation: str, kind: str, result: str, *values: Value) -> Value:
        """`operation kind a, b` with the result's dtype; equal instructions are emitted once."""
        return Value(self, self.function.pure(f"{operation} {kind} {', '.join(v.name for v in values)}"), result)

    def intrinsic(self, name: str, *values: Value, flags: str = "") -> Value:
        """A call of an LLVM intrinsic over one floating type, such as `sqrt`."""
        kind = self.type(values[0].dtype)
        suffix = (f"v{self.width}" if self.width > 1 else "") + _SHORT[values[0].dtype]
        called = self.function.call(f"llvm.{name}.{suffix}", kind, [(kind, v.name) for v in values], flags.strip())
        return Value(self, called, values[0].dtype)

    # arithmetic

    def _arithmetic(self, real: str, whole: str, boolean: str, a: Operand, b: Operand) -> Value:
        a, b = self._operands(a, b)
        dtype = a.dtype
        operation = f"{real} {self.flags}".strip() if dtype in FLOATS else boolean if dtype == "bool" else whole
        if not operation:
            raise TypeError(f"{real[1:]} is not defined for bool")
        if real in ("fadd", "fmul") and b.name < a.name:
            a, b = b, a
        return self.emit(operation, self.type(dtype), dtype, a, b)

    def add(self, a: Operand, b: Operand) -> Value: return self._arithmetic("fadd", "add", "or", a, b)
    def subtract(self, a: Operand, b: Operand) -> Value: return self._arithmetic("fsub", "sub", "", a, b)
    def multiply(self, a: Operand, b: Operand) -> Value: return self._arithmetic("fmul", "mul", "and", a, b)

    def divide(self, a: Operand, b: Operand) -> Value:
        a, b = self._operands(a, b)
        if a.dtype not in FLOATS:
            raise TypeError(f"/ is defined for floating values, not for {a.dtype}: cast first")
        return self.emit(f"fdiv {self.flags}".strip(), self.type(a.dtype), a.dtype, a, b)

    def negative(self, x: Value) -> Value:
        if x.dtype in FLOATS:
            return self.emit(f"fneg {self.flags}".strip(), self.type(x.dtype), x.dtype, x)
        return self.subtract(0, x)

    def fma(self, a: Operand, b: Operand, c: Operand) -> Value:
        """a * b + c rounded once; of integers just that."""
        values = self._operands(a, b, c)
        return self.intrinsic("fma", *values) if values[0].dtype in FLOATS else values[0] * values[1] + values[2]

    def muladd(self, a: Operand, b: Operand, c: Operand) -> Value:
        """a * b + c, fused where the processor can: for polynomials whose error bound holds both ways."""
        return self.fma(a, b, c) if machine.has("fma") else a * b + c

    def conj(self, x: Value) -> Value: return x

    def sqrt(self, x: Value) -> Value:
        if x.dtype not in FLOATS:
            raise TypeError(f"sqrt is defined for floating values, not for {x.dtype}: cast first")
        return self.intrinsic("sqrt", x)

    def rsqrt(self, x: Value) -> Value: return 1 / self.sqrt(x)

    def abs(self, x: Value) -> Value:
        if x.dtype in FLOATS:
            return self.intrinsic("fabs", x)
        return x if x.dtype in ("uint8", "bool") else self.where(x < 0, -x, x)

    def sign(self, x: Value) -> Value:
        if x.dtype == "bool":
            return x
        return self.cast(x > 0, x.dtype) - self.cast(x < 0, x.dtype)

    def copysign(self, x: Operand, y: Operand) -> Value: return self.intrinsic("copysign", *self._operands(x, y))

    # integers: division and shifts without undefined cases

    def _division(self, a: Value, b: Value) -> tuple[Value, Value, Value]:
        """(quotient towards zero, rest with a's sign, b == 0); 0 and 0 where b is 0; MIN / -1 wraps."""
        kind = self.type(a.dtype)
        if not b.name.startswith("%") and b.name not in (literal(0, b.dtype, self.width), literal(-1, b.dtype, self.width)):
            sign = "u" if a.dtype == "uint8" else "s"
            return (self.emit(f"{sign}div", kind, a.dtype, a, b), self.emit(f"{sign}rem", kind, a.dtype, a, b),
                    self.constant(False, "bool"))
        zero = b == 0
        if self.on_error is not None:
            self.on_error(zero.name)
        if a.dtype == "uint8":
            divisor = self.where(zero, 1, b)
            quotient = self.where(zero, 0, self.emit("udiv", kind, a.dtype, a, divisor))
            return quotient, self.where(zero, 0, self.emit("urem", kind, a.dtype, a, divisor)), zero
        minus = b == -1
        divisor = self.where(zero | minus, 1, b)
        quotient = self.emit("sdiv", kind, a.dtype, a, divisor)
        rest = a - quotient * divisor
        return self.where(zero, 0, self.where(minus, -a, quotient)), self.where(zero, 0, rest), zero

    def floor_divide(self, a: Operand, b: Operand) -> Value:
        a, b = self._operands(a, b)
        if a.dtype in FLOATS:
            return self._special("floor_divide", a, b)
        quotient, rest, _ = self._division(a, b)
        if a.dtype == "uint8":
            return quotient
        return quotient - self.cast((rest != 0) & ((rest ^ b) < 0), a.dtype)

    def remainder(self, a: Operand, b: Operand) -> Value:
        a, b = self._operands(a, b)
        if a.dtype in FLOATS:
            return self._special("remainder", a, b)
        _, rest, _ = self._division(a, b)
        if a.dtype == "uint8":
            return rest
        return self.where((rest != 0) & ((rest ^ b) < 0), rest + b, rest)

    def fmod(self, a: Operand, b: Operand) -> Value:
        a, b = self._operands(a, b)
        return self._special("fmod", a, b) if a.dtype in FLOATS else self._division(a, b)[1]

    def _bitwise(self, operation: str, a: Operand, b: Operand) -> Value:
        a, b = self._operands(a, b)
        if a.dtype in FLOATS:
            raise TypeError(f"bitwise {operation} is not defined for {a.dtype}")
        if b.name < a.name:
            a, b = b, a
        return self.emit(operation, self.type(a.dtype), a.dtype, a, b)

    def bitwise_and(self, a: Operand, b: Operand) -> Value: return self._bitwise("and", a, b)
    def bitwise_or(self, a: Operand, b: Operand) -> Value: return self._bitwise("or", a, b)
    def bitwise_xor(self, a: Operand, b: Operand) -> Value: return self._bitwise("xor", a, b)
    def bitwise_not(self, x: Value) -> Value: return self._bitwise("xor", x, 1 if x.dtype == "bool" else -1)

    def _shift(self, operation: str, a: Value, b: Value) -> Value:
        return self.emit(operation, self.type(a.dtype), a.dtype, a, b)

    def _shifted(self, a: Operand, b: Operand) -> tuple[Value, Value, int]:
        a, b = self._operands(a, b)
        if a.dtype in FLOATS or a.dtype == "bool":
            raise TypeError(f"shifts are not defined for {a.dtype}")
        return a, b, BITS[a.dtype]

    def left_shift(self, a: Operand, b: Operand) -> Value:
        a, b, bits = self._shifted(a, b)
        outside = (b < 0) | (b >= bits)
        return self.where(outside, 0, self._shift("shl", a, self.where(outside, 0, b)))

    def right_shift(self, a: Operand, b: Operand) -> Value:
        a, b, bits = self._shifted(a, b)
        outside = (b < 0) | (b >= bits)
        if a.dtype == "uint8":
            return self.where(outside, 0, self._shift("lshr", a, self.where(outside, 0, b)))
        return self._shift("ashr", a, self.where(outside, bits - 1, b))

    # comparison and choice

    def _compare(self, real: str, signed: str, unsigned: str, a: Operand, b: Operand) -> Value:
        a, b = self._operands(a, b)
        operation = f"fcmp {real}" if a.dtype in FLOATS else f"icmp {unsigned if a.dtype in ('uint8', 'bool') else signed}"
        return self.emit(operation, self.type(a.dtype), "bool", a, b)

    def lt(self, a: Operand, b: Operand) -> Value: return self._compare("olt", "slt", "ult", a, b)
    def le(self, a: Operand, b: Operand) -> Value: return self._compare("ole", "sle", "ule", a, b)
    def gt(self, a: Operand, b: Operand) -> Value: return self._compare("ogt", "sgt", "ugt", a, b)
    def ge(self, a: Operand, b: Operand) -> Value: return self._compare("oge", "sge", "uge", a, b)
    def eq(self, a: Operand, b: Operand) -> Value: return self._compare("oeq", "eq", "eq", a, b)
    def ne(self, a: Operand, b: Operand) -> Value: return self._compare("une", "ne", "ne", a, b)

    def truth(self, x: Value) -> Value:
        """x != 0; NaN is true."""
        return x if x.dtype == "bool" else x != 0

    def where(self, condition: Value, a: Operand, b: Operand) -> Value:
        a, b = self._operands(a, b)
        condition = self.truth(condition)
        text = f"select {self.type('bool')} {condition.name}, {self.type(a.dtype)} {a.name}, {self.type(b.dtype)} {b.name}"
        return Value(self, self.function.pure(text), a.dtype)

    def _logical(self, operation: str, a: Operand, b: Operand) -> Value:
        a, b = (self.truth(x) for x in self._operands(a, b))
        return self._bitwise(operation, a, b)

    def logical_and(self, a: Operand, b: Operand) -> Value: return self._logical("and", a, b)
    def logical_or(self, a: Operand, b: Operand) -> Value: return self._logical("or", a, b)
    def logical_xor(self, a: Operand, b: Operand) -> Value: return self._logical("xor", a, b)
    def logical_not(self, x: Value) -> Value: return self.bitwise_not(self.truth(x))

    def isnan(self, x: Value) -> Value:
        if x.dtype not in FLOATS:
            return self.constant(False, "bool")
        return self.emit("fcmp uno", self.type(x.dtype), "bool", x, x)

    def isinf(self, x: Value) -> Value:
        return self.abs(x) == float("inf") if x.dtype in FLOATS else self.constant(False, "bool")

    def isfinite(self, x: Value) -> Value:
        return self.abs(x) < float("inf") if x.dtype in FLOATS else self.constant(True, "bool")

    def signbit(self, x: Value) -> Value:
        if x.dtype == "bool":
            return self.constant(False, "bool")
        return (self.bits(x) if x.dtype in FLOATS else x) < 0

    def _extreme(self, compare: Callable[[Operand, Operand], Value], a: Operand, b: Operand) -> Value:
        number = next((x for x in (a, b) if not isinstance(x, Value) and x == x), None)
        x, y = self._operands(a, b)
        if x.dtype not in FLOATS:
            return self.where(compare(x, y), x, y)
        if number is not None:          # one comparison is enough: the other one is NaN or not, and stays
            value = x if isinstance(a, Value) else y
            return self.where(compare(number, value), number, value)
        return self.where(compare(x, y) | self.isnan(x), x, y)

    def maximum(self, a: Operand, b: Operand) -> Value: return self._extreme(self.gt, a, b)
    def minimum(self, a: Operand, b: Operand) -> Value: return self._extreme(self.lt, a, b)

    def _known(self, compare: Callable[[Operand, Operand], Value], a: Operand, b: Operand) -> Value:
        x, y = self._operands(a, b)
        return self.where(compare(x, y) | self.isnan(y), x, y)

    def fmax(self, a: Operand, b: Operand) -> Value: return self._known(self.gt, a, b)
    def fmin(self, a: Operand, b: Operand) -> Value: return self._known(self.lt, a, b)

    # powers of two, bits and conversions

    def scales(self, dtype: str) -> bool:
        """Does the processor scale and split a whole vector (or two) by powers of two in one instruction (AVX-512)?"""
        return machine.has("avx512") and self.width * BITS[dtype] in (512, 1024)

    def _avx512(self, name: str, x: Value, *operands: Value, mode: str = "") -> Value:
        """One of the processor's functions of a 512-bit vector; vectors of twice the size go through in halves."""
        letter, mask = {"float32": ("s", "i16"), "float64": ("d", "i8")}[x.dtype]
        count = 512 // BITS[x.dtype]
        kind = llvm_type(x.dtype, count)

        def apply(names: list[str]) -> str:
            modes = [("i32", mode)] if mode else []
            arguments = [*((kind, n) for n in names), *modes, (kind, names[0]), (mask, "-1"), ("i32", "4")]
            return self.function.call(f"llvm.x86.avx512.mask.{name}.p{letter}.512", kind, arguments)

        given = [v.name for v in (x, *operands)]
        if self.width == count:
            return Value(self, apply(given), x.dtype)
        whole = self.type(x.dtype)
        halves = []
        for start in (0, count):
            lanes = f"<{count} x i32> <{', '.join(f'i32 {start + k}' for k in range(count))}>"
            halves.append(apply([self.function.pure(f"shufflevector {whole} {v}, {whole} poison, {lanes}") for v in given]))
        lanes = f"<{2 * count} x i32> <{', '.join(f'i32 {k}' for k in range(2 * count))}>"
        return Value(self, self.function.pure(f"shufflevector {kind} {halves[0]}, {kind} {halves[1]}, {lanes}"), x.dtype)

    def scale(self, x: Value, n: Value) -> Value:
        """x * 2^n for a whole floating n, rounded once."""
        return self._avx512("scalef", x, n)

    def exponent(self, x: Value) -> Value:
        """The whole part of log2 |x|; infinite for 0 and infinity."""
        return self._avx512("getexp", x)

    def significand(self, x: Value) -> Value:
        """x by a power of two, between 3/4 and 3/2; 1 for 0 and infinity, NaN below 0."""
        return self._avx512("getmant", x, mode="11")

    def bits(self, x: Value) -> Value:
        """The bits of a floating value as an integer of its size."""
        dtype = {"float32": "int32", "float64": "int64"}[x.dtype]
        return Value(self, self.function.pure(f"bitcast {self.type(x.dtype)} {x.name} to {self.type(dtype)}"), dtype)

    def from_bits(self, x: Value) -> Value:
        """An integer's bits as a floating value of its size."""
        dtype = {"int32": "float32", "int64": "float64"}[x.dtype]
        return Value(self, self.function.pure(f"bitcast {self.type(x.dtype)} {x.name} to {self.type(dtype)}"), dtype)

    def shift_right_unsigned(self, x: Value, by: int) -> Value:
        return self._shift("lshr", x, self._operand(by, x.dtype))

    def shift_left_bits(self, x: Value, by: int) -> Value:
        return self._shift("shl", x, self._operand(by, x.dtype))

    def shift_right_bits(self, x: Value, by: int) -> Value:
        return self._shift("ashr", x, self._operand(by, x.dtype))

    def convert(self, operation: str, x: Value, dtype: str) -> Value:
        """An LLVM conversion (`sitofp`, `trunc` ...) as it is."""
        return Value(self, self.function.pure(f"{operation} {self.type(x.dtype)} {x.name} to {self.type(dtype)}"), dtype)

    def cast(self, x: Value, dtype: str) -> Value:
        """x as another dtype; float16 and bfloat16 mean rounded to it, held in float32."""
        if dtype in ("float16", "bfloat16"):
            x = self.cast(x, "float32")
            raw = self.function.to_memory(x.name, dtype, self.width)
            return Value(self, self.function.from_memory(raw, dtype, self.width), "float32")
        if dtype == x.dtype:
            return x
        if dtype == "bool":
            return self.truth(x)
        if dtype in FLOATS:
            if x.dtype in FLOATS:
                return self.convert("fpext" if dtype == "float64" else "fptrunc", x, dtype)
            return self.convert("uitofp" if x.dtype in ("uint8", "bool") else "sitofp", x, dtype)
        if x.dtype in FLOATS:
            return self._to_integer(x, dtype)
        if BITS[x.dtype] < BITS[dtype]:
            return self.convert("zext" if x.dtype in ("uint8", "bool") else "sext", x, dtype)
        if BITS[x.dtype] == BITS[dtype]:
            return Value(self, x.name, dtype)
        return self.convert("trunc", x, dtype)

    def _to_integer(self, x: Value, dtype: str) -> Value:
        """Towards zero; outside of the wide integer's range and for NaN that integer's least value, whose low bits are taken."""
        wide = "int64" if dtype in ("int64", "uint8") else "int32"
        limit = 2.0 ** (BITS[wide] - 1)
        below = x >= -limit if x.dtype == "float32" or wide == "int64" else x > -limit - 1
        inside = below & (x < limit)
        whole = self.convert("fptosi", self.where(inside, x, 0), wide)
        return self.cast(self.where(inside, whole, -(2 ** (BITS[wide] - 1))), dtype)

    # rounding to integers

    def _rounding(self, name: str, x: Value) -> Value:
        if x.dtype not in FLOATS:
            return x
        if machine.has("rounding"):
            return self.intrinsic(name, x)
        return self._special({"roundeven": "whole_nearest"}.get(name, "whole_" + name), x)

    def floor(self, x: Value) -> Value: return self._rounding("floor", x)
    def ceil(self, x: Value) -> Value: return self._rounding("ceil", x)
    def trunc(self, x: Value) -> Value: return self._rounding("trunc", x)
    def round(self, x: Value) -> Value: return self._rounding("roundeven", x)

    # powers and the rest of mathematics: written in the modules that `mathematics` lists

    def exp(self, x: Value) -> Value: return self._special("exp", x)
    def exp2(self, x: Value) -> Value: return self._special("exp2", x)
    def expm1(self, x: Value) -> Value: return self._special("expm1", x)
    def log(self, x: Value) -> Value: return self._special("log", x)
    def log2(self, x: Value) -> Value: return self._special("log2", x)
    def log10(self, x: Value) -> Value: return self._special("log10", x)
    def log1p(self, x: Value) -> Value: return self._special("log1p", x)
    def sin(self, x: Value) -> Value: return self._special("sin", x)
    def cos(self, x: Value) -> Value: return self._special("cos", x)
    def tan(self, x: Value) -> Value: return self._special("tan", x)
    def asin(self, x: Value) -> Value: return self._special("asin", x)
    def acos(self, x: Value) -> Value: return self._special("acos", x)
    def atan(self, x: Value) -> Value: return self._special("atan", x)
    def atan2(self, y: Operand, x: Operand) -> Value: return self._special("atan2", *self._operands(y, x))
    def sinh(self, x: Value) -> Value: return self._special("sinh", x)
    def cosh(self, x: Value) -> Value: return self._special("cosh", x)
    def tanh(self, x: Value) -> Value: return self._special("tanh", x)
    def asinh(self, x: Value) -> Value: return self._special("asinh", x)
    def acosh(self, x: Value) -> Value: return self._special("acosh", x)
    def atanh(self, x: Value) -> Value: return self._special("atanh", x)
    def erf(self, x: Value) -> Value: return self._special("erf", x)
    def erfc(self, x: Value) -> Value: return self._special("erfc", x)
    def lgamma(self, x: Value) -> Value: return self._special("lgamma", x)
    def digamma(self, x: Value) -> Value: return self._special("digamma", x)
    def hypot(self, x: Operand, y: Operand) -> Value: return self._special("hypot", *self._operands(x, y))
    def nextafter(self, x: Operand, y: Operand) -> Value: return self._special("nextafter", *self._operands(x, y))

    def pow(self, x: Operand, y: Operand) -> Value:
        if not isinstance(y, Value):
            known = _powers(self, x, y)
            if known is not None:
                return known
        x, y = self._operands(x, y)
        if x.dtype == "bool":
            raise TypeError("pow is not defined for bool")
        return self._special("pow" if x.dtype in FLOATS else "integer_power", x, y)

    def _special(self, name: str, *values: Value) -> Value:
        if values[0].dtype not in FLOATS and name != "integer_power":
            raise TypeError(f"{name} is defined for floating values, not for {values[0].dtype}: cast first")
        if self.library and name in machine.C_FUNCTIONS:
            return self._called(name, *values)
        exact = self.strict
        key = f"{name} {self.width} {', '.join(f'{v.dtype} {v.name}' for v in values)}"
        write = mathematics.FUNCTIONS[name]
        return self._own(self.function.remember(key, lambda: write(exact, *(exact._own(v) for v in values))))

    def _called(self, name: str, *values: Value) -> Value:
        """The C library's function in float64, lane by lane."""
        wide = [self.cast(v, "float64") for v in values]
        result = self.constant(0.0, "float64").name
        for lane in range(self.width):
            arguments = [("double", self.function.lane(v.name, lane, "float64", self.width)) for v in wide]
            one = self.function.call(name, "double", arguments)
            if self.width == 1:
                result = one
            else:
                result = self.function.pure(f"insertelement {self.type('float64')} {result}, double {one}, i64 {lane}")
        return self.cast(Value(self, result, "float64"), values[0].dtype)


def _powers(m: Scalars, x: Value, y: float) -> Value | None:
    """The powers that are something simpler, as in PyTorch."""
    if y == 2:
        return x * x
    if y == 3:
        return x * x * x
    if x.dtype in FLOATS:
        if y == 0.5:
            return m.sqrt(x)
        if y == -0.5:
            return m.rsqrt(x)
        if y == -1:
            return 1 / x
        if y == -2:
            return 1 / (x * x)
        if y == 1:
            return x
        if y == 0:
            return m.constant(1, x.dtype)
    return None
