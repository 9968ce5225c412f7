"""Labels that count for nothing give no gradient, also where nothing else is left."""

import steepest
from steepest.nn import functional as F


def test_all_labels_ignored_is_nan_with_gradient_zero():
    x = steepest.zeros(4, 3, requires_grad=True)
    loss = F.nll_loss(x, steepest.full((4,), 1), ignore_index=1)
    loss.backward()
    assert loss.isnan() and not x.grad.any()


def test_ignored_rows_get_no_gradient():
    x = steepest.zeros(3, 2, requires_grad=True)
    F.cross_entropy(x, steepest.tensor([0, -100, 1])).backward()
    assert not x.grad[1].any() and x.grad[0].any()
