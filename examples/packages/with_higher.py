"""`innerloop_ctx` over SGD with momentum, Adam, RMSprop and Adagrad: MAML on sines, a learnt learning rate, `monkeypatch`."""

import higher
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
meta = torch.optim.Adam(net.parameters(), lr=1e-2)


def task():
    amplitude, phase = torch.rand(1) * 4 + 0.1, torch.rand(1) * 3
    x = torch.rand(20, 1) * 10 - 5
    return x[:10], amplitude * torch.sin(x[:10] + phase), x[10:], amplitude * torch.sin(x[10:] + phase)


for step in range(6):
    inner = torch.optim.SGD(net.parameters(), lr=1e-2, momentum=0.5)
    meta.zero_grad()
    total = 0.0
    for _ in range(3):
        x, y, qx, qy = task()
        with higher.innerloop_ctx(net, inner, copy_initial_weights=False) as (fnet, diffopt):
            for _ in range(3):
                diffopt.step(nn.functional.mse_loss(fnet(x), y))
            loss = nn.functional.mse_loss(fnet(qx), qy)
            loss.backward()
            total += loss.item()
    meta.step()
    print(step, f"{total:.5f}", f"{sum(p.grad.abs().sum() for p in net.parameters()):.5f}")

x, y, qx, qy = task()
for name, options in {
    "SGD": {"momentum": 0.9},
    "Adam": {"amsgrad": True},
    "RMSprop": {"momentum": 0.5, "centered": True},
    "Adagrad": {},
    "AdamW": {},
    "Adamax": {},
    "Adadelta": {},
    "Rprop": {},
    "ASGD": {},
}.items():
    optimizer = getattr(torch.optim, name)(net.parameters(), lr=0.01, **options)
    lr = torch.tensor(0.01, requires_grad=True)
    try:
        with higher.innerloop_ctx(net, optimizer, override={"lr": [lr]}, copy_initial_weights=True) as (fnet, diffopt):
            for _ in range(3):
                diffopt.step(nn.functional.mse_loss(fnet(x), y))
            loss = nn.functional.mse_loss(fnet(qx), qy)
            (gradient,) = torch.autograd.grad(loss, lr)
        print(name, f"{loss.item():.5f}", f"{gradient.item():.5f}", len(fnet.parameters()))
    except Exception as error:
        print(name, type(error).__name__)

fnet = higher.monkeypatch(net)
fast = [p.detach().clone().requires_grad_(True) for p in net.parameters()]
out = fnet(x, params=fast)
gradients = torch.autograd.grad(out.sum(), fast)
print([f"{g.norm():.5f}" for g in gradients], torch.allclose(out, net(x)))


class WithBuffers(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(3)
        self.rnn = nn.LSTM(3, 4, batch_first=True)
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        return self.head(self.rnn(self.norm(x).unsqueeze(1))[0].squeeze(1))


model = WithBuffers()
data = torch.randn(8, 3)
with higher.innerloop_ctx(model, torch.optim.Adam(model.parameters(), lr=1e-2), track_higher_grads=False) as (fnet, diffopt):
    for _ in range(3):
        loss = fnet(data).square().mean()
        diffopt.step(loss)
        print(f"{loss.item():.6f}", fnet.norm.running_mean)
print(model.norm.running_mean, [tuple(p.shape) for p in fnet.fast_params][:3])
