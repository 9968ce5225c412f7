"""`save`: objects and their tensors into a file that PyTorch reads."""

import os
import pickle
import secrets
import sys
from pathlib import Path
from typing import IO, Any

from steepest.errors import text
from steepest.serialization.archive import ALIGNMENT, ArchiveWriter
from steepest.serialization.pickler import pickled

__all__ = ["save"]


def save(
    obj: object,
    f: str | os.PathLike[str] | IO[bytes],
    pickle_module: Any = pickle,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
) -> None:
    """Save an object with its tensors in PyTorch's file format; tensors that share memory share it after loading.

    A path is written beside its place and moved there when complete, so that it never holds half a file. Raises
    AttributeError for an `f` that is neither path nor file, RuntimeError for a missing folder, and for tensors of different
    dtypes over the same memory.

    >>> import io, steepest
    >>> file = io.BytesIO()
    >>> steepest.save({"w": steepest.ones(2)}, file)
    """
    if pickle_module is not pickle:
        raise RuntimeError(text("pickle-module", module=getattr(pickle_module, "__name__", pickle_module)))
    if not _use_new_zipfile_serialization:
        raise RuntimeError(text("save-legacy"))
    if isinstance(f, (str, os.PathLike)):
        save_at(obj, Path(f), pickle_protocol)
    elif hasattr(f, "write"):
        write(obj, f, "archive", pickle_protocol)
        if hasattr(f, "flush"):
            f.flush()
    else:
        raise AttributeError(text("save-not-a-file", type=type(f).__name__))


def save_at(obj: object, path: Path, protocol: int) -> None:
    target = path.resolve()
    if not target.parent.is_dir():
        raise RuntimeError(text("save-no-folder", folder=str(path.parent)))
    # A device or a pipe cannot be replaced by a file.
    if target.exists() and not target.is_file():
        with open(target, "wb") as file:
            write(obj, file, "archive", protocol)
        return
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with open(partial, "xb") as file:
            write(obj, file, root_of(target), protocol)
        os.replace(partial, target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def root_of(path: Path) -> str:
    """The folder inside the archive: the file's name without its ending, as in PyTorch where it is plain ASCII."""
    stem = path.name.rpartition(".")[0] or path.name
    return stem if stem.isascii() else "archive"


def write(obj: object, file: IO[bytes], root: str, protocol: int) -> None:
    structure, storages = pickled(obj, protocol)
    archive = ArchiveWriter(file, root)
    archive.record("data.pkl", structure)
    archive.record(".format_version", b"1")
    archive.record(".storage_alignment", str(ALIGNMENT).encode())
    archive.record("byteorder", sys.byteorder.encode())
    for key, memory in enumerate(storages):
        archive.record(f"data/{key}", memory)
    archive.close()
