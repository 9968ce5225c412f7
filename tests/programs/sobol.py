"""Sobol sequences."""

import torch
from torch.quasirandom import SobolEngine

e = SobolEngine(5)
print(e.draw(3), e.draw(4), e.draw(), e.draw_base2(3), e, e.num_generated)
e.reset()
print(e.draw(2))
e.fast_forward(5)
print(e.draw(2, dtype=torch.float64))
for dimension, seed in ((3, 7), (50, 123), (1, 0)):
    s = SobolEngine(dimension, scramble=True, seed=seed)
    print(s, s.draw(1)[0, :3], s.draw_base2(0)[0, -3:], s.draw(15).sum(0)[:4], s.draw(100, dtype=torch.float64)[-1, :4], s.shift[:5])
torch.manual_seed(3)
s = SobolEngine(4, scramble=True)
print(s.draw(9), torch.rand(3))
print(f"{SobolEngine(21201).draw(1000)[-1].double().sum():.4f}", SobolEngine.MAXDIM)
out, e = torch.empty(0), SobolEngine(2).fast_forward(1)
print(e.draw(2, out=out), out, e.quasi)
for wrong in ("SobolEngine(0)", "SobolEngine(21202)", "SobolEngine(2).fast_forward(3).draw_base2(2)"):
    try:
        eval(wrong)
    except ValueError as problem:
        print(problem)
