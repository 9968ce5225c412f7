"""The dtypes beside float32: what operations compute in, where they round, and which numbers a dtype does not hold."""

import hashlib
import math

import pytest

import steepest as torch
from steepest.nn import functional as F

HALVES = torch.float16, torch.bfloat16


def test_products_of_small_integers_wrap_around():
    a = torch.full((4, 4), 300, dtype=torch.int16)
    assert torch.addmm(a, a, a)[0].tolist() == [(4 * 300 * 300 + 300) % 2**16] * 4


def test_cumulative_sums_have_the_dtype_asked_for():
    made = torch.cumsum(torch.full((3,), 100, dtype=torch.int8), 0, dtype=torch.int8)
    assert made.dtype is torch.int8 and made.tolist() == [100, -56, 44]
    assert torch.cumprod(torch.full((3,), 100, dtype=torch.int8), 0, dtype=torch.int16).tolist() == [100, 10000, 16960]


@pytest.mark.parametrize("dtype", HALVES)
def test_running_sums_of_16_bit_floats_are_kept_in_32_bits(dtype):
    assert torch.cumsum(torch.ones(4096, dtype=dtype), 0)[-1].item() == 4096


@pytest.mark.parametrize("dtype", HALVES)
def test_norms_of_16_bit_floats_do_not_overflow_on_the_way(dtype):
    x = torch.tensor([300.0, 400.0], dtype=dtype, requires_grad=True)
    x.norm().backward()
    assert x.norm().item() == 500 and torch.allclose(x.grad.float(), torch.tensor([0.6, 0.8]), atol=2e-3)
    assert math.isfinite(torch.linalg.vector_norm(x.detach(), 6).item())


def test_alpha_is_rounded_to_the_dtype_of_the_tensors():
    a, b = torch.tensor([1.1], dtype=torch.bfloat16), torch.tensor([0.7], dtype=torch.bfloat16)
    assert torch.add(a, b, alpha=1.1).item() == 1.875
    assert torch.add(torch.tensor([True]), torch.tensor([False]), alpha=True).dtype is torch.bool


@pytest.mark.parametrize(("dtype", "number"), [(torch.float16, -1e9), (torch.uint8, 300), (torch.int8, -129), (torch.int32, math.inf),
                                               (torch.float32, 1e300), (torch.float32, 2 + 1j)])
def test_a_number_beyond_the_range_of_a_dtype_is_refused(dtype, number):
    x = torch.zeros(2, dtype=dtype)
    mask = torch.tensor([True, False])
    for write in (lambda: x.masked_fill(mask, number), lambda: x.fill_(number), lambda: torch.full((2,), number, dtype=dtype),
                  lambda: x.__setitem__(0, number), lambda: x.index_fill(0, torch.tensor([0]), number)):
        with pytest.raises(RuntimeError, match="without overflow"):
            write()


def test_negative_numbers_wrap_around_in_unsigned_types():
    assert torch.full((1,), -9, dtype=torch.uint8).item() == 247
    assert torch.zeros(1, dtype=torch.uint8).fill_(-1).item() == 255


def test_infinity_is_a_number_of_every_floating_type():
    assert torch.zeros(1, dtype=torch.float16).masked_fill(torch.tensor([True]), float("-inf")).item() == -math.inf


def test_einsum_without_a_sum_promotes_as_multiplication_does():
    made = torch.einsum("i,j->ij", torch.tensor([1, 2]), torch.tensor([0.5]))
    assert made.dtype is torch.float32 and made.tolist() == [[0.5], [1.0]]
    with pytest.raises(RuntimeError):
        torch.einsum("i,i->", torch.tensor([1]), torch.tensor([0.5]))


def test_bytes_are_resized_without_wrapping_around():
    image = torch.tensor([[[[0, 100, 250]]]], dtype=torch.uint8)
    made = F.interpolate(image, size=(1, 6), mode="bilinear")
    assert made.dtype is torch.uint8 and made.flatten().tolist() == [0, 25, 75, 138, 213, 250]


