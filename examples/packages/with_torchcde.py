"""Neural controlled differential equations: cubic (natural, Hermite) and linear interpolation with missing values, a classifier of spirals
trained, adjoint and direct.
"""

import torch
import torchcde
from torch import nn

torch.manual_seed(0)
t = torch.linspace(0, 1, 20)
start = torch.rand(16) * 6
sign = (torch.arange(16) % 2) * 2 - 1.0
x = torch.stack([torch.cos(start[:, None] + sign[:, None] * 4 * t), torch.sin(start[:, None] + sign[:, None] * 4 * t)], -1) / (
    1 + t[:, None]
)
x = torch.cat([t.expand(16, 20)[..., None], x], -1)
y = (sign > 0).float()
missing = x.clone()
missing[torch.rand_like(x) < 0.2] = float("nan")
missing[..., 0] = t


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(4, 16), nn.Linear(16, 12)

    def forward(self, t, z):
        return self.last(self.first(z).relu()).tanh().view(*z.shape[:-1], 4, 3)


class Net(nn.Module):
    def __init__(self, interpolation, adjoint):
        super().__init__()
        self.field, self.initial, self.readout = Field(), nn.Linear(3, 4), nn.Linear(4, 1)
        self.interpolation, self.adjoint = interpolation, adjoint

    def forward(self, coeffs):
        path = self.interpolation(coeffs)
        z0 = self.initial(path.evaluate(path.interval[0]))
        z = torchcde.cdeint(X=path, z0=z0, func=self.field, t=path.interval, adjoint=self.adjoint, method="rk4", options={"step_size": 0.5})
        return self.readout(z[:, 1]).squeeze(-1)


for name, coeffs, interpolation, adjoint in (
    ("hermite", torchcde.hermite_cubic_coefficients_with_backward_differences(x), torchcde.CubicSpline, True),
    ("natural", torchcde.natural_cubic_coeffs(missing), torchcde.CubicSpline, False),
    ("linear", torchcde.linear_interpolation_coeffs(missing), torchcde.LinearInterpolation, False),
    ("rectilinear", torchcde.linear_interpolation_coeffs(x, rectilinear=0), torchcde.LinearInterpolation, False),
):
    torch.manual_seed(1)
    net = Net(interpolation, adjoint)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(3):
        loss = nn.functional.binary_cross_entropy_with_logits(net(coeffs), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(name, tuple(coeffs.shape), f"{coeffs.sum().item():.4f} {loss.item():.5f}")
spline = torchcde.CubicSpline(torchcde.natural_cubic_coeffs(missing, t), t)
print(spline.evaluate(0.33)[0], spline.derivative(0.33)[1], spline.grid_points.shape)
