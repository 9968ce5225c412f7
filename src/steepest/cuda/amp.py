"""The older names of torch.amp, for the device "cuda"."""

from typing import Any

from steepest import amp
from steepest.amp import custom_bwd as custom_bwd
from steepest.amp import custom_fwd as custom_fwd
from steepest.errors import outside

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]
outside.explain(__name__)


class autocast(amp.autocast):
    """`torch.amp.autocast("cuda", ...)`."""

    def __init__(self, enabled: bool = True, dtype: Any = None, cache_enabled: bool | None = True):
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(amp.GradScaler):
    """`torch.amp.GradScaler("cuda", ...)`."""

    def __init__(self, init_scale: float = 2.0**16, growth_factor: float = 2.0, backoff_factor: float = 0.5, growth_interval: int = 2000,
                 enabled: bool = True):
        super().__init__("cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled)
