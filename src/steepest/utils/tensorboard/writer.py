"""Names of torch.utils.tensorboard.writer."""

from steepest.serialization.events import SummaryWriter

__all__ = ["SummaryWriter"]
