"""Of several results the first may be changed in place unless a gradient rule needs it."""

import pytest

import steepest as torch
from steepest.nn import functional as F

x = torch.linspace(-2, 2, 32).sin().reshape(2, 1, 4, 4)

OPERATIONS = {
    "max_pool2d": lambda x: F.max_pool2d(x, 2),
    "max_pool1d": lambda x: F.max_pool1d(x[1], 2),
    "adaptive_max_pool2d": lambda x: F.adaptive_max_pool2d(x, 2),
    "batch_norm": lambda x: F.batch_norm(x, None, None, training=True),
    "layer_norm": lambda x: F.layer_norm(x, (4,)),
    "group_norm": lambda x: F.group_norm(x, 1),
    "max": lambda x: x.max(dim=2).values,
    "sort": lambda x: x.sort(dim=3).values,
    "kthvalue": lambda x: x.kthvalue(2, dim=3).values,
    "cummax": lambda x: x.cummax(dim=3).values,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_relu_in_place_after_it_gives_the_same_gradient(name: str) -> None:
    gradients = []
    for relu in (F.relu, torch.Tensor.relu_):
        leaf = x.clone().requires_grad_()
        relu(OPERATIONS[name](leaf)).square().sum().backward()
        gradients.append(leaf.grad)
    assert gradients[0].abs().sum() > 0
    assert torch.equal(*gradients)


def test_a_result_that_the_rule_needs_must_stay() -> None:
    leaf = torch.tensor([[2.0, 1.0], [0.5, 1.0]], requires_grad=True)
    q, r = torch.linalg.qr(leaf)
    with pytest.raises(RuntimeError, match="in ?place"):
        (q.mul_(2).sum() + r.sum()).backward()


def test_vmap_and_forward_mode_know_the_other_results() -> None:
    def largest(row: torch.Tensor) -> torch.Tensor:
        return row.max(dim=0).values ** 2

    rows = torch.tensor([[1.0, 3.0, 2.0], [5.0, 4.0, 6.0]])
    assert torch.func.vmap(torch.func.grad(largest))(rows).tolist() == [[0, 6, 0], [0, 0, 12]]
    assert torch.func.jvp(largest, (rows[0],), (torch.tensor([1.0, 10.0, 100.0]),))[1].item() == 60
