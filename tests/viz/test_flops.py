"""Multiplications and additions are counted as PyTorch counts them."""

import steepest as torch
from steepest import nn
from steepest.utils.flop_counter import FlopCounterMode


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c, self.d = nn.Conv2d(3, 8, 3), nn.ConvTranspose2d(8, 4, 3, stride=2)
        self.f, self.n = nn.Linear(4 * 13 * 13, 10), nn.Linear(10, 5, bias=False)

    def forward(self, x):
        return self.n(self.f(self.d(self.c(x)).flatten(1)))


def test_forward_by_module_and_backward():
    net, x = Net(), torch.zeros(2, 3, 8, 8)
    with FlopCounterMode(display=False) as counter:
        net(x)
    assert counter.get_flop_counts() == {          # PyTorch's
        "Global": {"aten.convolution": 72576, "aten.addmm": 27040, "aten.mm": 200},
        "Net": {"aten.convolution": 72576, "aten.addmm": 27040, "aten.mm": 200},
        "Net.c": {"aten.convolution": 31104}, "Net.d": {"aten.convolution": 41472},
        "Net.f": {"aten.addmm": 27040}, "Net.n": {"aten.mm": 200}}
    with FlopCounterMode(display=False) as counter:
        net(x).sum().backward()
    assert counter.get_total_flops() == 268344


def test_products_of_matrices_count_and_of_vectors_do_not():
    a, b = torch.ones(3, 4, 5), torch.ones(3, 5, 6)
    with FlopCounterMode(display=False) as counter:
        a @ b, torch.ones(4) @ torch.ones(4), torch.ones(3, 4) @ torch.ones(4), a + 1
        torch.baddbmm(torch.zeros(3, 4, 6), a, b)
    assert counter.get_flop_counts()["Global"] == {"aten.bmm": 720, "aten.baddbmm": 720}


def test_the_table_is_printed_at_the_end(capsys):
    with FlopCounterMode(depth=1):
        nn.Sequential(nn.Linear(4, 3))(torch.ones(2, 4))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [["Module", "FLOP", "%", "Total"], ["-" * 13, "-" * 6, "-" * 7],
                                                ["Sequential", "48.000", "100.00%"], ["-", "aten.addmm", "48.000", "100.00%"]]
