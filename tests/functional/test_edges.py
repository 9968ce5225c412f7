"""Empty, 0-dim and unusual arguments: results and error classes are those that PyTorch 2.13.0 printed."""

import math
from collections.abc import Callable

import pytest

import steepest as torch

F = torch.nn.functional
nan = math.nan


def test_no_differences_are_the_tensor_itself_whatever_is_put_beside_it():
    assert torch.diff(torch.ones(2), n=0, prepend=torch.zeros(1), append=torch.zeros(3)).shape == (2,)


def test_gather_with_an_empty_index_takes_nothing():
    assert torch.gather(torch.ones(5), 0, torch.zeros(2, 0, 3, dtype=torch.int64)).shape == (2, 0, 3)


def test_ends_of_an_integer_logspace_are_integers():
    assert torch.logspace(4.3, 0, 4, 5, dtype=torch.int64).tolist() == [625, 73, 8, 1]


def test_cosine_similarity_takes_norms_after_broadcasting():
    a, b = torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[3.0, 1.0]], [[0.0, 1.0]]])
    assert torch.allclose(F.cosine_similarity(a.expand(2, 2, 2), b, 1), F.cosine_similarity(a, b.expand(2, 2, 2), 1))
    assert F.cosine_similarity(torch.tensor(-2.0), torch.tensor(3.0), 0).item() == -1


def test_joined_tensors_are_contiguous():
    x = torch.arange(12.0).reshape(2, 2, 3).mT
    assert torch.cat([x, x]).stride() == (6, 2, 1) and torch.stack([x, x], 1).stride() == (12, 6, 2, 1)


@pytest.mark.parametrize("best", [torch.maximum, torch.minimum])
def test_nan_never_loses_a_gradient(best):
    x = torch.tensor([nan, 1.0, 2.0]).requires_grad_()
    best(x, x).sum().backward()
    assert x.grad.tolist() == [2, 1, 1]
    best(x, torch.full((3,), nan)).sum().backward()
    assert x.grad.tolist() == [3, 2, 2]


def test_dropout_of_attention_is_seen_in_the_weights():
    attention = torch.nn.MultiheadAttention(4, 2, dropout=0.5)
    x = torch.ones(6, 1, 4)
    _, weights = attention(x, x, x)
    assert not torch.allclose(weights.sum(-1), torch.ones(1, 6))


def test_prelu_of_a_number_is_a_number():
    assert F.prelu(torch.tensor(-2.0), torch.tensor([0.5])).shape == ()


def test_intervals_whose_edges_are_not_in_order_count_what_a_binary_search_finds():
    hist, _ = torch.histogram(torch.tensor([0.5, 1.5, 2.5, 2.9]), torch.tensor([0.0, 2.0, 1.0, 3.0]))
    assert hist.tolist() == [1, 0, 3]


def test_the_gradient_of_as_strided_goes_by_the_places_in_the_storage():
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    y = x.t()
    y.as_strided((2,), (1,), 1).sum().backward()
    assert x.grad.tolist() == [[0, 1, 1], [0, 0, 0]]
    z = torch.ones(2).requires_grad_()
    wide = z.expand(3, 2)
    wide.as_strided((2,), (1,)).sum().backward()
    assert torch.allclose(z.grad, torch.ones(2))


def test_the_mean_of_no_errors_has_no_gradient():
    for loss in (F.mse_loss, F.smooth_l1_loss, F.huber_loss):
        x = torch.ones(0, 3).requires_grad_()
        loss(x, torch.ones(0, 3)).backward()
        assert x.grad.shape == (0, 3)


def test_a_quantile_has_a_gradient_by_its_share():
    q = torch.tensor([0.25, 0.6]).requires_grad_()
    torch.tensor([0.0, 1.0, 4.0]).quantile(q).sum().backward()
    assert q.grad.tolist() == [2, 6]


