"""Real NVP, neural spline flows, residual, planar and radial flows, autoregressive flows, Glow blocks, `NormalizingFlow`: training by both
divergences, densities, samples.
"""

import normflows as nf
import numpy as np
import torch

torch.manual_seed(0)
np.random.seed(0)
target = nf.distributions.TwoMoons()
flows = []
for _ in range(4):
    flows += [nf.flows.AffineCouplingBlock(nf.nets.MLP([1, 8, 8, 2], init_zeros=True)), nf.flows.Permute(2, mode="swap")]
model = nf.NormalizingFlow(nf.distributions.base.DiagGaussian(2), flows, target)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, weight_decay=1e-5)
data = target.sample(64)
print("data", data.mean(0), data.std(0))
for step in range(10):
    optimizer.zero_grad()
    loss = model.forward_kld(data) if step % 2 else model.reverse_kld(32)
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.5f}")
with torch.no_grad():
    samples, log_q = model.sample(3)
print(samples, log_q, model.log_prob(data[:3]).detach())

x = torch.randn(5, 4)
KINDS = {
    "spline coupling": lambda: nf.flows.CoupledRationalQuadraticSpline(4, 1, 8, num_bins=4),
    "spline autoregressive": lambda: nf.flows.AutoregressiveRationalQuadraticSpline(4, 1, 8, num_bins=4),
    "circular": lambda: nf.flows.CircularCoupledRationalQuadraticSpline(4, 1, 8, [0, 2], num_bins=4),
    "maf": lambda: nf.flows.MaskedAffineAutoregressive(4, 8),
    "planar": lambda: nf.flows.Planar((4,)),
    "radial": lambda: nf.flows.Radial((4,)),
    "actnorm": lambda: nf.flows.ActNorm(4),
    "lu": lambda: nf.flows.LULinearPermute(4),
    "masked": lambda: nf.flows.MaskedAffineFlow(torch.tensor([1.0, 0, 1, 0]), nf.nets.MLP([4, 8, 4]), nf.nets.MLP([4, 8, 4])),
    "residual": lambda: nf.flows.Residual(
        nf.nets.LipschitzMLP([4, 8, 4], init_zeros=False), reduce_memory=False, exact_trace=False, brute_force=False
    ),
}
for name, make in KINDS.items():
    torch.manual_seed(2)
    flow = make()
    inputs = x.clone().requires_grad_(True)
    out, logdet = flow(inputs)
    (out.square().sum() + logdet.sum()).backward()
    print(name, f"{out.sum().item():.5f} {logdet.sum().item():.5f} {inputs.grad.abs().sum().item():.5f}")

levels, channels = 2, 3
base, merges, blocks = [], [], []
for level in range(levels):
    blocks.append(
        [nf.flows.GlowBlock(channels * 2 ** (levels + 1 - level), 8, split_mode="channel", scale=True) for _ in range(2)]
        + [nf.flows.Squeeze()]
    )
    if level > 0:
        merges.append(nf.flows.Merge())
        shape = (channels * 2 ** (levels - level), 8 // 2 ** (levels - level), 8 // 2 ** (levels - level))
    else:
        shape = (channels * 2 ** (levels + 1), 8 // 2**levels, 8 // 2**levels)
    base.append(nf.distributions.ClassCondDiagGaussian(shape, 3))
glow = nf.MultiscaleFlow(base, blocks, merges)
images, labels = torch.rand(4, 3, 8, 8), torch.tensor([0, 1, 2, 0])
optimizer = torch.optim.SGD(glow.parameters(), lr=1e-4)
for step in range(4):
    optimizer.zero_grad()
    loss = glow.forward_kld(images, labels)
    loss.backward()
    optimizer.step()
    print("glow", step, f"{loss.item():.4f}")
with torch.no_grad():
    print(glow.sample(3, y=torch.tensor([0, 1, 2]))[0].shape, glow.log_prob(images, labels))
for distribution in (
    nf.distributions.GaussianMixture(3, 2),
    nf.distributions.UniformGaussian(2, [1]),
    nf.distributions.CircularGaussianMixture(4),
    nf.distributions.RingMixture(3),
):
    torch.manual_seed(4)
    z = distribution.sample(3)
    z = z if torch.is_tensor(z) else z[0]
    print(type(distribution).__name__, z.sum(1).detach(), distribution.log_prob(z).detach())
