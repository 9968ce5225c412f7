"""Names of torch.utils.data.dataloader."""

from steepest.data.collate import default_collate, default_convert
from steepest.data.loader import DataLoader
from steepest.data.workers import get_worker_info

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]
