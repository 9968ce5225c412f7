"""Spiking neurons (leaky, synaptic, recurrent, alpha, Lapicque), surrogate gradients, encodings, a network trained through time, losses."""

import snntorch as snn
import torch
from snntorch import functional as sf
from snntorch import spikegen, surrogate
from torch import nn

torch.manual_seed(0)
x = torch.rand(6, 4)
for name, neuron in {
    "leaky": snn.Leaky(beta=0.9, init_hidden=False),
    "subtract": snn.Leaky(beta=0.9, reset_mechanism="zero", learn_beta=True),
    "lapicque": snn.Lapicque(beta=0.9),
}.items():
    membrane = neuron.reset_mem() if hasattr(neuron, "reset_mem") else neuron.init_leaky()
    spikes = []
    for _ in range(5):
        spike, membrane = neuron(x, membrane)
        spikes.append(spike)
    print(name, torch.stack(spikes).sum(0)[0], membrane[0].detach())
synaptic, alpha = snn.Synaptic(alpha=0.8, beta=0.7), snn.Alpha(alpha=0.8, beta=0.6)
syn, mem = synaptic.reset_mem()
for _ in range(4):
    spike, syn, mem = synaptic(x, syn, mem)
print("synaptic", mem[0])
states = alpha.reset_mem()
for _ in range(4):
    spike, *states = alpha(x, *states)
print("alpha", states[-1][0])
recurrent = snn.RLeaky(beta=0.9, linear_features=4)
spike, mem = recurrent.reset_mem()
for _ in range(4):
    spike, mem = recurrent(x, spike, mem)
print("recurrent", mem.sum().item() != 0, f"{mem.sum().item():.4f}")
torch.manual_seed(1)
print("rate", spikegen.rate(x, num_steps=3).sum(0)[0], "latency", spikegen.latency(x, num_steps=5, normalize=True, linear=True)[:, 0, 0])
print("delta", spikegen.delta(torch.tensor([1.0, 2, 2.9, 3, 3.9]), threshold=1))

SLOPES = {
    "atan": surrogate.atan(),
    "fast sigmoid": surrogate.fast_sigmoid(),
    "sigmoid": surrogate.sigmoid(),
    "straight": surrogate.straight_through_estimator(),
}
for name, slope in SLOPES.items():
    torch.manual_seed(2)

    class Net(nn.Module):
        def __init__(self, slope):
            super().__init__()
            self.first, self.last = nn.Linear(4, 12), nn.Linear(12, 3)
            self.hidden, self.out = snn.Leaky(beta=0.9, spike_grad=slope), snn.Leaky(beta=0.9, spike_grad=slope)

        def forward(self, data):
            a, b, spikes = self.hidden.reset_mem(), self.out.reset_mem(), []
            for _ in range(6):
                spike, a = self.hidden(self.first(data), a)
                spike, b = self.out(self.last(spike), b)
                spikes.append(spike)
            return torch.stack(spikes)

    net, target = Net(slope), torch.tensor([0, 1, 2, 0, 1, 2])
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(4):
        spikes = net(x)
        loss = sf.ce_rate_loss()(spikes, target) + sf.mse_count_loss(correct_rate=0.8, incorrect_rate=0.2)(spikes, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(name, f"{loss.item():.5f}", sf.accuracy_rate(spikes, target))
