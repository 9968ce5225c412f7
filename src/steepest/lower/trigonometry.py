"""sin, cos, tan and their inverses as instructions.

The argument is reduced by a quarter turn in three parts (Cody and Waite), beyond 2^19 with 192 bits of 2 / pi (Payne and Hanek
1983: Radian reduction for trigonometric functions), so that the result is as good for large arguments. float32 is computed in
float64.
"""

from typing import Any

from steepest.lower.floating import FORMATS, INFINITY, NAN, Scalars, Value, in_double, polynomial
from steepest.lower.text import Function

__all__ = ["acos", "asin", "atan", "atan2", "cos", "sin", "tan"]

# pi / 2 as a sum; the first two have 33 bits, so that their products with whole numbers up to 2^19 are exact
_QUARTER = (1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21)
_HALF_PI, _HALF_PI_LOW = 1.5707963267948966, 6.123233995736766e-17
_LARGE = 2.0**19

_SIN = {
    "float32": (-0.16666666641606404, 0.008333329383593904, -0.00019839334104610615, 2.718304536579338e-06),
    "float64": (-0.16666666666666632, 0.00833333333332249, -0.00019841269829857196, 2.7557313706541265e-06,
                -2.5050760129543455e-08, 1.5896900534044527e-10),
}
_COS = {
    "float32": (0.041666666622789755, -0.0013888883749897506, 2.4799519049025668e-05, -2.721015718281789e-07),
    "float64": (0.0416666666666666, -0.001388888888887448, 2.4801587289677442e-05, -2.755731440296194e-07, 2.0875729552565043e-09,
                -1.1359948120841655e-11),
}
_ATAN = (-0.3333333333333333, 0.19999999999999266, -0.14285714285612372, 0.11111111103988863, -0.09090908797263515,
         0.07692299905838593, -0.06666526920511434, 0.058806038593842674, -0.05247661109274464, 0.046644703329229154,
         -0.039172565181670636, 0.026924655263990394, -0.010665264929717146)
_ASIN = (0.16666666666666763, 0.07499999999970121, 0.04464285717526804, 0.030381942676046127, 0.022372215885993096,
         0.017351595840841765, 0.013981014545032623, 0.011397325517989464, 0.010789138000903685, 0.003672886671637544,
         0.021788907671351814, -0.02111420383141832, 0.032700552171015924)

# the bits of 2 / pi after 64 zeros, most significant word first
_TWO_OVER_PI = int(
    "0000000000000000a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921c"
    "fe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f"
    "6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babf0cfbc209af4361d", 16)
_WORDS = 21


def _reduced(m: Scalars, x: Value) -> tuple[Value, Value, Value]:
    """(r, its rounding error, quarter turns) of a float64: x = n pi / 2 + r, |r| <= pi / 4. The vector's lanes may differ."""
    function, width = m.function, m.width
    form = FORMATS["float64"]
    shifted = x * 0.6366197723675814 + form.magic
    n = shifted - form.magic
    turns = m.bits(shifted)
    first = x - n * _QUARTER[0]
    second = n * _QUARTER[1]
    r = first - second
    low = ((first - r) - second) - n * _QUARTER[2]
    high = r + low
    low = (r - high) + low
    cells = [function.variable(v.dtype, width, v.name) for v in (high, low, turns)]
    large = m.abs(x) > _LARGE
    with function.if_(function.any(large.name, width)):
        _reduce_lanes(m, x, large, [high, low, turns], cells)
    return m.value(cells[0].get(), "float64"), m.value(cells[1].get(), "float64"), m.value(cells[2].get(), "int64")


def _reduce_lanes(m: Scalars, x: Value, large: Value, quick: list[Value], cells: list[Any]) -> None:
    """The exact reduction, a lane after the other."""
    function, width = m.function, m.width
    helper = _large_reduction(type(m))
    function.use(helper)
    given = function.alloca(f"[{width} x double]")
    found = [function.alloca(f"[{width} x double]") for _ in range(2)] + [function.alloca(f"[{width} x i64]")]
    function.store(x.name, given, "float64", width)
    with function.loop(width) as lane:
        places = [function.gep(base, lane, "float64") for base in (given, *found)]
        function.do(f"call void @{helper.name}({', '.join(f'ptr {p}' for p in places)})")
    for base, value, cell in zip(found, quick, cells, strict=True):
        exact = m.value(function.load(base, value.dtype, width), value.dtype)
        cell.set(m.where(large, exact, value).name)


