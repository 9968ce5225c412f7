"""Flows: neural spline, masked autoregressive, NICE, Bernstein, unconstrained monotonic, mixtures, continuous; conditional densities
trained, samples, inverses.
"""

import torch
import zuko

torch.manual_seed(0)
x = torch.randn(64, 2)
moons = torch.stack([x[:, 0], x[:, 1] + x[:, 0] ** 2], 1)
context = torch.rand(64, 1)
FLOWS = {
    "NSF": lambda: zuko.flows.NSF(2, 1, transforms=2, hidden_features=(16, 16)),
    "MAF": lambda: zuko.flows.MAF(2, 1, transforms=2, hidden_features=(16, 16)),
    "NICE": lambda: zuko.flows.NICE(2, 1, transforms=2, hidden_features=(16, 16)),
    "BPF": lambda: zuko.flows.BPF(2, 1, transforms=2, hidden_features=(16, 16)),
    "SOSPF": lambda: zuko.flows.SOSPF(2, 1, transforms=1, hidden_features=(16, 16)),
    "NAF": lambda: zuko.flows.NAF(2, 1, transforms=1, hidden_features=(16, 16)),
    "GMM": lambda: zuko.flows.GMM(2, 1, components=3, hidden_features=(16,)),
    "CNF": lambda: zuko.flows.CNF(2, 1, hidden_features=(16, 16)),
}
for name, make in FLOWS.items():
    torch.manual_seed(1)
    flow = make()
    optimizer = torch.optim.Adam(flow.parameters(), lr=1e-2)
    for _ in range(4):
        loss = -flow(context).log_prob(moons).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        sample = flow(context[0]).sample((3,))
    print(name, f"{loss.item():.4f}", sum(p.numel() for p in flow.parameters()), [f"{v:.3f}" for v in sample.flatten().tolist()])

flow = zuko.flows.NSF(3, transforms=2, hidden_features=(8,), randperm=True)
y = torch.randn(4, 3)
transform = flow().transform
z, ladj = transform.call_and_ladj(y)
print(f"{(transform.inv(z) - y).abs().max().item() < 1e-4}", ladj.detach())
for d in (
    zuko.distributions.DiagNormal(torch.zeros(2), torch.ones(2)),
    zuko.distributions.BoxUniform(-torch.ones(2), torch.ones(2)),
    zuko.distributions.GeneralizedNormal(torch.tensor([1.5])).expand((2,)),
):
    print(type(d).__name__, d.sample((2,)), d.log_prob(torch.tensor([0.3, -0.2])))