def test_powers_that_are_roots_have_the_special_values_of_roots():
    x = torch.tensor([-math.inf, -4.0, 4.0])
    assert torch.equal((x ** 0.5).isnan(), torch.tensor([True, True, False])) and (x ** 0.5)[2] == 2
    assert torch.equal((x ** -0.5).isnan(), torch.tensor([True, True, False])) and (x ** -1).tolist() == [0, -0.25, 0.25]


@pytest.mark.parametrize("order", [1, 2, math.inf, "nuc", "fro"])
def test_norms_of_empty_matrices_are_zero(order):
    assert torch.linalg.norm(torch.zeros(2, 0, 5), order, dim=(-2, -1)).tolist() == [0, 0]


SHAPES = [
    (lambda: F.batch_norm(torch.zeros(0), torch.zeros(0), torch.zeros(0), training=True), (0,)),
    (lambda: F.pad(torch.zeros(0, 3, 3), (0, 1), "reflect"), (0, 3, 4)),
    (lambda: F.unfold(torch.zeros(0, 2, 4, 4), 2), (0, 8, 9)),
    (lambda: F.multi_margin_loss(torch.tensor(2.0), torch.tensor(0)), ()),
    (lambda: F.multi_margin_loss(torch.ones(3), torch.tensor([0]), reduction="none"), (1,)),
    (lambda: F.multilabel_margin_loss(torch.tensor(2.0), torch.tensor(0)), ()),
    (lambda: F.fractional_max_pool3d(torch.zeros(0, 1, 4, 5, 4), 2, output_size=2), (0, 1, 2, 2, 2)),
    (lambda: F.local_response_norm(torch.ones(1, 6, 3, dtype=torch.int64), 2), (1, 6, 3)),
    (lambda: torch.ormqr(torch.zeros(5, 0), torch.zeros(0), torch.zeros(5, 0)), (5, 0)),
    (lambda: torch.unique_consecutive(torch.zeros(5, 1, 5), dim=1), (5, 1, 5)),
    (lambda: torch.histc(torch.zeros(0), 4), (4,)),
]


@pytest.mark.parametrize("call, shape", SHAPES)
def test_shapes(call, shape):
    assert call().shape == shape


