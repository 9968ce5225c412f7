"""Writes tests/reference/functional.npz: PyTorch's answers to the calls in tests/functional/cases.py. Needs torch 2.13.0."""

import sys
import warnings
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "functional"))

from cases import CASES, evaluate  # noqa: E402


def main() -> None:
    """Evaluate every case in float64 and keep the numbers as float32."""
    assert torch.__version__.startswith("2.13.0"), torch.__version__
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    kept = {}
    for label, case in CASES.items():
        for name, value in evaluate(torch, case).items():
            if value is not None:
                kept[f"{label}/{name}"] = value.astype(np.float32) if value.dtype == np.float64 else value
    np.savez_compressed(ROOT / "tests" / "reference" / "functional.npz", **kept)


if __name__ == "__main__":
    main()