def test_integer_points_of_an_integral_are_multiplied_as_integers():
    y, x = torch.tensor([200, 100], dtype=torch.uint8), torch.tensor([1, 3], dtype=torch.uint8)
    assert torch.trapezoid(y, x).item() == ((200 + 100) % 256 * 2) % 256 / 2


@pytest.mark.parametrize("dtype", HALVES)
def test_attention_of_16_bit_floats_rounds_once(dtype):
    torch.manual_seed(0)
    q, k, v = (4 * torch.randn(2, 3, 8) for _ in range(3))
    q, k, v = q.to(dtype), k.to(dtype), v.to(dtype)
    exact = F.scaled_dot_product_attention(q.double(), k.double(), v.double())
    assert torch.equal(F.scaled_dot_product_attention(q, k, v), exact.to(dtype))
    with pytest.raises(RuntimeError, match="same dtype"):
        F.scaled_dot_product_attention(q, k.float(), v)


@pytest.mark.parametrize("function", [F.gelu, F.silu, F.mish, F.hardswish, F.softplus, F.logsigmoid, F.elu])
@pytest.mark.parametrize("dtype", HALVES)
def test_gradients_of_activations_round_once(function, dtype):
    x = torch.linspace(-5, 5, 41).to(dtype).requires_grad_()
    wide = x.detach().double().requires_grad_()
    function(x).sum().backward()
    function(wide).sum().backward()
    unit = torch.finfo(dtype).eps
    assert bool(((x.grad.double() - wide.grad).abs() <= wide.grad.abs() * unit / 2 + 1e-6).all())


def test_functions_that_ask_for_limits_know_bfloat16():
    x = torch.tensor([math.inf, 1.0], dtype=torch.bfloat16)
    assert torch.nan_to_num(x)[0].item() == torch.finfo(torch.bfloat16).max
    y = torch.tensor([1.0, 2.0], dtype=torch.bfloat16, requires_grad=True)
    torch.logcumsumexp(y, 0).sum().backward()
    assert torch.allclose(y.grad.float(), torch.tensor([1.2695, 0.7305]), atol=0.02)


def test_copying_a_number_fills():
    assert torch.zeros(2, dtype=torch.int8).copy_(3).tolist() == [3, 3]


def test_sums_without_nan_in_another_dtype():
    x = torch.tensor([1.0, math.nan], dtype=torch.float16)
    assert torch.nansum(x, dtype=torch.float64).dtype is torch.float64 and torch.nanmean(x, dtype=torch.float32).item() == 1


def test_dtypes_that_do_not_go_together_are_refused():
    x, i = torch.ones(3), torch.tensor([0, 2])
    mask = torch.tensor([True, False, True])
    for call in (lambda: torch.add(torch.tensor([1]), torch.tensor([1]), alpha=0.5), lambda: x.masked_scatter(mask, x.double()),
                 lambda: x.index_copy(0, i, torch.ones(2).double()), lambda: x.scatter_reduce(0, i, torch.ones(2).double(), "sum"),
                 lambda: x.gather(0, i.to(torch.int16)), lambda: x.index_select(0, i.to(torch.uint8)), lambda: x.take(i.to(torch.int32)),
                 lambda: x.lerp_(x.double(), 0.5), lambda: F.prelu(x, torch.ones(1).double()), lambda: F.layer_norm(x, (3,), x.double()),
                 lambda: torch.mm(x[None], x[:, None], out=torch.zeros(1, 1, dtype=torch.float64)),
                 lambda: torch.gcd(torch.tensor([1]), torch.tensor([1.0]))):
        with pytest.raises(RuntimeError):
            call()
    assert F.layer_norm(x.bfloat16(), (3,), x, x).dtype is torch.bfloat16


