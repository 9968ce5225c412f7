"""Loops and branches as functions of functions."""

import torch
from torch._higher_order_ops import associative_scan, cond, scan
from torch._higher_order_ops import map as map_slices

print(torch.while_loop(lambda i, x: i < 5, lambda i, x: (i + 1, x * 2), (torch.tensor(0), torch.ones(2))))
print(torch.cond(torch.tensor(False), lambda x: x.sin(), lambda x: x.cos(), (torch.zeros(2),)))
print(cond(True, torch.sin, torch.cos, (torch.zeros(1),)))
print(scan(lambda c, x: (c + x, (c + x).clone()), torch.zeros(1), torch.arange(5.0).reshape(5, 1)))
print(scan(lambda c, x: (c * 2 + x, c + x), torch.zeros(()), torch.arange(4.0), reverse=True))
print(associative_scan(lambda a, b: a * b, torch.arange(1.0, 6.0), 0, combine_mode="generic"))
print(associative_scan(lambda a, b: a + b, torch.arange(6.0).reshape(2, 3), 1, reverse=True, combine_mode="generic"))
print(map_slices(lambda x, y: x + y, torch.arange(3.0), torch.tensor(1.0)))
try:
    torch.while_loop(1, 2, (torch.tensor(0),))
except RuntimeError:
    print("RuntimeError")