def _large_reduction(kind: type) -> Function:
    """The function (ptr x, ptr high, ptr low, ptr turns) that reduces one finite float64 above 2^19."""
    f = Function("steepest.reduce", ["ptr %x", "ptr %high", "ptr %low", "ptr %turns"], internal=True, attributes="noinline")
    m = kind(f)
    words = ", ".join(f"i64 {_signed(_TWO_OVER_PI >> 64 * (_WORDS - 1 - k) & (1 << 64) - 1)}" for k in range(_WORDS))
    f.define(f"@steepest.two_over_pi = private unnamed_addr constant [{_WORDS} x i64] [{words}]")
    x = m.value(f.load("%x", "float64"), "float64")
    bits = m.bits(x)
    raw = (bits >> 52) & 2047
    mantissa = (bits & (2**52 - 1)) | 2**52
    # |x| = mantissa 2^e; bits of 2 / pi whose product with it is a multiple of 4 turns are passed over
    start = m.minimum(m.maximum(raw - 1075 - 2 + 64, 0), 1023 - 52 + 62)
    word, offset = start >> 6, start & 63
    parts = []
    for k in range(4):
        parts.append(f.load(f.gep("@steepest.two_over_pi", str((word + k).name), "int64"), "int64"))
    wide = "0"
    for part in parts:
        widened = f.pure(f"zext i64 {part} to i256")
        moved = f.pure(f"shl i256 {wide}, 64")
        wide = f.pure(f"or i256 {moved}, {widened}")
    by = f.pure(f"zext i64 {offset.name} to i256")
    window = f.pure(f"lshr i256 {f.pure(f'shl i256 {wide}, {by}')}, 64")
    factor = f.pure(f"zext i64 {mantissa.name} to i192")
    product = f.pure(f"mul i192 {f.pure(f'trunc i256 {window} to i192')}, {factor}")
    # two bits of whole quarter turns, then 190 bits of the fraction
    rounded = f.pure(f"add i192 {product}, {1 << 189}")
    turns = m.value(f.pure(f"trunc i192 {f.pure(f'lshr i192 {rounded}, 190')} to i64"), "int64")
    fraction = f.pure(f"shl i192 {product}, 2")
    pieces = []
    for k, shift in enumerate((160, 128, 96, 64)):
        piece = f.pure(f"ashr i192 {fraction}, {shift}")
        short = m.value(f.pure(f"trunc i192 {piece} to i64"), "int64")
        pieces.append(m.cast(short if k == 0 else short & 0xFFFFFFFF, "float64") * 2.0 ** (shift - 192))
    high = pieces[0] + pieces[1]
    low = (pieces[0] - high) + pieces[1] + (pieces[2] + pieces[3])
    total = high + low
    low = (high - total) + low
    p, error = _product(m, total, m.constant(_HALF_PI, "float64"))
    error = error + total * _HALF_PI_LOW + low * _HALF_PI
    result = p + error
    rest = (p - result) + error
    negative = x < 0
    f.store(m.where(negative, -result, result).name, "%high", "float64")
    f.store(m.where(negative, -rest, rest).name, "%low", "float64")
    f.store(m.where(negative, -turns, turns).name, "%turns", "int64")
    return f