def test_results_of_two_dtypes():
    x = torch.tensor([1.0, 2.0], dtype=torch.bfloat16)
    assert torch.ldexp(x, torch.tensor([1, 2])).dtype is torch.bfloat16
    assert F.huber_loss(x, x.float()).dtype is torch.bfloat16
    assert torch.gcd(torch.tensor([True]), torch.tensor([4])).dtype is torch.int64
    assert (torch.tensor([True]) ** True).dtype is torch.bool


def test_ranges_of_integers_step_by_whole_numbers():
    assert torch.arange(-0.9, 2.1, 2.0, dtype=torch.int8).tolist() == [0, 2]
    assert torch.arange(0.1, -7.9, -4.0, dtype=torch.int32).tolist() == [0, -4]


def test_an_index_of_nothing_may_have_any_dtype():
    assert torch.ones(3).gather(0, torch.zeros(0, dtype=torch.uint8)).shape == (0,)
    with pytest.raises(IndexError):
        torch.ones(0, 2).select_scatter(torch.ones(2), 0, 0)
    for function in (torch.igamma, torch.igammac):
        with pytest.raises(RuntimeError, match="size of tensor a"):
            function(torch.ones(2), torch.ones(3))
    with pytest.raises(RuntimeError, match="size of tensor a"):
        torch.gcd(torch.ones(2, dtype=torch.int64), torch.ones(3, dtype=torch.int64))


def test_quotients_of_16_bit_floats_are_rounded_before_they_are_cut():
    a, b = torch.tensor([269.0], dtype=torch.float16), torch.tensor([0.140625], dtype=torch.float16)
    assert torch.div(a, b, rounding_mode="trunc").item() == 1913.0
    assert torch.div(a, 0.140625, rounding_mode="trunc").item() == 1912.0          # by a number in float32


def test_gradients_of_norms_and_deviations_round_at_every_step_of_pytorchs():
    x = torch.tensor([8.0, 8.0], dtype=torch.float16, requires_grad=True)
    y = torch.linalg.vector_norm(x, 6)
    assert torch.autograd.grad(y, x)[0].tolist() == [0.5625, 0.5625]          # 0.5613 without rounding
    x = torch.tensor([3.609375, 4.3125, 3.734375], dtype=torch.bfloat16, requires_grad=True)
    assert torch.autograd.grad(x.std(), x)[0].tolist() == [-0.375, 0.5625, -0.208984375]


def test_integers_are_not_rounded_to_decimals():
    assert torch.round(torch.tensor([3])).tolist() == [3]
    with pytest.raises(NotImplementedError):
        torch.round(torch.tensor([3]), decimals=0)
    with pytest.raises(RuntimeError):
        torch.randint_like(torch.zeros(3, dtype=torch.complex64), 5)


@pytest.mark.parametrize(("dtype", "digest"), [(torch.float32, "18795ecc9dcb9a36"), (torch.float64, "b88d996ffe94d9ac"),
                                               (torch.float16, "bd0f07e2d543eb0b"), (torch.bfloat16, "db647761fc1ed134")])
def test_ranges_of_floats_have_pytorchs_last_digits(dtype, digest):
    made = torch.arange(0.3, 40, 0.37, dtype=dtype).double()
    assert hashlib.sha256(made.numpy().tobytes()).hexdigest()[:16] == digest
    assert torch.arange(0, 1, 0.01)[15].item() == 0.14999999105930328


@pytest.mark.parametrize(("mode", "antialias", "digest"), [
    ("bilinear", False, "fe906bd7659ae919"), ("bilinear", True, "9a69bfcca21e1871"),
    ("bicubic", False, "50812207ccf76ecc"), ("bicubic", True, "50398acbf076cc8d")])
def test_images_of_bytes_are_resized_by_pytorchs_whole_weights(mode, antialias, digest):
    image = ((torch.arange(3 * 16 * 13) * 7919) % 256).to(torch.uint8).reshape(1, 3, 16, 13)
    made = F.interpolate(image, size=(11, 20), mode=mode, antialias=antialias)
    assert made.is_contiguous() and hashlib.sha256(made.numpy().tobytes()).hexdigest()[:16] == digest
