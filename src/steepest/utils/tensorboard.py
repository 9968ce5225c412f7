"""`torch.utils.tensorboard`."""

from steepest.serialization.events import SummaryWriter

__all__ = ["SummaryWriter"]
