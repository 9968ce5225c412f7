"""torch.autograd.anomaly_mode: where in the forward pass a NaN in a gradient came from."""

import warnings
from typing import Any

from steepest.autograd.watching import watch
from steepest.errors import text

__all__ = ["detect_anomaly", "is_anomaly_check_nan_enabled", "is_anomaly_enabled", "set_anomaly_enabled", "set_detect_anomaly"]


class detect_anomaly:
    """Within it a NaN in a gradient is a RuntimeError that names the operation and the line of the forward pass."""

    def __init__(self, check_nan: bool = True):
        self.before = watch.anomaly, watch.check_nan
        self.check_nan = check_nan
        warnings.warn(text("anomaly-on"), stacklevel=2)

    def __enter__(self) -> None:
        self.before = watch.anomaly, watch.check_nan
        _set(True, self.check_nan)

    def __exit__(self, *problem: Any) -> None:
        _set(*self.before)


def set_anomaly_enabled(mode: bool, check_nan: bool = True) -> None:
    """Anomaly detection on or off from now on."""
    _set(mode, check_nan)


class set_detect_anomaly:
    """Anomaly detection on or off from the call on, and as before at the end of a `with` block."""

    def __init__(self, mode: bool, check_nan: bool = True):
        self.before = watch.anomaly, watch.check_nan
        _set(mode, check_nan)

    def __enter__(self) -> None: ...

    def __exit__(self, *problem: Any) -> None:
        _set(*self.before)


def _set(mode: bool, check_nan: bool) -> None:
    watch.anomaly, watch.check_nan = bool(mode), bool(check_nan)
    watch.update()


def is_anomaly_enabled() -> bool:
    """Whether anomaly detection is on."""
    return watch.anomaly


def is_anomaly_check_nan_enabled() -> bool:
    """Whether gradients are looked through for NaN."""
    return watch.anomaly and watch.check_nan
