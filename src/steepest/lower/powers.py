"""Powers, division with remainder, and rounding to whole numbers, as instructions."""

from steepest.lower.exponentials import exp, log
from steepest.lower.floating import FORMATS, INFINITY, NAN, Scalars, Value, in_double, polynomial, two_product

__all__ = ["floor_divide", "fmod", "hypot", "integer_power", "nextafter", "pow", "remainder",
           "whole_ceil", "whole_floor", "whole_nearest", "whole_trunc"]

# log((1 + s) / (1 - s)) = 2 s + 2/3 s^3 + s^5 q(s^2)
_POW = (0.4000000000000227, 0.28571428570091434, 0.22222222521416313, 0.1818178423287442, 0.15386763675668183,
        0.13256666420447308, 0.13197764165664515)
_TWO_THIRDS, _TWO_THIRDS_LOW = 0.6666666666666666, 3.700743415417188e-17


def _precise_log(m: Scalars, x: Value) -> tuple[Value, Value]:
    """log(x) of a positive finite float64 as a sum of two, to about 68 bits."""
    form = FORMATS["float64"]
    small = x < form.least_normal
    x = m.where(small, x * 2.0**52, x)
    bits = m.bits(x)
    e = m.shift_right_bits(bits - m.bits(m.constant(0.7071067811865476, "float64")), 52)
    f = m.from_bits(bits - m.shift_left_bits(e, 52)) - 1.0
    e_real = m.convert("sitofp", e, "float64") - m.where(small, m.constant(52.0, "float64"), 0.0)
    below = f + 2.0
    below_low = (2.0 - below) + f
    s = f / below
    s_low = (m.fma(-s, below, f) - s * below_low) / below
    square, square_low = two_product(m, s, s)
    square_low = square_low + 2.0 * s * s_low
    cubic, cubic_low = two_product(m, square, m.constant(_TWO_THIRDS, "float64"))
    cubic_low = cubic_low + (square * _TWO_THIRDS_LOW + square_low * _TWO_THIRDS)
    rest = square * square * polynomial(m, square, _POW)
    tail = cubic + rest
    tail_low = ((cubic - tail) + rest) + cubic_low
    factor = tail + 2.0
    factor_low = ((2.0 - factor) + tail) + tail_low
    natural, natural_low = two_product(m, s, factor)
    natural_low = natural_low + (s * factor_low + s_low * factor)
    whole = e_real * form.log2_high
    total = whole + natural
    other = total - whole
    error = (whole - (total - other)) + (natural - other)
    return total, error + (natural_low + e_real * form.log2_low)


def _power_of_size(m: Scalars, x: Value, y: Value) -> Value:
    """x^y for x >= 0."""
    ends = m.where(x == 0, -INFINITY, x)
    inside = m.logical_and(x > 0, x < INFINITY)
    high, low = _precise_log(m, m.where(inside, x, 1.0))
    high, low = m.where(inside, high, ends), m.where(inside, low, 0.0)
    product, rest = two_product(m, y, high)
    rest = m.where(m.abs(product) < 1000.0, m.fma(y, low, rest), 0.0)
    return _exp_of_sum(m, product, rest)


def _exp_of_sum(m: Scalars, x: Value, rest: Value) -> Value:
    """exp(x + rest) for a small rest."""
    near = exp(m, x)
    return m.where(m.logical_and(near > 0, near < INFINITY), m.fma(near, rest, near), near)


def _signs_of_power(m: Scalars, x: Value, y: Value, size: Value) -> Value:
    """x^y from |x|^y: negative for odd y, NaN for broken ones, 1 where x is 1 or y is 0."""
    whole = m.eq(m.floor(y), y)
    half = y * 0.5
    odd = m.logical_and(whole, m.ne(m.floor(half), half))
    result = m.where(m.logical_and(odd, m.signbit(x)), -size, size)
    result = m.where(m.logical_and(m.logical_and(x < 0, x > -INFINITY), m.logical_not(whole)), NAN, result)
    result = m.where(m.logical_or(m.isnan(x), m.isnan(y)), NAN, result)
    endless = m.logical_and(m.eq(m.abs(x), 1.0), m.isinf(y))
    return m.where(m.logical_or(m.logical_or(m.eq(x, 1.0), m.eq(y, 0.0)), endless), 1.0, result)


def pow(m: Scalars, x: Value, y: Value) -> Value:
    """x^y; float32 through the logarithm in float64, float64 through one of 68 bits."""
    a, b = m.cast(x, "float64"), m.cast(y, "float64")
    size = m.abs(a)
    value = exp(m, b * log(m, size)) if x.dtype == "float32" else _power_of_size(m, size, b)
    return m.cast(_signs_of_power(m, a, b, value), x.dtype)


