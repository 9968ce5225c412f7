"""Masked autoregressive, coupling (affine, quadratic and rational-quadratic splines), linear and permutation transforms, conditional
flows; densities, samples, training.
"""

import torch
from nflows import distributions, flows, transforms
from nflows.nn import nets
from nflows.utils import torchutils
from torch import nn

torch.manual_seed(0)
data = torch.randn(128, 2)
moons = torch.stack([data[:, 0] + data[:, 1] ** 2, data[:, 1]], 1)

layers = []
for _ in range(3):
    layers += [transforms.ReversePermutation(features=2), transforms.MaskedAffineAutoregressiveTransform(features=2, hidden_features=8)]
flow = flows.Flow(transforms.CompositeTransform(layers), distributions.StandardNormal([2]))
optimizer = torch.optim.Adam(flow.parameters(), lr=1e-2)
for step in range(15):
    optimizer.zero_grad()
    loss = -flow.log_prob(inputs=moons).mean()
    loss.backward()
    nn.utils.clip_grad_norm_(flow.parameters(), 5.0)
    optimizer.step()
    if step % 3 == 0:
        print(step, f"{loss.item():.5f}")
with torch.no_grad():
    samples, log_prob = flow.sample_and_log_prob(4)
print(samples, log_prob, flow.transform_to_noise(moons[:2]).detach())


def net(inputs, outputs):
    return nets.ResidualNet(inputs, outputs, hidden_features=8, context_features=None, num_blocks=1, activation=torch.relu)


mask = torchutils.create_alternating_binary_mask(4, even=True)
x = torch.randn(6, 4)
KINDS = {
    "affine coupling": lambda: transforms.AffineCouplingTransform(mask, net),
    "additive coupling": lambda: transforms.AdditiveCouplingTransform(mask, net),
    "quadratic": lambda: transforms.PiecewiseQuadraticCouplingTransform(mask, net, num_bins=4, tails="linear", tail_bound=3.0),
    "rational quadratic": lambda: transforms.PiecewiseRationalQuadraticCouplingTransform(
        mask, net, num_bins=4, tails="linear", tail_bound=3.0
    ),
    "cubic": lambda: transforms.PiecewiseCubicCouplingTransform(mask, net, num_bins=4, tails="linear", tail_bound=3.0),
    "autoregressive spline": lambda: transforms.MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
        4, 8, num_bins=4, tails="linear", tail_bound=3.0
    ),
    "LU": lambda: transforms.LULinear(4),
    "QR": lambda: transforms.QRLinear(4, num_householder=3),
    "SVD": lambda: transforms.SVDLinear(4, num_householder=2),
    "actnorm": lambda: transforms.ActNorm(4),
    "batchnorm": lambda: transforms.BatchNorm(4),
    "permutation": lambda: transforms.RandomPermutation(4),
    "householder": lambda: transforms.HouseholderSequence(4, 3),
    "tanh": lambda: transforms.LogTanh(),
    "leaky": lambda: transforms.LeakyReLU(),
    "sigmoid": lambda: transforms.CompositeTransform([transforms.Sigmoid(), transforms.Logit()]),
    "affine": lambda: transforms.PointwiseAffineTransform(0.5, 2.0),
}
for name, make in KINDS.items():
    torch.manual_seed(1)
    transform = make()
    inputs = x.clone().requires_grad_(True)
    out, logdet = transform(inputs)
    (out.square().sum() + logdet.sum()).backward()
    transform.eval()
    with torch.no_grad():
        forth, _ = transform(x)
        back, _ = transform.inverse(forth)
    print(
        name, f"{out.sum().item():.5f} {logdet.sum().item():.5f} {inputs.grad.abs().sum().item():.5f}", (back - x).abs().max().item() < 1e-3
    )

conditional = flows.Flow(
    transforms.MaskedAffineAutoregressiveTransform(2, 8, context_features=3),
    distributions.ConditionalDiagonalNormal([2], context_encoder=nn.Linear(3, 4)),
)
context = torch.randn(5, 3)
print("conditional", conditional.log_prob(moons[:5], context=context).detach(), conditional.sample(2, context=context).shape)
maf = flows.MaskedAutoregressiveFlow(2, 8, 2, 1, batch_norm_within_layers=True)
print("maf", maf.log_prob(moons[:3]).detach(), len(list(maf.parameters())))
nvp = flows.SimpleRealNVP(2, 8, 2, 1)
print("nvp", nvp.log_prob(moons[:3]).detach(), nvp.sample(3).detach())
print("mixture", distributions.MADEMoG(2, 8, None, num_blocks=1, num_mixture_components=2).log_prob(moons[:3]).detach())
