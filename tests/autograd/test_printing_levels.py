"""What tensors look like inside forward mode and vmap, and what is left of them afterwards."""

import steepest as torch
from steepest.autograd import forward_ad

primal, tangent = torch.tensor([1.0, 2.0]), torch.tensor([0.5, 1.0])


def test_a_dual_tensor_shows_its_tangent_and_is_an_ordinary_tensor_afterwards():
    weight = torch.ones(2, requires_grad=True)
    with forward_ad.dual_level():
        out = forward_ad.make_dual(primal, tangent) ** 2
        assert repr(out) == "tensor([1., 4.], tangent=tensor([1., 4.]))" and repr(out.detach().clone()).startswith("tensor([1., 4.]")
        loss = forward_ad.make_dual(weight * 1, tangent).sin().sum()
    assert repr(out) == "tensor([1., 4.])" and forward_ad.unpack_dual(out).tangent is None
    assert torch.equal(out + 1, torch.tensor([2.0, 5.0]))
    loss.backward()
    assert torch.allclose(weight.grad, torch.ones(2).cos())


def test_a_long_tangent_stands_on_lines_of_its_own():
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(torch.arange(12.0), torch.arange(12.0))
        assert repr(dual) == (
            "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11.],\n"
            "       tangent=tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11.]))")


def test_a_batched_tensor_shows_the_batch():
    seen = []
    torch.vmap(lambda x: seen.append(repr(x)) or x)(torch.ones(2, 3))
    assert seen == ["BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[1., 1., 1.],\n            [1., 1., 1.]])\n)"]


def test_checks_of_second_gradients_draw_from_pytorchs_stream():
    x = torch.tensor([[0.1, 0.2, 0.3]] * 3, requires_grad=True, dtype=torch.float64)
    torch.manual_seed(0)
    torch.autograd.gradcheck(torch.square, x)
    drawn = torch.rand(1)
    torch.manual_seed(0)
    assert torch.equal(drawn, torch.rand(1))
    torch.manual_seed(0)
    torch.autograd.gradgradcheck(torch.square, x)
    after = torch.rand(1)
    torch.manual_seed(0)
    torch.empty(3, 3, dtype=torch.float64).uniform_(-1, 1)
    assert torch.equal(after, torch.rand(1))