ERRORS = [
    (lambda: F.adaptive_avg_pool2d(torch.ones(2, 2), (2, 2)), ValueError, "at least 3"),
    (lambda: F.adaptive_max_pool3d(torch.ones(2, 2, 2), (2, 2, 2)), ValueError, "at least 4"),
    (lambda: F.conv3d(torch.ones(1, 1, 4, 4, 4), torch.ones(1, 1, 2, 2, 2), padding=-1), RuntimeError, "negative padding"),
    (lambda: F.multi_margin_loss(torch.ones(5, 4), torch.arange(5) * 0, weight=torch.tensor(1.0)), ValueError, "one-dimensional"),
    (lambda: F.multilabel_margin_loss(torch.ones(0), torch.zeros(0, dtype=torch.int64)), RuntimeError, "non-empty"),
    (lambda: F.max_pool1d(torch.ones(0, 10), 1), RuntimeError, "optional 0 dim batch"),
    (lambda: F.avg_pool2d(torch.ones(2, 0, 3, 3), 1), RuntimeError, "optional 0 dim batch"),
    (lambda: torch.ones(5).narrow(0, torch.tensor(True), 2), RuntimeError, "0-dim integral"),
    (lambda: torch.linalg.cross(torch.ones(5, 3), torch.ones(5, 1)), RuntimeError, "must have length 3"),
    (lambda: torch.linalg.vector_norm(torch.zeros(0), math.inf), RuntimeError, "no identity"),
    (lambda: F.nll_loss(torch.ones(2, 3), torch.tensor([0, 1]), torch.ones(3, dtype=torch.float16)), RuntimeError, "scalar type"),
    (lambda: F.cross_entropy(torch.ones(2, 3), torch.ones(2, 3), ignore_index=1), RuntimeError, "ignore_index"),
    (lambda: torch.nn.Embedding(-1, 3), RuntimeError, "negative dimension"),
    (lambda: torch.randn(2, -1), RuntimeError, "negative dimension"),
    (lambda: F.fractional_max_pool2d(torch.ones(1, 1, 4, 4), 2, 2, None, False, torch.ones(1, 2, 2)), RuntimeError, "samples"),
    (lambda: torch.ones(3).mT, RuntimeError, "only supported on matrices"),
    (lambda: torch.ones(3).mH, RuntimeError, "only supported on matrices"),
    (lambda: torch.ones(2, 2, 2).H, RuntimeError, "only supported on matrices"),
    (lambda: torch.addcdiv(torch.ones(1), torch.tensor(2), torch.tensor(3)), RuntimeError, "Integer division"),
    (lambda: torch.addmm(torch.ones(3, 3), torch.ones(1, 1), torch.ones(1, 1)), RuntimeError, "must expand"),
    (lambda: torch.baddbmm(torch.ones(2, 3, 2), torch.ones(1, 1, 1), torch.ones(1, 1, 1)), RuntimeError, "must expand"),
    (lambda: torch.addmv(torch.ones(3), torch.ones(1, 1), torch.ones(1)), RuntimeError, "must expand"),
    (lambda: torch.addr(torch.ones(3, 2), torch.ones(1), torch.ones(1)), RuntimeError, "must expand"),
    (lambda: torch.addmm(torch.ones(1).double(), torch.ones(2, 1), torch.ones(1, 2)), RuntimeError, "same dtype"),
    (lambda: F.interpolate(torch.ones(2, 0, 2), scale_factor=2), RuntimeError, "greater than 0|empty|大于"),
    (lambda: torch.einsum("i,i->", torch.ones(3), torch.ones(2)), RuntimeError, "does not broadcast"),
]


@pytest.mark.parametrize("call, kind, words", ERRORS)
def test_errors(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


@pytest.mark.parametrize("order", [0.5, 1.5, 3.5])
def test_norms_have_gradients_where_elements_are_zero(order):
    x = torch.tensor([0.0, 0.0, 2.0]).requires_grad_()
    torch.linalg.vector_norm(x, order).backward()
    assert torch.allclose(x.grad, torch.tensor([0.0, 0.0, 1.0]))


def test_a_complex_zero_has_no_direction_to_derive():
    x = torch.zeros(2, dtype=torch.complex128).requires_grad_()
    (g,) = torch.autograd.grad(x.abs().sum(), x, create_graph=True)
    assert torch.autograd.grad(g.real.sum(), x)[0].tolist() == [0, 0]


def test_adding_at_indices_asks_for_as_many_entries_as_there_are_indices():
    for index, source in (([0, 0], torch.ones(1)), ([0], torch.ones(2)), ([0], torch.ones(1, dtype=torch.float64))):
        with pytest.raises(RuntimeError, match="index_add"):
            torch.ones(3).index_add(0, torch.tensor(index), source)
    with pytest.raises(IndexError, match="no dimensions"):
        torch.tensor(1.0).index_add(0, torch.tensor([0, 0]), torch.tensor(1.0))


def test_integers_are_added_with_integer_factors():
    assert torch.addcmul(torch.tensor([1]), torch.tensor([2]), torch.tensor([3]), value=2.5).tolist() == [13]
    assert F.l1_loss(torch.tensor([1, 5]), torch.tensor([3, 1]), reduction="sum").item() == 6
    with pytest.raises(RuntimeError, match="bool"):
        F.l1_loss(torch.tensor([True]), torch.tensor([1.0]))
    with pytest.raises(RuntimeError, match="bool"):
        torch.tensor([True, False]).topk(1)


def test_one_group_of_channels_has_a_weight_for_each_channel():
    x, weight, bias = torch.arange(24.0).reshape(2, 3, 4).requires_grad_(), torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0.0, 1.0, 2.0])
    y = F.group_norm(x, 1, weight.requires_grad_(), bias)
    plain = F.group_norm(x, 1)
    assert torch.allclose(y, plain * weight.view(1, 3, 1) + bias.view(1, 3, 1), atol=1e-6)
    y.sum().backward()
    assert torch.allclose(weight.grad, plain.detach().sum((0, 2)), atol=1e-5)


