"""Proximal policy optimisation (Schulman et al. 2017) with continuous actions: a cart is steered to the middle and held there."""

import torch
from torch import nn
from torch.distributions import Normal

torch.manual_seed(0)


class Agent(nn.Module):
    def __init__(self):
        super().__init__()
        self.actor = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
        self.critic = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
        self.log_std = nn.Parameter(torch.full((1,), -0.5))

    def forward(self, state):
        return Normal(self.actor(state).squeeze(-1), self.log_std.exp()), self.critic(state).squeeze(-1)


def move(state, action):
    velocity = 0.9 * state[:, 1] + 0.2 * action.clamp(-2, 2)
    place = state[:, 0] + 0.2 * velocity
    return torch.stack([place, velocity], 1), -(place**2 + 0.01 * action**2)


agent = Agent()
optimizer = torch.optim.Adam(agent.parameters(), lr=5e-3)
for iteration in range(8):
    state = torch.stack([torch.empty(16).uniform_(-1, 1), torch.zeros(16)], 1)
    states, actions, log_probs, rewards, values = [], [], [], [], []
    with torch.no_grad():
        for _ in range(20):
            policy, value = agent(state)
            action = policy.sample()
            following, reward = move(state, action)
            for kept, new in zip((states, actions, log_probs, rewards, values),
                                 (state, action, policy.log_prob(action), reward, value)):
                kept.append(new)
            state = following
        last = agent(state)[1]
        advantages, running = [], torch.zeros(16)
        for reward, value in zip(reversed(rewards), reversed(values)):
            running = reward + 0.95 * last - value + 0.95 * 0.9 * running
            last = value
            advantages.insert(0, running)
    advantage, value = torch.stack(advantages).flatten(), torch.stack(values).flatten()
    target, before, seen, done = advantage + value, torch.stack(log_probs).flatten(), torch.cat(states), torch.cat(actions)
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-8)
    for batch in torch.randperm(len(seen)).split(80):
        policy, value = agent(seen[batch])
        ratio = (policy.log_prob(done[batch]) - before[batch]).exp()
        gain = torch.min(ratio * advantage[batch], ratio.clamp(0.8, 1.2) * advantage[batch]).mean()
        loss = -gain + 0.5 * (value - target[batch]).square().mean() - 0.001 * policy.entropy().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
        optimizer.step()
    print(f"iteration {iteration} reward {torch.stack(rewards).sum(0).mean().item():.4f} std {agent.log_std.exp().item():.4f}")
