"""Deep Q-learning on a corridor with a replay memory and a target network (Mnih et al., 2015)."""

import copy
import random
from collections import deque, namedtuple

import torch
import torch.nn as nn
import torch.optim as optim

random.seed(0)
torch.manual_seed(0)
Transition = namedtuple("Transition", ("state", "action", "next_state", "reward"))
LENGTH, BATCH_SIZE, GAMMA, TAU = 6, 32, 0.9, 0.05


class Corridor:
    """Start in the middle; the right end pays 1, the left end 0.2."""

    def reset(self):
        self.place, self.time = LENGTH // 2, 0
        return self.observation()

    def observation(self):
        return torch.eye(LENGTH)[self.place].unsqueeze(0)

    def step(self, action):
        self.place += 1 if action == 1 else -1
        self.time += 1
        reward = {0: 0.2, LENGTH - 1: 1.0}.get(self.place, 0.0)
        return self.observation(), reward, self.place in (0, LENGTH - 1) or self.time >= 15


class ReplayMemory:
    def __init__(self, capacity):
        self.memory = deque(maxlen=capacity)

    def push(self, *args):
        self.memory.append(Transition(*args))

    def sample(self, batch_size):
        return random.sample(self.memory, batch_size)

    def __len__(self):
        return len(self.memory)


policy_net = nn.Sequential(nn.Linear(LENGTH, 24), nn.ReLU(), nn.Linear(24, 2))
target_net = copy.deepcopy(policy_net)
optimizer = optim.AdamW(policy_net.parameters(), lr=5e-3, amsgrad=True)
memory = ReplayMemory(500)
env = Corridor()


def select_action(state, epsilon):
    if random.random() > epsilon:
        with torch.no_grad():
            return policy_net(state).max(1).indices.view(1, 1)
    return torch.tensor([[random.randrange(2)]], dtype=torch.long)


def optimize_model():
    if len(memory) < BATCH_SIZE:
        return None
    batch = Transition(*zip(*memory.sample(BATCH_SIZE)))
    non_final_mask = torch.tensor(tuple(s is not None for s in batch.next_state), dtype=torch.bool)
    non_final_next_states = torch.cat([s for s in batch.next_state if s is not None])
    state_action_values = policy_net(torch.cat(batch.state)).gather(1, torch.cat(batch.action))
    next_state_values = torch.zeros(BATCH_SIZE)
    with torch.no_grad():
        next_state_values[non_final_mask] = target_net(non_final_next_states).max(1).values
    expected = (next_state_values * GAMMA) + torch.cat(batch.reward)
    loss = nn.SmoothL1Loss()(state_action_values, expected.unsqueeze(1))
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(policy_net.parameters(), 100)
    optimizer.step()
    return loss.item()


for episode in range(40):
    state, done, total, loss = env.reset(), False, 0.0, None
    while not done:
        action = select_action(state, epsilon=max(0.1, 0.9 - 0.03 * episode))
        observation, reward, done = env.step(action.item())
        total += reward
        memory.push(state, action, None if done else observation, torch.tensor([reward]))
        state = observation
        loss = optimize_model()
        target_state, policy_state = target_net.state_dict(), policy_net.state_dict()
        for key in policy_state:
            target_state[key] = policy_state[key] * TAU + target_state[key] * (1 - TAU)
        target_net.load_state_dict(target_state)
    if episode % 5 == 4:
        print(f"episode {episode + 1:2d} reward {total:.1f} steps {env.time:2d} loss {'none' if loss is None else f'{loss:.6f}'}")

with torch.no_grad():
    values = policy_net(torch.eye(LENGTH))
print(values)
print("way:", ["left", "right"][values[LENGTH // 2].argmax().item()])
