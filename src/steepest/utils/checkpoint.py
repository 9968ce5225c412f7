"""Names of torch.utils.checkpoint."""

from steepest.autograd.checkpointing import checkpoint, checkpoint_sequential

__all__ = ["checkpoint", "checkpoint_sequential"]
