"""Make tests/reference/mathematics.npz: functions of float32 and float64 to twice the precision of float64. Needs mpmath.

For each function `name/dtype/x` are arguments; the value is `name/dtype/high` and `name/dtype/low` units in its last place.
Arguments are drawn over the whole range of the function, dense where it is hard: near 0, near zeros and poles, at overflow
and underflow.
"""

from collections.abc import Callable
from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp, mpf

mp.dps = 60
COUNT = 30

Range = tuple[float, float]
# name: (function, ranges to draw from)
FUNCTIONS: dict[str, tuple[Callable[..., mpf], list[Range]]] = {
    "exp": (mpmath.exp, [(-104, 89), (-2, 2), (-745, 710)]),
    "exp2": (lambda x: mpf(2) ** x, [(-149, 128), (-1, 1), (-1074, 1024)]),
    "expm1": (mpmath.expm1, [(-20, 89), (-1, 1), (-1e-3, 1e-3), (-40, 710)]),
    "log": (mpmath.log, [(0.5, 2), (0, 1e-38), (0, 1e30), (0.99, 1.01)]),
    "log2": (lambda x: mpmath.log(x, 2), [(0.5, 2), (0, 1e-38), (0, 1e30), (0.99, 1.01)]),
    "log10": (mpmath.log10, [(0.5, 2), (0, 1e-38), (0, 1e30), (0.99, 1.01)]),
    "log1p": (mpmath.log1p, [(-1, 1), (-1e-3, 1e-3), (0, 1e30), (-1e-20, 1e-20)]),
    "tanh": (mpmath.tanh, [(-1, 1), (-10, 10), (-20, 20), (-1e-4, 1e-4)]),
    "sin": (mpmath.sin, [(-10, 10), (-1e4, 1e4), (-1e9, 1e9), (-1e30, 1e30), (-1e-4, 1e-4)]),
    "cos": (mpmath.cos, [(-10, 10), (-1e4, 1e4), (-1e9, 1e9), (-1e30, 1e30), (1.5, 1.6)]),
    "tan": (mpmath.tan, [(-10, 10), (-1e4, 1e4), (-1e9, 1e9), (1.5, 1.6), (-1e-4, 1e-4)]),
    "asin": (mpmath.asin, [(-1, 1), (0.99, 1), (-1e-4, 1e-4)]),
    "acos": (mpmath.acos, [(-1, 1), (0.99, 1), (-1e-4, 1e-4)]),
    "atan": (mpmath.atan, [(-1, 1), (-10, 10), (-1e9, 1e9), (-1e-4, 1e-4)]),
    "sinh": (mpmath.sinh, [(-1, 1), (-89, 89), (-1e-4, 1e-4), (-710, 710)]),
    "cosh": (mpmath.cosh, [(-1, 1), (-89, 89), (-710, 710)]),
    "asinh": (mpmath.asinh, [(-1, 1), (-100, 100), (-1e30, 1e30), (-1e-4, 1e-4)]),
    "acosh": (mpmath.acosh, [(1, 1.001), (1, 10), (1, 1e30)]),
    "atanh": (mpmath.atanh, [(-1, 1), (-1e-4, 1e-4), (0.99, 1)]),
    "erf": (mpmath.erf, [(-1, 1), (-4, 4), (-6, 6), (-1e-4, 1e-4)]),
    "erfc": (mpmath.erfc, [(-1, 1), (-4, 9), (5, 26)]),
    "lgamma": (lambda x: mpmath.log(abs(mpmath.gamma(x))), [(0, 4), (0.99, 1.01), (1.99, 2.01), (0, 100), (0, 1e-5)]),
    "digamma": (mpmath.digamma, [(0, 1.4), (1.5, 100), (2, 10), (0, 1e-5)]),
}
LATER: dict[str, tuple[Callable[..., mpf], list[Range]]] = {        # drawn behind all others, which stay as they are
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), [(-1, 1), (-20, 20), (-87, 87), (-1e-4, 1e-4)]),
    "rsqrt": (lambda x: 1 / mpmath.sqrt(x), [(0, 4), (0, 1e-38), (0, 1e30), (0.99, 1.01)]),
}
PAIRS: dict[str, tuple[Callable[..., mpf], list[tuple[Range, Range]]]] = {
    "pow": (mpmath.power, [
        ((0, 3), (-20, 20)), ((0.99, 1.01), (-5000, 5000)), ((0, 1e10), (-3, 3)), ((0, 1e-30), (0, 1))]),
    "atan2": (mpmath.atan2, [
        ((-3, 3), (-3, 3)), ((-1e-5, 1e-5), (-3, 3)), ((-3, 3), (-1e-5, 1e-5)), ((-1e20, 1e20), (-1e20, 1e20))]),
    "hypot": (mpmath.hypot, [
        ((-3, 3), (-3, 3)), ((-1e-20, 1e-20), (-1e-20, 1e-20)), ((-1e18, 1e18), (-1e18, 1e18)), ((-1e5, 1e5), (0, 1))]),
}


def parts(value: mpf) -> tuple[float, float]:
    high = float(value)
    return high, float((value - high) / mpf(float(np.spacing(abs(high))))) if abs(high) < 1e308 else 0.0


def keep(results: dict[str, np.ndarray], key: str, arguments: list[np.ndarray], function: Callable[..., mpf]) -> None:
    values = [parts(function(*(mpf(float(v)) for v in row))) for row in zip(*arguments, strict=True)]
    results |= {f"{key}/{letter}": x for letter, x in zip("xy", arguments, strict=False)}
    results |= {f"{key}/high": np.array([v[0] for v in values]), f"{key}/low": np.array([v[1] for v in values], np.float32)}


def main() -> None:
    generator = np.random.default_rng(7)
    results: dict[str, np.ndarray] = {}
    for dtype in (np.float32, np.float64):
        for name, (function, ranges) in FUNCTIONS.items():
            x = np.concatenate([generator.uniform(low, high, COUNT) for low, high in ranges]).astype(dtype)
            keep(results, f"{name}/{dtype.__name__}", [x], function)
        for name, (function, boxes) in PAIRS.items():
            x = np.concatenate([generator.uniform(*box[0], COUNT) for box in boxes]).astype(dtype)
            y = np.concatenate([generator.uniform(*box[1], COUNT) for box in boxes]).astype(dtype)
            keep(results, f"{name}/{dtype.__name__}", [x, y], function)
    for dtype in (np.float32, np.float64):
        for name, (function, ranges) in LATER.items():
            x = np.concatenate([generator.uniform(low, high, COUNT) for low, high in ranges]).astype(dtype)
            keep(results, f"{name}/{dtype.__name__}", [x], function)
    place = Path(__file__).parents[2] / "tests" / "reference" / "mathematics.npz"
    np.savez_compressed(place, **results)
    print(place, place.stat().st_size)


if __name__ == "__main__":
    main()
