"""Functions of lists of tensors, and other ones whose names begin with an underscore."""

import pytest

import steepest as torch


def lists():
    return [torch.tensor([1.0, -2.0]), torch.tensor([[4.0], [0.25]])]


@pytest.mark.parametrize("name", ["abs", "exp", "sqrt", "neg", "sigmoid", "round"])
def test_operations_of_one_list(name):
    expected = [getattr(x, name)() for x in lists()]
    got, given = getattr(torch, f"_foreach_{name}")(lists()), lists()
    assert isinstance(got, tuple)
    assert getattr(torch, f"_foreach_{name}_")(given) is given
    for a, b, c in zip(expected, got, given, strict=True):
        assert torch.equal(a.nan_to_num(), b.nan_to_num()) and torch.equal(a.nan_to_num(), c.nan_to_num())


def test_second_operands_are_a_number_a_list_of_numbers_or_of_tensors():
    x = lists()
    assert torch._foreach_add(x, 1)[1].tolist() == [[5.0], [1.25]]
    assert torch._foreach_mul(x, [2, 3])[1].tolist() == [[12.0], [0.75]]
    assert torch._foreach_mul(x, torch.tensor(2.0))[0].tolist() == [2.0, -4.0]
    assert torch._foreach_add(x, x, alpha=-1)[0].tolist() == [0.0, 0.0]
    assert torch._foreach_addcmul(x, x, x, torch.tensor([1.0, 2.0]))[1].tolist() == [[36.0], [0.375]]
    assert torch._foreach_addcdiv(x, x, x, value=0.5)[0].tolist() == [1.5, -1.5]
    assert torch._foreach_maximum(x, 0.5)[0].tolist() == [1.0, 0.5]
    assert torch._foreach_pow(2.0, x)[0].tolist() == [2.0, 0.25]
    assert torch._foreach_norm(x, 1)[0].item() == 3.0
    torch._foreach_lerp_(x, lists(), 0.5)
    torch._foreach_zero_(x)
    assert all(not t.any() for t in x)


def test_lists_of_wrong_lengths():
    with pytest.raises(RuntimeError, match="at least one"):
        torch._foreach_add([], 1)
    with pytest.raises(RuntimeError, match="same number of tensors, got 2 and 1"):
        torch._foreach_mul(lists(), lists()[:1])
    with pytest.raises(RuntimeError, match="0 dim"):
        torch._foreach_add(lists(), torch.ones(1, 1))


def test_checks():
    torch._assert(True, "")
    torch._check(True)
    torch._assert_async(torch.tensor(1.0))
    with pytest.raises(AssertionError, match="why"):
        torch._assert(False, "why")
    with pytest.raises(IndexError, match="why"):
        torch._check_index(False, lambda: "why")
    with pytest.raises(RuntimeError, match="zero"):
        torch._assert_async(torch.tensor(False))
    with pytest.raises(RuntimeError, match="True"):
        torch._check_tensor_all(torch.tensor([True, False]))
    with pytest.raises(TypeError, match="a Tensor"):
        torch._check(torch.tensor(True))


def test_other_names_with_an_underscore():
    x = torch.tensor([[1.0, 2.0, 4.0]])
    probabilities = torch._softmax(x, 1, False)
    assert torch._shape_as_tensor(x).tolist() == [1, 3] and torch._cast_Long(x).dtype is torch.int64
    y = x.clone().requires_grad_(True)
    (torch.softmax(y, 1) * torch.tensor([1.0, 0.0, 2.0])).sum().backward()
    assert torch.allclose(torch._softmax_backward_data(torch.tensor([[1.0, 0.0, 2.0]]), probabilities, 1, torch.float32), y.grad)
    torch.manual_seed(0)
    first = torch._standard_gamma(torch.ones(3))
    torch.manual_seed(0)
    assert torch.equal(first, torch._standard_gamma(torch.ones(3)))
    assert torch._sample_dirichlet(torch.ones(4)).sum().item() == pytest.approx(1)
    assert torch.linspace(0, 1, torch.tensor(3)).tolist() == [0, 0.5, 1] and torch.logspace(0, 1, torch.tensor(2)).tolist() == [1, 10]


def test_states_of_accelerators_that_are_not_there():
    from steepest.utils.checkpoint import get_device_states, set_device_states

    set_device_states(*get_device_states(torch.ones(2)))
    assert get_device_states() == ([], []) and torch.cuda._initialized is False


def test_groups_of_tensors():
    from steepest.utils._foreach_utils import _group_tensors_by_device_and_dtype, _has_foreach_support

    a, b, c = torch.ones(1), torch.ones(2, dtype=torch.float64), torch.ones(3)
    groups = _group_tensors_by_device_and_dtype([[a, b, c], [c, None, a]], with_indices=True)
    assert groups[torch.device("cpu"), torch.float32] == ([[a, c], [c, a]], [0, 2])
    assert groups[torch.device("cpu"), torch.float64][1] == [1] and _has_foreach_support([a, None], torch.device("cpu"))


def test_names_beside_the_multivariate_normal_distribution():
    from steepest.distributions.multivariate_normal import _batch_mahalanobis, _batch_mv, _precision_to_scale_tril

    precision = torch.tensor([[2.0, 0.5], [0.5, 1.0]])
    factor = _precision_to_scale_tril(precision)
    assert torch.allclose(factor @ factor.T, precision.inverse())
    x = torch.tensor([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]])
    assert torch.allclose(_batch_mahalanobis(factor, x), (x * _batch_mv(precision, x)).sum(-1))


def test_a_normal_distribution_whose_events_look_otherwise():
    class Tasks(torch.distributions.MultivariateNormal):
        event_shape = property(lambda self: torch.Size([1, 2]))

    tasks = Tasks(torch.zeros(2), torch.eye(2))
    assert tasks.variance.shape == tasks._event_shape and tasks.covariance_matrix.shape == (2, 2) and tasks.entropy().dim() == 0


def test_marks_of_a_profiler_refuse_when_called():
    from steepest.cuda import nvtx

    marked = nvtx.range("step")(lambda: 1)
    with pytest.raises(RuntimeError, match="NVTX"):
        marked()
    with pytest.raises(RuntimeError, match="NVTX"):
        nvtx.range_push("step")
