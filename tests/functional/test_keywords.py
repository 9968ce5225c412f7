"""Arguments under the other names that PyTorch's parser knows."""

import pytest

import steepest as torch

x = torch.arange(12.0).view(3, 4)


@pytest.mark.parametrize("name", "sum mean prod amax amin all any max min argmax argmin std var median logsumexp".split())
def test_reductions_take_numpys_names_as_function_and_as_method(name):
    wanted = getattr(torch, name)(x, dim=1, keepdim=True)
    for got in (getattr(torch, name)(x, axis=1, keepdims=True), getattr(x, name)(axis=1, keepdims=True),
                getattr(x, name)(dim=1, keepdims=True)):
        pairs = zip(wanted, got, strict=True) if isinstance(wanted, tuple) else [(wanted, got)]
        assert all(torch.equal(a, b) for a, b in pairs)


def test_joining_and_moving_take_an_axis():
    assert torch.cat([x, x], axis=-1).shape == (3, 8) and torch.stack([x, x], axis=1).shape == (3, 2, 4)
    assert torch.equal(x.unsqueeze(axis=0), x[None]) and torch.equal(torch.select(x, axis=0, index=1), x[1])
    assert torch.equal(torch.linalg.norm(x, axis=1, keepdims=True), torch.linalg.norm(x, dim=1, keepdim=True))
    assert torch.equal(x.cumsum(axis=0), x.cumsum(0)) and torch.fft.fft(x, axis=0).shape == (3, 4)


def test_a_shape_may_be_named():
    for made in (torch.zeros(size=(2, 3)), torch.ones(size=[2, 3]), torch.empty(size=(2, 3)), torch.rand(size=(2, 3)),
                 torch.randn(size=(2, 3), dtype=torch.float64), x.new_zeros(size=(2, 3)), x.reshape(shape=(6, 2)).view(size=(2, 6))[:, :3]):
        assert made.shape == (2, 3)
    torch.manual_seed(0)
    named = torch.randn(size=(2, 3))
    torch.manual_seed(0)
    assert torch.equal(named, torch.randn(2, 3))
    assert torch.equal(x.permute(dims=(1, 0)), x.T) and torch.equal(torch.permute(input=x, dims=(1, 0)), x.T)
    assert x.expand(size=(2, 3, 4)).shape == (2, 3, 4) and x.repeat(repeats=(2, 1)).shape == (6, 4)


def test_names_of_the_compiled_signatures():
    assert torch.equal(x.max(other=5 * torch.ones(4)), x.clamp(min=5))
    assert [len(part) for part in x.split(split_size=[1, 2])] == [1, 2] and len(x.tensor_split(sections=2)) == 2
    assert torch.equal(x.swapdims(dim1=1, dim0=0), x.T) and torch.equal(torch.inverse(input=torch.eye(2)), torch.eye(2))
    assert torch.equal(x.clone().transpose_(dim0=0, dim1=1), x.T) and x.unflatten(dim=1, sizes=(2, 2)).shape == (3, 2, 2)
    assert x.clone().uniform_(**{"from": 3, "to": 4}).min() >= 3 and set(x.clone().random_(to=1).unique().tolist()) == {0.0}
    assert x.view(dtype=torch.int32).dtype is torch.int32 and x.type(dtype=torch.int64).dtype is torch.int64


@pytest.mark.parametrize("call", [lambda: x.sum(axes=0), lambda: torch.zeros(shape=(2,)), lambda: x.sum(0, axis=0),
                                  lambda: x.view(repeats=(2, 6))])
def test_other_wrong_names_stay_errors(call):
    with pytest.raises(TypeError):
        call()
