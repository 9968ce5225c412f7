"""Differential privacy: `PrivacyEngine.make_private` around a training loop, gradients of each example through layers, the accountants'
epsilon.
"""

import warnings

import torch
from opacus import GradSampleModule, PrivacyEngine
from opacus.accountants import GaussianAccountant, RDPAccountant
from opacus.accountants.utils import get_noise_multiplier
from opacus.validators import ModuleValidator
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.filterwarnings("ignore")
torch.manual_seed(0)
x, y = torch.randn(48, 1, 8, 8), torch.randint(3, (48,))


def network():
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))


sampled = GradSampleModule(network())
nn.functional.cross_entropy(sampled(x[:6]), y[:6]).backward()
print([f"{p.grad_sample.abs().sum().item():.4f}" for p in sampled.parameters()])
net = network()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
engine = PrivacyEngine(accountant="rdp")
net, optimizer, loader = engine.make_private(
    module=net, optimizer=optimizer, data_loader=DataLoader(TensorDataset(x, y), batch_size=16), noise_multiplier=1.1, max_grad_norm=1.0
)
torch.manual_seed(2)
for _ in range(2):
    for a, b in loader:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(a), b)
        loss.backward()
        optimizer.step()
        print(len(a), f"{loss.item():.4f}")
print(f"{engine.get_epsilon(delta=1e-5):.4f}")
for accountant in (RDPAccountant(), GaussianAccountant()):
    for _ in range(20):
        accountant.step(noise_multiplier=1.2, sample_rate=0.02)
    print(type(accountant).__name__, f"{accountant.get_epsilon(delta=1e-5):.4f}")
print(f"{get_noise_multiplier(target_epsilon=2.0, target_delta=1e-5, sample_rate=0.02, epochs=2):.4f}")
print(ModuleValidator.validate(nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))), ModuleValidator.fix(nn.BatchNorm2d(32)))
