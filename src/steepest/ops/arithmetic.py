"""Elementwise rows: arithmetic, comparison, logic, selection and conversion."""

from collections.abc import Callable
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.dtype import converted, dtype, numpy_dtype
from steepest.core.memory_order import alike
from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.ops.creation import full
from steepest.ops.maps import Elementwise, elementwise

B = dtypes.bool_


def total(*gradients: Any) -> Any:
    """The sum of the gradients that are defined; None where none is."""
    some = [g for g in gradients if g is not None]
    return None if not some else some[0] if len(some) == 1 else sum(some[1:], some[0])


class Division(Elementwise):
    """A division whose integers must not be divided by zero."""

    def __call__(self, *operands: Any, **params: Any) -> Any:
        self.check(operands)
        return super().__call__(*operands, **params)

    def write_into(self, targets: tuple[Tensor, ...], operands: tuple[Any, ...]) -> bool:
        self.check(operands)
        return super().write_into(targets, operands)

    def check(self, operands: tuple[Any, ...]) -> None:
        """RuntimeError where both operands are integers and the divisor holds a zero."""
        for x in operands:
            if x.dtype.category >= dtypes.FLOATING or not x.array.size if isinstance(x, Tensor) else isinstance(x,
                                                                                                                (float, complex)):
                return
        divisor = operands[1]
        if not (divisor.array.all() if isinstance(divisor, Tensor) else divisor):
            raise RuntimeError(text("integer-division-by-zero", operation=self.name))


def division(name: str, definition: Any, **options: Any) -> Elementwise:
    """As `elementwise`, for divisions."""
    return elementwise(name, definition, kind=Division, **options)


class Square(Elementwise):
    """x * x; the square of bools is an integer."""

    def __call__(self, *operands: Any, **params: Any) -> Any:
        (x,) = operands
        return super().__call__(cast(x, to=dtypes.int64) if x.dtype is B else x)

    def write_into(self, targets: tuple[Tensor, ...], operands: tuple[Any, ...]) -> bool:
        return operands[0].dtype is not B and super().write_into(targets, operands)


def no_gradient(g: Any, like: Any) -> Any:
    """Zeros, whatever comes: infinities times zero would be NaN."""
    return full(like.shape, 0, g.dtype)


def underivable(g: Any) -> Any:
    """The rule of operations that PyTorch gives no derivative."""
    raise RuntimeError(text("not-differentiable"))


combiners: list[Callable[[Any, Any, float], Any]] = []
"""Native code for `a + b * complex(sign, 0)`, or None where it has none; the layer that compiles puts its function here."""


def _combined(a: Any, b: Any, sign: float) -> Any:
    found = combiners[0](a, b, sign) if combiners else None
    return a + b * complex(sign, 0) if found is None else found


def complex_sum(a: Any, b: Any) -> Any:
    """PyTorch multiplies the second of two complex numbers by 1 + 0j, which shows in the signs of zeros."""
    return _combined(a, b, 1.0)


def complex_difference(a: Any, b: Any) -> Any:
    """The second multiplied by -1 + 0j, which `-(1 + 0j)` is not."""
    return _combined(a, b, -1.0)


# arithmetic -----------------------------------------------------------------------------------------------------------------------
add = elementwise("add", lambda m, a, b: a + b, a=lambda g: g, b=lambda g: g, of_complex=complex_sum)
add_scaled = elementwise("add_scaled", lambda m, a, b, alpha: m.fma(b, alpha, a), node="AddBackward0", held=("alpha",),
                         a=lambda g: g, b=lambda g, alpha: g * alpha)
sub = elementwise("sub", lambda m, a, b: a - b, number=("a", "RsubBackward1"), a=lambda g: g, b=lambda g: -g,
                  of_complex=complex_difference)
sub_scaled = elementwise("sub_scaled", lambda m, a, b, alpha: m.fma(b, -alpha, a), node="SubBackward0", held=("alpha",),
                         a=lambda g: g, b=lambda g, alpha: -(g * alpha), of_complex=lambda a, b, alpha: a + b * (0 - alpha))
rsub = elementwise("rsub", lambda m, a, b: b - a, number=("b", "RsubBackward1"), a=lambda g: -g, b=lambda g: g,
                   of_complex=lambda a, b: complex_difference(b, a))
mul = elementwise("mul", lambda m, a, b: a * b, a=lambda g, b: g * conjugate(b), b=lambda g, a: g * conjugate(a))
div = elementwise("div", lambda m, a, b: a / b, promote="float", a=lambda g, b: g / conjugate(b),
                  b=lambda g, a, b: -g * conjugate((a / b) / b))
