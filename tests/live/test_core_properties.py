"""Random programs of tensor operations against PyTorch; `tensor_runs` says what is compared. Set STEEPEST_EXAMPLES for longer runs."""

import os
import random
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import steepest

sys.path.insert(0, str(Path(__file__).parent))
from tensor_programs import DTYPES
from tensor_runs import quietly

EXAMPLES = int(os.environ.get("STEEPEST_EXAMPLES", "200"))


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, 200, 20)], ids=lambda s: f"{s.start}-{s.stop - 1}")
def test_random_programs_do_what_pytorch_does(seeds: range) -> None:
    for seed in seeds:
        rng = random.Random(seed)
        try:
            quietly(rng, rng.randint(5, 40))
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}: {problem}") from None


@pytest.mark.skipif("STEEPEST_EXAMPLES" not in os.environ, reason="set STEEPEST_EXAMPLES=n to try n new programs")
@settings(max_examples=EXAMPLES, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(5, 40))
def test_new_random_programs_do_what_pytorch_does(rng: random.Random, steps: int) -> None:
    quietly(rng, steps)


@pytest.mark.parametrize("a", DTYPES)
@pytest.mark.parametrize("b", DTYPES)
def test_promotion_of_every_pair(a: str, b: str) -> None:
    for shape_a in ((2,), ()):
        for shape_b in ((2,), ()):
            want = torch.ones(shape_a, dtype=getattr(torch, a)) * torch.ones(shape_b, dtype=getattr(torch, b))
            got = steepest.ones(shape_a, dtype=getattr(steepest, a)) * steepest.ones(shape_b, dtype=getattr(steepest, b))
            assert str(got.dtype) == str(want.dtype)
