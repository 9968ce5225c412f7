"""Elementwise functions of `torch`: arithmetic, comparison, rounding, the functions of analysis."""

import math
from collections.abc import Callable
from typing import Any

from steepest.core import dtype as dtypes
from steepest.core.dtype import float_limits, numpy_dtype, these
from steepest.core.overriding import stranger
from steepest.core.promotion import held, result_type
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.functional.appearing import show_as
from steepest.functional.early import alpha_first, numbers_first
from steepest.functional.operands import describe, operand, result_into
from steepest.functional.reducing import named
from steepest.functional.supporting import check_quotient, factor_of_product, refuse, refuses
from steepest.ops import activations as act
from steepest.ops import arithmetic as ar
from steepest.ops import counting, views
from steepest.ops import functions as fn
from steepest.ops import linalg as la
from steepest.ops.maps import Elementwise, common_shape

WHOLE = these("bool integers")
frexp_result = named("frexp", "mantissa", "exponent")
UNARY: dict[str, Elementwise] = {
    "exp": fn.exp, "exp2": fn.exp2, "expm1": fn.expm1, "log": fn.log, "log2": fn.log2, "log10": fn.log10, "log1p": fn.log1p,
    "sqrt": fn.sqrt, "rsqrt": fn.rsqrt, "sin": fn.sin, "cos": fn.cos, "tan": fn.tan, "asin": fn.asin, "acos": fn.acos, "atan": fn.atan,
    "sinh": fn.sinh, "cosh": fn.cosh, "tanh": fn.tanh, "asinh": fn.asinh, "acosh": fn.acosh, "atanh": fn.atanh, "sign": fn.sign,
    "floor": fn.floor, "ceil": fn.ceil, "trunc": fn.trunc, "frac": fn.frac, "erf": fn.erf, "erfc": fn.erfc, "lgamma": fn.lgamma,
    "digamma": fn.digamma, "sinc": fn.sinc, "neg": ar.neg, "reciprocal": ar.reciprocal, "square": ar.square, "sigmoid": act.sigmoid,
    "relu": act.relu, "isnan": ar.isnan, "isinf": ar.isinf, "isfinite": ar.isfinite, "signbit": ar.signbit, "logical_not": ar.logical_not,
    "bitwise_not": ar.bitwise_not, "abs": fn.absolute, "deg2rad": fn.deg2rad, "rad2deg": fn.rad2deg, "erfinv": fn.erfinv,
}
BINARY: dict[str, Elementwise] = {
    "mul": ar.mul, "remainder": ar.remainder, "fmod": ar.fmod, "floor_divide": ar.floor_divide, "maximum": ar.maximum,
    "minimum": ar.minimum, "fmax": ar.fmax, "fmin": ar.fmin, "atan2": fn.atan2, "hypot": fn.hypot, "copysign": ar.copysign,
    "nextafter": ar.nextafter, "heaviside": ar.heaviside, "xlogy": fn.xlogy, "logaddexp": fn.logaddexp,
    "logaddexp2": fn.logaddexp2, "eq": ar.eq, "ne": ar.ne, "lt": ar.lt, "le": ar.le,
    "gt": ar.gt, "ge": ar.ge, "logical_and": ar.logical_and, "logical_or": ar.logical_or, "logical_xor": ar.logical_xor,
    "bitwise_and": ar.bitwise_and, "bitwise_or": ar.bitwise_or, "bitwise_xor": ar.bitwise_xor,
    "bitwise_left_shift": ar.bitwise_left_shift, "bitwise_right_shift": ar.bitwise_right_shift,
}
ALIASES = {"absolute": "abs", "negative": "neg", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh",
           "arccosh": "acosh", "arctanh": "atanh", "arctan2": "atan2", "fix": "trunc", "multiply": "mul", "subtract": "sub",
           "divide": "div", "true_divide": "div", "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt",
           "greater_equal": "ge", "clip": "clamp"}


TENSORS_ONLY = frozenset((
    "maximum minimum fmax fmin atan2 hypot nextafter heaviside logaddexp logaddexp2 logical_and logical_or logical_xor").split())
"""Functions of two tensors; the others take a number as `other`."""
NUMBER_FIRST = frozenset((
    "mul remainder floor_divide xlogy bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift").split())
"""Functions that take a number as `input` too."""


def stranger_or_error(function: Callable[..., Any], name: str, wrong: str, *given: Any) -> Any:
    """What the class of an object that is no tensor makes of the call; else the TypeError that says which argument is wrong."""
    result = stranger(function, given, {})
    if result is NotImplemented:
        raise TypeError(text("argument-not-tensor", function=name, name=wrong, kind=describe(given[wrong == "other"])))
    return result


