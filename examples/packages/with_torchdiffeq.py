"""`odeint` by seven solvers, `odeint_adjoint`, `odeint_event`, tuples as states; a neural ODE learns a spiral, gradients by time and
state.

Adaptive steps in float32 round in the last digit, so that after some steps of training the number of calls may differ by a step of the
solver; the solutions agree.
"""

import torch
from torch import nn
from torchdiffeq import odeint, odeint_adjoint, odeint_event

torch.manual_seed(0)
true_A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
true_y0 = torch.tensor([[2.0, 0.0]])
t = torch.linspace(0.0, 5.0, 100)


class Lambda(nn.Module):
    def forward(self, t, y):
        return torch.mm(y**3, true_A)


with torch.no_grad():
    true_y = odeint(Lambda(), true_y0, t, method="dopri5")
print("true", true_y[-1], f"{true_y.abs().mean():.6f}")
for method in ("euler", "midpoint", "rk4", "explicit_adams", "implicit_adams", "bosh3", "fehlberg2", "adaptive_heun", "dopri8"):
    with torch.no_grad():
        fixed = {"step_size": 0.02} if method in ("euler", "midpoint", "rk4") else None
        y = odeint(Lambda(), true_y0, t[:16], method=method, options=fixed)
    print(method, y[-1])
with torch.no_grad():
    print("scipy", odeint(Lambda(), true_y0, t[:16], method="scipy_solver", options={"solver": "RK45"})[-1])


class ODEFunc(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 20), nn.Tanh(), nn.Linear(20, 2))
        self.calls = 0
        for m in self.net.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, mean=0, std=0.1)
                nn.init.constant_(m.bias, val=0)

    def forward(self, t, y):
        self.calls += 1
        return self.net(y**3)


def get_batch():
    s = torch.randint(0, 90, (8,))
    return true_y[s], t[:10], torch.stack([true_y[s + i] for i in range(10)], dim=0)


for solve in (odeint, odeint_adjoint):
    torch.manual_seed(1)
    func = ODEFunc()
    optimizer = torch.optim.RMSprop(func.parameters(), lr=1e-3)
    for step in range(3):
        optimizer.zero_grad()
        batch_y0, batch_t, batch_y = get_batch()
        loss = torch.mean(torch.abs(solve(func, batch_y0, batch_t, rtol=1e-5, atol=1e-6) - batch_y))
        loss.backward()
        optimizer.step()
        print(solve.__name__, step, f"{loss.item():.6f}")
        if step == 0:
            print("calls", func.calls)

time = torch.linspace(0, 1, 3, dtype=torch.float64, requires_grad=True)
start = torch.ones(2, dtype=torch.float64, requires_grad=True)
out = odeint_adjoint(lambda t, y: -y * t, start, time, adjoint_params=())
out[-1].sum().backward()
print("gradients", time.grad, start.grad)
position, velocity = odeint(lambda t, s: (s[1], -s[0]), (torch.tensor([1.0]), torch.tensor([0.0])), torch.linspace(0, 3, 4))
print("pendulum", position.flatten(), velocity.flatten())


class Ball(nn.Module):
    def __init__(self):
        super().__init__()
        self.gravity = nn.Parameter(torch.tensor(9.8))

    def forward(self, t, state):
        _, velocity = state
        return velocity, -self.gravity.expand_as(velocity)


ball = Ball()
event_t, state = odeint_event(
    ball,
    (torch.tensor([10.0]), torch.tensor([0.0])),
    torch.tensor(0.0),
    event_fn=lambda t, s: s[0].squeeze(),
    reverse_time=False,
    atol=1e-8,
    rtol=1e-8,
)
event_t.backward()
print("falls for", event_t.detach(), "velocity", state[1][-1].detach(), "d/dg", ball.gravity.grad)
try:
    odeint(Lambda(), true_y0, t, method="none")
except ValueError as error:
    print(str(error)[:40])
