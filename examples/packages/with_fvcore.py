"""`parameter_count` and its table, focal, smooth L1 and GIoU losses with gradients, `Registry`, `PathManager`-free `Checkpointer`, precise
batch norm, schedulers of parameters.

`FlopCountAnalysis` reads the graph that PyTorch's tracer makes, which is out of scope here: write
`torch.utils.flop_counter.FlopCounterMode`.
"""

import os

import torch
from fvcore.common.checkpoint import Checkpointer, PeriodicCheckpointer
from fvcore.common.param_scheduler import CompositeParamScheduler, CosineParamScheduler, LinearParamScheduler, MultiStepParamScheduler
from fvcore.common.registry import Registry
from fvcore.nn import giou_loss, parameter_count, parameter_count_table, sigmoid_focal_loss, smooth_l1_loss
from fvcore.nn.precise_bn import get_bn_modules, update_bn_stats
from fvcore.nn.squeeze_excitation import SqueezeExcitation
from fvcore.nn.weight_init import c2_msra_fill, c2_xavier_fill
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

torch.manual_seed(0)
net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))
print(dict(parameter_count(net)))
print(parameter_count_table(net, max_depth=2))
logits, targets = torch.randn(6, 3, requires_grad=True), torch.randint(0, 2, (6, 3)).float()
for options in ({"alpha": 0.25, "gamma": 2, "reduction": "sum"}, {"alpha": -1, "gamma": 0, "reduction": "mean"}, {"reduction": "none"}):
    logits.grad = None
    loss = sigmoid_focal_loss(logits, targets, **options)
    loss.sum().backward()
    print(f"{loss.sum().item():.6f} {logits.grad.abs().sum().item():.6f}")
a, b = torch.randn(5, 4, requires_grad=True), torch.randn(5, 4)
print(f"{smooth_l1_loss(a, b, 0.5, 'mean').item():.6f} {smooth_l1_loss(a, b, 0.0, 'sum').item():.6f}")
boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 3.0, 4.0]], requires_grad=True)
loss = giou_loss(boxes, torch.tensor([[1.0, 1.0, 3.0, 3.0], [0.0, 0.0, 2.0, 2.0]]), reduction="sum")
loss.backward()
print(loss.item(), boxes.grad)
data = [torch.randn(8, 3, 8, 8) for _ in range(4)]
update_bn_stats(net, data, 4)
print(get_bn_modules(net)[0].running_mean, get_bn_modules(net)[0].running_var)
c2_msra_fill(net[0])
c2_xavier_fill(net[4])
print(
    f"{net[0].weight.sum().item():.5f} {net[4].weight.sum().item():.5f}",
    SqueezeExcitation(4)(data[0][:, :1].expand(8, 4, 8, 8))[0, 0, 0, :3].detach(),
)
plan = CompositeParamScheduler([LinearParamScheduler(0, 1), CosineParamScheduler(1, 0.1)], [0.2, 0.8], ["rescaled", "fixed"])
print([round(plan(t / 10), 4) for t in range(10)], MultiStepParamScheduler([1, 0.1], num_updates=10, milestones=[5])(0.7))
optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)
os.mkdir("saved")
periodic = PeriodicCheckpointer(Checkpointer(net, "saved", optimizer=optimizer), 2, max_iter=4, max_to_keep=1)
for step in range(4):
    optimizer.zero_grad()
    net(data[0]).square().mean().backward()
    optimizer.step()
    periodic.step(step)
before = net(data[1]).sum().item()
nn.init.zeros_(net[4].weight)
os.listdir("saved")
again = Checkpointer(net, "saved", optimizer=optimizer)
print(sorted(again.load("saved/model_final.pth")), abs(net(data[1]).sum().item() - before) < 1e-6, again.has_checkpoint())
registry = Registry("NETS")
registry.register(SqueezeExcitation)
print(registry.get("SqueezeExcitation").__name__)
with FlopCounterMode(display=False) as counter:
    net(data[0])
print(counter.get_total_flops())
