"""`load`: objects and their tensors from a file that `save` or PyTorch wrote."""

import io
import os
import pickle
from collections.abc import Callable
from typing import IO, Any

import numpy as np

from steepest.core.dtype import numpy_dtype
from steepest.core.storage import Storage
from steepest.errors import text
from steepest.functional.storages import TypedStorage
from steepest.serialization.archive import ArchiveReader, Damaged
from steepest.serialization.foreign import described
from steepest.serialization.legacy import MAGIC, load_legacy
from steepest.serialization.names import UnknownDtype
from steepest.serialization.safetensors import is_safetensors, load_safetensors
from steepest.serialization.storages import dtype_of, location_check, native
from steepest.serialization.trusted import TrustedUnpickler
from steepest.serialization.unpickler import SafeUnpickler, unknown_names

__all__ = ["get_unsafe_globals_in_checkpoint", "load"]

File = str | os.PathLike[str] | IO[bytes]


def load(
    f: File,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Load what `save` or PyTorch's `torch.save` wrote; also a safetensors file, as a dictionary of tensors.

    By default (`weights_only=True`) only tensors, numbers, strings and plain containers are made and no code of the file
    runs; `weights_only=False` makes any object, so use it for files that you trust. The file is read as a whole and closed,
    `mmap` changes nothing. Raises FileNotFoundError, UnpicklingError for content that is not allowed, RuntimeError for a file
    that is damaged, of another kind, or saved on a device that is not here and no `map_location="cpu"` given.

    >>> import steepest
    >>> steepest.save({"w": steepest.ones(2)}, file := io.BytesIO())
    >>> file.seek(0)
    0
    >>> steepest.load(file)
    {'w': tensor([1., 1.])}
    """
    weights_only = weights_only is not False
    if pickle_module not in (None, pickle):
        raise RuntimeError(text("pickle-module", module=getattr(pickle_module, "__name__", pickle_module)))
    if weights_only and pickle_module is not None:
        raise RuntimeError(text("pickle-module-weights-only"))

    def unpickled(stream: IO[bytes], storage: Callable[[Any], Any]) -> Any:
        if weights_only:
            return SafeUnpickler(stream, storage, pickle_load_args.get("encoding", "utf-8")).load()
        return TrustedUnpickler(stream, storage, **pickle_load_args).load()

    return opened(f, lambda file, name: read(file, name, unpickled, location_check(map_location, name)))


def opened(f: File, action: Callable[[IO[bytes], str], Any]) -> Any:
    """Call `action` with the open file and its name for messages; a file given by its path is closed afterwards."""
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            return action(file, os.fspath(f))
    try:
        f.seek(f.tell())
    except (io.UnsupportedOperation, AttributeError) as error:
        raise type(error)(text("load-not-a-file", error=error)) from error
    return action(f, str(getattr(f, "name", f"<{type(f).__name__}>")))


def read(file: IO[bytes], name: str, unpickled: Callable[..., Any], check_location: Callable[[Storage, str], None]) -> Any:
    """The object in an open file, whatever its format; errors name the file."""
    try:
        start = file.tell()
        head = file.read(64)
        file.seek(start)
        if head.startswith(MAGIC):
            return load_legacy(file, unpickled, dtype_of, check_location)
        if is_safetensors(head):
            return load_safetensors(file)
        archive = archive_in(file, head, name)
        stored = Storages(archive, check_location)
        return unpickled(io.BytesIO(archive.read("data.pkl")), stored.get)
    except Damaged as error:
        raise RuntimeError(text("load-damaged", file=name, reason=error)) from error
    except UnknownDtype as error:
        raise RuntimeError(text("load-dtype", file=name, dtype=error)) from error
    except pickle.UnpicklingError as error:
        raise pickle.UnpicklingError(f"{name}: {error}") from None


def archive_in(file: IO[bytes], head: bytes, name: str) -> ArchiveReader:
    """The archive in a file that begins with `head`; raises RuntimeError for a file of another kind."""
    if not head.startswith(b"PK\3\4"):
        raise RuntimeError(text("load-foreign", file=name, seen=described(head)))
    archive = ArchiveReader(file)
    if archive.root is None or "constants.pkl" in archive:
        raise RuntimeError(text("load-foreign", file=name, seen=described(head, archive.names)))
    return archive


class Storages:
    """The storages of an archive, each read once when a tensor first asks for it."""

    def __init__(self, archive: ArchiveReader, check_location: Callable[[Storage, str], None]):
        self.archive, self.check_location = archive, check_location
        self.loaded: dict[str, Storage] = {}
        # Files from before the record existed come from little-endian machines.
        self.order = archive.read("byteorder").decode("ascii", "replace") if "byteorder" in archive else "little"
        if self.order not in ("little", "big"):
            raise Damaged(text("damaged-byteorder", seen=self.order))

    def get(self, identifier: Any) -> TypedStorage:
        """The numbers in the storage of a persistent id `("storage", class, key, location, count)`."""
        kind, storage_type, key, location, count = identifier
        if kind != "storage":
            raise ValueError(f"persistent id {kind!r}")
        if key not in self.loaded:
            element = numpy_dtype(dtype_of(storage_type))
            size = self.archive.size(f"data/{key}")
            if size != count * element.itemsize:
                raise Damaged(text("damaged-record-cut", record=f"data/{key}", expected=count * element.itemsize, found=size))
            memory = np.empty(size, np.uint8)
            self.archive.read_into(f"data/{key}", memory.data)
            flat = memory.view(element)
            native(flat, self.order)
            self.loaded[key] = Storage(flat)
            self.check_location(self.loaded[key], location)
        return TypedStorage(wrap_storage=self.loaded[key], dtype=dtype_of(storage_type), _internal=True)


def get_unsafe_globals_in_checkpoint(f: File) -> list[str]:
    """The names in a file that `load(f)` would refuse, without loading it.

    >>> import steepest
    >>> steepest.save([steepest.nn.Flatten], file := io.BytesIO())
    >>> file.seek(0)
    0
    >>> get_unsafe_globals_in_checkpoint(file)
    ['...nn.modules.flatten.Flatten']
    """

    def names(file: IO[bytes], name: str) -> list[str]:
        try:
            return unknown_names(archive_in(file, file.read(64), name).read("data.pkl"))
        except Damaged as error:
            raise RuntimeError(text("load-damaged", file=name, reason=error)) from error

    return opened(f, names)
