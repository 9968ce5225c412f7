"""The constructors and types of PyTorch's early days, which many packages still use; results are those of PyTorch 2.13.0."""

import pytest

import steepest as torch

x = torch.tensor([1.5, 2.0])


@pytest.mark.parametrize("wanted, got", [
    (torch.LongTensor, "int64"), ("torch.DoubleTensor", "float64"), (torch.Tensor, "float32"), (torch.float16, "float16"),
    (torch.BoolTensor, "bool")])
def test_a_tensor_is_converted_to_a_type(wanted, got):
    assert str(x.type(wanted).dtype) == f"torch.{got}"
    assert x.type(dtype=wanted, non_blocking=True).dtype is x.type(wanted).dtype


@pytest.mark.parametrize("wanted, error", [
    ("DoubleTensor", ValueError), (float, ValueError), (torch.nn.Parameter, ValueError), (3, TypeError), (x, TypeError)])
def test_what_is_no_type_says_so(wanted, error):
    with pytest.raises(error, match=r"invalid type|dtype must be a type"):
        x.type(wanted)


def test_types_know_their_dtype_and_where_they_are():
    kind = torch.FloatTensor
    assert (kind.dtype, kind.layout, kind.is_cuda, kind.is_sparse) == (torch.float32, torch.strided, False, False)
    assert str(kind) == "<class 'torch.FloatTensor'>"


def test_new_is_the_constructor_with_a_tensors_dtype():
    counts = torch.tensor([1, 2, 3])
    assert counts.new(2, 3).shape == (2, 3) and counts.new(2, 3).dtype is torch.int64
    assert counts.new([1.7]).tolist() == [1] and counts.new(counts.shape).shape == (3,) and counts.new().shape == (0,)
    assert counts.new(counts).data_ptr() == counts.data_ptr()
    assert x.double().new((2, 3)).tolist() == [2.0, 3.0] and x.new(2, device="cpu").shape == x.new(size=(2,)).shape == (2,)
    with pytest.raises(TypeError, match="int64"):
        counts.new(x)


def test_a_size_is_a_shape_not_data():
    for kind in (torch.Tensor, torch.LongTensor):
        assert kind(torch.Size([2, 3])).shape == (2, 3) and kind(size=(2,)).shape == (2,) and kind(torch.Size([])).shape == ()
