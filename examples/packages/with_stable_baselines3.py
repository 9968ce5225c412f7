"""PPO, A2C and DQN on CartPole, SAC on Pendulum: learning, evaluation, saving and loading.

What a policy does depends on the last digit of its numbers, so the runs are short.
"""

import tempfile
from pathlib import Path

import numpy as np
from stable_baselines3 import A2C, DQN, PPO, SAC
from stable_baselines3.common.evaluation import evaluate_policy


def show(parameters):
    print([round(float(p.abs().sum()), 2) for p in parameters])


ppo = PPO("MlpPolicy", "CartPole-v1", n_steps=64, batch_size=32, n_epochs=3, seed=0, device="cpu")
ppo.learn(512)
show(ppo.policy.parameters())
print(evaluate_policy(ppo, ppo.get_env(), n_eval_episodes=2, warn=False))
state = np.array([0.01, 0.02, 0.03, 0.04], dtype=np.float32)
with tempfile.TemporaryDirectory() as folder:
    ppo.save(Path(folder) / "ppo")
    again = PPO.load(Path(folder) / "ppo", device="cpu")
print(ppo.predict(state, deterministic=True)[0], again.predict(state, deterministic=True)[0])

a2c = A2C("MlpPolicy", "CartPole-v1", seed=0, device="cpu")
a2c.learn(200)
show(a2c.policy.parameters())
dqn = DQN("MlpPolicy", "CartPole-v1", seed=0, learning_starts=50, device="cpu")
dqn.learn(200)
show(dqn.policy.parameters())
sac = SAC("MlpPolicy", "Pendulum-v1", seed=0, learning_starts=30, device="cpu", policy_kwargs={"net_arch": [16, 16]})
sac.learn(60)
show(sac.policy.actor.parameters())
