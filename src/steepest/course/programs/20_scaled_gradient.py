# Row 20 of the course, note 002: SSE = 14(w^2 - 4w + 4) has the gradient 28(w - 2); divided by 28 and with step 1/2 the
# iterates are w_n = 2 - 1/2^(n-1): 1, 3/2, 7/4, 15/8, 31/16, 63/32, 127/64. The note does it on paper; these numbers are
# exact in binary, so the program gets them exactly.

from fractions import Fraction

import torch

x = torch.tensor([1., 2., 3.])
y = torch.tensor([2., 4., 6.])
w = torch.tensor(0., requires_grad=True)
alpha = 0.5

for n in range(1, 8):
    SSE = ((y - x * w) ** 2).sum()
    SSE.backward()
    grad = w.grad / 28
    with torch.no_grad():
        w -= alpha * grad
    w.grad.zero_()
    print(f"w_{n} =", Fraction(w.item()), "formula:", 2 - Fraction(1, 2 ** (n - 1)))
