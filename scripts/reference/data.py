"""Make tests/reference/data.json: the order of rows that PyTorch's loaders and samplers give. Run with torch==2.13.0."""

import json
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
    random_split,
)

WEIGHTS = [0.1, 0.9, 0.4, 0.7, 3.0, 0.6]


def passes(sequence: Any, times: int = 2) -> list[Any]:
    """What going through it several times gives."""
    return [[x.tolist() if isinstance(x, torch.Tensor) else x for x in sequence] for _ in range(times)]


def orders(seed: int) -> dict[str, Any]:
    """One draw after the other from the default generator."""
    torch.manual_seed(seed)
    own = torch.Generator().manual_seed(seed)
    data = range(11)
    result: dict[str, Any] = {
        "unshuffled": passes(DataLoader(data, 4)),
        "shuffled": passes(DataLoader(data, 4, shuffle=True), 3),
        "shuffled, own generator": passes(DataLoader(data, 4, shuffle=True, generator=own)),
        "dropping the last": passes(DataLoader(data, 4, shuffle=True, drop_last=True)),
        "single samples": passes(DataLoader(data, None, shuffle=True)),
        "two workers": passes(DataLoader(data, 4, shuffle=True, num_workers=2), 1),
        "with replacement": passes(RandomSampler(data, replacement=True, num_samples=40)),
        "more than there are": passes(RandomSampler(data, num_samples=25)),
        "subset": passes(SubsetRandomSampler([5, 9, 100, 3])),
        "weighted": passes(WeightedRandomSampler(WEIGHTS, 20)),
        "weighted without replacement": passes(WeightedRandomSampler(WEIGHTS, 5, replacement=False)),
        "batches": passes(BatchSampler(RandomSampler(data), 4, False)),
        "split": [list(s.indices) for s in random_split(data, [0.5, 0.3, 0.2])],
        "split by lengths": [list(s.indices) for s in random_split(data, [8, 3], generator=torch.Generator().manual_seed(42))],
        "afterwards": torch.randint(0, 1000, (3,)).tolist(),
    }
    return result


if __name__ == "__main__":
    target = Path(__file__).parents[2] / "tests" / "reference" / "data.json"
    data = {"torch": torch.__version__, "orders": {str(seed): orders(seed) for seed in (0, 42)}}
    target.write_text(json.dumps(data) + "\n", encoding="utf-8")
