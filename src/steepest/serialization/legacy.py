"""Reading PyTorch's format before 1.6: pickles one after the other, then the storages' bytes.

The order is: a magic number, the version of the protocol, facts about the writer's system, the object, the keys of its
storages, and for each key the number of elements and the elements, little-endian.
"""

from collections.abc import Callable
from typing import IO, Any

import numpy as np

from steepest.core.dtype import dtype, numpy_dtype
from steepest.core.storage import Storage
from steepest.errors import text
from steepest.serialization.archive import Damaged, read_fully
from steepest.serialization.storages import native

__all__ = ["MAGIC", "load_legacy"]

NUMBER, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
MAGIC = b"\x80\x02\x8a\x0a" + NUMBER.to_bytes(10, "little")


def load_legacy(
    file: IO[bytes],
    unpickled: Callable[[IO[bytes], Callable[[Any], Any]], Any],
    dtype_of: Callable[[Any], dtype],
    check_location: Callable[[Storage, str], None],
) -> Any:
    """The object in `file`; `unpickled` reads one pickle, `dtype_of` tells a storage class's dtype."""
    storages: dict[str, Storage] = {}
    start = file.tell()
    available = file.seek(0, 2) - start
    file.seek(start)

    def storage(identifier: Any) -> Any:
        kind, *rest = identifier
        if kind == "module":
            return rest[0]
        storage_type, key, location, count, view = rest
        element = numpy_dtype(dtype_of(storage_type))
        if key not in storages:
            if not 0 <= count * element.itemsize <= available:
                raise Damaged(text("damaged-record-cut", record=key, expected=count * element.itemsize, found=available))
            # The bytes follow after the object; they are filled in then.
            storages[key] = Storage(np.zeros(count, element))
            check_location(storages[key], location)
        if view is None:
            return storages[key]
        _, offset, size = view
        return Storage(storages[key].flat[offset : offset + size])

    number, protocol, _ = (unpickled(file, storage) for _ in range(3))
    if number != NUMBER or protocol != PROTOCOL:
        raise Damaged(text("damaged-pickle", error=f"magic number {number}, protocol {protocol}"))
    # The bytes follow after the object: it is read once to learn the storages, and again when they are filled.
    before = file.tell()
    unpickled(file, storage)
    keys = unpickled(file, storage)
    if not isinstance(keys, list) or sorted(map(str, keys)) != sorted(map(str, storages)):
        raise Damaged(text("damaged-record-missing", record=keys))
    for key in keys:
        fill(file, storages[key], key)
    file.seek(before)
    return unpickled(file, storage)


def fill(file: IO[bytes], storage: Storage, key: str) -> None:
    """Read one storage's bytes, which its number of elements precedes."""
    count = int.from_bytes(file.read(8), "little", signed=True)
    memory = storage.flat.view(np.uint8)
    found = read_fully(file, memory.data) if count == storage.flat.size else 0
    if count != storage.flat.size or found < memory.size:
        raise Damaged(text("damaged-record-cut", record=key, expected=memory.size, found=found))
    native(storage.flat, "little")
