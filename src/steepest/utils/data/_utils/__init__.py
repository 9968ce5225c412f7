"""The part of torch.utils.data._utils that programs import."""

from steepest.utils.data._utils import collate as collate

__all__ = ["collate"]
