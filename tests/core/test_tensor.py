"""Tensors: storages that are shared, views of views, versions, and how a tensor prints its place in the graph."""

import numpy as np
import pytest

import steepest as torch


def test_from_numpy_and_numpy_share_memory() -> None:
    array = np.arange(4.0)
    x = torch.from_numpy(array)
    x[0] = 9
    array[1] = 7
    assert array[0] == 9 and x[1].item() == 7
    x.numpy()[2] = 5
    assert array[2] == 5


def test_tensor_copies_and_as_tensor_does_not() -> None:
    array = np.zeros(2)
    copied, shared = torch.tensor(array), torch.as_tensor(array)
    array[0] = 1
    assert copied.tolist() == [0.0, 0.0] and shared.tolist() == [1.0, 0.0]


def test_views_write_through_to_their_base() -> None:
    base = torch.arange(12).reshape(3, 4)
    base.t()[1:3, ::2].add_(100)
    base[0].view(2, 2)[1] = -1
    base.diagonal().zero_()
    base.unfold(1, 2, 2)[2, 1, 1] = 77
    assert base.tolist() == [[0, 101, -1, -1], [4, 0, 6, 7], [8, 109, 0, 77]]
    assert base[1:, 1].storage_offset() == 5 and base.t().stride() == (1, 4)
    assert base.data_ptr() == base.t().data_ptr() and base.untyped_storage() is base.t().untyped_storage()


@pytest.mark.parametrize("copy", [
    "x.flip(1)", "x.roll(0, 1)", "x.rot90(0)", "x.clone()", "x[[0]]", "x.repeat(1, 1)", "x.tril(5)", "x.sort(1)[0]",
    "x.float()", "x.cumsum(1)", "torch.cat([x])", "x.expand(1, 1).contiguous().clone()", "x.gather(1, x.long())",
    "x.masked_fill(x > 5, 1)", "x.amax(1)", "x.index_select(0, x[0].long())", "x.diag()", "x.sum(())", "x.topk(1)[0]",
    "x.max(1)[0]", "x + 0",
])
def test_what_is_not_a_view_is_a_copy_also_of_a_single_element(copy: str) -> None:
    x = torch.zeros(1, 1, dtype=torch.float64)
    eval(copy, {"torch": torch}, {"x": x}).add_(1)
    assert x.item() == 0


def test_versions_count_writes_and_are_shared_by_views_and_detach_but_not_data() -> None:
    x = torch.zeros(4)
    view, detached, data = x[1:], x.detach(), x.data
    view.add_(1)
    detached[0] = 5
    assert x._version == view._version == detached._version == 2
    data.mul_(2)
    assert x._version == 2 and data._version == 1 and x.tolist() == [10.0, 2.0, 2.0, 2.0]


def test_setting_data_replaces_the_memory() -> None:
    w = torch.zeros(2, requires_grad=True)
    w.data = torch.ones(3)
    assert w.shape == (3,) and w.requires_grad and w.is_leaf


def test_reshape_views_where_it_can_and_view_says_where_it_cannot() -> None:
    x = torch.arange(6).reshape(2, 3)
    x.reshape(3, 2)[0, 0] = 50
    x.t().reshape(6)[0] = 99
    assert x[0, 0].item() == 50
    with pytest.raises(RuntimeError, match=r"view size is not compatible.*Use \.reshape"):
        x.t().view(6)


