"""Fits the polynomials of steepest/lower/mathematics.py and steepest/ops/special.py: minimax by Lawson's iteration, in 60 digits.

    python scripts/polynomials.py exp32        # prints the coefficients, lowest power first, and the error bound reached

A coefficient is rounded to its type as soon as it is found, lowest power first, and the later ones are fitted to what it left.
Lawson, C. L. (1961): Contributions to the theory of linear least maximum approximation, UCLA.  Needs mpmath.
"""

import struct
import sys
from collections.abc import Callable, Sequence

import mpmath
from mpmath import mp, mpf

mp.dps = 60


def rounded(x: mpf, bits: int) -> mpf:
    """x rounded to a float of 32 or 64 bits."""
    number = float(x)
    return mpf(struct.unpack("f", struct.pack("f", number))[0] if bits == 32 else number)


def solve(points: Sequence[mpf], goal: Sequence[mpf], size: Sequence[mpf], powers: Sequence[int], weights: list[mpf],
          rounds: int) -> list[mpf]:
    """Coefficients of `powers` that make max |size * (p - goal)| least on the points; `weights` are carried on."""
    n = len(powers)
    rows = [[s * x**k for k in powers] for x, s in zip(points, size, strict=True)]
    right = [s * g for g, s in zip(goal, size, strict=True)]
    for _ in range(rounds):
        normal, vector = mpmath.matrix(n, n), mpmath.matrix(n, 1)
        for row, r, w in zip(rows, right, weights, strict=True):
            for i in range(n):
                vector[i] += w * row[i] * r
                for j in range(i, n):
                    normal[i, j] += w * row[i] * row[j]
        for i in range(n):
            for j in range(i):
                normal[i, j] = normal[j, i]
        found = list(mpmath.lu_solve(normal, vector))
        errors = [abs(mpmath.fdot(row, found) - r) for row, r in zip(rows, right, strict=True)]
        total = mpmath.fsum(w * e for w, e in zip(weights, errors, strict=True))
        if total == 0:
            break
        weights[:] = [w * e / total for w, e in zip(weights, errors, strict=True)]
    return found


