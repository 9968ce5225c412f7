"""`torch.utils.tensorboard`."""

from steepest.errors import outside
from steepest.serialization.events import SummaryWriter
from steepest.utils.tensorboard import writer as writer

outside.explain(__name__)

__all__ = ["SummaryWriter"]