add_number = elementwise("add", lambda m, a, b: a + b, number=("b", "AddBackward1"), a=lambda g: g, b=lambda g: g, of_complex=complex_sum)
sub_number = elementwise("sub", lambda m, a, b: a - b, number=("b", "SubBackward1"), a=lambda g: g, b=lambda g: -g,
                         of_complex=complex_difference)
mul_number = elementwise("mul", lambda m, a, b: a * b, number=("b", "MulBackward1"), a=lambda g, b: g * conjugate(b),
                         b=lambda g, a: g * conjugate(a))
"""What PyTorch's functions of several steps add, subtract and multiply by: a number, which is no operand of the node."""
neg = elementwise("neg", lambda m, x: -x, x=lambda g: -g)
reciprocal = elementwise("reciprocal", lambda m, x: 1 / x, promote="float", x=lambda g, result: -g * conjugate(result * result))
square: Elementwise = Square("square", lambda m, x: x * x, {"x": lambda g, x: g * conjugate(2 * x)}, "PowBackward0", "any",
                             (None,), ())
cube = elementwise("cube", lambda m, x: x * x * x, node="PowBackward0", x=lambda g, x: g * conjugate(3 * x ** 2))
power = elementwise("power", lambda m, x, exponent: m.pow(x, exponent), node="PowBackward0",
                    x=lambda g, x, exponent: zeros_where_even(g, x, exponent))
def _special_power(exponent: float, name: str, definition: Any) -> Any:
    return elementwise(f"power_{name}", definition, node="PowBackward0", x=lambda g, x: zeros_where_even(g, x, exponent))


ROOTS = {0.5: _special_power(0.5, "sqrt", lambda m, x: m.sqrt(x)), -0.5: _special_power(-0.5, "rsqrt", lambda m, x: 1 / m.sqrt(x)),
         -1: _special_power(-1, "reciprocal", lambda m, x: 1 / x)}
"""Exponents that PyTorch takes by another function than `pow`, with its special values: the root of -inf is NaN, the power inf."""
power_tensor = elementwise("power_tensor", lambda m, x, exponent: m.pow(x, exponent), node="PowBackward1",
                           number=("x", "PowBackward2"),
                           x=lambda g, x, exponent: where(exponent == 0, 0, g * conjugate(exponent * pow(x, exponent - 1))),
                           exponent=lambda g, x, exponent, result: g * conjugate(power_log(x, exponent, result)), refuses="bool")
remainder = division("remainder", lambda m, a, b: m.remainder(a, b), node="RemainderBackward1",
                     number=("b", "RemainderBackward0"),
                     a=lambda g: g, b=lambda g, a, b: -g * divide_floor(a, b), refuses="bool")
fmod = division("fmod", lambda m, a, b: m.fmod(a, b), node="FmodBackward1", number=("b", "FmodBackward0"),
                a=lambda g: g, b=lambda g, a, b: -g * divide_trunc(a, b), refuses="bool")
floor_divide: Elementwise = division("floor_divide", lambda m, a, b: m.floor_divide(a, b), node="NotImplemented",
                                     a=underivable, b=underivable)
divide_floor: Elementwise = division("divide_floor", lambda m, a, b: m.floor_divide(a, b), node="DivBackward2", a=no_gradient,
                                  b=no_gradient)
divide_trunc: Elementwise = elementwise("divide_trunc", lambda m, a, b: m.trunc(a / b), node="DivBackward2", a=no_gradient,
                                        b=no_gradient, refuses="bool")
divide_trunc_integers = division("divide_trunc_integers", lambda m, a, b: m.floor_divide(a - m.fmod(a, b), b), refuses="bool")
lerp = elementwise("lerp", lambda m, start, end, weight: m.where(m.abs(weight) < 0.5, m.fma(weight, end - start, start),
                                                                 m.fma(weight - 1, end - start, end)),
                   node="LerpBackward1", number=("weight", "LerpBackward0"),
                   start=lambda g, weight: g * conjugate(1 - weight), end=lambda g, weight: g * conjugate(weight),
                   weight=lambda g, start, end: g * conjugate(end - start), refuses="bool integers")
addcmul = elementwise("addcmul", lambda m, x, a, b, value: m.fma(value * a, b, x), x=lambda g: g,
                      a=lambda g, b, value: g * conjugate(b * value), b=lambda g, a, value: g * conjugate(a * value), refuses="bool")
addcdiv = elementwise("addcdiv", lambda m, x, a, b, value: x + value * a / b, x=lambda g: g,
                      a=lambda g, b, value: g * conjugate(value / b), b=lambda g, a, b, value: -g * conjugate(value * a / (b * b)))


def zeros_where_even(g: Any, x: Any, exponent: Any) -> Any:
    """Gradient of `x ** exponent` for a number: zero for exponent 0, also where x is 0."""
    return full(x.shape, 0, g.dtype) if exponent == 0 else g * conjugate(exponent * x ** (exponent - 1))


