"""Forms of calls that PyTorch's documentation shows beside the usual ones."""

import numpy as np
import pytest

import steepest as torch

A = torch.arange(6.0).reshape(2, 3)


def test_einsum_with_numbers_for_letters() -> None:
    assert torch.einsum(A, [0, 1], A.T, [1, 2], [0, 2]).equal(A @ A.T)
    assert torch.einsum(A, [..., 0], A, [..., 0], [...]).equal((A * A).sum(1))
    assert torch.einsum(A, [30, 0]).equal(A.T)                      # without a result: in the order of the numbers
    with pytest.raises(ValueError, match="valid range"):
        torch.einsum(A, [0, 60], [60])


def test_asarray_shares_memory_or_copies() -> None:
    array = np.arange(3.0)
    assert torch.asarray(array).data_ptr() == array.ctypes.data != torch.asarray(array, copy=True).data_ptr()
    assert torch.asarray([1, 2]).dtype is torch.int64 and torch.asarray([1.0], requires_grad=True).requires_grad
    assert torch.asarray(bytearray(8), dtype=torch.float64).shape == (1,)
    leaf = torch.ones(2, requires_grad=True)
    assert torch.asarray(leaf).requires_grad and not torch.asarray(leaf, requires_grad=False).requires_grad
    for given in ([1, 2], torch.ones(2)):
        with pytest.raises(ValueError, match="can't alias"):
            torch.asarray(given, dtype=torch.int64, copy=False)


def test_indices_so_often() -> None:
    assert torch.repeat_interleave(torch.tensor([1, 2, 0, 3])).tolist() == [0, 1, 1, 3, 3, 3]
    assert torch.repeat_interleave(torch.tensor([2], dtype=torch.int32)).dtype is torch.int32
    with pytest.raises(RuntimeError, match="1D"):
        torch.repeat_interleave(A.long())


def test_round_to_tens_is_exact() -> None:
    assert torch.round(torch.tensor([1234.0, -1250.0, 1350.0]), decimals=-2).tolist() == [1200.0, -1200.0, 1400.0]


def test_capsules() -> None:
    shared = torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack(A))
    assert shared.equal(A) and shared.data_ptr() == A.data_ptr()


def test_gradient_gives_a_tuple() -> None:
    along = torch.gradient(A, dim=1)
    assert isinstance(along, tuple) and along[0].equal(torch.ones(2, 3))


def test_heaviside_is_never_minus_zero() -> None:
    assert not torch.signbit(torch.heaviside(torch.tensor([-1.5, 2.0]), torch.tensor(0.5))).any()


def test_running_sums_of_masks_count() -> None:
    mask = torch.tensor([True, False, True])
    assert mask.cumsum(0).tolist() == [1, 1, 2] and mask.cumprod(0).tolist() == [1, 0, 0] and mask.cumsum(0).dtype is torch.int64
