"""Averages of weights: stochastic weight averaging with its scheduler and batch norm update, and an exponential average."""

import copy

import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn, update_bn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(256, 8)
y = (x[:, :2].prod(dim=1) + x[:, 2].sin() > 0).long()
loader = DataLoader(TensorDataset(x[:192], y[:192]), batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.SiLU(), nn.Linear(32, 2))
loss_fn = nn.CrossEntropyLoss(label_smoothing=0.05)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
swa_model = AveragedModel(model)
ema_model = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
scheduler = CosineAnnealingLR(optimizer, T_max=10)
swa_start = 5
swa_scheduler = SWALR(optimizer, swa_lr=0.05, anneal_epochs=2)


@torch.no_grad()
def evaluate(net):
    net.eval()
    logits = net(x[192:])
    net.train()
    return f"{loss_fn(logits, y[192:]).item():.5f} {(logits.argmax(1) == y[192:]).float().mean().item():.4f}"


for epoch in range(10):
    for input, target in loader:
        optimizer.zero_grad()
        loss = loss_fn(model(input), target)
        loss.backward()
        optimizer.step()
        ema_model.update_parameters(model)
    if epoch > swa_start:
        swa_model.update_parameters(model)
        swa_scheduler.step()
    else:
        scheduler.step()
    print(f"epoch {epoch} loss {loss.item():.5f} lr {optimizer.param_groups[0]['lr']:.6f} test {evaluate(model)}")

update_bn(loader, swa_model)
print("model", evaluate(model))
print("swa  ", evaluate(swa_model), "averaged", swa_model.n_averaged.item())
print("ema  ", evaluate(ema_model), "averaged", ema_model.n_averaged.item())
snapshot = copy.deepcopy(swa_model.module)
print("running mean:", snapshot[1].running_mean[:4])
print(list(swa_model.state_dict())[:3])
