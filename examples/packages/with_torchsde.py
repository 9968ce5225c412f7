"""`sdeint` by Euler, Milstein, SRK, Heun and midpoint for Itô and Stratonovich equations, adjoints, `BrownianInterval`, a latent SDE's
log-ratio.
"""

import torch
import torchsde
from torch import nn

torch.manual_seed(0)


class Diagonal(nn.Module):
    noise_type = "diagonal"

    def __init__(self, sde_type="ito"):
        super().__init__()
        self.sde_type = sde_type
        self.drift = nn.Linear(3, 3)
        self.mu = nn.Parameter(torch.tensor(0.3))
        self.sigma = nn.Parameter(torch.tensor([0.2, 0.4, 0.1]))

    def f(self, t, y):
        return self.mu * torch.tanh(self.drift(y)) + torch.sin(t)

    def g(self, t, y):
        return torch.sigmoid(y) * self.sigma

    def h(self, t, y):
        return -y


ts = torch.linspace(0, 1, 5)
y0 = torch.full((4, 3), 0.1)
for kind, methods in {
    "ito": ("euler", "milstein", "srk"),
    "stratonovich": ("euler_heun", "heun", "midpoint", "milstein", "reversible_heun"),
}.items():
    for method in methods:
        torch.manual_seed(1)
        sde = Diagonal(kind)
        path = torchsde.BrownianInterval(0.0, 1.0, size=(4, 3), entropy=7, levy_area_approximation="space-time")
        for solve in (torchsde.sdeint, torchsde.sdeint_adjoint):
            if solve is torchsde.sdeint_adjoint and method in ("euler_heun", "heun", "srk"):
                continue
            y = y0.clone().requires_grad_(True)
            options = (
                {"adjoint_method": "adjoint_reversible_heun"} if method == "reversible_heun" and solve is torchsde.sdeint_adjoint else {}
            )
            ys = solve(sde, y, ts, bm=path, method=method, dt=0.05, **options)
            sde.zero_grad()
            ys[-1].square().sum().backward()
            print(kind, method, solve.__name__, ys[-1, 0].detach(), f"{y.grad.sum():.5f} {sde.sigma.grad.sum():.5f} {sde.mu.grad:.5f}")

torch.manual_seed(2)
sde = Diagonal()
interval = torchsde.BrownianInterval(0.0, 1.0, size=(4, 3), entropy=3, levy_area_approximation="space-time")
ys = torchsde.sdeint(sde, y0, ts, bm=interval, dt=0.1, adaptive=True, rtol=1e-2, atol=1e-3)
print("adaptive", ys[-1].detach())
ys, ratio = torchsde.sdeint(
    sde, y0, ts, bm=torchsde.BrownianInterval(0.0, 1.0, size=(4, 4), entropy=4, levy_area_approximation="space-time"), logqp=True, dt=0.1
)
print("logqp", ys.shape, ratio.sum(0).detach())


class General(nn.Module):
    noise_type, sde_type = "general", "stratonovich"

    def __init__(self):
        super().__init__()
        self.net = nn.Linear(2, 2 * 3)

    def f(self, t, y):
        return -y

    def g(self, t, y):
        return torch.tanh(self.net(y)).view(-1, 2, 3)


torch.manual_seed(3)
general = General()
optimizer = torch.optim.Adam(general.parameters(), 1e-2)
for step in range(4):
    optimizer.zero_grad()
    bm = torchsde.BrownianInterval(0.0, 1.0, size=(4, 3), entropy=step)
    loss = torchsde.sdeint_adjoint(general, torch.ones(4, 2), ts, bm=bm, dt=0.1, method="midpoint")[-1].var()
    loss.backward()
    optimizer.step()
    print("trained", step, f"{loss.item():.6f}")
brownian = torchsde.BrownianPath(t0=0.0, w0=torch.zeros(2))
print(brownian(0.0, 0.5).shape, torchsde.BrownianTree(t0=0.0, w0=torch.zeros(2), entropy=5)(0.25, 0.75))
