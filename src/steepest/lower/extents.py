"""Extents: sizes, strides and offsets that depend on sizes which are known only when a program runs, as that of a batch.

    size = Size(64)
    n = size.itself
    rows = n * 3 // 3       # n again: what is the same for every size has one form

An extent is a polynomial over such sizes and over quotients of such polynomials. It is calculated with like an int while loops are
planned; the text of the function has a register in its place. Whatever is asked about it is answered as it is for sizes that are typical,
and noted unless the answer is plainly the same for all: the plan is right for sizes for which all answers are (`allows`). What cannot
be answered so raises `Unsupported`.
"""

from typing import Any

import numpy as np

from steepest.lower.unsupported import Unsupported

__all__ = ["Extent", "Size", "typical"]

LEAST, LARGEST = 2, 1 << 28
"""Sizes of which products, counted in bytes, are far from the end of 64 bits."""
Terms = dict[tuple[int, ...], int]


class Size:
    """The sizes that are not known, and the extents that a text has registers for (`table`)."""

    def __init__(self, *typical: int):
        self.typical = typical
        self.quotients: list[tuple[Extent, int]] = []
        self.table: list[Extent | None] = []
        self._numbers: dict[frozenset[Any], int] = {}
        self.questions: dict[tuple[frozenset[Any], str], tuple[Extent, bool]] = {}
        self.symbols: list[Any] = [Extent(self, {(k,): 1}) for k in range(len(typical))]
        self.itself: Any = self.symbols[0]

    def allows(self, sizes: tuple[int, ...]) -> bool:
        """Whether what was planned is right for these sizes."""
        return all(LEAST <= n <= LARGEST for n in sizes) and all(_answer(x.at(sizes), question) is truth
                                                                 for (_, question), (x, truth) in self.questions.items())

    def register(self, x: "Extent") -> int:
        """The place of an extent in the table."""
        if x.key not in self._numbers:
            self._numbers[x.key] = len(self.table)
            self.table.append(x)
        return self._numbers[x.key]

    def reserve(self) -> int:
        """A place in the table for a number that is no extent."""
        self.table.append(None)
        return len(self.table) - 1

    def quotient(self, x: "Extent", divisor: int) -> "Extent":
        """What is left of an extent divided by a number, rounded down."""
        found = next((k for k, q in enumerate(self.quotients) if q[1] == divisor and q[0].terms == x.terms), None)
        if found is None:
            self.quotients.append((x, divisor))
            found = len(self.quotients) - 1
        return Extent(self, {(len(self.typical) + found,): 1})

    def ask(self, x: "Extent", question: str) -> bool:
        """Whether an extent is below zero, or not above it, or zero. Where it is zero by chance, for sizes that are typical, it is not."""
        low, high = x.least(), (-x).least()
        if question == "zero":
            if low is not None and low > 0 or high is not None and high > 0:
                return False
        elif low is not None and not _answer(low, question):
            return False
        elif high is not None and _answer(-high, question):
            return True
        truth = question != "zero" and _answer(x.at(self.typical), question)
        self.questions[x.key, question] = x, truth
        return truth


def _answer(value: int, question: str) -> bool:
    return value < 0 if question == "below" else value <= 0 if question == "not above" else value == 0


class Extent:
    """A polynomial with integer coefficients; a monomial is a sorted tuple of atoms, the sizes first, then the quotients."""

    __slots__ = ("size", "terms")

    def __init__(self, size: Size, terms: Terms):
        self.size, self.terms = size, terms

    @property
    def key(self) -> frozenset[Any]:
        """What extents have in common that are the same for all sizes."""
        return frozenset(self.terms.items())

    def at(self, sizes: tuple[int, ...]) -> int:
        """Its value for given sizes."""
        total, many = 0, len(sizes)
        for monomial, c in self.terms.items():
            for atom in monomial:
                if atom < many:
                    c *= sizes[atom]
                else:
                    inner, divisor = self.size.quotients[atom - many]
                    c *= inner.at(sizes) // divisor
            total += c
        return total

    def least(self) -> int | None:
        """A bound from below for all sizes; None where there is none that is plain."""
        if any(c < 0 for m, c in self.terms.items() if m) or any(self._may_be_negative(atom) for m in self.terms for atom in m):
            return None
        many = len(self.size.typical)
        total = 0
        for monomial, c in self.terms.items():
            for atom in monomial:
                c *= LEAST if atom < many else 0
            total += c
        return total

    def _may_be_negative(self, atom: int) -> bool:
        at = atom - len(self.size.typical)
        least = None if at < 0 else self.size.quotients[at][0].least()
        return at >= 0 and (least is None or least < 0)

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
        return self.size.ask(difference, "zero") if isinstance(difference, Extent) else difference == 0

    def __hash__(self) -> int:
        return hash(self.key)

    def __bool__(self) -> bool:
        return not self == 0

    def _asked(self, other: Any, question: str) -> bool:
        difference = self - other
        return self.size.ask(difference, question) if isinstance(difference, Extent) else _answer(difference, question)

    def __lt__(self, other: Any) -> bool:
        return self._asked(other, "below")

    def __le__(self, other: Any) -> bool:
        return self._asked(other, "not above")

    def __gt__(self, other: Any) -> bool:
        return not self._asked(other, "not above")

    def __ge__(self, other: Any) -> bool:
        return not self._asked(other, "below")

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
