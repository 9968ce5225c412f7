"""A run interrupted and taken up again from a checkpoint ends in exactly the same numbers."""

import os
import random
import tempfile

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def make():
    """Model, optimizer, scheduler, data: all from the seed."""
    seed_everything(123)
    model = nn.Sequential(nn.Linear(6, 16), nn.Dropout(0.2), nn.GELU(), nn.Linear(16, 3))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, amsgrad=True)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=40)
    x = torch.randn(80, 6)
    y = (x @ torch.randn(6, 3)).argmax(dim=1)
    generator = torch.Generator().manual_seed(7)
    loader = DataLoader(TensorDataset(x, y), batch_size=20, shuffle=True, generator=generator)
    return model, optimizer, scheduler, loader, generator


def train(model, optimizer, scheduler, loader, epochs):
    for epoch in epochs:
        total = 0.0
        for x, y in loader:
            x = x + 0.01 * torch.from_numpy(np.random.randn(*x.shape)).float() * random.random()
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            scheduler.step()
            total += loss.item()
        beta = optimizer.param_groups[0]["betas"][0]
        print(f"epoch {epoch} loss {total / len(loader):.6f} lr {scheduler.get_last_lr()[0]:.6f} momentum {beta:.6f}")
    return total


model, optimizer, scheduler, loader, generator = make()
print("without interruption")
whole = train(model, optimizer, scheduler, loader, range(6))

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "checkpoint.tar")
    model, optimizer, scheduler, loader, generator = make()
    print("interrupted after three")
    train(model, optimizer, scheduler, loader, range(3))
    torch.save(
        {
            "epoch": 3,
            "model_state_dict": model.state_dict(),
            "optimizer_state_dict": optimizer.state_dict(),
            "scheduler_state_dict": scheduler.state_dict(),
            "torch_rng": torch.get_rng_state(),
            "loader_rng": generator.get_state(),
            "numpy_rng": np.random.get_state(),
            "python_rng": random.getstate(),
        },
        path,
    )
    torch.rand(100), np.random.rand(3), random.random()  # what happens meanwhile does not matter

    model, optimizer, scheduler, loader, generator = make()
    checkpoint = torch.load(path, weights_only=False)
    model.load_state_dict(checkpoint["model_state_dict"])
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    scheduler.load_state_dict(checkpoint["scheduler_state_dict"])
    torch.set_rng_state(checkpoint["torch_rng"])
    generator.set_state(checkpoint["loader_rng"])
    np.random.set_state(checkpoint["numpy_rng"])
    random.setstate(checkpoint["python_rng"])
    print("taken up again; state of the optimizer:", sorted(optimizer.state_dict()["state"][0]))
    again = train(model, optimizer, scheduler, loader, range(checkpoint["epoch"], 6))
print("the same:", again == whole)