def integer_power(m: Scalars, x: Value, y: Value) -> Value:
    """x^y by repeated squaring, wrapping around; a negative y gives 0 but for the bases 1 and -1."""
    function, width = m.function, m.width
    result = function.variable(x.dtype, width, m.constant(1, x.dtype).name)
    base = function.variable(x.dtype, width, x.name)
    left = function.variable(x.dtype, width, y.name)
    with function.repeat() as again:
        exponent, factor = m.value(left.get(), x.dtype), m.value(base.get(), x.dtype)
        product = m.value(result.get(), x.dtype)
        result.set(m.where((exponent & 1) != 0, product * factor, product).name)
        base.set((factor * factor).name)
        following = m.shift_right_unsigned(exponent, 1)
        left.set(following.name)
        again.append(function.any((following != 0).name, width))
    value = m.value(result.get(), x.dtype)
    if x.dtype == "uint8":
        return value
    sign = m.where((y & 1) == 0, m.constant(1, x.dtype), -1)
    inverse = m.where(x == 1, 1, m.where(x == -1, sign, 0))
    return m.where(y < 0, inverse, value)


@in_double
def hypot(m: Scalars, x: Value, y: Value) -> Value:
    a, b = m.abs(x), m.abs(y)
    large, small = m.maximum(a, b), m.minimum(a, b)
    smaller, larger = m.constant(2.0**-600, "float64"), m.constant(2.0**600, "float64")
    scale = m.where(large > 2.0**500, smaller, m.where(large < 2.0**-500, larger, 1.0))
    u, v = large * scale, small * scale
    # Borges (2020): Algorithm 1014, an improved algorithm for hypot(x, y)
    h = m.sqrt(m.muladd(u, u, v * v))
    square, square_low = two_product(m, h, h)
    u2, u2_low = two_product(m, u, u)
    error = (((square - u2) - v * v) + square_low) - u2_low
    corrected = h - error / (2.0 * m.where(h > 0, h, 1.0))
    result = m.where(v == 0, u, corrected) / scale
    endless = m.logical_or(m.eq(a, INFINITY), m.eq(b, INFINITY))
    return m.where(endless, INFINITY, m.where(m.logical_or(m.isnan(x), m.isnan(y)), NAN, result))


def nextafter(m: Scalars, x: Value, y: Value) -> Value:
    """The neighbour of x towards y."""
    bits = m.bits(x)
    up = m.eq(x < y, x > 0)
    step = m.from_bits(m.where(up, bits + 1, bits - 1))
    least = m.copysign(m.from_bits(m.constant(1, bits.dtype)), y)
    result = m.where(x == 0, least, step)
    return m.where(m.eq(x, y), y, m.where(m.logical_or(m.isnan(x), m.isnan(y)), NAN, result))


# division with remainder

@in_double
def fmod(m: Scalars, a: Value, b: Value) -> Value:
    """The rest of a / b with a's sign, exactly: each round takes off the quotient's leading 52 bits."""
    function, width = m.function, m.width
    size, divisor = m.abs(a), m.abs(b)
    good = m.logical_and(size < INFINITY, divisor > 0)
    start = m.where(m.logical_and(good, divisor < INFINITY), size, 0.0)
    divisor = m.where(good, divisor, 1.0)
    cell = function.variable("float64", width, start.name)
    with function.repeat() as again:
        rest = m.value(cell.get(), "float64")
        left, by = m.abs(rest), divisor
        for _ in range(2):      # the quotient itself could overflow
            larger = by * 2.0**700
            by = m.where(left > larger, larger, by)
        quotient = m.trunc(rest / by)
        following = m.where(left < divisor, rest, m.fma(-quotient, by, rest))
        cell.set(following.name)
        again.append(function.any((m.abs(following) >= divisor).name, width))
    rest = m.value(cell.get(), "float64")
    rest = m.where(rest < 0, rest + divisor, rest)
    rest = m.where(m.logical_and(good, m.eq(divisor, INFINITY)), size, rest)
    return m.where(m.logical_and(good, m.logical_not(m.isnan(b))), m.copysign(rest, a), NAN)


def remainder(m: Scalars, a: Value, b: Value) -> Value:
    """The rest of a / b with b's sign; a rest of zero keeps a's."""
    rest = fmod(m, a, b)
    return m.where(m.logical_and(m.ne(rest, 0.0), m.ne(b < 0, rest < 0)), rest + b, rest)


def floor_divide(m: Scalars, a: Value, b: Value) -> Value:
    """a / b rounded down, exactly where the quotient is representable."""
    rest = fmod(m, a, b)
    quotient = (a - rest) / b
    quotient = m.where(m.logical_and(m.ne(rest, 0.0), m.ne(b < 0, rest < 0)), quotient - 1.0, quotient)
    down = m.floor(quotient)
    nearest = m.where(quotient - down > 0.5, down + 1.0, down)
    nearest = m.where(quotient == 0, m.copysign(m.constant(0.0, a.dtype), a / b), nearest)
    return m.where(b == 0, a / b, nearest)


# rounding where the processor cannot

def whole_nearest(m: Scalars, x: Value) -> Value:
    """The nearest integer, ties to even."""
    form = FORMATS[x.dtype]
    size, limit = m.abs(x), 2.0**form.mantissa
    return m.copysign(m.where(size < limit, (size + limit) - limit, size), x)


def whole_floor(m: Scalars, x: Value) -> Value:
    near = whole_nearest(m, x)
    return m.copysign(m.where(near > x, near - 1.0, near), x)


def whole_ceil(m: Scalars, x: Value) -> Value:
    return -whole_floor(m, -x)


def whole_trunc(m: Scalars, x: Value) -> Value:
    return m.copysign(whole_floor(m, m.abs(x)), x)
