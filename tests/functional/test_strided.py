"""Strided views stay inside the memory of their tensor."""

import pytest

import steepest as torch


@pytest.mark.parametrize(("size", "stride", "offset"), [((4,), (1,), 1), ((2, 2), (3, 1), None), ((3,), (2,), None), ((1,), (1,), 4)])
def test_what_leads_out_of_the_storage_is_refused(size: tuple[int, ...], stride: tuple[int, ...], offset: int | None) -> None:
    x = torch.arange(4.0)
    for call in (lambda: x.as_strided(size, stride, offset), lambda: torch.as_strided_scatter(x, torch.zeros(size), size, stride, offset),
                 lambda: torch.as_strided_copy(x, size, stride, offset), lambda: x.clone().as_strided_(size, stride, offset)):
        with pytest.raises(RuntimeError, match="out of bounds for storage of size 16"):
            call()


@pytest.mark.parametrize(("size", "stride", "offset"), [((2,), (-1,), 3), ((2,), (1, 1), None), ((1,), (1,), -1)])
def test_negative_strides_and_offsets_are_refused(size: tuple[int, ...], stride: tuple[int, ...], offset: int | None) -> None:
    with pytest.raises(RuntimeError, match="as many strides as sizes"):
        torch.arange(4.0).as_strided(size, stride, offset)


def test_a_view_sees_the_whole_storage_of_its_base() -> None:
    base = torch.arange(10.0)
    assert base[4:6].as_strided((3,), (2,), 1).tolist() == [1.0, 3.0, 5.0]
    assert base[4:6].as_strided((2,), (3,)).tolist() == [4.0, 7.0]
    assert base.as_strided((0,), (1,), 10).shape == (0,)


def test_random_numbers_follow_the_order_of_memory() -> None:
    x = torch.ones(2, 3, 4).permute(2, 0, 1)
    for like, plain in ((torch.rand_like, torch.rand), (torch.randn_like, lambda *shape: torch.empty(2, 24)[:, :12].normal_())):
        torch.manual_seed(0)
        found = like(x)
        assert found.stride() == x.stride()
        torch.manual_seed(0)
        assert found.permute(1, 2, 0).flatten().tolist() == plain(2, 3, 4).flatten().tolist()
    torch.manual_seed(0)
    mask = torch.nn.functional.dropout(x, 0.5)
    torch.manual_seed(0)
    assert mask.permute(1, 2, 0).tolist() == torch.nn.functional.dropout(torch.ones(2, 3, 4), 0.5).tolist()


def test_copies_of_expanded_tensors_lie_in_the_order_of_their_dimensions() -> None:
    for x in (torch.arange(3.0).expand(2, 3), torch.arange(12.0).reshape(2, 1, 6).expand(2, 4, 6)):
        for copy in (x.clone(), x.to(torch.float64), x.to(torch.int64)):
            assert copy.stride() == torch.empty(x.shape).stride()
    assert torch.arange(3.0).expand(2, 3).clone().view(-1).tolist() == [0.0, 1.0, 2.0, 0.0, 1.0, 2.0]
    assert torch.arange(6.0).reshape(2, 3).t().clone().stride() == (1, 3)


def test_what_replaces_a_strided_part_goes_by_the_memory_of_the_operand() -> None:
    x = torch.arange(6.0).reshape(2, 3)
    made = torch.as_strided_scatter(x.t(), torch.tensor([10.0, 20.0]), (2,), (1,))
    assert made.tolist() == [[10.0, 3.0], [20.0, 4.0], [2.0, 5.0]] and made.stride() == (1, 3)
    assert torch.as_strided_scatter(x[1], torch.tensor([10.0]), (1,), (1,)).tolist() == [10.0, 4.0, 5.0]
    assert torch.as_strided_scatter(x[:1].expand(2, 3), torch.tensor([10.0]), (1,), (1,), 3).tolist() == [[0.0, 1.0, 2.0], [10.0, 1.0, 2.0]]


def test_another_size_shows_the_elements_as_they_lie_in_memory() -> None:
    x = torch.arange(6.0).reshape(2, 3)
    assert x.t().clone().resize_(5).tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    part = x[1].resize_(2)
    part[0] = 10.0
    assert x.tolist() == [[0.0, 1.0, 2.0], [10.0, 4.0, 5.0]]


def test_an_empty_view_knows_where_it_begins() -> None:
    assert torch.arange(9.0).as_strided((0, 2), (2, 1), 4).storage_offset() == 4
