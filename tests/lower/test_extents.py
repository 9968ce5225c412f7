"""Extents: what is calculated and answered about a size that is not known is right for every size that is allowed."""

import itertools

import numpy as np
import pytest

from steepest.lower.extents import Extent, Size, typical
from steepest.lower.text import Function
from steepest.lower.unsupported import Unsupported


def test_arithmetic_is_that_of_ints() -> None:
    n = Size(100).itself
    expressions = [lambda n: 3 * n + 4, lambda n: (n + 1) * (n - 1), lambda n: (6 * n + 5) // 3, lambda n: n // 16 * 16,
                   lambda n: (n - n // 4 * 4) // 2, lambda n: n % 8 + 2 * (n % 8), lambda n: n * n * 5 // n, lambda n: 7 - n,
                   lambda n: np.int64(3) + n * np.int64(2), lambda n: 7 * n // (2 * n), lambda n: 7 * n % (2 * n), lambda n: 1 // n + 1 % n,
                   lambda n: 2 * n % (3 * n * n)]
    for f, value in itertools.product(expressions, (2, 3, 15, 16, 17, 1000)):
        assert (f(n).at((value,)) if isinstance(f(n), Extent) else f(n)) == f(value)


def test_what_no_longer_depends_on_the_size_is_an_int() -> None:
    n = Size(100).itself
    assert type((n + 2) * 4 - 4 * n) is int and (8 * n) % 4 == 0 and (n * 6) // (n * 2) == 3 and type(n - n) is int


def test_answers_hold_for_all_sizes_that_are_left() -> None:
    questions = [lambda n: n < 50, lambda n: n * n - 20 * n > 300, lambda n: n // 16 > 3, lambda n: 8 * n >= 1000, lambda n: n == 37,
                 lambda n: n != 12, lambda n: n * n == 81, lambda n: -n <= -90, lambda n: n // 4 == 24]
    for question in questions:
        size = Size(100)
        answer = question(size.itself)
        left = [n for n in range(2, 300) if size.allows((n,))]
        assert size.allows(size.typical) and all(question(n) is answer for n in left)
        assert len(left) > 3


def test_equal_forms_leave_every_size() -> None:
    size = Size(100)
    n = size.itself
    assert n * 4 == 2 * n + 2 * n and n * (n + 1) == n * n + n and n + 1 > n
    assert not size.questions and size.allows((2,)) and not size.allows((1,))


def test_a_size_that_is_the_typical_one_by_chance_is_left_out() -> None:
    size = Size(64)
    assert size.itself != 64 and not size.allows((64,)) and size.allows((65,))


def test_what_cannot_be_known_is_not_guessed() -> None:
    n = Size(100).itself
    for question in (lambda: range(n), lambda: np.empty(n), lambda: float(n), lambda: int(n), lambda: n // (n + 1)):
        with pytest.raises((Unsupported, TypeError)):
            question()


def test_two_sizes() -> None:
    size = Size(100, 30)
    n, m = size.symbols
    assert n * m // m == n and (n * m * 4).at((7, 3)) == 84 and n * m + m * n == 2 * m * n and n * m > 0
    assert not size.questions
    assert n > m and size.allows((31, 30)) and not size.allows((30, 30))
    assert n // 4 < m and size.allows((80, 40)) and not size.allows((800, 40))


def test_registers_stand_for_extents_in_a_text() -> None:
    size = Size(100)
    f = Function("f", ["ptr %table"])
    at = f.add(f.mul("%i", size.itself * 4), 3 * size.itself)
    with f.loop(size.itself + 1):
        f.do(f"call void @g(i64 {at})")
    assert [x.at((10,)) for x in size.table if isinstance(x, Extent)] == [40, 30, 11]
    assert f.text().count("= load i64") == 3 and typical(size.itself * 2) == 200 and typical(5) == 5
