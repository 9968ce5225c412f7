"""Names of torch.utils.data.dataloader."""

from collections.abc import Callable
from typing import Any

from steepest.data.collate import default_collate, default_convert
from steepest.data.dataset import Dataset, IterableDataset
from steepest.data.fetch import _DatasetKind
from steepest.data.loader import DataLoader, _BaseDataLoaderIter, _MultiProcessingDataLoaderIter, _SingleProcessDataLoaderIter
from steepest.data.sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler
from steepest.data.workers import get_worker_info
from steepest.errors import outside

__all__ = ["BatchSampler", "Dataset", "IterableDataset", "RandomSampler", "Sampler", "SequentialSampler",
           "DataLoader", "_BaseDataLoaderIter", "_DatasetKind", "_MultiProcessingDataLoaderIter", "_SingleProcessDataLoaderIter",
           "default_collate", "default_convert", "get_worker_info"]
_collate_fn_t = Callable[[list[Any]], Any]
_worker_init_fn_t = Callable[[int], None]
outside.explain(__name__)
