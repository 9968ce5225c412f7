"""Loops over objects of the user's own: the items of a list, and the tensors of a data set, are as Python alone leaves them."""

import sys
from pathlib import Path

import pytest

import steepest as torch
from steepest.compiling.explaining import reason_of

sys.path.insert(0, str(Path(__file__).parent))
from programs import agree

LIST = """
items = ITEMS
first = list(items[:3])
w, kept, box = torch.zeros(3), [], {}
for epoch in range(3):
    for x in loop(items):
        BODY
same = x is items[-1], [a is b for a, b in zip(items, first)]
"""
TENSORS, PAIRS, TABLES = ("[torch.ones(3) * k for k in range(12)]", "[(torch.ones(3) * k, torch.ones(3)) for k in range(12)]",
                          "[{'x': torch.ones(3) * k, 'n': 2} for k in range(12)]")
READING = {
    "an item": (TENSORS, "w += x"),
    "its parts": (PAIRS, "a, b = x; w += a * b"),
    "a table": (TABLES, "w += x['x'] * x['n']"),
    "another name": (TENSORS, "w += x; last = x"),
    "in a pair": (PAIRS, "w += x[0]; both = (x, 1)"),
    "named by the body": (TENSORS, "w += x * len(items)"),
}
KEEPING = {
    "written": (TENSORS, "x += 1; w += x"),
    "written through a view": (PAIRS, "x[0][:2] *= 2; w += x[0]"),
    "a table written": (TABLES, "w += x['x']; x['sum'] = w.sum()"),
    "kept in a list": (TENSORS, "w += x; kept.append(x)"),
    "a view kept": (TENSORS, "w += x; kept.append(x[:2])"),
    "kept in a table": (TENSORS, "w += x; box['x'] = x"),
    "written when it is kept": (TENSORS, "w += x; box.get('x', w).mul_(0.5); box['x'] = x"),
    "with gradients": ("[torch.ones(3, requires_grad=True) * 1 for _ in range(2)] * 6", "x.sum().backward(retain_graph=True)"),
    "leaves": ("[torch.ones(3, requires_grad=True)] * 6", "((x - 2) ** 2).sum().backward()"),
}
DATA = """
X, Y, other = torch.arange(32.0).reshape(16, 2) / 10, torch.ones(16, 1), torch.arange(32.0).reshape(16, 2).flip(0) / 20
data = torch.utils.data.TensorDataset(X, Y)
loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
w = torch.zeros(2, 1, requires_grad=True)
for epoch in range(9):
    if epoch == 5:
        CHANGE
    for x, y in loop(loader):
        loss = ((x @ w - y) ** 2).mean()
        w.grad = None
        loss.backward()
        with torch.no_grad():
            w -= 1e-2 * w.grad
"""


@pytest.mark.parametrize("name", READING)
def test_items_that_are_only_read_go_to_native_steps_and_stay_the_same_objects(name: str) -> None:
    items, body = READING[name]
    agree(LIST.replace("ITEMS", items).replace("BODY", body))


@pytest.mark.parametrize("name", KEEPING)
def test_items_that_are_written_kept_or_differentiated_are_pythons(name: str) -> None:
    items, body = KEEPING[name]
    agree(LIST.replace("ITEMS", items).replace("BODY", body), native=False)


def test_the_reason_is_told() -> None:
    items, body = KEEPING["written"]
    assert "writes to the items" in str(reason_of(agree(LIST.replace("ITEMS", items).replace("BODY", body), native=False)))


def test_an_item_is_given_back_when_the_loop_is_left_in_the_midst() -> None:
    agree(LIST.replace("ITEMS", TENSORS).replace("BODY", "x += 1; w += x\n        if epoch == 0: break"), native=False)


@pytest.mark.parametrize("change", [
    "pass", "data.tensors = (other, Y)", "X.copy_(other)", "X.data = other", "X.requires_grad_()", "X.resize_(16, 2)",
    "data.tensors = (torch.cat([X, other]), torch.cat([Y, Y]))", "loader = torch.utils.data.DataLoader(data, batch_size=4)",
    "data.__class__.__getitem__ = lambda self, i: (self.tensors[0][i] * 2, self.tensors[1][i])"])
def test_what_changes_in_a_data_set_between_two_epochs_is_noticed(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.utils.data.TensorDataset, "__getitem__", torch.utils.data.TensorDataset.__getitem__)     # put back
    agree(DATA.replace("CHANGE", change))
