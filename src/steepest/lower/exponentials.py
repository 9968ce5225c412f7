"""exp, log, tanh, erf and their kin as instructions: polynomials over the LLVM namespace `m`, for scalars and vectors of any
width.

Each function gets a strict `m` (IEEE as written: range reductions would not survive reordering) and values of one floating
dtype, and is written with operators as on paper. Coefficients come from `scripts/polynomials.py`. Infinity, NaN, signed zeros
and subnormal arguments and results are right; the largest errors are in `tests/lower/test_mathematics.py`.
Range reductions follow Cody and Waite (1980): Software Manual for the Elementary Functions.
"""

from steepest.lower.floating import FORMATS, INFINITY, NAN, Scalars, Value, in_double, polynomial, power_of_two
from steepest.ops import special

__all__ = ["acosh", "asinh", "atanh", "cosh", "erf", "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "sinh", "tanh"]

_LOG2E = 1.4426950408889634

_EXP = {
    "float32": (0.4999999403953552, 0.1666651964187622, 0.041668232530355453, 0.008368822745978832, 0.0013823896879330277),
    "float64": (0.5, 0.16666666666666677, 0.04166666666666663, 0.008333333333321456, 0.00138888888889117, 0.00019841269886526443,
                2.480158726191854e-05, 2.755724382714333e-06, 2.7557332308883333e-07, 2.5109167100858338e-08,
                2.089572159268159e-09),
}
_EXPM1 = {
    "float32": (0.5, 0.1666666567325592, 0.041666481643915176, 0.008333558216691017, 0.0013933370355516672,
                0.00019750898354686797),
    "float64": _EXP["float64"],
}
_EXP2 = {
    "float32": (0.6931471824645996, 0.24022647738456726, 0.055503588169813156, 0.009618496522307396, 0.001339130336418748,
                0.0001533062313683331),
    "float64": (0.6931471805599453, 0.24022650695910058, 0.05550410866482322, 0.009618129107635404, 0.0013333558146073974,
                0.0001540353038118008, 1.5252734136978358e-05, 1.3215496153053309e-06, 1.017793954353244e-07,
                7.051645979021277e-09, 4.473034765740038e-10, 2.994712400081182e-11),
}
_LOG32 = (0.33333340287208557, -0.2500016689300537, 0.19999580085277557, -0.16655205190181732, 0.14276619255542755,
          -0.12729431688785553, 0.116997629404068, -0.09107095003128052, 0.03758585825562477)
_LOG64 = (0.666666666666666, 0.4000000000005655, 0.2857142855587417, 0.22222224290223322, 0.18181666291122514,
          0.15391097451334543, 0.13173854234103352, 0.13841256999382123)


# exponentials

def _nearest(m: Scalars, x: Value, factor: float) -> tuple[Value, Value]:
    """(n, bits of n + magic), n being the whole number nearest to x * factor: the low bits are those of n as an integer."""
    shifted = m.muladd(x, factor, FORMATS[x.dtype].magic)
    return shifted - FORMATS[x.dtype].magic, m.bits(shifted)


def _scale(m: Scalars, p: Value, n: Value, bits: Value) -> Value:
    """p * 2^n with one rounding, for p about 1: subnormal results and overflow come out right."""
    if m.scales(p.dtype):
        return m.scale(p, n)
    whole = bits - m.bits(m.constant(FORMATS[p.dtype].magic, p.dtype))
    half = m.shift_right_bits(whole, 1)
    return p * power_of_two(m, half, p.dtype) * power_of_two(m, whole - half, p.dtype)


def _clamp(m: Scalars, x: Value, low: float, high: float) -> Value:
    """x within bounds; NaN passes."""
    return m.minimum(m.maximum(x, low), high)


def _reduce(m: Scalars, x: Value) -> tuple[Value, Value, Value]:
    """(r, n, bits of n) with x = n log(2) + r, |r| <= log(2) / 2."""
    form = FORMATS[x.dtype]
    n, bits = _nearest(m, x, _LOG2E)
    return m.muladd(n, -form.log2_low, m.muladd(n, -form.log2_high, x)), n, bits


_EXP_BOUNDS = {"float32": (-105.0, 89.0), "float64": (-746.0, 710.0)}


def _exp_near_zero(m: Scalars, r: Value) -> Value:
    return m.muladd(m.muladd(polynomial(m, r, _EXP[r.dtype]), r, 1.0), r, 1.0)


def exp(m: Scalars, x: Value) -> Value:
    r, n, bits = _reduce(m, _clamp(m, x, *_EXP_BOUNDS[x.dtype]))
    return _scale(m, _exp_near_zero(m, r), n, bits)


def exp2(m: Scalars, x: Value) -> Value:
    form = FORMATS[x.dtype]
    x = _clamp(m, x, -2.0 - form.bias - form.mantissa, form.bias + 1.0)
    n, bits = _nearest(m, x, 1.0)
    f = x - n
    return _scale(m, m.muladd(polynomial(m, f, _EXP2[x.dtype]), f, 1.0), n, bits)


def expm1(m: Scalars, x: Value) -> Value:
    low, high = {"float32": (-18.0, 89.0), "float64": (-38.0, 710.0)}[x.dtype]
    r, n, bits = _reduce(m, _clamp(m, x, low, high))
    p = m.muladd(polynomial(m, r, _EXPM1[x.dtype]) * r, r, r)
    half = power_of_two(m, bits - 1, x.dtype)            # 2^n itself would overflow a step too early
    result = m.muladd(half, p, half - 0.5)
    result = result + result
    return m.where(n == 0, m.where(x == 0, x, p), result)


# logarithms

def _split(m: Scalars, x: Value) -> tuple[Value, Value]:
    """(f, e) with x = 2^e (1 + f), 3/4 <= 1 + f < 3/2, for positive finite x."""
    form = FORMATS[x.dtype]
    if m.scales(x.dtype):
        e, size = m.exponent(x), m.significand(x)
        return size - 1.0, m.where(size < 1.0, e + 1.0, e)
    small = x < form.least_normal
    x = m.where(small, x * 2.0**form.mantissa, x)
    bits = m.bits(x)
    e = m.shift_right_bits(bits - m.bits(m.constant(0.75, x.dtype)), form.mantissa)
    f = m.from_bits(bits - m.shift_left_bits(e, form.mantissa)) - 1.0
    return f, m.convert("sitofp", e, x.dtype) - m.where(small, m.constant(form.mantissa, x.dtype), 0.0)


def _log_of(m: Scalars, f: Value, e: Value) -> Value:
    """e log(2) + log(1 + f)."""
    form = FORMATS[f.dtype]
    square = f * f
    if f.dtype == "float32":
        tail = polynomial(m, f, _LOG32) * f * square
        low = m.muladd(e, form.log2_low, tail)
        return m.muladd(e, form.log2_high, f + m.muladd(square, -0.5, low))
    s = f / (f + 2.0)
    z = s * s
    half = square * 0.5
    low = m.muladd(s, m.muladd(polynomial(m, z, _LOG64), z, half), e * form.log2_low)
    return m.muladd(e, form.log2_high, f - (half - low))


def _log_ends(m: Scalars, x: Value, result: Value) -> Value:
    """The logarithm at 0, below 0, at infinity and at NaN."""
    end = m.where(x == 0, -INFINITY, m.where(x > 0, x, NAN))
    return m.where(m.logical_and(x > 0, x < INFINITY), result, end)


def log(m: Scalars, x: Value) -> Value:
    result = _log_of(m, *_split(m, x))
    return result if m.scales(x.dtype) else _log_ends(m, x, result)      # the processor's own splitting brings the ends along


def log1p(m: Scalars, x: Value) -> Value:
    form = FORMATS[x.dtype]
    # 1 + x = 2^e (1 + f) with f = (2^-e - 1) + 2^-e x: both terms are exact, so f is rounded once
    u = x + 1.0
    e = m.shift_right_bits(m.bits(u) - m.bits(m.constant(0.75, x.dtype)), form.mantissa)
    scale = power_of_two(m, 2 - e, x.dtype)             # four times what is wanted, lest it be subnormal
    f = m.muladd(x * 0.25, scale, scale * 0.25 - 1.0)
    result = _log_of(m, f, m.convert("sitofp", e, x.dtype))
    result = m.where(m.abs(x) < 4 * form.least_normal, x, result)
    return _log_ends(m, u, m.where(x == 0, x, result))


def _logarithm(m: Scalars, x: Value, scale: tuple[float, float], step: tuple[float, float]) -> Value:
    """e log_b(2) + log(1 + f) / log(b), both factors in two parts of which the first of `step` times e is exact."""
    f, e = _split(m, x)
    natural = _log_of(m, f, m.constant(0.0, x.dtype))
    low = m.muladd(natural, scale[1], e * step[1])
    return _log_ends(m, x, m.muladd(e, step[0], m.muladd(natural, scale[0], low)))


def log2(m: Scalars, x: Value) -> Value:
    scale = {"float32": (1.4426950216293335, 1.9259629911266175e-08),
             "float64": (1.4426950408889634, 2.0355273740931033e-17)}[x.dtype]
    return _logarithm(m, x, scale, (1.0, 0.0))


def log10(m: Scalars, x: Value) -> Value:
    scale, step = {
        "float32": ((0.4342944920063019, -1.0103050052231683e-08), (0.301025390625, 4.605038981195214e-06)),
        "float64": ((0.4342944819032518, 1.098319650216765e-17), (0.30102999566383914, 1.42050232272661e-13)),
    }[x.dtype]
    return _logarithm(m, x, scale, step)


# hyperbolic functions and erf

_TANH = {
    "float32": (-0.33333316445350647, 0.13332554697990417, -0.05384935811161995, 0.02106035314500332, -0.006258937995880842),
    "float64": (-0.333333333333333, 0.13333333333326575, -0.05396825396372823, 0.021869488384749704, -0.008863232580301524,
                0.003592091786599277, -0.0014555410841887771, 0.0005884364698541129, -0.0002333592644174794,
                8.328182914065226e-05, -1.9471722202012806e-05),
}
# log2(erfc(x)) = x (c + q(x)) up to 4, c being a float32 and the first of q what it lacks
_ERF_SLOPE = -1.6279070377349854
_ERF = (9.80004788431188e-09, -0.918448269367218, -0.1482677310705185, 0.027581583708524704, 0.00036369491135701537,
        -0.002594058169052005, 0.001067147240974009, -0.00024098799622152, 3.065899363718927e-05, -1.7072488844860345e-06)


def tanh(m: Scalars, x: Value) -> Value:
    """An odd polynomial up to 0.55, from there 1 - 2 g / (1 + g) with g = exp(-2 |x|)."""
    size = m.abs(x)
    square = x * x
    near = m.muladd(polynomial(m, square, _TANH[x.dtype]) * square, x, x)
    r, _, bits = _reduce(m, m.maximum(size * -2.0, {"float32": -20.0, "float64": -42.0}[x.dtype]))
    g = _exp_near_zero(m, r) * power_of_two(m, bits, x.dtype)
    far = 1.0 - (g + g) / (g + 1.0)
    return m.copysign(m.where(size < 0.55, near, far), x)


def erf(m: Scalars, x: Value) -> Value:
    """In float32 1 - 2^p(|x|), taken as (1 - 2^n) - 2^n (2^f - 1); float64 has the expression of `ops.special`."""
    if x.dtype == "float64":
        return special.erf(m, x)
    size = m.minimum(m.abs(x), 4.0)
    exponent = m.muladd(size, _ERF_SLOPE, polynomial(m, size, _ERF) * size)
    n, bits = _nearest(m, exponent, 1.0)
    f = exponent - n
    slope, *rest = _EXP2["float32"]
    p = m.muladd(f, slope, polynomial(m, f, (0.6931471805599453 - slope, *rest)) * f)
    scale = power_of_two(m, bits, "float32")
    return m.copysign(m.muladd(-scale, p, 1.0 - scale), x)


@in_double
def sinh(m: Scalars, x: Value) -> Value:
    size = m.abs(x)
    e = expm1(m, size)
    half = exp(m, size * 0.5)
    return m.copysign(m.where(size < 709.0, 0.5 * (e + e / (e + 1.0)), 0.5 * half * half), x)


@in_double
def cosh(m: Scalars, x: Value) -> Value:
    size = m.abs(x)
    e = exp(m, size)
    half = exp(m, size * 0.5)
    return m.where(size < 709.0, 0.5 * e + 0.5 / e, 0.5 * half * half)


_LOG2 = 0.6931471805599453


@in_double
def asinh(m: Scalars, x: Value) -> Value:
    size = m.abs(x)
    square = size * size
    small = log1p(m, size + square / (1.0 + m.sqrt(square + 1.0)))
    return m.copysign(m.where(size < 2.0**28, small, log(m, size) + _LOG2), x)


@in_double
def acosh(m: Scalars, x: Value) -> Value:
    t = x - 1.0
    result = m.where(x < 2.0**28, log1p(m, t + m.sqrt(t + t + t * t)), log(m, x) + _LOG2)
    return m.where(x < 1.0, NAN, result)


@in_double
def atanh(m: Scalars, x: Value) -> Value:
    size = m.abs(x)
    twice = size + size
    argument = m.where(size < 0.5, twice + twice * size / (1.0 - size), twice / (1.0 - size))
    return m.copysign(0.5 * log1p(m, argument), x)