def power_log(x: Any, exponent: Any, result: Any) -> Any:
    """`x ** exponent * log(x)`, 0 where x is 0 and the exponent's real part not negative."""
    if not isinstance(x, Tensor):
        x = full((), x, result.dtype)
    rising = (exponent.real if exponent.dtype.is_complex else exponent) >= 0
    return where((x == 0) & rising, 0, result * log(x))


# comparison -----------------------------------------------------------------------------------------------------------------------
eq = elementwise("eq", lambda m, a, b: m.eq(a, b), gives=B)
ne = elementwise("ne", lambda m, a, b: m.ne(a, b), gives=B)
lt = elementwise("lt", lambda m, a, b: m.lt(a, b), gives=B, refuses="complex")
le = elementwise("le", lambda m, a, b: m.le(a, b), gives=B, refuses="complex")
gt = elementwise("gt", lambda m, a, b: m.gt(a, b), gives=B, refuses="complex")
ge = elementwise("ge", lambda m, a, b: m.ge(a, b), gives=B, refuses="complex")
isnan = elementwise("isnan", lambda m, x: m.isnan(x), gives=B)
isinf = elementwise("isinf", lambda m, x: m.isinf(x), gives=B)
isfinite = elementwise("isfinite", lambda m, x: m.isfinite(x), gives=B)
signbit = elementwise("signbit", lambda m, x: m.signbit(x), gives=B)

# logic ----------------------------------------------------------------------------------------------------------------------------
logical_and = elementwise("logical_and", lambda m, a, b: m.logical_and(a, b), gives=B)
logical_or = elementwise("logical_or", lambda m, a, b: m.logical_or(a, b), gives=B)
logical_xor = elementwise("logical_xor", lambda m, a, b: m.logical_xor(a, b), gives=B)
logical_not = elementwise("logical_not", lambda m, x: m.logical_not(x), gives=B)
bitwise_and = elementwise("bitwise_and", lambda m, a, b: m.bitwise_and(a, b))
bitwise_or = elementwise("bitwise_or", lambda m, a, b: m.bitwise_or(a, b))
bitwise_xor = elementwise("bitwise_xor", lambda m, a, b: m.bitwise_xor(a, b))
bitwise_not = elementwise("bitwise_not", lambda m, x: m.bitwise_not(x))
bitwise_left_shift = elementwise("bitwise_left_shift", lambda m, a, b: m.left_shift(a, b), refuses="bool")
bitwise_right_shift = elementwise("bitwise_right_shift", lambda m, a, b: m.right_shift(a, b), refuses="bool")

# selection ------------------------------------------------------------------------------------------------------------------------
where: Elementwise = elementwise("where", lambda m, condition, a, b: m.where(condition, a, b), keep=("condition",),
                    a=lambda g, condition: where(condition, g, 0), b=lambda g, condition: where(condition, 0, g))
maximum = elementwise("maximum", lambda m, a, b: m.maximum(a, b), a=lambda g, a, b: share(g, a < b, a == b),
                      b=lambda g, a, b: share(g, b < a, a == b), refuses="complex")
minimum = elementwise("minimum", lambda m, a, b: m.minimum(a, b), a=lambda g, a, b: share(g, a > b, a == b),
                      b=lambda g, a, b: share(g, b > a, a == b), refuses="complex")
fmax = elementwise("fmax", lambda m, a, b: m.fmax(a, b), a=lambda g, a, b: where((a >= b) | isnan(b), g, 0),
                   b=lambda g, a, b: where((a >= b) | isnan(b), 0, g), refuses="complex")
fmin = elementwise("fmin", lambda m, a, b: m.fmin(a, b), a=lambda g, a, b: where((a <= b) | isnan(b), g, 0),
                   b=lambda g, a, b: where((a <= b) | isnan(b), 0, g), refuses="complex")
# of two zeros NumPy and native code take the second one: a zero that lies on a bound keeps its sign
clamp = elementwise("clamp", lambda m, x, low, high: m.minimum(high, m.maximum(low, x)), number=("low", "ClampBackward1"),
                    x=lambda g, x, low, high: where((x >= low) & (x <= high), g, 0),
                    low=lambda g, x, low, high: where((x < low) & (low < high), g, 0),
                    high=lambda g, x, low, high: where((x > high) | (low > high), g, 0), refuses="bool complex")
clamp_min, at_least = (elementwise("clamp_min", lambda m, x, low: m.maximum(low, x), node=node, number=("low", by_number),
                                   x=lambda g, x, low: where(x >= low, g, 0), low=lambda g, x, low: where(x < low, g, 0), refuses="complex")
                       for node, by_number in (("ClampMinBackward1", "ClampMinBackward0"), ("ClampBackward0", "ClampBackward1")))
