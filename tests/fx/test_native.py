"""A traced module is compiled in loops as the module that it was made from."""

import warnings

import steepest as torch
from steepest import fx, nn


def trained(net, steps=200):
    x = torch.linspace(-1, 1, 32).view(8, 4)
    y, optimizer = x.sum(1, keepdim=True), torch.optim.SGD(net.parameters(), lr=0.05)
    run = torch.loop(steps)
    for _ in run:
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [p.detach().clone() for p in net.parameters()]


def made():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))


def test_loops_over_a_traced_module_are_native_and_leave_the_same():
    with warnings.catch_warnings():
        warnings.simplefilter("error")          # a loop that Python has to run says so
        traced = trained(fx.symbolic_trace(made()))
    for mine, theirs in zip(traced, trained(made()), strict=True):
        assert torch.equal(mine, theirs)
