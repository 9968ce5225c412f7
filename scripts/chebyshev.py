"""Compute the Chebyshev coefficients in src/steepest/ops/series.py: `python scripts/chebyshev.py` (needs mpmath).

Every function is interpolated at Chebyshev's points with 40 digits; the series ends where its terms fall below 1e-17 of the largest.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath as mp

mp.mp.dps = 50
NOTE = '''"""Chebyshev coefficients of Bessel's and Airy's functions in t from [-1, 1]; written by scripts/chebyshev.py."""

'''


def series(function: Callable[[Any], Any], points: int = 60) -> list[float]:
    """The coefficients c of `c0 / 2 + sum ck Tk(t)` as floats, without those that do not count."""
    nodes = [mp.cos(mp.pi * (k + mp.mpf(1) / 2) / points) for k in range(points)]
    values = [function(t) for t in nodes]
    found = [2 * sum(v * mp.cos(mp.pi * j * (k + mp.mpf(1) / 2) / points) for k, v in enumerate(values)) / points for j in range(points)]
    largest = max(abs(c) for c in found)
    last = max(j for j, c in enumerate(found) if abs(c) > largest * mp.mpf("1e-17"))
    return [float(c) for c in found[:last + 1]]


def between(low: Any, high: Any, function: Callable[[Any], Any]) -> list[float]:
    """The series of a function of x from [low, high]."""
    low, high = mp.mpf(low), mp.mpf(high)
    return series(lambda t: function((high - low) * (t + 1) / 2 + low))


def beyond(start: Any, function: Callable[[Any], Any]) -> list[float]:
    """The series in t = 2 start / x - 1 of a function of x from [start, infinity)."""
    return series(lambda t: function(2 * mp.mpf(start) / (t + 1)))


def modulus(kind: int, order: int) -> Callable[[Any], Any]:
    """The slowly varying factors of Bessel's functions: `J + i Y = sqrt(2 / pi x) (P + i Q) exp(i (x - phase))`; Q times x."""
    def part(x: Any) -> Any:
        phase = x - (2 * order + 1) * mp.pi / 4
        whole = mp.hankel1(order, x) * mp.sqrt(mp.pi * x / 2) * mp.exp(-1j * phase)
        return whole.real if kind == 0 else whole.imag * x

    return part


def in_squares(start: Any, function: Callable[[Any], Any]) -> list[float]:
    """The series in t = 2 (start / x)^2 - 1 for x from [start, infinity)."""
    return series(lambda t: function(mp.mpf(start) / mp.sqrt((t + 1) / 2)), 40)


def airy_wave(kind: int) -> Callable[[Any], Any]:
    """The slowly varying factors of `Ai(-z) = (F sin + G cos)(zeta + pi / 4) / sqrt(pi sqrt z)`, by zeta; G times zeta."""
    def part(zeta: Any) -> Any:
        z = (mp.mpf(3) / 2 * zeta) ** (mp.mpf(2) / 3)
        angle = zeta + mp.pi / 4
        whole = (mp.airybi(-z) + 1j * mp.airyai(-z)) * mp.sqrt(mp.pi * mp.sqrt(z)) * mp.exp(-1j * angle)
        return whole.real if kind == 0 else whole.imag * zeta

    return part


def airy_tail(zeta: Any) -> Any:
    """Ai(x) exp(zeta) 2 sqrt(pi sqrt x), by zeta."""
    x = (mp.mpf(3) / 2 * zeta) ** (mp.mpf(2) / 3)
    return mp.airyai(x) * mp.exp(zeta) * 2 * mp.sqrt(mp.pi * mp.sqrt(x))


TABLES: dict[str, Callable[[], list[float]]] = {
    "I0_NEAR": lambda: between(0, 8, lambda x: mp.exp(-x) * mp.besseli(0, x)),
    "I0_FAR": lambda: beyond(8, lambda x: mp.sqrt(x) * mp.exp(-x) * mp.besseli(0, x)),
    "I1_NEAR": lambda: between(0, 8, lambda x: mp.exp(-x) * mp.besseli(1, x) / x),
    "I1_FAR": lambda: beyond(8, lambda x: mp.sqrt(x) * mp.exp(-x) * mp.besseli(1, x)),
    "K0_NEAR": lambda: series(lambda t: (lambda x: mp.besselk(0, x) + mp.log(x / 2) * mp.besseli(0, x))(mp.sqrt(2 * (t + 1)))),
    "K0_FAR": lambda: beyond(2, lambda x: mp.sqrt(x) * mp.exp(x) * mp.besselk(0, x)),
    "K1_NEAR": lambda: series(lambda t: (lambda x: x * (mp.besselk(1, x) - mp.log(x / 2) * mp.besseli(1, x)))(mp.sqrt(2 * (t + 1)))),
    "K1_FAR": lambda: beyond(2, lambda x: mp.sqrt(x) * mp.exp(x) * mp.besselk(1, x)),
    "J0_NEAR": lambda: series(lambda t: mp.besselj(0, mp.sqrt(32 * (t + 1)))),
    "J1_NEAR": lambda: series(lambda t: (lambda x: mp.besselj(1, x) / x)(mp.sqrt(32 * (t + 1)))),
    "Y0_NEAR": lambda: series(lambda t: (lambda x: mp.bessely(0, x) - 2 / mp.pi * mp.log(x) * mp.besselj(0, x))(mp.sqrt(32 * (t + 1)))),
    "Y1_NEAR": lambda: series(lambda t: (lambda x: (mp.bessely(1, x) - 2 / mp.pi * (mp.log(x) * mp.besselj(1, x) - 1 / x)) / x)(
        mp.sqrt(32 * (t + 1)))),
    **{f"{'PQ'[k]}{n}": (lambda k=k, n=n: in_squares(8, modulus(k, n))) for n in (0, 1) for k in (0, 1)},
    "AIRY_0_2": lambda: between(0, 2, mp.airyai),
    "AIRY_4_0": lambda: between(-4, 0, mp.airyai),
    "AIRY_8_4": lambda: between(-8, -4, mp.airyai),
    "AIRY_TAIL": lambda: beyond(mp.mpf(2) / 3 * mp.mpf(2) ** mp.mpf("1.5"), airy_tail),
    "AIRY_F": lambda: in_squares(mp.mpf(2) / 3 * mp.mpf(8) ** mp.mpf("1.5"), airy_wave(0)),
    "AIRY_G": lambda: in_squares(mp.mpf(2) / 3 * mp.mpf(8) ** mp.mpf("1.5"), airy_wave(1)),
}


def main() -> None:
    """Write the file."""
    lines = []
    for name, make in TABLES.items():
        numbers, row = make(), f"{name} = ("
        for i, c in enumerate(numbers):
            word = repr(c) + (")" if i == len(numbers) - 1 else ",")
            if len(row) + len(word) > 128:
                lines.append(row.rstrip())
                row = " " * (len(name) + 4)
            row += word + " "
        lines.append(row.rstrip())
    path = Path(__file__).parents[1] / "src" / "steepest" / "ops" / "series.py"
    path.write_text(NOTE + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