@pytest.mark.parametrize(("expression", "shown"), [
    ("w * 2", "tensor([2., 4.], grad_fn=<MulBackward0>)"),
    ("w.sum()", "tensor(3., grad_fn=<SumBackward0>)"),
    ("w[0]", "tensor(1., grad_fn=<SelectBackward0>)"),
    ("w", "tensor([1., 2.], requires_grad=True)"),
    ("2 - w", "tensor([1., 0.], grad_fn=<RsubBackward1>)"),
    ("w ** 2", "tensor([1., 4.], grad_fn=<PowBackward0>)"),
    ("w.mean(0)", "tensor(1.5000, grad_fn=<MeanBackward1>)"),
    ("torch.stack([w, w])[0]", "tensor([1., 2.], grad_fn=<SelectBackward0>)"),
    ("w.clamp(0, 1)", "tensor([1., 1.], grad_fn=<ClampBackward1>)"),
    ("w.detach()", "tensor([1., 2.])"),
    ("w.unbind()[0]", "tensor(1., grad_fn=<UnbindBackward0>)"),
    ("w.max(0)", "torch.return_types.max(\nvalues=tensor(2., grad_fn=<MaxBackward0>),\nindices=tensor(1))"),
    ("(w > 1)", "tensor([False,  True])"), ("w.long()", "tensor([1, 2])"),
])
def test_a_tensor_prints_the_operation_that_made_it(expression: str, shown: str) -> None:
    assert repr(eval(expression, {"torch": torch, "w": torch.tensor([1.0, 2.0], requires_grad=True)})) == shown


def test_a_size_is_a_tuple() -> None:
    shape = torch.zeros(2, 3).shape
    assert shape == (2, 3) and repr(shape) == "torch.Size([2, 3])" and shape.numel() == 6 and isinstance(shape[1:], torch.Size)


@pytest.mark.parametrize(("expression", "kind", "message"), [
    ("torch.zeros(2, 3) + torch.zeros(4)", RuntimeError, r"The size of tensor a \(3\) must match the size of tensor b \(4\)"),
    ("torch.zeros(1).add_(torch.zeros(3))", RuntimeError, "doesn't match the broadcast shape"),
    ("torch.tensor([1]) // 0", RuntimeError, "ZeroDivisionError"),
    ("torch.tensor([5]) % torch.tensor([0])", RuntimeError, "ZeroDivisionError"),
    ("torch.tensor([2]) ** -1", RuntimeError, "negative integer powers"),
    ("-torch.tensor([True])", RuntimeError, "not implemented for torch.bool"),
    ("torch.ones(1) & torch.ones(1)", RuntimeError, "not implemented for"),
    ("torch.tensor([300], dtype=torch.uint8)", RuntimeError, "without overflow"),
    ("torch.zeros(0).max()", RuntimeError, "input.numel"), ("torch.zeros(2)[5]", IndexError, "index 5 is out of bounds"),
    ("torch.zeros(2, 2)[0, 0, 0]", IndexError, "too many indices"),
    ("torch.zeros(3)[::-1]", ValueError, "step must be greater than zero"),
    ("torch.zeros(3).gather(0, torch.tensor([9]))", RuntimeError, "index 9 is out of bounds"),
    ("torch.cat([])", ValueError, "non-empty list"),
    ("torch.zeros(3).item()", RuntimeError, "3 elements"),
    ("bool(torch.zeros(2))", RuntimeError, "ambiguous"),
    ("len(torch.tensor(1))", TypeError, "0-d tensor"),
    ("torch.ones(2, 3) @ torch.ones(2, 3)", RuntimeError, "cannot be multiplied"),
    ("torch.arange(3).mean()", RuntimeError, "floating point or complex"),
    ("torch.arange(3).std()", RuntimeError, "std and var"),
    ("torch.zeros(3).__setitem__([0, 1], torch.zeros(3))", RuntimeError, "shape mismatch"),
    ("torch.zeros(3).__setitem__([0, 1], torch.arange(2))", RuntimeError, "dtypes match"),
    ("torch.exp(1.0)", TypeError, "must be Tensor, not float"),
    ("torch.zeros(2, 3).sum(2)", IndexError, r"expected to be in range of \[-2, 1\], but got 2"),
    ("torch.tensor(['a'])", TypeError, "can't make a tensor of str"),
])
def test_mistakes_raise_pytorchs_errors(expression: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        eval(expression, {"torch": torch})


def test_a_size_has_no_generic_base():
    assert torch.Size.__mro__[1:] == (tuple, object) and not hasattr(torch.Size, "__orig_bases__")
