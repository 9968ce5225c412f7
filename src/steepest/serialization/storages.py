"""The memory of loaded tensors: its dtype, its byte order, and the device it was saved on."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core.dtype import dtype
from steepest.core.storage import Storage
from steepest.errors import text
from steepest.serialization.names import StorageType, UnknownDtype

__all__ = ["dtype_of", "location_check", "native"]


def dtype_of(storage_type: Any) -> dtype:
    """The dtype of PyTorch's class of storages; raises UnknownDtype where it does not exist here."""
    if not isinstance(storage_type, StorageType):
        raise TypeError(f"storage of type {storage_type!r}")
    if storage_type.of is None:
        raise UnknownDtype(storage_type.name.removesuffix("Storage"))
    return storage_type.of


def native(flat: np.ndarray[Any, Any], order: str) -> None:
    """Bring `flat`, whose bytes are in `order` ("little" or "big"), into this machine's order, in place."""
    if order != sys.byteorder:
        units = flat.view(f"u{flat.itemsize}") if flat.dtype.kind == "V" else flat
        units.byteswap(inplace=True)


def location_check(map_location: Any, file: str) -> Callable[[Storage, str], None]:
    """What a storage saved at a location must pass: `map_location` has to bring it to the CPU, as PyTorch takes it.

    It is a device, its name, a dictionary from name to name, or a function of storage and name. The returned function
    raises RuntimeError for a location other than the CPU.
    """

    def check(storage: Storage, location: str) -> None:
        if map_location is None:
            target: Any = location
        elif isinstance(map_location, dict):
            target = map_location.get(location, location)
        elif callable(map_location):
            # A function that answers with a storage has placed it.
            if map_location(storage, location) is not None:
                return
            target = location
        else:
            target = map_location
        if not str(target).startswith("cpu"):
            key = "load-device" if target == location else "load-map-location"
            raise RuntimeError(text(key, device=target, location=str(target), file=file))

    return check
