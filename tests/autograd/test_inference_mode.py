"""Tensors made in inference mode say so; outside of it they cannot be written into or saved for a backward pass."""

import pytest

import steepest as torch

weight = torch.tensor([1.0, 2.0], requires_grad=True)
plain = torch.ones(2)


def made():
    with torch.inference_mode():
        return torch.tensor([3.0, 4.0])


def test_what_is_made_in_it_says_so_and_views_say_what_their_base_says():
    with torch.inference_mode():
        assert torch.ones(2).is_inference() and (weight * 2).is_inference() and torch.nn.Linear(2, 2).weight.is_inference()
        assert not plain.view(1, 2).is_inference() and not weight.detach().is_inference() and not weight.data.is_inference()
        assert torch.is_inference(plain.clone()) and not (weight * 2).requires_grad
    x = made()
    assert x.is_inference() and x.view(1, 2).is_inference() and x.detach().is_inference() and x[0].is_inference()
    assert not x.clone().is_inference() and not (x + 1).is_inference() and not torch.is_inference(plain)


@pytest.mark.parametrize("write", [
    lambda x: x.add_(1), lambda x: x.mul_(plain), lambda x: x.zero_(), lambda x: x.copy_(plain), lambda x: x.__setitem__(0, 1.0),
    lambda x: torch.add(plain, plain, out=x), lambda x: torch.nn.functional.relu(x, inplace=True), lambda x: x.view(1, 2).add_(1)])
def test_writing_into_one_is_an_error_and_changes_nothing(write):
    x = made()
    for block in (torch.enable_grad, torch.no_grad):
        with block(), pytest.raises(RuntimeError, match="Inplace update to inference tensor outside InferenceMode"):
            write(x)
    assert x.tolist() == [3.0, 4.0]
    with torch.inference_mode():
        write(x)


@pytest.mark.parametrize("use", [lambda x: x * weight, lambda x: torch.nn.functional.mse_loss(weight, x), lambda x: x @ weight,
                                 lambda x: weight * 2 * x])
def test_saving_one_for_a_backward_pass_is_an_error(use):
    with pytest.raises(RuntimeError, match="cannot be saved for backward"):
        use(made())
    with torch.no_grad():
        use(made())
    use(made().clone())


def test_what_saves_nothing_goes_on():
    (made() + weight).sum().backward()
    assert weight.grad.tolist() == [1.0, 1.0]
    weight.grad = None


def test_requires_grad_and_versions():
    x = made()
    with pytest.raises(RuntimeError, match="Setting requires_grad=True on inference tensor"):
        x.requires_grad_()
    with pytest.raises(RuntimeError, match="do not track version counter"):
        _ = x._version
    with torch.inference_mode():
        assert torch.ones(2).requires_grad_().requires_grad
        assert not (lambda before: plain.add_(0)._version == before)(plain._version)


def test_the_mode_can_be_switched_off_within_and_comes_back():
    with torch.inference_mode():
        with torch.inference_mode(False):
            assert not torch.is_inference_mode_enabled() and torch.is_grad_enabled() and (weight * 2).requires_grad
        assert torch.is_inference_mode_enabled() and not torch.is_grad_enabled()
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()
    assert torch.inference_mode()(lambda: torch.ones(1))().is_inference()


def test_steps_of_training_are_possible_after_evaluating():
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.ReLU(), torch.nn.Linear(3, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    x = torch.randn(4, 2)
    losses = []
    for _ in range(3):
        with torch.inference_mode():
            net(x)
        loss = net(x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[2] < losses[0]