clamp_max, at_most = (elementwise("clamp_max", lambda m, x, high: m.minimum(high, x), node=node, number=("high", by_number),
                                  x=lambda g, x, high: where(x <= high, g, 0), high=lambda g, x, high: where(x > high, g, 0),
                      refuses="complex")
                      for node, by_number in (("ClampMaxBackward1", "ClampMaxBackward0"), ("ClampBackward0", "ClampBackward1")))
masked_fill = elementwise("masked_fill", lambda m, x, mask, value: m.where(mask, value, x), keep=("mask",), in_order=True,
                          node="MaskedFillBackward1",
                          number=("value", "MaskedFillBackward0"),
                          x=lambda g, mask: where(mask, 0, g), value=lambda g, mask: where(mask, g, 0))
nan_to_num = elementwise("nan_to_num", lambda m, x, nan, posinf, neginf: m.where(
    m.isnan(x), nan, m.where(m.isinf(x), m.where(x > 0, posinf, neginf), x)), x=lambda g, x: where(isfinite(x), g, 0))
copysign = elementwise("copysign", lambda m, a, b: m.copysign(a, b), promote="float",
                       a=lambda g, a, result: where(a == 0, 0, g * (result / a)), b=no_gradient)
nextafter = elementwise("nextafter", lambda m, a, b: m.nextafter(a, b), a=lambda g, a, b: where(a == b, 0, g),
                        b=no_gradient, refuses="bool integers")
heaviside = elementwise("heaviside", lambda m, x, values: m.where(m.eq(x, 0), values, m.where(x > 0, x * 0 + 1, x * 0 + 0)),
                        node="torch::autograd::NotImplemented", refuses="complex", x=underivable, values=underivable)
heaviside.numbers_from = 0       # its node shows what wants a gradient alone


def share(g: Any, loses: Any, ties: Any) -> Any:
    """The gradient but where a value loses, half of it at ties (PyTorch's rule for maximum and minimum, by which NaN never loses)."""
    return where(ties, g / 2, where(loses, 0, g))


class Cast(Elementwise):
    """Conversion to another dtype; the dtype is a parameter, and `order` that of the elements in memory (NumPy's "K" unless given)."""

    form = "cast"
    __call__ = Primitive.__call__

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        (x,) = operands
        to: dtype = params["to"]
        array = x.array
        if dtypes.BOOL < to.category < dtypes.COMPLEX and x.dtype.is_complex:      # any part that is not 0 makes a bool True
            array = array.real
        if to.category == dtypes.INTEGER and x.dtype.is_floating_point and to.itemsize < 4:
            array = array.astype("int64")
        if "order" not in params and 0 in array.strides:        # an axis that is expanded stays where it is
            array = alike(array, array)
        if to.category < dtypes.FLOATING:
            return fresh(array.astype(numpy_dtype(to), order=params.get("order", "K")), to)
        if to is not x.dtype and "order" not in params:
            return finish(self, operands, params, fresh(converted(array, numpy_dtype(to)), to))
        return finish(self, operands, params, fresh(array.astype(numpy_dtype(to), order=params.get("order", "K")), to))


cast = Cast("cast", lambda m, x: x, {"x": lambda g: g}, "ToCopyBackward0", "any", (None,), ())
clone = Cast("clone", lambda m, x: x, {"x": lambda g: g}, "CloneBackward0", "any", (None,), ())


def conjugate(x: Any) -> Any:
    """The complex conjugate; real tensors and numbers are returned as they are."""
    if isinstance(x, Tensor):
        return conj(x) if x.dtype.is_complex else x
    return x.conjugate() if isinstance(x, complex) else x


conj = elementwise("conj", lambda m, x: m.conj(x), x=lambda g: conjugate(g))


def log(x: Any) -> Any:
    return x.log()


def pow(x: Any, exponent: Any) -> Any:
    """`x ** exponent` with the cheapest primitive that gives PyTorch's result and node."""
    if isinstance(exponent, Tensor):
        return power_tensor(x, exponent)
    if isinstance(exponent, int) and exponent < 0 and x.dtype.category < dtypes.FLOATING:
        raise RuntimeError(text("negative-integer-power", exponent=exponent))
    if isinstance(exponent, bool) or x.dtype is B or isinstance(exponent, float) and x.dtype.category < dtypes.FLOATING:
        return power(x, exponent)
    if exponent == 2:
        return square(x)
    if exponent == 3:
        return cube(x)
    if exponent in ROOTS and x.dtype.category >= dtypes.FLOATING:
        return ROOTS[exponent](x)
    return power(x, exponent)
