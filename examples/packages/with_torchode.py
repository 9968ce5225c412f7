"""`solve_ivp` in batches with steps of their own: Tsit5, Dopri5, Heun, Euler; automatic first steps, PID control, dense output,
backpropagation through the solver and the adjoint.
"""

import torch
import torchode as to
from torch import nn

torch.manual_seed(0)


def lotka(t, y, args):
    a, b = args
    return torch.stack((a * y[:, 0] - b * y[:, 0] * y[:, 1], b * y[:, 0] * y[:, 1] - a * y[:, 1]), dim=1)


y0 = torch.tensor([[1.2, 0.5], [1.0, 1.0], [2.0, 0.4]], dtype=torch.float64)
t_eval = torch.linspace(0, 4, 7, dtype=torch.float64).repeat(3, 1) * torch.tensor([[1.0], [0.5], [1.5]], dtype=torch.float64)
parameters = (torch.tensor([1.0, 0.8, 1.2], dtype=torch.float64), torch.tensor([0.7, 1.0, 0.9], dtype=torch.float64))
for method in (to.Tsit5, to.Dopri5, to.Heun, to.Euler):
    term = to.ODETerm(lotka, with_args=True)
    if method is to.Euler:
        controller = to.FixedStepController()
        solver = to.AutoDiffAdjoint(method(term=term), controller)
        solution = solver.solve(
            to.InitialValueProblem(y0=y0, t_eval=t_eval), dt0=torch.full((3,), 0.01, dtype=torch.float64), args=parameters
        )
    else:
        controller = to.IntegralController(atol=1e-6, rtol=1e-4, term=term)
        solution = to.AutoDiffAdjoint(method(term=term), controller).solve(to.InitialValueProblem(y0=y0, t_eval=t_eval), args=parameters)
    print(method.__name__, solution.ys[:, -1], solution.stats["n_steps"], solution.status)
solution = to.solve_ivp(lambda t, y: -y, y0.float(), t_eval.float(), method="dopri5")
print(solution.ys[:, ::3], solution.stats.keys())


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 12), nn.Tanh(), nn.Linear(12, 2))

    def forward(self, t, y):
        return self.net(y)


target = torch.stack([torch.cos(t_eval[0]), torch.sin(t_eval[0])], 1).float()
start = target[0].expand(3, 2)
for kind in (to.AutoDiffAdjoint, to.BacksolveAdjoint, to.JointBacksolveAdjoint):
    torch.manual_seed(1)
    field = Field()
    term = to.ODETerm(field)
    controller = to.PIDController(atol=1e-4, rtol=1e-3, pcoeff=0.2, icoeff=0.5, dcoeff=0.0, term=term)
    args = (term, to.Tsit5(term=term), controller) if kind is not to.AutoDiffAdjoint else (to.Tsit5(term=term), controller)
    solver = kind(*args)
    optimizer = torch.optim.Adam(field.parameters(), 1e-2)
    for step in range(4):
        optimizer.zero_grad()
        ys = solver.solve(to.InitialValueProblem(y0=start, t_eval=t_eval[:1].float().repeat(3, 1))).ys
        loss = (ys - target).square().mean()
        loss.backward()
        optimizer.step()
        print(kind.__name__, step, f"{loss.item():.5f}")
compiled = torch.compile(
    to.AutoDiffAdjoint(to.Tsit5(term=(decay := to.ODETerm(lambda t, y: -y))), to.IntegralController(1e-6, 1e-3, term=decay))
)
print(compiled.solve(to.InitialValueProblem(y0=y0, t_eval=t_eval)).ys[:, -1])
