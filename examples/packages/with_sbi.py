"""Simulation-based inference: a masked autoregressive flow as posterior (NPE), trained, sampled and evaluated."""

import logging

import torch
from sbi.inference import NPE
from sbi.utils import BoxUniform

logging.disable(logging.CRITICAL)
torch.manual_seed(0)
prior = BoxUniform(-2 * torch.ones(2), 2 * torch.ones(2))
theta = prior.sample((200,))
x = theta + 0.2 * torch.randn(200, 2)
inference = NPE(prior, density_estimator="maf", show_progress_bars=False)
estimator = inference.append_simulations(theta, x).train(max_num_epochs=5, training_batch_size=50)
posterior = inference.build_posterior(estimator)
observed = torch.tensor([0.5, -0.5])
samples = posterior.sample((50,), x=observed, show_progress_bars=False)
print(tuple(samples.shape), [round(v, 4) for v in samples.mean(0).tolist()])
print([round(v, 4) for v in posterior.log_prob(samples[:3], x=observed).tolist()])
print([round(v, 5) for v in inference.summary["validation_loss"]])
