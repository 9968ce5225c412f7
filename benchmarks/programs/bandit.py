"""A policy over five arms learns from one reward at a time."""

import torch

torch.manual_seed(0)
rewards = torch.tensor([0.1, 0.4, 0.2, 0.9, 0.5])
preferences = torch.zeros(5, requires_grad=True)
optimizer = torch.optim.SGD([preferences], lr=0.1)
total = 0.0
for step in range(400):
    chosen = torch.distributions.Categorical(logits=preferences)
    arm = chosen.sample()
    reward = rewards[arm].item() + 0.1 * torch.randn(1).item()
    loss = -chosen.log_prob(arm) * reward
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    total += reward
    if step % 100 == 99:
        print(step + 1, round(total / (step + 1), 4), preferences.argmax().item())