def test_losses_of_two_dtypes_have_the_wider_one_or_the_targets():
    x, one = torch.ones(2, 3), torch.tensor(2.0, dtype=torch.float64)
    for loss in (F.mse_loss, F.l1_loss, F.smooth_l1_loss):
        assert loss(x, one.expand(2, 3)).dtype is torch.float64
    assert F.cosine_similarity(x, one, dim=-1).dtype is torch.float64
    assert F.binary_cross_entropy_with_logits(x, x.double()).dtype is torch.float64
    assert F.binary_cross_entropy_with_logits(x.double(), x).dtype is torch.float32


def test_limits_that_a_dtype_cannot_hold_are_errors():
    for x in (torch.tensor([True]), torch.tensor([1], dtype=torch.uint8)):
        with pytest.raises(RuntimeError, match="hardtanh"):
            F.hardtanh(x)
    assert F.relu6(torch.tensor([9], dtype=torch.uint8)).item() == 6


def test_a_gradient_is_added_to_nothing():
    x = torch.ones(0, 2).requires_grad_()
    x[torch.zeros(0, dtype=torch.int64)].sum().backward()
    assert x.grad.shape == (0, 2)


def test_a_mask_without_dimensions_picks_all_or_nothing():
    x, yes, no = torch.arange(6.0).reshape(2, 3), torch.tensor(True), torch.tensor(False)
    assert x[yes].shape == (1, 2, 3) and x[no].shape == (0, 2, 3) and x[:, yes].shape == (2, 1, 3) and yes[yes].tolist() == [True]
    x[no] = 7
    assert x.sum() == 15
    x[yes] = 7
    assert x.sum() == 42


def test_the_logarithm_of_no_probability_is_minus_infinity():
    assert torch.special.log_ndtr(torch.tensor([-math.inf, math.inf])).tolist() == [-math.inf, 0]


def test_equal_complex_numbers_have_a_deviation_without_slope():
    x = torch.full((2, 3), 1 + 1j).requires_grad_()
    x.std(0).sum().backward()
    assert x.grad.abs().sum() == 0


def test_softmax_of_one_number_that_is_none():
    for x in (math.nan, math.inf):
        assert all(f(torch.tensor(x), 0).isnan() for f in (F.softmax, F.log_softmax, F.softmin))
    assert F.softmax(torch.tensor(3.0), 0) == 1 and F.log_softmax(torch.tensor(3.0), 0) == 0


def test_einsum_sums_what_meets_one_number_before_it_multiplies():
    a, b = torch.tensor([[-math.inf], [2.0]]).requires_grad_(), torch.tensor([[-1.0, 400.0, -1.0], [1.0, 2.0, 3.0]])
    y = torch.einsum("ij,ij->i", a, b)
    assert y.tolist() == [-math.inf, 12]
    y[1].backward()
    assert a.grad.tolist() == [[0], [6]]


def test_one_window_and_no_padding_are_copies():
    for function in (lambda x: F.unfold(x, 2), lambda x: F.pad(x, (0, 0, 0, 0), mode="reflect"), lambda x: F.pad(x, (0, 0))):
        x = torch.ones(1, 1, 2, 2)
        function(x).zero_()
        assert x.sum() == 4


