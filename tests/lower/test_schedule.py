"""The passes between equations and loops, each by itself: what is seen through, laid out, fused, placed."""

import random
from typing import Any

import numpy as np
import pytest

import steepest as torch
from steepest.core.recorder import Access, Content, recording
from steepest.core.storage import Storage
from steepest.lower.arena import ALIGNMENT, placed
from steepest.lower.boxes import boxes
from steepest.lower.fusion import fit
from steepest.lower.schedule import Roles, Schedule
from steepest.lower.simplify import _Copy, _radix, add_in_place, see_through_copies, share
from steepest.lower.statements import Ref, Statement, copying, statements


def recorded(function: Any, *tensors: torch.Tensor) -> tuple[list[Any], list[torch.Tensor]]:
    with recording() as recorder:
        out = function(*tensors)
    return recorder.equations, [out] if isinstance(out, torch.Tensor) else list(out or [])


def program(function: Any, *tensors: torch.Tensor) -> tuple[list[Statement], Any]:
    """The statements of a function, and which storages are temporary: those it made."""
    equations, _ = recorded(function, *tensors)
    given = {t.storage_cell for t in tensors}
    made = statements(equations)
    fixed = given | {c.storage for s in made for c in s.reads() if c.equation is None}
    return made, lambda storage: storage not in fixed


def content(size: int) -> Content:
    return Content(Storage(np.zeros(size, np.float32)), torch.float32, 0)


def test_blocks_whose_times_meet_lie_apart() -> None:
    rng = random.Random(1)
    blocks = []
    for k in range(60):
        first = rng.randrange(20)
        blocks.append((k, first, first + rng.randrange(6), rng.randrange(1, 5000)))
    offsets, size = placed(blocks)
    for a, first, last, many in blocks:
        assert offsets[a] % ALIGNMENT == 0 and offsets[a] + many <= size
        for b, since, until, more in blocks:
            if a != b and first <= until and since <= last:
                assert offsets[a] + many <= offsets[b] or offsets[b] + more <= offsets[a]
    assert size < sum(many for *_, many in blocks) / 2


@pytest.mark.parametrize(("sequence", "digits"), [
    ([0, 1, 12, 13], [(2, 12), (2, 1)]), ([5, 7, 9], [(3, 2)]), ([3], [(1, 0)]), ([0, 1, 5], None),
    ([0, 1, 2, 10, 11, 12], [(2, 10), (3, 1)])])
def test_places_within_windows_are_digits(sequence: list[int], digits: Any) -> None:
    assert _radix(np.array(sequence)) == digits


def test_a_window_is_seen_in_what_was_copied() -> None:
    """Four elements in a row of the copy are a square of the original, whose rows are 8 long."""
    copy = _Copy(copying(0, (4, 4, 2, 2), Ref(content(64), 0, (16, 2, 8, 1)), Ref(content(64), 0, (16, 4, 2, 1))))
    assert copy.seen(0, (4, 4, 4), (16, 4, 1)) == (0, [[(4, 16)], [(4, 2)], [(2, 8), (2, 1)]])
    assert copy.seen(17, (4,), (4,)) == (17, [[(4, 2)]])
    assert copy.seen(0, (3, 4), (16, 3)) is None


def test_readers_of_a_copy_read_the_original() -> None:
    made, temporary = program(lambda x: x.t().contiguous().exp(), torch.ones(3, 5))
    see_through_copies(made, temporary)
    (exp,) = [s for s in made if s.primitive is not None]
    assert temporary(exp.ins[0].content.storage) is False and sorted(exp.ins[0].strides) == [1, 5]


def test_a_copy_of_what_is_written_since_is_read_itself() -> None:
    def step(x: torch.Tensor) -> torch.Tensor:
        kept = x.clone()
        x.mul_(2)
        return kept + x

    made, temporary = program(step, torch.ones(4))
    see_through_copies(made, temporary)
    add = next(s for s in made if getattr(s.primitive, "name", "") == "add")
    assert temporary(add.ins[0].content.storage)


def test_equal_computations_become_copies() -> None:
    made, temporary = program(lambda x: x.exp() * x.exp(), torch.ones(4))
    names = [getattr(s.primitive, "name", s.key) for s in share(made, temporary)]
    assert names == ["exp", "copy", "mul"]


def test_gradients_of_slices_are_added_where_they_lie() -> None:
    def step(x: torch.Tensor) -> torch.Tensor:
        x.requires_grad_()
        (g,) = torch.autograd.grad((x[0] * 2).sum() + (x[1] * 3).sum() + (x[2] * 4).sum(), x)
        return g * 1

    made, temporary = program(step, torch.ones(3, 40))
    adds = [s for s in add_in_place(made, temporary) if getattr(s.primitive, "name", "") == "add" and s.sizes]
    assert [s.sizes for s in adds] == [(40,), (40,)]


def test_padding_is_known() -> None:
    made, _ = program(lambda x: torch.nn.functional.pad(x, (1, 2, 3, 0)) * 1, torch.ones(2, 4, 5))
    (box,) = boxes(made).values()
    assert box.dims == ((8, 7, 3, 7), (1, 8, 1, 6))
    windows = Ref(content(112), 0, (56, 8, 1, 8, 1))
    assert box.coordinate(windows, 3, 3) == (1, 1, 3, 7) and box.coordinate(windows, 0, 3) is None


def test_a_statement_is_written_over_another_space() -> None:
    x = content(24)
    s = copying(0, (2, 12), Ref(x, 0, (12, 1)), Ref(content(24), 0, (12, 1)))
    split = fit(s, s.ins[0], (2, 3, 4), Ref(x, 0, (12, 4, 1)))
    assert split is not None and split.outs[0].strides == (12, 4, 1)
    merged = fit(s, s.ins[0], (24,), Ref(x, 0, (1,)))
    assert merged is not None and merged.outs[0].strides == (1,)
    turned = copying(0, (2, 12), Ref(x, 0, (12, 1)), Ref(content(24), 0, (1, 2)))
    assert fit(turned, turned.ins[0], (24,), Ref(x, 0, (1,))) is None


def test_the_update_of_a_weight_ends_the_product_that_makes_its_gradient() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(40, 32), torch.nn.ReLU(), torch.nn.Linear(32, 8))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    x = torch.ones(32, 40)

    def step() -> None:
        optimizer.zero_grad()
        net(x).square().mean().backward()
        optimizer.step()

    step()
    equations, _ = recorded(step)
    schedule = Schedule(equations, [], Roles(frozenset(), frozenset(), frozenset()))
    updates = [g for g in schedule.groups if "sgd_momentum" in g.title]
    assert len(updates) == 4 and sum(g.root is not None and g.root.kind == "product" for g in updates) == 2
    gradients = {p.grad.storage_cell for p in net.parameters()}
    assert not gradients & schedule.need.keys()


def test_records_are_statements_too() -> None:
    equations, (y,) = recorded(lambda x: x * 2, torch.ones(3))
    (access,) = equations[0].results
    record = Content(Storage(np.empty(0, np.float32)), torch.float32, None)
    made = statements(equations, [(Access(access.content, 0, (3,), (1,)), record)])
    assert made[-1].outs[0].content is record and made[-1].copies and y.shape == (3,)
