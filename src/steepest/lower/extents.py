"""Extents: sizes, strides and offsets that depend on one size which is known only when a program runs, as that of a batch.

    size = Size(typical=64)
    n = size.itself
    rows = n * 3 // 3       # n again: what is the same for every size has one form

An extent is a polynomial over the size and over quotients of such polynomials. It is calculated with like an int while loops are planned;
the text of the function has a register in its place. Whatever is asked about it is answered for all sizes in `size.low` to `size.high`
but for `size.holes`: where the answer is not the same for all of them, this range shrinks to those for which it is. What cannot be
answered so raises `Unsupported`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.lower.unsupported import Unsupported

__all__ = ["Extent", "Size", "typical"]

LARGEST = 1 << 28
"""Sizes up to which products of two of them, counted in bytes, are far from the end of 64 bits."""
Terms = dict[tuple[int, ...], int]


class Size:
    """The size that is not known, and the extents that a text has registers for (`table`)."""

    def __init__(self, typical: int):
        self.low, self.high, self.typical = 2, LARGEST, typical
        self.holes: set[int] = set()
        self.quotients: list[tuple[Extent, int]] = []
        self.table: list[Extent | None] = []
        self._numbers: dict[Extent, int] = {}
        self.itself: Any = Extent(self, {(0,): 1})

    def allows(self, n: int) -> bool:
        """Whether what was planned is right for this size."""
        return self.low <= n <= self.high and n not in self.holes

    def register(self, x: "Extent") -> int:
        """The place of an extent in the table."""
        if x not in self._numbers:
            self._numbers[x] = len(self.table)
            self.table.append(x)
        return self._numbers[x]

    def reserve(self) -> int:
        """A place in the table for a number that is no extent."""
        self.table.append(None)
        return len(self.table) - 1

    def quotient(self, x: "Extent", divisor: int) -> "Extent":
        """What is left of an extent divided by a number, rounded down."""
        found = next((k for k, q in enumerate(self.quotients, 1) if q[1] == divisor and q[0].terms == x.terms), None)
        if found is None:
            self.quotients.append((x, divisor))
            found = len(self.quotients)
        return Extent(self, {(found,): 1})

    def answer(self, x: "Extent", question: Callable[[int], bool]) -> bool:
        """What a question about the sign of an extent is answered with; only sizes of the same answer are allowed from now on."""
        points = [p for p in self._turns(x) if self.low <= p <= self.high]
        truth = question(x.at(self.typical))
        others = [p for p in points if question(x.at(p)) is not truth]
        self.low = max((p + 1 for p in others if p < self.typical), default=self.low)
        self.high = min((p - 1 for p in others if p > self.typical), default=self.high)
        return truth

    def is_zero(self, x: "Extent") -> bool:
        """Whether an extent is zero: it is not, and the sizes for which it is are not allowed; where these are a range, as for others."""
        if not x.is_polynomial:
            return self.answer(x, lambda value: value == 0)
        self.holes.update(p for p in self._turns(x) if self.low <= p <= self.high and x.at(p) == 0)
        if self.typical in self.holes:
            self.typical = next((p for p in range(self.typical + 1, self.high + 1) if p not in self.holes), 0)
            if not self.typical:
                raise Unsupported("a size that may be no other")
        return False

    def _turns(self, x: "Extent") -> list[int]:
        """Sizes among which are, wherever the sign of an extent changes, both neighbours of the change."""
        if x.is_polynomial:
            degree = max(len(m) for m in x.terms)
            roots = np.roots([x.terms.get((0,) * (degree - k), 0) for k in range(degree + 1)])
            found = [float(r.real) for r in roots if abs(r.imag) <= 1e-6 * max(1.0, abs(r.real)) and abs(r.real) < 2 * LARGEST]
            return sorted({int(np.floor(r)) + k for r in found for k in (-1, 0, 1, 2)})
        if len({c > 0 for m, c in x.terms.items() if m}) > 1:
            raise Unsupported("extents that cannot be compared")
        rising = next(c > 0 for m, c in x.terms.items() if m)
        return sorted({p + k for least in (0, 1) for p in [self._first(x, rising, least)] for k in (-1, 0)})

    def _first(self, x: "Extent", rising: bool, least: int) -> int:
        """The first size for which an extent, or its opposite where it falls, is at least so much."""
        low, high = self.low, self.high + 1
        while low < high:
            middle = (low + high) // 2
            if (x.at(middle) if rising else -x.at(middle)) >= least:
                high = middle
            else:
                low = middle + 1
        return low


class Extent:
    """A polynomial with integer coefficients; a monomial is a sorted tuple of atoms, 0 for the size, k for the k-th quotient."""

    __slots__ = ("size", "terms")

    def __init__(self, size: Size, terms: Terms):
        self.size, self.terms = size, terms

    @property
    def is_polynomial(self) -> bool:
        """Whether there are no quotients in it."""
        return all(atom == 0 for monomial in self.terms for atom in monomial)

    def at(self, n: int) -> int:
        """Its value for a size."""
        total = 0
        for monomial, c in self.terms.items():
            for atom in monomial:
                if atom == 0:
                    c *= n
                else:
                    inner, divisor = self.size.quotients[atom - 1]
                    c *= inner.at(n) // divisor
            total += c
        return total

    # arithmetic

    def _made(self, terms: Terms) -> Any:
        terms = {m: c for m, c in terms.items() if c}
        return terms.get((), 0) if all(m == () for m in terms) else Extent(self.size, terms)

    def _with(self, other: Any, factor: int) -> Any:
        if isinstance(other, int | np.integer):
            other = {(): int(other)}
        elif isinstance(other, Extent):
            other = other.terms
        else:
            return NotImplemented
        terms = dict(self.terms)
        for m, c in other.items():
            terms[m] = terms.get(m, 0) + factor * c
        return self._made(terms)

    def __add__(self, other: Any) -> Any:
        return self._with(other, 1)

    def __sub__(self, other: Any) -> Any:
        return self._with(other, -1)

    def __neg__(self) -> Any:
        return self * -1

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, int | np.integer):
            return self._made({m: c * int(other) for m, c in self.terms.items()})
        if not isinstance(other, Extent):
            return NotImplemented
        terms: Terms = {}
        for a, c in self.terms.items():
            for b, d in other.terms.items():
                m = tuple(sorted(a + b))
                terms[m] = terms.get(m, 0) + c * d
        return self._made(terms)

    __radd__, __rmul__ = __add__, __mul__

    def __floordiv__(self, other: Any) -> Any:
        if isinstance(other, Extent):
            return self._divided(other)
        k = int(other)
        if k <= 0:
            raise Unsupported("an extent divided by what is not positive")
        if all(c % k == 0 for m, c in self.terms.items() if m):
            return self._made({m: c // k for m, c in self.terms.items()})
        return self.size.quotient(self, k)

    def _divided(self, other: "Extent") -> Any:
        """Divided by an extent of a single term that divides every term, is a multiple of the only one, or is larger."""
        if len(other.terms) != 1:
            raise Unsupported("an extent divided by another one")
        ((divisor, by),) = other.terms.items()
        if self.terms.keys() == other.terms.keys() and by > 0:
            return self.terms[divisor] // by
        if all(len(m) < len(divisor) for m in self.terms) and 0 <= self < other:
            return 0
        terms: Terms = {}
        for m, c in self.terms.items():
            rest = list(m)
            for atom in divisor:
                if atom not in rest:
                    raise Unsupported("an extent divided by another one")
                rest.remove(atom)
            if c % by:
                raise Unsupported("an extent divided by another one")
            terms[tuple(rest)] = c // by
        return self._made(terms)

    def __rfloordiv__(self, other: int) -> int:
        if 0 <= other < self:
            return 0
        raise Unsupported("a number divided by an extent")

    def __mod__(self, other: Any) -> Any:
        return self - self // other * other

    def __rmod__(self, other: int) -> int:
        return other - other // self * self

    def __abs__(self) -> Any:
        return self if self >= 0 else -self

    # questions

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, int | np.integer | Extent):
            return NotImplemented
        difference = self - other
        return self.size.is_zero(difference) if isinstance(difference, Extent) else difference == 0

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __bool__(self) -> bool:
        return not self == 0

    def _asked(self, other: Any, question: Callable[[int], bool]) -> bool:
        difference = self - other
        return self.size.answer(difference, question) if isinstance(difference, Extent) else question(difference)

    def __lt__(self, other: Any) -> bool:
        return self._asked(other, lambda d: d < 0)

    def __le__(self, other: Any) -> bool:
        return self._asked(other, lambda d: d <= 0)

    def __gt__(self, other: Any) -> bool:
        return self._asked(other, lambda d: d > 0)

    def __ge__(self, other: Any) -> bool:
        return self._asked(other, lambda d: d >= 0)

    # what it is not

    def _no_number(self) -> Any:
        raise Unsupported("a number where a size is not known")

    __index__ = __int__ = __float__ = _no_number

    # in the text of a function

    def __str__(self) -> str:
        return f"%size.{self.size.register(self)}"

    def __format__(self, spec: str) -> str:
        return str(self)

    def __repr__(self) -> str:
        return str(self)


def typical(x: Any) -> Any:
    """A number in the place of an extent, for what is only a matter of speed."""
    return x.at(x.size.typical) if isinstance(x, Extent) else x
