"""Under `steepest run` the name torchvision means steepest.vision, an installed torchvision or not; what is left out says so."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import torch
import torchvision
import torchvision.transforms as T
from torchvision import datasets, models
from torchvision.transforms import ToTensor, functional as F
from torchvision.utils import make_grid
import torchvision.transforms.functional as again
print(torchvision.__name__, F is again, T.Compose is torchvision.transforms.Compose)
data = datasets.FakeData(3, (1, 4, 4), transform=ToTensor())
for x, y in torch.utils.data.DataLoader(data, 3):
    print(x.shape, make_grid(x).shape)
for asked in ("from torchvision.models import swin_t", "models.alexnet(weights='DEFAULT')",
              "from torchvision.transforms.v2 import MixUp",
              "datasets.SVHN", "import torchvision.nonsense"):
    try:
        exec(asked)
    except Exception as error:
        print(f"{type(error).__name__}: {error}"[:72])
"""


def test_the_name_means_this_package(tmp_path: Path) -> None:
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text("raise SystemExit('the installed one')\n", encoding="utf-8")
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "steepest", "run", "program.py"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "STEEPEST_LANG": "en", "PYTHONIOENCODING": "utf-8"}, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "steepest.vision True True",
        "torch.Size([3, 1, 4, 4]) torch.Size([3, 8, 20])",
        "ImportError: torchvision.models.swin_t has no counterpart here: write the network"[:72],
        "RuntimeError: DEFAULT: weights trained elsewhere are not fetched here. Make the"[:72],
        "ImportError: cannot import name 'MixUp' from 'steepest.vision.transforms.v2'"[:72],
        "AttributeError: torchvision.datasets has here only CIFAR10, CIFAR100, Datas"[:72],
        "ModuleNotFoundError: No module named 'torchvision.nonsense'",
    ], done.stderr
