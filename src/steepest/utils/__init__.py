"""Names of torch.utils: data loading."""

from steepest.utils import data as data

__all__ = ["data"]
