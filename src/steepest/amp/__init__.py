"""Names of torch.amp: programs written for mixed precision on a graphics card run here in their own precision.

As in PyTorch without CUDA, `autocast("cuda")` and `GradScaler("cuda")` warn and do nothing.
"""

from steepest.amp import autocast_mode, grad_scaler
from steepest.amp.autocast_mode import autocast, custom_bwd, custom_fwd, is_autocast_available
from steepest.amp.grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "autocast_mode", "custom_bwd", "custom_fwd", "grad_scaler", "is_autocast_available"]