def _product(m: Scalars, a: Value, b: Value) -> tuple[Value, Value]:
    """a * b as a sum of two floating numbers, by Dekker's halves: exact without a fused multiply-add."""
    product = a * b

    def halves(x: Value) -> tuple[Value, Value]:
        high = m.from_bits(m.bits(x) & -(1 << 27))
        return high, x - high

    (a_high, a_low), (b_high, b_low) = halves(a), halves(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word


def _waves(m: Scalars, x: Value, precision: str) -> tuple[Value, Value, Value]:
    """(sin r, cos r, quarter turns) of a float64."""
    r, low, turns = m.function.remember(f"reduced {x.name} {m.width}", lambda: _reduced(m, x))
    z = r * r
    sine = r + m.muladd(polynomial(m, z, _SIN[precision]) * z, r, low)
    half = z * 0.5
    w = 1.0 - half
    cosine = w + (((1.0 - w) - half) + (z * z * polynomial(m, z, _COS[precision]) - r * low))
    return sine, cosine, turns


def _wave(m: Scalars, x: Value, ahead: int) -> Value:
    precision, wide = x.dtype, m.cast(x, "float64")
    sine, cosine, turns = _waves(m, wide, precision)
    turns = turns + ahead
    value = m.where((turns & 1) == 0, sine, cosine)
    value = m.from_bits(m.bits(value) ^ m.shift_left_bits(turns & 2, 62))
    value = m.where(m.abs(wide) < INFINITY, value, NAN)
    if ahead == 0:
        value = m.where(m.abs(wide) < 2.0**-30, wide, value)
    return m.cast(value, x.dtype)


def sin(m: Scalars, x: Value) -> Value:
    return _wave(m, x, 0)


def cos(m: Scalars, x: Value) -> Value:
    return _wave(m, x, 1)


def tan(m: Scalars, x: Value) -> Value:
    wide = m.cast(x, "float64")
    sine, cosine, turns = _waves(m, wide, "float64")
    odd = (turns & 1) != 0
    value = m.where(odd, -cosine, sine) / m.where(odd, sine, cosine)
    value = m.where(m.abs(wide) < INFINITY, value, NAN)
    return m.cast(m.where(m.abs(wide) < 2.0**-30, wide, value), x.dtype)


# inverses
# (from this a / b on, p, q, atan(p / q) in two parts)
_CORNERS = (
    (7 / 16, 1.0, 2.0, 0.4636476090008061, 2.2698777452961687e-17),
    (11 / 16, 1.0, 1.0, _HALF_PI / 2, _HALF_PI_LOW / 2),
    (19 / 16, 3.0, 2.0, 0.982793723247329, 1.3903311031230998e-17),
    (39 / 16, 1.0, 0.0, _HALF_PI, _HALF_PI_LOW),
)


def _angle(m: Scalars, a: Value, b: Value) -> tuple[Value, Value]:
    """atan(a / b) for a, b >= 0 as a sum of two; a / b itself is never formed where it would be large."""
    endless, against = m.eq(a, INFINITY), m.eq(b, INFINITY)
    a = m.where(endless, 1.0, m.where(against, 0.0, a))
    b = m.where(against, 1.0, m.where(endless, 0.0, b))
    # atan(t) = atan(c) + atan((t - c) / (1 + c t)) with c = p / q of 0, 1/2, 1, 3/2 or infinity
    p, q = m.constant(0.0, "float64"), m.constant(1.0, "float64")
    high, low = p, p
    for bound, over, under, angle, angle_low in _CORNERS:
        beyond = a > b * bound
        p, q = m.where(beyond, over, p), m.where(beyond, under, q)
        high, low = m.where(beyond, angle, high), m.where(beyond, angle_low, low)
    t = (a * q - b * p) / (b * q + a * p)
    z = t * t
    rest = m.muladd(polynomial(m, z, _ATAN) * z, t, t)
    total = high + rest
    return total, (high - total) + rest + low


@in_double
def atan(m: Scalars, x: Value) -> Value:
    high, low = _angle(m, m.abs(x), m.constant(1.0, "float64"))
    return m.copysign(high + low, x)


@in_double
def atan2(m: Scalars, y: Value, x: Value) -> Value:
    a, b = m.abs(y), m.abs(x)
    large = m.maximum(a, b) > 2.0**1000
    a, b = m.where(large, a * 2.0**-60, a), m.where(large, b * 2.0**-60, b)
    b = m.where(m.logical_and(m.eq(a, 0.0), m.eq(b, 0.0)), 1.0, b)
    high, low = _angle(m, a, b)
    back = 2 * _HALF_PI - (high - (2 * _HALF_PI_LOW - low))
    angle = m.copysign(m.where(m.signbit(x), back, high + low), y)
    return m.where(m.logical_or(m.isnan(x), m.isnan(y)), NAN, angle)


def _arcsine(m: Scalars, x: Value) -> tuple[Value, Value, Value]:
    """(|x| > 1/2, s, c): asin of |x| or of sqrt((1 - |x|) / 2) as a sum."""
    size = m.abs(x)
    far = size > 0.5
    z = m.where(far, (1.0 - size) * 0.5, size * size)
    root = m.sqrt(z)
    s = m.where(far, root, size)
    short = m.from_bits(m.bits(root) & -(1 << 32))      # the root's error, from a square that is exact
    error = m.where(m.logical_and(far, z > 0.0), (z - short * short) / (root + short) - (root - short), 0.0)
    return far, s, m.muladd(polynomial(m, z, _ASIN) * z, s, error)


@in_double
def asin(m: Scalars, x: Value) -> Value:
    far, s, c = _arcsine(m, x)
    result = m.where(far, _HALF_PI - (2.0 * s - (_HALF_PI_LOW - 2.0 * c)), s + c)
    return m.where(m.abs(x) < 2.0**-30, x, m.copysign(result, x))


@in_double
def acos(m: Scalars, x: Value) -> Value:
    far, s, c = _arcsine(m, x)
    signed, rest = m.copysign(s, x), m.where(x < 0.0, -c, c)
    near = _HALF_PI - (signed - (_HALF_PI_LOW - rest))
    right = 2.0 * (s + c)
    left = 2.0 * (_HALF_PI - (s - (_HALF_PI_LOW - c)))
    return m.where(far, m.where(x > 0.0, right, left), near)