def _taken_by_stranger(function: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """What the class of an operand that is no tensor makes of the call that has just failed; else the error in hand."""
    result = stranger(function, given, options)
    if result is NotImplemented:
        raise
    return result


def unary(name: str, primitive: Elementwise) -> Callable[..., Tensor]:
    """The function of one tensor that a row of UNARY names."""
    bind = primitive.bind

    def function(input: Tensor, *, out: Tensor | None = None) -> Tensor:
        if not isinstance(input, Tensor):
            return stranger_or_error(function, name, "input", input)
        result: Tensor = bind(input)
        return result if out is None else result_into(out, result)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` of every element; the result has the shape of `input`."
    return function


def both(name: str, a: Any, b: Any) -> tuple[Any, Any]:
    """Two operands of a function, one of which at least is a tensor; TypeError otherwise."""
    pair = operand(a), operand(b)
    if NotImplemented in (type(pair[0]), type(pair[1])) or pair[0] is NotImplemented or pair[1] is NotImplemented or not (
            isinstance(pair[0], Tensor) or isinstance(pair[1], Tensor)):
        wrong = b if isinstance(pair[0], Tensor) else a
        raise TypeError(text("argument-not-tensor", function=name, name="other" if wrong is b else "input", kind=describe(wrong)))
    return pair


def binary(name: str, primitive: Elementwise) -> Callable[..., Tensor]:
    """The function of two operands that a row of BINARY names."""
    bind = primitive.bind
    number_first, number_second = name in NUMBER_FIRST, name not in TENSORS_ONLY

    def function(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
        if not (number_first or isinstance(input, Tensor)):
            return stranger_or_error(function, name, "input", input, other)
        if not (number_second or isinstance(other, Tensor)):
            return stranger_or_error(function, name, "other", input, other)
        try:
            pair = both(name, input, other)
        except TypeError:
            return _taken_by_stranger(function, input, other)
        result: Tensor = bind(*pair)
        return result if out is None else result_into(out, result)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` of `input` and `other`, which are broadcast against each other; numbers are allowed for one of them."
    return function


globals().update({name: unary(name, p) for name, p in UNARY.items()})
globals().update({name: binary(name, p) for name, p in BINARY.items()})


def add(input: Any, other: Any, *early: Any, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """`input + alpha * other`, broadcast."""
    if early:
        other, alpha = alpha_first("add", other, *early)
    try:
        a, b = both("add", input, other)
    except TypeError:
        return _taken_by_stranger(add, input, other, alpha=alpha)
    return result_into(out, ar.add(a, b) if alpha == 1 else ar.add_scaled(a, b, _whole_alpha(alpha, a, b)))


def sub(input: Any, other: Any, *early: Any, alpha: Any = 1, out: Tensor | None = None) -> Tensor:
    """`input - alpha * other`, broadcast; RuntimeError for bool tensors."""
    if early:
        other, alpha = alpha_first("sub", other, *early)
    try:
        a, b = both("sub", input, other)
    except TypeError:
        return _taken_by_stranger(sub, input, other, alpha=alpha)
    if any(isinstance(x, bool) or getattr(x, "dtype", None) is dtypes.bool_ for x in (a, b)):
        raise RuntimeError(text("bool-subtraction"))
    return result_into(out, ar.sub(a, b) if alpha == 1 else ar.sub_scaled(a, b, _whole_alpha(alpha, a, b)))


def _whole_alpha(alpha: Any, *operands: Any) -> Any:
    """The factor; RuntimeError where it is no whole number and the operands are."""
    if isinstance(alpha, (float, complex)) and result_type(*operands).category < dtypes.FLOATING:
        raise RuntimeError(text("alpha-of-integers", alpha=alpha))
    return alpha


def rsub(input: Any, other: Any, *, alpha: Any = 1) -> Tensor:
    """`other - alpha * input`."""
    tensors("rsub", input=input)
    return sub(other, input, alpha=alpha)


def div(input: Any, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Tensor:
    """`input / other`, broadcast; `rounding_mode` is None, "floor" or "trunc"."""
    try:
        a, b = both("div", input, other)
    except TypeError:
        found = stranger(div, (input, other), {"rounding_mode": rounding_mode})
        if found is NotImplemented:
            raise
        return found
    if rounding_mode is None:
        return result_into(out, ar.div(a, b))
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(text("rounding-mode", mode=rounding_mode))
    if rounding_mode == "floor":
        return result_into(out, ar.divide_floor(a, b))
    integral = all(not isinstance(x, float) and getattr(x, "dtype", dtypes.int64).category < dtypes.FLOATING for x in (a, b))
    if integral:
        return result_into(out, ar.divide_trunc_integers(a, b))
    result = ar.divide_trunc(a, b)
    if result.dtype in dtypes.HALVES and isinstance(b, Tensor) and b.array.ndim:         # by a number PyTorch divides in float32
        result = show_as(fn.trunc(ar.div(a, b)), "DivBackward2", *[x for x in (a, b) if isinstance(x, Tensor)])
    return result_into(out, result)


def pow(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
    """`input ** exponent`, broadcast; one of them may be a number."""
    try:
        a, b = both("pow", input, exponent)
    except TypeError:
        found = stranger(pow, (input, exponent), {})
        if found is NotImplemented:
            raise
        return found
    return result_into(out, ar.pow(a, b))


def float_power(input: Any, exponent: Any) -> Tensor:
    """`input ** exponent` computed in float64, or in complex128 where one of them is complex."""
    a, b = both("float_power", input, exponent)
    with_complex = any(isinstance(x, complex) or isinstance(x, Tensor) and x.dtype.is_complex for x in (a, b))
    of = dtypes.complex128 if with_complex else dtypes.float64
    return ar.pow(*[x.to(of) if isinstance(x, Tensor) else x for x in (a, b)])


def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
    """Every element held between `min` and `max`, numbers or tensors, either of which may be None."""
    if min is None and max is None:
        raise ValueError(text("clamp-without-bounds"))
    if max is None:
        result = ar.at_least(input, operand(min))
    elif min is None:
        result = ar.at_most(input, operand(max))
    else:
        result = ar.clamp(input, operand(min), operand(max))
    return result_into(out, result)


def clamp_min(input: Tensor, min: Any) -> Tensor:
    """Every element, at least `min`."""
    tensors("clamp_min", input=input)
    return ar.clamp_min(input, operand(min))


def clamp_max(input: Tensor, max: Any) -> Tensor:
    """Every element, at most `max`."""
    tensors("clamp_max", input=input)
    return ar.clamp_max(input, operand(max))


def where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """Elements of `input` where `condition` holds, of `other` elsewhere; with `condition` alone, the indices where it holds."""
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if condition.dtype is not dtypes.bool_:
        if condition.dtype is not dtypes.uint8:
            raise RuntimeError(text("condition-not-bool", dtype=condition.dtype))
        condition = condition.to(dtypes.bool_)
    return ar.where(condition, operand(input), operand(other))


def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """`input + weight * (end - input)`."""
    tensors("lerp", input=input, end=end)
    if end.dtype is not input.dtype:
        raise RuntimeError(text("lerp-dtypes", a=input.dtype, b=end.dtype))
    return ar.lerp(input, end, operand(weight))


@numbers_first(3, "value")
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    """`input + value * tensor1 * tensor2`; of integers the value is one, too."""
    return ar.addcmul(input, tensor1, tensor2, factor_of_product(value, input, tensor1, tensor2))


@numbers_first(3, "value")
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: Any = 1) -> Tensor:
    """`input + value * tensor1 / tensor2`; RuntimeError where integers are divided."""
    check_quotient(tensor1, tensor2)
    return ar.addcdiv(input, tensor1, tensor2, value)


def masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`input` with `value` where the boolean `mask` holds."""
    if mask.dtype is not dtypes.bool_:
        raise RuntimeError(text("mask-not-bool", dtype=mask.dtype))
    value = operand(value)
    if isinstance(value, Tensor) and value.array.ndim:
        raise RuntimeError(text("fill-value-not-scalar", ndim=value.array.ndim))
    if not isinstance(value, Tensor):
        value = held(value, input.dtype).item()
    elif value.dtype.is_complex and not input.dtype.is_complex:
        value = held(value.item(), input.dtype).item()
    filled: Tensor = ar.masked_fill(input, mask, value)
    return filled if filled.dtype is input.dtype else filled.to(input.dtype)


def nan_to_num(input: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """NaN and infinities replaced by numbers, the largest finite ones unless given."""
    if input.dtype.category < dtypes.FLOATING:
        return input.clone()
    top = float(float_limits(input.dtype).max)
    return ar.nan_to_num(input, nan, top if posinf is None else posinf, -top if neginf is None else neginf)


def round(input: Tensor, *, decimals: int | None = None) -> Tensor:
    """Every element rounded, halves to even, to `decimals` places; NotImplementedError for integers where these are given."""
    if decimals is not None:
        refuse("round", input.dtype, WHOLE)
    if not decimals:
        return fn.rounded(input)
    return fn.rounded_decimals(input, 10.0**decimals) if decimals > 0 else fn.rounded_tens(input, 10.0**-decimals)


def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """`log(x / (1 - x))`, x held in [eps, 1 - eps] where `eps` is given."""
    return fn.logit(input if eps is None else ar.where(input < eps, eps, ar.where(input > 1 - eps, 1 - eps, input)))


def sgn(input: Tensor) -> Tensor:
    """The sign; for complex numbers `x / |x|`."""
    return fn.direction(input) if input.dtype.is_complex else fn.sgn(input)


def angle(input: Tensor) -> Tensor:
    """The argument of complex numbers; of real ones 0 or pi."""
    if input.dtype.is_complex:
        return show_as(fn.atan2(input.imag, input.real), "AngleBackward0", input)
    return ar.where(input < 0, math.pi, ar.where(ar.isnan(input), input, 0.0))


def filled(input: Tensor, value: Any) -> Tensor:
    """A copy with all elements replaced by a number or a 0-dim tensor."""
    return masked_fill(input, ar.eq(input, input) | True, value)


def conj_physical(input: Tensor) -> Tensor:
    """The complex conjugate."""
    return ar.conj(input) if input.dtype.is_complex else input.clone()


def real(input: Tensor) -> Tensor:
    """The real parts; real tensors are returned as they are."""
    return views.real(input) if input.dtype.is_complex else input


def imag(input: Tensor) -> Tensor:
    """The imaginary parts; RuntimeError for real tensors."""
    if not input.dtype.is_complex:
        raise RuntimeError(text("imag-of-real", dtype=input.dtype))
    return views.imag(input)


def isreal(input: Tensor) -> Tensor:
    """Where the imaginary part is zero."""
    return input.imag == 0 if input.dtype.is_complex else ar.eq(input, input) | True


def tensors(name: str, **arguments: Any) -> None:
    """TypeError unless all these arguments of a function are tensors."""
    for argument, x in arguments.items():
        if not isinstance(x, Tensor):
            raise TypeError(text("argument-not-tensor", function=name, name=argument, kind=describe(x)))


def ldexp(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`input * 2 ** other`."""
    tensors("ldexp", input=input, other=other)
    power = ar.pow(2.0, other)
    of = result_type(input, power if other.dtype.category >= dtypes.FLOATING else 1.0)
    return result_into(out, ar.mul(input, power).to(of))


def polygamma(n: int, input: Tensor) -> Tensor:
    """The n-th derivative of digamma."""
    if n < 0:
        raise RuntimeError(text("polygamma-order", n=n))
    return fn.digamma(input) if n == 0 else fn.polygamma(n)(input)


NOT_WHOLE = dtypes.these("bool halves floats complex")


def _integers(function: str, a: Tensor, b: Tensor) -> dtypes.dtype:
    common = result_type(a, b)
    refuse(function, common, NOT_WHOLE)
    common_shape(function, a.array.shape, b.array.shape)
    return common


def gcd(input: Tensor, other: Tensor) -> Tensor:
    """The greatest common divisor of integers."""
    tensors("gcd", input=input, other=other)
    return counting.gcd(input, other, to=numpy_dtype(_integers("gcd", input, other)))


def lcm(input: Tensor, other: Tensor) -> Tensor:
    """The least common multiple of integers."""
    tensors("lcm", input=input, other=other)
    return counting.lcm(input, other, to=numpy_dtype(_integers("lcm", input, other)))


@refuses("bool integers complex")
def frexp(input: Tensor) -> tuple[Tensor, Tensor]:
    """Mantissas of magnitude in [1/2, 1) and integer exponents of 2."""
    return frexp_result(la.frexp(input))


def positive(input: Tensor) -> Tensor:
    """The tensor itself; RuntimeError for bool tensors."""
    if input.dtype is dtypes.bool_:
        raise RuntimeError(text("positive-of-bool"))
    return input


def isclose(input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Where `|input - other| <= atol + rtol * |other|`."""
    tensors("isclose", input=input, other=other)
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value < 0:
            raise RuntimeError(text("range-tolerance", name=name, value=value))
    if input.dtype is not other.dtype:
        raise RuntimeError(text("dtypes-differ", a=input.dtype, b=other.dtype))
    if input.dtype is dtypes.bool_:
        return input == other
    near = (input == other) | (ar.isfinite(input) & ar.isfinite(other) & (fn.absolute(input - other) <= atol + rtol * fn.absolute(other)))
    return near | (ar.isnan(input) & ar.isnan(other)) if equal_nan else near


@refuses("complex")
def isposinf(input: Tensor) -> Tensor:
    """Where an element is positive infinity."""
    return input == float("inf")


@refuses("complex")
def isneginf(input: Tensor) -> Tensor:
    """Where an element is negative infinity."""
    return input == float("-inf")


def conj(input: Tensor) -> Tensor:
    """The complex conjugate."""
    return ar.conjugate(input)


globals().update({name: globals()[target] for name, target in ALIASES.items()})
