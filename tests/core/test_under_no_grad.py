"""While no gradients are recorded, tensors that have some may be looked at as arrays, as in PyTorch."""

import numpy as np
import pytest

import steepest as torch


def test_an_array_of_a_parameter():
    p = torch.nn.Parameter(torch.ones(2, 2))
    for look in (lambda: p.numpy(), lambda: np.asarray(p)):
        with pytest.raises(RuntimeError, match="requires grad"):
            look()
        with torch.no_grad():
            assert look().tolist() == [[1, 1], [1, 1]]


def test_memory_for_other_libraries_is_never_of_a_tensor_with_gradients():
    p = torch.nn.Parameter(torch.ones(2))
    for mode in (torch.no_grad(), torch.enable_grad()):
        with mode, pytest.raises(BufferError, match="Can't export tensors that require gradient"):
            p.__dlpack__()
    assert torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(p)).tolist() == [1, 1]
