"""Gradient accumulation, clipping by norm and by value, and hooks on tensors, modules and the backward pass."""

import torch
from torch import nn

torch.manual_seed(10)
model = nn.Sequential(nn.Linear(10, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1))
x, y = torch.randn(64, 10), torch.randn(64, 1)
criterion = nn.MSELoss()

# Forward hooks collect activations, backward hooks collect gradients.
activations, gradients = {}, {}
handles = []


def keep_output(name):
    def hook(module, args, output):
        activations[name] = output.detach()

    return hook


def keep_gradient(name):
    def hook(module, grad_input, grad_output):
        gradients[name] = grad_output[0].clone()

    return hook


for name, module in model.named_modules():
    if isinstance(module, nn.Tanh):
        handles.append(module.register_forward_hook(keep_output(name)))
        handles.append(module.register_full_backward_hook(keep_gradient(name)))
handles.append(model.register_forward_pre_hook(lambda m, args: print("forward of", tuple(args[0].shape))))

criterion(model(x), y).backward()
for name in activations:
    print(f"layer {name}: activation std {activations[name].std():.5f}, gradient norm {gradients[name].norm():.6f}")
for handle in handles:
    handle.remove()

# Four quarters accumulated are the whole batch.
whole = [p.grad.clone() for p in model.parameters()]
model.zero_grad()
for part_x, part_y in zip(x.chunk(4), y.chunk(4)):
    (criterion(model(part_x), part_y) / 4).backward()
print("accumulated:", all(torch.allclose(p.grad, g, atol=1e-6) for p, g in zip(model.parameters(), whole)))

# A hook on a tensor changes the gradient on its way.
h = model[0](x)
h.register_hook(lambda g: g.clamp(-1e-3, 1e-3))
h.retain_grad()
model.zero_grad()
criterion(model[1:](h), y).backward()
print(f"clamped at the tensor: {h.grad.abs().max():.6f}")

# A hook on a parameter, as freezing half of a weight.
mask = torch.ones_like(model[4].weight)
mask[:, 10:] = 0
handle = model[4].weight.register_hook(lambda g: g * mask)
before = model[4].weight.detach().clone()

accumulation_steps = 4
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
optimizer.zero_grad()
for step in range(1, 41):
    rows = torch.randint(64, (16,))
    loss = criterion(model(x[rows]), y[rows]) / accumulation_steps
    loss.backward()
    if step % accumulation_steps == 0:
        norm = nn.utils.clip_grad_norm_(model.parameters(), max_norm=0.5)
        nn.utils.clip_grad_value_(model.parameters(), clip_value=0.1)
        optimizer.step()
        optimizer.zero_grad()
        print(f"step {step:2d} loss {loss.item() * accumulation_steps:.6f} norm before clipping {norm:.6f}")
handle.remove()
changed = (model[4].weight != before).squeeze()
print("changed weights:", changed[:10].sum().item(), "of the free,", changed[10:].sum().item(), "of the frozen")


# Gradients of the optimizer's step seen from outside.
calls = []
optimizer.register_step_post_hook(lambda opt, args, kwargs: calls.append(len(opt.state)))
criterion(model(x), y).backward()
optimizer.step()
print("states after the step:", calls, "first moment", f"{optimizer.state[model[0].bias]['exp_avg'].norm():.6f}")
