"""`steepest compare` with the PyTorch that is installed."""

import os
import subprocess
import sys
from pathlib import Path

SOURCE = """
import torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
x = torch.randn(32, 3)
y = x.sum(1, keepdim=True)
for step in range(50):
    loss = (model(x) - y).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, loss.item())
"""


def test_training_agrees_within_rounding(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SOURCE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "steepest", "compare", "program.py"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "STEEPEST_LANG": "en", "PYTHONIOENCODING": "utf-8"}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 different" in done.stdout
