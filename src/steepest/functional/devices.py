"""The default device, which is the CPU."""

from typing import Any

from steepest.core.device import device as Device
from steepest.functional.creating import check_device


def set_default_device(device: Any) -> None:
    """Accepts the CPU (and None); RuntimeError for a device that is not there."""
    check_device(device)


def get_default_device() -> Device:
    """`device("cpu")`."""
    return Device("cpu")
