"""Tensors, views and graphs are freed by reference counting: nothing waits for the cycle collector."""

import gc

import steepest
from steepest import nn


def garbage_of(work):
    """How many objects only the cycle collector could free after `work` ran."""
    work()
    gc.collect()
    gc.disable()
    try:
        work()
        return gc.collect()
    finally:
        gc.enable()


def test_a_training_step_leaves_no_cycles():
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.LayerNorm(8), nn.Dropout(0.1), nn.Linear(8, 3))
    optimizer = steepest.optim.Adam(net.parameters())
    x, y = steepest.randn(16, 4), steepest.randint(0, 3, (16,))

    def steps():
        for _ in range(20):
            loss = nn.functional.cross_entropy(net(x.view(2, 8, 4)[0:2].reshape(16, 4)), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    assert garbage_of(steps) < 20


def test_views_and_in_place_writes_leave_no_cycles():
    def views():
        for _ in range(20):
            z = steepest.ones(10, requires_grad=True) * 2
            z[2:5].mul_(3)
            z.view(2, 5).t()[1].exp_()
            z.sum().backward()

    assert garbage_of(views) < 20


def test_a_graph_that_is_never_walked_leaves_no_cycles():
    w = steepest.ones(3, requires_grad=True)
    assert garbage_of(lambda: [(w.exp() * w).sigmoid().sum() for _ in range(20)]) < 20
