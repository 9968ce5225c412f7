"""`EMA` with warm-up, buffers, several updates, copying back; `PostHocEMA` synthesised from its checkpoints."""

import torch
from ema_pytorch import EMA, PostHocEMA
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))
ema = EMA(net, beta=0.9, update_after_step=2, update_every=2, include_online_model=False)
power = EMA(net, power=2 / 3, update_every=1, param_or_buffer_names_no_ema={"0.bias"}, inv_gamma=1.0)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
data = torch.randn(16, 4)
for step in range(12):
    optimizer.zero_grad()
    (net(data) - data.sum(1, keepdim=True)).square().mean().backward()
    optimizer.step()
    ema.update()
    power.update()
    if step % 3 == 0:
        print(
            step,
            f"{ema.get_current_decay():.5f} {power.get_current_decay():.5f}",
            f"{ema(data).sum().item():.5f} {power(data).sum().item():.5f}",
        )
print(ema.initted, ema.step, list(ema.state_dict())[:5], len(list(ema.parameters())))
saved = ema.state_dict()
again = EMA(net, beta=0.9, include_online_model=False)
again.load_state_dict(saved)
print(torch.equal(again(data), ema(data)))
ema.copy_params_from_ema_to_model()
print(f"{net[0].weight.sum().item():.6f}")
post = PostHocEMA(net, sigma_rels=(0.05, 0.28), update_every=1, checkpoint_every_num_steps=4, checkpoint_folder="ema")
for _ in range(12):
    with torch.no_grad():
        net[0].weight.add_(torch.randn_like(net[0].weight) * 0.1)
    post.update()
synthesised = post.synthesize_ema_model(sigma_rel=0.15)
print(f"{synthesised(data).sum().item():.4f}")