def fit(function: Callable[[mpf], mpf], low: float, high: float, degree: int, bits: int,
        size: Callable[[mpf], mpf] = lambda x: mpf(1)) -> tuple[list[mpf], mpf]:
    """(coefficients, max |size * error|) of the polynomial nearest to `function` on [low, high]."""
    powers, count = list(range(degree + 1)), 12 * (degree + 2)
    middle, half = (mpf(low) + mpf(high)) / 2, (mpf(high) - mpf(low)) / 2
    xs = [middle + half * mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    values, sizes = [function(x) for x in xs], [size(x) for x in xs]
    weights, left, found = [mpf(1) / count] * count, list(values), []
    for place, power in enumerate(powers):
        solution = solve(xs, left, sizes, powers[place:], weights, 40 if place == 0 else 6)
        found.append(rounded(solution[0], bits))
        left = [v - found[-1] * x**power for v, x in zip(left, xs, strict=True)]
    return found, max(abs(s * v) for s, v in zip(sizes, left, strict=True))


def near_zero(function: Callable[[mpf], mpf], limit: Callable[[], mpf]) -> Callable[[mpf], mpf]:
    """The function with its limit at 0."""
    return lambda x: limit() if x == 0 else function(x)


exp, log, sqrt = mpmath.exp, mpmath.log, mpmath.sqrt
HALF_LOG2 = log(2) / 2 * mpf("1.001")
ROOT = sqrt(mpf(2))


def _exp_tail(r: mpf) -> mpf:
    return (mpmath.expm1(r) - r) / r**2


def _log_tail(f: mpf) -> mpf:
    return (mpmath.log1p(f) - f + f * f / 2) / f**3


def _log_size(f: mpf) -> mpf:
    return f**3 / mpmath.log1p(f)


def _atanh_tail(z: mpf) -> mpf:
    s = sqrt(z)
    return (2 * mpmath.atanh(s) - 2 * s) / (s * z)


def _tanh_tail(z: mpf) -> mpf:
    x = sqrt(z)
    return (mpmath.tanh(x) - x) / (x * z)


def _odd_tail(function: Callable[[mpf], mpf]) -> Callable[[mpf], mpf]:
    return lambda z: (function(sqrt(z)) - sqrt(z)) / (sqrt(z) * z)


QUARTER = mpmath.pi / 4 * mpf("1.0001")
_sin_tail = _odd_tail(mpmath.sin)


def _cos_tail(z: mpf) -> mpf:
    return (mpmath.cos(sqrt(z)) - 1 + z / 2) / z**2


def _pow_tail(z: mpf) -> mpf:
    s = sqrt(z)
    return (2 * mpmath.atanh(s) - 2 * s - 2 * s * z / 3) / (s * z * z)


def _erfc_scaled(t: mpf) -> mpf:
    x = 4 * (1 + t) / (1 - t)
    return mpmath.erfc(x) * exp(x * x) * (1 + 2 * x)


def _lgamma_rest(u: mpf) -> mpf:
    return mpmath.loggamma(u + 1.5) / ((u + 0.5) * (u - 0.5))


ROWS: dict[str, Callable[[], tuple[list[mpf], mpf]]] = {
    # exp(r) = 1 + r + r^2 q(r)
    "exp32": lambda: fit(_exp_tail, -HALF_LOG2, HALF_LOG2, 4, 32, lambda r: r**2 / exp(r)),
    # the same, relative to expm1(r)
    "expm1_32": lambda: fit(_exp_tail, -HALF_LOG2, HALF_LOG2, 5, 32, lambda r: r**2 / mpmath.expm1(r)),
    "expm1_64": lambda: fit(_exp_tail, -HALF_LOG2, HALF_LOG2, 10, 64, lambda r: r**2 / mpmath.expm1(r)),
    # 2^f = 1 + f q(f)
    "exp2_32": lambda: fit(lambda f: (2**f - 1) / f, -0.5, 0.5, 5, 32, lambda f: f / 2**f),
    "exp2_64": lambda: fit(lambda f: (2**f - 1) / f, -0.5, 0.5, 11, 64, lambda f: f / 2**f),
    # log(1 + f) = f - f^2/2 + f^3 q(f)
    "log32": lambda: fit(_log_tail, -0.2501, 0.5001, 8, 32, _log_size),
    # log((1 + s) / (1 - s)) = 2 s + s^3 q(s^2)
    "log64": lambda: fit(_atanh_tail, mpf("1e-30"), mpf("0.2001") ** 2, 7, 64, lambda z: z),
    # tanh(x) = x + x^3 q(x^2) up to 0.55
    "tanh32": lambda: fit(_tanh_tail, mpf("1e-30"), mpf("0.551") ** 2, 4, 32, lambda z: z),
    "tanh64": lambda: fit(_tanh_tail, mpf("1e-30"), mpf("0.551") ** 2, 10, 64, lambda z: z),
    # erf(x) = x + x q(x^2) up to 0.5;  erfc(x) = exp(-x^2) q(t) / (1 + 2 x), t = (x - 4) / (x + 4), from 0.5 on
    "erf64": lambda: fit(lambda z: mpmath.erf(sqrt(z)) / sqrt(z) - 1, mpf("1e-30"), mpf("0.2501"), 8, 64),
    "erfc64": lambda: fit(_erfc_scaled, (mpf("0.499") - 4) / mpf("4.499"), mpf(24) / 32, 20, 64),
    # log2(erfc(x)) = x (c + q(x)) up to 4, c = -1.6279070377349854, weighed by what it does to erf
    "erf32": lambda: fit(lambda x: log(mpmath.erfc(x), 2) / x + mpf("1.6279070377349854"), mpf("1e-9"), 4.0, 9, 32,
                         lambda x: mpmath.erfc(x) * x / mpmath.erf(x)),
    # sin(r) = r + r^3 q(r^2), cos(r) = 1 - r^2 / 2 + r^4 q(r^2); the short ones are for float32 computed in float64
    "sin64": lambda: fit(_sin_tail, mpf("1e-30"), QUARTER**2, 5, 64, lambda z: z),
    "cos64": lambda: fit(_cos_tail, mpf("1e-30"), QUARTER**2, 5, 64, lambda z: z**2),
    "sin_short": lambda: fit(_sin_tail, mpf("1e-30"), QUARTER**2, 3, 64, lambda z: z),
    "cos_short": lambda: fit(_cos_tail, mpf("1e-30"), QUARTER**2, 3, 64, lambda z: z**2),
    # atan(t) = t + t^3 q(t^2) up to 7/16; asin(t) = t + t^3 q(t^2) up to 1/2
    "atan64": lambda: fit(_odd_tail(mpmath.atan), mpf("1e-30"), mpf("0.4376") ** 2, 12, 64, lambda z: z),
    "asin64": lambda: fit(_odd_tail(mpmath.asin), mpf("1e-30"), mpf("0.2501"), 12, 64, lambda z: z),
    # log((1 + s) / (1 - s)) = 2 s + 2/3 s^3 + s^5 q(s^2), for pow
    "pow64": lambda: fit(_pow_tail, mpf("1e-30"), (3 - 2 * ROOT) ** 2 * mpf("1.001"), 6, 64, lambda z: z**2),
    # lgamma(x) = (x - 1) (x - 2) q(x - 3/2) between 1 and 2
    "lgamma64": lambda: fit(_lgamma_rest, -0.5, 0.5, 21, 64),
}


if __name__ == "__main__":
    for name in sys.argv[1:] or ROWS:
        coefficients, error = ROWS[name]()
        print(f"{name}: error 2^{float(mpmath.log(error, 2)):.2f}")
        print("    " + ", ".join(repr(float(c)) for c in coefficients))