@pytest.mark.parametrize("call", [
    lambda: torch.ones(3, 2, 4) @ torch.ones(2, 4, 5), lambda: torch.broadcast_tensors(torch.ones(3), torch.ones(2)),
    lambda: torch.broadcast_shapes((3,), (2,)), lambda: torch.take_along_dim(torch.ones(3, 2), torch.zeros(2, 2, dtype=torch.int64), 1),
    lambda: torch.masked_select(torch.ones(3), torch.ones(2) > 0), lambda: torch.normal(torch.ones(3), torch.ones(2)),
    lambda: torch.ones(3).masked_scatter(torch.ones(2) > 0, torch.ones(3)),
    lambda: torch.linalg.solve(torch.eye(2).expand(3, 2, 2), torch.ones(2, 2, 2)),
    lambda: torch.linalg.solve_triangular(torch.eye(2).expand(3, 2, 2), torch.ones(2, 2, 2), upper=True)])
def test_shapes_that_do_not_broadcast_are_named(call: Callable[[], object]) -> None:
    with pytest.raises(RuntimeError, match="must match the size of tensor b|Attempting to broadcast"):
        call()


def test_a_zero_on_a_bound_keeps_its_sign():
    for n in (1, 3, 40):
        zeros = torch.tensor([-0.0] * n)
        for clamped in (zeros.clamp(0, 1), zeros.clamp(min=0.0), zeros.clamp(-1.0, 0.0), torch.clamp_max(zeros, 0.0), zeros.clamp_(0, 1)):
            assert clamped.signbit().all()
    assert not torch.tensor([0.0]).clamp(max=0).signbit()
    assert torch.tensor([float("nan"), 1.0]).clamp(torch.tensor(0.0), torch.tensor([1.0, float("nan")])).isnan().all()


def test_a_zeroth_power_has_no_slope_whatever_comes_from_above():
    x = torch.tensor([0.0, 1.25, 2.0], requires_grad=True)
    (x ** torch.tensor([0, 0, 1])).backward(torch.tensor([math.inf, nan, 3.0]))
    assert x.grad.tolist() == [0, 0, 3]


def test_a_value_with_more_dimensions_than_are_picked_gets_its_gradient():
    for key, total in ((torch.tensor([[False, True], [True, True]]), 9), (([0, 1], [1, 1]), 6), (torch.tensor([True, False]), 3)):
        value = torch.full((1, 1, 1), 5.0, requires_grad=True)
        x = torch.zeros(2, 2) * 1
        x[key] = value
        (x * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
        assert value.grad.tolist() == [[[total]]]


@pytest.mark.parametrize("n", [3, 5, 17, 100, 1000])
def test_layer_norm_of_equal_numbers_is_zero(n):
    rows = torch.tensor([[0.24300035], [7.7], [-1e4], [1 / 3]]).expand(4, n).contiguous()
    assert not F.layer_norm(rows, (n,)).any() and not F.layer_norm(rows.double(), (n,)).any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64, torch.int32])
def test_the_sign_of_every_element_of_a_view_is_changed_in_place(dtype):
    for step in range(1, 20):
        for n in (3, 5, 40):
            x = torch.arange(n * step).to(dtype)
            view, before = x[::step], x.clone()
            view.neg_()
            before[::step] *= -1
            assert torch.equal(x, before), step
            out = torch.zeros(n * step, dtype=dtype)
            torch.neg(view, out=out[::step])
            assert torch.equal(out[::step], -(view + 0)), step


def test_vectors_of_two_dtypes_are_divided_by_their_norms_in_their_own():
    x, y = torch.tensor([-0.5, 1.0, 1.0], dtype=torch.float64), torch.tensor([-1.0, 2.0, 2.0])
    assert F.cosine_similarity(x, y, dim=0).item() == 1.0000000298023224 and F.cosine_similarity(x, y.double(), dim=0).item() == 1


