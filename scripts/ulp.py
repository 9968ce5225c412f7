"""Measure the errors of the native functions in units in the last place, for docs/mathematics.md. Needs mpmath.

    python scripts/ulp.py [--every 251] [--count 20000]

In float32 every so many of all bit patterns are tried, from the least negative number to the largest, beside the same function in
float64. In float64 arguments are bit patterns drawn at random, half of them from the range where the function is neither 0, infinite nor
its argument, beside values of 40 digits.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from steepest.lower import machine
from steepest.lower.ufunc import make_ufunc
from steepest.ops.activations import sigmoid

Array = np.ndarray[Any, Any]
# name: the definition, mpmath's function, the range of half of the arguments in float64
FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[float, float]]] = {
    "exp": (lambda m, x: m.exp(x), mpmath.exp, (-745, 710)),
    "log": (lambda m, x: m.log(x), mpmath.log, (0, 4)),
    "log1p": (lambda m, x: m.log1p(x), mpmath.log1p, (-1, 4)),
    "expm1": (lambda m, x: m.expm1(x), mpmath.expm1, (-40, 710)),
    "tanh": (lambda m, x: m.tanh(x), mpmath.tanh, (-20, 20)),
    "sigmoid": (sigmoid.definition, lambda x: 1 / (1 + mpmath.exp(-x)), (-745, 40)),
    "erf": (lambda m, x: m.erf(x), mpmath.erf, (-6, 6)),
    "sin": (lambda m, x: m.sin(x), mpmath.sin, (-1e3, 1e3)),
    "cos": (lambda m, x: m.cos(x), mpmath.cos, (-1e3, 1e3)),
    "rsqrt": (lambda m, x: m.rsqrt(x), lambda x: 1 / mpmath.sqrt(x), (0, 4)),
    "pow": (lambda m, x, y: m.pow(x, y), mpmath.power, (0, 4)),
}


def units(got: Array, exact: Array, low: Array | float = 0.0) -> float:
    """The largest error where the result is a normal number; infinities and NaN must be the same."""
    dtype = got.dtype
    with np.errstate(all="ignore"):
        nearest = exact.astype(dtype)
        plain = np.isfinite(nearest) & np.isfinite(got) & (np.abs(nearest) >= np.finfo(dtype).tiny)
        assert np.array_equal(np.isnan(got), np.isnan(nearest)), "NaN where it should be"
        beyond = np.isinf(got) != np.isinf(nearest)
        edge = np.abs(exact[beyond]).min(initial=np.inf)
        assert edge > np.finfo(dtype).max * (1 - 1e-6), "infinite where it should be"
        unit = np.spacing(np.abs(nearest)).astype(np.float64)
        error = np.abs((got.astype(np.float64) - exact) / unit - low)
    return float(error[plain].max(initial=0))


def arguments(count: int, low: float, high: float, random: np.random.Generator) -> Array:
    """Bit patterns over all numbers, and as many evenly from a range."""
    patterns = random.integers(0, 2**63, count, dtype=np.uint64) | random.integers(0, 2, count, dtype=np.uint64) << np.uint64(63)
    drawn = np.concatenate([patterns.view(np.float64), random.uniform(low, high, count)])
    return drawn[np.isfinite(drawn)]


def single(definition: Callable[..., Any], arity: int, every: int) -> float:
    """In float32, beside the same function in float64."""
    narrow, wide = (make_ufunc("f", definition, [kind] * arity, [kind]) for kind in ("float32", "float64"))
    worst = 0.0
    for begin in range(0, 2**32, 2**28):
        x = np.arange(begin + begin % every, begin + 2**28, every, dtype=np.int64).astype(np.uint32).view(np.float32)
        with np.errstate(all="ignore"):
            given = [x] if arity == 1 else [x, np.random.default_rng(begin).permutation(x) % np.float32(30)]
            worst = max(worst, units(narrow(*given), wide(*(g.astype(np.float64) for g in given))))
    return worst


def double(definition: Callable[..., Any], exact: Callable[..., Any], bounds: tuple[float, float], arity: int, count: int) -> float:
    """In float64, beside mpmath."""
    random = np.random.default_rng(5)
    x = arguments(count, *bounds, random)
    given = [x] if arity == 1 else [np.abs(x), random.uniform(-30, 30, len(x))]
    function = make_ufunc("f", definition, ["float64"] * arity, ["float64"])
    with np.errstate(all="ignore"):
        got = function(*given)
    keep = np.isfinite(got) & (np.abs(got) >= np.finfo(np.float64).tiny)
    high, low = np.empty(keep.sum()), np.empty(keep.sum())
    for k, row in enumerate(zip(*(g[keep] for g in given), strict=True)):
        value = exact(*(mpmath.mpf(float(v)) for v in row))
        high[k] = float(value)
        low[k] = float((value - mpmath.mpf(high[k])) / mpmath.mpf(float(np.spacing(abs(high[k])))))
    return units(got[keep], high, low)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--every", type=int, default=251)
    options.add_argument("--count", type=int, default=20000)
    chosen = options.parse_args()
    mpmath.mp.dps = 40
    print(f"processor features: {', '.join(sorted(machine.features()))}; {machine.width()} floats in a vector")
    print("| function | float32 | float64 |\n|---|---|---|")
    for name, (definition, exact, bounds) in FUNCTIONS.items():
        arity = 2 if name == "pow" else 1
        print(f"| {name} | {single(definition, arity, chosen.every):.3f} | {double(definition, exact, bounds, arity, chosen.count):.3f} |",
              flush=True)


if __name__ == "__main__":
    main()
