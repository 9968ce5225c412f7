"""`set_num_threads` reaches the matrix products."""

import pytest

import steepest
from steepest.lower import openblas


def test_set_num_threads_reaches_openblas():
    before = openblas.threads()
    if before is None:
        pytest.skip("NumPy uses another BLAS here")
    try:
        steepest.set_num_threads(1)
        assert openblas.threads() == 1 and steepest.get_num_threads() == 1
    finally:
        steepest.set_num_threads(before)


def test_less_than_one_thread_is_refused():
    with pytest.raises(RuntimeError, match="positive"):
        steepest.set_num_threads(0)