def test_the_slope_of_a_complex_acosh_is_right_on_both_sides_of_its_cuts():
    for z in (-2.5, -1 - 2j, 0.3 + 0.1j, 2 + 0j, -1 + 2j):
        x = torch.tensor([z], dtype=torch.complex128, requires_grad=True)
        torch.acosh(x).backward(torch.tensor([1 + 0j], dtype=torch.complex128))
        h = 1e-6
        numeric = (torch.acosh(x.detach() + h) - torch.acosh(x.detach() - h)) / (2 * h)
        assert torch.allclose(x.grad, numeric.conj(), atol=1e-8)


def test_products_of_single_elements_hand_their_gradient_on():
    x = torch.tensor([[nan, 2.0, 0.0]], requires_grad=True)
    (x.cumprod(0) + x.prod(0, keepdim=True)).sum().backward()
    assert x.grad.tolist() == [[2, 2, 2]]


@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
def test_an_infinite_gradient_of_a_larger_row_reaches_its_own_element_alone(mode):
    x = torch.tensor([[[-1.0, 3.0, 1.0, 2.0]]], requires_grad=True)
    F.interpolate(x, scale_factor=2, mode=mode).backward(torch.tensor([[[math.inf, 1, 1, 1, 1, 1, 1, 1]]]))
    assert x.grad[0, 0, 0] == math.inf and x.grad[0, 0, 1:].isfinite().all()


def test_a_negative_zero_passes_relu6():
    assert F.relu6(torch.tensor([-0.0])).signbit() and F.hardtanh(torch.tensor([-0.0] * 20), 0, 1).signbit().all()


def test_the_identity_grid_is_rounded_step_by_step():
    theta = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    grid = torch.nn.functional.affine_grid(theta, (1, 1, 3, 28), align_corners=False)
    line = torch.linspace(-1, 1, 28) * 27 / 28
    assert torch.equal(grid[0, 0, :, 0], line) and torch.equal(grid[0, :, 0, 1], torch.linspace(-1, 1, 3) * 2 / 3)
    assert not torch.equal(line, torch.linspace(-1, 1, 28, dtype=torch.float64).mul(27 / 28).float())


@pytest.mark.parametrize("boolean", [True, False])
def test_a_query_that_sees_no_key_gives_zeros_and_no_gradient(boolean):
    torch.manual_seed(0)
    q, k, v = (torch.randn(2, 1, 3, 4, requires_grad=True) for _ in range(3))
    mask = torch.ones(2, 1, 3, 3, dtype=torch.bool)
    mask[0, 0, 1] = False
    given = mask if boolean else torch.zeros(2, 1, 3, 3).masked_fill(~mask, -math.inf)
    out = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=given)
    assert out[0, 0, 1].tolist() == [0.0] * 4
    out.pow(2).sum().backward()
    assert q.grad[0, 0, 1].tolist() == [0.0] * 4
    assert all(t.grad.isfinite().all() and t.grad.abs().sum() > 0 for t in (q, k, v))


@pytest.mark.parametrize("ndim", [5, 6, 8])
def test_masks_of_many_dimensions_have_gradients(ndim: int) -> None:
    x = torch.arange(2.0**ndim).reshape([2] * ndim).requires_grad_()
    mask = x.detach() % 3 == 0
    (x[mask] * 2).sum().backward()
    assert torch.equal(x.grad, mask * 2.0)
    value = torch.ones((), requires_grad=True)
    y = x.detach().clone().requires_grad_() * 1
    y[mask] = value
    y.sum().backward()
    assert value.grad == mask.sum()


def test_more_than_eight_dimensions_are_not_indexed_by_a_mask() -> None:
    with pytest.raises(NotImplementedError, match="at most 8"):
        torch.ones([1] * 9)[torch.ones([1] * 9, dtype=torch.bool)]


