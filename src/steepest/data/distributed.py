"""A sampler that gives each of several processes its share of a dataset."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from steepest.core.generator import Generator
from steepest.data.sampler import Sampler
from steepest.errors import text
from steepest.functional.process_group import get_rank, get_world_size
from steepest.functional.random import randperm

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler[Any]):
    """Every `num_replicas`-th index from `rank` on, after a shuffle that `seed + epoch` decides.

    Shares are of one length: the first indices come again at the end, or with `drop_last` the last ones go.

    >>> list(torch.utils.data.DistributedSampler(range(5), num_replicas=2, rank=1, shuffle=False))
    [1, 3, 0]
    """

    def __init__(self, dataset: Any, num_replicas: int | None = None, rank: int | None = None, shuffle: bool = True, seed: int = 0,
                 drop_last: bool = False):
        num_replicas = get_world_size() if num_replicas is None else num_replicas
        rank = get_rank() if rank is None else rank
        if not 0 <= rank < num_replicas:
            raise ValueError(text("distributed-rank", rank=rank, last=num_replicas - 1))
        self.dataset, self.num_replicas, self.rank, self.epoch, self.drop_last = dataset, num_replicas, rank, 0, drop_last
        self.shuffle, self.seed = shuffle, seed
        n = len(dataset)
        self.num_samples = math.ceil((n - num_replicas) / num_replicas) if drop_last and n % num_replicas else math.ceil(n / num_replicas)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self) -> Iterator[Any]:
        n = len(self.dataset)
        if self.shuffle:
            order = randperm(n, generator=Generator().manual_seed(self.seed + self.epoch)).tolist()
        else:
            order = list(range(n))
        missing = self.total_size - n
        order += (order * math.ceil(missing / max(n, 1)))[:missing] if missing > 0 else []
        return iter(order[self.rank:self.total_size:self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Number the epoch, for another order in each."""
        self.epoch = epoch
