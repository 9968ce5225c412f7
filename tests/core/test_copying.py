"""Copies and pickles of tensors keep shared memory shared, gradients and attributes, and leave graphs alone."""

import pickle
from copy import copy, deepcopy
from types import SimpleNamespace

import numpy as np
import pytest

from steepest.core import dtype as dtypes
from steepest.core.copying import deepcopy_tensor, place, rebuild_tensor
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor, alias, from_array


def pair() -> tuple[Tensor, Tensor]:
    base = from_array(np.arange(12, dtype=np.float32).reshape(3, 4))
    return base, alias(base.array.T[1:, ::2], base)


@pytest.mark.parametrize("through", [deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
def test_views_share_the_memory_of_the_copy(through) -> None:  # type: ignore[no-untyped-def]
    base, view = pair()
    other_base, other_view = through([base, view])
    np.testing.assert_array_equal(other_view.array, view.array)
    other_base.array[2, 3] = -1
    assert other_view.array[2, 1] == -1
    assert view.array[2, 1] == 11
    assert place(other_view) == place(view)


@pytest.mark.parametrize("through", [deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
def test_wishes_attributes_and_classes_are_kept(through) -> None:  # type: ignore[no-untyped-def]
    tensor = from_array(np.ones(2), requires_grad=True)
    tensor.note = ["a"]  # type: ignore[attr-defined]
    other = through(tensor)
    assert type(other) is Tensor and other.requires_grad and other.note == ["a"]
    assert other.dtype is dtypes.float64


def test_deepcopy_copies_the_gradient_and_pickle_does_not() -> None:
    tensor = from_array(np.ones(2), requires_grad=True)
    tensor._grad = from_array(np.full(2, 3.0))
    other = deepcopy(tensor)
    assert other._grad is not None and other._grad is not tensor._grad
    assert other._grad.array.tolist() == [3, 3]
    assert pickle.loads(pickle.dumps(tensor))._grad is None


def test_the_same_tensor_is_copied_once() -> None:
    tensor = from_array(np.ones(2))
    first, second = deepcopy([tensor, tensor])
    assert first is second


def test_a_computed_tensor_cannot_be_deepcopied() -> None:
    tensor = from_array(np.ones(2))
    tensor.node = SimpleNamespace(shown=object)
    with pytest.raises(RuntimeError, match=r"Only Tensors created explicitly by the user \(graph leaves\).*detach\(\)\.clone"):
        deepcopy_tensor(tensor, {})


def test_a_loaded_read_only_memory_becomes_writeable() -> None:
    array = np.ones(3)
    array.flags.writeable = False
    other = pickle.loads(pickle.dumps(from_array(array)))
    other.array[0] = 2
    assert copy(array)[0] == 1


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [(0, (7,), (1,)), (1, (6,), (1,)), (0, (2, 3), (4, 1)), (-1, (2,), (1,)), (0, (2,), (-1,)), (0, (2,), ())],
)
def test_a_tensor_cannot_be_rebuilt_beyond_its_storage(offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
    with pytest.raises(RuntimeError, match="does not fit its storage of 24 bytes"):
        rebuild_tensor(Storage(np.zeros(6, np.float32)), dtypes.float32, offset, shape, strides)


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 2), ()])
def test_tensors_without_elements_or_dimensions(shape: tuple[int, ...]) -> None:
    other = deepcopy(from_array(np.ones(shape)))
    assert other.shape == shape
