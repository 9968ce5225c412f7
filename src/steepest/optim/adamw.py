"""Names of torch.optim.adamw."""

from steepest.optim.adam import AdamW

__all__ = ["AdamW"]