def test_differences_of_complex_numbers_have_the_zeros_that_pytorch_has():
    z = torch.tensor([0.5 - 0j])                                       # PyTorch's logarithm of the difference has the angle pi, not -pi
    for difference in (z - 2, z - torch.tensor([2 + 0j]), z.clone().sub_(2), z.sub(1, alpha=2), torch.rsub(torch.tensor([2 + 0j]), z)):
        assert math.copysign(1, difference.imag.item()) == 1 and torch.log(difference).imag.item() > 3
    assert math.copysign(1, (torch.tensor([-0j]) + torch.tensor([complex(1, -0.0)])).imag.item()) == 1


def test_a_complex_number_is_true_where_either_part_is_not_zero():
    z, target = torch.tensor([1j, 0j, 2 + 0j]), torch.zeros(3, dtype=torch.bool)
    target.copy_(z)
    assert z.to(torch.bool).tolist() == z.bool().tolist() == target.tolist() == [True, False, True]


def test_gradients_of_a_cosine_cancel_before_others_are_added():
    x = torch.tensor([-2.7827534e-08], requires_grad=True)
    y = x * 1
    (F.cosine_similarity(y, torch.tensor(True), dim=-1) + y.sum()).backward()
    assert x.grad.tolist() == [1]


@pytest.mark.parametrize("kind, call", [
    (RuntimeError, lambda: torch.zeros(3).fill_diagonal_(2)), (RuntimeError, lambda: torch.zeros(3, 3, 2).fill_diagonal_(2)),
    (RuntimeError, lambda: torch.zeros(3).put_(torch.tensor([0]), torch.ones(1, dtype=torch.int64))),
    (RuntimeError, lambda: torch.zeros(3).put_(torch.tensor([0.0]), torch.ones(1))),
    (IndexError, lambda: torch.zeros(3).put_(torch.tensor([0, 1]), torch.ones(1))),
    (RuntimeError, lambda: torch.tensor(1.0).unflatten(0, (1, -1))), (RuntimeError, lambda: torch.tensor(1.0).tensor_split(2)),
    (RuntimeError, lambda: torch.tensor(1.0).unfold(-1, 2, 1)), (RuntimeError, lambda: torch.ones(3).unfold(0, -1, 1)),
    (RuntimeError, lambda: torch.ones(3).unfold(0, 1, 0)),
    (RuntimeError, lambda: torch.tensor([1, 2]).addcdiv_(torch.tensor([1, 2]), torch.tensor([1, 2]))),
    (IndexError, lambda: torch.zeros(3).index_copy_(0, torch.tensor([0]), torch.ones(1, 1))),
    (IndexError, lambda: torch.zeros(3, 2).index_copy_(0, torch.tensor([0]), torch.ones(2, 2))),
    (IndexError, lambda: torch.zeros(3, 2).index_copy_(1, torch.tensor([[0]]), torch.ones(3, 1))),
    (RuntimeError, lambda: torch.zeros(3, 2).index_copy_(0, torch.tensor([0]), torch.ones(1, 3)))])
def test_arguments_that_do_not_fit_one_another(kind, call):
    with pytest.raises(kind):
        call()


def test_diagonals_strided_copies_and_integer_factors():
    assert torch.zeros(3, 3, 3).fill_diagonal_(2).nonzero().tolist() == [[0, 0, 0], [1, 1, 1], [2, 2, 2]]
    assert torch.zeros(7, 3).fill_diagonal_(1, wrap=True).sum(1).tolist() == [1, 1, 1, 0, 1, 1, 1]
    assert torch.ones(4).as_strided([2], [2], 1).ravel().stride() == (1,)
    assert torch.zeros(2, 0).as_strided([2, 0], [3, 1]).shape == (2, 0)
    assert torch.tensor([1, 2]).addcmul_(torch.tensor([1, 2]), torch.tensor([3, 4]), value=1.5).tolist() == [4, 10]


def test_a_number_of_steps_is_an_integer():
    for line in (torch.linspace, torch.logspace):
        with pytest.raises(TypeError):
            line(0, 3, 1.0)
