"""Native code draws the generator's numbers, to the last bit, and leaves the generator where Python would have left it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.compiling.generic_nest import GenericNest
from steepest.compiling.program import Program

F = torch.nn.functional
FLOATING = {"f": torch.float32, "d": torch.float64, "h": torch.float16, "b": torch.bfloat16}
INTEGERS = {"l": torch.int64, "i": torch.int32, "s": torch.int16, "c": torch.int8, "u": torch.uint8}
ONES = torch.ones(9, 31)
GENERATOR = torch.Generator()
DRAWS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "rand": ("fdhb", lambda of: torch.rand(37, 5, dtype=of)),
    "uniform": ("fdhb", lambda of: ONES.to(of).clone().uniform_(-2, 3.3)),
    "uniform from 0": ("fdhb", lambda of: ONES.to(of).clone().uniform_(0, 3.3)),
    "randn": ("fdhb", lambda of: torch.randn(37, 5, dtype=of)),
    "randn in whole blocks": ("fd", lambda of: torch.randn(64, dtype=of)),
    "normal": ("fdhb", lambda of: torch.normal(0.5, 2.0, (33,), dtype=of)),
    "bernoulli": ("fdhblu", lambda of: ONES.to(of).bernoulli(0.3)),
    "probabilities": ("fd", lambda of: torch.bernoulli(torch.linspace(0, 1, 60, dtype=of).reshape(20, 3).t())),
    "dropout": ("fdhb", lambda of: F.dropout(ONES.to(of), 0.3)),
    "dropout of channels": ("f", lambda of: F.dropout2d(torch.ones(8, 16, 2, 2), 0.4)),
    "randint": ("fdhblisc", lambda of: torch.randint(-3, 50, (37,), dtype=of)),
    "small integers": ("u", lambda of: torch.randint(3, 50, (3, 40), dtype=of)),
    "wide randint": ("l", lambda of: torch.randint(-2**40, 2**50, (3, 40))),
    "exponential": ("fdhb", lambda of: ONES.to(of).clone().exponential_(1.7)),
    "many words": ("f", lambda of: torch.rand(30011)),
    "another generator": ("f", lambda of: (torch.rand(5), torch.rand(7, generator=GENERATOR), torch.rand(5))),
}


def drawn(draw: Callable[[Any], Any], of: Any, threads: int = 1) -> GenericNest:
    """Draw natively three times and eagerly three times from the same state; both must be the same bits."""

    def results() -> tuple[Any, ...]:
        out = draw(of)
        return out if isinstance(out, tuple) else (out,)

    program = Program(results)
    program.visible = set()
    threads_before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        native = GenericNest(program, program.results)
        states = {g: g.manual_seed(7).get_state() for g in program.generators}
        records = native.run([], 3)
    finally:
        torch.set_num_threads(threads_before)
    left = [g.get_state().numpy().copy() for g in states]
    for generator, state in states.items():
        generator.set_state(state)
    for k in range(3):
        for record, expected in zip(records, results(), strict=True):
            assert record[k].tobytes() == expected.numpy().tobytes()
    for generator, state in zip(states, left, strict=True):
        np.testing.assert_array_equal(generator.get_state().numpy(), state)
    return native


@pytest.mark.parametrize("name", DRAWS)
def test_draws_are_the_generators(name: str) -> None:
    kinds, draw = DRAWS[name]
    for kind in kinds:
        assert not drawn(draw, (FLOATING | INTEGERS)[kind]).python, f"{name} {kind} is drawn by Python"


def test_threads_draw_the_same() -> None:
    drawn(lambda of: (torch.randn(100003), F.dropout(torch.ones(300, 200), 0.4).t() * 1.5), None, threads=2)


def test_draws_by_python_and_natively_follow_each_other() -> None:
    native = drawn(lambda of: (torch.randn(3), torch.rand(4), torch.randn(3), torch.poisson(torch.ones(3)), torch.randn(700)), None)
    assert len(native.python) == 3


def test_a_mask_that_lies_otherwise_in_memory() -> None:
    """Between products the rows are innermost."""
    w = torch.randn(40, 30, generator=torch.Generator().manual_seed(1))

    def draw(of: Any) -> torch.Tensor:
        h = F.dropout(torch.ones(64, 30) @ w.t(), 0.5)
        return (h @ w != 0).sum(1) + (h[:, :40] != 0).sum(1)

    drawn(draw, None)


def test_draws_whose_results_nobody_reads_still_move_the_stream() -> None:
    def draw(of: Any) -> torch.Tensor:
        torch.rand(5)
        return torch.rand(5)

    drawn(draw, None)


def test_a_generator_from_which_nothing_was_drawn_stays_untouched() -> None:
    """An index outside stops the program before the draw: the state is that of a fresh generator, byte for byte."""
    generator = torch.Generator().manual_seed(3)
    index = torch.tensor([0, 1])
    x = torch.ones(3)

    def step() -> torch.Tensor:
        return x[index].sum() + torch.rand(2, generator=generator).sum()

    native = GenericNest(Program(step), [])
    fresh = generator.manual_seed(3).get_state().numpy().copy()
    index[0] = 5
    with pytest.raises(IndexError):
        native.run([], 2)
    np.testing.assert_array_equal(generator.get_state().numpy(), fresh)


def test_a_probability_outside_is_eagers_error() -> None:
    p = torch.full((20,), 0.5)

    def step() -> None:
        torch.bernoulli(p).sum()
        with torch.no_grad():
            p.mul_(1.5)

    native = GenericNest(Program(step), [])
    p.fill_(0.5)
    with pytest.raises(RuntimeError, match="p_in >= 0 && p_in <= 1"):
        native.run([], 3)
    torch.testing.assert_close(p, torch.full((20,), 0.5 * 1.5**2))


SCRIPT = """
import sys
sys.path.insert(0, {here!r})
import test_drawing as t
from steepest.lower import machine
assert machine.width() == {width}
for name in ("uniform", "randn", "probabilities", "dropout", "wide randint"):
    t.test_draws_are_the_generators(name)
"""


@pytest.mark.parametrize(("masked", "width"), [("avx512", 8), ("avx2,fma", 4)])
def test_narrower_vectors_draw_the_same(masked: str, width: int) -> None:
    from steepest.lower import machine

    if machine.processor() != "x86_64" or machine.width() <= width:
        pytest.skip("the processor has no wider vectors to do without")
    script = SCRIPT.format(here=str(Path(__file__).parent), width=width)
    subprocess.run([sys.executable, "-c", script], check=True, env={**os.environ, "STEEPEST_MASK": masked})
