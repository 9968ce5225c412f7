"""Ordinary and partial equations by networks: exponential decay, an oscillator, Lotka and Volterra's system, Laplace's equation;
conditions, generators, callbacks, solutions.
"""

import numpy as np
import torch
from neurodiffeq import diff
from neurodiffeq.conditions import IVP, DirichletBVP2D, NoCondition
from neurodiffeq.generators import Generator1D, Generator2D, SamplerGenerator
from neurodiffeq.networks import FCNN, MonomialNN, Resnet, SinActv
from neurodiffeq.operators import div, grad, laplacian
from neurodiffeq.solvers import Solver1D, Solver2D
from torch import nn

torch.manual_seed(0)
np.random.seed(0)


def fit(title, solver, epochs=8):
    solver.fit(max_epochs=epochs, tqdm_file=None)
    print(title, [f"{v:.6f}" for v in solver.metrics_history["train_loss"]][::2], f"{solver.metrics_history['valid_loss'][-1]:.6f}")
    return solver.get_solution(best=True)


decay = Solver1D(
    lambda u, t: [diff(u, t) + u], [IVP(t_0=0.0, u_0=1.0)], t_min=0.0, t_max=2.0, nets=[FCNN(1, 1, hidden_units=(16,), actv=nn.Tanh)]
)
u = fit("decay", decay)
print(u(np.linspace(0, 2, 4), to_numpy=True))
oscillator = Solver1D(
    lambda u, t: [diff(u, t, order=2) + u],
    [IVP(0.0, 0.0, 1.0)],
    t_min=0.0,
    t_max=3.0,
    train_generator=Generator1D(16, 0.0, 3.0, method="equally-spaced-noisy"),
    valid_generator=Generator1D(16, 0.0, 3.0, method="chebyshev"),
    nets=[FCNN(1, 1, hidden_units=(12, 12), actv=SinActv)],
)
fit("oscillator", oscillator)
system = Solver1D(
    lambda x, y, t: [diff(x, t) - (x - x * y), diff(y, t) - (x * y - y)],
    [IVP(0.0, 1.5), IVP(0.0, 1.0)],
    t_min=0.1,
    t_max=4.0,
    n_batches_valid=1,
)
x, y = fit("predator and prey", system)(torch.tensor([0.5, 2.0]).reshape(-1, 1))
print(x.detach().flatten(), y.detach().flatten())
bvp = DirichletBVP2D(
    x_min=0.0,
    x_min_val=lambda y: torch.sin(np.pi * y),
    x_max=1.0,
    x_max_val=lambda y: 0 * y,
    y_min=0.0,
    y_min_val=lambda x: 0 * x,
    y_max=1.0,
    y_max_val=lambda x: 0 * x,
)
laplace = Solver2D(
    lambda u, x, y: [diff(u, x, order=2) + diff(u, y, order=2)],
    [bvp],
    xy_min=(0, 0),
    xy_max=(1, 1),
    nets=[FCNN(2, 1, hidden_units=(16,))],
    train_generator=Generator2D((6, 6), (0, 0), (1, 1), method="equally-spaced-noisy"),
)
u = fit("laplace", laplace, 6)
print(u(torch.tensor([[0.25], [0.5]]), torch.tensor([[0.5], [0.5]])).detach().flatten())
a, b = (torch.rand(5, 1, requires_grad=True) for _ in range(2))
print(
    [g.flatten()[0].item() for g in grad(a * b + torch.sin(a), a, b)],
    laplacian(a**2 * b, a, b).flatten()[0].item(),
    div(a * b, b**2, a, b).flatten()[0].item(),
)
for net in (Resnet(2, 1, hidden_units=(8,)), MonomialNN([1, 2, 3]), FCNN(2, 1)):
    torch.manual_seed(1)
    print(type(net).__name__, net(torch.ones(2, 2) / 3)[0].detach(), sum(p.numel() for p in net.parameters()))
print(len(SamplerGenerator(Generator1D(4, 0, 1)).get_examples()), NoCondition().enforce(net, a, b).shape)
