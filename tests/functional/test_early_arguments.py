"""Numbers before tensors, as optimizers of PyTorch's early days write them; results are those of PyTorch 2.13.0."""

import pytest

import steepest as torch
from steepest import loop as steepest_loop

x, a, b = torch.arange(4.0).view(2, 2), torch.full((2, 2), 3.0), torch.tensor([[1.0, 2.0], [3.0, 4.0]])
v, batch = torch.tensor([1.0, 2.0]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]).expand(3, 2, 2)

SAME = [
    (lambda: torch.add(x, 2, a), lambda: torch.add(x, a, alpha=2)),
    (lambda: x.add(2, a), lambda: x.add(a, alpha=2)),
    (lambda: x.clone().add_(2, a), lambda: x.add(a, alpha=2)),
    (lambda: x.sub(2, a), lambda: x.sub(a, alpha=2)),
    (lambda: x.clone().sub_(2, a), lambda: x.sub(a, alpha=2)),
    (lambda: x.addcmul(2, a, b), lambda: x.addcmul(a, b, value=2)),
    (lambda: x.clone().addcmul_(2, a, b), lambda: x.addcmul(a, b, value=2)),
    (lambda: torch.addcdiv(x, 2, a, b), lambda: x.addcdiv(a, b, value=2)),
    (lambda: x.clone().addcdiv_(2, a, b), lambda: x.addcdiv(a, b, value=2)),
    (lambda: torch.addmm(2, x, 3, a, b), lambda: x.addmm(a, b, beta=2, alpha=3)),
    (lambda: torch.addmm(2, x, a, b), lambda: x.addmm(a, b, beta=2)),
    (lambda: x.addmm(2, 3, a, b), lambda: x.addmm(a, b, beta=2, alpha=3)),
    (lambda: x.clone().addmm_(2, a, b), lambda: x.addmm(a, b, beta=2)),
    (lambda: v.addmv(2, 3, a, v), lambda: v.addmv(a, v, beta=2, alpha=3)),
    (lambda: x.addr(2, v, v), lambda: x.addr(v, v, beta=2)),
    (lambda: x.addbmm(2, 3, batch, batch), lambda: x.addbmm(batch, batch, beta=2, alpha=3)),
    (lambda: batch.clone().baddbmm_(2, batch, batch), lambda: batch.baddbmm(batch, batch, beta=2)),
]


@pytest.mark.parametrize("then, now", SAME)
def test_numbers_before_tensors_are_the_keywords(then, now):
    with pytest.warns(UserWarning, match="deprecated"):
        result = then()
    assert torch.equal(result, now())


def test_the_result_goes_where_it_is_asked_to():
    with pytest.warns(UserWarning, match="alpha="):
        torch.add(x, 2, a, out=(out := torch.zeros(2, 2)))
    assert torch.equal(out, x + 2 * a)


@pytest.mark.parametrize(
    "call",
    [
        lambda: x.addcmul(a, b, 2),
        lambda: x.addmm(a, b, 2, 3),
        lambda: x.add(a, 2),
        lambda: x.add(a, b),
        lambda: x.sub_(a, 2),
        lambda: x.addcmul(1, 2, a, b),
    ],
)
def test_numbers_elsewhere_are_an_error_that_names_the_keywords(call):
    with pytest.raises(TypeError, match=r"write numbers by their names, \w+="):
        call()


def test_bounds_of_random_have_names():
    torch.manual_seed(0)
    assert torch.zeros(4).random_(0, to=3).tolist() == [2, 0, 2, 0]
    torch.manual_seed(0)
    assert torch.zeros(4).random_(**{"from": 2, "to": 5}).tolist() == [4, 2, 4, 2]
    with pytest.raises(TypeError, match="from and to"):
        torch.zeros(4).random_(**{"from": 2})


def test_a_list_of_more_than_numbers_is_several_indices():
    m = torch.arange(12.0).view(3, 4)
    for key in ([[0, 1], [2, 3]], [torch.tensor([0, 1]), torch.tensor([2, 3])], [range(2), (2, 3)]):
        with pytest.warns(UserWarning, match=r"tuple"):
            assert m[key].tolist() == [2.0, 7.0]
    with pytest.warns(UserWarning, match=r"tuple"):
        assert m[[slice(0, 2), 1]].tolist() == [1, 5] and m[[..., 0]].tolist() == [0, 4, 8] and m[[None, 0]].shape == (1, 4)
    assert m[[0, 1]].shape == (2, 4) and m[[True, False, True]].shape == (2, 4) and m[torch.Size([1, 2])].item() == 6
    with pytest.warns(UserWarning, match=r"tuple"):
        m[[[0, 1], [2, 3]]] = -1.0
    assert m[0, 2] == m[1, 3] == -1 and (m == -1).sum() == 2


def test_a_mask_beside_a_number_is_written_in_a_native_loop():
    total = torch.zeros((), dtype=torch.int64)
    for i in steepest_loop(60):
        left = torch.ones(3, 2, dtype=torch.bool)
        left[torch.full((3,), float(i)) > 30, 0] = False
        total = total + left.sum()
    assert total.item() == 31 * 6 + 29 * 3
