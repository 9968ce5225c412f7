"""Random orders made by native code are the generator's."""

import numpy as np
import pytest

from steepest.core.generator import Generator
from steepest.lower.permuting import shuffled


@pytest.mark.parametrize("n", [1, 2, 7, 623, 624, 625, 1249, 5000])
@pytest.mark.parametrize("seed", [0, 1, 2**31, 2**32 - 1, 2**40 + 12345])
def test_the_order_is_that_of_the_generator(n: int, seed: int) -> None:
    np.testing.assert_array_equal(shuffled(seed, n), Generator().manual_seed(seed).randperm(n))
